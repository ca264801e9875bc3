"""Run the checks of a pandera schema, and explain failures in words.

A check can bring its own message: `error` is the problem, `description` the remedy, and
`title` the column that a check of rows is about. The built-in checks of pandera (`ge`,
`isin`, `str_length`) and checks without a message get one here.
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.errors import ArgumentError, Finding, nearest
from cbcstats.files.dates import explain_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandera.pandas as pa

# A year, a month or a day, as precisely as a source states it.
PARTIAL_DATE: Final = r"^\d{4}(-\d{2}(-\d{2})?)?$"
# A published change needs its sign: programs turn +49% into 49% or 0.49, and +2 into 2.
CHANGE_WITH_SIGN: Final = (
    r"^(?!\s)(?=.*[0-9A-Za-z])"
    r"(?!(?=.*[1-9])[0-9]+([.,][0-9]+)?\s?%?$)(?![+-]0[.,][0-9]+$).*(?<!\s)$"
)
# Our checks that compare rows with each other; they run last, on rows without a
# problem.
COMPARE_ROWS: Final = frozenset(
    {"one_figure_is_preferred", "preference_has_a_reason", "place_has_one_short_name"}
)
_SHOWN: Final = 12  # options listed in a remedy
_TYPES_WITH_MISSING: Final = re.compile("boolean|category|u?int|float", re.IGNORECASE)

# Problem and remedy, by the name of a built-in check of pandera.
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
    """Return the rows in which a check fails.

    A missing result, from comparing a missing value, counts as passed. A check that
    returns a single result passes or fails in all rows.

    Raises
    ------
    ArgumentError
        If the check uses a column that the schema does not have.
    """
    backend = check.get_backend(values)(check)
    try:
        # Not `check(values)`: pandera refuses results that are missing in some rows.
        passes: Any = backend.apply(backend.preprocess(values, None))
    except KeyError as error:
        raise ArgumentError(
            f"the check {check.name!r} uses the column {error}, which the schema "
            "does not have; add it to the schema as a field"
        ) from error
    rows: pd.Index = values.index
    if not isinstance(passes, pd.Series):
        # One answer for the whole table.
        if bool(passes):
            return rows[:0]
        return rows
    if passes.dtype != bool:
        passes = passes.astype("boolean").fillna(value=True)
    failing: pd.Index = passes.index[~passes.to_numpy(bool)]
    return failing


def broken_values(
    values: pd.Series, column: pa.Column
) -> Iterator[tuple[pd.Index, pa.Check | None]]:
    """Yield each check that fails in a column, and the rows in which it fails.

    `unique` is an option of the column and not a check; for it the check is None.
    """
    for check in column.checks:
        rows = rows_that_fail(check, values)
        if len(rows):
            yield rows, check
    if column.unique:
        # Two empty cells do not repeat each other.
        repeated = values.index[values.duplicated() & values.notna()]
        if len(repeated):
            yield repeated, None


def explain_value(check: pa.Check | None, column: pa.Column, value: str) -> Finding:
    """Return the problem and the remedy for a value that fails a check of its column.

    Examples
    --------
    >>> import pandera.pandas as pa
    >>> column = pa.Column("Int64", pa.Check.le(500))
    >>> explain_value(column.checks[0], column, "900")
    Finding(problem='is above 500', remedy='write 500 or less', severity='error')
    """
    if check is None:
        return Finding("occurs in a row above", "write each value once")
    limits = check.statistics or {}
    if check.name == "isin":
        options = list(map(str, limits["allowed_values"]))
        return _not_in_list(options, value)
    if check.name == "str_matches":
        return _not_of_form(limits["pattern"], column, value)
    if check.name == "str_length":
        return _not_so_long(limits)
    if check.name in _SENTENCES:
        return _sentence(check.name, limits)
    return explain_row(check)


def explain_row(check: pa.Check) -> Finding:
    """Return the message of a check of rows, or a sentence with its name."""
    problem = check.error
    remedy = check.description
    # Without a message, pandera uses the name of the check.
    if not problem or problem == check.name:
        problem = f"does not pass the check {check.name!r}"
    if not remedy:
        remedy = "correct the row"
    return Finding(problem, remedy)


def column_of(check: pa.Check, schema: pa.DataFrameSchema) -> str:
    """Return the column that a check of rows is about; empty for the whole row."""
    title = check.title or ""
    return title if title in schema.columns else ""


def empty_columns(schema: pa.DataFrameSchema, present: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with all columns of a schema; those it lacks are added empty."""
    frame = present.copy()
    for name, column in schema.columns.items():
        if name in frame:
            continue
        dtype = str(column.dtype)
        frame[name] = _missing(dtype, present.index)
    return frame


