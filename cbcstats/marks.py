"""The marks of a chart: ranges, plans, inferred days and other sources, each drawn in one way."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any, Final, cast

import pandas as pd

from cbcstats import columns as c
from cbcstats.captions import PLANNED, change_text, format_range, words
from cbcstats.figures import DAYS, MIDDLE, PRINTED, rows
from cbcstats.periods import period_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

SMALL: Final = 7.5  # points
GREY: Final = "#555555"
INK: Final = "#222222"
CHARACTERS: Final = 17  # of small text, in an inch
ARROW: Final = 24  # points, the length of the arrow of an open range
HIGHEST: Final = 70  # points above its mark up to which a label is lifted
LIFTS: Final = 8  # times that the axis is made taller to clear the legend
LOW_BAR: Final = 0.12  # share of the axis under which the words of a bar would lie on its period
CROWDED: Final = 8  # figures from which on their words are written as signs
_SIGNS: Final = {"more than ": "> ", "at least ": "≥ ", "about ": "≈ ", "less than ": "< ", "at most ": "≤ "}
_PLATE: Final[dict[str, Any]] = {
    "facecolor": "white",
    "edgecolor": "none",
    "pad": 1,
    "alpha": 0.85,
}  # keeps a label legible on a bar
_PLANNED: Final[dict[str, Any]] = {"facecolor": "none", "hatch": "////"}


def root_figure(ax: Axes) -> Figure:
    """Return the figure that an Axes is on, whatever subfigures are between."""
    return cast("Figure", ax.get_figure(root=True))


def is_bar(figure: Any) -> bool:
    """Return whether a figure is a flow over a known period, and so a bar of its width."""
    return bool(figure.measure == "flow" and pd.notna(figure.period_start))


def draw_figure(ax: Axes, figure: Any, colour: str) -> None:
    """Draw one figure with its range, by what it is."""
    if not figure.preferred:
        ax.plot(_place(figure), figure.value, "D", ms=6, mfc="white", mec=colour, zorder=4)
    elif is_bar(figure):
        _draw_bar(ax, figure, colour)
    else:
        _draw_point(ax, figure, colour)
    for way in (1, -1) if is_open_below(figure) else (1,):
        if math.isinf(figure.high):
            arrow = {"arrowstyle": "<-", "color": colour, "shrinkA": 0, "shrinkB": 0}
            ax.annotate(
                "", (_place(figure), top_of(figure)), (0, way * ARROW), textcoords="offset points", arrowprops=arrow
            )


def is_open_below(figure: Any) -> bool:
    """Return whether a figure is open to both sides, as "about 150" is when read strictly."""
    return bool(math.isinf(figure.high) and figure.low < figure.value)


def top_of(figure: Any) -> float:
    """Return where the mark of a figure ends: at its highest value, or where the arrow of an open range begins."""
    if math.isinf(figure.high):
        return float(figure.value if is_open_below(figure) else figure.low)
    return float(figure.high)


def label_figures(ax: Axes, figures: pd.DataFrame, *, monthly: bool) -> None:
    """Write the number above each mark and the period at the foot of each bar that has room for it."""
    crowded = len(figures) > CROWDED
    rivals = figures.duplicated([c.SCOPE, c.PERIOD_START, c.PERIOD_END], keep=False)
    labels = []
    fixed = []
    for figure, rival in zip(rows(figures), rivals, strict=True):
        text = format_range(figure.low, figure.high) if monthly else getattr(figure, PRINTED)
        text = _as_sign(text) if crowded else text if monthly else text.replace(" than ", " than\n")
        if not figure.preferred:
            below = {"xytext": (0, -6), "textcoords": "offset points", "ha": "center", "va": "top"}
            fixed.append(_write(ax, text, (_place(figure), figure.value), fontsize=SMALL, **below))
            continue
        left = is_bar(figure) and (rival or figure.scope == PLANNED)
        x = figure.period_start + pd.Timedelta(days=12) if left else _place(figure)
        aligned: dict[str, Any] = {"textcoords": "offset points", "ha": "left" if left else "center", "va": "bottom"}
        if is_bar(figure):
            label = period_label(figure.period_start, figure.period_end).replace(" - ", " -\n")
            foot = _write(ax, label, (x, 0), xytext=(0, 5), fontsize=SMALL, **aligned)
            fixed.append(foot)
            if foot.get_window_extent().width > 1.1 * _width_on_screen(ax, figure):
                foot.set_visible(False)
        above = ARROW + 3 if math.isinf(figure.high) else 4
        if is_bar(figure) and top_of(figure) < LOW_BAR * ax.get_ylim()[1]:
            above += 24  # clears the period at its foot
        size = SMALL if crowded else SMALL + 1
        labels.append(_write(ax, text, (x, top_of(figure)), xytext=(0, above), fontsize=size, **aligned))
    _spread(ax, labels, [text for text in fixed if text.get_visible()])


def draw_change(ax: Axes, place: int, change: Any, colour: str) -> None:
    """Draw one percent change as a range, filled if it can be compared, and say so above it."""
    low, high = change.percent_change_low, change.percent_change_high
    edge = colour if change.comparable else GREY
    face = colour if change.comparable else "white"
    first, last = ax.get_xlim()
    text = change_text(change)
    if pd.isna(low):
        low = high = 0.0
    else:
        open_end = not math.isfinite(high)
        high = last if open_end else high
        if high > low:
            ax.barh(place, high - low, 0.34, low, facecolor=face, edgecolor=edge, linewidth=1.3, zorder=3)
        else:
            ax.plot(low, place, "o", color=edge, mfc=face, ms=7, zorder=3)
        if open_end:
            ax.plot(last, place, ">", color=edge, ms=11, clip_on=False, zorder=4)
    reason = change.why.split("; ")[0]
    if reason and (not change.comparable or math.isnan(change.percent_change_high)):
        text += f" \N{EN DASH} {'' if change.comparable else 'not comparable: '}{words(reason)}"
    share = ((low + high) / 2 - first) / (last - first)
    left = share < 0.5
    inches = ax.get_window_extent().width / root_figure(ax).dpi
    room = int(inches * CHARACTERS * ((1 - share) if left else share))
    _write(
        ax, textwrap.fill(text, max(room, 30)), (low if left else high, place), xytext=(0, 11),
        textcoords="offset points", ha="left" if left else "right", va="bottom", fontsize=SMALL, zorder=2,
    )  # fmt: skip


def legend_handles(figures: pd.DataFrame, colours: dict[str, str]) -> list[Any]:
    """Return one entry for each kind of mark that is there; none for plain figures of one scope."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown = figures[figures[c.PREFERRED]]
    bars = any(is_bar(figure) for figure in rows(shown))
    handles: list[Any] = []
    for scope, colour in colours.items():
        if len(colours) > 1 or scope == PLANNED:
            face = _PLANNED if scope == PLANNED else {"facecolor": colour}
            handles.append(Patch(edgecolor=colour, label=textwrap.fill(words(scope), 40), **face))
    if (shown[c.HIGH] > shown[c.LOW]).any():
        handles.append(
            Patch(facecolor=(GREY, 0.3), edgecolor=GREY if bars else "none", label="range that the words allow")
        )
    if (shown[c.PERIOD_BASIS] == "inferred").any():
        dashed = Patch(facecolor="none", edgecolor=GREY, linestyle="--", label="days of the period inferred")
        handles.append(dashed if bars else Line2D([], [], color=GREY, ls=":", label="day inferred"))
    if not figures[c.PREFERRED].all():
        handles.append(Line2D([], [], marker="D", ls="none", mfc="white", mec=GREY, label="another source"))
    return handles


