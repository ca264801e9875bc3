"""Parse published changes to ranges: "+49%" means 48.5% to 49.5%, in exact fractions.

A printed percentage can be any change that rounds to it, with halves rounded up or to
the even digit. Words beside it, and words instead of it, have the range that they have
beside a figure, see `bounds`.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from cbcstats.arguments import check_choice, check_number, check_text
from cbcstats.counts.change_words import (
    ARTICLES,
    BY,
    COMPARATIVES,
    DIRECTIONS,
    FALLS,
    LEVELS,
    LINKS,
    NUMBER,
    NUMBERS,
    OF,
    PARTS,
    QUALIFIERS_AFTER,
    QUALIFIERS_BEFORE,
    RATIOS,
    RECORDS,
    RISES,
    STABLE,
    TO_A_LEVEL,
    UNCHANGED,
    UNTIL,
    WENT,
    WITH_COMMA,
    normalised,
    state_in,
)
from cbcstats.counts.figures_in_words import parse_qualified
from cbcstats.counts.qualifiers import LANGUAGES, LONGEST, MEANINGS, Meaning
from cbcstats.counts.readings import Bounds, bounds, check_reading, usual_reach
from cbcstats.errors import ArgumentError, DataError, shortened

_MOST_WORDS: Final = 5  # of a qualifier
_AS_MANY: Final = re.compile("as (?:many|much|high|large)(?: as)?")
_YEAR: Final = re.compile("(?:19|20)[0-9]{2}")
_WHOLE: Final = re.compile("[0-9]+|[0-9]{1,3}(?:[., ][0-9]{3})+")
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
        check_choice("language", language, LANGUAGES)
    try:
        return _claim(check_text("text", text), share, language)
    except DataError as error:
        message = f"{shortened(text)!r} {error.message}"
        raise DataError(message) from None


# Below, the message of an error goes on after the text: "'many' has no number".
@lru_cache(maxsize=1024)
def _claim(text: str, share: Fraction | None, language: str | None) -> Claim:
    if len(text) > LONGEST:
        raise DataError("is too long; write a change such as '+49%'")
    phrase = normalised(text)
    claim = _without_a_number(phrase, share)
    if claim is not None:
        return claim
    numbers = list(NUMBER.finditer(phrase))
    levels = LEVELS.fullmatch(phrase)
    if levels and all(number.lastgroup == "figure" for number in numbers):
        return _levels(levels, share, language)
    if len(numbers) > 1:
        raise DataError("has two numbers; write one change, such as '+49%'")
    if not numbers:
        raise DataError("has no number; write a change such as '+49%' or 'a 20% fall'")
    number = numbers[0]
    beside = _words_beside(phrase, number)
    return _READERS[str(number.lastgroup)](number, beside, share, language)


def _without_a_number(phrase: str, share: Fraction | None) -> Claim | None:
    """Read a direction without a number, or a record."""
    if phrase in RECORDS:
        return Claim("record", Growth(-math.inf, math.inf))
    state = state_in(phrase)
    if state in UNCHANGED:
        return Claim("direction", Growth(Fraction(0), Fraction(0)))
    if state in STABLE:
        if share is None:
            raise DataError("has no strict reading; write a change such as '+2%'")
        return Claim("direction", Growth(Fraction(-5), Fraction(5)))
    words = phrase.split()
    has_direction = not DIRECTIONS.isdisjoint(words)
    if not has_direction or not DIRECTIONS.union(LINKS).issuperset(words):
        return None
    rise = Growth(Fraction(0), math.inf, low_open=True)
    return Claim("direction", _signed(rise, _direction(words)))


class _Beside(NamedTuple):
    """The words beside the number of a change."""

    qualifier: str | None
    direction: int  # 1 for a rise, -1 for a fall, 0 for neither
    before: list[str]
    after: list[str]
    is_ratio: bool  # as in "half as many"


def _words_beside(phrase: str, number: re.Match[str]) -> _Beside:
    before = _tokens(phrase[: number.start()])
    after = _tokens(phrase[number.end() :])
    if number["plus"]:
        after = ["+", *after]
    is_ratio = number["percent"] is None and after[:1] == ["as"]
    if is_ratio:
        after = _AS_MANY.sub("", " ".join(after)).split()
    rest, first = _split_qualifier(before)
    after, last = _split_later_qualifier(after)
    if first and last:
        raise DataError("has a word on both sides of its number; write one of them")
    _refuse_levels_and_shares(rest, before, after)
    words = [*rest, *after]
    direction = _direction(words)
    # "Doubled" has a direction of its own, and "12%" needs none.
    has_direction = number.lastgroup in ("word", "fold", "factor", "divisor")
    _refuse_unknown(words, is_joined=has_direction or direction != 0)
    if is_ratio and direction:
        raise DataError("could be a ratio or a change; write a change such as '+49%'")
    return _Beside(first or last, direction, rest, after, is_ratio)


def _refuse_unknown(words: list[str], *, is_joined: bool) -> None:
    known = ARTICLES
    if is_joined:
        known = ARTICLES | DIRECTIONS | LINKS
    unknown = [word for word in words if word not in known]
    if unknown:
        raise DataError(
            f"has the word {unknown[0]!r}, which is not known here; "
            "write a change such as '+49%' or 'a 20% fall'"
        )


def _tokens(text: str) -> list[str]:
    return re.sub("([+-])", r" \1 ", text).split()


def _split_qualifier(words: list[str]) -> tuple[list[str], str | None]:
    """Split the qualifier from the end of the words before a number."""
    # In "almost -20%", the sign stands between.
    sign: list[str] = []
    if words[-1:] in (["+"], ["-"]):
        words, sign = words[:-1], words[-1:]
    words = _without_article(words)
    for length in range(min(len(words), _MOST_WORDS), 0, -1):
        phrase = " ".join(words[-length:])
        if phrase in QUALIFIERS_BEFORE:
            rest = _without_article(words[:-length])
            return rest + sign, QUALIFIERS_BEFORE[phrase]
    return words + sign, None


def _without_article(words: list[str]) -> list[str]:
    # "Bajó a 24%" is a level, and its "a" is not the article of "a 24% fall".
    if not words or words[-1] not in ARTICLES or _ends_in_to(words):
        return words
    return words[:-1]


def _ends_in_to(words: list[str]) -> bool:
    """Tell whether a direction is followed by the `a` of French and Spanish levels."""
    if words[-1:] != ["a"]:
        return False
    return not DIRECTIONS.isdisjoint(words[-2:-1])


def _split_later_qualifier(words: list[str]) -> tuple[list[str], str | None]:
    """Split the qualifier from the beginning of the words after a number."""
    for length in range(min(len(words), _MOST_WORDS), 0, -1):
        phrase = " ".join(words[:length])
        if phrase in QUALIFIERS_AFTER:
            return words[length:], QUALIFIERS_AFTER[phrase]
    return words, None


def _refuse_levels_and_shares(
    rest: list[str], before: list[str], after: list[str]
) -> None:
    # "Up to 20%" is a word beside a number, but "aumentó hasta 20%" is a level.
    has_direction = not DIRECTIONS.isdisjoint(rest)
    is_until = has_direction and not UNTIL.isdisjoint(before)
    is_level = not TO_A_LEVEL.isdisjoint([*rest, *after])
    if is_until or is_level or _ends_in_to(rest):
        raise DataError("names a level and not the change; write it as '+49%'")
    if "(" in rest:
        raise DataError("may be a fall, as accounts write it; write '+5%' or '-5%'")
    if "-" in after:
        raise DataError("has a minus after its number; write it before, as in '-5%'")
    # "12 % de hausse" is a rise.
    is_share = after and after[0] in OF and DIRECTIONS.isdisjoint(after[1:2])
    if is_share:
        raise DataError("is a share and not a change; write a change such as '+49%'")


def _direction(words: list[str]) -> int:
    """Return 1 for a rise, -1 for a fall, and 0 for neither."""
    if sum(word in ("+", "-") for word in words) > 1:
        raise DataError("has two signs; write one, such as '+5%' or '-5%'")
    rises, falls = RISES.intersection(words), FALLS.intersection(words)
    if rises and falls:
        raise DataError("says both up and down; write one of the two, such as '+49%'")
    return bool(rises) - bool(falls)


def _signed(growth: Growth, direction: int) -> Growth:
    return growth.turned() if direction < 0 else growth


def _percentage(
    number: re.Match[str],
    beside: _Beside,
    share: Fraction | None,
    language: str | None,
) -> Claim:
    """Read a percentage, or percentage points."""
    size, place = _size(number, language)
    if beside.qualifier in (None, "exact"):
        growth = _rounded(size, place)
        if size == 0 and beside.direction == 0:
            growth = growth._replace(low=-growth.high)
    else:
        growth = _in_words(size, place, MEANINGS[beside.qualifier], share)
    kind = str(number.lastgroup)
    return Claim(kind, _signed(growth, beside.direction))


def _fraction(
    number: re.Match[str],
    beside: _Beside,
    share: Fraction | None,
    language: str | None,  # noqa: ARG001
) -> Claim:
    """Read a fraction: by how much, or the ratio to the number before."""
    parts = PARTS[number["part"]]
    if number["numerator"] is None and parts > 2:
        raise DataError("has a place and not a fraction; write a change such as '+49%'")
    size = Fraction(NUMBERS.get(number["numerator"], 1), parts)
    meaning, share = _approximate(beside, share)
    if beside.direction and not beside.is_ratio:
        growth = _in_words(100 * size, None, meaning, share)
        return Claim("percent", _signed(growth, beside.direction))
    growth = _from_ratio(size, _in_words(size, None, meaning, share))
    return Claim("percent" if beside.is_ratio else "ratio", growth)


def _multiple(
    number: re.Match[str],
    beside: _Beside,
    share: Fraction | None,
    language: str | None,
) -> Claim:
    """Read a multiple: the ratio to the number before."""
    place = None
    if number["word"]:
        ratio = Fraction(RATIOS[number["word"]])
    else:
        ratio, place = _size(number, language)
        _refuse_unclear_multiples(number, ratio, beside)
        # "Threefold" reaches as far as "tripled", but 2.4 is a printed number.
        place = None if ratio.denominator == 1 else place
        # A threefold decrease leaves a third.
        if number["divisor"] or (beside.direction < 0 and not number["factor"]):
            ratio, place = 1 / ratio, None
    if (ratio - 1) * beside.direction < 0:
        raise DataError("says both up and down; write one of the two, such as '+49%'")
    meaning, share = _approximate(beside, share)
    # More than halved is a lower ratio than one half.
    if ratio < 1:
        meaning = meaning._replace(sign=-meaning.sign)
    ends = _in_words(ratio, place, meaning, share)
    return Claim("percent", _from_ratio(ratio, ends))


def _approximate(
    beside: _Beside, share: Fraction | None
) -> tuple[Meaning, Fraction | None]:
    """Return how to read a number in words: as about it, unless a qualifier says more."""
    if beside.qualifier == "exact":
        share = Fraction(0)
    return MEANINGS[beside.qualifier or "about"], share


def _refuse_unclear_multiples(
    number: re.Match[str], ratio: Fraction, beside: _Beside
) -> None:
    if ratio <= 1:
        raise DataError("has a multiple of 1 or less; write a change such as '-49%'")
    is_by = not BY.isdisjoint(beside.before[-1:])
    # In French, "trois fois plus" is three times as many.
    is_more = not str(number["times"]).startswith(
        "fois"
    ) and not COMPARATIVES.isdisjoint(beside.after)
    if number["times"] and (is_by or is_more):
        raise DataError(
            "may count the number before or not; write 'threefold' or '+200%'"
        )


def _difference(
    number: re.Match[str],
    beside: _Beside,
    share: Fraction | None,
    language: str | None,
) -> Claim:
    """Read a change in the unit of the figure."""
    if beside.direction == 0:
        raise DataError("has no direction; write '+14' for a change, or '+49%'")
    has_sign = not {"+", "-"}.isdisjoint(beside.before)
    if _YEAR.fullmatch(number["figure"]) and not has_sign:
        raise DataError("may name a year; write a change such as '+2,000'")
    size = _figure(number["figure"], beside.qualifier, share, language)
    growth = Growth(_exact(size.low), _exact(size.high))
    return Claim("difference", _signed(growth, beside.direction))


def _levels(
    levels: re.Match[str], share: Fraction | None, language: str | None
) -> Claim:
    """Read the two figures between which a change lies."""
    words = levels["lead"].split()
    before = _figure(levels["before"], None, share, language)
    after = _figure(levels["after"], None, share, language)
    least = _exact(after.low) - _exact(before.high)
    most = _exact(after.high) - _exact(before.low)
    change = Growth(least, most)
    direction = _direction(words)
    is_opposite = (direction > 0 >= change.high) or (direction < 0 <= change.low)
    if is_opposite or not DIRECTIONS.union(LINKS, WENT).issuperset(words):
        raise DataError(
            f"has {' '.join(words)!r}, which does not fit its two figures; "
            "write these alone, such as 'from 57 to 74'"
        )
    return Claim("levels", change, before, after)


def _figure(
    text: str, qualifier: str | None, share: Fraction | None, language: str | None
) -> Bounds:
    """Return the range of a figure in the unit of a count."""
    try:
        figure = parse_qualified(text, language=language)
    except DataError as error:
        raise DataError(f"has a figure that cannot be read: {error.message}") from None
    if qualifier:
        figure = figure._replace(qualifier=qualifier)
    return bounds(*figure, reading="strict" if share is None else float(share))


def _exact(end: float) -> Fraction | float:
    return end if math.isinf(end) else Fraction(str(end))


def _size(number: re.Match[str], language: str | None) -> tuple[Fraction, Fraction]:
    """Return a number and its last place, both exact."""
    digits = next(filter(None, number.group("number", "factor", "divisor")))
    if digits in NUMBERS:
        return Fraction(NUMBERS[digits]), Fraction(1)
    has_comma = language in ("fr", "es")
    if language is None:
        has_comma = not WITH_COMMA.isdisjoint(number.string.split())
    decimal_mark = _decimal_mark(digits, has_comma, is_known=language is not None)
    whole, decimals = digits, ""
    if decimal_mark:
        whole, decimals = digits.rsplit(decimal_mark, 1)
    if not _WHOLE.fullmatch(whole):
        raise DataError(f"has {digits!r}, which is not a number; write digits only")
    place = Fraction(1, 10 ** len(decimals))
    return int(re.sub("[^0-9]", "", whole) + decimals) * place, place


def _decimal_mark(digits: str, has_comma: bool, *, is_known: bool) -> str:
    """Return the decimal mark of a number, empty if it has none."""
    marks = re.findall("[.,]", digits)
    if not marks or (len(marks) > 1 and len(set(marks)) == 1):
        return ""
    last = str(marks[-1])
    # A single mark before three digits sets decimals or thousands apart.
    if len(marks) > 1 or not _ONE_THOUSAND.fullmatch(digits):
        return last
    if (last == ",") != has_comma:
        return ""
    if not is_known:
        whole = re.sub("[.,]", "", digits)
        raise DataError(
            f"could be a thousand or a fraction; write {whole} or fewer decimals, "
            "or give its `language`"
        )
    return last


def _rounded(size: Fraction, place: Fraction) -> Growth:
    """Return the range that rounds to a number; halves go up or to the even digit."""
    half = place / 2
    is_odd = size / place % 2 == 1
    return Growth(max(size - half, Fraction(0)), size + half, high_open=is_odd)


def _in_words(
    size: Fraction, place: Fraction | None, meaning: Meaning, share: Fraction | None
) -> Growth:
    """Return the range of a number with a word, like `bounds` but continuous.

    Without a place, the word reaches as far as the share of the number.
    """
    if size == 0 and meaning.sign < 0 and not meaning.includes:
        raise DataError("is less than nothing; write a change such as '-5%'")
    reach: Fraction | float
    if share is None or meaning.is_limit:
        reach = math.inf
    elif place is None:
        reach = share * size
    else:
        reach = usual_reach(size, place, share, around=meaning.sign == 0)
    is_above, is_below = meaning.sign > 0, meaning.sign < 0
    low = size if is_above else Fraction(max(size - reach, 0))
    high = size if is_below else size + reach
    if meaning.includes:
        return Growth(low, high)
    return Growth(low, high, low_open=is_above, high_open=is_below)


def _from_ratio(ratio: Fraction, ends: Growth) -> Growth:
    """Return the change in percent of a ratio, which stays on its side of 1."""
    low, high = ends.low, ends.high
    if ratio > 1:
        low = max(low, Fraction(1))
    else:
        high = min(high, Fraction(1))
    return ends._replace(low=100 * (low - 1), high=100 * (high - 1))


_READERS: Final = {
    "percent": _percentage,
    "points": _percentage,
    "part": _fraction,
    "times": _multiple,
    "fold": _multiple,
    "factor": _multiple,
    "divisor": _multiple,
    "word": _multiple,
    "figure": _difference,
}
