"""Check the arguments of public functions before any work begins.

Each function takes the name of an argument and its value, and returns the value in the
form that the rest of the package works with. A wrong value raises an `ArgumentError`
that names the argument, the fault, and a value to type instead.
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

# Least similarity, from 0 to 1, at which renaming a column is suggested.
_SIMILAR: Final = 0.8
# Printing a larger integer is slow, and Python refuses to print the largest ones.
_BITS: Final = 200
# Types whose values a message shows as they are; for others, it names the type.
_PLAIN: Final = (str, int, float, bytes, type(None), Path)


def check_choice(name: str, value: Any, options: Iterable[str]) -> str:
    """Check that a value is one of the options; suggest the nearest if it is not.

    Examples
    --------
    >>> check_choice("per", "monthly", ("period", "month"))
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `per` cannot be 'monthly'; did you mean 'month'? \
It must be one of 'period', 'month'
    """
    # Columns of a frame can have numbers or tuples for names.
    options = list(map(str, options))
    # Comparing an array or a frame with a name would raise an error of its own.
    if isinstance(value, str) and value in options:
        return value
    listed = ", ".join(map(repr, options[:SHOWN]))
    if len(options) > SHOWN:
        listed += ", ..."
    rule = f"; it must be one of {listed}"
    hint = did_you_mean(value, options) if isinstance(value, str) else ""
    if hint:
        rule = f"{hint} It must be one of {listed}"
    raise ArgumentError(f"`{name}` cannot be {shown(value)}{rule}")


def check_text(name: str, value: Any) -> str:
    """Check that a value is a text.

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
    """Check that a value is a text, or None."""
    return None if value is None else check_text(name, value)


def check_flag(name: str, value: Any) -> bool:
    """Check that a value is True or False; words such as "no" are refused.

    Examples
    --------
    >>> check_flag("overwrite", "no")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `overwrite` must be True or False, but 'no' was given
    """
    # Comparisons of arrays give numpy's own True and False.
    if not isinstance(value, bool | np.bool_):
        raise ArgumentError(
            f"`{name}` must be True or False, but {shown(value)} was given"
        )
    return bool(value)


