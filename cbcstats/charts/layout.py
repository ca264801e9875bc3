"""The style of charts, and how each is fitted to its figure.

Title, source line, tick labels and legend are wrapped to the width of the chart, and a
figure that was made here grows where its text needs more height. `labels` places the
text among the marks.
"""

from __future__ import annotations

import contextlib
import textwrap
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from matplotlib.figure import SubplotParams
from matplotlib.text import Text

from cbcstats.charts.chart import (
    AXIS_LABEL,
    LEGEND,
    SOURCES,
    TITLE,
    USER_TITLE,
    add_label,
    chart_of,
    forms_of,
    is_chart,
    labels_of,
)
from cbcstats.tables.loaders import cited_by, source_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis, YAxis
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

SMALL: Final = 7.5  # points
INK: Final = "#222222"
GREY: Final = "#555555"
GRID: Final = "#E3E3E3"
PAPER: Final = "white"
STYLE: Final = Path(__file__).parent.parent / "cbcstats.mplstyle"
# Settings of matplotlib hold for the whole process.
ONE_AT_A_TIME: Final = threading.RLock()
ROUNDS: Final = 5  # of layout, after which a chart has settled
ROW_SHARE: Final = 0.4  # of the width of a chart, for the tick labels of its rows
COLUMN_SHARE: Final = 0.96  # of the width of a column, for its tick label
LEGEND_SIZE: Final = 8  # points
FEWEST: Final = 8  # characters of a line, however narrow the chart
# Of the room for a text: letters are a little wider or narrower at another resolution.
SAFE: Final = 0.91
POINTS: Final = 72  # in an inch


@contextlib.contextmanager
def styled() -> Iterator[None]:
    """Draw in the style of cbcstats, and restore its settings afterwards.

    Threads that draw wait for each other. Only the settings of the style are restored,
    and only those that nobody else has changed meanwhile. In a notebook, the first
    figure loads the backend, which switches `interactive` on, so that figures appear
    below their cells. `matplotlib.style.context` would restore every setting, switch it
    off again, and hide all later figures.
    """
    import matplotlib as mpl

    style = mpl.rc_params_from_file(STYLE, use_default_template=False)
    with ONE_AT_A_TIME:
        before = {name: mpl.rcParams[name] for name in style}
        mpl.rcParams.update(style)
        try:
            yield
        finally:
            ours = [name for name in style if mpl.rcParams[name] == style[name]]
            mpl.rcParams.update({name: before[name] for name in ours})


def root_figure(ax: Axes) -> Figure:
    """Return the figure that an Axes is on, whatever subfigures are between."""
    return cast("Figure", ax.get_figure(root=True))


def lay_out(figure: Figure) -> None:
    """Give every Axes its place, as drawing the figure does."""
    engine = figure.get_layout_engine()
    if engine is None:
        figure.draw_without_rendering()
    else:
        engine.execute(figure)


def cycle() -> list[str]:
    """Return the colours of the present style."""
    import matplotlib as mpl

    colours = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    return list(colours)


def new_axes(height: float | None = None) -> Axes:
    """Return the Axes of a new figure, which may grow where its text needs more height."""
    import matplotlib.pyplot as plt

    width, usual = plt.rcParams["figure.figsize"]
    _, ax = plt.subplots(figsize=(width, height or usual))
    chart_of(ax).on_new_figure = True
    return ax


