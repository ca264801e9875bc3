"""Tables of a known shape -> a frame of text that knows its rows: nothing is interpreted here."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfoNotFoundError

import pandas as pd

from cbcstats.errors import ArgumentError, DataError
from cbcstats.files import delimited
from cbcstats.files.delimited import DELIMITERS, FIRST_ROWS
from cbcstats.files.scalars import as_text
from cbcstats.files.workbooks import AN_ERROR, read_sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SUFFIXES: Final = (".csv", ".xlsx", ".parquet")
_SAID: Final = 200  # characters of what Arrow says of a broken file
FIRST_ROW: Final = (
    2  # of a table whose header is no row of its own, as a spreadsheet would number it
)


class Problem(NamedTuple):
    """One bad cell, row or file: where, what is wrong, what to do."""

    row: int
    column: str
    value: str
    problem: str
    remedy: str


class Cells(NamedTuple):
    """The cells of a table as text.

    `frame` holds `str` columns in file order, empty cells as `""`; its index is the row as a spreadsheet numbers it,
    also for a Parquet file or a frame, whose first row is 2. `header` is the row of the header. Rows that could not be
    cut into cells are in `problems` only.
    """

    name: str
    frame: pd.DataFrame
    problems: list[Problem]
    header: int = 1


def read_cells(source: str | Path | pd.DataFrame) -> Cells:
    """Read a table as text.

    Raises
    ------
    DataError
        If there is no such file, or its kind is not known, or it holds no table.
    """
    if isinstance(source, pd.DataFrame):
        return Cells("the frame", _frame_as_text(source, "the frame"), [])
    if not isinstance(source, str | os.PathLike):
        raise ArgumentError(
            f"`source` must be a path or a pandas frame, but {type(source).__name__} was given"
        )
    path = existing_file(source, SUFFIXES)
    readers = {".csv": _read_csv, ".xlsx": _read_excel, ".parquet": _read_parquet}
    try:
        return readers[path.suffix.lower()](path)
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror or error}); check that it may be opened"
        ) from error


def existing_file(source: str | Path, suffixes: Sequence[str]) -> Path:
    """Return the path of a file that is there and of a kind that can be read."""
    try:
        path = Path(source).expanduser()
        is_there = path.is_file()
    except (RuntimeError, OSError) as error:  # no such home folder, or too long a name
        raise DataError(
            f"{source}: cannot be found ({error}); check the name and the folder"
        ) from error
    if path.suffix.lower() not in suffixes:
        raise DataError(
            f"{path}: the kind of file is not known; give one that ends in {', '.join(suffixes)}"
        )
    if not is_there:
        raise DataError(f"{path}: there is no such file; check the name and the folder")
    return path


def header_place(rows: Sequence[Sequence[str]]) -> int:
    """Return which of the first rows is the header: the first that is about as full as others; above it is a title."""
    full = [sum(bool(cell.strip()) for cell in cells) for cells in rows[:FIRST_ROWS]]
    return next(place for place, cells in enumerate(full) if 2 * cells >= max(full))


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet file with the types of Arrow, so that no whole number becomes a fraction."""
    from pyarrow.parquet import ParquetFile

    with reading_parquet(path):
        table = ParquetFile(path).read()
        check_parquet(table)
        # What pandas noted in the file may be broken or untrue, and is not needed.
        frame: pd.DataFrame = table.replace_schema_metadata().to_pandas(types_mapper=pd.ArrowDtype)
    return frame


@contextlib.contextmanager
def reading_parquet(path: Path) -> Iterator[None]:
    """Say of a file that Arrow cannot read that it is broken, also where that shows late."""
    import pyarrow as pa

    try:
        yield
    except (
        pa.ArrowException,
        OSError,
        MemoryError,
        ValueError,
        OverflowError,
        ZoneInfoNotFoundError,
    ) as error:
        said = " ".join(str(error).split())[:_SAID]
        raise DataError(
            f"{path}: is no Parquet file that can be read ({said}); write it again"
        ) from error


def check_parquet(table: Any) -> None:
    """Raise what Arrow or Python says of texts that are no UTF-8, days of no calendar, and unknown time zones."""
    import pyarrow as pa
    import pyarrow.compute

    table.validate(full=True)
    for column in table.columns:
        if pa.types.is_temporal(column.type):
            is_length = pa.types.is_duration(column.type)  # Arrow puts these in no order
            for extreme in pa.compute.min_max(
                column.cast(pa.int64()) if is_length else column
            ).values():
                extreme.cast(column.type).as_py()


