"""Writers that are killed: what is written, when the process is ended, and what must stand there afterwards.

`python -m tests.faults 200` ends each writer with SIGKILL at about as many moments in all, half of them by the clock,
half of them at a step of its writing, chosen by chance. It prints how many moments were tried, at how many what stood
there was the old output or the new one, and what was left beside it.
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import matplotlib as mpl
import nbformat

import cbcstats
from cbcstats import cli
from cbcstats.files import writing
from cbcstats.report import report

mpl.use("agg")
COUNTS = cbcstats.load_counts("missions")
READING = ["-c", "member=Country", "-c", "start_date=Start", "--date-format", "%d/%m/%Y"]
PATIENCE = 120  # seconds for one writer
_AGED = 2 * 24 * 3600  # seconds
_BESIDE = re.compile(
    r"(^|/)\.[^/]+-[0-9a-f]{16}(-old)?(/|$)"
)  # what a writer has beside its target
_WRITING = {writing.write_together.__code__, report._put.__code__, writing.hold.__code__}


def command(*arguments):
    """Run the command line in this process; return its exit code."""
    sys.argv = ["cbcstats", *map(str, arguments)]
    try:
        cli.main()
    except SystemExit as end:
        return end.code or 0
    return 0


def _frame(new):
    return COUNTS if new else COUNTS.head(3)


def _chart(new):
    return cbcstats.plot_counts(COUNTS, title="New" if new else "Old")


def _table(ending):
    def write(folder, new):
        cbcstats.save_table(_frame(new), folder / f"table{ending}", overwrite=True)

    return write


def _save_chart(folder, new):
    cbcstats.save_chart(_chart(new), folder / "chart", dpi=40, overwrite=True)


def _save_datapackage(folder, new):
    tables = {"missions": _frame(new), "changes": cbcstats.year_on_year(_frame(new))}
    cbcstats.save_datapackage(
        tables, folder / "package", title="New" if new else "Old", overwrite=True
    )


def _save_slide(folder, new):
    cbcstats.save_slide(_chart(new), folder / "slide.pptx", overwrite=True)


def _save_template(folder, new):
    kind = "missions" if new else "beneficiaries"
    cbcstats.save_template(folder / "form.xlsx", kind=kind, overwrite=True)


def _save_problems(folder, new):
    columns = {"member": "Country", "start_date": "Start"} | ({"end_date": "End"} if new else {})
    register = cbcstats.read_register(
        cbcstats.example_register(), columns=columns, date_format="%d/%m/%Y"
    )
    register.save_problems(folder / "problems.xlsx", overwrite=True)


def _count(folder, new):
    year = ["--year-start", "1" if new else "7"]
    command(
        "count",
        cbcstats.example_register(),
        *READING,
        *year,
        "-o",
        folder / "counts.csv",
        "--overwrite",
    )


def _check(folder, new):
    end = ["-c", "end_date=End"] if new else []
    output = ["--problems", folder / "to_correct.xlsx", "--overwrite"]
    command("check", cbcstats.example_register(), *READING, *end, *output)


def _save_report(folder, new):
    beside = folder.parent / f"{folder.name}.notebooks"
    beside.mkdir(exist_ok=True)
    cells = [
        nbformat.v4.new_markdown_cell("# New?" if new else "# Old?", id="a"),
        nbformat.v4.new_code_cell("1", id="b"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), beside / "mine.ipynb")
    cbcstats.save_report(folder / "report", notebooks=[beside / "mine.ipynb"])


def _careless(folder, new):
    with (folder / "careless.txt").open("w") as file:
        for word in ("new" if new else "old") * 50:
            file.write(word)
            file.flush()
            writing.hold(file.fileno())


WRITERS = {
    "save_chart": _save_chart,
    **{
        f"save_table {ending}": _table(ending)
        for ending in (".csv", ".sdmx.csv", ".xlsx", ".parquet", ".html", ".md")
    },
    "save_datapackage": _save_datapackage,
    "save_slide": _save_slide,
    "save_template": _save_template,
    "save_problems": _save_problems,
    "cbcstats count": _count,
    "cbcstats check": _check,
    "save_report": _save_report,
}
CARELESS = {"careless": _careless}  # writes as no writer may, to see that this is found


def contents(folder):
    """Return each file of a folder, hidden ones as well, by its path and its hash."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
    return found


