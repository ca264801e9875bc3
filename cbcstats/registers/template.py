"""Write blank registers as workbooks that check entries as `read_register` does."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from cbcstats.arguments import check_choice, check_file_to_write, check_flag
from cbcstats.files.workbooks import new_workbook
from cbcstats.files.writing import target, write_whole
from cbcstats.places.spelling import plain_spelling
from cbcstats.registers.schemas import (
    FIRST_DAY,
    REGISTERS,
    columns_of_file,
    kind_of,
)
from cbcstats.tables.loaders import load_beneficiaries, load_members

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandera.pandas as pa

ROWS: Final = 5_000  # prepared below the header

_WIDTHS: Final = {  # characters
    "member": 26,
    "programme": 44,
    "kind": 20,
    "track": 26,
    "source": 36,
}
_WIDTH: Final = 15
_FORMATS: Final[dict[str, dict[str, Any]]] = {
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "whole number": {"align": "center"},
    "number": {"align": "center"},
}
# For a column of a user's schema; those of cbcstats bring their own examples.
_EXAMPLES: Final = {
    "day": datetime.date(2017, 4, 3),
    "whole number": 1,
    "number": 1.5,
    "mark": "true",
    "text": "text",
}
_FIRST_DAY_OF_EXCEL: Final = pd.Timestamp("1900-01-01")
_LARGEST: Final = 1_000_000_000
# Keep cells as text: Excel would turn 007 into 7, and 2017-04 into a date.
_TEXT: Final = {"num_format": "@"}
# Limit each cell by the other one in its row; MIN and MAX ignore it while it is empty.
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
_STEPS: Final = """\
1. Fill in the sheet {sheet}, one row for each {entry}. \
If there are several places, write one row for each.
2. Dark headings are needed: in a row that is begun, \
a cell of theirs that is still empty turns orange.
3. Leave a cell empty where nothing is known. \
Write no n/a, no totals, and no headings in between.
4. Paste values only: cells that are pasted whole replace the checks of this form.
5. Keep the headings as they are. Columns of your own may stand to the right of them.
6. To name every cell that does not pass, run:  cbcstats check {kind}.xlsx{option}
7. Send the workbook to:"""
_HEAD: Final = {
    "bold": True,
    "text_wrap": True,
    "valign": "top",
    "border": 1,
    "border_color": "#8EA9DB",
}
_OPTIONAL_HEAD: Final = {**_HEAD, "bg_color": "#D9E2F3"}
_NEEDED_HEAD: Final = {**_HEAD, "bg_color": "#1F3864", "font_color": "#FFFFFF"}
_MISSING: Final = {"bg_color": "#FFD9B3"}
_BOLD: Final = {"bold": True}
_WRAP: Final = {"text_wrap": True, "valign": "top", "align": "left"}


class _Column(NamedTuple):
    """A column of the form: accepted values, in words and as a validation rule."""

    name: str
    label: str
    needed: bool
    words: str
    example: Any
    check: dict[str, Any]
    cells: dict[str, Any]


def save_template(
    path: str | Path, *, kind: str = "missions", overwrite: bool = False
) -> Path:
    """Write a workbook to fill in: a register with drop-down lists and checks on entry.

    `read_register` reads the completed workbook; it only needs the kind. The second
    sheet has instructions and an example, the third the lists. The output is
    reproducible.

    Parameters
    ----------
    path : path
        A file that ends in .xlsx; missing folders are created.
    kind : {"missions", "beneficiaries"}
        The kind of register.
    overwrite : bool
        Whether to replace an existing file.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ArgumentError
        If the file exists, has another ending, or the kind is unknown.

    Notes
    -----
    The form refuses dates that `read_register` would reject, anything but whole numbers
    from 0 on, an end before its start, more women than participants, and duplicate ids.
    Entries that are not in a list are accepted after a warning: missions also go to
    places that are not Members of the WCO. Spreadsheet programs do not check pasted
    cells; `read_register` does.

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
    kind = check_choice("kind", kind, tuple(REGISTERS))
    overwrite = check_flag("overwrite", overwrite)
    path = target(path, [".xlsx"], overwrite=overwrite)
    schema = REGISTERS[kind].to_schema()
    content = _workbook(kind, schema)
    return write_whole(path, content, overwrite=overwrite)


def _workbook(kind: str, schema: pa.DataFrameSchema) -> bytes:
    lists = _lists(schema)
    columns = _columns(schema, lists)
    content = io.BytesIO()
    title = f"Register of {kind}"
    with new_workbook(content, title) as workbook:
        name = kind.capitalize()
        form = workbook.add_worksheet(name)
        instructions = workbook.add_worksheet("Instructions")
        words = workbook.add_worksheet("Lists")
        _write_form(workbook, form, columns)
        entry = schema.title or "entry"
        _write_instructions(workbook, instructions, kind, entry, columns)
        _write_lists(workbook, words, lists)
        sheets = (form, instructions, words)
        for sheet in sheets:
            sheet.set_landscape()
            # Fit to one page in width, and as many as needed in length.
            sheet.fit_to_pages(1, 0)
    return content.getvalue()


