"""Months, quarters and half-years are compared with the same part of the year before, or with nothing."""

import math

import pandas as pd
import pytest

from cbcstats import (
    check_claims,
    contributions,
    describe,
    plot_changes,
    plot_contributions,
    save_table,
    year_on_year,
)

NUMBERS = [
    "previous_value",
    "previous_low",
    "previous_high",
    "change",
    "percent_change",
    "percent_change_low",
]


def parts_of_years(make_counts, values, **columns):
    """Make counts from {"2018Q1": value} or {"2018-01": value}."""
    periods = {pd.Period(name): value for name, value in values.items()}
    figures = [
        (str(period.start_time.date()), str(period.end_time.date()), value)
        for period, value in periods.items()
    ]
    return make_counts(*figures, **columns)


@pytest.fixture
def quarters(make_counts):
    """Two years of quarters, of which July to September 2018 is missing."""
    before = {"2018Q1": 10, "2018Q2": 20, "2018Q4": 40}
    return parts_of_years(
        make_counts, before | {"2019Q1": 11, "2019Q2": 22, "2019Q3": 33, "2019Q4": 44}
    )


@pytest.mark.parametrize("per", ["period", "month"])
def test_no_other_quarter_takes_the_place_of_one_that_is_missing(quarters, per):
    changes = year_on_year(quarters, per=per)
    assert changes["period_end"].astype(str).tolist() == [
        "2019-03-31",
        "2019-06-30",
        "2019-09-30",
        "2019-12-31",
    ]
    before = ["2018-03-31", "2018-06-30", None, "2018-12-31"]
    assert changes["previous_period_end"].tolist() == pd.to_datetime(before).tolist()
    assert changes["comparable"].tolist() == [True, True, False, True]
    assert changes["why"].tolist() == ["", "", "no figure for Jul - Sep 2018", ""]
    alone = changes.iloc[2]
    assert alone[NUMBERS].isna().all()
    assert pd.isna(alone["previous_source_id"])
    assert changes[NUMBERS].dtypes.eq(float).all()
    assert changes["comparable"].dtype == bool


# 11 after 10 and 44 after 40.
def test_quarters_that_have_a_partner_are_compared_with_it(quarters):
    changes = year_on_year(quarters)
    assert changes["percent_change"].iloc[[0, 1, 3]].tolist() == pytest.approx([10, 10, 10])


def test_quarters_of_the_first_year_have_no_row(make_counts):
    counts = parts_of_years(
        make_counts, {"2018Q2": 1, "2018Q3": 2, "2018Q4": 3, "2019Q1": 4, "2019Q2": 5}
    )
    assert year_on_year(counts)["previous_value"].tolist() == [1]


def test_a_february_is_compared_with_a_leap_february(make_counts):
    counts = parts_of_years(make_counts, {"2020-01": 8, "2020-02": 10, "2020-03": 9, "2021-02": 12})
    [change] = year_on_year(counts).to_dict("records")
    assert (change["previous_value"], change["comparable"], change["why"]) == (10, True, "")


def test_a_month_that_is_missing_is_named_whole(make_counts):
    counts = parts_of_years(make_counts, {"2020-01": 8, "2020-03": 9, "2021-02": 12})
    assert year_on_year(counts)["why"].tolist() == ["no figure for Feb 2020"]


# A fifth of 90 days is 18; of 30 days it is 6, but a week is allowed; of seven days, less than half is 3.
@pytest.mark.parametrize(
    ("before", "nearly", "too_far"),
    [
        (("2018-01-01", "2018-03-31"), ("2019-01-19", "2019-04-18"), ("2019-01-20", "2019-04-19")),
        (("2018-06-01", "2018-06-30"), ("2019-06-08", "2019-07-07"), ("2019-06-09", "2019-07-08")),
        (("2018-06-04", "2018-06-10"), ("2019-06-07", "2019-06-13"), ("2019-06-08", "2019-06-14")),
    ],
    ids=["quarter", "month", "week"],
)
def test_days_may_be_off_by_a_fifth_a_week_at_least_and_less_than_half(
    make_counts, before, nearly, too_far
):
    [near] = year_on_year(make_counts((*before, 10), (*nearly, 12))).to_dict("records")
    assert (near["previous_value"], near["comparable"]) == (10, True)
    [far] = year_on_year(make_counts((*before, 10), (*too_far, 12))).to_dict("records")
    assert math.isnan(far["previous_value"])
    assert far["why"].startswith("no figure for ")


