"""The chart of what each part contributes to the change of a total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.arguments import check_frame, check_optional_axes, check_optional_text
from cbcstats.charts.descriptions import (
    contributions_text,
    points,
    sum_of_lows,
    total_text,
)
from cbcstats.charts.layout import finish, new_axes, source_ids, typed_rows
from cbcstats.charts.marks import GREY, INK, PAPER, styled
from cbcstats.charts.stacks import (
    WIDE,
    Piece,
    Stack,
    draw_stacks,
    fit_stacks,
    ordered_parts,
)
from cbcstats.counts.periods import period_label
from cbcstats.counts.ranges import rows
from cbcstats.errors import ArgumentError
from cbcstats.frames import MARKS, as_text, text_column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OTHERS: Final = "all others"
_NUMBERS: Final = (
    *("contribution", "contribution_low", "contribution_high"),
    "total_percent_change",
)
_NEEDED: Final = ("period_start", "period_end", *_NUMBERS, "comparable", "why")
_SERIES: Final = ("indicator", "scope")
_RESULTS: Final = (
    *_NEEDED,
    *("value", "previous_value", "source_id", "previous_source_id"),
)
MOST: Final = 7  # parts, as many as there are colours


def plot_contributions(
    contributions: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw what each part contributes to the change of the total: up what added to it, down what took from it.

    A diamond is the change of the total, with its number. Hollow bars belong to changes that cannot be compared.

    Parameters
    ----------
    contributions : pandas.DataFrame
        Contributions to one series, as `contributions` returns them. Of more than seven parts, the six that moved most
        keep their names.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        Title that says the finding.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes drawn on; `describe` gives its text alternative.

    Raises
    ------
    ArgumentError
        If there are no contributions, or those to several totals.
    DataError
        If a cell is not a number or not a day.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import contributions, plot_contributions
    >>> starts, ends = (["2015-01-01"] * 2 + ["2016-01-01"] * 2, ["2015-12-31"] * 2 + ["2016-12-31"] * 2)
    >>> parts = pd.DataFrame({"period_start": starts, "period_end": ends, "value": [60, 40, 66, 50]})
    >>> ax = plot_contributions(contributions(parts.assign(wco_region=["Europe", "Africa"] * 2)))
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['2016']
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    ax = check_optional_axes("ax", ax)
    title = check_optional_text("title", title)
    contributions = check_frame(
        "contributions", contributions, _NEEDED, "contributions"
    )
    by = _part_of(contributions)
    contributions = _typed(contributions, by)
    name = title or "Contributions to the change of the total, in percentage points"
    shown = _with_others(contributions, by)
    parts = ordered_parts(shown[by])
    with styled():
        ax = ax or new_axes()
        periods = list(shown.groupby(["period_end", "period_start"], dropna=False))
        stacks = [_stack(of_period, by) for _, of_period in periods]
        diamond: dict[str, Any] = {
            "marker": "D",
            "mfc": PAPER,
            "mec": INK,
            "ls": "none",
        }
        for place, (_, of_period) in enumerate(periods):
            total = of_period["total_percent_change"].iloc[0]
            ax.plot(place + WIDE / 2 + 0.06, total, ms=6, zorder=4, **diamond)
        more: list[Any] = [Line2D([], [], label="change of the total", **diamond)]
        if not shown["comparable"].all():
            more.append(
                Patch(facecolor=PAPER, edgecolor=GREY, label="hollow: not comparable")
            )
        draw_stacks(ax, stacks, parts, more)
        ax.set_ylabel("percentage points")
        return finish(
            ax,
            title=name,
            description=contributions_text(shown, by, name),
            sources=source_ids(contributions),
            data=contributions.copy(),
            fit=fit_stacks,
        )


def _part_of(contributions: pd.DataFrame) -> str:
    """Return the column that names the parts, of contributions to one total."""
    if contributions.empty:
        raise ArgumentError(
            "`contributions` holds none; there must be two periods, and a figure of a part in each"
        )
    # A frame may have columns in another order, or more of them.
    others: list[Any] = [name for name in contributions if name not in _RESULTS]
    counts = contributions[others].nunique(dropna=False)
    several = [name for name in others if counts[name] > 1] or others
    parts = [name for name in several if name not in _SERIES]
    if not several:
        raise ArgumentError(
            "`contributions` has no column that names the parts; "
            "make it with contributions"
        )
    # Scopes or indicators can be parts, too; `contributions` puts them last.
    by = parts[0] if parts else several[-1]
    for name in _SERIES:
        if name in several and name != by and counts[name] > 1:
            values = contributions[name].map(as_text).replace("", "none").unique()
            raise ArgumentError(
                f"`contributions` must hold one {name}, but it holds {', '.join(values)}; select one"
            )
    return str(by)


def _typed(contributions: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return contributions in their dtypes; a part without a name is `not stated`."""
    typed = typed_rows(contributions, "contributions", texts=(), numbers=_NUMBERS)
    marks = contributions["comparable"].map(as_text).str.lower()
    parts = text_column(contributions[by]).fillna("not stated")
    why = text_column(contributions["why"]).fillna("")
    is_comparable = marks.map(MARKS).eq(True)
    return typed.assign(**{by: parts}, comparable=is_comparable, why=why)


def _with_others(contributions: pd.DataFrame, by: str) -> pd.DataFrame:
    """Add up the parts that moved least, where there are more than colours."""
    names = contributions[by]
    moved = (
        contributions["contribution"]
        .abs()
        .groupby(names, sort=False)
        .sum()
        .sort_values(ascending=False)
    )
    if len(moved) <= MOST:
        return contributions
    named = contributions.assign(
        **{by: names.where(names.isin(moved.index[: MOST - 1]), OTHERS)}
    )
    keys = [by, "period_start", "period_end"]
    sums: dict[str, Any] = {"contribution_low": sum_of_lows}
    sums |= dict.fromkeys(
        ("contribution", "contribution_high"), lambda points: points.sum(skipna=False)
    )
    same = {"total_percent_change": "first", "comparable": "all"}
    why = {"why": lambda reasons: "; ".join(dict.fromkeys(filter(None, reasons)))}
    return named.groupby(keys, sort=False, dropna=False, as_index=False).agg(
        {**sums, **same, **why}
    )


def _stack(of_period: pd.DataFrame, by: str) -> Stack:
    comparable = bool(of_period["comparable"].all())
    pieces = [
        Piece(part, 0.0 if pd.isna(row.contribution) else row.contribution, points(row))
        for part, row in zip(of_period[by], rows(of_period), strict=True)
    ]
    total = total_text(of_period)
    forms = (total,) if comparable else (f"{total}, not\ncomparable", total)
    label = period_label(
        of_period["period_start"].iloc[0], of_period["period_end"].iloc[0]
    )
    return Stack(label.replace(" - ", " -\n"), pieces, forms, not comparable)
