"""The result of reading a register: passed and rejected rows, problems, summary.

`save_problems` writes the rejected rows to a workbook, for their author to correct;
`corrected` puts them in their places when it comes back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_file_to_write, check_flag, check_path
from cbcstats.counts.periods import MONTH_NAMES, reporting_year
from cbcstats.errors import ERROR, ArgumentError, plural
from cbcstats.files.dates import serials_as_days
from cbcstats.files.text_table import free_name
from cbcstats.frames import text_column
from cbcstats.places.names import wco_region
from cbcstats.registers.columns import BEYOND, REASONS
from cbcstats.registers.corrections_workbook import write_corrections
from cbcstats.registers.coverage import check_covers, notes_on_coverage
from cbcstats.registers.schemas import takes_several_countries
from cbcstats.registers.words import (
    ALL_ISO3,
    COUNTED_ABOVE,
    NOWHERE,
    STATUSES,
    UNKNOWN,
    kind_of_status,
    region_in,
)
from cbcstats.tables.codelists import WCO_REGIONS
from cbcstats.tables.parsing import REGISTER_SOURCE

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable
    from cbcstats.registers.columns import MatchedTable
    from cbcstats.registers.reading import RegisterProblems

_IN_YEAR: Final = "in "
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
    date_format, no_country, repeated_rows
        As given to `read_register`.
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
    date_format: str | None
    no_country: Collection[str]
    repeated_rows: str
    ids: pd.DataFrame | None = None
    known: frozenset[tuple[int, str]] = frozenset()
    added: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, repr=False, eq=False)
class Register:
    """A register after reading: every row is kept, every faulty cell is reported.

    Attributes
    ----------
    name : str
        The name of the file, and the sheet of a workbook.
    rows : pandas.DataFrame
        The rows that passed, ready for `count_missions`, or for `count_beneficiaries`
        if these are beneficiaries, in file order, with the
        columns and dtypes of `MissionRegister` or `BeneficiaryRegister`, `iso3` and
        `wco_region` added, and every other column as it is: text in CSV and Excel. The
        index is the row as a spreadsheet numbers it; `source` in the `attrs` is the
        source id of their counts: the file name without blanks, and the sheet of a
        workbook after `#`.
    rejected : pandas.DataFrame
        The rows that did not pass, as typed, under the header of the file, with the
        same index and a last column `reasons`; cells beyond the header are in columns
        such as `column 12 (beyond the header)`. Each row of the file is in `rows` or in
        `rejected`, except blank rows. If a column of the file has the same name as an
        added one, here or in `rows`, ` (as typed)` is appended to its name.
    problems : pandas.DataFrame
        One line for each bad cell, in file order: `row` (int64), `column` (of the file;
        empty for a whole row), `value` as typed, `problem`, `remedy`, `severity`: an
        `error` rejects its row, a `warning` does not.
    summary : pandas.Series
        How many rows were read, passed, were rejected, have warnings; how many errors
        and warnings there are; how many missions have no country, or several; how many
        are cancelled, postponed or planned; the month in which reporting years begin;
        the first and the last day; how many rows start in each reporting year.
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
        the column `row`, the row in the register, and what to correct. A second sheet
        lists the ids that are taken. When the workbook comes back, `corrected` puts its
        rows in their places. `read_register`, with the same arguments, reads the
        workbook alone. A row that comes back unchanged is rejected again.

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
        return write_corrections(path, self, self._how(), overwrite=overwrite)

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
        row of the file, and is rejected if it repeats another row in all its cells. A
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
        # That module reads registers, and so needs this one.
        from cbcstats.registers.corrections import put_in_place

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
            if label.startswith(_IN_YEAR):
                year = label.removeprefix(_IN_YEAR)
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