# Both have 71 days, of which a fifth is 14, and one end is 19 days off.
@pytest.mark.parametrize("later", [("2019-01-20", "2019-03-31"), ("2019-01-01", "2019-03-12")])
def test_neither_the_first_nor_the_last_day_may_be_off_by_more(make_counts, later):
    quarter = make_counts(("2018-01-01", "2018-03-31", 10), (*later, 12))
    assert year_on_year(quarter)["previous_value"].isna().tolist() == [True]


# Half-years that end with every month, of which February to July 2018 is missing: its neighbours are 31 days off, which
# is less than a fifth of 181 days. They end 62 days apart, and a fifth of that is 12.
def test_half_years_that_end_every_month_do_not_take_their_neighbours(make_counts):
    halves = [
        ("2018-01-01", "2018-06-30", 10),
        ("2018-03-01", "2018-08-31", 12),
        ("2019-02-01", "2019-07-31", 11),
    ]
    [change] = year_on_year(make_counts(*halves)).to_dict("records")
    assert change["why"] == "no figure for Feb - Jul 2018"


# Two months are never compared with a year, nor a year with a quarter, although their middles may be a year apart.
def test_periods_of_other_lengths_are_not_paired(make_counts):
    two_months = make_counts(("2018-01-01", "2018-12-31", 60), ("2019-07-01", "2019-08-31", 10))
    assert year_on_year(two_months, per="month")["why"].tolist() == ["no figure for Jul - Aug 2018"]
    quarters = [
        ("2018-01-01", "2018-03-31", 10),
        ("2018-04-01", "2018-06-30", 10),
        ("2019-01-01", "2019-12-31", 60),
    ]
    assert year_on_year(make_counts(*quarters), per="month")["why"].tolist() == [
        "no figure for 2018"
    ]


# January to September has 273 days and is compared as years are; January to August has 243.
@pytest.mark.parametrize(
    ("end", "why"),
    [
        ("2019-09-30", "periods differ in length (273 and 365 days)"),
        ("2019-08-31", "no figure for Jan - Aug 2018"),
    ],
)
def test_nine_months_are_not_a_part_of_the_year(make_counts, end, why):
    counts = make_counts(("2018-01-01", "2018-12-31", 60), ("2019-01-01", end, 40))
    assert year_on_year(counts)["why"].tolist() == [why]


# 19 January to 18 April is 18 days off, as much as a quarter may be; a month that ends 12 days later changes nothing.
def test_the_step_of_quarters_is_not_that_of_months(make_counts):
    month = ("2019-04-01", "2019-04-30", 4)
    counts = make_counts(("2018-01-01", "2018-03-31", 10), ("2019-01-19", "2019-04-18", 12), month)
    assert year_on_year(counts).set_index("value")["previous_value"][12] == 10


# 12 and 20 days: each end is 4 days off, which is a week at most and less than half of 12.
def test_short_periods_of_other_lengths_are_not_paired_either(make_counts):
    days = [
        ("2018-05-01", "2018-05-12", 5),
        ("2018-06-05", "2018-06-16", 6),
        ("2019-06-01", "2019-06-20", 9),
    ]
    assert year_on_year(make_counts(*days), per="month")["why"].tolist() == [
        "no figure for 1-20 Jun 2018"
    ]


# July to September of two sources: the one that is not preferred does not make the step of the quarters shorter.
def test_a_claim_takes_no_account_of_other_sources(make_counts):
    columns = {"published_change": [None, None, "+10%"], "change_basis": [None, None, "total"]}
    quarters = [
        ("2018-07-01", "2018-09-30", 30),
        ("2018-07-01", "2018-10-10", 31),
        ("2019-07-10", "2019-10-09", 33),
    ]
    counts = make_counts(*quarters, preferred=[True, False, True], **columns)
    assert check_claims(counts)["previous_value"].tolist() == [30]


