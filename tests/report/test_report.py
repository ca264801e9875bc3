"""The report: whole and self-contained, or not there at all."""

import hashlib
import re
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from cbcstats import save_report
from cbcstats.errors import ReportError
from cbcstats.report.report import MANIFEST
from tests.browsing import Elements
from tests.notebook_files import make_notebook


@pytest.fixture
def small(tmp_path):
    return make_notebook(
        tmp_path / "small.ipynb",
        "# Mine?",
        "import cbcstats\ncbcstats.load_counts('capacity_building_missions')",
    )


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A report of the notebook `small`, made once; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("first")
    source = "import cbcstats\ncbcstats.load_counts('capacity_building_missions')"
    notebook = make_notebook(folder / "small.ipynb", "# Mine?", source)
    return save_report(folder / "report", notebooks=[notebook]).parent


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def elements(page):
    return Elements(page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return save_report(tmp_path_factory.mktemp("full") / "report")


@pytest.mark.slow
def test_the_numbers_are_in_the_text(page):
    text = re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))
    for words in ("492", "33", "+49%", "+29% to +44%", "A-CIP", "Jordan"):
        assert words in text


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(page):
    found = elements(page)
    loading = {
        "script",
        "link",
        "iframe",
        "object",
        "embed",
        "video",
        "audio",
        "source",
        "base",
        "form",
    }
    assert not loading & found.tags()
    assert all(image["src"].startswith("data:image/png;base64,") for image in found.all("img"))
    styles = "".join(
        re.findall(r"<style>(.*?)</style>", page.read_text(encoding="utf-8"), re.DOTALL)
    )
    assert "url(" not in styles
    assert "@import" not in styles
    assert any("default-src 'none'" in meta.get("content", "") for meta in found.all("meta"))


@pytest.mark.slow
def test_links_inside_the_page_lead_somewhere(page):
    found = elements(page)
    ids = [attributes["id"] for _, attributes in found.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    within = [link["href"] for link in found.all("a") if not link["href"].startswith("http")]
    assert len(within) > 100
    for target in within:
        assert target[1:] in ids if target.startswith("#") else (page.parent / target).is_file(), (
            target
        )


@pytest.mark.slow
def test_charts_have_descriptions_and_tables_have_headers(page):
    text = page.read_text(encoding="utf-8")
    found = elements(page)
    assert len(found.all("img")) == len(list((page.parent / "charts").glob("*.png"))) > 7
    assert all(len(image["alt"]) > 100 for image in found.all("img"))
    files = list((page.parent / "tables").glob("*.csv"))
    registers = text.count(
        "most frequent problems</th>"
    )  # shown as a summary, which is no table to take away
    assert text.count("<table>") == text.count("<thead>") == len(files) + registers > 0


@pytest.mark.slow
def test_charts_and_tables_are_files_too(page):
    charts = sorted(path.suffix for path in (page.parent / "charts").iterdir())
    assert charts.count(".png") == charts.count(".svg") > 7
    assert (
        (page.parent / "tables" / "01_missions_1.csv")
        .read_text(encoding="utf-8")
        .startswith("period_start,")
    )


@pytest.mark.slow
def test_code_is_folded_and_contents_and_sources_frame_the_page(page):
    text = page.read_text(encoding="utf-8")
    assert text.count('<details class="code"') == text.count("<pre tabindex") > 10
    assert "<details open" not in text
    assert text.index("<nav") < text.index("01_missions-1") < text.index('<section id="sources">')
    assert 'id="source-wco-2018-03-02"' in text


def test_the_same_notebooks_give_the_same_bytes(small, first, tmp_path):
    second = save_report(tmp_path / "again", notebooks=[small]).parent
    assert contents(first) == contents(second)


def test_a_report_replaces_a_report_and_leaves_nothing_beside_it(small, first, tmp_path):
    target = tmp_path / "out" / "report"
    shutil.copytree(first, target)
    (target / "index.html").write_text("old", encoding="utf-8")
    save_report(target, notebooks=[small])
    assert "Mine?" in (target / "index.html").read_text(encoding="utf-8")
    assert [path.name for path in target.parent.iterdir()] == ["report"]


@pytest.mark.usefixtures("small")
def test_an_empty_folder_is_taken_and_the_home_folder_is_known(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "report").mkdir()
    page = save_report("~/report", notebooks="~/small.ipynb")
    assert page == tmp_path / "report" / "index.html"
    assert page.is_file()


def test_a_report_of_no_notebook_is_refused(tmp_path):
    with pytest.raises(ReportError, match="no notebook was named"):
        save_report(tmp_path / "report", notebooks=[])
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("kind", ["foreign folder", "report with a file of yours", "file"])
def test_what_is_not_a_report_is_never_touched(small, tmp_path, kind):
    target = tmp_path / "thesis"
    if kind == "file":
        target.write_text("mine", encoding="utf-8")
    else:
        target.mkdir()
        if kind == "report with a file of yours":
            (target / MANIFEST).write_text('["index.html"]', encoding="utf-8")
        (target / "mine.txt").write_text("mine", encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(ReportError, match="choose another folder"):
        save_report(target, notebooks=[small])
    assert contents(tmp_path) == before


def test_a_failing_cell_is_named_and_the_last_good_report_stays(small, first, tmp_path):
    target = tmp_path / "report"
    shutil.copytree(first, target)
    before = contents(target)
    bad = make_notebook(tmp_path / "bad.ipynb", "# Bad?", "x = 1", "y = x / 0\nprint(y)")
    with pytest.raises(
        ReportError,
        match=r"bad\.ipynb, code cell 2 \(y = x / 0\): ZeroDivisionError: division by zero",
    ):
        save_report(target, notebooks=[small, bad])
    assert contents(target) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "bad.ipynb",
        "report",
        "small.ipynb",
    ]


def test_markup_in_output_is_text(tmp_path):
    source = "import pandas as pd\nprint('<script>1</script>')\npd.DataFrame({'a': ['<img src=x onerror=alert(1)>']})"
    page = save_report(
        tmp_path / "report", notebooks=[make_notebook(tmp_path / "x.ipynb", "# X?", source)]
    )
    text = page.read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "<img src=x" not in text


@pytest.mark.parametrize(("name", "content"), [("none.ipynb", None), ("text.ipynb", "no notebook")])
def test_a_notebook_that_cannot_be_read_is_said(tmp_path, name, content):
    path = tmp_path / name
    if content:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ReportError, match="notebook"):
        save_report(tmp_path / "report", notebooks=[path])
    assert not (tmp_path / "report").exists()


