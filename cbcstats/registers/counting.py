"""Count the rows of a register per reporting period, and what is missing from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.exceptions import DuplicateError

from cbcstats.arguments import check_choice, check_names
from cbcstats.counts.formats import PARTIAL
from cbcstats.counts.periods import check_month
from cbcstats.errors import ArgumentError
from cbcstats.frames import rows_of, text_column
from cbcstats.places.names import to_iso3, wco_region
from cbcstats.registers.building import with_several_countries_again
from cbcstats.registers.coverage import (
    check_covers,
    coverage_notes,
    known_days,
    last_days,
    reporting_years,
    year_of,
)
from cbcstats.registers.engines import (
    DAY,
    FIRST,
    KNOWN,
    MISSIONS,
    NO_COUNTRY,
    NOT_STATED,
    OUTSIDE,
    PEOPLE,
    ROWS,
    STATUS,
    SUM,
    YEAR,
    cells_of,
)
from cbcstats.registers.schemas import (
    ALL_ISO3,
    COUNTED_ABOVE,
    PRECISION,
    PRECISIONS,
)
from cbcstats.registers.words import (
    PLANNED,
    STATUSES,
    UNKNOWN,
    kinds_of_statuses,
)
from cbcstats.tables.codelists import NO_REGION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.typing import IntoFrame

    from cbcstats.registers.register import Register

_SERIES: Final = "_series"  # the number of a combination of `by`
_SEVERAL: Final = "_several"  # rows of missions to several countries
_UNDATED: Final = "_undated"  # rows of a series without a date
_OUTSIDE: Final = "_outside"  # rows of a series on days that are not covered
_REJECTED: Final = "_rejected"  # rejected rows that may belong to a count
_UNKNOWN: Final = "_unknown"  # missions whose number of people is not known
_NO_STATUS: Final = "_no_status"  # rows whose status is not known, if it is asked for
_LEFT_OUT: Final = "_left_out"  # rows of another status
# Rows that start in a month, quarter or year which is not in one period.
_KNOWN_TO: Final = {name: f"_known_to_{name}" for name in PRECISIONS[1:]}

_ADDED: Final = (
    *(ROWS, SUM, KNOWN),
    *_KNOWN_TO.values(),
    *(_SEVERAL, _REJECTED, _NO_STATUS, _LEFT_OUT),
    *STATUSES,
)
# How cells say that a row has no country, or no region, of its own.
_NOWHERE: Final = {"iso3": NO_COUNTRY, "wco_region": NO_REGION}

# The columns of counts: text, except for these.
_DTYPES: Final = {
    **dict.fromkeys(("period_start", "period_end", "change_since"), "datetime64[us]"),
    **dict.fromkeys(("value", "missing"), "Int64"),
    "rounded_to": "Float64",
    "preferred": "bool",
}
_TEXTS: Final = (
    "indicator measure scope unit period_basis qualifier published_change change_basis "
    "preferred_reason source_id note"
)
_TAKEN: Final = (
    *_TEXTS.split(),
    *_DTYPES,
    YEAR,
    *_ADDED,
    DAY,
    FIRST,
    _SERIES,
    _UNDATED,
    _OUTSIDE,
)


def count_missions(
    register_or_rows: Register | IntoFrame,
    *,
    by: str | Sequence[str] = (),
    covers: tuple[Any, Any] | None = None,
    year_start: int | str | None = None,
    status: str | Sequence[str] | None = None,
    date: str = "start_date",
    indicator: str = MISSIONS,
) -> pd.DataFrame:
    """Count the missions of a register per reporting year, with what is missing.

    Parameters
    ----------
    register_or_rows : Register, or frame of pandas, Polars, PyArrow, DuckDB or Spark
        A register, as `read_register` returns it; or missions, one row each, with the
        columns of `MissionRegister`. Only a register knows which rows were rejected.
        The engine passes over the rows once, or twice with `by`, and returns only the
        counts and the distinct days.
    by : str or sequence of str
        Columns to count by, such as `wco_region` or `programme`.
    covers : tuple of two days, optional
        The first and the last day that the register covers, such as
        `("2021-01-01", "2023-12-31")`; either may be None. By default, those given to
        `read_register`, or as its gaps suggest, see below.
    year_start : int or str, optional
        The month in which reporting years begin: 7 or `July`, 1 for calendar years. By
        default that of the register, or July.
    status : str or sequence of str, optional
        Count only missions with this `status`, such as `delivered`. By default every
        row counts, and `note` says how many are cancelled, postponed or planned.
    date : str
        The column of days that decides in which period a mission counts: `start_date`
        or `end_date`.
    indicator : {"missions", "experts", "participants", "female_participants"}
        What is counted: the missions, or the sum of that column.

    Returns
    -------
    pandas.DataFrame
        Counts in the columns of `Counts`, those of `by` after `scope`; one row per
        reporting period and combination of `by` that occurs, sorted by period. `value`
        (Int64) counts what is known, `missing` (Int64) the rows that may belong there
        and are not in it; `qualifier` is `exact`, or `at_least` where more may be
        missing; `note` says what. `source_id` is the `source` in the `attrs` of a
        pandas frame, else `register`.

    Raises
    ------
    ArgumentError
        If `register_or_rows` is neither a register of missions nor a frame, or holds
        beneficiaries, which `count_beneficiaries` counts; or an argument is not one of
        the options; the message suggests the nearest.
    DataError
        If a column to add up has fractions.

    Notes
    -----
    **Missing rows.** A rejected row counts as missing in the period of its date, or in
    every period if that could not be read; and in the part that it names, or in every
    part. So does a row without a date. A row whose `start_precision` is month, quarter
    or year counts where all of that lies in one period, and else is missing in both
    periods where it may belong. The true count lies between `value` and `value +
    missing`, which `year_on_year` uses; sums of people have no upper end where rows are
    missing. Totals, repeated headers, and rows that are rejected because they repeat
    another are not missing; rejected rows of one `mission_id`, day and part are missing
    once, or not at all if such a row is counted.

    **Countries.** A mission to several countries, in one cell or in rows with one
    `mission_id`, counts once in total, and once in each of its countries or regions.
    The people of several countries in one cell cannot be told apart, and are missing
    from each.

    **Coverage.** Periods are whole reporting years from the first to the last date of
    all rows, or to the ends of `covers`; a combination without missions counts 0.
    Periods are never cut to the first or last mission. Whether the register covers the
    first and the last of them is inferred from its gaps, in days between distinct dates
    of all rows. The first or last period may be covered only in part if the gap at that
    end is longer than every gap inside, and unlikely::

        (span / (span + gap)) ** (weeks - 1) < 0.05

    with `span` the days from the first to the last date, and `weeks` the blocks of
    seven days with a date. Such a count, and that of a period that is not over today,
    or up to whose end missions are planned, has the qualifier `at_least` and a `note`
    that begins with `partial:`; it has no upper end and no monthly rate, and is not
    comparable. So has a year without any dated row, unless both days of `covers` are
    stated: a mistyped date makes such years, but so do few missions. Before and after
    a gap of more than 366 days, the rule is applied to each side alone. A gap of more
    than 30 days that does not meet this rule is noted; the period then counts as
    covered whole. With few missions the rule is unreliable: state `covers` if you know.
    Periods are cut to it, and rows outside are not counted.

    Examples
    --------
    >>> import pandas as pd
    >>> from cbcstats import count_missions, read_register
    >>> typed = pd.DataFrame({"member": ["Kenya", "Mali / Togo", "Atlantis", "Online"],
    ...     "start_date": ["2015-07-01", "2016-06-30", "2016-07-01", "2017-06-30"]})
    >>> register = read_register(typed)
    >>> count_missions(register)[["period_start", "period_end", "value", "missing"]]
      period_start period_end  value  missing
    0   2015-07-01 2016-06-30      2        0
    1   2016-07-01 2017-06-30      1        1
    >>> by_country = count_missions(register, by="iso3").head(3)
    >>> by_country[["iso3", "value"]].to_numpy().tolist()
    [['KEN', 1], ['MLI', 1], ['TGO', 1]]
    """
    register: Any = register_or_rows
    rows = rows_of(register)
    rejected = None
    if rows is not register:
        rejected = register.partly_read
        covers = register.covers if covers is None else covers
        year_start = year_start or register.year_start
    month = check_month("year_start", 7 if year_start is None else year_start)
    by = check_names("by", by)
    _refuse_beneficiaries(rows)
    days_covered = check_covers(covers)
    options: Any = {
        "year_start": month,
        "date": date,
        "indicator": indicator,
        "covers": days_covered,
        "taken": _TAKEN,
    }
    if rows is register and isinstance(rows, pd.DataFrame):
        rows = with_several_countries_again(rows)
    cells, days = cells_of(rows, by, **options)
    failed = cells.head(0)
    if rejected is not None and len(rejected):
        if indicator == MISSIONS:
            rejected = _each_id_once(rejected, rows, [date, *by])
        failed, days_of_failed = cells_of(rejected, by, **options)
        days = _together(days, days_of_failed)
    _check_statuses(cells, status)
    spans = _with_spans(cells, days_covered, month)
    cells = _with_statuses(_by_place(spans, by, indicator), status)
    spans = _with_spans(failed, days_covered, month)
    failed = _with_statuses(_by_place(spans, by, MISSIONS), status)
    # A rejected row may belong to each of its periods; without a status, it may be of
    # one that is asked for.
    failed[ROWS] += failed[[_NO_STATUS, *_KNOWN_TO.values()]].sum(axis="columns")
    totals = _totals(cells, failed, by, _years_of(days_covered, month))
    periods = reporting_years(totals[YEAR].to_numpy(), month, days_covered)
    coverage = _coverage(periods, days, days_covered)
    # Rows of other libraries carry no name of their source.
    source = getattr(rows, "attrs", {}).get("source", "register")
    notes = _notes(coverage, totals, indicator, date)
    return _counts(totals, periods, by, indicator, notes).assign(source_id=str(source))


def _together(days: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Put days under each other, of one dtype: pandas 2 guesses those without values."""
    dtypes = dict.fromkeys(days.columns, "object") | {DAY: "datetime64[us]"}
    return pd.concat([days.astype(dtypes), others.astype(dtypes)], ignore_index=True)


