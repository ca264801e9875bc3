"""Which Members joined a programme, which left, and which stayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.arguments import check_frame, check_series
from cbcstats.counts.periods import period_label
from cbcstats.errors import ArgumentError, plural
from cbcstats.frames import check_words, is_frame, read_days, rows_of, text_column
from cbcstats.places.lists import member_keys, read_lists
from cbcstats.places.names import to_iso3

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMED: Final = "named"  # for the first time, on a partial list
JOINED: Final = "joined"
LEFT: Final = "left"
STAYED: Final = "stayed"
SEEN: Final = "seen"  # on a list that does not tell who joined and who left
# Programmes, and tracks of one, may use the same names for their lists.
_SERIES: Final = ["programme", "track"]
_BY_LETTERS: Final = "the name is not recognised and was compared by its letters"
_DATED_LIST: Final = ["programme", "track", "list_date"]
_CHANGED: Final = (
    "programme",
    "track",
    "member",
    "change",
    "list_date",
    "previous_list_date",
)


def membership_changes(old: Any, new: Any = None) -> pd.DataFrame:
    """List who joined, who left and who stayed: on two lists, or from list to list.

    Parameters
    ----------
    old : Register, frame of any library, or list or Series of str
        Lists of programmes: as `load_beneficiaries` returns them; a register of
        beneficiaries, or its rows; or a table of your own with `programme`, `as_of`
        (the date of the list) and `member`, `iso3` or `country`, one row per Member and
        list. Lists are full unless `list_kind` is `partial`. With `new`, the names or
        ISO codes on the earlier list.
    new : list or Series of str, or Register or frame, optional
        The names or ISO codes on the later list.

    Returns
    -------
    pandas.DataFrame
        For two lists, one row per Member: `member` (ISO 3166 alpha-3, missing for a
        name that is not recognised), `member_name` (as on the later list), `change`
        (`joined`, `left` or `stayed`), `comparable` (bool, true), `why` (text).

        For a frame, one row per Member and full list that follows another one of the
        same programme and track, and one per row of a partial list, in the order of
        programmes and dates. The columns are those of `Memberships`: `programme`,
        `track`, `member`, `member_name`, `change` (also `seen`, on a partial list),
        `list_date`, `previous_list_date`, `comparable` (bool: both lists are full and
        dated), `why`, `source_id`, `previous_source_id`.

    Raises
    ------
    ArgumentError
        If columns are missing, all of which are named, or a list is not one of names.
    DataError
        If a date is not one, or `list_kind` is not full or partial.

    Notes
    -----
    Names of one Member in several spellings or languages are the same; a name that is
    not recognised is compared by its letters. A list is as old as the latest of its
    sources. Absence from a partial list does not mean that a Member left. A list
    without a date is not compared: its Members are `seen`. A Member that `left` has the
    date and the source of the list that it is missing from. If rows of a register were
    rejected, a Member in them may seem to have joined or left: `why` says so, and these
    changes are not comparable.

    Examples
    --------
    >>> from cbcstats import membership_changes
    >>> changes = membership_changes(["Kenya", "Fiji"], ["FJI", "Viet Nam"])
    >>> changes[["member", "change"]].to_numpy().tolist()
    [['FJI', 'stayed'], ['VNM', 'joined'], ['KEN', 'left']]
    """
    if new is None:
        lists = check_lists(old, "old")
        changes = _changes_of_programmes(lists)
    else:
        earlier = _names("old", old)
        later = _names("new", new)
        changes = _changes_of_lists(earlier, later)
    changes = _without_keys(changes)
    rejected = _rejected_rows(old) + _rejected_rows(new)
    return _with_rejected(changes, rejected) if rejected else changes


def _names(name: str, names: Any) -> pd.DataFrame:
    """Return the Members on a list, once each, with the key to compare them by."""
    rows = rows_of(names)
    if is_frame(rows):
        listed = read_lists(name, rows, ["member"])
    else:
        typed = text_column(check_series(name, rows, "names of Members")).dropna()
        listed = pd.DataFrame({"member": member_keys(typed), "member_name": typed})
    return listed.drop_duplicates("member")


def _without_keys(changes: pd.DataFrame) -> pd.DataFrame:
    """Leave the code of a name that is not recognised empty, and say so in `why`."""
    iso3 = to_iso3(changes["member"])
    why = changes["why"].where(iso3.notna() | changes["why"].ne(""), _BY_LETTERS)
    return changes.assign(member=iso3, why=text_column(why))


def _rejected_rows(register: Any) -> int:
    rejected = getattr(register, "rejected", None)
    return len(rejected) if isinstance(rejected, pd.DataFrame) else 0


def _with_rejected(changes: pd.DataFrame, rejected: int) -> pd.DataFrame:
    """Mark the changes that Members in rejected rows may only pretend."""
    were = "was" if rejected == 1 else "were"
    words = f"{plural(rejected, 'row')} of the register {were} rejected"
    is_open = changes["change"].isin([JOINED, LEFT])
    has_why = is_open & changes["why"].ne("")
    why = changes["why"].mask(has_why, changes["why"] + "; ")
    return changes.assign(
        comparable=changes["comparable"] & ~is_open,
        why=why.mask(is_open, why + words),
    )


def _changes_of_lists(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    changes = _with_change(new, old, "member")
    changes = changes.drop_duplicates("member", ignore_index=True)
    changes = changes.assign(comparable=True, why="")
    return changes[["member", "member_name", "change", "comparable", "why"]]


def _with_change(
    later: pd.DataFrame, earlier: pd.DataFrame, key: str | list[str]
) -> pd.DataFrame:
    """Join two lists, the later one first; who has stayed is in the result twice."""
    rows = pd.concat([later, earlier], ignore_index=True)
    # A Member is on each list once.
    has_stayed = rows.duplicated(key, keep=False)
    is_later = rows.index < len(later)
    change = np.where(is_later, JOINED, LEFT)
    rows["change"] = np.where(has_stayed, STAYED, change)
    return rows


def _changes_of_programmes(lists: pd.DataFrame) -> pd.DataFrame:
    has_date = lists["list_date"].notna()
    is_full = (lists["list_kind"] == "full") & has_date
    seen = _seen(lists[~is_full])
    moved = _between_full_lists(lists[is_full])
    changes = pd.concat([seen, moved], ignore_index=True)
    # Programmes keep the order in which they first occur.
    programmes = pd.Index(lists["programme"].unique())
    changes["order"] = programmes.get_indexer(changes["programme"])
    by = ["order", "list_date"]
    changes = changes.sort_values(by, kind="stable", ignore_index=True)
    columns = [
        *_SERIES,
        "member",
        "member_name",
        "change",
        "list_date",
        "previous_list_date",
        "comparable",
        "why",
        "source_id",
        "previous_source_id",
    ]
    return changes[columns]


def check_lists(lists: Any, name: str = "beneficiaries") -> pd.DataFrame:
    """Check Members on lists of any kind, and return them with the dates of the lists."""
    needed = ("member", "programme", "as_of")
    two_lists = "; or compare two lists of names: membership_changes(old, new)"
    rows = read_lists(name, lists, needed, two_lists)
    if "track" not in rows:
        rows["track"] = text_column(None, rows.index)
    return rows


def _seen(rows: pd.DataFrame) -> pd.DataFrame:
    is_full = rows["list_kind"] == "full"
    partial = "on a partial list: absence from it does not mean that a Member left"
    why = np.where(is_full, "on a full list without a date", partial)
    never = pd.Series(pd.NaT, rows.index, dtype="datetime64[us]")
    return rows.assign(
        change=SEEN,
        comparable=False,
        why=text_column(why, rows.index),
        previous_list_date=never,
        previous_source_id=text_column(None, rows.index),
    )


def _between_full_lists(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the Members of each full list and of the one before it."""
    key = [*_DATED_LIST, "member"]
    members = rows.drop_duplicates(key)
    pairs = _pairs_of_lists(members)
    dates = pairs[[*_DATED_LIST, "previous_list_date"]]
    now = members[[*key, "member_name", "source_id"]]
    names = {"list_date": "previous_list_date", "source_id": "previous_source_id"}
    before = now.rename(columns=names)
    # Each list is the later one of a pair, and mostly the earlier one of another.
    later = dates.merge(now)
    earlier = dates.merge(before)
    changes = _with_change(later, earlier, key)
    sources = ["source_id", "previous_source_id"]
    by_member = changes.groupby(key, dropna=False)
    of_member = by_member[sources].transform("first")
    # A Member that joined is on no list before, and one that left on no later one.
    lists = changes[_DATED_LIST]
    of_lists = lists.merge(pairs, how="left")
    changes[sources] = of_member.fillna(of_lists[sources])
    changes = changes.drop_duplicates(key)
    return changes.assign(comparable=True, why="")


