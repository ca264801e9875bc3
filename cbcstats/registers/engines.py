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

    Covers = tuple[np.datetime64, np.datetime64]
    Reporting = tuple[int, Covers]  # the first month of years, and what is covered
    Coded = tuple[np.ndarray, pd.Index]  # a code for each row, and the labels by code

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
MANY_CELLS: Final = 2_000_000  # a larger table of numbered cells is slow to fill


def cells_of(
    rows: IntoFrame,
    by: Sequence[str],
    *,
    year_start: int,
    date: str,
    indicator: str,
    covers: Covers,
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
    also = [name for name in ALSO_KEYS if name in schema and name not in by]
    keys = [*by, *also]
    spans = [FIRST] if date == "start_date" and PRECISION in schema else []
    reporting = year_start, covers
    # Arrow dates have no numpy dtype, so they take the path of the other engines.
    if isinstance(rows, pd.DataFrame) and isinstance(rows[date].dtype, np.dtype):
        columns = _coded_columns(rows, keys, date)
        cells, days = _count_by_code(rows, columns, indicator, spans, reporting)
    else:
        selected = _selected(frame, keys, date, indicator)
        cells, days = _count_in_engine(selected, keys, spans, reporting)
    days = days[[DAY, *_of_days(keys)]].drop_duplicates()
    return _without_engine(cells, keys, indicator), days.dropna(subset=DAY)


def _of_days(keys: Sequence[str]) -> list[str]:
    """Return the keys by which the days are needed."""
    return [name for name in keys if name in (STATUS, PRECISION)]


def _selected(
    frame: nw.LazyFrame[Any], keys: Sequence[str], date: str, indicator: str
) -> nw.LazyFrame[Any]:
    """Select the keys, the day, and the number to add up."""
    schema = frame.collect_schema()
    day = nw.col(date)
    if schema[date] != nw.Date:
        # pandas has no days without arrow; for databases they are quicker than times.
        is_pandas = frame.implementation.is_pandas()
        day = day.dt.truncate("1d") if is_pandas else day.dt.date()
    columns = [day.alias(DAY)]
    if indicator != MISSIONS:
        number = _number(schema, indicator)
        columns.append(number.alias(SUM))
    return frame.select(*keys, *columns)


def _count_in_engine(
    selected: nw.LazyFrame[Any], keys: list[str], spans: list[str], reporting: Reporting
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count by day, and by year and keys; in one pass if these are the same keys."""
    of_days = _of_days(keys)
    days = _collected(_groups(selected, [DAY, *of_days]))
    if keys == of_days:
        return _by_year(days, keys, spans, reporting), days
    years = _with_years(selected, spans, reporting)
    return _collected(_groups(years, [YEAR, *keys, *spans])), days


def _groups(selected: nw.LazyFrame[Any], keys: list[str]) -> nw.LazyFrame[Any]:
    """Count and add up the rows of each combination of keys, missing ones too."""
    sums = [nw.len().alias(ROWS)]
    if SUM in selected.collect_schema():
        number = nw.col(SUM)
        sums += [number.count().alias(KNOWN), number.sum()]
    return selected.group_by(*keys, drop_null_keys=False).agg(*sums)


def _collected(groups: nw.LazyFrame[Any]) -> pd.DataFrame:
    cells = groups.collect().to_pandas()
    for name in (DAY, FIRST):
        if name in cells:
            # With a time zone, the day is the one that is written there.
            days = pd.to_datetime(cells[name]).dt.tz_localize(None)
            cells[name] = days.astype("datetime64[us]")
    if SUM not in cells:
        return cells.assign(**{KNOWN: cells[ROWS], SUM: cells[ROWS]})
    # Some engines return sums as decimals.
    return cells.astype({SUM: "float64"})


def _with_years(
    selected: nw.LazyFrame[Any], spans: list[str], reporting: Reporting
) -> nw.LazyFrame[Any]:
    """Add the reporting year, and the first day of a month, quarter or year."""
    year_start, (first, last) = reporting
    day = nw.col(DAY)
    # A reporting period is labelled by the year in which it begins.
    year = day.dt.year()
    if year_start > 1:
        is_of_year_before = day.dt.month() < year_start
        year -= is_of_year_before.cast(nw.Int32)
    # Engines differ in which days they compare with moments, but not in numbers.
    written = (day.dt.year() * 100 + day.dt.month()) * 100 + day.dt.day()
    outside = nw.lit(OUTSIDE)
    if not np.isnat(first):
        year = nw.when(written < _written(first)).then(outside).otherwise(year)
    if not np.isnat(last):
        year = nw.when(written > _written(last)).then(outside).otherwise(year)
    columns = [year.alias(YEAR)]
    if spans:
        is_long = nw.col(PRECISION).cast(nw.String).is_in(PRECISIONS[1:])
        columns.append(nw.when(is_long).then(day).alias(FIRST))
    return selected.with_columns(*columns)


def _written(day: np.datetime64) -> int:
    """Return a day as a number, such as 20170403."""
    return int(str(day).replace("-", ""))


def _number(schema: nw.Schema, indicator: str) -> nw.Expr:
    """Return the expression that is added up."""
    number = nw.col(indicator)
    dtype = schema[indicator]
    if dtype.is_float():
        number = number.cast(nw.Float64)
        return number.fill_nan(None)
    if dtype.is_integer():
        # Some engines add up 32 bits in 32 bits.
        return number.cast(nw.Int64)
    return number


def _by_year(
    by_day: pd.DataFrame, keys: list[str], spans: list[str], reporting: Reporting
) -> pd.DataFrame:
    """Add up cells of days by reporting year."""
    days = by_day[DAY]
    cells = by_day.assign(**{YEAR: _years(days, reporting)})
    if spans:
        is_long = cells[PRECISION].isin(PRECISIONS[1:])
        cells[FIRST] = days.where(is_long)
    names = [YEAR, *keys, *spans]
    groups = cells.groupby(names, dropna=False, observed=True, sort=False)
    numbers = groups[[ROWS, KNOWN, SUM]]
    sums: pd.DataFrame = numbers.sum()
    return sums.reset_index()


def _years(days: pd.Series, reporting: Reporting) -> np.ndarray:
    """Return the year in which the reporting period of each day begins, or NaN."""
    year_start, (first, last) = reporting
    distinct = days.to_numpy("datetime64[D]")
    # Comparisons with NaT are false.
    is_outside = (distinct < first) | (distinct > last)
    years: np.ndarray = year_of(distinct, year_start).astype(float)
    years[is_outside] = OUTSIDE
    years[np.isnat(distinct)] = np.nan
    return years


def _count_by_code(
    rows: pd.DataFrame,
    columns: dict[str, Coded],
    indicator: str,
    spans: list[str],
    reporting: Reporting,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count a pandas frame by numbering cells, which is much faster than a groupby."""
    _, *keys = columns
    of_days = _of_days(keys)
    days = _sums(rows, {name: columns[name] for name in (DAY, *of_days)}, indicator)
    if keys == of_days:
        return _by_year(days, keys, spans, reporting), days
    codes, calendar = columns[DAY]
    years = _years(pd.Series(calendar), reporting)
    codes_of_years, labels = pd.factorize(years)
    # The last one is taken for -1.
    codes_of_years = np.append(codes_of_years, -1)
    coded_years = codes_of_years[codes], pd.Index(labels)
    of_years = {YEAR: coded_years}
    of_years |= {name: columns[name] for name in keys}
    if spans:
        precision = rows[PRECISION]
        is_long = precision.isin(PRECISIONS[1:])
        of_years[FIRST] = np.where(is_long, codes, -1), calendar
    return _sums(rows, of_years, indicator), days


def _coded_columns(
    rows: pd.DataFrame, keys: Sequence[str], date: str
) -> dict[str, Coded]:
    """Return a code for each cell, -1 if it is missing, and the labels by code."""
    columns = {DAY: _coded_days(rows[date])}
    for name in keys:
        column = rows[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            columns[name] = column.cat.codes.to_numpy(), column.cat.categories
        else:
            codes, labels = pd.factorize(column)
            columns[name] = codes, pd.Index(labels)
    return columns


def _coded_days(dates: pd.Series) -> Coded:
    """Return the position of each date in a calendar of all days between."""
    days = dates.to_numpy().astype("datetime64[D]")
    # NaT is stored as the lowest integer.
    codes = days.view("int64")
    is_missing = np.isnat(days) if dates.hasnans else None
    dated = codes if is_missing is None else codes[~is_missing]
    if not len(dated):
        return np.full(len(days), -1), pd.DatetimeIndex([])
    first, last = dated.min(), dated.max()
    codes -= first
    if is_missing is not None:
        codes[is_missing] = -1
    calendar = np.arange(first, last + 1).astype("datetime64[D]")
    return codes, pd.Index(calendar.astype("datetime64[us]"))


def _size(coded: Coded) -> int:
    _, labels = coded
    return len(labels) + 1


def _sums(
    rows: pd.DataFrame, columns: dict[str, Coded], indicator: str
) -> pd.DataFrame:
    """Add up the rows of each combination of codes that occurs."""
    shape = [_size(coded) for coded in columns.values()]
    # The number of a cell is its position in a table of all labels.
    numbers = np.zeros(len(rows), dtype=np.int64)
    for codes, labels in columns.values():
        numbers *= len(labels) + 1
        numbers += codes
        numbers += 1
    size = math.prod(shape)
    present: Any = np.arange(size)
    if size > MANY_CELLS:
        numbers, present = pd.factorize(numbers)
        size = len(present)
    counts = np.bincount(numbers, minlength=size)
    occurs = np.flatnonzero(counts)
    known = sums = counts
    if indicator != MISSIONS:
        values = rows[indicator].to_numpy(float, copy=True, na_value=np.nan)
        is_missing = np.isnan(values)
        values[is_missing] = 0
        of_missing = np.bincount(numbers[is_missing], minlength=size)
        known = counts - of_missing
        sums = np.bincount(numbers, values, size)
    table = pd.DataFrame({ROWS: counts, KNOWN: known, SUM: sums})
    cells = table.take(occurs)
    codes_of_cells = np.unravel_index(present[occurs], shape)
    for name, codes in zip(columns, codes_of_cells, strict=True):
        _, labels = columns[name]
        # Code -1 has no label.
        cells[name] = pd.Series(labels).reindex(codes - 1).array
    return cells


def _without_engine(
    cells: pd.DataFrame, keys: Sequence[str], indicator: str
) -> pd.DataFrame:
    """Convert cells to dtypes that do not depend on the engine; label missing keys."""
    sums = cells[SUM]
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
        plain[FIRST] = cells[FIRST]
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
