"""Parse published changes to ranges: "+49%" means 48.5% to 49.5%, in exact fractions.

A printed percentage can be any change that rounds to it, with halves rounded up or to
the even digit. Words beside it, and words instead of it, have the range that they have
beside a figure, see `bounds`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cbcstats.arguments import check_choice, check_number, check_text
from cbcstats.counts.change_words import (
    ARTICLES,
    COMPARATIVES,
    COMPARED,
    FALLS,
    LINKS,
    NUMBERS,
    OF,
    PARTS,
    RATIOS,
    RECORDS,
    REMAINED,
    RISES,
    STABLE,
    TO_A_LEVEL,
    UNCHANGED,
    WITH_COMMA,
)
from cbcstats.counts.qualifiers import (
    AFTER,
    LONGEST,
    MEANINGS,
    PHRASES,
    Meaning,
    parse_qualified,
)
from cbcstats.counts.readings import Bounds, bounds, check_reading, usual_reach
from cbcstats.errors import ArgumentError, DataError


class Growth(NamedTuple):
    """The range of a published change in percent; open ends are not part of it."""

    low: Fraction | float
    high: Fraction | float
    low_open: bool = False
    high_open: bool = False

    def turned(self) -> Growth:
        """Return the range with the opposite sign."""
        return Growth(-self.high, -self.low, self.high_open, self.low_open)

    def holds(self, percent: Fraction | float) -> bool:
        """Tell whether a change is in the range.

        Parameters
        ----------
        percent : Fraction, Decimal, int or float
            The change in percent. A float is taken as it prints, 0.1 as one tenth.

        Raises
        ------
        ArgumentError
            If it is not a finite number.

        Examples
        --------
        >>> parse_change("+49%").holds(48.9)
        True
        """
        change = check_number("percent", percent)
        if not math.isfinite(change):
            raise ArgumentError(
                f"`percent` must be a finite number, but {percent!r} was given"
            )
        change = Fraction(str(change))
        is_above = change > self.low or (change == self.low and not self.low_open)
        is_below = change < self.high or (change == self.high and not self.high_open)
        return is_above and is_below


class Claim(NamedTuple):
    """A published change, and what its range counts.

    Attributes
    ----------
    kind : str
        - `percent`: the change is in percent (`+49%`, `doubled`, `a third more`);
        - `ratio`: in percent, too, from a fraction that stands alone: `half` is the
          number before times 0.5, unless it is a share of something else;
        - `direction`: in percent, from words without a number: `rose` is above 0,
          `unchanged` is 0, `stable` is -5 to +5;
        - `points`: the change is in percentage points (`+3 percentage points`);
        - `difference`: the change is in the unit of the figure (`+14`, `14 more`);
        - `levels`: in that unit, with the figures `before` and `after` (`from 57 to
          74`);
        - `record`: the figure is the highest so far; the change is not known.
    change : Growth
        The range of the change.
    before, after : Bounds or None
        The ranges of the two figures of `levels`.
    """

    kind: str
    change: Growth
    before: Bounds | None = None
    after: Bounds | None = None


def parse_change(
    text: str, *, reading: str | float = "usual", language: str | None = None
) -> Growth:
    """Parse a published change to the range of changes in percent that it can mean.

    Parameters
    ----------
    text : str
        Such as `+49%`, `-3.5%`, `a 20% fall`, `nearly 50%`, `a third more`, `doubled`,
        `a threefold increase`, in English, French (`en hausse de 38,5 %`) or Spanish
        (`cayó un 12 %`). A percentage without a direction is an increase. `+20%+` is
        20% or more.
    reading : {"usual", "strict"} or float
        How to read a qualifier, and words instead of a number, see `bounds`.
    language : {"en", "fr", "es"}, optional
        The language of the number where its words do not tell: `1.200 %` is 1,200
        in French and Spanish, and 1.2 in English.

    Returns
    -------
    Growth
        `low` and `high` in percent, as exact fractions or `inf`, and whether each end is
        open.

    Raises
    ------
    DataError
        If there is not exactly one percentage or multiple, a word is unknown, two signs
        or directions disagree, or the text is a share (`37% of the`, `half`), a level
        (`up from 24%`) or a change in percentage points.
    ArgumentError
        If the reading or the language is not one of those above.

    Notes
    -----
    A percentage without a word can be any change that rounds to it. Beside a word it has
    the range of `bounds`, in real numbers: *more than 40%* is above 40 up to 46. A
    fraction is a percentage, and has 15% of it on each side that its word allows: *up by
    a third* is 28.3 to 38.3. A multiple is the ratio of the two figures, so that
    *doubled*, *twofold* and *2 times* are 1.7 to 2.3 times the number before, +70% to
    +130%. *Three times more* may be three or four times, and is refused.

    Examples
    --------
    >>> growth = parse_change("+49%")
    >>> float(growth.low), float(growth.high), growth.high_open
    (48.5, 49.5, True)
    >>> parse_change("a 20% fall").holds(-19.5)
    True
    >>> parse_change("doubled")
    Growth(low=Fraction(70, 1), high=Fraction(130, 1), low_open=False, high_open=False)
    """
    claim = read_claim(text, reading=reading, language=language)
    if claim.kind != "percent":
        raise DataError(f"{text!r} {_NOT_IN_PERCENT[claim.kind]}")
    return claim.change


_NOT_IN_PERCENT: Final = {
    "ratio": "is a share and not a change; write 'up by half' or 'halved'",
    "direction": "has no number; write a change such as '+49%'",
    "points": "is in percentage points and not in percent; write '+49%'",
    "difference": "has no percentage; write a change such as '+49%'",
    "levels": "gives two figures and no percentage; write a change such as '+49%'",
    "record": "has no percentage; write a change such as '+49%'",
}


def read_claim(
    text: str, *, reading: str | float = "usual", language: str | None = None
) -> Claim:
    """Read a published change of any kind: percent, points, units, levels or words.

    Parameters
    ----------
    text : str
        As for `parse_change`, and also `+14`, `14 more`, `from 57 to 74`,
        `+3 percentage points`, `half`, `rose`, `unchanged`, `stable`, `record`.
    reading : {"usual", "strict"} or float
        As for `parse_change`.
    language : {"en", "fr", "es"}, optional
        As for `parse_change`.

    Returns
    -------
    Claim
        The kind of change and its range.

    Raises
    ------
    DataError
        If the change cannot be read, or `stable` is read strictly.
    ArgumentError
        If the reading or the language is not one of those above.

    Examples
    --------
    >>> read_claim("from 57 to 74").before
    Bounds(low=57, high=57)
    >>> read_claim("14 fewer").change.high
    Fraction(-14, 1)
    """
    share = check_reading(reading)
    if language is not None:
        check_choice("language", language, ("en", "fr", "es"))
    return _claim(check_text("text", text), share, language)


@lru_cache(maxsize=1024)
def _claim(text: str, share: Fraction | None, language: str | None) -> Claim:
    phrase = _plain(text)
    in_words = _without_a_number(phrase, text, share)
    if in_words is not None:
        return in_words
    levels = _LEVELS.fullmatch(phrase)
    if levels and not _AMOUNT.search(phrase):
        return _between_levels(levels, text, share, language)
    amounts = list(_AMOUNT.finditer(phrase))
    if len(amounts) > 1:
        raise DataError(f"{text!r} has two changes; write one, such as '+49%'")
    if not amounts:
        return _in_units(phrase, text, share, language)
    change = _Change.split(phrase, amounts[0], text)
    return change
