"""Numbers, sources and names in words, as charts, tables and sentences write them."""

from __future__ import annotations

import math
from typing import Final

from cbcstats.arguments import check_flag, check_number

_CAPITALS: Final = (
    "aeo asycuda covid dmfas gtfp imf itc ldc picard safe tfa unctad wco wto"
)
_ABBREVIATIONS: Final = {word: word.upper() for word in _CAPITALS.split()} | {
    "acip": "A-CIP",
    "mercator": "Mercator",
}


def format_range(low: float, high: float, *, percent: bool = False) -> str:
    """Write a range with as many digits as it deserves: those in which its ends differ.

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
    width = abs(high - low)
    decimals = 1
    if 0 < width < math.inf:
        decimals = min(max(-math.floor(math.log10(0.6 * width)), 0), 2)
    write = (
        (lambda end: _percent(end, decimals))
        if percent
        else (lambda end: _number(end, decimals))
    )
    if math.isinf(high):
        return f"{write(low)} or more"
    return write(low) if write(low) == write(high) else f"{write(low)} to {write(high)}"


def words(name: object) -> str:
    """Write a name of the tables as words."""
    return str(name).replace("_", " ")


def heading(name: object) -> str:
    """Write a name of the tables as a title, with its abbreviations in capitals.

    Examples
    --------
    >>> heading("wco_members"), heading("missions")
    ('WCO members', 'Missions')
    """
    said = [_ABBREVIATIONS.get(word, word) for word in words(name).split(" ")]
    return " ".join([said[0][:1].upper() + said[0][1:], *said[1:]])


def _number(value: float, decimals: int) -> str:
    """Write a number with its first digit other than 0, for what is more than nothing is not written as 0."""
    if float(value).is_integer():
        return f"{value:z,.0f}"
    first = -math.floor(math.log10(abs(value))) if math.isfinite(value) else 0
    return f"{value:,.{max(decimals, first, 1)}f}"


def _percent(value: float, decimals: int) -> str:
    """Write a change with its sign; what is written as 0 has none."""
    text = f"{value:+.{decimals}f}%"
    return (text if text.strip("+-0.%") else text[1:]).replace("-", "\N{MINUS SIGN}")
