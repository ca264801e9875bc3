"""Growth over several periods: index and growth rate."""

import datetime
import math

import numpy as np
import pandas as pd
import pytest

from cbcstats import ArgumentError, growth_rate, index_to, load_counts, year_on_year
from tests.properties import given, settings, st

QUARTERS = {"2020Q1": 9, "2020Q2": 10, "2020Q3": 10, "2020Q4": 11, "2021Q1": 12}


# ---- index_to, by hand: 110 / 100 = 110, 99 / 100 = 99.
@pytest.mark.parametrize("base", [2015, "2015", np.int64(2015), "2015-12-31"])
def test_an_index_is_in_percent_of_its_base(base):
    index = index_to({2015: 100, 2016: 110, 2017: 99}, base)
    assert index["index"].tolist() == pytest.approx([100, 110, 99])
    assert index["why"].tolist() == ["base", "", ""]
    assert index["comparable"].all()
    assert index["period"].tolist() == ["2015", "2016", "2017"]
    assert index.attrs == {}


@pytest.mark.parametrize(
    ("data", "base"),
    [
        ({"2015/16": 50, "2016/17": 100, "2017/18": 25}, "2016/17"),
        ({"FY2016": 50, "FY2017": 100, "FY2018": 25}, "FY2017"),
        ({"2015-03-01": 50, "2016-03-01": 100, "2017-03-01": 25}, "1 Mar 2016"),
        ({"2015-03-01": 50, "2016-03-01": 100, "2017-03-01": 25}, pd.Timestamp("2016-03-01")),
        ({"2015-03-01": 50, "2016-03-01": 100, "2017-03-01": 25}, datetime.date(2016, 3, 1)),
        ({"2015-03-01": 50, "2016-03-01": 100, "2017-03-01": 25}, 2016),
        ({"2015Q2": 50, "2016Q2": 100, "2017Q2": 25}, "2016Q2"),
        ({"2015Q2": 50, "2016Q2": 100, "2017Q2": 25}, "Apr - Jun 2016"),
        ({"2015Q2": 50, "2016Q2": 100, "2017Q2": 25}, pd.Period("2016Q2")),
    ],
)
def test_a_base_is_a_period_a_day_or_a_year(data, base):
    index = index_to(data, base)
    assert index["index"].tolist() == [50, 100, 25]
    assert index["comparable"].all()


# 9 + 10 + 10 + 11 are 40, of which the mean is 10.
def test_the_mean_of_the_quarters_of_a_year_is_100():
    index = index_to(QUARTERS, 2020)
    assert index["index"].tolist() == [90, 100, 100, 110, 120]
    assert index["comparable"].all()


# 10 to 12 and 20: 10 is 66.7 of a mean of 15, and 12 is 75 of 16; 20 is 133.3 to 125.
def test_a_figure_of_the_base_has_one_value_in_it():
    table = pd.DataFrame({"period": ["2020H1", "2020H2"], "value": [10, 20], "missing": [2, 0]})
    index = index_to(table, 2020, value="value")
    assert index["index_low"].tolist() == pytest.approx([1000 / 15, 2000 / 16])
    assert index["index_high"].tolist() == pytest.approx([1200 / 16, 2000 / 15])


def test_a_base_of_a_part_of_a_year_is_not_comparable():
    index = index_to({"2020Q1": 10, "2020Q2": 20, "2021Q1": 30}, 2020)
    assert index["index"].tolist() == pytest.approx([1000 / 15, 2000 / 15, 200])
    assert index["why"].tolist() == ["the base has figures for 182 of 366 days"] * 3
    assert not index["comparable"].any()


# By hand: 492 of 351 to 400 is 123.0 to 140.2; of the middle, 375.5, it is 131.0.
def test_an_index_has_a_range():
    index = index_to(
        load_counts("capacity_building_missions").query("scope == 'delivered'"), "2014"
    )
    last = index.iloc[-1]
    assert last["index_low"] == pytest.approx(49200 / 400)
    assert last["index_high"] == pytest.approx(49200 / 351)
    assert last["index"] == pytest.approx(49200 / 375.5)
    assert index.iloc[0][["index", "index_low", "index_high"]].tolist() == [100, 100, 100]
    assert not last["comparable"]
    assert "periods differ in length" in last["why"]


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=6), st.data())
@settings(max_examples=40)
def test_an_index_is_plain_arithmetic_and_agrees_with_the_changes(values, data):
    table = dict(enumerate(values, start=2000))
    place = data.draw(st.integers(0, len(values) - 1))
    index = index_to(table, 2000 + place)["index"]
    assert index.tolist() == pytest.approx([100 * value / values[place] for value in values])
    changes = year_on_year(table)["percent_change"]
    assert (100 * index.pct_change()).iloc[1:].tolist() == pytest.approx(changes.tolist())


