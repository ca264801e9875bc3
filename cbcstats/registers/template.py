"""Workbooks to fill in: a register that refuses, while it is typed, what `read_register` would reject."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xlsxwriter.utility import xl_col_to_name

from cbcstats.arguments import check_choice, check_file_to_write, check_flag
from cbcstats.files.workbooks import new_workbook
from cbcstats.files.writing import target, write_whole
from cbcstats.places.names import plain_spelling
from cbcstats.registers.schemas import FIRST_DAY, KINDS, columns_of_file
from cbcstats.tables.loaders import load_beneficiaries, load_members

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandera.pandas as pa

ROWS: Final = 5_000  # that are prepared, below the header

_PROGRAMMES: Final = (  # more than those of the table of beneficiaries
    *(
        "Columbus Programme",
        "STCE Project",
        "UNODC-WCO Container Control Programme",
        "WCO Fellowship Programme",
    ),
)
_SUPPORT: Final = (
    *(
        "accreditation",
        "diagnostic",
        "evaluation",
        "monitoring",
        "strategic planning",
        "technical assistance",
    ),
    *("train the trainer", "training", "workshop"),
)
_STATUSES: Final = {
    "missions": ("delivered", "under way", "cancelled"),  # a start lies in the past
    "beneficiaries": ("active", "completed", "cancelled"),
}
# None is the name of a column, so that the sheet of the lists is not taken for a register.
_HEADINGS: Final = {
    "member": "Members of the WCO",
    "programme": "Programmes",
    "kind": "Kinds of support",
    "status": "Words for the status",
}
_EXAMPLES: Final[dict[str, Any]] = {
    "mission_id": "2017-KEN-01",
    "member": "Kenya",
    "start_date": datetime.date(2017, 4, 3),
    "end_date": datetime.date(2017, 4, 7),
    "as_of": datetime.date(2017, 6, 30),
    "programme": "Mercator",
    "track": "Tailor-Made Track",
    "kind": "diagnostic",
    "experts": 2,
    "participants": 25,
    "female_participants": 11,
    "source": "report of 2017-06-30",
}
_WIDTHS: Final = {
    "member": 26,
    "programme": 44,
    "kind": 20,
    "track": 26,
    "source": 36,
}  # characters
_WIDTH: Final = 15
_DAY: Final = "datetime64"
_COUNT: Final = "Int64"
_FORMATS: Final = {
    _DAY: {"num_format": "yyyy-mm-dd", "align": "left"},
    _COUNT: {"align": "center"},
}
_TEXT: Final = {"num_format": "@"}  # stays as it is typed: 007, 2017-04
# No cell may go beyond the other one of its row; MIN and MAX pass over it while it is empty.
_PAIRS: Final = {
    "start_date": ("maximum", "MIN", "end_date", "not after the end"),
    "end_date": ("minimum", "MAX", "start_date", "not before the start"),
    "participants": (
        "minimum",
        "MAX",
        "female_participants",
        "not fewer than the women among them",
    ),
    "female_participants": (
        "maximum",
        "MIN",
        "participants",
        "not more than all participants",
    ),
}
_ENTRIES: Final = {"missions": "mission", "beneficiaries": "Member and programme"}
_STEPS: Final = (
    "1. Fill in the sheet {sheet}, one row for each {entry}. If there are several places, write one row for each.",
    "2. Dark headings are needed: in a row that is begun, a cell of theirs that is still empty turns orange.",
    "3. Leave a cell empty where nothing is known. Write no n/a, no totals, and no headings in between.",
    "4. Paste values only: cells that are pasted whole replace the checks of this form.",
    "5. Keep the headings as they are. Columns of your own may stand to the right of them.",
    "6. To name every cell that does not pass, run:  cbcstats check {kind}.xlsx{option}",
    "7. Send the workbook to:",
)


class _Column(NamedTuple):
    """A column of the form: what it takes, in words and as Excel is to check it."""

    name: str
    label: str
    needed: bool
    says: str
    check: dict[str, Any]
    cells: dict[str, Any]


def save_template(
    path: str | Path, *, kind: str = "missions", overwrite: bool = False
) -> Path:
    """Write a workbook in which people fill in a register, with drop-down lists, and checks while they type.

    `read_register` reads what is entered with no argument but the kind. A second sheet has instructions and an
    example, a third one the lists. The same version writes the same bytes.

    Parameters
    ----------
    path : path
        A file that ends in .xlsx; folders are made on the way.
    kind : {"missions", "beneficiaries"}
        The kind of register.
    overwrite : bool
        Whether to replace a file that is there.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ArgumentError
        If the file is there already or ends in something else, or there is no such kind.

    Notes
    -----
    Refused are what is no day, or none that `read_register` takes; what is no whole number from 0 on; an end before its
    start, more women than participants, and an id that another row has. What is not in a list is kept after a question:
    missions also go to places that are no Members of the WCO. Spreadsheet programs do not check what is pasted;
    `read_register` does.

    Examples
    --------
    >>> import tempfile
    >>> from cbcstats import read_register, save_template
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_template(f"{folder}/missions.xlsx")
    ...     print(len(read_register(path).rows))
    0
    """
    path = check_file_to_write("path", path)
    kind = check_choice("kind", kind, tuple(KINDS))
    overwrite = check_flag("overwrite", overwrite)
    path = target(path, [".xlsx"], overwrite=overwrite)
    return write_whole(path, _workbook(kind), overwrite=overwrite)


def _workbook(kind: str) -> bytes:
    model = KINDS[kind].to_schema()
    members = sorted(
        load_members().dropna(subset="wco_region")["name"], key=plain_spelling
    )
    programmes = sorted(
        {*load_beneficiaries()["programme"], *_PROGRAMMES}, key=str.casefold
    )
    options = {
        "member": members,
        "programme": programmes,
        "kind": _SUPPORT,
        "status": _STATUSES[kind],
    }
    lists = {name: words for name, words in options.items() if name in model.columns}
    columns = _columns(model, {name: len(words) for name, words in lists.items()})
    content = io.BytesIO()
    with new_workbook(content, f"Register of {kind}") as workbook:
        sheets = [
            workbook.add_worksheet(name)
            for name in (kind.capitalize(), "Instructions", "Lists")
        ]
        _write_form(workbook, sheets[0], columns)
        _write_instructions(workbook, sheets[1], kind, columns)
        _write_lists(workbook, sheets[2], lists)
        for sheet in sheets:
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
    return content.getvalue()


def _columns(model: pa.DataFrameSchema, lengths: dict[str, int]) -> list[_Column]:
    """Return the columns of the form, the id first; `lengths` are those of the lists, in the order of their sheet."""
    names = sorted(columns_of_file(model), key=lambda name: name != "mission_id")
    cells = {name: f"{xl_col_to_name(place)}2" for place, name in enumerate(names)}
    lists = {
        name: f"=Lists!${xl_col_to_name(place)}$2:${xl_col_to_name(place)}${length + 1}"
        for place, (name, length) in enumerate(lengths.items())
    }
    columns = []
    for name in names:
        column, needed = model.columns[name], model.columns[name].required
        takes, check = (
            _list(name, lists[name]) if name in lists else _check(column, cells)
        )
        label = name.replace("_", " ").capitalize().replace(" id", " ID")
        says = f"{'Needed. ' if needed else ''}{column.description[0].upper()}{column.description[1:]}: {takes}."
        check |= {"error_title": label, "error_message": says}
        if needed:
            check |= {"input_title": label, "input_message": says}
        columns.append(
            _Column(
                name, label, needed, says, check, _FORMATS.get(_dtype(column), _TEXT)
            )
        )
    return columns


def _list(name: str, source: str) -> tuple[str, dict[str, Any]]:
    other = (
        "the name or the ISO code of one other place"
        if name == "member"
        else "another one"
    )
    check = {"validate": "list", "source": source, "error_type": "warning"}
    return f"choose from the list, or write {other}", check


def _check(column: pa.Column, cells: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Return what a column takes, in words and for Excel; formulas are those of the first row, whose cells are given.

    Where a formula refers to another cell, `ignore_blank` would let anything pass while that one is empty.
    """
    name, cell = column.name, cells[column.name]
    if name == "mission_id":  # COUNTIF would take 007 for 7, and * for anything
        is_new = f'=OR({cell}="",SUMPRODUCT(--(${cell[0]}$2:${cell[0]}${ROWS + 1}={cell}))=1)'
        return "any text that no other row has", {
            "validate": "custom",
            "value": is_new,
            "ignore_blank": False,
        }
    if _dtype(column) == _COUNT:
        takes, check = (
            "a whole number from 0 on",
            {"validate": "integer", "minimum": "=0", "maximum": "=1000000000"},
        )
    elif _dtype(column) == _DAY:
        past = any(check.name == "not_in_the_future" for check in column.checks)
        takes = f"a day such as 2017-04-03, from {FIRST_DAY.date()} {'to today' if past else 'on'}"
        last = "=TODAY()" if past else "=DATE(9999,12,31)"
        check = {
            "validate": "date",
            "minimum": f"=DATE({FIRST_DAY.year},1,1)",
            "maximum": last,
        }
    else:
        return "any text", {"validate": "any"}
    if name in _PAIRS:
        end, nearer, other, words = _PAIRS[name]
        takes += f", {words}"
        check[end] = f"={nearer}({check[end][1:]},{cells[other]})"
    return takes, check | {"criteria": "between", "ignore_blank": name not in _PAIRS}


