"""Can two figures be compared, and if not, why: the rules in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats import columns as c
from cbcstats.errors import ArgumentError, DataError, check_choice
from cbcstats.figures import DAYS, MIDDLE, MISSING, PRINTED
from cbcstats.periods import DAYS_PER_MONTH, period_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNEQUAL: Final = 0.02  # lengths that differ by more than this share are unequal; a leap day is not
A_YEAR: Final = (10, 15)  # months from one figure to the next that pass for a year
A_YEAR_BEFORE: Final = np.timedelta64(365, "D")  # where the figure to compare with stands best


OTHERS: Final = "others"  # what other figures there are for the same period
_NO_KEYS: Final = (c.VALUE, c.LOW, c.HIGH, c.PERIOD_START, c.PERIOD_END, PRINTED, DAYS, MIDDLE, OTHERS)


class _Reason(NamedTuple):
    """Where it holds, in words, and whether it forbids to compare."""

    holds: pd.Series
    text: str | pd.Series
    forbids: bool = True


def check_keys(argument: str, names: Iterable[str], figures: pd.DataFrame) -> None:
    """Raise ArgumentError unless an argument names columns that can tell series or parts apart."""
    options = [str(name) for name in figures if name not in _NO_KEYS]
    for name in names:
        check_choice(argument, name, options)


def preferred_figures(figures: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return one figure for each period of a series, and what others there are for it."""
    if not by:
        raise ArgumentError("`by` names no column; name those that make up a series, such as 'indicator'")
    check_keys("by", by, figures)
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
    others = others.assign(**{OTHERS: texts}).groupby(period, dropna=False)[OTHERS].agg(" and ".join).reset_index()
    return figures.merge(others, on=period, how="left")


def year_before(figures: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return each figure that has an earlier one, and the one nearest to a year before it."""
    later: list[int] = []
    previous: list[int] = []
    for group in figures.groupby(list(by), sort=False, dropna=False).indices.values():
        places = np.asarray(group)
        order = places[np.lexsort([figures[name].to_numpy()[places] for name in (c.PERIOD_START, MIDDLE)])]
        middles = figures[MIDDLE].to_numpy()[order]
        for position in range(1, len(order)):
            earlier = np.flatnonzero(middles[:position] < middles[position])
            if earlier.size:
                distance = np.abs(middles[position] - middles[earlier] - A_YEAR_BEFORE)
                later.append(order[position])
                previous.append(order[earlier[np.argmin(distance)]])
    return figures.iloc[later].reset_index(drop=True), figures.iloc[previous].reset_index(drop=True)


def comparison(later: pd.DataFrame, previous: pd.DataFrame, *, per: str, a_year: bool = True) -> pd.DataFrame:
    """Return for each pair of figures whether they compare, and why not, or what to know.

    Parameters
    ----------
    later, previous : pandas.DataFrame
        Figures of `preferred_figures`, row by row the two to compare.
    per : {"period", "month"}
        Whether they are numbers of a period or of a month.
    a_year : bool
        Whether they must stand a year apart.

    Returns
    -------
    pandas.DataFrame
        Columns `comparable` (bool) and `why` (str), with the index of the pairs.
    """
    reasons = _reasons(later, previous, per, a_year=a_year)
    forbidden = [reason.holds.to_numpy(bool) for reason in reasons if reason.forbids]
    found = {c.COMPARABLE: ~np.logical_or.reduce(forbidden), c.WHY: _joined(reasons, later.index)}
    return pd.DataFrame(found, index=later.index)


def _reasons(later: pd.DataFrame, previous: pd.DataFrame, per: str, *, a_year: bool) -> list[_Reason]:
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
            for now, before in [[figures[name].replace("", "none") for figures in (later, previous)]]
        ),
        _Reason(flow & (overlap > 0), "periods overlap by " + _counted(overlap, "day")),
        _Reason(
            cumulative & (starts[0] != starts[1]) & (starts[0].notna() | starts[1].notna()),
            "totals are counted from different days",
        ),
        _Reason(
            ~months_apart.between(*A_YEAR) & a_year,
            _counted(months_apart, "month") + " apart, not a year",
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
        texts = "another source gives " + figures[OTHERS] + which
        reasons.append(_Reason(figures[OTHERS].notna(), texts, forbids=False))
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


def _counted(numbers: pd.Series, noun: str) -> pd.Series:
    counted = _text(numbers) + f" {noun}"
    return counted.where(counted == f"1 {noun}", counted + "s")


def _where(holds: pd.Series, text: str) -> pd.Series:
    return holds.map({True: text, False: ""}).astype("str")


def _joined(reasons: Iterable[_Reason], index: pd.Index) -> pd.Series:
    """Join the reasons that hold in each row."""
    said: list[list[str]] = [[] for _ in index]
    for reason in reasons:
        texts = pd.Series(reason.text, index=index)
        for row in np.flatnonzero(reason.holds.to_numpy(bool)):
            said[row].append(texts.iloc[row])
    return pd.Series(["; ".join(parts) for parts in said], index=index, dtype="str")
