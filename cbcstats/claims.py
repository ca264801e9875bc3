"""What a published change says about the number before it, and whether that fits what was published."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from cbcstats.errors import DataError
from cbcstats.percentages import parse_change
from cbcstats.qualifiers import Bounds, bounds, parse_qualified

if TYPE_CHECKING:
    from cbcstats.percentages import Growth

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
    growth = parse_change(change, reading=reading)
    if not float(later.low).is_integer():
        raise DataError(f"{value!r} is no whole number; only a count has a count before it")
    published = Bounds(0, math.inf) if previous is None else _published(previous, reading)
    return _between(later, growth, published)


def _published(previous: float | str | Bounds, reading: str) -> Bounds:
    if isinstance(previous, Bounds):
        return previous
    return bounds(*parse_qualified(str(previous)), reading=reading)


def _between(later: Bounds, growth: Growth, published: Bounds) -> Bounds:
    """Return the lowest and highest whole number in the published range that the change allows."""
    low = _least(later, growth, published)
    if math.isnan(low):
        return NOTHING
    return Bounds(low, _greatest(later, growth, published))


def _factor(percent: Fraction | float) -> Fraction | float:
    return max(percent, 0) if math.isinf(percent) else max(1 + Fraction(percent) / 100, Fraction(0))


def _is_possible(before: int, later: Bounds, growth: Growth) -> bool:
    """Return whether some whole number in the later range is reached from a count by the change."""
    if before <= 0:
        return False
    low, high = (_factor(end) for end in (growth.low, growth.high))
    least = math.ceil(before * low)
    if growth.low_open and least == before * low:
        least += 1
    most = math.inf if math.isinf(high) else math.floor(before * high)
    if growth.high_open and most == before * high:
        most -= 1
    return max(least, later.low) <= min(most, later.high)


def _least(later: Bounds, growth: Growth, published: Bounds) -> float:
    """Return the lowest possible count before, or NaN."""
    high = _factor(growth.high)
    start = 1 if math.isinf(high) or high == 0 else math.ceil(Fraction(later.low) / high)
    before = max(start, int(published.low), 1)
    end = min(_ceiling(later, growth), published.high)
    while before <= end:
        if _is_possible(before, later, growth):
            return before
        before += 1
    return math.nan


def _greatest(later: Bounds, growth: Growth, published: Bounds) -> float:
    """Return the highest possible count before, given that there is one."""
    end = min(_ceiling(later, growth), published.high)
    if math.isinf(end):
        return end
    before = int(end)
    while not _is_possible(before, later, growth):
        before -= 1
    return before


def _ceiling(later: Bounds, growth: Growth) -> float:
    low = _factor(growth.low)
    if math.isinf(later.high) or low == 0:
        return math.inf
    return math.floor(Fraction(later.high) / Fraction(low))
