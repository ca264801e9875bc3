"""Published counts as ranges, and how ranges, units and names are written."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.arguments import check_choice, check_flag, check_frame, check_number
from cbcstats.counts.periods import DAYS_PER_MONTH, length_in_days, midpoint
from cbcstats.counts.qualifiers import QUALIFIERS, READINGS
from cbcstats.counts.readings import bounds
from cbcstats.errors import DataError
from cbcstats.frames import (
    MARKS,
    as_printed,
    as_text,
    check_words,
    parse_numbers,
    read_days,
    text_column,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PARTIAL: Final = "partial:"  # how the note of a count begins whose period a register may cover only in part
MEASURES: Final = ("flow", "stock", "cumulative", "event")
BASES: Final = ("stated", "inferred")  # how the days of a period are known
CHANGE_BASES: Final = ("total", "per_month")  # of what a change is published
PLANNED: Final = "planned"  # the scope of what was not yet done
PARTS: Final = (
    "wco_region",
    "iso3",
    "member",
    "programme",
    "track",
    "kind",
    "status",
)  # say what part of a total a count is
PERS: Final = ("period", "month")
SERIES: Final = (
    "indicator",
    "scope",
)  # what a series is, unless the caller says otherwise

# Columns that a frame of counts may leave out, and what holds then.
DEFAULTS: Final[Mapping[str, Any]] = {
    "indicator": "figures",
    "scope": "all",
    "unit": "",
    "period_basis": "stated",
    "qualifier": "exact",
    "rounded_to": None,
    "preferred": True,
    "source_id": None,
}

MISSING: Final = "not known"
PRINTED: Final = "printed"  # the number and its word, as published
DAYS: Final = "days"  # length of the period
MIDDLE: Final = "middle"  # where the figure stands in time

_CAPITALS: Final = (
    "aeo asycuda covid dmfas gtfp imf itc ldc picard safe tfa unctad wco wto"
)
_ABBREVIATIONS: Final = {word: word.upper() for word in _CAPITALS.split()} | {
    "acip": "A-CIP",
    "mercator": "Mercator",
}
_PER_MONTH: Final = re.compile(
    r"(?:\b(?:a|per|each|every)\s+|/\s*)month(?![\w-])|\bmonthly\b", re.IGNORECASE
)


def figures_of(
    counts: pd.DataFrame, *, per: str = "period", reading: str = "usual"
) -> pd.DataFrame:
    """Return the figures that have a date, with their ranges and their places in time.

    Parameters
    ----------
    counts : pandas.DataFrame
        Published counts; `value` and `period_end` are needed.
    per : {"period", "month"}
        `month` divides each flow by the length of its period in months of 30.4375 days. What is no flow, has no
        known length, or is of a period covered only in part has no number a month and gets missing values.
    reading : {"usual", "strict"}
        How far qualifiers reach.

    Returns
    -------
    pandas.DataFrame
        The counts with every column of `DEFAULTS`; `value`, `low`, `high` as float64; `printed` (str), `days`
        (float64), `middle` (datetime64). `per` in its `attrs` says of what they are numbers.

    Raises
    ------
    ArgumentError
        If it is no frame, an argument is not one of those that there are, or a needed column is missing.
    DataError
        If a value is no count, a period no period, an end of it no day but a year or a month, `rounded_to` no number,
        or `preferred` neither true nor false; or if numbers that are per month already would be divided once more.
    """
    check_choice("per", per, PERS)
    check_choice("reading", reading, READINGS)
    counts = check_frame("counts", counts, ("value", "period_end"))
    given = counts.attrs.get("per", "period")
    if per == given == "month":
        raise DataError(
            '`counts` holds numbers per month already; leave out per="month", or give the counts that they were made of'
        )
    figures = _complete(counts)
    if per == "month":
        _refuse_monthly_units(figures)
    starts, ends = figures["period_start"], figures["period_end"]
    lows, highs = (
        np.array(list(_ranges(figures, reading)), dtype=float).reshape(-1, 2).T
    )
    days = length_in_days(starts, ends).astype(float)
    partial = notes_of(figures).str.startswith(PARTIAL)
    highs[partial] = (
        np.inf
    )  # of a period that a register may cover only in part, a count is the least
    has_rate = (figures["measure"] == "flow") & ~partial
    divisor = (days / DAYS_PER_MONTH).where(has_rate) if per == "month" else 1.0
    # The middle of a total since a start says nothing; it stands where it ends.
    from_start = starts.where(figures["measure"] != "cumulative")
    found: dict[str, Any] = {
        PRINTED: [
            printed(*figure)
            for figure in zip(figures["value"], figures["qualifier"], strict=True)
        ],
        "value": figures["value"].to_numpy(float, na_value=np.nan) / divisor,
        "low": lows / divisor,
        "high": highs / divisor,
        DAYS: days,
        MIDDLE: midpoint(from_start, ends),
    }
    figures = figures.assign(**found)
    figures.attrs["per"] = per if per == "month" else given
    return figures


def figure_keys(counts: pd.DataFrame) -> list[pd.Series]:
    """Return the keys by which to group figures of the same series and period.

    Examples
    --------
    >>> counts = pd.DataFrame({"indicator": "missions", "scope": "all",
    ...     "period_start": pd.NaT,
    ...     "period_end": pd.to_datetime(["2018-02-28", "2018-02-28", None])})
    >>> figures = counts.groupby(figure_keys(counts), dropna=False)
    >>> figures["scope"].transform("size").tolist()
    [2, 2, 1]
    """
    is_dated = counts["period_end"].notna()
    # Figures without a date are not alternatives to each other: each is its own group.
    row = counts.index.to_series()
    series = [counts[column].where(is_dated, row) for column in SERIES]
    parts = [counts[column] for column in PARTS if column in counts]
    return [*series, counts["period_start"], counts["period_end"], *parts]


def notes_of(figures: pd.DataFrame) -> pd.Series:
    """Return the notes of figures as text, empty where there is none."""
    if "note" not in figures:
        return pd.Series("", index=figures.index, dtype="str")
    return text_column(figures["note"]).fillna("")


def format_range(low: float, high: float, *, percent: bool = False) -> str:
    """Write a range, rounded to the digits in which its ends differ.

    Parameters
    ----------
    low, high : float
        The ends; `high` may be `inf`.
    percent : bool
        Whether they are changes in percent, written with their sign.

    Returns
    -------
    str
        Such as `331 to 339`, `+35% to +38%`, `331 or more`; one number where the ends are equal.

    Examples
    --------
    >>> format_range(34.5033, 37.7541, percent=True)
    '+35% to +38%'
    >>> format_range(331, float("inf"))
    '331 or more'
    """
    low, high = check_number("low", low), check_number("high", high)
    percent = check_flag("percent", percent)
    decimals = 1
    width = abs(high - low)
    if 0 < width < math.inf:
        decimals = min(max(-math.floor(math.log10(0.6 * width)), 0), 2)
    write = _write_percent if percent else _write_number
    low_text, high_text = write(low, decimals), write(high, decimals)
    if math.isinf(high):
        return f"{low_text} or more"
    return low_text if low_text == high_text else f"{low_text} to {high_text}"


def words(name: object) -> str:
    """Write a name of the tables, such as `tailor_made_members`, as words."""
    return str(name).replace("_", " ")


def heading(name: object) -> str:
    """Write a name of the tables as a title, with its abbreviations in capitals.

    Examples
    --------
    >>> heading("wco_members"), heading("missions")
    ('WCO members', 'Missions')
    """
    title = [_ABBREVIATIONS.get(word, word) for word in words(name).split(" ")]
    title[0] = title[0][:1].upper() + title[0][1:]
    return " ".join(title)


def a_month(unit: str) -> str:
    """Return the unit of numbers a month.

    Examples
    --------
    >>> a_month("missions"), a_month("missions a month"), a_month("")
    ('missions a month', 'missions a month', 'a month')
    """
    return unit if is_per_month(unit) else f"{unit} a month".strip()


def is_per_month(unit: str) -> bool:
    """Return whether a unit says that its numbers are per month.

    Examples
    --------
    >>> [is_per_month(unit) for unit in ("missions per month", "missions/month", "monthly missions", "person-months")]
    [True, True, True, False]
    """
    return _PER_MONTH.search(unit) is not None


def printed(value: Any, qualifier: str) -> str:
    """Write a figure as it was published: the word and the number."""
    if pd.isna(value):
        return MISSING
    number = int(value) if float(value).is_integer() else value
    return (
        f"{'' if qualifier == 'exact' else qualifier.replace('_', ' ') + ' '}{number:,}"
    )


def rows(frame: pd.DataFrame) -> Iterable[Any]:
    """Yield the rows of a frame as named tuples, whose fields may be of any type: pandas-stubs knows scalars only."""
    return frame.itertuples(index=False)


def _complete(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the counts that have a date, with every column, in the dtypes that the rest relies on."""
    absent: dict[str, Any] = {
        name: default for name, default in DEFAULTS.items() if name not in counts
    }
    if "measure" not in counts:
        absent["measure"] = "flow" if "period_start" in counts else "stock"
    figures = counts.assign(
        **{"period_start": pd.NaT, **absent} if "period_start" not in counts else absent
    )
    for name in ("period_start", "period_end"):
        figures[name] = read_days(figures[name])
    if "change_since" in figures:
        figures["change_since"] = read_days(figures["change_since"])
    if "change_basis" in figures:
        check_words(figures["change_basis"], CHANGE_BASES)
        figures["change_basis"] = text_column(figures["change_basis"])
    figures = figures[figures["period_end"].notna()].reset_index(drop=True)
    for name in ("indicator", "measure", "scope", "unit", "period_basis", "qualifier"):
        figures[name] = text_column(figures[name]).fillna(DEFAULTS.get(name, "flow"))
    for name, words in (
        ("measure", MEASURES),
        ("period_basis", BASES),
        ("qualifier", QUALIFIERS),
    ):
        check_words(figures[name], words)
    _refuse(
        figures,
        figures["period_end"] < figures["period_start"],
        "ends before it starts",
    )
    read = {name: parse_numbers(figures[name]) for name in ("value", "rounded_to")}
    read["preferred"] = figures["preferred"].map(
        lambda mark: MARKS.get(as_text(mark).strip().lower() or "true")
    )
    for name, column in read.items():
        _refuse(figures, column.isna() & figures[name].notna(), f"has the {name}", name)
    for name in ("value", "rounded_to"):
        read[name] = as_printed(read[name])
    _refuse(figures, read["rounded_to"] < 0, "has the rounded_to", "rounded_to")
    return figures.assign(**read).astype({"preferred": bool})


