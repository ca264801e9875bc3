"""Check published changes against the published figures."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.changes.comparability import labels_of, preferred_figures, series_of
from cbcstats.changes.implied import (
    ANYTHING,
    NOTHING,
    amounts_before,
    common_range,
    counts_before,
    factors_of,
)
from cbcstats.changes.partners import NO_PARTNER, find_partners
from cbcstats.counts.changes_in_words import exact, read_claim
from cbcstats.counts.figures import figures_of
from cbcstats.counts.formats import (
    PARTS,
    format_range,
    is_per_month,
    printed_column,
)
from cbcstats.counts.periods import DAYS_PER_MONTH
from cbcstats.counts.readings import READINGS, Bounds
from cbcstats.errors import DataError
from cbcstats.files.cells import whole_if_possible
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cbcstats.counts.changes_in_words import Claim

_UNKNOWN: Final = "cannot be checked"
# Columns of the later figure in the result, and those of numbers.
_LATER: Final = [
    "indicator",
    "scope",
    "period_start",
    "period_end",
    "value",
    "qualifier",
    "published_change",
    "change_basis",
]
_NUMBERS: Final = [
    "previous_value",
    "previous_low",
    "previous_high",
    "implied_low",
    "implied_high",
]
_TEXTS: Final = [
    "verdict",
    "verdict_strict",
    "sentence",
    "source_id",
    "previous_source_id",
]


class _Pair(NamedTuple):
    """A figure with a claim, and the figure that the claim is measured from."""

    later: Any  # a row, as `itertuples` gives it
    before: Any  # a row, or None
    claims: dict[str, Claim | None]  # by reading; None where it cannot be read
    others: list[Any]  # rows of other sources for the period before
    preferred: pd.DataFrame  # all figures, among which a record is the highest


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
    >>> checked = check_claims(load_counts("missions"))
    >>> checked[["value", "published_change", "verdict", "verdict_strict"]]
       value published_change     verdict verdict_strict
    0    330             +20%  consistent     consistent
    1    492             +49%  consistent     consistent
    """
    figures = figures_of(counts)
    strict = figures_of(counts, reading="strict")
    figures["strict_low"] = strict["low"]
    figures["strict_high"] = strict["high"]
    changes = figures.get("published_change")
    figures["published_change"] = text_column(changes, figures.index)
    is_claim = figures["published_change"].notna()
    pairs = _pairs(figures, is_claim) if is_claim.any() else []
    rows = [_verdict_row(pair) for pair in pairs]
    columns = [*_LATER, *_NUMBERS, *_TEXTS]
    claims = pd.DataFrame(rows, columns=columns)
    return _with_dtypes(claims)


def _with_dtypes(claims: pd.DataFrame) -> pd.DataFrame:
    for name in ("period_start", "period_end"):
        claims[name] = claims[name].astype("datetime64[us]")
    for name in _NUMBERS:
        claims[name] = claims[name].astype("float64")
    texts = [
        name for name in _LATER if name not in ("period_start", "period_end", "value")
    ]
    for name in (*texts, *_TEXTS):
        claims[name] = text_column(claims[name])
    # pandas may keep NaN apart from a missing value.
    values = claims["value"].astype("object")
    values = values.mask(values.isna(), pd.NA).astype("Float64")
    return claims.assign(value=whole_if_possible(values))


def _pairs(figures: pd.DataFrame, is_claim: pd.Series) -> Iterator[_Pair]:
    """Find the figure that each claim is measured from."""
    parts = [name for name in PARTS if name in figures]
    names = series_of(figures) + parts
    period = [*names, "period_start", "period_end"]
    figures = figures.assign(
        printed=printed_column(figures),
        label=labels_of(figures),
        key=figures.groupby(period, dropna=False).ngroup(),
    )
    usable, is_chosen = _usable_figures(figures, is_claim)
    preferred = preferred_figures(usable, names)
    # The claim may stand in another source than the figure that is preferred.
    places = pd.Series(preferred.index, preferred["key"])
    claims = figures[is_claim]
    place = claims["key"].map(places).to_numpy(int)
    before = _since(claims, place, preferred)
    rows = list(preferred.itertuples(index=False))
    others: dict[Any, list[Any]] = {}
    is_other = ~figures["preferred"] & ~is_chosen
    for row in figures[is_other].itertuples(index=False):
        others.setdefault(row.key, []).append(row)
    claim_rows: Iterator[Any] = claims.itertuples(index=False)
    for claim, at, at_before in zip(claim_rows, place, before, strict=True):
        later = claim if pd.notna(claim.value) else _with_figure(claim, rows[at])
        claims_read = {reading: _read(claim, reading) for reading in READINGS}
        if at_before == NO_PARTNER:
            yield _Pair(later, None, claims_read, [], preferred)
        else:
            previous = rows[at_before]
            others_before = others.get(previous.key, [])
            yield _Pair(later, previous, claims_read, others_before, preferred)


