"""Excel workbooks: sheets as rows of text, and what a workbook can hold.

calamine reads the cells. It takes a formula without a stored result and an error for an empty cell,
and lays out all cells between the first and the last, so each sheet's XML is scanned before.
"""

from __future__ import annotations

import datetime
import lzma
import re
import struct
import zipfile
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from cbcstats.errors import DataError
from cbcstats.frames import as_text

if TYPE_CHECKING:
    import io
    from pathlib import Path

ROWS: Final = 1_048_576  # of a sheet
COLUMNS: Final = 16_384
CHARACTERS: Final = 32_767  # of a cell
NO_RESULT: Final = "holds a formula whose result is not stored"
AN_ERROR: Final = "holds an error of Excel"
_MOST_XML: Final = 2**30  # bytes; a file of a few kilobytes can unpack to terabytes
_MOST_CELLS: Final = 2**25  # between the first and the last cell of a sheet
_MOST_TEXT: Final = (
    2**29
)  # characters of all cells; one shared text can fill a million cells
_NOT_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_NOT_NAME: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Rows, cells and shared texts as nearly all programs write them.
_COMMON_ROW: Final = re.compile(rb'<row r="(\d{1,7})"')
_COMMON_CELL: Final = re.compile(
    rb'<c r="([A-Z]{1,3})\d{1,7}"(?: s="\d+")?(?: t="[a-zA-Z]+")?/?>'
)
_COMMON_TEXT: Final = re.compile(rb' t="s"><v>(\d+)</v>')
_BROKEN: Final = (  # what reading a broken archive or broken XML raises
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

    `rows` holds the number of each row with its cells, all of one length. `unread` holds, by row
    and place, the cells that show no value and are empty in `rows`: the formula or the error, and
    what is wrong.
    """

    name: str
    rows: list[tuple[int, list[str]]]
    unread: dict[tuple[int, int], tuple[str, str]]


def read_sheets(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook, in order.

    Raises
    ------
    DataError
        If it is not a workbook, or one that unpacks to more than can be read.
    """
    import python_calamine

    try:
        with zipfile.ZipFile(path) as archive:
            unread = {
                name: _scan_sheet(xml, lengths, f"{path}, sheet {name}")
                for name, xml, lengths in _parts(archive, path)
            }
        workbook = python_calamine.load_workbook(str(path))
        names = workbook.sheet_names
        if not names:
            raise ValueError("it has no sheet")
        return [
            _read(workbook.get_sheet_by_name(name), unread.get(name, {}))
            for name in names
        ]
    except DataError:
        raise
    except (python_calamine.CalamineError, *_BROKEN) as error:
        message = f"{path}: is not an Excel workbook that can be read ({error}); save it again as .xlsx"
        raise DataError(message) from error


def first_day(path: Path) -> datetime.date:
    """Return the day from which serial numbers of the workbook count: of 1900, or of 1904."""
    with zipfile.ZipFile(path) as archive:
        is_there = "xl/workbook.xml" in archive.namelist()
        settings = archive.read("xl/workbook.xml") if is_there else b""
    since_1904 = re.search(rb"date1904\s*=\s*[\"'](1|true)[\"']", settings)
    return datetime.date(1904, 1, 1) if since_1904 else datetime.date(1899, 12, 30)


def new_workbook(content: io.BytesIO, title: str) -> Any:
    """Return a workbook to write: text stays text, and the same cells give the same bytes."""
    import xlsxwriter

    workbook = xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_urls": False}
    )
    created = datetime.datetime(2000, 1, 1)
    workbook.set_properties({"title": text_of_name(title), "created": created})
    return workbook


def text_of_cell(text: str) -> str:
    """Return a text with the characters that no workbook can hold as their numbers: `_xFFFF_`."""
    return _NOT_XML.sub(_as_number, text)


def text_of_name(text: str) -> str:
    r"""Return a title, a name or a comment with control characters as their numbers.

    Examples
    --------
    >>> print(text_of_name("a\x1bb"))
    a_x001B_b
    """
    return _NOT_NAME.sub(_as_number, text)


