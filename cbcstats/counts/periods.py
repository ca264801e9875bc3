"""Reporting periods: how long they are, how far apart, and what they are called."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.errors import ArgumentError
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from typing import Any

DAYS_PER_MONTH: Final = 30.4375  # 365.25 / 12, so that leap years make no difference
DAYS_PER_YEAR: Final = 365.25
# The one of pandas 2 is in nanoseconds, which end in 2262.
_ONE_DAY: Final = datetime.timedelta(days=1)

# English whatever the locale, so that labels are the same everywhere.
MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


def length_in_days(start: pd.Series, end: pd.Series) -> pd.Series:
    """Return the length of each period in days, both ends included; missing where an end is not known."""
    return (end - start).dt.days + 1


def midpoint(start: pd.Series, end: pd.Series) -> pd.Series:
    """Return the middle of each period; where its start is not known, its last day."""
    return end - (end - start.fillna(end)) / 2


def check_month(name: str, month: int) -> None:
    """Raise ArgumentError unless a month is one of 1 to 12."""
    if type(month) is not int or month not in range(1, 13):
        raise ArgumentError(
            f"`{name}` must be a month from 1 to 12, but {month!r} was given"
        )


def reporting_year(days: pd.Series, year_start: int) -> pd.Series:
    """Return the label of the reporting year that each day belongs to.

    Parameters
    ----------
    days : pandas.Series of datetime64
        Days.
    year_start : int
        The month on whose first day reporting years begin.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2017-06-30", "2017-07-01"]))
    >>> reporting_year(days, 7).tolist(), reporting_year(days, 1).tolist()
    (['2016/17', '2017/18'], ['2017', '2017'])
    """
    years = days.dt.year - (days.dt.month < year_start)
    labels = {}
    for year in years.dropna().unique():
        start = pd.Timestamp(int(year), year_start, 1)
        labels[year] = period_label(start, start + pd.DateOffset(years=1, days=-1))
    return text_column(years.map(labels))


def period_label(start: Any, end: Any) -> str:
    """Name a period as reports do.

    Parameters
    ----------
    start, end : pandas.Timestamp or NaT
        First and last day, inclusive. A stock has no start.

    Examples
    --------
    >>> from pandas import NaT, Timestamp
    >>> period_label(Timestamp("2016-07-01"), Timestamp("2017-06-30"))
    '2016/17'
    >>> period_label(Timestamp("2017-03-09"), Timestamp("2018-02-26"))
    'Mar 2017 - Feb 2018'
    >>> period_label(NaT, Timestamp("2018-02-28"))
    '28 Feb 2018'
    """
    if pd.isna(end):
        return "undated" if pd.isna(start) else f"since {_day(start)}"
    if pd.isna(start) or start == end:
        return _day(end)
    next_day = end + _ONE_DAY
    if (start.day, start.month) == (
        next_day.day,
        next_day.month,
    ) and next_day.year - start.year == 1:
        return (
            str(start.year) if start.month == 1 else f"{start.year}/{end.year % 100:02}"
        )
    if (start.year, start.month) == (end.year, end.month):
        return (
            _month(end)
            if start.day == 1 and next_day.day == 1
            else f"{start.day}-{_day(end)}"
        )
    name = _day if (end - start).days < DAYS_PER_MONTH else _month
    return f"{name(start, year=start.year != end.year)} - {name(end)}"


def _day(day: pd.Timestamp, *, year: bool = True) -> str:
    return f"{day.day} {_month(day, year=year)}"


def _month(day: pd.Timestamp, *, year: bool = True) -> str:
    return MONTHS[day.month - 1] + (f" {day.year}" if year else "")
