"""Charts as files for a report: PNG, SVG and PDF with their description, and the data."""

from __future__ import annotations

import contextlib
import io
import re
from html import escape
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.arguments import (
    check_axes,
    check_choice,
    check_file_to_write,
    check_flag,
    check_names,
    check_number,
)
from cbcstats.charts.chart import (
    chart_data,
    cited_sources,
    describe,
    is_chart,
    title_of,
)
from cbcstats.charts.layout import (
    GREY,
    GRID,
    INK,
    ONE_AT_A_TIME,
    PAPER,
    fit_figure,
    root_figure,
)
from cbcstats.errors import ArgumentError
from cbcstats.files.writing import csv_bytes, plain_frame, target, write_together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS: Final = ("png", "svg", "pdf")
THEMES: Final = ("light", "dark")
CENTIMETRES: Final = 2.54  # in an inch
_SIZES: Final = (5, 120)  # centimetres; on less no axes are left, and A0 is 118.9 long
# Below, letters have no dots; above, A0 has more than matplotlib draws.
_DPI: Final = (10, 1200)
# What other programs write of charts and their data; any other ending, such as .2018,
# is part of the name.
_OTHER_FILES: Final = (
    *("bmp", "csv", "doc", "docx", "emf", "eps", "gif", "html", "jpeg", "jpg", "odt"),
    *("pptx", "ps", "tif", "tiff", "webp", "wmf", "xlsx"),
)
# What each colour of a light page is on a dark one; the colours of marks are told apart on both.
_DARK: Final = {
    INK: "#F2F2F2",
    GREY: "#C4C4C4",
    GRID: "#4A4A4A",
    PAPER: "#1E1E1E",
    "#000000": "#FFFFFF",
    "#444444": "#C4C4C4",
    # Colours of marks that would be too dim.
    "#404162": "#B7A9E8",
    "#660C00": "#F7B6B0",
    "#75554D": "#B08D82",
    "#909A63": "#7F8A4F",
}
_RC: Final[Any] = {
    "svg.hashsalt": "cbcstats",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}
# For readers without the first.
_FONTS: Final = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', sans-serif"
# Properties of artists that are colours.
_COLOURS: Final = (
    *("color", "facecolor", "edgecolor"),
    *("markerfacecolor", "markeredgecolor"),
)


def save_chart(
    ax: Axes,
    path: str | Path,
    *,
    formats: str | Sequence[str] = FORMATS,
    width: float | None = None,
    height: float | None = None,
    dpi: int = 300,
    transparent: bool = False,
    theme: str = "light",
    overwrite: bool = False,
) -> list[Path]:
    """Write a chart to files, each of which says in words what is on it, and its data beside it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        An Axes that one of the `plot_` functions returned, changed with matplotlib as you like. Its whole figure is
        written, with the charts beside it.
    path : path
        Where to write, such as `out/missions`: each format adds its ending. A path that ends in .png, .svg or .pdf
        names one file; that of another kind of file is refused.
    formats : {"png", "svg", "pdf"} or sequence of these
        What to write: PNG with title and description in its metadata; SVG with real text, title and description for
        screen readers; PDF with embedded TrueType fonts, title and description.
    width, height : float, optional
        Size in centimetres, from 5 to 120; 8.5 is a column of a printed page, 17 the page. By default the size
        of the figure; a height that is not given grows with the width, and stays when the chart becomes narrower.
    dpi : int
        Dots per inch of a PNG.
    transparent : bool
        Whether to leave out the background.
    theme : {"light", "dark"}
        For a light or a dark page.
    overwrite : bool
        Whether to replace files that are there.

    Returns
    -------
    list of pathlib.Path
        The files: one for each format, and the data as CSV. The same chart gives the same bytes.

    Raises
    ------
    ArgumentError
        If there is no such format or theme, a file is there already, or a size is too small or too large. Nothing is
        written then.

    Examples
    --------
    >>> import tempfile
    >>> from cbcstats import load_counts, plot_counts, save_chart
    >>> ax = plot_counts(load_counts("capacity_building_missions"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print([file.name for file in save_chart(ax, f"{folder}/missions", formats=("png", "svg"))])
    ['missions.png', 'missions.svg', 'missions.csv']
    """
    ax = check_axes("ax", ax)
    path = check_file_to_write("path", path)
    formats = check_names("formats", formats, FORMATS)
    theme = check_choice("theme", theme, THEMES)
    transparent = check_flag("transparent", transparent)
    overwrite = check_flag("overwrite", overwrite)
    path, formats = _without_ending(path, formats)
    _check_size(width, height, dpi)
    files = {}
    for form in (*formats, "csv"):
        file = path.with_name(f"{path.name}.{form}")
        files[form] = target(file, [f".{form}"], overwrite=overwrite)
    contents = {}
    figure = root_figure(ax)
    with ONE_AT_A_TIME, _fitted(figure, width, height), _themed(figure, theme):
        for form in formats:
            image = picture(figure, form, dpi=dpi, transparent=transparent)
            contents[files[form]] = image
    data = figure_data(figure)
    if len(data.columns):
        data = plain_frame(data, "chart_data(ax)")
    contents[files["csv"]] = csv_bytes(data)
    return write_together(contents, overwrite=overwrite)


