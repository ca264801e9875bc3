"""Whether two figures can be compared, and if not, why: all rules in one place.

A rule yields its texts for the rows in which it holds, and nothing if there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.counts.formats import PARTIAL, notes_of
from cbcstats.counts.periods import (
    a_year_earlier,
    is_whole_months,
    length_in_days,
    month_number,
    period_labels,
)
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterator

_A_WEEK: Final = 7  # days
_UNEQUAL: Final = 0.02  # lengths that differ by a larger share are not comparable
_FEW_ROWS: Final = 0.02  # share of rows that a count may lack and still be comparable
# How notes name rows that passed and are missing from a count.
_NOT_REJECTED: Final = "number of .* missing for|more without|known to the"
_KINDS: Final = {
    "stock": "a stock",
    "event": "an event",
    "cumulative": "a running total",
    "share": "a share",
}
_STATUSES: Final = {
    "E": "estimated",
    "P": "provisional",
    "F": "a forecast",
    "U": "of low reliability",
    "D": "defined differently",
    "I": "imputed",
}


class _Reason(NamedTuple):
    """The texts of a rule, for the rows in which it holds."""

    texts: pd.Series
    forbids: bool  # whether these rows are not comparable


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
    reasons: list[_Reason] = []
    # Selecting rows copies all texts, and mostly each figure has one before.
    if not is_pair.all():
        now, before = later[is_pair], previous[is_pair]
        reasons += _on_no_figure_before(later[~is_pair])
    if a_year:
        reasons += _on_distance(now)
    is_flow = now["measure"] == "flow"
    reasons += [
        *_on_overlaps(now, before, is_flow),
        *_on_lengths(now, before, is_flow, per),
        *_on_running_totals(now, before),
        *_on_shares(now),
        *_on_status(now, before),
        *_on_other_series(now, before),
        *_on_monthly_rates(now, per),
        *_on_values(now, before),
        *_on_registers(now, before),
        *_on_rejected_rows(now, before),
        *_on_other_sources(now, before),
    ]
    is_comparable = pd.Series(data=True, index=later.index)
    for texts, forbids in reasons:
        if forbids:
            is_comparable[texts.index] = False
    why = text_column("", later.index)
    if reasons:
        texts = _joined(reasons)
        why[texts.index] = texts
    return pd.DataFrame({"comparable": is_comparable, "why": why})


def _joined(reasons: list[_Reason]) -> pd.Series:
    """Join the texts of each row."""
    columns = [reason.texts for reason in reasons]
    texts: pd.Series = pd.concat(columns)
    is_further = texts.index.duplicated()
    # Joining takes time, and most rows have one reason or none.
    if not is_further.any():
        return texts
    texts = texts.mask(is_further, "; " + texts)
    return texts.groupby(level=0).sum()


def _note(holds: pd.Series, text: str, *columns: pd.Series) -> Iterator[_Reason]:
    """Write a text in the rows in which a rule holds, with the cells of columns."""
    rows = holds.index[holds.to_numpy(bool)]
    if rows.empty:
        return
    texts: str | list[str] = text
    if columns:
        cells = [column.loc[rows] for column in columns]
        texts = list(map(text.format, *cells))
    column = pd.Series(texts, rows, dtype="object")
    yield _Reason(column, forbids=False)


def _forbid(holds: pd.Series, text: str, *columns: pd.Series) -> Iterator[_Reason]:
    """Write a text in the rows that a rule makes not comparable."""
    reasons = _note(holds, text, *columns)
    for reason in reasons:
        yield reason._replace(forbids=True)


def _on_no_figure_before(figures: pd.DataFrame) -> Iterator[_Reason]:
    """Name the period that has no figure, and for a day the nearest one that has."""
    start = figures["period_start"]
    end = figures["period_end"]
    is_flow = figures["measure"] == "flow"
    is_flow &= start.notna()
    start_before = _year_before(start).where(is_flow)
    end_before = _year_before(end)
    # A month to its last day stays whole in a leap year.
    to_month_end = end_before + pd.offsets.MonthEnd(0)
    is_to_month_end = is_flow & end.dt.is_month_end
    end_before = end_before.mask(is_to_month_end, to_month_end)
    label = period_labels(start_before, end_before)
    # A fiscal year without days is named as typed.
    typed = figures["period"]
    is_typed = typed.notna()
    is_period = is_flow & ~is_typed
    yield from _forbid(is_typed, "no figure for the year before {}", typed)
    yield from _forbid(is_period, "no figure for {}", label)

    nearest_end = figures["nearest_period_end"]
    no_start = pd.Series(pd.NaT, figures.index)
    nearest = period_labels(no_start, nearest_end)
    nearest = " (nearest: " + nearest + ")"
    nearest = nearest.where(nearest_end.notna(), "")
    is_day = ~(is_flow | is_typed)
    yield from _forbid(is_day, "no figure near {}{}", label, nearest)


def _year_before(days: pd.Series) -> pd.Series:
    numbers = days.to_numpy("datetime64[D]")
    earlier = a_year_earlier(numbers)
    days_before = earlier.astype("datetime64[us]")
    return pd.Series(days_before, days.index)


def _on_distance(now: pd.DataFrame) -> Iterator[_Reason]:
    months = now["months_apart"].round(1)
    is_apart = now["days_off"] > _A_WEEK
    is_apart &= months != 12
    if not is_apart.any():
        return
    # A session or a conference has its own rhythm; a stock has a value on any day.
    is_stock = now["measure"].isin(["stock", "cumulative", "share"])
    is_about_a_year = months.between(11, 13)
    is_wrong = is_apart & is_stock & ~is_about_a_year
    is_session = is_apart & ~is_wrong
    yield from _forbid(is_wrong, "{:g} months apart, not a year", months)
    yield from _note(is_session, "{:g} months apart", months)


def _on_overlaps(
    now: pd.DataFrame, before: pd.DataFrame, is_flow: pd.Series
) -> Iterator[_Reason]:
    overlap = length_in_days(now["period_start"], before["period_end"])
    overlap = overlap.where(is_flow)
    is_one_day = overlap == 1
    text = "periods overlap by {:,.0f} days"
    yield from _forbid(overlap > 1, text, overlap)
    text = "periods overlap by 1 day"
    yield from _forbid(is_one_day, text)


def _on_lengths(
    now: pd.DataFrame, before: pd.DataFrame, is_flow: pd.Series, per: str
) -> Iterator[_Reason]:
    days = now["days"]
    days_before = before["days"]
    difference = (days - days_before).abs()
    is_known = is_flow & difference.notna()
    text = "length of a period is not known"
    if per == "month":
        text += ", so there is no monthly rate"
    yield from _forbid(is_flow & ~is_known, text)

    shorter = np.minimum(days, days_before)
    is_large = difference >= _A_WEEK
    is_large |= difference / shorter > _UNEQUAL
    is_noticeable = is_large | (difference >= 2)
    is_unequal = is_known & is_noticeable
    tolerance = now["period_tolerance"] + before["period_tolerance"]
    is_uncertain = is_known & (tolerance > 0)
    # Most series have periods of one length, stated by the source.
    if not (is_unequal | is_uncertain).any():
        return
    are_same = _are_same_months(now[is_unequal], before[is_unequal])
    same = are_same.index[are_same]
    is_unequal &= ~is_unequal.index.isin(same)
    # Rates allow for different lengths, and their ranges for uncertain ones.
    if per == "month":
        is_noted = is_unequal | is_uncertain
        lengths = _lengths_of(now[is_noted], before[is_noted], per)
        yield from _note(is_noted, "lengths of {}", lengths)
        return
    is_small = is_unequal & ~is_large
    lengths = _lengths_of(now[is_unequal], before[is_unequal], per)
    text = "periods differ in length ({})"
    yield from _forbid(is_unequal & is_large, text, lengths)
    yield from _note(is_small, "lengths of {}", lengths)


def _are_same_months(now: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    """Tell which periods are the same months of two years, but for a leap day."""
    start = now["period_start"]
    end = now["period_end"]
    start_before = before["period_start"]
    end_before = before["period_end"]
    months = month_number(start) - month_number(start_before)
    months_of_end = month_number(end) - month_number(end_before)
    is_same = months == months_of_end
    is_same &= months % 12 == 0
    are_whole = is_whole_months(start, end)
    are_whole_before = is_whole_months(start_before, end_before)
    return is_same & are_whole & are_whole_before


def _lengths_of(now: pd.DataFrame, before: pd.DataFrame, per: str) -> pd.Series:
    """Write the lengths of periods: `355 ± 7 and 329 ± 7 days, inferred`."""
    is_inferred = now["period_basis"] == "inferred"
    is_inferred |= before["period_basis"] == "inferred"
    ending = is_inferred.map({True: " days, inferred", False: " days"})
    length = _length_of(now, per)
    length_before = _length_of(before, per)
    return length + " and " + length_before + ending


def _length_of(figures: pd.DataFrame, per: str) -> pd.Series:
    texts = figures["days"].map("{:.0f}".format)
    length = text_column(texts)
    if per == "period":
        return length
    tolerance = figures["period_tolerance"]
    is_uncertain = tolerance > 0
    texts = tolerance.map(" ± {:g}".format)
    with_tolerance = length + text_column(texts)
    return with_tolerance.where(is_uncertain, length)


def _on_running_totals(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[_Reason]:
    is_total = now["measure"] == "cumulative"
    if not is_total.any():
        return
    start = now["period_start"][is_total]
    start_before = before["period_start"][is_total]
    is_unknown = start.isna() & start_before.isna()
    is_same = start == start_before
    is_since_same = is_unknown | is_same
    no_end = pd.Series(pd.NaT, start.index)
    labels = period_labels(start, no_end)
    since = (" " + labels).where(start.notna(), "")
    text = "running total{}: the change is what was added"
    yield from _forbid(is_since_same, text, since)
    # A total of the year to date begins again each year.
    shift = _year_before(start) - start_before
    days_off = shift.dt.days.abs()
    is_year_to_date = days_off <= _A_WEEK
    is_other_start = ~is_since_same & ~is_year_to_date
    text = "totals are counted from different days"
    yield from _forbid(is_other_start, text)


def _on_shares(now: pd.DataFrame) -> Iterator[_Reason]:
    is_share = now["measure"] == "share"
    yield from _note(is_share, "a share: the change is in percentage points")


def _on_status(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[_Reason]:
    if "obs_status" not in now:
        return
    has_break = now["breaks"] > before["breaks"]
    yield from _forbid(has_break, "the series breaks in between")
    meaning = _meaning(now)
    meaning_before = _meaning(before)
    text = "the figure is {}"
    yield from _note(meaning.notna(), text, meaning)
    text = "the figure before is {}"
    yield from _note(meaning_before.notna(), text, meaning_before)


def _meaning(figures: pd.DataFrame) -> pd.Series:
    status = text_column(figures["obs_status"])
    codes = status.str.upper()
    return codes.map(_STATUSES)


def _on_other_series(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[_Reason]:
    """Compare what `by` may leave out."""
    for name in ("scope", "area", "unit"):
        if name not in now:
            continue
        column = now[name]
        column_before = before[name]
        if column.equals(column_before):
            continue
        text = _words(column)
        text_before = _words(column_before)
        is_other = text != text_before
        differs = name + " differs: {} after {}"
        yield from _forbid(is_other, differs, text, text_before)


def _words(column: pd.Series) -> pd.Series:
    texts = text_column(column).fillna("")
    return texts.replace("", "none")


def _on_values(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[_Reason]:
    is_missing = now["value"].isna()
    yield from _forbid(is_missing, "value is missing")
    is_missing_before = before["value"].isna()
    text = "value of the period before is missing"
    yield from _forbid(is_missing_before, text)

    # Comparisons with the ends are false where a value is missing.
    low = before["low"].mask(is_missing)
    high = before["high"]
    may_be_zero = low == 0
    text = "the period before counts 0, so there is no percent change"
    yield from _note(may_be_zero & (high == 0), text)
    text = "the period before may count 0, so percent change has no upper limit"
    yield from _note(may_be_zero & (high > 0), text)
    text = "the figure before is negative, so there is no percent change"
    yield from _note(low < 0, text)


def _on_monthly_rates(now: pd.DataFrame, per: str) -> Iterator[_Reason]:
    if per == "period":
        return
    kind = now["measure"].map(_KINDS)
    text = "only a flow has a monthly rate, and this is {}"
    yield from _forbid(kind.notna(), text, kind)


def _on_registers(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[_Reason]:
    """Say what periods a register may cover only in part, by the notes of counts."""
    if "note" not in now:
        return
    for figures in (now, before):
        notes = notes_of(figures)
        reason = notes.str.extract(rf"^{PARTIAL} ([^,;]*)", expand=False)
        is_partial = reason.notna()
        partial = figures[is_partial]
        labels = period_labels(partial["period_start"], partial["period_end"])
        labels = partial["period"].fillna(labels)
        text = "{} may not be covered whole: {}"
        yield from _forbid(is_partial, text, labels, reason)
        pattern = "((?:first|last) mission on [^;]*; [^;]* is taken as covered whole)"
        whole = notes.str.extract(pattern, expand=False)
        yield from _note(whole.notna(), "{}", whole)


def _on_rejected_rows(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[_Reason]:
    if "missing" not in now:
        return
    missing = now["missing"].fillna(0)
    missing_before = before["missing"].fillna(0)
    is_later = missing > 0
    is_earlier = missing_before > 0
    share = missing / (now["value"] + missing)
    share_before = missing_before / (before["value"] + missing_before)
    are_many = (share > _FEW_ROWS) | (share_before > _FEW_ROWS)
    one = missing == 1
    both = "{:,.0f} rows of this period and {:,.0f} of the one before {}"
    one_and_more = "1 row of this period and {1:,.0f} of the one before {2}"
    only_later = "rows of this period that {2}: {0:,.0f}"
    only_earlier = "rows of the period before that {2}: {1:,.0f}"
    cases = (
        (is_later & is_earlier & ~one, both),
        (one & is_earlier, one_and_more),
        (is_later & ~is_earlier, only_later),
        (is_earlier & ~is_later, only_earlier),
    )
    cells = missing, missing_before, _fate_of_rows(now, before)
    for holds, text in cases:
        yield from _forbid(holds & are_many, text, *cells)
        yield from _note(holds & ~are_many, text, *cells)


def _fate_of_rows(now: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    """Tell whether all rows that are missing were rejected, by the notes of counts."""
    fate = pd.Series("were rejected", index=now.index)
    if "note" not in now:
        return fate
    for figures in (now, before):
        has_other = notes_of(figures).str.contains(_NOT_REJECTED, na=False)
        fate = fate.mask(has_other.to_numpy(bool), "could not be counted")
    return fate


def _on_other_sources(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[_Reason]:
    if "others" not in now:
        return
    others = now["others"]
    others_before = before["others"]
    yield from _note(others.notna(), "another source gives {}", others)
    text = "another source gives {} for the period before"
    yield from _note(others_before.notna(), text, others_before)
