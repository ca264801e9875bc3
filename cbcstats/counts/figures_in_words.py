"""Read published figures: "nearly 600 suspects", "plus de 1,2 million", ">330"."""

from __future__ import annotations

import math
import numbers
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.arguments import check_choice, check_series
from cbcstats.counts.qualifiers import (
    BEFORE,
    BEHIND,
    LANGUAGES,
    MULTIPLES,
    Word,
    fold,
)
from cbcstats.errors import DataError
from cbcstats.frames import plain_number, text_column

if TYPE_CHECKING:
    from collections.abc import Iterable

# Characters of a figure with its words.
LONGEST: Final = 200
# Digits and point of a number with decimals that a float holds exactly.
_DIGITS: Final = 16
# Below it, < and > in a table are limits set in advance, and no rounded numbers.
_SMALL: Final = 20
_ANY: Final = frozenset(LANGUAGES)
_CONTINENTAL: Final = frozenset({"fr", "es"})
_NO_WORD: Final = Word("exact", _ANY)
_LIMITS: Final = {"<": "below", ">": "above"}
_GROUP: Final = 3  # digits between two marks of thousands
_MOST_WORDS: Final = 6  # of a unit

_NUMBER: Final = re.compile(r"[0-9]+(?:[.,'][0-9]+| [0-9]{3}(?![0-9]))*")
_CURRENCY_NAMES: Final = (
    "us$ au$ ca$ nz$ hk$ a$ c$ r$ s$ $ € £ ¥ eur usd gbp chf jpy cny cad aud "
    "xof xaf fcfa sdr"
)
_CURRENCIES: Final = _CURRENCY_NAMES.split()
_BEFORE: Final = re.compile(
    r"(?P<phrase>.*?)\s*(?P<minus>(?<!\S)[-\N{MINUS SIGN}\N{EN DASH}])?"
    rf"(?:(?<![a-z])(?P<currency>{'|'.join(map(re.escape, _CURRENCIES))})\s?)?"
)
_LINK: Final = re.compile(r" (?:de |d')")
_UNIT_WORD: Final = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
# Words of shares, of a second figure, of changes, or of a second qualifier.
_OTHER_WORDS: Final = (
    "percent percentage pct cent ciento pour por pp points point times fold x half third "
    "quarter halves thirds quarters dozen dozens score lakh crore hundred hundreds "
    "thousand thousands million millions billion billions trillion ten twenty thirty "
    "forty fifty mille milliers millones miles mitad moitie tercio tiers quart quarts "
    "douzaine douzaines dizaine dizaines centaine centaines docena docenas cientos "
    "cien decena decenas diez dix vingt or and to ou et o y more less fewer than over "
    "under above below about almost nearly around roughly approximately up down higher "
    "lower least most so plus moins mas menos casi environ minus out st nd rd th"
)
_NEVER_A_UNIT: Final = frozenset(_OTHER_WORDS.split())
_SMALL_WORDS: Final = (
    "of the an in on at by per from for de des du d le la les los las el del en sur "
    "sobre dans a par every each"
)
_NEVER_FIRST: Final = frozenset(_SMALL_WORDS.split())
_MISSING: Final = {
    "": None,
    ":": "O",
    "..": "O",
    "...": "O",
    "\N{HORIZONTAL ELLIPSIS}": "O",
    "-": "O",
    "\N{EN DASH}": "O",
    "\N{EM DASH}": "O",
    "n/a": "O",
    "na": "O",
    "c": "Q",
}


class Qualified(NamedTuple):
    """A number as printed, its qualifier, and the place to which it was rounded."""

    value: float
    qualifier: str
    rounded_to: float | None = None


def check_language(language: str | None) -> None:
    """Refuse a language other than those in which words are read."""
    if language is not None:
        check_choice("language", language, LANGUAGES)


