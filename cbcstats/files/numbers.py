"""Numbers as people type them, and what is wrong with the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.errors import Finding
from cbcstats.files.dates import is_date_like

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGITS: Final = 15  # a number of so many digits is held exactly
_LONGEST: Final = 30  # characters of a number that is looked at
_WHOLE: Final = re.compile(r"([+-]?\d{1,15})(\.0*)?", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_MAY_BE_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{2}0", re.ASCII)
_ONE_MARK: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_GROUPED: Final = re.compile(
    r"[+-]?\d{1,3}(?:[.,' \u00a0\u2009\u202f\u2019]\d{3})+", re.ASCII
)
_FRACTION: Final = re.compile(r"[+-]?\d*[.,]\d+", re.ASCII)


def parse_whole_numbers(texts: Sequence[str]) -> pd.Series:
    """Return whole numbers as Int64; missing for what is not one, or may be one of two.

    Examples
    --------
    >>> parse_whole_numbers(["12", "12.0", "1,234", "1.5"]).tolist()
    [12, 12, <NA>, <NA>]
    """
    found = [_WHOLE.fullmatch(text) for text in texts]
    return pd.Series(
        [int(match[1]) if match else None for match in found], dtype="Int64"
    )


def parse_numbers(texts: Sequence[str]) -> pd.Series:
    """Return numbers as Float64; missing for what is not one, or may be one of two.

    Examples
    --------
    >>> parse_numbers(["24.1", "1.200", "about 3"]).tolist()
    [24.1, <NA>, <NA>]
    """
    return pd.Series([_number(text) for text in texts], dtype="Float64")


def _number(text: str) -> float | None:
    if (
        not _DECIMAL.fullmatch(text)
        or _MAY_BE_THOUSANDS.fullmatch(text)
        or len(text) > _DIGITS
    ):
        return None
    return float(text)


def explain_number(
    text: str, *, whole: bool, words: str = "a column of their own"
) -> Finding:
    """Return what is wrong with a text that is not a number, and what to write.

    `words` is the column for words such as "about".

    Examples
    --------
    >>> explain_number("1,234", whole=True)
    Finding(problem='has a mark between its thousands', remedy='write digits only, 1234 if that is \
meant', severity='error')
    """
    digits_only = (
        f"write digits only, such as 1200, and put words such as 'about' into {words}"
    )
    if len(text) > _LONGEST:
        return Finding("is not a number", digits_only)
    if _ONE_MARK.fullmatch(text):
        digits, fraction = text.replace(".", ""), f"{float(text):g}"
        other = "" if whole else f" or {fraction}"
        return Finding(
            "may have a mark between its thousands, or be a fraction",
            f"write {digits}{other} if that is meant",
        )
    if _GROUPED.fullmatch(text):
        digits = re.sub(r"[^\d+-]", "", text)
        other = ""
        if not whole and re.fullmatch(r"[+-]?\d{1,3},\d{3}", text):
            other = (
                f", or {float(text.replace(',', '.')):g} if the comma is a decimal one"
            )
        problem = "has a mark between its thousands"
        return Finding(problem, f"write digits only, {digits} if that is meant{other}")
    if whole and _FRACTION.fullmatch(text):
        return Finding(
            "is not a whole number", "write how many there were, not an average"
        )
    if _DECIMAL.fullmatch(text.replace(" ", "")):
        return Finding(
            "has more digits than are kept",
            f"check it, and round it to {_DIGITS} digits",
        )
    if decimal := re.fullmatch(r"([+-]?\d+),(\d+)", text):
        return Finding("has a decimal comma", f"write {decimal[1]}.{decimal[2]}")
    if not whole and is_date_like(text):
        problem = "is a date, which spreadsheet programs make of numbers such as 24.1"
        return Finding(problem, "write the number that is printed")
    return Finding("is not a number", digits_only)


def whole_if_possible(values: pd.Series) -> pd.Series:
    """Return numbers as Int64, so that counts read as counts, or as they are if one has decimals."""
    return values.astype("Int64") if (values.dropna() % 1 == 0).all() else values
