"""Published figures and the words beside them: "more than 330" is a range.

How far a word reaches is a reading. `strict` leaves the far side open; `usual`, the default, closes it
by the convention in `bounds`, which is a convention of this library and no law.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final, NamedTuple

from cbcstats.arguments import check_choice
from cbcstats.errors import DataError

QUALIFIERS: Final = (
    "exact",
    "more_than",
    "at_least",
    "about",
    "almost",
    "less_than",
    "at_most",
)
READINGS: Final = ("usual", "strict")
LONGEST: Final = 200  # characters of a figure with its words
_DIGITS: Final = 16  # and point, of a number with decimals that is held exactly
_MOST_DIGITS: Final = (
    300  # of a count; a float has 309, and ranges and changes in percent need room
)
_MOST_DECIMALS: Final = 324  # of the smallest float

# The words of published figures; those that stand after the number are named in AFTER.
_WORDS: Final = {
    "exact": ", exactly, a total of",  # or none
    "more_than": "more than, over, above, in excess of, upwards of, exceeding, just over, well over, >",
    "at_least": "at least, no fewer than, no less than, not less than, not fewer than, a minimum of, or more, and more"
    ", ≥, >=, +",
    "about": "about, around, approximately, approx, approx., circa, ca., c., some, roughly, or so, ~, ≈",
    "almost": "almost, nearly, close to, just under",
    "less_than": "less than, fewer than, under, below, <",
    "at_most": "at most, no more than, not more than, up to, a maximum of, or fewer, or less, ≤, <=",
}
PHRASES: Final = {
    phrase: qualifier
    for qualifier, phrases in _WORDS.items()
    for phrase in phrases.split(", ")
}
AFTER: Final = ("or more", "and more", "+", "or so", "or fewer", "or less")

_MULTIPLES = {
    "": 1,
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
}
_NUMBER = re.compile(
    r"(?P<before>[^0-9]*?)\s*"
    r"(?P<number>[0-9]{1,3}(?:[,\u00a0\u202f ][0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
    rf"\s*(?P<multiple>{'|'.join(filter(None, _MULTIPLES))}|)"
    r"\s*(?P<after>[^0-9]*)",
    re.IGNORECASE,
)


class Bounds(NamedTuple):
    """The lowest and the highest value that a figure can have; `inf` on a side that is open.

    Examples
    --------
    >>> print(Bounds(331, 339))
    331 to 339
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
        if self.low == self.high:
            return f"{self.low:,}"
        if self.high == math.inf:
            return f"{self.low:,} or more"
        return f"{self.low:,} to {self.high:,}"

    def _repr_html_(self) -> str:
        """Show the range in words in a notebook."""
        return str(self)


class Qualified(NamedTuple):
    """A number as printed, and its qualifier."""

    value: float
    qualifier: str


def parse_qualified(text: str) -> Qualified:
    """Read a published figure: the number printed and the word beside it.

    Parameters
    ----------
    text : str
        Such as `more than 330`, `almost 400`, `1,000`, `20+` or `3.5 million`. Digits, no number words;
        commas or spaces may set the thousands apart.

    Returns
    -------
    Qualified
        `value`, an int where the number is whole and a float otherwise, and `qualifier`, one of `exact`,
        `more_than`, `at_least`, `about`, `almost`, `less_than`, `at_most`.

    Raises
    ------
    DataError
        If there is no number, more than one, or a word that is no known qualifier: it is never guessed.

    Examples
    --------
    >>> parse_qualified("more than 330")
    Qualified(value=330, qualifier='more_than')
    >>> parse_qualified("20+").qualifier
    'at_least'
    """
    found = _NUMBER.fullmatch(str(text).strip()) if len(str(text)) <= LONGEST else None
    if found is None:
        said = str(text)[:LONGEST]
        raise DataError(
            f"{said!r} holds no single number in digits; write one figure, such as 'more than 330'"
        )
    digits = re.sub(r"[^0-9.]", "", found["number"])
    if "." in digits and len(digits) > _DIGITS:
        raise DataError(
            f"{text!r} has more digits than can be kept; write up to {_DIGITS - 1}, or no decimals"
        )
    if re.fullmatch(r"[0-9]{1,3}\.[0-9]{3}", digits):
        whole = f"{digits.replace('.', '')} {found['multiple']}".strip()
        raise DataError(
            f"{text!r} could be a thousand or a fraction; write {whole} or fewer decimals"
        )
    before, after = (
        " ".join(found[part].lower().split()) for part in ("before", "after")
    )
    if before and after:
        raise DataError(
            f"{text!r} has words on both sides of the number; leave one qualifier and no unit"
        )
    if (
        (after and after not in AFTER)
        or (before and before not in PHRASES)
        or before in AFTER
    ):
        raise DataError(
            f"{before + after!r} in {text!r} is no known qualifier there; leave the unit away and "
            "write a word such as 'more than', 'at least', 'about', 'almost', 'less than', 'at most' or none"
        )
    multiple = _MULTIPLES[found["multiple"].lower()]
    value = (
        int(digits) * multiple
        if digits.isdigit()
        else _plain(Decimal(digits) * multiple)
    )
    return Qualified(value, PHRASES[before + after])


