"""Complete a file of one's own figures to a table of counts.

Only periods and values are needed. The result is a table of text like that of a
complete file, so that the schema checks both, and problems name the row of the file.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.counts.figures_in_words import split_figures
from cbcstats.counts.own_data import find_columns, joined_periods
from cbcstats.counts.period_columns import read_periods
from cbcstats.errors import DataError
from cbcstats.files.cells import parse_numbers
from cbcstats.frames import as_text, text_column

if TYPE_CHECKING:
    from cbcstats.files.text_table import TextTable

OWN_FIGURES: Final = "own figures"
_ONE_DATE: Final = "%Y-%m-%d"
# What holds where a file leaves a column out.
_DEFAULTS: Final = {
    "scope": "all",
    "period_basis": "stated",
    "qualifier": "exact",
    "published_change": "",
    "change_basis": "",
    "note": "",
}


_COLUMNS: Final = (
    "indicator",
    "measure",
    "unit",
    "period_start",
    "period_end",
    "value",
    "rounded_to",
    "obs_status",
    "source_id",
    *_DEFAULTS,
)


def complete_counts(table: TextTable) -> TextTable:
    """Add the columns of counts that a table of one's own leaves out.

    Raises
    ------
    ArgumentError
        If its periods or values cannot be found.
    DataError
        If two columns have the same name.
    """
    cells = pd.DataFrame({name: table.text(name).str.strip() for name in table.header})
    plain = _plain_names(cells)
    names = set(plain.values())
    cells = cells.rename(columns=_unambiguous(plain))
    if not {"value", "period_end"} <= set(cells):
        cells = _with_periods_and_values(cells, table.name)
    cells = _with_words_read(cells)
    for name, text in {**_DEFAULTS, **_names(table)}.items():
        if name not in cells and name not in names:
            cells[name] = text
    if "unit" not in cells:
        cells["unit"] = cells["indicator"].str.replace("_", " ")
    if "period_start" not in cells:
        cells["period_start"] = ""
    if "measure" not in cells:
        is_stock = cells["period_start"] == ""
        cells["measure"] = text_column(is_stock.map({True: "stock", False: "flow"}))
    return replace(table, header=list(cells), cells=cells, is_text=True)


def _plain_names(cells: pd.DataFrame) -> dict[str, str]:
    """Return the names of columns in the form of the schema."""
    return {name: "_".join(str(name).lower().split()) for name in cells}


def _unambiguous(plain: dict[str, str]) -> dict[str, str]:
    """Leave out names of one's own, and those that two columns would have."""
    kept = list(plain.values())
    return {
        name: new
        for name, new in plain.items()
        if new in _COLUMNS and kept.count(new) == 1
    }


def _names(table: TextTable) -> dict[str, str]:
    is_file = not table.name.startswith("the ")
    source = re.split(r"[\\/]", table.name)[-1] if is_file else OWN_FIGURES
    return {"indicator": "figures", "source_id": source}


def _with_periods_and_values(cells: pd.DataFrame, name: str) -> pd.DataFrame:
    _refuse_repeated(cells, name)
    has_indicator = "indicator" in cells
    cells, periods, number = find_columns(cells.replace("", None), [], what=name)
    if "indicator" in cells and not has_indicator:
        # Each row of a wide table is a series.
        cells["indicator"] = cells["indicator"].map(_in_snake_case)
    text = text_column(joined_periods(cells, periods)).fillna("")
    start, end = _read_each(text)
    known = cells.fillna("")
    columns = {"period_end": end}
    if "period_start" not in cells:
        columns["period_start"] = start
    if number != "value":
        columns["value"] = known[number]
        # A column called "Missions delivered" is the indicator missions_delivered.
        columns["indicator"] = text_column(_in_snake_case(number), cells.index)
    others = [column for column in known if column not in (*periods, number)]
    return known[others].assign(**{**columns, **_given(known, columns)})


def _refuse_repeated(cells: pd.DataFrame, name: str) -> None:
    for column in cells:
        original = re.sub(r" \(\d+\)$", "", column)
        if original != column and original in cells:
            raise DataError(f"{name} has two columns called {original!r}; rename one")


def _in_snake_case(name: str) -> str:
    """Write a name as an indicator: `Côte d'Ivoire` becomes `cote_d_ivoire`."""
    decomposed = unicodedata.normalize("NFKD", name.lower())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_") or "figures"


def _given(known: pd.DataFrame, columns: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """Return the columns that the file itself has."""
    names = [name for name in columns if name in known and name != "period_end"]
    if "value" in known:
        names.append("value")
    return {name: known[name] for name in names}


def _read_each(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first and last days; a cell that is no period stays as it is."""
    starts, ends = {}, {}
    try:
        read = read_periods(text.replace("", None))
        return _days(read.start), _days(read.end)
    except DataError:
        pass  # so that each wrong cell is reported in its row
    for cell in text.unique():
        try:
            read = read_periods(pd.Series([cell or None], name=text.name))
            starts[cell], ends[cell] = _days(read.start)[0], _days(read.end)[0]
        except DataError:
            starts[cell], ends[cell] = "", cell
    return text.map(starts), text.map(ends)


def _days(days: pd.Series) -> pd.Series:
    return text_column(days.dt.strftime(_ONE_DATE)).fillna("")


def _with_words_read(cells: pd.DataFrame) -> pd.DataFrame:
    """Move the words beside the values to their columns."""
    text = cells["value"]
    is_in_words = parse_numbers(text.tolist()).isna().to_numpy() & (text != "")
    if not is_in_words.any():
        return cells
    split = split_figures(text[is_in_words])
    # What cannot be read stays, and is reported with its row.
    split = split[split["problem"].isna()]
    if "unit" not in cells and split["unit"].nunique() == 1:
        # "More than 330" before "492 missions" are missions, too.
        cells["unit"] = text_column(split["unit"].dropna().iloc[0], cells.index)
    for name in ("value", "qualifier", "rounded_to", "unit", "obs_status"):
        read = text_column(split[name].map(as_text)).replace("", None).dropna()
        if name not in cells and len(read):
            cells[name] = text_column("", cells.index)
            if name == "qualifier":
                cells[name] = text_column("exact", cells.index)
        rows = read.index if name == "value" else _without(cells, name, read.index)
        if len(rows):
            cells.loc[rows, name] = read[rows]
    is_missing = split.index[split["value"].isna()]
    cells.loc[is_missing, "value"] = ""
    return cells


def _without(cells: pd.DataFrame, name: str, rows: pd.Index) -> pd.Index:
    """Return the rows in which a column of the file says nothing of its own."""
    if name not in cells:
        return rows[:0]
    present = cells.loc[rows, name]
    return rows[present.isin(["", "exact"])]