def finish(
    ax: Axes,
    *,
    title: str,
    description: str,
    data: pd.DataFrame,
    fit: Callable[[Axes], None],
    cites: pd.DataFrame | None = None,
) -> Axes:
    """Write title and source line, keep what the chart shows, and fit it.

    This is how every chart ends.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The chart, with its marks.
    title, description : str
        The title, and the text alternative without the sources.
    data : pandas.DataFrame
        The data of the marks, as plain columns.
    fit : callable
        Fits the labels of the marks to an Axes whose width is known. It must not hold
        the Axes.
    cites : pandas.DataFrame, optional
        A table that cites the sources, where the data do not.
    """
    cited = cited_by([data if cites is None else cites])
    line = source_line(cited)
    add_label(ax, ax.set_title(title, parse_math=False), TITLE, title)
    for label in (ax.xaxis.label, ax.yaxis.label):
        add_label(ax, label, AXIS_LABEL, label.get_text())
    if line:
        _write_source_line(ax, line)
    figure = root_figure(ax)
    if figure.get_layout_engine() is None and _has_usual_margins(figure):
        figure.set_layout_engine("constrained")
    chart = chart_of(ax)
    chart.description = f"{description} {line}".strip()
    chart.sources = cited
    chart.source_line = line
    chart.data = data
    chart.fit = fit
    fit_figure(figure)
    return ax


def _write_source_line(ax: Axes, line: str) -> None:
    text = ax.annotate(
        line,
        xy=(0, 0),
        xytext=(0, -22),
        xycoords="axes fraction",
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
        color=GREY,
        annotation_clip=False,
        parse_math=False,
    )
    add_label(ax, text, SOURCES, line)


def _has_usual_margins(figure: Figure) -> bool:
    """Return whether nobody has set the margins of a figure by hand."""
    usual = SubplotParams()
    margins = figure.subplotpars
    names = ("left", "right", "bottom", "top", "wspace", "hspace")
    return all(getattr(margins, name) == getattr(usual, name) for name in names)


def fit_figure(figure: Figure) -> None:
    """Fit the charts of a figure to its present size.

    Title, source line, tick labels and legend are wrapped again, and labels placed again. Colours,
    limits, texts and artists that were changed or added with matplotlib stay as they are. A figure
    that a `plot_` function made grows where a chart would not have the height that it needs. Axes
    that were drawn without cbcstats are left alone.
    """
    charts = [ax for ax in figure.axes if is_chart(ax)]
    if not charts:
        return
    # Text stays out of the layout until it is wrapped: its old width must not narrow a chart.
    frames = []
    for ax in charts:
        frames += [*labels_of(ax, TITLE), *labels_of(ax, SOURCES)]
    for text in frames:
        text.set_in_layout(False)
    for ax in charts:
        legend = ax.get_legend()
        if legend:
            legend.set_in_layout(False)
        _fit_row_ticks(ax)
    lay_out(figure)
    for ax in charts:
        _fit_legend(ax)
        _fit_frame(ax)
    for text in frames:
        text.set_in_layout(True)
    _fit_marks(figure, charts)


def _fit_marks(figure: Figure, charts: list[Axes]) -> None:
    """Fit what is among the marks, until the charts keep their size."""
    before = np.zeros((len(charts), 4))
    for _ in range(ROUNDS):
        lay_out(figure)
        for ax in charts:
            _fit_frame(ax)
        after = np.array([ax.get_window_extent().bounds for ax in charts])
        if np.allclose(before, after, atol=1):
            break
        before = after
        for ax in charts:
            if fit := chart_of(ax).fit:
                fit(ax)


def grow(ax: Axes, height: float) -> None:
    """Let a figure that was made here grow until the chart has a height, in pixels."""
    figure = root_figure(ax)
    lacking = height - ax.get_window_extent().height
    may_grow = any(chart_of(other).on_new_figure for other in figure.axes)
    if may_grow and lacking > 1:
        inches = figure.get_figheight() + lacking / figure.dpi
        figure.set_figheight(float(inches))
        lay_out(figure)


