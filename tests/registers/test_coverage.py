"""Whether a register covers its first and last period: worked out by hand, with July to June as years."""

import datetime

import numpy as np
import pandas as pd
import pytest

from cbcstats import (
    contributions,
    count_missions,
    describe,
    growth_rate,
    index_to,
    plot_counts,
    read_register,
    year_on_year,
)
from cbcstats.counts.figures import figures_of
from cbcstats.exports.notes import caveats
from cbcstats.registers.coverage import (
    check_covers,
    coverage_notes,
    known_days,
    reporting_years,
)

FIRST = "first mission on 1 Nov 2016; 2016/17 is taken as covered whole"
COVERED = 'if 2016/17 is covered whole, say covers=("2016-07-01", None)'
BEGINS = "partial: the register begins on 1 Nov 2016, 123 days into 2016/17, longer than any gap inside it (31 days)"


def register(days):
    return pd.DataFrame({"start_date": pd.Series(pd.to_datetime(days)).astype("datetime64[us]")})


def monthly(first, number):
    """Make a register with a mission on the first day of some months."""
    return register(pd.date_range(first, periods=number, freq="MS"))


def counted(rows, **arguments):
    """Return first day, last day, value, qualifier and note of each count."""
    counts = count_missions(rows, **arguments)
    notes = counts["note"].astype(object).where(counts["note"].notna(), None)
    days = (counts[name].dt.strftime("%Y-%m-%d") for name in ("period_start", "period_end"))
    return list(zip(*days, counts["value"], counts["qualifier"], notes, strict=True))


# A mission on the 5th of each month from February to November: 10 a year. The longest gap inside is the one from
# 5 November to 5 February, 92 days; there are 35 before the first mission and 56 after the last.
@pytest.fixture
def ten_a_year():
    return register(
        [f"{year}-{month:02}-05" for year in (2017, 2018, 2019) for month in range(2, 12)]
    )


def test_periods_are_whole_reporting_years_whatever_the_first_and_last_mission(ten_a_year):
    first = "first mission on 5 Feb 2017; 2017 is taken as covered whole"
    last = "last mission on 5 Nov 2019; 2019 is taken as covered whole"
    assert counted(ten_a_year, year_start=1) == [
        ("2017-01-01", "2017-12-31", 10, "exact", first),
        ("2018-01-01", "2018-12-31", 10, "exact", None),
        ("2019-01-01", "2019-12-31", 10, "exact", last),
    ]
    assert set(count_missions(ten_a_year, year_start=1)["period_basis"]) == {"stated"}


@pytest.mark.parametrize("per", ["period", "month"])
def test_ten_missions_after_ten_are_no_change_also_by_the_month(ten_a_year, per):
    changes = year_on_year(count_missions(ten_a_year, year_start=1), per=per)
    assert changes["percent_change"].tolist() == pytest.approx([0, 0])
    assert changes["comparable"].all()
    assert changes["why"].tolist() == [
        "first mission on 5 Feb 2017; 2017 is taken as covered whole",
        "last mission on 5 Nov 2019; 2019 is taken as covered whole",
    ]


# From 1 July to 1 November there are 123 days, and never more than 31 between missions. To 1 April they are 151 days in
# six weeks: (151 / 274) ** 5 = 0.0508. To 1 May they are 181 days in seven weeks: (181 / 304) ** 6 = 0.0445.
def test_a_period_is_partial_where_the_gap_before_it_is_unlikely():
    after = "last mission on 1 {}; 2016/17 is taken as covered whole"
    [six] = counted(monthly("2016-11-01", 6))
    assert six == ("2016-07-01", "2017-06-30", 6, "exact", f"{FIRST}; {after.format('Apr 2017')}")
    [seven] = counted(monthly("2016-11-01", 7))
    assert seven == (
        "2016-07-01",
        "2017-06-30",
        7,
        "at_least",
        f"{BEGINS}; {COVERED}; {after.format('May 2017')}",
    )


