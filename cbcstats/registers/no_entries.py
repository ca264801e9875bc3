"""Rows of a register that are no entries: they hold nothing, could not be cut, repeat the header, or are totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from cbcstats.errors import Finding
from cbcstats.registers.columns import plain_name
from cbcstats.registers.parsing import is_total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cbcstats.files.blocks import Block
    from cbcstats.registers.cells import Coded
    from cbcstats.registers.findings import Findings

BEYOND: Final = " (beyond the header)"  # ends the name of a column of cells that have none
_CUT: Final = "put text that holds the delimiter into quotation marks, and write one delimiter for each empty cell"
_HEADER_ROW: Final = Finding("repeats the header", "delete the row")
_STILL_BEYOND: Final = Finding(
    "stands beyond the header", "move it to the cell where it belongs, or delete it"
)
_TOTAL_ROW: Final = Finding("is a total, not an entry", "delete the row; totals are computed")


def empty_rows(block: Block, required: Sequence[Coded], header: Sequence[str]) -> np.ndarray:
    """Return which rows hold nothing at all; they are neither rows nor problems."""
    first, *others = required
    candidates = np.flatnonzero(first.where([not text.strip() for text in first.texts]))
    for column in others:
        blank = np.array([not text.strip() for text in column.texts], dtype=bool)
        candidates = candidates[blank[column.codes[candidates]]]
    for name in header if len(candidates) else ():
        cells = block.typed(name, candidates).to_pylist()
        candidates = candidates[[cell is None or not str(cell).strip() for cell in cells]]
    empty = np.zeros(len(block.rows), dtype=bool)
    empty[candidates] = True
    empty[list(block.faults)] = False  # there are cells beyond the header
    return empty


def find_no_entries(
    findings: Findings, block: Block, required: Sequence[Coded], header: Sequence[str]
) -> None:
    """Find the rows that could not be cut, repeat the header, or are totals, and close them."""
    first = pd.Series("", index=list(block.faults), dtype="object")
    for name in header:
        if (none := first.index[first == ""]).empty:
            break
        first[none] = block.typed(name, none.to_numpy()).to_pylist()
    cut = [Finding(fault, _CUT) for fault in block.faults.values()]
    findings.add(
        np.array(list(block.faults), dtype=np.int64),
        "",
        pa.array(first, pa.string()),
        findings.numbers(cut),
    )
    findings.closed[list(block.faults)] = True
    _find_still_beyond(findings, block, [name for name in header if name.endswith(BEYOND)])
    member, *others = required
    name = plain_name(member.typed_name)
    again = np.flatnonzero(member.where([plain_name(text) == name for text in member.texts]))
    for column in others:
        again = again[
            [
                plain_name(column.texts[code]) == plain_name(column.typed_name)
                for code in column.codes[again]
            ]
        ]
    _close(findings, block, again, member.typed_name, _HEADER_ROW)
    totals = member.where([is_total(text) for text in member.texts])
    _close(findings, block, np.flatnonzero(totals), member.typed_name, _TOTAL_ROW)
    nobody = np.flatnonzero(
        member.where([not text.strip() for text in member.texts]) & ~findings.closed
    )
    for name in header if len(nobody) else ():
        cells = block.typed(name, nobody).to_pylist()
        begun = np.array([is_total(cell, alone=True) for cell in cells], dtype=bool)
        _close(findings, block, nobody[begun], name, _TOTAL_ROW)


def _find_still_beyond(findings: Findings, block: Block, names: Sequence[str]) -> None:
    """Find and close the rows that were handed back with cells beyond the header, and came back with them."""
    beyond = np.zeros(len(block.rows), dtype=bool)
    for name in names:
        cells = block.typed(name, np.arange(len(block.rows)))
        filled = np.array([bool(cell and cell.strip()) for cell in cells.to_pylist()], dtype=bool)
        findings.add(np.flatnonzero(filled), name, cells.filter(pa.array(filled)), _STILL_BEYOND)
        beyond |= filled
    findings.closed |= beyond


def _close(
    findings: Findings, block: Block, positions: np.ndarray, typed: str, finding: Finding
) -> None:
    findings.add(positions, typed, block.typed(typed, positions), finding)
    findings.closed[positions] = True
