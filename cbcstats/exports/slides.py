"""`save_slide`: charts as editable slides, with their sources, and notes for the speaker."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.arguments import (
    check_axes,
    check_file_to_write,
    check_flag,
    check_optional_text,
)
from cbcstats.charts.chart import (
    chart_data,
    cited_in_words,
    describe,
    is_chart,
    title_of,
)
from cbcstats.errors import ArgumentError, CbcstatsError
from cbcstats.exports.editable_charts import (
    ABOVE,
    BELOW,
    COLOURS,
    LABEL,
    OTHER,
    SAID,
    native_chart,
)
from cbcstats.exports.notes import caveats
from cbcstats.files.workbooks import new_workbook
from cbcstats.files.writing import (
    csv_bytes,
    plain_frame,
    target,
    undated,
    write_whole,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from cbcstats.exports.editable_charts import NativeChart

GREY: Final = "555555"
_SHEET: Final = "Sheet1"  # where PowerPoint looks for the numbers of a chart
_ERROR_BARS: Final = """<c:errBars xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:errBarType val="both"/><c:errValType val="cust"/>
<c:noEndCap val="1"/><c:plus>{plus}</c:plus><c:minus>{minus}</c:minus><c:spPr><a:ln w="25400"><a:solidFill>
<a:srgbClr val="222222"/></a:solidFill></a:ln></c:spPr></c:errBars>"""
_NUMBERS: Final = """<c:numRef><c:f>{cells}</c:f><c:numCache><c:formatCode>General</c:formatCode>
<c:ptCount val="{count}"/>{points}</c:numCache></c:numRef>"""
WIDTH: Final = 13.333  # inches
HEIGHT: Final = 7.5
LEFT: Final = 0.6
BREADTH: Final = WIDTH - 2 * LEFT
# Of a chart: left, top, width, height.
ROOM: Final = (LEFT, 1.5, BREADTH, 4.95)


class Slide(NamedTuple):
    """A chart as a slide: its words, its sources, its data, the names of its axes.

    The picture is empty where the chart has a native form.
    """

    title: str
    text: str
    source_line: str
    data: pd.DataFrame
    across: str
    upward: str
    picture: bytes


def save_slide(
    charts: Axes | Iterable[Axes],
    path: str | Path,
    *,
    note: str | None = None,
    overwrite: bool = False,
) -> Path:
    """Write charts as slides, one each, which PowerPoint, Keynote and LibreOffice show and edit.

    The title of a chart is the title of its slide, so let it say the finding. Sources and how to read the marks stand
    under the chart, its text alternative is that of `describe`, and the notes of the speaker hold what must be known.

    Parameters
    ----------
    charts : matplotlib.axes.Axes or iterable of them
        What `plot_` functions returned.
    path : path
        A file that ends in .pptx; folders are made on the way.
    note : str, optional
        What else is to be said, for the notes of every slide.
    overwrite : bool
        Whether to replace a file that is there.

    Returns
    -------
    pathlib.Path
        The file. The same charts give the same bytes.

    Raises
    ------
    ArgumentError
        If the file is there already or ends in something else, or there is no chart that cbcstats made.
    CbcstatsError
        If python-pptx is not installed, which comes with `cbcstats[slides]`.

    Notes
    -----
    Counts become columns of equal width, changes become bars; of several figures for one period, the preferred one
    is shown. A chart that has no such form is a picture with its own source line, and the notes hold its data.

    Examples
    --------
    >>> import tempfile
    >>> from cbcstats import load_counts, plot_counts, save_slide
    >>> ax = plot_counts(load_counts("capacity_building_missions"), title="Missions rose from about 335 to 492")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(save_slide(ax, f"{folder}/missions.pptx").name)
    missions.pptx
    """
    path = check_file_to_write("path", path)
    note = check_optional_text("note", note)
    path = target(path, [".pptx"], overwrite=check_flag("overwrite", overwrite))
    given = _list_of_axes(charts)
    if not given:
        raise ArgumentError(
            "`charts` holds no chart; give what a plot_ function returned"
        )
    deck = deck_bytes([slide_of(ax) for ax in given], note=note or "")
    return write_whole(path, deck, overwrite=overwrite)


def _list_of_axes(charts: Axes | Iterable[Axes]) -> list[Axes]:
    """Return one chart, a list of them, or the array of `plt.subplots` as a list."""
    given: Any = charts
    if isinstance(charts, np.ndarray):
        given = charts.ravel()
    elif not isinstance(charts, Iterable):
        given = [charts]
    return [check_axes("charts", chart) for chart in given]


def has_slide(ax: Axes) -> bool:
    """Return whether a chart was made by cbcstats, so that a slide can be made of it."""
    return is_chart(ax) and len(chart_data(ax)) > 0


def slide_of(ax: Axes) -> Slide:
    """Return what a slide says of a chart.

    A picture is drawn only where the chart has no native form.
    """
    data = chart_data(ax)
    across, upward = ax.get_xlabel(), ax.get_ylabel()
    return Slide(
        title=title_of(ax) or "Chart",
        text=describe(ax),
        source_line=cited_in_words(ax),
        data=data,
        across=" ".join(across.split()),
        upward=" ".join(upward.split()),
        picture=b"" if native_chart(data) else _picture(ax),
    )


def deck_bytes(slides: Sequence[Slide], *, title: str = "", note: str = "") -> bytes:
    """Return a deck with one slide for each chart."""
    deck = _new_deck(title or slides[0].title)
    for slide in slides:
        _add_slide(deck, slide, note)
    content = io.BytesIO()
    deck.save(content)
    return undated(content)


def _new_deck(title: str) -> Any:
    try:
        import pptx
    except ModuleNotFoundError as error:
        raise CbcstatsError(
            'slides need python-pptx; install it with: pip install "cbcstats[slides]"'
        ) from error
    deck = pptx.Presentation()
    deck.slide_width = pptx.util.Inches(WIDTH)
    deck.slide_height = pptx.util.Inches(HEIGHT)
    about = deck.core_properties
    about.title = title
    about.author = about.last_modified_by = "cbcstats"
    about.language = "en"
    about.created = about.modified = datetime.datetime(2000, 1, 1)
    return deck


def _add_slide(deck: Any, about: Slide, note: str) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts.get_by_name("Title Only"))
    _write_title(slide.shapes.title, about.title)
    spec = None if about.picture else native_chart(about.data)
    if spec is None:
        _add_picture(slide, about)
    else:
        unit = about.across if spec.lying else about.upward
        spec = spec._replace(unit=unit or spec.unit, text=about.text)
        add_chart(slide, spec, _box(*ROOM))
        _add_lines(slide, [spec.says, about.source_line])
    notes = _notes(about, note, with_data=spec is None)
    slide.notes_slide.notes_text_frame.text = notes


def _write_title(shape: Any, title: str) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    box = _box(LEFT, 0.35, BREADTH, 1.1)
    shape.left, shape.top, shape.width, shape.height = box
    frame = shape.text_frame
    frame.text = title
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    paragraph.font.size = Pt(28)
    paragraph.font.bold = True


def _picture(ax: Axes) -> bytes:
    image = io.BytesIO()
    ax.get_figure(root=True).savefig(  # type: ignore[union-attr]
        image,
        format="png",
        dpi=200,
        bbox_inches="tight",
        facecolor="white",
        metadata={"Software": None},
    )
    return image.getvalue()


def _add_picture(slide: Any, about: Slide) -> None:
    """Add the picture of a chart, as large as there is room."""
    left, top, width, height = _box(*ROOM)
    image = io.BytesIO(about.picture)
    picture = slide.shapes.add_picture(image, left, top)
    scale = min(width / picture.width, height / picture.height)
    picture.width = int(picture.width * scale)
    picture.height = int(picture.height * scale)
    margin = (width - picture.width) / 2
    picture.left = int(left + margin)
    picture._element.nvPicPr.cNvPr.set("descr", about.text)


def _add_lines(slide: Any, lines: list[str]) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    box = slide.shapes.add_textbox(*_box(LEFT, 6.5, BREADTH, 0.8))
    box.name = "Sources"
    box.text_frame.word_wrap = True
    box.text_frame.text = "\n".join(filter(None, lines))
    for paragraph in box.text_frame.paragraphs:
        paragraph.font.size = Pt(12)
        paragraph.font.color.rgb = RGBColor.from_string(GREY)


def _notes(about: Slide, note: str, *, with_data: bool) -> str:
    parts = [note, about.text]
    # The first caveat is about empty cells.
    rows = caveats({"chart": about.data}).iloc[1:]
    for topic, reading in rows.itertuples(index=False):
        parts.append(f"{topic[0].upper()}{topic[1:]}: {reading}")
    if with_data:
        table = csv_bytes(plain_frame(about.data)).decode()
        parts.append(f"Data:\n{table}")
    return "\n\n".join(filter(None, parts))


def _box(*inches: float) -> tuple[int, ...]:
    from pptx.util import Inches

    return tuple(Inches(length) for length in inches)


def add_chart(slide: Any, spec: NativeChart, box: tuple[int, ...]) -> Any:
    """Add a chart to a slide, within left, top, width and height, and return what holds it."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    numbers = CategoryChartData()
    numbers.categories = list(spec.data[LABEL])
    for series in spec.series:
        column = spec.data[series].astype(object)
        numbers.add_series(series, column.where(column.notna(), None).tolist())
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
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
    along, across = chart.category_axis, chart.value_axis
    for axis, name in ((along, LABEL), (across, spec.unit)):
        frame = axis.axis_title.text_frame
        frame.text = name
        font = frame.paragraphs[0].font
        font.size, font.bold = Pt(12), False
    along.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    along.reverse_order = spec.lying
    across.major_gridlines.format.line.color.rgb = RGBColor.from_string("E3E3E3")
    if spec.lying:
        # The axis stands below, although the first bar is on top.
        across._element.find("{*}crosses").set("val", "max")
    else:
        # A column that does not begin at 0 would lie about its height.
        across.minimum_scale = 0


