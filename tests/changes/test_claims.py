"""Verdicts on published changes, and the sentences that explain them."""

import math
import random
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest

import cbcstats
from cbcstats import DataError, bounds, check_claims
from tests.properties import given, settings, st


@pytest.fixture(scope="module")
def missions():
    return check_claims(cbcstats.load_counts("capacity_building_missions")).set_index("value")


def claimed(figures, change, **columns):
    """Return what is found of a claim on the last of some figures."""
    none = [None] * (len(figures) - 1)
    [found] = check_claims(figures.assign(published_change=[*none, change], **columns)).itertuples()
    return found


# ---- The claims of the WCO


def test_the_49_percent_fit_331_and_nothing_else(missions):
    claim = missions.loc[492]
    assert (claim["implied_low"], claim["implied_high"]) == (330, 331)
    assert (claim["verdict"], claim["verdict_strict"]) == ("consistent", "consistent")
    assert claim["sentence"] == (
        "+49% on 492 missions (Mar 2017 - Feb 2018) means 330 to 331 before (Apr 2016 - Mar 2017); "
        "more than 330 (331 to 340) was published, which leaves 331. The 342 of cbra-2017-04-15 does not fit."
    )


# Later 331 to 340. Lengths of 329 ± 7 over 412 ± 7: 322 / 419 = 0.76850 to 336 / 405 = 0.82963, times 1.195 and 1.205:
# 0.91835 and 0.99970; 331 / 0.99970 = 331.1, 340 / 0.91835 = 370.2. With almost 400, which is 340 to 399: 340 to 370.
def test_the_20_percent_per_month_fit_with_a_week_of_tolerance(missions):
    claim = missions.loc[330]
    assert (claim["implied_low"], claim["implied_high"]) == (332, 370)
    assert claim["verdict"] == "consistent"
    assert claim["sentence"].endswith(
        "almost 400 (340 to 399) was published, which leaves 340 to 370. "
        "The lengths of the periods are inferred, to about 7 days."
    )


def test_every_published_change_has_a_verdict_and_a_sentence():
    counts = cbcstats.load_counts()
    found = check_claims(counts)
    assert len(found) == counts["published_change"].notna().sum()
    assert set(found["verdict"]) <= {"consistent", "unlikely", "contradicts", "cannot be checked"}
    assert found["sentence"].str.endswith(".").all()


# ---- An oracle: all whole numbers of both ranges, and what a writer prints for each pair


def prints(before, after, change):
    """Tell whether a change is printed as it is, with halves rounded up or to the even digit."""
    decimals = len(change.partition(".")[2].rstrip("%"))
    percent = 100 * (Decimal(after) - before) / before
    unit = Decimal(1).scaleb(-decimals)
    size = Decimal(change.strip("+-%"))
    is_same_side = percent >= 0 if change.startswith("+") else percent <= 0
    return is_same_side and any(
        abs(percent.quantize(unit, rounding)) == size
        for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN)
    )


def is_possible(before, after, change):
    # Of an open range, so many numbers are enough for the changes tried below.
    befores = range(max(1, int(before.low)), int(min(before.high, 150)) + 1)
    afters = range(int(after.low), int(min(after.high, 600)) + 1)
    return any(prints(p, v, change) for p in befores for v in afters)


WORDS = ["exact", "more_than", "at_least", "about", "almost", "less_than", "at_most"]


