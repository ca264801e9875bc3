"""save_slide: charts as slides on which they stay editable, with their sources and what is to be said of them."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from cbcstats.captions import chart_data, cited_sources, describe
from cbcstats.caveats import caveats
from cbcstats.errors import ArgumentError, CbcstatsError
from cbcstats.files import target, write_whole
from cbcstats.native_charts import native_chart
from cbcstats.plain_tables import csv_bytes, plain_frame
from cbcstats.slide_charts import GREY, add_chart
from cbcstats.wording import source_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes

WIDTH: Final = 13.333  # inches
HEIGHT: Final = 7.5
LEFT: Final = 0.6
ROOM: Final = (LEFT, 1.5, WIDTH - 2 * LEFT, 4.95)  # of a chart: left, top, width, height


class Slide(NamedTuple):
    """A chart as a slide: its words, its sources, its data, the names of its axes, and a picture or nothing."""

    title: str
    text: str
    sources: list[str]
    data: pd.DataFrame
    across: str
    upward: str
    picture: bytes


def save_slide(
    charts: Axes | Iterable[Axes], path: str | Path, *, note: str | None = None, overwrite: bool = False
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
    >>> ax = plot_counts(load_counts("missions"), title="Missions rose from about 335 to 492")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(save_slide(ax, f"{folder}/missions.pptx").name)
    missions.pptx
    """
    path = target(path, [".pptx"], overwrite=overwrite)
    given = [cast("Axes", charts)] if hasattr(charts, "get_xlabel") else list(charts)
    if not given:
        raise ArgumentError("`charts` holds no chart; give what a plot_ function returned")
    return write_whole(path, deck_bytes([slide_of(ax) for ax in given], note=note or ""))


def has_slide(ax: Axes) -> bool:
    """Return whether a chart was made by cbcstats, so that a slide can be made of it."""
    try:
        return len(chart_data(ax)) > 0
    except ArgumentError:
        return False


def slide_of(ax: Axes) -> Slide:
    """Return what a slide says of a chart; a picture is drawn only where the chart has no native form."""
    data = chart_data(ax)
    across, upward = (" ".join(label.split()) for label in (ax.get_xlabel(), ax.get_ylabel()))
    return Slide(
        title=" ".join(ax.get_title(loc="left").split()) or "Chart",
        text=describe(ax),
        sources=cited_sources(ax),
        data=data,
        across=across,
        upward=upward,
        picture=b"" if native_chart(data) else _picture(ax),
    )


def deck_bytes(slides: Sequence[Slide], *, title: str = "", note: str = "") -> bytes:
    """Return a deck with one slide for each chart."""
    deck = _new_deck(title or slides[0].title)
    for slide in slides:
        _add_slide(deck, slide, note)
    content = io.BytesIO()
    deck.save(content)
    return _undated(content)


def _new_deck(title: str) -> Any:
    try:
        import pptx
    except ModuleNotFoundError as error:
        raise CbcstatsError('slides need python-pptx; install it with: pip install "cbcstats[slides]"') from error
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = pptx.util.Inches(WIDTH), pptx.util.Inches(HEIGHT)
    about = deck.core_properties
    about.title, about.author, about.last_modified_by, about.language = title, "cbcstats", "cbcstats", "en"
    about.created = about.modified = datetime.datetime(2000, 1, 1)
    return deck


def _add_slide(deck: Any, about: Slide, note: str) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    slide = deck.slides.add_slide(deck.slide_layouts.get_by_name("Title Only"))
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = _box(LEFT, 0.35, WIDTH - 2 * LEFT, 1.1)
    title.text_frame.text = about.title
    title.text_frame.word_wrap = True
    title.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    title.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    title.text_frame.paragraphs[0].font.size, title.text_frame.paragraphs[0].font.bold = Pt(28), True
    spec = None if about.picture else native_chart(about.data)
    if spec is None:
        _add_picture(slide, about)
    else:
        unit = about.across if spec.lying else about.upward
        add_chart(slide, spec._replace(unit=unit or spec.unit, text=about.text), _box(*ROOM))
        _add_lines(slide, [spec.says, source_line(about.sources)])
    slide.notes_slide.notes_text_frame.text = _notes(about, note, with_data=spec is None)


def _picture(ax: Axes) -> bytes:
    image = io.BytesIO()
    ax.get_figure(root=True).savefig(  # type: ignore[union-attr]
        image, format="png", dpi=200, bbox_inches="tight", facecolor="white", metadata={"Software": None}
    )
    return image.getvalue()


def _add_picture(slide: Any, about: Slide) -> None:
    """Add the picture of a chart, as large as there is room."""
    left, top, width, height = _box(*ROOM)
    picture = slide.shapes.add_picture(io.BytesIO(about.picture), left, top)
    scale = min(width / picture.width, height / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    picture.left = int(left + (width - picture.width) / 2)
    picture._element.nvPicPr.cNvPr.set("descr", about.text)


def _add_lines(slide: Any, lines: list[str]) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    box = slide.shapes.add_textbox(*_box(LEFT, 6.5, WIDTH - 2 * LEFT, 0.8))
    box.name = "Sources"
    box.text_frame.word_wrap = True
    box.text_frame.text = "\n".join(filter(None, lines))
    for paragraph in box.text_frame.paragraphs:
        paragraph.font.size = Pt(12)
        paragraph.font.color.rgb = RGBColor.from_string(GREY)


def _notes(about: Slide, note: str, *, with_data: bool) -> str:
    said = [
        f"{of[0].upper()}{of[1:]}: {reading}"
        for of, reading in caveats({"chart": about.data}).iloc[1:].itertuples(index=False)
    ]
    table = [f"Data:\n{csv_bytes(plain_frame(about.data)).decode('utf-8')}"] if with_data else []
    return "\n\n".join(filter(None, [note, about.text, *said, *table]))


def _box(*inches: float) -> tuple[int, ...]:
    from pptx.util import Inches

    return tuple(Inches(length) for length in inches)


def _undated(content: io.BytesIO) -> bytes:
    """Return the file without the hours at which its parts were written."""
    plain = io.BytesIO()
    with zipfile.ZipFile(content) as archive, zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            copy.writestr(zipfile.ZipInfo(name), archive.read(name), zipfile.ZIP_DEFLATED)
    return plain.getvalue()