def _without_ending(path: Path, formats: list[str]) -> tuple[Path, list[str]]:
    """Return the path without the ending of a picture, which names the only format."""
    suffix = path.suffix.lower().removeprefix(".")
    if suffix in FORMATS:
        return path.with_suffix(""), [suffix]
    if suffix == "docx":
        raise ArgumentError(
            f"{path}: a Word file is written by save_document, such as "
            'save_document({"Missions": ax}, path); for a picture, let the name end in '
            ".png, .svg or .pdf"
        )
    if suffix in _OTHER_FILES:
        raise ArgumentError(
            f"{path}: a chart is no .{suffix}; let the name end in .png, .svg or .pdf, "
            "or none for all"
        )
    return path, formats


def _check_size(width: float | None, height: float | None, dpi: float) -> None:
    least, most = _SIZES
    for name, size in (("width", width), ("height", height)):
        if size is not None and not least <= check_number(name, size) <= most:
            raise ArgumentError(
                f"`{name}` is in centimetres, from {least} to {most}, "
                f"but {size!r} was given"
            )
    least, most = _DPI
    if not least <= check_number("dpi", dpi) <= most:
        raise ArgumentError(
            f"`dpi` must be from {least} to {most}, but {dpi!r} was given"
        )


def picture(
    figure: Figure,
    form: str,
    *,
    dpi: int = 300,
    transparent: bool = False,
    bbox_inches: str | None = None,
) -> bytes:
    """Draw a figure in one of the formats; the same figure gives the same bytes."""
    import matplotlib as mpl

    title, text = figure_title(figure), figure_text(figure)
    metadata: dict[str, dict[str, Any]] = {
        "png": {"Title": title, "Description": text},
        "svg": {"Title": title, "Description": text, "Date": None},
        "pdf": {"Title": title, "Subject": text, "CreationDate": None},
    }
    content = io.BytesIO()
    with ONE_AT_A_TIME, mpl.rc_context(_RC):
        figure.savefig(
            content,
            format=form,
            dpi=dpi,
            transparent=transparent,
            metadata=metadata[form],
            bbox_inches=bbox_inches,
        )
    image = content.getvalue()
    return _readable_svg(image, title, text) if form == "svg" else image


def figure_title(figure: Figure) -> str:
    """Return the titles of a figure in one line."""
    titles: list[str] = []
    for ax in figure.axes:
        titles += [ax.get_title("left"), ax.get_title()]
    distinct = dict.fromkeys(filter(None, titles))
    line = " \N{EN DASH} ".join(distinct)
    return " ".join(line.split()) or "Chart"


def figure_text(figure: Figure) -> str:
    """Return the text alternatives of all charts of a figure."""
    return " ".join(describe(ax) for ax in figure.axes) or "Chart without a description"


def figure_sources(figure: Figure) -> list[str]:
    """Return the ids of the sources that the charts of a figure cite, each once."""
    ids = [source for ax in figure.axes for source in cited_sources(ax)]
    return list(dict.fromkeys(ids))


