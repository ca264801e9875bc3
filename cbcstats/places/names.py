"""Names of countries and territories as ISO codes; Members of the WCO and their regions."""

from __future__ import annotations

import datetime
import functools
import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, overload

import pandas as pd

from cbcstats.arguments import check_flag, check_series
from cbcstats.errors import ArgumentError, shortened
from cbcstats.files.dates import parse_day
from cbcstats.frames import text_column
from cbcstats.tables.codelists import SHORT_REGIONS
from cbcstats.tables.loaders import load_members, load_places

if TYPE_CHECKING:
    from collections.abc import Sequence

# People type a lone acute accent for an apostrophe, and NFKD would decompose it.
_ACUTE: Final = str.maketrans({"\N{ACUTE ACCENT}": "'"})
_APOSTROPHES: Final = "\u02b9\u02bb\u02bc\u02bd\u02c8\u2018\u2019\u201a\u201b\u2032`"
# NFKD does not decompose these letters into a letter and an accent.
_PLAIN_LETTERS: Final = {
    "&": " and ",
    "æ": "ae",
    "Æ": "ae",
    "œ": "oe",
    "Œ": "oe",
    "ø": "o",
    "Ø": "o",
    "đ": "d",
    "Đ": "d",
    "ł": "l",
    "Ł": "l",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
}
_PLAIN_CHARACTERS: Final = str.maketrans(
    dict.fromkeys(_APOSTROPHES, "'") | _PLAIN_LETTERS
)
_INVISIBLE: Final = ("Mn", "Mc", "Me", "Cf")  # Unicode categories, with accents
_WORD_OR_SEPARATOR: Final = re.compile(r"[^\W_]+|[/;|+]")
_INITIALS: Final = re.compile(r"\b(\w) (?=\w\b)")
# Keep separators as words, so that "Kenya; Uganda" does not become one name.
_ONE_WORD: Final = {"st": "saint", "ste": "sainte", ";": "/", "|": "/", "+": "/"}
# Articles come before a name or after it: "La Gambie", "Gambie (la)".
_ARTICLES: Final = frozenset({"la", "le", "les", "l", "el", "las", "los", "/"})
# Separators between the places of a list.
LIST: Final = re.compile(r"[/;|+,&\n]|\b(?:and|et|y)\b", re.IGNORECASE)
_CONTINENTS: Final = frozenset(
    {"africa", "afrique", "asia", "asie", "america", "amerique", "europe", "europa"}
)
_LONGEST: Final = 200  # characters of a name; the longest known one has about 80
_NEAR: Final = 0.8  # similarity from which a known spelling is suggested
_SUGGESTED: Final = 3
_LETTERS: Final = 4  # a shorter name among other words may be a word
_LISTED: Final = 5  # unknown names in a message


def to_iso3(names: pd.Series) -> pd.Series:
    """Look up the ISO code of each country or territory by its name.

    The names are those of `load_places`, in English, French and Spanish, and the codes
    of ISO 3166 in capitals. Case, accents, punctuation and blanks are ignored;
    misspelt names are not guessed.

    Parameters
    ----------
    names : pandas.Series of str, or a list
        Names as written: `Cote d'Ivoire`, `Gambia, The`, `NA` for Namibia.

    Returns
    -------
    pandas.Series of str
        Codes of ISO 3166 alpha-3, XKX for Kosovo, EUE for the European Union; missing
        for an unknown name, a region, several places, or an ambiguous name.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["COTE D'IVOIRE", "Gambia, The", "Viêt Nam", "KE"])
    >>> to_iso3(names).tolist()
    ['CIV', 'GMB', 'VNM', 'KEN']
    >>> to_iso3(["Kenya / Uganda", "Korea"]).tolist()
    [nan, nan]
    """
    names = check_series("names", names, "names of places")
    # Each spelling is looked up once; a register repeats a few names on many rows.
    spellings = {name for name in names if isinstance(name, str)}
    texts = list(spellings)
    codes = iso3_of(texts)
    code_of = dict(zip(texts, codes, strict=True))
    found = [code_of.get(name) for name in names]
    iso3 = text_column(found, names.index)
    return iso3.rename("iso3")


