"""Read Excel sheets as rows of text, and write text that Excel can store.

calamine reads the cells. It treats errors, and formulas without a stored result, as
empty cells, and it allocates every cell between the first and the last. So the XML of
each sheet is scanned first.
"""

from __future__ import annotations

import datetime
import lzma
import re
import struct
import zipfile
import zlib
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from cbcstats.errors import DataError
from cbcstats.files.dates import EXCEL_1904_DAY_ZERO, EXCEL_DAY_ZERO
from cbcstats.frames import as_text

if TYPE_CHECKING:
    import io
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    # By row and column: the formula or the error, and the problem with it.
    Unread = dict[tuple[int, int], tuple[str, str]]

# The limits of Excel: rows and columns of a sheet, characters of a cell.
ROWS: Final = 1_048_576
COLUMNS: Final = 16_384
CHARACTERS: Final = 32_767
NO_RESULT: Final = "holds a formula whose result is not stored"
AN_ERROR: Final = "holds an error of Excel"
# Bytes of XML; a file of a few kilobytes can unpack to terabytes.
_MOST_XML: Final = 2**30
# Cells between the first and the last cell of a sheet.
_MOST_CELLS: Final = 2**25
# Characters of all cells; one shared text can fill a million cells.
_MOST_TEXT: Final = 2**29
# Characters that are not allowed in XML, and others unwanted in a title or a name.
_NOT_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_NOT_NAME: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Rows, cells and shared texts as nearly all programs write them.
_COMMON_ROW: Final = re.compile(rb'<row r="(\d{1,7})"')
_COMMON_CELL: Final = re.compile(
    rb'<c r="([A-Z]{1,3})\d{1,7}"(?: s="\d+")?(?: t="[a-zA-Z]+")?/?>'
)
_COMMON_TEXT: Final = re.compile(rb' t="s"><v>(\d+)</v>')
# Errors that Python raises for a broken archive or broken XML.
_BROKEN: Final = (
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

    `rows` holds the number of each row with its cells, all of one length. `unread`
    holds the cells that show no value and are empty in `rows`: by row and place, the
    formula or the error, and the problem. `decimals` holds the row and place of numbers
    that are not whole.
    """

    name: str
    rows: list[tuple[int, list[str]]]
    unread: Unread
    decimals: list[tuple[int, int]]


def read_sheets(path: Path) -> list[Sheet]:
    """Read the sheets of a workbook, in order.

    Raises
    ------
    DataError
        If it is not a workbook, or one that unpacks to more than can be read.
    """
    import python_calamine

    try:
        unread = _scan_workbook(path)
        workbook = python_calamine.load_workbook(str(path))
        if not workbook.sheet_names:
            raise ValueError("it has no sheet")
        sheets = []
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            sheets.append(_read(sheet, unread.get(name, {})))
    # A DataError is also a ValueError, but already has a clear message.
    except DataError:
        raise
    except (python_calamine.CalamineError, *_BROKEN) as error:
        raise DataError(
            f"{path}: is not an Excel workbook that can be read ({error}); "
            "save it again as .xlsx"
        ) from error
    return sheets


def first_day(path: Path) -> datetime.date:
    """Return the day from which the serial numbers of a workbook count."""
    with zipfile.ZipFile(path) as file:
        settings = _Archive(file, path).unpack("xl/workbook.xml")
    if re.search(rb"date1904\s*=\s*[\"'](1|true)[\"']", settings):
        return EXCEL_1904_DAY_ZERO
    return EXCEL_DAY_ZERO


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


def _read(sheet: Any, unread: Unread) -> Sheet:
    """Read a sheet, with the leading rows and columns that calamine leaves out."""
    # calamine counts rows and columns from 0, and the scan from 1, as Excel does.
    top, left = sheet.start or (0, 0)
    cells = sheet.to_python(skip_empty_area=True)
    right = left + len(cells[0]) if cells else left
    columns = [column for _, column in unread]
    first = min([left + 1, *columns]) - 1
    end = max([right, *columns])
    before = [""] * (left - first)
    after = [""] * (end - right)
    rows = {}
    decimals = []
    for number, row in enumerate(cells, start=top + 1):
        texts = map(as_text, row)
        rows[number] = [*before, *texts, *after]
        for place, cell in enumerate(row, start=len(before)):
            if type(cell) is float and not cell.is_integer():
                decimals.append((number, place))
    for number, _ in unread:
        rows.setdefault(number, [""] * (end - first))
    problems = {}
    for (number, column), problem in unread.items():
        problems[number, column - 1 - first] = problem
    return Sheet(sheet.name, sorted(rows.items()), problems, decimals)


def _scan_workbook(path: Path) -> dict[str, Unread]:
    """Find the cells that show no value in each sheet, by its name."""
    with zipfile.ZipFile(path) as file:
        archive = _Archive(file, path)
        lengths = _lengths_of_texts(archive.unpack("xl/sharedStrings.xml"))
        unread = {}
        for name, part in _parts_of_sheets(archive):
            xml = archive.unpack(part)
            unread[name] = _scan_sheet(xml, lengths, f"{path}, sheet {name}")
        return unread


class _Archive:
    """The parts of a workbook, with a limit on their total unpacked size."""

    def __init__(self, file: zipfile.ZipFile, path: Path) -> None:
        self._file = file
        self._path = path
        self._left = _MOST_XML
        # Excel finds parts whatever the case of their names.
        self._names = {}
        for name in file.namelist():
            self._names[name.lower()] = name

    def unpack(self, part: str) -> bytes:
        """Unpack a part; one that is missing is empty."""
        name = self._names.get(part.lower())
        if name is None:
            return b""
        info = self._file.getinfo(name)
        # The size stated in the archive may be wrong, so count what is read.
        info.file_size = _MOST_XML + 1
        with self._file.open(info) as file:
            content = file.read(self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            raise DataError(
                f"{self._path}: unpacks to more than {_MOST_XML // 2**20:,} MB; "
                "save the sheet of the table as a workbook of its own, or as CSV"
            )
        return content

    def parse(self, part: str) -> ElementTree.Element:
        """Parse the XML of a part."""
        # Expat, which this parser uses, stops at entities that expand excessively.
        return ElementTree.fromstring(self.unpack(part))  # noqa: S314


def _parts_of_sheets(archive: _Archive) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet, and the part that holds it."""
    links = archive.parse("xl/_rels/workbook.xml.rels")
    book = archive.parse("xl/workbook.xml")
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        attributes = {}
        for key, value in sheet.items():
            # The namespace of r:id differs between strict and usual workbooks.
            _, _, name = key.rpartition("}")
            attributes[name] = value
        target = targets.get(attributes.get("id"), "")
        # A target is relative to the folder xl unless it begins with a slash.
        part = f"xl/{target}"
        if target.startswith("/"):
            part = target.removeprefix("/")
        yield attributes.get("name", ""), part


def _lengths_of_texts(xml: bytes) -> list[int]:
    """Count the characters of each shared text."""
    lengths: list[int] = []

    def begin(tag: str, _: dict[str, str]) -> None:
        # Some programs write <x:si> for <si>.
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)

    def add(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    parser = expat.ParserCreate()
    # Without it, an entity that expands gives one piece of text per use.
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.CharacterDataHandler = add
    if xml:
        parser.Parse(xml, True)
    return lengths


def _scan_sheet(xml: bytes, lengths: list[int], name: str) -> Unread:
    """Find the cells that show no value, by row and column from 1.

    Raises DataError if the cells are too far apart, or their texts too long, to fit in
    memory.
    """
    scan = _Scan(lengths)
    if not scan.read_common_form(xml):
        scan.read_xml(xml)
    height, width = len(scan.rows), len(scan.columns)
    if height * width > _MOST_CELLS:
        raise DataError(
            f"{name}: its cells are spread over {height:,} rows and {width:,} columns; "
            "delete what is far from the table (Ctrl+End leads there), "
            "and save it again"
        )
    if scan.characters > _MOST_TEXT:
        raise DataError(
            f"{name}: its cells hold {scan.characters:,} characters of text, "
            f"and at most {_MOST_TEXT:,} are read; "
            "save the table as a workbook of its own, or as CSV"
        )
    return scan.unread


class _Scan:
    """The extent of a sheet, and its cells without a value, from its XML.

    `rows` and `columns` span the first to the last cell; `characters` is the
    length of all shared texts, each as often as a cell shows it.
    """

    def __init__(self, lengths: list[int]) -> None:
        self.unread: Unread = {}
        self.characters = 0
        self.rows = range(0)
        self.columns = range(0)
        self._lengths = lengths
        # The present cell: its place, its type, and the texts of its elements by name.
        self._row = 0
        self._column = 0
        self._type = ""
        self._texts: dict[str, str] = {}
        self._child = ""

    def read_common_form(self, xml: bytes) -> bool:
        """Read cells in the form that nearly all programs write, or return False.

        Sheets with formulas or errors are left to `read_xml`, which sees whether they
        show a value.
        """
        # Regular expressions are many times faster than an XML parser.
        _, start, rest = xml.partition(b"<sheetData")
        data, end, _ = rest.partition(b"</sheetData>")
        if not start or not end:
            return False
        # Formulas, errors, and elements with a prefix, of which :c may begin a cell.
        if any(mark in data for mark in (b"<f", b't="e"', b":c")):
            return False
        letters = _COMMON_CELL.findall(data)
        rows = _COMMON_ROW.findall(data)
        # Every cell and row must have matched the expressions.
        if len(letters) != data.count(b"<c") or len(rows) != data.count(b"<row"):
            return False
        self.columns = _extent(_column(name.decode()) for name in set(letters))
        self.rows = _extent(map(int, rows))
        for place, count in Counter(_COMMON_TEXT.findall(data)).items():
            self.characters += count * self._length(place.decode())
        return True

    def read_xml(self, xml: bytes) -> None:
        """Read cells in any valid form, with an XML parser."""
        parser = expat.ParserCreate()
        # Without it, an entity that expands gives one piece of text per use.
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.CharacterDataHandler = self._add
        if xml:
            parser.Parse(xml, True)
        self._end_cell()

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        # Some programs write <x:c> for <c>.
        kind = tag.rpartition(":")[2]
        if kind not in ("row", "c"):
            self._child = kind
            self._texts.setdefault(kind, "")
            return
        self._end_cell()
        # Rows and cells may leave out their places, and then follow one another.
        reference = attributes.get("r")
        if kind == "row":
            self._row = int(reference) if reference is not None else self._row + 1
            self._column = 0
            return
        self._column += 1
        if reference:
            self._row, self._column = _place(reference)
        self._type = attributes.get("t", "n")

    def _add(self, text: str) -> None:
        if self._child:
            self._texts[self._child] += text

    def _end_cell(self) -> None:
        """Record the cell that has been read."""
        if self._type:
            value = self._texts.get("v", "").strip()
            self.rows = _with(self.rows, self._row)
            self.columns = _with(self.columns, self._column)
            self._record(value)
        self._type = self._child = ""
        self._texts.clear()

    def _record(self, value: str) -> None:
        place = self._row, self._column
        if self._type == "s":
            self.characters += self._length(value)
        elif self._type == "e":
            self.unread[place] = (value, AN_ERROR)
        # The result of a formula of type str may be an empty text.
        elif "f" in self._texts and not value and self._type != "str":
            formula = self._texts["f"].strip()
            self.unread[place] = (f"={formula}", NO_RESULT)

    def _length(self, place: str) -> int:
        """Return the number of characters of a shared text."""
        # A broken workbook can refer to a text that does not exist.
        if not place.isdecimal():
            return 0
        number = int(place)
        if number >= len(self._lengths):
            return 0
        return self._lengths[number]


def _extent(numbers: Iterable[int]) -> range:
    """Return the range from the smallest to the largest number."""
    numbers = set(numbers)
    if not numbers:
        return range(0)
    return range(min(numbers), max(numbers) + 1)


def _with(numbers: range, number: int) -> range:
    """Extend a range to a number."""
    if number in numbers:
        return numbers
    if not numbers:
        return range(number, number + 1)
    return _extent([numbers[0], numbers[-1], number])


def _place(reference: str) -> tuple[int, int]:
    """Return the row and the column of a cell reference, counted from 1.

    Examples
    --------
    >>> _place("C7"), _place("AB12")
    ((7, 3), (12, 28))
    """
    # xl_cell_to_rowcol of xlsxwriter takes wrong references, such as "" or A, for A1.
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]), _column(letters)


@cache
def _column(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        digit = ord(letter) - ord("A") + 1
        column = 26 * column + digit
    return column
