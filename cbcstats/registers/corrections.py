"""Put the corrected rows of a workbook that came back in their places in a register.

Rows are checked again with all others, in file order. So a corrected register is the
one that would be read from the corrected file, but that no row that had passed is
rejected now.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.errors import WARNING, DataError, Finding
from cbcstats.files.dates import serials_as_days
from cbcstats.files.text_table import read_text_table
from cbcstats.frames import MARKS
from cbcstats.registers.columns import BEYOND, with_texts
from cbcstats.registers.corrections_workbook import (
    cells_to_correct,
    fingerprints,
    name_of_rows,
    normal,
    take_apart,
)
from cbcstats.registers.reading import (
    UNCHANGED,
    ProblemCells,
    RegisterProblems,
    check_rows,
)
from cbcstats.registers.register import build_register
from cbcstats.registers.schemas import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cbcstats.files.text_table import TextTable
    from cbcstats.registers.corrections_workbook import Returned
    from cbcstats.registers.register import Reading, Register

    _InCell = tuple[int, str, Finding]

_NOT_BACK: Final = "did not come back"
_CORRECT_IT: Final = "correct it in the workbook, under its number"
_BEYOND: Final = Finding(
    "is beyond the header", "move it to the cell where it belongs, or delete it"
)


class _Back(NamedTuple):
    """The rows of a workbook that came back, by their row in the register.

    `cells` has their texts in the columns of the register, and in those for cells
    beyond the header; `added` are the rows that are new; `confirmed` those that came
    back without their explanation; `unread` has the cells that show no value.
    """

    cells: pd.DataFrame
    added: pd.Index
    confirmed: pd.Index
    unread: dict[tuple[int, str], str]


def put_in_place(register: Register, reading: Reading, path: Path) -> Register:
    """Return a register with the corrected rows of a workbook in their places.

    Raises
    ------
    DataError
        If the file cannot be read, or is not a workbook of this register.
    """
    reading = _with_days(reading)
    written = cells_to_correct(register.rejected, reading.table.header)
    hashes = fingerprints(written)
    known = reading.known.union(zip(hashes.index, hashes, strict=True))
    returned = _read_workbook(register.name, reading.table.header, path)
    _check_notes(register.name, returned.notes, known, path)

    remarks: list[ProblemCells] = []
    remarks += _columns_of_others(reading.table, returned, path)
    back = _rows_that_came_back(register, reading, returned, path, remarks)
    changed = _changed_cells(written, back)
    table = _corrected_table(reading, back, changed, remarks)
    left = register.rejected.index.difference(back.cells.index)
    remarks += _rows_not_back(left, remarks, path.name)

    hashes = fingerprints(back.cells.loc[back.added])
    added = {**reading.added, **dict(zip(hashes, back.added, strict=True))}
    reading = replace(reading, table=table, known=known, added=added)
    values, problems = _check_again(reading, register.rows.index, left)
    # A row added twice would be counted twice.
    problems.reject_repeats(back.added)
    earlier = _problems_to_keep(register.problems, table)
    problems.put_back(register.rows.index.union(left), earlier)
    problems.add(_still_unchanged(earlier, back.cells.index, changed))
    problems.add(remarks)

    matched = with_texts(table, reading.schema, reading.names)
    values = values.reindex(table.cells.index)
    corrected = build_register(matched, values, problems, reading.year_start)
    _restore_dtypes(corrected.rows, register.rows)
    return replace(corrected, _reading=reading)


def _problems_to_keep(problems: pd.DataFrame, table: TextTable) -> pd.DataFrame:
    """Drop what was said about an earlier workbook."""
    is_outdated = problems["problem"].str.startswith(_NOT_BACK)
    is_of_number = problems["column"] == name_of_rows(table.header)
    return problems[~(is_outdated | is_of_number)]


def _with_days(reading: Reading) -> Reading:
    """Write the serial numbers of a workbook as days, in its columns of days.

    In a workbook that comes back, a number is a slip, or counts from another day.
    """
    table = reading.table
    if table.first_day is None:
        return reading
    cells = table.cells.copy()
    for name, column in reading.names.items():
        if kind_of(reading.schema.columns[name]) == "day":
            cells[column] = serials_as_days(cells[column], table.first_day)
    return replace(reading, table=replace(table, cells=cells, first_day=None))


def _read_workbook(name: str, header: Sequence[str], path: Path) -> Returned:
    """Read a workbook under the header of the register."""
    column_of = {normal(column): column for column in header}

    def is_header(cells: Sequence[str]) -> bool:
        return set(column_of) <= set(map(normal, cells))

    table = read_text_table(path, is_header)
    returned = take_apart(table, path)
    if returned is None or returned.place is None:
        raise DataError(
            f"{path}: has no column {name_of_rows(header)!r} with the rows of {name}; "
            "give the workbook of its rejected rows, with this column as it was"
        )
    for row, fault in returned.table.faults.items():
        raise DataError(
            f"{path}: row {row} {fault}; write its cells under the columns of the header"
        )
    names = {text: column_of.get(normal(text), text) for text in returned.table.header}
    columns = list(names.values())
    missing = [column for column in header if column not in columns]
    if missing:
        raise DataError(
            f"{path}: is not a workbook of {name}: "
            f"it has no column {' and '.join(map(repr, missing))}; "
            "give the workbook of its rejected rows, with their header as it was"
        )
    cells = returned.table.cells.set_axis(columns, axis="columns")
    places = returned.table.unread.items()
    unread = {(row, names[text]): why for (row, text), why in places}
    plain = replace(returned.table, header=columns, cells=cells, unread=unread)
    return returned._replace(table=plain)


def _check_notes(
    name: str, notes: pd.DataFrame, known: frozenset[tuple[int, str]], path: Path
) -> None:
    """Refuse a workbook that was saved from another register, or another edition."""
    notes = notes[notes["fingerprint"] != ""]
    for line in zip(notes["row"], notes["fingerprint"], strict=True):
        if line not in known:
            raise DataError(
                f"{path}: is not a workbook of {name}, in which row {line[0]} "
                "was not rejected with these cells; "
                "give it to the register that it was saved from"
            )


def _columns_of_others(
    table: TextTable, returned: Returned, path: Path
) -> Iterator[ProblemCells]:
    """Yield the filled columns that were added to the workbook."""
    known = _known_columns(table, returned)
    for column in returned.table.header:
        is_filled = returned.table.text(column).str.strip() != ""
        if column not in known and is_filled.any():
            problem = f"is a column of {path.name} alone, and was left out"
            remedy = "add it to the register if it belongs there"
            finding = Finding(problem, remedy, WARNING)
            yield ProblemCells([table.header_row], column, [""], [finding])


def _known_columns(table: TextTable, returned: Returned) -> list[str]:
    return [
        column
        for column in returned.table.header
        if column in table.header or column.endswith(BEYOND)
    ]


def _rows_that_came_back(
    register: Register,
    reading: Reading,
    returned: Returned,
    path: Path,
    remarks: list[ProblemCells],
) -> _Back:
    """Find the row of the register for each row of the workbook."""
    table = reading.table
    columns = _known_columns(table, returned)
    texts = pd.DataFrame({name: returned.table.text(name) for name in columns})
    # An author may clear a row instead of deleting it.
    is_filled = (texts.map(str.strip) != "").any(axis="columns")
    texts = texts[is_filled]
    typed = returned.rows[is_filled]
    explained = returned.explained[is_filled]

    numbers = pd.to_numeric(typed, errors="coerce").astype("float64")
    # The same workbook may come back twice, with more of its rows corrected.
    added_before = fingerprints(texts).map(reading.added).astype("float64")
    numbers = numbers.where(typed != "", added_before)
    is_added = (typed == "") & numbers.isna()
    is_rejected = numbers.isin(register.rejected.index)
    has_passed = numbers.isin(register.rows.index)
    is_twice = is_rejected & numbers.duplicated(keep=False)
    is_unknown = ~(is_added | is_rejected | has_passed)
    is_other = has_passed & ~_is_in_place(texts, numbers, table)
    for row, cell, finding in (
        *_numbers_twice(numbers[is_twice], path.name),
        *_numbers_that_passed(numbers[is_other], path.name),
        *_numbers_not_known(typed[is_unknown], table.header_row, path.name),
    ):
        place = name_of_rows(table.header)
        remarks.append(ProblemCells([row], place, [cell], [finding]))

    is_back = is_rejected & ~is_twice
    next_row = 1 + max([table.header_row, *table.cells.index[-1:]])
    added = pd.RangeIndex(next_row, next_row + is_added.sum())
    rows = numbers[is_back].astype("int64")
    confirmed = rows[~explained[is_back]]
    row_of = dict(zip(texts.index[is_added], added, strict=True)) | rows.to_dict()
    index = pd.Index(list(row_of.values()), name="row", dtype="int64")
    cells = texts.loc[list(row_of)].set_axis(index, axis="index")
    unread = {}
    for (line, column), why in returned.table.unread.items():
        if line in row_of and column in table.header:
            unread[row_of[line], column] = why
    return _Back(cells.sort_index(), added, pd.Index(confirmed), unread)


def _is_in_place(
    texts: pd.DataFrame, numbers: pd.Series, table: TextTable
) -> pd.Series:
    """Tell which rows of the workbook are in the register as they are here."""
    is_row = numbers.isin(table.cells.index)
    rows = numbers[is_row].astype("int64")
    is_same = pd.Series(data=True, index=rows.index)
    for column in table.header:
        here = texts.loc[rows.index, column].map(normal)
        there = table.text_of(rows.to_numpy(), column).map(normal)
        is_same &= here.to_numpy() == there.to_numpy()
    return is_same.reindex(texts.index, fill_value=False)


def _numbers_twice(numbers: pd.Series, name: str) -> Iterator[_InCell]:
    for number, lines in numbers.groupby(numbers):
        places = " and ".join(map(str, lines.index))
        problem = f"came back more than once, in rows {places} of {name}"
        remedy = "keep the number in one of them, and empty it in a row that was added"
        yield int(number), str(int(number)), Finding(problem, remedy)


def _numbers_that_passed(numbers: pd.Series, name: str) -> Iterator[_InCell]:
    for line, number in numbers.items():
        problem = f"had passed already, so row {line} of {name} was left out"
        remedy = "correct it in the register, if it is still wrong"
        finding = Finding(problem, remedy, WARNING)
        yield int(number), str(int(number)), finding


def _numbers_not_known(
    typed: pd.Series, header_row: int, name: str
) -> Iterator[_InCell]:
    for line, cell in typed.items():
        problem = f"is in row {line} of {name}, but no row of that number was rejected"
        remedy = "write the number that the row had; leave it empty in an added row"
        yield header_row, cell, Finding(problem, remedy)


def _changed_cells(written: pd.DataFrame, back: _Back) -> pd.DataFrame:
    """Tell which cells differ from those that were handed back; all of an added row."""
    columns = back.cells.columns.union(written.columns, sort=False)
    rows = back.cells.index
    before = written.reindex(index=rows, columns=columns, fill_value="")
    after = back.cells.reindex(columns=columns, fill_value="")
    changed = before.map(normal) != after.map(normal)
    changed.loc[back.added] = True
    return changed


def _corrected_table(
    reading: Reading, back: _Back, changed: pd.DataFrame, remarks: list[ProblemCells]
) -> TextTable:
    """Return the table of the register with the changed cells in it."""
    table = reading.table
    index = table.cells.index.union(back.added)
    columns = {}
    for column in table.header:
        rows = changed.index[changed[column]]
        cells = table.cells[column]
        if len(rows):
            texts = back.cells.loc[rows, column]
            if not table.is_text:
                # A text among numbers needs a column of objects.
                cells = cells.astype("object")
                is_parsed = column in reading.names.values()
                dtype = "object" if is_parsed else reading.dtypes[column]
                texts, refused = _typed(texts, dtype)
                remarks += _not_of_column(refused, column)
            cells = cells.reindex(index)
            cells.loc[rows] = texts
        columns[column] = cells
    corrected = changed.index[changed.any(axis="columns")].union(back.confirmed)
    surplus = _surplus(back.cells.loc[corrected], table.header)
    remarks += _still_beyond(surplus, table.header)
    is_old = {row: row not in corrected for row in index}
    others = {row: cells for row, cells in table.surplus.items() if is_old[row]}
    return replace(
        table,
        cells=pd.DataFrame(columns, index=index),
        faults={row: fault for row, fault in table.faults.items() if is_old[row]},
        surplus={**others, **surplus},
        unread=_unchanged(table.unread, changed) | back.unread,
        not_utf8=_unchanged(table.not_utf8, changed),
    )


def _unchanged(
    remarks: dict[tuple[int, str], str], changed: pd.DataFrame
) -> dict[tuple[int, str], str]:
    """Keep what was found in cells that were not changed since."""
    return {
        (row, column): remark
        for (row, column), remark in remarks.items()
        if row not in changed.index or not changed.at[row, column]
    }


def _typed(texts: pd.Series, dtype: Any) -> tuple[pd.Series, pd.Series]:
    """Convert corrected cells of a typed column; also return those that cannot be."""
    values = {}
    refused = {}
    for row, text in texts.items():
        try:
            values[row] = _value(text, dtype)
        except (ValueError, TypeError, LookupError, OverflowError):
            values[row] = refused[row] = text
    converted = pd.Series(list(values.values()), index=texts.index, dtype="object")
    return converted, pd.Series(refused, dtype="object")


def _value(text: str, dtype: Any) -> Any:
    if not pd.api.types.is_numeric_dtype(dtype) and getattr(dtype, "kind", "") != "M":
        return text
    if pd.api.types.is_bool_dtype(dtype):
        return MARKS[text.strip().lower()]
    cell = pd.Series([text.strip() or None], dtype="object")
    return cell.astype(dtype).iloc[0]


def _not_of_column(refused: pd.Series, column: str) -> Iterator[ProblemCells]:
    finding = Finding(
        "is not a value such as the others of this column", "write one of their kind"
    )
    for row, text in refused.items():
        yield ProblemCells([row], column, [text], [finding])


def _surplus(cells: pd.DataFrame, header: Sequence[str]) -> dict[int, list[str]]:
    """Return the cells of corrected rows that are still beyond the header."""
    beyond = cells[[column for column in cells if column not in header]]
    is_filled = (beyond != "").any(axis="columns")
    filled = beyond[is_filled]
    return dict(zip(filled.index, filled.to_numpy().tolist(), strict=True))


def _still_beyond(
    surplus: dict[int, list[str]], header: Sequence[str]
) -> Iterator[ProblemCells]:
    for row, cells in surplus.items():
        for place, cell in enumerate(cells, start=len(header) + 1):
            if cell.strip():
                yield ProblemCells([row], f"column {place}{BEYOND}", [cell], [_BEYOND])


def _rows_not_back(
    left: pd.Index, remarks: list[ProblemCells], name: str
) -> list[ProblemCells]:
    """Return the rows that the workbook does not have, or of which it has several."""
    explained = {row for remark in remarks for row in remark.rows}
    finding = Finding(f"{_NOT_BACK} in {name}", _CORRECT_IT)
    missing = [row for row in left if row not in explained]
    return [ProblemCells([row], "", [""], [finding]) for row in missing]


def _still_unchanged(
    earlier: pd.DataFrame, back: pd.Index, changed: pd.DataFrame
) -> Iterator[ProblemCells]:
    """Yield why rows are still unchanged, if their workbook had been read alone."""
    is_changed = changed.any(axis="columns")
    unchanged = back[~is_changed[back]]
    is_same = earlier["problem"].str.startswith(UNCHANGED)
    same = earlier[is_same & earlier["row"].isin(unchanged)]
    for row, problem, remedy in zip(
        same["row"], same["problem"], same["remedy"], strict=True
    ):
        yield ProblemCells([row], "", [""], [Finding(problem, remedy)])


def _check_again(
    reading: Reading, passed: pd.Index, left: pd.Index
) -> tuple[pd.DataFrame, RegisterProblems]:
    """Check all rows but those that are left, such as rows that were deleted."""
    rows = reading.table.cells.index.difference(left)
    values, problems = _check(reading, rows)
    if problems.rejected_rows().isdisjoint(passed):
        return values, problems
    # A corrected row has the id of a later one, say, and must not reject that.
    others = rows.difference(passed)
    return _check(reading, passed.append(others))


def _check(reading: Reading, rows: pd.Index) -> tuple[pd.DataFrame, RegisterProblems]:
    table = reading.table
    wanted = set(rows)
    some = replace(
        table,
        cells=table.cells.loc[rows],
        faults={row: fault for row, fault in table.faults.items() if row in wanted},
        unread={
            place: why for place, why in table.unread.items() if place[0] in wanted
        },
        not_utf8={
            place: word for place, word in table.not_utf8.items() if place[0] in wanted
        },
    )
    matched = with_texts(some, reading.schema, reading.names)
    return check_rows(matched, reading.date_format, reading.repeated_rows, reading.ids)


def _restore_dtypes(rows: pd.DataFrame, before: pd.DataFrame) -> None:
    """Give the columns that are kept as they are the dtypes that they had."""
    for name in rows:
        dtype = before[name].dtype
        if rows[name].dtype == "object" and dtype != "object":
            # A corrected word need not be one of the old categories.
            is_category = isinstance(dtype, pd.CategoricalDtype)
            with contextlib.suppress(ValueError, TypeError):
                rows[name] = rows[name].astype("category" if is_category else dtype)
