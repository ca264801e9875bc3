"""Read a file or a frame as a table of text.

`read_text_table` reads a CSV file, a sheet of a workbook, a Parquet file or a frame
into a `TextTable`. Cells are not parsed here. Faulty rows and cells are kept, with the
reason.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields, replace
from numbers import Number
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
from pyarrow.parquet import ParquetFile

from cbcstats.errors import ArgumentError, DataError, Problem, plural
from cbcstats.files import delimited
from cbcstats.files.sources import (
    WORKBOOKS,
    existing_file,
    kind_of,
    unique_names,
    wrong_name,
)
from cbcstats.files.workbooks import (
    Sheet,
    choose_sheet,
    fill_merged,
    first_rows,
    has_header,
    header_of,
    header_place,
    hidden_and_struck,
    in_table,
    named_sheet,
    read_sheets,
    sheets_not_read,
)
from cbcstats.frames import as_text, text_column

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    IsHeader = Callable[[Sequence[str]], bool]
    Rows = list[tuple[int, list[str]]]

EVERY_SHEET: Final = "*"
# Number of the first row of a frame, as if it had a header in row 1.
FIRST_ROW: Final = 2
# The columns that tell in which part of a table of several a row is.
PLACES: Final = ["file", "sheet"]
# Characters of Arrow's own error message that are shown.
_SHOWN: Final = 200
# Nullable dtypes of pandas, by the name of the Arrow type.
_NULLABLE: Final = {
    "bool": "boolean",
    **{f"int{bits}": f"Int{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"UInt{bits}" for bits in (8, 16, 32, 64)},
}


class Part(NamedTuple):
    """One file or sheet in a table of several.

    In the table, its rows are numbered after those of the parts before it: `before` is added to the
    row of its file. `columns` maps the columns of the table to those of its file.
    `whole` is what all files have in common in their names.
    """

    file: str
    sheet: str
    whole: str
    before: int
    header_row: int
    columns: dict[str, str]
    first_day: datetime.date | None
    encoding: str


@dataclass
class TextTable:
    """A table of text, before its cells are parsed.

    Attributes
    ----------
    name : str
        The file, and the sheet of a workbook.
    header : list of str
        The names of the columns, each once: a second `Country` is `Country (2)`, a
        column without a name is `column 3`, or `Dates, column 3` under a merged name.
    header_row : int
        The row of the header.
    typed_header : tuple of str
        The names as typed, if the table is one of several under a common header.
    cells : pandas.DataFrame
        One column for each name; the index is the row as a spreadsheet numbers it.
        Cells of CSV and Excel are text, an empty one is `""`; those of Parquet and
        frames are as they are.
    faults : dict of int to str
        By row, why it could not be split into cells, or has too many or too few.
    surplus : dict of int to list of str
        By row, the cells beyond the header; none where there are too few. Rows that
        could not be split are not among them.
    not_utf8 : dict of (int, str) to str
        By row and column, the first word of a cell that was not UTF-8 and was read as
        Windows-1252.
    unread : dict of (int, str) to str
        By row and column, the reason why Excel shows no value; the cell holds the
        formula or the error.
    remarks : list of Problem
        What a person sees and the table does not show, such as hidden rows: problems of
        rows and cells, or of the whole table in its header row.
    formats : dict of (int, str) to str
        By row and column, the number format of a cell that shows something else than
        its value: `percent`, `no year`, or only the `month` or the `year` of a day.
    serials : set of (int, str)
        The rows and columns of numbers in a workbook that may be days.
    other_headers : set of int
        The rows of headers with other columns, or in another order; the cells below
        them stand in the columns of the first header.
    decimals : set of (int, str)
        The rows and columns of numbers in a workbook that have decimals: the text 1.125
        may be 1125, such a number cannot.
    encoding : str
        Of a CSV file: `utf-8`, `utf-16`, `windows-1252`, `mixed` of UTF-8 and
        Windows-1252, or the one that was given.
    delimiter : str
        The delimiter of a CSV file.
    first_day : datetime.date, optional
        Day zero of the serial numbers of a workbook.
    is_text : bool
        Whether all cells are text.
    parts : list of Part
        The files and sheets, if the table was put together from several.
    """

    name: str
    header: list[str]
    header_row: int
    cells: pd.DataFrame
    faults: dict[int, str] = field(default_factory=dict)
    surplus: dict[int, list[str]] = field(default_factory=dict)
    not_utf8: dict[tuple[int, str], str] = field(default_factory=dict)
    unread: dict[tuple[int, str], str] = field(default_factory=dict)
    remarks: list[Problem] = field(default_factory=list)
    formats: dict[tuple[int, str], str] = field(default_factory=dict)
    serials: set[tuple[int, str]] = field(default_factory=set)
    typed_header: tuple[str, ...] = ()
    other_headers: set[int] = field(default_factory=set)
    decimals: set[tuple[int, str]] = field(default_factory=set)
    encoding: str = "utf-8"
    delimiter: str = ","
    first_day: datetime.date | None = None
    is_text: bool = True
    parts: list[Part] = field(default_factory=list)

    def text(self, column: str) -> pd.Series:
        """Return a column as a person would type it; a missing cell is empty."""
        return self.text_of(slice(None), column)

    def text_of(self, rows: Any, column: str) -> pd.Series:
        """Return the cells of some rows in a column as a person would type them."""
        cells: pd.Series = self.cells.loc[rows, column]
        if self.is_text:
            return cells
        texts = map(as_text, cells)
        return text_column(list(texts), cells.index)

    def is_in(self, places: Iterable[tuple[int, str]], column: str) -> np.ndarray:
        """Tell which rows have their cell in a column among some places."""
        rows = [row for row, of_column in places if of_column == column]
        is_in: np.ndarray = self.cells.index.isin(rows)
        return is_in

    def is_shown_as(self, form: str, column: str) -> np.ndarray:
        """Tell which rows have their cell in a column shown in a form of `formats`."""
        places = [place for place, shown in self.formats.items() if shown == form]
        return self.is_in(places, column)

    def is_number(self, column: str) -> pd.Series:
        """Tell which cells of a column are numbers with decimals, not texts."""
        cells = self.cells[column]
        if self.is_text:
            return pd.Series(self.is_in(self.decimals, column), cells.index)
        if pd.api.types.is_numeric_dtype(cells.dtype):
            return pd.Series(data=True, index=cells.index)
        return cells.map(lambda cell: isinstance(cell, Number)).astype(bool)

    def known(self) -> dict[str, Any]:
        """Return what is known of some rows or cells, a dict or a set, by attribute."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: of for name, of in values.items() if isinstance(of, dict | set)}

    def with_places_moved(self, moved: Callable[[Any], Any]) -> TextTable:
        """Return the table with what is known of rows and cells in other places.

        `moved` takes a row, or a row and a column.
        """
        known: dict[str, Any] = {}
        for name, of in self.known().items():
            if isinstance(of, set):
                known[name] = set(map(moved, of))
            else:
                known[name] = {moved(place): text for place, text in of.items()}
        return replace(self, **known)

    def of_rows(self, rows: pd.Index) -> TextTable:
        """Return the table of some rows, with what is known about them."""
        wanted = set(rows)

        def is_wanted(place: Any) -> bool:
            return (place[0] if isinstance(place, tuple) else place) in wanted

        known: dict[str, Any] = {}
        for name, of in self.known().items():
            places = list(filter(is_wanted, of))
            is_set = isinstance(of, set)
            known[name] = set(places) if is_set else {key: of[key] for key in places}
        return replace(self, cells=self.cells.loc[rows], **known)

    def part_numbers(self, rows: Any) -> np.ndarray:
        """Return for each row the number of its part, from 0."""
        before = np.array([part.before for part in self.parts])
        numbers: np.ndarray = before.searchsorted(rows, side="left")
        return numbers - 1

    def by_part(self, rows: pd.Index) -> Iterator[tuple[TextTable | Part, pd.Index]]:
        """Yield each part with those of the rows that it has; the table if it is one."""
        if not self.parts:
            yield self, rows
            return
        numbers = self.part_numbers(rows)
        for number, part in enumerate(self.parts):
            yield part, rows[numbers == number]

    def places(self, rows: Any) -> pd.DataFrame:
        """Return the file, the sheet and the row there of some rows of several parts."""
        numbers = self.part_numbers(rows)
        parts = pd.DataFrame(self.parts).take(numbers)
        own = np.asarray(rows) - parts["before"].to_numpy()
        return parts[PLACES].assign(row=own).reset_index(drop=True)

    def before(self, files: Iterable[str], sheets: Iterable[str]) -> np.ndarray:
        """Return what is added to the rows of files and sheets; NaN if not known."""
        known = {(part.file, part.sheet.strip()): part.before for part in self.parts}
        places = zip(files, sheets, strict=True)
        numbers = [known.get((file, sheet.strip())) for file, sheet in places]
        return np.array(numbers, dtype="float64")


