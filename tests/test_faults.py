"""What goes wrong while commands and reports write, and while registers are read, is an error in words."""

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
from cbcstats.errors import DataError, ReportError
from cbcstats.files.writing import UNFINISHED, write_whole
from cbcstats.report import report
from tests import faults
from tests.command_line import call
from tests.folders import full_disk, names_in
from tests.notebook_files import make_notebook

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and rights of POSIX")
COMMANDS = {
    "count": ("count", cbcstats.example_register(), *faults.READING, "-o", "counts.csv"),
    "check": ("check", cbcstats.example_register(), *faults.READING, "--problems", "bad.xlsx"),
    "template": ("template", "form.xlsx"),
    "chart": ("chart", "capacity_building_missions", "-o", "missions.svg"),
}


def interrupt(*_arguments, **_options):
    raise KeyboardInterrupt


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


@pytest.fixture
def open_folder():
    """Return a folder that any user can reach."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        Path(folder).chmod(0o755)


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_report_a_full_disk_and_an_interrupt_and_leave_nothing(name, tmp_path):
    with full_disk():
        code, printed = call(*COMMANDS[name], folder=tmp_path)
    remedy = "make room there, or name a folder on another disk"
    message = f"Error: {COMMANDS[name][-1]}: No space left on device; {remedy}"
    assert code == 2
    assert message in " ".join(printed.split())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        code, printed = call(*COMMANDS[name], folder=tmp_path)
    assert code == 130
    assert "Stopped" in printed
    assert names_in(tmp_path) == []


def test_an_interrupt_of_any_other_command_exits_with_130(monkeypatch):
    monkeypatch.setattr("cbcstats.check_claims", interrupt)
    monkeypatch.setattr("cbcstats.implied_previous", interrupt)
    assert call("claims") == (130, "Stopped\n")
    assert call("implied", "492", "+49%") == (130, "Stopped\n")
    monkeypatch.setattr("cbcstats.cli.app", interrupt)
    assert call("claims") == (130, "Stopped\n")


@POSIX
def test_commands_report_a_folder_that_may_not_be_written(open_folder):
    # Some rows of the register are rejected.
    for name, code in (("template", 0), ("count", 1)):
        assert call(*COMMANDS[name], folder=open_folder)[0] == code
    before = faults.contents(open_folder)
    open_folder.chmod(0o555)
    for name, file in (("template", "form.xlsx"), ("count", "counts.csv")):
        with as_anybody():
            code, printed = call(*COMMANDS[name], "--overwrite", folder=open_folder)
        message = f"Error: {file}: Permission denied; close it where it is open, and check that"
        assert code == 2
        assert message in " ".join(printed.split())
    assert faults.contents(open_folder) == before


@POSIX
def test_read_register_reports_a_file_that_may_not_be_read(open_folder):
    frame = pd.DataFrame({"member": ["Kenya"], "start_date": ["2017-04-03"]})
    frame.to_csv(open_folder / "register.csv", index=False)
    frame.to_parquet(open_folder / "register.parquet")
    for path in open_folder.iterdir():
        path.chmod(0)
        with as_anybody(), pytest.raises(DataError, match=r"Permission denied|cannot be"):
            cbcstats.read_register(path)


def test_check_does_not_replace_the_register_by_its_problems(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    register = tmp_path / "register.xlsx"
    frame = pd.DataFrame({"member": ["Nowhere"], "start_date": ["2017-04-03"]})
    frame.to_excel(register, engine="xlsxwriter")
    before = register.read_bytes()
    assert call("check", register, "--problems", "~/register.xlsx", "--overwrite")[0] == 2
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
    paths = [path for path in folder.rglob("*") if path.is_file()]
    texts = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}
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


def test_save_report_on_a_full_disk_keeps_the_page_of_before(tmp_path, monkeypatch):
    folder = tmp_path / "report"
    put(OLD, folder)
    monkeypatch.setattr(report, "_make_report", lambda made, *_: (made / "index.html").touch())
    with full_disk(), pytest.raises(ReportError, match=r"No space left.*; make room there") as full:
        cbcstats.save_report(folder)
    assert str(full.value).endswith("; the report was not finished")
    assert texts(folder) == OLD


def test_a_list_of_files_elsewhere_removes_nothing_there(tmp_path):
    folder, mine = tmp_path / "report", tmp_path / "mine.txt"
    put(OLD, folder)
    mine.write_text("mine", encoding="utf-8")
    listing = json.dumps([*OLD, "../mine.txt", str(mine)])
    (folder / report.MANIFEST).write_text(listing, encoding="utf-8")
    put(NEW, folder)
    assert texts(folder) == NEW
    assert mine.read_text(encoding="utf-8") == "mine"


@POSIX
def test_a_folder_of_charts_that_is_a_link_is_not_written(tmp_path):
    folder, mine = tmp_path / "report", tmp_path / "mine"
    put(NEW, folder)
    shutil.move(folder / "charts", mine)
    (folder / "charts").symlink_to(mine, target_is_directory=True)
    with pytest.raises(ReportError, match="no report wrote, such as charts"):
        put(OLD, folder)
    assert (mine / "a.png").read_text(encoding="utf-8") == "new"


@POSIX
@pytest.mark.slow
def test_save_report_names_the_cell_whose_chart_cannot_be_written(tmp_path):
    source = (
        "import cbcstats, resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "ax = cbcstats.plot_counts(cbcstats.load_counts('capacity_building_missions'))"
    )
    notebook = make_notebook(tmp_path / "mine.ipynb", source)
    message = r"mine\.ipynb, code cell 1 .*: OSError: .* File too large; make room or"
    with pytest.raises(ReportError, match=message):
        cbcstats.save_report(tmp_path / "report", notebooks=[notebook])
    assert names_in(tmp_path) == ["mine.ipynb"]
