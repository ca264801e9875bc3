"""The labels of marks, each in the longest form that has room, and none on top of another."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.transforms import Bbox

from cbcstats.charts.chart import (
    ABOVE,
    BELOW,
    INSIDE,
    LEADER,
    PERIOD,
    add_label,
    chart_of,
    forms_of,
    labels_of,
)
from cbcstats.charts.layout import (
    GREY,
    INK,
    PAPER,
    SMALL,
    grow,
    legend_height,
    pixels,
    set_tick_labels,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

THICK: Final = 0.3  # of a row, the mark
ROOM: Final = 0.75  # of a row, above the middle of the first one
GAP: Final = 3  # points between a mark and the label above it
HIGHEST: Final = 70  # points above its mark up to which a label is lifted
LIFT: Final = 3  # points by which a label is lifted at a time
LIFTS: Final = 8  # times that the axis is made taller to clear the legend
MARK: Final = 6  # points, a point of a chart
LEAST: Final = 100  # points that marks need in height, besides the legend
_PLATE: Final[dict[str, Any]] = {
    "facecolor": PAPER,
    "edgecolor": "none",
    "pad": 1,
    "alpha": 0.85,
}


def annotate(ax: Axes, text: str, at: tuple[Any, float], **how: Any) -> Annotation:
    """Write text on a plate that keeps it legible; a dollar sign does not begin a formula."""
    return ax.annotate(
        text, at, textcoords="offset points", bbox=_PLATE, parse_math=False, **how
    )


def label_inside(
    ax: Axes,
    at: tuple[float, float],
    forms: tuple[str, ...],
    extent: tuple[float, float],
) -> None:
    """Write a label in a mark of a width and a height.

    `place_labels` takes the longest form that has room there, or hides it.
    """
    label = annotate(
        ax, forms[0], at, xytext=(0, 0), ha="center", va="center", fontsize=SMALL
    )
    add_label(ax, label, INSIDE, *forms, extent=extent)


def label_above(
    ax: Axes, at: tuple[float, float], forms: tuple[str, ...], width: float
) -> None:
    """Write a label above a mark of a width.

    `place_labels` takes the longest form in which all such labels of the chart have room.
    """
    offset = (0, 4)
    size = SMALL + 1
    label = annotate(
        ax, forms[0], at, xytext=offset, ha="center", va="bottom", fontsize=size
    )
    add_label(ax, label, ABOVE, *forms, offset=offset, extent=(width, 0))


def place_labels(ax: Axes, *, least: float = LEAST) -> None:
    """Place the labels of a chart so that none lies on another or on the legend.

    Those above the marks take the longest form that has room, and are lifted where they would
    still overlap. The marks get at least so many points in height.
    """
    under = legend_height(ax)
    grow(ax, under + pixels(ax, least))
    for leader in labels_of(ax, LEADER):
        leader.remove()
    _place_periods(ax)
    labels = labels_of(ax, ABOVE)
    _shorten(ax, labels)
    _clear_legend(ax, labels, under)
    # A taller axis has moved numbers of other sources down, towards the periods.
    _place_periods(ax)
    _place_inside(ax)
    _draw_leaders(ax, labels)


def _shorten(ax: Axes, labels: list[Annotation]) -> None:
    """Write the labels in shorter and shorter forms, until they have room beside each other."""
    kept = chart_of(ax).labels
    most = max((len(kept[label].forms) for label in labels), default=0)
    for number in range(most):
        for label in labels:
            forms = forms_of(ax, label)
            last = len(forms) - 1
            write(ax, label, forms[min(number, last)])
            _lower(ax, label)
        has_room = not any(_is_too_wide(ax, label) for label in labels)
        if has_room and not _overlapping(labels):
            break


def _lower(ax: Axes, label: Annotation) -> None:
    """Put a label just above its mark, and as far inwards as it must be."""
    _, up = chart_of(ax).labels[label].offset
    label.xyann = (_inward(ax, label), up)


def _place_periods(ax: Axes) -> None:
    """Write the period at the foot of a bar on two lines, or upright, or hide it.

    This depends on the room that its bar has.
    """
    placed = [label.get_window_extent() for label in labels_of(ax, BELOW)]
    for label in labels_of(ax, PERIOD):
        forms = forms_of(ax, label)
        label.set_visible(True)
        for form, rotation in ((forms[0], 0), (forms[-1], 90)):
            label.set_rotation(rotation)
            write(ax, label, form)
            box = label.get_window_extent()
            if _fits_bar(ax, label) and not any(map(box.overlaps, placed)):
                placed.append(box)
                break
        else:
            label.set_visible(False)


def _fits_bar(ax: Axes, label: Annotation) -> bool:
    """Return whether a period has room at the foot of its bar; an upright one needs height, too."""
    width, height = _extent(ax, label)
    box = label.get_window_extent()
    needed = box.height + pixels(ax, 8)
    if label.get_rotation() and needed >= height:
        return False
    return bool(box.width <= 1.1 * width)


def _place_inside(ax: Axes) -> None:
    for label in labels_of(ax, INSIDE):
        width, height = _extent(ax, label)
        label.set_visible(True)
        for form in forms_of(ax, label):
            write(ax, label, form)
            box = label.get_window_extent()
            if box.width <= width and box.height <= height:
                break
        else:
            label.set_visible(False)


def _extent(ax: Axes, label: Annotation) -> tuple[float, float]:
    """Return the width and the height of the mark of a label, in pixels."""
    label_of = chart_of(ax).labels
    origin, corner = ax.transData.transform([(0, 0), (1, 1)])
    unit = np.abs(corner - origin)
    width, height = label_of[label].extent * unit
    return float(width), float(height)


def _is_too_wide(ax: Axes, label: Annotation) -> bool:
    width, _ = _extent(ax, label)
    return bool(width and label.get_window_extent().width > width)


def _overlapping(labels: list[Annotation]) -> bool:
    boxes = map(_padded, labels)
    pairs = itertools.combinations(boxes, 2)
    return any(box.overlaps(other) for box, other in pairs)


def _clear_legend(ax: Axes, labels: list[Annotation], under: float) -> None:
    """Lift labels that overlap, and the top of the axis where they would reach the legend.

    A top that a user has set stays.
    """
    chart = chart_of(ax)
    bottom, top = ax.get_ylim()
    is_free = chart.top is None or math.isclose(top, chart.top)
    if not is_free:
        _lift_labels(ax, labels)
        return
    marks = [label.xy for label in (*labels, *labels_of(ax, BELOW))]
    highest = max([0.0, *(y for _, y in marks)])
    is_empty = not highest and bottom >= 0
    ax.set_ylim(top=1 if is_empty else 1.08 * highest)
    for _ in range(LIFTS):
        _lift_labels(ax, labels)
        lacking = _share_of_room(ax, labels, under)
        if lacking < 1:
            break
        taller = min(1.5, 1.02 * lacking)
        _, top = ax.get_ylim()
        ax.set_ylim(top=bottom + (top - bottom) * taller)
    _, chart.top = ax.get_ylim()


def _share_of_room(ax: Axes, labels: list[Annotation], under: float) -> float:
    """Return how high the labels reach, as a share of the height under the legend."""
    box = ax.get_window_extent()
    ends = [_padded(label).y1 for label in labels]
    height = max(ends, default=0) - box.y0
    room = max(box.height - under, 1)
    return float(height / room)


def _lift_labels(ax: Axes, labels: list[Annotation]) -> None:
    """Lift each label until it lies on no other text, and on no mark but its own."""
    others = [*labels_of(ax, BELOW), *labels_of(ax, PERIOD)]
    placed = [_padded(label) for label in others if label.get_visible()]
    placed += _diamonds(ax)
    marks = [_mark_box(ax, label) for label in labels]
    step = pixels(ax, LIFT)
    for place, label in enumerate(labels):
        _lower(ax, label)
        other_marks = marks[:place] + marks[place + 1 :]
        taken = placed + other_marks
        box = _padded(label)
        across, up = label.xyann
        while any(map(box.overlaps, taken)) and up < HIGHEST:
            up += LIFT
            box = box.translated(0, step)
        label.xyann = (across, up)
        placed.append(box)


def _diamonds(ax: Axes) -> list[Bbox]:
    """Return the boxes of the diamonds on a chart, in pixels."""
    boxes = []
    for line in ax.lines:
        if line.get_marker() == "D":
            points = np.asarray(line.get_xydata())
            boxes += [_box(ax, x, y) for x, y in points]
    return boxes


def _mark_box(ax: Axes, label: Annotation) -> Bbox:
    """Return the box of the mark that a label annotates, in pixels."""
    x, y = label.xy
    return _box(ax, ax.xaxis.convert_units(x), ax.yaxis.convert_units(y))


def _box(ax: Axes, x: float, y: float) -> Bbox:
    middle = ax.transData.transform((x, y))
    reach = pixels(ax, MARK / 2)
    return Bbox([middle - reach, middle + reach])


def _inward(ax: Axes, label: Annotation) -> float:
    """Return by how many points a label must move to the right, to stay in the chart.

    The number is below 0 where it must move to the left.
    """
    label.xyann = chart_of(ax).labels[label].offset
    box = label.get_window_extent()
    chart = ax.get_window_extent()
    too_far_left = max(chart.x0 - box.x0, 0)
    too_far_right = max(box.x1 - chart.x1, 0)
    return float((too_far_left - too_far_right) / pixels(ax, 1))


def _draw_leaders(ax: Axes, labels: list[Annotation]) -> None:
    """Draw a thin line from each lifted label to its mark."""
    thin = {
        "arrowstyle": "-",
        "color": GREY,
        "linewidth": 0.6,
        "shrinkA": 0,
        "shrinkB": 3,
    }
    how: dict[str, Any] = {"textcoords": "offset points", "arrowprops": thin}
    for label in labels:
        _, usual = chart_of(ax).labels[label].offset
        _, up = label.xyann
        if up > usual + 9:
            leader = ax.annotate("", label.xy, label.xyann, **how)
            add_label(ax, leader, LEADER, "")


def _padded(text: Annotation) -> Any:
    return text.get_window_extent().padded(1.5)


def begin_rows(ax: Axes, labels: Sequence[str]) -> None:
    """Make room for rows, the first one at the top, and label their ticks."""
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_ylim(len(labels) - 0.5, -ROOM)
    set_tick_labels(ax.yaxis, labels)


def label_row(
    ax: Axes, place: int, forms: Sequence[str], low: float, high: float
) -> None:
    """Write a label above the mark of a row, which reaches from low to high.

    `place_row_labels` then places it.
    """
    at = (low, place)
    look = {"va": "bottom", "fontsize": SMALL, "color": INK, "zorder": 2}
    label = annotate(ax, forms[0], at, xytext=(0, 11), **look)
    add_label(ax, label, ABOVE, *forms, extent=(low, high))


def place_row_labels(ax: Axes) -> None:
    """Wrap the label of each row to the side that has more room.

    It takes the longest form for which the row is high enough.
    """
    labels = labels_of(ax, ABOVE)
    under = legend_height(ax)
    count = len(ax.get_yticks()) + ROOM - 0.5
    needed = _row_height(ax, labels) * count
    grow(ax, needed + under)
    height = ax.get_window_extent().height - under
    pitch = height / count
    if ax.get_legend():
        ax.set_ylim(top=-ROOM - under / pitch)
    above = THICK / 2 * pitch / pixels(ax, 1) + GAP
    room = (1 - THICK) * pitch - pixels(ax, GAP)
    for label in labels:
        label.xyann = (0, above)
        for form in forms_of(ax, label):
            _set_beside(ax, label, form)
            if label.get_window_extent().height <= room + 1:
                break


def _row_height(ax: Axes, labels: list[Annotation]) -> float:
    """Return the height in pixels that a row needs for its label in full and its tick label."""
    highest = 0.0
    for label in labels:
        _set_beside(ax, label, forms_of(ax, label)[0])
        highest = max(highest, label.get_window_extent().height)
    gap = pixels(ax, GAP)
    above_mark = (highest + 2 * gap) / (1 - THICK)
    ticks = [tick.get_window_extent() for tick in ax.get_yticklabels()]
    highest_tick = max(tick.height for tick in ticks)
    return max(above_mark, highest_tick + 3 * gap)


def _set_beside(ax: Axes, label: Annotation, form: str) -> None:
    """Set a label from the left end of its mark to the right edge, or the other way round."""
    low, high = chart_of(ax).labels[label].extent
    box = ax.get_window_extent()
    (start, _), (end, _) = ax.transData.transform([(low, 0), (high, 0)])
    rightward, leftward = box.x1 - start, end - box.x0
    _, y = label.xy
    if rightward >= leftward:
        label.set_horizontalalignment("left")
        label.xy = (low, y)
    else:
        label.set_horizontalalignment("right")
        label.xy = (high, y)
    write(ax, label, form, max(rightward, leftward))
