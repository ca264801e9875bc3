"""Spellings of places: which text is the code, the number or a name of which place.

Hints for other texts are for messages only; misspelt names are not guessed.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple

from cbcstats.errors import Finding
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
_CONTINENTS: Final = frozenset(
    {"africa", "afrique", "asia", "asie", "america", "amerique", "europe", "europa"}
)
_NEAR: Final = 0.8  # similarity from which a known spelling is suggested
_FURTHER: Final = (
    0.05  # difference from the nearest from which others are not suggested
)
_NEAR_WORD: Final = 0.65  # the same for each of its words
_SUGGESTED: Final = 3
_DIGITS: Final = 3  # of an M49 number
_LETTERS: Final = 4  # a shorter name among other words may be a word
# The year of the end, what to write, and names in plain spelling.
_FORMER_STATES: Final = """\
1990: Germany: east germany|german democratic republic|gdr|ddr|allemagne de lest
rda|republique democratique allemande|alemania oriental|republica democratica alemana
1990: Yemen: south yemen|yemen democratic|democratic yemen|yemen du sud|yemen del sur
people s democratic republic of yemen|peoples democratic republic of yemen
1991: Russia or another successor: ussr|soviet union|union of soviet socialist republics
urss|union sovietique|union sovietica|udssr|sowjetunion|ссср|советскии союз
1992: Czechia or Slovakia: czechoslovakia|tchecoslovaquie|checoslovaquia|czecho slovakia
czechoslovak socialist republic|czech and slovak federal republic
2003: Serbia, Montenegro or another successor: yugoslavia|yougoslavie|yugoeslavia|sfry
federal republic of yugoslavia|socialist federal republic of yugoslavia|fry|jugoslavia
fr yugoslavia|yugoslavia fr
2006: Serbia or Montenegro: serbia and montenegro|serbia montenegro|serbie et montenegro
serbie montenegro|serbia y montenegro|state union of serbia and montenegro
2010: Curaçao, Sint Maarten or Bonaire, Sint Eustatius and Saba: netherlands antilles
netherland antilles|dutch antilles|antilles neerlandaises|antillas neerlandesas
antillas holandesas|netherlands antilles and aruba|antilhas holandesas"""  # noqa: RUF001
_WITHOUT_CODE: Final = {
    "abkhazia": "Georgia",
    "england": "United Kingdom",
    "northern cyprus": "Cyprus",
    "northern ireland": "United Kingdom",
    "scotland": "United Kingdom",
    "somaliland": "Somalia",
    "wales": "United Kingdom",
    "zanzibar": "Tanzania",
}
_EITHER: Final = dict.fromkeys(
    ("republic of china", "china republic of"), "China or Taiwan"
)
_FORMER_WORDS: Final = ("former ", "ex ", "ancienne ", "antigua ")


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
    """Map the M49 numbers to codes, also without zeros before them, or as decimals."""
    places = _table().drop_duplicates("iso3").dropna(subset="m49")
    by_number = dict(zip(places["m49"], places["iso3"], strict=True))
    plain = {number.lstrip("0"): iso3 for number, iso3 in by_number.items()}
    # pandas writes a column with gaps as 404.0.
    decimal = {f"{number}.0": iso3 for number, iso3 in plain.items()}
    return {**decimal, **plain, **by_number}


@functools.cache
def short_names(language: str = "en") -> dict[str, str]:
    """Return the short name of each place in a language."""
    places = _table()
    is_short = places["kind"] == "short"
    is_in_language = places["language"] == language
    short = places[is_short & is_in_language]
    return dict(zip(short["iso3"], short["name"], strict=True))


def suggestions(name: str) -> list[str]:
    """Suggest up to three places for an unknown name, by their short English names.

    They come from a code, from the parts of a list, from names that share words, or
    from similar spellings.

    Examples
    --------
    >>> suggestions("Kenyaa"), suggestions("Kenya / Uganda"), suggestions("ke")
    (['Kenya'], ['Kenya', 'Uganda'], ['Kenya'])
    >>> suggestions("Virgin Islands")
    ['British Virgin Islands', 'US Virgin Islands']
    """
    of_code = place_of_code(name)
    if of_code:
        return [of_code]
    parts = [part for part in LIST.split(name) if part.strip()]
    codes = [code for code in iso3_of(parts) if code]
    is_list = codes and len(codes) == len(parts)
    if not is_list:
        words = plain_spelling(name).split()
        codes = _sharing(words) or _among(words) or _near(words)
    places = [short_names()[code] for code in dict.fromkeys(codes)]
    return places[:_SUGGESTED]


def place_of_code(text: str) -> str | None:
    """Return the place of a code in any case, or of an M49 number.

    Examples
    --------
    >>> place_of_code("ke"), place_of_code("404"), place_of_code("Kenya")
    ('Kenya', 'Kenya', None)
    """
    code = text.strip()
    # A shorter number is a number of anything.
    numbers = known_numbers() if len(code) == _DIGITS else {}
    iso3 = known_codes().get(code.upper()) or numbers.get(code)
    return short_names()[iso3] if iso3 else None


def explain_other(text: str) -> Finding | None:
    """Explain the name of a former state, or of a place that has no code.

    Examples
    --------
    >>> explain_other("Serbia & Montenegro")
    Finding(problem='was a state until 2006', remedy='write Serbia or Montenegro', \
severity='error')
    """
    name = plain_spelling(text)
    for word in _FORMER_WORDS:
        name = name.removeprefix(word).removesuffix(f" {word.strip()}")
    if name in _WITHOUT_CODE:
        remedy = f"write {_WITHOUT_CODE[name]} if it is meant"
        return Finding("has no code of its own in ISO 3166", remedy)
    if name in _EITHER:
        return Finding(f"may be {_EITHER[name]}", f"write {_EITHER[name]}")
    if name in _former_states():
        year, successors = _former_states()[name]
        return Finding(f"was a state until {year}", f"write {successors}")
    return None


@functools.cache
def _former_states() -> dict[str, tuple[str, str]]:
    """Map the names of former states to the year of their end and what to write."""
    states: dict[str, tuple[str, str]] = {}
    year = successors = ""
    for line in _FORMER_STATES.split("\n"):
        *head, names = line.split(": ")
        if head:
            year, successors = head
        states |= dict.fromkeys(names.split("|"), (year, successors))
    return states


@functools.cache
def _plain_short_names() -> list[tuple[str, str]]:
    """Return the code and the plain short names of each place, padded with blanks."""
    return [
        (code, f" {plain_spelling(name)} ")
        for language in ("en", "fr", "es")
        for code, name in short_names(language).items()
    ]


def _with_words(words: Sequence[str]) -> list[str]:
    """Return the places whose short names contain the words."""
    phrase = f" {' '.join(words)} "
    places = [code for code, name in _plain_short_names() if phrase in name]
    return list(dict.fromkeys(places))


def _sharing(words: list[str]) -> list[str]:
    """Return up to three places whose short names contain the words, such as Korea.

    A single match on a single word is ignored, as it may be chance.
    """
    places = _with_words(words) if words else []
    is_vague = len(places) > _SUGGESTED
    is_chance = len(places) == len(words) == 1
    return [] if is_vague or is_chance else places


def _among(words: list[str]) -> list[str]:
    """Find place names among other words, preferring longer names; return the codes."""
    codes: list[str] = []
    start = 0
    while start < len(words):
        for end in range(len(words), start, -1):
            name = " ".join(words[start:end])
            if len(name) >= _LETTERS and name in known_names():
                alike = {known_names()[name]: None} | dict.fromkeys(
                    _with_words(words[start:end])
                )
                # Any Guinea may be meant by a word beside it that is not known.
                codes += alike if len(alike) <= _SUGGESTED else []
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
    similar = get_close_matches(name, known_names(), n=3 * _SUGGESTED, cutoff=_NEAR)
    alike = [near for near in similar if _are_alike(words, near.split())]
    if not alike:
        return []
    best = SequenceMatcher(None, alike[0], name).ratio()
    nearest = get_close_matches(name, alike, n=len(alike), cutoff=best - _FURTHER)
    # "Dominican" is near Dominica, and a word of the Dominican Republic.
    return [known_names()[near] for near in nearest] + _with_words(words)


def _are_alike(words: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether each word has a similar one: Dutch is not French."""
    return all(
        get_close_matches(word, others, n=1, cutoff=_NEAR_WORD) for word in words
    )
