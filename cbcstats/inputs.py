"""A register of any kind and size -> its header, and the blocks of its rows."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from cbcstats import delimited, workbooks
from cbcstats.blocks import CODED, block_of, block_of_cells, block_of_frame, unique_names
from cbcstats.delimited import FIRST_ROWS
from cbcstats.errors import ArgumentError, DataError, nearest
from cbcstats.readers import FIRST_ROW, check_parquet, existing_file, header_place

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from cbcstats.blocks import Block

SUFFIXES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")

_BLOCK_BYTES: Final = 8 * 2**20  # larger than the default: fewer dictionaries to unite
_PART_BYTES: Final = 32 * 2**20  # what is in memory at a time of a file that is read in parts
_PART_ROWS: Final = 200_000
_COLUMNS: Final = 16_384  # of a sheet
_READ_BYTES: Final = 2**18
_SAID: Final = 200  # characters of what Arrow says of a broken file


class _Read(Protocol):
    """Yield the blocks of a register, with the columns `coded` and `plain` as text; one block unless `in_parts`."""

    def __call__(self, coded: Sequence[str], plain: Sequence[str], *, in_parts: bool) -> Iterator[Block]: ...


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


def open_blocks(
    source: str | Path | pd.DataFrame, is_header: Callable[[Sequence[str]], bool], *, sheet: str | None = None
) -> Blocks:
    """Open a register, and find the row that is its header.

    Raises
    ------
    DataError
        If there is no such file or sheet, or its kind is not known, or it holds no table.
    """
    if sheet is not None and not isinstance(sheet, str):
        raise ArgumentError(f"`sheet` must be the name of a sheet, but {sheet!r} was given")
    if isinstance(source, pd.DataFrame):
        return _open_frame(source)
    if not isinstance(source, str | os.PathLike):
        raise ArgumentError(f"`source` must be a path or a pandas frame, but {type(source).__name__} was given")
    try:
        path = existing_file(source, SUFFIXES)
        before = _state(path)
        if path.suffix.lower() == ".xlsx":
            return _unchanged(_open_workbook(path, is_header, sheet), path, before)
        if sheet is not None:
            raise DataError(f"{path}: has no sheets; leave out `sheet`, which was {sheet!r}")
        opened = _open_parquet(path) if path.suffix.lower() == ".parquet" else _open_text(path, is_header)
        return _unchanged(opened, path, before)
    except OSError as error:
        raise DataError(f"{source}: cannot be read ({error.strerror or error}); check that it may be opened") from error


def _state(path: Path) -> tuple[int, int, int]:
    """Return by what a change of a file is seen."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _unchanged(blocks: Blocks, path: Path, before: tuple[int, int, int]) -> Blocks:
    """Let a register raise where its file is no longer the one that was opened, before what was read then is used."""

    def check() -> None:
        if not path.exists() or _state(path) != before:
            raise DataError(f"{path}: was changed while it was read; read it again when nobody writes to it")

    def read(coded: Sequence[str], plain: Sequence[str], *, in_parts: bool) -> Iterator[Block]:
        try:
            for block in blocks.read(coded, plain, in_parts=in_parts):
                check()
                yield block
        except (pa.ArrowException, OSError, DataError) as error:
            check()
            if isinstance(error, DataError):
                raise
            raise DataError(f"{path}: cannot be read ({error}); check that it may be opened") from error
        check()

    return replace(blocks, read=read)


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


def _open_text(path: Path, is_header: Callable[[Sequence[str]], bool]) -> Blocks:
    encoding = delimited.encoding_of(path)
    for delimiter in delimited.delimiters_of(path, encoding):
        first = list(islice(delimited.records(path, encoding, delimiter, lenient=True), delimited.FIRST_ROWS))
        if any(is_header(record.cells) for record in first):
            break
    else:
        delimiter = delimited.delimiters_of(path, encoding)[0]
        first = list(islice(delimited.records(path, encoding, delimiter, lenient=True), delimited.FIRST_ROWS))
    place = _header_among([record.cells for record in first], is_header, path)
    layout = _Layout(path, unique_names(first[place].cells), first[place].row, delimiter)
    simple = encoding == "utf-8-sig" and not any("\n" in cell for record in first for cell in record.cells)
    is_regular = cache(lambda: _is_regular(layout))

    def read(coded: Sequence[str], plain: Sequence[str], *, in_parts: bool) -> Iterator[Block]:
        if simple and in_parts and is_regular():
            yield from _read_stream(layout, coded, plain)
        elif simple and not in_parts and (table := _read_at_once(layout, coded)) is not None:
            yield block_of(table, coded, plain, layout.header_row + 1)
        else:
            yield from _read_records(layout, encoding, coded, plain, _PART_ROWS if in_parts else None)

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
    layout: _Layout, encoding: str, coded: Sequence[str], plain: Sequence[str], at_a_time: int | None
) -> Iterator[Block]:
    """Read a file record by record: some are no lines, or no UTF-8, or cannot be cut into cells."""
    all_windows = encoding == "utf-8-sig" and delimited.is_windows_1252(layout.path)
    records = delimited.records(layout.path, encoding, layout.delimiter, lenient=True)
    records = (record for record in records if record.row > layout.header_row)
    part = list(islice(records, at_a_time))
    first = True
    while part or first:
        block = block_of_cells([(record.row, record.cells) for record in part], layout.header, coded, plain)
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


