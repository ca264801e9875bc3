"""Read a register: parse every cell, check every row, and keep what fails with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.arguments import check_choice, check_source
from cbcstats.counts.periods import check_month
from cbcstats.errors import ERROR, WARNING, ArgumentError, Finding, Problem, Problems
from cbcstats.files.dates import check_date_format, first_of_each_order, serials_as_days
from cbcstats.files.text_table import free_name, read_text_table
from cbcstats.frames import text_column
from cbcstats.places.members import accessions, wco_region
from cbcstats.registers.columns import (
    check_columns,
    columns_of_file,
    match_columns,
    missing_columns,
)
from cbcstats.registers.corrections import TO_CORRECT
from cbcstats.registers.entries import (
    BEYOND,
    cells_beyond,
    repeated_headers,
    repeats_of_rows,
    totals,
    uncut_rows,
)
from cbcstats.registers.parsing import DateReading, kind_of, parse_cells
from cbcstats.registers.register import REASONS, Register, summarise
from cbcstats.registers.schemas import KINDS
from cbcstats.tables import checks
from cbcstats.tables.codelists import WCO_REGIONS
from cbcstats.tables.loaders import shipped
from cbcstats.tables.parsing import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable

REPEATED_ROWS: Final = ("keep", "reject")
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
    """Read a register of your own: parse every cell, check every row, and lose nothing.

    Parameters
    ----------
    source : path or pandas.DataFrame
        CSV with any delimiter in UTF-8, UTF-16 or Windows-1252 (.csv, .tsv, .txt), Excel (.xlsx),
        Parquet, or a frame. Titles may be above the header. Files are read into memory, up to
        512 MB.
    kind : {"missions", "beneficiaries"}, optional
        Missions, by default, need `member` and `start_date`, and may have `mission_id`,
        `end_date`, `programme`, `kind`, `status`, `experts`, `participants`,
        `female_participants`, `source`. Beneficiaries need `member` and `programme`, and may have
        `track`, `start_date`, `end_date`, `as_of`, `status`, `source`. Every other column is kept
        as it is.
    schema : subclass of MissionRegister or BeneficiaryRegister, optional
        Rules of your own, instead of `kind`.
    columns : mapping of str to str, optional
        Which columns of the file these are, `{"member": "Country"}`. By default those of the same
        name; case, blanks and punctuation make no difference.
    date_format : str, optional
        How dates are written, such as `%d/%m/%Y`. Dates in ISO 8601, `2017-04-03`, and dates of
        Excel are always read; any other one is a problem, since 03/04/2017 may be either of two
        days.
    year_start : int
        The month in which reporting years begin, for the summary.
    sheet : str, optional
        The sheet of a workbook; by default the one that has the needed columns.
    repeated_rows : {"keep", "reject"}
        What to do with a row that repeats another in all its cells and has no id. Two missions can
        look alike, so it is kept, with a warning, by default. A repeated id always rejects the row.

    Returns
    -------
    Register
        With `rows`, `rejected`, `problems`, `summary` and `save_problems`.

    Raises
    ------
    DataError
        If the file cannot be read as a table, or a needed column is missing; the message lists the
        columns found.
    ArgumentError
        If an argument is not one of those that are allowed.

    Notes
    -----
    Errors reject a row: a place, date or whole number that cannot be read; a needed cell that is
    empty, `n/a` or `TBC`; days before 1952 or in the future; an end before its start; more women
    than participants; an id that is used above; totals and repeated headers; rows that cannot be
    cut into cells; whatever breaks a check of the schema. Warnings do not: `n/a` and `TBC` where a
    cell may be empty (it is then missing); a place that is not a Member of the WCO on that day; a
    row that repeats another; a column with dates in two orders; bytes that are not UTF-8.

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
    source = check_source("source", source)
    check_month("year_start", year_start)
    check_choice("repeated_rows", repeated_rows, REPEATED_ROWS)
    check_date_format(date_format)
    rules = _schema(kind, schema)
    called = check_columns(columns, rules)
    table = read_text_table(
        source, lambda cells: not missing_columns(cells, rules, called), sheet
    )
    names = match_columns(table, rules, called)
    # Cells that were handed back are text, so that a number among them is not a serial number.
    dates = DateReading(
        date_format, None if TO_CORRECT in table.header else table.first_day
    )

    text = {name: table.text(column).str.strip() for name, column in names.items()}
    needed = [name for name in columns_of_file(rules) if rules.columns[name].required]
    problems = Problems()
    problems.close(uncut_rows(table))
    problems.close(cells_beyond(table))
    problems.close(repeated_headers(table, text, names, needed))
    problems.close(totals(table, text["member"], names["member"]))
    problems.add(_cells_without_result(table, names))
    values = pd.DataFrame(index=table.cells.index)
    for name, column in names.items():
        values[name] = _parse(name, column, table, text[name], rules, dates, problems)
    every_column = checks.empty_columns(rules, values)
    problems.add(_broken_rows(table, names, every_column, rules))
    ids = values.get("mission_id")
    problems.add(repeats_of_rows(table, ids, reject=repeated_rows == "reject"))
    problems.add(_places_that_are_not_members(table, names["member"], values))
    problems.add(_misread_cells(table))

    found = problems.in_order(table.header)
    rejected = problems.closed | {
        problem.row for problem in found if problem.severity == ERROR
    }
    passed = values.index[~values.index.isin(list(rejected))]
    failed = values.index[values.index.isin(list(rejected))]
    return summarise(
        table.name,
        _typed_rows(table, names, text, values.loc[passed], rules),
        _rejected_rows(table, names, failed, found, values, dates),
        found,
        year_start,
    )


