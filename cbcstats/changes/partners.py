"""Find the figure of a year before for each figure of a series.

The figure before, or partner, is the one whose first and last day are nearest to the
same days one calendar year earlier. It may be off by a fifth of the rhythm of its
series: 73 days for years, 18 for quarters, 7 for months. Only sessions, conferences and
other figures at least ten months apart may have a partner 10 to 15 months before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cbcstats.counts.periods import DAYS_PER_MONTH, a_year_earlier

if TYPE_CHECKING:
    import pandas as pd

NO_PARTNER: Final = -1
# More days than between any two dates; the length of a figure that is true on one day.
_ENDLESS: Final = 10_000_000
# Periods are of one kind, such as quarters, up to this ratio of their lengths.
_SAME_KIND: Final = 1.6
_TEN_MONTHS: Final = 303  # days of the shortest ten months
_FIFTEEN_MONTHS: Final = 460  # days of the longest fifteen months
_SESSION_APART: Final = (9.9, 15.1)  # months


class Partners(NamedTuple):
    """For each figure, the positions of other figures, or NO_PARTNER."""

    partner: np.ndarray
    nearest: np.ndarray  # the earlier figure nearest to a year before, for messages
    has_row: np.ndarray  # whether it has a partner, or its series a year before
    months_apart: np.ndarray  # from the nearest figure
    days_off: np.ndarray  # of the nearest figure from the same days a year before


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
    if not len(figures):
        nobody = np.empty(0, dtype=int)
        return Partners(nobody, nobody, nobody.astype(bool), nobody, nobody)
    ends = figures["period_end"].to_numpy("datetime64[D]")
    starts = figures["period_start"].to_numpy("datetime64[D]")
    # A total since a start grows, so that its length is not that of a period.
    is_point = (figures["measure"] != "flow").to_numpy(bool) | np.isnat(starts)
    starts = np.where(is_point, ends, starts)

    start, end = starts.astype(int), ends.astype(int)
    target_start = a_year_earlier(starts).astype(int)
    target_end = a_year_earlier(ends).astype(int)
    length = np.where(is_point, _ENDLESS, end - start + 1)
    lane = _lanes(chain, length)

    # One whole number orders figures by lane, last day and first day, so that a search
    # finds the figures next to a target.
    first_day = start.min() - 366
    width = end.max() - first_day + 2
    at_end = lane * width + end - first_day
    step = np.minimum(length, _days_to_nearest_end(at_end, lane))
    ranking = np.lexsort([start, at_end])
    ordered = (at_end * width + start - first_day)[ranking]
    target = (lane * width + target_end - first_day) * width + target_start - first_day
    place = np.searchsorted(ordered, target)

    nearest = np.full(len(end), NO_PARTNER)
    nearest_off = np.full(len(end), _ENDLESS)
    for step_on, first in ((-1, place - 1), (1, place)):
        rows, at = np.arange(len(end)), first
        # Mostly one step is enough. Where several periods end about the same day, a
        # figure further on may be nearer, but none whose last day alone is too far off.
        while len(rows):
            is_inside = (at >= 0) & (at < len(ranking))
            rows, at = rows[is_inside], at[is_inside]
            candidate = ranking[at]
            off_at_end = np.abs(target_end[rows] - end[candidate])
            is_earlier = (lane[candidate] == lane[rows]) & (end[candidate] < end[rows])
            may_be_nearer = is_earlier & (off_at_end < nearest_off[rows])
            rows, at, candidate = (
                part[may_be_nearer] for part in (rows, at, candidate)
            )
            off_at_start = np.abs(target_start[rows] - start[candidate])
            off = np.maximum(off_at_start, off_at_end[may_be_nearer])
            is_nearer = off < nearest_off[rows]
            nearest[rows[is_nearer]] = candidate[is_nearer]
            nearest_off[rows[is_nearer]] = off[is_nearer]
            at = at + step_on

    shift = target_start - start[nearest] + target_end - end[nearest]
    months_apart = 12 + shift / 2 / DAYS_PER_MONTH
    shorter_step = np.minimum(step, step[nearest])
    # A week is allowed at least, but always less than half of the step.
    tolerance = np.minimum(np.maximum(7, shorter_step // 5), (shorter_step - 1) // 2)
    is_near = nearest_off <= tolerance
    longer = np.where(is_point, 0, np.maximum(length, length[nearest]))
    least, most = _SESSION_APART
    is_session = (
        (shorter_step >= _TEN_MONTHS)
        & (longer <= _FIFTEEN_MONTHS)
        & (least <= months_apart)
        & (months_apart <= most)
    )
    has_partner = (nearest != NO_PARTNER) & (is_near | is_session)
    partner = np.where(has_partner, nearest, NO_PARTNER)
    has_row = has_partner | (target_start >= _first_day_of(chain, start))
    return Partners(partner, nearest, has_row, months_apart, nearest_off)


def _lanes(chain: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Give each kind of period of a series a number: months, quarters, years, days."""
    order = np.lexsort([length, chain])
    ordered_chain, ordered_length = chain[order], length[order]
    is_other_chain = ordered_chain[1:] != ordered_chain[:-1]
    is_much_longer = ordered_length[1:] > _SAME_KIND * ordered_length[:-1]
    lane = np.empty(len(chain), dtype=int)
    lane[order[0]] = 0
    lane[order[1:]] = np.cumsum(is_other_chain | is_much_longer)
    return lane


def _days_to_nearest_end(at_end: np.ndarray, lane: np.ndarray) -> np.ndarray:
    """Return the days from each last day to the nearest other one of its lane."""
    distinct, first, places = np.unique(at_end, return_index=True, return_inverse=True)
    between = np.diff(distinct)
    between[np.diff(lane[first]) != 0] = _ENDLESS
    gaps = np.concatenate([[_ENDLESS], between, [_ENDLESS]])
    nearest: np.ndarray = np.minimum(gaps[:-1], gaps[1:])[places]
    return nearest


def _first_day_of(chain: np.ndarray, start: np.ndarray) -> np.ndarray:
    first = np.full(chain.max() + 1, _ENDLESS)
    np.minimum.at(first, chain, start)
    return first[chain]
