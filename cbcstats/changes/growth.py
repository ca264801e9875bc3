"""Growth over several periods: index and growth rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import shown
from cbcstats.changes.comparability import (
    comparison,
    labels_of,
    preferred_figures,
    series_of,
)
from cbcstats.changes.contributions import sum_of_others
from cbcstats.changes.year_on_year import figure_columns, middle_of, range_of
from cbcstats.counts.figures import figures_of
from cbcstats.counts.period_columns import read_periods
from cbcstats.counts.periods import DAYS_PER_MONTH, midpoint
from cbcstats.errors import ArgumentError, DataError, nearest
from cbcstats.frames import as_text, text_column

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

_DAYS_PER_YEAR: Final = 365.25
_TEN_MONTHS: Final = 303  # days of the shortest ten months
_A_WEEK: Final = 7  # days


def index_to(
    data: Any,
    base: str | int | datetime.date,
    *,
    by: str | Iterable[str] | None = None,
    per: str = "period",
    reading: str | float = "usual",
    time: str | None = None,
    value: str | None = None,
    measure: str | None = None,
    year_start: int | None = None,
) -> pd.DataFrame:
    """Express each figure of a series in percent of a base: 2020 = 100.

    Parameters
    ----------
    data : pandas.DataFrame, pandas.Series, dict, or frame of another library
        Counts, or your own data, as for `year_on_year`.
    base : str, int or date
        A period as results name it, such as `2016/17` or `Mar 2017 - Feb 2018`; a day,
        on which a period ends; or a year, such as 2021, a quarter or a month. Where a
        series has several figures in it, such as quarters of a year, their mean is 100.
    by, per, reading, time, value, measure, year_start
        As for `year_on_year`.

    Returns
    -------
    pandas.DataFrame
        One row per figure of each series that has the base, in the order of series and
        periods. The columns are those of `Indices`: the series, `period`,
        `period_start`, `period_end`, `value`, `qualifier`, `low`, `high`, with
        `per="month"` the rates; `index`, `index_low`, `index_high` (percent of the
        base, float64); `comparable` with the base, `why`, `per`, `unit`, `source_id`.

    Raises
    ------
    ArgumentError
        If no series has the base; the message names the nearest periods.
    DataError
        As for `year_on_year`.

    Notes
    -----
    For a value v and a base b, both the middles of their ranges::

        index = 100 v / b, from 100 low / b_high to 100 high / b_low

    A base of a single figure is 100 without a range. Where the base is a mean, a figure
    of the base is in both v and b, and its range allows for that. There is no index if
    the base is 0 or may be negative. The year-on-year change of the index is that of
    the figures; their ranges are not, as all share the uncertainty of the base.

    Examples
    --------
    >>> from cbcstats import index_to
    >>> index_to({2019: 80, 2020: 100, 2021: 110}, 2019)["index"].tolist()
    [100.0, 125.0, 137.5]
    >>> quarters = {"2020Q1": 9, "2020Q2": 10, "2020Q3": 10, "2020Q4": 11, "2021Q1": 12}
    >>> index_to(quarters, 2020)["index"].tolist()
    [90.0, 100.0, 100.0, 110.0, 120.0]
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
    figures["period_name"] = labels_of(figures)
    figures, days_of_base = _with_base(figures, base, year_start)
    is_itself = figures["is_base"] & (figures["bases"] == 1)
    series = [name for name in names if name != "unit"]
    compared = _comparison_with_base(figures, days_of_base, per)
    columns = {
        **{name: figures[name] for name in series},
        **figure_columns(figures, "", per),
        **_indices(figures, per),
        "comparable": compared["comparable"] | is_itself,
        "why": compared["why"].mask(is_itself, "base"),
        "per": text_column(per, figures.index),
        "unit": figures["unit"],
        "source_id": figures["source_id"],
    }
    return pd.DataFrame(columns)


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
    years_of_rate = years.where(days >= _TEN_MONTHS)
    compared = comparison(last, first, per=per, a_year=False)
    reasons = _without_rate(days, last).str.cat(compared["why"], "; ")
    series = [name for name in names if name != "unit"]
    columns = {
        **{name: last[name] for name in series},
        **_period_and_value(first, "first_"),
        **_period_and_value(last, "last_"),
        "years": years,
        **_growth_rates(first, last, years_of_rate, per),
        "comparable": compared["comparable"] & years_of_rate.notna(),
        "why": text_column(reasons.str.strip("; ")),
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


def _with_base(
    figures: pd.DataFrame, base: object, year_start: int | None
) -> tuple[pd.DataFrame, float]:
    """Return the series that have the base, and how many days it has.

    Adds `is_base`, `bases` (how many figures make up the base of a series), and
    `is_mean` (whether they were found as figures within the base).
    """
    text = as_text(base)
    if not pd.api.types.is_scalar(base) or isinstance(base, bool) or not text:
        raise ArgumentError(
            "`base` must be a period such as '2016/17', a year or a day, "
            f"but {shown(base)} was given"
        )
    is_named = figures["period_name"] == text
    first_day, last_day = _days_of(text, year_start)
    start = figures["period_start"].fillna(figures["period_end"])
    is_within = (start >= first_day) & (figures["period_end"] <= last_day)
    # A flow cannot be within one day, but it may end on it.
    is_within |= (figures["period_end"] == last_day) & (first_day == last_day)
    has_name = is_named.groupby(figures["chain"]).transform("any")
    is_base = is_named | (is_within & ~has_name)
    if not is_base.any():
        raise ArgumentError(_no_base(text, figures["period_name"]))
    bases = is_base.groupby(figures["chain"]).transform("sum")
    figures = figures.assign(is_base=is_base, bases=bases, is_mean=~has_name)
    figures = figures[bases > 0].reset_index(drop=True)
    return figures, (last_day - first_day).days + 1


def _days_of(text: str, year_start: int | None) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day of a period as typed; NaT if it is none."""
    try:
        period = read_periods(pd.Series([text], dtype=object), year_start)
    except DataError:
        return pd.NaT, pd.NaT
    return period.start.fillna(period.end)[0], period.end[0]


def _no_base(text: str, labels: pd.Series) -> str:
    options = labels.unique().tolist()
    near = nearest(text, options, count=5) or options[:5]
    listed = ", ".join(near) or "none"
    return (
        f"`base` must be a period of the data, but {text!r} was given; it has {listed}"
    )


def _indices(figures: pd.DataFrame, per: str) -> dict[str, pd.Series]:
    """Return the index of each figure and its range."""
    quantity = "rate" if per == "month" else "value"
    chain, is_base, bases = (figures[name] for name in ("chain", "is_base", "bases"))
    middle = middle_of(figures, quantity)
    low, high = range_of(figures, quantity)
    # A figure of the base is in its own base, where it has one value, not its range.
    own_middle, own_low, own_high = (
        column.where(is_base, 0) for column in (middle, low, high)
    )
    others_low = sum_of_others(own_low, chain)
    others_high = sum_of_others(own_high, chain)
    total_middle = own_middle + sum_of_others(own_middle, chain)
    # A negative figure is lowest in percent of the least base.
    base_of_low = own_low + others_high.where(low >= 0, others_low)
    base_of_high = own_high + others_low.where(high >= 0, others_high)
    is_known = (others_low >= 0) & (own_low + others_low >= 0)
    indices = {
        "index": bases * _percent_of(middle, total_middle.where(is_known)),
        "index_low": bases * _percent_of(low, base_of_low.where(is_known)),
        "index_high": bases * _percent_of(high, base_of_high.where(is_known)),
    }
    is_hundred = is_base & (bases == 1) & is_known & (high > 0)
    return {name: column.mask(is_hundred, 100.0) for name, column in indices.items()}


def _percent_of(value: pd.Series, base: pd.Series) -> pd.Series:
    return 100 * value / base.where(base > 0)


def _comparison_with_base(
    figures: pd.DataFrame, days_of_base: float, per: str
) -> pd.DataFrame:
    """Return whether figures are comparable with the base, before or after it."""
    chain = figures["chain"]
    members = figures[figures["is_base"]]
    by_chain = members.groupby("chain")
    place = np.arange(len(figures))
    first = chain.map(members.index.to_series().groupby(members["chain"]).min())
    last = chain.map(members.index.to_series().groupby(members["chain"]).max())
    # A figure of a base that is a mean is compared with another figure of the base.
    place_of_base = np.where(place > first, first, last)
    base = figures.take(place_of_base).reset_index(drop=True)
    means = by_chain[["value", "low", "high", "days"]].mean()
    # A mean of which a figure is missing is missing.
    means["value"] = by_chain["value"].agg("sum", skipna=False)
    base[list(means)] = means.loc[chain].to_numpy()
    rows = figures.assign(period=figures["period_name"])
    base["period"] = base["period_name"]
    # Series and periods are in order, so that the larger place is the later figure.
    later, earlier = np.maximum(place, place_of_base), np.minimum(place, place_of_base)
    for name in {"period_start", "period_end", "breaks"} & set(figures):
        rows[name] = figures[name].array.take(later)
        base[name] = figures[name].array.take(earlier)
    compared = comparison(rows, base, per=per, a_year=False)
    why = compared["why"].astype("object")
    is_noted = why != ""
    names_of_base = "(period|figure|one) before"
    why[is_noted] = why[is_noted].str.replace(names_of_base, "base", regex=True)
    covered = chain.map(by_chain["days"].sum())
    is_flow = figures["measure"] == "flow"
    is_other = (covered - days_of_base).abs() > _A_WEEK
    is_other &= is_flow & figures["is_mean"] & (days_of_base > 1)
    text = f"the base has figures for {{:.0f}} of {days_of_base:.0f} days; "
    why[is_other] = covered[is_other].map(text.format) + why[is_other]
    is_comparable = compared["comparable"] & ~is_other
    why = text_column(why.str.removesuffix("; "))
    return pd.DataFrame({"comparable": is_comparable, "why": why})


def _without_rate(days: pd.Series, last: pd.DataFrame) -> pd.Series:
    """Say why there is no yearly rate, if that is not about the first figure."""
    may_be_negative = last["low"] < 0
    reason = pd.Series("", days.index, dtype="object")
    text = "the last figure may be negative, so there is no yearly rate"
    reason = reason.mask(may_be_negative, text)
    is_short = days < _TEN_MONTHS
    months = days[is_short] / DAYS_PER_MONTH
    text = "{:.1f} months apart, too short a time for a yearly rate"
    reason[is_short] = months.map(text.format)
    return reason


def _growth_rates(
    first: pd.DataFrame, last: pd.DataFrame, years: pd.Series, per: str
) -> dict[str, pd.Series]:
    quantity = "rate" if per == "month" else "value"
    low_first, high_first = range_of(first, quantity)
    low_last, high_last = range_of(last, quantity)
    middle_first = middle_of(first, quantity).where(low_first >= 0)
    high_first = high_first.where(low_first >= 0)
    middle_last = middle_of(last, quantity)
    return {
        "growth_rate": _yearly(middle_last, middle_first, years),
        "growth_rate_low": _yearly(low_last, high_first, years),
        "growth_rate_high": _yearly(high_last, low_first, years),
    }


def _yearly(last: pd.Series, first: pd.Series, years: pd.Series) -> pd.Series:
    ratio = last.where(last >= 0) / first.where(first > 0)
    return 100 * (ratio ** (1 / years) - 1)


def _middle_day(figures: pd.DataFrame) -> pd.Series:
    middle = midpoint(figures["period_start"], figures["period_end"])
    return middle.dt.normalize()


def _years_between(first: pd.DataFrame, last: pd.DataFrame) -> pd.Series:
    """Return the years between figures: whole if these are of the same days."""
    middle_first, middle_last = _middle_day(first), _middle_day(last)
    starts = [
        figures["period_start"].fillna(figures["period_end"])
        for figures in (first, last)
    ]
    ends = [figures["period_end"] for figures in (first, last)]
    years = ends[1].dt.year - ends[0].dt.year
    years_of_starts = starts[1].dt.year - starts[0].dt.year
    is_whole = (years == years_of_starts) & _are_same_days(*starts)
    is_whole &= _are_same_days(*ends)
    has_same_middle = _are_same_days(middle_first, middle_last)
    years = (middle_last - middle_first).dt.days / _DAYS_PER_YEAR
    return years.mask(is_whole | has_same_middle, years.round())


def _are_same_days(first: pd.Series, second: pd.Series) -> pd.Series:
    """Tell which days are the same of their years; 28 February before 29 is, too."""
    is_same_month = first.dt.month == second.dt.month
    is_same_day = first.dt.day == second.dt.day
    are_last = first.dt.is_month_end & second.dt.is_month_end
    return is_same_month & (is_same_day | are_last)
