import math

import pandas as pd
import pytest

import cbcstats
from cbcstats import DataError, check_claims


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
    for words in (
        "344 to 355",
        "9.3 to 9.8 months instead of 10.8",
        "hangs on the reading",
        "inferred days",
    ):
        assert words in claim["sentence"]


def test_differences_levels_and_records_are_checked(verdicts):
    assert one(verdicts, "aeo_programmes", 97)["verdict"] == "consistent"  # 83 + 14
    assert one(verdicts, "aeo_mutual_recognition", 87)["verdict"] == "consistent"  # 74 + 13
    assert (
        one(verdicts, "aeo_mutual_recognition_in_negotiation", 78)["verdict"] == "consistent"
    )  # from 65
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
        (
            "unctad_technical_cooperation_expenditure",
            23.2,
            "-3.7%",
            "consistent",
        ),  # 23.2 / 24.1 = 0.963
        (
            "unctad_technical_cooperation_expenditure",
            30.5,
            "stable",
            "contradicts",
        ),  # 30.5 / 27.5 = 1.109
        (
            "unctad_trust_fund_contributions",
            34.8,
            "+30%",
            "consistent",
        ),  # 34.8 / 26.9 = 1.294, 34.85 / 26.85 = 1.298
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
    assert (repeated["value"], repeated["verdict"]) == (
        35,
        "consistent",
    )  # 35 million, rounded, after 30.5
    alone = verdicts[verdicts["published_change"] == "+60%"].iloc[0]
    assert alone["verdict"] == "cannot be checked"
    assert "without the figure" in alone["sentence"]


def test_what_contradicts_under_either_reading(verdicts):
    both = verdicts[
        (verdicts["verdict"] == "contradicts") & (verdicts["verdict_strict"] == "contradicts")
    ]
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
    counts = years(
        {2015: before, 2016: after}, published_change=[None, change], change_basis=[None, "total"]
    )
    found = check_claims(counts).iloc[0]
    assert (found["verdict"], found["verdict_strict"]) == (verdict, verdict)


def test_a_change_is_measured_from_the_day_that_is_named(years):
    counts = years(
        {2012: 45, 2016: 70, 2017: 77},
        published_change=[None, None, "+71%"],
        change_basis=[None, None, "total"],
    )
    assert check_claims(counts)["verdict"].iloc[0] == "contradicts"
    since = counts.assign(change_since=[None, None, "2012-12-31"]).astype(
        {"change_since": "datetime64[us]"}
    )
    assert check_claims(since)["verdict"].iloc[0] == "consistent"  # 77 / 45 is 1.711


def test_a_year_that_is_missing_is_not_stepped_over(years):
    counts = years(
        {2012: 45, 2017: 77}, published_change=[None, "+71%"], change_basis=[None, "total"]
    )
    assert check_claims(counts)["verdict"].iloc[0] == "cannot be checked"


def test_a_table_without_claims_has_no_verdicts(years):
    assert check_claims(years({2015: 1, 2016: 2})).empty


# ---- Whole verdicts on made-up figures, worked out by hand.
def claimed(figures, change, **columns):
    """Return what is found of a claim on the last of some figures."""
    none = [None] * (len(figures) - 1)
    [found] = check_claims(figures.assign(published_change=[*none, change], **columns)).itertuples()
    return found


