"""The chart of claims: what a published change says of the figure before it, beside what was published."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.charts.descriptions import claim_label, claims_text, verdict_text
from cbcstats.charts.labels import THICK, begin_rows, place_sayings, say
from cbcstats.charts.layout import finish, new_axes
from cbcstats.charts.marks import PAPER, cycle, styled
from cbcstats.charts.text import name_marks, name_rows
from cbcstats.counts.ranges import rows
from cbcstats.counts.wording import format_range, words
from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

# Columns of `check_claims`: what a claim says that the figure before was, and what was published of it.
_IMPLIED: Final = ("implied_low", "implied_high")
_PUBLISHED: Final = ("previous_low", "previous_high")
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

    Examples
    --------
    >>> from cbcstats import check_claims, load_counts, plot_claims
    >>> verdicts = check_claims(load_counts("missions"))
    >>> ax = plot_claims(verdicts[verdicts["verdict"] == "contradicts"])
    >>> [" ".join(label.get_text().split()) for label in ax.get_yticklabels()]
    ['Missions, Apr 2016 - Mar 2017: +20% on more than 330']
    """
    for needed in (*_IMPLIED, *_PUBLISHED, "verdict", "sentence"):
        if needed not in verdicts:
            raise ArgumentError(
                f"`verdicts` lacks the column {needed!r}; make it with check_claims"
            )
    if verdicts.empty:
        raise ArgumentError(
            "`verdicts` holds no claim; check_claims found none, or none was selected"
        )
    name = title or "What claims say of the figure before, and what was published"
    one_series = verdicts["indicator"].nunique() == 1
    ends = verdicts[[*_IMPLIED, *_PUBLISHED]].to_numpy(float, na_value=np.nan)
    if not one_series:
        before = verdicts[["previous_value"]].to_numpy(float, na_value=np.nan)
        ends = 100 * ends / np.where(before > 0, before, np.nan)
    with styled():
        ax = ax or new_axes(height=min(1.6 + 0.62 * len(verdicts), _MOST))
        begin_rows(ax, len(verdicts))
        _begin_axis(ax, ends[np.isfinite(ends)])
        name_rows(ax, [claim_label(claim) for claim in rows(verdicts)])
        unit = words(verdicts["indicator"].iloc[0])
        ax.set_xlabel(
            unit if one_series else "percent of the figure that was published before",
            parse_math=False,
        )
        for place, (claim, (low, high, *published)) in enumerate(
            zip(rows(verdicts), ends, strict=True)
        ):
            if math.isnan(low):
                published = [math.nan, math.nan]  # the claim is not measured from it
            _draw_range(ax, place, published, THICK * 0.55, filled=True)
            _draw_range(ax, place, (low, high), THICK, filled=False)
            known = [end for end in (low, high, *published) if math.isfinite(end)] or [
                ax.get_xlim()[0]
            ]
            say(ax, place, _forms(claim), min(known), max(known))
        name_marks(ax, _handles())
        return finish(
            ax, title=name, text=claims_text(verdicts, name), data=verdicts.copy(), fit_marks=place_sayings,
            sources=[*verdicts["source_id"], *verdicts["previous_source_id"]],
        )  # fmt: skip


def _begin_axis(ax: Axes, finite: np.ndarray) -> None:
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    room = 0.12 * ((high - low) or high or 1)
    ax.set_xlim(low - room, high + room)


def _draw_range(ax: Axes, place: int, ends: Sequence[float], thick: float, *, filled: bool) -> None:
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
            place, end - low, thick, low, facecolor=face, edgecolor=colour, linewidth=1.6, zorder=3
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
        Patch(facecolor=published, edgecolor=published, label="what was published of it"),
    ]


def _forms(claim: Any) -> list[str]:
    verdict = verdict_text(claim)
    if pd.isna(claim.implied_low):
        return [f"{verdict}: {claim.sentence.removesuffix('.')}", verdict]
    numbers = [
        f"{said} {format_range(low, high)}"
        for said, low, high in (
            ("implied", claim.implied_low, claim.implied_high),
            ("published", claim.previous_low, claim.previous_high),
        )
        if pd.notna(low)
    ]
    return [f"{verdict}: {', '.join(numbers)}", verdict]
