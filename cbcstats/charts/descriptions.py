"""Text alternatives of charts, written from their numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cbcstats.counts.columns import VERDICTS
from cbcstats.counts.formats import (
    format_range,
    has_rates,
    heading,
    per_month,
    printed,
    words,
)
from cbcstats.counts.periods import period_label
from cbcstats.frames import MARKS, as_text, read_days, read_numbers, text_column
from cbcstats.tables.codelists import SHORT_REGIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cbcstats.changes.membership import Roster


def counts_text(
    figures: pd.DataFrame,
    title: str,
    *,
    monthly: bool,
    reading: str | float = "usual",
) -> str:
    """Describe figures over time: each with its words, which is the highest, and how far words were read."""
    several = figures["scope"].nunique() > 1
    sentences = []
    figure: Any
    for figure in figures.itertuples(index=False):
        scope = (
            f" ({words(figure.scope)})" if several or figure.scope == "planned" else ""
        )
        number = f"{figure.printed} {figure.unit}"
        if monthly:
            number = f"{format_range(figure.low, figure.high)} {per_month(figure.unit)}"
        sentences.append(f"{figure.label}{scope}: {number.strip()}{_caveats(figure)}")
    read = ""
    has_word = figures["qualifier"] != "exact"
    if "missing" in figures:
        has_word &= ~(figures["missing"] > 0)
    if has_word.any():
        read = f" Words are read in the {reading} way."
        if not isinstance(reading, str):
            read = f" Words reach {reading:.0%} of a number at most."
    return f"Chart of figures over time: {title}. {'; '.join(sentences)}.{_highest(figures)}{read}"


def _caveats(figure: Any) -> str:
    note = str(getattr(figure, "note", ""))
    missing = getattr(figure, "missing", 0)
    caveats = ""
    if note.startswith("partial:"):
        caveats = f", {note}"
    elif figure.period_basis == "inferred":
        caveats = ", days inferred"
        if figure.period_tolerance:
            caveats += f" (length {figure.days:.0f} ± {figure.period_tolerance:g} days)"
    if missing > 0:
        caveats += f", rows rejected: {missing:g}"
    return caveats + ("" if figure.preferred else ", from another source")


def _highest(figures: pd.DataFrame) -> str:
    """Say which figure is the highest of one scope, plans aside, where no other can be as high."""
    shown = figures[figures["preferred"] & (figures["scope"] != "planned")].sort_values(
        "low", ascending=False
    )
    if (
        len(shown) < 2
        or shown["scope"].nunique() > 1
        or shown["high"].iloc[1:].max() >= shown["low"].iloc[0]
    ):
        return ""
    return f" The highest is that of {shown['label'].iloc[0]}."


def changes_text(changes: pd.DataFrame, title: str) -> str:
    """Describe percent changes."""
    sentences = []
    change: Any
    for change in changes.itertuples(index=False):
        verdict = "comparable" if change.comparable else "not comparable"
        why = f" ({change.why})" if change.why else ""
        text = change_text(change)
        if "±" in why and pd.notna(change.percent_change_low):
            text = f"about {text}"
        sentences.append(f"{change_label(change, changes)}: {text}, {verdict}{why}")
    compared = f"{changes['comparable'].sum()} of {len(changes)} can be compared"
    return f"Chart of percent changes{of_rates(changes)}: {title}. {'. '.join(sentences)}. {compared}."


def of_rates(changes: pd.DataFrame) -> str:
    """Write of which monthly rates changes are; nothing where they are of values."""
    if not has_rates(changes):
        return ""
    units = changes["unit"].dropna().unique()
    return f" in {per_month(units[0])}" if len(units) == 1 else " in monthly rates"


def change_text(change: Any) -> str:
    """Write the percent change of a row of `year_on_year`."""
    low, high = change.percent_change_low, change.percent_change_high
    if pd.isna(low):
        return "no percent change"
    return format_range(low, math.inf if pd.isna(high) else high, percent=True)


def typed_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Return changes in their dtypes, whatever a file or a conversion made of these."""
    columns: dict[str, Any] = {}
    for name in map(str, changes):
        if name.endswith(("period_start", "period_end")):
            columns[name] = read_days(changes[name])
    for name in ("percent_change_low", "percent_change_high"):
        numbers = read_numbers(changes[name])
        columns[name] = numbers.to_numpy(float, na_value=np.nan)
    # A mark that cannot be read makes nothing comparable.
    marks = [MARKS.get(as_text(mark).lower(), False) for mark in changes["comparable"]]
    columns["comparable"] = pd.Series(marks, changes.index, dtype=bool)
    why = text_column(changes["why"]).fillna("")
    return changes.assign(**columns, why=why)


def change_label(change: Any, changes: pd.DataFrame) -> str:
    """Name the two periods of a change, and its series where there are several."""
    # The columns of the series stand before those of the period.
    before_period = list(changes).index("period")
    places = [
        place
        for place in range(before_period)
        if changes.iloc[:, place].nunique(dropna=False) > 1
    ]
    series = [words(change[place]) for place in places]
    if pd.isna(change.previous_period):
        return ", ".join([*series, change.period])
    return ", ".join([*series, f"{change.period} against {change.previous_period}"])


