import pytest

import cbcstats
from cbcstats import check_claims


@pytest.fixture(scope="module")
def verdicts():
    return check_claims(cbcstats.load_counts())


def one(verdicts, indicator, value, change=None):
    found = verdicts[(verdicts["indicator"] == indicator) & (verdicts["value"] == value)]
    found = found if change is None else found[found["published_change"] == change]
    assert len(found) == 1
    return found.iloc[0]


def test_every_published_change_has_a_verdict(verdicts):
    counts = cbcstats.load_counts()
    assert len(verdicts) == counts["published_change"].notna().sum()
    assert set(verdicts["verdict"]) <= {"consistent", "contradicts", "cannot be checked"}
    assert verdicts["sentence"].str.endswith(".").all()


def test_the_49_percent_fit_331_and_nothing_else(verdicts):
    claim = one(verdicts, "missions", 492)
    assert (claim["implied_low"], claim["implied_high"]) == (330, 331)
    assert (claim["verdict"], claim["verdict_strict"]) == ("consistent", "consistent")
    assert "which leaves 331" in claim["sentence"]
    assert "The 342 of cbra-2017-04-15 does not fit." in claim["sentence"]


# By hand: the counts before are 412/329 times 331 to 339, over 1.205 to 1.195: 343.99 to 355.25. The window is
# 331 x 412 / (399 x 1.205) = 283.6 days to 339 x 412 / (390 x 1.195) = 299.7 days: 9.3 to 9.8 months.
def test_the_20_percent_a_month_do_not_fit_and_say_what_would(verdicts):
    claim = one(verdicts, "missions", 330)
    assert (claim["implied_low"], claim["implied_high"]) == (344, 355)
    assert (claim["verdict"], claim["verdict_strict"]) == ("contradicts", "consistent")
    for words in ("344 to 355", "9.3 to 9.8 months instead of 10.8", "hangs on the reading", "inferred days"):
        assert words in claim["sentence"]


def test_differences_levels_and_records_are_checked(verdicts):
    assert one(verdicts, "aeo_programmes", 97)["verdict"] == "consistent"  # 83 + 14
    assert one(verdicts, "aeo_mutual_recognition", 87)["verdict"] == "consistent"  # 74 + 13
    assert one(verdicts, "aeo_mutual_recognition_in_negotiation", 78)["verdict"] == "consistent"  # from 65
    assert one(verdicts, "accelerate_programme_countries", 13)["verdict"] == "consistent"  # 11 + 2
    record = one(verdicts, "committee_attendance", 260)
    assert (record["verdict"], record["verdict_strict"]) == ("contradicts", "consistent")
    assert "almost 300" in record["sentence"]


def test_without_a_figure_before_it_says_what_the_claim_means(verdicts):
    claim = one(verdicts, "tfa_acceptances", 147)
    assert claim["verdict"] == "cannot be checked"
    assert "+7 on 147 WTO Members means 140 before; no figure" in claim["sentence"]


# What the sources themselves allow, worked out from their numbers.
@pytest.mark.parametrize(
    ("indicator", "value", "change", "verdict"),
    [
        ("aeo_programmes", 77, "+71%", "consistent"),  # 77 / 45 = 1.711
        ("aeo_programmes", 83, "+6", "consistent"),
        ("aeo_mutual_recognition", 49, "+188%", "consistent"),  # 49 / 17 = 2.882
        ("aeo_mutual_recognition", 49, "+23%", "contradicts"),
        ("unctad_technical_cooperation_expenditure", 23.2, "-3.7%", "consistent"),  # 23.2 / 24.1 = 0.963
        ("unctad_technical_cooperation_expenditure", 30.5, "stable", "contradicts"),  # 30.5 / 27.5 = 1.109
        ("unctad_trust_fund_contributions", 34.8, "+30%", "consistent"),  # 34.8 / 26.9 = 1.294, 34.85 / 26.85 = 1.298
        ("unctad_trust_fund_contributions", 29, "-16%", "consistent"),  # 29.2 / 34.8 = 0.839
        ("unctad_trust_fund_contributions", 39.4, "+26%", "consistent"),
        ("unctad_trust_fund_contributions", 34.7, "-12%", "consistent"),  # 34.7 / 39.4 = 0.881
        ("wto_technical_assistance_participants", 16000, "+32%", "consistent"),
        ("wto_technical_assistance_activities", 243, "increased", "consistent"),
        ("wto_chairs", 35, "from 19 to 35", "consistent"),
        ("gender_equality_conference_participants", 220, "around +50%", "consistent"),
        ("trade_statistics_course_success_rate", 79, "from 72 to 79", "cannot be checked"),
    ],
)
def test_claims_of_other_organizations(verdicts, indicator, value, change, verdict):
    assert one(verdicts, indicator, value, change)["verdict"] == verdict


def test_a_claim_without_its_figure_takes_that_of_another_source(verdicts):
    repeated = verdicts[verdicts["source_id"] == "ext-g77-2007-10"].iloc[0]
    assert (repeated["value"], repeated["verdict"]) == (35, "consistent")  # 35 million, rounded, after 30.5
    alone = verdicts[verdicts["published_change"] == "+60%"].iloc[0]
    assert alone["verdict"] == "cannot be checked"
    assert "without the figure" in alone["sentence"]


def test_what_contradicts_under_either_reading(verdicts):
    both = verdicts[(verdicts["verdict"] == "contradicts") & (verdicts["verdict_strict"] == "contradicts")]
    assert both["published_change"].tolist() == ["+23%", "stable"]


@pytest.mark.parametrize(
    ("before", "after", "change", "verdict"),
    [
        (100, 149, "+49%", "consistent"),
        (100, 150, "+49%", "contradicts"),
        (100, 80, "a 20% fall", "consistent"),
        (100, 79, "-20%", "contradicts"),
        (50, 100, "doubled", "consistent"),
        (50, 64, "+14", "consistent"),
        (50, 63, "+14", "contradicts"),
        (50, 40, "-10", "consistent"),
        (50, 63, "from 50 to 63", "consistent"),
        (50, 63, "from 51 to 63", "contradicts"),
        (50, 63, "from 50 to 64", "contradicts"),
        (50, 63, "much more", "cannot be checked"),
        (50, 40, "record", "contradicts"),
        (50, 60, "record", "consistent"),
    ],
)
def test_verdicts_on_made_up_figures(years, before, after, change, verdict):
    counts = years({2015: before, 2016: after}, published_change=[None, change], change_basis=[None, "total"])
    found = check_claims(counts).iloc[0]
    assert (found["verdict"], found["verdict_strict"]) == (verdict, verdict)


def test_a_change_is_measured_from_the_day_that_is_named(years):
    counts = years(
        {2012: 45, 2016: 70, 2017: 77}, published_change=[None, None, "+71%"], change_basis=[None, None, "total"]
    )
    assert check_claims(counts)["verdict"].iloc[0] == "contradicts"
    since = counts.assign(change_since=[None, None, "2012-12-31"]).astype({"change_since": "datetime64[us]"})
    assert check_claims(since)["verdict"].iloc[0] == "consistent"  # 77 / 45 is 1.711


def test_a_year_that_is_missing_is_not_stepped_over(years):
    counts = years({2012: 45, 2017: 77}, published_change=[None, "+71%"], change_basis=[None, "total"])
    assert check_claims(counts)["verdict"].iloc[0] == "cannot be checked"


def test_a_table_without_claims_has_no_verdicts(years):
    assert check_claims(years({2015: 1, 2016: 2})).empty
