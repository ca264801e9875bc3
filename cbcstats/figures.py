"""Counts -> figures with ranges: what changes and charts both start from."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats import columns as c
from cbcstats.errors import ArgumentError, DataError, check_choice
from cbcstats.periods import DAYS_PER_MONTH, length_in_days, midpoint
from cbcstats.qualifiers import READINGS, bounds
from cbcstats.scalars import MARKS, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PERS: Final = ("period", "month")
SERIES: Final = (c.INDICATOR, c.SCOPE)  # what a series is, unless the caller says otherwise

# Columns that a frame of counts may leave out, and what holds then.
DEFAULTS: Final[Mapping[str, Any]] = {
    c.INDICATOR: "figures",
    c.SCOPE: "all",
    c.UNIT: "",
    c.PERIOD_BASIS: "stated",
    c.QUALIFIER: "exact",
    c.ROUNDED_TO: None,
    c.PREFERRED: True,
    c.SOURCE_ID: None,
}

MISSING: Final = "not known"
PRINTED: Final = "printed"  # the number and its word, as published
DAYS: Final = "days"  # length of the period
MIDDLE: Final = "middle"  # where the figure stands in time

_PER_MONTH: Final = re.compile(r"(?:\b(?:a|per|each|every)\s+|/\s*)month(?![\w-])|\bmonthly\b", re.IGNORECASE)
_A_DAY: Final = re.compile(r"\s*(\d{4}(\D)\d{1,2}\2\d{1,2}|\d{8})", re.ASCII)  # and no month or year


def figures_of(counts: pd.DataFrame, *, per: str = "period", reading: str = "usual") -> pd.DataFrame:
    """Return the figures that have a date, with their ranges and their places in time.

    Parameters
    ----------
    counts : pandas.DataFrame
        Published counts; `value` and `period_end` are needed.
    per : {"period", "month"}
        `month` divides each flow by the length of its period in months of 30.4375 days. What is no flow, has no
        known length, or is of a period covered only in part has no number a month and gets missing values.
    reading : {"usual", "strict"}
        How far qualifiers reach.

    Returns
    -------
    pandas.DataFrame
        The counts with every column of `DEFAULTS`; `value`, `low`, `high` as float64; `printed` (str), `days`
        (float64), `middle` (datetime64). `per` in its `attrs` says of what they are numbers.

    Raises
    ------
    ArgumentError
        If it is no frame, an argument is not one of those that there are, or a needed column is missing.
    DataError
        If a value is no count, a period no period, an end of it no day but a year or a month, `rounded_to` no number,
        or `preferred` neither true nor false; or if numbers that are per month already would be divided once more.
    """
    check_choice("per", per, PERS)
    check_choice("reading", reading, READINGS)
    if not isinstance(counts, pd.DataFrame):
        raise ArgumentError(
            f"`counts` must be a pandas DataFrame, but {type(counts).__name__} was given; load_counts returns one"
        )
    given = counts.attrs.get("per", "period")
    if per == given == "month":
        raise DataError(
            '`counts` holds numbers per month already; leave out per="month", or give the counts that they were made of'
        )
    for needed in (c.VALUE, c.PERIOD_END):
        if needed not in counts:
            raise ArgumentError(f"`counts` needs a column {needed!r}; it has {', '.join(map(str, counts))}")
    figures = _complete(counts)
    if per == "month":
        _refuse_monthly_units(figures)
    starts, ends = figures[c.PERIOD_START], figures[c.PERIOD_END]
    lows, highs = np.array(list(_ranges(figures, reading)), dtype=float).reshape(-1, 2).T
    days = length_in_days(starts, ends).astype(float)
    partial = notes_of(figures).str.startswith(c.PARTIAL)
    highs[partial] = np.inf  # of a period that a register may cover only in part, a count is the least
    has_rate = (figures[c.MEASURE] == "flow") & ~partial
    divisor = (days / DAYS_PER_MONTH).where(has_rate) if per == "month" else 1.0
    # The middle of a total since a start says nothing; it stands where it ends.
    from_start = starts.where(figures[c.MEASURE] != "cumulative")
    found: dict[str, Any] = {
        PRINTED: [printed(*figure) for figure in zip(figures[c.VALUE], figures[c.QUALIFIER], strict=True)],
        c.VALUE: figures[c.VALUE].to_numpy(float, na_value=np.nan) / divisor,
        c.LOW: lows / divisor,
        c.HIGH: highs / divisor,
        DAYS: days,
        MIDDLE: midpoint(from_start, ends),
    }
    figures = figures.assign(**found)
    figures.attrs["per"] = per if per == "month" else given
    return figures


def notes_of(figures: pd.DataFrame) -> pd.Series:
    """Return the notes of figures as text, empty where there is none."""
    if c.NOTE not in figures:
        return pd.Series("", index=figures.index, dtype="str")
    return figures[c.NOTE].astype("str").fillna("")


def a_month(unit: str) -> str:
    """Return the unit of numbers a month.

    Examples
    --------
    >>> a_month("missions"), a_month("missions a month"), a_month("")
    ('missions a month', 'missions a month', 'a month')
    """
    return unit if is_per_month(unit) else f"{unit} a month".strip()


def is_per_month(unit: str) -> bool:
    """Return whether a unit says that its numbers are per month.

    Examples
    --------
    >>> [is_per_month(unit) for unit in ("missions per month", "missions/month", "monthly missions", "person-months")]
    [True, True, True, False]
    """
    return _PER_MONTH.search(unit) is not None


def printed(value: Any, qualifier: str) -> str:
    """Write a figure as it was published: the word and the number."""
    if pd.isna(value):
        return MISSING
    number = int(value) if float(value).is_integer() else value
    return f"{'' if qualifier == 'exact' else qualifier.replace('_', ' ') + ' '}{number:,}"


def series_keys(by: str | Sequence[str]) -> list[str]:
    """Return the columns that make up a series, each once."""
    try:
        return [by] if isinstance(by, str) else list(dict.fromkeys(by or ()))
    except TypeError as error:
        raise ArgumentError(f"name one column or several, such as 'indicator', but {by!r} was given") from error


def read_days(column: pd.Series) -> pd.Series:
    """Return days that are dates or text as datetime64; a number, a year and a month are no days."""
    named = np.array([_names_a_day(day) for day in column], dtype=bool)
    known = pd.to_datetime(column.where(named), format="ISO8601", errors="coerce", utc=True).notna()
    wrong = column[~known & column.notna() & column.ne("")].tolist()
    if wrong:
        raise DataError(f"{column.name} holds {wrong[0]!r}, which is no day; write days such as 2018-03-02")
    try:
        days = pd.to_datetime(column, format="ISO8601")
    except ValueError as error:
        raise DataError(f"{column.name} holds days of several time zones; write days such as 2018-03-02") from error
    days = days.dt.tz_localize(None) if days.dt.tz is not None else days
    return days.astype("datetime64[us]")  # nanoseconds end in 2262


def rows(frame: pd.DataFrame) -> Iterable[Any]:
    """Yield the rows of a frame as named tuples, whose fields may be of any type: pandas-stubs knows scalars only."""
    return frame.itertuples(index=False)


def _complete(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the counts that have a date, with every column, in the dtypes that the rest relies on."""
    absent: dict[str, Any] = {name: default for name, default in DEFAULTS.items() if name not in counts}
    if c.MEASURE not in counts:
        absent[c.MEASURE] = "flow" if c.PERIOD_START in counts else "stock"
    figures = counts.assign(**{c.PERIOD_START: pd.NaT, **absent} if c.PERIOD_START not in counts else absent)
    for name in (c.PERIOD_START, c.PERIOD_END):
        figures[name] = read_days(figures[name])
    figures = figures[figures[c.PERIOD_END].notna()].reset_index(drop=True)
    for name in (c.INDICATOR, c.MEASURE, c.SCOPE, c.UNIT, c.PERIOD_BASIS, c.QUALIFIER):
        figures[name] = figures[name].astype("str").fillna(DEFAULTS.get(name, "flow"))
    _refuse(figures, figures[c.PERIOD_END] < figures[c.PERIOD_START], "ends before it starts")
    read = {name: pd.to_numeric(figures[name], errors="coerce") for name in (c.VALUE, c.ROUNDED_TO)}
    read[c.PREFERRED] = figures[c.PREFERRED].map(lambda mark: MARKS.get(as_text(mark).strip().lower() or "true"))
    for name, column in read.items():
        _refuse(figures, column.isna() & figures[name].notna(), f"has the {name}", name)
    _refuse(figures, read[c.ROUNDED_TO] < 0, f"has the {c.ROUNDED_TO}", c.ROUNDED_TO)
    return figures.assign(**read).astype({c.PREFERRED: bool})


