"""Places: the WCO region of a Member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cbcstats import columns as c
from cbcstats.loaders import load_members

if TYPE_CHECKING:
    import pandas as pd

# What the regions are called where the official name is too long.
SHORT_REGIONS: Final = {
    "East and Southern Africa": "East and Southern Africa",
    "Europe": "Europe",
    "Far East, South and South East Asia, Australasia and the Pacific Islands": "Asia and the Pacific",
    "North of Africa, Near and Middle East": "North Africa and Middle East",
    "South America, North America, Central America and the Caribbean": "Americas and the Caribbean",
    "West and Central Africa": "West and Central Africa",
}


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
        One of the six regions; missing for a code that is no Member, and for the European Union.

    Examples
    --------
    >>> import pandas as pd
    >>> wco_region(pd.Series(["KEN", "TON", "AIA"]), short=True).tolist()
    ['East and Southern Africa', 'Asia and the Pacific', nan]
    """
    regions = load_members().set_index(c.ISO3)[c.WCO_REGION]
    return iso3.map(regions.map(SHORT_REGIONS) if short else regions).astype("str").rename(c.WCO_REGION)
