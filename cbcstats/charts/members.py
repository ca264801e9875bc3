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
from cbcstats.charts.layout import (
    GREY,
    INK,
    PAPER,
    SAFE,
    SMALL,
    add_legend,
    finish,
    grow,
    legend_height,
    new_axes,
    pixels,
    styled,
    write,
)
from cbcstats.counts.formats import format_range
from cbcstats.errors import ArgumentError
from cbcstats.frames import is_frame
from cbcstats.tables.codelists import SHORT_REGIONS, WCO_REGIONS
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
    least = LEAST_HEIGHT["code" if listed else "number"]
    with styled():
        ax = ax or new_axes()
        ax.set_axis_off()
        regions = tiles.groupby("wco_region", sort=False)
        for region, (label, of_region) in enumerate(regions):
            _draw_heading(ax, region, SHORT_REGIONS[str(label)])
            for place, tile in enumerate(of_region.itertuples(index=False)):
                _draw_tile(ax, (region, place), tile, classes)
        add_legend(ax, _handles(tiles["value"], classes, others))
        return finish(
            ax,
            title=name,
            description=_members_text(tiles, name, others, listed=listed),
            data=tiles,
            fit=functools.partial(_fit_tiles, least=least),
            cites=pd.DataFrame({"source_id": sources}),
        )


def _counted(
    values: pd.Series | pd.DataFrame | Iterable[str],
) -> tuple[pd.Series, bool, list[str]]:
    """Return a number for each code, and the ids of the sources.

    Between them stands whether the number only says that the Member is listed.
    """
    if is_frame(values):
        values = check_frame("values", values, ["member"], "load_beneficiaries")
        sources = list(values["source_id"].dropna()) if "source_id" in values else []
        return _listed(values["member"].dropna().unique()), True, sources
    if not isinstance(values, pd.Series | Mapping):
        return _listed(check_names("values", values)), True, []
    values = check_series("values", values, "counts")
    source = values.attrs.get("source")
    counts = pd.to_numeric(values, errors="coerce").astype("Float64").astype(float)
    is_wrong = (values.notna() & counts.isna()) | (counts < 0) | np.isinf(counts)
    if is_wrong.any():
        raise ArgumentError(
            "`values` must hold counts of 0 or more, indexed by the codes of Members"
        )
    return _checked(counts), False, [source] if source else []


def _listed(codes: Any) -> pd.Series:
    return _checked(pd.Series(1.0, index=pd.Index(codes, dtype="str")))


def _checked(counts: pd.Series) -> pd.Series:
    codes = set(load_places()["iso3"])
    unknown = [str(code) for code in counts.index if code not in codes]
    if unknown:
        shown = ", ".join(unknown[:5])
        if len(unknown) > 5:
            shown += ", ..."
        raise ArgumentError(
            f"`values` has what is no code of ISO 3166 alpha-3: {shown}; "
            "to_iso3 turns names into codes"
        )
    repeated = counts.index[counts.index.duplicated()]
    if len(repeated):
        twice = repeated[0]
        raise ArgumentError(
            f"`values` has {twice} more than once; add up its values first"
        )
    return counts


def _tiles(counts: pd.Series) -> pd.DataFrame:
    members = load_members().dropna(subset="wco_region")
    tiles = members[["iso3", "name", "wco_region"]]
    tiles = tiles.rename(columns={"name": "member_name"})
    tiles["value"] = tiles["iso3"].map(counts).astype(float)
    return tiles.sort_values(["wco_region", "iso3"], ignore_index=True)


def _classes(values: pd.Series) -> list[tuple[float, float]]:
    """Return up to four classes of the values above 0, of about as many Members each."""
    above = values[values > 0]
    if above.empty:
        return []
    distinct = np.unique(above)
    if len(distinct) <= len(STEPS):
        return [(float(value), float(value)) for value in distinct]
    quartiles = np.quantile(above, [0.25, 0.5, 0.75], method="inverted_cdf")
    cuts = np.searchsorted(distinct, np.unique(quartiles), side="right")
    groups = [group for group in np.split(distinct, cuts) if group.size]
    return [(float(group[0]), float(group[-1])) for group in groups]


def _look(
    value: float, classes: list[tuple[float, float]]
) -> tuple[dict[str, Any], str]:
    """Return how a tile with a value looks, and the colour of the text on it."""
    if np.isnan(value):
        dashes = (0, (2, 2))
        empty = {"facecolor": PAPER, "edgecolor": GREY, "linewidth": 0.7}
        return {**empty, "linestyle": dashes}, GREY
    if value == 0:
        return {"facecolor": PAPER, "edgecolor": INK, "linewidth": 1.0}, INK
    step = _step(value, classes)
    filled = {"facecolor": STEPS[step], "edgecolor": GREY, "linewidth": 0.7}
    return filled, _ON_STEPS[step]


