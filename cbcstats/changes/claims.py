"""Check published changes against the published figures."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.changes.comparability import labels_of, preferred_figures
from cbcstats.changes.implied import (
    ANYTHING,
    NOTHING,
    amounts_before,
    counts_before,
    exact,
    factors_of,
)
from cbcstats.changes.partners import NO_PARTNER, find_partners
from cbcstats.counts.changes_in_words import read_claim
from cbcstats.counts.columns import CHAIN, PARTS
from cbcstats.counts.figures import figures_of
from cbcstats.counts.formats import format_range, is_per_month, printed_column
from cbcstats.counts.periods import is_whole_months
from cbcstats.counts.readings import Bounds
from cbcstats.errors import DataError
from cbcstats.files.cells import whole_if_possible
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cbcstats.counts.changes_in_words import Claim

_READINGS: Final = ("usual", "strict")
_UNKNOWN: Final = "cannot be checked"
_DAYS_PER_MONTH: Final = Fraction("30.4375")
_PERIOD: Final = ["chain", "period_start", "period_end"]


class _Pair(NamedTuple):
    """A figure with a claim, and the figure that the claim is measured from."""

    later: Any  # a row, as `itertuples` gives it
    before: Any  # a row, or None
    claims: dict[str, Claim | None]  # by reading; None where it cannot be read
    others: list[Any]  # rows of other sources for the period before
    higher: Any  # the row of an earlier figure that is surely higher, or None
    has_earlier: bool


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
        One row per claim, in the order of the table, with the columns of `Claims`:
        `indicator`, `scope`, `period_start`, `period_end`, `value`, `qualifier`,
        `published_change`, `change_basis`; `previous_value`, `previous_low`,
        `previous_high` as published, in the usual reading; `implied_low`,
        `implied_high`: the range that the claim implies for the figure before;
        `verdict` and `verdict_strict`; `sentence`; `source_id`, `previous_source_id`.

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
    >>> found = check_claims(load_counts("missions"))
    >>> found[["value", "published_change", "verdict", "verdict_strict"]]
       value published_change     verdict verdict_strict
    0    330             +20%  consistent     consistent
    1    492             +49%  consistent     consistent
    """
    figures = figures_of(counts)
    strict = figures_of(counts, reading="strict")
    figures = figures.assign(strict_low=strict["low"], strict_high=strict["high"])
    claims = figures.get("published_change")
    figures["published_change"] = text_column(claims, figures.index)
    is_claim = figures["published_change"].notna()
    pairs = _pairs(figures, is_claim) if is_claim.any() else []
    found = [_checked(pair) for pair in pairs]
    return _typed(pd.DataFrame(found, columns=_COLUMNS))


_COLUMNS: Final = [
    "indicator",
    "scope",
    "period_start",
    "period_end",
    "value",
    "qualifier",
    "published_change",
    "change_basis",
    "previous_value",
    "previous_low",
    "previous_high",
    "implied_low",
    "implied_high",
    "verdict",
    "verdict_strict",
    "sentence",
    "source_id",
    "previous_source_id",
]


def _typed(found: pd.DataFrame) -> pd.DataFrame:
    for name in ("period_start", "period_end"):
        found[name] = found[name].astype("datetime64[us]")
    numbers = ["previous_value", "previous_low", "previous_high"]
    numbers += ["implied_low", "implied_high"]
    texts = [name for name in _COLUMNS if name not in (*numbers, "value")]
    for name in texts[:2] + texts[4:]:
        found[name] = text_column(found[name])
    values = found["value"].astype("Float64")
    return found.astype(dict.fromkeys(numbers, "float64")).assign(
        value=whole_if_possible(values)
    )


