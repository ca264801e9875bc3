"""The header of a register: which of its columns are those that are known."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cbcstats.errors import SHOWN, ArgumentError, DataError, check_choice, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandera.pandas as pa

    from cbcstats.files.blocks import Blocks

_LONG: Final = 60  # characters of a name in a message
_LONGEST: Final = 500  # characters of a name that are compared

# What columns are often called; for hints only.
_ALSO_CALLED: Final = {
    "member": ("country", "beneficiary", "administration", "place", "pays", "pais", "país"),
    "start_date": ("start", "date", "from", "begin", "first day", "début", "inicio"),
    "programme": ("program", "project", "initiative"),
}


def plain_name(text: str) -> str:
    """Return a name of a column without what makes no difference: case, blanks, punctuation.

    Examples
    --------
    >>> plain_name("Start-Date "), plain_name("start_date")
    ('startdate', 'startdate')
    """
    return re.sub(r"[\W_]+", "", text[:_LONGEST]).casefold()


def as_typed(word: str) -> str:
    """Return a word as it is typed on a command line: where it needs them in quotation marks that all shells know.

    Examples
    --------
    >>> print(as_typed("member=Country"), as_typed("member=Country visited"), as_typed('member=The "country"'))
    member=Country "member=Country visited" 'member=The "country"'
    """
    quoted = shlex.quote(word)
    return f'"{word}"' if quoted != word and not set('"$`\\!') & set(word) else quoted


def check_columns(columns: Mapping[str, str] | None, model: pa.DataFrameSchema) -> dict[str, str]:
    """Return the columns that a caller names.

    Raises
    ------
    ArgumentError
        If one is no column of the model, or no text, or stands for two.
    """
    columns = {} if columns is None else columns
    called = dict(columns) if isinstance(columns, Mapping) else None
    if called is None or not all(isinstance(typed, str) for typed in called.values()):
        raise ArgumentError(
            f'`columns` must say which is which, such as {{"member": "Country"}}, but {columns!r} was given'
        )
    for name in called:
        check_choice("columns", name, readable(model))
    doubled = [typed for typed in called.values() if list(called.values()).count(typed) > 1]
    if doubled:
        raise ArgumentError(
            f"`columns` names {doubled[0]!r} twice; a column of the file is one column of the register"
        )
    return called


def named_columns(
    blocks: Blocks, model: pa.DataFrameSchema, called: Mapping[str, str]
) -> dict[str, str]:
    """Return the column of the file for each column of the model that the file has.

    Raises
    ------
    DataError
        If a needed column is missing, two columns may be the same one, or one is called by two names.
    """
    names: dict[str, str] = {}
    for name in sorted(
        readable(model), key=lambda name: name not in called
    ):  # what is called is not found again
        wanted = called.get(name, name)
        free = [typed for typed in blocks.header if name in called or typed not in names.values()]
        found = [typed for typed in free if typed == wanted] or [
            typed for typed in free if plain_name(typed) == plain_name(wanted)
        ]
        twins = [
            typed for typed in free if typed in [f"{first} (2)" for first in found[:1]]
        ]  # as `unique_names` says
        if len(found + twins) > 1:
            shown = " and ".join(map(repr, found + twins))
            which = f'columns={{"{name}": "{(twins or found)[0]}"}}{", or rename one in the file" * len(twins)}'
            raise DataError(f"{blocks.name}: {shown} may both be {name}; say which: {which}")
        for other in [other for other, typed in names.items() if typed in found]:
            one = "a column of the file is one column of the register"
            raise DataError(
                f"{blocks.name}: `columns` names {found[0]!r} for {other} and for {name}; {one}"
            )
        if found:
            names[name] = found[0]
    needed = [name for name in missing_columns(blocks.header, model, called) if name not in names]
    needed += [name for name in called if name not in names and name not in needed]
    if needed:
        raise DataError(
            _said_of(blocks, needed, called, [t for t in blocks.header if t not in names.values()])
        )
    return {name: names[name] for name in readable(model) if name in names}


def _said_of(
    blocks: Blocks, needed: Sequence[str], called: Mapping[str, str], free: Sequence[str]
) -> str:
    """Say which columns are missing, what was found, and which of them may be meant."""
    meant = {}
    for name in needed:
        wanted = called.get(name, name)
        also = [
            typed
            for typed in free
            if any(word in typed.casefold() for word in _ALSO_CALLED.get(name, ()))
        ]
        meant[name] = (nearest(wanted, free, count=1) or also or ["..."])[0][:_LONG]
    wanted = " and ".join(
        f"{name} ({called[name]!r})" if name in called else name for name in needed
    )
    shown = ", ".join(repr(typed[:_LONG]) for typed in blocks.header[:SHOWN])
    if len(blocks.header) > SHOWN:
        shown += f" and {len(blocks.header) - SHOWN:,} more"
    given = ", ".join(f'"{name}": "{typed}"' for name, typed in meant.items())
    options = " ".join(f"--column {as_typed(f'{name}={typed}')}" for name, typed in meant.items())
    return (
        f"{blocks.name}: no column for {wanted}; the header in row {blocks.header_row} has "
        f"{shown}; say which it is: columns={{{given}}}, or {options} on the command line"
    )


def missing_columns(
    header: Sequence[str], model: pa.DataFrameSchema, called: Mapping[str, str]
) -> list[str]:
    """Return the needed columns that a header does not have."""
    plain = {plain_name(cell) for cell in header}
    needed = [name for name in readable(model) if (model.columns[name].metadata or {})["required"]]
    return [name for name in needed if plain_name(called.get(name, name)) not in plain]


def readable(model: pa.DataFrameSchema) -> list[str]:
    """Return the columns that a file may have; the model has those that are added, too."""
    return [name for name, column in model.columns.items() if "reads" in (column.metadata or {})]
