"""Stacked bars: contributions to a change, and who joined and left a programme.

Parts go up from zero or down, each in its colour in every chart.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.arguments import check_frame, check_optional_axes, check_optional_text
from cbcstats.changes.membership import Roster, check_lists, rosters_of
from cbcstats.changes.schemas import Contributions
from cbcstats.charts.descriptions import (
    contributions_text,
    points,
    rosters_text,
    short_name,
    sum_of_lows,
    total_text,
)
from cbcstats.charts.labels import label_above, label_inside, place_labels
from cbcstats.charts.layout import (
    add_legend,
    finish,
    fit_column_ticks,
    new_axes,
    set_tick_labels,
    source_ids,
    typed_rows,
)
from cbcstats.charts.marks import GREY, INK, PAPER, cycle, styled
from cbcstats.errors import ArgumentError
from cbcstats.frames import MARKS, as_text, text_column
from cbcstats.places.lists import rows_of
from cbcstats.places.members import wco_region
from cbcstats.places.names import to_iso3
from cbcstats.tables.codelists import WCO_REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes

_LEAST: Final = 170  # points that the bars need in height
_NARROW: Final = 18  # characters of a line in a bar
_WIDE: Final = 0.72  # of a column, the bar
# Patterns help where colours are printed in grey.
_HATCHES: Final = ("", "////", "|||", "\\\\\\\\", "xxx", "....", "---")
_OTHERS: Final = "all others"
_NUMBERS: Final = (
    *("contribution", "contribution_low", "contribution_high"),
    "total_percent_change",
    *("total_percent_change_low", "total_percent_change_high"),
)
_NEEDED: Final = (
    "period",
    "period_start",
    "period_end",
    *_NUMBERS,
    "comparable",
    "why",
)
_SERIES: Final = ("indicator", "scope", "area")
# Columns of contributions that never name the parts.
_RESULTS: Final = frozenset(Contributions.to_schema().columns) - frozenset(_SERIES)
_MOST: Final = 7  # parts, as many as there are colours


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


def plot_contributions(
    contributions: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw what each part contributes to the change of the total: up what added to it, down what took from it.

    A diamond is the change of the total, with its number. Hollow bars belong to changes that cannot be compared.

    Parameters
    ----------
    contributions : pandas.DataFrame
        Contributions to one series, as `contributions` returns them. Of more than seven parts, the six that moved most
        keep their names.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        Title that says the finding.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes drawn on; `describe` gives its text alternative.

    Raises
    ------
    ArgumentError
        If there are no contributions, or those to several totals.
    DataError
        If a cell is not a number or not a day.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import contributions, plot_contributions
    >>> starts, ends = (["2015-01-01"] * 2 + ["2016-01-01"] * 2, ["2015-12-31"] * 2 + ["2016-12-31"] * 2)
    >>> parts = pd.DataFrame({"period_start": starts, "period_end": ends, "value": [60, 40, 66, 50]})
    >>> ax = plot_contributions(contributions(parts.assign(wco_region=["Europe", "Africa"] * 2)))
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['2016']
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    ax = check_optional_axes("ax", ax)
    title = check_optional_text("title", title)
    contributions = check_frame(
        "contributions", contributions, _NEEDED, "contributions"
    )
    by = _part_of(contributions)
    contributions = _typed(contributions, by)
    name = title or "Contributions to the change of the total, in percentage points"
    shown = _with_others(contributions, by)
    parts = _ordered_parts(shown[by])
    with styled():
        ax = ax or new_axes()
        # A fiscal year without days is known by its label.
        keys = ["period_end", "period_start", "period"]
        periods = list(shown.groupby(keys, dropna=False))
        stacks = [_stack_of_period(of_period, by) for _, of_period in periods]
        diamond: dict[str, Any] = {
            "marker": "D",
            "mfc": PAPER,
            "mec": INK,
            "ls": "none",
        }
        for place, (_, of_period) in enumerate(periods):
            total = of_period["total_percent_change"].iloc[0]
            ax.plot(place + _WIDE / 2 + 0.06, total, ms=6, zorder=4, **diamond)
        more: list[Any] = [Line2D([], [], label="change of the total", **diamond)]
        if not shown["comparable"].all():
            more.append(
                Patch(facecolor=PAPER, edgecolor=GREY, label="hollow: not comparable")
            )
        _draw_stacks(ax, stacks, parts, more)
        ax.set_ylabel("percentage points")
        return finish(
            ax,
            title=name,
            description=contributions_text(shown, by, name),
            sources=source_ids(contributions),
            data=contributions.copy(),
            fit=_fit_stacks,
        )


def _part_of(contributions: pd.DataFrame) -> str:
    """Return the column that names the parts, of contributions to one total."""
    if contributions.empty:
        raise ArgumentError(
            "`contributions` holds none; there must be two periods, and a figure of a part in each"
        )
    # A frame may have columns in another order, or more of them.
    others: list[Any] = [name for name in contributions if name not in _RESULTS]
    counts = contributions[others].nunique(dropna=False)
    several = [name for name in others if counts[name] > 1] or others
    parts = [name for name in several if name not in _SERIES]
    if not several:
        raise ArgumentError(
            "`contributions` has no column that names the parts; "
            "make it with contributions"
        )
    # Scopes or indicators can be parts, too; `contributions` puts them last.
    by = parts[0] if parts else several[-1]
    for name in _SERIES:
        if name in several and name != by and counts[name] > 1:
            values = contributions[name].map(as_text).replace("", "none").unique()
            raise ArgumentError(
                f"`contributions` must hold one {name}, but it holds {', '.join(values)}; select one"
            )
    return str(by)


def _typed(contributions: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return contributions in their dtypes; a part without a name is `not stated`."""
    typed = typed_rows(contributions, "contributions", texts=(), numbers=_NUMBERS)
    marks = contributions["comparable"].map(as_text).str.lower()
    parts = text_column(contributions[by]).fillna("not stated")
    why = text_column(contributions["why"]).fillna("")
    is_comparable = marks.map(MARKS).eq(True)
    return typed.assign(**{by: parts}, comparable=is_comparable, why=why)


