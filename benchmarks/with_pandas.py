"""The same as `read_register` and `count_missions`, written by hand for this one file with pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from benchmarks import wordings as w
from benchmarks.wordings import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FIRST_DAY: Final = pd.Timestamp("1952-01-01")
_DAYS: Final = ("start_date", "end_date")
_FEW: Final = ("programme", "kind", "status")  # columns of a few texts
_HEADER: Final = 2  # rows are numbered as a spreadsheet numbers them


def read(path: Path, *, once: bool = True) -> Pipeline:
    """Read a register: rows that passed, typed, every bad cell, and counts by reporting year and region.

    By default each distinct text of a column is parsed once, else the column as a whole, as one usually does.
    """
    text = pd.read_csv(path, engine="pyarrow", dtype="str", keep_default_na=False)
    typed = {name: _parsed(text[name], _days, once=once) for name in _DAYS}
    typed |= {name: _parsed(text[name], _counts, once=once) for name in w.NUMBERS}
    codes, members = text["member"].factorize()
    places = w.places(members.tolist())
    problems = _problems(text, typed, places, codes)
    passed = np.ones(len(text), dtype=bool)
    passed[problems.loc[problems["error"], "row"] - _HEADER] = False
    rows = _rows(text, typed, places, codes, np.flatnonzero(passed))
    years = (rows["start_date"].dt.year - (rows["start_date"].dt.month < 7)).rename(
        "year"
    )
    counts = (
        rows.groupby([years, "wco_region"], observed=True, dropna=False)
        .size()
        .rename("missions")
        .reset_index()
    )
    return Pipeline(rows, problems, counts)


def _parsed(
    column: pd.Series, parse: Callable[[pd.Series], pd.Series], *, once: bool
) -> np.ndarray:
    if not once:
        return parse(column).to_numpy()
    codes, texts = column.factorize()
    return parse(pd.Series(texts)).to_numpy()[codes]


def _days(texts: pd.Series) -> pd.Series:
    """Return days in ISO 8601 that may be; other text is missing."""
    days = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce").astype(
        "datetime64[us]"
    )
    return days.where((days >= _FIRST_DAY) & (days <= pd.Timestamp.now()))


def _counts(texts: pd.Series) -> pd.Series:
    """Return numbers from 0 on; other text is missing, and so are fractions."""
    counts = pd.to_numeric(texts, errors="coerce").astype("float64")
    return counts.where((counts >= 0) & (counts % 1 == 0))


def _problems(
    text: pd.DataFrame,
    typed: dict[str, np.ndarray],
    places: pd.DataFrame,
    codes: np.ndarray,
) -> pd.DataFrame:
    """Return one line for each bad cell: the cells are found in all rows, what is wrong with them only there."""

    def lines(
        column: str,
        bad: np.ndarray,
        problem: str | np.ndarray | Callable[[pd.Series], np.ndarray],
    ) -> None:
        at = np.flatnonzero(bad)
        values = pd.Series(text[column].array.take(at))
        problems = (
            problem(values) if callable(problem) else np.broadcast_to(problem, len(at))
        )
        frame = pd.DataFrame(
            {
                "row": at + _HEADER,
                "column": column,
                "value": values,
                "problem": problems,
            }
        )
        warnings = w.WARNINGS.get(column, ())
        found.append(frame.assign(error=~frame["problem"].isin(warnings)))

    found: list[pd.DataFrame] = []
    start, end = (typed[name] for name in _DAYS)
    wrong = places["problem"].to_numpy(dtype=object)
    bad_places = places["problem"].notna().to_numpy()[codes]
    lines("member", bad_places, wrong[codes[bad_places]])
    lines("member", places["joined"].to_numpy()[codes] > start, w.NO_MEMBER_YET)
    lines("start_date", np.isnat(start), _wrong_with_days)
    lines(
        "end_date",
        np.isnat(end) & (text["end_date"] != "").to_numpy(),
        _wrong_with_days,
    )
    lines("end_date", end < start, w.BEFORE_START)
    for name in w.NUMBERS:
        lines(
            name,
            np.isnan(typed[name]) & (text[name] != "").to_numpy(),
            _wrong_with_counts,
        )
    lines(
        "female_participants",
        typed["female_participants"] > typed["participants"],
        w.MORE_WOMEN,
    )
    lines("mission_id", text["mission_id"].duplicated().to_numpy(), w.REPEATED)
    return pd.concat(found).sort_values("row", kind="stable", ignore_index=True)


def _no_value(texts: pd.Series) -> dict[str, pd.Series]:
    lower = texts.str.lower()
    return {
        w.EMPTY: texts == "",
        w.TO_COME_YET: lower.isin(w.NOT_YET),
        w.NO_VALUE: lower.isin(w.NO_VALUES),
    }


def _wrong_with_days(texts: pd.Series) -> np.ndarray:
    days = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
    numbers = texts.str.extract(w.THREE_NUMBERS).astype("float64")
    cases = _no_value(texts) | {
        w.TOO_EARLY: days < _FIRST_DAY,
        w.TOO_LATE: days.notna(),
        w.NO_DAY: texts.str.contains(w.ISO_DAY),
        w.EITHER_ORDER: (numbers <= 12).all(axis="columns"),
        w.NO_FORMAT: numbers.notna().all(axis="columns"),
        w.IN_WORDS: texts.str.contains(w.WORDS_AND_YEAR),
    }
    return np.select(list(cases.values()), list(cases), w.NO_DATE)


def _wrong_with_counts(texts: pd.Series) -> np.ndarray:
    cases = _no_value(texts) | {
        w.NEGATIVE: texts.str.contains(w.WHOLE),
        w.MARKED: texts.str.contains(w.GROUPED),
        w.NOT_WHOLE: texts.str.contains(w.FRACTION),
    }
    return np.select(list(cases.values()), list(cases), w.NO_NUMBER)


def _rows(
    text: pd.DataFrame,
    typed: dict[str, np.ndarray],
    places: pd.DataFrame,
    codes: np.ndarray,
    passed: np.ndarray,
) -> pd.DataFrame:
    member = codes[passed]
    texts = {
        name: text[name].array.take(passed) for name in ("mission_id", *_FEW, "report")
    }
    columns: dict[str, Any] = {
        "mission_id": texts["mission_id"],
        **{
            name: pd.Categorical(places[name]).take(member)
            for name in ("member", "iso3", "wco_region")
        },
        **{name: typed[name][passed] for name in _DAYS},
        **{name: pd.Categorical(texts[name]) for name in _FEW},
        **{name: pd.array(typed[name][passed], dtype="Int64") for name in w.NUMBERS},
        "report": texts["report"],
    }
    return pd.DataFrame(
        columns, index=pd.Index(passed + _HEADER, name="row"), copy=False
    )
