"""The same as `read_register` and `count_missions`, written by hand for this one file with Polars."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

import pandas as pd
import polars as pl
import pyarrow as pa

from benchmarks import wordings as w
from benchmarks.wordings import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

_FIRST_DAY: Final = datetime.date(1952, 1, 1)
_FEW: Final = ("programme", "kind", "status")  # columns of a few texts
_NULLABLE: Final = {pa.int64(): pd.Int64Dtype()}


def read(path: Path) -> Pipeline:
    """Read a register: rows that passed, typed, every bad cell, and counts by reporting year and region."""
    scan = pl.scan_csv(
        path,
        infer_schema=False,
        empty_string_is_null=False,
        row_index_name="row",
        row_index_offset=2,
    )
    text = scan.collect(engine="streaming")
    places = pl.from_pandas(w.places(text["member"].unique().to_list()))
    places = places.with_columns(
        pl.col("iso3", "wco_region").cast(pl.Categorical)
    ).lazy()
    lazy = text.lazy()
    typed = pl.concat(
        pl.collect_all(
            [
                lazy.select("member")
                .join(places, on="member", how="left", maintain_order="left")
                .drop("member"),
                lazy.with_columns(
                    start=_day("start_date"),
                    end=_day("end_date"),
                    repeated=~pl.col("mission_id").is_first_distinct(),
                    **{f"{name}_count": _count(name) for name in w.NUMBERS},
                ),
            ]
        ),
        how="horizontal",
    )
    problems = _problems(typed)
    passed = _rows(typed, problems)
    year = pl.col("start_date").dt.year() - (pl.col("start_date").dt.month() < 7)
    counts = (
        passed.lazy()
        .group_by(year.alias("year"), "wco_region")
        .agg(pl.len().alias("missions"))
    )
    frames = (passed, problems, counts.collect(engine="streaming"))
    rows, *others = (
        frame.to_arrow().to_pandas(types_mapper=_NULLABLE.get) for frame in frames
    )
    return Pipeline(rows.set_index("row"), *others)


def _day(name: str) -> pl.Expr:
    """Return days in ISO 8601 that may be; other text is null."""
    day = pl.col(name).str.to_date("%Y-%m-%d", strict=False)
    return pl.when(day.is_between(_FIRST_DAY, datetime.date.today())).then(day)


def _count(name: str) -> pl.Expr:
    count = pl.col(name).cast(pl.Int64, strict=False)
    return pl.when(count >= 0).then(count)


def _problems(typed: pl.DataFrame) -> pl.DataFrame:
    """Return one line for each bad cell: the cells are found in all rows, what is wrong with them only there."""
    lazy, cell = typed.lazy(), pl.col
    women = cell("female_participants_count") > cell("participants_count")
    faults = [
        _lines(lazy.filter(cell("problem").is_not_null()), "member", cell("problem")),
        _lines(
            lazy.filter(cell("joined") > cell("start")),
            "member",
            pl.lit(w.NO_MEMBER_YET),
        ),
        _lines(
            lazy.filter(cell("start").is_null()),
            "start_date",
            _wrong_with_day("start_date"),
        ),
        _lines(
            lazy.filter(cell("end").is_null(), cell("end_date") != ""),
            "end_date",
            _wrong_with_day("end_date"),
        ),
        _lines(
            lazy.filter(cell("end") < cell("start")), "end_date", pl.lit(w.BEFORE_START)
        ),
        *(
            _lines(
                lazy.filter(cell(f"{name}_count").is_null(), cell(name) != ""),
                name,
                _wrong_with_count(name),
            )
            for name in w.NUMBERS
        ),
        _lines(lazy.filter(women), "female_participants", pl.lit(w.MORE_WOMEN)),
        _lines(lazy.filter("repeated"), "mission_id", pl.lit(w.REPEATED)),
    ]
    return pl.concat(pl.collect_all(faults)).sort("row", maintain_order=True)


def _lines(bad: pl.LazyFrame, column: str, problem: pl.Expr) -> pl.LazyFrame:
    lines = bad.select(
        "row", column=pl.lit(column), value=pl.col(column), problem=problem
    )
    return lines.with_columns(
        error=~pl.col("problem").is_in(w.WARNINGS.get(column, ()))
    )


def _first_of(cases: dict[str, pl.Expr], otherwise: str) -> pl.Expr:
    """Return the words of the first case that holds."""
    words = pl.lit(otherwise)
    for problem, holds in reversed(cases.items()):
        words = pl.when(holds).then(pl.lit(problem)).otherwise(words)
    return words


def _no_value(name: str) -> dict[str, pl.Expr]:
    lower = pl.col(name).str.to_lowercase()
    return {
        w.EMPTY: lower == "",
        w.TO_COME_YET: lower.is_in(w.NOT_YET),
        w.NO_VALUE: lower.is_in(w.NO_VALUES),
    }


def _wrong_with_day(name: str) -> pl.Expr:
    text = pl.col(name)
    day = text.str.to_date("%Y-%m-%d", strict=False)
    first, second = (
        text.str.extract(w.THREE_NUMBERS, group).cast(pl.Int8) for group in (1, 2)
    )
    cases = _no_value(name) | {
        w.TOO_EARLY: day < _FIRST_DAY,
        w.TOO_LATE: day.is_not_null(),
        w.NO_DAY: text.str.contains(w.ISO_DAY),
        w.EITHER_ORDER: (first <= 12) & (second <= 12),
        w.NO_FORMAT: first.is_not_null(),
        w.IN_WORDS: text.str.contains(w.WORDS_AND_YEAR),
    }
    return _first_of(cases, w.NO_DATE)


def _wrong_with_count(name: str) -> pl.Expr:
    text = pl.col(name)
    cases = _no_value(name) | {
        w.NEGATIVE: text.str.contains(w.WHOLE),
        w.MARKED: text.str.contains(w.GROUPED),
        w.NOT_WHOLE: text.str.contains(w.FRACTION),
    }
    return _first_of(cases, w.NO_NUMBER)


def _rows(typed: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    bad = problems.filter("error")["row"].unique() - 2
    passed = pl.repeat(True, typed.height, eager=True).scatter(bad, False)
    return (
        typed.lazy()
        .filter(passed)
        .select(
            "row",
            "mission_id",
            pl.col("member").cast(pl.Categorical),
            "iso3",
            "wco_region",
            *(
                pl.col(day).cast(pl.Datetime("us")).alias(f"{day}_date")
                for day in ("start", "end")
            ),
            pl.col(_FEW).cast(pl.Categorical),
            *(pl.col(f"{name}_count").alias(name) for name in w.NUMBERS),
            "report",
        )
        .collect()
    )
