"""Reporting periods: how long they are, what they are called, and the year before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cbcstats.errors import ArgumentError
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from typing import Any

DAYS_PER_MONTH: Final = 30.4375  # 365.25 / 12, an average over leap years
DAYS_OF_TEN_MONTHS: Final = 303  # of the shortest ten months

# English whatever the locale, so that labels are the same everywhere.
MONTH_NAMES: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MONTHS: Final = tuple(name[:3] for name in MONTH_NAMES)


def length_in_days(start: pd.Series, end: pd.Series) -> pd.Series:
    """Return the length of each period in days, both ends included; else missing."""
    return (end - start).dt.days + 1


def midpoint(start: pd.Series, end: pd.Series) -> pd.Series:
    """Return the middle of each period, or its last day if its start is not known."""
    return end - (end - start.fillna(end)) / 2


def is_whole_months(start: pd.Series, end: pd.Series) -> pd.Series[bool]:
    """Tell which periods begin on the first and end on the last day of a month."""
    is_first = start.dt.is_month_start
    is_last = end.dt.is_month_end
    are_whole: pd.Series[bool] = is_first & is_last
    return are_whole


def month_number(days: pd.Series) -> pd.Series[int]:
    """Return the number of months since the year 0, so that years can be crossed."""
    years = days.dt.year
    months = days.dt.month
    number: pd.Series[int] = 12 * years + months
    return number


def length_in_months(start: pd.Series, end: pd.Series) -> pd.Series:
    """Return the length of each period in months.

    Whole calendar months count as one each, so that February is not shorter than
    January. Other periods are divided by 30.4375 days.

    Examples
    --------
    >>> start = pd.Series(pd.to_datetime(["2018-02-01", "2017-03-09"]))
    >>> end = pd.Series(pd.to_datetime(["2018-02-28", "2018-02-26"]))
    >>> length_in_months(start, end).round(2).tolist()
    [1.0, 11.66]
    """
    first_month = month_number(start)
    last_month = month_number(end)
    calendar_months = last_month - first_month + 1
    days = length_in_days(start, end)
    average_months = days / DAYS_PER_MONTH
    are_whole = is_whole_months(start, end)
    return average_months.mask(are_whole, calendar_months)


def a_year_earlier(days: np.ndarray) -> np.ndarray:
    """Return the same day of the year before; 29 February becomes the 28th.

    Examples
    --------
    >>> a_year_earlier(np.array(["2018-03-02", "2020-02-29"], dtype="datetime64[D]"))
    array(['2017-03-02', '2019-02-28'], dtype='datetime64[D]')
    """
    month = days.astype("datetime64[M]")
    first_day = month.astype("datetime64[D]")
    day_of_month = days - first_day
    # numpy adds months to months only, and counts days from the first of a month.
    month_before = month - 12
    next_month = month_before + 1
    first_day = month_before.astype("datetime64[D]")
    same_day = first_day + day_of_month
    last_day = next_month.astype("datetime64[D]") - 1
    earlier: np.ndarray = np.minimum(same_day, last_day)
    return earlier


def check_month(argument: str, month: Any) -> int:
    """Return a month from 1 to 12, given so or by its English name.

    Examples
    --------
    >>> check_month("year_start", 7), check_month("year_start", "july")
    (7, 7)
    """
    if isinstance(month, str):
        name = month.strip().capitalize()
        names = [*MONTH_NAMES, *MONTHS, *map(str, range(1, 13))]
        if name in names:
            return names.index(name) % 12 + 1
    if type(month) is int and month in range(1, 13):
        return month
    raise ArgumentError(
        f"`{argument}` must be a month from 1 to 12, or its name, "
        f"but {month!r} was given"
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
    years = days.dt.year
    is_before_start = days.dt.month < year_start
    first_years = years - is_before_start
    known = first_years.dropna()
    label = str if year_start == 1 else _two_years
    # A missing day, which is in no year, makes floats of all years.
    labels = {year: label(int(year)) for year in known.unique()}
    names = first_years.map(labels)
    return text_column(names)


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
    if _is_a_year(start, end):
        return str(start.year) if start.month == 1 else _two_years(start.year)
    same_year = start.year == end.year
    if same_year and start.month == end.month:
        is_whole = start.is_month_start and end.is_month_end
        return _month(end) if is_whole else f"{start.day}-{_day(end)}"
    # Months are enough for longer periods; short ones need their days.
    length = end - start
    is_short = length.days < DAYS_PER_MONTH
    name = _day if is_short else _month
    first = name(start, year=not same_year)
    last = name(end)
    return f"{first} - {last}"


def period_labels(start: pd.Series, end: pd.Series) -> pd.Series:
    """Name each period as reports do."""
    # Many series share the same few periods, so that each is named once.
    start_codes, starts = pd.factorize(start)
    end_codes, _ = pd.factorize(end)
    pairs = end_codes * (len(starts) + 1) + start_codes
    number, _ = pd.factorize(pairs)
    is_first = ~pd.Index(number).duplicated()
    periods = zip(start[is_first], end[is_first], strict=True)
    names = text_column([period_label(*days) for days in periods])
    labels = names.take(number)
    return labels.set_axis(start.index)


def _is_a_year(start: pd.Timestamp, end: pd.Timestamp) -> bool:
    first_day = np.datetime64(start, "D")
    last_day = np.array(end, dtype="datetime64[D]")
    # pandas has no day after 31 December 9999, but numpy has.
    next_day = last_day + 1
    year_before = a_year_earlier(next_day)
    return bool(year_before == first_day)


def _two_years(first: int) -> str:
    return f"{first}/{(first + 1) % 100:02}"


def _day(day: pd.Timestamp, *, year: bool = True) -> str:
    return f"{day.day} {_month(day, year=year)}"


def _month(day: pd.Timestamp, *, year: bool = True) -> str:
    month = MONTHS[day.month - 1]
    return f"{month} {day.year}" if year else month
