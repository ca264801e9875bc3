"""What the cells of missions say: several countries, none, a region, a status."""

import pytest

from cbcstats import read_register
from cbcstats.registers.words import (
    countries_of,
    explain_country,
    kind_of_status,
    region_in,
)
from tests.register_files import HEADER, changed, found, good_row

AMERICAS = "South America, North America, Central America and the Caribbean"
PACIFIC = "Far East, South and South East Asia, Australasia and the Pacific Islands"
MIDDLE_EAST = "North of Africa, Near and Middle East"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Zambia", "ZMB"),
        ("Zambia / Malawi", "ZMB MWI"),
        ("Zambia; Malawi; Zambia", "ZMB MWI"),
        ("Zambia, Malawi and Mozambique", "ZMB MWI MOZ"),
        ("Zambia, Malawi, and Mozambique", "ZMB MWI MOZ"),
        ("Pérou et Chili", "PER CHL"),
        ("Perú y Chile", "PER CHL"),
        ("Zambia - Malawi", "ZMB MWI"),
        ("Zambia\nMalawi", "ZMB MWI"),
        ("肯尼亚、乌干达", "KEN UGA"),
        ("Kenia und Uganda", "KEN UGA"),
        ("Кения и Уганда", "KEN UGA"),
        # Names that hold separators themselves.
        ("Bosnia and Herzegovina, Trinidad and Tobago", "BIH TTO"),
        ("Guinea-Bissau / Guinea", "GNB GIN"),
        ("Congo, Dem. Rep.", "COD"),
        ("China, Hong Kong", "HKG"),
        ("Burma / Myanmar", "MMR"),
        # This was one state.
        ("Serbia and Montenegro", None),
        # A part that is not known makes the whole cell unknown.
        ("Zambia / Atlantis", None),
        ("Zambia and others", None),
        ("Korea, Zambia", None),
        # So long a text is no list of countries.
        ("Zambia / Malawi / " * 60, None),
        ("", None),
    ],
)
def test_a_cell_names_one_country_or_several(text, codes):
    assert countries_of([text]) == [codes]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Regional", None),
        ("Sub-regional", None),
        ("ONLINE", None),
        ("En ligne", None),
        ("Virtual", None),
        ("À distance", None),
        ("A distancia", None),
        ("Several countries", None),
        ("Plusieurs pays", None),
        ("Varios países", None),
        ("7 pays", None),
        ("Regional 2017", None),
        ("All Members", None),
        ("Tous les Membres de l'OMD", None),
        ("Todos los Miembros", None),
        ("Africa", None),
        ("ESA and WCA", None),
        ("Regional - ESA", "East and Southern Africa"),
        ("Région Afrique de l'Ouest et du Centre", "West and Central Africa"),
        ("América Latina y el Caribe", AMERICAS),
        ("Online (Americas)", AMERICAS),
        ("A/P region", PACIFIC),
        ("Asia/Pacific", PACIFIC),
        ("MENA", MIDDLE_EAST),
        ("Moyen-Orient", MIDDLE_EAST),
        ("Regional workshop for Europe", "Europe"),
    ],
)
def test_known_words_are_missions_without_a_country(text, region):
    assert countries_of([text]) == [""]
    assert region_in(text) == region


@pytest.mark.parametrize(
    "text", ["Pays", "Regional Zambia", "South Africa region", "Narnia", "Workshop", "-", "Total"]
)
def test_other_words_are_not(text):
    assert countries_of([text]) == [None]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Cancelled", "cancelled"),
        ("annulé", "cancelled"),
        ("Cancelada", "cancelled"),
        ("postponed to 2018", "postponed"),
        ("Reportée", "postponed"),
        ("Aplazado", "postponed"),
        ("Planned", "planned"),
        ("prévu", "planned"),
        ("Programada", "planned"),
        ("reported", ""),
        ("Delivered as planned", ""),
        ("réalisée", ""),
        ("under way", ""),
    ],
)
def test_statuses_in_three_languages(text, kind):
    assert kind_of_status(text) == kind


