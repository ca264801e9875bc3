"""What is odd in a whole column of a register, which no cell alone shows."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cbcstats.errors import WARNING, Finding
from cbcstats.files.cells import explain_separators
from cbcstats.files.dates import (
    DAY_FIRST,
    MONTH_FIRST,
    first_of_each_order,
    is_day_and_month,
    iso_days,
    without_time,
)
from cbcstats.frames import text_column
from cbcstats.registers.cells import plain_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_YEARS_AWAY: Final = 10  # that make a year lonely
_FEW: Final = 0.05  # share of rows that may have been typed with a wrong year
_MIXED_ORDERS: Final = Finding(
    "holds dates with the day first and dates with the month first, so that 03/04/2017 "
    "may be either",
    "write all of them in one way, best with the year first",
    WARNING,
)
_HALF_TURNED: Final = Finding(
    "holds real dates up to the 12th of a month only, and texts after the 12th only: a "
    "spreadsheet program with other regional settings may have taken days for months",
    "compare the real dates with the source: 4 March may have been 3 April",
    WARNING,
)
_OTHER_ORDER: Final = (
    "can only have the {} first, as others of the column, and none of them the {} "
    "first, as the stated date_format has it"
)
_TIME_OF_DAY: Final = re.compile(
    r"[T ]([01]\d|2[0-3]):?([0-5]\d)(?::00(?:[.,]0+)?)?\s?(Z|UTC|[+-]00:?00)?", re.ASCII
)
# Earliest midnight of another time zone, in minutes of the day, and where UTC is stated.
_EARLIEST: Final = 20 * 60
_EARLIEST_OF_UTC: Final = 13 * 60
_PAIRS: Final = 5  # of labels in a message
_COMPARED_LABELS: Final = 1000
_MOST_PAIRS: Final = 100
_LONG_LABEL: Final = 8  # letters, below which labels with another letter differ
_LONG_WORD: Final = 4
_DIRECTIONS: Final = "east west north south est ouest nord sud este oeste norte sur sul"
_ROMAN: Final = re.compile("[ivxlcdm]+")


def odd_days(
    texts: list[str], date_format: str | None, *, is_workbook: bool
) -> Iterator[tuple[str, Finding]]:
    """Yield what a column of days proves or suggests as a whole, with an example."""
    first = first_of_each_order(texts)
    if len(first) == 2:
        yield f"{first[DAY_FIRST]} and {first[MONTH_FIRST]}", _MIXED_ORDERS
    elif first:
        [(order, example)] = first.items()
        proving = [text for text in texts if first_of_each_order([text])]
        # A single one may be a slip.
        if len(proving) > 1:
            yield from _refuted_format(order, example, date_format)
        if is_workbook and _is_half_turned(texts, len(proving)):
            yield example, _HALF_TURNED
    yield from _midnights_elsewhere(texts)


def _refuted_format(
    order: str, example: str, date_format: str | None
) -> Iterator[tuple[str, Finding]]:
    """Yield a warning if all dates that prove an order prove the one not stated."""
    parts = re.findall("%[dmyY]", date_format or "")
    stated = {"%d %m": DAY_FIRST, "%m %d": MONTH_FIRST}.get(" ".join(parts[:2]))
    if stated in (None, order):
        return
    names = ("day", "month") if order == DAY_FIRST else ("month", "day")
    problem = _OTHER_ORDER.format(*names)
    remedy = f"state the date_format with the {names[0]} first"
    yield example, Finding(problem, remedy, WARNING)


def _is_half_turned(texts: list[str], proving: int) -> bool:
    """Tell whether real dates end on the 12th, and texts begin on the 13th."""
    plain = without_time(text_column(texts))
    real = iso_days(plain).dropna()
    typed = plain.map(is_day_and_month).sum()
    return bool(len(real)) and typed == proving and bool((real.dt.day <= 12).all())


def _midnights_elsewhere(texts: list[str]) -> Iterator[tuple[str, Finding]]:
    """Yield a warning if all times are midnight in another time zone than theirs."""
    timed = [text for text in texts if ":" in text]
    minutes = set()
    is_late = False
    for text in timed:
        match = _TIME_OF_DAY.fullmatch(text[10:])
        if match is None:
            return
        hours, rest, zone = match.groups()
        minute = 60 * int(hours) + int(rest)
        minutes.add(minute)
        is_late |= minute >= (_EARLIEST_OF_UTC if zone else _EARLIEST)
    if not is_late or any(minute % 15 for minute in minutes):
        return
    first, *others = sorted(minutes)
    # Summer time makes two midnights, an hour apart, one of which may be 00:00.
    is_one_midnight = not others or others in ([first + 60], [first + 23 * 60])
    if not is_one_midnight:
        return
    written = [f"{minute // 60:02}:{minute % 60:02}" for minute in (first, *others)]
    problem = (
        f"has no other times than {' or '.join(written)}, "
        "which are midnight in another zone"
    )
    remedy = "check whether the day meant is the next; write days without times"
    yield timed[0], Finding(problem, remedy, WARNING)


def odd_numbers(texts: list[str], *, whole: bool) -> Iterator[tuple[str, Finding]]:
    """Yield a warning if numbers are read as other numbers of the column show."""
    finding = explain_separators(texts, whole=whole)
    if finding:
        yield "", finding


def odd_labels(labels: list[str]) -> Iterator[tuple[str, Finding]]:
    """Yield a warning if labels are nearly alike."""
    pairs = labels_nearly_alike(labels)
    if not pairs:
        return
    listed = ", ".join(f"{one!r} and {other!r}" for one, other in pairs[:_PAIRS])
    more = ", and more" if len(pairs) > _PAIRS else ""
    problem = f"has labels that are nearly alike: {listed}{more}"
    remedy = "write them alike, if they mean the same"
    yield "", Finding(problem, remedy, WARNING)


def labels_nearly_alike(labels: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of labels that differ in capitals, accents, marks or one letter.

    Words that tell parts of a series apart, such as numbers, Roman numerals and single
    letters, must be the same in both.

    Examples
    --------
    >>> labels_nearly_alike(["Phase I", "Phase II", "Mercator", "MERCATOR"])
    [('Mercator', 'MERCATOR')]
    >>> labels_nearly_alike(["Training of trainers", "Training of trainer"])
    [('Training of trainers', 'Training of trainer')]
    """
    first_of: dict[str, str] = {}
    pairs = []
    for label in labels:
        spelling = _spelling(label)
        if spelling in first_of:
            pairs.append((first_of[spelling], label))
        first_of.setdefault(spelling, label)
    # Columns with more labels hold names or remarks.
    if len(first_of) <= _COMPARED_LABELS:
        pairs += _pairs_but_for_a_letter(list(first_of.values()))
    return pairs