def _each_id_once(
    rejected: pd.DataFrame, rows: pd.DataFrame, keys: list[str]
) -> pd.DataFrame:
    """Leave out rejected rows of a mission that counts, or is missing, already.

    Only rows that agree in its id, day and part, and in their status, are left out.
    """
    if "mission_id" not in rows:
        return rejected
    ids = rejected["mission_id"]
    ids = ids.mask(ids == UNKNOWN)
    also = [name for name in (STATUS, PRECISION) if name in rows]
    names = ["mission_id", *keys, *also]
    has_such_id = rows["mission_id"].isin(ids.dropna())
    passed = rows.loc[has_such_id, names]
    every = pd.concat([passed.astype("object"), rejected[names].astype("object")])
    is_further = every.duplicated().tail(len(rejected))
    is_further &= ids.notna()
    return rejected[~is_further]


def _counts(
    totals: pd.DataFrame,
    periods: pd.DataFrame,
    by: list[str],
    indicator: str,
    notes: pd.Series,
) -> pd.DataFrame:
    """Return totals in the columns of counts."""
    unknown = totals[ROWS] - totals[KNOWN]
    other = [_REJECTED, _UNDATED, _NO_STATUS, *_KNOWN_TO.values()]
    missing = totals[other].sum(axis="columns") + unknown
    is_at_least = (missing > 0) | notes.str.startswith(PARTIAL)
    columns = {
        "indicator": indicator,
        "measure": "flow",
        "scope": "all",
        **{name: totals[name] for name in by},
        "unit": indicator.replace("_", " "),
        "period_start": periods["period_start"],
        "period_end": periods["period_end"],
        "period_basis": "stated",
        "value": totals[SUM],
        "rounded_to": None,
        "qualifier": np.where(is_at_least, "at_least", "exact"),
        "published_change": None,
        "change_basis": None,
        "change_since": None,
        "preferred": True,
        "preferred_reason": None,
        "source_id": "",
        "note": notes.replace("", None),
        "missing": missing,
    }
    counts = pd.DataFrame(columns, index=totals.index).astype(_DTYPES)
    texts = {name: text_column(counts[name]) for name in columns if name not in _DTYPES}
    return counts.assign(**texts)


