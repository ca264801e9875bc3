"""Tables -> what a chart of a spreadsheet or a slide shows, so that it stays editable there."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.charts.descriptions import (
    change_label,
    change_text,
    changes_text,
    counts_text,
    of_rates,
    typed_changes,
)
from cbcstats.counts.figures import figures_of, labels_of
from cbcstats.counts.formats import (
    PARTS,
    format_range,
    has_rates,
    per_month,
    printed_column,
    words,
)
from cbcstats.errors import CbcstatsError
from cbcstats.tables.loaders import cited_by, source_line

LABEL: Final = "period"
SAID: Final = "in words"
ABOVE: Final = "above"  # how far the range reaches above the mark
BELOW: Final = "below"
MOST: Final = 40  # marks that a chart has room for
COLOURS: Final = ("0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9", "000000")
COMPARABLE: Final = "comparable"
OTHER: Final = "not comparable"


class NativeChart(NamedTuple):
    """A chart as a table: a row for each mark, a column for each series, and the reach of the ranges.

    `data` holds `period`, the series, `in words`, `low`, `high`, `above`, `below`; a range without an end has no
    reach. Bars lie if the labels are long; the labels then end in the words.
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
    """Return the chart of changes, or of counts of one indicator; None where a table is neither, or too long.

    Where counts have columns `low` and `high`, as those of `chart_data`, these are their ranges. `sources` are those
    that are known, as for `source_line`.

    Examples
    --------
    >>> from cbcstats import load_counts
    >>> native_chart(load_counts("wco_members")).data[["period", "all", "in words"]].tail(1)
            period    all in words
    5  29 Jun 2024  186.0      186
    """
    if {
        "percent_change_low",
        "percent_change_high",
        "comparable",
        "why",
        "period",
        "previous_period",
        "previous_period_end",
        "unit",
    } <= set(frame):
        return _of_changes(frame, sources) if 0 < len(frame) <= MOST else None
    if {"indicator", "value", "period_end", "qualifier"} <= set(frame) and not _is_more(
        frame
    ):
        return _of_counts(frame, sources)
    return None


def _is_more(frame: pd.DataFrame) -> bool:
    """Return whether a table is more than counts of one indicator: several, parts of them, or two periods in a row."""
    parts = (name for name in ("indicator", *PARTS) if name in frame)
    return "previous_value" in frame or any(
        frame[name].nunique(dropna=False) > 1 for name in parts
    )


def _of_counts(frame: pd.DataFrame, sources: pd.DataFrame | None) -> NativeChart | None:
    if frame["period_end"].isna().all():
        # Fiscal years without days are read by their labels.
        frame = frame.drop(columns=["period_start", "period_end"], errors="ignore")
    else:
        frame = frame[frame["period_end"].notna()]
    try:
        figures = figures_of(frame)
    except CbcstatsError:
        return None  # no table of counts after all
    figures = figures.assign(printed=printed_column(figures), label=labels_of(figures))
    figures[SAID] = figures["printed"]
    monthly = has_rates(frame)
    given = ["rate_low", "rate_high"] if monthly else ["low", "high"]
    if set(given) <= set(frame):
        figures[["low", "high"]] = frame[given].to_numpy(float, na_value=np.nan)
    if monthly:
        figures["value"] = frame["rate"].to_numpy(float, na_value=np.nan)
        # No source prints a monthly rate.
        ends = zip(figures["low"], figures["high"], strict=True)
        figures[SAID] = [format_range(low, high) for low, high in ends]
    shown = figures["value"].notna() & figures["preferred"]
    left_out = int((figures["value"].notna() & ~figures["preferred"]).sum())
    figures = figures[shown].sort_values("period_end", kind="stable")
    if not 0 < len(figures) <= MOST:
        return None
    title = words(figures["indicator"].iloc[0]).capitalize()
    labels = list(figures["label"])
    kinds = figures["scope"].map(words)
    series = [
        words(scope)
        for scope in sorted(figures["scope"].unique(), key="planned".__eq__)
    ]  # plans come last
    unit = ", ".join(dict.fromkeys(filter(None, figures["unit"]))) or "number"
    line = source_line(cited_by([figures]), sources)
    return NativeChart(
        title=title,
        unit=per_month(unit) if monthly else unit,
        says=_reading(figures, left_out, monthly=monthly),
        text=f"{counts_text(figures, title, monthly=monthly)} {line}".strip(),
        series=series,
        data=_with_series(
            figures, labels, figures["value"], kinds, series, list(figures[SAID])
        ),
        lying=False,
    )


def _reading(figures: pd.DataFrame, left_out: int, *, monthly: bool) -> str:
    inferred = int((figures["period_basis"] == "inferred").sum())
    columns = f"Columns are the numbers as printed{', per month' if monthly else ''}"
    said = [
        f"{columns}; a line shows how far the word beside a number reaches.",
        f"The days of {inferred} of {len(figures)} periods are inferred."
        if inferred
        else "",
        f"Left out: {left_out} of another source for the same period."
        if left_out
        else "",
    ]
    return " ".join(filter(None, said))


def _of_changes(
    changes: pd.DataFrame, sources: pd.DataFrame | None
) -> NativeChart | None:
    title = "Change against the figure a year before"
    try:
        changes = typed_changes(changes)
    except CbcstatsError:
        return None  # no table of changes after all
    low, high = (
        changes["percent_change_low"],
        changes["percent_change_high"].replace(np.inf, np.nan),
    )
    kinds = changes["comparable"].map({True: COMPARABLE, False: OTHER})
    series = [kind for kind in (COMPARABLE, OTHER) if (kinds == kind).any()]
    labels = [
        f"{change_label(change, changes)}: {change_text(change)}"
        for change in changes.itertuples(index=False)
    ]
    said = [change_text(change) for change in changes.itertuples(index=False)]
    ends = changes.assign(low=low, high=high)
    return NativeChart(
        title=title,
        unit=f"percent change{of_rates(changes)}",
        says="A bar ends in the middle of the range in which the change can lie; a line shows the whole range.",
        text=f"{changes_text(changes, title)} {source_line(cited_by([changes]), sources)}".strip(),
        series=series,
        data=_with_series(
            ends, labels, ((low + high) / 2).fillna(low), kinds, series, said
        ),
        lying=True,
    )


def _with_series(
    ends: pd.DataFrame,
    labels: list[str],
    numbers: pd.Series,
    kinds: pd.Series,
    series: list[str],
    said: list[str],
) -> pd.DataFrame:
    """Return a row for each mark; its number stands in the column of its series."""
    columns = {kind: numbers.where(kinds == kind).astype(float) for kind in series}
    high = ends["high"].replace(np.inf, np.nan)
    reach = {
        SAID: said,
        "low": ends["low"],
        "high": high,
        ABOVE: (high - numbers).clip(lower=0),
        BELOW: (numbers - ends["low"]).clip(lower=0),
    }
    return pd.DataFrame({LABEL: labels, **columns, **reach}).reset_index(drop=True)
