import datetime
import io
import math
import re

import numpy as np
import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, DataError, bounds, year_on_year
from cbcstats.charts.chart import chart_data
from cbcstats.charts.descriptions import typed_changes
from cbcstats.counts.figures import figures_of
from cbcstats.counts.qualifiers import QUALIFIERS
from cbcstats.frames import PANDAS_2
from tests.properties import given, settings, st

FIGURE = ["period_start", "period_end", "value", "low", "high"]
COLUMNS = [
    "indicator",
    "scope",
    *FIGURE,
    *(f"previous_{name}" for name in FIGURE),
    *(f"{name}{end}" for name in ("change", "percent_change") for end in ("", "_low", "_high")),
    "comparable",
    "why",
    "source_id",
    "previous_source_id",
]


@pytest.fixture(scope="module")
def missions():
    return cbcstats.load_counts("missions")


def last(changes):
    return changes.iloc[-1]


# 492 after more than 330, by hand: 492/339 = 1.451327, 492/331 = 1.486405; 492 - 339 = 153, 492 - 331 = 161.
def test_the_headline_change_per_period(missions):
    change = last(year_on_year(missions))
    assert (change["value"], change["previous_low"], change["previous_high"]) == (492, 331, 339)
    assert (change["change"], change["change_low"], change["change_high"]) == (162, 153, 161)
    assert change["percent_change"] == pytest.approx(49.0909, abs=1e-4)
    assert change["percent_change_low"] == pytest.approx(45.1327, abs=1e-4)
    assert change["percent_change_high"] == pytest.approx(48.6405, abs=1e-4)
    assert not change["comparable"]
    assert "periods differ in length (355 and 329 days, inferred)" in change["why"]
    assert (change["source_id"], change["previous_source_id"]) == (
        "wco-2018-03-02",
        "wco-2017-03-14",
    )


# By hand: 355 days are 11.66324 months, 329 are 10.80903. 492/11.66324 = 42.18382; 331/10.80903 = 30.62253,
# 339/10.80903 = 31.36265. 42.18382/31.36265 = 1.345033; 42.18382/30.62253 = 1.377542.
def test_the_headline_change_per_month(missions):
    change = last(year_on_year(missions, per="month"))
    assert change["value"] == pytest.approx(42.1838, abs=1e-4)
    assert change["previous_low"] == pytest.approx(30.6225, abs=1e-4)
    assert change["previous_high"] == pytest.approx(31.3627, abs=1e-4)
    assert change["percent_change_low"] == pytest.approx(34.5033, abs=1e-4)
    assert change["percent_change_high"] == pytest.approx(37.7541, abs=1e-4)
    assert change["comparable"]


def test_the_result_has_the_promised_columns_and_one_row_per_later_figure(missions):
    changes = year_on_year(missions)
    assert list(changes) == COLUMNS
    assert changes["period_end"].dt.year.tolist() == [2016, 2017, 2018]
    assert changes["comparable"].dtype == bool


def test_the_counts_are_not_changed(missions):
    before = missions.copy(deep=True)
    year_on_year(missions, per="month")
    pd.testing.assert_frame_equal(missions, before)


def test_planned_figures_stand_apart_and_say_why_when_they_meet(missions):
    first = year_on_year(missions, by="indicator").iloc[0]
    assert (first["value"], first["previous_value"], first["comparable"]) == (350, 280, False)
    assert "scope differs: delivered after planned" in first["why"]
    assert "unit differs" in first["why"]
    assert "periods overlap by 181 days" in first["why"]  # 1 January to 30 June 2014


def test_another_source_is_said_and_never_computed_with(missions):
    changes = year_on_year(missions)
    assert "another source gives 342 (cbra-2017-04-15)" in changes["why"].iloc[1]
    assert (
        "another source gives 342 (cbra-2017-04-15) for the period before" in changes["why"].iloc[2]
    )
    assert 342 not in [*changes["value"], *changes["previous_value"]]


def test_the_strict_reading_leaves_ranges_open(missions):
    change = last(year_on_year(missions, reading="strict"))
    assert change["previous_high"] == math.inf
    assert change["percent_change_low"] == -100
    assert change["percent_change_high"] == pytest.approx(48.6405, abs=1e-4)


def test_leap_years_are_equally_long(years):
    changes = year_on_year(years({2015: 100, 2016: 110, 2017: 121}))
    assert changes["comparable"].all()
    assert (changes["why"] == "").all()
    assert changes["percent_change"].tolist() == pytest.approx([10, 10])


