import numpy as np
import pandas as pd
import pytest

from cbcstats import ArgumentError
from cbcstats.counts.periods import (
    a_year_earlier,
    check_month,
    is_whole_months,
    length_in_days,
    length_in_months,
    midpoint,
    period_label,
    period_labels,
    reporting_year,
)
from cbcstats.files.dates import parse_day


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        ("2014-01-01", "2014-12-31", "2014"),
        ("2016-07-01", "2017-06-30", "2016/17"),
        ("1999-07-01", "2000-06-30", "1999/00"),
        ("2016-03-01", "2017-02-28", "2016/17"),
        ("2016-07-01", "2018-06-30", "Jul 2016 - Jun 2018"),
        ("2016-03-01", "2017-02-27", "Mar 2016 - Feb 2017"),
        ("2017-03-09", "2018-02-26", "Mar 2017 - Feb 2018"),
        ("2023-01-01", "2023-06-30", "Jan - Jun 2023"),
        ("2023-02-01", "2023-02-28", "Feb 2023"),
        ("2017-03-07", "2017-03-09", "7-9 Mar 2017"),
        ("9999-01-01", "9999-12-31", "9999"),  # no day comes after it
        ("9998-07-01", "9999-12-31", "Jul 9998 - Dec 9999"),
        ("9999-12-01", "9999-12-31", "Dec 9999"),
        ("2010-09-30", "2010-10-01", "30 Sep - 1 Oct 2010"),
        ("2019-12-30", "2020-01-02", "30 Dec 2019 - 2 Jan 2020"),
        ("2018-02-28", "2018-02-28", "28 Feb 2018"),
        (None, "2018-02-28", "28 Feb 2018"),
        ("2009-01-01", None, "since 1 Jan 2009"),
        (None, None, "undated"),
    ],
)
def test_periods_are_named_as_reports_name_them(start, end, label):
    assert period_label(pd.Timestamp(start), pd.Timestamp(end)) == label


def test_the_first_and_the_last_day_of_the_calendar_have_a_label():
    starts = pd.Series(["0001-01-01", "9999-07-01", None], dtype="datetime64[us]")
    ends = pd.Series(["0001-12-31", "9999-12-31", None], dtype="datetime64[us]")
    assert period_labels(starts, ends).tolist() == ["1", "Jul - Dec 9999", "undated"]


# Whole months count one each; 355 days are 355 / 30.4375 = 11.66 months.
@pytest.mark.parametrize(
    ("start", "end", "days", "months"),
    [
        ("2017-03-09", "2018-02-26", 355, 11.6632),
        ("2016-01-01", "2016-12-31", 366, 12),
        ("2018-02-01", "2018-02-28", 28, 1),
        ("2016-07-01", "2017-06-30", 365, 12),
        ("2018-02-01", "2018-02-27", 27, 0.8871),
        ("2018-01-02", "2018-12-31", 364, 11.9589),
        ("2018-02-28", "2018-02-28", 1, 0.0329),
        (None, "2018-02-28", None, None),
        ("9999-01-01", "9999-12-31", 365, 12),
    ],
)
def test_lengths_count_both_ends(start, end, days, months):
    column = [pd.Series([day], dtype="datetime64[us]") for day in (start, end)]
    [found_days], [found_months] = length_in_days(*column), length_in_months(*column)
    assert (found_days, found_months) == pytest.approx(
        (days or np.nan, months or np.nan), abs=1e-4, nan_ok=True
    )
    assert is_whole_months(*column).tolist() == [months in (1, 12)]


def test_the_middle_of_a_day_is_the_day():
    starts = pd.Series(pd.to_datetime(["2015-01-01", None]))
    ends = pd.Series(pd.to_datetime(["2015-12-31", "2018-02-28"]))
    assert midpoint(starts, ends).dt.date.astype(str).tolist() == ["2015-07-02", "2018-02-28"]


def test_a_year_earlier_is_the_same_day_but_for_29_february():
    days = pd.date_range("1999-01-01", "2005-12-31").to_numpy("datetime64[D]")
    expected = [pd.Timestamp(day) - pd.DateOffset(years=1) for day in days]
    assert a_year_earlier(days).tolist() == [day.date() for day in expected]
    assert np.isnat(a_year_earlier(np.array(["NaT"], "datetime64[D]"))).all()


def test_reporting_years_are_named_by_their_first_and_second_year():
    days = pd.Series(pd.to_datetime(["1999-06-30", "1999-07-01", "2000-01-01", None]))
    assert reporting_year(days, 7).fillna("").tolist() == ["1998/99", "1999/00", "1999/00", ""]
    assert reporting_year(days, 1).fillna("").tolist() == ["1999", "1999", "2000", ""]


@pytest.mark.parametrize("month", [0, 13, "Juli", 7.0, True, None])
def test_months_are_whole_numbers_from_1_to_12(month):
    with pytest.raises(ArgumentError, match="`year_start` must be a month from 1 to 12"):
        check_month("year_start", month)


def test_the_last_day_of_the_calendar_ends_a_month():
    starts = pd.Series(["9999-12-01", "9999-12-02"]).astype("datetime64[us]")
    ends = pd.Series(["9999-12-31", "9999-12-31"]).astype("datetime64[us]")
    assert is_whole_months(starts, ends).tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2018-03-02", "2018-03-02", "day"),
        ("2018-03", "2018-03-01", "month"),
        ("2018", "2018-01-01", "year"),
    ],
)
def test_partial_dates_say_how_much_is_known(text, day, precision):
    assert parse_day(text, partial=True) == (pd.Timestamp(day), precision)


@pytest.mark.parametrize("text", ["2018-02-30", "2018-13-01", "0000-01-01"])
def test_days_outside_the_calendar_are_refused(text):
    with pytest.raises(ValueError, match="not a date of the calendar"):
        parse_day(text)


@pytest.mark.parametrize(
    "text", ["2018", "2018-03", "03/04/2017", "20180302", "2018-3-2", "2018-W10-1", "٢٠١٨-٠٣-٠٢"]
)
def test_other_forms_of_days_are_refused_not_guessed(text):
    with pytest.raises(ValueError, match="is not a date; write it as 2018-03-02"):
        parse_day(text)
