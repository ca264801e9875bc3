"""The pandera models of registers: the contract that the rows of a register keep, and what breaks it, in plain words.

A register has the columns of its model and any others. What the models rule is checked by them: for the cells of one
column on its distinct values, for the cells of a row on all rows.
"""

from __future__ import annotations

import datetime
from typing import Any, Final, Optional

import pandas as pd
import pandera.pandas as pa

from cbcstats.columns import (
    AS_OF,
    END_DATE,
    FEMALE_PARTICIPANTS,
    MISSION_ID,
    PARTICIPANTS,
    START_DATE,
    WCO_REGIONS,
)
from cbcstats.findings import Finding
from cbcstats.rules import FORM_OF_ISO3

FIRST_DAY: Final = pd.Timestamp("1952-01-01")  # the convention of the WCO entered into force in 1952
PLACE: Final = "place"
KEY: Final = "key"


def _column(description: str, *, reads: str = "", required: bool = False, **field: Any) -> Any:
    return pa.Field(
        description=description, nullable=not required, metadata={"reads": reads, "required": required}, **field
    )


class _Register(pa.DataFrameModel):
    """What every register holds: who was supported."""

    member: pd.CategoricalDtype = _column("Member, as written", reads=PLACE, required=True)
    iso3: pd.CategoricalDtype = pa.Field(description="its code of ISO 3166, added", str_matches=FORM_OF_ISO3)
    wco_region: pd.CategoricalDtype = pa.Field(
        description="its WCO region, added; missing for what is no Member", isin=WCO_REGIONS, nullable=True
    )


class MissionRegister(_Register):
    """Missions, one row each, as `read_register` returns them."""

    mission_id: Optional[str] = _column("what identifies the mission", reads=KEY)  # noqa: UP045 - pandera reads it
    start_date: pd.Timestamp = _column("first day", required=True, ge=FIRST_DAY)
    end_date: Optional[pd.Timestamp] = _column("last day, inclusive", ge=FIRST_DAY)  # noqa: UP045
    programme: Optional[pd.CategoricalDtype] = _column("programme")  # noqa: UP045
    kind: Optional[pd.CategoricalDtype] = _column("kind of support")  # noqa: UP045
    status: Optional[pd.CategoricalDtype] = _column("delivered, under way, ...")  # noqa: UP045
    experts: Optional[pd.Int64Dtype] = _column("experts sent", ge=0)  # noqa: UP045
    participants: Optional[pd.Int64Dtype] = _column("participants", ge=0)  # noqa: UP045
    female_participants: Optional[pd.Int64Dtype] = _column("women among them", ge=0)  # noqa: UP045
    source: Optional[str] = _column("where the row comes from")  # noqa: UP045

    @pa.check(START_DATE, END_DATE)
    def not_in_the_future(cls, days: pd.Series) -> pd.Series:
        """Check that a day has come."""
        return days <= pd.Timestamp(datetime.date.today())

    @pa.dataframe_check(ignore_na=False)
    def id_is_new(cls, rows: pd.DataFrame) -> pd.Series:
        """Check that an id stands for one mission."""
        ids = rows.get(MISSION_ID, _nothing(rows))
        return ids.isna() | ~ids.duplicated()

    @pa.dataframe_check(ignore_na=False)
    def end_is_not_before_start(cls, rows: pd.DataFrame) -> pd.Series:
        """Check that no mission ends before it starts."""
        return _end_is_not_before_start(rows)

    @pa.dataframe_check(ignore_na=False)
    def women_are_among_participants(cls, rows: pd.DataFrame) -> pd.Series:
        """Check that there are no more women than participants."""
        if FEMALE_PARTICIPANTS not in rows or PARTICIPANTS not in rows:
            return pd.Series(True, index=rows.index)
        more = rows[FEMALE_PARTICIPANTS] > rows[PARTICIPANTS]
        return ~more.fillna(value=False).astype(bool)


class BeneficiaryRegister(_Register):
    """Members that benefit from a programme, one row for each support, as `read_register` returns them."""

    programme: pd.CategoricalDtype = _column("programme", required=True)
    track: Optional[pd.CategoricalDtype] = _column("part of the programme")  # noqa: UP045
    start_date: Optional[pd.Timestamp] = _column("start of the support", ge=FIRST_DAY)  # noqa: UP045
    end_date: Optional[pd.Timestamp] = _column("end of the support, which may lie ahead", ge=FIRST_DAY)  # noqa: UP045
    as_of: Optional[pd.Timestamp] = _column("day on which this was so", ge=FIRST_DAY)  # noqa: UP045
    status: Optional[pd.CategoricalDtype] = _column("active, completed, ...")  # noqa: UP045
    source: Optional[str] = _column("where the row comes from")  # noqa: UP045

    @pa.check(AS_OF)
    def not_in_the_future(cls, days: pd.Series) -> pd.Series:
        """Check that a day has come."""
        return days <= pd.Timestamp(datetime.date.today())

    @pa.dataframe_check(ignore_na=False)
    def end_is_not_before_start(cls, rows: pd.DataFrame) -> pd.Series:
        """Check that no support ends before it starts."""
        return _end_is_not_before_start(rows)


KINDS: Final[dict[str, type[pa.DataFrameModel]]] = {"missions": MissionRegister, "beneficiaries": BeneficiaryRegister}

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
        MISSION_ID,
        Finding(
            "stands in a row above already", "give each mission an id of its own, or delete the row that is there twice"
        ),
    ),
    "end_is_not_before_start": (END_DATE, Finding("is before the start", "correct the start or the end")),
    "women_are_among_participants": (
        FEMALE_PARTICIPANTS,
        Finding("is more than all participants", "correct the one or the other"),
    ),
}


def _end_is_not_before_start(rows: pd.DataFrame) -> pd.Series:
    start, end = (rows[name] if name in rows else pd.Series(pd.NaT, rows.index) for name in (START_DATE, END_DATE))
    return ~(end < start)


def _nothing(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(pd.NA, index=rows.index, dtype="Int64")
