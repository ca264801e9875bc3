"""How a chart is fitted to its figure: title, source line, tick labels and legend.

The text of a chart is wrapped to the width that it has, and a figure that was made here grows where
its text needs more height. `labels` places what is written among the marks.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

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
from cbcstats.charts.marks import GREY, INK, SMALL, lay_out, root_figure
from cbcstats.errors import DataError
from cbcstats.frames import as_text, read_days, read_numbers, text_column
from cbcstats.tables.loaders import source_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis, YAxis
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

ROUNDS: Final = 5  # of layout, after which a chart has settled
ROW_SHARE: Final = (
    0.4  # of the width of a chart that the tick labels of its rows may take
)
COLUMN_SHARE: Final = 0.96  # of the width of a column that its tick label may take
LEGEND_SIZE: Final = 8  # points
FEWEST: Final = 8  # characters of a line, however narrow the chart
# Of the room for a text: letters are a little wider or narrower at another resolution.
SAFE: Final = 0.91
POINTS: Final = 72  # in an inch


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
    sources: Iterable[Any],
    data: pd.DataFrame,
    fit: Callable[[Axes], None],
) -> Axes:
    """Write title and source line, keep what the chart shows, and fit it: how every chart ends.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The chart, with its marks.
    title, description : str
        The title, and the text alternative without the sources.
    sources : iterable of str
        Ids of the sources; missing ones are left out.
    data : pandas.DataFrame
        The data of the marks, as plain columns.
    fit : callable
        Fits the labels of the marks to an Axes whose width is known. It must not hold the Axes.
    """
    cited = [name for name in dict.fromkeys(map(as_text, sources)) if name]
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
    chart.data = data
    chart.fit = fit
    fit_figure(figure)
    return ax


def typed_rows(
    frame: pd.DataFrame, made_by: str, *, texts: Sequence[str], numbers: Sequence[str]
) -> pd.DataFrame:
    """Return rows of a result in their dtypes, whatever a file has made of them.

    Raises
    ------
    DataError
        If a text is missing, or a cell is not a number or not a day.
    """
    typed: dict[str, Any] = {}
    for name in texts:
        typed[name] = text_column(frame[name])
        is_missing = typed[name].isna()
        if is_missing.any():
            row = frame.index[is_missing][0]
            raise DataError(
                f"{name} is empty in row {row}; fill it, or make the rows with {made_by}"
            )
    for name in numbers:
        typed[name] = read_numbers(frame[name]).to_numpy(float, na_value=np.nan)
    for name in ("period_start", "period_end"):
        typed[name] = read_days(frame[name])
    return frame.assign(**typed)


def source_ids(frame: pd.DataFrame) -> list[Any]:
    """Return the ids of the sources of figures, and then those of the figures before them."""
    columns = ("source_id", "previous_source_id")
    return [
        name for column in columns if column in frame for name in frame[column].dropna()
    ]


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
    names = ("left", "right", "bottom", "top", "wspace", "hspace")
    return all(
        getattr(figure.subplotpars, name) == getattr(usual, name) for name in names
    )


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
    frames = [
        text
        for ax in charts
        for kind in (TITLE, SOURCES)
        for text in labels_of(ax, kind)
    ]
    legends = [ax.get_legend() for ax in charts]
    for artist in (*frames, *filter(None, legends)):
        artist.set_in_layout(False)
    for ax in charts:
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
            fit = chart_of(ax).fit
            if fit:
                fit(ax)


def grow(ax: Axes, height: float) -> None:
    """Let a figure that was made here grow until the chart has a height, in pixels."""
    figure = root_figure(ax)
    lacking = height - ax.get_window_extent().height
    may_grow = any(chart_of(other).on_new_figure for other in figure.axes)
    if may_grow and lacking > 1:
        figure.set_figheight(float(figure.get_figheight() + lacking / figure.dpi))
        lay_out(figure)


def _fit_frame(ax: Axes) -> None:
    """Wrap title and source line to the width of the chart with the tick labels at its left."""
    box = ax.get_window_extent()
    axis = ax.yaxis.get_tightbbox() if ax.axison else None
    left = min(box.x0, axis.x0 if axis else box.x0)
    _fit_titles(ax, left)
    labels = chart_of(ax).labels
    for label, length in ((ax.xaxis.label, box.width), (ax.yaxis.label, box.height)):
        if label in labels:
            write(ax, label, forms_of(ax, label)[0], length)
    axis = ax.xaxis.get_tightbbox() if ax.axison else None
    down = box.y0 - (min(axis.y0, box.y0) if axis else box.y0)
    for line in labels_of(ax, SOURCES):
        line.xyann = ((left - box.x0) / pixels(ax, 1), -down / pixels(ax, 1) - 6)
        write(ax, line, forms_of(ax, line)[0], box.x1 - left)


def _fit_titles(ax: Axes, left: float) -> None:
    """Wrap the title, from a left edge in pixels on; that of a user takes its place."""
    box = ax.get_window_extent()
    ours = labels_of(ax, TITLE)
    theirs = [title for title in _titles(ax) if title not in ours]
    for title in theirs:
        if title not in chart_of(ax).labels:
            add_label(ax, title, USER_TITLE, title.get_text())
        write(ax, title, forms_of(ax, title)[0], box.width)
    for title in ours:
        title.set_x((left - box.x0) / box.width)
        write(ax, title, "" if theirs else forms_of(ax, title)[0], box.x1 - left)


def _titles(ax: Axes) -> list[Text]:
    """Return the titles of a chart, ours and those of a user."""
    others = set(ax.texts)
    texts = [
        text
        for text in ax.get_children()
        if isinstance(text, Text) and text not in others
    ]
    return [text for text in texts if text.get_text()]


def set_tick_labels(axis: XAxis | YAxis, labels: Sequence[str]) -> None:
    """Label the rows or the columns of a chart, from the first one on."""
    axis.set_ticks(range(len(labels)), labels, parse_math=False)
    axis.set_tick_params(length=0)
    chart_of(axis.axes).tick_labels[axis.axis_name] = (list(labels), list(labels))


def _given_tick_labels(axis: XAxis | YAxis) -> list[str]:
    """Return the tick labels as they were given, none where a user has set others."""
    tick_labels = chart_of(axis.axes).tick_labels
    given, shown = tick_labels.get(axis.axis_name, ([], []))
    return given if [text.get_text() for text in axis.get_ticklabels()] == shown else []


def _rewrite_tick_labels(axis: XAxis | YAxis, shown: list[str], **how: Any) -> None:
    """Write the tick labels in another form."""
    axis.set_ticks(axis.get_ticklocs(), shown, parse_math=False, **how)
    tick_labels = chart_of(axis.axes).tick_labels
    tick_labels[axis.axis_name] = (tick_labels[axis.axis_name][0], shown)


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
    spec = ax.get_subplotspec()
    share = (
        len(spec.colspan) / spec.get_gridspec().ncols
        if spec
        else ax.get_position().width
    )
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
    most = int(max(map(len, lines)) * room / width) + 4
    for characters in range(max(most, FEWEST), FEWEST - 1, -1):
        text.set_text("\n".join(_filled(line, characters) for line in lines))
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
