"""`save_document`: tables, charts and texts as a Word file, each with its sources."""

from __future__ import annotations

import datetime
import html
import io
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.arguments import (
    check_axes,
    check_choice,
    check_file_to_write,
    check_flag,
    check_mapping,
    check_optional_text,
    check_text,
    shown,
)
from cbcstats.changes.report_table import LANGUAGES, report_table
from cbcstats.charts.chart import title_of
from cbcstats.charts.layout import root_figure
from cbcstats.charts.saving import (
    figure_sources,
    figure_text,
    figure_title,
    picture_for_page,
)
from cbcstats.errors import ArgumentError, CbcstatsError
from cbcstats.exports.html import are_numbers, caveats_of, rows_as_text
from cbcstats.files.workbooks import text_of_name
from cbcstats.files.writing import plain_frame, target, undated, write_whole
from cbcstats.frames import is_frame
from cbcstats.tables.loaders import sources_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from matplotlib.axes import Axes

# Centimetres, and characters of a table per line: A4 with margins of two.
_PAGE: Final = (21.0, 29.7)
_MARGIN: Final = 2.0
_ROOM_FOR_WORDS: Final = 5.5  # on the page of a picture: heading, caption, sources
_PER_CENTIMETRE: Final = 5  # characters
_TWIPS: Final = 567  # in a centimetre
_FEW: Final = 7  # columns of an upright page
_MOST: Final = 20  # columns of a page on its side
_LONG: Final = 60  # longer texts of a table are notes below it
_PADDING: Final = 3  # characters
_BLANKS: Final = re.compile("[ \\t\\r\\n]+")  # no-break spaces stay
# The columns by which a table of changes is recognised.
_CHANGES: Final = {"period", "previous_period", "qualifier", "change_low", "why"}
_WORDS: Final = {
    "en": {
        "locale": "en-GB",
        "table": "Table",
        "figure": "Figure",
        "note": "Note",
        "all": "In all rows",
        "source": "Source",
        "sources": "Sources",
        "colon": ": ",
    },
    "fr": {
        "locale": "fr-FR",
        "table": "Tableau",
        "figure": "Figure",
        "note": "Note",
        "all": "Dans toutes les lignes",
        "source": "Source",
        "sources": "Sources",
        "colon": "\N{NO-BREAK SPACE}: ",
    },
}
_NAMESPACE: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
)
_NUMBER: Final = (
    f'<w:fldSimple {_NAMESPACE} w:instr=" SEQ {{kind}} \\* ARABIC ">'
    "<w:r><w:t>{number}</w:t></w:r></w:fldSimple>"
)
_TABLE: Final = (
    f'<w:tbl {_NAMESPACE}><w:tblPr><w:tblStyle w:val="Countstable"/>'
    '<w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
    '<w:tblLook w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" '
    'w:noHBand="1" w:noVBand="1"/></w:tblPr>'
    "<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
)
_ROW: Final = "<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{cells}</w:tr>"
_CELL: Final = (
    '<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr>'
    '<w:pStyle w:val="Tabletext"/><w:jc w:val="{side}"/></w:pPr>'
    '<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p></w:tc>'
)
_LOOK: Final = (
    f'<w:tblPr {_NAMESPACE}><w:tblBorders><w:top w:val="single" w:sz="8" w:color="444444"/>'
    '<w:bottom w:val="single" w:sz="8" w:color="444444"/>'
    '<w:insideH w:val="single" w:sz="4" w:color="BFBFBF"/></w:tblBorders>'
    '<w:tblCellMar><w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/>'
    "</w:tblCellMar></w:tblPr>"
)
_LOOK_OF_HEADER: Final = (
    f'<w:tblStylePr {_NAMESPACE} w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
    '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/></w:tcPr></w:tblStylePr>'
)


class Table(NamedTuple):
    """A table as a page shows it: its rows with their header, and the notes below."""

    rows: list[list[str]]
    is_number: list[bool]
    notes: list[str]
    sources: pd.DataFrame


