"""The lists of a programme in the order of time: who joined, who left, who was named for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats import columns as c
from cbcstats.columns import LIST_DATE, PREVIOUS_LIST_DATE
from cbcstats.errors import ArgumentError
from cbcstats.figures import rows
from cbcstats.periods import period_label
from cbcstats.revisions import JOINED, LEFT, LISTED, SEEN, STAYED, check_columns, list_dates, membership_changes

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMED: Final = "named"  # for the first time, on a partial list


class Roster(NamedTuple):
    """A full list, or the partial lists of a year: its name, and the Members that joined, left or were first named."""

    track: str | None
    date: pd.Timestamp
    name: str
    moved: pd.DataFrame  # one row per Member, with `change`
    number: int | None  # of Members on it; nothing for partial lists
    first: bool  # whether no full list of the track stands before it


def rosters_of(beneficiaries: pd.DataFrame) -> list[Roster]:
    """Return the dated lists of one programme, track by track, each in the order of time.

    Parameters
    ----------
    beneficiaries : pandas.DataFrame
        Members on lists, as `load_beneficiaries` returns them, or their changes, as `membership_changes` does; these
        do not hold full lists that stand alone, and know no more of a date than its month.

    Raises
    ------
    ArgumentError
        If a column is missing, there is no list with a date, or lists are of several programmes.
    """
    changed = LIST_DATE in beneficiaries
    needed = (c.PROGRAMME, c.TRACK, c.MEMBER, c.CHANGE, PREVIOUS_LIST_DATE) if changed else LISTED
    check_columns(beneficiaries, needed, "load_beneficiaries or membership_changes")
    programmes = list(dict.fromkeys(beneficiaries[c.PROGRAMME]))
    if len(programmes) > 1:
        named = ", ".join(map(str, programmes[:5])) + (", ..." if len(programmes) > 5 else "")
        raise ArgumentError(f"`beneficiaries` must hold one programme, but it holds {named}; select one")
    changes = beneficiaries if changed else membership_changes(beneficiaries)
    lists = _full_lists(changes if changed else beneficiaries, changed=changed)
    earliest = _first_named(beneficiaries, changed=changed)
    rosters = [*_full(changes, lists), *_partial(changes, earliest)]
    if not rosters:
        raise ArgumentError("`beneficiaries` holds no list with a date")
    tracks = {roster.track: place for place, roster in enumerate(reversed(rosters))}
    return sorted(rosters, key=lambda roster: (-tracks[roster.track], roster.date))


def _full_lists(lines: pd.DataFrame, *, changed: bool) -> pd.DataFrame:
    """Return one row per full list with a date: its track, its date, how many are on it, and its name."""
    if changed:
        known = lines[lines[c.CHANGE] != SEEN]
        sizes = []
        for (track, date, before), members in known.groupby([c.TRACK, LIST_DATE, PREVIOUS_LIST_DATE], dropna=False):
            kinds = members[c.CHANGE].value_counts()
            stayed = kinds.get(STAYED, 0)
            sizes += [(track, before, stayed + kinds.get(LEFT, 0)), (track, date, stayed + kinds.get(JOINED, 0))]
        lists = pd.DataFrame(sizes, columns=[c.TRACK, LIST_DATE, "number"]).drop_duplicates([c.TRACK, LIST_DATE])
        return lists.assign(precision="month")
    dates = list_dates(lines)
    precision: pd.Series = lines.get(c.AS_OF + c.PRECISION, pd.Series(index=lines.index, dtype="str"))
    latest: pd.Series = precision.astype("str").fillna("day").where(lines[c.AS_OF] == dates)
    lists = lines.assign(**{LIST_DATE: dates}, precision=latest)
    whole = lists[(lists[c.LIST_KIND] == "full") & lists[LIST_DATE].notna()]
    of_list = whole.groupby([c.TRACK, LIST_DATE], dropna=False, as_index=False)
    return of_list.agg(number=(c.MEMBER, "nunique"), precision=("precision", "first"))


def _full(changes: pd.DataFrame, lists: pd.DataFrame) -> Iterable[Roster]:
    """Return the full lists of each track, with the Members that joined and left since the one before."""
    for track, of_track in lists.sort_values(LIST_DATE).groupby(c.TRACK, sort=False, dropna=False):
        for place, listed in enumerate(rows(of_track)):
            same = _is_track(changes, track) & (changes[LIST_DATE] == listed.list_date)
            moved = changes[same & changes[c.CHANGE].isin((JOINED, LEFT))]
            name = _date_name(listed.list_date, str(listed.precision))
            yield Roster(_text(track), listed.list_date, name, moved, int(listed.number), place == 0)


def _partial(changes: pd.DataFrame, earliest: pd.Series) -> Iterable[Roster]:
    """Return the partial lists of each year, with the Members that no earlier list of the programme names."""
    seen = changes[(changes[c.CHANGE] == SEEN) & changes[LIST_DATE].notna()]
    for (track, _), of_year in seen.groupby([c.TRACK, seen[LIST_DATE].dt.year], sort=False, dropna=False):
        date = of_year[LIST_DATE].max()
        fresh = of_year[of_year[LIST_DATE] == of_year[c.MEMBER].map(earliest)].drop_duplicates(c.MEMBER)
        yield Roster(_text(track), date, str(date.year), fresh.assign(**{c.CHANGE: NAMED}), None, first=False)


def _first_named(lines: pd.DataFrame, *, changed: bool) -> pd.Series:
    """Return the date of the first list that names each Member; one that stayed or left was on the list before."""
    if not changed:
        return list_dates(lines).groupby(lines[c.MEMBER]).min()
    before = lines[lines[c.CHANGE].isin((STAYED, LEFT))]
    previous = before[[c.MEMBER, PREVIOUS_LIST_DATE]].set_axis([c.MEMBER, LIST_DATE], axis="columns")
    dated = pd.concat([lines.loc[lines[c.CHANGE] != LEFT, [c.MEMBER, LIST_DATE]], previous])
    return dated.groupby(c.MEMBER)[LIST_DATE].min()


def _is_track(changes: pd.DataFrame, track: Any) -> pd.Series:
    return changes[c.TRACK].isna() if pd.isna(track) else changes[c.TRACK] == track


def _text(track: Any) -> str | None:
    return None if pd.isna(track) else str(track)


def _date_name(date: pd.Timestamp, precision: str) -> str:
    """Name the date of a list by as much of it as is known."""
    day = period_label(pd.NaT, date)
    return {"day": day, "month": day.split(" ", 1)[1], "year": str(date.year)}[precision]
