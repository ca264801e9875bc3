"""Write files atomically, and tables as CSV and Parquet.

Cells that a spreadsheet program would run as formulas are written as text.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import secrets
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.errors import ArgumentError
from cbcstats.frames import to_pandas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Ends the names of temporary files; they remain if the process is killed.
UNFINISHED: Final = ".cbcstats-unfinished"
# Error numbers for a full disk, an exhausted quota, and a file that is too large.
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Spreadsheet programs compute a cell that begins with one of these characters; those
# for East Asia accept the wide ones, too. A signed number, alone or with words after
# it, is safe: +49%, -3.5, +3 percentage points, +49% on 492 missions means 330 before.
# The words must not contain any sign that a formula needs to call or compute something.
_FORMULA: Final = re.compile(
    r"[=@\t\r\n\uff1d\uff0b\uff0d\uff20]"
    r"|[+-](?![0-9][0-9.,]*[ ]?%?"
    r"([ ][A-Za-z](:[ ]|[^()\[\]{}|!=&<>+*/^\\:@$#\"\x00-\x1f])*)?\Z)",
    re.ASCII,
)
# Spreadsheet programs treat a cell that begins with an apostrophe as text.
_APOSTROPHE: Final = "'"


def expanded(path: str | Path) -> Path:
    """Expand `~` in a path to the home folder.

    Raises
    ------
    ArgumentError
        If the home folder is unknown, or the name contains a zero byte.
    """
    if "\0" in str(path):
        raise ArgumentError(
            f"{str(path)!r}: a file name cannot contain a zero byte; give another name"
        )
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise ArgumentError(
            f"{path}: there is no such home folder; write the path in full"
        ) from None


def target(
    path: str | Path, suffixes: Sequence[str], *, overwrite: bool = False
) -> Path:
    """Check the path of a file to write, before its content is computed.

    Parameters
    ----------
    path : path
        The file to write; `~` is the home folder.
    suffixes : sequence of str
        The endings that the name may have.
    overwrite : bool
        Whether to accept a file that exists.

    Returns
    -------
    pathlib.Path
        The path, for `write_whole`.

    Raises
    ------
    ArgumentError
        If the name has another ending, or the file exists and may not be replaced.
    """
    path = expanded(path)
    if not path.name.lower().endswith(tuple(suffixes)):
        listed = ", ".join(suffixes)
        raise ArgumentError(
            f"{path}: the kind of file is not known; give a name that ends in {listed}"
        )
    # exists() is false for a link to a file that is gone.
    is_there = path.exists() or path.is_symlink()
    if is_there and not overwrite:
        raise _exists(path)
    return path


def write_whole(path: Path, content: bytes, *, overwrite: bool) -> Path:
    """Write a file atomically: under a temporary name first, then rename it.

    Missing folders are created. A link is replaced, not followed.

    Parameters
    ----------
    path : pathlib.Path
        The file to write.
    content : bytes
        All of its content.
    overwrite : bool
        Whether to replace a file that exists. Its permissions are kept.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    ArgumentError
        If the file exists and may not be replaced, even if another program made it
        only now.
    OSError
        If the file cannot be written; its `filename` is the path.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # `tempfile` would create a file that only its owner may read.
    temporary = path.with_name(f".{secrets.token_hex(8)}{UNFINISHED}")
    try:
        _write(temporary, content)
        if overwrite:
            _replace(temporary, path)
        else:
            _add(temporary, path)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        # The user has never heard of the temporary file that the error names.
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_together(files: Mapping[Path, bytes], *, overwrite: bool) -> list[Path]:
    """Write several files in the order given, each with `write_whole`.

    Raises
    ------
    ArgumentError, OSError
        If one of the files cannot be written; those before it are new, and those after
        it are as they were.
    """
    paths = []
    for path, content in files.items():
        paths.append(write_whole(path, content, overwrite=overwrite))
    return paths


def in_words(error: OSError) -> str:
    """Explain an operating-system error: the file, the fault, and the remedy.

    Examples
    --------
    >>> in_words(OSError(28, "No space left on device", "counts.xlsx"))
    'counts.xlsx: No space left on device; make room there, or name a folder on another disk'
    """
    where = f"{error.filename}: " if error.filename else ""
    remedy = "check that it may be read, and that the folder may be written"
    if error.errno in _FULL:
        remedy = "make room there, or name a folder on another disk"
    elif error.errno == errno.EROFS:
        remedy = "name a folder that may be written"
    elif isinstance(error, PermissionError):
        # Excel on Windows locks the workbooks that it shows.
        remedy = (
            "close it where it is open, and check that it and the folder may be written"
        )
    return f"{where}{error.strerror or error}; {remedy}"


def _write(temporary: Path, content: bytes) -> None:
    with temporary.open("xb") as file:
        file.write(content)
        file.flush()
        # Some disks keep a new name sooner than its content, so that a power cut would
        # leave an empty file.
        os.fsync(file.fileno())


def _replace(temporary: Path, path: Path) -> None:
    """Move a finished file to its path, replacing any file there."""
    # A link is replaced, so the permissions of its target do not matter.
    is_link = path.is_symlink()
    if path.is_file() and not is_link:
        shutil.copymode(path, temporary)
    temporary.replace(path)


