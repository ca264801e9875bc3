"""What is measured. Each function below runs in a process of its own, and prints what it found as JSON."""

from __future__ import annotations

import functools
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from benchmarks.hidden import hide
from benchmarks.measuring import peak_memory, side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from benchmarks.wordings import Pipeline

BY: Final = "wco_region"


def with_arrow(path: Path) -> pa.Table:
    """Read a file with Arrow alone, every cell as text."""
    with path.open(encoding="utf-8") as file:
        names = file.readline().strip().split(",")
    return pa.csv.read_csv(
        path,
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string())
        ),
    )


def with_cbcstats(path: Path) -> pd.DataFrame:
    """Read a register and count it."""
    from cbcstats.registers.counting import count_missions
    from cbcstats.registers.reading import read_register

    return count_missions(read_register(path).rows, by=BY)


def with_polars(path: Path) -> Pipeline:
    """Do the same by hand with Polars."""
    from benchmarks.with_polars import read

    return read(path)


def with_pandas(path: Path) -> Pipeline:
    """Do the same by hand with pandas, each distinct text parsed once."""
    from benchmarks.with_pandas import read

    return read(path)


def with_pandas_by_column(path: Path) -> Pipeline:
    """Do the same by hand with pandas, columns parsed as a whole."""
    from benchmarks.with_pandas import read

    return read(path, once=False)


def with_pandera(path: Path) -> pd.DataFrame:
    """Check a file with the obvious model of pandera."""
    from benchmarks.with_pandera import read

    return read(path)


def with_calamine(path: Path) -> list[Any]:
    """Read a workbook into rows of text as cbcstats does."""
    from cbcstats.files.workbooks import read_sheets

    return list(read_sheets(path))


def with_openpyxl(path: Path) -> list[Any]:
    """Read the values of a workbook with openpyxl."""
    from openpyxl import load_workbook

    workbook = load_workbook(path, read_only=True, data_only=True)
    rows = [list(sheet.values) for sheet in workbook]
    workbook.close()
    return rows


READERS: Final[dict[str, Callable[[Path], Any]]] = {
    "arrow": with_arrow,
    "cbcstats": with_cbcstats,
    "polars": with_polars,
    "pandas": with_pandas,
    "pandas by column": with_pandas_by_column,
    "pandera": with_pandera,
    "calamine": with_calamine,
    "openpyxl": with_openpyxl,
}


def write(path: str, rows: int, bad: float) -> int:
    """Write a register, if it is not there; return the size of the file in bytes."""
    from benchmarks.made_up import write_parquet, write_register, write_workbook

    if not Path(path).exists():
        writers = {".xlsx": write_workbook, ".parquet": write_parquet}
        writers.get(Path(path).suffix, write_register)(Path(path), rows, bad=bad)
    return Path(path).stat().st_size


def agree(clean: str, bad: str) -> dict[str, int]:
    """Check that all pipelines find the same bad cells, keep the same rows and count the same."""
    from benchmarks.agreement import check

    return {"clean": check(Path(clean)), "bad": check(Path(bad))}


def speed(
    readers: dict[str, tuple[str, str]],
    rounds: int,
    seconds: float | None = None,
    warm_up: str | None = None,
) -> dict[str, list[float]]:
    """Time readers of files, named by what they are called in the result; `warm_up` is a file to warm up with."""
    for name, _ in readers.values() if warm_up else ():
        READERS[name](Path(warm_up or ""))
    tasks = {
        called: functools.partial(READERS[name], Path(path))
        for called, (name, path) in readers.items()
    }
    return side_by_side(
        tasks, rounds, seconds=seconds or float("inf"), warm_up=not warm_up
    )


def memory(reader: str, path: str) -> int:
    """Return the peak of memory of a reader, in bytes."""
    READERS[reader](Path(path))
    return peak_memory()


