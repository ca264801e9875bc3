"""Published figures with their ranges: the common first step of all results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_choice
from cbcstats.counts.formats import is_per_month
from cbcstats.counts.own_data import MEASURES, counts_of
from cbcstats.counts.periods import is_whole_months, length_in_days, length_in_months
from cbcstats.counts.qualifiers import QUALIFIERS
from cbcstats.counts.readings import check_reading, ranges
from cbcstats.errors import DataError
from cbcstats.frames import (
    MARKS,
    as_printed,
    as_text,
    check_words,
    read_days,
    read_numbers,
    text_column,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# How the note of a count begins whose period a register may cover only in part.
PARTIAL: Final = "partial:"
BASES: Final = ("stated", "inferred")  # how the days of a period are known
CHANGE_BASES: Final = ("total", "per_month")  # of what a change is published
PERS: Final = ("period", "month")
# Columns that tell what part of a total a count is.
PARTS: Final = (
    "wco_region",
    "iso3",
    "member",
    "programme",
    "track",
    "kind",
    "status",
)
# Columns that tell series apart, as far as they are there.
CHAIN: Final = ("indicator", "measure", "scope", "area", "unit")
# Uncertainty of the length of a period whose days are inferred.
_DAYS_IF_INFERRED: Final = 7

# Columns that counts may leave out, and what holds then.
_DEFAULTS: Final[Mapping[str, Any]] = {
    "indicator": "figures",
    "measure": "flow",
    "scope": "all",
    "unit": "",
    "period_basis": "stated",
    "qualifier": "exact",
    "rounded_to": np.nan,
    "preferred": True,
    "source_id": "own figures",
}
_TEXTS: Final = ("indicator", "measure", "scope", "unit", "period_basis", "qualifier")


def figures_of(
    data: Any,
    *,
    by: Iterable[str] | None = None,
    per: str = "period",
    reading: str | float = "usual",
    time: str | None = None,
    value: str | None = None,
    measure: str | None = None,
    year_start: int | None = None,
) -> pd.DataFrame:
    """Return figures with their ranges and the length of their periods.

    Parameters
    ----------
    data, by, time, value, measure, year_start
        As for `year_on_year`.
    per : {"period", "month"}
        With `month`, also the monthly rates of flows.
    reading : {"usual", "strict"} or float
        How far qualifiers reach, see `bounds`.

    Returns
    -------
    pandas.DataFrame
        The counts that have a last day, in all columns that counts may leave out;
        `value`, `low`, `high` (float64); `days` (float64), `period_tolerance` (days,
        float64); with `per="month"` also `months`, `rate`, `rate_low`, `rate_high`
        (float64), missing for figures that have no monthly rate.

    Raises
    ------
    ArgumentError
        If an argument is wrong, or periods or values cannot be found.
    DataError
        If a cell is wrong, or a figure is per month already and would be divided again.

    Notes
    -----
    A count with rows known to be missing ranges from its value to value + missing. One
    of a period that a register may cover only in part has no upper limit.
    """
    check_choice("per", per, PERS)
    check_reading(reading)
    counts = counts_of(
        data, by=by, time=time, value=value, measure=measure, year_start=year_start
    )
    figures = _typed(counts)
    low, high = ranges(
        figures["value"].to_numpy(),
        figures["qualifier"],
        figures["rounded_to"].to_numpy(),
        reading,
    )
    figures = figures.assign(low=low, high=high)
    if "missing" in figures:
        figures = _with_missing_rows(figures)
    figures["high"] = figures["high"].mask(is_partial(figures), np.inf)
    if per == "month":
        figures = _with_rates(figures)
    return figures


def figure_keys(counts: pd.DataFrame) -> list[pd.Series]:
    """Return the keys by which to group figures of the same series and period.

    Examples
    --------
    >>> counts = pd.DataFrame({"indicator": "missions", "scope": "all",
    ...     "period_start": pd.NaT,
    ...     "period_end": pd.to_datetime(["2018-02-28", "2018-02-28", None])})
    >>> figures = counts.groupby(figure_keys(counts), dropna=False)
    >>> figures["scope"].transform("size").tolist()
    [2, 2, 1]
    """
    is_dated = counts["period_end"].notna()
    # Figures without a date are not alternatives to each other: each is its own group.
    row = counts.index.to_series()
    series = [counts[column].where(is_dated, row) for column in ("indicator", "scope")]
    parts = [counts[column] for column in PARTS if column in counts]
    return [*series, counts["period_start"], counts["period_end"], *parts]


def notes_of(figures: pd.DataFrame) -> pd.Series:
    """Return the notes of figures as text, empty where there is none."""
    if "note" not in figures:
        return text_column([""] * len(figures), figures.index)
    return text_column(figures["note"]).fillna("")


def is_partial(figures: pd.DataFrame) -> pd.Series:
    """Tell which periods a register may cover only in part, by the note."""
    if "note" not in figures:
        return pd.Series(data=False, index=figures.index)
    return notes_of(figures).str.startswith(PARTIAL).astype(bool)


def _typed(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the counts that have a last day, with every column in its dtype."""
    is_dated = counts["period_end"].notna()
    if not is_dated.all():
        counts = counts[is_dated]
    absent = {name: cell for name, cell in _DEFAULTS.items() if name not in counts}
    figures = counts.reset_index(drop=True).assign(**absent)
    texts = {}
    for name in (*_TEXTS, "source_id"):
        text = text_column(absent.get(name, figures[name]), figures.index)
        texts[name] = text.fillna(_DEFAULTS[name])
    figures = figures.assign(**texts)
    check_words(figures["measure"], MEASURES)
    check_words(figures["period_basis"], BASES)
    check_words(figures["qualifier"], QUALIFIERS)
    if "change_since" in figures:
        figures["change_since"] = read_days(figures["change_since"])
    if "change_basis" in figures:
        check_words(figures["change_basis"], CHANGE_BASES)
        figures["change_basis"] = text_column(figures["change_basis"])
    for name in ("rounded_to", "missing"):
        if name in figures:
            figures[name] = _floats(figures[name])
            _refuse(figures, figures[name] < 0, f"has a negative {name}")
    figures["value"] = _floats(figures["value"])
    _refuse(figures, np.isinf(figures["value"]), "has an infinite value")
    figures["preferred"] = _marks(figures)
    start, end = figures["period_start"], figures["period_end"]
    _refuse(figures, end < start, "ends before it starts")
    figures["days"] = length_in_days(start, end).astype(float)
    figures["period_tolerance"] = _tolerances(figures)
    return figures


