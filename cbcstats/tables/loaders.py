"""The tables, typed: those that cbcstats carries, or files of your own of the same shape, checked."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cbcstats.arguments import check_names, check_schema, check_source
from cbcstats.files.cells import whole_if_possible
from cbcstats.files.text_table import read_text_table
from cbcstats.tables.parsing import KINDS, REGISTER_SOURCE, TEXT, complete, parse_column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import pandera.pandas as pa

    Source = str | Path | pd.DataFrame


def load_counts(
    indicator: str | Iterable[str] | None = None,
    *,
    source: Source | None = None,
    schema: type[pa.DataFrameModel] | None = None,
) -> pd.DataFrame:
    """Load published counts.

    Parameters
    ----------
    indicator : str or iterable of str, optional
        Series to keep, such as `missions`. All of them by default.
    source : path or pandas.DataFrame, optional
        A CSV, Excel or Parquet file of your own with the columns of `data/counts.csv`, or such a frame. Of a
        workbook the first sheet is read. A file `sources.csv` beside the file adds your sources to those that
        cbcstats knows. Counts of a register need none: their source is the register, by the name of its file.

    Returns
    -------
    pandas.DataFrame
        One row per published figure, in file order, with the columns and dtypes of `Counts`: text as `str`,
        `value` as `Int64`, or `Float64` if one of them has decimals, days as `datetime64`, `preferred` as `bool`.

    Raises
    ------
    DataError
        If the file breaks the schema. The error lists all bad cells and holds them in `.problems`.
    ArgumentError
        If there is no such indicator; the message names the near ones.

    Examples
    --------
    >>> from cbcstats import load_counts
    >>> load_counts("missions")[["scope", "value", "qualifier"]].tail(2)
           scope  value qualifier
    4  delivered    342     exact
    5  delivered    492     exact
    """
    counts = _only(_load("counts", source, schema), "indicator", indicator)
    return counts.assign(value=whole_if_possible(counts["value"]))


def load_beneficiaries(
    programme: str | Iterable[str] | None = None,
    *,
    source: Source | None = None,
    schema: type[pa.DataFrameModel] | None = None,
) -> pd.DataFrame:
    """Load the Members on published lists of programme beneficiaries.

    Parameters
    ----------
    programme : str or iterable of str, optional
        Programmes to keep, such as `A-CIP`. All of them by default.
    source : path or pandas.DataFrame, optional
        A file or a frame of your own with the columns of `data/beneficiaries.csv`.

    Returns
    -------
    pandas.DataFrame
        One row per Member and list, with the columns and dtypes of `Beneficiaries`. Dates known to the month
        or year are its first day, as `as_of_precision`, `start_precision` and `end_precision` say.

    Raises
    ------
    DataError
        If the file breaks the schema.
    ArgumentError
        If there is no such programme.

    Examples
    --------
    >>> from cbcstats import load_beneficiaries
    >>> load_beneficiaries("WCO-SACU Connect")["member"].tolist()
    ['BWA', 'LSO', 'NAM', 'ZAF', 'SWZ']
    """
    return _only(_load("beneficiaries", source, schema), "programme", programme)


def load_members(*, source: str | Path | pd.DataFrame | None = None) -> pd.DataFrame:
    """Load the Members of the WCO, with their regions and dates of accession, and the European Union.

    Parameters
    ----------
    source : path or pandas.DataFrame, optional
        A file or a frame of your own with the columns of `data/members.csv`.

    Returns
    -------
    pandas.DataFrame
        One row per Member, with the columns and dtypes of `Members`. The European Union has the code `EUE`
        and no region; the WCO does not count it.

    Raises
    ------
    DataError
        If the file breaks the schema.

    Examples
    --------
    >>> from cbcstats import load_members
    >>> len(load_members())
    188
    """
    return _load("members", source, None)


def load_places(*, source: str | Path | pd.DataFrame | None = None) -> pd.DataFrame:
    """Load the names by which `to_iso3` knows countries and territories.

    Parameters
    ----------
    source : path or pandas.DataFrame, optional
        A file or a frame of your own with the columns of `data/places.csv`. It is checked and returned;
        `to_iso3` goes by the names that cbcstats carries.

    Returns
    -------
    pandas.DataFrame
        One row per spelling, with the columns and dtypes of `Places`: all countries and territories of
        ISO 3166-1, Kosovo as `XKX` and the European Union as `EUE`.

    Raises
    ------
    DataError
        If the file breaks the schema.

    Examples
    --------
    >>> from cbcstats import load_places
    >>> places = load_places()
    >>> places.loc[(places["iso3"] == "KEN") & (places["kind"] == "short"), "name"].tolist()
    ['Kenya', 'Kenya', 'Kenia']
    """
    return _load("places", source, None)


def load_sources(*, source: str | Path | pd.DataFrame | None = None) -> pd.DataFrame:
    """Load the sources of the figures: title, publisher, date, address.

    Parameters
    ----------
    source : path or pandas.DataFrame, optional
        A file or a frame of your own with the columns of `data/sources.csv`.

    Returns
    -------
    pandas.DataFrame
        One row per source, with the columns and dtypes of `Sources`.

    Raises
    ------
    DataError
        If the file breaks the schema.

    Examples
    --------
    >>> from cbcstats import load_sources
    >>> sources = load_sources().set_index("source_id")
    >>> sources.loc["wco-2018-03-02", "title"]
    'Successful 9th Session of the Capacity Building Committee'
    """
    return _load("sources", source, None)


def shipped(folder: str) -> Path:
    """Return the folder `data` or `notebooks`: inside an installed package, beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder


