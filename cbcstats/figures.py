"""Counts -> figures with ranges: what changes and charts both start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats import columns as c
from cbcstats.errors import ArgumentError, check_choice
from cbcstats.periods import DAYS_PER_MONTH, length_in_days, midpoint
from cbcstats.qualifiers import READINGS, bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PERS: Final = ("period", "month")

# Columns that a frame of counts may leave out, and what holds then.
DEFAULTS: Final[Mapping[str, Any]] = {
    c.MEASURE: "flow",
    c.SCOPE: "all",
    c.UNIT: "",
    c.PERIOD_START: pd.NaT,
    c.PERIOD_BASIS: "stated",
    c.QUALIFIER: "exact",
    c.PREFERRED: True,
    c.SOURCE_ID: None,
}

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
        (float64), `middle` (datetime64).

    Raises
    ------
    ArgumentError
        If an argument is not one of those that there are, or a needed column is missing.
    """
    check_choice("per", per, PERS)
    check_choice("reading", reading, READINGS)
    for needed in (c.VALUE, c.PERIOD_END):
        if needed not in counts:
            raise ArgumentError(f"`counts` needs a column {needed!r}; it has {', '.join(map(str, counts))}")
    absent: dict[str, Any] = {name: default for name, default in DEFAULTS.items() if name not in counts}
    figures = counts.assign(**absent)
    figures = figures[figures[c.PERIOD_END].notna()].reset_index(drop=True)
    figures[c.PREFERRED] = figures[c.PREFERRED].astype("boolean").fillna(value=True).astype(bool)
    starts, ends = (pd.to_datetime(figures[name]) for name in (c.PERIOD_START, c.PERIOD_END))
    ranges = [
        (np.nan, np.nan) if pd.isna(value) else bounds(value, qualifier, reading=reading)
        for value, qualifier in zip(figures[c.VALUE], figures[c.QUALIFIER], strict=True)
    ]
    lows, highs = np.array(ranges, dtype=float).reshape(-1, 2).T
    days = length_in_days(starts, ends).astype(float)
    divisor = (days / DAYS_PER_MONTH).where(figures[c.MEASURE] == "flow") if per == "month" else 1.0
    # The middle of a total since a start says nothing; it stands where it ends.
    from_start = starts.where(figures[c.MEASURE] != "cumulative")
    found: dict[str, Any] = {
        c.PERIOD_START: starts,
        c.PERIOD_END: ends,
        PRINTED: [_printed(*figure) for figure in zip(figures[c.VALUE], figures[c.QUALIFIER], strict=True)],
        c.VALUE: figures[c.VALUE].to_numpy(float, na_value=np.nan) / divisor,
        c.LOW: lows / divisor,
        c.HIGH: highs / divisor,
        DAYS: days,
        MIDDLE: midpoint(from_start, ends),
    }
    return figures.assign(**found)


def rows(frame: pd.DataFrame) -> Iterable[Any]:
    """Yield the rows of a frame as named tuples."""
    return frame.itertuples(index=False)


def _printed(value: Any, qualifier: str) -> str:
    if pd.isna(value):
        return "not known"
    return f"{'' if qualifier == 'exact' else qualifier.replace('_', ' ') + ' '}{value:,}"