def _refuse(figures: pd.DataFrame, wrong: pd.Series, said: str, name: str = "") -> None:
    """Raise DataError if something is wrong with a figure."""
    if wrong.any():
        value = f" {figures.loc[wrong, name].tolist()[0]!r}" if name else ""
        raise DataError(
            f"{_place(figures[wrong].iloc[0])} {said}{value}; correct it, or load it with load_counts"
        )


def _refuse_monthly_units(figures: pd.DataFrame) -> None:
    """Raise DataError if a flow that is to be divided by its months has a unit that is per month."""
    monthly = figures["unit"].map(is_per_month).astype(bool) & (
        figures["measure"] == "flow"
    )
    if monthly.any():
        figure = figures[monthly].iloc[0]
        raise DataError(
            f"{_place(figure)} has the unit {figure['unit']!r}, which is per month already; "
            'leave out per="month", or give the counts of the whole periods'
        )


def _place(figure: pd.Series) -> str:
    days = [
        str(day.date())
        for day in (figure["period_start"], figure["period_end"])
        if pd.notna(day)
    ]
    return f"the figure of {figure['indicator']} for {' to '.join(days)}"


def _ranges(figures: pd.DataFrame, reading: str) -> Iterator[tuple[float, float]]:
    """Yield what each figure stands for."""
    said = zip(
        figures["value"].tolist(),
        figures["qualifier"],
        figures["rounded_to"],
        strict=True,
    )
    for row, (value, qualifier, rounded_to) in enumerate(said):
        try:
            yield _range(value, qualifier, rounded_to, reading)
        except DataError as error:
            raise DataError(f"{_place(figures.iloc[row])}: {error}") from error


