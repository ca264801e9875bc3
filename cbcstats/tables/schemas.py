"""The pandera schemas of the published tables.

A schema describes a typed frame: text, `Float64` numbers, `datetime64` days, `bool`
marks; an empty cell is missing. The type of a column that a file may leave out ends in
`| None`. The attributes of a check are its message: `title` is the column, `error` the
problem, and `description` the remedy.
"""

from __future__ import annotations

import warnings
from typing import Any, Final

import pandas as pd

from cbcstats.counts.formats import BASES, CHANGE_BASES, MEASURES, PARTS, figure_keys
from cbcstats.counts.readings import QUALIFIERS
from cbcstats.tables.checks import CHANGE_WITH_SIGN, PARTIAL_DATE
from cbcstats.tables.codelists import (
    KINDS_OF_NAME,
    LANGUAGES,
    LANGUAGES_OF_CLDR,
    PRECISIONS,
    WCO_REGIONS,
)

# If pyspark is installed, pandera imports `pyspark.pandas`, which warns about pandas 3.
# The checks of older pandera work only once they are registered.
with warnings.catch_warnings():
    warnings.filterwarnings(
        "ignore", "PySpark does not yet fully support pandas", FutureWarning
    )
    import pandera.pandas as pa
    import pandera.typing.pyspark  # noqa: F401

    pa.DataFrameSchema.register_default_backends(pd.DataFrame)

# `form` completes the remedy for a value that does not match: "write three capital
# letters".
NAME: Final = {
    "str_matches": r"^[a-z0-9]+(_[a-z0-9]+)*$",
    "form": "lower-case words joined by underscores, such as wco_members",
}
ISO3: Final = {
    "str_matches": r"^[A-Z]{3}$",
    "form": "three capital letters of ISO 3166, such as KEN",
}
ISO2: Final = {
    "str_matches": r"^[A-Z]{2}$",
    "form": "two capital letters of ISO 3166, such as KE",
}
M49: Final = {
    "str_matches": r"^[0-9]{3}$",
    "form": "three digits of M49, such as 404",
}
STATUS: Final = {
    "str_matches": r"^[A-Za-z]{1,2}$",
    "form": "a code of the SDMX code list CL_OBS_STATUS, such as B for a break",
}
CHANGE: Final = {
    "str_matches": CHANGE_WITH_SIGN,
    "form": "the change as printed, a number with its sign, such as +49%",
}
PARTIAL_DAY: Final = {
    "str_matches": PARTIAL_DATE,
    "form": "a year, month or day, such as 2018, 2018-03 or 2018-03-02",
}
ADDRESS: Final = {
    "str_matches": r"^https?://\S+$",
    "form": "an address that begins with https://",
}
ID: Final = {
    "str_matches": r"^\S+$",
    "form": "an id without blanks, such as wco-2018-03-02",
}


def _text(
    description: str, *, form: str = "", refers_to: str = "", **field: Any
) -> Any:
    # pandera does not know references to another table; the loaders check them.
    metadata = {"form": form, "refers_to": refers_to}
    return pa.Field(description=description, metadata=metadata, **field)


def _source(what: str, *, nullable: bool = False, or_else: str = "") -> Any:
    description = f"source of {what}: an id in sources.csv{or_else}"
    return _text(description, nullable=nullable, refers_to="sources")


def _day(description: str, *, partial: bool = False) -> Any:
    return pa.Field(
        description=description, nullable=True, metadata={"partial": partial}
    )


def _precision(column: str) -> Any:
    description = f"how much of {column} is known: day, month or year"
    return _text(description, nullable=True, isin=PRECISIONS)


