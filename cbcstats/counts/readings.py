"""The range that a published figure stands for: "more than 330" is 331 to 340.

The usual reading is a measured habit of writers, see "From words to ranges" in the
method: a word reaches one step of the last digit that is not 0, but never more than 15%
of the number. The strict reading takes the word alone.
"""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.arguments import check_choice, check_number
from cbcstats.errors import ArgumentError, DataError
from cbcstats.frames import plain_number


class Meaning(NamedTuple):
    """On which side of the number printed the real one lies, and how far from it."""

    sign: int  # above 1, below -1, either side 0
    includes: bool  # whether it may be the number printed
    times: float = 1  # of the usual reach; `inf` if the far side is always open


MEANINGS: Final = {
    "exact": Meaning(0, includes=True, times=0),
    "more_than": Meaning(1, includes=False),
    # No more than a convention: there are only two pairs of word and exact figure.
    "well_over": Meaning(1, includes=False, times=2),
    "at_least": Meaning(1, includes=True),
    "about": Meaning(0, includes=True),
    "almost": Meaning(-1, includes=False),
    "less_than": Meaning(-1, includes=False),
    "at_most": Meaning(-1, includes=True),
    "below": Meaning(-1, includes=False, times=math.inf),
    "above": Meaning(1, includes=False, times=math.inf),
}
QUALIFIERS: Final = tuple(MEANINGS)
READINGS: Final = ("usual", "strict")
USUAL_SHARE: Final = Fraction(15, 100)
# Rounded to one of these says in which unit a number is given, not that its zeros were
# printed: "almost 100" beside rounded_to 1. Any other place comes from a decimal, as in
# 24.0 or 24.0 million.
_UNITS: Final = (1, 10**3, 10**6, 10**9)
# A float has 309 digits, and changes in percent need room.
_MOST_DIGITS: Final = 300
_MOST_DECIMALS: Final = 324


class Bounds(NamedTuple):
    """The lowest and the highest value that a figure can have; `inf` on an open side.

    Examples
    --------
    >>> print(Bounds(331, 340))
    331 to 340
    >>> print(Bounds(331, float("inf")))
    331 or more
    """

    low: float
    high: float

    @property
    def empty(self) -> bool:
        """Whether there is no such value."""
        return not self.low <= self.high

    def __str__(self) -> str:
        """Write the range in words."""
        if self.empty:
            return "nothing"
        low, high = self
        if low == high:
            return f"{low:,}"
        if high == math.inf:
            return f"{low:,} or more"
        return f"{low:,} to {high:,}"

    def _repr_html_(self) -> str:
        """Show the range in words in a notebook."""
        return str(self)


def bounds(
    value: float,
    qualifier: str = "exact",
    rounded_to: float | None = None,
    *,
    reading: str | float = "usual",
) -> Bounds:
    """Return the range of values that a published figure stands for.

    Parameters
    ----------
    value : int or float
        The number printed. It may be negative where no word stands beside it.
    qualifier : str
        The word beside it: `exact`, `more_than`, `well_over`, `at_least`, `about`,
        `almost`, `less_than`, `at_most`; or `below` and `above`, the signs of `<5` and
        `>5`.
    rounded_to : float, optional
        The place to which the number was rounded: 0.1 for 24.1, 100,000 for 1.2 million.
    reading : {"usual", "strict"} or float
        `strict` takes the word alone: the far side is open (`inf`, or 0 below). `usual`
        closes it by the rule below. A share such as 0.10 takes the place of its 15%.

    Returns
    -------
    Bounds
        `low` and `high`. A whole number without `rounded_to` is a count: both ends are
        whole, and both are possible. Any other number is an amount; *more than*,
        *well over*, *almost* and *less than* leave out the number itself, which is still the end.

    Raises
    ------
    DataError
        If the value is no number, a word stands beside a negative number, or nothing
        can be less than it.
    ArgumentError
        If the qualifier or the reading is not one of those above.

    Notes
    -----
    The step u is the place of the last digit that is not 0, or of `rounded_to` where
    that is coarser; five times as long where that digit is a 5 and not the only one.
    Then r = min(u, 15% of v) and h = min(u/2, 15% of v):

    ====================  =========================  ===========================
    more_than, at_least   v to v + r                 330: 331 to 340
    well_over             v to v + 2r                330: 331 to 350
    almost, less_than     v - r to v                 400: 340 to 399
    at_most               v - r to v                 12: 10 to 12
    about                 v - h to v + h             150: 128 to 172
    exact                 v, or v ± rounded_to / 2   1.2 million: 1.15 to 1.25
    below, above          0 to v - 1, v + 1 or more  <5: 0 to 4
    ====================  =========================  ===========================

    For counts, r is at least 2 and h at least 1. No range of a number from 0 on goes
    below 0.

    Examples
    --------
    >>> bounds(330, "more_than")
    Bounds(low=331, high=340)
    >>> print(bounds(330, "more_than", reading="strict"))
    331 or more
    >>> print(bounds(24.1, "exact", 0.1))
    24.05 to 24.15
    """
    check_choice("qualifier", qualifier, QUALIFIERS)
    share = check_reading(reading)
    if rounded_to is not None:
        place = check_number("rounded_to", rounded_to)
        if place < 0 or math.isinf(place):
            raise ArgumentError(
                f"`rounded_to` cannot be {place!r}; write the place, such as 0.1"
            )
    low, high = _range(value, qualifier, rounded_to, share)
    return Bounds(plain_number(low), plain_number(high))


