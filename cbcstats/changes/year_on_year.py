"""Changes between published figures: ranges that say whether they can be compared, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cbcstats.arguments import check_names
from cbcstats.changes.comparability import comparison, preferred_figures, year_before
from cbcstats.counts.ranges import SERIES, figures_of
from cbcstats.frames import MARKS, as_text, read_days, read_numbers, text_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def year_on_year(
    counts: pd.DataFrame,
    *,
    by: str | Sequence[str] = SERIES,
    per: str = "period",
    reading: str = "usual",
) -> pd.DataFrame:
    """Compare each figure with the one of its series a year before.

    Parameters
    ----------
    counts : pandas.DataFrame
        Published counts as `load_counts` returns them. `value` and `period_end` are needed; where other columns
        are left out, figures are exact, of one series and unit, and flows if they have a `period_start`, else stocks.
    by : str or sequence of str
        Columns that make up a series. With `indicator` alone, figures of different scope meet, and the result
        says that they cannot be compared.
    per : {"period", "month"}
        `month` divides each flow by the length of its period in months of 30.4375 days first. Numbers that are per
        month already, by their unit or because a function made them so, are refused.
    reading : {"usual", "strict"}
        How far qualifiers reach, see `bounds`.

    Returns
    -------
    pandas.DataFrame
        One row per figure that has one before it to compare with, in the order of the periods, and one per figure
        that has none although its series begins a year before or earlier: its `previous_` columns and its changes are
        missing (NaT, NaN), `comparable` is False, and `why` says `no figure for Apr - Jun 2022`. The change is listed
        with the later period. Columns: those of `by`; `period_start`, `period_end`, `value`, `low`, `high`; the
        same with `previous_` before them; `change`, `percent_change` (in percent), each with `_low` and `_high`;
        `comparable` (bool); `why` (str): what forbids to compare, or what to know where nothing does;
        `source_id`, `previous_source_id`. Numbers are float64, not rounded, in the unit of the figure, or that
        unit a month.

    Raises
    ------
    ArgumentError
        If an argument or a column of `by` is not one of those that there are.
    DataError
        If a series has several preferred figures for one period, or numbers are per month already.

    Notes
    -----
    With value v in [low, high] after p in [p_low, p_high]::

        change          v - p             from low - p_high          to high - p_low
        percent_change  100 (v / p - 1)   from 100 (low / p_high - 1) to 100 (high / p_low - 1)

    `value`, `change` and `percent_change` use the numbers as printed; "more than 330" is printed 330 and means
    331 to 339, so they can lie outside their range. That is interval arithmetic, see R. E. Moore, R. B. Kearfott
    and M. J. Cloud, Introduction to Interval Analysis, SIAM 2009, chapter 2.

    The figure before is the one whose period has its middle nearest to a year before; of each period, only the
    preferred figure is used. Figures without a date have no place in a series.

    A flow of less than nine months, such as a quarter or a month, is compared with the same part of the year before
    only: its first and last day must be those days a year earlier, or be off by a fifth at most of the days from one
    period to the next. For a quarter that is 18 days, for a month 7, for a week 3.

    Two figures compare if measure,
    scope and unit agree, their periods have their middles ten to fifteen months apart, and, for a flow, the
    periods do not overlap and, unless `per="month"`, are equally long to 2%.

    Examples
    --------
    >>> from cbcstats import load_counts, year_on_year
    >>> missions = load_counts("missions")
    >>> latest = year_on_year(missions, per="month").iloc[-1]
    >>> print(f"+{latest.percent_change_low:.1f}% to +{latest.percent_change_high:.1f}%", latest.comparable)
    +34.5% to +37.8% True
    >>> year_on_year(missions).iloc[-1]["why"]
    'periods differ in length (355 and 329 days, inferred); another source gives 342 \
(cbra-2017-04-15) for the period before'
    """
    by = check_names("by", by)
    figures = figures_of(counts, per=per, reading=reading)
    later, previous = year_before(preferred_figures(figures, by), by)
    changes = later[[*by, "period_start", "period_end", "value", "low", "high"]].copy()
    for column in ("period_start", "period_end", "value", "low", "high"):
        changes[f"previous_{column}"] = previous[column]
    changes["change"] = later["value"] - previous["value"]
    changes["change_low"] = later["low"] - previous["high"]
    changes["change_high"] = later["high"] - previous["low"]
    changes["percent_change"] = _percent(later["value"], previous["value"])
    changes["percent_change_low"] = _percent(later["low"], previous["high"])
    changes["percent_change_high"] = _percent(later["high"], previous["low"])
    changes[["comparable", "why"]] = comparison(later, previous, per=per)
    changes["source_id"] = later["source_id"]
    changes["previous_source_id"] = previous["source_id"]
    changes.attrs |= {"per": per, "by": by}
    return changes


def typed_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Return changes in the dtypes that `year_on_year` gives them, whatever a file or a conversion made of these."""
    typed: dict[str, Any] = {
        name: read_days(changes[name])
        for name in map(str, changes)
        if name.endswith(("period_start", "period_end"))
    }
    for name in ("percent_change_low", "percent_change_high"):
        typed[name] = read_numbers(changes[name]).to_numpy(float, na_value=np.nan)
    typed["comparable"] = (
        changes["comparable"]
        .map(lambda mark: MARKS.get(as_text(mark).lower(), False))
        .astype(bool)
    )
    return changes.assign(**typed, why=text_column(changes["why"]).fillna(""))


def _percent(value: pd.Series, previous: pd.Series) -> pd.Series:
    return 100 * (value / previous.where(previous > 0) - 1)
