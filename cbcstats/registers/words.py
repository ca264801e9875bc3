"""Words in the cells of missions: several countries or none, regions, statuses.

Regional and online missions, and those for all Members, have no country. Words are
known in English, French and Spanish.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from cbcstats.errors import Finding
from cbcstats.frames import text_column
from cbcstats.places.spelling import (
    AND,
    COMMAS,
    LIST,
    Spellings,
    explain_other,
    iso3_of,
    place_of_code,
    plain_spelling,
    spellings_of,
    suggestions,
)
from cbcstats.tables.codelists import SHORT_REGIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pandas as pd

NOWHERE: Final = ""  # the code of a mission without a country
UNKNOWN: Final = "?"  # a cell of a rejected row that could not be read
PLANNED: Final = "planned"

# Words for missions that did not take place, or not yet, in plain spelling.
_STATUSES: Final = {
    "cancelled": r"cancel|called off|annul|anulad|supprime|suspend",
    "postponed": r"postpon|deferred|reschedul|delayed|reportee?s?\b|ajourne|differe|"
    r"aplazad|pospuest|postergad|diferid",
    PLANNED: r"planned|scheduled|upcoming|foreseen|planifi|prevue?s?\b|a venir|"
    r"previst|programad|por realizar",
}
STATUSES: Final = tuple(_STATUSES)
_NOT: Final = r"^(?:not|no|no longer|non|pas)\b"
_DONE: Final = r"deliver|complet|done|realise|effectue|acheve|realizad|ejecutad"

# A list is cut at the first of these that makes names of all its parts: names of
# countries hold commas and "and" themselves.
_SEPARATORS: Final = (
    r"[/;|+\n]|\s[-\N{EN DASH}]\s",
    f"[{COMMAS}]",
    f"[{COMMAS}&]|{AND}",
)
_LONGEST: Final = 1000  # characters of a list
_LONGEST_PLACE: Final = 100  # characters of a name to suggest others for

# In plain spelling: without accents, capitals, punctuation.
_NO_COUNTRY: Final = """\
regional|regionale|regionaux|subregional|sub regional|sous regional|sous regionale
interregional|inter regional|multi regional|multiregional
multi country|multicountry|multinational|multilateral|multi pays|multipays|multipais
several countries|several members|various|multiple|different countries|many countries
several|countries|members|administrations|divers|plusieurs|plusieurs pays|membres
varios|varias|diversos|paises|miembros
all|all members|all countries|all regions|worldwide|world wide|world|global|international
tous les membres|tous les pays|toutes les regions|tous|mondial|mondiale|monde
internationale|todos los miembros|todos los paises|todas las regiones|todos|mundial
mundo|internacional
online|on line|virtual|remote|webinar|elearning|e learning|distance learning
en ligne|virtuel|virtuelle|a distance|webinaire|distanciel
en linea|remoto|remota|a distancia|seminario web
africa|african|afrique|africaine|africano|africana|asia|asian|asie|asiatique|asiatico
central asia|asie centrale|asia central"""
_REGION_WORDS: Final = {
    "East and Southern Africa": """\
esa|east and southern africa|eastern and southern africa|east africa|eastern africa
southern africa|afrique orientale et australe|afrique orientale|afrique australe
afrique de l est|afrique de l est et australe|africa oriental y austral
africa oriental y meridional|africa oriental|africa austral|africa meridional""",
    "Europe": "eur|europe|european|europeen|europeenne|europa|europeo|europea",
    "Asia and the Pacific": """\
a / p|ap|asia pacific|asia / pacific|asia and pacific|asie pacifique|asie / pacifique
asie et pacifique|asia pacifico|asia / pacifico|asia y pacifico|asia y el pacifico
south east asia|southeast asia|south asia|asie du sud est|asie du sud|sudeste asiatico
far east|pacific|pacific islands|pacifique|iles du pacifique|pacifico
islas del pacifico
far east south and south east asia australasia and pacific islands""",
    "North Africa and Middle East": """\
mena|north of africa near and middle east|north africa near and middle east
north africa and middle east|middle east and north africa|north africa|northern africa
middle east|near east|near and middle east|afrique du nord|moyen orient
proche et moyen orient|afrique du nord et moyen orient|moyen orient et afrique du nord
norte de africa|africa del norte|oriente medio|medio oriente""",
    "Americas and the Caribbean": """\
ams|americas|americas and caribbean|latin america|latin america and caribbean|caribbean
south america|north america|central america|ameriques|amerique latine|caraibes
amerique du sud|amerique du nord|amerique centrale|americas y caribe|america latina
america del sur|america del norte|america central|centroamerica|caribe
south america north america central america and caribbean""",
    "West and Central Africa": """\