def test_progress_counts_cells(small, tmp_path):
    seen = []
    save_report(tmp_path / "report", notebooks=[small], progress=lambda *step: seen.append(step))
    assert seen[-1] == ("small.ipynb", 2, 2)


def test_a_folder_of_notebooks_is_taken_in_order(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in ("02_b", "01_a"):
        make_notebook(folder / f"{name}.ipynb", f"# {name}?", "1 + 1")
    text = save_report(tmp_path / "report", notebooks=[folder]).read_text(encoding="utf-8")
    assert text.index("01_a?") < text.index("02_b?")
    assert Path(tmp_path / "report" / "index.html").is_file()


def test_a_notebook_finds_the_files_beside_it_and_writes_none_into_the_report(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "register.csv").write_text("a\n42\n", encoding="utf-8")
    source = "import pathlib\nprint(pathlib.Path('register.csv').read_text())\npathlib.Path('x.txt').write_text('x')"
    page = save_report(
        tmp_path / "report", notebooks=[make_notebook(folder / "x.ipynb", "# X?", source)]
    )
    assert "42" in page.read_text(encoding="utf-8")
    assert (folder / "x.txt").is_file()
    assert not (tmp_path / "report" / "x.txt").exists()


def test_the_cell_that_kills_the_kernel_is_named(tmp_path):
    bad = make_notebook(
        tmp_path / "bad.ipynb", "# One?", "# Two", "a = 1", "import os\nos._exit(1)"
    )
    with pytest.raises(ReportError, match=r"bad\.ipynb, code cell 2 \(import os\)"):
        save_report(tmp_path / "report", notebooks=[bad])


def test_what_a_notebook_brings_along_is_made_harmless(tmp_path):
    text = "# A & B < C?\n\n<script>x</script><iframe src='https://example.org'></iframe> ![p](https://example.org/p.png)"
    source = "from IPython.display import HTML\nHTML('<b>kept</b><script>x</script><img src=\"https://example.org/q.png\">')"
    escape = '"><script>x</script><meta http-equiv="refresh" content="0;url=//example.org">'
    pictures = [
        f"display({{'image/{kind}': {escape!r}}}, raw=True)" for kind in ("jpeg", "png", "svg+xml")
    ]
    notebook = make_notebook(tmp_path / "x.ipynb", text, source, *pictures)
    page = save_report(tmp_path / "report", notebooks=[notebook])
    shown = page.read_text(encoding="utf-8")
    found = elements(page)
    assert "<b>kept</b>" in shown
    assert not {"script", "iframe"} & found.tags()
    [policy] = [meta["content"] for meta in found.all("meta") if "http-equiv" in meta]
    assert {"default-src 'none'", "base-uri 'none'", "form-action 'none'"} <= set(
        policy.split("; ")
    )
    assert not [image for image in found.all("img") if image.get("src", "data:").startswith("http")]
    assert shown.count("A &amp; B &lt; C?") >= 2


@pytest.mark.parametrize(
    "content",
    ['{"a": 1}', "[]", '{"nbformat": 4, "nbformat_minor": 5, "cells": 3, "metadata": {}}'],
)
def test_what_is_json_and_no_notebook_is_said(tmp_path, content):
    (tmp_path / "x.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(ReportError, match="cannot be read as a notebook"):
        save_report(tmp_path / "report", notebooks=[tmp_path / "x.ipynb"])


def test_a_notebook_in_another_language_is_said(tmp_path):
    path = make_notebook(tmp_path / "x.ipynb", "# X?", "1")
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    nbformat.write(notebook, path)
    with pytest.raises(ReportError, match="is written in R"):
        save_report(tmp_path / "report", notebooks=[path])


def test_a_link_to_a_report_stays_a_link(small, first, tmp_path):
    shutil.copytree(first, tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    save_report(tmp_path / "link", notebooks=[small])
    assert (tmp_path / "link").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real", "small.ipynb"]


def test_odd_names_make_sound_links(tmp_path):
    source = "import pandas as pd\npd.DataFrame({'a': [1]})"
    page = save_report(
        tmp_path / "report", notebooks=[make_notebook(tmp_path / 'a "b" #1.ipynb', "# X?", source)]
    )
    links = [link["href"] for link in elements(page).all("a")]
    assert all((page.parent / link).is_file() for link in links if link.startswith("tables/"))


def test_pictures_in_other_forms_are_shown(tmp_path):
    source = 'from IPython.display import SVG\nSVG(\'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>\')'
    page = save_report(
        tmp_path / "report", notebooks=[make_notebook(tmp_path / "x.ipynb", "# X?", source)]
    )
    assert "data:image/svg+xml," in page.read_text(encoding="utf-8")


ODD_TABLES = {
    "of several kinds": "pd.DataFrame({'a': [1, 'x', None]})",
    "of counts and days": "import cbcstats\ncbcstats.load_counts('capacity_building_missions').describe()",
    "with a name that repeats": "pd.DataFrame([[1, 2, 3]], columns=['a', 'A', 'a (2)'])",
    "of what Parquet has no place for": "pd.DataFrame({'a': [2**70, 1], 'b': [1j, 2j], 'c': [{}, {}]})",
    "of numbers that are mostly 0": "pd.DataFrame({'a': pd.arrays.SparseArray([0, 1])})",
    "without columns": "pd.DataFrame(index=[0, 1])",
    "with more text than a cell holds": "pd.DataFrame({'a': ['x' * 32_768], 'b': 7})",
}


def test_tables_of_any_kind_are_shown_and_are_files_as_far_as_can_be(tmp_path):
    cells = [f"import pandas as pd\n{source}" for source in ODD_TABLES.values()]
    page = save_report(
        tmp_path / "report", notebooks=[make_notebook(tmp_path / "x.ipynb", "# X?", *cells)]
    )
    shown = page.read_text(encoding="utf-8")
    assert shown.count("<table>") == len(ODD_TABLES)
    links = {
        link["href"]
        for link in elements(page).all("a")
        if link.get("href", "").startswith("tables")
    }
    assert links == {"tables.xlsx", *(f"tables/x_{number}.csv" for number in (1, 2, 3, 4, 5, 7))}
    assert all((page.parent / link).is_file() for link in links)
    assert (page.parent / "tables" / "x_1.csv").read_text(encoding="utf-8") == 'a\n1\nx\n""\n'
    assert (page.parent / "tables" / "x_3.csv").read_text(
        encoding="utf-8"
    ) == "a,A (2),a (2) (2)\n1,2,3\n"
    sheets = pd.read_excel(
        page.parent / "tables.xlsx", sheet_name=None, header=3, engine="calamine"
    )
    assert {f"x_{number}" for number in (1, 2, 3, 4, 5)} == {
        name for name in sheets if name.startswith("x_")
    }
    assert sheets["x_1"]["a"].tolist()[:2] == ["1", "x"]
    assert (
        "x_7 is not in tables.xlsx: row 1, column a: the text is longer than the 32,767 characters"
        in shown
    )


def test_what_fails_while_it_is_shown_says_why(tmp_path):
    source = "class Wide:\n    def _repr_html_(self):\n        raise ValueError('it is too wide')\nWide()"
    path = make_notebook(tmp_path / "wide.ipynb", source)
    with pytest.raises(
        ReportError,
        match=r"^wide\.ipynb, code cell 1 \(class Wide:\): ValueError: it is too wide; correct",
    ):
        save_report(tmp_path / "report", notebooks=[path])
    assert not (tmp_path / "report").exists()
