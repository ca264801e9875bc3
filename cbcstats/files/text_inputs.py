"""A register as delimited text -> blocks: by Arrow where each line is a record, else record by record."""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv

from cbcstats.files import delimited
from cbcstats.files.blocks import (
    CODED,
    PART_ROWS,
    Blocks,
    block_of,
    block_of_cells,
    header_among,
    unique_names,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from cbcstats.files.blocks import Block

_BLOCK_BYTES: Final = 8 * 2**20  # larger than the default: fewer dictionaries to unite
_PART_BYTES: Final = 32 * 2**20  # what is in memory at a time of a file that is read in parts
_READ_BYTES: Final = 2**18


class _Layout(NamedTuple):
    """How a delimited file is laid out."""

    path: Path
    header: list[str]
    header_row: int
    delimiter: str

    def options(self, coded: Collection[str], block_bytes: int | None) -> dict[str, Any]:
        """Return how Arrow is to read it: every cell as text, the columns `coded` each distinct text once."""
        types = {name: CODED if name in coded else pa.string() for name in self.header}
        return {
            "read_options": pa.csv.ReadOptions(
                column_names=self.header, skip_rows=self.header_row, block_size=block_bytes
            ),
            "parse_options": pa.csv.ParseOptions(delimiter=self.delimiter),
            "convert_options": pa.csv.ConvertOptions(column_types=types, strings_can_be_null=False),
        }


def open_text(path: Path, is_header: Callable[[Sequence[str]], bool]) -> Blocks:
    """Open a delimited file: find its encoding, its delimiter, and the row that is its header."""
    encoding = delimited.encoding_of(path)
    for delimiter in delimited.delimiters_of(path, encoding):
        first = list(
            islice(delimited.records(path, encoding, delimiter, lenient=True), delimited.FIRST_ROWS)
        )
        if any(is_header(record.cells) for record in first):
            break
    else:
        delimiter = delimited.delimiters_of(path, encoding)[0]
        first = list(
            islice(delimited.records(path, encoding, delimiter, lenient=True), delimited.FIRST_ROWS)
        )
    place = header_among([record.cells for record in first], is_header, path)
    layout = _Layout(path, unique_names(first[place].cells), first[place].row, delimiter)
    simple = encoding == "utf-8-sig" and not any(
        "\n" in cell for record in first for cell in record.cells
    )
    is_regular = cache(lambda: _is_regular(layout))

    def read(coded: Sequence[str], plain: Sequence[str], *, in_parts: bool) -> Iterator[Block]:
        if simple and in_parts and is_regular():
            yield from _read_stream(layout, coded, plain)
        elif simple and not in_parts and (table := _read_at_once(layout, coded)) is not None:
            yield block_of(table, coded, plain, layout.header_row + 1)
        else:
            yield from _read_records(
                layout, encoding, coded, plain, PART_ROWS if in_parts else None
            )

    return Blocks(str(path), layout.header, layout.header_row, read)


def _is_regular(layout: _Layout) -> bool:
    """Return whether each line is a record, so that Arrow can read the file in parts and rows can be counted."""
    try:
        with pa.csv.open_csv(layout.path, **layout.options([], _PART_BYTES)) as batches:
            rows = sum(len(batch) for batch in batches)
    except pa.ArrowInvalid:
        return False
    return rows > 0 and layout.header_row + rows == _lines_in(layout.path)


def _read_at_once(layout: _Layout, coded: Sequence[str]) -> pa.Table | None:
    """Read a file as one table, or return nothing where a record may not be a line."""
    block_bytes = _BLOCK_BYTES if layout.path.stat().st_size > 4 * _BLOCK_BYTES else None
    try:
        table = pa.csv.read_csv(layout.path, **layout.options(coded, block_bytes))
    except pa.ArrowInvalid:
        return None
    return table if layout.header_row + len(table) == _lines_in(layout.path) else None


def _read_stream(layout: _Layout, coded: Sequence[str], plain: Sequence[str]) -> Iterator[Block]:
    """Read a file part by part; one that ends with its header is never read so, since Arrow refuses it."""
    row = layout.header_row + 1
    with pa.csv.open_csv(layout.path, **layout.options(coded, _PART_BYTES)) as batches:
        for batch in batches:
            yield block_of(pa.Table.from_batches([batch]), coded, plain, row)
            row += len(batch)


def _read_records(
    layout: _Layout,
    encoding: str,
    coded: Sequence[str],
    plain: Sequence[str],
    at_a_time: int | None,
) -> Iterator[Block]:
    """Read a file record by record: some are no lines, or no UTF-8, or cannot be cut into cells."""
    all_windows = encoding == "utf-8-sig" and delimited.is_windows_1252(layout.path)
    records = delimited.records(layout.path, encoding, layout.delimiter, lenient=True)
    records = (record for record in records if record.row > layout.header_row)
    part = list(islice(records, at_a_time))
    first = True
    while part or first:
        block = block_of_cells(
            [(record.row, record.cells) for record in part], layout.header, coded, plain
        )
        for place, record in enumerate(part):
            if record.fault:
                block.faults[place] = f"cannot be cut into cells: {record.fault}"
            if record.misread and not all_windows:
                block.misread[place] = record.misread
        yield block
        part, first = list(islice(records, at_a_time)), False


def _lines_in(path: Path) -> int:
    """Return how many lines a file has, the last of which may have no end; 0 if some end as on old Macintoshes."""
    lines, last = 0, b"\n"
    with path.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            if b"\r" in piece:
                piece += file.read(1) if piece.endswith(b"\r") else b""
                if piece.count(b"\r") != piece.count(b"\r\n"):
                    return 0
            lines += int(np.count_nonzero(np.frombuffer(piece, np.uint8) == ord("\n")))
            last = piece[-1:]
    return lines + (last != b"\n")