class Counts(pa.DataFrameModel):
    """Published counts, one row per figure of one source."""

    indicator: str = _text("series: an indicator in indicators.csv", **NAME)
    label: str | None = pa.Field(
        description="what a reader sees; only in loaded counts",
        nullable=True,
        metadata={"added": True},
    )
    measure: str = _text(
        "flow: happened within the period; stock: true on a day; "
        "cumulative: since a start; event: at one event, such as attendance, "
        "which does not grow with the days it lasts; share: percent of a whole, "
        "of a period or on a day",
        isin=MEASURES,
    )
    scope: str = _text(
        "what the count covers where figures would otherwise be mixed: "
        "delivered, planned, in_person, ...; all where nothing is set apart",
        **NAME,
    )
    area: str | None = _text(
        "country (ISO 3166 alpha-3), WCO region or continent that the count is of; "
        "empty where it is of no one of them",
        nullable=True,
    )
    unit: str = _text("what one is: missions, Members, participants, ...")
    period_start: pd.Timestamp = _day(
        "first day, inclusive; empty for a stock or where not known"
    )
    period_end: pd.Timestamp = _day(
        "last day, inclusive; the day of a stock; empty where not known"
    )
    period_basis: str = _text(
        "whether the source states the days or they are inferred",
        isin=BASES,
    )
    period_tolerance: pd.Float64Dtype | None = pa.Field(
        description="days by which the period may be shorter or longer, where that is "
        "known; empty for 0 if the days are stated or whole months, and else for 7",
        ge=0,
        nullable=True,
        coerce=True,
    )
    value: pd.Float64Dtype = pa.Field(
        description="number printed; empty for a change that is claimed without it",
        ge=0,
        nullable=True,
        coerce=True,
    )
    rounded_to: pd.Float64Dtype | None = pa.Field(
        description="what the number is rounded to, for money and shares: "
        "0.1 for 24.1 million; empty for a count",
        gt=0,
        nullable=True,
        coerce=True,
    )
    qualifier: str = _text(
        "word printed beside the number; below and above for the signs < and > before "
        "a number below 20, which are limits",
        isin=QUALIFIERS,
    )
    obs_status: str | None = _text(
        "status by the code list of SDMX: B where the series breaks, E estimated, "
        "F forecast or plan, P provisional; empty for a normal figure",
        nullable=True,
        **STATUS,
    )
    published_change: str = _text(
        "change that the source claims, as printed", nullable=True, **CHANGE
    )
    change_basis: str = _text(
        "of what the change is claimed", nullable=True, isin=CHANGE_BASES
    )
    change_since: pd.Timestamp | None = pa.Field(
        description="last day of the period that the change is measured from; "
        "empty for the period a year before",
        nullable=True,
    )
    preferred: bool | None = pa.Field(
        description="false where another figure for the same indicator, scope "
        "and period is the one to compute with",
    )
    preferred_reason: str | None = _text(
        "why the figure is preferred, where there are several", nullable=True
    )
    source_id: str = _source(
        "the figure",
        or_else="; in counts of your own also a register, such as missions.xlsx#2017",
    )
    note: str = _text("what a reader must know, in our own words", nullable=True)
    missing: pd.Float64Dtype | None = pa.Field(
        description="only in counts of registers: rows that may belong to the count "
        "and are not in it, such as rejected ones; it ranges from value to "
        "value + missing",
        ge=0,
        nullable=True,
        coerce=True,
        metadata={"added": True},
    )

    @pa.dataframe_check(
        title="period_end",
        error="is before the start of the period",
        description="correct the start or the end of the period",
        ignore_na=False,
    )
    def period_ends_after_start(cls, counts: pd.DataFrame) -> pd.Series:
        """Check that no period ends before it starts."""
        # Not `end >= start`, which is false for a missing day; such a row passes.
        return ~(counts["period_end"] < counts["period_start"])

    @pa.dataframe_check(
        title="period_start",
        error="is given for a stock, which is true on one day",
        description="leave period_start empty, or correct measure",
        ignore_na=False,
    )
    def stock_has_no_start(cls, counts: pd.DataFrame) -> pd.Series:
        """Check that a stock has no period_start."""
        return ~((counts["measure"] == "stock") & counts["period_start"].notna())

    @pa.dataframe_check(
        title="change_basis",
        error="does not go with published_change",
        description="fill both or leave both empty: total for a change of the total, "
        "per_month for one of the monthly rate",
        ignore_na=False,
    )
    def change_has_a_basis(cls, counts: pd.DataFrame) -> pd.Series:
        """Check that a basis is given if, and only if, there is a published change."""
        # Where periods differ in length, the total and the monthly rate change
        # differently.
        return counts["published_change"].isna() == counts["change_basis"].isna()

    @pa.dataframe_check(
        title="value",
        error="is empty",
        description="write the number printed; "
        "only a change that is claimed without its figure has none",
        ignore_na=False,
    )
    def figure_has_a_value(cls, counts: pd.DataFrame) -> pd.Series:
        """Check that each row has a number or a published change."""
        # Some sources print "an increase of 12%" without the figure itself.
        return counts["value"].notna() | counts["published_change"].notna()

    @pa.dataframe_check(
        title="indicator",
        error="is in a row that repeats an earlier one",
        description="delete one of the two rows",
        ignore_na=False,
    )
    def row_is_new(cls, counts: pd.DataFrame) -> pd.Series:
        """Check that each figure is entered only once."""
        return ~_repeats(counts)

    @pa.dataframe_check(
        title="preferred",
        error="is not true for exactly one of the figures "
        "for the same indicator, scope and period",
        description="write true for the one to compute with and false for the others, "
        "or correct scope or period",
        ignore_na=False,
    )
    def one_figure_is_preferred(cls, counts: pd.DataFrame) -> pd.Series:
        """Check that one figure of each series and period is preferred."""
        # Repeated rows are reported separately; they must not fail the original row.
        is_new = ~_repeats(counts)
        is_preferred = counts["preferred"] & is_new
        keys = figure_keys(counts)
        figures = is_preferred.groupby(keys, dropna=False)
        return figures.transform("sum") == 1

    @pa.dataframe_check(
        title="preferred_reason",
        error="is empty although other figures for the same period exist",
        description="say why this figure is preferred",
        ignore_na=False,
    )
    def preference_has_a_reason(cls, counts: pd.DataFrame) -> pd.Series:
        """Check that a preference among several figures is explained."""
        is_new = ~_repeats(counts)
        keys = figure_keys(counts)
        figures = is_new.groupby(keys, dropna=False)
        is_alone = figures.transform("sum") <= 1
        needs_reason = counts["preferred"] & ~is_alone
        return ~needs_reason | counts["preferred_reason"].notna()


