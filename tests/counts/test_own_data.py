"""Any frame: periods and values are found wherever people keep them, or the error says what to type.

Each shape holds 40 in one period and 44 in the same period a year later: 10% more.
"""

import contextlib
import decimal
import fractions
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cbcstats import ArgumentError, DataError, check_claims, load_counts, year_on_year
from cbcstats.counts.own_data import counts_of
from cbcstats.frames import PANDAS_2
from tests.needs import needed

VALUES = [40, 44]


def table(periods, name="year", values=VALUES, **columns):
    return pd.DataFrame({name: periods, "courses": values, **columns})


def by_index(index, **names):
    return pd.DataFrame({"courses": VALUES}, index=pd.Index(index, **names))


YEARS = [2021, 2022]
FLOWS = {
    "years": table(YEARS),
    "years as text": table(["2021", "2022"], "Year"),
    "years as floats, one missing": table([2021, np.nan, 2022], values=[40, 9, 44]),
    "years in no order": table([2022, 2021], values=[44, 40]),
    "years under any name": table(["2021", "2022"], "when"),
    "periods": table(pd.PeriodIndex(["2021", "2022"], freq="Y"), "when"),
    "quarters": table(["2021Q3", "2022Q3"], "quarter"),
    "quarters after their year": table(YEARS, quarter=[3, 3]),
    "quarters as text after their year": table(YEARS, "Year", Quarter=["Q3", "Q3"]),
    "months after their year": table(YEARS, month=[9, 9]),
    "months": table(["Sep 2021", "Sep 2022"], "month"),
    "weeks beside their year": table([7, 7], "week", year=YEARS),
    "weeks": table(["2021-W07", "2022-W07"], "week"),
    "fiscal years": table(["FY2021", "FY2022"], "FY"),
    "pairs of years": table(["2020/21", "2021/22"], "fiscal year"),
    "index of years": by_index(YEARS),
    "index of years by name": by_index(YEARS, name="year"),
    "index of periods": by_index(pd.PeriodIndex(["2021-05", "2022-05"], freq="M")),
    "index of two levels": pd.DataFrame(
        {"courses": VALUES}, index=pd.MultiIndex.from_product([YEARS, ["all"]], names=["year", "k"])
    ),
    "series": pd.Series(VALUES, index=YEARS),
    "series of periods": pd.Series(VALUES, index=pd.PeriodIndex(["2021", "2022"], freq="Y-MAR")),
    "dict": dict(zip(YEARS, VALUES, strict=True)),
    "dict of columns": {"year": YEARS, "courses": VALUES},
    "wide": pd.DataFrame([VALUES], columns=YEARS),
    "wide, years as text": pd.DataFrame([VALUES], columns=["2021", "2022"]),
    "wide with a text": pd.DataFrame([["Fiji", *VALUES]], columns=["office", *YEARS]),
    "wide with the text in its index": pd.DataFrame([VALUES], columns=YEARS, index=["Fiji"]),
    "pivoted": pd.DataFrame(
        {"office": "Fiji", "year": YEARS, "courses": VALUES}
    ).pivot_table(index="office", columns="year", values="courses"),
    "wide, quarters": pd.DataFrame([VALUES], columns=["2021Q1", "2022Q1"]),
    "wide with a hole": pd.DataFrame([[40, None, 44]], columns=["2021Q1", "2021Q2", "2022Q1"]),
    "categories": table(pd.Categorical(YEARS), values=pd.Categorical(VALUES)),
    "32 bits": table(np.array(YEARS, "int32"), values=np.array(VALUES, "float32")),
    "Arrow": table(pd.Series(YEARS, dtype="int64[pyarrow]")),
    "numbers as text": table(YEARS, values=["40", "44"]),
    "thousands": table(YEARS, values=["4,000", "4 400"]),
    "decimals": table(YEARS, values=[decimal.Decimal("4.0"), decimal.Decimal("4.4")]),
    "fractions": table(YEARS, values=[fractions.Fraction(1, 2), fractions.Fraction(11, 20)]),
    "columns of counts": pd.DataFrame(
        {"period_start": ["2021-02-01", "2022-02-01"], "period_end": ["2021-05-31", "2022-05-31"],
         "value": VALUES, "rounded_to": np.nan, "year": YEARS}
    ),
}  # fmt: skip
STOCKS = {
    "days": table(["2021-06-30", "2022-06-30"], "date"),
    "dates": table(pd.to_datetime(["2021-06-30", "2022-06-30"]).date, "date"),
    "timestamps under any name": table(pd.to_datetime(["2021-06-30", "2022-06-30"]), "counted"),
    "index of timestamps": by_index(pd.to_datetime(["2021-06-30", "2022-06-30"])),
    "timestamps of a zone": by_index(pd.to_datetime(["2021-06-30", "2022-06-30"]).tz_localize("Asia/Tokyo")),
    "periods of a day": by_index(pd.PeriodIndex(["2021-06-30", "2022-06-30"], freq="D")),
}  # fmt: skip