def save_document(
    content: Mapping[str, Any],
    path: str | Path,
    *,
    title: str | None = None,
    language: str = "en",
    overwrite: bool = False,
) -> Path:
    """Write tables, charts and texts to a Word file, with captions and sources.

    Parameters
    ----------
    content : mapping of str to content
        Headings, and what is below each: a DataFrame, the Axes of a chart, a text, or a
        list of these. An empty line in a text begins a paragraph.
    path : path
        A file that ends in .docx; folders are made on the way.
    title : str, optional
        The title on the first page; made from the name of the file by default.
    language : {"en", "fr"}
        The language of captions, of tables of changes, and of the spelling checker.
    overwrite : bool
        Whether to replace a file that is there.

    Returns
    -------
    pathlib.Path
        The file. The same content gives the same bytes.

    Raises
    ------
    ArgumentError
        If the file is there already or ends in something else, or there is nothing to
        write, or something that is not a table, a chart or a text.
    CbcstatsError
        If python-docx is not installed, which comes with `cbcstats[word]`.

    Notes
    -----
    Changes are shown as `report_table` returns them. In other tables with more than
    seven columns, what all rows share is in a note below; if more than seven are left,
    the pages under this heading are on their side. Texts of more than 60 characters are
    notes below the table; notes on how words are read are in English.

    A chart is drawn as wide as the text, with the text alternative of `describe`; the
    figure itself does not change. Headings, captions, tables and notes have styles, so
    that Word can restyle them and list tables and figures.

    Examples
    --------
    >>> import tempfile
    >>> from cbcstats import load_counts, plot_counts, save_document
    >>> missions = load_counts("capacity_building_missions")
    >>> content = {"Missions": ["What was published.", missions, plot_counts(missions)]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(save_document(content, f"{folder}/missions.docx").name)
    missions.docx
    """
    content = check_mapping("content", content, "{'Missions': table}")
    path = check_file_to_write("path", path)
    title = check_optional_text("title", title)
    language = check_choice("language", language, LANGUAGES)
    path = target(path, [".docx"], overwrite=check_flag("overwrite", overwrite))
    if not content:
        raise ArgumentError(
            "`content` is empty; give headings with tables, charts or texts, such as "
            "{'Missions': table}"
        )
    sections = {}
    for heading, given in content.items():
        if not check_text("heading", heading).strip():
            raise ArgumentError("`content` has an empty heading; write one")
        sections[heading] = _items(heading, given, language)
    title = title or path.stem.replace("_", " ").capitalize()
    words = _WORDS[language]
    is_lying = _is_wide(next(iter(sections.values())))
    document = _new_document(title, words, lying=is_lying)
    for heading, items in sections.items():
        _add_section(document, heading, items, words)
    file = io.BytesIO()
    document.save(file)
    return write_whole(path, undated(file), overwrite=overwrite)


def _items(heading: str, given: Any, language: str) -> list[Any]:
    """Return what is below a heading: tables, charts, and texts that are not empty."""
    from matplotlib.axes import Axes

    items: list[Any] = []
    for item in given if isinstance(given, list | tuple) else [given]:
        if is_frame(item):
            frame = plain_frame(item, heading)
            items.append(_table(frame, heading, language))
        elif isinstance(item, Axes):
            items.append(check_axes("content", item))
        elif isinstance(item, str):
            items += [part for part in item.split("\n\n") if part.strip()]
        else:
            raise ArgumentError(
                f"`content` has {shown(item)} under {heading!r}; give a DataFrame, "
                "the Axes of a chart, a text, or a list of these"
            )
    if not items:
        raise ArgumentError(
            f"`content` has nothing under {heading!r}; give a table, a chart or a text"
        )
    return items


def _table(frame: pd.DataFrame, heading: str, language: str) -> Table:
    words = _WORDS[language]
    view, notes = frame, []
    cited = sources_of([frame])
    if set(frame) >= _CHANGES:
        view = report_table(frame, language=language)
        # The table shows no ends of ranges that would have to be explained.
        ends = frame.columns.str.endswith(("low", "high"))
        frame = frame.loc[:, ~ends]
    elif len(frame.columns) > _FEW:
        view, shared = _without_shared(frame)
        if shared:
            notes.append(words["all"] + words["colon"] + shared + ".")
    if len(view.columns) > _MOST:
        raise ArgumentError(
            f"the table under {heading!r} has {len(view.columns)} columns, and a page "
            f"has room for {_MOST}; choose columns, such as table[['period', 'value']]"
        )
    rows = [list(map(_plain, row)) for row in rows_as_text(view)]
    rows, long_texts = _with_notes(rows, words)
    # The first caveat is about empty cells.
    caveats = caveats_of({heading: frame})[1:]
    notes += long_texts + [words["colon"].join(caveat) for caveat in caveats]
    return Table(rows, are_numbers(view), notes, cited)


