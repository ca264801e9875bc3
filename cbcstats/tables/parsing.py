"""Convert a table of text to typed columns, and list all problems.

Cells are parsed according to the kind of their column; then a schema checks the
values. This module does not import pandera, so that the tables of cbcstats load without
it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from cbcstats.counts.formats import figure_keys
from cbcstats.errors import DataError, Finding, Problem, Problems, nearest, plural
from cbcstats.files.cells import (
    explain_mark,
    explain_number,
    find_damage,
    parse_decimal_numbers,
)
from cbcstats.files.dates import explain_date, parse_dates
from cbcstats.files.delimited import DELIMITERS
from cbcstats.files.sheet_xml import AN_ERROR
from cbcstats.frames import MARKS, factorize_text, text_column
from cbcstats.tables import checks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable

# The kinds of columns, by what their cells hold.
NUMBER: Final = "number"
DAY: Final = "day"
PARTIAL_DAY: Final = "partial day"
MARK: Final = "mark"
TEXT: Final = "text"

PARTIAL_DAYS: Final = ("as_of", "start", "end", "joined")
# The columns of the published tables that are not text. The schemas say the same, and a
# test compares the two.
KIND_OF_COLUMN: Final = {
    "value": NUMBER,
    "rounded_to": NUMBER,
    "period_tolerance": NUMBER,
    "printed": NUMBER,
    "exact": NUMBER,
    "period_start": DAY,
    "period_end": DAY,
    "change_since": DAY,
    "accessed": DAY,
    "preferred": MARK,
    **dict.fromkeys(PARTIAL_DAYS, PARTIAL_DAY),
}
# The source that `read_register` gives its rows: the file, and the sheet of a workbook.
REGISTER_SOURCE: Final = (
    r"(?i:register|\S+\.(csv|tsv|txt|xlsx|xlsm|xlsb|xls|ods|parquet)(#\S+)?)"
)
# The length of a partial date shows its precision: 2018, 2018-03, 2018-03-02.
_PRECISIONS: Final = {4: "year", 7: "month", 10: "day"}


class Checked(NamedTuple):
    """Typed columns, indexed by row number, and the problems of their cells."""

    frame: pd.DataFrame
    problems: list[Problem]


def parse_column(text: pd.Series, kind: str) -> pd.Series:
    """Parse a column of text; a cell that is empty or not of this kind becomes missing.

    Examples
    --------
    >>> parse_column(pd.Series(["24.1", "many"]), NUMBER).tolist()
    [24.1, <NA>]
    """
    # Each distinct text is parsed once: long columns repeat a few dates and numbers.
    codes, texts = factorize_text(text)
    values = _parse_texts(texts, kind)
    return values.take(codes).set_axis(text.index)


def complete(values: pd.DataFrame, text: pd.DataFrame) -> pd.DataFrame:
    """Fill in optional columns: precisions, preferred figures, ids of lists."""
    values = values.copy()
    for name in PARTIAL_DAYS:
        column = f"{name}_precision"
        if column in values:
            length = text[name].str.len()
            precision = text_column(length.map(_PRECISIONS))
            values[column] = values[column].fillna(precision)

    if "preferred" in values:
        figures = values.groupby(figure_keys(values), dropna=False)
        is_alone = figures["preferred"].transform("size") == 1
        preferred = values["preferred"].fillna(is_alone)
        values["preferred"] = preferred.astype(bool)

    if "list_id" in values:
        # The lists of a source are those of one programme, track and date.
        programme, track = text["programme"], text["track"]
        list_id = programme + " | " + track + " | " + text["as_of"]
        values["list_id"] = values["list_id"].fillna(list_id)
    return values


def check_table(
    table: TextTable,
    schema: pa.DataFrameSchema,
    known_sources: Collection[str],
    *,
    typed: TextTable | None = None,
    of_registers: bool = False,
) -> Checked:
    """Parse each cell by the kind of its column, and check the values by the schema.

    A cell that cannot be parsed is one problem and becomes missing, so that the other
    checks still run. Each source must be among `known_sources`; with `of_registers`, a
    row may also name a register as its source. `typed` is the table before columns were
    added to it, as problems of the file itself show it.
    """
    typed = typed or table
    problems = Problems()
    problems.add(_reading_problems(typed))
    text = _named_columns(table, schema, problems)
    required = _required_columns(schema)
    missing = [name for name in required if name not in text]
    if len(missing) > len(required) / 2:
        # This is another table, or it has lost its header: one problem is clearer than
        # a list of missing columns.
        problems.add([_not_the_header(typed, required)])
        return Checked(text, problems.collected)
    problems.add(_missing_columns(table, schema, missing, text))

    # Columns that the file leaves out are added empty; columns of the user's own come
    # last.
    own_columns = [name for name in text if name not in schema.columns]
    text = text.reindex(columns=[*schema.columns, *own_columns], fill_value="")
    values = {}
    for name in text:
        values[name] = _parse(text[name], schema.columns.get(name), problems)
    frame = complete(pd.DataFrame(values, index=text.index), text)

    # A missing column is one problem, not an empty cell in each row.
    present = schema.remove_columns(missing)
    problems.add(_broken_values(frame, text, present))
    problems.add(
        _unknown_sources(text, present, known_sources, of_registers=of_registers)
    )
    problems.add(_broken_rows(frame, text, schema, missing, compare=False))
    if not problems.collected:
        # Otherwise a faulty row would also make the rows compared with it look faulty.
        problems.add(_broken_rows(frame, text, schema, missing, compare=True))
    return Checked(frame, problems.collected)


def problems_error(file: str, problems: list[Problem]) -> DataError:
    """Make an error that lists all problems, in the order of the file."""
    # The checks run one after another, each over the whole file.
    in_order = sorted(problems, key=lambda problem: problem.row)
    names = pd.Index(Problem._fields)
    frame = pd.DataFrame(in_order, columns=names)
    # In a table every problem is an error; warnings occur in registers only.
    frame = frame.drop(columns="severity")
    frame.insert(0, "file", file)
    count = plural(len(frame), "problem")
    return DataError(f"{file}: {count}; nothing was loaded", frame)


def is_header_of(schema: pa.DataFrameSchema) -> Callable[[Sequence[str]], bool]:
    """Make a function that recognises the header by the required columns."""
    required = set(_required_columns(schema))

    def is_header(cells: Sequence[str]) -> bool:
        names = map(_plain_name, cells)
        present = required.intersection(names)
        # A column may be missing or misspelt; that is reported later, by its name.
        return len(present) > len(required) / 2

    return is_header


def kind_of(column: pa.Column | None) -> str:
    """Return the kind of a column of a schema; a column without a schema is text."""
    if column is None:
        return TEXT
    dtype = str(column.dtype).lower()
    if dtype.startswith("datetime64"):
        # Sources give only the year or the month of some dates.
        metadata = column.metadata or {}
        return PARTIAL_DAY if metadata.get("partial") else DAY
    if dtype.startswith(("float", "int", "uint")):
        return NUMBER
    return MARK if dtype in ("bool", "boolean") else TEXT


def _required_columns(schema: pa.DataFrameSchema) -> list[str]:
    return [name for name, column in schema.columns.items() if column.required]


def _plain_name(name: str) -> str:
    """Normalise a column name as in the schemas: `Source ID` becomes `source_id`."""
    return "_".join(name.lower().split())


def _reading_problems(table: TextTable) -> Iterator[Problem]:
    """Yield problems of the file itself: delimiter, rows, formulas, encoding."""
    # Tables are written with commas, unlike registers, which come from any program.
    if table.delimiter != ",":
        mark = DELIMITERS.get(table.delimiter, repr(table.delimiter))
        yield Problem(
            row=table.header_row,
            column="",
            value=table.delimiter.join(table.header),
            problem=f"separates the columns by {mark}",
            remedy="save the file as CSV with commas between the columns",
        )

    for row, fault in table.faults.items():
        cells = list(table.cells.loc[row])
        shown = cells[:1]
        # Show the whole row: the surplus comma can be anywhere in it.
        if row in table.surplus:
            cells += table.surplus[row]
            shown = cells
        yield Problem(
            row=row,
            column="",
            value=",".join(shown),
            problem=fault,
            remedy=_remedy_for_row(cells, fault),
        )

    for (row, column), problem in table.unread.items():
        remedy = "correct the formula, or write the value"
        if problem != AN_ERROR:
            # A file holds the result of a formula only once a program has computed it.
            remedy = (
                "open the file in a spreadsheet program and save it, or write the value"
            )
        cell = str(table.cells.at[row, column])
        yield Problem(row, column, cell, problem, remedy)

    for (row, column), word in table.not_utf8.items():
        yield Problem(
            row=row,
            column=column,
            value=word,
            problem="holds bytes that are not UTF-8",
            remedy="save the file as CSV UTF-8; check accents and dashes",
        )


def _remedy_for_row(cells: list[str], fault: str) -> str:
    """Explain how to correct a row with too few or too many cells."""
    if fault.startswith("cannot be cut"):
        return 'close each quotation mark, and write "" for one inside a quoted cell'
    filled = [cell for cell in cells if cell]
    mark = ""
    if len(filled) == 1:
        mark = next((mark for mark in DELIMITERS if mark in filled[0]), "")
    if mark == ",":
        return (
            "open the file with a comma as separator; "
            "all cells of the row are in the first now"
        )
    if mark:
        name = DELIMITERS[mark]
        return f"separate its cells by commas; they seem to be separated by {name}"
    return (
        "put text that holds a comma into quotation marks, "
        "and write one comma for each empty cell"
    )


def _named_columns(
    table: TextTable, schema: pa.DataFrameSchema, problems: Problems
) -> pd.DataFrame:
    """Return the cells under the column names of the schema."""
    # Faulty rows are reported as a whole; their cells may be in the wrong columns.
    rows = table.cells.index.difference(list(table.faults), sort=False)
    columns: dict[str, pd.Series] = {}
    for place, name in enumerate(table.header, start=1):
        # Blanks around a cell are invisible in a spreadsheet.
        cells = table.text_of(rows, name).str.strip()
        if name == f"column {place}":  # the reader's name for a column without one
            problems.add(_cells_without_header(cells, place))
            continue

        column = name
        if name not in schema.columns:
            column = _plain_name(name)
        original = re.sub(r" \(\d+\)$", "", name)  # a second `note` is `note (2)`
        is_synonym = column != name and column in table.header
        if original != name and original in table.header:
            problem = "is a column name that occurs twice"
            problems.add([_header_problem(table, original, problem)])
        elif column not in schema.columns:
            columns[name] = cells
        elif column in columns or is_synonym:
            problem = f"is another column for {column}"
            problems.add([_header_problem(table, name, problem)])
        else:
            columns[column] = cells
    return pd.DataFrame(columns, index=rows)


def _cells_without_header(cells: pd.Series, place: int) -> Iterator[Problem]:
    """Yield the first filled cell of a column that has no name."""
    filled = cells[cells != ""]
    if filled.empty:
        return
    yield Problem(
        row=filled.index[0],
        column="",
        value=filled.iloc[0],
        problem=f"is in column {place}, which has no name",
        remedy="name the column, or empty it",
    )


def _header_problem(
    table: TextTable, column: str, problem: str, remedy: str = "rename one"
) -> Problem:
    return Problem(table.header_row, column, "", problem, remedy)


def _not_the_header(table: TextTable, required: list[str]) -> Problem:
    names = ", ".join(required)
    return Problem(
        row=table.header_row,
        column="",
        value=", ".join(table.header),
        problem="is not the header of this table",
        remedy=f"name the columns {names}",
    )


def _missing_columns(
    table: TextTable, schema: pa.DataFrameSchema, missing: list[str], text: pd.DataFrame
) -> Iterator[Problem]:
    known = list(schema.columns)
    others = text.columns.difference(known, sort=False)
    remedy = "add or rename the column"
    for name in missing:
        problem = "is a column that is missing"
        near = nearest(name, others, count=1)
        if near:
            problem += f"; found {near[0]!r} instead"
        yield _header_problem(table, name, problem, remedy)


def _parse(text: pd.Series, column: pa.Column | None, problems: Problems) -> pd.Series:
    """Parse a column, and add the cells that cannot be parsed to the problems."""
    kind = kind_of(column)
    values = parse_column(text, kind)
    findings: dict[str, Finding] = {}
    if kind != TEXT:
        is_unparsed = values.isna() & (text != "")
        for cell in text[is_unparsed].unique():
            findings[cell] = _explain(cell, kind)
    for cell in text.unique():
        # A damaged cell gets the better explanation: #REF! is an error, not a bad
        # number.
        damage = find_damage(cell)
        if damage:
            findings[cell] = damage

    name = str(text.name)
    bad_cells = text[text.isin(list(findings))]
    for row, cell in zip(bad_cells.index, bad_cells, strict=True):
        finding = findings[cell]
        problems.add([Problem(row, name, cell, *finding)])
    return values


def _parse_texts(texts: list[str], kind: str) -> pd.Series:
    if kind == NUMBER:
        return parse_decimal_numbers(texts)
    if kind == DAY:
        return parse_dates(texts)
    if kind == PARTIAL_DAY:
        return parse_dates(texts, partial=True)
    if kind == MARK:
        marks = [MARKS.get(text.lower()) for text in texts]
        return pd.Series(marks, dtype="boolean")
    return text_column([text or None for text in texts])


def _explain(cell: str, kind: str) -> Finding:
    if kind == NUMBER:
        return explain_number(cell, whole=False, words="qualifier")
    if kind == MARK:
        return explain_mark(cell)
    return explain_date(cell, may_state=False)


def _broken_values(
    frame: pd.DataFrame, text: pd.DataFrame, schema: pa.DataFrameSchema
) -> Iterator[Problem]:
    """Yield empty cells where a value is required, and cells that break a check."""
    for name, column in schema.columns.items():
        values, cells = frame[name], text[name]
        if not column.nullable:
            meaning = column.description or name
            is_empty = values.isna()
            for row in values.index[is_empty]:
                yield Problem(
                    row=row,
                    column=name,
                    value=str(cells[row]),
                    problem="is empty",
                    remedy=f"fill it: {meaning}",
                )
        for rows, check in checks.broken_values(values, column):
            for row in rows:
                cell = str(cells[row])
                finding = checks.explain_value(check, column, cell)
                yield Problem(row, name, cell, *finding)


def _broken_rows(
    frame: pd.DataFrame,
    text: pd.DataFrame,
    schema: pa.DataFrameSchema,
    missing: list[str],
    *,
    compare: bool,
) -> Iterator[Problem]:
    """Yield rows that break a check; `compare` picks checks that compare rows."""
    for check in schema.checks:
        column = checks.column_of(check, schema)
        if column in missing:
            continue
        compares_rows = check.name in checks.COMPARE_ROWS
        if compares_rows != compare:
            continue
        finding = checks.explain_row(check)
        for row in checks.rows_that_fail(check, frame):
            cell = ""
            if column:
                cell = str(text.at[row, column])
            yield Problem(row, column, cell, *finding)


def _unknown_sources(
    text: pd.DataFrame,
    schema: pa.DataFrameSchema,
    known: Collection[str],
    *,
    of_registers: bool,
) -> Iterator[Problem]:
    """Yield the cells that name a source which is not in any table of sources."""
    for name, column in schema.columns.items():
        metadata = column.metadata or {}
        if not metadata.get("refers_to"):
            continue
        cells = text[name]
        is_known = cells.isin(["", *known])
        if of_registers:
            is_register = cells.str.fullmatch(REGISTER_SOURCE)
            # A text of several words is a source in itself; an id has no blanks.
            is_known |= is_register.astype(bool) | cells.str.contains(" ", regex=False)
        unknown = cells[~is_known]
        for row, cell in zip(unknown.index, unknown, strict=True):
            problem = "is a source that is not known"
            near = nearest(cell, known, count=1)
            if near:
                problem += f"; perhaps {near[0]} was meant"
            yield Problem(
                row=row,
                column=name,
                value=cell,
                problem=problem,
                remedy="add it to sources.csv, or correct the id",
            )
