"""What a chart carries with it: its text alternative, its sources, its data, and how it is fitted to a size."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import WeakKeyDictionary

from cbcstats import columns as c
from cbcstats.errors import ArgumentError
from cbcstats.loaders import load_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd
    from matplotlib.axes import Axes

MANY: Final = 5  # dates of one publisher up to which each is named

_CAPITALS: Final = "aeo asycuda covid dmfas gtfp imf itc ldc picard safe tfa unctad wco wto"
_ABBREVIATIONS: Final = {word: word.upper() for word in _CAPITALS.split()} | {"acip": "A-CIP", "mercator": "Mercator"}
PARTIAL: Final = "partial:"  # how the note of a count begins whose period a register covers in part
PLANNED: Final = "planned"  # the scope of what was not yet done


class Caption(NamedTuple):
    """What is remembered of a chart; it holds neither the Axes nor anything on it, so that they can be forgotten."""

    text: str
    sources: list[str]
    data: pd.DataFrame
    fit: Callable[[Axes], None]


_CAPTIONS: WeakKeyDictionary[Axes, Caption] = WeakKeyDictionary()


def caption(ax: Axes, text: str, sources: Iterable[str], data: pd.DataFrame, fit: Callable[[Axes], None]) -> None:
    """Remember the text alternative of a chart, the ids of its sources, its data, and what fits it to its figure."""
    _CAPTIONS[ax] = Caption(text, list(sources), data, fit)


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
    Chart of figures over time: WCO members. 24 Jun 2013: 179 Members; 31
    """
    _check_axes(ax)
    if ax in _CAPTIONS:
        return _CAPTIONS[ax].text
    titles = [*(ax.get_title(loc) for loc in ("left", "center", "right")), ax.get_xlabel(), ax.get_ylabel()]
    labels = [label.get_text() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    named = [label for label in labels if any(map(str.isalpha, label))]
    marked = [*named, *(text.get_text() for text in ax.texts)]
    said = ", ".join(filter(None, titles)) + (f". On it: {', '.join(filter(None, marked))}" if any(marked) else "")
    return f"Chart: {said}" if said else "Chart without a description"


def cited_sources(ax: Axes) -> list[str]:
    """Return the ids of the sources under a chart."""
    return list(_CAPTIONS[ax].sources) if ax in _CAPTIONS else []


def chart_data(ax: Axes) -> pd.DataFrame:
    """Return the data behind a chart as plain columns, one row per mark.

    Raises
    ------
    ArgumentError
        If it is no Axes that a `plot_` function of cbcstats returned.

    Examples
    --------
    >>> from cbcstats import load_counts, plot_counts
    >>> chart_data(plot_counts(load_counts("missions")))[["period_end", "value", "low", "high", "qualifier"]].tail(1)
      period_end  value    low   high qualifier
    5 2018-02-26  492.0  492.0  492.0     exact
    """
    _check_axes(ax)
    if ax not in _CAPTIONS:
        raise ArgumentError("`ax` was not made by a plot_ function of cbcstats, so its data are not known")
    return _CAPTIONS[ax].data.copy()


def fit(ax: Axes) -> None:
    """Fit a chart, and those beside it, to the present size of the figure.

    Title and source line are wrapped anew, and labels placed anew; colours, limits, texts and artists that were
    changed or added with matplotlib stay as they are. A figure that a `plot_` function made grows where the chart would
    not have the height that it needs. A chart that was drawn otherwise is left alone.
    """
    _check_axes(ax)
    figure = ax.get_figure(root=True)
    charts = [other for other in (figure.axes if figure else []) if other in _CAPTIONS]
    if charts:
        chart = ax if ax in charts else charts[0]
        _CAPTIONS[chart].fit(chart)


def _check_axes(ax: object) -> None:
    if not hasattr(ax, "get_xlabel"):
        raise ArgumentError(
            f"`ax` must be the Axes of a chart, but {type(ax).__name__} was given; a figure has `.axes`"
        )


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


def source_line(ids: Iterable[str], known: pd.DataFrame | None = None) -> str:
    """Name sources by publisher and date; an id that is not known stands as it is.

    `known` holds sources in the columns of `load_sources`, each once; by default those that cbcstats carries.

    Examples
    --------
    >>> source_line(["wco-2018-03-02", "cbra-2017-04-15", "my register"])
    'Source: WCO 2018-03-02; Cross-border Research Association (blog) 2017-04-15; my register.'
    """
    sources = (load_sources() if known is None else known).set_index(c.SOURCE_ID)
    publishers, published = (sources[column].dropna().to_dict() for column in (c.PUBLISHER, c.PUBLISHED))
    dates: dict[str, set[str]] = {}
    for name in ids:
        on = dates.setdefault(str(publishers.get(name, name)), set())
        on.update({str(published[name])} if name in published else ())
    named = [f"{publisher} {_dates(sorted(on))}".strip() for publisher, on in dates.items()]
    return f"Source: {'; '.join(named)}." if named else ""


def _dates(dates: list[str]) -> str:
    return ", ".join(dates) if len(dates) <= MANY else f"{dates[0]} to {dates[-1]} ({len(dates)} dates)"


def words(name: object) -> str:
    """Write a name of the tables as words."""
    return str(name).replace("_", " ")


def heading(name: object) -> str:
    """Write a name of the tables as a title, with its abbreviations in capitals.

    Examples
    --------
    >>> heading("wco_members"), heading("missions")
    ('WCO members', 'Missions')
    """
    said = [_ABBREVIATIONS.get(word, word) for word in words(name).split(" ")]
    return " ".join([said[0][:1].upper() + said[0][1:], *said[1:]])


def _number(value: float, decimals: int) -> str:
    return f"{value:z,.0f}" if float(value).is_integer() else f"{value:z,.{max(decimals, 1)}f}"


def _percent(value: float, decimals: int) -> str:
    """Write a change with its sign; what is written as 0 has none."""
    text = f"{value:+.{decimals}f}%"
    return (text if text.strip("+-0.%") else text[1:]).replace("-", "\N{MINUS SIGN}")