def check_number(name: str, value: Any) -> float:
    """Check that a value is a number from Python, numpy or decimal.

    Infinity and NaN are accepted.

    Examples
    --------
    >>> check_number("dpi", "300")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `dpi` must be a number, but the text '300' was given; write 300
    """
    if isinstance(value, str) and value.strip().replace(".", "", 1).isdecimal():
        raise ArgumentError(
            f"`{name}` must be a number, but the text {value!r} was given; "
            f"write {value.strip()}"
        )
    # Decimal is not registered as a real number, and Python counts True as 1.
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
    """Check one name, or several in a list, tuple, Index or array; drop repeated ones.

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
    # A string is iterable, too, and would become a list of letters.
    if isinstance(value, str):
        names = [value]
    elif _is_list(value):
        names = list(value)
    else:
        raise ArgumentError(f"{rule} {shown(value)} was given")
    wrong = [given for given in names if not isinstance(given, str)]
    if wrong:
        raise ArgumentError(f"{rule} {shown(wrong[0])} is among them")
    # numpy strings would print as np.str_('scope') in messages.
    names = list(dict.fromkeys(map(str, names)))
    if options is not None:
        options = list(options)
        for given in names:
            check_choice(name, given, options)
    return names


def _is_list(value: Any) -> bool:
    """Tell whether a value is a list of some kind, and not a dict or a table."""
    if not isinstance(value, Iterable) or isinstance(value, bytes | Mapping):
        return False
    return not is_frame(value) and getattr(value, "ndim", 1) == 1


def check_mapping(name: str, value: Any, such_as: str) -> Mapping[Any, Any]:
    """Check that a value is a mapping, such as a dict."""
    if not isinstance(value, Mapping):
        raise ArgumentError(
            f"`{name}` must be a mapping such as {such_as}, "
            f"but {shown(value)} was given"
        )
    return value


def check_frame(
    name: str, value: Any, columns: Sequence[str] = (), made_by: str = ""
) -> pd.DataFrame:
    """Check a data frame of any library and its columns, and convert it to pandas.

    Named index levels become columns. `made_by` is the function that returns such
    frames, for the message.

    Examples
    --------
    >>> frame = pd.DataFrame({"value": [1]})
    >>> check_frame("changes", frame, ["value", "why"], "year_on_year")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `changes` lacks the column 'why'; make it with year_on_year
    """
    frame = _with_levels(name, to_pandas(name, value), columns)
    if isinstance(frame.columns, pd.MultiIndex):
        raise ArgumentError(
            f"`{name}` has columns of {frame.columns.nlevels} levels; "
            "give each column one name"
        )
    # With a duplicate name, frame["value"] would be a frame, not a column.
    duplicates = frame.columns[frame.columns.duplicated()]
    if len(duplicates):
        raise ArgumentError(
            f"`{name}` has two columns called {duplicates[0]!r}; rename one"
        )
    missing = [column for column in columns if column not in frame]
    if missing:
        ending = "s" if len(missing) > 1 else ""
        listed = ", ".join(map(repr, missing))
        remedy = _remedy(missing, frame, columns, made_by)
        raise ArgumentError(f"`{name}` lacks the column{ending} {listed}; {remedy}")
    _refuse_lists(name, frame)
    return frame


def _refuse_lists(name: str, frame: pd.DataFrame) -> None:
    # Lists in cells cannot be compared, grouped or written to a file.
    for column, cells in frame.items():
        if not pd.api.types.is_object_dtype(cells.dtype):
            continue
        if cells.map(pd.api.types.is_list_like).any():
            raise ArgumentError(
                f"`{name}` has lists in the column {column!r}; "
                "explode() writes one value in each row"
            )


def _remedy(
    missing: list[str], frame: pd.DataFrame, columns: Sequence[str], made_by: str
) -> str:
    """Suggest renaming a similar column, or the function that makes such a frame."""
    names = [str(column) for column in frame]
    # Never suggest renaming a column that is itself required.
    others = {column.lower(): column for column in names if column not in columns}
    similar = difflib.get_close_matches(missing[0], others, n=1, cutoff=_SIMILAR)
    if similar:
        return f"rename {others[similar[0]]!r} if that is it"
    if made_by:
        return f"make it with {made_by}"
    listed = ", ".join(names[:SHOWN]) or "none"
    return f"it has {listed}"


def _with_levels(
    name: str, frame: pd.DataFrame, columns: Sequence[str]
) -> pd.DataFrame:
    """Turn a MultiIndex, or an index that holds a required column, into columns."""
    index = frame.index
    if isinstance(index, pd.MultiIndex):
        # reset_index() would call levels without a name level_0, level_1.
        if any(level is None or level in frame for level in index.names):
            raise ArgumentError(
                f"`{name}` has an index of {index.nlevels} levels; "
                "call reset_index() and name its columns"
            )
        return frame.reset_index()
    # Leave any other index alone; the user may need it.
    if index.name is None or index.name not in columns or index.name in frame:
        return frame
    return frame.reset_index()


def check_column(name: str, value: Any, frame: pd.DataFrame) -> str:
    """Check that a value is the name of a column of a frame."""
    columns = [str(column) for column in frame]
    return check_choice(name, check_text(name, value), columns)


def check_series(name: str, value: Any, what: str) -> pd.Series:
    """Convert a value, a list, a dict, or a column of any library to a Series.

    `what` describes the cells in the error message.

    Examples
    --------
    >>> check_series("names", {"Kenya"}, "names of places")
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `names` must be a Series or a list of names of places, \
but set was given
    """
    rule = f"`{name}` must be a Series or a list of {what}, but"
    try:
        series = to_series(value)
    except (TypeError, ValueError):
        raise ArgumentError(f"{rule} {shown(value)} was given") from None
    # Only an object column can hold lists, and looking at each cell takes time.
    if series.dtype == object and series.map(pd.api.types.is_list_like).any():
        raise ArgumentError(f"{rule} its cells are lists")
    return series


def check_axes(name: str, value: Any) -> Axes:
    """Check that a value is the Axes of a figure."""
    from matplotlib.axes import Axes

    if not isinstance(value, Axes):
        hint = ""
        # A common mistake: passing the figure or the array from plt.subplots().
        if hasattr(value, "axes"):
            hint = "; a figure has `.axes`"
        elif isinstance(value, np.ndarray) and value.dtype == object:
            hint = "; give one of them, such as axes[0]"
        raise ArgumentError(
            f"`{name}` must be the Axes of a chart, but {shown(value)} was given{hint}"
        )
    # Axes.remove() leaves the object behind without its figure.
    if value.figure is None:
        raise ArgumentError(f"`{name}` was removed from its figure; make a new one")
    return value


def check_optional_axes(name: str, value: Any) -> Axes | None:
    """Check that a value is Axes to draw on, or None."""
    if value is None:
        return None
    ax = check_axes(name, value)
    # Charts are laid out for two straight axes, not for polar or 3D ones.
    if ax.name != "rectilinear":
        raise ArgumentError(f"`{name}` must have plain axes, but {ax.name} was given")
    return ax


def check_path(name: str, value: Any) -> Path:
    """Convert a value to a path, and expand `~` to the home folder.

    Examples
    --------
    >>> check_path("path", 3)
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `path` must be the name of a file or folder, but 3 was given
    """
    given = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(given, str) or not given:
        raise ArgumentError(
            f"`{name}` must be the name of a file or folder, "
            f"but {shown(value)} was given"
        )
    if "\0" in given:
        raise ArgumentError(
            f"{given!r}: a file name cannot contain a zero byte; give another name"
        )
    try:
        path = Path(given).expanduser()
        # A name that is too long fails only when the system looks for the file.
        path.exists()
    except RuntimeError:
        message = f"{given}: there is no such home folder; write the path in full"
        raise ArgumentError(message) from None
    except OSError as error:
        remedy = "give another name"
        if isinstance(error, PermissionError):
            remedy = "check that its folder may be opened"
        message = f"{shortened(given)}: {error.strerror or error}; {remedy}"
        raise ArgumentError(message) from None
    return path


def check_source(name: str, value: Any) -> Path | pd.DataFrame:
    """Check that a value is the path of a file to read, or a frame of any library.

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
            f"`{name}` must be the path of a file, or a frame, "
            f"but {shown(value)} was given"
        )
    return to_pandas(name, value)


