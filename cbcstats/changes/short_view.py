"""A short view of changes, to read on a screen or in a report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from cbcstats.arguments import check_frame
from cbcstats.counts.formats import format_range, has_rates, printed
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable


def short_view(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the few columns of changes that a reader needs, as text.

    Parameters
    ----------
    changes : pandas.DataFrame
        Changes, as `year_on_year` returns them.

    Returns
    -------
    pandas.DataFrame
        One row per change: the columns of the series that differ between rows;
        `period`; `value` and `before`, as printed with their range, or the range of the
        monthly rate; `change` and `percent`, as ranges; `comparable` (bool); `why`.
        Cells are empty where nothing is known. The index is that of `changes`.

    Raises
    ------
    ArgumentError
        If a column is missing.

    Examples
    --------
    >>> from cbcstats import load_counts, short_view, year_on_year
    >>> view = short_view(year_on_year(load_counts("missions"))).iloc[-1]
    >>> print(view["value"], "after", view["before"], "is", view["percent"])
    492 after more than 330 (331 to 340) is +45% to +49%
    """
    figure = ["value", "qualifier", "low", "high"]
    needed = ["period", *figure, *(f"previous_{name}" for name in figure)]
    needed += ["change_low", "change_high", "comparable", "why"]
    needed += ["percent_change_low", "percent_change_high"]
    changes = check_frame("changes", changes, needed, "year_on_year")
    series = list(changes)[: list(changes).index("period")]
    differing = [name for name in series if changes[name].nunique(dropna=False) > 1]
    view = changes[differing].copy()
    view["period"] = changes["period"]
    view["value"] = _numbers(changes, "")
    view["before"] = _numbers(changes, "previous_")
    view["change"] = _ranges(changes, "change", signed=True)
    view["percent"] = _ranges(changes, "percent_change", percent=True)
    view["comparable"] = changes["comparable"]
    view["why"] = changes["why"]
    return view


def _numbers(changes: pd.DataFrame, prefix: str) -> pd.Series:
    """Write numbers as printed with their range, or the range of monthly rates."""
    if has_rates(changes):
        ends = changes[prefix + "rate_low"], changes[prefix + "rate_high"]
        return _texts([_range(*row) for row in zip(*ends, strict=True)], changes)
    columns = [changes[prefix + name] for name in ("value", "qualifier", "low", "high")]
    return _texts([_number(*row) for row in zip(*columns, strict=True)], changes)


def _number(value: float, qualifier: str, low: float, high: float) -> str:
    if pd.isna(value):
        return ""
    number = printed(value, qualifier)
    return number if low == high else f"{number} ({_range(low, high)})"


def _ranges(changes: pd.DataFrame, name: str, **form: bool) -> pd.Series:
    ends = changes[f"{name}_low"], changes[f"{name}_high"]
    return _texts([_range(*row, **form) for row in zip(*ends, strict=True)], changes)


def _range(low: float, high: float, **form: bool) -> str:
    if pd.isna(low):
        return ""
    # After a figure that may be 0, the high end of a percent change is not known.
    return format_range(low, math.inf if pd.isna(high) else high, **form)


def _texts(cells: Iterable[Any], changes: pd.DataFrame) -> pd.Series:
    return text_column(cells, changes.index)
