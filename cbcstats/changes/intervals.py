"""Is a change growth or chance? Exact intervals for counts and for the ratio of two counts.

They hold for events that happen independently of each other, such as missions. Do not use them for beneficiaries or
participants, which come in groups: one mission reaches many, so that the intervals would be far too narrow.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cbcstats.arguments import check_number, check_series
from cbcstats.errors import ArgumentError, shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray


def count_interval(count: ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
    """Return the exact Poisson interval of counts: the means that such a count does not speak against.

    Parameters
    ----------
    count : int or array-like of int
        Counts of independent events, from 0 on. A Series keeps its index. Missing counts have no interval.
    level : float
        Confidence of the interval, between 0 and 1.

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
    low = chi2(alpha / 2, 2 count) / 2, high = chi2(1 - alpha / 2, 2 count + 2) / 2, with chi2 the quantile and
    alpha = 1 - level; low is 0 for a count of 0. F. Garwood, Fiducial limits for the Poisson distribution,
    Biometrika 28 (1936), 437-442. It covers the mean with at least the level.

    Not for beneficiaries or participants: they cluster within missions.

    Examples
    --------
    >>> count_interval([0, 33, 42]).round(2)
         low   high
    0   0.00   3.69
    1  22.72  46.34
    2  30.27  56.77
    """
    from scipy.special import gammaincinv

    count = check_series("count", count, "counts")
    numbers = _counts("count", count)
    alpha = 1 - _checked_level(level)
    low = np.where(numbers > 0, gammaincinv(np.maximum(numbers, 1), alpha / 2), 0.0)
    high = gammaincinv(numbers + 1, 1 - alpha / 2)
    return pd.DataFrame(
        {"low": _where_known(low, numbers), "high": high}, index=_index(count, numbers)
    )


def rate_ratio(
    count: ArrayLike,
    previous: ArrayLike,
    *,
    exposure: ArrayLike = 1,
    previous_exposure: ArrayLike = 1,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare the rates behind two counts: their ratio, its exact interval, and how well chance explains it.

    Parameters
    ----------
    count, previous : int or array-like of int
        The later and the earlier count of independent events.
    exposure, previous_exposure : float or array-like of float
        What each was counted over, in the same unit: months, Members. Series are paired by their index, in the order
        of the first, lists by their place; a single value goes with each.
    level : float
        Confidence of the interval, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per pair, columns `ratio`, `low`, `high`, `p_value`, float64. The ratio is of rates, 1 is no
        change; it is `inf` after a count of 0, and missing for 0 after 0, as its interval is.

    Raises
    ------
    ArgumentError
        If a count is negative or not whole, an exposure not positive, or the level not between 0 and 1; if Series
        have not the same index, or lists not the same length.

    Notes
    -----
    Given their sum, the later count is binomial with probability r t / (r t + s), for a ratio r of rates and
    exposures t and s. The interval turns the exact interval of that probability (Clopper and Pearson, 1934) into
    one of r; `p_value` is twice the smaller tail at r = 1, at most 1, so that it is under 1 - level where the interval
    leaves 1 out. J. Przyborowski and H. Wilenski, Biometrika 31 (1940), 313-323.

    Not for beneficiaries or participants: they cluster within missions.

    Examples
    --------
    >>> rate_ratio(42, 33).round(3)
       ratio    low   high  p_value
    0  1.273  0.788  2.073    0.356
    """
    from scipy.special import betainc, betaincinv

    given: dict[str, Any] = {
        "count": count,
        "previous": previous,
        "exposure": exposure,
        "previous_exposure": previous_exposure,
    }
    given = {name: _column(name, values) for name, values in given.items()}
    index = _pair_series(given)
    checks = {"count": _counts, "previous": _counts}
    arrays = {
        name: checks.get(name, _exposures)(name, values)
        for name, values in given.items()
    }
    numbers, before, times, earlier = _same_length(arrays)
    alpha = 1 - _checked_level(level)
    total = numbers + before
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(
            numbers > 0, betaincinv(np.maximum(numbers, 1), before + 1, alpha / 2), 0.0
        )
        high = np.where(
            before > 0,
            betaincinv(numbers + 1, np.maximum(before, 1), 1 - alpha / 2),
            1.0,
        )
        ends = [share / (1 - share) * earlier / times for share in (low, high)]
        ratio = (numbers / times) / (before / earlier)
        expected = times / (times + earlier)
        fewer = np.where(
            before > 0, betainc(np.maximum(before, 1), numbers + 1, 1 - expected), 1.0
        )
        more = np.where(
            numbers > 0, betainc(np.maximum(numbers, 1), before + 1, expected), 1.0
        )
    p_value = np.minimum(1, 2 * np.minimum(fewer, more))
    known = np.where(total > 0, total, np.nan)  # 0 after 0 says nothing of a ratio
    columns = {"ratio": ratio, "low": ends[0], "high": ends[1], "p_value": p_value}
    frame = pd.DataFrame(
        {name: _where_known(column, known) for name, column in columns.items()}
    )
    return frame if index is None or len(index) < len(frame) else frame.set_axis(index)


