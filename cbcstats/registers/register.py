"""Read a register, and what comes of it: passed and rejected rows, problems, summary.

`save_problems` writes the rejected rows to a workbook, for their author to correct;
`corrected` puts them in their places when it comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final

from cbcstats.arguments import (
    check_choice,
    check_file_to_write,
    check_flag,
    check_names,
    check_path,
    check_sources,
)
from cbcstats.counts.periods import check_month
from cbcstats.errors import ArgumentError, plural
from cbcstats.files.dates import check_date_format
from cbcstats.files.delimited import check_encoding
from cbcstats.files.text_table import read_text_tables
from cbcstats.places.names import check_places
from cbcstats.registers.arranging import (
    fill_and_skip,
    is_of_several,
    join_tables,
    leave_out_unreadable,
    move_parts,
    parts_in_another_order,
    read_tables,
    with_days_of_numbers,
)
from cbcstats.registers.building import (
    IN_YEAR,
    register_fields,
    with_numbers,
    with_places,
)
from cbcstats.registers.checking import REPEATED_ROWS, check_returned, check_rows
from cbcstats.registers.columns import (
    Options,
    check_columns,
    columns_in_other_words,
    match_columns,
    missing_columns,
)
from cbcstats.registers.corrections import put_in_place
from cbcstats.registers.corrections_workbook import (
    came_back_unchanged,
    passed_ids,
    take_apart,
    write_corrections,
)
from cbcstats.registers.coverage import check_covers
from cbcstats.registers.schemas import schema_of
from cbcstats.tables.loaders import shipped

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable
    from cbcstats.registers.columns import MatchedTable

_SHOWN: Final = 5  # kinds of problems in the text of a register


@dataclass(frozen=True)
class Reading:
    """How a register was read, so that its corrected rows are read in the same way.

    Attributes
    ----------
    table : TextTable
        All rows as typed.
    schema : pandera.DataFrameSchema
        The rules of the register.
    names : dict of str to str
        For each column of the schema that the file has, its name in the file.
    dtypes : Series
        The dtype of each column of the table.
    options : Options
        How its cells are read.
    values : DataFrame
        The parsed columns of all rows.
    ids : DataFrame
        If the register is a workbook that came back: the ids of rows that had passed
        before, in the columns `mission_id` and `member`.
    known : frozenset of (int, str)
        Rows of earlier readings with their fingerprints: a workbook that was saved
        before some rows were corrected still belongs to this register.
    added : dict of str to int
        The rows that were added in workbooks, by their fingerprints.
    """

    table: TextTable
    schema: pa.DataFrameSchema
    names: dict[str, str]
    dtypes: pd.Series
    options: Options
    values: pd.DataFrame
    ids: pd.DataFrame | None = None
    known: frozenset[tuple[int, str]] = frozenset()
    added: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, repr=False, eq=False)
class Register:
    """A register after reading: every row is kept, every faulty cell is reported.

    Attributes
    ----------
    name : str
        The name of the file, and the sheet of a workbook. If there are several: the
        folder, or what their names have in common, and how many there are.
    rows : pandas.DataFrame
        The rows that passed, ready for `count_missions`, or for `count_beneficiaries`
        if these are beneficiaries, in file order, with the
        columns and dtypes of `MissionRegister` or `BeneficiaryRegister`, `iso3` and
        `wco_region` added, `start_precision` where starts are known to the month or
        year only, and every other column as it is: text in CSV and Excel. The
        index is the row as a spreadsheet numbers it; `source` in the `attrs` is the
        source id of their counts: the file name without blanks, and the sheet of a
        workbook after `#`. If the register is in several files or sheets, the row is
        that of its sheet, and the first columns are `file` and `sheet`.
    rejected : pandas.DataFrame
        The rows that did not pass, as typed, under the header of the file, with the
        same index and a last column `reasons`; cells beyond the header are in columns
        such as `column 12 (beyond the header)`. Each row of the file is in `rows` or in
        `rejected`, except blank rows. If a column of the file has the same name as an
        added one, here or in `rows`, ` (as typed)` is appended to its name.
    problems : pandas.DataFrame
        One line for each bad cell, in file order: `row` (int64), `column` (of the file;
        empty for a whole row), `value` as typed, `problem`, `remedy`, `severity`: an
        `error` rejects its row, a `warning` does not; and `file` and `sheet`, if the
        register is in several.
    summary : pandas.Series
        How many files and sheets there are, if several; how many rows were read,
        passed, were rejected, have warnings; how many errors and warnings there are;
        how many missions have no country, or several; how many are cancelled, postponed
        or planned; the month in which reporting years begin; the first and the last
        day; how many rows start in each reporting year.
    partly_read : pandas.DataFrame
        The rejected rows that may be missions, as far as they could be read, in the
        columns of `rows`: `?` for a text and missing for a day or a number that could
        not be read. `count_missions` counts them as missing.
    covers : tuple of two days, or None
        What the register covers, as given to `read_register`.
    year_start : int
        The month in which its reporting years begin.
    """

    name: str
    rows: pd.DataFrame
    rejected: pd.DataFrame
    problems: pd.DataFrame
    summary: pd.Series
    partly_read: pd.DataFrame
    covers: tuple[Any, Any] | None = None
    year_start: int = 7
    _reading: Reading | None = None

    def save_problems(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write rejected rows to a workbook, with faulty cells marked and explained.

        It opens on the rows as typed, under the header of the file. To their right are
        the column `row`, the row in the register, with its file and sheet if there are
        several, and what to correct. A second sheet lists the ids that are taken. When
        the workbook comes back, `corrected` puts its rows in their places.
        `read_register`, with the same arguments, reads the workbook alone. A row that
        comes back unchanged is rejected again.

        Parameters
        ----------
        path : path
            A file that ends in .xlsx; missing folders are created.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ArgumentError
            If the file exists, ends in something else, or there are more rows than a
            sheet holds.
        """
        path = check_file_to_write("path", path)
        overwrite = check_flag("overwrite", overwrite)
        reading = self._how()
        register = with_numbers(self, reading.table)
        return write_corrections(path, register, reading, overwrite=overwrite)

    def corrected(self, path: str | Path) -> Register:
        """Return the register with the corrected rows of a workbook in their places.

        The workbook is one of `save_problems` that came back. It is read as the
        register was: columns, date format and rules need not be given again. Neither
        this register nor a file is changed, and workbooks of several authors can be
        put in one after the other: `register.corrected(a).corrected(b)`.

        Parameters
        ----------
        path : path
            The workbook. Its author may sort it, and leave out or add columns to the
            right.

        Returns
        -------
        Register
            Every row of this register once, in file order: in `rows` those that had
            passed, unchanged, and those that now pass; in `rejected` the others. Its
            `problems` are what is still wrong, and the warnings of rows that had
            passed.

        Raises
        ------
        DataError
            If the file cannot be read, or is not a workbook of this register.

        Notes
        -----
        A row stays rejected, with the reason, if it is still wrong, came back
        unchanged, did not come back, or came back twice. If an id is used twice, the
        corrected row is rejected, never one that had passed. A row without a number was
        added, such as one for each of several places: it gets a number after the last
        row of the file (of the last one, if there are several and it names none), and
        is rejected if it repeats another row in all its cells. A
        number that no rejected row has is a problem of the header row, and its row is
        left out.

        Examples
        --------
        >>> import tempfile
        >>> import pandas as pd
        >>> from cbcstats import read_register
        >>> typed = pd.DataFrame({"member": ["Kenya", "Togo"],
        ...                       "start_date": ["2017-04-03", "soon"]})
        >>> register = read_register(typed)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = register.save_problems(f"{folder}/to_correct.xlsx")
        ...     print(register.corrected(path))  # nobody has corrected it yet
        the frame: 2 rows read, 1 passed, 1 rejected
                1  error: start_date is not a date
        All of them: .problems; the rows: .rejected; a workbook to hand back: .save_problems(path)
        """
        path = check_path("path", path)
        return put_in_place(self, self._how(), path)

    def _how(self) -> Reading:
        if self._reading is None:
            raise ArgumentError(
                "this register was put together by hand; read it with read_register"
            )
        return self._reading

    def __repr__(self) -> str:
        """Return a short summary: how many rows passed, and the main problems."""
        if self.problems.empty:
            return self.in_words()
        rest = _where_the_rest_is("", "")
        return f"{self.in_words()}\n{rest}"

    def in_words(self) -> str:
        """Summarise how many rows passed, and the most frequent problems."""
        text = self._in_one_line()
        frequent = self._most_frequent()
        for problem, count in frequent:
            text += f"\n  {count:>7,}  {problem}"
        return text

    def _repr_html_(self) -> str:
        line = escape(self._in_one_line())
        html = f"<p><strong>{line}</strong></p>"
        years = []
        for name, count in self.summary.items():
            label = str(name)
            if label.startswith(IN_YEAR):
                year = label.removeprefix(IN_YEAR)
                years.append(f"{year}: {count:,}")
        if years:
            listed = escape(", ".join(years))
            html += f"<p>Rows that start in {listed}</p>"
        if self.problems.empty:
            return html
        html += self._problems_table()
        rest = _where_the_rest_is("<code>", "</code>")
        return f"{html}<p>{rest}</p>"

    def _problems_table(self) -> str:
        head = (
            '<tr><th scope="col">cells</th>'
            '<th scope="col">most frequent problems</th></tr>'
        )
        body = ""
        for problem, count in self._most_frequent():
            body += f"<tr><td style='text-align:right'>{count:,}</td>"
            body += f"<td style='text-align:left'>{escape(problem)}</td></tr>"
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"

    def _in_one_line(self) -> str:
        summary = self.summary
        count = summary["rows read"]
        passed = summary["passed"]
        rejected = summary["rejected"]
        warned = summary["with warnings"]
        read = plural(count, "row")
        warnings = ""
        if warned:
            warnings = f"; {warned:,} passed with warnings"
        return (
            f"{self.name}: {read} read, "
            f"{passed:,} passed, {rejected:,} rejected{warnings}"
        )

    def _most_frequent(self) -> list[tuple[str, int]]:
        kinds = ["severity", "column", "problem"]
        groups = self.problems.groupby(kinds, sort=False)
        sizes = groups.size()
        # A stable sort keeps equally frequent problems in file order.
        sizes = sizes.sort_values(ascending=False, kind="stable")
        # Errors first, since they reject rows.
        sizes = sizes.sort_index(level="severity", kind="stable", sort_remaining=False)
        frequent = []
        first = sizes.head(_SHOWN)
        kind: Any
        for kind, count in first.items():
            severity, column, problem = kind
            # A problem of a whole row has no column.
            if column:
                problem = f"{column} {problem}"
            words = f"{severity}: {problem}"
            frequent.append((words, count))
        return frequent


