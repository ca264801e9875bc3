"""Read a column of years, quarters, months, weeks or days as periods."""

from __future__ import annotations

import calendar
import datetime
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.counts.periods import month_number
from cbcstats.errors import DataError, shortened
from cbcstats.files.spans import MONTHS
from cbcstats.frames import as_text, read_days, text_column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_PARTS_OF_YEARS: Final = frozenset({*MONTHS, "q1", "q2", "q3", "q4"})
_LONGEST: Final = 40  # characters of a period
_LOOKS_LIKE_A_DAY: Final = re.compile(r"\s*\d{4}-\d\d-\d\d")
_TWO_YEARS: Final = re.compile(r"(?:fy\s*)?(\d{4})\s*[/\N{EN DASH}-]\s*(\d{4}|\d\d)")
# 2019-10 is a month, and 2009-10 may be two years.
_YEARS_OR_MONTH: Final = re.compile(r"(?:fy\s*)?(\d{4})\s*[\N{EN DASH}-]\s*(\d\d)")
_FISCAL_YEAR: Final = re.compile(r"fy\s*'?(\d{4}|\d{2})")


class _Period(NamedTuple):
    start: datetime.date | None
    end: datetime.date | None
    label: str | None = None


def read_periods(column: pd.Series, year_start: int | None = None) -> pd.DataFrame:
    """Read a column of periods: years, quarters, months, weeks, fiscal years or days.

    Parameters
    ----------
    column : pandas.Series
        Numbers such as 2019, texts such as `2019/20`, `FY2020`, `2020Q1`, `Q1 2020`,
        `2020-01`, `Jan 2020` or `2020-01-31`, timestamps, or pandas periods.
    year_start : int, optional
        The month in which fiscal years begin. FY2020 ends in 2020.

    Returns
    -------
    pandas.DataFrame
        On the index of the column: `start` and `end` (datetime64), the first and the
        last day; `label` (text). A day has no start. Only years such as FY2020 have a
        label; their days are those of the calendar year in which they end, unless
        `year_start` is given.

    Raises
    ------
    DataError
        If a cell is none of these; the message shows the first.

    Examples
    --------
    >>> read_periods(pd.Series(["2019Q4", "2020"]))[["start", "end"]]
           start        end
    0 2019-10-01 2019-12-31
    1 2020-01-01 2020-12-31
    """
    # Objects are periods if all have one frequency. Others are read as they print.
    if pd.api.types.infer_dtype(column) == "period":
        return _of_pandas_periods(column)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _of_days(column)
    # Each series repeats the same few years.
    codes, distinct = pd.factorize(column, use_na_sentinel=False)
    cells = pd.Series(distinct, name=column.name)
    not_days = None
    # A number is never a day: 20190101 could be one, but 201901 is a month.
    if not pd.api.types.is_numeric_dtype(column.dtype):
        try:
            return _of_days(cells).take(codes).set_axis(column.index)
        except DataError as error:
            not_days = error
    texts = cells.astype("object").map(as_text)
    parsed = _parse_all(texts, year_start)
    if None not in parsed:
        periods = _of_parsed(parsed)
        return periods.take(codes).set_axis(column.index)
    first = as_text(cells.dropna().iloc[0])
    if not_days and _LOOKS_LIKE_A_DAY.match(first):
        raise not_days
    code = parsed.index(None)
    row = column.index[codes == code][0]
    cell = shortened(repr(texts[code]))
    raise DataError(
        f"{column.name} in row {row} holds {cell}, which is not a period; "
        "write years, quarters, months or days, such as 2019, 2019/20, 2019Q1, "
        "2019-01 or 2019-01-31"
    )


def is_period_column(column: pd.Series) -> bool:
    """Tell whether every cell of a column is a period."""
    try:
        periods = read_periods(column)
    except DataError:
        return False
    return bool(periods["end"].notna().any())


