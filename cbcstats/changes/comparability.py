"""Whether two figures can be compared, and if not, why: all rules in one place.

Each rule returns texts for the rows in which it applies, and no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.arguments import check_names
from cbcstats.changes.partners import find_partners
from cbcstats.counts.columns import CHAIN, PARTIAL, is_partial, notes_of
from cbcstats.counts.formats import printed_column
from cbcstats.counts.periods import a_year_earlier, is_whole_months, period_labels
from cbcstats.errors import ArgumentError, DataError
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterator

_A_WEEK: Final = 7  # days
_UNEQUAL: Final = 0.02  # lengths that differ by a larger share are not comparable
_FEW_ROWS: Final = 0.02  # share of rows that a count may lack and still be comparable
# Columns of figures and changes, which cannot tell series apart.
_COMPUTED: Final = (
    *("value", "low", "high", "period", "period_start", "period_end", "days"),
    *("months", "rate", "rate_low", "rate_high", "chain", "breaks", "others"),
    *("change", "percent_change", "comparable", "why", "per"),
)
# Texts of a figure that do not tell series apart.
_OF_ONE_FIGURE: Final = (
    "source_id",
    "note",
    "qualifier",
    "period",
    "period_basis",
    "obs_status",
    "published_change",
    "change_basis",
)
_STATUSES: Final = {
    "E": "estimated",
    "P": "provisional",
    "F": "a forecast",
    "U": "of low reliability",
    "D": "defined differently",
    "I": "imputed",
}


class Rule(NamedTuple):
    """Texts by row, for the rows in which a rule applies."""

    texts: pd.Series
    forbids: bool  # whether these rows are not comparable


def series_of(figures: pd.DataFrame, by: object = None) -> list[str]:
    """Return the columns that tell series apart: those of `by`, or those found."""
    if by is None:
        return [name for name in CHAIN if name in figures]
    names = check_names("by", by, map(str, figures))
    if not names:
        raise DataError("`by` names no column; name those that tell series apart")
    taken = [name for name in names if name in _COMPUTED]
    if taken:
        raise ArgumentError(
            f"`by` cannot be {taken[0]!r}, which is a column of numbers, days or "
            "results; name another, or rename it"
        )
    return names


def preferred_figures(figures: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return one figure for each period of a series, in the order of the periods.

    Adds `chain`, the number of the series; `breaks`, how many breaks its series had up
    to the figure; and `others`, what other sources give for the period.
    """
    # A running total is never of one series with flows, whatever `by` names.
    keys = list(dict.fromkeys([*names, "measure"]))
    figures = figures.drop(columns="others", errors="ignore")
    chain = figures.groupby(keys, sort=False, dropna=False, observed=True)
    figures = figures.assign(chain=chain.ngroup())
    period = ["chain", "period_start", "period_end"]
    preferred = figures[figures["preferred"]]
    is_repeated = preferred.duplicated(period)
    if is_repeated.any():
        _refuse_repeated(preferred, is_repeated, names)
    if len(preferred) < len(figures):
        others = figures[~figures["preferred"]]
        texts = printed_column(others) + " (" + others["source_id"] + ")"
        others = others.assign(others=texts).groupby(period, dropna=False)["others"]
        texts = others.agg(" and ".join).reset_index()
        preferred = preferred.merge(texts, on=period, how="left")
    order = np.lexsort(
        [preferred[name].to_numpy() for name in ("period_start", "period_end", "chain")]
    )
    preferred = preferred.iloc[order].reset_index(drop=True)
    if "obs_status" in preferred:
        is_break = _status(preferred) == "B"
        preferred["breaks"] = is_break.groupby(preferred["chain"]).cumsum()
    return preferred


def _refuse_repeated(
    figures: pd.DataFrame, is_repeated: pd.Series, names: list[str]
) -> None:
    first = figures[is_repeated].iloc[[0]]
    keys = [str(first[name].iloc[0]) for name in names if first[name].notna().all()]
    keys = [key for key in dict.fromkeys(keys) if key not in ("", "all", "flow")]
    series = ", ".join(keys)
    period = labels_of(first).iloc[0]
    same = figures[figures["chain"] == first["chain"].iloc[0]]
    same = same[same["period_end"] == first["period_end"].iloc[0]]
    texts = same.select_dtypes(["object", "str", "category"])
    others = [name for name in texts if name not in (*CHAIN, *_OF_ONE_FIGURE)]
    parts = [name for name in others if texts[name].is_unique]
    remedy = "mark one as preferred, or name the columns that tell series apart in `by`"
    if parts:
        remedy = f"name the column that tells them apart in `by`, such as {parts[0]}"
    raise DataError(f"{series} has several figures for {period}; {remedy}")


