"""The marks of a chart: ranges, plans, inferred days and other sources, each drawn in one way."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any, Final, cast

import pandas as pd

from cbcstats import columns as c
from cbcstats.captions import change_text, range_text, words
from cbcstats.figures import DAYS, MIDDLE, PRINTED, rows
from cbcstats.periods import period_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

SMALL: Final = 7.5  # points
GREY: Final = "#555555"
INK: Final = "#222222"
CHARACTERS: Final = 19  # of small text, in an inch
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
    if math.isinf(figure.high):
        arrow = {"arrowstyle": "<-", "color": colour, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (_place(figure), figure.low), (0, 26), textcoords="offset points", arrowprops=arrow)


def label_figures(ax: Axes, figures: pd.DataFrame, *, monthly: bool) -> None:
    """Write the number above each mark and the period at the foot of each bar."""
    labels = []
    crowded = len(figures) > CROWDED
    shared = figures.duplicated([c.SCOPE, c.PERIOD_START, c.PERIOD_END], keep=False)
    for figure, beside in zip(rows(figures), shared, strict=True):
        text = range_text(figure.low, figure.high) if monthly else getattr(figure, PRINTED)
        if crowded:
            text = _as_sign(text)
        if not figure.preferred:
            ax.annotate(
                text, (_place(figure), figure.value), (0, -6), textcoords="offset points",
                ha="center", va="top", fontsize=SMALL, bbox=_PLATE,
            )  # fmt: skip
            continue
        left = is_bar(figure) and (beside or figure.scope == "planned")
        x = figure.period_start + pd.Timedelta(days=12) if left else _place(figure)
        aligned: dict[str, Any] = {"textcoords": "offset points", "ha": "left" if left else "center", "va": "bottom"}
        top = figure.low if math.isinf(figure.high) else figure.high
        above = 28 if math.isinf(figure.high) else 4
        if is_bar(figure) and top < LOW_BAR * ax.get_ylim()[1]:
            above += 24  # clears the period at its foot
        if not (crowded or monthly):
            text = text.replace(" than ", " than\n")
        labels.append(
            ax.annotate(text, (x, top), (0, above), fontsize=SMALL + (0 if crowded else 1), bbox=_PLATE, **aligned)
        )
        if is_bar(figure):
            label = period_label(figure.period_start, figure.period_end).replace(" - ", " -\n")
            ax.annotate(label, (x, 0), (0, 5), fontsize=SMALL, bbox=_PLATE, **aligned)
    _spread(ax, labels)


def draw_change(ax: Axes, place: int, change: Any, colour: str) -> None:
    """Draw one percent change as a range, filled if it can be compared, and say so above it."""
    low, high = change.percent_change_low, change.percent_change_high
    edge = colour if change.comparable else GREY
    face = colour if change.comparable else "white"
    limits = ax.get_xlim()
    text = change_text(change)
    if pd.isna(low):
        low = high = 0.0
    else:
        end = high if math.isfinite(high) else limits[1]
        if end > low:
            ax.barh(place, end - low, 0.34, low, facecolor=face, edgecolor=edge, linewidth=1.3, zorder=3)
        else:
            ax.plot(low, place, "o", color=edge, mfc=face, ms=7, zorder=3)
        high = end
    reason = change.why.split("; ")[0]
    if reason and (not change.comparable or math.isnan(change.percent_change_high)):
        text += f" \N{EN DASH} {'' if change.comparable else 'not comparable: '}{words(reason)}"
    share = ((low + high) / 2 - limits[0]) / (limits[1] - limits[0])
    left = share < 0.5
    characters = ax.get_window_extent().width / root_figure(ax).dpi * CHARACTERS
    room = int(characters * ((1 - share) if left else share))
    ax.annotate(
        textwrap.fill(text, max(room, 30)), (low if left else high, place), (0, 11), textcoords="offset points",
        ha="left" if left else "right", va="bottom", fontsize=SMALL, bbox=_PLATE, zorder=2,
    )  # fmt: skip


def legend_handles(figures: pd.DataFrame, colours: dict[str, str]) -> list[Any]:
    """Return one entry for each kind of mark that is there; none for plain figures of one scope."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    bars = any(is_bar(figure) for figure in rows(figures))
    handles: list[Any] = []
    if len(colours) > 1:
        for scope, colour in colours.items():
            face = _PLANNED if scope == "planned" else {"facecolor": colour}
            handles.append(Patch(edgecolor=colour, label=words(scope), **face))
    shown = figures[figures[c.PREFERRED]]
    if (shown[c.HIGH] > shown[c.LOW]).any():
        edge = GREY if bars else "none"
        handles.append(Patch(facecolor=(GREY, 0.3), edgecolor=edge, label="range that the words allow"))
    if (shown[c.PERIOD_BASIS] == "inferred").any():
        days = "days of the period inferred" if bars else "day inferred"
        handles.append(
            Patch(facecolor="none", edgecolor=GREY, linestyle="--", label=days)
            if bars
            else Line2D([], [], color=GREY, ls=":", label=days)
        )
    if not figures[c.PREFERRED].all():
        handles.append(Line2D([], [], marker="D", ls="none", mfc="white", mec=GREY, label="another source"))
    return handles


