"""Columns of days: what their cells say, what a column proves, and what is odd in it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.errors import WARNING, Finding
from cbcstats.files.dates import (
    DAY_FIRST,
    MONTH_FIRST,
    TOUCHING,
    first_of_each_order,
    is_day_and_month,
    iso_days,
    without_time,
)
from cbcstats.files.spans import PRECISIONS, explain_span, read_spans
from cbcstats.frames import text_column
from cbcstats.registers.columns import (
    MatchedTable,
    distinct_texts,
    with_texts,
    without_value,
)
from cbcstats.registers.schemas import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandera.pandas as pa

PRECISION: Final = "start_precision"
_YEARS_AWAY: Final = 10  # that make a year lonely
_FEW: Final = 0.05  # share of rows that may have been typed with a wrong year
_MIXED_ORDERS: Final = Finding(
    "holds dates with the day first and dates with the month first, so that 03/04/2017 "
    "may be either",
    "write all of them in one way, best with the year first",
    WARNING,
)
_HALF_TURNED: Final = Finding(
    "holds real dates up to the 12th of a month only, and texts after the 12th only: a "
    "spreadsheet program with other regional settings may have taken days for months",
    "compare the real dates with the source: 4 March may have been 3 April",
    WARNING,
)
_OTHER_ORDER: Final = (
    "can only have the {} first, as others of the column, and none of them the {} "
    "first, as the stated date_format has it"
)
_TIME_OF_DAY: Final = re.compile(
    r"[T ](\d\d):?(\d\d)(?::00(?:[.,]0+)?)?\s?(Z|UTC|[+-]00:?00)?", re.ASCII
)
# Earliest midnight of another time zone, in minutes of the day: where UTC is stated,
# and where it is not.
_EARLIEST: Final = {True: 13 * 60, False: 20 * 60}


class ParsedDays(NamedTuple):
    """A parsed column of days.

    `spans` has the first and the last day and the precision of each row, as
    `read_spans` returns them; `findings` maps a text that has none to its problem.
    """

    spans: pd.DataFrame
    findings: dict[str, Finding]


def parse_days(
    text: pd.Series, column: pa.Column, date_format: str | None
) -> ParsedDays:
    """Parse the distinct texts of a column of days."""
    texts = distinct_texts(text)
    spans = read_spans(texts, date_format)
    proved = first_of_each_order(texts)
    if column.name != "start_date":
        is_range = (spans["precision"] == "day") & (spans["start"] < spans["end"])
        spans = spans.mask(is_range)
    findings: dict[str, Finding] = {}
    for place in np.flatnonzero(spans["start"].isna()):
        cell = texts[place]
        finding = without_value(cell, column, "day")
        # An empty cell without a finding is allowed to be empty.
        if finding is None and cell:
            finding = explain_span(cell, date_format, proved)
        if finding:
            findings[cell] = finding
    of_rows = spans.take(text.cat.codes.to_numpy()).set_axis(text.index)
    return ParsedDays(of_rows, findings)


def with_days_of_numbers(matched: MatchedTable) -> MatchedTable:
    """Write the numbers among the days of a workbook as the days that they are.

    In a column without other days, or far from them, they may be codes of periods. In
    a format without separators, they may have lost a digit.
    """
    table, date_format = matched.table, matched.options.date_format
    if table.first_day is None or (date_format and TOUCHING.search(date_format)):
        return matched
    cells = table.cells.copy()
    for name, column in matched.names.items():
        is_serial = _cells_of(table.serials, column, cells.index)
        if kind_of(matched.schema.columns[name]) != "day" or not is_serial.any():
            continue
        others = matched.text[name][~is_serial].astype("object").unique().tolist()
        days = read_spans(others, date_format)["start"].dropna()
        ten_years = pd.Timedelta(days=3653)
        numbers = pd.to_numeric(cells.loc[is_serial, column])
        since = pd.to_timedelta(numbers // 1, unit="D")
        serials = pd.Timestamp(table.first_day) + since
        is_near = serials.between(days.min() - ten_years, days.max() + ten_years)
        near = serials[is_near]
        cells.loc[near.index, column] = near.dt.strftime("%Y-%m-%d")
    table = replace(table, cells=cells)
    return with_texts(table, matched.schema, matched.names, matched.options)


def _cells_of(
    places: set[tuple[int, str]] | Mapping[tuple[int, str], object],
    column: str,
    rows: pd.Index,
) -> np.ndarray:
    """Tell which rows have their cell in a column among some places."""
    return rows.isin([row for row, of_column in places if of_column == column])


def last_days(days: pd.Series, precision: pd.Series) -> pd.Series:
    """Return the last day of each month, quarter and year that is named by its first.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2019-01-01", "2019-01-01"]))
    >>> last_days(days, pd.Series(["quarter", "day"])).dt.strftime("%Y-%m-%d").tolist()
    ['2019-03-31', '2019-01-01']
    """
    ends = {
        "month": pd.offsets.MonthEnd(0),
        "quarter": pd.offsets.QuarterEnd(0, startingMonth=3),
        "year": pd.offsets.YearEnd(0),
    }
    last = days
    for name, end in ends.items():
        is_of_precision = precision == name
        if is_of_precision.any():
            last = last.mask(is_of_precision, days + end)
    return last


def known_days(days: pd.Series, precision: pd.Series | None) -> np.ndarray:
    """Return the distinct days on which something is known to have begun.

    A row known to the month has no exact day. Only if its whole month is before or
    after all exact days, its first and its last day stand for it.
    """
    days = days.dropna()
    if precision is None:
        return np.unique(days.to_numpy("datetime64[D]"))
    precision = precision[days.index]
    is_long = precision.isin(PRECISIONS[1:])
    exact = days[~is_long]
    last = last_days(days, precision)
    # Comparisons with NaT, where no day is exact, are false.
    is_within = (days <= exact.max()) & (last >= exact.min())
    others = is_long & ~is_within
    every = pd.concat([exact, days[others], last[others]])
    return np.unique(every.to_numpy("datetime64[D]"))


def add_spans(
    values: pd.DataFrame, spans: pd.DataFrame, column: str
) -> Iterator[tuple[pd.Index, Finding]]:
    """Add the precision of starts, and the ends of ranges; yield rows that disagree.

    `column` is the name of the ends in the file.
    """
    is_read = values["start_date"].notna()
    precision = spans["precision"].where(is_read)
    if precision.isin(PRECISIONS[1:]).any():
        values[PRECISION] = pd.Categorical(precision, PRECISIONS)
    is_range = (precision == "day") & (spans["start"] < spans["end"])
    if not is_range.any():
        return
    ends = spans["end"].where(is_range)
    stated = values.get("end_date", ends)
    values["end_date"] = stated.fillna(ends)
    is_other = is_range & (values["end_date"] != ends)
    finding = Finding(f"ends on another day than {column}", "correct one of the two")
    yield is_other.index[is_other], finding


def imprecise_days(
    spans: pd.DataFrame, *, is_end: bool
) -> Iterator[tuple[pd.Index, Finding]]:
    """Yield the rows of a column, not of starts, that are not known to the day."""
    taken = spans["end" if is_end else "start"]
    which = "last" if is_end else "first"
    is_long = spans["precision"].isin(PRECISIONS[1:])
    for (precision, day), rows in taken[is_long].groupby([spans["precision"], taken]):
        problem = f"names only the {precision}; its {which} day, {day.date()}, is taken"
        finding = Finding(problem, "write the day if it is known", WARNING)
        yield rows.index, finding


def days_without_year(
    formats: Mapping[tuple[int, str], str], column: str, days: pd.Series
) -> Iterator[tuple[pd.Index, Finding]]:
    """Yield the cells of a workbook that show no year."""
    places = {place for place, form in formats.items() if form == "no year"}
    hidden = days[_cells_of(places, column, days.index)].dropna()
    for year, rows in hidden.groupby(hidden.dt.year):
        problem = f"shows no year; {year:.0f} was added by the spreadsheet program"
        yield rows.index, Finding(problem, "check the year", WARNING)


def lonely_years(days: pd.Series) -> Iterator[tuple[pd.Index, Finding]]:
    """Yield the days of a year that is far from those of all other rows."""
    years = days.dt.year.dropna()
    distinct = np.unique(years)
    gaps = np.diff(distinct, prepend=-np.inf, append=np.inf)
    away = np.minimum(gaps[:-1], gaps[1:])
    # Where all days are of one year, none is away from others.
    is_lonely = (away >= _YEARS_AWAY) & np.isfinite(away)
    lonely = pd.Series(away, distinct)[is_lonely]
    away_of_rows = years.map(lonely).dropna()
    # A year of several rows is no typing error, and of two years both are lonely.
    if len(away_of_rows) > max(1, _FEW * len(years)):
        return
    for number, rows in away_of_rows.groupby(away_of_rows):
        problem = f"is {number:.0f} years from all other days of the column"
        yield rows.index, Finding(problem, "check the year", WARNING)


def odd_columns(
    texts: list[str], date_format: str | None, *, is_workbook: bool
) -> Iterator[tuple[str, Finding]]:
    """Yield what a column of days proves or suggests as a whole, with an example."""
    first = first_of_each_order(texts)
    if len(first) == 2:
        yield f"{first[DAY_FIRST]} and {first[MONTH_FIRST]}", _MIXED_ORDERS
    elif first:
        [(order, example)] = first.items()
        proving = [text for text in texts if first_of_each_order([text])]
        # A single one may be a slip.
        if len(proving) > 1:
            yield from _refuted_format(order, example, date_format)
        if is_workbook and _is_half_turned(texts, len(proving)):
            yield example, _HALF_TURNED
    yield from _midnights_elsewhere(texts)


def _refuted_format(
    order: str, example: str, date_format: str | None
) -> Iterator[tuple[str, Finding]]:
    """Yield a warning if all dates that prove an order prove the one not stated."""
    places = [(date_format or "").find(part) for part in ("%d", "%m", "%y", "%Y")]
    day, month, *years = places
    if min(day, month) < 0 or max(years) < max(day, month):
        return
    if (order == DAY_FIRST) == (day < month):
        return
    names = ("day", "month") if order == DAY_FIRST else ("month", "day")
    problem = _OTHER_ORDER.format(*names)
    remedy = f"state the date_format with the {names[0]} first"
    yield example, Finding(problem, remedy, WARNING)


def _is_half_turned(texts: list[str], proving: int) -> bool:
    """Tell whether real dates end on the 12th, and texts begin on the 13th."""
    plain = without_time(text_column(texts))
    real = iso_days(plain).dropna()
    typed = plain.map(is_day_and_month).sum()
    return bool(len(real)) and typed == proving and bool((real.dt.day <= 12).all())


def _midnights_elsewhere(texts: list[str]) -> Iterator[tuple[str, Finding]]:
    """Yield a warning if all times are midnight in another time zone than theirs."""
    timed = [text for text in texts if ":" in text]
    matches = [_TIME_OF_DAY.fullmatch(text[10:]) for text in timed]
    times = {
        (60 * int(match[1]) + int(match[2]), bool(match[3]))
        for match in matches
        if match
    }
    minutes = sorted({minute for minute, _ in times})
    # Summer time makes two midnights, an hour apart, one of which may be 00:00.
    apart = {(later - minutes[0]) % (24 * 60) for later in minutes[1:]}
    if not timed or None in matches or not apart <= {60, 23 * 60} or len(apart) > 1:
        return
    is_late = any(minute >= _EARLIEST[is_utc] for minute, is_utc in times)
    if not is_late or any(minute % 15 for minute in minutes):
        return
    written = " or ".join(f"{minute // 60:02}:{minute % 60:02}" for minute in minutes)
    problem = f"has no other times than {written}, which are midnight in another zone"
    remedy = "check whether the day meant is the next; write days without times"
    yield timed[0], Finding(problem, remedy, WARNING)
