"""`plot_members`: a tile for each Member of the WCO, small or large."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import (
    check_frame,
    check_names,
    check_optional_axes,
    check_optional_text,
    check_series,
)
from cbcstats.charts.chart import TILE, add_label, chart_of, forms_of, labels_of
from cbcstats.charts.descriptions import members_text, short_name
from cbcstats.charts.layout import (
    SAFE,
    add_legend,
    finish,
    grow,
    legend_height,
    new_axes,
    pixels,
    write,
)
from cbcstats.charts.marks import GREY, INK, PAPER, SMALL, styled
from cbcstats.counts.formats import format_range
from cbcstats.errors import ArgumentError
from cbcstats.frames import is_frame
from cbcstats.tables.codelists import WCO_REGIONS
from cbcstats.tables.loaders import load_members, load_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

# Steps from few to many, and the colour of text on each.
STEPS: Final = ("#C6DBEF", "#6BAED6", "#2171B5", "#08306B")
_ON_STEPS: Final = ("#08306B", "#08306B", "#F7FBFF", "#F7FBFF")
# Points, the least size of a tile: its width, and its height with a code alone or also a number.
LEAST_WIDTH: Final = 24
LEAST_HEIGHT: Final = {"code": 15, "number": 22}
HEAD: Final = 0.85  # of a tile, the height of the name of a region
WIDE: Final = 1.3  # of its height, the best width of a tile
GAP: Final = 0.25  # of a tile, between two regions
INSET: Final = 0.05  # of a tile, at each side
HEADING: Final = -1  # the position of the name of a region among its tiles


def plot_members(
    values: pd.Series | pd.DataFrame | Iterable[str],
    *,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw one tile for each Member of the WCO, by region, filled by a count or by a programme.

    Parameters
    ----------
    values : pandas.Series, pandas.DataFrame, str or iterable of str
        A count for each code of ISO 3166 alpha-3, which is the index of the Series; or the Members on lists, as
        `load_beneficiaries` returns them; or the code of a Member to fill, or several. A Member without a value has
        a dashed outline, one with the value 0 a solid one. A number that is wider than its tile is not written.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        Title that says the finding.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes drawn on; `describe` gives its text alternative. Codes of places that are no Members have no tile, and
        the legend names them.

    Raises
    ------
    ArgumentError
        If a code is not one of ISO 3166 alpha-3, occurs twice, or a count is below 0.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import describe, plot_members
    >>> ax = plot_members(pd.Series({"TON": 3, "BRA": 1, "KEN": 0}), title="Missions")
    >>> print(describe(ax)[:83])
    Chart of the WCO Members by region, one tile each: Missions. 3 of 187 have a value:
    """
    ax = check_optional_axes("ax", ax)
    title = check_optional_text("title", title)
    counts, listed, sources = _counted(values)
    tiles = _tiles(counts)
    others = sorted(set(counts.index) - set(tiles["iso3"]))
    name = title or ("Members on the lists" if listed else "Members of the WCO")
    classes = [] if listed else _classes(tiles["value"])
    with styled():
        ax = ax or new_axes()
        ax.set_axis_off()
        for region, (label, of_region) in enumerate(
            tiles.groupby("wco_region", sort=False)
        ):
            _draw_heading(ax, region, short_name(label))
            for place, tile in enumerate(of_region.itertuples(index=False)):
                _draw_tile(ax, (region, place), tile, classes)
        add_legend(ax, _handles(tiles, classes, others))
        return finish(
            ax,
            title=name,
            description=members_text(tiles, name, others, listed=listed),
            sources=sources,
            data=tiles,
            fit=functools.partial(
                _fit_tiles, least=LEAST_HEIGHT["code" if listed else "number"]
            ),
        )


