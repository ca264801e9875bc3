"""Choose the figures of a series, and find the one of a year before for each.

The figure before, or partner, is the one whose first and last day are nearest to the
same days one calendar year earlier. It may be off by a fifth of the rhythm of its
series: 73 days for years, 18 for quarters, 7 for months. Only sessions, conferences and
other figures at least ten months apart may have a partner 10 to 15 months before.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_names
from cbcstats.counts.formats import printed_column
from cbcstats.counts.periods import (
    DAYS_OF_TEN_MONTHS,
    DAYS_PER_MONTH,
    a_year_earlier,
    period_labels,
)
from cbcstats.errors import ArgumentError, DataError

# Columns that tell series apart, as far as they are there.
CHAIN: Final = ("indicator", "measure", "scope", "area", "unit")
NO_PARTNER: Final = -1
# More days than between any two dates; the length of a figure that is true on one day.
_ENDLESS: Final = 10_000_000
# Periods are of one kind, such as quarters, up to this ratio of their lengths.
_SAME_KIND: Final = 1.6
_FIFTEEN_MONTHS: Final = 460  # days of the longest fifteen months
# Columns of figures and changes, which cannot tell series apart.
_COMPUTED: Final = (
    *("value", "low", "high", "period", "period_start", "period_end", "days"),
    *("months", "rate", "rate_low", "rate_high", "chain", "breaks", "others"),
    *("change", "percent_change", "comparable", "why", "per"),
)
# Texts of a figure that do not tell series apart.
_OF_ONE_FIGURE: Final = (
    "source_id",
    "note",
    "qualifier",
    "period",
    "period_basis",
    "obs_status",
    "published_change",
    "change_basis",
)


def series_of(figures: pd.DataFrame, by: object = None) -> list[str]:
    """Return the columns that tell series apart: those of `by`, or those found."""
    if by is None:
        return [name for name in CHAIN if name in figures]
    names = check_names("by", by, map(str, figures))
    if not names:
        raise ArgumentError("`by` names no column; name those that tell series apart")
    taken = [name for name in names if name in _COMPUTED]
    if taken:
        raise ArgumentError(
            f"`by` cannot be {taken[0]!r}, which is a column of numbers, days or "
            "results; name another, or rename it"
        )
    return names


def preferred_figures(figures: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return one figure for each period of a series, in the order of the periods.

    Adds `chain`, the number of the series; `breaks`, how many breaks its series had up
    to the figure; and `others`, what other sources give for the period.
    """
    if "others" in figures:
        figures = figures.drop(columns="others")
    # A running total is never of one series with flows, whatever `by` names.
    keys = list(dict.fromkeys([*names, "measure"]))
    series = figures.groupby(keys, sort=False, dropna=False, observed=True)
    figures = figures.assign(chain=series.ngroup())
    is_preferred = figures["preferred"]
    # Selecting rows copies all texts, and mostly there is one source.
    preferred = figures if is_preferred.all() else figures[is_preferred]
    period = ["chain", "period_start", "period_end"]
    is_repeated = preferred.duplicated(period)
    if is_repeated.any():
        raise DataError(_on_repeated_period(preferred, is_repeated, names))
    if len(preferred) < len(figures):
        is_other = ~is_preferred & figures["value"].notna()
        texts = _texts_of_others(figures[is_other], period)
        preferred = preferred.merge(texts, on=period, how="left")
    preferred = _in_order(preferred)
    if "obs_status" in preferred:
        is_break = preferred["obs_status"].isin(["B", "b"])
        breaks = is_break.groupby(preferred["chain"])
        preferred["breaks"] = breaks.cumsum()
    return preferred


def _texts_of_others(others: pd.DataFrame, period: list[str]) -> pd.DataFrame:
    """Write what other sources give for each period."""
    numbers = printed_column(others)
    sources = others["source_id"]
    texts = numbers + " (" + sources + ")"
    others = others.assign(others=texts)
    groups = others.groupby(period, dropna=False)
    joined = groups["others"].agg(" and ".join)
    return joined.reset_index()


