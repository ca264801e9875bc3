"""Files to write: checked before the work begins, and whole or not there."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence


def target(path: str | Path, suffixes: Sequence[str], *, overwrite: bool) -> Path:
    """Return the path of a file to write.

    Raises
    ------
    ArgumentError
        If it ends in none of the suffixes, or is there already and may not be overwritten.
    """
    try:
        path = Path(path).expanduser()
    except RuntimeError:
        raise ArgumentError(f"{path}: there is no such home folder; write the path in full") from None
    if "\0" in str(path):
        raise ArgumentError(f"{str(path)!r}: no name of a file holds a zero byte; give another name")
    if not path.name.lower().endswith(tuple(suffixes)):
        raise ArgumentError(f"{path}: the kind of file is not known; give a name that ends in {', '.join(suffixes)}")
    if (path.exists() or path.is_symlink()) and not overwrite:
        raise ArgumentError(f"{path} is there already; give another name, or overwrite=True (--overwrite)")
    return path


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file at once, and the folders on the way: it is whole, or what stood there is.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".cbcstats-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(beside).chmod(0o666 & ~mask)  # as a file that is opened for writing
        Path(beside).replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(beside).unlink()
    return path
