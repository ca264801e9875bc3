"""Parts of a total: what each contributes to its change, and whether they add up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_choice, check_names, check_text
from cbcstats.changes.comparability import (
    check_keys,
    comparison,
    preferred_figures,
    year_before,
)
from cbcstats.counts.figures import figures_of
from cbcstats.errors import ArgumentError
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Sequence

ABSENT: Final = "absent"
LEAST: Final = -100.0  # percentage points: what a total loses with all of its parts
_EQUAL: Final = 1e-9  # share by which sums of decimals may miss each other
_IN_COMMON: Final = ("measure", "unit", "period_basis")  # to the parts of a total


def contributions(
    counts: pd.DataFrame,
    by: str = "wco_region",
    *,
    per: str = "period",
    reading: str = "usual",
) -> pd.DataFrame:
    """Return how many percentage points each part contributes to the change of the total.

    Parameters
    ----------
    counts : pandas.DataFrame
        Counts of the parts of a total, one row per part and period, in the columns of `load_counts` and one that names
        the part. The total of a period is the sum of its parts.
    by : str
        The column that names the part.
    per, reading
        As for `year_on_year`.

    Returns
    -------
    pandas.DataFrame
        One row per part and later period. Columns: `indicator`, `scope`, `by`; `period_start`, `period_end`; `value`,
        `previous_value`; `contribution`, `contribution_low`, `contribution_high` (percentage points, float64) that add
        up to `total_percent_change`; `comparable`, `why`, `source_id`, `previous_source_id`. A part without
        a figure in one of the periods is kept and counts 0 there, which need not be a drop: `why` says so, and the
        whole change is not comparable, nor is that of parts of several measures or units. A period without one a year
        before, see `year_on_year`, keeps its rows without contributions, and `why` says `no figure for Apr - Jun 2022`.

    Raises
    ------
    ArgumentError
        If there is no such column, or it tells no parts apart, as `unit` does.

    Notes
    -----
    contribution = 100 (v - p) / P, for part v after p and total P before; the contribution to growth of the national
    accounts. With ranges, from the least to the greatest that v, p and P allow; never below -100, for p is a part of P,
    and `inf` where v has no upper end or P may be 0. After a total of 0 there is none. The days of a period are
    inferred where those of one of its parts are.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import contributions
    >>> starts, ends = (["2015-01-01"] * 2 + ["2016-01-01"] * 2, ["2015-12-31"] * 2 + ["2016-12-31"] * 2)
    >>> parts = pd.DataFrame({"period_start": starts, "period_end": ends, "value": [60, 40, 66, 50]})
    >>> found = contributions(parts.assign(wco_region=["Europe", "Africa"] * 2))
    >>> found[["wco_region", "contribution", "total_percent_change"]]
      wco_region  contribution  total_percent_change
    0     Europe           6.0                  16.0
    1     Africa          10.0                  16.0
    """
    if check_text("by", by) in _IN_COMMON:
        raise ArgumentError(
            f"`by` must name what tells parts apart, such as wco_region, but {by!r} was given"
        )
    series = [name for name in ("indicator", "scope") if name != by]
    figures = preferred_figures(
        figures_of(counts, per=per, reading=reading), [*series, by]
    )
    later, previous = year_before(_completed(figures, series, by), [*series, by])
    of_one_change = [later[name] for name in (*series, "period_start", "period_end")]

    def summed(values: pd.Series) -> pd.Series:
        sums = values.groupby(of_one_change, dropna=False).transform("sum")
        unknown = values.isna().groupby(of_one_change, dropna=False).transform("any")
        return sums.mask(unknown)

    total = summed(later["value"])
    before = {name: summed(previous[name]) for name in ("low", "high")}
    before["value"] = summed(previous["value"]).where(lambda sums: sums > 0)
    found = later[[*series, by, "period_start", "period_end", "value"]].copy()
    found["previous_value"] = previous["value"]
    found["contribution"] = 100 * (later["value"] - previous["value"]) / before["value"]
    least, most = later["low"] - previous["high"], later["high"] - previous["low"]
    ends = {
        "contribution_low": (
            100 * least / before["low"].where(least < 0, before["high"])
        ).clip(lower=LEAST),
        "contribution_high": 100 * most / before["low"].where(most > 0, before["high"]),
    }
    for name, end in ends.items():
        found[name] = end.where(before["high"] > 0)
    found["total_percent_change"] = 100 * (total / before["value"] - 1)
    compared = comparison(later, previous, per=per)
    unlike = (
        later.groupby(of_one_change, dropna=False)[["measure", "unit"]]
        .transform("nunique")
        .gt(1)
        .any(axis=1)
    )
    known = (
        compared["comparable"]
        & (later["printed"] != ABSENT)
        & (previous["printed"] != ABSENT)
        & ~unlike
    )
    found["comparable"] = known.groupby(of_one_change, dropna=False).transform("all")
    found["why"] = _with_unlike(_with_absent(compared["why"], later, previous), unlike)
    found["source_id"], found["previous_source_id"] = (
        later["source_id"],
        previous["source_id"],
    )
    found.attrs["per"] = per
    return found.sort_values(["period_end"], kind="stable", ignore_index=True)


def check_totals(
    counts: pd.DataFrame,
    *,
    part: str,
    total: str,
    by: str | Sequence[str] = "indicator",
    reading: str = "usual",
) -> pd.DataFrame:
    """Check whether the parts of a published total add up to it, as far as their words tell.

    Parameters
    ----------
    counts : pandas.DataFrame
        Published counts of parts and of their total, as rows of one frame.
    part : str
        The column that tells parts and total apart, such as `scope`.
    total : str
        What that column holds for the total, such as `all_regions`.
    by : str or sequence of str
        Columns that a total shares with its parts, besides the period.
    reading : {"usual", "strict"}
        How far qualifiers reach, see `bounds`.

    Returns
    -------
    pandas.DataFrame
        One row per total. Columns: those of `by`; `period_start`, `period_end`; `value`, `low`, `high` of the total;
        `parts` (how many), `parts_value`, `parts_low`, `parts_high` of their sum; `adds_up` (bool: the two ranges
        meet); `comparable` (bool: all have one measure and one unit, and are known), `why`; `source_id`.

    Raises
    ------
    ArgumentError
        If there is no such column, or no such total.

    Examples
    --------
    >>> from cbcstats import check_totals, load_counts
    >>> reached = load_counts("accelerate_programme_countries_reached")
    >>> check_totals(reached, part="scope", total="all_regions")[["value", "parts", "parts_value", "adds_up"]]
       value  parts  parts_value  adds_up
    0   27.0      3         27.0     True
    """
    keys = check_names("by", by)
    figures = figures_of(counts, reading=reading)
    check_keys("part", [check_text("part", part)], figures)
    figures = preferred_figures(figures, [*keys, part])
    is_total = text_column(figures[part]) == check_text("total", total)
    if not is_total.any():
        check_choice("total", total, sorted(map(str, figures[part].unique())))
    period = [*keys, "period_start", "period_end"]
    parts = figures[~is_total]
    days = [parts[name] for name in period]
    ranges = parts[["value", "low", "high"]]
    has_gaps = ranges.isna().groupby(days, dropna=False).any()
    sums = ranges.groupby(days, dropna=False).sum().mask(has_gaps)
    sums = sums.rename(
        columns={"value": "parts_value", "low": "parts_low", "high": "parts_high"}
    )
    sums["parts"] = parts.groupby(period, dropna=False).size()
    found = figures.loc[is_total, [*period, "value", "low", "high", "source_id"]]
    found = found.merge(sums, on=period, how="left")
    found["parts"] = found["parts"].fillna(0).astype(int)
    found["adds_up"] = _up_to(found["parts_low"], found["high"]) & _up_to(
        found["low"], found["parts_high"]
    )
    alike = (
        figures.groupby(period, dropna=False)[["measure", "unit"]]
        .nunique()
        .eq(1)
        .all(axis="columns")
    )
    found = found.merge(alike.rename("comparable"), on=period, how="left")
    more = (found["parts_value"] - found["value"]).map(_more_or_less)
    found["why"] = ("the parts make " + more + " than the total").mask(
        found["adds_up"], ""
    )
    found["why"] = _with_unlike(found["why"], ~found["comparable"])
    no_parts = found["parts"] == 0
    unknown = (found["parts_value"].isna() & ~no_parts) | found["value"].isna()
    found["comparable"] &= ~unknown
    found["why"] = found["why"].mask(
        unknown, "the value of the total or of a part is missing"
    )
    found["why"] = text_column(
        found["why"].mask(no_parts, "there are no parts for the period")
    )
    sums_of_parts = ["parts", "parts_value", "parts_low", "parts_high"]
    names = [
        "value",
        "low",
        "high",
        *sums_of_parts,
        "adds_up",
        "comparable",
        "why",
        "source_id",
    ]
    return found[[*period, *names]]


def _up_to(low: pd.Series, high: pd.Series) -> pd.Series:
    """Return where one sum is at most the other, as far as floats can tell."""
    return (low <= high) | np.isclose(low, high, rtol=_EQUAL, atol=0)


def _with_unlike(why: pd.Series, unlike: pd.Series) -> pd.Series:
    return why.mask(unlike, (why + "; measure or unit differs").str.removeprefix("; "))


def _more_or_less(difference: float) -> str:
    return f"{f'{abs(difference):,.4f}'.rstrip('0').rstrip('.')} {'more' if difference > 0 else 'less'}"


def _completed(figures: pd.DataFrame, series: list[str], part: str) -> pd.DataFrame:
    """Give every part of a series a figure in every period of it; one that is absent counts 0."""
    of_period = [*series, "period_start", "period_end"]
    periods = figures.drop_duplicates(of_period)[
        [*of_period, *_IN_COMMON, "days", "middle"]
    ]
    every = periods.merge(figures[[*series, part]].drop_duplicates(), on=series)
    absent = every.assign(
        **dict.fromkeys(("value", "low", "high"), 0.0), printed=ABSENT
    )
    full = pd.concat([figures, absent]).drop_duplicates(
        [*of_period, part], ignore_index=True
    )
    inferred = (
        full["period_basis"]
        .eq("inferred")
        .groupby([full[name] for name in of_period], dropna=False)
    )
    return full.assign(
        period_basis=full["period_basis"].mask(inferred.transform("any"), "inferred")
    )


def _with_absent(
    why: pd.Series, later: pd.DataFrame, previous: pd.DataFrame
) -> pd.Series:
    """Say of a part that it is absent from a period, before what else is to know."""
    said = why.str.replace(
        r"the period before counts 0, so there is no percent change(; )?",
        "",
        regex=True,
    )
    for figures, which in ((previous, "the period before"), (later, "this period")):
        absent = figures["printed"] == ABSENT
        said = said.where(~absent, f"no figure for {which}, counted as 0; " + said)
    return text_column(said.str.removesuffix("; "))
