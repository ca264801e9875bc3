"""The marks of figures over time: ranges, plans, inferred days and other sources.

Each figure is drawn, labelled and explained in the legend in one way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.charts.chart import ABOVE, BELOW, PERIOD, add_label
from cbcstats.charts.labels import annotate
from cbcstats.charts.layout import GREY, PAPER, SMALL
from cbcstats.counts.formats import PARTIAL, words
from cbcstats.counts.formats import is_partial as partial_periods

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ARROW: Final = 24  # points, the length of the arrow of an open range
CROWDED: Final = 8  # figures from which on their labels are small
_DOTS: Final = "...."
_PLANNED: Final[dict[str, Any]] = {"facecolor": "none", "hatch": "////"}
_SIGNS: Final = {
    "more than ": "> ",
    "at least ": "≥ ",
    "about ": "≈ ",
    "less than ": "< ",
    "at most ": "≤ ",
    "below ": "< ",
    "above ": "> ",
}


def is_bar(figure: Any) -> bool:
    """Return whether a figure is a flow over a known period, and so a bar of its width."""
    return bool(figure.measure == "flow" and pd.notna(figure.period_start))


def is_partial(figure: Any) -> bool:
    """Return whether a register may cover only a part of a period, as its note says."""
    note = str(getattr(figure, "note", ""))
    return note.startswith(PARTIAL)


def is_inferred(figure: Any) -> bool:
    """Return whether the days of a figure were worked out.

    Those of a partial period are as the register has them.
    """
    return figure.period_basis == "inferred" and not is_partial(figure)


def is_open_below(figure: Any) -> bool:
    """Return whether a figure is open to both sides, as "about 150" is when read strictly."""
    return bool(math.isinf(figure.high) and figure.low < figure.value)


def top_of(figure: Any) -> float:
    """Return where the mark of a figure ends.

    That is at its highest value, or where the arrow of an open range begins.
    """
    if is_open_below(figure):
        return float(figure.value)
    return float(figure.low if math.isinf(figure.high) else figure.high)


def width_of(figure: Any) -> Any:
    """Return the width of a bar: its period, shared among scopes that have the same one."""
    return pd.Timedelta(days=figure.days) / figure.shared


def place_of(figure: Any) -> Any:
    """Return where in time a figure stands; another source for a bar stands at its right."""
    if not is_bar(figure):
        return figure.middle
    share = 0.5 if figure.preferred else 0.82
    return figure.period_start + (figure.shift + share) * width_of(figure)


def draw_figure(ax: Axes, figure: Any, colour: str) -> None:
    """Draw one figure with its range, by what it is."""
    if not figure.preferred:
        at = (place_of(figure), figure.value)
        ax.plot(*at, "D", ms=6, mfc=PAPER, mec=colour, zorder=4)
    elif is_bar(figure):
        _draw_bar(ax, figure, colour)
    else:
        _draw_point(ax, figure, colour)
    if math.isinf(figure.high):
        _draw_arrow(ax, figure, colour, ARROW)
    if is_open_below(figure):
        _draw_arrow(ax, figure, colour, -ARROW)


def _draw_arrow(ax: Axes, figure: Any, colour: str, length: float) -> None:
    at = (place_of(figure), top_of(figure))
    arrow = {"arrowstyle": "<-", "color": colour, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", at, (0, length), textcoords="offset points", arrowprops=arrow)


def _draw_bar(ax: Axes, figure: Any, colour: str) -> None:
    face: dict[str, Any] = {"facecolor": (colour, 0.8)}
    if is_partial(figure):
        face = {"facecolor": (colour, 0.3), "hatch": _DOTS}
    if figure.scope == "planned":
        face = _PLANNED
    pale: dict[str, Any] = {"facecolor": (colour, 0.25)}
    shape: dict[str, Any] = {
        "align": "edge",
        "edgecolor": colour,
        "linewidth": 1.2,
        "linestyle": "--" if is_inferred(figure) else "-",
    }
    width = width_of(figure)
    start = figure.period_start + figure.shift * width
    low, top = figure.low, top_of(figure)
    # What every number of the range reaches; a negative one reaches downwards.
    solid = max(low, 0) + min(top, 0)
    ax.bar(start, solid, width, **shape, **face)
    if top > low:
        ax.bar(start, top - low, width, low, **pale, **shape)


def _draw_point(ax: Axes, figure: Any, colour: str) -> None:
    x = place_of(figure)
    top = top_of(figure)
    bottom = top if is_open_below(figure) else figure.low
    hollow = figure.scope == "planned" or is_open_below(figure)
    if top > bottom:
        wide: dict[str, Any] = {"lw": 7, "alpha": 0.35, "solid_capstyle": "butt"}
        xs, ends = [x, x], [bottom, top]
        ax.plot(xs, ends, color=colour, zorder=2, **wide)
        ax.plot(xs, ends, "_", color=colour, ms=8, mew=1.6, zorder=3)
    else:
        face = PAPER if hollow else colour
        ax.plot(x, top, "o", color=colour, mfc=face, ms=6, zorder=3)
    if is_inferred(figure):
        first, last = ax.get_xlim()
        reach = pd.Timedelta(days=0.02 * (last - first))
        middle = (bottom + top) / 2
        ax.plot([x - reach, x + reach], [middle, middle], ":", color=colour, zorder=2)


def label_figures(ax: Axes, figures: pd.DataFrame) -> None:
    """Write the number above each mark and the period at the foot of each bar.

    `place_labels` then places them.
    """
    size = SMALL if len(figures) > CROWDED else SMALL + 1
    rivals = figures.duplicated(["scope", "period_start", "period_end"], keep=False)
    figure: Any
    for figure, rival in zip(figures.itertuples(index=False), rivals, strict=True):
        if not figure.preferred:
            _label_other_source(ax, figure)
            continue
        x, align = place_of(figure), "center"
        if is_bar(figure) and (rival or figure.scope == "planned"):
            x, align = figure.period_start + pd.Timedelta(days=12), "left"
        if is_bar(figure):
            _label_period(ax, figure, x, align)
        at = (x, top_of(figure))
        offset = (0, ARROW + 3 if math.isinf(figure.high) else 4)
        look: dict[str, Any] = {"fontsize": size, "ha": align, "va": "bottom"}
        label = annotate(ax, figure.number, at, xytext=offset, **look)
        add_label(ax, label, ABOVE, *_number_forms(figure.number), offset=offset)


def _number_forms(number: str) -> list[str]:
    """Return the forms of a number with its word, each once, the longest first."""
    sign = number
    for word, mark in _SIGNS.items():
        sign = sign.replace(word, mark)
    on_two_lines = number.replace(" than ", " than\n")
    forms = [on_two_lines, sign, sign.replace("almost ", "almost\n")]
    return list(dict.fromkeys(forms))


def _label_other_source(ax: Axes, figure: Any) -> None:
    """Write the number of another source below its mark."""
    at = (place_of(figure), figure.value)
    look: dict[str, Any] = {"fontsize": SMALL, "ha": "center", "va": "top"}
    label = annotate(ax, figure.number, at, xytext=(0, -6), **look)
    add_label(ax, label, BELOW, figure.number)


def _label_period(ax: Axes, figure: Any, x: Any, align: str) -> None:
    """Write the period of a bar at its foot."""
    period = figure.period_label
    look: dict[str, Any] = {"fontsize": SMALL, "ha": align, "va": "bottom"}
    label = annotate(ax, period, (x, 0), xytext=(0, 5), **look)
    extent = (figure.days / figure.shared, top_of(figure))
    on_two_lines = period.replace(" - ", " -\n")
    add_label(ax, label, PERIOD, on_two_lines, period, extent=extent)


def legend_handles(figures: pd.DataFrame, colours: dict[str, str]) -> list[Any]:
    """Return one entry for each kind of mark that is there.

    Plain figures of one scope need none.
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    is_shown = figures["preferred"]
    shown = figures[is_shown]
    marks = list(shown.itertuples(index=False))
    has_bars = any(map(is_bar, marks))
    pale: dict[str, Any] = {"facecolor": (GREY, 0.3), "edgecolor": GREY}
    handles: list[Any] = _scope_handles(colours)
    reasons = _reasons(shown)
    if reasons:
        edge = GREY if has_bars else "none"
        label = f"range that {reasons} allow"
        handles.append(Patch(**{**pale, "edgecolor": edge}, label=label))
    if any(map(is_partial, marks)):
        label = "period covered only in part"
        handles.append(Patch(**pale, hatch=_DOTS, label=label))
    if any(map(is_inferred, marks)):
        label = "days of the period inferred"
        dashed = Patch(facecolor="none", edgecolor=GREY, ls="--", label=label)
        dotted = Line2D([], [], color=GREY, ls=":", label="day inferred")
        handles.append(dashed if has_bars else dotted)
    if not is_shown.all():
        diamond: dict[str, Any] = {"marker": "D", "mfc": PAPER, "mec": GREY}
        handles.append(Line2D([], [], ls="none", label="another source", **diamond))
    return handles


