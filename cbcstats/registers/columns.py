"""Match the columns of a file with those of a register."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from cbcstats.arguments import check_choice
from cbcstats.errors import SHOWN, ArgumentError, DataError, nearest
from cbcstats.registers.cells import plain_texts
from cbcstats.registers.schemas import columns_of_file, needed_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd
    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable

# Columns added to rejected rows; BEYOND is the ending of columns for surplus cells.
REASONS: Final = "reasons"
TO_CORRECT: Final = "what to correct (added by cbcstats)"
BEYOND: Final = " (beyond the header)"

_SHOWN_CHARACTERS: Final = 60  # of a name in a message
_COMPARED_CHARACTERS: Final = 500  # of a name

# Other common names for columns, for hints only.
_COUNTRY: Final = "country beneficiary administration place pays pais país"
_ALSO_CALLED: Final = {
    "member": _COUNTRY.split(),
    "start_date": ["start", "date", "from", "begin", "first day", "début", "inicio"],
    "programme": ["program", "project", "initiative"],
}


class Options(NamedTuple):
    """How the cells of a register are read, as given to `read_register`."""

    date_format: str | None = None
    no_country: Collection[str] = ()
    repeated_rows: str = "keep"


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
    """Normalise a column name: drop case, blanks and punctuation.

    Examples
    --------
    >>> plain_name("Start-Date "), plain_name("start_date")
    ('startdate', 'startdate')
    """
    # Some files have a whole paragraph in one cell of the header.
    beginning = text[:_COMPARED_CHARACTERS]
    return re.sub(r"[\W_]+", "", beginning).casefold()


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
    for name in columns:
        check_choice("columns", name, columns_of_file(schema))
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
    return [
        name
        for name in needed_columns(schema)
        if plain_name(called.get(name, name)) not in present
    ]


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
    text = {}
    for name, column in names.items():
        cells = table.text(column)
        rule = schema.columns[name]
        text[name] = plain_texts(cells, rule)
    return MatchedTable(table, schema, names, text, options)


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
        f"the header in row {table.header_row} has {header}; "
        f"say which it is: columns={{{columns}}}, "
        f"or {' '.join(options)} on the command line"
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
