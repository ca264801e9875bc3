"""Notes for exported tables: caveats, the meaning of columns, and the days covered."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.counts.columns import PARTIAL, notes_of
from cbcstats.counts.formats import has_rates, words
from cbcstats.counts.readings import bounds
from cbcstats.errors import DataError
from cbcstats.tables.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_COMPUTED: Final = {
    "low": "lowest value that the figure can have",
    "high": "highest value that the figure can have; inf where there is no upper end",
    "change": "value less the value of the period before",
    "percent_change": "change in percent of the value of the period before",
    "comparable": "whether the figures of the two periods can be compared",
    "why": "what forbids to compare, or what to know where nothing does",
    "contribution": "percentage points that the part contributes to the change of the total",
    "index": "value in percent of the base",
    "growth_rate": "growth in percent a year",
    "years": "years between the two figures",
    "total_percent_change": "change of the total in percent",
}
_ENDS: Final = {
    "_low": "lowest, given the ranges",
    "_high": "highest, given the ranges",
}
_PREVIOUS: Final = "previous_"
ABOUT: Final = "about"
READING: Final = "reading"
_MEANINGS: Final = {
    "more_than": "up to just below the next number as round",
    "at_least": "up to just below the next number as round",
    "less_than": "down to just above the number as round before",
    "at_most": "down to just above the number as round before",
    "almost": "the last tenth or so below it",
    "about": "half of the last tenth or so, to either side",
}
_RATES: Final = (
    "Rates and changes{place} are of values divided by the length of their period: by its number of months, "
    "or by days / 30.4375 where it is not made of whole calendar months."
)
_RANGES: Final = (
    "Columns that end in low and high are the ends of the range that the number beside them can lie in; inf means that "
    "there is no upper end. A number as printed can lie outside its range: 330, printed as more than 330, means 331 or "
    "more."
)


def caveats(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """List the caveats of tables, with the columns `about` and `reading`.

    Examples
    --------
    >>> from cbcstats import load_counts
    >>> caveats({"missions": load_counts("missions")})["about"].tolist()
    ['an empty cell', 'qualifier: almost', 'qualifier: more than', 'inferred days', 'figures not preferred']
    """
    readings = [("an empty cell", "Not known, or there is nothing to say.")]
    for table, frame in tables.items():
        place = f" in {table}" if len(tables) > 1 else ""
        readings += [
            (about, reading.format(place=place)) for about, reading in _caveats(frame)
        ]
    return pd.DataFrame(
        list(dict.fromkeys(readings)), columns=[ABOUT, READING], dtype="str"
    )


def latest_day(tables: Iterable[pd.DataFrame]) -> pd.Timestamp | None:
    """Return the latest day of the figures or lists in tables; None if unknown."""
    days = [
        column.max()
        for frame in tables
        for column in _days(frame, "period_end", "as_of")
        if len(column)
    ]
    return max(days, default=None)


def period_of(frame: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the first and the last day of a table; None if unknown."""
    days = [
        column
        for column in _days(frame, "period_start", "period_end", "as_of")
        if len(column)
    ]
    return (
        (min(column.min() for column in days), max(column.max() for column in days))
        if days
        else None
    )


def _days(frame: pd.DataFrame, *names: str) -> list[pd.Series]:
    """Return the day columns, without missing days and time zones."""
    columns = [frame[name].dropna() for name in names if name in frame]
    return [
        days.dt.tz_localize(None)
        for days in columns
        if pd.api.types.is_datetime64_any_dtype(days.dtype)
    ]


def _caveats(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the caveats of one table; `{place}` is filled in with the table's name."""
    yield from _qualifiers(frame)
    if has_rates(frame):
        yield (
            "monthly rates",
            _RATES,
        )
    if {"low", "high"} <= set(frame) or "percent_change_low" in frame:
        yield "ranges", _RANGES
    partial = int(notes_of(frame).str.startswith(PARTIAL).sum())
    if partial:
        rows = f"{partial:,} of {len(frame):,} rows{{place}}"
        reading = "are of periods that a register may cover only in part: they have no upper end and are not comparable"
        yield "periods covered in part", f"{rows} {reading}."
    marks = {
        "period_basis": (
            "inferred",
            "inferred days",
            "have days that the source does not state; the note says more",
        ),
        "preferred": (
            False,
            "figures not preferred",
            "stand beside another source's figure that is the one to use",
        ),
        "comparable": (
            False,
            "not comparable",
            "are no change that can be compared; the column why says why",
        ),
        "list_kind": (
            "partial",
            "partial lists",
            "are of lists that name some only: absence from one is no exit",
        ),
    }
    for name, (mark, about, reading) in marks.items():
        has_marks = name in frame and pd.api.types.is_bool_dtype(
            frame[name].dtype
        ) == isinstance(mark, bool)
        count = int((frame[name] == mark).sum()) if has_marks else 0
        if count:
            yield about, f"{count:,} of {len(frame):,} rows{{place}} {reading}."


def _qualifiers(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the reading of each qualifier, with its first figure as the example."""
    if not {"qualifier", "value"} <= set(frame):
        return
    if not pd.api.types.is_any_real_numeric_dtype(frame["value"].dtype):
        return
    has_word = (frame["value"] > 0).fillna(value=False) & frame["qualifier"].isin(
        list(_MEANINGS)
    )
    figures = frame[
        has_word & ~notes_of(frame).str.startswith(PARTIAL)
    ]  # partly covered periods have no upper end, whatever the qualifier
    for word, value in figures.groupby("qualifier", sort=True)["value"].first().items():
        reading = f"{words(word).capitalize()}, beside the number of a whole period, is read as a range"
        with contextlib.suppress(DataError):  # bounds() only reads counts
            if not has_rates(frame):
                reading = f"{words(word).capitalize()} {_plain(value):,} is read as {bounds(_plain(value), str(word))}"
        yield (
            f"qualifier: {words(word)}",
            f"{reading}: {_MEANINGS[str(word)]}. That is a convention of cbcstats, and no law.",
        )


def _plain(value: Any) -> float:
    return int(value) if float(value).is_integer() else float(value)


def meanings(frame: pd.DataFrame) -> dict[str, str]:
    """Return the meaning of each column; empty for unknown columns.

    Examples
    --------
    >>> import pandas as pd
    >>> meanings(pd.DataFrame({"value": [492], "previous_low": [331.0], "mine": [1]}))
    {'value': 'number printed; empty for a change that is claimed without it', \
'previous_low': 'of the period before: lowest value that the figure can have', 'mine': ''}
    """
    named = {str(name) for name in frame}
    schemas = [model.to_schema().columns for model in SCHEMAS.values()]
    # Several tables have columns such as note: use the description from the schema
    # that shares the most columns with the frame.
    nearest = sorted(schemas, key=lambda columns: -len(named & set(columns)))
    descriptions: dict[str, str] = {}
    for columns in nearest:
        descriptions |= {
            name: column.description
            for name, column in columns.items()
            if name not in descriptions
        }
    return {name: _meaning(name, descriptions) for name in map(str, frame)}


def _meaning(name: str, descriptions: dict[str, str]) -> str:
    if name.startswith(_PREVIOUS):
        of_before = _meaning(name.removeprefix(_PREVIOUS), descriptions)
        return f"of the period before: {of_before}" if of_before else ""
    for end, meaning in _ENDS.items():
        if name.endswith(end):
            of_value = _meaning(name.removesuffix(end), descriptions)
            return f"{of_value}: {meaning}" if of_value else ""
    return _COMPUTED.get(name) or descriptions.get(name, "")
