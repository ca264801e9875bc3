"""The rules of the tables in plain words: what form a cell takes, what breaks a rule, what to do."""

from typing import Final, NamedTuple

from cbcstats.files.cells import FORM_OF_CHANGE, FORM_OF_PARTIAL_DAY

FORM_OF_NAME = r"^[a-z0-9]+(_[a-z0-9]+)*$"
FORM_OF_ISO3 = r"^[A-Z]{3}$"
FORM_OF_ISO2 = r"^[A-Z]{2}$"
FORM_OF_ADDRESS = r"^https?://\S+$"
FORM_OF_ID = r"^\S+$"
# What `read_register` names as the source of its rows: the file, and the sheet of a workbook.
FORM_OF_REGISTER = r"(?i:register|\S+\.(csv|tsv|txt|xlsx|parquet)(#\S+)?)"

PATTERNS: Final = {
    FORM_OF_NAME: "lower-case words joined by underscores, such as tailor_made_members",
    FORM_OF_ISO3: "three capital letters of ISO 3166, such as KEN",
    FORM_OF_ISO2: "two capital letters of ISO 3166, such as KE",
    FORM_OF_CHANGE: "the change as printed, a number with its sign, such as +49%",
    FORM_OF_PARTIAL_DAY: "a year, month or day, such as 2018, 2018-03 or 2018-03-02",
    FORM_OF_ADDRESS: "an address that begins with https://",
    FORM_OF_ID: "an id without blanks, such as wco-2018-03-02",
}


class Rule(NamedTuple):
    """A dataframe check in plain words: the column to point at, what is wrong, what to do.

    `rests_on` names the columns by which a rule puts rows together; where one of them is in doubt, so is the rule.
    """

    column: str
    problem: str
    remedy: str
    rests_on: tuple[str, ...] = ()


_OF_ONE_PERIOD: Final = ("indicator", "scope", "period_start", "period_end", "preferred")

RULES: Final = {
    "period_ends_after_start": Rule(
        "period_end",
        "is before the start of the period",
        "correct the start or the end of the period",
    ),
    "stock_has_no_start": Rule(
        "period_start",
        "is given for a stock, which is true on one day",
        "leave period_start empty, or correct measure",
    ),
    "change_has_a_basis": Rule(
        "change_basis",
        "does not go with published_change",
        "fill both or leave both empty: total for a change of the total, per_month for one of the monthly rate",
    ),
    "figure_has_a_value": Rule(
        "value",
        "is empty",
        "write the number printed; only a change that is claimed without its figure has none",
    ),
    "row_is_new": Rule(
        "indicator", "begins a row that repeats an earlier one", "delete one of the two rows"
    ),
    "one_figure_is_preferred": Rule(
        "preferred",
        "leaves no single preferred figure among those for the same indicator, scope and period",
        "write true for the one to compute with and false for the others, or correct scope or period",
        _OF_ONE_PERIOD,
    ),
    "preference_has_a_reason": Rule(
        "preferred_reason",
        "is empty although other figures for the same period exist",
        "say why this figure is preferred",
        _OF_ONE_PERIOD,
    ),
    "member_is_listed_once": Rule(
        "member", "stands twice on the same list", "delete one of the two rows"
    ),
    "list_has_one_kind": Rule(
        "list_kind", "differs within the list", "mark the whole list full or partial"
    ),
    "end_is_after_start": Rule("end", "is before start", "correct start or end"),
    "source_is_new": Rule("source_id", "stands twice", "give each source an id of its own"),
    "member_is_new": Rule("iso3", "stands twice", "keep one row per Member"),
    "joined_has_a_source": Rule(
        "joined_source_id",
        "is empty although joined is given",
        "name the source of the date, or leave the date empty",
    ),
    "spelling_is_of_one_place": Rule(
        "name",
        "stands for several places",
        "keep it for the place that it always means, or leave it out if it may mean either",
    ),
    "place_has_one_short_name": Rule(
        "kind",
        "leaves the place without one short name in English, or with several in one language",
        "mark one name of each language as short, and the others as official, former or customs",
        ("iso3", "language", "kind"),
    ),
    "codes_go_together": Rule(
        "iso2", "is not the code of all names of the place", "correct iso2 or iso3"
    ),
}
