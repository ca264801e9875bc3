"""Excel workbooks -> rows of text: calamine reads, openpyxl finds what calamine reads as empty."""

from __future__ import annotations

import datetime
import re
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from cbcstats.errors import DataError

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

NO_RESULT = "holds a formula whose result is not stored"
AN_ERROR = "holds an error of Excel"


class Sheet(NamedTuple):
    """The cells of a sheet as text.

    `rows` holds the number of each row with its cells, from the first filled one on; `unread` the cells that show an
    error of Excel, or a formula without result, by row and place: what is written there, and which of the two.
    """

    name: str
    rows: list[tuple[int, list[str]]]
    unread: dict[tuple[int, int], tuple[str, str]]


def read_sheets(path: Path) -> Iterator[Sheet]:
    """Yield the sheets of a workbook, in order.

    Raises
    ------
    DataError
        If it is no workbook.
    """
    import python_calamine

    try:
        workbook = python_calamine.load_workbook(str(path))
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            top, left = sheet.start or (0, 0)
            cells = sheet.to_python(skip_empty_area=True)
            rows = [
                (row, [cell if cell.__class__ is str else as_text(cell) for cell in found])
                for row, found in enumerate(cells, start=top + 1)
            ]
            unread = {(row, column - left - 1): said for (row, column), said in _cells_without_value(path, name)}
            yield Sheet(name, rows, unread)
    except (python_calamine.CalamineError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: is no Excel workbook that can be read ({error}); save it again as .xlsx") from error


def new_workbook(content: io.BytesIO, title: str) -> Any:
    """Return a workbook to write; what it holds stays text where text is written, and its bytes are always the same."""
    import xlsxwriter

    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_urls": False})
    workbook.set_properties({"title": title, "created": datetime.datetime(2000, 1, 1)})
    return workbook


def first_day(path: Path) -> datetime.date:
    """Return the day that serial numbers of the workbook count from: the system of 1900, or that of 1904."""
    with zipfile.ZipFile(path) as archive:
        settings = archive.read("xl/workbook.xml") if "xl/workbook.xml" in archive.namelist() else b""
    since_1904 = re.search(rb'date1904="(1|true)"', settings)
    return datetime.date(1904, 1, 1) if since_1904 else datetime.date(1899, 12, 30)


def as_text(cell: Any) -> str:
    """Return a cell as one would type it; a missing one is empty."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if cell is None or cell is pd.NA or cell != cell:  # NaN and NaT differ from themselves
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _cells_without_value(path: Path, sheet: str) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    """Yield the cells that calamine reads as empty although something stands there."""
    with zipfile.ZipFile(path) as archive:
        parts = (archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/"))
        if not any(b't="e"' in part or b"<f>" in part or b"<f " in part for part in parts):
            return
    from openpyxl.reader.excel import load_workbook

    results = load_workbook(path, data_only=True)[sheet]
    for row in load_workbook(path)[sheet].iter_rows():
        for cell in row:
            result = results.cell(cell.row, cell.column)
            if result.data_type == "e":
                yield (cell.row, cell.column), (str(result.value), AN_ERROR)
            elif cell.data_type == "f" and result.value is None:
                yield (cell.row, cell.column), (str(cell.value), NO_RESULT)