def contributions_text(shown: pd.DataFrame, by: str, title: str) -> str:
    """Describe contributions to the change of a total, the largest first."""
    sentences = []
    # A fiscal year without days is known by its label.
    keys = ["period_end", "period_start", "period"]
    for (*_, label), of_period in shown.groupby(keys, dropna=False):
        order = of_period["contribution"].abs().sort_values(ascending=False).index
        parts = [
            f"{short_name(of_period[by][place])} {points(of_period.loc[place])}"
            for place in order
        ]
        whys = dict.fromkeys(filter(None, of_period["why"]))
        verdict = "comparable" if of_period["comparable"].all() else "not comparable"
        why = f" ({'; '.join(whys)})" if whys else ""
        sentences.append(
            f"{label}: {total_text(of_period)} in all, {verdict}{why}; of that {', '.join(parts)}"
        )
    return (
        f"Chart of contributions in percentage points: {title}. {'. '.join(sentences)}."
    )


def points(row: Any) -> str:
    """Write a contribution, in percentage points."""
    if pd.isna(row.contribution_low) or pd.isna(row.contribution_high):
        return "not known"
    return format_range(
        row.contribution_low, row.contribution_high, percent=True
    ).replace("%", "")


def total_text(of_period: pd.DataFrame) -> str:
    """Write the percent change of a total, which all its parts share."""
    low = of_period["total_percent_change_low"].iloc[0]
    high = of_period["total_percent_change_high"].iloc[0]
    if pd.isna(low):
        return "no percent change"
    return format_range(low, math.inf if pd.isna(high) else high, percent=True)


def sum_of_lows(contributions: pd.Series) -> float:
    """Add up the low ends of contributions; a total falls by all of it at most."""
    return max(contributions.sum(skipna=False), -100.0)


def short_name(part: object) -> str:
    """Return what a part, such as a region, is called in a chart."""
    return SHORT_REGIONS.get(str(part), words(part))


def claims_text(verdicts: pd.DataFrame, title: str) -> str:
    """Describe what claims say of the figures before them, with their verdicts."""
    counts = verdicts["verdict"].value_counts()
    counted = ", ".join(
        f"{verdict}: {counts[verdict]}" for verdict in VERDICTS if verdict in counts
    )
    sentences = []
    claim: Any
    for claim in verdicts.itertuples(index=False):
        sentence = claim.sentence[:1].upper() + claim.sentence[1:]
        sentences.append(f"{claim_label(claim)}: {verdict_text(claim)}. {sentence}")
    return f"Chart of claims and what they say of the figure before ({counted}): {title}. {' '.join(sentences)}"


def claim_label(claim: Any) -> str:
    """Name a claim: its series, its period, and what it says of which figure."""
    label = f"{heading(claim.indicator)}, {period_label(claim.period_start, claim.period_end)}"
    if pd.isna(claim.value):
        return f"{label}: {claim.published_change}"
    return (
        f"{label}: {claim.published_change} on {printed(claim.value, claim.qualifier)}"
    )


def verdict_text(claim: Any) -> str:
    """Say the verdict on a claim, and the one of the strict reading where it differs."""
    strict = (
        ""
        if claim.verdict_strict == claim.verdict
        else f", read strictly {claim.verdict_strict}"
    )
    return f"{claim.verdict}{strict}"


def members_text(
    tiles: pd.DataFrame, title: str, others: list[str], *, listed: bool
) -> str:
    """Describe which Members have a value, region by region, and which have the highest."""
    filled = tiles[tiles["value"].notna()]
    regions = ", ".join(
        f"{short_name(region)} {of_region['value'].notna().sum()} of {len(of_region)}"
        for region, of_region in tiles.groupby("wco_region", sort=False)
    )
    sentences = [
        f"{len(filled)} of {len(tiles)} {'are listed' if listed else 'have a value'}: {regions}"
    ]
    if listed:
        sentences.append(f"Listed are {', '.join(filled['member_name']) or 'none'}")
    elif len(filled):
        top = filled.sort_values("value", ascending=False, kind="stable").head(3)
        most = (
            f"{name} with {format_range(value, value)}"
            for name, value in zip(top["member_name"], top["value"], strict=True)
        )
        total = filled["value"].sum()
        sentences.append(
            f"The highest are {', '.join(most)}; the sum is {format_range(total, total)}"
        )
        sentences.append(
            f"{len(tiles) - len(filled)} have no value, which is not 0; {(filled['value'] == 0).sum()} have 0"
        )
    if others:
        sentences.append(f"Not shown, for they are no Members: {', '.join(others)}")
    return f"Chart of the WCO Members by region, one tile each: {title}. {'. '.join(sentences)}."


def rosters_text(rosters: Sequence[Roster], programme: str, title: str) -> str:
    """Describe who joined and left a programme, list by list."""
    sentences = []
    for roster in rosters:
        track = f"{roster.track}, " if roster.track else ""
        if roster.number is None:
            sentences.append(
                f"{track}{roster.name}, partial lists: first named {_who(roster.moved, 'named')}"
            )
            continue
        moves = (
            f"joined {_who(roster.moved, 'joined')}; left {_who(roster.moved, 'left')}"
        )
        if roster.first:
            moves = "the first full list"
        sentences.append(
            f"{track}{roster.name}, full list: {roster.number} Members, {moves}"
        )
    if any(roster.number is None for roster in rosters):
        sentences.append(
            "Partial lists do not say who left, nor how many Members there are"
        )
    return f"Chart of the Members that joined and left {programme}, by WCO region: {title}. {'. '.join(sentences)}."


def _who(moved: pd.DataFrame, change: str) -> str:
    names = list(moved.loc[moved["change"] == change, "member_name"])
    return f"{len(names)} ({', '.join(names)})" if names else "nobody"
