"""Single cells: as one would type them, and what spreadsheet programs make of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.errors import Finding
from cbcstats.files.dates import is_date_like

if TYPE_CHECKING:
    from collections.abc import Sequence

# A published change needs its sign: programs make 49% or 0.49 of +49%, and 2 of +2.
CHANGE_WITH_SIGN: Final = (
    r"^(?!\s)(?=.*[0-9A-Za-z])"
    r"(?!(?=.*[1-9])[0-9]+([.,][0-9]+)?\s?%?$)(?![+-]0[.,][0-9]+$).*(?<!\s)$"
)

_FOREIGN_MARKS: Final = {
    "true": ("wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar"),
    "false": ("falsch", "faux", "falso", "onwaar"),
}
_ERROR_SHOWN: Final = re.compile(
    r"#{3,}|#(NAME\?|N/A|VALUE!|REF!|DIV/0!|NUM!|NULL!)|Err:[0-9]{3}"
)
_FOREIGN_ENCODINGS: Final = ("cp1252", "latin-1")
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


def find_damage(cell: str) -> Finding | None:
    """Return what is wrong where a spreadsheet program lost the text of a cell.

    Examples
    --------
    >>> find_damage("#NAME?").problem
    'is an error that a spreadsheet program shows instead of the value'
    """
    if _ERROR_SHOWN.fullmatch(cell):
        problem = "is an error that a spreadsheet program shows instead of the value"
        return Finding(problem, "write the value that was there before")
    if cell.isascii():
        return None
    if "\N{REPLACEMENT CHARACTER}" in cell:
        remedy = "write it again, and save the file as CSV UTF-8"
        return Finding("holds a character that was lost", remedy)
    for encoding in _FOREIGN_ENCODINGS:
        try:
            meant = cell.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        remedy = f"write {meant}, and open the file as UTF-8 from the start"
        return Finding("was written in UTF-8 and read in another encoding", remedy)
    return None


def explain_mark(cell: str) -> Finding:
    """Return what is wrong with a cell that is neither true nor false."""
    for mark, words in _FOREIGN_MARKS.items():
        if cell.lower() in words:
            problem = f"is how spreadsheet programs in another language write {mark}"
            return Finding(problem, f"write {mark}")
    return Finding("is neither true nor false", "write one of the two")


def explain_change(cell: str) -> Finding | None:
    """Return what a spreadsheet program did to a published change such as +49%.

    Examples
    --------
    >>> explain_change("49%").remedy
    'write +49%, or -49% for a decrease'
    """
    number = cell.replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?%?", number):
        return None
    if number.endswith("%") or "." not in number:
        problem = "has no sign; spreadsheet programs remove the plus"
        return Finding(problem, f"write +{number}, or -{number} for a decrease")
    sign = number[0] if number[0] in "+-" else "+"
    percent = 100 * float(number.lstrip("+-"))
    return Finding(
        "may be a percentage as spreadsheet programs store it",
        f"write the change as printed, such as {sign}{percent:.6g}%; "
        "a difference with its unit, such as +0.5 million",
    )


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
