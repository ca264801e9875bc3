"""Single cells: as one would type them, and what spreadsheet programs make of them."""

from __future__ import annotations

import datetime
import re
from typing import Any, Final

import numpy as np
import pandas as pd

from cbcstats.errors import Finding

MARKS: Final = {  # true and false as they are written
    "true": True,
    "false": False,
    "yes": True,
    "no": False,
    "1": True,
    "0": False,
}
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


def as_text(cell: Any) -> str:
    """Return a cell as one would type it; a missing one is empty.

    Examples
    --------
    >>> as_text(2.0), as_text(None), as_text(datetime.datetime(2018, 3, 2)), as_text(True)
    ('2', '', '2018-03-02', 'true')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return (
            "" if cell != cell else str(int(cell)) if cell.is_integer() else str(cell)
        )
    if not pd.api.types.is_scalar(cell):
        return str(cell)
    if (
        cell is None or cell is pd.NA or cell != cell
    ):  # NaN and NaT differ from themselves
        return ""
    if isinstance(cell, datetime.datetime):
        is_day = cell.time() == datetime.time()
        return cell.date().isoformat() if is_day else cell.isoformat(" ")
    return str(cell).lower() if isinstance(cell, bool | np.bool_) else str(cell)


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
