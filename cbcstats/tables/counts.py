"""Load counts: those that come with cbcstats, or a file of one's own figures.

Of one's own, only periods and values are needed. The result is a table of text like that of a
complete file, so that the schema checks both, and problems name the row of the file.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.arguments import check_choice, check_names, check_source
from cbcstats.counts.figures_in_words import split_figures
from cbcstats.counts.formats import heading
from cbcstats.counts.own_data import (
    find_columns,
    joined_periods,
    with_index,
    with_words,
)
from cbcstats.counts.period_columns import read_periods
from cbcstats.errors import ArgumentError, DataError, nearest
from cbcstats.files.cells import ascii_letters, whole_if_possible
from cbcstats.files.text_table import read_text_table
from cbcstats.frames import as_text, text_column
from cbcstats.tables.loaders import (
    load_indicators,
    load_sources,
    load_table,
    only,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    import pandera.pandas as pa

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
    "unit": "",
}
# Columns that do not tell figures apart.
_NO_KEYS: Final = (
    "value",
    "period_basis",
    "qualifier",
    "published_change",
    "change_basis",
    "label",
    "source_id",
    "note",
)
# Digits alone are a number, even if it is too long; words have a letter or a sign.
_NUMBER: Final = r"[+-]?[0-9.]*"


def load_counts(
    indicator: str | Iterable[str] | None = None,
    *,
    source: Any = None,
    sources: pd.DataFrame | None = None,
    schema: type[pa.DataFrameModel] | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """Load published counts, or figures of your own in the same columns.

    Parameters
    ----------
    indicator : str or iterable of str, optional
        Series to keep, such as `wco_members`; `list_indicators` lists them. All of them
        by default. A former name finds the indicator, with a warning.
    source : path, frame of any library, Series or dict, optional
        Figures of your own: a CSV, Excel or Parquet file, or a table. Only periods and
        values are needed, as for `year_on_year`; the other columns of
        `data/counts.csv` are filled in: exact figures of one series, flows over years,
        quarters and months, stocks on days. The source is the name of the file, or
        `own figures`. Only the first sheet of a workbook is read.
    sources : frame of any library, optional
        Your own sources, in the columns of `load_sources`, which `source_id` may name.
        So does a file `sources.csv` in the folder of the figures. A register, and a
        text of several words, are sources without being in any list.
    schema : subclass of Counts, optional
        A schema of your own, with further columns and checks.
    language : {"en", "fr"}
        Language of the labels. Those that have no French label are in English.

    Returns
    -------
    pandas.DataFrame
        One row per published figure, in file order, with the columns and dtypes of
        `Counts`: text as `str`, `value` as `Int64`, or `Float64` if one of them has
        decimals, days as `datetime64`, `preferred` as `bool`. `label`
        is the indicator as a reader sees it.

    Raises
    ------
    DataError
        If the file breaks the schema. The error lists all bad cells and holds them in
        `.problems`.
    ArgumentError
        If an indicator is unknown; the message suggests similar names.

    Examples
    --------
    >>> from cbcstats import load_counts
    >>> missions = load_counts("capacity_building_missions")
    >>> missions[["scope", "value", "qualifier"]].tail(2)
           scope  value qualifier
    4  delivered    342     exact
    5  delivered    492     exact
    """
    check_choice("language", language, ("en", "fr"))
    own_sources: frozenset[str] = frozenset()
    if sources is not None:
        given = load_sources(source=sources)
        own_sources = frozenset(given["source_id"])
    loaded = load_table("counts", source, schema, own_sources, read_own_counts)
    names = load_indicators().set_index("indicator")
    if indicator is not None:
        indicator = _present_names(indicator, loaded, names["former_names"])
    counts = only(loaded, "indicator", indicator)
    counts = _with_labels(counts, names, language)
    # Most figures are whole numbers; amounts of money and shares have decimals.
    counts = counts.assign(value=whole_if_possible(counts["value"]))
    if "missing" not in counts:
        return counts
    # Only counts of registers know how many rows are missing.
    if counts["missing"].isna().all():
        return counts.drop(columns="missing")
    return counts.assign(missing=whole_if_possible(counts["missing"]))


def _present_names(
    indicator: str | Iterable[str], counts: pd.DataFrame, former_names: pd.Series
) -> list[str]:
    """Replace former names of indicators by those of today, with a warning."""
    present = set(counts["indicator"])
    each = former_names.dropna().str.split().explode()
    names: list[str] = []
    for name in check_names("indicator", indicator):
        successors = [new for new in each.index[each == name] if new in present]
        if name in present or not successors:
            names.append(name)
            continue
        names += successors
        listed = " and ".join(map(repr, successors))
        text = f"indicator {name!r} is called {listed} now"
        warnings.warn(text, FutureWarning, stacklevel=3)
    return names


def _with_labels(
    counts: pd.DataFrame, names: pd.DataFrame, language: str
) -> pd.DataFrame:
    """Add what a reader sees: the label given, the published one, or the name in words."""
    published = names[f"label_{language}"].fillna(names["label_en"])
    indicator = counts["indicator"]
    labels = {name: published.get(name) or heading(name) for name in indicator.unique()}
    label = indicator.map(labels)
    if "label" in counts:
        return counts.assign(label=counts["label"].fillna(label))
    place = list(counts).index("indicator") + 1
    counts.insert(place, "label", label)
    return counts


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
    cells = _texts(table)
    _refuse_repeated(cells, str(path))
    return cells.replace("", None)


def read_own_counts(
    source: Any,
    is_header: Callable[[Sequence[str]], bool],
    columns: Collection[str],
) -> tuple[TextTable, TextTable]:
    """Read counts of one's own in any shape; return them as typed, and completed.

    `columns` are those of the schema.

    Raises
    ------
    ArgumentError
        If the source is neither a path nor a table.
    DataError
        If it cannot be read, or its periods or values cannot be found.
    """
    # Counts may be a series or a dict by year, or have their years in the index.
    given = check_source("source", with_index(source))
    typed = read_text_table(given, is_header)
    cells = _with_plain_names(_texts(typed), columns)
    is_of_counts = is_header(typed.header)
    if not is_of_counts and not {"value", "period_end"} <= set(cells):
        cells = _with_periods_and_values(cells, typed.name)
    absent = [name for name in _DEFAULTS if name not in cells]
    if is_of_counts:
        # A misspelt column is reported, not taken for one that is left out.
        unknown = cells.columns.difference(list(columns)).map(_plain_name)
        absent = [name for name in absent if not nearest(name, unknown, count=1)]
    defaults = {name: _DEFAULTS[name] for name in absent}
    cells = cells.assign(**defaults)
    if "value" in cells:
        cells = _with_words_read(cells)
    if {"indicator", "period_start"} <= set(cells):
        cells = _with_unit_and_measure(cells, absent)
    if "source_id" not in cells:
        cells["source_id"] = _source_of(typed)
    # A column cannot be left out if only it tells figures apart.
    keys = cells.columns.difference([*_NO_KEYS])
    is_repeated = cells.duplicated(keys.tolist())
    if is_repeated.any():
        needed = [name for name in ("indicator", "scope") if name in absent]
        cells = cells.drop(columns=needed[:1])
    header = cells.columns.tolist()
    return typed, replace(typed, header=header, cells=cells, is_text=True)


def _texts(table: TextTable) -> pd.DataFrame:
    texts = {name: table.text(name).str.strip() for name in table.header}
    return pd.DataFrame(texts)


def _plain_name(name: str) -> str:
    return "_".join(name.lower().split())


def _with_plain_names(cells: pd.DataFrame, columns: Collection[str]) -> pd.DataFrame:
    """Write the names of columns as the schema does, and leave others as typed."""
    names = cells.columns.to_series()
    plain = names.map(_plain_name)
    is_known = plain.isin(list(columns))
    # `Value` and `value` would agree, and stay as they are.
    is_repeated = plain.duplicated(keep=False)
    header = plain.where(is_known & ~is_repeated, names)
    return cells.set_axis(header, axis="columns")


def _source_of(table: TextTable) -> str:
    """Name the file as the source; a frame has no name."""
    if table.name.startswith("the "):
        return "own figures"
    return re.split(r"[\\/]", table.name)[-1]


def _with_unit_and_measure(cells: pd.DataFrame, absent: list[str]) -> pd.DataFrame:
    if "unit" in absent:
        # Words beside the values may have given a unit.
        unit = cells["unit"]
        indicator = cells["indicator"].str.replace("_", " ")
        unit = unit.mask(unit == "", indicator)
        cells = cells.assign(unit=unit)
    if "measure" in cells:
        return cells
    has_no_start = cells["period_start"] == ""
    measure = has_no_start.map({True: "stock", False: "flow"})
    return cells.assign(measure=text_column(measure))


def _with_periods_and_values(cells: pd.DataFrame, name: str) -> pd.DataFrame:
    _refuse_repeated(cells, name)
    is_named = "indicator" in cells
    try:
        found = find_columns(cells.replace("", None), [], what=name)
    except ArgumentError as error:
        raise DataError(str(error)) from error
    cells, periods, number = found
    if "indicator" in cells and not is_named:
        # Each row of a wide table is a series.
        cells["indicator"] = cells["indicator"].map(_in_snake_case)
    period = text_column(joined_periods(cells, periods))
    start, end = _read_each(period.fillna(""))
    cells = cells.fillna("")
    columns = {"period_end": end, "value": cells[number]}
    if "period_start" not in cells:
        columns["period_start"] = start
    if number != "value" and "indicator" not in cells:
        # A column called "Missions delivered" is the indicator missions_delivered.
        columns["indicator"] = text_column(_in_snake_case(number), cells.index)
    others = cells.drop(columns=[*periods, number])
    return others.assign(**columns)


def _refuse_repeated(cells: pd.DataFrame, name: str) -> None:
    for column in cells.columns.tolist():
        # The reader numbers a second column of the same name.
        original = re.sub(r" \(\d+\)$", "", column)
        if original != column and original in cells:
            raise DataError(f"{name} has two columns called {original!r}; rename one")


def _in_snake_case(name: str) -> str:
    """Write a name as an indicator: `Côte d'Ivoire` becomes `cote_d_ivoire`."""
    words = re.findall(r"[a-z0-9]+", ascii_letters(name.lower()))
    return "_".join(words) or "figures"


def _read_each(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first and last days; a cell that is no period stays as it is."""
    try:
        return _read(text)
    except DataError:
        pass  # so that each wrong cell is reported in its row
    starts, ends = {}, {}
    for cell in text.unique():
        try:
            start, end = _read(pd.Series([cell], name=text.name))
        except DataError:
            starts[cell], ends[cell] = "", cell
        else:
            starts[cell], ends[cell] = start[0], end[0]
    return text.map(starts), text.map(ends)


def _read(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    periods = read_periods(text.replace("", None))
    return _written(periods["start"]), _written(periods["end"])


def _written(days: pd.Series) -> pd.Series:
    # strftime() of pandas 2 writes the year 1 as one digit.
    dates = days.dt.date
    return text_column(dates).fillna("")


def _with_words_read(cells: pd.DataFrame) -> pd.DataFrame:
    """Move the words beside the values to columns of their own."""
    text = cells["value"]
    is_number = text.str.fullmatch(_NUMBER).astype(bool)
    figures = split_figures(text[~is_number])
    # What cannot be read stays, and is reported with its row.
    figures = figures[figures["problem"].isna()]
    if figures.empty:
        return cells
    texts = figures.astype("object").map(as_text)
    texts = texts.reindex(cells.index)
    value = texts["value"].fillna(text)
    cells = cells.assign(value=value)
    words = texts.replace("", None)
    return with_words(cells, words).fillna("")
