"""Which column of a file is which column of a register."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cbcstats.arguments import check_choice
from cbcstats.errors import SHOWN, ArgumentError, DataError, nearest
from cbcstats.registers.schemas import is_added

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable

_SHOWN_CHARACTERS: Final = 60  # of a name in a message
_COMPARED_CHARACTERS: Final = 500  # of a name

# What columns are often called; for hints only.
_ALSO_CALLED: Final = {
    "member": (
        "country",
        "beneficiary",
        "administration",
        "place",
        "pays",
        "pais",
        "país",
    ),
    "start_date": ("start", "date", "from", "begin", "first day", "début", "inicio"),
    "programme": ("program", "project", "initiative"),
}


def plain_name(text: str) -> str:
    """Return a name of a column without case, blanks and punctuation.

    Examples
    --------
    >>> plain_name("Start-Date "), plain_name("start_date")
    ('startdate', 'startdate')
    """
    return re.sub(r"[\W_]+", "", text[:_COMPARED_CHARACTERS]).casefold()


def as_typed(word: str) -> str:
    """Return a word as it is typed on a command line, in quotation marks that all shells know.

    Examples
    --------
    >>> print(as_typed("member=Country"), as_typed("member=Country visited"))
    member=Country "member=Country visited"
    """
    quoted = shlex.quote(word)
    return f'"{word}"' if quoted != word and not set('"$`\\!') & set(word) else quoted


def check_columns(
    columns: Mapping[str, str] | None, schema: pa.DataFrameSchema
) -> dict[str, str]:
    """Return the columns that a caller names.

    Raises
    ------
    ArgumentError
        If one is not a column of the schema, is not text, or is named twice.
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


def columns_of_file(schema: pa.DataFrameSchema) -> list[str]:
    """Return the columns of a schema that a file may have."""
    return [name for name, column in schema.columns.items() if not is_added(column)]


def missing_columns(
    header: Sequence[str], schema: pa.DataFrameSchema, called: Mapping[str, str]
) -> list[str]:
    """Return the needed columns that a header does not have."""
    names = {plain_name(cell) for cell in header}
    needed = [name for name in columns_of_file(schema) if schema.columns[name].required]
    return [name for name in needed if plain_name(called.get(name, name)) not in names]


def match_columns(
    table: TextTable, schema: pa.DataFrameSchema, called: Mapping[str, str]
) -> dict[str, str]:
    """Return the column of the file for each column of the schema that the file has.

    Raises
    ------
    DataError
        If a needed column is missing, or one column may be two.
    """
    matched: dict[str, str] = {}
    known = columns_of_file(schema)
    named_first = sorted(known, key=lambda name: name not in called)
    for name in named_first:
        found = _candidates(table.header, called.get(name, name))
        if name not in called:
            found = [column for column in found if column not in matched.values()]
        if len(found) > 1:
            raise DataError(f"{table.name}: {_ambiguous(found, name)}")
        if found:
            _check_free(table, found[0], name, matched)
            matched[name] = found[0]
    missing = missing_columns(table.header, schema, called)
    missing += [name for name in called if name not in missing]
    missing = [name for name in missing if name not in matched]
    if missing:
        raise DataError(_explain_missing(table, missing, called, set(matched.values())))
    return {name: matched[name] for name in known if name in matched}


def _candidates(header: Sequence[str], wanted: str) -> list[str]:
    """Return the columns that may be meant by a name, with a second one of the same name."""
    exact = [column for column in header if column == wanted]
    alike = [column for column in header if plain_name(column) == plain_name(wanted)]
    found = exact or alike
    second = f"{found[0]} (2)" if found else ""  # as `unique_names` calls it
    return [*found, *(column for column in header if column == second)]


def _ambiguous(found: Sequence[str], name: str) -> str:
    shown = " and ".join(map(repr, found))
    is_doubled = found[-1] == f"{found[0]} (2)"
    chosen = found[-1] if is_doubled else found[0]
    rename = ", or rename one in the file" if is_doubled else ""
    return f'{shown} may both be {name}; say which: columns={{"{name}": "{chosen}"}}{rename}'


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
    table: TextTable, missing: Sequence[str], called: Mapping[str, str], taken: set[str]
) -> str:
    """Return which columns are missing, which were found, and which of them may be meant."""
    free = [column for column in table.header if column not in taken]
    meant = {name: _likely(called.get(name, name), name, free) for name in missing}
    wanted = " and ".join(f"{n} ({called[n]!r})" if n in called else n for n in missing)
    shown = ", ".join(
        repr(column[:_SHOWN_CHARACTERS]) for column in table.header[:SHOWN]
    )
    if len(table.header) > SHOWN:
        shown += f" and {len(table.header) - SHOWN:,} more"
    given = ", ".join(f'"{name}": "{column}"' for name, column in meant.items())
    options = [
        f"--column {as_typed(f'{name}={column}')}" for name, column in meant.items()
    ]
    return (
        f"{table.name}: no column for {wanted}; the header in row {table.header_row} has {shown}; "
        f"say which it is: columns={{{given}}}, or {' '.join(options)} on the command line"
    )


def _likely(wanted: str, name: str, free: Sequence[str]) -> str:
    """Return the column that is likeliest meant, or dots."""
    words = _ALSO_CALLED.get(name, ())
    also = [
        column for column in free if any(word in column.casefold() for word in words)
    ]
    likely = [*nearest(wanted, free, count=1), *also, "..."]
    return likely[0][:_SHOWN_CHARACTERS]
