"""Parse the cells of a register.

Each distinct text of a column is parsed once.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from cbcstats.errors import ERROR, WARNING, Finding
from cbcstats.files.cells import (
    explain_mark,
    explain_number,
    may_be_thousands,
    parse_decimal_numbers,
    parse_whole_numbers,
    plain_text,
    with_decimal_points,
    without_accents,
)
from cbcstats.files.dates import first_of_each_order
from cbcstats.files.spans import explain_span, read_spans
from cbcstats.frames import MARKS, factorize_text, text_column
from cbcstats.places.spelling import iso3_of, spellings_of
from cbcstats.registers.schemas import (
    is_free_text,
    is_optional,
    kind_of,
    takes_several_countries,
)
from cbcstats.registers.words import countries_of, explain_country

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    "day": "write the day as YYYY-MM-DD",
}
_SEVERITIES: Final = (WARNING, ERROR)
_SUGGESTED_FOR: Final = 500  # unknown places, since suggestions are slow


def plain_texts(cells: pd.Series, column: pa.Column) -> pd.Series:
    """Normalise cells, see `plain_text`; a categorical if few texts are distinct."""
    if is_free_text(column):
        stripped = cells.str.strip()
        each = stripped.to_numpy(dtype=object)
        if all(map(str.isascii, each)):
            return stripped
        return text_column(list(map(plain_text, each)), cells.index)
    # Not astype("category"), which sorts: the first unknown places get suggestions.
    codes, texts = factorize_text(cells)
    plain = list(map(plain_text, texts))
    if kind_of(column) == "text":
        # Labels with a double blank or a line break are the same labels.
        plain = [" ".join(label.split()) for label in plain]
    codes_of_plain, distinct = factorize_text(text_column(plain))
    codes = codes_of_plain[codes]
    categories = pd.Index(text_column(distinct))
    values = pd.Categorical.from_codes(codes, categories, validate=False)
    return pd.Series(values, index=cells.index)


def with_clear_decimals(cells: pd.Series, is_number: pd.Series) -> pd.Series:
    """Add a zero to numbers such as 1.125, which as a text may be 1125."""
    if not is_number.any():
        return cells
    may_be_thousands = cells.str.fullmatch(r"[+-]?\d{1,3}\.\d{3}").astype(bool)
    return cells.mask(is_number & may_be_thousands, cells + "0")


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


def parse_cells(text: pd.Series, column: pa.Column, options: Options) -> Parsed:
    """Parse the distinct texts of a column, not one of days, as its schema requires."""
    if is_free_text(column):
        return _parse_free_text(text, column, options)
    kind = kind_of(column)
    texts = distinct_texts(text)
    values = _parse(texts, column, options)
    unread = itertools.compress(texts, values.isna())
    # With more unknown places, the column is not one of places.
    suggests = itertools.chain([True] * _SUGGESTED_FOR, itertools.repeat(False))

    def explain(cell: str) -> Finding:
        return _explain(cell, kind, suggest=next(suggests))

    findings = _explain_each(unread, column, options, explain)
    if kind in ("place", "text"):
        values = values.astype("category")
    of_rows = values.take(text.cat.codes.to_numpy())
    return Parsed(of_rows.set_axis(text.index), findings)


class ParsedDays(NamedTuple):
    """A parsed column of days.

    `spans` has the first and the last day and the precision of each row, as
    `read_spans` returns them; `findings` maps a text that has none to its problem.
    """

    spans: pd.DataFrame
    findings: dict[str, Finding]


def parse_days(text: pd.Series, column: pa.Column, options: Options) -> ParsedDays:
    """Parse the distinct texts of a column of days."""
    date_format = options.date_format
    texts = distinct_texts(text)
    spans = read_spans(texts, date_format)
    if column.name != "start_date":
        is_range = (spans["precision"] == "day") & (spans["start"] < spans["end"])
        spans = spans.mask(is_range)
    unread = itertools.compress(texts, spans["start"].isna())
    proved = first_of_each_order(texts)

    def explain(cell: str) -> Finding:
        return explain_span(cell, date_format, proved)

    findings = _explain_each(unread, column, options, explain)
    of_rows = spans.take(text.cat.codes.to_numpy())
    return ParsedDays(of_rows.set_axis(text.index), findings)


def _explain_each(
    unread: Iterable[str],
    column: pa.Column,
    options: Options,
    explain: Callable[[str], Finding],
) -> dict[str, Finding]:
    """Explain the texts that were not read, but for an empty one that may be empty."""
    kind = kind_of(column)
    findings = {}
    for cell in unread:
        # "NA" among names may be Namibia, or no value.
        is_code = kind == "place" and iso3_of([cell]) != [None]
        finding = None if is_code else without_value(cell, column, kind)
        if finding is None and cell:
            finding = explain(cell)
        if finding is None:
            continue
        # 1.250 is not lost without a word, even in a column that nobody needs.
        if kind == "day" or not may_be_thousands(cell):
            finding = softened(finding, column, options)
        findings[cell] = finding
    return findings


def softened(finding: Finding, column: pa.Column, options: Options) -> Finding:
    """Make a warning of a cell that cannot be read, in a column that nobody needs."""
    severity = min(
        finding.severity, severity_of(column, options), key=_SEVERITIES.index
    )
    return finding._replace(severity=severity)


def severity_of(column: pa.Column, options: Options) -> str:
    """Return the severity of a cell that cannot be read.

    In a column that nobody needs, it is a missing value and does not reject its row.
    """
    return ERROR if options.strict or not is_optional(column) else WARNING


def _parse_free_text(text: pd.Series, column: pa.Column, options: Options) -> Parsed:
    is_empty = text == ""
    is_word = text.str.lower().isin(NO_VALUES)
    is_missing = is_empty | is_word
    findings = {}
    for cell in text[is_missing].unique():
        finding = without_value(cell, column, "text")
        if finding:
            findings[cell] = softened(finding, column, options)
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


def _parse(texts: list[str], column: pa.Column, options: Options) -> pd.Series:
    if takes_several_countries(column):
        countries = countries_of(texts, options.no_country, options.places)
        return text_column(countries)
    kind = kind_of(column)
    if kind == "place":
        spellings = spellings_of(texts, options.places)
        return text_column(iso3_of(texts, spellings))
    if kind == "whole number":
        return parse_whole_numbers(texts)
    if kind == "number":
        return parse_decimal_numbers(with_decimal_points(texts))
    if kind == "mark":
        marks = [MARKS.get(text.lower()) for text in texts]
        return pd.Series(marks, dtype="boolean")
    values = [text if has_value(text) else None for text in texts]
    return text_column(values)


def _explain(cell: str, kind: str, *, suggest: bool) -> Finding:
    if kind == "place":
        return explain_country(cell, suggest=suggest)
    if kind == "mark":
        return explain_mark(cell)
    return explain_number(cell, whole=kind == "whole number")


def has_value(text: str) -> bool:
    """Tell whether a cell holds more than a placeholder."""
    return bool(text) and text.casefold() not in NO_VALUES


def plain_words(text: str) -> list[str]:
    """Return the words of a text in small letters, without accents.

    Examples
    --------
    >>> plain_words("Date de d\N{LATIN SMALL LETTER E WITH ACUTE}but"), plain_words("Women (%)")
    (['date', 'de', 'debut'], ['women', '%'])
    """
    return re.findall(r"[^\W_]+|%", without_accents(text).casefold())
