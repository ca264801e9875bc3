"""CSV, Excel, Parquet or a frame -> a frame of text that knows its rows: nothing is interpreted here."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SUFFIXES: Final = (".csv", ".xlsx", ".parquet")
_DELIMITERS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}
_TITLE_ROWS: Final = 20  # rows among which the header is looked for
_LARGEST_CELL: Final = 2**30  # characters; the limit of the csv module is a cell of 131,072


class Problem(NamedTuple):
    """One bad cell, row or file: where, what is wrong, what to do."""

    row: int
    column: str
    value: str
    problem: str
    remedy: str


class Cells(NamedTuple):
    """The cells of a table as text.

    `frame` holds `str` columns in file order, empty cells as `""`; its index is the row: the line of a text
    file, the row of a spreadsheet, the position counted from 1 elsewhere. `header` is the row of the header.
    Rows that could not be cut into cells are in `problems` only.
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
        return Cells("the frame", _frame_as_text(source), [])
    path = Path(source)
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(f"{path}: the kind of file is not known; give one that ends in {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise DataError(f"{path}: there is no such file; check the name and the folder")
    readers = {".csv": _read_csv, ".xlsx": _read_excel, ".parquet": _read_parquet}
    try:
        return readers[path.suffix.lower()](path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}); check that it may be opened") from error


def _read_csv(path: Path) -> Cells:
    text, misread = _decode(path.read_bytes())
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    problems: list[Problem] = []
    if delimiter != ",":
        said = f"separates the columns by {_DELIMITERS[delimiter]}"
        problems.append(Problem(1, "", first.strip(), said, "save the file as CSV with commas between the columns"))
    cells = _table(path, list(_csv_rows(text, delimiter, problems)), problems)
    for row, words in misread.items():
        held = (
            [str(name) for name, cell in cells.frame.loc[row].items() if words in cell]
            if row in cells.frame.index
            else []
        )
        problems.append(
            Problem(
                row,
                held[0] if held else "",
                words,
                "holds bytes that are not UTF-8",
                "save the file as CSV UTF-8; check accents and dashes",
            )
        )
    return cells


def _decode(data: bytes) -> tuple[str, dict[int, str]]:
    """Return the text, and the words on each line that are no UTF-8 and were read as Windows-1252."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace"), {}
    lines = list(io.StringIO(data.decode("utf-8-sig", errors="surrogateescape"), newline=""))
    misread: dict[int, str] = {}
    for place, line in enumerate(lines):
        if not line.isascii() and any("\udc80" <= character <= "\udcff" for character in line):
            lines[place] = line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
            words = [word for word in lines[place].replace(",", " ").replace(";", " ").split() if not word.isascii()]
            misread[place + 1] = words[0].strip('"') if words else ""
    return "".join(lines), misread


def _csv_rows(text: str, delimiter: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it begins, which a line break inside quotes moves.

    A record with broken quotation marks is a problem, and reading goes on at the next line.
    """
    csv.field_size_limit(_LARGEST_CELL)
    lines = list(io.StringIO(text, newline=""))
    done = 0
    while done < len(lines):
        reader = csv.reader(lines[done:], delimiter=delimiter, strict=True)
        start = done
        try:
            for record in reader:
                yield done + 1, record
                done = start + reader.line_num
        except csv.Error as error:
            remedy = 'close each quotation mark, and write "" for one inside a quoted cell'
            said = f"cannot be cut into cells: {error}"
            problems.append(Problem(done + 1, "", lines[done].strip(), said, remedy))
            done += 1


def _read_excel(path: Path) -> Cells:
    import python_calamine

    try:
        workbook = python_calamine.load_workbook(str(path))
        sheet = workbook.get_sheet_by_index(0)
    except (python_calamine.CalamineError, ValueError) as error:
        raise DataError(f"{path}: is no Excel workbook that can be read ({error}); save it again as .xlsx") from error
    top, left = sheet.start or (0, 0)
    cells = sheet.to_python(skip_empty_area=True)
    rows = [(top + 1 + place, [_as_text(cell) for cell in row]) for place, row in enumerate(cells)]
    problems: list[Problem] = []
    unread = dict(_cells_without_value(path, sheet.name))
    if not any(any(row) for _, row in rows) and len(workbook.sheet_names) > 1:
        others = ", ".join(workbook.sheet_names[1:])
        raise DataError(f"{path}: the first sheet is empty; move the table there from one of the others ({others})")
    found = _table(path, rows, problems)
    names = [name.strip() for name in rows[found.header - 1 - top][1]] if rows else []
    for (row, place), (value, said, remedy) in unread.items():
        column = names[place - left - 1] if 0 <= place - left - 1 < len(names) else ""
        problems.append(Problem(row, column, value, said, remedy))
    return found


