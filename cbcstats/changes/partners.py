"""Find the figure of a year before for each figure of a series.

The figure before, or partner, is the one whose first and last day are nearest to the
same days one calendar year earlier. It may be off by a fifth of the rhythm of its
series: 73 days for years, 18 for quarters, 7 for months. Only sessions, conferences and
other figures at least ten months apart may have a partner 10 to 15 months before.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.counts.periods import DAYS_OF_TEN_MONTHS, DAYS_PER_MONTH, a_year_earlier

NO_PARTNER: Final = -1
# More days than between any two dates; the length of a figure that is true on one day.
_ENDLESS: Final = 10_000_000
# Periods are of one kind, such as quarters, up to this ratio of their lengths.
_SAME_KIND: Final = 1.6
_FIFTEEN_MONTHS: Final = 460  # days of the longest fifteen months


class Partners(NamedTuple):
    """For each figure, the positions of other figures, or NO_PARTNER."""

    partner: np.ndarray
    nearest: np.ndarray  # the earlier figure nearest to a year before, for messages
    has_row: np.ndarray  # whether it has a partner, or its series a year before
    months_apart: np.ndarray  # from the nearest figure
    days_off: np.ndarray  # of the nearest figure from the same days a year before


class _Periods(NamedTuple):
    """The periods of figures as numbers of days, row by row."""

    start: np.ndarray
    end: np.ndarray
    target_start: np.ndarray  # the same day a year before
    target_end: np.ndarray
    length: np.ndarray
    lane: np.ndarray  # a number for each kind of period of each series


def find_partners(figures: pd.DataFrame, chain: np.ndarray) -> Partners:
    """Find the figure of a year before for each figure.

    Parameters
    ----------
    figures : pandas.DataFrame
        Columns `measure`, `period_start`, `period_end`; each has a last day.
    chain : numpy.ndarray of int
        The series that each figure belongs to.

    Notes
    -----
    A figure without a partner has a row unless it is of the first year of its series,
    that is, unless the period a year earlier begins before the series does.
    """
    if figures.empty:
        nobody = np.empty(0, dtype=int)
        return Partners(nobody, nobody, nobody.astype(bool), nobody, nobody)
    periods = _periods(figures, chain)
    start, end, target_start, target_end, length, lane = periods
    nearest, days_off = _nearest_figures(periods)
    shift_of_start = target_start - start[nearest]
    shift_of_end = target_end - end[nearest]
    shift = (shift_of_start + shift_of_end) / 2
    months_apart = 12 + shift / DAYS_PER_MONTH

    step = np.minimum(length, _days_to_other_end(end, lane))
    shorter_step = np.minimum(step, step[nearest])
    # A week is allowed at least, but always less than half of the step.
    tolerance = np.maximum(7, shorter_step // 5)
    tolerance = np.minimum(tolerance, (shorter_step - 1) // 2)
    is_near = days_off <= tolerance

    # Sessions and conferences move from year to year.
    longer = np.maximum(length, length[nearest])
    is_session = shorter_step >= DAYS_OF_TEN_MONTHS
    is_session &= (longer <= _FIFTEEN_MONTHS) | (length == _ENDLESS)
    is_session &= (months_apart >= 9.9) & (months_apart <= 15.1)

    is_found = nearest != NO_PARTNER
    has_partner = is_found & (is_near | is_session)
    partner = np.where(has_partner, nearest, NO_PARTNER)
    first_day = np.full(chain.max() + 1, _ENDLESS)
    np.minimum.at(first_day, chain, start)
    is_later_year = target_start >= first_day[chain]
    has_row = has_partner | is_later_year
    return Partners(partner, nearest, has_row, months_apart, days_off)


def _periods(figures: pd.DataFrame, chain: np.ndarray) -> _Periods:
    ends = figures["period_end"].to_numpy("datetime64[D]")
    starts = figures["period_start"].to_numpy("datetime64[D]")
    is_flow = (figures["measure"] == "flow").to_numpy(bool)
    # A total since a start grows, so that its length is not that of a period.
    is_point = ~is_flow | np.isnat(starts)
    starts = np.where(is_point, ends, starts)
    start = starts.astype(int)
    end = ends.astype(int)
    target_start = _year_earlier(starts)
    target_end = _year_earlier(ends)
    length = np.where(is_point, _ENDLESS, end - start + 1)
    lane = _lanes(chain, length)
    return _Periods(start, end, target_start, target_end, length, lane)


def _year_earlier(days: np.ndarray) -> np.ndarray:
    # Many series share the same few days.
    codes, distinct = pd.factorize(days)
    targets = a_year_earlier(distinct).astype(int)
    return targets[codes]


def _lanes(chain: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Give each kind of period of a series a number: months, quarters, years, days."""
    order = np.lexsort([length, chain])
    chains = chain[order]
    lengths = length[order]
    is_other_chain = chains[1:] != chains[:-1]
    is_much_longer = lengths[1:] > _SAME_KIND * lengths[:-1]
    lane = np.zeros(len(chain), dtype=int)
    lane[order[1:]] = np.cumsum(is_other_chain | is_much_longer)
    return lane


def _days_to_other_end(end: np.ndarray, lane: np.ndarray) -> np.ndarray:
    """Return the days from each last day to the nearest other one of its lane."""
    # Lanes are further apart than any two days.
    day = lane * 2 * _ENDLESS + end
    days, places = np.unique(day, return_inverse=True)
    gaps = np.diff(days)
    gaps = np.concatenate([[_ENDLESS], gaps, [_ENDLESS]])
    nearest: np.ndarray = np.minimum(gaps[:-1], gaps[1:])[places]
    return nearest


def _nearest_figures(periods: _Periods) -> tuple[np.ndarray, np.ndarray]:
    """Return the figure of the lane nearest to a year before, and by how many days."""
    start, end, target_start, target_end, _, lane = periods
    # One whole number orders figures by lane, last day and first day, so that a search
    # finds the figures next to a target.
    first_day = start.min() - 366
    width = end.max() - first_day + 2
    lane_start = lane * width - first_day
    ordinal = (lane_start + end) * width + start - first_day
    target = (lane_start + target_end) * width + target_start - first_day
    ranking = np.argsort(ordinal, kind="stable")
    place = np.searchsorted(ordinal[ranking], target)

    nearest = np.full(len(place), NO_PARTNER)
    days_off = np.full(len(place), _ENDLESS)
    for step, first in ((-1, place - 1), (1, place)):
        rows = np.arange(len(place))
        at = first
        # Mostly one step is enough. Where several periods end about the same day, a
        # figure further on may be nearer, but none whose last day alone is too far off.
        while len(rows):
            is_inside = (at >= 0) & (at < len(ranking))
            rows, at = rows[is_inside], at[is_inside]
            candidate = ranking[at]
            off_at_end = np.abs(target_end[rows] - end[candidate])
            is_earlier = end[candidate] < end[rows]
            is_earlier &= lane[candidate] == lane[rows]
            may_be_nearer = is_earlier & (off_at_end < days_off[rows])
            rows, at = rows[may_be_nearer], at[may_be_nearer]
            candidate = candidate[may_be_nearer]
            off_at_start = np.abs(target_start[rows] - start[candidate])
            off = np.maximum(off_at_start, off_at_end[may_be_nearer])
            is_nearer = off < days_off[rows]
            nearest[rows[is_nearer]] = candidate[is_nearer]
            days_off[rows[is_nearer]] = off[is_nearer]
            at = at + step
    return nearest, days_off