def share_of_pandera(path: str, rounds: int) -> dict[str, list[float]]:
    """Time how long the checks of pandera take in all, and the whole."""
    from pandera.api.checks import Check

    spent = 0.0
    call = Check.__call__

    def timed(self: Check, *args: Any, **kwargs: Any) -> Any:
        nonlocal spent
        start = time.perf_counter()
        try:
            return call(self, *args, **kwargs)
        finally:
            spent += time.perf_counter() - start

    Check.__call__ = timed
    found: dict[str, list[float]] = {"checks": [], "whole": []}
    with_cbcstats(Path(path))
    for _ in range(rounds):
        spent = 0.0
        found["whole"] += side_by_side(
            {"whole": lambda: with_cbcstats(Path(path))}, 1, warm_up=False
        )["whole"]
        found["checks"].append(spent)
    return found


def counts(path: str, engine: str, rounds: int) -> dict[str, list[float]]:
    """Time `count_missions` on the rows of a register in an engine, and the bare counting of that engine."""
    from benchmarks.engines import ENGINES
    from cbcstats.registers.counting import count_missions
    from cbcstats.registers.reading import read_register

    rows = read_register(Path(path)).rows
    frame, native = ENGINES[engine](rows)
    assert count_missions(frame, by=BY)["value"].sum() == len(rows), engine  # noqa: S101
    return side_by_side(
        {"cbcstats": lambda: count_missions(frame, by=BY), "native": native}, rounds
    )


def check_rows(register: str, parquet: str, csv: str) -> int:
    """Write the rows of a register that pass to files, if they are not there; return how many they are."""
    from benchmarks.checked import write_checked

    if not Path(parquet).exists() or not Path(csv).exists():
        write_checked(Path(register), Path(parquet), Path(csv))
    return pyarrow.parquet.read_metadata(parquet).num_rows


def counts_in_file(path: str, engine: str, rows: int, rounds: int) -> list[float]:
    """Time `count_missions` on the rows of a file that an engine reads, after a warm-up."""
    from benchmarks.engines import in_file
    from cbcstats.registers.counting import count_missions

    frame = in_file(path, engine)

    def count() -> None:
        found = count_missions(frame, by=BY)["value"].sum()
        assert found == rows, f"{engine} counted {found} missions"  # noqa: S101

    return side_by_side({"count": count}, rounds)["count"]


def report(register: str, folder: str) -> dict[str, float]:
    """Make a report of a notebook that reads a register, and return its seconds and the bytes of its page."""
    from benchmarks.hundred_parts import write_notebook
    from cbcstats.report.report import save_report

    notebook = write_notebook(Path(folder) / "hundred_parts.ipynb", Path(register))
    start = time.perf_counter()
    page = save_report(Path(folder) / "report", notebooks=[notebook])
    return {"seconds": time.perf_counter() - start, "bytes": page.stat().st_size}


def together(kind: str, paths: list[str]) -> dict[str, float]:
    """Time reading files at once and in turn, in threads or processes, and check that they give the same."""
    from benchmarks.together import check_reading

    return check_reading(kind, paths)


def use_together(kind: str, folder: str) -> dict[str, float]:
    """Time loading, naming, counting and writing at once and in turn, and check that they give the same."""
    from benchmarks.together import check_use

    return check_use(kind, Path(folder))


_TASKS: Final = (
    write,
    agree,
    speed,
    memory,
    share_of_pandera,
    counts,
    check_rows,
    counts_in_file,
    report,
    together,
    use_together,
)


def main() -> None:
    """Run the function that is named, with arguments in JSON."""
    name, arguments = sys.argv[1], json.loads(sys.argv[2])
    functions: dict[str, Callable[..., Any]] = {
        function.__name__: function for function in _TASKS
    }
    spark = arguments.get("engine") == "spark"
    hide(() if spark else ("pyspark", "dask", "modin", "ibis"))
    print(json.dumps(functions[name](**arguments), default=float))  # noqa: T201


if __name__ == "__main__":
    main()
