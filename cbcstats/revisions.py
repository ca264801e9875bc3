"""What changed between two lists of Members, or between two editions of a table: nothing is left unsaid."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats import columns as c
from cbcstats.errors import ArgumentError
from cbcstats.figures import series_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

JOINED: Final = "joined"
LEFT: Final = "left"
STAYED: Final = "stayed"
SEEN: Final = "seen"  # on a list that does not say who joined and who left
LIST: Final = [c.PROGRAMME, c.TRACK, c.LIST_ID]  # programmes, and tracks of one, may call their lists alike
LISTED: Final = (*LIST, c.MEMBER, c.MEMBER_NAME, c.LIST_KIND, c.AS_OF, c.SOURCE_ID)
FIGURE: Final = (c.INDICATOR, c.SCOPE, c.PERIOD_START, c.PERIOD_END, c.SOURCE_ID)
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
    check_columns(beneficiaries, LISTED, "load_beneficiaries")
    rows = beneficiaries.assign(**{c.LIST_DATE: list_dates(beneficiaries)})
    whole = (rows[c.LIST_KIND] == "full") & rows[c.LIST_DATE].notna()
    series = [c.PROGRAMME, c.TRACK]
    found = [_seen(rows[~whole])]
    for _, lists in rows[whole].groupby(series, sort=False, dropna=False):
        dates = sorted(lists[c.LIST_DATE].unique())
        for before, after in itertools.pairwise(dates):
            old, new = (lists[lists[c.LIST_DATE] == date].drop_duplicates(c.MEMBER) for date in (before, after))
            found.append(_between(old, new))
    columns = [*series, c.MEMBER, c.MEMBER_NAME, c.CHANGE, c.LIST_DATE, c.PREVIOUS_LIST_DATE, c.COMPARABLE, c.WHY,
               c.SOURCE_ID, c.PREVIOUS_SOURCE_ID]  # fmt: skip
    changes = pd.concat(found, ignore_index=True)[columns]
    order = changes[c.PROGRAMME].map({name: place for place, name in enumerate(rows[c.PROGRAMME].unique())})
    return changes.assign(order=order).sort_values(["order", c.LIST_DATE], kind="stable", ignore_index=True)[columns]


def check_columns(beneficiaries: pd.DataFrame, needed: Iterable[str], made_by: str) -> None:
    """Raise ArgumentError if a column is missing."""
    for name in needed:
        if name not in beneficiaries:
            raise ArgumentError(f"`beneficiaries` lacks the column {name!r}; give a frame of {made_by}")


def list_dates(beneficiaries: pd.DataFrame) -> pd.Series:
    """Return the date of the list that each row is of: a list is as old as the latest of its sources."""
    return beneficiaries.groupby(LIST, dropna=False)[c.AS_OF].transform("max")


def compare_releases(old: pd.DataFrame, new: pd.DataFrame, *, keys: str | Sequence[str] = FIGURE) -> pd.DataFrame:
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
    keys = series_keys(keys)
    old, new = _named_by_text(old, "old"), _named_by_text(new, "new")
    for name in keys:
        if name not in old or name not in new:
            raise ArgumentError(f"`keys` names {name!r}, which is no column of both editions")
    alike = {str(name): _alike(old[name], new[name]) for name in old if name in new}
    places = []
    for number, edition in enumerate(_EDITIONS):
        known = pd.DataFrame({name: alike[name][number] for name in keys})
        known[_TWIN] = known.groupby(keys, dropna=False).cumcount()
        places.append(known.assign(**{edition: range(len(known))}))
    both = places[0].merge(places[1], on=[*keys, _TWIN], how="outer", indicator=True)
    one_sided = both[both["_merge"] != "both"]
    kinds = one_sided["_merge"].astype("str").map({"left_only": "dropped", "right_only": "added"})
    found = [one_sided[keys].assign(change=kinds)]
    shared = both[both["_merge"] == "both"]
    for column in [column for column in alike if column not in keys]:
        before, after = (
            values.take(shared[edition].to_numpy(int)).set_axis(shared.index)
            for values, edition in zip(alike[column], _EDITIONS, strict=True)
        )
        same = (before == after).fillna(value=False).astype(bool) | (before.isna() & after.isna())
        texts = {"old": _as_text(before), "new": _as_text(after)}
        found.append(shared[keys].assign(change="revised", column=column, **texts)[~same])
    for one, other, kind in ((old, new, "dropped"), (new, old, "added")):
        lone = [name for name in one if name not in other]
        found.append(pd.DataFrame({"change": kind, "column": pd.Series(lone, dtype="str")}))
    return pd.concat(found, ignore_index=True).reindex(columns=[*keys, "change", "column", "old", "new"])


def _named_by_text(edition: pd.DataFrame, name: str) -> pd.DataFrame:
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
        return values.map("{:.15g}".format, na_action="ignore").astype("str")
    return values.astype("str")


def _seen(rows: pd.DataFrame) -> pd.DataFrame:
    why = pd.Series("on a partial list, absence from which is no exit", index=rows.index)
    why = why.mask(rows[c.LIST_KIND] == "full", "on a full list without a date")
    said: dict[str, Any] = {c.CHANGE: SEEN, c.COMPARABLE: False, c.WHY: why, c.PREVIOUS_LIST_DATE: pd.NaT}
    return rows.assign(**said, **{c.PREVIOUS_SOURCE_ID: None})


def _between(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return the Members of two full lists that follow each other."""
    stayed = new[c.MEMBER].isin(old[c.MEMBER])
    left = old[~old[c.MEMBER].isin(new[c.MEMBER])].assign(**{c.CHANGE: LEFT, c.LIST_DATE: new[c.LIST_DATE].iloc[0]})
    left[c.SOURCE_ID] = new[c.SOURCE_ID].iloc[0]
    rows = pd.concat([new.assign(**{c.CHANGE: stayed.map({True: STAYED, False: JOINED})}), left])
    sources = old.set_index(c.MEMBER)[c.SOURCE_ID]
    before = rows[c.MEMBER].map(sources).fillna(old[c.SOURCE_ID].iloc[0])
    dates = {c.PREVIOUS_LIST_DATE: old[c.LIST_DATE].iloc[0], c.PREVIOUS_SOURCE_ID: before}
    return rows.assign(**{c.COMPARABLE: True, c.WHY: "", **dates})
