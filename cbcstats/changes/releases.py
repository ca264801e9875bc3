"""What was added, dropped and revised between two editions of a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.arguments import check_frame, check_names
from cbcstats.errors import ArgumentError
from cbcstats.frames import as_printed, as_text, text_column, to_pandas

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIGURE: Final = ("indicator", "scope", "period_start", "period_end", "source_id")
# Numbers with decimals as text; codes such as 0101 are not numbers.
_DECIMAL: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def compare_releases(
    old: Any, new: Any, *, keys: str | Iterable[str] = _FIGURE
) -> pd.DataFrame:
    """List what was added, dropped and revised between two editions of a table.

    Parameters
    ----------
    old, new : pandas.DataFrame or frame of another library
        Two editions, such as of `data/counts.csv`.
    keys : str or list of str
        Columns that identify a row; by default those of a published figure. Rows with
        the same key are matched by equal values first, then in their order.

    Returns
    -------
    pandas.DataFrame
        One row per row that was added or dropped, and one per value that was revised.
        Columns: `keys`; `change`, one of `added`, `dropped`, `revised`; `column`,
        `old`, `new` (text; missing where there is no such row or value). Empty if the
        editions are equal. A column of only one edition is a row with missing keys.

    Raises
    ------
    ArgumentError
        If a key is not a column of both, or two columns of one have the same name.

    Notes
    -----
    Values are compared as they are printed, whatever their dtype: 1, 1.0 and the text
    `1.0` are equal, and so are 0.1 + 0.2 and 0.3, a day and its text, and an empty text
    and a missing value. The order of rows and columns makes no difference.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import compare_releases
    >>> old = pd.DataFrame({"year": [2015, 2016, 2017], "missions": [350, 342, 492]})
    >>> new = pd.DataFrame({"year": [2016, 2017], "missions": [343.0, 492.0]})
    >>> compare_releases(old, new, keys="year")
       year   change    column  old  new
    0  2015  dropped       NaN  NaN  NaN
    1  2016  revised  missions  342  343
    """
    old, new = _edition("old", old), _edition("new", new)
    keys = check_names("keys", keys)
    if not keys:
        raise ArgumentError("`keys` names no column; name those that identify a row")
    for name in keys:
        if name not in old or name not in new:
            raise ArgumentError(
                f"`keys` names {name!r}, which is not a column of both editions; "
                "name the columns that identify a row"
            )
    shared = [name for name in old if name in new]
    old_texts, new_texts = _as_texts(old[shared], new), _as_texts(new[shared], old)
    pairs = _pairs_of_rows(old_texts, new_texts, keys)
    is_dropped, is_added = pairs["new"].isna(), pairs["old"].isna()
    dropped = pairs.loc[is_dropped, "old"].sort_values()
    added = pairs.loc[is_added, "new"].sort_values()
    both = pairs[~is_dropped & ~is_added].astype(int).sort_values("old")
    rows = old.loc[both["old"], keys]
    before = old_texts.loc[both["old"]].set_axis(rows.index)
    after = new_texts.loc[both["new"]].set_axis(rows.index)
    values = [name for name in shared if name not in keys]
    differences = [
        old.loc[dropped, keys].assign(change="dropped"),
        new.loc[added, keys].assign(change="added"),
        *(_revised(rows, before[name], after[name]) for name in values),
        _columns_of_one(old, new, "dropped"),
        _columns_of_one(new, old, "added"),
    ]
    # The dtypes of empty frames would make those of the others objects.
    filled = [part for part in differences if len(part)] or differences[:1]
    every: pd.DataFrame = pd.concat(filled, ignore_index=True)
    return every.reindex(columns=[*keys, "change", "column", "old", "new"])


def _revised(rows: pd.DataFrame, before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Return the keys of the rows whose values differ, and both values."""
    differs = before != after
    revised = rows[differs].assign(change="revised", column=str(before.name))
    revised["old"] = text_column(before[differs].replace("", None))
    revised["new"] = text_column(after[differs].replace("", None))
    return revised


def _columns_of_one(
    edition: pd.DataFrame, other: pd.DataFrame, change: str
) -> pd.DataFrame:
    columns = [name for name in edition if name not in other]
    return pd.DataFrame({"change": change, "column": text_column(columns)})


def _edition(name: str, edition: Any) -> pd.DataFrame:
    frame = to_pandas(name, edition).rename(columns=str)
    return check_frame(name, frame).reset_index(drop=True)


def _as_texts(edition: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Write each cell in the form in which equal values are equal texts."""
    texts = {}
    for name, column in edition.items():
        text = as_printed(column).map(as_text).astype("object")
        if pd.api.types.is_bool_dtype(other[name].dtype):
            text = text.str.lower()
        texts[name] = text.map(_as_number)
    return pd.DataFrame(texts, index=edition.index)


def _as_number(text: str) -> str:
    """Write a decimal number as the float that it is; leave other texts alone."""
    if text.isdecimal() or not _DECIMAL.fullmatch(text):
        return text
    return as_text(float(f"{float(text):.15g}"))


def _pairs_of_rows(
    old: pd.DataFrame, new: pd.DataFrame, keys: list[str]
) -> pd.DataFrame:
    """Match the rows of two editions that are not equal, by their row numbers."""
    # Rows of the new edition are numbered on from those of the old one.
    every = pd.concat([old, new], ignore_index=True)
    by_values = every.groupby(list(every), sort=False)
    equal = _pair(by_values.ngroup(), len(old)).dropna()
    rows_of_equal = pd.concat([equal["old"], equal["new"]])
    others = every.drop(rows_of_equal)
    by_keys = others.groupby(keys, sort=False)
    pairs = _pair(by_keys.ngroup(), len(old))
    pairs["new"] -= len(old)
    return pairs


def _pair(number: pd.Series, rows_of_old: int) -> pd.DataFrame:
    """Pair rows of the same number: the first old one with the first new one."""
    is_old = number.index < rows_of_old
    old, new = _numbered(number[is_old], "old"), _numbered(number[~is_old], "new")
    pairs = old.merge(new, on=["number", "twin"], how="outer")
    return pairs[["old", "new"]]


def _numbered(number: pd.Series, edition: str) -> pd.DataFrame:
    twin = number.groupby(number).cumcount()
    return pd.DataFrame({"number": number, "twin": twin, edition: number.index})
