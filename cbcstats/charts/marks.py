"""The marks of a chart: ranges, plans, inferred days and other sources, each drawn in one way."""

from __future__ import annotations

import contextlib
import math
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pandas as pd

from cbcstats.counts.formats import PARTIAL, words
from cbcstats.counts.formats import is_partial as partial_periods

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SMALL: Final = 7.5  # points
INK: Final = "#222222"
GREY: Final = "#555555"
GRID: Final = "#E3E3E3"
PAPER: Final = "white"
ARROW: Final = 24  # points, the length of the arrow of an open range
ONE_AT_A_TIME: Final = (
    threading.RLock()
)  # what matplotlib is told holds for the whole process
STYLE: Final = Path(__file__).parent.parent / "cbcstats.mplstyle"
_DOTS: Final = "...."
_PLANNED: Final[dict[str, Any]] = {"facecolor": "none", "hatch": "////"}


@contextlib.contextmanager
def styled() -> Iterator[None]:
    """Draw in the style of cbcstats, and restore its settings afterwards; threads that draw wait for each other.

    Only the settings of the style are restored, and only those that nobody else has changed meanwhile. In a notebook,
    the first figure loads the backend, which switches `interactive` on, so that figures appear below their cells.
    `matplotlib.style.context` would restore every setting, switch it off again, and hide all later figures.
    """
    import matplotlib as mpl

    style = mpl.rc_params_from_file(STYLE, use_default_template=False)
    with ONE_AT_A_TIME:
        before = {name: mpl.rcParams[name] for name in style}
        mpl.rcParams.update(style)
        try:
            yield
        finally:
            ours = [name for name in style if mpl.rcParams[name] == style[name]]
            mpl.rcParams.update({name: before[name] for name in ours})


def root_figure(ax: Axes) -> Figure:
    """Return the figure that an Axes is on, whatever subfigures are between."""
    return cast("Figure", ax.get_figure(root=True))


def lay_out(figure: Figure) -> None:
    """Give every Axes its place, as drawing the figure does."""
    engine = figure.get_layout_engine()
    if engine is None:
        figure.draw_without_rendering()
    else:
        engine.execute(figure)


def cycle() -> list[str]:
    """Return the colours of the present style."""
    import matplotlib as mpl

    return list(mpl.rcParams["axes.prop_cycle"].by_key()["color"])