def _with_others(contributions: pd.DataFrame, by: str) -> pd.DataFrame:
    """Add up the parts that moved least, where there are more than colours."""
    names = contributions[by]
    moved = (
        contributions["contribution"]
        .abs()
        .groupby(names, sort=False)
        .sum()
        .sort_values(ascending=False)
    )
    if len(moved) <= _MOST:
        return contributions
    named = contributions.assign(
        **{by: names.where(names.isin(moved.index[: _MOST - 1]), _OTHERS)}
    )
    keys = [by, "period", "period_start", "period_end"]
    sums: dict[str, Any] = {"contribution_low": sum_of_lows}
    sums |= dict.fromkeys(
        ("contribution", "contribution_high"), lambda points: points.sum(skipna=False)
    )
    totals = [name for name in _NUMBERS if name.startswith("total")]
    same = {**dict.fromkeys(totals, "first"), "comparable": "all"}
    why = {"why": lambda reasons: "; ".join(dict.fromkeys(filter(None, reasons)))}
    return named.groupby(keys, sort=False, dropna=False, as_index=False).agg(
        {**sums, **same, **why}
    )


def _stack_of_period(of_period: pd.DataFrame, by: str) -> Stack:
    comparable = bool(of_period["comparable"].all())
    pieces = []
    row: Any
    rows = of_period.itertuples(index=False)
    for part, row in zip(of_period[by], rows, strict=True):
        # A part without a number has no height, but keeps its place in the legend.
        amount = 0.0 if pd.isna(row.contribution) else row.contribution
        pieces.append(Piece(part, amount, points(row)))
    total = total_text(of_period)
    forms = (total,) if comparable else (f"{total}, not\ncomparable", total)
    label = of_period["period"].iloc[0]
    return Stack(label.replace(" - ", " -\n"), pieces, forms, not comparable)


