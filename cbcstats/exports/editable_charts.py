"""Charts that stay editable in a spreadsheet or on a slide, as tables."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.charts.descriptions import (
    change_label,
    change_text,
    changes_text,
    counts_text,
    labelled_figures,
    numbers_of,
    of_rates,
    typed_changes,
)
from cbcstats.counts.formats import PARTS, has_rates, per_month, title_of, words
from cbcstats.errors import CbcstatsError
from cbcstats.tables.loaders import cited_by, source_line

LABEL: Final = "period"
SAID: Final = "in words"
ABOVE: Final = "above"  # how far the range reaches above the mark
BELOW: Final = "below"
_CHANGE_COLUMNS: Final = {
    *("period", "previous_period", "previous_period_end"),
    *("percent_change_low", "percent_change_high", "comparable", "why", "unit"),
}
_RATES: Final = ["rate", "rate_low", "rate_high"]
_COUNT_COLUMNS: Final = {"indicator", "value", "period_end", "qualifier"}
MOST: Final = 40  # marks that a chart has room for
COLOURS: Final = ("0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9", "000000")
COMPARABLE: Final = "comparable"
OTHER: Final = "not comparable"


class NativeChart(NamedTuple):
    """A chart as a table: a row for each mark, a column for each series, and the ranges.

    `data` holds `period`, the series, `in words`, `low`, `high`, `above`, `below`; a
    range without an end has no reach. Bars lie if the labels are long; the labels then
    end in the words.
    """

    title: str
    unit: str
    says: str
    text: str
    series: list[str]
    data: pd.DataFrame
    lying: bool


def native_chart(
    frame: pd.DataFrame, sources: pd.DataFrame | None = None
) -> NativeChart | None:
    """Return the chart of changes, or of counts of one indicator.

    None is returned for a table that is neither, or too long. Where counts have columns
    `low` and `high`, as those of `chart_data`, these are their ranges. `sources` are
    those that are known, as for `source_line`.

    Examples
    --------
    >>> from cbcstats import load_counts
    >>> native_chart(load_counts("wco_members")).data[["period", "all", "in words"]].tail(1)
            period    all in words
    6  29 Jun 2024  186.0      186
    """
    columns = set(frame)
    if columns >= _CHANGE_COLUMNS:
        return _of_changes(frame, sources) if 0 < len(frame) <= MOST else None
    if columns >= _COUNT_COLUMNS and not _is_more(frame):
        return _of_counts(frame, sources)
    return None


def _is_more(frame: pd.DataFrame) -> bool:
    """Return whether a table is more than counts of one indicator.

    It may hold several indicators, parts of them, or two periods in a row.
    """
    parts = [name for name in ("indicator", "area", *PARTS) if name in frame]
    has_several = frame[parts].nunique(dropna=False) > 1
    return "previous_value" in frame or bool(has_several.any())


def _of_counts(frame: pd.DataFrame, sources: pd.DataFrame | None) -> NativeChart | None:
    if frame["period_end"].isna().all():
        # Fiscal years without days are read by their labels.
        frame = frame.drop(columns=["period_start", "period_end"], errors="ignore")
    else:
        frame = frame[frame["period_end"].notna()]
    try:
        figures = labelled_figures(frame)
    except CbcstatsError:
        return None  # no table of counts after all
    monthly = has_rates(frame)
    if monthly and not set(_RATES) <= set(frame):
        return None  # the values are not those per month
    figures = _with_ranges(figures, frame, monthly=monthly)
    has_value = figures["value"].notna()
    shown = figures[has_value & figures["preferred"]]
    left_out = int(has_value.sum()) - len(shown)
    if not 0 < len(shown) <= MOST:
        return None
    shown = shown.sort_values("period_end", kind="stable")
    title = title_of(shown.iloc[0])
    text = counts_text(shown, title, monthly=monthly)
    line = source_line(cited_by([shown]), sources)
    units = dict.fromkeys(filter(None, shown["unit"]))
    unit = ", ".join(units) or "number"
    # Plans come last.
    scopes = sorted(shown["scope"].unique(), key="planned".__eq__)
    series = list(map(words, scopes))
    marks = shown.assign(kind=shown["scope"].map(words))
    return NativeChart(
        title=title,
        unit=per_month(unit) if monthly else unit,
        says=_reading(shown, left_out, monthly=monthly),
        text=f"{text} {line}".strip(),
        series=series,
        data=_data_of(marks, series),
        lying=False,
    )


def _with_ranges(
    figures: pd.DataFrame, frame: pd.DataFrame, *, monthly: bool
) -> pd.DataFrame:
    """Return figures with the ranges or rates of a table that has them, and in words."""
    ends = ["low", "high"]
    if monthly:
        rates = frame[_RATES].to_numpy(float, na_value=np.nan)
        figures[["value", *ends]] = rates
    elif set(ends) <= set(frame):
        figures[ends] = frame[ends].to_numpy(float, na_value=np.nan)
    return figures.assign(number=numbers_of(figures, monthly=monthly))


def _reading(figures: pd.DataFrame, left_out: int, *, monthly: bool) -> str:
    rates = ", per month" if monthly else ""
    columns = f"Columns are the numbers as printed{rates}"
    sentences = [f"{columns}; a line shows how far the word beside a number reaches."]
    inferred = (figures["period_basis"] == "inferred").sum()
    if inferred:
        sentences.append(
            f"The days of {inferred} of {len(figures)} periods are inferred."
        )
    if left_out:
        sentences.append(f"Left out: {left_out} of another source for the same period.")
    return " ".join(sentences)


def _of_changes(
    changes: pd.DataFrame, sources: pd.DataFrame | None
) -> NativeChart | None:
    title = "Change against the figure a year before"
    try:
        changes = typed_changes(changes)
    except CbcstatsError:
        return None  # no table of changes after all
    rows = list(changes.itertuples(index=False))
    texts = list(map(change_text, rows))
    periods = [change_label(change, changes) for change in rows]
    labels = [f"{period}: {text}" for period, text in zip(periods, texts, strict=True)]
    low = changes["percent_change_low"]
    high = changes["percent_change_high"].replace(np.inf, np.nan)
    middle = ((low + high) / 2).fillna(low)
    kinds = changes["comparable"].map({True: COMPARABLE, False: OTHER})
    series = [kind for kind in (COMPARABLE, OTHER) if (kinds == kind).any()]
    marks = changes.assign(period_label=labels, number=texts, kind=kinds)
    marks = marks.assign(low=low, high=high, value=middle)
    line = source_line(cited_by([changes]), sources)
    return NativeChart(
        title=title,
        unit=f"percent change{of_rates(changes)}",
        says="A bar ends in the middle of the range in which the change can lie; "
        "a line shows the whole range.",
        text=f"{changes_text(changes, title)} {line}".strip(),
        series=series,
        data=_data_of(marks, series),
        lying=True,
    )


def _data_of(marks: pd.DataFrame, series: list[str]) -> pd.DataFrame:
    """Return a row for each mark; its number is in the column of its series."""
    value, low = marks["value"], marks["low"]
    high = marks["high"].replace(np.inf, np.nan)
    columns = {}
    for kind in series:
        columns[kind] = value.where(marks["kind"] == kind).astype(float)
    reach = {
        SAID: marks["number"],
        "low": low,
        "high": high,
        ABOVE: (high - value).clip(lower=0),
        BELOW: (value - low).clip(lower=0),
    }
    data = pd.DataFrame({LABEL: marks["period_label"], **columns, **reach})
    return data.reset_index(drop=True)
