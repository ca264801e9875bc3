"""All pipelines have to agree before their times mean anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmarks import with_pandas, with_polars
from cbcstats.registers.counting import count_missions
from cbcstats.registers.reading import read_register
from cbcstats.tables.codelists import NO_REGION

if TYPE_CHECKING:
    from pathlib import Path

_CELL = ["row", "column", "value", "problem"]


class DisagreementError(Exception):
    """Two pipelines found something else in the same file."""


def check(path: Path) -> int:
    """Return how many bad cells all pipelines find alike; they also keep the same rows and count the same.

    Raises
    ------
    DisagreementError
        If they do not.
    """
    register = read_register(path)
    cells = _cells(register.problems)
    counts = _by_year_and_region(count_missions(register.rows, by="wco_region"))
    for name, read, options in (
        ("Polars", with_polars.read, {}),
        ("pandas", with_pandas.read, {}),
        ("pandas by column", with_pandas.read, {"once": False}),
    ):
        found = read(path, **options)
        theirs = _cells(found.problems)
        if theirs != cells:
            raise DisagreementError(
                f"{path}: with {name} not so: {sorted(cells ^ theirs, key=str)[:5]}"
            )
        if len(theirs) != len(found.problems):
            raise DisagreementError(f"{path}: {name} names a bad cell twice")
        _check_rows(name, found.rows, register.rows)
        regions = found.counts["wco_region"].astype("str").fillna(NO_REGION)
        missions = pd.Series(
            found.counts["missions"].to_numpy(), [found.counts["year"], regions]
        )
        if missions.to_dict() != counts:
            raise DisagreementError(f"{path}: {name} counts other than cbcstats")
    return len(cells)


def _cells(problems: pd.DataFrame) -> set[tuple[Any, ...]]:
    return set(problems[_CELL].itertuples(index=False, name=None))


def _check_rows(name: str, theirs: pd.DataFrame, ours: pd.DataFrame) -> None:
    if list(theirs) != list(ours):
        raise DisagreementError(
            f"{name} has columns {list(theirs)}, cbcstats {list(ours)}"
        )
    for column in ours:
        one, other = (
            frame[column].astype(
                "str"
                if isinstance(frame[column].dtype, pd.CategoricalDtype)
                else frame[column].dtype
            )
            for frame in (theirs, ours)
        )
        try:
            pd.testing.assert_series_equal(one, other, check_index_type=False)
        except AssertionError as error:
            raise DisagreementError(
                f"{name} has other rows than cbcstats: {error}"
            ) from error


def _by_year_and_region(counts: pd.DataFrame) -> dict[tuple[int, str], int]:
    day = counts["period_start"].dt
    year = day.year - (
        day.month < 7
    )  # a reporting year that the register cuts begins later than in July
    missions = pd.Series(
        counts["value"].to_numpy(int),
        pd.MultiIndex.from_arrays([year, counts["wco_region"]]),
    )
    return missions[missions > 0].to_dict()
