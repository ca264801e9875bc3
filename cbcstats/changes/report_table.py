"""Changes as a table for a report: the short view with its sources, in English or French."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.arguments import check_choice, check_frame
from cbcstats.changes.year_on_year import short_view
from cbcstats.counts.formats import has_rates, heading, per_month
from cbcstats.frames import as_text, text_column
from cbcstats.tables.loaders import load_sources, source_line

if TYPE_CHECKING:
    from collections.abc import Iterable

LANGUAGES: Final = ("en", "fr")
_POINTS: Final = " percentage points"
_HEADINGS: Final = {
    "indicator": "Indicateur",
    "measure": "Mesure",
    "scope": "Champ",
    "area": "Zone",
    "unit": "Unité",
    "period": "Période",
    "figure": "Chiffre",
    "before": "Chiffre précédent",
    "change": "Évolution",
    "comparable": "Comparable",
    "why": "Raison",
    "source": "Source",
}
_MONTHS: Final = dict(
    zip(
        [
            "Jan",
            "Feb",
            "Mar",
            "Apr",
            "May",
            "Jun",
            "Jul",
            "Aug",
            "Sep",
            "Oct",
            "Nov",
            "Dec",
        ],
        [
            "janv.",
            "févr.",
            "mars",
            "avr.",
            "mai",
            "juin",
            "juil.",
            "août",
            "sept.",
            "oct.",
            "nov.",
            "déc.",
        ],
        strict=True,
    )
)
# English and French of what cells hold, the longer texts first: a pattern, and what is
# written in its place.
_PHRASES: Final = (
    (r"^more than ", "plus de "),
    (r"^well over ", "bien plus de "),
    (r"^at least ", "au moins "),
    (r"^about ", "environ "),
    (r"^almost ", "près de "),
    (r"^less than ", "moins de "),
    (r"^at most ", "au plus "),
    (r"^below ", "moins de "),
    (r"^above ", "plus de "),
    (r"^not known", "inconnu"),
    (r"(?<=\d) percentage points$", " points de pourcentage"),
    (r"(?<=[\d%]) or more\b", " ou plus"),
    (r"(?<=[\d%]) or less\b", " ou moins"),
    (r"(?<=[\d%]) to (?=[\d+\N{MINUS SIGN}])", " à "),
    # Why figures are not comparable, and what a reader needs to know.
    (r"no figure for the year before ", "pas de chiffre pour l'année avant "),
    (r"no figure for ", "pas de chiffre pour "),
    (r"no figure near ", "pas de chiffre proche du "),
    (r"\(nearest: ", "(le plus proche : "),
    (r"months apart, not a year", "mois d'écart, et non un an"),
    (r"months apart", "mois d'écart"),
    (r"periods overlap by ", "les périodes se chevauchent de "),
    (
        r"length of a period is not known",
        "la durée d'une période n'est pas connue",
    ),
    (r", so there is no monthly rate", ", donc pas de taux mensuel"),
    (r"periods differ in length", "les périodes n'ont pas la même durée"),
    (r"lengths of ", "durées de "),
    (r"(?<=\d) and (?=\d)", " et "),
    (r"(?<=\d) days, inferred", " jours, déduits"),
    (r"(?<=\d) days", " jours"),
    (r"(?<=\d) day\b", " jour"),
    (
        r"running total(.*?): the change is what was added",
        r"cumul\1 : l'évolution est ce qui s'est ajouté",
    ),
    (
        r"totals are counted from different days",
        "les cumuls ne partent pas du même jour",
    ),
    (
        r"a share: the change is in percentage points",
        "une part : l'évolution est en points de pourcentage",
    ),
    (r"the series breaks in between", "rupture de série entre les deux"),
    (r"the figure before is negative", "le chiffre précédent est négatif"),
    (r", so there is no percent change", ", donc pas d'évolution en pour cent"),
    (
        r", so percent change has no upper limit",
        ", donc l'évolution en pour cent n'a pas de limite supérieure",
    ),
    (r"the period before counts 0", "la période précédente compte 0"),
    (r"the period before may count 0", "la période précédente compte peut-être 0"),
    (r"the figure before is ", "le chiffre précédent est "),
    (r"the figure is ", "le chiffre est "),
    (r"(?<=est )estimated", "estimé"),
    (r"(?<=est )provisional", "provisoire"),
    (r"(?<=est )a forecast", "une prévision"),
    (r"(?<=est )of low reliability", "peu fiable"),
    (r"(?<=est )defined differently", "défini autrement"),
    (r"(?<=est )imputed", "imputé"),
    (r"scope differs: (.*?) after ", r"le champ diffère : \1 après "),
    (r"area differs: (.*?) after ", r"la zone diffère : \1 après "),
    (r"unit differs: (.*?) after ", r"l'unité diffère : \1 après "),
    (
        r"value of the period before is missing",
        "le chiffre de la période précédente manque",
    ),
    (r"value is missing", "le chiffre manque"),
    (
        r"only a flow has a monthly rate, and this is ",
        "seul un flux a un taux mensuel, et ceci est ",
    ),
    (r"(?<=est )a stock", "un stock"),
    (r"(?<=est )an event", "un événement"),
    (r"(?<=est )a running total", "un cumul"),
    (r"(?<=est )a share", "une part"),
    (r" may not be covered whole: ", " n'est peut-être pas couvert en entier : "),
    (r"first mission on ", "première mission le "),
    (r"last mission on ", "dernière mission le "),
    (r" is taken as covered whole", " est considéré comme couvert en entier"),
    (
        r"\b1 row of this period and (.*?) of the one before were rejected",
        r"1 ligne rejetée pour cette période et \1 pour la précédente",
    ),
    (
        r"(?<=\d) rows of this period and (.*?) of the one before were rejected",
        r" lignes rejetées pour cette période et \1 pour la précédente",
    ),
    (
        r"rows of this period that were rejected: ",
        "lignes rejetées pour cette période : ",
    ),
    (
        r"rows of the period before that were rejected: ",
        "lignes rejetées pour la période précédente : ",
    ),
    (
        r"\b1 row of this period and (.*?) of the one before could not be counted",
        r"1 ligne de cette période et \1 de la précédente n'ont pas pu être comptées",
    ),
    (
        r"(?<=\d) rows of this period and (.*?) of the one before could not be counted",
        r" lignes de cette période et \1 de la précédente n'ont pas pu être comptées",
    ),
    (
        r"rows of this period that could not be counted: ",
        "lignes de cette période qui n'ont pas pu être comptées : ",
    ),
    (
        r"rows of the period before that could not be counted: ",
        "lignes de la période précédente qui n'ont pas pu être comptées : ",
    ),
    (r"another source gives ", "une autre source donne "),
    (r" for the period before", " pour la période précédente"),
    (r"^yes$", "oui"),
    (r"^no$", "non"),
    (r" per month$", " par mois"),
    (r"\bsince ", "depuis le "),
    (r"^undated$", "sans date"),
    (rf"(?<!\d)1 (?=(?:{'|'.join(_MONTHS)})\b)", "1er "),
    (rf"\b({'|'.join(_MONTHS)})\b", lambda month: _MONTHS[month[0]]),
    (r"\bQ([1-4])\b", r"T\1"),
    (r"(?<=\d),(?=\d{3}\b)", "\N{NARROW NO-BREAK SPACE}"),
    (r"(?<=\d)\.(?=\d)", ","),
    (r"(?<=\d)%", "\N{NARROW NO-BREAK SPACE}%"),
)


def report_table(changes: pd.DataFrame, *, language: str = "en") -> pd.DataFrame:
    """Return changes as a table of text for a report, with their sources.

    Parameters
    ----------
    changes : pandas.DataFrame
        Changes, as `year_on_year` returns them.
    language : {"en", "fr"}
        English or French. Names of series, units and publishers stay as they are.

    Returns
    -------
    pandas.DataFrame
        One row per change, all of it text: the columns of the series that differ
        between rows; the period; the figure and the one before, as printed with their
        range, or the range of the monthly rate; the change in percent, that of a share
        in percentage points, and a change without a percentage in numbers; whether the
        figures are comparable, and why not; publisher and date of the sources. A unit
        that all rows share is in the header of the figure. Cells are empty where
        nothing is known. The index is that of `changes`.

    Raises
    ------
    ArgumentError
        If a column is missing, or the language is another one.

    Examples
    --------
    >>> from cbcstats import load_counts, report_table, year_on_year
    >>> table = report_table(year_on_year(load_counts("capacity_building_missions"), per="month"))
    >>> latest = table.iloc[-1]
    >>> latest[["Period", "Figure (missions per month)", "Change", "Source"]].tolist()
    ['Mar 2017 - Feb 2018', '41.4 to 43.0', '+29% to +44%', 'WCO 2017-03-14, 2018-03-02']
    """
    language = check_choice("language", language, LANGUAGES)
    view = short_view(changes)
    needed = ["unit", "source_id", "previous_source_id"]
    changes = check_frame("changes", changes, needed, "year_on_year")
    series = _series(view.loc[:, :"period"].iloc[:, :-1])
    # Names of series are labels, where there are any.
    series = series.rename(columns={"label": "indicator"})
    units = _units(changes)
    shared_unit = units.iloc[0] if units.nunique() == 1 else ""
    if not shared_unit and units.any():
        series["unit"] = units
    table = series.assign(
        period=view["period"].fillna(""),
        figure=view["value"],
        before=view["before"],
        change=_changes(view, changes),
        comparable=view["comparable"].map({True: "yes", False: "no"}),
        why=view["why"],
    )
    texts = table.columns[len(series.columns) :]
    if language == "fr":
        shared_unit = in_french(shared_unit)
        for name in texts:
            table[name] = text_column(map(in_french, table[name]), table.index)
    table["source"] = _sources(changes)
    names = {name: _heading(str(name), language) for name in table}
    if shared_unit:
        names["figure"] += f" ({shared_unit})"
    return table.rename(columns=names)


def in_french(text: str) -> str:
    """Translate a cell of a report table.

    Examples
    --------
    >>> in_french("more than 16,000 (16,001 to 17,000)").replace(chr(0x202F), " ")
    'plus de 16 000 (16 001 à 17 000)'
    """
    for english, french in _PHRASES:
        text = re.sub(english, french, text)
    return text


def _series(columns: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that tell series apart, in words."""
    # What a figure is, such as a stock, is of no use to a reader where names differ.
    others = columns.drop(columns="measure", errors="ignore")
    if len(others.drop_duplicates()) == len(columns.drop_duplicates()):
        columns = others
    return columns.apply(_named)


