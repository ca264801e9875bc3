"""Parse dates as people type them.

Only ISO 8601 and one stated format are accepted here; `spans` reads words, months and
ranges. For any other date, the problem and its remedy are reported; cbcstats does not
guess.
"""

from __future__ import annotations

import contextlib
import datetime
import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cbcstats.errors import ArgumentError, Finding
from cbcstats.frames import EXCEL_1904_DAY_ZERO, EXCEL_DAY_ZERO, text_column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


ISO_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
# The time after a day, which does not count, and its zone.
_CLOCK: Final = r"(?:[01]?\d|2[0-3])[:h][0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?"
_HALF_DAY: Final = r"\s*[ap]\.?m\.?"
_DIGITS_ALONE: Final = r"(?<=\d)T(?:[01]\d|2[0-3])[0-5]\d"
_ZONE: Final = r"\s?(?:Z|UTC|[+-](?:[01]\d|2[0-3]):?[0-5]\d)"
_TIME: Final = re.compile(
    rf"(?:(?:T|[,\s]\s*)(?:{_CLOCK}(?:{_HALF_DAY})?|(?:0?[1-9]|1[0-2]){_HALF_DAY})|"
    rf"{_DIGITS_ALONE})(?:{_ZONE})?\Z",
    re.ASCII | re.IGNORECASE,
)
_YEAR_MONTH_DAY: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII
)
_DAY_MONTH_YEAR: Final = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)", re.ASCII
)
YEAR_FIRST: Final = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})", re.ASCII)
_NO_DAY: Final = re.compile(
    r"\d{4}|\d{4}[-/]\d{1,2}|\d{1,2}[-/]\d{4}|[^\W\d]+\.? \d{4}", re.ASCII
)
# Five digits are the days from 1927 to 2173; a fraction is the time of day.
_SERIAL: Final = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
# A year and its quarter, such as 20174.
_QUARTER_CODE: Final = re.compile(r"(19[5-9]\d|20\d\d)([1-4])", re.ASCII)
# Some patterns take quadratic time in the length of the text.
LONGEST_DATE: Final = 60
# As in English, French, Spanish and Portuguese: dd/mm/yyyy, jj/mm/aaaa, dd.mm.aa.
_SPREADSHEET_PART: Final = re.compile(
    r"[dj]{1,2}|m{1,4}|(?:y{4}|y{2}|a{4}|a{2})", re.IGNORECASE
)
_SPREADSHEET_FORM: Final = re.compile(
    rf"(?:{_SPREADSHEET_PART.pattern})(?:[/. -]?(?:{_SPREADSHEET_PART.pattern})){{2}}",
    re.IGNORECASE,
)
# A test date whose day, month and year cannot be confused.
_PROBE: Final = datetime.date(2017, 4, 23)
TOUCHING: Final = re.compile("%[djmyYHMS]%[djmyYHMS]")
DAY_FIRST: Final = "%d{mark}%m{mark}{year}"
MONTH_FIRST: Final = "%m{mark}%d{mark}{year}"
_IN_WORDS: Final = ("%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%B %d, %Y")
# The first letters of the months in English, French, German and Spanish.
_MONTHS: Final = (
    "jan|ene|feb|fév|mar|mär|mrz|apr|avr|abr|may|mai|jun|jui|jul|aug|aoû|ago|sep|oct|"
    "okt|nov|dec|dez|déc|dic"
)
_MONTH_IN_WORDS: Final = re.compile(
    rf"[0-9]{{1,2}}[.\s-]+({_MONTHS})[^\W\d]*\.?([\s-][0-9]{{2,4}})?|"
    rf"({_MONTHS})[^\W\d]*\.?[\s-]+[0-9]{{1,4}}",
    re.IGNORECASE,
)
_WORD_AND_YEAR: Final = re.compile(r"[^\W\d]{3}.*\d{4}|\d{4}.*[^\W\d]{3}")
_NOT_A_DATE: Final = Finding("is not a date", "write it as YYYY-MM-DD")
NOT_IN_CALENDAR: Final = Finding(
    "is not a date of the calendar", "correct the day or the month"
)


