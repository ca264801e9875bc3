"""Time side by side, and memory of a process of its own."""

from __future__ import annotations

import gc
import json
import math
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def side_by_side(
    tasks: Mapping[str, Callable[[], object]], rounds: int, *, seconds: float = math.inf, warm_up: bool = True
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


def ratios(above: Sequence[float], below: Sequence[float]) -> tuple[float, float, float]:
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
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.tasks", name, json.dumps(arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"measuring {name!r} failed")
    return json.loads(done.stdout.splitlines()[-1])


def time_of_statement(statement: str) -> float:
    """Return the seconds of a fresh interpreter that runs a statement, as a user without extras has it."""
    code = f"from benchmarks.hidden import hide; hide(); {statement}"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)  # noqa: S603
    return time.perf_counter() - start
