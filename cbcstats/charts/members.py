"""The chart of the Members of the WCO: a tile for each, so that the smallest is seen as well as the largest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from cbcstats.charts.descriptions import members_text, short_name
from cbcstats.charts.layout import finish, grow, new_axes
from cbcstats.charts.marks import GREY, INK, PAPER, SMALL, styled
from cbcstats.charts.text import SAFE, forms_of, known, name_marks, pixels, remember, write
from cbcstats.counts.ranges import rows
from cbcstats.counts.wording import format_range
from cbcstats.errors import ArgumentError
from cbcstats.tables.codelists import WCO_REGIONS
from cbcstats.tables.loaders import load_members, load_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

# Steps from few to many, and the colour of words on each.
STEPS: Final = ("#C6DBEF", "#6BAED6", "#2171B5", "#08306B")
_ON_STEPS: Final = ("#08306B", "#08306B", "#F7FBFF", "#F7FBFF")
TILE: Final = 24  # points, the least width of a tile
HIGH: Final = {
    True: 15,
    False: 22,
}  # points, the least height of a tile: with a code alone, with a number below it
HEAD: Final = 0.85  # of a tile, the height of the name of a region
WIDE: Final = 1.3  # of its height, the best width of a tile
GAP: Final = 0.25  # of a tile, between two regions
INSET: Final = 0.05  # of a tile, at each side
ON_TILE: Final = "on a tile"  # the role of a code and its number

# Of each tile and its words, and of the names of regions: the region, and the place in it.
_PLACES: WeakKeyDictionary[Artist, tuple[int, int]] = WeakKeyDictionary()


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
    counts, listed, sources = _counted(values)
    tiles = _tiles(counts)
    others = sorted(set(counts.index) - set(tiles["iso3"]))
    name = title or ("Members on the lists" if listed else "Members of the WCO")
    classes = [] if listed else _classes(tiles["value"])
    with styled():
        ax = ax or new_axes()
        ax.set_axis_off()
        for region, (label, of_region) in enumerate(tiles.groupby("wco_region", sort=False)):
            head = ax.text(
                0,
                0,
                short_name(label),
                fontsize=SMALL + 1,
                color=INK,
                va="center",
                fontweight="bold",
            )
            _PLACES[head] = (region, -1)
            for place, tile in enumerate(rows(of_region)):
                _draw_tile(ax, (region, place), tile, classes)
        name_marks(ax, _handles(tiles, classes, others))
        return finish(
            ax, title=name, text=members_text(tiles, name, others, listed=listed), sources=sources, data=tiles,
            fit_marks=_fit_listed if listed else _fit_numbered,
        )  # fmt: skip


def _counted(values: pd.Series | pd.DataFrame | Iterable[str]) -> tuple[pd.Series, bool, list[str]]:
    """Return a number for each code, whether it only says that the Member is listed, and the ids of the sources."""
    if isinstance(values, pd.DataFrame):
        if "member" not in values:
            raise ArgumentError(
                f"`values` lacks the column {'member'!r}; give a frame of load_beneficiaries, or a Series"
            )
        sources = list(values["source_id"].dropna()) if "source_id" in values else []
        counts = pd.Series(1.0, index=pd.Index(values["member"].dropna().unique()))
        return _checked(counts), True, sources
    if isinstance(values, pd.Series):
        source = values.attrs.get("source")
        counts = pd.to_numeric(values, errors="coerce").astype("Float64").astype(float)
        if (values.notna() & counts.isna()).any() or (counts < 0).any() or np.isinf(counts).any():
            raise ArgumentError(
                "`values` must hold counts of 0 or more, indexed by the codes of Members"
            )
        return _checked(counts), False, [source] if source else []
    codes = [values] if isinstance(values, str) else list(dict.fromkeys(values))
    return _checked(pd.Series(1.0, index=pd.Index(codes, dtype="str"))), True, []


def _checked(counts: pd.Series) -> pd.Series:
    known = set(load_places()["iso3"])
    unknown = [str(code) for code in counts.index if code not in known]
    if unknown:
        shown = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        raise ArgumentError(
            f"`values` has what is no code of ISO 3166 alpha-3: {shown}; to_iso3 turns names into codes"
        )
    if counts.index.has_duplicates:
        twice = counts.index[counts.index.duplicated()][0]
        raise ArgumentError(f"`values` has {twice} more than once; add up its values first")
    return counts


def _tiles(counts: pd.Series) -> pd.DataFrame:
    members = load_members().dropna(subset="wco_region")
    tiles = members[["iso3", "name", "wco_region"]].rename(columns={"name": "member_name"})
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


def _look(value: float, classes: list[tuple[float, float]]) -> tuple[dict[str, Any], str]:
    """Return how a tile with a value looks, and the colour of the words on it."""
    if np.isnan(value):
        return {
            "facecolor": PAPER,
            "edgecolor": GREY,
            "linestyle": (0, (2, 2)),
            "linewidth": 0.7,
        }, GREY
    if value == 0:
        return {"facecolor": PAPER, "edgecolor": INK, "linewidth": 1.0}, INK
    step = next((place for place, (_, high) in enumerate(classes) if value <= high), 0)
    step = _steps(len(classes))[step] if classes else 2
    return {"facecolor": STEPS[step], "edgecolor": GREY, "linewidth": 0.7}, _ON_STEPS[step]


def _steps(count: int) -> tuple[int, ...]:
    """Return which steps so many classes take, as far apart as can be."""
    return {1: (2,), 2: (0, 2), 3: (0, 2, 3)}.get(count, (0, 1, 2, 3))


def _draw_tile(
    ax: Axes, place: tuple[int, int], tile: Any, classes: list[tuple[float, float]]
) -> None:
    from matplotlib.patches import Rectangle

    look, ink = _look(tile.value, classes)
    box = ax.add_patch(Rectangle((0, 0), 1 - 2 * INSET, 1 - 2 * INSET, **look))
    number = (
        f"\n{format_range(tile.value, tile.value)}" if classes and not np.isnan(tile.value) else ""
    )
    full = tile.iso3 + number
    words = ax.text(
        0, 0, full, fontsize=SMALL, color=ink, ha="center", va="center", linespacing=1.05
    )
    remember(words, ON_TILE, full, tile.iso3)
    box.set_in_layout(False)  # tiles are within the chart, however it is laid out
    for artist in (box, words):
        _PLACES[artist] = place


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
        named.append((np.nan, "no value" if classes or (values == 0).any() else "not listed"))
    handles: list[Any] = [Patch(label=label, **_look(value, classes)[0]) for value, label in named]
    if others:
        handles.append(
            Line2D([], [], ls="none", label=f"not shown, no Members: {', '.join(others)}")
        )
    return handles


def _fit_listed(ax: Axes) -> None:
    _fit_tiles(ax, HIGH[True])


def _fit_numbered(ax: Axes) -> None:
    _fit_tiles(ax, HIGH[False])


def _fit_tiles(ax: Axes, high: float) -> None:
    """Set as many tiles beside each other as have room, region under region, and on each what it has room for."""
    artists = [artist for artist in ax.get_children() if artist in _PLACES]
    sizes = np.zeros(len(WCO_REGIONS), int)
    for artist in artists:
        region, place = _PLACES[artist]
        sizes[region] = max(sizes[region], place + 1)
    legend = ax.get_legend()
    under = legend.get_window_extent().height if legend else 0
    width = ax.get_window_extent().width
    most = max(1, int(width / pixels(ax, TILE)))
    grow(ax, _tops(sizes, most)[-1] * pixels(ax, high) + under)
    height = ax.get_window_extent().height - under

    def shape(across: int) -> float:
        """Return how far the tiles are from their best shape, if there are so many beside each other."""
        tall = height / _tops(sizes, across)[-1]
        return (
            abs(math.log(width / across / tall / WIDE))
            if tall >= 0.99 * pixels(ax, high)
            else math.inf
        )

    across = min(range(most, 0, -1), key=shape)
    tops = _tops(sizes, across)
    unit = height / tops[-1]
    ax.set_xlim(0, across)
    ax.set_ylim(tops[-1], -under / max(unit, 1))
    for artist in artists:
        region, place = _PLACES[artist]
        down = HEAD / 2 if place < 0 else HEAD + place // across
        _move(artist, place % across, tops[region] + down)
    room = SAFE * (1 - 2 * INSET) * width / across
    for words in known(ax, ON_TILE):
        for form in forms_of(words):  # a number that its tile would cut is left to the legend
            write(words, form)
            if words.get_window_extent().width <= room:
                break


def _tops(sizes: np.ndarray, across: int) -> np.ndarray:
    """Return where each region begins, and where the last one ends, in heights of a tile."""
    return np.concatenate([[0], np.cumsum(np.ceil(sizes / across) + HEAD + GAP)])


def _move(artist: Any, x: float, y: float) -> None:
    if hasattr(artist, "set_xy"):
        artist.set_xy((x + INSET, y + INSET))
    else:
        artist.set_position((INSET, y) if artist.get_ha() == "left" else (x + 0.5, y + 0.5))
