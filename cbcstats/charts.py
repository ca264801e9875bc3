"""Charts that show how sure a figure is: ranges, inferred periods and plans are marks, not footnotes.

Each function draws on the Axes that it is given, or on a new figure, and returns the Axes.
"""

from __future__ import annotations

import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cbcstats import columns as c
from cbcstats.captions import caption, change_label, changes_text, counts_text, source_line, words
from cbcstats.errors import ArgumentError
from cbcstats.figures import figures_of, rows
from cbcstats.marks import (
    CHARACTERS,
    GREY,
    INK,
    SMALL,
    draw_change,
    draw_figure,
    label_figures,
    legend_handles,
    root_figure,
)
from cbcstats.periods import DAYS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

LONG: Final = 34  # characters of a label up to which it stands on one line
TITLE_CHARACTERS: Final = 12  # of a title, in an inch
FEW_YEARS: Final = 2  # under which an axis of years would have too few ticks
STYLE: Final = Path(__file__).with_name("cbcstats.mplstyle")


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
    planned, and a diamond is another source for the same period. The sources stand under the chart.

    Parameters
    ----------
    counts : pandas.DataFrame
        Figures of one indicator, as `load_counts` returns them.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    per : {"period", "month"}
        `month` divides each flow by the length of its period first, so that bars compare and areas are totals.
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
        If the figures belong to several indicators, or there are none with a date.

    Examples
    --------
    >>> from cbcstats import load_counts, plot_counts
    >>> ax = plot_counts(load_counts("missions"), title="Missions reported to the Committee")
    >>> ax.get_ylabel()
    'missions'
    """
    import matplotlib.style

    figures = _figures_of_one_indicator(counts, per, reading)
    name = title or words(figures[c.INDICATOR].iloc[0]).capitalize()
    with matplotlib.style.context(STYLE):
        ax = ax or _new_axes()
        scopes = sorted(figures[c.SCOPE].unique(), key="planned".__eq__)  # what was done has the first colour
        colours = dict(zip(scopes, _cycle() * len(scopes), strict=False))
        _fit_time_axis(ax, figures)
        for figure in rows(figures):
            draw_figure(ax, figure, colours[figure.scope])
        unit = figures.loc[figures[c.PREFERRED], c.UNIT].mode()
        label = " ".join([*unit.head(1), *(["a month"] if per == "month" else [])])
        ax.set_ylabel(textwrap.fill(label, 40), parse_math=False)
        _write_title(ax, name)
        handles = legend_handles(figures, colours)
        ax.set_ylim(0, ax.get_ylim()[1] * (1.12 + 0.09 * math.ceil(len(handles) / 2)))
        if handles:
            columns = 1 if max(len(handle.get_label()) for handle in handles) > LONG else 2
            legend = ax.legend(handles=handles, loc="upper left", ncols=columns, borderaxespad=0.2)
            for text in legend.get_texts():
                text.set_parse_math(False)
        _write_sources(ax, figures[c.SOURCE_ID], counts_text(figures, name, monthly=per == "month"))
        label_figures(ax, figures, monthly=per == "month")
    return ax


def plot_changes(changes: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw each percent change as the range that it can lie in, over a line at zero.

    Filled bars can be compared, hollow ones cannot, and the reason stands beside them.

    Parameters
    ----------
    changes : pandas.DataFrame
        Changes, as `year_on_year` returns them.
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

    Examples
    --------
    >>> from cbcstats import load_counts, plot_changes, year_on_year
    >>> ax = plot_changes(year_on_year(load_counts("missions"), per="month"))
    >>> [label.get_text().split(" ag")[0] for label in ax.get_yticklabels()][-1]
    'Mar 2017 - Feb 2018'
    """
    import matplotlib.style

    for needed in (c.PERCENT_CHANGE_LOW, c.PERCENT_CHANGE_HIGH, c.COMPARABLE, c.WHY):
        if needed not in changes:
            raise ArgumentError(f"`changes` lacks the column {needed!r}; make it with year_on_year")
    if changes.empty:
        raise ArgumentError("`changes` holds no change; year_on_year needs two figures of one series")
    name = title or "Change against the figure a year before"
    with matplotlib.style.context(STYLE):
        ax = ax or _new_axes(height=1.4 + 0.62 * len(changes))
        ax.grid(visible=True, axis="x")
        ax.grid(visible=False, axis="y")
        ax.axvline(0, color=INK, linewidth=1)
        ends = changes[[c.PERCENT_CHANGE_LOW, c.PERCENT_CHANGE_HIGH]].to_numpy()
        finite = [0.0, *ends[np.isfinite(ends)]]
        low, high = min(finite), max(finite)
        room = 0.08 * ((high - low) or 1)
        ax.set_xlim(low - room, high + room)
        labels = [change_label(change, changes).replace(" against ", " against\n") for change in rows(changes)]
        wrapped = ["\n".join(textwrap.fill(line, LONG) for line in label.split("\n")) for label in labels]
        ax.set_yticks(range(len(changes)), wrapped, parse_math=False)
        ax.set_ylim(len(changes) - 0.4, -0.7)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel("change in percent" + (" of numbers a month" if changes.attrs.get("per") == "month" else ""))
        _write_title(ax, name)
        root_figure(ax).draw_without_rendering()  # lays out the axes, so that the room for words is known
        for place, change in enumerate(rows(changes)):
            draw_change(ax, place, change, _cycle()[0])
        ids = [changes[name] for name in (c.SOURCE_ID, c.PREVIOUS_SOURCE_ID) if name in changes]
        _write_sources(ax, pd.concat(ids or [pd.Series(dtype="str")]), changes_text(changes, name))
    return ax