@pytest.mark.parametrize(
    ("before", "after", "change", "implied", "sentence"),
    [
        # 149 / 1.495 = 99.7, 149 / 1.485 = 100.3
        (
            100,
            149,
            "+49%",
            (100, 100),
            "+49% on 149 missions means 100 before; 100 was published, which fits.",
        ),
        # 150 / 1.495 = 100.3, 150 / 1.485 = 101.01
        (
            100,
            150,
            "+49%",
            (101, 101),
            (
                "+49% on 150 missions means 101 before; 100 was published, which does not fit. "
                "It would hold if the figure before had been 101."
            ),
        ),
        (
            50,
            64,
            "+14",
            (50, 50),
            "+14 on 64 missions means 50 before; 50 was published, which fits.",
        ),
        (
            50,
            63,
            "+ 14",
            (49, 49),
            "+ 14 on 63 missions means 49 before; 50 was published, which does not fit.",
        ),
        (
            50,
            40,
            "-10",
            (50, 50),
            "-10 on 40 missions means 50 before; 50 was published, which fits.",
        ),
        (
            50,
            63,
            "from 50 to 63",
            (50, 50),
            "from 50 to 63 on 63 missions means 50 before; 50 was published, which fits.",
        ),
        (
            50,
            63,
            "from 50 to 64",
            (math.nan, math.nan),
            "from 50 to 64 on 63 missions; 50 was published, which does not fit.",
        ),
        (
            50,
            63,
            "much more",
            (math.nan, math.nan),
            "much more on 63 missions: the claim has no rate and no number that could be checked.",
        ),
        (
            100,
            99,
            "decreased",
            (100, math.inf),
            "decreased on 99 missions means 100 or more before; 100 was published, which fits.",
        ),
        (
            50,
            40,
            "record",
            (math.nan, math.nan),
            "Record on 40 missions: 2015 had 50, counted in the same way.",
        ),
        (
            50,
            50,
            "record",
            (math.nan, math.nan),
            "Record on 50 missions: no earlier figure in the table is surely higher.",
        ),
    ],
)
def test_a_verdict_says_what_was_found(years, before, after, change, implied, sentence):
    found = claimed(years({2015: before, 2016: after}), change, change_basis="total")
    assert (found.implied_low, found.implied_high) == pytest.approx(implied, nan_ok=True)
    assert (found.previous_value, found.previous_low, found.previous_high) == (
        before,
        before,
        before,
    )
    assert (found.source_id, found.previous_source_id) == ("source-1", "source-0")
    assert found.sentence == sentence


@pytest.mark.parametrize(
    ("change", "after", "verdict"),
    [
        ("increased", 101, "consistent"),
        ("increased", 100, "contradicts"),
        ("increased", 10**6, "consistent"),
        ("decreased", 99, "consistent"),
        ("decreased", 100, "contradicts"),
        ("decreased", 0, "consistent"),
        ("stable", 105, "consistent"),
        ("stable", 106, "contradicts"),
        ("stable", 95, "consistent"),
        ("stable", 94, "contradicts"),
        ("record", 100, "consistent"),
        ("record", 99, "contradicts"),
    ],
)
def test_words_without_a_rate_are_checked(years, change, after, verdict):
    found = claimed(years({2015: 100, 2016: after}), change)
    assert (found.verdict, found.verdict_strict) == (verdict, verdict)


def test_ranges_meet_claims(years):
    # 61 to 69 less 14 is 47 to 55; with more than 50, 51 to 59, that leaves 51 to 55.
    counts = years({2015: 50, 2016: 60}, qualifier="more_than")
    found = claimed(counts, "+14")
    assert (found.implied_low, found.implied_high) == (47, 55)
    assert (found.previous_value, found.previous_low, found.previous_high) == (50, 51, 59)
    assert found.sentence == (
        "+14 on more than 60 missions means 47 to 55 before; more than 50 was published, so 51 to 59, "
        "which leaves 51 to 55."
    )
    for change, verdict in [
        (
            "+1",
            "consistent",
        ),  # 60 to 68 before does not meet 51 to 59, but read strictly 60 or more does
        ("from 51 to 69", "consistent"),
        ("from 59 to 61", "consistent"),
        ("from 50 to 61", "contradicts"),
        ("from 60 to 61", "contradicts"),
        ("from 51 to 60", "contradicts"),
        ("from 51 to 70", "contradicts"),
        ("+18", "consistent"),  # 69 - 51
        ("+19", "contradicts"),
        ("+2", "consistent"),  # 61 - 59
    ]:
        expected = "contradicts" if change == "+1" else verdict
        assert claimed(counts, change).verdict == expected, change
    hangs = claimed(counts, "+1")
    assert hangs.verdict_strict == "consistent"
    assert hangs.sentence.endswith(
        "That hangs on the reading: read strictly, the claim is consistent."
    )


def test_a_claim_without_a_figure_before_it_says_what_it_means(years):
    [found] = check_claims(
        years({2016: 149}, published_change="+49%", change_basis="total")
    ).itertuples()
    assert (found.verdict, found.verdict_strict) == ("cannot be checked", "cannot be checked")
    assert (found.implied_low, found.implied_high) == (100, 100)
    assert math.isnan(found.previous_value)
    assert math.isnan(found.previous_low)
    assert math.isnan(found.previous_high)
    assert found.sentence == (
        "+49% on 149 missions means 100 before; no figure for the period that it is measured from is in the table."
    )
    [found] = check_claims(years({2016: 149}, published_change="record")).itertuples()
    assert (found.verdict, found.sentence) == (
        "cannot be checked",
        "Record on 149 missions: no earlier figure is in the table.",
    )
    found = claimed(years({2015: None, 2016: 149}), "+49%")
    assert (found.verdict, math.isnan(found.previous_low)) == ("cannot be checked", True)


