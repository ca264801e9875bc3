"""Counts -> figures with ranges: what changes and charts both start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats import columns as c
from cbcstats.errors import ArgumentError, DataError, check_choice
from cbcstats.periods import DAYS_PER_MONTH, length_in_days, midpoint
from cbcstats.qualifiers import READINGS, bounds

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


def figures_of(counts: pd.DataFrame, *, per: str = "period", reading: str = "usual") -> pd.DataFrame:
    """Return the figures that have a date, with their ranges and their places in time.

    Parameters
    ----------
    counts : pandas.DataFrame
        Published counts; `value` and `period_end` are needed.
    per : {"period", "month"}
        `month` divides each flow by the length of its period in months of 30.4375 days. What is no flow, or has
        no known length, has no number a month and gets missing values.
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
        If it is no frame, an argument is not one of those that there are, a needed column is missing, or numbers a
        month would be divided once more.
    DataError
        If a value is no count, or a period no period.
    """
    check_choice("per", per, PERS)
    check_choice("reading", reading, READINGS)
    if not isinstance(counts, pd.DataFrame):
        raise ArgumentError(
            f"`counts` must be a pandas DataFrame, but {type(counts).__name__} was given; load_counts returns one"
        )
    given = counts.attrs.get("per", "period")
    if per == given == "month":
        raise ArgumentError("`counts` holds numbers a month already; give the counts that they were made of")
    for needed in (c.VALUE, c.PERIOD_END):
        if needed not in counts:
            raise ArgumentError(f"`counts` needs a column {needed!r}; it has {', '.join(map(str, counts))}")
    figures = _complete(counts)
    starts, ends = figures[c.PERIOD_START], figures[c.PERIOD_END]
    lows, highs = np.array(list(_ranges(figures, reading)), dtype=float).reshape(-1, 2).T
    days = length_in_days(starts, ends).astype(float)
    divisor = (days / DAYS_PER_MONTH).where(figures[c.MEASURE] == "flow") if per == "month" else 1.0
    # The middle of a total since a start says nothing; it stands where it ends.
    from_start = starts.where(figures[c.MEASURE] != "cumulative")
    found: dict[str, Any] = {
        PRINTED: [_printed(*figure) for figure in zip(figures[c.VALUE], figures[c.QUALIFIER], strict=True)],
        c.VALUE: figures[c.VALUE].to_numpy(float, na_value=np.nan) / divisor,
        c.LOW: lows / divisor,
        c.HIGH: highs / divisor,
        DAYS: days,
        MIDDLE: midpoint(from_start, ends),
    }
    figures = figures.assign(**found)
    figures.attrs["per"] = per if per == "month" else given
    return figures


def a_month(unit: str) -> str:
    """Return the unit of numbers a month.

    Examples
    --------
    >>> a_month("missions"), a_month("missions a month"), a_month("")
    ('missions a month', 'missions a month', 'a month')
    """
    return unit if unit.endswith("a month") else f"{unit} a month".strip()


def series_keys(by: str | Sequence[str]) -> list[str]:
    """Return the columns that make up a series, each once."""
    return [by] if isinstance(by, str) else list(dict.fromkeys(by or ()))


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
        figures[name] = _days(figures[name])
    figures = figures[figures[c.PERIOD_END].notna()].reset_index(drop=True)
    for name in (c.INDICATOR, c.MEASURE, c.SCOPE, c.UNIT, c.PERIOD_BASIS, c.QUALIFIER):
        figures[name] = figures[name].astype("str").fillna(DEFAULTS.get(name, "flow"))
    figures[c.PREFERRED] = figures[c.PREFERRED].map(_is_preferred).astype(bool)
    numbers = pd.to_numeric(figures[c.VALUE], errors="coerce")
    wrong = figures[(numbers.isna() & figures[c.VALUE].notna()) | (figures[c.PERIOD_END] < figures[c.PERIOD_START])]
    if len(wrong):
        figure = wrong.iloc[0]
        said = "ends before it starts" if pd.notna(numbers[wrong.index[0]]) else f"has the value {figure[c.VALUE]!r}"
        raise DataError(f"{_place(figure)} {said}; correct it, or load it with load_counts")
    return figures.assign(**{c.VALUE: numbers})


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
        return max(value - rounded_to / 2, 0), value + rounded_to / 2
    return read


def _is_preferred(mark: Any) -> bool:
    return bool(pd.isna(mark)) or str(mark).lower() == "true"


def _days(column: pd.Series) -> pd.Series:
    try:
        days = pd.to_datetime(column, format="ISO8601")
    except (ValueError, TypeError) as error:
        wrong = column[column.notna() & pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True).isna()]
        what = f"{wrong.iloc[0]!r}, which is no day" if len(wrong) else "days of several time zones"
        raise DataError(f"{column.name} holds {what}; write days such as 2018-03-02") from error
    return days.dt.tz_localize(None) if days.dt.tz is not None else days


def _printed(value: Any, qualifier: str) -> str:
    if pd.isna(value):
        return MISSING
    number = int(value) if float(value).is_integer() else value
    return f"{'' if qualifier == 'exact' else qualifier.replace('_', ' ') + ' '}{number:,}"