def test_lengths_compare_up_to_two_percent(make_counts):
    # 365 and 372 days differ by 1.9%, 365 and 373 by 2.2%.
    nearly = make_counts(("2015-01-01", "2015-12-31", 100), ("2016-01-01", "2017-01-06", 100))
    apart = make_counts(("2015-01-01", "2015-12-31", 100), ("2016-01-01", "2017-01-07", 100))
    assert last(year_on_year(nearly))["comparable"]
    assert not last(year_on_year(apart))["comparable"]


def test_a_missing_year_is_not_stepped_over(years):
    change = last(year_on_year(years({2020: 100, 2021: 110, 2023: 121})))
    assert (change["previous_value"], change["comparable"]) == (110, False)
    assert change["why"] == "24 months apart, not a year"


def test_the_period_of_a_year_before_is_found_among_quarters(make_counts):
    quarters = [("2020-01-01", "2020-03-31", 10), ("2020-04-01", "2020-06-30", 20), ("2020-07-01", "2020-09-30", 30),
                ("2020-10-01", "2020-12-31", 40), ("2021-01-01", "2021-03-31", 11)]  # fmt: skip
    [change] = year_on_year(make_counts(*quarters)).to_dict("records")
    assert (change["value"], change["previous_value"], change["comparable"]) == (11, 10, True)


@pytest.mark.parametrize(
    ("previous", "comparable", "why"),
    [
        (0, True, "the period before counts 0, so there is no percent change"),
        (None, False, "value of the period before is missing"),
    ],
)
def test_no_percent_after_zero_or_nothing(years, previous, comparable, why):
    change = last(year_on_year(years({2015: previous, 2016: 5})))
    assert pd.isna(change[["percent_change", "percent_change_low", "percent_change_high"]]).all()
    assert (change["comparable"], change["why"]) == (comparable, why)


@pytest.mark.parametrize(
    ("previous", "low"), [(5, 100), (2, 700)]
)  # 8 after 4 at most, and after 1 at most
def test_a_range_that_may_be_zero_has_no_highest_percent(years, previous, low):
    change = last(year_on_year(years({2015: previous, 2016: 8}, qualifier=["almost", "exact"])))
    assert change["previous_low"] == 0
    assert change["percent_change_low"] == pytest.approx(low)
    assert math.isnan(change["percent_change_high"])
    why = "the period before may count 0, so percent change has no upper limit"
    assert (change["comparable"], change["why"]) == (True, why)


def test_after_one_there_is_a_percent_change(years):
    change = last(year_on_year(years({2015: 1, 2016: 5})))
    assert (change["percent_change_high"], change["why"]) == (400, "")


def test_a_missing_figure_has_a_row_that_says_so(years):
    change = last(year_on_year(years({2015: 5, 2016: None})))
    assert math.isnan(change["change"])
    assert (change["comparable"], change["why"]) == (False, "value is missing")
    assert last(year_on_year(years({2015: 0, 2016: None})))["why"] == "value is missing"


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        (
            {"unit": ["missions", "activities"]},
            "unit differs: activities after missions; periods differ in length (306 and 365 days)",
        ),
        (
            {"measure": ["flow", "stock"]},
            "measure differs: stock after flow",
        ),  # a stock has no length
        (
            {"measure": ["flow", "cumulative"]},
            "measure differs: cumulative after flow; 18 months apart, not a year",
        ),
    ],
)
def test_different_things_do_not_compare(make_counts, columns, why):
    figures = make_counts(
        ("2015-01-01", "2015-12-31", 5), ("2016-03-01", "2016-12-31", 6), **columns
    )
    change = last(year_on_year(figures))
    assert (change["comparable"], change["why"]) == (False, why)


def test_stocks_compare_a_year_apart_whatever_the_days_before(make_counts):
    days = (None, "2018-02-28", 33), (None, "2018-06-29", 40), (None, "2019-06-30", 46)
    changes = year_on_year(make_counts(*days, measure="stock"))
    assert changes["comparable"].tolist() == [False, True]
    assert changes["why"].tolist() == ["4 months apart, not a year", ""]


def test_only_a_flow_has_a_number_a_month(make_counts):
    stock = make_counts((None, "2018-06-30", 40), (None, "2019-06-30", 46), measure="stock")
    change = last(year_on_year(stock, per="month"))
    assert math.isnan(change["value"])
    assert change["why"] == "only a flow has a number a month, this is a figure of kind stock"


def test_an_event_has_no_number_a_month_although_its_days_are_known(make_counts):
    counts = make_counts(
        ("2016-03-01", "2016-03-02", 100), ("2017-03-01", "2017-03-03", 120), measure="event"
    )
    assert math.isnan(last(year_on_year(counts, per="month"))["value"])


