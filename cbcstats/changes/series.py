"""Figures in series, the arithmetic of their ranges, and the columns of results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cbcstats.changes.partners import preferred_figures, series_of
from cbcstats.counts.figures import figures_of
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def read_series(
    data: Any,
    by: str | Iterable[str] | None,
    per: str,
    reading: str | float,
    time: str | None,
    value: str | None,
    measure: str | None,
    year_start: int | None,
) -> tuple[pd.DataFrame, list[str]]:
    """Return one figure for each period of a series, and what tells series apart.

    The parameters are those of `year_on_year`.
    """
    figures = figures_of(
        data,
        by=by,
        per=per,
        reading=reading,
        time=time,
        value=value,
        measure=measure,
        year_start=year_start,
    )
    names = series_of(figures, by)
    return preferred_figures(figures, names), names


def figure_columns(
    figures: pd.DataFrame, labels: pd.Series, per: str, prefix: str = ""
) -> dict[str, pd.Series]:
    """Return the columns of figures that results show: periods, values and ranges."""
    names = ["value", "qualifier", "low", "high"]
    if per == "month":
        names += ["rate", "rate_low", "rate_high"]
    # A fiscal year without days was placed in the calendar year in which it ends.
    has_days = figures["period"].isna()
    is_figure = figures["period_end"].notna()
    columns = {
        "period": labels.where(is_figure),
        "period_start": figures["period_start"].where(has_days),
        "period_end": figures["period_end"].where(has_days),
        **figures[names],
    }
    return {prefix + name: column for name, column in columns.items()}


def result_of(
    figures: pd.DataFrame,
    names: list[str],
    columns: Mapping[str, pd.Series],
    per: str,
) -> pd.DataFrame:
    """Return columns between those of the series and what the figures are."""
    series = [name for name in names if name != "unit"]
    if "indicator" in series and "label" in figures:
        series.insert(series.index("indicator") + 1, "label")
    result = {
        **figures[series],
        **columns,
        "per": text_column(per, figures.index),
        "unit": figures["unit"],
        "source_id": figures["source_id"],
    }
    return pd.DataFrame(result)


def range_of(figures: pd.DataFrame, per: str) -> tuple[pd.Series, pd.Series]:
    """Return the ends of the ranges of values, or of monthly rates."""
    prefix = "rate_" if per == "month" else ""
    return figures[prefix + "low"], figures[prefix + "high"]


def middle_of(figures: pd.DataFrame, per: str) -> pd.Series:
    """Return the middle of the range; per month, divided by the length as given."""
    middle = (figures["low"] + figures["high"]) / 2
    middle = middle.where(np.isfinite(middle))
    if per == "month":
        # Not the middle of the rates: a length of 355 ± 7 days is most likely 355.
        return middle / figures["months"]
    return middle


def changes_of(
    later: pd.DataFrame, previous: pd.DataFrame, per: str
) -> dict[str, pd.Series]:
    """Return the change and the percent change with their ranges.

    The change of a share is in percentage points, and has no percent change.
    """
    low, high = range_of(later, per)
    low_before, high_before = range_of(previous, per)
    middle = middle_of(later, per)
    middle_before = middle_of(previous, per)
    # A negative figure is farthest below one that is as small as can be.
    base_of_low = high_before.where(low >= 0, low_before)
    base_of_high = low_before.where(high > 0, high_before)
    # A negative figure after one that may be 0 has no least percent change.
    base_of_low = base_of_low.where(base_of_low > 0)
    is_share = later["measure"] == "share"
    has_percent = (low_before >= 0) & (high_before > 0) & ~is_share
    percent_change = percent(middle, middle_before)
    percent_change_low = percent(low, base_of_low)
    percent_change_high = percent(high, base_of_high)
    quantity = "rate" if per == "month" else "value"
    printed_before = previous[quantity]
    base_as_printed = printed_before.where((printed_before > 0) & ~is_share)
    return {
        "change": middle - middle_before,
        "change_low": low - high_before,
        "change_high": high - low_before,
        "percent_change": percent_change.where(has_percent),
        "percent_change_low": percent_change_low.where(has_percent),
        "percent_change_high": percent_change_high.where(has_percent),
        "percent_change_as_printed": percent(later[quantity], base_as_printed),
    }


def percent(value: pd.Series, previous: pd.Series) -> pd.Series:
    """Return a change in percent; infinite after a value of 0."""
    # Not value / previous - 1, which makes 10.000000000000009 of 110 after 100.
    change = value - previous
    percent_change = 100 * change / previous
    is_open = np.isinf(previous)
    if not is_open.any():
        return percent_change
    is_after_open = is_open & value.notna()
    return percent_change.mask(is_after_open, -100.0)


def sum_of_group(values: pd.Series, group: pd.Series) -> pd.Series:
    """Add up the values of each group, a column of whole numbers.

    The sum is missing if one of the values is.
    """
    # A sum by groupby() would leave out missing values.
    sums = np.bincount(group, values)
    return pd.Series(sums[group], values.index)


def sum_of_others(values: pd.Series, group: pd.Series) -> pd.Series:
    """Add up the other values of each group.

    Examples
    --------
    >>> sum_of_others(pd.Series([1, 2, float("inf")]), pd.Series([0, 0, 0])).tolist()
    [inf, inf, 3.0]
    """
    # Infinite minus infinite is not a number.
    is_open = np.isinf(values)
    if not is_open.any():
        return sum_of_group(values, group) - values
    finite = values.mask(is_open, 0)
    others = sum_of_group(finite, group) - finite
    open_ones = sum_of_group(is_open, group)
    has_open_others = open_ones > is_open
    return others.mask(has_open_others, np.inf)
