"""Rejected rows as a workbook to hand back to whoever filled in the register."""

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

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

TO_CORRECT: Final = "what to correct (added by cbcstats)"  # not read back
_NARROWEST: Final = 10  # characters
_WIDEST: Final = 40
_WIDTH_OF_WORDS: Final = 90
_MEASURED: Final = 100  # cells of a column


def write_corrections(
    path: str | Path, rejected: pd.DataFrame, problems: pd.DataFrame, *, overwrite: bool
) -> Path:
    """Write rejected rows as typed.

    Each bad cell is coloured, and a comment says what is wrong and what to do.
    """
    path = target(path, [".xlsx"], overwrite=overwrite)
    cells = rejected.iloc[:, :-1].map(
        as_text
    )  # without the reasons, which are in the words
    _check_size(cells)
    content = io.BytesIO()
    with new_workbook(content, "Rows to correct") as workbook:
        sheet = workbook.add_worksheet("to correct")
        _write_cells(workbook, sheet, cells)
        _mark_problems(workbook, sheet, cells, problems)
    return write_whole(path, content.getvalue(), overwrite=overwrite)


def _check_size(cells: pd.DataFrame) -> None:
    instead = "use .rejected.to_csv instead"
    lengths = [len(text_of_cell(cell)) for name in cells for cell in cells[name]]
    longest = max(lengths, default=0)
    if longest > CHARACTERS:
        raise ArgumentError(
            f"a cell of {longest:,} characters is more than a sheet holds; {instead}"
        )
    if len(cells) >= ROWS:
        raise ArgumentError(
            f"{len(cells):,} rows are more than a sheet holds; {instead}"
        )


def _write_cells(workbook: Any, sheet: Any, cells: pd.DataFrame) -> None:
    head = workbook.add_format(
        {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
    )
    text = workbook.add_format(
        {"num_format": "@"}
    )  # a corrected cell stays as it is typed
    for place, name in enumerate(cells):
        column = cells.iloc[:, place].tolist()
        longest = max(len(str(name)), *map(len, column[:_MEASURED]), 0) + 2
        width = min(max(longest, _NARROWEST), _WIDEST)
        sheet.set_column(place, place, width, text)
        sheet.write_string(0, place, text_of_cell(str(name)), head)
        for row, cell in enumerate(column, start=1):
            sheet.write_string(row, place, text_of_cell(cell), text)
    last = cells.shape[1]
    sheet.set_column(last, last, _WIDTH_OF_WORDS)
    sheet.write_string(0, last, TO_CORRECT, head)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(cells), last)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(cells) + 1}"})


def _mark_problems(
    workbook: Any, sheet: Any, cells: pd.DataFrame, problems: pd.DataFrame
) -> None:
    """Colour and comment the bad cells, and say in the last column what to correct in each row."""
    bad = workbook.add_format({"bg_color": "#FFD9B3", "border": 1, "num_format": "@"})
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    columns = {
        str(name).removesuffix(" (as typed)"): place for place, name in enumerate(cells)
    }
    columns |= {str(name): place for place, name in enumerate(cells)}
    lines = {row: line for line, row in enumerate(cells.index, start=1)}
    words: dict[int, list[str]] = {}
    for row, column, _, problem, remedy, severity in problems.itertuples(index=False):
        if row not in lines:
            continue
        words.setdefault(row, []).append(f"{column or 'the row'} {problem}: {remedy}")
        if (
            column in columns
        ):  # not one that was added to a workbook that was handed back
            line, place = lines[row], columns[column]
            warning = "" if severity == ERROR else "Warning: "
            comment = f"{warning}{problem}.\n{remedy[0].upper()}{remedy[1:]}."
            sheet.write_string(
                line, place, text_of_cell(str(cells.iloc[line - 1, place])), bad
            )
            options = {"author": "cbcstats", "x_scale": 2}
            sheet.write_comment(line, place, text_of_name(comment), options)
    for row, texts in words.items():
        text = text_of_cell(f"Row {row}: {'; '.join(texts)}")
        sheet.write_string(lines[row], cells.shape[1], text[:CHARACTERS], wrap)