def _spelling(label: str) -> str:
    """Return the letters and digits of a label, without case and accents."""
    # 1.1 is not 11.
    spaced = re.sub(r"(?<=\d)[\W_]+(?=\d)", "0 0", label)
    return "".join(plain_words(spaced))


def _pairs_but_for_a_letter(labels: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of long labels in which one long word has another letter."""
    # Labels that differ in one letter are the same once it is left out.
    by_rest: dict[str, list[str]] = {}
    pairs: dict[tuple[str, str], bool] = {}
    for label in labels:
        spelling = _spelling(label)
        if len(spelling) < _LONG_LABEL:
            continue
        rests = {
            spelling[:place] + spelling[place + 1 :] for place in range(len(spelling))
        }
        if len(pairs) >= _MOST_PAIRS:
            break
        for rest in {spelling, *rests}:
            for other in by_rest.setdefault(rest, []):
                if _differ_in_a_long_word(other, label):
                    pairs[other, label] = True
            by_rest[rest].append(label)
    return list(pairs)


def _differ_in_a_long_word(label: str, other: str) -> bool:
    words, other_words = Counter(plain_words(label)), Counter(plain_words(other))
    different = [*(words - other_words), *(other_words - words)]
    are_long = all(
        len(word) >= _LONG_WORD and word.isalpha() and not _ROMAN.fullmatch(word)
        for word in different
    )
    if not set(_DIRECTIONS.split()).isdisjoint(different):
        return False
    return are_long and len(different) == 2


def lonely_years(days: pd.Series) -> Iterator[tuple[pd.Index, Finding]]:
    """Yield the days of a year that is far from those of all other rows."""
    years = days.dt.year.dropna()
    distinct = np.unique(years)
    gaps = np.diff(distinct, prepend=-np.inf, append=np.inf)
    away = np.minimum(gaps[:-1], gaps[1:])
    # Where all days are of one year, none is away from others.
    is_lonely = (away >= _YEARS_AWAY) & np.isfinite(away)
    lonely = pd.Series(away, distinct)[is_lonely]
    away_of_rows = years.map(lonely).dropna()
    # A year of several rows is no typing error, and of two years both are lonely.
    if len(away_of_rows) > max(1, _FEW * len(years)):
        return
    for number, rows in away_of_rows.groupby(away_of_rows):
        problem = f"is {number:.0f} years from all other days of the column"
        yield rows.index, Finding(problem, "check the year", WARNING)
