"""What a published change says about the number before it, and whether that fits what was published."""

from __future__ import annotations

import math
from fractions import Fraction

from cbcstats.counts.figures_in_words import parse_qualified
from cbcstats.counts.percentages import Growth, parse_change
from cbcstats.counts.readings import Bounds, bounds
from cbcstats.errors import DataError

NOTHING = Bounds(math.nan, math.nan)


def implied_previous(
    value: float,
    change: str,
    *,
    qualifier: str = "exact",
    previous: float | str | Bounds | None = None,
    reading: str = "usual",
) -> Bounds:
    """Return the whole numbers that the count before can have been, for its change to be printed so.

    Parameters
    ----------
    value : int
        The later count, as printed.
    change : str
        The change that is claimed, as printed: `+49%`, `-3.5%`, `nearly 50%`, `doubled`, see `parse_change`.
    qualifier : str
        The word beside the later count, see `bounds`.
    previous : int, str or Bounds, optional
        What was published of the count before, such as 342 or `more than 330`; the result lies within it.
    reading : {"usual", "strict"}
        How far words reach, see `bounds`.

    Returns
    -------
    Bounds
        The lowest and the highest such count; `.empty` where there is none.

    Raises
    ------
    DataError
        If the value, the change or the previous count cannot be read.

    Notes
    -----
    A count p before a count v is possible if 100 (v / p - 1) would have been printed as the change, with halves
    rounded up or to the even digit. That is decided in fractions, so that no binary rounding moves an edge.

    Examples
    --------
    >>> implied_previous(492, "+49%")
    Bounds(low=330, high=331)
    >>> implied_previous(492, "+49%", previous="more than 330")
    Bounds(low=331, high=331)
    >>> print(implied_previous(492, "+49%", previous=342))
    nothing
    """
    later = bounds(value, qualifier, reading=reading)
    if later.low != int(later.low):
        raise DataError(
            f"{value!r} is no whole number; only a count has a count before it"
        )
    published = (
        Bounds(0, math.inf) if previous is None else _published(previous, reading)
    )
    return counts_before(later, parse_change(change, reading=reading), published)


def counts_before(
    later: Bounds, growth: Growth, published: Bounds, *, scale: Fraction = Fraction(1)
) -> Bounds:
    """Return the lowest and highest whole number in the published range from which the change leads to the later one.

    `scale` is the length of the earlier period over that of the later one, where the change is one of rates.
    """
    if published.empty:
        return NOTHING
    low, high = (_factor(end) / scale for end in (growth.low, growth.high))
    # Nothing falls by more than all: an end beyond that is no end, or leaves nothing.
    allowed = Growth(
        low,
        high,
        growth.low_open and growth.low >= -100,
        growth.high_open or growth.high < -100,
    )
    least = _least(later, allowed, published)
    return (
        NOTHING
        if math.isnan(least)
        else Bounds(least, _greatest(later, allowed, published))
    )


def _published(previous: float | str | Bounds, reading: str) -> Bounds:
    if isinstance(previous, Bounds):
        return previous
    return bounds(*parse_qualified(str(previous)), reading=reading)


def _factor(percent: Fraction | float) -> Fraction | float:
    return (
        max(percent, 0)
        if math.isinf(percent)
        else max(1 + Fraction(percent) / 100, Fraction(0))
    )


def _is_possible(before: int, later: Bounds, factors: Growth) -> bool:
    """Return whether some whole number in the later range is a count before, times a factor."""
    least = math.ceil(before * factors.low)
    if factors.low_open and least == before * factors.low:
        least += 1
    most = math.inf if math.isinf(factors.high) else math.floor(before * factors.high)
    if factors.high_open and most == before * factors.high:
        most -= 1
    return max(least, later.low) <= min(most, later.high)


def _least(later: Bounds, factors: Growth, published: Bounds) -> float:
    """Return the lowest possible count before, or NaN."""
    low, high = factors.low, factors.high
    if (high == 0 and (factors.high_open or later.low > 0)) or (
        low == 0 and factors.low_open and later.high == 0
    ):
        return math.nan  # of all counts, so that there is no end to look for
    start = (
        1
        if math.isinf(high) or high == 0
        else math.ceil(Fraction(later.low) / Fraction(high))
    )
    before = max(start, math.ceil(published.low), 1)
    end = min(_ceiling(later, low), published.high)
    while before <= end:
        if _is_possible(before, later, factors):
            return before
        before += 1
    return math.nan


def _greatest(later: Bounds, factors: Growth, published: Bounds) -> float:
    """Return the highest possible count before, given that there is one."""
    end = min(_ceiling(later, factors.low), published.high)
    if end == math.inf:
        return end
    before = int(end)
    while not _is_possible(before, later, factors):
        before -= 1
    return before


def _ceiling(later: Bounds, factor: Fraction | float) -> float:
    return (
        math.inf
        if later.high == math.inf or factor == 0
        else math.floor(Fraction(later.high) / Fraction(factor))
    )