@pytest.mark.parametrize("shape", [*FLOWS, *STOCKS])
def test_every_shape_gives_the_change(shape):
    data = (FLOWS | STOCKS)[shape]
    before = data.copy()
    change = year_on_year(data).iloc[-1]
    assert change["percent_change"] == pytest.approx(10)
    assert (change["comparable"], change["why"]) == (True, "")
    assert counts_of(data)["measure"].unique().tolist() == ["flow" if shape in FLOWS else "stock"]
    assert isinstance(data, dict) or data.equals(before)


@pytest.mark.parametrize("convert", ["polars", "lazy", "arrow", "relation"])
def test_frames_of_other_libraries_give_the_change(convert):
    frame = table(YEARS, values=["more than 40", "44"])
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    data = arrow
    if convert == "relation":
        data = needed("duckdb").from_arrow(arrow)
    elif convert != "arrow":
        data = needed("polars").from_pandas(frame)
        data = data.lazy() if convert == "lazy" else data
    expected = year_on_year(frame)
    pd.testing.assert_frame_equal(year_on_year(data), expected, check_dtype=False)


def test_what_was_assumed_is_in_the_result():
    [change] = year_on_year(table(YEARS)).to_dict("records")
    assert (change["indicator"], change["measure"], change["unit"]) == (
        "courses",
        "flow",
        "courses",
    )
    assert (change["qualifier"], change["source_id"]) == ("exact", "own figures")
    assert (change["period"], change["previous_period"]) == ("2022", "2021")
    alone = year_on_year({2021: 40, 2022: 44}).iloc[0]
    assert (alone["indicator"], alone["unit"]) == ("figures", "")


# FY2022 from July 2021 on; without its first month it has a name and no days, and is compared by its number.
def test_fiscal_years_have_days_only_where_it_is_known_when_they_begin():
    data = table(["FY2020", "FY2021", "FY2023"], values=[40, 44, 50])
    unknown, missing = year_on_year(data).to_dict("records")
    assert (unknown["period"], unknown["previous_period"]) == ("FY2021", "FY2020")
    assert pd.isna([unknown["period_start"], unknown["previous_period_end"]]).all()
    assert missing["why"] == "no figure for the year before FY2023"
    known = year_on_year(data, year_start=7).iloc[0]
    assert known["period"] == "2020/21"
    assert known["period_start"] == pd.Timestamp("2020-07-01")


# 42 missions in a year are 3.5 per month, whether it is a fiscal one or not.
def test_fiscal_years_without_days_are_per_month_as_years():
    change = year_on_year(table(["FY2021", "FY2022"], values=[42, 84]), per="month").iloc[0]
    assert (change["previous_rate"], change["rate"]) == (3.5, 7)


@pytest.mark.parametrize(
    ("ends", "first"),
    [(["2021-12-31", "2022-12-31"], "2022-01-01"), (["2021-03-31", "2021-06-30", "2022-06-30"], "2022-04-01")],
)  # fmt: skip
def test_month_ends_are_flows_over_their_months_if_asked(ends, first):
    data = table(ends, "date", values=[40, 44, 50][-len(ends) :])
    change = year_on_year(data, measure="flow").iloc[-1]
    assert change["period_start"] == pd.Timestamp(first)
    assert year_on_year(data).iloc[-1][["period_start"]].isna().all()


def test_words_in_values_are_ranges():
    data = table([2021, 2022], values=["more than 330", "492 missions"], name="year")
    change = year_on_year(data).iloc[0]
    assert (change["previous_low"], change["previous_high"], change["value"]) == (331, 340, 492)
    assert change["previous_qualifier"] == "more_than"


# 24.5 million, rounded to 0.1 million: from 24.45 to 24.55. A column of the data counts more than a cell.
def test_the_place_and_the_unit_of_a_cell_are_kept():
    data = table(YEARS, values=["$24.5 million", "$26.0 million"])
    change = year_on_year(data).iloc[0]
    assert change["previous_low"] == pytest.approx(24.45e6)
    assert change["unit"] == "$"
    assert year_on_year(data.assign(unit="dollars"))["unit"].tolist() == ["dollars"]


