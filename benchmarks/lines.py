"""The lines of the table, and the files to measure with."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.measuring import in_fresh_process, ratios

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

BAD: Final = 0.1
SMALL, MIDDLE, LARGE = 10**5, 10**6, 10**7


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
        return self.goal is None or (
            self.ratio >= -self.goal if self.goal < 0 else self.ratio <= self.goal
        )


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
        path = str(
            self.folder / f"{rows}-rows-{bad:.0%}-bad.{suffix}".replace("%", "-percent")
        )
        self.say(f"{rows:,} rows, {bad:.0%} of them bad, as {suffix} ...")
        return path, in_fresh_process("write", path=path, rows=rows, bad=bad)

    def goal(self, limit: float) -> float | None:
        """Return a goal that is set for a million rows; with fewer, what is constant weighs more."""
        return limit if self.rows == MIDDLE else None

    def peak(self, reader: str, path: str) -> int:
        """Return the peak of memory of a reader of a file."""
        self.say(f"memory of {reader} ...")
        return in_fresh_process("memory", reader=reader, path=path)

    def times(
        self, readers: Mapping[str, tuple[str, str]], **options: Any
    ) -> dict[str, list[float]]:
        """Return the times of readers, side by side."""
        self.say(f"{', '.join(readers)} side by side ...")
        return in_fresh_process(
            "speed", readers=dict(readers), **{"rounds": self.rounds, **options}
        )


def line(
    what: str,
    above: list[float],
    below: list[float],
    goal: float | None = None,
    peak: int = 0,
    size: int = 0,
) -> Line:
    """Return a line of the ratios of two tasks, round by round."""
    return Line(what, *ratios(above, below), len(above), goal, peak, size)


def is_there(package: str) -> bool:
    """Return whether a package is installed."""
    return importlib.util.find_spec(package) is not None
