"""The command line as it is typed."""

import os
import signal
import subprocess
import time

import pytest

import cbcstats
from tests.command_line import CBCSTATS, run
from tests.notebook_files import make_notebook


@pytest.fixture
def notebook(tmp_path):
    return make_notebook(tmp_path / "mine.ipynb", "# Mine?", "print(6 * 7)")


def test_the_version_is_printed(tmp_path):
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, f"cbcstats {cbcstats.__version__}")


@pytest.mark.parametrize(
    "command", ["chart", "check", "claims", "count", "implied", "report", "template"]
)
def test_help_has_examples(command, tmp_path):
    done = run(command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"Examples: cbcstats {command}" in " ".join(done.stdout.split())


def test_report_writes_and_says_where(notebook, tmp_path):
    done = run("report", "--output", "out", "--notebooks", notebook, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "index.html" in done.stdout
    assert done.stderr.strip() == ""
    assert "42" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", ["1 / 0", "raise SystemExit(3)"])
def test_a_failing_notebook_exits_with_2_and_no_traceback(source, tmp_path):
    done = run("report", "-n", make_notebook(tmp_path / "bad.ipynb", source), cwd=tmp_path)
    assert done.returncode == 2
    assert "bad.ipynb, code cell 1" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "report").exists()


def test_a_foreign_folder_exits_with_2_and_stays(notebook, tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "thesis.txt").write_text("mine", encoding="utf-8")
    done = run("report", "-n", notebook, cwd=tmp_path)
    assert done.returncode == 2
    assert "thesis.txt" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in (tmp_path / "report").iterdir()] == ["thesis.txt"]


def test_an_unknown_command_exits_with_2(tmp_path):
    assert run("reprot", cwd=tmp_path).returncode == 2


def test_claims_prints_the_verdicts_and_exits_with_1_where_something_contradicts(tmp_path):
    done = run("claims", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    said = " ".join(done.stdout.split())
    assert "contradicts" in said
    assert "consistent" in said


@pytest.mark.parametrize(
    ("form", "begin"), [("csv", "indicator,scope"), ("json", "["), ("markdown", "| indicator |")]
)
def test_claims_prints_other_forms(form, begin, tmp_path):
    done = run("claims", "--format", form, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith(begin)
    assert "which leaves 331" in done.stdout


def test_claims_exits_with_0_where_nothing_contradicts_and_with_2_where_it_cannot_read(tmp_path):
    cbcstats.load_counts("aeo_programmes").to_csv(tmp_path / "mine.csv", index=False)
    assert run("claims", "mine.csv", cwd=tmp_path).returncode == 0
    done = run("claims", "no.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no such file" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["492", "+49%"], 0, "330 to 331"),
        (["492", "+49%", "--previous", "more than 330"], 0, "331"),
        (["492", "+49%", "--previous", "342"], 1, "nothing"),
        (["80", "-20%"], 0, "100"),
        (["almost 400", "+20%"], 0, "324 to 333"),
        (["more than 330", "+10%", "--strict"], 0, "300 or more"),
        (["many", "+20%"], 2, ""),
        (["492", "a lot"], 2, ""),
    ],
)
def test_implied_prints_the_count_before(arguments, code, said, tmp_path):
    done = run("implied", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (code, said)
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal of POSIX")
def test_an_interrupt_is_a_sentence_and_leaves_nothing(tmp_path):
    source = "import pathlib, time\npathlib.Path('running').touch()\ntime.sleep(3600)"
    command = [*CBCSTATS, "report", "-n", str(make_notebook(tmp_path / "slow.ipynb", source))]
    started = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "running").exists() and started.poll() is None:
        time.sleep(0.1)
    started.send_signal(signal.SIGINT)
    said = started.communicate()[1]
    assert (started.returncode, said.strip()) == (130, "Stopped; the report was not finished")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["running", "slow.ipynb"]
