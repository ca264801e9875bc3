"""Charts that show how sure a figure is: ranges, inferred periods and plans are marks, not footnotes.

Each function draws on the Axes that it is given, or on a new figure, and returns the Axes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats import columns as c
from cbcstats.changes import typed_changes
from cbcstats.descriptions import change_label, change_text, changes_text, counts_text
from cbcstats.errors import ArgumentError
from cbcstats.figures import DAYS, MIDDLE, PRINTED, a_month, figures_of, rows
from cbcstats.fitting import finish, new_axes
from cbcstats.labels import label_figures, place_labels
from cbcstats.marks import GREY, INK, PAPER, colours_of, cycle, draw_figure, legend_handles, styled
from cbcstats.names import name_marks, name_rows
from cbcstats.periods import period_label
from cbcstats.row_labels import THICK, begin_rows, place_sayings, say
from cbcstats.schemas import Counts
from cbcstats.time_axis import begin_time_axis, fit_time_axis
from cbcstats.wording import heading, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DATA: Final = (c.INDICATOR, c.MEASURE, c.SCOPE, c.UNIT, c.PERIOD_START, c.PERIOD_END, c.PERIOD_BASIS, c.VALUE, c.LOW,
                c.HIGH, c.QUALIFIER, c.PREFERRED, c.SOURCE_ID, c.NOTE)  # fmt: skip


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
    name = title or heading(figures[c.INDICATOR].iloc[0])
    monthly = per == "month"
    with styled():
        ax = ax or new_axes()
        scopes = sorted(figures[c.SCOPE].unique(), key="planned".__eq__)  # what was done has the first colour
        colours = colours_of(scopes)
        starts = figures[c.PERIOD_START].where(figures[c.MEASURE] == "flow").fillna(figures[c.PERIOD_END])
        begin_time_axis(ax, starts.min(), figures[c.PERIOD_END].max())
        for figure in rows(figures):
            draw_figure(ax, figure, colours[figure.scope])
        data = figures[[name for name in _DATA if name in figures]]
        if monthly:
            data = data.assign(**{c.UNIT: figures[c.UNIT].map(a_month)})
        unit = data.loc[data[c.PREFERRED], c.UNIT].mode()
        ax.set_ylabel("".join(unit.head(1)), parse_math=False)
        ax.set_ylim(bottom=0)
        name_marks(ax, legend_handles(figures, colours))
        label_figures(ax, figures, monthly=monthly)
        return finish(
            ax, title=name, text=counts_text(figures, name, monthly=monthly, reading=reading),
            sources=figures[c.SOURCE_ID],
            data=data, fit_marks=_fit_counts,
        )  # fmt: skip


def plot_changes(changes: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw each percent change as the range that it can lie in, over a line at zero.

    Filled bars can be compared, hollow ones cannot, and the reason stands beside them.

    Parameters
    ----------
    changes : pandas.DataFrame
        Changes, as `year_on_year` returns them; of a file, with their days as text.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        Title that says the finding.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes drawn on; `describe` gives its text alternative.

    Raises
    ------
    ArgumentError
        If there are no changes.
    DataError
        If a day is none.

    Examples
    --------
    >>> from cbcstats import load_counts, plot_changes, year_on_year
    >>> ax = plot_changes(year_on_year(load_counts("missions"), per="month"))
    >>> [label.get_text().split(" ag")[0] for label in ax.get_yticklabels()][-1]
    'Mar 2017 - Feb 2018'
    """
    for needed in (c.PERCENT_CHANGE_LOW, c.PERCENT_CHANGE_HIGH, c.COMPARABLE, c.WHY):
        if needed not in changes:
            raise ArgumentError(f"`changes` lacks the column {needed!r}; make it with year_on_year")
    if changes.empty:
        raise ArgumentError("`changes` holds no change; year_on_year needs two figures of one series")
    changes = typed_changes(changes)
    name = title or "Change against the figure a year before"
    with styled():
        ax = ax or new_axes(height=1.4 + 0.62 * len(changes))
        begin_rows(ax, len(changes))
        ax.axvline(0, color=INK, linewidth=1)
        ends = changes[[c.PERCENT_CHANGE_LOW, c.PERCENT_CHANGE_HIGH]].to_numpy()
        finite = [0.0, *ends[np.isfinite(ends)]]
        low, high = min(finite), max(finite)
        room = 0.08 * ((high - low) or 1)
        ax.set_xlim(low - room, high + room)
        name_rows(ax, [change_label(change, changes).replace(" against ", " against\n") for change in rows(changes)])
        ax.set_xlabel("change in percent" + (" of numbers a month" if changes.attrs.get("per") == "month" else ""))
        for place, change in enumerate(rows(changes)):
            _draw_change(ax, place, change, cycle()[0])
        ids = [changes[name] for name in (c.SOURCE_ID, c.PREVIOUS_SOURCE_ID) if name in changes]
        return finish(
            ax, title=name, text=changes_text(changes, name), sources=pd.concat(ids or [pd.Series(dtype="str")]),
            data=changes.copy(), fit_marks=place_sayings,
        )  # fmt: skip


