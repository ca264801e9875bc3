"""The average growth per year of each series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cbcstats.changes.comparability import comparison
from cbcstats.changes.series import (
    figure_columns,
    middle_of,
    range_of,
    read_series,
    result_of,
)
from cbcstats.counts.figures import labels_of
from cbcstats.counts.periods import DAYS_OF_TEN_MONTHS, DAYS_PER_MONTH, midpoint
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

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
    has a share or a series that begins at 0 or may be negative; `why` says so. The upper end is
    `inf` where the first figure may be 0. If the two periods differ in length, use
    `per="month"`.

    Examples
    --------
    >>> from cbcstats import growth_rate
    >>> growth_rate({2015: 100, 2017: 121})[["years", "growth_rate"]].round(6)
       years  growth_rate
    0    2.0         10.0
    """
    figures, names = read_series(
        data, by, per, reading, time, value, measure, year_start
    )
    has_several = figures["chain"].duplicated(keep=False)
    figures = figures[has_several]
    first = figures.drop_duplicates("chain", ignore_index=True)
    last = figures.drop_duplicates("chain", keep="last", ignore_index=True)
    between = _middle_day(last) - _middle_day(first)
    days = between.dt.days
    years = _years_between(first, last, days)
    is_share = last["measure"] == "share"
    has_rate = (days >= DAYS_OF_TEN_MONTHS) & ~is_share
    is_season = has_rate & _are_other_seasons(last, years)
    season = is_season.map({True: "different parts of the year", False: ""})
    compared = comparison(last, first, per=per, a_year=False)
    reasons = _without_rate(days, last)
    reasons = reasons.str.cat(season, "; ")
    reasons = reasons.str.cat(compared["why"], "; ")
    reasons = reasons.str.replace("; ; ", "; ")
    columns = {
        **_period_and_value(first, "first_"),
        **_period_and_value(last, "last_"),
        "years": years,
        **_growth_rates(first, last, years.where(has_rate), per),
        "comparable": compared["comparable"] & has_rate & ~is_season,
        "why": text_column(reasons.str.strip("; ")),
    }
    rates = result_of(last, names, columns, per)
    rates["previous_source_id"] = first["source_id"]
    return rates


def _period_and_value(figures: pd.DataFrame, prefix: str) -> dict[str, pd.Series]:
    labels = labels_of(figures)
    columns = figure_columns(figures, labels, "period", prefix)
    names = ["period", "period_start", "period_end", "value"]
    with_prefix = [prefix + name for name in names]
    return {name: columns[name] for name in with_prefix}


def _are_other_seasons(last: pd.DataFrame, years: pd.Series) -> pd.Series:
    """Tell where parts of a year differ by their season, as do two quarters of it."""
    is_flow = last["measure"] == "flow"
    is_part = last["days"] < DAYS_OF_TEN_MONTHS
    part_of_year = years - years.round()
    is_other = part_of_year.abs() > _ONE_WEEK
    are_other: pd.Series = is_flow & is_part & is_other
    return are_other


def _without_rate(days: pd.Series, last: pd.DataFrame) -> pd.Series:
    """Say why there is no yearly rate, if that is not about the first figure."""
    text = "the last figure may be negative, so there is no yearly rate"
    may_be_negative = last["low"] < 0
    reason = may_be_negative.map({True: text, False: ""}).astype("object")
    reason[last["measure"] == "share"] = "a share has no yearly rate"
    is_short = days < DAYS_OF_TEN_MONTHS
    months = days[is_short] / DAYS_PER_MONTH
    text = "{:.1f} months apart, too short a time for a yearly rate"
    reason[is_short] = months.map(text.format)
    return reason


def _growth_rates(
    first: pd.DataFrame, last: pd.DataFrame, years: pd.Series, per: str
) -> dict[str, pd.Series]:
    low, high = range_of(last, per)
    first_low, first_high = range_of(first, per)
    # From 0 to 0 is a fall by all that the first figure may have been.
    base_of_high = first_low.where(high > 0, first_high)
    middle = middle_of(last, per)
    first_middle = middle_of(first, per)
    is_known = (first_low >= 0) & (first_high > 0)
    years = years.where(is_known)
    return {
        "growth_rate": _yearly(middle, first_middle, years),
        "growth_rate_low": _yearly(low, first_high, years),
        "growth_rate_high": _yearly(high, base_of_high, years),
    }


def _yearly(last: pd.Series, first: pd.Series, years: pd.Series) -> pd.Series:
    may_grow = last >= 0
    ratio = last.where(may_grow) / first
    exponent = 1 / years
    yearly_ratio = ratio**exponent
    rate = 100 * (yearly_ratio - 1)
    # Any power of 1 is 1, even one that is missing.
    return rate.where(years.notna())


def _years_between(
    first: pd.DataFrame, last: pd.DataFrame, days: pd.Series
) -> pd.Series:
    """Return the years between figures: whole if these are of the same days."""
    start = _start(last)
    end = last["period_end"]
    first_start = _start(first)
    first_end = first["period_end"]
    is_same_start = _are_same_days(start, first_start)
    is_same_end = _are_same_days(end, first_end)
    length = end.dt.year - start.dt.year
    first_length = first_end.dt.year - first_start.dt.year
    is_whole = is_same_start & is_same_end
    is_whole &= length == first_length
    is_whole |= _are_same_days(_middle_day(last), _middle_day(first))
    years = days / _DAYS_PER_YEAR
    return years.mask(is_whole, years.round())


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
    is_last_day = first.dt.is_month_end & second.dt.is_month_end
    is_same_day |= is_last_day
    are_same: pd.Series = is_same_month & is_same_day
    return are_same
