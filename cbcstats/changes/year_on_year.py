"""Changes between published figures, as ranges, with whether they are comparable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cbcstats.changes.comparability import (
    comparison,
    labels_of,
    preferred_figures,
    series_of,
    with_figure_before,
)
from cbcstats.counts.figures import figures_of
from cbcstats.frames import MARKS, as_text, read_days, read_numbers, text_column

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
        the first year of a series have no row. In the order of series and periods. The
        columns are those of `Changes`: the columns of the series, `period`,
        `period_start`, `period_end`, `value`, `qualifier`, `low`, `high`; the same with
        `previous_`; with `per="month"`, `rate`, `rate_low`, `rate_high` and the same
        with `previous_`; `change` and `percent_change` with `_low` and `_high`;
        `percent_change_as_printed`; `comparable` (bool), `why` (text), `per`, `unit`,
        `source_id`, `previous_source_id`. Numbers are float64 and not rounded.

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
    labels = labels_of(figures).where(figures["period_end"].notna())
    columns = {f"{prefix}period": labels}
    # A fiscal year without days was placed in the calendar year in which it ends.
    has_days = figures["period"].isna()
    for name in ("period_start", "period_end"):
        columns[prefix + name] = figures[name].where(has_days)
    names = ["value", "qualifier", "low", "high"]
    if per == "month":
        names += ["rate", "rate_low", "rate_high"]
    return columns | {prefix + name: figures[name] for name in names}


def changes_of(
    later: pd.DataFrame, previous: pd.DataFrame, quantity: str
) -> dict[str, pd.Series]:
    """Return the change and the percent change with their ranges."""
    low, high = range_of(later, quantity)
    low_before, high_before = range_of(previous, quantity)
    middle, middle_before = middle_of(later, quantity), middle_of(previous, quantity)
    # A negative figure is farthest below one that is as small as can be.
    base_of_low = high_before.where(low >= 0, low_before)
    base_of_high = low_before.where(high >= 0, high_before)
    return {
        "change": middle - middle_before,
        "change_low": low - high_before,
        "change_high": high - low_before,
        "percent_change": percent(middle, middle_before.where(low_before >= 0)),
        "percent_change_low": percent(low, base_of_low.where(low_before >= 0)),
        "percent_change_high": percent(high, base_of_high),
        "percent_change_as_printed": percent(later[quantity], previous[quantity]),
    }


def range_of(figures: pd.DataFrame, quantity: str) -> tuple[pd.Series, pd.Series]:
    """Return the ends of the ranges of values, or of rates."""
    if quantity == "rate":
        return figures["rate_low"], figures["rate_high"]
    return figures["low"], figures["high"]


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


def typed_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Return changes in their dtypes, whatever a file or a conversion made of these."""
    typed: dict[str, Any] = {
        name: read_days(changes[name])
        for name in map(str, changes)
        if name.endswith(("period_start", "period_end"))
    }
    for name in ("percent_change_low", "percent_change_high"):
        typed[name] = read_numbers(changes[name]).to_numpy(float, na_value=np.nan)
    marks = [MARKS.get(as_text(mark).lower(), False) for mark in changes["comparable"]]
    typed["comparable"] = pd.Series(marks, changes.index, dtype=bool)
    return changes.assign(**typed, why=text_column(changes["why"]).fillna(""))
