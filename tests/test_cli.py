"""The command line as it is typed."""

import os
import signal
import subprocess
import time

import pytest

import cbcstats
from tests.command_line import CBCSTATS, call, run
from tests.notebook_files import make_notebook

COMMANDS = ("chart", "check", "claims", "count", "implied", "report", "template")


@pytest.fixture
def notebook(tmp_path):
    return make_notebook(tmp_path / "mine.ipynb", "# Mine?", "print(6 * 7)")


def test_version_is_printed(tmp_path):
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, f"cbcstats {cbcstats.__version__}")


def test_help_of_each_command_has_examples():
    for command in COMMANDS:
        code, printed = call(command, "--help")
        assert code == 0
        assert f"Examples: cbcstats {command}" in " ".join(printed.split())


def test_unknown_command_exits_with_2():
    assert call("reprot")[0] == 2


def test_report_is_written_and_its_page_named(notebook, tmp_path):
    done = run("report", "--output", "out", "--notebooks", notebook, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "index.html" in done.stdout
    assert done.stderr.strip() == ""
    assert "42" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", ["1 / 0", "raise SystemExit(3)"])
def test_report_with_a_failing_notebook_exits_with_2_and_names_the_cell(source, tmp_path):
    notebook = make_notebook(tmp_path / "bad.ipynb", source)
    code, printed = call("report", "-n", notebook, folder=tmp_path)
    assert code == 2
    assert "bad.ipynb, code cell 1" in printed
    assert "Traceback" not in printed
    assert not (tmp_path / "report").exists()


def test_report_leaves_a_folder_that_is_not_a_report(notebook, tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "thesis.txt").write_text("mine", encoding="utf-8")
    code, printed = call("report", "-n", notebook, folder=tmp_path)
    assert code == 2
    assert "thesis.txt" in printed
    assert [path.name for path in (tmp_path / "report").iterdir()] == ["thesis.txt"]


def test_claims_exits_with_1_where_something_contradicts():
    code, printed = call("claims")
    assert code == 1
    assert {"contradicts", "consistent"} <= set(printed.split())
    for form, begin in (("csv", "indicator,scope"), ("json", "["), ("markdown", "| indicator |")):
        code, printed = call("claims", "--format", form)
        assert code == 1
        assert printed.startswith(begin)
        assert "which leaves 331" in printed


def test_claims_exits_with_0_where_nothing_contradicts_and_with_2_where_it_cannot_read(tmp_path):
    cbcstats.load_counts("aeo_programmes").to_csv(tmp_path / "mine.csv", index=False)
    assert call("claims", "mine.csv", folder=tmp_path)[0] == 0
    code, printed = call("claims", "no.csv", folder=tmp_path)
    assert code == 2
    assert "there is no such file" in printed


def test_implied_prints_the_count_before():
    for arguments, expected in (
        (["492", "+49%"], (0, "330 to 331\n")),
        (["492", "+49%", "--previous", "more than 330"], (0, "331\n")),
        (
            ["492", "+49%", "--previous", "342"],
            # 492 / 342 = 1.4386
            (1, "nothing: 342 to 492 is +43.9%, which would be printed +44%\n"),
        ),
        (["80", "-20%"], (0, "100\n")),
        # 340 / 1.205 and 399 / 1.195: the first and last whole number
        (["almost 400", "+20%"], (0, "283 to 333\n")),
        (["more than 330", "+10%", "--strict"], (0, "300 or more\n")),
    ):
        assert call("implied", *arguments) == expected
    assert call("implied", "many", "+20%")[0] == 2
    assert call("implied", "492", "a lot")[0] == 2


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal of POSIX")
def test_an_interrupt_of_a_report_is_reported_and_leaves_nothing(tmp_path):
    source = "import pathlib, time\npathlib.Path('running').touch()\ntime.sleep(3600)"
    command = [*CBCSTATS, "report", "-n", str(make_notebook(tmp_path / "slow.ipynb", source))]
    started = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "running").exists() and started.poll() is None:
        time.sleep(0.1)
    started.send_signal(signal.SIGINT)
    printed = started.communicate()[1]
    assert (started.returncode, printed.strip()) == (130, "Stopped; the report was not finished")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["running", "slow.ipynb"]
