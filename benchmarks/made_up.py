"""A seeded register that is made up: missions of any number, clean or with faults, to measure with."""

from __future__ import annotations

import datetime
import functools
import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from cbcstats.places.members import accessions
from cbcstats.tables.loaders import load_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FIRST_DAY: Final = pd.Timestamp("2004-01-01")
YEARS: Final = 20
SPELLINGS: Final = 942
SEED: Final = 20180301

# What a bad cell may hold. Two faults of a row come from two groups, so that none hides the other: what is wrong
# between the cells of a row is found in cells of one group only. One more group are ids that stand above.
FAULTS: Final[tuple[dict[str, list[str]], ...]] = (
    {
        "member": [
            "Southern Africa",
            "Kenya / Uganda",
            "",
            "n/a",
            "Perugia",
            "Kenyaa",
            "TBC",
            "Aruba",
            "Palau",
        ],
        "start_date": [
            "03/04/2017",
            "2017-02-30",
            "12 May 2017",
            "",
            "1899-12-31",
            "2094-01-01",
            "tbc",
        ],
        "end_date": [
            "03/04/2017",
            "2017-13-01",
            "May",
            "2093-05-06",
            "1901-01-01",
            "tbc",
            *["2003-12-31"] * 3,
        ],
    },
    {"experts": ["-3", "2.5", "two", "n/a"]},
    {
        "participants": [
            "1,234",
            "1 234",
            "-12",
            "12.5",
            "about 40",
            "many",
            "unknown",
        ],
        "female_participants": ["-1", "half", "3.3", "n/a", *["120"] * 3],
    },
)

_WORDS: Final = (
    "advice",
    "audit",
    "border",
    "clearance",
    "customs",
    "data",
    "ethics",
    "origin",
    "post",
    "risk",
    "tariff",
)
_ISO_DAY: Final = re.compile(
    r"20\d\d-(0[1-9]|1[0-2])-([01]\d|2[0-8])"
)  # without days that may not be
_TWICE: Final = 0.2  # the share of bad rows that have two faults
_ROWS: Final = 10**6  # made at a time


def write_register(
    path: Path, rows: int, *, bad: float = 0.0, seed: int = SEED
) -> None:
    """Write a register of 11 columns, of which a share of the rows has one fault or, a fifth of them, two.

    The other rows give neither an error nor a warning. Cells stand in quotation marks only where they have to.
    """
    random = np.random.default_rng(seed)
    spellings = _spellings()
    sentences = _sentences(random)
    with path.open("wb") as file:
        for first in range(0, rows, _ROWS):
            columns = _columns(
                random, first, min(_ROWS, rows - first), spellings, sentences
            )
            if bad:
                columns = _spoil(random, columns, bad)
            if not first:
                file.write((",".join(columns) + "\n").encode())
            lines = pc.binary_join_element_wise(
                *(_quoted(cells) for cells in columns.values()), ","
            )
            lines = pc.binary_join_element_wise(lines, "", "\n")
            file.write(lines.buffers()[2])


def write_workbook(
    path: Path, rows: int, *, bad: float = 0.0, seed: int = SEED
) -> None:
    """Write a register to an Excel workbook, with days as days and numbers as numbers."""
    import xlsxwriter

    random = np.random.default_rng(seed)
    columns = _spoil(
        random, _columns(random, 0, rows, _spellings(), _sentences(random)), bad
    )
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, list(columns))
        form = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for place, cells in enumerate(columns.values()):
            for row, text in enumerate(cells.to_pylist(), start=1):
                if text.isdecimal():
                    sheet.write_number(row, place, int(text))
                elif _ISO_DAY.fullmatch(text):
                    sheet.write_datetime(
                        row, place, datetime.date.fromisoformat(text), form
                    )
                else:
                    sheet.write_string(row, place, text)


def write_parquet(path: Path, rows: int, *, bad: float = 0.0, seed: int = SEED) -> None:
    """Write a register to Parquet, every cell as text."""
    random = np.random.default_rng(seed)
    columns = _columns(random, 0, rows, _spellings(), _sentences(random))
    pa.parquet.write_table(pa.table(_spoil(random, columns, bad)), path)