def test_an_unknown_length_is_said(make_counts):
    counts = make_counts((None, "2018-12-31", 40), ("2019-01-01", "2019-12-31", 46))
    assert (
        last(year_on_year(counts))["why"]
        == "6 months apart, not a year; length of a period is not known"
    )
    no_number = (
        "6 months apart, not a year; length of a period is not known, so there is no number a month"
    )
    assert last(year_on_year(counts, per="month"))["why"] == no_number


def test_events_compare_whatever_their_length(make_counts):
    counts = make_counts(
        ("2016-03-01", "2016-03-02", 100), ("2017-03-01", "2017-03-03", 120), measure="event"
    )
    assert last(year_on_year(counts))["comparable"]


def test_cumulative_totals_need_one_start(make_counts):
    same = make_counts(
        ("1985-01-01", "2015-03-11", 754), ("1985-01-01", "2016-03-11", 800), measure="cumulative"
    )
    assert last(year_on_year(same))["comparable"]
    other = make_counts(
        ("1985-01-01", "2015-03-11", 754), ("1986-01-01", "2016-03-11", 800), measure="cumulative"
    )
    assert last(year_on_year(other))["why"] == "totals are counted from different days"


def test_undated_figures_have_no_place_in_a_series(make_counts):
    counts = make_counts(
        ("2015-01-01", "2015-12-31", 5), (None, None, 7), ("2016-01-01", "2016-12-31", 6)
    )
    assert len(year_on_year(counts)) == 1


def test_few_columns_are_enough():
    counts = pd.DataFrame(
        {"period_end": pd.to_datetime(["2015-12-31", "2016-12-31"]), "value": [50, 60], "team": "A"}
    )
    change = last(year_on_year(counts.assign(measure="stock"), by="team"))
    assert change["percent_change"] == pytest.approx(20)
    assert change["comparable"]


def test_nothing_gives_nothing_with_the_same_columns(missions, years):
    for counts in (missions.head(0), years({2015: 1})):
        changes = year_on_year(counts)
        assert changes.empty
        assert list(changes) == COLUMNS


def test_series_with_missing_keys_are_kept(years):
    counts = years({2015: 1, 2016: 2}, scope=None)
    assert len(year_on_year(counts)) == 1


def test_two_figures_for_one_period_must_be_decided(years):
    counts = pd.concat([years({2015: 1, 2016: 2}), years({2016: 3})])
    with pytest.raises(
        DataError, match=r"missions, delivered has several figures for 2016; mark one as preferred"
    ):
        year_on_year(counts)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"per": "monthly"}, "did you mean 'month'"),
        ({"reading": "loose"}, "'usual', 'strict'"),
        ({"by": "indicater"}, "did you mean 'indicator'"),
    ],
)
def test_wrong_arguments_name_the_right_ones(years, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        year_on_year(years({2015: 1, 2016: 2}), **arguments)


def test_a_missing_column_is_named():
    with pytest.raises(ArgumentError, match="lacks the column 'value'; it has period_end"):
        year_on_year(pd.DataFrame({"period_end": pd.to_datetime(["2015-12-31"])}))


figure = st.tuples(st.integers(1, 5000), st.sampled_from(QUALIFIERS))


@settings(max_examples=60)
@given(figure, figure, st.randoms(use_true_random=False), st.sampled_from(["period", "month"]))
def test_the_true_change_lies_inside_the_range(previous, later, random, per):
    counts = pd.DataFrame(
        {
            "indicator": "a", "scope": "b", "value": [previous[0], later[0]], "qualifier": [previous[1], later[1]],
            "period_start": pd.to_datetime(["2015-01-01", "2016-02-01"]),
            "period_end": pd.to_datetime(["2015-12-31", "2016-12-31"]),
        }
    )  # fmt: skip
    change = last(year_on_year(counts, per=per))
    truths = [random.randint(*bounds(*figure)) for figure in (previous, later)]
    divisors = [365 / 30.4375, 335 / 30.4375] if per == "month" else [1, 1]
    before, after = (truth / divisor for truth, divisor in zip(truths, divisors, strict=True))
    assert change["change_low"] - 1e-9 <= after - before <= change["change_high"] + 1e-9
    if before > 0 and not math.isnan(change["percent_change_high"]):
        percent = 100 * (after / before - 1)
        assert (
            change["percent_change_low"] - 1e-9 <= percent <= change["percent_change_high"] + 1e-9
        )


@settings(max_examples=30)
@given(st.permutations(range(6)))
def test_the_order_of_rows_makes_no_difference(order):
    missions = cbcstats.load_counts("missions")
    shuffled = year_on_year(missions.iloc[list(order)], per="month")
    pd.testing.assert_frame_equal(shuffled, year_on_year(missions, per="month"))


def test_ten_times_the_figures_are_ten_times_the_changes(years):
    small, large = (year_on_year(years({2015: 7 * n, 2016: 9 * n, 2017: 4 * n})) for n in (1, 10))
    np.testing.assert_allclose(large["change"], 10 * small["change"])
    np.testing.assert_allclose(large["percent_change"], small["percent_change"])


def test_a_leap_day_makes_no_month_unequal(make_counts):
    months = make_counts(("2015-02-01", "2015-02-28", 10), ("2016-02-01", "2016-02-29", 11))
    assert last(year_on_year(months))["comparable"]


def test_figures_that_end_together_have_a_row_each(make_counts):
    counts = make_counts(
        ("2015-01-01", "2015-12-31", 10),
        ("2016-01-01", "2016-12-31", 11),
        ("2016-07-01", "2016-12-31", 6),
    )
    assert year_on_year(counts)["value"].tolist() == [11, 6]


@pytest.mark.parametrize(
    "change",
    [
        lambda counts: counts.assign(
            **{name: counts[name].astype("category") for name in ("measure", "scope", "unit")}
        ),
        lambda counts: counts.assign(period_end=counts["period_end"].dt.tz_localize("UTC")),
        lambda counts: counts.assign(period_start=counts["period_start"].astype("str")),
        lambda counts: counts.assign(
            value=counts["value"].astype(object), preferred=counts["preferred"].astype("str")
        ),
        lambda counts: counts.set_axis([7, 7, 7], axis="index"),
        lambda counts: counts.assign(value=counts["value"].astype(float)),
    ],
)
def test_dtypes_make_no_difference(years, change):
    counts = years({2015: 100, 2016: 110, 2017: 99})
    pd.testing.assert_frame_equal(year_on_year(change(counts)), year_on_year(counts))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("value", "many", "has the value 'many'"),
        ("period_end", pd.Timestamp("2014-12-31"), "ends before it starts"),
        ("period_end", "soon", "not a day"),
    ],
)
def test_what_is_no_figure_is_said(years, column, value, message):
    counts = years({2015: 100, 2016: 110}).astype({column: object})
    counts.loc[0, column] = value
    with pytest.raises(DataError, match=message):
        year_on_year(counts)


