"""Changes between published figures: ranges that say whether they can be compared, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats import columns as c
from cbcstats.errors import ArgumentError, DataError, check_choice
from cbcstats.figures import DAYS, MIDDLE, MISSING, PRINTED, figures_of
from cbcstats.periods import DAYS_PER_MONTH, period_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNEQUAL: Final = 0.02  # lengths that differ by more than this share are unequal; a leap day is not
A_YEAR: Final = (10, 15)  # months from one figure to the next that pass for a year


_OTHERS: Final = "others"  # what other figures there are for the same period
_NO_KEYS: Final = (c.VALUE, c.LOW, c.HIGH, c.PERIOD_START, c.PERIOD_END, PRINTED, DAYS, MIDDLE, _OTHERS)


class _Reason(NamedTuple):
    """Where it holds, in words, and whether it forbids to compare."""

    holds: pd.Series
    text: str | pd.Series
    forbids: bool = True


def year_on_year(
    counts: pd.DataFrame,
    *,
    by: str | Sequence[str] = (c.INDICATOR, c.SCOPE),
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
        `month` divides each flow by the length of its period in months of 30.4375 days first.
    reading : {"usual", "strict"}
        How far qualifiers reach, see `bounds`.

    Returns
    -------
    pandas.DataFrame
        One row per figure that has an earlier one in its series, in the order of the periods. The change stands
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
        If a series has several preferred figures for one period.

    Notes
    -----
    With value v in [low, high] after p in [p_low, p_high]::

        change          v - p             from low - p_high          to high - p_low
        percent_change  100 (v / p - 1)   from 100 (low / p_high - 1) to 100 (high / p_low - 1)

    `value`, `change` and `percent_change` use the numbers as printed; "more than 330" is printed 330 and means
    331 to 339, so they can lie outside their range. That is interval arithmetic, see R. E. Moore, R. B. Kearfott
    and M. J. Cloud, Introduction to Interval Analysis, SIAM 2009, chapter 2.

    The figure before is the one whose period has its middle nearest to a year before; of each period, only the
    preferred figure is used. Figures without a date have no place in a series. Two figures compare if measure,
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
    by = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    figures = figures_of(counts, per=per, reading=reading)
    later, previous = _pairs(_preferred(figures, by), by)
    changes = later[[*by, c.PERIOD_START, c.PERIOD_END, c.VALUE, c.LOW, c.HIGH]].copy()
    for column in (c.PERIOD_START, c.PERIOD_END, c.VALUE, c.LOW, c.HIGH):
        changes[f"previous_{column}"] = previous[column]
    changes[c.CHANGE] = later[c.VALUE] - previous[c.VALUE]
    changes[c.CHANGE_LOW] = later[c.LOW] - previous[c.HIGH]
    changes[c.CHANGE_HIGH] = later[c.HIGH] - previous[c.LOW]
    changes[c.PERCENT_CHANGE] = _percent(later[c.VALUE], previous[c.VALUE])
    changes[c.PERCENT_CHANGE_LOW] = _percent(later[c.LOW], previous[c.HIGH])
    changes[c.PERCENT_CHANGE_HIGH] = _percent(later[c.HIGH], previous[c.LOW])
    reasons = _reasons(later, previous, per)
    forbidden = [reason.holds for reason in reasons if reason.forbids]
    changes[c.COMPARABLE] = ~np.logical_or.reduce(forbidden) if len(changes) else pd.Series(dtype=bool)
    changes[c.WHY] = _joined(reasons, changes.index)
    changes[c.SOURCE_ID] = later[c.SOURCE_ID]
    changes[c.PREVIOUS_SOURCE_ID] = previous[c.SOURCE_ID]
    changes.attrs["per"] = per
    return changes


def _preferred(figures: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return one figure for each period of a series, and what others there are for it."""
    if not by:
        raise ArgumentError("`by` names no column; name those that make up a series, such as 'indicator'")
    options = [str(name) for name in figures if name not in _NO_KEYS]
    for name in by:
        check_choice("by", name, options)
    period = [*by, c.PERIOD_START, c.PERIOD_END]
    others = figures[~figures[c.PREFERRED]]
    figures = figures[figures[c.PREFERRED]]
    doubled = figures[figures.duplicated(period)]
    if len(doubled):
        first = doubled.iloc[0]
        place = ", ".join(str(first[name]) for name in by)
        label = period_label(first[c.PERIOD_START], first[c.PERIOD_END])
        raise DataError(
            f"the series {place} has several figures for {label}; mark one as preferred, or add a column to `by`"
        )
    texts = others[PRINTED].astype("str") + " (" + others[c.SOURCE_ID].fillna("source not named").astype("str") + ")"
    others = others.assign(**{_OTHERS: texts}).groupby(period, dropna=False)[_OTHERS].agg(" and ".join).reset_index()
    return figures.merge(others, on=period, how="left")