def colours_of(names: Sequence[str]) -> dict[str, str]:
    """Give each name a colour of its own: those of the style, and where they do not suffice, these made lighter."""
    style = cycle()
    turns = -(-len(names) // len(style))
    colours = [
        _on_paper(colour, 1 - turn / turns) for turn in range(turns) for colour in style
    ]
    return dict(zip(names, colours, strict=False))


def _on_paper(colour: str, share: float) -> str:
    """Return what a colour becomes that covers only a share of white paper."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = (1 - (1 - part) * share for part in to_rgb(colour))
    return to_hex((red, green, blue))


def is_bar(figure: Any) -> bool:
    """Return whether a figure is a flow over a known period, and so a bar of its width."""
    return bool(figure.measure == "flow" and pd.notna(figure.period_start))


def is_partial(figure: Any) -> bool:
    """Return whether a register may cover only a part of the period of a count, as its note says."""
    return str(getattr(figure, "note", "")).startswith(PARTIAL)


def is_inferred(figure: Any) -> bool:
    """Return whether the days of a figure were worked out; those of a partial period are as the register has them."""
    return figure.period_basis == "inferred" and not is_partial(figure)


def draw_figure(ax: Axes, figure: Any, colour: str) -> None:
    """Draw one figure with its range, by what it is."""
    if not figure.preferred:
        ax.plot(
            place_of(figure), figure.value, "D", ms=6, mfc=PAPER, mec=colour, zorder=4
        )
    elif is_bar(figure):
        _draw_bar(ax, figure, colour)
    else:
        _draw_point(ax, figure, colour)
    for way in (1, -1) if is_open_below(figure) else (1,):
        if math.isinf(figure.high):
            arrow = {"arrowstyle": "<-", "color": colour, "shrinkA": 0, "shrinkB": 0}
            ax.annotate(
                "",
                (place_of(figure), top_of(figure)),
                (0, way * ARROW),
                textcoords="offset points",
                arrowprops=arrow,
            )


def is_open_below(figure: Any) -> bool:
    """Return whether a figure is open to both sides, as "about 150" is when read strictly."""
    return bool(math.isinf(figure.high) and figure.low < figure.value)


def top_of(figure: Any) -> float:
    """Return where the mark of a figure ends: at its highest value, or where the arrow of an open range begins."""
    if math.isinf(figure.high):
        return float(figure.value if is_open_below(figure) else figure.low)
    return float(figure.high)


def legend_handles(figures: pd.DataFrame, colours: dict[str, str]) -> list[Any]:
    """Return one entry for each kind of mark that is there; none for plain figures of one scope."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown = figures[figures["preferred"]]
    bars = any(is_bar(figure) for figure in shown.itertuples(index=False))
    handles: list[Any] = []
    for scope, colour in colours.items():
        if len(colours) > 1 or scope == "planned":
            face = _PLANNED if scope == "planned" else {"facecolor": colour}
            handles.append(Patch(edgecolor=colour, label=words(scope), **face))
    reasons = _reasons(shown)
    if reasons:
        handles.append(
            Patch(
                facecolor=(GREY, 0.3),
                edgecolor=GREY if bars else "none",
                label=f"range that {reasons} allow",
            )
        )
    if any(map(is_partial, shown.itertuples(index=False))):
        handles.append(
            Patch(
                facecolor=(GREY, 0.3),
                edgecolor=GREY,
                hatch=_DOTS,
                label="period covered only in part",
            )
        )
    if any(is_inferred(figure) for figure in shown.itertuples(index=False)):
        dashed = Patch(
            facecolor="none",
            edgecolor=GREY,
            linestyle="--",
            label="days of the period inferred",
        )
        handles.append(
            dashed if bars else Line2D([], [], color=GREY, ls=":", label="day inferred")
        )
    if not figures["preferred"].all():
        handles.append(
            Line2D(
                [],
                [],
                marker="D",
                ls="none",
                mfc=PAPER,
                mec=GREY,
                label="another source",
            )
        )
    return handles


def _reasons(figures: pd.DataFrame) -> str:
    """Return why figures are ranges: words, rounding, rejected rows, lengths that are not known."""
    # A period covered in part has a mark of its own.
    is_range = (figures["high"] > figures["low"]) & ~partial_periods(figures)
    ranges = figures[is_range]
    has_missing = pd.Series(data=False, index=ranges.index)
    if "missing" in ranges:
        has_missing = ranges["missing"] > 0
    has_word = ranges["qualifier"] != "exact"
    holds = {
        "the words": has_word & ~has_missing,
        "rounding": ranges["rounded_to"].notna() & ~has_word,
        "rejected rows": has_missing,
    }
    if "rate" in ranges:
        holds["inferred lengths"] = ranges["period_tolerance"] > 0
    return " and ".join(reason for reason, rows in holds.items() if rows.any())


def _draw_bar(ax: Axes, figure: Any, colour: str) -> None:
    outline = "--" if is_inferred(figure) else "-"
    shape: dict[str, Any] = {
        "align": "edge",
        "edgecolor": colour,
        "linewidth": 1.2,
        "linestyle": outline,
    }
    face: dict[str, Any] = (
        {"facecolor": (colour, 0.3), "hatch": _DOTS}
        if is_partial(figure)
        else {"facecolor": (colour, 0.8)}
    )
    face = _PLANNED if figure.scope == "planned" else face
    start: Any = figure.period_start + figure.shift * width_of(figure)
    pale: dict[str, Any] = {"facecolor": (colour, 0.25)}
    low, top = figure.low, top_of(figure)
    # What every number of the range reaches; a negative one reaches downwards.
    solid = max(low, 0) + min(top, 0)
    ax.bar(start, solid, width_of(figure), **shape, **face)
    if top > low:
        ax.bar(start, top - low, width_of(figure), low, **pale, **shape)


def _draw_point(ax: Axes, figure: Any, colour: str) -> None:
    x = place_of(figure)
    top = top_of(figure)
    bottom = top if is_open_below(figure) else figure.low
    hollow = figure.scope == "planned" or is_open_below(figure)
    if top > bottom:
        ax.plot(
            [x, x],
            [bottom, top],
            color=colour,
            lw=7,
            alpha=0.35,
            solid_capstyle="butt",
            zorder=2,
        )
        ax.plot([x, x], [bottom, top], "_", color=colour, ms=8, mew=1.6, zorder=3)
    else:
        ax.plot(
            x, top, "o", color=colour, mfc=PAPER if hollow else colour, ms=6, zorder=3
        )
    if is_inferred(figure):
        first, last = ax.get_xlim()
        reach = pd.Timedelta(days=0.02 * (last - first))
        ax.plot(
            [x - reach, x + reach],
            [(bottom + top) / 2] * 2,
            ":",
            color=colour,
            zorder=2,
        )


def width_of(figure: Any) -> Any:
    """Return the width of a bar: its period, shared among scopes that have the same one."""
    return pd.Timedelta(days=figure.days) / figure.shared


def place_of(figure: Any) -> Any:
    """Return where in time a figure stands; another source for a bar stands at its right."""
    if is_bar(figure):
        share = 0.5 if figure.preferred else 0.82
        return figure.period_start + (figure.shift + share) * width_of(figure)
    return figure.middle
