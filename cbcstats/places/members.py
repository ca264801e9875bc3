"""Membership of the WCO and its regions."""

from __future__ import annotations

import datetime
import functools
from typing import TYPE_CHECKING

import pandas as pd

from cbcstats.arguments import check_flag, check_series
from cbcstats.errors import ArgumentError
from cbcstats.files.dates import parse_day
from cbcstats.frames import text_column
from cbcstats.tables.codelists import SHORT_REGIONS
from cbcstats.tables.loaders import load_members

if TYPE_CHECKING:
    from typing import Any


def is_member(
    iso3: pd.Series, on: datetime.date | str | pd.Series | None = None
) -> pd.Series:
    """Tell whether each place was a Member of the WCO on a given day.

    Parameters
    ----------
    iso3 : pandas.Series of str
        Codes of ISO 3166 alpha-3; XKX for Kosovo.
    on : date, str or pandas.Series of these, optional
        The day, or one for each code, with the index of `iso3`; text as `2018-03-02`.
        Today by default, and if a day is missing.

    Returns
    -------
    pandas.Series of bool
        Whether the place has acceded by that day. A Member whose date of accession is
        unknown counts as a Member on any day; one with a known year, from the first day
        of that year. The European Union is False, as the WCO does not count it as a
        Member; so is a missing code.

    Raises
    ------
    ArgumentError
        If `on` is not a day, or is a Series with another index.

    Examples
    --------
    >>> import pandas as pd
    >>> is_member(pd.Series(["KEN", "PLW", "EUE", "AIA"]), on="2018-03-02").tolist()
    [True, False, False, False]
    """
    iso3 = check_series("iso3", iso3, "codes")
    codes = text_column(iso3)
    days = _days(on, codes.index)
    # A place that is not a Member has no date; a comparison with it is False.
    joined = codes.map(accessions()).astype("datetime64[us]")
    has_joined = joined <= days
    return has_joined.rename("is_member")


def wco_region(iso3: pd.Series, *, short: bool = False) -> pd.Series:
    """Return the WCO region of each Member.

    Parameters
    ----------
    iso3 : pandas.Series of str
        Codes of ISO 3166 alpha-3; XKX for Kosovo.
    short : bool
        Whether to shorten the official names, for charts and tables.

    Returns
    -------
    pandas.Series of str
        One of the six regions; missing for a place that is not a Member, and for the
        European Union.

    Examples
    --------
    >>> import pandas as pd
    >>> wco_region(pd.Series(["KEN", "TON", "AIA"]), short=True).tolist()
    ['East and Southern Africa', 'Asia and the Pacific', nan]
    """
    iso3 = check_series("iso3", iso3, "codes")
    short = check_flag("short", short)
    codes = text_column(iso3)
    regions = codes.map(_regions())
    if short:
        regions = regions.map(SHORT_REGIONS)
    return text_column(regions).rename("wco_region")


@functools.cache
def _regions() -> dict[str, str]:
    members = load_members().dropna(subset="wco_region")
    return dict(zip(members["iso3"], members["wco_region"], strict=True))


@functools.cache
def accessions() -> pd.Series:
    """Return the date of accession of each Member.

    The result is cached; do not change it.
    """
    members = load_members().set_index("iso3").drop("EUE")
    # A Member without a known date counts as a Member on any day.
    return members["joined"].fillna(pd.Timestamp(1, 1, 1))


def _days(
    on: datetime.date | str | pd.Series | None, index: pd.Index
) -> pd.Timestamp | pd.Series:
    if not isinstance(on, pd.Series):
        return _day(on)
    if not on.index.equals(index):
        raise ArgumentError(
            "`on` has another index than `iso3`; "
            "give one day, or a Series with one for each code"
        )
    values = on.tolist()
    # Each distinct day is parsed once.
    days = {value: _day(value) for value in set(values)}
    parsed = [days[value] for value in values]
    return pd.Series(parsed, index=index, dtype="datetime64[us]")


def _day(value: Any) -> pd.Timestamp:
    wrong = f"`on` must be a day, such as 2018-03-02, but {value!r}"
    if isinstance(value, str):
        try:
            day, _ = parse_day(value)
        except ValueError as error:
            raise ArgumentError(f"{wrong} {error}") from None
        return day
    # pd.isna returns one answer for each item of a list.
    is_scalar = pd.api.types.is_scalar(value)
    if is_scalar and pd.isna(value):
        value = datetime.date.today()
    if not isinstance(value, datetime.date):
        raise ArgumentError(f"{wrong} was given")
    # A datetime may have a time of day, which does not count here.
    day = pd.Timestamp(value.year, value.month, value.day)
    return day.as_unit("us")
