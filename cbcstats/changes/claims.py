"""Check published changes against the published figures."""

from __future__ import annotations

import math
from collections import defaultdict
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.changes.implied import (
    ANYTHING,
    NOTHING,
    amounts_before,
    common_range,
    counts_before,
    factors_of,
    range_before_difference,
)
from cbcstats.changes.partners import (
    NO_PARTNER,
    find_partners,
    preferred_figures,
    series_of,
)
from cbcstats.counts.changes_in_words import Claim, Growth, read_claim
from cbcstats.counts.figures import figures_of, labels_of
from cbcstats.counts.formats import PARTS, format_range, is_per_month, printed_column
from cbcstats.counts.periods import length_in_months
from cbcstats.counts.readings import Bounds
from cbcstats.errors import DataError
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNKNOWN: Final = "cannot be checked"
# In place of a change in words that are not known.
_UNREADABLE: Final = Claim("unreadable", Growth(-math.inf, math.inf))
_IN_PERCENT: Final = ("percent", "ratio", "direction")
# Units of shares in three languages, as a pattern.
_LONGER: Final = 1.02  # as for comparable periods
_SHARES: Final = "percent|per cent|%|share|pour cent|por ciento"
# Columns of the later figure in the result, and those of numbers and days.
_LATER: Final = (
    "indicator",
    "label",
    "scope",
    "period_start",
    "period_end",
    "value",
    "qualifier",
    "published_change",
    "change_basis",
)
_NUMBERS: Final = (
    "previous_value",
    "previous_low",
    "previous_high",
    "implied_low",
    "implied_high",
)
_TEXTS: Final = (
    "verdict",
    "verdict_strict",
    "sentence",
    "source_id",
    "previous_source_id",
)
_COLUMNS: Final = (*_LATER, *_NUMBERS, *_TEXTS)
_DTYPES: Final = {
    "period_start": "datetime64[us]",
    "period_end": "datetime64[us]",
    "value": "float64",
    **dict.fromkeys(_NUMBERS, "float64"),
}
# What a claim that comes without its figure takes from another row.
_OF_FIGURE: Final = (
    "value",
    "qualifier",
    "rounded_to",
    "is_amount",
    "printed",
    "low",
    "high",
    "strict_low",
    "strict_high",
)


class _Pair(NamedTuple):
    """A figure with a claim, and the figure that the claim is measured from."""

    later: Any  # a row, as `itertuples` gives it
    before: Any  # a row, or None
    claim: Claim
    others: list[Any]  # rows of other sources for the period before
    series: list[Any]  # rows of its series before the later one


def check_claims(counts: pd.DataFrame) -> pd.DataFrame:
    """Check every published change of a table against the published figures.

    Parameters
    ----------
    counts : pandas.DataFrame
        Published counts, as `load_counts` returns them, with `published_change` and
        `change_basis` (`total`, or `per_month` for changes of the monthly rate). A
        change is measured from the period that `change_since` ends, or else from the
        figure of a year before, as in `year_on_year`: of the same indicator, measure,
        scope, area and unit, and of the same part of a total where columns such as
        `wco_region` name parts.

    Returns
    -------
    pandas.DataFrame
        One row per claim, in the order of the table, with the columns of `Claims`.

    Raises
    ------
    ArgumentError
        If it is not a frame, or periods or values cannot be found.
    DataError
        If a cell cannot be read, or a series has several figures for one period.

    Notes
    -----
    The verdicts are:

    - `consistent`: some number in the published range of the figure before would have
      given the change as printed, see `implied_previous`;
    - `unlikely`: none would in the usual reading, but some would in the strict reading.
      One true statement in ten is outside the usual reading;
    - `contradicts`: none would in the strict reading, which takes the words alone;
    - `cannot be checked`: a figure is missing, or the change cannot be read.

    `verdict_strict` is the strict reading alone. Counts are whole numbers; what is
    rounded (`rounded_to`) or has decimals is not. For changes of monthly rates, the
    lengths of both periods and their uncertainty (`period_tolerance`) count.

    Examples
    --------
    >>> from cbcstats import check_claims, load_counts
    >>> checked = check_claims(load_counts("capacity_building_missions"))
    >>> checked[["value", "published_change", "verdict", "verdict_strict"]]
       value published_change     verdict verdict_strict
    0    330             +20%  consistent     consistent
    1    492             +49%  consistent     consistent
    """
    figures = _figures(counts)
    is_claim = figures["published_change"].notna()
    rows = []
    if is_claim.any():
        pairs = _pairs(figures, is_claim)
        rows = [_row(pair) for pair in pairs]
    return _as_table(rows)