def _refuse_beneficiaries(rows: Any) -> None:
    """Refuse rows of a register of beneficiaries, which are not missions."""
    try:
        names = nw.from_native(rows).collect_schema().names()
    except (TypeError, DuplicateError):
        # What is not a frame is refused later, in words of its own.
        return
    has_missions = not {"mission_id", *PEOPLE}.isdisjoint(names)
    has_lists = {"programme", "as_of"} <= set(names)
    # Without dates of lists, only the register knows what its rows are.
    kind = rows.attrs.get("kind") if isinstance(rows, pd.DataFrame) else None
    is_of_beneficiaries = has_lists or kind == "beneficiaries"
    if is_of_beneficiaries and not has_missions:
        raise ArgumentError(
            "`register_or_rows` are beneficiaries of programmes, not missions: count them with "
            "count_beneficiaries; if they are missions, drop the column as_of, "
            "or read them with kind='missions'"
        )


def _with_spans(
    cells: pd.DataFrame, covers: tuple[np.datetime64, np.datetime64], month: int
) -> pd.DataFrame:
    """Put rows that may belong to either of two periods into both, as missing rows.

    So are rows of a month, quarter or year of which only a part is covered.
    """
    cells = cells.assign(**dict.fromkeys(_KNOWN_TO.values(), 0))
    if FIRST not in cells:
        return cells
    if cells[FIRST].isna().all():
        return cells.drop(columns=FIRST)
    is_long = cells[FIRST].notna()
    spans = cells[is_long].copy()
    precisions = spans[PRECISION]
    first_day = spans[FIRST]
    last_day = last_days(first_day, precisions)
    first = first_day.to_numpy("datetime64[D]")
    last = last_day.to_numpy("datetime64[D]")
    begin, end = covers
    # Comparisons with NaT are false.
    is_outside = (last < begin) | (first > end)
    is_cut = (first < begin) | (last > end)
    # The other day is taken where one is NaT.
    first_covered = np.fmax(first, begin)
    last_covered = np.fmin(last, end)
    first_year = year_of(first_covered, month)
    last_year = year_of(last_covered, month)
    is_in_one = ~is_cut & (first_year == last_year)
    is_known = is_outside | is_in_one
    spans[YEAR] = np.where(is_outside, OUTSIDE, first_year)
    either = spans.assign(**{SUM: 0, KNOWN: 0, ROWS: 0})
    for precision, name in _KNOWN_TO.items():
        is_of_precision = precisions == precision
        either[name] = spans[ROWS].where(is_of_precision, 0)
    is_in_two = ~is_known & (first_year < last_year)
    later = either[is_in_two].copy()
    later[YEAR] = last_year[is_in_two]
    exact = cells[~is_long]
    parts = [exact, spans[is_known], either[~is_known], later]
    every: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return every.drop(columns=FIRST).astype({YEAR: "Int64"})


