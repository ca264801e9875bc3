"""What is wrong with the cells of a register, gathered as arrays, and handed out as one line for each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from cbcstats.errors import ERROR, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PROBLEM_COLUMNS: Final = ("row", "column", "value", "problem", "remedy", "severity")


class Findings:
    """The findings of a block of rows.

    A row that is closed, since it is no entry, takes no more of them. Position -1 is the header.
    """

    def __init__(self, header: Sequence[str], rows: int) -> None:
        self.closed = np.zeros(rows, dtype=bool)
        self._places = {name: place for place, name in enumerate(["", *header])}
        self._numbers: dict[Finding, int] = {}
        self._found: list[tuple[np.ndarray, np.ndarray, np.ndarray, pa.Array]] = []

    def add(
        self, positions: np.ndarray, column: str, values: pa.Array, findings: Finding | np.ndarray
    ) -> None:
        """Add one finding for all positions, or the number of one for each."""
        taken = (positions < 0) | ~self.closed[positions]
        if not taken.all():
            positions, values = positions[taken], values.filter(pa.array(taken))
            findings = findings if isinstance(findings, Finding) else findings[taken]
        if len(positions):
            numbers = (
                np.full(len(positions), self.number(findings))
                if isinstance(findings, Finding)
                else findings
            )
            self._found.append(
                (positions, np.full(len(positions), self._places[column]), numbers, values)
            )

    def number(self, finding: Finding) -> int:
        """Return the number by which a finding is kept."""
        return self._numbers.setdefault(finding, len(self._numbers))

    def numbers(self, findings: Iterable[Finding]) -> np.ndarray:
        """Return the numbers by which findings are kept, to add them all at once: one by one they would take long."""
        return np.array([self.number(finding) for finding in findings], dtype=np.int64)

    def problems(self, rows: np.ndarray) -> pd.DataFrame:
        """Return one line for each finding, in the order of rows and columns, with the position as index.

        `rows` is the row of the header, and that of each position.
        """
        none = np.zeros(0, dtype=np.int64)
        positions, places, numbers = (
            np.concatenate([none, *(hit[part] for hit in self._found)]) for part in range(3)
        )
        order = np.lexsort((places, positions))
        values = pa.concat_arrays(
            [pa.array([], pa.string()), *(hit[3].cast(pa.string()) for hit in self._found)]
        )
        problems: dict[str, Any] = {
            "row": rows[positions[order] + 1],
            "column": _spread(list(self._places), places[order]),
            "value": as_series(values.take(pa.array(order))),
        }
        for name, texts in zip(
            Finding._fields, list(zip(*self._numbers, strict=True)) or [()] * 3, strict=True
        ):
            problems[name] = _spread(texts, numbers[order])
        return pd.DataFrame(problems, columns=pd.Index(PROBLEM_COLUMNS)).set_axis(
            positions[order], axis="index"
        )


def reasons(problems: pd.DataFrame) -> np.ndarray:
    """Return for each position with an error, in order, what is wrong with it."""
    errors = problems[problems["severity"] == ERROR]
    columns, problem = pd.Categorical(errors["column"]), pd.Categorical(errors["problem"])
    pairs = columns.codes.astype(np.int64) * len(problem.categories) + problem.codes
    which, found = pd.factorize(pairs)
    names = [
        (columns.categories[pair // len(problem.categories)], pair % len(problem.categories))
        for pair in found
    ]
    said = [
        f"{name}: {problem.categories[place]}" if name else problem.categories[place]
        for name, place in names
    ]
    texts = np.array(said, dtype=object)[which] if said else np.zeros(0, dtype=object)
    positions = errors.index.to_numpy()
    starts = np.flatnonzero(np.diff(positions, prepend=-1))
    counts = np.diff(np.append(starts, len(positions)))
    joined: np.ndarray = texts[starts]
    for further in range(1, counts.max(initial=1)):
        more = counts > further
        joined[more] += "; " + texts[starts[more] + further]
    return joined


def as_series(column: pa.Array) -> pd.Series:
    """Return an array of text as a Series of `str`."""
    # Where no text is, pandas 3.0 makes objects of it.
    series: pd.Series = pa.chunked_array([column]).to_pandas().astype("str")
    return series


def _spread(texts: Sequence[str], numbers: np.ndarray) -> pd.Series:
    """Return the text of each number."""
    codes = pa.DictionaryArray.from_arrays(
        pa.array(numbers, pa.int64()), pa.array(texts, pa.string())
    )
    return as_series(codes.cast(pa.string()))