def _fit_frame(ax: Axes) -> None:
    """Wrap title and source line to the width of the chart with its tick labels."""
    box = ax.get_window_extent()
    left = box.x0
    if ax.axison and (ticks := ax.yaxis.get_tightbbox()):
        left = min(left, ticks.x0)
    _fit_titles(ax, left)
    labels = chart_of(ax).labels
    lengths = {ax.xaxis.label: box.width, ax.yaxis.label: box.height}
    for label, length in lengths.items():
        if label in labels:
            _rewrap(ax, label, length)
    # A label that is wrapped now can reach further down.
    bottom = box.y0
    if ax.axison and (ticks := ax.xaxis.get_tightbbox()):
        bottom = min(bottom, ticks.y0)
    point = pixels(ax, 1)
    for line in labels_of(ax, SOURCES):
        line.xyann = ((left - box.x0) / point, (bottom - box.y0) / point - 6)
        _rewrap(ax, line, box.x1 - left)


def _fit_titles(ax: Axes, left: float) -> None:
    """Wrap the title, from a left edge in pixels on; that of a user takes its place."""
    box = ax.get_window_extent()
    ours = labels_of(ax, TITLE)
    theirs = [title for title in _titles(ax) if title not in ours]
    for title in theirs:
        if title not in chart_of(ax).labels:
            add_label(ax, title, USER_TITLE, title.get_text())
        _rewrap(ax, title, box.width)
    for title in ours:
        title.set_x((left - box.x0) / box.width)
        if theirs:
            write(ax, title, "")
        else:
            _rewrap(ax, title, box.x1 - left)


def _rewrap(ax: Axes, text: Text, room: float) -> None:
    """Wrap the full form of a label to a room in pixels."""
    full, *_ = forms_of(ax, text)
    write(ax, text, full, room)


def _titles(ax: Axes) -> list[Text]:
    """Return the titles of a chart, ours and those of a user."""
    texts = [child for child in ax.get_children() if isinstance(child, Text)]
    written = [text for text in texts if text.get_text()]
    others = set(ax.texts)
    return [text for text in written if text not in others]


def set_tick_labels(axis: XAxis | YAxis, labels: Sequence[str]) -> None:
    """Label the rows or the columns of a chart, from the first one on."""
    given = list(labels)
    axis.set_ticks(range(len(given)), given, parse_math=False)
    axis.set_tick_params(length=0)
    chart_of(axis.axes).tick_labels[axis.axis_name] = (given, given)


def _given_tick_labels(axis: XAxis | YAxis) -> list[str]:
    """Return the tick labels as they were given, none where a user has set others."""
    tick_labels = chart_of(axis.axes).tick_labels
    given, shown = tick_labels.get(axis.axis_name, ([], []))
    present = [text.get_text() for text in axis.get_ticklabels()]
    return given if present == shown else []


def _rewrite_tick_labels(axis: XAxis | YAxis, shown: list[str], **how: Any) -> None:
    """Write the tick labels in another form."""
    axis.set_ticks(axis.get_ticklocs(), shown, parse_math=False, **how)
    tick_labels = chart_of(axis.axes).tick_labels
    given, _ = tick_labels[axis.axis_name]
    tick_labels[axis.axis_name] = (given, shown)


def _fit_row_ticks(ax: Axes) -> None:
    """Wrap the tick labels of the rows, unless they are those of a user."""
    given = _given_tick_labels(ax.yaxis)
    if given:
        shown, _ = _wrapped_ticks(ax.yaxis, given, _slot(ax) * ROW_SHARE)
        _rewrite_tick_labels(ax.yaxis, shown)


def fit_column_ticks(ax: Axes) -> None:
    """Wrap the tick labels of the columns, or turn them upright where they have no room.

    Those of a user stay.
    """
    given = _given_tick_labels(ax.xaxis)
    if not given:
        return
    first, last = ax.get_xlim()
    room = COLUMN_SHARE * ax.get_window_extent().width / abs(last - first)
    shown, widest = _wrapped_ticks(ax.xaxis, given, room)
    if widest > room:
        _rewrite_tick_labels(ax.xaxis, given, rotation=90)
    else:
        _rewrite_tick_labels(ax.xaxis, shown, rotation=0)
    lay_out(root_figure(ax))


