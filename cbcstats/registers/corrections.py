"""Put the corrected rows of a workbook that came back in their places in a register.

Rows are checked again with all others, in file order. So a corrected register is the
one that would be read from the corrected file, but that no row that had passed is
rejected now.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.errors import ERROR, WARNING, DataError, Finding
from cbcstats.files.text_table import PLACES, Part, read_text_table
from cbcstats.frames import MARKS, text_column
from cbcstats.registers.building import (
    is_number_or_day,
    register_fields,
    with_numbers,
    with_places,
)
from cbcstats.registers.checking import UNCHANGED, check_rows
from cbcstats.registers.columns import BEYOND, MatchedTable
from cbcstats.registers.corrections_workbook import (
    cells_to_correct,
    fingerprints,
    name_of_rows,
    normal,
    take_apart,
)
from cbcstats.registers.problems import (
    IS_BEYOND,
    ProblemCells,
    RegisterProblems,
    in_cell,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cbcstats.files.text_table import TextTable
    from cbcstats.registers.corrections_workbook import Returned
    from cbcstats.registers.register import Reading, Register

    _InCell = tuple[int, str, Finding]

_NOT_BACK: Final = "did not come back"
_CORRECT_IT: Final = "correct it in the workbook, under its number"
_WAS_TO_BE_DELETED: Final = (
    "nothing to do if it was deleted, as the remedy asks; "
    "or correct it in the workbook, under its number"
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
    register = with_numbers(register, reading.table)
    written = cells_to_correct(register.rejected, reading.table.header)
    hashes = fingerprints(written)
    known = reading.known.union(zip(hashes.index, hashes, strict=True))
    returned = _read_workbook(register.name, reading.table, path)
    _check_notes(register.name, returned.notes, known, reading.table, path)

    remarks: list[ProblemCells] = []
    remarks += _columns_of_others(reading.table, returned, path)
    back = _rows_that_came_back(register, reading, returned, path, remarks)
    changed = _changed_cells(written, back)
    table = _corrected_table(reading, back, changed, remarks)
    left = register.rejected.index.difference(back.cells.index)
    not_back = left.difference([remark.rows[0] for remark in remarks])
    deleted = _to_be_deleted(register.problems, not_back)
    remarks += _rows_not_back(not_back, path.name, deleted)

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

    matched = MatchedTable(table, reading.schema, reading.names, reading.options)
    values = values.reindex(table.cells.index)
    # What a column proves may be gone from it, but not from the rows that had passed.
    values = _with_values_of(reading.values, register.rows.index, values)
    reading = replace(reading, values=values)
    fields = register_fields(
        matched, values, problems, register.year_start, register.covers
    )
    _restore_dtypes(fields["rows"], register.rows)
    checked = fields.pop("partly_read")
    partly_read = _partly_read(register.partly_read, checked, left)
    # A row that is there twice is not missing once its author has deleted it.
    partly_read = partly_read.drop(index=deleted, errors="ignore")
    corrected = replace(register, **fields, partly_read=partly_read, _reading=reading)
    return with_places(corrected, table)


def _with_values_of(
    before: pd.DataFrame, rows: pd.Index, values: pd.DataFrame
) -> pd.DataFrame:
    """Return parsed columns with the values that some rows had before."""
    index = values.index
    is_kept = index.isin(rows)
    earlier = before.reindex(index)
    columns = {}
    for name in dict.fromkeys([*values, *before]):
        column = values.get(name, earlier[name].where(is_kept))
        if name not in before:
            columns[name] = column.mask(is_kept)
        elif isinstance(column.dtype, pd.CategoricalDtype):
            mixed = column.astype("object").mask(
                is_kept, earlier[name].astype("object")
            )
            categories = [*column.cat.categories, *mixed.dropna()]
            distinct = pd.Index(list(dict.fromkeys(categories)))
            columns[name] = pd.Series(pd.Categorical(mixed, distinct), index)
        else:
            columns[name] = column.mask(is_kept, earlier[name].astype(column.dtype))
    kept = pd.DataFrame(columns, index=index)
    if "start_precision" in kept:
        is_dated = kept["start_date"].notna()
        kept["start_precision"] = kept["start_precision"].fillna("day").where(is_dated)
    return kept


def _partly_read(
    before: pd.DataFrame, checked: pd.DataFrame, left: pd.Index
) -> pd.DataFrame:
    """Return rejected rows as far as they could be read; some were not read again."""
    is_left = before.index.isin(left)
    is_checked = ~checked.index.isin(left)
    # Parts without any value would lose their dtypes in some versions of pandas.
    parts = before[is_left].astype("object"), checked[is_checked].astype("object")
    both = pd.concat(parts).sort_index()
    for name in both:
        column = checked[name] if name in checked else before[name]
        if is_number_or_day(column):
            both[name] = both[name].astype(column.dtype)
        else:
            both[name] = text_column(both[name])
    return both


def _problems_to_keep(problems: pd.DataFrame, table: TextTable) -> pd.DataFrame:
    """Drop what was said about an earlier workbook."""
    is_outdated = problems["problem"].str.startswith(_NOT_BACK)
    numbers = name_of_rows(table.header)
    is_of_number = problems["column"] == numbers
    is_kept = ~(is_outdated | is_of_number)
    return problems[is_kept]


def _read_workbook(name: str, register: TextTable, path: Path) -> Returned:
    """Read a workbook under the header of the register."""
    header = register.header
    of_several = bool(register.parts)
    column_of = {normal(column): column for column in header}

    def is_header(cells: Sequence[str]) -> bool:
        return set(column_of) <= set(map(normal, cells))

    table = read_text_table(path, is_header)
    returned = take_apart(table, path, of_several=of_several)
    added = [*(PLACES if of_several else []), name_of_rows(header)]
    lacking = [column for column in added if column not in table.header]
    if returned is None or lacking:
        lacking = lacking or added
        raise DataError(
            f"{path}: has no column {' and '.join(map(repr, lacking))} "
            f"with the rows of {name}; "
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
    name: str,
    notes: pd.DataFrame,
    known: frozenset[tuple[int, str]],
    table: TextTable,
    path: Path,
) -> None:
    """Refuse a workbook that was saved from another register, or another edition."""
    notes = notes[notes["fingerprint"] != ""]
    numbers = notes["row"] + _before(notes, table)
    lines = zip(numbers, notes["fingerprint"], strict=True)
    for row, line in zip(notes["row"], lines, strict=True):
        if line not in known:
            raise DataError(
                f"{path}: is not a workbook of {name}, in which row {row} "
                "was not rejected with these cells; "
                "give it to the register that it was saved from"
            )


def _before(places: pd.DataFrame, table: TextTable) -> np.ndarray:
    """Return what is added to the row of each place; NaN if its file is not known."""
    if not table.parts:
        return np.zeros(len(places))
    return table.before(places["file"], places["sheet"])


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
            yield in_cell(table.header_row, column, "", finding)


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
    texts = _filled_rows(table, returned)
    places = returned.rows.loc[texts.index]
    typed = places["row"]
    before = pd.Series(_before(places, table), index=texts.index)
    numbers = _row_numbers(typed, before, texts, reading.added)
    is_added = (typed == "") & numbers.isna()
    is_rejected = numbers.isin(register.rejected.index)
    is_twice = is_rejected & numbers.duplicated(keep=False)
    has_passed = numbers.isin(register.rows.index)
    is_unknown = ~(is_added | is_rejected | has_passed)
    is_other = has_passed & ~_is_in_place(texts, numbers, table)
    findings = [
        *_numbers_twice(numbers[is_twice], path.name),
        *_numbers_that_passed(numbers[is_other], path.name),
        *_numbers_not_known(typed[is_unknown], table.header_row, path.name),
    ]
    column = name_of_rows(table.header)
    for row, cell, finding in findings:
        remarks.append(in_cell(row, column, cell, finding))

    added = _new_numbers(before[is_added], table)
    numbers.loc[is_added] = added
    is_back = is_added | (is_rejected & ~is_twice)
    rows = numbers[is_back].astype("int64")
    cells = texts[is_back].set_axis(pd.Index(rows, name="row"), axis="index")
    is_explained = returned.explained[rows.index]
    unread = {}
    for (line, column), problem in returned.table.unread.items():
        if line in rows.index and column in table.header:
            unread[rows[line], column] = problem
    return _Back(cells.sort_index(), added, pd.Index(rows[~is_explained]), unread)


def _filled_rows(table: TextTable, returned: Returned) -> pd.DataFrame:
    """Return the texts of a workbook without rows that its author has cleared."""
    columns = _known_columns(table, returned)
    texts = pd.DataFrame({name: returned.table.text(name) for name in columns})
    stripped = texts.map(str.strip)
    is_filled = stripped != ""
    has_cells = is_filled.any(axis="columns")
    return texts[has_cells]


def _row_numbers(
    typed: pd.Series, before: pd.Series, texts: pd.DataFrame, added: dict[str, int]
) -> pd.Series:
    """Return the row in the register as a number; missing if it is not one."""
    own = pd.to_numeric(typed, errors="coerce")
    numbers = own.astype("float64") + before
    # The same workbook may come back twice, with more of its rows corrected.
    hashes = fingerprints(texts)
    known = hashes.map(added).astype("float64")
    return numbers.where(typed != "", known)


def _new_numbers(before: pd.Series, table: TextTable) -> pd.Index:
    """Return numbers after the last row of each file, for rows that were added to it."""
    last = {}
    for part, rows in table.by_part(table.cells.index):
        first = part.before if isinstance(part, Part) else 0
        last[first] = max([part.header_row, *rows[-1:]])
    # Rows that name no file are added to the last one.
    files = before.where(before.isin(list(last)), max(last))
    numbers = files.map(last) + files.groupby(files).cumcount() + 1
    index: pd.Index = pd.Index(numbers, dtype="int64")
    return index


def _is_in_place(
    texts: pd.DataFrame, numbers: pd.Series, table: TextTable
) -> pd.Series:
    """Tell which rows of the workbook are in the register as they are here."""
    is_row = numbers.isin(table.cells.index)
    rows = numbers[is_row].astype("int64")
    lines = rows.index
    is_same = pd.Series(data=True, index=lines)
    for column in table.header:
        here = texts.loc[lines, column]
        there = table.text_of(rows.to_numpy(), column)
        there = there.set_axis(lines)
        is_same &= here.map(normal) == there.map(normal)
    return is_same.reindex(texts.index, fill_value=False)


def _numbers_twice(numbers: pd.Series, name: str) -> Iterator[_InCell]:
    for number, lines in numbers.groupby(numbers):
        places = " and ".join(map(str, lines.index))
        problem = f"came back more than once, in rows {places} of {name}"
        remedy = "keep the number in one of them, and empty it in a row that was added"
        finding = Finding(problem, remedy)
        yield int(number), f"{number:.0f}", finding


def _numbers_that_passed(numbers: pd.Series, name: str) -> Iterator[_InCell]:
    for line, number in numbers.items():
        problem = f"had passed already, so row {line} of {name} was left out"
        remedy = "correct it in the register, if it is still wrong"
        finding = Finding(problem, remedy, WARNING)
        yield int(number), f"{number:.0f}", finding


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
    here = back.cells.reindex(columns=columns, fill_value="")
    there = written.reindex(index=rows, columns=columns, fill_value="")
    plain = here.map(normal)
    changed = plain != there.map(normal)
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
        cells = table.cells[column]
        rows = changed.index[changed[column]]
        texts = back.cells.loc[rows, column]
        if len(rows) and not table.is_text and cells.dtype != "str":
            # A text among numbers needs a column of objects.
            cells = cells.astype("object")
            is_parsed = column in reading.names.values()
            dtype = "object" if is_parsed else reading.dtypes[column]
            texts, refused = _typed(texts, dtype)
            remarks += _not_of_column(refused, column)
        cells = cells.reindex(index)
        if len(rows):
            cells[rows] = texts
        columns[column] = cells
    is_changed = changed.any(axis="columns")
    corrected = changed.index[is_changed].union(back.confirmed)
    surplus = _surplus(back.cells.loc[corrected], table.header)
    remarks += _still_beyond(surplus, table.header)

    def is_old(row: int) -> bool:
        return row not in corrected

    def is_unchanged(cell: tuple[int, str]) -> bool:
        return cell[0] not in changed.index or not changed.at[cell]

    return replace(
        table,
        cells=pd.DataFrame(columns, index=index),
        faults=_of_those(table.faults, is_old),
        surplus=_of_those(table.surplus, is_old) | surplus,
        unread=_of_those(table.unread, is_unchanged) | back.unread,
        not_utf8=_of_those(table.not_utf8, is_unchanged),
        formats=_of_those(table.formats, is_unchanged),
        serials=set(filter(is_unchanged, table.serials)),
        decimals=set(filter(is_unchanged, table.decimals)),
    )


def _of_those(
    items: dict[Any, Any], is_wanted: Callable[[Any], bool]
) -> dict[Any, Any]:
    return {place: item for place, item in items.items() if is_wanted(place)}


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
    is_day = getattr(dtype, "kind", "") == "M"
    if not is_day and not pd.api.types.is_numeric_dtype(dtype):
        return text
    word = text.strip()
    if pd.api.types.is_bool_dtype(dtype):
        return MARKS[word.lower()]
    cell = pd.Series([word or None], dtype="object")
    typed = cell.astype(dtype)
    return typed.iloc[0]


def _not_of_column(refused: pd.Series, column: str) -> Iterator[ProblemCells]:
    finding = Finding(
        "is not a value such as the others of this column", "write one of their kind"
    )
    for row, text in refused.items():
        yield in_cell(row, column, text, finding)


def _surplus(cells: pd.DataFrame, header: Sequence[str]) -> dict[int, list[str]]:
    """Return the cells of corrected rows that are still beyond the header."""
    beyond = cells.drop(columns=header)
    is_filled = (beyond != "").any(axis="columns")
    filled = beyond[is_filled]
    lists = filled.to_numpy().tolist()
    return dict(zip(filled.index, lists, strict=True))


def _still_beyond(
    surplus: dict[int, list[str]], header: Sequence[str]
) -> Iterator[ProblemCells]:
    for row, cells in surplus.items():
        for place, cell in enumerate(cells, start=len(header) + 1):
            if cell.strip():
                column = f"column {place}{BEYOND}"
                yield in_cell(row, column, cell, IS_BEYOND)


def _to_be_deleted(problems: pd.DataFrame, rows: pd.Index) -> pd.Index:
    """Return the rows whose remedies all say that they may be deleted."""
    errors = problems[problems["severity"] == ERROR]
    errors = errors[errors["row"].isin(rows)]
    is_old = errors["problem"].str.startswith(_NOT_BACK)
    errors = errors[~is_old.astype(bool)]
    may_be = errors["remedy"].str.contains("delete the row")
    by_row = may_be.astype(bool).groupby(errors["row"])
    is_deleted = by_row.all()
    return is_deleted.index[is_deleted]


def _rows_not_back(
    rows: pd.Index, name: str, deleted: pd.Index
) -> Iterator[ProblemCells]:
    """Yield rows that the workbook does not have."""
    for row in rows:
        remedy = _WAS_TO_BE_DELETED if row in deleted else _CORRECT_IT
        yield in_cell(row, "", "", Finding(f"{_NOT_BACK} in {name}", remedy))


def _still_unchanged(
    earlier: pd.DataFrame, back: pd.Index, changed: pd.DataFrame
) -> Iterator[ProblemCells]:
    """Yield why rows are still unchanged, if their workbook had been read alone."""
    is_changed = changed.any(axis="columns")
    unchanged = back[~is_changed[back]]
    is_same = earlier["problem"].str.startswith(UNCHANGED)
    same = earlier[is_same & earlier["row"].isin(unchanged)]
    problem: Any
    for problem in same.itertuples(index=False):
        finding = Finding(problem.problem, problem.remedy)
        yield in_cell(problem.row, "", "", finding)


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
    some = reading.table.of_rows(rows)
    matched = MatchedTable(some, reading.schema, reading.names, reading.options)
    return check_rows(matched, reading.ids)


def _restore_dtypes(rows: pd.DataFrame, before: pd.DataFrame) -> None:
    """Give the columns that are kept as they are the dtypes that they had."""
    for name in rows.columns.intersection(before.columns):
        dtype = before[name].dtype
        if rows[name].dtype == "object" and dtype != "object":
            # A corrected word need not be one of the old categories.
            is_category = isinstance(dtype, pd.CategoricalDtype)
            with contextlib.suppress(ValueError, TypeError):
                rows[name] = rows[name].astype("category" if is_category else dtype)
