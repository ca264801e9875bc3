"""Find in the XML of a workbook what its cells as values do not show.

calamine reads the values of cells. It treats errors, and formulas without a stored
result, as empty cells, it allocates every cell between the first and the last, and it
does not tell how a row or a cell looks. So the XML of each sheet is scanned first.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from cbcstats.errors import DataError
from cbcstats.frames import EXCEL_1904_DAY_ZERO, EXCEL_DAY_ZERO

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    # A row and a column, counted from 1 as in Excel.
    Cell = tuple[int, int]

NO_RESULT: Final = "holds a formula whose result is not stored"
AN_ERROR: Final = "holds an error of Excel"
PERCENT: Final = "percent"
NO_YEAR: Final = "no year"
MONTH: Final = "month"
YEAR: Final = "year"
# Cells between the first and the last cell of a sheet.
MOST_CELLS: Final = 2**25
# Bytes of XML; a file of a few kilobytes can unpack to terabytes.
_MOST_XML: Final = 2**30
# Characters of all cells; one shared text can fill a million cells.
_MOST_TEXT: Final = 2**29
# Rows, cells and shared texts as nearly all programs write them.
_COMMON_ROW: Final = re.compile(rb'<row r="(\d{1,7})"')
_HIDDEN_ROW: Final = re.compile(rb'<row r="(\d{1,7})"[^>]* hidden=["\'](?:1|true)["\']')
_COMMON_CELL: Final = re.compile(
    rb'<c r="([A-Z]{1,3})\d{1,7}"(?: s="\d+")?(?: t="[a-zA-Z]+")?/?>'
)
_STYLED_CELL: Final = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})" s="(\d+)"(?: t="([a-zA-Z]+)")?>'
)
_COMMON_TEXT: Final = re.compile(rb' t="s"><v>(\d+)</v>')
_TRUE: Final = ("1", "true")
# Types of cells whose value is shown in their number format.
_NUMBERS: Final = ("n", "d")
# Number formats that Excel knows by their number alone: 0%, 0.00% and d-mmm.
_KNOWN_FORMATS: Final = {"9": PERCENT, "10": PERCENT, "16": NO_YEAR, "17": MONTH}
# What a number format shows as it is: "text", \c, and [colours, languages, conditions].
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')


@dataclass
class SheetXml:
    """What the XML of a sheet says besides values, by row and column from 1.

    `unread` has the cells that show no value: the formula or the error, and the
    problem. `formats` has the cells that show something else than their value, and
    `struck` those with a line through them. `hidden_columns` are ranges of columns.
    Of `hidden_rows`, a filter hides those in the range `filtered`. Serial numbers
    count from `first_day`.
    """

    unread: dict[Cell, tuple[str, str]] = field(default_factory=dict)
    formats: dict[Cell, str] = field(default_factory=dict)
    struck: set[Cell] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[range] = field(default_factory=list)
    filtered: range = range(0)
    first_day: datetime.date | None = None


class _Style(NamedTuple):
    is_struck: bool
    number_format: str


def scan_workbook(path: Path) -> dict[str, SheetXml]:
    """Scan the XML of each sheet, by its name.

    Raises
    ------
    DataError
        If the workbook unpacks to more than can be read.
    """
    with zipfile.ZipFile(path) as file:
        archive = _Archive(file, path)
        lengths = _lengths_of_texts(archive.unpack("xl/sharedStrings.xml"))
        styles = _notable_styles(archive.unpack("xl/styles.xml"))
        day_zero = _first_day(archive.unpack("xl/workbook.xml"))
        sheets = {}
        for name, part in _parts_of_sheets(archive):
            scan = _Scan(lengths, styles)
            scan.read(archive.unpack(part), f"{path}, sheet {name}")
            sheets[name] = replace(scan.found, first_day=day_zero)
        return sheets


def check_unpacked_size(path: Path) -> None:
    """Check that a workbook that is not scanned does not unpack to too much."""
    with zipfile.ZipFile(path) as file:
        archive = _Archive(file, path)
        for part in file.namelist():
            # Pictures and fonts are not read.
            if part.endswith((".xml", ".bin")):
                archive.unpack(part)


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


def _first_day(settings: bytes) -> datetime.date:
    """Return the day from which the serial numbers of a workbook count."""
    if re.search(rb"date1904\s*=\s*[\"'](1|true)[\"']", settings):
        return EXCEL_1904_DAY_ZERO
    return EXCEL_DAY_ZERO


def _notable_styles(xml: bytes) -> dict[str, _Style]:
    """Return the styles of cells that are struck out or show another value."""
    if not xml:
        return {}
    # Expat, which this parser uses, stops at entities that expand excessively.
    sheet_styles = ElementTree.fromstring(xml)  # noqa: S314
    fonts = sheet_styles.iterfind("{*}fonts/{*}font")
    are_struck = [_is_struck(font) for font in fonts]
    formats = dict(_KNOWN_FORMATS)
    for number_format in sheet_styles.iterfind("{*}numFmts/{*}numFmt"):
        code = number_format.get("formatCode", "")
        formats[number_format.get("numFmtId", "")] = _shown_as(code)
    styles = {}
    for number, style in enumerate(sheet_styles.iterfind("{*}cellXfs/{*}xf")):
        font = int(style.get("fontId", 0))
        is_struck = font < len(are_struck) and are_struck[font]
        shown_as = formats.get(style.get("numFmtId", ""), "")
        if is_struck or shown_as:
            styles[str(number)] = _Style(is_struck, shown_as)
    return styles


def _is_struck(font: ElementTree.Element) -> bool:
    line = font.find("{*}strike")
    return line is not None and line.get("val", "1") in _TRUE


def _shown_as(code: str) -> str:
    """Tell whether a number format shows a percentage, or only a part of a day.

    Examples
    --------
    >>> _shown_as("0.0%"), _shown_as("[$-409]d-mmm;@"), _shown_as("dd/mm/yy")
    ('percent', 'no year', '')
    >>> _shown_as("mmmm yyyy"), _shown_as("yyyy")
    ('month', 'year')
    """
    code = _LITERAL.sub("", code).lower()
    if "%" in code:
        return PERCENT
    shows_day = "d" in code or "mmm" in code
    # The letters of years, and of years of an era.
    shows_year = any(letter in code for letter in "yeb")
    if not shows_year:
        return NO_YEAR if shows_day else ""
    if "d" in code or "h" in code:
        return ""
    if "m" in code:
        return MONTH
    return YEAR if "yy" in code else ""


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


class _Scan:
    """The extent of a sheet, and what is found in it, from its XML.

    `rows` and `columns` span the first to the last cell; `characters` is the
    length of all shared texts, each as often as a cell shows it.
    """

    def __init__(self, lengths: list[int], styles: dict[str, _Style]) -> None:
        self.found = SheetXml()
        self.characters = 0
        self.rows = range(0)
        self.columns = range(0)
        self._lengths = lengths
        self._styles = styles
        # The rows of the table that has buttons of a filter.
        self._filterable = range(0)
        # The present cell: its place, type and style, and the texts of its elements.
        self._row = 0
        self._column = 0
        self._type = ""
        self._style = ""
        self._texts: dict[str, str] = {}
        self._child = ""

    def read(self, xml: bytes, name: str) -> None:
        """Read a sheet.

        Raises DataError if the cells are too far apart, or their texts too long, to fit
        in memory.
        """
        if not self._read_common_form(xml):
            self._read_xml(xml)
        height, width = len(self.rows), len(self.columns)
        if height * width > MOST_CELLS:
            raise DataError(spread(name, height, width))
        if self.characters > _MOST_TEXT:
            raise DataError(
                f"{name}: its cells hold {self.characters:,} characters of text, "
                f"and at most {_MOST_TEXT:,} are read; "
                "save the table as a workbook of its own, or as CSV"
            )

    def _read_common_form(self, xml: bytes) -> bool:
        """Read cells in the form that nearly all programs write, or return False.

        Sheets with formulas or errors are left to `_read_xml`, which sees whether they
        show a value.
        """
        # Regular expressions are many times faster than an XML parser.
        before, start, rest = xml.partition(b"<sheetData")
        data, end, after = rest.partition(b"</sheetData>")
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
        self.found.hidden_rows.update(map(int, _HIDDEN_ROW.findall(data)))
        self._read_common_styles(data)
        outside = before + after
        if b"hidden" in outside or b"filterColumn" in outside:
            self._read_xml(outside)
        return True

    def _read_common_styles(self, data: bytes) -> None:
        if not self._styles:
            return
        for letters, row, style, kind in _STYLED_CELL.findall(data):
            if style.decode() in self._styles:
                place = int(row), _column(letters.decode())
                self._note_style(place, style.decode(), kind.decode() or "n")

    def _read_xml(self, xml: bytes) -> None:
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
            self._note_element(kind, attributes)
            return
        self._end_cell()
        # Rows and cells may leave out their places, and then follow one another.
        reference = attributes.get("r")
        if kind == "row":
            self._row = int(reference) if reference is not None else self._row + 1
            self._column = 0
            if attributes.get("hidden") in _TRUE:
                self.found.hidden_rows.add(self._row)
            return
        self._column += 1
        if reference:
            self._row, self._column = _place(reference)
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "")

    def _note_element(self, kind: str, attributes: dict[str, str]) -> None:
        if kind == "col" and attributes.get("hidden") in _TRUE:
            columns = range(int(attributes["min"]), int(attributes["max"]) + 1)
            self.found.hidden_columns.append(columns)
        elif kind == "autoFilter":
            first, _, last = attributes.get("ref", "").partition(":")
            rows = [_place(corner)[0] for corner in (first, last) if corner]
            self._filterable = _extent(rows)
        elif kind == "filterColumn":
            self.found.filtered = self._filterable

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
        self._type = self._style = self._child = ""
        self._texts.clear()

    def _record(self, value: str) -> None:
        place = self._row, self._column
        if self._type == "s":
            self.characters += self._length(value)
        elif self._type == "e":
            self.found.unread[place] = (value, AN_ERROR)
        # The result of a formula of type str may be an empty text.
        elif "f" in self._texts and not value and self._type != "str":
            formula = self._texts["f"].strip()
            self.found.unread[place] = (f"={formula}", NO_RESULT)
        # A cell without elements is empty.
        if self._texts:
            self._note_style(place, self._style, self._type)

    def _note_style(self, place: Cell, style: str, kind: str) -> None:
        if style not in self._styles:
            return
        is_struck, number_format = self._styles[style]
        if is_struck:
            self.found.struck.add(place)
        if number_format and kind in _NUMBERS:
            self.found.formats[place] = number_format

    def _length(self, place: str) -> int:
        """Return the number of characters of a shared text."""
        # A broken workbook can refer to a text that does not exist.
        if not place.isdecimal():
            return 0
        number = int(place)
        if number >= len(self._lengths):
            return 0
        return self._lengths[number]


def spread(name: str, height: int, width: int) -> str:
    """Explain that the cells of a sheet are too far apart to be read."""
    return (
        f"{name}: its cells are spread over {height:,} rows and {width:,} columns; "
        "delete what is far from the table (Ctrl+End leads there), "
        "and save it again"
    )


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
