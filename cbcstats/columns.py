"""Names of columns and the values that some of them take, said once."""

from typing import Final

INDICATOR: Final = "indicator"
MEASURE: Final = "measure"
SCOPE: Final = "scope"
UNIT: Final = "unit"
PERIOD_START: Final = "period_start"
PERIOD_END: Final = "period_end"
PERIOD_BASIS: Final = "period_basis"
VALUE: Final = "value"
ROUNDED_TO: Final = "rounded_to"
QUALIFIER: Final = "qualifier"
PUBLISHED_CHANGE: Final = "published_change"
CHANGE_BASIS: Final = "change_basis"
CHANGE_SINCE: Final = "change_since"
PREFERRED: Final = "preferred"
PREFERRED_REASON: Final = "preferred_reason"
SOURCE_ID: Final = "source_id"
NOTE: Final = "note"

PROGRAMME: Final = "programme"
TRACK: Final = "track"
MEMBER: Final = "member"
MEMBER_NAME: Final = "member_name"
AS_OF: Final = "as_of"
START: Final = "start"
END: Final = "end"
LIST_ID: Final = "list_id"
LIST_KIND: Final = "list_kind"

ISO3: Final = "iso3"
ISO2: Final = "iso2"
NAME: Final = "name"
WCO_REGION: Final = "wco_region"
REGION_SOURCE_ID: Final = "region_source_id"
JOINED: Final = "joined"
JOINED_SOURCE_ID: Final = "joined_source_id"

LANGUAGE: Final = "language"
KIND: Final = "kind"

MISSION_ID: Final = "mission_id"
STATUS: Final = "status"
START_DATE: Final = "start_date"
END_DATE: Final = "end_date"
EXPERTS: Final = "experts"
PARTICIPANTS: Final = "participants"
FEMALE_PARTICIPANTS: Final = "female_participants"

TITLE: Final = "title"
PUBLISHER: Final = "publisher"
PUBLISHED: Final = "published"
URL: Final = "url"
ACCESSED: Final = "accessed"

LOW: Final = "low"
HIGH: Final = "high"
PREVIOUS_PERIOD_END: Final = "previous_period_end"
PREVIOUS_VALUE: Final = "previous_value"
PREVIOUS_LOW: Final = "previous_low"
PREVIOUS_HIGH: Final = "previous_high"
CHANGE: Final = "change"
CHANGE_LOW: Final = "change_low"
CHANGE_HIGH: Final = "change_high"
PERCENT_CHANGE: Final = "percent_change"
PERCENT_CHANGE_LOW: Final = "percent_change_low"
PERCENT_CHANGE_HIGH: Final = "percent_change_high"
COMPARABLE: Final = "comparable"
WHY: Final = "why"
PREVIOUS_SOURCE_ID: Final = "previous_source_id"

INDEX: Final = "index"
INDEX_LOW: Final = "index_low"
INDEX_HIGH: Final = "index_high"
YEARS: Final = "years"
GROWTH_RATE: Final = "growth_rate"
GROWTH_RATE_LOW: Final = "growth_rate_low"
GROWTH_RATE_HIGH: Final = "growth_rate_high"

CONTRIBUTION: Final = "contribution"
CONTRIBUTION_LOW: Final = "contribution_low"
CONTRIBUTION_HIGH: Final = "contribution_high"
TOTAL_PERCENT_CHANGE: Final = "total_percent_change"

NUMBER_OF_PARTS: Final = "parts"
PARTS_VALUE: Final = "parts_value"
PARTS_LOW: Final = "parts_low"
PARTS_HIGH: Final = "parts_high"
ADDS_UP: Final = "adds_up"

LIST_DATE: Final = "list_date"
LIST_NAME: Final = "list_name"
PREVIOUS_LIST_DATE: Final = "previous_list_date"
ON_LIST: Final = "on_list"
MEMBERS: Final = "members"

IMPLIED_LOW: Final = "implied_low"
IMPLIED_HIGH: Final = "implied_high"
VERDICT: Final = "verdict"
VERDICT_STRICT: Final = "verdict_strict"
SENTENCE: Final = "sentence"

PRECISION: Final = "_precision"  # suffix: how much of the date beside it is known

SOURCE_IDS: Final = (SOURCE_ID, PREVIOUS_SOURCE_ID, REGION_SOURCE_ID, JOINED_SOURCE_ID)
PARTS: Final = (WCO_REGION, ISO3, MEMBER, PROGRAMME, TRACK, KIND, STATUS)  # say what part of a total a count is
PLANNED: Final = "planned"  # the scope of what was not yet done
PARTIAL: Final = "partial:"  # how the note of a count begins whose period a register may cover only in part
MEASURES: Final = ("flow", "stock", "cumulative", "event")
QUALIFIERS: Final = ("exact", "more_than", "at_least", "about", "almost", "less_than", "at_most")
PRECISIONS: Final = ("day", "month", "year")
LANGUAGES: Final = ("en", "fr", "es")
KINDS_OF_NAME: Final = ("short", "official", "former", "customs")
NO_REGION: Final = "no WCO region"  # what stands for a region where there is none
WCO_REGIONS: Final = (
    "East and Southern Africa",
    "Europe",
    "Far East, South and South East Asia, Australasia and the Pacific Islands",
    "North of Africa, Near and Middle East",
    "South America, North America, Central America and the Caribbean",
    "West and Central Africa",
)
