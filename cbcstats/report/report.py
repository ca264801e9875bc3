"""Run notebooks and write a report: a page, and the files of its charts and tables."""

from __future__ import annotations

import contextlib
import html
import importlib.util
import itertools
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.arguments import check_path, check_paths, shown
from cbcstats.charts.saving import (
    FORMATS,
    figure_data,
    figure_sources,
    figure_text,
    picture,
)
from cbcstats.errors import ArgumentError, ReportError
from cbcstats.exports.html import linked, listed
from cbcstats.exports.save_table import save_table
from cbcstats.exports.slides import Slide, deck_bytes, has_slide, slide_of
from cbcstats.exports.workbook import check_sheet
from cbcstats.files.writing import (
    UNFINISHED,
    csv_bytes,
    in_words,
    parquet_bytes,
    plain_frame,
    with_index,
    write_whole,
)
from cbcstats.report.displays import DOTS, frame_html
from cbcstats.report.notebooks import execute, file_name, notebook_paths
from cbcstats.tables.loaders import cited_by, load_sources, shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matplotlib.figure import Figure
    from nbformat import NotebookNode

    from cbcstats.report.notebooks import Progress

PAGE: Final = "index.html"
WORKBOOK: Final = "tables.xlsx"
DECK: Final = "charts.pptx"
# Lists the files of a report, so that replacing it touches no other file.
MANIFEST: Final = ".cbcstats-report"
# Each notebook runs in its own process. Its tables and slides wait in this folder until
# the workbook and the deck are made.
_PARTS: Final = ".parts"
_ABOUT: Final = "about.json"
TITLE: Final = "Customs capacity building in figures"
_TEMPLATES: Final = Path(__file__).with_name("templates")
_HEADING: Final = re.compile(
    r"<h(?P<level>[1-6])[^>]*>(?P<text>.*?)</h[1-6]>", re.DOTALL
)
_NOTEBOOK_LINK: Final = re.compile(r'href="([^"/]+\.ipynb)"')


