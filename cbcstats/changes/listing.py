"""list_indicators: what there is to compare, with labels, years and sources."""

from __future__ import annotations

import pandas as pd

from cbcstats.arguments import check_optional_text
from cbcstats.changes.year_on_year import year_on_year
from cbcstats.tables.counts import load_counts
from cbcstats.tables.loaders import load_indicators, load_sources


def list_indicators(
    word: str | None = None,
    *,
    area: str | None = None,
    publisher: str | None = None,
) -> pd.DataFrame:
    """List the published indicators, how many figures each has, and from whom.

    Parameters
    ----------
    word : str, optional
        Keep indicators with this text in their name, labels, description or former
        names. Upper and lower case are the same, here and below.
    area : str, optional
        Keep indicators with a figure of an area with this text in its name or code.
    publisher : str, optional
        Keep indicators with a figure from a publisher with this text in its name.

    Returns
    -------
    pandas.DataFrame
        One row per indicator: `indicator`, `label`, `unit`, `measure`; `first` and
        `last`, years of its figures (Int64, missing if undated); `figures`, how many;
        `comparable_changes`, how many changes of `year_on_year` are comparable, by
        totals or per month, whichever are more; `publishers`, separated by semicolons. Those with the most
        comparable changes come first.

    Examples
    --------
    >>> columns = ["indicator", "first", "last", "figures"]
    >>> list_indicators("wco_members")[columns]
         indicator  first  last  figures
    0  wco_members   2013  2024        7
    """
    word = check_optional_text("word", word)
    area = check_optional_text("area", area)
    publisher = check_optional_text("publisher", publisher)
    counts = load_counts()
    sources = load_sources().set_index("source_id")
    counts = counts.assign(publisher=counts["source_id"].map(sources["publisher"]))
    changes = year_on_year(counts)
    rates = year_on_year(counts, per="month")
    listing = load_indicators().set_index("indicator", drop=False)
    figures = counts.groupby("indicator")
    years = counts["period_end"].dt.year.groupby(counts["indicator"])
    listing = listing.assign(
        label=listing["label_en"],
        first=years.min().astype("Int64"),
        last=years.max().astype("Int64"),
        figures=figures.size(),
        publishers=figures["publisher"].agg(lambda each: "; ".join(each.unique())),
    )
    comparable = pd.DataFrame(
        {"totals": _comparable(changes), "rates": _comparable(rates)}
    )
    most = comparable.max(axis="columns").reindex(listing.index, fill_value=0)
    listing["comparable_changes"] = most.astype(int)

    texts = listing[
        ["indicator", "label_en", "label_fr", "description", "former_names"]
    ]
    is_wanted = _has(texts.fillna("").agg(" ".join, axis="columns"), word)
    if area is not None:
        of_area = counts[_has(counts["area"], area)]
        is_wanted &= listing["indicator"].isin(of_area["indicator"])
    is_wanted &= _has(listing["publishers"], publisher)
    order = ["comparable_changes", "figures"]
    ordered = listing[is_wanted].sort_values(order, ascending=False, kind="stable")
    columns = ["indicator", "label", "unit", "measure", "first", "last", "figures"]
    columns += ["comparable_changes", "publishers"]
    return ordered[columns].reset_index(drop=True)


def _comparable(changes: pd.DataFrame) -> pd.Series:
    comparable = changes["comparable"]
    return comparable.groupby(changes["indicator"]).sum()


def _has(texts: pd.Series, part: str | None) -> pd.Series:
    """Tell which texts contain a text; all do if it is None."""
    words = (part or "").replace("_", " ").casefold()
    plain = texts.fillna("").str.replace("_", " ").str.casefold()
    return plain.str.contains(words, regex=False)
