"""What many rows, many parts and many at once cost: every comparison yields lines of the table."""

from __future__ import annotations

import itertools
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.lines import BAD, LARGE, MIDDLE, SMALL, Bench, Line, is_there, line
from benchmarks.measuring import in_fresh_process, in_fresh_tree, run
from benchmarks.together import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ROUNDS: Final = 3  # at most, in each process
_FEW: Final = 1000  # rows of the files that are read at once
_FORMS: Final = ("csv", "xlsx", "parquet")
_COMMAND: Final = "from cbcstats.cli import main; main()"


def report(bench: Bench) -> Iterator[Line]:
    """Make the report of a notebook that shows a hundred parts: 10^4 : 10^6 rows, time, memory and size of the page."""
    found = {}
    for rows in (10**4, bench.rows):
        path, size = bench.file(rows)
        with tempfile.TemporaryDirectory() as folder:
            bench.say(f"report on {rows:,} rows ...")
            found[rows] = (*in_fresh_tree("report", register=path, folder=folder), size)
    (few, _, _), (many, peak, size) = found[10**4], found[bench.rows]
    what = f"report of 100 parts, {bench.rows:,} : 10,000 rows"
    yield line(f"{what}, time", [many["seconds"]], [few["seconds"]], None, peak, size)
    yield line(f"{what}, bytes of the page", [many["bytes"]], [few["bytes"]])


def engines(bench: Bench) -> Iterator[Line]:
    """Count rows that stay in Parquet and CSV, in each engine, and check and count a CSV on the command line."""
    sizes = (SMALL, MIDDLE, *([LARGE] if bench.large else []))
    registers = {rows: bench.file(rows) for rows in sizes}
    kept = {}
    for rows, (register, _) in registers.items():
        bench.say(f"the rows of {rows:,} that pass ...")
        files = {form: str(bench.folder / f"{rows}-rows-{BAD:.0%}-checked.{form}".replace("%", "-percent"))
                 for form in ("parquet", "csv")}  # fmt: skip
        kept[rows] = files, in_fresh_process("check_rows", register=register, **files)
    rounds = min(bench.rounds, _ROUNDS)
    for engine, package in (
        ("polars", "polars"),
        ("duckdb", "duckdb"),
        ("spark", "pyspark"),
    ):
        for form in ("parquet", "csv") if is_there(package) else ():
            found = {}
            for rows, (files, number) in kept.items():
                bench.say(f"{rows:,} rows of {form} in {engine} ...")
                times, peak = in_fresh_tree(
                    "counts_in_file",
                    path=files[form],
                    engine=engine,
                    rows=number,
                    rounds=rounds,
                )
                found[rows] = times, peak, Path(files[form]).stat().st_size
            yield from _grown(f"count_missions in {engine}, {form}", found)
    for command in ("check", "count"):
        found = {}
        for rows, (path, size) in registers.items():
            bench.say(f"cbcstats {command} on {rows:,} rows ...")
            done = run(
                [sys.executable, "-W", "ignore", "-c", _COMMAND, command, path],
                codes=(0, 1),
            )
            found[rows] = [done.seconds], done.peak, size
        yield from _grown(f"cbcstats {command}, csv", found)


def together(bench: Bench) -> Iterator[Line]:
    """Read, load, count and write 24 at once in threads and processes, and compare with what one finds alone."""
    same = [bench.file(10 * _FEW)[0]] * AT_ONCE
    different = [
        bench.file(_FEW + number, suffix=_FORMS[number % len(_FORMS)])[0]
        for number in range(AT_ONCE)
    ]  # not two of them alike
    for kind in ("threads", "processes"):
        for paths, called in (
            (same, "one file"),
            (different, f"{AT_ONCE} files of {', '.join(_FORMS)}"),
        ):
            bench.say(f"read_register {AT_ONCE} times in {kind}, {called} ...")
            times = in_fresh_process("together", kind=kind, paths=paths)
            yield line(
                f"{AT_ONCE} in {kind} : in turn, {called}",
                [times["at once"]],
                [times["in turn"]],
            )
        bench.say(f"loading, counting and writing {AT_ONCE} times in {kind} ...")
        with tempfile.TemporaryDirectory() as folder:
            times = in_fresh_process("use_together", kind=kind, folder=folder)
        yield line(
            f"{AT_ONCE} in {kind} : in turn, load, count and write",
            [times["at once"]],
            [times["in turn"]],
        )


LOAD: Final[dict[str, Callable[[Bench], Iterator[Line]]]] = {
    function.__name__: function for function in (report, engines, together)
}


def _grown(what: str, found: dict[int, tuple[list[float], int, int]]) -> Iterator[Line]:
    """Yield a line for each step from fewer to more rows, with the memory and the file of the more."""
    steps = list(found)
    for few, many in itertools.pairwise(steps):
        times, peak, size = found[many]
        yield line(
            f"{what}, {many:,} : {few:,} rows", times, found[few][0], None, peak, size
        )
