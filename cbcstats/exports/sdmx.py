"""Counts as observations of SDMX, for statistical data warehouses: SDMX-CSV 2.0."""

from __future__ import annotations

import re
from typing import Any, Final

import pandas as pd

from cbcstats.counts.figures import figures_of
from cbcstats.counts.formats import PARTS
from cbcstats.errors import ArgumentError
from cbcstats.files.cells import ascii_letters
from cbcstats.frames import text_column

STRUCTURE: Final = "CBCSTATS:COUNTS{parts}(2.0)"
NOT_APPLICABLE: Final = "_Z"  # of SDMX: a dimension that a figure does not have
NORMAL: Final = "A"  # of the code list CL_OBS_STATUS
MISSING: Final = "O"
_FIGURE: Final = "FIGURE"
_DIMENSIONS: Final = ("indicator", "measure", "scope", "area", "unit")
_ATTRIBUTES: Final = (
    *("label", "qualifier", "rounded_to", "period_basis", "period_tolerance"),
    *("published_change", "change_basis", "change_since"),
    *("preferred", "preferred_reason", "note"),
)
# What an id of SDMX may be made of (IDType of its common schema).
_NOT_IN_IDS: Final = r"[^A-Za-z0-9_@$-]+"
# Columns of results, which SDMX-CSV has no place for.
_RESULTS: Final = ("comparable", "verdict")
# Concepts of SDMX.
_NAMES: Final = {"unit": "UNIT_MEASURE", "source_id": "SOURCE", "note": "COMMENT_OBS"}


def sdmx_frame(counts: pd.DataFrame) -> pd.DataFrame:
    """Return counts as rows of SDMX-CSV 2.0, all text but the number.

    Parameters
    ----------
    counts : pandas.DataFrame
        Counts, in the columns of `load_counts`.

    Returns
    -------
    pandas.DataFrame
        `STRUCTURE`, `STRUCTURE_ID`, `ACTION`; the dimensions `INDICATOR`, `MEASURE`, `SCOPE`, `AREA`, `UNIT_MEASURE`,
        those of parts such as `WCO_REGION`, `SOURCE`, `FIGURE`, `TIME_PERIOD`; `OBS_VALUE`; the attributes
        `OBS_STATUS`, `QUALIFIER`, `ROUNDED_TO`, `PERIOD_BASIS` and so on, as far as the counts have them.

    Raises
    ------
    ArgumentError
        If they are not counts, a figure has no date, or two names would have the same id.

    Notes
    -----
    A period with both ends is a time range of SDMX, first day and length: 2017-03-09/P355D. Where only its last day
    is known, and for a stock, that day stands alone. `FIGURE` counts the figures that one source gives for one
    period, for SDMX has room for one. `OBS_STATUS` is `obs_status` where the counts have it, else A, or O where there
    is no number. Dimensions are ids of SDMX: letters, digits, `_`, `@`, `$` and `-`; other signs become `_`, so that
    `million US dollars` is `million_US_dollars`.

    Examples
    --------
    >>> from cbcstats import load_counts
    >>> sdmx_frame(load_counts("wco_members"))[["STRUCTURE_ID", "TIME_PERIOD", "OBS_VALUE", "QUALIFIER"]].head(2)
                STRUCTURE_ID TIME_PERIOD  OBS_VALUE QUALIFIER
    0  CBCSTATS:COUNTS(2.0)  2013-06-24        179     exact
    1  CBCSTATS:COUNTS(2.0)  2015-03-31        180     exact
    """
    _check_counts(counts)
    # Refuses what is not a figure, and fills in columns that are left out.
    figures = figures_of(counts)
    undated = len(counts) - len(figures)
    if undated:
        raise ArgumentError(
            f"{undated} figures have no period end, and SDMX-CSV has no place for them; "
            "save counts[counts['period_end'].notna()]"
        )
    parts = [name for name in PARTS if name in counts]
    if "area" not in figures:
        figures["area"] = None
    by_part = "".join(f"_BY_{name.upper()}" for name in parts)
    names = [*_DIMENSIONS, *parts, "source_id"]
    dimensions = {_named(name): _ids(figures[name]) for name in names}
    attributes = {
        _named(name): figures[name] for name in _ATTRIBUTES if name in figures
    }
    periods = _time_periods(figures)
    repeated = [*dimensions.values(), periods]
    number = pd.Series(1, index=figures.index).groupby(repeated).cumsum()
    cells: dict[str, Any] = {
        "STRUCTURE": "datastructure",
        "STRUCTURE_ID": STRUCTURE.format(parts=by_part),
        "ACTION": "I",
        **dimensions,
        _FIGURE: number,
        "TIME_PERIOD": periods,
        "OBS_VALUE": counts["value"].reset_index(drop=True),
        "OBS_STATUS": _statuses(figures),
        **attributes,
    }
    return pd.DataFrame(cells, index=figures.index)


def _check_counts(counts: pd.DataFrame) -> None:
    """Raise ArgumentError if a table does not hold counts."""
    problems = [
        f"the table has results in the column {name!r}; save the counts they were made "
        "from, or the table"
        for name in _RESULTS
        if name in counts
    ]
    problems += [
        f"the table lacks the column {name!r}; save it"
        for name in ("indicator", "value", "period_end")
        if name not in counts
    ]
    if problems:
        raise ArgumentError(
            f"SDMX-CSV holds counts, but {problems[0]} as .csv, .xlsx or .parquet"
        )


def _statuses(figures: pd.DataFrame) -> pd.Series:
    """Return the status that a figure has, or whether it is missing."""
    is_missing = figures["value"].isna()
    statuses = text_column(is_missing.map({True: MISSING, False: NORMAL}))
    if "obs_status" not in figures:
        return statuses
    return text_column(figures["obs_status"]).str.upper().fillna(statuses)


def _named(name: str) -> str:
    return _NAMES.get(name, name.upper())


def _ids(column: pd.Series) -> pd.Series:
    """Write names as ids of SDMX; no two may have the same."""
    names = text_column(column).fillna("")
    by_id: dict[str, str] = {}
    for name in names.unique():
        other = by_id.setdefault(_id(name), name)
        if other != name:
            raise ArgumentError(
                f"{column.name}: {other!r} and {name!r} would have the same SDMX id, "
                "which has only the letters A to Z, digits, _ and -; rename one"
            )
    return names.map(_id)


def _id(name: str) -> str:
    if not name:
        return NOT_APPLICABLE
    return re.sub(_NOT_IN_IDS, "_", ascii_letters(name)) or "_"


def _time_periods(figures: pd.DataFrame) -> pd.Series:
    starts, ends = figures["period_start"], figures["period_end"]
    first_days, last_days = starts.dt.strftime("%Y-%m-%d"), ends.dt.strftime("%Y-%m-%d")
    days = (ends - starts).dt.days + 1
    lengths = text_column(days.astype("Int64"))
    ranges: pd.Series = first_days + "/P" + lengths + "D"
    return ranges.where(starts.notna(), last_days)