def ranges(
    values: Any, qualifiers: Any, rounded_to: Any, reading: str | float = "usual"
) -> tuple[np.ndarray, np.ndarray]:
    """Return the low and the high end of many figures, see `bounds`.

    Parameters
    ----------
    values : array of float
        The numbers printed; missing ones have missing ends.
    qualifiers : array of str
        The words beside them.
    rounded_to : array of float
        The places to which they were rounded, missing where that is not known.
    reading : {"usual", "strict"} or float
        As for `bounds`.

    Returns
    -------
    tuple of numpy.ndarray
        `low` and `high`, float64.

    Examples
    --------
    >>> low, high = ranges([330, 24.1], ["more_than", "exact"], [float("nan"), 0.1])
    >>> low.tolist(), high.tolist()
    ([331.0, 24.05], [340.0, 24.15])
    """
    share = check_reading(reading)
    low = _floats(values)
    high = low.copy()
    places = _floats(rounded_to)
    qualifier = pd.Series(qualifiers).reset_index(drop=True)
    is_exact = qualifier.eq("exact").to_numpy(bool) & np.isnan(places)
    rows = np.flatnonzero(~is_exact & ~np.isnan(low))
    # An exact figure is its own range, so that long columns of them need no work.
    if not len(rows):
        return low, high
    figures = pd.DataFrame(
        {"value": low[rows], "qualifier": qualifier[rows].array, "place": places[rows]}
    )
    distinct = figures.drop_duplicates()
    ends = [
        _range(value, word, place, share)
        for value, word, place in distinct.itertuples(index=False, name=None)
    ]
    numbers = figures.groupby(list(figures), sort=False, dropna=False).ngroup()
    low[rows], high[rows] = np.array(ends, float).reshape(-1, 2)[numbers].T
    return low, high


def reach_of(
    value: Fraction,
    qualifier: str,
    place: Fraction | None = None,
    share: Fraction | None = USUAL_SHARE,
) -> Fraction | float:
    """Return how far a word reaches from a number: one step, at most a share of it.

    Parameters
    ----------
    value : Fraction
        The number printed, from 0 on, with an end to its decimals.
    qualifier : str
        The word beside it. *About* reaches both ways, by half a step.
    place : Fraction, optional
        The last place printed: 1 for whole numbers, 1/10 for one decimal. A number in
        words has none, and only the share.
    share : Fraction or None
        The largest reach as a share of the number; None for the strict reading.

    Examples
    --------
    >>> one, tenth = Fraction(1), Fraction(1, 10)
    >>> reach_of(Fraction(330), "more_than", one), reach_of(Fraction(400), "almost", one)
    (Fraction(10, 1), Fraction(60, 1))
    >>> reach_of(Fraction(24), "about", tenth)
    Fraction(1, 20)
    """
    meaning = MEANINGS[qualifier]
    if meaning.times in (0, math.inf):
        return meaning.times
    if share is None:
        return math.inf
    most = share * value
    if place is not None:
        step = _step(value, place)
        reach = step / 2 if meaning.sign == 0 else step
        # A share of nothing would be nothing.
        most = min(reach, most) if value else step
    return meaning.times * most


def rounded(number: Fraction, place: Fraction) -> tuple[Fraction, Fraction]:
    """Return the ends of what rounds to a number; a count is never below 0."""
    half = place / 2
    low = number - half
    high = number + half
    if number >= 0:
        low = max(low, Fraction(0))
    return low, high


