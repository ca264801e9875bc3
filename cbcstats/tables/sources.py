"""The sources that tables cite, as a table and as a line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.tables.loaders import load_sources

if TYPE_CHECKING:
    from collections.abc import Iterable

SOURCE_IDS: Final = (
    "source_id",
    "previous_source_id",
    "region_source_id",
    "joined_source_id",
)
MANY: Final = 5  # dates of one publisher up to which each is named


def cited_by(tables: Iterable[pd.DataFrame]) -> list[str]:
    """Return the ids of the sources that tables cite, each once, in the order in which they come."""
    citing = [frame for frame in tables if not is_sources(frame)]
    columns = [
        frame[name].dropna() for frame in citing for name in SOURCE_IDS if name in frame
    ]
    return list(dict.fromkeys(str(name) for column in columns for name in column))


def is_sources(frame: pd.DataFrame) -> bool:
    """Return whether a table is one of sources, and so cites none."""
    return {"source_id", "title", "url"} <= set(frame)


def sources_of(
    tables: Iterable[pd.DataFrame], own: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the sources that tables cite, one row each; of an id that is not known, only the id.

    Parameters
    ----------
    tables : iterable of pandas.DataFrame
        Tables with ids of sources.
    own : pandas.DataFrame, optional
        Sources of your own, in the columns of `load_sources`; they come before those that cbcstats knows.

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
        known = pd.concat([load_sources(source=own), known]).drop_duplicates(
            "source_id"
        )
    known = known.set_index("source_id").reindex(
        pd.Index(cited_by(tables), name="source_id", dtype="str")
    )
    return known.reset_index()


def source_line(ids: Iterable[str], known: pd.DataFrame | None = None) -> str:
    """Name sources by publisher and date; an id that is not known stands as it is.

    `known` holds sources in the columns of `load_sources`, each once; by default those that cbcstats carries.

    Examples
    --------
    >>> source_line(["wco-2018-03-02", "cbra-2017-04-15", "my register"])
    'Source: WCO 2018-03-02; Cross-border Research Association (blog) 2017-04-15; my register.'
    """
    sources = (load_sources() if known is None else known).set_index("source_id")
    publishers, published = (
        sources[column].dropna().to_dict() for column in ("publisher", "published")
    )
    dates: dict[str, set[str]] = {}
    for name in ids:
        on = dates.setdefault(str(publishers.get(name, name)), set())
        on.update({str(published[name])} if name in published else ())
    named = [
        f"{publisher} {_dates(sorted(on))}".strip() for publisher, on in dates.items()
    ]
    return f"Source: {'; '.join(named)}." if named else ""


def _dates(dates: list[str]) -> str:
    return (
        ", ".join(dates)
        if len(dates) <= MANY
        else f"{dates[0]} to {dates[-1]} ({len(dates)} dates)"
    )
