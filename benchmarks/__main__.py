"""Time cbcstats side by side with others, and print one table."""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from operator import truediv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import psutil

import cbcstats
from benchmarks.made_up import rows, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # What is measured, what it is compared with, and the seconds or MB of both.
    Line = tuple[str, str, list[float], list[float]]

AT_ONCE = 24  # threads
PACKAGES = {"polars": "polars", "duckdb": "duckdb", "spark": "pyspark"}
ENGINES = [name for name in PACKAGES if importlib.util.find_spec(PACKAGES[name])]


class Bench:
    """The registers to measure with, and how often each thing is done."""

    def __init__(self, folder: Path, rows: int, rounds: int) -> None:
        self.folder, self.rows, self.rounds = folder, rows, rounds

    def register(self, rows: int, suffix: str = ".csv") -> Path:
        """Return the path of a register of which a tenth of the rows is wrong."""
        path = self.folder / f"{rows}{suffix}"
        return path if path.exists() else write(path, rows, bad=0.1)

    def time(self, *tasks: Callable[[], object]) -> list[list[float]]:
        """Return the seconds of each task, done in turn after a warm-up."""
        times: list[list[float]] = [[] for _ in tasks]
        for number in range(self.rounds + 1):
            for task, seconds in zip(tasks, times, strict=True):
                gc.collect()
                start = time.perf_counter()
                task()
                if number:
                    seconds.append(time.perf_counter() - start)
        return times


def reading(bench: Bench) -> Iterator[Line]:
    """Read a register, with all checks: pandas reads its cells as text."""
    excel = partial(pd.read_excel, dtype="str")
    for suffix, name, read in (
        (".csv", "pandas", partial(pd.read_csv, dtype="str")),
        (".xlsx", "pandas, calamine", partial(excel, engine="calamine")),
        (".xlsx", "pandas, openpyxl", partial(excel, engine="openpyxl")),
        (".parquet", "pandas", pd.read_parquet),
    ):
        # Excel is slow everywhere.
        size = bench.rows // 10 if suffix == ".xlsx" else bench.rows
        path = bench.register(size, suffix)
        ours = partial(cbcstats.read_register, path)
        what = f"read_register, {size:,} rows of {suffix}"
        yield what, name, *bench.time(ours, partial(read, path))


def checking(bench: Bench) -> Iterator[Line]:
    """Check 8 files, write the rows that pass, and count them: pandas alone."""
    if "spark" not in ENGINES:
        return
    folder, checked = bench.folder / "typed", bench.folder / "passed"
    folder.mkdir()
    made = rows(bench.rows, bad=0.1)
    for part in range(8):
        made[part::8].to_parquet(folder / f"{part}.parquet", index=False)
    typed = _in_engine("spark", folder).repartition(8, "mission_id")
    schema = "start_date date, wco_region string"

    def in_spark() -> None:
        passed = typed.mapInPandas(_passed, schema)
        passed.write.mode("overwrite").parquet(str(checked))
        cbcstats.count_missions(_in_engine("spark", checked), by="wco_region")

    def in_pandas() -> None:
        passed = cbcstats.read_register(pd.read_parquet(folder)).rows
        passed[["start_date", "wco_region"]].to_parquet(bench.folder / "passed.parquet")
        cbcstats.count_missions(passed, by="wco_region")

    what = f"check and count in spark, {bench.rows:,} rows"
    yield what, "in pandas", *bench.time(in_spark, in_pandas)


def counting(bench: Bench) -> Iterator[Line]:
    """Count missions by year and region: a group-by of the same engine."""
    passed = cbcstats.read_register(bench.register(bench.rows)).rows
    checked = _checked(bench, bench.rows)
    frames = {"pandas": passed}
    frames |= {engine: _in_engine(engine, checked) for engine in ENGINES}
    for engine, frame in frames.items():
        count = partial(cbcstats.count_missions, frame, by="wco_region")
        by_hand = partial(_BY_HAND[engine], frame)
        times = bench.time(count, by_hand)
        yield f"count_missions in {engine}", f"group-by of {engine}", *times


def charts(bench: Bench) -> Iterator[Line]:
    """Draw a chart with its labels and save it as PNG: pandas draws bars."""
    import matplotlib.pyplot as plt

    counts = cbcstats.load_counts("capacity_building_missions")

    def draw(plot: Callable[[], Any], name: str) -> None:
        plot().figure.savefig(bench.folder / name)
        plt.close("all")

    ours = partial(draw, partial(cbcstats.plot_counts, counts), "ours.png")
    theirs = partial(draw, counts["value"].astype(float).plot.bar, "theirs.png")
    yield "plot_counts", "bars of pandas", *bench.time(ours, theirs)


def loading(bench: Bench) -> Iterator[Line]:
    """Start Python and load the published counts: Python that imports pandas."""
    imported = partial(_python, "import pandas")
    loaded = partial(_python, "import cbcstats; cbcstats.load_counts()")
    yield "python, load_counts()", "import pandas", *bench.time(loaded, imported)


