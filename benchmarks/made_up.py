"""A made-up register of missions from a seed, clean or with faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cbcstats.places.names import accessions
from cbcstats.tables.loaders import load_places

if TYPE_CHECKING:
    from pathlib import Path

# What people type into a cell that has to be corrected.
FAULTS = {
    "member": ["Atlantis", "Kenya / Atlantis", "", "n/a", "Perugia", "TBC"],
    "start_date": ["03/04/2017", "2017-02-30", "31 May", "", "2094-01-01", "tbc"],
    "experts": ["-3", "2.5", "two", "about 4"],
    "participants": ["1,234", "-12", "about 40", "many"],
}


def rows(number: int, *, bad: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """Return missions as text, of which a share has one cell that is wrong."""
    random = np.random.default_rng(seed)
    joined = accessions()
    places = load_places()
    is_member = places["iso3"].isin(joined.index[joined < pd.Timestamp("2004-01-01")])
    names = places.loc[is_member, "name"].drop_duplicates()
    start = pd.Timestamp("2004-01-01") + pd.to_timedelta(
        random.integers(0, 7300, number), "D"
    )
    end = start + pd.to_timedelta(random.integers(0, 20, number), "D")
    made: dict[str, np.ndarray] = {
        "mission_id": np.array([f"M-{place:08}" for place in range(number)]),
        "member": random.choice(names.to_numpy("object"), number),
        "start_date": start.strftime("%Y-%m-%d").to_numpy("object"),
        "end_date": end.strftime("%Y-%m-%d").to_numpy("object"),
        "programme": random.choice(
            [f"Programme {turn}" for turn in range(1, 18)], number
        ),
        "experts": random.integers(1, 6, number).astype("object"),
        "participants": random.integers(5, 120, number).astype("object"),
    }
    spoilt = random.permutation(number)[: int(number * bad)]
    for part, (column, faults) in enumerate(FAULTS.items()):
        places = spoilt[part :: len(FAULTS)]
        made[column][places] = random.choice(faults, len(places))
    return pd.DataFrame(made).astype("str")


def write(path: Path, number: int, *, bad: float = 0.0, seed: int = 1) -> Path:
    """Write a register as CSV, Excel or Parquet, and return its path."""
    register = rows(number, bad=bad, seed=seed)
    if path.suffix == ".csv":
        register.to_csv(path, index=False)
    elif path.suffix == ".xlsx":
        register.to_excel(path, index=False, engine="xlsxwriter")
    else:
        register.to_parquet(path, index=False)
    return path
