"""Parts of a total: what each contributes to its change, and whether they add up."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_choice, check_column, check_names, check_text
from cbcstats.changes.comparability import comparison
from cbcstats.changes.partners import (
    CHAIN,
    preferred_figures,
    with_figure_before,
)
from cbcstats.changes.series import (
    changes_of,
    figure_columns,
    middle_of,
    range_of,
    result_of,
    sum_of_group,
    sum_of_others,
)
from cbcstats.counts.figures import figures_of, labels_of
from cbcstats.errors import ArgumentError, DataError
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOTALS: Final = ("total", "totals", "grand total", "all", "ensemble", "todos", "world")
_LEAST: Final = -100.0  # percentage points: what a total loses with all of its parts
_EQUAL: Final = 1e-9  # share by which sums of decimals may miss each other
_NAMED: Final = 3  # parts without a figure that a reason names
_IN_COMMON: Final = ("measure", "unit", "period_basis")  # to the parts of a total


def contributions(
    data: Any,
    by: str = "wco_region",
    *,
    per: str = "period",
    reading: str | float = "usual",
    time: str | None = None,
    value: str | None = None,
    measure: str | None = None,
    year_start: int | None = None,
) -> pd.DataFrame:
    """Show how many percentage points each part adds to the change of the total.

    Parameters
    ----------
    data : pandas.DataFrame or frame of another library
        Figures of the parts of a total, one row per part and period: counts as
        `load_counts` or `count_missions` return them, or your own data, as for
        `year_on_year`. The total of a period is the sum of its parts.
    by : str
        The column that names the part.
    per, reading, time, value, measure, year_start
        As for `year_on_year`.

    Returns
    -------
    pandas.DataFrame
        One row per part and later period, in the order of series, periods and parts.
        The columns are those of `Contributions`: the series, the column of parts, the
        figures and their `previous_` twins as in `year_on_year`; `contribution` with
        `_low` and `_high` (percentage points), `total_percent_change` with `_low` and
        `_high` (percent); `comparable`, `why`, `per`, `unit`, `source_id`,
        `previous_source_id`. Numbers are float64 and not rounded.

    Raises
    ------
    ArgumentError
        If there is no such column, or it tells no parts apart, as `unit` does.
    DataError
        As for `year_on_year`.

    Notes
    -----
    For a part of v after p, and a total P before::

        contribution = 100 (v - p) / P

    as contributions to growth are defined in national accounts. Contributions, computed
    from the middles of the ranges, add up to `total_percent_change`. Their ranges do
    not: each is the least and the greatest value that is possible while v, p and the
    other parts before are in their ranges. The upper end is `inf` where the total
    before may be 0. There is no contribution where the total before is 0 or may be
    negative.

    The period before is found for the total, by the rule of `year_on_year`. A part
    belongs to the total from its first figure to its last. A part without a figure is
    missing, it does not count as 0: if it is missing in the period before, no part has
    a contribution; if it is missing later, only itself and the total have none. `why`
    names it, and no part of that change is comparable.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import contributions
    >>> mine = pd.DataFrame({"year": [2015, 2015, 2016, 2016],
    ...     "region": ["Europe", "Africa"] * 2, "missions": [60, 40, 66, 50]})
    >>> changes = contributions(mine, by="region")
    >>> changes[["region", "contribution", "total_percent_change"]]
       region  contribution  total_percent_change
    0  Europe           6.0                  16.0
    1  Africa          10.0                  16.0
    """
    if check_text("by", by) in _IN_COMMON:
        raise ArgumentError(
            f"`by` must name the column that tells parts apart, such as wco_region, "
            f"but {by!r} was given"
        )
    figures = figures_of(
        data,
        by=[by],
        per=per,
        reading=reading,
        time=time,
        value=value,
        measure=measure,
        year_start=year_start,
    )
    check_column("by", by, figures)
    is_of_total = [name in figures and name not in (*_IN_COMMON, by) for name in CHAIN]
    series = list(itertools.compress(CHAIN, is_of_total))
    figures = preferred_figures(figures, [*series, by])
    _refuse_totals(figures, series, by)
    later, previous = _parts_before(_with_absent_parts(figures, series, by))
    number = later["period_number"]
    total, total_before = _totals(later, number), _totals(previous, number)
    total_changes = changes_of(total, total_before, per)
    # What the total was before decides whether there is a percent change.
    base = previous.assign(low=total_before["low"], high=total_before["high"])
    columns = {
        **figure_columns(later, labels_of(later), per),
        **figure_columns(previous, labels_of(previous), per, "previous_"),
        **_contributions_of(later, previous, total_before, per),
        "total_percent_change": total_changes["percent_change"],
        "total_percent_change_low": total_changes["percent_change_low"],
        "total_percent_change_high": total_changes["percent_change_high"],
        **_comparison_of_parts(later, base, by, per),
    }
    result = result_of(later, [*series, by], columns, per)
    result["previous_source_id"] = previous["source_id"]
    return result


def _with_absent_parts(
    figures: pd.DataFrame, series: list[str], by: str
) -> pd.DataFrame:
    """Give each part a row in every period of its series, empty where it has none.

    Adds `series_number` and `period_number`, the latter across series; and `first_end`
    and `last_end` of the part.
    """
    by_series = figures.groupby(series, sort=False, dropna=False)
    figures = figures.assign(series_number=by_series.ngroup())
    days = ["series_number", "period_start", "period_end"]
    by_period = figures.groupby(days, sort=False, dropna=False)
    figures["period_number"] = by_period.ngroup()
    by_part = figures.groupby("chain")
    ends_of_part = by_part["period_end"]
    figures["first_end"] = ends_of_part.transform("min")
    figures["last_end"] = ends_of_part.transform("max")
    of_part = ["series_number", "chain", by, "measure", "unit"]
    of_part += ["first_end", "last_end"]
    of_period = [*series, *days, "period_number", "period", "days"]
    of_period += ["period_basis", "period_tolerance"]
    parts = figures.drop_duplicates("chain")
    periods = figures.drop_duplicates("period_number")
    grid = periods[of_period].merge(parts[of_part], on="series_number")
    every = pd.concat([figures, grid], ignore_index=True)
    return every.drop_duplicates(["period_number", "chain"], ignore_index=True)


def _parts_before(every: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the parts of each later period, and the same parts a year before."""
    periods = every.drop_duplicates("period_number", ignore_index=True)
    periods = periods.assign(chain=periods["series_number"])
    later, previous = with_figure_before(periods)
    distance = ["nearest_period_end", "months_apart", "days_off"]
    pairs = later[["period_number", *distance]].copy()
    number_before = previous["period_number"].fillna(-1)
    pairs["number_before"] = number_before.astype(int)
    pairs["end_before"] = previous["period_end"].fillna(later["period_end"])
    parts = every.merge(pairs, on="period_number")
    has_begun = parts["first_end"] <= parts["period_end"]
    has_ended = parts["last_end"] < parts["end_before"]
    order = ["series_number", "period_end", "period_start", "chain"]
    parts = parts[has_begun & ~has_ended]
    parts = parts.sort_values(order, ignore_index=True)
    keys = ["chain", "period_number"]
    keys_before = parts[["chain", "number_before"]].set_axis(keys, axis="columns")
    parts_before = keys_before.merge(every, on=keys, how="left")
    return parts, parts_before


