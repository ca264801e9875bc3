"""The columns of a block as they were read: by distinct text, and spread to rows, typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from cbcstats.places.members import wco_region
from cbcstats.registers.findings import as_series
from cbcstats.registers.parsing import NO_VALUES, Met, Reading, judge
from cbcstats.tables.codelists import WCO_REGIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandera.pandas as pandera

    from cbcstats.errors import Finding

_NO_TEXT: Final = pa.array(sorted(NO_VALUES))


class Plain(NamedTuple):
    """A column of text in which hardly any text stands twice, without blanks around.

    `empty` and `no_value` say which of its cells are empty, or stand for no value.
    """

    cells: pa.Array
    empty: np.ndarray
    no_value: np.ndarray

    def typed(self, rows: np.ndarray | None = None) -> pd.Series:
        """Return the text in some rows, or in all; what is empty or stands for no value is missing."""
        cells, missing = self.cells, self.empty | self.no_value
        if missing.any():
            cells = pa.compute.if_else(pa.array(missing), None, cells)
        return as_series(cells if rows is None else cells.take(pa.array(rows)))


class Coded(NamedTuple):
    """A column of which each distinct text was read once.

    `parsed` holds the values of the distinct texts, `findings` what is wrong with them, `codes` which of them stands in
    each row.
    """

    typed_name: str
    codes: np.ndarray
    texts: list[str]
    parsed: pd.Series
    findings: list[Finding | None]

    def where(self, holds: Sequence[bool]) -> np.ndarray:
        """Return in which rows something holds that is said for each distinct text."""
        mask = np.asarray(holds, dtype=bool)
        return mask[self.codes] if mask.any() else np.zeros(len(self.codes), dtype=bool)

    def typed(self, rows: np.ndarray | None = None) -> Any:
        """Return the values in some rows, or in all: days, whole numbers, or a categorical."""
        codes = self.codes if rows is None else self.codes.take(rows)
        if self.parsed.dtype == "str":
            return spread(pd.Categorical(self.parsed), codes)
        if self.parsed.dtype == "Int64":
            missing = self.parsed.isna().to_numpy()
            return pd.arrays.IntegerArray(
                self.parsed.to_numpy(np.int64, na_value=0)[codes], missing[codes]
            )
        return self.parsed.to_numpy()[codes]


def read_plain(column: pa.Array) -> Plain:
    """Read a column of text in which hardly any text stands twice."""
    cells = pa.compute.utf8_trim_whitespace(column)
    empty = pa.compute.equal(pa.compute.binary_length(cells), 0)
    no_value = pa.compute.is_in(pa.compute.utf8_lower(cells), value_set=_NO_TEXT)
    return Plain(cells, _mask(empty), _mask(no_value))


def read_coded(
    typed_name: str, column: pa.DictionaryArray, model: pandera.Column, reading: Reading, met: Met
) -> Coded:
    """Read each distinct text of a column once."""
    texts = column.dictionary.to_pylist()
    return Coded(typed_name, column.indices.to_numpy(), texts, *judge(texts, model, reading, met))


def typed_place(member: Coded, rows: np.ndarray | None) -> dict[str, pd.Categorical]:
    """Return the names of places in some rows, as written, with their codes and regions."""
    codes = member.codes if rows is None else member.codes.take(rows)
    names = pd.Categorical(pd.Series([text.strip() for text in member.texts], dtype="str"))
    regions = pd.Categorical(wco_region(member.parsed), WCO_REGIONS)
    return {
        "member": spread(names, codes),
        "iso3": spread(pd.Categorical(member.parsed), codes),
        "wco_region": spread(regions, codes),
    }


def spread(distinct: pd.Categorical[Any], codes: np.ndarray) -> pd.Categorical:
    """Return values by distinct text as a categorical by row, without categories that do not occur."""
    found = distinct.codes[codes]
    used = np.bincount(found.astype(np.int64) + 1, minlength=len(distinct.categories) + 1)[1:] > 0
    if not used.all():
        new_codes = np.append(np.cumsum(used) - 1, -1).astype(
            distinct.codes.dtype
        )  # -1 is what is missing
        found = new_codes[found]
    return pd.Categorical.from_codes(found, distinct.categories[used])


def _mask(found: pa.Array) -> np.ndarray:
    mask: np.ndarray = found.to_numpy(zero_copy_only=False).astype(bool)
    return mask
