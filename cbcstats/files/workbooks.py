"""Read the sheets of workbooks, find their table, and write text that Excel can store.

calamine reads the cells. What they do not show comes from the XML of .xlsx and .xlsm.
In .xls, .xlsb and .ods, errors and formulas without a stored result are empty cells,
and hidden rows and columns, lines through cells and number formats are not seen.

A person sees hidden rows and columns, lines through cells, and one value over several
merged cells. A table of text shows none of them, so that they become remarks.
"""

from __future__ import annotations

import datetime
import io
import re
from bisect import bisect_left, bisect_right
from itertools import product
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cbcstats.errors import WARNING, DataError, Finding, Problem, did_you_mean
from cbcstats.files.sheet_xml import (
    MOST_CELLS,
    SheetXml,
    check_unpacked_size,
    scan_workbook,
    spread,
)
from cbcstats.files.sources import BROKEN, FIRST_ROWS, PROTECTED, WORKBOOKS, kind_of
from cbcstats.frames import as_text

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Container,
        Iterable,
        Iterator,
        Sequence,
    )
    from pathlib import Path

    from cbcstats.files.sheet_xml import Cell

    IsHeader = Callable[[Sequence[str]], bool]
    Body = dict[int, list[str]]
    Rows = list[tuple[int, list[str]]]

# The limits of Excel: rows and columns of a sheet, characters of a cell.
ROWS: Final = 1_048_576
COLUMNS: Final = 16_384
CHARACTERS: Final = 32_767
# Kinds of workbooks whose XML is scanned, other archives, and all that are read.
_SCANNED: Final = (".xlsx", ".xlsm")
_ARCHIVES: Final = (".xlsb", ".ods")
# Numbers that may be days: from 1927 to 2173.
_FIRST_SERIAL: Final = 10_000
_LAST_SERIAL: Final = 99_999.999_999
# calamine gives a float, or an int of .xls; a bool is neither.
_NUMBERS: Final = (float, int)
# Characters that are not allowed in XML, and others unwanted in a title or a name.
_NOT_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_NOT_NAME: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# The sheet that `save_problems` adds for itself.
OWN_SHEET: Final = "for cbcstats"
# A number of several rows may be their sum; a year holds for each of them.
_MAY_BE_A_SUM: Final = re.compile(r"(?!(19|20)\d\d$)\d+(\.\d+)?")
# A sheet holds a table if this many rows have two cells, and this share of the cells
# of a column have a digit: days, numbers or ids, unlike notes and lists of words.
_FEWEST_ROWS: Final = 3
_LEAST_SHARE: Final = 0.75
_DIGIT: Final = re.compile(r"\d")
_FILL: Final = "undo the merge, and fill each cell"
_OR_SUM: Final = f"{_FILL}; a number may be their sum"
_SHOWN_UNDER: Final = 3  # values that nobody sees, in a message
_HIDDEN_SHEET: Final = Finding(
    "is a hidden sheet, and is read",
    "name another sheet if it is not the one to read",
    WARNING,
)
_HIDDEN_COLUMN: Final = Finding(
    "is a hidden column, but is read", "show it, and check its cells", WARNING
)
_HIDDEN_ROW: Final = Finding(
    "is hidden, but is read", "show the row; delete it if it does not count", WARNING
)
_FILTERED_ROW: Final = Finding(
    "is hidden by a filter, but is read",
    "clear the filter; delete the row if it does not count",
    WARNING,
)
_STRUCK: Final = Finding(
    "is struck out, but is read",
    "delete it if it does not count; else remove the line through it",
    WARNING,
)


class Sheet(NamedTuple):
    """The cells of a sheet as text.

    `rows` holds the number of each filled row with its cells, up to the last filled
    column; the first of them is in the column `left`, counted from 1. `merged` holds the
    first and the last row and column of each merged range, `serials` the row and column
    of each number that may be a day, `decimals` that of each number that is not whole.
    `xml` is empty where it is not scanned.
    """

    name: str
    rows: Rows
    left: int
    is_hidden: bool
    merged: list[tuple[Cell, Cell]]
    serials: set[Cell]
    decimals: set[Cell]
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
        if kind in _ARCHIVES:
            check_unpacked_size(path)
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


def rows_of_sheet(path: Path, name: str) -> list[list[str]]:
    """Return the filled rows of a sheet of a workbook, or none if there is no such."""
    kind = kind_of(path)
    if kind not in WORKBOOKS:
        return []
    for sheet in read_sheets(path, kind):
        if sheet.name == name:
            return [cells for _, cells in sheet.rows]
    return []


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
    serials, decimals = _numbers(cells, top + 1, left + 1)
    filled = _filled(sorted(rows.items()), xml, first)
    return Sheet(sheet.name, filled, first, is_hidden, merged, serials, decimals, xml)


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


def _numbers(
    cells: list[list[Any]], top: int, left: int
) -> tuple[set[Cell], set[Cell]]:
    """Return the places of numbers that may be days, and of those that are not whole."""
    serials = set()
    decimals = set()
    for row, values in enumerate(cells, top):
        for column, value in enumerate(values, left):
            if type(value) not in _NUMBERS:
                continue
            if _FIRST_SERIAL <= value <= _LAST_SERIAL:
                serials.add((row, column))
            if value % 1:
                decimals.add((row, column))
    return serials, decimals


