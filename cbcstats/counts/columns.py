"""Columns of counts: their codes, the keys of figures, and what notes record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cbcstats.frames import text_column

if TYPE_CHECKING:
    import pandas as pd

MEASURES: Final = ("flow", "stock", "cumulative", "event")
# How the note of a count begins whose period a register may cover only in part.
PARTIAL: Final = "partial:"
BASES: Final = ("stated", "inferred")  # how the days of a period are known
CHANGE_BASES: Final = ("total", "per_month")  # of what a change is published
# On published changes, in the order of legends and texts.
VERDICTS: Final = ("consistent", "unlikely", "contradicts", "cannot be checked")
# Columns that tell what part of a total a count is.
PARTS: Final = (
    "wco_region",
    "iso3",
    "member",
    "programme",
    "track",
    "kind",
    "status",
)
# Columns that tell series apart, as far as they are there.
CHAIN: Final = ("indicator", "measure", "scope", "area", "unit")


def figure_keys(counts: pd.DataFrame) -> list[pd.Series]:
    """Return the keys by which to group figures of the same series and period.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = pd.DataFrame({"indicator": "missions", "scope": "all",
    ...     "period_start": pd.NaT,
    ...     "period_end": pd.to_datetime(["2018-02-28", "2018-02-28", None])})
    >>> figures = counts.groupby(figure_keys(counts), dropna=False)
    >>> figures["scope"].transform("size").tolist()
    [2, 2, 1]
    """
    is_dated = counts["period_end"].notna()
    # Figures without a date are not alternatives to each other: each is its own group.
    row = counts.index.to_series()
    indicator = counts["indicator"].where(is_dated, row)
    scope = counts["scope"].where(is_dated, row)
    keys = [indicator, scope]
    names = ["period_start", "period_end", *PARTS]
    keys += [counts[name] for name in names if name in counts]
    return keys


def notes_of(figures: pd.DataFrame) -> pd.Series:
    """Return the notes of figures as text, empty where there is none."""
    if "note" not in figures:
        return text_column("", figures.index)
    notes = text_column(figures["note"])
    return notes.fillna("")


def is_partial(figures: pd.DataFrame) -> pd.Series:
    """Tell which periods a register may cover only in part, by the note."""
    notes = notes_of(figures)
    is_marked = notes.str.startswith(PARTIAL)
    # pandas 2 returns objects.
    return is_marked.astype(bool)
