"""How tables and charts show in the report: run in the kernel, it also writes each of them to a file."""

from __future__ import annotations

import html
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats import columns as c
from cbcstats.captions import cited_sources, describe, words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN: Final = 60  # rows of a table in the page; its file holds all of them
_SOURCES: Final = (c.SOURCE_ID, c.PREVIOUS_SOURCE_ID, c.REGION_SOURCE_ID, c.JOINED_SOURCE_ID)


def table_html(frame: pd.DataFrame) -> str:
    """Write a table as HTML that any reader can use: a header, text that is no markup, numbers to the right.

    Numbers with decimals are shown to one, days as days, missing cells as a dash; ids of sources link to
    the list of sources.

    Examples
    --------
    >>> print(table_html(pd.DataFrame({"percent_change": [49.0909], "why": ["<b>"]})))
    <table>
    <thead><tr><th scope="col">percent change</th><th scope="col">why</th></tr></thead>
    <tbody>
    <tr><td class="number">49.1</td><td>&lt;b&gt;</td></tr>
    </tbody>
    </table>
    """
    frame = with_index(frame)
    head = "".join(f'<th scope="col">{html.escape(words(name))}</th>' for name in frame)
    rows = [
        "<tr>" + "".join(_cell_html(cell, name) for cell, name in zip(row, frame, strict=True)) + "</tr>"
        for row in frame.head(SHOWN).itertuples(index=False, name=None)
    ]
    more = f"<caption>The first {SHOWN} of {len(frame):,} rows.</caption>\n" if len(frame) > SHOWN else ""
    return "\n".join(["<table>", f"{more}<thead><tr>{head}</tr></thead>", "<tbody>", *rows, "</tbody>", "</table>"])


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with an index that says something as columns."""
    return frame.reset_index() if any(name is not None for name in frame.index.names) else frame


def export_displays(folder: str, stem: str) -> None:
    """Write each figure and frame that the notebook displays to a file, and describe it in the output.

    Called in the kernel of a notebook, before its first cell. Charts go to `charts/` as PNG and SVG, tables to
    `tables/` as CSV, numbered in the order of the notebook.
    """
    from IPython.core.getipython import get_ipython
    from matplotlib.figure import Figure

    shell: Any = get_ipython()
    shell.run_line_magic("matplotlib", "inline")
    counted = {"chart": 0, "table": 0}

    def show_figure(figure: Figure) -> tuple[bytes, dict[str, object]]:
        counted["chart"] += 1
        path = Path(folder, "charts", f"{stem}_{counted['chart']}")
        png = _image(figure, "png")
        path.with_suffix(".png").write_bytes(png)
        path.with_suffix(".svg").write_bytes(_image(figure, "svg"))
        cited = [name for ax in figure.axes for name in cited_sources(ax)]
        return png, {"alt": " ".join(map(describe, figure.axes)), "sources": cited, "file": path.name}

    def show_frame(frame: pd.DataFrame) -> tuple[str, dict[str, object]]:
        counted["table"] += 1
        path = Path(folder, "tables", f"{stem}_{counted['table']}.csv")
        frame = with_index(frame)
        frame.to_csv(path, index=False)
        cited = pd.concat([frame[name] for name in _SOURCES if name in frame] or [pd.Series(dtype="str")])
        return table_html(frame), {"sources": list(dict.fromkeys(cited.dropna())), "file": path.name}

    formatters = shell.display_formatter.formatters
    formatters["image/png"].for_type(Figure, show_figure)
    formatters["text/html"].for_type(pd.DataFrame, show_frame)


def _image(figure: Figure, kind: str) -> bytes:
    """Draw the figure; the same figure gives the same bytes."""
    import matplotlib as mpl

    written = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else None
    with mpl.rc_context({"svg.hashsalt": "cbcstats", "svg.fonttype": "path"}):
        figure.savefig(written, format=kind, dpi=160, bbox_inches="tight", facecolor="white", metadata=metadata)
    return written.getvalue()


def _cell_html(cell: object, name: object) -> str:
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and cell != cell):
        return "<td>\N{EN DASH}</td>"
    if isinstance(cell, bool):
        return f"<td>{'yes' if cell else 'no'}</td>"
    if isinstance(cell, pd.Timestamp):
        return f'<td class="day">{cell.date()}</td>'
    if isinstance(cell, int | float):
        text = f"{cell:,}" if isinstance(cell, int) or cell.is_integer() else f"{cell:,.1f}"
        return f'<td class="number">{text.removesuffix(".0")}</td>'
    text = html.escape(str(cell))
    return f'<td><a href="#source-{text}">{text}</a></td>' if name in _SOURCES else f"<td>{text}</td>"
