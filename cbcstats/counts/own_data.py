"""Bring the data that people have into the columns of counts.

Only periods and values are needed. Each may be found by the name of its column, by its
cells, or in the index; years may also be the columns of a wide table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.arguments import (
    check_choice,
    check_column,
    check_frame,
    check_names,
    check_optional_text,
)
from cbcstats.counts.figures_in_words import split_figures
from cbcstats.counts.formats import MEASURES, words
from cbcstats.counts.period_columns import (
    are_parts_of_years,
    is_period_column,
    months_of,
    periods_among,
    read_periods,
)
from cbcstats.counts.periods import check_month
from cbcstats.errors import ArgumentError, DataError
from cbcstats.frames import as_printed, as_text, parse_numbers, text_column

if TYPE_CHECKING:
    from collections.abc import Iterable

# What a column of periods is called, in lower case and without blanks.
_WORDS_FOR_TIME: Final = (
    "period time date day week month quarter year fiscalyear financialyear fy "
    "reportingyear schoolyear calendaryear année annee mois trimestre exercice jour "
    "période periode año anio ano mes fecha período periodo "
    "periodend timeperiod"
)
_NAMES_OF_TIME: Final = frozenset(_WORDS_FOR_TIME.split())
# Columns that belong together: years, and numbers or names of their quarters or months.
_YEARS: Final = frozenset(
    {"year", "calendaryear", "année", "annee", "año", "anio", "ano"}
)
_PARTS_OF_YEARS: Final = frozenset(
    {"quarter", "trimestre", "month", "mois", "mes", "week"}
)
# How a quarter and a week are written behind their year.
_LETTERS: Final = {"quarter": "Q", "trimestre": "Q", "week": "W"}
# Columns of counts that never hold the values.
_OTHER_COLUMNS: Final = (
    "indicator measure scope area unit period_start period_basis period_tolerance "
    "rounded_to qualifier published_change change_basis change_since preferred "
    "preferred_reason missing obs_status status source_id note"
)
_NO_VALUES: Final = frozenset(_OTHER_COLUMNS.split())
# Codes of the SDMX list CL_OBS_STATUS, and the flags of Eurostat, by name and by cell.
_NAMES_OF_STATUS: Final = frozenset(
    {"obsstatus", "status", "obsflag", "obsflags", "flag", "flags"}
)
_STATUS: Final = r"[A-SU-WZ]|[BDEFIPU]{2}"
# A point and three digits: 1.234 is a decimal number or a thousand and more.
_ONE_THOUSAND: Final = r"\s*[1-9][0-9]{0,2}\.[0-9]{3}\s*"


def counts_of(
    data: Any,
    *,
    by: Iterable[str] | None = None,
    time: str | None = None,
    value: str | None = None,
    measure: str | None = None,
    year_start: int | None = None,
) -> pd.DataFrame:
    """Return data of any shape in the columns of counts.

    Parameters
    ----------
    data : pandas.DataFrame, pandas.Series, dict or frame of another library
        Counts in the columns of `load_counts`; or periods, as a column or as the index,
        and values; or a wide table with periods as names of columns.
    by : iterable of str, optional
        Columns or index levels that tell series apart.
    time, value : str, optional
        The columns of periods and values, where they cannot be found.
    measure : {"flow", "stock", "cumulative", "event", "share"}, optional
        What all figures are; by default flows over years, quarters or months, and
        stocks on days.
    year_start : int, optional
        The month in which fiscal years such as FY2020 begin.

    Returns
    -------
    pandas.DataFrame
        All columns of the data, and `value`, `period_start`, `period_end`, `period`
        (how a fiscal year without days is written), `measure`, `indicator`.

    Raises
    ------
    ArgumentError
        If periods or values cannot be found; the message says what to type.
    DataError
        If a cell is no period or no figure.

    Examples
    --------
    >>> found = counts_of({2019: 100, 2020: 110})
    >>> found["period_end"].dt.date.tolist()
    [datetime.date(2019, 12, 31), datetime.date(2020, 12, 31)]
    """
    if measure is not None:
        check_choice("measure", measure, MEASURES)
    if year_start is not None:
        year_start = check_month("year_start", year_start)
    time = check_optional_text("time", time)
    value = check_optional_text("value", value)
    names = [] if by is None else check_names("by", by)
    keys = [*names, time] if time else names
    frame = check_frame("data", with_index(data, keys))
    # Names of columns may be years or pandas periods.
    frame = frame.rename(columns=str)
    if time is not None:
        check_column("time", time, frame)
    if value is not None:
        check_column("value", value, frame)
    frame, periods, number = find_columns(frame, names, time, value)
    frame = _without_blanks(frame, names)
    counts = _with_periods(frame, periods, year_start, measure)
    counts = _with_values(counts, number)
    counts = _with_defaults(counts, number)
    if not names and "unit" not in frame:
        _refuse_several_units(counts["unit"], number)
    if measure is not None:
        return counts.assign(measure=measure)
    if "measure" in counts:
        return counts
    is_stock = counts["period_start"].isna().all() and "period_start" not in frame
    return counts.assign(measure="stock" if is_stock else "flow")


def _with_defaults(counts: pd.DataFrame, number: str) -> pd.DataFrame:
    """Name the indicator and the unit by the column of values."""
    defaults = {"indicator": number, "unit": words(number)}
    if number == "value":
        defaults = {"indicator": "figures", "unit": ""}
    absent = {name: text for name, text in defaults.items() if name not in counts}
    return counts.assign(**absent)


def find_columns(
    frame: pd.DataFrame,
    names: list[str],
    time: str | None = None,
    value: str | None = None,
    what: str = "the data",
) -> tuple[pd.DataFrame, list[str], str]:
    """Find the columns of periods and values; a wide table becomes a long one.

    Returns the table, in which flags are called `obs_status`; the column of periods, or
    those of years and their quarters or months; and the column of values. `what` names
    the table in messages.
    """
    frame = _with_status(frame, names)
    periods = [time] if time else _time_columns(frame, names)
    if value is None and "value" not in frame:
        frame, periods = _from_wide(frame, names, periods)
    values = [value] if value else _value_columns(frame, {*periods, *names})
    if periods and len(values) == 1:
        return frame, periods, values[0]
    # All that is missing is named at once.
    problems = " and ".join(_problems(periods, values, what))
    columns = ", ".join(frame.columns[:10]) or "no columns"
    raise ArgumentError(f"{what}: {problems}; the columns are {columns}")


def _problems(periods: list[str], values: list[str], what: str) -> list[str]:
    # Only a call has arguments to name columns with; a file has none.
    is_call = what == "the data"
    problems = []
    if not periods:
        remedy = "call it year, month or date"
        remedy += ", or name it with `time`" if is_call else ""
        problems.append(f"no column of periods ({remedy})")
    if not values:
        remedy = "call it value"
        remedy += ", or name it with `value`" if is_call else ""
        problems.append(f"no column of values ({remedy})")
    if len(values) > 1:
        remedy = "call one of them value"
        if is_call:
            remedy = f"name one with `value`, such as {values[0]}"
        problems.append(f"several columns of numbers: {', '.join(values)} ({remedy})")
    return problems


def with_index(data: Any, names: Iterable[str] = ()) -> Any:
    """Return a dict, a series or a frame with a meaningful index as a frame of columns.

    Anything else is returned as it is. `names` are the columns that tell series apart.
    """
    if isinstance(data, dict):
        data = _from_dict(data)
    if isinstance(data, pd.Series):
        name = "value" if data.name is None else str(data.name)
        data = data.to_frame(name)
    if not isinstance(data, pd.DataFrame):
        return data
    levels = data.index.names
    are_new = None not in levels and not {*levels} & {*data}
    if data.index.nlevels > 1 and are_new:
        return data.reset_index()
    if _index_matters(data, names):
        return _with_index(data, names)
    return data


def _from_dict(data: dict[Any, Any]) -> pd.DataFrame | pd.Series:
    is_table = any(pd.api.types.is_list_like(cell) for cell in data.values())
    if not is_table:
        return pd.Series(data)
    try:
        return pd.DataFrame(data)
    except ValueError:  # lists of different lengths, or a single cell among lists
        raise ArgumentError(
            "`data` is a dict whose lists differ in length; "
            "give each column as many cells as there are rows"
        ) from None


def _index_matters(frame: pd.DataFrame, names: Iterable[str]) -> bool:
    """Tell whether the index holds periods, or a column that `by` names."""
    index = frame.index
    name: Any = index.name
    # pandas makes a range of consecutive years, too, but that does not begin at 0.
    is_default = isinstance(index, pd.RangeIndex) and index.start == 0
    if is_default or isinstance(index, pd.MultiIndex):
        return False
    if name in names or _plain(name) in _NAMES_OF_TIME:
        return True
    if name is not None and name in frame:
        return False
    if any(_plain(column) in _NAMES_OF_TIME for column in frame):
        return False
    # Texts in the index of a wide table are the names of its series.
    is_text = index.inferred_type == "string"
    return is_text or is_period_column(index.to_series())


def _with_index(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    name: Any = frame.index.name
    is_known = name in names or _plain(name) in _NAMES_OF_TIME
    if not is_known and is_period_column(frame.index.to_series()):
        name = "period"
    named: pd.DataFrame = frame.rename_axis(index=name or "series")
    return named.reset_index()


def _plain(name: object) -> str:
    return "".join(str(name).lower().replace("_", " ").split())


def _time_columns(frame: pd.DataFrame, names: list[str]) -> list[str]:
    """Return the columns of periods: one, or years with their quarters or months."""
    if "period_end" in frame:
        return ["period_end"]
    columns = [name for name in frame.columns.tolist() if name not in names]
    candidates = [name for name in columns if _plain(name) in _NAMES_OF_TIME]
    if len(candidates) == 1:
        return candidates
    years = [name for name in candidates if _plain(name) in _YEARS]
    parts = [name for name in candidates if _plain(name) in _PARTS_OF_YEARS]
    if len(candidates) == 2 and years and parts:
        return years + parts
    if candidates:
        raise ArgumentError(
            f"there are several columns of periods: {', '.join(candidates)}; "
            f"name one with `time`, such as {candidates[0]}"
        )
    # First days alone do not tell how long the periods are.
    others = [name for name in columns if name != "period_start"]
    for holds_periods in (_has_dates, _has_periods_as_text):
        for name in others:
            if holds_periods(frame[name]):
                return [name]
    return []


def _has_dates(column: pd.Series) -> bool:
    is_period = isinstance(column.dtype, pd.PeriodDtype)
    return is_period or pd.api.types.is_datetime64_any_dtype(column.dtype)


def _has_periods_as_text(column: pd.Series) -> bool:
    # A column of plain numbers is more likely to hold values.
    return pd.api.types.is_string_dtype(column) and is_period_column(column)


def _with_status(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Call a column of flags, as Eurostat and OECD publish them, obs_status."""
    if "obs_status" in frame:
        return frame
    for name in frame.columns.tolist():
        if name in names or _plain(name) not in _NAMES_OF_STATUS:
            continue
        flags = text_column(frame[name]).str.strip()
        flags = flags.str.upper().replace("", None)
        known = flags.dropna()
        are_codes = known.str.fullmatch(_STATUS).astype(bool)
        if known.empty or not are_codes.all():
            continue
        # Of the two flags of "bp", the break decides what can be compared.
        has_break = flags.str.contains("B", na=False)
        first_flag = flags.str[:1]
        frame = frame.drop(columns=name)
        return frame.assign(obs_status=first_flag.mask(has_break, "B"))
    return frame