def _add(temporary: Path, path: Path) -> None:
    """Move a finished file to its path, unless there is a file by now."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        # Memory sticks and some network drives do not support links. Creating an empty
        # file fails if another program has taken the name by now.
        path.touch(exist_ok=False)
        temporary.replace(path)


def _exists(path: Path) -> ArgumentError:
    return ArgumentError(
        f"{path} already exists; give another name, or overwrite=True (--overwrite)"
    )


def plain_frame(table: Any, name: str = "table") -> pd.DataFrame:
    """Prepare a frame for writing: turn its index into columns, and name them in text.

    Raises
    ------
    ArgumentError
        If it is not a frame, has no columns, or two of them have one name.
    """
    table = to_pandas(name, table)
    frame = with_index(table)
    names = list(map(_name_of_column, frame))
    if not names:
        raise ArgumentError(f"`{name}` has no columns; there is nothing to write")
    seen: set[str] = set()
    for label in names:
        # Excel tables and databases ignore case in column names.
        if label.casefold() in seen:
            raise ArgumentError(
                f"`{name}` has two columns called {label!r}; rename one"
            )
        seen.add(label.casefold())
    named = frame.set_axis(pd.Index(names, dtype="str"), axis="columns")
    # concat() in `with_index` keeps attrs only if all its parts have them.
    named.attrs = dict(table.attrs)
    return named


def _name_of_column(label: Any) -> str:
    # The label of a column with several levels is a tuple.
    if isinstance(label, tuple):
        return " ".join(map(str, label))
    return str(label)


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Write a plain frame as CSV.

    The file is UTF-8 with one header row, days are in ISO 8601, and truth values are
    true and false.

    Examples
    --------
    >>> changes = {"value": [-3.5], "published_change": ["+49%"], "note": ["=1+1"]}
    >>> print(csv_bytes(pd.DataFrame(changes)).decode())
    value,published_change,note
    -3.5,+49%,'=1+1
    """
    columns = {name: _cells(frame[name]) for name in frame}
    cells = pd.DataFrame(columns, columns=frame.columns, index=frame.index)
    cells = cells.rename(columns=harmless)
    text = cells.to_csv(index=False, lineterminator="\n")
    # Otherwise pandas does not quote \r, which would end the row.
    if "\r" in text:
        text = cells.to_csv(
            index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC
        )
    return text.encode("utf-8")


def harmless(text: str) -> str:
    """Escape a text that a spreadsheet program would run as a formula.

    Examples
    --------
    >>> [harmless(text) for text in ("=1+1", "+1+1", "@SUM(A1)")]
    ["'=1+1", "'+1+1", "'@SUM(A1)"]
    >>> [harmless(text) for text in ("+49%", "-3.5", "Kenya")]
    ['+49%', '-3.5', 'Kenya']
    """
    return _APOSTROPHE + text if _FORMULA.match(text) else text


def parquet_bytes(frame: pd.DataFrame, metadata: Mapping[str, str]) -> bytes:
    """Write a plain frame as Parquet, with its dtypes and `attrs`.

    `metadata` is added to that of the file.

    Raises
    ------
    ArgumentError
        If a column has values of mixed types, or of a type that Parquet does not
        support.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = io.BytesIO()
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        # pyarrow before 22 leaves out the `attrs`; this is where pandas looks for them.
        attrs = {"PANDAS_ATTRS": json.dumps(frame.attrs, default=str)}
        own = table.schema.metadata or {}
        all_metadata = {**own, **attrs, **metadata}
        table = table.replace_schema_metadata(all_metadata)
        pq.write_table(table, content)
    except (pa.ArrowException, TypeError, OverflowError) as error:
        reason = "; ".join(map(str, error.args))
        raise ArgumentError(f"Parquet cannot hold this table: {reason}") from error
    return content.getvalue()


def undated(content: io.BytesIO) -> bytes:
    """Return an Office file without the hours at which its parts were written."""
    plain = io.BytesIO()
    with (
        zipfile.ZipFile(content) as archive,
        zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in archive.namelist():
            part = zipfile.ZipInfo(name)
            copy.writestr(part, archive.read(name), zipfile.ZIP_DEFLATED)
    return plain.getvalue()


def is_days(column: pd.Series) -> bool:
    """Tell whether a column has only dates without a time of day."""
    if not pd.api.types.is_datetime64_dtype(column.dtype):
        return False
    moments = column.dropna()
    days = moments.dt.normalize()
    is_day = moments == days
    return bool(is_day.all())


def _cells(column: pd.Series) -> pd.Series:
    """Convert a column to the cells of a CSV file; numbers stay numbers."""
    # The published tables write true and false, pandas True and False.
    if pd.api.types.is_bool_dtype(column.dtype):
        marks = {True: "true", False: "false"}
        return column.astype("object").map(marks)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    if is_days(column):
        days: pd.Series = column.dt.strftime("%Y-%m-%d")
        return days
    return column.astype("object").map(_cell, na_action="ignore")


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, pd.Timestamp):
        return value.isoformat(" ")
    # Decimals and numbers of numpy, which are not float, in a column of objects.
    if isinstance(value, int | float) or pd.api.types.is_number(value):
        return value
    text = str(value)
    return harmless(text)


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn a named or non-numeric index into columns."""
    index = frame.index
    is_unnamed = index.nlevels == 1 and index.name is None
    if is_unnamed and pd.api.types.is_integer_dtype(index.dtype):
        return frame
    labels = index.to_frame(index=False)
    names = ["row" if name is None else name for name in index.names]
    labels.columns = pd.Index(names)
    # reset_index() would fail where a column has the name of a level.
    return pd.concat([labels, frame.reset_index(drop=True)], axis="columns")
