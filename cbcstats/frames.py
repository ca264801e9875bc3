"""Convert frames and columns of any library to pandas."""

from __future__ import annotations

import datetime
import decimal
import math
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
# True and false as people and spreadsheets write them, in lower case.
MARKS: Final = {
    "true": True,
    "false": False,
    "yes": True,
    "no": False,
    "1": True,
    "0": False,
}
_LEADING_DAY: Final = re.compile(r"\s*(\d{4}(\D)\d{1,2}\2\d{1,2}|\d{8})", re.ASCII)
# 23:59, with or without seconds, is how some databases write the end of a day.
_END_OF_DAY: Final = pd.Timedelta(hours=23, minutes=59)
# Excel counts days from 1 January 1900, including a 29 February 1900 that never was.
EXCEL_DAY_ZERO: Final = datetime.date(1899, 12, 30)
# Workbooks made by older versions for the Macintosh count from 1904.
EXCEL_1904_DAY_ZERO: Final = datetime.date(1904, 1, 1)
# A larger whole number overflows a float.
_TOO_LARGE: Final = 10**308
# Significant decimal digits that a float keeps, with 64 and 32 bits.
_DIGITS: Final = 15
_DIGITS_32: Final = 7


def text_column(cells: Iterable[Any] | str | None, index: Any = None) -> pd.Series:
    """Make a column of text: `str` in pandas 3, `object` in pandas 2.

    None, NaN, NA and NaT are missing. A single text fills all rows of the index.

    Examples
    --------
    >>> text_column(["a", None]).isna().tolist()
    [False, True]
    """
    if not PANDAS_2:
        return pd.Series(cells, index=index, dtype="str")
    # pandas would make floats of the list [1, 2.5], and "1.0" of its first number.
    dtype = None if isinstance(cells, pd.Series) else "object"
    column = pd.Series(cells, index=index, dtype=dtype)
    text = column.astype("str").map(str).astype("object")
    # pandas 2 writes missing cells as the texts "nan", "None" and "<NA>".
    text[column.isna()] = float("nan")
    return text


def rows_of(register_or_frame: Any) -> Any:
    """Return the rows of a Register, or anything else as it is."""
    # A Register is made in a sub-package that this one does not know.
    rows = getattr(register_or_frame, "rows", None)
    return rows if isinstance(rows, pd.DataFrame) else register_or_frame


def as_text(cell: Any) -> str:
    """Format a cell as a person would type it; a missing cell becomes an empty text.

    Examples
    --------
    >>> day = datetime.datetime(2018, 3, 2)
    >>> as_text(2.0), as_text(None), as_text(day), as_text(True)
    ('2', '', '2018-03-02', 'true')
    """
    # Most cells are text, so the cheapest test comes first.
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return _float_as_text(cell)
    # Comparing an array with itself would give an array.
    if not pd.api.types.is_scalar(cell):
        return str(cell)
    # NaN and NaT differ from themselves; NA has no truth value.
    if cell is None or cell is pd.NA or cell != cell:
        return ""
    if isinstance(cell, datetime.datetime):
        return _moment_as_text(cell)
    if isinstance(cell, bool | np.bool_):
        return str(cell).lower()
    return str(cell)


def _float_as_text(number: float) -> str:
    # Only NaN differs from itself.
    if number != number:
        return ""
    # Excel stores whole numbers as floats, too.
    if number.is_integer():
        return str(int(number))
    return str(number)


def _moment_as_text(moment: datetime.datetime) -> str:
    # Excel stores a day as its midnight.
    midnight = datetime.time()
    if moment.time() == midnight:
        return moment.date().isoformat()
    return moment.isoformat(" ")