def _usable_figures(
    figures: pd.DataFrame, is_claim: pd.Series
) -> tuple[pd.DataFrame, pd.Series]:
    """Return figures with one preferred for each claim, and which were chosen for it."""
    key = figures["key"]
    # A claim without its figure gives way to the row that has it.
    has_value = figures["value"].notna()
    is_known = has_value.groupby(key).transform("any")
    is_usable = has_value | ~is_known
    is_preferred = figures["preferred"] & is_usable
    # Where no source is preferred for the period of a claim, the first one is taken.
    has_claim = is_claim.groupby(key).transform("any")
    has_preferred = is_preferred.groupby(key).transform("any")
    candidates = key[is_usable & has_claim & ~has_preferred]
    is_chosen = figures.index.isin(candidates.drop_duplicates().index)
    usable = figures.assign(preferred=is_preferred | is_chosen)[is_usable]
    return usable, pd.Series(is_chosen, figures.index)


def _since(
    claims: pd.DataFrame, place: np.ndarray, preferred: pd.DataFrame
) -> np.ndarray:
    """Return the place of the figure before: of the day of `change_since`, or a year."""
    chain = preferred["chain"].to_numpy()
    partner: np.ndarray = find_partners(preferred, chain).partner[place]
    if "change_since" not in claims:
        return partner
    keys = ["chain", "period_end"]
    ends = preferred[keys].reset_index(names="place")
    # Of several periods that end on that day, the shortest is the last one here.
    ends = ends.drop_duplicates(keys, keep="last")
    since = claims["change_since"]
    wanted = pd.DataFrame({"chain": chain[place], "period_end": since})
    named = wanted.merge(ends, on=keys, how="left")["place"]
    named = named.fillna(NO_PARTNER).astype(int)
    return np.where(since.notna(), named, partner)


def _with_figure(claim: Any, figure: Any) -> Any:
    """Give a claim that comes without its figure the one of another row."""
    names = ("value", "low", "high", "strict_low", "strict_high", "printed")
    more = (*names, "qualifier", "rounded_to")
    return claim._replace(**{name: getattr(figure, name) for name in more})


def _read(figure: Any, reading: str) -> Claim | None:
    try:
        return read_claim(figure.published_change, reading=reading)
    except DataError:
        return None


def _verdict_row(pair: _Pair) -> dict[str, Any]:
    later, before = pair.later, pair.before
    verdict, verdict_strict = verdicts = _verdicts(pair)
    implied = _implied(pair, "usual", ANYTHING) or NOTHING
    row = {name: getattr(later, name, None) for name in _LATER}
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
    usual, strict = (_is_possible(pair, reading) for reading in READINGS)
    by_strict = {True: "consistent", False: "contradicts", None: _UNKNOWN}[strict]
    if usual is None:
        return _UNKNOWN, by_strict
    if strict is False:
        return by_strict, by_strict
    return ("consistent" if usual else "unlikely"), by_strict


def _is_possible(pair: _Pair, reading: str) -> bool | None:
    """Tell whether a claim is possible in a reading; None if that cannot be checked."""
    claim = pair.claims[reading]
    if claim is None or pd.isna(pair.later.value):
        return None
    if claim.kind == "record":
        earlier, higher = _earlier(pair)
        return None if earlier.empty else higher.empty
    if pair.before is None or pd.isna(pair.before.value):
        return None
    implied = _implied(pair, reading, _range(pair.before, reading))
    return None if implied is None else not implied.empty


