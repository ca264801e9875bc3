"""Whatever goes wrong while files are written or read: old output is whole or new output is, and it is said."""

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
from command_line import run_python
from folders import names_in
from needs import needed
from notebook_files import make_notebook

import cbcstats
from cbcstats import DataError, ReportError
from cbcstats.files import inputs, text_inputs, writing
from cbcstats.report import report

faults = pytest.importorskip("faults")
ROOT = Path(__file__).parent.parent
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals, forks and rights of POSIX")
FILE_WRITERS = faults.WRITERS.keys() - {"save_report", "cbcstats count", "cbcstats check"}
HIDDEN = ".cbcstats-0123456789abcdef"


def end_writers(*arguments):
    return run_python("-m", "tests.faults", *arguments, cwd=ROOT)


@POSIX
def test_a_killed_writer_leaves_the_old_file_or_the_new_one():
    done = end_writers(8, "--writer", "save_table .csv", "--writer", "cbcstats count")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all                       8 moments" in done.stdout
    assert " 0 broken" in done.stdout


@POSIX
@pytest.mark.slow
def test_every_writer_that_is_killed_leaves_the_old_output_or_the_new_one():
    needed("pptx")
    done = end_writers(len(faults.WRITERS))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\n") == len(faults.WRITERS) + 1


@POSIX
@pytest.mark.slow
def test_writers_that_are_interrupted_leave_the_old_output_or_the_new_one():
    names = ("save_table .xlsx", "save_datapackage", "cbcstats check", "save_report")
    done = end_writers(8, "--interrupt", *(word for name in names for word in ("--writer", name)))
    assert done.returncode == 0, done.stdout + done.stderr


@POSIX
def test_a_writer_without_care_is_found_by_these_tests():
    done = end_writers(12, "--writer", "careless")
    assert done.returncode == 1, done.stdout + done.stderr
    assert " 0 broken" not in done.stdout


@pytest.fixture
def disk(tmp_path):
    """A disk of 3 MB with a function that mounts it anew, such as read-only."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(*options):
        made = [shutil.which("mount") or "false", "-t", "tmpfs", *options, "none", str(place)]
        if subprocess.run(made, capture_output=True, check=False).returncode:
            pytest.skip("no disk may be mounted here, which takes root on Linux")

    mount("-o", "size=3m")
    try:
        yield place, mount
    finally:
        subprocess.run([shutil.which("umount"), str(place)], check=True)


@pytest.fixture(params=sorted(FILE_WRITERS))
def file_writer(request):
    """The name of each writer of files."""
    if request.param == "save_slide":
        needed("pptx")
    return request.param


def fill(folder):
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


@POSIX
def test_a_full_disk_is_said_and_what_stood_there_stays(file_writer, disk):
    place, _ = disk
    write = faults.WRITERS[file_writer]
    write(place, False)
    fill(place)
    before = faults.contents(place)
    with pytest.raises(OSError, match="No space left") as caught:
        write(place, True)
    assert Path(caught.value.filename).name in {Path(found).name for found in before}
    assert faults.contents(place) == before
    (place / "filler").unlink()
    write(place, True)  # and it is written as soon as there is room
    folders = {"package"} if file_writer == "save_datapackage" else set()
    assert names_in(place) == sorted(set(before) - {"filler"} | folders)


@POSIX
def test_a_disk_that_may_only_be_read_is_said_and_what_stood_there_stays(file_writer, disk):
    place, mount = disk
    write = faults.WRITERS[file_writer]
    write(place, False)
    before = faults.contents(place)
    mount("-o", "remount,ro")
    with pytest.raises(OSError, match="Read-only file system"):
        write(place, True)
    assert faults.contents(place) == before


COMMANDS = {
    "count": ("count", cbcstats.example_register(), *faults.READING, "-o", "counts.csv"),
    "check": ("check", cbcstats.example_register(), *faults.READING, "--problems", "bad.xlsx"),
    "template": ("template", "form.xlsx"),
    "chart": ("chart", "missions", "-o", "missions.svg"),
}


@POSIX
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_in_a_sentence_that_the_disk_is_full(name, disk, monkeypatch, capsys):
    place, _ = disk
    monkeypatch.chdir(place)
    fill(place)
    assert faults.command(*COMMANDS[name]) == 2
    said = capsys.readouterr().err
    assert "No space left on device; make room there, or name a folder on another disk" in " ".join(
        said.split()
    )
    assert "Traceback" not in said
    assert names_in(place) == ["filler"]


@POSIX
@pytest.mark.slow
def test_a_report_on_a_full_disk_is_said_and_the_old_one_stays(disk, tmp_path):
    place, _ = disk
    (tmp_path / "work").mkdir()
    faults.WRITERS["save_report"](place, False)
    shutil.rmtree(place / f"{place.name}.notebooks", ignore_errors=True)
    fill(place)
    before = faults.contents(place)
    with pytest.raises(
        ReportError,
        match=r"report: No space left on device; make room there.*; no report was written",
    ):
        cbcstats.save_report(place / "report", notebooks=[tmp_path / "disk.notebooks"])
    assert faults.contents(place) == before


@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_in_the_middle_of_writing_is_a_word_and_130(name, tmp_path, monkeypatch, capsys):
    def interrupted(_handle):
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "fsync", interrupted)
    assert faults.command(*COMMANDS[name]) == 130
    assert "Stopped" in capsys.readouterr().err
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("arguments", [("claims",), ("implied", "492", "+49%")])
def test_ctrl_c_in_the_other_commands_is_130_too(arguments, monkeypatch, capsys):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("cbcstats.changes.claim_checks.check_claims", interrupted)
    monkeypatch.setattr("cbcstats.changes.claims.implied_previous", interrupted)
    assert faults.command(*arguments) == 130
    assert "Stopped" in capsys.readouterr().err


def test_ctrl_c_before_a_command_begins_is_130_too(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("cbcstats.cli.app", interrupted)
    assert faults.command("claims") == 130
    assert capsys.readouterr().err == "Stopped\n"


@contextlib.contextmanager
def as_anybody():
    """Do what follows as a user who is nobody, if these tests are run by root, who may do anything."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@POSIX
