"""`plot_changes`: year-on-year changes as ranges, one row each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cbcstats.changes.year_on_year import typed_changes
from cbcstats.charts.descriptions import change_label, change_text, changes_text
from cbcstats.charts.labels import (
    THICK,
    begin_rows,
    place_sayings,
    say,
)
from cbcstats.charts.layout import finish, new_axes
from cbcstats.charts.marks import (
    GREY,
    INK,
    PAPER,
    cycle,
    styled,
)
from cbcstats.charts.text import name_rows
from cbcstats.counts.ranges import rows
from cbcstats.counts.wording import words
from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_changes(
    changes: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
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
    for needed in ("percent_change_low", "percent_change_high", "comparable", "why"):
        if needed not in changes:
            raise ArgumentError(f"`changes` lacks the column {needed!r}; make it with year_on_year")
    if changes.empty:
        raise ArgumentError(
            "`changes` holds no change; year_on_year needs two figures of one series"
        )
    changes = typed_changes(changes)
    name = title or "Change against the figure a year before"
    with styled():
        ax = ax or new_axes(height=1.4 + 0.62 * len(changes))
        begin_rows(ax, len(changes))
        ax.axvline(0, color=INK, linewidth=1)
        ends = changes[["percent_change_low", "percent_change_high"]].to_numpy()
        finite = [0.0, *ends[np.isfinite(ends)]]
        low, high = min(finite), max(finite)
        room = 0.08 * ((high - low) or 1)
        ax.set_xlim(low - room, high + room)
        name_rows(
            ax,
            [
                change_label(change, changes).replace(" against ", " against\n")
                for change in rows(changes)
            ],
        )
        ax.set_xlabel(
            "change in percent"
            + (" of numbers a month" if changes.attrs.get("per") == "month" else "")
        )
        for place, change in enumerate(rows(changes)):
            _draw_change(ax, place, change, cycle()[0])
        ids = [changes[name] for name in ("source_id", "previous_source_id") if name in changes]
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
            ax.barh(
                place,
                high - low,
                THICK,
                low,
                facecolor=face,
                edgecolor=edge,
                linewidth=1.3,
                zorder=3,
            )
        else:
            ax.plot(low, place, "o", color=edge, mfc=face, ms=7, zorder=3)
        if open_end:
            ax.plot(last, place, ">", color=edge, ms=11, clip_on=False, zorder=4)
    reason = change.why.split("; ")[0]
    forms = [text]
    if reason and (not change.comparable or math.isnan(change.percent_change_high)):
        said = (
            f"{text} \N{EN DASH} {'' if change.comparable else 'not comparable: '}{words(reason)}"
        )
        forms = [said, *([] if change.comparable else [f"{text} \N{EN DASH} not comparable"]), text]
    say(ax, place, forms, low, high)
