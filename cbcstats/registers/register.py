"""What became of a register: the rows that passed, those that did not, every problem, and a summary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.counts.periods import reporting_year
from cbcstats.counts.ranges import rows
from cbcstats.errors import ERROR
from cbcstats.registers.corrections import write_corrections
from cbcstats.registers.sieve import REASONS
from cbcstats.tables.rules import FORM_OF_REGISTER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cbcstats.registers.sieve import Sieved

_IN_YEAR: Final = "in "
_DAYS: Final = ["first day", "last day"]
_FIRST_YEAR: Final = 6  # place of the first reporting year in a summary without days
_SHOWN: Final = 5  # kinds of problems in the picture of a register


@dataclass(frozen=True, repr=False, eq=False)
class Register:
    """A register that was read: nothing is lost, every bad cell is named.

    Attributes
    ----------
    name : str
        The name of the file, and the sheet of a workbook.
    rows : pandas.DataFrame
        The rows that passed, ready for `count_missions`, in file order, with the columns and dtypes of
        `MissionRegister` or `BeneficiaryRegister`, `iso3` and `wco_region` added, and every other column as it is:
        text in CSV and Excel. The index is the row as a spreadsheet numbers it; `source` in the `attrs` is the id that
        counts of them have: the file without blanks, and the sheet of a workbook after `#`.
    rejected : pandas.DataFrame
        The rows that did not pass, as typed, under the header of the file, with the same index and a last column
        `reasons`; cells beyond the header stand in columns such as `column 12 (beyond the header)`. Each row of the
        file is in `rows` or in `rejected`; rows that hold nothing are in neither. Where a column of the file is called
        as one that is added, here or in `rows`, ` (as typed)` follows its name.
    problems : pandas.DataFrame
        One line for each bad cell, in file order: `row` (int64), `column` (of the file; empty for a whole row),
        `value` as typed, `problem`, `remedy`, `severity`: an `error` rejects its row, a `warning` does not.
    summary : pandas.Series
        How many rows were read, passed, were rejected, have warnings; how many errors and warnings there
        are; the first and the last day; how many rows start in each reporting year.
    """

    name: str
    rows: pd.DataFrame
    rejected: pd.DataFrame
    problems: pd.DataFrame
    summary: pd.Series

    def save_problems(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the rejected rows to a workbook that can be handed back: bad cells are marked and commented.

        Corrected, the file can be read again by `read_register`, with the same `date_format`.

        Parameters
        ----------
        path : path
            A file that ends in .xlsx; folders are made on the way.
        overwrite : bool
            Whether to replace a file that is there.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ArgumentError
            If the file is there already, ends in something else, or there are more rows than a sheet holds.
        """
        return write_corrections(path, self.rejected, self.problems, overwrite=overwrite)

    def __repr__(self) -> str:
        """Return in a few lines how many rows passed, and what was wrong with the others."""
        more = "\nAll of them: .problems; the rows: .rejected; a workbook to hand back: .save_problems(path)"
        return self.in_words() + (more if len(self.problems) else "")

    def in_words(self) -> str:
        """Return how many rows passed, and the most frequent problems."""
        lines = [
            self._in_one_line(),
            *(f"  {count:>7,}  {said}" for said, count in self._most_frequent()),
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td style='text-align:right'>{count:,}</td><td style='text-align:left'>{escape(said)}</td></tr>"
            for said, count in self._most_frequent()
        )
        head = '<tr><th scope="col">cells</th><th scope="col">most frequent problems</th></tr>'
        table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
        years = {
            str(name): count
            for name, count in self.summary.items()
            if str(name).startswith(_IN_YEAR)
        }
        spread = ", ".join(
            f"{name.removeprefix(_IN_YEAR)}: {count:,}" for name, count in years.items()
        )
        more = "<p>All of them: <code>.problems</code>; the rows: <code>.rejected</code>; a workbook to hand back: "
        more += "<code>.save_problems(path)</code></p>"
        return (
            f"<p><strong>{escape(self._in_one_line())}</strong></p>"
            + (f"<p>Rows that start in {escape(spread)}</p>" if spread else "")
            + (table + more if rows else "")
        )

    def _in_one_line(self) -> str:
        read, passed, rejected, warned = self.summary[
            ["rows read", "passed", "rejected", "with warnings"]
        ]
        said = f"{self.name}: {read:,} row{'s'[: read != 1]} read, {passed:,} passed, {rejected:,} rejected"
        return said + (f"; {warned:,} passed with warnings" if warned else "")

    def _most_frequent(self) -> list[tuple[str, int]]:
        kinds = ["severity", "column", "problem"]
        counts = self.problems.value_counts(kinds).head(_SHOWN).reset_index(name="cells")
        return [
            (
                f"{kind.severity}: {f'{kind.column} ' if kind.column else ''}{kind.problem}",
                kind.cells,
            )
            for kind in rows(counts)
        ]