def _open_workbook(path: Path, is_header: Callable[[Sequence[str]], bool], wanted: str | None) -> Blocks:
    sheets = {sheet.name: sheet for sheet in workbooks.read_sheets(path)}
    if wanted is not None and wanted not in sheets:
        near = nearest(wanted, sheets, count=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise DataError(f"{path}: has no sheet {wanted!r}, but {', '.join(map(repr, sheets))}{hint}")
    names = list(sheets) if wanted is None else [wanted]
    fitting = [name for name in names if any(is_header(cells) for _, cells in sheets[name].rows[:FIRST_ROWS])]
    if len(fitting) > 1:
        shown = ", ".join(map(repr, fitting))
        remedy = f"name one of them: sheet={fitting[0]!r} (--sheet on the command line)"
        raise DataError(f"{path}: holds a register on several sheets ({shown}); {remedy}")
    filled = [name for name in names if any(any(cells) for _, cells in sheets[name].rows)]
    sheet = sheets[(fitting or filled or names)[0]]
    written = {row for row, _ in sheet.unread}
    rows = [(row, cells) for row, cells in sheet.rows if row in written or any(cell.strip() for cell in cells)]
    filled_places = (place for _, cells in rows for place, cell in enumerate(cells) if cell.strip())
    width = max([*filled_places, *(place for _, place in sheet.unread)], default=-1) + 1
    rows = [(row, cells[:width]) for row, cells in rows]
    top = _header_among([cells for _, cells in rows[:FIRST_ROWS]], is_header, path)
    header, header_row = unique_names(rows[top][1]), rows[top][0]

    def read(coded: Sequence[str], plain: Sequence[str], *, in_parts: bool) -> Iterator[Block]:  # noqa: ARG001
        block = block_of_cells(rows[top + 1 :], header, coded, plain, unread=sheet.unread)
        yield block

    return Blocks(f"{path}, sheet {sheet.name}", header, header_row, read, workbooks.first_day(path))


def _open_parquet(path: Path) -> Blocks:
    with _parquet_of(path):
        file = pa.parquet.ParquetFile(path)
        header = unique_names(file.schema_arrow.names)

    def read(coded: Sequence[str], plain: Sequence[str], *, in_parts: bool) -> Iterator[Block]:
        row = FIRST_ROW
        with _parquet_of(path):
            batches = ([batch] for batch in file.iter_batches(_PART_ROWS))
            in_pieces = in_parts and file.metadata.num_rows > 0
            for table in map(pa.Table.from_batches, batches) if in_pieces else [file.read()]:
                check_parquet(table)
                yield block_of(table.rename_columns(header), coded, plain, row)
                row += len(table)

    return Blocks(str(path), header, FIRST_ROW - 1, read)


@contextlib.contextmanager
def _parquet_of(path: Path) -> Iterator[None]:
    """Say of a file that Arrow cannot read that it is broken, also where that shows late."""
    try:
        yield
    except (pa.ArrowException, OSError, MemoryError, ValueError, OverflowError) as error:
        said = " ".join(str(error).split())[:_SAID]
        raise DataError(f"{path}: is no Parquet file that can be read ({said}); write it again") from error


def _open_frame(frame: pd.DataFrame) -> Blocks:
    header = unique_names(map(str, frame))
    frame = frame.set_axis(header, axis="columns")

    def read(coded: Sequence[str], plain: Sequence[str], *, in_parts: bool) -> Iterator[Block]:  # noqa: ARG001
        yield block_of_frame(frame, coded, plain, FIRST_ROW)

    return Blocks("the frame", header, FIRST_ROW - 1, read)


def _header_among(rows: Sequence[Sequence[str]], is_header: Callable[[Sequence[str]], bool], path: Path) -> int:
    """Return which of the first rows is the header: the first that names what is needed, else the first full one."""
    if not rows:
        raise DataError(f"{path}: holds no table; its first row must hold the names of the columns")
    place = next((place for place, cells in enumerate(rows) if is_header(cells)), header_place(rows))
    if len(rows[place]) > _COLUMNS:
        raise DataError(
            f"{path}: has {len(rows[place]):,} columns, and a sheet has {_COLUMNS:,}; check what separates its cells"
        )
    return place
