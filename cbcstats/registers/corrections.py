"""Rejected rows -> a workbook to hand back to whoever filled in the register."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from cbcstats.errors import ERROR, ArgumentError
from cbcstats.files.scalars import as_text
from cbcstats.files.workbooks import CHARACTERS, ROWS, new_workbook, text_of_cell, text_of_name
from cbcstats.files.writing import target, write_whole
from cbcstats.registers.sieve import TO_CORRECT

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_WIDTHS: Final = (10, 40)  # characters
_WIDTH_OF_WORDS: Final = 90


def write_corrections(
    path: str | Path, rejected: pd.DataFrame, problems: pd.DataFrame, *, overwrite: bool
) -> Path:
    """Write rejected rows as typed; each bad cell is coloured and says in a comment what is wrong and what to do."""
    path = target(path, [".xlsx"], overwrite=overwrite)
    longest = max(
        (len(text_of_cell(as_text(cell))) for name in rejected for cell in rejected[name]),
        default=0,
    )
    if longest > CHARACTERS:
        raise ArgumentError(
            f"a cell of {longest:,} characters is more than a sheet holds; use .rejected.to_csv instead"
        )
    if len(rejected) >= ROWS:
        raise ArgumentError(
            f"{len(rejected):,} rows are more than a sheet holds; use .rejected.to_csv instead"
        )
    content = io.BytesIO()
    with new_workbook(content, "Rows to correct") as workbook:
        cells = rejected.iloc[:, :-1]  # without the reasons, which stand in the words
        _write_cells(workbook, cells)
        _write_problems(workbook, cells, problems)
    return write_whole(path, content.getvalue())


def _write_cells(workbook: Any, rejected: pd.DataFrame) -> None:
    sheet = workbook.add_worksheet("to correct")
    head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    text = workbook.add_format({"num_format": "@"})  # a corrected cell stays as it is typed
    for place, name in enumerate(map(str, rejected)):
        cells = [as_text(cell) for cell in rejected.iloc[:, place]]
        longest = max([len(name), *map(len, cells[:100])]) + 2
        sheet.set_column(place, place, min(max(longest, _WIDTHS[0]), _WIDTHS[1]), text)
        sheet.write_string(0, place, text_of_cell(name), head)
        for row, cell in enumerate(cells, start=1):
            sheet.write_string(row, place, text_of_cell(cell), text)
    sheet.set_column(rejected.shape[1], rejected.shape[1], _WIDTH_OF_WORDS)
    sheet.write_string(0, rejected.shape[1], TO_CORRECT, head)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rejected), rejected.shape[1])
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(rejected) + 1}"})


def _write_problems(workbook: Any, rejected: pd.DataFrame, problems: pd.DataFrame) -> None:
    [sheet] = workbook.worksheets()
    bad = workbook.add_format({"bg_color": "#FFD9B3", "border": 1, "num_format": "@"})
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    places = {str(name).removesuffix(" (as typed)"): place for place, name in enumerate(rejected)}
    places |= {str(name): place for place, name in enumerate(rejected)}
    numbers = {row: number for number, row in enumerate(rejected.index, start=1)}
    said: dict[int, list[str]] = {}
    for row, column, _, problem, remedy, severity in problems.itertuples(index=False):
        if row in numbers:
            said.setdefault(row, []).append(f"{column or 'the row'} {problem}: {remedy}")
            if column in places:  # and not what was added to a workbook that was handed back
                note = f"{'' if severity == ERROR else 'Warning: '}{problem}.\n{remedy[0].upper()}{remedy[1:]}."
                place = numbers[row], places[column]
                cell = as_text(rejected.iloc[place[0] - 1, place[1]])
                sheet.write_string(*place, text_of_cell(cell), bad)
                sheet.write_comment(
                    *place, text_of_name(note), {"author": "cbcstats", "x_scale": 2}
                )
    for row, texts in said.items():
        words = text_of_cell(f"Row {row}: {'; '.join(texts)}")
        sheet.write_string(numbers[row], rejected.shape[1], words[:CHARACTERS], wrap)