# Two missions each time are still six weeks, and 152 days: (152 / 275) ** 5 = 0.0516. As twelve they would be 0.0015.
def test_missions_of_one_week_count_once():
    days = pd.date_range("2016-11-01", periods=6, freq="MS")
    [count] = counted(register([*days, *(days + pd.Timedelta(days=1))]))
    assert count[2:4] == (12, "exact")
    assert count[4].startswith(FIRST)


# Thirty weeks from 1 November to 23 May, and one more mission 123 or 122 days later; (326 / 449) ** 30 = 0.00007.
@pytest.mark.parametrize(
    ("last", "qualifier"), [("2017-09-23", "exact"), ("2017-09-22", "at_least")]
)
def test_a_gap_that_is_as_long_inside_the_register_is_none_of_its_end(last, qualifier):
    weeks = pd.date_range("2016-11-01", periods=30, freq="7D")
    assert counted(register([*weeks, last]))[0][3] == qualifier


# From 1 February to 30 June there are 149 days; from 1 July to 1 February 215, in eight weeks:
# (215 / 364) ** 7 = 0.025.
def test_a_register_may_end_before_its_last_period_does():
    note = (
        "partial: the register ends on 1 Feb 2017, 149 days before the end of 2016/17, "
        "longer than any gap inside it (31 days); "
        'if 2016/17 is covered whole, say covers=(None, "2017-06-30")'
    )
    assert counted(monthly("2016-07-01", 8)) == [("2016-07-01", "2017-06-30", 8, "at_least", note)]


# The end is partial, the beginning is not: 40 days to 10 August, and 40 inside.
def test_what_is_partial_is_said_first():
    days = pd.to_datetime(
        ["2016-08-10", "2016-09-19", *pd.date_range("2016-09-20", "2016-12-31", freq="7D")]
    )
    [count] = counted(register(days))
    assert count[4].startswith(
        "partial: the register ends on 27 Dec 2016, 185 days before the end of 2016/17"
    )
    assert count[4].endswith("; first mission on 10 Aug 2016; 2016/17 is taken as covered whole")


def test_of_one_mission_nothing_can_be_inferred():
    said = [
        f"{which} mission on 12 Sep 2015; 2015/16 is taken as covered whole"
        for which in ("first", "last")
    ]
    assert counted(register(["2015-09-12"])) == [
        ("2015-07-01", "2016-06-30", 1, "exact", "; ".join(said))
    ]
    assert counted(register(["2015-07-31"] * 2))[0][4].startswith(
        "last mission"
    )  # 30 days in are no long gap


def test_a_period_that_is_not_over_is_partial():
    today = datetime.date.today()
    weekly = register(pd.date_range(end=pd.Timestamp(today), periods=120, freq="7D"))
    *_, before, last = counted(weekly, year_start=today.month)
    named = f"{today.day} {today:%b} {today.year}"
    assert last[3:] == ("at_least", f"partial: the period is not over on {named}")
    assert before[3:] == ("exact", None)
    # Who states the last day knows, also if it is still to come.
    ahead = str(today + datetime.timedelta(days=9))
    *_, stated = counted(weekly, year_start=today.month, covers=(None, ahead))
    assert stated[1] == ahead
    assert stated[3:] == ("exact", None)


@pytest.mark.parametrize(
    ("today", "note"), [(30, None), (29, "partial: the period is not over on 29 Jun 2017")]
)
def test_a_period_is_over_on_its_last_day(today, note, monkeypatch):
    class Clock(datetime.date):
        @classmethod
        def today(cls):
            return cls(2017, 6, today)

    monkeypatch.setattr(datetime, "date", Clock)
    weekly = register(pd.date_range("2016-07-01", "2017-06-29", freq="7D"))
    assert counted(weekly) == [
        ("2016-07-01", "2017-06-30", 52, "at_least" if note else "exact", note)
    ]


# A mission every ten days from 1 October 2016 to 23 June 2018, 64 in all: 28 to 28 June 2017, and 36 after that.
@pytest.fixture
def begun_in_october():
    return register(pd.date_range("2016-10-01", periods=64, freq="10D")).assign(
        wco_region=["Europe", "Africa"] * 32
    )


OCTOBER = "2016/17 may not be covered whole: the register begins on 1 Oct 2016"


