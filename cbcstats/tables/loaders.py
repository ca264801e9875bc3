"""Load the published tables or files of your own, and name the sources they cite."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.arguments import check_names, check_schema, check_source
from cbcstats.files.text_table import read_text_table
from cbcstats.tables.parsing import (
    KIND_OF_COLUMN,
    REGISTER_SOURCE,
    TEXT,
    check_table,
    complete,
    is_header_of,
    parse_column,
    problems_error,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable

    Source = str | Path | pd.DataFrame

# Columns that hold ids of sources.
SOURCE_IDS: Final = (
    "source_id",
    "previous_source_id",
    "region_source_id",
    "joined_source_id",
)
MANY: Final = 5  # up to this many dates of a publisher are listed one by one


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
        One row per Member and list, with the columns and dtypes of `Beneficiaries`.
        If only the month or year of a date is known, the date is its first day;
        `as_of_precision`, `start_precision` and `end_precision` tell how much is known.

    Raises
    ------
    DataError
        If the file breaks the schema.
    ArgumentError
        If a programme is unknown.

    Examples
    --------
    >>> from cbcstats import load_beneficiaries
    >>> load_beneficiaries("WCO-SACU Connect")["member"].tolist()
    ['BWA', 'LSO', 'NAM', 'ZAF', 'SWZ']
    """
    return only(load_table("beneficiaries", source, schema), "programme", programme)


def load_indicators(*, source: str | Path | pd.DataFrame | None = None) -> pd.DataFrame:
    """Load what the published counts are of: names, labels, units.

    `list_indicators` adds how many figures there are.

    Parameters
    ----------
    source : path or pandas.DataFrame, optional
        A file or a frame of your own with the columns of `data/indicators.csv`.

    Returns
    -------
    pandas.DataFrame
        One row per indicator, with the columns and dtypes of `Indicators`.

    Raises
    ------
    DataError
        If the file breaks the schema.

    Examples
    --------
    >>> indicators = load_indicators().set_index("indicator")
    >>> indicators.loc["wco_members", ["label_en", "label_fr"]].tolist()
    ['WCO Members', "Membres de l'OMD"]
    """
    return load_table("indicators", source, None)


