"""Which Members joined a programme, which left, and which stayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.arguments import check_frame, check_series
from cbcstats.counts.periods import period_label
from cbcstats.errors import ArgumentError, plural
from cbcstats.frames import check_words, is_frame, read_days, text_column
from cbcstats.places.lists import member_keys, read_lists, rows_of
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
        changes = _changes_of_programmes(check_lists(old, "old"))
    else:
        changes = _changes_of_lists(_names("old", old), _names("new", new))
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
    has_stayed = new["member"].isin(old["member"])
    now = new.assign(change=has_stayed.map({True: STAYED, False: JOINED}))
    left = old[~old["member"].isin(new["member"])].assign(change=LEFT)
    changes: pd.DataFrame = pd.concat([now, left], ignore_index=True)
    changes = changes.assign(comparable=True, why="")
    return changes[["member", "member_name", "change", "comparable", "why"]]


def _changes_of_programmes(lists: pd.DataFrame) -> pd.DataFrame:
    is_full = (lists["list_kind"] == "full") & lists["list_date"].notna()
    parts = [_seen(lists[~is_full]), _between_full_lists(lists[is_full])]
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
    changes = pd.concat(parts, ignore_index=True)[columns]
    programmes = dict.fromkeys(lists["programme"])
    order = {name: place for place, name in enumerate(programmes)}
    changes["order"] = changes["programme"].map(order)
    by = ["order", "list_date"]
    changes = changes.sort_values(by, kind="stable", ignore_index=True)
    return changes.drop(columns="order")


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
    members = rows.drop_duplicates([*_SERIES, "list_date", "member"])
    pairs = _pairs_of_lists(members)
    listed = members[[*_SERIES, "list_date", "member", "member_name", "source_id"]]
    dates = pairs[[*_SERIES, "list_date", "previous_list_date"]]
    later = dates.merge(listed, on=[*_SERIES, "list_date"])
    listed_before = listed.rename(
        columns={"list_date": "previous_list_date", "source_id": "previous_source_id"}
    )
    earlier = dates.merge(listed_before, on=[*_SERIES, "previous_list_date"])
    key = [*_SERIES, "list_date", "member"]
    sources = earlier[[*key, "previous_source_id"]]
    later = later.merge(sources, on=key, how="left", indicator="side")
    has_stayed = later["side"] == "both"
    later["change"] = has_stayed.map({True: STAYED, False: JOINED})
    earlier = earlier.merge(later[key], on=key, how="left", indicator="side")
    has_left = earlier["side"] == "left_only"
    left = earlier[has_left].assign(change=LEFT)
    changes = pd.concat([later, left], ignore_index=True)
    # A Member that joined is on no list before, and one that left on no later one.
    of_pair = changes[[*_SERIES, "list_date"]].merge(pairs, how="left")
    for name in ("source_id", "previous_source_id"):
        changes[name] = changes[name].fillna(of_pair[name])
    return changes.assign(comparable=True, why="")


def _pairs_of_lists(members: pd.DataFrame) -> pd.DataFrame:
    """Return each full list that follows another one, with both dates and sources."""
    lists = members.drop_duplicates([*_SERIES, "list_date"])
    lists = lists[[*_SERIES, "list_date", "source_id"]].sort_values("list_date")
    by_series = lists.groupby(_SERIES, dropna=False)
    before = by_series[["list_date", "source_id"]].shift()
    pairs = lists.join(before.add_prefix("previous_"))
    return pairs[pairs["previous_list_date"].notna()]


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
        _check_one_programme(changes)
        sizes = _sizes_by_changes(changes)
        named = _named_on_lists(changes)
        first_named = named.groupby("member")["list_date"].min()
    else:
        lists = check_lists(frame)
        _check_one_programme(lists)
        changes = _changes_of_programmes(lists)
        sizes = _sizes(lists)
        first_named = lists.groupby("member")["list_date"].min()
    rosters = [*_full_rosters(changes, sizes), *_partial_rosters(changes, first_named)]
    if not rosters:
        raise ArgumentError("`beneficiaries` holds no list with a date")
    # Tracks keep the order in which they first occur.
    tracks = list(dict.fromkeys(roster.track for roster in rosters))
    return sorted(rosters, key=lambda roster: (tracks.index(roster.track), roster.date))


def _check_changes(changes: pd.DataFrame) -> pd.DataFrame:
    changes = check_frame("beneficiaries", changes, _CHANGED, "membership_changes")
    check_words(changes["change"], (JOINED, LEFT, STAYED, SEEN))
    names = text_column(changes.get("member_name", changes["member"]))
    members = text_column(changes["member"]).fillna(names)
    return changes.assign(
        member=member_keys(members),
        list_date=read_days(changes["list_date"]),
        previous_list_date=read_days(changes["previous_list_date"]),
    )


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
    precision = text_column(lists["as_of_precision"]).fillna("day")
    is_latest = lists["as_of"] == lists["list_date"]
    lists = lists.assign(precision=precision.where(is_latest))
    is_full = (lists["list_kind"] == "full") & lists["list_date"].notna()
    by_list = lists[is_full].groupby(["track", "list_date"], dropna=False)
    sizes = by_list.agg(number=("member", "nunique"), precision=("precision", "first"))
    return sizes.reset_index()


def _sizes_by_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Return how many Members were on each list, by who stayed, joined and left."""
    is_of_full_list = changes["change"] != SEEN
    listed = _named_on_lists(changes[is_of_full_list])
    key = ["track", "list_date"]
    by_list = listed.drop_duplicates([*key, "member"]).groupby(key, dropna=False)
    sizes = by_list.size().rename("number")
    # Changes do not tell whether a date is known to the day.
    return sizes.reset_index().assign(precision="month")


