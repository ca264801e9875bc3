"""Parse dates as people type them.

Only ISO 8601 and one stated format are accepted. For any other date, the problem and
its remedy are reported; cbcstats does not guess.
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cbcstats.errors import ArgumentError, Finding
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Excel counts days from 1 January 1900, including a 29 February 1900 that never was.
EXCEL_DAY_ZERO: Final = datetime.date(1899, 12, 30)
# Workbooks made by older versions for the Macintosh count from 1904.
EXCEL_1904_DAY_ZERO: Final = datetime.date(1904, 1, 1)

_ISO_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HOUR: Final = r"(?:[01]\d|2[0-3]):?[0-5]\d"
_SECONDS: Final = r"(?::[0-5]\d(?:[.,]\d+)?)?"
_ISO_TIME: Final = re.compile(
    rf"({_ISO_DAY})[T ]{_HOUR}{_SECONDS}(?:Z|[+-]{_HOUR})?", re.ASCII
)
_YEAR_MONTH_DAY: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII
)
# Spreadsheet programs may append 00:00 to dates when they save CSV.
_MIDNIGHT: Final = r"( 0?0:00(:00)?)?"
_DAY_MONTH_YEAR: Final = re.compile(
    rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}|\d\d){_MIDNIGHT}", re.ASCII
)
_YEAR_FIRST: Final = re.compile(
    rf"(\d{{4}})([/.-])(\d{{1,2}})\2(\d{{1,2}}){_MIDNIGHT}", re.ASCII
)
_NO_DAY: Final = re.compile(
    r"\d{4}|\d{4}[-/]\d{1,2}|\d{1,2}[-/]\d{4}|[^\W\d]+\.? \d{4}", re.ASCII
)
# Five digits are the days from 1927 to 2173; a fraction is the time of day.
_SERIAL: Final = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
# Some patterns take quadratic time in the length of the text.
_LONGEST_DATE: Final = 60
# A test date whose day, month and year cannot be confused.
_PROBE: Final = datetime.date(2017, 4, 23)
_DIRECTIVES_THAT_TOUCH: Final = re.compile("%[djmyYHMS]%[djmyYHMS]")
_DAY_FIRST: Final = "%d{mark}%m{mark}{year}"
_MONTH_FIRST: Final = "%m{mark}%d{mark}{year}"
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
_NOT_A_DATE: Final = Finding("is not a date", "write it as 2017-04-03")
_NOT_IN_CALENDAR: Final = Finding(
    "is not a date of the calendar", "correct the day or the month"
)


def check_date_format(date_format: str | None) -> None:
    """Check that a date format includes day, month and year.

    Examples
    --------
    >>> check_date_format("dd/mm/yyyy")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `date_format` must name day, month and year, \
