"""Year-on-year changes, and what claims say of the figure before: ranges, one row each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_frame, check_optional_axes, check_optional_text
from cbcstats.charts.descriptions import (
    change_label,
    change_text,
    changes_text,
    claim_label,
    claims_text,
    of_rates,
    typed_changes,
    verdict_text,
)
from cbcstats.charts.labels import THICK, begin_rows, label_row, place_row_labels
from cbcstats.charts.layout import (
    add_legend,
    finish,
    new_axes,
    source_ids,
    typed_rows,
)
from cbcstats.charts.marks import GREY, INK, PAPER, cycle, styled
from cbcstats.counts.columns import VERDICTS
from cbcstats.counts.formats import format_range, words
from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_NEEDED: Final = (
    *("period", "previous_period"),
    *("period_start", "period_end", "previous_period_start", "previous_period_end"),
    *("percent_change_low", "percent_change_high", "comparable", "why", "unit"),
)

# Columns of `check_claims`: what a claim says that the figure before was, and what was published of it.
_IMPLIED: Final = ("implied_low", "implied_high")
_PUBLISHED: Final = ("previous_low", "previous_high")
_NUMBERS: Final = ("value", "previous_value", *_IMPLIED, *_PUBLISHED)
_TEXTS: Final = (
    *("indicator", "qualifier", "published_change"),
    *("verdict", "verdict_strict", "sentence"),
)
_OTHERS: Final = ("period_start", "period_end", "source_id", "previous_source_id")
_MOST: Final = 12  # inches of height that claims may take at first


def plot_changes(
    changes: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw each percent change as the range that it can lie in, over a line at zero.

    Filled bars can be compared, hollow ones cannot, and the reason stands beside them. A figure without one of a year
    before has a row with its reason only.

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
        ax.set_xlabel(f"percent change{of_rates(changes)}", parse_math=False)
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
    label_row(ax, place, _forms_of_change(change), low, high)


def _forms_of_change(change: Any) -> list[str]:
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


def plot_claims(
    verdicts: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw what each claim says of the figure before it beside what was published of that figure.

    Filled is what was published, hollow what the claim implies. Its line shows the verdict: where the two do not meet,
    the claim is unlikely (dashed), or contradicts the figures if the words alone exclude it, too (thick). Claims of one
    series stand on an axis of counts; those of several series in percent of the figure that was published before, so
    that they stand side by side.

    Parameters
    ----------
    verdicts : pandas.DataFrame
        Rows of `check_claims`.
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
        If there are no claims.
    DataError
        If a cell is not a number or not a day, or a text such as the verdict is missing.

    Examples
    --------
    >>> from cbcstats import check_claims, load_counts, plot_claims
    >>> verdicts = check_claims(load_counts("missions"))
    >>> ax = plot_claims(verdicts.head(1))
    >>> [" ".join(label.get_text().split()) for label in ax.get_yticklabels()]
    ['Missions, Apr 2016 - Mar 2017: +20% on more than 330']
    """
    ax = check_optional_axes("ax", ax)
    title = check_optional_text("title", title)
    needed = (*_TEXTS, *_NUMBERS, *_OTHERS)
    verdicts = check_frame("verdicts", verdicts, needed, "check_claims")
    if verdicts.empty:
        raise ArgumentError(
            "`verdicts` holds no claim; check_claims found none, or none was selected"
        )
    verdicts = typed_rows(verdicts, "check_claims", texts=_TEXTS, numbers=_NUMBERS)
    name = title or "What claims say of the figure before, and what was published"
    one_series = verdicts["indicator"].nunique() == 1
    ends = verdicts[[*_IMPLIED, *_PUBLISHED]].to_numpy()
    if not one_series:
        before = verdicts[["previous_value"]].to_numpy()
        ends = 100 * ends / np.where(before > 0, before, np.nan)
    with styled():
        ax = ax or new_axes(height=min(1.6 + 0.62 * len(verdicts), _MOST))
        begin_rows(
            ax, [claim_label(claim) for claim in verdicts.itertuples(index=False)]
        )
        _begin_axis(ax, ends[np.isfinite(ends)])
        unit = words(verdicts["indicator"].iloc[0])
        ax.set_xlabel(
            unit if one_series else "percent of the figure that was published before",
            parse_math=False,
        )
        claim: Any
        rows = zip(verdicts.itertuples(index=False), ends, strict=True)
        for place, (claim, (low, high, *published)) in enumerate(rows):
            if math.isnan(low):
                published = [math.nan, math.nan]  # the claim is not measured from it
            was_published = {"facecolor": cycle()[0], "edgecolor": cycle()[0]}
            _draw_range(ax, place, published, THICK * 0.55, "o", was_published)
            _draw_range(ax, place, (low, high), THICK, "D", _look(claim.verdict))
            drawn = [end for end in (low, high, *published) if math.isfinite(end)]
            drawn = drawn or [ax.get_xlim()[0]]
            label_row(ax, place, _forms_of_claim(claim), min(drawn), max(drawn))
        add_legend(ax, _handles(verdicts))
        return finish(
            ax,
            title=name,
            description=claims_text(verdicts, name),
            sources=source_ids(verdicts),
            data=verdicts.copy(),
            fit=place_row_labels,
        )