def _as_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    claims = pd.DataFrame(rows, columns=_COLUMNS)
    claims = claims.astype(_DTYPES)
    texts = [name for name in _COLUMNS if name not in _DTYPES]
    for name in texts:
        claims[name] = text_column(claims[name])
    # Counts print as counts if all are whole.
    value = claims["value"]
    # By an option of pandas, a number that is missing would be not a number instead.
    claims["value"] = value.convert_dtypes().mask(value.isna(), pd.NA)
    return claims


def _figures(counts: pd.DataFrame) -> pd.DataFrame:
    """Return figures with the ranges of both readings and all columns of claims."""
    figures = figures_of(counts)
    # Both readings have the same rows, and only their ranges differ.
    strict = figures_of(counts, reading="strict")
    ends = strict[["low", "high"]]
    figures[["strict_low", "strict_high"]] = ends
    for name in ("label", "published_change", "change_basis", "change_since"):
        if name not in figures:
            figures[name] = pd.NaT
    changes = figures["published_change"]
    texts = text_column(changes)
    return figures.assign(published_change=texts)


def _pairs(figures: pd.DataFrame, is_claim: pd.Series) -> Iterator[_Pair]:
    """Find the figure that each claim is measured from."""
    parts = [name for name in PARTS if name in figures]
    names = [*series_of(figures), *parts]
    figures = _with_notes(figures, names)
    is_preferred = _preferred(figures, is_claim)
    figures["preferred"] = is_preferred
    rows_of_others = _rows_by_period(figures[~is_preferred])
    preferred = preferred_figures(figures[is_preferred], names)
    rows = list(preferred.itertuples(index=False))
    claims = _with_places(figures[is_claim], preferred)
    claim: Any
    for claim in claims.itertuples(index=False):
        later = _with_figure(claim, rows[claim.place])
        change = _read(claim.published_change)
        series = rows[claim.first_place : claim.place]
        before = None
        others = []
        if claim.place_before != NO_PARTNER:
            before = rows[claim.place_before]
            others = rows_of_others[before.key]
        yield _Pair(later, before, change, others, series)