def _missing(dtype: str, index: pd.Index) -> pd.Series:
    """Return an empty column of the dtype in the schema."""
    if dtype.startswith("datetime64"):
        return pd.Series(pd.NaT, index=index, dtype="datetime64[us]")
    # `bool` and `int64` have no missing value; their nullable counterparts have.
    is_integer = re.fullmatch("int[0-9]+", dtype)
    if dtype == "bool":
        dtype = "boolean"
    elif is_integer:
        dtype = "Int64"
    has_missing = _TYPES_WITH_MISSING.match(dtype)
    if not has_missing:
        dtype = "object"
    pandas_dtype = pd.api.types.pandas_dtype(dtype)
    return pd.Series(None, index=index, dtype=pandas_dtype)


def _sentence(name: str, limits: dict[str, Any]) -> Finding:
    """Fill the limits of a built-in check of pandera into its message."""
    if name == "greater_than_or_equal_to" and limits["min_value"] == 0:
        return Finding("is negative", "write a number from 0 on")
    problem, remedy = _SENTENCES[name]
    texts = {}
    is_date = False
    for key, limit in limits.items():
        texts[key] = _as_text(limit)
        if isinstance(limit, datetime.date):
            is_date = True
    problem = problem.format(**texts)
    remedy = remedy.format(**texts)
    if is_date:
        return _of_dates(problem, remedy)
    return Finding(problem, remedy)


def _not_in_list(options: list[str], value: str) -> Finding:
    listed = ", ".join(options[:_SHOWN])
    remedy = f"write one of {listed}"
    if len(options) > _SHOWN:
        remedy += ", ..."
    near = nearest(value, options, count=1)
    if near:
        remedy += f", perhaps {near[0]}"
    return Finding("is not a value that this column takes", remedy)


def _not_of_form(pattern: str, column: pa.Column, value: str) -> Finding:
    if pattern == PARTIAL_DATE:
        return explain_date(value, may_state=False)
    # Spreadsheet programs turn +49% into 49% or 0.49.
    finding = _explain_change(value) if pattern == CHANGE_WITH_SIGN else None
    if finding:
        return finding
    metadata = column.metadata or {}
    form = metadata.get("form", f"it in the form {pattern}")
    return Finding("is not in the form that this column takes", f"write {form}")


def _explain_change(cell: str) -> Finding | None:
    """Explain how a spreadsheet program changed a published change such as +49%.

    Examples
    --------
    >>> _explain_change("49%").remedy
    'write +49%, or -49% for a decrease'
    """
    number = cell.replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?%?", number):
        return None
    if number.endswith("%") or "." not in number:
        problem = "has no sign; spreadsheet programs remove the plus"
        return Finding(problem, f"write +{number}, or -{number} for a decrease")
    # Excel stores +49% as the number 0.49.
    sign = "-" if number.startswith("-") else "+"
    percent = 100 * float(number.lstrip("+-"))
    remedy = (
        f"write the change as printed, such as {sign}{percent:.6g}%; "
        "a difference with its unit, such as +0.5 million"
    )
    return Finding("may be a percentage as spreadsheet programs store it", remedy)


def _not_so_long(limits: dict[str, Any]) -> Finding:
    least = limits.get("min_value")
    most = limits.get("max_value")
    exact = limits.get("exact_value")
    if exact is not None:
        least = most = exact
    if least is not None and least == most:
        return Finding(f"does not have {least} characters", f"write {least} characters")
    if most is None:
        return Finding(f"has fewer than {least} characters", f"write {least} or more")
    if least is None:
        problem = f"has more than {most} characters"
        return Finding(problem, f"shorten it to {most} characters")
    problem = f"does not have {least} to {most} characters"
    return Finding(problem, f"write {least} to {most}")


def _of_dates(problem: str, remedy: str) -> Finding:
    """Reword a message about numbers as one about dates."""
    # A date is before or after a limit, not below or above it.
    problem = problem.replace("below", "before")
    problem = problem.replace("above", "after")
    for number, date in (
        ("a number below", "a day before"),
        ("a number above", "a day after"),
        (" or more", " or later"),
        (" or less", " or earlier"),
    ):
        remedy = remedy.replace(number, date)
    return Finding(problem, remedy)


def _as_text(limit: Any) -> str:
    # Days are stored as timestamps; leave 00:00 out of the message.
    if isinstance(limit, pd.Timestamp):
        return limit.strftime("%Y-%m-%d")
    return str(limit)
