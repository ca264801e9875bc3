"""Delimited text: its encoding, its delimiter, and its records.

Records are numbered as a spreadsheet numbers its rows: a line break inside quotation
marks does not begin a row, and a blank line is a row.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
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
# How many rows are searched for the delimiter and the header.
FIRST_ROWS: Final = 20
_FIRST_CHARACTERS: Final = 2**18
# Colons also occur in text and times, so rare delimiters score lower.
_RARE_DELIMITERS: Final = ":~^"
_RARE_SHARE: Final = 0.6
# With "surrogateescape", Python decodes bytes that are not UTF-8 to these.
_SURROGATES: Final = re.compile("[\udc80-\udcff]+")
# After this many lines, assume that an open quotation mark is never closed.
_LONGEST_RECORD: Final = 10_000


class Record(NamedTuple):
    """A row split into cells; if that fails, its line is the only cell.

    `fault` says why the line could not be split.
    """

    row: int
    cells: list[str]
    fault: str = ""


class Text(NamedTuple):
    """The content of a file as text.

    `encoding` is `utf-8`, `utf-16`, `windows-1252` if no line outside ASCII is UTF-8,
    or `mixed`. In the last two, bytes that are not UTF-8 are surrogates; see `repair`.
    """

    text: str
    encoding: str = "utf-8"


def decode(content: bytes, name: str) -> Text:
    """Decode UTF-8, UTF-16 or Windows-1252, with or without a byte order mark."""
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise DataError(f"{name}: is written in UTF-32; save it as CSV UTF-8")
    if encoding := _utf_16(content[:4096]):
        text = content.decode(encoding, errors="replace")
        return Text(text, "utf-16")
    try:
        return Text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        text = content.decode("utf-8-sig", errors="surrogateescape")
    # Files edited by several people can have a different encoding on each line.
    not_ascii = [line for line in content.splitlines() if not line.isascii()]
    if any(map(_is_utf_8, not_ascii)):
        return Text(text, "mixed")
    return Text(text, "windows-1252")


def repair(cell: str) -> str:
    """Read the bytes of a cell that are not UTF-8 as Windows-1252."""
    if cell.isascii():
        return cell
    return _SURROGATES.sub(_as_windows_1252, cell)


def repaired_word(cell: str) -> str:
    """Return the first word of a cell that needs repair, repaired, or an empty text."""
    for word in cell.split():
        if _SURROGATES.search(word):
            return repair(word)
    return ""


def _as_windows_1252(surrogates: re.Match[str]) -> str:
    content = surrogates[0].encode("utf-8", "surrogateescape")
    return content.decode("cp1252", "replace")


def _utf_16(first: bytes) -> str:
    """Return the UTF-16 encoding of a file by its first bytes, or an empty text."""
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    # Without a byte order mark, every other byte of Latin letters is zero.
    few = len(first) / 4
    if first[1::2].count(0) > few:
        return "utf-16-le"
    if first[0::2].count(0) > few:
        return "utf-16-be"
    return ""


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def first_lines(text: str) -> list[str]:
    """Return the lines that are searched for the delimiter and the header."""
    return _lines(text[:_FIRST_CHARACTERS])


def delimiters_of(lines: Sequence[str]) -> list[str]:
    """Rank the possible delimiters of a text, the likeliest first.

    The likeliest one splits most of the first rows into the same number of cells.
    """
    delimiters = [*DELIMITERS, *_RARE_DELIMITERS]

    def regularity(delimiter: str) -> tuple[bool, float]:
        return _regularity(lines, delimiter)

    return sorted(delimiters, key=regularity, reverse=True)


def _regularity(lines: Sequence[str], delimiter: str) -> tuple[bool, float]:
    """Score how regularly a delimiter splits the first lines into cells."""
    first = first_records(lines, delimiter)
    rows_by_width = Counter(len(record.cells) for record in first)
    is_uniform = len(rows_by_width) == 1
    score = 0.0
    for width, rows in rows_by_width.items():
        # Free text may contain many commas, but rarely the same number in each row.
        if width > 1:
            score = max(score, rows**2 * width)
    if delimiter not in DELIMITERS:
        score *= _RARE_SHARE
    return is_uniform and score > 0, score


def first_records(lines: Sequence[str], delimiter: str) -> list[Record]:
    """Return the first records that are not blank."""
    filled = []
    for record in records(lines, delimiter):
        if not any(cell.strip() for cell in record.cells):
            continue
        filled.append(record)
        if len(filled) == FIRST_ROWS:
            break
    return filled


def all_records(text: str, delimiter: str) -> Iterator[Record]:
    """Yield all records of a text, including blank ones."""
    return records(_lines(text), delimiter)


def _lines(text: str) -> list[str]:
    # str.splitlines() would also split at form feeds and Unicode separators.
    return list(io.StringIO(text, newline=""))


def records(lines: Sequence[str], delimiter: str) -> Iterator[Record]:
    """Split lines into records.

    If a quotation mark is never closed, its line becomes a record with a fault, and
    reading resumes at the next line. A quotation mark inside a cell is kept: the line
    "5" disk", 2 has the cells 5" disk" and 2.
    """
    # Index of the line where the current record begins, and number of the last row.
    first = row = 0
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
                row += 1
                first = start + reader.line_num
                yield Record(row, cells)
            return
        # A csv.reader is unusable after an error; start a new one at the next line.
        except csv.Error as error:
            fault = str(error)
        line = lines[first].rstrip("\r\n")
        row += 1
        first += 1
        # Only the strict reader objects to text after a closing quotation mark.
        if "expected after" in fault:
            cells = next(csv.reader([line], delimiter=delimiter), [""])
            yield Record(row, cells)
        else:
            yield Record(row, [line], fault)
            # If every line has an unclosed mark, each would be read 10,000 times.
            longest = max(longest // 2, FIRST_ROWS)


def columns_by_line(
    content: bytes, delimiter: str, names: list[str], skip: int
) -> tuple[pa.Table, dict[int, str]] | None:
    """Split lines into columns with Arrow, or return None if records span lines.

    Returns the table, and a dict from row number to line for the rows that have more or
    fewer cells than names.
    """
    # Arrow would count trailing line breaks as blank lines.
    content = content.rstrip(b"\r\n")
    # Old Macintosh programs end lines with \r, which only the csv module supports.
    if content.count(b"\r") != content.count(b"\r\n"):
        return None
    ragged: dict[int, str] = {}

    def keep(line: pa.csv.InvalidRow) -> str:
        ragged[line.number] = line.text
        return "skip"

    # Arrow knows line numbers only when it reads in a single thread.
    read = pa.csv.ReadOptions(column_names=names, skip_rows=skip, use_threads=False)
    parse = pa.csv.ParseOptions(
        delimiter=delimiter, ignore_empty_lines=False, invalid_row_handler=keep
    )
    # "NA" is the code of Namibia, not a missing cell.
    text = dict.fromkeys(names, pa.string())
    convert = pa.csv.ConvertOptions(column_types=text, strings_can_be_null=False)
    try:
        table = pa.csv.read_csv(pa.BufferReader(content), read, parse, convert)
    except pa.ArrowInvalid:
        return None
    # A line break inside quotation marks makes more lines than rows.
    lines = content.count(b"\n") + 1
    rows = skip + len(table) + len(ragged)
    if rows != lines:
        return None
    return table, ragged