def _figures_of_one_indicator(counts: pd.DataFrame, per: str, reading: str) -> pd.DataFrame:
    figures = figures_of(counts, per=per, reading=reading)
    indicators = figures[c.INDICATOR].unique()
    if len(indicators) > 1:
        raise ArgumentError(f"`counts` must hold one indicator, but it holds {', '.join(indicators)}; select one")
    figures = figures[figures[c.VALUE].notna()]
    if figures.empty:
        lacking = " a month; only a flow over known days has one" if per == "month" else " with a date"
        raise ArgumentError(f"`counts` holds no figure{lacking}")
    together = figures[figures[c.PREFERRED]].groupby([c.PERIOD_START, c.PERIOD_END], dropna=False)[c.SCOPE]
    figures["shared"] = together.transform("size").reindex(figures.index).fillna(1).astype(int)
    figures["shift"] = together.cumcount().reindex(figures.index).fillna(0).astype(int)
    return figures.sort_values([c.PERIOD_END, c.PREFERRED], ascending=[True, False], kind="stable")


def _fit_time_axis(ax: Axes, figures: pd.DataFrame) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DateFormatter, YearLocator

    start = figures[c.PERIOD_START].where(figures[c.MEASURE] == "flow").fillna(figures[c.PERIOD_END]).min()
    end = figures[c.PERIOD_END].max()
    margin = max((end - start) * 0.08, pd.Timedelta(days=60))
    ax.set_xlim(start - margin, end + margin)
    years = (end - start).days / DAYS_PER_YEAR
    if years < FEW_YEARS:
        locator = AutoDateLocator(minticks=3, maxticks=8)
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    else:
        ax.xaxis.set_major_locator(YearLocator(max(1, math.ceil(years / 10))))
        ax.xaxis.set_major_formatter(DateFormatter("%Y"))


def _write_sources(ax: Axes, ids: Iterable[str | None], text: str) -> None:
    """Write the source line under the chart and remember its text alternative."""
    cited = list(dict.fromkeys(name for name in ids if isinstance(name, str)))
    line = source_line(cited)
    if line:
        root_figure(ax).draw_without_rendering()
        inches = ax.get_window_extent().width / root_figure(ax).dpi
        ax.annotate(
            textwrap.fill(line, max(int(inches * CHARACTERS), 30)), (0, 0), (0, -36 if ax.get_xlabel() else -22),
            "axes fraction", "offset points", va="top", fontsize=SMALL, color=GREY, annotation_clip=False,
        )  # fmt: skip
    caption(ax, f"{text} {line}".strip(), cited)


def _write_title(ax: Axes, title: str) -> None:
    inches = root_figure(ax).get_size_inches()[0] * ax.get_position().width
    ax.set_title(textwrap.fill(title, max(int(inches * TITLE_CHARACTERS), 20)), parse_math=False)


def _new_axes(*, height: float | None = None) -> Axes:
    import matplotlib.pyplot as plt

    width, usual = plt.rcParams["figure.figsize"]
    return plt.subplots(figsize=(width, height or usual))[1]


def _cycle() -> list[str]:
    import matplotlib as mpl

    return list(mpl.rcParams["axes.prop_cycle"].by_key()["color"])
