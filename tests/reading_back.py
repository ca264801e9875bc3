"""Charts read back as data, as readers see them: each mark by the legend, its ends, and the words that stand there."""

import itertools
import math
from typing import NamedTuple

from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.dates import num2date
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator

from tests.pictures import in_lines

NEUTRAL = "#555555"  # an entry of the legend in this colour is about marks of any colour
SAME = 0.02  # of the width of a place, within which a centred label stands at its middle


class Look(NamedTuple):
    """What tells marks apart; the ink is the face, or the outline where that is empty or white."""

    ink: str
    hatch: str
    marker: str
    pale: bool
    empty: bool
    hollow: bool
    dashed: bool


class Mark(NamedTuple):
    """A mark: its ends along the axis of places, its ends on that of numbers, its look."""

    left: float
    right: float
    low: float
    high: float
    look: Look
    bar: bool = False


class Words(NamedTuple):
    """Words on a chart, the place and the number at which they stand."""

    place: float
    number: float
    centred: bool
    text: str


def look(face, edge, line="-", hatch="", marker=""):
    """Return how a mark looks."""
    face, edge = to_rgba(face), to_rgba(edge)
    hollow = face == (1, 1, 1, 1)
    ink = edge if hollow or not face[3] else face
    dashed = line not in ("-", "None", (0, None))
    return Look(
        to_hex(ink[:3]), hatch or "", marker, 0 < face[3] < 0.5, not face[3], hollow, dashed
    )


def look_of(artist):
    """Return the look of a patch, of points, or of a line with markers or without."""
    if isinstance(artist, PathCollection):
        [edge], [line], faces = (
            artist.get_edgecolors(),
            artist.get_linestyle(),
            artist.get_facecolors(),
        )
        return look(faces[0] if len(faces) else "none", edge, line)
    if hasattr(artist, "get_hatch"):
        # The patches of a legend take over the dashes of what they explain, but not the name of these.
        line = artist._dash_pattern
        return look(artist.get_facecolor(), artist.get_edgecolor(), line, artist.get_hatch())
    line, marker = artist.get_linestyle(), artist.get_marker()
    if marker == "None":
        colour = to_rgba(artist.get_color(), artist.get_alpha())
        return look(colour, colour, line)
    return look(artist.get_markerfacecolor(), artist.get_markeredgecolor(), line, marker=marker)


def legend_looks(ax):
    """Return the look of each entry of the legend."""
    legend = ax.get_legend()
    if legend is None:
        return {}
    looks = map(look_of, legend.legend_handles)
    return dict(zip(in_lines(legend.get_texts()), looks, strict=True))


def explains(entry, mark):
    """Tell whether an entry of the legend is about marks of a look."""
    if entry.ink == NEUTRAL:
        special = [name for name in ("hollow", "dashed", "pale") if getattr(entry, name)]
        same = [*special, "marker", *(["hatch"] if entry.pale else [])]
    else:
        same = ["ink", "marker", *([] if mark.pale else ["hatch", "empty"])]
    return all(getattr(entry, name) == getattr(mark, name) for name in same)


def marks(ax):
    """Return the marks of a chart: bars, points, lines, ranges, and arrows of ranges without an end."""
    found = [
        *(_box(*patch.get_bbox().extents, look_of(patch), bar=True)
          for patch in ax.patches if isinstance(patch, Rectangle)),
        *(_box(*line.get_path().get_extents().extents, look_of(line))
          for line in ax.lines if line.get_transform() == ax.transData and line.get_marker() != "_"),
    ]  # fmt: skip
    for points in ax.collections:
        if isinstance(points, PathCollection):
            found += [_box(x, y, x, y, look_of(points)) for x, y in points.get_offsets()]
        elif isinstance(points, LineCollection):
            colour = points.get_color()[0]
            found += [_box(*ends.ravel(), look(colour, colour)) for ends in points.get_segments()]
    for text in ax.texts:
        arrow = getattr(text, "arrow_patch", None)
        if arrow and type(arrow.get_arrowstyle()).__name__ != "Curve":  # that is a line to a label
            x, y = ax.convert_xunits(text.xy[0]), text.xy[1]
            end = math.copysign(math.inf, text.xyann[1])
            found.append(_box(x, y, x, end, look(*[arrow.get_edgecolor()] * 2, marker="arrow")))
    known = [mark for mark in found if not math.isnan(mark.low)]
    return [_turned(ax, mark) for mark in known] if is_lying(ax) else known


