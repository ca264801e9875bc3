"""Delimited text: its delimiter, and its records.

Records are numbered as a spreadsheet numbers its rows: a line break inside quotation
marks does not begin a row, and a blank line is a row.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa
import pyarrow.csv

from cbcstats.files.dates import is_date_like

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
_NEVER_CLOSED: Final = "a quotation mark is never closed"
# Texts of this length are rarely the same by chance.
_TELLING: Final = 4
_DATE: Final = "date"  # among the known cells of a column that holds dates
# After this many lines, assume that an open quotation mark is never closed.
_LONGEST_RECORD: Final = 10_000


class Record(NamedTuple):
    """A row split into cells; if that fails, its line is the only cell.

    `line` is its first line, from 0; `fault` says why the line could not be split.
    """

    row: int
    cells: list[str]
    line: int
    fault: str = ""


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


def all_records(text: str, delimiter: str, width: int) -> list[Record]:
    """Return all records of a text, including blank ones.

    `width` is the number of cells of a row. Where rows are between two quotation marks
    that do not belong together, they are records of their own.
    """
    lines = _lines(text)
    found = list(records(lines, delimiter))
    swallowing = _swallowing(found, lines, delimiter, width)
    if not swallowing:
        return found
    recovered: list[Record] = []
    for record in found:
        parts = [record]
        if record.line in swallowing:
            last = swallowing[record.line]
            fault = f"a quotation mark is opened, and rows follow up to line {last}"
            first = lines[record.line].rstrip("\r\n")
            rest = records(lines[record.line + 1 : last], delimiter)
            parts = [Record(0, [first], record.line, fault), *rest]
        for part in parts:
            recovered.append(part._replace(row=len(recovered) + 1))
    return recovered


def _swallowing(
    found: Sequence[Record], lines: Sequence[str], delimiter: str, width: int
) -> dict[int, int]:
    """Return, by first line, the last line of each record that holds other rows."""
    ends = [*[record.line for record in found[1:]], len(lines)]
    of_several_lines = [
        (record.line, end)
        for record, end in zip(found, ends, strict=True)
        if end - record.line > 1
    ]
    if not of_several_lines:
        return {}
    known = _known_cells(found, width)
    swallowing = {}
    for first, end in of_several_lines:
        inside = records(lines[first + 1 : end], delimiter)
        if any(_is_row(record.cells, known) for record in inside):
            swallowing[first] = end
    return swallowing


def _known_cells(found: Sequence[Record], width: int) -> list[set[str]]:
    """Return the distinct cells of each column; `_DATE` if it holds dates."""
    known: list[set[str]] = [set() for _ in range(width)]
    for record in found:
        for cells, cell in zip(known, record.cells, strict=False):
            cells.add(cell)
    for record in found[:FIRST_ROWS]:
        for cells, cell in zip(known, record.cells, strict=False):
            if is_date_like(cell):
                cells.add(_DATE)
    return known


def _is_row(cells: Sequence[str], known: Sequence[set[str]]) -> bool:
    """Tell whether a line of a note holds a date, or two known cells, in their columns.

    Commas in a note are followed by blanks, so that its cells are not known.
    """
    points = 0
    for cell, of_column in zip(cells, known, strict=False):
        if _DATE in of_column and cell == cell.strip() and is_date_like(cell):
            points += 2
        elif len(cell) >= _TELLING and cell in of_column:
            points += 1
    return points > 1 and len(cells) <= len(known)


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
                raise csv.Error(_NEVER_CLOSED)
            yield lines[place]

    while first < len(lines):
        start = first
        reader = csv.reader(feed(start), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                row += 1
                yield Record(row, cells, first)
                first = start + reader.line_num
            return
        # A csv.reader is unusable after an error; start a new one at the next line.
        except csv.Error as error:
            fault = str(error)
        line = lines[first].rstrip("\r\n")
        row += 1
        # Only the strict reader objects to text after a closing quotation mark.
        if "expected after" in fault and not _is_open(line, delimiter):
            cells = next(csv.reader([line], delimiter=delimiter), [""])
            yield Record(row, cells, first)
        else:
            yield Record(row, [line], first, _NEVER_CLOSED)
            # If every line has an unclosed mark, each would be read 10,000 times.
            longest = max(longest // 2, FIRST_ROWS)
        first += 1


def _is_open(line: str, delimiter: str) -> bool:
    """Tell whether a quotation mark is open at the end of a line."""
    try:
        list(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "expected after" not in str(error)
    return False


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