def test_a_mission_needs_no_country_and_may_have_several(save):
    members = ["Online", "Regional (MENA)", "Kenya / Mozambique", "Kenya / Peru", "HQ", "Kenya"]
    rows = [changed(good_row(number), "member", name) for number, name in enumerate(members)]
    register = read_register(save([HEADER, *rows]), no_country=["hq"])
    assert register.problems.empty
    assert register.rows["iso3"].isna().tolist() == [True] * 5 + [False]
    regions = register.rows["wco_region"].astype(object)
    assert regions.fillna("").tolist() == [
        "",
        MIDDLE_EAST,
        "East and Southern Africa",
        "",
        "",
        "East and Southern Africa",
    ]
    assert register.rows["all_iso3"].fillna("").tolist() == ["", "", "KEN MOZ", "KEN PER", "", ""]
    assert register.summary["in several countries"] == 2
    assert register.summary["without a country"] == 3
    # Without the word, its row is rejected.
    assert read_register(save([HEADER, *rows])).rejected["member"].tolist() == ["HQ"]


def test_a_register_has_places_of_its_own(save):
    members = ["Kenya", "OPT", "Mali / OPT", "West Bank"]
    rows = [changed(good_row(number), "member", name) for number, name in enumerate(members)]
    own = {"OPT": "PSE", "west bank": "Palestine"}
    register = read_register(save([HEADER, *rows]), places=own)
    assert register.rows["all_iso3"].fillna("").tolist() == ["", "", "MLI PSE", ""]
    assert register.rows["iso3"].astype("object").fillna("").tolist() == ["KEN", "PSE", "", "PSE"]
    assert read_register(save([HEADER, *rows])).rejected["member"].tolist() == members[1:]


def test_codes_of_lists_and_regions_are_a_column_of_codes(save):
    members = ["ke / ug", "na", "Regional", "Online", "All Members", "tg"]
    rows = [changed(good_row(number), "member", name) for number, name in enumerate(members)]
    register = read_register(save([HEADER, *rows]))
    assert register.problems.empty
    assert register.rows["iso3"].astype("object").fillna("").tolist() == [
        "",
        "NAM",
        "",
        "",
        "",
        "TGO",
    ]


def test_an_id_may_return_with_another_country(save):
    first = good_row(1)  # in Namibia
    rows = [first, changed(first, "member", "Kenya"), changed(first, "member", "Namibia")]
    register = read_register(save([HEADER, *rows]))
    assert found(register) == [
        [
            *(4, "mission_id", "M-001"),
            *("is already the id of an earlier row with the same country", "error"),
        ]
    ]
    assert register.rows["counted_above"].tolist() == [False, True]
    assert register.rows["all_iso3"].fillna("").tolist() == ["NAM KEN", ""]


def test_all_members_with_a_day_is_a_mission_and_without_one_a_total(save):
    row = changed(good_row(1), "member", "All Members")
    register = read_register(save([HEADER, row, changed(row, "start_date", "")]))
    assert register.rows.index.tolist() == [2]
    assert found(register) == [[3, "member", "All Members", "is a total, not an entry", "error"]]


def test_two_names_that_are_near_are_one_place_that_is_not_known():
    finding = explain_country("Nigera", suggest=True)
    assert finding.problem == "is not a place that is known"
    assert finding.remedy.endswith("perhaps Nigeria or Niger")


def test_beneficiaries_are_one_member_each(save):
    rows = [["member", "programme"], ["Kenya / Mali", "Mercator"], ["Regional", "Mercator"]]
    register = read_register(save(rows), kind="beneficiaries")
    assert register.problems["problem"].tolist() == [
        "names several places",
        "is not a place that is known",
    ]


def test_a_year_far_from_all_others_is_a_warning(save):
    years = [2004, 2016, 2017, 2017, 2018, 2018]
    rows = [
        changed(changed(good_row(number), "start_date", f"{year}-03-05"), "end_date", "")
        for number, year in enumerate(years)
    ]
    assert found(read_register(save([HEADER, *rows]))) == [
        [
            *(2, "start_date", "2004-03-05"),
            *("is 12 years from all other days of the column", "warning"),
        ]
    ]
    # Ten years without a mission happen: three of eight rows are no typing error.
    more = [changed(rows[0], "mission_id", f"X-{number}") for number in range(2)]
    assert read_register(save([HEADER, *rows, *more])).problems.empty
