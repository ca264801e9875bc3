"""Dates as people type them: read in one stated format or as ISO 8601, and what is wrong with the others."""

from __future__ import annotations

import contextlib
import datetime
import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.errors import ArgumentError, DataError, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_A_DAY: Final = re.compile(
    r"\s*(\d{4}(\D)\d{1,2}\2\d{1,2}|\d{8})", re.ASCII
)  # and no month or year
_PARTIAL = re.compile(r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2}))?)?", re.ASCII)
_ISO_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HOUR: Final = r"(?:[01]\d|2[0-3]):?[0-5]\d"
_ISO_TIME: Final = re.compile(
    rf"({_ISO_DAY})[T ]{_HOUR}(?::[0-5]\d(?:[.,]\d+)?)?(?:Z|[+-]{_HOUR})?", re.ASCII
)
_PROBE: Final = datetime.date(2017, 4, 23)
_THREE_NUMBERS: Final = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})", re.ASCII)
_NO_DAY: Final = re.compile(
    r"(\d{4})|(\d{4}[-/]\d{1,2})|(\d{1,2}[-/]\d{4})|([^\W\d]+\.? \d{4})", re.ASCII
)
_ADJACENT: Final = re.compile("%[djmyYHMS]%[djmyYHMS]")
_SERIAL: Final = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
_DAY_FIRST: Final = "%d{mark}%m{mark}{year}"
_MONTH_FIRST: Final = "%m{mark}%d{mark}{year}"
_WORDS: Final = ("%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%B %d, %Y")
_NO_SUCH_DAY: Final = Finding("is no day of the calendar", "correct the day or the month")


def check_date_format(date_format: str | None) -> None:
    """Raise ArgumentError unless a format of dates names day, month and year.

    Examples
    --------
    >>> check_date_format("dd/mm/yyyy")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `date_format` must name day, month and year, such as '%d/%m/%Y', but 'dd/mm/yyyy' \
was given
    """
    if date_format is None:
        return
    whole = isinstance(date_format, str) and all(
        re.search(f"%[{part}]", date_format) for part in ("dj", "mbBj", "yY")
    )
    if not whole:
        raise ArgumentError(
            f"`date_format` must name day, month and year, such as '%d/%m/%Y', but {date_format!r} was given"
        )
    try:
        written = _PROBE.strftime(date_format)
        read = (
            datetime.datetime.strptime(written, date_format),
            pd.to_datetime(written, format=date_format),
        )
        if re.search("%[zZ]", date_format) or any(day.date() != _PROBE for day in read):
            raise ValueError("it does not say the day")
    except (ValueError, re.error) as error:
        raise ArgumentError(
            f"`date_format` {date_format!r} cannot be used: {error}; give one such as '%d/%m/%Y'"
        ) from None


def orders_of_day_and_month(texts: Iterable[str]) -> tuple[str, str]:
    """Return the first date that can only have the day first, and the first that can only have the month first.

    Examples
    --------
    >>> orders_of_day_and_month(["03/04/2017", "25/04/2017", "04/26/2017"])
    ('25/04/2017', '04/26/2017')
    """
    first = {_DAY_FIRST: "", _MONTH_FIRST: ""}
    for text in texts:
        numbers = _THREE_NUMBERS.fullmatch(text.strip())
        if numbers and len(orders := _orders(numbers)) == 1:
            first[orders[0]] = first[orders[0]] or text.strip()
    return first[_DAY_FIRST], first[_MONTH_FIRST]