@pytest.mark.parametrize("by", [(), "value", "period_end"])
def test_a_series_is_made_up_by_other_columns_than_its_numbers(years, by):
    with pytest.raises(ArgumentError, match="`by`"):
        year_on_year(years({2015: 1, 2016: 2}), by=by)


def test_without_an_indicator_all_figures_are_one_series():
    counts = pd.DataFrame({"period_end": ["2015-12-31", "2016-12-31"], "value": [50, 60]})
    assert last(year_on_year(counts))["comparable"]


# ---- Figures, from which changes and charts start.
# By hand: 24.1 that was rounded to 0.1 is 24.05 to 24.15; the middle of 365 days is 182 days after the first.
def test_figures_have_ranges_lengths_and_places_in_time():
    counts = pd.DataFrame(
        {
            "period_start": ["2015-01-01", None, "2015-01-01", "2016-01-01", None],
            "period_end": ["2015-12-31", "2016-06-30", "2016-12-31", "2016-01-31", None],
            "value": [330, 24.1, 1750, None, 7],
            "qualifier": ["more_than", "exact", "exact", None, "exact"],
            "rounded_to": [10, 0.1, None, None, None],
            "measure": ["flow", "stock", "cumulative", None, "flow"],
        }
    )
    figures = figures_of(counts)
    assert figures["low"].tolist() == pytest.approx([331, 24.05, 1750, math.nan], nan_ok=True)
    assert figures["high"].tolist() == pytest.approx([339, 24.15, 1750, math.nan], nan_ok=True)
    assert figures["days"].tolist() == pytest.approx([365, math.nan, 731, 31], nan_ok=True)
    assert figures["middle"].astype("str").tolist() == [
        "2015-07-02",
        "2016-06-30",
        "2016-12-31",
        "2016-01-16",
    ]
    assert figures["printed"].tolist() == ["more than 330", "24.1", "1,750", "not known"]
    assert figures["measure"].tolist() == ["flow", "stock", "cumulative", "flow"]
    for name, default in {
        "indicator": "figures",
        "scope": "all",
        "unit": "",
        "period_basis": "stated",
    }.items():
        assert set(figures[name]) == {default}
    assert figures["qualifier"].tolist() == ["more_than", "exact", "exact", "exact"]
    assert figures["preferred"].tolist() == [True] * 4
    assert figures["source_id"].isna().all()
    a_month = figures_of(counts, per="month")
    assert a_month["value"].tolist() == pytest.approx(
        [330 * 30.4375 / 365, *[math.nan] * 3], nan_ok=True
    )
    assert a_month["high"].iloc[0] == pytest.approx(339 * 30.4375 / 365)


