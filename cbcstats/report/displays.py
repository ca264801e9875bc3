"""Show frames and charts in notebooks with their units, sources and caveats."""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.changes.year_on_year import short_view
from cbcstats.charts.saving import figure_text, picture
from cbcstats.counts.formats import has_rates, per_month, words
from cbcstats.exports.html import (
    SHOWN,
    cut_note,
    latex_table,
    latex_text,
    listed,
    markdown_table,
    markdown_text,
    table_html,
)
from cbcstats.exports.notes import ABOUT, READING, caveats
from cbcstats.files.writing import with_index
from cbcstats.tables.loaders import cited_by, load_sources, source_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

DOTS: Final = 160  # per inch, of a picture in a page
IN_NOTEBOOK: Final = 20  # rows of a table in a notebook
# The columns by which a table of changes is recognised.
_CHANGES: Final = {"period", "previous_period", "qualifier", "change_low", "why"}
_PIXELS: Final = 96  # per inch of a page
_STYLE: Final = """<style>
.cbcstats .table { overflow-x: auto; }
.cbcstats .table th, .cbcstats .table td { text-align: left; vertical-align: top; }
.cbcstats .table .number { text-align: right; font-variant-numeric: tabular-nums; }
.cbcstats td.day { white-space: nowrap; } .cbcstats td.long { min-width: 15rem; }
.cbcstats td:empty::before { content: "\\2013"; }
.cbcstats caption { caption-side: top; text-align: left; }
.cbcstats td.consistent::before { content: "\\2713\\A0"; }
.cbcstats td.unlikely::before { content: "?\\A0"; }
.cbcstats td.contradicts::before { content: "\\2717\\A0"; }
.cbcstats dt { font-weight: 600; } .cbcstats dd { margin: 0 0 .4rem 1rem; }
.cbcstats .note { font-size: .9em; }
</style>"""


def load_ipython_extension(shell: Any) -> None:
    """Show frames with units and sources, and charts with their text alternative.

    `%load_ext cbcstats` calls this. Frames are shown to 20 rows, under the names of
    their columns; sources link to their pages. JupyterLab shows HTML. Frames are also
    stored as Markdown and LaTeX, and charts as PNG, so that a notebook converted to
    another format keeps its tables and pictures. Reports have their own
    formatters, which stay as they are.
    """
    from matplotlib.figure import Figure

    formatters = shell.display_formatter.formatters
    if pd.DataFrame in formatters["text/html"].type_printers:
        return
    if getattr(shell, "kernel", None):
        # This registers a formatter for charts; later, it would replace those below.
        shell.run_line_magic("matplotlib", "inline")
    formatters["image/png"].pop(Figure, None)
    # One bundle for HTML and PNG, so that a chart is drawn only once.
    bundles = shell.display_formatter.mimebundle_formatter
    bundles.for_type(Figure, _figure_in_notebook)
    forms = {
        "html": _frame_in_notebook,
        "markdown": frame_markdown,
        "latex": frame_latex,
    }
    for form, write in forms.items():
        formatter = formatters[f"text/{form}"]
        formatter.for_type(pd.DataFrame, write)


def frame_html(
    frame: pd.DataFrame,
    name: str = "",
    *,
    limit: int = SHOWN,
    heading: Callable[[Any], str] = words,
    address: Callable[[str], str] = listed,
) -> str:
    """Write a frame as an HTML table with its unit, its sources, and how to read it.

    A unit shared by all rows is written once, below the table, instead of in a column.

    Examples
    --------
    >>> frame = pd.DataFrame({"value": [492], "unit": ["missions"], "source_id": ["wco-2018-03-02"]})
    >>> print(frame_html(frame))
    <div class="table" tabindex="0" role="region" aria-label="Table">
    <table>
    <thead><tr><th scope="col" class="number">value</th><th scope="col">source id</th></tr></thead>
    <tbody>
    <tr><td class="number">492</td><td class="day"><a href="#source-wco-2018-03-02">wco-2018-03-02</a></td></tr>
    </tbody>
    </table>
    </div>
    <p class="note">Unit: missions. Source: WCO 2018-03-02.</p>
    """
    shown, note, readings = _with_notes(frame)
    table = table_html(shown, limit=limit, heading=heading, address=address)
    label = html.escape(f"Table {name}".strip())
    parts = [
        f'<div class="table" tabindex="0" role="region" aria-label="{label}">',
        table,
        "</div>",
    ]
    if note:
        parts.append(f'<p class="note">{html.escape(note)}</p>')
    if readings:
        listing = ""
        for about, text in readings:
            listing += f"<dt>{html.escape(about)}</dt><dd>{html.escape(text)}</dd>"
        parts.append(
            '<details class="note"><summary>How to read it</summary>'
            f"<dl>{listing}</dl></details>"
        )
    return "\n".join(parts)


