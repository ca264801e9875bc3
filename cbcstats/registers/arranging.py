"""Arrange a table before it is checked: rows below a header, columns to leave out.

A header holds for the rows below it, up to the next one. The cells below one with its
columns in another order are moved into the columns of the first.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import pairwise, product
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.errors import ERROR, WARNING, Finding, Problem, plural
from cbcstats.files.dates import TOUCHING, is_date_like
from cbcstats.files.sources import unique_names
from cbcstats.files.spans import read_spans
from cbcstats.files.text_table import rows_of
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
    with_texts,
)
from cbcstats.registers.schemas import kind_of, needed_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable

_FIRST_ROWS: Final = 3  # in which tags may be, below a row of units, say
# What may be between the words of a name.
_BLANKS: Final = ("", " ", "_", "-", "\N{NO-BREAK SPACE}")
# Characters of an ISO day of which only the month or the year is shown.
_LENGTH_SHOWN: Final = {"month": 7, "year": 4}
_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TEN_YEARS: Final = pd.Timedelta(days=3653)


class Part(NamedTuple):
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
    faults = {row: fault for row, fault in table.faults.items() if row not in short}
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
        text = matched.text[name].drop(rows_of(table.unread, column))
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


def parts_in_another_order(matched: MatchedTable) -> list[Part]:
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
    return [
        Part(
            pd.Index(np.concatenate(of_part)), list(names), {own[0] for own in of_part}
        )
        for names, of_part in parts.items()
    ]


def _rows_that_name(matched: MatchedTable) -> pd.Index:
    """Return the rows in which each of the needed columns is named by some cell."""
    table = matched.table
    rows = table.cells.select_dtypes(["object", "str"])
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
            is_named |= cells.isin(spellings).to_numpy(bool)
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
    joined = {blank.join(words) for blank in _BLANKS} | {composed}
    cases = (str.lower, str.upper, str.title, str.capitalize)
    spelled = joined | {case(text) for case, text in product(cases, joined)}
    spelled |= {unicodedata.normalize("NFD", text) for text in spelled}
    ends = ("", " ", ":")
    around = product(("", " "), spelled, ends)
    return {before + text + after for before, text, after in around}


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


def move_parts(table: TextTable, parts: Iterable[Part]) -> TextTable:
    """Move the cells below other headers into the columns of the first, by name.

    Columns that the first header lacks are added.
    """
    header = table.header
    for part in parts:
        table = _moved(table, part, header)
    return table


def _moved(table: TextTable, part: Part, header: list[str]) -> TextTable:
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


def _cells_under(table: TextTable, part: Part, header: list[str]) -> pd.DataFrame:
    """Return the cells of a part under their names, with those beyond the first header.

    Columns without a name and without a cell are left out.
    """
    room = len(part.names) - len(header)
    blank = [""] * room
    beyond = [[*table.surplus.get(row, []), *blank][:room] for row in part.rows]
    wide = pd.concat(
        [table.cells.loc[part.rows, header], pd.DataFrame(beyond, part.rows)],
        axis="columns",
    )
    wide = wide.set_axis(part.names, axis="columns")
    is_filled = (wide.map(as_text) != "").any()
    return wide.loc[:, [name in header or is_filled[name] for name in part.names]]


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
        is_serial = cells.index.isin(rows_of(table.serials, column))
        if kind_of(matched.schema.columns[name]) != "day" or not is_serial.any():
            continue
        others = matched.text[name][~is_serial].astype("object").unique()
        days = read_spans(others.tolist(), date_format)["start"].dropna()
        numbers = pd.to_numeric(cells.loc[is_serial, column])
        since = pd.to_timedelta(numbers // 1, unit="D")
        serials = pd.Timestamp(table.first_day) + since
        is_near = serials.between(days.min() - _TEN_YEARS, days.max() + _TEN_YEARS)
        near = serials[is_near]
        cells.loc[near.index, column] = near.dt.strftime("%Y-%m-%d")
    table = replace(table, cells=cells)
    return with_texts(table, matched.schema, matched.names, matched.options)


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
    table = replace(table, cells=cells)
    return with_texts(table, matched.schema, matched.names, matched.options)
