"""The words of published changes in English, French and Spanish, without their accents.

Words such as "more than" that stand beside a number are in `qualifiers`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from cbcstats.counts.qualifiers import BEFORE, BEHIND, MULTIPLES, fold

if TYPE_CHECKING:
    from collections.abc import Iterable

_RISES: Final = {
    "en": "+ up increase increased increases increasing rise rises rose risen rising "
    "growth grew grow grows grown growing gain gains gained climb climbed climbing "
    "soared soaring surge surged surging jump jumped leap leapt leaped expanded "
    "expansion rallied advanced upturn more higher greater larger bigger above plus",
    "fr": "hausse augmente augmentee augmentes augmentees augmentation augmentent "
    "progresse progression progressent accru accrue accrus accrues accroissement "
    "croissance croit grimpe grimpent bondi bond plus superieur superieure",
    "es": "aumento aumenta aumentaron aumentado subio sube subieron subida subido "
    "crecio crece crecieron crecimiento crecido incremento incrementaron incrementado "
    "alza avanzo repunto repunte mas mayor superior",
}
_FALLS: Final = {
    "en": "- down decrease decreased decreases decreasing decline declined declines "
    "declining fall falls fell fallen falling drop dropped drops dropping reduction "
    "reduced shrank shrunk shrinking plunge plunged plunging plummeted tumbled slump "
    "slumped slipped dip dipped slid sank cut contracted contraction lower less fewer "
    "smaller below under minus",
    "fr": "baisse baissee baisses baissees baissent recul recule reculent diminue "
    "diminuee diminues diminuees diminution chute chutent reduit reduite reduits "
    "reduites reduction repli replie flechi contracte contractee contraction regresse "
    "moins inferieur inferieure",
    "es": "bajo baja bajaron bajado cayo cae cayeron caida caido disminuyo disminuye "
    "disminuyeron disminucion disminuido descenso descendio descendieron descendido "
    "redujo redujeron reduccion reducido retrocedio retroceso contrajo contraccion "
    "menos menor inferior",
}
# These join a direction to its number, and mean nothing without a direction.
_LINKS: Final = {
    "en": "a an the of by in than has have also overall slightly sharply "
    "significantly steadily strongly considerably rapidly markedly substantially "
    "modestly",
    "fr": "a d de des en est ete l la le les legerement fortement nettement ont "
    "par que s se sensiblement sont un une",
    "es": "considerablemente de del el en fuertemente ha han la las ligeramente los "
    "marcadamente por que se significativamente un una",
}


def _set(*lists: str) -> frozenset[str]:
    """Return the words of lists."""
    return frozenset(" ".join(lists).split())


RISES: Final = _set(*_RISES.values())
FALLS: Final = _set(*_FALLS.values())
DIRECTIONS: Final = RISES | FALLS
LINKS: Final = _set(*_LINKS.values())
ARTICLES: Final = _set("a an the another additional further un une el la le l se")
# Words after "three times" with which it may mean four times the number before.
COMPARATIVES: Final = _set(
    "more higher greater larger bigger above less fewer lower smaller below under "
    "mas mayor superior menos menor inferior"
)
# These name a level, and no change.
TO_A_LEVEL: Final = _set("from to at desde hasta jusqu au al depuis")
UNTIL: Final = frozenset({"hasta", "jusqu"})
# Verbs that say that something went from one figure to another.
WENT: Final = _set("went passe passee passes passees pasado paso pasaron")
# An increase by or of three times may be one to four times the number before.
BY: Final = _set("by of de en")
# "37% of the" is a share.
OF: Final = _set("of de du des del d")
# A comma marks the decimals beside words that are not English.
_ENGLISH: Final = _set(_RISES["en"], _FALLS["en"], _LINKS["en"])
_HEDGES: Final = [
    phrase for phrase, word in BEFORE.items() if "en" not in word.languages
]
_NOT_ENGLISH: Final = [
    table[language] for table in (_RISES, _FALLS, _LINKS) for language in ("fr", "es")
]
WITH_COMMA: Final = _set("por pour fois veces", *_NOT_ENGLISH, *_HEDGES) - _ENGLISH

# The number now is so many times that before.
RATIOS: Final = {
    word: ratio
    for words, ratio in (
        ("twice double doubled doubles doubling doublee doublees", 2),
        ("doble duplico duplicaron duplicado duplicada doblo doblaron", 2),
        ("thrice triple tripled triples tripling triplee treble trebled", 3),
        ("triplico triplicaron triplicado triplicada", 3),
        ("quadruple quadrupled quadruples quadruplee", 4),
        ("cuadruple cuadruplico cuadruplicaron cuadruplicado", 4),
        ("quintuple quintupled quintuplico quintuplicado", 5),
        ("halved halves halving", Fraction(1, 2)),
    )
    for word in words.split()
} | {"a la mitad": Fraction(1, 2)}
NUMBERS: Final = {
    word: number
    for number, words in enumerate(
        (
            "a an one un une una la",
            "two deux dos",
            "three trois tres",
            "four quatre cuatro",
            "five cinq cinco",
            "six seis",
            "seven sept siete",
            "eight huit ocho",
            "nine neuf nueve",
            "ten dix diez",
        ),
        start=1,
    )
    for word in words.split()
}
PARTS: Final = {
    word: number
    for words, number in (
        ("half moitie mitad", 2),
        ("third thirds tiers tercio tercios tercera", 3),
        ("quarter quarters quart quarts cuarto cuartos cuarta cuartas", 4),
        ("fifth fifths cinquieme cinquiemes quinto quintos quinta quintas", 5),
        ("tenth tenths dixieme dixiemes decimo decimos decima decimas", 10),
    )
    for word in words.split()
}

# Words instead of a number. That stable means up to five percent is a convention.
UNCHANGED: Final = frozenset(
    {
        "unchanged",
        "no change",
        "without change",
        "the same",
        "inchange",
        "inchangee",
        "inchanges",
        "inchangees",
        "sans changement",
        "sin cambio",
        "sin cambios",
    }
)
STABLE: Final = frozenset(
    {
        "stable",
        "stables",
        "steady",
        "flat",
        "broadly stable",
        "broadly unchanged",
        "largely unchanged",
        "relatively stable",
        "relativement stable",
        "relativamente estable",
        "estable",
        "estables",
    }
)
_REMAINED: Final = (
    r"(?:(?:has |have )?(?:remained|remains|stayed|stays|been|is|was|are|were)|"
    r"(?:est |sont )?(?:reste|restee|restes|restees|demeure)|est|sont|"
    r"(?:se )?(?:mantuvo|mantiene|mantuvieron|permanecio|quedo))"
)
RECORDS: Final = frozenset(
    {
        "record",
        "a record",
        "a record high",
        "record high",
        "all time high",
        "an all time high",
        "highest ever",
        "the highest ever",
        "un record",
        "niveau record",
        "maximo historico",
        "un maximo historico",
    }
)

# What a change is compared with, which every change here is: the year before.
_YEAR: Final = r"(?:reporting |fiscal |financial |calendar )?(?:year|period)"
_THAN: Final = (
    r"(?:(?:when |as )?(?:compared (?:with|to)|in comparison with|relative to)"
    r"|versus|vs\.?|over|on|from|than|against|in|as)"
)
_QUE: Final = (
    r"(?:(?:con )?respecto (?:al?|del)|frente al?|en comparacion con|comparado con"
    r"|sobre|que|al)"
)
_COMPARED: Final = (
    rf"\b(?:{_THAN} )?(?:that (?:of|in) )?"
    rf"(?:(?:the |a |one )?(?:previous|prior|preceding|last|past) {_YEAR}"
    r"|(?:the |a |one )year (?:before|earlier|ago))\b"
    r"|\b(?:par rapport a|compare a|sur|contre|que|a) (?:celui de |celle de )?"
    r"l (?:annee|an|exercice) (?:precedente?|derniere?|passee?|d avant)\b"
    rf"|\b{_QUE} (?:en )?(?:el )?(?:ano|ejercicio|periodo) (?:anterior|pasado|previo)\b"
    r"|\b(?:year on year|yoy|y/y|y o y|sur un an|en un an|en glissement annuel"
    r"|en un ano|interanual(?:es|mente)?|en terminos interanuales)\b"
)


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_DIGITS: Final = r"[0-9]+(?:[.,][0-9]+| [0-9]{3}(?![0-9]))*"
_COUNT: Final = rf"(?:{_DIGITS}|(?:{_any_of(NUMBERS)})(?:\b|(?=fold)))"
_MULTIPLIED: Final = (
    r"(?:(?:factor|facteur) (?:of|de)|multipli[a-z]+ (?:by|par|por)) "
    rf"(?P<factor>{_COUNT})"
    rf"|(?:divi[a-z]+ (?:by|par|por|entre)) (?P<divisor>{_COUNT})"
)
_UNITS: Final = (
    r"(?P<points>(?:(?:percentage|percent|%) ?)?points?\b(?: de pourcentage\b)?"
    r"|puntos?\b(?: porcentual(?:es)?\b)?|ppt?s?\b|p\.p\.?|pts?\b)"
    r"|(?P<percent>%|per ?cent\b|pct\b|pour ?cent\b|por ?cien(?:to)?\b)"
    r"|(?P<times>times|fois(?: plus)?|veces|x)\b|(?P<fold>fold)\b"
)
# The last group names the kind of change.
NUMBER: Final = re.compile(
    r"(?<![0-9a-z.,])(?:"
    rf"(?P<number>{_COUNT}) ?(?P<plus>\+)? ?(?:{_UNITS})|{_MULTIPLIED}|"
    rf"(?:(?P<numerator>{_any_of(NUMBERS)}) )?(?P<part>{_any_of(PARTS)})\b(?: partes?\b)?"
    rf"|(?P<word>{_any_of(RATIOS)})\b"
    rf"|(?P<figure>{_DIGITS}(?: ?(?:{_any_of(MULTIPLES)})\b)?))"
)
LEVELS: Final = re.compile(
    r"(?P<lead>[^0-9]*?)\b(?:from|de|desde) (?P<before>[^0-9]*[0-9].*?)"
    r" (?:to|a|hasta) (?P<after>[^0-9]*[0-9].*)"
)

_MINUS_SIGNS: Final = str.maketrans(
    dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}", "-")
)
# Brackets and apostrophes; the bracket of "(5%)" stays, for it may be a minus.
_MARKS: Final = re.compile(
    r"[)'\"«»\N{LEFT DOUBLE QUOTATION MARK}"
    r"\N{RIGHT DOUBLE QUOTATION MARK}]|(?<!^)\(|^\((?! ?[0-9])"
)
# The hyphens of "two-fold" and "20-percent" are not minus signs.
_HYPHEN: Final = re.compile("(?<=[0-9a-z])-(?=[a-z])")
_IGNORED: Final = (_MARKS, _HYPHEN, re.compile(_COMPARED))


def normalised(text: str) -> str:
    """Return a text in small letters, without accents, brackets and comparisons."""
    words = " ".join(fold(text).translate(_MINUS_SIGNS).split()).rstrip(".;:!")
    for ignored in _IGNORED:
        words = " ".join(ignored.sub(" ", words).split())
    return words


def state_in(phrase: str) -> str:
    """Return the words after "remained" or "is"."""
    return re.sub(rf"^{_REMAINED} ", "", phrase)


# The qualifiers that may stand before a number, and after it, normalised.
QUALIFIERS_BEFORE: Final = {
    normalised(phrase): word.qualifier for phrase, word in BEFORE.items()
} | dict.fromkeys(("plus que", "mas que"), "more_than")  # "a plus que doublé"
QUALIFIERS_AFTER: Final = {
    normalised(phrase): word.qualifier for phrase, word in BEHIND.items()
}