def test_figures_before_the_base_are_compared_with_it():
    index = index_to({2015: 0, 2016: None, 2017: 5}, 2017)
    assert index["index"].tolist() == pytest.approx([0, math.nan, 100], nan_ok=True)
    assert index["why"].tolist() == ["", "value is missing", "base"]


@pytest.mark.parametrize(
    ("base", "why"),
    [
        (0, "the base counts 0, so there is no percent change"),
        (-5, "the base is negative, so there is no percent change"),
        (None, "value of the base is missing"),
    ],
)
def test_a_base_of_nothing_has_no_index(base, why):
    index = index_to({2015: base, 2016: 5}, 2015)
    assert index[["index", "index_low", "index_high"]].isna().all(axis=None)
    assert index["why"].tolist() == ["base", why]


def test_no_growth_in_less_than_ten_months_has_no_rate_either():
    [growth] = growth_rate({"2021-01-01": 100, "2021-03-01": 100}).itertuples()
    assert math.isnan(growth.growth_rate)
    assert math.isnan(growth.growth_rate_low)
    assert math.isnan(growth.growth_rate_high)


# 8 in percent of 0 or 1 is 800 or more; the base itself is 100.
def test_an_index_of_what_may_be_zero_has_no_upper_end():
    index = index_to({2015: "less than 2", 2016: 8, 2017: 0}, 2015)
    assert index["index_low"].tolist() == [100, 800, 0]
    assert index["index_high"].tolist() == [100, math.inf, 0]
    [growth] = growth_rate({2015: "less than 2", 2016: 8}).itertuples()
    assert (growth.growth_rate_low, growth.growth_rate_high) == (700, math.inf)


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ("2051", "must be a period of the data, but '2051' was given; it has 2016, 2015"),
        (True, "must be a period such as '2016/17', a year or a day, but True was given"),
        (None, "but None was given"),
        ([2015], r"but \[2015\] was given"),
    ],
)
def test_a_base_that_is_not_there_is_refused_with_those_that_are(base, message):
    with pytest.raises(ArgumentError, match=message):
        index_to({2015: 1, 2016: 2}, base)


def test_a_figure_of_the_base_itself_comes_before_those_within_it():
    index = index_to({"2020Q1": 10, "2020Q2": 30, "2020": 40}, 2020)
    assert index["index"].tolist() == [25, 75, 100]


def test_a_base_of_which_a_figure_is_missing_is_not_known():
    index = index_to({"2020Q1": 9, "2020Q2": None, "2020Q3": 10, "2020Q4": 11}, 2020)
    assert index["index"].isna().all()
    assert index["why"].str.contains("value of the base is missing").all()


# -4 to -2 of 10 to 20 are -40% to -10%.
def test_a_negative_figure_is_lowest_in_percent_of_the_least_base():
    table = pd.DataFrame({"year": [2020, 2021], "value": [10, -4], "missing": [10, 2]})
    last = index_to(table, 2020, value="value").iloc[-1]
    assert last[["index_low", "index_high"]].tolist() == pytest.approx([-40, -10])


def test_only_series_with_the_base_have_an_index():
    table = pd.DataFrame(
        {"country": list("AABB"), "year": [2015, 2016, 2016, 2017], "visits": [4, 5, 8, 6]}
    )
    index = index_to(table, 2015, by="country")
    assert index[["country", "index"]].to_numpy().tolist() == [["A", 100], ["A", 125]]
    index = index_to(table, 2016, by="country")
    assert index["index"].tolist() == [80, 100, 100, 75]


# ---- growth_rate
@pytest.mark.parametrize(
    ("data", "rate"),
    [
        ({2015: 100, 2017: 121}, 10),
        ({2015: 100, 2016: 7, 2019: 121}, 100 * (1.21**0.25 - 1)),
        ({2018: 100, 2020: 400}, 100),  # a leap year is a year
        ({"2015/16": 100, "2017/18": 121}, 10),
        ({"2015-02-28": 100, "2016-02-29": 110}, 10),
        ({"2015-02": 100, "2016-02": 110}, 10),
        ({"2015-07-31": 100, "2017-07-31": 121}, 10),
        # 14 months are 425 days from 1 January 2015.
        ({"2015-01-01": 100, "2016-03-01": 121}, 100 * (1.21 ** (365.25 / 425) - 1)),
    ],
)
def test_a_growth_rate_is_that_of_a_year(data, rate):
    [growth] = growth_rate(data).itertuples()
    assert growth.growth_rate == pytest.approx(rate, abs=1e-9)
    assert growth.growth_rate_low == growth.growth_rate_high == growth.growth_rate
    assert (growth.comparable, growth.why) == (True, "")


