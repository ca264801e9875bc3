"""The words of published changes: one table per language.

A new word, such as a verb or a fraction, goes in the row of its meaning. A new language
is a new table with these rows, and an entry in `_TABLES`. Words such as "more than" that
stand beside any figure are in `qualifiers`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from cbcstats.counts.qualifiers import BEFORE, BEHIND, MULTIPLES, fold

if TYPE_CHECKING:
    from collections.abc import Iterable

# Commas separate the phrases of a row. Texts are compared without their accents. A row
# that ends in a number, such as `part 1/3`, gives the words for that number.
_ENGLISH: Final = {
    "rise": "+, up, plus, above, more, higher, greater, larger, bigger, "
    "increase, increased, increases, increasing, rise, rises, rose, risen, rising, "
    "grow, grows, grew, grown, growing, growth, gain, gains, gained, climb, climbed, "
    "climbing, soared, soaring, surge, surged, surging, jump, jumped, leap, leapt, "
    "leaped, expanded, expansion, rallied, advanced, upturn",
    "fall": "-, down, minus, below, under, less, fewer, lower, smaller, "
    "decrease, decreased, decreases, decreasing, decline, declined, declines, "
    "declining, fall, falls, fell, fallen, falling, drop, dropped, drops, dropping, "
    "reduction, reduced, shrank, shrunk, shrinking, plunge, plunged, plunging, "
    "plummeted, tumbled, slump, slumped, slipped, dip, dipped, slid, sank, cut, "
    "contracted, contraction",
    # These join a direction to its number.
    "link": "a, an, the, of, by, in, than, has, have, had, been, "
    "went, gone, edged, ticked, also, overall, slightly, sharply, significantly, "
    "steadily, strongly, considerably, rapidly, markedly, substantially, modestly, "
    "slight, sharp, significant, steady, strong, considerable, rapid, marked, "
    "substantial, modest",
    # Behind a number, as in "20% are up", these make it a share.
    "is": "is, are, was, were",
    "article": "a, an, the, another, additional, further",
    "by": "by, of",
    "difference of": "by, of",
    "of": "of",
    # "Three times more" may be four times the number before.
    "comparative": "more, higher, greater, larger, bigger, above, less, fewer, lower, "
    "smaller, below, under",
    # As in "12% more missions".
    "more of": "more, less, fewer",
    # "From 57 to 74" names two levels, and "at 74" names one.
    "from": "from",
    "to": "to",
    "level": "from, to, at",
    "remained": "has, have, remained, remains, stayed, stays, been, is, was, are, were",
    "unchanged": "unchanged, no change, without change, same",
    "stable": "stable, steady, flat, broadly stable, broadly unchanged, "
    "largely unchanged, almost unchanged, virtually unchanged, little changed, "
    "relatively stable, roughly stable",
    "record": "record, record high, all time high, highest ever",
    "number 1": "a, an",
    "one to ten": "one, two, three, four, five, six, seven, eight, nine, ten",
    "part 1/2": "half",
    "part 1/3": "third, thirds",
    "part 1/4": "quarter, quarters",
    "part 1/5": "fifth, fifths",
    "part 1/10": "tenth, tenths",
    "ratio 1/2": "halved, halves, halving",
    "ratio 2": "twice, double, doubled, doubles, doubling",
    "ratio 3": "thrice, triple, tripled, triples, tripling, treble, trebled",
    "ratio 4": "quadruple, quadrupled, quadruples",
    "ratio 5": "quintuple, quintupled",
    "percent": "%, percent, per cent, pct",
    "points": "percentage points, percentage point, percent points, percent point, "
    "% points, % point, %points, points, point, pp, pps, ppt, ppts, pt, pts, p.p",
    "times": "times, x",
    "fold": "fold",
    "multiplied by": "factor of, multiplied by, multiplies by, multiplying by",
    "divided by": "divided by",
    "as many": "as many as, as many, as much as, as much, as high as, as high, "
    "as large as, as large, the number of, the number, the figure of, the figure",
    # A pattern without accents. A change is always compared with the year before.
    "than last year": r"(?:(?:(?:when |as )?(?:compared (?:with|to)"
    r"|in comparison with|relative to)|versus|vs\.?|over|on|from|than|against|since"
    r"|in|as) )?(?:that (?:of|in) )?(?:(?:the )?same period (?:of |in )?)?"
    r"(?:(?:the |a |one )?(?:previous|prior|preceding|last|past) "
    r"(?:reporting |fiscal |financial |calendar )?(?:year|period)"
    r"|(?:the |a |one )year (?:before|earlier|ago))|year on year|yoy|y/y",
}
_FRENCH: Final = {
    "rise": "plus, hausse, augmente, augmentée, augmentés, augmentées, augmentent, "
    "augmentation, augmentant, progresse, progressent, progression, accru, accrue, accrus, "
    "accrues, accroissement, croît, crû, croissance, grimpe, grimpent, bondi, bond, "
    "supérieur, supérieure",
    "fall": "moins, baisse, baissée, baissés, baissées, baissent, recul, recule, "
    "reculent, diminue, diminuée, diminués, diminuées, diminution, chute, chutent, "
    "réduit, réduite, réduits, réduites, réduction, repli, replie, fléchi, contracte, "
    "contractée, contraction, régresse, inférieur, inférieure",
    "link": "a, à, d, de, des, en, été, l, la, le, les, un, une, s, se, ont, par, "
    "que, soit, légèrement, fortement, nettement, sensiblement, léger, légère, "
    "fort, forte, net, nette, important, importante, significatif, significative",
    "is": "est, sont",
    "article": "un, une, la, le, l",
    "by": "de, en",
    # "En 14 regiones" is in 14 regions, or by 14 regions.
    "difference of": "de, d",
    "of": "de, du, des, d",
    "more of": "plus, moins",
    "from": "de",
    "to": "à",
    "level": "jusqu, au, depuis",
    "until": "jusqu",
    "went": "passé, passée, passés, passées",
    "remained": "est, sont, resté, restée, restés, restées, demeure",
    "unchanged": "inchangé, inchangée, inchangés, inchangées, sans changement",
    "stable": "stable, stables, relativement stable, globalement stable, quasi stable",
    "record": "record, niveau record",
    "number 1": "une, la",
    "one to ten": "un, deux, trois, quatre, cinq, six, sept, huit, neuf, dix",
    "part 1/2": "moitié",
    "part 1/3": "tiers",
    "part 1/4": "quart, quarts",
    "part 1/5": "cinquième, cinquièmes",
    "part 1/10": "dixième, dixièmes",
    "ratio 2": "double, doublé, doublée, doublées",
    "ratio 3": "triple, triplé, triplée",
    "ratio 4": "quadruple, quadruplé, quadruplée",
    "percent": "pour cent, pourcent",
    "points": "points de pourcentage, point de pourcentage",
    # "Trois fois plus" is three times as many, unlike "three times more".
    "times": "fois, fois plus",
    "multiplied by": "facteur de, multiplié par, multipliée par, multipliés par, "
    "multipliées par",
    "divided by": "divisé par, divisée par, divisés par, divisées par",
    "than last year": r"(?:(?:par rapport a|compare a|sur|contre|que|a) )?"
    r"(?:celui de |celle de )?(?:la meme periode de )?l (?:annee|an|exercice) "
    r"(?:precedente?|derniere?|passee?|d avant)"
    r"|sur un an|en un an|en glissement annuel",
}
_SPANISH: Final = {
    "rise": "más, aumenta, aumentó, aumentaron, aumentado, aumento, sube, subió, "
    "subieron, subido, subida, crece, creció, crecieron, crecido, crecimiento, "
    "incrementó, incrementaron, incrementado, incremento, alza, avanzó, repuntó, "
    "repunte, mayor, superior",
    "fall": "menos, baja, bajó, bajaron, bajado, cae, cayó, cayeron, caído, caída, "
    "disminuye, disminuyó, disminuyeron, disminuido, disminución, descendió, "
    "descendieron, descendido, descenso, redujo, redujeron, reducido, reducción, "
    "retrocedió, retroceso, contrajo, contracción, menor, inferior",
    "link": "de, del, el, en, ha, han, la, las, los, un, una, por, que, se, "
    "lo, supone, considerablemente, fuertemente, ligeramente, marcadamente, "
    "significativamente, leve, ligero, ligera, fuerte, notable, importante, "
    "significativo, significativa",
    "is": "es, son, fue, fueron",
    "article": "un, una, el, la, se",
    "by": "de, en",
    "difference of": "de",
    "of": "de, del",
    "comparative": "más, mayor, superior, menos, menor, inferior",
    "more of": "más, menos",
    "from": "de, desde",
    "to": "a, hasta",
    "level": "desde, hasta, al",
    "until": "hasta",
    "went": "pasó, pasaron, pasado",
    "remained": "se, mantuvo, mantiene, mantuvieron, permaneció, quedó",
    "unchanged": "sin cambio, sin cambios",
    "stable": "estable, estables, relativamente estable, practicamente estable",
    "record": "máximo histórico",
    "number 1": "un, una, la",
    "one to ten": "uno, dos, tres, cuatro, cinco, seis, siete, ocho, nueve, diez",
    "part 1/2": "mitad",
    "part 1/3": "tercio, tercios, tercera, tercera parte, terceras partes",
    "part 1/4": "cuarto, cuartos, cuarta, cuartas, cuarta parte, cuartas partes",
    "part 1/5": "quinto, quintos, quinta, quintas, quinta parte, quintas partes",
    "part 1/10": "décimo, décimos, décima, décimas, décima parte, décimas partes",
    "ratio 1/2": "a la mitad",
    "ratio 2": "doble, dobló, doblaron, duplicó, duplicaron, duplicado, duplicada",
    "ratio 3": "triple, triplicó, triplicaron, triplicado, triplicada",
    "ratio 4": "cuádruple, cuadruplicó, cuadruplicaron, cuadruplicado",
    "ratio 5": "quintuplicó, quintuplicado",
    "percent": "por ciento, porciento, por cien",
    "points": "puntos porcentuales, punto porcentual, puntos, punto",
    "times": "veces",
    "multiplied by": "factor de, multiplicó por, multiplicaron por, multiplicado por, "
    "multiplicada por",
    "divided by": "dividió por, dividió entre, dividieron por, dividieron entre, "
    "dividido por, dividido entre, dividida por, dividida entre",
    "than last year": r"(?:(?:(?:con )?respecto (?:al?|del)|frente al?|en comparacion con"
    r"|comparado con|sobre|que|al) )?"
    r"(?:en )?(?:el )?(?:mismo periodo del )?(?:ano|ejercicio|periodo) (?:anterior|pasado|previo)"
    r"|y o y|en un ano|interanual(?:es|mente)?|en terminos interanuales",
}
_TABLES: Final = {"en": _ENGLISH, "fr": _FRENCH, "es": _SPANISH}

_MINUS_SIGNS: Final = str.maketrans(
    dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}", "-")
)
# Brackets and quotation marks; the bracket of "(5%)" stays, for it may be a minus.
_MARKS: Final = re.compile(
    r"[)'\"«»\N{LEFT DOUBLE QUOTATION MARK}"
    r"\N{RIGHT DOUBLE QUOTATION MARK}]|(?<!^)\(|^\((?! ?[0-9])"
)
# "Two-fold" and "twofold" are "two fold"; such hyphens are not minus signs.
_HYPHEN: Final = re.compile(r"(?<=[0-9a-z])-(?=[a-z])|(?<=[a-z])(?=fold\b)")
# As in "ca. 20%" and "7 p.p."
_FULL_STOP: Final = re.compile(r"(?<=[a-z])\.(?= |$)")
_THAN_LAST_YEAR: Final = "|".join(table["than last year"] for table in _TABLES.values())
_IGNORED: Final = (
    _MARKS,
    _HYPHEN,
    _FULL_STOP,
    re.compile(rf"\b(?:{_THAN_LAST_YEAR})\b"),
)


def normalised(text: str) -> str:
    """Return a text in lower case, without accents, brackets and "than last year"."""
    words = fold(text).rstrip(".;:! ")
    words = words.translate(_MINUS_SIGNS)
    words = " ".join(words.split())
    for ignored in _IGNORED:
        words = ignored.sub(" ", words)
        words = " ".join(words.split())
    return words


def _phrases(row: str, languages: Iterable[str] = _TABLES) -> frozenset[str]:
    """Return the phrases of a row in some languages, normalised."""
    phrases = set()
    for language in languages:
        table = _TABLES[language]
        if row in table:
            plain = fold(table[row])
            phrases.update(plain.split(", "))
    return frozenset(phrases)


def _numbers(kind: str) -> dict[str, Fraction]:
    """Return the numbers of the phrases in rows such as `part 1/3`."""
    numbers = {}
    for table in _TABLES.values():
        for row, listed in table.items():
            if not row.startswith(kind):
                continue
            number = Fraction(row.removeprefix(kind))
            for phrase in fold(listed).split(", "):
                numbers[phrase] = number
    return numbers


def _telling_words(languages: set[str]) -> frozenset[str]:
    """Return the single words from which a language can be told."""
    phrases = [
        phrase
        for row in ("rise", "fall", "link", "is", "times", "percent")
        for phrase in _phrases(row, languages)
    ]
    phrases += [
        phrase for phrase, word in _BEFORE.items() if word.languages & languages
    ]
    words = " ".join(phrases)
    return frozenset(words.split())


def _any_of(phrases: Iterable[str]) -> str:
    """Return a pattern of whole phrases, the longest first."""
    patterns = []
    for phrase in sorted(phrases, key=len, reverse=True):
        pattern = re.escape(phrase)
        # "20 percentage" is not 20 percent, but "%" ends itself, as in "20%higher".
        if phrase[-1].isalpha():
            pattern += r"\b"
        patterns.append(pattern)
    return "|".join(patterns)


RISES: Final = _phrases("rise")
FALLS: Final = _phrases("fall")
DIRECTIONS: Final = RISES | FALLS
ARTICLES: Final = _phrases("article")
KNOWN: Final = DIRECTIONS | ARTICLES | _phrases("link")
KNOWN_BEFORE: Final = KNOWN | _phrases("is")
KNOWN_BEFORE_LEVELS: Final = KNOWN | _phrases("went")
BY: Final = _phrases("by")
OF: Final = _phrases("of")
COMPARATIVES: Final = _phrases("comparative")
LEVEL: Final = _phrases("level")
UNTIL: Final = _phrases("until")
AROUND_STATES: Final = ARTICLES | _phrases("remained")
UNCHANGED: Final = _phrases("unchanged")
STABLE: Final = _phrases("stable")
RECORD: Final = _phrases("record")
NUMBERS: Final = _numbers("number ") | {
    phrase: Fraction(number)
    for table in _TABLES.values()
    for number, phrase in enumerate(fold(table["one to ten"]).split(", "), start=1)
}
PARTS: Final = _numbers("part ")
RATIOS: Final = _numbers("ratio ")

_BEFORE: Final = {normalised(phrase): BEFORE[phrase] for phrase in BEFORE}
_BEHIND: Final = {normalised(phrase): BEHIND[phrase] for phrase in BEHIND}
# "A plus que doublé" is more than doubled.
_MORE_THAN: Final = dict.fromkeys(("plus que", "mas que"), "more_than")
QUALIFIERS: Final = {
    phrase: word.qualifier for phrase, word in (_BEHIND | _BEFORE).items()
} | _MORE_THAN
# An article and a sign may follow: "more than a 20% fall", "almost -20%".
QUALIFIER_BEFORE: Final = re.compile(
    rf"(?:^| )(?P<phrase>{_any_of([*_BEFORE, *_MORE_THAN])})"
    rf"(?: (?:{_any_of(ARTICLES)}))?(?= [+-]$|$)"
)
QUALIFIER_AFTER: Final = re.compile(rf"^(?P<phrase>{_any_of(_BEHIND)})(?= |$)")
AS_MANY: Final = re.compile(rf"^(?P<phrase>{_any_of(_phrases('as many'))})(?= |$)")
# "Bajó a 24%" is a level, and its "a" is not the article of "a 24% fall".
TO_A_LEVEL: Final = re.compile(
    rf"(?:^| )(?P<verb>[^ ]+) a(?: (?:{_any_of(ARTICLES)}))?$"
)
# The unit of "+14 missions" and "14 more training missions" is in the plural, so that
# "14 more per month" and "14 more annually" stay unknown.
_PLURAL: Final = r"[a-z]{3,}s(?= |$)"
_UNIT: Final = (
    rf"(?P<phrase>(?:[a-z]+ )??{_PLURAL})(?! (?!{_any_of(DIRECTIONS)}){_PLURAL})"
)
_MORE: Final = _any_of(_phrases("more of"))
UNIT: Final = re.compile(rf"^(?:(?:{_MORE}) )?{_UNIT}")
# "12% more missions", "el doble de misiones", but not "12% missions".
UNIT_COMPARED: Final = re.compile(
    rf"^(?=(?:{_MORE}|{_any_of(OF)}) )(?:(?:{_MORE}) )?(?:(?:{_any_of(OF)}) )?{_UNIT}"
)
BEFORE_UNIT: Final = re.compile(
    rf"^$|[+-]$|^(?:{_any_of(ARTICLES)})$|\b(?:{_any_of(_phrases('difference of'))})$"
)

# A comma marks the decimals in a text with words that are not English.
WITH_COMMA: Final = _telling_words(_TABLES.keys() - {"en"}) - _telling_words({"en"})

_DIGITS: Final = r"[0-9]+(?:[.,][0-9]+| [0-9]{3}(?![0-9]))*"
_COUNT: Final = rf"(?:{_DIGITS}|{_any_of(NUMBERS)})"
_UNITS: Final = (
    rf"(?P<points>{_any_of(_phrases('points'))})"
    rf"|(?P<percent>{_any_of(_phrases('percent'))})"
    rf"|(?P<times>{_any_of(_phrases('times'))})"
    rf"|(?P<fold>{_any_of(_phrases('fold'))})"
)
# The last group that matches names the kind of number.
NUMBER: Final = re.compile(
    r"(?<![0-9a-z.,])(?:"
    rf"(?P<number>{_COUNT}) ?(?P<plus>\+)? ?(?:{_UNITS})"
    rf"|(?:{_any_of(_phrases('multiplied by'))}) (?P<factor>{_COUNT})"
    rf"|(?:{_any_of(_phrases('divided by'))}) (?P<divisor>{_COUNT})"
    rf"|(?:(?P<numerator>{_any_of(NUMBERS)}) )?(?P<part>{_any_of(PARTS)})"
    rf"|(?P<ratio>{_any_of(RATIOS)})"
    rf"|(?P<figure>{_DIGITS}(?: ?(?:{_any_of(MULTIPLES)}))?))"
)
LEVELS: Final = re.compile(
    rf"(?P<lead>[^0-9]*?)\b(?:{_any_of(_phrases('from'))}) (?P<before>[^0-9]*[0-9].*?)"
    rf" (?:{_any_of(_phrases('to'))}) (?P<after>[^0-9]*[0-9].*)"
)
