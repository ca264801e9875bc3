"""Excel workbooks -> rows of text: calamine reads, and the XML says what it reads as empty."""

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
from cbcstats.files.scalars import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS: Final = 1_048_576  # of a sheet
COLUMNS: Final = 16_384
CHARACTERS: Final = 32_767  # of a cell
NO_RESULT = "holds a formula whose result is not stored"
AN_ERROR = "holds an error of Excel"
_LARGEST: Final = (
    2**30
)  # bytes that a workbook may unpack to; one of a few kilobytes can unpack to terabytes
_WIDEST: Final = 2**25  # cells of the rectangle that calamine lays out around the cells of a sheet
_HEIGHT: Final = 10**6  # rows among which _CELL finds cells
_CELL: Final = re.compile(
    rb'<c r="([A-Z]{1,3})[0-9]{1,6}"'
)  # as nearly all programs write a cell, up to row 999,999
_CELLS: Final = (b"<c ", b"<c>", b"<c/", b"<c\t", b"<c\r", b"<c\n", b":c")  # as any program could
_NO_TEXT: Final = re.compile(
    "[\ud800-\udfff\ufffe\uffff]"
)  # no XML holds these, however they are written
_NO_NAME: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# A formula, or the beginning of a cell with an error, whatever the prefix of its name.
_UNREAD: Final = re.compile(rb"<(?:\w+:)?(?:f[\s/>]|c\s[^>]*\bt\s*=\s*[\"']e[\"'])")

# What reading a broken archive or broken XML raises.
_BROKEN: Final = (
    *(
        ValueError,
        LookupError,
        EOFError,
        OverflowError,
        RuntimeError,
        NotImplementedError,
        struct.error,
        zlib.error,
    ),
    *(lzma.LZMAError, zipfile.BadZipFile, expat.ExpatError, ElementTree.ParseError),
)


class Sheet(NamedTuple):
    """The cells of a sheet as text.

    `rows` holds the number of each row with its cells, all of one length; `unread` the cells that show an error of
    Excel, or a formula without result, and are empty there: by row and place what is written, and which of the two.
    """

    name: str
    rows: list[tuple[int, list[str]]]
    unread: dict[tuple[int, int], tuple[str, str]]


def read_sheets(path: Path) -> Iterator[Sheet]:
    """Yield the sheets of a workbook, in order.

    Raises
    ------
    DataError
        If it is no workbook, or one that unpacks to more than can be read.
    """
    import python_calamine

    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive, path)
            parts = _parts_of_sheets(archive)
            unread = {
                name: dict(_cells_without_value(archive, part)) for name, part in parts.items()
            }
        workbook = python_calamine.load_workbook(str(path))
        for name in workbook.sheet_names:
            yield _laid_out(workbook.get_sheet_by_name(name), unread.get(name, {}))
        if not workbook.sheet_names:
            raise ValueError("it has no sheet")
    except DataError:
        raise
    except (python_calamine.CalamineError, *_BROKEN) as error:
        raise DataError(
            f"{path}: is no Excel workbook that can be read ({error}); save it again as .xlsx"
        ) from error


def _laid_out(sheet: Any, unread: dict[tuple[int, int], tuple[str, str]]) -> Sheet:
    """Lay out what calamine reads of a sheet, and around it the rows and columns of which it sees no cell."""
    top, left = sheet.start or (0, 0)
    rows = {
        row: [cell if cell.__class__ is str else as_text(cell) for cell in cells]
        for row, cells in enumerate(sheet.to_python(skip_empty_area=True), start=top + 1)
    }
    right = left + len(next(iter(rows.values()), ()))
    first = min([left, *(column - 1 for _, column in unread)])
    last = max([right, *(column for _, column in unread)])
    if (first, last) != (left, right):
        rows = {
            row: [""] * (left - first) + cells + [""] * (last - right)
            for row, cells in rows.items()
        }
    rows |= {row: [""] * (last - first) for row, _ in unread if row not in rows}
    moved = {(row, column - 1 - first): said for (row, column), said in unread.items()}
    return Sheet(sheet.name, sorted(rows.items()), moved)


def _check(archive: zipfile.ZipFile, path: Path) -> None:
    """Raise DataError if a workbook unpacks to too much, whatever it says of its size, or its cells lie far apart."""
    left = _LARGEST
    for part in archive.infolist():
        part.file_size = _LARGEST + 1  # so that reading goes on to its true end
        with archive.open(part) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise DataError(
                f"{path}: unpacks to more than {_LARGEST // 2**20:,} MB; "
                "save the sheet of the table as a workbook of its own, or as CSV"
            )
        if b"sheetData" in content:
            _check_span(content, f"{path}, part {part.filename}")