def _from_one(merged: tuple[Cell, Cell]) -> tuple[Cell, Cell]:
    """Return a range whose corners count from 1, as in Excel."""
    (top, left), (bottom, right) = merged
    return (top + 1, left + 1), (bottom + 1, right + 1)


def named_sheet(path: Path, sheets: Sequence[Sheet], wanted: str) -> Sheet:
    """Return the sheet of a name."""
    by_name = {sheet.name: sheet for sheet in sheets}
    if wanted in by_name:
        return by_name[wanted]
    shown = ", ".join(map(repr, by_name))
    hint = did_you_mean(wanted, by_name, count=1)
    raise DataError(f"{path}: has no sheet {wanted!r}, but {shown}{hint}")


def choose_sheet(path: Path, sheets: Sequence[Sheet], is_header: IsHeader) -> Sheet:
    """Return the sheet with the header, else the first filled; rather a visible one."""
    visible = [sheet for sheet in sheets if not sheet.is_hidden]
    hidden = [sheet for sheet in sheets if sheet.is_hidden]
    for candidates in (visible, hidden):
        fitting = [sheet for sheet in candidates if has_header(sheet, is_header)]
        if len(fitting) > 1:
            shown = ", ".join(repr(sheet.name) for sheet in fitting)
            raise DataError(
                f"{path}: holds a table on several sheets ({shown}); name one of them: "
                f"sheet={fitting[0].name!r} (--sheet on the command line)"
            )
        if fitting:
            return fitting[0]
    filled = [sheet for sheet in [*visible, *hidden] if sheet.rows]
    return filled[0] if filled else sheets[0]


def has_header(sheet: Sheet, is_header: IsHeader) -> bool:
    """Tell whether one of the first rows of a sheet is the header."""
    rows = first_rows(sheet).values()
    return any(map(is_header, rows))


def header_place(rows: Sequence[Sequence[str]], is_header: IsHeader, name: str) -> int:
    """Return the index of the header row.

    It is the first row that names the required columns, or else the first row with at
    least half as many filled cells as the fullest row.
    """
    rows = rows[:FIRST_ROWS]
    if not rows:
        raise DataError(
            f"{name}: holds no table; the first row must hold the names of the columns"
        )
    headers = [place for place, cells in enumerate(rows) if is_header(cells)]
    place = headers[0] if headers else _first_full_row(rows)
    width = len(rows[place])
    # A wrong delimiter can cut a text into very many cells.
    if width > COLUMNS:
        raise DataError(
            f"{name}: has {width:,} columns, and a sheet has {COLUMNS:,}; "
            "check what separates its cells"
        )
    return place


def _first_full_row(rows: Sequence[Sequence[str]]) -> int:
    counts = []
    for cells in rows:
        filled = [cell for cell in cells if cell.strip()]
        counts.append(len(filled))
    # A title fills one or two cells, while a header may lack a few names.
    half = max(counts) / 2
    full = [place for place, count in enumerate(counts) if count >= half]
    return full[0]


def sheets_not_read(
    sheets: Sequence[Sheet], chosen: Sequence[Sheet], header_row: int
) -> Iterator[Problem]:
    """Yield a remark for each other sheet that holds rows."""
    known = {OWN_SHEET, *(sheet.name for sheet in chosen)}
    for sheet in sheets:
        if sheet.name in known or not _holds_rows(sheet):
            continue
        hidden = "hidden " if sheet.is_hidden else ""
        problem = f"{hidden}sheet {sheet.name!r} also holds rows, which were not read"
        option = f"sheet={sheet.name!r} (--sheet on the command line)"
        remedy = f"name the sheet to read: {option}"
        yield Problem(header_row, "", "", problem, remedy, WARNING)


def _holds_rows(sheet: Sheet) -> bool:
    """Tell whether a sheet holds rows of data, and not only notes or lists of words.

    In one of its columns, most cells are days, numbers or ids.
    """
    rows = []
    for _, cells in sheet.rows:
        filled = [cell for cell in cells if cell.strip()]
        if len(filled) > 1:
            rows.append(cells)
    if len(rows) < _FEWEST_ROWS:
        return False
    least = _LEAST_SHARE * len(rows[1:])
    for column in zip(*rows[1:], strict=True):
        with_digits = [cell for cell in column if _DIGIT.search(cell)]
        if len(with_digits) >= least:
            return True
    return False


def merged_places(sheet: Sheet) -> list[tuple[range, range]]:
    """Return the rows of each merged range, and its places in these rows from 0."""
    width = len(sheet.rows[0][1]) if sheet.rows else 0
    areas = []
    for (top, left), (bottom, right) in sheet.merged:
        rows = range(top, bottom + 1)
        first = left - sheet.left
        end = right - sheet.left + 1
        places = range(first, min(end, width))
        # A range that begins left of all filled cells has no value.
        if places and first >= 0:
            areas.append((rows, places))
    return areas


