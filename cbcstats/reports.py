"""Notebooks -> one page that loads nothing, and a folder of its charts and tables."""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cbcstats.columns import ACCESSED, SOURCE_ID
from cbcstats.errors import ReportError
from cbcstats.exports import gather, has_all
from cbcstats.files import HAS_LOCKS, OLD, clear, hold, in_words, left_in, name_beside
from cbcstats.loaders import load_sources, shipped
from cbcstats.notebook_displays import sources_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nbformat import NotebookNode

    Progress = Callable[[str, int, int], None]

TITLE: Final = "Customs capacity building in figures"
MANIFEST: Final = ".cbcstats-report"  # names the files of a report, so that only a report is ever replaced
CELL_TIMEOUT: Final = 600  # seconds
_ATTEMPTS: Final = 3
_LONGEST_NAME: Final = 60  # characters, of up to four bytes
_TEMPLATES: Final = Path(__file__).with_name("templates")
_HEADING: Final = re.compile(r"<h(?P<level>[1-6])[^>]*>(?P<text>.*?)</h[1-6]>", re.DOTALL)
_NOTEBOOK_LINK: Final = re.compile(r'href="([^"/]+\.ipynb)"')


class Heading(NamedTuple):
    """A heading of the page: where, and what it says."""

    anchor: str
    text: str


class Part(NamedTuple):
    """A notebook as a part of the page."""

    name: str
    html: str
    headings: list[Heading]


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
    paths = _notebook_paths([shipped("notebooks")] if notebooks is None else [Path(path) for path in notebooks])
    with _working_folder(target) as folder:
        (folder / "charts").mkdir()
        (folder / "tables").mkdir()
        executed = {path: execute(path, folder, progress) for path in paths}
        for path in paths:
            if not has_all(folder, _anchor(path)):
                remedy = "make room, or choose another folder; no report was written"
                raise ReportError(f"{path.name}: not all that it shows could be written as files; {remedy}")
        made = gather(folder, TITLE)
        (folder / "index.html").write_text(_page(executed, made), encoding="utf-8", newline="\n")
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        (folder / MANIFEST).write_text(json.dumps(files, indent=1) + "\n", encoding="utf-8", newline="\n")
        _put(folder, target)
    return Path(output) / "index.html"


def execute(path: Path, folder: Path, progress: Progress | None = None) -> NotebookNode:
    """Run a notebook in a kernel of its own and return it with its outputs; charts and tables go to the folder."""
    import nbclient
    import nbformat
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, TypeError, AttributeError, nbformat.ValidationError) as error:
        said = str(error).strip().splitlines()[0]
        raise ReportError(f"{path}: is no notebook that can be read ({said}); save it again in JupyterLab") from error
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise ReportError(f"{path}: is written in {language}; a report runs notebooks in Python")
    setup = f"from cbcstats.exports import export_displays\nexport_displays({str(folder)!r}, {_anchor(path)!r})"
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
            resources={"metadata": {"path": str(path.resolve().parent)}},  # finds the files beside it, as in JupyterLab
            on_cell_start=begin,
            on_cell_complete=done,
        )
        try:
            # nbclient leaves a kernel running that it was given; what a kernel says when it is ended helps nobody
            client.execute(cleanup_kc=True, stderr=subprocess.DEVNULL)
        except AssertionError as error:
            if client.km is not None:
                raise
            raise KeyboardInterrupt from error  # at Ctrl-C nbclient takes its kernel away and stumbles over that
        except CellExecutionError as error:
            raise ReportError(_failure(path, notebook, running[-1], f"{error.ename}: {error.evalue}")) from error
        except (CellTimeoutError, DeadKernelError) as error:
            said = str(error).strip().splitlines()[0]
            raise ReportError(_failure(path, notebook, running[-1], said)) from error
    del notebook.cells[0]
    return client.nb


def _kernel(runtime: Path) -> Any:
    """Return the manager of a kernel that is reached through a file where the system can, so by nobody else."""
    from jupyter_client.manager import AsyncKernelManager

    if os.name != "posix":
        return AsyncKernelManager(kernel_name="python3")
    return AsyncKernelManager(kernel_name="python3", transport="ipc", connection_file=str(runtime / "kernel.json"))


def _failure(path: Path, notebook: NotebookNode, index: int, error: str) -> str:
    """Name the notebook and the cell as JupyterLab counts code cells."""
    number = sum(cell.cell_type == "code" for cell in notebook.cells[1 : index + 1])
    first = notebook.cells[index].source.strip().splitlines()[:1]
    place = f"{path.name}, code cell {number}" + (f" ({first[0]})" if first else "")
    return f"{place}: {error}; mend the cell and run again; no report was written"


