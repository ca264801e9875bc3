"""Places: the code behind a name."""

from __future__ import annotations

import functools
import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from cbcstats.arguments import check_series
from cbcstats.frames import text_column
from cbcstats.tables.codelists import LANGUAGES
from cbcstats.tables.loaders import load_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_ACUTE: Final = str.maketrans(
    {"\N{ACUTE ACCENT}": "'"}
)  # often typed as an apostrophe; falls apart in NFKD
_ONE_SIGN: Final = str.maketrans(
    dict.fromkeys("\u02b9\u02bb\u02bc\u02bd\u02c8\u2018\u2019\u201a\u201b\u2032`", "'")
    | {"&": " and ", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o"}
    | {"đ": "d", "Đ": "d", "ł": "l", "Ł": "l", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
_WORDS: Final = re.compile(r"[^\W_]+|[/;|+]")
_INITIALS: Final = re.compile(r"\b(\w) (?=\w\b)")
# Marks of a list are kept as a word of their own, for a list of places is no place.
_ONE_WORD: Final = {"st": "saint", "ste": "sainte", ";": "/", "|": "/", "+": "/"}
_ARTICLES: Final = frozenset(
    {"la", "le", "les", "l", "el", "las", "los", "/"}
)  # stand before or after a name
LIST: Final = re.compile(
    r"[/;|+,&\n]|\b(?:and|et|y)\b", re.IGNORECASE
)  # what stands between the places of a list
_CONTINENTS: Final = frozenset(
    {"africa", "afrique", "asia", "asie", "america", "amerique", "europe", "europa"}
)
_LONGEST: Final = 200  # characters of a text that can be a name; the longest one that is known has about 80
_NEAR: Final = 0.8  # how like a known spelling another one is to be suggested
_SUGGESTED: Final = 3
_LETTERS: Final = 4  # a name of fewer among other words may be a word


def to_iso3(names: pd.Series) -> pd.Series:
    """Return the code of each country or territory that is named.

    Known are the spellings of `load_places`, in English, French and Spanish, and the codes of ISO 3166 in capitals.
    Upper and lower case, accents, punctuation and blanks make no difference; beyond that nothing is guessed.

    Parameters
    ----------
    names : pandas.Series of str, or a list
        Names as written: `Cote d'Ivoire`, `Gambia, The`, `NA` for Namibia.

    Returns
    -------
    pandas.Series of str
        Codes of ISO 3166 alpha-3, XKX for Kosovo, EUE for the European Union; missing for what is not known:
        a region, several places, a name that may mean either of two.

    Examples
    --------
    >>> import pandas as pd
    >>> to_iso3(pd.Series(["COTE D'IVOIRE", "Gambia, The", "Viêt Nam", "KE", "Kenya / Uganda", "Korea"])).tolist()
    ['CIV', 'GMB', 'VNM', 'KEN', nan, nan]
    """
    names = check_series("names", names, "names of places")
    texts = list(dict.fromkeys(name for name in names if isinstance(name, str)))
    codes = dict(zip(texts, iso3_of(texts), strict=True))
    found = [codes[name] if isinstance(name, str) else None for name in names]
    return text_column(found, names.index).rename("iso3")


def iso3_of(texts: Sequence[str]) -> list[str | None]:
    """Return the code of each text that names a country or territory, and None for the others.

    Examples
    --------
    >>> iso3_of(["Kenia", "Kenyaa", "KEN", "ken"])
    ['KEN', None, 'KEN', None]
    """
    names, codes = _names(), _codes()
    return [
        codes.get(text.strip()) or names.get(plain_spelling(text))
        if len(text) <= _LONGEST
        else None
        for text in texts
    ]


def plain_spelling(text: str) -> str:
    """Return a name without what makes no difference: case, accents, punctuation, blanks, articles around it.

    Examples
    --------
    >>> plain_spelling("ST. VINCENT & the Grenadines")
    'saint vincent and grenadines'
    >>> plain_spelling("Côte d\N{RIGHT SINGLE QUOTATION MARK}Ivoire"), plain_spelling("Gambie (la)")
    ('cote divoire', 'gambie')
    >>> plain_spelling("U.S.A."), plain_spelling("Kenya; Uganda")
    ('usa', 'kenya / uganda')
    """
    text = _unmarked(_unmarked(text.translate(_ACUTE)).translate(_ONE_SIGN).casefold())
    text = re.sub(r"\bl'", "l ", text).replace("'", "")
    text = _INITIALS.sub(
        r"\1", " ".join(word for word in _WORDS.findall(text) if word != "the")
    )
    words = [_ONE_WORD.get(word, word) for word in text.split() if word != "the"]
    while len(words) > 1 and words[0] in _ARTICLES:
        del words[0]
    while len(words) > 1 and words[-1] in _ARTICLES:
        del words[-1]
    return " ".join(words)


def suggestions(name: str) -> list[str]:
    """Return up to three places that a name which is not known may mean, by their short English names.

    For messages only: the parts of a list, places among other words, those that share the name, or near spellings.

    Examples
    --------
    >>> suggestions("Kenyaa"), suggestions("Kenya / Uganda"), suggestions("Virgin Islands")
    (['Kenya'], ['Kenya', 'Uganda'], ['British Virgin Islands', 'US Virgin Islands'])
    """
    parts = iso3_of([part for part in LIST.split(name) if part.strip()])
    words = plain_spelling(name).split()
    found = (
        parts
        if parts and None not in parts
        else _sharing(words) or _among(words) or _near(words)
    )
    short = _short_names()
    return list(dict.fromkeys(short[code] for code in found if code))[:_SUGGESTED]


_table = functools.cache(load_places)


@functools.cache
def _names() -> dict[str, str]:
    """Return the place of each spelling, in its plain form."""
    return dict(
        zip(map(plain_spelling, _table()["name"]), _table()["iso3"], strict=True)
    )


@functools.cache
def _codes() -> dict[str, str]:
    places = _table().drop_duplicates("iso3")
    codes = places["iso3"].tolist()
    return dict(zip(codes, codes, strict=True)) | dict(
        zip(places["iso2"], codes, strict=True)
    )


@functools.cache
def _short_names(language: str = "en") -> dict[str, str]:
    short = _table()[(_table()["kind"] == "short") & (_table()["language"] == language)]
    return dict(zip(short["iso3"], short["name"], strict=True))


@functools.cache
def _plain_short_names() -> list[tuple[str, str]]:
    """Return each place with its short names in their plain form, between blanks."""
    return [
        (code, f" {plain_spelling(name)} ")
        for language in LANGUAGES
        for code, name in _short_names(language).items()
    ]


def _unmarked(text: str) -> str:
    """Return a text in its plainest characters, without accents and characters that are not seen."""
    if text.isascii():
        return text
    characters = unicodedata.normalize("NFKD", text)
    return "".join(
        sign
        for sign in characters
        if unicodedata.category(sign) not in ("Mn", "Mc", "Me", "Cf")
    )


def _sharing(words: list[str]) -> list[str]:
    """Return the two or three places whose short names hold these words: Korea; or the one that holds several."""
    held = {
        code: None
        for code, name in _plain_short_names()
        if words and f" {' '.join(words)} " in name
    }
    return (
        list(held) if len(held) in (2, 3) or (len(held) == 1 and len(words) > 1) else []
    )


def _among(words: list[str]) -> list[str]:
    """Return the places whose names stand among other words, the longest name first at each word."""
    found: list[str] = []
    start = 0
    while start < len(words):
        for end in range(len(words), start, -1):
            name = " ".join(words[start:end])
            if len(name) >= _LETTERS and name in _names():
                found.append(_names()[name])
                start = end
                break
        else:
            start += 1
    return found


def _near(words: list[str]) -> list[str]:
    """Return the places of near spellings; East Africa is no misspelt South Africa."""
    name = " ".join(words)
    if len(name) < _LETTERS or _CONTINENTS.intersection(words):
        return []
    return [
        _names()[near]
        for near in get_close_matches(name, _names(), n=3 * _SUGGESTED, cutoff=_NEAR)
    ]
