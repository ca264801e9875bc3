"""list_indicators: what there is, found by words, areas, publishers and former names."""

import pandas as pd
import pytest

import cbcstats
from cbcstats import list_indicators, load_counts
from cbcstats.tables.loaders import load_indicators

MISSIONS = "capacity_building_missions"


def test_every_indicator_is_listed_with_its_label_years_and_figures():
    listing = list_indicators().set_index("indicator")
    counts = load_counts()
    assert listing["figures"].sum() == len(counts)
    assert set(listing.index) == set(counts["indicator"])
    assert listing["label"].notna().all()
    members = listing.loc["wco_members"]
    assert members[["label", "first", "last", "figures"]].tolist() == ["WCO Members", 2013, 2024, 7]
    # Undated figures have no year.
    assert pd.isna(listing.loc["strategic_trade_control_trainings_since_2016", "first"])


def test_comparable_changes_are_those_of_totals_or_per_month_whichever_are_more():
    changes = list_indicators().set_index("indicator")["comparable_changes"]
    assert changes[[MISSIONS, "picard_attendance"]].tolist() == [3, 6]
    assert (changes >= 3).sum() == 11
    assert changes.is_monotonic_decreasing


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"word": "tailor_made"}, ["mercator_tailor_made_members"]),
        ({"publisher": "daily sabah"}, ["wco_members"]),
        ({"word": "Conférence PICARD"}, ["picard_attendance", "picard_countries"]),
        ({"word": "accelerate", "area": "africa"}, ["accelerate_trade_facilitation_countries_reached"]),
        ({"area": "usa", "word": "obligations"}, ["trade_capacity_building_obligations"]),
        ({"word": "no such thing"}, []),
    ],
)  # fmt: skip
def test_filters_look_in_names_labels_areas_and_publishers(filters, found):
    assert list_indicators(**filters)["indicator"].tolist()[:2] == found


def test_a_former_name_finds_all_that_it_has_become():
    with pytest.warns(FutureWarning, match="'missions' is called 'capacity_building_missions' now"):
        renamed = load_counts(["missions", "wco_members"])
    assert set(renamed["indicator"]) == {MISSIONS, "wco_members"}
    with pytest.warns(FutureWarning, match="'leadership_and_.*' and 'middle_management_"):
        assert load_counts("management_workshop_participants")["indicator"].nunique() == 2


def test_figures_of_ones_own_keep_a_former_name():
    own = pd.DataFrame({"indicator": "missions", "year": [2019], "value": [3]})
    counts = load_counts("missions", source=own)
    assert counts[["indicator", "label", "value"]].to_numpy().tolist() == [
        ["missions", "Missions", 3]
    ]


def test_no_former_name_is_a_present_one():
    indicators = load_indicators()
    former = indicators["former_names"].dropna().str.split().explode()
    assert not former.isin(indicators["indicator"]).any()


def test_labels_are_french_where_there_are_several_figures():
    counts = load_counts(language="fr").set_index("indicator")["label"]
    assert counts[MISSIONS].unique().tolist() == ["Missions de renforcement des capacités"]
    assert counts["master_trainers"] == "Master Trainers"
    is_single = list_indicators().set_index("indicator")["figures"] == 1
    french = load_indicators().set_index("indicator")["label_fr"]
    assert french.isna().equals(is_single[french.index])


def test_labels_go_with_changes_charts_and_claims():
    members = load_counts("wco_members")
    changes = cbcstats.year_on_year(members)
    assert changes["label"].unique().tolist() == ["WCO Members"]
    assert "Chart of figures over time: WCO Members." in cbcstats.describe(
        cbcstats.plot_counts(members)
    )
    both = load_counts(["wco_members", "authorized_economic_operator_programmes"])
    view = cbcstats.short_view(cbcstats.year_on_year(both))
    assert "indicator" not in view
    assert set(view["label"]) == {"WCO Members", "Authorized economic operator programmes"}
