"""Frames: tables of any library come in and pandas goes on; text columns alike in pandas 2 and 3."""

from __future__ import annotations

import decimal
import numbers
import re
import warnings
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import numpy as np
import pandas as pd

from cbcstats.errors import ArgumentError, DataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PANDAS_2 = int(pd.__version__.split(".")[0]) < 3
_LEADING_DAY: Final = re.compile(r"\s*(\d{4}(\D)\d{1,2}\2\d{1,2}|\d{8})", re.ASCII)
_END_OF_DAY: Final = pd.Timedelta(
    hours=23, minutes=59
)  # 23:59, with or without seconds
_TOO_LARGE: Final = 10**308  # for a float
_DIGITS: Final = 15  # that a float keeps of a number as printed
_DIGITS_32: Final = 7  # the same of a float of 32 bits


def text_column(cells: Iterable[Any] | pd.Series, index: Any = None) -> pd.Series:
    """Return a column of text: `str` in pandas 3, `object` in pandas 2; None and NaN are missing.

    Examples
    --------
    >>> text_column(["a", None]).isna().tolist()
    [False, True]
    """
    if not PANDAS_2:
        return pd.Series(cells, index=index, dtype="str")
    # A list is kept as it is: [1, 2.5] is not to become "1.0" and "2.5".
    column = pd.Series(
        cells, index=index, dtype=None if isinstance(cells, pd.Series) else "object"
    )
    text = column.astype("str").map(str).astype("object")
    text[column.isna()] = float("nan")
    return text