def _lists(schema: pa.DataFrameSchema) -> dict[str, Sequence[str]]:
    """Return the options of each column with a drop-down list."""
    lists: dict[str, Sequence[str]] = {}
    names = columns_of_file(schema)
    for name in names:
        column = schema.columns[name]
        options = _options(column)
        if options:
            lists[name] = options
    return lists


def _options(column: pa.Column) -> Sequence[str]:
    """Return what to choose from in a column, the allowed values or suggestions."""
    kind = kind_of(column)
    if kind == "place":
        members = load_members()
        # Only the European Union has no region: the WCO does not count it as a Member.
        members = members.dropna(subset="wco_region")
        return sorted(members["name"], key=plain_spelling)
    # Numbers and days have limits instead.
    if kind != "text":
        return ()
    allowed = _allowed_values(column)
    if allowed:
        return allowed
    metadata = _metadata(column)
    options: Sequence[str] = metadata.get("options", ())
    if column.name == "programme":
        beneficiaries = load_beneficiaries()
        programmes = {*beneficiaries["programme"], *options}
        options = sorted(programmes, key=str.casefold)
    return options


def _allowed_values(column: pa.Column) -> list[Any]:
    """Return the values of an `isin` check."""
    for check in column.checks:
        if check.name == "isin":
            return list(check.statistics["allowed_values"])
    return []


def _metadata(column: pa.Column) -> dict[str, Any]:
    return column.metadata or {}


def _columns(
    schema: pa.DataFrameSchema, lists: dict[str, Sequence[str]]
) -> list[_Column]:
    """Return the columns of the form, the id first."""
    names = sorted(columns_of_file(schema), key=lambda name: name != "mission_id")
    first_cells = {}
    for place, name in enumerate(names):
        first_cells[name] = f"{xl_col_to_name(place)}2"
    sources = {}
    for place, (name, words) in enumerate(lists.items()):
        letter = xl_col_to_name(place)
        sources[name] = f"=Lists!${letter}$2:${letter}${len(words) + 1}"
    columns = []
    for name in names:
        rule = schema.columns[name]
        if name in sources:
            takes, check = _check_of_list(rule, sources[name])
        else:
            takes, check = _check(rule, first_cells)
        label = _label(name)
        description = rule.description or label
        explained = f"{description[0].upper()}{description[1:]}: {takes}."
        if rule.required:
            # The message appears when the cell is selected.
            explained = f"Needed. {explained}"
            check |= {"input_title": label, "input_message": explained}
        check |= {"error_title": label, "error_message": explained}
        example = _example(rule, lists.get(name))
        cells = _FORMATS.get(kind_of(rule), _TEXT)
        column = _Column(name, label, rule.required, explained, example, check, cells)
        columns.append(column)
    return columns


def _label(name: str) -> str:
    label = name.replace("_", " ").capitalize()
    return label.replace(" id", " ID")


def _example(column: pa.Column, options: Sequence[str] | None) -> Any:
    """Return an example of an entry: the one in the schema, or one that it accepts."""
    example = _metadata(column).get("example")
    options = options or _allowed_values(column)
    if example is not None:
        return example
    if options:
        return options[0]
    kind = kind_of(column)
    example = _EXAMPLES[kind]
    if kind in ("whole number", "number"):
        least, most = _limits(column, -_LARGEST, _LARGEST)
        example = min(max(example, least), most)
    return example


def _check_of_list(column: pa.Column, source: str) -> tuple[str, dict[str, Any]]:
    check = {"validate": "list", "source": source}
    if _allowed_values(column):
        return "choose from the list", check
    other = "another one"
    # Missions also go to places that are not Members.
    if kind_of(column) == "place":
        other = "the name or the ISO code of one other place"
    check["error_type"] = "warning"
    return f"choose from the list, or write {other}", check


def _check(
    column: pa.Column, first_cells: dict[str, str]
) -> tuple[str, dict[str, Any]]:
    """Return the accepted values of a column, in words and as a validation rule.

    Formulas refer to the first row of the form.
    """
    name = column.name
    if name == "mission_id":
        cell = first_cells[name]
        return "any text that no other row has", _check_of_id(cell)
    kind = kind_of(column)
    if kind == "mark":
        return "true or false", {"validate": "list", "source": ["true", "false"]}
    if kind == "day":
        takes, check = _check_of_day(column)
    elif kind in ("whole number", "number"):
        takes, check = _check_of_number(column)
    else:
        return "any text", {"validate": "any"}
    check["criteria"] = "between"
    end, nearer, other, words = _PAIRS.get(name, ("", "", "", ""))
    has_other = other in first_cells
    # With ignore_blank, Excel accepts any value while the other cell is empty.
    check["ignore_blank"] = not has_other
    if has_other:
        takes += f", {words}"
        limit = check[end]
        limit = limit.removeprefix("=")
        cell = first_cells[other]
        check[end] = f"={nearer}({limit},{cell})"
    return takes, check


def _check_of_id(cell: str) -> dict[str, Any]:
    column = f"${cell[0]}$2:${cell[0]}${ROWS + 1}"
    # COUNTIF would treat 007 as 7, and * as a wildcard.
    is_new = f'=OR({cell}="",SUMPRODUCT(--({column}={cell}))=1)'
    return {"validate": "custom", "value": is_new, "ignore_blank": False}


