"""The door of public functions: their arguments, checked in words before anything is done.

Each function takes the name of an argument and its value, and returns the value in the form that
the rest works with. What is wrong is an `ArgumentError`: the argument, what it is, what to type.
"""

from __future__ import annotations

import difflib
import numbers
import os
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.errors import SHOWN, ArgumentError, did_you_mean, shortened
from cbcstats.frames import is_frame, to_pandas, to_series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_NEAR: Final = 0.8  # how alike the name of another column is that may be meant
_BITS: Final = 200  # of a number that is shown with all its digits
_PLAIN: Final = (str, int, float, bytes, type(None), Path)


def check_choice(name: str, value: Any, options: Iterable[str]) -> str:
    """Return the value if it is one of the options; else say which is near, then what there is.

    Examples
    --------
    >>> check_choice("per", "monthly", ("period", "month"))
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `per` cannot be 'monthly'; did you mean 'month'? \
It must be one of 'period', 'month'
    """
    options = list(options)
    if isinstance(value, str) and value in options:
        return value
    listed = ", ".join(map(repr, options[:SHOWN])) + (
        ", ..." if len(options) > SHOWN else ""
    )
    rule = f"it must be one of {listed}"
    hint = did_you_mean(value, options) if isinstance(value, str) else ""
    rule = f"{hint} I{rule[1:]}" if hint else f"; {rule}"
    raise ArgumentError(f"`{name}` cannot be {shown(value)}{rule}")


def check_text(name: str, value: Any) -> str:
    """Return a text.

    Examples
    --------
    >>> check_text("title", 3)
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `title` must be a text in quotation marks, but 3 was given
    """
    if not isinstance(value, str):
        raise ArgumentError(
            f"`{name}` must be a text in quotation marks, but {shown(value)} was given"
        )
    return value


def check_optional_text(name: str, value: Any) -> str | None:
    """Return a text, or None."""
    return None if value is None else check_text(name, value)


def check_flag(name: str, value: Any) -> bool:
    """Return True or False; a word such as "no" is neither.

    Examples
    --------
    >>> check_flag("overwrite", "no")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `overwrite` must be True or False, but 'no' was given
    """
    if not isinstance(value, bool | np.bool_):
        raise ArgumentError(
            f"`{name}` must be True or False, but {shown(value)} was given"
        )
    return bool(value)


def check_number(name: str, value: Any) -> float:
    """Return a number: an int, a float, or one of numpy or decimal; infinite and NaN are numbers.

    Examples
    --------
    >>> check_number("dpi", "300")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `dpi` must be a number, but the text '300' was given; write 300
    """
    if isinstance(value, str) and value.strip().replace(".", "", 1).isdecimal():
        raise ArgumentError(
            f"`{name}` must be a number, but the text {value!r} was given; write {value.strip()}"
        )
    is_number = isinstance(value, numbers.Real | Decimal)
    if type(value) is bool or not is_number:
        raise ArgumentError(f"`{name}` must be a number, but {shown(value)} was given")
    try:
        float(value)
    except OverflowError:
        raise ArgumentError(f"`{name}` is too large a number; check it") from None
    number: float = value
    return number


def check_names(
    name: str, value: Any, options: Iterable[str] | None = None
) -> list[str]:
    """Return one name, or the names in a list, a tuple, an Index, an array, each once.

    Examples
    --------
    >>> check_names("by", "scope"), check_names("by", ("indicator", "scope", "scope"))
    (['scope'], ['indicator', 'scope'])
    >>> check_names("by", 3)
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `by` must be a name in quotation marks, or a list of names, \
but 3 was given
    """
    rule = f"`{name}` must be a name in quotation marks, or a list of names, but"
    if isinstance(value, str):
        names = [value]
    elif (
        isinstance(value, Iterable)
        and not isinstance(value, bytes | Mapping)
        and _is_row(value)
    ):
        names = list(value)
    else:
        raise ArgumentError(f"{rule} {shown(value)} was given")
    wrong = [given for given in names if not isinstance(given, str)]
    if wrong:
        raise ArgumentError(f"{rule} {shown(wrong[0])} is among them")
    names = list(dict.fromkeys(map(str, names)))
    for given in names if options is not None else ():
        check_choice(name, given, options or ())
    return names