def check_date_format(date_format: str | None) -> str | None:
    """Check that a date format includes day, month and year, and return it.

    The forms of spreadsheet programs are translated.

    Examples
    --------
    >>> check_date_format("dd/mm/yyyy"), check_date_format("jj.mm.aa")
    ('%d/%m/%Y', '%d.%m.%y')
    >>> check_date_format("%d/%m")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `date_format` must name day, month and year, \
such as '%d/%m/%Y', but '%d/%m' was given
    """
    if date_format is None:
        return None
    is_text = isinstance(date_format, str)
    if is_text and _SPREADSHEET_FORM.fullmatch(date_format):
        date_format = _SPREADSHEET_PART.sub(_directive, date_format)
    # %j is the day of the year, which gives day and month.
    needed = ("dj", "mbBj", "yY")
    if not is_text or not all(re.search(f"%[{part}]", date_format) for part in needed):
        raise ArgumentError(
            "`date_format` must name day, month and year, such as '%d/%m/%Y', "
            f"but {date_format!r} was given"
        )
    if re.search("%[yY]-%d-%m", date_format):
        raise ArgumentError(
            f"`date_format` {date_format!r} has the year first and the day before the "
            "month, but 2017-04-03 is always read as 3 April; give one such as "
            "'%d/%m/%Y', or write the days as YYYY-MM-DD"
        )
    # Python and pandas know different directives, and both read dates here.
    try:
        written = _PROBE.strftime(date_format)
        by_python = datetime.datetime.strptime(written, date_format).date()
        by_pandas = pd.to_datetime(written, format=date_format).date()
        if re.search("%[zZ]", date_format) or {by_python, by_pandas} != {_PROBE}:
            raise ValueError("it does not give the day")
    except (ValueError, re.error) as error:
        raise ArgumentError(
            f"`date_format` {date_format!r} cannot be used: {error}; "
            "give one such as '%d/%m/%Y'"
        ) from None
    return date_format


def _directive(part: re.Match[str]) -> str:
    """Return the directive of Python for a part such as dd, mmm or yyyy."""
    letters = part[0].lower()
    if letters[0] in "ya":
        return "%Y" if len(letters) == 4 else "%y"
    if letters[0] in "dj":
        return "%d"
    return {3: "%b", 4: "%B"}.get(len(letters), "%m")


def parse_day(text: str, *, partial: bool = False) -> tuple[pd.Timestamp, str]:
    """Parse an ISO 8601 date, and return it with its precision: day, month or year.

    With `partial`, a month or a year alone becomes its first day.

    Examples
    --------
    >>> parse_day("2018-03", partial=True)
    (Timestamp('2018-03-01 00:00:00'), 'month')

    Raises
    ------
    ValueError
        If it is not such a date; the message is the problem and, after a semicolon,
        the remedy.
    """
    parts = _YEAR_MONTH_DAY.fullmatch(text)
    if parts is None or (parts[3] is None and not partial):
        forms = "2018-03-02"
        if partial:
            forms = f"2018, 2018-03 or {forms}"
        raise ValueError(f"is not a date; write it as {forms}")
    year, month, day = parts.groups()
    date = date_of(year, month or "1", day or "1")
    if date is None:
        problem, remedy, _ = NOT_IN_CALENDAR
        raise ValueError(f"{problem}; {remedy}")
    precision = "year"
    if month:
        precision = "day" if day else "month"
    return pd.Timestamp(date), precision


def parse_dates(texts: Sequence[str], *, partial: bool = False) -> pd.Series:
    """Parse ISO 8601 dates to datetime64[us]; invalid ones become missing.

    With `partial`, a year or a month alone becomes its first day.

    Examples
    --------
    >>> parse_dates(["2017-04-03", "25/04/2017"]).dt.day.tolist()
    [3.0, nan]
    """
    days = iso_days(without_time(text_column(list(texts))))
    if partial:
        # Few dates get here, and pandas has no vectorised parser for them.
        for place in np.flatnonzero(days.isna()).tolist():
            with contextlib.suppress(ValueError):
                days.iloc[place], _ = parse_day(texts[place], partial=True)
    return days


def without_time(texts: pd.Series) -> pd.Series:
    """Remove the time after each day, whatever its time zone.

    Examples
    --------
    >>> without_time(pd.Series(["2017-04-03T23:30Z", "25/04/2017 2:30 pm"])).tolist()
    ['2017-04-03', '25/04/2017']
    """
    # Searching takes quadratic time in the length of a text.
    short = texts[texts.str.len() <= LONGEST_DATE]
    return texts.mask(
        texts.index.isin(short.index), short.str.replace(_TIME, "", regex=True)
    )


def iso_days(text: pd.Series) -> pd.Series:
    """Parse the texts that are ISO 8601 days; the others are missing."""
    is_day = text.str.fullmatch(ISO_DAY).astype(bool)
    return _to_datetime(text.where(is_day), "%Y-%m-%d")


def days_of_format(text: pd.Series, date_format: str) -> pd.Series:
    """Parse the texts that have a format; the others are missing."""
    stated = text.where(_may_have_format(text, date_format))
    days: pd.Series = _to_datetime(stated, date_format).dt.normalize()
    return days


