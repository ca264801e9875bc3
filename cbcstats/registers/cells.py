"""Parse the cells of a register.

Each distinct text of a column is parsed once.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
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
)
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
    from collections.abc import Sequence

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
_COMPARED_LABELS: Final = 1000
_MOST_PAIRS: Final = 100
_LONG_LABEL: Final = 8  # letters, below which labels with another letter differ
_LONG_WORD: Final = 4
_ROMAN: Final = re.compile("[ivxlcdm]+")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")  # once they are cut off
_SEVERITIES: Final = (WARNING, ERROR)
# With more unknown places, the column is not one of places, and suggestions are slow.
_SUGGESTED_FOR: Final = 500


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


def parse_cells(
    text: pd.Series,
    column: pa.Column,
    options: Options,
) -> Parsed:
    """Parse the distinct texts of a column, not one of days, as its schema requires."""
    if is_free_text(column):
        return _parse_free_text(text, column, options)
    kind = kind_of(column)
    texts = distinct_texts(text)
    if takes_several_countries(column):
        countries = countries_of(texts, options.no_country, options.places)
        values = text_column(countries)
    elif kind == "place":
        spellings = spellings_of(texts, options.places)
        values = text_column(iso3_of(texts, spellings))
    else:
        values = _parse(texts, kind)
    findings: dict[str, Finding] = {}
    unknown_places = 0
    is_missing = values.isna()
    missing = np.flatnonzero(is_missing)
    for place in missing:
        cell = texts[place]
        # "NA" among names may be Namibia, or no value.
        is_code = kind == "place" and iso3_of([cell]) != [None]
        finding = None if is_code else without_value(cell, column, kind)
        # An empty cell without a finding is allowed to be empty.
        if finding is None and cell:
            if kind == "place":
                unknown_places += 1
            suggest = unknown_places <= _SUGGESTED_FOR
            finding = _explain(cell, kind, suggest=suggest)
        if finding:
            if not may_be_thousands(cell):
                finding = softened(finding, column, options)
            findings[cell] = finding
    if kind in ("place", "text"):
        values = values.astype("category")
    codes = text.cat.codes.to_numpy()
    values = values.take(codes)
    values = values.set_axis(text.index)
    return Parsed(values, findings)


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


def _parse(texts: list[str], kind: str) -> pd.Series:
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


def labels_nearly_alike(labels: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of labels that differ in capitals, accents, marks or one letter.

    Words that tell parts of a series apart, such as numbers, Roman numerals and single
    letters, must be the same in both.

    Examples
    --------
    >>> labels_nearly_alike(["Phase I", "Phase II", "Mercator", "MERCATOR"])
    [('Mercator', 'MERCATOR')]
    >>> labels_nearly_alike(["Training of trainers", "Training of trainer"])
    [('Training of trainers', 'Training of trainer')]
    """
    first_of: dict[str, str] = {}
    pairs = []
    for label in labels:
        spelling = _spelling(label)
        if spelling in first_of:
            pairs.append((first_of[spelling], label))
        first_of.setdefault(spelling, label)
    # Columns with more labels hold names or remarks.
    if len(first_of) <= _COMPARED_LABELS:
        pairs += _pairs_but_for_a_letter(list(first_of.values()))
    return pairs


def _spelling(label: str) -> str:
    """Return the letters and digits of a label, without case and accents."""
    # 1.1 is not 11.
    spaced = re.sub(r"(?<=\d)[\W_]+(?=\d)", "0 0", label)
    return "".join(plain_words(spaced))


def plain_words(text: str) -> list[str]:
    """Return the words of a text in small letters, without accents.

    Examples
    --------
    >>> plain_words("Date de d\N{LATIN SMALL LETTER E WITH ACUTE}but"), plain_words("Women (%)")
    (['date', 'de', 'debut'], ['women', '%'])
    """
    letters = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return re.findall(r"[^\W_]+|%", letters.casefold())


def _pairs_but_for_a_letter(labels: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of long labels in which one long word has another letter."""
    # Labels that differ in one letter are the same once it is left out.
    by_rest: dict[str, list[str]] = {}
    pairs: dict[tuple[str, str], bool] = {}
    for label in labels:
        spelling = _spelling(label)
        if len(spelling) < _LONG_LABEL:
            continue
        rests = {
            spelling[:place] + spelling[place + 1 :] for place in range(len(spelling))
        }
        if len(pairs) >= _MOST_PAIRS:
            break
        for rest in {spelling, *rests}:
            for other in by_rest.setdefault(rest, []):
                if _differ_in_a_long_word(other, label):
                    pairs[other, label] = True
            by_rest[rest].append(label)
    return list(pairs)


def _differ_in_a_long_word(label: str, other: str) -> bool:
    words, other_words = Counter(plain_words(label)), Counter(plain_words(other))
    different = [*(words - other_words), *(other_words - words)]
    are_long = all(
        len(word) >= _LONG_WORD and word.isalpha() and not _ROMAN.fullmatch(word)
        for word in different
    )
    return are_long and len(different) == 2