def _draw_bar(ax: Axes, figure: Any, colour: str) -> None:
    outline = "--" if figure.period_basis == "inferred" else "-"
    shape: dict[str, Any] = {"align": "edge", "edgecolor": colour, "linewidth": 1.2, "linestyle": outline}
    face = _PLANNED if figure.scope == PLANNED else {"facecolor": (colour, 0.8)}
    start: Any = figure.period_start + figure.shift * _width(figure)
    pale: dict[str, Any] = {"facecolor": (colour, 0.25)}
    solid = 0 if is_open_below(figure) else figure.low
    ax.bar(start, solid, _width(figure), **shape, **face)
    if top_of(figure) > solid:
        ax.bar(start, top_of(figure) - solid, _width(figure), solid, **pale, **shape)


def _draw_point(ax: Axes, figure: Any, colour: str) -> None:
    x = _place(figure)
    top = top_of(figure)
    bottom = top if is_open_below(figure) else figure.low
    hollow = figure.scope == PLANNED or is_open_below(figure)
    if top > bottom:
        ax.plot([x, x], [bottom, top], color=colour, lw=7, alpha=0.35, solid_capstyle="butt", zorder=2)
        ax.plot([x, x], [bottom, top], "_", color=colour, ms=8, mew=1.6, zorder=3)
    else:
        ax.plot(x, top, "o", color=colour, mfc="white" if hollow else colour, ms=6, zorder=3)
    if figure.period_basis == "inferred":
        first, last = ax.get_xlim()
        reach = pd.Timedelta(days=0.02 * (last - first))
        ax.plot([x - reach, x + reach], [(bottom + top) / 2] * 2, ":", color=colour, zorder=2)