def _pairs(figures: pd.DataFrame, is_claim: pd.Series) -> Iterator[_Pair]:
    """Find the figure that each claim is measured from."""
    parts = [name for name in PARTS if name in figures]
    names = [name for name in CHAIN if name in figures] + parts
    figures = figures.assign(
        row=range(len(figures)),
        printed=printed_column(figures),
        label=labels_of(figures),
        whole_months=is_whole_months(figures["period_start"], figures["period_end"]),
    )
    figures["chain"] = figures.groupby(names, sort=False, dropna=False).ngroup()
    preferred = preferred_figures(_with_values(figures), names)
    # The claim may stand in another source than the figure that is preferred.
    places = preferred[[*names, "period_start", "period_end"]].reset_index()
    claims = figures[is_claim].merge(
        places, on=[*names, "period_start", "period_end"], how="left"
    )
    is_alone = claims["index"].isna()
    if is_alone.any():
        first = claims[is_alone].iloc[0]
        raise DataError(
            f"{first['indicator']} has no preferred figure for {first['label']}, "
            f"where {first['published_change']} is claimed; mark one as preferred"
        )
    place = claims["index"].to_numpy(int)
    partner = find_partners(preferred, preferred["chain"].to_numpy()).partner
    before = _since(claims, preferred, partner[place])
    rows = list(preferred.itertuples(index=False))
    others = _others(figures)
    by_chain = dict(list(preferred.groupby("chain")))
    for claim, at, found in zip(
        claims.itertuples(index=False), place, before, strict=True
    ):
        later = claim if pd.notna(claim.value) else _with_figure(claim, rows[at])
        previous = None if found == NO_PARTNER else rows[found]
        claims_read = {reading: _read(claim, reading) for reading in _READINGS}
        yield _Pair(
            later,
            previous,
            claims_read,
            [] if previous is None else others.get(_period(previous), []),
            *_earlier(later, claims_read["usual"], by_chain[rows[at].chain]),
        )


def _with_values(figures: pd.DataFrame) -> pd.DataFrame:
    """Leave out claims without their figure where another row has it."""
    has_value = figures["value"].notna()
    known = has_value.groupby(
        [figures[name] for name in _PERIOD], dropna=False
    ).transform("any")
    return figures[has_value | ~known].drop(columns="chain")


def _since(
    claims: pd.DataFrame, preferred: pd.DataFrame, partner: np.ndarray
) -> np.ndarray:
    """Take the figure of the day that `change_since` names, where it does."""
    if "change_since" not in claims:
        return partner
    chain = preferred["chain"].to_numpy()[claims["index"].to_numpy(int)]
    wanted = pd.DataFrame({"chain": chain, "period_end": claims["change_since"]})
    ends = preferred[["chain", "period_end"]].reset_index(names="place")
    # Of several periods that end on that day, the shortest is the last one here.
    ends = ends.drop_duplicates(["chain", "period_end"], keep="last")
    found = wanted.merge(ends, on=["chain", "period_end"], how="left")["place"]
    is_named = claims["change_since"].notna()
    named = found.fillna(NO_PARTNER).astype(int)
    return np.where(is_named, named, partner)


def _others(figures: pd.DataFrame) -> dict[Any, list[Any]]:
    """Return the figures that are not preferred, by their period."""
    others: dict[Any, list[Any]] = {}
    for row in figures[~figures["preferred"]].itertuples(index=False):
        others.setdefault(_period(row), []).append(row)
    return others


def _period(figure: Any) -> tuple[Any, ...]:
    parts = [getattr(figure, name, None) for name in (*CHAIN, *PARTS)]
    start = None if pd.isna(figure.period_start) else figure.period_start
    return (*map(str, parts), start, figure.period_end)


def _with_figure(claim: Any, figure: Any) -> Any:
    """Give a claim that comes without its figure the one of another row."""
    names = ("value", "low", "high", "strict_low", "strict_high", "printed")
    more = (*names, "qualifier", "rounded_to")
    return claim._replace(**{name: getattr(figure, name) for name in more})


