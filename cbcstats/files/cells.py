"""What spreadsheet programs make of cells when they open and save a file: what happened, and what to write instead."""

from __future__ import annotations

import datetime
import re
from typing import Final

# A number needs its sign: programs make 49% or 0.49 of +49%, and 2 of +2.
FORM_OF_CHANGE = r"^(?!\s)(?=.*[0-9A-Za-z])(?!(?=.*[1-9])[0-9]+([.,][0-9]+)?\s?%?$)(?![+-]0[.,][0-9]+$).*(?<!\s)$"
FORM_OF_PARTIAL_DAY = r"^\d{4}(-\d{2}(-\d{2})?)?$"
DAY: Final = "day"
NUMBER: Final = "number"
MARK: Final = "mark"

_WORDS: Final = {
    "true": ("wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar"),
    "false": ("falsch", "faux", "falso", "onwaar"),
}
_ERROR: Final = re.compile(r"#{3,}|#(NAME\?|N/A|VALUE!|REF!|DIV/0!|NUM!|NULL!)|Err:[0-9]{3}")
_SHOWN_DAY: Final = re.compile(r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})( 0?0:00(:00)?)?")
_MONTHS: Final = (  # their beginnings, in English, French, German and Spanish
    "jan|ene|feb|f\N{LATIN SMALL LETTER E WITH ACUTE}v|mar|m\N{LATIN SMALL LETTER A WITH DIAERESIS}r|mrz|apr|avr|abr|"
    "may|mai|jun|jui|jul|aug|ao\N{LATIN SMALL LETTER U WITH CIRCUMFLEX}|ago|sep|oct|okt|nov|"
    "dec|dez|d\N{LATIN SMALL LETTER E WITH ACUTE}c|dic"
)
_SHOWN_MONTH: Final = re.compile(
    rf"[0-9]{{1,2}}[.\s-]+({_MONTHS})[^\W\d]*\.?([\s-][0-9]{{2,4}})?|({_MONTHS})[^\W\d]*\.?[\s-]+[0-9]{{1,4}}",
    re.IGNORECASE,
)
_SERIAL: Final = re.compile(r"[2-6][0-9]{4}")  # days from 1954 to 2091
_SERIAL_ZEROS: Final = (datetime.date(1899, 12, 30), datetime.date(1904, 1, 1))
_GROUPED: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}([.,][0-9]{3})+")
_GAPS: Final = re.compile(r"['\N{RIGHT SINGLE QUOTATION MARK}\s]")
_FOREIGN: Final = ("cp1252", "latin-1")


def damage(cell: str) -> tuple[str, str] | None:
    """Return what is wrong and what to do where a program lost what stood in a cell, of whatever column.

    Examples
    --------
    >>> damage("#NAME?")[0]
    'is what a spreadsheet program shows in place of what it cannot show'
    """
    if _ERROR.fullmatch(cell):
        return (
            "is what a spreadsheet program shows in place of what it cannot show",
            "write what stood there before",
        )
    if cell.isascii():
        return None
    if "\N{REPLACEMENT CHARACTER}" in cell:
        return "holds a character that was lost", "write it anew, and save the file as CSV UTF-8"
    for encoding in _FOREIGN:
        try:
            meant = cell.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        remedy = f"write {meant}, and open the file as UTF-8 from the start"
        return "was written in UTF-8 and read in another encoding", remedy
    return None


def explain(cell: str, kind: str) -> tuple[str, str] | None:
    """Return what a program did to a cell that cannot be read, and what to write; None where it seems not to be that.

    Parameters
    ----------
    cell : str
        The cell as it stands.
    kind : str
        What the column holds: `DAY`, `NUMBER`, `MARK`, or the pattern of a text.

    Examples
    --------
    >>> explain("42801", DAY)
    ('is a number where a day belongs, as spreadsheets store days', 'write 2017-03-07, if that is the day meant \
(2021-03-08 in a workbook that counts days from 1904)')
    >>> explain("07/03/2017", DAY)[1]
    'write 2017-03-07 or 2017-07-03, whichever is meant'
    """
    known = {
        DAY: _about_day,
        FORM_OF_PARTIAL_DAY: _about_day,
        NUMBER: _about_number,
        MARK: _about_mark,
        FORM_OF_CHANGE: _about_change,
    }
    return known[kind](cell) if kind in known else None


def _about_day(cell: str) -> tuple[str, str] | None:
    if _SERIAL.fullmatch(cell):
        since_1900, since_1904 = (
            zero + datetime.timedelta(days=int(cell)) for zero in _SERIAL_ZEROS
        )
        said = "is a number where a day belongs, as spreadsheets store days"
        other = f"{since_1904} in a workbook that counts days from 1904"
        return said, f"write {since_1900}, if that is the day meant ({other})"
    found = _SHOWN_DAY.fullmatch(cell)
    if found and (days := _days(found[1], found[3], found[4], day_first=found[2] == ".")):
        remedy = f"write {' or '.join(days)}" + ", whichever is meant" * (len(days) > 1)
        return "is a date in the form of a spreadsheet program", remedy
    if _SHOWN_MONTH.fullmatch(cell):
        return (
            "is a date in the form of a spreadsheet program",
            "write the year first, as in 2017-03 or 2017-03-07",
        )
    return None


def _days(first: str, second: str, third: str, *, day_first: bool) -> list[str]:
    """Return the days that three numbers with four digits for the year may mean."""
    orders = [(first, second, third)] if len(first) == 4 else [(third, second, first)]
    if len(first) < 4 and not day_first:
        orders.append((third, first, second))
    days = []
    for year, month, day in orders:
        try:
            days.append(
                datetime.date(int(year) if len(year) == 4 else 0, int(month), int(day)).isoformat()
            )
        except ValueError:
            continue
    return list(dict.fromkeys(days))


def _about_number(cell: str) -> tuple[str, str] | None:
    plain = _GAPS.sub("", cell)
    said = "is not a number as the tables have it"
    if _GROUPED.fullmatch(plain):
        whole = re.sub("[.,]", "", plain)
        with_point = plain.replace(",", ".")
        other = (
            f", or {with_point.rstrip('0').rstrip('.')} with a point"
            if with_point.count(".") == 1
            else ""
        )
        return said, f"write {whole} without a mark between thousands{other}"
    decimal = plain.replace(",", ".", 1)
    if decimal != cell and re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", decimal):
        return said, f"write {decimal}"
    if _SHOWN_DAY.fullmatch(cell) or _SHOWN_MONTH.fullmatch(cell):
        return (
            "is a date, which spreadsheet programs make of numbers such as 24.1",
            "write the number that is printed",
        )
    return None


def _about_mark(cell: str) -> tuple[str, str] | None:
    for mark, words in _WORDS.items():
        if cell.lower() in words:
            return f"is how spreadsheet programs in another language write {mark}", f"write {mark}"
    return None


def _about_change(cell: str) -> tuple[str, str] | None:
    number = cell.replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?%?", number):
        return None
    said = "has no sign; spreadsheet programs take the plus away"
    if not number.endswith("%") and "." in number:
        percent = f"{100 * float(number.lstrip('+-')):.6g}%"
        said = "may be a percentage as spreadsheet programs store it"
        signed = f"{number[0] if number[0] in '+-' else '+'}{percent}"
        return (
            said,
            f"write the change as printed, such as {signed}; a difference with its unit, such as +0.5 million",
        )
    return said, f"write +{number}, or -{number} for a decrease"