def _write_form(workbook: Any, sheet: Any, columns: list[_Column]) -> None:
    head = {
        "bold": True,
        "text_wrap": True,
        "valign": "top",
        "border": 1,
        "border_color": "#8EA9DB",
    }
    heads = [{"bg_color": "#D9E2F3"}, {"bg_color": "#1F3864", "font_color": "#FFFFFF"}]
    missing = workbook.add_format({"bg_color": "#FFD9B3"})
    for place, column in enumerate(columns):
        sheet.set_column(
            place,
            place,
            _WIDTHS.get(column.name, _WIDTH),
            workbook.add_format(column.cells),
        )
        sheet.write_string(
            0, place, column.label, workbook.add_format(head | heads[column.needed])
        )
        sheet.write_comment(0, place, column.says, {"author": "cbcstats", "x_scale": 2})
        sheet.data_validation(1, place, ROWS, place, column.check)
        if column.needed:
            is_missing = f'=AND(COUNTA($A2:${xl_col_to_name(len(columns) - 1)}2)>0,${xl_col_to_name(place)}2="")'
            rule = {"type": "formula", "criteria": is_missing, "format": missing}
            sheet.conditional_format(1, place, ROWS, place, rule)
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 1 + [column.name for column in columns].index("member"))
    sheet.autofilter(0, 0, ROWS, len(columns) - 1)
    sheet.repeat_rows(0)


