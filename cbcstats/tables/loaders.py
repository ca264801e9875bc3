"""The tables, typed and validated: those that cbcstats carries, or files of your own of the same shape."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from cbcstats.errors import check_choice
from cbcstats.files.reading import read_cells
from cbcstats.tables import schemas
from cbcstats.tables.rules import FORM_OF_REGISTER
from cbcstats.tables.validation import check_cells, problems_error, whole_if_possible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import pandas as pd
    import pandera.pandas as pa

    from cbcstats.files.reading import Cells

SCHEMAS: Final[dict[str, type[pa.DataFrameModel]]] = {
    "counts": schemas.Counts,
    "beneficiaries": schemas.Beneficiaries,
    "members": schemas.Members,
    "places": schemas.Places,
    "sources": schemas.Sources,
}


def load_counts(
    indicator: str | Iterable[str] | None = None, *, source: str | Path | pd.DataFrame | None = None
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
    counts = _only(_load("counts", source), "indicator", indicator)
    return counts.assign(value=whole_if_possible(counts["value"]))


def load_beneficiaries(
    programme: str | Iterable[str] | None = None, *, source: str | Path | pd.DataFrame | None = None
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
    return _only(_load("beneficiaries", source), "programme", programme)


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
    return _load("members", source)


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
    return _load("places", source)


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
    return _load("sources", source)


def shipped(folder: str) -> Path:
    """Return the folder `data` or `notebooks`: inside an installed package, beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder


def _load(table: str, source: str | Path | pd.DataFrame | None) -> pd.DataFrame:
    cells = read_cells(shipped("data") / f"{table}.csv" if source is None else source)
    own = Path(source).expanduser() if isinstance(source, str | Path) else None
    schema = SCHEMAS[table].to_schema()
    refers = any((column.metadata or {}).get("refers_to") for column in schema.columns.values())
    known = _known_sources(own) if refers else frozenset()
    return _checked(cells, table, known, of_registers=table == "counts" and source is not None)


def _checked(
    cells: Cells, table: str, known: Collection[str] = (), *, of_registers: bool = False
) -> pd.DataFrame:
    frame, problems = check_cells(
        cells, SCHEMAS[table].to_schema(), known, of_registers=of_registers
    )
    if problems:
        raise problems_error(cells.name, problems)
    return frame.reset_index(drop=True)


def _known_sources(own: Path | None) -> frozenset[str]:
    known = set(load_sources()["source_id"])
    beside = own.with_name("sources.csv") if own else None
    if beside and beside.is_file():
        cells = read_cells(beside)
        if (
            "source_id" in cells.frame
        ):  # `save_datapackage` writes of a register that counts cite the id alone
            registers = cells.frame["source_id"].str.fullmatch(FORM_OF_REGISTER)
            cells = cells._replace(frame=cells.frame[~registers])
        known |= set(_checked(cells, "sources")["source_id"])
    return frozenset(known)


def _only(frame: pd.DataFrame, column: str, wanted: str | Iterable[str] | None) -> pd.DataFrame:
    if wanted is None:
        return frame
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    options = sorted(frame[column].unique())
    for name in names:
        check_choice(column, name, options)
    return frame[frame[column].isin(names)].reset_index(drop=True)