def test_a_partial_period_is_the_least_and_not_comparable(begun_in_october):
    counts = count_missions(begun_in_october)
    assert counts["value"].tolist() == [28, 36]
    assert "92 days into 2016/17, longer than any gap inside it (10 days)" in counts["note"][0]
    [change] = year_on_year(counts).to_dict("records")
    assert (change["previous_low"], change["previous_high"]) == (28, float("inf"))
    assert (change["comparable"], change["why"]) == (False, OCTOBER)
    # 36 after 28 or more: at most 100 (36 / 28 - 1) = 28.6%.
    assert (change["percent_change_low"], change["percent_change_high"]) == pytest.approx(
        (-100, 28.5714), abs=1e-4
    )


def test_a_partial_period_has_no_monthly_rate(begun_in_october):
    counts = count_missions(begun_in_october)
    [change] = year_on_year(counts, per="month").to_dict("records")
    assert pd.isna(
        [change["previous_rate"], change["percent_change"], change["percent_change_high"]]
    ).all()
    assert (change["comparable"], change["why"]) == (False, OCTOBER)
    assert figures_of(counts, per="month")["rate"].notna().tolist() == [False, True]


def test_growth_index_and_contributions_do_not_compare_a_partial_period(begun_in_october):
    counts = count_missions(begun_in_october)
    for found in (
        growth_rate(counts),
        index_to(counts, "2016/17").tail(1),
        index_to(counts, "2017/18").head(1),
    ):
        assert found[["comparable", "why"]].to_numpy().tolist() == [[False, OCTOBER]]
    parts = contributions(count_missions(begun_in_october, by="wco_region"))
    assert parts[["comparable", "why"]].to_numpy().tolist() == [[False, OCTOBER]] * 2


# All missions of Africa fall into 2017/18; the register as a whole begins in October 2016.
def test_coverage_is_that_of_the_register_and_not_of_a_part(begun_in_october):
    rows = begun_in_october.assign(wco_region=["Europe"] * 40 + ["Africa"] * 24)
    counts = count_missions(rows, by="wco_region")
    assert counts["wco_region"].tolist() == ["Africa", "Europe"] * 2
    assert counts["value"].tolist() == [0, 28, 24, 12]
    assert counts["qualifier"].tolist() == ["at_least", "at_least", "exact", "exact"]


def test_a_chart_marks_a_partial_period_and_leaves_it_out_by_the_month(begun_in_october):
    counts = count_missions(begun_in_october)
    ax = plot_counts(counts)
    assert "2016/17: at least 28 missions, partial: the register begins on 1 Oct 2016" in describe(
        ax
    )
    assert [bar.get_hatch() for bar in ax.patches] == ["....", None]
    assert "2016/17" not in describe(plot_counts(counts, per="month"))


# At least 28 would be read as 28 to 37 beside a printed number.
def test_what_goes_with_a_table_says_which_periods_are_partial(begun_in_october):
    said = caveats({"counts": count_missions(begun_in_october)}).set_index("about")["reading"]
    assert said["periods covered in part"].startswith(
        "1 of 2 rows are of periods that a register may cover only in part"
    )
    assert not said.index.str.contains("at least").any()


# ---- Years without rows. 98 missions, every ten days, from 1 October 2012 to 29 May 2015, and one in March 2009.
STRAY = "2009-03-05"
EMPTY = (
    "partial: no row is dated in {}; if that is true, as it may be where missions are few, "
    'say covers=("2008-07-01", "2015-06-30"); if a date is wrong, correct it'
)


@pytest.fixture
def after_a_stray_date():
    return register([STRAY, *pd.date_range("2012-10-01", periods=98, freq="10D")])


