"""What changed between two lists of Members, or between two editions of a table: nothing is left unsaid."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.arguments import check_frame, check_names
from cbcstats.counts.periods import period_label
from cbcstats.errors import ArgumentError
from cbcstats.frames import check_words, read_days, text_column, to_pandas
from cbcstats.tables.codelists import PRECISIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NAMED: Final = "named"  # for the first time, on a partial list
JOINED: Final = "joined"
LEFT: Final = "left"
STAYED: Final = "stayed"
SEEN: Final = "seen"  # on a list that does not say who joined and who left
LIST: Final = [
    "programme",
    "track",
    "list_id",
]  # programmes, and tracks of one, may call their lists alike
LISTED: Final = (*LIST, "member", "member_name", "list_kind", "as_of", "source_id")
CHANGED: Final = (
    "programme",
    "track",
    "member",
    "change",
    "list_date",
    "previous_list_date",
)
LIST_KINDS: Final = ("full", "partial")
FIGURE: Final = ("indicator", "scope", "period_start", "period_end", "source_id")
_EDITIONS: Final = ("_old", "_new")  # columns of the place of a row in each
_TWIN: Final = "_twin"  # column that counts the rows of one key


def membership_changes(beneficiaries: pd.DataFrame) -> pd.DataFrame:
    """Say who joined, who left and who stayed between two full lists of a programme; of partial lists, who was seen.

    Parameters
    ----------
    beneficiaries : pandas.DataFrame
        Members on lists, as `load_beneficiaries` returns them.

    Returns
    -------
    pandas.DataFrame
        One row per Member and full list that follows another one of the same programme and track, and one per row of
        a partial list. Columns: `programme`, `track`, `member`, `member_name`; `change`, one of `joined`, `left`,
        `stayed`, `seen`; `list_date`, `previous_list_date`; `comparable` (bool: both lists are full and dated), `why`;
        `source_id`, `previous_source_id`. In the order of programmes and dates. A list is as old as the latest of
        its sources.

    Raises
    ------
    ArgumentError
        If a column is missing.

    Notes
    -----
    Absence from a partial list is never an exit, and a list without a date has no place in the order: its Members are
    `seen`. A Member that is `left` stands with the list that it is missing from.

    Examples
    --------
    >>> from cbcstats import load_beneficiaries, membership_changes
    >>> changes = membership_changes(load_beneficiaries("SECO-WCO GTFP"))
    >>> changes[changes["change"] == "joined"].groupby("list_date").size().tolist()
    [4, 7]
    """
    beneficiaries = check_lists(beneficiaries)
    rows = beneficiaries.assign(list_date=list_dates(beneficiaries))
    whole = (rows["list_kind"] == "full") & rows["list_date"].notna()
    series = ["programme", "track"]
    found = [_seen(rows[~whole])]
    for _, lists in rows[whole].groupby(series, sort=False, dropna=False):
        dates = sorted(lists["list_date"].unique())
        for before, after in itertools.pairwise(dates):
            old, new = (
                lists[lists["list_date"] == date].drop_duplicates("member")
                for date in (before, after)
            )
            found.append(_between(old, new))
    columns = [*series, "member", "member_name", "change", "list_date", "previous_list_date", "comparable", "why",
               "source_id", "previous_source_id"]  # fmt: skip
    changes = pd.concat(found, ignore_index=True)[columns]
    order = changes["programme"].map(
        {name: place for place, name in enumerate(rows["programme"].unique())}
    )
    return changes.assign(order=order).sort_values(
        ["order", "list_date"], kind="stable", ignore_index=True
    )[columns]


def check_lists(beneficiaries: pd.DataFrame) -> pd.DataFrame:
    """Return Members on lists, with their days as days; raise if a column or a word is wrong."""
    lists = check_frame("beneficiaries", beneficiaries, LISTED, "load_beneficiaries")
    check_words(lists["list_kind"], LIST_KINDS)
    for name in ("member", "member_name", "list_id"):
        if lists[name].isna().any():
            row = lists.index[lists[name].isna()][0]
            raise ArgumentError(
                f"`beneficiaries` has no {name!r} in row {row}; fill it in, or drop the row"
            )
    if "as_of_precision" in lists:
        check_words(lists["as_of_precision"], PRECISIONS)
    return lists.assign(as_of=read_days(lists["as_of"]))


def list_dates(beneficiaries: pd.DataFrame) -> pd.Series:
    """Return the date of the list that each row is of: a list is as old as the latest of its sources."""
    return beneficiaries.groupby(LIST, dropna=False)["as_of"].transform("max")


def compare_releases(
    old: pd.DataFrame, new: pd.DataFrame, *, keys: str | Sequence[str] = FIGURE
) -> pd.DataFrame:
    """Say what was added, dropped and revised between two editions of a table, value by value.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Two editions, such as of `data/counts.csv`.
    keys : str or sequence of str
        Columns that tell which row is which. By default those of a published count. Rows with the same key are
        matched in their order.

    Returns
    -------
    pandas.DataFrame
        One row per row that was added or dropped, and one per value that was revised. Columns: `keys`; `change`, one of
        `added`, `dropped`, `revised`; `column`, `old`, `new` (text; missing where there is no such row or value).
        Empty if the editions are equal in the columns that they share; a column in one of them only is a row with
        missing keys.

    Raises
    ------
    ArgumentError
        If a key is no column of both, or two columns of one have the same name.

    Notes
    -----
    A column that is of another kind in the other edition, such as days that were read as text, is compared as text.

    Examples
    --------
    >>> from cbcstats import compare_releases, load_counts
    >>> old = load_counts("missions")
    >>> new = old.assign(value=old["value"].replace(342, 343)).drop(index=0)
    >>> compare_releases(old, new)[["change", "column", "old", "new"]]
        change column  old  new
    0  dropped    NaN  NaN  NaN
    1  revised  value  342  343
    """
    keys = check_names("keys", keys)
    old, new = _named_by_text(old, "old"), _named_by_text(new, "new")
    for name in keys:
        if name not in old or name not in new:
            raise ArgumentError(
                f"`keys` names {name!r}, which is no column of both editions"
            )
    alike = {str(name): _alike(old[name], new[name]) for name in old if name in new}
    places = []
    for number, edition in enumerate(_EDITIONS):
        known = pd.DataFrame({name: alike[name][number] for name in keys})
        known[_TWIN] = known.groupby(keys, dropna=False).cumcount()
        places.append(known.assign(**{edition: range(len(known))}))
    both = places[0].merge(places[1], on=[*keys, _TWIN], how="outer", indicator=True)
    one_sided = both[both["_merge"] != "both"]
    kinds = text_column(one_sided["_merge"]).map(
        {"left_only": "dropped", "right_only": "added"}
    )
    found = [one_sided[keys].assign(change=kinds)]
    shared = both[both["_merge"] == "both"]
    for column in [column for column in alike if column not in keys]:
        before, after = (
            values.take(shared[edition].to_numpy(int)).set_axis(shared.index)
            for values, edition in zip(alike[column], _EDITIONS, strict=True)
        )
        same = (before == after).fillna(value=False).astype(bool) | (
            before.isna() & after.isna()
        )
        texts = {"old": _as_text(before), "new": _as_text(after)}
        found.append(
            shared[keys].assign(change="revised", column=column, **texts)[~same]
        )
    for one, other, kind in ((old, new, "dropped"), (new, old, "added")):
        lone = [name for name in one if name not in other]
        found.append(pd.DataFrame({"change": kind, "column": text_column(lone)}))
    return pd.concat(found, ignore_index=True).reindex(
        columns=[*keys, "change", "column", "old", "new"]
    )


def _named_by_text(edition: pd.DataFrame, name: str) -> pd.DataFrame:
    edition = to_pandas(name, edition)
    names = pd.Index([str(label) for label in edition], dtype="str")
    named = edition.set_axis(names, axis="columns").reset_index(drop=True)
    twice = named.columns[named.columns.duplicated()]
    if len(twice):
        raise ArgumentError(f"`{name}` has two columns called {twice[0]!r}; rename one")
    return named


def _alike(old: pd.Series, new: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return a column of both editions as text unless its kind is one; categories compare with their like only."""
    is_one = old.dtype == new.dtype and not isinstance(old.dtype, pd.CategoricalDtype)
    kinds = (pd.api.types.is_any_real_numeric_dtype, pd.api.types.is_datetime64_dtype)
    if is_one or any(is_kind(old.dtype) and is_kind(new.dtype) for is_kind in kinds):
        return old, new
    return _as_text(old), _as_text(new)