def frame_markdown(frame: pd.DataFrame) -> str | None:
    """Write a frame in Markdown as notebooks show it.

    Examples
    --------
    >>> frame = pd.DataFrame({"value": [492], "unit": ["missions"], "source_id": ["wco-2018-03-02"]})
    >>> print(frame_markdown(frame))
    | value | source_id |
    | ---: | --- |
    | 492 | wco-2018-03-02 |
    <BLANKLINE>
    Unit: missions. Source: WCO 2018-03-02.
    <BLANKLINE>
    """
    shown, note, readings = _with_notes(frame)
    if shown.columns.empty:
        return None
    table = markdown_table(shown, limit=IN_NOTEBOOK, heading=str)
    note = markdown_text(f"{cut_note(frame, IN_NOTEBOOK)} {note}")
    items = []
    for about, text in readings:
        item = markdown_text(f"{about}: {text}")
        items.append(f"- {item}")
    return _paragraphs(table, note, "\n".join(items))


def frame_latex(frame: pd.DataFrame) -> str | None:
    r"""Write a frame in LaTeX as notebooks show it.

    Examples
    --------
    >>> frame = pd.DataFrame({"value": [492], "unit": ["missions"], "source_id": ["wco-2018-03-02"]})
    >>> print(frame_latex(frame))
    \begin{tabular}{rl}
    \hline
    value & source\_id \\
    \hline
    492 & wco-2018-03-02 \\
    \hline
    \end{tabular}
    <BLANKLINE>
    Unit: missions. Source: WCO 2018-03-02.
    <BLANKLINE>
    """
    shown, note, readings = _with_notes(frame)
    if shown.columns.empty:
        return None
    table = latex_table(shown, limit=IN_NOTEBOOK, heading=str)
    note = latex_text(f"{cut_note(frame, IN_NOTEBOOK)} {note}")
    items = []
    for about, text in readings:
        item = latex_text(f"{about}: {text}")
        items.append(rf"\item {item}")
    # LaTeX refuses a list without items.
    if items:
        items = [r"\begin{itemize}", *items, r"\end{itemize}"]
    return _paragraphs(table, note, "\n".join(items))


def _paragraphs(*texts: str) -> str:
    filled = [text for text in texts if text]
    return "\n\n".join(filled) + "\n"


def _with_notes(frame: pd.DataFrame) -> tuple[pd.DataFrame, str, list[tuple[str, str]]]:
    """Return the columns to show, a line with unit and sources, and the caveats.

    Changes are shown in their short view, and a unit that all rows share is not shown.
    """
    frame = with_index(frame)
    # Frames with several column levels or duplicate names are not from cbcstats.
    if not frame.columns.is_unique or frame.columns.nlevels > 1:
        return frame, "", []
    ids = cited_by([frame])
    line = source_line(ids)
    # The first caveat is about empty cells, which a notebook shows as such.
    readings = caveats({"": frame}).iloc[1:]
    pairs = list(zip(readings[ABOUT], readings[READING], strict=True))
    unit = _common_unit(frame)
    is_view = set(frame) >= _CHANGES
    # The short view has the rates, other tables have the values as printed.
    if unit and is_view and has_rates(frame):
        unit = per_month(unit)
    if unit:
        line = f"Unit: {unit}. {line}".strip()
    if is_view:
        return short_view(frame), line, pairs
    shown = frame.drop(columns="unit") if unit else frame
    return shown, line, pairs


def _common_unit(frame: pd.DataFrame) -> str:
    """Return the unit shared by all rows, or an empty text if there is none."""
    if "unit" not in frame or len(frame.columns) == 1:
        return ""
    units = set(frame["unit"].dropna().map(str))
    if len(units) != 1:
        return ""
    return units.pop()


def _frame_in_notebook(frame: pd.DataFrame) -> str:
    addresses = load_sources().set_index("source_id")["url"]
    known = addresses.dropna()
    shown = frame_html(
        frame,
        limit=IN_NOTEBOOK,
        heading=str,
        address=lambda source: known.get(source, ""),
    )
    return f'{_STYLE}<div class="cbcstats">{shown}</div>'


def _figure_in_notebook(figure: Figure) -> tuple[dict[str, str], dict[str, Any]]:
    """Return a picture as HTML with its text alternative, and as PNG.

    JupyterLab prefers the HTML, as it would show the PNG without the text alternative.
    Programs that convert notebooks use the PNG.
    """
    text = figure_text(figure)
    # Crop as notebooks do, so that no label is cut off at the edge.
    has_layout = figure.get_layout_engine()
    edges = None if has_layout else "tight"
    content = picture(figure, "png", dpi=DOTS, bbox_inches=edges)
    # The header of a PNG states its width here.
    dots = int.from_bytes(content[16:20], "big")
    width = round(dots * _PIXELS / DOTS)
    encoded = base64.b64encode(content).decode()
    image = f"data:image/png;base64,{encoded}"
    shown = f'<img alt="{html.escape(text)}" width="{width}" src="{image}">'
    metadata = {"image/png": {"alt": text, "width": width}}
    return {"text/html": shown, "image/png": encoded}, metadata
