"""What a published change implies for the figure before, in exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from cbcstats.counts.changes_in_words import exact, parse_change
from cbcstats.counts.figures_in_words import parse_qualified
from cbcstats.counts.readings import Bounds, bounds

if TYPE_CHECKING:
    from cbcstats.counts.changes_in_words import Growth

NOTHING: Final = Bounds(math.nan, math.nan)
ANYTHING: Final = Bounds(0, math.inf)
_SAME_LENGTH: Final = (Fraction(1), Fraction(1))


class Factors(NamedTuple):
    """The factors that may lead from the figure before to the later one."""

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
    growth = parse_change(change, reading=reading)
    factors = factors_of(growth)
    published = ANYTHING
    if isinstance(previous, Bounds):
        published = previous
    elif previous is not None:
        figure = parse_qualified(str(previous))
        published = bounds(*figure, reading=reading)
    # A whole number that is not rounded is a count, and so is the one before it.
    is_count = rounded_to is None and float(value).is_integer()
    before = counts_before if is_count else amounts_before
    return before(later, factors, published)


def factors_of(
    growth: Growth, lengths: tuple[Fraction, Fraction] = _SAME_LENGTH
) -> Factors:
    """Return the factors of a change in percent.

    `lengths` are the least and the greatest length of the later period over that of
    the earlier one, where the change is one of monthly rates.
    """
    low, high, low_open, high_open = growth
    shortest, longest = lengths
    # Nothing falls by more than all: an end below that is open, or leaves nothing.
    return Factors(
        low=_factor(low) * shortest,
        high=_factor(high) * longest,
        low_open=low_open and low >= -100,
        high_open=high_open or high < -100,
    )


def _factor(percent: Fraction | float) -> Fraction | float:
    if math.isinf(percent):
        return max(percent, 0)
    factor = 1 + Fraction(percent) / 100
    return max(factor, Fraction(0))


def amounts_before(later: Bounds, factors: Factors, published: Bounds) -> Bounds:
    """Return the amounts, not whole, from which a change leads to the later range."""
    if later.empty or published.empty:
        return NOTHING
    least, most, least_open, most_open = factors
    low, high = 0.0, math.inf
    if most > 0:
        low = float(exact(later.low) / most)
    # Where all may be gone, any amount may have been there before.
    if least > 0:
        high = float(exact(later.high) / least)
    # An open end of the change leaves out the end of the range that belongs to it.
    is_above = most_open and published.high <= low
    is_below = least_open and published.low >= high
    if is_above or is_below:
        return NOTHING
    possible = Bounds(low, high)
    return common_range(possible, published)


def range_before_difference(
    later: Bounds, difference: Growth, published: Bounds
) -> Bounds:
    """Return the range from which a difference such as `+14` leads to the later one."""
    low = exact(later.low) - difference.high
    high = exact(later.high) - difference.low
    possible = Bounds(float(low), float(high))
    return common_range(possible, published)


def common_range(first: Bounds, second: Bounds) -> Bounds:
    """Return the range that two ranges have in common."""
    low = max(first.low, second.low)
    high = min(first.high, second.high)
    if low <= high:
        return Bounds(low, high)
    return NOTHING


def counts_before(later: Bounds, factors: Factors, published: Bounds) -> Bounds:
    """Return the whole numbers from which a change leads to the later range."""
    if later.empty or published.empty or later.high < 0:
        return NOTHING
    last = published.high
    if later.high < math.inf and factors.low > 0:
        greatest = Fraction(later.high) / factors.low
        last = min(last, math.floor(greatest))
    least = _least(later, factors, published, last)
    if math.isnan(least):
        return NOTHING
    if math.isinf(last):
        return Bounds(least, last)
    before = math.floor(last)
    # The least count is possible, so that this ends.
    while not _is_possible(before, later, factors):
        before -= 1
    return Bounds(least, before)


def _is_possible(before: int, later: Bounds, factors: Factors) -> bool:
    """Tell whether a count before times a factor can be a count in a range."""
    low = before * factors.low
    high = before * factors.high
    least: float = math.ceil(low)
    if factors.low_open and least == low:
        least += 1
    most = high
    if not math.isinf(high):
        most = math.floor(high)
    if factors.high_open and most == high:
        most -= 1
    least = max(least, later.low)
    most = min(most, later.high)
    return least <= most


def _least(later: Bounds, factors: Factors, published: Bounds, last: float) -> float:
    """Return the lowest possible count before, or NaN."""
    is_only_zero = factors.high == 0 and (factors.high_open or later.low > 0)
    is_never_zero = factors.low == 0 and factors.low_open and later.high == 0
    if is_only_zero or is_never_zero:
        return math.nan  # for all counts, so that the search would not end
    first = math.ceil(published.low)
    # No change leads from 0.
    before = max(first, 1)
    if 0 < factors.high < math.inf:
        least = Fraction(later.low) / factors.high
        before = max(before, math.ceil(least))
    while before <= last:
        if _is_possible(before, later, factors):
            return before
        before += 1
    return math.nan