def example_register() -> Path:
    """Return the path of an invented register: 600 missions with the faults that such files have.

    Examples
    --------
    >>> from cbcstats import example_register, read_register
    >>> called = {"member": "Country", "start_date": "Start", "end_date": "End"}
    >>> register = read_register(example_register(), columns=called, date_format="%d/%m/%Y")
    >>> register.summary["rejected"]
    54
    """
    return shipped("data") / "example_register.csv"


def _schema(
    kind: str | None, schema: type[pa.DataFrameModel] | None
) -> pa.DataFrameSchema:
    if schema is None:
        kind = check_choice("kind", "missions" if kind is None else kind, tuple(KINDS))
        return KINDS[kind].to_schema()
    if kind is not None:
        raise ArgumentError("`kind` and `schema` say the same; give one of them")
    is_model = isinstance(schema, type) and issubclass(schema, tuple(KINDS.values()))
    if not is_model:
        raise ArgumentError(
            "`schema` must be a subclass of MissionRegister or BeneficiaryRegister, "
            f"but {schema!r} was given"
        )
    return schema.to_schema()


def _parse(
    name: str,
    column: str,
    table: TextTable,
    text: pd.Series,
    rules: pa.DataFrameSchema,
    dates: DateReading,
    problems: Problems,
) -> pd.Series:
    """Parse a column, check its values, and add what is wrong to the problems."""
    rule = rules.columns[name]
    unread = [row for row, unread_column in table.unread if unread_column == column]
    text = text.where(~text.index.isin(unread), "") if unread else text
    values, findings = parse_cells(text, rule, dates)
    bad = text[text.isin(list(findings))]
    typed = table.text_of(bad.index, column)
    problems.add(
        Problem(row, column, cell, *findings[plain])
        for row, cell, plain in zip(bad.index, typed, bad, strict=True)
    )
    if kind_of(rule) == DAY:
        problems.add(_mixed_orders(table, column, text))
    for rows, check in checks.broken_values(values, rule):
        problems.add(
            Problem(row, column, cell, *checks.explain_value(check, rule, cell.strip()))
            for row, cell in table.rows_with_text(rows, column)
        )
        values = values.mask(values.index.isin(rows))
    return values


def _mixed_orders(table: TextTable, column: str, text: pd.Series) -> Iterator[Problem]:
    day_first, month_first = first_of_each_order(text.unique())
    if day_first and month_first:
        yield Problem(
            table.header_row, column, f"{day_first} and {month_first}", *_MIXED_ORDERS
        )


def _cells_without_result(
    table: TextTable, names: Mapping[str, str]
) -> Iterator[Problem]:
    for (row, column), problem in table.unread.items():
        severity = ERROR if column in names.values() else WARNING
        yield Problem(
            row, column, str(table.cells.at[row, column]), problem, _NO_RESULT, severity
        )


def _misread_cells(table: TextTable) -> Iterator[Problem]:
    if table.encoding == "mixed":  # where all is Windows-1252, nothing is in doubt
        for (row, column), word in table.not_utf8.items():
            yield Problem(row, column, word, *_NOT_UTF_8)


