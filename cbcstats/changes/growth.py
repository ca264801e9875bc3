"""Growth over several periods: index and growth rate."""

from __future__ import annotations

from datetime import MAXYEAR
from typing import TYPE_CHECKING

import pandas as pd

from cbcstats.arguments import check_names, shown
from cbcstats.changes.comparability import comparison, preferred_figures
from cbcstats.counts.figures import figures_of
from cbcstats.counts.periods import DAYS_PER_YEAR, period_label
from cbcstats.errors import ArgumentError, nearest
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Sequence


def index_to(
    counts: pd.DataFrame,
    base: str | int,
    *,
    by: str | Sequence[str] = ("indicator", "scope"),
    per: str = "period",
    reading: str = "usual",
) -> pd.DataFrame:
    """Express each figure of a series in percent of the one of a base period.

    Parameters
    ----------
    counts : pandas.DataFrame
        Published counts, as for `year_on_year`.
    base : str or int
        The base period, as charts and tables name it: `2014`, `2016/17`, `Mar 2017 - Feb 2018`, `28 Feb 2018`.
    by, per, reading
        As for `year_on_year`.

    Returns
    -------
    pandas.DataFrame
        One row per figure of each series that has the base period, in the order of the periods. Columns: those of
        `by`; `period_start`, `period_end`, `value`, `low`, `high`; `index`, `index_low`, `index_high` (base = 100,
        float64); `comparable` with the base, `why`; `source_id`. The base itself is 100 without a range.

    Raises
    ------
    ArgumentError
        If no series has the base period; the message names the near ones.
    DataError
        If a series has several preferred figures for one period.

    Notes
    -----
    index = 100 v / b, from 100 low / b_high to 100 high / b_low, for value v and base b. A year-on-year change of the
    printed numbers is the change of the index; of ranges it is not, for both index figures share the doubt of the base.

    Examples
    --------
    >>> from cbcstats import index_to, load_counts
    >>> index_to(load_counts("acip_partner_administrations"), "1 Mar 2023")["index"].round(1).tolist()
    [47.8, 87.0, 100.0, 95.7, 69.6]
    """
    keys = check_names("by", by)
    figures = _in_order(
        preferred_figures(figures_of(counts, per=per, reading=reading), keys)
    )
    labels, base = _labels(figures), _base_label(base)
    bases = figures[labels == base].drop_duplicates(keys)
    if bases.empty:
        near = nearest(base, labels.unique(), count=5) or labels.unique().tolist()[:5]
        raise ArgumentError(
            f"`base` must be a period of `counts`, but {base!r} was given; there is {', '.join(near)}"
        )
    figures = figures.merge(bases[keys], on=keys)
    based = figures[keys].merge(bases, on=keys, how="left")
    itself = based["period_end"].eq(figures["period_end"]) & _same_start(based, figures)
    found = figures[
        [*keys, "period_start", "period_end", "value", "low", "high"]
    ].copy()
    found["index"] = _percent_of(figures["value"], based["value"])
    found["index_low"] = _percent_of(figures["low"], based["high"]).mask(itself, 100.0)
    found["index_high"] = _percent_of(figures["high"], based["low"]).mask(itself, 100.0)
    compared = comparison(figures, based, per=per, a_year=False)
    reversed_ = comparison(based, figures, per=per, a_year=False)
    earlier = figures["middle"] < based["middle"]
    found["comparable"] = (
        compared["comparable"].where(~earlier, reversed_["comparable"]) | itself
    )
    found["why"] = (
        compared["why"].where(~earlier, reversed_["why"]).mask(itself, "base")
    )
    found["source_id"] = figures["source_id"]
    found.attrs["per"] = per
    return found


def growth_rate(
    counts: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("indicator", "scope"),
    per: str = "period",
    reading: str = "usual",
) -> pd.DataFrame:
    """Return the compound annual growth rate of each series, from its first to its last figure.

    Parameters
    ----------
    counts, by, per, reading
        As for `year_on_year`.

    Returns
    -------
    pandas.DataFrame
        One row per series of two figures or more. Columns: those of `by`; `first_period_end`, `first_value`,
        `last_period_end`, `last_value`; `years` between the middles of the two periods; `growth_rate`,
        `growth_rate_low`, `growth_rate_high` (percent a year, float64); `comparable`, `why`; `source_id`,
        `previous_source_id`. After a first figure of 0 there is no rate, and `why` says so.

    Raises
    ------
    ArgumentError, DataError
        As for `year_on_year`.

    Notes
    -----
    100 ((last / first) ** (1 / years) - 1), with years of 365.25 days between the middles of the periods, so that
    missing years and periods of unequal distance do no harm. Unequal lengths do, unless `per="month"`.

    Examples
    --------
    >>> from cbcstats import growth_rate, load_counts
    >>> growth_rate(load_counts("wco_members"))[["years", "growth_rate"]].round(2)
       years  growth_rate
    0  11.01         0.35
    """
    keys = check_names("by", by)
    figures = _in_order(
        preferred_figures(figures_of(counts, per=per, reading=reading), keys)
    )
    grouped = figures.groupby(keys, sort=False, dropna=False)
    several = figures[grouped["middle"].transform("nunique") > 1].groupby(
        keys, sort=False, dropna=False
    )
    first: pd.DataFrame = several.head(1).reset_index(drop=True)
    last = first[keys].merge(several.tail(1), on=keys)
    years = (last["middle"] - first["middle"]).dt.days / DAYS_PER_YEAR
    found = last[keys].copy()
    for name, figure in (("first", first), ("last", last)):
        found[f"{name}_period_end"] = figure["period_end"]
        found[f"{name}_value"] = figure["value"]
    found["years"] = years
    found["growth_rate"] = _annual(last["value"], first["value"], years)
    found["growth_rate_low"] = _annual(last["low"], first["high"], years)
    found["growth_rate_high"] = _annual(last["high"], first["low"], years)
    found[["comparable", "why"]] = comparison(last, first, per=per, a_year=False)
    found["source_id"] = last["source_id"]
    found["previous_source_id"] = first["source_id"]
    found.attrs["per"] = per
    return found


def _base_label(base: str | int) -> str:
    """Return a base period as charts name it; a year may be a number."""
    is_year = pd.api.types.is_integer(base) and 0 < int(base) <= MAXYEAR
    if not (is_year or isinstance(base, str)):
        raise ArgumentError(
            f"`base` must be a period such as '2016/17', or a year, but {shown(base)} was given"
        )
    return str(base)


def _in_order(figures: pd.DataFrame) -> pd.DataFrame:
    return figures.sort_values(
        ["middle", "period_start"], kind="stable", ignore_index=True
    )


def _labels(figures: pd.DataFrame) -> pd.Series:
    days = zip(figures["period_start"], figures["period_end"], strict=True)
    return text_column([period_label(*period) for period in days], figures.index)


def _same_start(first: pd.DataFrame, second: pd.DataFrame) -> pd.Series:
    starts = first["period_start"], second["period_start"]
    return starts[0].eq(starts[1]) | (starts[0].isna() & starts[1].isna())


def _percent_of(value: pd.Series, base: pd.Series) -> pd.Series:
    return 100 * value / base.where(base > 0)


def _annual(last: pd.Series, first: pd.Series, years: pd.Series) -> pd.Series:
    return 100 * ((last / first.where(first > 0)) ** (1 / years) - 1)