def _named_on_lists(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the Members on the lists of changes, and on the lists before these."""
    kind = changes["change"]
    later, earlier = changes[kind != LEFT], changes[kind.isin([STAYED, LEFT])]
    date_before = earlier["previous_list_date"]
    earlier = earlier.assign(list_date=date_before)
    return pd.concat([earlier, later])


def _full_rosters(changes: pd.DataFrame, sizes: pd.DataFrame) -> Iterable[Roster]:
    """Return the full lists, with the Members that joined and left since the last."""
    sizes = sizes.sort_values("list_date")
    is_first = ~sizes.duplicated("track")
    has_moved = changes["change"].isin([JOINED, LEFT])
    columns = (sizes[name] for name in ("track", "list_date", "number", "precision"))
    for track, date, number, precision, first in zip(*columns, is_first, strict=True):
        is_of_list = _is_track(changes, track) & (changes["list_date"] == date)
        moved = changes[is_of_list & has_moved]
        name = _date_name(date, precision)
        yield Roster(_text(track), date, name, moved, number, first)


def _partial_rosters(changes: pd.DataFrame, first_named: pd.Series) -> Iterable[Roster]:
    """Return the partial lists of each year, with the Members that they name first."""
    is_dated = changes["list_date"].notna()
    seen = changes[is_dated & (changes["change"] == SEEN)]
    date, first_date = seen["list_date"], first_named.reindex(seen["member"])
    seen = seen.assign(is_first=date == first_date.array, year=date.dt.year)
    for (track, year), of_year in seen.groupby(
        ["track", "year"], sort=False, dropna=False
    ):
        named = of_year[of_year["is_first"]].drop_duplicates("member")
        named = named.assign(change=NAMED)
        latest = of_year["list_date"].max()
        yield Roster(_text(track), latest, str(year), named, None, first=False)


def _is_track(changes: pd.DataFrame, track: Any) -> pd.Series:
    return changes["track"].isna() if pd.isna(track) else changes["track"] == track


def _text(track: Any) -> str | None:
    return None if pd.isna(track) else str(track)


def _date_name(date: pd.Timestamp, precision: str) -> str:
    """Name the date of a list as far as it is known."""
    day = period_label(pd.NaT, date)
    names = {"day": day, "month": day.split(" ", 1)[1], "year": str(date.year)}
    return names[precision]
