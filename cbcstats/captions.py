"""The words of a chart: how a range is written, where the numbers come from, and the text alternative."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import pandas as pd

from cbcstats import columns as c
from cbcstats.errors import ArgumentError
from cbcstats.figures import PRINTED, rows
from cbcstats.loaders import load_sources
from cbcstats.periods import period_label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

MANY: Final = 5  # dates of one publisher up to which each is named

PLANNED: Final = "planned"  # the scope of what was not yet done

# What each Axes shows: its text alternative, and the ids of its sources.
_CAPTIONS: WeakKeyDictionary[Axes, tuple[str, list[str]]] = WeakKeyDictionary()


def caption(ax: Axes, text: str, ids: list[str]) -> None:
    """Remember the text alternative and the sources of a chart."""
    _CAPTIONS[ax] = (text, ids)


def describe(ax: Axes) -> str:
    """Return the text alternative of a chart, made from its numbers.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        An Axes that one of the `plot_` functions returned.

    Returns
    -------
    str
        What is drawn, each number with its words, and what a reader must know. For a chart that was drawn
        otherwise, its titles and the words on it.

    Raises
    ------
    ArgumentError
        If it is no Axes.

    Examples
    --------
    >>> from cbcstats import describe, load_counts, plot_counts
    >>> print(describe(plot_counts(load_counts("wco_members")))[:70])
    Chart of figures over time: Wco members. 24 Jun 2013: 179 Members; 31
    """
    if not hasattr(ax, "get_xlabel"):
        raise ArgumentError(
            f"`ax` must be the Axes of a chart, but {type(ax).__name__} was given; a figure has `.axes`"
        )
    if ax in _CAPTIONS:
        return _CAPTIONS[ax][0]
    titles = [*(ax.get_title(loc) for loc in ("left", "center", "right")), ax.get_xlabel(), ax.get_ylabel()]
    labels = [label.get_text() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    named = [label for label in labels if any(map(str.isalpha, label))]
    marked = [*named, *(text.get_text() for text in ax.texts)]
    said = ", ".join(filter(None, titles)) + (f". On it: {', '.join(filter(None, marked))}" if any(marked) else "")
    return f"Chart: {said}" if said else "Chart without a description"


def cited_sources(ax: Axes) -> list[str]:
    """Return the ids of the sources under a chart."""
    return list(_CAPTIONS[ax][1]) if ax in _CAPTIONS else []


def format_range(low: float, high: float, *, percent: bool = False) -> str:
    """Write a range with as many digits as it deserves: those in which its ends differ.

    Parameters
    ----------
    low, high : float
        The ends; `high` may be `inf`.
    percent : bool
        Whether they are changes in percent, written with their sign.

    Returns
    -------
    str
        Such as `331 to 339`, `+35% to +38%`, `331 or more`; one number where the ends are equal.

    Examples
    --------
    >>> format_range(34.5033, 37.7541, percent=True)
    '+35% to +38%'
    >>> format_range(331, float("inf"))
    '331 or more'
    """
    width = abs(high - low)
    decimals = 1
    if 0 < width < math.inf:
        decimals = min(max(-math.floor(math.log10(0.6 * width)), 0), 2)
    write = (lambda end: _percent(end, decimals)) if percent else (lambda end: _number(end, decimals))
    if math.isinf(high):
        return f"{write(low)} or more"
    return write(low) if write(low) == write(high) else f"{write(low)} to {write(high)}"


def source_line(ids: Iterable[str]) -> str:
    """Name sources by publisher and date; an id that cbcstats does not know stands as it is.

    Examples
    --------
    >>> source_line(["wco-2018-03-02", "cbra-2017-04-15", "my register"])
    'Source: WCO 2018-03-02; Cross-border Research Association (blog) 2017-04-15; my register.'
    """
    known = load_sources().set_index(c.SOURCE_ID)
    dates: dict[str, set[str]] = {}
    for name in ids:
        publisher = str(known.at[name, c.PUBLISHER]) if name in known.index else name
        published = known.at[name, c.PUBLISHED] if name in known.index else None
        dates.setdefault(publisher, set()).update({str(published)} if isinstance(published, str) else ())
    named = [f"{publisher} {_dates(sorted(on))}".strip() for publisher, on in dates.items()]
    return f"Source: {'; '.join(named)}." if named else ""


def _dates(dates: list[str]) -> str:
    return ", ".join(dates) if len(dates) <= MANY else f"{dates[0]} to {dates[-1]} ({len(dates)} dates)"


def counts_text(figures: pd.DataFrame, title: str, *, monthly: bool) -> str:
    """Describe figures over time."""
    said = []
    for figure in rows(figures):
        several = figures[c.SCOPE].nunique() > 1
        scope = f" ({words(figure.scope)})" if several or figure.scope == PLANNED else ""
        number = (
            f"{format_range(figure.low, figure.high)} {figure.unit} a month"
            if monthly
            else f"{getattr(figure, PRINTED)} {figure.unit}"
        )
        inferred = ", days inferred" if figure.period_basis == "inferred" else ""
        other = "" if figure.preferred else ", from another source"
        said.append(f"{period_label(figure.period_start, figure.period_end)}{scope}: {number.strip()}{inferred}{other}")
    return f"Chart of figures over time: {title}. {'; '.join(said)}."


def changes_text(changes: pd.DataFrame, title: str) -> str:
    """Describe percent changes."""
    said = []
    for change in rows(changes):
        verdict = "comparable" if change.comparable else "not comparable"
        why = f" ({change.why})" if change.why else ""
        said.append(f"{change_label(change, changes)}: {change_text(change)}, {verdict}{why}")
    monthly = ", of numbers a month" if changes.attrs.get("per") == "month" else ""
    return f"Chart of percent changes{monthly}: {title}. {'. '.join(said)}."


def change_text(change: Any) -> str:
    """Write the percent change of a row of `year_on_year`."""
    low, high = change.percent_change_low, change.percent_change_high
    if pd.isna(low):
        return "no percent change"
    return format_range(low, math.inf if pd.isna(high) else high, percent=True)


def change_label(change: Any, changes: pd.DataFrame) -> str:
    """Name the two periods of a change, and its series where there are several."""
    names = (c.INDICATOR, c.SCOPE, c.PROGRAMME, c.WCO_REGION)
    series = [words(getattr(change, name)) for name in names if name in changes and changes[name].nunique() > 1]
    now = period_label(change.period_start, change.period_end)
    before = period_label(change.previous_period_start, change.previous_period_end)
    return ", ".join([*series, f"{now} against {before}"])


def words(name: object) -> str:
    """Write a name of the tables as words."""
    return str(name).replace("_", " ")


def _number(value: float, decimals: int) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.{max(decimals, 1)}f}"


def _percent(value: float, decimals: int) -> str:
    return f"{value:+.{decimals}f}%".replace("-", "\N{MINUS SIGN}")
