"""Many at once: what threads and processes find side by side has to be what one finds alone."""

from __future__ import annotations

import functools
import hashlib
import multiprocessing
import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

AT_ONCE: Final = 24
FORMS: Final = (
    "csv",
    "xlsx",
    "parquet",
    "md",
    "html",
)  # of the tables that are written, in turn
NAMES: Final = (
    "Kenya",
    "Viet Nam",
    "Türkiye",
    "Côte d'Ivoire",
    "Corée du Sud",
    "Perugia",
)
_PATIENCE: Final = 600  # seconds in which all of them must have begun

_gate: Any = None  # of a process


class DifferenceError(Exception):
    """Something else was found at once than alone."""


def at_once(kind: str, work: Callable[[Any], Any], things: Sequence[Any]) -> list[Any]:
    """Return what work finds in each of the things, all at once in "threads" or in fresh "processes".

    None begins before all are there.
    """
    pool: Executor
    if kind == "threads":
        _open_gate(threading.Barrier(len(things)))
        pool = ThreadPoolExecutor(len(things))
    else:
        context = multiprocessing.get_context("spawn")
        gate = context.Barrier(len(things))
        pool = ProcessPoolExecutor(
            len(things), context, initializer=_open_gate, initargs=(gate,)
        )
    with pool:
        return list(pool.map(functools.partial(_through_the_gate, work), things))


def read(path: str) -> dict[str, object]:
    """Return what `read_register` finds in a file: a sum over each table, and the summary."""
    from cbcstats import read_register

    register = read_register(path)
    tables = {
        name: getattr(register, name) for name in ("rows", "rejected", "problems")
    }
    return {
        **{name: _sum(table) for name, table in tables.items()},
        "summary": dict(register.summary),
    }


def use(target: str) -> dict[str, object]:
    """Return what loading, naming and counting give, and the bytes of a table that is written to the target."""
    from cbcstats import (
        count_missions,
        example_register,
        load_counts,
        read_register,
        save_table,
        to_iso3,
    )

    columns = {"member": "Country", "start_date": "Start", "end_date": "End"}
    rows = read_register(
        example_register(), columns=columns, date_format="%d/%m/%Y"
    ).rows
    counts = count_missions(rows, by="wco_region")
    written = (
        save_table({"counts": counts}, target)
        if target.endswith("xlsx")
        else save_table(counts, target)
    )
    return {
        "published": _sum(load_counts()),
        "codes": to_iso3(list(NAMES)).fillna("").tolist(),
        "counts": _sum(counts),
        "file": hashlib.sha256(Path(written).read_bytes()).hexdigest(),
    }


def check_reading(kind: str, paths: Sequence[str]) -> dict[str, float]:
    """Read files at once, then one after another; return the seconds of both.

    Raises
    ------
    DifferenceError
        If a file gave other rows, rejected rows, problems or another summary at once than alone.
    """
    start = time.perf_counter()
    together = at_once(kind, read, paths)
    middle = time.perf_counter()
    alone = [read(path) for path in paths]
    _compare(
        dict(zip(paths, together, strict=True)),
        dict(zip(paths, alone, strict=True)),
        kind,
    )
    return {"at once": middle - start, "in turn": time.perf_counter() - middle}


def check_use(kind: str, folder: Path) -> dict[str, float]:
    """Load, name, count and write at once, to targets of their own; then one after another; return the seconds of both.

    Raises
    ------
    DifferenceError
        If anything came out otherwise, the bytes of the files among it.
    """
    seconds, found = {}, {}
    for name in ("at once", "in turn"):
        (folder / name).mkdir(parents=True)
        targets = [
            str(folder / name / f"{number}.{FORMS[number % len(FORMS)]}")
            for number in range(AT_ONCE)
        ]
        start = time.perf_counter()
        made = (
            at_once(kind, use, targets)
            if name == "at once"
            else [use(target) for target in targets]
        )
        seconds[name] = time.perf_counter() - start
        found[name] = {
            Path(target).name: result
            for target, result in zip(targets, made, strict=True)
        }
    _compare(found["at once"], found["in turn"], kind)
    return seconds


def _open_gate(gate: Any) -> None:
    global _gate
    _gate = gate


def _through_the_gate(work: Callable[[Any], Any], thing: Any) -> Any:
    _gate.wait(_PATIENCE)
    return work(thing)


def _sum(table: pd.DataFrame) -> str:
    """Return a checksum of all that a frame holds, with its dtypes, its index and its attributes."""
    return hashlib.sha256(table.to_parquet()).hexdigest()


def _compare(
    together: dict[str, dict[str, object]],
    alone: dict[str, dict[str, object]],
    kind: str,
) -> None:
    for name, expected in alone.items():
        other = sorted(
            part for part in expected if together[name][part] != expected[part]
        )
        if other:
            raise DifferenceError(
                f"{name}: in {kind} at once {', '.join(other)} came out otherwise than alone"
            )
