"""The average growth per year of each series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.changes.comparability import comparison
from cbcstats.changes.partners import preferred_figures, series_of
from cbcstats.changes.year_on_year import figure_columns, middle_of, range_of
from cbcstats.counts.figures import figures_of
from cbcstats.counts.periods import DAYS_OF_TEN_MONTHS, DAYS_PER_MONTH, midpoint
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable

_DAYS_PER_YEAR: Final = 365.25
_ONE_WEEK: Final = 7 / _DAYS_PER_YEAR  # years


def growth_rate(
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
    """Return the average growth per year of each series, from first to last figure.

    Parameters
    ----------
    data : pandas.DataFrame, pandas.Series, dict, or frame of another library
        Counts, or your own data, as for `year_on_year`.
    by, per, reading, time, value, measure, year_start
        As for `year_on_year`.

    Returns
    -------
    pandas.DataFrame
        One row per series of two figures or more, in the order of the data. The columns
        are those of `GrowthRates`: the series; `first_period`, `first_period_start`,
        `first_period_end`, `first_value`, and the same with `last_`; `years` between
        them; `growth_rate` with `_low` and `_high` (percent per year, float64);
        `comparable`, `why`, `per`, `unit`, `source_id`, `previous_source_id`.

    Raises
    ------
    ArgumentError, DataError
        As for `year_on_year`.

    Notes
    -----
    The compound annual growth rate of the middles of the ranges::

        growth_rate = 100 ((last / first) ** (1 / years) - 1)

    `years` is whole if the first and the last figure are of the same days of their
    years, and else the days between the middles of the periods / 365.25. Years in
    between may be missing. Figures less than ten months apart have no yearly rate, nor
    has a series that begins at 0 or may be negative; `why` says so. If the two periods
    differ in length, use `per="month"`.

    Examples
    --------
    >>> from cbcstats import growth_rate
    >>> growth_rate({2015: 100, 2017: 121})[["years", "growth_rate"]].round(6)
       years  growth_rate
    0    2.0         10.0
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
    figures = preferred_figures(figures, names)
    has_several = figures["chain"].duplicated(keep=False)
    figures = figures[has_several]
    first = figures.drop_duplicates("chain", ignore_index=True)
    last = figures.drop_duplicates("chain", keep="last", ignore_index=True)
    days = (_middle_day(last) - _middle_day(first)).dt.days
    years = _years_between(first, last)
    years_of_rate = years.where(days >= DAYS_OF_TEN_MONTHS)
    compared = comparison(last, first, per=per, a_year=False)
    # A first and a fourth quarter differ by their season, too.
    is_part = (last["measure"] == "flow") & (last["days"] < DAYS_OF_TEN_MONTHS)
    is_part &= years_of_rate.notna()
    is_season = is_part & ((years - years.round()).abs() > _ONE_WEEK)
    season = is_season.map({True: "different parts of the year", False: ""})
    reasons = _without_rate(days, last).str.cat(season, "; ")
    reasons = reasons.str.cat(compared["why"], "; ")
    series = [name for name in names if name != "unit"]
    columns = {
        **{name: last[name] for name in series},
        **_period_and_value(first, "first_"),
        **_period_and_value(last, "last_"),
        "years": years,
        **_growth_rates(first, last, years_of_rate, per),
        "comparable": compared["comparable"] & years_of_rate.notna() & ~is_season,
        "why": text_column(reasons.str.replace("; ; ", "; ").str.strip("; ")),
        "per": text_column(per, last.index),
        "unit": last["unit"],
        "source_id": last["source_id"],
        "previous_source_id": first["source_id"],
    }
    return pd.DataFrame(columns)


def _period_and_value(figures: pd.DataFrame, prefix: str) -> dict[str, pd.Series]:
    columns = figure_columns(figures, prefix, "period")
    names = ["period", "period_start", "period_end", "value"]
    return {prefix + name: columns[prefix + name] for name in names}


def _without_rate(days: pd.Series, last: pd.DataFrame) -> pd.Series:
    """Say why there is no yearly rate, if that is not about the first figure."""
    text = "the last figure may be negative, so there is no yearly rate"
    may_be_negative = last["low"] < 0
    reason = may_be_negative.map({True: text, False: ""}).astype("object")
    is_short = days < DAYS_OF_TEN_MONTHS
    months = days[is_short] / DAYS_PER_MONTH
    text = "{:.1f} months apart, too short a time for a yearly rate"
    reason[is_short] = months.map(text.format)
    return reason


def _growth_rates(
    first: pd.DataFrame, last: pd.DataFrame, years: pd.Series, per: str
) -> dict[str, pd.Series]:
    quantity = "rate" if per == "month" else "value"
    low, high = range_of(last, quantity)
    low_first, high_first = range_of(first, quantity)
    middle, middle_first = middle_of(last, quantity), middle_of(first, quantity)
    is_known = low_first >= 0
    return {
        "growth_rate": _yearly(middle, middle_first.where(is_known), years),
        "growth_rate_low": _yearly(low, high_first.where(is_known), years),
        "growth_rate_high": _yearly(high, low_first, years),
    }


def _yearly(last: pd.Series, first: pd.Series, years: pd.Series) -> pd.Series:
    ratio = last.where(last >= 0) / first.where(first > 0)
    yearly_ratio = ratio ** (1 / years)
    return 100 * (yearly_ratio - 1)


def _years_between(first: pd.DataFrame, last: pd.DataFrame) -> pd.Series:
    """Return the years between figures: whole if these are of the same days."""
    start, end = _start(last), last["period_end"]
    first_start, first_end = _start(first), first["period_end"]
    years = end.dt.year - first_end.dt.year
    is_whole = start.dt.year - first_start.dt.year == years
    is_whole &= _are_same_days(start, first_start)
    is_whole &= _are_same_days(end, first_end)
    middle, first_middle = _middle_day(last), _middle_day(first)
    is_whole |= _are_same_days(middle, first_middle)
    days = (middle - first_middle).dt.days
    between = days / _DAYS_PER_YEAR
    return between.mask(is_whole, between.round())


def _start(figures: pd.DataFrame) -> pd.Series:
    return figures["period_start"].fillna(figures["period_end"])


def _middle_day(figures: pd.DataFrame) -> pd.Series:
    middle = midpoint(figures["period_start"], figures["period_end"])
    day: pd.Series = middle.dt.normalize()
    return day


def _are_same_days(first: pd.Series, second: pd.Series) -> pd.Series:
    """Tell which days are the same of their years; 28 February before 29 is, too."""
    is_same_month = first.dt.month == second.dt.month
    is_same_day = first.dt.day == second.dt.day
    is_same_day |= first.dt.is_month_end & second.dt.is_month_end
    is_same: pd.Series = is_same_month & is_same_day
    return is_same