def parse_qualified(text: str, *, language: str | None = None) -> Qualified:
    """Read a published figure: the number printed and the word beside it.

    Parameters
    ----------
    text : str
        Such as `more than 330`, `nearly 600 suspects`, `20+`, `US$ 24.1 million`,
        `plus de 1 200`, `casi 2.000`. Digits, no numbers in words.
    language : {"en", "fr", "es"}, optional
        Only words of this language are read, and its decimal mark. Without it, the
        words tell the language.

    Returns
    -------
    Qualified
        `value`, an int where the number is whole and a float otherwise; `qualifier`,
        see `bounds`; and `rounded_to`, the last place printed, where there is a
        multiple or a decimal: 100,000 for 1.2 million, else None.

    Raises
    ------
    DataError
        If there is no number, more than one, or a word that is not known: nothing is
        guessed. A comma or point before three digits is read by the language; without
        one, `1,200` is a thousand, and `1.200` is refused.

    Notes
    -----
    A `<` or `>` before a number below 20 is a limit, as tables print it to hide small
    counts: its qualifier is `below` or `above`. From 20 on the signs are short for
    *less than* and *more than*.

    Examples
    --------
    >>> parse_qualified("more than 330")
    Qualified(value=330, qualifier='more_than', rounded_to=None)
    >>> parse_qualified("près de 1,2 million")
    Qualified(value=1200000, qualifier='almost', rounded_to=100000)
    >>> parse_qualified("<5").qualifier
    'below'
    """
    check_language(language)
    figure, _ = _parse(text, language)
    return figure


def split_figures(series: Any, *, language: str | None = None) -> pd.DataFrame:
    """Read a column of published figures, as `parse_qualified` does for one.

    Parameters
    ----------
    series : Series or list
        Numbers and texts. A number is an exact figure.
    language : {"en", "fr", "es"}, optional
        As for `parse_qualified`.

    Returns
    -------
    pandas.DataFrame
        On the index of the series: `value` (Float64), `qualifier` (text), `rounded_to`
        (Float64), `unit` (text: the currency and the words behind the number),
        `obs_status` (text) and `problem` (text: why a cell could not be read). What
        does not hold for a cell is missing.

    Notes
    -----
    `:`, `..`, `-` and `n/a` are missing values, and `c` is a confidential one. Their
    `obs_status` is the code of the SDMX list CL_OBS_STATUS: O for missing, Q for
    missing because suppressed. They are no problems, nor are empty cells.

    Examples
    --------
    >>> figures = split_figures(["330", "nearly 600 suspects", "c"])
    >>> figures[["value", "qualifier", "unit", "obs_status"]]
       value qualifier      unit obs_status
    0  330.0     exact       NaN        NaN
    1  600.0    almost  suspects        NaN
    2   <NA>       NaN       NaN          Q
    """
    column = check_series("series", series, "published figures")
    check_language(language)
    # An array: pandas 2 fails on an index of whole numbers that no float can hold.
    codes, cells = pd.factorize(column.to_numpy(dtype=object))
    figures = [_split(cell, language) for cell in cells]
    # The last row is for missing cells, whose code is -1.
    figures.append(_Split())
    table = pd.DataFrame(figures, columns=_Split._fields)
    for name in ("value", "rounded_to"):
        table[name] = table[name].astype("Float64")
    for name in ("qualifier", "unit", "obs_status", "problem"):
        table[name] = text_column(table[name])
    return table.take(codes).set_axis(column.index)


class _Split(NamedTuple):
    value: float | None = None
    qualifier: str | None = None
    rounded_to: float | None = None
    unit: str | None = None
    obs_status: str | None = None
    problem: str | None = None


def _split(cell: Any, language: str | None) -> _Split:
    # With its accent, "ña" is not n/a.
    marker = cell.strip().lower() if isinstance(cell, str) else None
    if marker in _MISSING:
        return _Split(obs_status=_MISSING[marker])
    try:
        figure, unit = _parse(cell, language)
    except DataError as error:
        return _Split(problem=str(error))
    return _Split(*figure, unit=unit or None)


class _Before(NamedTuple):
    """What stands before a number."""

    phrase: str
    is_negative: bool
    currency: str


class _Behind(NamedTuple):
    """What stands behind a number."""

    multiple: str
    currency: str
    phrase: str
    unit: str
    languages: frozenset[str]


def _parse(text: Any, language: str | None) -> tuple[Qualified, str]:
    """Return a figure and its unit."""
    if not isinstance(text, bool) and isinstance(text, numbers.Real | Decimal):
        return _of_number(text), ""
    raw = str(text)
    typed = unicodedata.normalize("NFC", " ".join(raw[:LONGEST].split()))
    # What is longer is not a figure, and is refused without being read.
    folded = fold(typed) if len(raw) <= LONGEST else ""
    try:
        figure, currency, unit = _read(folded, language)
    except DataError as error:
        raise DataError(f"{typed!r} {error.message}") from None
    # The unit keeps its capitals and accents.
    start = folded.rfind(unit)
    printed_unit = typed[start : start + len(unit)]
    return figure, f"{currency.upper()} {printed_unit}".strip()


