"""The labels of marks: in the fullest form that has room, and none on another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from matplotlib.transforms import Bbox

from cbcstats.charts.layout import grow
from cbcstats.charts.marks import ARROW, GREY, INK, PAPER, SMALL, is_bar, place_of, top_of
from cbcstats.charts.text import LABEL, LEADER, forms_of, known, pixels, remember, words_of, write
from cbcstats.counts.periods import period_label
from cbcstats.counts.ranges import DAYS, PLANNED, PRINTED, rows
from cbcstats.counts.wording import format_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

THICK: Final = 0.3  # of a row, the mark
ROOM: Final = 0.75  # of a row, above the middle of the first one
GAP: Final = 3  # points between a mark and the words above it
PERIOD: Final = "period"
INSIDE: Final = "inside"
OTHER: Final = "other"
HIGHEST: Final = 70  # points above its mark up to which a label is lifted
LIFT: Final = 3  # points by which a label is lifted at a time
LIFTS: Final = 8  # times that the axis is made taller to clear the legend
MARK: Final = 6  # points, a point of a chart
CROWDED: Final = 8  # figures from which on their words are small
LEAST: Final = 100  # points that the marks of a chart need in height, besides its legend
_SIGNS: Final = {
    "more than ": "> ",
    "at least ": "≥ ",
    "about ": "≈ ",
    "less than ": "< ",
    "at most ": "≤ ",
}
_PLATE: Final[dict[str, Any]] = {"facecolor": PAPER, "edgecolor": "none", "pad": 1, "alpha": 0.85}

# The top of the axis as it was last set here; any other is that of a user, and stays.
_TOPS: WeakKeyDictionary[Axes, float] = WeakKeyDictionary()


def annotate(ax: Axes, text: str, at: tuple[Any, float], **how: Any) -> Annotation:
    """Write words on a plate that keeps them legible; a dollar sign is one, and no formula."""
    return ax.annotate(text, at, textcoords="offset points", bbox=_PLATE, parse_math=False, **how)


def label_figures(ax: Axes, figures: pd.DataFrame, *, monthly: bool) -> None:
    """Write the number above each mark and the period at the foot of each bar; `place_labels` then places them."""
    size = SMALL if len(figures) > CROWDED else SMALL + 1
    rivals = figures.duplicated(["scope", "period_start", "period_end"], keep=False)
    for figure, rival in zip(rows(figures), rivals, strict=True):
        text = format_range(figure.low, figure.high) if monthly else getattr(figure, PRINTED)
        forms = (
            text.replace(" than ", " than\n"),
            _as_sign(text),
            _as_sign(text).replace("almost ", "almost\n"),
        )
        if not figure.preferred:
            below = {"xytext": (0, -6), "ha": "center", "va": "top", "fontsize": SMALL}
            remember(annotate(ax, text, (place_of(figure), figure.value), **below), OTHER, text)
            continue
        left = is_bar(figure) and (rival or figure.scope == PLANNED)
        x = figure.period_start + pd.Timedelta(days=12) if left else place_of(figure)
        aligned: dict[str, Any] = {"ha": "left" if left else "center", "va": "bottom"}
        if is_bar(figure):
            label = period_label(figure.period_start, figure.period_end)
            foot = annotate(ax, label, (x, 0), xytext=(0, 5), fontsize=SMALL, **aligned)
            room = (getattr(figure, DAYS) / figure.shared, top_of(figure))
            remember(foot, PERIOD, label.replace(" - ", " -\n"), label, room=room)
        above = ARROW + 3 if math.isinf(figure.high) else 4
        mark = annotate(ax, text, (x, top_of(figure)), xytext=(0, above), fontsize=size, **aligned)
        remember(mark, LABEL, *dict.fromkeys(forms), place=(0, above))


def label_inside(
    ax: Axes, at: tuple[float, float], forms: tuple[str, ...], room: tuple[float, float]
) -> None:
    """Write words in a mark of a width and a height; `place_labels` takes the fullest form that has room, or none."""
    written = annotate(ax, forms[0], at, xytext=(0, 0), ha="center", va="center", fontsize=SMALL)
    remember(written, INSIDE, *forms, room=room)


def label_above(
    ax: Axes, at: tuple[float, float], forms: tuple[str, ...], room: tuple[float, float]
) -> None:
    """Write words above a mark of a width; `place_labels` takes the fullest form that none is too wide for."""
    written = annotate(
        ax, forms[0], at, xytext=(0, 4), ha="center", va="bottom", fontsize=SMALL + 1
    )
    remember(written, LABEL, *forms, place=(0, 4), room=room)


def place_labels(ax: Axes, *, least: float = LEAST) -> None:
    """Write each label in the fullest form that has room, lift those that would lie on others, and clear the legend."""
    legend = ax.get_legend()
    under = legend.get_window_extent().height if legend else 0
    grow(ax, under + pixels(ax, least))
    for text in known(ax, LEADER):
        text.remove()
    _place_periods(ax)
    labels = known(ax, LABEL)
    longest = max((len(words_of(label).forms) for label in labels), default=0)
    for form in range(longest):
        for label in labels:
            forms = forms_of(label)
            write(label, forms[min(form, len(forms) - 1)])
            label.xyann = (_inward(ax, label), words_of(label).place[1])
        if not _overlapping(labels) and not any(_is_too_wide(ax, label) for label in labels):
            break
    _clear(ax, labels, under)
    _place_inside(ax)
    _lead(ax, labels)


def _place_periods(ax: Axes) -> None:
    """Write the period at the foot of a bar on two lines, upright, or not at all, as its bar has room."""
    across, up = (abs(end) for end in _scale(ax))
    written: list[Any] = []
    for foot in known(ax, PERIOD):
        days, height = words_of(foot).room
        forms = forms_of(foot)
        foot.set_visible(True)
        for form, rotation in ((forms[0], 0), (forms[-1], 90)):
            foot.set_rotation(rotation)
            write(foot, form)
            box = foot.get_window_extent()
            high_enough = not rotation or box.height + pixels(ax, 8) < height * up
            if (
                high_enough
                and box.width <= 1.1 * days * across
                and not any(map(box.overlaps, written))
            ):
                written.append(box)
                break
        else:
            foot.set_visible(False)


def _place_inside(ax: Axes) -> None:
    across, up = (abs(end) for end in _scale(ax))
    for text in known(ax, INSIDE):
        wide, high = (
            end * scale for end, scale in zip(words_of(text).room, (across, up), strict=True)
        )
        text.set_visible(True)
        for form in forms_of(text):
            write(text, form)
            box = text.get_window_extent()
            if box.width <= wide and box.height <= high:
                break
        else:
            text.set_visible(False)


def _scale(ax: Axes) -> tuple[float, float]:
    """Return how many pixels a unit of each axis is."""
    (x0, y0), (x1, y1) = ax.transData.transform([(0, 0), (1, 1)])
    return float(x1 - x0), float(y1 - y0)


def _is_too_wide(ax: Axes, label: Annotation) -> bool:
    wide = words_of(label).room[0]
    return bool(wide and label.get_window_extent().width > wide * abs(_scale(ax)[0]))


def _overlapping(labels: list[Annotation]) -> bool:
    boxes = [_padded(label) for label in labels]
    return any(box.overlaps(other) for place, box in enumerate(boxes) for other in boxes[:place])


def _clear(ax: Axes, labels: list[Annotation], under: float) -> None:
    """Lift labels that would lie on others, and the top of the axis where they would reach the legend."""
    bottom, top = ax.get_ylim()
    free = ax not in _TOPS or math.isclose(top, _TOPS[ax])
    if free:
        ends = [text.xy[1] for text in (*labels, *known(ax, OTHER))]
        ax.set_ylim(top=1.08 * max(ends, default=1) or 1)
    for _ in range(LIFTS):
        _spread(ax, labels)
        ceiling = ax.get_window_extent().y1 - under
        highest = max((_padded(label).y1 for label in labels), default=0)
        if highest < ceiling or not free:
            break
        ax.set_ylim(
            top=bottom + (ax.get_ylim()[1] - bottom) * min(1.5, 1.02 * _ratio(ax, highest, ceiling))
        )
    if free:
        _TOPS[ax] = ax.get_ylim()[1]


def _ratio(ax: Axes, highest: float, ceiling: float) -> float:
    floor = ax.get_window_extent().y0
    return float((highest - floor) / max(ceiling - floor, 1))


def _spread(ax: Axes, labels: list[Annotation]) -> None:
    """Lift each label until it lies on no other words, and on no mark but its own."""
    placed = [
        _padded(text) for text in (*known(ax, OTHER), *known(ax, PERIOD)) if text.get_visible()
    ]
    diamonds = [np.asarray(line.get_xydata()) for line in ax.lines if line.get_marker() == "D"]
    placed += [_box(ax, *point) for points in diamonds for point in points]
    marks = [_mark_box(ax, label) for label in labels]
    for place, label in enumerate(labels):
        across = _inward(ax, label)
        label.xyann = (across, words_of(label).place[1])
        taken = [*placed, *marks[:place], *marks[place + 1 :]]
        box = _padded(label)
        while any(map(box.overlaps, taken)) and label.xyann[1] < HIGHEST:
            label.xyann = (across, label.xyann[1] + LIFT)
            box = box.translated(0, pixels(ax, LIFT))
        placed.append(box)


def _mark_box(ax: Axes, label: Annotation) -> Bbox:
    """Return what the mark of a label takes, where the label points at, in pixels."""
    return _box(
        ax,
        *(
            axis.convert_units(end)
            for axis, end in zip((ax.xaxis, ax.yaxis), label.xy, strict=True)
        ),
    )


def _box(ax: Axes, x: float, y: float) -> Bbox:
    across, up = ax.transData.transform((x, y))
    reach = pixels(ax, MARK / 2)
    return Bbox.from_extents(across - reach, up - reach, across + reach, up + reach)


def _inward(ax: Axes, label: Annotation) -> float:
    """Return how many points to the right a label must stand, or to the left, so as not to leave the chart."""
    label.xyann = words_of(label).place
    box, chart = label.get_window_extent(), ax.get_window_extent()
    return float((max(chart.x0 - box.x0, 0) - max(box.x1 - chart.x1, 0)) / pixels(ax, 1))


def _lead(ax: Axes, labels: list[Annotation]) -> None:
    """Draw a thin line from a lifted label to its mark."""
    for label in labels:
        if label.xyann[1] > words_of(label).place[1] + 9:
            thin = {"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3}
            leader = ax.annotate(
                "", label.xy, label.xyann, textcoords="offset points", arrowprops=thin
            )
            remember(leader, LEADER, "")


def _padded(text: Annotation) -> Any:
    return text.get_window_extent().padded(1.5)


def _as_sign(text: str) -> str:
    for word, sign in _SIGNS.items():
        text = text.replace(word, sign)
    return text


def begin_rows(ax: Axes, count: int) -> None:
    """Make room for so many rows, the first one at the top."""
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_ylim(count - 0.5, -ROOM)


def say(ax: Axes, place: int, forms: Sequence[str], low: float, high: float) -> None:
    """Write words above the mark of a row, which reaches from low to high; `place_sayings` then places them."""
    said = annotate(
        ax, forms[0], (low, place), xytext=(0, 11), va="bottom", fontsize=SMALL, color=INK, zorder=2
    )
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
    row = max(
        [
            (highest + pixels(ax, 2 * GAP)) / (1 - THICK),
            *(name + pixels(ax, 3 * GAP) for name in names),
        ]
    )
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
