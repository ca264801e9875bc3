"""The problems of a register; and what is odd in a whole column, which no cell shows.

Functions yield `ProblemCells`, which hold many problems at once: a large register has
many thousands, and most of them share a column and a message.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.errors import ERROR, WARNING, Finding, Problem
from cbcstats.files.cells import (
    damaged_texts,
    explain_separators,
    explain_share,
    with_invisible,
)
from cbcstats.files.dates import (
    DAY_FIRST,
    MONTH_FIRST,
    first_of_each_order,
    is_day_and_month,
    iso_days,
    without_time,
)
from cbcstats.frames import text_column
from cbcstats.registers.cells import plain_words, severity_of
from cbcstats.registers.schemas import PRECISIONS, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cbcstats.files.text_table import TextTable
    from cbcstats.registers.columns import MatchedTable


IS_BEYOND: Final = Finding(
    "is beyond the header", "move it to the cell where it belongs, or delete it"
)
REPEATS: Final = "repeats an earlier row in all its cells"
_CHECK_YEAR: Final = "check the year"
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


class ProblemCells(NamedTuple):
    """Problems of cells in one column, or of whole rows if `column` is empty."""

    rows: Any
    column: str
    cells: Iterable[str]
    findings: Sequence[Finding]


class RegisterProblems:
    """Collect the problems of a register, but none in closed rows."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self.closed: set[int] = set()  # rows without any further problems
        self.no_entries: set[int] = set()  # rows that are no entries, such as totals
        self.in_the_future: set[int] = set()  # rows of a day to come

    def add(
        self, problem_cells: Iterable[ProblemCells], *, are_entries: bool = True
    ) -> None:
        """Add problems, except those of closed rows."""
        for rows, column, cells, findings in problem_cells:
            of_rows = zip(rows, cells, findings, strict=True)
            for row, cell, finding in of_rows:
                if row in self.closed:
                    continue
                explained = with_invisible(finding, cell)
                self._problems.append(Problem(row, column, cell, *explained))
                if not are_entries:
                    self.no_entries.add(row)

    def close(
        self, problem_cells: Iterable[ProblemCells], *, are_entries: bool = True
    ) -> None:
        """Add problems, and ignore any later ones in the same rows."""
        self.add(problem_cells, are_entries=are_entries)
        self.closed = {problem.row for problem in self._problems}

    def rejected_rows(self) -> set[int]:
        """Return the rows that have an error."""
        errors = [each for each in self._problems if each.severity == ERROR]
        return {error.row for error in errors}

    def put_back(self, rows: pd.Index, problems: pd.DataFrame) -> None:
        """Replace all problems of some rows with those of an earlier reading."""
        kept = [problem for problem in self._problems if problem.row not in rows]
        earlier = problems[problems["row"].isin(rows)]
        again = map(Problem._make, earlier.itertuples(index=False))
        self._problems = [*kept, *again]

    def reject_repeats(self, rows: pd.Index) -> None:
        """Make errors of the warnings that some rows repeat another."""
        for place, problem in enumerate(self._problems):
            if problem.problem == REPEATS and problem.row in rows:
                self._problems[place] = problem._replace(severity=ERROR)

    def in_order(self, table: TextTable) -> pd.DataFrame:
        """Return problems by row and column: one per cell, all of a row or a column."""
        problems = pd.DataFrame(self._problems, columns=Problem._fields)
        problems = problems.astype({"row": "int64"})
        for name in Problem._fields[1:]:
            problems[name] = text_column(problems[name])
        # Later problems of a cell often follow from the first, but an error rejects it.
        errors_first = problems.sort_values("severity", kind="stable")
        is_repeated = errors_first.duplicated(["row", "column"]).sort_index()
        header_rows = [table.header_row, *(part.header_row for part in table.parts)]
        is_header = problems["row"].isin(header_rows)
        is_cell = (problems["column"] != "") & ~is_header
        problems = problems[~(is_repeated & is_cell)]
        # Problems of a whole row, without a column, come before those of its cells.
        # Last come the columns that only a workbook with corrected rows has.
        columns = pd.Index(["", *table.header, *problems["column"]]).unique()
        places = columns.get_indexer(pd.Index(problems["column"]))
        order = np.lexsort([places, problems["row"].to_numpy()])
        problems = problems.iloc[order]
        return problems.reset_index(drop=True)


def in_cell(row: Any, column: str, cell: str, finding: Finding) -> ProblemCells:
    """Return the problem of one cell; of a whole row if `column` is empty."""
    return ProblemCells([row], column, [cell], [finding])


def in_cells(
    table: TextTable, column: str, is_bad: pd.Series, finding: Finding
) -> Iterator[ProblemCells]:
    """Yield the bad rows with their cells in a column."""
    yield from in_rows(table, column, is_bad.index[is_bad], finding)


def in_rows(
    table: TextTable, column: str, rows: pd.Index, finding: Finding
) -> Iterator[ProblemCells]:
    """Yield rows with their cells in a column; without cells if `column` is empty."""
    if rows.empty:
        return
    count = len(rows)
    cells: Any = [""] * count
    if column:
        text = table.text_of(rows, column)
        cells = text.to_numpy(dtype=object)
    findings = [finding] * count
    yield ProblemCells(rows, column, cells, findings)