def _begin_axis(ax: Axes, finite: np.ndarray) -> None:
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    room = 0.12 * ((high - low) or high or 1)
    ax.set_xlim(low - room, high + room)


def _look(verdict: str) -> dict[str, Any]:
    """Return how the range that a claim implies is outlined."""
    _, vermilion, slate, olive, *_ = cycle()
    edges = {
        "consistent": (slate, "-", 1.6),
        "unlikely": (olive, "--", 2.2),
        "contradicts": (vermilion, "-", 2.8),
    }
    colour, line, width = edges.get(verdict, (GREY, ":", 1.6))
    look = {"edgecolor": colour, "linestyle": line, "linewidth": width}
    return {"facecolor": "none", **look}


def _draw_range(
    ax: Axes,
    place: int,
    ends: Sequence[float],
    thick: float,
    marker: str,
    look: dict[str, Any],
) -> None:
    """Draw one of the two ranges of a claim; an end that is open reaches the edge of the chart as an arrow."""
    low, high = ends
    if math.isnan(low):
        return
    first, last = ax.get_xlim()
    end = min(high, last)
    size = {"o": 6, "D": 11}[marker] ** 2
    # Only a marker made by scatter() takes a dashed outline.
    if end - low < 0.02 * (last - first):
        ax.scatter((low + end) / 2, place, s=size, marker=marker, zorder=3, **look)
    else:
        ax.barh(place, end - low, thick, low, zorder=3, **look)
    if math.isinf(high):
        arrow = {**look, "linestyle": "-", "clip_on": False, "zorder": 4}
        ax.scatter(last, place, s=81, marker=">", **arrow)


def _handles(verdicts: pd.DataFrame) -> list[Any]:
    """Return one entry for what was published, and one for each verdict that is there."""
    from matplotlib.patches import Patch

    colour = cycle()[0]
    handles = [Patch(facecolor=colour, edgecolor=colour, label="what was published")]
    present = set(verdicts["verdict"][verdicts["implied_low"].notna()])
    for verdict in VERDICTS:
        if verdict in present:
            label = f"what the claim implies: {verdict}"
            handles.append(Patch(**_look(verdict), label=label))
    return handles


def _forms_of_claim(claim: Any) -> list[str]:
    """Return the label of a claim, from the form with its numbers to the verdict alone."""
    verdict = verdict_text(claim)
    if pd.isna(claim.implied_low):
        return [f"{verdict}: {claim.sentence.removesuffix('.')}", verdict]
    numbers = f"implied {format_range(claim.implied_low, claim.implied_high)}"
    if pd.notna(claim.previous_low):
        numbers += (
            f", published {format_range(claim.previous_low, claim.previous_high)}"
        )
    return [f"{verdict}: {numbers}", verdict]
