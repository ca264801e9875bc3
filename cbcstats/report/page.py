"""Turn executed notebooks into one self-contained page."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from cbcstats.exports.html import linked, listed
from cbcstats.report.notebooks import file_name
from cbcstats.tables.loaders import load_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbformat import NotebookNode

TITLE: Final = "Customs capacity building in figures"
_TEMPLATES: Final = Path(__file__).with_name("templates")
_HEADING: Final = re.compile(
    r"<h(?P<level>[1-6])[^>]*>(?P<text>.*?)</h[1-6]>", re.DOTALL
)
_NOTEBOOK_LINK: Final = re.compile(r'href="([^"/]+\.ipynb)"')


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
    page = environment.get_template("report.html.j2")
    return (
        page.render(
            title=TITLE,
            version=__version__,
            notebooks=parts,
            sources=sources,
            made=made,
        )
        + "\n"
    )


def sources_html(sources: Iterable[str]) -> str:
    """Name sources by their ids, each with a link.

    Examples
    --------
    >>> sources_html(["wco-2018-03-02"])
    'Source: <a href="#source-wco-2018-03-02">wco-2018-03-02</a>.'
    """
    named = [linked(source, listed(source)) for source in sources]
    return f"Source{'s'[: len(named) > 1]}: {', '.join(named)}." if named else ""


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
        anchor = f"{name}-{len(headings) + 1}"
        level = min(int(heading["level"]) + 1, 6)
        text = re.sub(r"<[^>]+>", "", heading["text"])
        headings.append(Heading(anchor, html.unescape(text)))
        return f'<h{level} id="{anchor}">{heading["text"]}</h{level}>'

    resources = {"metadata": {"path": str(path.resolve().parent)}}
    made = _HEADING.sub(deepen, exporter.from_notebook_node(notebook, resources)[0])
    made = _NOTEBOOK_LINK.sub(
        lambda link: f'href="#{anchors[link[1]]}"' if link[1] in anchors else link[0],
        made,
    )
    return Part(name, made, headings)


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
    return None if loads and not value.startswith("data:image/") else value


def _cited(notebooks: Iterable[NotebookNode]) -> Iterator[dict[str, object]]:
    """Yield the sources that charts and tables cite, in order of appearance."""
    known = load_sources().set_index("source_id", drop=False)
    outputs = (
        output
        for notebook in notebooks
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    )
    shown = (
        part
        for output in outputs
        for part in output.get("metadata", {}).values()
        if isinstance(part, dict)
    )
    for name in dict.fromkeys(
        source for part in shown for source in part.get("sources", ())
    ):
        row = known.loc[name] if name in known.index else None
        if row is None:
            yield {"source_id": name}
        else:
            yield {**row.dropna().to_dict(), "accessed": row["accessed"].date()}