def test_periods_of_other_lengths_are_years_apart_by_their_middles():
    table = pd.DataFrame(
        {"period_start": ["2018-01-01", "2019-01-01"], "period_end": ["2018-12-31", "2020-12-31"],
         "value": [10, 30]}
    )  # fmt: skip
    [growth] = growth_rate(table).itertuples()
    # From 2 July 2018 to 1 January 2020.
    assert growth.years == pytest.approx(548 / 365.25)
    assert growth.why == "periods differ in length (731 and 365 days)"


def test_years_between_the_same_middles_are_whole():
    table = pd.DataFrame(
        {"period_start": ["2018-06-01", "2020-05-31"], "period_end": ["2018-06-29", "2020-06-30"],
         "value": [100, 121]}
    )  # fmt: skip
    [growth] = growth_rate(table).itertuples()
    assert growth.years == 2


# 42.1838 a month after 29.25 to 33.3333, from 2 July 2014 to 1 September 2017.
def test_a_growth_rate_of_monthly_rates_has_a_range():
    missions = load_counts("capacity_building_missions").query("scope == 'delivered'")
    [growth] = growth_rate(missions, per="month").itertuples()
    low, high = 492 / (362 / 30.4375), 492 / (348 / 30.4375)
    years = 1158 / 365.25
    assert growth.growth_rate_low == pytest.approx(100 * ((low / (400 / 12)) ** (1 / years) - 1))
    assert growth.growth_rate_high == pytest.approx(100 * ((high / (351 / 12)) ** (1 / years) - 1))
    assert growth.comparable
    assert not growth_rate(missions)["comparable"].iloc[0]


@given(
    st.lists(st.tuples(st.integers(1990, 2030), st.integers(1, 9999)), min_size=2, max_size=8,
             unique_by=lambda pair: pair[0])
)  # fmt: skip
@settings(max_examples=40)
def test_a_growth_rate_is_plain_arithmetic(figures):
    [growth] = growth_rate(dict(figures)).itertuples()
    (first_year, first), *_, (last_year, last) = sorted(figures)
    rate = 100 * ((last / first) ** (1 / (last_year - first_year)) - 1)
    assert growth.growth_rate == pytest.approx(rate)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({2015: 0, 2016: 5}, "the period before counts 0, so there is no percent change"),
        ({2015: None, 2016: 5}, "value of the period before is missing"),
        ({2015: 5, 2016: -5}, "the last figure may be negative, so there is no yearly rate"),
        (
            {"year": [2015, 2016], "value": [37, 41], "measure": "share"},
            "a share has no yearly rate; a share: the change is in percentage points",
        ),
        (
            {"2021-01-01": 100, "2021-03-01": 120},
            "1.9 months apart, too short a time for a yearly rate",
        ),
        (
            {"2021Q1": 100, "2021Q3": 120},
            (
                "6.0 months apart, too short a time for a yearly rate; "
                "periods differ in length (92 and 90 days)"
            ),
        ),
    ],
)
def test_why_there_is_no_yearly_rate(data, why):
    [growth] = growth_rate(data).itertuples()
    assert math.isnan(growth.growth_rate)
    assert growth.why == why


@pytest.mark.parametrize(("days", "is_annualised"), [(302, False), (303, True)])
def test_ten_months_are_needed_for_a_yearly_rate(days, is_annualised):
    first = pd.Timestamp("2021-01-01")
    [growth] = growth_rate({first: 100, first + pd.Timedelta(days=days): 120}).itertuples()
    assert growth.comparable == is_annualised
    assert math.isnan(growth.growth_rate) != is_annualised


def test_each_series_of_several_figures_has_a_rate():
    table = pd.DataFrame(
        {"scope": ["east", "west", "west", None, None, "north"],
         "year": [2015, 2016, 2015, 2016, 2015, 2015], "value": [1, 20, 10, 110, 100, 7]}
    )  # fmt: skip
    growth = growth_rate(table, by="scope")
    assert growth["scope"].tolist() == ["west", "all"]
    assert growth["growth_rate"].tolist() == pytest.approx([100, 10])
    assert growth_rate(table.head(1)).empty


def test_different_parts_of_the_year_have_no_common_growth():
    seasons = growth_rate({"2020Q1": 10, "2020Q4": 100, "2021Q4": 100}).iloc[0]
    assert (seasons["comparable"], seasons["why"]) == (False, "different parts of the year")
    same = growth_rate({"2020Q1": 100, "2020Q2": 7, "2021Q1": 110}).iloc[0]
    assert (same["comparable"], same["why"]) == (True, "")
    assert same["growth_rate"] == pytest.approx(10)