such as '%d/%m/%Y', but 'dd/mm/yyyy' was given
    """
    if date_format is None:
        return
    # %j is the day of the year, which gives day and month.
    needed = ("dj", "mbBj", "yY")
    is_text = isinstance(date_format, str)
    if not is_text or not all(re.search(f"%[{part}]", date_format) for part in needed):
        raise ArgumentError(
            "`date_format` must name day, month and year, such as '%d/%m/%Y', "
            f"but {date_format!r} was given"
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
    date = _date(year, month or "1", day or "1")
    if date is None:
        problem, remedy, _ = _NOT_IN_CALENDAR
        raise ValueError(f"{problem}; {remedy}")
    precision = "year"
    if month:
        precision = "day" if day else "month"
    return pd.Timestamp(date), precision


def parse_dates(
    texts: Sequence[str],
    date_format: str | None = None,
    day_zero: datetime.date | None = None,
    *,
    partial: bool = False,
) -> pd.Series:
    """Parse dates to datetime64[us]; invalid or ambiguous dates become missing.

    `day_zero` is day zero of the serial numbers of a workbook. With `partial`, a year
    or a month alone becomes its first day.

    Examples
    --------
    >>> parse_dates(["2017-04-03", "25/04/2017", "43000"], "%d/%m/%Y").dt.day.tolist()
    [3.0, 25.0, nan]
    """
    text = text_column(list(texts))
    is_iso = text.str.fullmatch(_ISO_DAY).astype(bool)
    days = _to_datetime(text.where(is_iso), "%Y-%m-%d")
    if date_format:
        others = text.where(~is_iso & _may_have_format(text, date_format))
        stated = _to_datetime(others, date_format)
        days = days.fillna(stated.dt.normalize())
    # Few dates get here, and pandas has no vectorised parser for them.
    for place in np.flatnonzero(days.isna()).tolist():
        if day := _parse_date(texts[place], day_zero, partial=partial):
            days.iloc[place] = day
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
    if _DIRECTIVES_THAT_TOUCH.search(date_format):
        full_length = len(_PROBE.strftime(date_format))
        may_be &= text.str.len() == full_length
    return may_be.astype(bool)


def _parse_date(
    text: str, day_zero: datetime.date | None, *, partial: bool
) -> pd.Timestamp | None:
    """Parse an ISO time, a serial number, or a date without its day."""
    # Keep the date as written, whatever its time zone.
    if day_and_time := _ISO_TIME.fullmatch(text):
        text = day_and_time[1]
    elif day_zero and (serial := _SERIAL.fullmatch(text)):
        days = datetime.timedelta(days=int(serial[1]))
        return pd.Timestamp(day_zero + days)
    try:
        day, _ = parse_day(text, partial=partial)
    except ValueError:
        return None
    return day


def serials_as_days(texts: pd.Series, day_zero: datetime.date | None) -> pd.Series:
    """Replace the serial numbers of a workbook with ISO dates.

    Examples
    --------
    >>> serials_as_days(pd.Series(["42828", "3 April"]), EXCEL_DAY_ZERO).tolist()
    ['2017-04-03', '3 April']
    """
    if day_zero is None:
        return texts
    is_serial = texts.str.fullmatch(_SERIAL.pattern).astype(bool)
    serials = texts[is_serial]
    days = parse_dates(serials.tolist(), day_zero=day_zero)
    written = days.dt.strftime("%Y-%m-%d").set_axis(serials.index)
    return texts.mask(is_serial, written)


def first_of_each_order(texts: Iterable[str]) -> tuple[str, str]:
    """Find the first date that can only be day-first, and the first month-first one.

    Examples
    --------
    >>> first_of_each_order(["03/04/2017", "25/04/2017", "04/26/2017"])
    ('25/04/2017', '04/26/2017')
    """
    first = {_DAY_FIRST: "", _MONTH_FIRST: ""}
    for text in texts:
        numbers = _DAY_MONTH_YEAR.fullmatch(text)
        if numbers is None:
            continue
        orders = list(_orders(numbers))
        # A date that is valid in both orders, such as 03/04/2017, proves neither.
        if len(orders) != 1:
            continue
        [order] = orders
        first[order] = first[order] or text
    return first[_DAY_FIRST], first[_MONTH_FIRST]


def is_date_like(text: str) -> bool:
    """Tell whether a text looks like a date in a spreadsheet program."""
    forms = (_DAY_MONTH_YEAR, _YEAR_FIRST, _MONTH_IN_WORDS)
    return any(form.fullmatch(text) for form in forms)


def explain_date(
    text: str, stated: str | None = None, *, may_state: bool = True
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

    Examples
    --------
    >>> explain_date("03/04/2017", may_state=False).remedy
    'write it as 2017-04-03 or 2017-03-04, whichever is meant'
    """
    if len(text) > _LONGEST_DATE:
        return _NOT_A_DATE
    if re.fullmatch(_ISO_DAY, text):
        return _NOT_IN_CALENDAR
    if numbers := _DAY_MONTH_YEAR.fullmatch(text):
        return _explain_numbers(numbers, stated, may_state=may_state)
    if numbers := _YEAR_FIRST.fullmatch(text):
        year, _, month, day, *_ = numbers.groups()
        date = _date(year, month, day)
        if date is None:
            return _NOT_IN_CALENDAR
        return Finding("is not in ISO 8601 format", f"write it as {date}")
    if _NO_DAY.fullmatch(text):
        remedy = "if only the month is known, take its first day and say so in a note"
        return Finding("does not name a day", f"write it as 2017-04-03; {remedy}")
    if serial := _SERIAL.fullmatch(text):
        return _explain_serial(int(serial[1]))
    if _MONTH_IN_WORDS.fullmatch(text) or _WORD_AND_YEAR.search(text):
        return _explain_words(text, may_state=may_state)
    return _NOT_A_DATE