@pytest.mark.parametrize("cell", ["c", ":", ".."])
def test_signs_of_missing_values_are_missing_values(cell):
    change = year_on_year(table(YEARS, values=[cell, "44"])).iloc[0]
    assert change["why"] == "value of the period before is missing"


def test_negative_values_have_a_change_and_no_percent():
    change = year_on_year(table(YEARS, values=[-40, 44])).iloc[0]
    assert (change["change"], change["comparable"]) == (84, True)
    assert pd.isna(change["percent_change"])
    assert change["why"] == "the figure before is negative, so there is no percent change"


def test_a_named_index_may_be_named():
    for name in ("when", None):
        data = pd.Series(VALUES, index=pd.Index(["2021", "2022"], name=name))
        assert year_on_year(data, time=name)["percent_change"].tolist() == pytest.approx([10])


def test_columns_of_ones_own_change_nothing():
    names = ["others", "chain", "breaks", "low", "days", "change", "Remark"]
    data = table(YEARS, **dict.fromkeys(names, "x"))
    pd.testing.assert_frame_equal(year_on_year(data), year_on_year(table(YEARS)))
    missing = table(YEARS, indicator=None, measure=None, scope=None, source_id=None)
    assert year_on_year(missing)["indicator"].tolist() == ["figures"]


def test_several_series_need_the_column_that_tells_them_apart():
    data = table(
        [2021, 2022, 2021, 2022], values=[40, 44, 8, 4], office=["Fiji", "Fiji", "Peru", "Peru"]
    )
    message = "several figures for 2021; .* in `by`, such as office"
    with pytest.raises(DataError, match=message):
        year_on_year(data)
    for names in ("office", ["office"], pd.Index(["office"])):
        changes = year_on_year(data, by=names)
        assert changes["office"].tolist() == ["Fiji", "Peru"]
        assert changes["percent_change"].tolist() == pytest.approx([10, -50])
    wide = data.pivot_table(index="office", columns="year", values="courses")
    assert year_on_year(wide)["percent_change"].tolist() == pytest.approx([10, -50])
    assert year_on_year(wide.reset_index(), by="office")["office"].tolist() == ["Fiji", "Peru"]
    assert year_on_year(wide)["indicator"].tolist() == ["Fiji", "Peru"]
    grouped = data.groupby(["office", "year"])["courses"].sum()
    assert year_on_year(grouped, by="office")["percent_change"].tolist() == pytest.approx([10, -50])


PERIODS = r"no column of periods \(call it year, month or date, or name it with `time`\)"
NUMBERS = r"no column of values \(call it value, or name it with `value`\)"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.DataFrame(), f"{PERIODS} and {NUMBERS}; the columns are no columns"),
        (pd.DataFrame({"a": ["x", "y"], "b": ["p", "q"]}), f"{PERIODS} and {NUMBERS}; the columns are a, b"),
        (pd.DataFrame({"a": [7, 8], "b": [9, 1]}), rf"{PERIODS} and several .*: a, b .name one with `value`"),
        (pd.DataFrame({"year": YEARS}), f"^the data: {NUMBERS}; the columns are year"),
        (pd.Series([1, 2]), f"^the data: {PERIODS}; the columns are value"),
        ({}, PERIODS),
        (pd.DataFrame([[40, 44, 9]], columns=[*YEARS, "value"]), PERIODS),
        (pd.DataFrame([[40]], columns=[2021]), PERIODS),
        (pd.DataFrame({"period_start": ["2021-01-01"], "value": 1}), PERIODS),
        (table(YEARS, cost=[5, 6]), "columns of numbers: courses, cost .name one with `value`, such as courses"),
        (table(YEARS, date=YEARS), "several columns of periods: year, date; name one with `time`, such as year"),
        (table(YEARS, "Fiscal year", quarter=[1, 1]), "several columns of periods"),
        ({"year": YEARS, "courses": [1]}, "lists differ in length"),
        (table(YEARS).set_axis(["year", "year"], axis="columns"), "two columns called 'year'"),
        (table(YEARS, values=[[1], [2]]), "lists in the column 'courses'"),
        (pd.DataFrame({"value": VALUES}, pd.MultiIndex.from_product([YEARS, ["a"]])), "index of 2 levels"),
        *((data, "must be a DataFrame") for data in ([1, 2], None, 5, "2021", np.array([1]))),
    ],
)  # fmt: skip
def test_an_error_names_all_that_is_missing_and_what_to_type(data, message):
    with pytest.raises(ArgumentError, match=message):
        year_on_year(data)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"time": "yaer"}, "did you mean 'year'"),
        ({"value": "course"}, "did you mean 'courses'"),
        ({"by": "offices"}, "'year', 'courses'"),
        ({"by": []}, "names no column"),
        *(({"by": name}, f"`by` cannot be .{name}") for name in ("value", "period_end", "why")),
        ({"measure": "flows"}, "did you mean 'flow'"),
        ({"per": "monthly"}, "did you mean 'month'"),
        ({"reading": "loose"}, "'usual', 'strict'"),
        ({"reading": 1.5}, "share such as 0.10"),
        ({"year_start": 13}, "from 1 to 12"),
        ({"year_start": True}, "from 1 to 12"),
    ],
)
def test_a_wrong_argument_names_the_right_one(argument, message):
    with pytest.raises((ArgumentError, DataError), match=message):
        year_on_year(table(YEARS, why="a"), **argument)


