"""The chart of who joined and left a programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cbcstats.arguments import check_frame, check_optional_axes, check_optional_text
from cbcstats.changes.membership import JOINED, LEFT, NAMED, Roster, rosters_of
from cbcstats.charts.descriptions import rosters_text
from cbcstats.charts.layout import finish, new_axes, source_ids
from cbcstats.charts.marks import GREY, PAPER, styled
from cbcstats.charts.stacks import Piece, Stack, draw_stacks, fit_stacks, ordered_parts
from cbcstats.places.members import wco_region
from cbcstats.tables.codelists import NO_REGION

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_beneficiaries(
    beneficiaries: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw who joined and who left a programme from list to list, by WCO region: up joined, down left.

    Above each full list stands how many Members are on it. Partial lists are drawn by year, as hollow bars of the
    Members that they name for the first time: they do not say who left, nor how many there are.

    Parameters
    ----------
    beneficiaries : pandas.DataFrame
        Members on the lists of one programme, as `load_beneficiaries` returns them, or their changes, as
        `membership_changes` does; these lack full lists that stand alone.
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
        If a column is missing, the lists belong to several programmes, or none has a date.

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
    beneficiaries = check_frame("beneficiaries", beneficiaries)
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
        parts = ordered_parts(data["wco_region"].dropna())
        draw_stacks(
            ax,
            [_stack(roster, data, several=several) for roster in rosters],
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
            fit=fit_stacks,
        )


def _counted(roster: Roster, programme: str) -> pd.DataFrame:
    """Return how many Members of each region joined, left or were first named on a list; one row at least."""
    moved = roster.moved
    regions = wco_region(moved["member"]).fillna(NO_REGION)
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


def _stack(roster: Roster, data: pd.DataFrame, *, several: bool) -> Stack:
    own = data[(data["list_name"] == roster.name) & (data["list_date"] == roster.date)]
    own = own[
        own["track"].isna() if roster.track is None else own["track"] == roster.track
    ]
    counted = own[own["members"] > 0]
    pieces = [
        Piece(region, -number if change == LEFT else number, str(number))
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
        named = kinds.get(NAMED, 0)
        return (f"{named} first named", f"{named} first\nnamed", str(named))
    if roster.first:
        return (
            f"{roster.number} on the first list",
            f"{roster.number} on\nfirst list",
            str(roster.number),
        )
    moves = f"{kinds.get(JOINED, 0)} joined, {kinds.get(LEFT, 0)} left"
    return (
        f"{roster.number} on the list\n{moves}",
        f"{roster.number} on\nlist",
        str(roster.number),
    )
