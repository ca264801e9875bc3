"""Cells of the tables as values: numbers, days, marks and text, and what may be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.counts.ranges import PARTS
from cbcstats.files.cells import parse_numbers
from cbcstats.files.dates import parse_dates
from cbcstats.frames import MARKS, text_column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NUMBER: Final = "number"
DAY: Final = "day"
PARTIAL_DAY: Final = "partial day"
MARK: Final = "mark"
TEXT: Final = "text"

# The columns of the published tables that are not text; the schemas say the same, and tests
# compare them. Here, so that tables can be loaded without pandera.
KINDS: Final = {
    **dict.fromkeys(("value", "rounded_to"), NUMBER),
    **dict.fromkeys(("period_start", "period_end", "change_since", "accessed"), DAY),
    **dict.fromkeys(("as_of", "start", "end", "joined"), PARTIAL_DAY),
    "preferred": MARK,
}
# What `read_register` names as the source of its rows: the file, and the sheet of a workbook.
REGISTER_SOURCE: Final = r"(?i:register|\S+\.(csv|tsv|txt|xlsx|parquet)(#\S+)?)"
_PRECISIONS: Final = {4: "year", 7: "month", 10: "day"}  # by the length of a date


def parse_column(text: pd.Series, kind: str) -> pd.Series:
    """Return a column of text as values of one kind; missing where a cell is empty or not of it.

    Examples
    --------
    >>> parse_column(pd.Series(["24.1", "many"]), NUMBER).tolist()
    [24.1, <NA>]
    """
    codes, distinct = pd.factorize(text)
    values = _PARSERS[kind](list(distinct))
    return values.take(codes).set_axis(text.index)


def complete(values: pd.DataFrame, text: pd.DataFrame) -> pd.DataFrame:
    """Fill what a table may leave out: precisions, the preferred figure, the id of a list."""
    values = values.copy()
    for name in ("as_of", "start", "end", "joined"):
        precision = f"{name}_precision"
        if precision in values:
            known = text_column(text[name].str.len().map(_PRECISIONS))
            values[precision] = values[precision].fillna(known)
    if "preferred" in values:
        figures = pd.Series(1, index=values.index)
        alone = (
            figures.groupby(figure_keys(values), dropna=False).transform("size") == 1
        )
        values["preferred"] = values["preferred"].fillna(alone).astype(bool)
    if "list_id" in values:
        named = text["programme"] + " | " + text["track"] + " | " + text["as_of"]
        values["list_id"] = values["list_id"].fillna(named)
    return values


def figure_keys(counts: pd.DataFrame) -> list[pd.Series]:
    """Return what figures of one series and period have in common; undated ones have nothing."""
    is_dated = counts["period_end"].notna()
    own_row = counts.index.to_series()
    series = [counts[name].where(is_dated, own_row) for name in ("indicator", "scope")]
    parts = [counts[name] for name in PARTS if name in counts]
    return [*series, counts["period_start"], counts["period_end"], *parts]


def _texts(texts: Sequence[str]) -> pd.Series:
    return text_column([text or None for text in texts])


def _days(texts: Sequence[str]) -> pd.Series:
    return parse_dates(texts)


def _partial_days(texts: Sequence[str]) -> pd.Series:
    return parse_dates(texts, partial=True)


def _marks(texts: Sequence[str]) -> pd.Series:
    return pd.Series([MARKS.get(text.lower()) for text in texts], dtype="boolean")


_PARSERS: Final[dict[str, Callable[[Sequence[str]], pd.Series]]] = {
    NUMBER: parse_numbers,
    DAY: _days,
    PARTIAL_DAY: _partial_days,
    MARK: _marks,
    TEXT: _texts,
}
