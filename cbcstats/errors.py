"""Exceptions raised by cbcstats, and the problems it reports in tables.

Each message gives the place, the fault and the remedy.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

# How many problems the message of an error lists; `.problems` has all of them.
SHOWN = 20
# The severities of a problem: an error rejects its row, a warning keeps it.
ERROR: Final = "error"
WARNING: Final = "warning"
# Least similarity, from 0 to 1, at which a name is suggested.
_SIMILAR: Final = 0.5


class CbcstatsError(Exception):
    """Base class of all errors that cbcstats raises on purpose."""


class ArgumentError(CbcstatsError, ValueError):
    """An argument has a value that it cannot take."""


class ReportError(CbcstatsError, RuntimeError):
    """The report could not be written; the page of an earlier report still works."""


class DataError(CbcstatsError, ValueError):
    """A table breaks its schema, or cannot be read at all.

    Parameters
    ----------
    message : str
        What is wrong, in one sentence.
    problems : pandas.DataFrame, optional
        One row per bad cell, with the columns `file`, `row`, `column`, `value`,
        `problem` and `remedy`. All are text except `row`, which is numbered as in a
        spreadsheet: the header is row 1, even for a Parquet file or a frame.

    Attributes
    ----------
    problems : pandas.DataFrame
        The problems, as given.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import DataError
    >>> problems = pd.DataFrame(
    ...     {
    ...         "file": ["mine.csv"],
    ...         "row": [3],
    ...         "column": ["value"],
    ...         "value": ["many"],
    ...         "problem": ["is not a whole number"],
    ...         "remedy": ["write digits only"],
    ...     }
    ... )
    >>> print(DataError("mine.csv: 1 problem", problems))
    mine.csv: 1 problem
      row 3, column value, 'many': is not a whole number; write digits only
    """

    def __init__(self, message: str, problems: pd.DataFrame | None = None) -> None:
        # Exceptions are pickled with their args, so pass both arguments on.
        super().__init__(message, problems)
        if problems is None:
            problems = _no_problems()
        self.message = message
        self.problems = problems

    def __str__(self) -> str:
        """Return the message and the first problems, one per line."""
        lines = [self.message]
        first = self.problems.head(SHOWN)
        lines += map(problem_line, first.itertuples(index=False))
        more = len(self.problems) - SHOWN
        if more > 0:
            lines.append(f"  and {more} more, all of them in `.problems`")
        return "\n".join(lines)


def _no_problems() -> pd.DataFrame:
    # pandas loads slowly; importing this module alone must not load it.
    import pandas as pd

    columns = ["file", "row", "column", "value", "problem", "remedy"]
    return pd.DataFrame(columns=columns)


class Finding(NamedTuple):
    """A problem with a value, its remedy, and its severity."""

    problem: str
    remedy: str
    severity: str = ERROR


class Problem(NamedTuple):
    """A problem in a table: its place, the fault, and the remedy.

    `row` is numbered as in a spreadsheet, `column` is the name in the header (empty
    for a whole row), and `value` is the cell as typed.
    """

    row: int
    column: str
    value: str
    problem: str
    remedy: str
    severity: str = ERROR


@dataclass
class Problems:
    """Collect the problems of a table: one per cell at most."""

    collected: list[Problem] = field(default_factory=list)
    _cells: set[tuple[int, str]] = field(default_factory=set)

    def add(self, problems: Iterable[Problem]) -> None:
        """Add problems, except in cells that already have one."""
        for problem in problems:
            cell = (problem.row, problem.column)
            # A row can have several problems, but a cell only one.
            if problem.column and cell in self._cells:
                continue
            self._cells.add(cell)
            self.collected.append(problem)


def problem_line(problem: Any) -> str:
    """Format a problem as one line: place, value, fault and remedy.

    `problem` is a `Problem` or a row of a frame of problems.
    """
    place = f"row {problem.row}"
    # Of registers in several files or sheets, the place begins with them.
    if hasattr(problem, "sheet"):
        names = [problem.file, problem.sheet and f"sheet {problem.sheet}", place]
        place = ", ".join(filter(None, names))
    if problem.column:
        place += f", column {problem.column}"
    if problem.value:
        value = shortened(str(problem.value))
        place += f", {value!r}"
    # The problems of a DataError are all errors, so they have no severity column.
    severity = getattr(problem, "severity", ERROR)
    line = f"{place}: {problem.problem}; {problem.remedy}"
    if severity == WARNING:
        line = f"warning: {line}"
    return f"  {line}"


def shortened(text: str, width: int = 60) -> str:
    """Cut a text to at most `width` characters, ending in three dots."""
    return text if len(text) <= width else text[: width - 3] + "..."


def nearest(value: str, options: Iterable[str], *, count: int = 3) -> list[str]:
    """Return up to `count` options that are spelled most like the value.

    Examples
    --------
    >>> nearest("kenia", ["Kenya", "Togo"])
    ['Kenya']
    """
    options = list(options)
    spelling = value.lower()
    spellings = [option.lower() for option in options]
    similar = difflib.get_close_matches(spelling, spellings, count, _SIMILAR)
    near = []
    for name in similar:
        near += [option for option in options if option.lower() == name]
    # A short value is not similar to a long option that contains it.
    if value:
        near += [option for option in options if spelling in option.lower()]
    unique = dict.fromkeys(near)
    return list(unique)[:count]


def did_you_mean(value: str, options: Iterable[str], *, count: int = 3) -> str:
    """Suggest the nearest options, or return an empty text if none is near.

    Examples
    --------
    >>> did_you_mean("monthly", ["period", "month"])
    "; did you mean 'month'?"
    """
    near = nearest(value, options, count=count)
    if not near:
        return ""
    suggestions = " or ".join(map(repr, near))
    return f"; did you mean {suggestions}?"


def plural(count: int, noun: str) -> str:
    """Write a number with its noun: `1 row`, `2,000 rows`."""
    ending = "" if count == 1 else "s"
    return f"{count:,} {noun}{ending}"
