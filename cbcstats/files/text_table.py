"""Tables as they were typed: the one way from a file or a frame to cells of text.

`read_text_table` reads a CSV file, a sheet of a workbook, a Parquet file or a frame into a
`TextTable`. Cells are not interpreted here; what could not be read is kept, and named.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfoNotFoundError

import pandas as pd
import pyarrow as pa
import pyarrow.compute
from pyarrow.parquet import ParquetFile

from cbcstats.errors import ArgumentError, DataError, did_you_mean, plural
from cbcstats.files import delimited
from cbcstats.files.workbooks import COLUMNS, Sheet, first_day, read_sheets
from cbcstats.frames import as_text, text_column

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    IsHeader = Callable[[Sequence[str]], bool]
    Rows = list[tuple[int, list[str]]]

SUFFIXES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
FIRST_ROW: Final = (
    2  # of a table whose header is not a row, as a spreadsheet would number it
)
_SHOWN: Final = 200  # characters of what Arrow says about a broken file
LARGEST: Final = 512  # MB of a file that is read into memory


@dataclass
class TextTable:
    """A table as it was typed.

    Attributes
    ----------
    name : str
        The file, and the sheet of a workbook.
    header : list of str
        The names of the columns, each once: a second `Country` is `Country (2)`, a column without a
        name is `column 3`.
    header_row : int
        The row of the header.
    cells : pandas.DataFrame
        One column for each name; the index is the row as a spreadsheet numbers it. Cells of CSV and
        Excel are text, an empty one is `""`; those of Parquet and frames are as they are.
    faults : dict of int to str
        By row, why it could not be cut into cells.
    surplus : dict of int to list of str
        By row, the cells beyond the header.
    not_utf8 : dict of (int, str) to str
        By row and column, the first word of a cell that was not UTF-8 and was read as Windows-1252.
    unread : dict of (int, str) to str
        By row and column, why Excel shows no value there; the cell holds the formula or the error.
    encoding : str
        Of a CSV file: `utf-8`, `utf-16`, `windows-1252`, or `mixed` of UTF-8 and Windows-1252.
    delimiter : str
        What separates the cells of a CSV file.
    first_day : datetime.date, optional
        The day from which serial numbers of a workbook count.
    """

    name: str
    header: list[str]
    header_row: int
    cells: pd.DataFrame
    faults: dict[int, str] = field(default_factory=dict)
    surplus: dict[int, list[str]] = field(default_factory=dict)
    not_utf8: dict[tuple[int, str], str] = field(default_factory=dict)
    unread: dict[tuple[int, str], str] = field(default_factory=dict)
    encoding: str = "utf-8"
    delimiter: str = ","
    first_day: datetime.date | None = None
    is_text: bool = True

    def text(self, column: str) -> pd.Series:
        """Return a column as one would type it; a missing cell is empty."""
        cells = self.cells[column]
        return cells if self.is_text else column_as_text(cells)

    def text_of(self, rows: Any, column: str) -> pd.Series:
        """Return some cells of a column as one would type them."""
        cells = self.cells.loc[rows, column]
        return cells if self.is_text else column_as_text(cells)

    def rows_with_text(self, rows: Any, column: str) -> Iterator[tuple[int, str]]:
        """Yield some rows, each with its cell of a column as one would type it."""
        yield from zip(rows, self.text_of(rows, column), strict=True)


def read_text_table(source: Any, is_header: IsHeader, sheet: Any = None) -> TextTable:
    """Read a table.

    Parameters
    ----------
    source : path or pandas.DataFrame
        A file that ends in .csv, .tsv, .txt, .xlsx or .parquet, or a frame.
    is_header : callable
        Tells whether a list of cells is the header. Without such a row, the header is the first
        row that is about as full as others; titles above it are passed over.
    sheet : str, optional
        The sheet of a workbook; by default the one that has the header.

    Raises
    ------
    ArgumentError
        If the source is neither a path nor a frame.
    DataError
        If there is no such file or sheet, its kind is not known, or it holds no table.
    """
    if sheet is not None and not isinstance(sheet, str):
        raise ArgumentError(
            f"`sheet` must be the name of a sheet, but {sheet!r} was given"
        )
    if isinstance(source, pd.DataFrame):
        return _from_frame(source, "the frame")
    if not isinstance(source, str | os.PathLike):
        given = type(source).__name__
        raise ArgumentError(
            f"`source` must be a path or a pandas frame, but {given} was given"
        )
    path = existing_file(source)
    try:
        if path.suffix.lower() == ".xlsx":
            return _from_workbook(path, is_header, sheet)
        if sheet is not None:
            raise DataError(
                f"{path}: has no sheets; leave out `sheet`, which was {sheet!r}"
            )
        if path.suffix.lower() == ".parquet":
            return _from_frame(_read_parquet(path), str(path))
        return _from_csv(path, is_header)
    except OSError as error:
        reason = error.strerror or error
        raise DataError(
            f"{path}: cannot be read ({reason}); check that it may be opened"
        ) from error


def existing_file(source: str | os.PathLike[str]) -> Path:
    """Return the path of a file that exists, is of a known kind, and fits into memory."""
    try:
        path = Path(source).expanduser()
        exists = path.is_file()
    except (
        RuntimeError,
        OSError,
        ValueError,
    ) as error:  # no such home folder, too long a name
        message = f"{source}: cannot be found ({error}); check the name and the folder"
        raise DataError(message) from error
    if path.suffix.lower() not in SUFFIXES:
        kinds = ", ".join(SUFFIXES)
        raise DataError(
            f"{path}: the kind of file is not known; give one that ends in {kinds}"
        )
    if not exists:
        raise DataError(f"{path}: there is no such file; check the name and the folder")
    size = path.stat().st_size / 2**20
    if size > LARGEST:
        raise DataError(
            f"{path}: has {size:,.0f} MB, and at most {LARGEST} MB are read into memory; "
            "split it, or count it in an engine such as DuckDB or Polars (see `count_missions`)"
        )
    return path


def header_place(rows: Sequence[Sequence[str]], is_header: IsHeader, name: str) -> int:
    """Return which of the first rows is the header.

    It is the first that names the columns needed, else the first that is about as full as others.
    """
    rows = rows[: delimited.FIRST_ROWS]
    if not rows:
        raise DataError(
            f"{name}: holds no table; the first row must hold the names of the columns"
        )
    filled = [sum(bool(cell.strip()) for cell in cells) for cells in rows]
    found = [place for place, cells in enumerate(rows) if is_header(cells)]
    full = [place for place, count in enumerate(filled) if 2 * count >= max(filled)]
    place = (found or full)[0]
    width = len(rows[place])
    if width > COLUMNS:
        raise DataError(
            f"{name}: has {width:,} columns, and a sheet has {COLUMNS:,}; "
            "check what separates its cells"
        )
    return place


def unique_names(header: Iterable[str]) -> list[str]:
    """Return names of columns that differ: a second `a` is `a (2)`, an empty one `column 3`.

    Examples
    --------
    >>> unique_names(["a", "a", " ", "b"])
    ['a', 'a (2)', 'column 3', 'b']
    """
    names: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for place, cell in enumerate(header, start=1):
        name = unique = cell.strip() or f"column {place}"
        while unique in names:
            numbers[name] = numbers.get(name, 1) + 1
            unique = f"{name} ({numbers[name]})"
        names[unique] = None
    return list(names)


def free_name(name: str, taken: Container[str]) -> str:
    """Return a name that is not taken: as it is, or followed by `(as typed)`."""
    free, number = name, 1
    while free in taken:
        mark = "as typed" if number == 1 else f"as typed {number}"
        free = f"{name} ({mark})"
        number += 1
    return free


def column_as_text(cells: pd.Series) -> pd.Series:
    """Return the cells of any column as one would type them; a missing cell is empty."""
    return text_column([as_text(cell) for cell in cells], cells.index)


def _from_frame(frame: pd.DataFrame, name: str) -> TextTable:
    header = unique_names(map(str, frame))
    rows = pd.RangeIndex(FIRST_ROW, len(frame) + FIRST_ROW, name="row")
    cells = frame.set_axis(header, axis="columns").set_axis(rows, axis="index")
    return _without_blank_rows(
        TextTable(name, header, FIRST_ROW - 1, cells, is_text=False)
    )


def _from_csv(path: Path, is_header: IsHeader) -> TextTable:
    name = str(path)
    text, encoding = delimited.decode(path.read_bytes(), name)
    delimiter, first = _first_records(text, is_header)
    header = first[header_place([record.cells for record in first], is_header, name)]
    names = unique_names(map(delimited.repair, header.cells))
    empty = TextTable(name, names, header.row, pd.DataFrame(), delimiter=delimiter)
    empty.encoding = encoding
    lines_are_rows = not any("\n" in cell for record in first for cell in record.cells)
    columns = None
    if lines_are_rows and encoding.startswith("utf"):
        columns = delimited.columns_by_line(
            text.encode(), delimiter, names, skip=header.row
        )
    if columns is None:
        records = delimited.all_records(text, delimiter)
        body = [record for record in records if record.row > header.row]
        table = _from_records(empty, body)
        if not encoding.startswith("utf"):
            table.not_utf8 = _misread_words(names, [header, *body])
    else:
        table = _from_columns(empty, *columns)
    return _without_blank_rows(table)


def _first_records(
    text: str, is_header: IsHeader
) -> tuple[str, list[delimited.Record]]:
    """Return the delimiter that shows a header, or else the likeliest, and the first records."""
    lines = delimited.first_lines(text)
    delimiters = delimited.delimiters_of(lines)
    for delimiter in delimiters:
        first = delimited.first_records(lines, delimiter)
        if any(is_header(record.cells) for record in first):
            return delimiter, first
    return delimiters[0], delimited.first_records(lines, delimiters[0])


def _from_records(empty: TextTable, records: list[delimited.Record]) -> TextTable:
    """Cut records to the header; bytes that are not UTF-8 are read as Windows-1252."""
    rows = [
        (record.row, list(map(delimited.repair, record.cells))) for record in records
    ]
    table = _from_rows(empty, rows)
    for record in records:
        if record.fault:
            table.faults[record.row] = f"cannot be cut into cells: {record.fault}"
    return table


def _misread_words(
    header: Sequence[str], records: list[delimited.Record]
) -> dict[tuple[int, str], str]:
    """Return, by row and column, the first word of each cell that is not UTF-8."""
    words: dict[tuple[int, str], str] = {}
    for record in records:
        for name, cell in zip(header, record.cells, strict=False):
            if word := delimited.repaired_word(cell):
                words[record.row, name] = word
    return words


def _from_columns(empty: TextTable, columns: Any, ragged: dict[int, str]) -> TextTable:
    """Join columns of lines that fit the header and the lines that have more or fewer cells."""
    first = empty.header_row + 1
    numbers = range(first, first + len(columns) + len(ragged))
    rows = [row for row in numbers if row not in ragged] if ragged else numbers
    cells = pd.DataFrame(
        {name: text_column(columns[name].to_pandas()) for name in empty.header}
    )
    cells = cells.set_axis(pd.Index(rows, name="row", dtype="int64"), axis="index")
    if not ragged:
        return replace(empty, cells=cells)
    lines = delimited.records(list(ragged.values()), empty.delimiter)
    records = [line._replace(row=row) for row, line in zip(ragged, lines, strict=True)]
    others = _from_records(empty, records)
    return replace(others, cells=pd.concat([cells, others.cells]).sort_index())


def _from_workbook(path: Path, is_header: IsHeader, wanted: str | None) -> TextTable:
    sheets = {sheet.name: sheet for sheet in read_sheets(path)}
    if wanted is not None and wanted not in sheets:
        shown = ", ".join(map(repr, sheets))
        hint = did_you_mean(wanted, sheets, count=1)
        raise DataError(f"{path}: has no sheet {wanted!r}, but {shown}{hint}")
    sheet = _sheet_with_header(
        path, [sheets[wanted]] if wanted else list(sheets.values()), is_header
    )
    rows = _filled(sheet)
    name = f"{path}, sheet {sheet.name}"
    header_row, header = rows[
        header_place([cells for _, cells in rows], is_header, name)
    ]
    names = unique_names(header)
    empty = TextTable(
        name, names, header_row, pd.DataFrame(), first_day=first_day(path)
    )
    body = {row: cells for row, cells in rows if row > header_row}
    unread = {}
    for (row, place), (formula, problem) in sheet.unread.items():
        if row in body and 0 <= place < len(names):
            body[row][place] = formula
            unread[row, names[place]] = problem
    table = _from_rows(empty, list(body.items()))
    table.unread = unread
    return _without_blank_rows(table)


def _sheet_with_header(path: Path, sheets: list[Sheet], is_header: IsHeader) -> Sheet:
    """Return the sheet that holds the table, or else the first that holds anything."""
    first = delimited.FIRST_ROWS
    fitting = [
        s for s in sheets if any(is_header(cells) for _, cells in s.rows[:first])
    ]
    if len(fitting) > 1:
        shown = ", ".join(repr(sheet.name) for sheet in fitting)
        remedy = (
            f"name one of them: sheet={fitting[0].name!r} (--sheet on the command line)"
        )
        raise DataError(f"{path}: holds a table on several sheets ({shown}); {remedy}")
    filled = [sheet for sheet in sheets if any(any(cells) for _, cells in sheet.rows)]
    return (fitting or filled or sheets)[0]


def _filled(sheet: Sheet) -> Rows:
    """Return the rows of a sheet that hold something, up to the last column that does."""
    unread_rows = {row for row, _ in sheet.unread}
    width = 1 + max((place for _, place in sheet.unread), default=-1)
    rows = []
    for row, cells in sheet.rows:
        filled = len(cells)
        while filled > width and not cells[filled - 1].strip():
            filled -= 1
        width = max(width, filled)
        if row in unread_rows or "".join(cells).strip():
            rows.append((row, cells))
    return [(row, cells[:width]) for row, cells in rows]


def _from_rows(empty: TextTable, rows: Rows) -> TextTable:
    """Cut rows to the header; what does not fit is a fault of its row."""
    width = len(empty.header)
    rows = [(row, cells) for row, cells in rows if "".join(cells).strip()]
    faults: dict[int, str] = {}
    surplus: dict[int, list[str]] = {}
    for row, cells in rows:
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            faults[row] = (
                f"has {plural(len(cells), 'cell')} where the header has {width}"
            )
            surplus[row] = cells[width:]
    cut = [cells[:width] + [""] * (width - len(cells)) for _, cells in rows]
    columns = map(list, zip(*cut, strict=True)) if cut else [[] for _ in empty.header]
    index = pd.Index([row for row, _ in rows], name="row", dtype="int64")
    texts = {
        name: text_column(column)
        for name, column in zip(empty.header, columns, strict=True)
    }
    frame = pd.DataFrame(texts).set_axis(index, axis="index")
    return replace(empty, cells=frame, faults=faults, surplus=surplus)


def _without_blank_rows(table: TextTable) -> TextTable:
    """Leave out the rows that hold nothing: they are neither rows nor problems."""
    rows = table.cells.index
    for name in table.header:
        rows = rows[table.text_of(rows, name).str.strip() == ""]
        if rows.empty:
            return table
    blank = rows.difference(list(table.faults))
    return replace(table, cells=table.cells.drop(blank)) if len(blank) else table


def _read_parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet file so that no whole number becomes a fraction where some are missing."""
    broken = (pa.ArrowException, OSError, MemoryError, ValueError, OverflowError)
    try:
        table = ParquetFile(path).read()
        _check(table)
        # What pandas noted in the file may be broken or untrue, and is not needed.
        bare = table.replace_schema_metadata()
        frame: pd.DataFrame = bare.to_pandas(types_mapper=_nullable().get)
    except (*broken, ZoneInfoNotFoundError) as error:
        reason = " ".join(str(error).split())[:_SHOWN]
        message = (
            f"{path}: is not a Parquet file that can be read ({reason}); write it again"
        )
        raise DataError(message) from error
    return frame


def _nullable() -> dict[Any, Any]:
    """Return the dtypes of pandas for whole numbers and marks of which some may be missing."""
    whole = {
        getattr(pa, name.lower())(): pd.api.types.pandas_dtype(name)
        for name in (
            "Int8",
            "Int16",
            "Int32",
            "Int64",
            "UInt8",
            "UInt16",
            "UInt32",
            "UInt64",
        )
    }
    return {**whole, pa.bool_(): pd.BooleanDtype()}


def _check(table: Any) -> None:
    """Raise what Arrow says of text that is not UTF-8, days outside the calendar, unknown zones."""
    table.validate(full=True)
    for column in table.columns:
        if pa.types.is_temporal(column.type):
            is_duration = pa.types.is_duration(
                column.type
            )  # Arrow does not order these
            ordered = column.cast(pa.int64()) if is_duration else column
            for extreme in pa.compute.min_max(ordered).values():
                extreme.cast(column.type).as_py()
