"""Arrange the rows below a header: short rows, tags, and other headers.

A header holds for the rows below it, up to the next one. The cells below one with its
columns in another order are moved into the columns of the first.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.errors import plural
from cbcstats.files.text_table import unique_names
from cbcstats.frames import as_text, text_column
from cbcstats.registers.columns import MatchedTable, plain_name
from cbcstats.registers.schemas import needed_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cbcstats.files.text_table import TextTable

# A tag of HXL, such as #country+name; errors such as #N/A have other characters.
_TAG: Final = re.compile(r"#[a-z]\w*(\s*\+\s*[a-z]\w*)*", re.IGNORECASE)


class Part(NamedTuple):
    """The rows from one header to the next, and the names that they stand under."""

    rows: pd.Index
    names: list[str]


def fill_and_skip(table: TextTable) -> TextTable:
    """Let short rows end in empty cells, and skip a row of tags below the header."""
    return _without_tags(_with_short_rows(table))


def _with_short_rows(table: TextTable) -> TextTable:
    """Let rows with too few cells end in empty ones, which the table has already."""
    short = {row for row, beyond in table.surplus.items() if not beyond}
    if not short:
        return table
    faults = {row: fault for row, fault in table.faults.items() if row not in short}
    return replace(table, faults=faults)


def _without_tags(table: TextTable) -> TextTable:
    """Leave out a row of tags right below the header."""
    first = table.cells.head(1)
    texts = [as_text(cell).strip() for cell in first.to_numpy().ravel()]
    filled = [text for text in texts if text]
    if not filled or not all(map(_TAG.fullmatch, filled)):
        return table
    return replace(table, cells=table.cells.drop(first.index))


def _cells_of(table: TextTable, row: int) -> list[str]:
    """Return the cells of a row as a person would type them, with surplus ones."""
    cells = [table.text_of([row], column).iloc[0] for column in table.header]
    return [cell.strip() for cell in [*cells, *table.surplus.get(row, [])]]


def parts_in_another_order(matched: MatchedTable) -> list[Part]:
    """Return the parts of a table whose header has other names or another order."""
    table = matched.table
    needed = [matched.names[name] for name in needed_columns(matched.schema)]
    starts = _rows_that_name(table, needed)
    parts = []
    rows = table.cells.index
    for start, end in pairwise([*starts, np.inf]):
        names = _names_below(_cells_of(table, int(start)), table.header)
        if names != table.header[: len(names)]:
            parts.append(Part(rows[(rows >= start) & (rows < end)], names))
    return parts


def _rows_that_name(table: TextTable, needed: Sequence[str]) -> pd.Index:
    """Return the rows in which each of the needed names is some cell."""
    rows = table.cells.index
    for name in needed:
        wanted = plain_name(name)
        beyond = [
            row
            for row, cells in table.surplus.items()
            if wanted in map(plain_name, cells)
        ]
        is_named = rows.isin(beyond)
        for column in table.header:
            cells = table.cells.loc[rows, column]
            if not pd.api.types.is_string_dtype(cells.dtype):
                continue
            # Case and blanks may differ; more would be slow for many rows.
            plain = cells.str.strip().str.casefold()
            is_named |= plain.eq(name.strip().casefold()).to_numpy(bool)
        # Hardly any row names a column, so the other names are looked up in few rows.
        rows = rows[is_named]
    return rows


def _names_below(cells: Sequence[str], header: Sequence[str]) -> list[str]:
    """Return the columns for the cells below another header."""
    first = {plain_name(name): name for name in reversed(header)}
    given = {plain_name(cell) for cell in cells}
    names = []
    for place, cell in enumerate(cells):
        name = first.get(plain_name(cell), cell)
        # A cell without a name keeps its column, unless that is elsewhere now.
        if not cell and place < len(header) and plain_name(header[place]) not in given:
            name = header[place]
        names.append(name)
    return unique_names(names)


def move_parts(table: TextTable, parts: Iterable[Part]) -> TextTable:
    """Move the cells below other headers into the columns of the first, by name.

    Columns that the first header lacks are added.
    """
    header = table.header
    for part in parts:
        table = _moved(table, part, header)
    return table


def _moved(table: TextTable, part: Part, header: list[str]) -> TextTable:
    """Move the cells of a part from the columns of the first header to their own."""
    rows, names = part
    moved = _cells_under(table, part, header)
    columns = list(dict.fromkeys([*table.header, *moved]))
    others = table.cells.drop(rows)
    cells = pd.concat([others, moved]).reindex(columns=columns)
    cells = cells.loc[table.cells.index]
    if table.is_text:
        cells = cells.fillna("").apply(text_column)
    faults = {
        row: fault for row, fault in table.faults.items() if row not in moved.index
    }
    surplus = {
        row: cells for row, cells in table.surplus.items() if row not in moved.index
    }
    room = len(names) - len(header)
    for row in rows.intersection(list(table.faults)):
        # A row that could not be cut has no surplus, and one that fits no longer.
        beyond = table.surplus.get(row)
        if beyond is None:
            faults[row] = table.faults[row]
        elif "".join(beyond[room:]).strip():
            count = plural(len(header) + len(beyond), "cell")
            faults[row] = f"has {count} where the header above has {len(names)}"
            surplus[row] = beyond[room:]
    return replace(
        _with_places(table, set(rows), dict(zip(header, names, strict=False))),
        header=columns,
        cells=cells,
        faults=faults,
        surplus=surplus,
        other_headers={*table.other_headers, rows[0]},
    )


def _cells_under(table: TextTable, part: Part, header: list[str]) -> pd.DataFrame:
    """Return the cells of a part under their names, with those beyond the first header.

    Columns without a name and without a cell are left out.
    """
    room = len(part.names) - len(header)
    blank = [""] * room
    beyond = [[*table.surplus.get(row, []), *blank][:room] for row in part.rows]
    wide = pd.concat(
        [table.cells.loc[part.rows, header], pd.DataFrame(beyond, part.rows)],
        axis="columns",
    )
    wide = wide.set_axis(part.names, axis="columns")
    is_filled = (wide.map(as_text) != "").any()
    return wide.loc[:, [name in header or is_filled[name] for name in part.names]]


def _with_places(
    table: TextTable, rows: set[int], names: Mapping[str, str]
) -> TextTable:
    """Return a table whose remarks on single cells have moved with these."""

    def place(row: int, column: str) -> tuple[int, str]:
        return row, names.get(column, column) if row in rows else column

    remarks = []
    for remark in table.remarks:
        _, column = place(remark.row, remark.column)
        remarks.append(remark._replace(column=column))
    return replace(
        table,
        remarks=remarks,
        not_utf8={place(*cell): word for cell, word in table.not_utf8.items()},
        unread={place(*cell): reason for cell, reason in table.unread.items()},
        formats={place(*cell): shown for cell, shown in table.formats.items()},
        serials={place(*cell) for cell in table.serials},
    )