def test_a_claim_without_its_figure_takes_the_preferred_one_of_its_period(years):
    alone = years({2015: 100, 2016: None}, published_change=[None, "+49%"])
    [found] = check_claims(alone).itertuples()
    assert found.verdict == "cannot be checked"
    assert math.isnan(found.implied_low)
    assert found.sentence == "+49% is claimed without the figure, and no other row has it."
    others = [
        years({2016: 149}, source_id="ours"),
        years({2016: 200}, preferred=False, source_id="theirs"),
        years({2016: 300}, scope="planned"),
    ]
    alone["preferred"] = [True, False]
    [found] = check_claims(pd.concat([alone, *reversed(others)], ignore_index=True)).itertuples()
    assert (found.value, found.verdict, found.source_id) == (149, "consistent", "source-1")


# 8 in 146 days are 20 in 365, ten times 2. 8 x 365 / (1 x 10.005) = 291.9 days, and over 9.995 292.1: 9.6 months each.
def test_a_large_change_by_the_month_says_how_many_would_fit(make_counts):
    figures = make_counts(("2015-01-01", "2015-12-31", 1), ("2016-01-01", "2016-05-25", 8))
    found = claimed(
        figures, "+900%", change_basis="per_month", change_since=pd.Timestamp("2015-12-31")
    )
    assert (found.implied_low, found.implied_high, found.verdict) == (2, 2, "contradicts")
    assert "if the period had lasted 9.6 to 9.6 months instead of 4.8" in found.sentence


@pytest.mark.parametrize("minus", ["-", "\N{MINUS SIGN}", "\N{EN DASH}"])
def test_a_minus_is_read_however_it_is_printed(years, minus):
    found = claimed(years({2015: 100, 2016: 90}), f"{minus}10", change_basis="total")
    assert (found.implied_low, found.implied_high, found.verdict) == (100, 100, "consistent")


# 365 and 182 days: 75 / 182 over 100 / 365 is 1.504. 75 x 365 / 182 = 150.4 over 1.505 to 1.495: 99.9 to 100.6.
# 80 x 365 / 182 = 160.4 over 1.55 to 1.45: 103.5 to 110.6; 80 x 365 / (100 x 1.55) = 188.4 days are 6.2 months,
# 80 x 365 / (100 x 1.45) = 201.4 days are 6.6, and 182 days 6.0.
def test_a_change_by_the_month_takes_lengths_into_account(make_counts):
    basis = {"change_basis": "per_month", "change_since": pd.Timestamp("2015-12-31")}
    figures = ("2015-01-01", "2015-12-31", 100), ("2016-01-01", "2016-06-30", 75)
    found = claimed(make_counts(*figures), "+50%", **basis)
    assert (found.implied_low, found.implied_high, found.verdict) == (100, 100, "consistent")
    assert (
        found.sentence
        == "+50% on 75 missions a month means 100 before; 100 was published, which fits."
    )
    for inferred in (["inferred", "stated"], ["stated", "inferred"]):
        found = claimed(make_counts(*figures), "+50%", period_basis=inferred, **basis)
        assert found.sentence.endswith("which fits. It rests on inferred days.")
    found = claimed(
        make_counts(figures[0], ("2016-01-01", "2016-06-30", 80)), "about +50%", **basis
    )
    assert found.sentence == (
        "about +50% on 80 missions a month means 104 to 110 before; 100 was published, which does not fit. It would "
        "hold if the figure before had been 104 to 110, or if the period had lasted 6.2 to 6.6 months instead of 6.0. "
        "That hangs on the reading: read strictly, the claim is consistent."
    )
    total = claimed(
        make_counts(*figures, period_basis="inferred"),
        "+50%",
        **(basis | {"change_basis": "total"}),
    )
    assert (total.verdict, total.implied_low, total.implied_high) == ("contradicts", 50, 50)
    assert "inferred" not in total.sentence
    for lengths in (
        ((None, "2015-12-31", 100), figures[1]),
        (figures[0], (None, "2016-06-30", 75)),
        figures[1:],
    ):
        unknown = claimed(make_counts(*lengths), "+50%", **basis)
        assert (unknown.verdict, math.isnan(unknown.implied_low)) == ("cannot be checked", True)


