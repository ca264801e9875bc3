"""Delimited text: its encoding, its delimiter, and its records.

Records are numbered as a spreadsheet numbers its rows: a line break inside quotation marks begins
no row, a blank line is one.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa
import pyarrow.csv

from cbcstats.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DELIMITERS: Final = {
    ",": "a comma",
    ";": "a semicolon",
    "\t": "a tab",
    "|": "a vertical bar",
}
FIRST_ROWS: Final = 20  # rows among which delimiter and header are looked for
_RARE_DELIMITERS: Final = ":~^"
_RARE_SHARE: Final = 0.6  # colons are common in text and times, too
_FIRST_CHARACTERS: Final = 2**18
_SURROGATES: Final = re.compile("[\udc80-\udcff]+")  # bytes that are not UTF-8
_LONGEST_RECORD: Final = (
    10_000  # lines; a quotation mark open for longer was never closed
)


class Record(NamedTuple):
    """The cells of a row; or, with a `fault`, the text of a line that cannot be cut into cells."""

    row: int
    cells: list[str]
    fault: str = ""


class Text(NamedTuple):
    """The content of a file as text.

    In `text`, bytes that are not UTF-8 are lone surrogates; see `repair`. There are none of them
    unless `encoding` is `mixed` or `windows-1252`, where no line outside ASCII is UTF-8.
    """

    text: str
    encoding: str = "utf-8"


def decode(content: bytes, name: str) -> Text:
    """Decode a file: UTF-8, UTF-16 or Windows-1252, with or without a byte order mark."""
    if content[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        raise DataError(f"{name}: is written in UTF-32; save it as CSV UTF-8")
    if encoding := _utf_16(content[:4096]):
        return Text(content.decode(encoding, errors="replace"), "utf-16")
    try:
        return Text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        text = content.decode("utf-8-sig", errors="surrogateescape")
    foreign = [line for line in content.splitlines() if not line.isascii()]
    return Text(text, "mixed" if any(map(_is_utf_8, foreign)) else "windows-1252")


def repair(cell: str) -> str:
    """Return a cell whose bytes that are not UTF-8 are read as Windows-1252."""
    if cell.isascii():
        return cell
    return _SURROGATES.sub(_as_windows_1252, cell)


def repaired_word(cell: str) -> str:
    """Return the first word of a cell with bytes that are not UTF-8, repaired; empty if it has none."""
    words = cell.split()
    return next((repair(word) for word in words if _SURROGATES.search(word)), "")


def _as_windows_1252(found: re.Match[str]) -> str:
    return found[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _utf_16(first: bytes) -> str:
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if first[1::2].count(0) > len(first) / 4:
        return "utf-16-le"
    if first[0::2].count(0) > len(first) / 4:
        return "utf-16-be"
    return ""


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def first_lines(text: str) -> list[str]:
    """Return the lines among which delimiter and header are looked for."""
    return _lines(text[:_FIRST_CHARACTERS])


def delimiters_of(lines: Sequence[str]) -> list[str]:
    """Return the delimiters that a text may have by its first lines, the likeliest first.

    The likeliest is the one that cuts many of the first rows into equally many cells.
    """
    marks = [*DELIMITERS, *_RARE_DELIMITERS]

    def likeness(delimiter: str) -> tuple[bool, float]:
        widths = Counter(
            len(record.cells) for record in first_records(lines, delimiter)
        )
        # Remarks may hold more commas than a row has cells, but hardly as many on each row.
        alike = max(
            (rows**2 * width for width, rows in widths.items() if width > 1), default=0
        )
        is_regular = len(widths) == 1 and alike > 0
        return is_regular, alike if delimiter in DELIMITERS else alike * _RARE_SHARE

    return sorted(marks, key=likeness, reverse=True)


def first_records(lines: Sequence[str], delimiter: str) -> list[Record]:
    """Return the first records that are not blank."""
    first = records(lines, delimiter)
    filled = (record for record in first if any(cell.strip() for cell in record.cells))
    return list(islice(filled, FIRST_ROWS))


def all_records(text: str, delimiter: str) -> Iterator[Record]:
    """Yield all records of a text, also blank ones."""
    return records(_lines(text), delimiter)


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def records(lines: Sequence[str], delimiter: str) -> Iterator[Record]:
    """Yield the records of some lines.

    A line with a quotation mark that is never closed is a record with a fault, and reading goes on
    at the next line. A quotation mark inside a cell is kept: "5" disk", 2 is 5 disk" and 2.
    """
    first = row = 0  # the line at which the present record begins, and its number
    longest = _LONGEST_RECORD

    def feed(start: int) -> Iterator[str]:
        for place in range(start, len(lines)):
            if place - first > longest:
                raise csv.Error("a quotation mark is never closed")
            yield lines[place]

    while first < len(lines):
        start = first
        reader = csv.reader(feed(start), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                row, first = row + 1, start + reader.line_num
                yield Record(row, cells)
            return
        except csv.Error as error:
            line, row, fault = lines[first].rstrip("\r\n"), row + 1, str(error)
            if "expected after" in fault:
                cells = next(csv.reader([line], delimiter=delimiter), [""])
                yield Record(row, cells)
            else:
                yield Record(row, [line], fault)
                # A mark open on each line must not have each line read ten thousand times.
                longest = max(longest // 2, FIRST_ROWS)
            first += 1


def columns_by_line(
    content: bytes, delimiter: str, names: list[str], skip: int
) -> tuple[pa.Table, dict[int, str]] | None:
    """Cut lines into columns with Arrow, or return None where a record may not be one line.

    Returns the table, and by row number the lines that have more or fewer cells than names.
    """
    content = content.rstrip(b"\r\n")
    if content.count(b"\r") != content.count(b"\r\n"):
        return None
    ragged: dict[int, str] = {}

    def keep(line: pa.csv.InvalidRow) -> str:
        ragged[line.number] = line.text
        return "skip"

    read = pa.csv.ReadOptions(column_names=names, skip_rows=skip, use_threads=False)
    cut = pa.csv.ParseOptions(
        delimiter=delimiter, ignore_empty_lines=False, invalid_row_handler=keep
    )
    text = dict.fromkeys(names, pa.string())
    convert = pa.csv.ConvertOptions(column_types=text, strings_can_be_null=False)
    try:
        table = pa.csv.read_csv(pa.BufferReader(content), read, cut, convert)
    except pa.ArrowInvalid:
        return None
    lines = content.count(b"\n") + 1
    is_regular = skip + len(table) + len(ragged) == lines
    return (table, ragged) if is_regular else None
