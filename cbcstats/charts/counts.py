"""Charts that show how sure a figure is: ranges, inferred periods and plans are marks, not footnotes.

Each function draws on the Axes that it is given, or on a new figure, and returns the Axes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cbcstats.charts.descriptions import counts_text
from cbcstats.charts.labels import (
    label_figures,
    place_labels,
)
from cbcstats.charts.layout import finish, new_axes
from cbcstats.charts.marks import (
    colours_of,
    draw_figure,
    legend_handles,
    styled,
)
from cbcstats.charts.text import name_marks
from cbcstats.charts.time_axis import begin_time_axis, fit_time_axis
from cbcstats.counts.periods import period_label
from cbcstats.counts.ranges import DAYS, MIDDLE, PRINTED, a_month, figures_of, rows
from cbcstats.counts.wording import heading
from cbcstats.errors import ArgumentError
from cbcstats.tables.schemas import Counts

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_DATA: Final = ("indicator", "measure", "scope", "unit", "period_start", "period_end", "period_basis", "value", "low",
                "high", "qualifier", "preferred", "source_id", "note")  # fmt: skip


def plot_counts(
    counts: pd.DataFrame,
    *,
    ax: Axes | None = None,
    per: str = "period",
    reading: str = "usual",
    title: str | None = None,
) -> Axes:
    """Draw the figures of one indicator over time, with their ranges.

    Flows are bars as wide as their period, other figures are points. The pale top of a bar is the range of a
    qualifier, a dashed outline means that the days of the period are inferred, hatching that the figure was
    planned, dots that a register may cover only a part of the period, and a diamond is another source for the same
    period. The sources stand under the chart.

    Parameters
    ----------
    counts : pandas.DataFrame
        Figures of one indicator, as `load_counts` returns them.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    per : {"period", "month"}
        `month` divides each flow by the length of its period first, so that bars compare and areas are totals. A
        period that a register may cover only in part has no number a month, and is left out.
    reading : {"usual", "strict"}
        How far qualifiers reach, see `bounds`. An open range ends in an arrow.
    title : str, optional
        Title that says the finding; the name of the indicator by default.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes drawn on; `describe` gives its text alternative.

    Raises
    ------
    ArgumentError
        If the figures belong to several indicators or to several parts of one, or there are none with a date.

    Notes
    -----
    Several charts stand on one figure if each is given Axes of its own: `fig, axes = plt.subplots(2, 3,
    layout="constrained")`. A figure without a layout gets this one, so that no chart runs into the next, unless its
    margins were set by hand.

    Examples
    --------
    >>> from cbcstats import load_counts, plot_counts
    >>> ax = plot_counts(load_counts("missions"), title="Missions reported to the Committee")
    >>> ax.get_ylabel()
    'missions'
    """
    figures = _figures_of_one_indicator(counts, per, reading)
    name = title or heading(figures["indicator"].iloc[0])
    monthly = per == "month"
    with styled():
        ax = ax or new_axes()
        scopes = sorted(
            figures["scope"].unique(), key="planned".__eq__
        )  # what was done has the first colour
        colours = colours_of(scopes)
        starts = (
            figures["period_start"]
            .where(figures["measure"] == "flow")
            .fillna(figures["period_end"])
        )
        begin_time_axis(ax, starts.min(), figures["period_end"].max())
        for figure in rows(figures):
            draw_figure(ax, figure, colours[figure.scope])
        data = figures[[name for name in _DATA if name in figures]]
        if monthly:
            data = data.assign(unit=figures["unit"].map(a_month))
        unit = data.loc[data["preferred"], "unit"].mode()
        ax.set_ylabel("".join(unit.head(1)), parse_math=False)
        ax.set_ylim(bottom=0)
        name_marks(ax, legend_handles(figures, colours))
        label_figures(ax, figures, monthly=monthly)
        return finish(
            ax, title=name, text=counts_text(figures, name, monthly=monthly, reading=reading),
            sources=figures["source_id"],
            data=data, fit_marks=_fit_counts,
        )  # fmt: skip


def _figures_of_one_indicator(counts: pd.DataFrame, per: str, reading: str) -> pd.DataFrame:
    figures = figures_of(counts, per=per, reading=reading)
    indicators = figures["indicator"].unique()
    if len(indicators) > 1:
        raise ArgumentError(
            f"`counts` must hold one indicator, but it holds {', '.join(indicators)}; select one"
        )
    figures = figures[figures["value"].notna()]
    if figures.empty:
        lacking = (
            " a month; only a flow over known days has one" if per == "month" else " with a date"
        )
        raise ArgumentError(f"`counts` holds no figure{lacking}")
    _check_one_part(figures)
    together = figures[figures["preferred"]].groupby(["period_start", "period_end"], dropna=False)[
        "scope"
    ]
    figures["shared"] = together.transform("size").reindex(figures.index).fillna(1).astype(int)
    figures["shift"] = together.cumcount().reindex(figures.index).fillna(0).astype(int)
    return figures.sort_values(["period_end", "preferred"], ascending=[True, False], kind="stable")


def _check_one_part(figures: pd.DataFrame) -> None:
    """Raise ArgumentError if several preferred figures stand for one scope and period: parts, or a choice to make."""
    keys = ["scope", "period_start", "period_end"]
    shown = figures[figures["preferred"]]
    twins = shown[shown.duplicated(keys, keep=False)]
    if twins.empty:
        return
    first = twins[
        twins[keys]
        .eq(twins[keys].iloc[0])
        .where(twins[keys].notna(), other=True)
        .all(axis="columns")
    ]
    label = period_label(first["period_start"].iloc[0], first["period_end"].iloc[0])
    parts = [
        name
        for name in first
        if name not in Counts.to_schema().columns and first[name].nunique() == len(first)
    ]
    parts = [name for name in parts if name not in ("low", "high", PRINTED, DAYS, MIDDLE)]
    if parts:
        raise ArgumentError(
            f"`counts` holds {len(first)} parts by {parts[0]} for {label}; choose one part, draw them with "
            "plot_contributions(contributions(counts)), or each on Axes of its own from plt.subplots"
        )
    raise ArgumentError(
        f"`counts` holds {len(first)} preferred figures for {label}; mark one of them as preferred"
    )


def _fit_counts(ax: Axes) -> None:
    fit_time_axis(ax)
    place_labels(ax)
