"""Rows of a register -> counts per reporting period.

`tally` makes cells that add up, so that a register can come in batches; `counts_of` makes counts of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats import columns as c
from cbcstats.engines import ADDED, FIRST, KNOWN, LAST, MISSIONS, ROWS, SUM, YEAR, cells_of
from cbcstats.figures import series_keys
from cbcstats.periods import check_month

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.typing import IntoFrame

# The columns of counts: text, but for these.
_DAY: Final = np.timedelta64(1, "D")
_DTYPES: Final = {
    **dict.fromkeys((c.PERIOD_START, c.PERIOD_END, c.CHANGE_SINCE), "datetime64[us]"),
    c.VALUE: "Int64",
    c.ROUNDED_TO: "Float64",
    c.PREFERRED: "bool",
}
_TAKEN: Final = (
    *(c.INDICATOR, c.MEASURE, c.SCOPE, c.UNIT, c.PERIOD_BASIS, c.QUALIFIER, c.PUBLISHED_CHANGE, c.CHANGE_BASIS),
    *(c.PREFERRED_REASON, c.SOURCE_ID, c.NOTE, *_DTYPES, YEAR, *ADDED),
)


def count_missions(
    rows: IntoFrame,
    *,
    by: str | Sequence[str] = (),
    year_start: int = 7,
    date: str = c.START_DATE,
    indicator: str = MISSIONS,
) -> pd.DataFrame:
    """Count the missions of a register, or the people in them, per reporting period.

    Parameters
    ----------
    rows : pandas.DataFrame, Polars DataFrame or LazyFrame, PyArrow table, DuckDB relation or Spark DataFrame
        Missions, one row each, with typed columns as `read_register` gives them. Every row counts, whatever its
        `status` says: to count what was delivered, hand in those rows. Only the small table of counts
        leaves the engine.
    by : str or sequence of str
        Columns to count by, such as `wco_region` or `programme`.
    year_start : int
        The month on whose first day reporting years begin: 7 for July to June, 1 for calendar years.
    date : str
        The column of days that says in which period a mission counts: `start_date` or `end_date`.
    indicator : {"missions", "experts", "participants", "female_participants"}
        What is counted: the rows, or the sum of that column.

    Returns
    -------
    pandas.DataFrame
        Counts in the columns of `Counts`, those of `by` after `scope`; one row per reporting period and combination of
        `by` that occurs in the rows, sorted by period. `value` is Int64, `qualifier` `exact`. `source_id` is the
        `source` in the `attrs` of a pandas frame, else `register`. No rows give no counts.

    Raises
    ------
    ArgumentError
        If `rows` is no frame, or an argument is not one of those that there are; the message names the near ones.
    DataError
        If a column to add up holds parts of people.

    Notes
    -----
    A combination without missions counts 0 in every period between the first and the last of the register.

    The register covers the days from the earliest to the latest date in all rows. A period in which it begins or ends
    is cut to the days that it covers, `period_basis` is `inferred`, and `note` says so. `year_on_year` then finds that
    it is shorter than others; with `per="month"` it compares, unless little of it is left.

    Where the number of people is missing for some missions, the sum of the others is the least that the whole can be:
    `qualifier` is `at_least`, and `note` says for how many; where it is missing for all, that is at least 0. Read such
    sums with `reading="strict"`: how far words usually reach is known of printed figures, not of these.

    A missing value in a column of `by` counts as `not stated`, in `wco_region` as `no WCO region`. Missions without the
    date are in no period; `note` says how many there are of a combination, in each of its rows. Where no mission has
    the date there are no periods and no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import count_missions
    >>> days = pd.to_datetime(["2015-07-01", "2016-06-30", "2016-07-01", "2017-06-30"])
    >>> register = pd.DataFrame({"start_date": days, "wco_region": ["Europe", "Europe", None, "Europe"]})
    >>> count_missions(register, by="wco_region")[["wco_region", "period_start", "period_end", "value"]]
          wco_region period_start period_end  value
    0         Europe   2015-07-01 2016-06-30      2
    1  no WCO region   2015-07-01 2016-06-30      0
    2         Europe   2016-07-01 2017-06-30      1
    3  no WCO region   2016-07-01 2017-06-30      1
    """
    cells = tally(rows, by=by, year_start=year_start, date=date, indicator=indicator)
    source = rows.attrs.get("source", "register") if isinstance(rows, pd.DataFrame) else "register"
    return counts_of(cells, year_start=year_start, date=date, indicator=indicator, source=str(source))


def tally(
    rows: IntoFrame,
    *,
    by: str | Sequence[str] = (),
    year_start: int = 7,
    date: str = c.START_DATE,
    indicator: str = MISSIONS,
) -> pd.DataFrame:
    """Count a register, or a batch of it, into cells: one per reporting year and combination of `by` that occurs.

    Parameters and errors are those of `count_missions`.
    """
    check_month("year_start", year_start)
    return cells_of(rows, series_keys(by), year_start=year_start, date=date, indicator=indicator, taken=_TAKEN)


def add_tallies(tallies: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Add up the tallies of the batches of a register, one or more, that were made with the same arguments."""
    cells = pd.concat(tallies, ignore_index=True)
    keys = [name for name in cells if name not in ADDED]
    return cells.groupby(keys, dropna=False, as_index=False).agg(ADDED)


