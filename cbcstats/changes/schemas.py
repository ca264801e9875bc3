"""The pandera schemas of results: what each column of a returned frame means.

They are the only place where these columns are described. No function validates its
result; do it with them, as in `Contributions.validate(contributions(...))`.
A frame may have further columns, such as those of `by`.
"""

from __future__ import annotations

import warnings
from typing import Any, Final

import pandas as pd

from cbcstats.counts.formats import CHANGE_BASES, VERDICTS
from cbcstats.counts.readings import QUALIFIERS

# Where pyspark is installed, pandera imports its imitation of pandas, which warns of
# pandas 3. The checks of older pandera work only once they are registered.
with warnings.catch_warnings():
    warnings.filterwarnings(
        "ignore", "PySpark does not yet fully support pandas", FutureWarning
    )
    import pandera.pandas as pa
    import pandera.typing.pyspark  # noqa: F401

    pa.DataFrameSchema.register_default_backends(pd.DataFrame)


def _text(description: str, **field: Any) -> Any:
    return pa.Field(description=description, **field)


def _number(description: str, **field: Any) -> Any:
    return pa.Field(description=description, nullable=True, **field)


def _day(description: str) -> Any:
    return pa.Field(description=description, nullable=True)


class _Series(pa.DataFrameModel):
    """The columns that tell series apart, as far as the data have them."""

    indicator: str | None = _text("what is counted", nullable=True)
    label: str | None = _text("what is counted, for readers", nullable=True)
    measure: str | None = _text("flow, stock, cumulative or event")
    scope: str | None = _text("what part of it the count covers", nullable=True)
    area: str | None = _text(
        "country, WCO region or continent that it is of", nullable=True
    )


class _Figure(pa.DataFrameModel):
    """A figure, its period and its range."""

    period: str = _text("period, as typed or by its days")
    period_start: pd.Timestamp = _day(
        "first day; empty for a stock, and for a fiscal year without days"
    )
    period_end: pd.Timestamp = _day(
        "last day; the day of a stock; empty for a fiscal year without days"
    )
    value: float = _number("number as printed")
    qualifier: str = _text(
        "word printed beside the number", isin=QUALIFIERS, nullable=True
    )
    low: float = _number("least value that the figure can have")
    high: float = _number("greatest value; infinite where there is no upper end")
    rate: float | None = _number("value per month, with per='month'")
    rate_low: float | None = _number("least value per month")
    rate_high: float | None = _number("greatest value per month")


class _FigureBefore(pa.DataFrameModel):
    """The figure of a year before; empty where there is none."""

    previous_period: str = _text("period of the figure before", nullable=True)
    previous_period_start: pd.Timestamp = _day("its first day")
    previous_period_end: pd.Timestamp = _day("its last day")
    previous_value: float = _number("its number as printed")
    previous_qualifier: str = _text("its word", isin=QUALIFIERS, nullable=True)
    previous_low: float = _number("its least value")
    previous_high: float = _number("its greatest value")
    previous_rate: float | None = _number("its value per month, with per='month'")
    previous_rate_low: float | None = _number("its least value per month")
    previous_rate_high: float | None = _number("its greatest value per month")


class _Verdict(pa.DataFrameModel):
    """Whether figures can be compared, and what the result is about."""

    comparable: bool = pa.Field(
        description="whether the two figures are comparable; never missing"
    )
    why: str = _text(
        "what forbids to compare, or what a reader should know; "
        "an empty text where there is nothing to say"
    )
    per: str = _text(
        "whether values or monthly rates are compared", isin=("period", "month")
    )
    unit: str = _text("what one is: missions, Members, ...", nullable=True)
    source_id: str = _text("source of the figure", nullable=True)


class Changes(_Series, _Figure, _FigureBefore, _Verdict):
    """Changes against the figure of a year before, one row per figure."""

    change: float = _number("change, by the middles of the ranges")
    change_low: float = _number("least change that is possible")
    change_high: float = _number("greatest change that is possible")
    percent_change: float = _number(
        "change in percent of the figure before, by the middles of the ranges"
    )
    percent_change_low: float = _number("least percent change that is possible")
    percent_change_high: float = _number(
        "greatest percent change that is possible; infinite where the figure before "
        "may be 0"
    )
    percent_change_as_printed: float = _number(
        "percent change of the numbers as printed, without their words"
    )
    previous_source_id: str = _text("source of the figure before", nullable=True)


