"""Spellings of places: which text is the code, the number or a name of which place."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from cbcstats.tables.loaders import load_places

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

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
    # Arabic is typed with or without these.
    "\N{ARABIC TATWEEL}": "",
    "\N{ARABIC LETTER TEH MARBUTA}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC LETTER ALEF MAKSURA}": "\N{ARABIC LETTER YEH}",
}
_PLAIN_CHARACTERS: Final = str.maketrans(
    dict.fromkeys(_APOSTROPHES, "'") | _PLAIN_LETTERS
)
# Accents, and the points of Hebrew and Arabic. In Indic and other scripts, signs that
# Unicode calls marks are vowels: without them, Guinea and Kenya are one word in Tamil.
_ACCENT: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe2f\U000e0100-\U000e01ef]"
)
_INVISIBLE: Final = "Cf"  # Unicode category
_OF_WORDS: Final = ("L", "M", "N")  # letters, marks and numbers
# Only blanks are left of other separators than those of ASCII.
_WORD_OR_SEPARATOR: Final = re.compile(r"[^\s\x00-/:-@\[-`{-\x7f]+|[/;|+]")
_INITIALS: Final = re.compile(r"\b(\w) (?=\w\b)")
# Keep separators as words, so that "Kenya; Uganda" does not become one name.
_ONE_WORD: Final = {
    "dem": "democratic",
    "rep": "republic",
    "st": "saint",
    "ste": "sainte",
    ";": "/",
    "|": "/",
    "+": "/",
}
# Articles come before a name or after it: "La Gambie", "Gambie (la)".
_ARTICLES: Final = frozenset({"la", "le", "les", "l", "el", "las", "los", "/"})
# Separators between the places of a list.
COMMAS: Final = ",\N{IDEOGRAPHIC COMMA}\N{FULLWIDTH COMMA}\N{ARABIC COMMA}"
AND: Final = "\\b(?:and|et|y|e|und|\N{CYRILLIC SMALL LETTER I})\\b"
LIST: Final = re.compile(rf"[/;|+&\n{COMMAS}]|{AND}", re.IGNORECASE)
LONGEST: Final = 200  # characters of a name; the longest known one has about 80

# "Korea, Republic of" and "Iran (Islamic Republic of)": the name, what belongs before.
_QUALIFIED: Final = re.compile(r"([^,(]+)[,(]([^,(]+(?:\([^()]*\))?)\)?\s*")
_REPUBLIC: Final = re.compile(
    r"^(?:republi\w+|rep) (?:(?:of|de|du|da|do|del) )?(?:(?:l|la|les|el) )?"
    r"|(?: republic| rep)(?: of)?$"
)
# Without the word, these would be another place, or may be.
_SEVERAL_REPUBLICS: Final = frozenset({"china", "congo", "dominica", "korea"})
_NEARLY_ALL: Final = 0.8  # share of known places that makes a column one of codes
_MOST: Final = 0.5  # share of all texts that must be codes, too


class Spellings(NamedTuple):
    """Codes and plain spellings of names, each with the ISO code of its place."""

    codes: Mapping[str, str]
    names: Mapping[str, str]


def iso3_of(
    texts: Sequence[str], spellings: Spellings | None = None
) -> list[str | None]:
    """Return the ISO code for each text, or None if it is not the name of a place.

    Each text is judged alone, unless `spellings` are those of its column.

    Examples
    --------
    >>> iso3_of(["Kenia", "Kenyaa", "KEN", "ken"])
    ['KEN', None, 'KEN', None]
    >>> iso3_of(["Cape Verde, Republic of", "Korea, Republic of South"])
    ['CPV', 'KOR']
    """
    spellings = spellings or Spellings(known_codes(), known_names())
    return [_place_of(text, spellings) for text in texts]


def spellings_of(
    texts: Collection[str], own_places: Mapping[str, str] | None = None
) -> Spellings:
    """Return the spellings that count in a column with these distinct texts.

    In a column of codes, they are read in any case; in one of M49 numbers, zeros before
    them may be lost. In a column of names, two letters may be another abbreviation, and
    are not read as a code.

    Parameters
    ----------
    texts : collection of str
        The distinct texts of the column; a text may name several places.
    own_places : mapping of str to str, optional
        ISO codes of other spellings, see `cbcstats.places.names.check_places`.

    Examples
    --------
    >>> iso3_of(["NA", "ke"], spellings_of(["NA", "ke", "tg"]))
    ['NAM', 'KEN']
    >>> iso3_of(["NA", "KEN"], spellings_of(["NA", "KEN", "Kenya", "Togo"]))
    [None, 'KEN']
    >>> iso3_of(["12", "404"], spellings_of(["12", "404"]))
    ['DZA', 'KEN']
    """
    own = own_places or {}
    own_codes = {text: iso3 for text, iso3 in own.items() if _is_like_a_code(text)}
    own_names = {
        plain_spelling(text): iso3
        for text, iso3 in own.items()
        if text not in own_codes
    }
    known = Spellings(known_codes() | own_codes, known_names() | own_names)
    parts = {part.strip() for text in texts for part in LIST.split(text)}
    # NA may mean that there is no value, and so does "n/a" or a dash.
    parts = {part for part in parts if len(part) > 1 or part.isdigit()} - {"NA"}
    if _are_nearly_all(parts, _in_any_case(known.codes), known):
        return Spellings(_in_any_case(known.codes), known.names)
    if _are_nearly_all(parts, known_numbers(), known):
        return Spellings(known_numbers() | own_codes, known.names)
    long_codes = {code: iso3 for code, iso3 in known_codes().items() if len(code) > 2}
    return Spellings(long_codes | own_codes, known.names)


def _is_like_a_code(text: str) -> bool:
    return len(text) <= 3 and text.isupper()


def _are_nearly_all(
    parts: Collection[str], of_kind: Mapping[str, str], known: Spellings
) -> bool:
    found = [part for part in parts if part in of_kind]
    others = [part for part in parts if part not in of_kind]
    named = [part for part in others if plain_spelling(part) in known.names]
    is_most = len(found) > _MOST * len(parts)
    return is_most and len(found) >= _NEARLY_ALL * (len(found) + len(named))


def _in_any_case(of_capitals: Mapping[str, str]) -> dict[str, str]:
    capitals = dict(of_capitals)
    small = {code.lower(): iso3 for code, iso3 in capitals.items()}
    title = {code.title(): iso3 for code, iso3 in capitals.items()}
    return small | title | capitals


def _place_of(text: str, spellings: Spellings) -> str | None:
    if len(text) > LONGEST:
        return None
    code = spellings.codes.get(text.strip())
    if code:
        return code
    for spelling in _forms_of(text):
        if spelling in spellings.names:
            return spellings.names[spelling]
    qualified = _QUALIFIED.fullmatch(text)
    if qualified:
        # "Cabo Verde (Cape Verde)" names one place twice.
        first, second = (_place_of(part, spellings) for part in qualified.groups())
        return first if first == second else None
    return None


def _forms_of(text: str) -> Iterator[str]:
    """Yield the plain spelling of a name, and other orders of its words.

    They are those of "Korea, Republic of", "Congo DR" and "South Sudan Republic".
    """
    name = plain_spelling(text)
    *first, last = name.split() or [name]
    forms = [name, " ".join([last, *first])]
    qualified = _QUALIFIED.fullmatch(text)
    if qualified:
        name, qualifier = qualified.groups()
        forms.append(plain_spelling(f"{qualifier} {name}"))
    yield from forms
    for form in forms:
        rest = _REPUBLIC.sub("", form)
        if rest not in _SEVERAL_REPUBLICS:
            yield rest


# A column is looked at several times: for codes, for names, for words such as Regional.
@functools.lru_cache(maxsize=10_000)
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
    text = _with_blanks(text).casefold()
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
    start, end = 0, len(words)
    while end - start > 1 and words[start] in _ARTICLES:
        start += 1
    while end - start > 1 and words[end - 1] in _ARTICLES:
        end -= 1
    return " ".join(words[start:end])


def _without_the(words: list[str]) -> str:
    kept = [word for word in words if word != "the"]
    return " ".join(kept)


def _without_accents(text: str) -> str:
    """Remove accents and invisible characters."""
    if text.isascii():
        return text
    # NFKD writes an accented letter as a letter followed by its accent.
    text = _ACCENT.sub("", unicodedata.normalize("NFKD", text))
    return "".join(
        character for character in text if unicodedata.category(character) != _INVISIBLE
    )


def _with_blanks(text: str) -> str:
    """Replace punctuation and symbols beyond ASCII by blanks."""
    if text.isascii():
        return text
    return "".join(
        character
        if character.isascii() or unicodedata.category(character)[0] in _OF_WORDS
        else " "
        for character in text
    )


_table = functools.cache(load_places)


@functools.cache
def known_names() -> dict[str, str]:
    """Map the plain spellings of each place to its code."""
    places = _table()
    spellings = places["name"].map(plain_spelling)
    return dict(zip(spellings, places["iso3"], strict=True))


@functools.cache
def known_codes() -> dict[str, str]:
    """Map the two-letter and the three-letter codes to the three-letter ones."""
    places = _table().drop_duplicates("iso3")
    long_codes = places["iso3"].tolist()
    short_codes = places["iso2"].tolist()
    return dict(zip([*long_codes, *short_codes], 2 * long_codes, strict=True))


@functools.cache
def known_numbers() -> dict[str, str]:
    """Map the M49 numbers to codes, also without the zeros before them."""
    places = _table().drop_duplicates("iso3").dropna(subset="m49")
    by_number = dict(zip(places["m49"], places["iso3"], strict=True))
    return {number.lstrip("0"): iso3 for number, iso3 in by_number.items()} | by_number


@functools.cache
def short_names(language: str = "en") -> dict[str, str]:
    """Return the short name of each place in a language."""
    places = _table()
    is_short = places["kind"] == "short"
    is_in_language = places["language"] == language
    short = places[is_short & is_in_language]
    return dict(zip(short["iso3"], short["name"], strict=True))
