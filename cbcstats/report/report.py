"""Notebooks -> a report: a page, and a folder of its charts and tables that is there as a whole."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cbcstats.errors import ReportError
from cbcstats.files.writing import HAS_LOCKS, OLD, clear, hold, in_words, left_in, name_beside
from cbcstats.report.exports import gather
from cbcstats.report.notebooks import execute, notebook_paths
from cbcstats.report.page import TITLE, page_of
from cbcstats.tables.loaders import shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cbcstats.report.notebooks import Progress

MANIFEST: Final = (
    ".cbcstats-report"  # names the files of a report, so that only a report is ever replaced
)
_ATTEMPTS: Final = 3


def save_report(
    output: str | Path = "report",
    *,
    notebooks: Iterable[str | Path] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Execute the notebooks and write the report: a page, its charts and its tables.

    Parameters
    ----------
    output : path
        Folder to write. One that holds a report and nothing else is replaced, once the new report is whole.
    notebooks : iterable of path, optional
        Notebooks, or folders of notebooks. By default those that cbcstats carries.
    progress : callable, optional
        Called with the name of the notebook, the number of cells done and the number of all cells.

    Returns
    -------
    pathlib.Path
        `index.html` in the folder. Beside it `charts/` (PNG, SVG, PDF, and the data as CSV), `tables/` (CSV), one
        workbook with all tables and, where the extra `slides` is installed, one deck with all charts.

    Raises
    ------
    ReportError
        If there is no notebook, a cell fails, or the folder holds anything else. Nothing is touched then.

    Examples
    --------
    >>> from cbcstats import save_report
    >>> page = save_report("report")  # doctest: +SKIP
    """
    target = Path(output).resolve()
    _bring_back(target)
    _check_target(target)
    paths = notebook_paths(
        [shipped("notebooks")] if notebooks is None else [Path(path) for path in notebooks]
    )
    with _working_folder(target) as folder:
        (folder / "charts").mkdir()
        (folder / "tables").mkdir()
        executed = {path: execute(path, folder, progress) for path in paths}
        made = gather(folder, TITLE)
        (folder / "index.html").write_text(page_of(executed, made), encoding="utf-8", newline="\n")
        files = sorted(
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        )
        (folder / MANIFEST).write_text(
            json.dumps(files, indent=1) + "\n", encoding="utf-8", newline="\n"
        )
        _put(folder, target)
    return Path(output) / "index.html"


def _check_target(target: Path) -> None:
    """Raise unless the folder is missing, empty, or a report with nothing else in it."""
    if not target.exists():
        return
    remedy = "choose another folder with --output"
    if not target.is_dir():
        raise ReportError(f"{target}: is no folder; {remedy}")
    if target in (Path.cwd(), *Path.cwd().parents):
        raise ReportError(f"{target}: is the folder that you are in; {remedy}")
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    try:
        ours = {MANIFEST, *json.loads((target / MANIFEST).read_text(encoding="utf-8"))}
    except (OSError, ValueError, TypeError):
        ours = set()
    others = sorted(found - ours)
    if others:
        raise ReportError(
            f"{target}: holds files that no report wrote, such as {others[0]}; {remedy}, or move them"
        )


def _bring_back(target: Path) -> None:
    """Put a report back into its place, which a process left empty that was killed between the two steps of `_put`."""
    for old in left_in(target.parent, target.name):
        if old.name.endswith(OLD) and not target.exists() and _is_whole(old):
            with contextlib.suppress(OSError):
                old.rename(target)


def _is_whole(folder: Path) -> bool:
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return all((folder / name).is_file() for name in files)
    except (OSError, ValueError, TypeError):
        return False


@contextlib.contextmanager
def _working_folder(target: Path) -> Iterator[Path]:
    """Make a folder beside the target, so that moving it there is one step; it never stays."""
    folder = name_beside(target, target.name)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            clear(target.parent, target.name)
            folder.mkdir()
            if HAS_LOCKS:
                handle = os.open(folder, os.O_RDONLY)
                stack.callback(os.close, handle)
                hold(handle)
            yield folder
        except OSError as error:
            ours = error.filename is None or Path(error.filename).is_relative_to(folder)
            place = str(target) if ours else error.filename
            said = in_words(OSError(error.errno, error.strerror or str(error), place))
            raise ReportError(f"{said}; no report was written") from error


def _put(folder: Path, target: Path) -> None:
    """Move the folder to the target; the old report stays until then, and comes back if that fails.

    Another process may put its report there at the same time: the last one stays.
    """
    old = folder.with_name(folder.name + OLD)
    for tried in range(1, _ATTEMPTS + 1):
        _check_target(target)  # it may have changed while the notebooks ran
        is_there = False
        try:
            with contextlib.suppress(FileNotFoundError):
                target.rename(old)
            folder.rename(target)
            is_there = True
        except OSError:
            if tried == _ATTEMPTS:
                raise
        else:
            return
        finally:  # also at Ctrl-C
            with contextlib.suppress(OSError):  # another process has put its report there
                if not is_there and old.exists() and not target.exists():
                    old.rename(target)
            if is_there or target.exists():
                shutil.rmtree(old, ignore_errors=True)
