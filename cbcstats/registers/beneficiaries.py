"""Count the Members on the lists of a programme."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_names, shown
from cbcstats.counts.formats import PARTIAL
from cbcstats.counts.period_columns import read_periods
from cbcstats.errors import ArgumentError, DataError, plural
from cbcstats.frames import read_days, rows_of, text_column
from cbcstats.places.lists import LIST, read_lists
from cbcstats.places.spelling import plain_spelling
from cbcstats.registers.words import STATUSES, kinds_of_statuses

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

_ON_A_DAY: Final = "; or name a day to count on, such as on='2024-12-31'"


def count_beneficiaries(
    register_or_frame: Any,
    *,
    by: str | Iterable[str] = "programme",
    on: str | datetime.date | None = None,
) -> pd.DataFrame:
    """Count the Members that a programme supports: on each list, or on a day.

    Parameters
    ----------
    register_or_frame : Register, pandas.DataFrame or frame of another library
        Lists of Members, one row per Member and list, as `load_beneficiaries` returns
        them; a register of beneficiaries; or your own table with a column `member`,
        `iso3` or `country`, and `as_of` (the date of the list) or `start` and `end` (of
        the support). `list_kind` is `full` if it is not there.
    by : str or list of str
        Columns to count by, such as `["programme", "track"]`; `[]` for all in one.
    on : str or date, optional
        Count the Members that are supported on this day by `start` and `end`, instead
        of those on each list: from the first day of `start` to the last day of `end`,
        which may be years, months or days. A Member without a start is supported from
        the date of its list on, and one without an end still is.

    Returns
    -------
    pandas.DataFrame
        Counts in the columns of `Counts`, one row per list and value of `by`, in the
        order of time, so that `year_on_year` and `plot_counts` take it. They are
        stocks: `period_end` is the date of the list, that of the latest of its sources.
        `scope` is made of the values of `by`. `value` (Int64) is the number of
        different Members. `qualifier` is `exact` for full lists; for partial lists it
        is `at_least`, without an upper end, and `note` begins with `partial:`; their
        changes are not comparable. `missing` (Int64) is the number of rejected rows,
        and with `on` also of the Members that are only on later lists, without a start.

    Raises
    ------
    ArgumentError
        If columns or dates are missing; the message names all of them.
    DataError
        If a cell is not a day, or `list_kind` is not full or partial.

    Notes
    -----
    Lists without a date are left out. Members of every `status` count; `note` says how
    many are cancelled, postponed or planned. Where `by` puts several programmes or tracks into
    one count, the list of one of them is partial for all.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import count_beneficiaries, year_on_year
    >>> lists = pd.DataFrame({"programme": "Example", "as_of": [2022, 2022, 2023, 2023, 2023],
    ...     "member": ["KEN", "UGA", "KEN", "UGA", "TZA"]})
    >>> counts = count_beneficiaries(lists)
    >>> counts["value"].tolist()
    [2, 3]
    >>> year_on_year(counts)["percent_change"].tolist()
    [50.0]
    """
    rejected = 0
    rows = rows_of(register_or_frame)
    if rows is not register_or_frame:
        if rows.attrs.get("kind") != "beneficiaries":
            raise ArgumentError(
                "`register_or_frame` is a register of missions; count it with "
                'count_missions, or read it with kind="beneficiaries"'
            )
        rejected = len(register_or_frame.rejected)
    names = check_names("by", by)
    lists = _typed_lists(register_or_frame, names, on)
    counts = _on_lists(lists, names) if on is None else _on_day(lists, names, on)
    counts["missing"] += rejected
    note = f"; {plural(rejected, 'row')} of the register rejected" if rejected else ""
    notes = (counts["note"] + note).str.removeprefix("; ").replace("", None)
    is_at_least = counts["is_partial"] | (counts["missing"] > 0)
    columns = {
        "indicator": "beneficiaries",
        "measure": "stock",
        "scope": _scopes(counts[names]),
        **{name: counts[name] for name in names},
        "unit": "Members",
        "period_start": pd.Series(pd.NaT, counts.index, dtype="datetime64[us]"),
        "period_end": counts["period_end"],
        "period_basis": "stated",
        "value": counts["value"].astype("Int64"),
        "missing": counts["missing"].astype("Int64"),
        "qualifier": np.where(is_at_least, "at_least", "exact"),
        "published_change": text_column(None, counts.index),
        "change_basis": text_column(None, counts.index),
        "source_id": counts["source_id"],
        "note": text_column(notes),
    }
    return pd.DataFrame(columns, index=counts.index)


def _typed_lists(register_or_frame: Any, by: list[str], on: Any) -> pd.DataFrame:
    """Return lists with the columns that are needed to count by some of them."""
    needed = ["member"]
    if "programme" in by:
        needed.append("programme")
    if on is None:
        needed.append("as_of")
    otherwise = _ON_A_DAY if on is None else ""
    lists = read_lists("register_or_frame", register_or_frame, needed, otherwise)
    check_names("by", by, map(str, lists))
    for name in by:
        lists[name] = text_column(lists[name])
    return lists.reset_index(drop=True)


def _on_lists(lists: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Count the Members on the lists of each date."""
    is_dated = lists["list_date"].notna()
    if not is_dated.any():
        raise ArgumentError(
            f"`register_or_frame` has no dates of lists in as_of; write them{_ON_A_DAY}"
        )
    part = [name for name in LIST[:2] if name in lists and name not in names]
    lists = lists.assign(all=0, part=_numbers(lists, part))
    parts = lists.groupby([*names, "all"], dropna=False)["part"].transform("nunique")
    dated = lists.assign(parts=parts)[is_dated]
    keys = [*names, "list_date"]
    full = dated[dated["list_kind"] == "full"]
    full_parts = full.groupby(keys, dropna=False)["part"].nunique().rename("full_parts")
    dated = dated.merge(full_parts.reset_index(), on=keys, how="left")
    is_whole = dated["full_parts"] == dated["parts"]
    # A partial list of the same day adds nothing to a full one.
    dated = dated.assign(is_partial=~is_whole)
    dated = dated[(dated["list_kind"] == "full") | ~is_whole]
    by_list = dated.sort_values(keys, kind="stable").groupby(keys, dropna=False)
    counts = by_list.agg(
        value=("member", "nunique"),
        is_partial=("is_partial", "first"),
        parts=("parts", "first"),
        full_parts=("full_parts", "first"),
        source_id=("source_id", "last"),
    )
    counts = counts.reset_index().sort_values("list_date", kind="stable")
    statuses = _statuses(counts, dated, keys)
    counts = counts.rename(columns={"list_date": "period_end"})
    some = f"{PARTIAL} the list names only some of the Members"
    one = f"{PARTIAL} the list is of one programme or track among several"
    is_one_part = counts["full_parts"] > 0
    note = np.where(counts["is_partial"], np.where(is_one_part, one, some), "")
    undated = lists[~is_dated].groupby([*names, "all"], dropna=False)["member"]
    # A Member without a date may be on any of the lists.
    without_date = undated.nunique().rename("missing").reset_index()
    counts = counts.assign(all=0).merge(without_date, on=[*names, "all"], how="left")
    missing = counts["missing"].fillna(0).astype(int)
    more = missing.map("; {} more without a date".format).where(missing > 0, "")
    texts = pd.Series(note, counts.index).astype("object") + more.astype("object")
    notes = (texts + statuses.to_numpy()).str.removeprefix("; ")
    return counts.assign(note=notes, missing=missing).reset_index(drop=True)


