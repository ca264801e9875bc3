"""Parse published changes to ranges: "+49%" means 48.5% to 49.5%, in exact fractions.

A printed percentage can be any change that rounds to it, with halves rounded up or to
the even digit. Qualifiers, and words instead of a number, follow the convention of
`bounds`.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from cbcstats.arguments import check_choice
from cbcstats.counts.qualifiers import (
    LONGEST,
    PHRASES,
    READINGS,
    last_place,
    second_place,
)
from cbcstats.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

RISES: Final = frozenset(
    {
        "+",
        "up",
        "increase",
        "increased",
        "rise",
        "rose",
        "risen",
        "growth",
        "grew",
        "grown",
        "gain",
        "gained",
        "higher",
    }
)
FALLS: Final = frozenset(
    {
        "-",
        "down",
        "decrease",
        "decreased",
        "decline",
        "declined",
        "fall",
        "fell",
        "fallen",
        "drop",
        "dropped",
    }
    | {"reduction", "reduced", "contracted", "lower", "less", "fewer"}
)
FILLERS: Final = frozenset({"a", "an", "of", "by", "the", "in", "more", "than"})

# Changes in words, in percent. They count as approximate, never as rounded.
MULTIPLES: Final[Mapping[str, Fraction]] = {
    "two thirds": Fraction(200, 3),
    "three quarters": Fraction(75),
    "a third": Fraction(100, 3),
    "a quarter": Fraction(25),
    "half": Fraction(50),
    "halved": Fraction(-50),
    "double": Fraction(100),
    "doubled": Fraction(100),
    "tripled": Fraction(200),
    "quadrupled": Fraction(300),
}

_PERCENT = re.compile(
    r"(?P<whole>[0-9]+)(?:\.(?P<decimals>[0-9]+))?\s*(?:%|per\s?cent\b|percent\b)"
)
_MULTIPLE = re.compile(rf"\b({'|'.join(MULTIPLES)})\b")


class Growth(NamedTuple):
    """The range of a published change in percent; open ends are not part of it."""

    low: Fraction | float
    high: Fraction | float
    low_open: bool = False
    high_open: bool = False

    def turned(self) -> Growth:
        """Return the range with the opposite sign."""
        return Growth(-self.high, -self.low, self.high_open, self.low_open)

    def holds(self, percent: Fraction) -> bool:
        """Tell whether a change lies in the range."""
        above = percent > self.low or (percent == self.low and not self.low_open)
        below = percent < self.high or (percent == self.high and not self.high_open)
        return above and below


def parse_change(text: str, *, reading: str = "usual") -> Growth:
    """Parse a published change to the range of changes in percent that it can mean.

    Parameters
    ----------
    text : str
        Such as `+49%`, `-3.5%`, `a 20% fall`, `nearly 50%`, `more than 40% higher`, `doubled`, `by half`.
        Without a direction, it is an increase.
    reading : {"usual", "strict"}
        How to read a qualifier, see `bounds`. It makes no difference without one.

    Returns
    -------
    Growth
        `low` and `high` in percent, as exact fractions or `inf`, and whether each end is
        open.

    Raises
    ------
    DataError
        If there is not exactly one percentage, or a word is unknown.

    Examples
    --------
    >>> growth = parse_change("+49%")
    >>> float(growth.low), float(growth.high), growth.high_open
    (48.5, 49.5, True)
    >>> parse_change("a 20% fall").holds(Fraction("-19.5"))
    True
    """
    check_choice("reading", reading, READINGS)
    # Messages only show the beginning of a long text.
    change, text = str(text), str(text)[:LONGEST]
    words = " ".join(
        change.lower()
        .replace("\N{MINUS SIGN}", "-")
        .replace("\N{EN DASH}", "-")
        .split()
    )
    matches = (
        (list(_PERCENT.finditer(words)) or list(_MULTIPLE.finditer(words)))
        if len(change) <= LONGEST
        else []
    )
    if len(matches) != 1:
        raise DataError(
            f"{text!r} holds no single percentage; write one, such as '+49%' or 'a 20% fall'"
        )
    before, after = words[: matches[0].start()], words[matches[0].end() :]
    qualifier, falls, directed = _parse_words(before, after, text)
    printed = matches[0]
    if printed.re is _MULTIPLE:
        size = MULTIPLES[printed[1]]
        growth = _in_words(
            abs(size), 0, "about" if qualifier == "exact" else qualifier, reading
        )
        return growth.turned() if falls or size < 0 else growth
    decimals = len(printed["decimals"] or "")
    size = Fraction(int(printed["whole"] + (printed["decimals"] or "")), 10**decimals)
    if qualifier != "exact":
        growth = _in_words(size, decimals, qualifier, reading)
    else:
        growth = _rounded(size, decimals)
        if size == 0 and not directed:
            return Growth(-growth.high, growth.high, growth.high_open, growth.high_open)
    return growth.turned() if falls else growth


def _parse_words(before: str, after: str, text: str) -> tuple[str, bool, bool]:
    """Return the qualifier, whether the change is a fall, and whether it has a direction."""
    tokens = re.sub(r"([+-])", r" \1 ", before).split()
    sign = [tokens.pop()] if tokens and tokens[-1] in ("+", "-") else []
    lengths = [
        length
        for length in range(4, 0, -1)
        if " ".join(tokens[-length:]) in PHRASES and tokens
    ]
    qualifier = PHRASES[" ".join(tokens[-lengths[0] :])] if lengths else "exact"
    tokens = [*(tokens[: -lengths[0]] if lengths else tokens), *sign, *after.split()]
    unknown = [word for word in tokens if word not in RISES | FALLS | FILLERS]
    if unknown:
        raise DataError(
            f"{unknown[0]!r} in {text!r} is not known here; write a change such as '+49%' or 'a 20% fall'"
        )
    rises, falls = set(tokens) & RISES, set(tokens) & FALLS
    if rises and falls:
        raise DataError(
            f"{text!r} says both up and down; write one of the two, such as '+49%'"
        )
    return qualifier, bool(falls), bool(rises or falls)


def _rounded(size: Fraction, decimals: int) -> Growth:
    """Return the range that rounds to a percentage; halves go up or to the even digit."""
    half = Fraction(1, 2 * 10**decimals)
    even = int(size * 10**decimals) % 2 == 0
    return Growth(
        max(size - half, Fraction(0)), size + half, low_open=False, high_open=not even
    )


def _in_words(size: Fraction, decimals: int, qualifier: str, reading: str) -> Growth:
    """Return the range of a qualified percentage, like `bounds` but continuous."""
    unit = Fraction(1, 10**decimals)
    whole = round(size / unit)
    by_last, by_second = last_place(whole) * unit, second_place(whole) * unit
    usual = {
        "more_than": Growth(size, size + by_last, low_open=True, high_open=True),
        "at_least": Growth(size, size + by_last, high_open=True),
        "less_than": Growth(
            max(size - by_last, Fraction(0)), size, low_open=True, high_open=True
        ),
        "at_most": Growth(max(size - by_last, Fraction(0)), size, low_open=True),
        "almost": Growth(max(size - by_second, Fraction(0)), size, high_open=True),
        "about": Growth(max(size - by_second / 2, Fraction(0)), size + by_second / 2),
    }[qualifier]
    if reading == "usual":
        return usual
    low = (
        Fraction(0)
        if qualifier in ("less_than", "at_most", "almost", "about")
        else usual.low
    )
    high = math.inf if qualifier in ("more_than", "at_least", "about") else usual.high
    return Growth(
        low, high, usual.low_open and low != 0, usual.high_open and high != math.inf
    )
