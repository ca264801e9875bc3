"""Figures, changes and claims as charts show them: typed, labelled and described.

Exports need them, too, so nothing in here draws.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.counts.figures import figures_of, labels_of
from cbcstats.counts.formats import (
    VERDICTS,
    format_range,
    has_rates,
    per_month,
    printed,
    printed_column,
    series_columns,
    title_of,
    words,
)
from cbcstats.counts.periods import period_label
from cbcstats.errors import DataError
from cbcstats.frames import MARKS, as_text, read_days, read_numbers, text_column

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHANGE: Final = ("percent_change_low", "percent_change_high")


def labelled_figures(
    counts: Any, *, per: str = "period", reading: str | float = "usual"
) -> pd.DataFrame:
    """Return figures with their ranges and, as `label`, their period in words."""
    figures = figures_of(counts, per=per, reading=reading)
    return figures.assign(period_label=labels_of(figures))


def numbers_of(figures: pd.DataFrame, *, monthly: bool) -> list[str]:
    """Write each figure as printed, or the range of its monthly rate."""
    if not monthly:
        return list(printed_column(figures))
    # No source prints a monthly rate.
    ends = zip(figures["low"], figures["high"], strict=True)
    return [format_range(low, high) for low, high in ends]


def counts_text(
    figures: pd.DataFrame, title: str, *, monthly: bool, reading: str | float = "usual"
) -> str:
    """Describe figures over time, each by its `period_label` and its `number`.

    The text also names the highest figure, and says how far words were read.
    """
    several = figures["scope"].nunique() > 1
    sentences = []
    figure: Any
    for figure in figures.itertuples(index=False):
        label = figure.period_label
        if several or figure.scope == "planned":
            label += f" ({words(figure.scope)})"
        unit = per_month(figure.unit) if monthly else figure.unit
        number = f"{figure.number} {unit}".strip()
        sentences.append(f"{label}: {number}{_caveats(figure)}")
    listing = "; ".join(sentences)
    ending = _highest(figures) + _words_read(figures, reading)
    return f"Chart of figures over time: {title}. {listing}.{ending}"


def _caveats(figure: Any) -> str:
    note = str(getattr(figure, "note", ""))
    missing = getattr(figure, "missing", 0)
    caveats = ""
    if note.startswith("partial:"):
        caveats = f", {note}"
    elif figure.period_basis == "inferred":
        caveats = _inferred(figure)
    if missing > 0:
        caveats += f", rows rejected: {missing:g}"
    if not figure.preferred:
        caveats += ", from another source"
    return caveats


def _inferred(figure: Any) -> str:
    # A stock is of one day, which has no length.
    if pd.isna(figure.days):
        return ", day inferred"
    if not figure.period_tolerance:
        return ", days inferred"
    return (
        f", days inferred (length {figure.days:.0f} ± {figure.period_tolerance:g} days)"
    )


def _highest(figures: pd.DataFrame) -> str:
    """Name the highest figure of one scope, plans aside, if no other can be as high."""
    is_shown = figures["preferred"] & (figures["scope"] != "planned")
    shown = figures[is_shown].sort_values("low", ascending=False)
    if len(shown) < 2 or shown["scope"].nunique() > 1:
        return ""
    first, others = shown.iloc[0], shown.iloc[1:]
    if others["high"].max() >= first["low"]:
        return ""
    return f" The highest is that of {first['period_label']}."


def _words_read(figures: pd.DataFrame, reading: str | float) -> str:
    """Say how words were read, if any figure has one."""
    has_word = figures["qualifier"] != "exact"
    if "missing" in figures:
        has_word &= ~(figures["missing"] > 0)
    if not has_word.any():
        return ""
    if isinstance(reading, str):
        return f" Words are read in the {reading} way."
    return f" Words reach {reading:.0%} of a number at most."


def typed_rows(
    frame: pd.DataFrame,
    made_by: str,
    *,
    texts: Sequence[str] = (),
    numbers: Sequence[str] = (),
) -> pd.DataFrame:
    """Return rows of a result in their dtypes, whatever a file has made of them.

    Raises
    ------
    DataError
        If a text is missing, or a cell is not a number or not a day.
    """
    typed: dict[str, Any] = {}
    for name in texts:
        typed[name] = text_column(frame[name])
        is_missing = typed[name].isna()
        if is_missing.any():
            row = frame.index[is_missing][0]
            raise DataError(
                f"{name} is empty in row {row}; "
                f"fill it, or make the rows with {made_by}"
            )
    for name in numbers:
        typed[name] = read_numbers(frame[name]).to_numpy(float, na_value=np.nan)
    for name in map(str, frame):
        if name.endswith(("period_start", "period_end")):
            typed[name] = read_days(frame[name])
        elif name in ("period", "previous_period"):
            # A file makes numbers of years.
            labels = frame[name].map(as_text, na_action="ignore")
            typed[name] = text_column(labels)
    return frame.assign(**typed)


def typed_changes(
    changes: pd.DataFrame, numbers: Sequence[str] = _CHANGE
) -> pd.DataFrame:
    """Return changes, or contributions to them, in their dtypes, as `typed_rows` does."""
    typed = typed_rows(changes, "year_on_year", numbers=numbers)
    marks = changes["comparable"].map(as_text).str.lower()
    # A mark that cannot be read makes nothing comparable.
    is_comparable = marks.map(MARKS).eq(True)
    why = text_column(changes["why"]).fillna("")
    return typed.assign(comparable=is_comparable, why=why)


def changes_text(changes: pd.DataFrame, title: str) -> str:
    """Describe percent changes."""
    sentences = []
    change: Any
    for change in changes.itertuples(index=False):
        label = change_label(change, changes)
        text = change_text(change)
        is_known = pd.notna(change.percent_change_low)
        if "±" in change.why and is_known:
            text = f"about {text}"
        verdict = "comparable" if change.comparable else "not comparable"
        if change.why:
            verdict += f" ({change.why})"
        sentences.append(f"{label}: {text}, {verdict}")
    comparable = changes["comparable"].sum()
    sentences.append(f"{comparable} of {len(changes)} can be compared")
    rates = of_rates(changes)
    return f"Chart of percent changes{rates}: {title}. {'. '.join(sentences)}."


def of_rates(changes: pd.DataFrame) -> str:
    """Write of which monthly rates changes are; nothing where they are of values."""
    if not has_rates(changes):
        return ""
    units = changes["unit"].dropna().unique()
    if len(units) != 1:
        return " in monthly rates"
    return f" in {per_month(units[0])}"


def change_text(change: Any) -> str:
    """Write the percent change of a row of `year_on_year`."""
    return percent_text(change.percent_change_low, change.percent_change_high)


def percent_text(low: float, high: float) -> str:
    """Write a percent change as a range."""
    if math.isnan(low) or math.isnan(high):
        return "no percent change"
    return format_range(low, high, percent=True)


def change_label(change: Any, changes: pd.DataFrame) -> str:
    """Name the two periods of a change, and its series where there are several."""
    series = series_columns(changes)
    is_varied = series.nunique(dropna=False) > 1
    names = [change[list(changes).index(name)] for name in series.columns[is_varied]]
    names = [words(name) for name in names if pd.notna(name)]
    periods = change.period
    if pd.notna(change.previous_period):
        periods += f" against {change.previous_period}"
    return ", ".join([*names, periods])


def claims_text(verdicts: pd.DataFrame, title: str) -> str:
    """Describe what claims say of the figures before them, with their verdicts."""
    counts = verdicts["verdict"].value_counts()
    present = [verdict for verdict in VERDICTS if verdict in counts]
    counted = ", ".join(f"{verdict}: {counts[verdict]}" for verdict in present)
    sentences = []
    claim: Any
    for claim in verdicts.itertuples(index=False):
        label = f"{claim_label(claim)}: {verdict_text(claim)}"
        sentence = claim.sentence[:1].upper() + claim.sentence[1:]
        sentences.append(f"{label}. {sentence}")
    kind = f"Chart of claims and what they say of the figure before ({counted})"
    return f"{kind}: {title}. {' '.join(sentences)}"


def claim_label(claim: Any) -> str:
    """Name a claim: its series, its period, and what it says of which figure."""
    period = period_label(claim.period_start, claim.period_end)
    label = f"{title_of(claim)}, {period}: {claim.published_change}"
    if pd.isna(claim.value):
        return label
    return f"{label} on {printed(claim.value, claim.qualifier)}"


def verdict_text(claim: Any) -> str:
    """Say the verdict on a claim, and the one of the strict reading where it differs."""
    if claim.verdict_strict == claim.verdict:
        return str(claim.verdict)
    return f"{claim.verdict}, read strictly {claim.verdict_strict}"