def _pairs(figures: pd.DataFrame, by: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return each figure that has an earlier one, and the one nearest to a year before it."""
    later: list[int] = []
    previous: list[int] = []
    for group in figures.groupby(by, sort=False, dropna=False).indices.values():
        places = np.asarray(group)
        order = places[np.lexsort([figures[name].to_numpy()[places] for name in (c.PERIOD_START, MIDDLE)])]
        middles = figures[MIDDLE].to_numpy()[order]
        for position in range(1, len(order)):
            earlier = np.flatnonzero(middles[:position] < middles[position])
            if earlier.size:
                distance = np.abs(middles[position] - middles[earlier] - np.timedelta64(365, "D"))
                later.append(order[position])
                previous.append(order[earlier[np.argmin(distance)]])
    return figures.iloc[later].reset_index(drop=True), figures.iloc[previous].reset_index(drop=True)


def _percent(value: pd.Series, previous: pd.Series) -> pd.Series:
    return 100 * (value / previous.where(previous > 0) - 1)


def _reasons(later: pd.DataFrame, previous: pd.DataFrame, per: str) -> list[_Reason]:
    flow = (later[c.MEASURE] == "flow") & (previous[c.MEASURE] == "flow")
    cumulative = (later[c.MEASURE] == "cumulative") & (previous[c.MEASURE] == "cumulative")
    overlap = (previous[c.PERIOD_END] - later[c.PERIOD_START]).dt.days + 1
    months_apart = (later[MIDDLE] - previous[MIDDLE]).dt.days / DAYS_PER_MONTH
    longer = np.maximum(later[DAYS], previous[DAYS])
    shorter = np.minimum(later[DAYS], previous[DAYS])
    unequal = flow & (longer / shorter - 1 > UNEQUAL) & ~_same_months(later, previous)
    inferred = (later[c.PERIOD_BASIS] == "inferred") | (previous[c.PERIOD_BASIS] == "inferred")
    lengths = _text(later[DAYS]) + " and " + _text(previous[DAYS]) + " days" + _where(inferred, ", inferred")
    missing = later[c.VALUE].isna() | previous[c.VALUE].isna()
    by_month = pd.Series(per == "month", index=later.index)
    no_length = flow & (later[DAYS].isna() | previous[DAYS].isna())
    no_rate = by_month & ~flow
    zero = ~missing & (previous[c.LOW] <= 0)
    starts = later[c.PERIOD_START], previous[c.PERIOD_START]
    reasons = [
        *(
            _Reason(now != before, f"{name} differs: " + now + " after " + before)
            for name in (c.MEASURE, c.SCOPE, c.UNIT)
            for now, before in [[figures[name].astype("str").fillna("none") for figures in (later, previous)]]
        ),
        _Reason(flow & (overlap > 0), "periods overlap by " + _text(overlap) + " days"),
        _Reason(
            cumulative & (starts[0] != starts[1]) & starts[0].notna(),
            "totals are counted from different days",
        ),
        _Reason(
            ~months_apart.between(*A_YEAR),
            _text(months_apart.round()) + " months apart, not a year",
        ),
        _Reason(unequal & ~by_month, "periods differ in length (" + lengths + ")"),
        _Reason(
            no_length, "length of a period is not known" + (", so there is no number a month" if per == "month" else "")
        ),
        _Reason(no_rate, "only a flow has a number a month, this is a figure of kind " + later[c.MEASURE]),
        _Reason(later[PRINTED] == MISSING, "value is missing"),
        _Reason(previous[PRINTED] == MISSING, "value of the period before is missing"),
        _Reason(
            zero & (previous[c.HIGH] <= 0),
            "the period before counts 0, so there is no percent change",
            forbids=False,
        ),
        _Reason(
            zero & (previous[c.HIGH] > 0),
            "the period before may count 0, so percent change has no upper limit",
            forbids=False,
        ),
        _Reason(by_month & flow & ~no_length & inferred, "lengths of " + lengths, forbids=False),
    ]
    for figures, which in ((later, ""), (previous, " for the period before")):
        texts = "another source gives " + figures[_OTHERS] + which
        reasons.append(_Reason(figures[_OTHERS].notna(), texts, forbids=False))
    return reasons


def _same_months(later: pd.DataFrame, previous: pd.DataFrame) -> pd.Series:
    """Return whether two periods cover the same part of the calendar, so that only a leap day can tell them apart."""
    same = pd.Series(data=True, index=later.index)
    for name, shift in ((c.PERIOD_START, 0), (c.PERIOD_END, 1)):
        days = [figures[name] + pd.Timedelta(days=shift) for figures in (later, previous)]
        same &= (days[0].dt.month == days[1].dt.month) & (days[0].dt.day == days[1].dt.day)
    return same


def _text(numbers: pd.Series) -> pd.Series:
    return numbers.astype("Float64").round().astype("Int64").astype("str")


def _where(holds: pd.Series, text: str) -> pd.Series:
    return holds.map({True: text, False: ""}).astype("str")


def _joined(reasons: Iterable[_Reason], index: pd.Index) -> pd.Series:
    """Join the reasons that hold in each row."""
    said: list[list[str]] = [[] for _ in index]
    for reason in reasons:
        texts = pd.Series(reason.text, index=index)
        for row in np.flatnonzero(reason.holds.to_numpy(bool, na_value=False)):
            said[row].append(texts.iloc[row])
    return pd.Series(["; ".join(parts) for parts in said], index=index, dtype="str")
