"""Changes and their ranges; which figures are compared is tested with partners."""

import io
import itertools
import math

import numpy as np
import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, DataError, bounds, contributions, year_on_year
from cbcstats.charts.descriptions import typed_changes
from cbcstats.counts.figures import figures_of
from cbcstats.counts.readings import QUALIFIERS
from cbcstats.frames import PANDAS_2
from tests.properties import given, settings, st

PERIOD = ["period", "period_start", "period_end", "value", "qualifier", "low", "high"]
RATES = ["rate", "rate_low", "rate_high"]


SERIES = ("indicator", "label", "measure", "scope", "area")


def columns(per, series=("indicator", "measure", "scope")):
    figure = PERIOD + (RATES if per == "month" else [])
    return [
        *series, *figure, *(f"previous_{name}" for name in figure),
        *("change", "change_low", "change_high"),
        *("percent_change", "percent_change_low", "percent_change_high", "percent_change_as_printed"),
        *("comparable", "why", "per", "unit", "source_id", "previous_source_id"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def missions():
    return cbcstats.load_counts("capacity_building_missions")


def last(changes):
    return changes.iloc[-1]


# 492 after more than 330, which is 331 to 340, 335.5 in the middle. By hand: 492 / 340 = 1.447059,
# 492 / 331 = 1.486405, 492 / 335.5 = 1.466468; 492 / 330 = 1.490909.
def test_the_headline_change_per_period(missions):
    change = last(year_on_year(missions))
    assert (change["value"], change["previous_low"], change["previous_high"]) == (492, 331, 340)
    assert (change["change_low"], change["change"], change["change_high"]) == (152, 156.5, 161)
    percents = change[["percent_change_low", "percent_change", "percent_change_high"]]
    assert percents.tolist() == pytest.approx([44.7059, 46.6468, 48.6405], abs=1e-4)
    assert change["percent_change_as_printed"] == pytest.approx(49.0909, abs=1e-4)
    assert not change["comparable"]
    assert change["why"].startswith(
        "11.3 months apart; periods differ in length (355 and 329 days, inferred); another source gives 342 "
    )
    assert (change["per"], change["unit"]) == ("period", "missions")
    assert (change["source_id"], change["previous_source_id"]) == (
        "wco-2018-03-02",
        "wco-2017-03-14",
    )


# 355 and 329 days, each known to 7. By hand: 492 x 30.4375 / 362 = 41.3681, / 355 = 42.1838, / 348 = 43.0323;
# 331 x 30.4375 / 336 = 29.9846, 340 x 30.4375 / 322 = 32.1390; the middles 335.5 x 30.4375 / 329 = 31.0388.
# (492 / 362) / (340 / 322) = 1.287163, (492 / 348) / (331 / 336) = 1.435149, (492 / 355) / (335.5 / 329) = 1.359065.
def test_the_headline_change_per_month(missions):
    change = last(year_on_year(missions, per="month"))
    assert (change["value"], change["previous_low"], change["per"]) == (492, 331, "month")
    assert change[RATES].tolist() == pytest.approx([42.1838, 41.3681, 43.0323], abs=1e-4)
    ends = change[["previous_rate_low", "previous_rate_high"]].tolist()
    assert ends == pytest.approx([29.9846, 32.1390], abs=1e-4)
    percents = change[["percent_change_low", "percent_change", "percent_change_high"]]
    assert percents.tolist() == pytest.approx([28.7163, 35.9065, 43.5149], abs=1e-4)
    assert change["change"] == pytest.approx(42.1838 - 31.0388, abs=1e-4)
    assert change["comparable"]


# Without doubt of the days: 492 / 355 x 329 / 340 = 1.341077, x 329 / 331 = 1.377527.
def test_days_that_are_stated_have_no_tolerance(missions):
    change = last(year_on_year(missions.assign(period_basis="stated"), per="month"))
    ends = change[["percent_change_low", "percent_change_high"]].tolist()
    assert ends == pytest.approx([34.1077, 37.7541], abs=1e-4)


@pytest.mark.parametrize("per", ["period", "month"])
def test_the_result_has_the_promised_columns(missions, years, per):
    changes = year_on_year(missions, per=per)
    assert list(changes) == columns(per, SERIES)
    assert changes["comparable"].dtype == bool
    assert changes["why"].notna().all()
    numbers = [name for name in changes if name.endswith(("_low", "_high", "change", "value"))]
    assert set(changes[numbers].dtypes) == {np.dtype("float64")}
    assert list(year_on_year(missions.head(0), per=per)) == columns(per, SERIES)
    assert list(year_on_year(years({2015: 1}), per=per)) == columns(per)


def test_a_figure_without_one_before_has_an_empty_change(years):
    change = last(year_on_year(years({2019: 40, 2021: 44}), per="month"))
    empty = [*(f"previous_{name}" for name in PERIOD), "change", "percent_change_low"]
    assert change[[*empty, "previous_source_id"]].isna().all()
    assert (change["comparable"], change["why"]) == (False, "no figure for 2020")


@pytest.mark.parametrize("per", ["period", "month"])
def test_the_order_of_rows_makes_no_difference_and_counts_stay_as_they_are(missions, per):
    given_counts = missions.copy(deep=True)
    changes = year_on_year(missions, per=per)
    pd.testing.assert_frame_equal(missions, given_counts)
    for seed in range(5):
        shuffled = missions.sample(frac=1, random_state=seed)
        pd.testing.assert_frame_equal(year_on_year(shuffled, per=per), changes)


# ---- Ranges: least and greatest of all corners


def corners(later, previous):
    """Return the least and the greatest percent change by trying the ends of both ranges."""
    return [100 * (v / p - 1) for v, p in itertools.product(later, previous)]


counted = st.tuples(
    st.integers(0, 5000), st.sampled_from(QUALIFIERS), st.none(), st.sampled_from([0, 0, 3, 40])
).filter(lambda figure: figure[0] or figure[1] == "exact")
amount = st.tuples(
    st.integers(-500, 9999).map(lambda tenths: tenths / 10), st.just("exact"), st.just(0.1), st.just(0)
)  # fmt: skip
figure = st.one_of(counted, amount)


@settings(max_examples=40)
@given(figure, figure, st.sampled_from(["period", "month"]), st.tuples(*[st.integers(0, 30)] * 2),
       st.sampled_from(["usual", "strict"]), st.randoms(use_true_random=False))  # fmt: skip
def test_true_changes_and_middles_lie_inside_the_ranges(
    before, after, per, doubts, reading, random
):
    values, qualifiers, places, missing = zip(before, after, strict=True)
    counts = pd.DataFrame(
        {"period_start": ["2015-01-01", "2016-02-02"], "period_end": ["2015-12-30", "2016-12-31"],
         "value": values, "qualifier": qualifiers, "rounded_to": pd.array(places, "Float64"),
         "missing": missing, "period_tolerance": doubts}
    )  # fmt: skip
    change = last(year_on_year(counts, per=per, reading=reading))
    ranges, truths = [], []
    for (value, qualifier, place, rows), days, doubt in zip(
        (before, after), (364, 334), doubts, strict=True
    ):
        low, high = bounds(value, qualifier, place, reading=reading)
        low, high = (value, value + rows) if rows else (low, high)
        lengths = [1.0] if per == "period" else [(days + d) / 30.4375 for d in (-doubt, doubt)]
        rates = [end / length for end in (low, high) for length in lengths]
        ranges.append((min(rates), max(rates)))
        truth = random.uniform(low, min(high, low + 99)) if low < high else low
        truths.append(truth / random.uniform(lengths[0], lengths[-1]))
    (low_before, high_before), (low, high) = ranges
    ends = change["change_low"], change["change_high"]
    assert ends == pytest.approx((low - high_before, high - low_before))
    assert ends[0] - 1e-9 <= truths[1] - truths[0] <= ends[1] + 1e-9

    least, greatest = change["percent_change_low"], change["percent_change_high"]
    if low_before < 0 or high_before == 0:
        assert all(map(math.isnan, (least, greatest, change["percent_change"])))
        return
    if low_before > 0:
        possible = [
            percent
            for percent in corners((low, high), (low_before, high_before))
            if percent == percent
        ]
        assert (least, greatest) == pytest.approx((min(possible), max(possible)))
    elif low >= 0:  # from a figure that may be 0, there is no greatest, but to 0
        assert greatest == (math.inf if high > 0 else -100)
        assert least == pytest.approx(100 * (low / high_before - 1))
    is_open = math.inf in (high, high_before)
    assert math.isnan(change["change"]) == is_open
    if not is_open and low_before > 0:
        assert least - 1e-9 <= change["percent_change"] <= greatest + 1e-9
        assert ends[0] - 1e-9 <= change["change"] <= ends[1] + 1e-9


@settings(max_examples=30)
@given(st.lists(counted, min_size=2, max_size=5))
def test_middles_agree_with_each_other(figures):
    values, qualifiers, _, _ = zip(*figures, strict=True)
    counts = pd.DataFrame(
        {"year": range(2000, 2000 + len(values)), "value": values, "qualifier": qualifiers}
    )
    middles = [sum(bounds(*figure[:2])) / 2 for figure in figures]
    changes = year_on_year(counts)
    closed = [not math.isinf(a + b) for a, b in itertools.pairwise(middles)]
    expected = [b - a for a, b in itertools.pairwise(middles)]
    assert changes["change"][closed].tolist() == [
        x for x, ok in zip(expected, closed, strict=True) if ok
    ]
    assert changes["change"].notna().tolist() == closed
    percent = changes["percent_change"].dropna()
    before = pd.Series(middles[:-1])[percent.index]
    np.testing.assert_allclose(percent / 100 * before, changes["change"][percent.index], atol=1e-6)


# About 3 is 2 to 4: the middle of -50% to +100% would be +25%.
def test_about_three_after_about_three_is_no_change(years):
    change = last(year_on_year(years({2015: 3, 2016: 3}, qualifier="about")))
    found = change[["percent_change_low", "percent_change", "percent_change_high"]].tolist()
    assert found == [-50, 0, 100]


def test_ten_after_a_hundred_less_than_ten_has_no_rounding_noise(years):
    assert last(year_on_year(years({2015: 100, 2016: 110})))["percent_change"] == 10


@pytest.mark.parametrize(
    ("previous", "qualifier", "low", "high", "why"),
    [
        (0, "exact", math.nan, math.nan, "the period before counts 0, so there is no percent change"),
        # Less than 2 is 0 or 1, almost 1 is 0
        (2, "less_than", 700, math.inf,
         "the period before may count 0, so percent change has no upper limit"),
        (1, "almost", math.nan, math.nan,
         "the period before counts 0, so there is no percent change"),
    ],
)  # fmt: skip
def test_after_what_may_be_zero(years, previous, qualifier, low, high, why):
    counts = years({2015: previous, 2016: 8}, qualifier=[qualifier, "exact"])
    change = last(year_on_year(counts))
    ends = change[["percent_change_low", "percent_change_high"]].tolist()
    assert ends == pytest.approx([low, high], nan_ok=True)
    assert (change["comparable"], change["why"]) == (True, why)


# Nothing after 0 to 2 is a fall by all of it; 1 to 3 is an increase without limit.
@pytest.mark.parametrize(("value", "missing", "high"), [(0, 0, -100), (1, 2, math.inf)])
def test_the_upper_end_is_the_same_for_a_total_and_its_only_part(value, missing, high):
    counts = pd.DataFrame({"year": [2015, 2016], "region": "Europe", "value": [0, value],
                           "missing": [2, missing]})  # fmt: skip
    change = last(year_on_year(counts, value="value"))
    part = last(contributions(counts, by="region", value="value"))
    assert change["percent_change_high"] == high
    assert part["contribution_high"] == part["total_percent_change_high"] == high


def test_a_missing_value_has_no_percent_change(years):
    counts = years({2015: 330, 2016: None}, qualifier=["more_than", "exact"])
    change = last(year_on_year(counts, reading="strict"))
    assert change[["percent_change_low", "percent_change_high"]].isna().all()


def test_the_strict_reading_leaves_ranges_open(missions):
    change = last(year_on_year(missions, reading="strict"))
    assert (change["previous_high"], change["change_low"]) == (math.inf, -math.inf)
    assert change["percent_change_low"] == -100
    assert change["percent_change_high"] == pytest.approx(48.6405, abs=1e-4)
    assert change[["change", "percent_change"]].isna().all()


def test_what_was_rounded_reaches_exactly_as_far_as_it_may(years):
    counts = years({2015: 0, 2016: 0}).assign(value=[24.1, 24.2], rounded_to=[0.1, "0.1"])
    change = last(year_on_year(counts))
    ends = change[["previous_low", "previous_high", "low", "high"]].tolist()
    assert ends == [24.05, 24.15, 24.15, 24.25]


# ---- Registers: rows that are missing, periods covered in part


# 26 to 49 after 24 to 35: 26 / 35 = 0.743, 49 / 24 = 2.042; the truth may be 49 / 35 = 1.4.
def test_rejected_rows_widen_the_range_and_forbid_to_compare(years):
    change = last(year_on_year(years({2015: 24, 2016: 26}, missing=[11, 23], qualifier="at_least")))
    ends = change[["percent_change_low", "percent_change_high"]].tolist()
    assert ends == pytest.approx([-25.7143, 104.1667], abs=1e-4)
    assert not change["comparable"]
    assert change["why"] == "23 rows of this period and 11 of the one before were rejected"


# 2 of 100 are 2%, 3 of 101 more.
@pytest.mark.parametrize(
    ("missing", "comparable"), [([0, 2], True), ([2, 0], True), ([0, 3], False), ([3, 0], False)]
)
def test_few_rejected_rows_are_only_mentioned(years, missing, comparable):
    change = last(year_on_year(years({2015: 98, 2016: 98}, missing=missing)))
    assert change["comparable"] == comparable
    period = "this period" if missing[1] else "the period before"
    assert change["why"] == f"rows of {period} that were rejected: {max(missing)}"


def test_a_period_covered_in_part_has_no_upper_end_and_no_rate(years):
    note = "partial: the register begins on 1 Oct 2015, 273 days into 2015; if 2015 is covered whole, say covers="
    counts = years({2015: 5, 2016: 20}, note=[note, None])
    change = last(year_on_year(counts))
    assert (change["previous_high"], change["percent_change_high"]) == (math.inf, 300)
    assert not change["comparable"]
    assert change["why"] == "2015 may not be covered whole: the register begins on 1 Oct 2015"
    assert math.isnan(last(year_on_year(counts, per="month"))["previous_rate"])


# ---- Series and sources


def test_planned_missions_are_a_series_of_their_own(missions):
    assert set(year_on_year(missions)["scope"]) == {"delivered"}


def test_what_by_leaves_out_is_compared_and_refused(years):
    counts = years({2015: 5, 2016: 6}, unit=["missions", None], scope=["planned", "delivered"])
    change = last(year_on_year(counts, by="indicator"))
    why = "scope differs: delivered after planned; unit differs: none after missions"
    assert (change["comparable"], change["why"]) == (False, why)
    assert year_on_year(counts, by=["indicator", "scope"]).empty


def test_stocks_and_flows_never_meet(years):
    assert year_on_year(years({2015: 5, 2016: 6}, measure=["flow", "stock"]), by="indicator").empty


def test_series_with_missing_keys_are_kept_apart(years):
    parts = [years({2015: 10, 2016: 12}), years({2015: 5, 2016: 6}, office="A")]
    changes = year_on_year(pd.concat(parts), by=["indicator", "office"])
    assert changes["change"].tolist() == [2, 1]
    assert changes["office"].isna().tolist() == [True, False]
    assert len(year_on_year(years({2015: 1, 2016: 2}, scope=None))) == 1


def test_figures_of_other_sources_are_named_and_not_computed_with(years):
    others = [
        years({2016: 7}, source_id=None, qualifier="more_than"),
        years({2015: 8, 2016: 8}, source_id="third"),
    ]
    others = [other.assign(preferred=False) for other in others]
    change = last(year_on_year(pd.concat([years({2015: 5, 2016: 6}), *others])))
    assert change["change"] == 1
    assert change["why"] == (
        "another source gives more than 7 (own figures) and 8 (third); "
        "another source gives 8 (third) for the period before"
    )


def test_two_figures_for_one_period_must_be_decided(years):
    counts = pd.concat([years({2015: 1, 2016: 2}), years({2016: 3})])
    message = "^missions, delivered has several figures for 2016; mark one as preferred, or name"
    with pytest.raises(DataError, match=message):
        year_on_year(counts)


def test_undated_figures_are_left_out(make_counts):
    figures = ("2015-01-01", "2015-12-31", 5), (None, None, 7), ("2016-01-01", "2016-12-31", 6)
    assert year_on_year(make_counts(*figures))["change"].tolist() == [1]


def test_figures_that_end_together_have_a_row_each(make_counts):
    whole = [(f"{year}-01-01", f"{year}-12-31", year) for year in (2015, 2016)]
    half = [(f"{year}-07-01", f"{year}-12-31", 1) for year in (2015, 2016)]
    assert year_on_year(make_counts(*whole, *half))["change"].tolist() == [1, 0]


# ---- Per month


MONTHLY = [
    "missions per month",
    "missions a month",
    "Missions / Month",
    "monthly missions",
    "missions each month",
]


@pytest.mark.parametrize("unit", MONTHLY)
def test_a_unit_that_is_per_month_is_never_divided_again(years, unit):
    counts = years({2015: 10, 2016: 12}, unit=unit)
    message = (
        "^the figure of missions for 2015-01-01 to 2015-12-31 is per month already; leave out per="
    )
    with pytest.raises(DataError, match=message):
        year_on_year(counts, per="month")
    assert last(year_on_year(counts))["percent_change"] == pytest.approx(20)


@pytest.mark.parametrize(
    "unit", ["person-months", "participants a day", "bimonthly reports", "month-long courses"]
)
def test_other_units_are_divided(years, unit):
    assert last(year_on_year(years({2015: 6, 2016: 12}, unit=unit), per="month"))["rate"] == 1


def test_monthly_rates_are_refused_after_a_round_trip(years):
    changes = year_on_year(years({2015: 10, 2016: 12, 2017: 9}), per="month")
    again = pd.read_csv(io.StringIO(changes.to_csv(index=False)))
    with pytest.raises(DataError, match=r"is per month already"):
        year_on_year(again, per="month")


def test_stocks_have_no_rate(years):
    changes = year_on_year(
        years({2015: 3, 2016: 4}, measure="stock", unit="visits per month"), per="month"
    )
    assert changes[["rate", "change"]].isna().all(axis=None)


# ---- Cells of every kind


@pytest.mark.parametrize(
    "changed",
    [
        lambda counts: counts.astype(dict.fromkeys(("measure", "scope", "unit", "qualifier"), "category")),
        lambda counts: counts.assign(period_end=counts["period_end"].dt.tz_localize("UTC")),
        lambda counts: counts.assign(period_start=counts["period_start"].astype("str")),
        lambda counts: counts.astype({"value": object, "preferred": str}),
        lambda counts: counts.set_axis([7, 7, 7], axis="index"),
        lambda counts: counts.convert_dtypes(dtype_backend="pyarrow"),
        lambda counts: counts.assign(preferred=[None, "yes", 1]),
        lambda counts: counts.drop(columns=["preferred", "qualifier", "period_basis"]),
    ],
)  # fmt: skip
def test_dtypes_make_no_difference(years, changed):
    counts = years({2015: 100, 2016: 110, 2017: 99})
    pd.testing.assert_frame_equal(year_on_year(changed(counts)), year_on_year(counts))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"period_end": ["2014-12-31", "2016-12-31"]},
         "^the figure of missions for 2015-01-01 to 2014-12-31 ends before it starts; correct it$"),
        ({"value": [1, "many"]}, "^value in row 1: 'many' holds no single number"),
        ({"value": [1, np.inf]}, "for 2016-01-01 to 2016-12-31 is too large or too fine a number; check it$"),
        ({"preferred": [True, "perhaps"]}, "2016-12-31 has a preferred that is neither true nor false"),
        ({"rounded_to": ["0.1", "a tenth"]}, "^rounded_to holds 'a tenth', which is not a number"),
        ({"rounded_to": [-0.1, 0.1]}, "2015-12-31 has a negative rounded_to; correct it$"),
        ({"missing": [0, -1]}, "2016-12-31 has a negative missing"),
        ({"period_tolerance": [-7, 0]}, "2015-12-31 has a negative period_tolerance"),
        ({"period_end": ["2015-12-31", "soon"]}, "^period_end holds 'soon', which is not a day; write days such as"),
        ({"period_end": ["2015-12-31T00:00+01:00", "2016-12-31T00:00+02:00"]}, "days of several time zones"),
        ({"value": -5, "qualifier": "about"}, "for 2015-01-01 to 2015-12-31: 'about -5' could lie on either side"),
        ({"value": 0, "qualifier": "less_than"}, "for 2015-01-01 to 2015-12-31: no figure is less than 0"),
        ({"qualifier": "most"}, "^qualifier holds 'most'"),
        ({"period_basis": "stale"}, "^period_basis holds 'stale'"),
    ],
)  # fmt: skip
def test_a_figure_that_is_wrong_is_named(years, changed, message):
    with pytest.raises(DataError, match=message):
        year_on_year(years({2015: 1, 2016: 2}).assign(**changed))


