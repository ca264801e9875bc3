"""Parse the cells of a register.

Each distinct text of a column is parsed once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.errors import ERROR, WARNING, Finding
from cbcstats.files.cells import (
    explain_mark,
    explain_number,
    parse_decimal_numbers,
    parse_whole_numbers,
)
from cbcstats.files.dates import explain_date, parse_dates
from cbcstats.frames import MARKS, factorize_text, text_column
from cbcstats.places.names import iso3_of
from cbcstats.registers.schemas import (
    is_free_text,
    kind_of,
    takes_several_countries,
)
from cbcstats.registers.words import countries_of, explain_country

if TYPE_CHECKING:
    import datetime

    import pandera.pandas as pa

    from cbcstats.registers.columns import Options

# Placeholders for a missing value, in lower case.
_DASHES: Final = (
    "- -- --- \N{EN DASH} \N{EM DASH} . .. ... \N{HORIZONTAL ELLIPSIS} ? / *"
)
_PLACEHOLDER_WORDS: Final = (
    "n/a #n/a #n/d na n.a. n.a n/d nd n.d. none null nil nan nat missing unknown s/o"
)
_PLACEHOLDERS: Final = frozenset(f"{_DASHES} {_PLACEHOLDER_WORDS}".split())
_TO_COME_WORDS: Final = "tbc tba tbd t.b.c. t.b.a. t.b.d. pending"
_TO_COME_PHRASES: Final = (
    "to be confirmed|to be announced|a confirmer|à confirmer|por confirmar"
)
_TO_COME: Final = frozenset(_TO_COME_WORDS.split()) | {*_TO_COME_PHRASES.split("|")}
# Error values in CSV files: Excel in English, French and Spanish; LibreOffice
# (Err:502).
_ERROR_WORDS: Final = (
    "#null! #div/0! #value! #ref! #name? #num! #nul! #valeur! #nom? #nombre! "
    "#¡nulo! #¡div/0! #¡valor! #¡ref! #¿nombre? #¡num!"
)
_ERRORS: Final = frozenset(_ERROR_WORDS.split()) | {
    f"err:{number}" for number in range(501, 541)
}
NO_VALUES: Final = _PLACEHOLDERS | _TO_COME | _ERRORS

# "Total" first, in English, French or Spanish; or last, as in "Kenya - total".
_TOTAL: Final = re.compile(
    r"((?:(?:grand|general|overall|sub|sous)[\s-]*)?total(?:e|es|s)?\b.*)|.*\btotals?\s*:?",
    re.IGNORECASE,
)
_ALL_WORDS: Final = "sum|somme|suma|all members|all countries|all regions|all missions"
_ALL: Final = frozenset(_ALL_WORDS.split("|"))
_ERROR_OF_PROGRAM: Final = Finding(
    "is an error of a spreadsheet program", "correct the formula, or write the value"
)
_REMEDIES: Final = {
    "place": "write the name of one country",
    "day": "write the day as 2017-04-03",
}
# With more unknown places, the column is not one of places, and suggestions are slow.
_SUGGESTED_FOR: Final = 500


def plain_texts(cells: pd.Series, column: pa.Column) -> pd.Series:
    """Strip cells; return a categorical if there are few distinct texts."""
    if is_free_text(column):
        return cells.str.strip()
    # Not astype("category"), which sorts: the first unknown places get suggestions.
    codes, texts = factorize_text(cells)
    stripped = text_column(texts).str.strip()
    codes_of_stripped, distinct = factorize_text(stripped)
    codes = codes_of_stripped[codes]
    categories = pd.Index(text_column(distinct))
    values = pd.Categorical.from_codes(codes, categories, validate=False)
    return pd.Series(values, index=cells.index)


def distinct_texts(text: pd.Series) -> list[str]:
    """Return each text of a column once, in the order of the file."""
    is_category = isinstance(text.dtype, pd.CategoricalDtype)
    texts = text.cat.categories if is_category else text.drop_duplicates()
    # Arrow strings are much slower to iterate over.
    return texts.to_numpy(dtype=object).tolist()


class Parsed(NamedTuple):
    """A parsed column.

    `values` are missing where a cell is empty or cannot be parsed; `findings` maps the
    text of such a cell to its problem.
    """

    values: pd.Series
    findings: dict[str, Finding]


def parse_cells(
    text: pd.Series,
    column: pa.Column,
    options: Options,
    day_zero: datetime.date | None,
) -> Parsed:
    """Parse the distinct texts of a column as its schema requires.

    `day_zero` is day zero of serial numbers.
    """
    if is_free_text(column):
        return _parse_free_text(text, column)
    kind = kind_of(column)
    texts = distinct_texts(text)
    if takes_several_countries(column):
        values = text_column(countries_of(texts, options.no_country))
    else:
        values = _parse(texts, kind, options.date_format, day_zero)
    findings: dict[str, Finding] = {}
    unknown_places = 0
    is_missing = values.isna()
    missing = np.flatnonzero(is_missing)
    for place in missing:
        cell = texts[place]
        finding = without_value(cell, column, kind)
        # An empty cell without a finding is allowed to be empty.
        if finding is None and cell:
            if kind == "place":
                unknown_places += 1
            suggest = unknown_places <= _SUGGESTED_FOR
            finding = _explain(cell, kind, options.date_format, suggest=suggest)
        if finding:
            findings[cell] = finding
    if kind in ("place", "text"):
        values = values.astype("category")
    codes = text.cat.codes.to_numpy()
    values = values.take(codes)
    values = values.set_axis(text.index)
    return Parsed(values, findings)


def _parse_free_text(text: pd.Series, column: pa.Column) -> Parsed:
    is_empty = text == ""
    is_word = text.str.lower().isin(NO_VALUES)
    is_missing = is_empty | is_word
    findings = {}
    for cell in text[is_missing].unique():
        finding = without_value(cell, column, "text")
        if finding:
            findings[cell] = finding
    values = text.mask(is_missing)
    return Parsed(values, findings)


def is_total(text: str, *, alone: bool = False) -> bool:
    """Tell whether a text labels a total; with `alone`, it must begin with the word.

    Examples
    --------
    >>> [is_total(text) for text in ("Total Africa", "GRAND TOTAL:", "Kenya - total", "Togo")]
    [True, True, True, False]
    """
    plain = text.strip().casefold()
    if plain in _ALL:
        return True
    if "total" not in plain:
        return False
    match = _TOTAL.fullmatch(plain)
    if match is None:
        return False
    begins_with_total = match[1] is not None
    return begins_with_total or not alone


def without_value(text: str, column: pa.Column, kind: str) -> Finding | None:
    """Explain an empty cell, an error value, or a placeholder such as n/a or TBC."""
    word = text.casefold()
    if word in _ERRORS:
        return _ERROR_OF_PROGRAM
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


def _parse(
    texts: list[str],
    kind: str,
    date_format: str | None,
    day_zero: datetime.date | None,
) -> pd.Series:
    if kind == "day":
        return parse_dates(texts, date_format, day_zero)
    if kind == "whole number":
        return parse_whole_numbers(texts)
    if kind == "number":
        return parse_decimal_numbers(texts)
    if kind == "place":
        return text_column(iso3_of(texts))
    if kind == "mark":
        marks = [MARKS.get(text.lower()) for text in texts]
        return pd.Series(marks, dtype="boolean")
    values = [text if has_value(text) else None for text in texts]
    return text_column(values)


def _explain(
    cell: str, kind: str, date_format: str | None, *, suggest: bool
) -> Finding:
    if kind == "day":
        return explain_date(cell, date_format)
    if kind == "place":
        return explain_country(cell, suggest=suggest)
    if kind == "mark":
        return explain_mark(cell)
    return explain_number(cell, whole=kind == "whole number")


def has_value(text: str) -> bool:
    """Tell whether a cell holds more than a placeholder."""
    return bool(text) and text.casefold() not in NO_VALUES
