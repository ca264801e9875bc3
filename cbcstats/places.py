"""Places: the code behind a name, the WCO region of a Member, and since when it is one."""

from __future__ import annotations

import datetime
import functools
import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats import columns as c
from cbcstats.errors import ArgumentError
from cbcstats.loaders import load_members, load_places
from cbcstats.periods import parse_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# What the regions are called where the official name is too long.
SHORT_REGIONS: Final = {
    "East and Southern Africa": "East and Southern Africa",
    "Europe": "Europe",
    "Far East, South and South East Asia, Australasia and the Pacific Islands": "Asia and the Pacific",
    "North of Africa, Near and Middle East": "North Africa and Middle East",
    "South America, North America, Central America and the Caribbean": "Americas and the Caribbean",
    "West and Central Africa": "West and Central Africa",
}

_ACUTE: Final = str.maketrans({"\N{ACUTE ACCENT}": "'"})  # often typed as an apostrophe; falls apart in NFKD
_ONE_SIGN: Final = str.maketrans(
    dict.fromkeys("\u02b9\u02bb\u02bc\u02bd\u02c8\u2018\u2019\u201a\u201b\u2032`", "'")
    | {"&": " and ", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o"}
    | {"đ": "d", "Đ": "d", "ł": "l", "Ł": "l", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
_WORDS: Final = re.compile(r"[^\W_]+|[/;|+]")
_INITIALS: Final = re.compile(r"\b(\w) (?=\w\b)")
# Marks of a list are kept as a word of their own, for a list of places is no place.
_ONE_WORD: Final = {"st": "saint", "ste": "sainte", ";": "/", "|": "/", "+": "/"}
_ARTICLES: Final = frozenset({"la", "le", "les", "l", "el", "las", "los", "/"})  # stand before or after a name
_PARTS: Final = re.compile(r"[/;|+,&\n]|\b(?:and|et|y)\b", re.IGNORECASE)
_CONTINENTS: Final = frozenset({"africa", "afrique", "asia", "asie", "america", "amerique", "europe", "europa"})
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
    names : pandas.Series of str
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
    texts = list(dict.fromkeys(name for name in names if isinstance(name, str)))
    codes = dict(zip(texts, iso3_of(texts), strict=True))
    found = [codes[name] if isinstance(name, str) else None for name in names]
    return pd.Series(found, index=names.index, dtype="str", name=c.ISO3)


def iso3_of(texts: Sequence[str]) -> list[str | None]:
    """Return the code of each text that names a country or territory, and None for the others.

    Examples
    --------
    >>> iso3_of(["Kenia", "Kenyaa", "KEN", "ken"])
    ['KEN', None, 'KEN', None]
    """
    names, codes = _names(), _codes()
    return [
        codes.get(text.strip()) or names.get(plain_spelling(text)) if len(text) <= _LONGEST else None for text in texts
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
    text = _INITIALS.sub(r"\1", " ".join(word for word in _WORDS.findall(text) if word != "the"))
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
    parts = iso3_of([part for part in _PARTS.split(name) if part.strip()])
    words = plain_spelling(name).split()
    found = parts if parts and None not in parts else _sharing(words) or _among(words) or _near(words)
    short = _short_names()
    return list(dict.fromkeys(short[code] for code in found if code))[:_SUGGESTED]


def is_member(iso3: pd.Series, on: datetime.date | str | pd.Series | None = None) -> pd.Series:
    """Return whether each place is a Member of the WCO on a day.

    Parameters
    ----------
    iso3 : pandas.Series of str
        Codes of ISO 3166 alpha-3; XKX for Kosovo.
    on : date, str or pandas.Series of these, optional
        The day, or one for each code, with the index of `iso3`; text as `2018-03-02`. Today by default and where
        a day is missing.

    Returns
    -------
    pandas.Series of bool
        Whether the place has acceded by that day. A Member whose date of accession is not known counts as a Member
        on any day, one of which only the year is known from its first day on. The European Union has a status akin
        to membership, but the WCO does not count it: it is False, as is a missing code.

    Raises
    ------
    ArgumentError
        If `on` is no day, or a Series with another index.

    Examples
    --------
    >>> import pandas as pd
    >>> is_member(pd.Series(["KEN", "PLW", "EUE", "AIA"]), on="2018-03-02").tolist()
    [True, False, False, False]
    """
    joined = iso3.map(accessions()).astype("datetime64[us]")
    return (joined <= _days(on, iso3.index)).rename("is_member")


def wco_region(iso3: pd.Series, *, short: bool = False) -> pd.Series:
    """Return the WCO region of each Member.

    Parameters
    ----------
    iso3 : pandas.Series of str
        Codes of ISO 3166 alpha-3; XKX for Kosovo.
    short : bool
        Whether to shorten the official names, for charts and tables.

    Returns
    -------
    pandas.Series of str
        One of the six regions; missing for a code that is no Member, and for the European Union.

    Examples
    --------
    >>> import pandas as pd
    >>> wco_region(pd.Series(["KEN", "TON", "AIA"]), short=True).tolist()
    ['East and Southern Africa', 'Asia and the Pacific', nan]
    """
    regions = {code: SHORT_REGIONS[region] for code, region in _regions().items()} if short else _regions()
    return iso3.map(regions).astype("str").rename(c.WCO_REGION)


_table = functools.cache(load_places)


@functools.cache
def _names() -> dict[str, str]:
    """Return the place of each spelling, in its plain form."""
    return dict(zip(map(plain_spelling, _table()[c.NAME]), _table()[c.ISO3], strict=True))


@functools.cache
def _codes() -> dict[str, str]:
    places = _table().drop_duplicates(c.ISO3)
    codes = places[c.ISO3].tolist()
    return dict(zip(codes, codes, strict=True)) | dict(zip(places[c.ISO2], codes, strict=True))


@functools.cache
def _short_names(language: str = "en") -> dict[str, str]:
    short = _table()[(_table()[c.KIND] == "short") & (_table()[c.LANGUAGE] == language)]
    return dict(zip(short[c.ISO3], short[c.NAME], strict=True))


@functools.cache
def _plain_short_names() -> list[tuple[str, str]]:
    """Return each place with its short names in their plain form, between blanks."""
    return [
        (code, f" {plain_spelling(name)} ") for language in c.LANGUAGES for code, name in _short_names(language).items()
    ]


@functools.cache
def _regions() -> dict[str, str]:
    members = load_members().dropna(subset=c.WCO_REGION)
    return dict(zip(members[c.ISO3], members[c.WCO_REGION], strict=True))


@functools.cache
def accessions() -> pd.Series:
    """Return the date of accession of each Member, one before all others where it is not known; not to be changed."""
    members = load_members().set_index(c.ISO3)
    return members[c.JOINED].fillna(pd.Timestamp(1, 1, 1)).drop("EUE")


def _unmarked(text: str) -> str:
    """Return a text in its plainest characters, without accents and characters that are not seen."""
    if text.isascii():
        return text
    characters = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in characters if unicodedata.category(sign) not in ("Mn", "Mc", "Me", "Cf"))


def _sharing(words: list[str]) -> list[str]:
    """Return the two or three places whose short names hold these words: Korea; or the one that holds several."""
    held = {code: None for code, name in _plain_short_names() if words and f" {' '.join(words)} " in name}
    return list(held) if len(held) in (2, 3) or (len(held) == 1 and len(words) > 1) else []


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
    return [_names()[near] for near in get_close_matches(name, _names(), n=3 * _SUGGESTED, cutoff=_NEAR)]


def _days(on: datetime.date | str | pd.Series | None, index: pd.Index) -> pd.Timestamp | pd.Series:
    if not isinstance(on, pd.Series):
        return _day(on)
    if not on.index.equals(index):
        raise ArgumentError("`on` has another index than `iso3`; give one day, or a Series with one for each code")
    values = on.tolist()
    days = {value: _day(value) for value in set(values)}
    return pd.Series([days[value] for value in values], index=index, dtype="datetime64[us]")


def _day(value: Any) -> pd.Timestamp:
    wrong = f"`on` must be a day, such as 2018-03-02, but {value!r}"
    if isinstance(value, str):
        try:
            return parse_day(value)[0]
        except ValueError as error:
            raise ArgumentError(f"{wrong} {error}") from None
    if pd.api.types.is_scalar(value) and pd.isna(value):
        value = datetime.date.today()
    if not isinstance(value, datetime.date):
        raise ArgumentError(f"{wrong} was given")
    return pd.Timestamp(value.year, value.month, value.day).as_unit("us")
