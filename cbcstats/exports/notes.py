"""Notes for exported tables: caveats, the meaning of columns, and the days covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats._version import __version__
from cbcstats.changes.schemas import RESULTS
from cbcstats.counts.formats import has_rates, is_partial, words
from cbcstats.counts.readings import bounds
from cbcstats.tables.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_COMPUTED: Final = {
    "change": "figure less the figure before, by the middles of their ranges",
    "percent_change": "change in percent of the figure before, by the middles of their ranges",
    "percent_change_as_printed": "change in percent of the numbers as printed",
    "period_tolerance": "days by which the period may be shorter or longer",
    "missing": "rows known to be left out of the count",
    "obs_status": "status of the observation, by the code list of SDMX: B is a break in the series",
    "implied": "figure before that the published change implies",
    "verdict": "whether the published change agrees with the published figures: consistent; "
    "unlikely, if only the usual reading of words excludes it; contradicts; cannot be checked",
    "verdict_strict": "the same, by the words alone",
    "sentence": "what the published change implies, and what was published",
}
_ENDS: Final = {
    "_low": "lowest, given the ranges",
    "_high": "highest, given the ranges",
}
_PREVIOUS: Final = "previous_"
WRITTEN_BY: Final = f"Written by cbcstats {__version__}."
ABOUT: Final = "about"
READING: Final = "reading"
_STEP: Final = "one step of its last digit that is not 0 (five where that is a 5), at most 15% of it"
_HALF_A_STEP: Final = _STEP.replace("one step", "half a step")
_REACHES: Final = {
    "more_than": f"{_STEP}, upwards",
    "at_least": f"{_STEP}, upwards",
    "less_than": f"{_STEP}, downwards",
    "at_most": f"{_STEP}, downwards",
    "almost": f"{_STEP}, downwards",
    "about": f"{_HALF_A_STEP}, to either side",
}
_TWO_STEPS: Final = (
    "two steps of its last digit that is not 0 (ten where that is a 5), "
    "at most 30% of it"
)
_CONVENTIONS: Final = {
    "well_over": f"{_TWO_STEPS}, upwards, which is a convention.",
    "below": "the sign < beside a number in a table is a limit.",
    "above": "the sign > beside a number in a table is a limit.",
}
_LARGEST: Final = 10**15  # larger figures are no examples
_HABIT: Final = (
    "That is a habit of writers, measured on published figures, and no law: "
    "one in ten is outside."
)
_RATES: Final = (
    "Rates and changes{place} are of values divided by the length of their period: by its number of months, "
    "or by days / 30.4375 where it is not made of whole calendar months."
)
_RANGES: Final = (
    "Columns that end in low and high are the ends of the range that the number beside them can lie in; inf means that "
    "there is no upper end. A number as printed can lie outside its range: 330, printed as more than 330, means 331 or "
    "more."
)


# By column: the value that needs a caveat, what the caveat is about, and its text.
_MARKS: Final[dict[str, tuple[object, str, str]]] = {
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


def caveats(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """List the caveats of tables, with the columns `about` and `reading`.

    Examples
    --------
    >>> from cbcstats import load_counts
    >>> caveats({"missions": load_counts("capacity_building_missions")})["about"].tolist()
    ['an empty cell', 'qualifier: almost', 'qualifier: more than', 'inferred days', 'figures not preferred']
    """
    readings = [("an empty cell", "Not known, or there is nothing to say.")]
    for table, frame in tables.items():
        place = f" in {table}" if len(tables) > 1 else ""
        for about, reading in _caveats(frame):
            readings.append((about, reading.format(place=place)))
    distinct = list(dict.fromkeys(readings))
    return pd.DataFrame(distinct, columns=[ABOUT, READING], dtype="str")


def latest_day(tables: Iterable[pd.DataFrame]) -> pd.Timestamp | None:
    """Return the latest day of the figures or lists in tables; None if unknown."""
    days: list[pd.Timestamp] = []
    for frame in tables:
        days += _days(frame, "period_end", "as_of")
    return max(days, default=None)


def period_of(frame: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the first and the last day of a table; None if unknown."""
    days = _days(frame, "period_start", "period_end", "as_of")
    return (min(days), max(days)) if days else None


