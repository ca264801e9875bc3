"""Whether two figures can be compared, and if not, why: all rules in one place.

Each rule returns texts for the rows in which it applies, and no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.arguments import check_names
from cbcstats.changes.partners import find_partners
from cbcstats.counts.formats import PARTIAL, is_partial, notes_of, printed_column
from cbcstats.counts.periods import a_year_earlier, is_whole_months, period_labels
from cbcstats.errors import ArgumentError, DataError
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterator

# Columns that tell series apart, as far as they are there.
CHAIN: Final = ("indicator", "measure", "scope", "area", "unit")
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
_KINDS: Final = {
    "stock": "a stock",
    "event": "an event",
    "cumulative": "a running total",
}
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
        raise ArgumentError("`by` names no column; name those that tell series apart")
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
    series = figures.groupby(keys, sort=False, dropna=False, observed=True)
    figures = figures.assign(chain=series.ngroup())
    period = ["chain", "period_start", "period_end"]
    is_preferred = figures["preferred"]
    # Selecting rows copies all texts, and mostly there is one source.
    preferred = figures if is_preferred.all() else figures[is_preferred]
    is_repeated = preferred.duplicated(period)
    if is_repeated.any():
        _refuse_repeated(preferred, is_repeated, names)
    if len(preferred) < len(figures):
        others = figures[~is_preferred & figures["value"].notna()]
        others = _texts_of_others(others, period)
        preferred = preferred.merge(others, on=period, how="left")
    last_to_first = [
        preferred[name] for name in ("period_start", "period_end", "chain")
    ]
    order = np.lexsort(last_to_first)
    is_in_order = (np.diff(order) == 1).all()
    preferred = preferred if is_in_order else preferred.iloc[order]
    preferred = preferred.reset_index(drop=True)
    if "obs_status" in preferred:
        is_break = _status(preferred) == "B"
        preferred["breaks"] = is_break.groupby(preferred["chain"]).cumsum()
    return preferred


def _texts_of_others(others: pd.DataFrame, period: list[str]) -> pd.DataFrame:
    """Write what other sources give for each period."""
    numbers = printed_column(others)
    sources = others["source_id"]
    others = others.assign(others=numbers + " (" + sources + ")")
    groups = others.groupby(period, dropna=False)
    texts = groups["others"].agg(" and ".join)
    return texts.reset_index()


def _refuse_repeated(
    figures: pd.DataFrame, is_repeated: pd.Series, names: list[str]
) -> None:
    first = figures[is_repeated].iloc[[0]]
    # Defaults such as the scope `all` would not help to find the row.
    usual = ("", "all", "flow")
    keys = first[names].dropna(axis="columns").astype(str).iloc[0]
    series = ", ".join(keys[~keys.isin(usual)].unique())
    period = labels_of(first).iloc[0]
    ids = ["chain", "period_end"]
    same = figures.merge(first[ids], on=ids)
    texts = same.select_dtypes(exclude=["number", "datetime", "bool"])
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
    chain = figures["chain"].to_numpy()
    partners = find_partners(figures, chain)
    rows = np.flatnonzero(partners.has_row)
    partner, nearest, _, months_apart, days_off = (part[rows] for part in partners)
    later = figures.iloc[rows].reset_index(drop=True)
    nearest_end = figures["period_end"].reindex(nearest)
    later["nearest_period_end"] = nearest_end.to_numpy()
    later["months_apart"] = months_apart
    later["days_off"] = days_off
    previous = figures.reindex(partner)
    return later, previous.reset_index(drop=True)


def labels_of(figures: pd.DataFrame) -> pd.Series:
    """Name the period of each figure, as typed or by its days."""
    # Many series share the same few periods, so that each is named once.
    start, end = figures["period_start"], figures["period_end"]
    start_codes, starts = pd.factorize(start)
    end_codes, _ = pd.factorize(end)
    pairs = end_codes * (len(starts) + 1) + start_codes
    number, _ = pd.factorize(pairs)
    is_first = ~pd.Index(number).duplicated()
    names = text_column(period_labels(start[is_first], end[is_first]))
    labels = names.take(number)
    labels.index = figures.index
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
        *_on_overlaps(now, before),
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
    why = text_column("", later.index)
    # Joining takes time, and most rows have one reason or none.
    is_one_of_several = texts.index.duplicated(keep=False)
    single = texts[~is_one_of_several]
    why[single.index] = single
    if is_one_of_several.any():
        several = texts[is_one_of_several].groupby(level=0)
        joined = several.agg("; ".join)
        why[joined.index] = joined
    return pd.DataFrame({"comparable": ~is_forbidden, "why": why})


def _rule(
    holds: pd.Series, text: str, *columns: pd.Series, forbids: bool = False
) -> Rule:
    """Write a text in the rows in which a rule holds, with the cells of columns."""
    rows = holds.index[holds.to_numpy(bool)]
    texts: str | list[str] = text
    # Most rules hold in few rows or none, and taking the cells of rows takes time.
    if columns and len(rows):
        cells = [column.loc[rows] for column in columns]
        texts = [text.format(*row) for row in zip(*cells, strict=True)]
    return Rule(pd.Series(texts, index=rows, dtype="object"), forbids)


def _without_figure_before(figures: pd.DataFrame) -> Rule:
    """Name the period that has no figure, and for a day the nearest one that has."""
    is_flow = (figures["measure"] == "flow") & figures["period_start"].notna()
    start = _year_before(figures["period_start"]).where(is_flow)
    end = _year_before(figures["period_end"])
    # A month to its last day stays whole in a leap year.
    is_to_month_end = figures["period_end"].dt.is_month_end & is_flow
    end = end.mask(is_to_month_end, end + pd.offsets.MonthEnd(0))
    label = pd.Series(period_labels(start, end), figures.index, dtype="object")
    nearest_end = figures["nearest_period_end"]
    no_start = pd.Series(pd.NaT, figures.index)
    nearest = pd.Series(period_labels(no_start, nearest_end), figures.index)
    texts = "no figure near " + label
    with_nearest = texts + " (nearest: " + nearest + ")"
    texts = texts.mask(nearest_end.notna(), with_nearest)
    texts = texts.mask(is_flow, "no figure for " + label)
    # A fiscal year without days is named as typed.
    as_typed = "no figure for the year before " + figures["period"]
    texts = texts.mask(as_typed.notna(), as_typed)
    return Rule(texts, forbids=True)


def _year_before(days: pd.Series) -> pd.Series:
    earlier = a_year_earlier(days.to_numpy("datetime64[D]"))
    return pd.Series(earlier.astype("datetime64[us]"), index=days.index)


def _on_distance(now: pd.DataFrame) -> Iterator[Rule]:
    months = now["months_apart"].round(1)
    is_apart = now["days_off"] > _A_WEEK
    is_apart &= months != 12
    # A session or a conference has its own rhythm; a stock has a value on any day.
    is_stock = now["measure"].isin(["stock", "cumulative"])
    is_about_a_year = months.between(11, 13)
    is_wrong = is_apart & is_stock & ~is_about_a_year
    text = "{:g} months apart"
    yield _rule(is_wrong, text + ", not a year", months, forbids=True)
    yield _rule(is_apart & ~is_wrong, text, months)


def _are_flows(now: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    return (now["measure"] == "flow") & (before["measure"] == "flow")


def _on_overlaps(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[Rule]:
    shared = before["period_end"] - now["period_start"]
    overlap = shared.dt.days + 1
    overlap = overlap.where(_are_flows(now, before))
    text = "periods overlap by {:,.0f} days"
    yield _rule(overlap > 1, text, overlap, forbids=True)
    yield _rule(overlap == 1, "periods overlap by 1 day", forbids=True)


def _on_lengths(now: pd.DataFrame, before: pd.DataFrame, per: str) -> Iterator[Rule]:
    is_flow = _are_flows(now, before)
    days, days_before = now["days"], before["days"]
    is_unknown = is_flow & (days.isna() | days_before.isna())
    text = "length of a period is not known"
    if per == "month":
        text += ", so there is no monthly rate"
    yield _rule(is_unknown, text, forbids=True)

    difference = (days - days_before).abs().where(is_flow)
    same = _same_months(now, before, difference > 0)
    difference[same] = 0
    shorter = days.where(days < days_before, days_before)
    share = difference / shorter
    is_large = (difference >= _A_WEEK) | (share > _UNEQUAL)
    is_small = (difference >= 2) & ~is_large
    tolerance = np.maximum(now["period_tolerance"], before["period_tolerance"])
    is_uncertain = is_flow & (tolerance > 0)
    # Most series have periods of one length, stated by the source.
    if not (is_large | is_small | is_uncertain).any():
        return

    is_inferred = now["period_basis"] == "inferred"
    is_inferred |= before["period_basis"] == "inferred"
    ending = is_inferred.map({True: ", inferred", False: ""})
    if per == "period":
        columns = days, days_before, ending
        text = "periods differ in length ({:.0f} and {:.0f} days{})"
        yield _rule(is_large, text, *columns, forbids=True)
        yield _rule(is_small, "lengths of {:.0f} and {:.0f} days{}", *columns)
        return
    # Rates allow for different lengths, and their ranges for uncertain ones.
    is_noted = is_large | is_small | is_uncertain
    lengths = _with_tolerance(now[is_noted])
    lengths_before = _with_tolerance(before[is_noted])
    columns = lengths, lengths_before, ending
    yield _rule(is_noted, "lengths of {} and {} days{}", *columns)


def _with_tolerance(figures: pd.DataFrame) -> pd.Series:
    """Write the lengths of periods: `355 ± 7`."""
    lengths = figures["days"].map("{:.0f}".format)
    tolerance = figures["period_tolerance"]
    texts = lengths + tolerance.map(" ± {:g}".format)
    return texts.where(tolerance != 0, lengths)


def _same_months(
    now: pd.DataFrame, before: pd.DataFrame, is_unequal: pd.Series
) -> pd.Index:
    """Return the rows of unequal periods that are the same months, but for a leap day."""
    start, end = now["period_start"][is_unequal], now["period_end"][is_unequal]
    start_before = before["period_start"][is_unequal]
    end_before = before["period_end"][is_unequal]
    years = end.dt.year - start.dt.year
    years_before = end_before.dt.year - start_before.dt.year
    is_same = years == years_before
    is_same &= start.dt.month == start_before.dt.month
    is_same &= end.dt.month == end_before.dt.month
    is_same &= is_whole_months(start, end)
    is_same &= is_whole_months(start_before, end_before)
    same: pd.Index = is_same.index[is_same]
    return same


def _on_running_totals(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[Rule]:
    is_total = (now["measure"] == "cumulative") & (before["measure"] == "cumulative")
    if not is_total.any():
        return
    start = now["period_start"][is_total]
    start_before = before["period_start"][is_total]
    is_unknown = start.isna() & start_before.isna()
    is_since_same = is_unknown | (start == start_before)
    no_end = pd.Series(pd.NaT, start.index)
    since = pd.Series(period_labels(start, no_end), start.index)
    since = " " + since.replace("undated", "")
    text = "running total{}: the change is what was added"
    yield _rule(is_since_same, text, since.str.rstrip(), forbids=True)
    # A total of the year to date begins again each year.
    days_off = (_year_before(start) - start_before).dt.days.abs()
    is_year_to_date = days_off <= _A_WEEK
    is_other_start = ~is_since_same & ~is_year_to_date
    text = "totals are counted from different days"
    yield _rule(is_other_start, text, forbids=True)


def _status(figures: pd.DataFrame) -> pd.Series:
    status = text_column(figures["obs_status"])
    return status.fillna("").str.upper()


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
        if name not in now or now[name].equals(before[name]):
            continue
        text, text_before = (
            text_column(figures[name]).fillna("").replace("", "none")
            for figures in (now, before)
        )
        differs = f"{name} differs: {{}} after {{}}"
        yield _rule(text != text_before, differs, text, text_before, forbids=True)


def _on_values(now: pd.DataFrame, before: pd.DataFrame, per: str) -> Iterator[Rule]:
    if per == "month":
        text = "only a flow has a monthly rate, and this is {}"
        kind = now["measure"].map(_KINDS)
        yield _rule(kind.notna(), text, kind, forbids=True)
    is_missing, is_missing_before = now["value"].isna(), before["value"].isna()
    yield _rule(is_missing, "value is missing", forbids=True)
    text = "value of the period before is missing"
    yield _rule(is_missing_before, text, forbids=True)

    # Comparisons with the ends are false where a value is missing.
    low, high = before["low"].mask(is_missing), before["high"]
    may_be_zero = low == 0
    text = "the period before counts 0, so there is no percent change"
    yield _rule(may_be_zero & (high == 0), text)
    text = "the period before may count 0, so percent change has no upper limit"
    yield _rule(may_be_zero & (high > 0), text)
    text = "the figure before is negative, so there is no percent change"
    yield _rule(low < 0, text)


def _on_registers(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[Rule]:
    """Say what counts of a register may lack, by its notes and rejected rows."""
    for figures in (now, before):
        notes = notes_of(figures)
        if not notes.any():
            continue
        partial = is_partial(figures)
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
    missing = now["missing"].fillna(0)
    missing_before = before["missing"].fillna(0)
    share = missing / (now["value"] + missing)
    share_before = missing_before / (before["value"] + missing_before)
    are_many = (share > _FEW_ROWS) | (share_before > _FEW_ROWS)
    is_later, is_earlier = missing > 0, missing_before > 0
    both = "{:,.0f} rows of this period and {:,.0f} of the one before were rejected"
    only_later = "rows of this period that were rejected: {:,.0f}"
    only_earlier = "rows of the period before that were rejected: {:,.0f}"
    cases = (
        (is_later & is_earlier, both, (missing, missing_before)),
        (is_later & ~is_earlier, only_later, (missing,)),
        (is_earlier & ~is_later, only_earlier, (missing_before,)),
    )
    for holds, text, columns in cases:
        yield _rule(holds & are_many, text, *columns, forbids=True)
        yield _rule(holds & ~are_many, text, *columns)


def _on_other_sources(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[Rule]:
    if "others" not in now:
        return
    others, others_before = now["others"], before["others"]
    yield _rule(others.notna(), "another source gives {}", others)
    text = "another source gives {} for the period before"
    yield _rule(others_before.notna(), text, others_before)
