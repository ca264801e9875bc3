"""What cbcstats raises, and what is wrong with a cell: always the place and what to do about it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

SHOWN = 20  # problems listed in the text of an error; all of them are in `.problems`
ERROR: Final = "error"  # rejects its row
WARNING: Final = "warning"  # keeps its row


class CbcstatsError(Exception):
    """Anything that cbcstats raises on purpose."""


class ArgumentError(CbcstatsError, ValueError):
    """An argument is not one of the values that it can take."""


class ReportError(CbcstatsError, RuntimeError):
    """The report could not be written; the page of an earlier report still works."""


class DataError(CbcstatsError, ValueError):
    """A table breaks its schema, or cannot be read at all.

    Parameters
    ----------
    message : str
        What is wrong, in one sentence.
    problems : pandas.DataFrame, optional
        One row per bad cell, columns `file`, `row`, `column`, `value`, `problem`, `remedy`, all text
        but `row`, which is the row as a spreadsheet numbers it: the header is row 1, also of a
        Parquet file or a frame.

    Attributes
    ----------
    problems : pandas.DataFrame
        The problems, as given.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import DataError
    >>> found = pd.DataFrame({"file": ["mine.csv"], "row": [3], "column": ["value"],
    ...     "value": ["many"], "problem": ["is not a whole number"], "remedy": ["write digits only"]})
    >>> print(DataError("mine.csv: 1 problem", found))
    mine.csv: 1 problem
      row 3, column value, 'many': is not a whole number; write digits only
    """

    def __init__(self, message: str, problems: pd.DataFrame | None = None) -> None:
        super().__init__(message, problems)
        if problems is None:
            import pandas as pd

            problems = pd.DataFrame(
                columns=["file", "row", "column", "value", "problem", "remedy"]
            )
        self.message = message
        self.problems = problems

    def __str__(self) -> str:
        """Return the message and the first problems, one in a line."""
        shown = self.problems.head(SHOWN).itertuples(index=False)
        lines = [self.message, *map(problem_line, shown)]
        if len(self.problems) > SHOWN:
            lines.append(
                f"  and {len(self.problems) - SHOWN} more, all of them in `.problems`"
            )
        return "\n".join(lines)


class Finding(NamedTuple):
    """What is wrong with a value, and what to do about it."""

    problem: str
    remedy: str
    severity: str = ERROR


class Problem(NamedTuple):
    """What is wrong with a cell or a row of a table, where, and what to do about it.

    `row` is the row as a spreadsheet numbers it, `column` the name in the header (empty for a whole
    row), `value` the cell as typed.
    """

    row: int
    column: str
    value: str
    problem: str
    remedy: str
    severity: str = ERROR


class Problems:
    """The problems of a table as they are found: one for each cell, none for rows that are closed."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.closed: set[int] = set()
        self._cells: set[tuple[int, str]] = set()

    def add(self, problems: Iterable[Problem]) -> None:
        """Add problems, but for closed rows and for cells that have one already."""
        for problem in problems:
            cell = (problem.row, problem.column)
            if problem.row in self.closed or (problem.column and cell in self._cells):
                continue
            self._cells.add(cell)
            self.found.append(problem)

    def close(self, problems: Iterable[Problem]) -> None:
        """Add problems, and let their rows have no further ones."""
        problems = list(problems)
        self.add(problems)
        self.closed |= {problem.row for problem in problems}

    def in_order(self, header: Sequence[str]) -> list[Problem]:
        """Return the problems in the order of rows and columns."""
        place = {name: place for place, name in enumerate(["", *header])}
        return sorted(
            self.found, key=lambda problem: (problem.row, place[problem.column])
        )


def problem_line(problem: Any) -> str:
    """Return a problem, a row of a frame, in one line: place, value, what is wrong, what to do."""
    place = f"row {problem.row}"
    if problem.column:
        place += f", column {problem.column}"
    if problem.value:
        place += f", {shortened(str(problem.value))!r}"
    warning = "warning: " if getattr(problem, "severity", "") == WARNING else ""
    return f"  {warning}{place}: {problem.problem}; {problem.remedy}"


def shortened(text: str, width: int = 60) -> str:
    """Return a text of at most so many characters."""
    return text if len(text) <= width else text[: width - 3] + "..."


def nearest(value: str, options: Iterable[str], *, count: int = 3) -> list[str]:
    """Return up to `count` of the options that are spelled most like the value."""
    options = list(options)
    lower = [option.lower() for option in options]
    close = difflib.get_close_matches(value.lower(), lower, n=count, cutoff=0.5)
    ranked = [option for name in close for option in options if option.lower() == name]
    holding = [
        option for option in options if value and value.lower() in option.lower()
    ]
    return list(dict.fromkeys(ranked + holding))[:count]


def did_you_mean(value: str, options: Iterable[str], *, count: int = 3) -> str:
    """Return `; did you mean 'month'?` for the options that are near, or nothing.

    Examples
    --------
    >>> did_you_mean("monthly", ["period", "month"])
    "; did you mean 'month'?"
    """
    close = nearest(value, options, count=count)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


def plural(count: int, noun: str) -> str:
    """Return a number with its noun: `1 row`, `2,000 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