def _notebook_paths(given: Sequence[Path]) -> list[Path]:
    paths: list[Path] = []
    for path in given:
        found = sorted(path.glob("*.ipynb")) if path.is_dir() else [path]
        if not found or not found[0].is_file():
            raise ReportError(f"{path}: there is no notebook; name a file or a folder of files that end in .ipynb")
        paths += found
    names = [_anchor(path).casefold() for path in paths]  # some systems take A.png and a.png for one file
    doubled = sorted({path.stem for path in paths if names.count(_anchor(path).casefold()) > 1})
    if doubled:
        raise ReportError(f"two notebooks are called {', '.join(doubled)}, of which files get one name; rename one")
    return paths


def _page(executed: dict[Path, NotebookNode], made: list[str]) -> str:
    import jinja2

    from cbcstats import __version__

    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True)
    anchors = {path.name: _anchor(path) for path in executed}
    parts = [_part(path, notebook, anchors) for path, notebook in executed.items()]
    sources = list(_cited(executed.values()))
    page = environment.get_template("report.html.j2")
    return page.render(title=TITLE, version=__version__, notebooks=parts, sources=sources, made=made) + "\n"


def _anchor(path: Path) -> str:
    """Return what parts of the page, charts and tables of a notebook are called; every system takes it before a number.

    Examples
    --------
    >>> [_anchor(Path(name)) for name in ("01_missions.ipynb", "Q1: 2018.ipynb", "con.x.ipynb")]
    ['01_missions', 'Q1_2018', 'con_x']
    """
    return re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFC", path.stem))[:_LONGEST_NAME]


def _part(path: Path, notebook: NotebookNode, anchors: dict[str, str]) -> Part:
    """Turn a notebook into HTML whose headings are one level deeper and have anchors of their own.

    Links to other notebooks lead to their part of the page. HTML that a notebook brings along is reduced to what can do
    nothing; pictures from elsewhere are left out.
    """
    from nbconvert import HTMLExporter

    name = _anchor(path)
    exporter = HTMLExporter(
        template_name="notebook",
        extra_template_basedirs=[str(_TEMPLATES)],
        exclude_anchor_links=True,
        embed_images=True,
    )
    exporter.register_filter("harmless", _harmless)
    exporter.register_filter("sources_html", sources_html)
    headings: list[Heading] = []

    def deepen(found: re.Match[str]) -> str:
        anchor = f"{name}-{len(headings) + 1}"
        level = min(int(found["level"]) + 1, 6)
        text = re.sub(r"<[^>]+>", "", found["text"])
        headings.append(Heading(anchor, html.unescape(text)))
        return f'<h{level} id="{anchor}">{found["text"]}</h{level}>'

    resources = {"metadata": {"path": str(path.resolve().parent)}}
    made = _HEADING.sub(deepen, exporter.from_notebook_node(notebook, resources)[0])
    made = _NOTEBOOK_LINK.sub(lambda link: f'href="#{anchors[link[1]]}"' if link[1] in anchors else link[0], made)
    return Part(name, made, headings)


def _harmless(markup: str) -> str:
    """Reduce HTML that a notebook brings along to text, tables and pictures that it holds itself."""
    import nh3

    tags = nh3.ALLOWED_TAGS | {"section", "figure", "figcaption"}
    return nh3.clean(markup, tags=tags, url_schemes={"http", "https", "mailto", "data"}, attribute_filter=_own_pictures)


def _own_pictures(tag: str, attribute: str, value: str) -> str | None:
    loads = tag == "img" and attribute in ("src", "srcset")
    return None if loads and not value.startswith("data:image/") else value


def _cited(notebooks: Iterable[NotebookNode]) -> Iterator[dict[str, object]]:
    """Yield the sources of all that is shown, in the order in which they come."""
    known = load_sources().set_index(SOURCE_ID, drop=False)
    outputs = (output for notebook in notebooks for cell in notebook.cells for output in cell.get("outputs", ()))
    shown = (part for output in outputs for part in output.get("metadata", {}).values() if isinstance(part, dict))
    for name in dict.fromkeys(source for part in shown for source in part.get("sources", ())):
        row = known.loc[name] if name in known.index else None
        if row is None:
            yield {SOURCE_ID: name}
        else:
            yield {**row.dropna().to_dict(), ACCESSED: row[ACCESSED].date()}


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
        raise ReportError(f"{target}: holds files that no report wrote, such as {others[0]}; {remedy}, or move them")


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
        try:
            with contextlib.suppress(FileNotFoundError):
                target.rename(old)
            folder.rename(target)
        except OSError:
            if tried == _ATTEMPTS:
                raise
        else:
            return
        finally:  # also at Ctrl-C
            if old.exists() and not target.exists():
                old.rename(target)
            shutil.rmtree(old, ignore_errors=True)