def build_register(
    matched: MatchedTable,
    values: pd.DataFrame,
    problems: RegisterProblems,
    year_start: int,
    covers: tuple[Any, Any] | None,
) -> Register:
    """Split the rows into passed and rejected ones, and compute the summary."""
    ordered = problems.in_order(matched.table.header)
    is_error = ordered["severity"] == ERROR
    errors = ordered[is_error]
    is_rejected = values.index.isin(errors["row"])
    rows = _passed_rows(matched, values, ~is_rejected)
    rejected = _rejected_rows(matched, values, is_rejected, errors)
    may_be_mission = is_rejected & ~values.index.isin(problems.no_entries)
    partly_read = _partly_read(matched, values, may_be_mission, errors)
    is_ahead = partly_read.index.isin(problems.in_the_future)
    if "status" in partly_read:
        # What is planned for a day to come is not missing from any period yet.
        kinds = text_column(partly_read["status"]).fillna("").map(kind_of_status)
        is_ahead &= kinds != ""
        partly_read = partly_read[~is_ahead]
    warned = ordered.loc[~is_error, "row"]
    summary: dict[str, Any] = {
        "rows read": len(values),
        "passed": len(rows),
        "rejected": len(rejected),
        "with warnings": int(rows.index.isin(warned).sum()),
        "errors": len(errors),
        "warnings": len(warned),
        **_summary_of_words(rows),
        **_summary_of_days(rows, year_start),
    }
    # The days of beneficiaries are those of their support.
    if takes_several_countries(matched.schema.columns["member"]):
        summary |= _summary_of_coverage(rows, partly_read, year_start, covers)
    name = re.split(r"[/\\]", matched.table.name)[-1]
    rows.attrs["source"] = _source_id(name)
    if "mission_id" not in matched.schema.columns:
        # Their columns may be the same as those of missions.
        rows.attrs["kind"] = "beneficiaries"
    # Mixed numbers and dates need an object dtype.
    described = pd.Series(summary, dtype="object", name=name)
    return Register(
        name, rows, rejected, ordered, described, partly_read, covers, year_start
    )


def _passed_rows(
    matched: MatchedTable, values: pd.DataFrame, has_passed: np.ndarray
) -> pd.DataFrame:
    """Return the rows that passed, in the order of columns of the file."""
    rows = _typed_rows(matched, values, has_passed)
    if takes_several_countries(matched.schema.columns["member"]):
        codes = values.loc[has_passed, "member"]
        return _with_several_countries(rows, codes)
    return rows


def _typed_rows(
    matched: MatchedTable, values: pd.DataFrame, is_wanted: np.ndarray
) -> pd.DataFrame:
    table, schema = matched.table, matched.schema
    values = values[is_wanted]
    known = {column: name for name, column in matched.names.items()}
    rows: dict[str, Any] = {}
    for column in table.header:
        name = known.get(column)
        if name == "member":
            text = matched.text["member"][is_wanted]
            rows["member"] = _sorted_categories(text)
            rows["iso3"] = _single_countries(values["member"])
            rows["wco_region"] = _regions(values["member"], text)
        elif name:
            rows[name] = _as_dtype(values[name], str(schema.columns[name].dtype))
        # Skip the columns that save_problems adds for surplus cells.
        elif not column.endswith(BEYOND):
            free = free_name(column, {*rows, *schema.columns})
            rows[free] = table.cells.loc[is_wanted, column]
    return pd.DataFrame(rows).rename_axis("row")


def _partly_read(
    matched: MatchedTable,
    values: pd.DataFrame,
    may_be_mission: np.ndarray,
    errors: pd.DataFrame,
) -> pd.DataFrame:
    """Return rejected rows as far as they could be read."""
    rows = _typed_rows(matched, values, may_be_mission)
    if ALL_ISO3 in matched.schema.columns:
        rows = _with_several_countries(rows, values.loc[may_be_mission, "member"])
        rows = rows.drop(columns=COUNTED_ABOVE, errors="ignore")
    known = {column: name for name, column in matched.names.items()}
    names = errors["column"].map(known)
    for name, of_column in errors.groupby(names):
        is_bad = rows.index.isin(of_column["row"])
        places = ["iso3", "wco_region"] if name == "member" else []
        for target_name in [name, *places]:
            column = rows[target_name]
            # Numbers and days that could not be read are missing already.
            if is_bad.any() and not _is_number_or_day(column):
                rows[target_name] = text_column(column).mask(is_bad, UNKNOWN)
    return rows


