"""How tables show in the report and in notebooks."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats import columns as c
from cbcstats.wording import words

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN: Final = 60  # rows of a table in the page; its file holds all of them
LONG: Final = 40  # characters from which on a text gets a wide column
NAME: Final = 20  # characters from which on a name may be broken after an underscore
MARKED: Final = ("consistent", "contradicts")  # verdicts that have a mark


def listed(source: str) -> str:
    """Return the address of a source in the list of sources of the same page."""
    return f"#source-{source}"


def linked(text: str, address: str) -> str:
    """Return text as a link, or as text where there is no address.

    Examples
    --------
    >>> linked("a & b", "#source-1"), linked("a & b", "")
    ('<a href="#source-1">a &amp; b</a>', 'a &amp; b')
    """
    said = html.escape(text)
    return f'<a href="{html.escape(address)}">{said}</a>' if address else said


def table_html(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    limit: int = SHOWN,
    heading: Callable[[Any], str] = words,
    address: Callable[[str], str] = listed,
) -> str:
    """Write a table as HTML that any reader can use: with a header, and text that is no markup.

    Numbers of a column are shown to as many decimals as its largest needs for two digits, as a spreadsheet can read
    them when they are copied; days as days. Missing cells are empty; a style may show a dash in them. Ids of sources
    link to their `address`.

    Examples
    --------
    >>> print(table_html(pd.DataFrame({"percent_change": [49.0909], "why": ["<b>"]})))
    <table>
    <thead><tr><th scope="col" class="number">percent change</th><th scope="col">why</th></tr></thead>
    <tbody>
    <tr><td class="number">49.1</td><td>&lt;b&gt;</td></tr>
    </tbody>
    </table>
    """
    frame = with_index(frame)
    names = (" ".join(map(str, name)) if isinstance(name, tuple) else name for name in frame)
    shown = frame.head(limit)
    kinds = (' class="number"' if _is_number(kind) else "" for kind in shown.dtypes)
    headings = (html.escape(heading(name)).replace("_", "_<wbr>") for name in names)
    head = "".join(f'<th scope="col"{kind}>{text}</th>' for text, kind in zip(headings, kinds, strict=True))
    columns = [_column_html(shown.iloc[:, place], address) for place in range(shown.shape[1])]
    rows = [f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True)]
    said = html.escape(" ".join(filter(None, (caption, cut_note(frame, limit)))))
    above = f"<caption>{said}</caption>\n" if said else ""
    return "\n".join(["<table>", f"{above}<thead><tr>{head}</tr></thead>", "<tbody>", *rows, "</tbody>", "</table>"])


def cut_note(frame: pd.DataFrame, limit: int) -> str:
    """Return how many rows of a table are shown; nothing where it is all of them.

    Examples
    --------
    >>> cut_note(pd.DataFrame({"n": range(1000)}), 20)
    'The first 20 of 1,000 rows.'
    """
    return f"The first {limit} of {len(frame):,} rows." if len(frame) > limit else ""


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with an index that says something as columns."""
    index = frame.index
    if index.nlevels == 1 and index.name is None and pd.api.types.is_integer_dtype(index.dtype):
        return frame
    labels = index.to_frame(index=False)
    labels.columns = pd.Index(["row" if name is None else name for name in index.names])
    return pd.concat([labels, frame.reset_index(drop=True)], axis="columns")


def _column_html(column: pd.Series, address: Callable[[str], str]) -> list[str]:
    if pd.api.types.is_bool_dtype(column.dtype):
        cells = [f"<td>{'yes' if cell else 'no'}</td>" for cell in column.fillna(value=False)]
    elif _is_number(column.dtype):
        numbers = column.to_numpy(float, na_value=math.nan)
        decimals = _decimals(numbers[np.isfinite(numbers)])
        cells = [f'<td class="number">{_number(cell, decimals)}</td>' for cell in numbers]
    elif pd.api.types.is_datetime64_any_dtype(column.dtype):
        cells = [f'<td class="day">{cell:%Y-%m-%d}</td>' for cell in column.fillna(pd.Timestamp(0))]
    else:
        cells = [_text_html(str(cell), address if column.name in c.SOURCE_IDS else None) for cell in column]
    return ["<td></td>" if gone else cell for gone, cell in zip(column.isna(), cells, strict=True)]


def _is_number(kind: Any) -> bool:
    return pd.api.types.is_any_real_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)


def _decimals(numbers: np.ndarray) -> int:
    if (numbers % 1 == 0).all():
        return 0
    return max(1, 1 - math.floor(math.log10(np.abs(numbers).max())))


def _number(number: float, decimals: int) -> str:
    """Write a number; four digits have no comma, for they may be a year, and none is rounded to nothing."""
    text = f"{number:,.{decimals}f}" if abs(number) >= 10_000 else f"{number:.{decimals}f}"
    if number and not text.strip("-0."):
        text = f"{number:.1g}"
    return text


def _text_html(text: str, address: Callable[[str], str] | None) -> str:
    said = html.escape(text)
    if len(text) > NAME:
        said = said.replace("_", "_<wbr>")
    if address:
        return f'<td class="day">{linked(text, address(text))}</td>'
    if text in MARKED:
        return f'<td class="{text}">{said}</td>'
    return f'<td class="long">{said}</td>' if len(text) > LONG else f"<td>{said}</td>"
