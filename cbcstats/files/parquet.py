"""Parquet files as frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cbcstats.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_NULLABLE: Final = {
    "bool": "boolean",
    **{f"int{bits}": f"Int{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"UInt{bits}" for bits in (8, 16, 32, 64)},
}
_SHOWN: Final = 200  # characters of what Arrow says about a broken file


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet file so that no whole number becomes a fraction where some are missing."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    broken = (pa.ArrowException, OSError, MemoryError, ValueError, OverflowError)
    try:
        table = ParquetFile(path).read()
        _check(table)
        # What pandas noted in the file may be broken or untrue, and is not needed.
        bare = table.replace_schema_metadata()
        frame: pd.DataFrame = bare.to_pandas(types_mapper=_nullable_dtype)
    except (*broken, KeyError) as error:  # KeyError: no such time zone
        reason = " ".join(str(error).split())[:_SHOWN]
        message = (
            f"{path}: is not a Parquet file that can be read ({reason}); write it again"
        )
        raise DataError(message) from error
    return frame


def _nullable_dtype(kind: Any) -> Any:
    """Return the dtype of pandas for whole numbers and marks of which some may be missing."""
    import pandas as pd

    # By its name, since older pyarrow cannot hash an extension that it does not know.
    name = _NULLABLE.get(str(kind))
    return pd.api.types.pandas_dtype(name) if name else None


def _check(table: Any) -> None:
    """Raise what Arrow says of text that is not UTF-8, days outside the calendar, unknown zones."""
    import pyarrow as pa
    import pyarrow.compute

    table.validate(full=True)
    for column in table.columns:
        if pa.types.is_temporal(column.type):
            is_duration = pa.types.is_duration(
                column.type
            )  # Arrow does not order these
            ordered = column.cast(pa.int64()) if is_duration else column
            for extreme in pa.compute.min_max(ordered).values():
                extreme.cast(column.type).as_py()