def iso3_of(texts: Sequence[str]) -> list[str | None]:
    """Return the ISO code for each text, or None if it is not the name of a place.

    Examples
    --------
    >>> iso3_of(["Kenia", "Kenyaa", "KEN", "ken"])
    ['KEN', None, 'KEN', None]
    """
    names, codes = _names(), _codes()
    iso3: list[str | None] = []
    for text in texts:
        if len(text) > _LONGEST:
            iso3.append(None)
            continue
        # Only capitals count as a code: "per" is a word, "PER" is Peru.
        code = codes.get(text.strip())
        if code is None:
            code = names.get(plain_spelling(text))
        iso3.append(code)
    return iso3


def plain_spelling(text: str) -> str:
    """Normalise a name: drop case, accents, punctuation and outer articles.

    Examples
    --------
    >>> plain_spelling("ST. VINCENT & the Grenadines")
    'saint vincent and grenadines'
    >>> plain_spelling("Côte d\N{RIGHT SINGLE QUOTATION MARK}Ivoire")
    'cote divoire'
    >>> plain_spelling("Gambie (la)")
    'gambie'
    >>> plain_spelling("U.S.A."), plain_spelling("Kenya; Uganda")
    ('usa', 'kenya / uganda')
    """
    text = text.translate(_ACUTE)
    text = _without_accents(text)
    text = text.translate(_PLAIN_CHARACTERS)
    text = text.casefold()
    # "l'Ouganda" begins with an article.
    text = re.sub(r"\bl'", "l ", text)
    text = text.replace("'", "")
    words = _WORD_OR_SEPARATOR.findall(text)
    text = _without_the(words)
    # "u s a" is "usa".
    text = _INITIALS.sub(r"\1", text)
    # Initials can make another "the".
    text = _without_the(text.split())
    words = [_ONE_WORD.get(word, word) for word in text.split()]
    # A name that is only an article keeps it.
    while len(words) > 1 and words[0] in _ARTICLES:
        del words[0]
    while len(words) > 1 and words[-1] in _ARTICLES:
        del words[-1]
    return " ".join(words)


def _without_the(words: list[str]) -> str:
    kept = [word for word in words if word != "the"]
    return " ".join(kept)


def suggestions(name: str) -> list[str]:
    """Suggest up to three places for an unknown name, by their short English names.

    The suggestions are for messages only. They come from the parts of a list, from
    names that share words, or from similar spellings.

    Examples
    --------
    >>> suggestions("Kenyaa"), suggestions("Kenya / Uganda")
    (['Kenya'], ['Kenya', 'Uganda'])
    >>> suggestions("Virgin Islands")
    ['British Virgin Islands', 'US Virgin Islands']
    """
    parts = [part for part in LIST.split(name) if part.strip()]
    codes = [code for code in iso3_of(parts) if code]
    is_list = codes and len(codes) == len(parts)
    if not is_list:
        words = plain_spelling(name).split()
        codes = _sharing(words) or _among(words) or _near(words)
    places: dict[str, None] = {}
    for code in codes:
        place = _short_names()[code]
        places[place] = None
    return list(places)[:_SUGGESTED]


_table = functools.cache(load_places)


@functools.cache
def _names() -> dict[str, str]:
    """Map the plain spellings of each place to its code."""
    places = _table()
    names = places["name"]
    spellings = names.map(plain_spelling)
    codes = places["iso3"]
    return dict(zip(spellings, codes, strict=True))


@functools.cache
def _codes() -> dict[str, str]:
    """Map the two-letter and the three-letter codes to the three-letter ones."""
    places = _table().drop_duplicates("iso3")
    long_codes = places["iso3"].tolist()
    short_codes = places["iso2"].tolist()
    codes = [*long_codes, *short_codes]
    return dict(zip(codes, 2 * long_codes, strict=True))


@functools.cache
def _short_names(language: str = "en") -> dict[str, str]:
    places = _table()
    is_short = places["kind"] == "short"
    is_in_language = places["language"] == language
    short = places[is_short & is_in_language]
    return dict(zip(short["iso3"], short["name"], strict=True))


@functools.cache
def _plain_short_names() -> list[tuple[str, str]]:
    """Return the code and the plain short names of each place, padded with blanks."""
    return [
        (code, f" {plain_spelling(name)} ")
        for language in ("en", "fr", "es")
        for code, name in _short_names(language).items()
    ]


def _without_accents(text: str) -> str:
    """Remove accents and invisible characters."""
    if text.isascii():
        return text
    # NFKD writes an accented letter as a letter followed by its accent.
    characters = unicodedata.normalize("NFKD", text)
    return "".join(
        character
        for character in characters
        if unicodedata.category(character) not in _INVISIBLE
    )