def _earlier(pair: _Pair) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the earlier figures of a series, and those that are surely higher."""
    later, figures = pair.later, pair.preferred
    is_later = figures["key"] == later.key
    [chain] = figures["chain"][is_later]
    is_earlier = figures["period_end"] < later.period_end
    is_earlier &= figures["chain"] == chain
    earlier = figures[is_earlier]
    is_higher = earlier["low"] > later.high
    return earlier, earlier[is_higher]


def _range(figure: Any, reading: str = "usual") -> Bounds:
    if reading == "strict":
        return Bounds(figure.strict_low, figure.strict_high)
    return Bounds(figure.low, figure.high)


def _implied(pair: _Pair, reading: str, published: Bounds) -> Bounds | None:
    """Return the part of a published range that a claim allows for the figure before.

    None if the claim is of another kind, or lengths of periods are not known.
    """
    claim = pair.claims[reading]
    if claim is None or claim.kind == "record" or pd.isna(pair.later.value):
        return None
    later = _range(pair.later, reading)
    is_monthly = _is_monthly(pair.later)
    if claim.kind in ("percent", "ratio", "direction"):
        if _is_negative(pair):
            return None
        lengths = _lengths(pair) if is_monthly else (Fraction(1), Fraction(1))
        if lengths is None:
            return None
        factors = factors_of(claim.change, lengths)
        is_amount = _is_amount(pair.later) or _is_amount(pair.before)
        before = amounts_before if is_amount else counts_before
        return before(later, factors, published)
    # Monthly rates are printed as rounded as one likes.
    if is_monthly or (claim.kind == "points" and not _is_share(pair.later)):
        return None
    if claim.before is not None and claim.after is not None:
        is_after = not common_range(later, claim.after).empty
        return common_range(published, claim.before) if is_after else NOTHING
    low = exact(later.low) - claim.change.high
    high = exact(later.high) - claim.change.low
    return common_range(published, Bounds(float(low), float(high)))


def _is_negative(pair: _Pair) -> bool:
    """Tell whether a figure is below 0, so that no factor leads to it or from it."""
    before = pair.before
    return pair.later.low < 0 or (before is not None and before.low < 0)


def _is_amount(figure: Any) -> bool:
    """Tell whether a figure is money, a share or a mean, which need not be whole."""
    if figure is None or pd.isna(figure.value):
        return False
    has_decimals = figure.value % 1 > 0
    is_rounded = has_decimals or pd.notna(figure.rounded_to)
    return is_rounded or _is_share(figure)


def _is_share(figure: Any) -> bool:
    unit = figure.unit.lower()
    words = ("percent", "per cent", "%", "share", "pour cent", "por ciento")
    return any(word in unit for word in words)


def _is_monthly(figure: Any) -> bool:
    """Tell whether a claim is one of monthly rates that are still to be worked out."""
    basis = getattr(figure, "change_basis", None)
    return basis == "per_month" and not is_per_month(figure.unit)


def _lengths(pair: _Pair) -> tuple[Fraction, Fraction] | None:
    """Return the least and greatest length of the later period over the earlier."""
    later, before = pair.later, pair.before
    if before is None or pd.isna(later.days) or pd.isna(before.days):
        return None
    ratio = _months(later) / _months(before)
    tolerance = _relative_tolerance(later)
    tolerance_before = _relative_tolerance(before)
    least = ratio * (1 - tolerance) / (1 + tolerance_before)
    greatest = ratio * (1 + tolerance) / (1 - tolerance_before)
    return least, greatest


def _relative_tolerance(figure: Any) -> Fraction:
    return Fraction(str(figure.period_tolerance)) / Fraction(figure.days)


def _months(figure: Any) -> Fraction:
    start, end = figure.period_start, figure.period_end
    if start.day == 1 and end.is_month_end:
        years = end.year - start.year
        months = end.month - start.month + 1
        return Fraction(12 * years + months)
    return Fraction(figure.days) / Fraction(DAYS_PER_MONTH)


def _sentences(
    pair: _Pair, verdicts: tuple[str, str], implied: Bounds
) -> Iterator[str]:
    """Say what a claim implies, what was published, and whether they agree."""
    later, before = pair.later, pair.before
    change = later.published_change
    if pd.isna(later.value):
        yield f"{change} for {later.label} comes without the figure, which no row has."
        return
    number = f"{later.printed} {later.unit}".strip()
    claimed = f"{change} on {number} ({later.label})"
    claim = pair.claims["usual"]
    if claim is not None and claim.kind == "record":
        yield from _on_record(pair, claimed)
        return
    if _is_monthly(later):
        claimed += " per month"
    means = "" if implied.empty else f" means {_text(implied)}"
    if before is None:
        is_dated = pd.notna(getattr(later, "change_since", None))
        before_when = "before" if is_dated else "a year before"
        means = means and f"{means} {before_when}"
        yield f"{claimed}{means}; the figure that it is measured from is not in the table."
        return
    if verdicts[0] == _UNKNOWN:
        yield f"{claimed}, after {before.printed} ({before.label}): {_why(pair)}."
        return
    published = _range(before)
    read = "" if published.low == published.high else f" ({_text(published)})"
    claimed += f"{means} before ({before.label})" if means else ""
    text = f"{claimed}; {before.printed}{read} was published"
    if not means:
        text += f" for {before.label}"
    if verdicts[0] == "consistent":
        left = _implied(pair, "usual", published) or NOTHING
        fits = "which fits" if left == published else f"which leaves {_text(left)}"
        yield f"{text}, {fits}."
    else:
        yield f"{text}, which does not fit."
        yield from _what_would_fit(pair, implied)
    yield from _remarks(pair, verdicts)


def _why(pair: _Pair) -> str:
    """Say why a claim cannot be checked although both figures are there."""
    claim = pair.claims["usual"]
    if claim is None:
        return "the change cannot be read"
    if pd.isna(pair.before.value):
        return "the figure before is not known"
    if claim.kind == "points" and not _is_share(pair.later):
        return "percentage points are changes of shares"
    if _is_negative(pair):
        return "a figure is negative, so there is no percent change"
    return "the lengths of the periods are not known well enough"


def _on_record(pair: _Pair, claimed: str) -> Iterator[str]:
    yield f"{claimed[0].upper()}{claimed[1:]}:"
    earlier, higher = _earlier(pair)
    if earlier.empty:
        yield "no earlier figure is in the table."
    elif higher.empty:
        yield "no earlier figure in the table is surely higher."
    else:
        first = higher.iloc[0]
        yield f"{first['label']} had {first['printed']}, counted in the same way."


def _what_would_fit(pair: _Pair, implied: Bounds) -> Iterator[str]:
    """Say which figure before, or which length of period, would make a claim true."""
    claim = pair.claims["usual"]
    if implied.empty or claim is None or claim.kind != "percent":
        return
    would = f"It would fit if the figure before were {_text(implied)}"
    later, before, growth = pair.later, pair.before, claim.change
    highest = (growth.high, later.high, before.high)
    is_bounded = all(map(math.isfinite, highest))
    is_positive = growth.low > -100 and before.low > 0
    if _is_monthly(later) and is_bounded and is_positive:
        low = 1 + float(growth.low) / 100
        high = 1 + float(growth.high) / 100
        months = float(_months(later))
        months_before = float(_months(before))
        shortest = later.low * months_before / (before.high * high)
        longest = later.high * months_before / (before.low * low)
        would += f", or if the period had lasted {shortest:.1f} to {longest:.1f} "
        would += f"months instead of {months:.1f}"
    yield f"{would}."


def _remarks(pair: _Pair, verdicts: tuple[str, str]) -> Iterator[str]:
    """Add what limits a verdict, and whether figures of other sources fit."""
    usual, strict = verdicts
    if usual == "unlikely" and strict == "consistent":
        yield "By the words alone, it is possible."
    elif strict == _UNKNOWN:
        yield "Without a number, it has no strict reading."
    if _is_monthly(pair.later):
        tolerance = max(pair.later.period_tolerance, pair.before.period_tolerance)
        if tolerance:
            yield f"The lengths of the periods are inferred, to about {tolerance:g} days."
    for other in pair.others:
        implied = _implied(pair, "usual", _range(other)) or NOTHING
        verb = "does not fit" if implied.empty else "fits as well"
        yield f"The {other.printed} of {other.source_id} {verb}."


def _text(bounds: Bounds) -> str:
    return format_range(bounds.low, bounds.high)