class Claims(pa.DataFrameModel):
    """Published changes checked against the published figures, one row per change."""

    indicator: str | None = _text("what is counted", nullable=True)
    label: str | None = _text("what is counted, for readers", nullable=True)
    scope: str = _text("what part of it the count covers")
    period_start: pd.Timestamp = _day("first day; empty for a stock")
    period_end: pd.Timestamp = _day("last day; the day of a stock")
    value: Any = _number("number as printed; Int64 where all are whole, else Float64")
    qualifier: str = _text("word printed beside the number", isin=QUALIFIERS)
    published_change: str = _text("change as printed, such as +49%")
    change_basis: str = _text(
        "what it is a change of", isin=CHANGE_BASES, nullable=True
    )
    previous_value: float = _number(
        "number that the change is measured from, as printed"
    )
    previous_low: float = _number("its least value, in the usual reading")
    previous_high: float = _number("its greatest value, in the usual reading")
    implied_low: float = _number(
        "least figure before from which the change would be printed"
    )
    implied_high: float = _number(
        "greatest figure before from which the change would be printed"
    )
    verdict: str = _text(
        "consistent: a figure before in its published range gives the change; "
        "unlikely: only in the strict reading; contradicts: in no reading",
        isin=VERDICTS,
    )
    verdict_strict: str = _text("verdict by the words alone", isin=VERDICTS)
    sentence: str = _text("verdict in words, with the figures")
    source_id: str = _text("source of the change")
    previous_source_id: str = _text("source of the figure before", nullable=True)


class Contributions(_Series, _Figure, _FigureBefore, _Verdict):
    """What each part adds to the change of a total, one row per part and period."""

    contribution: float = _number(
        "percentage points that the part adds to the percent change of the total, "
        "by the middles of the ranges"
    )
    contribution_low: float = _number("least contribution that is possible")
    contribution_high: float = _number(
        "greatest contribution that is possible; infinite where the total before "
        "may be 0"
    )
    total_percent_change: float = _number(
        "percent change of the total, the sum of the contributions"
    )
    total_percent_change_low: float = _number("least percent change of the total")
    total_percent_change_high: float = _number(
        "greatest percent change of the total; infinite where it may have been 0"
    )
    previous_source_id: str = _text("source of the figure before", nullable=True)


class Indices(_Series, _Figure, _Verdict):
    """Figures in percent of a base, one row per figure."""

    index: float = _number("figure in percent of the base, by the middles of ranges")
    index_low: float = _number("least index that is possible")
    index_high: float = _number(
        "greatest index that is possible; infinite where the base may be 0"
    )


class GrowthRates(_Series, _Verdict):
    """Average growth per year, one row per series."""

    first_period: str = _text("first period of the series")
    first_period_start: pd.Timestamp = _day("its first day")
    first_period_end: pd.Timestamp = _day("its last day")
    first_value: float = _number("its number as printed")
    last_period: str = _text("last period of the series")
    last_period_start: pd.Timestamp = _day("its first day")
    last_period_end: pd.Timestamp = _day("its last day")
    last_value: float = _number("its number as printed")
    years: float = _number("years between the middles of the two periods")
    growth_rate: float = _number("percent per year, by the middles of ranges")
    growth_rate_low: float = _number("least percent per year that is possible")
    growth_rate_high: float = _number(
        "greatest percent per year that is possible; infinite where the first figure "
        "may be 0"
    )
    previous_source_id: str = _text("source of the first figure", nullable=True)


class Memberships(pa.DataFrameModel):
    """Who joined, left and stayed, one row per Member and list."""

    programme: str | None = _text("programme, by its own name")
    track: str | None = _text("part of the programme", nullable=True)
    member: str = _text(
        "Member, ISO 3166 alpha-3; empty for a name that is not recognised",
        nullable=True,
    )
    member_name: str = _text("Member, as on the list")
    change: str = _text(
        "what became of it since the list before; seen: on a partial list",
        isin=("joined", "left", "stayed", "seen"),
    )
    list_date: pd.Timestamp | None = _day("date of the list")
    previous_list_date: pd.Timestamp | None = _day("date of the full list before")
    comparable: bool = pa.Field(
        description="whether both lists are full and dated; never missing"
    )
    why: str = _text("why not, or what a reader should know; else an empty text")
    source_id: str | None = _text("source of the list", nullable=True)
    previous_source_id: str | None = _text("source of the list before", nullable=True)


# In the order of the reference.
RESULTS: Final[dict[str, type[pa.DataFrameModel]]] = {
    "check_claims": Claims,
    "contributions": Contributions,
    "growth_rate": GrowthRates,
    "index_to": Indices,
    "membership_changes": Memberships,
    "year_on_year": Changes,
}
