"""Charts and tables in notebooks: each appears once, and stays when the notebook becomes another document."""

import base64
import functools
import html
import re
import shlex
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import nbclient
import nbformat
import pandas as pd
import pytest
from nbconvert import LatexExporter, MarkdownExporter
from traitlets.config import Config

from cbcstats.report.displays import frame_latex, frame_markdown
from tests.command_line import run_python
from tests.notebook_files import make_notebook
from tests.pandoc import parts, run_pandoc

PAGE = Path(__file__).parents[2] / "docs" / "how_to" / "chart_for_a_report.md"
EXTENSION = "%load_ext cbcstats"
IMPORTS = "import cbcstats\nimport matplotlib as mpl\nfrom matplotlib.figure import Figure"
MISSIONS = "missions = cbcstats.load_counts('capacity_building_missions')"
OURS = "ax = cbcstats.plot_counts(missions)"
CHANGES = "changes = cbcstats.year_on_year(missions)\nax = cbcstats.plot_changes(changes)"
PLAIN = "import matplotlib.pyplot as plt\nlines = plt.plot([1, 2])"
TOGETHER = (
    "figure, axes = plt.subplots(1, 2)\n"
    "ax = cbcstats.plot_counts(missions, ax=axes[0])\n"
    "ax = cbcstats.plot_counts(missions, ax=axes[1])"
)
IN_A_FILE = "ax = cbcstats.plot_counts(missions, ax=Figure().subplots())\npaths = cbcstats.save_chart(ax, 'mine')"
OUTSIDE = "text = plt.figtext(1, 0.5, 'x' * 100, fontsize=10)"
MEMBERS = "cbcstats.load_members()[['iso3', 'name']]"
TABLE = "missions[['period_end', 'value', 'source_id']]"
CHARTS = [OURS, PLAIN, CHANGES, TOGETHER, OURS, PLAIN]


def executed(folder, *sources):
    """Run a notebook of these cells, and return its path and its cells of code."""
    path = make_notebook(folder / "mine.ipynb", *sources)
    notebook = nbformat.read(path, as_version=4)
    nbclient.execute(notebook, cwd=folder, timeout=300)
    nbformat.write(notebook, path)
    return path, [cell for cell in notebook.cells if cell.cell_type == "code"]


def pictures(cell):
    """Return the outputs of a cell that a reader sees as a picture."""
    shown = [output.data for output in cell.outputs if "data" in output]
    return [data for data in shown if "image/png" in data or "<img" in data.get("text/html", "")]


def wide(picture):
    """Return the width of a PNG in dots, from its header."""
    return int.from_bytes(picture[16:20], "big")


@pytest.mark.parametrize("extension", [[], [EXTENSION]], ids=["plain", "extension"])
@pytest.mark.parametrize(
    "charts",
    [
        pytest.param(CHARTS, id="ours first"),
        pytest.param([PLAIN, *CHARTS], id="plain first", marks=pytest.mark.slow),
        pytest.param([IN_A_FILE, *CHARTS], id="a file first", marks=pytest.mark.slow),
    ],
)
def test_each_chart_appears_once_below_its_cell(charts, extension, tmp_path):
    _, cells = executed(tmp_path, IMPORTS, *extension, MISSIONS, *charts)
    expected = [
        0 if cell.source in (IMPORTS, EXTENSION, MISSIONS, IN_A_FILE) else 1 for cell in cells
    ]
    assert [len(pictures(cell)) for cell in cells] == expected


def test_settings_of_the_notebook_outlast_a_chart(tmp_path):
    """The backend applies them with the first figure, which is one of ours."""
    settings = "%config InlineBackend.rc = {'figure.figsize': (2, 2)}"
    seen = "print(mpl.is_interactive(), mpl.rcParams['figure.figsize'], mpl.rcParams['axes.spines.top'])"
    _, cells = executed(tmp_path, settings, IMPORTS, MISSIONS, OURS, seen)
    assert cells[-1].outputs[0].text == "True [2.0, 2.0] True\n"


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """A notebook with the extension that shows four charts and two tables."""
    cells = [IMPORTS, EXTENSION, MISSIONS, OURS, PLAIN, CHANGES, TABLE, MEMBERS, OUTSIDE]
    return executed(tmp_path_factory.mktemp("converted"), "# Mine\n\nWith *text*.", *cells)


def test_charts_are_pictures_in_two_forms_and_tables_text_in_three(converted):
    *_, chart, _, _, table, _, _ = converted[1]
    [shown] = pictures(chart)
    assert set(shown) == {"text/html", "image/png", "text/plain"}
    described = html.unescape(re.search(r'alt="([^"]*)"', shown["text/html"])[1])
    assert described.startswith("Chart of figures over time: Capacity building missions.")
    assert chart.outputs[0].metadata["image/png"]["alt"] == described
    assert f"base64,{shown['image/png'].strip()}" in shown["text/html"]
    assert set(table.outputs[0].data) == {"text/html", "text/markdown", "text/latex", "text/plain"}


