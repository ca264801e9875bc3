"""Changes between published figures, as ranges, with whether they are comparable."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cbcstats.arguments import check_frame
from cbcstats.changes.comparability import comparison
from cbcstats.changes.partners import (
    preferred_figures,
    series_of,
    with_figure_before,
)
from cbcstats.counts.figures import figures_of, labels_of
from cbcstats.counts.formats import format_range, has_rates, printed
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable


def year_on_year(
    data: Any,
    *,
    by: str | Iterable[str] | None = None,
    per: str = "period",
    reading: str | float = "usual",
    time: str | None = None,
    value: str | None = None,
    measure: str | None = None,
    year_start: int | None = None,
) -> pd.DataFrame:
    """Compare each figure with the one of a year before.

    Parameters
    ----------
    data : pandas.DataFrame, pandas.Series, dict, or frame of another library
        Counts as `load_counts` returns them, or your own data: a column or an index of
        years (2019, `2019/20`, `FY2020`), quarters, months, weeks or days, and a column
        of numbers or of texts such as `more than 330`; or a wide table with years as
        columns.
    by : str or list of str, optional
        Columns that tell series apart. By default, those of `indicator`, `measure`,
        `scope`, `area` and `unit` that are there.
    per : {"period", "month"}
        With `month`, flows are divided by the length of their period in months first.
    reading : {"usual", "strict"} or float
        How far words such as *more than* reach, see `bounds`.
    time, value : str, optional
        The columns of periods and values, where they cannot be found.
    measure : {"flow", "stock", "cumulative", "event"}, optional
        What all figures are. By default, figures of years, quarters and months are
        flows, and figures of days are stocks.
    year_start : int, optional
        The month in which fiscal years such as FY2020 begin, which ends in 2020.
        Without it, these are compared by their number, and have no days.

    Returns
    -------
    pandas.DataFrame
        One row per figure that has one of a year before, or should have one: figures of
        the first year of a series have no row. In the order of series and periods, with
        the columns of `Changes`: numbers are float64 and not rounded.

    Raises
    ------
    ArgumentError
        If an argument is wrong, or periods or values cannot be found; the message says
        what to type.
    DataError
        If a cell cannot be read, a series has several figures for one period, or
        numbers are per month already.

    Notes
    -----
    With value in [low, high] after previous in [previous_low, previous_high]::

        change          from low - previous_high   to high - previous_low
        percent_change  from 100 (low / previous_high - 1)
                        to   100 (high / previous_low - 1)

    `change` and `percent_change` themselves are those of the middles of the two ranges,
    missing where a range is open. `percent_change_as_printed` is that of the numbers as
    printed. See R. E. Moore, R. B. Kearfott and M. J. Cloud, Introduction to Interval
    Analysis, SIAM 2009, chapter 2.

    A rate is the value divided by the length of the period: by the number of months, or
    by days / 30.4375 where the period is not made of whole calendar months. Where the
    length is only known to some days (`period_tolerance`, 7 where days are inferred),
    the range of the rate allows for it.

    The figure of a year before is the one whose first and last day are nearest to the
    same days one calendar year earlier, within a fifth of the rhythm of the series: 73
    days for years, 18 for quarters, 7 for months. Only series with ten months or more
    between figures, such as sessions and conferences, are compared with a figure 10 to
    15 months before; `why` gives the months.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import load_counts, year_on_year
    >>> mine = pd.DataFrame({"year": [2019, 2020, 2021], "missions": [100, 110, 99]})
    >>> year_on_year(mine)["percent_change"].round(1).tolist()
    [10.0, -10.0]
    >>> latest = year_on_year(load_counts("missions"), per="month").iloc[-1]
    >>> print(f"{latest.percent_change_low:+.1f}% to {latest.percent_change_high:+.1f}%")
    +28.7% to +43.5%
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
    later, previous = with_figure_before(preferred_figures(figures, names))
    quantity = "rate" if per == "month" else "value"
    series = [name for name in names if name != "unit"]
    columns = {
        **{name: later[name] for name in series},
        **figure_columns(later, "", per),
        **figure_columns(previous, "previous_", per),
        **changes_of(later, previous, quantity),
        **comparison(later, previous, per=per),
        "per": text_column(per, later.index),
        "unit": later["unit"],
        "source_id": later["source_id"],
        "previous_source_id": previous["source_id"],
    }
    return pd.DataFrame(columns)


def figure_columns(
    figures: pd.DataFrame, prefix: str, per: str
) -> dict[str, pd.Series]:
    """Return the columns of figures that results show: periods, values and ranges."""
    is_figure = figures["period_end"].notna()
    columns = {"period": labels_of(figures).where(is_figure)}
    # A fiscal year without days was placed in the calendar year in which it ends.
    has_days = figures["period"].isna()
    for name in ("period_start", "period_end"):
        columns[name] = figures[name].where(has_days)
    names = ["value", "qualifier", "low", "high"]
    if per == "month":
        names += ["rate", "rate_low", "rate_high"]
    for name in names:
        columns[name] = figures[name]
    return {prefix + name: column for name, column in columns.items()}