def _dress_series(series: Any, place: int, spec: NativeChart) -> None:
    """Colour a series, and write the words and draw the ranges of its marks."""
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_LABEL_POSITION
    from pptx.oxml import parse_xml
    from pptx.util import Pt

    colour = COLOURS[place % len(COLOURS)]
    edge, face = (GREY, "FFFFFF") if series.name == OTHER else (colour, colour)
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = RGBColor.from_string(face)
    series.format.line.color.rgb = RGBColor.from_string(edge)
    series.invert_if_negative = False
    # The labels of lying bars end in the words.
    has_label = spec.data[series.name].notna() & (not spec.lying)
    for row in map(int, np.flatnonzero(has_label)):
        label = series.points[row].data_label
        label.text_frame.text = spec.data[SAID].iloc[row]
        label.text_frame.paragraphs[0].font.size = Pt(12)
        label.position = XL_LABEL_POSITION.OUTSIDE_END
    plus, minus = _numbers_of(spec, ABOVE), _numbers_of(spec, BELOW)
    bars = parse_xml(_ERROR_BARS.format(plus=plus, minus=minus))
    series._element.find("{*}cat").addprevious(bars)


def _numbers_of(spec: NativeChart, column: str) -> str:
    """Return numbers of the workbook in a chart as its XML refers to them."""
    from xlsxwriter.utility import xl_range_abs

    numbers = spec.data[column].fillna(0).tolist()
    points = ""
    for row, number in enumerate(numbers):
        points += f'<c:pt idx="{row}"><c:v>{number!r}</c:v></c:pt>'
    place = list(spec.data).index(column)
    cells = f"{_SHEET}!{xl_range_abs(1, place, len(numbers), place)}"
    return _NUMBERS.format(cells=cells, count=len(numbers), points=points)


def _numbers_workbook(spec: NativeChart) -> bytes:
    """Return the workbook in a chart, so that its periods and numbers can be edited."""
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