def in_child(write, *arguments, delay=None, step=None, sign=signal.SIGKILL):
    """Run a writer in a child, send it a signal by the clock or at a step; return its exit, and its steps."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of Arrow do nothing then
        child = os.fork()
    if child == 0:
        code = 1
        try:
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (1, 2):
                os.dup2(nothing, stream)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            steps = _count_steps(step, sign)
            code = write(*arguments) or 0
            sys.setprofile(None)
            os.write(writing, str(steps[0]).encode())
        except KeyboardInterrupt:
            code = 130
        finally:
            os._exit(code)
    os.close(writing)
    if delay is not None:
        time.sleep(delay)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, sign)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with os.fdopen(reading, "rb") as pipe:
        return status, int(pipe.read() or 0)


def _count_steps(wanted, sign):
    """Count the calls and returns within what puts files on the disk, and send a signal at one of them."""
    steps, depth = [0], [0]

    def step(frame, event, _argument):
        if event == "call" and frame.f_code in _WRITING:
            depth[0] += 1
        if depth[0]:
            steps[0] += 1
            if steps[0] == wanted:
                os.kill(os.getpid(), sign)
        if event == "return" and frame.f_code in _WRITING:
            depth[0] -= 1

    sys.setprofile(step)
    return steps


def verdict(found, old, new):
    """Return what stands there: old, new, mixed (each file is whole, and they are of two times) or broken."""
    targets = {name: mark for name, mark in found.items() if not _BESIDE.search(name)}
    for said, whole in (("old", old), ("new", new)):
        if targets == whole:
            return said
    several = set(old) == set(new) == set(targets)
    return (
        "mixed"
        if several and all(targets[name] in (old[name], new[name]) for name in targets)
        else "broken"
    )


def is_whole_package(folder):
    """Return whether the tables of a data package are those that its description names, by their hashes."""
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    marks = {each["path"]: each["hash"].removeprefix("sha256:") for each in described}
    return all(
        hashlib.sha256((folder / path).read_bytes()).hexdigest() == mark
        for path, mark in marks.items()
    )


def end_at_moments(name, write, moments, seed, folder, *, sign=signal.SIGKILL):
    """End a writer at some moments; return how often each verdict was, and how often something was left beside it."""
    chance = random.Random(f"{name} {seed}")  # noqa: S311
    whole = {}
    for new in (False, True):
        made = folder / f"whole {new}"
        made.mkdir(parents=True)
        begun = time.perf_counter()
        code, steps = in_child(write, made, new)
        lasted = time.perf_counter() - begun
        assert code in (0, 1), (name, code)
        whole[new] = contents(made)
    assert whole[False] != whole[True], name
    counts = Counter()
    place = folder / "place"
    for moment in range(moments):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(folder / "whole False", place)
        by_clock = moment % 2 == 1 or not steps
        how = (
            {"delay": chance.uniform(0, lasted)}
            if by_clock
            else {"step": chance.randrange(1, steps + 1)}
        )
        code, _ = in_child(write, place, True, **how, sign=sign)
        counts["ended"] += code == -sign or code == 130
        if name == "save_report":
            report._bring_back(place / "report")  # as the next save_report does
        said = verdict(contents(place), whole[False], whole[True])
        if name == "save_datapackage" and said == "mixed":
            said = "broken" if is_whole_package(place / "package") else "mixed, and says so"
        counts[said] += 1
        left = [path for path in place.rglob(".*") if _BESIDE.search(path.name)]
        counts["left"] += bool(left)
        for path in left:
            _age(path)
        for target in (place, place / "package"):
            writing.clear(target, "cbcstats")  # as the next write does
            writing.clear(target, "report")
        counts["left after the next"] += bool(set(contents(place)) - set(whole[True]))
    return counts


def _age(path):
    """Let a file or a folder be as old as one that was forgotten."""
    then = time.time() - _AGED
    with contextlib.suppress(FileNotFoundError):
        os.utime(path, (then, then))


def main(arguments=None):
    """End writers at random moments, and print what stood there."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description=__doc__.split("\n", maxsplit=1)[0]
    )
    parser.add_argument("moments", type=int, nargs="?", default=100, help="how many moments in all")
    parser.add_argument(
        "--writer", action="append", help="a writer, again and again; by default all"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--interrupt", action="store_true", help="send SIGINT, as Ctrl-C does, instead of SIGKILL"
    )
    given = parser.parse_args(arguments)
    writers = {name: (WRITERS | CARELESS)[name] for name in given.writer or WRITERS}
    sign = signal.SIGINT if given.interrupt else signal.SIGKILL
    total = Counter()
    with tempfile.TemporaryDirectory(prefix="faults_") as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder  # what kernels leave there goes with it
        for number, (name, write) in enumerate(writers.items()):
            moments = given.moments // len(writers) + (number < given.moments % len(writers))
            counts = end_at_moments(
                name, write, moments, given.seed, Path(folder, str(number)), sign=sign
            )
            counts["tried"] = moments
            print(f"{name:22} {_said(counts)}", flush=True)  # noqa: T201
            total += counts
    print(f"{'all':22} {_said(total)}")  # noqa: T201
    return 1 if total["broken"] or total["left after the next"] else 0


def _said(counts):
    mixed = counts["mixed"] + counts["mixed, and says so"]
    return (
        f"{counts['tried']:>4} moments, {counts['ended']:>4} ended while it ran: {counts['old']:>4} old, "
        f"{counts['new']:>4} new, {mixed:>3} of both, {counts['broken']:>3} broken; something left beside it at "
        f"{counts['left']:>3}, after the next write at {counts['left after the next']:>3}"
    )


if __name__ == "__main__":
    sys.exit(main())
