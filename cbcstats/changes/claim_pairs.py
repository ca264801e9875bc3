"""A published change, the figure that it is measured from, and what it implies of that."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.changes.claims import NOTHING, counts_before
from cbcstats.changes.comparability import (
    A_YEAR,
    A_YEAR_BEFORE,
    NO_PARTNER,
    days_of,
    is_short,
    same_part_of_year,
)
from cbcstats.counts.changes_in_words import Growth, parse_change
from cbcstats.counts.periods import DAYS_PER_MONTH, period_label
from cbcstats.counts.ranges import (
    DAYS,
    MIDDLE,
    PARTS,
    PRINTED,
    SERIES,
    is_per_month,
    rows,
)
from cbcstats.counts.readings import Bounds
from cbcstats.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

RECORD: Final = "record"
_PERIOD: Final = ("period_start", "period_end")
_DIFFERENCE = re.compile(r"[+-]\s*[0-9]+")
_FROM_TO = re.compile(r"from ([0-9]+) to ([0-9]+)")

# Words without a rate, in percent. That stable means less than five either way is a convention of this library.
_WORDS: Final = {
    "increased": Growth(Fraction(0), math.inf, low_open=True),
    "decreased": Growth(Fraction(-100), Fraction(0), high_open=True),
    "stable": Growth(Fraction(-5), Fraction(5)),
}


class Pair(NamedTuple):
    """A figure with a claim, the figure that it is measured from, and the other figures of its series."""

    later: Any
    previous: Any
    series: pd.DataFrame


def pair_of(figures: pd.DataFrame, place: int) -> Pair:
    """Find the figure that a claim is measured from: that of the named day, or that of a year before."""
    claim: Any = figures.loc[place]
    parts = [name for name in PARTS if name in figures]
    series = figures[_equal(figures, claim, (*SERIES, *parts))]
    later = next(iter(rows(_with_value(figures.loc[[place]], series))))
    earlier = series[
        series["preferred"]
        & (series[MIDDLE] < claim[MIDDLE])
        & (series["period_end"] < claim["period_end"])
    ]
    apart = claim[MIDDLE] - earlier[MIDDLE]
    since = claim.get("change_since")
    if since is not None and pd.notna(since):
        apart = apart[earlier["period_end"] == since]
    else:
        apart = apart[_a_year_before(figures.loc[[place]], series, earlier)]
    if apart.empty:
        return Pair(later, None, series)
    nearest: Any = earlier.loc[[(apart - A_YEAR_BEFORE).abs().idxmin()]].iloc[0]
    if _equal(earlier, nearest, _PERIOD).sum() > 1:
        label = period_label(nearest["period_start"], nearest["period_end"])
        raise DataError(
            f"{claim['indicator']} has several figures for {label}, from which {claim['published_change']!r} may be "
            f"measured; mark one as preferred, or say in a column such as programme what part of the total each is"
        )
    return Pair(later, next(iter(rows(earlier.loc[[nearest.name]]))), series)


def _a_year_before(
    claim: pd.DataFrame, series: pd.DataFrame, earlier: pd.DataFrame
) -> pd.Series:
    """Return which earlier figures of a series a claim may be measured from, by the rules of `year_before`."""
    if not is_short(claim).all():
        months: pd.Series = (
            claim[MIDDLE].iloc[0] - earlier[MIDDLE]
        ).dt.days / DAYS_PER_MONTH
        return months.between(*A_YEAR) & ~is_short(earlier)
    parts = pd.concat([series[series["preferred"] & is_short(series)], claim])
    partner = same_part_of_year(days_of(parts))[-1]
    if partner == NO_PARTNER:
        return pd.Series(data=False, index=earlier.index)
    return _equal(earlier, parts.iloc[partner], _PERIOD)


def _equal(figures: pd.DataFrame, figure: Any, names: Iterable[str]) -> pd.Series:
    """Return which figures are as one figure in some columns, where missing cells are equal."""
    found = pd.Series(data=True, index=figures.index)
    for name in names:
        found &= (
            figures[name].isna()
            if pd.isna(figure[name])
            else figures[name].eq(figure[name]).fillna(value=False)
        )
    return found.astype(bool)


def _with_value(claim: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Give a claim that comes without its figure the one that another row has for the same period."""
    if claim["value"].notna().all():
        return claim
    same = series[
        _equal(series, claim.iloc[0], _PERIOD)
        & series["value"].notna()
        & series["preferred"]
    ]
    number = ["value", "low", "high", PRINTED, "qualifier", "rounded_to"]
    return (
        claim.assign(**{name: same[name].iloc[0] for name in number})
        if len(same)
        else claim
    )


