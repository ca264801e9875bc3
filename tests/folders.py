"""What is in a folder, and what is left there when its disk is full."""

import contextlib
from unittest import mock

import pytest

from cbcstats import ArgumentError


def names_in(folder):
    """Return all that is in a folder and in those below it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@contextlib.contextmanager
def full_disk(*, after=0):
    """Let every file that is put on the disk fail, as on a full disk, but for some first ones; yield the tries."""
    tries = []

    def full(handle):
        tries.append(handle)
        if len(tries) > after:
            raise OSError(28, "No space left on device")

    with mock.patch("os.fsync", full):
        yield tries


def assert_replaced_as_a_whole(path, write):
    """Check that a writer replaces a file only when told, and that the old one stays where the disk is full."""
    path.write_text("before", encoding="utf-8")
    with pytest.raises(ArgumentError, match="already exists"):
        write(overwrite=False)
    with full_disk(), pytest.raises(OSError, match="No space left"):
        write(overwrite=True)
    assert path.read_bytes() == b"before"
    assert names_in(path.parent) == [path.name]
    assert write(overwrite=True) == path
    assert path.read_bytes() != b"before"
