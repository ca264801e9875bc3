"""Aggregate rows in any engine with narwhals, with a faster path for pandas.

A cell is the total of the missions in one reporting year and one combination of
columns.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.exceptions import DuplicateError

from cbcstats.arguments import check_choice
from cbcstats.errors import ArgumentError, DataError
from cbcstats.frames import text_column
from cbcstats.registers.coverage import year_of
from cbcstats.registers.schemas import (
    ALL_ISO3,
    COUNTED_ABOVE,
    PRECISION,
    PRECISIONS,
)
from cbcstats.tables.codelists import NO_REGION

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from narwhals.typing import IntoFrame

MISSIONS: Final = "missions"
PEOPLE: Final = ("experts", "participants", "female_participants")
NOT_STATED: Final = "not stated"

# The columns of cells. The underscore avoids clashes with columns of registers.
DAY: Final = "_day"
YEAR: Final = "_year"  # in which the reporting period begins; missing where the date is
FIRST: Final = "_first"  # the first day of a month, quarter or year; else missing
ROWS: Final = "_rows"
SUM: Final = "_sum"  # of the indicator, where it is not missing
KNOWN: Final = "_known"  # rows in which it is not missing

# Columns that say which rows count, and how often.
STATUS: Final = "status"
ALSO_KEYS: Final = (STATUS, ALL_ISO3, COUNTED_ABOVE, PRECISION)
NO_COUNTRY: Final = "no country"
_MISSING_KEYS: Final = {
    "wco_region": NO_REGION,
    "iso3": NO_COUNTRY,
    ALL_ISO3: "",
    COUNTED_ABOVE: "False",
    PRECISION: PRECISIONS[0],
}

OUTSIDE: Final = -1  # the year of days that the register does not cover
MANY_CELLS: Final = 2_000_000  # above this, the fast path would be slower


def cells_of(
    rows: IntoFrame,
    by: Sequence[str],
    *,
    year_start: int,
    date: str,
    indicator: str,
    covers: tuple[np.datetime64, np.datetime64],
    taken: Collection[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Aggregate rows by reporting year and keys; also return the distinct days.

    The keys are `by`, and the columns of `ALSO_KEYS` that are there; none of `by` must
    be among the names in `taken`. Returns the cells, with the keys as text and the same
    dtypes for every engine, and the distinct days of the date as `day`, with their
    `status` and precision if there is one. Rows that start in a month, quarter or year
    are in cells of their own, with its first day. A cell may be spread over several
    rows, in any order. The year of days that `covers` leaves out is `OUTSIDE`.
    """
    _check_frame(rows)
    # With a list of names, the engine would raise an obscure error of its own.
    for argument, name in (("date", date), ("indicator", indicator)):
        if not isinstance(name, str):
            raise ArgumentError(
                f"`{argument}` must be the name of a column, but {name!r} was given"
            )
    if isinstance(rows, pd.DataFrame):
        rows = _with_dtypes(rows, date, indicator)
    frame = nw.from_native(rows).lazy()
    schema = frame.collect_schema()
    _check_columns(schema, by, date, indicator, taken)
    keys = [*by, *(name for name in ALSO_KEYS if name in schema and name not in by)]
    spans = [FIRST] if date == "start_date" and PRECISION in schema else []
    counted = None
    # Arrow dates have no numpy dtype, so they take the path of the other engines.
    if (
        isinstance(rows, pd.DataFrame)
        and isinstance(rows[date].dtype, np.dtype)
        and not spans
    ):
        counted = _count_by_code(rows, keys, year_start, date, indicator, covers)
    if counted is None:
        # Without parts there are few cells by day, and one pass gives both.
        per_day = [] if by else [DAY]
        selected = _selected(frame, keys, year_start, date, indicator, covers, spans)
        cells = _count_in_engine(selected, [YEAR, *per_day, *keys, *spans])
        of_days = [name for name in keys if name in (STATUS, PRECISION)]
        by_day = _count_in_engine(selected, [DAY, *of_days]) if by else cells
        counted = cells, _days_of(by_day, of_days)
    cells, days = counted
    return _without_engine(cells, keys, indicator), days


def _selected(
    frame: nw.LazyFrame[Any],
    keys: Sequence[str],
    year_start: int,
    date: str,
    indicator: str,
    covers: tuple[np.datetime64, np.datetime64],
    spans: list[str],
) -> nw.LazyFrame[Any]:
    """Select the keys, the reporting year, the day, and the number to add up."""
    day = nw.col(date)
    # A reporting period is labelled by the year in which it begins.
    is_of_year_before = day.dt.month() < year_start
    year = day.dt.year() - is_of_year_before.cast(nw.Int32)
    # Engines differ in which days they compare with moments, but not in numbers.
    written = (day.dt.year() * 100 + day.dt.month()) * 100 + day.dt.day()
    first, last = covers
    if not np.isnat(first):
        is_before = written < _written(first)
        year = nw.when(is_before).then(nw.lit(OUTSIDE)).otherwise(year)
    if not np.isnat(last):
        is_after = written > _written(last)
        year = nw.when(is_after).then(nw.lit(OUTSIDE)).otherwise(year)
    number = _number(frame.collect_schema(), indicator)
    of_day = day.dt.truncate("1d")
    first_days = []
    if spans:
        is_long = nw.col(PRECISION).cast(nw.String).is_in(PRECISIONS[1:])
        first_days = [nw.when(is_long).then(of_day).alias(FIRST)]
    columns = [year.alias(YEAR), of_day.alias(DAY), *first_days, number.alias(SUM)]
    return frame.select(*keys, *columns)