def _earlier(later: Any, claim: Claim | None, series: pd.DataFrame) -> tuple[Any, bool]:
    """Return an earlier figure that is higher than a record, and whether any is there."""
    if claim is None or claim.kind != "record":
        return None, False
    earlier = series[series["period_end"] < later.period_end]
    higher = earlier[earlier["low"] > later.high]
    first = next(higher.itertuples(index=False), None)
    return first, len(earlier) > 0


def _read(figure: Any, reading: str) -> Claim | None:
    try:
        return read_claim(figure.published_change, reading=reading)
    except DataError:
        return None


def _checked(pair: _Pair) -> dict[str, Any]:
    """Return the row of a claim."""
    later, before = pair.later, pair.before
    verdicts = _verdicts(pair)
    implied = _implied(pair, "usual", ANYTHING) or NOTHING
    row = {name: getattr(later, name, None) for name in _COLUMNS[:8]}
    known = before is not None
    return row | {
        "previous_value": before.value if known else math.nan,
        "previous_low": before.low if known else math.nan,
        "previous_high": before.high if known else math.nan,
        "implied_low": implied.low,
        "implied_high": implied.high,
        "verdict": verdicts[0],
        "verdict_strict": verdicts[1],
        "sentence": " ".join(_sentences(pair, verdicts, implied)),
        "source_id": later.source_id,
        "previous_source_id": before.source_id if known else None,
    }


def _verdicts(pair: _Pair) -> tuple[str, str]:
    usual, strict = (_is_possible(pair, reading) for reading in _READINGS)
    by_strict = {True: "consistent", False: "contradicts", None: _UNKNOWN}[strict]
    if usual is None:
        return _UNKNOWN, by_strict
    if strict is False:
        return "contradicts", by_strict
    return ("consistent" if usual else "unlikely"), by_strict


def _is_possible(pair: _Pair, reading: str) -> bool | None:
    """Tell whether a claim is possible in a reading; None if that cannot be checked."""
    claim = pair.claims[reading]
    if claim is None or pd.isna(pair.later.value):
        return None
    if claim.kind == "record":
        # A record stands unless an earlier figure is surely higher.
        return pair.higher is None if pair.has_earlier else None
    if pair.before is None or pd.isna(pair.before.value):
        return None
    implied = _implied(pair, reading, _range(pair.before, reading))
    return None if implied is None else not implied.empty


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
    if claim.kind == "levels":
        fits = not _common(later, claim.after).empty
        return _common(published, claim.before) if fits else NOTHING
    low = float(exact(later.low) - claim.change.high)
    high = float(exact(later.high) - claim.change.low)
    return _common(published, Bounds(low, high))


def _is_negative(pair: _Pair) -> bool:
    """Tell whether a figure is below 0, so that no factor leads to it or from it."""
    return pair.later.low < 0 or (pair.before is not None and pair.before.low < 0)


def _common(first: Bounds, second: Bounds | None) -> Bounds:
    """Return the range that two ranges have in common."""
    if second is None:
        return NOTHING
    low, high = max(first.low, second.low), min(first.high, second.high)
    return Bounds(low, high) if low <= high else NOTHING


def _is_amount(figure: Any) -> bool:
    """Tell whether a figure is money, a share or a mean, which need not be whole."""
    if figure is None or pd.isna(figure.value):
        return False
    return bool(pd.notna(figure.rounded_to) or figure.value % 1 or _is_share(figure))


def _is_share(figure: Any) -> bool:
    unit = figure.unit.lower()
    words = ("percent", "per cent", "%", "share", "pour cent", "por ciento")
    return figure.measure == "share" or any(word in unit for word in words)


def _is_monthly(figure: Any) -> bool:
    """Tell whether a claim is one of monthly rates that are still to be worked out."""
    basis = getattr(figure, "change_basis", None)
    return basis == "per_month" and not is_per_month(figure.unit)


