"""Read a column of years, quarters, months, weeks or days as periods."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from cbcstats.errors import DataError
from cbcstats.frames import as_text, read_days, text_column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

_NAMES_OF_MONTHS: Final = (
    "jan january janv janvier ene enero",
    "feb february fevr fev fevrier février févr fév febrero",
    "mar march mars marzo",
    "apr april avr avril abr abril",
    "may mai mayo",
    "jun june juin junio",
    "jul july juil juillet julio",
    "aug august aout août ago agosto",
    "sep sept september septembre septiembre setiembre",
    "oct october octobre octubre",
    "nov november novembre noviembre",
    "dec december dec décembre déc decembre dic diciembre",
)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(_NAMES_OF_MONTHS, start=1)
    for name in names.split()
}
_ONE_DAY: Final = datetime.timedelta(days=1)
_LONGEST: Final = 40  # characters of a period
_LOOKS_LIKE_A_DAY: Final = re.compile(r"\s*\d{4}-\d\d-\d\d")
# A hyphen may also stand for the months of 2019-10; see `_are_fiscal`.
_TWO_YEARS: Final = re.compile(r"(?:fy\s*)?(\d{4})\s*([/\N{EN DASH}-])\s*(\d{4}|\d{2})")
_FISCAL_YEAR: Final = re.compile(r"fy\s*'?(\d{4}|\d{2})")


class Periods(NamedTuple):
    """Periods row by row.

    A day has no start. Years such as FY2020 have a label; their days are those of the
    calendar year in which they end, unless it is known in which month they begin.
    """

    start: pd.Series
    end: pd.Series
    label: pd.Series


class _Period(NamedTuple):
    start: datetime.date | None
    end: datetime.date | None
    label: str | None = None


def read_periods(column: pd.Series, year_start: int | None = None) -> Periods:
    """Read a column of periods: years, quarters, months, weeks, fiscal years or days.

    Parameters
    ----------
    column : pandas.Series
        Numbers such as 2019, texts such as `2019/20`, `FY2020`, `2020Q1`, `Q1 2020`,
        `2020-01`, `Jan 2020` or `2020-01-31`, timestamps, or pandas periods.
    year_start : int, optional
        The month in which fiscal years begin. FY2020 ends in 2020.

    Raises
    ------
    DataError
        If a cell is none of these; the message shows the first.

    Examples
    --------
    >>> read_periods(pd.Series(["2019Q4", "2020"])).start.dt.date.tolist()
    [datetime.date(2019, 10, 1), datetime.date(2020, 1, 1)]
    """
    if isinstance(column.dtype, pd.PeriodDtype):
        return _of_pandas_periods(column)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _of_days(column)
    cells = column.dropna()
    # Periods of several frequencies are read as the texts that they print as.
    if column.dtype == object and _have_one_frequency(cells):
        periods = pd.PeriodIndex(column.array)
        return _of_pandas_periods(pd.Series(periods, column.index, name=column.name))
    # A number is never a day: 20190101 could be one, but 201901 is a month.
    not_days = None
    if not pd.api.types.is_numeric_dtype(column.dtype):
        try:
            return _of_days(column)
        except DataError as error:
            first = as_text(cells.iloc[0])
            not_days = error if _LOOKS_LIKE_A_DAY.match(first) else None
    # A column of years repeats a few of them in each series.
    codes, distinct = pd.factorize(column, use_na_sentinel=False)
    texts = [_plain(as_text(cell)) for cell in distinct]
    are_fiscal = _are_fiscal(texts)
    found = [_parse(text, year_start, are_fiscal=are_fiscal) for text in texts]
    if None in found:
        code = found.index(None)
        row = column.index[codes == code][0]
        raise not_days or DataError(
            f"{column.name} in row {row} holds {texts[code]!r}, which is not a period; "
            "write years, quarters, months or days, such as 2019, 2019/20, 2019Q1, "
            "2019-01 or 2019-01-31"
        )
    return _by_code(column, codes, found)


def is_period_column(column: pd.Series) -> bool:
    """Tell whether every cell of a column is a period."""
    try:
        return bool(read_periods(column).end.notna().any())
    except DataError:
        return False


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
    are_first = known.dt.day.eq(1).all()
    number = days.dt.year * 12 + days.dt.month
    distances = number.drop_duplicates().sort_values().diff().dropna()
    none = pd.Series(pd.NaT, days.index, dtype="datetime64[us]")
    if not (are_first or known.dt.is_month_end.all()) or distances.empty:
        return none, days
    months = int(distances.min())
    if are_first:
        return days, days + pd.DateOffset(months=months, days=-1)
    return days + pd.offsets.MonthBegin(-months), days


def _by_code(
    column: pd.Series, codes: np.ndarray, found: Sequence[_Period | None]
) -> Periods:
    columns = []
    for name in ("start", "end"):
        days = pd.Series([getattr(period, name) for period in found], dtype=object)
        columns.append(pd.to_datetime(days).astype("datetime64[us]"))
    labels = text_column([getattr(period, "label", None) for period in found])
    start, end, label = (
        values.take(codes).set_axis(column.index) for values in (*columns, labels)
    )
    return Periods(start, end, label)


def _have_one_frequency(cells: pd.Series) -> bool:
    """Tell whether all cells are pandas periods of the same frequency."""
    frequencies = {
        cell.freqstr if isinstance(cell, pd.Period) else None for cell in cells
    }
    return len(frequencies) == 1 and None not in frequencies


def _of_pandas_periods(column: pd.Series) -> Periods:
    start = column.dt.start_time.dt.normalize().astype("datetime64[us]")
    end = column.dt.end_time.dt.normalize().astype("datetime64[us]")
    is_days = start.eq(end).all()
    none = pd.Series(pd.NaT, column.index, dtype="datetime64[us]")
    return Periods(none if is_days else start, end, _no_labels(column))


def _of_days(column: pd.Series) -> Periods:
    end = read_days(column)
    start = pd.Series(pd.NaT, column.index, dtype="datetime64[us]")
    return Periods(start, end, _no_labels(column))


def _no_labels(column: pd.Series) -> pd.Series:
    return text_column(None, column.index)


def _plain(text: str) -> str:
    """Return a text in lower case, with one blank between words."""
    return " ".join(text[:_LONGEST].lower().split())


def _are_fiscal(texts: list[str]) -> bool:
    """Tell whether texts such as 2011-12 are pairs of years rather than months.

    They are if there are several, and the second year follows the first in each.
    """
    pairs = [_TWO_YEARS.fullmatch(text) for text in texts]
    hyphens = [pair for pair in pairs if pair and len(pair[3]) == 2 and pair[2] != "/"]
    return len(hyphens) > 1 and all(map(_follow_each_other, hyphens))


def _follow_each_other(pair: re.Match[str]) -> bool:
    digits = len(pair[3])
    return (int(pair[1]) + 1) % 10**digits == int(pair[3])


def _parse(
    text: str, year_start: int | None, *, are_fiscal: bool = False
) -> _Period | None:
    """Parse one text; None if it is not a period. An empty text has no days."""
    if not text:
        return _Period(None, None)
    pair = _TWO_YEARS.fullmatch(text)
    if pair and _follow_each_other(pair):
        is_clear = pair[2] == "/" or len(pair[3]) == 4 or text.startswith("fy")
        if is_clear or are_fiscal:
            return _fiscal(int(pair[1]) + 1, text, year_start)
    single = _FISCAL_YEAR.fullmatch(text)
    if single:
        return _fiscal(_full_year(single[1]), text, year_start)
    for pattern, days_of in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            try:
                return days_of(**match.groupdict())
            # Month 13, week 54, an unknown name, a week that ends in the year 10000.
            except (ValueError, KeyError, OverflowError):
                return None
    return None


def _fiscal(end_year: int, text: str, year_start: int | None) -> _Period | None:
    if not datetime.MINYEAR < end_year <= datetime.MAXYEAR:
        return None
    if year_start is None:
        label = text.upper() if text.startswith("fy") else text
        return _year(str(end_year))._replace(label=label)
    first = datetime.date(end_year - (year_start > 1), year_start, 1)
    return _Period(first, _last_day(first, 12))


def _full_year(year: str) -> int:
    """Return a year of two digits as one of this century."""
    return int(year) if len(year) == 4 else 2000 + int(year)


def _last_day(first: datetime.date, months: int) -> datetime.date:
    """Return the last day of so many months from the first of a month."""
    month = first.year * 12 + first.month - 1 + months
    if month // 12 > datetime.MAXYEAR:
        return datetime.date.max
    return datetime.date(month // 12, month % 12 + 1, 1) - _ONE_DAY


def _months(year: str, first_month: int, months: int) -> _Period:
    first = datetime.date(_full_year(year), first_month, 1)
    return _Period(first, _last_day(first, months))


def _year(year: str) -> _Period:
    return _months(year, 1, 12)


def _half(year: str, number: str) -> _Period:
    return _months(year, int(number) * 6 - 5, 6)


def _quarter(year: str, number: str) -> _Period:
    return _months(year, int(number) * 3 - 2, 3)


def _month(year: str, number: str) -> _Period:
    return _months(year, int(number), 1)


def _named_month(year: str, name: str) -> _Period:
    return _months(year, _MONTHS[name], 1)


def _week(year: str, number: str) -> _Period:
    monday = datetime.date.fromisocalendar(int(year), int(number), 1)
    return _Period(monday, monday + 6 * _ONE_DAY)


_Y: Final = r"(?P<year>\d{4})"
_PATTERNS: Final[list[tuple[re.Pattern[str], Callable[..., _Period]]]] = [
    (re.compile(pattern), days_of)
    for pattern, days_of in [
        (rf"{_Y}(\.0)?", _year),
        (rf"{_Y}[ -]?[qt](?P<number>[1-4])", _quarter),
        (rf"[qt](?P<number>[1-4])[ /-]?{_Y}", _quarter),
        (rf"(?P<number>[1-4])[qt][ /-]?{_Y}", _quarter),
        (rf"{_Y}[ -]?[hs](?P<number>[12])", _half),
        (rf"[hs](?P<number>[12])[ /-]?{_Y}", _half),
        (rf"{_Y}[m/-]?(?P<number>\d\d)(\.0)?", _month),
        (rf"{_Y}[m/-](?P<number>\d)", _month),
        (rf"(?P<number>\d\d?)[/.-]{_Y}", _month),
        (rf"(?P<name>[^\W\d]+)\.?[ -]{_Y}", _named_month),
        (rf"{_Y}[ -](?P<name>[^\W\d]+)", _named_month),
        (r"(?P<name>[^\W\d]+)[-'](?P<year>\d\d)", _named_month),
        (rf"{_Y}[ -]?w(?P<number>\d\d?)", _week),
    ]
]