def factorize_text(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Return a place for each cell of a column, and the distinct texts in their places.

    Examples
    --------
    >>> factorize_text(pd.Series(["Togo", "Fiji", "Togo"]))
    (array([0, 1, 0]), ['Togo', 'Fiji'])
    """
    if not PANDAS_2:
        codes, texts = pd.factorize(column)
        return codes, texts.to_numpy(dtype=object).tolist()
    # pandas 2 compares texts up to a NUL character, so that "\0" would be taken for "".
    places: dict[str, int] = {}
    numbers = [places.setdefault(text, len(places)) for text in column]
    return np.array(numbers, dtype=np.intp), list(places)


def to_pandas(name: str, frame: Any) -> pd.DataFrame:
    """Return a frame of pandas, Polars, PyArrow or DuckDB as one of pandas, which is the same one.

    Raises
    ------
    ArgumentError
        If it is not a frame, or its rows cannot be fetched.

    Examples
    --------
    >>> import pyarrow as pa
    >>> to_pandas("counts", pa.table({"value": [492]}))
       value
    0    492
    """
    if isinstance(frame, pd.DataFrame):
        return frame
    try:
        known = nw.from_native(frame)
    except TypeError:
        raise ArgumentError(_not_a_frame(name, frame)) from None
    try:
        rows = known.collect() if isinstance(known, nw.LazyFrame) else known
        columns = rows.to_pandas()
    except Exception as error:  # each library raises errors of its own
        what = " ".join(str(error).split())
        message = f"`{name}` cannot be read: {what}; collect it, and give the result"
        raise ArgumentError(message) from error
    # pandas 2 keeps the None of other libraries, which it takes for unequal to NaN.
    for label, dtype in rows.schema.items():
        if dtype == nw.String:
            columns[label] = text_column(columns[label])
    return columns


def is_frame(value: Any) -> bool:
    """Return whether a value is a frame of pandas, Polars, PyArrow, DuckDB or another library."""
    if isinstance(value, pd.DataFrame):
        return True
    return isinstance(
        nw.from_native(value, pass_through=True), nw.DataFrame | nw.LazyFrame
    )


def to_series(values: Any) -> pd.Series:
    """Return one value, a list, a dict by its keys, or a column of any library as a Series.

    Raises
    ------
    TypeError
        If it is none of these, or its cells are lists.

    Examples
    --------
    >>> to_series({2019: 41, 2020: 44}).index.tolist()
    [2019, 2020]
    """
    if isinstance(values, pd.Series):
        series = values
    elif pd.api.types.is_scalar(values):
        series = _infer_dtype([values])
    else:
        series = _series_of(values)
    if series.dtype == object and series.map(pd.api.types.is_list_like).any():
        raise TypeError("the cells are lists")
    return series


def _series_of(values: Any) -> pd.Series:
    is_column = pd.api.types.is_list_like(values) and not isinstance(
        values, set | frozenset
    )
    if not is_column or is_frame(values):
        raise TypeError("not a column")
    column = nw.from_native(values, series_only=True, pass_through=True)
    if isinstance(column, nw.Series):
        return column.to_pandas()
    cells = values if isinstance(values, dict) else list(values)
    return _infer_dtype(cells) if cells else pd.Series(cells, dtype="object")


def _infer_dtype(cells: dict[Any, Any] | list[Any]) -> pd.Series:
    try:
        return pd.Series(cells)
    except OverflowError:  # pandas 2, for integers beyond the largest float
        return pd.Series(cells, dtype="object")


def _not_a_frame(name: str, value: Any) -> str:
    given = type(value).__name__
    hint = "; to_frame() makes a frame of it" if isinstance(value, pd.Series) else ""
    return (
        f"`{name}` must be a DataFrame of pandas or Polars, a PyArrow table or a DuckDB relation, "
        f"but {given} was given{hint}"
    )


def as_printed(column: pd.Series) -> pd.Series:
    """Return floats as the numbers that they were printed or computed as.

    Examples
    --------
    >>> as_printed(pd.Series([0.1 + 0.2, 492.0])).tolist()
    [0.3, 492.0]
    >>> as_printed(pd.Series([24.1], dtype="float32")).tolist()
    [24.1]
    """
    kind = str(column.dtype).lower()
    if not kind.startswith(("float", "double")):
        return column
    digits = _DIGITS_32 if kind in ("float32", "float[pyarrow]") else _DIGITS
    values = column.to_numpy(float, na_value=np.nan, copy=True)
    broken = np.isfinite(values)
    broken[broken] = values[broken] % 1 != 0
    values[broken] = [float(f"{value:.{digits}g}") for value in values[broken]]
    return pd.Series(values, index=column.index, name=column.name)


def read_days(column: pd.Series) -> pd.Series:
    """Return days that are dates or text as datetime64; a number, a year and a month are not days.

    A midnight is its day, and so is an end of day, 23:59, where all times are ends of days.

    Raises
    ------
    DataError
        If a cell is not a day, has another time, or time zones differ; with pandas 2,
        also if a day lies before 1678 or after 2261.

    Examples
    --------
    >>> read_days(pd.Series(["2018-12-31 23:59:59"])).dt.date.tolist()
    [datetime.date(2018, 12, 31)]
    """
    is_day = np.array([_names_a_day(day) for day in column], dtype=bool)
    if PANDAS_2:
        _refuse_far_days(column[is_day])
    parsed = pd.to_datetime(
        column.where(is_day), format="ISO8601", errors="coerce", utc=True
    )
    wrong = column[parsed.isna() & column.notna() & column.ne("")].tolist()
    if wrong:
        raise DataError(
            f"{column.name} holds {wrong[0]!r}, which is not a day; write days such as 2018-03-02"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "error", FutureWarning
            )  # of pandas 2, for several time zones
            days = pd.to_datetime(column, format="ISO8601")
    except (ValueError, FutureWarning) as error:
        message = f"{column.name} holds days of several time zones; write days such as 2018-03-02"
        raise DataError(message) from error
    days = days.dt.tz_localize(None) if days.dt.tz is not None else days
    return _without_times(days).astype("datetime64[us]")  # nanoseconds end in 2262


def _refuse_far_days(days: pd.Series) -> None:
    # pandas 2 computes in nanoseconds, which begin in 1677 and end in 2262.
    for day in days:
        if not "1678" <= str(day).strip()[:4] <= "2261":
            raise DataError(
                f"{days.name} holds {day!r}, but pandas 2 takes days from 1678 to 2261; "
                "correct the day, or update pandas"
            )


def parse_numbers(column: pd.Series) -> pd.Series:
    """Return numbers that are numbers or text, and missing for what is neither.

    Examples
    --------
    >>> parse_numbers(pd.Series([492, "24.1", True, 10**400], dtype=object)).tolist()
    [492.0, 24.1, nan, nan]
    """
    if pd.api.types.is_any_real_numeric_dtype(column.dtype):
        return column
    readable = np.array([_is_readable(cell) for cell in column], dtype=bool)
    return pd.to_numeric(column.astype(object).where(readable), errors="coerce")


def _is_readable(cell: Any) -> bool:
    if isinstance(cell, bool | np.bool_):
        return False
    if isinstance(cell, int):
        return abs(cell) < _TOO_LARGE
    return isinstance(cell, str | numbers.Real | decimal.Decimal)


def read_numbers(column: pd.Series) -> pd.Series:
    """Return numbers that are numbers or text.

    Raises
    ------
    DataError
        If a cell is not a number.
    """
    read = parse_numbers(column)
    wrong = column[read.isna() & column.notna()].tolist()
    if wrong:
        raise DataError(
            f"{column.name} holds {wrong[0]!r}, which is not a number; write digits only"
        )
    return read


def check_words(column: pd.Series, options: Sequence[str]) -> None:
    """Raise DataError if a cell is not exactly one of the words that a column takes, or missing.

    Examples
    --------
    >>> check_words(pd.Series(["full", "Partial"], name="list_kind"), ("full", "partial"))
    Traceback (most recent call last):
    cbcstats.errors.DataError: list_kind holds 'Partial'; did you mean 'partial'? \
It takes 'full', 'partial'
    """
    for word in column.dropna().unique():
        if word not in options:
            hint = did_you_mean(str(word), options)
            takes = ", ".join(map(repr, options))
            rule = f"{hint} It takes {takes}" if hint else f", but it takes {takes}"
            raise DataError(f"{column.name} holds {word!r}{rule}")


def _without_times(moments: pd.Series) -> pd.Series:
    days: pd.Series = moments.dt.normalize()
    times = moments - days
    has_time = times > pd.Timedelta(0)
    if not (times[moments.notna()] >= _END_OF_DAY).all() and has_time.any():
        moment = moments[has_time].iloc[0]
        raise DataError(
            f"{moments.name} holds {moment.isoformat(' ')}, which has a time; "
            f"write the day, such as {moment.date()}"
        )
    return days


def _names_a_day(value: Any) -> bool:
    is_number = pd.api.types.is_number(value)
    return not is_number and _LEADING_DAY.match(str(value)) is not None
