"""Tables as a workbook of the kind that statistical offices publish.

It has a cover, contents, notes, the tables with their charts, and the sources.
"""

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
from cbcstats.exports.notes import WRITTEN_BY, caveats, latest_day, meanings, period_of
from cbcstats.files.workbooks import (
    CHARACTERS,
    COLUMNS,
    ROWS,
    new_workbook,
    text_of_cell,
    text_of_name,
)
from cbcstats.files.writing import is_days
from cbcstats.tables.loaders import cited_by, source_line, sources_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Row of the header, counted from 0: below title, what the sheet holds, and source.
TOP: Final = 3
LONGEST: Final = 31  # characters of the name of a sheet
LONGEST_HEADER: Final = 255  # characters of the header of a marked table
WIDE: Final = 90  # characters of a column of long texts
LINE: Final = 15  # points
FEW: Final = 12  # columns that fit on the width of a printed page
MEASURED: Final = 1000  # rows whose texts decide how wide a column is
# Before it, days of Excel are not those of the calendar.
_FIRST_DAY: Final = datetime.datetime(1900, 3, 1)
_LARGEST: Final = 10**15  # whole numbers up to which Excel keeps every digit
_WIDTHS: Final = (9, 44)  # characters
_A4: Final = 9  # number of the paper size
_WRAPPED: Final = {"text_wrap": True, "valign": "top"}
_DAY: Final = {"num_format": "yyyy-mm-dd", "align": "left"}
_MOMENT: Final = {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}
_NO_SHEET: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_EXCELS_OWN: Final = "History"  # a name that Excel keeps for itself
COVER: Final = "Cover"
CONTENTS: Final = "Contents"
NOTES: Final = "Notes"
SOURCES: Final = "Sources"
MEANINGS: Final = "Columns"
_OURS: Final = (COVER, CONTENTS, NOTES, MEANINGS, SOURCES)
_READ: Final = (
    "Each table is on a sheet of its own, marked as a table, with one header row.",
    (
        "Numbers are numbers: the word printed beside one, such as more than, is in a "
        "column of its own. Days are dates."
    ),
    (
        f"The sheet {NOTES} says how words, ranges and marks are to be read, "
        "the sheet Columns what each column means."
    ),
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
    sheets = _sheets(tables, cited)
    content = io.BytesIO()
    with new_workbook(content, title) as workbook:
        _write_cover(workbook, tables, title, note)
        _write_contents(workbook, sheets, has_sources=len(cited) > 0)
        about = "How words, ranges and marks are to be read."
        _write_sheet(workbook, NOTES, (NOTES, about, note), caveats(tables), wrap=True)
        about = (
            "What the columns of the tables mean; empty where cbcstats does not know."
        )
        _write_sheet(
            workbook, MEANINGS, (MEANINGS, about, ""), _columns(tables), wrap=True
        )
        for sheet, (name, table) in sheets.items():
            if isinstance(table, NativeChart):
                _write_chart(workbook, sheet, table)
                continue
            heading = name if len(tables) > 1 else title
            line = source_line(cited_by([table]), cited)
            _write_table(workbook, sheet, heading, table, line)
        if len(cited):
            about = "The sources that the tables cite; addresses are text."
            _write_sheet(workbook, SOURCES, (SOURCES, about, ""), cited, wrap=True)
    return content.getvalue()


def _sheets(
    tables: Mapping[str, pd.DataFrame], sources: pd.DataFrame
) -> dict[str, tuple[str, pd.DataFrame | NativeChart]]:
    """Return what each sheet holds: a table, or the chart of one, with the table's name."""
    wanted: list[str] = []
    contents: list[tuple[str, pd.DataFrame | NativeChart]] = []
    for name, table in tables.items():
        wanted.append(name)
        contents.append((name, table))
        if chart := native_chart(table, sources):
            wanted.append(f"{name} chart")
            contents.append((name, chart))
    sheets = _sheet_names(wanted, _OURS)
    return dict(zip(sheets, contents, strict=True))


def _write_cover(
    workbook: Any, tables: Mapping[str, pd.DataFrame], title: str, note: str
) -> None:
    number = "A table" if len(tables) == 1 else f"{len(tables)} tables"
    lines = [f"{number} with notes and sources."]
    if note:
        lines.append(note)
    latest = latest_day(tables.values())
    if latest is not None:
        lines.append(f"The data end on {latest.date()}.")
    lines += [*_READ, WRITTEN_BY]
    sheet = workbook.add_worksheet(COVER)
    large = workbook.add_format({"bold": True, "font_size": 16, "text_wrap": True})
    wrapped = workbook.add_format(_WRAPPED)
    sheet.set_column(0, 0, WIDE)
    sheet.write_string(0, 0, text_of_cell(title), large)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    for row, line in enumerate(lines, start=1):
        height = LINE * math.ceil(len(line) / WIDE)
        sheet.set_row(row, height)
        sheet.write_string(row, 0, text_of_cell(line), wrapped)


def _write_contents(
    workbook: Any,
    sheets: Mapping[str, tuple[str, pd.DataFrame | NativeChart]],
    *,
    has_sources: bool,
) -> None:
    rows: list[tuple[Any, ...]] = [
        (NOTES, "how words, ranges and marks are to be read", None, None, None),
        (MEANINGS, "what columns mean", None, None, None),
    ]
    for sheet, (name, table) in sheets.items():
        if isinstance(table, NativeChart):
            rows.append((sheet, f"chart of {name}", None, None, None))
        else:
            first, last = period_of(table) or (None, None)
            rows.append((sheet, name, len(table), first, last))
    if has_sources:
        rows.append((SOURCES, "the sources that the tables cite", None, None, None))
    kinds = {
        "sheet": "str",
        "what it holds": "str",
        "rows": "Int64",
        "first day": "datetime64[us]",
        "last day": "datetime64[us]",
    }
    listed = pd.DataFrame(rows, columns=list(kinds), dtype="object")
    listed = listed.astype(kinds)
    about = "The sheets of this workbook; each name leads to its sheet."
    contents = _write_sheet(workbook, CONTENTS, (CONTENTS, about, ""), listed)
    for row, name in enumerate(listed["sheet"], start=TOP + 1):
        address = name.replace("'", "''")
        link = f"internal:'{address}'!A1"
        contents.write_url(row, 0, link, string=name, tip=f"Go to {name}")


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
    rows, columns = frame.shape
    about = (
        f"One table of {rows:,} rows and {columns} columns. "
        f"How to read it: sheet {NOTES}."
    )
    source = line or "Source: the table names none."
    _write_sheet(workbook, sheet, (title, about, source), frame)


def _write_chart(workbook: Any, name: str, spec: NativeChart) -> None:
    """Write the numbers of a chart and, beside them, the chart drawn from their cells."""
    _, source, citation = spec.text.rpartition("Source: ")
    lines = (spec.title, spec.says, source and source + citation)
    sheet = _write_sheet(workbook, name, lines, spec.data)
    chart = workbook.add_chart({"type": "bar" if spec.lying else "column"})
    for number, series in enumerate(spec.series):
        chart.add_series(_series_of(name, spec, number, series))
    _dress_chart(chart, spec)
    beside = spec.data.shape[1] + 1
    options = {"description": text_of_name(spec.text), "object_position": 2}
    sheet.insert_chart(TOP, beside, chart, options)


def _series_of(
    sheet: str, spec: NativeChart, number: int, series: str
) -> dict[str, Any]:
    """Return a series as XlsxWriter takes it: its cells, its ranges and its look."""
    place = list(spec.data).index(series)
    settings = {
        "name": [sheet, TOP, place],
        "categories": _cells(sheet, spec.data, LABEL),
        "values": _cells(sheet, spec.data, series),
        "gap": 60,
        "overlap": 100,
        "y_error_bars": _error_bars(sheet, spec.data),
        **_look(number, series),
    }
    if not spec.lying:
        settings["data_labels"] = _labels(spec.data, series)
    return settings


def _cells(sheet: str, data: pd.DataFrame, column: str) -> list[Any]:
    """Return where the cells of a column are: sheet, first row and column, last ones."""
    place = list(data).index(column)
    return [sheet, TOP + 1, place, TOP + len(data), place]


def _error_bars(sheet: str, data: pd.DataFrame) -> dict[str, Any]:
    from xlsxwriter.utility import xl_range_formula

    bars: dict[str, Any] = {"type": "custom", "end_style": 0}
    for name, column in (("plus", ABOVE), ("minus", BELOW)):
        cells = xl_range_formula(*_cells(sheet, data, column))
        bars[f"{name}_values"] = f"={cells}"
        bars[f"{name}_data"] = data[column].fillna(0).astype(float).tolist()
    return {**bars, "line": {"color": "#222222", "width": 2}}


def _dress_chart(chart: Any, spec: NativeChart) -> None:
    """Set title, axes, legend and size; the bars of a lying chart are named at the left."""
    unit = {"name": text_of_name(spec.unit)}
    grid = {"visible": True, "line": {"color": "#E3E3E3"}}
    along = {"name": LABEL, "label_position": "low"}
    chart.set_title({"name": text_of_name(spec.title), "name_font": {"size": 13}})
    if spec.lying:
        chart.set_x_axis({**unit, "major_gridlines": grid})
        chart.set_y_axis({**along, "reverse": True, "crossing": "max"})
    else:
        chart.set_x_axis(along)
        # A column that does not begin at 0 would lie about its height.
        chart.set_y_axis({**unit, "min": 0, "major_gridlines": grid})
    needs_legend = len(spec.series) > 1 or spec.lying
    chart.set_legend({"position": "bottom"} if needs_legend else {"none": True})
    height = max(300, 140 + 46 * len(spec.data)) if spec.lying else 460
    chart.set_size({"width": 860, "height": height})


def _look(number: int, series: str) -> dict[str, Any]:
    """Return the colours of a series; what cannot be compared is hollow."""
    if series == OTHER:
        return {"fill": {"color": "#FFFFFF"}, "border": {"color": "#555555"}}
    return {"fill": {"color": f"#{COLOURS[number % len(COLOURS)]}"}}


def _labels(data: pd.DataFrame, series: str) -> dict[str, Any]:
    """Return the words at the marks of a series."""
    labels: list[dict[str, Any]] = []
    has_mark = data[series].notna()
    for text, is_shown in zip(data[SAID], has_mark, strict=True):
        label = {"value": text_of_name(text)}
        labels.append(label if is_shown else {"delete": True})
    return {"value": True, "custom": labels}


def _sheet_names(names: Iterable[str], taken: Sequence[str] = ()) -> list[str]:
    """Return names that Excel accepts for sheets, each once.

    They have up to 31 characters, and none that Excel keeps for itself.

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
    rows, columns = frame.shape
    if rows + TOP >= ROWS or columns > COLUMNS:
        raise ArgumentError(
            f"{name}: {rows:,} rows and {columns:,} columns are more than a sheet "
            "holds; write .parquet"
        )
    longest = max(map(len, map(str, frame)), default=0)
    if longest > LONGEST_HEADER:
        raise ArgumentError(
            f"{name}: a column has a name of {longest:,} characters; "
            f"Excel takes {LONGEST_HEADER}"
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
    wrap: bool = False,
) -> Any:
    """Write a table to a sheet of its own, and return the sheet.

    Long texts go on to further lines if `wrap`.

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
    if wrap:
        _wrap(workbook, sheet, frame)
    sheet.freeze_panes(TOP + 1, 0)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    if frame.shape[1] <= FEW:
        sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(TOP)
    return sheet


def _add_table(workbook: Any, sheet: Any, frame: pd.DataFrame) -> None:
    head = workbook.add_format({"bold": True, **_WRAPPED})
    number = len(workbook.worksheets())
    stem = re.sub(r"\W", "_", sheet.get_name(), flags=re.ASCII)
    headers = [text_of_name(str(name)) for name in frame]
    options = {
        "name": f"table_{number}_{stem}",
        "columns": [{"header": header, "header_format": head} for header in headers],
        "style": "Table Style Light 1",
    }
    rows, columns = frame.shape
    last = TOP + max(rows, 1)
    sheet.add_table(TOP, 0, last, columns - 1, options)
    day, moment = workbook.add_format(_DAY), workbook.add_format(_MOMENT)
    for place, name in enumerate(frame):
        style = day if is_days(frame[name]) else moment
        _write_column(sheet, place, frame[name], style)


def _write_column(sheet: Any, place: int, column: pd.Series, moment: Any) -> None:
    longest = 0
    cells = zip(column, column.isna(), strict=True)
    for row, (value, is_missing) in enumerate(cells, start=TOP + 1):
        if is_missing:
            continue
        _write_cell(sheet, row, place, value, moment)
        if row <= TOP + MEASURED:
            longest = max(longest, len(str(value)))
    if is_days(column) or pd.api.types.is_numeric_dtype(column.dtype):
        longest = min(longest, 11)
    least, most = _WIDTHS
    width = max(longest, len(str(column.name)) + 3, least)
    sheet.set_column(place, place, min(width, most))


def _wrap(workbook: Any, sheet: Any, frame: pd.DataFrame) -> None:
    """Make columns of long texts wide, and rows as high as their texts need.

    Not every program does so itself.
    """
    wrapped = workbook.add_format(_WRAPPED)
    texts = frame.astype("str").where(frame.notna(), "")
    lengths = texts.map(len)
    _, most = _WIDTHS
    for place, name in enumerate(frame):
        header = len(str(name)) + 3
        longest = max([header, *lengths[name]])
        width = WIDE if longest > most else longest + 1
        sheet.set_column(place, place, width, wrapped)
    longest_texts = lengths.max(axis="columns")
    for row, length in enumerate(longest_texts, start=TOP + 1):
        lines = math.ceil(length / WIDE)
        sheet.set_row(row, LINE * lines)


def _write_cell(sheet: Any, row: int, place: int, value: Any, moment: Any) -> None:
    """Write a cell as what it is."""
    if pd.api.types.is_bool(value):
        sheet.write_boolean(row, place, bool(value))
    elif _is_number_of_excel(value):
        sheet.write_number(row, place, value)
    elif _is_day_of_excel(value):
        sheet.write_datetime(row, place, value, moment)
    else:
        sheet.write_string(row, place, text_of_cell(_text_of(value)))


def _text_of(value: Any) -> str:
    if isinstance(value, str):
        return value
    is_moment = isinstance(value, datetime.datetime)
    text = value.isoformat(" ") if is_moment else str(value)
    return text.removesuffix(" 00:00:00")


def _is_number_of_excel(value: Any) -> bool:
    """Tell whether Excel keeps all digits of a number."""
    types = pd.api.types
    if not types.is_number(value) or types.is_complex(value):
        return False
    number: Any = value
    if not math.isfinite(number):
        return False
    return types.is_float(number) or abs(number) <= _LARGEST


def _is_day_of_excel(value: Any) -> bool:
    if isinstance(value, datetime.datetime):
        return value.tzinfo is None and value >= _FIRST_DAY
    return isinstance(value, datetime.date) and value >= _FIRST_DAY.date()


def _cut(name: str, end: str) -> str:
    """Return the name with its end; Excel counts letters outside the basic plane twice."""
    while len((name + end).encode("utf-16-le")) // 2 > LONGEST:
        name = name[:-1]
    return name.rstrip(" '") + end
