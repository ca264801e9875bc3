"""What a published change implies for the figure before, in exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from cbcstats.counts.changes_in_words import parse_change
from cbcstats.counts.figures_in_words import parse_qualified
from cbcstats.counts.readings import Bounds, bounds

if TYPE_CHECKING:
    from cbcstats.counts.changes_in_words import Growth

NOTHING: Final = Bounds(math.nan, math.nan)
ANYTHING: Final = Bounds(0, math.inf)
_SAME_LENGTH: Final = (Fraction(1), Fraction(1))


class Factors(NamedTuple):
    """The factors by which the figure before may be multiplied to give the later one."""

    low: Fraction | float
    high: Fraction | float
    low_open: bool  # whether the end itself is not possible
    high_open: bool


def implied_previous(
    value: float,
    change: str,
    *,
    qualifier: str = "exact",
    rounded_to: float | None = None,
    previous: float | str | Bounds | None = None,
    reading: str | float = "usual",
) -> Bounds:
    """Return which earlier figures are consistent with a claimed change.

    Parameters
    ----------
    value : int or float
        The later figure, as printed.
    change : str
        The claimed change, as printed: `+49%`, `-3.5%`, `nearly 50%`, `doubled`; see
        `parse_change`.
    qualifier : str
        The word beside the later figure, see `bounds`.
    rounded_to : float, optional
        The place to which the later figure was rounded, see `bounds`. Without it, a
        whole number is a count.
    previous : int, float, str or Bounds, optional
        What was published of the figure before, such as 342 or `more than 330`; the
        result lies within it.
    reading : {"usual", "strict"} or float
        How far words reach, see `bounds`.

    Returns
    -------
    Bounds
        The lowest and the highest figure, whole numbers after a count; `.empty` where
        there is none.

    Raises
    ------
    DataError
        If the value, the change or the previous figure cannot be read.

    Notes
    -----
    A figure p before a figure v is possible if 100 (v / p - 1) would have been printed
    as the change, with halves rounded up or to the even digit. That is decided in
    fractions, so that no binary rounding moves an end.

    Examples
    --------
    >>> implied_previous(492, "+49%")
    Bounds(low=330, high=331)
    >>> implied_previous(492, "+49%", previous="more than 330")
    Bounds(low=331, high=331)
    >>> print(implied_previous(492, "+49%", previous=342))
    nothing
    """
    later = bounds(value, qualifier, rounded_to, reading=reading)
    factors = factors_of(parse_change(change, reading=reading))
    published = ANYTHING if previous is None else _published(previous, reading)
    is_count = rounded_to is None and float(value).is_integer()
    if is_count:
        return counts_before(later, factors, published)
    return amounts_before(later, factors, published)


def factors_of(
    growth: Growth, lengths: tuple[Fraction, Fraction] = _SAME_LENGTH
) -> Factors:
    """Return the factors of a change in percent.

    `lengths` are the least and the greatest length of the later period over that of
    the earlier one, where the change is one of monthly rates.
    """
    # Nothing falls by more than all: an end below that is open, or leaves nothing.
    low = _factor(growth.low) * lengths[0]
    high = _factor(growth.high) * lengths[1]
    low_open = growth.low_open and growth.low >= -100
    return Factors(low, high, low_open, growth.high_open or growth.high < -100)


def _factor(percent: Fraction | float) -> Fraction | float:
    if math.isinf(percent):
        return max(percent, 0)
    return max(1 + Fraction(percent) / 100, Fraction(0))


def _published(previous: float | str | Bounds, reading: str | float) -> Bounds:
    if isinstance(previous, Bounds):
        return previous
    return bounds(*parse_qualified(str(previous)), reading=reading)


def amounts_before(later: Bounds, factors: Factors, published: Bounds) -> Bounds:
    """Return the range of amounts, not whole, from which a change leads to the later."""
    if later.empty or published.empty:
        return NOTHING
    low = float(exact(later.low) / factors.high) if factors.high > 0 else 0.0
    high = float(exact(later.high) / factors.low) if factors.low > 0 else math.inf
    # An open end of the change leaves out the end of the range that belongs to it.
    is_above = factors.high_open and published.high <= low
    is_below = factors.low_open and published.low >= high
    low, high = max(low, published.low), min(high, published.high)
    if is_above or is_below or low > high:
        return NOTHING
    return Bounds(low, high)


def counts_before(later: Bounds, factors: Factors, published: Bounds) -> Bounds:
    """Return the range of whole numbers from which a change leads to the later range."""
    if later.empty or published.empty:
        return NOTHING
    least = _least(later, factors, published)
    if math.isnan(least):
        return NOTHING
    return Bounds(least, _greatest(later, factors, published))


def _is_possible(before: int, later: Bounds, factors: Factors) -> bool:
    """Tell whether a whole number in the later range is a count before times a factor."""
    least = math.ceil(before * factors.low)
    if factors.low_open and least == before * factors.low:
        least += 1
    if math.isinf(factors.high):
        return max(least, later.low) <= later.high
    most = math.floor(before * factors.high)
    if factors.high_open and most == before * factors.high:
        most -= 1
    return max(least, later.low) <= min(most, later.high)


def _least(later: Bounds, factors: Factors, published: Bounds) -> float:
    """Return the lowest possible count before, or NaN."""
    is_only_zero = factors.high == 0 and (factors.high_open or later.low > 0)
    is_never_zero = factors.low == 0 and factors.low_open and later.high == 0
    if is_only_zero or is_never_zero:
        return math.nan  # for all counts, so that the search would not end
    has_start = not math.isinf(factors.high) and factors.high != 0
    start = math.ceil(Fraction(later.low) / Fraction(factors.high)) if has_start else 1
    before = max(start, math.ceil(published.low), 1)
    last = min(_ceiling(later, factors), published.high)
    while before <= last:
        if _is_possible(before, later, factors):
            return before
        before += 1
    return math.nan


def _greatest(later: Bounds, factors: Factors, published: Bounds) -> float:
    """Return the highest possible count before, given that there is one."""
    last = min(_ceiling(later, factors), published.high)
    if last == math.inf:
        return last
    before = math.floor(last)
    while not _is_possible(before, later, factors):
        before -= 1
    return before


def _ceiling(later: Bounds, factors: Factors) -> float:
    if later.high == math.inf or factors.low == 0:
        return math.inf
    return math.floor(Fraction(later.high) / Fraction(factors.low))


def exact(number: Fraction | float) -> Fraction | float:
    """Return a number as printed: 24.15 and no binary neighbour; an open end stays."""
    if isinstance(number, Fraction) or math.isinf(number):
        return number
    return Fraction(str(number))
