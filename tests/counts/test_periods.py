import pandas as pd
import pytest

from cbcstats.counts.periods import (
    is_whole_months,
    length_in_days,
    midpoint,
    period_label,
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


def test_lengths_count_both_ends():
    starts = pd.to_datetime(
        pd.Series(["2017-03-09", "2016-04-13", "2015-02-25", "2016-01-01", None])
    )
    ends = pd.to_datetime(
        pd.Series(["2018-02-26", "2017-03-07", "2016-04-11", "2016-12-31", "2018-02-28"])
    )
    assert length_in_days(starts, ends).tolist()[:4] == [355, 329, 412, 366]
    assert length_in_days(starts, ends).isna().tolist()[4]
    assert midpoint(starts, ends).tolist()[4] == pd.Timestamp("2018-02-28")


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