def test_days_reach_from_the_first_year_to_the_last():
    first, final = (1678, 2261) if PANDAS_2 else (1, 9999)  # pandas 2 reads nanoseconds
    for year in (first, final - 1):
        days = [f"{year:04}-12-31", f"{year + 1:04}-12-31"]
        assert year_on_year(pd.DataFrame({"date": days, "value": 5}))["comparable"].tolist() == [
            True
        ]


def test_columns_are_named_by_text(years):
    for by in (5, [["indicator"]], True):
        with pytest.raises(
            ArgumentError, match=r"^`by` must be a name in quotation marks, or a list"
        ):
            year_on_year(years({2015: 1, 2016: 2}), by=by)


# ---- Figures, from which changes and charts start


def test_figures_have_ranges_lengths_and_defaults():
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
    assert figures["low"].tolist() == pytest.approx([330, 24.05, 1750, math.nan], nan_ok=True)
    assert figures["high"].tolist() == pytest.approx([340, 24.15, 1750, math.nan], nan_ok=True)
    assert figures["days"].tolist() == pytest.approx([365, math.nan, 731, 31], nan_ok=True)
    assert figures["measure"].tolist() == ["flow", "stock", "cumulative", "flow"]
    defaults = {"indicator": "figures", "scope": "all", "unit": "", "period_basis": "stated"}
    assert all(set(figures[name]) == {default} for name, default in defaults.items())
    assert figures["preferred"].tolist() == [True] * 4
    monthly = figures_of(counts, per="month")
    assert monthly["rate"].tolist() == pytest.approx(
        [27.5, *[math.nan] * 3], nan_ok=True
    )  # 330 / 12


