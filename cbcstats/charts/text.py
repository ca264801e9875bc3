"""Words on a chart: known in every form that they may take, wrapped, and left alone where a user changed them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from matplotlib.text import Text

from cbcstats.charts.marks import INK, lay_out, root_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.legend import Legend

ROW_SHARE: Final = 0.4  # of the width of a chart that the names of its rows may take
LEGEND: Final = 8  # points
# The names as they were given, and as they were last written; any others are those of a user, and stay.
_ROWS: WeakKeyDictionary[Axes, tuple[list[str], list[str]]] = WeakKeyDictionary()
_COLUMNS: WeakKeyDictionary[Axes, tuple[list[str], list[str]]] = WeakKeyDictionary()
_LEGENDS: WeakKeyDictionary[Legend, list[str]] = WeakKeyDictionary()
TITLE: Final = "title"
SOURCES: Final = "sources"
AXIS: Final = "axis"
LABEL: Final = "label"
LEADER: Final = "leader"
FEWEST: Final = 8  # characters of a line, however narrow the chart
SAFE: Final = 0.91  # of a room, for letters are a little wider or narrower at another resolution
POINTS: Final = 72  # in an inch


@dataclass(frozen=True)
class Words:
    """What is remembered of words on a chart: what they are for, how they may be written, and where they belong."""

    role: str
    forms: tuple[str, ...]  # from the fullest to the shortest
    shown: str = ""  # what was written last; other words are those of a user, and stay
    place: tuple[float, float] = (0, 0)  # points from where they point at
    room: tuple[float, float] = (0, 0)  # in the units of the data, what they belong to


_WORDS: WeakKeyDictionary[Text, Words] = WeakKeyDictionary()


def remember(text: Text, role: str, *forms: str, **more: Any) -> None:
    """Remember words that are written on a chart, in every form that they may take, the fullest first."""
    text.set_in_layout(
        role in (TITLE, SOURCES, AXIS)
    )  # words among the marks are fitted to the chart, not it to them
    _WORDS[text] = Words(role, forms, text.get_text(), **more)


def known(ax: Axes, role: str) -> list[Any]:
    """Return the words on a chart that have a role and are still there."""
    return [
        text
        for text in ax.get_children()
        if isinstance(text, Text) and text in _WORDS and _WORDS[text].role == role
    ]


def is_known(text: Text) -> bool:
    """Return whether words are remembered."""
    return text in _WORDS


def words_of(text: Text) -> Words:
    """Return what is remembered of words."""
    return _WORDS[text]


def forms_of(text: Text) -> tuple[str, ...]:
    """Return the forms in which words may be written: those of a user in theirs only."""
    found = _WORDS[text]
    return found.forms if text.get_text() == found.shown else (text.get_text(),)


def write(text: Text, words: str, room: float = 0) -> None:
    """Write words anew, wrapped to a room in pixels where one is given."""
    found = _WORDS[text]
    if text.get_text() != found.shown:
        found = replace(found, forms=(text.get_text(),))
    wrap(text, words, room)
    _WORDS[text] = replace(found, shown=text.get_text())


def wrap(text: Text, words: str, room: float) -> None:
    """Write words in lines that are no wider than the room, in pixels; words are not broken."""
    room *= SAFE
    text.set_text(words)
    width = _length(text)
    if not room or width <= room:
        return
    lines = words.split("\n")
    for characters in range(
        max(int(max(map(len, lines)) * room / width) + 4, FEWEST), FEWEST - 1, -1
    ):
        filled = (
            textwrap.fill(line, characters, break_long_words=False, break_on_hyphens=False)
            for line in lines
        )
        text.set_text("\n".join(filled))
        if _length(text) <= room:
            return


def all_wrapped(ax: Axes, wholes: Sequence[str], room: float, size: Any) -> tuple[list[str], float]:
    """Return words wrapped to a room in pixels, and how wide the widest are."""
    probe = ax.text(0, 0, "", fontsize=size, parse_math=False)
    shown, widest = [], 0.0
    for whole in wholes:
        wrap(probe, whole, room)
        shown.append(probe.get_text())
        widest = max(widest, probe.get_window_extent().width)
    probe.remove()
    return shown, widest


def pixels(ax: Axes, points: float) -> float:
    """Return points as pixels of the figure."""
    return float(points * root_figure(ax).dpi / POINTS)


def _length(text: Text) -> float:
    """Return how long the longest line of words is, in pixels; those at a side of a chart stand upright."""
    box = text.get_window_extent()
    return float(box.height if text.get_rotation() == 90 else box.width)


def name_rows(ax: Axes, labels: Sequence[str]) -> None:
    """Name the rows of a chart, from the top; `fit` wraps the names."""
    ax.set_yticks(range(len(labels)), labels, parse_math=False)
    ax.tick_params(axis="y", length=0)
    _ROWS[ax] = (list(labels), list(labels))


def fit_rows(ax: Axes) -> None:
    """Wrap the names of the rows, unless they are those of a user."""
    if ax not in _ROWS or [label.get_text() for label in ax.get_yticklabels()] != _ROWS[ax][1]:
        return
    room = _slot(ax) * ROW_SHARE
    shown, _ = all_wrapped(ax, _ROWS[ax][0], room, ax.get_yticklabels()[0].get_fontsize())
    ax.set_yticks(ax.get_yticks(), shown, parse_math=False)
    _ROWS[ax] = (_ROWS[ax][0], shown)


def name_columns(ax: Axes, labels: Sequence[str]) -> None:
    """Name the columns of a chart, from the left; `fit_columns` wraps the names."""
    ax.set_xticks(range(len(labels)), labels, parse_math=False)
    ax.set_xlim(-0.6, len(labels) - 0.4)
    ax.tick_params(axis="x", length=0)
    _COLUMNS[ax] = (list(labels), list(labels))


def fit_columns(ax: Axes) -> None:
    """Wrap the names of the columns, or set them upright where they have no room, unless they are those of a user."""
    ticks = ax.get_xticklabels()
    if ax not in _COLUMNS or [label.get_text() for label in ticks] != _COLUMNS[ax][1]:
        return
    first, last = ax.get_xlim()
    room = 0.96 * ax.get_window_extent().width / abs(last - first)
    wholes = _COLUMNS[ax][0]
    shown, widest = all_wrapped(ax, wholes, room, ticks[0].get_fontsize())
    upright = widest > room
    if upright:
        shown = wholes
    ax.set_xticks(ax.get_xticks(), shown, parse_math=False, rotation=90 if upright else 0)
    _COLUMNS[ax] = (wholes, shown)
    lay_out(root_figure(ax))


def name_marks(ax: Axes, handles: Sequence[Any]) -> None:
    """Write a legend, if there is something to name; `fit` wraps it."""
    if handles:
        _legend(ax, handles, [handle.get_label() for handle in handles], columns=1)


def fit_legend(ax: Axes) -> None:
    """Set a legend of ours in two columns where they fit, else in one."""
    legend = ax.get_legend()
    if legend is None or legend not in _LEGENDS:
        return
    shown = [text.get_text() for text in legend.get_texts()]
    same = [
        " ".join(label.split()) == whole
        for label, whole in zip(shown, _LEGENDS[legend], strict=True)
    ]
    wholes = [
        whole if kept else label
        for label, whole, kept in zip(shown, _LEGENDS[legend], same, strict=True)
    ]
    width = ax.get_window_extent().width
    for columns in (2, 1):
        legend = _legend(ax, legend.legend_handles, wholes, columns=columns)
        if legend.get_window_extent().width <= SAFE * width:
            return
    for text, whole in zip(legend.get_texts(), wholes, strict=True):
        wrap(text, whole, width - pixels(ax, 4 * LEGEND))


def _legend(ax: Axes, handles: Sequence[Any], labels: Sequence[str], *, columns: int) -> Legend:
    plain: dict[str, Any] = {
        "frameon": False,
        "fontsize": LEGEND,
        "labelcolor": INK,
        "borderaxespad": 0.2,
    }
    legend = ax.legend(handles=handles, labels=labels, loc="upper left", ncols=columns, **plain)
    for text in legend.get_texts():
        text.set_parse_math(False)
    _LEGENDS[legend] = list(labels)
    return legend


def _slot(ax: Axes) -> float:
    """Return the width of a figure that falls to a chart, in pixels."""
    spec = ax.get_subplotspec()
    share = len(spec.colspan) / spec.get_gridspec().ncols if spec else ax.get_position().width
    return float(root_figure(ax).bbox.width * share)