def _of_number(number: Any) -> Qualified:
    try:
        is_finite = math.isfinite(number)
    except OverflowError:
        raise DataError("the number is too large to be kept; check it") from None
    if not is_finite:
        raise DataError(f"{number!r} is no number; write a published figure in digits")
    is_whole = number == int(number)
    return Qualified(int(number) if is_whole else float(number), "exact")


# Below, the message of an error follows the text: "'many' holds no single number".
def _read(text: str, language: str | None) -> tuple[Qualified, str, str]:
    """Return a figure, its currency and its unit."""
    number = _only_number(text)
    before = _split_before(text[: number.start()])
    behind = _split_behind(text[number.end() :])
    word = _word_of(before.phrase, behind.phrase)
    languages = word.languages & behind.languages & _languages(language)
    if not languages:
        raise DataError(
            "has words of another language; write one language, "
            "and leave out `language` or give that one"
        )
    is_given = language is not None
    currency = before.currency or behind.currency
    is_spanish = is_given or word.languages == {"es"}
    if behind.multiple == "mil" and currency and not is_spanish:
        # A thousand in Spanish, and short for a million beside dollars.
        raise DataError(
            "could be thousands or millions; write one of the two out, "
            "or give its `language`"
        )
    has_comma = "en" not in languages
    size, place = read_digits(number[0], has_comma=has_comma, is_sure=is_given)
    multiple = _multiple(behind.multiple, languages)
    value = size * multiple
    place *= multiple
    qualifier = word.qualifier
    if before.phrase in _LIMITS and value < _SMALL:
        qualifier = _LIMITS[before.phrase]
    if before.is_negative:
        if word.qualifier != "exact":
            raise DataError(
                "could lie on either side of a negative number; "
                "leave out the word, or the sign"
            )
        value = -value
    rounded_to = None if place == 1 else plain_number(place)
    figure = Qualified(plain_number(value), qualifier, rounded_to)
    return figure, currency, behind.unit


def _only_number(text: str) -> re.Match[str]:
    numbers_in_text = list(_NUMBER.finditer(text))
    if len(numbers_in_text) != 1:
        raise DataError(
            "holds no single number in digits; "
            "write one figure, such as 'more than 330'"
        )
    return numbers_in_text[0]


def _languages(language: str | None) -> frozenset[str]:
    return _ANY if language is None else frozenset({language})


def _split_before(before: str) -> _Before:
    match = _BEFORE.fullmatch(before)
    if match is None:
        return _Before(before.strip(), is_negative=False, currency="")
    phrase = match["phrase"].strip()
    is_negative = match["minus"] is not None
    return _Before(phrase, is_negative, match["currency"] or "")


def _split_behind(behind: str) -> _Behind:
    """Split off a multiple, a currency and a phrase; the rest is the unit."""
    multiple, rest = _split_off(behind, MULTIPLES)
    currency, rest = _split_off(rest, _CURRENCIES)
    languages = frozenset(MULTIPLES.get(multiple, LANGUAGES))
    # "1,2 million de dollars", "2 millions d'euros"
    link = _LINK.match(rest) if multiple else None
    if link:
        rest = rest[link.end() :]
        languages &= _CONTINENTAL
    phrase, unit = _split_off(rest, BEHIND)
    # "20 missions or more"
    if not phrase:
        endings = [ending for ending in BEHIND if rest.endswith(f" {ending}")]
        phrase = max(endings, key=len, default="")
        unit = rest.removesuffix(phrase)
    unit = unit.strip()
    if unit:
        _check_unit(unit, behind)
    return _Behind(multiple, currency, phrase, unit, languages)


def _split_off(text: str, options: Iterable[str]) -> tuple[str, str]:
    """Return the longest option that a text begins with, and the rest."""
    stripped = text.lstrip()
    longest = ""
    for option in options:
        if len(option) <= len(longest) or not stripped.startswith(option):
            continue
        # "m" is not the beginning of "missions".
        last_letter = len(option) - 1
        if not re.match(r"[^\W_]{2}", stripped[last_letter:]):
            longest = option
    if not longest:
        return "", text
    return longest, stripped.removeprefix(longest)