def _write_instructions(
    workbook: Any, sheet: Any, kind: str, columns: list[_Column]
) -> None:
    """Write the steps, and an example upright, one row for each column, so that it is not read as a register."""
    bold, wrap = {"bold": True}, {"text_wrap": True, "valign": "top", "align": "left"}
    for place, width in enumerate((22, 24, 104)):
        sheet.set_column(place, place, width)
    sheet.write_string(
        0,
        0,
        f"How to fill in the register of {kind}",
        workbook.add_format(bold | {"font_size": 14}),
    )
    words = {"sheet": kind.capitalize(), "kind": kind, "entry": _ENTRIES[kind]}
    option = "" if kind == "missions" else f" --kind {kind}"
    sheet.write_column(2, 0, [step.format(option=option, **words) for step in _STEPS])
    top = len(_STEPS) + 3
    titles = ("Column", "Example, not data", "What to write")
    sheet.write_row(top, 0, titles, workbook.add_format(bold | {"bottom": 1}))
    for row, column in enumerate(columns, start=top + 1):
        example = (
            _STATUSES[kind][0] if column.name == "status" else _EXAMPLES[column.name]
        )
        sheet.write_string(
            row, 0, column.label, workbook.add_format(wrap | {"bold": column.needed})
        )
        sheet.write(row, 1, example, workbook.add_format(column.cells | wrap))
        sheet.write_string(row, 2, column.says, workbook.add_format(wrap))


def _write_lists(workbook: Any, sheet: Any, lists: dict[str, Sequence[str]]) -> None:
    for place, (name, words) in enumerate(lists.items()):
        sheet.write_string(
            0, place, _HEADINGS[name], workbook.add_format({"bold": True, "bottom": 1})
        )
        sheet.write_column(1, place, words)
        sheet.set_column(place, place, max(map(len, (_HEADINGS[name], *words))) + 2)
    sheet.freeze_panes(1, 0)


def _dtype(column: pa.Column) -> str:
    return str(column.dtype).partition("[")[0]
