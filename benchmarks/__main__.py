"""Measure, and print a table of ratios with the goals beside them."""

from __future__ import annotations

import argparse
import sys
import tempfile
import textwrap
from pathlib import Path

from benchmarks.comparisons import COMPARISONS
from benchmarks.lines import Bench, Line
from benchmarks.load import LOAD

_ALL = COMPARISONS | LOAD
_HEADINGS = ("ratio", "middle half", "goal", "", "rounds", "peak memory", ": file")
_WIDTHS = (8, 15, 8, 7, 7, 12, 7)
_WHAT = 66
_EXAMPLES = """\
examples:
  python -m benchmarks                                everything but 10^7 rows, half an hour on two cores
  python -m benchmarks --only reading --rows 100000   one comparison, in less than a minute
  python -m benchmarks --only growth engines --large  10^7 rows, with 8 GB of memory and 5 GB on the disk
  python -m benchmarks --folder made-up               keep the registers, and take them from there again

comparisons:
"""
_NOTES = """
Ratios are medians of all rounds; the things compared run in turn in one process, after imports and a warm-up.
Memory is the peak of a fresh process, imports included; of reports, engines and commands that with all they start,
looked at twenty times a second, and their times are those of one process after another. PySpark, Dask and Modin are
hidden from pandera, which would import them, but from Spark itself; from fresh interpreters also Polars and DuckDB, as
from users without the extras.
"""


def main() -> None:
    """Run the comparisons that are asked for."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks",
        description=__doc__,
        epilog=_EXAMPLES
        + "".join(f"  {name:10} {what.__doc__}\n" for name, what in _ALL.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--rows",
        type=int,
        default=10**6,
        help="rows of the register (default: %(default)s)",
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=7,
        help="rounds of each comparison (default: %(default)s)",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=list(_ALL),
        metavar="NAME",
        help="only these comparisons",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="where registers are kept (default: a temporary folder)",
    )
    parser.add_argument(
        "--large", action="store_true", help="go up to 10^7 rows in growth and engines"
    )
    options = parser.parse_args()
    if options.rows < 1000 or options.rounds < 1:
        parser.error("--rows must be 1000 or more, --rounds 1 or more")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder, options.rows, options.rounds, options.large, _say)
        _print(_row(f"at {options.rows:,} rows unless said", _HEADINGS))
        for name in options.only or _ALL:
            for line in _ALL[name](bench):
                _print(_row(line.what, _cells(line)))
    _print(_NOTES)


def _cells(line: Line) -> tuple[str, ...]:
    goal = (
        ""
        if line.goal is None
        else f"<= {line.goal:g}"
        if line.goal > 0
        else f">= {-line.goal:g}"
    )
    return (
        _number(line.ratio),
        f"{_number(line.low)} to {_number(line.high)}" if line.low < line.high else "",
        goal,
        "" if line.goal is None else "met" if line.is_met else "not met",
        str(line.rounds),
        f"{line.peak / 2**20:,.0f} MiB" if line.peak else "",
        f"{line.peak / line.size:.2f}" if line.size else "",
    )


def _number(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.3g}"


def _row(what: str, cells: tuple[str, ...]) -> str:
    return (
        f"{textwrap.shorten(what, _WHAT) if what.strip() == what else what:{_WHAT}}"
        + "".join(
            f" {cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)
        )
    )


def _print(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    main()