def _check_of_number(column: pa.Column) -> tuple[str, dict[str, Any]]:
    kind = kind_of(column)
    validate = "integer" if kind == "whole number" else "decimal"
    least, most = _limits(column, -_LARGEST, _LARGEST)
    has_least = least > -_LARGEST
    has_most = most < _LARGEST
    takes = f"a {kind}"
    if has_least:
        takes += f" from {least}"
    if has_most:
        takes += f" to {most}"
    elif has_least:
        takes += " on"
    check = {"validate": validate, "minimum": f"={least}", "maximum": f"={most}"}
    return takes, check


def _check_of_day(column: pa.Column) -> tuple[str, dict[str, Any]]:
    names = [check.name for check in column.checks]
    first = _FIRST_DAY_OF_EXCEL
    if "not_before_the_wco" in names:
        first = FIRST_DAY
    first, last = _limits(column, first, pd.Timestamp("9999-12-31"))
    end, maximum = "on", _formula(last)
    if "not_in_the_future" in names:
        end, maximum = "to today", "=TODAY()"
    minimum = _formula(first)
    takes = f"a day such as 2017-04-03, from {first.date()} {end}"
    return takes, {"validate": "date", "minimum": minimum, "maximum": maximum}


def _formula(day: pd.Timestamp) -> str:
    return f"=DATE({day.year},{day.month},{day.day})"


def _limits(column: pa.Column, least: Any, most: Any) -> tuple[Any, Any]:
    """Return the lowest and the highest value that the checks of a column accept."""
    for check in column.checks:
        limits = check.statistics or {}
        # `ge` has one of these limits, `le` the other, and `in_range` both; those of
        # `gt` and `lt` are outside, which a form need not refuse.
        least = limits.get("min_value", least)
        most = limits.get("max_value", most)
    return least, most


def _write_form(workbook: Any, sheet: Any, columns: list[_Column]) -> None:
    missing = workbook.add_format(_MISSING)
    last = xl_col_to_name(len(columns) - 1)
    for place, column in enumerate(columns):
        width = _WIDTHS.get(column.name, _WIDTH)
        cells = workbook.add_format(column.cells)
        sheet.set_column(place, place, width, cells)
        head = workbook.add_format(_NEEDED_HEAD if column.needed else _OPTIONAL_HEAD)
        sheet.write_string(0, place, column.label, head)
        comment = {"author": "cbcstats", "x_scale": 2}
        sheet.write_comment(0, place, column.words, comment)
        sheet.data_validation(1, place, ROWS, place, column.check)
        if column.needed:
            letter = xl_col_to_name(place)
            is_missing = f'=AND(COUNTA($A2:${last}2)>0,${letter}2="")'
            rule = {"type": "formula", "criteria": is_missing, "format": missing}
            sheet.conditional_format(1, place, ROWS, place, rule)
    sheet.set_row(0, 32)
    # Keep id and member visible when scrolling to the right.
    names = [column.name for column in columns]
    sheet.freeze_panes(1, 1 + names.index("member"))
    sheet.autofilter(0, 0, ROWS, len(columns) - 1)
    sheet.repeat_rows(0)


def _write_instructions(
    workbook: Any, sheet: Any, kind: str, entry: str, columns: list[_Column]
) -> None:
    """Write the steps and an example.

    The example is transposed, one row per column, so that it is not read as a register.
    """
    for place, width in enumerate((22, 24, 104)):
        sheet.set_column(place, place, width)
    title = workbook.add_format({**_BOLD, "font_size": 14})
    sheet.write_string(0, 0, f"How to fill in the register of {kind}", title)
    words = {"sheet": kind.capitalize(), "kind": kind, "entry": entry}
    words["option"] = "" if kind == "missions" else f" --kind {kind}"
    steps = _STEPS.format(**words).splitlines()
    sheet.write_column(2, 0, steps)
    top = len(steps) + 3
    titles = ("Column", "Example, not data", "What to write")
    head = workbook.add_format({**_BOLD, "bottom": 1})
    sheet.write_row(top, 0, titles, head)
    for row, column in enumerate(columns, start=top + 1):
        label = workbook.add_format({**_WRAP, "bold": column.needed})
        sheet.write_string(row, 0, column.label, label)
        cell = workbook.add_format({**column.cells, **_WRAP})
        sheet.write(row, 1, column.example, cell)
        text = workbook.add_format(_WRAP)
        sheet.write_string(row, 2, column.words, text)


def _write_lists(workbook: Any, sheet: Any, lists: dict[str, Sequence[str]]) -> None:
    for place, (name, words) in enumerate(lists.items()):
        # Different from the column, so that this sheet is not read as a register.
        heading = f"Entries for {_label(name)}"
        head = workbook.add_format({**_BOLD, "bottom": 1})
        sheet.write_string(0, place, heading, head)
        sheet.write_column(1, place, words)
        longest = max(map(len, [heading, *words]))
        width = longest + 2
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