def _width(figure: Any) -> Any:
    """Return the width of a bar: its period, shared among scopes that have the same one."""
    return pd.Timedelta(days=getattr(figure, DAYS)) / figure.shared


def _width_on_screen(ax: Axes, figure: Any) -> float:
    first, last = ax.get_xlim()
    return float(ax.get_window_extent().width * _width(figure).days / (last - first))


def _place(figure: Any) -> Any:
    """Return where in time a figure stands; another source for a bar stands at its right."""
    if is_bar(figure):
        share = 0.5 if figure.preferred else 0.82
        return figure.period_start + (figure.shift + share) * _width(figure)
    return getattr(figure, MIDDLE)


def _write(ax: Axes, text: str, at: tuple[Any, float], **how: Any) -> Annotation:
    """Write words on a plate that keeps them legible; a dollar sign is one, and no formula."""
    return ax.annotate(text, at, bbox=_PLATE, parse_math=False, **how)


def _as_sign(text: str) -> str:
    for word, sign in _SIGNS.items():
        text = text.replace(word, sign)
    return text


def _spread(ax: Axes, labels: list[Annotation], fixed: list[Annotation]) -> None:
    """Lift labels that would lie on others, and the top of the axis where they would reach the legend."""
    legend = ax.get_legend()
    usual = [label.xyann[1] for label in labels]
    for _ in range(LIFTS):
        root_figure(ax).draw_without_rendering()
        placed = [_padded(text) for text in fixed]
        for label, height in zip(labels, usual, strict=True):
            label.xyann = (label.xyann[0], height)
            while any(_padded(label).overlaps(other) for other in placed) and label.xyann[1] < HIGHEST:
                label.xyann = (label.xyann[0], label.xyann[1] + 3)
            placed.append(_padded(label))
        ceiling = legend.get_window_extent().y0 if legend else ax.get_window_extent().y1
        if max((box.y1 for box in placed), default=0) < ceiling:
            break
        ax.set_ylim(top=ax.get_ylim()[1] * 1.08)
    for label, height in zip(labels, usual, strict=True):
        if label.xyann[1] > height + 9:
            leader = {"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3}
            ax.annotate("", label.xy, label.xyann, textcoords="offset points", arrowprops=leader)


def _padded(text: Annotation) -> Any:
    return text.get_window_extent().padded(1.5)
