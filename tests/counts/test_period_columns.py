"""Columns of years, quarters, months, weeks, fiscal years and days, read as periods."""

import datetime

import numpy as np
import pandas as pd
import pytest

from cbcstats import DataError
from cbcstats.counts.period_columns import is_period_column, months_of, read_periods


def days(*cells, year_start=None, **column):
    """Return the first and the last day of each cell as text, None where it has none."""
    periods = read_periods(pd.Series(list(cells), name="when", **column), year_start)
    written = zip(periods.start, periods.end, strict=True)
    return [tuple(None if pd.isna(day) else str(day.date()) for day in row) for row in written]


YEAR, NO_DAYS = ("2019-01-01", "2019-12-31"), (None, None)
FIRST_QUARTER, FEBRUARY = ("2020-01-01", "2020-03-31"), ("2020-02-01", "2020-02-29")
# The first Monday of a year that has its Thursday in it begins week 1 of ISO 8601.
WEEK = ("2020-12-28", "2021-01-03")  # week 53 of 2020: 1 January 2021 is a Friday


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *((cell, YEAR) for cell in (2019, "2019", " 2019 ", 2019.0, "2019.0", np.int16(2019))),
        *((cell, FIRST_QUARTER) for cell in ("2020Q1", "2020-Q1", "2020 q1", "Q1 2020", "Q1/2020")),
        *((cell, FIRST_QUARTER) for cell in ("1Q2020", "Q1-2020", "T1 2020", "2020T1")),
        ("2020Q4", ("2020-10-01", "2020-12-31")),
        ("2020H2", ("2020-07-01", "2020-12-31")),
        ("S1 2020", ("2020-01-01", "2020-06-30")),
        *((cell, FEBRUARY) for cell in ("2020-02", "2020/02", "2020M02", "02/2020", "2/2020")),
        *((cell, FEBRUARY) for cell in ("Feb 2020", "February 2020", "FEB-2020", "2020 Feb")),
        *((cell, FEBRUARY) for cell in ("Feb. 2020", "Feb-20", "févr. 2020", "febrero 2020")),
        *((cell, FEBRUARY) for cell in (202002, "202002", "2020-2")),
        *((cell, WEEK) for cell in ("2020-W53", "2020W53", "2020 w53")),
        ("2021-W01", ("2021-01-04", "2021-01-10")),
        *((cell, (None, "2020-02-29")) for cell in ("2020-02-29", "2020/2/29", "20200229")),
        *((cell, (None, "2020-02-29")) for cell in (datetime.date(2020, 2, 29),)),
        ("0001", ("0001-01-01", "0001-12-31")),
        ("9999Q4", ("9999-10-01", "9999-12-31")),
    ],
)
def test_a_cell_is_read_as_a_period(cell, expected):
    assert days(cell) == [expected]


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [
        ([2019, None], "float64"),
        ([2019, None], "Int64"),
        ([2019, None], "int64[pyarrow]"),
        (["2019", None], "category"),
        (["2019", ""], object),
        ([2019, None], object),
        ([pd.Period("2019"), None], "period[Y]"),
        ([pd.Period("2019"), None], object),
    ],
)
def test_a_year_may_be_missing_whatever_the_dtype(cells, dtype):
    assert days(*cells, dtype=dtype) == [YEAR, NO_DAYS]


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        ("Y", ("2020-01-01", "2020-12-31")),
        ("Y-JUN", ("2019-07-01", "2020-06-30")),  # the year that ends in June 2020
        ("Q", FIRST_QUARTER),
        ("M", ("2020-02-01", "2020-02-29")),
        ("W", ("2020-02-03", "2020-02-09")),  # from Monday to Sunday
        ("D", (None, "2020-02-05")),
    ],
)
def test_periods_of_pandas_keep_their_days(frequency, expected):
    assert days(pd.Period("2020-02-05", frequency)) == [expected]


def test_periods_of_several_frequencies_are_read_one_by_one():
    assert days(pd.Period("2019"), pd.Period("2020Q1")) == [YEAR, FIRST_QUARTER]


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_timestamps_are_days_whatever_their_time_zone(zone):
    stamps = pd.to_datetime(["2019-12-31", None]).tz_localize(zone)
    assert days(*stamps) == [(None, "2019-12-31"), NO_DAYS]


# FY2020 ends in 2020: from July 2019 where years begin in July, 2020 itself where in January.
@pytest.mark.parametrize(
    ("cell", "year_start", "expected"),
    [
        ("FY2020", 7, ("2019-07-01", "2020-06-30")),
        ("FY 20", 4, ("2019-04-01", "2020-03-31")),
        ("fy2020", 1, ("2020-01-01", "2020-12-31")),
        ("2019/20", 7, ("2019-07-01", "2020-06-30")),
        ("2019-2020", 10, ("2019-10-01", "2020-09-30")),
        ("FY2019/20", 3, ("2019-03-01", "2020-02-29")),
        ("1999/00", 7, ("1999-07-01", "2000-06-30")),
        ("2019", 7, YEAR),  # a plain year stays a calendar year
    ],
)
def test_a_fiscal_year_has_days_where_it_is_known_when_it_begins(cell, year_start, expected):
    assert days(cell, year_start=year_start) == [expected]


def test_without_its_first_month_a_fiscal_year_keeps_its_name():
    periods = read_periods(pd.Series(["FY2020", "2019/20", "2020"]))
    assert periods.label.fillna("").tolist() == ["FY2020", "2019/20", ""]


def test_a_hyphen_is_of_two_years_only_if_every_pair_is():
    assert days("2011-12", "2012-13", year_start=7)[0] == ("2011-07-01", "2012-06-30")
    assert days("2011-12", "2012-11")[0] == ("2011-12-01", "2011-12-31")
    assert days("2011-12")[0] == ("2011-12-01", "2011-12-31")


@pytest.mark.parametrize(
    "cell",
    [
        *("soon", "2019-13", "2019Q5", "2021-W53", "Foo 2020", "2019/21", "0000", "19", "-2019"),
        *("9999-W52", "9999/00", "2019-02-30", "nan", 20191, 2019.5, np.inf, True, "2019 2020"),
        *("٢٠١٩-٠٢-٠٢", "x" * 100),
    ],
)
def test_what_is_no_period_is_shown(cell):
    with pytest.raises(DataError, match=r"^when holds .*write "):
        days("2019", cell) if isinstance(cell, str) else days(cell)
    assert not is_period_column(pd.Series([cell]))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2019-12-31", "2020-12-31"], ["2019-01-01", "2020-01-01"]),
        (["2019-03-31", "2019-06-30", "2020-06-30"], ["2019-01-01", "2019-04-01", "2020-04-01"]),
        (["2020-02-29", "2020-03-31", None], ["2020-02-01", "2020-03-01", None]),
        (["2019-12-31"], [None]),  # one day alone has no rhythm
        (["2019-12-30", "2020-12-31"], [None, None]),  # not all are month ends
    ],
)
def test_month_ends_are_the_months_between_them(cells, expected):
    start, end = months_of(pd.Series(pd.to_datetime(cells)))
    assert start.tolist() == pd.to_datetime(expected).tolist()
    assert end.tolist() == pd.to_datetime(cells).tolist()


def test_first_days_are_the_months_from_them_on():
    start, end = months_of(pd.Series(pd.to_datetime(["2020-01-01", "2020-04-01"])))
    assert end.tolist() == [pd.Timestamp("2020-03-31"), pd.Timestamp("2020-06-30")]
    assert start.tolist() == [pd.Timestamp("2020-01-01"), pd.Timestamp("2020-04-01")]