def _where_the_rest_is(before: str, after: str) -> str:
    """Explain how to see all problems; `before` and `after` mark code."""
    return (
        f"All of them: {before}.problems{after}; "
        f"the rows: {before}.rejected{after}; "
        f"a workbook to hand back: {before}.save_problems(path){after}"
    )


def read_register(
    source: str | Path | Sequence[str | Path] | pd.DataFrame,
    *,
    kind: str | None = None,
    schema: type[pa.DataFrameModel] | None = None,
    columns: Mapping[str, str | None] | None = None,
    date_format: str | None = None,
    year_start: int | str = 7,
    sheet: str | Sequence[str] | None = None,
    encoding: str | None = None,
    no_country: str | Collection[str] = (),
    places: Mapping[str, str] | None = None,
    strict: bool = False,
    covers: tuple[Any, Any] | None = None,
    repeated_rows: str = "keep",
) -> Register:
    """Read a register: parse every cell, check every row, and report every problem.

    Parameters
    ----------
    source : path, list of paths, or pandas.DataFrame
        CSV with any delimiter (.csv, .tsv, .txt), Excel (.xlsx, .xlsm, .xls, .xlsb),
        OpenDocument (.ods), Parquet, or a frame. Titles may be above the header, and
        tags of HXL below it; a table further down is read under its own header. Merged
        cells hold for each of their rows and columns, but a merged number only for the
        first. Files are read into memory, up to 512 MB. A workbook of `save_problems`
        that came back is known: its rows pass only if they were corrected. Several
        files are one register: a list, a folder, or a pattern such as
        `missions_2023_*.csv`. Their headers may differ in order and spelling, and each
        needs the needed columns.
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
        the same names; case, blanks and punctuation are ignored. If there is none,
        common names in English, French and Spanish, such as `Pays`, are taken, with a
        warning. None leaves out a column that is not needed: `{"experts": None}`.
    date_format : str, optional
        How dates are written, such as `%d/%m/%Y` or `dd/mm/yyyy`. What can mean one
        thing only is always read: ISO 8601, `2017-04-03`; dates of Excel; words in
        English, French, Spanish and Portuguese, `3 avril 2017`; ranges, `3-7 June
        2019`; months, quarters and years. 03/04/2017 is a problem without a format.
    year_start : int or str
        The month in which reporting years begin, such as 7 or `July`: for the summary,
        and by default for counts of the register.
    sheet : str or list of str, optional
        The sheet of a workbook; by default the visible one that has the needed columns.
        Several sheets are one register: their names, or `*` for all that have the
        needed columns.
    encoding : str, optional
        The encoding of a CSV file, such as `cp1251`. By default UTF-8 or UTF-16, which
        a file shows, or else Windows-1252, with a warning.
    no_country : str or list of str
        Words for missions without a country, besides those that are known, such as
        `Regional`, `Online` and `All Members` in English, French and Spanish.
    places : mapping of str to str, optional
        Names or codes of places that only this register uses, such as
        `{"OPT": "PSE", "HQ Nairobi": "Kenya"}`: a known name, or an ISO code, for each.
        A key of up to three capitals is a code.
    strict : bool
        Whether a cell that cannot be read rejects its row even in a column that is not
        needed. By default, it is a missing value, with a warning; and a column in which
        nothing can be read is left out.
    covers : tuple of two days, optional
        The first and the last day that the register covers, such as
        `("2021-01-01", "2023-12-31")`; either may be None. See `count_missions`.
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
    Errors reject a row: a needed cell that is empty, `n/a` or `TBC`, or cannot be read
    as a place, a date or a whole number; days before 1952 or in the future; an end
    before its start; more women than participants; an id used in an earlier row with
    the same country; totals and repeated headers; rows that cannot be cut into cells;
    values that fail a check of the schema.

    Warnings do not: a cell that is not needed and is `n/a` or `TBC` or cannot be read
    (it is then missing); a place that is not a Member of the WCO on that day; a row
    that repeats another; a day ten years or more from all others; an end known to the
    month only; a column with dates in two orders, or half of which a spreadsheet
    program may have turned, or with the midnights of another time zone, with labels
    that are nearly alike, with numbers such as 1.250 that other cells of the column
    explain, or with another name than that of the register; bytes that are not UTF-8; a
    file name that ends as that of another kind of file.

    In .xlsx and .xlsm, there is also a warning for each hidden or struck-out row, hidden
    column and merged range, and in every workbook for a hidden sheet that is read, and
    for other sheets that hold rows if none was named. In .xls, .xlsb and .ods, errors
    and formulas without a result are empty cells, and only merged cells of .xls are
    known.

    A number with one point or comma and three digits, 1.250, may be 1250. It is read
    only if the column proves what the mark is: 1.234.567 can only separate thousands.
    Invisible characters and no-break blanks are ignored in all cells.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import read_register
    >>> typed = pd.DataFrame({"Country": ["Kenya", "Atlantis", "Viet Nam"],
    ...                       "Start": ["2017-04-03", "2017-05-08", "03/04/2017"]})
    >>> register = read_register(typed, columns={"member": "Country", "start_date": "Start"})
    >>> register.rows[["iso3", "start_date"]]
        iso3 start_date
    row
    2    KEN 2017-04-03
    >>> register.problems[["row", "column", "value", "problem"]]
       row   column       value                             problem
    0    3  Country    Atlantis        is not a place that is known
    1    4    Start  03/04/2017  may have the day or the month first
    """
    # Check the arguments first: reading the file may take long.
    source = check_sources("source", source)
    sheet = _check_sheet(sheet)
    year_start = check_month("year_start", year_start)
    no_country = check_names("no_country", no_country)
    places = check_places(places)
    check_covers(covers)
    check_choice("repeated_rows", repeated_rows, REPEATED_ROWS)
    strict = check_flag("strict", strict)
    date_format = check_date_format(date_format)
    encoding = check_encoding(encoding)
    rules = schema_of(kind, schema)
    called = check_columns(columns, rules)
    options = Options(date_format, no_country, repeated_rows, strict, places)

    def tables_of(source: Any) -> list[TextTable]:
        return _read_tables(source, rules, called, sheet, encoding)

    returned = None
    if is_of_several(source, sheet):
        tables = read_tables(source, tables_of)
    else:
        [table] = tables_of(source)
        returned = take_apart(table, source)
        tables = [returned.table if returned else table]
    matched = join_tables(
        [_arranged_and_matched(table, rules, called, options) for table in tables]
    )
    table = matched.table
    ids = passed_ids(returned.notes) if returned else None
    values, problems = check_rows(matched, ids)
    if returned:
        check_returned(matched, came_back_unchanged(returned), problems)
    fields = register_fields(matched, values, problems, year_start, covers)
    dtypes = table.cells.dtypes
    reading = Reading(table, rules, matched.names, dtypes, options, values, ids)
    return with_places(Register(**fields, _reading=reading), table)


