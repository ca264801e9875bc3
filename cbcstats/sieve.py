"""A block of a register -> its rows, typed, those that are rejected, as typed, and every problem."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from cbcstats import columns as c
from cbcstats.blocks import free_name
from cbcstats.cells import Coded, Plain, read_coded, read_plain, typed_place
from cbcstats.dates import orders_of_day_and_month
from cbcstats.entries import Met, Reading, is_total, without_value
from cbcstats.findings import ERROR, WARNING, Finding, Findings, as_series, reasons
from cbcstats.headers import plain_name
from cbcstats.members import accessions
from cbcstats.register_schemas import OF_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandera.pandas as pandera

    from cbcstats.blocks import Block
    from cbcstats.repeats import Repeats

REASONS: Final = "reasons"
TO_CORRECT: Final = "what to correct (added by cbcstats)"  # by `save_problems`; not read back

_COMPARED: Final = (c.START_DATE, c.END_DATE, c.PARTICIPANTS, c.FEMALE_PARTICIPANTS)
_NO_VALUE: Final = Finding("stands for no value", "leave the cell empty until it is known", WARNING)
_CUT: Final = "put text that holds the delimiter into quotation marks, and write one delimiter for each empty cell"
_UNREAD: Final = "correct the formula and save the file in a spreadsheet program, or write the value"
_HEADER_ROW: Final = Finding("repeats the header", "delete the row")
_TOTAL_ROW: Final = Finding("is a total, not an entry", "delete the row; totals are computed")
_MISREAD: Final = Finding(
    "holds bytes that are not UTF-8 and were read as Windows-1252", "save the file as CSV UTF-8; check accents", WARNING
)
_MIXED: Final = Finding(
    "holds dates with the day first and dates with the month first, so that 03/04/2017 may be either",
    "write all of them in one way, best as 2017-04-03",
    WARNING,
)
_NO_MEMBER: Final = Finding("is no Member of the WCO", "check the place; it has no WCO region", WARNING)
_NO_MEMBER_YET: Final = Finding("was no Member of the WCO yet on that day", "check the place and the date", WARNING)
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
            columns.coded[name] = read_coded(typed, cells, shape.model.columns[name], shape.reading, met)
        else:
            columns.plain[name] = read_plain(cells)
    findings = Findings(shape.header, len(block.rows))
    empty = _empty_rows(block, columns, shape)
    findings.closed |= empty
    _find_no_entries(findings, block, columns, shape)
    _find_in_cells(findings, block, columns, shape)
    _find_mixed_dates(findings, columns, met)
    _find_in_rows(findings, block, columns, shape)
    _find_repeats(findings, block, shape, repeats())
    problems = findings.problems(np.append(shape.header_row, block.rows))
    bad = findings.closed.copy()
    bad[problems.index[problems["severity"] == ERROR]] = True
    rejected = _rejected(block, shape, np.flatnonzero(bad & ~empty)).assign(**{REASONS: reasons(problems)})
    return Sieved(_rows(block, columns, shape, ~bad), rejected, problems.reset_index(drop=True))


def _required(columns: _Columns, shape: Shape) -> list[Coded]:
    needed = [name for name, column in shape.model.columns.items() if (column.metadata or {}).get("required")]
    return [columns.coded[name] for name in needed]


def _empty_rows(block: Block, columns: _Columns, shape: Shape) -> np.ndarray:
    """Return which rows hold nothing at all; they are neither rows nor problems."""
    first, *others = _required(columns, shape)
    candidates = np.flatnonzero(first.where([not text.strip() for text in first.texts]))
    for column in others:
        blank = np.array([not text.strip() for text in column.texts], dtype=bool)
        candidates = candidates[blank[column.codes[candidates]]]
    for name in shape.header if len(candidates) else ():
        cells = block.typed(name, candidates).to_pylist()
        candidates = candidates[[cell is None or not str(cell).strip() for cell in cells]]
    empty = np.zeros(len(block.rows), dtype=bool)
    empty[candidates] = True
    empty[list(block.faults)] = False  # there are cells beyond the header
    return empty


def _find_no_entries(findings: Findings, block: Block, columns: _Columns, shape: Shape) -> None:
    """Find the rows that could not be cut, repeat the header, or are totals, and close them."""
    for position, fault in block.faults.items():
        cells = (block.typed(name, np.array([position]))[0].as_py() for name in shape.header)
        first = next((cell for cell in cells if cell), "")
        findings.add(np.array([position]), "", pa.array([first]), Finding(fault, _CUT))
    findings.closed[list(block.faults)] = True
    member, *others = _required(columns, shape)
    name = plain_name(member.typed_name)
    header = np.flatnonzero(member.where([plain_name(text) == name for text in member.texts]))
    for column in others:
        header = header[
            [plain_name(column.texts[code]) == plain_name(column.typed_name) for code in column.codes[header]]
        ]
    _close(findings, block, header, member.typed_name, _HEADER_ROW)
    totals = member.where([is_total(text) for text in member.texts])
    _close(findings, block, np.flatnonzero(totals), member.typed_name, _TOTAL_ROW)
    nobody = np.flatnonzero(member.where([not text.strip() for text in member.texts]) & ~findings.closed)
    for name in shape.header if len(nobody) else ():
        cells = block.typed(name, nobody).to_pylist()
        begun = np.array([is_total(cell, alone=True) for cell in cells], dtype=bool)
        _close(findings, block, nobody[begun], name, _TOTAL_ROW)


def _close(findings: Findings, block: Block, positions: np.ndarray, typed: str, finding: Finding) -> None:
    findings.add(positions, typed, block.typed(typed, positions), finding)
    findings.closed[positions] = True


def _find_in_cells(findings: Findings, block: Block, columns: _Columns, shape: Shape) -> None:
    for position, word in block.misread.items():
        findings.add(np.array([position]), "", pa.array([word]), _MISREAD)
    known = set(shape.names.values())
    for (position, typed), said in block.unread.items():
        finding = Finding(said, _UNREAD, ERROR if typed in known else WARNING)
        findings.add(np.array([position]), typed, block.typed(typed, np.array([position])), finding)
    for name, plain in columns.plain.items():
        typed = shape.names[name]
        shown = np.array([at for at, column in block.unread if column == typed], dtype=np.int64)
        positions = np.setdiff1d(np.flatnonzero(plain.no_value), shown)
        values = block.typed(typed, positions)
        whys = {text: without_value(text.strip(), shape.model.columns[name]) for text in values.unique().to_pylist()}
        each = [findings.number(whys[text] or _NO_VALUE) for text in values.to_pylist()]
        findings.add(positions, typed, values, np.array(each, dtype=np.int64))
    for column in columns.coded.values():
        numbers = np.array([findings.number(found) if found else -1 for found in column.findings], dtype=np.int64)
        if (numbers >= 0).any():
            found = (numbers >= 0)[column.codes]
            found[[position for position, typed in block.unread if typed == column.typed_name]] = False
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
                findings.add(np.array([-1]), column.typed_name, pa.array([" and ".join(both)]), _MIXED)


def _find_in_rows(findings: Findings, block: Block, columns: _Columns, shape: Shape) -> None:
    """Find what is wrong between the cells of a row."""
    values: dict[str, Any] = {name: columns.coded[name].typed() for name in _COMPARED if name in columns.coded}
    frame = pd.DataFrame(values, copy=False)
    found = [
        (*OF_ROWS[check.name], ~check(frame).check_output.to_numpy(bool))
        for check in shape.model.checks
        if OF_ROWS[check.name][0] in frame
    ]
    member = columns.coded[c.MEMBER]
    joined = accessions().reindex(member.parsed).to_numpy("datetime64[us]")
    found.append((c.MEMBER, _NO_MEMBER, member.where(member.parsed.notna() & np.isnat(joined))))
    if c.START_DATE in values:
        found.append((c.MEMBER, _NO_MEMBER_YET, joined[member.codes] > values[c.START_DATE]))
    for name, finding, holds in found:
        positions = np.flatnonzero(holds)
        findings.add(positions, shape.names[name], block.typed(shape.names[name], positions), finding)


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
            if name == c.MEMBER:
                frame |= typed_place(columns.coded[name], kept)
            elif name in columns.coded:
                frame[name] = columns.coded[name].typed(kept)
            else:
                frame[name] = columns.plain[name].typed(kept)
        if not names and typed != TO_CORRECT:
            frame[free_name(typed, taken)] = others[typed].array
    return pd.DataFrame(frame, copy=False).set_axis(pd.Index(block.rows[passed], name="row"), axis="index")


def _rejected(block: Block, shape: Shape, positions: np.ndarray) -> pd.DataFrame:
    """Return the rows that did not pass, as typed; cells beyond the header in columns of their own."""
    others = block.others.iloc[positions]
    frame: dict[str, Any] = {}
    taken = ChainMap(frame, {REASONS: None})
    for name in shape.header:
        if name != TO_CORRECT:
            cells = as_series(block.typed(name, positions)) if name in block.text else others[name]
            frame[free_name(name, taken)] = cells.array
    beyond = [block.surplus.get(position, []) for position in positions.tolist()]
    for place in range(max(map(len, beyond), default=0)):
        texts = [cells[place] if place < len(cells) else "" for cells in beyond]
        name = free_name(f"column {len(shape.header) + place + 1}", frame)
        frame[name] = pd.array(texts, dtype="str")
    return pd.DataFrame(frame).set_axis(pd.Index(block.rows[positions], name="row"), axis="index")
