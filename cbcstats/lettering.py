"""Words on a chart: known in every form that they may take, wrapped, and left alone where a user changed them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from matplotlib.text import Text

from cbcstats.marks import root_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

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
    text.set_in_layout(role in (TITLE, SOURCES, AXIS))  # words among the marks are fitted to the chart, not it to them
    _WORDS[text] = Words(role, forms, text.get_text(), **more)


def known(ax: Axes, role: str) -> list[Any]:
    """Return the words on a chart that have a role and are still there."""
    return [
        text for text in ax.get_children() if isinstance(text, Text) and text in _WORDS and _WORDS[text].role == role
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
    for characters in range(max(int(max(map(len, lines)) * room / width) + 4, FEWEST), FEWEST - 1, -1):
        filled = (textwrap.fill(line, characters, break_long_words=False, break_on_hyphens=False) for line in lines)
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