def _counted(
    values: pd.Series | pd.DataFrame | Iterable[str],
) -> tuple[pd.Series, bool, list[str]]:
    """Return a number for each code, whether it only says that the Member is listed, and the ids of the sources."""
    if is_frame(values):
        values = check_frame("values", values, ["member"], "load_beneficiaries")
        sources = list(values["source_id"].dropna()) if "source_id" in values else []
        counts = pd.Series(1.0, index=pd.Index(values["member"].dropna().unique()))
        return _checked(counts), True, sources
    if isinstance(values, pd.Series | Mapping):
        values = check_series("values", values, "counts")
        source = values.attrs.get("source")
        counts = pd.to_numeric(values, errors="coerce").astype("Float64").astype(float)
        if (
            (values.notna() & counts.isna()).any()
            or (counts < 0).any()
            or np.isinf(counts).any()
        ):
            raise ArgumentError(
                "`values` must hold counts of 0 or more, indexed by the codes of Members"
            )
        return _checked(counts), False, [source] if source else []
    codes = check_names("values", values)
    return _checked(pd.Series(1.0, index=pd.Index(codes, dtype="str"))), True, []


def _checked(counts: pd.Series) -> pd.Series:
    codes = set(load_places()["iso3"])
    unknown = [str(code) for code in counts.index if code not in codes]
    if unknown:
        shown = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        raise ArgumentError(
            f"`values` has what is no code of ISO 3166 alpha-3: {shown}; to_iso3 turns names into codes"
        )
    if counts.index.has_duplicates:
        twice = counts.index[counts.index.duplicated()][0]
        raise ArgumentError(
            f"`values` has {twice} more than once; add up its values first"
        )
    return counts


def _tiles(counts: pd.Series) -> pd.DataFrame:
    members = load_members().dropna(subset="wco_region")
    tiles = members[["iso3", "name", "wco_region"]].rename(
        columns={"name": "member_name"}
    )
    tiles = tiles.assign(value=tiles["iso3"].map(counts).astype(float))
    return tiles.sort_values(["wco_region", "iso3"], ignore_index=True)


def _classes(values: pd.Series) -> list[tuple[float, float]]:
    """Return up to four classes of the values above 0, of about as many Members each."""
    above = values[values > 0]
    if above.empty:
        return []
    distinct = np.unique(above)
    if len(distinct) <= len(STEPS):
        return [(float(value), float(value)) for value in distinct]
    cuts = np.unique(np.quantile(above, [0.25, 0.5, 0.75], method="inverted_cdf"))
    groups = [
        group
        for group in np.split(distinct, np.searchsorted(distinct, cuts, side="right"))
        if group.size
    ]
    return [(float(group[0]), float(group[-1])) for group in groups]


def _look(
    value: float, classes: list[tuple[float, float]]
) -> tuple[dict[str, Any], str]:
    """Return how a tile with a value looks, and the colour of the text on it."""
    if np.isnan(value):
        dashes = (0, (2, 2))
        look = {
            "facecolor": PAPER,
            "edgecolor": GREY,
            "linestyle": dashes,
            "linewidth": 0.7,
        }
        return look, GREY
    if value == 0:
        return {"facecolor": PAPER, "edgecolor": INK, "linewidth": 1.0}, INK
    step = next((place for place, (_, high) in enumerate(classes) if value <= high), 0)
    step = _steps(len(classes))[step] if classes else 2
    return {"facecolor": STEPS[step], "edgecolor": GREY, "linewidth": 0.7}, _ON_STEPS[
        step
    ]


def _steps(count: int) -> tuple[int, ...]:
    """Return which steps so many classes take, as far apart as can be."""
    return {1: (2,), 2: (0, 2), 3: (0, 2, 3)}.get(count, (0, 1, 2, 3))


def _draw_heading(ax: Axes, region: int, name: str) -> None:
    look: dict[str, Any] = {"fontsize": SMALL + 1, "color": INK, "fontweight": "bold"}
    heading = ax.text(0, 0, name, va="center", **look)
    chart_of(ax).tiles[heading] = (region, HEADING)


