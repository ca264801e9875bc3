"""Changes between published figures, as ranges, with whether they are comparable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cbcstats.arguments import check_frame
from cbcstats.changes.comparability import comparison
from cbcstats.changes.partners import with_figure_before
from cbcstats.changes.series import changes_of, figure_columns, read_series, result_of
from cbcstats.counts.figures import labels_of
from cbcstats.counts.formats import format_range, has_rates, printed, series_columns
from cbcstats.frames import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable


def year_on_year(
    data: Any,
    *,
    by: str | Iterable[str] | None = None,
    per: str = "period",
    reading: str | float = "usual",
    time: str | None = None,
    value: str | None = None,
    measure: str | None = None,
    year_start: int | None = None,
) -> pd.DataFrame:
    """Compare each figure with the one of a year before.

    Parameters
    ----------
    data : pandas.DataFrame, pandas.Series, dict, or frame of another library
        Counts as `load_counts` returns them, or your own data: a column or an index of
        years (2019, `2019/20`, `FY2020`), quarters, months, weeks or days, and a column
        of numbers or of texts such as `more than 330`; or a wide table with years as
        columns.
    by : str or list of str, optional
        Columns that tell series apart. By default, those of `indicator`, `measure`,
        `scope`, `area` and `unit` that are there.
    per : {"period", "month"}
        With `month`, flows are divided by the length of their period in months first.
    reading : {"usual", "strict"} or float
        How far words such as *more than* reach, see `bounds`.
    time, value : str, optional
        The columns of periods and values, where they cannot be found.
    measure : {"flow", "stock", "cumulative", "event", "share"}, optional
        What all figures are. By default, figures of years, quarters and months are
        flows, and figures of days are stocks.
    year_start : int, optional
        The month in which fiscal years such as FY2020 begin, which ends in 2020.
        Without it, these are compared by their number, and have no days.

    Returns
    -------
    pandas.DataFrame
        One row per figure that has one of a year before, or should have one: figures of
        the first year of a series have no row. In the order of series and periods, with
        the columns of `Changes`: numbers are float64 and not rounded.

    Raises
    ------
    ArgumentError
        If an argument is wrong, or periods or values cannot be found; the message says
        what to type.
    DataError
        If a cell cannot be read, a series has several figures for one period, or
        numbers are per month already.

    Notes
    -----
    With value in [low, high] after previous in [previous_low, previous_high]::

        change          from low - previous_high   to high - previous_low
        percent_change  from 100 (low / previous_high - 1)
                        to   100 (high / previous_low - 1)

    `percent_change_high` is `inf` where previous may be 0. There is no percent change
    where previous is 0 or may be negative, and none of a share: its change is in
    percentage points.

    `change` and `percent_change` themselves are those of the middles of the two ranges,
    missing where a range is open. `percent_change_as_printed` is that of the numbers as
    printed. See R. E. Moore, R. B. Kearfott and M. J. Cloud, Introduction to Interval
    Analysis, SIAM 2009, chapter 2.

    A rate is the value divided by the length of the period: by the number of months, or
    by days / 30.4375 where the period is not made of whole calendar months. Where the
    length is only known to some days (`period_tolerance`, 7 where days are inferred),
    the range of the rate allows for it.

    The figure of a year before is the one whose first and last day are nearest to the
    same days one calendar year earlier, within a fifth of the rhythm of the series: 73
    days for years, 18 for quarters, 7 for months. Only series with ten months or more
    between figures, such as sessions and conferences, are compared with a figure 10 to
    15 months before; `why` gives the months.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import load_counts, year_on_year
    >>> mine = pd.DataFrame({"year": [2019, 2020, 2021], "missions": [100, 110, 99]})
    >>> year_on_year(mine)["percent_change"].round(1).tolist()
    [10.0, -10.0]
    >>> latest = year_on_year(load_counts("capacity_building_missions"), per="month").iloc[-1]
    >>> print(f"{latest.percent_change_low:+.1f}% to {latest.percent_change_high:+.1f}%")
    +28.7% to +43.5%
    """
    figures, names = read_series(
        data, by, per, reading, time, value, measure, year_start
    )
    figures = figures.assign(period_label=labels_of(figures))
    later, previous = with_figure_before(figures)
    columns = {
        **figure_columns(later, later["period_label"], per),
        **figure_columns(previous, previous["period_label"], per, "previous_"),
        **changes_of(later, previous, per),
        **comparison(later, previous, per=per),
    }
    changes = result_of(later, names, columns, per)
    changes["previous_source_id"] = previous["source_id"]
    return changes


def short_view(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the few columns of changes that a reader needs, as text.

    Parameters
    ----------
    changes : pandas.DataFrame
        Changes, as `year_on_year` returns them.

    Returns
    -------
    pandas.DataFrame
        One row per change: the columns of the series that differ between rows;
        `period`; `value` and `before`, as printed with their range, or the range of the
        monthly rate; `change` and `percent`, as ranges; `comparable` (bool); `why`.
        Cells are empty where nothing is known. The index is that of `changes`.

    Raises
    ------
    ArgumentError
        If a column is missing.

    Examples
    --------
    >>> from cbcstats import load_counts, short_view, year_on_year
    >>> view = short_view(year_on_year(load_counts("capacity_building_missions"))).iloc[-1]
    >>> print(view["value"], "after", view["before"], "is", view["percent"])
    492 after more than 330 (331 to 340) is +45% to +49%
    """
    needed = ["period", "value", "qualifier", "low", "high"]
    needed += ["previous_value", "previous_qualifier", "previous_low", "previous_high"]
    needed += ["change_low", "change_high", "comparable", "why"]
    needed += ["percent_change_low", "percent_change_high"]
    changes = check_frame("changes", changes, needed, "year_on_year")
    series = series_columns(changes)
    is_varied = series.nunique(dropna=False) > 1
    columns = {
        "period": changes["period"],
        "value": _numbers(changes, ""),
        "before": _numbers(changes, "previous_"),
        "change": _ranges(changes, "change", signed=True),
        "percent": _ranges(changes, "percent_change", percent=True),
        "comparable": changes["comparable"],
        "why": changes["why"],
    }
    return series.loc[:, is_varied].assign(**columns)


def _numbers(changes: pd.DataFrame, prefix: str) -> pd.Series:
    """Write numbers as printed with their range, or the range of monthly rates."""
    if has_rates(changes):
        return _ranges(changes, prefix + "rate")
    names = ("value", "qualifier", "low", "high")
    columns = [changes[prefix + name] for name in names]
    rows = zip(*columns, strict=True)
    texts = []
    for value, qualifier, low, high in rows:
        number = "" if pd.isna(value) else printed(value, qualifier)
        if low < high:
            ends = format_range(low, high)
            number += f" ({ends})"
        texts.append(number)
    return text_column(texts, changes.index)


def _ranges(changes: pd.DataFrame, name: str, **form: bool) -> pd.Series:
    names = [name + "_low", name + "_high"]
    ends = changes[names]
    is_known = ends.notna().all(axis="columns")
    texts = text_column("", changes.index)
    known = ends[is_known].to_numpy()
    texts[is_known] = [format_range(*row, **form) for row in known]
    return texts
