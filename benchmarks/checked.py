"""The rows of a register that passed, in files that engines read: Parquet and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from cbcstats.registers.reading import read_register

if TYPE_CHECKING:
    from pathlib import Path


def write_checked(register: Path, parquet: Path, csv: Path) -> int:
    """Write the rows that passed to two files, text as text, and return how many they are."""
    rows = read_register(register).rows
    table = _plain(pa.Table.from_pandas(rows, preserve_index=False))
    pa.parquet.write_table(table, parquet)
    pa.csv.write_csv(table, csv)
    return len(rows)


def _plain(table: pa.Table) -> pa.Table:
    """Return a table of days and text, without the types that only some engines have."""
    for place, field in enumerate(table.schema):
        kind = field.type
        if pa.types.is_timestamp(kind):
            kind = pa.date32()
        elif pa.types.is_dictionary(kind) or pa.types.is_large_string(kind):
            kind = pa.string()
        table = table.set_column(place, field.name, table.column(place).cast(kind))
    return table.replace_schema_metadata(None)
