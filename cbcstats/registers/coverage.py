"""Which periods a register covers: as stated, or as its gaps suggest."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.counts.formats import PARTIAL
from cbcstats.counts.periods import period_label, period_labels
from cbcstats.errors import ArgumentError, DataError, plural
from cbcstats.frames import read_days

if TYPE_CHECKING:
    Day = np.datetime64

# If chance would produce so long a gap less often than this, the period is partial.
UNLIKELY: Final = 0.05
LONG_GAP: Final = 30  # days; a longer gap at either end is always noted
_DAY: Final = np.timedelta64(1, "D")
_NEVER: Final = np.datetime64("NaT", "D")


def check_covers(covers: Any) -> tuple[np.datetime64, np.datetime64]:
    """Return the first and the last day that a register covers; NaT if not stated.

    Raises
    ------
    ArgumentError
        If they are not two days, or in the wrong order.
    """
    if covers is None:
        return _NEVER, _NEVER
    example = '`covers` must be two days, such as ("2021-01-01", "2023-12-31")'
    try:
        first, last = covers
        days = pd.Series([first, last], name="covers", dtype="object")
        read = read_days(days)
    except (TypeError, ValueError, DataError):
        raise ArgumentError(f"{example}, but {covers!r} was given") from None
    if read.iloc[0] > read.iloc[1]:
        raise ArgumentError("`covers` ends before it begins; correct one of its days")
    first_day, last_day = read.to_numpy("datetime64[D]")
    return first_day, last_day


def year_of(days: Any, month: int) -> Any:
    """Return the calendar year in which the reporting year of a day, or of days, begins.

    Examples
    --------
    >>> year_of(np.array(["2017-06-30", "2017-07-01"], dtype="datetime64[D]"), 7)
    array([2016, 2017])
    """
    months = days.astype("datetime64[M]").astype(int)
    return (months + 1 - month) // 12 + 1970


def coverage_notes(
    days: np.ndarray,
    periods: pd.DataFrame,
    covers: tuple[Day, Day],
    last_planned: Day = _NEVER,
) -> pd.Series:
    """Return a note on coverage for each reporting period; most notes are empty.

    Parameters
    ----------
    days : numpy.ndarray of datetime64[D]
        The distinct days of all dated rows, sorted.
    periods : pandas.DataFrame
        `period_start` and `period_end` of whole reporting years, sorted.
    covers : tuple of datetime64[D]
        The first and the last day that the register covers, NaT where not stated.
    last_planned : datetime64[D]
        The last day of missions that have not taken place yet.

    Notes
    -----
    A note that begins with `partial:` means that the period may be covered only in
    part.
    """
    notes = pd.Series("", index=periods.index, dtype="object")
    if periods.empty:
        return notes
    starts = periods["period_start"].to_numpy("datetime64[D]")
    ends = periods["period_end"].to_numpy("datetime64[D]")
    covered_from, covered_to = covers
    today = np.datetime64(datetime.date.today())
    # What is stated overrides the clock.
    is_current = (ends > today) & np.isnat(covered_to)
    notes[is_current] = f"{PARTIAL} the period is not over on {_label(today)}"
    if not len(days):
        return notes
    first, last = periods.index[0], periods.index[-1]
    if np.isnat(covered_from):
        gap = int((days[0] - starts[0]) / _DAY)
        notes[first] = _joined(notes[first], _note_on_start(days, gap, starts, ends))
    # A gap before the end of a current period is no evidence of missing data.
    if np.isnat(covered_to) and not is_current[-1]:
        if last_planned >= days[-1]:
            note = f"{PARTIAL} missions are planned up to {_label(last_planned)}"
        else:
            gap = int((ends[-1] - days[-1]) / _DAY)
            note = _note_on_end(days, gap, starts, ends)
        notes[last] = _joined(notes[last], note)
    return notes


def notes_on_coverage(
    days: np.ndarray, month: int, covers: tuple[Day, Day]
) -> dict[str, str]:
    """Return a note for each reporting year whose coverage needs one, by its label."""
    years = np.arange(year_of(days[0], month), year_of(days[-1], month) + 1)
    periods = reporting_years(years, month, covers)
    notes = coverage_notes(days, periods, covers)
    starts, ends = periods["period_start"], periods["period_end"]
    labels = period_labels(starts, ends)
    return {label: note for label, note in zip(labels, notes, strict=True) if note}


def reporting_years(
    years: np.ndarray, month: int, covers: tuple[Day, Day]
) -> pd.DataFrame:
    """Return the first and the last day of reporting years, cut to what is covered."""
    first, last = covers
    periods = {
        # The other day is taken where one is NaT.
        "period_start": np.fmax(_first_days(years, month), first),
        "period_end": np.fmin(_first_days(years + 1, month) - 1, last),
    }
    return pd.DataFrame(periods).astype("datetime64[us]")


def _first_days(years: np.ndarray, month: int) -> np.ndarray:
    """Return the days on which reporting years begin."""
    # numpy counts months from January 1970.
    months = (years - 1970) * 12 + month - 1
    return months.astype("datetime64[M]").astype("datetime64[D]")


def _note_on_start(
    days: np.ndarray, gap: int, starts: np.ndarray, ends: np.ndarray
) -> str:
    """Return a note on the gap before the first mission."""
    day, period = _label(days[0]), _label(starts[0], ends[0])
    if not _is_unlikely(days, gap):
        return _taken_as_whole("first", day, gap, period)
    edge = f"begins on {day}, {plural(gap, 'day')} into {period}"
    return _partial(edge, days, period, f'("{starts[0]}", None)')


def _note_on_end(
    days: np.ndarray, gap: int, starts: np.ndarray, ends: np.ndarray
) -> str:
    """Return a note on the gap after the last mission."""
    day, period = _label(days[-1]), _label(starts[-1], ends[-1])
    if not _is_unlikely(days, gap):
        return _taken_as_whole("last", day, gap, period)
    edge = f"ends on {day}, {plural(gap, 'day')} before the end of {period}"
    return _partial(edge, days, period, f'(None, "{ends[-1]}")')


def _partial(edge: str, days: np.ndarray, period: str, covers: str) -> str:
    longest = plural(_longest_gap(days), "day")
    return (
        f"{PARTIAL} the register {edge}, longer than any gap inside it ({longest}); "
        f"if {period} is covered whole, say covers={covers}"
    )


def _taken_as_whole(which: str, day: str, gap: int, period: str) -> str:
    if gap <= LONG_GAP:
        return ""
    return f"{which} mission on {day}; {period} is taken as covered whole"


def _joined(first: str, second: str) -> str:
    # Notes on partial periods are recognised by their beginning, so put it first.
    texts = sorted(filter(None, (first, second)), key=_is_not_partial)
    return "; ".join(texts)


def _is_not_partial(text: str) -> bool:
    return not text.startswith(PARTIAL)


def _is_unlikely(days: np.ndarray, gap: int) -> bool:
    """Tell whether a gap at an end of a register is unlikely to be due to chance.

    It must be longer than every gap inside. If the weeks with missions were spread
    evenly over register and gap, the probability that none falls into the gap must be
    small.
    """
    if gap <= _longest_gap(days):
        return False
    since_first = (days - days[0]) // _DAY
    span = int(since_first[-1])
    weeks = len(np.unique(since_first // 7))
    chance = (span / (span + gap)) ** (weeks - 1)
    return bool(chance < UNLIKELY)


def _longest_gap(days: np.ndarray) -> int:
    gaps = np.diff(days) / _DAY
    return int(gaps.max(initial=0))


def _label(start: Day, end: Day | None = None) -> str:
    last = start if end is None else end
    return period_label(pd.Timestamp(start), pd.Timestamp(last))