def _columns(
    random: np.random.Generator,
    first: int,
    rows: int,
    spellings: Sequence[str],
    sentences: Sequence[str],
) -> dict[str, pa.Array]:
    """Return the cells of some rows, without faults."""
    days = (
        pd.date_range(FIRST_DAY, periods=366 * (YEARS + 1))
        .strftime("%Y-%m-%d")
        .tolist()
    )
    start = random.integers(0, 365 * YEARS, rows)
    participants = random.integers(5, 120, rows)
    ids = pc.utf8_lpad(
        pa.array(np.arange(first, first + rows)).cast(pa.string()), 8, "0"
    )
    numbers = pa.array(random.integers(0, 10**6, rows)).cast(pa.string())
    return {
        "mission_id": pc.binary_join_element_wise("M", ids, "-"),
        "member": _any_of(random, spellings, rows),
        "start_date": _spread(days, start),
        "end_date": _spread(days, start + random.integers(0, 20, rows)),
        "programme": _any_of(
            random, [f"Programme {number}" for number in range(1, 18)], rows
        ),
        "kind": _any_of(random, ["diagnostic", "workshop", "training", "advice"], rows),
        "status": _any_of(random, ["delivered", "completed"], rows),
        "experts": pa.array(random.integers(1, 6, rows)).cast(pa.string()),
        "participants": pa.array(participants).cast(pa.string()),
        "female_participants": pa.array(
            (participants * random.random(rows)).astype(int)
        ).cast(pa.string()),
        "report": pc.binary_join_element_wise(
            _any_of(random, sentences, rows), numbers, " no. "
        ),
    }


@functools.cache
def _spellings() -> list[str]:
    """Return spellings of those that are Members on all days, without those that need quotation marks."""
    joined = accessions()
    places = load_places()
    names = places.loc[
        places["iso3"].isin(joined.index[joined < FIRST_DAY]), "name"
    ].drop_duplicates()
    names = names[~names.str.contains('[,"]')].sort_values()
    return names.iloc[
        np.linspace(0, len(names) - 1, min(SPELLINGS, len(names))).astype(int)
    ].tolist()


def _sentences(random: np.random.Generator) -> list[str]:
    """Return free text, some of it with a comma, so that it needs quotation marks."""
    texts = [" ".join(random.choice(_WORDS, 9)) for _ in range(2000)]
    return [text.replace(" customs ", ", customs ") for text in texts]


def _any_of(random: np.random.Generator, texts: Sequence[str], rows: int) -> pa.Array:
    return _spread(texts, random.integers(0, len(texts), rows))


def _spread(texts: Sequence[str], places: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(places), pa.array(texts, pa.string())
    ).dictionary_decode()


def _quoted(cells: pa.Array) -> pa.Array:
    return pc.if_else(
        pc.match_substring(cells, ","),
        pc.binary_join_element_wise('"', cells, '"', ""),
        cells,
    )


def _spoil(
    random: np.random.Generator, columns: Mapping[str, pa.Array], share: float
) -> dict[str, pa.Array]:
    """Put faults into cells: one into each row that is chosen, another of another group into some of them."""
    cells = {
        name: column.to_numpy(zero_copy_only=False).copy()
        for name, column in columns.items()
    }
    rows, groups = len(cells["member"]), len(FAULTS) + 1
    chosen = 1 + np.sort(
        random.choice(rows - 1, int(rows * share), replace=False)
    )  # the first row has none above it
    twice = random.choice(len(chosen), int(len(chosen) * _TWICE), replace=False)
    group = random.integers(0, groups, len(chosen))
    other = (group[twice] + random.integers(1, groups, len(twice))) % groups
    where, group = (
        np.concatenate([chosen, chosen[twice]]),
        np.concatenate([group, other]),
    )
    for number, faults in enumerate(FAULTS):
        places = where[group == number]
        fault = random.integers(0, sum(map(len, faults.values())), len(places))
        pairs = [(name, text) for name, texts in faults.items() for text in texts]
        for place, (name, text) in enumerate(pairs):
            cells[name][places[fault == place]] = text
    good = np.setdiff1d(np.arange(rows), chosen)
    repeated = where[group == len(FAULTS)]
    above = good[
        np.searchsorted(good, repeated) - 1
    ]  # the next row above that keeps its own id
    cells["mission_id"][repeated] = cells["mission_id"][above]
    return {name: pa.array(column, pa.string()) for name, column in cells.items()}