def test_without_a_measure_figures_of_periods_are_flows_and_others_stocks():
    days = pd.DataFrame({"period_end": ["2015-12-31"], "value": [1]})
    assert figures_of(days)["measure"].tolist() == ["stock"]
    assert figures_of(days.assign(period_start="2015-01-01"))["measure"].tolist() == ["flow"]


def test_figures_are_preferred_unless_they_say_no(years):
    counts = years(dict.fromkeys(range(2010, 2016), 1)).astype({"preferred": object})
    counts["preferred"] = [True, None, "TRUE", "false", False, "no"]
    assert figures_of(counts)["preferred"].tolist() == [True, True, True, False, False, False]
    counts["preferred"] = ["yes", " Yes", "", "1", 1, 0]
    assert figures_of(counts)["preferred"].tolist() == [True, True, True, True, True, False]
    assert (
        figures_of(counts.assign(preferred=[1, 0.0] * 3))["preferred"].tolist() == [True, False] * 3
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"period_end": ["2014-12-31", "2016-12-31"]},
            "the figure of missions for 2015-01-01 to 2014-12-31 ends before it starts; correct it, or load it with",
        ),
        (
            {"value": [1, "many"]},
            "the figure of missions for 2016-01-01 to 2016-12-31 has the value 'many'; correct it",
        ),
        (
            {"value": ["many", 2], "period_start": None, "measure": "stock"},
            "the figure of missions for 2015-12-31 has the value 'many'; correct it",
        ),
        (
            {"preferred": [1, 2]},
            "the figure of missions for 2016-01-01 to 2016-12-31 has the preferred 2; correct it, or load it with",
        ),
        (
            {"rounded_to": ["0.1", "a tenth"]},
            "the figure of missions for 2016-01-01 to 2016-12-31 has the rounded_to 'a tenth'; correct it",
        ),
        (
            {"period_end": ["2015-12-31", "soon"]},
            "^period_end holds 'soon', which is not a day; write days such as 2018-03-02$",
        ),
        (
            {"period_end": ["2015-12-31T00:00+01:00", "2016-12-31T00:00+02:00"]},
            "^period_end holds days of several time zones; write days such as 2018-03-02$",
        ),
    ],
)
def test_a_figure_that_is_none_is_named(years, changed, message):
    with pytest.raises(DataError, match=message):
        figures_of(years({2015: 1, 2016: 2}).assign(**changed))


@pytest.mark.parametrize(
    ("days", "first"),
    [
        ([2015, 2016], "2015"),
        ([2015.0, None], "2015.0"),
        (pd.array([2015, None], dtype="Int64"), "2015"),
        (pd.Categorical([2015, 2016]), "2015"),
        ([20151231, 20161231], "20151231"),
        (["2015-12-31", "2016"], "'2016'"),
        (["2015-12", "2016-12-31"], "'2015-12'"),
        (["2015/12", "2016/12"], "'2015/12'"),
        (["2015-12-31", "today"], "'today'"),
        (
            pd.Series([pd.Period("2015-12-31", "D"), pd.Period("2016")], dtype=object),
            "Period('2016', 'Y-DEC')",
        ),
    ],
)
def test_years_and_months_are_no_days(years, days, first):
    said = re.escape(f"period_end holds {first}, which is not a day; write days such as 2018-03-02")
    with pytest.raises(DataError, match=f"^{said}$"):
        figures_of(years({2015: 1, 2016: 2}).assign(period_end=days))


@pytest.mark.parametrize(
    "days",
    [
        ["2015-12-31", "2016-12-31"],
        ["20151231", "2016-12-31T00:00"],
        ["2015/12/31", "2016-12-31 00:00:00"],
        [datetime.date(2015, 12, 31), "2016-12-31"],
        np.array(["2015-12-31", "2016-12-31"], dtype="datetime64[D]"),
        pd.Categorical([pd.Timestamp("2015-12-31"), pd.Timestamp("2016-12-31")]),
        pd.Series([pd.Period("2015-12-31", "D"), pd.Timestamp("2016-12-31")], dtype=object),
    ],
)
def test_days_are_read_however_they_are_held(years, days):
    figures = figures_of(years({2015: 1, 2016: 2}).assign(period_end=days))
    assert figures["period_end"].tolist() == [
        pd.Timestamp("2015-12-31"),
        pd.Timestamp("2016-12-31"),
    ]
    assert figures["days"].tolist() == [365, 366]


