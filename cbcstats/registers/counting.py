"""`count_missions`: the rows of a register as counts per reporting period."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_names
from cbcstats.counts.periods import check_month, period_label
from cbcstats.counts.ranges import PARTIAL
from cbcstats.frames import text_column
from cbcstats.registers.engines import ADDED, KNOWN, MISSIONS, ROWS, SUM, YEAR, cells_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.typing import IntoFrame

UNLIKELY: Final = 0.05  # chance of a gap at an end of a register from which on its period may be covered in part
LONG_GAP: Final = 30  # days without a mission at an end of a register that are worth a word in any case

# The columns of counts: text, but for these.
_DAY: Final = np.timedelta64(1, "D")
_DTYPES: Final = {
    **dict.fromkeys(("period_start", "period_end", "change_since"), "datetime64[us]"),
    "value": "Int64",
    "rounded_to": "Float64",
    "preferred": "bool",
}
_TAKEN: Final = (
    *(
        "indicator",
        "measure",
        "scope",
        "unit",
        "period_basis",
        "qualifier",
        "published_change",
        "change_basis",
    ),
    *("preferred_reason", "source_id", "note", *_DTYPES, YEAR, *ADDED),
)


def count_missions(
    rows: IntoFrame,
    *,
    by: str | Sequence[str] = (),
    year_start: int = 7,
    date: str = "start_date",
    indicator: str = MISSIONS,
) -> pd.DataFrame:
    """Count the missions of a register, or the people in them, per reporting period.

    Parameters
    ----------
    rows : pandas.DataFrame, Polars DataFrame or LazyFrame, PyArrow table, DuckDB relation or Spark DataFrame
        Missions, one row each, with typed columns as `read_register` gives them. Every row counts, whatever its
        `status` says: to count what was delivered, hand in those rows. Only the small table of counts and the
        distinct days leave the engine, which goes through the rows once for each of them.
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
        `by` that occurs in the rows, sorted by period. `value` is Int64, `qualifier` `exact`, or `at_least` where more
        may be missing, see below. `source_id` is the `source` in the `attrs` of a pandas frame, else `register`. No
        rows give no counts.

    Raises
    ------
    ArgumentError
        If `rows` is no frame, or an argument is not one of those that there are; the message names the near ones.
    DataError
        If a column to add up holds parts of people.

    Notes
    -----
    A combination without missions counts 0 in every period between the first and the last of the register.

    Periods are whole reporting years, and are never cut to the first or last date of the register. Whether the register
    covers the first and the last of them is inferred from its gaps, in days between distinct dates of all rows. The
    first or last period may be covered only in part if the gap at that end is longer than every gap inside, and
    unlikely::

        (span / (span + gap)) ** (weeks - 1) < 0.05

    with `span` the days from the first to the last date, and `weeks` the blocks of seven days with a date. Such a
    count, and that of a period that is not over today, has the qualifier `at_least` and a `note` that begins with
    `partial:`; it has no upper end and no number a month, and is not comparable. Where a gap of more than 30 days is
    no reason for that, `note` says that the period is taken as covered whole. With few missions nobody can tell: if you
    know that the register covers the period, empty its `note` and write `exact`; if you know that it does not, leave
    the period out.

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
    check_month("year_start", year_start)
    cells, rows_days = cells_of(
        rows,
        check_names("by", by),
        year_start=year_start,
        date=date,
        indicator=indicator,
        taken=_TAKEN,
    )
    source = (
        rows.attrs.get("source", "register")
        if isinstance(rows, pd.DataFrame)
        else "register"
    )
    by = [str(name) for name in cells if name not in (*ADDED, YEAR)]
    series = cells.groupby(by).ngroup().to_numpy() if by else np.zeros(len(cells), int)
    dated = cells[YEAR].notna().to_numpy()
    years = cells[YEAR].to_numpy(int, na_value=0)
    begin, end = (years[dated].min(), years[dated].max() + 1) if dated.any() else (0, 0)
    shape = (end - begin, series.max(initial=-1) + 1)

    def spread(column: str) -> np.ndarray:
        """Add up a column on the grid of all years and series; where there are no cells, there is 0."""
        grid = np.zeros(shape, int)
        np.add.at(
            grid, (years[dated] - begin, series[dated]), cells[column].to_numpy()[dated]
        )
        return grid.ravel()

    missions, sums = spread(ROWS), spread(SUM)
    missing = missions - spread(KNOWN)
    undated = np.zeros(shape[1], int)
    np.add.at(undated, series[~dated], cells[ROWS].to_numpy()[~dated])
    days = _first_days(np.arange(begin, end + 1), year_start)
    starts, ends = days[:-1], days[1:] - _DAY
    coverage = np.repeat(
        np.array(_coverage(rows_days, starts, ends), dtype=object), shape[1]
    )
    partial = np.array([said.startswith(PARTIAL) for said in coverage], dtype=bool)
    names = cells[by].take(np.unique(series, return_index=True)[1])
    columns: dict[str, Any] = {
        "indicator": indicator,
        "measure": "flow",
        "scope": "all",
        **{name: np.tile(names[name].to_numpy(object), shape[0]) for name in by},
        "unit": indicator.replace("_", " "),
        "period_start": np.repeat(starts, shape[1]).astype("datetime64[us]"),
        "period_end": np.repeat(ends, shape[1]).astype("datetime64[us]"),
        "period_basis": "stated",
        "value": sums,
        "rounded_to": None,
        "qualifier": np.where((missing > 0) | partial, "at_least", "exact"),
        "published_change": None,
        "change_basis": None,
        "change_since": None,
        "preferred": True,
        "preferred_reason": None,
        "source_id": str(source),
        "note": [
            _joined(
                (covered, covered),
                (
                    lack,
                    f"number of {indicator.replace('_', ' ')} missing for {lack} of {count} missions",
                ),
                (left, f"{left} more without {date.replace('_', ' ')}"),
            )
            for covered, lack, count, left in zip(
                coverage, missing, missions, np.tile(undated, shape[0]), strict=True
            )
        ],
    }
    counts = pd.DataFrame(columns, index=range(len(sums))).astype(_DTYPES)
    texts = {name: text_column(counts[name]) for name in columns if name not in _DTYPES}
    return counts.assign(**texts)


