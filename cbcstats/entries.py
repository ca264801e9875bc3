"""What a cell of a register says: each distinct text of a column is read once, and what is wrong with it is named."""

from __future__ import annotations

import contextlib
import datetime
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.errors import ArgumentError
from cbcstats.findings import ERROR, WARNING, Finding
from cbcstats.periods import parse_day
from cbcstats.places import iso3_of, suggestions
from cbcstats.register_schemas import OF_CELLS, PLACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandera.pandas as pa

_DASHES: Final = (
    "-",
    "--",
    "---",
    "\N{EN DASH}",
    "\N{EM DASH}",
    ".",
    "..",
    "...",
    "\N{HORIZONTAL ELLIPSIS}",
    "?",
    "/",
    "*",
)
PLACEHOLDERS: Final = frozenset(
    {
        *_DASHES,
        "n/a",
        "#n/a",
        "na",
        "n.a.",
        "n.a",
        "n/d",
        "nd",
        "n.d.",
        "none",
        "null",
        "nil",
        "nan",
        "nat",
        "missing",
        "unknown",
    }
)
TO_COME: Final = frozenset(
    {"tbc", "tba", "tbd", "t.b.c.", "t.b.a.", "t.b.d.", "to be confirmed", "to be announced", "pending", "a confirmer"}
)


