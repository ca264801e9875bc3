"""A published change, the figure that it is measured from, and what it implies of that."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any, Final, NamedTuple

import pandas as pd

from cbcstats import columns as c
from cbcstats.claims import NOTHING, counts_before
from cbcstats.comparability import A_YEAR
from cbcstats.errors import DataError
from cbcstats.figures import DAYS, MIDDLE, PRINTED, rows
from cbcstats.percentages import Growth, parse_change
from cbcstats.periods import DAYS_PER_MONTH
from cbcstats.qualifiers import Bounds

RECORD: Final = "record"
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
    """Find the figure that a claim is measured from: that of the named day, or the nearest to a year before."""
    claim = figures.loc[place]
    series = figures[(figures[c.INDICATOR] == claim[c.INDICATOR]) & (figures[c.SCOPE] == claim[c.SCOPE])]
    later = next(iter(rows(_with_value(figures.loc[[place]], series))))
    earlier = series[
        series[c.PREFERRED] & (series[MIDDLE] < claim[MIDDLE]) & (series[c.PERIOD_END] < claim[c.PERIOD_END])
    ]
    since = claim.get(c.CHANGE_SINCE)
    if since is not None and pd.notna(since):
        earlier = earlier[earlier[c.PERIOD_END] == since]
    else:
        months = (claim[MIDDLE] - earlier[MIDDLE]).dt.days / DAYS_PER_MONTH
        earlier = earlier[months.between(*A_YEAR)].sort_values(MIDDLE)
    previous = next(iter(rows(earlier.tail(1))), None)
    return Pair(later, previous, series)


def _with_value(claim: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Give a claim that comes without its figure the one that another row has for the same period."""
    if claim[c.VALUE].notna().all():
        return claim
    same = series[series[c.PERIOD_END].eq(claim[c.PERIOD_END].iloc[0]) & series[c.VALUE].notna() & series[c.PREFERRED]]
    number = [c.VALUE, c.LOW, c.HIGH, PRINTED, c.QUALIFIER, c.ROUNDED_TO]
    return claim.assign(**{name: same[name].iloc[0] for name in number}) if len(same) else claim


def claim_text(pair: Pair) -> str:
    """Return a published change in plain characters: small letters, the minus of the keyboard, no commas in numbers."""
    text = str(pair.later.published_change).lower().replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
    return re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", text).strip()


def implied_by(pair: Pair, reading: str, published: Bounds) -> Bounds:
    """Return the whole numbers in the published range that the claim allows for the count before."""
    later = Bounds(pair.later.low, pair.later.high)
    if later.empty:
        return NOTHING
    text = claim_text(pair)
    if two := _FROM_TO.fullmatch(text):
        before, after = int(two[1]), int(two[2])
        fits = later.low <= after <= later.high and published.low <= before <= published.high
        return Bounds(before, before) if fits else NOTHING
    if _DIFFERENCE.fullmatch(text):
        difference = int(text.replace(" ", ""))
        low, high = max(later.low - difference, published.low), min(later.high - difference, published.high)
        return Bounds(low, high) if low <= high else NOTHING
    growth = growth_of(pair, reading)
    scale = _scale(pair)
    if not isinstance(growth, Growth) or scale is None:
        return NOTHING
    if _is_amount(pair.later) or _is_amount(pair.previous):
        return _amounts_before(later, growth, published)
    return counts_before(later, growth, published, scale=scale)


def _is_amount(figure: Any) -> bool:
    """Return whether a figure is money or a share, which is rounded, and no count."""
    return figure is not None and bool(pd.notna(getattr(figure, c.ROUNDED_TO)))


def _amounts_before(later: Bounds, growth: Growth, published: Bounds) -> Bounds:
    """Return the amounts, not whole, from which a change leads to the later range."""
    factors = [1 + float(end) / 100 for end in (growth.low, growth.high)]
    low = max(later.low / factors[1] if factors[1] > 0 else 0, published.low)
    high = min(later.high / factors[0] if factors[0] > 0 else math.inf, published.high)
    return Bounds(low, high) if low <= high else NOTHING


def growth_of(pair: Pair, reading: str) -> Growth | str | None:
    """Return what a claim says in percent, its text where it is a number or two, or nothing if it is no such claim."""
    text = claim_text(pair)
    if _FROM_TO.fullmatch(text) or _DIFFERENCE.fullmatch(text):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _scale(pair) is None:
        return None
    try:
        return parse_change(text, reading=reading)
    except DataError:
        return None


def _scale(pair: Pair) -> Fraction | None:
    """Return the length of the earlier period over that of the later one for a claim a month, else 1."""
    if getattr(pair.later, c.CHANGE_BASIS, None) != "per_month":
        return Fraction(1)
    days = [getattr(figure, DAYS) for figure in (pair.previous, pair.later) if figure is not None]
    return Fraction(int(days[0]), int(days[1])) if len(days) == 2 and not any(map(pd.isna, days)) else None
