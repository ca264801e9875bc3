"""Do published changes fit the published figures? A verdict on each claim, and what it rests on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.changes.claim_pairs import (
    RECORD,
    Pair,
    claim_text,
    growth_of,
    implied_by,
    is_by_month,
    pair_of,
)
from cbcstats.counts.changes_in_words import Growth
from cbcstats.counts.periods import DAYS_PER_MONTH, period_label
from cbcstats.counts.qualifiers import READINGS
from cbcstats.counts.ranges import DAYS, PRINTED, SERIES, figures_of, format_range, rows
from cbcstats.counts.readings import Bounds
from cbcstats.files.cells import whole_if_possible

if TYPE_CHECKING:
    from collections.abc import Iterable

CONSISTENT: Final = "consistent"
CONTRADICTS: Final = "contradicts"
UNKNOWN: Final = "cannot be checked"
_EVERYTHING: Final = Bounds(0, math.inf)


def check_claims(counts: pd.DataFrame) -> pd.DataFrame:
    """Check every published change of a table against the published figures.

    Parameters
    ----------
    counts : pandas.DataFrame
        Published counts, as `load_counts` returns them, with `published_change` and `change_basis`. A change is
        measured from the period that `change_since` ends, or from the one nearest to a year before, in the same
        indicator and scope, and the same part of a total where columns such as `wco_region` name parts. For flows of
        less than nine months that is the same part of the year before, as for `year_on_year`, or none.

    Returns
    -------
    pandas.DataFrame
        One row per claim, in the order of the table. Columns: `indicator`, `scope`, `period_start`, `period_end`,
        `value`, `qualifier`, `published_change`, `change_basis`; `previous_value`, `previous_low`, `previous_high` as
        published, in the usual reading; `implied_low`, `implied_high`: what the claim says that the count before was;
        `verdict` and `verdict_strict`, each `consistent`, `contradicts` or `cannot be checked`; `sentence`;
        `source_id`, `previous_source_id`.

    Raises
    ------
    ArgumentError
        If it is no frame, or a needed column is missing.
    DataError
        If a value is no count, or a change may be measured from several figures for one period.

    Notes
    -----
    A claim is consistent if some whole number in the published range of the count before would have given it, see
    `implied_previous`; `verdict` reads words in the usual way, `verdict_strict` strictly. A difference (`+14`), two
    levels (`from 57 to 74`) and a `record` are checked likewise. What is rounded (`rounded_to`) or has decimals need
    not be whole. A change in percent of the monthly rate (`per_month`) takes the lengths of the two periods into
    account.

    Examples
    --------
    >>> from cbcstats import check_claims, load_counts
    >>> found = check_claims(load_counts("missions"))
    >>> found[["value", "published_change", "verdict", "verdict_strict"]]
       value published_change      verdict verdict_strict
    0    330             +20%  contradicts     consistent
    1    492             +49%   consistent     consistent
    """
    readings = {reading: figures_of(counts, reading=reading) for reading in READINGS}
    claimed = readings["usual"]
    claimed = (
        claimed[claimed["published_change"].notna()]
        if "published_change" in claimed
        else claimed.head(0)
    )
    found = []
    for place in claimed.index:
        usual, strict = (pair_of(readings[reading], place) for reading in READINGS)
        verdicts = [_verdict(usual, "usual"), _verdict(strict, "strict")]
        implied = implied_by(usual, "usual", _EVERYTHING)
        later, before = usual.later, usual.previous
        known = before is not None
        found.append(
            {
                **{
                    name: getattr(later, name)
                    for name in (
                        *SERIES,
                        "period_start",
                        "period_end",
                        "value",
                        "qualifier",
                    )
                },
                "published_change": later.published_change,
                "change_basis": getattr(later, "change_basis", None),
                "previous_value": before.value if known else math.nan,
                "previous_low": before.low if known else math.nan,
                "previous_high": before.high if known else math.nan,
                "implied_low": implied.low,
                "implied_high": implied.high,
                "verdict": verdicts[0],
                "verdict_strict": verdicts[1],
                "sentence": _sentence(usual, verdicts, implied),
                "source_id": later.source_id,
                "previous_source_id": before.source_id if known else None,
            }
        )
    columns = [*SERIES, "period_start", "period_end", "value", "qualifier", "published_change", "change_basis",
               "previous_value", "previous_low", "previous_high", "implied_low", "implied_high", "verdict",
               "verdict_strict", "sentence", "source_id", "previous_source_id"]  # fmt: skip
    table = pd.DataFrame(found, columns=columns)
    unknown = table["value"].isna()
    values = (
        table["value"].astype("object").mask(unknown, pd.NA).astype("Float64")
    )  # a NaN stands for no value
    return table.assign(value=whole_if_possible(values))


def _verdict(pair: Pair, reading: str) -> str:
    if pd.isna(pair.later.value):
        return UNKNOWN
    if claim_text(pair) == RECORD:
        return _verdict_on_record(pair)
    if (
        pair.previous is None
        or pd.isna(pair.previous.value)
        or growth_of(pair, reading) is None
    ):
        return UNKNOWN
    published = Bounds(pair.previous.low, pair.previous.high)
    return CONTRADICTS if implied_by(pair, reading, published).empty else CONSISTENT


def _verdict_on_record(pair: Pair) -> str:
    """Let a record stand unless an earlier figure of the series is surely higher."""
    if not (pair.series["period_end"] < pair.later.period_end).any():
        return UNKNOWN
    return CONSISTENT if _surely_higher(pair).empty else CONTRADICTS


def _surely_higher(pair: Pair) -> pd.DataFrame:
    earlier = pair.series["period_end"] < pair.later.period_end
    higher: pd.DataFrame = pair.series[earlier & (pair.series["low"] > pair.later.high)]
    return higher


def _sentence(pair: Pair, verdicts: list[str], implied: Bounds) -> str:
    later = pair.later
    said = f"{later.published_change} on {getattr(later, PRINTED)} {later.unit}".strip()
    if pd.isna(later.value):
        return f"{later.published_change} is claimed without the figure, and no other row has it."
    if claim_text(pair) == RECORD:
        return " ".join(_on_record(pair, said, verdicts[0]))
    means = f" means {_range(implied)} before" if not implied.empty else ""
    if pair.previous is None:
        return f"{said}{means}; no figure for the period that it is measured from is in the table."
    rate = " a month" if is_by_month(pair) else ""
    if verdicts[0] == UNKNOWN:
        return (
            f"{said}{rate}: the claim has no rate and no number that could be checked."
        )
    before = getattr(pair.previous, PRINTED)
    published = Bounds(pair.previous.low, pair.previous.high)
    read = f", so {_range(published)}" if published.low != published.high else ""
    parts = [f"{said}{rate}{means}; {before} was published{read}"]
    if verdicts[0] == CONSISTENT:
        left = implied_by(pair, "usual", published)
        parts[0] += (
            f", which leaves {_range(left)}." if left != published else ", which fits."
        )
    else:
        parts[0] += ", which does not fit."
        parts += _what_would_fit(pair, implied)
    if verdicts[0] != verdicts[1]:
        parts.append(
            f"That hangs on the reading: read strictly, the claim is {verdicts[1]}."
        )
    if rate and "inferred" in (later.period_basis, pair.previous.period_basis):
        parts.append("It rests on inferred days.")
    parts += _others(pair)
    return " ".join(parts)


def _what_would_fit(pair: Pair, implied: Bounds) -> Iterable[str]:
    """Say what would have to be true for a claim to hold."""
    growth = growth_of(pair, "usual")
    if implied.empty or not isinstance(growth, Growth):
        return
    yield f"It would hold if the figure before had been {_range(implied)}{_months_that_fit(pair, growth)}."


def _months_that_fit(pair: Pair, growth: Growth) -> str:
    """Say how long the period would have to have lasted for a claim a month, where the claim bounds it."""
    ends = (growth.low, growth.high, pair.later.high, pair.previous.high)
    is_bounded = (
        growth.low > -100 and pair.previous.low > 0 and all(map(math.isfinite, ends))
    )
    if not is_by_month(pair) or not is_bounded:
        return ""
    days, now = (
        getattr(figure, DAYS) / DAYS_PER_MONTH for figure in (pair.previous, pair.later)
    )
    low, high = (1 + float(end) / 100 for end in (growth.low, growth.high))
    shortest = pair.later.low * days / (pair.previous.high * high)
    longest = pair.later.high * days / (pair.previous.low * low)
    return f", or if the period had lasted {shortest:.1f} to {longest:.1f} months instead of {now:.1f}"


def _others(pair: Pair) -> Iterable[str]:
    """Say what other sources for the period before would make of the claim."""
    same = (
        pair.series["period_end"].eq(pair.previous.period_end)
        & ~pair.series["preferred"]
    )
    for other in rows(pair.series[same]):
        fits = not implied_by(pair, "usual", Bounds(other.low, other.high)).empty
        verb = "fits as well" if fits else "does not fit"
        yield f"The {getattr(other, PRINTED)} of {other.source_id} {verb}."


def _on_record(pair: Pair, said: str, verdict: str) -> Iterable[str]:
    higher = _surely_higher(pair)
    yield f"{said[0].upper()}{said[1:]}:"
    if verdict == UNKNOWN:
        yield "no earlier figure is in the table."
    elif verdict == CONTRADICTS:
        label = period_label(
            higher["period_start"].iloc[0], higher["period_end"].iloc[0]
        )
        yield f"{label} had {higher[PRINTED].iloc[0]}, counted in the same way."
    else:
        yield "no earlier figure in the table is surely higher."


def _range(bounds: Bounds) -> str:
    return format_range(bounds.low, bounds.high)
