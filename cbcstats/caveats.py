"""What goes with numbers wherever they go: the sources of tables, and what a reader must know."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats import columns as c
from cbcstats.errors import DataError
from cbcstats.figures import notes_of
from cbcstats.loaders import load_sources
from cbcstats.periods import DAYS_PER_MONTH
from cbcstats.qualifiers import bounds
from cbcstats.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ABOUT: Final = "about"
READING: Final = "reading"
_WORDS: Final = {
    "more_than": "up to just below the next number as round",
    "at_least": "up to just below the next number as round",
    "less_than": "down to just above the number as round before",
    "at_most": "down to just above the number as round before",
    "almost": "the last tenth or so below it",
    "about": "half of the last tenth or so, to either side",
}
_RANGES: Final = (
    "Columns that end in low and high are the ends of the range that the number beside them can lie in; inf means that "
    "there is no upper end. A number as printed can lie outside its range: 330, printed as more than 330, means 331 or "
    "more."
)


def cited_by(tables: Iterable[pd.DataFrame]) -> list[str]:
    """Return the ids of the sources that tables cite, each once, in the order in which they come."""
    citing = [frame for frame in tables if not is_sources(frame)]
    columns = [frame[name].dropna() for frame in citing for name in c.SOURCE_IDS if name in frame]
    return list(dict.fromkeys(str(name) for column in columns for name in column))


def is_sources(frame: pd.DataFrame) -> bool:
    """Return whether a table is one of sources, and so cites none."""
    return {c.SOURCE_ID, c.TITLE, c.URL} <= set(frame)


def sources_of(tables: Iterable[pd.DataFrame], own: pd.DataFrame | None = None) -> pd.DataFrame:
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
        known = pd.concat([load_sources(source=own), known]).drop_duplicates(c.SOURCE_ID)
    known = known.set_index(c.SOURCE_ID).reindex(pd.Index(cited_by(tables), name=c.SOURCE_ID, dtype="str"))
    return known.reset_index()


def caveats(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what a reader of tables must know, in two columns: what it is about, and how it is to be read.

    Examples
    --------
    >>> from cbcstats import load_counts
    >>> caveats({"missions": load_counts("missions")})["about"].tolist()
    ['an empty cell', 'qualifier: almost', 'qualifier: more than', 'inferred days', 'figures not preferred']
    """
    said = [("an empty cell", "Not known, or there is nothing to say.")]
    for table, frame in tables.items():
        place = f" in {table}" if len(tables) > 1 else ""
        said += [(about, reading.format(place=place)) for about, reading in _caveats(frame)]
    return pd.DataFrame(list(dict.fromkeys(said)), columns=[ABOUT, READING], dtype="str")


def latest_day(tables: Iterable[pd.DataFrame]) -> pd.Timestamp | None:
    """Return the last day that tables have figures or lists of; None where no day is known."""
    days = [column.max() for frame in tables for column in _days(frame, c.PERIOD_END, c.AS_OF) if len(column)]
    return max(days, default=None)


def period_of(frame: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the first and the last day of the figures or lists of a table; None where no day is known."""
    days = [column for column in _days(frame, c.PERIOD_START, c.PERIOD_END, c.AS_OF) if len(column)]
    return (min(column.min() for column in days), max(column.max() for column in days)) if days else None


def _days(frame: pd.DataFrame, *names: str) -> list[pd.Series]:
    """Return the days that columns hold, each as the calendar of its own time zone has it."""
    columns = [frame[name].dropna() for name in names if name in frame]
    return [days.dt.tz_localize(None) for days in columns if pd.api.types.is_datetime64_any_dtype(days.dtype)]


def _caveats(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield what is to be known of one table; `{place}` stands for where it is."""
    yield from _qualifiers(frame)
    if frame.attrs.get("per") == "month":
        yield (
            "numbers a month",
            f"Values{{place}} are divided by the length of their period in months of {DAYS_PER_MONTH} days.",
        )
    if {c.LOW, c.HIGH} <= set(frame) or c.PERCENT_CHANGE_LOW in frame:
        yield "ranges", _RANGES
    partial = int(notes_of(frame).str.startswith(c.PARTIAL).sum())
    if partial:
        rows = f"{partial:,} of {len(frame):,} rows{{place}}"
        reading = "are of periods that a register may cover only in part: they have no upper end and are not comparable"
        yield "periods covered in part", f"{rows} {reading}."
    marks = {
        c.PERIOD_BASIS: ("inferred", "inferred days", "have days that the source does not state; the note says more"),
        c.PREFERRED: (False, "figures not preferred", "stand beside another source's figure that is the one to use"),
        c.COMPARABLE: (False, "not comparable", "are no change that can be compared; the column why says why"),
        c.LIST_KIND: ("partial", "partial lists", "are of lists that name some only: absence from one is no exit"),
    }
    for name, (mark, about, reading) in marks.items():
        said = name in frame and pd.api.types.is_bool_dtype(frame[name].dtype) == isinstance(mark, bool)
        count = int((frame[name] == mark).sum()) if said else 0
        if count:
            yield about, f"{count:,} of {len(frame):,} rows{{place}} {reading}."


def _qualifiers(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield how each word beside a number is read, with the first number as printed that it stands beside."""
    if not {c.QUALIFIER, c.VALUE} <= set(frame):
        return
    if not pd.api.types.is_any_real_numeric_dtype(frame[c.VALUE].dtype):
        return
    has_word = (frame[c.VALUE] > 0).fillna(value=False) & frame[c.QUALIFIER].isin(list(_WORDS))
    figures = frame[has_word & ~notes_of(frame).str.startswith(c.PARTIAL)]  # those have no upper end, whatever the word
    for word, value in figures.groupby(c.QUALIFIER, sort=True)[c.VALUE].first().items():
        said = f"{words(word).capitalize()}, beside the number of a whole period, is read as a range"
        with contextlib.suppress(DataError):  # a number that is no count has no range to show
            if frame.attrs.get("per") != "month":
                said = f"{words(word).capitalize()} {_plain(value):,} is read as {bounds(_plain(value), str(word))}"
        yield f"qualifier: {words(word)}", f"{said}: {_WORDS[str(word)]}. That is a convention of cbcstats, and no law."


def _plain(value: Any) -> float:
    return int(value) if float(value).is_integer() else float(value)
