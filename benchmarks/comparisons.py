"""What is held against what, and the goal for each: every comparison yields lines of the table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from benchmarks.lines import BAD, LARGE, MIDDLE, SMALL, Bench, Line, is_there, line
from benchmarks.measuring import in_fresh_process, ratios, time_of_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SECONDS: Final = (
    300  # for the obvious model of pandera, which takes about a minute each time
)


def agreement(bench: Bench) -> Iterator[Line]:
    """Check that the hand-written pipelines find what cbcstats finds; there is nothing to measure otherwise."""
    clean, bad = bench.file(bench.rows, 0)[0], bench.file(bench.rows)[0]
    bench.say("whether all pipelines agree ...")
    found = in_fresh_process("agree", clean=clean, bad=bad)
    bench.say(
        f"All pipelines agree on {found['bad']:,} bad cells, and on {found['clean']:,} in the clean file."
    )
    yield from ()


def reading(bench: Bench) -> Iterator[Line]:
    """Compare read_register and count_missions with a bare reader and with pipelines written by hand."""
    (clean, clean_size), (bad, bad_size) = (
        bench.file(bench.rows, 0),
        bench.file(bench.rows),
    )
    names = ("arrow", "cbcstats", "polars", "pandas", "pandas by column")
    readers = {name: (name, bad) for name in names}
    times = bench.times(
        {
            **readers,
            "arrow, clean": ("arrow", clean),
            "cbcstats, clean": ("cbcstats", clean),
        }
    )
    peaks = {name: bench.peak(name, bad) for name in readers}
    peak = bench.peak("cbcstats", clean)
    ours = times["cbcstats"]
    mine = {"peak": peaks["cbcstats"], "size": bad_size}
    yield line(
        "read and count, 10% bad : Arrow alone, text",
        ours,
        times["arrow"],
        bench.goal(4),
        **mine,
    )
    clean_times = times["cbcstats, clean"]
    yield line(
        "read and count, clean : Arrow alone, text",
        clean_times,
        times["arrow, clean"],
        bench.goal(3.5),
        peak,
        clean_size,
    )
    yield line("10% bad : clean", ours, clean_times, bench.goal(1.3))
    yield line(
        "read and count, 10% bad : Polars by hand",
        ours,
        times["polars"],
        bench.goal(0.9),
    )
    yield line(
        "read and count, 10% bad : pandas by hand, by column",
        ours,
        times["pandas by column"],
        bench.goal(0.4),
    )
    yield line(
        "read and count, 10% bad : pandas by hand, distinct texts once",
        ours,
        times["pandas"],
    )
    others = {
        "arrow": "Arrow alone, text",
        "polars": "Polars by hand",
        "pandas": "pandas by hand, distinct texts once",
    }
    for name, called in (
        others | {"pandas by column": "pandas by hand, by column"}
    ).items():
        yield line(
            f"  {called} : Arrow alone, text",
            times[name],
            times["arrow"],
            None,
            peaks[name],
            bad_size,
        )


def checks(bench: Bench) -> Iterator[Line]:
    """Measure which share of the time the checks of pandera take."""
    for name, bad in (("10% bad", BAD), ("clean", 0.0)):
        path, _ = bench.file(bench.rows, bad)
        bench.say("share of the checks of pandera ...")
        times = in_fresh_process("share_of_pandera", path=path, rounds=bench.rounds)
        yield line(
            f"checks of pandera : read and count, {name}",
            times["checks"],
            times["whole"],
            bench.goal(0.15),
        )


def pandera(bench: Bench) -> Iterator[Line]:
    """Compare with the model of pandera that one would write first; rounds end when its time is over."""
    path, size = bench.file(SMALL)
    readers = {"pandera": ("pandera", path), "cbcstats": ("cbcstats", path)}
    warm_up, _ = bench.file(10**3)
    times = bench.times(readers, seconds=_SECONDS, warm_up=warm_up)
    peak = bench.peak("cbcstats", path)
    yield line(
        "pandera that coerces, 10^5 rows : cbcstats",
        times["pandera"],
        times["cbcstats"],
        -100,
        peak,
        size,
    )


def growth(bench: Bench) -> Iterator[Line]:
    """Measure how time grows with rows, and at 10^7 rows the memory of reading at once and in parts."""
    files = {
        rows: bench.file(rows)
        for rows in (SMALL, MIDDLE, *([LARGE] if bench.large else []))
    }
    warm_up, _ = files[SMALL]
    for name, called in (
        ("cbcstats", "read and count"),
        ("arrow", "  Arrow alone, text"),
    ):
        times = bench.times(
            {f"{name} {rows}": (name, path) for rows, (path, _) in files.items()},
            warm_up=warm_up,
        )
        for few, many in ((SMALL, MIDDLE), (SMALL, LARGE)):
            if many in files:
                found = ratios(times[f"{name} {many}"], times[f"{name} {few}"])
                exponents = [math.log(ratio) / math.log(many / few) for ratio in found]
                goal = 1.1 if name == "cbcstats" else None
                yield Line(
                    f"{called}, exponent from {few:,} to {many:,} rows",
                    *exponents,
                    bench.rounds,
                    goal,
                )
    if bench.large:
        path, size = files[LARGE]
        peak = bench.peak("cbcstats", path)
        shares = [peak / size] * 3
        yield Line(f"memory, {LARGE:,} rows : file", *shares, 1, 3.5, peak, size)


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
    yield line(
        "fresh: import cbcstats : import pandas",
        times["cbcstats"],
        times["pandas"],
        0.2,
    )
    yield line(
        "fresh: cbcstats.load_counts() : import pandas",
        times["counts"],
        times["pandas"],
        3.5,
    )
    yield line("  fresh: nothing : import pandas", times["nothing"], times["pandas"])


def excel(bench: Bench) -> Iterator[Line]:
    """Compare reading a workbook with openpyxl."""
    path, size = bench.file(SMALL, suffix="xlsx")
    times = bench.times(
        {"calamine": ("calamine", path), "openpyxl": ("openpyxl", path)}
    )
    peak = bench.peak("calamine", path)
    yield line(
        "Excel, 10^5 rows as text : openpyxl, read only",
        times["calamine"],
        times["openpyxl"],
        0.15,
        peak,
        size,
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
        if is_there(package):
            bench.say(f"counts in {engine} ...")
            times = in_fresh_process(
                "counts", path=path, engine=engine, rounds=bench.rounds
            )
            yield line(
                f"count_missions : groupby in {engine}",
                times["cbcstats"],
                times["native"],
                goal and bench.goal(goal),
            )


COMPARISONS: Final[dict[str, Callable[[Bench], Iterator[Line]]]] = {
    function.__name__: function
    for function in (
        agreement,
        reading,
        checks,
        imports,
        counts,
        growth,
        excel,
        pandera,
    )
}
