"""What a chart carries with it: its text alternative, its sources, its data, and how it is fitted to a size."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd
    from matplotlib.axes import Axes


class Caption(NamedTuple):
    """What is remembered of a chart; it holds neither the Axes nor anything on it, so that they can be forgotten."""

    text: str
    sources: list[str]
    data: pd.DataFrame
    fit: Callable[[Axes], None]


_CAPTIONS: WeakKeyDictionary[Axes, Caption] = WeakKeyDictionary()


def caption(
    ax: Axes, text: str, sources: Iterable[str], data: pd.DataFrame, fit: Callable[[Axes], None]
) -> None:
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
    titles = [
        *(ax.get_title(loc) for loc in ("left", "center", "right")),
        ax.get_xlabel(),
        ax.get_ylabel(),
    ]
    labels = [label.get_text() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    named = [label for label in labels if any(map(str.isalpha, label))]
    marked = [*named, *(text.get_text() for text in ax.texts)]
    said = ", ".join(filter(None, titles)) + (
        f". On it: {', '.join(filter(None, marked))}" if any(marked) else ""
    )
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
        raise ArgumentError(
            "`ax` was not made by a plot_ function of cbcstats, so its data are not known"
        )
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
