"""Notebooks, found and run: each in a kernel of its own, and its outputs kept."""

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
    """Run a notebook in a kernel of its own, and return it with its outputs.

    Its charts and tables are written to the folder.
    """
    import nbclient
    import nbformat
    from nbclient.exceptions import (
        CellExecutionError,
        CellTimeoutError,
        DeadKernelError,
    )

    notebook = _read(path)
    setup = (
        "from cbcstats.report.report import export_displays\n"
        f"export_displays({str(folder)!r}, {file_name(path)!r})"
    )
    notebook.cells.insert(0, nbformat.v4.new_code_cell(setup))
    running = [0]

    def done(cell: object, cell_index: int) -> None:  # noqa: ARG001 - nbclient passes them by name
        if progress is not None:
            progress(path.name, cell_index, len(notebook.cells) - 1)

    def begin(cell: object, cell_index: int) -> None:  # noqa: ARG001
        running.append(cell_index)

    with tempfile.TemporaryDirectory() as runtime:
        client = nbclient.NotebookClient(
            notebook,
            km=_kernel(Path(runtime)),
            timeout=CELL_TIMEOUT,
            record_timing=False,
            resources={
                "metadata": {"path": str(path.resolve().parent)}
            },  # finds the files beside it, as in JupyterLab
            on_cell_start=begin,
            on_cell_complete=done,
        )
        try:
            # nbclient leaves a kernel running that it was given; what a kernel says
            # when it is ended helps nobody
            client.execute(cleanup_kc=True, stderr=subprocess.DEVNULL)
        except (AssertionError, AttributeError, asyncio.InvalidStateError) as error:
            if client.km is not None:
                raise
            # At Ctrl-C nbclient removes its kernel, and then fails for want of one.
            raise KeyboardInterrupt from error
        except CellExecutionError as error:
            if error.ename == "KeyboardInterrupt":
                raise KeyboardInterrupt from error  # ipykernel 6 can be faster than nbclient
            raised = [
                *_raised(notebook.cells[running[-1]]),
                f"{error.ename}: {error.evalue}",
            ]
            raise ReportError(
                _failure(path, notebook, running[-1], raised[0])
            ) from error
        except (CellTimeoutError, DeadKernelError) as error:
            said = str(error).strip().splitlines()[0]
            raise ReportError(_failure(path, notebook, running[-1], said)) from error
    _refuse_what_cannot_be_shown(path, notebook)
    del notebook.cells[0]
    return notebook


def _read(path: Path) -> NotebookNode:
    """Return the notebook that is in a file, where it is one in Python."""
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
        said = str(error).strip().splitlines()[0]
        raise ReportError(
            f"{path}: cannot be read as a notebook ({said}); "
            "save it again in JupyterLab"
        ) from error
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise ReportError(
            f"{path}: is written in {language}; a report runs notebooks in Python"
        )
    return notebook


def _kernel(runtime: Path) -> Any:
    """Return the manager of a kernel that nobody else on the machine can reach."""
    from jupyter_client.manager import AsyncKernelManager

    if os.name != "posix":
        return AsyncKernelManager(kernel_name="python3")
    return AsyncKernelManager(
        kernel_name="python3",
        transport="ipc",
        connection_file=str(runtime / "kernel.json"),
    )


def _refuse_what_cannot_be_shown(path: Path, notebook: NotebookNode) -> None:
    """Raise ReportError if a result could not be shown; kernels do not report that."""
    for index, cell in enumerate(notebook.cells):
        if "raises-exception" not in cell.metadata.get("tags", []) and (
            raised := _raised(cell)
        ):
            raise ReportError(_failure(path, notebook, index, raised[0]))


def _raised(cell: NotebookNode) -> list[str]:
    """Return the kind of each error in the outputs of a cell, and what it says."""
    errors = [
        output for output in cell.get("outputs", []) if output.output_type == "error"
    ]
    return [f"{error.ename}: {error.evalue}" for error in errors]


def _failure(path: Path, notebook: NotebookNode, index: int, error: str) -> str:
    """Name the notebook and the cell as JupyterLab counts code cells."""
    number = sum(cell.cell_type == "code" for cell in notebook.cells[1 : index + 1])
    first = notebook.cells[index].source.strip().splitlines()[:1]
    place = f"{path.name}, code cell {number}" + (f" ({first[0]})" if first else "")
    remedy = (
        "make room or mend the cell" if error.startswith("OSError") else "mend the cell"
    )
    return f"{place}: {error}; {remedy} and run again; no report was written"


def notebook_paths(given: Sequence[Path]) -> list[Path]:
    """List the notebooks that are named, and those in folders by name.

    The files of a notebook are named after it, so two notebooks must differ in name.
    """
    paths: list[Path] = []
    for path in given:
        found = sorted(path.glob("*.ipynb")) if path.is_dir() else [path]
        if not found or not found[0].is_file():
            raise ReportError(
                f"{path}: there is no notebook; "
                "name a file or a folder of files that end in .ipynb"
            )
        paths += found
    if not paths:
        raise ReportError("no notebook was named; name a file or a folder of files")
    names = [
        file_name(path).casefold() for path in paths
    ]  # some systems take A.png and a.png for one file
    doubled = sorted(
        {path.stem for path in paths if names.count(file_name(path).casefold()) > 1}
    )
    if doubled:
        raise ReportError(
            f"two notebooks are called {', '.join(doubled)}, "
            "and their files would have the same names; rename one"
        )
    return paths


def file_name(path: Path) -> str:
    """Return the name for the parts, charts and tables of a notebook.

    It is a valid file name on every system once a number follows it.

    Examples
    --------
    >>> file_name(Path("Q1: 2018.ipynb")), file_name(Path("con.x.ipynb"))
    ('Q1_2018', 'con_x')
    """
    return re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFC", path.stem))[
        :_LONGEST_NAME
    ]