def _cells_without_value(path: Path, sheet: str) -> Iterator[tuple[tuple[int, int], tuple[str, str, str]]]:
    """Yield the cells that calamine reads as empty although something stands there: errors, formulas without result."""
    with zipfile.ZipFile(path) as archive:
        parts = (archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/"))
        if not any(b't="e"' in part or b"<f" in part for part in parts):
            return
    from openpyxl.reader.excel import load_workbook

    results = load_workbook(path, data_only=True)[sheet]
    for row in load_workbook(path)[sheet].iter_rows():
        for cell in row:
            result = results.cell(cell.row, cell.column)
            if result.data_type == "e":
                said = "holds an error of Excel"
                yield (cell.row, cell.column), (str(result.value), said, "correct the formula, or write the value")
            elif cell.data_type == "f" and result.value is None:
                said = "holds a formula whose result is not stored"
                remedy = "open the file in a spreadsheet program and save it, or write the value"
                yield (cell.row, cell.column), (str(cell.value), said, remedy)


def _read_parquet(path: Path) -> Cells:
    from pyarrow.lib import ArrowException

    try:
        frame = pd.read_parquet(path, dtype_backend="pyarrow")
    except ArrowException as error:
        raise DataError(f"{path}: is no Parquet file that can be read ({error}); write it again") from error
    return Cells(str(path), _frame_as_text(frame), [])


def _table(path: Path, rows: Sequence[tuple[int, list[str]]], problems: list[Problem]) -> Cells:
    """Take the first row that is about as full as others as the header, and cut each row below to it.

    What stands above it is a title.
    """
    rows = [(row, record) for row, record in rows if any(cell.strip() for cell in record)]
    if not rows:
        raise DataError(f"{path}: holds no table; the first row must hold the names of the columns")
    full = [sum(bool(cell.strip()) for cell in record) for _, record in rows[:_TITLE_ROWS]]
    top = next(place for place, cells in enumerate(full) if 2 * cells >= max(full))
    (header_row, header), *body = rows[top:]
    header = [name.strip() for name in header]
    kept: dict[int, list[str]] = {}
    for row, record in body:
        if len(record) == len(header):
            kept[row] = [cell.strip() for cell in record]
        else:
            problems.append(_ragged(row, record, len(header)))
    frame = pd.DataFrame.from_dict(kept, orient="index", columns=header, dtype="object").astype("str")
    doubled = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    problems += [Problem(header_row, name, "", "is a column name that stands twice", "rename one") for name in doubled]
    for place, name in enumerate(header):
        cells = frame.iloc[:, place]
        if not name and (filled := cells[cells != ""]).size:
            said = f"stands in column {place + 1}, which has no name"
            problems.append(Problem(int(filled.index[0]), "", filled.iloc[0], said, "name the column, or empty it"))
    return Cells(str(path), frame.loc[:, ~frame.columns.duplicated() & (frame.columns != "")], problems, header_row)


def _ragged(row: int, record: list[str], expected: int) -> Problem:
    found = f"has {len(record)} cell{'s'[: len(record) != 1]} where the header has {expected}"
    remedy = "put text that holds a comma into quotation marks, and write one comma for each empty cell"
    other = next((mark for mark in _DELIMITERS if mark != "," and sum(mark in cell for cell in record)), None)
    if len(record) == 1 and other:
        remedy = f"separate its cells by commas; they seem to be separated by {_DELIMITERS[other]}"
    return Problem(row, "", ",".join(record), found, remedy)


def _frame_as_text(frame: pd.DataFrame) -> pd.DataFrame:
    columns: Iterable[tuple[Any, pd.Series]] = frame.items()
    text = pd.DataFrame({str(name): [_as_text(cell) for cell in column] for name, column in columns}, dtype="str")
    return text.set_axis(range(1, len(frame) + 1), axis="index")


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if cell is None or cell is pd.NA or cell != cell:  # NaN and NaT differ from themselves
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
