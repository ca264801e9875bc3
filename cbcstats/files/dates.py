"""Dates as people type them: read in one stated format or as ISO 8601, and explained otherwise."""

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

EXCEL_DAY_ZERO: Final = datetime.date(1899, 12, 30)
EXCEL_1904_DAY_ZERO: Final = datetime.date(1904, 1, 1)
PARTIAL_DATE: Final = r"^\d{4}(-\d{2}(-\d{2})?)?$"

_ISO_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HOUR: Final = r"(?:[01]\d|2[0-3]):?[0-5]\d"
_SECONDS: Final = r"(?::[0-5]\d(?:[.,]\d+)?)?"
_ISO_TIME: Final = re.compile(
    rf"({_ISO_DAY})[T ]{_HOUR}{_SECONDS}(?:Z|[+-]{_HOUR})?", re.ASCII
)
_YEAR_MONTH_DAY: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII
)
_DAY_MONTH_YEAR: Final = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)( 0?0:00(:00)?)?", re.ASCII
)
_YEAR_FIRST: Final = re.compile(
    r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})( 0?0:00(:00)?)?", re.ASCII
)
_NO_DAY: Final = re.compile(
    r"\d{4}|\d{4}[-/]\d{1,2}|\d{1,2}[-/]\d{4}|[^\W\d]+\.? \d{4}", re.ASCII
)
_SERIAL: Final = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
_LONGEST_DATE: Final = (
    60  # characters; some patterns take the square of the length of a text
)
_PROBE: Final = datetime.date(2017, 4, 23)
_DIRECTIVES_THAT_TOUCH: Final = re.compile("%[djmyYHMS]%[djmyYHMS]")
_DAY_FIRST: Final = "%d{mark}%m{mark}{year}"
_MONTH_FIRST: Final = "%m{mark}%d{mark}{year}"
_IN_WORDS: Final = ("%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%B %d, %Y")
_MONTHS: Final = (  # their beginnings, in English, French, German and Spanish
    "jan|ene|feb|fév|mar|mär|mrz|apr|avr|abr|may|mai|jun|jui|jul|aug|aoû|ago|sep|oct|okt|nov|"
    "dec|dez|déc|dic"
)
_MONTH_IN_WORDS: Final = re.compile(
    rf"[0-9]{{1,2}}[.\s-]+({_MONTHS})[^\W\d]*\.?([\s-][0-9]{{2,4}})?|"
    rf"({_MONTHS})[^\W\d]*\.?[\s-]+[0-9]{{1,4}}",
    re.IGNORECASE,
)
_NOT_A_DATE: Final = Finding("is not a date", "write it as 2017-04-03")
_NOT_IN_CALENDAR: Final = Finding(
    "is not a date of the calendar", "correct the day or the month"
)


def check_date_format(date_format: str | None) -> None:
    """Raise ArgumentError unless a format of dates names day, month and year.

    Examples
    --------
    >>> check_date_format("dd/mm/yyyy")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `date_format` must name day, month and year, such as '%d/%m/%Y', \
but 'dd/mm/yyyy' was given
    """
    if date_format is None:
        return
    needed = ("dj", "mbBj", "yY")
    is_text = isinstance(date_format, str)
    if not is_text or not all(re.search(f"%[{part}]", date_format) for part in needed):
        raise ArgumentError(
            "`date_format` must name day, month and year, such as '%d/%m/%Y', "
            f"but {date_format!r} was given"
        )
    try:
        written = _PROBE.strftime(date_format)
        by_python = datetime.datetime.strptime(written, date_format).date()
        by_pandas = pd.to_datetime(written, format=date_format).date()
        if re.search("%[zZ]", date_format) or {by_python, by_pandas} != {_PROBE}:
            raise ValueError("it does not give the day")
    except (ValueError, re.error) as error:
        raise ArgumentError(
            f"`date_format` {date_format!r} cannot be used: {error}; give one such as '%d/%m/%Y'"
        ) from None