def _draw_tile(
    ax: Axes, place: tuple[int, int], tile: Any, classes: list[tuple[float, float]]
) -> None:
    from matplotlib.patches import Rectangle

    look, ink = _look(tile.value, classes)
    box = ax.add_patch(Rectangle((0, 0), 1 - 2 * INSET, 1 - 2 * INSET, **look))
    code_and_number = tile.iso3
    if classes and not np.isnan(tile.value):
        code_and_number += f"\n{format_range(tile.value, tile.value)}"
    look = {"fontsize": SMALL, "color": ink, "linespacing": 1.05}
    text = ax.text(0, 0, code_and_number, ha="center", va="center", **look)
    add_label(ax, text, TILE, code_and_number, tile.iso3)
    box.set_in_layout(False)  # tiles are within the chart, however it is laid out
    for artist in (box, text):
        chart_of(ax).tiles[artist] = place


def _handles(
    tiles: pd.DataFrame, classes: list[tuple[float, float]], others: list[str]
) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    values = tiles["value"]
    named = [(high, format_range(low, high)) for low, high in classes]
    if not classes and (values > 0).any():
        named = [(1.0, "listed")]
    if (values == 0).any():
        named.insert(0, (0.0, "0"))
    if values.isna().any():
        named.append(
            (np.nan, "no value" if classes or (values == 0).any() else "not listed")
        )
    handles: list[Any] = [
        Patch(label=label, **_look(value, classes)[0]) for value, label in named
    ]
    if others:
        handles.append(
            Line2D(
                [], [], ls="none", label=f"not shown, no Members: {', '.join(others)}"
            )
        )
    return handles


def _fit_tiles(ax: Axes, *, least: float) -> None:
    """Set as many tiles beside each other as have room, region under region.

    Tiles get at least so many points in height. On each stands its code, with its number where this
    has room; a number that its tile would cut is only in the legend.
    """
    placed = chart_of(ax).tiles
    artists = [artist for artist in ax.get_children() if artist in placed]
    sizes = np.zeros(len(WCO_REGIONS), int)
    for artist in artists:
        region, place = placed[artist]
        sizes[region] = max(sizes[region], place + 1)
    under = legend_height(ax)
    width = ax.get_window_extent().width
    most = max(1, int(width / pixels(ax, LEAST_WIDTH)))
    grow(ax, _tops(sizes, most)[-1] * pixels(ax, least) + under)
    height = ax.get_window_extent().height - under
    across = _best_number(sizes, most, (width, height), 0.99 * pixels(ax, least))
    tops = _tops(sizes, across)
    ax.set_xlim(0, across)
    ax.set_ylim(tops[-1], -under / max(height / tops[-1], 1))
    for artist in artists:
        region, place = placed[artist]
        down = HEAD / 2 if place == HEADING else HEAD + place // across
        _move(artist, place % across, tops[region] + down)
    _write_on_tiles(ax, SAFE * (1 - 2 * INSET) * width / across)


def _best_number(
    sizes: np.ndarray, most: int, room: tuple[float, float], least: float
) -> int:
    """Return how many tiles beside each other come nearest to the best shape of a tile.

    The room has a width and a height in pixels; a tile that is lower than the least counts as far
    from it.
    """
    width, height = room

    def off(across: int) -> float:
        tall = height / _tops(sizes, across)[-1]
        return (
            abs(math.log(width / across / tall / WIDE)) if tall >= least else math.inf
        )

    return min(range(most, 0, -1), key=off)


def _write_on_tiles(ax: Axes, room: float) -> None:
    """Write on each tile the longest form of its label that is not wider than a room in pixels."""
    for text in labels_of(ax, TILE):
        for form in forms_of(ax, text):
            write(ax, text, form)
            if text.get_window_extent().width <= room:
                break


def _tops(sizes: np.ndarray, across: int) -> np.ndarray:
    """Return where each region begins, and where the last one ends, in heights of a tile."""
    return np.concatenate([[0], np.cumsum(np.ceil(sizes / across) + HEAD + GAP)])


def _move(artist: Any, x: float, y: float) -> None:
    if hasattr(artist, "set_xy"):
        artist.set_xy((x + INSET, y + INSET))
    else:
        artist.set_position(
            (INSET, y) if artist.get_ha() == "left" else (x + 0.5, y + 0.5)
        )
