"""Rows of a register that are not entries: not cut into cells, repeated headers, totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.errors import ERROR, WARNING, Finding, Problem
from cbcstats.registers.columns import plain_name
from cbcstats.registers.parsing import is_total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cbcstats.files.text_table import TextTable

BEYOND: Final = (
    " (beyond the header)"  # ends the name of a column of cells that have none
)
_UNCUT: Final = (
    "put text that holds the delimiter into quotation marks, "
    "and write one delimiter for each empty cell"
)
_BEYOND: Final = Finding(
    "is beyond the header", "move it to the cell where it belongs, or delete it"
)
_HEADER: Final = Finding("repeats the header", "delete the row")
_TOTAL: Final = Finding(
    "is a total, not an entry", "delete the row; totals are computed"
)


def uncut_rows(table: TextTable) -> Iterator[Problem]:
    """Yield the rows that could not be cut into cells, or have too few or too many."""
    for row, fault in table.faults.items():
        cells = [str(cell) for cell in table.cells.loc[row]]
        first = next((cell for cell in cells if cell.strip()), "")
        yield Problem(row, "", first, fault, _UNCUT)


def cells_beyond(table: TextTable) -> Iterator[Problem]:
    """Yield the cells that were handed back beyond the header, and came back there."""
    for column in table.header:
        if column.endswith(BEYOND):
            filled = table.text(column).str.strip() != ""
            yield from _in_column(table, column, filled, _BEYOND)


def repeated_headers(
    table: TextTable,
    text: Mapping[str, pd.Series],
    names: Mapping[str, str],
    needed: Sequence[str],
) -> Iterator[Problem]:
    """Yield the rows that repeat the header in all columns that each entry needs."""
    again = pd.Series(True, index=table.cells.index)
    for name in needed:
        header = plain_name(names[name])
        alike = [cell for cell in text[name].unique() if plain_name(cell) == header]
        again &= text[name].isin(alike)
    yield from _in_column(table, names["member"], again, _HEADER)


def totals(table: TextTable, member: pd.Series, column: str) -> Iterator[Problem]:
    """Yield the rows that are totals: by their member, or, where nobody is named, by any cell."""
    yield from _in_column(table, column, _where(member, is_total), _TOTAL)
    nobody = member.index[member == ""]
    for other in table.header if len(nobody) else ():
        cells = table.text_of(nobody, other)
        found = _where(cells, lambda cell: is_total(cell, alone=True))
        yield from _in_column(table, other, found, _TOTAL)
        nobody = nobody[~found]


def repeats_of_rows(
    table: TextTable, ids: pd.Series | None, *, reject: bool
) -> Iterator[Problem]:
    """Yield the rows that repeat another one in all cells and have no id."""
    severity = ERROR if reject else WARNING
    remedy = "delete one of them, or give each an id if both are meant"
    finding = Finding("repeats a row above in all its cells", remedy, severity)
    rows = table.cells.index if ids is None else ids.index[ids.isna()]
    cells = pd.DataFrame(
        {column: table.text_of(rows, column) for column in table.header}
    )
    for row in rows[cells.duplicated()]:
        yield Problem(row, "", "", *finding)


def _where(text: pd.Series, holds: Callable[[str], bool]) -> pd.Series:
    """Return in which rows something holds that is asked once for each distinct text."""
    return text.isin([cell for cell in text.unique() if holds(cell)])


def _in_column(
    table: TextTable, column: str, holds: pd.Series, finding: Finding
) -> Iterator[Problem]:
    rows = holds.index[holds]
    for row, cell in table.rows_with_text(rows, column):
        yield Problem(row, column, cell, *finding)