def _totals(figures: pd.DataFrame, number: pd.Series) -> pd.DataFrame:
    """Add up the parts of each change, row by row of these parts."""
    totals = figures.copy()
    for name in ("value", "low", "high", "rate", "rate_low", "rate_high"):
        if name in figures:
            totals[name] = sum_of_group(figures[name], number)
    return totals


def _contributions_of(
    later: pd.DataFrame, previous: pd.DataFrame, total_before: pd.DataFrame, per: str
) -> dict[str, pd.Series]:
    """Return the contributions of the middles, and the least and the greatest ones."""
    number = later["period_number"]
    low, high = range_of(later, per)
    ends_before = range_of(previous, per)
    others = [sum_of_others(end, number) for end in ends_before]
    # A contribution is monotone in each figure, as long as the total is positive.
    corners = list(itertools.product(ends_before, others))
    lowest = [_contribution(low, part, rest) for part, rest in corners]
    highest = [_contribution(high, part, rest) for part, rest in corners]
    least = _outermost(np.fmin, lowest)
    greatest = _outermost(np.fmax, highest)
    change = middle_of(later, per) - middle_of(previous, per)
    middle = 100 * change / middle_of(total_before, per)
    least_total, most_total = range_of(total_before, per)
    is_positive = (least_total >= 0) & (most_total > 0)
    return {
        "contribution": middle.where(is_positive),
        "contribution_low": least.where(is_positive),
        "contribution_high": greatest.where(is_positive),
    }