def load_members(*, source: str | Path | pd.DataFrame | None = None) -> pd.DataFrame:
    """Load the Members of the WCO with their regions and dates of accession.

    Parameters
    ----------
    source : path or pandas.DataFrame, optional
        A file or a frame of your own with the columns of `data/members.csv`.

    Returns
    -------
    pandas.DataFrame
        One row per Member, with the columns and dtypes of `Members`, and one for the
        European Union: it has the code `EUE` and no region, and the WCO does not count
        it as a Member.

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
    return load_table("members", source, None)


def load_places(*, source: str | Path | pd.DataFrame | None = None) -> pd.DataFrame:
    """Load the names of countries and territories that `to_iso3` recognises.

    Parameters
    ----------
    source : path or pandas.DataFrame, optional
        A file or a frame of your own with the columns of `data/places.csv`. It is
        checked and returned; `to_iso3` still uses the names that come with cbcstats.

    Returns
    -------
    pandas.DataFrame
        One row per spelling, with the columns and dtypes of `Places`: all countries and
        territories of ISO 3166-1, Kosovo as `XKX` and the European Union as `EUE`.

    Raises
    ------
    DataError
        If the file breaks the schema.

    Examples
    --------
    >>> from cbcstats import load_places
    >>> places = load_places()
    >>> kenya = places[places["iso3"] == "KEN"]
    >>> is_short = kenya["kind"] == "short"
    >>> kenya[is_short & (kenya["language"] == "pt")]["name"].tolist()
    ['Quênia']
    """
    return load_table("places", source, None)


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
    return load_table("sources", source, None)


def load_readings(*, source: str | Path | pd.DataFrame | None = None) -> pd.DataFrame:
    """Load the pairs of word and exact figure on which the usual reading rests.

    Parameters
    ----------
    source : path or pandas.DataFrame, optional
        A file or a frame of your own with the columns of `data/readings.csv`.

    Returns
    -------
    pandas.DataFrame
        One row per pair, with the columns and dtypes of `Readings`.

    Examples
    --------
    >>> pairs = load_readings()
    >>> pairs.loc[pairs["printed"] == 330, ["word", "exact"]].to_numpy().tolist()
    [['more than', 342.0]]
    """
    return load_table("readings", source, None)


def cited_by(tables: Iterable[pd.DataFrame]) -> list[str]:
    """Return the ids of the sources that tables cite, in order of appearance."""
    # The keys of a dict are unique, and keep their order.
    ids: dict[str, None] = {}
    for frame in tables:
        if is_sources(frame):
            continue
        for column in SOURCE_IDS:
            if column in frame:
                ids |= dict.fromkeys(map(str, frame[column].dropna()))
    return list(ids)


def is_sources(frame: pd.DataFrame) -> bool:
    """Tell whether a table is a list of sources, whose ids are not citations."""
    return {"source_id", "title", "url"} <= set(frame)


def sources_of(
    tables: Iterable[pd.DataFrame], own: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the sources that tables cite, one row each.

    Parameters
    ----------
    tables : iterable of pandas.DataFrame
        Tables with ids of sources.
    own : pandas.DataFrame, optional
        Sources of your own, in the columns of `load_sources`. Where one has the id of a
        source of cbcstats, yours is used.

    Returns
    -------
    pandas.DataFrame
        The columns of `load_sources`; all but `source_id` are missing for an unknown
        id.

    Raises
    ------
    DataError
        If sources of your own break their schema.

    Examples
    --------
    >>> cited = pd.DataFrame({"source_id": ["wco-2018-03-02", "my register"]})
    >>> sources_of([cited])[["source_id", "publisher", "published"]]
            source_id publisher   published
    0  wco-2018-03-02       WCO  2018-03-02
    1     my register       NaN         NaN
    """
    known = load_sources()
    if own is not None:
        own = load_sources(source=own)
        both = pd.concat([own, known])
        # The first of two is kept, which is yours.
        known = both.drop_duplicates("source_id")
    cited = cited_by(tables)
    ids = pd.Index(cited, name="source_id", dtype="str")
    known = known.set_index("source_id")
    return known.reindex(ids).reset_index()


def source_line(ids: Iterable[str], known: pd.DataFrame | None = None) -> str:
    """Cite sources by publisher and date; unknown ids are cited as they are.

    `known` holds sources in the columns of `load_sources`, each once; by default those
    that come with cbcstats.

    Examples
    --------
    >>> source_line(["wco-2018-03-02", "wco-2017-03-15", "my register"])
    'Source: WCO 2017-03-15, 2018-03-02; my register.'
    """
    if known is None:
        known = load_sources()
    sources = known.set_index("source_id")
    publishers = sources["publisher"].dropna().to_dict()
    published = sources["published"].dropna().to_dict()

    # A publisher is named once, with the dates of all its sources.
    dates: dict[str, set[str]] = {}
    for source_id in ids:
        publisher = str(publishers.get(source_id, source_id))
        days = dates.setdefault(publisher, set())
        if source_id in published:
            days.add(str(published[source_id]))
    named = []
    for publisher, days in dates.items():
        listed = _date_list(sorted(days))
        named.append(f"{publisher} {listed}".strip())
    return f"Source: {'; '.join(named)}." if named else ""


def _date_list(dates: list[str]) -> str:
    count = len(dates)
    if count <= MANY:
        return ", ".join(dates)
    first, last = dates[0], dates[-1]
    return f"{first} to {last} ({count} dates)"


def shipped(folder: str) -> Path:
    """Return the folder `data` or `notebooks` that comes with cbcstats."""
    package = Path(__file__).parent.parent
    inside = package / folder
    if inside.is_dir():
        return inside
    # In a checkout the folder is next to the package; an installed package holds it.
    return package.parent / folder


