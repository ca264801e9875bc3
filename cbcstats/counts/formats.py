"""How counts are written: codes, notes, figures, ranges, units and names."""

from __future__ import annotations

import math
import re
from typing import Any, Final

import pandas as pd

from cbcstats.arguments import check_flag, check_number
from cbcstats.frames import plain_number, text_column

MEASURES: Final = ("flow", "stock", "cumulative", "event", "share")
# How the note of a count begins whose period a register may cover only in part.
PARTIAL: Final = "partial:"
BASES: Final = ("stated", "inferred")  # how the days of a period are known
CHANGE_BASES: Final = ("total", "per_month")  # of what a change is published
# On published changes, in the order of legends and texts.
VERDICTS: Final = ("consistent", "unlikely", "contradicts", "cannot be checked")
# Columns that tell what part of a total a count is.
PARTS: Final = (
    "wco_region",
    "iso3",
    "member",
    "programme",
    "track",
    "kind",
    "status",
)
_CAPITALS: Final = (
    "asycuda covid dmfas imf imo itc picard safe taiex unctad unitar us wco wto"
)
_ABBREVIATIONS: Final = {word: word.upper() for word in _CAPITALS.split()}
_PER_MONTH: Final = re.compile(
    r"(?:\b(?:a|per|each|every)\s+|/\s*)month(?![\w-])|\bmonthly\b", re.IGNORECASE
)


def format_range(
    low: float, high: float, *, percent: bool = False, signed: bool = False
) -> str:
    """Write a range, rounded to the digits in which its ends differ.

    Parameters
    ----------
    low, high : float
        The ends; `high` may be `inf`.
    percent : bool
        Whether they are changes in percent, written with their sign.
    signed : bool
        Whether they are changes in numbers, written with their sign.

    Returns
    -------
    str
        Such as `331 to 340`, `+29% to +44%`, `331 or more`; one number where the ends
        are equal.

    Examples
    --------
    >>> format_range(28.7163, 43.5149, percent=True)
    '+29% to +44%'
    >>> format_range(331, float("inf"))
    '331 or more'
    """
    low = check_number("low", low)
    high = check_number("high", high)
    percent = check_flag("percent", percent)
    signed = check_flag("signed", signed)
    decimals = _decimals_that_differ(low, high)
    if percent:
        low_text = _write_percent(low, decimals)
        high_text = _write_percent(high, decimals)
    else:
        low_text = _write_number(low, decimals, signed=signed)
        high_text = _write_number(high, decimals, signed=signed)
    if math.isinf(high):
        return f"{low_text} or more"
    if math.isinf(low):
        return f"{high_text} or less"
    return low_text if low_text == high_text else f"{low_text} to {high_text}"


def figure_keys(counts: pd.DataFrame) -> list[pd.Series]:
    """Return the keys by which to group figures of the same series and period.

    Examples
    --------
    >>> import pandas as pd
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
    indicator = counts["indicator"].where(is_dated, row)
    scope = counts["scope"].where(is_dated, row)
    names = ["area", "period_start", "period_end", *PARTS]
    others = [counts[name] for name in names if name in counts]
    return [indicator, scope, *others]


def notes_of(figures: pd.DataFrame) -> pd.Series:
    """Return the notes of figures as text, empty where there is none."""
    if "note" not in figures:
        return text_column("", figures.index)
    notes = text_column(figures["note"])
    return notes.fillna("")


def is_partial(figures: pd.DataFrame) -> pd.Series:
    """Tell which periods a register may cover only in part, by the note."""
    notes = notes_of(figures)
    is_marked = notes.str.startswith(PARTIAL)
    # pandas 2 returns objects.
    return is_marked.astype(bool)


def words(name: object) -> str:
    """Write a name of the tables, such as `wco_members`, as words."""
    return str(name).replace("_", " ")


def heading(name: object) -> str:
    """Write a name of the tables as a title, with its abbreviations in capitals.

    Examples
    --------
    >>> heading("wco_members"), heading("missions")
    ('WCO members', 'Missions')
    """
    parts = words(name).split(" ")
    parts = [_ABBREVIATIONS.get(part, part) for part in parts]
    title = " ".join(parts)
    # capitalize() would write WCO as Wco.
    first_letter = title[:1].upper()
    return first_letter + title[1:]


def title_of(figure: Any) -> str:
    """Name what a row of a table counts: its label, or else its indicator in words.

    Examples
    --------
    >>> title_of(pd.Series({"indicator": "wco_members"}))
    'WCO members'
    """
    label = getattr(figure, "label", None)
    return label if isinstance(label, str) else heading(figure.indicator)


def series_columns(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of changes that name their series to a reader."""
    place = list(changes).index("period")
    series = changes.iloc[:, :place]
    return series.drop(columns="indicator") if "label" in series else series


def per_month(unit: str) -> str:
    """Return the unit of a monthly rate.

    Examples
    --------
    >>> per_month("missions"), per_month("missions a month"), per_month("")
    ('missions per month', 'missions a month', 'per month')
    """
    return unit if is_per_month(unit) else f"{unit} per month".strip()


def is_per_month(unit: str) -> bool:
    """Return whether a unit says that its numbers are per month.

    Examples
    --------
    >>> [is_per_month(unit) for unit in ("missions per month", "missions/month", "monthly missions", "person-months")]
    [True, True, True, False]
    """
    return _PER_MONTH.search(unit) is not None


def has_rates(frame: pd.DataFrame) -> bool:
    """Tell whether the numbers of a table are monthly rates, by its column `per`."""
    return "per" in frame and bool(frame["per"].eq("month").any())


def printed(value: Any, qualifier: str) -> str:
    """Write a figure as it was published: the word and the number.

    Examples
    --------
    >>> printed(330.0, "more_than"), printed(None, "exact")
    ('more than 330', 'not known')
    """
    if pd.isna(value):
        return "not known"
    number = plain_number(value)
    if qualifier == "exact":
        return f"{number:,}"
    return f"{words(qualifier)} {number:,}"


def printed_column(figures: pd.DataFrame) -> pd.Series:
    """Write each figure of a table as it was published."""
    cells = zip(figures["value"], figures["qualifier"], strict=True)
    return text_column([printed(*cell) for cell in cells], figures.index)


def _decimals_that_differ(low: float, high: float) -> int:
    width = abs(high - low)
    # The logarithm of 0, infinity or NaN is not a place.
    if not 0 < width < math.inf:
        return 1
    decimals = _decimals_of(0.6 * width)
    return min(max(decimals, 0), 2)


def _decimals_of(number: float) -> int:
    """Return how many decimals show the first digit of a positive number."""
    size = math.log10(number)
    return -math.floor(size)


def _write_number(value: float, decimals: int, *, signed: bool) -> str:
    if float(value).is_integer():
        decimals = 0
    elif math.isfinite(value):
        # A small number keeps its first digit: 0.004 is more than nothing.
        least = _decimals_of(abs(value))
        decimals = max(decimals, least, 1)
    text = f"{value:z,.{decimals}f}"
    if signed and value > 0:
        return f"+{text}"
    return text.replace("-", "\N{MINUS SIGN}")


def _write_percent(value: float, decimals: int) -> str:
    text = f"{value:+.{decimals}f}%"
    digits = text.strip("+-.%")
    is_zero = not digits.strip("0.")
    # "+0%" and "-0%" would claim a direction.
    if is_zero:
        return digits + "%"
    return text.replace("-", "\N{MINUS SIGN}")