def first_rows(sheet: Sheet) -> Body:
    """Return the rows in which the header is sought, with merged names in each row.

    In a header of several rows, the names of single columns are merged downwards.
    """
    first = {row: list(cells) for row, cells in sheet.rows[:FIRST_ROWS]}
    for rows, places in merged_places(sheet):
        if rows[0] not in first:
            continue
        place = places[0]
        name = first[rows[0]][place]
        for row, cells in first.items():
            if row in rows:
                cells[place] = cells[place] or name
    return first


def header_of(sheet: Sheet, row: int) -> tuple[int, list[str]]:
    """Return the last row of the header that begins in a row, and its cells.

    Of the columns under a merged name, the second is `Dates, column 3`.
    """
    first = first_rows(sheet)
    areas = merged_places(sheet)
    ends = [rows[-1] for rows, _ in areas if rows[0] == row]
    end = max([row, *ends])
    last = max(number for number in first if number <= end)
    names = zip(first[last], first[row], strict=True)
    header = [name or above for name, above in names]
    for rows, places in areas:
        name = header[places[0]]
        if last not in rows or not name:
            continue
        for place in places[1:]:
            header[place] = header[place] or f"{name}, column {place + 1}"
    return last, header


def fill_merged(sheet: Sheet, names: Sequence[str], body: Body) -> list[Problem]:
    """Write the value of merged cells into each of them; return a remark per range."""
    remarks = []
    filled: set[tuple[int, int]] = set()
    numbers = list(body)
    for rows, places in merged_places(sheet):
        first, place = rows[0], places[0]
        value = body[first][place].strip() if first in body else ""
        if not value:
            continue
        start = bisect_left(numbers, first)
        end = bisect_right(numbers, rows[-1])
        within = numbers[start:end]
        # Ranges overlap in broken files only.
        is_new = filled.isdisjoint(product(within, places))
        if not is_new or len(within) * len(places) == 1:
            continue
        cells = list(product(within, places))
        filled.update(cells)
        columns = [names[place] for place in places]
        over = _over(within, columns)
        if _MAY_BE_A_SUM.fullmatch(value):
            problem, remedy = f"{over}, and is read in the first cell only", _OR_SUM
        else:
            problem, remedy = f"{over}, and is read in each of them", _FILL
            # Some programs keep what was in a cell before it was merged.
            under = {body[row][place].strip() for row, place in cells} - {value, ""}
            if under:
                listed = ", ".join(map(repr, sorted(under)[:_SHOWN_UNDER]))
                problem += f"; below it, and not shown, are other values: {listed}"
            for row, place in cells:
                body[row][place] = value
        remarks.append(Problem(first, columns[0], value, problem, remedy, WARNING))
    return remarks


def _over(rows: Sequence[int], columns: Sequence[str]) -> str:
    """Explain over which rows and columns a cell is merged."""
    over = []
    if len(rows) > 1:
        over.append(f"rows {rows[0]} to {rows[-1]}")
    if len(columns) > 1:
        over.append(f"columns {columns[0]} to {columns[-1]}")
    return f"is merged over {' and '.join(over)}"


def in_table(
    cells: Iterable[Cell], sheet: Sheet, names: Sequence[str], body: Container[int]
) -> dict[Cell, tuple[int, str]]:
    """Return those of some cells of a sheet that are in its table, by row and name."""
    name_of = dict(enumerate(names, start=sheet.left))
    return {
        (row, column): (row, name_of[column])
        for row, column in cells
        if row in body and column in name_of
    }


def hidden_and_struck(
    sheet: Sheet, names: Sequence[str], header_row: int, body: Body
) -> Iterator[Problem]:
    """Yield what a person does not see in a table, or sees with a line through it."""
    if sheet.is_hidden:
        yield Problem(header_row, "", sheet.name, *_HIDDEN_SHEET)
    hidden = sheet.xml.hidden_columns
    for column, name in enumerate(names, start=sheet.left):
        if any(column in columns for columns in hidden):
            yield Problem(header_row, name, "", *_HIDDEN_COLUMN)
    for row in sorted(sheet.xml.hidden_rows & body.keys()):
        finding = _FILTERED_ROW if row in sheet.xml.filtered else _HIDDEN_ROW
        yield Problem(row, "", _first_text(body[row]), *finding)
    yield from _struck(sheet, names, body)


def _struck(sheet: Sheet, names: Sequence[str], body: Body) -> Iterator[Problem]:
    """Yield the rows, or else the cells, that have a line through them."""
    struck = in_table(sheet.xml.struck, sheet, names, body)
    by_row: dict[int, list[str]] = {}
    for row, name in struck.values():
        by_row.setdefault(row, []).append(name)
    for row, columns in sorted(by_row.items()):
        texts = dict(zip(names, body[row], strict=True))
        filled = [name for name, text in texts.items() if text.strip()]
        if set(filled) <= set(columns):
            yield Problem(row, "", texts[filled[0]], *_STRUCK)
            continue
        for name in columns:
            yield Problem(row, name, texts[name], *_STRUCK)


def _first_text(cells: Sequence[str]) -> str:
    return next((cell for cell in cells if cell.strip()), "")