def days_of(
    texts: Sequence[str], date_format: str | None, first_day: datetime.date | None
) -> pd.Series:
    """Return the day of each text, as datetime64[us]; missing for what is no day, or may be two.

    `first_day` is what serial numbers of a workbook count from.

    Examples
    --------
    >>> days_of(["2017-04-03", "25/04/2017", "43000"], "%d/%m/%Y", None).dt.day.tolist()
    [3.0, 25.0, nan]
    """
    text = pd.Series(texts, dtype="str")
    iso = text.str.fullmatch(_ISO_DAY)
    days = pd.to_datetime(text.where(iso), format="%Y-%m-%d", errors="coerce").astype(
        "datetime64[us]"
    )
    if date_format and not iso.all():
        fits = (
            ~iso & text.map(str.isascii) & text.str.contains("[0-9]") & ~text.str.startswith("-")
        )  # pandas also knows what "today" is
        if _ADJACENT.search(date_format):  # 3042017 may be 3 April or 30 April
            fits &= text.str.len() == len(_PROBE.strftime(date_format))
        stated = pd.to_datetime(text.where(fits), format=date_format, errors="coerce")
        days = days.fillna(stated.astype("datetime64[us]").dt.normalize())
    for place in np.flatnonzero(days.isna()).tolist():
        if timed := _ISO_TIME.fullmatch(texts[place]):
            with contextlib.suppress(ValueError):
                days[place] = parse_day(timed[1])[0]
        elif first_day and (serial := _SERIAL.fullmatch(texts[place])):
            days[place] = pd.Timestamp(first_day) + pd.Timedelta(days=int(serial[1]))
    return days


def serials_as_days(
    texts: pd.Series, date_format: str | None, first_day: datetime.date | None
) -> pd.Series:
    """Return texts in which each serial number of a workbook stands as the day that it is read as.

    Examples
    --------
    >>> serials_as_days(pd.Series(["42828", "3 April"]), None, datetime.date(1899, 12, 30)).tolist()
    ['2017-04-03', '3 April']
    """
    if first_day is None:
        return texts
    serials = texts[texts.str.fullmatch(_SERIAL.pattern)]
    days = days_of(serials.tolist(), date_format, first_day).dt.strftime("%Y-%m-%d")
    return texts.where(~texts.index.isin(serials.index), days.set_axis(serials.index))


def why_no_day(text: str, stated: str | None) -> Finding:
    """Return what is wrong with a text that is no day, where `stated` is the format that was stated."""
    write = "write it as 2017-04-03"
    if re.fullmatch(_ISO_DAY, text, re.ASCII):
        return _NO_SUCH_DAY
    if numbers := _THREE_NUMBERS.fullmatch(text):
        return _why_no_day_of_numbers(numbers, stated, write)
    if numbers := _YEAR_FIRST.fullmatch(text):
        if not _is_day(numbers[1], numbers[3], numbers[4]):
            return _NO_SUCH_DAY
        return Finding(
            "is not written as ISO 8601 asks",
            f"{write}, with two digits for month and day and with hyphens",
        )
    if _NO_DAY.fullmatch(text):
        return Finding(
            "names no day",
            f"{write}; if only the month is known, take its first day and say so beside it",
        )
    if serial := _SERIAL.fullmatch(text):
        day = datetime.date(1899, 12, 30) + datetime.timedelta(days=int(serial[1]))
        return Finding(
            "is a serial number of Excel, not a date",
            f"write it as {day}, or read the workbook itself",
        )
    if re.search(r"[^\W\d]{3}", text) and re.search(r"\d{4}", text, re.ASCII):
        return _why_no_day_of_words(text, write)
    return Finding("is not a date", write)


def _why_no_day_of_numbers(numbers: re.Match[str], stated: str | None, write: str) -> Finding:
    parts = {"mark": numbers[2], "year": "%Y" if len(numbers[4]) == len("2017") else "%y"}
    possible = [order.format(**parts) for order in _orders(numbers)]
    if not possible:
        return _NO_SUCH_DAY
    if (
        stated
        and stated not in possible
        and stated in (_DAY_FIRST.format(**parts), _MONTH_FIRST.format(**parts))
    ):
        return Finding(
            "has day and month the other way round than stated",
            f"{write}, or state the other date_format",
        )
    if stated:
        return Finding(f"does not fit the stated date_format {stated}", write)
    if len(possible) == 1:
        return Finding(
            "is a date whose format is not stated", f'state date_format="{possible[0]}", or {write}'
        )
    said = (
        f'state date_format="{possible[0]}" or, with the month first, "{possible[1]}"; or {write}'
    )
    return Finding("may be day first or month first", said)


