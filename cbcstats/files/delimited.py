"""Delimited text of any size -> records of cells: encodings, delimiters, quotation marks, broken lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from functools import partial
from itertools import count, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from cbcstats.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DELIMITERS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}
FIRST_ROWS: Final = 20  # rows among which delimiter and header are looked for
_RARE_DELIMITERS: Final = ":~^"
_RARE_SHARE: Final = 0.6  # colons stand in text and times, too
_LARGEST: Final = (
    2**27
)  # characters of a line or a cell; the limit of the csv module is a cell of 131,072
_FOREIGN: Final = re.compile("[\udc80-\udcff]+")  # bytes that are no UTF-8
_BETWEEN_WORDS: Final = ' ,;\t|"\r\n'
_LONGEST_RECORD: Final = 10_000  # lines; a quotation mark that is open for longer was never closed


class Record(NamedTuple):
    """The cells of a row, or the text of a line that cannot be cut into cells, and why.

    `row` counts records as a spreadsheet does: a line break inside quotation marks begins no row, a blank line is one.
    `misread` holds a word that was no UTF-8.
    """

    row: int
    cells: list[str]
    fault: str = ""
    misread: str = ""


def encoding_of(path: Path) -> str:
    """Return `utf-16`, `utf-16-le` or `utf-16-be` for such a file, else `utf-8-sig`, in which most bytes make sense."""
    with path.open("rb") as file:
        first = file.read(4096)
    if first[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        raise DataError(f"{path}: is written in UTF-32; save it as CSV UTF-8")
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    half = len(first) / 2
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if first and first[start::2].count(0) > half / 2:
            return encoding
    return "utf-8-sig"


def is_windows_1252(path: Path) -> bool:
    """Return whether what is no ASCII is no UTF-8 either, on any line: then a word that is no UTF-8 is no fault."""
    with path.open("rb") as file:
        for line in iter(partial(file.readline, _LARGEST), b""):
            if not line.isascii():
                try:
                    line.decode("utf-8-sig")
                except UnicodeDecodeError:
                    continue
                return False
    return True


def delimiter_of(path: Path, encoding: str) -> str:
    """Return the likeliest delimiter: the one that cuts many of the first rows into equally many cells."""
    return delimiters_of(path, encoding)[0]


def delimiters_of(path: Path, encoding: str) -> list[str]:
    """Return the delimiters that a file may have, the likeliest first."""
    first = list(islice(_lines(path, encoding), FIRST_ROWS))

    def likeness(delimiter: str) -> tuple[bool, float]:
        records = _records(iter(first), delimiter, lenient=True)
        widths = Counter(len(record.cells) for record in records if record.cells)
        # Remarks may hold more commas than a row has cells, but hardly on each row alike, and none in the header.
        alike = max((rows**2 * cells for cells, rows in widths.items() if cells > 1), default=0)
        return len(
            widths
        ) == 1 and alike > 0, alike if delimiter in DELIMITERS else alike * _RARE_SHARE

    return sorted([*DELIMITERS, *_RARE_DELIMITERS], key=likeness, reverse=True)


def records(
    path: Path, encoding: str, delimiter: str, *, lenient: bool = False
) -> Iterator[Record]:
    """Yield the records of a file, without those that hold nothing, in memory that does not grow with the file.

    A line with broken quotation marks is a record with a fault, and reading goes on at the next line. Where `lenient`,
    only a mark that is never closed is a fault.
    """
    for record in _records(_lines(path, encoding), delimiter, lenient=lenient):
        if any(cell.strip() for cell in record.cells):
            yield record


def _records(
    lines: Iterator[tuple[str, str]], delimiter: str, *, lenient: bool
) -> Iterator[Record]:
    csv.field_size_limit(_LARGEST)
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    for row in count(1):
        source.taken.clear()
        fault = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line = source.give_back().rstrip("\r\n")
            cells, fault = [line], str(error)
            if lenient and "expected after" in fault:
                cells, fault = next(csv.reader([line], delimiter=delimiter), [""]), ""
            reader = csv.reader(source, delimiter=delimiter, strict=True)
        yield Record(row, cells, fault, next((word for _, word in source.taken if word), ""))


class _Lines:
    """Lines for the csv module that can be given back: reading goes on after the first line of a broken record."""

    def __init__(self, lines: Iterator[tuple[str, str]]) -> None:
        self._lines = lines
        self._returned: list[tuple[str, str]] = []
        self._longest = _LONGEST_RECORD
        self.taken: list[tuple[str, str]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) > self._longest:
            # A mark on each line must not have each line read ten thousand times.
            self._longest = max(self._longest // 2, FIRST_ROWS)
            raise csv.Error("a quotation mark is never closed")
        self.taken.append(self._returned.pop() if self._returned else next(self._lines))
        return self.taken[-1][0]

    def give_back(self) -> str:
        """Return the first line that was taken, and give back the others."""
        self._returned += reversed(self.taken[1:])
        del self.taken[1:]
        return self.taken[0][0]


def _lines(path: Path, encoding: str) -> Iterator[tuple[str, str]]:
    """Yield each line, and a word on it that is no UTF-8 and was read as Windows-1252."""
    errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        for number, line in enumerate(iter(partial(file.readline, _LARGEST), ""), start=1):
            if len(line) == _LARGEST:
                raise DataError(
                    f"{path}: line {number} is longer than {_LARGEST:,} characters; check where lines end"
                )
            if line.isascii() or not any("\udc80" <= character <= "\udcff" for character in line):
                yield line, ""
                continue
            place = next(
                place for place, character in enumerate(line) if "\udc80" <= character <= "\udcff"
            )
            start = max(line.rfind(mark, 0, place) for mark in _BETWEEN_WORDS) + 1
            read = _FOREIGN.sub(
                lambda found: (
                    found[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")
                ),
                line,
            )
            yield read, re.split(f"[{re.escape(_BETWEEN_WORDS)}]", read[start:], maxsplit=1)[0]
