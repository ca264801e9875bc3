"""Check a register: parse every cell, check every row, and explain every rejection."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cbcstats.errors import ERROR, WARNING, Finding
from cbcstats.files.text_table import Part
from cbcstats.frames import text_column
from cbcstats.places.names import accessions
from cbcstats.registers.cells import (
    distinct_texts,
    has_value,
    is_total,
    parse_cells,
    parse_days,
    plain_texts,
    severity_of,
)
from cbcstats.registers.columns import (
    BEYOND,
    MatchedTable,
    day_parts,
    plain_name,
)
from cbcstats.registers.coverage import last_days
from cbcstats.registers.problems import (
    IS_BEYOND,
    REPEATS,
    ProblemCells,
    RegisterProblems,
    damaged_cells,
    days_without_year,
    imprecise_days,
    in_cell,
    in_cells,
    in_rows,
    lonely_years,
    odd_column,
    shares_in_counts,
    unreadable_cells,
)
from cbcstats.registers.schemas import (
    PRECISION,
    PRECISIONS,
    is_free_text,
    kind_of,
    needed_columns,
    takes_several_countries,
)
from cbcstats.registers.words import NOWHERE, countries_of
from cbcstats.tables import checks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable

REPEATED_ROWS: Final = ("keep", "reject")
_NOT_CUT: Final = "put text that holds the delimiter into quotation marks"
_CLOSE: Final = "close the quotation mark after its text, or delete it"
_HEADER: Final = Finding("repeats the header", "delete the row")
_OTHER_HEADER: Final = Finding(
    "is another header, and the rows below it were read under it",
    "check them, and delete the row once they stand under the first header",
)
# What may stand below a name: (text), [number], dd/mm/yyyy, persons, e.g. Kenya.
_EXPLANATION: Final = re.compile(
    r"[(\[<{].*[)\]>}]|[dmyja]+([-/. ][dmyja]+)+|(e\.g\.|ex\.|for example).*|"
    r"units?|text|texts|string|dates?|days?|numbers?|integers?|persons|people|names?|codes?|"
    r"texte|nombre|personnes|texto|n[uú]mero|fecha|personas",
    re.IGNORECASE | re.DOTALL,
)
_UNITS: Final = Finding(
    "seems to explain the columns, and is not an entry", "delete the row"
)
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
_NEW_ID: Final = "give the mission an id of its own, or delete the row"
UNCHANGED: Final = "came back unchanged"
_CORRECT_OR_DELETE: Final = "correct the row, or delete it"
_NOT_A_MEMBER: Final = Finding(
    "is not a Member of the WCO", "check the place; it has no WCO region", WARNING
)
_NOT_YET_A_MEMBER: Final = Finding(
    "was not yet a Member of the WCO on that day",
    "check the place and the date",
    WARNING,
)


def check_rows(
    matched: MatchedTable, ids: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, RegisterProblems]:
    """Parse the cells of a register and check its rows; collect every problem.

    `ids` are those of other rows, in the columns `mission_id` and `member`.
    """
    table = matched.table
    problems = RegisterProblems()
    of_files = _split_table(matched)
    # A cell keeps only its first problem, so the order of these steps matters.
    parsed = [_check_file(own, problems) for own in of_files]
    values = _joined_values(parsed, table.cells.index)
    if PRECISION in values:
        # The days of other files may all be known exactly.
        precision = values[PRECISION].cat.set_categories(PRECISIONS).fillna("day")
        values[PRECISION] = precision.where(values["start_date"].notna())
    problems.add(_broken_rows(matched, values))
    if ids is not None:
        problems.add(_ids_of_other_rows(matched, values, ids))
    reject = matched.options.repeated_rows == "reject"
    own_ids = values.get("mission_id")
    repeated = _repeated_rows(table, own_ids, reject=reject)
    problems.add(repeated, are_entries=not reject)
    if own_ids is not None:
        # A row that repeats another, with its id, is rejected and not missing.
        same_id = own_ids[own_ids.notna() & own_ids.duplicated(keep=False)]
        problems.no_entries.update(_repeats(table, same_id.index))
    problems.add(_places_that_are_not_members(matched, values))
    for own in of_files:
        problems.add(_misread_cells(own.table))
        problems.add(_remarks(own.table))
    return values, problems


def _split_table(matched: MatchedTable) -> list[MatchedTable]:
    """Return a table of each file and sheet, with the numbers of the whole table.

    What a column proves, such as the order of day and month, holds for its file.
    """
    whole = matched.table
    tables = []
    for part, rows in whole.by_part(whole.cells.index):
        if not isinstance(part, Part):
            return [matched]
        table = whole.of_rows(rows)
        own = replace(
            table,
            header=list(part.columns),
            header_row=part.header_row,
            cells=table.cells[list(part.columns)],
            first_day=part.first_day,
            encoding=part.encoding,
            typed_header=tuple(part.columns.values()),
            parts=[],
        )
        names = {
            name: column
            for name, column in matched.names.items()
            if column in part.columns
        }
        tables.append(replace(matched, table=own, names=names))
    return tables


def _joined_values(tables: list[pd.DataFrame], rows: pd.Index) -> pd.DataFrame:
    """Put the parsed columns of several tables under each other, in an order of rows."""
    if len(tables) == 1:
        return tables[0]
    columns = {}
    for name in dict.fromkeys(name for values in tables for name in values):
        of_files = [values[name] for values in tables if name in values]
        columns[name] = _under_each_other(of_files)
    return pd.DataFrame(columns).reindex(rows)


def _under_each_other(columns: list[pd.Series]) -> pd.Series:
    first, *others = columns
    if not isinstance(first.dtype, pd.CategoricalDtype):
        together: pd.Series = pd.concat(columns)
        return together
    values = pd.api.types.union_categoricals(columns, sort_categories=True)
    index = first.index.append([column.index for column in others])
    return pd.Series(values, index)


def _check_file(matched: MatchedTable, problems: RegisterProblems) -> pd.DataFrame:
    """Parse the cells of one file or sheet, and collect the problems in them."""
    table = matched.table
    # Rows that are not entries, such as totals, are not checked any further.
    problems.close(_rows_not_cut(table))
    problems.close(_cells_beyond_the_header(table))
    problems.close(_repeated_headers(matched), are_entries=False)
    problems.close(_row_of_units(matched), are_entries=False)
    problems.close(_totals(matched), are_entries=False)
    problems.add(_cells_without_result(matched))
    problems.add(damaged_cells(matched))
    values = pd.DataFrame(index=table.cells.index)
    for name in matched.names:
        if kind_of(matched.schema.columns[name]) == "day":
            spans = _parse_day_column(matched, name, problems)
            values[name] = spans["end" if name == "end_date" else "start"]
            if name == "start_date":
                starts = spans
        else:
            values[name] = _parse_column(matched, name, problems)
    if "start_date" in values:
        problems.add(_ends_of_ranges(matched, values, starts))
    return values


def _parse_column(
    matched: MatchedTable, name: str, problems: RegisterProblems
) -> pd.Series:
    """Parse a column and check its values; invalid values become missing."""
    table, column = matched.table, matched.names[name]
    rule = matched.schema.columns[name]
    shares = list(shares_in_counts(matched, name))
    problems.add(shares)
    reported = [row for share in shares for row in share.rows]
    text = _text_to_parse(matched, name, reported)
    values, findings = parse_cells(text, rule, matched.options)
    problems.add(unreadable_cells(table, column, text[values.isna()], findings))
    odd_in = text
    if str(rule.dtype) == "category":
        # Rows that are closed, such as totals, are not entries.
        odd_in = values[~values.index.isin(problems.closed)]
        odd_in = odd_in.cat.remove_unused_categories()
    if not is_free_text(rule):
        problems.add(odd_column(matched, name, distinct_texts(odd_in)))
    broken = list(_broken_cells(table, column, values, rule))
    problems.add(broken)
    for problem_cells in broken:
        values.loc[problem_cells.rows] = None
    return values


def _parse_day_column(
    matched: MatchedTable, name: str, problems: RegisterProblems
) -> pd.DataFrame:
    """Parse a column of days and check them; return their spans, missing if invalid."""
    table, column = matched.table, matched.names[name]
    rule = matched.schema.columns[name]
    text = _text_to_parse(matched, name)
    spans, findings = parse_days(text, rule, matched.options)
    parts = day_parts(table.header) if name == "start_date" else []
    is_part = parts[:1] == [column]
    others = " and ".join(parts[1:]) if is_part else ""
    for cell, finding in findings.items():
        if others and cell:
            problem = f"{finding.problem}, read with {others} as {cell}"
            findings[cell] = finding._replace(problem=problem)
    is_end = name == "end_date"
    days = spans["end" if is_end else "start"]
    problems.add(unreadable_cells(table, column, text[days.isna()], findings))
    if is_part:
        problems.add(_read_as_start(table, column, others))
    problems.add(odd_column(matched, name, distinct_texts(matched.text(name))))
    broken = list(_broken_cells(table, column, days, rule))
    problems.add(broken)
    today = pd.Timestamp(datetime.date.today())
    problems.in_the_future.update(days.index[days > today])
    problems.add(lonely_years(table, column, days))
    problems.add(days_without_year(table, column, days))
    if name != "start_date":
        which = "last" if is_end else "first"
        precision = spans["precision"]
        problems.add(imprecise_days(table, column, days, precision, which))
    for problem_cells in broken:
        spans.loc[problem_cells.rows] = None
    return spans


def _text_to_parse(
    matched: MatchedTable, name: str, reported: Sequence[int] = ()
) -> pd.Series:
    """Return the texts of a column, without those that have been reported already."""
    table, column = matched.table, matched.names[name]
    # A formula without a result, say, shows something else than it holds.
    is_reported = table.is_in(table.unread, column)
    is_reported |= table.cells.index.isin(reported)
    text = matched.text(name)
    if not is_reported.any():
        return text
    return plain_texts(
        text_column(text).mask(is_reported, ""), matched.schema.columns[name]
    )


def _rows_not_cut(table: TextTable) -> Iterator[ProblemCells]:
    """Yield the rows that could not be cut into cells, or have too few or too many."""
    for row, fault in table.faults.items():
        cells = map(str, table.cells.loc[row])
        filled = [cell for cell in cells if cell.strip()]
        # The first filled cell shows which row it is.
        value = filled[0] if filled else ""
        is_open = "quotation mark" in fault
        finding = Finding(fault, _CLOSE if is_open else _NOT_CUT)
        yield in_cell(row, "", value, finding)


def _cells_beyond_the_header(table: TextTable) -> Iterator[ProblemCells]:
    """Yield cells still in the surplus columns of a corrected workbook."""
    for column in table.header:
        if not column.endswith(BEYOND):
            continue
        text = table.text(column)
        is_filled = text.str.strip() != ""
        yield from in_cells(table, column, is_filled, IS_BEYOND)


def _repeated_headers(matched: MatchedTable) -> Iterator[ProblemCells]:
    """Yield rows that repeat the header in all required columns."""
    table = matched.table
    typed = dict(zip(table.header, table.typed_header, strict=False))
    rows = table.cells.index
    for name in needed_columns(matched.schema):
        column = matched.names[name]
        header = plain_name(typed.get(column, column))
        text = matched.text(name)[rows]
        texts = distinct_texts(text)
        alike = [cell for cell in texts if plain_name(cell) == header]
        is_header = text.isin(alike)
        # In the next column, only these rows are compared.
        rows = rows[is_header]
    other = rows.intersection(list(matched.table.other_headers))
    column = matched.names["member"]
    yield from in_rows(matched.table, column, other, _OTHER_HEADER)
    yield from in_rows(matched.table, column, rows.difference(other), _HEADER)


def _row_of_units(matched: MatchedTable) -> Iterator[ProblemCells]:
    """Yield the first row if its cells only explain what to write below them."""
    first = matched.table.cells.index[:1]
    texts = {name: "".join(matched.text(name).loc[first]) for name in matched.names}
    filled = {name: text for name, text in texts.items() if text}
    may_explain = all(map(_EXPLANATION.fullmatch, filled.values()))
    if not filled or not may_explain:
        return
    are_values = [_is_value(matched, name, text) for name, text in filled.items()]
    if not any(are_values):
        words = ", ".join(filled.values())
        yield ProblemCells(first, "", [words], [_UNITS])


def _is_value(matched: MatchedTable, name: str, text: str) -> bool:
    """Tell whether a text is a place, day or number of its column."""
    rule = matched.schema.columns[name]
    cell = plain_texts(text_column([text]), rule)
    if kind_of(rule) == "text":
        return False
    if kind_of(rule) == "day":
        spans, _ = parse_days(cell, rule, matched.options)
        return bool(spans["start"].notna().all())
    values, _ = parse_cells(cell, rule, matched.options)
    return bool(values.notna().all())


def _totals(matched: MatchedTable) -> Iterator[ProblemCells]:
    """Yield totals, found by their member or, if that is empty, by any cell.

    A row for all Members with a day is a mission; without one, it is a total.
    """
    table = matched.table
    column = matched.names["member"]
    member = matched.text("member")
    words = [cell for cell in distinct_texts(member) if is_total(cell)]
    is_total_row = member.isin(words)
    if takes_several_countries(matched.schema.columns["member"]):
        day = matched.text("start_date")
        days = [cell for cell in distinct_texts(day) if has_value(cell)]
        all_members = [cell for cell in words if countries_of([cell]) == [NOWHERE]]
        is_total_row &= ~(member.isin(all_members) & day.isin(days))
    yield from in_cells(table, column, is_total_row, _TOTAL)
    has_no_member = member == ""
    no_member = member.index[has_no_member]
    for column in table.header:
        if no_member.empty:
            break
        text = table.text_of(no_member, column)
        texts = distinct_texts(text)
        # Here the word must come first: remarks may end in "total".
        words = [cell for cell in texts if is_total(cell, alone=True)]
        is_total_row = text.isin(words)
        yield from in_cells(table, column, is_total_row, _TOTAL)
        no_member = no_member[~is_total_row]


def _cells_without_result(matched: MatchedTable) -> Iterator[ProblemCells]:
    """Yield the cells of a workbook in which Excel shows no value."""
    table = matched.table
    severities = {}
    for name, column in matched.names.items():
        rule = matched.schema.columns[name]
        severities[column] = severity_of(rule, matched.options)
    for (row, column), problem in table.unread.items():
        # Columns that are not parsed must not reject their row.
        finding = Finding(problem, _NO_RESULT, severities.get(column, WARNING))
        cell = str(table.cells.at[row, column])
        yield in_cell(row, column, cell, finding)


def _read_as_start(
    table: TextTable, column: str, others: str
) -> Iterator[ProblemCells]:
    """Yield a warning that years, with months and days or alone, are read as starts."""
    together = f"with {others} " if others else ""
    problem = f"is read {together}as the start"
    if not others:
        problem += ", which is known to the year only"
    remedy = "name another column start_date, if there is one with days"
    finding = Finding(problem, remedy, WARNING)
    yield in_cell(table.header_row, column, column, finding)


def _ends_of_ranges(
    matched: MatchedTable, values: pd.DataFrame, spans: pd.DataFrame
) -> Iterator[ProblemCells]:
    """Add precisions, and the ends of ranges; yield ranges whose ends are wrong."""
    table, names = matched.table, matched.names
    is_read = values["start_date"].notna()
    precision = spans["precision"].where(is_read)
    if precision.isin(PRECISIONS[1:]).any():
        values[PRECISION] = pd.Categorical(precision, PRECISIONS)
    is_range = (precision == "day") & (spans["start"] < spans["end"])
    if is_range.any():
        ends = spans["end"].where(is_range)
        stated = values.get("end_date", ends)
        values["end_date"] = stated.fillna(ends)
        is_other = is_range & (values["end_date"] != ends)
        of_ends = names.get("end_date", "end_date")
        problem = f"ends on another day than {of_ends}"
        finding = Finding(problem, "correct one of the two")
        yield from in_cells(table, names["start_date"], is_other, finding)
    if "end_date" in values and "end_date" not in names:
        rule = matched.schema.columns["end_date"]
        ends = values["end_date"]
        yield from _broken_cells(table, names["start_date"], ends, rule)


def _broken_cells(
    table: TextTable, column: str, values: pd.Series, rule: pa.Column
) -> Iterator[ProblemCells]:
    """Yield the cells whose value fails a check of their column."""
    for rows, check in checks.broken_values(values, rule):
        as_typed = table.text_of(rows, column)
        cells = as_typed.to_numpy(dtype=object)
        # Explain each distinct text once: finding the nearest word is slow.
        finding_of = {}
        for cell in set(cells):
            finding_of[cell] = checks.explain_value(check, rule, cell.strip())
        findings = [finding_of[cell] for cell in cells]
        yield ProblemCells(rows, column, cells, findings)


def _broken_rows(matched: MatchedTable, values: pd.DataFrame) -> Iterator[ProblemCells]:
    """Yield the rows that fail a check of the schema."""
    table = matched.table
    names = matched.names
    schema = matched.schema
    # A check may use a column of the schema that the file does not have.
    every_column = checks.empty_columns(schema, values)
    for check in schema.checks:
        rows = checks.rows_that_fail(check, every_column)
        finding = checks.explain_row(check)
        name = checks.column_of(check, schema)
        # If the file lacks the column, report the whole row.
        column = names.get(name, "")
        yield from in_rows(table, column, rows, finding)


def _repeated_rows(
    table: TextTable, ids: pd.Series | None, *, reject: bool
) -> Iterator[ProblemCells]:
    """Yield the rows that repeat another one in all cells and have no id."""
    severity = ERROR if reject else WARNING
    remedy = "delete one of them, or give each an id if both are meant"
    finding = Finding(REPEATS, remedy, severity)
    rows = table.cells.index
    if ids is not None:
        rows = rows[ids.isna()]
    if rows.empty:
        return
    yield from in_rows(table, "", _repeats(table, rows), finding)


def _repeats(table: TextTable, rows: pd.Index) -> pd.Index:
    """Return the rows that repeat an earlier one in all cells."""
    # Compare all columns of the file: remarks can distinguish two missions.
    texts = {column: table.text_of(rows, column) for column in table.header}
    return rows[pd.DataFrame(texts, index=rows).duplicated()]


def _places_that_are_not_members(
    matched: MatchedTable, values: pd.DataFrame
) -> Iterator[ProblemCells]:
    """Yield places that are not Members, or were not when the mission began."""
    table = matched.table
    column = matched.names["member"]
    place = values["member"].cat
    # Of several countries, the last one to join counts.
    listed = place.categories.to_series().str.split().explode()
    of_countries = accessions().reindex(listed)
    by_place = of_countries.groupby(listed.index, sort=False)
    joined = by_place.max().where(by_place.count() == by_place.size())
    # Look up by category code: there are far fewer places than rows. A missing place
    # has the code -1, which selects the NaT at the end.
    days = np.append(joined.reindex(place.categories).to_numpy(), np.datetime64("NaT"))
    joined_on = days[place.codes]
    is_place = values["member"].notna() & (values["member"] != NOWHERE)
    never = is_place & np.isnat(joined_on)
    yield from in_cells(table, column, never, _NOT_A_MEMBER)
    if "start_date" in values:
        starts = values["start_date"]
        # Of a year, the last day decides.
        if PRECISION in values:
            starts = last_days(starts, values[PRECISION])
        not_yet = starts < joined_on
        yield from in_cells(table, column, not_yet, _NOT_YET_A_MEMBER)


def _ids_of_other_rows(
    matched: MatchedTable, values: pd.DataFrame, ids: pd.DataFrame
) -> Iterator[ProblemCells]:
    """Yield the ids of a workbook that came back which rows that passed have already.

    `ids` has the columns `mission_id` and `member` of these rows.
    """
    if "mission_id" not in values or ids.empty:
        return
    row_of = pd.Series(ids.index, index=ids["mission_id"])
    row_of = row_of[~row_of.index.duplicated()]
    # Before the rows of the workbook, and with numbers that none of them has.
    passed = ids.set_axis(-ids.index, axis="index")
    known = values.astype({"member": "object"})
    both = checks.empty_columns(matched.schema, pd.concat([passed, known]))
    both["member"] = both["member"].astype("category")
    for check in matched.schema.checks:
        if checks.column_of(check, matched.schema) != "mission_id":
            continue
        rows = checks.rows_that_fail(check, both).intersection(values.index)
        for mission_id in values.loc[rows, "mission_id"].unique():
            if mission_id not in row_of:
                continue
            finding = Finding(
                f"is already the id of row {row_of[mission_id]} of the register",
                _NEW_ID,
            )
            repeated = rows[values.loc[rows, "mission_id"] == mission_id]
            column = matched.names["mission_id"]
            yield from in_rows(matched.table, column, repeated, finding)


def check_returned(
    matched: MatchedTable, unchanged: pd.Series, problems: RegisterProblems
) -> None:
    """Reject the rows of a workbook that came back as they went."""
    problems.add(_formulas_as_text(matched))
    problems.add(_unchanged_rows(unchanged, problems))


def _formulas_as_text(matched: MatchedTable) -> Iterator[ProblemCells]:
    """Yield formulas without a result, which `save_problems` hands back as text."""
    finding = Finding("is the text of a formula", _NO_RESULT)
    for name, column in matched.names.items():
        text = matched.text(name)
        is_formula = text.str.startswith("=").astype(bool)
        yield from in_cells(matched.table, column, is_formula, finding)


def _unchanged_rows(
    unchanged: pd.Series, problems: RegisterProblems
) -> Iterator[ProblemCells]:
    """Yield the rows that came back as they went, unless they have an error anyway."""
    rejected = list(problems.rejected_rows())
    others = unchanged.drop(rejected, errors="ignore")
    for row, wrong in others.items():
        problem = f"{UNCHANGED}, and was rejected: {wrong}"
        finding = Finding(problem, _CORRECT_OR_DELETE)
        yield in_cell(row, "", "", finding)


def _misread_cells(table: TextTable) -> Iterator[ProblemCells]:
    """Yield the cells in a different encoding from the rest of the file."""
    # If the whole file is Windows-1252, its encoding is not ambiguous.
    if table.encoding != "mixed":
        return
    for place, word in table.not_utf8.items():
        yield in_cell(*place, word, _NOT_UTF_8)


def _remarks(table: TextTable) -> Iterator[ProblemCells]:
    """Yield what was found when the file was read, such as hidden rows."""
    rows = {table.header_row, *table.cells.index}
    for row, column, cell, *finding in table.remarks:
        # A corrected register is checked without some of its rows.
        if row in rows:
            yield in_cell(row, column, cell, Finding(*finding))
