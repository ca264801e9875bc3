"""Format tables as HTML, Markdown and LaTeX, for reports, notebooks and exports."""

from __future__ import annotations

import html
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cbcstats.counts.formats import words
from cbcstats.exports.notes import WRITTEN_BY, caveats
from cbcstats.files.writing import with_index
from cbcstats.tables.loaders import SOURCE_IDS, source_line, sources_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TEMPLATES: Final = Path(__file__).with_name("templates")
# Characters with a meaning in Markdown; $ and ^ only if formulas are supported.
_MARKS: Final = re.compile(r"([\\`*|~^$\[\]]|(?<![^\W_])_|_(?![^\W_]))")
_LATEX_MARKS: Final = str.maketrans(
    {
        **{mark: f"\\{mark}" for mark in "&%$#_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "`": r"\`{}",
        # In a first cell, they would be arguments of the \\ before it.
        **{mark: f"{{{mark}}}" for mark in "*[]"},
    }
)
SHOWN: Final = 60  # rows of a table on the page; its file has all of them
LONG: Final = 40  # a longer text gets a wide column
NAME: Final = 20  # a longer name may be broken after an underscore
MARKED: Final = ("consistent", "unlikely", "contradicts")  # verdicts that have a mark


def listed(source: str) -> str:
    """Return the link to a source in the list of sources on the same page."""
    return f"#source-{source}"


def linked(text: str, address: str) -> str:
    """Return escaped text, as a link if there is an address.

    Examples
    --------
    >>> linked("a & b", "#source-1"), linked("a & b", "")
    ('<a href="#source-1">a &amp; b</a>', 'a &amp; b')
    """
    escaped = html.escape(text)
    return f'<a href="{html.escape(address)}">{escaped}</a>' if address else escaped


def table_html(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    limit: int = SHOWN,
    heading: Callable[[Any], str] = words,
    address: Callable[[str], str] = listed,
) -> str:
    """Format a table as accessible HTML, with a header and escaped text.

    All numbers of a column have the same number of decimals, enough for two digits of
    the largest, in a form that spreadsheets can paste. Days are ISO dates. Missing cells
    are empty; a style sheet may show a dash in them. Source ids link to their `address`.

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
    shown = frame.head(limit)
    if "label" in shown:
        # A reader wants the label, and not the name that it has in code.
        shown = shown.drop(columns="indicator", errors="ignore")
    heads, columns = [], []
    for place, name in enumerate(shown):
        column = shown.iloc[:, place]
        kind = ' class="number"' if _is_number(column.dtype) else ""
        if isinstance(name, tuple):
            name = " ".join(map(str, name))
        text = html.escape(heading(name)).replace("_", "_<wbr>")
        heads.append(f'<th scope="col"{kind}>{text}</th>')
        columns.append(_column_html(column, address))
    lines = ["<table>"]
    caption = f"{caption} {cut_note(frame, limit)}".strip()
    if caption:
        lines.append(f"<caption>{html.escape(caption)}</caption>")
    head = "".join(heads)
    lines += [f"<thead><tr>{head}</tr></thead>", "<tbody>"]
    for cells in zip(*columns, strict=True):
        row = "".join(cells)
        lines.append(f"<tr>{row}</tr>")
    return "\n".join([*lines, "</tbody>", "</table>"])


def cut_note(frame: pd.DataFrame, limit: int) -> str:
    """Return a note on how many rows are shown; empty if all of them are.

    Examples
    --------
    >>> cut_note(pd.DataFrame({"n": range(1000)}), 20)
    'The first 20 of 1,000 rows.'
    """
    return f"The first {limit} of {len(frame):,} rows." if len(frame) > limit else ""


def _column_html(column: pd.Series, address: Callable[[str], str]) -> list[str]:
    if pd.api.types.is_bool_dtype(column.dtype):
        truths = column.fillna(value=False)
        cells = [f"<td>{'yes' if truth else 'no'}</td>" for truth in truths]
    elif _is_number(column.dtype):
        numbers = column.to_numpy(float, na_value=math.nan)
        decimals = _decimals(numbers[np.isfinite(numbers)])
        texts = [_number(number, decimals) for number in numbers]
        cells = [f'<td class="number">{text}</td>' for text in texts]
    elif pd.api.types.is_datetime64_any_dtype(column.dtype):
        days = column.fillna(pd.Timestamp(0))
        cells = [f'<td class="day">{day:%Y-%m-%d}</td>' for day in days]
    elif column.name in SOURCE_IDS:
        cells = [_source_html(str(cell), address) for cell in column]
    else:
        cells = [_text_html(str(cell)) for cell in column]
    is_missing = column.isna()
    empty = "<td></td>"
    return [
        empty if gone else cell for gone, cell in zip(is_missing, cells, strict=True)
    ]


def _is_number(kind: Any) -> bool:
    types = pd.api.types
    return types.is_any_real_numeric_dtype(kind) and not types.is_bool_dtype(kind)


def _decimals(numbers: np.ndarray) -> int:
    if (numbers % 1 == 0).all():
        return 0
    largest = np.abs(numbers).max()
    return max(1, 1 - math.floor(math.log10(largest)))


def _number(number: float, decimals: int) -> str:
    """Format a number: no comma in four digits (a year?), and no rounding to zero."""
    comma = "," if abs(number) >= 10_000 else ""
    text = f"{number:{comma}.{decimals}f}"
    if number and not text.strip("-0."):
        text = f"{number:.1g}"
    return text


def _source_html(source: str, address: Callable[[str], str]) -> str:
    return f'<td class="day">{linked(source, address(source))}</td>'


def _text_html(text: str) -> str:
    escaped = html.escape(text)
    if len(text) > NAME:
        escaped = escaped.replace("_", "_<wbr>")
    if text in MARKED:
        return f'<td class="{text}">{escaped}</td>'
    if len(text) > LONG:
        return f'<td class="long">{escaped}</td>'
    return f"<td>{escaped}</td>"


def html_page(
    tables: Mapping[str, pd.DataFrame],
    title: str,
    note: str,
    sources: pd.DataFrame | None,
) -> str:
    """Return an HTML page with the tables, their caveats and their sources."""
    import jinja2

    loader = jinja2.FileSystemLoader(_TEMPLATES)
    environment = jinja2.Environment(loader=loader, autoescape=True)
    shown = {}
    for name, frame in tables.items():
        rows = len(frame)
        caption = f"{name}, {rows:,} rows."
        shown[name] = table_html(frame, caption=caption, limit=rows + 1)
    cited = sources_of(tables.values(), sources)
    cited["accessed"] = cited["accessed"].dt.strftime("%Y-%m-%d")
    page = environment.get_template("table.html.j2").render(
        title=title,
        note=note,
        tables=shown,
        caveats=caveats_of(tables),
        sources=[row.dropna().to_dict() for _, row in cited.iterrows()],
        written_by=WRITTEN_BY,
    )
    return f"{page}\n"


def markdown_page(
    tables: Mapping[str, pd.DataFrame],
    title: str,
    note: str,
    sources: pd.DataFrame | None = None,
) -> str:
    r"""Return the same page in Markdown, with the sources in one line.

    Examples
    --------
    >>> print(markdown_page({"missions": pd.DataFrame({"value": [492], "note": ["a | b"]})}, "Missions", ""))
    # Missions
    <BLANKLINE>
    | value | note |
    | ---: | --- |
    | 492 | a \| b |
    <BLANKLINE>
    - An empty cell: Not known, or there is nothing to say.
    """
    parts = [f"# {markdown_text(title)}", markdown_text(note)]
    for name, frame in tables.items():
        if len(tables) > 1:
            parts.append(f"## {markdown_text(name)}")
        parts.append(markdown_table(frame))
    items = []
    for about, reading in caveats_of(tables):
        item = markdown_text(f"{about}: {reading}")
        items.append(f"- {item}")
    cited = sources_of(tables.values(), sources)
    line = source_line(cited["source_id"], cited)
    parts += ["\n".join(items), markdown_text(line)]
    return "\n\n".join(filter(None, parts)) + "\n"


def caveats_of(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Return the caveats of tables as pairs of texts, each beginning with a capital."""
    rows = caveats(tables).itertuples(index=False)
    return [(about[0].upper() + about[1:], reading) for about, reading in rows]


def markdown_table(
    frame: pd.DataFrame,
    *,
    limit: int | None = None,
    heading: Callable[[Any], str] = words,
) -> str:
    r"""Format a table, or its first rows, in Markdown.

    Examples
    --------
    >>> print(markdown_table(pd.DataFrame({"percent_change": [49.0909], "why": ["a | b"]}), heading=str))
    | percent_change | why |
    | ---: | --- |
    | 49.1 | a \| b |
    """
    rows = rows_as_text(frame, limit, heading)
    rows = [list(map(markdown_text, row)) for row in rows]
    rules = ["---:" if number else "---" for number in are_numbers(frame)]
    rows.insert(1, rules)
    lines = [" | ".join(row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def latex_table(
    frame: pd.DataFrame,
    *,
    limit: int | None = None,
    heading: Callable[[Any], str] = words,
) -> str:
    r"""Format a table, or its first rows, in LaTeX without any package.

    Examples
    --------
    >>> print(latex_table(pd.DataFrame({"percent_change": [49.0909], "why": ["R&D"]}), heading=str))
    \begin{tabular}{rl}
    \hline
    percent\_change & why \\
    \hline
    49.1 & R\&D \\
    \hline
    \end{tabular}
    """
    lines = []
    for row in rows_as_text(frame, limit, heading):
        cells = " & ".join(map(latex_text, row))
        lines.append(rf"{cells} \\")
    head, *rows = lines
    columns = "".join("r" if number else "l" for number in are_numbers(frame))
    begin = rf"\begin{{tabular}}{{{columns}}}"
    rule, end = r"\hline", r"\end{tabular}"
    return "\n".join([begin, rule, head, rule, *rows, rule, end])


def rows_as_text(
    frame: pd.DataFrame,
    limit: int | None = None,
    heading: Callable[[Any], str] = words,
) -> list[list[str]]:
    """Return header and rows as in the HTML table, so that all formats round alike."""
    limit = len(frame) + 1 if limit is None else limit
    table = table_html(frame, limit=limit, heading=heading)
    rows = []
    for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        plain = [re.sub(r"<[^>]*>", "", cell) for cell in cells]
        rows.append(list(map(html.unescape, plain)))
    return rows


def are_numbers(frame: pd.DataFrame) -> list[bool]:
    """Tell which columns of a table hold numbers."""
    kinds = with_index(frame).dtypes
    return [pd.api.types.is_any_real_numeric_dtype(kind) for kind in kinds]


def markdown_text(text: str) -> str:
    """Escape a text for Markdown, on one line."""
    marked = _MARKS.sub(r"\\\1", " ".join(text.split()))
    return html.escape(marked, quote=False)


def latex_text(text: str) -> str:
    r"""Escape a text for LaTeX, on one line.

    Examples
    --------
    >>> print(latex_text("*50% of R&D"))
    {*}50\% of R\&D
    """
    return " ".join(text.split()).translate(_LATEX_MARKS)