# ---- Changes that come back from a file


@pytest.mark.parametrize(
    "again",
    [
        lambda changes: pd.read_csv(io.StringIO(changes.to_csv(index=False))),
        lambda changes: changes.astype("object"),
        lambda changes: changes.convert_dtypes(),
    ],
)
def test_changes_get_their_dtypes_back(again, missions):
    changes = year_on_year(missions, per="month")
    assert changes.attrs == {}
    empty = changes.assign(percent_change_high=np.nan, comparable=False)
    changes = pd.concat([changes, empty], ignore_index=True)
    restored = typed_changes(again(changes))
    names = ["period_start", "previous_period_end", "percent_change_low", "comparable", "why"]
    pd.testing.assert_frame_equal(restored[names], changes[names])


def test_a_mark_that_cannot_be_read_makes_nothing_comparable(years):
    changes = year_on_year(years({2015: 1, 2016: 2, 2017: 3})).astype({"comparable": "object"})
    changes["comparable"] = ["yes", "perhaps"]
    assert typed_changes(changes)["comparable"].tolist() == [True, False]


def test_the_change_of_a_share_is_in_percentage_points():
    shares = {2019: "about 37", 2020: 41}
    change = year_on_year(shares, measure="share").iloc[0]
    assert change.comparable
    assert change.change_low < 4 < change.change_high
    names = [
        "percent_change",
        "percent_change_low",
        "percent_change_high",
        "percent_change_as_printed",
    ]
    assert change[names].isna().all()
