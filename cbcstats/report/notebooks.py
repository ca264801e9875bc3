"""Find notebooks, and run each in its own kernel."""

from __future__ import annotations

import asyncio  # noqa: TID251 - for an error that nbclient raises at Ctrl-C
import os
import re
import subprocess
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cbcstats.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbformat import NotebookNode

    Progress = Callable[[str, int, int], None]

CELL_TIMEOUT: Final = 600  # seconds
_LONGEST_NAME: Final = 60  # characters, of up to four bytes


def execute(path: Path, folder: Path, progress: Progress | None = None) -> NotebookNode:
    """Run a notebook in a new kernel, and return it with its outputs.

    Its charts and tables are saved to `folder`.
    """
    import nbformat

    notebook = _read(path)
    setup = (
        "from cbcstats.report.report import export_displays\n"
        f"export_displays({str(folder)!r}, {file_name(path)!r})"
    )
    notebook.cells.insert(0, nbformat.v4.new_code_cell(setup))
    with tempfile.TemporaryDirectory() as runtime:
        _run(path, notebook, _kernel(Path(runtime)), progress)
    _refuse_display_errors(path, notebook)
    del notebook.cells[0]
    return notebook


def _run(
    path: Path, notebook: NotebookNode, kernel: Any, progress: Progress | None
) -> None:
    """Run all cells in a kernel; raise ReportError if one fails."""
    import nbclient
    from nbclient.exceptions import (
        CellExecutionError,
        CellTimeoutError,
        DeadKernelError,
    )

    running = [0]

    def done(cell: object, cell_index: int) -> None:  # noqa: ARG001 - nbclient passes them by name
        if progress is not None:
            progress(path.name, cell_index, len(notebook.cells) - 1)

    def begin(cell: object, cell_index: int) -> None:  # noqa: ARG001
        running.append(cell_index)

    # Relative paths work as in JupyterLab.
    folder = path.resolve().parent
    client = nbclient.NotebookClient(
        notebook,
        km=kernel,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=begin,
        on_cell_complete=done,
    )
    try:
        # nbclient does not stop a kernel that is passed to it without cleanup_kc.
        # What the kernel prints on shutdown is of no use to the user.
        client.execute(cleanup_kc=True, stderr=subprocess.DEVNULL)
    except (AssertionError, AttributeError, asyncio.InvalidStateError) as error:
        if client.km is not None:
            raise
        # On Ctrl-C, nbclient drops its kernel and then fails because it is gone.
        raise KeyboardInterrupt from error
    except CellExecutionError as error:
        if error.ename == "KeyboardInterrupt":
            # At Ctrl-C, ipykernel 6 can be faster than nbclient.
            raise KeyboardInterrupt from error
        raised = _raised(notebook.cells[running[-1]])
        raised.append(f"{error.ename}: {error.evalue}")
        failure = _failure(path, notebook, running[-1], raised[0])
        raise ReportError(failure) from error
    except (CellTimeoutError, DeadKernelError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ReportError(_failure(path, notebook, running[-1], reason)) from error


def _read(path: Path) -> NotebookNode:
    """Read a notebook, and refuse one in another language than Python."""
    import nbformat

    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (
        OSError,
        ValueError,
        TypeError,
        AttributeError,
        nbformat.ValidationError,
    ) as error:
        reason = str(error).strip().splitlines()[0]
        raise ReportError(
            f"{path}: cannot be read as a notebook ({reason}); "
            "save it again in JupyterLab"
        ) from error
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise ReportError(
            f"{path}: is written in {language}; a report runs notebooks in Python"
        )
    return notebook


def _kernel(runtime: Path) -> Any:
    """Return a kernel manager that other users of the machine cannot connect to."""
    from jupyter_client.manager import AsyncKernelManager

    if os.name != "posix":
        return AsyncKernelManager(kernel_name="python3")
    return AsyncKernelManager(
        kernel_name="python3",
        transport="ipc",
        connection_file=str(runtime / "kernel.json"),
    )


def _refuse_display_errors(path: Path, notebook: NotebookNode) -> None:
    """Raise ReportError if displaying a result failed; kernels do not report that."""
    for index, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        # With this tag, an author lets a cell fail on purpose.
        if "raises-exception" in tags:
            continue
        raised = _raised(cell)
        if raised:
            raise ReportError(_failure(path, notebook, index, raised[0]))


def _raised(cell: NotebookNode) -> list[str]:
    """Return the type and message of each error in the outputs of a cell."""
    # Cells of text have no outputs.
    outputs = cell.get("outputs", [])
    errors = [output for output in outputs if output.output_type == "error"]
    return [f"{error.ename}: {error.evalue}" for error in errors]


def _failure(path: Path, notebook: NotebookNode, index: int, error: str) -> str:
    """Describe a failure: the notebook, the code cell, the error, and the remedy."""
    # The first cell is the one that `execute` inserted.
    cells = notebook.cells[1 : index + 1]
    number = sum(cell.cell_type == "code" for cell in cells)
    place = f"{path.name}, code cell {number}"
    source = notebook.cells[index].source.strip()
    if source:
        first_line = source.splitlines()[0]
        place += f" ({first_line})"
    remedy = "correct the cell"
    # Most often the disk is full.
    if error.startswith("OSError"):
        remedy = "make room or correct the cell"
    return f"{place}: {error}; {remedy} and run again; no report was written"


def notebook_paths(given: Sequence[Path]) -> list[Path]:
    """List the given notebooks, and those in the given folders in order of name.

    Output files are named after their notebook, so names must be unique.
    """
    paths: list[Path] = []
    for path in given:
        files = sorted(path.glob("*.ipynb")) if path.is_dir() else [path]
        if not files or not files[0].is_file():
            raise ReportError(
                f"{path}: there is no notebook; "
                "name a file or a folder of files that end in .ipynb"
            )
        paths += files
    if not paths:
        raise ReportError("no notebook was named; name a file or a folder of files")
    # Windows and macOS treat A.png and a.png as one file.
    names = [file_name(path).casefold() for path in paths]
    named = zip(names, paths, strict=True)
    doubled = sorted({path.stem for name, path in named if names.count(name) > 1})
    if doubled:
        raise ReportError(
            f"two notebooks are called {', '.join(doubled)}, "
            "and their files would have the same names; rename one"
        )
    return paths


def file_name(path: Path) -> str:
    """Return the stem for the names of a notebook's charts and tables.

    Followed by a number, it is a valid file name on every system.

    Examples
    --------
    >>> file_name(Path("Q1: 2018.ipynb")), file_name(Path("con.x.ipynb"))
    ('Q1_2018', 'con_x')
    """
    # macOS writes an accented letter as two characters.
    name = unicodedata.normalize("NFC", path.stem)
    plain = re.sub(r"[^\w-]+", "_", name)
    return plain[:_LONGEST_NAME]