def together(parts: Sequence[Register]) -> Register:
    """Return the parts of a register, one or more, as one."""
    sums = pd.DataFrame([part.summary for part in parts]).drop(columns=_DAYS, errors="ignore").sum()
    days = [part.summary[name] for part in parts for name in _DAYS if name in part.summary]
    summary = sums.astype("int64").astype("object")
    if days:
        summary = pd.concat(
            [
                summary[:_FIRST_YEAR],
                pd.Series([min(days), max(days)], _DAYS),
                summary[_FIRST_YEAR:].sort_index(),
            ]
        )
    problems = pd.concat([part.problems for part in parts])
    rejected = pd.concat([part.rejected for part in parts])
    beyond = [str(name) for name in rejected if name not in parts[0].rejected]
    rejected[beyond] = rejected[beyond].fillna("")
    return Register(
        parts[0].name,
        pd.concat([part.rows for part in parts]),
        pd.concat([rejected.drop(columns=REASONS), rejected[REASONS]], axis="columns"),
        # What is said of the header may come late.
        problems.sort_values(["row", "column"], key=_in_order(rejected), ignore_index=True),
        summary.rename(parts[0].name),
    )


def _in_order(rejected: pd.DataFrame) -> Callable[[pd.Series], pd.Series]:
    """Return a key that puts columns in the order of the file."""
    places = {str(name): place for place, name in enumerate(rejected)}
    return lambda keys: keys.map(places).fillna(-1) if keys.name == "column" else keys


def _source_id(name: str) -> str:
    """Return the id by which counts name a register as their source; what is no file has the same for all.

    Examples
    --------
    >>> _source_id("Missions 2017.xlsx, sheet First half"), _source_id("the frame")
    ('Missions-2017.xlsx#First-half', 'register')
    """
    source_id = "-".join(name.replace(", sheet ", "#").split())
    return source_id if re.fullmatch(FORM_OF_REGISTER, source_id) else "register"


def register_of(source: str, found: Sieved, year_start: int) -> Register:
    """Return what was sieved of a source, with its name and a summary."""
    rows, rejected, problems = found
    name = re.split(r"[/\\]", source)[-1]
    rows.attrs["source"] = _source_id(name)
    errors = problems["severity"] == ERROR
    warned = problems.loc[~errors, "row"].isin(rows.index)
    summary: dict[str, Any] = {
        "rows read": len(rows) + len(rejected),
        "passed": len(rows),
        "rejected": len(rejected),
        "with warnings": problems.loc[~errors, "row"][warned].nunique(),
        "errors": int(errors.sum()),
        "warnings": int((~errors).sum()),
    }
    if "start_date" in rows and rows["start_date"].notna().any():
        days = rows["start_date"]
        summary |= {"first day": days.min().date(), "last day": days.max().date()}
        on_a_day = days.value_counts()
        years = on_a_day.groupby(reporting_year(on_a_day.index.to_series(), year_start)).sum()
        summary |= {f"{_IN_YEAR}{label}": int(count) for label, count in years.items()}
    return Register(name, rows, rejected, problems, pd.Series(summary, dtype="object", name=name))
