"""Choose a sheet, and find its table: the header, merged cells, what a person sees.

A person sees hidden rows and columns, lines through cells, and one value over several
merged cells. A table of text shows none of them, so that they become remarks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import product
from typing import TYPE_CHECKING, Final

from cbcstats.errors import WARNING, DataError, Finding, Problem, did_you_mean
from cbcstats.files.delimited import FIRST_ROWS

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
    from cbcstats.files.workbooks import Sheet

    IsHeader = Callable[[Sequence[str]], bool]
    Body = dict[int, list[str]]

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