def _by_place(cells: pd.DataFrame, by: list[str], indicator: str) -> pd.DataFrame:
    """Count a mission to several countries in each of its countries or regions."""
    is_of_missions = indicator == MISSIONS
    if COUNTED_ABOVE in cells and is_of_missions and COUNTED_ABOVE not in by:
        cells = cells[cells[COUNTED_ABOVE] != "True"]
    cells = cells.assign(**{_SEVERAL: 0})
    if ALL_ISO3 not in cells or ALL_ISO3 in by:
        return cells
    places = [name for name in _NOWHERE if name in by]
    is_several = cells[ALL_ISO3] != ""
    if not is_of_missions:
        # In rows with one id, each country has its own people.
        is_several &= bool(places)
        for name in places:
            is_several &= cells[name] == _NOWHERE[name]
    cells.loc[is_several, _SEVERAL] = cells[ROWS]
    if not places or not is_several.any():
        return cells
    several = cells[is_several]
    countries = several[ALL_ISO3].str.split()
    each = several.assign(iso3=countries)
    each = each.explode("iso3")
    if "wco_region" in by:
        codes = to_iso3(each["iso3"])
        regions = wco_region(codes)
        each["wco_region"] = regions.fillna(NO_REGION)
    parts = each[places].assign(mission=each.index)
    is_repeated = parts.duplicated()
    each = each[~is_repeated].copy()
    is_divided = each.index.duplicated(keep=False)
    each.loc[~is_divided, _SEVERAL] = 0
    if not is_of_missions:
        each.loc[is_divided, [SUM, KNOWN]] = 0
    return pd.concat([cells[~is_several], each], ignore_index=True)