def _to_datetime(texts: pd.Series, date_format: str) -> pd.Series:
    # Nanoseconds, the unit of pandas 2, end in the year 2262.
    days = pd.to_datetime(texts, format=date_format, errors="coerce")
    return days.astype("datetime64[us]")


def _may_have_format(text: pd.Series, date_format: str) -> pd.Series:
    """Tell which texts can match a format; pandas accepts more than the format says."""
    # Whatever the format, pandas also accepts "today", "now" and non-ASCII digits.
    # Mapped over no texts, the result would be text again.
    is_ascii = text.map(str.isascii).astype(bool)
    has_digits = text.str.contains("[0-9]")
    is_negative = text.str.startswith("-")
    may_be = is_ascii & has_digits & ~is_negative
    # Without separators, 3042017 may be 3 April or 30 April.
    if TOUCHING.search(date_format):
        full_length = len(_PROBE.strftime(date_format))
        may_be &= text.str.len() == full_length
    return may_be.astype(bool)


def first_of_each_order(texts: Iterable[str]) -> dict[str, str]:
    """Find the first date that can only be day-first, and the first month-first one.

    Examples
    --------
    >>> first_of_each_order(["03/04/2017", "25/04/2017", "04/26/2017"]).values()
    dict_values(['25/04/2017', '04/26/2017'])
    """
    first: dict[str, str] = {}
    for text in texts:
        # Most texts of long columns are in ISO 8601, and end here.
        numbers = _DAY_MONTH_YEAR.match(text)
        numbers = numbers and _DAY_MONTH_YEAR.fullmatch(_TIME.sub("", text))
        orders = list(_orders(numbers)) if numbers else []
        # A date that is valid in both orders, such as 03/04/2017, proves neither.
        if len(orders) == 1:
            first.setdefault(orders[0], text)
    return first


def is_day_and_month(text: str) -> bool:
    """Tell whether a text is three numbers with the year last, such as 03/04/2017."""
    return _DAY_MONTH_YEAR.fullmatch(text) is not None


def is_date_like(text: str) -> bool:
    """Tell whether a text looks like a date in a spreadsheet program."""
    forms = (_DAY_MONTH_YEAR, YEAR_FIRST, _MONTH_IN_WORDS)
    return any(form.fullmatch(text) for form in forms)


def explain_date(
    text: str,
    stated: str | None = None,
    *,
    may_state: bool = True,
    proved: Collection[str] = (),
) -> Finding:
    """Explain why a text is not a valid date, and suggest a remedy.

    Parameters
    ----------
    text : str
        The cell as typed.
    stated : str, optional
        The format that the user stated for dates.
    may_state : bool
        Whether a format can be stated at all; the published tables take ISO 8601 only.
    proved : collection of str
        The orders, `DAY_FIRST` or `MONTH_FIRST`, that other dates of the column prove.

    Examples
    --------
    >>> explain_date("03/04/2017", may_state=False).remedy
    'write it as 2017-04-03 or 2017-03-04, whichever is meant'
    """
    if len(text) > LONGEST_DATE:
        return _NOT_A_DATE
    text = _TIME.sub("", text)
    if re.fullmatch(ISO_DAY, text):
        return NOT_IN_CALENDAR
    if numbers := _DAY_MONTH_YEAR.fullmatch(text):
        of_two_digits = None if stated else _explain_short_year(numbers)
        return of_two_digits or _explain_numbers(
            numbers, stated, proved, may_state=may_state
        )
    if numbers := YEAR_FIRST.fullmatch(text):
        date = date_of(numbers[1], numbers[3], numbers[4])
        if date is None:
            return NOT_IN_CALENDAR
        return Finding("is not in ISO 8601 format", f"write it as {date}")
    if _NO_DAY.fullmatch(text):
        remedy = "if only the month is known, take its first day and say so in a note"
        return Finding("does not name a day", f"write it as YYYY-MM-DD; {remedy}")
    if _SERIAL.fullmatch(text):
        return _explain_serial(text, stated)
    if _MONTH_IN_WORDS.fullmatch(text) or _WORD_AND_YEAR.search(text):
        return _explain_words(text)
    return _NOT_A_DATE


def _explain_serial(text: str, stated: str | None) -> Finding:
    """Explain five digits: a day of a spreadsheet, a code, or a digit that was lost."""
    if stated and TOUCHING.search(stated):
        # Spreadsheet programs drop the zero at the beginning of 030417.
        remedy = "write it as YYYY-MM-DD"
        if has_format(f"0{text}", stated):
            day = datetime.datetime.strptime(f"0{text}", stated).date()
            remedy = f"write it as {day} if it was 0{text}"
        return Finding(f"has too few digits for the stated {stated}", remedy)
    # The number alone does not show whether its workbook counts from 1900 or 1904.
    days = datetime.timedelta(days=int(text[:5]))
    remedy = (
        f"write it as {EXCEL_DAY_ZERO + days}, "
        f"or as {EXCEL_1904_DAY_ZERO + days} if the workbook counts from 1904"
    )
    if code := _QUARTER_CODE.fullmatch(text):
        remedy += f"; if it is the code of a period, write {code[1]}-Q{code[2]}"
    problem = "is a number where a date belongs, as spreadsheets store dates"
    return Finding(problem, remedy)