def parse_day(text: str, *, partial: bool = False) -> tuple[pd.Timestamp, str]:
    """Return the day that a text names, and how much of it is known: `day`, `month` or `year`.

    Examples
    --------
    >>> parse_day("2018-03", partial=True)
    (Timestamp('2018-03-01 00:00:00'), 'month')

    Raises
    ------
    ValueError
        If it is not such a day; the message is the problem and, after a semicolon, the remedy.
    """
    found = _YEAR_MONTH_DAY.fullmatch(text)
    if found is None or (found[3] is None and not partial):
        example = "2018-03-02"
        forms = f"2018, 2018-03 or {example}" if partial else example
        raise ValueError(f"is not a date; write it as {forms}")
    year, month, day = found.groups()
    precision = "day" if day else "month" if month else "year"
    try:
        on = datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise ValueError(
            f"{_NOT_IN_CALENDAR.problem}; {_NOT_IN_CALENDAR.remedy}"
        ) from None
    return pd.Timestamp(on), precision


def parse_dates(
    texts: Sequence[str],
    date_format: str | None = None,
    day_zero: datetime.date | None = None,
    *,
    partial: bool = False,
) -> pd.Series:
    """Return the day of each text, as datetime64[us]; missing for what is not a day, or may be two.

    `day_zero` is the day from which serial numbers of a workbook count. With `partial`, a year or a
    month alone is its first day.

    Examples
    --------
    >>> parse_dates(["2017-04-03", "25/04/2017", "43000"], "%d/%m/%Y").dt.day.tolist()
    [3.0, 25.0, nan]
    """
    text = text_column(list(texts))
    is_iso = text.str.fullmatch(_ISO_DAY).astype(bool)
    days = pd.to_datetime(text.where(is_iso), format="%Y-%m-%d", errors="coerce")
    days = days.astype("datetime64[us]")
    if date_format:
        stated = text.where(~is_iso & _may_be_a_date(text, date_format))
        parsed = pd.to_datetime(stated, format=date_format, errors="coerce")
        days = days.fillna(parsed.astype("datetime64[us]").dt.normalize())
    for place in np.flatnonzero(days.isna()).tolist():
        if day := _parse_one(texts[place], day_zero, partial=partial):
            days.iloc[place] = day
    return days


def _may_be_a_date(text: pd.Series, date_format: str) -> pd.Series:
    """Return which texts may be in the format; pandas also knows what "today" is."""
    has_digits = text.str.contains("[0-9]") & ~text.str.startswith("-")
    fits = text.map(str.isascii) & has_digits
    if _DIRECTIVES_THAT_TOUCH.search(date_format):  # 3042017 may be 3 April or 30 April
        fits &= text.str.len() == len(_PROBE.strftime(date_format))
    return fits.astype(bool)


def _parse_one(
    text: str, day_zero: datetime.date | None, *, partial: bool
) -> pd.Timestamp | None:
    """Return the day of an ISO time, a serial number, or part of a date."""
    if timed := _ISO_TIME.fullmatch(text):
        text = timed[1]
    elif day_zero and (serial := _SERIAL.fullmatch(text)):
        return pd.Timestamp(day_zero) + pd.Timedelta(days=int(serial[1]))
    try:
        return parse_day(text, partial=partial)[0]
    except ValueError:
        return None


def serials_as_days(texts: pd.Series, day_zero: datetime.date | None) -> pd.Series:
    """Return texts in which each serial number of a workbook is the day that it is read as.

    Examples
    --------
    >>> serials_as_days(pd.Series(["42828", "3 April"]), EXCEL_DAY_ZERO).tolist()
    ['2017-04-03', '3 April']
    """
    if day_zero is None:
        return texts
    is_serial = texts.str.fullmatch(_SERIAL.pattern).astype(bool)
    days = parse_dates(texts[is_serial].tolist(), day_zero=day_zero).dt.strftime(
        "%Y-%m-%d"
    )
    return texts.mask(is_serial, days.set_axis(texts.index[is_serial]))


def first_of_each_order(texts: Iterable[str]) -> tuple[str, str]:
    """Return the first date that must have the day first, and the first that must have the month.

    Examples
    --------
    >>> first_of_each_order(["03/04/2017", "25/04/2017", "04/26/2017"])
    ('25/04/2017', '04/26/2017')
    """
    first = {_DAY_FIRST: "", _MONTH_FIRST: ""}
    for text in texts:
        numbers = _DAY_MONTH_YEAR.fullmatch(text)
        orders = _orders(numbers) if numbers else {}
        if len(orders) == 1:
            [order] = orders
            first[order] = first[order] or text
    return first[_DAY_FIRST], first[_MONTH_FIRST]