def plot_beneficiaries(
    beneficiaries: Any, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw who joined and who left a programme from list to list, by WCO region: up joined, down left.

    Above each full list stands how many Members are on it. Partial lists are drawn by year, as hollow bars of the
    Members that they name for the first time: they do not say who left, nor how many there are.

    Parameters
    ----------
    beneficiaries : Register, or frame of any library
        Members on the lists of one programme: as `load_beneficiaries` returns them, a register of beneficiaries or its
        rows, or a table of your own, as `membership_changes` takes it; or their changes, as it returns them, which lack
        full lists that stand alone.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        Title that says the finding.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes drawn on; `describe` gives its text alternative.

    Raises
    ------
    ArgumentError
        If columns are missing, the lists belong to several programmes, or none has a date.

    Notes
    -----
    Tracks of a programme have lists of their own, and stand one after the other. Lists without a date are left out.

    Examples
    --------
    >>> from cbcstats import load_beneficiaries, plot_beneficiaries
    >>> ax = plot_beneficiaries(load_beneficiaries("WCO C-RED"))
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['Dec 2016', '2017', 'Sep 2018']
    """
    from matplotlib.patches import Patch
    from matplotlib.ticker import MaxNLocator

    ax = check_optional_axes("ax", ax)
    title = check_optional_text("title", title)
    beneficiaries = check_frame("beneficiaries", rows_of(beneficiaries))
    if "change" not in beneficiaries:
        beneficiaries = check_lists(beneficiaries)
    rosters = rosters_of(beneficiaries)
    programme = str(beneficiaries["programme"].iloc[0])
    name = title or f"Who joined and left: {programme}"
    data = pd.concat(
        [_counted(roster, programme) for roster in rosters], ignore_index=True
    )
    several = len({roster.track for roster in rosters}) > 1
    with styled():
        ax = ax or new_axes()
        more = []
        if any(roster.number is None for roster in rosters):
            label = "hollow: first named on a partial list, which does not say who left"
            more.append(Patch(facecolor=PAPER, edgecolor=GREY, label=label))
        parts = _ordered_parts(data["wco_region"].dropna())
        _draw_stacks(
            ax,
            [_stack_of_list(roster, data, several=several) for roster in rosters],
            parts,
            more,
        )
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_ylabel("Members that joined or left")
        return finish(
            ax,
            title=name,
            description=rosters_text(rosters, programme, name),
            sources=source_ids(beneficiaries),
            data=data,
            fit=_fit_stacks,
        )


def _counted(roster: Roster, programme: str) -> pd.DataFrame:
    """Return how many Members of each region joined, left or were first named on a list; one row at least."""
    moved = roster.moved
    # A name that is not recognised has no code, and so no region.
    regions = wco_region(to_iso3(moved["member"])).fillna("no WCO region")
    counts = (
        moved.groupby(["change", regions.rename("wco_region")])
        .size()
        .rename("members")
        .reset_index()
    )
    if counts.empty:
        counts = pd.DataFrame(
            {"change": ["none"], "wco_region": [None], "members": [0]}
        )
    own = {
        "programme": programme,
        "track": roster.track,
        "list_date": roster.date,
        "list_name": roster.name,
    }
    found = counts.assign(**own, on_list=roster.number)
    return found[[*own, "change", "wco_region", "members", "on_list"]]


def _stack_of_list(roster: Roster, data: pd.DataFrame, *, several: bool) -> Stack:
    own = data[(data["list_name"] == roster.name) & (data["list_date"] == roster.date)]
    own = own[
        own["track"].isna() if roster.track is None else own["track"] == roster.track
    ]
    counted = own[own["members"] > 0]
    pieces = [
        Piece(region, -number if change == "left" else number, str(number))
        for change, region, number in zip(
            counted["change"], counted["wco_region"], counted["members"], strict=True
        )
    ]
    name = f"{roster.track}\n{roster.name}" if several and roster.track else roster.name
    return Stack(name, pieces, _label_forms(roster), hollow=roster.number is None)


def _label_forms(roster: Roster) -> tuple[str, ...]:
    """Return the forms of the label above a list, the longest first."""
    kinds = roster.moved["change"].value_counts()
    if roster.number is None:
        named = kinds.get("named", 0)
        return (f"{named} first named", f"{named} first\nnamed", str(named))
    if roster.first:
        return (
            f"{roster.number} on the first list",
            f"{roster.number} on\nfirst list",
            str(roster.number),
        )
    moves = f"{kinds.get('joined', 0)} joined, {kinds.get('left', 0)} left"
    return (
        f"{roster.number} on the list\n{moves}",
        f"{roster.number} on\nlist",
        str(roster.number),
    )


def _ordered_parts(parts: Iterable[str]) -> list[str]:
    """Return parts, each once: the regions in their order, then others as they come."""
    named = list(dict.fromkeys(parts))
    return [name for name in WCO_REGIONS if name in named] + [
        name for name in named if name not in WCO_REGIONS
    ]


def _draw_stacks(
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


def _fit_stacks(ax: Axes) -> None:
    """Fit the tick labels of the columns and the labels to the size of the chart."""
    fit_column_ticks(ax)
    place_labels(ax, least=_LEAST)


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
        ax.bar(place, piece.amount, _WIDE, start, linewidth=0.8, zorder=2, **shape)
        full = f"{short_name(piece.part)} {piece.number}"
        forms = (full, textwrap.fill(full, _NARROW), piece.number)
        label_inside(
            ax, (place, start + piece.amount / 2), forms, (_WIDE, abs(piece.amount))
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
