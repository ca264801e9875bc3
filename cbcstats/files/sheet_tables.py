"""Find the table in a sheet: its header, its merged cells, and what a person sees in it.

A person sees hidden rows and columns, lines through cells, and one value over several
merged cells. A table of text shows none of them, so that they become remarks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import product
from typing import TYPE_CHECKING, Final

from cbcstats.errors import WARNING, Finding, Problem
from cbcstats.files.delimited import FIRST_ROWS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from cbcstats.files.sheet_xml import Cell
    from cbcstats.files.workbooks import Sheet

# The sheet that `save_problems` adds for itself.
OWN_SHEET: Final = "for cbcstats"
# A number of several rows may be their sum; a year holds for each of them.
_MAY_BE_A_SUM: Final = re.compile(r"(?!(19|20)\d\d$)\d+(\.\d+)?")
# A sheet holds a table if this many rows have two cells, and this share of the cells
# of a column have a digit: days, numbers or ids, unlike notes and lists of words.
_FEWEST_ROWS: Final = 3
_LEAST_SHARE: Final = 0.75
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


def merged_places(sheet: Sheet) -> list[tuple[range, range]]:
    """Return the rows of each merged range, and its places in these rows from 0."""
    width = len(sheet.rows[0][1]) if sheet.rows else 0
    areas = []
    for (top, left), (bottom, right) in sheet.merged:
        first = left - sheet.left
        places = range(first, min(right - sheet.left + 1, width))
        # A range that begins left of all filled cells has no value.
        if places and first >= 0:
            areas.append((range(top, bottom + 1), places))
    return areas


def first_rows(sheet: Sheet) -> dict[int, list[str]]:
    """Return the rows in which the header is sought, with merged names in each row.

    In a header of several rows, the names of single columns are merged downwards.
    """
    first = {row: list(cells) for row, cells in sheet.rows[:FIRST_ROWS]}
    for rows, places in merged_places(sheet):
        if rows[0] not in first:
            continue
        name = first[rows[0]][places[0]]
        for row, cells in first.items():
            if row in rows:
                cells[places[0]] = cells[places[0]] or name
    return first


def header_of(sheet: Sheet, row: int) -> tuple[int, list[str]]:
    """Return the last row of the header that begins in a row, and its cells.

    Of the columns under a merged name, the second is `Dates, column 3`.
    """
    first = first_rows(sheet)
    areas = merged_places(sheet)
    ends = [rows[-1] for rows, _ in areas if rows[0] == row]
    last = max(number for number in first if number <= max([row, *ends]))
    names = zip(first[last], first[row], strict=True)
    header = [name or above for name, above in names]
    for rows, places in areas:
        name = header[places[0]]
        if last in rows and name:
            for place in places[1:]:
                header[place] = header[place] or f"{name}, column {place + 1}"
    return last, header


def fill_merged(
    sheet: Sheet, names: Sequence[str], body: dict[int, list[str]]
) -> list[Problem]:
    """Write the value of merged cells into each of them; return a remark per range."""
    filled: set[tuple[int, int]] = set()
    remarks = []
    numbers = list(body)
    for rows, places in merged_places(sheet):
        first, place = rows[0], places[0]
        value = body[first][place].strip() if first in body else ""
        within = numbers[bisect_left(numbers, first) : bisect_right(numbers, rows[-1])]
        # Ranges overlap in broken files only.
        is_new = filled.isdisjoint(product(within, places))
        if not value or not is_new or len(within) * len(places) == 1:
            continue
        filled.update(product(within, places))
        is_sum = _MAY_BE_A_SUM.fullmatch(value) is not None
        if not is_sum:
            _fill(body, within, places)
        columns = [names[place] for place in places]
        finding = _merged_over(within, columns, is_sum=is_sum)
        remarks.append(Problem(first, names[place], value, *finding))
    return remarks


def _fill(
    body: dict[int, list[str]], rows: Sequence[int], places: Sequence[int]
) -> None:
    value = body[rows[0]][places[0]]
    for row, place in product(rows, places):
        # Some programs keep what was in a cell before it was merged.
        body[row][place] = body[row][place] or value


def _merged_over(
    rows: Sequence[int], columns: Sequence[str], *, is_sum: bool
) -> Finding:
    over = []
    if len(rows) > 1:
        over.append(f"rows {rows[0]} to {rows[-1]}")
    if len(columns) > 1:
        over.append(f"columns {columns[0]} to {columns[-1]}")
    merged = f"is merged over {' and '.join(over)}"
    remedy = "undo the merge, and fill each cell"
    if is_sum:
        problem = f"{merged}, and is read in the first cell only"
        return Finding(problem, f"{remedy}; a number may be their sum", WARNING)
    return Finding(f"{merged}, and is read in each of them", remedy, WARNING)


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
    sheet: Sheet, names: Sequence[str], header_row: int, body: Mapping[int, list[str]]
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


def _struck(
    sheet: Sheet, names: Sequence[str], body: Mapping[int, list[str]]
) -> Iterator[Problem]:
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


def holds_a_table(sheet: Sheet) -> bool:
    """Tell whether a sheet holds rows of data, and not only notes or lists of words.

    Of two cells in a row, those below one another are mostly days, numbers or ids.
    """
    rows = [cells for _, cells in sheet.rows if len(list(filter(None, cells))) > 1]
    if len(rows) < _FEWEST_ROWS:
        return False
    _, *body = rows
    least = _LEAST_SHARE * len(body)
    columns = zip(*body, strict=True)
    return any(sum(map(_has_digit, column)) >= least for column in columns)


def _has_digit(cell: str) -> bool:
    return any(character.isdigit() for character in cell)