def _floats(column: pd.Series) -> pd.Series:
    numbers = as_printed(read_numbers(column))
    values = numbers.to_numpy(float, na_value=np.nan)
    return pd.Series(values, index=column.index)


def _marks(figures: pd.DataFrame) -> pd.Series:
    column = figures["preferred"]
    if column.dtype == bool:
        return column
    texts = column.map(as_text).str.strip().str.lower()
    marks = texts.replace("", "true").map(MARKS)
    _refuse(figures, marks.isna(), "has a preferred that is neither true nor false")
    return marks.astype(bool)


def _tolerances(figures: pd.DataFrame) -> pd.Series:
    """Return by how many days each period may be shorter or longer."""
    start, end = figures["period_start"], figures["period_end"]
    # A reporting year from July to June has twelve months whichever way it is known.
    is_uncertain = (figures["period_basis"] == "inferred") & ~is_whole_months(
        start, end
    )
    default = is_uncertain.astype(float) * _DAYS_IF_INFERRED
    # Even the shortest period lasts a day.
    longest = figures["days"] - 1
    default = default.clip(upper=longest)
    if "period_tolerance" not in figures:
        return default
    given = _floats(figures["period_tolerance"])
    _refuse(figures, given < 0, "has a negative period_tolerance")
    return given.fillna(default).clip(upper=longest)


def _with_missing_rows(figures: pd.DataFrame) -> pd.DataFrame:
    """Let counts with rows known to be missing range from value to value + missing."""
    missing = figures["missing"].fillna(0)
    is_incomplete = missing > 0
    low = figures["low"].mask(is_incomplete, figures["value"])
    high = figures["high"].mask(is_incomplete, figures["value"] + missing)
    return figures.assign(low=low, high=high)


def _with_rates(figures: pd.DataFrame) -> pd.DataFrame:
    """Divide flows by the length of their periods in months."""
    is_flow = figures["measure"] == "flow"
    is_monthly = is_flow & figures["unit"].map(is_per_month).astype(bool)
    if "per" in figures:
        is_monthly |= figures["per"] == "month"
    remedy = 'leave out per="month", or give the counts of the whole periods'
    _refuse(figures, is_monthly, "is per month already", remedy)
    months = length_in_months(figures["period_start"], figures["period_end"])
    months = months.where(is_flow & ~is_partial(figures))
    share = figures["period_tolerance"] / figures["days"]
    shortest, longest = months * (1 - share), months * (1 + share)
    # A negative value per month is lowest in the shortest period.
    low, high = figures["low"], figures["high"]
    return figures.assign(
        months=months,
        rate=figures["value"] / months,
        rate_low=low / longest.where(low >= 0, shortest),
        rate_high=high / shortest.where(high >= 0, longest),
    )


def _refuse(
    figures: pd.DataFrame,
    is_wrong: pd.Series,
    problem: str,
    remedy: str = "correct it",
) -> None:
    """Raise DataError if something is wrong with a figure."""
    if not is_wrong.any():
        return
    figure = figures[is_wrong].iloc[0]
    days = [figure["period_start"], figure["period_end"]]
    period = " to ".join(str(day.date()) for day in days if pd.notna(day))
    raise DataError(
        f"the figure of {figure['indicator']} for {period} {problem}; {remedy}"
    )
