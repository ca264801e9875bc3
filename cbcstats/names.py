"""Names on a chart: of its rows, of its columns, and of its marks in a legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from cbcstats.lettering import SAFE, all_wrapped, pixels, wrap
from cbcstats.marks import INK, lay_out, root_figure

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
    same = [" ".join(label.split()) == whole for label, whole in zip(shown, _LEGENDS[legend], strict=True)]
    wholes = [whole if kept else label for label, whole, kept in zip(shown, _LEGENDS[legend], same, strict=True)]
    width = ax.get_window_extent().width
    for columns in (2, 1):
        legend = _legend(ax, legend.legend_handles, wholes, columns=columns)
        if legend.get_window_extent().width <= SAFE * width:
            return
    for text, whole in zip(legend.get_texts(), wholes, strict=True):
        wrap(text, whole, width - pixels(ax, 4 * LEGEND))


def _legend(ax: Axes, handles: Sequence[Any], labels: Sequence[str], *, columns: int) -> Legend:
    plain: dict[str, Any] = {"frameon": False, "fontsize": LEGEND, "labelcolor": INK, "borderaxespad": 0.2}
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
