"""`plot_changes`: year-on-year changes as ranges, one row each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_frame, check_optional_axes, check_optional_text
from cbcstats.changes.year_on_year import typed_changes
from cbcstats.charts.descriptions import change_label, change_text, changes_text
from cbcstats.charts.labels import THICK, begin_rows, label_row, place_row_labels
from cbcstats.charts.layout import finish, new_axes, source_ids
from cbcstats.charts.marks import GREY, INK, PAPER, cycle, styled
from cbcstats.counts.formats import has_rates, words
from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NEEDED: Final = (
    *("period_start", "period_end", "previous_period_start", "previous_period_end"),
    *("percent_change_low", "percent_change_high", "comparable", "why"),
)


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
    ax = check_optional_axes("ax", ax)
    title = check_optional_text("title", title)
    changes = check_frame("changes", changes, _NEEDED, "year_on_year")
    if changes.empty:
        raise ArgumentError(
            "`changes` holds no change; year_on_year needs two figures of one series"
        )
    changes = typed_changes(changes)
    name = title or "Change against the figure a year before"
    with styled():
        ax = ax or new_axes(height=1.4 + 0.62 * len(changes))
        labels = [
            change_label(change, changes) for change in changes.itertuples(index=False)
        ]
        begin_rows(ax, [label.replace(" against ", " against\n") for label in labels])
        ax.axvline(0, color=INK, linewidth=1)
        ends = changes[["percent_change_low", "percent_change_high"]].to_numpy()
        finite = [0.0, *ends[np.isfinite(ends)]]
        low, high = min(finite), max(finite)
        room = 0.08 * ((high - low) or 1)
        ax.set_xlim(low - room, high + room)
        monthly = " of the monthly rate" if has_rates(changes) else ""
        ax.set_xlabel(f"change in percent{monthly}")
        for place, change in enumerate(changes.itertuples(index=False)):
            _draw_change(ax, place, change, cycle()[0])
        return finish(
            ax,
            title=name,
            description=changes_text(changes, name),
            sources=source_ids(changes),
            data=changes.copy(),
            fit=place_row_labels,
        )


def _draw_change(ax: Axes, place: int, change: Any, colour: str) -> None:
    """Draw one percent change as a range, filled if it can be compared, with a label above it."""
    low, high = change.percent_change_low, change.percent_change_high
    edge = colour if change.comparable else GREY
    face = colour if change.comparable else PAPER
    if pd.isna(low):
        low = high = 0.0
    else:
        last = ax.get_xlim()[1]
        open_end = not math.isfinite(high)
        high = last if open_end else high
        if high > low:
            look: dict[str, Any] = {
                "facecolor": face,
                "edgecolor": edge,
                "linewidth": 1.3,
            }
            ax.barh(place, high - low, THICK, low, zorder=3, **look)
        else:
            ax.plot(low, place, "o", color=edge, mfc=face, ms=7, zorder=3)
        if open_end:
            ax.plot(last, place, ">", color=edge, ms=11, clip_on=False, zorder=4)
    label_row(ax, place, _label_forms(change), low, high)


def _label_forms(change: Any) -> list[str]:
    """Return the label of a change, from the form with its reason to the percent change alone."""
    text = change_text(change)
    reason = words(change.why.split("; ")[0])
    if not reason:
        return [text]
    if not change.comparable:
        short = f"{text} \N{EN DASH} not comparable"
        return [f"{short}: {reason}", short, text]
    if math.isnan(change.percent_change_high):
        return [f"{text} \N{EN DASH} {reason}", text]
    return [text]
