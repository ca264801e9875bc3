"""What the hand-written pipelines share with cbcstats: spellings, words for no value, and the words for problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from cbcstats.places.members import accessions, wco_region
from cbcstats.places.names import iso3_of
from cbcstats.registers.parsing import _PLACEHOLDERS as PLACEHOLDERS
from cbcstats.registers.parsing import _TO_COME as TO_COME

if TYPE_CHECKING:
    from collections.abc import Sequence

EMPTY: Final = "is empty"
NO_VALUE: Final = "is a placeholder, not a value"
TO_COME_YET: Final = "is still to come"
NO_DAY: Final = "is not a date of the calendar"
EITHER_ORDER: Final = "may have the day or the month first"
NO_FORMAT: Final = "is a date in a format that is not stated"
IN_WORDS: Final = "is a date in words"
NO_DATE: Final = "is not a date"
TOO_EARLY: Final = "is before 1952, when the WCO began"
TOO_LATE: Final = "is in the future"
BEFORE_START: Final = "is before the start"
MARKED: Final = "has a thousands separator"
NOT_WHOLE: Final = "is not a whole number"
NO_NUMBER: Final = "is not a number"
NEGATIVE: Final = "is negative"
MORE_WOMEN: Final = "is more than all participants"
SEVERAL: Final = "names several places"
UNKNOWN: Final = "is not a place that is known"
NO_MEMBER: Final = "is not a Member of the WCO"
NO_MEMBER_YET: Final = "was not yet a Member of the WCO on that day"
REPEATED: Final = "is already the id of a row above"

# What is only a warning; a missing number or end of a mission is no error, a missing start is.
_OPTIONAL: Final = (NO_VALUE, TO_COME_YET)
WARNINGS: Final = {
    "member": (NO_MEMBER, NO_MEMBER_YET),
    **dict.fromkeys(
        ("end_date", "experts", "participants", "female_participants"), _OPTIONAL
    ),
}

# Patterns that pandas and Polars read alike.
ISO_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
THREE_NUMBERS: Final = r"^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-](?:[0-9]{4}|[0-9]{2})$"
WORDS_AND_YEAR: Final = r"[A-Za-z]{3}.*[0-9]{4}"
WHOLE: Final = r"^[+-]?[0-9]{1,15}$"
GROUPED: Final = r"^[+-]?[0-9]{1,3}(?:[,' ][0-9]{3})+$"
FRACTION: Final = r"^[+-]?[0-9]*[.,][0-9]+$"

NO_VALUES: Final = sorted(PLACEHOLDERS)
NOT_YET: Final = sorted(TO_COME)
NUMBERS: Final = ("experts", "participants", "female_participants")


class Pipeline(NamedTuple):
    """What each of the pipelines hands out: the rows that passed, typed, every bad cell, and counts.

    `problems` has the columns row, column, value, problem and error (bool); `counts` those of missions by the year in
    which a reporting year of July to June begins, and by WCO region: year, wco_region, missions.
    """

    rows: pd.DataFrame
    problems: pd.DataFrame
    counts: pd.DataFrame


def places(texts: Sequence[str]) -> pd.DataFrame:
    """Return for each distinct text of a member its code, region, day of accession, and what is wrong with it."""
    found = pd.DataFrame(
        {"member": texts, "iso3": pd.Series(iso3_of(texts), dtype="str")}
    )
    found["wco_region"] = wco_region(found["iso3"])
    found["joined"] = accessions().reindex(found["iso3"]).to_numpy("datetime64[us]")
    problems = map(_wrong_with_place, found["member"], found["iso3"], found["joined"])
    return found.assign(problem=pd.Series(list(problems), dtype="str"))


def _wrong_with_place(text: str, iso3: str | float, joined: pd.Timestamp) -> str | None:
    if isinstance(iso3, str):
        return NO_MEMBER if pd.isna(joined) else None
    if not text:
        return EMPTY
    if text.casefold() in TO_COME:
        return TO_COME_YET
    if text.casefold() in PLACEHOLDERS:
        return NO_VALUE
    return SEVERAL if "/" in text and None not in iso3_of(text.split("/")) else UNKNOWN