def _step(value: float, classes: list[tuple[float, float]]) -> int:
    """Return the step of a value above 0; few classes are as far apart as can be."""
    steps = {0: (2,), 1: (2,), 2: (0, 2), 3: (0, 2, 3)}.get(len(classes), (0, 1, 2, 3))
    for step, (_, high) in zip(steps, classes, strict=False):
        if value <= high:
            return step
    return steps[0]


def _draw_heading(ax: Axes, region: int, name: str) -> None:
    heading = ax.text(
        0, 0, name, va="center", fontsize=SMALL + 1, fontweight="bold", color=INK
    )
    chart_of(ax).tiles[heading] = (region, HEADING)


def _draw_tile(
    ax: Axes, place: tuple[int, int], tile: Any, classes: list[tuple[float, float]]
) -> None:
    from matplotlib.patches import Rectangle

    look, ink = _look(tile.value, classes)
    side = 1 - 2 * INSET
    box = ax.add_patch(Rectangle((0, 0), side, side, **look))
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
    values: pd.Series, classes: list[tuple[float, float]], others: list[str]
) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    has_zero = (values == 0).any()
    named = [(high, format_range(low, high)) for low, high in classes]
    if not classes and (values > 0).any():
        named = [(1.0, "listed")]
    if has_zero:
        named.insert(0, (0.0, "0"))
    if values.isna().any():
        named.append((np.nan, "no value" if classes or has_zero else "not listed"))
    handles: list[Any] = []
    for value, label in named:
        look, _ = _look(value, classes)
        handles.append(Patch(label=label, **look))
    if others:
        label = f"not shown, no Members: {', '.join(others)}"
        handles.append(Line2D([], [], ls="none", label=label))
    return handles


def _members_text(
    tiles: pd.DataFrame, title: str, others: list[str], *, listed: bool
) -> str:
    """Describe which Members have a value, region by region, and which the highest."""
    has_value = tiles["value"].notna()
    filled = tiles[has_value]
    regions = []
    for region, of_region in has_value.groupby(tiles["wco_region"], sort=False):
        number, size = of_region.sum(), len(of_region)
        regions.append(f"{SHORT_REGIONS[str(region)]} {number} of {size}")
    verb = "are listed" if listed else "have a value"
    sentences = [f"{len(filled)} of {len(tiles)} {verb}: {', '.join(regions)}"]
    if listed:
        names = ", ".join(filled["member_name"]) or "none"
        sentences.append(f"Listed are {names}")
    elif len(filled):
        sentences += _values_text(tiles["value"], filled)
    if others:
        sentences.append(f"Not shown, for they are no Members: {', '.join(others)}")
    about = "Chart of the WCO Members by region, one tile each"
    return f"{about}: {title}. {'. '.join(sentences)}."


def _values_text(values: pd.Series, filled: pd.DataFrame) -> list[str]:
    """Name the highest values and their sum, and count those that are missing or 0."""
    top = filled.sort_values("value", ascending=False, kind="stable").head(3)
    highest = []
    for name, value in zip(top["member_name"], top["value"], strict=True):
        highest.append(f"{name} with {format_range(value, value)}")
    total = values.sum()
    missing, zeros = values.isna().sum(), (values == 0).sum()
    return [
        f"The highest are {', '.join(highest)}; the sum is {format_range(total, total)}",
        f"{missing} have no value, which is not 0; {zeros} have 0",
    ]


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
    least = pixels(ax, least)
    under = legend_height(ax)
    width = ax.get_window_extent().width
    most = max(1, int(width / pixels(ax, LEAST_WIDTH)))
    *_, lowest = _tops(sizes, most)
    grow(ax, lowest * least + under)
    height = ax.get_window_extent().height - under
    across = _best_number(sizes, most, (width, height), 0.99 * least)
    tops = _tops(sizes, across)
    *_, lowest = tops
    tile_height = max(height / lowest, 1)
    ax.set_xlim(0, across)
    ax.set_ylim(lowest, -under / tile_height)
    for artist in artists:
        region, place = placed[artist]
        row, column = divmod(place, across)
        down = HEAD / 2 if place == HEADING else HEAD + row
        _move(artist, column, tops[region] + down)
    tile_width = width / across
    _write_on_tiles(ax, SAFE * (1 - 2 * INSET) * tile_width)


def _best_number(
    sizes: np.ndarray, most: int, room: tuple[float, float], least: float
) -> int:
    """Return how many tiles beside each other come nearest to the best shape of a tile.

    The room has a width and a height in pixels; a tile that is lower than the least counts as far
    from it.
    """
    width, height = room

    def off(across: int) -> float:
        *_, lowest = _tops(sizes, across)
        tall = height / lowest
        if tall < least:
            return math.inf
        shape = width / across / tall
        return abs(math.log(shape / WIDE))

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
    heights = np.ceil(sizes / across) + HEAD + GAP
    return np.concatenate([[0], np.cumsum(heights)])


def _move(artist: Any, x: float, y: float) -> None:
    if hasattr(artist, "set_xy"):
        artist.set_xy((x + INSET, y + INSET))
    elif artist.get_ha() == "left":
        artist.set_position((INSET, y))
    else:
        artist.set_position((x + 0.5, y + 0.5))
