"""Whatever goes wrong while commands and reports write, and while registers are read, is said in words."""

import contextlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pytest

import cbcstats
from cbcstats import DataError, ReportError
from cbcstats.files.writing import UNFINISHED, write_whole
from cbcstats.report import report
from tests import faults
from tests.folders import full_disk, names_in
from tests.notebook_files import make_notebook

ROOT = Path(__file__).parent.parent
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals, forks and rights of POSIX")
COMMANDS = {
    "count": ("count", cbcstats.example_register(), *faults.READING, "-o", "counts.csv"),
    "check": ("check", cbcstats.example_register(), *faults.READING, "--problems", "bad.xlsx"),
    "template": ("template", "form.xlsx"),
    "chart": ("chart", "missions", "-o", "missions.svg"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_in_a_sentence_that_the_disk_is_full(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with full_disk():
        assert faults.command(*COMMANDS[name]) == 2
    message = " ".join(capsys.readouterr().err.split())
    remedy = "make room there, or name a folder on another disk"
    assert f"Error: {COMMANDS[name][-1]}: No space left on device; {remedy}" in message
    assert "Traceback" not in message
    assert names_in(tmp_path) == []


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


def test_a_register_in_the_home_folder_is_not_replaced_by_its_problems(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    register = tmp_path / "register.xlsx"
    pd.DataFrame({"member": ["Nowhere"], "start_date": ["2017-04-03"]}).to_excel(register)
    before = register.read_bytes()
    assert faults.command("check", register, "--problems", "~/register.xlsx", "--overwrite") == 2
    assert register.read_bytes() == before


# A report that is put into its folder

OLD = {
    "index.html": '<a href="charts/a.png"></a><a href="charts/gone/b.png"></a> old',
    "charts/a.png": "old",
    "charts/gone/b.png": "old",
}
NEW = {
    "index.html": '<a href="charts/new.png"></a><a href="tables/c.csv"></a> new',
    "charts/a.png": "new",
    "charts/new.png": "new",
    "tables/c.csv": "new",
}


def put(files, folder):
    """Put a report of these files into its folder, as `save_report` does."""
    with tempfile.TemporaryDirectory() as made:
        for name, text in files.items():
            path = Path(made, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        report._put_report(Path(made), folder)


def texts(folder):
    found = [path for path in folder.rglob("*") if path.is_file()]
    texts = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}
    texts.pop(report.MANIFEST, None)
    return texts


@pytest.mark.parametrize("done", range(7))
def test_a_report_that_is_interrupted_has_a_page_that_works(done, tmp_path, monkeypatch):
    folder = tmp_path / "report"
    put(OLD, folder)
    written = []

    def interrupted(path, content, **options):
        if len(written) == done:
            raise KeyboardInterrupt
        written.append(path.name)
        return write_whole(path, content, **options)

    with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        patch.setattr(report, "write_whole", interrupted)
        put(NEW, folder)
    found = texts(folder)
    assert all(text in (OLD.get(name), NEW.get(name)) for name, text in found.items())
    assert found["index.html"] == (NEW if "index.html" in written else OLD)["index.html"]
    assert set(re.findall('href="([^"]+)"', found["index.html"])) <= set(found)
    (folder / f".1{UNFINISHED}").write_text("left by a killed process", encoding="utf-8")
    put(NEW, folder)
    assert texts(folder) == NEW
    assert names_in(folder) == sorted([report.MANIFEST, "charts", "tables", *NEW])


def test_a_report_on_a_full_disk_is_said_and_the_page_of_before_stays(tmp_path, monkeypatch):
    folder = tmp_path / "report"
    put(OLD, folder)
    monkeypatch.setattr(report, "_make_report", lambda made, *_: (made / "index.html").touch())
    with full_disk(), pytest.raises(ReportError, match=r"No space left.*; make room there") as said:
        cbcstats.save_report(folder)
    assert str(said.value).endswith("; the report was not finished")
    assert texts(folder) == OLD


def test_a_list_of_files_elsewhere_removes_nothing_there(tmp_path):
    folder = tmp_path / "report"
    put(OLD, folder)
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    listing = json.dumps([*OLD, "../mine.txt", str(tmp_path / "mine.txt")])
    (folder / report.MANIFEST).write_text(listing, encoding="utf-8")
    put(NEW, folder)
    assert texts(folder) == NEW
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_a_link_to_another_is_not_written(tmp_path):
    folder, mine = tmp_path / "report", tmp_path / "mine"
    put(NEW, folder)
    shutil.move(folder / "charts", mine)
    (folder / "charts").symlink_to(mine, target_is_directory=True)
    with pytest.raises(ReportError, match="no report wrote, such as charts"):
        put(OLD, folder)
    assert (mine / "a.png").read_text(encoding="utf-8") == "new"


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


# A register that may not be read

LINES = [f"KEN,2017-04-{1 + day % 28:02},M-{day}\n" for day in range(3000)]


def register_in(folder, kind):
    path = folder / f"register{kind}"
    if kind == ".csv":
        path.write_text("member,start_date,mission_id\n" + "".join(LINES), encoding="utf-8")
    else:
        rows = [line.strip().split(",") for line in LINES]
        pd.DataFrame(rows, columns=["member", "start_date", "mission_id"]).to_parquet(path)
    return path


@POSIX
@pytest.mark.parametrize("kind", [".csv", ".parquet"])
def test_a_register_that_may_not_be_read_is_said(kind):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = register_in(Path(folder), kind)
        path.chmod(0)
        with as_anybody(), pytest.raises(DataError, match=r"Permission denied|cannot be"):
            cbcstats.read_register(path)