def _coverage(days: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> list[str]:
    """Return what is to be said of how far a register covers each of its periods: nothing of most.

    Only the first and the last period can be covered in part, and those that are not over. `days` are the distinct days
    of its missions, `starts` and `ends` those of the periods.
    """
    today = np.datetime64(datetime.date.today())
    notes = [
        [f"{PARTIAL} the period is not over on {_named(today)}"] if end > today else []
        for end in ends
    ]
    if len(days):
        notes[0] += _note_on_edge(
            days, "first", days[0] - starts[0], _named(starts[0], ends[0])
        )
        if ends[-1] <= today:
            notes[-1] += _note_on_edge(
                days, "last", ends[-1] - days[-1], _named(starts[-1], ends[-1])
            )
    # What is partial comes first, for by that a note is known.
    return [
        "; ".join(sorted(said, key=lambda text: not text.startswith(PARTIAL)))
        for said in notes
    ]


def _note_on_edge(
    days: np.ndarray, which: str, gap: np.timedelta64, period: str
) -> list[str]:
    """Return what is to be said of the gap between the first or last mission and that end of its period.

    The period may be covered only in part if the gap is longer than every gap inside the register, and unlikely: the
    chance that so many weeks with missions, spread evenly over register and gap, all fall outside of the gap.
    """
    numbers = ((days - days[0]) / _DAY).astype(int)
    length, span = int(gap / _DAY), int(numbers[-1])
    longest = int(np.diff(numbers).max(initial=0))
    weeks = len(np.unique(numbers // 7))
    day = _named(days[0] if which == "first" else days[-1])
    if length > longest and (span / (span + length)) ** (weeks - 1) < UNLIKELY:
        verb, place = (
            ("begins", "into") if which == "first" else ("ends", "before the end of")
        )
        said = f"the register {verb} on {day}, {_in_days(length)} {place} {period}"
        return [
            f"{PARTIAL} {said}, longer than any gap inside it ({_in_days(longest)})"
        ]
    return (
        [f"{which} mission on {day}; {period} is taken as covered whole"]
        if length > LONG_GAP
        else []
    )


def _named(start: np.datetime64, end: np.datetime64 | None = None) -> str:
    return period_label(
        pd.Timestamp(start), pd.Timestamp(start if end is None else end)
    )


def _in_days(number: int) -> str:
    return f"{number} day{'s'[: number != 1]}"


def _first_days(years: np.ndarray, month: int) -> np.ndarray:
    """Return the days on which reporting years begin."""
    return (
        ((years - 1970) * 12 + month - 1)
        .astype("datetime64[M]")
        .astype("datetime64[D]")
    )


def _joined(*reasons: tuple[Any, str]) -> str | None:
    return "; ".join(text for holds, text in reasons if holds) or None
