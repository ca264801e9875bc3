"""Cells of a register as values: each distinct text of a column is parsed once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from cbcstats.errors import ERROR, WARNING, Finding
from cbcstats.files.cells import (
    explain_mark,
    explain_number,
    parse_numbers,
    parse_whole_numbers,
)
from cbcstats.files.dates import explain_date, parse_dates
from cbcstats.frames import factorize_text, text_column
from cbcstats.places.names import LIST, iso3_of, suggestions
from cbcstats.registers.schemas import PLACE
from cbcstats.tables.parsing import DAY, MARK, NUMBER, TEXT, parse_column

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    import pandera.pandas as pa

WHOLE_NUMBER: Final = "whole number"
_DASHES: Final = (
    "- -- --- \N{EN DASH} \N{EM DASH} . .. ... \N{HORIZONTAL ELLIPSIS} ? / *"
)
_PLACEHOLDER_WORDS: Final = (
    "n/a #n/a #n/d na n.a. n.a n/d nd n.d. none null nil nan nat missing unknown s/o"
)
_PLACEHOLDERS: Final = frozenset(f"{_DASHES} {_PLACEHOLDER_WORDS}".split())
_TO_COME: Final = frozenset(
    ["tbc", "tba", "tbd", "t.b.c.", "t.b.a.", "t.b.d.", "pending"]
) | {
    "to be confirmed",
    "to be announced",
    "a confirmer",
    "à confirmer",
    "por confirmar",
}
# As spreadsheet programs write them into CSV, in English, French and Spanish; the last are of
# LibreOffice.
_ERROR_WORDS: Final = (
    "#null! #div/0! #value! #ref! #name? #num! #nul! #valeur! #nom? #nombre! "
    "#¡nulo! #¡div/0! #¡valor! #¡ref! #¿nombre? #¡num!"
)
_ERRORS: Final = frozenset(_ERROR_WORDS.split()) | {
    f"err:{number}" for number in range(501, 541)
}
NO_VALUES: Final = _PLACEHOLDERS | _TO_COME | _ERRORS  # in small letters

_TOTAL: Final = re.compile(
    r"((?:(?:grand|general|overall|sub|sous)[\s-]*)?total(?:e|es|s)?\b.*)|.*\btotals?\s*:?",
    re.IGNORECASE,
)
_ALL: Final = frozenset(
    {
        "sum",
        "somme",
        "suma",
        "all members",
        "all countries",
        "all regions",
        "all missions",
    }
)
_REMEDIES: Final = {
    PLACE: "write the name of one country",
    DAY: "write the day as 2017-04-03",
}
_SUGGESTED_FOR: Final = (
    500  # unknown places; where there are more, they are not names of places
)
_LONGEST_PLACE: Final = 100


class DateReading(NamedTuple):
    """How dates are written: the format stated, and the day from which serial numbers count."""

    date_format: str | None
    day_zero: datetime.date | None


class Parsed(NamedTuple):
    """A column as it was parsed.

    `values` are missing where a cell is empty or cannot be read; `findings` says, by the text of a
    cell, what is wrong with it.
    """

    values: pd.Series
    findings: dict[str, Finding]


def parse_cells(text: pd.Series, column: pa.Column, dates: DateReading) -> Parsed:
    """Parse the cells of a column, by the kind of value that its schema asks for.

    `text` has no blanks around the cells.
    """
    kind = kind_of(column)
    if kind == TEXT and str(column.dtype) != "category":
        return _parse_text(text, column)
    codes, texts = factorize_text(text)
    values = _parse(texts, kind, dates)
    findings: dict[str, Finding] = {}
    unknown_places = 0
    for place in values.index[values.isna()]:
        cell = texts[place]
        finding = without_value(cell, column, kind)
        if finding is None and cell:
            unknown_places += kind == PLACE
            finding = _explain(
                cell, kind, dates, suggest=unknown_places <= _SUGGESTED_FOR
            )
        if finding:
            findings[cell] = finding
    if kind in (PLACE, TEXT):
        values = values.astype("category")  # few names for many rows
    return Parsed(values.take(codes).set_axis(text.index), findings)


def _parse_text(text: pd.Series, column: pa.Column) -> Parsed:
    """Parse a column of text in which hardly any cell is like another one."""
    missing = (text == "") | text.str.lower().isin(NO_VALUES)
    findings = {}
    for cell in text[missing].unique():
        if finding := without_value(cell, column, TEXT):
            findings[cell] = finding
    return Parsed(text.mask(missing), findings)


def kind_of(column: pa.Column) -> str:
    """Return what kind of value a column of a register holds."""
    dtype = str(column.dtype).lower()
    if (column.metadata or {}).get("parse") == PLACE:
        return PLACE
    if dtype.startswith("datetime64"):
        return DAY
    if dtype.startswith(("int", "uint")):
        return WHOLE_NUMBER
    if dtype.startswith("float"):
        return NUMBER
    return MARK if dtype in ("bool", "boolean") else TEXT


def is_total(text: str, *, alone: bool = False) -> bool:
    """Return whether a text names a total; with `alone`, it must begin with the word.

    Examples
    --------
    >>> [is_total(text) for text in ("Total Africa", "GRAND TOTAL:", "Kenya - total", "Togo")]
    [True, True, True, False]
    """
    plain = text.strip().casefold()
    if plain in _ALL:
        return True
    found = _TOTAL.fullmatch(plain) if "total" in plain else None
    return found is not None and (found[1] is not None or not alone)


def without_value(text: str, column: pa.Column, kind: str) -> Finding | None:
    """Return what is wrong with a text that says that there is no value, or not yet."""
    word = text.casefold()
    if word in _ERRORS:
        return Finding(
            "is an error of a spreadsheet program",
            "correct the formula, or write the value",
        )
    if column.nullable:
        remedy, severity = "leave the cell empty until it is known", WARNING
    else:
        remedy, severity = _REMEDIES.get(kind, "write it"), ERROR
    if not text:
        return None if column.nullable else Finding("is empty", remedy)
    if word in _TO_COME:
        return Finding("is still to come", remedy, severity)
    if word in _PLACEHOLDERS:
        return Finding("is a placeholder, not a value", remedy, severity)
    return None


def _parse(texts: Sequence[str], kind: str, dates: DateReading) -> pd.Series:
    if kind == DAY:
        return parse_dates(texts, dates.date_format, dates.day_zero)
    if kind == WHOLE_NUMBER:
        return parse_whole_numbers(texts)
    if kind == NUMBER:
        return parse_numbers(texts)
    if kind == PLACE:
        return text_column(iso3_of(texts))
    if kind == MARK:
        return parse_column(pd.Series(texts, dtype="object"), MARK)
    return text_column([text if _has_value(text) else None for text in texts])


def _explain(cell: str, kind: str, dates: DateReading, *, suggest: bool) -> Finding:
    if kind == DAY:
        return explain_date(cell, dates.date_format)
    if kind == PLACE:
        return _explain_place(cell, suggest=suggest)
    return (
        explain_mark(cell)
        if kind == MARK
        else explain_number(cell, whole=kind == WHOLE_NUMBER)
    )


def _explain_place(text: str, *, suggest: bool) -> Finding:
    near = suggestions(text) if suggest and len(text) < _LONGEST_PLACE else []
    if iso3_of([text.upper()])[0]:  # a code in small letters may be a word
        near = [text.upper()]
    if len(near) > 1 and LIST.search(text):
        return Finding(
            "names several places", f"write one row for each: {', '.join(near)}"
        )
    hint = f"; perhaps {' or '.join(near)}" if near else ""
    remedy = f"write the name of one country, or its ISO code{hint}"
    return Finding("is not a place that is known", remedy)


def _has_value(text: str) -> bool:
    return bool(text) and text.casefold() not in NO_VALUES
