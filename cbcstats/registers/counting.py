"""Count the rows of a register per reporting period."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.exceptions import DuplicateError

from cbcstats.arguments import check_names
from cbcstats.counts.periods import check_month, period_label
from cbcstats.errors import ArgumentError, plural
from cbcstats.frames import text_column
from cbcstats.places.lists import rows_of
from cbcstats.registers.engines import (
    ADDED,
    KNOWN,
    MISSIONS,
    PEOPLE,
    ROWS,
    SUM,
    YEAR,
    cells_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.typing import IntoFrame

# If chance would produce so long a gap less often than this, the period is partial.
UNLIKELY: Final = 0.05
LONG_GAP: Final = 30  # days; a longer gap at either end is always noted

_DAY: Final = np.timedelta64(1, "D")
_SERIES: Final = "_series"  # the number of a combination of `by`
_UNDATED: Final = "_undated"  # its rows without a date

# The columns of counts: text, except for these.
_DTYPES: Final = {
    **dict.fromkeys(("period_start", "period_end", "change_since"), "datetime64[us]"),
    "value": "Int64",
    "rounded_to": "Float64",
    "preferred": "bool",
}
_TEXTS: Final = (
    "indicator measure scope unit period_basis qualifier published_change change_basis "
    "preferred_reason source_id note"
)
_TAKEN: Final = (*_TEXTS.split(), *_DTYPES, YEAR, *ADDED, _SERIES, _UNDATED)


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
    rows : frame of pandas, Polars, PyArrow, DuckDB or Spark
        Missions, one row each, with typed columns as `read_register` returns them.
        Every row counts, whatever its `status`: to count only delivered missions,
        filter the rows first. The engine passes over the rows twice, and returns only
        the counts and the distinct days.
    by : str or sequence of str
        Columns to count by, such as `wco_region` or `programme`.
    year_start : int
        The month in which reporting years begin: 7 for July to June, 1 for calendar
        years.
    date : str
        The column of days that decides in which period a mission counts: `start_date`
        or `end_date`.
    indicator : {"missions", "experts", "participants", "female_participants"}
        What is counted: the rows, or the sum of that column.

    Returns
    -------
    pandas.DataFrame
        Counts in the columns of `Counts`, those of `by` after `scope`; one row per
        reporting period and combination of `by` that occurs in the rows, sorted by
        period. `value` is Int64, `qualifier` is `exact`, or `at_least` where more may
        be missing, see below. `source_id` is the `source` in the `attrs` of a pandas
        frame, else `register`. Without rows there are no counts.

    Raises
    ------
    ArgumentError
        If `rows` is not a frame, or holds beneficiaries, which `count_beneficiaries`
        counts; or an argument is not one of the options; the message suggests the
        nearest.
    DataError
        If a column to add up has fractions.

    Notes
    -----
    A combination without missions counts 0 in every period from the first to the last
    of the register.

    Periods are whole reporting years, and are never cut to the first or last date of
    the register. Whether the register covers the first and the last of them is inferred
    from its gaps, in days between distinct dates of all rows. The first or last period
    may be covered only in part if the gap at that end is longer than every gap inside,
    and unlikely::

        (span / (span + gap)) ** (weeks - 1) < 0.05

    with `span` the days from the first to the last date, and `weeks` the blocks of
    seven days with a date. Such a count, and that of a period that is not over today,
    has the qualifier `at_least` and a `note` that begins with `partial:`; it has no
    upper end and no monthly rate, and is not comparable. A gap of more than 30 days
    that does not meet this rule is noted; the period then counts as fully covered. With
    few missions the rule is unreliable: if you know that the register covers the
    period, clear the `note` and set the qualifier to `exact`; if you know that it does
    not, omit the period.

    If the number of people is missing for some missions, the sum of the others is a
    lower bound: `qualifier` is `at_least`, and `note` states how many are missing. If
    it is missing for all, the value is at least 0. Interpret such sums with
    `reading="strict"`: the usual upper ends apply to the wording of printed figures,
    not to these sums.

    A missing value in a column of `by` counts as `not stated`, in `wco_region` as
    `no WCO region`. Missions without the date do not belong to any period; each `note`
    of their combination states how many there are. If no mission has a date, the result
    is empty.

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
    by = check_names("by", by)
    _refuse_beneficiaries(rows_of(rows))
    cells, days = cells_of(
        rows, by, year_start=year_start, date=date, indicator=indicator, taken=_TAKEN
    )
    totals = _totals(cells, by)
    years = totals[YEAR].to_numpy()
    starts = _first_days(years, year_start)
    ends = _first_days(years + 1, year_start) - _DAY
    coverage = _coverage(days, starts, ends)
    missing = totals[ROWS] - totals[KNOWN]
    is_partial = coverage.str.startswith("partial:")
    source = "register"
    if isinstance(rows, pd.DataFrame):
        source = rows.attrs.get("source", source)
    columns = {
        "indicator": indicator,
        "measure": "flow",
        "scope": "all",
        **{name: totals[name] for name in by},
        "unit": indicator.replace("_", " "),
        "period_start": starts,
        "period_end": ends,
        "period_basis": "stated",
        "value": totals[SUM],
        "rounded_to": None,
        "qualifier": np.where((missing > 0) | is_partial, "at_least", "exact"),
        "published_change": None,
        "change_basis": None,
        "change_since": None,
        "preferred": True,
        "preferred_reason": None,
        "source_id": str(source),
        "note": _notes(coverage, totals, indicator, date),
    }
    counts = pd.DataFrame(columns, index=totals.index).astype(_DTYPES)
    texts = {name: text_column(counts[name]) for name in columns if name not in _DTYPES}
    return counts.assign(**texts)


def _refuse_beneficiaries(rows: Any) -> None:
    """Refuse rows of a register of beneficiaries, which are not missions."""
    try:
        names = nw.from_native(rows).collect_schema().names()
    except (TypeError, DuplicateError):
        # What is not a frame is refused later, in words of its own.
        return
    has_missions = not {"mission_id", *PEOPLE}.isdisjoint(names)
    has_lists = {"programme", "as_of"} <= set(names)
    # Without dates of lists, only the register knows what its rows are.
    kind = rows.attrs.get("kind") if isinstance(rows, pd.DataFrame) else None
    is_of_beneficiaries = has_lists or kind == "beneficiaries"
    if is_of_beneficiaries and not has_missions:
        raise ArgumentError(
            "`rows` are beneficiaries of programmes, not missions: count them with "
            "count_beneficiaries; if they are missions, drop the column as_of, "
            "or read them with kind='missions'"
        )


def _totals(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Add up the cells by year and combination of `by`."""
    cells = cells.assign(**{_SERIES: cells.groupby(by).ngroup() if by else 0})
    names = cells.drop_duplicates(_SERIES).set_index(_SERIES)[by]
    names = names.sort_index()
    is_dated = cells[YEAR].notna()
    undated = cells[~is_dated].groupby(_SERIES)[ROWS].sum()
    names[_UNDATED] = undated.reindex(names.index, fill_value=0)
    dated = cells[is_dated].astype({YEAR: "int64"})
    first = dated[YEAR].min()
    last = dated[YEAR].max()
    years: Any = range(first, last + 1) if len(dated) else ()
    keys = [YEAR, _SERIES]
    grid: Any = pd.MultiIndex.from_product([years, names.index], names=keys)
    sums = dated.groupby(keys)[list(ADDED)].sum()
    # A year in which a series has no cell counts 0.
    totals = sums.reindex(grid, fill_value=0)
    totals = totals.join(names, on=_SERIES)
    return totals.reset_index()