def _scope_handles(colours: dict[str, str]) -> list[Any]:
    """Return an entry for each scope, if there are several, and for plans."""
    from matplotlib.patches import Patch

    handles = []
    for scope, colour in colours.items():
        is_planned = scope == "planned"
        if len(colours) > 1 or is_planned:
            face = _PLANNED if is_planned else {"facecolor": colour}
            handles.append(Patch(edgecolor=colour, label=words(scope), **face))
    return handles


def _reasons(figures: pd.DataFrame) -> str:
    """Return why figures are ranges.

    Reasons are words, rounding, rejected rows, and lengths that are not known.
    """
    # A period covered in part has a mark of its own.
    is_range = (figures["high"] > figures["low"]) & ~partial_periods(figures)
    ranges = figures[is_range]
    has_missing = pd.Series(data=False, index=ranges.index)
    if "missing" in ranges:
        has_missing = ranges["missing"] > 0
    has_word = ranges["qualifier"] != "exact"
    is_rounded = ranges["rounded_to"].notna()
    reasons = {
        "the words": has_word & ~has_missing,
        "rounding": is_rounded & ~has_word,
        "rejected rows": has_missing,
    }
    if "rate" in ranges:
        reasons["inferred lengths"] = ranges["period_tolerance"] > 0
    return " and ".join(reason for reason, rows in reasons.items() if rows.any())