def load_table(
    table: str,
    source: Any,
    schema: type[pa.DataFrameModel] | None,
    own_sources: Collection[str] = (),
    read_own: Callable[..., tuple[TextTable, TextTable]] | None = None,
) -> pd.DataFrame:
    """Load a table that comes with cbcstats, or check and load a user's own.

    `own_sources` are ids of sources that the user's table may cite. `read_own` reads
    it, if it need not have all columns; such a table may also cite a register.
    """
    if source is None and schema is None:
        return _load_shipped(table)
    from cbcstats.tables.schemas import SCHEMAS  # imports pandera, which takes seconds

    usual = SCHEMAS[table]
    schema = check_schema("schema", schema, [usual]) or usual
    model = schema.to_schema()
    is_header = is_header_of(model)
    is_own = bool(source is not None and read_own)
    if source is not None and read_own:
        typed, cells = read_own(source, is_header, model.columns)
    else:
        if source is None:
            source = shipped("data") / f"{table}.csv"
        typed = cells = read_text_table(check_source("source", source), is_header)
    known = frozenset(own_sources)
    if _refers_to_sources(model):
        known |= _known_sources(source)
    return _checked(cells, model, known, typed=typed, of_registers=is_own)


def _load_shipped(table: str) -> pd.DataFrame:
    """Load a table of cbcstats unchecked: its tests check it, and pandera is slow."""
    path = shipped("data") / f"{table}.csv"
    # In the files of cbcstats, the first row is always the header.
    cells = read_text_table(path, lambda _: True).cells
    values = {}
    for column in cells:
        kind = KIND_OF_COLUMN.get(str(column), TEXT)
        values[column] = parse_column(cells[column], kind)
    frame = complete(pd.DataFrame(values), cells)
    return frame.reset_index(drop=True)


def _refers_to_sources(model: pa.DataFrameSchema) -> bool:
    columns = model.columns.values()
    return any((column.metadata or {}).get("refers_to") for column in columns)


def _checked(
    table: TextTable,
    model: pa.DataFrameSchema,
    known: Collection[str],
    *,
    typed: TextTable | None = None,
    of_registers: bool = False,
) -> pd.DataFrame:
    """Return the parsed columns of a table; raise DataError if any cell is wrong."""
    checked = check_table(table, model, known, typed=typed, of_registers=of_registers)
    if checked.problems:
        raise problems_error(table.name, checked.problems)
    # Row numbers of the file are only needed to report problems.
    frame = checked.frame
    return frame.reset_index(drop=True)


def _known_sources(source: Source) -> frozenset[str]:
    """Return the source ids of cbcstats and of a user's sources.csv."""
    known = frozenset(load_sources()["source_id"])
    if not isinstance(source, str | os.PathLike):
        return known  # a frame is in no folder
    folder = Path(source).expanduser().parent
    own_sources = folder / "sources.csv"
    if own_sources.is_file():
        known |= _own_sources(own_sources)
    return known


def _own_sources(path: Path) -> set[str]:
    """Return the ids in a file of sources."""
    from cbcstats.tables.schemas import SCHEMAS

    model = SCHEMAS["sources"].to_schema()
    table = read_text_table(path, is_header_of(model))
    if "source_id" in table.header:
        # A data package also lists registers as sources, but only with their id.
        ids = table.cells["source_id"]
        is_register = ids.str.fullmatch(REGISTER_SOURCE).astype(bool)
        others = table.cells[~is_register]
        table = replace(table, cells=others)
    sources = _checked(table, model, ())
    return set(sources["source_id"])


def only(
    frame: pd.DataFrame, column: str, wanted: str | Iterable[str] | None
) -> pd.DataFrame:
    """Return the rows with one of the names that are wanted; all if None is."""
    if wanted is None:
        return frame
    options = sorted(frame[column].unique())
    names = check_names(column, wanted, options)
    is_wanted = frame[column].isin(names)
    wanted_rows = frame[is_wanted]
    return wanted_rows.reset_index(drop=True)
