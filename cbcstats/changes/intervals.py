"""Growth or chance? Exact confidence intervals for counts and for their ratio.

All assume that events happen independently of each other, as missions do. Beneficiaries
and participants come in groups, one mission for many, so that their intervals would be
far too narrow.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cbcstats.arguments import check_number, check_series
from cbcstats.errors import ArgumentError, shortened

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Column = pd.Series | NDArray[Any]


def count_interval(count: ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
    """Return the exact Poisson confidence interval of a count of independent events.

    Assumes that events happen independently of each other and at a constant rate, as
    missions may. Do not use it for beneficiaries or participants, who come in groups:
    the interval would be far too narrow.

    Parameters
    ----------
    count : int or array-like of int
        Counts of independent events, 0 or more. A Series keeps its index. A missing
        count has no interval.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per count, columns `low` and `high`, float64.

    Raises
    ------
    ArgumentError
        If a count is negative or not whole, or the level not between 0 and 1.

    Notes
    -----
    With chi2 the quantile of the chi-squared distribution and alpha = 1 - level::

        low = chi2(alpha / 2, 2 count) / 2
        high = chi2(1 - alpha / 2, 2 count + 2) / 2

    and low = 0 for a count of 0. The interval covers the mean with at least the given
    level. F. Garwood, Fiducial limits for the Poisson distribution, Biometrika 28
    (1936), 437-442.

    Examples
    --------
    >>> from cbcstats.changes.intervals import count_interval
    >>> count_interval([0, 33, 42]).round(2)
         low   high
    0   0.00   3.69
    1  22.72  46.34
    2  30.27  56.77
    """
    from scipy.special import gammaincinv

    alpha = 1 - _check_level(level)
    counts = check_series("count", count, "counts")
    numbers = _counts("count", counts)
    # The quantile is not defined for a count of 0.
    some = np.maximum(numbers, 1)
    low = gammaincinv(some, alpha / 2)
    low[numbers == 0] = 0
    high = gammaincinv(numbers + 1, 1 - alpha / 2)
    frame = pd.DataFrame({"low": low, "high": high})
    # The index of a list would only be its positions.
    has_index = isinstance(count, pd.Series | dict)
    return frame.set_index(counts.index) if has_index else frame


def rate_ratio(
    count: ArrayLike,
    previous: ArrayLike,
    *,
    exposure: ArrayLike = 1,
    previous_exposure: ArrayLike = 1,
    level: float = 0.95,
) -> pd.DataFrame:
    """Test whether chance alone can explain the change between two counts of events.

    Assumes that events happen independently of each other and at a constant rate, as
    missions may. Do not use it for beneficiaries or participants, who come in groups:
    the interval would be far too narrow.

    Parameters
    ----------
    count, previous : int or array-like of int
        The later and the earlier count of independent events.
    exposure, previous_exposure : float or array-like of float
        What each was counted over, in the same unit: months, Members. Series are paired
        by their index, in the order of the first one, and lists by position; a single
        value is used for all.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per pair, columns `ratio` of the two rates (1 is no change), `low`,
        `high`, `p_value`, float64. The ratio is `inf` after a count of 0. For 0 after
        0, all are missing.

    Raises
    ------
    ArgumentError
        If a count is negative or not whole, an exposure is not positive, or the level
        is not between 0 and 1; if the Series have different indexes, or the lists
        different lengths.

    Notes
    -----
    Given the sum of both, the later count is binomial with probability
    r t / (r t + s), for a ratio r of the rates and exposures t and s. The exact
    interval of that probability (C. J. Clopper and E. S. Pearson, Biometrika 26 (1934),
    404-413) is converted into one of r. `p_value` is twice the smaller tail at r = 1,
    at most 1, so that it is below 1 - level where the interval leaves out 1.
    J. Przyborowski and H. Wilenski, Biometrika 31 (1940), 313-323.

    Examples
    --------
    >>> from cbcstats.changes.intervals import rate_ratio
    >>> rate_ratio(42, 33).round(3)
       ratio    low   high  p_value
    0  1.273  0.788  2.073    0.356
    """
    alpha = 1 - _check_level(level)
    columns = {
        "count": _column("count", count),
        "previous": _column("previous", previous),
        "exposure": _column("exposure", exposure),
        "previous_exposure": _column("previous_exposure", previous_exposure),
    }
    index = _pair_series(columns)
    arrays = {
        "count": _counts("count", columns["count"]),
        "previous": _counts("previous", columns["previous"]),
        "exposure": _exposures("exposure", columns["exposure"]),
        "previous_exposure": _exposures(
            "previous_exposure", columns["previous_exposure"]
        ),
    }
    later, before, times, times_before = _same_length(arrays)
    low, high = _share_interval(later, before, alpha)
    expected = times / (times + times_before)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_odds = times_before / times
        ratio = later / before * per_odds
        low_odds = low / (1 - low)
        high_odds = high / (1 - high)
    ratios = {
        "ratio": ratio,
        "low": low_odds * per_odds,
        "high": high_odds * per_odds,
        "p_value": _p_value(later, before, expected),
    }
    frame = pd.DataFrame(ratios)
    # 0 after 0 tells nothing about a ratio, nor does a missing count.
    has_events = later + before > 0
    frame[~has_events] = np.nan
    # A Series of one value is repeated, and its index cannot be.
    if index is None or len(index) < len(frame):
        return frame
    return frame.set_axis(index)


def _share_interval(
    later: Floats, before: Floats, alpha: float
) -> tuple[Floats, Floats]:
    """Return the Clopper-Pearson interval of the later count's share of both."""
    from scipy.special import betaincinv

    # The quantiles are not defined for counts of 0, where the ends are 0 and 1.
    some_later = np.maximum(later, 1)
    some_before = np.maximum(before, 1)
    low = betaincinv(some_later, before + 1, alpha / 2)
    high = betaincinv(later + 1, some_before, 1 - alpha / 2)
    low[later == 0] = 0
    high[before == 0] = 1
    return low, high