def _is_row(value: Any) -> bool:
    """Return whether a value is a list and not a table of several columns."""
    return not is_frame(value) and getattr(value, "ndim", 1) == 1


def check_mapping(name: str, value: Any, such_as: str) -> Mapping[Any, Any]:
    """Return a mapping, such as a dict."""
    if not isinstance(value, Mapping):
        raise ArgumentError(
            f"`{name}` must be a mapping such as {such_as}, but {shown(value)} was given"
        )
    return value


def check_frame(
    name: str, value: Any, columns: Sequence[str] = (), made_by: str = ""
) -> pd.DataFrame:
    """Return a frame of any library as one of pandas that has the columns, each once.

    Levels of an index that have names are columns.

    Examples
    --------
    >>> check_frame("changes", pd.DataFrame({"value": [1]}), ["value", "why"], "year_on_year")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `changes` lacks the column 'why'; make it with year_on_year
    """
    frame = _with_levels(name, to_pandas(name, value), columns)
    if isinstance(frame.columns, pd.MultiIndex):
        raise ArgumentError(
            f"`{name}` has columns of {frame.columns.nlevels} levels; give each column one name"
        )
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise ArgumentError(f"`{name}` has two columns called {twice[0]!r}; rename one")
    lacking = [column for column in columns if column not in frame]
    if lacking:
        what = f"the column{'s' if len(lacking) > 1 else ''} {', '.join(map(repr, lacking))}"
        raise ArgumentError(
            f"`{name}` lacks {what}; {_remedy(lacking, frame, columns, made_by)}"
        )
    for column in frame:
        is_object = pd.api.types.is_object_dtype(frame[column].dtype)
        if is_object and frame[column].map(pd.api.types.is_list_like).any():
            raise ArgumentError(
                f"`{name}` has lists in the column {column!r}; explode() writes one value in each row"
            )
    return frame


def _remedy(
    lacking: list[str], frame: pd.DataFrame, columns: Sequence[str], made_by: str
) -> str:
    """Return what to do: rename a column of nearly the same name, or make the frame otherwise."""
    names = [str(column) for column in frame]
    lower = {column.lower(): column for column in names if column not in columns}
    near = difflib.get_close_matches(lacking[0], lower, n=1, cutoff=_NEAR)
    if near:
        return f"rename {lower[near[0]]!r} if that is it"
    return (
        f"make it with {made_by}"
        if made_by
        else f"it has {', '.join(names[:SHOWN]) or 'none'}"
    )


def _with_levels(
    name: str, frame: pd.DataFrame, columns: Sequence[str]
) -> pd.DataFrame:
    """Return a frame whose index holds no columns: all levels of several, or one that is needed."""
    index = frame.index
    if isinstance(index, pd.MultiIndex):
        if any(level is None or level in frame for level in index.names):
            raise ArgumentError(
                f"`{name}` has an index of {index.nlevels} levels; call reset_index() and name "
                "its columns"
            )
        return frame.reset_index()
    is_needed = (
        index.name is not None and index.name in columns and index.name not in frame
    )
    return frame.reset_index() if is_needed else frame


def check_column(name: str, value: Any, frame: pd.DataFrame) -> str:
    """Return the name of a column of a frame."""
    return check_choice(
        name, check_text(name, value), [str(column) for column in frame]
    )


def check_series(name: str, value: Any, what: str) -> pd.Series:
    """Return one value, a list, a dict, or a column of any library as a Series; `what` it holds.

    Examples
    --------
    >>> check_series("names", {"Kenya"}, "names of places")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `names` must be a Series or a list of names of places, \
but set was given
    """
    try:
        return to_series(value)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"`{name}` must be a Series or a list of {what}, but {shown(value)} was given"
        ) from None


def check_axes(name: str, value: Any) -> Axes:
    """Return Axes with two plain axes that are on a figure."""
    from matplotlib.axes import Axes

    if not isinstance(value, Axes):
        hint = ""
        if hasattr(value, "axes"):
            hint = "; a figure has `.axes`"
        elif isinstance(value, np.ndarray) and value.dtype == object:
            hint = "; give one of them, such as axes[0]"
        raise ArgumentError(
            f"`{name}` must be the Axes of a chart, but {shown(value)} was given{hint}"
        )
    if value.figure is None:
        raise ArgumentError(f"`{name}` was removed from its figure; make a new one")
    return value