# 23.15 / 0.9635 = 24.027 to 23.25 / 0.9625 = 24.156. After 0.05 to 0.15 that is 0.5% or less of before: 10 or more.
def test_amounts_are_no_whole_numbers(years):
    def amounts(before, after):
        return years({2015: 0, 2016: 0}, value=[before, after], rounded_to=0.1, unit="million")

    found = claimed(amounts(24.1, 23.2), "-3.7%")
    assert (found.implied_low, found.implied_high) == pytest.approx((24.0270, 24.1558), abs=1e-4)
    assert found.verdict == "consistent"
    assert (found.previous_low, found.previous_high) == pytest.approx((24.05, 24.15))
    assert claimed(amounts(24.3, 23.2), "-3.7%").verdict == "contradicts"
    assert claimed(amounts(23.9, 23.2), "-3.7%").verdict == "contradicts"
    nothing_left = claimed(amounts(24.1, 0.1), "-100%")
    assert nothing_left.implied_low == pytest.approx(10)
    assert nothing_left.implied_high == math.inf
    # 1 / 0.405 = 2.47 to 1 / 0.395 = 2.53 holds no whole number, but amounts of 2.5 to 3.5; 0.5 to 1.5 after 3 fits.
    for rounded_to, verdict in (
        ([None, None], "contradicts"),
        ([None, 1], "consistent"),
        ([1, None], "consistent"),
    ):
        counts = years({2015: 0, 2016: 0}, value=[3, 1], rounded_to=rounded_to)
        assert claimed(counts, "-60%").verdict == verdict


def test_a_claim_is_measured_within_its_series_from_the_figure_nearest_to_a_year_before(
    make_counts,
):
    days = (
        (None, "2018-01-31", 90),
        (None, "2018-05-15", 100),
        (None, "2018-12-31", 140),
        (None, "2019-03-31", 149),
    )
    counts = make_counts(*days, measure="stock")
    strangers = [
        counts.head(3)
        .assign(scope="planned", value=7, period_end=pd.Timestamp("2018-05-15"))
        .head(1),
        counts.head(1).assign(indicator="other", value=8, period_end=pd.Timestamp("2018-05-15")),
        counts.head(1).assign(
            preferred=False, value=9, period_end=pd.Timestamp("2018-05-15"), source_id="third"
        ),
    ]
    found = claimed(pd.concat([*strangers, counts], ignore_index=True), "+49%")
    assert (found.previous_value, found.verdict) == (100, "consistent")
    assert found.sentence.endswith("which fits. The 9 of third does not fit.")
    found = claimed(counts, "+49%", change_since=pd.Timestamp("2018-12-31"))
    assert (found.previous_value, found.verdict) == (140, "contradicts")
    same = counts.head(2).tail(1).assign(preferred=False, source_id="third")
    assert claimed(pd.concat([same, counts], ignore_index=True), "+49%").sentence.endswith(
        "The 100 of third fits as well."
    )


def test_verdicts_have_the_promised_columns(years):
    counts = years({2015: 100, 2016: 149}, published_change=[None, "+49%"])
    found = check_claims(counts)
    assert list(found) == list(check_claims(counts.drop(columns="published_change")))
    assert found["value"].dtype == "Int64"
    assert found[["indicator", "scope", "qualifier", "published_change"]].iloc[0].tolist() == [
        *("missions", "delivered", "exact", "+49%")
    ]
    assert found["change_basis"].isna().all()


def test_what_ends_with_a_claim_is_not_before_it(make_counts, years):
    # Of the three years to the end of 2016 the middle is 11.5 months before that of 2016.
    figures = (
        ("2015-01-01", "2015-12-31", 100),
        ("2014-02-01", "2016-12-31", 300),
        ("2016-01-01", "2016-12-31", 149),
    )
    found = claimed(make_counts(*figures), "+49%")
    assert (found.previous_value, found.verdict) == (100, "consistent")
    other = years({2016: 200}, preferred=False, source_id="third")
    counts = pd.concat([other, years({2015: 100, 2016: 149})], ignore_index=True)
    assert claimed(counts, "record").verdict == "consistent"


def test_a_count_without_a_unit_stands_alone(years):
    found = claimed(years({2015: 100, 2016: 149}, unit=""), "+49%")
    assert found.sentence == "+49% on 149 means 100 before; 100 was published, which fits."