class Indicators(pa.DataFrameModel):
    """What the published counts are of, one row per indicator of counts.csv."""

    indicator: str = _text("name in counts.csv, in snake_case", **NAME)
    label_en: str = _text("what a reader sees")
    label_fr: str = _text(
        "the same in French, for indicators with several figures", nullable=True
    )
    measure: str = _text("measure of its counts", isin=MEASURES)
    unit: str = _text("unit of its counts; several are separated by a semicolon")
    description: str = _text("what the label does not say", nullable=True)
    former_names: str = _text(
        "earlier names of the indicator, separated by blanks; load_counts finds it "
        "by these, too",
        nullable=True,
    )

    @pa.dataframe_check(
        title="indicator",
        error="occurs twice",
        description="keep one row per indicator",
        ignore_na=False,
    )
    def indicator_is_new(cls, indicators: pd.DataFrame) -> pd.Series:
        """Check that each indicator has only one row."""
        return ~indicators.duplicated(["indicator"])


class Beneficiaries(pa.DataFrameModel):
    """Members on lists of programme beneficiaries, one row per Member and list."""

    programme: str = _text("programme, by its own name")
    track: str = _text(
        "part of the programme, by the programme's own name for it", nullable=True
    )
    member: str = _text("beneficiary, ISO 3166 alpha-3; XKX for Kosovo", **ISO3)
    member_name: str = _text("beneficiary, as the source spells it")
    as_of: pd.Timestamp = _day(
        "date of the source; its first day where only month or year is known",
        partial=True,
    )
    as_of_precision: str | None = _precision("as_of")
    start: pd.Timestamp = _day("start of the support, where stated", partial=True)
    start_precision: str | None = _precision("start")
    end: pd.Timestamp = _day("end of the support, where stated", partial=True)
    end_precision: str | None = _precision("end")
    list_id: str | None = _text(
        "list the row belongs to; two sources may make up one list", nullable=True
    )
    list_kind: str = _text(
        "full: all beneficiaries on that date; "
        "partial: some, so that absence is never an exit",
        isin=("full", "partial"),
    )
    source_id: str = _source("the row")
    note: str = _text(
        "phase, kind of support, and what a reader must know", nullable=True
    )

    @pa.dataframe_check(
        title="member",
        error="is on the same list twice",
        description="delete one of the two rows",
        ignore_na=False,
    )
    def member_is_listed_once(cls, beneficiaries: pd.DataFrame) -> pd.Series:
        """Check that no list names a Member twice."""
        return ~beneficiaries.duplicated(["list_id", "member"])

    @pa.dataframe_check(
        title="list_kind",
        error="differs within the list",
        description="mark the whole list full or partial",
        ignore_na=False,
    )
    def list_has_one_kind(cls, beneficiaries: pd.DataFrame) -> pd.Series:
        """Check that a list is full or partial as a whole."""
        kind = beneficiaries["list_kind"]
        list_id = beneficiaries["list_id"]
        lists = kind.groupby(list_id, dropna=False)
        first = lists.transform("first")
        is_empty = kind.isna()  # reported as an empty cell
        return is_empty | (kind == first)

    @pa.dataframe_check(
        title="end",
        error="is before start",
        description="correct start or end",
        ignore_na=False,
    )
    def end_is_after_start(cls, beneficiaries: pd.DataFrame) -> pd.Series:
        """Check that no support ends before it starts."""
        start = beneficiaries["start"]
        end = beneficiaries["end"]
        # A year alone is stored as its first day: "June 2018 to 2018" is in order.
        precision = beneficiaries[["start_precision", "end_precision"]]
        is_of_year = (precision == "year").any(axis="columns")
        is_same_year = start.dt.year == end.dt.year
        may_be_in_order = is_of_year & is_same_year
        is_in_order: pd.Series = may_be_in_order | ~(end < start)
        return is_in_order


