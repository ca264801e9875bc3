"""Write files: a file has its old content or its new content, never a part of either."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNFINISHED: Final = ".cbcstats-unfinished"  # ends the names of temporary files
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# A spreadsheet that opens a CSV file computes what begins with one of these. A signed number is none, with a percent
# sign or words after it: +49%, -3.5, +3 percentage points, +49% on 492 missions means 330 before. No formula calls,
# reads or computes anything without one of the signs that such words must not have. The wide signs count in editions
# for East Asia.
_FORMULA: Final = re.compile(
    r"[=@\t\r\n\uff1d\uff0b\uff0d\uff20]"
    r"|[+-](?![0-9][0-9.,]*[ ]?%?([ ][A-Za-z](:[ ]|[^()\[\]{}|!=&<>+*/^\\:@$#\"\x00-\x1f])*)?\Z)",
    re.ASCII,
)
_MARK: Final = "'"


def expanded(path: str | Path) -> Path:
    """Return a path with the home folder in place of `~`.

    Raises
    ------
    ArgumentError
        If there is no such home folder, or no file can have that name.
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
    """Check the path of a file before the work on its content begins.

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
        raise ArgumentError(
            f"{path}: the kind of file is not known; give a name that ends in {', '.join(suffixes)}"
        )
    if not overwrite and (path.exists() or path.is_symlink()):
        raise _exists(path)
    return path


def write_whole(path: Path, content: bytes, *, overwrite: bool) -> Path:
    """Write a file under a temporary name in the same folder, then give it its own name.

    Missing folders are created. A link is replaced, not followed.

    Parameters
    ----------
    path : pathlib.Path
        The file to write.
    content : bytes
        All of its content.
    overwrite : bool
        Whether to replace a file that exists. A replaced file hands its permissions on.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    ArgumentError
        If the file exists and may not be replaced, even if it appeared just now.
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
        # The error is about the temporary file; the user knows the other one.
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_together(files: Mapping[Path, bytes], *, overwrite: bool) -> list[Path]:
    """Write several files in the order given, each with `write_whole`.

    Raises
    ------
    ArgumentError, OSError
        If one of the files cannot be written; those before it are new, those after it old.
    """
    return [
        write_whole(path, content, overwrite=overwrite)
        for path, content in files.items()
    ]


def in_words(error: OSError) -> str:
    """Return which file an error is about, what the system says, and what to do, in one sentence.

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
        remedy = (
            "close it where it is open, and check that it and the folder may be written"
        )
    return f"{where}{error.strerror or error}; {remedy}"


def _write(temporary: Path, content: bytes) -> None:
    with temporary.open("xb") as file:
        file.write(content)
        file.flush()
        # Some disks keep a new name sooner than its content, and a power cut leaves an empty file.
        os.fsync(file.fileno())


def _replace(temporary: Path, path: Path) -> None:
    """Put a finished file in the place of another one, or where there is none."""
    if path.is_file() and not path.is_symlink():
        shutil.copymode(path, temporary)
    temporary.replace(path)


def _add(temporary: Path, path: Path) -> None:
    """Give a finished file its name, unless another file has that name by now."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        # Memory sticks and some network drives do not support links: claim the name, then fill it.
        path.touch(exist_ok=False)
        temporary.replace(path)


def _exists(path: Path) -> ArgumentError:
    return ArgumentError(
        f"{path} is there already; give another name, or overwrite=True (--overwrite)"
    )


def plain_frame(table: Any, name: str = "table") -> pd.DataFrame:
    """Return a frame as it is written: an index that says something as columns, and columns named by text.

    Raises
    ------
    ArgumentError
        If it is no frame of pandas, it has no columns, or two of them have one name.
    """
    if not isinstance(table, pd.DataFrame):
        raise ArgumentError(
            f"`{name}` must be a pandas DataFrame, but {type(table).__name__} was given"
        )
    frame = with_index(table)
    names = [
        " ".join(map(str, label)) if isinstance(label, tuple) else str(label)
        for label in frame
    ]
    if not names:
        raise ArgumentError(f"`{name}` has no columns; there is nothing to write")
    seen: set[str] = set()
    for label in names:
        if label.casefold() in seen:
            raise ArgumentError(
                f"`{name}` has two columns called {label!r}; rename one"
            )
        seen.add(label.casefold())
    named = frame.set_axis(pd.Index(names, dtype="str"), axis="columns")
    named.attrs = dict(table.attrs)
    return named


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a plain frame as CSV: UTF-8, one header row, days in ISO 8601, marks as true and false.

    Examples
    --------
    >>> frame = pd.DataFrame({"value": [-3.5], "published_change": ["+49%"], "note": ["=1+1"]})
    >>> print(csv_bytes(frame).decode())
    value,published_change,note
    -3.5,+49%,'=1+1
    """
    cells = pd.DataFrame(
        {name: _cells(frame[name]) for name in frame},
        columns=frame.columns,
        index=frame.index,
    )
    cells = cells.rename(columns=harmless)
    text = cells.to_csv(index=False, lineterminator="\n")
    if "\r" in text:  # is not quoted unless all texts are, and would end the row
        text = cells.to_csv(
            index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC
        )
    return text.encode("utf-8")


def harmless(text: str) -> str:
    """Return a text with an apostrophe before it if a spreadsheet would compute it.

    Examples
    --------
    >>> [harmless(text) for text in ("=1+1", "+1+1", "@SUM(A1)", "+49%", "-3.5", "Kenya")]
    ["'=1+1", "'+1+1", "'@SUM(A1)", '+49%', '-3.5', 'Kenya']
    """
    return _MARK + text if _FORMULA.match(text) else text


def parquet_bytes(frame: pd.DataFrame, said: Mapping[str, str]) -> bytes:
    """Return a plain frame as Parquet, with dtypes, its `attrs`, and what is said of it in the metadata of the file.

    Raises
    ------
    ArgumentError
        If a column holds values of several kinds, or of a kind that Parquet has no place for.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = io.BytesIO()
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        # pyarrow before 22 leaves out the `attrs`; this is where pandas looks for them.
        attrs = {"PANDAS_ATTRS": json.dumps(frame.attrs, default=str)}
        metadata = {**(table.schema.metadata or {}), **attrs, **said}
        pq.write_table(table.replace_schema_metadata(metadata), content)
    except (pa.ArrowException, TypeError, OverflowError) as error:
        raise ArgumentError(
            f"Parquet cannot hold this table: {'; '.join(map(str, error.args))}"
        ) from error
    return content.getvalue()


def is_days(column: pd.Series) -> bool:
    """Return whether all moments of a column are whole days."""
    if not pd.api.types.is_datetime64_dtype(column.dtype):
        return False
    return bool((column.dropna() == column.dropna().dt.normalize()).all())


def _cells(column: pd.Series) -> pd.Series:
    """Return a column as it stands in a CSV file; numbers stay numbers."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.astype("object").map({True: "true", False: "false"})
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
    is_number = isinstance(value, int | float) or pd.api.types.is_number(value)
    return value if is_number else harmless(str(value))


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with an index that says something as columns."""
    index = frame.index
    if (
        index.nlevels == 1
        and index.name is None
        and pd.api.types.is_integer_dtype(index.dtype)
    ):
        return frame
    labels = index.to_frame(index=False)
    labels.columns = pd.Index(["row" if name is None else name for name in index.names])
    return pd.concat([labels, frame.reset_index(drop=True)], axis="columns")