def draw_claim(rng):
    """Return two figures with words and a change that is right, or nearly so."""
    p, v = rng.randint(1, 60), rng.randint(1, 90)
    words = [rng.choice(WORDS) if rng.random() < 0.4 else "exact" for _ in "pv"]
    ranges = [bounds(*figure) for figure in ((p, words[0]), (v, words[1]))]
    before, after = (rng.randint(int(low), int(high)) for low, high in ranges)
    percent = 100 * (Decimal(after) - before) / max(before, 1)
    unit = Decimal(rng.choice(["1", "1", "1", "0.1"]))
    change = percent.quantize(unit, rng.choice([ROUND_HALF_UP, ROUND_HALF_EVEN]))
    change = max(change + unit * rng.choice([0, 0, 1, -1, 2]), Decimal(-100).quantize(unit))
    return p, v, words, f"{change:+}%"


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_verdicts_are_those_of_all_whole_numbers(seed):
    rng = random.Random(seed)  # noqa: S311
    drawn = [draw_claim(rng) for _ in range(25)]
    rows = []
    for number, (p, v, words, change) in enumerate(drawn):
        name = f"claim_{number}"
        rows.append({"indicator": name, "year": 2015, "value": p, "qualifier": words[0]})
        rows.append(rows[0] | {"indicator": name, "year": 2016, "value": v, "qualifier": words[1],
                               "published_change": change})  # fmt: skip
    found = check_claims(pd.DataFrame(rows))
    for (p, v, words, change), verdict in zip(drawn, found["verdict"], strict=True):
        usual = [bounds(*figure) for figure in ((p, words[0]), (v, words[1]))]
        expected = "consistent" if is_possible(*usual, change) else "contradicts"
        has_open_range = not set(words) <= {"exact", "less_than", "at_most", "almost"}
        if expected == "contradicts" and has_open_range and verdict == "unlikely":
            continue  # only the words alone make it possible, and these have no end
        strict = [bounds(*figure, reading="strict") for figure in ((p, words[0]), (v, words[1]))]
        if expected == "contradicts" and is_possible(*strict, change):
            expected = "unlikely"
        assert verdict == expected, (p, v, words, change)


# ---- Verdicts worked by hand


@pytest.mark.parametrize(
    ("before", "after", "change", "verdict", "strict"),
    [
        (100, 149, "+49%", "consistent", None),
        (100, 150, "+49%", "contradicts", None),
        (100, 80, "a 20% fall", "consistent", None),
        (100, 79, "-20%", "contradicts", None),
        (50, 64, "+14", "consistent", None),
        (50, 63, "+14", "contradicts", None),
        (50, 40, "-10", "consistent", None),
        (50, 40, "\N{MINUS SIGN}10", "consistent", None),
        (1057, 2057, "+1,000", "consistent", None),
        (1057, 2058, "+1,000", "contradicts", None),
        (50, 63, "+70", "contradicts", None),
        (50, 63, "from 50 to 63", "consistent", None),
        (50, 63, "from 51 to 63", "contradicts", None),
        (50, 63, "from 50 to 64", "contradicts", None),
        (50, 63, "much more", "cannot be checked", None),
        (100, 101, "increased", "consistent", None),
        (100, 100, "increased", "contradicts", None),
        (100, 99, "decreased", "consistent", None),
        (100, 100, "decreased", "contradicts", None),
        (100, 100, "unchanged", "consistent", None),
        (100, 101, "unchanged", "contradicts", None),
        (50, 40, "record", "contradicts", None),
        (50, 50, "record", "consistent", None),
        # a convention of the usual reading: -5% to +5%
        (100, 105, "stable", "consistent", "cannot be checked"),
        (100, 106, "stable", "unlikely", "cannot be checked"),
        # doubled is 1.7 to 2.3 times, and half 0.425 to 0.575; words alone have no end
        (50, 100, "doubled", "consistent", None),
        (100, 50, "half", "consistent", None),
        (100, 58, "half", "unlikely", "consistent"),
        # almost 50% is 42.5% up to 50%, by the word alone anything below
        (100, 143, "almost 50%", "consistent", None),
        (100, 142, "almost 50%", "unlikely", "consistent"),
        (100, 150, "almost 50%", "contradicts", None),
        (100, 103, "+3 percentage points", "cannot be checked", None),
    ],
)
def test_a_verdict_worked_by_hand(years, before, after, change, verdict, strict):
    found = claimed(years({2015: before, 2016: after}), change, change_basis="total")
    assert (found.verdict, found.verdict_strict) == (verdict, strict or verdict)
    assert found.sentence.endswith(".")
    # A record is measured from all figures, the others from that of 2015.
    assert "2016" in found.sentence
    assert ("2015" in found.sentence) or change == "record"


