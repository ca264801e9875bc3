"""What cbcstats raises: errors that name the place and say what to do."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

ERROR: Final = "error"
WARNING: Final = "warning"
SHOWN = 20  # problems listed in the text of an error; all of them are in `.problems`


class CbcstatsError(Exception):
    """Anything that cbcstats raises on purpose."""


class ArgumentError(CbcstatsError, ValueError):
    """An argument is not one of the values that it can take."""


class ReportError(CbcstatsError, RuntimeError):
    """The report could not be written; what stood there before is untouched."""


class DataError(CbcstatsError, ValueError):
    """A table breaks its schema, or cannot be read at all.

    Parameters
    ----------
    message : str
        What is wrong, in one sentence.
    problems : pandas.DataFrame, optional
        One row per bad cell, columns `file`, `row`, `column`, `value`, `problem`, `remedy`, all text
        but `row`, which is the row as a spreadsheet numbers it: the header is row 1, also of a Parquet
        file or a frame.

    Attributes
    ----------
    problems : pandas.DataFrame
        The problems, as given.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import DataError
    >>> found = pd.DataFrame({"file": ["mine.csv"], "row": [3], "column": ["value"], "value": ["many"],
    ...                       "problem": ["is not a whole number"], "remedy": ["write digits only"]})
    >>> print(DataError("mine.csv: 1 problem", found))
    mine.csv: 1 problem
      row 3, column value, 'many': is not a whole number; write digits only
    """

    def __init__(self, message: str, problems: pd.DataFrame | None = None) -> None:
        super().__init__(message, problems)
        if problems is None:
            import pandas as pd

            problems = pd.DataFrame(columns=["file", "row", "column", "value", "problem", "remedy"])
        self.message = message
        self.problems = problems

    def __str__(self) -> str:
        """Return the message and the first problems, one in a line."""
        lines = [
            self.message,
            *map(problem_line, self.problems.head(SHOWN).itertuples(index=False)),
        ]
        if len(self.problems) > SHOWN:
            lines.append(f"  and {len(self.problems) - SHOWN} more, all of them in `.problems`")
        return "\n".join(lines)


def problem_line(problem: Any) -> str:
    """Return a problem, a row of a frame, in one line: place, value, what is wrong, what to do."""
    place = f"row {problem.row}"
    if problem.column:
        place += f", column {problem.column}"
    if problem.value:
        place += f", {_short(str(problem.value))!r}"
    warning = "warning: " if getattr(problem, "severity", "") == "warning" else ""
    return f"  {warning}{place}: {problem.problem}; {problem.remedy}"


def nearest(value: str, options: Iterable[str], *, count: int = 3) -> list[str]:
    """Return up to `count` of the options that are spelled most like the value."""
    options = list(options)
    close = difflib.get_close_matches(
        value.lower(), [option.lower() for option in options], n=count, cutoff=0.5
    )
    holding = [option for option in options if value and value.lower() in option.lower()]
    ranked = [option for name in close for option in options if option.lower() == name] + holding
    return list(dict.fromkeys(ranked))[:count]


def check_choice(name: str, value: str, options: Sequence[str]) -> None:
    """Raise ArgumentError unless the value is one of the options; say which is near.

    Examples
    --------
    >>> check_choice("per", "monthly", ("period", "month"))
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `per` must be one of 'period', 'month', but 'monthly' was given; \
did you mean 'month'?
    """
    if value in options:
        return
    close = nearest(str(value), options)
    hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
    shown = ", ".join(map(repr, options[:SHOWN])) + (", ..." if len(options) > SHOWN else "")
    raise ArgumentError(f"`{name}` must be one of {shown}, but {value!r} was given{hint}")


def _short(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


class Finding(NamedTuple):
    """What is wrong with a cell, and what to do; an error rejects its row, a warning does not."""

    problem: str
    remedy: str
    severity: str = ERROR