def _pairs_of_lists(members: pd.DataFrame) -> pd.DataFrame:
    """Return each full list that follows another one, with both dates and sources."""
    lists = members[[*_DATED_LIST, "source_id"]]
    lists = lists.drop_duplicates(_DATED_LIST)
    lists = lists.sort_values("list_date")
    by_series = lists.groupby(_SERIES, dropna=False)
    before = by_series[["list_date", "source_id"]].shift()
    before = before.add_prefix("previous_")
    pairs = lists.join(before)
    is_second = pairs["previous_list_date"].notna()
    return pairs[is_second]


class Roster(NamedTuple):
    """A full list, or the partial lists of a year, with the Members that moved."""

    track: str | None
    date: pd.Timestamp
    name: str
    moved: pd.DataFrame  # who joined, left or was named: one row each, with `change`
    number: int | None  # of Members on the list; None for partial lists
    first: bool  # whether no full list of the track is before it


def rosters_of(beneficiaries: pd.DataFrame) -> list[Roster]:
    """Return the dated lists of one programme, by track and date.

    Parameters
    ----------
    beneficiaries : Register, or frame of any library
        Members on lists, as `membership_changes` takes them, or its result, which lacks
        full lists without another one.

    Raises
    ------
    ArgumentError
        If a column is missing, there is no list with a date, or lists are of several
        programmes.
    """
    frame = check_frame("beneficiaries", rows_of(beneficiaries))
    if "change" in frame:
        changes = _check_changes(frame)
        sizes = _sizes_by_changes(changes)
        named = _named_on_lists(changes)
    else:
        lists = check_lists(frame)
        _check_one_programme(lists)
        lists = _with_tracks(lists)
        changes = _changes_of_programmes(lists)
        named = lists
        sizes = _sizes(lists)
    by_member = named.groupby("member")
    first_named = by_member["list_date"].min()
    full = _full_rosters(changes, sizes)
    partial = _partial_rosters(changes, first_named)
    rosters = [*full, *partial]
    if not rosters:
        raise ArgumentError("`beneficiaries` holds no list with a date")
    # Tracks keep the order in which they first occur.
    tracks = list(dict.fromkeys(roster.track for roster in rosters))
    return sorted(rosters, key=lambda roster: (tracks.index(roster.track), roster.date))