def with_figure_before(
    figures: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the figures to list, and the figure of a year before each, row by row.

    Where there is no such figure, the row of the second frame is empty. The first gets
    `months_apart`, `days_off` (from the same days a year before) and
    `nearest_period_end`, for messages.
    """
    partners = find_partners(figures, figures["chain"].to_numpy())
    rows = np.flatnonzero(partners.has_row)
    later = figures.iloc[rows].reset_index(drop=True)
    ends = figures["period_end"].reindex(partners.nearest[rows])
    later["nearest_period_end"] = ends.to_numpy()
    later["months_apart"] = partners.months_apart[rows]
    later["days_off"] = partners.days_off[rows]
    previous = figures.reindex(partners.partner[rows]).reset_index(drop=True)
    return later, previous


def labels_of(figures: pd.DataFrame) -> pd.Series:
    """Name the period of each figure, as typed or by its days."""
    # Many series share the same few periods, so that each is named once.
    period = figures["period_start"], figures["period_end"]
    number = figures.groupby(list(period), dropna=False, sort=False).ngroup()
    is_first = ~number.duplicated()
    names = text_column(period_labels(*(days[is_first] for days in period)))
    labels = names.take(number).set_axis(figures.index)
    return figures["period"].fillna(labels)


def comparison(
    later: pd.DataFrame, previous: pd.DataFrame, *, per: str, a_year: bool = True
) -> pd.DataFrame:
    """Return for each pair of figures whether they are comparable, and why not.

    Parameters
    ----------
    later, previous : pandas.DataFrame
        Figures of `preferred_figures`, compared row by row; a row without a last day is
        empty. With `a_year`, as `with_figure_before` returns them.
    per : {"period", "month"}
        Whether periods or monthly rates are compared.
    a_year : bool
        Whether the figures should be a year apart.

    Returns
    -------
    pandas.DataFrame
        `comparable` (bool) and `why` (text): what forbids to compare, and what a reader
        should know. The index is that of the pairs.
    """
    is_pair = previous["period_end"].notna()
    now, before = later, previous
    rules = []
    if not is_pair.all():
        now, before = later[is_pair], previous[is_pair]
        rules.append(_without_figure_before(later[~is_pair]))
    if a_year:
        rules += _on_distance(now)
    rules += [
        *_on_lengths(now, before, per),
        *_on_running_totals(now, before),
        *_on_status(now, before),
        *_on_other_series(now, before),
        *_on_values(now, before, per),
        *_on_registers(now, before),
        *_on_other_sources(now, before),
    ]
    is_forbidden = pd.Series(data=False, index=later.index)
    for rule in rules:
        if rule.forbids:
            is_forbidden[rule.texts.index] = True
    texts = pd.concat([rule.texts for rule in rules])
    joined = texts.groupby(level=0).agg("; ".join) if len(texts) else texts
    why = text_column(joined.reindex(later.index)).fillna("")
    return pd.DataFrame({"comparable": ~is_forbidden, "why": why})


def _rule(
    holds: pd.Series, text: str, *columns: pd.Series, forbids: bool = False
) -> Rule:
    """Write a text in the rows in which a rule holds, with the cells of columns."""
    rows = holds.index[holds.to_numpy(bool)]
    if not columns:
        return Rule(pd.Series(text, index=rows, dtype="object"), forbids)
    cells = zip(*(column.loc[rows] for column in columns), strict=True)
    texts = [text.format(*row) for row in cells]
    return Rule(pd.Series(texts, index=rows, dtype="object"), forbids)


def _without_figure_before(figures: pd.DataFrame) -> Rule:
    """Name the period that has no figure, and for a day the nearest one that has."""
    texts = []
    targets = figures.assign(
        period_start=_year_before(figures["period_start"]),
        period_end=_year_before(figures["period_end"]),
    )
    is_flow = (figures["measure"] == "flow") & figures["period_start"].notna()
    # A month to its last day stays whole in a leap year.
    whole = figures["period_end"].dt.is_month_end & is_flow
    month_ends = targets["period_end"] + pd.offsets.MonthEnd(0)
    targets["period_end"] = targets["period_end"].where(~whole, month_ends)
    targets["period_start"] = targets["period_start"].where(is_flow)
    labels = period_labels(targets["period_start"], targets["period_end"])
    nearest = figures["nearest_period_end"]
    near_labels = period_labels(pd.Series(pd.NaT, nearest.index), nearest)
    columns = zip(is_flow, labels, figures["period"], near_labels, strict=True)
    for flow, label, typed, near in columns:
        if isinstance(typed, str):
            texts.append(f"no figure for the year before {typed}")
        elif flow:
            texts.append(f"no figure for {label}")
        elif near == "undated":
            texts.append(f"no figure near {label}")
        else:
            texts.append(f"no figure near {label} (nearest: {near})")
    return Rule(pd.Series(texts, figures.index, dtype="object"), forbids=True)


def _year_before(days: pd.Series) -> pd.Series:
    earlier = a_year_earlier(days.to_numpy("datetime64[D]"))
    return pd.Series(earlier.astype("datetime64[us]"), index=days.index)


def _on_distance(now: pd.DataFrame) -> Iterator[Rule]:
    months = now["months_apart"].round(1)
    is_apart = (now["days_off"] > _A_WEEK) & (months != 12)
    # A session or a conference has its own rhythm; a stock has a value on any day.
    is_stock = now["measure"].isin(["stock", "cumulative"])
    is_no_year = is_stock & ~months.between(11, 13)
    text = "{:g} months apart"
    yield _rule(is_apart & is_no_year, text + ", not a year", months, forbids=True)
    yield _rule(is_apart & ~is_no_year, text, months)


def _on_lengths(now: pd.DataFrame, before: pd.DataFrame, per: str) -> Iterator[Rule]:
    is_flow = (now["measure"] == "flow") & (before["measure"] == "flow")
    overlap = (before["period_end"] - now["period_start"]).dt.days + 1
    is_overlap = is_flow & (overlap > 0)
    text = "periods overlap by {:,.0f} days"
    yield _rule(is_overlap & (overlap > 1), text, overlap, forbids=True)
    yield _rule(is_overlap & (overlap == 1), "periods overlap by 1 day", forbids=True)

    is_unknown = is_flow & (now["days"].isna() | before["days"].isna())
    ending = ", so there is no monthly rate" if per == "month" else ""
    text = "length of a period is not known" + ending
    yield _rule(is_unknown, text, forbids=True)

    longer = np.maximum(now["days"], before["days"])
    shorter = np.minimum(now["days"], before["days"])
    difference = longer - shorter
    if (difference > 0).any():
        difference = difference.mask(_are_same_months(now, before), 0)
    is_large = (difference >= _A_WEEK) | (difference / shorter > _UNEQUAL)
    is_large &= is_flow
    is_small = is_flow & (difference >= 2) & ~is_large
    is_inferred = (now["period_basis"] == "inferred") | (
        before["period_basis"] == "inferred"
    )
    ending = is_inferred.map({True: ", inferred", False: ""})
    days = now["days"], before["days"]
    if per == "period":
        text = "periods differ in length ({:.0f} and {:.0f} days{})"
        yield _rule(is_large, text, *days, ending, forbids=True)
        yield _rule(is_small, "lengths of {:.0f} and {:.0f} days{}", *days, ending)
        return
    tolerance, tolerance_before = now["period_tolerance"], before["period_tolerance"]
    is_uncertain = is_flow & ((tolerance > 0) | (tolerance_before > 0))
    is_noted = is_large | is_small | is_uncertain
    either = [
        _with_tolerance(figures[is_noted]).reindex(now.index)
        for figures in (now, before)
    ]
    yield _rule(is_noted, "lengths of {} and {} days{}", *either, ending)


def _with_tolerance(figures: pd.DataFrame) -> pd.Series:
    """Write the lengths of periods: `355 ± 7`."""
    cells = zip(figures["days"], figures["period_tolerance"], strict=True)
    texts = [
        f"{days:.0f} ± {tolerance:g}" if tolerance else f"{days:.0f}"
        for days, tolerance in cells
    ]
    return pd.Series(texts, figures.index, dtype="object")


def _are_same_months(now: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    """Tell which two periods are the same months, which only a leap day can change."""
    now_start, before_start = now["period_start"], before["period_start"]
    now_end, before_end = now["period_end"], before["period_end"]
    is_whole = is_whole_months(now_start, now_end)
    is_whole &= is_whole_months(before_start, before_end)
    is_same = now_start.dt.month == before_start.dt.month
    is_same &= now_end.dt.month == before_end.dt.month
    years = now_end.dt.year - now_start.dt.year
    years_before = before_end.dt.year - before_start.dt.year
    return is_whole & is_same & (years == years_before)


def _on_running_totals(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[Rule]:
    is_total = (now["measure"] == "cumulative") & (before["measure"] == "cumulative")
    if not is_total.any():
        return
    now, before = now[is_total], before[is_total]
    start, start_before = now["period_start"], before["period_start"]
    is_since_same = start.eq(start_before) | (start.isna() & start_before.isna())
    labels = period_labels(start, pd.Series(pd.NaT, start.index))
    since = pd.Series(labels, start.index).map(" {}".format).replace(" undated", "")
    text = "running total{}: the change is what was added"
    yield _rule(is_since_same, text, since, forbids=True)
    # A total of the year to date begins again each year.
    off = (_year_before(start) - start_before).dt.days.abs()
    is_year_to_date = (off <= _A_WEEK) & ~is_since_same
    text = "totals are counted from different days"
    yield _rule(~is_since_same & ~is_year_to_date, text, forbids=True)


def _status(figures: pd.DataFrame) -> pd.Series:
    return text_column(figures["obs_status"]).fillna("").str.upper()


def _on_status(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[Rule]:
    if "obs_status" not in now:
        return
    has_break = now["breaks"] > before["breaks"]
    yield _rule(has_break, "the series breaks in between", forbids=True)
    for figures, name in ((now, "the figure"), (before, "the figure before")):
        meaning = _status(figures).map(_STATUSES)
        yield _rule(meaning.notna(), name + " is {}", meaning)


def _on_other_series(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[Rule]:
    """Compare what `by` may leave out."""
    for name in ("scope", "area", "unit"):
        if name not in now:
            continue
        text = text_column(now[name]).fillna("").replace("", "none")
        text_before = text_column(before[name]).fillna("").replace("", "none")
        differs = f"{name} differs: {{}} after {{}}"
        yield _rule(text != text_before, differs, text, text_before, forbids=True)


def _on_values(now: pd.DataFrame, before: pd.DataFrame, per: str) -> Iterator[Rule]:
    if per == "month":
        text = "only a flow has a monthly rate, and this is a {}"
        kind = now["measure"].replace("cumulative", "running total")
        yield _rule(now["measure"] != "flow", text, kind, forbids=True)
    is_missing, is_missing_before = now["value"].isna(), before["value"].isna()
    yield _rule(is_missing, "value is missing", forbids=True)
    text = "value of the period before is missing"
    yield _rule(is_missing_before, text, forbids=True)

    known = ~is_missing & ~is_missing_before
    low, high = before["low"], before["high"]
    text = "the period before counts 0, so there is no percent change"
    yield _rule(known & (low == 0) & (high == 0), text)
    text = "the period before may count 0, so percent change has no upper limit"
    yield _rule(known & (low == 0) & (high > 0), text)
    text = "the figure before is negative, so there is no percent change"
    yield _rule(known & (low < 0), text)


def _on_registers(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[Rule]:
    """Say what counts of a register may lack, by its notes and rejected rows."""
    for figures in (now, before):
        partial = is_partial(figures)
        notes = notes_of(figures)
        if not notes.any():
            continue
        reason = notes.str.extract(rf"^{PARTIAL} ([^,;]*)", expand=False)
        labels = labels_of(figures[partial])
        text = "{} may not be covered whole: {}"
        yield _rule(partial, text, labels, reason, forbids=True)
        pattern = "((?:first|last) mission on [^;]*; [^;]* is taken as covered whole)"
        whole = notes.str.extract(pattern, expand=False)
        yield _rule(whole.notna(), "{}", whole)
    if "missing" in now:
        yield from _on_rejected_rows(now, before)


def _on_rejected_rows(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[Rule]:
    missing, missing_before = (
        figures["missing"].fillna(0) for figures in (now, before)
    )
    are_many = pd.Series(data=False, index=now.index)
    for figures, rows in ((now, missing), (before, missing_before)):
        are_many |= rows / (figures["value"] + rows) > _FEW_ROWS
    is_later, is_earlier = missing > 0, missing_before > 0
    texts = {
        "both": "{:,.0f} rows of this period and {:,.0f} of the one before were rejected",
        "later": "rows of this period that were rejected: {:,.0f}",
        "earlier": "rows of the period before that were rejected: {:,.0f}",
    }
    for forbids, several in ((True, are_many), (False, ~are_many)):
        both = several & is_later & is_earlier
        columns = missing, missing_before
        yield _rule(both, texts["both"], *columns, forbids=forbids)
        only_later = several & is_later & ~is_earlier
        yield _rule(only_later, texts["later"], missing, forbids=forbids)
        only_earlier = several & is_earlier & ~is_later
        yield _rule(only_earlier, texts["earlier"], missing_before, forbids=forbids)


def _on_other_sources(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[Rule]:
    if "others" not in now:
        return
    for figures, ending in ((now, ""), (before, " for the period before")):
        others = figures["others"]
        yield _rule(others.notna(), "another source gives {}" + ending, others)
