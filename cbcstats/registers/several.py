"""Read several files or sheets as one register.

Inside, the rows of all files have running numbers, so that they are checked as those of
one file. A register shows the row, the sheet and the file of each.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.errors import SHOWN, WARNING, DataError, Problem, plural
from cbcstats.files.sources import Listing, free_name, is_several, list_files
from cbcstats.files.text_table import (
    EVERY_SHEET,
    PLACES,
    Part,
    TextTable,
)
from cbcstats.frames import text_column
from cbcstats.registers.columns import MatchedTable, plain_name, with_texts
from cbcstats.registers.corrections_workbook import take_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from cbcstats.registers.register import Register

    IsHeader = Callable[[Sequence[str]], bool]

_FRAMES: Final = ("rows", "rejected", "partly_read")  # those with an index of rows
# Parts begin at multiples of it, so that rows can be added to each.
_SPACE: Final = 1_000_000
_UNLESS: Final = "nothing to do if that is right"
_OF_CORRECTIONS: Final = (
    "leave it where it is, and put its rows in their places with "
    "register.corrected, or --corrected on the command line"
)


def is_of_several(source: Any, sheet: Any) -> bool:
    """Tell whether a register may be in several files or sheets."""
    has_sheets = isinstance(sheet, list) or sheet == EVERY_SHEET
    return is_several(source) or (isinstance(source, Path) and has_sheets)


def read_tables(
    source: Any, tables_of: Callable[[Path], list[TextTable]]
) -> list[TextTable]:
    """Read every file and sheet of a register as a table of one part.

    Raises
    ------
    DataError
        If there is no file, or one that cannot be read.
    """
    listing = _listing(source)
    tables = []
    left_out = _left_out(listing.left_out)
    for file, path in listing.files.items():
        for table in tables_of(path):
            if take_apart(table, path):
                problem = f"the register leaves out {file}, a workbook of rejected rows"
                left_out.append((problem, _OF_CORRECTIONS))
                continue
            tables.append(_as_part(table, listing.name, file, path))
    if not tables:
        raise DataError(f"{listing.name}: holds rejected rows only; give the register")
    first = tables[0]
    for problem, remedy in left_out:
        remark = Problem(first.header_row, "", "", problem, remedy, WARNING)
        first.remarks.append(remark)
    return tables


def _listing(source: Any) -> Listing:
    if is_several(source):
        return list_files(source)
    return Listing(source.name, {source.name: source}, [])


def _left_out(names: list[str]) -> list[tuple[str, str]]:
    if not names:
        return []
    listed = ", ".join(names[:SHOWN])
    if len(names) > SHOWN:
        listed += ", ..."
    count = plural(len(names), "file")
    return [(f"the register leaves out {count} of the folder: {listed}", _UNLESS)]


def _as_part(table: TextTable, name: str, file: str, path: Path) -> TextTable:
    """Describe a table as the only part of a register."""
    _, _, sheet = table.name.partition(f"{path}, sheet ")
    columns = {column: column for column in table.header}
    part = Part(
        *(file, sheet, name, 0, table.header_row),
        *(columns, table.first_day, table.encoding),
    )
    return replace(table, parts=[part])


def join_tables(tables: list[MatchedTable]) -> MatchedTable:
    """Put matched tables into one, under the columns of the first that has each."""
    first = tables[0]
    if not first.table.parts:
        return first
    header: dict[str, str] = {}
    moved = []
    before = 0
    for matched in tables:
        columns = _common_columns(matched, header)
        moved.append(_moved(matched.table, columns, before))
        rows = [matched.table.header_row, *matched.table.cells.index[-1:]]
        before += (max(rows) // _SPACE + 2) * _SPACE
    table = _one_table(moved, list(header.values()))
    known = first.schema.columns
    names = {column: header[column] for column in known if column in header}
    return with_texts(table, first.schema, names, first.options)


def _common_columns(matched: MatchedTable, header: dict[str, str]) -> dict[str, str]:
    """Return the column of the register for each column of a table.

    `header` has them by what they are: columns of the schema by their name there,
    others by how they are written. New ones are added to it.
    """
    name_of = {column: name for name, column in matched.names.items()}
    common: dict[str, str] = {}
    for column in matched.table.header:
        # The equals sign tells a column that is called `member` from that of Members.
        key = name_of.get(column) or f"={plain_name(column) or column}"
        while key in common:
            key += "="
        common[key] = column
        if key not in header:
            header[key] = free_name(column, {*PLACES, *header.values()})
    return {column: header[key] for key, column in common.items()}


def _moved(table: TextTable, columns: dict[str, str], before: int) -> TextTable:
    """Give a table other names of columns, and higher numbers of rows."""

    def moved(place: Any) -> Any:
        if not isinstance(place, tuple):
            return place + before
        row, column = place
        return row + before, columns.get(column, column)

    remarks = []
    for remark in table.remarks:
        row, column = moved((remark.row, remark.column))
        remarks.append(remark._replace(row=row, column=column))
    header = list(columns.values())
    header_row = table.header_row + before
    cells = table.cells.set_axis(header, axis="columns")
    [part] = table.parts
    return replace(
        table.with_places_moved(moved),
        header=header,
        header_row=header_row,
        cells=cells.set_axis(table.cells.index + before, axis="index"),
        remarks=remarks,
        parts=[
            part._replace(
                before=before, header_row=header_row, columns=_inverted(columns)
            )
        ],
    )


def _one_table(tables: list[TextTable], header: list[str]) -> TextTable:
    is_typed = not any(table.is_text for table in tables)
    cells = pd.concat([_under(table, header, is_typed=is_typed) for table in tables])
    first = tables[0]
    one = replace(first, name=first.parts[0].whole, header=header, cells=cells)
    one.is_text = not is_typed
    one.first_day = None
    for table in tables[1:]:
        for name, of in table.known().items():
            getattr(one, name).update(of)
        one.remarks.extend(table.remarks)
        one.parts.extend(table.parts)
    return one


def _under(table: TextTable, header: list[str], *, is_typed: bool) -> pd.DataFrame:
    """Return the cells under a longer header: as they are typed, or all as text."""
    rows = table.cells.index
    columns: dict[str, Any] = {}
    for column in header:
        if column not in table.header:
            empty: Any = None if is_typed else ""
            columns[column] = pd.Series(empty, rows, dtype="object")
        elif is_typed:
            columns[column] = table.cells[column]
        else:
            columns[column] = table.text(column)
    if not is_typed:
        columns = {name: text_column(cells) for name, cells in columns.items()}
    return pd.DataFrame(columns, index=rows)


def with_places(register: Register, table: TextTable) -> Register:
    """Show the row of its file for each row of a register, and the file and sheet."""
    if not table.parts:
        return register
    frames = {}
    for name in _FRAMES:
        frame = getattr(register, name)
        places = table.places(frame.index)
        shown = frame.set_axis(pd.Index(places["row"], name="row"), axis="index")
        for number, column in enumerate(PLACES):
            cells = places[column].astype("category").array
            shown.insert(number, free_name(column, shown), cells)
        frames[name] = shown
    problems = register.problems
    places = table.places(problems["row"])
    numbers = table.part_numbers(problems["row"])
    typed = [part.columns for part in table.parts]
    frames["problems"] = problems.assign(
        row=places["row"].array,
        column=_renamed(problems["column"], numbers, typed),
        **{column: text_column(places[column].array) for column in PLACES},
    )
    return replace(register, **frames)


def with_numbers(register: Register, table: TextTable) -> Register:
    """Give each row of a register its running number again."""
    if not table.parts:
        return register
    frames = {}
    for name in _FRAMES:
        frame = getattr(register, name)
        before = table.before(frame.iloc[:, 0], frame.iloc[:, 1])
        numbers = pd.Index(frame.index + before, dtype="int64", name="row")
        frames[name] = frame.iloc[:, len(PLACES) :].set_axis(numbers, axis="index")
    problems = register.problems
    before = table.before(problems["file"], problems["sheet"])
    numbers = (problems["row"] + before).astype("int64")
    common = [_inverted(part.columns) for part in table.parts]
    columns = _renamed(problems["column"], table.part_numbers(numbers), common)
    plain = problems.drop(columns=PLACES)
    frames["problems"] = plain.assign(row=numbers, column=columns)
    return replace(register, **frames)


def _inverted(columns: dict[str, str]) -> dict[str, str]:
    return {name: column for column, name in columns.items()}


def _renamed(
    columns: pd.Series, numbers: np.ndarray, parts: list[dict[str, str]]
) -> pd.Series:
    """Return columns by their names in another header: that of each part."""
    # Columns of a workbook with corrections are in no header.
    names = [
        parts[number].get(column, column)
        for number, column in zip(numbers, columns, strict=True)
    ]
    return text_column(names, columns.index)
