"""Tables -> a workbook as statistical offices publish it: cover, contents, notes, tables, sources."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

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
from cbcstats.exports.sheets import LINE, TOP, WIDE, sheet_names, write_sheet
from cbcstats.files.workbooks import new_workbook, text_of_cell, text_of_name
from cbcstats.tables.loaders import cited_by, source_line, sources_of

if TYPE_CHECKING:
    from collections.abc import Mapping

COVER: Final = "Cover"
CONTENTS: Final = "Contents"
NOTES: Final = "Notes"
COLUMNS: Final = "Columns"
SOURCES: Final = "Sources"
_OURS: Final = (COVER, CONTENTS, NOTES, COLUMNS, SOURCES)
_READ: Final = (
    "Each table is on a sheet of its own, marked as a table, with one header row.",
    "Numbers are numbers: the word printed beside one, such as more than, is in a column of its own. Days are dates.",
    f"The sheet {NOTES} says how words, ranges and marks are to be read, the sheet {COLUMNS} what each column means.",
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
            sheet_names((name + kind for name, kind in wanted), _OURS),
            strict=True,
        )
    )
    content = io.BytesIO()
    with new_workbook(content, title) as workbook:
        _write_cover(workbook, tables, title, note)
        _write_contents(workbook, tables, names, cited=bool(len(cited)))
        said = caveats(tables)
        says = ("Notes", "How words, ranges and marks are to be read.", note)
        write_sheet(workbook, NOTES, says, said, wrapped=True)
        says = (
            "Columns",
            "What the columns of the tables mean; empty where cbcstats does not know.",
            "",
        )
        write_sheet(workbook, COLUMNS, says, _columns(tables), wrapped=True)
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
            write_sheet(workbook, SOURCES, says, cited, wrapped=True)
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
        (COLUMNS, "what columns mean"),
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
    sheet = write_sheet(workbook, CONTENTS, says, listed)
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
    write_sheet(workbook, sheet, (title, holds, line), frame)


def _write_chart(workbook: Any, name: str, spec: NativeChart) -> None:
    """Write the numbers of a chart and, beside them, the chart that is drawn from their cells."""
    line = spec.text[spec.text.rfind("Source: ") :] if "Source: " in spec.text else ""
    sheet = write_sheet(workbook, name, (spec.title, spec.says, line), spec.data)
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
