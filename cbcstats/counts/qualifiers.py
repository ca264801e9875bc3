"""The words beside published figures, in English, French and Spanish: one table.

A phrase stands before the number, or behind it where it begins with an ellipsis here.
What several languages share is in a row of its own, such as "en fr".
What each means, and how far it reaches, is in `readings`.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Word(NamedTuple):
    """What a phrase says, and the languages in which it is written."""

    qualifier: str
    languages: frozenset[str]


LANGUAGES: Final = ("en", "fr", "es")

_WORDS: Final = {
    "exact": {
        "fr es": "un total de",
        "en": "exactly, precisely, a total of, only, just",
        "fr": "exactement, précisément, seulement",
        "es": "exactamente, precisamente, solo, solamente",
    },
    "more_than": {
        "en fr es": ">",
        "en": "more than, just more than, slightly more than, a little more than, "
        "a bit more than, somewhat more than, over, just over, slightly over, "
        "a little over, a bit over, above, just above, "
        "slightly above, a little above, in excess of, upwards of, "
        "upward of, exceeding, surpassing, topping, beyond, north of, greater than",
        "fr": "plus de, un peu plus de, légèrement plus de, à peine plus de, "
        "au-dessus de, "
        "au-delà de, supérieur à, supérieure à, dépassant",
        "es": "más de, algo más de, poco más de, un poco más de, "
        "ligeramente más de, apenas más de, por encima de, superior a",
    },
    "well_over": {
        "en": "well over, well above, well more than, well in excess of, far over, "
        "far above, far more than, much more than, considerably more than",
        "fr": "bien plus de, nettement plus de, largement plus de, beaucoup plus de, "
        "bien au-dessus de, bien au-delà de",
        "es": "muy por encima de, bastante más de, mucho más de, bien por encima de",
    },
    "at_least": {
        "en fr es": "≥, >=, … +",
        "en fr": "minimum",
        "en": "at least, no fewer than, no less than, not less than, "
        "not fewer than, a minimum of, "
        "… or more, … and more, … or above, … and above, … and over, … or over, "
        "… plus, … -plus, … at least, … at a minimum",
        "fr": "au moins, pas moins de, un minimum de, au minimum, "
        "… ou plus, … et plus, … au moins, … au minimum, … minimum",
        "es": "al menos, por lo menos, cuando menos, como mínimo, no menos de, "
        "un mínimo de, mínimo, "
        "… o más, … y más, … al menos, … por lo menos, … como mínimo",
    },
    "about": {
        "en fr es": "~, ≈, ca., ca, c., approx., approx",
        "en": "about, just about, around, right around, approximately, roughly, "
        "circa, some, an estimated, estimated, in the region of, in the order of, "
        "on the order of, of the order of, in the neighbourhood of, "
        "… or so, … approximately, … roughly, … or thereabouts",
        "fr": "environ, env., quelque, quelques, à peu près, approximativement, "
        "autour de, aux alentours de, aux environs de, de l'ordre de, "
        "… environ, … à peu près, … approximativement",
        "es": "alrededor de, aproximadamente, aprox., aprox, unos, unas, "
        "en torno a, cosa de, del orden de, más o menos, "
        "… aproximadamente, … más o menos",
    },
    "almost": {
        "en": "almost, nearly, close to, close on, approaching, "
        "just under, just below, just less than, just short of, slightly under, "
        "slightly below, slightly less than, slightly fewer than, a little under, "
        "a little below, a little less than, a bit under, a bit less than, "
        "not quite, virtually, practically",
        "fr": "près de, presque, pas loin de, proche de, quasi, quasiment, "
        "un peu moins de, légèrement moins de, à peine moins de, juste en dessous de",
        "es": "casi, cerca de, prácticamente, próximo a, poco menos de, "
        "un poco menos de, algo menos de, ligeramente menos de",
    },
    "less_than": {
        "en fr es": "<",
        "en": "less than, fewer than, under, below, well under, well below, "
        "far less than, far fewer than, much less than, lower than, smaller than",
        "fr": "moins de, bien moins de, nettement moins de, au-dessous de, "
        "en dessous de, en-dessous de, inférieur à, inférieure à",
        "es": "menos de, bastante menos de, mucho menos de, por debajo de, inferior a",
    },
    "at_most": {
        "en fr es": "≤, <=",
        "en fr": "maximum",
        "en": "at most, no more than, not more than, up to, "
        "as many as, as much as, a maximum of, "
        "… or fewer, … or less, … or below, … or under, … and under, … at most, "
        "… at the most",
        "fr": "au plus, tout au plus, pas plus de, jusqu'à, un maximum de, "
        "au maximum, … ou moins, … au plus, … tout au plus, … au maximum, "
        "… maximum",
        "es": "como máximo, como mucho, a lo sumo, no más de, hasta, un máximo de, "
        "máximo, … o menos, … como máximo, … como mucho, … a lo sumo",
    },
}

_MULTIPLES: Final = {
    10**2: {"en": "hundred"},
    10**3: {
        "en fr es": "k",
        "en": "thousand, thousands",
        "fr": "mille, millier, milliers",
        "es": "mil, miles",
    },
    10**6: {
        "en fr es": "m, mn, mln, mio",
        "en fr": "million, millions",
        "es": "millón, millones",
    },
    10**9: {
        "en fr es": "bn, mrd",
        "en": "billion, billions",
        "fr": "milliard, milliards, md, mds",
        "es": "mil millones, millardo, millardos",
    },
    10**12: {
        "en": "trillion, trillions, tn",
        "fr": "billion, billions",
        "es": "billón, billones",
    },
}


# "Plus d'1,2 million", "plus du double", "más del doble".
_CONTRACTED: Final = ("'", "u", "es", "el")


def fold(text: str) -> str:
    """Return a text in small letters, without accents and with plain apostrophes.

    Each character stays one character, so that places in the text are kept.

    Examples
    --------
    >>> fold("Près D'UN Million")
    "pres d'un million"
    """
    composed = unicodedata.normalize("NFC", text)
    plain = composed.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    letters = []
    for character in plain:
        # The letter comes first, and its accents behind it.
        decomposed = unicodedata.normalize("NFD", character.lower())
        letters.append(decomposed[0])
    return "".join(letters)


def _entries(
    table: Mapping[Any, Mapping[str, str]],
) -> Iterator[tuple[str, frozenset[str], Any]]:
    """Yield each phrase of a table, folded, with its languages and its key."""
    for key, by_language in table.items():
        for codes, listed in by_language.items():
            languages = frozenset(codes.split())
            phrases = fold(listed).split(", ")
            for phrase in phrases:
                yield phrase, languages, key


def _phrases() -> dict[str, Word]:
    """Return what each phrase says; those behind the number begin with "… "."""
    phrases = {}
    for phrase, languages, qualifier in _entries(_WORDS):
        word = Word(qualifier, languages)
        phrases[phrase] = word
        if phrase.endswith(" de"):
            stem = phrase.removesuffix("e")
            contracted = [stem + ending for ending in _CONTRACTED]
            phrases |= dict.fromkeys(contracted, word)
    return phrases


def _multiples() -> dict[str, dict[str, int]]:
    """Return what each word for a multiple means in each language."""
    multiples: dict[str, dict[str, int]] = {}
    for word, languages, multiple in _entries(_MULTIPLES):
        meanings = multiples.setdefault(word, {})
        # A French billion is a million millions.
        for language in languages:
            meanings[language] = multiple
    return multiples


_PHRASES: Final = _phrases()
BEFORE: Final = {
    phrase: word for phrase, word in _PHRASES.items() if not phrase.startswith("… ")
}
BEHIND: Final = {
    phrase.removeprefix("… "): word
    for phrase, word in _PHRASES.items()
    if phrase.startswith("… ")
}
MULTIPLES: Final = _multiples()
