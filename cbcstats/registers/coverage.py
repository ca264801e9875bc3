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
    from collections.abc import Iterator

    Day = np.datetime64
    # The verb, where the other gaps are, and the days to state.
    Words = tuple[str, str, str]

# If chance would produce so long a gap less often than this, the period is partial.
UNLIKELY: Final = 0.05
LONG_GAP: Final = 30  # days; a longer gap at either end is always noted
_A_YEAR: Final = np.timedelta64(366, "D")
_ENDS: Final = {
    "month": pd.offsets.MonthEnd(0),
    "quarter": pd.offsets.QuarterEnd(0, startingMonth=3),
    "year": pd.offsets.YearEnd(0),
}
_EMPTY: Final = (
    PARTIAL
    + " no row is dated in {}; if that is true, as it may be where missions are "
    "few, say covers={}; if a date is wrong, correct it"
)
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


def last_days(days: pd.Series, precision: pd.Series) -> pd.Series:
    """Return the last day of each month, quarter and year that is named by its first.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2019-01-01", "2019-01-01"]))
    >>> last_days(days, pd.Series(["quarter", "day"])).dt.strftime("%Y-%m-%d").tolist()
    ['2019-03-31', '2019-01-01']
    """
    last = days
    for name, end in _ENDS.items():
        is_of_precision = precision == name
        if is_of_precision.any():
            last = last.mask(is_of_precision, days + end)
    return last


def known_days(days: pd.Series, precision: pd.Series | None) -> np.ndarray:
    """Return the distinct days on which something is known to have begun.

    A row known to the month has no exact day. Only if its whole month has no exact day
    of another row, its first and its last day stand for it.
    """
    days = days.dropna()
    first = days.to_numpy("datetime64[D]")
    if precision is None:
        return np.unique(first)
    precision = precision[days.index]
    is_long = precision.isin(list(_ENDS)).to_numpy()
    last = last_days(days, precision).to_numpy("datetime64[D]")
    exact = np.unique(first[~is_long])
    before_first = np.searchsorted(exact, first, side="left")
    to_last = np.searchsorted(exact, last, side="right")
    stands_alone = is_long & (before_first == to_last)
    every = [exact, first[stands_alone], last[stands_alone]]
    return np.unique(np.concatenate(every))


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
    part, or not at all.
    """
    notes = pd.Series("", index=periods.index, dtype="object")
    if periods.empty:
        return notes
    starts = periods["period_start"].to_numpy("datetime64[D]")
    ends = periods["period_end"].to_numpy("datetime64[D]")
    today = np.datetime64(datetime.date.today())
    is_start_stated, is_end_stated = ~np.isnat(covers)
    # What is stated overrides the clock.
    is_current = (ends > today) & ~is_end_stated
    notes[is_current] = f"{PARTIAL} the period is not over on {_label(today)}"
    # A year without rows between two days that are stated counts 0.
    if not len(days) or (is_start_stated and is_end_stated):
        return notes
    # A gap before the end of a current period is no evidence of missing data.
    is_end_known = is_end_stated or is_current[-1]
    if last_planned >= days[-1] and not is_end_known:
        is_end_known = True
        label = _label(last_planned)
        notes.iloc[-1] = f"{PARTIAL} missions are planned up to {label}"
    whole = f'("{starts[0]}", "{min(ends[-1], today)}")'
    place = np.searchsorted(starts, days, side="right") - 1
    between = np.arange(place[0], place[-1])
    for empty in np.setdiff1d(between, place):
        label = _label(starts[empty], ends[empty])
        notes.iloc[empty] = _EMPTY.format(label, whole)
    is_known = is_start_stated, is_end_known
    for edge, note in _notes_on_edges(days, starts, ends, is_known, whole):
        notes.iloc[edge] = _joined(notes.iloc[edge], note)
    return notes


def _notes_on_edges(
    days: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    is_known: tuple[bool, bool],
    whole: str,
) -> Iterator[tuple[int, str]]:
    """Yield a note on each gap at the edges of the register, and of empty years.

    The years between two empty ones are judged alone.
    """
    is_start_known, is_end_known = is_known
    place = np.searchsorted(starts, days, side="right") - 1
    gaps = np.diff(days)
    borders = np.flatnonzero(gaps > _A_YEAR) + 1
    stretches = np.split(days, borders)
    places = np.split(place, borders)
    last_number = len(borders)
    for number, stretch in enumerate(stretches):
        first, last = places[number][[0, -1]]
        inside = "inside it"
        if last_number:
            begin, end = map(_label, stretch[[0, -1]])
            inside = f"between {begin} and {end}"
        words = "begins", inside, f'("{starts[0]}", None)'
        if number > 0:
            words = "begins again", inside, whole
        if number > 0 or not is_start_known:
            period = starts[first], ends[first]
            yield first, _note_on_start(stretch, period, words)
        words = "ends", inside, f'(None, "{ends[-1]}")'
        if number < last_number:
            words = "stops", inside, whole
        if number < last_number or not is_end_known:
            period = starts[last], ends[last]
            yield last, _note_on_end(stretch, period, words)


def notes_on_coverage(
    days: np.ndarray, month: int, covers: tuple[Day, Day]
) -> dict[str, str]:
    """Return a note for each reporting year whose coverage needs one, by its label."""
    first, last = covers
    # Comparisons with NaT are false.
    is_outside = (days < first) | (days > last)
    days = days[~is_outside]
    if not len(days):
        return {}
    first_year, last_year = year_of(days[[0, -1]], month)
    years = np.arange(first_year, last_year + 1)
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


def _note_on_start(days: np.ndarray, period: tuple[Day, Day], words: Words) -> str:
    """Return a note on the gap before the first mission."""
    start, _ = period
    first = days[0]
    gap = _days_between(start, first)
    if not _is_unlikely(days, gap):
        return _taken_as_whole("first", first, gap, period)
    edge = f"{_label(first)}, {plural(gap, 'day')} into"
    return _partial(days, edge, period, words)


def _note_on_end(days: np.ndarray, period: tuple[Day, Day], words: Words) -> str:
    """Return a note on the gap after the last mission."""
    _, end = period
    last = days[-1]
    gap = _days_between(last, end)
    if not _is_unlikely(days, gap):
        return _taken_as_whole("last", last, gap, period)
    edge = f"{_label(last)}, {plural(gap, 'day')} before the end of"
    return _partial(days, edge, period, words)


def _days_between(first: Day, last: Day) -> int:
    return int((last - first) / _DAY)


def _partial(days: np.ndarray, edge: str, period: tuple[Day, Day], words: Words) -> str:
    verb, inside, covers = words
    label = _label(*period)
    longest = plural(_longest_gap(days), "day")
    return (
        f"{PARTIAL} the register {verb} on {edge} {label}, "
        f"longer than any gap {inside} ({longest}); "
        f"if {label} is covered whole, say covers={covers}"
    )


def _taken_as_whole(which: str, day: Day, gap: int, period: tuple[Day, Day]) -> str:
    if gap <= LONG_GAP:
        return ""
    return (
        f"{which} mission on {_label(day)}; {_label(*period)} is taken as covered whole"
    )


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
