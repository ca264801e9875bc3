"""Notebooks -> a report: a page, and the files of its charts and tables in one folder."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cbcstats.arguments import check_path, check_paths, shown
from cbcstats.errors import ArgumentError, ReportError
from cbcstats.files.writing import (
    UNFINISHED,
    in_words,
    write_whole,
)
from cbcstats.report.exports import gather
from cbcstats.report.notebooks import execute, notebook_paths
from cbcstats.report.page import TITLE, page_of
from cbcstats.tables.loaders import shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cbcstats.report.notebooks import Progress

PAGE: Final = "index.html"
# Lists the files of a report, so that a report is replaced, and nothing else ever is.
MANIFEST: Final = ".cbcstats-report"


def save_report(
    output: str | Path = "report",
    *,
    notebooks: str | Path | Iterable[str | Path] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Execute the notebooks and write the report: a page, its charts and its tables.

    Parameters
    ----------
    output : path
        Folder to write. One that holds a report and nothing else is brought up to date.
    notebooks : path or iterable of path, optional
        Notebooks, or folders of notebooks. By default those that cbcstats carries.
    progress : callable, optional
        Called with the name of the notebook, the number of cells done and the number of all
        cells.

    Returns
    -------
    pathlib.Path
        `index.html` in the folder. Beside it `charts/` (PNG, SVG, PDF, and the data as CSV),
        `tables/` (CSV), one workbook with all tables and, where the extra `slides` is installed,
        one deck with all charts.

    Raises
    ------
    ReportError
        If there is no notebook, a cell fails, or the folder holds anything else; nothing is
        written then. If the disk is full or the folder may not be written; the page of an earlier
        report still works then.

    Notes
    -----
    Files are written one by one, each of them whole, and the page last. A process that is killed
    on the way leaves the earlier page, and the next report completes the folder.

    Examples
    --------
    >>> from cbcstats import save_report
    >>> page = save_report("report")  # doctest: +SKIP
    """
    folder = check_path("output", output)
    notebooks = (
        [shipped("notebooks")]
        if notebooks is None
        else check_paths("notebooks", notebooks)
    )
    if progress is not None and not callable(progress):
        raise ArgumentError(
            f"`progress` must be a function, but {shown(progress)} was given"
        )
    paths = notebook_paths(notebooks)
    try:
        _files_of_report(folder)  # refuses another folder before the notebooks run
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
            made = Path(temporary)
            _make_report(made, paths, progress)
            _put_report(made, folder)
    except OSError as error:
        raise ReportError(f"{in_words(error)}; the report was not finished") from error
    return folder / PAGE


def _make_report(
    folder: Path, notebooks: Sequence[Path], progress: Progress | None
) -> None:
    """Write the files of a report into an empty folder."""
    (folder / "charts").mkdir()
    (folder / "tables").mkdir()
    executed = {path: execute(path, folder, progress) for path in notebooks}
    together = gather(folder, TITLE)
    page = page_of(executed, together)
    (folder / PAGE).write_text(page, encoding="utf-8", newline="\n")


def _put_report(made: Path, folder: Path) -> None:
    """Write the files of a new report into its folder, and remove those of an earlier report."""
    before = _files_of_report(
        folder
    )  # again, as it may have changed while the notebooks ran
    new = _files_in(made)
    # If this process is killed from here on, all files in the folder are known as those of a report.
    _write_manifest(folder, before | new)
    for name in sorted(new - {PAGE}):
        write_whole(folder / name, (made / name).read_bytes(), overwrite=True)
    # The page comes last: until then the earlier page is there, and all files that it links to.
    write_whole(folder / PAGE, (made / PAGE).read_bytes(), overwrite=True)
    for name in before - new:
        _remove(folder / name)
    _write_manifest(folder, new)


def _files_of_report(folder: Path) -> set[str]:
    """Return the files of the report in a folder.

    Raises
    ------
    ReportError
        If the folder holds anything else, or is not a folder.
    """
    remedy = "choose another folder with --output"
    if folder.exists() and not folder.is_dir():
        raise ReportError(f"{folder}: is not a folder; {remedy}")
    found = _files_in(folder) - {MANIFEST}
    listed = _read_manifest(folder)
    others = sorted(name for name in found - listed if not name.endswith(UNFINISHED))
    if others:
        raise ReportError(
            f"{folder}: holds files that no report wrote, such as {others[0]}; "
            f"{remedy}, or move them"
        )
    return found  # not what is listed: a list can name files of other folders


def _files_in(folder: Path) -> set[str]:
    """Return the files below a folder by their paths in it; links to folders are files, too."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


def _read_manifest(folder: Path) -> set[str]:
    try:
        return set(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return set()


def _write_manifest(folder: Path, files: set[str]) -> None:
    listing = json.dumps(sorted(files), indent=1)
    write_whole(folder / MANIFEST, listing.encode(), overwrite=True)


def _remove(path: Path) -> None:
    """Remove a file of an earlier report, and its folder if it was the last one there."""
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()