def test_a_folder_that_may_not_be_written_is_said_and_what_stood_there_stays(monkeypatch, capsys):
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name in ("template", "count"):
            monkeypatch.chdir(place)
            assert faults.command(*COMMANDS[name]) == 0
        before = faults.contents(place)
        place.chmod(0o555)
        with as_anybody():
            codes = [
                faults.command(*COMMANDS[name], "--overwrite") for name in ("template", "count")
            ]
        said = " ".join(capsys.readouterr().err.split())
        assert codes == [2, 2]
        for name in ("form.xlsx", "counts.csv"):
            assert (
                f"Error: {name}: Permission denied; close it where it is open, and check that it and"
                in said
            )
        assert faults.contents(place) == before
        place.chmod(0o755)
        monkeypatch.chdir(ROOT)


def test_files_that_belong_together_are_all_new_or_all_as_before(tmp_path, monkeypatch):
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "new.csv", "last.json")]
    writing.write_together(dict.fromkeys(paths[:2], b"before"))
    replace = os.replace

    def locked(source, destination, **options):
        if Path(destination).name == "last.json":
            raise PermissionError(errno.EACCES, "Access is denied", str(source))
        return replace(source, destination, **options)

    monkeypatch.setattr(os, "replace", locked)
    monkeypatch.setattr(Path, "replace", lambda path, to: locked(path, to))
    with pytest.raises(PermissionError, match=r"last\.json"):
        writing.write_together(dict.fromkeys(paths, b"after"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "a.csv": b"before",
        "b.csv": b"before",
    }


def test_a_package_of_two_times_is_seen_by_the_hashes_in_it(tmp_path):
    faults.WRITERS["save_datapackage"](tmp_path, False)
    package = tmp_path / "package"
    before = (package / "missions.csv").read_bytes()
    assert faults.is_whole_package(package)
    faults.WRITERS["save_datapackage"](tmp_path, True)
    assert faults.is_whole_package(package)
    (package / "missions.csv").write_bytes(before)
    assert not faults.is_whole_package(package)


@POSIX
@pytest.mark.slow
def test_a_report_whose_charts_cannot_be_written_is_said(tmp_path):
    source = (
        "import cbcstats, resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "counts = cbcstats.load_counts('missions')\nax = cbcstats.plot_counts(counts)"
    )
    with pytest.raises(
        ReportError, match=r"mine\.ipynb, code cell 1 .*: OSError: .* File too large; make room or"
    ):
        cbcstats.save_report(
            tmp_path / "report", notebooks=[make_notebook(tmp_path / "mine.ipynb", source)]
        )
    assert names_in(tmp_path) == ["mine.ipynb"]


# Two processes, one target


@POSIX
def test_two_processes_that_write_one_file_leave_one_of_both_at_every_moment(tmp_path):
    path = tmp_path / "one.csv"
    code = (
        "import sys, pathlib; from cbcstats.files.writing import write_whole\n"
        "for _ in range(150): write_whole(pathlib.Path(sys.argv[1]), sys.argv[2].encode() * 200_000)"
    )
    writing.write_whole(path, b"A" * 200_000)
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), sign]) for sign in "AB"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        seen.add(path.read_bytes())
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen <= {b"A" * 200_000, b"B" * 200_000}
    assert names_in(tmp_path) == ["one.csv"]