def is_date_like(text: str) -> bool:
    """Return whether a text looks like a date, as a spreadsheet program would show one."""
    forms = (_DAY_MONTH_YEAR, _YEAR_FIRST, _MONTH_IN_WORDS)
    return any(form.fullmatch(text) for form in forms)


def explain_date(
    text: str, stated: str | None = None, *, may_state: bool = True
) -> Finding:
    """Return what is wrong with a text that is not a date, and what to write.

    Parameters
    ----------
    text : str
        The cell as typed.
    stated : str, optional
        The format in which dates were said to be.
    may_state : bool
        Whether a format can be stated; the tables take ISO 8601 only.

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
        day = _day(numbers[1], numbers[3], numbers[4])
        if day is None:
            return _NOT_IN_CALENDAR
        return Finding("is not written as ISO 8601 asks", f"write it as {day}")
    if _NO_DAY.fullmatch(text):
        remedy = "if only the month is known, take its first day and say so in a note"
        return Finding("does not name a day", f"write it as 2017-04-03; {remedy}")
    if serial := _SERIAL.fullmatch(text):
        return _explain_serial(int(serial[1]))
    if _MONTH_IN_WORDS.fullmatch(text) or re.search(
        r"[^\W\d]{3}.*\d{4}|\d{4}.*[^\W\d]{3}", text
    ):
        return _explain_words(text, may_state=may_state)
    return _NOT_A_DATE


def _explain_serial(days: int) -> Finding:
    since_1900 = EXCEL_DAY_ZERO + datetime.timedelta(days=days)
    since_1904 = EXCEL_1904_DAY_ZERO + datetime.timedelta(days=days)
    return Finding(
        "is a number where a date belongs, as spreadsheets store dates",
        f"write it as {since_1900}, or as {since_1904} if the workbook counts from 1904",
    )


def _explain_numbers(
    numbers: re.Match[str], stated: str | None, *, may_state: bool
) -> Finding:
    """Explain three numbers with the year last."""
    parts = {"mark": numbers[2], "year": "%Y" if len(numbers[4]) == 4 else "%y"}
    orders = _orders(numbers)
    formats = [order.format(**parts) for order in orders]
    days = list(dict.fromkeys(map(str, orders.values())))
    if not days:
        return _NOT_IN_CALENDAR
    write = f"write it as {' or '.join(days)}"
    if len(days) > 1:
        write += ", whichever is meant"
    if stated in (_DAY_FIRST.format(**parts), _MONTH_FIRST.format(**parts)):
        problem = "has day and month in the other order than stated"
        return Finding(problem, f"{write}, or state the other date_format")
    if stated:
        return Finding(f"does not fit the stated date_format {stated}", write)
    if len(days) > 1:
        state = (
            f'state date_format="{formats[0]}" or, with the month first, "{formats[1]}"'
        )
        problem = "may have the day or the month first"
    else:
        state = f'state date_format="{formats[0]}"'
        problem = (
            "is a date in a format that is not stated"
            if may_state
            else "is not ISO 8601"
        )
    return Finding(problem, f"{state}; or {write}" if may_state else write)


def _explain_words(text: str, *, may_state: bool) -> Finding:
    """Explain a date with the month in words."""
    on_the_first = re.sub(r"\b\d\d?\b", "1", text, count=1, flags=re.ASCII)
    fitting = [words for words in _IN_WORDS if _has_format(on_the_first, words)]
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
    return text.isascii()  # as `parse_dates` has it


def _orders(numbers: re.Match[str]) -> dict[str, datetime.date]:
    """Return in which orders three numbers are a date of the calendar, and which."""
    first, second, year = numbers[1], numbers[3], numbers[4]
    days = {
        _DAY_FIRST: _day(year, second, first),
        _MONTH_FIRST: _day(year, first, second),
    }
    return {order: day for order, day in days.items() if day}


def _day(year: str, month: str, day: str) -> datetime.date | None:
    full_year = int(year) if len(year) == 4 else 2000 + int(year)
    try:
        return datetime.date(full_year, int(month), int(day))
    except ValueError:
        return None
