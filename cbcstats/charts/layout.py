"""Charts fitted to the size of their figure, from the outside in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary, WeakSet

import numpy as np
from matplotlib.figure import SubplotParams
from matplotlib.text import Text

from cbcstats.charts.captions import caption
from cbcstats.charts.marks import GREY, SMALL, lay_out, root_figure
from cbcstats.charts.text import (
    AXIS,
    SOURCES,
    TITLE,
    fit_legend,
    fit_rows,
    forms_of,
    is_known,
    known,
    pixels,
    remember,
    write,
)
from cbcstats.files.scalars import as_text
from cbcstats.tables.sources import source_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROUNDS: Final = 5  # of layout, after which a chart has settled
THEIR_TITLE: Final = "title of a user"

# What places the labels of each chart, and the figures that were made here, and so may grow.
_MARKS: WeakKeyDictionary[Axes, Callable[[Axes], None]] = WeakKeyDictionary()
_OWN: WeakSet[Figure] = WeakSet()


def new_axes(height: float | None = None) -> Axes:
    """Return the Axes of a new figure, which may grow as its words need it."""
    import matplotlib.pyplot as plt

    width, usual = plt.rcParams["figure.figsize"]
    figure, ax = plt.subplots(figsize=(width, height or usual))
    _OWN.add(figure)
    return ax


def finish(
    ax: Axes,
    *,
    title: str,
    text: str,
    sources: Iterable[Any],
    data: pd.DataFrame,
    fit_marks: Callable[[Axes], None],
) -> Axes:
    """Write title and source line, remember what the chart shows, and fit it: how every chart ends.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The chart, with its marks.
    title, text : str
        The title, and the text alternative without the sources.
    sources : iterable of str
        Ids of the sources; those that are missing are passed over.
    data : pandas.DataFrame
        The data of the marks, as plain columns.
    fit_marks : callable
        Places the labels of the marks, given an Axes whose width is known. It must not hold the Axes.
    """
    cited = [name for name in dict.fromkeys(map(as_text, sources)) if name]
    line = source_line(cited)
    remember(ax.set_title(title, parse_math=False), TITLE, title)
    for label in (ax.xaxis.label, ax.yaxis.label):
        remember(label, AXIS, label.get_text())
    if line:
        below: dict[str, Any] = {
            "xycoords": "axes fraction",
            "textcoords": "offset points",
            "va": "top",
        }
        written = ax.annotate(line, (0, 0), (0, -22), fontsize=SMALL, color=GREY, annotation_clip=False,
                              parse_math=False, **below)  # fmt: skip
        remember(written, SOURCES, line)
    figure = root_figure(ax)
    if figure.get_layout_engine() is None and _is_untouched(figure):
        figure.set_layout_engine("constrained")
    _MARKS[ax] = fit_marks
    caption(ax, f"{text} {line}".strip(), cited, data, fit_figure)
    fit_figure(ax)
    return ax


def grow(ax: Axes, height: float) -> None:
    """Let a figure of our own grow until the chart is as high as it must be, in pixels."""
    figure = root_figure(ax)
    lacking = height - ax.get_window_extent().height
    if figure in _OWN and lacking > 1:
        figure.set_figheight(float(figure.get_figheight() + lacking / figure.dpi))
        lay_out(figure)


def fit_figure(ax: Axes) -> None:
    """Fit all charts of a figure: laid out without their words, then words by words, from the outside in.

    Words keep out of the layout until they are wrapped anew, for their old widths must not narrow a chart.
    """
    figure = root_figure(ax)
    charts = [chart for chart in figure.axes if chart in _MARKS]
    frames = [text for chart in charts for text in (*known(chart, TITLE), *known(chart, SOURCES))]
    for artist in (*frames, *filter(None, (chart.get_legend() for chart in charts))):
        artist.set_in_layout(False)
    for chart in charts:
        fit_rows(chart)
    lay_out(figure)
    for chart in charts:
        fit_legend(chart)
        _fit_frame(chart)
    for text in frames:
        text.set_in_layout(True)
    before = np.zeros((len(charts), 4))
    for _ in range(ROUNDS):
        lay_out(figure)
        for chart in charts:
            _fit_frame(chart)
        after = np.array([chart.get_window_extent().bounds for chart in charts])
        if np.allclose(before, after, atol=1):
            break
        before = after
        for chart in charts:
            _MARKS[chart](chart)


def _fit_frame(ax: Axes) -> None:
    """Wrap title and source line to the width of the chart with the labels at its left."""
    box = ax.get_window_extent()
    axis = ax.yaxis.get_tightbbox() if ax.axison else None
    left = min(box.x0, axis.x0 if axis else box.x0)
    ours = known(ax, TITLE)
    theirs = [title for title in _titles(ax) if title not in ours]
    for title in theirs:
        if not is_known(title):
            remember(title, THEIR_TITLE, title.get_text())
        write(title, forms_of(title)[0], box.width)
    for title in ours:
        title.set_x((left - box.x0) / box.width)
        write(title, "" if theirs else forms_of(title)[0], box.x1 - left)
    for label, room in ((ax.xaxis.label, box.width), (ax.yaxis.label, box.height)):
        if is_known(label):
            write(label, forms_of(label)[0], room)
    axis = ax.xaxis.get_tightbbox() if ax.axison else None
    down = box.y0 - (min(axis.y0, box.y0) if axis else box.y0)
    for line in known(ax, SOURCES):
        line.xyann = ((left - box.x0) / pixels(ax, 1), -down / pixels(ax, 1) - 6)
        write(line, forms_of(line)[0], box.x1 - left)


def _titles(ax: Axes) -> list[Text]:
    """Return the titles of a chart, whoever wrote them."""
    others = set(ax.texts)
    texts = [text for text in ax.get_children() if isinstance(text, Text) and text not in others]
    return [text for text in texts if text.get_text()]


def _is_untouched(figure: Figure) -> bool:
    """Return whether the margins of a figure are the usual ones, so that nobody has set them by hand."""
    usual = SubplotParams()
    names = ("left", "right", "bottom", "top", "wspace", "hspace")
    return all(getattr(figure.subplotpars, name) == getattr(usual, name) for name in names)
