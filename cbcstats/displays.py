"""How tables and charts show in the report: run in the kernel, it also writes each of them to a file."""

from __future__ import annotations

import html
import io
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats import columns as c
from cbcstats.captions import cited_sources, describe, words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN: Final = 60  # rows of a table in the page; its file holds all of them
LONG: Final = 40  # characters from which on a text gets a wide column
_SOURCES: Final = (c.SOURCE_ID, c.PREVIOUS_SOURCE_ID, c.REGION_SOURCE_ID, c.JOINED_SOURCE_ID)


def table_html(frame: pd.DataFrame) -> str:
    """Write a table as HTML that any reader can use: with a header, and text that is no markup.

    Numbers of a column are shown to as many decimals as its largest needs for two digits, days as days, missing
    cells as a dash; ids of sources link to the list of sources.

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
    names = (" ".join(map(str, name)) if isinstance(name, tuple) else name for name in frame)
    head = "".join(f'<th scope="col">{html.escape(words(name))}</th>' for name in names)
    shown = frame.head(SHOWN)
    columns = [_column_html(shown.iloc[:, place]) for place in range(shown.shape[1])]
    rows = [f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True)]
    more = f"<caption>The first {SHOWN} of {len(frame):,} rows.</caption>\n" if len(frame) > SHOWN else ""
    return "\n".join(["<table>", f"{more}<thead><tr>{head}</tr></thead>", "<tbody>", *rows, "</tbody>", "</table>"])


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with an index that says something as columns."""
    index = frame.index
    if index.nlevels == 1 and index.name is None and pd.api.types.is_integer_dtype(index.dtype):
        return frame
    labels = index.to_frame(index=False)
    labels.columns = pd.Index(["row" if name is None else name for name in index.names])
    return pd.concat([labels, frame.reset_index(drop=True)], axis="columns")


def export_displays(folder: str, stem: str) -> None:
    """Write each figure and frame that the notebook displays to a file, and describe it in the output.

    Called in the kernel of a notebook, before its first cell. Charts go to `charts/` as PNG and SVG, tables to
    `tables/` as CSV, numbered in the order of the notebook.
    """
    from IPython.core.getipython import get_ipython
    from matplotlib.figure import Figure

    shell: Any = get_ipython()
    shell.run_line_magic("matplotlib", "inline")
    stem = re.sub(r"[^\w.-]+", "_", stem)
    counted = {"chart": 0, "table": 0}

    def show_figure(figure: Figure) -> tuple[bytes, dict[str, object]]:
        counted["chart"] += 1
        path = Path(folder, "charts", f"{stem}_{counted['chart']}")
        png = _image(figure, "png")
        path.with_suffix(".png").write_bytes(png)
        path.with_suffix(".svg").write_bytes(_image(figure, "svg"))
        cited = [name for ax in figure.axes for name in cited_sources(ax)]
        alt = " ".join(map(describe, figure.axes)) or "Chart without a description"
        return png, {"alt": alt, "sources": cited, "file": path.name}

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


def _column_html(column: pd.Series) -> list[str]:
    missing = "<td>\N{EN DASH}</td>"
    if pd.api.types.is_bool_dtype(column.dtype):
        cells = [f"<td>{'yes' if cell else 'no'}</td>" for cell in column.fillna(value=False)]
    elif pd.api.types.is_any_real_numeric_dtype(column.dtype):
        numbers = column.to_numpy(float, na_value=math.nan)
        decimals = _decimals(numbers[np.isfinite(numbers)])
        cells = [f'<td class="number">{_number(cell, decimals)}</td>' for cell in numbers]
    elif pd.api.types.is_datetime64_any_dtype(column.dtype):
        cells = [f'<td class="day">{cell:%Y-%m-%d}</td>' for cell in column.fillna(pd.Timestamp(0))]
    else:
        cells = [_text_html(html.escape(str(cell)), link=column.name in _SOURCES) for cell in column]
    return [missing if gone else cell for gone, cell in zip(column.isna(), cells, strict=True)]


def _decimals(numbers: np.ndarray) -> int:
    if (numbers % 1 == 0).all():
        return 0
    return max(1, 1 - math.floor(math.log10(np.abs(numbers).max())))


def _number(number: float, decimals: int) -> str:
    """Write a number; four digits have no comma, for they may be a year, and none is rounded to nothing."""
    text = f"{number:,.{decimals}f}" if abs(number) >= 10_000 else f"{number:.{decimals}f}"
    if number and not text.strip("-0."):
        text = f"{number:.1g}"
    return text.replace("-", "\N{MINUS SIGN}")


def _text_html(text: str, *, link: bool) -> str:
    if link:
        return f'<td class="day"><a href="#source-{text}">{text}</a></td>'
    return f'<td class="long">{text}</td>' if len(text) > LONG else f"<td>{text}</td>"