def _load(
    table: str, source: Source | None, schema: type[pa.DataFrameModel] | None
) -> pd.DataFrame:
    """Load a table: the shipped one as the tests have validated it, any other one checked."""
    source = None if source is None else check_source("source", source)
    if source is None and schema is None:
        return _load_shipped(table)
    from cbcstats.tables.schemas import SCHEMAS

    schema = check_schema("schema", schema, [SCHEMAS[table]])
    path = shipped("data") / f"{table}.csv" if source is None else source
    model = (schema or SCHEMAS[table]).to_schema()
    refers = any(
        (column.metadata or {}).get("refers_to") for column in model.columns.values()
    )
    known = _known_sources(path) if refers else frozenset()
    return _checked(
        path, model, known, of_registers=table == "counts" and source is not None
    )


def _load_shipped(table: str) -> pd.DataFrame:
    cells = read_text_table(shipped("data") / f"{table}.csv", lambda _: True).cells
    values = {
        name: parse_column(cells[name], KINDS.get(str(name), TEXT)) for name in cells
    }
    return complete(pd.DataFrame(values), cells).reset_index(drop=True)


def _checked(
    source: Source,
    model: pa.DataFrameSchema,
    known: Collection[str] = (),
    *,
    of_registers: bool = False,
) -> pd.DataFrame:
    from cbcstats.tables.validation import check_table, is_header_of, problems_error

    table = read_text_table(source, is_header_of(model))
    frame, problems = check_table(table, model, known, of_registers=of_registers)
    if problems:
        raise problems_error(table.name, problems)
    return frame.reset_index(drop=True)


def _known_sources(source: Source) -> frozenset[str]:
    """Return the ids of the shipped sources, and of a file sources.csv beside the source."""
    known = set(load_sources()["source_id"])
    if isinstance(source, str | os.PathLike):
        beside = Path(source).expanduser().parent / "sources.csv"
        known |= _own_sources(beside) if beside.is_file() else set()
    return frozenset(known)


def _own_sources(path: Path) -> set[str]:
    """Return the ids in a file of sources; those of registers have nothing but the id."""
    from cbcstats.tables.schemas import SCHEMAS
    from cbcstats.tables.validation import check_table, is_header_of, problems_error

    model = SCHEMAS["sources"].to_schema()
    table = read_text_table(path, is_header_of(model))
    if "source_id" in table.header:
        is_register = (
            table.cells["source_id"].str.fullmatch(REGISTER_SOURCE).astype(bool)
        )
        table = replace(table, cells=table.cells[~is_register])
    frame, problems = check_table(table, model, ())
    if problems:
        raise problems_error(table.name, problems)
    return set(frame["source_id"])


def _only(
    frame: pd.DataFrame, column: str, wanted: str | Iterable[str] | None
) -> pd.DataFrame:
    if wanted is None:
        return frame
    names = check_names(column, wanted, sorted(frame[column].unique()))
    return frame[frame[column].isin(names)].reset_index(drop=True)