def _contribution(
    value: pd.Series, previous: pd.Series, others: pd.Series
) -> pd.Series:
    change = value - previous
    total = previous + others
    contribution = 100 * change / total
    # The limit where only the part itself has no upper end.
    is_limit = np.isinf(previous)
    is_limit &= np.isfinite(others)
    is_limit &= np.isfinite(value)
    return contribution.mask(is_limit, _LEAST)


def _outermost(function: np.ufunc, columns: list[pd.Series]) -> pd.Series:
    """Return the least or the greatest number of each row, without the missing ones."""
    index = columns[0].index
    return pd.Series(function.reduce(columns), index)


def _comparison_of_parts(
    later: pd.DataFrame, previous: pd.DataFrame, by: str, per: str
) -> pd.DataFrame:
    """Return whether parts are comparable; if one is not, no part of its change is."""
    number = later["period_number"]
    gaps = _gaps(later, number, by)
    gaps_before = _gaps(previous, number, by)
    # The gaps name missing values with their part and period.
    known = later.assign(value=later["value"].fillna(0))
    known_before = previous.assign(value=previous["value"].fillna(0))
    compared = comparison(known, known_before, per=per)
    by_change = later.groupby(number)
    kinds = by_change[["measure", "unit"]].transform("nunique")
    are_several = kinds > 1
    is_unlike = are_several.any(axis="columns")
    is_comparable = compared["comparable"] & ~is_unlike
    is_comparable &= gaps_before.isna() & gaps.isna()
    are_comparable = is_comparable.groupby(number).transform("all")
    is_by_others = is_comparable & ~are_comparable
    no_text = pd.Series(np.nan, later.index, dtype="object")
    reasons = [
        gaps_before,
        gaps,
        compared["why"].replace("", None),
        no_text.mask(is_unlike, "measure or unit differs"),
        no_text.mask(is_by_others, "another part is not comparable"),
    ]
    texts = pd.concat(reasons).dropna()
    by_row = texts.groupby(level=0)
    why = by_row.agg("; ".join).reindex(later.index)
    why = text_column(why).fillna("")
    return pd.DataFrame({"comparable": are_comparable, "why": why})


def _gaps(figures: pd.DataFrame, number: pd.Series, by: str) -> pd.Series:
    """Name the parts of each change that have no figure, and the period."""
    has_period = figures["period_end"].notna()
    is_gap = figures["value"].isna() & has_period
    gaps = figures[is_gap]
    change = number[is_gap]
    names = text_column(gaps[by])
    names_of_change = names.fillna("not stated").groupby(change)
    labels_of_change = labels_of(gaps).groupby(change)
    parts = names_of_change.agg(_listed)
    texts = "no figure of " + parts + " for " + labels_of_change.first()
    return number.map(texts.astype("object"))


def _listed(names: pd.Series) -> str:
    named = names[:_NAMED]
    listed = ", ".join(named)
    more = len(names) - len(named)
    return f"{listed} and {more} more" if more else listed


def _refuse_totals(figures: pd.DataFrame, series: list[str], by: str) -> None:
    """Refuse a total among the parts, which would count each part twice."""
    value = figures["value"]
    period = [*series, "period_start", "period_end"]
    values_of_period = figures.groupby(period, dropna=False)["value"]
    others = values_of_period.transform("sum") - value
    are_several = values_of_period.transform("size") > 2
    is_sum = are_several & np.isclose(value, others)
    parts = is_sum.groupby(figures[by])
    # In a single period, a part may be the sum of the others by chance.
    is_total = parts.all() & (parts.size() > 1)
    names = is_total.index.astype(str).str.casefold()
    is_total |= names.isin(_TOTALS)
    if is_total.any():
        name = is_total.index[is_total][0]
        raise DataError(
            f"{name!r} in {by} is the total of the other parts; leave out its rows"
        )


