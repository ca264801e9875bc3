"""Registers for tests: good rows, faults, and files of them."""

from pathlib import Path

import pandas as pd

from cbcstats import read_register

CASES = Path(__file__).parent / "cases"
HEADER = [
    *("mission_id", "member", "start_date", "end_date", "programme", "kind", "status"),
    *("experts", "participants", "female_participants", "source", "remarks"),
]
FAULTS = [
    line.split("|")
    for line in (CASES / "register_faults.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def good_row(number):
    member = ["Kenya", "Namibia", "Viet Nam", "Côte d'Ivoire", "PER"][number % 5]
    return [
        *(
            f"M-{number:03}",
            member,
            f"2017-04-{number % 28 + 1:02}",
            "2017-05-30",
            "Mercator",
            "workshop",
            "delivered",
        ),
        *("2", "40", "18", "report", f"remark {number}"),
    ]


def changed(row, column, value):
    return [value if name == column else cell for name, cell in zip(HEADER, row, strict=True)]


def found(register):
    return register.problems[["row", "column", "value", "problem", "severity"]].to_numpy().tolist()


def whole(register):
    """Return which rows of the file are in the register, in order."""
    return (
        pd.concat([register.rows.index.to_series(), register.rejected.index.to_series()])
        .sort_values()
        .tolist()
    )


def read_text(text, tmp_path, **how):
    path = tmp_path / "register.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_register(path, **how)
