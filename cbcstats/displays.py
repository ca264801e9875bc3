"""How tables show in the report."""

from __future__ import annotations

import html
import math
from typing import Final

import numpy as np
import pandas as pd

from cbcstats import columns as c
from cbcstats.captions import words

SHOWN: Final = 60  # rows of a table in the page; its file holds all of them
LONG: Final = 40  # characters from which on a text gets a wide column


def table_html(frame: pd.DataFrame, *, caption: str = "", limit: int = SHOWN) -> str:
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
    shown = frame.head(limit)
    columns = [_column_html(shown.iloc[:, place]) for place in range(shown.shape[1])]
    rows = [f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True)]
    cut = f"The first {limit} of {len(frame):,} rows." if len(frame) > limit else ""
    said = html.escape(" ".join(filter(None, (caption, cut))))
    above = f"<caption>{said}</caption>\n" if said else ""
    return "\n".join(["<table>", f"{above}<thead><tr>{head}</tr></thead>", "<tbody>", *rows, "</tbody>", "</table>"])


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with an index that says something as columns."""
    index = frame.index
    if index.nlevels == 1 and index.name is None and pd.api.types.is_integer_dtype(index.dtype):
        return frame
    labels = index.to_frame(index=False)
    labels.columns = pd.Index(["row" if name is None else name for name in index.names])
    return pd.concat([labels, frame.reset_index(drop=True)], axis="columns")


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
        cells = [_text_html(html.escape(str(cell)), link=column.name in c.SOURCE_IDS) for cell in column]
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
