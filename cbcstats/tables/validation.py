"""Cells of text -> a typed frame, and every problem in plain words: parse first, then validate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.errors import DataError, nearest
from cbcstats.files import cells
from cbcstats.files.dates import parse_day
from cbcstats.files.reading import Problem
from cbcstats.files.scalars import MARKS
from cbcstats.tables import schemas
from cbcstats.tables.rules import FORM_OF_REGISTER, PATTERNS, RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    import pandera.pandas as pa

    from cbcstats.files.reading import Cells

_DIGITS: Final = 15  # a number of so many is held exactly


def problems_error(file: str, problems: list[Problem]) -> DataError:
    """Put problems into an error, in the order of the file."""
    in_order = sorted(problems, key=lambda problem: problem.row)
    frame = pd.DataFrame(in_order, columns=pd.Index(Problem._fields))
    frame.insert(0, "file", file)
    count = f"{len(frame)} problem{'s'[: len(frame) != 1]}"
    return DataError(f"{file}: {count}; nothing was loaded", frame)


def check_cells(
    cells: Cells,
    schema: pa.DataFrameSchema,
    known_sources: Collection[str],
    *,
    of_registers: bool = False,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Parse each cell by the dtype of its column, then validate what could be parsed.

    A cell that cannot be parsed is one problem and becomes missing, so that it hides no other one. Sources are those
    that are known, and registers where the figures may be `of_registers`.
    """
    problems = list(cells.problems)
    renamed = {
        name: _plain_name(name) for name in cells.frame if _differs_by_case(name, cells, schema)
    }
    doubled = [
        name
        for place, name in enumerate(renamed)
        if renamed[name] in list(renamed.values())[:place]
    ]
    problems += [
        Problem(
            cells.header, str(name), "", f"is the column {renamed[name]} once more", "rename one"
        )
        for name in doubled
    ]
    text = cells.frame.rename(
        columns={name: plain for name, plain in renamed.items() if name not in doubled}
    )
    others = [name for name in map(str, text) if name not in schema.columns]
    needed = [
        name
        for name, column in schema.columns.items()
        if not (column.metadata or {}).get("optional")
    ]
    absent = {name for name in needed if name not in text}
    if len(absent) > len(needed) / 2:
        return text, [*problems, _not_the_header(cells, needed)]
    for name in needed:
        if name in absent:
            near = nearest(name, others, count=1)
            found = f"; found {near[0]!r} instead" if near else ""
            said = f"is a column that is missing{found}"
            problems.append(Problem(cells.header, name, "", said, "add or rename the column"))
    text = text.reindex(columns=[*schema.columns, *others], fill_value="")
    frame = pd.DataFrame(index=text.index)
    for name in map(str, text):
        frame[name] = _parse(text, name, schema, problems)
    frame = _complete(frame, text, schema)
    bad = {(problem.row, problem.column) for problem in problems}
    unknown = _unknown_sources(text, schema, known_sources, of_registers=of_registers)
    for problem in (*_broken(frame, text, schema, problems), *unknown):
        if problem.column not in absent and (problem.row, problem.column) not in bad:
            bad.add((problem.row, problem.column))
            problems.append(problem)
    return frame, problems


def whole_if_possible(values: pd.Series) -> pd.Series:
    """Return numbers as Int64, so that counts read as counts, or as they are if one of them has decimals."""
    return values.astype("Int64") if (values.dropna() % 1 == 0).all() else values


def _parse(
    text: pd.DataFrame, name: str, schema: pa.DataFrameSchema, problems: list[Problem]
) -> pd.Series:
    """Parse a column, each distinct text once."""
    column = schema.columns.get(name)
    dtype = str(column.dtype) if column else "string"
    partial = bool(column and column.metadata and column.metadata.get("partial"))
    parse: Callable[[str], object] = str
    kind = ""
    if dtype == "Float64":
        parse, kind = _number, cells.NUMBER
    elif dtype == "bool":
        parse, kind = _mark, cells.MARK
    elif dtype.startswith("datetime64"):
        parse, kind = lambda cell: parse_day(cell, partial=partial)[0], cells.DAY
    parsed: dict[str, object] = {"": None}
    for cell in filter(None, text[name].unique()):
        found = cells.damage(cell)
        try:
            parsed[cell] = (
                None if found and kind else parse(cell)
            )  # a text that was lost is still no empty cell
        except ValueError as error:
            problem, _, remedy = str(error).partition("; ")
            parsed[cell] = None
            found = cells.explain(cell, kind)
            found = found or (problem, remedy or "write a day that exists, such as 2018-03-02")
        if found:
            problems += [Problem(row, name, cell, *found) for row in text.index[text[name] == cell]]
    values = [parsed[cell] for cell in text[name]]
    if dtype.startswith("datetime64"):
        return pd.Series(values, index=text.index, dtype="datetime64[us]")
    kept = {"Float64": "Float64", "bool": "boolean"}.get(dtype, "str")
    return pd.Series(values, index=text.index, dtype=kept)


def _number(cell: str) -> float:
    found = re.fullmatch(r"([+-]?[0-9]+)(\.[0-9]+)?", cell)
    if found is None or re.fullmatch(
        r"[1-9][0-9]{0,2}\.[0-9]{2}0", cell
    ):  # 1.200 may be 1200, as some write it
        raise ValueError(
            "is not a number; write digits only, such as 1200 or 24.1, and put words such as 'more than' into qualifier"
        )
    if len(cell) > _DIGITS:
        raise ValueError("has more digits than are kept; round it to 15")
    return float(cell)


