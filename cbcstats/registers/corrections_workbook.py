"""The workbook of rejected rows: write it, and take it apart when it comes back.

The first sheet has the rows as typed, their numbers, and what to correct. The second
has what these rows alone do not show: the ids of other rows, and a fingerprint of each
row, by which a row that comes back unchanged is rejected again.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.errors import ERROR, ArgumentError
from cbcstats.files.text_table import PLACES, without_blank_rows
from cbcstats.files.workbooks import (
    CHARACTERS,
    OWN_SHEET,
    ROWS,
    new_workbook,
    rows_of_sheet,
    text_of_cell,
    text_of_name,
)
from cbcstats.files.writing import target, write_whole
from cbcstats.frames import as_text, text_column
from cbcstats.registers.schemas import ALL_ISO3

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cbcstats.files.text_table import TextTable
    from cbcstats.registers.register import Reading, Register

# The column that tells what to correct.
TO_CORRECT: Final = "what to correct (added by cbcstats)"
_ROW: Final = "row"
_ROW_IF_TAKEN: Final = "row in the register"  # if the file has a column `row`
# Its columns and their titles with the widths; those without a width are hidden.
_TITLES: Final = {
    "row": ("row", 8),
    "id": ("id", 24),
    "iso3": ("place", 24),
    "first_row": ("earlier row with this id", 24),
    "wrong": ("why it was rejected", 90),
    "may_be_right": ("may be right", 0),
    "fingerprint": ("fingerprint", 0),
    # Only where the register is in several files or sheets.
    "file": ("file", 24),
    "sheet": ("sheet", 16),
}
_INTRODUCTION: Final = (
    "For cbcstats, which reads this sheet when the workbook comes back; "
    "there is nothing to fill in. "
    "It lists the ids that are taken, and why rows were rejected."
)
_ABOUT_ROW: Final = (
    "The row in the register. Leave it as it is. In a row that you add, leave it empty."
)
_ABOUT_WORDS: Final = (
    "What is wrong in each row. A row that you delete here stays rejected."
)
_IF_RIGHT: Final = "if the row is right as it is here, empty this cell"
# What a workbook cannot store, as it comes back.
_ESCAPED: Final = re.compile(r"_x[0-9A-F]{4}_|[\x00-\x1f\x7f]")

_NARROWEST: Final = 10  # characters
_WIDEST: Final = 40
_WIDTH_OF_TEXT: Final = 90
_MEASURED: Final = 100  # cells of a column
_HEIGHT_OF_LINE: Final = 15  # points
_MOST_LINES: Final = 20

# Keep cells as text: Excel would turn 007 into 7, and 3/4 into a date.
_TEXT: Final = {"num_format": "@", "valign": "top"}
_BAD: Final = {"bg_color": "#FFD9B3", "border": 1, **_TEXT}
_HEAD: Final = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
_WRAPPED: Final = {"text_wrap": True, "valign": "top"}
_GREY: Final = {"font_color": "#7F7F7F", "align": "center", "valign": "top"}


class Returned(NamedTuple):
    """A workbook that came back, without what `save_problems` had added.

    `place` is the column of row numbers, if it is there, and `rows` has its cells, with
    those of the columns `file` and `sheet` if the register is in several; `explained`
    tells whether a row still has its explanation; `notes` is the second sheet, empty if
    it is gone; `fingerprints` has one for each row.
    """

    table: TextTable
    place: str | None
    rows: pd.DataFrame
    explained: pd.Series
    notes: pd.DataFrame
    fingerprints: pd.Series


def write_corrections(
    path: str | Path, register: Register, reading: Reading, *, overwrite: bool
) -> Path:
    """Write the rejected rows of a register, as typed, to a workbook.

    Each faulty cell is coloured, and a comment gives the problem and the remedy.
    """
    path = target(path, [".xlsx"], overwrite=overwrite)
    cells = cells_to_correct(register.rejected, reading.table.header)
    _check_size(cells)
    # Build it in memory first, so that no partial workbook is ever written.
    content = io.BytesIO()
    with new_workbook(content, "Rows to correct") as workbook:
        sheet = workbook.add_worksheet("to correct")
        notes = workbook.add_worksheet(OWN_SHEET)
        places = _places(cells.index, reading.table)
        _write_cells(workbook, sheet, cells, places)
        _mark_cells(workbook, sheet, cells, register.problems)
        table = _notes(register, reading, cells)
        words = _words(table, register.problems, reading.names.get("mission_id"))
        _write_words(workbook, sheet, words, cells.shape[1] + places.shape[1])
        _write_notes(workbook, notes, _with_places(table, reading.table))
        for page in (sheet, notes):
            page.set_landscape()
            # Fit to one page in width, and as many as needed in length.
            page.fit_to_pages(1, 0)
    return write_whole(path, content.getvalue(), overwrite=overwrite)


def cells_to_correct(rejected: pd.DataFrame, header: Sequence[str]) -> pd.DataFrame:
    """Return the rejected rows as text, under the header of the file."""
    # The last column has the reasons.
    typed = rejected.iloc[:, :-1]
    cells = typed.map(as_text)
    beyond = cells.columns[len(header) :]
    names = [*header, *beyond]
    return cells.set_axis(names, axis="columns")


def take_apart(
    table: TextTable, source: Any, *, of_several: bool = False
) -> Returned | None:
    """Take a workbook of `save_problems` apart; return None if it is another table.

    `of_several` tells that it is of a register in several files or sheets, as its
    second sheet does.
    """
    explanations = TO_CORRECT in table.header
    place = _place_column(table.header)
    if not explanations and place is None:
        return None
    notes = _read_notes(source)
    if not explanations and notes.empty:
        return None
    of_several = of_several or bool((notes["file"] != "").any())
    added = [TO_CORRECT, place, *(PLACES if of_several else [])]
    header = [column for column in table.header if column not in added]
    unread = {cell: why for cell, why in table.unread.items() if cell[1] in header}
    # All its cells are text, so 42828 is not a date.
    cells = table.cells[header]
    plain = replace(table, header=header, cells=cells, unread=unread, first_day=None)
    plain = without_blank_rows(plain)
    rows = plain.cells.index
    explained = pd.Series(data=True, index=rows)
    if explanations:
        explained = table.text_of(rows, TO_CORRECT).str.strip() != ""
    # Columns that the author adds are usually to the right of the row numbers.
    own = header
    if place:
        end = table.header.index(place)
        own = [column for column in table.header[:end] if column in header]
    texts = pd.DataFrame({column: plain.text(column) for column in own}, index=rows)
    numbers = _typed_places(table, rows, place, of_several=of_several)
    return Returned(plain, place, numbers, explained, notes, fingerprints(texts))


def _typed_places(
    table: TextTable, rows: pd.Index, place: str | None, *, of_several: bool
) -> pd.DataFrame:
    """Return what is typed as the file, the sheet and the row in the register."""
    names = {"row": place}
    if of_several:
        names |= {name: name for name in PLACES}
    typed = {}
    for name in (*PLACES, "row"):
        column = names.get(name)
        text = text_column("", rows)
        if column in table.header:
            text = table.text_of(rows, column).str.strip()
        typed[name] = text
    return pd.DataFrame(typed, index=rows)


def fingerprints(cells: pd.DataFrame) -> pd.Series:
    """Return a short hash of the filled cells of each row, in any order of columns."""
    names = [normal(str(name)) for name in cells]
    hashes = []
    for row in cells.itertuples(index=False, name=None):
        texts = zip(names, map(normal, row), strict=True)
        filled = [f"{name}\n{text}" for name, text in texts if text]
        content = "\n\n".join(sorted(filled))
        digest = hashlib.blake2b(content.encode(), digest_size=8)
        hashes.append(digest.hexdigest())
    return pd.Series(hashes, index=cells.index, dtype="object")


def normal(text: str) -> str:
    r"""Return a text without what the way through a spreadsheet program may change.

    Examples
    --------
    >>> normal(" Port of\r\nLomé ") == normal("Port of Lomé")
    True
    """
    printable = _ESCAPED.sub(" ", text_of_cell(text))
    return " ".join(printable.split())


def name_of_rows(header: Iterable[Any]) -> str:
    """Return the name of the column with the rows in the register."""
    return _ROW_IF_TAKEN if _ROW in list(header) else _ROW


def _place_column(header: Sequence[str]) -> str | None:
    """Return the added column of row numbers; a column `row` may also be the file's."""
    candidates = [name for name in header if name in (_ROW, _ROW_IF_TAKEN)]
    return candidates[-1] if candidates else None


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


