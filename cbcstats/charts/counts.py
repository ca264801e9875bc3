"""Charts that show how sure a figure is: ranges, inferred periods and plans are marks, not footnotes.

Each function draws on the Axes that it is given, or on a new figure, and returns the Axes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib.dates import (
    AutoDateLocator,
    ConciseDateFormatter,
    DateFormatter,
    YearLocator,
)

from cbcstats.arguments import check_optional_axes, check_optional_text
from cbcstats.charts.descriptions import counts_text, labelled_figures, numbers_of
from cbcstats.charts.labels import place_labels
from cbcstats.charts.layout import (
    add_legend,
    cycle,
    finish,
    new_axes,
    root_figure,
    styled,
)
from cbcstats.charts.marks import draw_figure, label_figures, legend_handles
from cbcstats.counts.formats import per_month, title_of
from cbcstats.counts.periods import midpoint
from cbcstats.errors import ArgumentError
from cbcstats.tables.codelists import SHORT_REGIONS
from cbcstats.tables.schemas import Counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

# The columns of the data behind the chart.
_DATA: Final = (
    *("indicator", "label", "measure", "scope", "area", "unit"),
    *("period", "period_start", "period_end", "period_basis"),
    *("value", "low", "high", "qualifier", "missing"),
    *("rate", "rate_low", "rate_high", "per"),
    *("preferred", "source_id", "note"),
)
FEW_YEARS: Final = 2  # under which an axis of years would have too few ticks
STEPS: Final = (1, 2, 5, 10, 20, 50)  # years from one tick to the next
TICK: Final = 0.45  # inches from one tick to the next at least


def plot_counts(
    counts: Any,
    *,
    ax: Axes | None = None,
    per: str = "period",
    reading: str | float = "usual",
    title: str | None = None,
) -> Axes:
    """Draw the figures of one indicator over time, with their ranges.

    Flows are bars as wide as their period, other figures are points. The pale top of a bar is the range of a
    qualifier, or of rows that were rejected; a dashed outline means that the days of the period are inferred,
    hatching that the figure was planned, dots that a register may cover only a part of the period, and a diamond is
    another source for the same period. The sources stand under the chart.

    Parameters
    ----------
    counts : pandas.DataFrame, pandas.Series, dict, or frame of another library
        Figures of one indicator, as `load_counts` returns them, or your own data as for `year_on_year`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    per : {"period", "month"}
        `month` divides each flow by the length of its period first, so that bars compare and areas are totals. A
        period that a register may cover only in part has no monthly rate, and is left out.
    reading : {"usual", "strict"} or float
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
    >>> ax = plot_counts(load_counts("capacity_building_missions"), title="Missions reported to the Committee")
    >>> ax.get_ylabel()
    'missions'
    """
    ax = check_optional_axes("ax", ax)
    title = check_optional_text("title", title)
    figures = _figures_of_one_indicator(counts, per, reading)
    data = _data_of(figures, per)
    name = title or title_of(figures.iloc[0])
    monthly = per == "month"
    if monthly:
        rates = figures[["rate", "rate_low", "rate_high"]]
        figures[["value", "low", "high"]] = rates.to_numpy(float)
    figures["number"] = numbers_of(figures, monthly=monthly)
    with styled():
        ax = ax or new_axes()
        # Plans come last, so that what was done has the first colour.
        scopes = sorted(figures["scope"].unique(), key="planned".__eq__)
        colours = _colours_of(scopes)
        _begin_time_axis(ax, figures)
        figure: Any
        for figure in figures.itertuples(index=False):
            draw_figure(ax, figure, colours[figure.scope])
        unit = "".join(figures.loc[figures["preferred"], "unit"].mode().head(1))
        ax.set_ylabel(per_month(unit) if monthly else unit, parse_math=False)
        ax.set_ylim(bottom=min(0.0, 1.08 * figures["low"].min()))
        add_legend(ax, legend_handles(figures, colours))
        label_figures(ax, figures)
        return finish(
            ax,
            title=name,
            description=counts_text(figures, name, monthly=monthly, reading=reading),
            data=data,
            fit=_fit_counts,
        )


def _figures_of_one_indicator(
    counts: Any, per: str, reading: str | float
) -> pd.DataFrame:
    figures = _with_areas(labelled_figures(counts, per=per, reading=reading))
    indicators = figures["indicator"].unique()
    if len(indicators) > 1:
        listed = ", ".join(indicators)
        raise ArgumentError(
            f"`counts` must hold one indicator, but it holds {listed}; select one"
        )
    monthly = per == "month"
    is_shown = figures["rate" if monthly else "value"].notna()
    figures = figures[is_shown]
    if figures.empty:
        lacking = "with a date"
        if monthly:
            lacking = "per month; only a flow over known days has one"
        raise ArgumentError(f"`counts` holds no figure {lacking}")
    _check_one_part(figures)
    figures = figures.assign(middle=_middles(figures), **_shares(figures))
    keys = ["period_end", "preferred"]
    return figures.sort_values(keys, ascending=[True, False], kind="stable")


def _with_areas(figures: pd.DataFrame) -> pd.DataFrame:
    """Draw each area as a scope of its own, where there are several."""
    figures["scope_alone"] = figures["scope"]
    if "area" not in figures or figures["area"].nunique(dropna=False) == 1:
        return figures
    area = figures["area"].fillna("").replace(SHORT_REGIONS)
    scope = figures["scope"]
    with_area = scope.mask(scope == "all", "") + ", " + area
    return figures.assign(scope=scope.mask(area != "", with_area.str.strip(", ")))


def _middles(figures: pd.DataFrame) -> pd.Series:
    # The middle of a total since a start says nothing; it is drawn where it ends.
    start = figures["period_start"].where(figures["measure"] != "cumulative")
    return midpoint(start, figures["period_end"])


def _shares(figures: pd.DataFrame) -> dict[str, pd.Series]:
    """Return among how many scopes the width of a period is shared, and the place."""
    preferred = figures[figures["preferred"]]
    scopes = preferred.groupby(["period_start", "period_end"], dropna=False)["scope"]
    rows = figures.index
    shared = scopes.transform("size").reindex(rows)
    shift = scopes.cumcount().reindex(rows)
    return {
        "shared": shared.fillna(1).astype(int),
        "shift": shift.fillna(0).astype(int),
    }


def _data_of(figures: pd.DataFrame, per: str) -> pd.DataFrame:
    """Return the data behind the chart; a fiscal year without days has none."""
    has_days = figures["period"].isna()
    days = figures[["period_start", "period_end"]]
    days = days.where(has_days)
    data = figures.assign(
        **days,
        period=figures["period_label"],
        scope=figures["scope_alone"],
        per=per,
    )
    names = [name for name in _DATA if name in data]
    return data[names]


def _check_one_part(figures: pd.DataFrame) -> None:
    """Raise ArgumentError if several preferred figures stand for one scope and period.

    They are parts, or one of them is to be chosen.
    """
    keys = ["scope", "period_start", "period_end"]
    shown = figures[figures["preferred"]]
    twins = shown[shown.duplicated(keys, keep=False)]
    if twins.empty:
        return
    _, first = next(iter(twins.groupby(keys, dropna=False, sort=False)))
    label = first["period_label"].iloc[0]
    parts = _part_columns(first)
    if parts:
        raise ArgumentError(
            f"`counts` holds {len(first)} parts by {parts[0]} for {label}; choose one "
            "part, draw them with plot_contributions(contributions(counts)), or each "
            "on Axes of its own from plt.subplots"
        )
    raise ArgumentError(
        f"`counts` holds {len(first)} preferred figures for {label}; "
        "mark one of them as preferred"
    )


def _part_columns(figures: pd.DataFrame) -> list[Any]:
    """Return the columns of a user by which figures of one period differ."""
    schema = Counts.to_schema()
    texts = figures.select_dtypes(exclude=["number", "datetime", "bool"])
    distinct = texts.nunique()
    differs = distinct == len(texts)
    names = distinct.index[differs]
    return [name for name in names if name not in schema.columns]


def _colours_of(scopes: Sequence[str]) -> dict[str, str]:
    """Give each scope a colour of its own.

    Where those of the style do not suffice, these are made lighter.
    """
    style = cycle()
    turns = -(-len(scopes) // len(style))
    colours = []
    for turn in range(turns):
        colours += [_on_paper(colour, 1 - turn / turns) for colour in style]
    return dict(zip(scopes, colours, strict=False))


def _on_paper(colour: str, share: float) -> str:
    """Return what a colour becomes that covers only a share of white paper."""
    from matplotlib.colors import to_hex, to_rgb

    full = np.array(to_rgb(colour))
    red, green, blue = 1 - (1 - full) * share
    return to_hex((red, green, blue))


def _fit_counts(ax: Axes) -> None:
    _fit_time_axis(ax)
    place_labels(ax)


class _YearTicks(YearLocator):
    """Ticks on the first day of years; a class of our own, so that the ticks of a user stay."""


class _MonthTicks(AutoDateLocator):
    """Ticks on the first day of months, likewise."""


def _begin_time_axis(ax: Axes, figures: pd.DataFrame) -> None:
    """Let the axis reach from before the first day to after the last one."""
    is_flow = figures["measure"] == "flow"
    ends = figures["period_end"]
    starts = figures["period_start"].where(is_flow)
    start, end = starts.fillna(ends).min(), ends.max()
    margin = max((end - start) * 0.08, pd.Timedelta(days=60))
    ax.set_xlim(start - margin, end + margin)
    years = (end - start).days / 365.25
    if years < FEW_YEARS:
        ax.xaxis.set_major_locator(_MonthTicks())
    else:
        ax.xaxis.set_major_locator(_YearTicks())
        ax.xaxis.set_major_formatter(DateFormatter("%Y"))
    _fit_time_axis(ax)


def _fit_time_axis(ax: Axes) -> None:
    """Set as many ticks as have room."""
    inches = ax.get_window_extent().width / root_figure(ax).dpi
    most = max(2, int(inches / TICK))
    locator = ax.xaxis.get_major_locator()
    if isinstance(locator, _YearTicks):
        first, last = ax.get_xlim()
        years = (last - first) / 365.25
        least = min(years / most, STEPS[-1])
        step = next(step for step in STEPS if step >= least)
        ax.xaxis.set_major_locator(_YearTicks(step))
    elif isinstance(locator, _MonthTicks):
        months = _MonthTicks(minticks=2, maxticks=min(most, 8))
        ax.xaxis.set_major_locator(months)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(months))
