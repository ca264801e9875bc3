"""Word files: real tables, charts with their descriptions, captions in order, sources below."""

import sys
import zipfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cbcstats import (
    ArgumentError,
    CbcstatsError,
    describe,
    load_counts,
    plot_changes,
    plot_counts,
    report_table,
    save_document,
    year_on_year,
)
from tests.folders import assert_replaced_as_a_whole
from tests.needs import Needed, missing, needed
from tests.office import converted

docx = Needed("docx")
pypdf = Needed("pypdf")

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WRITER = [
    *Path("/usr/lib/libreoffice/program").glob("libswlo.so"),
    *Path("/opt").glob("libreoffice*/program/libswlo.so"),
]
WIDTH = 17 * 360_000  # of the text of a page, in the unit of Office
OWN = pd.DataFrame(
    {
        "office": ["Nairobi", "Lima"],
        "missions": [12, 3],
        "rate": [1.25, 10.5],
        "delivered": [True, False],
        "remark": ["short", "long " * 20],
    }
)


@pytest.fixture
def missions():
    return load_counts("capacity_building_missions")


@pytest.fixture
def changes(missions):
    return year_on_year(missions, per="month")


def save(content, folder, **options):
    return docx.Document(str(save_document(content, folder / "report.docx", **options)))


def cells(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def lines(document, *styles):
    return [line.text for line in document.paragraphs if line.style.name in styles]


def captions(document):
    """Return the captions with the numbers that Word computes."""
    found = [line for line in document.paragraphs if line.style.name == "Caption"]
    return ["".join(text.text for text in line._p.iter(f"{W}t")) for line in found]


def pictures(document):
    return [(shape.width, shape.height, shape._inline.docPr.get("descr"))
            for shape in document.inline_shapes]  # fmt: skip


def test_a_table_has_its_cells_as_other_exports_show_them(tmp_path):
    document = save({"Offices": OWN}, tmp_path)
    [table] = document.tables
    assert cells(table) == [
        ["office", "missions", "rate", "delivered", "remark"],
        ["Nairobi", "12", "1.2", "yes", "short"],
        ["Lima", "3", "10.5", "no", "Note 1"],
    ]
    assert lines(document, "Table note")[0] == "Note 1: " + ("long " * 20).strip()
    sides = [cell.paragraphs[0].alignment for cell in table.rows[1].cells]
    left, right = 0, 2
    assert sides == [left, right, right, left, left]
    assert table.style.name == "Counts table"


def test_the_header_alone_is_repeated_on_each_page_and_no_row_is_split(tmp_path):
    [table] = save({"Years": pd.DataFrame({"year": range(200)})}, tmp_path).tables
    assert len(table.rows) == 201
    repeated = [row._tr.find(f"{W}trPr/{W}tblHeader") is not None for row in table.rows]
    assert repeated == [True] + [False] * 200
    assert all(row._tr.find(f"{W}trPr/{W}cantSplit") is not None for row in table.rows)


def test_columns_fill_the_page_and_long_words_have_room(changes, tmp_path):
    long = pd.DataFrame({"a": ["x"], "b": ["word " * 11], "c": ["W" * 30]})
    tables = save({"One": long, "Two": changes}, tmp_path).tables
    widths = [[column.width.cm for column in table.columns] for table in tables]
    assert all(16.5 < sum(columns) < 17.01 for columns in widths)
    narrow, words, one_word = widths[0]
    assert narrow < one_word < words
    assert one_word > 30 * 0.2


def test_changes_are_shown_as_a_report_table_with_their_sources(changes, tmp_path):
    document = save({"Missions": changes}, tmp_path)
    table = report_table(changes)
    header, *rows = cells(document.tables[0])
    assert header == list(table)
    assert [row[:5] for row in rows] == table.iloc[:, :5].to_numpy().tolist()
    assert [row[6] for row in rows] == table["Source"].tolist()
    notes = lines(document, "Table note")
    assert notes[0] == f"Note 1: {table['Why'].iloc[1]}"
    assert notes[1] == f"Note 2: {table['Why'].iloc[2]}"
    assert "Sources:" in notes
    assert not [note for note in notes if note.startswith("Ranges")]
    assert lines(document, "Source")[-2] == (
        "WCO, Successful 9th Session of the Capacity Building Committee, 2018-03-02, "
        "https://www.wcoomd.org/en/media/newsroom/2018/march/"
        "successful-9th-session-of-the-capacity-building-committee.aspx"
    )


def test_a_long_source_stays_in_its_cell(tmp_path):
    counts = load_counts()
    [table] = save({"All": year_on_year(counts)}, tmp_path).tables
    header, *rows = cells(table)
    sources = [row[header.index("Source")] for row in rows]
    assert max(map(len, sources)) > 60
    assert not [source for source in sources if source.startswith("Note ")]


def test_wide_tables_lie_and_what_all_rows_share_is_a_note(missions, tmp_path):
    document = save({"One": OWN, "Counts": missions, "Two": OWN}, tmp_path)
    wide = [section.page_width > section.page_height for section in document.sections]
    assert wide == [False, True, False]
    header, *rows = cells(document.tables[1])
    assert "indicator" not in header
    assert "In all rows: label Capacity building missions, measure flow." in lines(
        document, "Table note"
    )
    assert [row[header.index("value")] for row in rows] == [
        "280",
        "350",
        "400",
        "330",
        "342",
        "492",
    ]


def test_charts_are_as_wide_as_the_text_with_their_description(missions, changes, tmp_path):
    first, second = plot_counts(missions, title="Missions rose"), plot_changes(changes)
    small = plt.subplots(figsize=(3, 2))[1]
    tall = plt.subplots(figsize=(4, 40))[1]
    second.set_title("", loc="left")
    sizes = [ax.figure.get_size_inches().tolist() for ax in (first, second, small, tall)]
    document = save({"Charts": [first, second, small, tall]}, tmp_path)
    found = pictures(document)
    assert [round(width / WIDTH, 3) for width, *_ in found] == [1, 1, 1, 1]
    assert [text for *_, text in found] == [describe(ax) for ax in (first, second, small, tall)]
    heights = [height / 360_000 for _, height, _ in found]
    assert heights[2] == pytest.approx(17 * 2 / 3, abs=0.1)
    assert max(heights) < 29.7 - 4 - 5
    assert captions(document)[:2] == ["Figure 1: Missions rose", "Figure 2: Charts"]
    assert [ax.figure.get_size_inches().tolist() for ax in (first, second, small, tall)] == sizes
    assert len(lines(document, "Source")) == 6 + 4


def test_captions_are_fields_numbered_in_order(missions, tmp_path):
    ax = plot_counts(missions, title="Rose")
    content = {"One": [OWN, ax, "Text"], "Two": [ax, OWN.head(1)]}
    document = save(content, tmp_path)
    assert captions(document) == [
        "Table 1: One", "Figure 1: Rose", "Figure 2: Rose", "Table 2: Two",
    ]  # fmt: skip
    fields = [field.get(f"{W}instr") for field in document.element.iter(f"{W}fldSimple")]
    assert [field.split()[1] for field in fields] == ["Table", "Figure", "Figure", "Table"]
    assert lines(document, "Heading 1") == ["One", "Two"]
    assert lines(document, "Title") == ["Report"]


def test_texts_are_paragraphs(tmp_path):
    document = save({"Text": "One\ntwo.\n\nThree.\n\n"}, tmp_path, title="Mine & yours")
    assert lines(document, "Normal") == ["One two.", "Three."]
    assert document.core_properties.title == "Mine & yours"


def test_a_french_document(changes, tmp_path):
    document = save({"Missions": changes}, tmp_path, language="fr")
    assert captions(document) == ["Tableau 1\N{NO-BREAK SPACE}: Missions"]
    assert cells(document.tables[0])[0][0] == "Période"
    assert document.core_properties.language == "fr-FR"
    [language] = document.styles.element.iter(f"{W}lang")
    assert language.get(f"{W}val") == "fr-FR"


@pytest.mark.filterwarnings("ignore:Glyph")  # of a letter that no font has
def test_hostile_text_stays_text(tmp_path):
    hostile = "a\x1bb\ufffe<w:b/>&{width}\u202e"
    frame = pd.DataFrame({hostile: pd.Series([hostile, "\ud800"], dtype="object")})
    ax = plt.subplots()[1]
    ax.set_title("a\ufffeb<&")
    document = save({hostile: [hostile, frame, ax]}, tmp_path, title=hostile)
    written = "a_x001B_b_xFFFE_<w:b/>&{width}\u202e"
    assert lines(document, "Title", "Heading 1", "Normal") == [written] * 3 + [""]
    assert cells(document.tables[0]) == [[written], [written], ["_xD800_"]]
    assert captions(document)[1] == "Figure 1: a_xFFFE_b<&"
    assert "a_xFFFE_b<&" in pictures(document)[0][2]


def test_the_file_names_no_machine_and_has_the_same_bytes_each_time(missions, tmp_path):
    needed("docx")
    content = {"Missions": [missions, plot_counts(missions)]}
    one = save_document(content, tmp_path / "a.docx", title="Same")
    two = save_document(content, tmp_path / "b.docx", title="Same")
    assert one.read_bytes() == two.read_bytes()
    about = docx.Document(str(one)).core_properties
    assert (about.author, about.last_modified_by, about.comments) == ("cbcstats", "cbcstats", "")
    assert about.created.year == about.modified.year == 2000
    with zipfile.ZipFile(one) as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {1980}
        links = [archive.read(name) for name in archive.namelist() if name.endswith(".rels")]
        assert b"External" not in b"".join(links)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "`content` is empty; give headings with tables, charts or texts"),
        (OWN, "`content` must be a mapping such as {'Missions': table}, but DataFrame"),
        ({"A": []}, "`content` has nothing under 'A'; give a table, a chart or a text"),
        ({"A": " \n"}, "`content` has nothing under 'A'"),
        ({" ": "text"}, "`content` has an empty heading; write one"),
        ({3: "text"}, "`heading` must be a text in quotation marks, but 3 was given"),
        ({"A": [OWN, 3]}, "`content` has 3 under 'A'; give a DataFrame, the Axes of a chart"),
        ({"A": OWN["office"]}, "`content` has Series under 'A'; give a DataFrame"),
        ({"A": pd.DataFrame()}, "`A` has no columns; there is nothing to write"),
        (
            {"A": pd.DataFrame(np.zeros((1, 21)), columns=list("abcdefghijklmnopqrstu"))},
            "the table under 'A' has 21 columns, and a page has room for 20; choose columns",
        ),
    ],
)
def test_wrong_content_is_refused_in_words_and_nothing_is_written(content, words, tmp_path):
    with pytest.raises(ArgumentError) as error:
        save_document(content, tmp_path / "report.docx")
    assert words in str(error.value)
    assert not list(tmp_path.iterdir())