def check_optional_axes(name: str, value: Any) -> Axes | None:
    """Return Axes to draw on, or None."""
    if value is None:
        return None
    ax = check_axes(name, value)
    if ax.name != "rectilinear":
        raise ArgumentError(f"`{name}` must have plain axes, but {ax.name} was given")
    return ax


def check_path(name: str, value: Any) -> Path:
    """Return a path, with the home folder in place of `~`.

    Examples
    --------
    >>> check_path("path", 3)
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `path` must be the name of a file or folder, but 3 was given
    """
    given = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(given, str) or not given:
        raise ArgumentError(
            f"`{name}` must be the name of a file or folder, but {shown(value)} was given"
        )
    if "\0" in given:
        raise ArgumentError(
            f"{given!r}: no name of a file holds a zero byte; give another name"
        )
    try:
        path = Path(given).expanduser()
        path.exists()
    except RuntimeError:
        message = f"{given}: there is no such home folder; write the path in full"
        raise ArgumentError(message) from None
    except OSError as error:
        message = f"{shortened(given)}: {error.strerror or error}; give another name"
        raise ArgumentError(message) from None
    return path


def check_source(name: str, value: Any) -> Path | pd.DataFrame:
    """Return the path of a file to read, or a frame of any library as one of pandas.

    Examples
    --------
    >>> check_source("source", None)
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `source` must be the path of a file, or a frame, \
but None was given
    """
    if isinstance(value, str | os.PathLike):
        return check_path(name, value)
    if not is_frame(value):
        raise ArgumentError(
            f"`{name}` must be the path of a file, or a frame, but {shown(value)} was given"
        )
    return to_pandas(name, value)


def check_schema(name: str, value: Any, models: Sequence[type]) -> Any:
    """Return a class that extends one of the schemas, or None.

    Examples
    --------
    >>> check_schema("schema", "Counts", [dict])
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `schema` must be a subclass of dict, but 'Counts' was given
    """
    is_one = isinstance(value, type) and issubclass(value, tuple(models))
    if value is not None and not is_one:
        named = " or ".join(model.__name__ for model in models)
        raise ArgumentError(
            f"`{name}` must be a subclass of {named}, but {shown(value)} was given"
        )
    return value


def check_paths(name: str, value: Any) -> list[Path]:
    """Return one path, or the paths in a list."""
    if isinstance(value, str | os.PathLike):
        return [check_path(name, value)]
    if (
        not isinstance(value, Iterable)
        or isinstance(value, bytes | Mapping)
        or not _is_row(value)
    ):
        raise ArgumentError(
            f"`{name}` must be a list of paths, but {shown(value)} was given"
        )
    return [check_path(name, path) for path in value]


def check_file_to_write(name: str, value: Any) -> Path:
    """Return the path of a file, which is not a folder and not in a file."""
    path = check_path(name, value)
    if path.is_dir():
        raise ArgumentError(f"{path}: is a folder; name a file in it")
    above = next((folder for folder in path.parents if folder.exists()), None)
    if above is not None and not above.is_dir():
        raise ArgumentError(
            f"{path}: {above} is a file, not a folder; give another name"
        )
    return path


def shown(value: Any) -> str:
    """Return a value as a message names it: as typed where it is short, by its type otherwise.

    Examples
    --------
    >>> shown("x"), shown([1, 2]), shown(pd.Series([1]))
    ("'x'", '[1, 2]', 'Series')
    """
    if isinstance(value, int) and value.bit_length() > _BITS:
        return "a very large number"
    if (
        isinstance(value, (*_PLAIN, numbers.Number))
        or value is pd.NA
        or value is pd.NaT
    ):
        return shortened(repr(value))
    if isinstance(value, list | tuple):
        return (
            "[" + shortened(", ".join(map(shown, value))) + "]"
            if value
            else "an empty list"
        )
    return type(value).__name__
