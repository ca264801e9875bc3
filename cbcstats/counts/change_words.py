"""The words of published changes in English, French and Spanish, without their accents.

Words such as "more than" that stand beside a number are in `qualifiers`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

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
    "en": "a an the of by in than has have also overall again slightly sharply significantly steadily strongly considerably rapidly markedly "
    "substantially modestly",
    "fr": "a d de des en est ete l la le les legerement fortement nettement ont "
    "par que s se sensiblement sont un une",
    "es": "considerablemente de el en fuertemente ha han la las ligeramente los "
    "marcadamente por que se significativamente un una",
}
_BESIDE_A_NUMBER: Final = "a an the another additional further un une el la le l"


def _words(tables: dict[str, str], languages: str = "en fr es") -> frozenset[str]:
    lists = [tables[language] for language in languages.split()]
    return frozenset(" ".join(lists).split())


RISES: Final = _words(_RISES)
FALLS: Final = _words(_FALLS)
LINKS: Final = _words(_LINKS)
ARTICLES: Final = frozenset(_BESIDE_A_NUMBER.split())
# Words after "three times" with which it may mean four times the number before.
COMPARATIVES: Final = frozenset(
    "more higher greater larger bigger above less fewer lower smaller below under "
    "mas mayor superior menos menor inferior".split()
)
# These name a level, and no change.
TO_A_LEVEL: Final = frozenset("from to at desde hasta jusqu au al depuis".split())
# "37% of the" is a share.
OF: Final = frozenset("of de du des del d".split())
# A comma marks the decimals beside these.
WITH_COMMA: Final = (
    _words(_RISES, "fr es") | _words(_FALLS, "fr es") | _words(_LINKS, "fr es")
) - (_words(_RISES, "en") | _words(_FALLS, "en") | _words(_LINKS, "en"))

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
    "unchanged,no change,without change,the same,inchange,inchangee,inchanges,"
    "inchangees,sans changement,sin cambio,sin cambios".split(",")
)
STABLE: Final = frozenset(
    "stable,stables,steady,flat,broadly stable,broadly unchanged,largely unchanged,"
    "relatively stable,relativement stable,relativamente estable,estable,"
    "estables".split(",")
)
REMAINED: Final = (
    r"(?:(?:has |have )?(?:remained|remains|stayed|stays|been|is|was|are|were)|"
    r"(?:est |sont )?(?:reste|restee|restes|restees|demeure)|est|sont|"
    r"(?:se )?(?:mantuvo|mantiene|mantuvieron|permanecio|quedo))"
)
RECORDS: Final = frozenset(
    "record,a record,a record high,record high,all time high,an all time high,"
    "highest ever,the highest ever,un record,niveau record,maximo historico,"
    "un maximo historico".split(",")
)

# What a change is compared with, which every change here is: the year before.
_SPAN: Final = r"(?:reporting |fiscal |financial |calendar )?(?:year|period)"
COMPARED: Final = (
    r"\b(?:(?:when |as )?(?:compared (?:with|to)|in comparison with|relative to)|"
    r"versus|vs\.?|over|on|from|than|against|in|as) "
    rf"(?:(?:that of )?(?:the |a |one )?(?:(?:previous|prior|preceding|last|past) {_SPAN}"
    r"|year (?:before|earlier|ago)))\b|"
    r"\byear on year\b|\byoy\b|\by/y\b|\by o y\b|"
    r"\b(?:par rapport a|compare a|sur|contre|que|a) (?:celui de |celle de )?"
    r"(?:l (?:annee|an|exercice) (?:precedente?|derniere?|passee?|d avant))\b|"
    r"\b(?:sur|en) un an\b|\ben glissement annuel\b|\ba (?:an|un) an\b|"
    r"\b(?:(?:con )?respecto al?|respecto del|frente al?|en comparacion con|comparado con"
    r"|sobre|que|al) (?:en )?(?:el )?(?:ano|ejercicio|periodo) (?:anterior|pasado|previo)\b|"
    r"\ben un ano\b|\binteranual(?:es|mente)?\b|\ben terminos interanuales\b"
)