def _from_wide(
    frame: pd.DataFrame, names: list[str], periods: list[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Turn columns named by periods into rows.

    Where the rows are quarters or months, the columns are years, or the other way
    round.
    """
    columns = [name for name in frame.columns.tolist() if name not in names]
    parts = [name for name in periods or columns if _is_part(frame, name)]
    header = "year" if parts else "period"
    if periods and not parts:
        wide = [name for name in columns if are_parts_of_years([name])]
        found = [*periods, header]
    else:
        wide = periods_among(columns)
        found = [header, *parts[:1]]
    # One period alone may be a number.
    if len(wide) < 2:
        return frame, periods
    kept = [name for name in frame.columns.tolist() if name not in wide]
    _refuse_repeated_periods(wide, kept)
    # A cell that is empty in a wide table is a period without a figure.
    long = frame.melt(kept, wide, var_name=header, value_name="value")
    others = [name for name in kept if name not in {*found, "obs_status"}]
    if periods:
        # A total beside the quarters of a year names no series.
        others = [name for name in others if not _is_numeric(frame[name])]
    if others and not names and "indicator" not in others:
        long["indicator"] = _names_of_series(long[others])
    return long, found


def _is_part(frame: pd.DataFrame, name: str) -> bool:
    """Tell whether a column holds quarters, months or weeks without their years."""
    column = frame[name]
    if are_parts_of_years(column):
        return True
    return _plain(name) in _PARTS_OF_YEARS and not is_period_column(column)


def _refuse_repeated_periods(wide: list[str], others: list[str]) -> None:
    for name in others:
        # pandas calls a second column 2022 of a file 2022.1.
        period, _, number = name.rpartition(".")
        if period in wide and number.isdecimal():
            raise ArgumentError(
                f"the columns {period} and {name} are of one period; drop one"
            )


def _names_of_series(rows: pd.DataFrame) -> pd.Series:
    """Return the texts of each row, which tell the series of a wide table apart."""
    texts = [name for name in rows if not _is_numeric(rows[name])]
    cells = rows[texts] if texts else rows
    printed = cells.astype("object").map(as_text)
    names = printed.agg(", ".join, axis="columns")
    return text_column(names)


def _value_columns(frame: pd.DataFrame, taken: set[str]) -> list[str]:
    """Return the columns that may hold the values."""
    if "value" in frame:
        return ["value"]
    columns = frame.columns.tolist()
    taken = taken | _NO_VALUES
    others = [name for name in columns if name not in taken]
    numeric = [name for name in others if _is_numeric(frame[name])]
    if numeric:
        return numeric
    figures = [name for name in others if _is_in_words(frame[name])]
    # A single column holds the values, even if one of them cannot be read.
    candidates = figures or others
    return candidates if len(candidates) == 1 else []


def _is_numeric(column: pd.Series) -> bool:
    # Marks of true and false are numbers to pandas.
    if pd.api.types.is_bool_dtype(column.dtype):
        return False
    if pd.api.types.is_numeric_dtype(column.dtype):
        return True
    cells = column.dropna()
    numbers = parse_numbers(cells)
    return len(cells) > 0 and bool(numbers.notna().all())


def _is_in_words(column: pd.Series) -> bool:
    if column.isna().all():
        return False
    problems = split_figures(column)["problem"]
    return bool(problems.isna().all())


def _with_periods(
    frame: pd.DataFrame,
    names: list[str],
    year_start: int | None,
    measure: str | None,
) -> pd.DataFrame:
    column = joined_periods(frame, names)
    periods = read_periods(column, year_start)
    start = periods["start"]
    end = periods["end"]
    if "period_start" in frame:
        first = read_periods(frame["period_start"], year_start)
        # A first day has no start of its own.
        start = first["start"].fillna(first["end"])
    elif measure == "cumulative":
        # A year names the end of a total, which is not that of the year alone.
        start = start.mask(start.notna())
    elif measure == "flow" and start.isna().all():
        start, end = months_of(end)
    label = periods["label"]
    return frame.assign(period_start=start, period_end=end, period=label)


def joined_periods(frame: pd.DataFrame, names: list[str]) -> pd.Series:
    """Join a column of years and one of their quarters, months or weeks."""
    if len(names) == 1:
        return frame[names[0]]
    years, parts = (_without_points(frame[name]) for name in names)
    letter = _LETTERS.get(_plain(names[1]))
    if letter:
        parts = parts.str.replace(r"^.*?(\d+)$", rf"{letter}\1", regex=True)
    # A month may be a name or a number: 2019-mai, 2019-5.
    joined: pd.Series = years + "-" + parts
    return joined.rename(names[1])


def _without_points(column: pd.Series) -> pd.Series:
    # Beside empty cells, whole numbers are floats.
    text = text_column(as_printed(column)).str.strip()
    return text.str.removesuffix(".0")


def _without_blanks(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Strip the names of series: a blank behind "Kenya" cannot be seen."""
    for name in frame.columns.intersection(names):
        if pd.api.types.infer_dtype(frame[name]) == "string":
            stripped = frame[name].str.strip()
            frame = frame.assign(**{name: stripped})
    return frame


def _refuse_several_units(units: pd.Series, number: str) -> None:
    """Refuse dollars beside euros, which would be two series of one figure each."""
    distinct = units.dropna().unique()
    if len(distinct) > 1:
        listed = ", ".join(distinct)
        raise DataError(
            f"{number} has figures in several units: {listed}; convert them to one, "
            "or add a column unit"
        )


def _with_values(counts: pd.DataFrame, number: str) -> pd.DataFrame:
    """Read the values; words beside them become their qualifiers."""
    column = counts[number]
    numbers = parse_numbers(column)
    is_in_words = numbers.isna() & column.notna()
    if pd.api.types.infer_dtype(column) == "string":
        # The text 1.234 may be a thousand and more, so that it is read as words are.
        is_in_words |= column.str.fullmatch(_ONE_THOUSAND).eq(other=True)
    if not is_in_words.any():
        return counts.assign(value=numbers)
    figures = split_figures(column)
    for row, problem in figures["problem"].dropna().items():
        raise DataError(f"{number} in row {row}: {problem}")
    counts = counts.assign(value=figures["value"])
    return with_words(counts, figures)


def with_words(table: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Add what stands beside the values of a table, see `split_figures`.

    What a column of the table says counts more than the words of a cell.
    """
    units = figures["unit"].dropna().unique()
    # "More than 330" before "492 missions" are missions, too.
    if len(units) == 1:
        figures = figures.assign(unit=units[0])
    columns = {}
    for name in ("qualifier", "rounded_to", "unit", "obs_status"):
        column = figures[name]
        # Words that name no unit leave it to the name of the column.
        if column.isna().all():
            continue
        if name in table:
            given = table[name]
            is_open = given.isna() | given.isin(["", "exact"])
            column = column.where(is_open, given).fillna(given)
        columns[name] = column
    return table.assign(**columns)
