"""Files read back as data: charts of workbooks and slides by the cells that they refer to, tables cell by cell."""

import io
import math
import re
import zipfile
from html import unescape
from typing import NamedTuple
from xml.etree import ElementTree

import pandas as pd

from tests.needs import Needed

openpyxl = Needed("openpyxl")
lxml_html = Needed("lxml.html")

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SVG = "{http://www.w3.org/2000/svg}"
HEADER = 4  # row of the header of a table in a workbook


class Editable(NamedTuple):
    """A chart that stays editable: bars or columns, from where, its titles, rows and colours.

    A row is (series, place, value, below, above, words).
    """

    kind: str
    least: float | None
    titles: list
    rows: list
    faces: dict


def parsed(xml):
    """Parse XML that cbcstats has written."""
    return ElementTree.fromstring(xml)  # noqa: S314


def charts_of_workbook(path):
    """Return the charts of a workbook, each with its text alternative."""
    book = openpyxl.load_workbook(path)
    with zipfile.ZipFile(path) as archive:
        names = sorted(archive.namelist())
        charts = [archive.read(name) for name in names if name.startswith("xl/charts/chart")]
        drawings = [archive.read(name) for name in names if name.startswith("xl/drawings/drawing")]
    texts = [parsed(drawing).find(".//*[@descr]").get("descr") for drawing in drawings]
    return [(_editable(chart, book), text) for chart, text in zip(charts, texts, strict=True)]


def chart_of_slide(slide):
    """Return the chart of a slide, with its text alternative."""
    [frame] = [shape for shape in slide.shapes if shape.has_chart]
    part = frame.chart.part
    book = openpyxl.load_workbook(io.BytesIO(part.chart_workbook.xlsx_part.blob))
    return _editable(part.blob, book), frame._element.nvGraphicFramePr.cNvPr.get("descr")


def _editable(xml, book):
    """Read a chart; what it keeps of the cells that it refers to must be what stands in them."""
    root = parsed(xml)
    titles = [
        "".join(text.text for text in title.iter(f"{TEXT}t"))
        for title in root.iter(f"{CHART}title")
    ]
    rows, faces = [], {}
    for series in root.iter(f"{CHART}ser"):
        [name], places, values, above, below = (
            _cells(series.find(f"{CHART}{tag}"), book)
            for tag in ("tx", "cat", "val", f"errBars/{CHART}plus", f"errBars/{CHART}minus")
        )
        words = {}
        for label in series.findall(f"{CHART}dLbls/{CHART}dLbl"):
            text = "".join(text.text for text in label.iter(f"{TEXT}t"))
            words[int(label.find(f"{CHART}idx").get("val"))] = text
        faces[name] = series.find(f"{CHART}spPr/{TEXT}solidFill/{TEXT}srgbClr").get("val")
        columns = zip(places, values, below, above, strict=True)
        for row, (place, value, *reach) in enumerate(columns):
            if value is not None:
                ends = [round(float(end or 0), 2) for end in (value, *reach)]
                rows.append((name, place, *ends, words.get(row, "")))
    kind = root.find(f".//{CHART}barDir").get("val")
    least = root.find(f".//{CHART}valAx/{CHART}scaling/{CHART}min")
    return Editable(kind, None if least is None else float(least.get("val")), titles, rows, faces)


def _cells(element, book):
    """Return the values of the cells that a part of a chart refers to."""
    sheet, _, cells = element.find(f".//{CHART}f").text.rpartition("!")
    found = book[sheet.strip("'").replace("''", "'")][cells.replace("$", "")]
    values = (
        [cell.value for row in found for cell in row] if isinstance(found, tuple) else [found.value]
    )
    kept = {
        int(point.get("idx")): point.find(f"{CHART}v").text for point in element.iter(f"{CHART}pt")
    }
    for place, value in enumerate(values):
        known = kept.get(place)
        same = (
            known == value
            if isinstance(value, str)
            else math.isclose(float(known or 0), value or 0)
        )
        assert same, f"{cells} holds {value} in row {place + 1}, and the chart {known}"
    return values


def sheet_rows(path, sheet):
    """Return the rows of a table in a workbook, from its header on."""
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(min_row=HEADER)
    return [[_shown(cell.value, cell.number_format) for cell in row] for row in rows]


def frame_rows(frame):
    """Return a frame as rows of what is seen, from its header on."""
    return [[*map(str, frame)], *([_shown(cell) for cell in row] for row in frame.to_numpy(object))]


def _shown(value, number_format="yyyy-mm-dd"):
    """Return what a reader sees of a cell, whatever the kind of file."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool) or value in ("true", "false"):
        return "yes" if value in (True, "true") else "no"
    if isinstance(value, int | float):
        return f"{value:g}" if value < 10_000 else f"{value:,.0f}"
    if hasattr(value, "year"):
        return f"{value:%Y-%m-%d}" if number_format == "yyyy-mm-dd" else str(value)
    return str(value).removesuffix("T00:00:00Z").removesuffix("T00:00:00")


def page_of(path):
    """Return an HTML page, parsed."""
    return lxml_html.fromstring(path.read_text(encoding="utf-8"))


def page_rows(path):
    """Return the rows of the only table of an HTML page."""
    [table] = page_of(path).iter("table")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in table.iter("tr")]


def markdown_rows(path):
    """Return the rows of the only table of a page in Markdown."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [re.split(r"(?<!\\) \| ", line[2:-2]) for line in lines if line.startswith("| ")]
    rows = [[unescape(cell.replace("\\", "")) for cell in row] for row in rows]
    return [rows[0], *rows[2:]]


def svg_colours(path):
    """Return for each chart of an SVG the colours of its marks, and those of its legend, below their hatches."""
    root = parsed(path.read_bytes())
    below = {
        f"url(#{pattern.get('id')})": pattern.find(f"{SVG}rect").get("fill")
        for pattern in root.iter(f"{SVG}pattern")
    }

    def faces(paths):
        found = [re.search(r"fill: ([^;]+)", path.get("style", "")) for path in paths]
        return [below.get(face[1], face[1]) for face in found if face]

    charts = []
    for chart in _groups(root, "axes"):
        [legend] = _groups(chart, "legend")
        marks = [path for path in chart.iter(f"{SVG}path") if path.get("clip-path")]
        charts.append((faces(marks), faces(legend.iter(f"{SVG}path"))))
    return charts


def _groups(element, name):
    return [group for group in element.iter(f"{SVG}g") if group.get("id", "").startswith(name)]
