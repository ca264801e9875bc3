"""What is wrong with the rows and cells of a register, and the problems that come of it.

Each function yields what it found as columns (`Found`): a large register has many thousand
problems, and most of them share column and words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.errors import ERROR, WARNING, Finding, Problem
from cbcstats.files.dates import first_of_each_order
from cbcstats.frames import text_column
from cbcstats.places.members import accessions
from cbcstats.registers.columns import BEYOND, plain_name
from cbcstats.registers.parsing import distinct_texts, is_total, kind_of
from cbcstats.registers.schemas import needed_columns
from cbcstats.tables import checks
from cbcstats.tables.parsing import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable
    from cbcstats.registers.columns import MatchedTable

_NOT_CUT: Final = (
    "put text that holds the delimiter into quotation marks, "
    "and write one delimiter for each empty cell"
)
_BEYOND: Final = Finding(
    "is beyond the header", "move it to the cell where it belongs, or delete it"
)
_HEADER: Final = Finding("repeats the header", "delete the row")
_TOTAL: Final = Finding(
    "is a total, not an entry", "delete the row; totals are computed"
)
_NO_RESULT: Final = (
    "correct the formula and save the file in a spreadsheet program, or write the value"
)
_NOT_UTF_8: Final = Finding(
    "holds bytes that are not UTF-8 and were read as Windows-1252",
    "save the file as CSV UTF-8; check accents",
    WARNING,
)
_MIXED_ORDERS: Final = Finding(
    "holds dates with the day first and dates with the month first, so that 03/04/2017 may be "
    "either",
    "write all of them in one way, best as 2017-04-03",
    WARNING,
)
_NOT_A_MEMBER: Final = Finding(
    "is not a Member of the WCO", "check the place; it has no WCO region", WARNING
)
_NOT_YET_A_MEMBER: Final = Finding(
    "was not yet a Member of the WCO on that day",
    "check the place and the date",
    WARNING,
)


class Found(NamedTuple):
    """What is wrong with some cells of a column, or with whole rows if `column` is empty."""

    rows: Any
    column: str
    cells: Iterable[str]
    findings: Sequence[Finding]


class RegisterProblems:
    """Problems as they are found, but none for rows that are closed."""

    def __init__(self) -> None:
        self._problems: list[tuple[Any, ...]] = []
        self._closed: set[int] = set()

    def add(self, found: Iterable[Found]) -> None:
        """Add problems, except those of closed rows."""
        for rows, column, cells, findings in found:
            of_rows = zip(rows, cells, findings, strict=True)
            for row, cell, finding in of_rows:
                if row in self._closed:
                    continue
                problem = (row, column, cell, *finding)
                self._problems.append(problem)

    def close(self, found: Iterable[Found]) -> None:
        """Add problems, and let their rows have no further ones."""
        self.add(found)
        self._closed = {row for row, *_ in self._problems}

    def in_order(self, header: Sequence[str]) -> pd.DataFrame:
        """Return the problems by row and column: the first of each cell, all of a whole row."""
        problems = pd.DataFrame(self._problems, columns=Problem._fields)
        problems = problems.astype({"row": "int64"})
        for name in Problem._fields[1:]:
            problems[name] = text_column(problems[name])
        column = problems["column"]
        # The first problem explains a cell, and the next ones often follow from it.
        is_repeated = problems.duplicated(["row", "column"])
        is_cell = column != ""
        problems = problems.loc[~(is_repeated & is_cell)]
        # Problems of a whole row, without a column, come before those of its cells.
        places = pd.Categorical(problems["column"], categories=["", *header])
        order = np.lexsort([places.codes, problems["row"].to_numpy()])
        problems = problems.iloc[order]
        return problems.reset_index(drop=True)


def rows_not_cut(table: TextTable) -> Iterator[Found]:
    """Yield the rows that could not be cut into cells, or have too few or too many."""
    for row, fault in table.faults.items():
        cells = map(str, table.cells.loc[row])
        filled = [cell for cell in cells if cell.strip()]
        # The first filled cell shows which row it is.
        value = filled[0] if filled else ""
        finding = Finding(fault, _NOT_CUT)
        yield Found([row], "", [value], [finding])


def cells_beyond_the_header(table: TextTable) -> Iterator[Found]:
    """Yield the cells that are still in a column of a corrected workbook for surplus cells."""
    for column in table.header:
        if not column.endswith(BEYOND):
            continue
        text = table.text(column)
        is_filled = text.str.strip() != ""
        yield from _in_cells(table, column, is_filled, _BEYOND)


def repeated_headers(matched: MatchedTable) -> Iterator[Found]:
    """Yield the rows that repeat the header in all columns that an entry needs."""
    rows = matched.table.cells.index
    for name in needed_columns(matched.schema):
        header = plain_name(matched.names[name])
        text = matched.text[name][rows]
        texts = distinct_texts(text)
        alike = [cell for cell in texts if plain_name(cell) == header]
        is_header = text.isin(alike)
        # In the next column, only these rows are compared.
        rows = rows[is_header]
    yield from _in_rows(matched.table, matched.names["member"], rows, _HEADER)


def totals(matched: MatchedTable) -> Iterator[Found]:
    """Yield the rows that are totals, by their member, or by any cell where it is empty."""
    table = matched.table
    column = matched.names["member"]
    member = matched.text["member"]
    texts = distinct_texts(member)
    words = [cell for cell in texts if is_total(cell)]
    found = member.isin(words)
    yield from _in_cells(table, column, found, _TOTAL)
    is_nobody = member == ""
    nobody = member.index[is_nobody]
    for column in table.header:
        if nobody.empty:
            break
        text = table.text_of(nobody, column)
        texts = distinct_texts(text)
        # Here the word must come first: remarks may end in "total".
        words = [cell for cell in texts if is_total(cell, alone=True)]
        found = text.isin(words)
        yield from _in_cells(table, column, found, _TOTAL)
        nobody = nobody[~found]


def cells_without_result(matched: MatchedTable) -> Iterator[Found]:
    """Yield the cells of a workbook in which Excel shows no value."""
    table = matched.table
    known = set(matched.names.values())
    for (row, column), problem in table.unread.items():
        # A column that is kept as it is cannot reject its row.
        severity = ERROR if column in known else WARNING
        finding = Finding(problem, _NO_RESULT, severity)
        cell = str(table.cells.at[row, column])
        yield Found([row], column, [cell], [finding])


def unreadable_cells(
    table: TextTable, column: str, text: pd.Series, findings: Mapping[str, Finding]
) -> Iterator[Found]:
    """Yield the cells whose text could not be parsed, or says that there is no value."""
    if not findings:
        return
    is_bad = text.isin(list(findings))
    bad = text[is_bad].to_numpy(dtype=object)
    rows = text.index[is_bad]
    typed = table.text_of(rows, column)
    cells = typed.to_numpy(dtype=object)
    yield Found(rows, column, cells, [findings[plain] for plain in bad])


def mixed_orders(
    table: TextTable, column: str, text: pd.Series, rule: pa.Column
) -> Iterator[Found]:
    """Yield one warning if some dates must have the day first, and others the month."""
    kind = kind_of(rule)
    if kind != DAY:
        return
    texts = distinct_texts(text)
    day_first, month_first = first_of_each_order(texts)
    if day_first and month_first:
        rows = [table.header_row]
        examples = f"{day_first} and {month_first}"
        yield Found(rows, column, [examples], [_MIXED_ORDERS])


def broken_cells(
    table: TextTable, column: str, values: pd.Series, rule: pa.Column
) -> Iterator[Found]:
    """Yield the cells whose value breaks a check of their column."""
    for rows, check in checks.broken_values(values, rule):
        typed = table.text_of(rows, column)
        cells = typed.to_numpy(dtype=object)
        # Many cells have few texts, and a search for the nearest word takes long.
        finding_of = {}
        for cell in set(cells):
            finding_of[cell] = checks.explain_value(check, rule, cell.strip())
        findings = [finding_of[cell] for cell in cells]
        yield Found(rows, column, cells, findings)


def broken_rows(matched: MatchedTable, values: pd.DataFrame) -> Iterator[Found]:
    """Yield the rows that break a check of the schema."""
    table = matched.table
    names = matched.names
    schema = matched.schema
    # A check may use a column of the schema that the file does not have.
    every_column = checks.empty_columns(schema, values)
    for check in schema.checks:
        rows = checks.rows_that_fail(check, every_column)
        finding = checks.explain_row(check)
        name = checks.column_of(check, schema)
        # Without a column of the file, the whole row is at fault.
        column = names.get(name, "")
        yield from _in_rows(table, column, rows, finding)


def repeated_rows(
    table: TextTable, ids: pd.Series | None, *, reject: bool
) -> Iterator[Found]:
    """Yield the rows that repeat another one in all cells and have no id."""
    severity = ERROR if reject else WARNING
    remedy = "delete one of them, or give each an id if both are meant"
    finding = Finding("repeats a row above in all its cells", remedy, severity)
    rows = table.cells.index
    if ids is not None:
        rows = rows[ids.isna()]
    if rows.empty:
        return
    # All columns of the file count, not only those that are parsed: remarks tell rows apart.
    texts = {}
    for column in table.header:
        texts[column] = table.text_of(rows, column)
    is_repeated = pd.DataFrame(texts).duplicated()
    rows = rows[is_repeated]
    yield from _in_rows(table, "", rows, finding)


def places_that_are_not_members(
    matched: MatchedTable, values: pd.DataFrame
) -> Iterator[Found]:
    """Yield the places that are not Members, or were not on the first day of the mission."""
    table = matched.table
    column = matched.names["member"]
    place = values["member"].cat
    joined = accessions().reindex(place.categories).to_numpy()
    # Joined by code and not by row: there are far fewer places than rows.
    # A missing place has the code -1, and so takes the last day of the list, which is missing.
    days = np.append(joined, np.datetime64("NaT"))
    joined_on = days[place.codes]
    is_place = values["member"].notna()
    never = is_place & np.isnat(joined_on)
    yield from _in_cells(table, column, never, _NOT_A_MEMBER)
    if "start_date" in values:
        not_yet = values["start_date"] < joined_on
        yield from _in_cells(table, column, not_yet, _NOT_YET_A_MEMBER)


def misread_cells(table: TextTable) -> Iterator[Found]:
    """Yield the cells that are in another encoding than most of the file."""
    # Where all is Windows-1252, nothing is in doubt.
    if table.encoding != "mixed":
        return
    for place, word in table.not_utf8.items():
        row, column = place
        yield Found([row], column, [word], [_NOT_UTF_8])


def _in_cells(
    table: TextTable, column: str, is_bad: pd.Series, finding: Finding
) -> Iterator[Found]:
    yield from _in_rows(table, column, is_bad.index[is_bad], finding)


def _in_rows(
    table: TextTable, column: str, rows: pd.Index, finding: Finding
) -> Iterator[Found]:
    """Yield some rows with their cells of a column, or without if it is empty."""
    if rows.empty:
        return
    count = len(rows)
    cells: Any = [""] * count
    if column:
        text = table.text_of(rows, column)
        cells = text.to_numpy(dtype=object)
    findings = [finding] * count
    yield Found(rows, column, cells, findings)
