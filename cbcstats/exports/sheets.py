"""Sheets of a workbook: one marked table each, below three lines of words."""

from __future__ import annotations

import datetime
import math
import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.errors import ArgumentError
from cbcstats.files.workbooks import (
    CHARACTERS,
    COLUMNS,
    ROWS,
    text_of_cell,
    text_of_name,
)
from cbcstats.files.writing import is_days
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TOP: Final = 3  # row of the header, counted from 0: below title, what the sheet holds, and source
LONGEST: Final = 31  # characters of the name of a sheet
LONGEST_HEADER: Final = 255  # characters of the header of a marked table
WIDE: Final = 90  # characters of a column of long texts
LINE: Final = 15  # points
FEW: Final = 12  # columns that fit on the width of a printed page
MEASURED: Final = 1000  # rows whose texts decide how wide a column is
_FIRST_DAY: Final = datetime.datetime(
    1900, 3, 1
)  # before it, days of Excel are not those of the calendar
_LARGEST: Final = 10**15  # whole numbers up to which Excel keeps every digit
_WIDTHS: Final = (9, 44)  # characters
_DAY: Final = {"num_format": "yyyy-mm-dd", "align": "left"}
_MOMENT: Final = {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}
_NO_SHEET: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_EXCELS_OWN: Final = "History"  # a name that Excel keeps for itself


def sheet_names(names: Iterable[str], taken: Sequence[str] = ()) -> list[str]:
    """Return names that Excel accepts for sheets, each once: 31 characters, no sign of its own among them.

    Examples
    --------
    >>> sheet_names(["a/b", "A_B", "", "Notes", "n" * 40], taken=["Notes"])
    ['a_b', 'A_B 2', 'table', 'Notes 2', 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn']
    """
    used = {name.casefold() for name in (*taken, _EXCELS_OWN)}
    made = []
    for name in names:
        plain = " ".join(_NO_SHEET.sub("_", name).split()).strip("'") or "table"
        number, given = 1, _cut(plain, "")
        while given.casefold() in used:
            number += 1
            given = _cut(plain, f" {number}")
        used.add(given.casefold())
        made.append(given)
    return made


def check_sheet(name: str, frame: pd.DataFrame) -> None:
    """Raise ArgumentError if a table, or one of its cells, is larger than a sheet holds."""
    if len(frame) + TOP >= ROWS or frame.shape[1] > COLUMNS:
        raise ArgumentError(
            f"{name}: {len(frame):,} rows and {frame.shape[1]:,} columns are more than a sheet holds; write .parquet"
        )
    longest = max(map(len, map(str, frame)), default=0)
    if longest > LONGEST_HEADER:
        raise ArgumentError(
            f"{name}: a column has a name of {longest:,} characters; Excel takes {LONGEST_HEADER}"
        )
    for column in frame.select_dtypes(exclude=["number", "datetime"]):
        for row, value in enumerate(frame[column], start=1):
            if len(text_of_cell(str(value))) > CHARACTERS:
                raise ArgumentError(
                    f"row {row}, column {column}: the text is longer than the {CHARACTERS:,} "
                    "characters that a cell holds; write .csv or .parquet"
                )


def write_sheet(
    workbook: Any,
    name: str,
    lines: tuple[str, str, str],
    frame: pd.DataFrame,
    *,
    wrapped: bool = False,
) -> Any:
    """Write a table to a sheet of its own and return the sheet; long texts go on to further lines if `wrapped`.

    Raises
    ------
    ArgumentError
        If the table, or one of its cells, is larger than a sheet holds.
    """
    check_sheet(name, frame)
    sheet = workbook.add_worksheet(name)
    styles = [{"bold": True, "font_size": 14}, {}, {"font_color": "#555555"}]
    for row, (line, style) in enumerate(zip(lines, styles, strict=True)):
        sheet.write_string(row, 0, text_of_cell(line), workbook.add_format(style))
    if frame.shape[1]:
        _write_table(workbook, sheet, frame)
    if wrapped:
        _wrap(workbook, sheet, frame)
    sheet.freeze_panes(TOP + 1, 0)
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    if frame.shape[1] <= FEW:
        sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(TOP)
    return sheet


