"""Stacked bars: parts that go up from zero and parts that go down, each part in its colour everywhere."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cbcstats.charts.descriptions import short_name
from cbcstats.charts.labels import label_above, label_inside, place_labels
from cbcstats.charts.layout import add_legend, fit_column_ticks, set_tick_labels
from cbcstats.charts.marks import INK, PAPER, cycle
from cbcstats.tables.codelists import WCO_REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes

LEAST: Final = 170  # points that the bars need in height
NARROW: Final = 18  # characters of a line in a bar
WIDE: Final = 0.72  # of a column, the bar
# Patterns help where colours are printed in grey.
_HATCHES: Final = ("", "////", "|||", "\\\\\\\\", "xxx", "....", "---")


class Piece(NamedTuple):
    """A part of a stack: its name, how far it goes up or down, and its number as it is written."""

    part: str
    amount: float
    number: str


class Stack(NamedTuple):
    """A column of a chart: its tick label, its pieces, the forms of its label, if it is hollow."""

    name: str
    pieces: Sequence[Piece]
    label: tuple[str, ...]
    hollow: bool


def ordered_parts(parts: Iterable[str]) -> list[str]:
    """Return parts, each once: the regions in their order, then others as they come."""
    named = list(dict.fromkeys(parts))
    return [name for name in WCO_REGIONS if name in named] + [
        name for name in named if name not in WCO_REGIONS
    ]


def draw_stacks(
    ax: Axes, stacks: Sequence[Stack], parts: Sequence[str], more: Sequence[Any] = ()
) -> None:
    """Draw labelled columns of stacked bars over a line at zero, and a legend of their parts."""
    from matplotlib.patches import Patch

    looks = dict(zip(parts, _looks(parts), strict=True))
    for place, stack in enumerate(stacks):
        up = _draw_stack(ax, place, stack, looks)
        if stack.label:
            label_above(ax, (place, up), stack.label, width=1)
    ax.axhline(0, color=INK, linewidth=1, zorder=3)
    ax.set_ylim(bottom=min(0.0, 1.12 * ax.dataLim.y0))
    set_tick_labels(ax.xaxis, [stack.name for stack in stacks])
    ax.set_xlim(-0.6, len(stacks) - 0.4)
    filled = [
        Patch(label=short_name(part), **_filled(*looks[part], hollow=False))
        for part in parts
    ]
    add_legend(ax, [*filled, *more])


def fit_stacks(ax: Axes) -> None:
    """Fit the tick labels of the columns and the labels to the size of the chart."""
    fit_column_ticks(ax)
    place_labels(ax, least=LEAST)


def _draw_stack(
    ax: Axes, place: int, stack: Stack, looks: dict[str, tuple[str, str]]
) -> float:
    """Draw the pieces of a column from zero up and from zero down, and return how far they go up."""
    ends = {True: 0.0, False: 0.0}
    order = list(looks)
    for piece in sorted(stack.pieces, key=lambda piece: order.index(piece.part)):
        if not piece.amount:
            continue
        start = ends[piece.amount > 0]
        ends[piece.amount > 0] += piece.amount
        shape = _filled(*looks[piece.part], hollow=stack.hollow)
        ax.bar(place, piece.amount, WIDE, start, linewidth=0.8, zorder=2, **shape)
        full = f"{short_name(piece.part)} {piece.number}"
        forms = (full, textwrap.fill(full, NARROW), piece.number)
        label_inside(
            ax, (place, start + piece.amount / 2), forms, (WIDE, abs(piece.amount))
        )
    return ends[True]


def _looks(parts: Sequence[str]) -> list[tuple[str, str]]:
    """Return the colour and the pattern of each part; a region has the same ones in every chart."""
    looks = list(zip(cycle(), _HATCHES, strict=True))
    places = (
        {name: place for place, name in enumerate(WCO_REGIONS)}
        if set(parts) & set(WCO_REGIONS)
        else {}
    )
    free = iter(
        [*range(len(places), len(looks)), *range(len(looks))] * (1 + len(parts))
    )
    return [looks[places[part] if part in places else next(free)] for part in parts]


def _filled(colour: str, hatch: str, *, hollow: bool) -> dict[str, Any]:
    if hollow:
        return {"facecolor": PAPER, "edgecolor": colour, "hatch": hatch}
    return {"facecolor": colour, "edgecolor": PAPER, "hatch": hatch}