@pytest.mark.parametrize(
    "value",
    ["soon", True, "about -5", "12 or 13", 10**400, np.inf, "inf", 1j, b"4", pd.Timedelta(1)],
)
def test_a_cell_that_is_no_figure_is_shown(value):
    data = table(YEARS, values=pd.Series([value, 4], dtype=object))
    with pytest.raises(DataError, match=r"row 0|too large|infinity|is not a number"):
        year_on_year(data)


# What is empty has no changes, and no error.
@pytest.mark.parametrize(
    "ask", [year_on_year, check_claims, lambda data: year_on_year(data, per="month")]
)
@pytest.mark.parametrize(
    "data",
    [
        table([], values=[]),
        table(pd.Series([], dtype=int), values=pd.Series([], dtype=float)),
        table([2021], values=[40]),
        table([None, None]),
        table(pd.to_datetime([None, None]), "date"),
    ],
)  # fmt: skip
def test_nothing_to_compare_is_an_empty_table(ask, data):
    found = ask(data)
    assert len(found) == 0
    assert list(found) == list(ask(table(YEARS)))


@pytest.mark.parametrize("ask", [year_on_year, load_counts])
def test_the_ends_of_the_calendar_and_of_numbers_are_no_traceback(ask):
    def read(data):
        return ask(data) if ask is year_on_year else ask(source=data)

    for periods in (
        ["0001", "0002"],
        ["9998", "9999"],
        ["9998-12-31", "9999-12-31"],
        ["0001-W01", "0002-W01"],
    ):
        # pandas 2 takes no days that far away, and says so.
        with contextlib.suppress(DataError) if PANDAS_2 else contextlib.nullcontext():
            assert len(read(table(periods, "period")))
    for values in ([2**63 - 1, 2**62], [-(2**63), 5], [10**30, 10**31], [1e300, 1e-300]):
        # Some are too long for a file, which says so.
        with contextlib.suppress(DataError):
            read(table(YEARS, values=values))


def test_words_without_a_unit_leave_it_to_the_name_of_the_column():
    data = pd.DataFrame({"year": [2021, 2022], "courses": ["40", "more than 40"]})
    assert year_on_year(data)["unit"].tolist() == ["courses"]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["1.234", "1.300"], "could be a thousand or a fraction"),
        (["US$ 4 million", "EUR 5 million"], "several units: .*; convert them to one"),
    ],
)
def test_what_is_ambiguous_is_refused(cells, message):
    with pytest.raises(DataError, match=message):
        year_on_year(pd.DataFrame({"year": [2021, 2022], "budget": cells}))


def test_a_total_counted_to_the_end_of_a_year_is_a_running_total():
    change = year_on_year({2021: 100, 2022: 121}, measure="cumulative").iloc[0]
    assert not change["comparable"]
    assert change["why"] == "running total: the change is what was added"


def test_blanks_around_a_name_make_no_other_series():
    data = table([2021, 2022, 2023], values=[40, 44, 55], office=["Fiji", " Fiji", "Fiji "])
    changes = year_on_year(data, by="office")
    assert changes["percent_change"].tolist() == pytest.approx([10, 25])
    assert data["office"].tolist() == ["Fiji", " Fiji", "Fiji "]


def test_two_columns_of_one_year_are_refused():
    wide = pd.read_csv(io.StringIO("office,2021,2022,2022\nFiji,1,2,3\n"))
    with pytest.raises(ArgumentError, match=r"columns 2022 and 2022\.1 are of one period"):
        year_on_year(wide)