def is_lying(ax):
    """Tell whether the places of a chart are rows."""
    return ax.yaxis_inverted()


def _box(x, y, other_x, other_y, seen, *, bar=False):
    return Mark(*sorted([x, other_x]), *sorted([y, other_y]), seen, bar)


def _turned(ax, mark):
    """Turn a mark of a row; one that reaches the edge of the chart has no end."""
    _, edge = ax.get_xlim()
    low, high = (math.inf if end == edge else end for end in (mark.left, mark.right))
    return mark._replace(left=mark.low, right=mark.high, low=low, high=high)


def words(ax):
    """Return the words that are seen among the marks."""
    found = []
    for text, words in zip(ax.texts, in_lines(ax.texts), strict=True):
        if words and text.get_visible() and text.xycoords == "data":
            at = ax.convert_xunits(text.xy[0]), ax.convert_yunits(text.xy[1])
            place, number = reversed(at) if is_lying(ax) else at
            centred = text.get_ha() == "center" and not is_lying(ax)
            found.append(Words(float(place), float(number), centred, words))
    return found


def read_chart(ax):
    """Return a chart as its reader sees it, from the first place to the last one.

    A place is `(name, marks, words)`: its tick label or the day of a point; of each mark what the legend says, its low
    and its high end, and the number in it; and what else is written there.
    """
    ax.figure.draw_without_rendering()
    axis = ax.yaxis if is_lying(ax) else ax.xaxis
    is_labelled = isinstance(axis.get_major_locator(), FixedLocator)
    ticks = in_lines(axis.get_ticklabels()) if is_labelled else []
    places = dict.fromkeys(range(len(ticks)), ())

    def at(mark):
        return round((mark.left + mark.right) / 2, 0 if ticks else 2)

    for place, there in itertools.groupby(sorted(marks(ax), key=at), at):
        places[place] = [*there]
    return [_place(ax, place, places[place], ticks) for place in sorted(places)]


def _place(ax, middle, there, ticks):
    """Return what stands at a place of the axis, whose marks are there."""
    if ticks:
        name, left, right = ticks[int(middle)], middle - 0.5, middle + 0.5
    else:
        name = "" if any(mark.bar for mark in there) else f"{num2date(middle):%Y-%m-%d}"
        left, right = min(mark.left for mark in there), max(mark.right for mark in there)
    off = max(SAME * (right - left), 0.01)
    said = [text for text in words(ax) if left <= text.place <= right]
    said = [text for text in said if not text.centred or abs(text.place - middle) <= off]
    entries = legend_looks(ax)
    shown, inside = [], []
    for mark in there:
        within = [text for text in said if mark.low < text.number < mark.high and text.centred]
        numbers = [text.text.split()[-1] for text in within]
        ends = [round(float(end), 2) for end in (mark.low, mark.high)]
        what = _named(entries, mark.look) or ("hollow" if mark.look.hollow else "")
        shown.append((what, *ends, *numbers))
        inside += within
    return name, sorted(shown), [text.text for text in said if text not in inside]


def _named(entries, mark):
    return ", ".join(name for name, entry in entries.items() if explains(entry, mark))


def read_tiles(ax):
    """Return `(what the legend says, the other words on it)` of each tile of a chart, by its first word."""
    entries, tiles = legend_looks(ax), {}
    ax.figure.draw_without_rendering()
    for box in (patch for patch in ax.patches if isinstance(patch, Rectangle)):
        [text] = [text for text in ax.texts if box.get_bbox().contains(*text.get_position())]
        code, *others = text.get_text().split()
        assert code not in tiles
        tiles[code] = (_named(entries, look_of(box)), *others)
    return tiles
