"""Files are whole, or what stood there is."""

import os
import stat

import pytest
from folders import full_disk, names_in

from cbcstats import ArgumentError
from cbcstats.files.writing import target, write_whole


def test_a_file_is_written_with_its_folders(tmp_path):
    path = write_whole(tmp_path / "new" / "deep" / "file.csv", b"a")
    assert path.read_bytes() == b"a"
    assert names_in(path.parent) == ["file.csv"]


def test_what_stands_there_stays_if_writing_fails(tmp_path):
    path = write_whole(tmp_path / "file.csv", b"before")
    with full_disk(), pytest.raises(OSError, match="No space left"):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert names_in(tmp_path) == ["file.csv"]


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_a_file_has_the_rights_that_others_have(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    mode = stat.S_IMODE((tmp_path / "plain").stat().st_mode)
    assert stat.S_IMODE(write_whole(tmp_path / "whole", b"").stat().st_mode) == mode


def test_a_target_is_checked_before(tmp_path):
    (tmp_path / "there.CSV").write_bytes(b"")
    assert target(tmp_path / "there.CSV", [".csv"], overwrite=True) == tmp_path / "there.CSV"
    with pytest.raises(ArgumentError, match=r"there already; give another name, or overwrite=True"):
        target(str(tmp_path / "there.CSV"), [".csv"], overwrite=False)
    with pytest.raises(ArgumentError, match=r"ends in .csv, .sdmx.csv"):
        target("chart.bmp", [".csv", ".sdmx.csv"], overwrite=False)