def _draw_change(ax: Axes, place: int, change: Any, colour: str) -> None:
    """Draw one percent change as a range, filled if it can be compared, and say so above it."""
    low, high = change.percent_change_low, change.percent_change_high
    edge = colour if change.comparable else GREY
    face = colour if change.comparable else PAPER
    text = change_text(change)
    if pd.isna(low):
        low = high = 0.0
    else:
        last = ax.get_xlim()[1]
        open_end = not math.isfinite(high)
        high = last if open_end else high
        if high > low:
            ax.barh(place, high - low, THICK, low, facecolor=face, edgecolor=edge, linewidth=1.3, zorder=3)
        else:
            ax.plot(low, place, "o", color=edge, mfc=face, ms=7, zorder=3)
        if open_end:
            ax.plot(last, place, ">", color=edge, ms=11, clip_on=False, zorder=4)
    reason = change.why.split("; ")[0]
    forms = [text]
    if reason and (not change.comparable or math.isnan(change.percent_change_high)):
        said = f"{text} \N{EN DASH} {'' if change.comparable else 'not comparable: '}{words(reason)}"
        forms = [said, *([] if change.comparable else [f"{text} \N{EN DASH} not comparable"]), text]
    say(ax, place, forms, low, high)


def _figures_of_one_indicator(counts: pd.DataFrame, per: str, reading: str) -> pd.DataFrame:
    figures = figures_of(counts, per=per, reading=reading)
    indicators = figures[c.INDICATOR].unique()
    if len(indicators) > 1:
        raise ArgumentError(f"`counts` must hold one indicator, but it holds {', '.join(indicators)}; select one")
    figures = figures[figures[c.VALUE].notna()]
    if figures.empty:
        lacking = " a month; only a flow over known days has one" if per == "month" else " with a date"
        raise ArgumentError(f"`counts` holds no figure{lacking}")
    _check_one_part(figures)
    together = figures[figures[c.PREFERRED]].groupby([c.PERIOD_START, c.PERIOD_END], dropna=False)[c.SCOPE]
    figures["shared"] = together.transform("size").reindex(figures.index).fillna(1).astype(int)
    figures["shift"] = together.cumcount().reindex(figures.index).fillna(0).astype(int)
    return figures.sort_values([c.PERIOD_END, c.PREFERRED], ascending=[True, False], kind="stable")


def _check_one_part(figures: pd.DataFrame) -> None:
    """Raise ArgumentError if several preferred figures stand for one scope and period: parts, or a choice to make."""
    keys = [c.SCOPE, c.PERIOD_START, c.PERIOD_END]
    shown = figures[figures[c.PREFERRED]]
    twins = shown[shown.duplicated(keys, keep=False)]
    if twins.empty:
        return
    first = twins[twins[keys].eq(twins[keys].iloc[0]).where(twins[keys].notna(), other=True).all(axis="columns")]
    label = period_label(first[c.PERIOD_START].iloc[0], first[c.PERIOD_END].iloc[0])
    parts = [name for name in first if name not in Counts.to_schema().columns and first[name].nunique() == len(first)]
    parts = [name for name in parts if name not in (c.LOW, c.HIGH, PRINTED, DAYS, MIDDLE)]
    if parts:
        raise ArgumentError(
            f"`counts` holds {len(first)} parts by {parts[0]} for {label}; choose one part, draw them with "
            "plot_contributions(contributions(counts)), or each on Axes of its own from plt.subplots"
        )
    raise ArgumentError(f"`counts` holds {len(first)} preferred figures for {label}; mark one of them as preferred")


def _fit_counts(ax: Axes) -> None:
    fit_time_axis(ax)
    place_labels(ax)