def save_report(
    output: str | Path = "report",
    *,
    notebooks: str | Path | Iterable[str | Path] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Run the notebooks and write a report: a page, its charts and its tables.

    Parameters
    ----------
    output : path
        Folder to write. A folder that only holds an earlier report is updated.
    notebooks : path or iterable of path, optional
        Notebooks, or folders of notebooks. By default those that come with cbcstats.
    progress : callable, optional
        Called with the name of the notebook, the number of cells done and the number of
        all cells.

    Returns
    -------
    pathlib.Path
        `index.html` in the folder. The folder also gets `charts/` (PNG, SVG, PDF, and
        the data as CSV), `tables/` (CSV), a workbook with all tables and, if the extra
        `slides` is installed, a deck with all charts.

    Raises
    ------
    ReportError
        If there is no notebook, a cell fails, or the folder holds other files: nothing
        is written. If the disk is full or the folder is not writable: the page of an
        earlier report still works.

    Notes
    -----
    Files are written one by one, each of them whole, and the page last. A process that
    is killed on the way leaves the earlier page, and the next report completes the
    folder.

    Examples
    --------
    >>> from cbcstats import save_report
    >>> page = save_report("report")  # doctest: +SKIP
    """
    folder = check_path("output", output)
    given = [shipped("notebooks")]
    if notebooks is not None:
        given = check_paths("notebooks", notebooks)
    if progress is not None and not callable(progress):
        raise ArgumentError(
            f"`progress` must be a function, but {shown(progress)} was given"
        )
    paths = notebook_paths(given)
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
    for name in ("charts", "tables"):
        part = folder / name
        part.mkdir()
    executed = {}
    for path in notebooks:
        executed[path] = execute(path, folder, progress)
    made = _gather(folder, TITLE)
    page = page_of(executed, made)
    index = folder / PAGE
    index.write_text(page, encoding="utf-8", newline="\n")


def _put_report(made: Path, folder: Path) -> None:
    """Write the files of a new report into its folder, and remove earlier ones."""
    # Checked again, as it may have changed while the notebooks ran.
    before = _files_of_report(folder)
    new = _files_in(made)
    # If this process is killed from here on, all files in the folder are known as those
    # of a report.
    _write_manifest(folder, before | new)
    # The page comes last: until then the earlier page is there, and all files that it
    # links to.
    others = sorted(new - {PAGE})
    for name in (*others, PAGE):
        content = (made / name).read_bytes()
        write_whole(folder / name, content, overwrite=True)
    for name in before - new:
        _remove(folder / name)
    _write_manifest(folder, new)


def _files_of_report(folder: Path) -> set[str]:
    """List the files of an earlier report in a folder.

    Raises
    ------
    ReportError
        If the folder holds other files, or is not a folder.
    """
    remedy = "choose another folder with --output"
    if folder.exists() and not folder.is_dir():
        raise ReportError(f"{folder}: is not a folder; {remedy}")
    files = _files_in(folder) - {MANIFEST}
    listed = _read_manifest(folder)
    others = sorted(name for name in files - listed if not name.endswith(UNFINISHED))
    if others:
        raise ReportError(
            f"{folder}: holds files that no report wrote, such as {others[0]}; "
            f"{remedy}, or move them"
        )
    # Not `listed`: a manifest can name files of other folders.
    return files


def _files_in(folder: Path) -> set[str]:
    """List all files below a folder, as relative paths; links count as files."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


def _read_manifest(folder: Path) -> set[str]:
    path = folder / MANIFEST
    try:
        listing = path.read_text(encoding="utf-8")
        return set(json.loads(listing))
    # A folder without a manifest holds no report; a damaged one counts as none.
    except (OSError, ValueError, TypeError):
        return set()


def _write_manifest(folder: Path, files: set[str]) -> None:
    listing = json.dumps(sorted(files), indent=1)
    write_whole(folder / MANIFEST, listing.encode(), overwrite=True)


def _remove(path: Path) -> None:
    """Remove a file of an earlier report, and its folder if that is now empty."""
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()


def export_displays(folder: str, stem: str) -> None:
    """Write each figure and frame that the notebook displays to files.

    This runs in the kernel of a notebook, before its first cell. Charts go to `charts/`
    as PNG, SVG and PDF, with their data as CSV; tables go to `tables/` as CSV. Files
    are numbered in the order of the notebook. The page reads from the metadata of an
    output which files belong to it.
    """
    from IPython.core.getipython import get_ipython
    from matplotlib.figure import Figure

    shell: Any = get_ipython()
    shell.run_line_magic("matplotlib", "inline")
    stem = re.sub(r"[^\w.-]+", "_", stem)
    chart_numbers = itertools.count(1)
    table_numbers = itertools.count(1)

    def show_figure(figure: Figure) -> tuple[bytes, dict[str, object]]:
        number = next(chart_numbers)
        name = f"{stem}_{number}"
        return _put_figure(figure, Path(folder), name)

    def show_frame(frame: pd.DataFrame) -> tuple[str, dict[str, object]]:
        number = next(table_numbers)
        name = f"{stem}_{number}"
        return _put_frame(frame, Path(folder), name)

    formatters = shell.display_formatter.formatters
    formatters["image/png"].for_type(Figure, show_figure)
    # `%load_ext cbcstats` in a notebook leaves a form of display for frames as it is.
    formatters["text/html"].for_type(pd.DataFrame, show_frame)


def _put_figure(
    figure: Figure, folder: Path, name: str
) -> tuple[bytes, dict[str, object]]:
    """Write the files of a figure; return its PNG and the metadata for the page."""
    charts = folder / "charts"
    pictures = {}
    for form in FORMATS:
        pictures[form] = picture(figure, form, dpi=DOTS)
        path = charts / f"{name}.{form}"
        path.write_bytes(pictures[form])
    data = figure_data(figure)
    if len(data):
        content = csv_bytes(plain_frame(data))
        (charts / f"{name}.csv").write_bytes(content)

    slides = 0
    for ax in figure.axes:
        # Legends and colour bars have Axes of their own, but get no slide.
        if has_slide(ax):
            slides += 1
            parts = folder / _PARTS / "charts" / f"{name}_{slides}"
            _put_slide(slide_of(ax), parts)
    metadata: dict[str, object] = {
        "alt": figure_text(figure),
        "sources": figure_sources(figure),
        "file": name,
    }
    return pictures["png"], metadata


def _put_frame(
    frame: pd.DataFrame, folder: Path, name: str
) -> tuple[str, dict[str, object]]:
    """Write the file of a frame; return its HTML and the metadata for the page."""
    frame = with_index(frame)
    shown = frame_html(frame, name)
    if frame.columns.empty:
        return shown, {}
    plain = plain_frame(_with_own_names(frame))
    file = f"{name}.csv"
    path = folder / "tables" / file
    path.write_bytes(csv_bytes(plain))
    part = folder / _PARTS / "tables" / f"{name}.parquet"
    shown += _put_table(plain, part)
    sources = cited_by([frame])
    return shown, {"sources": sources, "file": file}


def _with_own_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Make column names unique, even when case is ignored."""
    names: dict[str, str] = {}
    for label in frame:
        # Labels of several levels are tuples.
        words = label if isinstance(label, tuple) else (label,)
        name = " ".join(map(str, words))
        unique = name
        number = 1
        # Excel takes Value and value for the same column of a table.
        while unique.casefold() in names:
            number += 1
            unique = f"{name} ({number})"
        names[unique.casefold()] = unique
    columns = pd.Index(list(names.values()), dtype="str")
    return frame.set_axis(columns, axis="columns")


def _put_table(frame: pd.DataFrame, path: Path) -> str:
    """Save a frame for the workbook; return a note if it does not fit on a sheet."""
    name = path.stem
    try:
        check_sheet(name, frame)
    except ArgumentError as error:
        note = html.escape(f"{name} is not in {WORKBOOK}: {error}")
        return f'\n<p class="note">{note}.</p>'
    path.parent.mkdir(parents=True, exist_ok=True)
    content = parquet_bytes(frame.apply(_of_one_kind), {})
    path.write_bytes(content)
    return ""


def _of_one_kind(column: pd.Series) -> pd.Series:
    """Convert a column to text if Parquet cannot store it, such as mixed types."""
    try:
        parquet_bytes(column.to_frame(), {})
    except ArgumentError:
        return column.astype("object").map(str, na_action="ignore")
    return column


def _put_slide(slide: Slide, folder: Path) -> None:
    """Save the parts of a slide to their own folder, for the deck."""
    words = slide._asdict()
    image = words.pop("picture")
    data = words.pop("data")
    plain = plain_frame(data)
    content = parquet_bytes(plain, {})
    folder.mkdir(parents=True)
    listing = json.dumps(words)
    (folder / "data.parquet").write_bytes(content)
    (folder / "picture.png").write_bytes(image)
    (folder / _ABOUT).write_text(listing, encoding="utf-8")


def _take_slide(folder: Path) -> Slide:
    listing = (folder / _ABOUT).read_text(encoding="utf-8")
    words = json.loads(listing)
    image = (folder / "picture.png").read_bytes()
    data = pd.read_parquet(folder / "data.parquet")
    return Slide(**words, data=data, picture=image)


def _gather(folder: Path, title: str) -> list[str]:
    """Make a workbook of all tables and a deck of all charts; return the file names."""
    parts = folder / _PARTS
    made = []
    tables = {}
    paths = sorted(parts.glob("tables/*.parquet"), key=_in_order)
    for path in paths:
        tables[path.stem] = pd.read_parquet(path)
    # A notebook without tables makes no workbook.
    if tables:
        save_table(tables, folder / WORKBOOK, title=title)
        made.append(WORKBOOK)
    paths = sorted(parts.glob("charts/*"), key=_in_order)
    # python-pptx comes with the extra `slides`.
    if paths and importlib.util.find_spec("pptx"):
        slides = list(map(_take_slide, paths))
        deck = deck_bytes(slides, title=title)
        path = folder / DECK
        path.write_bytes(deck)
        made.append(DECK)
    shutil.rmtree(parts, ignore_errors=True)
    return made


def _in_order(path: Path) -> list[int | str]:
    """Return a natural sort key: chart 10 comes after chart 2."""
    pieces = re.split(r"(\d+)", path.stem)
    return [int(piece) if piece.isdigit() else piece for piece in pieces]


class Heading(NamedTuple):
    """A heading of the page: its anchor and its text."""

    anchor: str
    text: str


class Part(NamedTuple):
    """A notebook as a part of the page."""

    name: str
    html: str
    headings: list[Heading]


def page_of(executed: dict[Path, NotebookNode], made: list[str]) -> str:
    """Return one HTML page of executed notebooks, with links to their files."""
    import jinja2

    from cbcstats._version import __version__

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True
    )
    anchors = {path.name: file_name(path) for path in executed}
    parts = [_part(path, notebook, anchors) for path, notebook in executed.items()]
    sources = list(_cited(executed.values()))
    template = environment.get_template("report.html.j2")
    page = template.render(
        title=TITLE,
        version=__version__,
        notebooks=parts,
        sources=sources,
        made=made,
    )
    return f"{page}\n"


def sources_html(sources: Iterable[str]) -> str:
    """Name sources by their ids, each with a link.

    Examples
    --------
    >>> sources_html(["wco-2018-03-02"])
    'Source: <a href="#source-wco-2018-03-02">wco-2018-03-02</a>.'
    """
    named = [linked(source, listed(source)) for source in sources]
    if not named:
        return ""
    label = "Sources" if len(named) > 1 else "Source"
    return f"{label}: {', '.join(named)}."


def _part(path: Path, notebook: NotebookNode, anchors: dict[str, str]) -> Part:
    """Convert a notebook to HTML, with headings one level deeper and with anchors.

    Links to other notebooks point to their part of the page. HTML in the notebook is
    sanitised: scripts and external pictures are removed.
    """
    from nbconvert import HTMLExporter

    name = file_name(path)
    exporter = HTMLExporter(
        template_name="notebook",
        extra_template_basedirs=[str(_TEMPLATES)],
        exclude_anchor_links=True,
        embed_images=True,
    )
    exporter.register_filter("harmless", _harmless)
    exporter.register_filter("sources_html", sources_html)
    headings: list[Heading] = []

    def deepen(heading: re.Match[str]) -> str:
        number = len(headings) + 1
        anchor = f"{name}-{number}"
        # The page itself has the only heading of level 1; HTML ends at level 6.
        level = int(heading["level"]) + 1
        level = min(level, 6)
        markup = heading["text"]
        text = re.sub(r"<[^>]+>", "", markup)
        headings.append(Heading(anchor, html.unescape(text)))
        return f'<h{level} id="{anchor}">{markup}</h{level}>'

    def link_within(link: re.Match[str]) -> str:
        name = link[1]
        if name not in anchors:
            return link[0]
        anchor = anchors[name]
        return f'href="#{anchor}"'

    # Pictures in the text are found from the folder of the notebook.
    folder = path.resolve().parent
    resources = {"metadata": {"path": str(folder)}}
    markup, _ = exporter.from_notebook_node(notebook, resources)
    markup = _HEADING.sub(deepen, markup)
    markup = _NOTEBOOK_LINK.sub(link_within, markup)
    return Part(name, markup, headings)


def _harmless(markup: str) -> str:
    """Sanitise HTML: keep text, tables and embedded pictures only."""
    import nh3

    tags = nh3.ALLOWED_TAGS | {"section", "figure", "figcaption"}
    return nh3.clean(
        markup,
        tags=tags,
        url_schemes={"http", "https", "mailto", "data"},
        attribute_filter=_own_pictures,
    )


def _own_pictures(tag: str, attribute: str, value: str) -> str | None:
    loads = tag == "img" and attribute in ("src", "srcset")
    # A picture from elsewhere would tell its server who reads the page.
    if loads and not value.startswith("data:image/"):
        return None
    return value


def _cited(notebooks: Iterable[NotebookNode]) -> Iterator[dict[Any, Any]]:
    """Yield the sources that charts and tables cite, in order of appearance."""
    known = load_sources().set_index("source_id", drop=False)
    # The keys of a dict are unique, and keep their order.
    ids: dict[str, None] = {}
    for notebook in notebooks:
        for cell in notebook.cells:
            ids |= dict.fromkeys(_sources_of(cell))
    for source_id in ids:
        # A notebook may cite sources that cbcstats does not know, such as a register.
        if source_id not in known.index:
            yield {"source_id": source_id}
            continue
        source = known.loc[source_id].dropna()
        accessed = source["accessed"].date()
        yield {**source, "accessed": accessed}


def _sources_of(cell: NotebookNode) -> Iterator[str]:
    """Yield the sources that `export_displays` noted with the outputs of a cell."""
    # Cells of text have no outputs.
    outputs = cell.get("outputs", ())
    for output in outputs:
        metadata = output.get("metadata", {})
        for part in metadata.values():
            # Other programs write plain values there.
            if isinstance(part, dict):
                sources = part.get("sources", ())
                yield from sources