def _as_text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_any_real_numeric_dtype(values.dtype):
        values = values.map("{:.15g}".format, na_action="ignore")
    return text_column(values)


def _seen(rows: pd.DataFrame) -> pd.DataFrame:
    why = pd.Series(
        "on a partial list, absence from which is no exit", index=rows.index
    )
    why = why.mask(rows["list_kind"] == "full", "on a full list without a date")
    said: dict[str, Any] = {
        "change": SEEN,
        "comparable": pd.Series(data=False, index=rows.index),
        "why": why,
        "previous_list_date": pd.Series(
            pd.NaT, index=rows.index, dtype="datetime64[us]"
        ),
        "previous_source_id": text_column([None] * len(rows), rows.index),
    }
    return rows.assign(**said)


def _between(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return the Members of two full lists that follow each other."""
    stayed = new["member"].isin(old["member"])
    left = old[~old["member"].isin(new["member"])].assign(
        change=LEFT, list_date=new["list_date"].iloc[0]
    )
    left["source_id"] = new["source_id"].iloc[0]
    rows = pd.concat(
        [new.assign(change=stayed.map({True: STAYED, False: JOINED})), left]
    )
    sources = old.set_index("member")["source_id"]
    before = rows["member"].map(sources).fillna(old["source_id"].iloc[0])
    dates = {
        "previous_list_date": old["list_date"].iloc[0],
        "previous_source_id": before,
    }
    return rows.assign(**{"comparable": True, "why": "", **dates})


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
    beneficiaries = check_frame("beneficiaries", beneficiaries)
    changed = "list_date" in beneficiaries
    check = _check_changes if changed else check_lists
    beneficiaries = check(beneficiaries)
    programmes = list(dict.fromkeys(beneficiaries["programme"]))
    if len(programmes) > 1:
        named = ", ".join(map(str, programmes[:5])) + (
            ", ..." if len(programmes) > 5 else ""
        )
        raise ArgumentError(
            f"`beneficiaries` must hold one programme, but it holds {named}; select one"
        )
    changes = beneficiaries if changed else membership_changes(beneficiaries)
    lists = _full_lists(changes if changed else beneficiaries, changed=changed)
    earliest = _first_named(beneficiaries, changed=changed)
    rosters = [*_full(changes, lists), *_partial(changes, earliest)]
    if not rosters:
        raise ArgumentError("`beneficiaries` holds no list with a date")
    tracks = {roster.track: place for place, roster in enumerate(reversed(rosters))}
    return sorted(rosters, key=lambda roster: (-tracks[roster.track], roster.date))


def _check_changes(changes: pd.DataFrame) -> pd.DataFrame:
    changes = check_frame("beneficiaries", changes, CHANGED, "membership_changes")
    check_words(changes["change"], (JOINED, LEFT, STAYED, SEEN))
    dates = ("list_date", "previous_list_date")
    return changes.assign(**{name: read_days(changes[name]) for name in dates})


def _full_lists(lines: pd.DataFrame, *, changed: bool) -> pd.DataFrame:
    """Return one row per full list with a date: its track, its date, how many are on it, and its name."""
    if changed:
        known = lines[lines["change"] != SEEN]
        sizes = []
        for (track, date, before), members in known.groupby(
            ["track", "list_date", "previous_list_date"], dropna=False
        ):
            kinds = members["change"].value_counts()
            stayed = kinds.get(STAYED, 0)
            sizes += [
                (track, before, stayed + kinds.get(LEFT, 0)),
                (track, date, stayed + kinds.get(JOINED, 0)),
            ]
        lists = pd.DataFrame(
            sizes, columns=["track", "list_date", "number"]
        ).drop_duplicates(["track", "list_date"])
        return lists.assign(precision="month")
    dates = list_dates(lines)
    precision: pd.Series = lines.get(
        "as_of" + "_precision", pd.Series(index=lines.index, dtype="str")
    )
    latest: pd.Series = (
        text_column(precision).fillna("day").where(lines["as_of"] == dates)
    )
    lists = lines.assign(list_date=dates, precision=latest)
    whole = lists[(lists["list_kind"] == "full") & lists["list_date"].notna()]
    of_list = whole.groupby(["track", "list_date"], dropna=False, as_index=False)
    return of_list.agg(number=("member", "nunique"), precision=("precision", "first"))


def _full(changes: pd.DataFrame, lists: pd.DataFrame) -> Iterable[Roster]:
    """Return the full lists of each track, with the Members that joined and left since the one before."""
    for track, of_track in lists.sort_values("list_date").groupby(
        "track", sort=False, dropna=False
    ):
        for place, listed in enumerate(of_track.itertuples(index=False)):
            same = _is_track(changes, track) & (
                changes["list_date"] == listed.list_date
            )
            moved = changes[same & changes["change"].isin((JOINED, LEFT))]
            name = _date_name(listed.list_date, str(listed.precision))
            yield Roster(
                _text(track),
                listed.list_date,
                name,
                moved,
                int(listed.number),
                place == 0,
            )


def _partial(changes: pd.DataFrame, earliest: pd.Series) -> Iterable[Roster]:
    """Return the partial lists of each year, with the Members that no earlier list of the programme names."""
    seen = changes[(changes["change"] == SEEN) & changes["list_date"].notna()]
    for (track, _), of_year in seen.groupby(
        ["track", seen["list_date"].dt.year], sort=False, dropna=False
    ):
        date = of_year["list_date"].max()
        fresh = of_year[
            of_year["list_date"] == of_year["member"].map(earliest)
        ].drop_duplicates("member")
        yield Roster(
            _text(track),
            date,
            str(date.year),
            fresh.assign(change=NAMED),
            None,
            first=False,
        )


def _first_named(lines: pd.DataFrame, *, changed: bool) -> pd.Series:
    """Return the date of the first list that names each Member; one that stayed or left was on the list before."""
    if not changed:
        return list_dates(lines).groupby(lines["member"]).min()
    before = lines[lines["change"].isin((STAYED, LEFT))]
    previous = before[["member", "previous_list_date"]].set_axis(
        ["member", "list_date"], axis="columns"
    )
    dated = pd.concat(
        [lines.loc[lines["change"] != LEFT, ["member", "list_date"]], previous]
    )
    return dated.groupby("member")["list_date"].min()


def _is_track(changes: pd.DataFrame, track: Any) -> pd.Series:
    return changes["track"].isna() if pd.isna(track) else changes["track"] == track


def _text(track: Any) -> str | None:
    return None if pd.isna(track) else str(track)


def _date_name(date: pd.Timestamp, precision: str) -> str:
    """Name the date of a list by as much of it as is known."""
    day = period_label(pd.NaT, date)
    return {"day": day, "month": day.split(" ", 1)[1], "year": str(date.year)}[
        precision
    ]