def test_changes_say_what_they_are_changes_of(years):
    counts = years({2015: 1, 2016: 2})
    assert year_on_year(counts)["percent_change"].tolist() == [100]
    assert year_on_year(counts).attrs["per"] == "period"
    assert year_on_year(counts, per="month").attrs["per"] == "month"


# ---- What compares, at the edges of the rules.
# 310 days are 10.2 months and 304 are 9.99; 456 are 14.98 and 457 are 15.01.
@pytest.mark.parametrize(
    ("days", "comparable"), [(304, False), (310, True), (456, True), (457, False)]
)
def test_ten_to_fifteen_months_pass_for_a_year(make_counts, days, comparable):
    later = pd.Timestamp("2018-01-31") + pd.Timedelta(days=days)
    change = last(
        year_on_year(make_counts((None, "2018-01-31", 40), (None, later, 46), measure="stock"))
    )
    assert change["comparable"] == comparable
    assert (change["why"] == "") == comparable


def test_one_month_is_no_months(make_counts):
    counts = make_counts((None, "2015-01-31", 10), (None, "2015-02-28", 11), measure="stock")
    assert last(year_on_year(counts))["why"] == "1 month apart, not a year"


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (("2015-01-01", "2015-12-31"), ("2015-12-31", "2016-12-30"), "periods overlap by 1 day"),
        (("2015-01-01", "2015-12-31"), ("2016-01-01", "2016-12-31"), ""),
        # February and a leap day, and what is no leap day: 28 and 30, 28 and 31 days.
        (("2015-02-01", "2015-02-28"), ("2016-02-01", "2016-02-29"), ""),
        (
            ("2015-02-01", "2015-02-28"),
            ("2016-02-01", "2016-03-01"),
            "periods differ in length (30 and 28 days)",
        ),
        (
            ("2015-02-01", "2015-02-28"),
            ("2016-01-30", "2016-02-29"),
            "periods differ in length (31 and 28 days)",
        ),
        (("2015-02-01", "2015-02-28"), ("2016-03-01", "2016-03-31"), "no figure for Mar 2015"),
    ],
)
def test_periods_are_told_apart_by_their_days(make_counts, before, after, why):
    assert last(year_on_year(make_counts((*before, 10), (*after, 11))))["why"] == why


def test_one_inferred_period_makes_both_lengths_doubtful(make_counts):
    counts = make_counts(("2015-01-01", "2015-12-31", 10), ("2016-01-01", "2016-10-31", 11))
    for basis, end in (
        (["inferred", "stated"], ", inferred"),
        (["stated", "inferred"], ", inferred"),
        ("stated", ""),
    ):
        change = last(year_on_year(counts.assign(period_basis=basis)))
        assert change["why"] == f"periods differ in length (305 and 365 days{end})"
    year = make_counts(
        ("2015-01-01", "2015-12-31", 10), ("2016-01-01", "2016-12-31", 11), period_basis="inferred"
    )
    change = last(year_on_year(year, per="month"))
    assert (change["comparable"], change["why"]) == (True, "lengths of 366 and 365 days, inferred")
    assert last(year_on_year(year))["why"] == ""


def test_totals_since_a_start_that_is_not_known_are_compared(make_counts):
    totals = make_counts((None, "2015-03-11", 754), (None, "2016-03-11", 800), measure="cumulative")
    assert last(year_on_year(totals))["comparable"]
    for starts in ((None, "1985-01-01"), ("1985-01-01", None)):
        one = make_counts(
            (starts[0], "2015-03-11", 754), (starts[1], "2016-03-11", 800), measure="cumulative"
        )
        assert last(year_on_year(one))["why"] == "totals are counted from different days"


def test_measure_scope_and_unit_that_are_missing_differ_from_those_that_are_there(years):
    change = last(year_on_year(years({2015: 5, 2016: 6}, unit=["missions", None]), by="indicator"))
    assert change["why"] == "unit differs: none after missions"


def test_other_figures_are_named_with_their_sources(years):
    counts = pd.concat(
        [
            years({2015: 5, 2016: 6}),
            years({2016: 7}, preferred=False, source_id=None, qualifier="more_than"),
            years({2016: 8}, preferred=False, source_id="third"),
        ]
    )
    [why] = year_on_year(counts)["why"]
    assert why == "another source gives more than 7 (source not named) and 8 (third)"


def test_other_figures_of_a_series_without_a_part_are_named(years):
    counts = pd.concat(
        [years({2015: 5, 2016: 6}), years({2015: 7}, preferred=False, source_id="third")]
    )
    [why] = year_on_year(counts.assign(scope=None))["why"]
    assert why == "another source gives 7 (third) for the period before"


