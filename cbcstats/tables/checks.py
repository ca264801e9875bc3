"""The checks of a pandera schema, and what breaks them, in words.

A check carries its own words: `error` is what is wrong, `description` what to do about it, and, for
a check of rows, `title` the column to point at. pandera's own checks (`ge`, `isin`, `str_length`)
and checks without words get a sentence from here.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.errors import ArgumentError, Finding, nearest
from cbcstats.files.cells import CHANGE_WITH_SIGN, explain_change
from cbcstats.files.dates import PARTIAL_DATE, explain_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandera.pandas as pa

_SHOWN: Final = 12  # values that a column takes, listed in a remedy

# By the name of pandera's check: what is wrong, and what to do.
_SENTENCES: Final = {
    "equal_to": ("is not {value}", "write {value}"),
    "not_equal_to": ("is {value}", "write another value"),
    "greater_than": ("is not above {min_value}", "write a number above {min_value}"),
    "greater_than_or_equal_to": ("is below {min_value}", "write {min_value} or more"),
    "less_than": ("is not below {max_value}", "write a number below {max_value}"),
    "less_than_or_equal_to": ("is above {max_value}", "write {max_value} or less"),
    "in_range": (
        "is not between {min_value} and {max_value}",
        "write a value between {min_value} and {max_value}",
    ),
    "notin": ("is a value that this column does not take", "write another one"),
    "str_contains": ("does not contain {pattern}", "write a text that contains it"),
    "str_startswith": (
        "does not begin with {string}",
        "write a text that begins with it",
    ),
    "str_endswith": ("does not end in {string}", "write a text that ends in it"),
}


def rows_that_fail(check: pa.Check, values: pd.Series | pd.DataFrame) -> pd.Index:
    """Return the rows in which a check fails; what cannot be decided, as some of it is missing, passes.

    A check that gives one answer for all fails in none or in all rows.

    Raises
    ------
    ArgumentError
        If the check uses a column that the schema does not have.
    """
    backend = check.get_backend(values)(check)
    try:
        # Not `check(values)`, which refuses an answer that is missing for some rows.
        passes: Any = backend.apply(backend.preprocess(values, None))
    except KeyError as error:
        message = f"the check {check.name!r} uses the column {error}, which the schema does not have"
        raise ArgumentError(f"{message}; add it to the schema as a field") from error
    rows: pd.Index = values.index
    if not isinstance(passes, pd.Series):
        return rows[:0] if bool(passes) else rows
    if passes.dtype != bool:
        passes = passes.astype("boolean").fillna(value=True)
    failing: pd.Index = passes.index[~passes.to_numpy(bool)]
    return failing


def broken_values(
    values: pd.Series, column: pa.Column
) -> Iterator[tuple[pd.Index, pa.Check | None]]:
    """Yield the rows whose value breaks a check of the column, and the check; None for `unique`."""
    for check in column.checks:
        rows = rows_that_fail(check, values)
        if len(rows):
            yield rows, check
    if column.unique:
        again = values.index[values.duplicated() & values.notna()]
        if len(again):
            yield again, None


def explain_value(check: pa.Check | None, column: pa.Column, value: str) -> Finding:
    """Return what is wrong with a value that breaks a check of its column.

    Examples
    --------
    >>> import pandera.pandas as pa
    >>> column = pa.Column("Int64", pa.Check.le(500))
    >>> explain_value(column.checks[0], column, "900")
    Finding(problem='is above 500', remedy='write 500 or less', severity='error')
    """
    if check is None:
        return Finding("occurs in a row above", "write each value once")
    known = check.statistics or {}
    if check.name == "isin":
        return _not_in_list([str(option) for option in known["allowed_values"]], value)
    if check.name == "str_matches":
        return _not_of_form(known["pattern"], column, value)
    if check.name == "str_length":
        return _not_so_long(known)
    if check.name == "greater_than_or_equal_to" and known["min_value"] == 0:
        return Finding("is negative", "write a number from 0 on")
    if check.name in _SENTENCES:
        texts = {name: _as_text(limit) for name, limit in known.items()}
        problem, remedy = _SENTENCES[check.name]
        found = Finding(problem.format(**texts), remedy.format(**texts))
        is_date = any(isinstance(limit, datetime.date) for limit in known.values())
        return _of_dates(found) if is_date else found
    return explain_row(check)


def explain_row(check: pa.Check) -> Finding:
    """Return what is wrong where a check fails that carries its own words, or none."""
    own_words = check.error if check.error and check.error != check.name else ""
    problem = own_words or f"does not pass the check {check.name!r}"
    return Finding(problem, check.description or "correct the row")


def column_of(check: pa.Check, schema: pa.DataFrameSchema) -> str:
    """Return the column to point at where a check of rows fails; empty for the whole row."""
    return check.title if check.title and check.title in schema.columns else ""


def empty_columns(schema: pa.DataFrameSchema, present: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with all columns of a schema: those that it lacks are empty."""
    frame = present.copy()
    for name, column in schema.columns.items():
        if name not in frame:
            frame[name] = _missing(str(column.dtype), present.index)
    return frame


def _missing(dtype: str, index: pd.Index) -> pd.Series:
    nullable = {
        "bool": "boolean",
        **{f"int{bits}": "Int64" for bits in (8, 16, 32, 64)},
    }
    kind = nullable.get(dtype, dtype)
    if kind.startswith("datetime64"):
        return pd.Series(pd.NaT, index=index, dtype="datetime64[us]")
    if kind in ("boolean", "category") or kind.lower().startswith(
        ("int", "uint", "float")
    ):
        return pd.Series(
            [None] * len(index), index=index, dtype=pd.api.types.pandas_dtype(kind)
        )
    return pd.Series(None, index=index, dtype="object")


def _not_in_list(options: list[str], value: str) -> Finding:
    near = nearest(value, options, count=1)
    hint = f", perhaps {near[0]}" if near else ""
    more = ", ..." if len(options) > _SHOWN else ""
    listed = ", ".join(options[:_SHOWN])
    return Finding(
        "is not a value that this column takes", f"write one of {listed}{more}{hint}"
    )


def _not_of_form(pattern: str, column: pa.Column, value: str) -> Finding:
    if pattern == PARTIAL_DATE:
        return explain_date(value, may_state=False)
    if pattern == CHANGE_WITH_SIGN and (found := explain_change(value)):
        return found
    form = (column.metadata or {}).get("form", f"it in the form {pattern}")
    return Finding("is not in the form that this column takes", f"write {form}")


def _not_so_long(known: dict[str, Any]) -> Finding:
    least, most = known.get("min_value"), known.get("max_value")
    if (exact := known.get("exact_value")) is not None:
        least = most = exact
    if least is not None and least == most:
        return Finding(f"does not have {least} characters", f"write {least} characters")
    if most is None:
        return Finding(f"has fewer than {least} characters", f"write {least} or more")
    if least is None:
        return Finding(
            f"has more than {most} characters", f"shorten it to {most} characters"
        )
    return Finding(
        f"does not have {least} to {most} characters", f"write {least} to {most}"
    )


def _of_dates(found: Finding) -> Finding:
    """Return a sentence about numbers as one about dates."""
    problem = found.problem.replace("below", "before").replace("above", "after")
    remedy = found.remedy.replace("a number below", "a day before")
    remedy = remedy.replace("a number above", "a day after")
    return Finding(
        problem,
        remedy.replace(" or more", " or later").replace(" or less", " or earlier"),
    )


def _as_text(limit: Any) -> str:
    if isinstance(limit, pd.Timestamp):
        return limit.strftime("%Y-%m-%d")
    return str(limit)
