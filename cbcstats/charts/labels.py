"""The labels of marks, each in the longest form that has room, and none on top of another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
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
from cbcstats.charts.layout import grow, legend_height, pixels, set_tick_labels, write
from cbcstats.charts.marks import (
    ARROW,
    GREY,
    INK,
    PAPER,
    SMALL,
    is_bar,
    place_of,
    top_of,
)
from cbcstats.counts.formats import format_range

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
CROWDED: Final = 8  # figures from which on their labels are small
LEAST: Final = (
    100  # points that the marks of a chart need in height, besides its legend
)
_SIGNS: Final = {
    "more than ": "> ",
    "at least ": "≥ ",
    "about ": "≈ ",
    "less than ": "< ",
    "at most ": "≤ ",
    "below ": "< ",
    "above ": "> ",
}
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


def label_figures(ax: Axes, figures: pd.DataFrame, *, monthly: bool) -> None:
    """Write the number above each mark and the period at the foot of each bar.

    `place_labels` then places them.
    """
    size = SMALL if len(figures) > CROWDED else SMALL + 1
    rivals = figures.duplicated(["scope", "period_start", "period_end"], keep=False)
    figure: Any
    for figure, rival in zip(figures.itertuples(index=False), rivals, strict=True):
        text = format_range(figure.low, figure.high) if monthly else figure.printed
        if not figure.preferred:
            _label_other_source(ax, figure, text)
            continue
        left = is_bar(figure) and (rival or figure.scope == "planned")
        x = figure.period_start + pd.Timedelta(days=12) if left else place_of(figure)
        align = "left" if left else "center"
        if is_bar(figure):
            _label_period(ax, figure, x, align)
        sign = _as_sign(text)
        forms = (
            text.replace(" than ", " than\n"),
            sign,
            sign.replace("almost ", "almost\n"),
        )
        offset = (0, ARROW + 3 if math.isinf(figure.high) else 4)
        label = annotate(
            ax,
            text,
            (x, top_of(figure)),
            xytext=offset,
            fontsize=size,
            ha=align,
            va="bottom",
        )
        add_label(ax, label, ABOVE, *dict.fromkeys(forms), offset=offset)


def _label_other_source(ax: Axes, figure: Any, text: str) -> None:
    """Write the number of another source below its mark."""
    at = (place_of(figure), figure.value)
    label = annotate(
        ax, text, at, xytext=(0, -6), ha="center", va="top", fontsize=SMALL
    )
    add_label(ax, label, BELOW, text)


def _label_period(ax: Axes, figure: Any, x: Any, align: str) -> None:
    """Write the period of a bar at its foot."""
    period = figure.label
    label = annotate(
        ax, period, (x, 0), xytext=(0, 5), fontsize=SMALL, ha=align, va="bottom"
    )
    days = figure.days / figure.shared
    on_two_lines = period.replace(" - ", " -\n")
    add_label(ax, label, PERIOD, on_two_lines, period, extent=(days, top_of(figure)))


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
    label = annotate(
        ax, forms[0], at, xytext=offset, ha="center", va="bottom", fontsize=SMALL + 1
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
            write(ax, label, forms[min(number, len(forms) - 1)])
            label.xyann = (_inward(ax, label), kept[label].offset[1])
        if not _overlapping(labels) and not any(
            _is_too_wide(ax, label) for label in labels
        ):
            break


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
    if label.get_rotation() and box.height + pixels(ax, 8) >= height:
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
    width, height = chart_of(ax).labels[label].extent
    (x0, y0), (x1, y1) = ax.transData.transform([(0, 0), (1, 1)])
    return width * abs(float(x1 - x0)), height * abs(float(y1 - y0))


def _is_too_wide(ax: Axes, label: Annotation) -> bool:
    width, _ = _extent(ax, label)
    return bool(width and label.get_window_extent().width > width)


def _overlapping(labels: list[Annotation]) -> bool:
    boxes = [_padded(label) for label in labels]
    return any(
        box.overlaps(other)
        for place, box in enumerate(boxes)
        for other in boxes[:place]
    )


def _clear_legend(ax: Axes, labels: list[Annotation], under: float) -> None:
    """Lift labels that overlap, and the top of the axis where they would reach the legend.

    A top that a user has set stays.
    """
    chart = chart_of(ax)
    bottom, top = ax.get_ylim()
    free = chart.top is None or math.isclose(top, chart.top)
    if free:
        ends = [label.xy[1] for label in (*labels, *labels_of(ax, BELOW))]
        highest = max([0.0, *ends])
        ax.set_ylim(top=1.08 * highest if highest or bottom < 0 else 1)
    for _ in range(LIFTS):
        _lift_labels(ax, labels)
        ceiling = ax.get_window_extent().y1 - under
        highest = max((_padded(label).y1 for label in labels), default=0)
        if highest < ceiling or not free:
            break
        taller = min(1.5, 1.02 * _ratio(ax, highest, ceiling))
        ax.set_ylim(top=bottom + (ax.get_ylim()[1] - bottom) * taller)
    if free:
        chart.top = ax.get_ylim()[1]


def _ratio(ax: Axes, highest: float, ceiling: float) -> float:
    floor = ax.get_window_extent().y0
    return float((highest - floor) / max(ceiling - floor, 1))


def _lift_labels(ax: Axes, labels: list[Annotation]) -> None:
    """Lift each label until it lies on no other text, and on no mark but its own."""
    others = [label for label in labels_of(ax, PERIOD) if label.get_visible()]
    others = [label for label in labels_of(ax, BELOW) if label.get_visible()] + others
    placed = [_padded(label) for label in others]
    diamonds = [
        np.asarray(line.get_xydata()) for line in ax.lines if line.get_marker() == "D"
    ]
    placed += [_box(ax, *point) for points in diamonds for point in points]
    marks = [_mark_box(ax, label) for label in labels]
    for place, label in enumerate(labels):
        across = _inward(ax, label)
        label.xyann = (across, chart_of(ax).labels[label].offset[1])
        taken = [*placed, *marks[:place], *marks[place + 1 :]]
        box = _padded(label)
        while any(map(box.overlaps, taken)) and label.xyann[1] < HIGHEST:
            label.xyann = (across, label.xyann[1] + LIFT)
            box = box.translated(0, pixels(ax, LIFT))
        placed.append(box)


def _mark_box(ax: Axes, label: Annotation) -> Bbox:
    """Return the box of the mark that a label annotates, in pixels."""
    x, y = label.xy
    return _box(ax, ax.xaxis.convert_units(x), ax.yaxis.convert_units(y))


def _box(ax: Axes, x: float, y: float) -> Bbox:
    across, up = ax.transData.transform((x, y))
    reach = pixels(ax, MARK / 2)
    return Bbox.from_extents(across - reach, up - reach, across + reach, up + reach)


def _inward(ax: Axes, label: Annotation) -> float:
    """Return by how many points a label must move to the right, to stay in the chart.

    The number is below 0 where it must move to the left.
    """
    label.xyann = chart_of(ax).labels[label].offset
    box, chart = label.get_window_extent(), ax.get_window_extent()
    return float(
        (max(chart.x0 - box.x0, 0) - max(box.x1 - chart.x1, 0)) / pixels(ax, 1)
    )


def _draw_leaders(ax: Axes, labels: list[Annotation]) -> None:
    """Draw a thin line from each lifted label to its mark."""
    thin = {
        "arrowstyle": "-",
        "color": GREY,
        "linewidth": 0.6,
        "shrinkA": 0,
        "shrinkB": 3,
    }
    for label in labels:
        if label.xyann[1] > chart_of(ax).labels[label].offset[1] + 9:
            leader = ax.annotate(
                "", label.xy, label.xyann, textcoords="offset points", arrowprops=thin
            )
            add_label(ax, leader, LEADER, "")


def _padded(text: Annotation) -> Any:
    return text.get_window_extent().padded(1.5)


def _as_sign(text: str) -> str:
    for word, sign in _SIGNS.items():
        text = text.replace(word, sign)
    return text


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
    label = annotate(
        ax,
        forms[0],
        (low, place),
        xytext=(0, 11),
        va="bottom",
        fontsize=SMALL,
        color=INK,
        zorder=2,
    )
    add_label(ax, label, ABOVE, *forms, extent=(low, high))


def place_row_labels(ax: Axes) -> None:
    """Wrap the label of each row to the side that has more room.

    It takes the longest form for which the row is high enough.
    """
    labels = labels_of(ax, ABOVE)
    under = legend_height(ax)
    count = len(ax.get_yticks()) + ROOM - 0.5
    grow(ax, _row_height(ax, labels) * count + under)
    pitch = (ax.get_window_extent().height - under) / count
    if ax.get_legend():
        ax.set_ylim(top=-ROOM - under / pitch)
    for label in labels:
        above = THICK / 2 * pitch + pixels(ax, GAP)
        label.xyann = (0, above / pixels(ax, 1))
        for form in forms_of(ax, label):
            _set_beside(ax, label, form)
            if (
                label.get_window_extent().height
                <= pitch * (1 - THICK) - pixels(ax, GAP) + 1
            ):
                break


def _row_height(ax: Axes, labels: list[Annotation]) -> float:
    """Return the height in pixels that a row needs for its label in full and its tick label."""
    highest = 0.0
    for label in labels:
        _set_beside(ax, label, forms_of(ax, label)[0])
        highest = max(highest, label.get_window_extent().height)
    ticks = [tick.get_window_extent().height for tick in ax.get_yticklabels()]
    above_mark = (highest + pixels(ax, 2 * GAP)) / (1 - THICK)
    return max(above_mark, *(tick + pixels(ax, 3 * GAP) for tick in ticks))


def _set_beside(ax: Axes, label: Annotation, form: str) -> None:
    """Set a label from the left end of its mark to the right edge, or the other way round."""
    low, high = chart_of(ax).labels[label].extent
    box = ax.get_window_extent()
    start, end = (ax.transData.transform((x, 0))[0] for x in (low, high))
    rightward, leftward = box.x1 - start, end - box.x0
    left = rightward >= leftward
    label.set_horizontalalignment("left" if left else "right")
    label.xy = (low if left else high, label.xy[1])
    write(ax, label, form, max(rightward, leftward))