def _check_changes(changes: pd.DataFrame) -> pd.DataFrame:
    changes = check_frame("beneficiaries", changes, _CHANGED, "membership_changes")
    check_words(changes["change"], (JOINED, LEFT, STAYED, SEEN))
    _check_one_programme(changes)
    # They may come from a file, where days are texts.
    day = read_days(changes["list_date"])
    day_before = read_days(changes["previous_list_date"])
    changes = changes.assign(list_date=day, previous_list_date=day_before)
    # A name that is not recognised has no code.
    names = text_column(changes.get("member_name", changes["member"]))
    members = text_column(changes["member"]).fillna(names)
    changes["member"] = member_keys(members)
    return _with_tracks(changes)


def _with_tracks(frame: pd.DataFrame) -> pd.DataFrame:
    # A missing track is not equal to itself.
    track = text_column(frame["track"])
    return frame.assign(track=track.fillna(""))


def _check_one_programme(frame: pd.DataFrame) -> None:
    programmes = frame["programme"].unique().tolist()
    if len(programmes) > 1:
        named = ", ".join(map(str, programmes[:5]))
        more = ", ..." if len(programmes) > 5 else ""
        raise ArgumentError(
            f"`beneficiaries` must hold one programme, but it holds {named}{more}; "
            "select one"
        )


