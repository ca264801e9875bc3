"""Lists of Members in any table: published lists, a register, a table of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_frame
from cbcstats.counts.period_columns import read_periods
from cbcstats.errors import ArgumentError
from cbcstats.frames import check_words, rows_of, text_column
from cbcstats.places.names import to_iso3
from cbcstats.places.spelling import plain_spelling
from cbcstats.tables.codelists import PRECISIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

LIST: Final = ("programme", "track", "list_id")
# Columns that may hold the Member: the first is looked up, the last is its name.
_CODES: Final = ("iso3", "member", "member_name", "name", "country")
_NAMES: Final = ("member_name", "name", "country", "member", "iso3")
# Registers and published lists have different names for the same columns.
_OF_REGISTER: Final = {"start_date": "start", "end_date": "end", "source": "source_id"}
_DAYS: Final = ("as_of", "start", "end")
_KNOWN: Final = frozenset((*_CODES, *LIST, *_DAYS, "list_kind", "source_id"))
_EXPLAINED: Final = {
    "member": "member (names or ISO codes)",
    "programme": "programme",
    "as_of": "as_of (the date of the list)",
}
_EXAMPLES: Final = {"programme": "Mercator", "as_of": "2022-06-30"}
_LONGEST_MONTHS: Final = 100  # days; a longer period is known to the year


def read_lists(
    name: str, register_or_frame: Any, needed: Sequence[str], otherwise: str = ""
) -> pd.DataFrame:
    """Read lists of Members, one row per Member and list, with one name per column.

    Parameters
    ----------
    name : str
        The argument, for the messages.
    register_or_frame : Register, or frame of any library
        Published lists, a register of beneficiaries, or a table of your own.
    needed : sequence of str
        Columns that must be there, of `member`, `programme` and `as_of`.
    otherwise : str
        What else could be done, for the message on missing columns.

    Returns
    -------
    pandas.DataFrame
        The columns that are there, and: `member`, the ISO code, or the plain spelling
        of a name that is not recognised; `member_name`, as written; `start`, `end`;
        `as_of`, `list_date` (datetime64), the date of the latest source of the list;
        `as_of_precision`; `list_kind`, full by default; `source_id`.

    Raises
    ------
    ArgumentError
        If columns are missing, all of which are named; or a Member is missing.
    DataError
        If a date is not one, or `list_kind` is not full or partial.
    """
    rows = check_frame(name, rows_of(register_or_frame))
    new_names = _new_names(rows)
    lists = rows.rename(columns=new_names)
    missing = _missing(lists, needed)
    if missing:
        message = _explain_missing(name, lists, missing)
        hint = otherwise if "as_of" in missing else ""
        raise ArgumentError(message + hint)
    for column in {*LIST, "list_kind", "source_id"} & set(lists):
        lists[column] = text_column(lists[column])
    code = next(column for column in _CODES if column in lists)
    named = next(column for column in _NAMES if column in lists)
    _check_filled(name, lists, [code, named, "list_id"])
    typed = text_column(lists[code])
    keys = member_keys(typed)
    names = text_column(lists[named])
    lists = lists.assign(member=keys, member_name=names)
    source = str(rows.attrs.get("source", "own lists"))
    lists = _with_defaults(lists, source)
    check_words(lists["list_kind"], ("full", "partial"))
    return _with_dates(lists)


def _with_defaults(lists: pd.DataFrame, source: str) -> pd.DataFrame:
    """Add the columns that lists may lack."""
    never = pd.Series(pd.NaT, lists.index, dtype="datetime64[us]")
    nowhere = text_column(None, lists.index)
    defaults: dict[str, Any] = dict.fromkeys(_DAYS, never)
    defaults |= {"list_kind": "full", "source_id": nowhere}
    absent = {name: cells for name, cells in defaults.items() if name not in lists}
    lists = lists.assign(**absent)
    lists["source_id"] = lists["source_id"].fillna(source)
    return lists


def _new_names(rows: pd.DataFrame) -> dict[Any, str]:
    """Return the columns to rename: `Start date` and `start_date` are `start`."""
    new_names: dict[Any, str] = {}
    for column in rows:
        plain = "_".join(str(column).lower().split())
        new = _OF_REGISTER.get(plain, plain)
        taken = {*rows, *new_names.values()}
        if new in _KNOWN and new not in taken:
            new_names[column] = new
    return new_names


def member_keys(names: pd.Series) -> pd.Series:
    """Return ISO codes; a name that is not recognised is compared by its letters.

    Examples
    --------
    >>> member_keys(pd.Series(["Kenia", "KEN", "ATLANTIS"])).tolist()
    ['KEN', 'KEN', 'atlantis']
    """
    return to_iso3(names).fillna(names.map(plain_spelling))


def _missing(lists: pd.DataFrame, needed: Sequence[str]) -> list[str]:
    has_member = not lists.columns.intersection(list(_CODES)).empty
    present = {*lists.columns, "member"} if has_member else set(lists.columns)
    return [column for column in needed if column not in present]


def _explain_missing(name: str, lists: pd.DataFrame, missing: list[str]) -> str:
    """Name all missing columns at once, and what to type."""
    wanted = " and ".join(_EXPLAINED[column] for column in missing)
    headers = [repr(str(column)) for column in lists]
    has = ", ".join(headers) or "none"
    renamed = f"{{{headers[0] if headers else '...'}: {missing[0]!r}}}"
    remedy = f"rename those that are meant, such as .rename(columns={renamed})"
    shared = [column for column in missing if column in _EXAMPLES]
    if shared:
        values = ", ".join(f"{column}={_EXAMPLES[column]!r}" for column in shared)
        remedy += f", or add what all rows share, such as .assign({values})"
    return f"`{name}` has no column {wanted}; its columns are {has}; {remedy}"


def _check_filled(name: str, lists: pd.DataFrame, columns: Sequence[str]) -> None:
    for column in columns:
        if column not in lists:
            continue
        is_empty = lists[column].isna()
        if is_empty.any():
            row = lists.index[is_empty][0]
            raise ArgumentError(
                f"`{name}` has no {column!r} in row {row}; fill it in, or drop the row"
            )


def _with_dates(lists: pd.DataFrame) -> pd.DataFrame:
    """Add the date of each list, and how precisely it is known."""
    periods = read_periods(lists["as_of"])
    day = periods["end"].astype("datetime64[us]")
    lists = lists.assign(as_of=day)
    if "as_of_precision" in lists:
        check_words(lists["as_of_precision"], PRECISIONS)
    else:
        length = periods["end"] - periods["start"]
        is_short = length.dt.days < _LONGEST_MONTHS
        precision = np.where(is_short, "month", "year")
        # A day has no start, and so no length.
        precision = np.where(length.isna(), "day", precision)
        lists["as_of_precision"] = text_column(precision, lists.index)
    if "list_id" in lists:
        names = [name for name in LIST if name in lists]
        # A list is as old as the latest of its sources.
        by_list = lists.groupby(names, dropna=False)
        day = by_list["as_of"].transform("max")
    return lists.assign(list_date=day)
