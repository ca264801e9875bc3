"""Names of countries and territories as ISO codes; Members of the WCO and their regions."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import Any, Final, overload

import pandas as pd

from cbcstats.arguments import check_flag, check_series, shown
from cbcstats.errors import ArgumentError, shortened
from cbcstats.files.dates import parse_day
from cbcstats.frames import text_column
from cbcstats.places.spelling import explain_other, iso3_of, suggestions
from cbcstats.tables.codelists import SHORT_REGIONS
from cbcstats.tables.loaders import load_members

_LISTED: Final = 5  # unknown names in a message


@overload
def to_iso3(names: str) -> str: ...


@overload
def to_iso3(names: pd.Series | pd.Index | list[str]) -> pd.Series: ...


def to_iso3(names: str | pd.Series | pd.Index | list[str]) -> str | pd.Series:
    """Look up the ISO code of a country or territory by its name.

    The names are those of `load_places`, in eight languages, and the codes of ISO 3166
    in capitals. Case, accents, punctuation and blanks are ignored, and so is whether
    `Republic of` comes before or after a name; misspelt names are not guessed.

    Parameters
    ----------
    names : str, or pandas.Series, Index or list of str
        Names as written: `Cote d'Ivoire`, `Gambia, The`, `NA` for Namibia. Each is
        judged alone, also in a Series. `read_register` judges a column as a whole: `NA`
        among names is a problem there, and `ke` among codes is Kenya.

    Returns
    -------
    str, or pandas.Series of str
        One answer for a single text, else one for each name, with its index: a code of
        ISO 3166 alpha-3, XKX for Kosovo, EUE for the European Union; in a Series,
        missing for an unknown name, a region, several places, or an ambiguous name.

    Raises
    ------
    ArgumentError
        If a single text is not the name of one place; the message suggests the nearest.

    Examples
    --------
    >>> import pandas as pd
    >>> to_iso3("Kenia")
    'KEN'
    >>> names = pd.Series(["COTE D'IVOIRE", "Gambia, The", "Viêt Nam", "KE"])
    >>> to_iso3(names).tolist()
    ['CIV', 'GMB', 'VNM', 'KEN']
    >>> to_iso3(["Kenya / Uganda", "Korea"]).tolist()
    [nan, nan]
    """
    if isinstance(names, str):
        [code] = iso3_of([names])
        if code is None:
            raise ArgumentError(_explain_unknown([names]))
        return code
    names = check_series("names", names, "names of places")
    # Each spelling is looked up once; a register repeats a few names on many rows.
    texts = list({name for name in names if isinstance(name, str)})
    code_of = dict(zip(texts, iso3_of(texts), strict=True))
    found = [code_of.get(name) for name in names]
    return text_column(found, names.index).rename("iso3")


def check_places(places: Mapping[str, str] | None) -> dict[str, str]:
    """Check names or codes of places that only some registers use.

    Parameters
    ----------
    places : mapping of str to str, or None
        For each of them, a known name or the ISO code of the place.

    Returns
    -------
    dict of str to str
        Their ISO codes.

    Raises
    ------
    ArgumentError
        If it is not such a mapping, or a place is not known; the message suggests the
        nearest.

    Examples
    --------
    >>> check_places({"OPT": "Palestine", "HQ Nairobi": "KE"})
    {'OPT': 'PSE', 'HQ Nairobi': 'KEN'}
    """
    places = {} if places is None else places
    is_mapping = isinstance(places, Mapping)
    if not is_mapping or not all(
        isinstance(text, str) and text.strip()
        for pair in places.items()
        for text in pair
    ):
        raise ArgumentError(
            '`places` must map texts to places, such as {"OPT": "PSE"}, '
            f"but {shown(places)} was given"
        )
    codes = {}
    for text, place in places.items():
        [code] = iso3_of([place])
        if code is None:
            raise ArgumentError(f"`places`: {_explain_unknown([place])}")
        codes[text.strip()] = code
    return codes


@overload
def is_member(
    names: str, on: datetime.date | str | pd.Series | None = None
) -> bool: ...


@overload
def is_member(
    names: pd.Series | pd.Index | list[str],
    on: datetime.date | str | pd.Series | None = None,
) -> pd.Series: ...


def is_member(
    names: str | pd.Series | pd.Index | list[str],
    on: datetime.date | str | pd.Series | None = None,
) -> bool | pd.Series:
    """Tell whether a place was a Member of the WCO on a given day.

    Parameters
    ----------
    names : str, or pandas.Series, Index or list of str
        A name, as in `to_iso3`, or a code of ISO 3166 in capitals; or several of them.
    on : date, str or pandas.Series of these, optional
        The day, or one for each name, with the index of `names`; text as `2018-03-02`.
        Today by default, and if a day is missing.

    Returns
    -------
    bool, or pandas.Series of bool
        One answer for a single text, else one for each name, with its index: whether
        the place has acceded by that day. A Member whose date of accession is unknown
        counts as a Member on any day; one with a known year, from the first day of that
        year, which `joined_basis` of `load_members` calls inferred where it may be
        wrong. The European Union is False, as the WCO does not count it as a Member; so
        is a missing or empty cell.

    Raises
    ------
    ArgumentError
        If a name is not known; the message suggests the nearest. This also applies to
        each name of a Series: False would mean that the place is known and is not a
        Member. For a column with names that are not known, call `to_iso3` first, which
        leaves their codes empty. Also if `on` is not a day, or is a Series with another
        index.

    Examples
    --------
    >>> import pandas as pd
    >>> is_member("Kenya"), is_member("PLW", on="2018-03-02")
    (True, False)
    >>> is_member(pd.Series(["Viet Nam", "PLW", "EUE"]), on="2018-03-02").tolist()
    [True, False, False]
    >>> is_member("Kenyaa")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: 'Kenyaa' is not a place that is known; \
