"""Published figures and the words beside them: "more than 330" is a range.

How far a word reaches is a reading. `strict` leaves the far side open; `usual`, the default, closes it
by the convention in `bounds`, which is a convention of this library and no law.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from cbcstats.errors import DataError


class Meaning(NamedTuple):
    """On which side of the number printed the real one lies."""

    sign: int  # above 1, below -1, either side 0
    includes: bool  # whether it may be the number printed
    is_limit: bool = False  # whether the far side is open in every reading


MEANINGS: Final = {
    "exact": Meaning(0, includes=True),
    "more_than": Meaning(1, includes=False),
    "at_least": Meaning(1, includes=True),
    "about": Meaning(0, includes=True),
    "almost": Meaning(-1, includes=False),
    "less_than": Meaning(-1, includes=False),
    "at_most": Meaning(-1, includes=True),
    "below": Meaning(-1, includes=False, is_limit=True),
    "above": Meaning(1, includes=False, is_limit=True),
}
QUALIFIERS: Final = tuple(MEANINGS)
READINGS: Final = ("usual", "strict")
LONGEST: Final = 200  # characters of a figure with its words
_DIGITS: Final = 16  # and point, of a number with decimals that is held exactly

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


def last_place(value: int) -> int:
    """Return how coarse a number is by its last digit other than 0: 10 for 330, 5 for 35, at least that."""
    digits = str(value)
    zeros = len(digits) - len(digits.rstrip("0"))
    return max(int(10**zeros), _coarseness(value))


def second_place(value: int) -> int:
    """Return how coarse a number is by its second digit: 10 for 400, 100 for 1000, 5 for 65, at least that."""
    return max(int(10 ** max(len(str(value)) - 2, 0)), _coarseness(value))


def _coarseness(value: int) -> int:
    """Return the least width of a range: a number that ends in 5 is read more finely than others."""
    return 5 if value % 10 == 5 else 10


def _plain(number: Decimal) -> float:
    return int(number) if number == number.to_integral_value() else float(number)