def test_figures_of_several_series_are_never_mixed(years):
    counts = pd.concat(
        [years({2015: 5, 2016: 6}, scope="b"), years({2015: 50, 2016: 60}, scope="a")]
    )
    assert year_on_year(counts)[["scope", "previous_value"]].to_numpy().tolist() == [
        ["b", 5],
        ["a", 50],
    ]
    with pytest.raises(DataError, match="the series b has several figures for 2016"):
        year_on_year(pd.concat([counts, years({2016: 7}, scope="b")]), by="scope")


@pytest.mark.parametrize("counts", [{}, {2015: None, 2016: None}])
def test_a_wrong_reading_is_refused_though_there_is_nothing_to_read(years, counts):
    frame = years(counts) if counts else years({2015: 1}).head(0)
    with pytest.raises(ArgumentError, match="'usual', 'strict'"):
        year_on_year(frame, reading="loose")


def test_of_two_earlier_figures_the_one_nearest_to_a_year_before_counts(make_counts):
    # 365 days before 1 January 2020 is 1 January 2019: 5 days from the one, 6 from the other.
    days = (None, "2018-12-27", 1), (None, "2019-01-07", 2), (None, "2020-01-01", 9)
    assert last(year_on_year(make_counts(*days, measure="stock")))["previous_value"] == 1
    days = (None, "2018-12-26", 1), (None, "2019-01-06", 2), (None, "2020-01-01", 9)
    assert last(year_on_year(make_counts(*days, measure="stock")))["previous_value"] == 2


def test_figures_that_are_not_a_frame_are_refused():
    said = re.escape(
        "`counts` must be a DataFrame of pandas or Polars, a PyArrow table or a DuckDB relation, "
        "but str was given"
    )
    for asked in (year_on_year, cbcstats.growth_rate, cbcstats.plot_counts):
        with pytest.raises(ArgumentError, match=said):
            asked("missions")


@pytest.mark.parametrize(
    "wrong",
    [{"value": -4}, {"value": -4, "rounded_to": 10}, {"value": 0, "qualifier": "less_than"}],
)
def test_a_figure_that_is_no_count_is_named_with_its_period(wrong, years):
    counts = pd.concat([years({2015: 5}), years({2016: 1}).assign(**wrong)])
    said = r"the figure of missions for 2016-01-01 to 2016-12-31: (-4(\.0)? is no count|no count is less than 0)"
    with pytest.raises(DataError, match=said):
        year_on_year(counts)


# 0.02 rounded to 0.1 is anything from 0 to 0.07; 24.1 is 24.05 to 24.15.
def test_a_number_that_was_rounded_is_never_below_nothing(years):
    figures = figures_of(years({2015: 5, 2016: 5}).assign(value=[0.02, 24.1], rounded_to=0.1))
    assert figures["low"].tolist() == pytest.approx([0, 24.05])
    assert figures["high"].tolist() == pytest.approx([0.07, 24.15])
    text = figures_of(years({2015: 5, 2016: 5}).assign(value=[0.02, 24.1], rounded_to="0.1"))
    pd.testing.assert_frame_equal(text, figures)


def test_numbers_a_month_say_so_and_are_not_divided_again(missions):
    assert figures_of(missions).attrs["per"] == "period"
    monthly = figures_of(missions, per="month")
    assert monthly.attrs["per"] == figures_of(monthly).attrs["per"] == "month"
    assert missions.attrs == {}
    with pytest.raises(
        DataError, match='`counts` holds numbers per month already; leave out per="month", or give'
    ):
        figures_of(monthly, per="month")


MONTHLY = ["missions per month", "missions a month", "missions/month", "Missions / Month", "monthly missions",
           "missions each month", "million US dollars PER MONTH"]  # fmt: skip


# What a file or a merge leaves of numbers a month is their unit.
@pytest.mark.parametrize("unit", MONTHLY)
def test_a_unit_that_is_per_month_is_never_divided_again(years, unit):
    counts = years({2015: 10, 2016: 12}, unit=unit)
    told = (
        f"the figure of missions for 2015-01-01 to 2015-12-31 has the unit '{unit}', which is per month already; "
        'leave out per="month", or give the counts of the whole periods'
    )
    asked = (
        *(year_on_year, cbcstats.growth_rate, cbcstats.plot_counts),
        *(
            lambda counts, per: cbcstats.index_to(counts, "2015", per=per),
            lambda counts, per: cbcstats.contributions(counts, "scope", per=per),
        ),
    )
    for question in asked:
        with pytest.raises(DataError, match=re.escape(told)):
            question(counts, per="month")
    assert year_on_year(counts)["percent_change"].tolist() == pytest.approx([20])


