"""Write files: a file has its old content or its new content, never a part of either."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNFINISHED: Final = ".cbcstats-unfinished"  # ends the names of temporary files
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


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
