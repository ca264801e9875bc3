"""The pandera models of registers: the contract that the rows of a register keep, and what breaks it, in plain words.

A register has the columns of its model and any others. What the models rule is checked by them: for the cells of one
column on its distinct values, for the cells of a row on all rows.
"""

from __future__ import annotations

import datetime
from typing import Any, Final, Optional

import pandas as pd
import pandera.pandas as pa

from cbcstats.errors import Finding
from cbcstats.tables.codelists import WCO_REGIONS
from cbcstats.tables.rules import FORM_OF_ISO3

FIRST_DAY: Final = pd.Timestamp(
    "1952-01-01"
)  # the convention of the WCO entered into force in 1952
PLACE: Final = "place"
KEY: Final = "key"


def _column(description: str, *, reads: str = "", required: bool = False, **field: Any) -> Any:
    return pa.Field(
        description=description,
        nullable=not required,
        metadata={"reads": reads, "required": required},
        **field,
    )


class _Register(pa.DataFrameModel):
    """What every register holds: who was supported."""

    member: pd.CategoricalDtype = _column("Member, as written", reads=PLACE, required=True)
    iso3: pd.CategoricalDtype = pa.Field(
        description="its code of ISO 3166, added", str_matches=FORM_OF_ISO3
    )
    wco_region: pd.CategoricalDtype = pa.Field(
        description="its WCO region, added; missing for what is no Member",
        isin=WCO_REGIONS,
        nullable=True,
    )


class MissionRegister(_Register):
    """Missions, one row each, as `read_register` returns them."""

    mission_id: Optional[str] = _column("what identifies the mission", reads=KEY)
    start_date: pd.Timestamp = _column("first day", required=True, ge=FIRST_DAY)
    end_date: Optional[pd.Timestamp] = _column("last day, inclusive", ge=FIRST_DAY)
    programme: Optional[pd.CategoricalDtype] = _column("programme")
    kind: Optional[pd.CategoricalDtype] = _column("kind of support")
    status: Optional[pd.CategoricalDtype] = _column("delivered, under way, ...")
    experts: Optional[pd.Int64Dtype] = _column("experts sent", ge=0)
    participants: Optional[pd.Int64Dtype] = _column("participants", ge=0)
    female_participants: Optional[pd.Int64Dtype] = _column("women among them", ge=0)
    source: Optional[str] = _column("where the row comes from")

    @pa.check("start_date", "end_date")
    def not_in_the_future(cls, days: pd.Series) -> pd.Series:
        """Check that a day has come."""
        return days <= pd.Timestamp(datetime.date.today())

    @pa.dataframe_check(ignore_na=False)
    def id_is_new(cls, rows: pd.DataFrame) -> pd.Series:
        """Check that an id stands for one mission."""
        ids = rows.get("mission_id", _nothing(rows))
        return ids.isna() | ~ids.duplicated()

    @pa.dataframe_check(ignore_na=False)
    def end_is_not_before_start(cls, rows: pd.DataFrame) -> pd.Series:
        """Check that no mission ends before it starts."""
        return _end_is_not_before_start(rows)

    @pa.dataframe_check(ignore_na=False)
    def women_are_among_participants(cls, rows: pd.DataFrame) -> pd.Series:
        """Check that there are no more women than participants."""
        if "female_participants" not in rows or "participants" not in rows:
            return pd.Series(True, index=rows.index)
        more = rows["female_participants"] > rows["participants"]
        return ~more.fillna(value=False).astype(bool)


class BeneficiaryRegister(_Register):
    """Members that benefit from a programme, one row for each support, as `read_register` returns them."""

    programme: pd.CategoricalDtype = _column("programme", required=True)
    track: Optional[pd.CategoricalDtype] = _column("part of the programme")
    start_date: Optional[pd.Timestamp] = _column("start of the support", ge=FIRST_DAY)
    end_date: Optional[pd.Timestamp] = _column(
        "end of the support, which may lie ahead", ge=FIRST_DAY
    )
    as_of: Optional[pd.Timestamp] = _column("day on which this was so", ge=FIRST_DAY)
    status: Optional[pd.CategoricalDtype] = _column("active, completed, ...")
    source: Optional[str] = _column("where the row comes from")

    @pa.check("as_of")
    def not_in_the_future(cls, days: pd.Series) -> pd.Series:
        """Check that a day has come."""
        return days <= pd.Timestamp(datetime.date.today())

    @pa.dataframe_check(ignore_na=False)
    def end_is_not_before_start(cls, rows: pd.DataFrame) -> pd.Series:
        """Check that no support ends before it starts."""
        return _end_is_not_before_start(rows)


KINDS: Final[dict[str, type[pa.DataFrameModel]]] = {
    "missions": MissionRegister,
    "beneficiaries": BeneficiaryRegister,
}

# What breaks a rule of a column, by the name of the check.
OF_CELLS: Final = {
    "greater_than_or_equal_to": {
        "day": Finding("is before 1952, when the WCO began", "correct the year"),
        "count": Finding("is negative", "write a number from 0 on"),
    },
    "not_in_the_future": {
        "day": Finding(
            "lies in the future",
            "correct the year, or enter it once it has come; leave an end that is still ahead empty",
        )
    },
}
# What breaks a rule of a row, by the name of the check, and in which column it shows.
OF_ROWS: Final = {
    "id_is_new": (
        "mission_id",
        Finding(
            "stands in a row above already",
            "give each mission an id of its own, or delete the row that is there twice",
        ),
    ),
    "end_is_not_before_start": (
        "end_date",
        Finding("is before the start", "correct the start or the end"),
    ),
    "women_are_among_participants": (
        "female_participants",
        Finding("is more than all participants", "correct the one or the other"),
    ),
}


def _end_is_not_before_start(rows: pd.DataFrame) -> pd.Series:
    start, end = (
        rows[name] if name in rows else pd.Series(pd.NaT, rows.index)
        for name in ("start_date", "end_date")
    )
    return ~(end < start)


def _nothing(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(pd.NA, index=rows.index, dtype="Int64")
