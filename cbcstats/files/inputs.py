"""A register of any kind and size -> its header, and the blocks of its rows."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from cbcstats.errors import ArgumentError, DataError, nearest
from cbcstats.files import workbooks
from cbcstats.files.blocks import (
    PART_ROWS,
    Blocks,
    block_of,
    block_of_cells,
    block_of_frame,
    header_among,
    unique_names,
)
from cbcstats.files.delimited import FIRST_ROWS
from cbcstats.files.reading import FIRST_ROW, check_parquet, existing_file, reading_parquet
from cbcstats.files.text_inputs import open_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cbcstats.files.blocks import Block

SUFFIXES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")


def open_blocks(
    source: str | Path | pd.DataFrame,
    is_header: Callable[[Sequence[str]], bool],
    *,
    sheet: str | None = None,
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
        raise ArgumentError(
            f"`source` must be a path or a pandas frame, but {type(source).__name__} was given"
        )
    try:
        path = existing_file(source, SUFFIXES)
        before = _state(path)
        if path.suffix.lower() == ".xlsx":
            return _unchanged(_open_workbook(path, is_header, sheet), path, before)
        if sheet is not None:
            raise DataError(f"{path}: has no sheets; leave out `sheet`, which was {sheet!r}")
        opened = (
            _open_parquet(path) if path.suffix.lower() == ".parquet" else open_text(path, is_header)
        )
        return _unchanged(opened, path, before)
    except OSError as error:
        raise DataError(
            f"{source}: cannot be read ({error.strerror or error}); check that it may be opened"
        ) from error


def _state(path: Path) -> tuple[int, int, int]:
    """Return by what a change of a file is seen."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _unchanged(blocks: Blocks, path: Path, before: tuple[int, int, int]) -> Blocks:
    """Let a register raise where its file is no longer the one that was opened, before what was read then is used."""

    def check() -> None:
        if not path.exists() or _state(path) != before:
            raise DataError(
                f"{path}: was changed while it was read; read it again when nobody writes to it"
            )

    def read(coded: Sequence[str], plain: Sequence[str], *, in_parts: bool) -> Iterator[Block]:
        try:
            for block in blocks.read(coded, plain, in_parts=in_parts):
                check()
                yield block
        except (pa.ArrowException, OSError, DataError) as error:
            check()
            if isinstance(error, DataError):
                raise
            raise DataError(
                f"{path}: cannot be read ({error}); check that it may be opened"
            ) from error
        check()

    return replace(blocks, read=read)


def _open_workbook(
    path: Path, is_header: Callable[[Sequence[str]], bool], wanted: str | None
) -> Blocks:
    sheets = {sheet.name: sheet for sheet in workbooks.read_sheets(path)}
    if wanted is not None and wanted not in sheets:
        near = nearest(wanted, sheets, count=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise DataError(
            f"{path}: has no sheet {wanted!r}, but {', '.join(map(repr, sheets))}{hint}"
        )
    names = list(sheets) if wanted is None else [wanted]
    fitting = [
        name
        for name in names
        if any(is_header(cells) for _, cells in sheets[name].rows[:FIRST_ROWS])
    ]
    if len(fitting) > 1:
        shown = ", ".join(map(repr, fitting))
        remedy = f"name one of them: sheet={fitting[0]!r} (--sheet on the command line)"
        raise DataError(f"{path}: holds a register on several sheets ({shown}); {remedy}")
    filled = [name for name in names if any(any(cells) for _, cells in sheets[name].rows)]
    sheet = sheets[(fitting or filled or names)[0]]
    written = {row for row, _ in sheet.unread}
    rows = [
        (row, cells)
        for row, cells in sheet.rows
        if row in written or any(cell.strip() for cell in cells)
    ]
    filled_places = (place for _, cells in rows for place, cell in enumerate(cells) if cell.strip())
    width = max([*filled_places, *(place for _, place in sheet.unread)], default=-1) + 1
    rows = [(row, cells[:width]) for row, cells in rows]
    top = header_among([cells for _, cells in rows[:FIRST_ROWS]], is_header, path)
    header, header_row = unique_names(rows[top][1]), rows[top][0]

    def read(coded: Sequence[str], plain: Sequence[str], *, in_parts: bool) -> Iterator[Block]:  # noqa: ARG001
        block = block_of_cells(rows[top + 1 :], header, coded, plain, unread=sheet.unread)
        yield block

    return Blocks(
        f"{path}, sheet {sheet.name}", header, header_row, read, workbooks.first_day(path)
    )


def _open_parquet(path: Path) -> Blocks:
    with reading_parquet(path):
        file = pa.parquet.ParquetFile(path)
        header = unique_names(file.schema_arrow.names)

    def read(coded: Sequence[str], plain: Sequence[str], *, in_parts: bool) -> Iterator[Block]:
        row = FIRST_ROW
        with reading_parquet(path):
            batches = ([batch] for batch in file.iter_batches(PART_ROWS))
            in_pieces = in_parts and file.metadata.num_rows > 0
            for table in map(pa.Table.from_batches, batches) if in_pieces else [file.read()]:
                check_parquet(table)
                yield block_of(table.rename_columns(header), coded, plain, row)
                row += len(table)

    return Blocks(str(path), header, FIRST_ROW - 1, read)


def _open_frame(frame: pd.DataFrame) -> Blocks:
    header = unique_names(map(str, frame))
    frame = frame.set_axis(header, axis="columns")

    def read(coded: Sequence[str], plain: Sequence[str], *, in_parts: bool) -> Iterator[Block]:  # noqa: ARG001
        yield block_of_frame(frame, coded, plain, FIRST_ROW)

    return Blocks("the frame", header, FIRST_ROW - 1, read)
