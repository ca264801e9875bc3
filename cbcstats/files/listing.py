"""Find the files that make up one table: a folder, a pattern, or a list of files."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import Any, Final, NamedTuple

from cbcstats.errors import DataError
from cbcstats.files.text_table import SUFFIXES, unique_names

_KINDS: Final = ", ".join(SUFFIXES)
# Files that programs write beside others: hidden ones, _SUCCESS of Spark, locks of Excel.
_NOT_DATA: Final = (".", "_", "~$")


class Listing(NamedTuple):
    """The files of one table.

    `name` is what they have in common; `files` maps a short name of each to its path;
    `left_out` names the other files and folders beside them.
    """

    name: str
    files: dict[str, Path]
    left_out: list[str]


def is_several(source: Any) -> bool:
    """Tell whether a source may be several files: a list, a folder, or a pattern."""
    if not isinstance(source, Path):
        return isinstance(source, list)
    try:
        return source.is_dir() or _is_pattern(source)
    # What is in a closed folder is explained when it is read.
    except OSError:
        return False


def list_files(source: Path | list[Path]) -> Listing:
    """Find the files of a table, each once, in the order of their names.

    Raises
    ------
    DataError
        If there are none, or a folder cannot be opened.
    """
    sources = source if isinstance(source, list) else [source]
    paths: dict[Path, Path] = {}
    left_out = []
    for each in sources:
        if not is_several(each):
            paths[each.resolve()] = each
            continue
        found = _beside(each)
        data = [path for path in found if _is_data(path)]
        if not data:
            raise DataError(
                f"{each}: holds no file that can be read; "
                f"give files that end in {_KINDS}"
            )
        paths |= {path.resolve(): path for path in data}
        left_out += [path.name for path in found if _is_other(path, data)]
    files = list(paths.values())
    return Listing(_common_name(sources, files), _named(files), left_out)


def _is_pattern(path: Path) -> bool:
    # A file may be called "missions [2023].csv".
    return glob.has_magic(str(path)) and not path.exists()


def _beside(source: Path) -> list[Path]:
    """Return all that a folder holds, or that matches a pattern, sorted by name."""
    if source.is_dir():
        return _in_folder(source)
    # Path.glob takes no pattern of an absolute path.
    matches = sorted(map(Path, glob.glob(str(source))))  # noqa: PTH207
    if not matches:
        raise DataError(
            f"{source}: there is no such file; check the pattern and the folder"
        )
    return matches


def _in_folder(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be read ({error.strerror}); check that it may be opened"
        ) from error


def _is_data(path: Path) -> bool:
    is_known = path.suffix.lower() in SUFFIXES
    return is_known and not path.name.startswith(_NOT_DATA) and path.is_file()


def _is_other(path: Path, data: list[Path]) -> bool:
    """Tell whether a file should be named: not where it only describes the others."""
    if path in data:
        return False
    is_known = path.suffix.lower() in SUFFIXES
    return is_known or not path.name.startswith((".", "_"))


def _common_name(sources: list[Path], files: list[Path]) -> str:
    """Return the name of the folder, or the beginning that all names share.

    Examples
    --------
    >>> months = [Path("missions_2023_01.csv"), Path("missions_2023_02.csv")]
    >>> _common_name(months, months)
    'missions_2023'
    """
    folder = files[0].parent
    if len(sources) > 1 or not sources[0].is_dir():
        stems = [path.stem for path in files]
        # The letters that all have in common, not the folders.
        shared = os.path.commonprefix(stems)  # noqa: RUF071
        # Of 01 and 02, the 0 is not a name; of one file, all of it is.
        if any(path.stem != shared for path in files):
            shared = re.sub(r"\d*$", "", shared).rstrip(" _-.(")
        if shared:
            return readable_name(shared)
    return readable_name(folder.resolve().name)


def _named(files: list[Path]) -> dict[str, Path]:
    """Give each file its name, with its folder if several have that name."""
    names = [path.name for path in files]
    if len(set(names)) < len(names):
        names = [path.as_posix() for path in files]
    return dict(zip(unique_names(map(readable_name, names)), files, strict=True))


def readable_name(name: str) -> str:
    """Replace what is not UTF-8 in the name of a file, which no table can hold."""
    return os.fsencode(name).decode("utf-8", "replace")
