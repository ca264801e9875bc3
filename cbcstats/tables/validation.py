"""A table as typed becomes a typed frame, or a list of every problem: parse first, then check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from cbcstats.errors import DataError, Finding, Problem, Problems, nearest, plural
from cbcstats.files.cells import explain_mark, explain_number, find_damage
from cbcstats.files.dates import explain_date
from cbcstats.files.delimited import DELIMITERS
from cbcstats.files.workbooks import AN_ERROR
from cbcstats.tables import checks
from cbcstats.tables.parsing import (
    DAY,
    MARK,
    NUMBER,
    PARTIAL_DAY,
    REGISTER_SOURCE,
    TEXT,
    complete,
    parse_column,
)
from cbcstats.tables.schemas import COMPARE_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable

_FIELDS: Final = ("row", "column", "value", "problem", "remedy")


class Checked(NamedTuple):
    """A typed frame, whose index is the row of the file, and what is wrong with its cells."""

    frame: pd.DataFrame
    problems: list[Problem]


def problems_error(file: str, problems: list[Problem]) -> DataError:
    """Return an error with all problems, in the order of the file."""
    in_order = sorted(problems, key=lambda problem: problem.row)
    frame = pd.DataFrame(in_order, columns=pd.Index(Problem._fields))
    frame = frame[list(_FIELDS)]
    frame.insert(0, "file", file)
    return DataError(
        f"{file}: {plural(len(frame), 'problem')}; nothing was loaded", frame
    )


def check_table(
    table: TextTable,
    schema: pa.DataFrameSchema,
    known_sources: Collection[str],
    *,
    of_registers: bool = False,
) -> Checked:
    """Parse each cell by the kind of its column, then check what could be parsed.

    A cell that cannot be parsed is one problem and becomes missing, so that it hides no other one.
    Sources must be among those known; counts `of_registers` may name a register as their source.
    """
    problems = Problems()
    problems.add(_reading_problems(table))
    text = _named_columns(table, schema, problems)
    needed = [name for name, column in schema.columns.items() if column.required]
    missing = [name for name in needed if name not in text]
    if len(missing) > len(needed) / 2:
        problems.add([_not_the_header(table, needed)])
        return Checked(text, problems.found)
    problems.add(_missing_columns(table, schema, missing, text))
    others = [name for name in text if name not in schema.columns]
    text = text.reindex(columns=[*schema.columns, *others], fill_value="")
    values = {
        name: _parse(text[name], schema.columns.get(name), problems) for name in text
    }
    frame = complete(pd.DataFrame(values, index=text.index), text)
    present = schema.remove_columns(missing)
    problems.add(_broken_values(frame, text, present))
    problems.add(
        _unknown_sources(text, present, known_sources, of_registers=of_registers)
    )
    problems.add(_broken_rows(frame, text, schema, missing, compare=False))
    if not problems.found:
        problems.add(_broken_rows(frame, text, schema, missing, compare=True))
    return Checked(frame, problems.found)


def is_header_of(schema: pa.DataFrameSchema) -> Callable[[Sequence[str]], bool]:
    """Return a function that tells whether a row has most of the column names of a schema."""
    needed = {name for name, column in schema.columns.items() if column.required}

    def is_header(cells: Sequence[str]) -> bool:
        names = {"_".join(cell.lower().split()) for cell in cells}
        return len(needed & names) > len(needed) / 2

    return is_header


def kind_of(column: pa.Column | None) -> str:
    """Return what kind of value a column of a schema holds."""
    if column is None:
        return TEXT
    dtype = str(column.dtype).lower()
    if dtype.startswith("datetime64"):
        return PARTIAL_DAY if (column.metadata or {}).get("partial") else DAY
    if dtype.startswith(("float", "int", "uint")):
        return NUMBER
    return MARK if dtype in ("bool", "boolean") else TEXT


def _reading_problems(table: TextTable) -> Iterator[Problem]:
    """Yield what could not be read of the file: its delimiter, rows, formulas, bytes."""
    if table.delimiter != ",":
        mark = DELIMITERS.get(table.delimiter, repr(table.delimiter))
        remedy = "save the file as CSV with commas between the columns"
        header = table.delimiter.join(table.header)
        yield Problem(
            table.header_row, "", header, f"separates the columns by {mark}", remedy
        )
    for row, fault in table.faults.items():
        cells = [*table.cells.loc[row], *table.surplus.get(row, [])]
        count = len(cells) if row in table.surplus else 1
        yield Problem(
            row, "", ",".join(cells[:count]), fault, _uncut_remedy(cells, fault)
        )
    for (row, column), problem in table.unread.items():
        remedy = "correct the formula, or write the value"
        if problem != AN_ERROR:
            remedy = (
                "open the file in a spreadsheet program and save it, or write the value"
            )
        yield Problem(row, column, str(table.cells.at[row, column]), problem, remedy)
    for (row, column), word in table.not_utf8.items():
        remedy = "save the file as CSV UTF-8; check accents and dashes"
        yield Problem(row, column, word, "holds bytes that are not UTF-8", remedy)


def _uncut_remedy(cells: list[str], fault: str) -> str:
    """Return what to do about a row that could not be cut into cells, or into too few or too many."""
    if fault.startswith("cannot be cut"):
        return 'close each quotation mark, and write "" for one inside a quoted cell'
    filled = [cell for cell in cells if cell]
    if len(filled) == 1 and "," in filled[0]:
        return "open the file with a comma as separator; all cells of the row are in the first now"
    for mark, name in DELIMITERS.items():
        if len(filled) == 1 and mark in filled[0]:
            return f"separate its cells by commas; they seem to be separated by {name}"
    return "put text that holds a comma into quotation marks, and write one comma for each empty cell"


def _named_columns(
    table: TextTable, schema: pa.DataFrameSchema, problems: Problems
) -> pd.DataFrame:
    """Return the cells as text under the names of the schema, without columns that have no name."""
    rows = table.cells.index.difference(list(table.faults), sort=False)
    columns: dict[str, pd.Series] = {}
    for place, name in enumerate(table.header, start=1):
        cells = table.text_of(rows, name).str.strip()
        plain = name if name in schema.columns else "_".join(name.lower().split())
        base = re.sub(r" \(\d+\)$", "", name)
        if name == f"column {place}":
            filled = cells[cells != ""]
            if len(filled):
                problem = f"is in column {place}, which has no name"
                remedy = "name the column, or empty it"
                problems.add(
                    [Problem(filled.index[0], "", filled.iloc[0], problem, remedy)]
                )
        elif base != name and base in table.header:
            problem = "is a column name that occurs twice"
            problems.add([Problem(table.header_row, base, "", problem, "rename one")])
        elif plain not in schema.columns:
            columns[name] = cells
        elif plain in columns or (plain != name and plain in table.header):
            problem = f"is the column {plain} once more"
            problems.add([Problem(table.header_row, name, "", problem, "rename one")])
        else:
            columns[plain] = cells
    return pd.DataFrame(columns, index=rows)


def _not_the_header(table: TextTable, needed: list[str]) -> Problem:
    names = ", ".join(table.header)
    remedy = f"name the columns {', '.join(needed)}"
    return Problem(
        table.header_row, "", names, "is not the header of this table", remedy
    )


def _missing_columns(
    table: TextTable, schema: pa.DataFrameSchema, missing: list[str], text: pd.DataFrame
) -> Iterator[Problem]:
    others = [str(name) for name in text if name not in schema.columns]
    for name in missing:
        near = nearest(name, others, count=1)
        instead = f"; found {near[0]!r} instead" if near else ""
        problem = f"is a column that is missing{instead}"
        yield Problem(table.header_row, name, "", problem, "add or rename the column")


def _parse(text: pd.Series, column: pa.Column | None, problems: Problems) -> pd.Series:
    """Parse a column, and add the cells that cannot be parsed to the problems."""
    kind = kind_of(column)
    values = parse_column(text, kind)
    found: dict[str, Finding] = {}
    if kind != TEXT:
        unparsed = text[values.isna() & (text != "")].unique()
        found = {cell: _explain(cell, kind) for cell in unparsed}
    for cell in text.unique():
        if damage := find_damage(cell):
            found[cell] = damage
    name = str(text.name)
    bad = text[text.isin(list(found))]
    problems.add(
        Problem(row, name, cell, *found[cell])
        for row, cell in zip(bad.index, bad, strict=True)
    )
    return values


def _explain(cell: str, kind: str) -> Finding:
    if kind == NUMBER:
        return explain_number(cell, whole=False, words="qualifier")
    return explain_mark(cell) if kind == MARK else explain_date(cell, may_state=False)


def _broken_values(
    frame: pd.DataFrame, text: pd.DataFrame, schema: pa.DataFrameSchema
) -> Iterator[Problem]:
    """Yield the cells that are empty but may not be, and those that break a check of their column."""
    for name, column in schema.columns.items():
        if not column.nullable:
            for row in frame.index[frame[name].isna()]:
                remedy = f"fill it: {column.description or name}"
                yield Problem(row, name, str(text.at[row, name]), "is empty", remedy)
        for rows, check in checks.broken_values(frame[name], column):
            for row in rows:
                cell = str(text.at[row, name])
                yield Problem(
                    row, name, cell, *checks.explain_value(check, column, cell)
                )


def _broken_rows(
    frame: pd.DataFrame,
    text: pd.DataFrame,
    schema: pa.DataFrameSchema,
    missing: list[str],
    *,
    compare: bool,
) -> Iterator[Problem]:
    """Yield the rows that break a check of the schema.

    Checks that `compare` rows with each other come last, once no other cell is wrong: a wrong cell
    in one row would look like a fault of others.
    """
    for check in schema.checks:
        column = checks.column_of(check, schema)
        if (check.name in COMPARE_ROWS) != compare or column in missing:
            continue
        for row in checks.rows_that_fail(check, frame):
            cell = str(text.at[row, column]) if column else ""
            yield Problem(row, column, cell, *checks.explain_row(check))


def _unknown_sources(
    text: pd.DataFrame,
    schema: pa.DataFrameSchema,
    known: Collection[str],
    *,
    of_registers: bool,
) -> Iterator[Problem]:
    for name, column in schema.columns.items():
        if not (column.metadata or {}).get("refers_to"):
            continue
        unknown = text.loc[(text[name] != "") & ~text[name].isin(list(known)), name]
        if of_registers:
            unknown = unknown[~unknown.str.fullmatch(REGISTER_SOURCE).astype(bool)]
        for row, cell in zip(unknown.index, unknown, strict=True):
            near = nearest(cell, known, count=1)
            hint = f"; perhaps {near[0]} was meant" if near else ""
            problem = f"is a source that is not known{hint}"
            yield Problem(
                row, name, cell, problem, "add it to sources.csv, or correct the id"
            )
