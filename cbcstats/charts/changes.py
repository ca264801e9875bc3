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
    typed_rows,
    verdict_text,
)
from cbcstats.charts.labels import THICK, begin_rows, label_row, place_row_labels
from cbcstats.charts.layout import (
    GREY,
    INK,
    PAPER,
    add_legend,
    cycle,
    finish,
    new_axes,
    styled,
)
from cbcstats.counts.formats import VERDICTS, format_range, title_of, words
from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_NEEDED: Final = (
    *("period", "previous_period"),
    *("period_start", "period_end", "previous_period_start", "previous_period_end"),
    *("percent_change_low", "percent_change_high", "comparable", "why", "unit"),
)

# Columns of `check_claims`: the figure before as a claim implies it, and as published.
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
    >>> ax = plot_changes(year_on_year(load_counts("capacity_building_missions"), per="month"))
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
    rows: list[Any] = list(changes.itertuples(index=False))
    labels = [change_label(change, changes) for change in rows]
    ends = changes[["percent_change_low", "percent_change_high"]].to_numpy()
    with styled():
        ax = ax or new_axes(height=1.4 + 0.62 * len(changes))
        begin_rows(ax, [label.replace(" against ", " against\n") for label in labels])
        ax.axvline(0, color=INK, linewidth=1)
        _begin_axis(ax, [0.0, *ends[np.isfinite(ends)]], 0.08)
        ax.set_xlabel(f"percent change{of_rates(changes)}", parse_math=False)
        for place, change in enumerate(rows):
            _draw_change(ax, place, change, cycle()[0])
        return finish(
            ax,
            title=name,
            description=changes_text(changes, name),
            data=changes.copy(),
            fit=place_row_labels,
        )


def _begin_axis(ax: Axes, ends: Sequence[float], share: float) -> None:
    """Let the axis reach beyond the ends of all ranges, by a share of their distance."""
    low = min(ends, default=0.0)
    high = max(ends, default=1.0)
    distance = high - low
    room = share * (distance or high or 1)
    ax.set_xlim(low - room, high + room)


def _draw_change(ax: Axes, place: int, change: Any, colour: str) -> None:
    """Draw one percent change as a range, filled if it can be compared, with a label."""
    low, high = change.percent_change_low, change.percent_change_high
    if pd.isna(low):
        label_row(ax, place, _forms_of_change(change), 0.0, 0.0)
        return
    edge, face = (colour, colour) if change.comparable else (GREY, PAPER)
    _, last = ax.get_xlim()
    # An open range reaches the edge of the chart as an arrow.
    is_open = not math.isfinite(high)
    if is_open:
        high = last
        ax.plot(last, place, ">", color=edge, ms=11, clip_on=False, zorder=4)
    if high > low:
        look: dict[str, Any] = {"facecolor": face, "edgecolor": edge}
        ax.barh(place, high - low, THICK, low, zorder=3, linewidth=1.3, **look)
    else:
        ax.plot(low, place, "o", color=edge, mfc=face, ms=7, zorder=3)
    label_row(ax, place, _forms_of_change(change), low, high)


def _forms_of_change(change: Any) -> list[str]:
    """Return the label of a change, from the form with its reason to the percent change alone."""
    text = change_text(change)
    first_reason, *_ = change.why.split("; ")
    reason = words(first_reason)
    if not reason:
        return [text]
    if not change.comparable:
        short = f"{text} \N{EN DASH} not comparable"
        return [f"{short}: {reason}", short, text]
    if not math.isfinite(change.percent_change_high):
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
    >>> verdicts = check_claims(load_counts("capacity_building_missions"))
    >>> ax = plot_claims(verdicts.head(1))
    >>> [" ".join(label.get_text().split()) for label in ax.get_yticklabels()]
    ['Capacity building missions, Apr 2016 - Mar 2017: +20% on more than 330']
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
    unit, ends = _implied_and_published(verdicts)
    rows: list[Any] = list(verdicts.itertuples(index=False))
    with styled():
        ax = ax or new_axes(height=min(1.6 + 0.62 * len(verdicts), _MOST))
        begin_rows(ax, list(map(claim_label, rows)))
        _begin_axis(ax, ends[np.isfinite(ends)], 0.12)
        ax.set_xlabel(unit, parse_math=False)
        for place, claim in enumerate(rows):
            _draw_claim(ax, place, claim, ends[place])
        add_legend(ax, _handles(verdicts))
        return finish(
            ax,
            title=name,
            description=claims_text(verdicts, name),
            data=verdicts.copy(),
            fit=place_row_labels,
        )


