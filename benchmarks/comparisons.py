"""What is held against what, and the goal for each: every comparison yields lines of the table."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.measuring import in_fresh_process, ratios, time_of_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

BAD: Final = 0.1
_SECONDS: Final = 300  # for the obvious model of pandera, which takes about a minute each time
_SMALL, _MIDDLE, _LARGE = 10**5, 10**6, 10**7


class Line(NamedTuple):
    """A line of the table.

    `ratio` is the median of all rounds, `low` and `high` bound the middle half of them; `goal` is what it may be at
    most, or, if negative, at least; None without a goal. `peak` and `size` are bytes, 0 where they say nothing.
    """

    what: str
    ratio: float
    low: float
    high: float
    rounds: int
    goal: float | None = None
    peak: int = 0
    size: int = 0

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached, if there is one."""
        return self.goal is None or (self.ratio >= -self.goal if self.goal < 0 else self.ratio <= self.goal)


@dataclass
class Bench:
    """The files to measure with, made when they are first asked for, and how many rounds to measure."""

    folder: Path
    rows: int
    rounds: int
    large: bool
    say: Callable[[str], None]

    def file(self, rows: int, bad: float = BAD, suffix: str = "csv") -> tuple[str, int]:
        """Return the path of a register and its size."""
        path = str(self.folder / f"{rows}-rows-{bad:.0%}-bad.{suffix}".replace("%", "-percent"))
        self.say(f"{rows:,} rows, {bad:.0%} of them bad, as {suffix} ...")
        return path, in_fresh_process("write", path=path, rows=rows, bad=bad)

    def goal(self, limit: float) -> float | None:
        """Return a goal that is set for a million rows; with fewer, what is constant weighs more."""
        return limit if self.rows == _MIDDLE else None

    def peak(self, reader: str, path: str) -> int:
        """Return the peak of memory of a reader of a file."""
        self.say(f"memory of {reader} ...")
        return in_fresh_process("memory", reader=reader, path=path)

    def times(self, readers: Mapping[str, tuple[str, str]], **options: Any) -> dict[str, list[float]]:
        """Return the times of readers, side by side."""
        self.say(f"{', '.join(readers)} side by side ...")
        return in_fresh_process("speed", readers=dict(readers), **{"rounds": self.rounds, **options})


def agreement(bench: Bench) -> Iterator[Line]:
    """Check that the hand-written pipelines find what cbcstats finds; there is nothing to measure otherwise."""
    clean, bad = bench.file(bench.rows, 0)[0], bench.file(bench.rows)[0]
    bench.say("whether all pipelines agree ...")
    found = in_fresh_process("agree", clean=clean, bad=bad)
    bench.say(f"All pipelines agree on {found['bad']:,} bad cells, and on {found['clean']:,} in the clean file.")
    yield from ()


def reading(bench: Bench) -> Iterator[Line]:
    """Compare read_register and count_missions with a bare reader and with pipelines written by hand."""
    (clean, clean_size), (bad, bad_size) = bench.file(bench.rows, 0), bench.file(bench.rows)
    names = ("arrow", "cbcstats", "polars", "pandas", "pandas by column")
    readers = {name: (name, bad) for name in names}
    times = bench.times({**readers, "arrow, clean": ("arrow", clean), "cbcstats, clean": ("cbcstats", clean)})
    peaks = {name: bench.peak(name, bad) for name in readers}
    peak = bench.peak("cbcstats", clean)
    ours = times["cbcstats"]
    mine = {"peak": peaks["cbcstats"], "size": bad_size}
    yield _line("read and count, 10% bad : Arrow alone, text", ours, times["arrow"], bench.goal(4), **mine)
    clean_times = times["cbcstats, clean"]
    yield _line(
        "read and count, clean : Arrow alone, text",
        clean_times,
        times["arrow, clean"],
        bench.goal(3.5),
        peak,
        clean_size,
    )
    yield _line("10% bad : clean", ours, clean_times, bench.goal(1.3))
    yield _line("read and count, 10% bad : Polars by hand", ours, times["polars"], bench.goal(0.9))
    yield _line("read and count, 10% bad : pandas by hand, by column", ours, times["pandas by column"], bench.goal(0.4))
    yield _line("read and count, 10% bad : pandas by hand, distinct texts once", ours, times["pandas"])
    others = {"arrow": "Arrow alone, text", "polars": "Polars by hand", "pandas": "pandas by hand, distinct texts once"}
    for name, called in (others | {"pandas by column": "pandas by hand, by column"}).items():
        yield _line(f"  {called} : Arrow alone, text", times[name], times["arrow"], None, peaks[name], bad_size)


def checks(bench: Bench) -> Iterator[Line]:
    """Measure which share of the time the checks of pandera take."""
    for name, bad in (("10% bad", BAD), ("clean", 0.0)):
        path, _ = bench.file(bench.rows, bad)
        bench.say("share of the checks of pandera ...")
        times = in_fresh_process("share_of_pandera", path=path, rounds=bench.rounds)
        yield _line(f"checks of pandera : read and count, {name}", times["checks"], times["whole"], bench.goal(0.15))


