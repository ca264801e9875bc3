"""`plot_claims`: the previous figure that each claim implies, next to the one published."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_frame, check_optional_axes, check_optional_text
from cbcstats.charts.descriptions import claim_label, claims_text, verdict_text
from cbcstats.charts.labels import THICK, begin_rows, label_row, place_row_labels
from cbcstats.charts.layout import add_legend, finish, new_axes, source_ids, typed_rows
from cbcstats.charts.marks import PAPER, cycle, styled
from cbcstats.counts.formats import format_range, words
from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

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


def plot_claims(
    verdicts: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw what each claim says of the figure before it beside what was published of that figure.

    Hollow is what the claim implies, filled what was published; where the two do not meet, the claim contradicts the
    figures. Claims of one series stand on an axis of counts; those of several series in percent of the figure that was
    published before, so that they stand side by side.

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
    >>> ax = plot_claims(verdicts[verdicts["verdict"] == "contradicts"])
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
        for place, (claim, (low, high, *published)) in enumerate(
            zip(verdicts.itertuples(index=False), ends, strict=True)
        ):
            if math.isnan(low):
                published = [math.nan, math.nan]  # the claim is not measured from it
            _draw_range(ax, place, published, THICK * 0.55, filled=True)
            _draw_range(ax, place, (low, high), THICK, filled=False)
            drawn = [end for end in (low, high, *published) if math.isfinite(end)]
            drawn = drawn or [ax.get_xlim()[0]]
            label_row(ax, place, _label_forms(claim), min(drawn), max(drawn))
        add_legend(ax, _handles())
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


def _draw_range(
    ax: Axes, place: int, ends: Sequence[float], thick: float, *, filled: bool
) -> None:
    """Draw one of the two ranges of a claim; an end that is open reaches the edge of the chart as an arrow."""
    low, high = ends
    if math.isnan(low):
        return
    colour = cycle()[0] if filled else cycle()[1]
    face = colour if filled else "none"
    last = ax.get_xlim()[1]
    end = min(high, last)
    if end - low < 0.02 * (last - ax.get_xlim()[0]):
        ax.plot(
            (low + end) / 2,
            place,
            "o" if filled else "D",
            ms=6 if filled else 11,
            color=colour,
            mfc=face,
            mew=1.6,
        )
    else:
        ax.barh(
            place,
            end - low,
            thick,
            low,
            facecolor=face,
            edgecolor=colour,
            linewidth=1.6,
            zorder=3,
        )
    if math.isinf(high):
        ax.plot(last, place, ">", color=colour, ms=9, mfc=face, clip_on=False, zorder=4)


def _handles() -> list[Any]:
    from matplotlib.patches import Patch

    published, implied = cycle()[:2]
    return [
        Patch(
            facecolor=PAPER,
            edgecolor=implied,
            linewidth=1.6,
            label="what the claim implies of the figure before",
        ),
        Patch(
            facecolor=published, edgecolor=published, label="what was published of it"
        ),
    ]


def _label_forms(claim: Any) -> list[str]:
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
