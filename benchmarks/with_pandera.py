"""A register read into the model of pandera that one would write first: it coerces, and gathers all failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pandera.pandas as pa

from cbcstats.places.names import to_iso3

if TYPE_CHECKING:
    from pathlib import Path

_FIRST_DAY = pd.Timestamp("1952-01-01")


class Missions(pa.DataFrameModel):
    """Missions, one row each, without what is wrong between the cells of a row."""

    mission_id: str = pa.Field(unique=True)
    member: str
    start_date: pd.Timestamp = pa.Field(ge=_FIRST_DAY)
    end_date: pd.Timestamp = pa.Field(ge=_FIRST_DAY, nullable=True)
    programme: pd.CategoricalDtype
    kind: pd.CategoricalDtype
    status: pd.CategoricalDtype
    experts: pd.Int64Dtype = pa.Field(ge=0, nullable=True)
    participants: pd.Int64Dtype = pa.Field(ge=0, nullable=True)
    female_participants: pd.Int64Dtype = pa.Field(ge=0, nullable=True)
    report: str

    class Config:
        """Turn text into the dtypes above."""

        coerce = True

    @pa.check("member")
    def is_a_place(cls, names: pd.Series) -> pd.Series:
        """Check that a country or territory is named."""
        return to_iso3(names).notna()

    @pa.check("start_date", "end_date")
    def not_in_the_future(cls, days: pd.Series) -> pd.Series:
        """Check that a day has come."""
        return days <= pd.Timestamp.now()


def read(path: Path) -> pd.DataFrame:
    """Read a register, and return the rows, or what is wrong with them."""
    try:
        return Missions.validate(pd.read_csv(path), lazy=True)
    except pa.errors.SchemaErrors as error:
        return error.failure_cases