def _check_span(content: bytes, name: str) -> None:
    """Raise DataError if the rectangle around the cells of a sheet, which calamine lays out, is too large."""
    columns = _CELL.findall(content)
    width = max((_column(letters.decode()) for letters in set(columns)), default=0)
    if width * _HEIGHT <= _WIDEST and len(columns) == sum(content.count(tag) for tag in _CELLS):
        return
    width, height = _span(content)
    if width * height > _WIDEST:
        raise DataError(
            f"{name}: its cells lie within {height:,} rows and {width:,} columns; delete what stands far from the "
            "table (Ctrl+End leads there), and save it again"
        )


def _span(content: bytes) -> tuple[int, int]:
    """Return how many columns and rows the cells of a sheet can take up: where they say so, and where they do not."""
    rows, columns, in_row, most, last = 0, 0, 0, 0, 0

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal rows, columns, in_row, most, last
        kind = tag.rpartition(":")[2]
        if kind == "row":
            rows, in_row = rows + 1, 0
            last = max(last, int(attributes.get("r", "0")))
        elif kind == "c":
            in_row += 1
            most = max(most, in_row)
            if "r" in attributes:
                row, column = _place(attributes["r"])
                last, columns = max(last, row), max(columns, column)

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.Parse(content, True)
    return columns + most, last + rows


def text_of_cell(text: str) -> str:
    """Return a text without the characters that no workbook can hold: each stands as its number, as in `_xFFFF_`."""
    return _NO_TEXT.sub(_as_number, text)


def text_of_name(text: str) -> str:
    r"""Return a title, a name or a comment without what can stand in cells only: control characters as their numbers.

    Examples
    --------
    >>> print(text_of_name("a\x1bb"))
    a_x001B_b
    """
    return _NO_NAME.sub(_as_number, text)


def _as_number(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"


def new_workbook(content: io.BytesIO, title: str) -> Any:
    """Return a workbook to write; what it holds stays text where text is written, and its bytes are always the same."""
    import xlsxwriter

    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_urls": False})
    workbook.set_properties(
        {"title": text_of_name(title), "created": datetime.datetime(2000, 1, 1)}
    )
    return workbook


def first_day(path: Path) -> datetime.date:
    """Return the day that serial numbers of the workbook count from: the system of 1900, or that of 1904."""
    with zipfile.ZipFile(path) as archive:
        settings = (
            archive.read("xl/workbook.xml") if "xl/workbook.xml" in archive.namelist() else b""
        )
    since_1904 = re.search(rb"date1904\s*=\s*[\"'](1|true)[\"']", settings)
    return datetime.date(1904, 1, 1) if since_1904 else datetime.date(1899, 12, 30)


def _cells_without_value(
    archive: zipfile.ZipFile, part: str
) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    """Yield the cells that calamine reads as empty although something stands there: by row and column, from 1."""
    content = b"".join(
        archive.read(name) for name in archive.namelist() if name.lower() == part.lower()
    )
    if not _UNREAD.search(content):
        return
    row = 0
    for _, line in ElementTree.iterparse(io.BytesIO(content)):  # noqa: S314
        if _local(line.tag) != "row":
            continue
        row, column = int(line.get("r", row + 1)), 0
        for cell in line:
            row, column = _place(cell.attrib["r"]) if "r" in cell.attrib else (row, column + 1)
            texts = {_local(child.tag): child.text or "" for child in cell}
            if cell.get("t") == "e":
                yield (row, column), (texts.get("v", ""), AN_ERROR)
            elif "f" in texts and not texts.get("v") and cell.get("t") != "str":
                yield (row, column), (f"={texts['f']}", NO_RESULT)
        line.clear()


def _parts_of_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of the file that holds each sheet of cells."""
    linked = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    parts = {link.get("Id"): link.get("Target", "").removeprefix("/xl/") for link in linked}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    sheets = [
        {_local(key): value for key, value in sheet.items()}
        for sheet in book.iterfind("{*}sheets/{*}sheet")
    ]
    return {sheet.get("name", ""): f"xl/{parts.get(sheet.get('id'))}" for sheet in sheets}


def _local(name: str) -> str:
    """Return the name of a tag or an attribute without its namespace, of which there are several for workbooks."""
    return name.rpartition("}")[2]


def _place(reference: str) -> tuple[int, int]:
    """Return row and column of a reference, from 1.

    Examples
    --------
    >>> _place("C7"), _place("AB12")
    ((7, 3), (12, 28))
    """
    # xl_cell_to_rowcol of xlsxwriter would take what is no reference, such as "", A or ZZZZZ1, for the first cell.
    letters = reference.upper().rstrip("0123456789")
    return int(reference[len(letters) :]), _column(letters)


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - ord("A") + 1
    return column