def test_what_is_outside_the_axes_is_not_cut_off(converted):
    """As in a notebook without the extension: 100 letters x, each of 0.592 em in the font of matplotlib."""
    [shown] = pictures(converted[1][-1])
    assert wide(base64.b64decode(shown["image/png"])) >= 160 * 100 * 0.592 * 10 / 72


def in_word(path):
    """Return how many pictures and tables a document for Word holds, and what it says of each picture."""
    with zipfile.ZipFile(path) as archive:
        body = ElementTree.fromstring(archive.read("word/document.xml"))  # noqa: S314 - made by pandoc
        files = [name for name in archive.namelist() if name.startswith("word/media/")]
        assert all(archive.read(name).startswith(b"\x89PNG") for name in files)
    elements = [element.tag.rpartition("}")[2] for element in body.iter()]
    said = [element.get("descr") for element in body.iter() if element.tag.endswith("}docPr")]
    assert elements.count("pic") == len(files) == len(said)
    return len(files), elements.count("tbl"), said


def test_pandoc_keeps_the_pictures_in_word(converted, tmp_path):
    """pandoc writes the tables as they are printed; by way of HTML they stay tables."""
    path = tmp_path / "mine.docx"
    run_pandoc(converted[0], "--output", path)
    assert in_word(path)[0] == 4
    assert "wco-2018-03-02" in run_pandoc(path, "--to", "plain")


def test_the_documented_lines_convert_a_notebook(converted, tmp_path):
    shutil.copy(converted[0], tmp_path / "mine.ipynb")
    for line in re.findall(
        r"^(?:jupyter|pandoc) .*mine.*", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    ):
        program, *words = shlex.split(line)
        run = run_pandoc if program == "pandoc" else functools.partial(run_python, "-m", check=True)
        run(*words, cwd=tmp_path)
    charts, tables, said = in_word(tmp_path / "mine.docx")
    assert (charts, tables) == (4, 2)
    assert said[0].startswith("Chart of figures over time: Capacity building missions.")
    text = tmp_path / "mine.md"
    assert len(parts(text, "Image")) == len(list((tmp_path / "pictures").glob("*.png"))) == 4
    assert len(parts(text, "Table")) == 2
    assert "| 2018-02-26 | 492 | wco-2018-03-02 |" in text.read_text(encoding="utf-8")
    assert (tmp_path / "mine.tex").is_file()


def test_markdown_by_nbconvert_has_pictures_and_tables(converted):
    """It prefers HTML; told to take Markdown, it writes pictures as files and tables with bars."""
    text, _ = MarkdownExporter().from_filename(converted[0])
    assert (text.count("<img ") + text.count("!["), text.count("<table>")) == (4, 2)
    order = ["text/markdown", "image/png", "text/plain"]
    exporter = MarkdownExporter(config=Config(NbConvertBase={"display_data_priority": order}))
    text, made = exporter.from_filename(converted[0])
    assert text.count("![") == len(made["outputs"]) == 4
    assert text.count("\n| --- |") == 2
    assert "<table" not in text
    assert "\n\nThe first 20 of 188 rows.\n" in text


def test_latex_has_pictures_and_tables(converted):
    run_pandoc("--version")  # nbconvert needs it
    text, made = LatexExporter().from_filename(converted[0])
    assert len(re.findall(r"\\adjustimage{.*}{output.*\.png}", text)) == len(made["outputs"]) == 4
    assert text.count(r"\begin{tabular}") == 2
    assert r"2018-02-26 & 492 & wco-2018-03-02 \\" in text


SIGNS = [
    "[x] first", "a_b _c_ __d__", "$5 (US$) and US$ 6", "<b>bold</b> &amp; & R&D", "10% #1 {y} x^2 ~ |", "C:\\new `z`",
    "*w* line\nbreak", "![p](q.png) \\cite{x} \\\\", "^up^ ~~out~~", "=1+1", "\\[3mm]", "| a | b", "# one", "- two", "",
]  # fmt: skip


@pytest.mark.parametrize("form", ["markdown", "gfm", "latex"])
def test_signs_in_cells_are_text(form, tmp_path):
    """As pandoc reads the table, and writes it as HTML."""
    frame = pd.DataFrame(
        {"first": SIGNS, "[n]": range(len(SIGNS)), "<i>": [f"x {sign} x" for sign in SIGNS]}
    )
    path = tmp_path / "table"
    path.write_text(
        frame_latex(frame) if form == "latex" else frame_markdown(frame), encoding="utf-8"
    )
    run_pandoc(path, "--from", form, "--to", "html", "--output", tmp_path / "table.html")
    [shown] = pd.read_html(
        tmp_path / "table.html", flavor="lxml", encoding="utf-8", keep_default_na=False
    )
    assert list(shown) == ["first", "[n]", "<i>"]
    assert shown["first"].tolist() == [" ".join(sign.split()) for sign in SIGNS]
    assert shown["<i>"].tolist() == [" ".join(f"x {sign} x".split()) for sign in SIGNS]
    page = (tmp_path / "table.html").read_text(encoding="utf-8")
    assert not re.findall(
        r"<(?!/|table|thead|tbody|tr|th|td|col|span>)\w+", page
    )  # no markup but that of the table
