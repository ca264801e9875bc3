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
from cbcstats.changes.year_on_year import (
    changes_of,
    figure_columns,
    middle_of,
    range_of,
)
from cbcstats.counts.figures import figures_of, labels_of
from cbcstats.errors import ArgumentError, DataError
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOTALS: Final = ("total", "totals", "grand total", "all", "ensemble", "todos", "world")
LEAST: Final = -100.0  # percentage points: what a total loses with all of its parts
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
    quantity = "rate" if per == "month" else "value"
    moment = later["moment"]
    total, total_before = _totals(later, moment), _totals(previous, moment)
    total_changes = changes_of(total, total_before, quantity)
    # What the total was before decides whether there is a percent change.
    base = previous.assign(low=total_before["low"], high=total_before["high"])
    columns = {
        **{name: later[name] for name in (*series, by)},
        **figure_columns(later, "", per),
        **figure_columns(previous, "previous_", per),
        **_contributions_of(later, previous, total_before, quantity),
        "total_percent_change": total_changes["percent_change"],
        "total_percent_change_low": total_changes["percent_change_low"],
        "total_percent_change_high": total_changes["percent_change_high"],
        **_comparison_of_parts(later, base, by, per),
        "per": text_column(per, later.index),
        "unit": later["unit"],
        "source_id": later["source_id"],
        "previous_source_id": previous["source_id"],
    }
    return pd.DataFrame(columns)


def sum_of_others(values: pd.Series, group: pd.Series) -> pd.Series:
    """Add up the other values of a group; the group is a column of whole numbers.

    Examples
    --------
    >>> sum_of_others(pd.Series([1, 2, float("inf")]), pd.Series([0, 0, 0])).tolist()
    [inf, inf, 3.0]
    """
    # Infinite minus infinite is not a number.
    is_open = np.isinf(values)
    finite = values.mask(is_open, 0)
    others = _sum_of_group(finite, group) - finite
    open_ones = _sum_of_group(is_open, group)
    has_open_others = open_ones > is_open
    return others.mask(has_open_others, np.inf)


def _sum_of_group(values: pd.Series, group: pd.Series) -> pd.Series:
    """Add up the values of each group; missing if one of them is."""
    # A sum by groupby() would leave out missing values.
    sums = np.bincount(group, values)
    return pd.Series(sums[group], values.index)


def _with_absent_parts(
    figures: pd.DataFrame, series: list[str], by: str
) -> pd.DataFrame:
    """Give each part a row in every period of its series, empty where it has none.

    Adds `series` and `moment`, the numbers of the series and of its period; and
    `first_end` and `last_end` of the part.
    """
    by_series = figures.groupby(series, sort=False, dropna=False)
    figures = figures.assign(series=by_series.ngroup())
    period = ["series", "period_start", "period_end"]
    by_moment = figures.groupby(period, sort=False, dropna=False)
    ends_of_part = figures.groupby("chain")["period_end"]
    figures["moment"] = by_moment.ngroup()
    figures["first_end"] = ends_of_part.transform("min")
    figures["last_end"] = ends_of_part.transform("max")
    of_part = ["series", "chain", by, "measure", "unit", "first_end", "last_end"]
    parts = figures.drop_duplicates("chain")
    of_period = [*series, *period, "moment", "period", "days"]
    of_period += ["period_basis", "period_tolerance"]
    moments = figures.drop_duplicates("moment")
    grid = moments[of_period].merge(parts[of_part], on="series")
    every = pd.concat([figures, grid], ignore_index=True)
    return every.drop_duplicates(["moment", "chain"], ignore_index=True)