def periods_among(names: list[str]) -> list[str]:
    """Return the names that are periods, such as those of the columns of a wide table.

    Examples
    --------
    >>> periods_among(["office", "2019", "2020"])
    ['2019', '2020']
    """
    pairs = [name for name in names if _YEARS_OR_MONTH.fullmatch(_plain(name))]
    # 2011-12 alone is a month; beside 2012-13 both are fiscal years.
    if not is_period_column(pd.Series(pairs, dtype="object")):
        pairs = []
    return [
        name for name in names if name in pairs or is_period_column(pd.Series([name]))
    ]


def are_parts_of_years(cells: Collection[Any]) -> bool:
    """Tell whether every cell is a quarter such as Q1, or the name of a month.

    Examples
    --------
    >>> are_parts_of_years(["Q1", "Q2"]), are_parts_of_years(["2019Q1"])
    (True, False)
    """
    # Long columns of something else are left at their first cell.
    texts = (_plain(as_text(cell)).rstrip(".") for cell in cells)
    return len(cells) > 0 and all(text in _PARTS_OF_YEARS for text in texts)


def months_of(days: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the months, quarters or years that days stand for, as first and last day.

    Months may be written as their first or last days; how many each lasts is the
    shortest distance of two. Other days are returned as ends without a start.

    Examples
    --------
    >>> start, end = months_of(pd.Series(pd.to_datetime(["2019-12-31", "2020-12-31"])))
    >>> start.dt.date.tolist()
    [datetime.date(2019, 1, 1), datetime.date(2020, 1, 1)]
    """
    known = days.dropna()
    months = np.unique(month_number(known))
    distances = np.diff(months)
    are_first = known.dt.is_month_start.all()
    are_last = known.dt.is_month_end.all()
    are_months = are_first or are_last
    if not are_months or not len(distances):
        no_days = days.mask(days.notna())
        return no_days, days
    length = int(distances.min())
    if are_last:
        return days + pd.offsets.MonthBegin(-length), days
    end = days + pd.DateOffset(months=length, days=-1)
    return days, end


def _of_pandas_periods(column: pd.Series) -> pd.DataFrame:
    index = pd.PeriodIndex(column)
    periods = pd.Series(index, index=column.index)
    # pandas 2 has nanoseconds here, and hours become the days that they are in.
    first_moment = periods.dt.start_time.astype("datetime64[us]")
    last_moment = periods.dt.end_time.astype("datetime64[us]")
    start = first_moment.dt.normalize()
    end = last_moment.dt.normalize()
    is_day = start == end
    if is_day.all():
        start = start.mask(is_day)
    return _without_labels(start, end)


def _of_days(column: pd.Series) -> pd.DataFrame:
    end = read_days(column)
    no_start = end.mask(end.notna())
    return _without_labels(no_start, end)


def _without_labels(start: pd.Series, end: pd.Series) -> pd.DataFrame:
    label = text_column(None, end.index)
    columns = {"start": start, "end": end, "label": label}
    # Long columns need no copies.
    return pd.DataFrame(columns, copy=False)


def _of_parsed(parsed: list[Any]) -> pd.DataFrame:
    starts = [period.start for period in parsed]
    ends = [period.end for period in parsed]
    labels = [period.label for period in parsed]
    # pandas 2 would read days as nanoseconds, which end in 2262.
    columns = {
        "start": np.array(starts, dtype="datetime64[us]"),
        "end": np.array(ends, dtype="datetime64[us]"),
        "label": text_column(labels),
    }
    return pd.DataFrame(columns)


def _plain(text: str) -> str:
    """Return a text in lower case, with one blank between words."""
    return " ".join(text[:_LONGEST].lower().split())


def _parse_all(texts: Iterable[str], year_start: int | None) -> list[_Period | None]:
    texts = list(map(_plain, texts))
    are_fiscal = _are_fiscal(texts)
    return [_parse(text, year_start, are_fiscal=are_fiscal) for text in texts]


def _are_fiscal(texts: Iterable[str]) -> bool:
    """Tell whether texts such as 2011-12 are pairs of years rather than months.

    They are if there are several, and the second year follows the first in each.
    """
    matches = map(_YEARS_OR_MONTH.fullmatch, texts)
    pairs = list(filter(None, matches))
    # A single 2011-12 may be December.
    are_several = len(pairs) > 1
    return are_several and all(map(_follow_each_other, pairs))


def _follow_each_other(pair: re.Match[str]) -> bool:
    first, second = pair.groups()
    next_year = int(first) + 1
    digits = f"{next_year:04}"
    return digits.endswith(second)


def _parse(text: str, year_start: int | None, *, are_fiscal: bool) -> _Period | None:
    """Parse one text; None if it is not a period. An empty text has no days."""
    if not text:
        return _Period(None, None)
    try:
        end_year = _end_of_fiscal_year(text, are_fiscal=are_fiscal)
        if end_year:
            return _fiscal(end_year, text, year_start)
        return _months_or_week(text)
    # Month 13, week 54, an unknown name, a week that ends in the year 10000.
    except (ValueError, OverflowError):
        return None


def _end_of_fiscal_year(text: str, *, are_fiscal: bool) -> int | None:
    single = _FISCAL_YEAR.fullmatch(text)
    if single:
        return _full_year(single[1])
    pair = _TWO_YEARS.fullmatch(text)
    if pair is None or not _follow_each_other(pair):
        return None
    # 2011-12 may be a month, but 2011/12 and FY2011-12 are none.
    may_be_month = _YEARS_OR_MONTH.fullmatch(text) and not text.startswith("fy")
    if may_be_month and not are_fiscal:
        return None
    return int(pair[1]) + 1


def _fiscal(end_year: int, text: str, year_start: int | None) -> _Period:
    if year_start is None:
        calendar_year = _months(end_year, 1, 12)
        return calendar_year._replace(label=text.upper())
    first_year = end_year - (year_start > 1)
    return _months(first_year, year_start, 12)


def _months_or_week(text: str) -> _Period | None:
    for pattern, months in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            year = _full_year(match["year"])
            number = match.groupdict().get("number", "1")
            number = MONTHS.get(number, number)
            # The second quarter begins in month 4.
            months_before = (int(number) - 1) * months
            return _months(year, months_before + 1, months)
    week = _WEEK.fullmatch(text)
    if week is None:
        return None
    year, number = map(int, week.groups())
    monday = datetime.date.fromisocalendar(year, number, 1)
    sunday = monday + datetime.timedelta(days=6)
    return _Period(monday, sunday)


def _full_year(year: str) -> int:
    """Return a year of two digits as one of this century."""
    return int(year) if len(year) == 4 else 2000 + int(year)


def _months(year: int, first_month: int, months: int) -> _Period:
    first = datetime.date(year, first_month, 1)
    # Months since January of that year: the calendar ends in December 9999.
    last_month = first_month + months - 2
    years, month = divmod(last_month, 12)
    year += years
    month += 1
    _, days = calendar.monthrange(year, month)
    last = datetime.date(year, month, days)
    return _Period(first, last)


_Y: Final = r"(?P<year>\d{4})"
_NAME: Final = r"(?P<number>[^\W\d]+)"
# How a period is written, and how many months it lasts. A number counts the periods of
# a year; t is a quarter and s a half in French and Spanish.
_LENGTHS: Final = (
    (rf"{_Y}(\.0)?", 12),
    (rf"{_Y}[ -]?[qt](?P<number>[1-4])", 3),
    (rf"[qt](?P<number>[1-4])[ /-]?{_Y}", 3),
    (rf"(?P<number>[1-4])[qt][ /-]?{_Y}", 3),
    (rf"{_Y}[ -]?[hs](?P<number>[12])", 6),
    (rf"[hs](?P<number>[12])[ /-]?{_Y}", 6),
    (rf"{_Y}[m/-]?(?P<number>\d\d)(\.0)?", 1),
    (rf"{_Y}[m/-](?P<number>\d)", 1),
    (rf"(?P<number>\d\d?)[/.-]{_Y}", 1),
    (rf"{_NAME}\.?[ -]{_Y}", 1),
    (rf"{_Y}[ -]{_NAME}", 1),
    (rf"{_NAME}[-'](?P<year>\d\d)", 1),
)
_PATTERNS: Final = [(re.compile(pattern), months) for pattern, months in _LENGTHS]
_WEEK: Final = re.compile(r"(\d{4})[ -]?w(\d\d?)")