# 12.6 / 10.5 = 1.2, 12 / 10.4 = 1.154, 12.5 / 10.4 = 1.202, 12.54 / 10.4 = 1.2058, 12.05 / 10 = 1.205
@pytest.mark.parametrize(
    ("before", "after", "change", "verdict"),
    [
        (10.5, 12.6, "+20%", "consistent"),
        (10.4, 12, "+15%", "consistent"),
        (10.4, 12.5, "+20%", "consistent"),
        (10.4, 12.54, "+20%", "contradicts"),
        (10, 12.05, "+20%", "consistent"),
        (10, 12.05, "+21%", "consistent"),
        (10.1, 24.1, "+14", "consistent"),
        (10.1, 24.2, "+14", "contradicts"),
        (10.5, 21, "more than doubled", "contradicts"),
        (10.5, 10.5, "decreased", "contradicts"),
        (24.1, 23.2, "from 24.1 to 23.2", "consistent"),
        (24.2, 23.2, "from 24.1 to 23.2", "contradicts"),
    ],
)
def test_figures_with_decimals_are_measured_exactly(years, before, after, change, verdict):
    found = claimed(years({2015: 0, 2016: 0}).assign(value=[before, after]), change)
    assert found.verdict == verdict, found.sentence


# 23.15 / 0.9635 = 24.027 to 23.25 / 0.9625 = 24.156; 1 / 0.405 = 2.47 to 1 / 0.395 = 2.53 holds no whole number.
def test_amounts_are_no_whole_numbers(years):
    def amounts(before, after, **columns):
        return years({2015: 0, 2016: 0}).assign(value=[before, after], **columns)

    found = claimed(amounts(24.1, 23.2, rounded_to=0.1), "-3.7%")
    assert (found.implied_low, found.implied_high) == pytest.approx((24.0270, 24.1558), abs=1e-4)
    assert (found.verdict, found.previous_low) == ("consistent", 24.05)
    assert claimed(amounts(24.3, 23.2, rounded_to=0.1), "-3.7%").verdict == "contradicts"
    assert claimed(amounts(3, 1), "-60%").verdict == "contradicts"
    assert claimed(amounts(3, 1, rounded_to=[None, 1]), "-60%").verdict == "consistent"


# 57.05 to 57.15, 60.05 to 60.15: 2.9 to 3.1 apart. 3 points are 2.5 to 3.5, 3.5 points 3.0 to 4.0 where one place is
# printed (3.45 to 3.55), and 4 are 3.5 to 4.5.
@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ("+3 percentage points", "consistent"),
        ("+3.0 percentage points", "consistent"),
        ("+3.5 percentage points", "contradicts"),
        ("+4 percentage points", "contradicts"),
        ("-3 percentage points", "contradicts"),
        ("+5%", "consistent"),  # 60.1 / 57.1 = 1.0525
    ],
)
def test_points_are_changes_of_shares(years, change, verdict):
    shares = years({2015: 0, 2016: 0}, unit="percent").assign(value=[57.1, 60.1], rounded_to=0.1)
    assert claimed(shares, change).verdict == verdict


def test_ranges_meet_claims(years):
    # 15% of 50 and of 60 are 7.5 and 9: 51 to 57, 61 to 69; less 14 that is 47 to 55, of which 51 to 55 are left.
    counts = years({2015: 50, 2016: 60}, qualifier="more_than")
    found = claimed(counts, "+14")
    assert (found.implied_low, found.implied_high) == (47, 55)
    assert found.sentence == (
        "+14 on more than 60 missions (2016) means 47 to 55 before (2015); "
        "more than 50 (51 to 57) was published, which leaves 51 to 55."
    )
    for change, verdict in [
        ("+18", "consistent"),  # 69 - 51
        ("+19", "unlikely"),
        ("+4", "consistent"),  # 61 - 57
        ("+3", "unlikely"),
        ("from 51 to 69", "consistent"),
        ("from 51 to 70", "unlikely"),
        ("from 50 to 61", "contradicts"),
        ("from 51 to 60", "contradicts"),
    ]:
        found = claimed(counts, change)
        assert found.verdict == verdict, change
        assert found.sentence.endswith("By the words alone, it is possible.") == (
            verdict == "unlikely"
        )


