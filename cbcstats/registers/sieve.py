"""A block of a register -> its rows, typed, those that are rejected, as typed, and every problem."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from cbcstats.errors import ERROR, WARNING, Finding
from cbcstats.files.blocks import free_name
from cbcstats.files.dates import orders_of_day_and_month, serials_as_days
from cbcstats.places.members import accessions
from cbcstats.registers.cells import Coded, Plain, read_coded, read_plain, typed_place
from cbcstats.registers.findings import Findings, as_series, reasons
from cbcstats.registers.no_entries import BEYOND, empty_rows, find_no_entries
from cbcstats.registers.parsing import Met, Reading, without_value
from cbcstats.registers.schemas import OF_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandera.pandas as pandera

    from cbcstats.files.blocks import Block
    from cbcstats.registers.repeats import Repeats

REASONS: Final = "reasons"
TO_CORRECT: Final = "what to correct (added by cbcstats)"  # by `save_problems`; not read back

_COMPARED: Final = ("start_date", "end_date", "participants", "female_participants")
_NO_VALUE: Final = Finding("stands for no value", "leave the cell empty until it is known", WARNING)
_UNREAD: Final = (
    "correct the formula and save the file in a spreadsheet program, or write the value"
)
_MISREAD: Final = Finding(
    "holds bytes that are not UTF-8 and were read as Windows-1252",
    "save the file as CSV UTF-8; check accents",
    WARNING,
)
_MIXED: Final = Finding(
    "holds dates with the day first and dates with the month first, so that 03/04/2017 may be either",
    "write all of them in one way, best as 2017-04-03",
    WARNING,
)
_NO_MEMBER: Final = Finding(
    "is no Member of the WCO", "check the place; it has no WCO region", WARNING
)
_NO_MEMBER_YET: Final = Finding(
    "was no Member of the WCO yet on that day", "check the place and the date", WARNING
)
_TWICE: Final = "repeats a row above in all its cells"


class Shape(NamedTuple):
    """What is known of a register before its cells are read.

    `names` holds the column of the file for each column of the model that the file has.
    """

    model: pandera.DataFrameSchema
    names: dict[str, str]
    header: list[str]
    header_row: int
    reading: Reading
    reject_repeated_rows: bool


class Sieved(NamedTuple):
    """The rows of a block that passed, those that did not, and the problems; rows that hold nothing are neither."""

    rows: pd.DataFrame
    rejected: pd.DataFrame
    problems: pd.DataFrame


class _Columns(NamedTuple):
    """The columns of the model that a block has, as they were read."""

    coded: dict[str, Coded]
    plain: dict[str, Plain]


def sieve(block: Block, shape: Shape, met: Met, repeats: Callable[[], Repeats]) -> Sieved:
    """Judge every cell of a block: a row with an error is rejected, and no bad cell hides another one.

    `repeats` is called late, so that it may be found meanwhile.
    """
    columns = _Columns({}, {})
    for name, typed in shape.names.items():
        cells = block.text[typed]
        if isinstance(cells, pa.DictionaryArray):
            columns.coded[name] = read_coded(
                typed, cells, shape.model.columns[name], shape.reading, met
            )
        else:
            columns.plain[name] = read_plain(cells)
    findings = Findings(shape.header, len(block.rows))
    required = [
        name
        for name, column in shape.model.columns.items()
        if (column.metadata or {}).get("required")
    ]
    needed = [columns.coded[name] for name in required]
    empty = empty_rows(block, needed, shape.header)
    findings.closed |= empty
    find_no_entries(findings, block, needed, shape.header)
    _find_in_cells(findings, block, columns, shape)
    _find_mixed_dates(findings, columns, met)
    _find_in_rows(findings, block, columns, shape)
    _find_repeats(findings, block, shape, repeats())
    problems = findings.problems(np.append(shape.header_row, block.rows))
    bad = findings.closed.copy()
    bad[problems.index[problems["severity"] == ERROR]] = True
    rejected = _rejected(block, columns, shape, np.flatnonzero(bad & ~empty)).assign(
        **{REASONS: reasons(problems)}
    )
    return Sieved(_rows(block, columns, shape, ~bad), rejected, problems.reset_index(drop=True))


def _positions(found: Iterable[int]) -> np.ndarray:
    return np.array(list(found), dtype=np.int64)


def _find_in_cells(findings: Findings, block: Block, columns: _Columns, shape: Shape) -> None:
    findings.add(
        _positions(block.misread), "", pa.array(block.misread.values(), pa.string()), _MISREAD
    )
    known = set(shape.names.values())
    unread: dict[str, dict[int, Finding]] = {}
    for (position, typed), said in block.unread.items():
        finding = Finding(said, _UNREAD, ERROR if typed in known else WARNING)
        unread.setdefault(typed, {})[position] = finding
    for typed, each in unread.items():
        values = block.typed(typed, _positions(each))
        findings.add(_positions(each), typed, values, findings.numbers(each.values()))
    for name, plain in columns.plain.items():
        typed = shape.names[name]
        positions = np.setdiff1d(np.flatnonzero(plain.no_value), _positions(unread.get(typed, ())))
        values = block.typed(typed, positions)
        whys = {
            text: without_value(text.strip(), shape.model.columns[name])
            for text in values.unique().to_pylist()
        }
        each_why = [whys[text] or _NO_VALUE for text in values.to_pylist()]
        findings.add(positions, typed, values, findings.numbers(each_why))
    for column in columns.coded.values():
        numbers = np.array(
            [findings.number(found) if found else -1 for found in column.findings], dtype=np.int64
        )
        if (numbers >= 0).any():
            found = (numbers >= 0)[column.codes]
            found[_positions(unread.get(column.typed_name, ()))] = False
            positions = np.flatnonzero(found)
            values = block.typed(column.typed_name, positions)
            findings.add(positions, column.typed_name, values, numbers[column.codes[positions]])


def _find_mixed_dates(findings: Findings, columns: _Columns, met: Met) -> None:
    """Say once that a column has dates that can only have the day first, and others that can only have the month."""
    for column in columns.coded.values():
        before = met.orders_of_dates.get(column.typed_name, ("", ""))
        if column.parsed.dtype.kind == "M" and not all(before):
            now = orders_of_day_and_month(column.texts)
            both = (before[0] or now[0], before[1] or now[1])
            met.orders_of_dates[column.typed_name] = both
            if all(both):
                findings.add(
                    np.array([-1]), column.typed_name, pa.array([" and ".join(both)]), _MIXED
                )


def _find_in_rows(findings: Findings, block: Block, columns: _Columns, shape: Shape) -> None:
    """Find what is wrong between the cells of a row."""
    values: dict[str, Any] = {
        name: columns.coded[name].typed() for name in _COMPARED if name in columns.coded
    }
    frame = pd.DataFrame(values, copy=False)
    found = [
        (*OF_ROWS[check.name], ~check(frame).check_output.to_numpy(bool))
        for check in shape.model.checks
        if OF_ROWS[check.name][0] in frame
    ]
    member = columns.coded["member"]
    joined = accessions().reindex(member.parsed).to_numpy("datetime64[us]")
    found.append(("member", _NO_MEMBER, member.where(member.parsed.notna() & np.isnat(joined))))
    if "start_date" in values:
        found.append(("member", _NO_MEMBER_YET, joined[member.codes] > values["start_date"]))
    for name, finding, holds in found:
        positions = np.flatnonzero(holds)
        findings.add(
            positions, shape.names[name], block.typed(shape.names[name], positions), finding
        )


def _find_repeats(findings: Findings, block: Block, shape: Shape, repeats: Repeats) -> None:
    ids, twice = np.flatnonzero(repeats.ids), np.flatnonzero(repeats.rows)
    if len(ids):
        name, finding = OF_ROWS["id_is_new"]
        findings.add(ids, shape.names[name], block.typed(shape.names[name], ids), finding)
    remedy = "delete one of them, or give each an id if both are meant"
    severity = ERROR if shape.reject_repeated_rows else WARNING
    findings.add(twice, "", pa.array([""] * len(twice)), Finding(_TWICE, remedy, severity))


def _rows(block: Block, columns: _Columns, shape: Shape, passed: np.ndarray) -> pd.DataFrame:
    """Return the rows that passed, typed, in the order of columns of the file."""
    kept = None if passed.all() else np.flatnonzero(passed)
    others = block.others if kept is None else block.others[passed]
    frame: dict[str, Any] = {}
    taken = ChainMap(frame, shape.model.columns)
    for typed in shape.header:
        names = [name for name, other in shape.names.items() if other == typed]
        for name in names:
            if name == "member":
                frame |= typed_place(columns.coded[name], kept)
            elif name in columns.coded:
                frame[name] = columns.coded[name].typed(kept)
            else:
                frame[name] = columns.plain[name].typed(kept)
        if not names and typed != TO_CORRECT and not typed.endswith(BEYOND):
            frame[free_name(typed, taken)] = others[typed].array
    return pd.DataFrame(frame, copy=False).set_axis(
        pd.Index(block.rows[passed], name="row"), axis="index"
    )


def _rejected(block: Block, columns: _Columns, shape: Shape, positions: np.ndarray) -> pd.DataFrame:
    """Return the rows that did not pass, as typed; cells beyond the header in columns of their own.

    A serial number of a workbook stands as the day that it is read as, which no text would be.
    """
    days = {
        column.typed_name for column in columns.coded.values() if column.parsed.dtype.kind == "M"
    }
    others = block.others.iloc[positions]
    frame: dict[str, Any] = {}
    taken = ChainMap(frame, {REASONS: None})
    for name in shape.header:
        if name != TO_CORRECT:
            cells = as_series(block.typed(name, positions)) if name in block.text else others[name]
            frame[free_name(name, taken)] = (
                serials_as_days(cells, *shape.reading) if name in days else cells
            ).array
    beyond = [block.surplus.get(position, []) for position in positions.tolist()]
    for place in range(max(map(len, beyond), default=0)):
        texts = [cells[place] if place < len(cells) else "" for cells in beyond]
        name = free_name(f"column {len(shape.header) + place + 1}{BEYOND}", frame)
        frame[name] = pd.array(texts, dtype="str")
    return pd.DataFrame(frame).set_axis(pd.Index(block.rows[positions], name="row"), axis="index")
