"""Stacked bars: contributions to a change, and who joined and left a programme.

Parts go up from zero or down, each in its colour in every chart.
"""

from __future__ import annotations

import itertools
import textwrap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.arguments import check_frame, check_optional_axes, check_optional_text
from cbcstats.changes.membership import Roster, check_lists, rosters_of
from cbcstats.changes.schemas import Contributions
from cbcstats.charts.descriptions import percent_text, typed_changes
from cbcstats.charts.labels import label_above, label_inside, place_labels
from cbcstats.charts.layout import (
    GREY,
    INK,
    PAPER,
    add_legend,
    cycle,
    finish,
    fit_column_ticks,
    new_axes,
    set_tick_labels,
    styled,
)
from cbcstats.counts.formats import format_range, words
from cbcstats.errors import ArgumentError
from cbcstats.frames import as_text, rows_of, text_column
from cbcstats.places.names import to_iso3, wco_region
from cbcstats.tables.codelists import SHORT_REGIONS, WCO_REGIONS

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
# A fiscal year without days is known by its label.
_PERIOD: Final = ["period_end", "period_start", "period"]
_NEEDED: Final = (*_PERIOD, *_NUMBERS, "comparable", "why")
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
    ax = check_optional_axes("ax", ax)
    title = check_optional_text("title", title)
    contributions = check_frame(
        "contributions", contributions, _NEEDED, "contributions"
    )
    by = _part_of(contributions)
    contributions = _typed(contributions, by)
    name = title or "Contributions to the change of the total, in percentage points"
    shown = _with_others(contributions, by)
    periods = [of_period for _, of_period in shown.groupby(_PERIOD, dropna=False)]
    with styled():
        ax = ax or new_axes()
        totals = [of_period["total_percent_change"].iloc[0] for of_period in periods]
        handles = [_draw_totals(ax, totals)]
        if not shown["comparable"].all():
            handles.append(_hollow("hollow: not comparable"))
        stacks = [_stack_of_period(of_period, by) for of_period in periods]
        _draw_stacks(ax, stacks, _ordered_parts(shown[by]), handles)
        ax.set_ylabel("percentage points")
        return finish(
            ax,
            title=name,
            description=_contributions_text(periods, by, name),
            data=contributions.copy(),
            fit=_fit_stacks,
        )


def _draw_totals(ax: Axes, totals: Sequence[float]) -> Any:
    """Draw a diamond for each total, and return the entry of the legend."""
    from matplotlib.lines import Line2D

    diamond: dict[str, Any] = {"marker": "D", "mfc": PAPER, "mec": INK, "ls": "none"}
    beside = _WIDE / 2 + 0.06
    for place, total in enumerate(totals):
        ax.plot(place + beside, total, ms=6, zorder=4, **diamond)
    return Line2D([], [], label="change of the total", **diamond)


def _hollow(label: str) -> Any:
    """Return the entry of the legend for hollow bars."""
    from matplotlib.patches import Patch

    return Patch(facecolor=PAPER, edgecolor=GREY, label=label)


def _part_of(contributions: pd.DataFrame) -> str:
    """Return the column that names the parts, of contributions to one total."""
    if contributions.empty:
        raise ArgumentError(
            "`contributions` holds none; there must be two periods, "
            "and a figure of a part in each"
        )
    # A frame may have columns in another order, or more of them.
    others: list[Any] = [name for name in contributions if name not in _RESULTS]
    if not others:
        raise ArgumentError(
            "`contributions` has no column that names the parts; "
            "make it with contributions"
        )
    counts = contributions[others].nunique(dropna=False)
    several = [name for name in others if counts[name] > 1]
    candidates = several or others
    parts = [name for name in candidates if name not in _SERIES]
    # Scopes or indicators can be parts, too; `contributions` puts them last.
    by = parts[0] if parts else candidates[-1]
    for name in _SERIES:
        if name in several and name != by:
            values = contributions[name].map(as_text).replace("", "none").unique()
            raise ArgumentError(
                f"`contributions` must hold one {name}, "
                f"but it holds {', '.join(values)}; select one"
            )
    return str(by)