def _arranged_and_matched(
    table: TextTable,
    rules: pa.DataFrameSchema,
    called: Mapping[str, str | None],
    options: Options,
) -> MatchedTable:
    """Match the columns of a table whose rows may stand under several headers."""
    table = fill_and_skip(table)
    matched = match_columns(table, rules, called, options)
    if parts := parts_in_another_order(matched):
        table = move_parts(table, parts)
        matched = match_columns(table, rules, called, options)
    leave_out_unreadable(matched)
    return with_days_of_numbers(matched)


def _check_sheet(sheet: Any) -> str | list[str] | None:
    """Check the name of a sheet, or a list of names."""
    if sheet is None or isinstance(sheet, str):
        return sheet
    sheets = check_names("sheet", sheet)
    if not sheets:
        raise ArgumentError("`sheet` is an empty list; give at least one sheet")
    return sheets


def _read_tables(
    source: Any,
    rules: pa.DataFrameSchema,
    called: Mapping[str, str | None],
    sheet: str | list[str] | None,
    encoding: str | None,
) -> list[TextTable]:
    """Read the tables that have the needed columns, best under their own names."""

    def is_header(cells: Sequence[str]) -> bool:
        return not missing_columns(cells, rules, called)

    def is_header_in_other_words(cells: Sequence[str]) -> bool:
        missing = missing_columns(cells, rules, called)
        return columns_in_other_words(cells, rules, called).keys() >= set(missing)

    tables = read_text_tables(source, is_header, sheet, encoding)
    if all(is_header(table.header) for table in tables):
        return tables
    # Another sheet, or another row, may be the header in other words.
    return read_text_tables(source, is_header_in_other_words, sheet, encoding)


def example_register() -> Path:
    """Return the path of an invented register of 600 missions with typical faults.

    Examples
    --------
    >>> from cbcstats import example_register, read_register
    >>> called = {"member": "Country", "start_date": "Start", "end_date": "End"}
    >>> register = read_register(example_register(), columns=called, date_format="%d/%m/%Y")
    >>> register.summary["rejected"]
    34
    """
    return shipped("data") / "example_register.csv"
