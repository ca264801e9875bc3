"""Dates as people type them: read in one stated format or as ISO 8601, and what is wrong with the others."""

from __future__ import annotations

import contextlib
import datetime
import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cbcstats.errors import ArgumentError
from cbcstats.findings import Finding
from cbcstats.periods import parse_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ISO_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HOUR: Final = r"(?:[01]\d|2[0-3]):?[0-5]\d"
_ISO_TIME: Final = re.compile(rf"({_ISO_DAY})[T ]{_HOUR}(?::[0-5]\d(?:[.,]\d+)?)?(?:Z|[+-]{_HOUR})?", re.ASCII)
_PROBE: Final = datetime.date(2017, 4, 23)
_THREE_NUMBERS: Final = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"\d{4}([/.-])\d{1,2}\1\d{1,2}", re.ASCII)
_NO_DAY: Final = re.compile(r"(\d{4})|(\d{4}[-/]\d{1,2})|(\d{1,2}[-/]\d{4})|([^\W\d]+\.? \d{4})", re.ASCII)
_ADJACENT: Final = re.compile("%[djmyYHMS]%[djmyYHMS]")
_SERIAL: Final = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
_LAST_OF_MONTHS: Final = 12


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
    whole = isinstance(date_format, str) and all(re.search(f"%[{part}]", date_format) for part in ("dj", "mbBj", "yY"))
    if not whole:
        raise ArgumentError(
            f"`date_format` must name day, month and year, such as '%d/%m/%Y', but {date_format!r} was given"
        )
    try:
        written = _PROBE.strftime(date_format)
        read = datetime.datetime.strptime(written, date_format), pd.to_datetime(written, format=date_format)
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
    found = {True: "", False: ""}
    for text in texts:
        match = _THREE_NUMBERS.fullmatch(text.strip())
        if match and (order := _day_comes_first(match)) is not None:
            found[order] = found[order] or text.strip()
    return found[True], found[False]


def days_of(texts: Sequence[str], date_format: str | None, first_day: datetime.date | None) -> pd.Series:
    """Return the day of each text, as datetime64[us]; missing for what is no day, or may be two.

    `first_day` is what serial numbers of a workbook count from.

    Examples
    --------
    >>> days_of(["2017-04-03", "25/04/2017", "43000"], "%d/%m/%Y", None).dt.day.tolist()
    [3.0, 25.0, nan]
    """
    text = pd.Series(texts, dtype="str")
    iso = text.str.fullmatch(_ISO_DAY)
    days = pd.to_datetime(text.where(iso), format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
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


def why_no_day(text: str, stated: str | None) -> Finding:
    """Return what is wrong with a text that is no day, where `stated` is the format that was stated."""
    write = "write it as 2017-04-03"
    if re.fullmatch(_ISO_DAY, text, re.ASCII):
        return Finding("is no day of the calendar", "correct the day or the month")
    if numbers := _THREE_NUMBERS.fullmatch(text):
        mark, year = numbers[2], "%Y" if len(numbers[4]) == len("2017") else "%y"
        day_first, month_first = f"%d{mark}%m{mark}{year}", f"%m{mark}%d{mark}{year}"
        first = _day_comes_first(numbers)
        if stated in (day_first, month_first) and first is (stated == month_first):
            return Finding(
                "has day and month the other way round than stated", f"{write}, or state the other date_format"
            )
        if stated:
            return Finding(f"does not fit the stated date_format {stated}", write)
        if first is not None:
            shown = day_first if first else month_first
            return Finding("is a date whose format is not stated", f'state date_format="{shown}", or {write}')
        said = f'state date_format="{day_first}" or, with the month first, "{month_first}"; or {write}'
        return Finding("may be day first or month first", said)
    if _YEAR_FIRST.fullmatch(text):
        return Finding(
            "is not written as ISO 8601 asks", f"{write}, with two digits for month and day and with hyphens"
        )
    if _NO_DAY.fullmatch(text):
        return Finding("names no day", f"{write}; if only the month is known, take its first day and say so beside it")
    if serial := _SERIAL.fullmatch(text):
        day = datetime.date(1899, 12, 30) + datetime.timedelta(days=int(serial[1]))
        return Finding("is a serial number of Excel, not a date", f"write it as {day}, or read the workbook itself")
    if re.search(r"[^\W\d]{3}", text) and re.search(r"\d{4}", text, re.ASCII):
        return Finding("is a date in words", f'{write}, or state a date_format such as "%d %B %Y"')
    return Finding("is not a date", write)


def _day_comes_first(numbers: re.Match[str]) -> bool | None:
    """Return whether the day comes first in a date of three numbers, or None where it may or may not."""
    first, second = int(numbers[1]), int(numbers[3])
    if first <= _LAST_OF_MONTHS and second <= _LAST_OF_MONTHS:
        return None
    return first > _LAST_OF_MONTHS