def _first_days(years: np.ndarray, month: int) -> np.ndarray:
    """Return the days on which reporting years begin."""
    # numpy counts months from January 1970.
    months = (years - 1970) * 12 + month - 1
    return months.astype("datetime64[M]").astype("datetime64[D]")


def _notes(
    coverage: pd.Series, totals: pd.DataFrame, indicator: str, date: str
) -> list[str | None]:
    """Write the note of each count: possible gaps, and the reasons."""
    what = indicator.replace("_", " ")
    day = date.replace("_", " ")
    notes = []
    columns = (coverage, totals[ROWS], totals[KNOWN], totals[_UNDATED])
    for covered, missions, known, undated in zip(*columns, strict=True):
        parts = []
        if covered:
            parts.append(covered)
        lacking = missions - known
        if lacking:
            parts.append(
                f"number of {what} missing for {lacking} of {missions} missions"
            )
        if undated:
            parts.append(f"{undated} more without {day}")
        note = "; ".join(parts)
        notes.append(note or None)
    return notes


def _coverage(days: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> pd.Series:
    """Return a note on coverage for each period; most notes are empty.

    `days` are the distinct days of the missions. Only the first and the last period,
    and those that are not over, can be partly covered.
    """
    today = np.datetime64(datetime.date.today())
    notes: dict[np.datetime64, list[str]] = {start: [] for start in starts}
    for start, end in zip(starts, ends, strict=True):
        if end > today:
            notes[start] = [f"partial: the period is not over on {_label(today)}"]
    if len(days) and len(starts):
        gap = int((days[0] - starts[0]) / _DAY)
        period = _label(starts[0], ends[0])
        notes[starts[0]] += _note_on_edge(days, "first", gap, period)
        # A gap before the end of a current period is no evidence of missing data.
        if ends[-1] <= today:
            gap = int((ends[-1] - days[-1]) / _DAY)
            period = _label(starts[-1], ends[-1])
            notes[starts[-1]] += _note_on_edge(days, "last", gap, period)
    for texts in notes.values():
        # Notes on partial periods are recognised by their beginning, so put it first.
        texts.sort(key=lambda text: not text.startswith("partial:"))
    return pd.Series(["; ".join(notes[start]) for start in starts], dtype="object")


def _note_on_edge(days: np.ndarray, which: str, gap: int, period: str) -> list[str]:
    """Return a note on the gap before the first or after the last mission."""
    day = _label(days[0] if which == "first" else days[-1])
    if _is_unlikely(days, gap):
        length = plural(gap, "day")
        edge = f"ends on {day}, {length} before the end of {period}"
        if which == "first":
            edge = f"begins on {day}, {length} into {period}"
        longest = plural(_longest_gap(days), "day")
        reason = f"longer than any gap inside it ({longest})"
        return [f"partial: the register {edge}, {reason}"]
    if gap > LONG_GAP:
        return [f"{which} mission on {day}; {period} is taken as covered whole"]
    return []


def _is_unlikely(days: np.ndarray, gap: int) -> bool:
    """Tell whether a gap at an end of a register is unlikely to be due to chance.

    It must be longer than every gap inside. If the weeks with missions were spread
    evenly over register and gap, the probability that none falls into the gap must be
    small.
    """
    longest = _longest_gap(days)
    if gap <= longest:
        return False
    since_first = (days - days[0]) // _DAY
    span = int(since_first[-1])
    weeks = len(np.unique(since_first // 7))
    chance = (span / (span + gap)) ** (weeks - 1)
    return bool(chance < UNLIKELY)


def _longest_gap(days: np.ndarray) -> int:
    gaps = np.diff(days) / _DAY
    return int(gaps.max(initial=0))


def _label(start: np.datetime64, end: np.datetime64 | None = None) -> str:
    last = start if end is None else end
    return period_label(pd.Timestamp(start), pd.Timestamp(last))