def _parts_before(every: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the parts of each later period, and the same parts a year before."""
    moments = every.drop_duplicates("moment", ignore_index=True)
    moments = moments.assign(chain=moments["series"])
    later, previous = with_figure_before(moments)
    pairs = later[["moment", "nearest_period_end", "months_apart", "days_off"]].copy()
    pairs["moment_before"] = previous["moment"].fillna(-1).astype(int)
    pairs["end_before"] = previous["period_end"].fillna(later["period_end"])
    parts = every.merge(pairs, on="moment")
    has_begun = parts["first_end"] <= parts["period_end"]
    has_ended = parts["last_end"] < parts["end_before"]
    order = ["series", "period_end", "period_start", "chain"]
    parts = parts[has_begun & ~has_ended].sort_values(order, ignore_index=True)
    keys = ["chain", "moment"]
    keys_before = parts[["chain", "moment_before"]].set_axis(keys, axis="columns")
    parts_before = keys_before.merge(every, on=keys, how="left")
    return parts, parts_before


def _totals(figures: pd.DataFrame, moment: pd.Series) -> pd.DataFrame:
    """Add up the parts of each change, row by row of these parts."""
    totals = figures.copy()
    for name in ("value", "low", "high", "rate", "rate_low", "rate_high"):
        if name in figures:
            totals[name] = _sum_of_group(figures[name], moment)
    return totals


def _contributions_of(
    later: pd.DataFrame,
    previous: pd.DataFrame,
    total_before: pd.DataFrame,
    quantity: str,
) -> dict[str, pd.Series]:
    """Return the contributions of the middles, and the least and the greatest ones."""
    moment = later["moment"]
    low, high = range_of(later, quantity)
    low_before, high_before = range_of(previous, quantity)
    others = sum_of_others(low_before, moment), sum_of_others(high_before, moment)
    # A contribution is monotone in each figure, as long as the total is positive.
    corners = list(itertools.product((low_before, high_before), others))
    lowest = [_contribution(low, part, rest) for part, rest in corners]
    highest = [_contribution(high, part, rest) for part, rest in corners]
    change = middle_of(later, quantity) - middle_of(previous, quantity)
    middle_total = middle_of(total_before, quantity)
    middle = 100 * change / middle_total.where(middle_total > 0)
    least_total, most_total = range_of(total_before, quantity)
    is_positive = (least_total >= 0) & (most_total > 0)
    return {
        "contribution": middle.where(is_positive),
        "contribution_low": _outermost(np.fmin, lowest).where(is_positive),
        "contribution_high": _outermost(np.fmax, highest).where(is_positive),
    }


def _contribution(
    value: pd.Series, previous: pd.Series, others: pd.Series
) -> pd.Series:
    contribution = 100 * (value - previous) / (previous + others)
    # The limit where only the part itself has no upper end.
    is_open = np.isinf(previous)
    is_alone = np.isfinite(others) & np.isfinite(value)
    return contribution.mask(is_open & is_alone, LEAST)


def _outermost(function: np.ufunc, columns: list[pd.Series]) -> pd.Series:
    """Return the least or the greatest number of each row, without the missing ones."""
    index = columns[0].index
    return pd.Series(function.reduce(columns), index)


def _comparison_of_parts(
    later: pd.DataFrame, previous: pd.DataFrame, by: str, per: str
) -> pd.DataFrame:
    """Return whether parts are comparable; if one is not, no part of its change is."""
    moment = later["moment"]
    gaps_before, gaps = _gaps(previous, moment, by), _gaps(later, moment, by)
    # The gaps name missing values with their part and period.
    known = later.assign(value=later["value"].fillna(0))
    known_before = previous.assign(value=previous["value"].fillna(0))
    compared = comparison(known, known_before, per=per)
    kinds = later.groupby(moment)[["measure", "unit"]].transform("nunique")
    is_unlike = (kinds > 1).any(axis="columns")
    has_gap = gaps_before.notna() | gaps.notna()
    is_comparable = compared["comparable"] & ~is_unlike & ~has_gap
    are_comparable = is_comparable.groupby(moment).transform("all")
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
    why = texts.groupby(level=0).agg("; ".join).reindex(later.index)
    why = text_column(why).fillna("")
    return pd.DataFrame({"comparable": are_comparable, "why": why})


def _gaps(figures: pd.DataFrame, moment: pd.Series, by: str) -> pd.Series:
    """Name the parts of each change that have no figure, and the period."""
    is_gap = figures["value"].isna() & figures["period_end"].notna()
    gaps, moment_of_gap = figures[is_gap], moment[is_gap]
    names = text_column(gaps[by]).fillna("not stated")
    labels = labels_of(gaps).groupby(moment_of_gap).first()
    texts = [
        f"no figure of {_listed(parts)} for {labels[number]}"
        for number, parts in names.groupby(moment_of_gap)
    ]
    by_moment = pd.Series(texts, labels.index, dtype="object")
    return by_moment.reindex(moment).set_axis(moment.index)


def _listed(names: pd.Series) -> str:
    listed = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    if more <= 0:
        return listed
    return f"{listed} and {more} more"


def _refuse_totals(figures: pd.DataFrame, series: list[str], by: str) -> None:
    """Refuse a total among the parts, which would count each part twice."""
    period = [figures[name] for name in (*series, "period_start", "period_end")]
    periods = figures["value"].groupby(period, dropna=False)
    others = periods.transform("sum") - figures["value"]
    is_sum = np.isclose(figures["value"], others) & (periods.transform("size") > 2)
    parts = pd.Series(is_sum).groupby(figures[by])
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
        The column that tells parts and total apart, such as `scope`.
    total : str
        What that column holds for the total, such as `all_regions`.
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
    figures = figures_of(data, by=[*names, part], reading=reading)
    check_column("part", part, figures)
    check_names("by", names, map(str, figures))
    figures = preferred_figures(figures, [*names, part])
    options = text_column(figures[part])
    check_choice("total", total, sorted(options.dropna().unique()))
    is_total = options == total
    period = [*names, "period_start", "period_end"]
    totals = figures[is_total]
    checked = totals[[*period, "value", "low", "high", "source_id"]]
    sums = _sums_of_parts(figures[~is_total], period)
    checked = checked.merge(sums, on=period, how="left")
    kinds = figures.groupby(period, dropna=False)[["measure", "unit"]].nunique()
    is_alike = (kinds == 1).all(axis="columns")
    checked = checked.merge(is_alike.rename("is_alike"), on=period, how="left")
    checked["parts"] = checked["parts"].fillna(0).astype(int)
    is_enough = _is_up_to(checked["low"], checked["parts_high"])
    checked["adds_up"] = is_enough & _is_up_to(checked["parts_low"], checked["high"])
    checked["why"] = _why_not(checked)
    is_unknown = checked[["value", "parts_value"]].isna().any(axis="columns")
    has_parts = checked["parts"] > 0
    checked["comparable"] = checked["is_alike"] & ~(is_unknown & has_parts)
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
    why = why.mask(checked["parts"] == 0, "there are no parts for the period")
    with_kinds = (why + "; measure or unit differs").str.removeprefix("; ")
    return text_column(why.where(checked["is_alike"], with_kinds))


def _more_or_less(difference: float) -> str:
    amount = f"{abs(difference):,.4f}".rstrip("0")
    amount = amount.rstrip(".")
    side = "more" if difference > 0 else "less"
    return f"the parts make {amount} {side} than the total"