def _sharing(words: list[str]) -> list[str]:
    """Return up to three places whose short names contain the words, such as Korea.

    A single match on a single word is ignored, as it may be chance.
    """
    if not words:
        return []
    phrase = f" {' '.join(words)} "
    places: dict[str, None] = {}
    for code, name in _plain_short_names():
        if phrase in name:
            places[code] = None
    is_vague = len(places) > _SUGGESTED
    is_chance = len(places) == len(words) == 1
    if is_vague or is_chance:
        return []
    return list(places)


def _among(words: list[str]) -> list[str]:
    """Find place names among other words, preferring longer names; return the codes."""
    codes: list[str] = []
    start = 0
    while start < len(words):
        for end in range(len(words), start, -1):
            name = " ".join(words[start:end])
            if len(name) >= _LETTERS and name in _names():
                codes.append(_names()[name])
                start = end
                break
        else:
            start += 1
    return codes


def _near(words: list[str]) -> list[str]:
    """Return the codes of places with a similar spelling."""
    name = " ".join(words)
    # East Africa is a region, not a misspelt South Africa.
    if len(name) < _LETTERS or _CONTINENTS.intersection(words):
        return []
    return [
        _names()[near]
        for near in get_close_matches(name, _names(), n=3 * _SUGGESTED, cutoff=_NEAR)
    ]


@overload
def is_member(
    names: str, on: datetime.date | str | pd.Series | None = None
) -> bool: ...


@overload
def is_member(
    names: pd.Series | pd.Index | list[str],
    on: datetime.date | str | pd.Series | None = None,
) -> pd.Series: ...


def is_member(
    names: str | pd.Series | pd.Index | list[str],
    on: datetime.date | str | pd.Series | None = None,
) -> bool | pd.Series:
    """Tell whether a place was a Member of the WCO on a given day.

    Parameters
    ----------
    names : str, or pandas.Series, Index or list of str
        A name, as in `to_iso3`, or a code of ISO 3166 in capitals; or several of them.
    on : date, str or pandas.Series of these, optional
        The day, or one for each name, with the index of `names`; text as `2018-03-02`.
        Today by default, and if a day is missing.

    Returns
    -------
    bool, or pandas.Series of bool
        One answer for a single text, else one for each name, with its index: whether
        the place has acceded by that day. A Member whose date of accession is unknown
        counts as a Member on any day; one with a known year, from the first day of that
        year, which `joined_basis` of `load_members` calls inferred where it may be
        wrong. The European Union is False, as the WCO does not count it as a Member; so
        is a missing or empty cell.

    Raises
    ------
    ArgumentError
        If a name is not known; the message suggests the nearest. This also applies to
        each name of a Series: False would mean that the place is known and is not a
        Member. For a column with names that are not known, call `to_iso3` first, which
        leaves their codes empty. Also if `on` is not a day, or is a Series with another
        index.

    Examples
    --------
    >>> import pandas as pd
    >>> is_member("Kenya"), is_member("PLW", on="2018-03-02")
    (True, False)
    >>> is_member(pd.Series(["Viet Nam", "PLW", "EUE"]), on="2018-03-02").tolist()
    [True, False, False]
    >>> is_member("Kenyaa")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: 'Kenyaa' is not a place that is known; \
did you mean 'Kenya'?
    """
    codes = _known_codes(names)
    days = _days(on, codes.index)
    # A place that is not a Member has no date; a comparison with it is False.
    joined = codes.map(accessions()).astype("datetime64[us]")
    has_joined = joined <= days
    if isinstance(names, str):
        return bool(has_joined.iloc[0])
    return has_joined.rename("is_member")


@overload
def wco_region(names: str, *, short: bool = False) -> str | None: ...


@overload
def wco_region(
    names: pd.Series | pd.Index | list[str], *, short: bool = False
) -> pd.Series: ...