def _read_csv(path: Path) -> Cells:
    encoding = delimited.encoding_of(path)
    delimiter = delimited.delimiter_of(path, encoding)
    problems: list[Problem] = []
    rows: list[tuple[int, list[str]]] = []
    misread: dict[int, str] = {}
    for record in delimited.records(path, encoding, delimiter):
        if record.misread:
            misread[record.row] = record.misread
        if not rows and delimiter != ",":
            said = f"separates the columns by {DELIMITERS.get(delimiter, repr(delimiter))}"
            remedy = "save the file as CSV with commas between the columns"
            problems.append(Problem(1, "", delimiter.join(record.cells).strip(), said, remedy))
        if record.fault:
            said = f"cannot be cut into cells: {record.fault}"
            remedy = 'close each quotation mark, and write "" for one inside a quoted cell'
            problems.append(Problem(record.row, "", record.cells[0].strip(), said, remedy))
        else:
            rows.append((record.row, record.cells))
    cells = _table(path, rows, problems)
    for row, word in misread.items():
        found = cells.frame.loc[row].items() if row in cells.frame.index else ()
        column = next((str(name) for name, cell in found if word in cell), "")
        remedy = "save the file as CSV UTF-8; check accents and dashes"
        problems.append(Problem(row, column, word, "holds bytes that are not UTF-8", remedy))
    return cells


def _read_excel(path: Path) -> Cells:
    first, *others = read_sheets(path)
    if not any(any(row) for _, row in first.rows) and others:
        shown = ", ".join(sheet.name for sheet in others)
        raise DataError(
            f"{path}: the first sheet is empty; move the table there from one of the others ({shown})"
        )
    problems: list[Problem] = []
    found = _table(path, first.rows, problems)
    names = next(
        ([name.strip() for name in cells] for row, cells in first.rows if row == found.header), []
    )
    for (row, place), (written, said) in first.unread.items():
        remedy = "correct the formula, or write the value"
        if said != AN_ERROR:
            remedy = "open the file in a spreadsheet program and save it, or write the value"
        problems.append(
            Problem(row, names[place] if 0 <= place < len(names) else "", written, said, remedy)
        )
    return found


def _read_parquet(path: Path) -> Cells:
    return Cells(str(path), _frame_as_text(read_parquet(path), str(path)), [])


def _table(path: Path, rows: Sequence[tuple[int, list[str]]], problems: list[Problem]) -> Cells:
    """Take the header, and cut each row below to it."""
    rows = [(row, record) for row, record in rows if any(cell.strip() for cell in record)]
    if not rows:
        raise DataError(f"{path}: holds no table; the first row must hold the names of the columns")
    (header_row, header), *body = rows[header_place([record for _, record in rows]) :]
    header = [name.strip() for name in header]
    kept: dict[int, list[str]] = {}
    for row, record in body:
        typed = [cell.strip() for cell in record]
        if len(typed) >= len(header) and not any(typed[len(header) :]):
            kept[row] = typed[: len(header)]
        else:
            problems.append(_ragged(row, record, len(header)))
    frame = pd.DataFrame.from_dict(kept, orient="index", columns=header, dtype="object").astype(
        "str"
    )
    doubled = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    problems += [
        Problem(header_row, name, "", "is a column name that stands twice", "rename one")
        for name in doubled
    ]
    for place, name in enumerate(header):
        cells = frame.iloc[:, place]
        if not name and (filled := cells[cells != ""]).size:
            said = f"stands in column {place + 1}, which has no name"
            problems.append(
                Problem(
                    int(filled.index[0]), "", filled.iloc[0], said, "name the column, or empty it"
                )
            )
    return Cells(
        str(path),
        frame.loc[:, ~frame.columns.duplicated() & (frame.columns != "")],
        problems,
        header_row,
    )


def _ragged(row: int, record: list[str], expected: int) -> Problem:
    found = f"has {len(record)} cell{'s'[: len(record) != 1]} where the header has {expected}"
    remedy = (
        "put text that holds a comma into quotation marks, and write one comma for each empty cell"
    )
    other = next(
        (mark for mark in DELIMITERS if mark != "," and sum(mark in cell for cell in record)), None
    )
    if len(record) == 1 and other:
        remedy = f"separate its cells by commas; they seem to be separated by {DELIMITERS[other]}"
    elif len(record) == 1 and "," in record[0]:
        remedy = (
            "open the file with a comma as separator; now all cells of the row stand in the first"
        )
    return Problem(row, "", ",".join(record), found, remedy)


def _frame_as_text(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    columns: Iterable[tuple[Any, pd.Series]] = frame.items()
    cells: dict[str, list[str]] = {}
    for column, values in columns:
        if str(column) in cells:
            raise DataError(f"{name}: has two columns {str(column)!r}; rename or drop one")
        cells[str(column)] = [as_text(cell).strip() for cell in values]
    text = pd.DataFrame(cells, dtype="str")
    return text.set_axis(range(FIRST_ROW, len(frame) + FIRST_ROW), axis="index")
