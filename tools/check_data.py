"""Are the tables of a folder right? Every problem with its cell, in words for someone who fills in a spreadsheet.

`python -m cbcstats.data_checks data` prints it, and ends with 1 if there is something to correct.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from xlsxwriter.utility import xl_col_to_name

from cbcstats.changes.claim_checks import CONTRADICTS, check_claims
from cbcstats.errors import CbcstatsError
from cbcstats.files import delimited
from cbcstats.files.reading import Cells, read_cells
from cbcstats.tables.loaders import SCHEMAS, shipped
from cbcstats.tables.validation import check_cells, whole_if_possible
from tools.data_dictionary import out_of_step

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from cbcstats.files.reading import Problem

_SHOWN: Final = 3  # cells of one column with the same trouble that are listed
_CHANGED: Final = (
    "Are cells named that you did not touch? Then the spreadsheet program changed them when it opened the file: take\n"
    "the file as it was, and open it with all columns as text. CONTRIBUTING.md says how."
)


class Checked(NamedTuple):
    """What was found: lines to print, and whether nothing must be corrected."""

    lines: list[str]
    fine: bool


def check_data(folder: str | Path) -> Checked:
    """Check the tables of a folder, and the two files that describe them.

    Parameters
    ----------
    folder : path
        A folder with `counts.csv`, `beneficiaries.csv`, `members.csv`, `places.csv` and `sources.csv`, such as `data`.

    Returns
    -------
    Checked
        `lines`, text: a line for each table with its number of rows and `fine` or all problems, each with cell, value,
        what is wrong and what to do; then warnings, and the published changes that contradict other figures. `fine`,
        bool: False if there is a problem; warnings and contradictions are none.

    Examples
    --------
    >>> check_data(shipped("data")).fine
    True
    """
    lines: list[str] = []
    fine = True
    tables: dict[str, pd.DataFrame] = {}
    known = _source_ids(Path(folder))
    for table in SCHEMAS:
        path = Path(folder) / f"{table}.csv"
        try:
            cells = read_cells(path)
        except CbcstatsError as error:
            lines.append(str(error))
            fine = False
            continue
        tables[table], problems = check_cells(cells, SCHEMAS[table].to_schema(), known)
        state = f"{len(problems)} problem{'s'[: len(problems) != 1]}" if problems else "fine"
        lines += [
            f"{path}: {len(cells.frame)} rows, {state}",
            *_problem_lines(path, cells, problems),
        ]
        fine = fine and not problems
    described = _description_lines(Path(folder))
    lines += described
    if not fine:
        return Checked([*lines, "", _CHANGED], fine=False)
    lines += [*_warnings(tables), *_claims(tables["counts"])]
    return Checked(lines, fine=not described)


def _source_ids(folder: Path) -> frozenset[str]:
    """Return the ids in `sources.csv`, also where other cells of it are wrong."""
    try:
        sources = read_cells(folder / "sources.csv").frame
    except CbcstatsError:
        return frozenset()
    return frozenset(sources["source_id"]) if "source_id" in sources else frozenset()


def _problem_lines(path: Path, cells: Cells, problems: list[Problem]) -> Iterator[str]:
    """Yield each problem with its cell; of a trouble that runs through a column, the first cells and their number."""
    letters = _letters(path, cells.header)
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in sorted(problems, key=lambda problem: problem.row):
        alike.setdefault((problem.column, problem.problem), []).append(problem)
    for (column, _), found in alike.items():
        for problem in found[:_SHOWN]:
            place = f"row {problem.row}"
            if column:
                letter = letters.get(column, "")
                place = (
                    f"cell {letter}{problem.row} ({column})"
                    if letter
                    else f"{place}, column {column}"
                )
            value = f" {_short(problem.value)!r}" if problem.value else ""
            yield f"  {place}:{value} {problem.problem}"
            yield f"      {problem.remedy}"
        if len(found) > _SHOWN:
            rows = ", ".join(str(problem.row) for problem in found[_SHOWN : _SHOWN + 10])
            more = ", ..." if len(found) > _SHOWN + 10 else ""
            yield f"      the same in {len(found) - _SHOWN} more rows: {rows}{more}"


def _letters(path: Path, header: int) -> dict[str, str]:
    """Return by which letters a spreadsheet names the columns; none for names that stand twice."""
    encoding = delimited.encoding_of(path)
    rows = delimited.records(path, encoding, delimited.delimiter_of(path, encoding))
    names = [
        name.strip() for name in next((record.cells for record in rows if record.row == header), [])
    ]
    return {
        name: xl_col_to_name(place) for place, name in enumerate(names) if names.count(name) == 1
    }


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _description_lines(folder: Path) -> list[str]:
    names = out_of_step(folder)
    return [f"{folder / name}: is not what the schemas say; run make data" for name in names]


def _warnings(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    cited: set[str] = set()
    for table, frame in tables.items():
        for name, column in SCHEMAS[table].to_schema().columns.items():
            if (column.metadata or {}).get("refers_to"):
                cited |= set(frame[name].dropna())
        if "note" in frame:
            cited |= {
                word for note in frame["note"].dropna() for word in re.findall(r"[\w-]+", note)
            }
    idle = [name for name in tables["sources"]["source_id"] if name not in cited]
    if idle:
        yield f"warning: no row cites these ids of sources.csv: {', '.join(idle)}"
    counts = tables["counts"]
    for row in counts.index[
        (counts["value"] % 1 != 0).fillna(value=False) & counts["rounded_to"].isna()
    ]:
        yield f"warning: row {row} of counts.csv: {counts['value'][row]:g} has decimals, but rounded_to is empty"


def _claims(counts: pd.DataFrame) -> Iterator[str]:
    """Yield the published changes that do not fit the figures: what sources contradict stays, and is worth a look."""
    rows = counts.index[counts["published_change"].notna()]
    typed = counts.assign(value=whole_if_possible(counts["value"])).reset_index(drop=True)
    claims = check_claims(typed).set_axis(rows)
    against = claims[claims["verdict"] == CONTRADICTS]
    yield (
        f"for information: of {len(claims)} published changes in counts.csv, {len(against)} contradict other figures, "
        "as sources do; correct a row only if it was copied wrongly"
    )
    for row, claim in zip(against.index, against.itertuples(index=False), strict=True):
        yield f"  row {row}, {claim.indicator}: {claim.sentence}"


def main() -> int:
    """Print what was found in the folder that the command names, or in the tables that cbcstats carries."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    checked = check_data(sys.argv[1] if sys.argv[1:] else shipped("data"))
    last = "All is fine." if checked.fine else "Correct this, and run the check again."
    sys.stdout.write("\n".join([*checked.lines, last]) + "\n")
    return 0 if checked.fine else 1


if __name__ == "__main__":
    sys.exit(main())