def _mark(cell: str) -> bool:
    if cell.lower() not in MARKS:
        raise ValueError("is neither true nor false; write one of the two")
    return MARKS[cell.lower()]


def _complete(frame: pd.DataFrame, text: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Fill what a table may leave out."""
    for precision in [name for name in schema.columns if name.endswith("_precision")]:
        lengths = text[precision.removesuffix("_precision")].str.len()
        known = lengths.map({4: "year", 7: "month", 10: "day"}).astype("str")
        frame[precision] = frame[precision].fillna(known)
    if "preferred" in frame:
        figures = pd.Series(1, index=frame.index).groupby(
            schemas.figures_of_one_period(frame), dropna=False
        )
        frame["preferred"] = frame["preferred"].fillna(figures.transform("size") == 1).astype(bool)
    if "list_id" in frame:
        frame["list_id"] = frame["list_id"].fillna(
            text["programme"] + " | " + text["track"] + " | " + text["as_of"]
        )
    return frame


def _plain_name(name: object) -> str:
    return "_".join(str(name).lower().split())


def _differs_by_case(name: object, cells: Cells, schema: pa.DataFrameSchema) -> bool:
    """Return whether a name differs from that of a column by case and blanks only."""
    return (
        name not in schema.columns
        and _plain_name(name) in schema.columns
        and _plain_name(name) not in cells.frame
    )


def _not_the_header(cells: Cells, needed: list[str]) -> Problem:
    names = ", ".join(map(str, cells.frame))
    return Problem(
        cells.header,
        "",
        names,
        "is not the header of this table",
        f"name the columns {', '.join(needed)}",
    )


def _doubtful(
    problems: list[Problem], text: pd.DataFrame, rests_on: tuple[str, ...]
) -> set[str] | None:
    """Return the indicators whose rows a rule cannot put together, for a cell among them is bad; None for all."""
    doubtful: set[str] = set()
    for problem in problems:
        if problem.row in text.index and problem.column in rests_on[1:]:
            doubtful.add(str(text.at[problem.row, rests_on[0]]))
        elif problem.row not in text.index and not problem.column:
            doubtful |= {
                name for name in text[rests_on[0]].unique() if name and name in problem.value
            }
        elif problem.column in rests_on:
            return None
    return doubtful


def _broken(
    frame: pd.DataFrame, text: pd.DataFrame, schema: pa.DataFrameSchema, problems: list[Problem]
) -> Iterable[Problem]:
    """Yield what the schema finds wrong, in plain words."""
    import pandera.errors

    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        failures = errors.failure_cases
        of_cells = failures[failures["schema_context"] == "Column"]
        of_rows = failures[failures["schema_context"] == "DataFrameSchema"].drop_duplicates(
            ["check", "index"]
        )
        for failure in of_cells.itertuples(index=False):
            value = str(text.at[failure.index, failure.column])
            yield Problem(
                failure.index,
                failure.column,
                value,
                *_in_words(str(failure.check), value, schema, failure.column),
            )
        for failure in of_rows.itertuples(index=False):
            rule = RULES[failure.check]
            doubtful = _doubtful(problems, text, rule.rests_on) if rule.rests_on else set()
            if doubtful is None or (
                rule.rests_on and text.at[failure.index, rule.rests_on[0]] in doubtful
            ):
                continue
            value = str(text.at[failure.index, rule.column])
            yield Problem(failure.index, rule.column, value, rule.problem, rule.remedy)


def _in_words(check: str, value: str, schema: pa.DataFrameSchema, column: str) -> tuple[str, str]:
    details = {made.name: made.statistics for made in schema.columns[column].checks}
    if check == "not_nullable":
        return "is empty", f"fill it: {schema.columns[column].description}"
    if check.startswith("isin"):
        options = [str(option) for option in details["isin"]["allowed_values"]]
        near = nearest(value, options, count=1)
        hint = f", perhaps {near[0]}" if near else ""
        return "is not a word that this column takes", f"write one of {', '.join(options)}{hint}"
    if check.startswith("str_matches"):
        pattern = details["str_matches"]["pattern"]
        other = "has another form than this column takes", f"write {PATTERNS[pattern]}"
        return cells.explain(value, pattern) or other
    return "is too low a number", f"write one {'from 0 on' if column == 'value' else 'above 0'}"


def _unknown_sources(
    text: pd.DataFrame, schema: pa.DataFrameSchema, known: Collection[str], *, of_registers: bool
) -> Iterable[Problem]:
    for name, column in schema.columns.items():
        if (column.metadata or {}).get("refers_to"):
            unknown = text.loc[(text[name] != "") & ~text[name].isin(known), name]
            if of_registers:
                unknown = unknown[~unknown.str.fullmatch(FORM_OF_REGISTER)]
            for row, cell in unknown.items():
                near = nearest(cell, known, count=1)
                hint = f"; perhaps {near[0]} was meant" if near else ""
                yield Problem(
                    row,
                    name,
                    cell,
                    f"is a source that is not known{hint}",
                    "add it to sources.csv, or correct the id",
                )