def read_text_table(
    source: Any,
    is_header: IsHeader,
    sheet: Any = None,
    encoding: str | None = None,
) -> TextTable:
    """Read a table.

    Parameters
    ----------
    source : path or pandas.DataFrame
        A file whose name ends in one of `SUFFIXES`, or a frame. What it holds decides
        how it is read; a remark says that its name is wrong.
    is_header : callable
        Tells whether a list of cells is the header. If no row is, the header is the
        first row about as full as the others; titles above it are skipped.
    sheet : str, optional
        The sheet of a workbook; by default the visible one that has the header.
    encoding : str, optional
        The encoding of a text file; by default the one that it shows.

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
    [table] = read_text_tables(source, is_header, sheet, encoding)
    return table


def read_text_tables(
    source: Any,
    is_header: IsHeader,
    sheet: str | list[str] | None,
    encoding: str | None,
) -> list[TextTable]:
    """Read the tables of a file: of each sheet that is named, or of every one with `*`.

    Without a sheet, of a file without sheets, and of a frame, it is the only table.
    """
    if isinstance(source, pd.DataFrame):
        _refuse_encoding("the frame", encoding)
        return [_from_frame(source, "the frame")]
    if not isinstance(source, str | os.PathLike):
        given = type(source).__name__
        raise ArgumentError(
            f"`source` must be a path or a pandas frame, but {given} was given"
        )
    path = existing_file(source)
    try:
        return _from_file(path, is_header, sheet, encoding)
    except OSError as error:
        reason = error.strerror or error
        raise DataError(
            f"{path}: cannot be read ({reason}); check that it may be opened"
        ) from error


def _from_file(
    path: Path,
    is_header: IsHeader,
    sheet: str | list[str] | None,
    encoding: str | None,
) -> list[TextTable]:
    kind = kind_of(path)
    if kind in WORKBOOKS or kind == ".parquet":
        _refuse_encoding(path, encoding)
    if kind in WORKBOOKS:
        tables = _from_workbook(path, kind, is_header, sheet)
    elif sheet not in (None, EVERY_SHEET):
        raise DataError(
            f"{path}: has no sheets; leave out `sheet`, which was {sheet!r}"
        )
    elif kind == ".parquet":
        tables = [_from_frame(_read_parquet(path), str(path))]
    else:
        tables = [_from_csv(path, is_header, encoding)]
    if kind != path.suffix.lower():
        first = tables[0]
        first.remarks.append(wrong_name(path, kind, first.header_row))
    return tables


def _refuse_encoding(source: Path | str, encoding: str | None) -> None:
    if encoding is not None:
        raise ArgumentError(
            f"{source}: only text files such as CSV can have another encoding; "
            f"leave out `encoding`, which was {encoding!r}"
        )


def _from_frame(frame: pd.DataFrame, name: str) -> TextTable:
    header = unique_names(map(str, frame))
    end = FIRST_ROW + len(frame)
    rows = pd.RangeIndex(FIRST_ROW, end, name="row")
    cells = frame.set_axis(header, axis="columns")
    cells = cells.set_axis(rows, axis="index")
    table = TextTable(name, header, FIRST_ROW - 1, cells, is_text=False)
    return without_blank_rows(table)


def _from_csv(path: Path, is_header: IsHeader, given: str | None) -> TextTable:
    name = str(path)
    text, encoding, doubtful = delimited.decode(path.read_bytes(), name, given)
    delimiter, first = delimited.records_with_header(text, is_header)
    rows = [record.cells for record in first]
    header = first[header_place(rows, is_header, name)]
    names = unique_names(map(delimited.repair, header.cells))
    empty = TextTable(name, names, header.row, pd.DataFrame())
    empty.delimiter = delimiter
    empty.encoding = encoding
    if doubtful:
        word, finding = delimited.explain_windows_1252(doubtful)
        empty.remarks.append(Problem(header.row, "", word, *finding))
    table = _from_lines(empty, text, first)
    if table is None:
        records = delimited.all_records(text, delimiter, width=len(names))
        body = [record for record in records if record.row > header.row]
        table = _from_records(empty, body)
        if encoding in delimited.WITH_REPAIRS:
            table.not_utf8 = delimited.misread_words(names, [header, *body])
    return without_blank_rows(table)


def _from_lines(
    empty: TextTable, text: str, first: list[delimited.Record]
) -> TextTable | None:
    """Read a table with Arrow, or return None if a row may span several lines.

    Arrow is much faster than the csv module.
    """
    # Arrow does not read bytes that are not UTF-8.
    if empty.encoding in delimited.WITH_REPAIRS:
        return None
    for record in first:
        if any("\n" in cell for cell in record.cells):
            return None
    lines = delimited.columns_by_line(
        text.encode(), empty.delimiter, empty.header, skip=empty.header_row
    )
    if lines is None:
        return None
    body, ragged = lines
    return _from_arrow(empty, body, ragged)


def _from_records(empty: TextTable, records: list[delimited.Record]) -> TextTable:
    """Align records with the header; repair bytes that are not UTF-8."""
    rows = []
    for record in records:
        cells = map(delimited.repair, record.cells)
        rows.append((record.row, list(cells)))
    table = _from_rows(empty, rows)
    for record in records:
        if record.fault:
            table.faults[record.row] = f"cannot be cut into cells: {record.fault}"
            table.surplus.pop(record.row, None)
    return table


def _from_arrow(
    empty: TextTable, body: pa.Table, ragged: dict[int, pa.csv.InvalidRow]
) -> TextTable:
    """Make a table of the lines that Arrow split, and of ragged ones by row number."""
    first = empty.header_row + 1
    end = first + body.num_rows + len(ragged)
    rows = pd.Index(range(first, end), name="row", dtype="int64")
    if not ragged:
        return replace(empty, cells=_cells_of_arrow(body, rows))
    cells = _cells_of_arrow(body, rows.difference(list(ragged)))
    width = len(empty.header)
    lines = ragged.items()
    short = {row: line for row, line in lines if line.actual_columns < width}
    filled = _from_short_lines(empty, short)
    rest = {row: line for row, line in lines if row not in short or not filled}
    cut = _from_ragged_lines(empty, rest)
    filled = filled or empty
    every = pd.concat([cells, filled.cells, cut.cells]).sort_index()
    return replace(
        empty,
        cells=every,
        faults=filled.faults | cut.faults,
        surplus=filled.surplus | cut.surplus,
    )


def _cells_of_arrow(body: pa.Table, rows: pd.Index) -> pd.DataFrame:
    texts = {name: text_column(body[name].to_pandas()) for name in body.column_names}
    return pd.DataFrame(texts).set_axis(rows, axis="index")


def _from_short_lines(
    empty: TextTable, lines: dict[int, pa.csv.InvalidRow]
) -> TextTable | None:
    """Fill lines that have fewer cells than names; None if that does not fill one."""
    body = delimited.columns_of_short_lines(
        lines.values(), empty.delimiter, empty.header
    )
    if not lines or body is None:
        return None
    rows = pd.Index(list(lines), name="row", dtype="int64")
    table = replace(empty, cells=_cells_of_arrow(body, rows))
    table = without_blank_rows(table)
    filled = table.cells.index
    width = len(empty.header)
    # A file has lines of few lengths.
    fault_of = {count: _wrong_width(count, width) for count in range(width)}
    table.faults = {row: fault_of[lines[row].actual_columns] for row in filled}
    table.surplus = {row: [] for row in filled}
    return table


def _from_ragged_lines(
    empty: TextTable, lines: dict[int, pa.csv.InvalidRow]
) -> TextTable:
    texts = [line.text for line in lines.values()]
    cut = delimited.records(texts, empty.delimiter)
    # On their own, the lines were numbered from 1.
    records = [line._replace(row=row) for row, line in zip(lines, cut, strict=True)]
    return _from_records(empty, records)


def _wrong_width(count: int, width: int) -> str:
    return f"has {plural(count, 'cell')} where the header has {width}"


def _from_workbook(
    path: Path, kind: str, is_header: IsHeader, wanted: str | list[str] | None
) -> list[TextTable]:
    sheets = read_sheets(path, kind)
    if isinstance(wanted, list):
        chosen = [named_sheet(path, sheets, name) for name in wanted]
    elif wanted == EVERY_SHEET:
        fitting = [sheet for sheet in sheets if has_header(sheet, is_header)]
        # Without any, it is said which columns are missing.
        chosen = fitting or [choose_sheet(path, sheets, is_header)]
    elif wanted is not None:
        chosen = [named_sheet(path, sheets, wanted)]
    else:
        chosen = [choose_sheet(path, sheets, is_header)]
    tables = [_from_sheet(path, sheet, is_header) for sheet in chosen]
    if wanted in (None, EVERY_SHEET):
        first = tables[0]
        first.remarks += sheets_not_read(sheets, chosen, first.header_row)
    return tables


def _from_sheet(path: Path, sheet: Sheet, is_header: IsHeader) -> TextTable:
    name = f"{path}, sheet {sheet.name}"
    first = first_rows(sheet)
    place = header_place(list(first.values()), is_header, name)
    header_row, header = header_of(sheet, list(first)[place])
    names = unique_names(header)
    empty = TextTable(name, names, header_row, pd.DataFrame())
    empty.first_day = sheet.xml.first_day
    body = {row: cells for row, cells in sheet.rows if row > header_row}
    # Ignore formulas in titles above the header, or to the right of the table.
    unread = in_table(sheet.xml.unread, sheet, names, body)
    for (row, column), (formula, _) in sheet.xml.unread.items():
        if (row, column) in unread:
            body[row][column - sheet.left] = formula
    merged = fill_merged(sheet, names, body)
    table = _from_rows(empty, list(body.items()))
    table.unread = {unread[cell]: sheet.xml.unread[cell][1] for cell in unread}
    formats = in_table(sheet.xml.formats, sheet, names, body)
    table.formats = {formats[cell]: sheet.xml.formats[cell] for cell in formats}
    table.serials = set(in_table(sheet.serials, sheet, names, body).values())
    table.decimals = set(in_table(sheet.decimals, sheet, names, body).values())
    table.remarks = [*hidden_and_struck(sheet, names, header_row, body), *merged]
    return without_blank_rows(table)


def _from_rows(empty: TextTable, rows: Rows) -> TextTable:
    """Align rows with the header; too many or too few cells are a fault."""
    width = len(empty.header)
    faults = {}
    surplus = {}
    body = {}
    for row, cells in rows:
        if not "".join(cells).strip():
            continue
        beyond = cells[width:]
        # Empty cells at the end of a row are harmless; spreadsheet programs add them.
        if len(cells) < width or "".join(beyond).strip():
            faults[row] = _wrong_width(len(cells), width)
            surplus[row] = beyond
        blank = [""] * (width - len(cells))
        body[row] = cells[:width] + blank
    columns = zip(*body.values(), strict=True) if body else [()] * width
    texts = {
        name: text_column(list(column))
        for name, column in zip(empty.header, columns, strict=True)
    }
    index = pd.Index(list(body), name="row", dtype="int64")
    frame = pd.DataFrame(texts).set_axis(index, axis="index")
    return replace(empty, cells=frame, faults=faults, surplus=surplus)


def without_blank_rows(table: TextTable) -> TextTable:
    """Drop blank rows; they do not count as problems."""
    blank = table.cells.index
    for name in table.header:
        text = table.text_of(blank, name)
        blank = blank[text.str.strip() == ""]
        # Most tables have no blank rows, which the first columns show.
        if blank.empty:
            return table
    # The cells beyond the header can be all that a row holds.
    blank = blank.difference(list(table.faults))
    cells = table.cells.drop(blank)
    return replace(table, cells=cells)


def _read_parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet file; whole numbers stay whole where some are missing."""
    broken = (pa.ArrowException, OSError, MemoryError, ValueError, OverflowError)
    try:
        table = ParquetFile(path).read()
        _check_values(table)
        # The pandas metadata in the file may be broken or wrong, and is not needed.
        bare = table.replace_schema_metadata()
        frame: pd.DataFrame = bare.to_pandas(types_mapper=_nullable_dtype)
    # An unknown time zone raises KeyError.
    except (*broken, KeyError) as error:
        reason = " ".join(str(error).split())[:_SHOWN]
        raise DataError(
            f"{path}: is not a Parquet file that can be read ({reason}); write it again"
        ) from error
    return frame


def _nullable_dtype(kind: pa.DataType) -> Any:
    """Return the nullable dtype for whole numbers and booleans, or None for others."""
    # Look it up by name: older pyarrow cannot hash unknown extension types.
    name = _NULLABLE.get(str(kind))
    return pd.api.types.pandas_dtype(name) if name else None


def _check_values(table: pa.Table) -> None:
    """Check all values now, as Arrow reports invalid ones only when they are used.

    Examples are invalid UTF-8, dates out of range, and unknown time zones.
    """
    table.validate(full=True)
    for column in table.columns:
        if not pa.types.is_temporal(column.type):
            continue
        # Arrow does not compare durations.
        is_duration = pa.types.is_duration(column.type)
        ordered = column.cast(pa.int64()) if is_duration else column
        for extreme in pa.compute.min_max(ordered).values():
            extreme.cast(column.type).as_py()
