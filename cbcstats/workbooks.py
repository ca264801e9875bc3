"""Excel workbooks -> rows of text: calamine reads, and the XML says what it reads as empty."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from cbcstats.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_RESULT = "holds a formula whose result is not stored"
AN_ERROR = "holds an error of Excel"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


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
        with zipfile.ZipFile(path) as archive:
            unread = {
                name: dict(_cells_without_value(archive, part)) for name, part in _parts_of_sheets(archive).items()
            }
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            top, left = sheet.start or (0, 0)
            cells = sheet.to_python(skip_empty_area=True)
            rows = [
                (row, [cell if cell.__class__ is str else as_text(cell) for cell in found])
                for row, found in enumerate(cells, start=top + 1)
            ]
            moved = {(row, column - left - 1): said for (row, column), said in unread.get(name, {}).items()}
            yield Sheet(name, rows, moved)
    except (python_calamine.CalamineError, ValueError, KeyError, zipfile.BadZipFile, ElementTree.ParseError) as error:
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
    if not pd.api.types.is_scalar(cell):
        return str(cell)
    if cell is None or cell is pd.NA or cell != cell:  # NaN and NaT differ from themselves
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    return str(cell).lower() if isinstance(cell, bool | np.bool_) else str(cell)


def _cells_without_value(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    """Yield the cells that calamine reads as empty although something stands there: by row and column, from 1."""
    content = archive.read(part) if part in archive.namelist() else b""
    if not (b't="e"' in content or b"<f>" in content or b"<f " in content):
        return
    for _, cell in ElementTree.iterparse(io.BytesIO(content)):  # noqa: S314
        if cell.tag != f"{_MAIN}c":
            continue
        formula, value = cell.find(f"{_MAIN}f"), cell.find(f"{_MAIN}v")
        if cell.get("t") == "e":
            yield _place(cell.get("r", "A1")), (value.text or "" if value is not None else "", AN_ERROR)
        elif formula is not None and (value is None or not value.text) and cell.get("t") != "str":
            yield _place(cell.get("r", "A1")), (f"={formula.text or ''}", NO_RESULT)
        cell.clear()


def _parts_of_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of the file that holds each sheet of cells."""
    linked = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    parts = {link.get("Id"): link.get("Target", "").removeprefix("/xl/") for link in linked}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    return {sheet.get("name", ""): f"xl/{parts.get(sheet.get(_LINK))}" for sheet in book.iter(f"{_MAIN}sheet")}


def _place(reference: str) -> tuple[int, int]:
    """Return row and column of a reference, from 1.

    Examples
    --------
    >>> _place("C7"), _place("AB12")
    ((7, 3), (12, 28))
    """
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(reference[len(letters) :]), column