def test_more_than_there_is_cannot_have_been_added(years):
    found = claimed(years({2015: 50, 2016: 63}), "+70")
    assert (found.verdict, math.isnan(found.implied_low), math.isnan(found.implied_high)) == (
        "contradicts",
        True,
        True,
    )


CHANGES = [
    *("increased", "decreased", "Increased", "stable", "record", "+10%", "-10%", "-100%", "+1,000"),
    *("from 57 to 74", "doubled", "a quarter more", "49 or so"),
]


@pytest.mark.parametrize("basis", ["total", "per_month"])
@pytest.mark.parametrize("change", CHANGES)
def test_every_claim_on_every_figure_has_a_verdict_and_a_sentence(years, change, basis):
    for before in (0, 100, None):
        for after in (0, 90, 110, None):
            for qualifier in ("exact", "more_than"):
                counts = years({2015: before, 2016: after}, qualifier=qualifier)
                counts.loc[1, ["published_change", "change_basis"]] = change, basis
                [found] = check_claims(counts).itertuples()
                assert found.verdict in {"consistent", "contradicts", "cannot be checked"}
                assert found.sentence.endswith(".")
                assert "nan" not in found.sentence


# By hand: 100 in 365 days are 12 a month; 110 after "decreased" asks for fewer a month, so for more than 401.5 days of
# 366, to which there is no end: no months are named.
@pytest.mark.parametrize(("after", "change"), [(90, "increased"), (110, "decreased")])
def test_months_are_named_only_where_the_claim_bounds_them(years, after, change):
    counts = years({2015: 100, 2016: after})
    counts.loc[1, ["published_change", "change_basis"]] = change, "per_month"
    [found] = check_claims(counts).itertuples()
    assert found.verdict == "contradicts"
    assert "months instead of" not in found.sentence


@pytest.mark.parametrize("change", ["+1,000", "+ 1000", "from 1,057 to 2,057", "From 1057 to 2057"])
def test_commas_and_capitals_make_no_other_claim(years, change):
    counts = years({2015: 1057, 2016: 2057})
    counts.loc[1, ["published_change", "change_basis"]] = change, "total"
    assert check_claims(counts)["verdict"].tolist() == ["consistent"]
    counts.loc[1, "value"] = 2058
    assert check_claims(counts)["verdict"].tolist() == ["contradicts"]


def test_monthly_figures_are_measured_from_the_same_month_of_the_year_before(make_counts):
    starts = pd.date_range("2020-01-01", periods=13, freq="MS")
    months = [(start, start + pd.offsets.MonthEnd(), 100) for start in starts]
    counts = make_counts(*months).assign(value=[100, 100, 150, *([100] * 9), 120])
    found = claimed(counts, "+20%")
    assert (found.previous_value, found.verdict) == (100, "consistent")
    assert (
        found.previous_source_id
        == cbcstats.year_on_year(counts)["previous_source_id"].iloc[-1]
        == "source-0"
    )


# 12.6 / 10.5 is 1.2, 12 / 10.4 is 1.1538, 24.1 - 10.1 is 14; 12.5 / 10.4 is 1.2019, 12.54 / 10.4 is 1.2058.
@pytest.mark.parametrize(
    ("before", "after", "change", "verdict"),
    [
        *(
            (10.5, 12.6, "+20%", "consistent"),
            (10.4, 12, "+15%", "consistent"),
            (10.4, 12.5, "+20%", "consistent"),
        ),
        *(
            (10.4, 12.54, "+20%", "contradicts"),
            (10.1, 24.1, "+14", "consistent"),
            (10.1, 24.2, "+14", "contradicts"),
        ),
        *((10.5, 21, "doubled", "consistent"), (10.5, 21, "more than doubled", "contradicts")),
        *(
            (10.5, 21.1, "more than doubled", "consistent"),
            (10.5, 10.5, "decreased", "contradicts"),
        ),
        *(
            (12.05, 10, "-17.0%", "consistent"),
            (10, 12.05, "+20%", "consistent"),
            (10, 12.05, "+21%", "consistent"),
        ),
    ],
)
def test_figures_with_decimals_are_measured_exactly(years, before, after, change, verdict):
    found = claimed(years({2015: 0, 2016: 0}, value=[before, after]), change)
    assert found.verdict == verdict, found.sentence