def test_years_without_rows_are_no_true_zeros_and_the_years_after_them_are_judged_alone(
    after_a_stray_date,
):
    counts = count_missions(after_a_stray_date)
    assert counts["value"].tolist() == [1, 0, 0, 0, 28, 36, 34]
    least = [False, True, True, True, True, False, True]
    assert (counts["qualifier"] == "at_least").tolist() == least
    years = ["2009/10", "2010/11", "2011/12"]
    assert counts["note"].iloc[1:4].tolist() == [EMPTY.format(year) for year in years]
    # The longest gap inside is that of the years after the empty ones.
    assert counts["note"].iloc[4] == (
        "partial: the register begins again on 1 Oct 2012, 92 days into 2012/13, "
        "longer than any gap between 1 Oct 2012 and 29 May 2015 (10 days); "
        'if 2012/13 is covered whole, say covers=("2008-07-01", "2015-06-30")'
    )
    changes = year_on_year(counts)
    assert changes["comparable"].tolist() == [False] * 6
    assert (
        changes["why"]
        .iloc[0]
        .startswith("2009/10 may not be covered whole: no row is dated in 2009/10")
    )


def test_a_stray_date_after_the_others_is_treated_alike():
    days = pd.date_range("2012-07-03", periods=65, freq="10D")  # to 4 April 2014
    counts = count_missions(register([*days, "2016-07-05"]))
    assert counts["value"].tolist() == [37, 28, 0, 0, 1]
    assert (
        counts["note"]
        .iloc[1]
        .startswith("partial: the register stops on 4 Apr 2014, 87 days before the end of 2013/14")
    )
    assert counts["qualifier"].tolist()[1:4] == ["at_least"] * 3


# 5 May 2011 to 1 October 2012: no reporting year is empty, but a year and more is.
def test_a_gap_of_more_than_a_year_has_edges_of_its_own():
    days = pd.date_range("2012-10-01", periods=98, freq="10D")
    counts = count_missions(register(["2011-07-05", *days]))
    assert counts["note"].iloc[1].startswith("partial: the register begins again on 1 Oct 2012")


@pytest.mark.parametrize(
    ("covers", "empty"),
    [
        (("2008-07-01", "2015-06-30"), 0),
        # One day alone does not say what is between.
        (("2008-07-01", None), 3),
        ((None, "2015-06-30"), 3),
        (("2012-07-01", None), 0),
        # Years before the first row are covered if they are stated.
        (("2006-07-01", "2015-06-30"), 0),
    ],
)
def test_a_year_without_rows_counts_0_if_both_days_are_stated(after_a_stray_date, covers, empty):
    counts = count_missions(after_a_stray_date, covers=covers)
    notes = counts["note"].fillna("")
    assert notes.str.contains("no row is dated").sum() == empty
    zeros = counts.loc[counts["value"] == 0, "qualifier"]
    assert (zeros == "at_least").sum() == empty


def test_parts_are_never_judged_alone():
    days = pd.date_range("2012-07-03", "2015-06-25", freq="10D")
    rows = register(days).assign(wco_region="Europe")
    rows.loc[0, "wco_region"] = "Africa"
    counts = count_missions(rows, by="wco_region")
    africa = counts[counts["wco_region"] == "Africa"]
    assert africa["value"].tolist() == [1, 0, 0]
    assert africa["qualifier"].tolist() == ["exact"] * 3


# The only row of the calendar year 2010 is known to the year.
def test_a_row_known_to_the_year_is_dated_in_it():
    typed = pd.DataFrame({"start_date": ["2009-06-01", "2010", "2011-06-01"], "member": "Kenya"})
    counts = count_missions(read_register(typed, year_start=1))
    assert counts["value"].tolist() == [1, 1, 1]
    assert not counts["note"].fillna("").str.contains("no row is dated").any()


# A rejected row is dated, and the summary says the same as the counts.
def test_the_summary_names_years_without_rows():
    rows = pd.DataFrame({"start_date": ["2009-08-01", "2011-08-01", "2013-08-01"]})
    read = read_register(rows.assign(member=["Kenya", "Atlantis", "Kenya"]))
    counts = count_missions(read)
    has_no_row = counts["note"].fillna("").str.contains("no row is dated")
    assert has_no_row.tolist() == [False, True, False, True, False]
    assert read.summary["coverage of 2010/11"] == counts["note"].iloc[1]
    # Days that are not covered say nothing.
    cut = read_register(rows.assign(member="Kenya"), covers=("2013-07-01", "2014-06-30"))
    assert not cut.summary.index.str.startswith("coverage").any()