_TOTAL: Final = re.compile(
    r"((?:(?:grand|general|overall|sub|sous)[\s-]*)?total(?:e|es|s)?\b.*)|.*\btotals?\s*:?", re.IGNORECASE
)
_ALL: Final = frozenset({"sum", "somme", "suma", "all members", "all countries", "all regions", "all missions"})
_ISO_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HOUR: Final = r"(?:[01]\d|2[0-3]):?[0-5]\d"
_ISO_TIME: Final = re.compile(rf"({_ISO_DAY})[T ]{_HOUR}(?::[0-5]\d(?:[.,]\d+)?)?(?:Z|[+-]{_HOUR})?", re.ASCII)
_PROBE: Final = datetime.date(2017, 4, 23)
_THREE_NUMBERS: Final = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"\d{4}([/.-])\d{1,2}\1\d{1,2}", re.ASCII)
_NO_DAY: Final = re.compile(r"(\d{4})|(\d{4}[-/]\d{1,2})|(\d{1,2}[-/]\d{4})|([^\W\d]+\.? \d{4})", re.ASCII)
_ADJACENT: Final = re.compile("%[djmyYHMS]%[djmyYHMS]")
_SERIAL: Final = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
_WHOLE: Final = re.compile(r"([+-]?\d{1,15})(\.0*)?", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:[,' \u00a0\u2009\u202f\u2019]\d{3})+", re.ASCII)
_THOUSANDTHS: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_FRACTION: Final = re.compile(r"[+-]?\d*[.,]\d+", re.ASCII)
_LIST: Final = re.compile(r"[/;|+,&\n]|\b(?:and|et|y)\b", re.IGNORECASE)
_WRITE: Final = {"place": "write the name of one country", "day": "write the day as 2017-04-03", "text": "write it"}
_LAST_OF_MONTHS: Final = 12
_SUGGESTED_FOR: Final = 500  # unknown places; more of them are no names of places
_LONGEST_PLACE: Final = 100
_LONGEST_COUNT: Final = 30


class Judged(NamedTuple):
    """The distinct texts of a column, read: their values, and what is wrong with each or None.

    `values` is datetime64[us], Int64 or str, and missing for what is empty, stands for nothing, or is wrong.
    """

    values: pd.Series
    findings: list[Finding | None]


class Reading(NamedTuple):
    """How dates are written: the format that is stated, and what serial numbers of a workbook count from.

    `unknown_places` grows by those that were met, so that near spellings are looked for a bounded number of times.
    """

    date_format: str | None
    first_day: datetime.date | None
    unknown_places: dict[str, Finding]


def judge(texts: Sequence[str], column: pa.Column, reading: Reading) -> Judged:
    """Read the distinct texts of a column by what its model says of it, then hold the values against the model."""
    plain = [text.strip() for text in texts]
    kind = _kind_of(column)
    values = _READERS[kind](plain, reading)
    findings: list[Finding | None] = [None] * len(plain)
    for place in np.flatnonzero(values.isna()).tolist():
        text = plain[place]
        findings[place] = without_value(text, column) or (_why_unread(text, kind, reading) if text else None)
    for check in column.checks:
        held = values.dropna()
        broken = held.index[~check(held).check_output.to_numpy(bool)]
        for place in broken:
            findings[place] = OF_CELLS[check.name][kind]
        values = values.mask(values.index.isin(broken))
    return Judged(values, findings)


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


def is_total(text: str, *, alone: bool = False) -> bool:
    """Return whether a text names a total: `Total Africa`, `Sub-total`, `Kenya total`; if `alone`, it begins with it.

    Examples
    --------
    >>> [is_total(text) for text in ("Total Africa", "GRAND TOTAL:", "Kenya - total", "Togo")]
    [True, True, True, False]
    """
    plain = text.strip().casefold()
    found = _TOTAL.fullmatch(plain) if "total" in plain else None
    return plain in _ALL or (found is not None and (found[1] is not None or not alone))


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


def _kind_of(column: pa.Column) -> str:
    dtype = str(column.dtype)
    if (column.metadata or {}).get("reads") == PLACE:
        return "place"
    return "day" if dtype.startswith("datetime64") else "count" if dtype == "Int64" else "text"


def without_value(text: str, column: pa.Column) -> Finding | None:
    """Return what is wrong with a text that says that there is nothing, or not yet."""
    required = bool((column.metadata or {}).get("required"))
    remedy = _WRITE[_kind_of(column)] if required else "leave the cell empty until it is known"
    severity = ERROR if required else WARNING
    if not text:
        return Finding("is empty", remedy) if required else None
    if text.casefold() in TO_COME:
        return Finding("is still to come", remedy, severity)
    if text.casefold() in PLACEHOLDERS:
        return Finding("stands for no value", remedy, severity)
    return None


def _days(texts: Sequence[str], reading: Reading) -> pd.Series:
    text = pd.Series(texts, dtype="str")
    iso = text.str.fullmatch(_ISO_DAY)
    days = pd.to_datetime(text.where(iso), format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
    if reading.date_format and not iso.all():
        fits = (
            ~iso & text.map(str.isascii) & text.str.contains("[0-9]") & ~text.str.startswith("-")
        )  # pandas also knows what "today" is
        if _ADJACENT.search(reading.date_format):  # 3042017 may be 3 April or 30 April
            fits &= text.str.len() == len(_PROBE.strftime(reading.date_format))
        stated = pd.to_datetime(text.where(fits), format=reading.date_format, errors="coerce")
        days = days.fillna(stated.astype("datetime64[us]").dt.normalize())
    for place in np.flatnonzero(days.isna()).tolist():
        if timed := _ISO_TIME.fullmatch(texts[place]):
            with contextlib.suppress(ValueError):
                days[place] = parse_day(timed[1])[0]
        elif reading.first_day and (serial := _SERIAL.fullmatch(texts[place])):
            days[place] = pd.Timestamp(reading.first_day) + pd.Timedelta(days=int(serial[1]))
    return days


def _why_unread(text: str, kind: str, reading: Reading) -> Finding:
    if kind == "day":
        return _why_no_day(text, reading)
    return _why_no_count(text) if kind == "count" else _why_no_place(text, reading.unknown_places)


def _why_no_day(text: str, reading: Reading) -> Finding:
    write = "write it as 2017-04-03"
    stated = reading.date_format
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


def _places(texts: Sequence[str], reading: Reading) -> pd.Series:  # noqa: ARG001 - all readers are called alike
    return pd.Series(iso3_of(texts), dtype="str")


def _texts(texts: Sequence[str], reading: Reading) -> pd.Series:  # noqa: ARG001
    nothing = PLACEHOLDERS | TO_COME | {""}
    return pd.Series([None if text.casefold() in nothing else text for text in texts], dtype="str")


def _counts(texts: Sequence[str], reading: Reading) -> pd.Series:  # noqa: ARG001
    found = [_WHOLE.fullmatch(text) for text in texts]
    return pd.Series([int(match[1]) if match else None for match in found], dtype="Int64")


def _why_no_count(text: str) -> Finding:
    if len(text) <= _LONGEST_COUNT and _GROUPED.fullmatch(text):
        digits = re.sub(r"[^\d+-]", "", text)
        return Finding("has a mark between its thousands", f"write digits only, {digits} if that is meant")
    if _THOUSANDTHS.fullmatch(text):
        return Finding("may have a mark between its thousands, or be a fraction", "write digits only")
    if _FRACTION.fullmatch(text):
        return Finding("is not a whole number", "write how many there were, not an average")
    if _WHOLE.match(text) and re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        return Finding("is too large a number", "check it")
    return Finding("is not a number", "write digits only, and words such as 'about' in a column of their own")


def _why_no_place(text: str, known: dict[str, Finding]) -> Finding:
    if text not in known:
        near = suggestions(text) if len(known) < _SUGGESTED_FOR and len(text) < _LONGEST_PLACE else []
        near = [text.upper()] if iso3_of([text.upper()])[0] else near  # a code in small letters may be a word
        hint = f"; perhaps {' or '.join(near)}" if near else ""
        finding = Finding("is not a place that is known", f"write the name of one country, or its ISO code{hint}")
        if len(near) > 1 and _LIST.search(text):
            finding = Finding("names several places", f"write one row for each: {', '.join(near)}")
        known[text] = finding
    return known[text]


_READERS: Final = {"day": _days, "count": _counts, "place": _places, "text": _texts}
