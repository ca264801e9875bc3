"""Registers: a file that people filled in -> rows to count, the rows that are rejected, and every problem."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final

from cbcstats.counts.periods import check_month
from cbcstats.errors import check_choice
from cbcstats.files.dates import check_date_format
from cbcstats.files.inputs import open_blocks
from cbcstats.registers.columns import check_columns, missing_columns, named_columns
from cbcstats.registers.parsing import Met, Reading
from cbcstats.registers.register import Register, register_of
from cbcstats.registers.repeats import find_repeats
from cbcstats.registers.schemas import KEY, KINDS
from cbcstats.registers.sieve import TO_CORRECT, Shape, sieve
from cbcstats.tables.loaders import shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from cbcstats.files.blocks import Blocks

REPEATED_ROWS: Final = ("keep", "reject")


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
    with ThreadPoolExecutor(
        1
    ) as beside:  # Arrow compares ids on one core while the cells are read on another
        repeats = beside.submit(find_repeats, [block], _key(shape))
        return register_of(blocks.name, sieve(block, shape, Met(), repeats.result), year_start)


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
    met, done = Met(), 0
    for block in blocks.read(*asked_for, in_parts=True):
        found = sieve(block, shape, met, partial(repeats.part, done, len(block.rows)))
        done += len(block.rows)
        yield register_of(blocks.name, found, year_start)
        tell(done, len(repeats.ids))


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
    blocks = open_blocks(
        source, lambda cells: not missing_columns(cells, model, called), sheet=sheet
    )
    handed_back = (
        TO_CORRECT in blocks.header
    )  # all of its cells are text, so that a serial number is none
    reading = Reading(date_format, None if handed_back else blocks.first_day)
    names = named_columns(blocks, model, called)
    return blocks, Shape(
        model, names, blocks.header, blocks.header_row, reading, repeated_rows == "reject"
    )


def _asked_for(shape: Shape) -> tuple[list[str], list[str]]:
    """Return the columns of the file to read each distinct text once, and those where hardly any stands twice."""
    plain = [
        typed
        for name, typed in shape.names.items()
        if str(shape.model.columns[name].dtype).startswith("str")
    ]
    return [typed for typed in dict.fromkeys(shape.names.values()) if typed not in plain], plain


def _key(shape: Shape) -> str | None:
    keys = [
        name for name in shape.names if (shape.model.columns[name].metadata or {})["reads"] == KEY
    ]
    return shape.names[keys[0]] if keys else None