def _named(column: pd.Series) -> pd.Series:
    cells = column.map(as_text, na_action="ignore")
    names = text_column(cells).map(heading, na_action="ignore")
    return text_column(names).fillna("")


def _units(changes: pd.DataFrame) -> pd.Series:
    units = text_column(changes["unit"]).fillna("")
    return text_column(units.map(per_month)) if has_rates(changes) else units


def _changes(view: pd.DataFrame, changes: pd.DataFrame) -> pd.Series:
    """Return the change in percent, in percentage points, or else in numbers."""
    in_numbers = view["change"]
    if "measure" in changes:
        is_share = changes["measure"].eq("share") & in_numbers.ne("")
        in_numbers = in_numbers.mask(is_share, in_numbers + _POINTS)
    return view["percent"].where(view["percent"].ne(""), in_numbers)


def _sources(changes: pd.DataFrame) -> pd.Series:
    """Name the publishers and dates of both figures of each change."""
    ids = changes[["previous_source_id", "source_id"]]
    pairs = list(ids.itertuples(index=False, name=None))
    known = load_sources()
    lines = {pair: _cited(pair, known) for pair in set(pairs)}
    return text_column([lines[pair] for pair in pairs], changes.index)


def _cited(ids: Iterable[str], known: pd.DataFrame) -> str:
    distinct = dict.fromkeys(source for source in ids if pd.notna(source))
    return source_line(distinct, known).removeprefix("Source: ").removesuffix(".")


def _heading(name: str, language: str) -> str:
    return _HEADINGS.get(name, heading(name)) if language == "fr" else heading(name)