def test_another_ending_and_an_existing_file_are_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"give a name that ends in .docx"):
        save_document({"A": "text"}, tmp_path / "report.pdf")
    save({"A": "text"}, tmp_path)
    with pytest.raises(ArgumentError, match="already exists"):
        save({"A": "text"}, tmp_path)
    folder = tmp_path / "new"
    folder.mkdir()
    path = folder / "b.docx"

    def write(*, overwrite):
        return save_document({"A": "text"}, path, overwrite=overwrite)

    assert_replaced_as_a_whole(path, write)


def test_a_missing_package_is_named_with_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    how = r'python-docx; install it with: pip install "cbcstats\[word\]"'
    with pytest.raises(CbcstatsError, match=how):
        save_document({"A": "text"}, tmp_path / "report.docx")


@pytest.mark.slow
def test_libreoffice_shows_tables_and_charts_on_as_many_pages_as_needed(
    missions, changes, tmp_path
):
    if not WRITER:
        missing("needs LibreOffice Writer: install Debian's libreoffice-writer-nogui")
    content = {
        "Missions": [changes, plot_counts(missions)],
        "Years": pd.DataFrame({"year": range(1, 101), "name": "Kenya"}),
    }
    path = save_document(content, tmp_path / "report.docx")
    reader = pypdf.PdfReader(converted(path, "pdf", tmp_path / "out"))
    pages = [page.extract_text() for page in reader.pages]
    assert 4 <= len(pages) <= 6
    assert all(page.strip() for page in pages)
    assert "Mar 2017" in pages[0]
    years = [page for page in pages if "Kenya" in page]
    assert len(years) > 1
    assert all("name" in page for page in years)