# 35.8 in 365 days over 25.0 in 306 days is 1.2005, and 1.432 in all; the ends are 1.196 and 1.205, 1.427 and 1.437.
@pytest.mark.parametrize(
    ("change", "basis", "verdict"),
    [
        *(("+20%", "per_month", "consistent"), ("+43%", "per_month", "contradicts")),
        *(("+43%", "total", "consistent"), ("+20%", "total", "contradicts")),
    ],
)
def test_amounts_by_the_month_take_lengths_into_account(make_counts, change, basis, verdict):
    counts = make_counts(
        ("2020-03-01", "2020-12-31", 0), ("2021-01-01", "2021-12-31", 0), rounded_to=0.1
    )
    found = claimed(counts.assign(value=[25.0, 35.8]), change, change_basis=basis)
    assert found.verdict == verdict, found.sentence


@pytest.mark.parametrize("change", ["+20", "from 100 to 120"])
def test_numbers_a_month_cannot_be_checked(years, change):
    found = claimed(years({2015: 100, 2016: 120}), change, change_basis="per_month")
    assert (found.verdict, found.verdict_strict) == ("cannot be checked", "cannot be checked")
    assert (
        found.sentence
        == f"{change} on 120 missions a month: the claim has no rate and no number that could be checked."
    )


@pytest.mark.parametrize("change", ["increased", "+20%"])
def test_without_lengths_no_change_by_the_month_is_judged(make_counts, change):
    counts = make_counts((None, "2015-12-31", 100), ("2016-01-01", "2016-12-31", 90))
    assert claimed(counts, change, change_basis="per_month").verdict == "cannot be checked"


def test_parts_are_measured_from_themselves(years):
    parts = [
        years({2015: before, 2016: after}, published_change=[None, "+20%"], wco_region=region)
        for region, before, after in (("Europe", 100, 120), ("Africa", 10, 12), (None, 1000, 1100))
    ]
    found = check_claims(pd.concat(parts, ignore_index=True))
    assert found["previous_value"].tolist() == [100, 10, 1000]
    assert found["verdict"].tolist() == ["consistent", "consistent", "contradicts"]


def test_parts_in_a_column_that_is_not_known_are_not_mixed(years):
    parts = [
        years({2015: 100, 2016: 120}, published_change=[None, "+20%"], office=office)
        for office in "AB"
    ]
    with pytest.raises(
        DataError,
        match=r"missions has several figures for 2015, from which '\+20%' may be measured; mark",
    ):
        check_claims(pd.concat(parts, ignore_index=True))


def test_a_claim_takes_no_figure_of_another_period_that_ends_with_it(make_counts):
    counts = make_counts(
        *(
            ("2020-01-01", "2020-12-31", 100),
            ("2021-10-01", "2021-12-31", 30),
            ("2021-01-01", "2021-12-31", None),
        )
    )
    found = claimed(counts, "+20%")
    assert (found.verdict, found.sentence) == (
        "cannot be checked",
        "+20% is claimed without the figure, and no other row has it.",
    )


# +50% a month after 300 in 275 days is 300 x 1.5 x 366 / 275 = 598.9 in 366 days. Where 300 is per month already, it is
# 450 whatever the days.
@pytest.mark.parametrize(
    ("unit", "value", "verdict"),
    [
        ("missions", 450, "contradicts"),
        ("missions per month", 450, "consistent"),
        ("missions", 600, "consistent"),
        ("missions per month", 600, "contradicts"),
    ],
)
def test_a_claim_on_numbers_that_are_per_month_takes_no_account_of_days(
    make_counts, unit, value, verdict
):
    claim = {"published_change": [None, "+50%"], "change_basis": [None, "per_month"]}
    counts = make_counts(
        ("2015-04-01", "2015-12-31", 300), ("2016-01-01", "2016-12-31", value), unit=unit, **claim
    )
    found = check_claims(counts).iloc[0]
    assert found["verdict"] == verdict
    assert "a month a month" not in found["sentence"]


def test_a_claim_of_a_period_without_a_preferred_figure_is_checked():
    counts = pd.DataFrame(
        {
            "period_start": ["2016-01-01", "2017-01-01", "2017-01-01"],
            "period_end": ["2016-12-31", "2017-12-31", "2017-12-31"],
            "value": [100, 150, 149],
            "preferred": [True, False, False],
            "published_change": [None, None, "+49%"],
        }
    )
    [claim] = check_claims(counts).to_dict("records")
    assert (claim["value"], claim["previous_value"], claim["verdict"]) == (149, 100, "consistent")
