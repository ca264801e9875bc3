"""Rows of a register that stand in it twice: by their ids, or, without an id, in all of their cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from cbcstats.registers.cells import read_plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cbcstats.files.blocks import Block

_HASH_KEYS: Final = (
    "0123456789123456",
    "cbcstats repeats",
)  # two hashes of 64 bits: no two rows share both by chance
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


class Repeats(NamedTuple):
    """Which rows repeat an id that stands above, and which repeat a whole row above and have no id."""

    ids: np.ndarray
    rows: np.ndarray

    def part(self, start: int, length: int) -> Repeats:
        """Return those of a part of the register."""
        return Repeats(self.ids[start : start + length], self.rows[start : start + length])


def find_repeats(blocks: Iterable[Block], key: str | None) -> Repeats:
    """Find the rows of a register that repeat an earlier one; `key` is its column of ids, if it has one."""
    ids: list[pa.Array] = []
    has_id: list[np.ndarray] = []
    hashes: list[np.ndarray] = []
    for block in blocks:
        known = np.zeros(len(block.rows), dtype=bool)
        if key:
            text = read_plain(block.text[key])
            known = ~(text.empty | text.no_value)
            ids.append(text.cells)
        has_id.append(known)
        hashes.append(_hashes_of_rows(block, np.flatnonzero(~known)))
    known = np.concatenate([*has_id, np.zeros(0, dtype=bool)])
    repeated_ids = _repeated_texts(ids) & known if key else np.zeros(len(known), dtype=bool)
    repeated_rows = np.zeros(len(known), dtype=bool)
    repeated_rows[~known] = pd.DataFrame(
        np.concatenate([*hashes, np.zeros((0, 2), np.uint64)])
    ).duplicated()
    return Repeats(repeated_ids, repeated_rows)


def _repeated_texts(chunks: list[pa.Array]) -> np.ndarray:
    # One array, since texts are compared with those before them; large, since together they may be long.
    texts = pa.concat_arrays(
        [pa.array([], pa.large_string()), *(chunk.cast(pa.large_string()) for chunk in chunks)]
    )
    chunks.clear()
    if (repeated := _repeated_in_order(texts)) is not None:
        return repeated
    places = texts.dictionary_encode().indices.to_numpy()
    highest = np.maximum.accumulate(
        places
    )  # codes count up from 0: a text that is new is higher than all above
    return np.append(np.zeros(min(len(places), 1), dtype=bool), places[1:] <= highest[:-1])


def _repeated_in_order(texts: pa.Array) -> np.ndarray | None:
    """Return which texts stand above already, or nothing unless they rise but for some that do not fit in.

    No two of those that rise are the same, so that only the others need to be looked up.
    """
    rises = pa.compute.less(texts[:-1], texts[1:]).to_numpy(zero_copy_only=False)
    falls = np.append(np.zeros(min(len(texts), 1), dtype=bool), ~rises)
    rest = texts.filter(pa.array(~falls))
    if not pa.compute.all(pa.compute.less(rest[:-1], rest[1:])).as_py():
        return None
    suspects = falls.copy()
    suspects[~falls] = pa.compute.is_in(rest, texts.filter(pa.array(falls))).to_numpy(
        zero_copy_only=False
    )
    repeated = np.zeros(len(texts), dtype=bool)
    repeated[suspects] = texts.filter(pa.array(suspects)).to_pandas().duplicated()
    return repeated


def _hashes_of_rows(block: Block, rows: np.ndarray) -> np.ndarray:
    """Return two hashes of all cells of some rows."""
    mixed = np.zeros((len(rows), len(_HASH_KEYS)), dtype=np.uint64)
    for name in (*block.text, *map(str, block.others)) if len(rows) else ():
        column = block.text.get(name)
        if isinstance(column, pa.DictionaryArray):
            texts, codes = column.dictionary, column.indices.to_numpy()[rows]
        else:
            texts, codes = block.typed(name, rows), slice(None)
        distinct = texts.to_pandas().astype("str").to_numpy(dtype=object)
        for place, key in enumerate(_HASH_KEYS):
            mixed[:, place] = (
                mixed[:, place] ^ pd.util.hash_array(distinct, hash_key=key)[codes]
            ) * _MIX
    return mixed