def _write_table(workbook: Any, sheet: Any, frame: pd.DataFrame) -> None:
    head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    number = len(workbook.worksheets())
    stem = re.sub(r"\W", "_", sheet.get_name(), flags=re.ASCII)
    sheet.add_table(
        *(TOP, 0, TOP + max(len(frame), 1), frame.shape[1] - 1),
        {
            "name": f"table_{number}_{stem}",
            "columns": [
                {"header": text_of_name(str(name)), "header_format": head}
                for name in frame
            ],
            "style": "Table Style Light 1",
        },
    )
    formats = {
        kind: workbook.add_format(style)
        for kind, style in (("day", _DAY), ("moment", _MOMENT))
    }
    for place, name in enumerate(frame):
        _write_column(sheet, place, frame[name], formats)


def _write_column(
    sheet: Any, place: int, column: pd.Series, formats: dict[str, Any]
) -> None:
    days = is_days(column)
    is_number = pd.api.types.is_numeric_dtype(column.dtype)
    longest = 0
    for row, (value, gone) in enumerate(
        zip(column, column.isna(), strict=True), start=TOP + 1
    ):
        if gone:
            continue
        _write_cell(sheet, row, place, value, formats["day" if days else "moment"])
        longest = max(longest, len(str(value)) if row <= TOP + MEASURED else 0)
    longest = min(longest, 11) if days or is_number else longest
    sheet.set_column(
        place,
        place,
        min(max(longest, len(str(column.name)) + 3, _WIDTHS[0]), _WIDTHS[1]),
    )


def _wrap(workbook: Any, sheet: Any, frame: pd.DataFrame) -> None:
    """Make columns of long texts wide, and rows as high as their texts need: not every program does so itself."""
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    lengths = pd.DataFrame(
        {name: text_column(frame[name]).fillna("").str.len() for name in frame},
        dtype=int,
    )
    for place, name in enumerate(frame):
        longest = max([len(str(name)) + 3, *lengths[name]])
        sheet.set_column(
            place, place, WIDE if longest > _WIDTHS[1] else longest + 1, wrap
        )
    for row, length in enumerate(lengths.max(axis="columns"), start=TOP + 1):
        sheet.set_row(row, LINE * math.ceil(length / WIDE))


def _write_cell(sheet: Any, row: int, place: int, value: Any, moment: Any) -> None:
    """Write a cell as what it is."""
    if isinstance(value, bool) or pd.api.types.is_bool(value):
        sheet.write_boolean(row, place, bool(value))
    elif (
        pd.api.types.is_number(value)
        and not isinstance(value, complex)
        and _fits(value)
    ):
        sheet.write_number(row, place, value)
    elif _is_day_of_excel(value):
        sheet.write_datetime(row, place, value, moment)
    else:
        text = (
            value.isoformat(" ") if isinstance(value, datetime.datetime) else str(value)
        )
        sheet.write_string(row, place, text_of_cell(text.removesuffix(" 00:00:00")))


def _fits(value: Any) -> bool:
    return math.isfinite(value) and (
        abs(float(value)) <= _LARGEST or not pd.api.types.is_integer(value)
    )


def _is_day_of_excel(value: Any) -> bool:
    if isinstance(value, datetime.datetime):
        return value.tzinfo is None and value >= _FIRST_DAY
    return isinstance(value, datetime.date) and value >= _FIRST_DAY.date()


def _cut(name: str, end: str) -> str:
    """Return the name with its end; Excel counts letters outside the basic plane twice."""
    while len((name + end).encode("utf-16-le")) // 2 > LONGEST:
        name = name[:-1]
    return name.rstrip(" '") + end