def test_what_a_month_gives_is_refused_after_a_round_trip(years):
    counts = years({2015: 10, 2016: 12})
    drawn = chart_data(cbcstats.plot_counts(counts, per="month"))
    assert set(drawn["unit"]) == {"missions a month"}
    again = pd.read_csv(io.StringIO(drawn.to_csv(index=False)))
    with pytest.raises(DataError, match="per month already"):
        year_on_year(again, per="month")


# A length in months, and another span of time, are no rates per month; nor is a stock divided by anything.
@pytest.mark.parametrize(
    "unit",
    [
        "person-months",
        "participants a day",
        "months",
        "bimonthly reports",
        "missions per 3 months",
        "month-long courses",
    ],
)
def test_other_units_are_divided_by_the_month(years, unit):
    assert year_on_year(years({2015: 10, 2017: 12}, unit=unit), per="month")[
        "value"
    ].tolist() == pytest.approx([12 / (365 / 30.4375)])


def test_a_stock_that_is_per_month_does_no_harm(years):
    counts = pd.concat(
        [
            years({2015: 365, 2017: 365}),
            years({2015: 3, 2017: 4}, scope="a", unit="visits per month", measure="stock"),
        ]
    )
    assert year_on_year(counts, per="month")["value"].notna().tolist() == [True, False]


def test_what_was_rounded_reaches_exactly_as_far_as_it_may(years):
    counts = years({2015: 0, 2016: 0}, value=[24.1, 24.2], rounded_to=0.1)
    change = year_on_year(counts).iloc[0]
    assert (change["previous_low"], change["previous_high"], change["low"], change["high"]) == (
        24.05,
        24.15,
        24.15,
        24.25,
    )
    with pytest.raises(
        DataError, match=r"for 2015-01-01 to 2015-12-31 has the rounded_to -0\.1; correct it"
    ):
        year_on_year(counts.assign(rounded_to=[-0.1, 0.1]))


def test_days_reach_from_the_first_year_to_the_last():
    first, last = (1678, 2261) if PANDAS_2 else (1, 9999)  # pandas 2 reads nanoseconds
    ends = [f"{last - 1}-12-31", f"{last}-12-31"]
    counts = pd.DataFrame({"period_end": ends, "value": [100, 120]})
    assert year_on_year(counts)["percent_change"].tolist() == pytest.approx([20])
    starts = [f"{first:04}-12-31", f"{first + 1:04}-12-31"]
    assert year_on_year(counts.assign(period_end=starts))["comparable"].all()


@pytest.mark.parametrize("by", [5, [["indicator"]], True])
def test_columns_are_named_by_text(years, by):
    with pytest.raises(
        ArgumentError, match=r"^`by` must be a name in quotation marks, or a list of names, but "
    ):
        year_on_year(years({2015: 1, 2016: 2}), by=by)


def test_a_series_whose_part_is_not_known_is_compared_as_any(years):
    parts = [
        years({2015: before, 2016: after}, office=office)
        for office, before, after in ((None, 10, 12), ("A", 5, 6))
    ]
    changes = year_on_year(pd.concat(parts, ignore_index=True), by=["indicator", "office"])
    assert changes["change"].tolist() == [2, 1]
    assert changes["office"].isna().tolist() == [True, False]


def test_periods_with_one_middle_are_not_before_each_other(make_counts):
    # 1 July is the middle of 2 January to 29 December, and of 1 June to 31 July.
    assert year_on_year(
        make_counts(("2016-01-02", "2016-12-29", 120), ("2016-06-01", "2016-07-31", 20))
    ).empty


@pytest.mark.parametrize(
    "again",
    [
        lambda changes: pd.read_csv(io.StringIO(changes.to_csv(index=False))),
        lambda changes: changes.astype("object"),
        lambda changes: changes.convert_dtypes(),
    ],
)
def test_changes_get_their_dtypes_back(again):
    changes = year_on_year(cbcstats.load_counts("missions"), per="month")
    assert changes.attrs == {"per": "month", "by": ["indicator", "scope"]}
    changes = pd.concat(
        [changes, changes.assign(percent_change_high=np.nan, comparable=False)], ignore_index=True
    )
    restored = typed_changes(again(changes))
    names = [
        "period_start",
        "previous_period_end",
        "percent_change_low",
        "percent_change_high",
        "comparable",
        "why",
    ]
    pd.testing.assert_frame_equal(restored[names], changes[names])


def test_a_mark_that_is_none_makes_nothing_comparable(years):
    changes = year_on_year(years({2015: 1, 2016: 2, 2017: 3})).astype({"comparable": "object"})
    changes["comparable"] = ["yes", "perhaps"]
    assert typed_changes(changes)["comparable"].tolist() == [True, False]
