"""Blocks of the rows of a register, as Arrow columns of text that know their rows; nothing is interpreted here."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from cbcstats.errors import DataError
from cbcstats.files.reading import header_place
from cbcstats.files.scalars import as_text
from cbcstats.files.workbooks import COLUMNS

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

PART_ROWS: Final = 200_000  # of a file that is read in parts
CODED: Final = pa.dictionary(pa.int32(), pa.string())
_NULLABLE: Final = {
    "bool": "boolean",
    **{
        f"{sign}int{bits}": f"{sign.upper()}Int{bits}"
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
    },
}


class Block(NamedTuple):
    """Consecutive rows of a register.

    `rows` holds the rows as a spreadsheet numbers them. `text` holds the columns that were asked for as text, each
    distinct text once where they were asked for as codes, with empty cells as `""`; `others` the rest as it is.
    By position in the block: `faults` says of rows that could not be cut into cells why; `surplus` holds cells beyond
    the header; `misread` words that are no UTF-8; `unread` says by position and column what Excel could not show.
    """

    rows: np.ndarray
    text: dict[str, pa.Array]
    others: pd.DataFrame
    faults: dict[int, str]
    surplus: dict[int, list[str]]
    misread: dict[int, str]
    unread: dict[tuple[int, str], str]

    def typed(self, name: str, positions: np.ndarray) -> pa.Array:
        """Return cells of a column as typed, as text."""
        if name in self.text:
            return self.text[name].take(pa.array(positions)).cast(pa.string())
        return pa.array([as_text(cell) for cell in self.others[name].iloc[positions]], pa.string())


class _Read(Protocol):
    """Yield the blocks of a register, with the columns `coded` and `plain` as text; one block unless `in_parts`."""

    def __call__(
        self, coded: Sequence[str], plain: Sequence[str], *, in_parts: bool
    ) -> Iterator[Block]: ...


@dataclass(frozen=True)
class Blocks:
    """A register that is open: its header, and how to read it.

    `first_day` is what serial numbers of a workbook count from.
    """

    name: str
    header: list[str]
    header_row: int
    read: _Read
    first_day: datetime.date | None = None


def header_among(
    rows: Sequence[Sequence[str]], is_header: Callable[[Sequence[str]], bool], path: Path
) -> int:
    """Return which of the first rows is the header: the first that names what is needed, else the first full one."""
    if not rows:
        raise DataError(f"{path}: holds no table; its first row must hold the names of the columns")
    place = next(
        (place for place, cells in enumerate(rows) if is_header(cells)), header_place(rows)
    )
    if len(rows[place]) > COLUMNS:
        raise DataError(
            f"{path}: has {len(rows[place]):,} columns, and a sheet has {COLUMNS:,}; check what separates its cells"
        )
    return place


def unique_names(header: Iterable[str]) -> list[str]:
    """Return names of columns that differ: one that stands twice gets a number, an empty one its place."""
    names: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for place, cell in enumerate(header, start=1):
        name = found = cell.strip() or f"column {place}"
        while found in names:
            numbers[name] = numbers.get(name, 1) + 1
            found = f"{name} ({numbers[name]})"
        names[found] = None
    return list(names)


def free_name(name: str, taken: Container[str]) -> str:
    """Return a name that is not taken: as it is, or with a mark that may hold a number."""
    found, number = name, 1
    while found in taken:
        found = f"{name} (as typed{f' {number}' if number > 1 else ''})"
        number += 1
    return found


def block_of(table: pa.Table, coded: Sequence[str], plain: Sequence[str], first_row: int) -> Block:
    """Take a table apart into the columns that are asked for as text and the others."""
    text = {name: _coded(table[name]) for name in coded} | {
        name: _text(table[name]) for name in plain
    }
    rows = np.arange(first_row, first_row + len(table))
    return Block(rows, text, _as_frame(table.drop_columns(list(text))), {}, {}, {}, {})


def block_of_frame(
    frame: pd.DataFrame, coded: Sequence[str], plain: Sequence[str], first_row: int
) -> Block:
    """Take a frame apart into the columns that are asked for as text and the others, which stay as they are."""
    texts = {
        name: pa.array([as_text(cell) for cell in frame[name]], pa.string())
        for name in (*coded, *plain)
    }
    text = {
        name: texts[name].dictionary_encode() if name in coded else texts[name] for name in texts
    }
    rows = np.arange(first_row, first_row + len(frame))
    return Block(rows, text, frame.drop(columns=list(text)).reset_index(drop=True), {}, {}, {}, {})


def block_of_cells(
    rows: Sequence[tuple[int, list[str]]],
    header: Sequence[str],
    coded: Sequence[str],
    plain: Sequence[str],
    unread: Mapping[tuple[int, int], tuple[str, str]] = MappingProxyType({}),
) -> Block:
    """Cut rows to the header, and keep what does not fit."""
    width = len(header)
    faults: dict[int, str] = {}
    surplus: dict[int, list[str]] = {}
    not_shown: dict[tuple[int, str], str] = {}
    cut = [[*cells[:width], *[""] * (width - len(cells))] for _, cells in rows]
    for place, (_, cells) in enumerate(rows):
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            faults[place] = (
                f"has {len(cells)} cell{'s'[: len(cells) != 1]} where the header has {width}"
            )
            surplus[place] = cells[width:]
    places = {row: place for place, (row, _) in enumerate(rows)}
    for (row, column), (text, said) in unread.items():
        if row in places and 0 <= column < width:
            cut[places[row]][column] = text
            not_shown[places[row], header[column]] = said
    columns = list(zip(*cut, strict=True)) or [()] * width
    table = pa.table([pa.array(column, pa.string()) for column in columns], names=list(header))
    block = block_of(table, coded, plain, 0)
    numbers = np.array([row for row, _ in rows], dtype=np.int64)
    return block._replace(rows=numbers, faults=faults, surplus=surplus, unread=not_shown)


def _coded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a column as text, each distinct text once."""
    if not pa.types.is_dictionary(column.type):
        column = pa.chunked_array([_text(column)]).dictionary_encode()
    elif column.type != CODED or column.null_count:
        column = pa.chunked_array([_text(column.cast(column.type.value_type))]).dictionary_encode()
    return _one(column.unify_dictionaries())


def _text(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as text as one would type it; what is missing is empty."""
    kind = column.type
    if pa.types.is_string(kind) and not column.null_count:
        return _one(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _one(column.cast(pa.string()).fill_null(""))
    return pa.array([as_text(cell) for cell in column.to_pylist()], pa.string())


def _as_frame(table: pa.Table) -> pd.DataFrame:
    """Return a table as a frame; whole numbers and marks stay what they are where some are missing."""
    gaps = {
        field.name
        for field, column in zip(table.schema, table.columns, strict=True)
        if column.null_count
    }
    whole = [
        field.name
        for field in table.schema
        if field.name in gaps and _NULLABLE.get(str(field.type))
    ]
    frame: pd.DataFrame = table.drop_columns(whole).to_pandas(ignore_metadata=True)
    for name in whole:
        dtype = _NULLABLE[str(table.schema.field(name).type)]
        frame[name] = pd.array(table[name].to_pylist(), dtype=dtype)
    ordered: pd.DataFrame = frame[table.column_names]
    return ordered


def _one(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 0:
        return pa.array([], column.type)
    return column.combine_chunks() if column.num_chunks > 1 else column.chunk(0)
