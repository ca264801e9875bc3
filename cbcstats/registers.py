"""Registers: a file that people filled in -> rows to count, the rows that are rejected, and every problem."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats import columns as c
from cbcstats.corrections import write_corrections
from cbcstats.entries import Reading, check_date_format
from cbcstats.errors import check_choice
from cbcstats.figures import rows
from cbcstats.findings import ERROR
from cbcstats.headers import check_columns, missing_columns, named_columns
from cbcstats.inputs import open_blocks
from cbcstats.loaders import shipped
from cbcstats.periods import check_month, reporting_year
from cbcstats.register_schemas import KEY, KINDS
from cbcstats.repeats import find_repeats
from cbcstats.sieve import REASONS, TO_CORRECT, Shape, sieve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from cbcstats.inputs import Blocks
    from cbcstats.sieve import Sieved

REPEATED_ROWS: Final = ("keep", "reject")
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
        text in CSV and Excel. The index is the row as a spreadsheet numbers it.
    rejected : pandas.DataFrame
        The rows that did not pass, as typed, under the header of the file, with the same index and a last column
        `reasons`; cells beyond the header stand in columns such as `column 12`. Each row of the file is in `rows` or
        in `rejected`; rows that hold nothing are in neither. Where a column of the file is called as one that is added,
        here or in `rows`, ` (as typed)` follows its name.
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
        lines = [self._in_one_line(), *(f"  {count:>7,}  {said}" for said, count in self._most_frequent())]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td style='text-align:right'>{count:,}</td><td style='text-align:left'>{escape(said)}</td></tr>"
            for said, count in self._most_frequent()
        )
        head = '<tr><th scope="col">cells</th><th scope="col">most frequent problems</th></tr>'
        table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
        years = {str(name): count for name, count in self.summary.items() if str(name).startswith(_IN_YEAR)}
        spread = ", ".join(f"{name.removeprefix(_IN_YEAR)}: {count:,}" for name, count in years.items())
        more = "<p>All of them: <code>.problems</code>; the rows: <code>.rejected</code>; a workbook to hand back: "
        more += "<code>.save_problems(path)</code></p>"
        return (
            f"<p><strong>{escape(self._in_one_line())}</strong></p>"
            + (f"<p>Rows that start in {escape(spread)}</p>" if spread else "")
            + (table + more if rows else "")
        )

    def _in_one_line(self) -> str:
        read, passed, rejected, warned = self.summary[["rows read", "passed", "rejected", "with warnings"]]
        said = f"{self.name}: {read:,} row{'s'[: read != 1]} read, {passed:,} passed, {rejected:,} rejected"
        return said + (f"; {warned:,} passed with warnings" if warned else "")

    def _most_frequent(self) -> list[tuple[str, int]]:
        kinds = ["severity", "column", "problem"]
        counts = self.problems.value_counts(kinds).head(_SHOWN).reset_index(name="cells")
        return [
            (f"{kind.severity}: {f'{kind.column} ' if kind.column else ''}{kind.problem}", kind.cells)
            for kind in rows(counts)
        ]


def read_register(
    source: str | Path | pd.DataFrame,
    *,
    kind: str = "missions",
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    year_start: int = 7,
    sheet: str | None = None,
    repeated_rows: str = "keep",
) -> Register:
    """Read a register of your own: parse first, then validate, and lose nothing.

    Parameters
    ----------
    source : path or pandas.DataFrame
        CSV with any delimiter in UTF-8, UTF-16 or Windows-1252 (.csv, .tsv, .txt), Excel (.xlsx), Parquet, or a frame.
        Titles may stand above the header.
    kind : {"missions", "beneficiaries"}
        Missions need `member` and `start_date`, and may have `mission_id`, `end_date`, `programme`, `kind`, `status`,
        `experts`, `participants`, `female_participants`, `source`. Beneficiaries need `member` and `programme`, and may
        have `track`, `start_date`, `end_date`, `as_of`, `status`, `source`. Every other column is kept as it is.
    columns : mapping of str to str, optional
        Which columns of the file these are, by their names as text, `{"member": "Country"}`. By default those of the
        same name; case, blanks and punctuation make no difference.
    date_format : str, optional
        How dates are written, such as `%d/%m/%Y`. Dates in ISO 8601, `2017-04-03`, are always read as year, month and
        day, and dates of Excel as dates; any other one is a problem, since 03/04/2017 may mean two days.
    year_start : int
        The month in which reporting years begin, for the summary.
    sheet : str, optional
        The sheet of a workbook; by default the one that has the needed columns.
    repeated_rows : {"keep", "reject"}
        What to do with a row that repeats another in all its cells and has no id. Two missions can look alike, so that
        it is kept, with a warning, by default. A repeated id always rejects the row.

    Returns
    -------
    Register
        With `rows`, `rejected`, `problems`, `summary` and `save_problems`.

    Raises
    ------
    DataError
        If the file cannot be read as a table, or a needed column is missing; the message lists the columns found.
    ArgumentError
        If an argument is not one of those that there are.

    Notes
    -----
    Errors are: what is no place, no date or no whole number from 0 on; what is needed but empty, `n/a` or `TBC`; days
    before 1952 or in the future; an end before its start; more women than participants; an id that stands above; totals
    and repeated headers; rows that cannot be cut into cells. Warnings are: `n/a` and `TBC` where a cell may be empty
    (it is then missing); a place that is no Member of the WCO on that day; a row that repeats another; a column with
    dates in two orders; bytes that are not UTF-8.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import read_register
    >>> typed = pd.DataFrame({"Country": ["Kenya", "Kenya / Uganda", "Viet Nam"],
    ...                       "Start": ["2017-04-03", "2017-05-08", "03/04/2017"]})
    >>> register = read_register(typed, columns={"member": "Country", "start_date": "Start"})
    >>> register.rows[["iso3", "start_date"]]
        iso3 start_date
    row
    2    KEN 2017-04-03
    >>> register.problems[["row", "column", "value", "problem"]]
       row   column           value                             problem
    0    3  Country  Kenya / Uganda                names several places
    1    4    Start      03/04/2017  may be day first or month first
    """
    check_month("year_start", year_start)
    blocks, shape = _open(source, kind, columns, date_format, sheet, repeated_rows)
    [block] = blocks.read(*_asked_for(shape), in_parts=False)
    with ThreadPoolExecutor(1) as beside:  # Arrow compares ids on one core while the cells are read on another
        repeats = beside.submit(find_repeats, [block], _key(shape))
        return _register(blocks, sieve(block, shape, repeats.result), year_start)


def example_register() -> Path:
    """Return where an invented register is: 600 missions with the faults that such files have, to try things on.

    Examples
    --------
    >>> from cbcstats import example_register, read_register
    >>> called = {"member": "Country", "start_date": "Start", "end_date": "End"}
    >>> read_register(example_register(), columns=called, date_format="%d/%m/%Y").summary["rejected"]
    54
    """
    return shipped("data") / "example_register.csv"


def read_register_in_parts(
    source: str | Path,
    *,
    kind: str = "missions",
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    year_start: int = 7,
    sheet: str | None = None,
    repeated_rows: str = "keep",
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Register]:
    """Read a CSV or Parquet file of any size, part by part: the same rows and problems, in memory that is bounded.

    The file is read twice, the first time for ids and rows that stand in it twice. Of each id a few dozen bytes stay
    in memory, of the rest one part at a time.

    Parameters
    ----------
    source, kind, columns, date_format, year_start, sheet, repeated_rows
        As for `read_register`.
    progress : callable, optional
        Called with the number of rows done and of all rows; that is 0 as long as it is not known.

    Yields
    ------
    Register
        Consecutive parts of some hundred thousand rows. Each bad cell is in the part of its row.

    Raises
    ------
    DataError, ArgumentError
        As for `read_register`.

    Examples
    --------
    >>> import cbcstats
    >>> parts = cbcstats.read_register_in_parts("huge.csv")  # doctest: +SKIP
    >>> cbcstats.count_missions(next(parts).rows)  # doctest: +SKIP
    """
    check_month("year_start", year_start)
    blocks, shape = _open(source, kind, columns, date_format, sheet, repeated_rows)
    asked_for = _asked_for(shape)
    tell = progress or (lambda _done, _total: None)
    tell(0, 0)
    repeats = find_repeats(blocks.read(*asked_for, in_parts=True), _key(shape))
    done = 0
    for block in blocks.read(*asked_for, in_parts=True):
        found = sieve(block, shape, partial(repeats.part, done, len(block.rows)))
        done += len(block.rows)
        yield _register(blocks, found, year_start)
        tell(done, len(repeats.ids))


def together(parts: Sequence[Register]) -> Register:
    """Return the parts of a register, one or more, as one."""
    sums = pd.DataFrame([part.summary for part in parts]).drop(columns=_DAYS, errors="ignore").sum()
    days = [part.summary[name] for part in parts for name in _DAYS if name in part.summary]
    summary = sums.astype("int64").astype("object")
    if days:
        summary = pd.concat(
            [summary[:_FIRST_YEAR], pd.Series([min(days), max(days)], _DAYS), summary[_FIRST_YEAR:].sort_index()]
        )
    problems = pd.concat([part.problems for part in parts], ignore_index=True)
    rejected = pd.concat([part.rejected for part in parts])
    beyond = [str(name) for name in rejected if name not in parts[0].rejected]
    rejected[beyond] = rejected[beyond].fillna("")
    return Register(
        parts[0].name,
        pd.concat([part.rows for part in parts]),
        pd.concat([rejected.drop(columns=REASONS), rejected[REASONS]], axis="columns"),
        # What is said of the header may come late.
        problems.sort_values(["row", "column"], key=_in_order(rejected), kind="stable", ignore_index=True),
        summary.rename(parts[0].name),
    )


def _in_order(rejected: pd.DataFrame) -> Callable[[pd.Series], pd.Series]:
    """Return a key that puts columns in the order of the file."""
    places = {str(name): place for place, name in enumerate(rejected)}
    return lambda keys: keys.map(places).fillna(-1) if keys.name == "column" else keys


def _open(
    source: str | Path | pd.DataFrame,
    kind: str,
    columns: Mapping[str, str] | None,
    date_format: str | None,
    sheet: str | None,
    repeated_rows: str,
) -> tuple[Blocks, Shape]:
    check_choice("kind", kind, tuple(KINDS))
    check_choice("repeated_rows", repeated_rows, REPEATED_ROWS)
    check_date_format(date_format)
    model = KINDS[kind].to_schema()
    called = check_columns(columns, model)
    blocks = open_blocks(source, lambda cells: not missing_columns(cells, model, called), sheet=sheet)
    handed_back = TO_CORRECT in blocks.header  # all of its cells are text, so that a serial number is none
    reading = Reading(date_format, None if handed_back else blocks.first_day, {})
    names = named_columns(blocks, model, called)
    return blocks, Shape(model, names, blocks.header, blocks.header_row, reading, repeated_rows == "reject", {})


def _asked_for(shape: Shape) -> tuple[list[str], list[str]]:
    """Return the columns of the file to read each distinct text once, and those where hardly any stands twice."""
    plain = [typed for name, typed in shape.names.items() if str(shape.model.columns[name].dtype).startswith("str")]
    return [typed for typed in dict.fromkeys(shape.names.values()) if typed not in plain], plain


def _key(shape: Shape) -> str | None:
    keys = [name for name in shape.names if (shape.model.columns[name].metadata or {})["reads"] == KEY]
    return shape.names[keys[0]] if keys else None


def _register(blocks: Blocks, found: Sieved, year_start: int) -> Register:
    rows, rejected, problems = found
    name = re.split(r"[/\\]", blocks.name)[-1]
    rows.attrs["source"] = name
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
    if c.START_DATE in rows and rows[c.START_DATE].notna().any():
        days = rows[c.START_DATE]
        summary |= {"first day": days.min().date(), "last day": days.max().date()}
        on_a_day = days.value_counts()
        years = on_a_day.groupby(reporting_year(on_a_day.index.to_series(), year_start)).sum()
        summary |= {f"{_IN_YEAR}{label}": int(count) for label, count in years.items()}
    return Register(name, rows, rejected, problems, pd.Series(summary, dtype="object", name=name))
