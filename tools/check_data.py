"""Check the tables of a folder: every problem with its cell, for someone who fills in a spreadsheet.

`python -m tools.check_data data` prints it, and ends with 1 if there is something to correct.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from xlsxwriter.utility import xl_col_to_name

from cbcstats.changes.claims import check_claims
from cbcstats.errors import CbcstatsError, plural, shortened
from cbcstats.files.cells import whole_if_possible
from cbcstats.files.text_table import read_text_table
from cbcstats.tables.codelists import CONTINENTS, WCO_REGIONS
from cbcstats.tables.loaders import load_places, shipped
from cbcstats.tables.parsing import check_table, is_header_of
from cbcstats.tables.schemas import SCHEMAS
from tools.addresses import address_problems
from tools.data_dictionary import out_of_step

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from cbcstats.errors import Problem
    from cbcstats.files.text_table import TextTable

_SHOWN: Final = 3  # cells of one column with the same problem
_LISTED: Final = 10  # further rows that are named
_CHANGED: Final = (
    "Are there cells here that you did not touch? Then the spreadsheet program changed them when it\n"
    "opened the file: take the file as it was, and open it with all columns as text. CONTRIBUTING.md\n"
    "says how."
)


class Checked(NamedTuple):
    """Lines to print, and whether nothing must be corrected."""

    lines: list[str]
    fine: bool


def check_data(folder: str | Path) -> Checked:
    """Check the tables of a folder, and the two files that describe them.

    Parameters
    ----------
    folder : path
        A folder with `counts.csv`, `indicators.csv`, `beneficiaries.csv`,
        `members.csv`, `places.csv`, `sources.csv` and `readings.csv`, such as `data`.

    Returns
    -------
    Checked
        `lines`, text: a line for each table with its number of rows and `fine` or all problems,
        each with cell, value, what is wrong and what to do; then warnings, and the published
        changes that contradict other figures. `fine`, bool: False if there is a problem; warnings
        and contradictions are none.

    Examples
    --------
    >>> check_data(shipped("data")).fine
    True
    """
    folder = Path(folder)
    lines: list[str] = []
    fine = True
    tables: dict[str, pd.DataFrame] = {}
    known = _source_ids(folder)
    for name, model in SCHEMAS.items():
        path = folder / f"{name}.csv"
        schema = model.to_schema()
        try:
            table = read_text_table(path, is_header_of(schema))
        except CbcstatsError as error:
            lines.append(str(error))
            fine = False
            continue
        tables[name], problems = check_table(table, schema, known)
        if name == "sources":
            problems += address_problems(tables[name])
        state = plural(len(problems), "problem") if problems else "fine"
        lines.append(f"{path}: {len(table.cells)} rows, {state}")
        lines += _problem_lines(table, problems)
        fine = fine and not problems
    described = [
        f"{folder / name}: differs from the schemas; run make data"
        for name in out_of_step(folder)
    ]
    lines += described
    if fine:
        unknown = list(_indicator_lines(tables["counts"], tables["indicators"]))
        lines += unknown
        fine = not unknown
    if not fine:
        return Checked([*lines, "", _CHANGED], fine=False)
    lines += [*_warnings(tables), *_claims(tables["counts"])]
    return Checked(lines, fine=not described)


def _indicator_lines(counts: pd.DataFrame, indicators: pd.DataFrame) -> Iterator[str]:
    """Yield the rows of counts that do not agree with the table of indicators."""
    known = indicators.set_index("indicator")
    names = counts["indicator"]
    measures = names.map(known["measure"])
    units = names.map(known["unit"].str.split("; "))
    for row in counts.index:
        place = f"row {row} of counts.csv: {names[row]}"
        unit, measure = counts["unit"][row], counts["measure"][row]
        if names[row] not in known.index:
            yield f"{place} has no row in indicators.csv; add one, with a label"
        elif measure != measures[row]:
            yield f"{place} has measure {measure}, but {measures[row]} in indicators.csv"
        elif unit not in units[row]:
            listed = " or ".join(units[row])
            yield f"{place} has unit {unit}, but {listed} in indicators.csv"
    areas = {*load_places()["iso3"], *WCO_REGIONS, *CONTINENTS}
    for row, area in counts["area"].dropna().items():
        if area not in areas:
            yield (
                f"row {row} of counts.csv: {area!r} is not an area; write a code of "
                "ISO 3166 such as KEN, a WCO region, or a continent"
            )


def _source_ids(folder: Path) -> frozenset[str]:
    """Return the ids in `sources.csv`, also where other cells of it are wrong."""
    try:
        schema = SCHEMAS["sources"].to_schema()
        sources = read_text_table(folder / "sources.csv", is_header_of(schema))
    except CbcstatsError:
        return frozenset()
    return (
        frozenset(sources.cells["source_id"])
        if "source_id" in sources.header
        else frozenset()
    )


def _problem_lines(table: TextTable, problems: list[Problem]) -> Iterator[str]:
    """Yield each problem with its cell; of one that runs through a column, the first cells."""
    letters = {name: xl_col_to_name(place) for place, name in enumerate(table.header)}
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in sorted(problems, key=lambda problem: problem.row):
        alike.setdefault((problem.column, problem.problem), []).append(problem)
    for (column, _), found in alike.items():
        for problem in found[:_SHOWN]:
            place = f"row {problem.row}"
            if column in letters:
                place = f"cell {letters[column]}{problem.row} ({column})"
            elif column:
                place = f"{place}, column {column}"
            value = f" {shortened(problem.value)!r}" if problem.value else ""
            yield f"  {place}:{value} {problem.problem}"
            yield f"      {problem.remedy}"
        others = [str(problem.row) for problem in found[_SHOWN:]]
        if others:
            more = ", ..." if len(others) > _LISTED else ""
            rows = ", ".join(others[:_LISTED])
            yield f"      the same in {len(others)} more rows: {rows}{more}"


def _warnings(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    cited: set[str] = set()
    for name, frame in tables.items():
        for column_name, column in SCHEMAS[name].to_schema().columns.items():
            if (column.metadata or {}).get("refers_to"):
                cited |= set(frame[column_name].dropna())
        if "note" in frame:
            for note in frame["note"].dropna():
                cited |= set(re.findall(r"[\w-]+", note))
    idle = [source for source in tables["sources"]["source_id"] if source not in cited]
    if idle:
        yield f"warning: no row cites these ids of sources.csv: {', '.join(idle)}"
    counts, indicators = tables["counts"], tables["indicators"]["indicator"]
    unused = indicators[~indicators.isin(counts["indicator"])]
    if len(unused):
        listed = ", ".join(unused)
        yield f"warning: no row of counts.csv has these of indicators.csv: {listed}"
    has_decimals = (counts["value"] % 1 != 0).fillna(value=False)
    for row in counts.index[has_decimals & counts["rounded_to"].isna()]:
        value = counts["value"][row]
        yield f"warning: row {row} of counts.csv: {value:g} has decimals, but rounded_to is empty"


def _claims(counts: pd.DataFrame) -> Iterator[str]:
    """Yield the published changes that do not fit the figures: sources contradict each other."""
    rows = counts.index[counts["published_change"].notna()]
    typed = counts.assign(value=whole_if_possible(counts["value"])).reset_index(
        drop=True
    )
    claims = check_claims(typed).set_axis(rows)
    against = claims[claims["verdict"] == "contradicts"]
    yield (
        f"for information: of {len(claims)} published changes in counts.csv, {len(against)} "
        "contradict other figures, as sources do; correct a row only if it was copied wrongly"
    )
    for row, claim in zip(against.index, against.itertuples(index=False), strict=True):
        yield f"  row {row}, {claim.indicator}: {claim.sentence}"


def main() -> int:
    """Print what was found in the folder that the command names, or in the shipped tables."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    checked = check_data(sys.argv[1] if sys.argv[1:] else shipped("data"))
    last = "All is fine." if checked.fine else "Correct this, and run the check again."
    sys.stdout.write("\n".join([*checked.lines, last]) + "\n")
    return 0 if checked.fine else 1


if __name__ == "__main__":
    sys.exit(main())