def spread(
    number: Fraction, sign: int, reach: Fraction | float
) -> tuple[Fraction | float, Fraction | float]:
    """Return the ends of a reach above a number, below it, or to either side."""
    below = max(number - reach, Fraction(0))
    above = number + reach
    if sign > 0:
        return number, above
    if sign < 0:
        return below, number
    return below, above


def check_reading(reading: Any) -> Fraction | None:
    """Return the share of a reading, or None for the strict one.

    Examples
    --------
    >>> check_reading("usual"), check_reading(0.1), check_reading("strict")
    (Fraction(3, 20), Fraction(1, 10), None)
    """
    if isinstance(reading, str):
        check_choice("reading", reading, READINGS)
        return None if reading == "strict" else USUAL_SHARE
    share = check_number("reading", reading)
    if not 0 < share <= 1:
        raise ArgumentError(
            f"`reading` cannot be {reading!r}; "
            "write 'usual', 'strict' or a share such as 0.10"
        )
    return Fraction(str(share))


def _range(
    value: float, qualifier: str, rounded_to: float | None, share: Fraction | None
) -> tuple[Fraction | float, Fraction | float]:
    """Return the ends of the range in exact numbers."""
    number, decimals = _exact(value)
    is_rounded = pd.notna(rounded_to)
    place = Fraction(1, 10**decimals)
    if is_rounded:
        place = Fraction(str(rounded_to))
    if qualifier == "exact":
        return rounded(number, place) if is_rounded else (number, number)
    meaning = MEANINGS[qualifier]
    _refuse_impossible(number, qualifier)
    reach = reach_of(number, qualifier, place, share)
    is_count = not is_rounded and not decimals
    if not is_count:
        return spread(number, meaning.sign, reach)
    least = meaning.times * (2 if meaning.sign else 1)
    low, high = spread(number, meaning.sign, max(reach, least))
    return _whole(low, high, meaning)


def _whole(
    low: Fraction | float, high: Fraction | float, meaning: Meaning
) -> tuple[float, float]:
    """Return the first and the last whole number of a range."""
    if not meaning.includes:
        low += meaning.sign > 0
        high -= meaning.sign < 0
    first = math.ceil(low)
    if math.isinf(high):
        return first, math.inf
    return first, math.floor(high)


def _refuse_impossible(number: Fraction, qualifier: str) -> None:
    meaning = MEANINGS[qualifier]
    word = qualifier.replace("_", " ")
    text = f"{word} {plain_number(number):,}"
    if number < 0:
        raise DataError(
            f"{text!r} could lie on either side of the number; leave out the word, "
            "or give the size of the number without its sign"
        )
    if number == 0 and meaning.sign < 0 and not meaning.includes:
        raise DataError(
            f"no figure is {text}; correct the number or the word beside it"
        )


def _step(value: Fraction, place: Fraction) -> Fraction:
    """Return the place of the last digit printed, zeros before the unit left out."""
    # The denominator has only factors of 2 and 5, so this many decimals are enough.
    decimals = value.denominator.bit_length()
    digits = str(int(value * 10**decimals))
    significant = digits.rstrip("0")
    if not significant:
        return place
    zeros = len(digits) - len(significant)
    last_place = Fraction(10) ** (zeros - decimals)
    # Zeros behind a decimal point were printed.
    if last_place > place and place not in _UNITS:
        return place
    is_five = significant.endswith("5") and len(significant) > 1
    step = 5 * last_place if is_five else last_place
    return max(step, place)


def _exact(value: float) -> tuple[Fraction, int]:
    """Return a number as printed, and how many decimals it has.

    4.5 is four and a half, and no binary neighbour of it.
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise DataError(f"{value!r} is no number; write a published figure in digits")
    decimals = _decimals(number)
    if number.adjusted() >= _MOST_DIGITS or decimals > _MOST_DECIMALS:
        raise DataError(f"{value!r} is too large or too fine a number; check it")
    exact = Fraction(number)
    # 330.0 is a count, and 4.50 has one decimal.
    if exact.denominator == 1:
        return exact, 0
    return exact, _decimals(number.normalize())


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -int(exponent)


def _floats(values: Any) -> np.ndarray:
    column = pd.Series(values)
    return column.to_numpy(dtype=float, na_value=np.nan, copy=True)