def _places(rows: pd.Index, table: TextTable) -> pd.DataFrame:
    """Return the columns that tell where rows are, under their names in the workbook."""
    places = table.places(rows) if table.parts else pd.DataFrame({"row": rows})
    return places.rename(columns={"row": name_of_rows(table.header)})


def _write_cells(
    workbook: Any, sheet: Any, cells: pd.DataFrame, places: pd.DataFrame
) -> None:
    head = workbook.add_format(_HEAD)
    text = workbook.add_format(_TEXT)
    grey = workbook.add_format(_GREY)
    for place, name in enumerate(map(str, cells)):
        column = cells.iloc[:, place].tolist()
        width = _width(name, column)
        sheet.set_column(place, place, width, text)
        sheet.write_string(0, place, text_of_cell(name), head)
        written = map(text_of_cell, column)
        for row, cell in enumerate(written, start=1):
            sheet.write_string(row, place, cell, text)
    place = cells.shape[1] - 1
    for place, name in enumerate(map(str, places), start=cells.shape[1]):
        of_rows = [text_of_cell(str(cell)) for cell in places[name]]
        sheet.set_column(place, place, _width(name, of_rows), grey)
        sheet.write_string(0, place, name, head)
        sheet.write_column(1, place, places[name].tolist(), grey)
    last = place + 1
    sheet.set_column(last, last, _WIDTH_OF_TEXT)
    sheet.write_string(0, last, TO_CORRECT, head)
    _comment(sheet, 0, place, _ABOUT_ROW)
    _comment(sheet, 0, last, _ABOUT_WORDS)
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