def _days(frame: pd.DataFrame, *names: str) -> list[pd.Timestamp]:
    """Return the first and the last day of columns, without time zones."""
    days: list[pd.Timestamp] = []
    for name in names:
        if name not in frame:
            continue
        column = frame[name].dropna()
        if len(column) and pd.api.types.is_datetime64_any_dtype(column.dtype):
            column = column.dt.tz_localize(None)
            days += [column.min(), column.max()]
    return days


def _caveats(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the caveats of one table; `{place}` is filled in with the table's name."""
    yield from _qualifiers(frame)
    if has_rates(frame):
        yield "monthly rates", _RATES
    rows = f"of {len(frame):,} rows{{place}}"
    if lacking := int(_has_missing(frame).sum()):
        reading = (
            "lack rows that were rejected: they range from value to value + missing"
        )
        yield "rejected rows", f"{lacking:,} {rows} {reading}."
    if {"low", "high"} <= set(frame) or "percent_change_low" in frame:
        yield "ranges", _RANGES
    if partial := int(is_partial(frame).sum()):
        reading = (
            "are of periods that a register may cover only in part: "
            "they have no upper end and are not comparable"
        )
        yield "periods covered in part", f"{partial:,} {rows} {reading}."
    for name, (mark, about, reading) in _MARKS.items():
        if marked := _count_of(frame, name, mark):
            yield about, f"{marked:,} {rows} {reading}."


def _has_missing(frame: pd.DataFrame) -> pd.Series:
    """Tell which figures lack rows that were rejected."""
    nothing = pd.Series(data=False, index=frame.index)
    missing = frame.get("missing", nothing)
    # A column of this name in a table of a user can hold anything.
    if not pd.api.types.is_numeric_dtype(missing.dtype):
        return nothing
    has_missing = missing > 0
    return has_missing.fillna(value=False).astype(bool)


def _count_of(frame: pd.DataFrame, name: str, mark: object) -> int:
    """Count the rows that have a mark, in a column of the dtype of the mark."""
    if name not in frame:
        return 0
    is_truth = pd.api.types.is_bool_dtype(frame[name].dtype)
    if is_truth != isinstance(mark, bool):
        return 0
    return int((frame[name] == mark).sum())


def _qualifiers(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the reading of each qualifier, with its first figure as the example."""
    if not {"qualifier", "value"} <= set(frame):
        return
    if not pd.api.types.is_any_real_numeric_dtype(frame["value"].dtype):
        return
    is_number = frame["value"].between(0, _LARGEST, inclusive="right")
    has_word = frame["qualifier"].isin([*_REACHES, *_CONVENTIONS])
    # These have a range of their own, whatever the qualifier.
    has_own_range = is_partial(frame) | _has_missing(frame)
    is_example = is_number.fillna(value=False) & has_word & ~has_own_range
    figures = frame[is_example].drop_duplicates("qualifier").sort_values("qualifier")
    if "rounded_to" not in figures:
        figures = figures.assign(rounded_to=None)
    columns = figures["qualifier"], figures["value"], figures["rounded_to"]
    for qualifier, value, rounded_to in zip(*columns, strict=True):
        word, number = words(qualifier), _plain(value)
        place = None if pd.isna(rounded_to) else float(rounded_to)
        interval = bounds(number, qualifier, place)
        reading = f"{word.capitalize()} {number:,} is read as {interval}"
        rule = _CONVENTIONS.get(qualifier)
        if rule is None:
            rule = f"{_REACHES[qualifier]}. {_HABIT}"
        yield f"qualifier: {word}", f"{reading}: {rule}"


def _plain(value: Any) -> float:
    return int(value) if float(value).is_integer() else float(value)


def meanings(frame: pd.DataFrame) -> dict[str, str]:
    """Return the meaning of each column; empty for unknown columns.

    Examples
    --------
    >>> import pandas as pd
    >>> meanings(pd.DataFrame({"value": [492], "previous_low": [331.0], "mine": [1]}))
    {'value': 'number as printed; Int64 where all are whole, else Float64', \
'previous_low': 'of the period before: least value that the figure can have', 'mine': ''}
    """
    named = {str(name) for name in frame}
    models = [*SCHEMAS.values(), *RESULTS.values()]
    schemas = [model.to_schema().columns for model in models]
    # Several tables have columns such as note: use the description from the schema
    # that shares the most columns with the frame. That one is written last.
    nearest = sorted(schemas, key=lambda columns: -len(named & set(columns)))
    descriptions: dict[str, str] = {}
    for columns in reversed(nearest):
        for name, column in columns.items():
            descriptions[name] = column.description
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
