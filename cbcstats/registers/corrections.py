"""Write rejected rows to a workbook, for the author of the register to correct."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from cbcstats.errors import ERROR, ArgumentError
from cbcstats.files.workbooks import (
    CHARACTERS,
    ROWS,
    new_workbook,
    text_of_cell,
    text_of_name,
)
from cbcstats.files.writing import target, write_whole
from cbcstats.frames import as_text
from cbcstats.registers.columns import TO_CORRECT

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_NARROWEST: Final = 10  # characters
_WIDEST: Final = 40
_WIDTH_OF_TEXT: Final = 90
_MEASURED: Final = 100  # cells of a column

# Keep cells as text: Excel would turn 007 into 7, and 3/4 into a date.
_TEXT: Final = {"num_format": "@"}
_BAD: Final = {"bg_color": "#FFD9B3", "border": 1, **_TEXT}
_HEAD: Final = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
_WRAPPED: Final = {"text_wrap": True, "valign": "top"}


def write_corrections(
    path: str | Path, rejected: pd.DataFrame, problems: pd.DataFrame, *, overwrite: bool
) -> Path:
    """Write rejected rows, as typed, to a workbook.

    Each faulty cell is coloured, and a comment gives the problem and the remedy.
    """
    path = target(path, [".xlsx"], overwrite=overwrite)
    # Drop the last column, the reasons: the comments have them.
    cells = rejected.iloc[:, :-1].map(as_text)
    _check_size(cells)
    # Build it in memory first, so that no partial workbook is ever written.
    content = io.BytesIO()
    with new_workbook(content, "Rows to correct") as workbook:
        sheet = workbook.add_worksheet("to correct")
        _write_cells(workbook, sheet, cells)
        _mark_cells(workbook, sheet, cells, problems)
        _write_words(workbook, sheet, cells, problems)
    return write_whole(path, content.getvalue(), overwrite=overwrite)


def _check_size(cells: pd.DataFrame) -> None:
    instead = "use .rejected.to_csv instead"
    longest = 0
    for name in cells:
        written = cells[name].map(text_of_cell)
        longest = max(longest, *map(len, written), 0)
    if longest > CHARACTERS:
        raise ArgumentError(
            f"a cell of {longest:,} characters is more than a sheet holds; {instead}"
        )
    if len(cells) >= ROWS:
        raise ArgumentError(
            f"{len(cells):,} rows are more than a sheet holds; {instead}"
        )


def _write_cells(workbook: Any, sheet: Any, cells: pd.DataFrame) -> None:
    head = workbook.add_format(_HEAD)
    text = workbook.add_format(_TEXT)
    for place, name in enumerate(map(str, cells)):
        column = cells.iloc[:, place].tolist()
        width = _width(name, column)
        sheet.set_column(place, place, width, text)
        sheet.write_string(0, place, text_of_cell(name), head)
        written = map(text_of_cell, column)
        for row, cell in enumerate(written, start=1):
            sheet.write_string(row, place, cell, text)
    last = cells.shape[1]
    sheet.set_column(last, last, _WIDTH_OF_TEXT)
    sheet.write_string(0, last, TO_CORRECT, head)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(cells), last)
    # Otherwise Excel flags each number stored as text with a green triangle.
    everywhere = f"A1:XFD{len(cells) + 1}"
    sheet.ignore_errors({"number_stored_as_text": everywhere})


def _width(name: str, column: list[str]) -> int:
    first = column[:_MEASURED]
    longest = max(map(len, [name, *first]))
    width = max(longest + 2, _NARROWEST)
    return min(width, _WIDEST)


def _mark_cells(
    workbook: Any, sheet: Any, cells: pd.DataFrame, problems: pd.DataFrame
) -> None:
    """Colour each faulty cell, and add a comment with the problem and the remedy."""
    bad = workbook.add_format(_BAD)
    # Problems use the column names of the file.
    in_file = [str(name).removesuffix(" (as typed)") for name in cells]
    places = {name: place for place, name in enumerate(in_file)}
    places |= {str(name): place for place, name in enumerate(cells)}
    lines = {row: line for line, row in enumerate(cells.index, start=1)}
    problem: Any
    for problem in problems.itertuples(index=False):
        # Some problems have no cell here: those of a whole row or of a dropped column.
        if problem.row not in lines or problem.column not in places:
            continue
        line, place = lines[problem.row], places[problem.column]
        warning = "" if problem.severity == ERROR else "Warning: "
        remedy = problem.remedy[0].upper() + problem.remedy[1:]
        comment = text_of_name(f"{warning}{problem.problem}.\n{remedy}.")
        cell = cells.iloc[line - 1, place]
        sheet.write_string(line, place, text_of_cell(str(cell)), bad)
        sheet.write_comment(line, place, comment, {"author": "cbcstats", "x_scale": 2})


def _write_words(
    workbook: Any, sheet: Any, cells: pd.DataFrame, problems: pd.DataFrame
) -> None:
    """Write the corrections needed in each row into the last column."""
    wrap = workbook.add_format(_WRAPPED)
    last = cells.shape[1]
    words: dict[Any, list[str]] = {row: [] for row in cells.index}
    problem: Any
    for problem in problems.itertuples(index=False):
        if problem.row in words:
            place = problem.column or "the row"
            text = f"{place} {problem.problem}: {problem.remedy}"
            words[problem.row].append(text)
    for line, (row, texts) in enumerate(words.items(), start=1):
        # The row number in the file, which differs from the one in this workbook.
        text = text_of_cell(f"Row {row}: {'; '.join(texts)}")
        sheet.write_string(line, last, text[:CHARACTERS], wrap)
