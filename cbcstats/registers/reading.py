"""Read a register: parse every cell, check every row, and explain every rejection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.arguments import check_choice, check_source
from cbcstats.counts.periods import check_month
from cbcstats.files.dates import check_date_format
from cbcstats.files.text_table import read_text_table
from cbcstats.registers import problems as find
from cbcstats.registers.columns import (
    MatchedTable,
    check_columns,
    match_columns,
    missing_columns,
    parse_cells,
    plain_texts,
)
from cbcstats.registers.register import Register, build_register
from cbcstats.registers.schemas import schema_of
from cbcstats.tables.loaders import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandera.pandas as pa

REPEATED_ROWS: Final = ("keep", "reject")


def read_register(
    source: str | Path | pd.DataFrame,
    *,
    kind: str | None = None,
    schema: type[pa.DataFrameModel] | None = None,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    year_start: int = 7,
    sheet: str | None = None,
    repeated_rows: str = "keep",
) -> Register:
    """Read a register: parse every cell, check every row, and report every problem.

    Parameters
    ----------
    source : path or pandas.DataFrame
        CSV with any delimiter in UTF-8, UTF-16 or Windows-1252 (.csv, .tsv, .txt),
        Excel (.xlsx), Parquet, or a frame. Titles may be above the header. Files are
        read into memory, up to 512 MB.
    kind : {"missions", "beneficiaries"}, optional
        Missions, by default, need `member` and `start_date`, and may have `mission_id`,
        `end_date`, `programme`, `kind`, `status`, `experts`, `participants`,
        `female_participants`, `source`. Beneficiaries need `member` and `programme`,
        and may have `track`, `start_date`, `end_date`, `as_of`, `status`, `source`.
        Every other column is kept as it is.
    schema : subclass of MissionRegister or BeneficiaryRegister, optional
        Rules of your own, instead of `kind`.
    columns : mapping of str to str, optional
        Names of the columns in the file, such as `{"member": "Country"}`. By default,
        the same names; case, blanks and punctuation are ignored.
    date_format : str, optional
        How dates are written, such as `%d/%m/%Y`. Dates in ISO 8601, `2017-04-03`, and
        dates of Excel are always read; any other date is a problem, since 03/04/2017 is
        ambiguous.
    year_start : int
        The month in which reporting years begin, for the summary.
    sheet : str, optional
        The sheet of a workbook; by default the one that has the needed columns.
    repeated_rows : {"keep", "reject"}
        What to do with a row that repeats another in all its cells and has no id. Two
        missions can look alike, so it is kept, with a warning, by default. A repeated
        id always rejects the row.

    Returns
    -------
    Register
        With `rows`, `rejected`, `problems`, `summary` and `save_problems`.

    Raises
    ------
    DataError
        If the file cannot be read as a table, or a needed column is missing; the
        message lists the columns found.
    ArgumentError
        If an argument is not one of those that are allowed.

    Notes
    -----
    Errors reject a row: a place, date or whole number that cannot be read; a needed
    cell that is empty, `n/a` or `TBC`; days before 1952 or in the future; an end before
    its start; more women than participants; an id used in an earlier row; totals and
    repeated headers; rows that cannot be cut into cells; values that fail a check of
    the schema. Warnings do not: `n/a` and `TBC` where a cell may be empty (it is then
    missing); a place that is not a Member of the WCO on that day; a row that repeats
    another; a column with dates in two orders; bytes that are not UTF-8.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import read_register
    >>> typed = pd.DataFrame({"Country": ["Kenya", "Kenya / Uganda", "Viet Nam"],
    ...                       "Start": ["2017-04-03", "2017-05-08", "03/04/2017"]})
    >>> register = read_register(typed, columns={"member": "Country", "start_date": "Start"})
    >>> register.rows[["iso3", "start_date"]]
        iso3 start_date
    row
    2    KEN 2017-04-03
    >>> register.problems[["row", "column", "value", "problem"]]
       row   column           value                             problem
    0    3  Country  Kenya / Uganda                names several places
    1    4    Start      03/04/2017  may have the day or the month first
    """
    # Check the arguments first: reading the file may take long.
    source = check_source("source", source)
    check_month("year_start", year_start)
    check_choice("repeated_rows", repeated_rows, REPEATED_ROWS)
    check_date_format(date_format)
    rules = schema_of(kind, schema)
    called = check_columns(columns, rules)

    def is_header(cells: Sequence[str]) -> bool:
        return not missing_columns(cells, rules, called)

    table = read_text_table(source, is_header, sheet)
    matched = match_columns(table, rules, called)

    # A cell keeps only its first problem, so the order of these steps matters.
    problems = find.RegisterProblems()
    # Rows that are not entries, such as totals, are not checked any further.
    problems.close(find.rows_not_cut(table))
    problems.close(find.cells_beyond_the_header(table))
    problems.close(find.repeated_headers(matched))
    problems.close(find.totals(matched))
    problems.add(find.cells_without_result(matched))
    values = pd.DataFrame(index=table.cells.index)
    for name in matched.names:
        values[name] = _parse_column(matched, name, date_format, problems)
    problems.add(find.broken_rows(matched, values))
    reject = repeated_rows == "reject"
    problems.add(find.repeated_rows(table, values.get("mission_id"), reject=reject))
    problems.add(find.places_that_are_not_members(matched, values))
    problems.add(find.misread_cells(table))
    return build_register(matched, values, problems, year_start)


def example_register() -> Path:
    """Return the path of an invented register of 600 missions with typical faults.

    Examples
    --------
    >>> from cbcstats import example_register, read_register
    >>> called = {"member": "Country", "start_date": "Start", "end_date": "End"}
    >>> register = read_register(example_register(), columns=called, date_format="%d/%m/%Y")
    >>> register.summary["rejected"]
    54
    """
    return shipped("data") / "example_register.csv"


def _parse_column(
    matched: MatchedTable,
    name: str,
    date_format: str | None,
    problems: find.RegisterProblems,
) -> pd.Series:
    """Parse a column and check its values; invalid values become missing."""
    table, column = matched.table, matched.names[name]
    text, rule = matched.text[name], matched.schema.columns[name]
    unread = [row for row, unread_column in table.unread if unread_column == column]
    if unread:
        # These cells hold a formula, and have been reported already.
        is_unread = table.cells.index.isin(unread)
        text = plain_texts(table.text(column).mask(is_unread, ""), rule)
    values, findings = parse_cells(text, rule, date_format, matched.day_zero)
    is_missing = values.isna()
    bad = find.unreadable_cells(table, column, text[is_missing], findings)
    problems.add(bad)
    mixed = find.mixed_orders(table, column, text, rule)
    problems.add(mixed)
    broken = list(find.broken_cells(table, column, values, rule))
    problems.add(broken)
    for problem_cells in broken:
        values.loc[problem_cells.rows] = None
    return values