def _in_order(figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures by series, last day and first day."""
    last_to_first = ["period_start", "period_end", "chain"]
    keys = [figures[name] for name in last_to_first]
    order = np.lexsort(keys)
    steps = np.diff(order)
    if (steps != 1).any():
        figures = figures.iloc[order]
    return figures.reset_index(drop=True)


def _on_repeated_period(
    figures: pd.DataFrame, is_repeated: pd.Series, names: list[str]
) -> str:
    """Say which series has several figures for a period, and how to tell them apart."""
    first = figures[is_repeated].head(1)
    keys = first[names].dropna(axis="columns")
    texts = keys.astype(str).iloc[0]
    # Defaults such as the scope `all` would not help to find the row.
    is_default = texts.isin(["", "all", "flow"])
    series = ", ".join(texts[~is_default].unique())
    labels = period_labels(first["period_start"], first["period_end"])
    period = first["period"].fillna(labels).iloc[0]
    remedy = "mark one as preferred, or name the columns that tell series apart in `by`"
    differing = _differing_columns(figures, first)
    if differing:
        remedy = (
            f"name the column that tells them apart in `by`, such as {differing[0]}"
        )
    return f"{series} has several figures for {period}; {remedy}"


def _differing_columns(figures: pd.DataFrame, first: pd.DataFrame) -> list[str]:
    """Return the columns of text that tell the figures of one period apart."""
    keys = ["chain", "period_end"]
    same = figures.merge(first[keys], on=keys)
    texts = same.select_dtypes(exclude=["number", "datetime", "bool"])
    known = [*CHAIN, *_OF_ONE_FIGURE]
    texts = texts.drop(columns=known, errors="ignore")
    counts = texts.nunique(dropna=False)
    differing = counts.index[counts == len(texts)]
    names: list[str] = differing.to_list()
    return names


def with_figure_before(
    figures: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the figures to list, and the figure of a year before each, row by row.

    Where there is no such figure, the row of the second frame is empty. The first gets
    `months_apart`, `days_off` (from the same days a year before) and
    `nearest_period_end`, for messages.
    """
    chain = figures["chain"].to_numpy()
    found = find_partners(figures, chain)
    found = found[found["has_row"]]
    nearest_end = figures["period_end"].reindex(found["nearest"])
    later = figures.loc[found.index].assign(
        nearest_period_end=nearest_end.array,
        months_apart=found["months_apart"],
        days_off=found["days_off"],
    )
    previous = figures.reindex(found["partner"])
    return later.reset_index(drop=True), previous.reset_index(drop=True)


def find_partners(figures: pd.DataFrame, chain: np.ndarray) -> pd.DataFrame:
    """Find the figure of a year before for each figure.

    Parameters
    ----------
    figures : pandas.DataFrame
        Columns `measure`, `period_start`, `period_end`; each has a last day.
    chain : numpy.ndarray of int
        The series that each figure belongs to.

    Returns
    -------
    pandas.DataFrame
        One row per figure: `partner` (its position, or NO_PARTNER); `has_row` (whether
        it has a partner, or its series a year before); `nearest`, the earlier figure
        that is nearest to a year before; `months_apart` from the nearest; `days_off`,
        how far the nearest is from the same days a year before.

    Notes
    -----
    A figure without a partner has a row unless it is of the first year of its series,
    that is, unless the period a year earlier begins before the series does.
    """
    days, length = _days_and_lengths(figures)
    targets = _year_earlier(days)
    is_later_year = targets[0] >= _first_days(days[0], chain)

    # Kinds of periods are set further apart than any two days, and so never meet.
    lane = _lanes(chain, length)
    shift = 2 * _ENDLESS * lane
    days += shift
    targets += shift
    nearest, days_off = _nearest_figures(days, targets)
    distance = targets - days[:, nearest]
    months = distance.mean(axis=0) / DAYS_PER_MONTH
    months_apart = 12 + months

    rhythm = _days_to_other_end(days[1])
    step = np.minimum(length, rhythm)
    step = np.minimum(step, step[nearest])
    longer = np.maximum(length, length[nearest])
    is_near = days_off <= _tolerance(step)
    is_session = _are_sessions(step, longer, months_apart)
    has_partner = is_near | is_session
    columns = {
        "partner": np.where(has_partner, nearest, NO_PARTNER),
        "has_row": has_partner | is_later_year,
        "nearest": nearest,
        "months_apart": months_apart,
        "days_off": days_off,
    }
    return pd.DataFrame(columns)


def _days_and_lengths(figures: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return first and last days as two rows of numbers, and the lengths of periods."""
    is_flow = figures["measure"] == "flow"
    end = figures["period_end"]
    # A total since a start grows, so that its length is not that of a period.
    start = figures["period_start"].where(is_flow)
    is_point = start.isna()
    start = start.fillna(end)
    ends = [column.to_numpy("datetime64[D]") for column in (start, end)]
    days = np.array(ends, dtype=int)
    length = days[1] - days[0] + 1
    length[is_point] = _ENDLESS
    return days, length


def _year_earlier(days: np.ndarray) -> np.ndarray:
    # Many series share the same few days.
    codes, numbers = pd.factorize(days.ravel())
    distinct = numbers.astype("datetime64[D]")
    earlier = a_year_earlier(distinct).astype(int)
    targets: np.ndarray = earlier[codes]
    return targets.reshape(days.shape)


def _first_days(start: np.ndarray, chain: np.ndarray) -> np.ndarray:
    """Return the first day of the series of each figure."""
    series = chain.max(initial=0) + 1
    first_day = np.full(series, _ENDLESS)
    np.minimum.at(first_day, chain, start)
    first_days: np.ndarray = first_day[chain]
    return first_days


def _lanes(chain: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Give each kind of period of a series a number: months, quarters, years, days."""
    order = np.lexsort([length, chain])
    chains = chain[order]
    lengths = length[order]
    longest = _SAME_KIND * lengths[:-1]
    is_much_longer = lengths[1:] > longest
    is_other_chain = np.diff(chains) > 0
    begins = is_much_longer | is_other_chain
    lane = np.zeros_like(length)
    lane[order[1:]] = np.cumsum(begins)
    return lane


def _days_to_other_end(end: np.ndarray) -> np.ndarray:
    """Return the days from each last day to the nearest other one."""
    days, places = np.unique(end, return_inverse=True)
    gaps = np.full(len(days) + 1, _ENDLESS)
    gaps[1:-1] = np.diff(days)
    before = gaps[:-1]
    after = gaps[1:]
    nearest = np.minimum(before, after)
    to_other_end: np.ndarray = nearest[places]
    return to_other_end


def _tolerance(step: np.ndarray) -> np.ndarray:
    """Return by how many days the figure before may be off."""
    fifth = step // 5
    less_than_half = (step - 1) // 2
    at_least_a_week = np.maximum(fifth, 7)
    tolerance: np.ndarray = np.minimum(at_least_a_week, less_than_half)
    return tolerance


def _are_sessions(
    step: np.ndarray, longer: np.ndarray, months_apart: np.ndarray
) -> np.ndarray:
    """Tell which pairs are of sessions or conferences, which move from year to year."""
    is_yearly = step >= DAYS_OF_TEN_MONTHS
    is_day = longer == _ENDLESS
    is_short = is_day | (longer <= _FIFTEEN_MONTHS)
    is_about_a_year = (months_apart >= 9.9) & (months_apart <= 15.1)
    are_sessions: np.ndarray = is_yearly & is_short & is_about_a_year
    return are_sessions


def _nearest_figures(
    days: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the earlier figure nearest to a year before, and by how many days."""
    end = days[1]
    # In the order of last days, and of first days where these are the same.
    ranking = np.lexsort(days)
    ends = end[ranking]
    place = np.searchsorted(ends, targets[1], side="right")
    nearest = np.full_like(end, NO_PARTNER)
    days_off = np.full_like(end, _ENDLESS)
    for step, at in ((-1, place - 1), (1, place)):
        rows = np.arange(len(place))
        # Mostly one step is enough. Where several periods end about the same day, a
        # figure further on may be nearer, but none whose last day alone is too far off.
        # A search ends at the figure itself, or before the first one, at place -1,
        # which is that of the last figure; neither is earlier.
        while len(rows):
            candidate = ranking[at]
            target = targets.take(rows, axis=1)
            distance = np.abs(target - days.take(candidate, axis=1))
            off = distance.max(axis=0)
            is_earlier = end[candidate] < end[rows]
            is_nearer = off < days_off[rows]
            is_nearer &= is_earlier
            nearer = rows[is_nearer]
            nearest[nearer] = candidate[is_nearer]
            days_off[nearer] = off[is_nearer]
            off_at_end = distance[1]
            is_open = off_at_end < days_off[rows]
            is_open &= is_earlier
            rows = rows[is_open]
            at = at[is_open] + step
    return nearest, days_off