def claim_text(pair: Pair) -> str:
    """Return a published change in plain characters: small letters, the minus of the keyboard, no commas in numbers."""
    text = (
        str(pair.later.published_change)
        .lower()
        .replace("\N{MINUS SIGN}", "-")
        .replace("\N{EN DASH}", "-")
    )
    return re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", text).strip()


def implied_by(pair: Pair, reading: str, published: Bounds) -> Bounds:
    """Return the numbers in the published range that the claim allows for the figure before: counts or amounts."""
    growth, scale = growth_of(pair, reading), _scale(pair)
    later = Bounds(pair.later.low, pair.later.high)
    if later.empty or growth is None or scale is None:
        return NOTHING
    if isinstance(growth, str):
        return _before_in_numbers(growth, later, published)
    if _is_amount(pair.later) or _is_amount(pair.previous):
        return _amounts_before(later, growth, published, scale)
    return counts_before(later, growth, published, scale=scale)


def _before_in_numbers(text: str, later: Bounds, published: Bounds) -> Bounds:
    """Return what a difference, or two levels, allow for the figure before."""
    if two := _FROM_TO.fullmatch(text):
        before, after = int(two[1]), int(two[2])
        fits = (
            later.low <= after <= later.high
            and published.low <= before <= published.high
        )
        return Bounds(before, before) if fits else NOTHING
    difference = int(text.replace(" ", ""))
    low, high = (float(_exact(end) - difference) for end in later)
    low, high = max(low, published.low), min(high, published.high)
    return Bounds(low, high) if low <= high else NOTHING


def _is_amount(figure: Any) -> bool:
    """Return whether a figure is money, a share or a mean, which need not be whole, and no count."""
    if figure is None:
        return False
    return bool(
        pd.notna(figure.rounded_to) or (pd.notna(figure.value) and figure.value % 1)
    )


def _amounts_before(
    later: Bounds, growth: Growth, published: Bounds, scale: Fraction
) -> Bounds:
    """Return the amounts, not whole, from which a change leads to the later range."""
    least, most = ((1 + _exact(end) / 100) / scale for end in (growth.low, growth.high))
    low = float(_exact(later.low) / most) if most > 0 else 0
    high = float(_exact(later.high) / least) if least > 0 else math.inf
    if (growth.high_open and published.high <= low) or (
        growth.low_open and published.low >= high
    ):
        return NOTHING
    low, high = max(low, published.low), min(high, published.high)
    return Bounds(low, high) if low <= high else NOTHING


def growth_of(pair: Pair, reading: str) -> Growth | str | None:
    """Return what a claim says in percent, its text where it is a number or two, or nothing if it is no such claim."""
    text = claim_text(pair)
    if _FROM_TO.fullmatch(text) or _DIFFERENCE.fullmatch(text):
        return (
            None if is_by_month(pair) else text
        )  # numbers a month are printed as rounded as one likes
    if _scale(pair) is None:
        return None
    if text in _WORDS:
        return _WORDS[text]
    try:
        return parse_change(text, reading=reading)
    except DataError:
        return None


def is_by_month(pair: Pair) -> bool:
    """Return whether a claim is one of numbers per month that are still to be worked out."""
    return getattr(
        pair.later, "change_basis", None
    ) == "per_month" and not is_per_month(pair.later.unit)


def _scale(pair: Pair) -> Fraction | None:
    """Return the length of the earlier period over that of the later one for a claim a month, else 1."""
    if not is_by_month(pair):
        return Fraction(1)
    days = [
        getattr(figure, DAYS)
        for figure in (pair.previous, pair.later)
        if figure is not None
    ]
    return (
        Fraction(int(days[0]), int(days[1]))
        if len(days) == 2 and not any(map(pd.isna, days))
        else None
    )


def _exact(number: Fraction | float) -> Any:
    """Return a number as printed, 24.15 and no binary neighbour of it; an end that is open stays so."""
    return number if number in (math.inf, -math.inf) else Fraction(str(number))