def pandera(bench: Bench) -> Iterator[Line]:
    """Compare with the model of pandera that one would write first; rounds end when its time is over."""
    path, size = bench.file(_SMALL)
    readers = {"pandera": ("pandera", path), "cbcstats": ("cbcstats", path)}
    warm_up, _ = bench.file(10**3)
    times = bench.times(readers, seconds=_SECONDS, warm_up=warm_up)
    peak = bench.peak("cbcstats", path)
    yield _line("pandera that coerces, 10^5 rows : cbcstats", times["pandera"], times["cbcstats"], -100, peak, size)


def growth(bench: Bench) -> Iterator[Line]:
    """Measure how time grows with rows, and at 10^7 rows the memory of reading at once and in parts."""
    files = {rows: bench.file(rows) for rows in (_SMALL, _MIDDLE, *([_LARGE] if bench.large else []))}
    warm_up, _ = files[_SMALL]
    for name, called in (("cbcstats", "read and count"), ("arrow", "  Arrow alone, text")):
        times = bench.times({f"{name} {rows}": (name, path) for rows, (path, _) in files.items()}, warm_up=warm_up)
        for few, many in ((_SMALL, _MIDDLE), (_SMALL, _LARGE)):
            if many in files:
                found = ratios(times[f"{name} {many}"], times[f"{name} {few}"])
                exponents = [math.log(ratio) / math.log(many / few) for ratio in found]
                goal = 1.1 if name == "cbcstats" else None
                yield Line(f"{called}, exponent from {few:,} to {many:,} rows", *exponents, bench.rounds, goal)
    if bench.large:
        path, size = files[_LARGE]
        for reader, called, goal in (("cbcstats", "at once", 3.5), ("parts", "in parts", 2)):
            peak = bench.peak(reader, path)
            yield Line(f"memory, {called}, {_LARGE:,} rows : file", *[peak / size] * 3, 1, goal, peak, size)
        times = bench.times({"parts": ("parts", path), "cbcstats": ("cbcstats", path)}, rounds=3, warm_up=warm_up)
        yield _line(f"in parts : at once, {_LARGE:,} rows", times["parts"], times["cbcstats"])


def imports(bench: Bench) -> Iterator[Line]:
    """Compare fresh interpreters, extras hidden: what it costs to begin."""
    statements = {
        "pandas": "import pandas",
        "nothing": "pass",
        "cbcstats": "import cbcstats",
        "counts": "import cbcstats; cbcstats.load_counts()",
    }
    bench.say(f"{', '.join(statements)} in fresh interpreters ...")
    times: dict[str, list[float]] = {name: [] for name in statements}
    for turn in range(bench.rounds + 1):
        for name, statement in statements.items():
            seconds = time_of_statement(statement)
            if turn:  # the first one warms up
                times[name].append(seconds)
    yield _line("fresh: import cbcstats : import pandas", times["cbcstats"], times["pandas"], 0.2)
    yield _line("fresh: cbcstats.load_counts() : import pandas", times["counts"], times["pandas"], 3.5)
    yield _line("  fresh: nothing : import pandas", times["nothing"], times["pandas"])


def excel(bench: Bench) -> Iterator[Line]:
    """Compare reading a workbook with openpyxl."""
    path, size = bench.file(_SMALL, suffix="xlsx")
    times = bench.times({"calamine": ("calamine", path), "openpyxl": ("openpyxl", path)})
    peak = bench.peak("calamine", path)
    yield _line(
        "Excel, 10^5 rows as text : openpyxl, read only", times["calamine"], times["openpyxl"], 0.15, peak, size
    )


def counts(bench: Bench) -> Iterator[Line]:
    """Compare count_missions with the bare counting of each engine that is there."""
    path, _ = bench.file(bench.rows)
    for engine, package, goal in (
        ("pandas", "pandas", 1.25),
        ("polars", "polars", 1.25),
        ("duckdb", "duckdb", None),
        ("spark", "pyspark", None),
    ):
        if _is_there(package):
            bench.say(f"counts in {engine} ...")
            times = in_fresh_process("counts", path=path, engine=engine, rounds=bench.rounds)
            yield _line(
                f"count_missions : groupby in {engine}", times["cbcstats"], times["native"], goal and bench.goal(goal)
            )


COMPARISONS: Final[dict[str, Callable[[Bench], Iterator[Line]]]] = {
    function.__name__: function for function in (agreement, reading, checks, imports, counts, growth, excel, pandera)
}


def _line(
    what: str, above: list[float], below: list[float], goal: float | None = None, peak: int = 0, size: int = 0
) -> Line:
    return Line(what, *ratios(above, below), len(above), goal, peak, size)


def _is_there(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