def _why_no_day_of_words(text: str, write: str) -> Finding:
    on_first = re.sub(r"\b\d\d?\b", "1", text, count=1, flags=re.ASCII)
    fitting = [words for words in _WORDS if _reads(on_first, words)]
    if fitting and not _reads(text, fitting[0]):
        return _NO_SUCH_DAY
    offer = f', or state a date_format such as "{fitting[0]}"' if fitting else ""
    return Finding("is a date in words", write + offer)


def _reads(text: str, date_format: str) -> bool:
    try:
        datetime.datetime.strptime(text, date_format)
    except ValueError:
        return False
    return text.isascii()  # as `days_of` has it


def _orders(numbers: re.Match[str]) -> list[str]:
    """Return in which orders three numbers are a day of the calendar."""
    first, second, year = numbers[1], numbers[3], numbers[4]
    found = {_DAY_FIRST: _is_day(year, second, first), _MONTH_FIRST: _is_day(year, first, second)}
    return [order for order, is_day in found.items() if is_day]


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        datetime.date(
            int(year) if len(year) == len("2017") else 2000 + int(year), int(month), int(day)
        )
    except ValueError:
        return False
    return True


def parse_day(text: str, *, partial: bool = False) -> tuple[pd.Timestamp, str]:
    """Read a date in ISO 8601, and how much of it is known.

    Parameters
    ----------
    text : str
        `2018-03-02`; with `partial` also `2018-03` or `2018`.
    partial : bool
        Whether a month or a year alone will do.

    Returns
    -------
    tuple of pandas.Timestamp and str
        The day, or the first day of the month or year, and `day`, `month` or `year`.

    Raises
    ------
    ValueError
        If the text has another form, or the calendar has no such day; the message says which.

    Examples
    --------
    >>> parse_day("2018-03", partial=True)
    (Timestamp('2018-03-01 00:00:00'), 'month')
    >>> parse_day("2018-02-30")
    Traceback (most recent call last):
    ValueError: is no day of the calendar
    """
    found = _PARTIAL.fullmatch(text)
    if found is None or (found["day"] is None and not partial):
        raise ValueError(
            "is not a date in the form YYYY-MM-DD" + (", YYYY-MM or YYYY" if partial else "")
        )
    try:
        day = datetime.date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    except ValueError:
        raise ValueError("is no day of the calendar") from None
    precision = "day" if found["day"] else "month" if found["month"] else "year"
    return pd.Timestamp(day).as_unit("us"), precision


def read_days(column: pd.Series) -> pd.Series:
    """Return days that are dates or text as datetime64; a number, a year and a month are no days."""
    named = np.array([_names_a_day(day) for day in column], dtype=bool)
    known = pd.to_datetime(column.where(named), format="ISO8601", errors="coerce", utc=True).notna()
    wrong = column[~known & column.notna() & column.ne("")].tolist()
    if wrong:
        raise DataError(
            f"{column.name} holds {wrong[0]!r}, which is no day; write days such as 2018-03-02"
        )
    try:
        days = pd.to_datetime(column, format="ISO8601")
    except ValueError as error:
        raise DataError(
            f"{column.name} holds days of several time zones; write days such as 2018-03-02"
        ) from error
    days = days.dt.tz_localize(None) if days.dt.tz is not None else days
    return days.astype("datetime64[us]")  # nanoseconds end in 2262


def _names_a_day(day: Any) -> bool:
    return not pd.api.types.is_number(day) and _A_DAY.match(str(day)) is not None