def _word_of(phrase_before: str, phrase_behind: str) -> Word:
    if phrase_before and phrase_behind:
        raise DataError("has words on both sides of the number; leave one of them")
    if not phrase_before:
        return BEHIND.get(phrase_behind, _NO_WORD)
    if phrase_before not in BEFORE:
        raise DataError(
            f"has {phrase_before!r}, which is not a known word before a number; write "
            "'more than', 'at least', 'about', 'almost', 'less than', 'at most' or none"
        )
    return BEFORE[phrase_before]


def _check_unit(unit: str, behind: str) -> None:
    """Refuse what is no plain name of a thing counted, such as a share."""
    words = unit.split(" ")
    # 3rd, 20%, 5km
    touches_the_digits = behind.startswith(unit)
    is_unit = (
        not touches_the_digits
        and len(words) <= _MOST_WORDS
        and all(map(_UNIT_WORD.fullmatch, words))
        and _NEVER_A_UNIT.isdisjoint(words)
        and words[0] not in _NEVER_FIRST
        and len(words[0]) > 1
    )
    if not is_unit:
        raise DataError(
            f"has {unit!r} behind its number, which cannot be read; "
            "write a count and what it counts, such as '330 missions'"
        )


def read_digits(
    digits: str, *, has_comma: bool, is_sure: bool
) -> tuple[Fraction, Fraction]:
    """Return a number in digits and its last place, both exact.

    Parameters
    ----------
    digits : str
        Such as `1200`, `1,200.5`, `1 200`.
    has_comma : bool
        Whether a comma is the decimal mark where the digits do not tell.
    is_sure : bool
        Whether that is certain, so that `1.200` may be read by it.

    Examples
    --------
    >>> read_digits("1.200,5", has_comma=True, is_sure=False)
    (Fraction(2401, 2), Fraction(1, 10))
    """
    groups, marks = re.split(r"[.,' ]", digits), re.findall(r"[.,' ]", digits)
    decimals = ""
    if _has_decimals(groups, marks, has_comma=has_comma, is_sure=is_sure):
        decimals = groups.pop()
        marks.pop()
    is_grouped = len(set(marks)) == 1 and len(groups[0]) <= _GROUP
    is_grouped &= all(len(group) == _GROUP for group in groups[1:])
    if marks and not is_grouped:
        raise DataError(
            f"has {digits!r}, which is not a number with thousands set apart; "
            "write digits only"
        )
    whole = "".join(groups)
    if decimals and len(whole + decimals) >= _DIGITS:
        raise DataError(
            "has more digits than can be kept; "
            f"write up to {_DIGITS - 1}, or no decimals"
        )
    place = Fraction(1, 10 ** len(decimals))
    return int(whole + decimals) * place, place


def _has_decimals(
    groups: list[str], marks: list[str], *, has_comma: bool, is_sure: bool
) -> bool:
    """Tell whether the last mark in a number is a decimal mark."""
    last = marks[-1] if marks else ""
    if last not in (".", ",") or marks.count(last) > 1:
        return False
    # Another mark sets the thousands apart, as in 1,234.5 and 1 234,5.
    if len(marks) > 1:
        return True
    is_decimal_mark = (last == ",") == has_comma
    whole, rest = groups
    may_be_thousands = (
        len(rest) == _GROUP and len(whole) <= _GROUP and not whole.startswith("0")
    )
    if may_be_thousands and is_decimal_mark and not is_sure:
        raise DataError(
            f"could be a thousand or a fraction; write {whole}{rest} or "
            "fewer decimals, or give its `language`"
        )
    if may_be_thousands:
        return is_decimal_mark
    if last == "," and not has_comma:
        raise DataError(
            f"has a comma before {len(rest)} digits; write a point, "
            "or give language='fr' or 'es' if it is a decimal mark"
        )
    return True


def _multiple(name: str, languages: frozenset[str]) -> int:
    """Return what a multiple means: a billion is a thousand times more in French."""
    meanings = MULTIPLES.get(name, {})
    known = [
        meanings[code] for code in LANGUAGES if code in languages & meanings.keys()
    ]
    return known[0] if known else 1