# -10 after 10 is 20 less; what it is in percent depends on the reader.
@pytest.mark.parametrize(
    ("before", "after", "change", "verdict"),
    [
        (-10, -20, "+100%", "cannot be checked"),
        (-10, 10, "increased", "cannot be checked"),
        (10, -10, "-200%", "cannot be checked"),
        (10, -10, "-20", "consistent"),
        (-10, 10, "+21", "contradicts"),
    ],
)
def test_negative_figures_have_differences_only(years, before, after, change, verdict):
    found = claimed(years({2015: before, 2016: after}), change)
    assert (found.verdict, found.verdict_strict) == (verdict, verdict)
    if verdict == "cannot be checked":
        assert found.sentence.endswith("a figure is negative, so there is no percent change.")


# 64 after 50 is 14 more, whatever word for missions stands behind the number.
@pytest.mark.parametrize(
    ("change", "unit", "verdict"),
    [
        ("+14 missions", "missions", "consistent"),
        ("+13 missions", "missions", "contradicts"),
        ("14 more support missions", "missions", "consistent"),
        ("14 more missions", "activities and missions", "consistent"),
        ("+14 misiones", "missions", "consistent"),
        ("+14 experts", "", "consistent"),  # a figure without a unit may be one of experts
        ("+14", "missions", "consistent"),
        ("+14 experts", "missions", "cannot be checked"),
        ("14 fewer sessions", "missions", "cannot be checked"),
        ("+14 WCO Members", "participants", "cannot be checked"),
    ],
)
def test_a_difference_in_another_unit_cannot_be_checked(years, change, unit, verdict):
    found = claimed(years({2015: 50, 2016: 64}, unit=unit, indicator="figures"), change)
    assert (found.verdict, found.verdict_strict) == (verdict, verdict)
    assert math.isnan(found.implied_low) == (verdict == "cannot be checked")


def test_the_sentence_names_both_units(years):
    found = claimed(years({2015: 50, 2016: 64}), "+14 experts")
    assert found.sentence == (
        "+14 experts on 64 missions (2016), after 50 (2015): "
        "the change is one of experts, and the figure of missions."
    )


# 64 after 50 is 14 more, whatever word for missions stands behind the number.


# ---- Changes of monthly rates


# 12 and 6 whole months: 75 / 6 over 100 / 12 is 1.5. 75 x 2 = 150 over 1.505 to 1.495: 99.7 to 100.3. 80 x 2 = 160 over
# 1.55 to 1.45 for about +50%: 103.2 to 110.3; 80 x 12 / (100 x 1.55) = 6.2 to 80 x 12 / (100 x 1.45) = 6.6 months.
def test_a_change_per_month_takes_lengths_into_account(make_counts):
    basis = {"change_basis": "per_month", "change_since": "2015-12-31"}
    first, half = ("2015-01-01", "2015-12-31", 100), ("2016-01-01", "2016-06-30")
    found = claimed(make_counts(first, (*half, 75)), "+50%", **basis)
    assert (found.implied_low, found.implied_high, found.verdict) == (100, 100, "consistent")
    assert found.sentence.startswith(
        "+50% on 75 missions (Jan - Jun 2016) per month means 100 before (2015); "
    )
    found = claimed(make_counts(first, (*half, 80)), "about +50%", **basis)
    assert (found.implied_low, found.implied_high, found.verdict) == (104, 110, "unlikely")
    assert (
        "fit if the figure before were 104 to 110, or if the period had lasted 6.2 to 6.6 months instead of 6.0."
        in found.sentence
    )
    total = claimed(make_counts(first, (*half, 75)), "+50%", **(basis | {"change_basis": "total"}))
    assert (total.verdict, total.implied_high) == ("contradicts", 50)


# 100 after 100 in 365 and 365 days, known to 10: 355 / 375 = 0.947 to 375 / 355 = 1.056 times as long, so that
# +5% per month, 1.045 to 1.055 times, is possible: 100 / (1.055 x 1.056) = 89.7, 100 / (1.045 x 0.947) = 101.1.
def test_the_tolerance_of_lengths_counts(make_counts):
    days = ("2015-01-02", "2016-01-01", 100), ("2016-01-02", "2016-12-31", 100)
    for tolerance, implied, verdict in (
        (10, (90, 101), "consistent"),
        (0, (95, 95), "contradicts"),
    ):
        found = claimed(
            make_counts(*days), "+5%", change_basis="per_month", period_tolerance=tolerance
        )
        assert (found.implied_low, found.implied_high, found.verdict) == (*implied, verdict)