def check_sources(name: str, value: Any) -> Path | list[Path] | pd.DataFrame:
    """Check that a value is a path, a list of paths, or a frame of any library.

    Examples
    --------
    >>> check_sources("source", ["jan.csv", "feb.csv"])[0].name
    'jan.csv'
    """
    # A path of text is iterable, too.
    if isinstance(value, str) or not _is_list(value):
        return check_source(name, value)
    paths = check_paths(name, list(value))
    if not paths:
        raise ArgumentError(f"`{name}` is an empty list; give at least one file")
    return paths


def check_schema(name: str, value: Any, models: Sequence[type]) -> Any:
    """Check that a value is a subclass of one of the schemas, or None.

    Examples
    --------
    >>> check_schema("schema", "Counts", [dict])
    Traceback (most recent call last):
    cbcstats.errors.ArgumentError: `schema` must be a subclass of dict, but 'Counts' was given
    """
    if value is None:
        return None
    # issubclass() fails on a value that is not a class.
    if isinstance(value, type) and issubclass(value, tuple(models)):
        return value
    named = " or ".join(model.__name__ for model in models)
    raise ArgumentError(
        f"`{name}` must be a subclass of {named}, but {shown(value)} was given"
    )


def check_paths(name: str, value: Any) -> list[Path]:
    """Check one path, or the paths in a list."""
    if isinstance(value, str | os.PathLike):
        return [check_path(name, value)]
    if not _is_list(value):
        raise ArgumentError(
            f"`{name}` must be a list of paths, but {shown(value)} was given"
        )
    return [check_path(name, path) for path in value]


def check_file_to_write(name: str, value: Any) -> Path:
    """Check that a file could be written at a path: not a folder, nor below a file."""
    path = check_path(name, value)
    if path.is_dir():
        raise ArgumentError(f"{path}: is a folder; name a file in it")
    # Missing folders are created later, so only the nearest existing parent matters.
    existing = [folder for folder in path.parents if folder.exists()]
    if existing and not existing[0].is_dir():
        raise ArgumentError(
            f"{path}: {existing[0]} is a file, not a folder; give another name"
        )
    return path


def shown(value: Any) -> str:
    """Format a value for a message: its repr, or the name of its type if it is complex.

    Examples
    --------
    >>> shown("x"), shown([1, 2]), shown(pd.Series([1]))
    ("'x'", '[1, 2]', 'Series')
    """
    if isinstance(value, int) and value.bit_length() > _BITS:
        return "a very large number"
    is_plain = isinstance(value, (*_PLAIN, numbers.Number))
    # Missing values of pandas are not numbers, but their repr is just as short.
    if is_plain or value is pd.NA or value is pd.NaT:
        return shortened(repr(value))
    if not isinstance(value, list | tuple):
        return type(value).__name__
    if not value:
        return "an empty list"
    cells = shortened(", ".join(map(shown, value)))
    return f"[{cells}]"
