"""Can two figures be compared, and if not, why: the rules in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.arguments import check_choice
from cbcstats.counts.periods import DAYS_PER_MONTH, period_label
from cbcstats.counts.ranges import DAYS, MIDDLE, MISSING, PARTIAL, PRINTED, notes_of
from cbcstats.errors import ArgumentError, DataError
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNEQUAL: Final = (
    0.02  # lengths that differ by more than this share are unequal; a leap day is not
)
A_YEAR: Final = (10, 15)  # months from one figure to the next that pass for a year
A_YEAR_BEFORE: Final = np.timedelta64(
    365, "D"
)  # where the figure to compare with stands best
NINE_MONTHS: Final = 273  # days of the shortest nine months of the calendar
ABOUT_EQUAL: Final = (
    1.6  # how many times as long a period may be as the next shorter one of its kind
)
NO_PARTNER: Final = -1
_ONE_YEAR: Final = pd.DateOffset(years=1)
_FAR: Final = 10**7  # days, more than between any two figures

OTHERS: Final = "others"  # what other figures there are for the same period
_NO_KEYS: Final = (
    "value",
    "low",
    "high",
    "period_start",
    "period_end",
    PRINTED,
    DAYS,
    MIDDLE,
    OTHERS,
)


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
        raise ArgumentError(
            "`by` names no column; name those that make up a series, such as 'indicator'"
        )
    check_keys("by", by, figures)
    period = [*by, "period_start", "period_end"]
    others = figures[~figures["preferred"]]
    figures = figures[figures["preferred"]]
    doubled = figures[figures.duplicated(period)]
    if len(doubled):
        first = doubled.iloc[0]
        place = ", ".join(str(first[name]) for name in by)
        label = period_label(first["period_start"], first["period_end"])
        raise DataError(
            f"the series {place} has several figures for {label}; mark one as preferred, or add a column to `by`"
        )
    texts = (
        text_column(others[PRINTED])
        + " ("
        + text_column(others["source_id"]).fillna("source not named")
        + ")"
    )
    others = (
        others.assign(**{OTHERS: texts})
        .groupby(period, dropna=False)[OTHERS]
        .agg(" and ".join)
        .reset_index()
    )
    return figures.merge(others, on=period, how="left")


def year_before(
    figures: pd.DataFrame, by: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the figures that have a figure a year before, or should have one, and that figure.

    The two frames belong together row by row. Where a figure has none although its series begins a year before or
    earlier, the row of the second frame is empty. The figure before a period of less than nine months is the one of the
    same part of the year before, see `same_part_of_year`; before any other figure it is the one whose middle is nearest
    to a year before, and never a period of less than nine months.
    """
    short = is_short(figures).to_numpy()
    days = days_of(figures)
    middles = figures[MIDDLE].to_numpy()
    partners = np.full(len(figures), NO_PARTNER)
    ordered = [np.empty(0, dtype=int)]
    for group in figures.groupby(list(by), sort=False, dropna=False).indices.values():
        places = np.asarray(group)
        order = places[
            np.lexsort(
                [figures[name].to_numpy()[places] for name in ("period_start", MIDDLE)]
            )
        ]
        parts, others = order[short[order]], order[~short[order]]
        # The last place, -1, is that of a figure without a partner.
        partners[parts] = np.append(parts, NO_PARTNER)[
            same_part_of_year(days[:, parts])
        ]
        partners[others] = np.append(others, NO_PARTNER)[
            _nearest_middle(middles[others])
        ]
        ordered.append(order)
    begins = figures["period_start"].fillna(figures["period_end"])
    first = begins.groupby([figures[name] for name in by], dropna=False).transform(
        "min"
    )
    has_row = (partners != NO_PARTNER) | (begins - _ONE_YEAR >= first).to_numpy()
    later = np.concatenate(ordered)
    later = later[has_row[later]]
    previous = figures.reindex(partners[later])
    return figures.iloc[later].reset_index(drop=True), previous.reset_index(drop=True)


def is_short(figures: pd.DataFrame) -> pd.Series:
    """Return which figures are flows of less than nine months, such as those of months and quarters."""
    return (figures["measure"] == "flow") & (figures[DAYS] < NINE_MONTHS)


def days_of(figures: pd.DataFrame) -> np.ndarray:
    """Return first and last day of each figure and the same days a year earlier, in four rows of whole numbers."""
    ends = figures[["period_start", "period_end"]]
    rows = [
        days[name]
        for days in (ends, ends.apply(lambda day: day - _ONE_YEAR))
        for name in ends
    ]
    return np.stack([row.to_numpy("datetime64[D]").astype(int) for row in rows])


