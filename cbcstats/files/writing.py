"""Files to write: checked before the work begins, and whole or not there."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import BinaryIO

HAS_LOCKS: Final = sys.platform != "win32"
if sys.platform != "win32":
    import fcntl

OLD: Final = "-old"  # what is replaced by a folder ends in this until it is gone
_BESIDE: Final = "cbcstats"  # what is written has this name beside its target until it is whole
_OPEN_FILES: Final = "/proc/self/fd"  # where Linux shows them
_MINUTE: Final = 60  # seconds, in which a process that made something surely holds it
_DAY: Final = 24 * 60 * _MINUTE  # where nothing can be held
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


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
        raise ArgumentError(
            f"{path}: there is no such home folder; write the path in full"
        ) from None
    if "\0" in str(path):
        raise ArgumentError(
            f"{str(path)!r}: no name of a file holds a zero byte; give another name"
        )
    if not path.name.lower().endswith(tuple(suffixes)):
        raise ArgumentError(
            f"{path}: the kind of file is not known; give a name that ends in {', '.join(suffixes)}"
        )
    if (path.exists() or path.is_symlink()) and not overwrite:
        raise ArgumentError(
            f"{path} is there already; give another name, or overwrite=True (--overwrite)"
        )
    return path


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file at once, and the folders on the way: it is whole, or what stood there is.

    Raises
    ------
    OSError
        If it cannot be written; its `filename` is the path.
    """
    return write_together({path: content})[0]


def write_together(files: Mapping[Path, bytes]) -> list[Path]:
    """Write files that belong together, each whole at any moment; if one cannot be, all are as they were before.

    All are on the disk before the first takes its place, and take their places in the order given.

    Raises
    ------
    OSError
        If one cannot be written; its `filename` is the path.
    """
    for folder in dict.fromkeys(path.parent for path in files):
        folder.mkdir(parents=True, exist_ok=True)
        clear(folder, _BESIDE)
    before: dict[Path, bytes | None] = {}
    with contextlib.ExitStack() as stack:
        puts = {
            path: stack.enter_context(_beside(path, content)) for path, content in files.items()
        }
        try:
            for path, put in puts.items():
                if len(files) > 1:
                    before[path] = path.read_bytes() if path.is_file() else None
                put()
        except BaseException:  # Ctrl-C as well
            for path, content in before.items():
                _take_back(path, content)
            raise
    return list(files)


def name_beside(path: Path, name: str) -> Path:
    """Return a hidden name beside a path that nothing else has, and that `clear` knows."""
    return path.with_name(f".{name}-{secrets.token_hex(8)}")


def clear(folder: Path, name: str) -> None:
    """Remove what processes that were killed have left in a folder under names of `name_beside`."""
    for path in left_in(folder, name):
        with contextlib.suppress(OSError):
            is_needed = path.name.endswith(OLD) and not (folder / name).exists()  # it may come back
            age = time.time() - path.lstat().st_mtime
            if not is_needed and age > (_MINUTE if HAS_LOCKS else _DAY) and _is_free(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def left_in(folder: Path, name: str) -> list[Path]:
    """Return what stands in a folder under names of `name_beside`, and what it replaced."""
    form = re.compile(rf"\.{re.escape(name)}-[0-9a-f]{{16}}({OLD})?")
    with contextlib.suppress(OSError):
        return [path for path in sorted(folder.iterdir()) if form.fullmatch(path.name)]
    return []


def hold(handle: int) -> None:
    """Mark an open file or folder as one that is worked on: until it is closed, or the process ends, however it does.

    Where a disk knows no locks it cannot be marked, and `clear` leaves it.
    """
    if sys.platform != "win32" and HAS_LOCKS:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def in_words(error: OSError) -> str:
    """Return what the system says, of which file, and what to do, in one sentence.

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
        remedy = "close it where it is open, and check that it and the folder may be written"
    return f"{where}{error.strerror or error}; {remedy}"


@contextlib.contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Callable[[], None]]:
    """Put the content of a file on the disk beside it, and yield what puts it in its place; else nothing stays."""
    beside = name_beside(path, _BESIDE)
    with _said_of(path):
        file, has_name = _open(beside)

    def put() -> None:
        with _said_of(path):
            if not has_name:
                os.link(f"{_OPEN_FILES}/{file.fileno()}", beside, src_dir_fd=file.fileno())
            file.close()  # Windows moves nothing that is open
            beside.replace(path)

    try:
        with _said_of(path):
            hold(file.fileno())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield put
    finally:
        with contextlib.suppress(OSError):  # a full disk is said twice: by write and by close
            file.close()
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _open(beside: Path) -> tuple[BinaryIO, bool]:
    """Open a file to write, without a name where Linux can: such a file is gone with its process, however that ends."""
    unnamed = getattr(os, "O_TMPFILE", 0)
    if unnamed and Path(_OPEN_FILES).is_dir():
        with contextlib.suppress(
            OSError
        ):  # the disk knows no such files, or cannot be written at all
            return os.fdopen(os.open(beside.parent, unnamed | os.O_WRONLY, 0o666), "wb"), False
    return beside.open("xb"), True


@contextlib.contextmanager
def _said_of(path: Path) -> Iterator[None]:
    """Let an error name the file that was to be written, not the one beside it."""
    try:
        yield
    except OSError as error:
        raise (OSError(error.errno, error.strerror, str(path)) if error.errno else error) from error


def _take_back(path: Path, content: bytes | None) -> None:
    with contextlib.suppress(OSError):
        if content is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, content)


def _is_free(path: Path) -> bool:
    """Return whether no process holds a file or a folder any more."""
    if sys.platform == "win32" or not HAS_LOCKS:
        return True  # Windows removes nothing that is open
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)
    return True