def test_months_and_quarters_of_one_series_are_each_compared_with_their_own(make_counts):
    values = {"2018Q1": 30, "2018-01": 10, "2018-02": 9, "2019Q1": 33, "2019-01": 12}
    changes = year_on_year(parts_of_years(make_counts, values)).set_index("value")["previous_value"]
    assert changes.to_dict() == {33: 30, 12: 10}


# Each part alone would be compared with another quarter, too.
def test_a_total_has_no_contributions_where_the_quarter_before_is_missing(quarters):
    counts = pd.concat([quarters.assign(wco_region=name) for name in ("Africa", "Europe")])
    found = contributions(counts)
    missing = found[found["period_end"] == "2019-09-30"]
    assert missing["why"].tolist() == ["no figure for Jul - Sep 2018"] * 2
    assert not missing["comparable"].any()
    assert missing[["previous_value", "contribution", "total_percent_change"]].isna().all(axis=None)
    others = found[found["period_end"] != "2019-09-30"]
    assert others["comparable"].all()
    assert others["contribution"].tolist() == pytest.approx([5] * 6)  # 1 of 20, 2 of 40, 4 of 80
    assert "Jul - Sep 2019: no percent change in all, not comparable" in describe(
        plot_contributions(found)
    )


# 33 after 30 would be +10%, and so would 33 after the 30 of another quarter.
@pytest.mark.parametrize(
    ("before", "verdict"), [("2018Q3", "consistent"), ("2018Q2", "cannot be checked")]
)
def test_a_claim_is_measured_from_the_same_quarter_only(make_counts, before, verdict):
    claim = {"published_change": [None, None, "+10%"], "change_basis": [None, None, "total"]}
    counts = parts_of_years(make_counts, {"2018Q1": 7, before: 30, "2019Q3": 33}, **claim)
    assert check_claims(counts)["verdict"].tolist() == [verdict]


# January to June 2018 is 31 days off, but half-years end every month: July and August 2019 are 31 days apart.
def test_a_claim_on_half_years_that_end_every_month_does_not_take_their_neighbours(make_counts):
    halves = [
        ("2018-01-01", "2018-06-30", 30),
        ("2019-02-01", "2019-07-31", 33),
        ("2019-03-01", "2019-08-31", 34),
    ]
    claim = {"published_change": [None, "+10%", None], "change_basis": [None, "total", None]}
    assert check_claims(make_counts(*halves, **claim))["verdict"].tolist() == ["cannot be checked"]


def test_a_claim_on_a_year_is_not_measured_from_a_quarter(make_counts):
    claim = {"published_change": [None, "+10%"], "change_basis": [None, "total"]}
    counts = make_counts(
        ("2018-04-01", "2018-06-30", 30), ("2019-01-01", "2019-12-31", 33), **claim
    )
    assert check_claims(counts)["verdict"].tolist() == ["cannot be checked"]


def test_a_claim_may_still_name_the_quarter_that_it_is_measured_from(make_counts):
    columns = {
        "published_change": [None, "+10%"],
        "change_basis": [None, "total"],
        "change_since": [None, "2019-06-30"],
    }
    counts = parts_of_years(make_counts, {"2019Q2": 30, "2019Q3": 33}, **columns)
    found = check_claims(counts.astype({"change_since": "datetime64[us]"})).iloc[0]
    assert (found["verdict"], found["previous_value"]) == ("consistent", 30)


def test_a_change_without_a_partner_is_drawn_said_and_saved(quarters, tmp_path):
    changes = year_on_year(quarters)
    text = describe(plot_changes(changes))
    assert (
        "Jul - Sep 2019: no percent change, not comparable (no figure for Jul - Sep 2018)" in text
    )
    assert "undated" not in text
    for name in ("changes.xlsx", "changes.csv"):
        assert save_table(changes, tmp_path / name).exists()