@pytest.mark.parametrize("name", ["flag", "Flags", "obs_flag", "OBS_STATUS", "status"])
def test_flags_are_the_status_of_observations(name):
    def why(*flags):
        return year_on_year(table(YEARS, **{name: flags})).iloc[0]["why"]

    assert why("", "p") == "the figure is provisional"
    assert why("e", None) == "the figure before is estimated"
    # Break and provisional: the break decides.
    assert why(None, "bp") == "the series breaks in between"
    assert why("delivered", "b") == ""
    assert why(None, None) == ""


def test_flags_that_tell_series_apart_are_none():
    data = table(YEARS * 2, values=[40, 44, 8, 4], flag=["P", "P", "F", "F"])
    assert year_on_year(data, by="flag")["flag"].tolist() == ["P", "F"]


# Each quarter of 2022 after the same quarter of 2021: 44 after 40, 5 after 4.
QUARTERS = {
    "named": pd.DataFrame({"quarter": ["Q1", "Q2"], 2021: [40, 4], 2022: [44, 5]}),
    "numbers": pd.DataFrame({"Quarter": [1, 2], "2021": [40, 4], "2022": [44, 5]}),
    "by another name": pd.DataFrame({"when": ["q1", "q2"], 2021: [40, 4], 2022: [44, 5]}),
    "called period": pd.DataFrame({"period": ["Q1", "Q2"], 2021: [40, 4], 2022: [44, 5]}),
    "index": pd.DataFrame({2021: [40, 4], 2022: [44, 5]}, index=["Q1", "Q2"]),
    "pivoted": pd.DataFrame(
        {"year": [2021, 2021, 2022, 2022], "quarter": [1, 2, 1, 2], "courses": [40, 4, 44, 5]}
    ).pivot_table(index="quarter", columns="year", values="courses"),
    "columns": pd.DataFrame({"year": [2021, 2022], "Q1": [40, 44], "Q2": [4, 5], "total": [44, 49]}),
}  # fmt: skip


@pytest.mark.parametrize("shape", QUARTERS)
def test_quarters_beside_years_are_read(shape):
    changes = year_on_year(QUARTERS[shape])
    assert changes["period_start"].dt.date.astype(str).tolist() == ["2022-01-01", "2022-04-01"]
    assert changes["percent_change"].tolist() == pytest.approx([10, 25])
    assert changes["indicator"].unique().tolist() == ["figures"]


def test_months_beside_years_are_read_by_series():
    wide = pd.DataFrame(
        {"office": ["Fiji", "Peru"] * 2, "month": ["Jan", "Jan", "Feb", "Feb"],
         2021: [40, 8, 4, 2], 2022: [44, 4, 5, 2]}
    )  # fmt: skip
    for changes in (year_on_year(wide), year_on_year(wide, by="office")):
        assert changes["percent_change"].tolist() == pytest.approx([10, 25, -50, 0])
        assert changes["period_end"].dt.month.tolist() == [1, 2, 1, 2]


def test_a_total_among_quarters_is_shown_as_typed():
    data = pd.DataFrame({"quarter": ["Q1", "Total"], 2021: [40, 40], 2022: [44, 44]})
    with pytest.raises(DataError, match="holds '2021-Total', which is not a period"):
        year_on_year(data)


def test_headers_of_two_years_are_fiscal_years_if_all_are():
    wide = pd.DataFrame([[40, 44, 55]], columns=["2011-12", "2012-13", "2013-14"])
    changes = year_on_year(wide)
    assert changes["period"].tolist() == ["2012-13", "2013-14"]
    assert changes["percent_change"].tolist() == pytest.approx([10, 25])
    assert year_on_year(wide, year_start=4)["period_start"].dt.month.unique().tolist() == [4]
    # December 2011 and November 2012 are months.
    months = counts_of(pd.DataFrame([[40, 44]], columns=["2011-12", "2012-11"]))
    assert months["period_end"].dt.date.astype(str).tolist() == ["2011-12-31", "2012-11-30"]
    for header in (["2012-13"], ["2011-12"], ["2012-13", "2013-15"]):
        with pytest.raises(ArgumentError, match=PERIODS):
            year_on_year(pd.DataFrame([[40, 44][: len(header)]], columns=header))


def test_a_word_in_a_cell_counts_more_than_exact():
    data = table(YEARS, values=["about 40", "44"], qualifier=["exact", None])
    assert counts_of(data)["qualifier"].tolist() == ["about", "exact"]
