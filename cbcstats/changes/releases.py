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
    old = _edition("old", old)
    new = _edition("new", new)
    keys = _check_keys(keys, old, new)
    shared = [name for name in old if name in new]
    old_texts = _as_texts(old[shared], new)
    new_texts = _as_texts(new[shared], old)
    pairs = _pairs_of_rows(old_texts, new_texts, keys)
    row = pairs["old"]
    new_row = pairs["new"]
    dropped = row[new_row.isna()]
    added = new_row[row.isna()]
    both = pairs.dropna()
    before = old_texts.loc[both["old"]]
    after = new_texts.loc[both["new"]]
    after.index = before.index
    old_keys = old[keys]
    new_keys = new[keys]
    rows = old_keys.loc[before.index]
    values = [name for name in shared if name not in keys]
    revised = [_revised(rows, before[name], after[name]) for name in values]
    return _as_table(
        keys,
        old_keys.loc[dropped].assign(change="dropped"),
        new_keys.loc[added].assign(change="added"),
        *revised,
        _columns_of_one(old, new, "dropped"),
        _columns_of_one(new, old, "added"),
    )


def _as_table(keys: list[str], *differences: pd.DataFrame) -> pd.DataFrame:
    # The dtypes of empty frames would make those of the others objects.
    filled = [part for part in differences if len(part)]
    parts = filled or differences[:1]
    table = pd.concat(parts, ignore_index=True)
    columns = [*keys, "change", "column", "old", "new"]
    table = table.reindex(columns=columns)
    for name in ("column", "old", "new"):
        # An empty text is a missing value.
        texts = table[name].replace("", None)
        table[name] = text_column(texts)
    return table


def _edition(name: str, edition: Any) -> pd.DataFrame:
    # Two columns called 2021 and "2021" would be the same column of a file.
    frame = to_pandas(name, edition).rename(columns=str)
    frame = check_frame(name, frame)
    return frame.reset_index(drop=True)


def _check_keys(
    keys: str | Iterable[str], old: pd.DataFrame, new: pd.DataFrame
) -> list[str]:
    names = check_names("keys", keys)
    if not names:
        raise ArgumentError("`keys` names no column; name those that identify a row")
    for name in names:
        if name not in old or name not in new:
            raise ArgumentError(
                f"`keys` names {name!r}, which is not a column of both editions; "
                "name the columns that identify a row"
            )
    return names


def _revised(rows: pd.DataFrame, before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Return the keys of the rows whose values differ, and both values."""
    differs = before != after
    column = str(before.name)
    revised: pd.DataFrame = rows[differs].assign(change="revised", column=column)
    revised["old"] = before[differs]
    revised["new"] = after[differs]
    return revised


def _columns_of_one(
    edition: pd.DataFrame, other: pd.DataFrame, change: str
) -> pd.DataFrame:
    columns = [name for name in edition if name not in other]
    return pd.DataFrame({"change": change, "column": columns})


def _as_texts(edition: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Write each cell in the form in which equal values are equal texts."""
    texts = {}
    for name, column in edition.items():
        printed = as_printed(column)
        text = printed.map(as_text).astype("object")
        dtype = other[name].dtype
        # A file may have "True" where a frame has the value.
        if pd.api.types.is_bool_dtype(dtype):
            text = text.str.lower()
        texts[name] = text.map(_as_number)
    return pd.DataFrame(texts, index=edition.index)


def _as_number(text: str) -> str:
    """Write a decimal number as the float that it is; leave other texts alone."""
    if text.isdecimal() or not _DECIMAL.fullmatch(text):
        return text
    number = float(text)
    rounded = f"{number:.15g}"
    return as_text(float(rounded))


def _pairs_of_rows(
    old: pd.DataFrame, new: pd.DataFrame, keys: list[str]
) -> pd.DataFrame:
    """Match the rows of two editions that are not equal, by their row numbers."""
    # As objects, since columns that one edition leaves out are empty there.
    editions = [old.astype("object"), new.astype("object")]
    every = pd.concat(editions, keys=["old", "new"])
    names = every.columns.to_list()
    by_values = _numbered(every, names)
    # A number occurs once in an edition, so that twice is once in each.
    is_equal = by_values.duplicated(keep=False)
    others = every[~is_equal.reindex(every.index)]
    by_keys = _numbered(others, keys)
    rows = by_keys.reset_index(names=["edition", "row"])
    pair = ["number", "twin"]
    pairs = rows.pivot_table("row", pair, "edition", aggfunc="first")
    pairs = pairs.reindex(columns=["old", "new"])
    return pairs.sort_values(["old", "new"])


def _numbered(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Give rows with the same cells a number, and each its place in its edition."""
    groups = rows.groupby(names, sort=False)
    number = groups.ngroup()
    edition = rows.index.get_level_values(0)
    by_edition = number.groupby([number, edition])
    twin = by_edition.cumcount()
    return pd.DataFrame({"number": number, "twin": twin})