def same_part_of_year(days: np.ndarray) -> np.ndarray:
    """Return the place of the figure of the same part of the year before, for each short period of one series.

    Both days of that figure may be off by a fifth of the step, the days from one period to the next: 18 days for
    quarters. A week is allowed at least, but always less than half the step: 7 days for months, 3 for weeks. That is
    far less than a year, so what is found is earlier.

    Parameters
    ----------
    days : numpy.ndarray
        Of `days_of`.

    Returns
    -------
    numpy.ndarray
        Places, or `NO_PARTNER`.
    """
    starts, ends, starts_before, ends_before = days
    lengths = ends - starts + 1
    kinds = _kinds_of_length(lengths)
    steps = _steps(ends, lengths, kinds)
    partners = np.full(len(lengths), NO_PARTNER)
    for place, kind in enumerate(kinds):
        off = np.maximum(
            np.abs(starts - starts_before[place]), np.abs(ends - ends_before[place])
        )
        off[kinds != kind] = _FAR
        nearest = int(off.argmin())
        step = min(steps[place], steps[nearest])
        if off[nearest] <= min(max(7, step // 5), (step - 1) // 2):
            partners[place] = nearest
    return partners


def _kinds_of_length(lengths: np.ndarray) -> np.ndarray:
    """Give a number to each kind of period: months are one, quarters the next, which are much longer."""
    order = lengths.argsort()
    ordered = lengths[order]
    kinds = np.zeros(len(lengths), int)
    kinds[order[1:]] = np.cumsum(ordered[1:] > ABOUT_EQUAL * ordered[:-1])
    return kinds


def _steps(ends: np.ndarray, lengths: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Return the days from the end of each period to the nearest other end of its kind, at most its own length."""
    steps = lengths.copy()
    for kind in np.unique(kinds):
        of_kind = kinds == kind
        days, places = np.unique(ends[of_kind], return_inverse=True)
        between = np.concatenate([[_FAR], np.diff(days), [_FAR]])
        nearest = np.minimum(between[:-1], between[1:])
        steps[of_kind] = np.minimum(steps[of_kind], nearest[places])
    return steps


def _nearest_middle(middles: np.ndarray) -> np.ndarray:
    """Return the place of the earlier figure nearest to a year before, for each figure of one series in order."""
    partners = np.full(len(middles), NO_PARTNER)
    for place, middle in enumerate(middles):
        earlier = np.flatnonzero(middles[:place] < middle)
        if earlier.size:
            distance = np.abs(middle - middles[earlier] - A_YEAR_BEFORE)
            partners[place] = earlier[distance.argmin()]
    return partners


def comparison(
    later: pd.DataFrame, previous: pd.DataFrame, *, per: str, a_year: bool = True
) -> pd.DataFrame:
    """Return for each pair of figures whether they compare, and why not, or what to know.

    Parameters
    ----------
    later, previous : pandas.DataFrame
        Figures of `preferred_figures`, row by row the two to compare; an empty row where there is no previous one.
    per : {"period", "month"}
        Whether they are numbers of a period or of a month.
    a_year : bool
        Whether they must stand a year apart.

    Returns
    -------
    pandas.DataFrame
        Columns `comparable` (bool) and `why` (str), with the index of the pairs.
    """
    alone = previous["period_end"].isna()
    of_pairs = _reasons(later, previous, per, a_year=a_year)
    reasons = [_Reason(alone, _no_figure_before(later[alone]).reindex(later.index))]
    reasons += [reason._replace(holds=reason.holds & ~alone) for reason in of_pairs]
    forbidden = [reason.holds.to_numpy(bool) for reason in reasons if reason.forbids]
    found = {
        "comparable": ~np.logical_or.reduce(forbidden),
        "why": _joined(reasons, later.index),
    }
    return pd.DataFrame(found, index=later.index)


def _reasons(
    later: pd.DataFrame, previous: pd.DataFrame, per: str, *, a_year: bool
) -> list[_Reason]:
    flow = (later["measure"] == "flow") & (previous["measure"] == "flow")
    cumulative = (later["measure"] == "cumulative") & (
        previous["measure"] == "cumulative"
    )
    overlap = (previous["period_end"] - later["period_start"]).dt.days + 1
    months_apart = (later[MIDDLE] - previous[MIDDLE]).dt.days / DAYS_PER_MONTH
    longer = np.maximum(later[DAYS], previous[DAYS])
    shorter = np.minimum(later[DAYS], previous[DAYS])
    unequal = flow & (longer / shorter - 1 > UNEQUAL) & ~_same_months(later, previous)
    inferred = (later["period_basis"] == "inferred") | (
        previous["period_basis"] == "inferred"
    )
    lengths = (
        _text(later[DAYS])
        + " and "
        + _text(previous[DAYS])
        + " days"
        + _where(inferred, ", inferred")
    )
    missing = later["value"].isna() | previous["value"].isna()
    by_month = pd.Series(per == "month", index=later.index)
    no_length = flow & (later[DAYS].isna() | previous[DAYS].isna())
    no_rate = by_month & ~flow
    zero = ~missing & (previous["low"] <= 0)
    starts = later["period_start"], previous["period_start"]
    reasons = [
        *(
            _Reason(now != before, f"{name} differs: " + now + " after " + before)
            for name in ("measure", "scope", "unit")
            for now, before in [
                [figures[name].replace("", "none") for figures in (later, previous)]
            ]
        ),
        _Reason(flow & (overlap > 0), "periods overlap by " + _counted(overlap, "day")),
        _Reason(
            cumulative
            & (starts[0] != starts[1])
            & (starts[0].notna() | starts[1].notna()),
            "totals are counted from different days",
        ),
        _Reason(
            ~months_apart.between(*A_YEAR) & a_year,
            _counted(months_apart, "month") + " apart, not a year",
        ),
        _Reason(unequal & ~by_month, "periods differ in length (" + lengths + ")"),
        _Reason(
            no_length,
            "length of a period is not known"
            + (", so there is no number a month" if per == "month" else ""),
        ),
        _Reason(
            no_rate,
            "only a flow has a number a month, this is a figure of kind "
            + later["measure"],
        ),
        _Reason(later[PRINTED] == MISSING, "value is missing"),
        _Reason(previous[PRINTED] == MISSING, "value of the period before is missing"),
        _Reason(
            zero & (previous["high"] <= 0),
            "the period before counts 0, so there is no percent change",
            forbids=False,
        ),
        _Reason(
            zero & (previous["high"] > 0),
            "the period before may count 0, so percent change has no upper limit",
            forbids=False,
        ),
        _Reason(
            by_month & flow & ~no_length & inferred,
            "lengths of " + lengths,
            forbids=False,
        ),
    ]
    for figures in (later, previous):
        reasons += _on_coverage(figures)
    for figures, which in ((later, ""), (previous, " for the period before")):
        texts = "another source gives " + figures[OTHERS] + which
        reasons.append(_Reason(figures[OTHERS].notna(), texts, forbids=False))
    return reasons


def _on_coverage(figures: pd.DataFrame) -> list[_Reason]:
    """Return what the notes of counts say of periods that a register may cover only in part."""
    notes = notes_of(figures)
    partial = notes.str.extract(rf"^{PARTIAL} ([^,;]*)", expand=False)
    whole = notes.str.extract(
        r"((?:first|last) mission on [^;]*; [^;]* is taken as covered whole)",
        expand=False,
    )
    doubtful = figures[partial.notna()]
    days = zip(doubtful["period_start"], doubtful["period_end"], strict=True)
    labels = text_column([period_label(*period) for period in days], doubtful.index)
    return [
        _Reason(
            partial.notna(),
            labels.reindex(figures.index) + " may not be covered whole: " + partial,
        ),
        _Reason(whole.notna(), whole, forbids=False),
    ]


def _no_figure_before(figures: pd.DataFrame) -> pd.Series:
    """Name the period a year before each figure as the one that has no figure; a month to its last day is whole."""
    starts, ends = (
        figures["period_start"] - _ONE_YEAR,
        figures["period_end"] - _ONE_YEAR,
    )
    ends = ends.where(
        ~figures["period_end"].dt.is_month_end, ends + pd.offsets.MonthEnd(0)
    )
    texts = [
        f"no figure for {period_label(*days)}"
        for days in zip(starts, ends, strict=True)
    ]
    return text_column(texts, figures.index)


def _same_months(later: pd.DataFrame, previous: pd.DataFrame) -> pd.Series:
    """Return whether two periods cover the same part of the calendar, so that only a leap day can tell them apart."""
    same = pd.Series(data=True, index=later.index)
    for name, shift in (("period_start", 0), ("period_end", 1)):
        days = [
            figures[name] + pd.Timedelta(days=shift) for figures in (later, previous)
        ]
        same &= (days[0].dt.month == days[1].dt.month) & (
            days[0].dt.day == days[1].dt.day
        )
    return same


def _text(numbers: pd.Series) -> pd.Series:
    return text_column(numbers.astype("Float64").round().astype("Int64"))


def _counted(numbers: pd.Series, noun: str) -> pd.Series:
    counted = _text(numbers) + f" {noun}"
    return counted.where(counted == f"1 {noun}", counted + "s")


def _where(holds: pd.Series, text: str) -> pd.Series:
    return text_column(holds.map({True: text, False: ""}))


def _joined(reasons: Iterable[_Reason], index: pd.Index) -> pd.Series:
    """Join the reasons that hold in each row."""
    said: list[list[str]] = [[] for _ in index]
    for reason in reasons:
        texts = pd.Series(reason.text, index=index)
        for row in np.flatnonzero(reason.holds.to_numpy(bool)):
            said[row].append(texts.iloc[row])
    return text_column(["; ".join(parts) for parts in said], index)