def _without_shared(frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Take out the columns that are the same in all rows, and name their values."""
    if len(frame) < 2:
        return frame, ""
    is_shared = frame.nunique(dropna=False) == 1
    header, row, *_ = rows_as_text(frame.loc[:, is_shared])
    named = zip(header, row, strict=True)
    shared = [f"{name} {value}" for name, value in named if value]
    return frame.loc[:, ~is_shared], ", ".join(shared)


def _with_notes(
    rows: list[list[str]], words: Mapping[str, str]
) -> tuple[list[list[str]], list[str]]:
    """Replace long texts by the number of a note, and return the notes."""
    numbers: dict[str, str] = {}
    header, *body = rows
    short_rows = []
    for row in body:
        cells = []
        for name, cell in zip(header, row, strict=True):
            # Readers look for a source where it is cited.
            if len(cell) > _LONG and name != words["source"]:
                cell = numbers.setdefault(cell, f"{words['note']} {len(numbers) + 1}")
            cells.append(cell)
        short_rows.append(cells)
    notes = [number + words["colon"] + text for text, number in numbers.items()]
    return [header, *short_rows], notes


def _new_document(title: str, words: Mapping[str, str], *, lying: bool) -> Any:
    try:
        import docx
    except ModuleNotFoundError as error:
        raise CbcstatsError(
            'Word files need python-docx; install it with: pip install "cbcstats[word]"'
        ) from error
    document = docx.Document()
    about = document.core_properties
    about.title = _plain(title)[:255]  # the most that the format allows
    about.author = about.last_modified_by = "cbcstats"
    about.comments = ""
    about.language = words["locale"]
    about.created = about.modified = datetime.datetime(2000, 1, 1)
    for language in document.styles.element.iter("{*}lang"):
        name = next(name for name in language.attrib if name.endswith("}val"))
        language.set(name, words["locale"])
    _add_styles(document.styles)
    _set_page(document.sections[0], lying=lying)
    document.add_heading(_plain(title), 0)
    return document


def _set_page(section: Any, *, lying: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    width, height = reversed(_PAGE) if lying else _PAGE
    section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(width), Cm(height)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Cm(_MARGIN))


def _is_wide(items: list[Any]) -> bool:
    """Tell whether tables need a page on its side."""
    tables = [item for item in items if isinstance(item, Table)]
    return any(len(table.is_number) > _FEW for table in tables)


def _add_section(
    document: Any, heading: str, items: list[Any], words: Mapping[str, str]
) -> None:
    """Write a heading and what is below it, on new pages if these have another format."""
    lying = _is_wide(items)
    if lying != _is_lying(document):
        _set_page(document.add_section(), lying=lying)
    document.add_heading(_plain(heading), 1)
    for item in items:
        if isinstance(item, Table):
            _add_table(document, item, heading, words)
        elif isinstance(item, str):
            document.add_paragraph(_plain(item))
        else:
            _add_chart(document, item, heading, words)


def _is_lying(document: Any) -> bool:
    page = document.sections[-1]
    return bool(page.page_width > page.page_height)


def _add_table(
    document: Any, table: Table, heading: str, words: Mapping[str, str]
) -> None:
    from docx.oxml import parse_xml

    caption = _add_caption(document, words["table"], heading, words)
    caption.paragraph_format.keep_with_next = True
    width = _PAGE[1 if _is_lying(document) else 0]
    xml = _table_xml(table, width - 2 * _MARGIN)
    caption._p.addnext(parse_xml(xml))
    _add_notes(document, table.notes, table.sources, words)


def _add_chart(document: Any, ax: Axes, heading: str, words: Mapping[str, str]) -> None:
    from docx.shared import Cm

    figure = root_figure(ax)
    width = _PAGE[0] - 2 * _MARGIN
    height = _PAGE[0 if _is_lying(document) else 1] - 2 * _MARGIN - _ROOM_FOR_WORDS
    content = picture_for_page(ax, width, height)
    picture = document.add_picture(io.BytesIO(content), width=Cm(width))
    picture._inline.docPr.set("descr", text_of_name(figure_text(figure)))
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    has_title = any(map(title_of, figure.axes))
    caption = figure_title(figure) if has_title else heading
    _add_caption(document, words["figure"], caption, words)
    cited = pd.DataFrame({"source_id": figure_sources(figure)}, dtype="str")
    _add_notes(document, [], sources_of([cited]), words)


def _add_caption(document: Any, kind: str, text: str, words: Mapping[str, str]) -> Any:
    """Add a caption whose number Word computes anew when captions are added."""
    from docx.oxml import parse_xml

    fields = document.element.xpath(f"//w:fldSimple[contains(@w:instr, ' {kind} ')]")
    field = _NUMBER.format(kind=kind, number=len(fields) + 1)
    caption = document.add_paragraph(f"{kind} ", style="Caption")
    caption._p.append(parse_xml(field))
    caption.add_run(words["colon"] + _plain(text))
    return caption


def _add_notes(
    document: Any, notes: list[str], sources: pd.DataFrame, words: Mapping[str, str]
) -> None:
    for note in notes:
        document.add_paragraph(_plain(note), style="Table note")
    citations = [_citation(row) for _, row in sources.iterrows()]
    if citations:
        title = words["source"] if len(citations) == 1 else words["sources"]
        line = title + words["colon"].rstrip()
        paragraph = document.add_paragraph(line, style="Table note")
        paragraph.paragraph_format.keep_with_next = True
    for citation in citations:
        document.add_paragraph(_plain(citation), style="Source")
    # Word joins tables between which there is no paragraph.
    document.add_paragraph(style="Table note")


def _add_styles(styles: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import parse_xml
    from docx.shared import Pt

    for name, base, size, space in (
        ("Table text", "Normal", 8, 1),
        ("Table note", "Normal", 8.5, 2),
        ("Source", "List Bullet", 8.5, 1),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles[base]
        style.font.size = Pt(size)
        style.paragraph_format.space_before = Pt(space)
        style.paragraph_format.space_after = Pt(space)
        style.paragraph_format.line_spacing = 1
    table = styles.add_style("Counts table", WD_STYLE_TYPE.TABLE)
    table.element.append(parse_xml(_LOOK))
    table.element.append(parse_xml(_LOOK_OF_HEADER))


def _table_xml(table: Table, room: float) -> str:
    """Return a table as Word keeps it; cell by cell, a long one would take minutes."""
    widths = _widths(table.rows, room)
    sides = ["right" if number else "left" for number in table.is_number]
    rows = []
    for place, row in enumerate(table.rows):
        cells = [
            _CELL.format(width=width, side=side, text=html.escape(text))
            for width, side, text in zip(widths, sides, row, strict=True)
        ]
        header = "" if place else "<w:tblHeader/>"
        rows.append(_ROW.format(header=header, cells="".join(cells)))
    return _TABLE.format(
        width=sum(widths),
        grid="".join(f'<w:gridCol w:w="{width}"/>' for width in widths),
        rows="".join(rows),
    )


def _widths(rows: list[list[str]], room: float) -> list[int]:
    """Return the width of each column: at least its longest word, at most what it holds."""
    columns = list(zip(*rows, strict=True))
    least = [_longest(_BLANKS.split(" ".join(cells))) for cells in columns]
    most = [_longest(cells) for cells in columns]
    characters = room * _PER_CENTIMETRE
    widths = kept = least
    level = 0
    # Columns grow alike until the page is full, so that narrow ones have all they need.
    while sum(widths) <= characters and level <= max(most):
        kept = widths
        level += 1
        widths = [
            max(low, min(high, level)) for low, high in zip(least, most, strict=True)
        ]
    if sum(widths) > characters:
        widths = kept
    scale = room * _TWIPS / max(sum(widths), characters)
    return [round(scale * width) for width in widths]


def _longest(texts: Iterable[str]) -> int:
    return max(map(len, texts), default=0) + _PADDING


def _citation(source: pd.Series) -> str:
    """Cite a source by what is known of it: publisher, title, date, address."""
    if pd.isna(source["title"]):
        return str(source["source_id"])
    parts = source[["publisher", "title", "published", "url"]].dropna()
    return ", ".join(map(str, parts))


def _plain(text: str) -> str:
    """Return a text on one line, with only the characters that XML can hold."""
    return text_of_name(_BLANKS.sub(" ", text).strip())