def _draw_bar(ax: Axes, figure: Any, colour: str) -> None:
    width: Any = pd.Timedelta(days=getattr(figure, DAYS))
    outline = "--" if figure.period_basis == "inferred" else "-"
    shape: dict[str, Any] = {"align": "edge", "edgecolor": colour, "linewidth": 1.2}
    planned = figure.scope == "planned"
    ax.bar(
        figure.period_start,
        figure.low,
        width,
        **shape,
        **(_PLANNED if planned else {"facecolor": (colour, 0.8)}),
        linestyle=outline,
    )
    if figure.low < figure.high < math.inf:
        top = figure.high - figure.low
        ax.bar(figure.period_start, top, width, figure.low, facecolor=(colour, 0.25), **shape, linestyle=outline)


def _draw_point(ax: Axes, figure: Any, colour: str) -> None:
    x = _place(figure)
    top = figure.low if math.isinf(figure.high) else figure.high
    face = "white" if figure.scope == "planned" else colour
    if top > figure.low:
        ax.plot([x, x], [figure.low, top], color=colour, lw=7, alpha=0.35, solid_capstyle="butt", zorder=2)
        ax.plot([x, x], [figure.low, top], "_", color=colour, ms=8, mew=1.6, zorder=3)
    else:
        ax.plot(x, figure.low, "o", color=colour, mfc=face, ms=6, zorder=3)
    if figure.period_basis == "inferred":
        reach = pd.Timedelta(days=0.02 * ax_days(ax))
        ax.plot([x - reach, x + reach], [(figure.low + top) / 2] * 2, ":", color=colour, zorder=2)


def ax_days(ax: Axes) -> float:
    """Return how many days the time axis spans."""
    first, last = ax.get_xlim()
    return last - first


def _place(figure: Any) -> Any:
    """Return where in time a figure stands; another source for a bar stands at its right."""
    if is_bar(figure):
        share = 0.5 if figure.preferred else 0.82
        return figure.period_start + share * (figure.period_end - figure.period_start)
    return getattr(figure, MIDDLE)


def _as_sign(text: str) -> str:
    for word, sign in _SIGNS.items():
        text = text.replace(word, sign)
    return text


def _spread(ax: Axes, labels: list[Annotation]) -> None:
    """Lift labels that would lie on others."""
    root_figure(ax).draw_without_rendering()
    placed: list[Any] = []
    for label in labels:
        box = label.get_window_extent()
        while any(box.overlaps(other) for other in placed):
            x, y = label.xyann
            label.xyann = (x, y + 3)
            box = label.get_window_extent()
        placed.append(box)
