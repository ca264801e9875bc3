"""Hints for texts that are not the name of one place that is known, for messages only."""

from __future__ import annotations

import functools
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING, Final

from cbcstats.errors import Finding
from cbcstats.places.spelling import (
    LIST,
    iso3_of,
    known_codes,
    known_names,
    known_numbers,
    plain_spelling,
    short_names,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

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