def _count_in_engine(selected: nw.LazyFrame[Any], keys: list[str]) -> pd.DataFrame:
    """Count and add up the rows of each combination of keys, missing ones too."""
    groups = selected.group_by(*keys, drop_null_keys=False)
    number = nw.col(SUM)
    cells = groups.agg(nw.len().alias(ROWS), number.count().alias(KNOWN), number.sum())
    return cells.collect().to_pandas()


def _written(day: np.datetime64) -> int:
    """Return a day as a number, such as 20170403."""
    return int(str(day).replace("-", ""))


def _number(schema: nw.Schema, indicator: str) -> nw.Expr:
    """Return the expression that is added up."""
    if indicator == MISSIONS:
        return nw.lit(1).cast(nw.Int64)
    number = nw.col(indicator)
    dtype = schema[indicator]
    if dtype.is_float():
        number = number.cast(nw.Float64)
        return number.fill_nan(None)
    if dtype.is_integer():
        # Some engines add up 32 bits in 32 bits.
        return number.cast(nw.Int64)
    return number


def _days_of(cells: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the days of cells that are dated, by some keys."""
    days = cells[[DAY, *keys]].drop_duplicates()
    return days.assign(**{DAY: _without_zone(days[DAY])}).dropna(subset=DAY)


def _without_zone(days: pd.Series) -> pd.Series:
    # With a time zone, the day is the one that is written there.
    written = pd.to_datetime(days).dt.tz_localize(None)
    return written.astype("datetime64[us]")


def _count_by_code(
    rows: pd.DataFrame,
    keys: Sequence[str],
    year_start: int,
    date: str,
    indicator: str,
    covers: tuple[np.datetime64, np.datetime64],
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Compute cells and days of a pandas frame by numbering cells; None if too many.

    This is much faster than a groupby.
    """
    calendar = _calendar(rows[date])
    if calendar is None:
        return None
    years = year_of(calendar, year_start)
    # Codes count from 0; -1 means that the day or the label is missing.
    days = _day_codes(rows[date], calendar)
    labels = pd.Index([*range(years[0], years[-1] + 1), OUTSIDE])
    codes_of_days = years - years[0]
    first, last = covers
    # Comparisons with NaT are false.
    is_outside = (calendar < first) | (calendar > last)
    codes_of_days[is_outside] = len(labels) - 1
    years_of_rows = np.append(codes_of_days, -1)[days]
    coded = [(years_of_rows, labels)]
    coded += [_coded(rows[name]) for name in keys]
    shape = [len(labels) + 1 for _, labels in coded]
    if math.prod(shape) > MANY_CELLS:
        return None
    # The number of a cell is its position in a table of all years and labels.
    numbers = np.zeros(len(rows), dtype=np.int64)
    for codes, labels in coded:
        numbers *= len(labels) + 1
        numbers += codes
        numbers += 1
    cells = _sums(rows, numbers, math.prod(shape), indicator)
    codes_of_cells = np.unravel_index(cells.index, shape)
    for name, codes, (_, labels) in zip(
        [YEAR, *keys], codes_of_cells, coded, strict=True
    ):
        cells[name] = pd.Series(labels).reindex(codes - 1).array
    statuses = [
        pair for name, pair in zip(keys, coded[1:], strict=True) if name == STATUS
    ]
    return cells, _days_by_status(days, calendar, statuses)


def _days_by_status(
    days: np.ndarray, calendar: np.ndarray, statuses: list[tuple[np.ndarray, pd.Index]]
) -> pd.DataFrame:
    """Return the days of the calendar that occur, by status if there is one."""
    codes = days
    labels = pd.Index([None])
    if statuses:
        codes_of_status, labels = statuses[0]
        # The last of these labels is for rows without a status.
        labels = labels.append(pd.Index([None]))
        codes = days * len(labels) + codes_of_status % len(labels)
    present = np.unique(codes[days >= 0])
    return pd.DataFrame(
        {
            DAY: calendar[present // len(labels)].astype("datetime64[us]"),
            STATUS: labels[present % len(labels)],
        }
    )


def _calendar(dates: pd.Series) -> np.ndarray | None:
    """Return all days from the first to the last; None if none or too many."""
    first = dates.min()
    last = dates.max()
    if pd.isna(first):
        return None
    span = last - first
    if span.days > MANY_CELLS:
        return None
    start = np.datetime64(first, "D")
    end = np.datetime64(last, "D") + 1
    return np.arange(start, end)


def _day_codes(dates: pd.Series, calendar: np.ndarray) -> np.ndarray:
    """Return the position of each date in the calendar, or -1 if it is missing."""
    moments = dates.to_numpy()
    days = moments.astype("datetime64[D]")
    since_first = days - calendar[0]
    codes: np.ndarray = since_first.astype(int)
    if dates.hasnans:
        # NaT is stored as the lowest integer.
        is_missing = dates.isna()
        codes[is_missing] = -1
    return codes


def _coded(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Return a code for each cell, -1 if it is missing, and the labels by code."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = column.cat.categories
        return column.cat.codes.to_numpy(), categories
    codes, labels = pd.factorize(column)
    return codes, pd.Index(labels)


def _sums(
    rows: pd.DataFrame, numbers: np.ndarray, size: int, indicator: str
) -> pd.DataFrame:
    """Add up the rows of each cell that occurs; the index is the number of the cell."""
    counts = np.bincount(numbers, minlength=size)
    known = sums = counts
    if indicator != MISSIONS:
        values = rows[indicator].to_numpy(float, na_value=np.nan)
        is_missing = np.isnan(values)
        known = counts - np.bincount(numbers[is_missing], minlength=size)
        sums = np.bincount(numbers, np.where(is_missing, 0.0, values), size)
    cells = pd.DataFrame({ROWS: counts, KNOWN: known, SUM: sums})
    return cells[counts > 0]


def _without_engine(
    cells: pd.DataFrame, keys: Sequence[str], indicator: str
) -> pd.DataFrame:
    """Convert cells to dtypes that do not depend on the engine; label missing keys."""
    # Some engines return sums as decimals.
    sums = cells[SUM].astype("float64")
    if (sums % 1 != 0).any():
        raise DataError(f"{indicator} holds parts of people; write whole numbers")
    # The year is missing where the date is.
    plain: dict[str, Any] = {YEAR: cells[YEAR].astype("Int64")}
    for name in keys:
        missing = _MISSING_KEYS.get(name, NOT_STATED)
        # In some engines a missing key turns the other keys into floats: 1 becomes 1.0.
        key = text_column(cells[name].convert_dtypes())
        plain[name] = key.fillna(missing)
    if FIRST in cells:
        plain[FIRST] = _without_zone(cells[FIRST])
    plain[ROWS] = cells[ROWS].astype("int64")
    plain[SUM] = sums.astype("int64")
    plain[KNOWN] = cells[KNOWN].astype("int64")
    return pd.DataFrame(plain).reset_index(drop=True)


def _check_columns(
    schema: nw.Schema,
    keys: Sequence[str],
    date: str,
    indicator: str,
    taken: Collection[str],
) -> None:
    check_choice("date", date, list(schema))
    if not schema[date].is_temporal():
        raise _not_parsed("date", date, "days", str(schema[date]))
    people = [name for name in PEOPLE if name in schema]
    indicators = [MISSIONS, *people]
    check_choice("indicator", indicator, indicators)
    if indicator != MISSIONS and not schema[indicator].is_numeric():
        raise _not_parsed("indicator", indicator, "numbers", str(schema[indicator]))
    free = [name for name in schema if name != date and name not in taken]
    for name in keys:
        check_choice("by", name, free)


def _not_parsed(argument: str, column: str, wanted: str, dtype: str) -> ArgumentError:
    is_text = dtype in ("String", "Categorical", "Enum")
    held = "text" if is_text else f"values of type {dtype}"
    return ArgumentError(
        f"`{argument}` must be a column of {wanted}, but {column!r} holds {held}; "
        "parse it with read_register first"
    )


def _check_frame(rows: Any) -> None:
    try:
        nw.from_native(rows)
    except TypeError:
        given = type(rows).__name__
        raise ArgumentError(
            "`rows` must be a pandas, Polars, PyArrow, DuckDB or Spark frame, "
            f"but {given} was given"
        ) from None
    except DuplicateError:
        is_pandas = isinstance(rows, pd.DataFrame)
        names = list(rows.columns if is_pandas else rows.column_names)
        repeated = next(name for name in names if names.count(name) > 1)
        raise ArgumentError(
            f"`rows` has two columns {repeated!r}; rename or drop one"
        ) from None


def _with_dtypes(rows: pd.DataFrame, date: str, indicator: str) -> pd.DataFrame:
    """Convert object columns of days and numbers to dtypes; drop time zones."""
    if date in rows:
        rows = rows.assign(**{date: _as_days(rows[date])})
    if indicator in rows and _kind_of_objects(rows[indicator]) in ("integer", "empty"):
        rows = rows.assign(**{indicator: rows[indicator].astype("Int64")})
    return rows


def _as_days(dates: pd.Series) -> pd.Series:
    days = dates
    if isinstance(dates.dtype, pd.DatetimeTZDtype):
        # narwhals does not support all time zone names, such as +03:00.
        days = dates.dt.tz_localize(None)
    elif _kind_of_objects(dates) in ("date", "datetime", "empty"):
        days = pd.to_datetime(dates)
    return days


def _kind_of_objects(column: pd.Series) -> str:
    """Infer the type of an object column: Parquet stores dates and empty columns so."""
    if column.dtype != object:
        return ""
    return pd.api.types.infer_dtype(column, skipna=True)
