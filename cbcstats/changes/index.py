"""The index of figures to a base: 2020 = 100."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import shown
from cbcstats.changes.comparability import comparison
from cbcstats.changes.contributions import sum_of_others
from cbcstats.changes.partners import preferred_figures, series_of
from cbcstats.changes.year_on_year import figure_columns, middle_of, range_of
from cbcstats.counts.figures import figures_of, labels_of
from cbcstats.counts.period_columns import read_periods
from cbcstats.errors import ArgumentError, DataError, nearest
from cbcstats.frames import as_text, text_column

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

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


def _with_base(
    figures: pd.DataFrame, base: object, year_start: int | None
) -> tuple[pd.DataFrame, float]:
    """Return the series that have the base, and how many days it has.

    Adds `is_base`, `bases` (how many figures make up the base of a series), and
    `is_mean` (whether they were found as the figures within a year or a quarter).
    """
    text = as_text(base)
    is_flag = isinstance(base, bool)
    if is_flag or not text or not pd.api.types.is_scalar(base):
        raise ArgumentError(
            "`base` must be a period such as '2016/17', a year or a day, "
            f"but {shown(base)} was given"
        )
    chain, labels = figures["chain"], figures["period_name"]
    is_named = labels == text
    has_name = is_named.groupby(chain).transform("any")
    first_day, last_day = _days_of(text, year_start)
    is_within = _are_within(figures, first_day, last_day)
    is_base = is_named | (is_within & ~has_name)
    if not is_base.any():
        raise ArgumentError(_no_base(text, labels))
    bases = is_base.groupby(chain).transform("sum")
    figures = figures.assign(is_base=is_base, bases=bases, is_mean=~has_name)
    figures = figures[bases > 0].reset_index(drop=True)
    days = last_day - first_day
    return figures, days.days + 1


def _days_of(text: str, year_start: int | None) -> tuple[Any, Any]:
    """Return the first and the last day of a period as typed; NaT if it is none."""
    typed = pd.Series([text], dtype=object)
    try:
        period = read_periods(typed, year_start)
    except DataError:
        return pd.NaT, pd.NaT
    first_day = period.start.fillna(period.end)
    return first_day[0], period.end[0]


def _are_within(figures: pd.DataFrame, first_day: Any, last_day: Any) -> pd.Series:
    start, end = figures["period_start"], figures["period_end"]
    # A flow cannot be within one day, but it may end on it.
    if first_day == last_day:
        start = end
    is_within: pd.Series = (start.fillna(end) >= first_day) & (end <= last_day)
    return is_within


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
    middle = middle_of(figures, quantity)
    low, high = range_of(figures, quantity)
    # A figure of the base is in its own base, where it has one value, not its range.
    own_middle, others_middle = _own_and_others(figures, middle)
    own_low, others_low = _own_and_others(figures, low)
    own_high, others_high = _own_and_others(figures, high)
    # A negative figure is lowest in percent of the least base.
    base_of_low = own_low + others_high.where(low >= 0, others_low)
    base_of_high = own_high + others_low.where(high >= 0, others_high)
    least_base = own_low + others_low
    is_known = (others_low >= 0) & (least_base >= 0)
    base = (own_middle + others_middle).where(is_known)
    bases = figures["bases"]
    indices = {
        "index": bases * _percent_of(middle, base),
        "index_low": bases * _percent_of(low, base_of_low.where(is_known)),
        "index_high": bases * _percent_of(high, base_of_high.where(is_known)),
    }
    is_itself = figures["is_base"] & (bases == 1)
    is_hundred = is_itself & is_known & (high > 0)
    return {name: column.mask(is_hundred, 100.0) for name, column in indices.items()}


def _own_and_others(
    figures: pd.DataFrame, values: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Return what a figure adds to the base of its series, and what others add."""
    own = values.where(figures["is_base"], 0)
    return own, sum_of_others(own, figures["chain"])


def _percent_of(value: pd.Series, base: pd.Series) -> pd.Series:
    return 100 * value / base.where(base > 0)


def _comparison_with_base(
    figures: pd.DataFrame, days_of_base: float, per: str
) -> pd.DataFrame:
    """Return whether figures are comparable with the base, before or after it."""
    place = np.arange(len(figures))
    place_of_base = _places_of_bases(figures)
    base = _bases(figures, place_of_base)
    rows = figures.assign(period=figures["period_name"])
    # Series and periods are in order, so that the larger place is the later figure.
    later = np.maximum(place, place_of_base)
    earlier = np.minimum(place, place_of_base)
    for name in ("period_start", "period_end", "breaks"):
        if name in figures:
            column = figures[name].array
            rows[name] = column.take(later)
            base[name] = column.take(earlier)
    compared = comparison(rows, base, per=per, a_year=False)
    why = compared["why"].astype("object")
    is_noted = why != ""
    before = "(period|figure|one) before"
    why[is_noted] = why[is_noted].str.replace(before, "base", regex=True)
    gaps = _gaps_of_base(figures, days_of_base)
    has_gap = gaps.notna()
    reasons = gaps[has_gap] + "; " + why[has_gap]
    why[has_gap] = reasons.str.removesuffix("; ")
    is_comparable = compared["comparable"] & ~has_gap
    return pd.DataFrame({"comparable": is_comparable, "why": text_column(why)})


def _places_of_bases(figures: pd.DataFrame) -> np.ndarray:
    """Return the row of a figure of the base for each figure."""
    chain = figures["chain"]
    members = chain[figures["is_base"]]
    rows = members.index.to_series().groupby(members)
    first, last = chain.map(rows.min()), chain.map(rows.max())
    # A figure of a base that is a mean is compared with another figure of the base.
    places = first.where(first < figures.index, last)
    return places.to_numpy(int)


def _bases(figures: pd.DataFrame, place_of_base: np.ndarray) -> pd.DataFrame:
    """Return the base of each figure: the mean where it has several figures."""
    base = figures.take(place_of_base).reset_index(drop=True)
    members = figures[figures["is_base"]].groupby("chain")
    means = members[["value", "low", "high", "days"]].mean()
    # A mean of which a figure is missing is missing.
    has_gap = members["value"].count() < members.size()
    means["value"] = means["value"].mask(has_gap)
    of_figures = means.loc[figures["chain"]]
    for name, column in of_figures.items():
        base[name] = column.array
    base["period"] = base["period_name"]
    return base


def _gaps_of_base(figures: pd.DataFrame, days_of_base: float) -> pd.Series:
    """Say of flows whose base is a mean that it does not cover the year."""
    members = figures[figures["is_base"]].groupby("chain")
    covered = figures["chain"].map(members["days"].sum())
    is_flow = figures["measure"] == "flow"
    has_gap = (covered - days_of_base).abs() > _A_WEEK
    has_gap &= is_flow & figures["is_mean"] & (days_of_base > 1)
    text = f"the base has figures for {{:.0f}} of {days_of_base:.0f} days"
    return covered[has_gap].map(text.format).reindex(figures.index).astype("object")