def wco_region(
    names: str | pd.Series | pd.Index | list[str], *, short: bool = False
) -> str | pd.Series | None:
    """Return the WCO region of a Member.

    Parameters
    ----------
    names : str, or pandas.Series, Index or list of str
        A name, as in `to_iso3`, or a code of ISO 3166 in capitals; or several of them.
    short : bool
        Whether to shorten the official names, for charts and tables.

    Returns
    -------
    str or None, or pandas.Series of str
        One answer for a single text, else one for each name, with its index: one of the
        six regions. For a place that is not a Member, and for the European Union, it is
        None, and missing in a Series; so is a missing or empty cell.

    Raises
    ------
    ArgumentError
        If a name is not known; the message suggests the nearest. This also applies to
        each name of a Series: a missing region would mean that the place is known and
        is not a Member. For a column with names that are not known, call `to_iso3`
        first, which leaves their codes empty.

    Examples
    --------
    >>> import pandas as pd
    >>> wco_region("Kenya")
    'East and Southern Africa'
    >>> wco_region(pd.Series(["KEN", "Tonga", "AIA"]), short=True).tolist()
    ['East and Southern Africa', 'Asia and the Pacific', nan]
    """
    codes = _known_codes(names)
    short = check_flag("short", short)
    regions = codes.map(_regions())
    if short:
        regions = regions.map(SHORT_REGIONS)
    if isinstance(names, str):
        region = regions.iloc[0]
        return None if pd.isna(region) else str(region)
    return text_column(regions).rename("wco_region")


def _known_codes(names: str | pd.Series | pd.Index | list[str]) -> pd.Series:
    """Return the ISO code of each place; a name that is not known is an error."""
    typed = text_column(check_series("names", names, "names or ISO codes of places"))
    codes = to_iso3(typed)
    is_unknown = codes.isna()
    if not isinstance(names, str):
        # An empty cell of a column is missing, not wrong.
        is_unknown &= typed.fillna("").str.strip() != ""
    unknown = typed[is_unknown].unique().tolist()
    if unknown:
        raise ArgumentError(_explain_unknown(unknown))
    return codes


def _explain_unknown(names: list[str]) -> str:
    """Explain which names are not known, the first of them with the nearest."""
    if len(names) == 1:
        [name] = names
        remedy = _nearest(name) or "write the name of one country, or its ISO code"
        return f"{shortened(name)!r} is not a place that is known; {remedy}"
    listed = []
    for name in names[:_LISTED]:
        near = _nearest(name)
        hint = f" ({near})" if near else ""
        listed.append(f"{shortened(name)!r}{hint}")
    more = len(names) - _LISTED
    if more > 0:
        listed.append(f"and {more:,} more")
    return (
        f"`names` holds {len(names):,} names of places that are not known: "
        f"{', '.join(listed)}; correct them, or look up codes with to_iso3 first, "
        "which leaves theirs empty"
    )


def _nearest(name: str) -> str:
    """Ask whether the nearest known names are meant, or return an empty text."""
    near = suggestions(name)
    # Only capitals count as a code, since "no", "it" and "per" are also words.
    capitals = name.strip().upper()
    if not near and iso3_of([capitals]) != [None]:
        near = [capitals]
    return f"did you mean {' or '.join(map(repr, near))}?" if near else ""


@functools.cache
def _regions() -> dict[str, str]:
    members = load_members().dropna(subset="wco_region")
    return dict(zip(members["iso3"], members["wco_region"], strict=True))


@functools.cache
def accessions() -> pd.Series:
    """Return the date of accession of each Member.

    The result is cached; do not change it.
    """
    members = load_members().set_index("iso3").drop("EUE")
    # A Member without a known date counts as a Member on any day.
    return members["joined"].fillna(pd.Timestamp(1, 1, 1))


def _days(
    on: datetime.date | str | pd.Series | None, index: pd.Index
) -> pd.Timestamp | pd.Series:
    if not isinstance(on, pd.Series):
        return _day(on)
    if not on.index.equals(index):
        raise ArgumentError(
            "`on` has another index than `names`; "
            "give one day, or a Series with one for each name"
        )
    values = on.tolist()
    # Each distinct day is parsed once.
    days = {value: _day(value) for value in set(values)}
    parsed = [days[value] for value in values]
    return pd.Series(parsed, index=index, dtype="datetime64[us]")


def _day(value: Any) -> pd.Timestamp:
    wrong = f"`on` must be a day, such as 2018-03-02, but {value!r}"
    if isinstance(value, str):
        try:
            day, _ = parse_day(value)
        except ValueError as error:
            raise ArgumentError(f"{wrong} {error}") from None
        return day
    # pd.isna returns one answer for each item of a list.
    is_scalar = pd.api.types.is_scalar(value)
    if is_scalar and pd.isna(value):
        value = datetime.date.today()
    if not isinstance(value, datetime.date):
        raise ArgumentError(f"{wrong} was given")
    # A datetime may have a time of day, which does not count here.
    day = pd.Timestamp(value.year, value.month, value.day)
    return day.as_unit("us")
