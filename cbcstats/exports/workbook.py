"""Tables -> a workbook as statistical offices publish it: cover, contents, notes, tables, sources."""

from __future__ import annotations

import datetime
import io
import math
import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.errors import ArgumentError
from cbcstats.exports.editable_charts import (
    ABOVE,
    BELOW,
    COLOURS,
    LABEL,
    OTHER,
    SAID,
    NativeChart,
    native_chart,
)
from cbcstats.exports.notes import caveats, latest_day, meanings, period_of
from cbcstats.files.workbooks import (
    CHARACTERS,
    COLUMNS,
    ROWS,
    new_workbook,
    text_of_cell,
    text_of_name,
)
from cbcstats.files.writing import is_days
from cbcstats.frames import text_column
from cbcstats.tables.loaders import cited_by, source_line, sources_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
COVER: Final = "Cover"
CONTENTS: Final = "Contents"
NOTES: Final = "Notes"
SOURCES: Final = "Sources"
_OURS: Final = (COVER, CONTENTS, NOTES, "Columns", SOURCES)
_READ: Final = (
    "Each table is on a sheet of its own, marked as a table, with one header row.",
    "Numbers are numbers: the word printed beside one, such as more than, is in a column of its own. Days are dates.",
    f"The sheet {NOTES} says how words, ranges and marks are to be read, the sheet Columns what each column means.",
    f"For programs: the header of each table is row {TOP + 1}.",
)


def workbook_bytes(
    tables: Mapping[str, pd.DataFrame],
    title: str,
    note: str,
    sources: pd.DataFrame | None = None,
) -> bytes:
    """Return the workbook; the same tables give the same bytes.

    Raises
    ------
    ArgumentError
        If a table is larger than a sheet holds.
    """
    cited = sources_of(tables.values(), sources)
    charts = {name: native_chart(frame, cited) for name, frame in tables.items()}
    wanted = [
        (name, kind)
        for name in tables
        for kind in ("", " chart")
        if not kind or charts[name]
    ]
    names = dict(
        zip(
            wanted,
            _sheet_names((name + kind for name, kind in wanted), _OURS),
            strict=True,
        )
    )
    content = io.BytesIO()
    with new_workbook(content, title) as workbook:
        _write_cover(workbook, tables, title, note)
        _write_contents(workbook, tables, names, cited=bool(len(cited)))
        said = caveats(tables)
        says = ("Notes", "How words, ranges and marks are to be read.", note)
        _write_sheet(workbook, NOTES, says, said, wrapped=True)
        says = (
            "Columns",
            "What the columns of the tables mean; empty where cbcstats does not know.",
            "",
        )
        _write_sheet(workbook, "Columns", says, _columns(tables), wrapped=True)
        for (name, kind), sheet_name in names.items():
            chart = charts[name]
            if not kind:
                line = (
                    source_line(cited_by([tables[name]]), cited)
                    or "Source: the table names none."
                )
                _write_table(
                    workbook,
                    sheet_name,
                    name if len(tables) > 1 else title,
                    tables[name],
                    line,
                )
            elif chart is not None:
                _write_chart(workbook, sheet_name, chart)
        if len(cited):
            says = (
                "Sources",
                "The sources that the tables cite; addresses are text.",
                "",
            )
            _write_sheet(workbook, SOURCES, says, cited, wrapped=True)
    return content.getvalue()


def _write_cover(
    workbook: Any, tables: Mapping[str, pd.DataFrame], title: str, note: str
) -> None:
    from cbcstats._version import __version__

    latest = latest_day(tables.values())
    lines = [
        f"{'A table' if len(tables) == 1 else f'{len(tables)} tables'} with notes and sources.",
        *([note] if note else []),
        *([f"The data end on {latest.date()}."] if latest is not None else []),
        *_READ,
        f"Written by cbcstats {__version__}.",
    ]
    sheet = workbook.add_worksheet(COVER)
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, WIDE)
    sheet.write_string(
        0,
        0,
        text_of_cell(title),
        workbook.add_format({"bold": True, "font_size": 16, "text_wrap": True}),
    )
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    for row, line in enumerate(lines, start=1):
        sheet.set_row(row, LINE * math.ceil(len(line) / WIDE))
        sheet.write_string(row, 0, text_of_cell(line), wrap)


def _write_contents(
    workbook: Any,
    tables: Mapping[str, pd.DataFrame],
    names: dict[tuple[str, str], str],
    *,
    cited: bool,
) -> None:
    ours = [
        (NOTES, "how words, ranges and marks are to be read"),
        ("Columns", "what columns mean"),
    ]
    rows: list[tuple[Any, ...]] = [
        (sheet, holds, None, None, None) for sheet, holds in ours
    ]
    for (name, kind), sheet in names.items():
        days = (period_of(tables[name]) or (None, None)) if not kind else (None, None)
        rows.append(
            (
                sheet,
                f"chart of {name}" if kind else name,
                None if kind else len(tables[name]),
                *days,
            )
        )
    if cited:
        rows.append((SOURCES, "the sources that the tables cite", None, None, None))
    kinds = {"sheet": "str", "what it holds": "str", "rows": "Int64"}
    kinds |= dict.fromkeys(("first day", "last day"), "datetime64[us]")
    listed = pd.DataFrame(rows, columns=list(kinds), dtype="object").astype(kinds)
    says = (
        "Contents",
        "The sheets of this workbook; each name leads to its sheet.",
        "",
    )
    sheet = _write_sheet(workbook, CONTENTS, says, listed)
    for row, name in enumerate(listed["sheet"], start=TOP + 1):
        address = name.replace("'", "''")
        sheet.write_url(
            row, 0, f"internal:'{address}'!A1", string=name, tip=f"Go to {name}"
        )