def _with_statuses(
    cells: pd.DataFrame, status: str | Sequence[str] | None
) -> pd.DataFrame:
    """Add the rows of each kind of status; leave out those that are not asked for."""
    cells = cells.assign(**dict.fromkeys((*STATUSES, _NO_STATUS, _LEFT_OUT), 0))
    if STATUS not in cells:
        return cells
    statuses = cells[STATUS]
    if status is None:
        kind = kinds_of_statuses(statuses)
        for name in STATUSES:
            cells[name] = cells[ROWS].where(kind == name, 0)
        return cells
    names = check_names("status", status)
    wanted = [name.casefold() for name in names]
    plain = statuses.str.casefold()
    is_wanted = plain.isin(wanted)
    is_unknown = statuses.isin([UNKNOWN, NOT_STATED]) & ~is_wanted
    is_other = ~is_wanted & ~is_unknown
    number = cells[ROWS]
    cells[_NO_STATUS] = number.where(is_unknown, 0)
    cells[_LEFT_OUT] = number.where(is_other, 0)
    counted = [ROWS, SUM, KNOWN, _SEVERAL]
    cells.loc[~is_wanted, counted] = 0
    cells.loc[is_other, list(_KNOWN_TO.values())] = 0
    return cells


def _check_statuses(cells: pd.DataFrame, status: str | Sequence[str] | None) -> None:
    """Raise ArgumentError if no row has one of the statuses that are asked for."""
    if status is None:
        return
    if STATUS not in cells:
        raise ArgumentError("`status` was given, but there is no column status")
    present = {text.casefold(): text for text in sorted(cells[STATUS].unique())}
    for name in check_names("status", status):
        if name.casefold() not in present:
            check_choice("status", name, sorted(present.values()))


def _years_of(covers: tuple[np.datetime64, np.datetime64], month: int) -> list[int]:
    """Return the reporting years in which the days that are covered begin and end."""
    return [year_of(day, month) for day in covers if not np.isnat(day)]


def _totals(
    cells: pd.DataFrame, failed: pd.DataFrame, by: list[str], covered: list[int]
) -> pd.DataFrame:
    """Add up the cells by year and combination of `by`, with the rejected rows."""
    # A rejected row may name a part or a period in which no row passed.
    is_known = failed[by] != UNKNOWN
    named = failed[is_known.all(axis="columns")]
    named = named.assign(**dict.fromkeys(_ADDED, 0))
    every = pd.concat([cells, named], ignore_index=True)
    every[_SERIES] = every.groupby(by).ngroup() if by else 0
    first_rows = every.drop_duplicates(_SERIES)
    series = first_rows.set_index(_SERIES)[by].sort_index()
    year = every[YEAR]
    is_undated = year.isna()
    is_outside = (year == OUTSIDE) & ~is_undated
    elsewhere = {_UNDATED: is_undated, _OUTSIDE: is_outside}
    for name, is_elsewhere in elsewhere.items():
        rows = every[is_elsewhere].groupby(_SERIES)[ROWS].sum()
        series[name] = rows.reindex(series.index, fill_value=0)
    inside = every[~is_undated & ~is_outside]
    inside = inside.astype({YEAR: "int64"})
    of_failed = failed[YEAR].dropna()
    of_failed = of_failed[of_failed != OUTSIDE]
    years = {*inside[YEAR], *of_failed, *covered}
    span: Any = range(min(years), max(years) + 1) if years else ()
    keys = [YEAR, _SERIES]
    grid: Any = pd.MultiIndex.from_product([span, series.index], names=keys)
    groups = inside.groupby(keys)
    sums = groups[list(_ADDED)].sum()
    # A year in which a series has no cell counts 0.
    totals: pd.DataFrame = sums.reindex(grid, fill_value=0)
    totals = totals.join(series, on=_SERIES).reset_index()
    return totals.assign(**{_REJECTED: _rejected_rows(totals, failed, by)})


