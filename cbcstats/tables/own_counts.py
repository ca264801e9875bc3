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
from cbcstats.errors import ArgumentError, DataError, nearest
from cbcstats.files.cells import parse_decimal_numbers
from cbcstats.files.text_table import read_text_table
from cbcstats.frames import as_text, text_column

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from cbcstats.files.text_table import TextTable

# What holds where a file leaves a column out.
_DEFAULTS: Final = {
    "indicator": "figures",
    "scope": "all",
    "period_start": "",
    "period_basis": "stated",
    "qualifier": "exact",
    "published_change": "",
    "change_basis": "",
    "note": "",
}
_FIGURE: Final = ["indicator", "scope", "period_start", "period_end"]
# Digits alone are a number, even if it is too long; words have a letter or a sign.
_DIGITS: Final = r"[0-9.]+"


def own_frame(path: Path) -> pd.DataFrame:
    """Read a file of figures in any shape; its index numbers the rows of the file.

    Raises
    ------
    DataError
        If the file cannot be read, or a row has too many or too few cells.
    """
    table = read_text_table(path, lambda _: False)
    for row, fault in table.faults.items():
        raise DataError(f"{path}: row {row} {fault}; correct it")
    return _texts(table).replace("", None)


def complete_counts(
    table: TextTable,
    is_header: Callable[[Sequence[str]], bool],
    columns: Collection[str],
) -> TextTable:
    """Add the columns of counts that a table of one's own leaves out.

    `columns` are those of the schema.

    Raises
    ------
    DataError
        If its periods or values cannot be found.
    """
    cells = _texts(table)
    names = {_plain_name(name): name for name in cells}
    if not is_header(table.header) and not {"value", "period_end"} <= set(names):
        cells = _with_periods_and_values(cells, table.name)
        names = {name: name for name in cells}
    # A misspelt column is reported, not taken for one that is left out.
    unknown = [name for name in names if name not in columns]
    absent = {
        name: text
        for name, text in _DEFAULTS.items()
        if name not in names and not nearest(name, unknown, count=1)
    }
    if "value" in names:
        cells = _with_words_read(cells, names)
    cells = cells.assign(
        **{name: text for name, text in absent.items() if name not in cells}
    )
    cells = _with_unit_and_measure(cells, names, unknown)
    if "source_id" not in names:
        cells["source_id"] = _source_of(table)
    cells = cells.drop(columns=_ambiguous(cells, absent))
    return replace(table, header=list(cells), cells=cells, is_text=True)


def _texts(table: TextTable) -> pd.DataFrame:
    return pd.DataFrame({name: table.text(name).str.strip() for name in table.header})


def _plain_name(name: str) -> str:
    return "_".join(str(name).lower().split())


def _source_of(table: TextTable) -> str:
    """Name the file as the source; a frame has no name."""
    if table.name.startswith("the "):
        return "own figures"
    return re.split(r"[\\/]", table.name)[-1]


def _with_unit_and_measure(
    cells: pd.DataFrame, names: dict[str, str], unknown: list[str]
) -> pd.DataFrame:
    cells = cells.copy()
    is_complete = {"indicator", "period_start"} <= set(cells)
    if is_complete and "unit" not in names and not nearest("unit", unknown, count=1):
        cells["unit"] = cells["indicator"].str.replace("_", " ")
    if is_complete and "measure" not in names:
        has_no_start = cells["period_start"] == ""
        cells["measure"] = text_column(has_no_start.map({True: "stock", False: "flow"}))
    return cells


def _ambiguous(cells: pd.DataFrame, absent: dict[str, str]) -> list[str]:
    """Return a column that cannot be left out, as only it tells figures apart."""
    known = [name for name in _FIGURE if name in cells]
    others = [name for name in cells if name not in (*_DEFAULTS, "value", "source_id")]
    keys = [*known, *(name for name in others if name not in known)]
    if not cells.duplicated(keys).any():
        return []
    return [name for name in ("indicator", "scope") if name in absent][:1]


def _with_periods_and_values(cells: pd.DataFrame, name: str) -> pd.DataFrame:
    _refuse_repeated(cells, name)
    cells = cells.rename(columns=_plain_names(cells))
    has_indicator = "indicator" in cells
    try:
        found = find_columns(cells.replace("", None), [], what=name)
    except ArgumentError as error:
        raise DataError(str(error)) from error
    cells, periods, number = found
    if "indicator" in cells and not has_indicator:
        # Each row of a wide table is a series.
        cells["indicator"] = cells["indicator"].map(_in_snake_case)
    text = text_column(joined_periods(cells, periods)).fillna("")
    start, end = _read_each(text)
    others = [column for column in cells if column not in (*periods, number)]
    known = cells[others].fillna("")
    columns = {"period_end": end, "value": cells[number].fillna("")}
    if "period_start" not in known:
        columns["period_start"] = start
    if number != "value" and "indicator" not in known:
        # A column called "Missions delivered" is the indicator missions_delivered.
        columns["indicator"] = text_column(_in_snake_case(number), cells.index)
    return known.assign(**columns)


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


def _plain_names(cells: pd.DataFrame) -> dict[str, str]:
    """Return the names of columns in the form of the schema, unless two would agree."""
    plain = [_plain_name(name) for name in cells]
    pairs = zip(cells, plain, strict=True)
    return {name: new for name, new in pairs if plain.count(new) == 1}


def _read_each(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first and last days; a cell that is no period stays as it is."""
    try:
        read = read_periods(text.replace("", None))
        return _days(read.start), _days(read.end)
    except DataError:
        pass  # so that each wrong cell is reported in its row
    starts, ends = {}, {}
    for cell in text.unique():
        try:
            read = read_periods(pd.Series([cell or None], name=text.name))
            starts[cell], ends[cell] = _days(read.start)[0], _days(read.end)[0]
        except DataError:
            starts[cell], ends[cell] = "", cell
    return text.map(starts), text.map(ends)


def _days(days: pd.Series) -> pd.Series:
    return text_column(days.dt.strftime("%Y-%m-%d")).fillna("")


def _with_words_read(cells: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Move the words beside the values to columns of their own."""
    value = names["value"]
    text = cells[value]
    is_number = parse_decimal_numbers(text.tolist()).notna().to_numpy()
    is_in_words = ~is_number & (text != "") & ~text.str.fullmatch(_DIGITS).astype(bool)
    if not is_in_words.any():
        return cells
    cells = cells.copy()
    split = split_figures(text[is_in_words])
    # What cannot be read stays, and is reported with its row.
    split = split[split["problem"].isna()]
    cells.loc[split.index, value] = split["value"].map(as_text).fillna("")
    if "unit" not in names and split["unit"].nunique() == 1:
        # "More than 330" before "492 missions" are missions, too.
        cells["unit"] = split["unit"].dropna().iloc[0]
    for name in ("qualifier", "rounded_to", "unit", "obs_status"):
        read = text_column(split[name].map(as_text)).replace("", None).dropna()
        if read.empty:
            continue
        column = names.get(name, name)
        if column not in cells:
            cells[column] = _DEFAULTS.get(name, "")
        # What a column of the file says counts more than the words of a cell.
        present = cells.loc[read.index, column]
        rows = read.index[present.isin(["", "exact"])]
        cells.loc[rows, column] = read[rows]
    return cells