def _is_number_or_day(column: pd.Series) -> bool:
    is_day = pd.api.types.is_datetime64_any_dtype(column.dtype)
    return is_day or pd.api.types.is_numeric_dtype(column.dtype)


def _single_countries(codes: pd.Series) -> pd.Series:
    """Return the codes of single countries; several, and none, are missing."""
    single = [code for code in codes.cat.categories if len(code) == 3]
    return codes.cat.set_categories(single).cat.remove_unused_categories()


def _with_several_countries(rows: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """Add the countries of missions to several: in one cell, or in rows with one id."""
    countries = text_column(codes).fillna(NOWHERE)
    is_several = countries.str.contains(" ")
    if "mission_id" in rows:
        ids = rows["mission_id"]
        is_repeated = ids.notna() & ids.duplicated(keep=False)
        if is_repeated.any():
            of_mission = countries[is_repeated].groupby(ids[is_repeated])
            listed = of_mission.transform(_listed_once)
            countries = countries.mask(is_repeated, listed)
            is_first = ~ids.duplicated()
            is_several |= is_repeated & countries.str.contains(" ")
            is_several &= is_first | ~is_repeated
            rows[COUNTED_ABOVE] = is_repeated & ~is_first
    if is_several.any():
        rows[ALL_ISO3] = countries.where(is_several)
    return rows


def _listed_once(countries: pd.Series) -> str:
    codes = " ".join(countries).split()
    return " ".join(dict.fromkeys(codes))


def _sorted_categories(text: pd.Series) -> pd.Series:
    text = text.cat.remove_unused_categories()
    return text.cat.reorder_categories(text.cat.categories.sort_values())


def _regions(codes: pd.Series, text: pd.Series) -> pd.Series:
    """Return the regions of places, in the order of the WCO."""
    listed = codes.cat.categories.to_series().str.split().explode()
    of_places = pd.DataFrame({"region": wco_region(listed)}, listed.index)
    by_category = of_places.groupby(level=0, sort=False)["region"]
    # Several countries of one region are in that region.
    is_one = by_category.nunique(dropna=False) == 1
    of_category = by_category.first().where(is_one)
    regions = codes.astype("object").map(of_category).astype("object")
    is_nowhere = codes == NOWHERE
    if is_nowhere.any():
        words = text[is_nowhere].astype("object")
        in_words = {word: region_in(word) for word in words.unique()}
        regions = regions.mask(is_nowhere, words.map(in_words))
    present = set(regions.dropna())
    known = [region for region in WCO_REGIONS if region in present]
    return regions.astype(pd.CategoricalDtype(known))


def _as_dtype(values: pd.Series, dtype: str) -> pd.Series:
    """Convert values to the dtype in the schema; text and days already have it."""
    if dtype == "category":
        return values.cat.remove_unused_categories()
    plain = dtype.lower()
    is_number = plain.startswith(("int", "uint", "float"))
    if is_number or dtype == "bool":
        known = pd.api.types.pandas_dtype(dtype)
        return values.astype(known)
    return values


def _rejected_rows(
    matched: MatchedTable,
    values: pd.DataFrame,
    is_rejected: np.ndarray,
    errors: pd.DataFrame,
) -> pd.DataFrame:
    """Return the rejected rows as typed, with surplus cells and reasons."""
    table = matched.table
    rows = values.index[is_rejected]
    known = {column: name for name, column in matched.names.items()}
    rejected: dict[str, Any] = {}
    for column in table.header:
        name = known.get(column)
        free = free_name(column, {*rejected, REASONS})
        if not name:
            rejected[free] = table.cells.loc[is_rejected, column]
            continue
        cells = table.text_of(is_rejected, column)
        if values[name].dtype.kind == "M":
            # As text, the serial number of a workbook would not be read as a day again.
            cells = serials_as_days(cells, table.first_day)
        rejected[free] = cells
    for place in range(max(map(len, table.surplus.values()), default=0)):
        number = len(table.header) + place + 1
        # By its name, reading knows that they belong elsewhere.
        name = free_name(f"column {number}{BEYOND}", rejected)
        surplus = [table.surplus.get(row, [])[place : place + 1] for row in rows]
        rejected[name] = text_column(["".join(cell) for cell in surplus], rows)
    rejected[REASONS] = _reasons(rows, errors)
    return pd.DataFrame(rejected, index=rows).rename_axis("row")


def _reasons(rows: pd.Index, errors: pd.DataFrame) -> pd.Series:
    """Return the reasons for each rejected row, as one text."""
    column = errors["column"]
    place = column + ": "
    # A problem of a whole row has no column.
    place = place.where(column != "", "")
    texts = place + errors["problem"]
    problems = zip(errors["row"], texts.to_numpy(dtype=object), strict=True)
    reasons: dict[int, str] = {}
    for row, text in problems:
        if row in reasons:
            text = f"{reasons[row]}; {text}"
        reasons[row] = text
    # An error of a workbook with corrections has no row here.
    return text_column([reasons[row] for row in rows], rows)


def _summary_of_words(rows: pd.DataFrame) -> dict[str, Any]:
    """Return how many missions have no country, or several, and are not delivered."""
    summary: dict[str, Any] = {}
    several = rows[ALL_ISO3].notna().sum() if ALL_ISO3 in rows else 0
    summary["in several countries"] = several
    without = rows["iso3"].isna().sum()
    if ALL_ISO3 in rows:
        without -= (rows["iso3"].isna() & rows[ALL_ISO3].notna()).sum()
    summary["without a country"] = without
    if "status" in rows:
        numbers = rows["status"].value_counts()
        kinds = numbers.index.to_series().map(kind_of_status)
        by_kind = numbers.groupby(kinds.to_numpy()).sum()
        for kind in STATUSES:
            summary[kind] = by_kind.get(kind, 0)
    return {name: int(number) for name, number in summary.items() if number}


def _summary_of_days(rows: pd.DataFrame, year_start: int) -> dict[str, Any]:
    """Return the first and the last day, and the rows per reporting year."""
    # Beneficiaries may have no day.
    if "start_date" not in rows or rows["start_date"].isna().all():
        return {}
    days = rows["start_date"]
    summary = {
        "reporting years begin in": MONTH_NAMES[year_start - 1],
        "first day": days.min().date(),
        "last day": days.max().date(),
    }
    # A day has many rows; its reporting year is computed once.
    per_day = days.value_counts()
    distinct = per_day.index.to_series()
    years = reporting_year(distinct, year_start)
    per_year = per_day.groupby(years).sum()
    for label, count in per_year.items():
        summary[f"{_IN_YEAR}{label}"] = int(count)
    return summary


def _summary_of_coverage(
    rows: pd.DataFrame,
    partly_read: pd.DataFrame,
    year_start: int,
    covers: tuple[Any, Any] | None,
) -> dict[str, str]:
    """Return notes on reporting years that may be covered only in part."""
    days = pd.concat([rows["start_date"], partly_read["start_date"]]).dropna()
    distinct = np.unique(days.to_numpy("datetime64[D]"))
    if not len(distinct):
        return {}
    notes = notes_on_coverage(distinct, year_start, check_covers(covers))
    return {f"coverage of {label}": note for label, note in notes.items()}


def _source_id(name: str) -> str:
    """Return the source id of a register.

    Examples
    --------
    >>> _source_id("Missions 2017.xlsx, sheet First half"), _source_id("the frame")
    ('Missions-2017.xlsx#First-half', 'register')
    """
    # Ids of sources have no blanks.
    source_id = "-".join(name.replace(", sheet ", "#").split())
    return source_id if re.fullmatch(REGISTER_SOURCE, source_id) else "register"
