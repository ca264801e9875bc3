"""Arrange tables before they are checked: their headers, and several tables in one.

A header holds for the rows below it, up to the next one. The cells below one with its
columns in another order are moved into the columns of the first. Rows of several files
and sheets have running numbers, so that they are checked as those of one file.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.errors import ERROR, SHOWN, WARNING, DataError, Finding, Problem, plural
from cbcstats.files.dates import TOUCHING, is_date_like
from cbcstats.files.sources import (
    Listing,
    free_name,
    is_several,
    list_files,
    unique_names,
)
from cbcstats.files.spans import read_spans
from cbcstats.files.text_table import EVERY_SHEET, PLACES, Part
from cbcstats.frames import as_text, text_column
from cbcstats.registers.cells import (
    distinct_texts,
    has_value,
    parse_cells,
    parse_days,
    severity_of,
)
from cbcstats.registers.columns import (
    MatchedTable,
    Options,
    columns_in_other_words,
    holds_tags,
    other_names,
    plain_name,
)
from cbcstats.registers.corrections_workbook import take_apart
from cbcstats.registers.schemas import kind_of, needed_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable

_FIRST_ROWS: Final = 3  # in which tags may be, below a row of units, say
_CASES: Final = (str.lower, str.upper, str.title, str.capitalize)
# What may be between the words of a name.
_BLANKS: Final = ("", " ", "_", "-", "\N{NO-BREAK SPACE}")
# Parts begin at multiples of it, so that rows can be added to each.
_SPACE: Final = 1_000_000
_UNLESS: Final = "nothing to do if that is right"
_OF_CORRECTIONS: Final = (
    "leave it where it is, and put its rows in their places with "
    "register.corrected, or --corrected on the command line"
)
# Characters of an ISO day of which only the month or the year is shown.
_LENGTH_SHOWN: Final = {"month": 7, "year": 4}
_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TEN_YEARS: Final = pd.Timedelta(days=3653)


class RowsBelow(NamedTuple):
    """The rows below headers with the same names, these names, and the header rows."""

    rows: pd.Index
    names: list[str]
    headers: set[int]


def fill_and_skip(table: TextTable) -> TextTable:
    """Let short rows end in empty cells, and skip a row of tags below the header."""
    return _without_tags(_with_short_rows(table))


def _with_short_rows(table: TextTable) -> TextTable:
    """Let rows with too few cells end in empty ones, which the table has already."""
    short = {row for row, beyond in table.surplus.items() if not beyond}
    if not short:
        return table
    others = table.faults.keys() - short
    faults = {row: table.faults[row] for row in sorted(others)}
    return replace(table, faults=faults)


def _without_tags(table: TextTable) -> TextTable:
    """Leave out a row of tags in the first rows below the header."""
    first = table.cells.head(_FIRST_ROWS)
    are_tags = [holds_tags(map(as_text, cells)) for cells in first.to_numpy()]
    return replace(table, cells=table.cells.drop(first.index[are_tags]))


def leave_out_unreadable(matched: MatchedTable) -> None:
    """Leave out the columns that nobody needs and in which nothing can be read."""
    table = matched.table
    for name, column in list(matched.names.items()):
        rule = matched.schema.columns[name]
        if severity_of(rule, matched.options) == ERROR or kind_of(rule) == "text":
            continue
        text = matched.text(name)[~table.is_in(table.unread, column)]
        bad = _if_unreadable(text, rule, matched.options)
        if bad:
            del matched.names[name]
            finding = _left_out(name, kind_of(rule))
            table.remarks.append(Problem(table.header_row, column, bad, *finding))


def _if_unreadable(text: pd.Series, rule: pa.Column, options: Options) -> str:
    """Return the first cell of a column if two or more, and all, are unreadable.

    Empty cells and words such as n/a do not count.
    """
    if kind_of(rule) == "day":
        spans, findings = parse_days(text, rule, options)
        values = spans["start"]
    else:
        values, findings = parse_cells(text, rule, options)
    has_error = any(finding.severity == ERROR for finding in findings.values())
    if values.notna().any() or has_error:
        return ""
    words = [cell for cell in distinct_texts(text) if has_value(cell)]
    if kind_of(rule) == "day" and any(map(is_date_like, words)):
        return ""
    bad = text[text.isin(words)]
    return str(bad.iloc[0]) if len(bad) > 1 else ""


def _left_out(name: str, kind: str) -> Finding:
    nouns = {"day": "date", "mark": "true or false"}
    problem = f"is not read as {name}: no cell is a {nouns.get(kind, kind)}"
    remedy = (
        f'leave it out: columns={{"{name}": None}}, or --column {name}= on the command '
        "line; or name the column that it is"
    )
    return Finding(problem, remedy, WARNING)


def parts_in_another_order(matched: MatchedTable) -> list[RowsBelow]:
    """Return the parts of a table whose header has other names or another order.

    Parts with the same header are one.
    """
    table = matched.table
    rows = table.cells.index
    starts = _rows_that_name(matched)
    texts = {column: table.text_of(starts, column) for column in table.header}
    cells = pd.DataFrame(texts, index=starts).to_numpy(dtype=object).tolist()
    parts: dict[tuple[str, ...], list[pd.Index]] = {}
    places = [*rows.get_indexer(starts), len(rows)]
    for row, own, (start, end) in zip(starts, cells, pairwise(places), strict=True):
        header = [cell.strip() for cell in [*own, *table.surplus.get(row, [])]]
        names = tuple(_names_below(header, matched))
        if list(names) != table.header[: len(names)]:
            parts.setdefault(names, []).append(rows[start:end])
    together = []
    for names, of_part in parts.items():
        below = pd.Index(np.concatenate(of_part))
        headers = {int(own[0]) for own in of_part}
        together.append(RowsBelow(below, list(names), headers))
    return together


def _rows_that_name(matched: MatchedTable) -> pd.Index:
    """Return the rows in which each of the needed columns is named by some cell."""
    table = matched.table
    dtypes = table.cells.dtypes
    may_be_text = [pd.api.types.is_string_dtype(dtype) for dtype in dtypes]
    rows = table.cells.loc[:, may_be_text]
    for name in needed_columns(matched.schema):
        names = [matched.names[name], name, *other_names(name)]
        spellings = set().union(*map(_spellings, names))
        beyond = [
            row
            for row, cells in table.surplus.items()
            if not spellings.isdisjoint(cells)
        ]
        is_named = rows.index.isin(beyond)
        for column in rows:
            cells = rows[column]
            # Cells of a frame may be anything, even lists.
            if cells.dtype == "object":
                cells = table.text_of(cells.index, str(column))
            # Arrow would convert the spellings one by one, for each column again.
            is_named |= cells.astype("object").isin(spellings).to_numpy(bool)
        # Hardly any row names a column, so the other names are looked up in few rows.
        rows = rows[is_named]
    return rows.index


def _spellings(name: str) -> set[str]:
    """Return the usual spellings of a column name: looking up texts is fast.

    Examples
    --------
    >>> {"start_date", "Start date", "START-DATE "} <= _spellings("Start Date")
    True
    """
    composed = unicodedata.normalize("NFC", name.strip())
    words = [word for word in re.split(r"[\W_]+", composed) if word]
    joined = {composed, *(blank.join(words) for blank in _BLANKS)}
    cased = {case(text) for case, text in product(_CASES, joined)}
    spelled = joined | cased
    decomposed = {unicodedata.normalize("NFD", text) for text in spelled}
    around = product(("", " "), spelled | decomposed, ("", " ", ":"))
    return set(map("".join, around))


def _names_below(cells: Sequence[str], matched: MatchedTable) -> list[str]:
    """Return the columns for the cells below another header."""
    header = matched.table.header
    first = {plain_name(name): name for name in reversed(header)}
    meant = columns_in_other_words(cells, matched.schema, {})
    own = {plain_name(name): name for name in matched.names}
    own |= {plain_name(cell): name for name, cell in meant.items()}
    given = {plain_name(cell) for cell in cells}
    names = []
    for place, cell in enumerate(cells):
        plain = plain_name(cell)
        name = first.get(plain) or matched.names.get(own.get(plain, ""), cell)
        # A cell without a name keeps its column, unless that is elsewhere now.
        if not cell and place < len(header) and plain_name(header[place]) not in given:
            name = header[place]
        names.append(name)
    return unique_names(names)


def move_parts(table: TextTable, parts: Iterable[RowsBelow]) -> TextTable:
    """Move the cells below other headers into the columns of the first, by name.

    Columns that the first header lacks are added.
    """
    header = table.header
    for part in parts:
        table = _moved(table, part, header)
    return table


def _moved(table: TextTable, part: RowsBelow, header: list[str]) -> TextTable:
    """Move the cells of a part from the columns of the first header to their own."""
    rows, names, headers = part
    moved = _cells_under(table, part, header)
    columns = list(dict.fromkeys([*table.header, *moved]))
    others = table.cells.drop(rows)
    cells = pd.concat([others, moved]).reindex(columns=columns)
    cells = cells.loc[table.cells.index]
    if table.is_text:
        cells = cells.fillna("").apply(text_column)
    faults = {
        row: fault for row, fault in table.faults.items() if row not in moved.index
    }
    surplus = {
        row: cells for row, cells in table.surplus.items() if row not in moved.index
    }
    room = len(names) - len(header)
    for row in rows.intersection(list(table.faults)):
        # A row that could not be cut has no surplus, and one that fits no longer.
        beyond = table.surplus.get(row)
        if beyond is None:
            faults[row] = table.faults[row]
        elif "".join(beyond[room:]).strip():
            count = plural(len(header) + len(beyond), "cell")
            faults[row] = f"has {count} where the header above has {len(names)}"
            surplus[row] = beyond[room:]
    return replace(
        _with_places(table, set(rows), dict(zip(header, names, strict=False))),
        header=columns,
        cells=cells,
        faults=faults,
        surplus=surplus,
        other_headers=table.other_headers | headers,
    )


def _cells_under(table: TextTable, part: RowsBelow, header: list[str]) -> pd.DataFrame:
    """Return the cells of a part under their names, with those beyond the first header.

    Columns without a name and without a cell are left out.
    """
    rows, names, _ = part
    room = len(names) - len(header)
    blank = [""] * room
    beyond = [[*table.surplus.get(row, []), *blank][:room] for row in rows]
    within = table.cells.loc[rows, header]
    wide = pd.concat([within, pd.DataFrame(beyond, rows)], axis="columns")
    wide = wide.set_axis(names, axis="columns")
    texts = wide.map(as_text)
    is_filled = (texts != "").any()
    return wide[[name for name in names if name in header or is_filled[name]]]


def _with_places(
    table: TextTable, rows: set[int], names: Mapping[str, str]
) -> TextTable:
    """Return a table whose remarks on single cells have moved with these."""

    def place(row: int, column: str) -> tuple[int, str]:
        return row, names.get(column, column) if row in rows else column

    remarks = []
    for remark in table.remarks:
        _, column = place(remark.row, remark.column)
        remarks.append(remark._replace(column=column))
    moved = table.with_places_moved(
        lambda known: place(*known) if isinstance(known, tuple) else known
    )
    return replace(moved, remarks=remarks)


def with_days_of_numbers(matched: MatchedTable) -> MatchedTable:
    """Write the numbers among the days of a workbook as the days that they are.

    In a column without other days, or far from them, they may be codes of periods. In
    a format without separators, they may have lost a digit.
    """
    matched = _with_parts_shown(matched)
    table, date_format = matched.table, matched.options.date_format
    if table.first_day is None or (date_format and TOUCHING.search(date_format)):
        return matched
    cells = table.cells.copy()
    for name, column in matched.names.items():
        is_serial = table.is_in(table.serials, column)
        if kind_of(matched.schema.columns[name]) != "day" or not is_serial.any():
            continue
        others = matched.text(name)[~is_serial].astype("object").unique()
        days = read_spans(others.tolist(), date_format)["start"].dropna()
        numbers = pd.to_numeric(cells.loc[is_serial, column])
        since = pd.to_timedelta(numbers // 1, unit="D")
        serials = pd.Timestamp(table.first_day) + since
        is_near = serials.between(days.min() - _TEN_YEARS, days.max() + _TEN_YEARS)
        near = serials[is_near]
        cells.loc[near.index, column] = near.dt.strftime("%Y-%m-%d")
    return replace(matched, table=replace(table, cells=cells))


def _with_parts_shown(matched: MatchedTable) -> MatchedTable:
    """Write the days of which a workbook shows only the month or year as these.

    Spreadsheet programs make a day of what was typed as June 2019.
    """
    table = matched.table
    columns = {
        column
        for name, column in matched.names.items()
        if kind_of(matched.schema.columns[name]) == "day"
    }
    shown = {
        place: _LENGTH_SHOWN[form]
        for place, form in table.formats.items()
        if form in _LENGTH_SHOWN and place[1] in columns
    }
    if not shown:
        return matched
    cells = table.cells.copy()
    for (row, column), length in shown.items():
        cell = str(cells.at[row, column]) if row in cells.index else ""
        if _ISO_DAY.fullmatch(cell):
            cells.loc[row, column] = cell[:length]
    return replace(matched, table=replace(table, cells=cells))


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
    left_out = _files_left_out(listing.left_out)
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


def _files_left_out(names: list[str]) -> list[tuple[str, str]]:
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
        moved.append(_with_numbers_from(matched.table, columns, before))
        rows = [matched.table.header_row, *matched.table.cells.index[-1:]]
        before += (max(rows) // _SPACE + 2) * _SPACE
    table = _one_table(moved, list(header.values()))
    known = first.schema.columns
    names = {column: header[column] for column in known if column in header}
    return replace(first, table=table, names=names)


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


def _with_numbers_from(
    table: TextTable, columns: dict[str, str], before: int
) -> TextTable:
    """Give a table other names of columns, and higher numbers of rows."""

    def renumbered(place: Any) -> Any:
        if not isinstance(place, tuple):
            return place + before
        row, column = place
        return row + before, columns.get(column, column)

    remarks = []
    for remark in table.remarks:
        row, column = renumbered((remark.row, remark.column))
        remarks.append(remark._replace(row=row, column=column))
    header = list(columns.values())
    header_row = table.header_row + before
    cells = table.cells.set_axis(header, axis="columns")
    [part] = table.parts
    return replace(
        table.with_places_moved(renumbered),
        header=header,
        header_row=header_row,
        cells=cells.set_axis(table.cells.index + before, axis="index"),
        remarks=remarks,
        parts=[
            part._replace(
                before=before,
                header_row=header_row,
                columns={name: column for column, name in columns.items()},
            )
        ],
    )


def _one_table(tables: list[TextTable], header: list[str]) -> TextTable:
    is_typed = not any(table.is_text for table in tables)
    rows = np.concatenate([table.cells.index for table in tables])
    columns = {name: _column(tables, name, is_typed=is_typed) for name in header}
    cells = pd.DataFrame(columns).reindex(pd.Index(rows, name="row"))
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


def _column(tables: list[TextTable], name: str, *, is_typed: bool) -> pd.Series:
    """Return a column of several tables, as it is typed or as text; empty in others."""
    if is_typed:
        own = [table.cells[name] for table in tables if name in table.header]
        cells: pd.Series = pd.concat(own)
        return cells
    texts = []
    for table in tables:
        empty = pd.Series("", table.cells.index, dtype="object")
        texts.append(text_column(table.text(name) if name in table.header else empty))
    column: pd.Series = pd.concat(texts)
    return column