def changes_of(
    later: pd.DataFrame, previous: pd.DataFrame, quantity: str
) -> dict[str, pd.Series]:
    """Return the change and the percent change with their ranges."""
    low, high = range_of(later, quantity)
    low_before, high_before = range_of(previous, quantity)
    middle, middle_before = middle_of(later, quantity), middle_of(previous, quantity)
    is_positive = low_before >= 0
    # A negative figure is farthest below one that is as small as can be.
    base_of_low = high_before.where(low >= 0, low_before)
    base_of_high = low_before.where(high >= 0, high_before)
    printed, printed_before = later[quantity], previous[quantity]
    return {
        "change": middle - middle_before,
        "change_low": low - high_before,
        "change_high": high - low_before,
        "percent_change": percent(middle, middle_before.where(is_positive)),
        "percent_change_low": percent(low, base_of_low.where(is_positive)),
        "percent_change_high": percent(high, base_of_high),
        "percent_change_as_printed": percent(printed, printed_before),
    }


def range_of(figures: pd.DataFrame, quantity: str) -> tuple[pd.Series, pd.Series]:
    """Return the ends of the ranges of values, or of rates."""
    prefix = "rate_" if quantity == "rate" else ""
    return figures[prefix + "low"], figures[prefix + "high"]


def middle_of(figures: pd.DataFrame, quantity: str) -> pd.Series:
    """Return the middle of the range; per month, divided by the length as given."""
    middle = (figures["low"] + figures["high"]) / 2
    middle = middle.where(np.isfinite(middle))
    if quantity == "rate":
        # Not the middle of the rates: a length of 355 ± 7 days is most likely 355.
        return middle / figures["months"]
    return middle


def percent(value: pd.Series, previous: pd.Series) -> pd.Series:
    """Return a change in percent; missing unless the value before is positive."""
    base = previous.where(previous > 0)
    # Not value / base - 1, which makes 10.000000000000009 of 110 after 100.
    change = 100 * (value - base) / base
    return change.mask(np.isinf(base), -100.0)


def short_view(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the few columns of changes that a reader needs, as text.

    Parameters
    ----------
    changes : pandas.DataFrame
        Changes, as `year_on_year` returns them.

    Returns
    -------
    pandas.DataFrame
        One row per change: the columns of the series that differ between rows;
        `period`; `value` and `before`, as printed with their range, or the range of the
        monthly rate; `change` and `percent`, as ranges; `comparable` (bool); `why`.
        Cells are empty where nothing is known. The index is that of `changes`.

    Raises
    ------
    ArgumentError
        If a column is missing.

    Examples
    --------
    >>> from cbcstats import load_counts, short_view, year_on_year
    >>> view = short_view(year_on_year(load_counts("missions"))).iloc[-1]
    >>> print(view["value"], "after", view["before"], "is", view["percent"])
    492 after more than 330 (331 to 340) is +45% to +49%
    """
    figure = ["value", "qualifier", "low", "high"]
    needed = ["period", *figure, *(f"previous_{name}" for name in figure)]
    needed += ["change_low", "change_high", "comparable", "why"]
    needed += ["percent_change_low", "percent_change_high"]
    changes = check_frame("changes", changes, needed, "year_on_year")
    # The columns before the period tell series apart.
    series = changes.loc[:, :"period"].iloc[:, :-1]
    is_varied = series.nunique(dropna=False) > 1
    columns = {
        "period": changes["period"],
        "value": _numbers(changes, ""),
        "before": _numbers(changes, "previous_"),
        "change": _ranges(changes, "change", signed=True),
        "percent": _ranges(changes, "percent_change", percent=True),
        "comparable": changes["comparable"],
        "why": changes["why"],
    }
    return series.loc[:, is_varied].assign(**columns)


def _numbers(changes: pd.DataFrame, prefix: str) -> pd.Series:
    """Write numbers as printed with their range, or the range of monthly rates."""
    if has_rates(changes):
        return _ranges(changes, prefix + "rate")
    columns = [changes[prefix + name] for name in ("value", "qualifier", "low", "high")]
    texts = []
    for value, qualifier, low, high in zip(*columns, strict=True):
        number = "" if pd.isna(value) else printed(value, qualifier)
        if low < high:
            number += f" ({format_range(low, high)})"
        texts.append(number)
    return text_column(texts, changes.index)


def _ranges(changes: pd.DataFrame, name: str, **form: bool) -> pd.Series:
    ends = changes[f"{name}_low"], changes[f"{name}_high"]
    texts = []
    for low, high in zip(*ends, strict=True):
        text = ""
        if pd.notna(low):
            # After a figure that may be 0, the high end of a percent change is missing.
            end = high if pd.notna(high) else math.inf
            text = format_range(low, end, **form)
        texts.append(text)
    return text_column(texts, changes.index)