class Members(pa.DataFrameModel):
    """Members of the WCO, one row each; the European Union is not counted."""

    iso3: str = _text(
        "ISO 3166 alpha-3; XKX for Kosovo, EUE for the European Union", **ISO3
    )
    iso2: str = _text(
        "ISO 3166 alpha-2; XK for Kosovo, EU for the European Union", **ISO2
    )
    name: str = _text("short English name")
    wco_region: str = _text(
        "one of the six WCO regions", nullable=True, isin=WCO_REGIONS
    )
    region_basis: str = _text(
        "how the region is known: stated in a list, supported by a text, or inferred",
        nullable=True,
        isin=("stated", "supported", "inferred"),
    )
    region_source_id: str = _source("the region", nullable=True)
    joined: pd.Timestamp = _day(
        "date of accession; its first day where only the year is known", partial=True
    )
    joined_precision: str | None = _precision("joined")
    joined_basis: str | None = _text(
        "how joined is known: stated in a list, or inferred, mostly by a data set "
        "whose year differs for 26 of the 74 Members whose day is known, "
        "for 17 of them by two years or more",
        nullable=True,
        isin=BASES,
    )
    joined_source_id: str = _source("the date of accession", nullable=True)
    source_id: str = _source("the membership")
    note: str = _text("other names, uncertainties, status", nullable=True)

    @pa.dataframe_check(
        title="iso3",
        error="occurs twice",
        description="keep one row per Member",
        ignore_na=False,
    )
    def member_is_new(cls, members: pd.DataFrame) -> pd.Series:
        """Check that each Member has only one row."""
        return ~members.duplicated(["iso3"])

    @pa.dataframe_check(
        title="joined_source_id",
        error="is empty although joined is given",
        description="name the source of the date, or leave the date empty",
        ignore_na=False,
    )
    def joined_has_a_source(cls, members: pd.DataFrame) -> pd.Series:
        """Check that a date of accession names its source."""
        return members["joined"].isna() | members["joined_source_id"].notna()


class Places(pa.DataFrameModel):
    """Names of countries and territories, one row per spelling.

    Those in Arabic, German, Portuguese, Russian and Chinese, and the numbers, are from
    Unicode CLDR, see `UNICODE-LICENSE.txt`. The others are our own list.
    """

    iso3: str = _text(
        "ISO 3166 alpha-3; XKX for Kosovo, EUE for the European Union", **ISO3
    )
    iso2: str = _text(
        "ISO 3166 alpha-2; XK for Kosovo, EU for the European Union", **ISO2
    )
    m49: str | None = _text(
        "number of the UN standard M49, and of ISO 3166; "
        "empty for Kosovo and the European Union",
        nullable=True,
        **M49,
    )
    name: str = _text("spelling; case, accents and punctuation make no difference")
    language: str = _text(
        "language of the name; empty where it does not matter",
        nullable=True,
        isin=(*LANGUAGES, *LANGUAGES_OF_CLDR),
    )
    kind: str = _text(
        "short: what we call the place, one in English each; "
        "official: its full or present name; former: a name that it had; "
        "customs: a spelling of statistics and customs lists",
        isin=KINDS_OF_NAME,
    )

    @pa.dataframe_check(
        title="name",
        error="is the name of several places",
        description="keep it for the place that it always means, "
        "or leave it out if it may mean either",
        ignore_na=False,
    )
    def spelling_is_of_one_place(cls, places: pd.DataFrame) -> pd.Series:
        """Check that each spelling belongs to one place only."""
        # `to_iso3` ignores case, so KENYA and Kenya are the same spelling.
        spelling = places["name"].str.casefold()
        codes = places["iso3"].groupby(spelling, dropna=False)
        return codes.transform("nunique") <= 1

    @pa.dataframe_check(
        title="kind",
        error="leaves the place without a short name in English, "
        "or with several in one language",
        description="mark one name of each language as short, "
        "and the others as official, former or customs",
        ignore_na=False,
    )
    def place_has_one_short_name(cls, places: pd.DataFrame) -> pd.Series:
        """Check for one short name in English, and at most one per other language."""
        is_short = places["kind"] == "short"
        is_english = places["language"] == "en"
        is_chosen = is_short & is_english
        place = places["iso3"]
        names = is_chosen.groupby(place, dropna=False)
        has_one = names.transform("sum") == 1
        is_repeated = places.duplicated(["iso3", "language", "kind"])
        return has_one & ~(is_short & is_repeated)

    @pa.dataframe_check(
        title="iso2",
        error="is not the code of all names of the place",
        description="correct iso2 or iso3",
        ignore_na=False,
    )
    def codes_go_together(cls, places: pd.DataFrame) -> pd.Series:
        """Check that two-letter and three-letter codes correspond one to one."""
        iso2 = places["iso2"]
        iso3 = places["iso3"]
        by_place = iso2.groupby(iso3, dropna=False)
        by_code = iso3.groupby(iso2, dropna=False)
        codes = by_place.transform("nunique")
        names = by_code.transform("nunique")
        return (codes <= 1) & (names <= 1)


