"""Read days as people write them: in words, as a range, or without day or month.

Whatever can mean two things, such as 03/04/2017, is not read.
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from cbcstats.errors import Finding
from cbcstats.files.cells import without_accents
from cbcstats.files.dates import (
    LONGEST_DATE,
    NOT_IN_CALENDAR,
    YEAR_FIRST,
    date_of,
    days_of_format,
    explain_date,
    has_format,
    iso_days,
    without_time,
)
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_MONTHS_IN: Final = {"month": 1, "quarter": 3, "year": 12}
# In English, French, Spanish and Portuguese.
_NAMES_OF_MONTHS: Final = (
    "jan january janv janvier ene enero janeiro",
    "feb february fevr fev fevrier févr fév février febrero fevereiro",
    "mar march mars marzo marco março",
    "apr april avr avril abr abril",
    "may mai mayo maio",
    "jun june juin junio junho",
    "jul july juil juillet julio julho",
    "aug august aout août ago agosto",
    "sep sept september septembre septiembre setiembre set setembro",
    "oct october octobre octubre out outubro",
    "nov november novembre noviembre novembro",
    "dec december decembre déc décembre dic diciembre dez dezembro",
)
MONTHS: Final = {
    name: number
    for number, names in enumerate(_NAMES_OF_MONTHS, start=1)
    for name in names.split()
}
_ORDINALS: Final = {
    name: number
    for number, names in enumerate(
        (
            "first premier premiere primer primero primeiro i",
            "second deuxieme segundo ii",
            "third troisieme tercer tercero terceiro iii",
            "fourth quatrieme cuarto quarto iv",
        ),
        start=1,
    )
    for name in names.split()
}
# From Monday; `mar` before a day and a month is mardi or martes.
_NAMES_OF_WEEKDAYS: Final = (
    "monday mon lundi lun lunes segunda seg",
    "tuesday tues tue mardi mar martes terca ter",
    "wednesday wed mercredi mer miercoles mie quarta qua",
    "thursday thurs thu jeudi jeu jueves jue quinta qui",
    "friday fri vendredi ven viernes vie sexta sex",
    "saturday sat samedi sam sabado sab",
    "sunday sun dimanche dim domingo dom",
)
_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(_NAMES_OF_WEEKDAYS)
    for name in names.split()
}
_WEEKDAY: Final = re.compile(
    rf"({'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})(?:-feira)?[.,]?,? +"
    r"(?=\d|(?:the|le|el|o) )"
)
# 20170403, as ISO 8601 also has it.
_BASIC: Final = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)", re.ASCII)
_DASH: Final = re.compile("[\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}]")
_MONTH: Final = re.compile(
    rf"(?<![a-z])({'|'.join(sorted(MONTHS, key=len, reverse=True))})(?![a-z])"
)
_QUARTER: Final = r"(?:quarter|trimestre|trim)"
_QUARTER_IN_WORDS: Final = re.compile(
    rf"(?<![a-z0-9])(?:([1-4]|{'|'.join(_ORDINALS)})\s*{_QUARTER}(?![a-z])|"
    rf"{_QUARTER}\s*([1-4])(?!\d))"
)
_ORDINAL_ENDING: Final = re.compile(
    r"(?<=\d)\.?(?:st|nd|rd|th|er|ere|eme|e|o|a)(?![a-z])"
)
_NO_MEANING: Final = re.compile(
    r"(?<![a-z0-9])(?:from|the|of|du|le|del|de|el|desde)(?![a-z0-9])"
)
_UP_TO: Final = re.compile(
    r"(?<![a-z0-9])(?:to|until|till|through|au|jusqu'au|al|a|hasta|ate)(?![a-z0-9])"
)
_FORM_PARTS: Final = {
    "day": r"(?P<day>\d{1,2})",
    "month": r"m(?P<month>\d{1,2})",
    "year": r"(?P<year>[12]\d{3})",
    "end_day": r"(?P<end_day>\d{1,2})",
    "end_month": r"m(?P<end_month>\d{1,2})",
    "quarter": "[qt](?P<quarter>[1-4])",
    "number": r"(?P<month>\d{1,2})",
    "short_year": r"(?P<year>\d\d)",
    "s": r"[\s/.,-]+",
    "to": r"\s*-\s*",
    "or_none": r"[\s/-]*",
}


def _forms(*forms: str) -> list[re.Pattern[str]]:
    return [re.compile(form.format(**_FORM_PARTS), re.ASCII) for form in forms]


# Months in words have become m1 to m12.
_DAY_FORMS: Final = _forms(
    "{day}{s}{month}{s}{year}",
    "{month}{s}{day}{s}{year}",
    "{year}{s}{month}{s}{day}",
    # Spreadsheets show days as 3-Apr-17; nobody writes the year first like this.
    "{day}{s}{month}{s}{short_year}",
)
_RANGE_FORMS: Final = _forms(
    "{day}{to}{end_day}{s}{month}{s}{year}",
    "{month}{s}{day}{to}{end_day}{s}{year}",
    "{day}{s}{month}{to}{end_day}{s}{end_month}{s}{year}",
    "{month}{s}{day}{to}{end_month}{s}{end_day}{s}{year}",
)
_LONG_FORMS: Final = _forms(
    "{year}",
    "{month}{s}{year}",
    "{year}{s}{month}",
    "{number}[/.-]{year}",
    "{year}[/.-]{number}",
    "{quarter}{or_none}{year}",
    "{year}{or_none}{quarter}",
    r"(?P<quarter>[1-4])[qt]{or_none}{year}",
)
_TWO_YEARS: Final = re.compile(
    r"(?:FY ?)?(\d{4})\s?[/\N{EN DASH}-]\s?(\d{4}|\d\d)", re.ASCII | re.IGNORECASE
)
_MAY_BE_A_MONTH: Final = re.compile(r"\d{4}[/\N{EN DASH}-](0\d|1[0-2])", re.ASCII)

# In what `plain_date` returns.
_LOOKS_LIKE_A_RANGE: Final = re.compile(
    r"\d.* - .*\d|[/.]\d+-\d|\d-\d+[/.]|\d-\d+ m\d|m\d+ \d+-\d|"
    r"\d ?(?:&|\band\b|\bet\b|\by\b|\be\b|,|\+) ?m?\d",
    re.ASCII,
)
# Apr-17 may be a day or a month.
_WITHOUT_YEAR: Final = re.compile(r"m\d+\W+\d\d?|\d\d?\W+m\d+|m\d+", re.ASCII)
_NO_YEAR: Final = Finding(
    "does not name the year in full", "write the year with four digits"
)
_WRITE: Final = "write it as YYYY-MM-DD, or as YYYY-MM or YYYY if no more is known"
_RANGE: Final = Finding(
    "is more than one day",
    "write the start and the end in columns of their own, start_date and end_date, "
    "each as YYYY-MM-DD",
)


class Span(NamedTuple):
    """The first and the last day of a date, and how precisely it is known."""

    start: datetime.date
    end: datetime.date
    precision: str


def read_spans(texts: Sequence[str], date_format: str | None = None) -> pd.DataFrame:
    """Read days, ranges of days, months, quarters and years.

    Returns `start` and `end`, the first and the last day (datetime64), and `precision`:
    day, month, quarter or year. What is not read is missing.

    Examples
    --------
    >>> read_spans(["2017-04-03", "28 June - 2 July 2019", "1er trimestre 2019", "3/4/2017"])
           start        end precision
    0 2017-04-03 2017-04-03       day
    1 2019-06-28 2019-07-02       day
    2 2019-01-01 2019-03-31   quarter
    3        NaT        NaT      None
    """
    text = text_column(list(texts))
    days = _exact_days(text, date_format)
    rest = without_time(text[days.isna()])
    days = days.fillna(_exact_days(rest, date_format))
    precision = pd.Series("day", days.index, dtype="object").where(days.notna(), None)
    spans = pd.DataFrame({"start": days, "end": days, "precision": precision})
    rest = rest[days[rest.index].isna()]
    may_be_years = set(may_be_two_years(rest.tolist()))
    read = {}
    # Few texts get here, and each only once.
    for place, cell in rest.items():
        span = None if cell in may_be_years else _read_span(cell, date_format)
        if span:
            read[place] = span
    if read:
        others = pd.DataFrame.from_dict(read, orient="index", columns=Span._fields)
        for name in Span._fields:
            spans.loc[others.index, name] = others[name].astype(spans[name].dtype)
    return spans


def may_be_two_years(texts: Sequence[str]) -> list[str]:
    """Return the texts that may be reporting years, such as 2018/19 and 2011-12.

    2011-12 is a month where the column has months such as 2011-05 and no 2018-19.

    Examples
    --------
    >>> may_be_two_years(["2018/19", "2017-04"]), may_be_two_years(["2011-12", "2017-04"])
    (['2018/19'], [])
    """
    labels = []
    years = []
    for text in texts:
        match = _TWO_YEARS.fullmatch(text)
        if match is None:
            continue
        labels.append(text)
        first, second = match.groups()
        next_year = f"{int(first) + 1:04}"
        if next_year.endswith(second):
            years.append(text)
    may_be_months = all(map(_MAY_BE_A_MONTH.fullmatch, years))
    has_months = set(labels) > set(years)
    return [] if may_be_months and has_months else years


def explain_span(
    text: str, date_format: str | None = None, proved: Collection[str] = ()
) -> Finding:
    """Explain why a text was not read, and suggest a remedy.

    Examples
    --------
    >>> explain_span("2018/19").problem, explain_span("31 avril 2017").problem
    ('names two years, as reporting years do', 'is not a date of the calendar')
    """
    if len(text) > LONGEST_DATE:
        return explain_date(text)
    if may_be_two_years([text]):
        return _explain_two_years(text)
    [short] = without_time(text_column([text]))
    weekday, rest = _split_weekday(short)
    plain = plain_date(rest)
    day = _read_day(plain, date_format)
    if day and weekday is not None:
        name = _NAMES_OF_WEEKDAYS[day.weekday()].split()[0].title()
        return Finding(f"is a {name}", "correct the day, or the weekday")
    if _match([*_DAY_FORMS, *_LONG_FORMS], plain):
        return NOT_IN_CALENDAR
    if _LOOKS_LIKE_A_RANGE.search(plain):
        return _RANGE
    if _WITHOUT_YEAR.fullmatch(plain):
        return _NO_YEAR
    finding = explain_date(text, date_format, proved=proved)
    if "YYYY" in finding.remedy:
        return Finding(finding.problem, _WRITE)
    return finding


def _explain_two_years(text: str) -> Finding:
    year = int(text.upper().removeprefix("FY").strip()[:4])
    remedy = f"write the day, or the calendar year, {year} or {year + 1}"
    if span := _read_long(text):
        quarter = (span.start.month + 2) // 3
        remedy += f"; if it is a month, write the day, or the quarter {year}-Q{quarter}"
    return Finding("names two years, as reporting years do", remedy)


def _exact_days(text: pd.Series, date_format: str | None) -> pd.Series:
    """Parse the days that are in ISO 8601, or in the stated format."""
    days = iso_days(text)
    if date_format:
        days = days.fillna(days_of_format(text.where(days.isna(), ""), date_format))
    return days


def _read_span(text: str, date_format: str | None) -> Span | None:
    """Read a day in words, a range, or what is less precise than a day."""
    if len(text) > LONGEST_DATE:
        return None
    weekday, rest = _split_weekday(text)
    plain = plain_date(rest)
    day = _read_day(plain, date_format)
    if day and weekday in (None, day.weekday()):
        return Span(day, day, "day")
    if weekday is not None:
        return None
    return _read_long(plain) or _read_range(plain, text, date_format)


def _split_weekday(text: str) -> tuple[int | None, str]:
    """Return the number of a weekday that a date begins with, and the rest.

    Examples
    --------
    >>> _split_weekday("Friday, 3 April 2017"), _split_weekday("mar 4 2017")
    ((4, '3 april 2017'), (None, 'mar 4 2017'))
    """
    plain = _plain_letters(text)
    name = _WEEKDAY.match(plain)
    if name is None or not _MONTH.search(plain, name.end()):
        return None, text
    return _WEEKDAYS[name[1]], plain[name.end() :]


def _plain_letters(text: str) -> str:
    """Write a text in small letters without accents, and with plain hyphens."""
    return without_accents(_DASH.sub("-", text)).casefold()


def plain_date(text: str) -> str:
    """Write months in words as m1 to m12; drop accents and small words.

    Examples
    --------
    >>> plain_date("del 3 al 7 de junio de 2019"), plain_date("1er trimestre 2019")
    ('3 - 7 m6 2019', 'q1 2019')
    """
    # NFKD would also make ASCII of the digits of other scripts.
    if any(character.isdecimal() and not character.isascii() for character in text):
        return ""
    plain = _plain_letters(text).replace("\N{DEGREE SIGN}", "o")
    plain = _ORDINAL_ENDING.sub("", plain)
    plain = _QUARTER_IN_WORDS.sub(_as_quarter, plain)
    plain = _UP_TO.sub(" - ", _NO_MEANING.sub(" ", plain))
    plain = _MONTH.sub(_as_month, plain)
    # The points of 3.4.2017 stay, those of abbreviations go.
    plain = re.sub(r"(?<!\d)[.,]|[.,](?!\d)", " ", plain)
    return " ".join(plain.split())


def _as_month(name: re.Match[str]) -> str:
    return f" m{MONTHS[name[1]]} "


def _as_quarter(words: re.Match[str]) -> str:
    number = words[1] or words[2]
    return f" q{_ORDINALS.get(number, number)} "


def _match(forms: list[re.Pattern[str]], text: str) -> dict[str, str]:
    """Return the parts of the first form that fits; none if none does."""
    for form in forms:
        if parts := form.fullmatch(text):
            return parts.groupdict()
    return {}


def _read_day(text: str, date_format: str | None) -> datetime.date | None:
    """Read one day, as it is stated, with the year first, or in words."""
    if date_format and has_format(text, date_format):
        return datetime.datetime.strptime(text, date_format).date()
    basic = _BASIC.fullmatch(text)
    if basic and not date_format:
        return date_of(*basic.groups())
    numbers = YEAR_FIRST.fullmatch(text)
    # 2017/03/04 is 3 April where the stated format has the day before the month.
    if numbers and not re.match("%Y.?%d", date_format or ""):
        return date_of(numbers[1], numbers[3], numbers[4])
    if parts := _match(_DAY_FORMS, text):
        return date_of(parts["year"], parts["month"], parts["day"])
    return None


def _read_long(text: str) -> Span | None:
    """Read a month, a quarter or a year."""
    parts = _match(_LONG_FORMS, text)
    if not parts:
        return None
    precision, month = "year", 1
    if "quarter" in parts:
        precision, month = "quarter", 3 * int(parts["quarter"]) - 2
    elif "month" in parts:
        precision, month = "month", int(parts["month"])
    if month not in range(1, 13):
        return None
    first_month = 12 * int(parts["year"]) + month - 1
    start = _first_day(first_month)
    next_start = _first_day(first_month + _MONTHS_IN[precision])
    end = next_start - datetime.timedelta(days=1)
    return Span(start, end, precision)


def _first_day(month: int) -> datetime.date:
    """Return the first day of a month that is counted from the year 0."""
    year, months = divmod(month, 12)
    return datetime.date(year, months + 1, 1)


def _read_range(plain: str, text: str, date_format: str | None) -> Span | None:
    """Read a range of days, such as 3-7 June 2019."""
    start, end = _split_range(plain, date_format)
    if parts := _match(_RANGE_FORMS, plain):
        year, month = parts["year"], parts["month"]
        end_month = parts.get("end_month", month)
        start = date_of(year, month, parts["day"])
        end = date_of(year, end_month, parts["end_day"])
        # Of 28 December - 3 January 2020, only the end is in that year.
        if start and (month, end_month) == ("12", "1"):
            start = start.replace(year=start.year - 1)
    # An interval of ISO 8601.
    elif text.count("/") == 1 and "-" in text:
        start, end = _split_range(text.replace("/", " - "), None)
    if start and end and start < end:
        return Span(start, end, "day")
    return None


def _split_range(
    text: str, date_format: str | None
) -> tuple[datetime.date | None, datetime.date | None]:
    """Cut a text at the hyphen between two whole days."""
    for hyphen in re.finditer(r"\s*-\s*", text):
        start = _read_day(text[: hyphen.start()], date_format)
        end = _read_day(text[hyphen.end() :], date_format)
        if start and end:
            return start, end
    return None, None
