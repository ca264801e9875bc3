"""Charts of slides: native ones, whose numbers and ranges can be edited where they are."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.native_charts import ABOVE, BELOW, COLOURS, LABEL, OTHER, SAID
from cbcstats.workbooks import new_workbook

if TYPE_CHECKING:
    from cbcstats.native_charts import NativeChart

GREY: Final = "555555"
_SHEET: Final = "Sheet1"  # where PowerPoint looks for the numbers of a chart
_ERROR_BARS: Final = """<c:errBars xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:errBarType val="both"/><c:errValType val="cust"/>
<c:noEndCap val="1"/><c:plus>{plus}</c:plus><c:minus>{minus}</c:minus><c:spPr><a:ln w="25400"><a:solidFill>
<a:srgbClr val="222222"/></a:solidFill></a:ln></c:spPr></c:errBars>"""
_NUMBERS: Final = """<c:numRef><c:f>{cells}</c:f><c:numCache><c:formatCode>General</c:formatCode>
<c:ptCount val="{count}"/>{points}</c:numCache></c:numRef>"""


def add_chart(slide: Any, spec: NativeChart, box: tuple[int, ...]) -> Any:
    """Add a chart to a slide, within left, top, width and height, and return what holds it."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    numbers = CategoryChartData()
    numbers.categories = list(spec.data[LABEL])
    for series in spec.series:
        numbers.add_series(series, [None if pd.isna(number) else float(number) for number in spec.data[series]])
    kind = XL_CHART_TYPE.BAR_CLUSTERED if spec.lying else XL_CHART_TYPE.COLUMN_CLUSTERED
    frame = slide.shapes.add_chart(kind, *box, numbers)
    frame.name = "Chart"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", spec.text)
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(_numbers_workbook(spec))
    chart.has_title = False
    chart.has_legend = len(spec.series) > 1 or spec.lying
    chart.plots[0].gap_width, chart.plots[0].overlap = 60, 100
    _dress_axes(chart, spec)
    for place, series in enumerate(chart.plots[0].series):
        _dress_series(series, place, spec)
    return frame


def _dress_axes(chart: Any, spec: NativeChart) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
    from pptx.util import Pt

    chart.font.size = Pt(12)
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    along, across = chart.category_axis, chart.value_axis
    for axis, name in ((along, LABEL), (across, spec.unit)):
        axis.axis_title.text_frame.text = name
        axis.axis_title.text_frame.paragraphs[0].font.size = Pt(12)
        axis.axis_title.text_frame.paragraphs[0].font.bold = False
    along.tick_label_position, along.reverse_order = XL_TICK_LABEL_POSITION.LOW, spec.lying
    if spec.lying:
        across._element.find("{*}crosses").set("val", "max")  # stands below, although the first bar is on top
    across.major_gridlines.format.line.color.rgb = RGBColor.from_string("E3E3E3")
    if not spec.lying:
        across.minimum_scale = 0  # a column that does not begin at 0 would lie about its height


def _dress_series(series: Any, place: int, spec: NativeChart) -> None:
    """Colour a series, and write the words and draw the ranges of its marks."""
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_LABEL_POSITION
    from pptx.oxml import parse_xml
    from pptx.util import Pt

    hollow = series.name == OTHER
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = RGBColor.from_string("FFFFFF" if hollow else COLOURS[place % len(COLOURS)])
    series.format.line.color.rgb = RGBColor.from_string(GREY if hollow else COLOURS[place % len(COLOURS)])
    series.invert_if_negative = False
    for row, number in enumerate([] if spec.lying else spec.data[series.name]):
        if pd.notna(number):
            label = series.points[row].data_label
            label.text_frame.text = spec.data[SAID].iloc[row]
            label.text_frame.paragraphs[0].font.size = Pt(12)
            label.position = XL_LABEL_POSITION.OUTSIDE_END
    reach = {name: _numbers_of(spec, column) for name, column in (("plus", ABOVE), ("minus", BELOW))}
    series._element.find("{*}cat").addprevious(parse_xml(_ERROR_BARS.format(**reach)))


def _numbers_of(spec: NativeChart, column: str) -> str:
    """Return numbers of the workbook in a chart as its XML refers to them."""
    from xlsxwriter.utility import xl_range_abs

    numbers = spec.data[column].fillna(0)
    points = "".join(
        f'<c:pt idx="{row}"><c:v>{number!r}</c:v></c:pt>' for row, number in enumerate(map(float, numbers))
    )
    place = list(spec.data).index(column)
    cells = f"{_SHEET}!{xl_range_abs(1, place, len(numbers), place)}"
    return _NUMBERS.format(cells=cells, count=len(numbers), points=points)


def _numbers_workbook(spec: NativeChart) -> bytes:
    """Return the workbook in a chart: periods, series, and what the ranges are, so that all can be edited."""
    content = io.BytesIO()
    with new_workbook(content, spec.title) as workbook:
        sheet = workbook.add_worksheet(_SHEET)
        for place, name in enumerate(spec.data):
            if name != LABEL:
                sheet.write_string(0, place, name)
            for row, value in enumerate(spec.data[name], start=1):
                if isinstance(value, str):
                    sheet.write_string(row, place, value)
                elif pd.notna(value):
                    sheet.write_number(row, place, value)
    return content.getvalue()
