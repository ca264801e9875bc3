"""The words of a chart of rows: a name at the left of each row, and what is to say above its mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cbcstats.fitting import grow
from cbcstats.labels import annotate
from cbcstats.lettering import LABEL, forms_of, known, pixels, remember, words_of, write
from cbcstats.marks import INK, SMALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

THICK: Final = 0.3  # of a row, the mark
ROOM: Final = 0.75  # of a row, above the middle of the first one
GAP: Final = 3  # points between a mark and the words above it


def begin_rows(ax: Axes, count: int) -> None:
    """Make room for so many rows, the first one at the top."""
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_ylim(count - 0.5, -ROOM)


def say(ax: Axes, place: int, forms: Sequence[str], low: float, high: float) -> None:
    """Write words above the mark of a row, which reaches from low to high; `place_sayings` then places them."""
    said = annotate(ax, forms[0], (low, place), xytext=(0, 11), va="bottom", fontsize=SMALL, color=INK, zorder=2)
    remember(said, LABEL, *forms, room=(low, high))


def place_sayings(ax: Axes) -> None:
    """Wrap the words of each row to the side that has more room, in the fullest form that the height allows."""
    said = known(ax, LABEL)
    highest = 0.0
    for text in said:
        _set_beside(ax, text)
        highest = max(highest, text.get_window_extent().height)
    names = [label.get_window_extent().height for label in ax.get_yticklabels()]
    count = len(ax.get_yticks()) + ROOM - 0.5
    legend = ax.get_legend()
    under = legend.get_window_extent().height if legend else 0
    row = max([(highest + pixels(ax, 2 * GAP)) / (1 - THICK), *(name + pixels(ax, 3 * GAP) for name in names)])
    grow(ax, row * count + under)
    pitch = (ax.get_window_extent().height - under) / count
    if legend:
        ax.set_ylim(top=-ROOM - under / pitch)
    for text in said:
        above = THICK / 2 * pitch + pixels(ax, GAP)
        text.xyann = (0, above / pixels(ax, 1))
        for form in forms_of(text):
            _set_beside(ax, text, form)
            if text.get_window_extent().height <= pitch * (1 - THICK) - pixels(ax, GAP) + 1:
                break


def _set_beside(ax: Axes, text: Annotation, form: str | None = None) -> None:
    """Set words from the left end of a mark to the right edge, or from its right end to the left edge."""
    low, high = words_of(text).room
    box = ax.get_window_extent()
    at = [ax.transData.transform((end, 0))[0] for end in (low, high)]
    rightward, leftward = box.x1 - at[0], at[1] - box.x0
    left = rightward >= leftward
    text.set_horizontalalignment("left" if left else "right")
    text.xy = (low if left else high, text.xy[1])
    write(text, form or forms_of(text)[0], max(rightward, leftward))