did you mean 'Kenya'?
    """
    codes = _known_codes(names)
    days = _days(on, codes.index)
    # A place that is not a Member has no date; a comparison with it is False.
    joined = codes.map(accessions()).astype("datetime64[us]")
    has_joined = joined <= days
    if isinstance(names, str):
        return bool(has_joined.iloc[0])
    return has_joined.rename("is_member")


@overload
def wco_region(names: str, *, short: bool = False) -> str | None: ...


@overload
def wco_region(
    names: pd.Series | pd.Index | list[str], *, short: bool = False
) -> pd.Series: ...


def wco_region(
    names: str | pd.Series | pd.Index | list[str], *, short: bool = False
) -> str | pd.Series | None:
    """Return the WCO region of a Member.

    Parameters
    ----------
    names : str, or pandas.Series, Index or list of str
        A name, as in `to_iso3`, or a code of ISO 3166 in capitals; or several of them.
    short : bool
        Whether to shorten the official names, for charts and tables.

    Returns
    -------
    str or None, or pandas.Series of str
        One answer for a single text, else one for each name, with its index: one of the
        six regions. For a place that is not a Member, and for the European Union, it is
        None, and missing in a Series; so is a missing or empty cell.

    Raises
    ------
    ArgumentError
        If a name is not known; the message suggests the nearest. This also applies to
        each name of a Series: a missing region would mean that the place is known and
        is not a Member. For a column with names that are not known, call `to_iso3`
        first, which leaves their codes empty.

    Examples
    --------
    >>> import pandas as pd
    >>> wco_region("Kenya")
    'East and Southern Africa'
    >>> wco_region(pd.Series(["KEN", "Tonga", "AIA"]), short=True).tolist()
    ['East and Southern Africa', 'Asia and the Pacific', nan]
    """
    codes = _known_codes(names)
    short = check_flag("short", short)
    regions = codes.map(_regions())
    if short:
        regions = regions.map(SHORT_REGIONS)
    if isinstance(names, str):
        region = regions.iloc[0]
        return None if pd.isna(region) else str(region)
    return text_column(regions).rename("wco_region")


def _known_codes(names: str | pd.Series | pd.Index | list[str]) -> pd.Series:
    """Return the ISO code of each place; a name that is not known is an error."""
    typed = text_column(check_series("names", names, "names or ISO codes of places"))
    codes = to_iso3(typed)
    is_unknown = codes.isna()
    if not isinstance(names, str):
        # An empty cell of a column is missing, not wrong.
        is_unknown &= typed.fillna("").str.strip() != ""
    unknown = typed[is_unknown].unique().tolist()
    if unknown:
        raise ArgumentError(_explain_unknown(unknown))
    return codes


def _explain_unknown(names: list[str]) -> str:
    """Explain which names are not known, the first of them with the nearest."""
    if len(names) == 1:
        [name] = names
        remedy = _nearest(name) or "write the name of one country, or its ISO code"
        return f"{shortened(name)!r} is not a place that is known; {remedy}"
    listed = []
    for name in names[:_LISTED]:
        near = _nearest(name)
        hint = f" ({near})" if near else ""
        listed.append(f"{shortened(name)!r}{hint}")
    more = len(names) - _LISTED
    if more > 0:
        listed.append(f"and {more:,} more")
    return (
        f"`names` holds {len(names):,} names of places that are not known: "
        f"{', '.join(listed)}; correct them, or look up codes with to_iso3 first, "
        "which leaves theirs empty"
    )


def _nearest(name: str) -> str:
    """Explain a former state, ask whether the nearest names are meant, or say nothing."""
    former = explain_other(name)
    if former:
        return f"it {former.problem}; {former.remedy}"
    near = suggestions(name)
    return f"did you mean {' or '.join(map(repr, near))}?" if near else ""


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
            "`on` has another index than `names`; "
            "give one day, or a Series with one for each name"
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