def bounds(value: float, qualifier: str = "exact", *, reading: str = "usual") -> Bounds:
    """Return the range of values that a published figure stands for.

    Parameters
    ----------
    value : int or float
        The number printed, not negative.
    qualifier : str
        The word beside it, one of `exact`, `more_than`, `at_least`, `about`, `almost`, `less_than`, `at_most`.
    reading : {"usual", "strict"}
        `strict` leaves the far side open (`inf`, or 0 below). `usual` closes it by the convention below.

    Returns
    -------
    Bounds
        `low` and `high`, both possible; whole numbers for a whole value.

    Raises
    ------
    DataError
        If the value is no number from 0 on, or nothing can be less than it.
    ArgumentError
        If the qualifier or the reading is not one of those above.

    Notes
    -----
    The usual reading of a value v, where u is the place of its last digit other than 0 and w the place of its
    second digit, each at least ten, or five where v ends in 5:

    ====================  =====================================  ===================
    more_than, at_least   v + 1 (or v) to v + u - 1              330: 331 to 339
    less_than, at_most    v - u + 1 to v - 1 (or v)              330: 321 to 329
    almost                v - w to v - 1                         400: 390 to 399
    about                 v - w/2 to v + w/2                     150: 145 to 155
    ====================  =====================================  ===================

    A value with decimals is read in units of its last decimal, so that `more than 4.5` is 4.6 to 4.9.
    A range never goes below 0.

    Examples
    --------
    >>> bounds(330, "more_than")
    Bounds(low=331, high=339)
    >>> print(bounds(330, "more_than", reading="strict"))
    331 or more
    """
    check_choice("qualifier", qualifier, QUALIFIERS)
    check_choice("reading", reading, READINGS)
    exact = _exact(value)
    decimals = max(-int(exact.as_tuple().exponent), 0)
    low, high = _usual_range(int(Fraction(exact) * 10**decimals), qualifier)
    if reading == "strict":
        low, high = _open_far_side(low, high, qualifier)
    if high < 0:
        raise DataError(
            f"no count is {qualifier.replace('_', ' ')} {value}; correct the value or its qualifier"
        )
    return Bounds(*(_shifted(max(end, 0), decimals) for end in (low, high)))


def last_place(value: int) -> int:
    """Return how coarse a number is by its last digit other than 0: 10 for 330, 5 for 35, at least that."""
    digits = str(value)
    zeros = len(digits) - len(digits.rstrip("0"))
    return max(int(10**zeros), _coarseness(value))


def second_place(value: int) -> int:
    """Return how coarse a number is by its second digit: 10 for 400, 100 for 1000, 5 for 65, at least that."""
    return max(int(10 ** max(len(str(value)) - 2, 0)), _coarseness(value))


def _usual_range(value: int, qualifier: str) -> tuple[float, float]:
    by_last, by_second = last_place(value), second_place(value)
    return {
        "exact": (value, value),
        "more_than": (value + 1, value + by_last - 1),
        "at_least": (value, value + by_last - 1),
        "less_than": (value - by_last + 1, value - 1),
        "at_most": (value - by_last + 1, value),
        "almost": (value - by_second, value - 1),
        "about": (value - by_second // 2, value + by_second // 2),
    }[qualifier]


def _open_far_side(low: float, high: float, qualifier: str) -> tuple[float, float]:
    if qualifier in ("more_than", "at_least", "about"):
        high = math.inf
    if qualifier in ("less_than", "at_most", "almost", "about"):
        low = 0
    return low, high


def _coarseness(value: int) -> int:
    """Return the least width of a range: a number that ends in 5 is read more finely than others."""
    return 5 if value % 10 == 5 else 10


def _exact(value: float) -> Decimal:
    """Return the number as printed: 4.5 is four and a half, and no binary neighbour of it."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite() or exact < 0:
        raise DataError(
            f"{value!r} is no count; a published figure is a number from 0 on"
        )
    if (
        exact.adjusted() >= _MOST_DIGITS
        or -int(exact.as_tuple().exponent) > _MOST_DECIMALS
    ):
        raise DataError(f"{value!r} is too large or too fine a number; check it")
    return (
        exact.normalize() if exact != exact.to_integral_value() else Decimal(int(exact))
    )


def _shifted(end: float, decimals: int) -> float:
    if end == math.inf or decimals == 0:
        return end
    return _plain(Decimal(int(end)).scaleb(-decimals))


def _plain(number: Decimal) -> float:
    return int(number) if number == number.to_integral_value() else float(number)