def _columns(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = [
        (name, column, says)
        for name, frame in tables.items()
        for column, says in meanings(frame).items()
    ]
    return pd.DataFrame(rows, columns=["table", "column", "meaning"], dtype="str")


def _write_table(
    workbook: Any, sheet: str, title: str, frame: pd.DataFrame, line: str
) -> None:
    holds = f"One table of {len(frame):,} rows and {frame.shape[1]} columns. How to read it: sheet {NOTES}."
    _write_sheet(workbook, sheet, (title, holds, line), frame)


def _write_chart(workbook: Any, name: str, spec: NativeChart) -> None:
    """Write the numbers of a chart and, beside them, the chart that is drawn from their cells."""
    line = spec.text[spec.text.rfind("Source: ") :] if "Source: " in spec.text else ""
    sheet = _write_sheet(workbook, name, (spec.title, spec.says, line), spec.data)
    last = TOP + len(spec.data)
    places = {str(column): place for place, column in enumerate(spec.data)}

    def cells(column: str) -> list[Any]:
        return [name, TOP + 1, places[column], last, places[column]]

    def formula(column: str) -> str:
        from xlsxwriter.utility import xl_range_formula

        return str(xl_range_formula(*cells(column)))

    chart = workbook.add_chart({"type": "bar" if spec.lying else "column"})
    for number, series in enumerate(spec.series):
        reach = {
            "type": "custom",
            "plus_values": f"={formula(ABOVE)}",
            "minus_values": f"={formula(BELOW)}",
        }
        lists = {
            "plus_data": _numbers(spec.data[ABOVE]),
            "minus_data": _numbers(spec.data[BELOW]),
        }
        chart.add_series(
            {
                "name": [name, TOP, places[series]],
                "categories": cells(LABEL),
                "values": cells(series),
                "gap": 60,
                "overlap": 100,
                "y_error_bars": reach
                | lists
                | {"end_style": 0, "line": {"color": "#222222", "width": 2}},
                **_look(number, series),
                **({} if spec.lying else _labels(spec.data, series)),
            }
        )
    along = {
        "name": LABEL,
        "label_position": "low",
        "reverse": spec.lying,
        "crossing": "max" if spec.lying else None,
    }
    # A column that does not begin at 0 would lie about its height.
    across = {
        "name": text_of_name(spec.unit),
        **({} if spec.lying else {"min": 0}),
        "major_gridlines": {"visible": True, "line": {"color": "#E3E3E3"}},
    }
    chart.set_title({"name": text_of_name(spec.title), "name_font": {"size": 13}})
    chart.set_x_axis(across if spec.lying else along)
    chart.set_y_axis(along if spec.lying else across)
    chart.set_legend(
        {"position": "bottom"} if len(spec.series) > 1 or spec.lying else {"none": True}
    )
    chart.set_size(
        {
            "width": 860,
            "height": max(300, 140 + 46 * len(spec.data)) if spec.lying else 460,
        }
    )
    sheet.insert_chart(
        TOP,
        len(places) + 1,
        chart,
        {"description": text_of_name(spec.text), "object_position": 2},
    )


def _look(number: int, series: str) -> dict[str, Any]:
    """Return the colours of a series; what cannot be compared is hollow."""
    if series == OTHER:
        return {"fill": {"color": "#FFFFFF"}, "border": {"color": "#555555"}}
    return {"fill": {"color": f"#{COLOURS[number % len(COLOURS)]}"}}


def _labels(data: pd.DataFrame, series: str) -> dict[str, Any]:
    """Return the words at the marks of a series."""
    marks = zip(data[SAID], data[series], strict=True)
    return {
        "data_labels": {
            "value": True,
            "custom": [
                {"value": text_of_name(said)} if pd.notna(number) else {"delete": True}
                for said, number in marks
            ],
        }
    }


def _numbers(column: pd.Series) -> list[float]:
    return [float(number) for number in column.fillna(0)]


def _sheet_names(names: Iterable[str], taken: Sequence[str] = ()) -> list[str]:
    """Return names that Excel accepts for sheets, each once: 31 characters, no sign of its own among them.

    Examples
    --------
    >>> _sheet_names(["a/b", "A_B", "", "Notes", "n" * 40], taken=["Notes"])
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


def _write_sheet(
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
        _add_table(workbook, sheet, frame)
    if wrapped:
        _wrap(workbook, sheet, frame)
    sheet.freeze_panes(TOP + 1, 0)
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    if frame.shape[1] <= FEW:
        sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(TOP)
    return sheet


def _add_table(workbook: Any, sheet: Any, frame: pd.DataFrame) -> None:
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