def _typed(contributions: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return contributions in their dtypes; a part without a name is `not stated`."""
    parts = text_column(contributions[by]).fillna("not stated")
    return typed_changes(contributions, _NUMBERS).assign(**{by: parts})


def _with_others(contributions: pd.DataFrame, by: str) -> pd.DataFrame:
    """Add up the parts that moved least, where there are more than colours."""
    names = contributions[by]
    moved = contributions["contribution"].abs().groupby(names, sort=False).sum()
    if len(moved) <= _MOST:
        return contributions
    order = moved.sort_values(ascending=False).index
    is_named = names.isin(order[: _MOST - 1])
    named = contributions.assign(**{by: names.where(is_named, _OTHERS)})
    totals = [name for name in _NUMBERS if name.startswith("total")]
    combined: dict[str, Any] = {
        "contribution_low": _sum_of_lows,
        "contribution": _sum,
        "contribution_high": _sum,
        **dict.fromkeys(totals, "first"),
        "comparable": "all",
        "why": lambda reasons: "; ".join(_distinct(reasons)),
    }
    keys = [by, "period", "period_start", "period_end"]
    groups = named.groupby(keys, sort=False, dropna=False, as_index=False)
    return groups.agg(combined)


def _sum(contributions: pd.Series) -> Any:
    # What is not known in one part is not known in all.
    return contributions.sum(skipna=False)


def _sum_of_lows(contributions: pd.Series) -> float:
    """Add up the low ends of contributions; a total falls by all of it at most."""
    return float(max(_sum(contributions), -100.0))


def _distinct(reasons: pd.Series) -> list[str]:
    return list(dict.fromkeys(filter(None, reasons)))


def _stack_of_period(of_period: pd.DataFrame, by: str) -> Stack:
    pieces = []
    row: Any
    rows = of_period.itertuples(index=False)
    for part, row in zip(of_period[by], rows, strict=True):
        amount = row.contribution
        if pd.isna(amount):
            # The part has no height, but keeps its place in the legend.
            amount = 0.0
        pieces.append(Piece(part, amount, _points(row)))
    total = _total_text(of_period)
    forms: tuple[str, ...] = (total,)
    is_comparable = bool(of_period["comparable"].all())
    if not is_comparable:
        forms = (f"{total}, not\ncomparable", total)
    period = of_period["period"].iloc[0]
    label = period.replace(" - ", " -\n")
    return Stack(label, pieces, forms, not is_comparable)


def _contributions_text(periods: Sequence[pd.DataFrame], by: str, title: str) -> str:
    """Describe contributions to the change of a total, the largest first."""
    sentences = []
    for of_period in periods:
        label = of_period["period"].iloc[0]
        total = _total_text(of_period)
        is_comparable = of_period["comparable"].all()
        verdict = "comparable" if is_comparable else "not comparable"
        if whys := "; ".join(_distinct(of_period["why"])):
            verdict += f" ({whys})"
        ordered = of_period.sort_values("contribution", key=abs, ascending=False)
        rows = zip(ordered[by], ordered.itertuples(index=False), strict=True)
        parts = [f"{_short_name(part)} {_points(row)}" for part, row in rows]
        listing = ", ".join(parts)
        sentences.append(f"{label}: {total} in all, {verdict}; of that {listing}")
    about = "Chart of contributions in percentage points"
    return f"{about}: {title}. {'. '.join(sentences)}."


def _points(row: Any) -> str:
    """Write a contribution, in percentage points."""
    low, high = row.contribution_low, row.contribution_high
    if pd.isna(low) or pd.isna(high):
        return "not known"
    return format_range(low, high, percent=True).replace("%", "")


def _total_text(of_period: pd.DataFrame) -> str:
    """Write the percent change of a total, which all its parts share."""
    first = of_period.iloc[0]
    low, high = first["total_percent_change_low"], first["total_percent_change_high"]
    return percent_text(low, high)


def _short_name(part: object) -> str:
    """Return what a part, such as a region, is called in a chart."""
    return SHORT_REGIONS.get(str(part), words(part))


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
    from matplotlib.ticker import MaxNLocator

    ax = check_optional_axes("ax", ax)
    title = check_optional_text("title", title)
    beneficiaries = check_frame("beneficiaries", rows_of(beneficiaries))
    if "change" not in beneficiaries:
        beneficiaries = check_lists(beneficiaries)
    rosters = rosters_of(beneficiaries)
    programme = str(beneficiaries["programme"].iloc[0])
    name = title or f"Who joined and left: {programme}"
    counts = [_counted(roster, programme) for roster in rosters]
    data = pd.concat(counts, ignore_index=True)
    several = len({roster.track for roster in rosters}) > 1
    with styled():
        ax = ax or new_axes()
        handles = []
        if any(roster.number is None for roster in rosters):
            label = "hollow: first named on a partial list, which does not say who left"
            handles.append(_hollow(label))
        stacks = [
            _stack_of_list(roster, of_list, several=several)
            for roster, of_list in zip(rosters, counts, strict=True)
        ]
        _draw_stacks(ax, stacks, _ordered_parts(data["wco_region"].dropna()), handles)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_ylabel("Members that joined or left")
        return finish(
            ax,
            title=name,
            description=_rosters_text(rosters, programme, name),
            data=data,
            fit=_fit_stacks,
            cites=beneficiaries,
        )


def _counted(roster: Roster, programme: str) -> pd.DataFrame:
    """Return how many Members of each region joined, left or were first named on a list; one row at least."""
    moved = roster.moved
    # A name that is not recognised has no code, and so no region.
    regions = wco_region(to_iso3(moved["member"])).fillna("no WCO region")
    sizes = moved.groupby(["change", regions.rename("wco_region")]).size()
    counts = sizes.rename("members").reset_index()
    if counts.empty:
        nobody = {"change": ["none"], "wco_region": [None], "members": [0]}
        counts = pd.DataFrame(nobody)
    own = {
        "programme": programme,
        "track": roster.track,
        "list_date": roster.date,
        "list_name": roster.name,
    }
    counts = counts.assign(**own, on_list=roster.number)
    return counts[[*own, "change", "wco_region", "members", "on_list"]]


def _stack_of_list(roster: Roster, counts: pd.DataFrame, *, several: bool) -> Stack:
    counted = counts[counts["members"] > 0]
    pieces = []
    row: Any
    for row in counted.itertuples(index=False):
        number = row.members
        amount = -number if row.change == "left" else number
        pieces.append(Piece(row.wco_region, amount, str(number)))
    name = roster.name
    if several and roster.track:
        name = f"{roster.track}\n{name}"
    return Stack(name, pieces, _label_forms(roster), hollow=roster.number is None)


def _label_forms(roster: Roster) -> tuple[str, ...]:
    """Return the forms of the label above a list, the longest first."""
    kinds = roster.moved["change"].value_counts()
    number = roster.number
    if number is None:
        number = kinds.get("named", 0)
        forms = [f"{number} first named", f"{number} first\nnamed"]
    elif roster.first:
        forms = [f"{number} on the first list", f"{number} on\nfirst list"]
    else:
        joined = kinds.get("joined", 0)
        left = kinds.get("left", 0)
        moves = f"{joined} joined, {left} left"
        forms = [f"{number} on the list\n{moves}", f"{number} on\nlist"]
    return (*forms, str(number))


def _rosters_text(rosters: Sequence[Roster], programme: str, title: str) -> str:
    """Describe who joined and left a programme, list by list."""
    sentences = []
    for roster in rosters:
        name = f"{roster.track}, {roster.name}" if roster.track else roster.name
        moves = _moves_text(roster)
        if roster.number is None:
            sentences.append(f"{name}, partial lists: {moves}")
        else:
            sentences.append(f"{name}, full list: {roster.number} Members, {moves}")
    if any(roster.number is None for roster in rosters):
        sentences.append(
            "Partial lists do not say who left, nor how many Members there are"
        )
    about = f"Chart of the Members that joined and left {programme}, by WCO region"
    return f"{about}: {title}. {'. '.join(sentences)}."


def _moves_text(roster: Roster) -> str:
    """Say who is new on a list, and who has left."""
    if roster.number is None:
        return f"first named {_who(roster.moved, 'named')}"
    if roster.first:
        return "the first full list"
    joined, left = _who(roster.moved, "joined"), _who(roster.moved, "left")
    return f"joined {joined}; left {left}"


def _who(moved: pd.DataFrame, change: str) -> str:
    names = moved.loc[moved["change"] == change, "member_name"].tolist()
    return f"{len(names)} ({', '.join(names)})" if names else "nobody"


def _ordered_parts(parts: Iterable[str]) -> list[str]:
    """Return parts, each once: the regions in their order, then others as they come."""
    named = list(dict.fromkeys(parts))
    regions = [name for name in WCO_REGIONS if name in named]
    others = [name for name in named if name not in WCO_REGIONS]
    return [*regions, *others]


def _draw_stacks(
    ax: Axes, stacks: Sequence[Stack], parts: Sequence[str], handles: Sequence[Any]
) -> None:
    """Draw labelled columns of stacked bars over a line at zero, and a legend.

    The legend explains the parts, and then what its other handles stand for.
    """
    from matplotlib.patches import Patch

    looks = dict(zip(parts, _looks(parts), strict=True))
    for place, stack in enumerate(stacks):
        up = _draw_stack(ax, place, stack, looks)
        if stack.label:
            label_above(ax, (place, up), stack.label, width=1)
    ax.axhline(0, color=INK, linewidth=1, zorder=3)
    lowest = min(0.0, ax.dataLim.y0)
    ax.set_ylim(bottom=1.12 * lowest)
    names = [stack.name for stack in stacks]
    set_tick_labels(ax.xaxis, names)
    ax.set_xlim(-0.6, len(stacks) - 0.4)
    filled = []
    for part, look in looks.items():
        shape = _filled(*look, hollow=False)
        filled.append(Patch(label=_short_name(part), **shape))
    add_legend(ax, [*filled, *handles])


def _fit_stacks(ax: Axes) -> None:
    """Fit the tick labels of the columns and the labels to the size of the chart."""
    fit_column_ticks(ax)
    place_labels(ax, least=_LEAST)


def _draw_stack(
    ax: Axes, place: int, stack: Stack, looks: dict[str, tuple[str, str]]
) -> float:
    """Draw the pieces of a column from zero up and from zero down, and return how far they go up."""
    up = down = 0.0
    order = list(looks)
    for piece in sorted(stack.pieces, key=lambda piece: order.index(piece.part)):
        amount = piece.amount
        if not amount:
            continue
        start = up if amount > 0 else down
        up += max(amount, 0)
        down += min(amount, 0)
        shape = _filled(*looks[piece.part], hollow=stack.hollow)
        ax.bar(place, amount, _WIDE, start, linewidth=0.8, zorder=2, **shape)
        full = f"{_short_name(piece.part)} {piece.number}"
        forms = (full, textwrap.fill(full, _NARROW), piece.number)
        middle = (place, start + amount / 2)
        label_inside(ax, middle, forms, (_WIDE, abs(amount)))
    return up


def _looks(parts: Sequence[str]) -> list[tuple[str, str]]:
    """Return the colour and the pattern of each part; a region has the same ones in every chart."""
    looks = list(zip(cycle(), _HATCHES, strict=True))
    fixed = {}
    if not set(parts).isdisjoint(WCO_REGIONS):
        fixed = dict(zip(WCO_REGIONS, looks, strict=False))
    # More parts than looks begin again with the first one.
    others = looks[len(fixed) :]
    free = itertools.chain(others, itertools.cycle(looks))
    return [fixed.get(part) or next(free) for part in parts]


def _filled(colour: str, hatch: str, *, hollow: bool) -> dict[str, Any]:
    if hollow:
        return {"facecolor": PAPER, "edgecolor": colour, "hatch": hatch}
    return {"facecolor": colour, "edgecolor": PAPER, "hatch": hatch}
