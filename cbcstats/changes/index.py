"""The index of figures to a base: 2020 = 100."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import shown
from cbcstats.changes.comparability import comparison
from cbcstats.changes.series import (
    figure_columns,
    middle_of,
    range_of,
    read_series,
    result_of,
    sum_of_group,
    sum_of_others,
)
from cbcstats.counts.figures import labels_of
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
    the base is 0 or may be negative; if it may be 0, the upper end is `inf`. The
    year-on-year change of the index is that of the figures; their ranges are not, as
    all share the uncertainty of the base.

    Examples
    --------
    >>> from cbcstats import index_to
    >>> index_to({2019: 80, 2020: 100, 2021: 110}, 2019)["index"].tolist()
    [100.0, 125.0, 137.5]
    >>> quarters = {"2020Q1": 9, "2020Q2": 10, "2020Q3": 10, "2020Q4": 11, "2021Q1": 12}
    >>> index_to(quarters, 2020)["index"].tolist()
    [90.0, 100.0, 100.0, 110.0, 120.0]
    """
    figures, names = read_series(
        data, by, per, reading, time, value, measure, year_start
    )
    figures["period_label"] = labels_of(figures)
    figures = _with_base(figures, base, year_start)
    is_itself = figures["is_base"] & (figures["bases"] == 1)
    compared = _comparison_with_base(figures, per)
    columns = {
        **figure_columns(figures, figures["period_label"], per),
        **_indices(figures, is_itself, per),
        "comparable": compared["comparable"] | is_itself,
        "why": compared["why"].mask(is_itself, "base"),
    }
    return result_of(figures, names, columns, per)


def _with_base(
    figures: pd.DataFrame, base: object, year_start: int | None
) -> pd.DataFrame:
    """Return the series that have the base.

    Adds `is_base`; `bases`, how many figures make up the base of a series; and
    `days_of_base`, of the year or the quarter in which they were found, if they were.
    """
    text = as_text(base)
    is_flag = isinstance(base, bool)
    if is_flag or not text or not pd.api.types.is_scalar(base):
        raise ArgumentError(
            "`base` must be a period such as '2016/17', a year or a day, "
            f"but {shown(base)} was given"
        )
    chain, labels = figures["chain"], figures["period_label"]
    is_base = labels == text
    has_name = chain.isin(chain[is_base])
    days_of_base = pd.Series(np.nan, figures.index)
    if not has_name.all():
        first_day, last_day = _days_of(text, year_start)
        is_within = _are_within(figures, first_day, last_day)
        is_base |= is_within & ~has_name
        length = last_day - first_day
        days_of_base = days_of_base.where(has_name, length.days + 1)
    if not is_base.any():
        raise ArgumentError(_no_base(text, labels))
    bases = sum_of_group(is_base, chain)
    figures = figures.assign(is_base=is_base, bases=bases, days_of_base=days_of_base)
    return figures[bases > 0].reset_index(drop=True)


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
    begins_within = start.fillna(end) >= first_day
    ends_within = end <= last_day
    are_within: pd.Series = begins_within & ends_within
    return are_within


def _no_base(text: str, labels: pd.Series) -> str:
    options = labels.unique().tolist()
    near = nearest(text, options, count=5) or options[:5]
    listed = ", ".join(near) or "none"
    return (
        f"`base` must be a period of the data, but {text!r} was given; it has {listed}"
    )