def together(bench: Bench) -> Iterator[Line]:
    """Read a register in 24 threads at once: one after another; the same is found."""
    paths = [bench.register(bench.rows // 100)] * AT_ONCE
    alone = cbcstats.read_register(paths[0])

    def read(threads: int) -> None:
        with ThreadPoolExecutor(threads) as pool:
            for register in pool.map(cbcstats.read_register, paths):
                pd.testing.assert_frame_equal(register.rows, alone.rows)
                pd.testing.assert_frame_equal(register.problems, alone.problems)

    ours, theirs = bench.time(partial(read, AT_ONCE), partial(read, 1))
    yield f"read_register in {AT_ONCE} threads", "in turn", ours, theirs


def memory(bench: Bench) -> Iterator[Line]:
    """Compare the peak of memory, in MB, with that for a tenth of the rows."""
    sizes = (bench.rows, bench.rows // 10)
    registers = [bench.register(rows) for rows in sizes]
    checked = [_checked(bench, rows) for rows in sizes]
    for engine in ENGINES:
        many, few = (_peak("_count", engine, str(path)) for path in checked)
        yield f"count_missions in {engine}, Parquet", "a tenth", [many], [few]
    for command in ("check", "count"):
        many, few = (_peak("_run", command, str(path)) for path in registers)
        yield f"cbcstats {command}, CSV", "a tenth", [many], [few]


COMPARISONS = {
    function.__name__: function
    for function in (reading, checking, counting, charts, loading, together, memory)
}


def _checked(bench: Bench, rows: int) -> Path:
    """Return Parquet with the rows of a register that are right, which engines count."""
    path = bench.folder / f"{rows}_checked.parquet"
    if not path.exists():
        checked = cbcstats.read_register(bench.register(rows)).rows
        texts = checked.select_dtypes("category").columns
        # Spark reads no nanoseconds, and not each engine knows categories.
        checked = checked.astype(dict.fromkeys(texts, "str"))
        checked.to_parquet(path, index=False, coerce_timestamps="us")
    return path


def _in_engine(engine: str, path: Path) -> Any:
    """Return Parquet in an engine, which reads it when it is counted."""
    if engine == "polars":
        import polars as pl

        return pl.scan_parquet(path)
    if engine == "duckdb":
        import duckdb

        return duckdb.read_parquet(str(path))
    from pyspark.sql import SparkSession

    # Workers take the first Python on the path, which may lack cbcstats.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]")
    session = builder.config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session.read.parquet(str(path))


def _passed(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Return the rows of a partition that pass, for Spark."""
    passed = cbcstats.read_register(pd.concat(frames)).rows
    yield passed[["start_date", "wco_region"]].astype("object")


def _by_hand_in_pandas(frame: pd.DataFrame) -> pd.Series:
    day = frame["start_date"].dt
    year = day.year - (day.month < 7)
    return frame.groupby([year, "wco_region"], observed=True).size()


def _by_hand_in_polars(frame: Any) -> Any:
    import polars as pl

    day = pl.col("start_date").dt
    year = day.year() - (day.month() < 7).cast(pl.Int32)
    return frame.group_by(year.alias("year"), "wco_region").len().collect()


_YEAR = "year(start_date) - cast(month(start_date) < 7 as int) as year"


def _by_hand_in_duckdb(frame: Any) -> Any:
    return frame.aggregate(f"{_YEAR}, wco_region, count(*)").fetchall()


def _by_hand_in_spark(frame: Any) -> Any:
    named = frame.selectExpr(_YEAR, "wco_region")
    return named.groupBy("year", "wco_region").count().collect()


_BY_HAND = {
    "pandas": _by_hand_in_pandas,
    "polars": _by_hand_in_polars,
    "duckdb": _by_hand_in_duckdb,
    "spark": _by_hand_in_spark,
}


def _python(code: str) -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)  # noqa: S603


def _peak(*arguments: str) -> float:
    """Return the MB that a call of this module and all that it starts hold at most."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks", *arguments]
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):  # it has ended in the meantime
            family = (process, *process.children(recursive=True))
            peak = max(peak, sum(one.memory_info().rss for one in family))
        time.sleep(0.05)
    return peak / 2**20


def _call(name: str, what: str, path: str) -> None:
    """Do what `_peak` measures: count in an engine, or run a command."""
    if name == "_count":
        cbcstats.count_missions(_in_engine(what, Path(path)), by="wco_region")
        return
    from cbcstats.cli import main as command

    sys.argv = ["cbcstats", what, path]
    command()


def main() -> None:
    """Print the comparisons that are asked for."""
    if sys.argv[1:] and sys.argv[1] in ("_count", "_run"):
        _call(*sys.argv[1:])
        return
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=10**5, help="of the register")
    parser.add_argument("--rounds", type=int, default=5, help="of each comparison")
    parser.add_argument("--only", nargs="+", choices=list(COMPARISONS))
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # pandera warns where PySpark is installed
    write_line = sys.stdout.write
    write_line(f"{'measured':46} {'compared with':22} {'':>9} {'':>9} {'ratio':>6}\n")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.rows, options.rounds)
        for name in options.only or COMPARISONS:
            unit = "MB" if name == "memory" else "s"
            for what, other, ours, theirs in COMPARISONS[name](bench):
                ratio = statistics.median(map(truediv, ours, theirs))
                cells = [f"{statistics.median(of):.4g} {unit}" for of in (ours, theirs)]
                row = f"{what:46} {other:22} {cells[0]:>9} {cells[1]:>9} {ratio:6.2f}\n"
                write_line(row)
                sys.stdout.flush()


if __name__ == "__main__":
    main()
