"""Time side by side, and memory of a process of its own."""

from __future__ import annotations

import contextlib
import gc
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_LOOK: Final = 0.05  # seconds


def side_by_side(
    tasks: Mapping[str, Callable[[], object]],
    rounds: int,
    *,
    seconds: float = math.inf,
    warm_up: bool = True,
) -> dict[str, list[float]]:
    """Time the tasks in turn, A B C A B C, after a warm-up, with what each leaves behind cleared away in between.

    No new round begins when the seconds are over.
    """
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values() if warm_up else ():
        task()
    begin = time.perf_counter()
    while len(next(iter(times.values()))) < rounds:
        for name, task in tasks.items():
            gc.collect()
            start = time.perf_counter()
            result = task()
            times[name].append(time.perf_counter() - start)
            del result
        if time.perf_counter() - begin > seconds:
            break
    return times


def ratios(
    above: Sequence[float], below: Sequence[float]
) -> tuple[float, float, float]:
    """Return the median of the ratios of all rounds, and the bounds of the middle half of them."""
    found = sorted(one / other for one, other in zip(above, below, strict=True))
    if len(found) == 1:
        return found[0], found[0], found[0]
    low, median, high = statistics.quantiles(found, n=4, method="inclusive")
    return median, low, high


def peak_memory() -> int:
    """Return the bytes that this process held at most, the code that it imported among them."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def in_fresh_process(name: str, **arguments: Any) -> Any:
    """Return what a function of `benchmarks.tasks` returns, called in a process of its own.

    The process that starts it must be small, since on Linux the peak of memory counts from the one that starts.
    """
    done = subprocess.run(  # noqa: S603
        _command(name, arguments),
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        sys.exit(f"measuring {name!r} failed")
    return json.loads(done.stdout.splitlines()[-1])


def in_fresh_tree(name: str, **arguments: Any) -> tuple[Any, int]:
    """Return what `in_fresh_process` does, and the peak of memory of that process with all that it started."""
    done = run(_command(name, arguments))
    return json.loads(done.printed.splitlines()[-1]), done.peak


def _command(name: str, arguments: Mapping[str, Any]) -> list[str]:
    return [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "benchmarks.tasks",
        name,
        json.dumps(arguments),
    ]


class Run(NamedTuple):
    """A command that ran: what it printed, its seconds, and the bytes that it held at most with all that it started."""

    printed: str
    seconds: float
    peak: int


def run(command: Sequence[str], codes: Collection[int] = (0,)) -> Run:
    """Run a command, and look twenty times a second how much memory it holds together with all that it started.

    What several processes share counts for each of them.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
        start = time.perf_counter()
        process = psutil.Popen(command, stdout=printed)
        peak = 0
        while process.poll() is None:
            peak = max(peak, _held(process))
            time.sleep(_LOOK)
        seconds = time.perf_counter() - start
        printed.seek(0)
        if process.returncode not in codes:
            sys.exit(f"measuring {' '.join(command)} failed")
        return Run(printed.read(), seconds, peak)


def _held(process: psutil.Process) -> int:
    held = 0
    for one in (process, *_below(process)):
        with contextlib.suppress(psutil.Error):  # it has ended in the meantime
            held += one.memory_info().rss
    return held


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def time_of_statement(statement: str) -> float:
    """Return the seconds of a fresh interpreter that runs a statement, as a user without extras has it."""
    code = f"from benchmarks.hidden import hide; hide(); {statement}"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)  # noqa: S603
    return time.perf_counter() - start