# ---- Simulated registers: how often the rule is wrong. Nothing is stated, and every period is over.
def open_days(month, years, *, holidays):
    """Return the days of some reporting years on which missions may begin."""
    days = pd.date_range(f"2010-{month:02}-01", periods=12 * years + 1, freq="MS")[[0, -1]]
    days = pd.date_range(*days, inclusive="left")
    if holidays:
        day = days.month * 100 + days.day
        in_summer = (day >= 715) & (day <= 820)
        in_winter = (day >= 1220) | (day <= 106)
        days = days[~in_summer & ~in_winter]
    return days.to_numpy("datetime64[D]")


def drawn(random, days, number, *, trips):
    """Draw the distinct days of missions; a trip is three of them on consecutive days."""
    if not trips:
        return np.unique(random.choice(days, number))
    firsts = random.choice(days[:-2], number // 3)
    return np.unique([firsts, firsts + 1, firsts + 2])


def notes_of_years(days, month, years):
    """Return the notes on the coverage of some reporting years."""
    nothing_stated = check_covers(None)
    periods = reporting_years(np.arange(2010, 2010 + years), month, nothing_stated)
    return coverage_notes(days, periods, nothing_stated)


KINDS = [
    pytest.param({"holidays": False, "trips": False}, id="even"),
    pytest.param({"holidays": True, "trips": False}, id="holidays"),
    pytest.param({"holidays": False, "trips": True}, id="trips"),
    pytest.param({"holidays": True, "trips": True}, id="trips and holidays"),
]


@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize("kind", KINDS)
def test_complete_registers_are_seldom_called_partial(kind, month):
    random = np.random.default_rng(2014)
    called = []
    for years in range(3, 7):
        days = open_days(month, years, holidays=kind["holidays"])
        for a_year in (30, 100, 500):
            for _ in range(34):
                missions = drawn(random, days, a_year * years, trips=kind["trips"])
                notes = notes_of_years(missions, month, years)
                called.append(notes.str.startswith("partial:").any())
    assert len(called) == 408
    assert np.mean(called) < 0.08


# With two missions a year, spread evenly, a year is empty with a probability of exp(-2) = 14%.
def test_complete_registers_with_few_missions_have_years_without_rows():
    random = np.random.default_rng(2016)
    days = open_days(7, 5, holidays=False)
    shares = []
    for a_year in (2, 10):
        empty = []
        for _ in range(200):
            missions = drawn(random, days, 5 * a_year, trips=False)
            notes = notes_of_years(missions, 7, 5)
            empty.append(notes.str.contains("no row is dated").any())
        shares.append(np.mean(empty))
    assert 0.2 < shares[0] < 0.5
    assert shares[1] < 0.02


@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize("kind", KINDS)
def test_registers_that_begin_within_a_year_are_mostly_called_partial(kind, month):
    random = np.random.default_rng(2015)
    called = []
    for years in range(3, 7):
        days = open_days(month, years, holidays=kind["holidays"])
        first_day = np.datetime64(f"2010-{month:02}-01")
        for a_year in (100, 500):
            for _ in range(13):
                missions = drawn(random, days, a_year * years, trips=kind["trips"])
                begins = first_day + random.integers(120, 365)
                missions = missions[missions >= begins]
                # Without a mission in its first year, the register begins in the next.
                if missions[0] < first_day + 365:
                    notes = notes_of_years(missions, month, years)
                    called.append(notes.iloc[0].startswith("partial:"))
    assert len(called) > 90
    assert np.mean(called) >= 0.8


def test_a_start_known_to_the_month_has_no_exact_day():
    days = pd.Series(
        pd.to_datetime(["2017-04-03", "2017-06-05", "2017-05-01", "2017-01-01", "2017-07-01"])
    )
    precision = pd.Series(["day", "day", "month", "year", "month"])
    # 2017 may be one of the other days; May and July 2017 have no other.
    alone = ["2017-05-01", "2017-05-31"], ["2017-07-01", "2017-07-31"]
    expected = ["2017-04-03", *alone[0], "2017-06-05", *alone[1]]
    assert known_days(days, precision).astype(str).tolist() == expected
    assert known_days(days[2:3], precision[2:3]).astype(str).tolist() == [
        "2017-05-01",
        "2017-05-31",
    ]