# 50% more per month after 300 in nine months is 600 in twelve; where 300 is per month already, it is 450.
@pytest.mark.parametrize("unit", ["missions", "missions per month"])
def test_what_is_per_month_already_takes_no_account_of_lengths(make_counts, unit):
    for value in (450, 600):
        figures = make_counts(
            ("2015-04-01", "2015-12-31", 300), ("2016-01-01", "2016-12-31", value), unit=unit
        )
        found = claimed(figures, "+50%", change_basis="per_month", change_since="2015-12-31")
        fits = value == (450 if unit == "missions per month" else 600)
        assert found.verdict == ("consistent" if fits else "contradicts")
        assert "month per month" not in found.sentence


@pytest.mark.parametrize("change", ["+20", "from 100 to 120"])
def test_numbers_per_month_cannot_be_checked(years, change):
    found = claimed(years({2015: 100, 2016: 120}), change, change_basis="per_month")
    assert (found.verdict, found.verdict_strict) == ("cannot be checked", "cannot be checked")
    assert found.sentence.endswith("a difference per month may be rounded in any way.")


def test_without_lengths_no_change_per_month_is_judged(make_counts):
    counts = make_counts((None, "2015-12-31", 100), (None, "2016-12-31", 90))
    assert claimed(counts, "+20%", change_basis="per_month").verdict == "cannot be checked"


# A February is one month in a leap year, too.
def test_whole_months_count_one_each(make_counts):
    counts = make_counts(("2015-02-01", "2015-02-28", 100), ("2016-02-01", "2016-02-29", 100))
    assert claimed(counts, "unchanged", change_basis="per_month").verdict == "consistent"


# A period of three days is known to two: its length is one to five days, and never nothing.
def test_a_tolerance_longer_than_the_period_is_no_error(make_counts):
    days = ("2015-06-01", "2015-06-03", 10), ("2016-06-01", "2016-06-03", 10)
    found = claimed(make_counts(*days, period_basis="inferred"), "+400%", change_basis="per_month")
    assert found.verdict == "consistent"


# ---- From which figure


def test_a_change_is_measured_from_the_day_that_is_named(years):
    counts = years({2012: 45, 2016: 70, 2017: 77})
    assert claimed(counts, "+71%").verdict == "contradicts"
    since = claimed(counts, "+71%", change_since="2012-12-31")  # 77 / 45 = 1.711
    assert (since.verdict, since.previous_value) == ("consistent", 45)
    assert "(2012)" in since.sentence


def test_a_year_that_is_missing_is_not_stepped_over(years):
    found = claimed(years({2012: 45, 2017: 77}), "+71%")
    assert (found.verdict, math.isnan(found.previous_value)) == ("cannot be checked", True)
    assert found.sentence == (
        "+71% on 77 missions (2017) means 45 a year before; the figure that it is measured from is not in the table."
    )


def test_the_figure_before_is_that_of_year_on_year(make_counts):
    starts = pd.date_range("2020-01-01", periods=13, freq="MS")
    months = [(start, start + pd.offsets.MonthEnd(), 100) for start in starts]
    counts = make_counts(*months).assign(value=[100, 100, 150, *([100] * 9), 120])
    found = claimed(counts, "+20%")
    assert (found.previous_source_id, found.verdict) == ("source-0", "consistent")
    assert cbcstats.year_on_year(counts)["previous_source_id"].tolist() == ["source-0"]


def test_parts_are_measured_from_themselves(years):
    parts = [
        years({2015: before, 2016: after}, published_change=[None, "+20%"], wco_region=region)
        for region, before, after in (("Europe", 100, 120), ("Africa", 10, 12), (None, 1000, 1100))
    ]
    found = check_claims(pd.concat(parts, ignore_index=True))
    assert found["previous_value"].tolist() == [100, 10, 1000]
    assert found["verdict"].tolist() == ["consistent", "consistent", "contradicts"]
    offices = [
        years({2015: 100, 2016: 120}, published_change=[None, "+20%"], office=office)
        for office in "AB"
    ]
    with pytest.raises(DataError, match=r"several figures for 2015; .*such as office"):
        check_claims(pd.concat(offices))


