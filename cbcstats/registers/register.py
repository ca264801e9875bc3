"""The result of reading a register: rows that passed, rows that did not, problems, a summary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.counts.periods import reporting_year
from cbcstats.errors import ERROR, Problem, plural
from cbcstats.frames import text_column
from cbcstats.registers.corrections import write_corrections
from cbcstats.tables.parsing import REGISTER_SOURCE

if TYPE_CHECKING:
    from pathlib import Path

REASONS: Final = "reasons"
_IN_YEAR: Final = "in "
_SHOWN: Final = 5  # kinds of problems in the text of a register


@dataclass(frozen=True, repr=False, eq=False)
class Register:
    """A register that was read: no row is lost, every bad cell is named.

    Attributes
    ----------
    name : str
        The name of the file, and the sheet of a workbook.
    rows : pandas.DataFrame
        The rows that passed, ready for `count_missions`, in file order, with the columns and dtypes
        of `MissionRegister` or `BeneficiaryRegister`, `iso3` and `wco_region` added, and every
        other column as it is: text in CSV and Excel. The index is the row as a spreadsheet numbers
        it; `source` in the `attrs` is the id that counts of them have: the file without blanks, and
        the sheet of a workbook after `#`.
    rejected : pandas.DataFrame
        The rows that did not pass, as typed, under the header of the file, with the same index and
        a last column `reasons`; cells beyond the header are in columns such as
        `column 12 (beyond the header)`. Each row of the file is in `rows` or in `rejected`; rows
        that hold nothing are in neither. Where a column of the file has the name of one that is
        added, here or in `rows`, ` (as typed)` follows its name.
    problems : pandas.DataFrame
        One line for each bad cell, in file order: `row` (int64), `column` (of the file; empty for a
        whole row), `value` as typed, `problem`, `remedy`, `severity`: an `error` rejects its row, a
        `warning` does not.
    summary : pandas.Series
        How many rows were read, passed, were rejected, have warnings; how many errors and warnings
        there are; the first and the last day; how many rows start in each reporting year.
    """

    name: str
    rows: pd.DataFrame
    rejected: pd.DataFrame
    problems: pd.DataFrame
    summary: pd.Series

    def save_problems(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the rejected rows to a workbook to hand back: bad cells are marked and commented.

        Corrected, the file can be read again by `read_register`, with the same `date_format`.

        Parameters
        ----------
        path : path
            A file that ends in .xlsx; missing folders are created.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ArgumentError
            If the file exists, ends in something else, or there are more rows than a sheet holds.
        """
        return write_corrections(
            path, self.rejected, self.problems, overwrite=overwrite
        )

    def __repr__(self) -> str:
        """Return in a few lines how many rows passed, and what was wrong with the others."""
        if self.problems.empty:
            return self.in_words()
        return (
            f"{self.in_words()}\n"
            "All of them: .problems; the rows: .rejected; "
            "a workbook to hand back: .save_problems(path)"
        )

    def in_words(self) -> str:
        """Return how many rows passed, and the most frequent problems."""
        frequent = [
            f"  {count:>7,}  {problem}" for problem, count in self._most_frequent()
        ]
        return "\n".join([self._in_one_line(), *frequent])

    def _repr_html_(self) -> str:
        parts = [f"<p><strong>{escape(self._in_one_line())}</strong></p>"]
        years = [
            f"{str(name).removeprefix(_IN_YEAR)}: {count:,}"
            for name, count in self.summary.items()
            if str(name).startswith(_IN_YEAR)
        ]
        if years:
            parts.append(f"<p>Rows that start in {escape(', '.join(years))}</p>")
        if len(self.problems):
            parts.append(self._problems_table())
            parts.append(
                "<p>All of them: <code>.problems</code>; the rows: <code>.rejected</code>; "
                "a workbook to hand back: <code>.save_problems(path)</code></p>"
            )
        return "".join(parts)

    def _problems_table(self) -> str:
        lines = [
            f"<tr><td style='text-align:right'>{count:,}</td>"
            f"<td style='text-align:left'>{escape(problem)}</td></tr>"
            for problem, count in self._most_frequent()
        ]
        head = '<tr><th scope="col">cells</th><th scope="col">most frequent problems</th></tr>'
        return f"<table><thead>{head}</thead><tbody>{''.join(lines)}</tbody></table>"

    def _in_one_line(self) -> str:
        read, passed = self.summary["rows read"], self.summary["passed"]
        rejected, warned = self.summary["rejected"], self.summary["with warnings"]
        line = f"{self.name}: {plural(read, 'row')} read, {passed:,} passed, {rejected:,} rejected"
        return line + (f"; {warned:,} passed with warnings" if warned else "")

    def _most_frequent(self) -> list[tuple[str, int]]:
        kinds = ["severity", "column", "problem"]
        sizes = self.problems.groupby(kinds, sort=False).size()
        # Stable, so that of two that are as frequent the first in the file stands first.
        sizes = sizes.sort_values(ascending=False, kind="stable")
        counts = sizes.head(_SHOWN).reset_index(name="cells")
        frequent = []
        for severity, column, problem, cells in counts.itertuples(index=False):
            place = f"{column} " if column else ""
            frequent.append((f"{severity}: {place}{problem}", cells))
        return frequent


def summarise(
    source: str,
    rows: pd.DataFrame,
    rejected: pd.DataFrame,
    problems: list[Problem],
    year_start: int,
) -> Register:
    """Return a register with its name and a summary."""
    name = re.split(r"[/\\]", source)[-1]
    rows.attrs["source"] = _source_id(name)
    errors = [problem for problem in problems if problem.severity == ERROR]
    warned = {problem.row for problem in problems if problem.severity != ERROR}
    summary: dict[str, Any] = {
        "rows read": len(rows) + len(rejected),
        "passed": len(rows),
        "rejected": len(rejected),
        "with warnings": int(rows.index.isin(list(warned)).sum()),
        "errors": len(errors),
        "warnings": len(problems) - len(errors),
    }
    if "start_date" in rows and rows["start_date"].notna().any():
        days = rows["start_date"]
        summary |= {"first day": days.min().date(), "last day": days.max().date()}
        per_day = days.value_counts()
        years = reporting_year(per_day.index.to_series(), year_start)
        for label, count in per_day.groupby(years).sum().items():
            summary[f"{_IN_YEAR}{label}"] = int(count)
    described = pd.Series(summary, dtype="object", name=name)
    return Register(name, rows, rejected, _problems_frame(problems), described)


def _problems_frame(problems: list[Problem]) -> pd.DataFrame:
    columns = list(zip(*problems, strict=True)) or [()] * len(Problem._fields)
    frame = {
        name: text_column(list(cells))
        for name, cells in zip(Problem._fields, columns, strict=True)
    }
    frame["row"] = pd.Series(columns[0], dtype="int64")
    return pd.DataFrame(frame)


def _source_id(name: str) -> str:
    """Return the id by which counts name a register as their source.

    Examples
    --------
    >>> _source_id("Missions 2017.xlsx, sheet First half"), _source_id("the frame")
    ('Missions-2017.xlsx#First-half', 'register')
    """
    source_id = "-".join(name.replace(", sheet ", "#").split())
    return source_id if re.fullmatch(REGISTER_SOURCE, source_id) else "register"