def _explain_serial(days: int) -> Finding:
    # The number alone does not show whether its workbook counts from 1900 or 1904.
    since_1900 = EXCEL_DAY_ZERO + datetime.timedelta(days=days)
    since_1904 = EXCEL_1904_DAY_ZERO + datetime.timedelta(days=days)
    return Finding(
        "is a number where a date belongs, as spreadsheets store dates",
        f"write it as {since_1900}, "
        f"or as {since_1904} if the workbook counts from 1904",
    )


def _explain_numbers(
    numbers: re.Match[str], stated: str | None, *, may_state: bool
) -> Finding:
    """Explain three numbers with the year last."""
    orders = _orders(numbers)
    if not orders:
        return _NOT_IN_CALENDAR
    # 03/03/2017 is the same day in both orders.
    days = list(dict.fromkeys(map(str, orders.values())))
    is_ambiguous = len(days) > 1
    write = f"write it as {' or '.join(days)}"
    if is_ambiguous:
        write += ", whichever is meant"
    year = "%Y" if len(numbers[4]) == 4 else "%y"
    day_first = _DAY_FIRST.format(mark=numbers[2], year=year)
    month_first = _MONTH_FIRST.format(mark=numbers[2], year=year)
    if stated in (day_first, month_first):
        problem = "has day and month in the opposite order to the stated date_format"
        return Finding(problem, f"{write}, or state the other date_format")
    if stated:
        return Finding(f"does not fit the stated date_format {stated}", write)
    if is_ambiguous:
        state = f'state date_format="{day_first}"'
        state += f' or, with the month first, "{month_first}"'
        problem = "may have the day or the month first"
    else:
        fitting = day_first if _DAY_FIRST in orders else month_first
        state = f'state date_format="{fitting}"'
        problem = "is a date in a format that is not stated"
    if may_state:
        return Finding(problem, f"{state}; or {write}")
    return Finding(problem if is_ambiguous else "is not ISO 8601", write)


def _explain_words(text: str, *, may_state: bool) -> Finding:
    """Explain a date with the month in words."""
    # Replacing the day with 1 tells a wrong format from a wrong day (31 February).
    on_the_first = re.sub(r"\b\d\d?\b", "1", text, count=1, flags=re.ASCII)
    fitting = [known for known in _IN_WORDS if _has_format(on_the_first, known)]
    if fitting and not _has_format(text, fitting[0]):
        return _NOT_IN_CALENDAR
    remedy = "write the year first, as in 2017-04-03"
    if fitting and may_state:
        remedy += f', or state a date_format such as "{fitting[0]}"'
    return Finding("is a date in words", remedy)


def _has_format(text: str, date_format: str) -> bool:
    try:
        datetime.datetime.strptime(text, date_format)
    except ValueError:
        return False
    # strptime reads digits of all scripts, `parse_dates` only those of ASCII.
    return text.isascii()


def _orders(numbers: re.Match[str]) -> dict[str, datetime.date]:
    """Return the valid readings of three numbers: day first, month first, or both."""
    first, second, year = numbers[1], numbers[3], numbers[4]
    dates = {}
    if day_first := _date(year, second, first):
        dates[_DAY_FIRST] = day_first
    if month_first := _date(year, first, second):
        dates[_MONTH_FIRST] = month_first
    return dates


def _date(year: str, month: str, day: str) -> datetime.date | None:
    # Two-digit years are taken to be in this century.
    full_year = int(year)
    if len(year) == 2:
        full_year += 2000
    try:
        return datetime.date(full_year, int(month), int(day))
    except ValueError:
        return None