def _as_number(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"


def _read(sheet: Any, unread: dict[tuple[int, int], tuple[str, str]]) -> Sheet:
    """Return what calamine reads, with the rows and columns in which it sees no cell."""
    top, left = sheet.start or (0, 0)
    rows = {
        row: list(map(as_text, cells))
        for row, cells in enumerate(
            sheet.to_python(skip_empty_area=True), start=top + 1
        )
    }
    width = len(next(iter(rows.values()), ()))
    first = min([left, *(column - 1 for _, column in unread)])
    last = max([left + width, *(column for _, column in unread)])
    before, after = [""] * (left - first), [""] * (last - left - width)
    if before or after:
        rows = {row: before + cells + after for row, cells in rows.items()}
    for row, _ in unread:
        rows.setdefault(row, [""] * (last - first))
    places = {
        (row, column - 1 - first): found for (row, column), found in unread.items()
    }
    return Sheet(sheet.name, sorted(rows.items()), places)


def _parts(archive: zipfile.ZipFile, path: Path) -> list[tuple[str, bytes, list[int]]]:
    """Return the name and the XML of each sheet, and how long each shared text is."""
    names = {name.lower(): name for name in archive.namelist()}
    left = _MOST_XML

    def unpack(part: str) -> bytes:
        nonlocal left
        if part.lower() not in names:
            return b""
        info = archive.getinfo(names[part.lower()])
        info.file_size = _MOST_XML + 1  # so that reading goes on to its true end
        with archive.open(info) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise DataError(
                f"{path}: unpacks to more than {_MOST_XML // 2**20:,} MB; save the sheet of the "
                "table as a workbook of its own, or as CSV"
            )
        return content

    links = ElementTree.fromstring(unpack("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    book = ElementTree.fromstring(unpack("xl/workbook.xml"))  # noqa: S314
    lengths = _lengths_of_texts(unpack("xl/sharedStrings.xml"))
    found = []
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        attributes = {key.rpartition("}")[2]: value for key, value in sheet.items()}
        target = targets.get(attributes.get("id"), "")
        part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        found.append((attributes.get("name", ""), unpack(part), lengths))
    return found


def _lengths_of_texts(xml: bytes) -> list[int]:
    """Return how many characters each shared text has."""
    lengths: list[int] = []

    def begin(tag: str, _: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)

    def add(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.CharacterDataHandler = add
    if xml:
        parser.Parse(xml, True)
    return lengths


def _scan_sheet(
    xml: bytes, lengths: list[int], name: str
) -> dict[tuple[int, int], tuple[str, str]]:
    """Return the cells that show no value, by row and column from 1.

    Raises DataError where the cells are too far apart, or their texts too long, to be laid out.
    """
    scan = _Scan(lengths)
    if not scan.read_common_form(xml):
        scan.read_xml(xml)
    height, width = len(scan.rows), len(scan.columns)
    if height * width > _MOST_CELLS:
        raise DataError(
            f"{name}: its cells are spread over {height:,} rows and {width:,} columns; delete what "
            "is far from the table (Ctrl+End leads there), and save it again"
        )
    if scan.characters > _MOST_TEXT:
        raise DataError(
            f"{name}: its cells hold {scan.characters:,} characters of text, and at most "
            f"{_MOST_TEXT:,} are read; save the table as a workbook of its own, or as CSV"
        )
    return scan.unread


class _Scan:
    """What is seen of a sheet as its XML goes by.

    `rows` and `columns` reach from the first to the last cell; `characters` is the length of all
    shared texts, each as often as a cell shows it.
    """

    def __init__(self, lengths: list[int]) -> None:
        self.unread: dict[tuple[int, int], tuple[str, str]] = {}
        self.characters = 0
        self.rows = self.columns = range(0)
        self._lengths = lengths
        self._row = self._column = 0
        self._type = ""
        self._texts: dict[str, str] = {}  # of the elements of the present cell
        self._child = ""

    def read_common_form(self, xml: bytes) -> bool:
        """Read cells as nearly all programs write them, or return False.

        Formulas and errors are left to `read_xml`, which sees whether they show a value.
        """
        _, start, rest = xml.partition(b"<sheetData")
        data, end, _ = rest.partition(b"</sheetData>")
        letters, rows = _COMMON_CELL.findall(data), _COMMON_ROW.findall(data)
        is_common = len(letters) == data.count(b"<c") and len(rows) == data.count(
            b"<row"
        )
        # `:c` may begin a cell whose name has a prefix.
        others = (b"<f", b't="e"', b":c")
        if not (start and end and is_common) or any(mark in data for mark in others):
            return False
        columns = [_column(name.decode()) for name in set(letters)]
        numbers = [int(row) for row in rows]
        self.columns = range(min(columns, default=1), max(columns, default=0) + 1)
        self.rows = range(min(numbers, default=1), max(numbers, default=0) + 1)
        for place, count in Counter(_COMMON_TEXT.findall(data)).items():
            self.characters += count * self._length(place.decode())
        return True

    def read_xml(self, xml: bytes) -> None:
        """Read cells however they are written."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        parser.CharacterDataHandler = self._add
        if xml:
            parser.Parse(xml, True)
        self._end_cell()

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "c":
            self._end_cell()
            reference = attributes.get("r")
            here = (self._row, self._column + 1)
            self._row, self._column = _place(reference) if reference else here
            self._type = attributes.get("t", "n")
        elif kind == "row":
            self._end_cell()
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        else:
            self._child = kind
            self._texts.setdefault(kind, "")

    def _add(self, text: str) -> None:
        if self._child:
            self._texts[self._child] += text

    def _end_cell(self) -> None:
        """Judge the cell that has gone by."""
        row, column, value = self._row, self._column, self._texts.get("v", "").strip()
        if self._type:
            self.rows = _with(self.rows, row)
            self.columns = _with(self.columns, column)
        if self._type == "s":
            self.characters += self._length(value)
        elif self._type == "e":
            self.unread[row, column] = (value, AN_ERROR)
        elif self._type and "f" in self._texts and not value and self._type != "str":
            self.unread[row, column] = (f"={self._texts['f'].strip()}", NO_RESULT)
        self._type = self._child = ""
        self._texts.clear()

    def _length(self, place: str) -> int:
        """Return how many characters a shared text has."""
        is_place = place.isdecimal() and int(place) < len(self._lengths)
        return self._lengths[int(place)] if is_place else 0


def _with(numbers: range, number: int) -> range:
    """Return a range that reaches to a number, too."""
    if not numbers:
        return range(number, number + 1)
    return range(min(numbers.start, number), max(numbers.stop, number + 1))


def _place(reference: str) -> tuple[int, int]:
    """Return row and column of a reference, from 1.

    Examples
    --------
    >>> _place("C7"), _place("AB12")
    ((7, 3), (12, 28))
    """
    # xl_cell_to_rowcol of xlsxwriter takes what is not a reference, such as "" or A, for A1.
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]), _column(letters)


_COLUMNS: dict[str, int] = {}


def _column(letters: str) -> int:
    if letters not in _COLUMNS:
        column = 0
        for letter in letters.upper():
            column = 26 * column + ord(letter) - ord("A") + 1
        _COLUMNS[letters] = column
    return _COLUMNS[letters]