def _refuse(figures: pd.DataFrame, wrong: pd.Series, said: str, name: str = "") -> None:
    """Raise DataError if something is wrong with a figure."""
    if wrong.any():
        value = f" {figures.loc[wrong, name].tolist()[0]!r}" if name else ""
        raise DataError(f"{_place(figures[wrong].iloc[0])} {said}{value}; correct it, or load it with load_counts")


def _refuse_monthly_units(figures: pd.DataFrame) -> None:
    """Raise DataError if a flow that is to be divided by its months has a unit that is per month."""
    monthly = figures[c.UNIT].map(is_per_month).astype(bool) & (figures[c.MEASURE] == "flow")
    if monthly.any():
        figure = figures[monthly].iloc[0]
        raise DataError(
            f"{_place(figure)} has the unit {figure[c.UNIT]!r}, which is per month already; "
            'leave out per="month", or give the counts of the whole periods'
        )


def _place(figure: pd.Series) -> str:
    days = [str(day.date()) for day in (figure[c.PERIOD_START], figure[c.PERIOD_END]) if pd.notna(day)]
    return f"the figure of {figure[c.INDICATOR]} for {' to '.join(days)}"


def _ranges(figures: pd.DataFrame, reading: str) -> Iterator[tuple[float, float]]:
    """Yield what each figure stands for."""
    said = zip(figures[c.VALUE].tolist(), figures[c.QUALIFIER], figures[c.ROUNDED_TO], strict=True)
    for row, (value, qualifier, rounded_to) in enumerate(said):
        try:
            yield _range(value, qualifier, rounded_to, reading)
        except DataError as error:
            raise DataError(f"{_place(figures.iloc[row])}: {error}") from error


def _range(value: Any, qualifier: str, rounded_to: Any, reading: str) -> tuple[float, float]:
    """Return what a figure stands for; a number that was rounded stands for all from 0 on that round to it."""
    if pd.isna(value):
        return np.nan, np.nan
    read = bounds(value, qualifier, reading=reading)
    if qualifier == "exact" and pd.notna(rounded_to):
        printed_value, half = Decimal(str(value)), Decimal(str(rounded_to)) / 2  # 24.1 to 0.1 reaches 24.15 exactly
        return max(float(printed_value - half), 0.0), float(printed_value + half)
    return read


def _names_a_day(day: Any) -> bool:
    return not pd.api.types.is_number(day) and _A_DAY.match(str(day)) is not None