def check_totals(
    data: Any,
    *,
    part: str,
    total: str,
    by: str | Iterable[str] = "indicator",
    reading: str | float = "usual",
) -> pd.DataFrame:
    """Check whether the parts of a published total add up to it.

    Parameters
    ----------
    data : pandas.DataFrame
        Published figures of parts and of their total, as rows of one frame.
    part : str
        The column that tells parts and total apart, such as `area`.
    total : str
        What that column holds for the total, such as `World`.
    by : str or list of str
        Columns that a total shares with its parts, besides the period.
    reading : {"usual", "strict"} or float
        How far words such as *more than* reach, see `bounds`.

    Returns
    -------
    pandas.DataFrame
        One row per total. Columns: those of `by`; `period_start`, `period_end`;
        `value`, `low`, `high` of the total; `parts` (how many), `parts_value`,
        `parts_low`, `parts_high` of their sum; `adds_up` (bool: the two ranges meet);
        `comparable` (bool: all have one measure and one unit, and are known), `why`;
        `source_id`.

    Raises
    ------
    ArgumentError
        If there is no such column, or no such total.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import check_totals
    >>> reached = pd.DataFrame({"year": 2024, "region": ["all", "Africa", "Asia"],
    ...     "countries": [27, 14, 12]})
    >>> check_totals(reached, part="region", total="all")["why"].tolist()
    ['the parts make 1 less than the total']
    """
    names = check_names("by", by)
    keys = [*names, part]
    figures = figures_of(data, by=keys, reading=reading)
    check_column("part", part, figures)
    check_names("by", names, map(str, figures))
    figures = preferred_figures(figures, keys)
    options = text_column(figures[part])
    check_choice("total", total, sorted(options.dropna().unique()))
    is_total = options == total
    period = [*names, "period_start", "period_end"]
    totals = figures[is_total]
    checked = totals[[*period, "value", "low", "high", "source_id"]]
    sums = _sums_of_parts(figures[~is_total], period)
    checked = checked.merge(sums, on=period, how="left")
    by_period = figures.groupby(period, dropna=False)
    kinds = by_period[["measure", "unit"]].nunique()
    is_one = kinds == 1
    is_alike = is_one.all(axis="columns").rename("is_alike")
    checked = checked.merge(is_alike, on=period, how="left")
    parts = checked["parts"].fillna(0)
    checked["parts"] = parts.astype(int)
    is_enough = _is_up_to(checked["low"], checked["parts_high"])
    is_within = _is_up_to(checked["parts_low"], checked["high"])
    checked["adds_up"] = is_enough & is_within
    checked["why"] = _why_not(checked)
    values = checked[["value", "parts_value"]]
    is_unknown = values.isna().any(axis="columns") & (parts > 0)
    checked["comparable"] = checked["is_alike"] & ~is_unknown
    columns = ["value", "low", "high", *sums, "adds_up", "comparable", "why"]
    return checked[[*period, *columns, "source_id"]]


def _sums_of_parts(parts: pd.DataFrame, period: list[str]) -> pd.DataFrame:
    by_period = parts.groupby(period, dropna=False)
    number = by_period.size()
    sums = pd.DataFrame({"parts": number})
    for name in ("value", "low", "high"):
        column = by_period[name]
        # The sum is not known if one of its parts is not.
        has_gap = column.count() < number
        sums[f"parts_{name}"] = column.sum().mask(has_gap)
    return sums


def _is_up_to(low: pd.Series, high: pd.Series) -> pd.Series:
    """Tell whether one sum is at most the other, as far as floats can tell."""
    is_close = np.isclose(low, high, rtol=_EQUAL, atol=0)
    return (low <= high) | is_close


def _why_not(checked: pd.DataFrame) -> pd.Series:
    """Say why parts do not add up to their total, or cannot be compared with it."""
    difference = checked["parts_value"] - checked["value"]
    why = difference.map(_more_or_less).mask(checked["adds_up"], "")
    unknown = "the value of the total or of a part is missing"
    why = why.mask(difference.isna(), unknown)
    has_no_parts = checked["parts"] == 0
    why = why.mask(has_no_parts, "there are no parts for the period")
    with_kinds = why + "; measure or unit differs"
    with_kinds = with_kinds.str.removeprefix("; ")
    return text_column(why.where(checked["is_alike"], with_kinds))


def _more_or_less(difference: float) -> str:
    amount = f"{abs(difference):,.4f}".rstrip("0")
    amount = amount.rstrip(".")
    side = "more" if difference > 0 else "less"
    return f"the parts make {amount} {side} than the total"