def _wrapped_ticks(
    axis: XAxis | YAxis, labels: list[str], room: float
) -> tuple[list[str], float]:
    """Return tick labels wrapped to a room in pixels, and how wide the widest one is."""
    size = axis.get_ticklabels()[0].get_fontsize()
    probe = axis.axes.text(0, 0, "", fontsize=size, parse_math=False)
    shown, widest = [], 0.0
    for label in labels:
        wrap(probe, label, room)
        shown.append(probe.get_text())
        widest = max(widest, probe.get_window_extent().width)
    probe.remove()
    return shown, widest


def _slot(ax: Axes) -> float:
    """Return how much of the width of a figure a chart has, in pixels."""
    share = ax.get_position().width
    if spec := ax.get_subplotspec():
        share = len(spec.colspan) / spec.get_gridspec().ncols
    return float(root_figure(ax).bbox.width * share)


def add_legend(ax: Axes, handles: Sequence[Any]) -> None:
    """Add a legend, if there is anything to explain."""
    if handles:
        _set_legend(ax, handles, [handle.get_label() for handle in handles], columns=1)


def _set_legend(
    ax: Axes, handles: Sequence[Any], labels: list[str], *, columns: int
) -> Legend:
    legend = ax.legend(
        handles=handles,
        labels=labels,
        loc="upper left",
        ncols=columns,
        frameon=False,
        fontsize=LEGEND_SIZE,
        labelcolor=INK,
        borderaxespad=0.2,
    )
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_parse_math(False)
        add_label(ax, text, LEGEND, label)
    return legend


def _fit_legend(ax: Axes) -> None:
    """Set our legend in two columns where they have room, else in one; a user's legend stays."""
    legend = ax.get_legend()
    if legend is None:
        return
    texts = legend.get_texts()
    if not texts or texts[0] not in chart_of(ax).labels:
        return
    labels = [forms_of(ax, text)[0] for text in texts]
    width = ax.get_window_extent().width
    for columns in (2, 1):
        legend = _set_legend(ax, legend.legend_handles, labels, columns=columns)
        if legend.get_window_extent().width <= SAFE * width:
            return
    for text, label in zip(legend.get_texts(), labels, strict=True):
        write(ax, text, label, width - pixels(ax, 4 * LEGEND_SIZE))


def legend_height(ax: Axes) -> float:
    """Return the height of the legend in pixels, 0 where there is none."""
    legend = ax.get_legend()
    return legend.get_window_extent().height if legend else 0


def write(ax: Axes, text: Text, form: str, room: float = 0) -> None:
    """Write a label in a form, wrapped to a room in pixels where one is given."""
    label = chart_of(ax).labels[text]
    label.forms = forms_of(ax, text)
    wrap(text, form, room)
    label.shown = text.get_text()


def wrap(text: Text, words: str, room: float) -> None:
    """Write words on lines that are at most as wide as a room, in pixels; no word is broken."""
    room *= SAFE
    text.set_text(words)
    width = _length(text)
    if not room or width <= room:
        return
    lines = words.split("\n")
    longest = max(map(len, lines))
    most = int(longest * room / width) + 4
    for characters in range(max(most, FEWEST), FEWEST - 1, -1):
        filled = [_filled(line, characters) for line in lines]
        text.set_text("\n".join(filled))
        if _length(text) <= room:
            return


def _filled(line: str, characters: int) -> str:
    return textwrap.fill(
        line, characters, break_long_words=False, break_on_hyphens=False
    )


def _length(text: Text) -> float:
    """Return the length of the longest line of a text in pixels, also of one that is upright."""
    box = text.get_window_extent()
    return float(box.height if text.get_rotation() == 90 else box.width)


def pixels(ax: Axes, points: float) -> float:
    """Return points as pixels of the figure."""
    return float(points * root_figure(ax).dpi / POINTS)
