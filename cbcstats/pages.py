"""Tables as pages to read: HTML that loads nothing, Markdown as GitHub shows it; and as tables for LaTeX."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.caveats import caveats, cited_by, sources_of
from cbcstats.columns import ACCESSED
from cbcstats.displays import table_html, with_index
from cbcstats.wording import source_line, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TEMPLATES: Final = Path(__file__).with_name("templates")
# What Markdown would take for more than text; $ and ^ in programs that read formulas.
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
        **{mark: f"{{{mark}}}" for mark in "*[]"},  # in the first cell, they would belong to the end of the row before
    }
)


def html_page(tables: Mapping[str, pd.DataFrame], title: str, note: str, sources: pd.DataFrame | None) -> str:
    """Return a page with the tables, what must be known of them, and their sources."""
    import jinja2

    from cbcstats import __version__

    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True)
    shown = {
        name: table_html(frame, caption=f"{name}, {len(frame):,} rows.", limit=len(frame) + 1)
        for name, frame in tables.items()
    }
    cited = sources_of(tables.values(), sources)
    cited[ACCESSED] = cited[ACCESSED].dt.strftime("%Y-%m-%d")
    page = environment.get_template("table.html.j2")
    return (
        page.render(
            title=title,
            note=note,
            tables=shown,
            caveats=_said(tables),
            sources=[row.dropna().to_dict() for _, row in cited.iterrows()],
            version=__version__,
        )
        + "\n"
    )


def markdown_page(
    tables: Mapping[str, pd.DataFrame], title: str, note: str, sources: pd.DataFrame | None = None
) -> str:
    r"""Return the same as Markdown, with the sources in one line.

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
    parts = [f"# {markdown_text(title)}", *([markdown_text(note)] if note else [])]
    for name, frame in tables.items():
        parts += [*([f"## {markdown_text(name)}"] if len(tables) > 1 else []), markdown_table(frame)]
    parts.append("\n".join(f"- {markdown_text(about)}: {markdown_text(reading)}" for about, reading in _said(tables)))
    line = source_line(cited_by(tables.values()), sources_of(tables.values(), sources))
    return "\n\n".join([*parts, *([markdown_text(line)] if line else [])]) + "\n"


def _said(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    return [(f"{about[0].upper()}{about[1:]}", reading) for about, reading in caveats(tables).itertuples(index=False)]


def markdown_table(frame: pd.DataFrame, *, limit: int | None = None, heading: Callable[[Any], str] = words) -> str:
    r"""Write the first rows of a table, or all, in Markdown.

    Examples
    --------
    >>> print(markdown_table(pd.DataFrame({"percent_change": [49.0909], "why": ["a | b"]}), heading=str))
    | percent_change | why |
    | ---: | --- |
    | 49.1 | a \| b |
    """
    rows = _rows(frame, limit, heading)
    head, *lines = (f"| {' | '.join(map(markdown_text, row))} |" for row in rows)
    rule = f"| {' | '.join('---:' if number else '---' for number in _are_numbers(frame))} |"
    return "\n".join([head, rule, *lines])


def latex_table(frame: pd.DataFrame, *, limit: int | None = None, heading: Callable[[Any], str] = words) -> str:
    r"""Write the first rows of a table, or all, in LaTeX that needs no package.

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
    rows = _rows(frame, limit, heading)
    head, *lines = (" & ".join(map(latex_text, row)) + r" \\" for row in rows)
    columns = "".join("r" if number else "l" for number in _are_numbers(frame))
    rule = r"\hline"
    begin, end = rf"\begin{{tabular}}{{{columns}}}", r"\end{tabular}"
    return "\n".join([begin, rule, head, rule, *lines, rule, end])


def _rows(frame: pd.DataFrame, limit: int | None, heading: Callable[[Any], str]) -> list[list[str]]:
    """Return header and rows as text, as the page of HTML has them, so that all forms round numbers alike."""
    made = table_html(frame, limit=len(frame) + 1 if limit is None else limit, heading=heading)
    rows = re.findall(r"<tr>(.*?)</tr>", made, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[html.unescape(re.sub(r"<[^>]*>", "", cell)) for cell in row] for row in cells]


def _are_numbers(frame: pd.DataFrame) -> list[bool]:
    return [pd.api.types.is_any_real_numeric_dtype(kind) for kind in with_index(frame).dtypes]


def markdown_text(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    marked = _MARKS.sub(r"\\\1", " ".join(text.split()))
    return html.escape(marked, quote=False)


def latex_text(text: str) -> str:
    r"""Return a text that LaTeX prints as it is, on one line.

    Examples
    --------
    >>> print(latex_text("*50% of R&D"))
    {*}50\% of R\&D
    """
    return " ".join(text.split()).translate(_LATEX_MARKS)