def _range(
    value: Any, qualifier: str, rounded_to: Any, reading: str
) -> tuple[float, float]:
    """Return what a figure stands for; a number that was rounded stands for all from 0 on that round to it."""
    if pd.isna(value):
        return np.nan, np.nan
    read = bounds(value, qualifier, reading=reading)
    if qualifier == "exact" and pd.notna(rounded_to):
        printed_value, half = (
            Decimal(str(value)),
            Decimal(str(rounded_to)) / 2,
        )  # 24.1 to 0.1 reaches 24.15 exactly
        return max(float(printed_value - half), 0.0), float(printed_value + half)
    return read


def _write_number(value: float, decimals: int) -> str:
    if float(value).is_integer():
        return f"{value:z,.0f}"
    # A small number keeps its first digit: 0.004 is more than nothing.
    first_digit = 0
    if math.isfinite(value):
        first_digit = -math.floor(math.log10(abs(value)))
    return f"{value:,.{max(decimals, first_digit, 1)}f}"


def _write_percent(value: float, decimals: int) -> str:
    text = f"{value:+.{decimals}f}%"
    # "+0%" and "-0%" would claim a direction.
    is_zero = not text.strip("+-0.%")
    return (text[1:] if is_zero else text).replace("-", "\N{MINUS SIGN}")
