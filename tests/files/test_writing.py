"""A file has its old content or its new content, whatever goes wrong; nothing is replaced unless told."""

import errno
import os
import random
import stat
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import pytest

from cbcstats import ArgumentError
from cbcstats.files import writing
from cbcstats.files.writing import UNFINISHED, in_words, target, write_together, write_whole
from tests import faults
from tests.folders import full_disk, names_in
from tests.needs import needed

POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


def test_missing_folders_are_created(tmp_path):
    path = write_whole(tmp_path / "new" / "deep" / "file.csv", b"a", overwrite=False)
    assert path.read_bytes() == b"a"
    assert names_in(path.parent) == ["file.csv"]


def test_a_full_disk_keeps_the_old_file_and_leaves_no_other(tmp_path):
    path = write_whole(tmp_path / "file.csv", b"before", overwrite=False)
    with full_disk(), pytest.raises(OSError, match="No space left") as caught:
        write_whole(path, b"after", overwrite=True)
    assert in_words(caught.value) == (
        f"{path}: No space left on device; make room there, or name a folder on another disk"
    )
    assert path.read_bytes() == b"before"
    assert names_in(tmp_path) == ["file.csv"]


def test_an_interrupt_keeps_the_old_file_and_leaves_no_other(tmp_path):
    path = write_whole(tmp_path / "file.csv", b"before", overwrite=False)
    with mock.patch("os.fsync", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        write_whole(path, b"after", overwrite=True)
    assert path.read_bytes() == b"before"
    assert names_in(tmp_path) == ["file.csv"]


def test_of_several_files_the_last_is_written_last(tmp_path):
    files = {tmp_path / name: b"new" for name in ("b.csv", "a.csv", "last.json")}
    with full_disk(after=2), pytest.raises(OSError, match="No space left") as caught:
        write_together(files, overwrite=False)
    assert caught.value.filename == str(tmp_path / "last.json")
    assert names_in(tmp_path) == ["a.csv", "b.csv"]


@POSIX
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path):
    before = os.umask(0o027)
    try:
        path = write_whole(tmp_path / "file.csv", b"", overwrite=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@POSIX
def test_a_replaced_file_keeps_its_permissions(tmp_path):
    path = write_whole(tmp_path / "file.csv", b"", overwrite=False)
    path.chmod(0o604)
    write_whole(path, b"new", overwrite=True)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


@pytest.fixture(params=["links", "no links"])
def _disks(request, monkeypatch):
    """A disk that supports links, and one that does not, such as a memory stick."""

    def refuse(_path, _target):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if request.param == "no links":
        monkeypatch.setattr(Path, "hardlink_to", refuse)


@pytest.mark.usefixtures("_disks")
def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "file.csv"
    write = writing._write

    def write_while_another_does(temporary, content):
        write(temporary, content)
        path.write_bytes(b"of another")

    assert write_whole(path, b"mine", overwrite=False).read_bytes() == b"mine"
    path.unlink()
    monkeypatch.setattr(writing, "_write", write_while_another_does)
    with pytest.raises(ArgumentError, match=r"file\.csv already exists"):
        write_whole(path, b"mine", overwrite=False)
    assert path.read_bytes() == b"of another"
    assert names_in(tmp_path) == ["file.csv"]


def test_a_target_is_checked_before(tmp_path):
    (tmp_path / "there.CSV").write_bytes(b"")
    assert target(tmp_path / "there.CSV", [".csv"], overwrite=True) == tmp_path / "there.CSV"
    with pytest.raises(
        ArgumentError, match=r"already exists; give another name, or overwrite=True"
    ):
        target(str(tmp_path / "there.CSV"), [".csv"])
    with pytest.raises(ArgumentError, match=r"ends in .csv, .sdmx.csv"):
        target("chart.bmp", [".csv", ".sdmx.csv"])


# A process that writes two files again and again, each time filled with another byte

SIZE = 300_000
WRITER = f"""
import itertools, pathlib, sys
from cbcstats.files.writing import write_together
paths = [pathlib.Path(sys.argv[1], name) for name in "ab"]
for number in itertools.count():
    write_together(dict.fromkeys(paths, bytes([number % 256]) * {SIZE}), overwrite=True)
    print(flush=True)
"""


def is_whole(path):
    content = path.read_bytes()
    return content == content[:1] * SIZE


@POSIX
def test_a_file_is_whole_while_it_is_written_and_after_its_writer_is_killed(tmp_path):
    chance = random.Random(1)  # noqa: S311
    paths = [tmp_path / name for name in "ab"]
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    for _ in range(10):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            end = time.monotonic() + chance.uniform(0, 0.2)
            while time.monotonic() < end:
                assert is_whole(chance.choice(paths))
            writer.kill()
        assert all(map(is_whole, paths))
    others = set(tmp_path.iterdir()) - set(paths)
    assert all(path.name.endswith(UNFINISHED) for path in others)


# Every public writer


@pytest.fixture(params=sorted(faults.WRITERS))
def writer(request):
    """A function that writes files into a folder: first old ones, then new ones in their place."""
    packages = {"save_slide": "pptx", "save_document": "docx"}
    if request.param in packages:
        needed(packages[request.param])
    return faults.WRITERS[request.param]


def test_every_writer_replaces_whole_files_and_only_when_told(writer, tmp_path):
    writer(tmp_path, False)
    before = faults.contents(tmp_path)
    with pytest.raises((ArgumentError, OSError)):
        writer(tmp_path, False)  # does not overwrite
    with full_disk() as tries, pytest.raises(OSError, match=r"No space left|ended in 2"):
        writer(tmp_path, True)
    assert tries
    assert faults.contents(tmp_path) == before
    writer(tmp_path, True)
    after = faults.contents(tmp_path)
    assert set(after) == set(before)
    assert after != before


def test_every_writer_knows_the_home_folder(writer, tmp_path, monkeypatch):
    home, here = tmp_path / "home", tmp_path / "here"
    for folder in (home, here):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.chdir(here)
    for new in (False, True):
        writer(Path("~"), new)
    assert names_in(home)
    assert names_in(here) == []