def _rejected_rows(
    totals: pd.DataFrame, failed: pd.DataFrame, by: list[str]
) -> pd.Series:
    """Return how many rejected rows may belong to each count.

    A row whose date or part could not be read may belong to any.
    """
    keys = [YEAR, *by]
    is_known = failed[by] != UNKNOWN
    is_known.insert(0, YEAR, failed[YEAR].notna())
    rejected = pd.Series(0, totals.index)
    patterns: Any = failed.groupby([is_known[name] for name in keys])
    for pattern, rows in patterns:
        known = [name for name, is_read in zip(keys, pattern, strict=True) if is_read]
        if not known:
            rejected += rows[ROWS].sum()
            continue
        sums = rows.groupby(known)[ROWS].sum().reset_index()
        matched = totals[known].merge(sums, on=known, how="left")
        rejected += matched[ROWS].fillna(0).astype("int64")
    return rejected


def _coverage(
    periods: pd.DataFrame,
    days: pd.DataFrame,
    covers: tuple[np.datetime64, np.datetime64],
) -> pd.Series:
    """Return the note on the coverage of each period."""
    first, last = map(pd.Timestamp, covers)
    day = days[DAY]
    is_outside = (day < first) | (day > last)
    days = days[~is_outside]
    planned = np.datetime64("NaT", "D")
    if STATUS in days:
        kinds = kinds_of_statuses(days[STATUS])
        is_planned = kinds == PLANNED
        last_planned = days.loc[is_planned, DAY].max()
        # What is planned for a day before the last mission may have been forgotten.
        if last_planned > days.loc[~is_planned, DAY].max():
            planned = last_planned.to_datetime64().astype("datetime64[D]")
    whole = periods.drop_duplicates(ignore_index=True)
    distinct = known_days(days[DAY], days.get(PRECISION))
    notes = coverage_notes(distinct, whole, covers, planned)
    by_start = dict(zip(whole["period_start"], notes, strict=True))
    return periods["period_start"].map(by_start).astype("object")


def _notes(
    coverage: pd.Series, totals: pd.DataFrame, indicator: str, date: str
) -> pd.Series:
    """Write the note of each count: what may be missing, and what is counted how."""
    people = indicator.replace("_", " ")
    is_divided = any(name in totals for name in _NOWHERE)
    how = "in each of them" if is_divided else "once"
    texts = {
        _REJECTED: "{} rejected {rows} may belong here",
        **{
            name: "{} known to the " + precision + " only may belong here"
            for precision, name in _KNOWN_TO.items()
        },
        _UNKNOWN: "number of " + people + " missing for {} of {all} missions",
        _UNDATED: "{} more without " + date.replace("_", " "),
        _OUTSIDE: "{} more outside the days covered",
        _NO_STATUS: "{} more without a status",
        _LEFT_OUT: "{} more with another status",
        **{kind: "{} " + kind + " among them" for kind in STATUSES},
        _SEVERAL: "{} to several countries counted " + how,
    }
    totals = totals.assign(**{_UNKNOWN: totals[ROWS] - totals[KNOWN]})
    notes = []
    numbers = zip(*(totals[name] for name in texts), strict=True)
    for covered, of_all, row in zip(coverage, totals[ROWS], numbers, strict=True):
        parts = [covered] if covered else []
        for text, number in zip(texts.values(), row, strict=True):
            if number:
                rows = "row" if number == 1 else "rows"
                parts.append(text.format(number, rows=rows, all=of_all))
        notes.append("; ".join(parts))
    return pd.Series(notes, totals.index, dtype="object")