class Sources(pa.DataFrameModel):
    """Sources of the figures, one row each."""

    source_id: str = _text("id that the other tables use", **ID)
    title: str = _text("title")
    publisher: str = _text("who published it; a copy is named as one")
    published: str = _text(
        "date of publication as far as known", nullable=True, **PARTIAL_DAY
    )
    url: str = _text(
        "address of the publisher's own page, in English where there is one; "
        "empty where only a copy was read that no reader is sent to",
        nullable=True,
        **ADDRESS,
    )
    accessed: pd.Timestamp = _day("day on which it was read")
    note: str = _text("how it was read", nullable=True)

    @pa.dataframe_check(
        title="source_id",
        error="occurs twice",
        description="give each source an id of its own",
        ignore_na=False,
    )
    def source_is_new(cls, sources: pd.DataFrame) -> pd.Series:
        """Check that each source has an id of its own."""
        return ~sources.duplicated(["source_id"])


class Readings(pa.DataFrameModel):
    """Pairs of a published figure with its word and the exact figure, one row each."""

    pair_id: str = _text("id of the pair", **ID)
    language: str = _text("language of the word", isin=LANGUAGES)
    word: str = _text("word as printed beside the number")
    qualifier: str = _text(
        "what the word says; exact for doubled, halved and the like without a word",
        isin=QUALIFIERS,
    )
    printed: pd.Float64Dtype = pa.Field(
        description="number printed: 50 for half, 2 for doubled", coerce=True
    )
    exact: pd.Float64Dtype = pa.Field(
        description="exact number, in the same unit", coerce=True
    )
    rounded_to: pd.Float64Dtype = pa.Field(
        description="last place printed of an amount or a percentage; empty for a count",
        gt=0,
        nullable=True,
        coerce=True,
    )
    unit: str = _text("what one is, as the source says it")
    kind: str = _text(
        "count, amount or percent: a number; fraction: in words, such as half; "
        "multiple: in words, such as doubled",
        isin=("count", "amount", "percent", "fraction", "multiple"),
    )
    genre: str = _text(
        "kind of text; statista: captions beside tables of Statista",
        isin=("news", "official", "ngo", "encyclopedia", "web", "statista"),
    )
    source: str = _text("text with the word, as it can be found again")
    exact_source: str = _text("where the exact number is")
    doubt: str = _text(
        "threshold: the word says that a round number was passed; derived: the exact "
        "number was computed from rounded ones, or has a word itself; contradictory: "
        "the exact number is not on the side that the word says",
        nullable=True,
    )
    note: str = _text("how the exact number was computed", nullable=True)

    @pa.dataframe_check(
        title="pair_id",
        error="occurs twice",
        description="give each pair an id of its own",
        ignore_na=False,
    )
    def pair_is_new(cls, readings: pd.DataFrame) -> pd.Series:
        """Check that each pair has an id of its own."""
        return ~readings.duplicated(["pair_id"])


def _repeats(counts: pd.DataFrame) -> pd.Series:
    """Tell which rows have the same identifying columns as an earlier row."""
    identity = [
        "indicator",
        "measure",
        "scope",
        "unit",
        "period_start",
        "period_end",
        "value",
        "qualifier",
        "published_change",
        "source_id",
    ]
    # Counts of a register also have the columns that they were counted by.
    parts = [column for column in ("area", *PARTS) if column in counts]
    return counts.duplicated([*identity, *parts])


# In the order of the data dictionary.
SCHEMAS: Final[dict[str, type[pa.DataFrameModel]]] = {
    "counts": Counts,
    "indicators": Indicators,
    "beneficiaries": Beneficiaries,
    "members": Members,
    "places": Places,
    "sources": Sources,
    "readings": Readings,
}