def _on_day(lists: pd.DataFrame, names: list[str], on: object) -> pd.DataFrame:
    """Count the Members that are supported on a day, and those that may be."""
    day: Any = pd.NaT
    if pd.api.types.is_scalar(on):
        with contextlib.suppress(DataError):
            day = read_days(pd.Series([on], name="on", dtype="object"))[0]
    if pd.isna(day):
        raise ArgumentError(
            f"`on` must be a day such as '2024-12-31', but {shown(on)} was given"
        )
    start, end = read_periods(lists["start"]), read_periods(lists["end"])
    first_day = start.start.fillna(start.end)
    last_day = _last_days(end.end, lists.get("end_precision"))
    begins_by_then = first_day.fillna(lists["list_date"]) <= day
    has_ended = last_day < day
    is_possible = (begins_by_then | first_day.isna()) & ~has_ended
    member = lists["member"]
    lists = lists.assign(
        all=0,
        certain=member.where(begins_by_then & ~has_ended),
        possible=member.where(is_possible),
        is_partial=lists["list_kind"] == "partial",
    )
    by_part = lists.groupby([*names, "all"], dropna=False, sort=False)
    counts = by_part.agg(
        value=("certain", "nunique"),
        possible=("possible", "nunique"),
        is_partial=("is_partial", "all"),
        source_id=("source_id", "last"),
    )
    counts = counts.reset_index().assign(period_end=day)
    counts["missing"] = counts["possible"] - counts["value"]
    some = f"{PARTIAL} the lists name only some of the Members"
    partial = counts["is_partial"].map({True: some, False: ""})
    statuses = _statuses(counts, lists.dropna(subset="certain"), [*names, "all"])
    counts["note"] = partial.astype("object") + statuses
    return counts


def _statuses(counts: pd.DataFrame, lists: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Say how many Members of each count are cancelled, postponed or planned."""
    said = pd.Series("", counts.index, dtype="object")
    if "status" not in lists:
        return said
    lists = lists.assign(kind=kinds_of_statuses(lists["status"]))
    for kind in STATUSES:
        of_kind = lists[lists["kind"] == kind].groupby(keys, dropna=False)["member"]
        numbers = of_kind.nunique().rename("number").reset_index()
        number = counts[keys].merge(numbers, on=keys, how="left")["number"]
        texts = number.fillna(0).map(f"; {{:.0f}} {kind} among them".format)
        said += texts.where(number > 0, "").to_numpy()
    return said


def _last_days(days: pd.Series, precision: pd.Series | None) -> pd.Series:
    """Return the last day of months and years that are stored as their first day."""
    if precision is None:
        return days
    days = days.mask(precision == "month", days + pd.offsets.MonthEnd(0))
    return days.mask(precision == "year", days + pd.offsets.YearEnd(0))


def _numbers(lists: pd.DataFrame, names: list[str]) -> pd.Series | int:
    return lists.groupby(names, dropna=False).ngroup() if names else 0


def _scopes(values: pd.DataFrame) -> pd.Series:
    """Write the values of `by` as the scope of a count: `seco_wco_gtfp`."""
    scopes = []
    # The rows of a frame without columns are no tuples in pandas 2.
    for row in values.to_numpy(dtype=object):
        spelling = plain_spelling(" ".join(map(str, filter(pd.notna, row))))
        scopes.append("_".join(re.findall("[a-z0-9]+", spelling)) or "all")
    return text_column(scopes, values.index)
