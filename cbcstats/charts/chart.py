"""The `Chart` of each Axes: its description, sources and data, and what fits it to another size.

Everything that cbcstats keeps about a chart is here, in one dictionary keyed by Axes. `describe`,
the exports and the notebook displays read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from cbcstats.arguments import check_axes
from cbcstats.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.text import Text

# Kinds of labels. The first ones take part in the layout of the figure.
TITLE: Final = "title"
SOURCES: Final = "sources"
AXIS_LABEL: Final = "axis label"
LEGEND: Final = "entry of the legend"
IN_LAYOUT: Final = (TITLE, SOURCES, AXIS_LABEL, LEGEND)
# The others are fitted to the Axes when it has its size.
USER_TITLE: Final = "title of a user"
ABOVE: Final = "above a mark"
BELOW: Final = "below a mark"
INSIDE: Final = "inside a bar"
PERIOD: Final = "period at the foot of a bar"
TILE: Final = "on a tile"
LEADER: Final = "line from a lifted label to its mark"


@dataclass
class Label:
    """The text of a title, an annotation or a legend entry, in each form that it can take."""

    kind: str
    forms: tuple[str, ...]  # from the longest to the shortest
    shown: str  # as last written here; any other text is a user's, and stays
    offset: tuple[float, float] = (0, 0)  # points from the position that it annotates
    # Of its mark, in data units: the width and the height, or the two ends of a row's range.
    extent: tuple[float, float] = (0, 0)


@dataclass
class Chart:
    """Everything that cbcstats keeps about one Axes.

    It refers to artists only weakly: an artist holds its Axes, and a closed figure must be freed.
    The title is not here, because users change it with matplotlib; see `title_of`.
    """

    description: str = ""
    sources: list[str] = field(default_factory=list)
    source_line: str = ""  # that cites the sources
    data: pd.DataFrame | None = None  # None until the chart is finished
    # Fits ticks and labels to the size of the Axes.
    fit: Callable[[Axes], None] | None = None
    labels: WeakKeyDictionary[Artist, Label] = field(default_factory=WeakKeyDictionary)
    # The tick labels of "x" and "y", as they were given and as last written here.
    tick_labels: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    # The region of each tile and of the text on it, and the position in this region.
    tiles: WeakKeyDictionary[Artist, tuple[int, int]] = field(
        default_factory=WeakKeyDictionary
    )
    # Of the y axis, as last set here; any other is a user's, and stays.
    top: float | None = None
    on_new_figure: bool = False  # whether its figure was made here, and so may grow


_CHARTS: WeakKeyDictionary[Axes, Chart] = WeakKeyDictionary()


def chart_of(ax: Axes) -> Chart:
    """Return the Chart of an Axes, a new one if nothing has been drawn on it yet."""
    if ax not in _CHARTS:
        _CHARTS[ax] = Chart()
    return _CHARTS[ax]


def is_chart(ax: Axes) -> bool:
    """Return whether a `plot_` function has drawn on an Axes."""
    return ax in _CHARTS and _CHARTS[ax].data is not None


def describe(ax: Axes) -> str:
    """Return the text alternative of a chart, made from its numbers.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        An Axes that one of the `plot_` functions returned.

    Returns
    -------
    str
        What is drawn, each number with its words, and what a reader must know. For a chart that
        was drawn without cbcstats, its titles and the text on it.

    Raises
    ------
    ArgumentError
        If `ax` is not an Axes.

    Examples
    --------
    >>> from cbcstats import describe, load_counts, plot_counts
    >>> print(describe(plot_counts(load_counts("wco_members")))[:70])
    Chart of figures over time: WCO Members. 24 Jun 2013: 179 Members; 31
    """
    check_axes("ax", ax)
    if is_chart(ax):
        return _CHARTS[ax].description
    titles = [ax.get_title(side) for side in ("left", "center", "right")]
    titles += [ax.get_xlabel(), ax.get_ylabel()]
    labels = [*ax.get_xticklabels(), *ax.get_yticklabels()]
    ticks = [label.get_text() for label in labels]
    texts = [tick for tick in ticks if any(map(str.isalpha, tick))]
    texts += [text.get_text() for text in ax.texts]
    title, listing = ", ".join(filter(None, titles)), ", ".join(filter(None, texts))
    if not title and not listing:
        return "Chart without a description"
    return f"Chart: {title}. On it: {listing}" if listing else f"Chart: {title}"


def cited_sources(ax: Axes) -> list[str]:
    """Return the ids of the sources under a chart, none for a chart drawn without cbcstats."""
    return list(_CHARTS[ax].sources) if is_chart(ax) else []


def cited_in_words(ax: Axes) -> str:
    """Return the line that cites the sources of a chart, as under it."""
    return chart_of(ax).source_line


def chart_data(ax: Axes) -> pd.DataFrame:
    """Return the data behind a chart as plain columns, one row per mark.

    Raises
    ------
    ArgumentError
        If it is not an Axes that a `plot_` function of cbcstats returned.

    Examples
    --------
    >>> from cbcstats import load_counts, plot_counts
    >>> data = chart_data(plot_counts(load_counts("capacity_building_missions")))
    >>> data[["period_end", "value", "low", "high", "qualifier"]].tail(1)
      period_end  value    low   high qualifier
    5 2018-02-26  492.0  492.0  492.0     exact
    """
    check_axes("ax", ax)
    data = _CHARTS[ax].data if ax in _CHARTS else None
    if data is None:
        raise ArgumentError(
            "`ax` was not made by a plot_ function of cbcstats, so its data are not known"
        )
    return data.copy()


def title_of(ax: Axes) -> str:
    """Return the title of an Axes on one line; that of a user takes the place of ours."""
    return " ".join((ax.get_title("left") or ax.get_title()).split())


def add_label(ax: Axes, text: Text, kind: str, *forms: str, **where: Any) -> None:
    """Keep a text on a chart as a label, with its other forms, the longest first."""
    text.set_in_layout(kind in IN_LAYOUT)
    chart_of(ax).labels[text] = Label(kind, forms, text.get_text(), **where)


def labels_of(ax: Axes, kind: str) -> list[Any]:
    """Return the labels of one kind that are still on a chart."""
    labels = chart_of(ax).labels
    return [
        text
        for text in ax.get_children()
        if text in labels and labels[text].kind == kind
    ]


def forms_of(ax: Axes, text: Text) -> tuple[str, ...]:
    """Return the forms that a label can take; a text that a user has changed has only its own."""
    label = chart_of(ax).labels[text]
    return label.forms if text.get_text() == label.shown else (text.get_text(),)