def damaged_cells(matched: MatchedTable) -> Iterator[ProblemCells]:
    """Yield cells with a lost character, or with Ã© for é; warnings in other columns."""
    table = matched.table
    used = matched.names.values()
    for column in table.header if table.is_text else used:
        text = table.text(column)
        findings = damaged_texts(text)
        if column not in used:
            findings = {
                cell: finding._replace(severity=WARNING)
                for cell, finding in findings.items()
            }
        yield from unreadable_cells(table, column, text, findings)


def unreadable_cells(
    table: TextTable, column: str, text: pd.Series, findings: Mapping[str, Finding]
) -> Iterator[ProblemCells]:
    """Yield cells that could not be parsed, or that hold a word for no value."""
    if not findings:
        return
    is_bad = text.isin(list(findings))
    bad = text[is_bad].to_numpy(dtype=object)
    rows = text.index[is_bad]
    as_typed = table.text_of(rows, column)
    cells = as_typed.to_numpy(dtype=object)
    yield ProblemCells(rows, column, cells, [findings[plain] for plain in bad])


def odd_column(
    matched: MatchedTable, name: str, texts: list[str]
) -> Iterator[ProblemCells]:
    """Yield, in the row of the header, what is odd in a whole column."""
    table, column = matched.table, matched.names[name]
    kind = kind_of(matched.schema.columns[name])
    odd: Iterable[tuple[str, Finding]] = ()
    if kind == "day":
        is_workbook = table.first_day is not None
        odd = odd_days(texts, matched.options.date_format, is_workbook=is_workbook)
    elif kind == "text":
        odd = odd_labels(texts)
    elif kind in ("number", "whole number"):
        odd = odd_numbers(texts, whole=kind == "whole number")
    for example, finding in odd:
        yield in_cell(table.header_row, column, example, finding)


def shares_in_counts(matched: MatchedTable, name: str) -> Iterator[ProblemCells]:
    """Yield the cells of a workbook that show a percentage instead of a count."""
    table, column = matched.table, matched.names[name]
    rule = matched.schema.columns[name]
    if kind_of(rule) != "whole number":
        return
    severity = severity_of(rule, matched.options)
    is_share = table.is_shown_as("percent", column)
    for row, cell in table.text_of(is_share, column).items():
        with contextlib.suppress(ValueError):
            finding = explain_share(f"{100 * float(cell):.10g}%")
            finding = finding._replace(severity=severity)
            yield in_cell(row, column, cell, finding)


def imprecise_days(
    table: TextTable, column: str, days: pd.Series, precision: pd.Series, which: str
) -> Iterator[ProblemCells]:
    """Yield the days of a column, not of starts, that are not known to the day."""
    is_long = precision.isin(PRECISIONS[1:])
    groups: Any = days[is_long].groupby([precision, days])
    for (part, day), rows in groups:
        problem = f"names only the {part}; its {which} day, {day.date()}, is taken"
        finding = Finding(problem, "write the day if it is known", WARNING)
        yield from in_rows(table, column, rows.index, finding)


def lonely_years(
    table: TextTable, column: str, days: pd.Series
) -> Iterator[ProblemCells]:
    """Yield the days of a year that is far from those of all other rows."""
    years = days.dt.year.dropna()
    distinct = np.unique(years)
    gaps = np.diff(distinct, prepend=-np.inf, append=np.inf)
    before, after = gaps[:-1], gaps[1:]
    away = pd.Series(np.minimum(before, after), distinct)
    # Where all days are of one year, none is away from others.
    is_lonely = away.between(_YEARS_AWAY, np.inf, inclusive="left")
    lonely = away[is_lonely]
    away_of_rows = years.map(lonely).dropna()
    # A year of several rows is no typing error, and of two years both are lonely.
    if len(away_of_rows) > max(1, _FEW * len(years)):
        return
    for number, rows in away_of_rows.groupby(away_of_rows):
        problem = f"is {number:.0f} years from all other days of the column"
        finding = Finding(problem, _CHECK_YEAR, WARNING)
        yield from in_rows(table, column, rows.index, finding)


def days_without_year(
    table: TextTable, column: str, days: pd.Series
) -> Iterator[ProblemCells]:
    """Yield the cells of a workbook that show no year."""
    is_hidden = table.is_shown_as("no year", column)
    hidden = days[is_hidden].dropna()
    for year, rows in hidden.groupby(hidden.dt.year):
        problem = f"shows no year; {year:.0f} was added by the spreadsheet program"
        finding = Finding(problem, _CHECK_YEAR, WARNING)
        yield from in_rows(table, column, rows.index, finding)


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
    typed = plain.map(is_day_and_month)
    real = iso_days(plain).dropna()
    is_up_to_12th = real.dt.day <= 12
    return not real.empty and typed.sum() == proving and bool(is_up_to_12th.all())


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
        places = range(len(spelling))
        rests = {spelling[:place] + spelling[place + 1 :] for place in places}
        if len(pairs) >= _MOST_PAIRS:
            break
        for rest in {spelling, *rests}:
            for other in by_rest.setdefault(rest, []):
                if _differ_in_a_long_word(other, label):
                    pairs[other, label] = True
            by_rest[rest].append(label)
    return list(pairs)


def _differ_in_a_long_word(label: str, other: str) -> bool:
    words = Counter(plain_words(label))
    other_words = Counter(plain_words(other))
    different = [*(words - other_words), *(other_words - words)]
    are_long = all(map(_is_long_word, different))
    return are_long and len(different) == 2


def _is_long_word(word: str) -> bool:
    tells_apart = _ROMAN.fullmatch(word) is not None or word in _DIRECTIONS.split()
    return len(word) >= _LONG_WORD and word.isalpha() and not tells_apart