def test_a_claim_without_its_figure_takes_that_of_another_row(years):
    alone = years({2015: 100, 2016: None}, published_change=[None, "+49%"])
    found = check_claims(alone).iloc[0]
    assert found["verdict"] == "cannot be checked"
    assert found["sentence"] == "+49% for 2016 comes without the figure, which no row has."
    rows = [
        years({2016: 300}, scope="planned"),
        years({2016: 200}, preferred=False),
        years({2016: 149}),
        alone,
    ]
    [found] = check_claims(pd.concat(rows, ignore_index=True)).itertuples()
    assert (found.value, found.verdict) == (149, "consistent")


def test_other_sources_of_the_figure_before_are_judged_too(years):
    others = [years({2015: value}, preferred=False, source_id=f"of {value}") for value in (90, 100)]
    found = claimed(pd.concat([*others, years({2015: 100, 2016: 149})], ignore_index=True), "+49%")
    assert found.sentence.endswith(
        "which fits. The 90 of of 90 does not fit. The 100 of of 100 fits as well."
    )


def test_another_source_without_a_figure_is_not_judged(years):
    other = years({2015: None}, preferred=False, source_id="another")
    found = claimed(pd.concat([other, years({2015: 100, 2016: 149})], ignore_index=True), "+49%")
    assert found.verdict == "consistent"
    assert "another" not in found.sentence


def test_only_earlier_figures_break_a_record(years):
    counts = pd.concat(
        [years({2016: 200}, preferred=False), years({2015: 100, 2016: 149})], ignore_index=True
    )
    assert claimed(counts, "record").verdict == "consistent"
    almost = years(
        {2015: 300, 2016: 260}, qualifier=["almost", "exact"]
    )  # 255 to 299: not surely higher
    assert claimed(almost, "record").verdict == "consistent"
    # More than 100 is 101 to 115, so that 110 is not surely higher, and 116 is; by the words alone it has no end.
    for before, verdict in ((110, "consistent"), (116, "unlikely")):
        counts = years({2015: before, 2016: 100}, qualifier=["exact", "more_than"])
        found = claimed(counts, "record")
        assert (found.verdict, found.verdict_strict) == (verdict, "consistent")
    assert claimed(years({2016: 149}), "record").verdict == "cannot be checked"
    # Two years have more than one.
    two_years = years(
        {2014: 220, 2015: 149}, period_start=pd.to_datetime(["2013-01-01", "2015-01-01"])
    )
    assert claimed(two_years, "record").verdict == "cannot be checked"
    stocks = two_years.assign(period_start=pd.NaT, measure="stock")
    assert claimed(stocks, "record").verdict == "contradicts"


# ---- Shape


def test_verdicts_have_the_promised_columns(years):
    counts = years({2015: 100, 2016: 149}, published_change=[None, "+49%"])
    found = check_claims(counts)
    nothing = check_claims(counts.drop(columns="published_change"))
    assert nothing.empty
    assert list(found) == list(nothing)
    assert found["value"].dtype == "Int64"
    numbers = ["previous_value", "previous_low", "previous_high", "implied_low", "implied_high"]
    assert set(found[numbers].dtypes) == {np.dtype("float64")}
    assert found["change_basis"].isna().all()


CHANGES = ["increased", "decreased", "stable", "record", "+10%", "-100%", "+1,000", "from 57 to 74", "half", "x",
           "doubled", "a quarter more", "+3 percentage points", "", "more than 330", "+1e999%", 0.5]  # fmt: skip


@pytest.mark.parametrize("basis", ["total", "per_month"])
@pytest.mark.parametrize("change", CHANGES)
def test_every_claim_on_every_figure_has_a_verdict_and_a_sentence(years, change, basis):
    parts = [
        years({2015: before, 2016: after}, scope=f"{before} {after} {word}", change_basis=basis, qualifier=word,
              published_change=[None, change])
        for before in (0, 100, None) for after in (0, 90, 110, None) for word in ("exact", "more_than")
    ]  # fmt: skip
    found = check_claims(pd.concat(parts, ignore_index=True))
    assert len(found) == 24
    assert set(found["verdict"]) <= {"consistent", "unlikely", "contradicts", "cannot be checked"}
    assert found["sentence"].str.endswith(".").all()
    assert not found["sentence"].str.contains("nan|None|NaT").any()
