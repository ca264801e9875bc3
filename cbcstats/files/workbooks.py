"""Read the sheets of workbooks as rows of text, and write text that Excel can store.

calamine reads the cells. What they do not show comes from the XML of .xlsx and .xlsm.
In .xls, .xlsb and .ods, errors and formulas without a stored result are empty cells,
and hidden rows and columns, lines through cells and number formats are not seen.
"""

from __future__ import annotations

import datetime
import io
import lzma
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from cbcstats.errors import DataError
from cbcstats.files.sheet_xml import MOST_CELLS, SheetXml, scan_workbook, spread
from cbcstats.frames import as_text

if TYPE_CHECKING:
    from pathlib import Path

    from cbcstats.files.sheet_xml import Cell

    Rows = list[tuple[int, list[str]]]

# The limits of Excel: rows and columns of a sheet, characters of a cell.
ROWS: Final = 1_048_576
COLUMNS: Final = 16_384
CHARACTERS: Final = 32_767
# Kinds of workbooks whose XML is scanned, and all that are read.
_SCANNED: Final = (".xlsx", ".xlsm")
WORKBOOKS: Final = (*_SCANNED, ".xls", ".xlsb", ".ods")
PROTECTED: Final = (
    "is protected by a password; open it, and save it without one "
    "(in Excel: File > Info > Protect Workbook > Encrypt with Password)"
)
# Numbers that may be days: from 1927 to 2173.
_FIRST_SERIAL: Final = 10_000
_LAST_SERIAL: Final = 99_999.999_999
# calamine gives a float, or an int of .xls; a bool is neither.
_NUMBERS: Final = (float, int)
# Characters that are not allowed in XML, and others unwanted in a title or a name.
_NOT_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_NOT_NAME: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Errors that Python raises for a broken archive or broken XML.
BROKEN: Final = (
    ValueError,
    LookupError,
    EOFError,
    OverflowError,
    RuntimeError,
    NotImplementedError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    expat.ExpatError,
    ElementTree.ParseError,
)


class Sheet(NamedTuple):
    """The cells of a sheet as text.

    `rows` holds the number of each filled row with its cells, up to the last filled
    column; the first of them is in the column `left`, counted from 1. `merged` holds the first and the last
    row and column of each merged range, and `serials` the row and column of each
    number that may be a day. `xml` is empty where it is not scanned.
    """

    name: str
    rows: Rows
    left: int
    is_hidden: bool
    merged: list[tuple[Cell, Cell]]
    serials: set[Cell]
    xml: SheetXml


def read_sheets(path: Path, kind: str) -> list[Sheet]:
    """Read the sheets of a workbook of one of the kinds in `WORKBOOKS`, in order.

    Raises
    ------
    DataError
        If it is not a workbook, or one that unpacks to more than can be read.
    """
    import python_calamine

    try:
        scanned = scan_workbook(path) if kind in _SCANNED else {}
        # calamine trusts the ending of a name, which may be wrong.
        is_named_so = path.suffix.lower() == kind
        content = str(path) if is_named_so else io.BytesIO(path.read_bytes())
        workbook = python_calamine.load_workbook(content)
        if not workbook.sheet_names:
            raise ValueError("it has no sheet")
        sheets = []
        visible = python_calamine.SheetVisibleEnum.Visible
        for place, of_sheet in enumerate(workbook.sheets_metadata):
            sheet = workbook.get_sheet_by_index(place)
            _check_spread(sheet, f"{path}, sheet {sheet.name}")
            xml = scanned.get(sheet.name, SheetXml())
            is_hidden = of_sheet.visible != visible
            sheets.append(_read(sheet, xml, is_hidden=is_hidden))
    # A DataError is also a ValueError, but already has a clear message.
    except DataError:
        raise
    except python_calamine.PasswordError as error:
        raise DataError(f"{path}: {PROTECTED}") from error
    except (python_calamine.CalamineError, *BROKEN) as error:
        raise _cannot_be_read(path, kind, error) from error
    except BaseException as error:
        # Some broken .xls make calamine panic; Python cannot import that exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _cannot_be_read(path, kind, error) from error
    return sheets


