"""Match the columns of a file with those of a register, and parse their cells.

Each distinct text of a column is parsed once.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.arguments import check_choice
from cbcstats.counts.periods import MONTHS
from cbcstats.errors import (
    ERROR,
    SHOWN,
    WARNING,
    ArgumentError,
    DataError,
    Finding,
    nearest,
)
from cbcstats.files.cells import (
    explain_mark,
    explain_number,
    parse_decimal_numbers,
    parse_whole_numbers,
)
from cbcstats.frames import MARKS, factorize_text, text_column
from cbcstats.places.spelling import iso3_of, plain_spelling, spellings_of
from cbcstats.registers.schemas import (
    columns_of_file,
    is_free_text,
    kind_of,
    needed_columns,
    takes_several_countries,
)
from cbcstats.registers.words import countries_of, explain_country

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable

# Columns added to rejected rows; BEYOND is the ending of columns for surplus cells.
REASONS: Final = "reasons"
TO_CORRECT: Final = "what to correct (added by cbcstats)"
BEYOND: Final = " (beyond the header)"

_SHOWN_CHARACTERS: Final = 60  # of a name in a message
_COMPARED_CHARACTERS: Final = 500  # of a name

# Also apostrophes that count as letters.
_NOT_IN_NAMES: Final = re.compile("[\\W_\u02b9-\u02cb\ua78b\ua78c]+")

# Other common names for columns, for hints only.
_COUNTRY: Final = "country beneficiary administration place pays pais país"
_ALSO_CALLED: Final = {
    "member": _COUNTRY.split(),
    "start_date": ["start", "date", "from", "begin", "first day", "début", "inicio"],
    "programme": ["program", "project", "initiative"],
}

# Columns that are read together where there is no other column of starts.
_PARTS_OF_DAYS: Final = (
    {"year", "annee", "ano", "an"},
    {"month", "mois", "mes"},
    {"day", "jour", "dia"},
)

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
# With more unknown places, the column is not one of places, and suggestions are slow.
_SUGGESTED_FOR: Final = 500


class Options(NamedTuple):
    """How the cells of a register are read, as given to `read_register`."""

    date_format: str | None = None
    no_country: Collection[str] = ()
    repeated_rows: str = "keep"
    places: Mapping[str, str] = {}  # ISO codes of names that only this register has


@dataclass
class MatchedTable:
    """A table of text whose columns are matched with those of a schema.

    Attributes
    ----------
    table : TextTable
        The table.
    schema : pandera.DataFrameSchema
        The rules of the register.
    names : dict of str to str
        For each column of the schema that the file has, its name in the file.
    text : dict of str to Series
        For each of them, its cells without blanks around them.
    options : Options
        How its cells are read.
    """

    table: TextTable
    schema: pa.DataFrameSchema
    names: dict[str, str]
    text: dict[str, pd.Series]
    options: Options


def plain_name(text: str) -> str:
    """Normalise a column name: drop case, blanks, punctuation and invisible characters.

    Examples
    --------
    >>> plain_name("Start-Date "), plain_name("start_date")
    ('startdate', 'startdate')
    """
    # Some files have a whole paragraph in one cell of the header.
    beginning = text[:_COMPARED_CHARACTERS]
    # An accent may be a character of its own, which is no letter.
    composed = unicodedata.normalize("NFKC", beginning)
    return _NOT_IN_NAMES.sub("", composed).casefold()


def as_typed(word: str) -> str:
    """Quote a word for the command line if necessary.

    Examples
    --------
    >>> print(as_typed("member=Country"), as_typed("member=Country visited"))
    member=Country "member=Country visited"
    """
    quoted = shlex.quote(word)
    if quoted == word:
        return word
    # cmd.exe only understands double quotation marks; POSIX shells, single ones too.
    special = set('"$`\\!')
    if special.intersection(word):
        return quoted
    return f'"{word}"'


def check_columns(
    columns: Mapping[str, str] | None, schema: pa.DataFrameSchema
) -> dict[str, str]:
    """Check the mapping from columns of the schema to columns of the file.

    Raises
    ------
    ArgumentError
        If a column is not in the schema, or a name is not text or is given twice.
    """
    columns = {} if columns is None else columns
    is_mapping = isinstance(columns, Mapping)
    if not is_mapping or not all(isinstance(name, str) for name in columns.values()):
        raise ArgumentError(
            '`columns` must map names to names, such as {"member": "Country"}, '
            f"but {columns!r} was given"
        )
    names = list(columns.values())
    known = columns_of_file(schema)
    for name, header in columns.items():
        if name not in known and header in known:
            option = as_typed(f"{header}={name}")
            raise ArgumentError(
                f"`columns` names {name!r} and {header!r} the wrong way round: "
                f'write {{"{header}": "{name}"}}, '
                f"or --column {option} on the command line"
            )
        check_choice("columns", name, known)
    for name in names:
        if names.count(name) > 1:
            raise ArgumentError(
                f"`columns` names {name!r} twice; "
                "a column of the file is one column of the register"
            )
    return dict(columns)


def missing_columns(
    header: Sequence[str], schema: pa.DataFrameSchema, called: Mapping[str, str]
) -> list[str]:
    """Return the required columns that a header lacks."""
    present = {plain_name(cell) for cell in header}
    missing = [
        name
        for name in needed_columns(schema)
        if plain_name(called.get(name, name)) not in present
    ]
    if "start_date" in missing and "start_date" not in called and day_parts(header):
        missing.remove("start_date")
    return missing


def day_parts(header: Sequence[str]) -> list[str]:
    """Return the columns Year, Month and Day, as far as they are there.

    A column that is called a start or a date is likelier to hold the starts.

    Examples
    --------
    >>> day_parts(["Country", "Année", "Mois"]), day_parts(["Country", "Year", "Start"])
    (['Année', 'Mois'], [])
    """
    spellings = {
        column: plain_spelling(column[:_COMPARED_CHARACTERS]) for column in header
    }
    words = {word for spelling in spellings.values() for word in spelling.split()}
    if words.intersection(_ALSO_CALLED["start_date"]):
        return []
    parts = []
    for names in _PARTS_OF_DAYS:
        found = [column for column in header if spellings[column] in names]
        if not found:
            break
        parts.append(found[0])
    return parts


def match_columns(
    table: TextTable,
    schema: pa.DataFrameSchema,
    called: Mapping[str, str],
    options: Options,
) -> MatchedTable:
    """Find the column of the file for each column of the schema.

    Raises
    ------
    DataError
        If a required column is missing, or several columns of the file match one.
    """
    matched: dict[str, str] = {}
    known = columns_of_file(schema)
    # Match the columns named by the caller first, so that no other column takes them.
    named_first = sorted(known, key=lambda name: name not in called)
    for name in named_first:
        wanted = called.get(name, name)
        candidates = _candidates(table.header, wanted)
        if name == "start_date" and not candidates and name in needed_columns(schema):
            candidates = day_parts(table.header)[:1]
        if name not in called:
            taken = set(matched.values())
            candidates = [column for column in candidates if column not in taken]
        if not candidates:
            continue
        if len(candidates) > 1:
            problem = _explain_several(candidates, name)
            raise DataError(f"{table.name}: {problem}")
        [column] = candidates
        _check_free(table, column, name, matched)
        matched[name] = column
    missing = missing_columns(table.header, schema, called)
    missing += [name for name in called if name not in missing]
    missing = [name for name in missing if name not in matched]
    if missing:
        raise DataError(_explain_missing(table, missing, called, matched))
    names = {name: matched[name] for name in known if name in matched}
    return with_texts(table, schema, names, options)


def with_texts(
    table: TextTable,
    schema: pa.DataFrameSchema,
    names: dict[str, str],
    options: Options,
) -> MatchedTable:
    """Return a table with the texts of its matched columns."""
    return MatchedTable(table, schema, names, _Texts(table, schema, names), options)


class _Texts(dict[str, pd.Series]):
    """The texts of matched columns: each is made when it is first asked for."""

    def __init__(
        self, table: TextTable, schema: pa.DataFrameSchema, names: dict[str, str]
    ) -> None:
        self._made_of = table, schema, names

    def __missing__(self, name: str) -> pd.Series:
        table, schema, names = self._made_of
        parts = day_parts(table.header) if name == "start_date" else []
        cells = table.text(names[name])
        if parts[:1] == [names[name]]:
            cells = _joined_parts(table, parts)
        self[name] = plain_texts(cells, schema.columns[name])
        return self[name]


def _joined_parts(table: TextTable, parts: Sequence[str]) -> pd.Series:
    """Write years, months and days of several columns as days, each once."""
    texts = pd.DataFrame({part: table.text(part).str.strip() for part in parts})
    codes, distinct = pd.MultiIndex.from_frame(texts).factorize()
    days = [_joined_day(*cells) for cells in distinct.tolist()]
    return text_column(days).take(codes).set_axis(texts.index)


def _joined_day(year: str, month: str = "", day: str = "") -> str:
    if not has_value(year):
        return year
    known = [part for part in (day, month, year) if has_value(part)]
    # As a word, since 2011-12 may also be two years.
    if month.isdecimal() and int(month) in range(1, 13):
        known[known.index(month)] = MONTHS[int(month) - 1]
    return " ".join(known)


def _candidates(header: Sequence[str], wanted: str) -> list[str]:
    """Return the columns that match a name, including a second one of that name."""
    candidates = [column for column in header if column == wanted]
    if not candidates:
        plain = plain_name(wanted)
        candidates = [column for column in header if plain_name(column) == plain]
    if not candidates:
        return []
    # The text table renames a duplicate column like this.
    second = f"{candidates[0]} (2)"
    if second in header:
        candidates.append(second)
    return candidates


def _explain_several(candidates: Sequence[str], name: str) -> str:
    first = candidates[0]
    last = candidates[-1]
    chosen, rename = first, ""
    if last == f"{first} (2)":
        # The first name matches both columns, so only the second can be chosen.
        chosen = last
        rename = ", or rename one in the file"
    columns = " and ".join(map(repr, candidates))
    return (
        f"{columns} may both be {name}; "
        f'say which: columns={{"{name}": "{chosen}"}}{rename}'
    )


def _check_free(
    table: TextTable, column: str, name: str, matched: Mapping[str, str]
) -> None:
    for other, taken in matched.items():
        if taken == column:
            raise DataError(
                f"{table.name}: `columns` names {column!r} for {other} and for {name}; "
                "a column of the file is one column of the register"
            )


def _explain_missing(
    table: TextTable,
    missing: Sequence[str],
    called: Mapping[str, str],
    matched: Mapping[str, str],
) -> str:
    """Explain which columns are missing, what the header has, and what to type."""
    taken = set(matched.values())
    free = [column for column in table.header if column not in taken]
    wanted = []
    options = []
    mapping = []
    for name in missing:
        word = called.get(name, name)
        if name in called:
            wanted.append(f"{name} ({word!r})")
        else:
            wanted.append(name)
        column = _likely_column(word, name, free)
        mapping.append(f'"{name}": "{column}"')
        option = as_typed(f"{name}={column}")
        options.append(f"--column {option}")
    header = _header_in_words(table.header)
    columns = ", ".join(mapping)
    return (
        f"{table.name}: no column for {' and '.join(wanted)}; "
        f"say which it is: columns={{{columns}}}, "
        f"or {' '.join(options)} on the command line; "
        f"the header in row {table.header_row} has {header}"
    )


def _header_in_words(header: Sequence[str]) -> str:
    names = []
    for column in header[:SHOWN]:
        name = column[:_SHOWN_CHARACTERS]
        names.append(repr(name))
    text = ", ".join(names)
    more = len(header) - SHOWN
    if more > 0:
        text += f" and {more:,} more"
    return text


def _likely_column(wanted: str, name: str, free: Sequence[str]) -> str:
    """Return the column that most likely matches, or dots."""
    words = _ALSO_CALLED.get(name, [])
    # What a column means tells more than how similar its name is.
    likely = [
        column for column in free if any(word in column.casefold() for word in words)
    ]
    likely += nearest(wanted, free, count=1)
    if not likely:
        return "..."
    return likely[0][:_SHOWN_CHARACTERS]


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
) -> Parsed:
    """Parse the distinct texts of a column, not one of days, as its schema requires."""
    if is_free_text(column):
        return _parse_free_text(text, column)
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


def _parse(texts: list[str], kind: str) -> pd.Series:
    if kind == "whole number":
        return parse_whole_numbers(texts)
    if kind == "number":
        return parse_decimal_numbers(texts)
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