def _comment(sheet: Any, line: int, place: int, text: str) -> None:
    comment = text_of_name(text)
    sheet.write_comment(line, place, comment, {"author": "cbcstats", "x_scale": 2})


def _mark_cells(
    workbook: Any, sheet: Any, cells: pd.DataFrame, problems: pd.DataFrame
) -> None:
    """Colour each faulty cell, and add a comment with the problem and the remedy."""
    bad = workbook.add_format(_BAD)
    places = {name: place for place, name in enumerate(cells)}
    lines = {row: line for line, row in enumerate(cells.index, start=1)}
    problem: Any
    for problem in problems.itertuples(index=False):
        # Some problems have no cell here: those of a whole row or of a dropped column.
        if problem.row not in lines or problem.column not in places:
            continue
        line, place = lines[problem.row], places[problem.column]
        cell = cells.at[problem.row, problem.column]
        written = text_of_cell(str(cell))
        sheet.write_string(line, place, written, bad)
        warning = "" if problem.severity == ERROR else "Warning: "
        first, rest = problem.remedy[0], problem.remedy[1:]
        comment = f"{warning}{problem.problem}.\n{first.upper()}{rest}."
        _comment(sheet, line, place, comment)


def _words(
    notes: pd.DataFrame, problems: pd.DataFrame, id_column: str | None
) -> dict[int, str]:
    """Return the corrections needed in each rejected row, as one text."""
    rejected = notes[notes["fingerprint"] != ""].set_index("row")
    texts: dict[int, list[str]] = {row: [] for row in rejected.index}
    problem: Any
    for problem in problems.itertuples(index=False):
        if problem.row not in texts:
            continue
        place = problem.column or "the row"
        text = f"{place} {problem.problem}: {problem.remedy}"
        first_row: Any = rejected.at[problem.row, "first_row"]
        if problem.column == id_column and first_row:
            text += f" (row {first_row} has it)"
        texts[problem.row].append(text)
    for row in rejected.index[rejected["may_be_right"] != ""]:
        texts[row].append(_IF_RIGHT)
    return {row: "; ".join(of_row) for row, of_row in texts.items()}


def _write_words(workbook: Any, sheet: Any, words: dict[int, str], place: int) -> None:
    wrap = workbook.add_format(_WRAPPED)
    for line, text in enumerate(words.values(), start=1):
        written = text_of_cell(text)
        sheet.write_string(line, place, written[:CHARACTERS], wrap)
        # Spreadsheet programs do not all fit the height of a row to its text.
        lines = 1 + len(text) // _WIDTH_OF_TEXT
        if lines > 1:
            shown = min(lines, _MOST_LINES)
            sheet.set_row(line, shown * _HEIGHT_OF_LINE)


