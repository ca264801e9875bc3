"""Split the rows of a register into passed and rejected ones, and sum them up."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.counts.periods import MONTH_NAMES, reporting_year
from cbcstats.errors import ERROR, plural
from cbcstats.files.sources import free_name, readable_name
from cbcstats.files.text_table import PLACES
from cbcstats.frames import text_column
from cbcstats.places.names import wco_region
from cbcstats.registers.columns import BEYOND, REASONS
from cbcstats.registers.coverage import (
    check_covers,
    known_days,
    last_days,
    notes_on_coverage,
)
from cbcstats.registers.schemas import (
    ALL_ISO3,
    COUNTED_ABOVE,
    PRECISION,
    takes_several_countries,
)
from cbcstats.registers.words import (
    NOWHERE,
    STATUSES,
    UNKNOWN,
    kind_of_status,
    kinds_of_statuses,
    region_in,
)
from cbcstats.tables.codelists import WCO_REGIONS
from cbcstats.tables.parsing import REGISTER_SOURCE

if TYPE_CHECKING:
    from cbcstats.files.text_table import TextTable
    from cbcstats.registers.columns import MatchedTable
    from cbcstats.registers.problems import RegisterProblems
    from cbcstats.registers.register import Register

IN_YEAR: Final = "in "
_FRAMES: Final = ("rows", "rejected", "partly_read")  # those with an index of rows


def register_fields(
    matched: MatchedTable,
    values: pd.DataFrame,
    problems: RegisterProblems,
    year_start: int,
    covers: tuple[Any, Any] | None,
) -> dict[str, Any]:
    """Return the fields of a Register: passed and rejected rows, problems, a summary."""
    ordered = problems.in_order(matched.table)
    is_error = ordered["severity"] == ERROR
    errors = ordered[is_error]
    is_rejected = values.index.isin(errors["row"])
    rows = _passed_rows(matched, values, ~is_rejected)
    rejected = _rejected_rows(matched, values, is_rejected, errors)
    partly_read = _partly_read(matched, values, is_rejected, errors)
    partly_read = _that_may_count(partly_read, problems)
    warned = ordered.loc[~is_error, "row"]
    summary: dict[str, Any] = {
        **_summary_of_parts(matched.table),
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
    name, source = _names(matched.table)
    rows.attrs["source"] = source
    if "mission_id" not in matched.schema.columns:
        # Their columns may be the same as those of missions.
        rows.attrs["kind"] = "beneficiaries"
    # Mixed numbers and dates need an object dtype.
    described = pd.Series(summary, dtype="object", name=name)
    return {
        "name": name,
        "rows": rows,
        "rejected": rejected,
        "problems": ordered,
        "summary": described,
        "partly_read": partly_read,
        "covers": covers,
        "year_start": year_start,
    }


def _that_may_count(
    partly_read: pd.DataFrame, problems: RegisterProblems
) -> pd.DataFrame:
    """Leave out totals, repetitions, and what is planned for a day to come."""
    is_entry = ~partly_read.index.isin(problems.no_entries)
    entries = partly_read[is_entry]
    if "status" not in entries:
        return entries
    has_kind = kinds_of_statuses(entries["status"]) != ""
    is_ahead = entries.index.isin(problems.in_the_future) & has_kind
    return entries[~is_ahead]


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
            text = matched.text("member")[is_wanted]
            rows["member"] = _sorted_categories(text)
            rows["iso3"] = _single_countries(values["member"])
            rows["wco_region"] = _regions(values["member"], text)
        elif name:
            rows[name] = _as_dtype(values[name], str(schema.columns[name].dtype))
            if name == "start_date":
                rows |= _columns_of_spans(values, matched.names)
        # Skip the columns that save_problems adds for surplus cells.
        elif not column.endswith(BEYOND):
            free = free_name(column, {*rows, *schema.columns})
            rows[free] = table.cells.loc[is_wanted, column]
    return pd.DataFrame(rows).rename_axis("row")


def _columns_of_spans(
    values: pd.DataFrame, names: dict[str, str]
) -> dict[str, pd.Series]:
    """Return the precisions of starts, and ends that only ranges of days give."""
    added = {}
    if PRECISION in values:
        added[PRECISION] = values[PRECISION].cat.remove_unused_categories()
    if "end_date" in values and "end_date" not in names:
        added["end_date"] = values["end_date"]
    return added


def _partly_read(
    matched: MatchedTable,
    values: pd.DataFrame,
    is_rejected: np.ndarray,
    errors: pd.DataFrame,
) -> pd.DataFrame:
    """Return rejected rows as far as they could be read."""
    rows = _typed_rows(matched, values, is_rejected)
    if ALL_ISO3 in matched.schema.columns:
        rows = _with_several_countries(rows, values.loc[is_rejected, "member"])
        rows = rows.drop(columns=COUNTED_ABOVE, errors="ignore")
    known = {column: name for name, column in matched.names.items()}
    names = errors["column"].map(known)
    for name, of_column in errors.groupby(names):
        is_bad = rows.index.isin(of_column["row"])
        places = ["iso3", "wco_region"] if name == "member" else []
        for target in [name, *places]:
            rows[target] = _as_unknown(rows[target], is_bad)
    # The cells of a row that could not be cut may stand in any column.
    is_not_cut = rows.index.isin(list(matched.table.faults))
    for column in rows.columns.drop(ALL_ISO3, errors="ignore"):
        rows[column] = _as_unknown(rows[column], is_not_cut)
    if ALL_ISO3 in rows:
        rows[ALL_ISO3] = rows[ALL_ISO3].mask(is_not_cut)
    return rows


def _as_unknown(column: pd.Series, is_bad: np.ndarray) -> pd.Series:
    if not is_bad.any():
        return column
    if is_number_or_day(column) and column.dtype != bool:
        return column.mask(is_bad)
    return text_column(column).mask(is_bad, UNKNOWN)


def is_number_or_day(column: pd.Series) -> bool:
    """Tell whether a column holds numbers or days, and not texts."""
    is_day = pd.api.types.is_datetime64_any_dtype(column.dtype)
    return is_day or pd.api.types.is_numeric_dtype(column.dtype)


def _single_countries(codes: pd.Series) -> pd.Series:
    """Return the codes of single countries; several, and none, are missing."""
    single = [code for code in codes.cat.categories if len(code) == 3]
    return codes.cat.set_categories(single).cat.remove_unused_categories()


def _with_several_countries(rows: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """Add the countries of missions to several: in one cell, or in rows with one id."""
    lists = [listed for listed in codes.cat.categories if " " in listed]
    is_several = codes.isin(lists)
    is_repeated = pd.Series(data=False, index=rows.index)
    if "mission_id" in rows:
        ids = rows["mission_id"]
        is_repeated = ids.duplicated(keep=False) & ids.notna()
    if not (is_several | is_repeated).any():
        return rows
    own = text_column(codes).fillna(NOWHERE)
    countries = own
    if is_repeated.any():
        ids = rows["mission_id"]
        of_mission = own[is_repeated].groupby(ids[is_repeated])
        listed = of_mission.transform(_listed_once)
        countries = own.mask(is_repeated, listed)
        is_first = ~ids.duplicated()
        # The first row may be online, and another one in a country.
        has_more = is_repeated & (countries != own)
        is_several = (is_several | has_more) & (is_first | ~is_repeated)
        rows[COUNTED_ABOVE] = is_repeated & ~is_first
    if is_several.any():
        rows[ALL_ISO3] = countries.where(is_several)
    return rows


def with_several_countries_again(rows: pd.DataFrame) -> pd.DataFrame:
    """Find the countries of missions anew, where some of their rows were left out."""
    if not {"mission_id", "iso3", COUNTED_ABOVE} <= set(rows):
        return rows
    attrs = rows.attrs
    # Rows of several files can have one number.
    rows = rows.reset_index(drop=True)
    iso3 = text_column(rows["iso3"])
    if ALL_ISO3 in rows:
        iso3 = iso3.fillna(rows[ALL_ISO3])
    codes = iso3.fillna(NOWHERE).astype("category")
    rows = rows.drop(columns=[ALL_ISO3, COUNTED_ABOVE], errors="ignore")
    rows = _with_several_countries(rows, codes)
    rows.attrs = attrs
    return rows


def _listed_once(countries: pd.Series) -> str:
    codes = " ".join(countries).split()
    return " ".join(dict.fromkeys(codes))


def _sorted_categories(text: pd.Series) -> pd.Series:
    text = text.cat.remove_unused_categories()
    return text.cat.reorder_categories(text.cat.categories.sort_values())


def _regions(codes: pd.Series, text: pd.Series) -> pd.Series:
    """Return the regions of places, in the order of the WCO."""
    # Each place is looked up once, however many rows it has.
    categories = codes.cat.categories
    listed = categories.to_series().str.split().explode()
    of_places = wco_region(listed).set_axis(listed.index)
    by_category = of_places.groupby(level=0)
    # Several countries of one region are in that region.
    is_one = by_category.nunique(dropna=False) == 1
    of_category = by_category.first().where(is_one).reindex(categories)
    number_of = {region: number for number, region in enumerate(WCO_REGIONS)}
    numbers = np.append(of_category.map(number_of).fillna(-1).astype(int), -1)
    regions = numbers[codes.cat.codes]
    is_nowhere = (codes == NOWHERE).to_numpy(bool)
    if is_nowhere.any():
        words = text[is_nowhere].astype("object")
        in_words = {}
        for word in words.unique():
            in_words[word] = number_of.get(region_in(word) or "", -1)
        regions[is_nowhere] = words.map(in_words)
    names = pd.Index(WCO_REGIONS)
    named = pd.Categorical.from_codes(regions.tolist(), names)
    return pd.Series(named.remove_unused_categories(), codes.index)


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
        rejected[free] = table.text_of(is_rejected, column)
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


def _summary_of_parts(table: TextTable) -> dict[str, int]:
    """Return how many files and sheets there are, if the register is in several."""
    if not table.parts:
        return {}
    sheets = [part for part in table.parts if part.sheet]
    files = {part.file for part in table.parts}
    summary = {"files": len(files), "sheets": len(sheets)}
    return {name: number for name, number in summary.items() if number}


def _summary_of_words(rows: pd.DataFrame) -> dict[str, Any]:
    """Return how many missions have no country, or several, and are not delivered."""
    summary: dict[str, Any] = {}
    several = rows[ALL_ISO3].str.contains(" ").sum() if ALL_ISO3 in rows else 0
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
    straddles = pd.Series(data=False, index=days.index)
    if PRECISION in rows:
        last = last_days(days, rows[PRECISION])
        first_years = reporting_year(days, year_start)
        straddles = first_years.ne(reporting_year(last, year_start)) & days.notna()
    # A day has many rows; its reporting year is computed once.
    per_day = days[~straddles].value_counts()
    distinct = per_day.index.to_series()
    years = reporting_year(distinct, year_start)
    per_year = per_day.groupby(years).sum()
    for label, count in per_year.items():
        summary[f"{IN_YEAR}{label}"] = int(count)
    if straddles.any():
        summary[f"{IN_YEAR}one of two years"] = int(straddles.sum())
    return summary


def _summary_of_coverage(
    rows: pd.DataFrame,
    partly_read: pd.DataFrame,
    year_start: int,
    covers: tuple[Any, Any] | None,
) -> dict[str, str]:
    """Return notes on reporting years that may be covered only in part."""
    parts = [rows, partly_read]
    # Of one dtype, since pandas 2 guesses those of parts without values.
    starts = [part["start_date"].astype("datetime64[us]") for part in parts]
    days = pd.concat(starts, ignore_index=True)
    precision = None
    if PRECISION in rows:
        precisions = [part[PRECISION].astype("object") for part in parts]
        precision = pd.concat(precisions, ignore_index=True)
    distinct = known_days(days, precision)
    if not len(distinct):
        return {}
    notes = notes_on_coverage(distinct, year_start, check_covers(covers))
    return {f"coverage of {label}": note for label, note in notes.items()}


def _names(table: TextTable) -> tuple[str, str]:
    """Return the name of a register, and the source id of its counts."""
    name = readable_name(re.split(r"[/\\]", table.name)[-1])
    numbers = _summary_of_parts(table)
    if not numbers:
        return name, _source_id(name)
    of_one_file = numbers["files"] == 1 and "sheets" in numbers
    kind = "sheets" if of_one_file else "files"
    name += f", {plural(numbers[kind], kind[:-1])}"
    # A text of several words is a source in itself.
    return name, name


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


def with_places(register: Register, table: TextTable) -> Register:
    """Show the row of its file for each row of a register, and the file and sheet."""
    if not table.parts:
        return register
    frames = {}
    for name in _FRAMES:
        frame = getattr(register, name)
        places = table.places(frame.index)
        shown = frame.set_axis(pd.Index(places["row"], name="row"), axis="index")
        for number, column in enumerate(PLACES):
            cells = places[column].astype("category").array
            shown.insert(number, free_name(column, shown), cells)
        frames[name] = shown
    problems = register.problems
    places = table.places(problems["row"])
    numbers = table.part_numbers(problems["row"])
    typed = [part.columns for part in table.parts]
    frames["problems"] = problems.assign(
        row=places["row"].array,
        column=_renamed(problems["column"], numbers, typed),
        **{column: text_column(places[column].array) for column in PLACES},
    )
    return replace(register, **frames)


def with_numbers(register: Register, table: TextTable) -> Register:
    """Give each row of a register its running number again."""
    if not table.parts:
        return register
    frames = {}
    for name in _FRAMES:
        frame = getattr(register, name)
        before = table.before(frame.iloc[:, 0], frame.iloc[:, 1])
        numbers = pd.Index(frame.index + before, dtype="int64", name="row")
        frames[name] = frame.iloc[:, len(PLACES) :].set_axis(numbers, axis="index")
    problems = register.problems
    before = table.before(problems["file"], problems["sheet"])
    numbers = (problems["row"] + before).astype("int64")
    common = [_inverted(part.columns) for part in table.parts]
    columns = _renamed(problems["column"], table.part_numbers(numbers), common)
    plain = problems.drop(columns=PLACES)
    frames["problems"] = plain.assign(row=numbers, column=columns)
    return replace(register, **frames)


def _renamed(
    columns: pd.Series, numbers: np.ndarray, parts: list[dict[str, str]]
) -> pd.Series:
    """Return columns by their names in another header: that of each part."""
    # Columns of a workbook with corrections are in no header.
    names = [
        parts[number].get(column, column)
        for number, column in zip(numbers, columns, strict=True)
    ]
    return text_column(names, columns.index)


def _inverted(columns: dict[str, str]) -> dict[str, str]:
    return {name: column for column, name in columns.items()}