def factorize_text(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Encode a column: return a code for each cell, and the distinct texts by code.

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
    """Convert a frame of Polars, PyArrow or DuckDB to pandas.

    A pandas frame is returned unchanged, without a copy.

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
        rows = nw.from_native(frame)
    except TypeError:
        raise ArgumentError(_not_a_frame(name, frame)) from None
    try:
        if isinstance(rows, nw.LazyFrame):
            rows = rows.collect()
        converted: pd.DataFrame = rows.to_pandas()
    # A lazy frame is computed here, and each library has its own exceptions.
    except Exception as error:
        reason = " ".join(str(error).split())
        message = f"`{name}` cannot be read: {reason}; collect it, and give the result"
        raise ArgumentError(message) from error
    # pandas 2 keeps the None of other libraries, and treats it as unequal to NaN.
    # A column without a single value has no dtype in Polars and PyArrow.
    for label, dtype in rows.schema.items():
        is_empty = dtype == nw.Unknown and converted[label].isna().all()
        if is_empty or dtype == nw.String:
            converted[label] = text_column(converted[label])
    return converted


def is_frame(value: Any) -> bool:
    """Tell whether a value is a data frame: pandas, Polars, PyArrow or DuckDB."""
    if isinstance(value, pd.DataFrame):
        return True
    frame = nw.from_native(value, pass_through=True)
    return isinstance(frame, nw.DataFrame | nw.LazyFrame)


def to_series(values: Any) -> pd.Series:
    """Convert a value, a list, a dict, or a column of any library to a Series.

    The keys of a dict become the index.

    Raises
    ------
    TypeError
        If it is none of these.

    Examples
    --------
    >>> to_series({2019: 41, 2020: 44}).index.tolist()
    [2019, 2020]
    """
    if isinstance(values, pd.Series):
        return values
    if pd.api.types.is_scalar(values):
        return _infer_dtype([values])
    return _series_of(values)


def _series_of(values: Any) -> pd.Series:
    # A set is refused, as its values have no order to pair with other columns.
    is_list = pd.api.types.is_list_like(values) and not isinstance(
        values, set | frozenset
    )
    if not is_list or is_frame(values):
        raise TypeError("not a column")
    column = nw.from_native(values, series_only=True, pass_through=True)
    if isinstance(column, nw.Series):
        return column.to_pandas()
    # pandas takes the keys of a dict as the index; other iterables may be generators.
    cells = values if isinstance(values, dict) else list(values)
    return _infer_dtype(cells) if cells else pd.Series(cells, dtype="object")


def _infer_dtype(cells: dict[Any, Any] | list[Any]) -> pd.Series:
    try:
        return pd.Series(cells)
    except OverflowError:  # pandas 2, for integers beyond the largest float
        return pd.Series(cells, dtype="object")


def _not_a_frame(name: str, value: Any) -> str:
    given = type(value).__name__
    hint = ""
    if isinstance(value, pd.Series):
        hint = "; to_frame() makes a frame of it"
    if isinstance(value, str):
        hint = "; read the file first, such as with pandas.read_csv"
    return (
        f"`{name}` must be a DataFrame of pandas or Polars, a PyArrow table or a "
        f"DuckDB relation, but {given} was given{hint}"
    )


def as_printed(column: pd.Series) -> pd.Series:
    """Round floats to their significant digits, so that 0.1 + 0.2 is 0.3.

    Examples
    --------
    >>> as_printed(pd.Series([0.1 + 0.2, 492.0])).tolist()
    [0.3, 492.0]
    >>> as_printed(pd.Series([24.1], dtype="float32")).tolist()
    [24.1]
    """
    # numpy, pandas and Arrow call their floats float64, Float64 and double[pyarrow].
    kind = str(column.dtype).lower()
    if not kind.startswith(("float", "double")):
        return column
    digits = _DIGITS_32 if kind in ("float32", "float[pyarrow]") else _DIGITS
    values = column.to_numpy(float, na_value=np.nan, copy=True)
    # Whole numbers are exact, and rounding would cut those of 16 digits and more.
    fractions, _ = np.modf(values)
    has_fraction = np.isfinite(values) & (fractions != 0)
    # numpy rounds to decimal places; only a format rounds to significant digits.
    printed = [float(f"{value:.{digits}g}") for value in values[has_fraction]]
    values[has_fraction] = printed
    return pd.Series(values, index=column.index, name=column.name)


def plain_number(number: Any) -> float:
    """Return an exact number as int where it is whole, and as float otherwise."""
    if number == math.inf:
        return math.inf
    return int(number) if number == int(number) else float(number)


def read_days(column: pd.Series) -> pd.Series:
    """Convert a column of dates or ISO 8601 text to datetime64.

    Numbers, years and months are refused. A time of 00:00 is dropped, and so is 23:59
    if every time in the column is an end of day.

    Raises
    ------
    DataError
        If a cell is not a day, has another time of day, or time zones differ; with
        pandas 2, also if a day lies before 1678 or after 2261.

    Examples
    --------
    >>> read_days(pd.Series(["2018-12-31 23:59:59"])).dt.date.tolist()
    [datetime.date(2018, 12, 31)]
    """
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        known = column.dropna()
        if PANDAS_2 and not known.dt.year.between(1678, 2261).all():
            _refuse_far_days(known)
        return _without_times(column).astype("datetime64[us]")
    # pandas reads 2018 and 2018-03 as their first day, and numbers as time since 1970.
    is_day = np.array([_names_a_day(day) for day in column], dtype=bool)
    candidates = column.where(is_day)
    if PANDAS_2:
        _refuse_far_days(column[is_day])
    parsed = pd.to_datetime(candidates, format="ISO8601", errors="coerce", utc=True)
    wrong = column[parsed.isna() & column.notna() & column.ne("")].tolist()
    if wrong:
        raise DataError(
            f"{column.name} holds {wrong[0]!r}, which is not a day; "
            "write days such as 2018-03-02"
        )
    try:
        with warnings.catch_warnings():
            # pandas 2 only warns of several time zones; pandas 3 raises ValueError.
            warnings.simplefilter("error", FutureWarning)
            days = pd.to_datetime(column, format="ISO8601")
    except (ValueError, FutureWarning) as error:
        raise DataError(
            f"{column.name} holds days of several time zones; "
            "write days such as 2018-03-02"
        ) from error
    # The day is the one that is written, whatever its time zone.
    if days.dt.tz is not None:
        days = days.dt.tz_localize(None)
    # Nanoseconds, the unit of pandas 2, end in the year 2262.
    return _without_times(days).astype("datetime64[us]")


def _refuse_far_days(days: pd.Series) -> None:
    # pandas 2 computes in nanoseconds, which begin in 1677 and end in 2262.
    for day in days:
        if not "1678" <= str(day).strip()[:4] <= "2261":
            raise DataError(
                f"{days.name} holds {day!r}, but pandas 2 takes days from 1678 to 2261; "
                "correct the day, or update pandas"
            )


def parse_numbers(column: pd.Series) -> pd.Series:
    """Convert a column of numbers or numeric text to numbers; others become missing.

    Examples
    --------
    >>> parse_numbers(pd.Series([492, "24.1", True, 10**400], dtype=object)).tolist()
    [492.0, 24.1, nan, nan]
    """
    if pd.api.types.is_any_real_numeric_dtype(column.dtype):
        return column
    is_number = np.array([_may_be_a_number(cell) for cell in column], dtype=bool)
    cells = column.astype(object).where(is_number)
    return pd.to_numeric(cells, errors="coerce")


def _may_be_a_number(cell: Any) -> bool:
    # Python counts True as 1.
    if isinstance(cell, bool | np.bool_):
        return False
    # pandas fails on whole numbers that no float can hold.
    if isinstance(cell, int):
        return abs(cell) < _TOO_LARGE
    return isinstance(cell, str | numbers.Real | decimal.Decimal)


def read_numbers(column: pd.Series) -> pd.Series:
    """Convert a column of numbers or numeric text to numbers; refuse other cells.

    Raises
    ------
    DataError
        If a cell is not a number.
    """
    parsed = parse_numbers(column)
    wrong = column[parsed.isna() & column.notna()].tolist()
    if wrong:
        raise DataError(
            f"{column.name} holds {wrong[0]!r}, which is not a number; "
            "write digits only"
        )
    return parsed


def check_words(column: pd.Series, options: Sequence[str]) -> None:
    """Raise DataError unless each cell is one of the options, or missing.

    Examples
    --------
    >>> check_words(pd.Series(["full", "Partial"], name="list_kind"), ("full", "partial"))
    Traceback (most recent call last):
    cbcstats.errors.DataError: list_kind holds 'Partial'; did you mean 'partial'? \
It takes 'full', 'partial'
    """
    other = [word for word in column.dropna().unique() if word not in options]
    if not other:
        return
    word = other[0]
    takes = ", ".join(map(repr, options))
    rule = f", but it takes {takes}"
    hint = did_you_mean(str(word), options)
    if hint:
        rule = f"{hint} It takes {takes}"
    raise DataError(f"{column.name} holds {word!r}{rule}")


def _without_times(moments: pd.Series) -> pd.Series:
    days: pd.Series = moments.dt.normalize()
    times = moments - days
    has_time = times > pd.Timedelta(0)
    # Mixed with 23:59, a 00:00 would mean the end of the day before.
    are_ends_of_days = times.dropna() >= _END_OF_DAY
    if are_ends_of_days.all() or not has_time.any():
        return days
    moment = moments[has_time].iloc[0]
    day_and_time = moment.isoformat(" ")
    raise DataError(
        f"{moments.name} holds {day_and_time}, which has a time; "
        f"write the day, such as {moment.date()}"
    )


def _names_a_day(value: Any) -> bool:
    is_number = pd.api.types.is_number(value)
    return not is_number and _LEADING_DAY.match(str(value)) is not None