wca|west and central africa|western and central africa|west africa|western africa
central africa|afrique de l ouest et du centre|afrique occidentale et centrale
afrique de l ouest|afrique occidentale|afrique centrale|africa occidental y central
africa occidental|africa central""",
}
# Words that may be between, before and after those above.
_BETWEEN_WORDS: Final = """\
region regions of in for from to with wco omd oma country member pays pais miembro
membre customs aduanas douanes de du des d l la le les los las del el en et and y pour
para workshop seminar training event meeting course conference atelier seminaire
formation reunion taller seminario curso evento /"""
_BETWEEN: Final = frozenset(_BETWEEN_WORDS.split())


def countries_of(
    texts: Sequence[str],
    no_country: Collection[str] = (),
    own_places: Mapping[str, str] | None = None,
) -> list[str | None]:
    """Return the ISO codes that each text of a column names, separated by blanks.

    They are empty for known words such as `Regional` or `Online`, and for those of
    `no_country`; None is for a text that cannot be read. `own_places` has ISO codes of
    further spellings.

    Examples
    --------
    >>> countries_of(["Kenya", "Kenya / Uganda", "Regional (ESA)", "Keniaa"])
    ['KEN', 'KEN UGA', '', None]
    """
    own_words = {plain_spelling(word) for word in no_country}
    own = {text for text in texts if own_words and plain_spelling(text) in own_words}
    nowhere = own | {text for text in texts if _is_without_country(text)}
    of_places = [text for text in texts if text not in nowhere]
    spellings = spellings_of(of_places, own_places)
    countries: list[str | None] = []
    for text, iso3 in zip(texts, iso3_of(texts, spellings), strict=True):
        codes = iso3 or " ".join(_several(text, spellings)) or None
        if text in own or (text in nowhere and not codes):
            codes = NOWHERE
        countries.append(codes)
    return countries


def region_in(text: str) -> str | None:
    """Return the official name of the one WCO region that words name, if any.

    Examples
    --------
    >>> region_in("Regional (ESA)"), region_in("Africa"), region_in("ESA and MENA")
    ('East and Southern Africa', None, None)
    """
    phrases = _phrases_in(text) or []
    regions = {_phrases()[phrase] for phrase in phrases} - {""}
    return regions.pop() if len(regions) == 1 else None


def kind_of_status(text: str) -> str:
    """Return whether a status is cancelled, postponed or planned; else nothing.

    Examples
    --------
    >>> [kind_of_status(text) for text in ("Annulée", "aplazado", "planned", "delivered")]
    ['cancelled', 'postponed', 'planned', '']
    """
    plain = plain_spelling(text)
    if re.search(_DONE, plain) or re.search(_NOT, plain):
        return ""
    for kind, words in _STATUSES.items():
        if re.search(rf"\b(?:{words})", plain):
            return kind
    return ""


def kinds_of_statuses(statuses: pd.Series) -> pd.Series:
    """Return the kind of each status, see `kind_of_status`; none for a missing one."""
    texts = text_column(statuses).fillna("")
    # A column repeats a few statuses on many rows.
    kinds = {text: kind_of_status(text) for text in texts.unique()}
    return texts.map(kinds)


def explain_country(text: str, *, suggest: bool) -> Finding:
    """Explain a cell that names no known place, or several and something else."""
    former = explain_other(text)
    if former:
        return former
    place = place_of_code(text)
    if place:
        other = "not available" if text.upper() == "NA" else "something else"
        return Finding(
            f"may be the code of {place}, or mean: {other}",
            f"write {place} if it is meant, or the name of another country",
        )
    may_be_a_name = suggest and len(text) < _LONGEST_PLACE
    near = suggestions(text) if may_be_a_name else []
    if len(near) > 1 and LIST.search(text):
        listed = f"write their names: {' / '.join(near)}"
        return Finding("names several places", listed)
    remedy = "write the name of one country, or its ISO code"
    if near:
        remedy += f"; perhaps {' or '.join(near)}"
    return Finding("is not a place that is known", remedy)


def _several(text: str, spellings: Spellings) -> list[str]:
    """Return the codes of the countries in a list, each once; none if a part is not."""
    # Serbia and Montenegro was one state.
    if len(text) > _LONGEST or explain_other(text):
        return []
    for separator in _SEPARATORS:
        parts = [part for part in re.split(separator, text) if part.strip()]
        if len(parts) < 2:
            continue
        of_parts = zip(parts, iso3_of(parts, spellings), strict=True)
        codes = [iso3 or " ".join(_several(part, spellings)) for part, iso3 in of_parts]
        if all(codes):
            listed = " ".join(codes).split()
            return list(dict.fromkeys(listed))
    return []


def _is_without_country(text: str) -> bool:
    return len(text) <= _LONGEST and _phrases_in(text) is not None


def _phrases_in(text: str) -> list[str] | None:
    """Return the known phrases that make up a text; None if there is another word."""
    # "5 pays" are several countries, "pays" alone may be a heading.
    plain = re.sub(r"\b\d+ pays\b", "plusieurs pays", plain_spelling(text))
    words = re.sub(r"\b\d+\b", "", plain).split()
    phrases = []
    start = 0
    while start < len(words):
        for end in range(len(words), start, -1):
            phrase = " ".join(words[start:end])
            if phrase in _phrases():
                phrases.append(phrase)
                start = end
                break
        else:
            if words[start] not in _BETWEEN:
                return None
            start += 1
    return phrases or None


@functools.cache
def _phrases() -> dict[str, str]:
    """Map each known phrase to the official name of its region, or to nothing."""
    phrases = dict.fromkeys(_listed(_NO_COUNTRY), "")
    for name, short in SHORT_REGIONS.items():
        phrases |= dict.fromkeys(_listed(_REGION_WORDS[short]), name)
        phrases[plain_spelling(short)] = name
    return phrases


def _listed(phrases: str) -> Iterable[str]:
    return phrases.replace("\n", "|").split("|")