def _indices(
    figures: pd.DataFrame, is_itself: pd.Series, per: str
) -> dict[str, pd.Series]:
    """Return the index of each figure and its range."""
    middle = middle_of(figures, per)
    low, high = range_of(figures, per)
    # A figure of the base is in its own base, where it has one value, not its range.
    own_middle, others_middle = _own_and_others(figures, middle)
    own_low, others_low = _own_and_others(figures, low)
    own_high, others_high = _own_and_others(figures, high)
    # A negative figure is lowest in percent of the least base.
    base_of_low = own_low + others_high.where(low >= 0, others_low)
    base_of_high = own_high + others_low.where(high > 0, others_high)
    # After a base that may be 0, it has no least index.
    base_of_low = base_of_low.where(base_of_low > 0)
    least_base = own_low + others_low
    most_base = own_high + others_high
    is_known = (others_low >= 0) & (least_base >= 0) & (most_base > 0)
    base = own_middle + others_middle
    bases = figures["bases"]
    is_hundred = is_itself & is_known
    indices = {
        "index": 100 * middle / base,
        "index_low": 100 * low / base_of_low,
        "index_high": 100 * high / base_of_high,
    }
    for name, percent in indices.items():
        index = bases * percent.where(is_known)
        indices[name] = index.mask(is_hundred, 100.0)
    return indices


def _own_and_others(
    figures: pd.DataFrame, values: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Return what a figure adds to the base of its series, and what others add."""
    own = values.where(figures["is_base"], 0)
    return own, sum_of_others(own, figures["chain"])


def _comparison_with_base(figures: pd.DataFrame, per: str) -> pd.DataFrame:
    """Return whether figures are comparable with the base, before or after it."""
    rows = figures.assign(period=figures["period_label"])
    place, place_of_base = _places(figures)
    base = rows.take(place_of_base)
    base = _with_means(base.reset_index(drop=True), figures)
    # Series and periods are in order, so that the larger place is the later figure.
    moments = rows.columns.intersection(["period_start", "period_end", "breaks"])
    place_of_later = np.maximum(place, place_of_base)
    place_of_earlier = np.minimum(place, place_of_base)
    later = rows[moments].take(place_of_later)
    earlier = rows[moments].take(place_of_earlier)
    rows[moments] = later.reset_index(drop=True)
    base[moments] = earlier.reset_index(drop=True)
    compared = comparison(rows, base, per=per, a_year=False)
    why = compared["why"].copy()
    noted = why[why != ""]
    for name in ("period before", "figure before", "one before"):
        noted = noted.str.replace(name, "base")
    why[noted.index] = noted
    gaps = _gaps_of_base(figures)
    reasons = gaps + "; " + why[gaps.index]
    why[gaps.index] = reasons.str.removesuffix("; ")
    compared.loc[gaps.index, "comparable"] = False
    return compared.assign(why=why)


def _places(figures: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the row of each figure, and that of a figure of its base."""
    place = pd.Series(figures.index)
    members = place.where(figures["is_base"])
    places_of_base = members.groupby(figures["chain"])
    first = places_of_base.transform("min")
    last = places_of_base.transform("max")
    # A figure of a base that is a mean is compared with another figure of the base.
    is_another = first < place
    place_of_base = first.where(is_another, last)
    return place.to_numpy(), place_of_base.to_numpy(int)


def _with_means(base: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Give each base that has several figures their mean."""
    members = figures[figures["is_base"]]
    if members["chain"].is_unique:
        return base
    by_chain = members.groupby("chain")
    means = by_chain[["value", "low", "high", "days"]].mean()
    # A mean of which a figure is missing is missing.
    known = by_chain["value"].count()
    has_gap = known < by_chain.size()
    means["value"] = means["value"].mask(has_gap)
    of_figures = means.loc[base["chain"]]
    return base.assign(**of_figures.reset_index(drop=True))


def _gaps_of_base(figures: pd.DataFrame) -> pd.Series:
    """Say of flows whose base is a mean that it does not cover the year."""
    is_flow = figures["measure"] == "flow"
    is_mean = figures["days_of_base"] > 1
    flows = figures[is_flow & is_mean]
    days = flows["days"].where(flows["is_base"], 0)
    covered = sum_of_group(days, flows["chain"])
    lengths = pd.DataFrame({"covered": covered, "of": flows["days_of_base"]})
    gap = lengths["covered"] - lengths["of"]
    has_gap = gap.abs() > _A_WEEK
    gaps = lengths[has_gap]
    text = "the base has figures for {:.0f} of {:.0f} days"
    texts = [text.format(*row) for row in gaps.to_numpy()]
    return text_column(texts, gaps.index)