def make_report(folder, text):
    folder.mkdir()
    (folder / "index.html").write_text(text, encoding="utf-8")
    (folder / report.MANIFEST).write_text('["index.html"]', encoding="utf-8")
    return folder


def test_two_reports_that_are_put_into_one_place_leave_one_of_both(tmp_path):
    target, failed = tmp_path / "report", []

    def put(text):
        for _ in range(40):
            folder = make_report(writing.name_beside(target, "report"), text)
            try:
                report._put(folder, target)
            except (OSError, ReportError) as error:  # said, and the other one stands there
                failed.append(error)
                shutil.rmtree(folder)

    threads = [threading.Thread(target=put, args=(text,)) for text in ("A", "B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names_in(tmp_path) == ["report", f"report/{report.MANIFEST}", "report/index.html"]
    assert (target / "index.html").read_text(encoding="utf-8") in "AB"
    assert len(failed) < 40, failed


def test_a_report_that_was_killed_between_its_two_steps_comes_back(tmp_path):
    old = make_report(tmp_path / ".report-0123456789abcdef-old", "old")
    make_report(tmp_path / ".report-0123456789abcdef", "new")
    with pytest.raises(ReportError, match="there is no notebook"):
        cbcstats.save_report(tmp_path / "report", notebooks=[tmp_path / "none.ipynb"])
    assert (tmp_path / "report" / "index.html").read_text(encoding="utf-8") == "old"
    assert not old.exists()


def test_what_is_left_of_a_report_does_not_come_back(tmp_path):
    old = make_report(tmp_path / ".report-0123456789abcdef-old", "old")
    (old / "index.html").unlink()
    report._bring_back(tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_a_report_that_cannot_be_moved_is_said_and_the_old_one_stays(tmp_path, monkeypatch):
    target = make_report(tmp_path / "report", "old")
    folder = make_report(tmp_path / ".report-0123456789abcdef", "new")
    rename = Path.rename

    def locked(path, to):
        if path == folder:
            raise PermissionError(errno.EACCES, "Access is denied", str(path))
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", locked)
    with pytest.raises(PermissionError):
        report._put(folder, target)
    assert (target / "index.html").read_text(encoding="utf-8") == "old"


# What killed processes leave


def age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


@POSIX
def test_what_a_killed_process_left_goes_with_the_next_write_and_nothing_else_does(tmp_path):
    forgotten, young, held = (tmp_path / f".cbcstats-{sign * 16}" for sign in "abc")
    others = [
        tmp_path / name
        for name in (".cbcstats-report", ".cbcstats-notes", f"x{HIDDEN}", f"{HIDDEN}.txt")
    ]
    for path in (forgotten, young, held, *others):
        path.write_bytes(b"")
        age(path, -3600 if path == young else 120)  # young for as long as the test may take
    with held.open("rb") as file:
        writing.hold(file.fileno())
        writing.write_whole(tmp_path / "new.csv", b"")
        assert set(tmp_path.iterdir()) == {young, held, *others, tmp_path / "new.csv"}
    writing.write_whole(tmp_path / "new.csv", b"")
    assert set(tmp_path.iterdir()) == {young, *others, tmp_path / "new.csv"}


@POSIX
def test_a_process_that_is_killed_holds_nothing_any_more(tmp_path):
    path = tmp_path / HIDDEN
    path.write_bytes(b"")
    code = (
        "import sys, time; from cbcstats import files; file = open(sys.argv[1], 'rb'); files.hold(file.fileno()); "
        "print(flush=True); time.sleep(3600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    holder.stdout.readline()
    age(path, 120)
    writing.clear(tmp_path, "cbcstats")
    assert path.exists()
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    writing.clear(tmp_path, "cbcstats")
    assert not path.exists()


def test_a_report_that_is_needed_to_come_back_is_not_cleared(tmp_path):
    old = make_report(tmp_path / ".report-0123456789abcdef-old", "old")
    age(old, 3 * 24 * 3600)
    writing.clear(tmp_path, "report")
    assert old.exists()
    (tmp_path / "report").mkdir()
    writing.clear(tmp_path, "report")
    assert not old.exists()


# A register that changes while it is read

LINES = [f"KEN,2017-04-{1 + day % 28:02},M-{day}\n" for day in range(3000)]


def register_in(folder, kind):
    path = folder / f"register{kind}"
    if kind == ".csv":
        path.write_text("member,start_date,mission_id\n" + "".join(LINES), encoding="utf-8")
    else:
        rows = [line.strip().split(",") for line in LINES]
        pd.DataFrame(rows, columns=["member", "start_date", "mission_id"]).to_parquet(path)
    return path


def grow(path):
    with path.open("ab") as file:
        file.write(LINES[0].encode())


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def replace_by_another(path):
    other = path.with_name("other")
    shutil.copy(path, other)
    other.replace(path)


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(text_inputs, "_PART_BYTES", 8192)
    for module in (inputs, text_inputs):
        monkeypatch.setattr(module, "PART_ROWS", 400)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("kind", [".csv", ".parquet"])
@pytest.mark.parametrize("change", [grow, cut, replace_by_another, Path.unlink])
def test_a_register_that_changes_while_it_is_read_in_parts_is_refused(change, kind, tmp_path):
    path = register_in(tmp_path, kind)
    assert sum(len(part.rows) for part in cbcstats.read_register_in_parts(path)) == 3000
    parts = cbcstats.read_register_in_parts(path)
    first = next(parts)
    assert 0 < len(first.rows) < 3000
    change(path)
    with pytest.raises(
        DataError, match="was changed while it was read; read it again when nobody writes to it"
    ):
        list(parts)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("change", [grow, cut, replace_by_another, Path.unlink])
def test_a_register_that_changes_between_its_two_readings_is_refused(change, tmp_path, monkeypatch):
    path = register_in(tmp_path, ".csv")
    regular = text_inputs._is_regular

    def change_then(layout):
        found = regular(layout)
        change(path)
        return found

    monkeypatch.setattr(text_inputs, "_is_regular", change_then)
    with pytest.raises(DataError, match="was changed while it was read"):
        list(cbcstats.read_register_in_parts(path))


@pytest.mark.usefixtures("small_parts")
def test_a_command_says_that_a_register_was_changed_and_writes_nothing(
    tmp_path, monkeypatch, capsys
):
    path = register_in(tmp_path, ".csv")
    from cbcstats.registers import counting

    tally = counting.tally
    monkeypatch.setattr(counting, "tally", lambda rows, **how: (grow(path), tally(rows, **how))[1])
    monkeypatch.chdir(tmp_path)
    assert faults.command("count", path, "-o", "counts.csv") == 2
    assert "was changed while it was read" in " ".join(capsys.readouterr().err.split())
    assert names_in(tmp_path) == ["register.csv"]


@POSIX
@pytest.mark.parametrize("kind", [".csv", ".parquet"])
def test_a_register_that_may_not_be_read_is_said(kind):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = register_in(Path(folder), kind)
        path.chmod(0)
        with as_anybody(), pytest.raises(DataError, match=r"Permission denied|cannot be"):
            cbcstats.read_register(path)