def _cannot_be_read(path: Path, kind: str, error: BaseException) -> DataError:
    program = "OpenDocument" if kind == ".ods" else "Excel"
    return DataError(
        f"{path}: is not an {program} workbook that can be read ({error}); "
        "save it again as .xlsx"
    )


def new_workbook(content: io.BytesIO, title: str) -> Any:
    """Start a workbook that keeps text as text and is reproducible byte for byte."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(content, options)
    # A fixed time of creation, so that equal cells give equal bytes.
    created = datetime.datetime(2000, 1, 1)
    workbook.set_properties({"title": text_of_name(title), "created": created})
    return workbook


def text_of_cell(text: str) -> str:
    """Escape the characters that a workbook cannot store, as `_xFFFF_`."""
    return _NOT_XML.sub(_as_number, text)


def text_of_name(text: str) -> str:
    r"""Escape the control characters of a title, name or comment.

    Examples
    --------
    >>> print(text_of_name("a\x1bb"))
    a_x001B_b
    """
    return _NOT_NAME.sub(_as_number, text)


def _as_number(character: re.Match[str]) -> str:
    return f"_x{ord(character[0]):04X}_"


def _check_spread(sheet: Any, name: str) -> None:
    """Check that the cells of a sheet are not too far apart to fit in memory."""
    if sheet.start is None:
        return
    top, left = sheet.start
    bottom, right = sheet.end
    height, width = bottom - top + 1, right - left + 1
    if height * width > MOST_CELLS:
        raise DataError(spread(name, height, width))


def _read(sheet: Any, xml: SheetXml, *, is_hidden: bool) -> Sheet:
    """Read a sheet, with the leading rows and columns that calamine leaves out."""
    # calamine counts rows and columns from 0, and the scan from 1, as Excel does.
    top, left = sheet.start or (0, 0)
    cells = sheet.to_python(skip_empty_area=True)
    right = left + len(cells[0]) if cells else left
    columns = [column for _, column in xml.unread]
    first = min([left + 1, *columns])
    end = max([right, *columns])
    before = [""] * (left + 1 - first)
    after = [""] * (end - right)
    rows = {}
    for number, row in enumerate(cells, start=top + 1):
        texts = map(as_text, row)
        rows[number] = [*before, *texts, *after]
    for number, _ in xml.unread:
        rows.setdefault(number, [""] * (end + 1 - first))
    merged = [_from_one(merged) for merged in sheet.merged_cell_ranges or []]
    serials = _serials(cells, top + 1, left + 1)
    filled = _filled(sorted(rows.items()), xml, first)
    return Sheet(sheet.name, filled, first, is_hidden, merged, serials, xml)


def _filled(rows: Rows, xml: SheetXml, left: int) -> Rows:
    """Return the filled rows, up to the last filled column."""
    # Cells without a value are empty here, but hold a formula or an error.
    unread_rows = {row for row, _ in xml.unread}
    width = max((column - left + 1 for _, column in xml.unread), default=0)
    filled = []
    for row, cells in rows:
        width = max(width, _count_to_last_text(cells, width))
        if row in unread_rows or "".join(cells).strip():
            filled.append((row, cells))
    return [(row, cells[:width]) for row, cells in filled]


def _count_to_last_text(cells: list[str], least: int) -> int:
    # Excel also stores empty cells that have a format, often far to the right.
    count = len(cells)
    while count > least and not cells[count - 1].strip():
        count -= 1
    return count


def _serials(cells: list[list[Any]], top: int, left: int) -> set[Cell]:
    """Return the row and column of each number that may be a day."""
    return {
        (number, column)
        for number, row in enumerate(cells, top)
        for column, cell in enumerate(row, left)
        if type(cell) in _NUMBERS and _FIRST_SERIAL <= cell <= _LAST_SERIAL
    }


def _from_one(merged: tuple[Cell, Cell]) -> tuple[Cell, Cell]:
    """Return a range whose corners count from 1, as in Excel."""
    (top, left), (bottom, right) = merged
    return (top + 1, left + 1), (bottom + 1, right + 1)
