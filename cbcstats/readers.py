"""CSV, Excel, Parquet or a frame -> a frame of text that knows its rows: nothing is interpreted here."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SUFFIXES: Final = (".csv", ".xlsx", ".parquet")
_DELIMITERS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}


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
    file, the row of a spreadsheet, the position counted from 1 elsewhere. Rows that could not be cut into
    cells are in `problems` only.
    """

    name: str
    frame: pd.DataFrame
    problems: list[Problem]


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
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = data.decode(encoding, errors="surrogateescape" if encoding == "utf-8-sig" else "replace")
    problems: list[Problem] = []
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    if delimiter != ",":
        problems.append(
            Problem(
                1,
                "",
                first.strip()[:60],
                f"separates the columns by {_DELIMITERS[delimiter]}",
                "save the file as CSV with commas between the columns",
            )
        )
    rows = list(_csv_rows(text, delimiter, problems))
    return _table(path, rows, problems)


def _csv_rows(text: str, delimiter: str, problems: list[Problem]) -> Iterable[tuple[int, list[str]]]:
    """Yield each record with the line on which it begins, which a line break inside quotes moves.

    A record with broken quotation marks is a problem, and reading goes on at the next line.
    """
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
            problems.append(
                Problem(
                    done + 1,
                    "",
                    lines[done].strip(),
                    f"cannot be cut into cells: {error}",
                    'close each quotation mark, and write "" for one inside a quoted cell',
                )
            )
            done += 1


def _read_excel(path: Path) -> Cells:
    import python_calamine

    try:
        sheet = python_calamine.load_workbook(str(path)).get_sheet_by_index(0)
    except (python_calamine.CalamineError, ValueError) as error:
        raise DataError(f"{path}: is no Excel workbook that can be read ({error}); save it again as .xlsx") from error
    first = (sheet.start or (0, 0))[0] + 1
    rows = [
        (first + i, [_as_text(cell) for cell in row]) for i, row in enumerate(sheet.to_python(skip_empty_area=True))
    ]
    return _table(path, rows, [])


def _read_parquet(path: Path) -> Cells:
    from pyarrow.lib import ArrowException

    try:
        frame = pd.read_parquet(path, dtype_backend="pyarrow")
    except ArrowException as error:
        raise DataError(f"{path}: is no Parquet file that can be read ({error}); write it again") from error
    return Cells(str(path), _frame_as_text(frame), [])


def _table(path: Path, rows: Sequence[tuple[int, list[str]]], problems: list[Problem]) -> Cells:
    """Take the first row with text as the header and cut each other row to it."""
    rows = [(row, record) for row, record in rows if any(cell.strip() for cell in record)]
    if not rows:
        raise DataError(f"{path}: holds no table; the first row must hold the names of the columns")
    (_, header), *body = rows
    header = [name.strip() for name in header]
    kept: dict[int, list[str]] = {}
    for row, record in body:
        if len(record) == len(header):
            kept[row] = record
        else:
            problems.append(_ragged(row, record, len(header)))
    frame = pd.DataFrame.from_dict(kept, orient="index", columns=header, dtype="object")
    doubled = [name for name in dict.fromkeys(header) if header.count(name) > 1 and name]
    problems += [Problem(rows[0][0], name, "", "is a column name that stands twice", "rename one") for name in doubled]
    frame = frame.loc[:, ~frame.columns.duplicated() & (frame.columns != "")]
    for name in map(str, frame):
        frame[name] = [_decoded(cell, row, name, problems) for row, cell in zip(kept, frame[name], strict=True)]
    return Cells(str(path), frame.astype("str"), problems)


def _ragged(row: int, record: list[str], expected: int) -> Problem:
    found = f"has {len(record)} cell{'s'[: len(record) != 1]} where the header has {expected}"
    remedy = "put text that holds a comma into quotation marks, and write one comma for each empty cell"
    other = next((mark for mark in _DELIMITERS if mark != "," and sum(mark in cell for cell in record)), None)
    if len(record) == 1 and other:
        remedy = f"separate its cells by commas; they seem to be separated by {_DELIMITERS[other]}"
    return Problem(row, "", ",".join(record), found, remedy)


def _decoded(cell: str, row: int, column: str, problems: list[Problem]) -> str:
    """Return the cell without surrounding blanks; bytes that are no UTF-8 are read as Windows-1252 and reported."""
    if cell.isascii() or not any("\udc80" <= character <= "\udcff" for character in cell):
        return cell.strip()
    text = cell.encode("utf-8", "surrogateescape").decode("cp1252", "replace").strip()
    problems.append(
        Problem(
            row,
            column,
            text,
            "holds bytes that are not UTF-8",
            "save the file as CSV UTF-8; check accents and dashes",
        )
    )
    return text


def _frame_as_text(frame: pd.DataFrame) -> pd.DataFrame:
    text = pd.DataFrame({str(name): [_as_text(cell) for cell in column] for name, column in frame.items()}, dtype="str")
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