def _implied_and_published(verdicts: pd.DataFrame) -> tuple[str, np.ndarray]:
    """Return the ends of both ranges of each claim, and their unit.

    Claims of several series are in percent, so that they stand side by side.
    """
    ends = verdicts[[*_IMPLIED, *_PUBLISHED]].to_numpy()
    indicators = verdicts["indicator"].unique()
    if len(indicators) == 1:
        return title_of(verdicts.iloc[0]), ends
    before = verdicts[["previous_value"]].to_numpy()
    is_above_zero = before > 0
    percents = 100 * ends / np.where(is_above_zero, before, np.nan)
    return "percent of the figure that was published before", percents


def _draw_claim(ax: Axes, place: int, claim: Any, ends: np.ndarray) -> None:
    """Draw what a claim implies and what was published, and write its verdict."""
    low, high, *published = ends
    if math.isnan(low):
        published = []  # the claim is not measured from it
    colour = cycle()[0]
    filled = {"facecolor": colour, "edgecolor": colour}
    if published:
        _draw_range(ax, place, published, THICK * 0.55, "o", filled)
    _draw_range(ax, place, (low, high), THICK, "D", _look(claim.verdict))
    drawn = [end for end in (low, high, *published) if math.isfinite(end)]
    if not drawn:
        drawn = [ax.get_xlim()[0]]
    label_row(ax, place, _forms_of_claim(claim), min(drawn), max(drawn))


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
    """Draw one of the two ranges of a claim.

    An end that is open reaches the edge of the chart as an arrow.
    """
    low, high = ends
    if math.isnan(low):
        return
    first, last = ax.get_xlim()
    length = min(high, last) - low
    # Only a marker made by scatter() takes a dashed outline.
    if length < 0.02 * (last - first):
        size = {"o": 6, "D": 11}[marker] ** 2
        ax.scatter(low + length / 2, place, s=size, marker=marker, zorder=3, **look)
    else:
        ax.barh(place, length, thick, low, zorder=3, **look)
    if math.isinf(high):
        arrow = {**look, "linestyle": "-", "clip_on": False, "zorder": 4}
        ax.scatter(last, place, s=81, marker=">", **arrow)


def _handles(verdicts: pd.DataFrame) -> list[Any]:
    """Return one entry for what was published, and one for each verdict that is there."""
    from matplotlib.patches import Patch

    colour = cycle()[0]
    handles = [Patch(facecolor=colour, edgecolor=colour, label="what was published")]
    is_measured = verdicts["implied_low"].notna()
    present = set(verdicts["verdict"][is_measured])
    for verdict in VERDICTS:
        if verdict in present:
            label = f"what the claim implies: {verdict}"
            handles.append(Patch(**_look(verdict), label=label))
    return handles


def _forms_of_claim(claim: Any) -> list[str]:
    """Return the label of a claim, from the form with its numbers to the verdict alone."""
    verdict = verdict_text(claim)
    if pd.isna(claim.implied_low):
        sentence = claim.sentence.removesuffix(".")
        return [f"{verdict}: {sentence}", verdict]
    numbers = f"implied {format_range(claim.implied_low, claim.implied_high)}"
    if pd.notna(claim.previous_low):
        published = format_range(claim.previous_low, claim.previous_high)
        numbers += f", published {published}"
    return [f"{verdict}: {numbers}", verdict]
