"""Published figures with their ranges: the common first step of all results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_choice
from cbcstats.counts.formats import (
    BASES,
    CHANGE_BASES,
    MEASURES,
    is_partial,
    is_per_month,
)
from cbcstats.counts.own_data import counts_of
from cbcstats.counts.periods import (
    is_whole_months,
    length_in_days,
    length_in_months,
    period_labels,
)
from cbcstats.counts.readings import QUALIFIERS, bounds, check_reading, ranges
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
    from collections.abc import Iterable

# Uncertainty of the length of a period whose days are inferred.
_DAYS_IF_INFERRED: Final = 7
# What registers add up over their rows, in the words of `unit`.
_PEOPLE: Final = ("experts", "participants", "female participants")
_LARGEST: Final = 1e300

# What an empty cell means, and a column that counts leave out.
_TEXTS: Final = {
    "indicator": "figures",
    "measure": "flow",
    "scope": "all",
    "unit": "",
    "period_basis": "stated",
    "qualifier": "exact",
    "source_id": "own figures",
}
_CODES: Final = {
    "measure": MEASURES,
    "period_basis": BASES,
    "qualifier": QUALIFIERS,
    "change_basis": CHANGE_BASES,
}


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
    check_choice("per", per, ("period", "month"))
    check_reading(reading)
    counts = counts_of(
        data, by=by, time=time, value=value, measure=measure, year_start=year_start
    )
    figures = _complete(counts)
    figures["low"], figures["high"] = _ranges(figures, reading)
    if "missing" in figures:
        figures = _with_missing_rows(figures)
    if "note" in figures:
        figures["high"] = figures["high"].mask(is_partial(figures), np.inf)
    return _with_rates(figures) if per == "month" else figures


def labels_of(figures: pd.DataFrame) -> pd.Series:
    """Name the period of each figure, as typed or by its days."""
    typed = figures["period"]
    labels = period_labels(figures["period_start"], figures["period_end"])
    return labels.where(typed.isna(), typed)


def _ranges(
    figures: pd.DataFrame, reading: str | float
) -> tuple[np.ndarray, np.ndarray]:
    columns = figures["value"], figures["qualifier"], figures["rounded_to"]
    try:
        return ranges(*columns, reading)
    except DataError:
        # Reading them one by one takes long, and finds the figure that is wrong.
        for row, (value, qualifier, rounded_to) in enumerate(
            zip(*columns, strict=True)
        ):
            place = None if pd.isna(rounded_to) else rounded_to
            try:
                bounds(value, qualifier, place, reading=reading)
            except DataError as error:
                where = _place_of(figures.iloc[row])
                raise DataError(f"{where}: {error}") from error
        raise


def _complete(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the counts that have a last day, with every column in its dtype."""
    is_dated = counts["period_end"].notna()
    # Selecting rows copies the table, and nearly always all have a day.
    figures = counts if is_dated.all() else counts[is_dated]
    figures = figures.reset_index(drop=True)
    figures = _with_texts(figures)
    if "change_since" in figures:
        figures["change_since"] = read_days(figures["change_since"])
    for name in ("value", "rounded_to", "missing"):
        if name in figures:
            figures[name] = _floats(figures[name])
    if "rounded_to" not in figures:
        figures["rounded_to"] = np.nan
    figures["preferred"] = _marks(figures)
    days = length_in_days(figures["period_start"], figures["period_end"])
    figures["days"] = days.astype(float)
    figures["period_tolerance"] = _tolerances(figures)
    _check_figures(figures)
    return figures


