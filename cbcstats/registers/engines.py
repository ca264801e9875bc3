"""Rows in any engine -> a small table of cells: narwhals for all engines, and a short cut for pandas.

A cell holds what the missions of one reporting year and one combination of columns add up to.
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
from cbcstats.tables.codelists import NO_REGION

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from narwhals.typing import IntoFrame

MISSIONS: Final = "missions"
PEOPLE: Final = ("experts", "participants", "female_participants")
NOT_STATED: Final = "not stated"

# The columns of cells. The underscore keeps them apart from columns of registers.
YEAR: Final = "_year"  # in which the reporting period begins; missing where the date is
ROWS: Final = "_rows"
SUM: Final = "_sum"  # of the indicator, where it is not missing
KNOWN: Final = "_known"  # rows in which it is not missing
ADDED: Final = {ROWS: "sum", SUM: "sum", KNOWN: "sum"}

MANY_CELLS: Final = 2_000_000  # from which on the short cut would be a detour


def cells_of(
    rows: IntoFrame,
    keys: Sequence[str],
    *,
    year_start: int,
    date: str,
    indicator: str,
    taken: Collection[str],
) -> tuple[pd.DataFrame, np.ndarray]:
    """Count the rows by reporting year and keys, add up the indicator, and list the days that rows have.

    Returns cells: the keys as text and the columns above, in the same dtypes whatever the engine. Only cells that occur
    are there, some perhaps in several rows; their order is that of the engine. Keys must not be among the names taken.
    With them come the distinct days of the date (datetime64[D]), in order.
    """
    _check_frame(rows)
    for argument, name in (("date", date), ("indicator", indicator)):
        if not isinstance(name, str):
            raise ArgumentError(
                f"`{argument}` must be the name of a column, but {name!r} was given"
            )
    if isinstance(rows, pd.DataFrame):
        rows = _in_dtypes(rows, date, indicator)
    frame = nw.from_native(rows).lazy()
    schema = frame.collect_schema()
    _check_columns(schema, keys, date, indicator, taken)
    found = None
    if isinstance(rows, pd.DataFrame) and isinstance(rows[date].dtype, np.dtype):
        found = _short_cut(rows, keys, year_start, date, indicator)
    if found is None:
        kind = nw.Int64() if indicator == MISSIONS else schema[indicator]
        found = (
            _grouped(frame, keys, year_start, date, indicator, kind),
            _distinct_days(frame, date),
        )
    cells, days = found
    return _typed(cells, keys, indicator), days


def _grouped(
    frame: nw.LazyFrame[Any],
    keys: Sequence[str],
    year_start: int,
    date: str,
    indicator: str,
    kind: nw.dtypes.DType,
) -> pd.DataFrame:
    """Make cells with one group_by in the engine."""
    day, number = (
        nw.col(date),
        nw.lit(1) if indicator == MISSIONS else nw.col(indicator),
    )
    if kind.is_float():
        number = number.cast(nw.Float64).fill_nan(None)
    elif kind.is_integer():  # some engines add up 32 bits in 32 bits
        number = number.cast(nw.Int64)
    return (
        frame.select(
            *keys,
            (day.dt.year() - (day.dt.month() < year_start).cast(nw.Int32)).alias(YEAR),
            number.alias(SUM),
        )
        .group_by(YEAR, *keys, drop_null_keys=False)
        .agg(
            nw.len().alias(ROWS),
            nw.col(SUM).count().alias(KNOWN),
            nw.col(SUM).sum(),
        )
        .collect()
        .to_pandas()
    )


def _distinct_days(frame: nw.LazyFrame[Any], date: str) -> np.ndarray:
    """Return the days on which the rows have a date; the engine makes them distinct."""
    days = (
        frame.select(nw.col(date).dt.truncate("1d"))
        .unique()
        .collect()
        .to_pandas()[date]
        .dropna()
    )
    return np.unique(
        pd.to_datetime(days).dt.tz_localize(None).to_numpy("datetime64[D]")
    )


def _short_cut(
    rows: pd.DataFrame, keys: Sequence[str], year_start: int, date: str, indicator: str
) -> tuple[pd.DataFrame, np.ndarray] | None:
    """Make cells and days of a pandas frame by numbering them, much faster than a groupby; None if they are many."""
    first, last = rows[date].min(), rows[date].max()
    if pd.isna(first) or (last - first).days > MANY_CELLS:
        return None
    origin = np.datetime64(first, "D")
    calendar = np.arange(origin, np.datetime64(last, "D") + np.timedelta64(1, "D"))
    years = (calendar.astype("datetime64[M]").astype(int) + 1 - year_start) // 12 + 1970
    coded = [_coded(rows[name]) for name in keys]
    shape = (int(years[-1] - years[0]) + 2, *(len(labels) + 1 for _, labels in coded))
    if math.prod(shape) > MANY_CELLS:
        return None
    # Code 0 is a missing day or label, the others follow in order.
    year_codes = np.append(years - years[0] + 1, 0)
    places = (rows[date].to_numpy().astype("datetime64[D]") - origin).astype(int)
    if rows[date].hasnans:
        places[rows[date].isna().to_numpy()] = -1
    on_days = np.bincount(places + 1, minlength=len(calendar) + 1)[1:]
    numbers = year_codes[places]
    for codes, labels in coded:
        numbers *= len(labels) + 1
        numbers += codes
        numbers += 1
    sizes = np.bincount(numbers, minlength=math.prod(shape))
    there = np.flatnonzero(sizes)
    found: dict[str, Any] = {ROWS: sizes[there], KNOWN: sizes[there], SUM: sizes[there]}
    if indicator != MISSIONS:
        values = rows[indicator].to_numpy(float, na_value=np.nan)
        missing = np.isnan(values)
        found[KNOWN] = (sizes - np.bincount(numbers[missing], minlength=len(sizes)))[
            there
        ]
        found[SUM] = np.bincount(numbers, np.where(missing, 0.0, values), len(sizes))[
            there
        ]
    at_years, *at_labels = np.unravel_index(there, shape)
    found[YEAR] = pd.Series(at_years + (years[0] - 1)).where(at_years > 0)
    for name, codes, (_, labels) in zip(keys, at_labels, coded, strict=True):
        found[name] = pd.Series(labels).reindex(codes - 1).array
    return pd.DataFrame(found), calendar[on_days > 0]


def _coded(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Return a number for each cell, -1 where it is missing, and what the numbers stand for."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    codes, labels = pd.factorize(column)
    return codes, pd.Index(labels)


def _typed(cells: pd.DataFrame, keys: Sequence[str], indicator: str) -> pd.DataFrame:
    """Return cells in dtypes that no longer tell the engine, with words for what is missing."""
    sums = cells[SUM].astype("float64")  # some engines add up in decimals
    if (sums % 1 != 0).any():
        raise DataError(f"{indicator} holds parts of people; write whole numbers")
    typed: dict[str, Any] = {YEAR: cells[YEAR].astype("Int64")}
    for name in keys:
        missing = NO_REGION if name == "wco_region" else NOT_STATED
        typed[name] = text_column(cells[name].convert_dtypes()).fillna(missing)
    typed |= {
        name: numbers.astype("int64")
        for name, numbers in ((ROWS, cells[ROWS]), (SUM, sums), (KNOWN, cells[KNOWN]))
    }
    return pd.DataFrame(typed)


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
    check_choice(
        "indicator", indicator, [MISSIONS, *(name for name in PEOPLE if name in schema)]
    )
    if indicator != MISSIONS and not schema[indicator].is_numeric():
        raise _not_parsed("indicator", indicator, "numbers", str(schema[indicator]))
    for name in keys:
        check_choice(
            "by", name, [name for name in schema if name != date and name not in taken]
        )


def _check_frame(rows: Any) -> None:
    try:
        nw.from_native(rows)
    except TypeError:
        raise ArgumentError(
            f"`rows` must be a pandas, Polars, PyArrow, DuckDB or Spark frame, but {type(rows).__name__} was given"
        ) from None
    except DuplicateError:
        names = list(
            rows.columns if isinstance(rows, pd.DataFrame) else rows.column_names
        )
        doubled = next(name for name in names if names.count(name) > 1)
        raise ArgumentError(
            f"`rows` has two columns {doubled!r}; rename or drop one"
        ) from None


def _in_dtypes(rows: pd.DataFrame, date: str, indicator: str) -> pd.DataFrame:
    """Return a pandas frame with days and numbers in dtypes, days without their time zone.

    Dates of Parquet files and empty columns are objects, and narwhals does not know every name of a time zone.
    """
    if date in rows and isinstance(rows[date].dtype, pd.DatetimeTZDtype):
        rows = rows.assign(**{date: rows[date].dt.tz_localize(None)})
    objects = [
        name
        for name in (date, indicator)
        if name in rows and rows[name].dtype == object
    ]
    kinds = {
        name: pd.api.types.infer_dtype(rows[name], skipna=True) for name in objects
    }
    if kinds.get(date) in ("date", "datetime", "empty"):
        rows = rows.assign(**{date: pd.to_datetime(rows[date])})
    if kinds.get(indicator) in ("integer", "empty"):
        rows = rows.assign(**{indicator: rows[indicator].astype("Int64")})
    return rows


def _not_parsed(argument: str, column: str, wanted: str, kind: str) -> ArgumentError:
    held = (
        "text"
        if kind in ("String", "Categorical", "Enum")
        else f"values of type {kind}"
    )
    return ArgumentError(
        f"`{argument}` must be a column of {wanted}, but {column!r} holds {held}; parse it with read_register first"
    )