def _with_notes(figures: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Add how each figure is written, its period, and of what kind it is."""
    start = figures["period_start"]
    end = figures["period_end"]
    unit = figures["unit"]
    period = [*names, "period_start", "period_end"]
    periods = figures.groupby(period, dropna=False)
    # pandas 2 returns objects.
    is_share = unit.str.contains(_SHARES, case=False).astype(bool)
    is_unit_monthly = unit.map(is_per_month).astype(bool)
    is_change_monthly = figures["change_basis"] == "per_month"
    is_rounded = figures["rounded_to"].notna()
    fraction = figures["value"] % 1
    has_decimals = fraction > 0
    return figures.assign(
        printed=printed_column(figures),
        period_label=labels_of(figures),
        key=periods.ngroup(),
        months=length_in_months(start, end),
        is_share=is_share,
        # Money, shares and means need not be whole numbers.
        is_amount=is_share | is_rounded | has_decimals,
        # A change of monthly rates that are still to be worked out.
        is_monthly=is_change_monthly & ~is_unit_monthly,
    )


def _preferred(figures: pd.DataFrame, is_claim: pd.Series) -> pd.Series:
    """Return which figures are preferred: one for each period with a claim."""
    key = figures["key"]
    value = figures["value"]
    has_value = value.notna()
    is_known = has_value.groupby(key).transform("any")
    # A claim without its figure gives way to the row that has it.
    is_usable = has_value | ~is_known
    is_preferred = figures["preferred"] & is_usable
    marks = pd.DataFrame({"claim": is_claim, "preferred": is_preferred})
    has = marks.groupby(key).transform("any")
    # Where no source is preferred for the period of a claim, the first one is taken.
    is_open = has["claim"] & ~has["preferred"]
    candidates = key[is_open & is_usable]
    first = candidates.drop_duplicates()
    is_preferred[first.index] = True
    return is_preferred


def _rows_by_period(figures: pd.DataFrame) -> dict[int, list[Any]]:
    rows = defaultdict(list)
    has_value = figures["value"].notna()
    known = figures[has_value]
    row: Any
    for row in known.itertuples(index=False):
        rows[row.key].append(row)
    return rows


def _with_places(claims: pd.DataFrame, preferred: pd.DataFrame) -> pd.DataFrame:
    """Add the places of three figures: of the claim, before it, first of its series."""
    # The claim may stand in another source than the figure that is preferred.
    keys = pd.Index(preferred["key"])
    place = keys.get_indexer(claims["key"])
    chains = preferred["chain"].to_numpy()
    chain = chains[place]
    partner = find_partners(preferred, chains)["partner"].to_numpy()
    day = claims["change_since"]
    since = pd.DataFrame({"chain": chain, "period_end": day})
    place_before = _places_on(since, preferred, partner[place])
    first_place = chains.searchsorted(chain)
    return claims.assign(
        place=place,
        place_before=place_before,
        first_place=first_place,
    )


def _places_on(
    days: pd.DataFrame, preferred: pd.DataFrame, partner: np.ndarray
) -> np.ndarray:
    """Return the places of the figures of some days; without a day, of the partner."""
    is_named = days["period_end"].notna()
    if not is_named.any():
        return partner
    keys = list(days)
    ends = preferred[keys].reset_index(names="place")
    # Of several periods that end on that day, the shortest is the last one here.
    ends = ends.drop_duplicates(keys, keep="last")
    named = days.merge(ends, on=keys, how="left")["place"]
    named = named.fillna(NO_PARTNER).astype(int)
    return np.where(is_named, named, partner)


def _with_figure(claim: Any, figure: Any) -> Any:
    """Give a claim that comes without its figure the one of another row."""
    if pd.notna(claim.value):
        return claim
    cells = {name: getattr(figure, name) for name in _OF_FIGURE}
    return claim._replace(**cells)


def _read(change: str, reading: str = "usual") -> Claim:
    try:
        return read_claim(change, reading=reading)
    except DataError:
        return _UNREADABLE


def _row(pair: _Pair) -> dict[str, Any]:
    """Return the verdict on a claim and its reasons: a row of the result."""
    later, before = pair.later, pair.before
    verdict, verdict_strict = verdicts = _verdicts(pair)
    implied = _implied(pair, ANYTHING)
    row = {name: getattr(later, name) for name in _LATER}
    row |= {
        "implied_low": implied.low,
        "implied_high": implied.high,
        "verdict": verdict,
        "verdict_strict": verdict_strict,
        "sentence": " ".join(_sentences(pair, verdicts, implied)),
        "source_id": later.source_id,
    }
    if before is not None:
        row |= {
            "previous_value": before.value,
            "previous_low": before.low,
            "previous_high": before.high,
            "previous_source_id": before.source_id,
        }
    return row


def _verdicts(pair: _Pair) -> tuple[str, str]:
    """Return the verdicts in the usual and in the strict reading."""
    usual = _is_possible(pair)
    strict = _is_possible(_by_words_alone(pair))
    # Only words alone can contradict: the usual reading is a habit with exceptions.
    by_strict = {True: "consistent", False: "contradicts", None: _UNKNOWN}[strict]
    if usual is None:
        return _UNKNOWN, by_strict
    if strict is False:
        return by_strict, by_strict
    return ("consistent" if usual else "unlikely"), by_strict


def _by_words_alone(pair: _Pair) -> _Pair:
    """Return a pair in the strict reading."""
    claim = _read(pair.later.published_change, "strict")
    later = _strict(pair.later)
    before, series = pair.before, pair.series
    if before is not None:
        before = _strict(before)
    if claim.kind == "record":
        series = [_strict(row) for row in series]
    return pair._replace(later=later, before=before, claim=claim, series=series)


def _strict(figure: Any) -> Any:
    return figure._replace(low=figure.strict_low, high=figure.strict_high)


def _is_possible(pair: _Pair) -> bool | None:
    """Tell whether a claim is possible; None if that cannot be checked."""
    later, before = pair.later, pair.before
    if pd.isna(later.value):
        return None
    if pair.claim.kind == "record":
        earlier, higher = _earlier(pair)
        return not higher if earlier else None
    if before is None or pd.isna(before.value):
        return None
    if _obstacle(pair):
        return None
    published = _range(before)
    implied = _implied(pair, published)
    return not implied.empty


def _earlier(pair: _Pair) -> tuple[list[Any], list[Any]]:
    """Return the earlier figures of a series, and those that are surely higher.

    Those of longer periods are left out: two years have more than one.
    """
    later = pair.later
    earlier = [
        row
        for row in pair.series
        if row.period_end < later.period_end and not _is_longer(row, later)
    ]
    higher = [row for row in earlier if row.low > later.high]
    return earlier, higher


def _is_longer(figure: Any, later: Any) -> bool:
    """Tell whether a flow covers a longer period than the later one."""
    # A length that is not known is not longer.
    longest = _LONGER * later.months
    return bool(later.measure == "flow" and figure.months > longest)


def _range(figure: Any) -> Bounds:
    return Bounds(figure.low, figure.high)


def _obstacle(pair: _Pair) -> str:
    """Say why a claim implies nothing of the figure before; empty if it does."""
    later, before, claim, *_ = pair
    if claim.kind == "unreadable":
        return "the change cannot be read"
    if claim.kind == "record":
        return "a record implies no figure before"
    if pd.isna(later.value):
        return "the figure is not known"
    if claim.kind in _IN_PERCENT:
        # No factor leads to a negative figure or from it.
        if later.low < 0 or (before is not None and before.low < 0):
            return "a figure is negative, so there is no percent change"
        if later.is_monthly and not _has_lengths(later, before):
            return "the lengths of the periods are not known well enough"
        return ""
    if claim.kind == "points" and not later.is_share:
        return "percentage points are changes of shares"
    if later.is_monthly:
        return "a difference per month may be rounded in any way"
    if _is_other_unit(claim.unit, later):
        return f"the change is one of {claim.unit}, and the figure of {later.unit}"
    return ""


def _is_other_unit(unit: str, figure: Any) -> bool:
    """Tell whether the unit of a difference is clearly not that of a figure."""
    if not unit or not figure.unit:
        return False
    words = unit.split()
    name = f"{figure.unit} {figure.indicator}".lower()
    known = name.replace("_", " ").split()
    if not set(known).isdisjoint(words):
        return False
    # Missions may be "misiones", and are not sessions.
    similar = [get_close_matches(word, known, cutoff=0.8) for word in words]
    return not any(similar)


def _implied(pair: _Pair, published: Bounds) -> Bounds:
    """Return the part of a published range that a claim allows before."""
    if _obstacle(pair):
        return NOTHING
    kind, change, before, after, _ = pair.claim
    if kind in _IN_PERCENT:
        return _implied_by_growth(pair, published)
    later = _range(pair.later)
    if before is None or after is None:
        return range_before_difference(later, change, published)
    # Of levels, both have to fit.
    if common_range(later, after).empty:
        return NOTHING
    return common_range(published, before)


def _implied_by_growth(pair: _Pair, published: Bounds) -> Bounds:
    later, before, claim, *_ = pair
    growth = claim.change
    factors = factors_of(growth)
    if later.is_monthly:
        lengths = _lengths(later, before)
        factors = factors_of(growth, lengths)
    is_amount = later.is_amount
    if before is not None:
        is_amount |= before.is_amount
    range_before = amounts_before if is_amount else counts_before
    ends = _range(later)
    return range_before(ends, factors, published)


def _has_lengths(later: Any, before: Any) -> bool:
    """Tell whether the lengths of both periods are known."""
    return before is not None and later.months > 0 and before.months > 0


def _lengths(later: Any, before: Any) -> tuple[Fraction, Fraction]:
    """Return the least and greatest length of the later period over the earlier."""
    shortest, longest = _months(later)
    shortest_before, longest_before = _months(before)
    return shortest / longest_before, longest / shortest_before


def _months(figure: Any) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest length of a period in months."""
    # Floats would move the ends of ranges. A month of 30.4375 days is 487/16 of a day.
    months = Fraction(figure.months).limit_denominator(487)
    days = Fraction(figure.days)
    tolerance = Fraction(str(figure.period_tolerance))
    share = tolerance / days
    return months * (1 - share), months * (1 + share)


def _sentences(
    pair: _Pair, verdicts: tuple[str, str], implied: Bounds
) -> Iterator[str]:
    """Say what a claim implies, what was published, and whether they agree."""
    later, before, claim, *_ = pair
    change = later.published_change
    if pd.isna(later.value):
        yield f"{change} for {later.period_label} comes without the figure, which no row has."
        return
    number = f"{later.printed} {later.unit}".strip()
    claimed = f"{change} on {number} ({later.period_label})"
    if claim.kind == "record":
        yield f"{claimed[0].upper()}{claimed[1:]}:"
        yield _on_record(pair)
        return
    if later.is_monthly:
        claimed += " per month"
    means = "" if implied.empty else f" means {format_range(*implied)}"
    if before is None:
        when = "a year before" if pd.isna(later.change_since) else "before"
        means = means and f"{means} {when}"
        means += "; the figure that it is measured from is not in the table"
        yield f"{claimed}{means}."
    elif verdicts[0] == _UNKNOWN:
        yield f"{claimed}, after {before.printed} ({before.period_label}): {_why(pair)}."
    else:
        means = means and f"{means} before ({before.period_label})"
        yield f"{claimed}{means}; {_comparison(pair, implied)}"
        yield from _remarks(pair, verdicts)


def _why(pair: _Pair) -> str:
    """Say why a claim cannot be checked although both figures are there."""
    is_read = pair.claim.kind != "unreadable"
    if is_read and pd.isna(pair.before.value):
        return "the figure before is not known"
    return _obstacle(pair)


def _comparison(pair: _Pair, implied: Bounds) -> str:
    """Say what was published, and whether it fits."""
    before = pair.before
    published = _range(before)
    read = format_range(*published)
    is_one_number = published.low == published.high
    text = f"{before.printed} ({read}) was published"
    if is_one_number:
        text = f"{before.printed} was published"
    if implied.empty:
        text += f" for {before.period_label}"
    left = _implied(pair, published)
    if left.empty:
        remedy = _what_would_fit(pair, implied)
        return f"{text}, which does not fit.{remedy}"
    if left == published:
        return f"{text}, which fits."
    return f"{text}, which leaves {format_range(*left)}."


def _on_record(pair: _Pair) -> str:
    earlier, higher = _earlier(pair)
    if not earlier:
        return "no earlier figure is in the table."
    if not higher:
        return "no earlier figure in the table is surely higher."
    first = higher[0]
    return f"{first.period_label} had {first.printed}, counted in the same way."


def _what_would_fit(pair: _Pair, implied: Bounds) -> str:
    """Say which figure before, or which length of period, would make a claim true."""
    if implied.empty or pair.claim.kind != "percent":
        return ""
    figures = f" It would fit if the figure before were {format_range(*implied)}"
    return f"{figures}{_length_that_would_fit(pair)}."


def _length_that_would_fit(pair: _Pair) -> str:
    """Name the lengths of the later period for which its monthly rate would fit."""
    later, before, claim, *_ = pair
    factors = factors_of(claim.change)
    least = before.low * factors.low
    greatest = before.high * factors.high
    is_bounded = least > 0 and max(greatest, later.high) < math.inf
    if not (later.is_monthly and is_bounded):
        return ""
    shortest = later.low / greatest * before.months
    longest = later.high / least * before.months
    lengths = f"{shortest:.1f} to {longest:.1f} months"
    return f", or if the period had lasted {lengths} instead of {later.months:.1f}"


def _remarks(pair: _Pair, verdicts: tuple[str, str]) -> Iterator[str]:
    """Add what limits a verdict, and whether figures of other sources fit."""
    later, before = pair.later, pair.before
    usual, strict = verdicts
    if usual == "unlikely" and strict == "consistent":
        yield "By the words alone, it is possible."
    elif strict == _UNKNOWN:
        yield "Without a number, it has no strict reading."
    days = max(later.period_tolerance, before.period_tolerance)
    if later.is_monthly and days > 0:
        yield f"The lengths of the periods are inferred, to about {days:g} days."
    for other in pair.others:
        implied = _implied(pair, _range(other))
        verb = "does not fit" if implied.empty else "fits as well"
        yield f"The {other.printed} of {other.source_id} {verb}."