def _notes(register: Register, reading: Reading, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the second sheet: rejected rows, and those that passed with an id."""
    parts = [_rejected_notes(register, reading, cells)]
    if "mission_id" in register.rows:
        parts.append(_taken_ids(register.rows))
    notes = pd.concat(parts).rename_axis("row").reset_index()
    by_row = notes.sort_values("row")
    first_of = by_row.drop_duplicates("id").set_index("id")["row"]
    first_row = notes["id"].map(first_of).fillna(notes["row"])
    first_row = first_row.astype("int64")
    has_id = notes["id"] != ""
    is_repeated = has_id & (first_row != notes["row"])
    first_row = _rows_in_words(first_row, reading.table)
    notes["first_row"] = first_row.astype("object").where(is_repeated, "")
    notes = notes.astype("object").where(notes.notna(), "")
    names = list(_TITLES)[: notes.shape[1]]
    # A sheet may not hold the ids of a very long register; rejected rows come first.
    return notes.head(ROWS - 3)[names]


def _rejected_notes(
    register: Register, reading: Reading, cells: pd.DataFrame
) -> pd.DataFrame:
    """Return what is to be known of rejected rows when they come back."""
    names = reading.names
    is_confirmable = cells.index.isin(list(reading.table.faults))
    notes = {
        "id": _texts(cells, names.get("mission_id")),
        "iso3": _texts(cells, names.get("member")),
        "wrong": register.rejected["reasons"],
        "may_be_right": ["yes" if may else "" for may in is_confirmable],
        "fingerprint": fingerprints(cells),
    }
    return pd.DataFrame(notes, index=cells.index)


def _taken_ids(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the ids of rows that passed, and their countries."""
    has_id = rows["mission_id"].notna()
    rows = rows[has_id]
    iso3 = rows["iso3"].astype("object")
    if ALL_ISO3 in rows:
        iso3 = iso3.fillna(rows[ALL_ISO3])
    return pd.DataFrame({"id": rows["mission_id"], "iso3": iso3})


def _rows_in_words(rows: pd.Series, table: TextTable) -> pd.Series:
    """Name the file and the sheet of rows, if there are several."""
    if not table.parts:
        return rows
    places = table.places(rows)
    words = places["row"].astype("str") + " of " + places["file"]
    sheets = ", sheet " + places["sheet"]
    words += sheets.where(places["sheet"] != "", "")
    return words.set_axis(rows.index)


def _with_places(notes: pd.DataFrame, table: TextTable) -> pd.DataFrame:
    """Add the files and sheets of rows, and their rows there, if there are several."""
    if not table.parts:
        return notes
    places = table.places(notes["row"]).set_axis(notes.index)
    return notes.assign(row=places["row"].astype("object"), **places[PLACES])


def _texts(cells: pd.DataFrame, column: str | None) -> pd.Series:
    if column is None:
        return text_column("", cells.index)
    return cells[column].str.strip()


def _write_notes(workbook: Any, sheet: Any, notes: pd.DataFrame) -> None:
    head = workbook.add_format(_HEAD)
    text = workbook.add_format(_TEXT)
    wrap = workbook.add_format({**_WRAPPED, **_TEXT})
    sheet.write_string(0, 0, _INTRODUCTION)
    for place, name in enumerate(map(str, notes)):
        title, width = _TITLES[name]
        cell_format = wrap if name == "wrong" else text
        sheet.set_column(
            place, place, width or None, cell_format, {"hidden": not width}
        )
        sheet.write_string(2, place, title, head)
        for line, cell in enumerate(notes[name], start=3):
            if isinstance(cell, int):
                sheet.write_number(line, place, cell)
            elif cell:
                written = text_of_cell(cell)[:CHARACTERS]
                sheet.write_string(line, place, written, cell_format)
    sheet.freeze_panes(3, 0)
    # Without a password: it only guards against slips.
    sheet.protect()


def _read_notes(source: Any) -> pd.DataFrame:
    """Read the second sheet of a workbook; empty if it has none."""
    is_file = isinstance(source, Path)
    lines = rows_of_sheet(source, OWN_SHEET) if is_file else []
    columns = list(_TITLES)
    width = len(columns)
    body = []
    for cells in lines:
        # Neither the introduction nor the header has a number first.
        if cells[0].isdecimal():
            padded = [*cells, *[""] * width]
            body.append(padded[:width])
    notes = pd.DataFrame(body, columns=columns, dtype="object")
    return notes.astype({"row": "int64"})


def passed_ids(notes: pd.DataFrame) -> pd.DataFrame:
    """Return the ids and ISO codes of rows that passed, by their row."""
    has_passed = notes["fingerprint"] == ""
    has_id = notes["id"] != ""
    passed = notes[has_passed & has_id].set_index("row")
    ids = passed[["id", "iso3"]]
    return ids.set_axis(["mission_id", "member"], axis="columns")


def came_back_unchanged(returned: Returned) -> pd.Series:
    """Return, for each row that came back as it was, what had been wrong with it.

    A row whose cells were only cut wrongly may be right; its author then empties the
    explanation.
    """
    notes = returned.notes
    notes = notes[notes["fingerprint"] != ""].drop_duplicates("fingerprint")
    notes = notes.set_index("fingerprint")
    hashes = returned.fingerprints
    may_be_right = hashes.map(notes["may_be_right"]) == "yes"
    is_confirmed = may_be_right & ~returned.explained
    wrong = hashes.map(notes["wrong"])
    return wrong[~is_confirmed].dropna()