def _with_texts(figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures with all columns of text, and no empty cells in them."""
    present = figures.columns.intersection(list(_TEXTS))
    for name in present:
        text = text_column(_as_typed(figures[name]))
        figures[name] = text.fillna(_TEXTS[name])
    if "change_basis" in figures:
        figures["change_basis"] = text_column(figures["change_basis"])
    for name, codes in _CODES.items():
        if name in figures:
            check_words(figures[name], codes)
    absent = {name: text for name, text in _TEXTS.items() if name not in present}
    return figures.assign(**absent)


def _as_typed(column: pd.Series) -> pd.Series:
    """Write whole numbers, of which a gap makes floats, without decimals."""
    if pd.api.types.is_float_dtype(column.dtype):
        return column.map(as_text).mask(column.isna())
    return column


def _check_figures(figures: pd.DataFrame) -> None:
    value = figures["value"]
    start = figures["period_start"]
    end = figures["period_end"]
    # Differences and percent changes of larger numbers would not be numbers.
    is_too_large = value.abs() > _LARGEST
    _refuse(figures, is_too_large, "is too large or too fine a number", "check it")
    is_reversed = end < start
    _refuse(figures, is_reversed, "ends before it starts")
    for name in ("rounded_to", "missing", "period_tolerance"):
        if name in figures:
            is_negative = figures[name] < 0
            problem = f"has a negative {name}"
            _refuse(figures, is_negative, problem)


def _floats(column: pd.Series) -> pd.Series:
    numbers = read_numbers(column)
    printed = as_printed(numbers)
    # Float64 and Arrow have missing cells of their own.
    values = printed.to_numpy(float, na_value=np.nan)
    return pd.Series(values, index=column.index)


def _marks(figures: pd.DataFrame) -> pd.Series | bool:
    """Return which figures are preferred: all, unless the counts say otherwise."""
    if "preferred" not in figures:
        return True
    column = figures["preferred"]
    if column.dtype == bool:
        return column
    texts = column.map(as_text).str.strip()
    texts = texts.str.lower()
    # An empty cell leaves the figure preferred.
    marks = texts.replace("", "true").map(MARKS)
    _refuse(figures, marks.isna(), "has a preferred that is neither true nor false")
    return marks.astype(bool)


def _tolerances(figures: pd.DataFrame) -> pd.Series:
    """Return by how many days each period may be shorter or longer."""
    tolerance = pd.Series(0.0, figures.index)
    is_inferred = figures["period_basis"] == "inferred"
    # Most data of one's own states its periods, and has nothing to add.
    if not is_inferred.any() and "period_tolerance" not in figures:
        return tolerance
    start = figures.loc[is_inferred, "period_start"]
    end = figures.loc[is_inferred, "period_end"]
    # A reporting year from July to June has twelve months whichever way it is known.
    are_whole = is_whole_months(start, end)
    uncertain = end.index[~are_whole]
    tolerance[uncertain] = _DAYS_IF_INFERRED
    if "period_tolerance" in figures:
        published = _floats(figures["period_tolerance"])
        tolerance = published.fillna(tolerance)
    # Even the shortest period lasts a day.
    longest = figures["days"] - 1
    return tolerance.mask(tolerance > longest, longest)


def _with_missing_rows(figures: pd.DataFrame) -> pd.DataFrame:
    """Let counts with rows known to be missing range from value to value + missing.

    Sums of people over these rows have no upper end.
    """
    missing = figures["missing"]
    is_incomplete = missing > 0
    value = figures["value"]
    # A missing row is one mission, but any number of people.
    is_of_people = figures["unit"].isin(_PEOPLE)
    total = (value + missing).mask(is_of_people, np.inf)
    low = figures["low"].mask(is_incomplete, value)
    high = figures["high"].mask(is_incomplete, total)
    return figures.assign(low=low, high=high)


def _with_rates(figures: pd.DataFrame) -> pd.DataFrame:
    """Divide flows by the length of their periods in months."""
    is_flow = figures["measure"] == "flow"
    is_monthly = is_flow & _are_per_month(figures["unit"])
    if "per" in figures:
        is_monthly |= figures["per"] == "month"
    remedy = 'leave out per="month", or give the counts of the whole periods'
    _refuse(figures, is_monthly, "is per month already", remedy)
    start = figures["period_start"]
    end = figures["period_end"]
    # A period that is covered in part has no known length.
    has_rate = is_flow & ~is_partial(figures)
    months = length_in_months(start, end).where(has_rate)
    tolerance = figures["period_tolerance"] / figures["days"]
    shortest = months * (1 - tolerance)
    longest = months * (1 + tolerance)
    low = figures["low"]
    high = figures["high"]
    # A negative value per month is lowest in the shortest period.
    months_of_low = longest.where(low >= 0, shortest)
    months_of_high = shortest.where(high >= 0, longest)
    return figures.assign(
        months=months,
        rate=figures["value"] / months,
        rate_low=low / months_of_low,
        rate_high=high / months_of_high,
    )


def _are_per_month(units: pd.Series) -> pd.Series:
    # Long tables have few units.
    is_monthly = {unit: is_per_month(unit) for unit in units.unique()}
    return units.map(is_monthly).astype(bool)


def _refuse(
    figures: pd.DataFrame,
    is_wrong: pd.Series,
    problem: str,
    remedy: str = "correct it",
) -> None:
    """Raise DataError if something is wrong with a figure."""
    if is_wrong.any():
        first = figures[is_wrong].iloc[0]
        place = _place_of(first)
        raise DataError(f"{place} {problem}; {remedy}")


def _place_of(figure: pd.Series) -> str:
    start = figure["period_start"]
    end = figure["period_end"]
    period = str(end.date())
    if pd.notna(start):
        period = f"{start.date()} to {period}"
    name = figure["indicator"]
    return f"the figure of {name} for {period}"