def _sizes(lists: pd.DataFrame) -> pd.DataFrame:
    """Return how many Members are on each full list, and how its date is known."""
    # The date of a list is that of its latest source.
    is_latest = lists["as_of"] == lists["list_date"]
    precision = text_column(lists["as_of_precision"])
    precision = precision.fillna("day").where(is_latest)
    lists = lists.assign(precision=precision)
    is_full = lists["list_kind"] == "full"
    is_dated = lists["list_date"].notna()
    full = lists[is_full & is_dated]
    by_list = full.groupby(["track", "list_date"])
    sizes = by_list.agg(number=("member", "nunique"), precision=("precision", "first"))
    return sizes.reset_index()


def _sizes_by_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Return how many Members were on each list, by who stayed, joined and left."""
    is_full = changes["change"] != SEEN
    full = changes[is_full]
    listed = _named_on_lists(full)
    by_list = listed.groupby(["track", "list_date"])
    sizes = by_list.agg(number=("member", "nunique"))
    # Changes do not tell whether a date is known to the day.
    return sizes.assign(precision="month").reset_index()


def _named_on_lists(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the Members on the lists of changes, and on the lists before these."""
    kind = changes["change"]
    later = changes[kind != LEFT]
    was_listed = kind.isin([STAYED, LEFT])
    earlier = changes[was_listed]
    date_before = earlier["previous_list_date"]
    earlier = earlier.assign(list_date=date_before)
    return pd.concat([earlier, later])


def _full_rosters(changes: pd.DataFrame, sizes: pd.DataFrame) -> Iterable[Roster]:
    """Return the full lists, with the Members that joined and left since the last."""
    has_moved = changes["change"].isin([JOINED, LEFT])
    moved = changes[has_moved]
    sizes = sizes.sort_values("list_date")
    sizes["is_first"] = ~sizes.duplicated("track")
    row: Any
    for row in sizes.itertuples(index=False):
        date = row.list_date
        is_of_track = moved["track"] == row.track
        is_of_list = is_of_track & (moved["list_date"] == date)
        yield Roster(
            track=row.track or None,
            date=date,
            name=_date_name(date, row.precision),
            moved=moved[is_of_list],
            number=row.number,
            first=row.is_first,
        )


def _partial_rosters(changes: pd.DataFrame, first_named: pd.Series) -> Iterable[Roster]:
    """Return the partial lists of each year, with the Members that they name first."""
    is_dated = changes["list_date"].notna()
    is_seen = changes["change"] == SEEN
    seen = changes[is_dated & is_seen]
    date = seen["list_date"]
    first_date = first_named.reindex(seen["member"])
    is_first = date == first_date.array
    seen = seen.assign(change=NAMED, is_first=is_first, year=date.dt.year)
    by_year = seen.groupby(["track", "year"], sort=False)
    key: Any
    for key, of_year in by_year:
        track, year = key
        named = of_year[of_year["is_first"]]
        named = named.drop_duplicates("member")
        latest = of_year["list_date"].max()
        yield Roster(track or None, latest, str(year), named, None, first=False)


def _date_name(date: pd.Timestamp, precision: str) -> str:
    """Name the date of a list as far as it is known."""
    day = period_label(pd.NaT, date)
    if precision == "year":
        return str(date.year)
    if precision == "month":
        return day.split(" ", 1)[1]
    return day
