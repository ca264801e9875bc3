"""Delimited text: its encoding, its delimiter, and its records.

A file in UTF-8 or UTF-16 shows that it is; any other is read as Windows-1252 unless its
encoding is given. Records are numbered as a spreadsheet numbers its rows: a line break
inside quotation marks does not begin a row, and a blank line is a row.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa
import pyarrow.csv

from cbcstats.errors import WARNING, ArgumentError, DataError, Finding
from cbcstats.files.dates import is_date_like
from cbcstats.files.sources import FIRST_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    IsHeader = Callable[[Sequence[str]], bool]

WITH_REPAIRS: Final = ("windows-1252", "mixed")
# With "surrogateescape", Python decodes bytes that are not UTF-8 to these.
_SURROGATES: Final = re.compile("[\udc80-\udcff]+")
# Encodings in which an office may have saved a file, by the size of a character.
_OF_ONE_BYTE: Final = (
    *("cp1250", "cp1251", "cp1253", "cp1255", "cp1256"),
    *("koi8_r", "cp866", "cp850", "mac_roman"),
)
_OF_TWO_BYTES: Final = ("shift_jis", "gb18030", "big5", "euc_kr")
_LINES: Final = 500  # that are searched for a likely encoding
_OFFERED: Final = 3
# The least share of characters outside ASCII that are parts of words.
_PLAUSIBLE: Final = 0.9
_DOUBTFUL: Final = 0.8
_WORD: Final = re.compile(r"[^\W\d_]+")
_BETWEEN: Final = re.compile(r"[\s,;|\"]+")
_IN_ANY_LANGUAGE: Final = set("\u2018\u2019\u201c\u201d\u2013—…«»¿¡·°€\u00a0")
_WAS_GUESSED: Final = "the file is not UTF-8, and was read as Windows-1252"
_EAST_ASIAN: Final = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}
DELIMITERS: Final = {
    ",": "a comma",
    ";": "a semicolon",
    "\t": "a tab",
    "|": "a vertical bar",
}
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


class Text(NamedTuple):
    """The content of a file as text.

    `encoding` is `utf-8`, `utf-16`, `windows-1252` if no line outside ASCII is UTF-8,
    `mixed`, or the one that was given. In `windows-1252` and `mixed`, bytes that are
    not UTF-8 are surrogates; see `repair`. `doubtful` are the first lines outside ASCII
    of a file read as Windows-1252.
    """

    text: str
    encoding: str = "utf-8"
    doubtful: bytes = b""


def check_encoding(encoding: str | None) -> str | None:
    """Return Python's name for an encoding.

    Raises
    ------
    ArgumentError
        If Python does not know it.

    Examples
    --------
    >>> check_encoding("Windows-1251")
    'cp1251'
    """
    if encoding is None:
        return None
    try:
        # Python does not look up the encoding of an empty text.
        b" ".decode(encoding, "replace")
        return codecs.lookup(encoding).name
    except (LookupError, TypeError, ValueError) as error:
        raise ArgumentError(
            "`encoding` must be an encoding that Python knows, such as 'utf-8', "
            "'cp1252' (Western Europe), 'cp1250' (Central Europe), 'cp1251' "
            f"(Cyrillic) or 'shift_jis' (Japanese), but {encoding!r} was given"
        ) from error


def decode(content: bytes, name: str, encoding: str | None = None) -> Text:
    """Decode UTF-8, UTF-16 or Windows-1252, or the encoding that is given."""
    if encoding:
        text = content.decode(encoding, errors="replace")
        return Text(text.removeprefix("\ufeff"), encoding)
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise DataError(f"{name}: is written in UTF-32; save it as CSV UTF-8")
    if utf_16 := _utf_16(content[:4096]):
        text = content.decode(utf_16, errors="replace")
        return Text(text, "utf-16")
    try:
        return Text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        text = content.decode("utf-8-sig", errors="surrogateescape")
    # Files edited by several people can have a different encoding on each line.
    not_ascii = [line for line in content.splitlines() if not line.isascii()]
    if any(map(_is_utf_8, not_ascii)):
        return Text(text, "mixed")
    return Text(text, "windows-1252", b"\n".join(not_ascii[:_LINES]))


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


def explain_windows_1252(doubtful: bytes) -> tuple[str, Finding]:
    """Return a word of a file as it was read, and what to do if it is wrong.

    Examples
    --------
    >>> word, finding = explain_windows_1252("Таможня".encode("cp1251"))
    >>> print(word, finding.remedy, sep=": ")
    Òàìîæíÿ: the word may be wrong: encoding='cp1251' reads 'Таможня' (--encoding on \
the command line); or save the file as CSV UTF-8
    """
    text = doubtful.decode("cp1252", "replace")
    word = _first_word(text)
    likely = _share_in_words(text) < _DOUBTFUL and _other_readings(doubtful)
    if likely:
        offers = [
            f"encoding={name!r} reads {other!r}" for name, other in likely.items()
        ]
        remedy = f"the word may be wrong: {', '.join(offers)}"
    else:
        remedy = "if the word is wrong, give the encoding, such as encoding='cp1250'"
    remedy += " (--encoding on the command line); or save the file as CSV UTF-8"
    return word, Finding(_WAS_GUESSED, remedy, WARNING)


def _first_word(text: str) -> str:
    """Return the first word that holds a character outside ASCII, or nothing."""
    words = (word for word in _BETWEEN.split(text) if not word.isascii())
    return next(words, "")


def _other_readings(content: bytes) -> dict[str, str]:
    """Return the first word in each encoding that makes words of nearly all."""
    for encodings in (_OF_ONE_BYTE, _OF_TWO_BYTES):
        readings = {}
        for encoding in encodings:
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            word = _first_word(text)
            if word and _share_in_words(text) >= _PLAUSIBLE:
                readings[encoding] = word
        # Most pairs of bytes are some Chinese character, so these come second.
        if readings:
            return dict(list(readings.items())[:_OFFERED])
    return {}


def _share_in_words(text: str) -> float:
    """Return the share of characters outside ASCII that are in plausible words."""
    characters = [
        character
        for character in text
        if not character.isascii() and character not in _IN_ANY_LANGUAGE
    ]
    if not characters:
        return 1.0
    in_words = 0
    for word in _WORD.findall(text):
        if _is_plausible(word):
            in_words += sum(not character.isascii() for character in word)
    return in_words / len(characters)


def _is_plausible(word: str) -> bool:
    """Tell whether a word is in one script, and no case changes within it."""
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word}
    if scripts <= _EAST_ASIAN:
        return True
    # In European languages, four accents hardly ever follow each other.
    if scripts == {"LATIN"} and re.search(r"[^\x00-\x7f]{4}", word):
        return False
    has_case = word.lower() != word.upper()
    is_regular = word.islower() or word.isupper() or word.istitle()
    return len(scripts) == 1 and (is_regular or not has_case)


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


def records_with_header(text: str, is_header: IsHeader) -> tuple[str, list[Record]]:
    """Return the delimiter that gives a header, or else the likeliest; and records."""
    lines = first_lines(text)
    delimiters = delimiters_of(lines)
    for delimiter in delimiters:
        first = first_records(lines, delimiter)
        if any(is_header(record.cells) for record in first):
            return delimiter, first
    likeliest = delimiters[0]
    return likeliest, first_records(lines, likeliest)


def misread_words(
    header: Sequence[str], records: list[Record]
) -> dict[tuple[int, str], str]:
    """Return, by row and column, the first word of each cell that is not UTF-8."""
    words: dict[tuple[int, str], str] = {}
    for record in records:
        # Cells beyond the header have no name, and are a problem of their row.
        for name, cell in zip(header, record.cells, strict=False):
            word = repaired_word(cell)
            place = record.row, name
            if word:
                words[place] = word
    return words


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
        # The line in which a cell ends may hold the next cells of its own row.
        cell, mark, _ = lines[end - 1].partition('"')
        last = end - 1 if mark and delimiter not in cell else end
        inside = records(lines[first + 1 : last], delimiter)
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
) -> tuple[pa.Table, dict[int, pa.csv.InvalidRow]] | None:
    """Split lines into columns with Arrow, or return None if records span lines.

    Returns the table, and by row number the lines that have more or fewer cells than
    names.
    """
    # Arrow would count trailing line breaks as blank lines.
    content = content.rstrip(b"\r\n")
    # Old Macintosh programs end lines with \r, which only the csv module supports.
    if content.count(b"\r") != content.count(b"\r\n"):
        return None
    ragged: dict[int, pa.csv.InvalidRow] = {}

    def keep(line: pa.csv.InvalidRow) -> str:
        ragged[line.number] = line
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


def columns_of_short_lines(
    lines: Iterable[pa.csv.InvalidRow], delimiter: str, names: list[str]
) -> pa.Table | None:
    """Split lines with fewer cells than names into columns; empty cells are added.

    Return None if a quotation mark of one is never closed.
    """
    padded = [
        line.text + delimiter * (line.expected_columns - line.actual_columns)
        for line in lines
    ]
    content = "\n".join(padded).encode()
    columns = columns_by_line(content, delimiter, names, skip=0)
    if columns is None:
        return None
    table, ragged = columns
    return None if ragged else table