def figure_data(figure: Figure) -> pd.DataFrame:
    """Return the data of all charts of a figure.

    Where there are several, a first column says of which the data are.
    """
    charts = [ax for ax in figure.axes if is_chart(ax)]
    if not charts:
        return pd.DataFrame()
    if len(charts) == 1:
        return chart_data(charts[0])
    frames = []
    for number, ax in enumerate(charts, start=1):
        frame = chart_data(ax)
        columns = frame.columns.drop("chart", errors="ignore")
        frame["chart"] = f"{number} {title_of(ax)}"
        frames.append(frame[["chart", *columns]])
    return pd.concat(frames)


def picture_for_page(ax: Axes, width: float, height: float) -> bytes:
    """Draw the figure of a chart as PNG, as wide as a page in centimetres and no higher.

    The figure keeps its own size.
    """
    figure = root_figure(ax)
    wide, tall = figure.get_size_inches() * CENTIMETRES
    # Narrow charts grow in both directions, as in `save_chart`.
    in_proportion = tall * max(width / wide, 1)
    with ONE_AT_A_TIME, _fitted(figure, width, min(in_proportion, height)):
        return picture(figure, "png")


@contextlib.contextmanager
def _fitted(
    figure: Figure, width: float | None, height: float | None
) -> Iterator[None]:
    """Give the figure another size, and what it had afterwards."""
    before = figure.get_size_inches().copy()
    wide = width / CENTIMETRES if width else before[0]
    tall = height / CENTIMETRES if height else before[1] * max(wide / before[0], 1)
    changed = bool(width or height)
    if changed:
        _resize(figure, wide, tall)
    try:
        yield
    finally:
        if changed:
            _resize(figure, *before)


def _resize(figure: Figure, width: float, height: float) -> None:
    # Texts measure themselves by the dots of the last drawing, which may have been a file.
    figure.draw_without_rendering()
    figure.set_size_inches(width, height)
    fit_figure(figure)


@contextlib.contextmanager
def _themed(figure: Figure, theme: str) -> Iterator[None]:
    """Give every artist the colours of a theme, and its own afterwards; colours that a user chose stay."""
    undo = []
    for artist in _coloured(figure) if theme == "dark" else ():
        for name in _COLOURS:
            get = getattr(artist, f"get_{name}", None)
            put = getattr(artist, f"set_{name}", None)
            if not get or not put:
                continue
            light = get()
            dark = _dark(light)
            if dark is not None:
                undo.append((put, light))
                put(dark)
    try:
        yield
    finally:
        for put, colour in reversed(undo):
            put(colour)


def _coloured(figure: Figure) -> list[Any]:
    """Return the artists of a figure, and the plates behind its texts."""
    from matplotlib.text import Text

    artists = figure.findobj()
    texts = [artist for artist in artists if isinstance(artist, Text)]
    plates = [text.get_bbox_patch() for text in texts]
    return [*artists, *filter(None, plates)]


def _dark(colour: Any) -> Any:
    """Return what a colour is on a dark page, with the same transparency.

    None is for a colour that stays.
    """
    from matplotlib.colors import to_hex, to_rgba

    try:
        red, green, blue, alpha = to_rgba(colour)
    except (ValueError, TypeError):  # several colours, or "none"
        return None
    on_dark = {to_hex(light): dark for light, dark in _DARK.items()}
    dark = on_dark.get(to_hex((red, green, blue)))
    return to_rgba(dark, alpha) if dark and alpha else None


def _readable_svg(content: bytes, title: str, text: str) -> bytes:
    """Add to an SVG what a screen reader reads out, and fonts for other readers."""
    svg = content.decode("utf-8").replace("'DejaVu Sans'", _FONTS)
    svg = re.sub(r"\n? *<title>.*?</title>", "", svg, count=1, flags=re.DOTALL)
    name = re.sub(r"\W+", "-", title).strip("-").lower() or "chart"
    role = f'role="img" aria-labelledby="{name}-title {name}-text"'
    words = (
        f'<title id="{name}-title">{escape(title)}</title>\n'
        f' <desc id="{name}-text">{escape(text)}</desc>'
    )

    def with_words(root: re.Match[str]) -> str:
        return f"<svg {role} {root[1]}>\n {words}"

    return re.sub(r"<svg ([^>]*)>", with_words, svg, count=1).encode()