def _lengths(pair: _Pair) -> tuple[Fraction, Fraction] | None:
    """Return the least and greatest length of the later period over the earlier."""
    if pair.before is None or pd.isna(pair.later.days) or pd.isna(pair.before.days):
        return None
    ratio = _months(pair.later) / _months(pair.before)
    doubt, doubt_before = (
        exact(figure.period_tolerance) / exact(figure.days)
        for figure in (pair.later, pair.before)
    )
    least = ratio * (1 - doubt) / (1 + doubt_before)
    return least, ratio * (1 + doubt) / (1 - doubt_before)


def _months(figure: Any) -> Fraction:
    start, end = figure.period_start, figure.period_end
    if figure.whole_months:
        return Fraction((end.year - start.year) * 12 + end.month - start.month + 1)
    return Fraction(int(figure.days)) / _DAYS_PER_MONTH


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
    if before is None:
        means = "" if implied.empty else f" means {_text(implied)} a year before"
        yield f"{claimed}{means}; the figure that it is measured from is not in the table."
        return
    if verdicts[0] == _UNKNOWN:
        yield f"{claimed}, after {before.printed} ({before.label}): {_why(pair)}."
        return
    means = "" if implied.empty else f" means {_text(implied)} before ({before.label})"
    published = _range(before)
    read = "" if published.low == published.high else f" ({_text(published)})"
    period = f" for {before.label}" if implied.empty else ""
    text = f"{claimed}{means}; {before.printed}{read} was published{period}"
    if verdicts[0] == "consistent":
        left = _implied(pair, "usual", published) or NOTHING
        fits = "which fits" if left == published else f"which leaves {_text(left)}"
        yield f"{text}, {fits}."
    else:
        yield f"{text}, which does not fit."
        yield from _what_would_fit(pair, implied)
    yield from _on_strict_reading(verdicts)
    yield from _on_lengths(pair)
    yield from _on_others(pair)


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
    if not pair.has_earlier:
        yield "no earlier figure is in the table."
    elif pair.higher is None:
        yield "no earlier figure in the table is surely higher."
    else:
        higher = pair.higher
        yield f"{higher.label} had {higher.printed}, counted in the same way."


def _what_would_fit(pair: _Pair, implied: Bounds) -> Iterator[str]:
    """Say which figure before, or which length of period, would make a claim true."""
    claim = pair.claims["usual"]
    if implied.empty or claim is None or claim.kind != "percent":
        return
    would = f"It would fit if the figure before were {_text(implied)}"
    growth = claim.change
    ends = (growth.low, growth.high, pair.later.high, pair.before.high)
    is_bounded = growth.low > -100 and all(map(math.isfinite, ends))
    if _is_monthly(pair.later) and is_bounded and pair.before.low > 0:
        low, high = (1 + float(end) / 100 for end in (growth.low, growth.high))
        months = float(_months(pair.before))
        shortest = pair.later.low * months / (pair.before.high * high)
        longest = pair.later.high * months / (pair.before.low * low)
        now = float(_months(pair.later))
        would += f", or if the period had lasted {shortest:.1f} to {longest:.1f} "
        would += f"months instead of {now:.1f}"
    yield f"{would}."


def _on_strict_reading(verdicts: tuple[str, str]) -> Iterator[str]:
    usual, strict = verdicts
    if usual == "unlikely" and strict == "consistent":
        yield "By the words alone, it is possible."
    elif strict == _UNKNOWN:
        yield "Without a number, it has no strict reading."


def _on_lengths(pair: _Pair) -> Iterator[str]:
    if not _is_monthly(pair.later):
        return
    tolerance = max(pair.later.period_tolerance, pair.before.period_tolerance)
    if tolerance:
        yield f"The lengths of the periods are inferred, to about {tolerance:g} days."


def _on_others(pair: _Pair) -> Iterator[str]:
    """Say whether figures of other sources for the period before fit the claim."""
    for other in pair.others:
        implied = _implied(pair, "usual", _range(other)) or NOTHING
        verb = "does not fit" if implied.empty else "fits as well"
        yield f"The {other.printed} of {other.source_id} {verb}."


def _text(bounds: Bounds) -> str:
    return format_range(bounds.low, bounds.high)