def counts_of(
    cells: pd.DataFrame,
    *,
    year_start: int = 7,
    date: str = c.START_DATE,
    indicator: str = MISSIONS,
    source: str = "register",
) -> pd.DataFrame:
    """Return the counts of a tally as `count_missions` does, given what the tally was made with."""
    by = [str(name) for name in cells if name not in (*ADDED, YEAR)]
    series = cells.groupby(by).ngroup().to_numpy() if by else np.zeros(len(cells), int)
    dated = cells[YEAR].notna().to_numpy()
    years = cells[YEAR].to_numpy(int, na_value=0)
    first, last = (day.to_datetime64().astype("datetime64[D]") for day in (cells[FIRST].min(), cells[LAST].max()))
    begin, end = (years[dated].min(), years[dated].max() + 1) if dated.any() else (0, 0)
    shape = (end - begin, series.max(initial=-1) + 1)

    def spread(column: str) -> np.ndarray:
        """Add up a column on the grid of all years and series; where there are no cells, there is 0."""
        grid = np.zeros(shape, int)
        np.add.at(grid, (years[dated] - begin, series[dated]), cells[column].to_numpy()[dated])
        return grid.ravel()

    missions, sums = spread(ROWS), spread(SUM)
    missing = missions - spread(KNOWN)
    undated = np.zeros(shape[1], int)
    np.add.at(undated, series[~dated], cells[ROWS].to_numpy()[~dated])
    days = _first_days(np.arange(begin, end + 1), year_start)
    starts, ends = np.repeat(days[:-1], shape[1]), np.repeat(days[1:] - _DAY, shape[1])
    begins, stops = starts < first, ends > last
    names = cells[by].take(np.unique(series, return_index=True)[1])
    columns: dict[str, Any] = {
        c.INDICATOR: indicator,
        c.MEASURE: "flow",
        c.SCOPE: "all",
        **{name: np.tile(names[name].to_numpy(object), shape[0]) for name in by},
        c.UNIT: indicator.replace("_", " "),
        c.PERIOD_START: np.where(begins, first, starts).astype("datetime64[us]"),
        c.PERIOD_END: np.where(stops, last, ends).astype("datetime64[us]"),
        c.PERIOD_BASIS: np.where(begins | stops, "inferred", "stated"),
        c.VALUE: sums,
        c.ROUNDED_TO: None,
        c.QUALIFIER: np.where(missing > 0, "at_least", "exact"),
        c.PUBLISHED_CHANGE: None,
        c.CHANGE_BASIS: None,
        c.CHANGE_SINCE: None,
        c.PREFERRED: True,
        c.PREFERRED_REASON: None,
        c.SOURCE_ID: source,
        c.NOTE: [
            _joined(
                (of_start, f"{c.PARTIAL} the register begins on {first}"),
                (of_end, f"{c.PARTIAL} the register ends on {last}"),
                (lack, f"number of {indicator.replace('_', ' ')} missing for {lack} of {count} missions"),
                (left, f"{left} more without {date.replace('_', ' ')}"),
            )
            for of_start, of_end, lack, count, left in zip(
                begins, stops, missing, missions, np.tile(undated, shape[0]), strict=True
            )
        ],
    }
    return pd.DataFrame(columns, index=range(len(sums))).astype({name: _DTYPES.get(name, "str") for name in columns})


def _first_days(years: np.ndarray, month: int) -> np.ndarray:
    """Return the days on which reporting years begin."""
    return ((years - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]")


def _joined(*reasons: tuple[Any, str]) -> str | None:
    return "; ".join(text for holds, text in reasons if holds) or None