def _column(name: str, values: Any) -> ArrayLike:
    """Return a Series where the index says what each number is of, and else an array."""
    column = check_series(name, values, "numbers")
    has_index = isinstance(values, pd.Series | dict)
    return column if has_index else column.to_numpy(dtype=object)


def _pair_series(given: dict[str, ArrayLike]) -> pd.Index | None:
    """Put Series into the order of the first, in place, and return its index."""
    series = {
        name: values for name, values in given.items() if isinstance(values, pd.Series)
    }
    first = next(iter(series), "")
    for name, values in series.items():
        index = series[first].index
        if not values.index.equals(index):
            if not (
                index.is_unique
                and values.index.is_unique
                and set(index) == set(values.index)
            ):
                raise ArgumentError(
                    f"`{name}` and `{first}` are indexed differently; give both the same index, or give lists"
                )
            given[name] = values.reindex(index)
    return series[first].index if series else None


def _same_length(
    arrays: dict[str, NDArray[np.float64]],
) -> tuple[NDArray[np.float64], ...]:
    """Return arrays of one length, for which a single value is repeated."""
    several = {name: array.size for name, array in arrays.items() if array.size != 1}
    first = next(iter(several), "")
    for name, size in several.items():
        if size != several[first]:
            raise ArgumentError(
                f"`{name}` holds {size} values, but `{first}` holds {several[first]}; give as many, or one for all"
            )
    return np.broadcast_arrays(*arrays.values())


def _counts(name: str, given: ArrayLike) -> NDArray[np.float64]:
    return _checked(
        name,
        given,
        lambda numbers: (numbers >= 0) & (numbers % 1 == 0),
        "a whole number from 0 on",
    )


def _exposures(name: str, given: ArrayLike) -> NDArray[np.float64]:
    return _checked(
        name,
        given,
        lambda numbers: (numbers > 0) & np.isfinite(numbers),
        "a positive number",
    )


def _checked(
    name: str, given: ArrayLike, holds: Callable[[Any], Any], what: str
) -> NDArray[np.float64]:
    cells = pd.Series(np.asarray(given, dtype=object), dtype="object")
    numbers = np.array([_as_float(cell) for cell in cells], dtype=float)
    with np.errstate(invalid="ignore"):  # an infinite number has no rest
        wrong = cells[~holds(numbers) & cells.notna()]
    if len(wrong):
        raise ArgumentError(
            f"`{name}` must be {what}, but {shortened(str(wrong.iloc[0]))} was given"
        )
    return numbers


def _as_float(cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _checked_level(level: float) -> float:
    if not 0 < check_number("level", level) < 1:
        raise ArgumentError(
            f"`level` must be between 0 and 1, such as 0.95, but {level!r} was given"
        )
    return level


def _where_known(
    numbers: NDArray[np.float64], known: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.where(np.isnan(known), np.nan, numbers)


def _index(given: ArrayLike, numbers: NDArray[np.float64]) -> pd.Index:
    return given.index if isinstance(given, pd.Series) else pd.RangeIndex(numbers.size)