def _explain_short_year(numbers: re.Match[str]) -> Finding | None:
    """Explain a date such as 17-04-03, whose year may be the first number."""
    first, mark, second, last, *_ = numbers.groups()
    year_first = date_of(first, second, last)
    if mark != "-" or not len(first) == len(last) == 2 or year_first is None:
        return None
    days = dict.fromkeys(map(str, [*_orders(numbers).values(), year_first]))
    problem = "has a year of two digits, which may be the first or the last number"
    return Finding(problem, f"write it as {' or '.join(days)}, whichever is meant")


def _explain_numbers(
    numbers: re.Match[str],
    stated: str | None,
    proved: Collection[str],
    *,
    may_state: bool,
) -> Finding:
    """Explain three numbers with the year last."""
    orders = _orders(numbers)
    if not orders:
        return NOT_IN_CALENDAR
    # 03/03/2017 is the same day in both orders.
    is_ambiguous = len(set(orders.values())) > 1
    meant = "whichever is meant"
    if is_ambiguous and len(proved) == 1:
        # The other dates of the column settle what 03/04/2017 is.
        orders = {order: orders[order] for order in proved}
        meant = "as other dates of the column are written"
    days = dict.fromkeys(map(str, orders.values()))
    write = f"write it as {' or '.join(days)}"
    if is_ambiguous:
        write += f", {meant}"
    year = "%Y" if len(numbers[4]) == 4 else "%y"
    formats = {}
    for order in (DAY_FIRST, MONTH_FIRST):
        formats[order] = order.format(mark=numbers[2], year=year)
    # A format is not offered if other dates of the column do not have it.
    possible = [order for order in formats if set(proved) <= {order}]
    if stated in formats.values():
        other = [order for order in possible if formats[order] != stated]
        state = ", or state the other date_format" if other else ""
        problem = "has day and month in the opposite order to the stated date_format"
        return Finding(problem, f"{write}{state}")
    if stated:
        return Finding(f"does not fit the stated date_format {stated}", write)
    problem = "is a date in a format that is not stated"
    if is_ambiguous:
        problem = "may have the day or the month first"
    if not may_state:
        return Finding(problem if is_ambiguous else "is not ISO 8601", write)
    fitting = [f'"{formats[order]}"' for order in possible if order in orders]
    if not fitting:
        return Finding(problem, write)
    offered = " or, with the month first, ".join(fitting)
    return Finding(problem, f"state date_format={offered}; or {write}")


def _explain_words(text: str) -> Finding:
    """Explain a date with the month in words."""
    # Replacing the day with 1 tells a wrong format from a wrong day (31 February).
    on_the_first = re.sub(r"\b\d\d?\b", "1", text, count=1, flags=re.ASCII)
    fitting = [known for known in _IN_WORDS if has_format(on_the_first, known)]
    if fitting and not has_format(text, fitting[0]):
        return NOT_IN_CALENDAR
    return Finding("is a date in words", "write the year first, as YYYY-MM-DD")


def has_format(text: str, date_format: str) -> bool:
    """Tell whether a text is a date in a format."""
    # strptime reads digits of all scripts, and 3042017 as 3 or as 30 April.
    is_short = len(text) < len(_PROBE.strftime(date_format))
    if not text.isascii() or (is_short and TOUCHING.search(date_format)):
        return False
    with contextlib.suppress(ValueError):
        return bool(datetime.datetime.strptime(text, date_format))
    return False


def _orders(numbers: re.Match[str]) -> dict[str, datetime.date]:
    """Return the valid readings of three numbers: day first, month first, or both."""
    first, second, year = numbers[1], numbers[3], numbers[4]
    dates = {}
    if day_first := date_of(year, second, first):
        dates[DAY_FIRST] = day_first
    if month_first := date_of(year, first, second):
        dates[MONTH_FIRST] = month_first
    return dates


def date_of(year: str, month: str, day: str) -> datetime.date | None:
    """Return a day of the calendar, or None if there is none."""
    # Two-digit years are taken to be in this century.
    full_year = int(year)
    if len(year) == 2:
        full_year += 2000
    try:
        return datetime.date(full_year, int(month), int(day))
    except ValueError:
        return None