def _p_value(later: Floats, before: Floats, expected: Floats) -> Floats:
    """Return twice the smaller binomial tail, at most 1."""
    from scipy.special import betainc

    some_later = np.maximum(later, 1)
    some_before = np.maximum(before, 1)
    at_most = betainc(some_before, later + 1, 1 - expected)
    at_least = betainc(some_later, before + 1, expected)
    at_most[before == 0] = 1
    at_least[later == 0] = 1
    smaller = np.minimum(at_most, at_least)
    # Both tails hold the count itself, so that together they may exceed 1.
    doubled: Floats = np.minimum(1, 2 * smaller)
    return doubled


def _column(name: str, values: Any) -> Column:
    """Return a Series if the index tells what each number belongs to, else an array."""
    column = check_series(name, values, "numbers")
    if isinstance(values, pd.Series | dict):
        return column
    return column.to_numpy(dtype=object)


def _pair_series(columns: dict[str, Any]) -> pd.Index | None:
    """Put Series into the order of the first one, in place, and return its index."""
    series = {
        name: column
        for name, column in columns.items()
        if isinstance(column, pd.Series)
    }
    if not series:
        return None
    first = next(iter(series))
    index = series[first].index
    for name, column in series.items():
        # Equal indexes may have repeated labels, as the order alone pairs them.
        if column.index.equals(index):
            continue
        is_unique = index.is_unique and column.index.is_unique
        if not is_unique or set(index) != set(column.index):
            raise ArgumentError(
                f"`{name}` and `{first}` are indexed differently; "
                "give both the same index, or give lists"
            )
        columns[name] = column.reindex(index)
    return index


def _same_length(arrays: dict[str, Floats]) -> tuple[Floats, ...]:
    """Repeat single values, so that all arrays have one length."""
    sizes = {name: array.size for name, array in arrays.items()}
    several = {name: size for name, size in sizes.items() if size != 1}
    first = next(iter(several), "")
    for name, size in several.items():
        if size != sizes[first]:
            raise ArgumentError(
                f"`{name}` holds {size} values, but `{first}` holds {sizes[first]}; "
                "give as many, or one for all"
            )
    return np.broadcast_arrays(*arrays.values())


def _counts(name: str, values: Any) -> Floats:
    numbers = _floats(values)
    with np.errstate(invalid="ignore"):  # the remainder of infinity
        is_whole = numbers % 1 == 0
    is_right = is_whole & (numbers >= 0)
    _refuse(name, values, is_right, "a whole number from 0 on")
    return numbers


def _exposures(name: str, values: Any) -> Floats:
    numbers = _floats(values)
    is_finite = np.isfinite(numbers)
    is_right = is_finite & (numbers > 0)
    _refuse(name, values, is_right, "a positive number")
    return numbers


def _floats(values: Any) -> Floats:
    # What is not a number becomes NaN here and is refused later.
    cells = np.asarray(values, dtype=object)
    return np.array([_as_float(cell) for cell in cells], dtype=float)


def _as_float(cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _refuse(name: str, values: Any, is_right: NDArray[np.bool_], rule: str) -> None:
    """Raise ArgumentError for the first cell that is wrong and not missing."""
    cells = pd.Series(np.asarray(values, dtype=object), dtype="object")
    is_wrong = ~is_right & cells.notna()
    wrong = cells[is_wrong]
    if len(wrong):
        value = str(wrong.iloc[0])
        raise ArgumentError(
            f"`{name}` must be {rule}, but {shortened(value)} was given"
        )


def _check_level(level: float) -> float:
    if not 0 < check_number("level", level) < 1:
        raise ArgumentError(
            f"`level` must be between 0 and 1, such as 0.95, but {level!r} was given"
        )
    return level
