"""Parse numbers in single cells, and explain faulty cells.

Many faulty cells are not typing errors: a spreadsheet program changed a valid entry.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cbcstats.errors import Finding
from cbcstats.files.dates import is_date_like

if TYPE_CHECKING:
    from collections.abc import Sequence

# True and false as Excel shows them in German, French, Spanish, Italian, Dutch, ...
_FOREIGN_MARKS: Final = {
    "true": ("wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar"),
    "false": ("falsch", "faux", "falso", "onwaar"),
}
# Err:502 is LibreOffice; ### is a number in a column that is too narrow for it.
_ERROR_SHOWN: Final = re.compile(
    r"#{3,}|#(NAME\?|N/A|VALUE!|REF!|DIV/0!|NUM!|NULL!)|Err:[0-9]{3}"
)
# In these encodings UTF-8 is mistaken for other text, such as Ã© for é.
_FOREIGN_ENCODINGS: Final = ("cp1252", "latin-1")
# As in PRIORITÉ : or «ÉTÉ», whose bytes happen to be valid UTF-8.
_CAPITAL_AT_END: Final = re.compile("[\u00c8-\u00cf\u00d2-\u00dd][\u00a0\u00bb]")
# A float holds numbers of up to 15 digits exactly.
_DIGITS: Final = 15
# A longer text is not a number that anyone typed; it is not examined further.
_LONGEST: Final = 30
# pandas writes whole numbers as 12.0 where some cells of their column are missing.
_WHOLE: Final = re.compile(r"([+-]?\d{1,15})(\.0*)?", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
# 1.200 may be 1200, as many languages write it; 1.2 would hardly be typed with zeros.
_MAY_BE_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{2}0", re.ASCII)
_ONE_POINT: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_ONE_COMMA: Final = re.compile(r"[+-]?\d{1,3},\d{3}")
# The characters between thousands: French has several kinds of spaces.
_GROUPED: Final = re.compile(
    r"[+-]?\d{1,3}(?:[.,' \u00a0\u2009\u202f\u2019]\d{3})+", re.ASCII
)
_FRACTION: Final = re.compile(r"[+-]?\d*[.,]\d+", re.ASCII)


def parse_whole_numbers(texts: Sequence[str]) -> pd.Series:
    """Parse whole numbers to Int64; invalid or ambiguous numbers become missing.

    Examples
    --------
    >>> parse_whole_numbers(["12", "12.0", "1,234", "1.5"]).tolist()
    [12, 12, <NA>, <NA>]
    """
    matches = map(_WHOLE.fullmatch, texts)
    numbers = [int(match[1]) if match else None for match in matches]
    return pd.Series(numbers, dtype="Int64")


def parse_decimal_numbers(texts: Sequence[str]) -> pd.Series:
    """Parse numbers to Float64; invalid or ambiguous numbers become missing.

    Examples
    --------
    >>> parse_decimal_numbers(["24.1", "1.200", "about 3"]).tolist()
    [24.1, <NA>, <NA>]
    """
    numbers = [_parse_number(text) for text in texts]
    return pd.Series(numbers, dtype="Float64")


def _parse_number(text: str) -> float | None:
    if len(text) > _DIGITS or not _DECIMAL.fullmatch(text):
        return None
    if _MAY_BE_THOUSANDS.fullmatch(text):
        return None
    return float(text)


def whole_if_possible(values: pd.Series) -> pd.Series:
    """Convert numbers to Int64, so that counts print as counts, if all are whole."""
    fractions = values.dropna() % 1
    if (fractions == 0).all():
        return values.astype("Int64")
    return values


def explain_number(
    text: str, *, whole: bool, words: str = "a column of their own"
) -> Finding:
    """Explain why a text is not a valid number, and suggest a remedy.

    `words` is the column for words such as "about".

    Examples
    --------
    >>> explain_number("1,234", whole=True).remedy
    'write digits only, 1234 if that is meant'
    """
    digits_only = (
        f"write digits only, such as 1200, and put words such as 'about' into {words}"
    )
    if len(text) > _LONGEST:
        return Finding("is not a number", digits_only)
    if _GROUPED.fullmatch(text):
        return _explain_thousands(text, whole=whole)
    if whole and _FRACTION.fullmatch(text):
        remedy = "write how many there were, not an average"
        return Finding("is not a whole number", remedy)
    if _DECIMAL.fullmatch(text.replace(" ", "")):
        remedy = f"check it, and round it to {_DIGITS} digits"
        return Finding("has more digits than are kept", remedy)
    if decimal := re.fullmatch(r"([+-]?\d+),(\d+)", text):
        return Finding("has a decimal comma", f"write {decimal[1]}.{decimal[2]}")
    if not whole and is_date_like(text):
        problem = "is a date, which spreadsheet programs make of numbers such as 24.1"
        return Finding(problem, "write the number that is printed")
    return Finding("is not a number", digits_only)


def _explain_thousands(text: str, *, whole: bool) -> Finding:
    """Explain a number with groups of three digits, which may be decimals."""
    digits = re.sub(r"[^\d+-]", "", text)
    # Only a single point or comma can be a decimal one, and not in a whole number.
    if _ONE_POINT.fullmatch(text):
        decimal = "" if whole else f" or {float(text):g}"
        problem = "may have a thousands separator or a decimal point"
        return Finding(problem, f"write {digits}{decimal} if that is meant")
    remedy = f"write digits only, {digits} if that is meant"
    if not whole and _ONE_COMMA.fullmatch(text):
        number = float(text.replace(",", "."))
        remedy += f", or {number:g} if the comma is a decimal one"
    return Finding("has a thousands separator", remedy)


def find_damage(cell: str) -> Finding | None:
    """Explain how a spreadsheet program damaged a cell, or return None.

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
    # Programs write this character for bytes that they cannot read.
    if "\N{REPLACEMENT CHARACTER}" in cell:
        remedy = "write it again, and save the file as CSV UTF-8"
        return Finding("holds a character that was lost", remedy)
    if _CAPITAL_AT_END.search(cell):
        return None
    for encoding in _FOREIGN_ENCODINGS:
        try:
            meant = cell.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        remedy = f"write {meant}, and open the file as UTF-8 from the start"
        return Finding("was written in UTF-8 and read in another encoding", remedy)
    return None


def damaged_texts(column: pd.Series) -> dict[str, Finding]:
    """Return the texts of a column whose characters were damaged, with the reason.

    Examples
    --------
    >>> list(damaged_texts(pd.Series(["Pérou", "PÃ©rou", "Togo"])))
    ['PÃ©rou']
    """
    is_ascii = pc.string_is_ascii(pa.array(column, pa.string(), from_pandas=True))
    others = column[~is_ascii.fill_null(True).to_numpy(zero_copy_only=False)]
    findings = {text: find_damage(text) for text in others.unique()}
    return {text: finding for text, finding in findings.items() if finding}


def explain_mark(cell: str) -> Finding:
    """Explain why a cell is not a valid true or false, and suggest a remedy."""
    word = cell.lower()
    for mark, words in _FOREIGN_MARKS.items():
        if word in words:
            problem = f"is how spreadsheet programs in another language write {mark}"
            return Finding(problem, f"write {mark}")
    return Finding("is neither true nor false", "write one of the two")