def _broken_rows(
    table: TextTable,
    names: Mapping[str, str],
    values: pd.DataFrame,
    rules: pa.DataFrameSchema,
) -> Iterator[Problem]:
    """Yield the rows that break a check of the schema; columns that the file lacks are empty."""
    for check in rules.checks:
        column = names.get(checks.column_of(check, rules), "")
        rows = checks.rows_that_fail(check, values)
        finding = checks.explain_row(check)
        if not column:
            yield from (Problem(row, "", "", *finding) for row in rows)
            continue
        for row, cell in table.rows_with_text(rows, column):
            yield Problem(row, column, cell, *finding)


def _places_that_are_not_members(
    table: TextTable, column: str, values: pd.DataFrame
) -> Iterator[Problem]:
    joined = values["member"].astype("object").map(accessions())
    never = values["member"].notna() & joined.isna()
    not_yet = pd.Series(False, index=values.index)
    if "start_date" in values:
        not_yet = joined > values["start_date"]
    for holds, finding in ((never, _NOT_A_MEMBER), (not_yet, _NOT_YET_A_MEMBER)):
        for row, cell in table.rows_with_text(values.index[holds], column):
            yield Problem(row, column, cell, *finding)


def _typed_rows(
    table: TextTable,
    names: Mapping[str, str],
    text: Mapping[str, pd.Series],
    values: pd.DataFrame,
    rules: pa.DataFrameSchema,
) -> pd.DataFrame:
    """Return the rows that passed, in the order of columns of the file."""
    of_column = {column: name for name, column in names.items()}
    rows: dict[str, Any] = {}
    for column in table.header:
        name = of_column.get(column)
        if name == "member":
            rows["member"] = text["member"][values.index].astype("category")
            rows["iso3"] = values["member"].cat.remove_unused_categories()
            rows["wco_region"] = _regions(rows["iso3"])
        elif name:
            rows[name] = _as_dtype(values[name], str(rules.columns[name].dtype))
        elif column != TO_CORRECT and not column.endswith(BEYOND):
            free = free_name(column, {*rows, *rules.columns})
            rows[free] = table.cells.loc[values.index, column]
    return pd.DataFrame(rows).rename_axis("row")


def _regions(iso3: pd.Series) -> pd.Series:
    """Return the regions of places, in the order of the WCO."""
    codes = iso3.cat.categories
    region_of = dict(zip(codes, wco_region(codes.to_series()), strict=True))
    regions = iso3.map(region_of)
    present = set(regions.dropna().unique())
    known = [region for region in WCO_REGIONS if region in present]
    return regions.astype(pd.CategoricalDtype(known))


def _as_dtype(values: pd.Series, dtype: str) -> pd.Series:
    """Return the values in the dtype that the schema asks for; text and days have it."""
    if dtype == "category":
        return values.cat.remove_unused_categories()
    is_number = dtype.lower().startswith(("int", "uint", "float")) or dtype == "bool"
    return values.astype(pd.api.types.pandas_dtype(dtype)) if is_number else values


def _rejected_rows(
    table: TextTable,
    names: Mapping[str, str],
    rows: pd.Index,
    problems: list[Problem],
    values: pd.DataFrame,
    dates: DateReading,
) -> pd.DataFrame:
    """Return the rows that did not pass, as typed, with cells beyond the header and the reasons.

    A serial number of a workbook is the day that it is read as, which no text would be.
    """
    known = set(names.values())
    days = {column for name, column in names.items() if values[name].dtype.kind == "M"}
    rejected: dict[str, Any] = {}
    for column in table.header:
        if column == TO_CORRECT:
            continue
        is_known = column in known
        cells = (
            table.text_of(rows, column) if is_known else table.cells.loc[rows, column]
        )
        free = free_name(column, {*rejected, REASONS})
        rejected[free] = (
            serials_as_days(cells, dates.day_zero) if column in days else cells
        )
    surplus = [table.surplus.get(row, []) for row in rows]
    for place in range(max(map(len, surplus), default=0)):
        beyond = [cells[place] if place < len(cells) else "" for cells in surplus]
        name = free_name(f"column {len(table.header) + place + 1}{BEYOND}", rejected)
        rejected[name] = text_column(beyond, rows)
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        if problem.severity == ERROR:
            where = f"{problem.column}: " if problem.column else ""
            reasons.setdefault(problem.row, []).append(f"{where}{problem.problem}")
    rejected[REASONS] = text_column(["; ".join(reasons[row]) for row in rows], rows)
    return pd.DataFrame(rejected, index=rows).rename_axis("row")
