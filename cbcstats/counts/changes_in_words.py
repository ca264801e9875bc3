"""Parse published changes to ranges: "+49%" means 48.5% to 49.5%, in exact fractions.

A printed percentage can be any change that rounds to it, with halves rounded up or to
the even digit. Words beside it, and words instead of it, have the range that they have
beside a figure, see `bounds`. The words are in `change_words`, and each kind of number
has a function that reads it, see `_READERS`.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from cbcstats.arguments import check_number, check_text
from cbcstats.counts.change_words import (
    AROUND_STATES,
    ARTICLES,
    AS_MANY,
    BEFORE_UNIT,
    BY,
    COMPARATIVES,
    DIRECTIONS,
    FALLS,
    KNOWN,
    KNOWN_BEFORE,
    KNOWN_BEFORE_LEVELS,
    LEVEL,
    LEVELS,
    NUMBER,
    NUMBERS,
    OF,
    PARTS,
    QUALIFIER_AFTER,
    QUALIFIER_BEFORE,
    QUALIFIERS,
    RATIOS,
    RECORD,
    RISES,
    STABLE,
    TO_A_LEVEL,
    UNCHANGED,
    UNIT,
    UNIT_COMPARED,
    UNTIL,
    WITH_COMMA,
    normalised,
)
from cbcstats.counts.figures_in_words import (
    LONGEST,
    check_language,
    parse_qualified,
    read_digits,
)
from cbcstats.counts.readings import (
    MEANINGS,
    Bounds,
    bounds,
    check_reading,
    reach_of,
    rounded,
    spread,
)
from cbcstats.errors import ArgumentError, DataError, shortened

_YEAR: Final = re.compile("(?:19|20)[0-9]{2}")
_MULTIPLES: Final = frozenset({"ratio", "times", "fold", "factor", "divisor"})
_ONE_THOUSAND: Final = re.compile("[1-9][0-9]{0,2}[.,][0-9]{3}")


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
        number = check_number("percent", percent)
        if not math.isfinite(number):
            raise ArgumentError(
                f"`percent` must be a finite number, but {number} was given"
            )
        change = Fraction(str(number))
        if change == self.low:
            return not self.low_open
        if change == self.high:
            return not self.high_open
        return self.low < change < self.high


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
        - `difference`: the change is in the unit of the figure (`+14`, `14 more
          missions`);
        - `levels`: in that unit, with the figures `before` and `after` (`from 57 to
          74`);
        - `record`: the figure is the highest so far; the change is not known.
    change : Growth
        The range of the change.
    before, after : Bounds or None
        The ranges of the two figures of `levels`.
    unit : str
        The unit behind a `difference`, in small letters; empty if it has none.
    """

    kind: str
    change: Growth
    before: Bounds | None = None
    after: Bounds | None = None
    unit: str = ""


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
    reason = _NOT_IN_PERCENT.get(claim.kind)
    if reason:
        message = f"{text!r} {reason}"
        raise DataError(message)
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
        As for `parse_change`, and also `+14`, `14 more missions`, `from 57 to
        74`, `+3 percentage points`, `half`, `rose`, `unchanged`, `stable`, `record`.
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
    >>> read_claim("14 fewer missions").change.high
    Fraction(-14, 1)
    """
    share = check_reading(reading)
    check_language(language)
    try:
        return _claim(check_text("text", text), share, language)
    except DataError as error:
        message = f"{shortened(text)!r} {error.message}"
        raise DataError(message) from None


# Below, the message of an error follows the text: "'many' has no number".
class _Number(NamedTuple):
    """The number in a phrase, the words beside it, and how to read them."""

    match: re.Match[str]
    kind: str  # the group of NUMBER that matches
    qualifier: str | None
    unit: str
    before: list[str]
    after: list[str]
    direction: int  # 1 for a rise, -1 for a fall, 0 for neither
    is_ratio: bool  # as in "half as many"
    share: Fraction | None  # of the reading; None for the strict one
    language: str | None


@lru_cache(maxsize=1024)
def _claim(text: str, share: Fraction | None, language: str | None) -> Claim:
    if len(text) > LONGEST:
        raise DataError("is too long; write a change such as '+49%'")
    phrase = normalised(text)
    matches = list(NUMBER.finditer(phrase))
    if not matches:
        return _without_number(phrase, share)
    levels = LEVELS.fullmatch(phrase)
    are_figures = all(match["figure"] for match in matches)
    if levels and are_figures:
        return _levels(levels, share, language)
    if len(matches) > 1:
        raise DataError("has two numbers; write one change, such as '+49%'")
    number = _number(phrase, matches[0], share, language)
    _refuse_other_texts(number)
    _refuse_unknown_words(number)
    read = _READERS[number.kind]
    return read(number)


def _without_number(phrase: str, share: Fraction | None) -> Claim:
    """Read words such as `rose`, `unchanged`, `stable` and `record`."""
    words = phrase.split()
    rest = [word for word in words if word not in AROUND_STATES]
    state = " ".join(rest)
    if state in RECORD:
        return Claim("record", Growth(-math.inf, math.inf))
    if state in UNCHANGED:
        nothing = Fraction(0)
        return Claim("direction", Growth(nothing, nothing))
    if state in STABLE:
        if share is None:
            raise DataError("has no strict reading; write a change such as '+2%'")
        # That stable means up to five percent is a convention.
        five = Fraction(5)
        return Claim("direction", Growth(-five, five))
    direction = _direction(words)
    if direction == 0 or not KNOWN_BEFORE.issuperset(words):
        raise DataError("has no number; write a change such as '+49%' or 'a 20% fall'")
    growth = Growth(Fraction(0), math.inf, low_open=True)
    return Claim("direction", _signed(growth, direction))


def _number(
    phrase: str, match: re.Match[str], share: Fraction | None, language: str | None
) -> _Number:
    """Tell apart the qualifier, the unit and the other words beside a number."""
    before = _spaced(phrase[: match.start()])
    plus = match["plus"] or ""
    after = _spaced(plus + phrase[match.end() :])
    before, first = _split(before, QUALIFIER_BEFORE)
    after, as_many = _split(after, AS_MANY)
    after, last = _split(after, QUALIFIER_AFTER)
    pattern = UNIT if match["figure"] or as_many else UNIT_COMPARED
    after, unit = _split_unit(before, after, pattern)
    if first and last:
        raise DataError("has a word on both sides of its number; write one of them")
    words_before, words_after = before.split(), after.split()
    # "Trois fois plus" is a rise.
    times = match["times"] or ""
    words = [*words_before, *words_after, *times.split()]
    return _Number(
        match=match,
        kind=str(match.lastgroup),
        qualifier=QUALIFIERS.get(first or last),
        unit=unit,
        before=words_before,
        after=words_after,
        direction=_direction(words),
        is_ratio=bool(as_many),
        share=share,
        language=language,
    )


def _spaced(text: str) -> str:
    """Return a text in which signs are words of their own."""
    return " ".join(re.sub("([+-])", r" \1 ", text).split())


def _split(text: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    """Take the phrase of a pattern out of a text."""
    found = pattern.search(text)
    if found is None:
        return text, ""
    start, end = found.span("phrase")
    rest = text[:start] + text[end:]
    return rest.strip(), found["phrase"]


def _split_unit(before: str, after: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    """Take the unit of a change out of the words after it."""
    # "Rose in 14 regions" is not a difference of 14 regions.
    if BEFORE_UNIT.search(before) is None:
        return after, ""
    rest, unit = _split(after, pattern)
    words = unit.split()
    if KNOWN.isdisjoint(words):
        return rest, unit
    return after, ""


def _direction(words: list[str]) -> int:
    """Return 1 for a rise, -1 for a fall, and 0 for neither."""
    signs = [word for word in words if word in ("+", "-")]
    if len(signs) > 1:
        raise DataError("has two signs; write one, such as '+5%' or '-5%'")
    rises = RISES.intersection(words)
    falls = FALLS.intersection(words)
    if rises and falls:
        raise DataError("says both up and down; write one of the two, such as '+49%'")
    if rises:
        return 1
    return -1 if falls else 0


def _refuse_other_texts(number: _Number) -> None:
    """Refuse levels, shares, and signs that can be read in two ways."""
    if _is_level(number):
        raise DataError("names a level and not the change; write it as '+49%'")
    if "(" in number.before:
        raise DataError("may be a fall, as accounts write it; write '+5%' or '-5%'")
    if "-" in number.after:
        raise DataError("has a minus after its number; write it before, as in '-5%'")
    if _is_share(number):
        raise DataError("is a share and not a change; write a change such as '+49%'")
    is_percent = number.kind in ("percent", "points")
    if number.is_ratio and (number.direction or is_percent):
        raise DataError("could be a ratio or a change; write a change such as '+49%'")


def _is_level(number: _Number) -> bool:
    """Tell whether a number is the level after a change, as in "rose to 24%"."""
    before = number.before
    words = before + number.after
    if not LEVEL.isdisjoint(words):
        return True
    if DIRECTIONS.isdisjoint(before):
        return False
    # "Hasta 20%" is up to 20%, but "aumentó hasta 20%" is a level.
    match = number.match
    text_before = match.string[: match.start()]
    if not UNTIL.isdisjoint(text_before.split()):
        return True
    to = TO_A_LEVEL.search(" ".join(before))
    return to is not None and to["verb"] in DIRECTIONS


def _is_share(number: _Number) -> bool:
    """Tell whether a number is a part of something, as in "28% of all missions"."""
    # "El doble de misiones" is no part of them.
    if number.kind in _MULTIPLES:
        return False
    after = number.after
    is_of = not OF.isdisjoint(after[:1])
    # "12 % de hausse" is a rise, and "12 % de missions" a share.
    has_direction = not DIRECTIONS.isdisjoint(after[1:2])
    return is_of and not has_direction


def _refuse_unknown_words(number: _Number) -> None:
    # "Doubled" has a direction of its own, and "20%" needs none.
    is_multiple = number.kind in _MULTIPLES
    has_direction = is_multiple or number.direction
    known_before = KNOWN_BEFORE if has_direction else ARTICLES
    known_after = KNOWN if has_direction else ARTICLES
    unknown = [word for word in number.before if word not in known_before]
    unknown += [word for word in number.after if word not in known_after]
    if unknown:
        raise DataError(
            f"has the word {unknown[0]!r}, which is not known here; "
            "write a change such as '+49%' or 'a 20% fall'"
        )


def _percentage(number: _Number) -> Claim:
    """Read a percentage, or percentage points."""
    size, place = _size(number)
    direction = number.direction
    is_printed = number.qualifier in (None, "exact")
    growth = _rounded(size, place) if is_printed else _in_words(size, number, place)
    # Without a direction, 0% may be a small fall.
    if is_printed and size == direction == 0:
        growth = growth._replace(low=-growth.high)
    signed = _signed(growth, direction)
    return Claim(number.kind, signed)


def _fraction(number: _Number) -> Claim:
    """Read a fraction: by how much, or the ratio to the number before."""
    numerator, name = number.match.group("numerator", "part")
    part = PARTS[name]
    if numerator is None and part < Fraction(1, 2):
        raise DataError("has a place and not a fraction; write a change such as '+49%'")
    size = part * NUMBERS.get(numerator, 1)
    direction = number.direction
    if direction:
        growth = _in_words(100 * size, number)
        return Claim("percent", _signed(growth, direction))
    ends = _in_words(size, number)
    kind = "percent" if number.is_ratio else "ratio"
    return Claim(kind, _from_ratio(size, ends))


def _multiple(number: _Number) -> Claim:
    """Read a multiple of the number before."""
    ratio, place = _ratio(number)
    is_fall = ratio < 1
    opposite = 1 if is_fall else -1
    if number.direction == opposite:
        raise DataError("says both up and down; write one of the two, such as '+49%'")
    # More than halved is a ratio below one half.
    ends = _in_words(ratio, number, place, is_turned=is_fall)
    growth = _from_ratio(ratio, ends)
    return Claim("percent", growth)


def _ratio(number: _Number) -> tuple[Fraction, Fraction | None]:
    """Return the ratio to the number before, and its last place where that is known."""
    kind = number.kind
    if kind == "ratio":
        word = number.match["ratio"]
        return RATIOS[word], None
    ratio, place = _size(number)
    if ratio <= 1:
        raise DataError("has a multiple of 1 or less; write a change such as '-49%'")
    if kind == "times" and _may_be_added(number):
        raise DataError(
            "may count the number before or not; write 'threefold' or '+200%'"
        )
    # A threefold decrease leaves a third.
    if number.direction < 0 or kind == "divisor":
        return 1 / ratio, None
    # "Threefold" has the range of "tripled", but 2.4 is a printed number.
    if ratio.denominator == 1:
        return ratio, None
    return ratio, place


def _may_be_added(number: _Number) -> bool:
    """Tell whether "three times" may be three or four times the number before."""
    last = number.before[-1:]
    is_by = not BY.isdisjoint(last)
    is_compared = not COMPARATIVES.isdisjoint(number.after)
    return is_by or is_compared


def _difference(number: _Number) -> Claim:
    """Read a change in the unit of the figure."""
    direction = number.direction
    if direction == 0:
        raise DataError("has no direction; write a change such as '+49%'")
    digits = number.match["figure"]
    has_sign = not {"+", "-"}.isdisjoint(number.before)
    if _YEAR.fullmatch(digits) and not has_sign:
        raise DataError("may name a year; write a change such as '+49%'")
    figure = _figure(
        f"{digits} {number.unit}",
        number.share,
        number.language,
        number.qualifier,
    )
    growth = Growth(exact(figure.low), exact(figure.high))
    signed = _signed(growth, direction)
    return Claim("difference", signed, unit=number.unit)


def _levels(
    levels: re.Match[str], share: Fraction | None, language: str | None
) -> Claim:
    """Read the two figures between which a change lies."""
    before = _figure(levels["before"], share, language)
    after = _figure(levels["after"], share, language)
    least = exact(after.low) - exact(before.high)
    most = exact(after.high) - exact(before.low)
    change = Growth(least, most)
    lead = levels["lead"].strip()
    words = lead.split()
    direction = _direction(words)
    is_wrong = direction and _signed(change, direction).high <= 0
    if is_wrong or not KNOWN_BEFORE_LEVELS.issuperset(words):
        raise DataError(
            f"has {lead!r}, which does not fit its two figures; "
            "write a change such as '+49%'"
        )
    return Claim("levels", change, before, after)


def _figure(
    text: str,
    share: Fraction | None,
    language: str | None,
    qualifier: str | None = None,
) -> Bounds:
    """Return the range of a figure in the unit of a count."""
    try:
        figure = parse_qualified(text, language=language)
    except DataError as error:
        raise DataError(f"has a figure that cannot be read: {error.message}") from None
    if qualifier:
        figure = figure._replace(qualifier=qualifier)
    reading = "strict" if share is None else float(share)
    return bounds(*figure, reading=reading)


def exact(number: Fraction | float) -> Fraction | float:
    """Return a number as printed: 24.15 and no binary neighbour; an open end stays."""
    if isinstance(number, Fraction) or math.isinf(number):
        return number
    return Fraction(str(number))


def _size(number: _Number) -> tuple[Fraction, Fraction]:
    """Return a number and its last place, both exact."""
    match = number.match
    digits = match["number"] or match["factor"] or match["divisor"]
    if digits in NUMBERS:
        return NUMBERS[digits], Fraction(1)
    has_comma = _has_decimal_comma(digits, number)
    is_sure = number.language is not None
    return read_digits(digits, has_comma=has_comma, is_sure=is_sure)


def _has_decimal_comma(digits: str, number: _Number) -> bool:
    # "1,234" may be a thousand, but "3,5" has decimals in any language.
    if not _ONE_THOUSAND.fullmatch(digits):
        return True
    if number.language:
        return number.language != "en"
    words = number.match.string.split()
    return not WITH_COMMA.isdisjoint(words)


def _rounded(size: Fraction, place: Fraction) -> Growth:
    """Return the range that rounds to a number; halves go up or to the even digit."""
    low, high = rounded(size, place)
    last_digit = size / place
    is_odd = last_digit % 2 == 1
    return Growth(low, high, high_open=is_odd)


def _in_words(
    size: Fraction,
    number: _Number,
    place: Fraction | None = None,
    *,
    is_turned: bool = False,
) -> Growth:
    """Return the range of a number with a word, like `bounds` but continuous."""
    # "Doubled" is about double.
    qualifier = number.qualifier or "about"
    meaning = MEANINGS[qualifier]
    sign = -meaning.sign if is_turned else meaning.sign
    is_open = not meaning.includes
    if size == 0 and sign < 0 and is_open:
        raise DataError("is less than nothing; write a change such as '-5%'")
    reach = reach_of(size, qualifier, place, number.share)
    low, high = spread(size, sign, reach)
    low_open = is_open and sign > 0
    high_open = is_open and sign < 0
    return Growth(low, high, low_open, high_open)


def _from_ratio(ratio: Fraction, ends: Growth) -> Growth:
    """Return the change in percent of a ratio, which stays on its side of 1."""
    low = ends.low
    high = ends.high
    same = Fraction(1)
    if ratio > 1:
        low = max(low, same)
    else:
        high = min(high, same)
    return ends._replace(
        low=100 * (low - 1),
        high=100 * (high - 1),
    )


def _signed(growth: Growth, direction: int) -> Growth:
    return growth.turned() if direction < 0 else growth


_READERS: Final = {
    "percent": _percentage,
    "points": _percentage,
    "part": _fraction,
    "times": _multiple,
    "fold": _multiple,
    "factor": _multiple,
    "divisor": _multiple,
    "ratio": _multiple,
    "figure": _difference,
}
