"""The time axis of a chart: whole years, or months where there are few, and no more of them than have room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DateFormatter, YearLocator

from cbcstats.charts.marks import root_figure
from cbcstats.counts.periods import DAYS_PER_YEAR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW_YEARS: Final = 2  # under which an axis of years would have too few ticks
STEPS: Final = (1, 2, 5, 10, 20, 50)  # years from one tick to the next
TICK: Final = 0.45  # inches from one tick to the next at least


class _Years(YearLocator):
    """Ticks on the first day of years; its own class, so that those of a user are left alone."""


class _Months(AutoDateLocator):
    """Ticks on the first day of months, likewise."""


def begin_time_axis(ax: Axes, start: Any, end: Any) -> None:
    """Make the axis reach from before the first day to after the last one."""
    margin = max((end - start) * 0.08, pd.Timedelta(days=60))
    ax.set_xlim(start - margin, end + margin)
    if (end - start).days / DAYS_PER_YEAR < FEW_YEARS:
        ax.xaxis.set_major_locator(_Months())
    else:
        ax.xaxis.set_major_locator(_Years())
        ax.xaxis.set_major_formatter(DateFormatter("%Y"))
    fit_time_axis(ax)


def fit_time_axis(ax: Axes) -> None:
    """Set as many ticks as have room."""
    most = max(2, int(ax.get_window_extent().width / root_figure(ax).dpi / TICK))
    locator = ax.xaxis.get_major_locator()
    if isinstance(locator, _Years):
        first, last = ax.get_xlim()
        years = (last - first) / DAYS_PER_YEAR
        ax.xaxis.set_major_locator(
            _Years(next((step for step in STEPS if years / step <= most), STEPS[-1]))
        )
    elif isinstance(locator, _Months):
        months = _Months(minticks=2, maxticks=min(most, 8))
        ax.xaxis.set_major_locator(months)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(months))
