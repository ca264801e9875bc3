"""Tables as pages to read: HTML that loads nothing, and Markdown as GitHub shows it."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from cbcstats.caveats import caveats, cited_by, sources_of
from cbcstats.columns import ACCESSED
from cbcstats.displays import table_html
from cbcstats.wording import source_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEMPLATES: Final = Path(__file__).with_name("templates")
_MARKS: Final = re.compile(r"([\\`*|~\[\]]|(?<![^\W_])_|_(?![^\W_]))")  # what Markdown would take for more than text


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
    parts = [f"# {_escaped(title)}", *([_escaped(note)] if note else [])]
    for name, frame in tables.items():
        parts += [*([f"## {_escaped(name)}"] if len(tables) > 1 else []), _table(frame)]
    parts.append("\n".join(f"- {_escaped(about)}: {_escaped(reading)}" for about, reading in _said(tables)))
    line = source_line(cited_by(tables.values()), sources_of(tables.values(), sources))
    return "\n\n".join([*parts, *([_escaped(line)] if line else [])]) + "\n"


def _said(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    return [(f"{about[0].upper()}{about[1:]}", reading) for about, reading in caveats(tables).itertuples(index=False)]


def _table(frame: pd.DataFrame) -> str:
    """Write a table as the page of HTML has it, so that both round numbers alike."""
    made = table_html(frame, limit=len(frame) + 1)
    rows = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        for row in re.findall(r"<tr>(.*?)</tr>", made, re.DOTALL)
    ]
    lines = [
        "| " + " | ".join(_escaped(html.unescape(re.sub(r"<[^>]*>", "", cell))) for cell in row) + " |" for row in rows
    ]
    kinds = (frame[name].dtype for name in frame)
    rule = "| " + " | ".join("---:" if pd.api.types.is_any_real_numeric_dtype(kind) else "---" for kind in kinds) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def _escaped(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    marked = _MARKS.sub(r"\\\1", " ".join(text.split()))
    return html.escape(marked, quote=False)
