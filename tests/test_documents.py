"""The documents are true: code runs and prints what is shown below it, commands exist, paths and links lead
somewhere, numbers agree, and the pages of `docs/` load nothing from the network.

In `docs/`, the blocks of a page run in their order, in one namespace and one empty folder. A `text` block straight
after `python` or `sh` is what it prints; where it ends in a line of three dots, what it prints first. A command exits
with 0, or with 1 where a comment of its line says `exits with 1`.
"""

import ast
import codeop
import contextlib
import io
import re
import shlex
import sys
import tomllib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pandas as pd
import pytest

import cbcstats
from tests.browsing import Elements, chromium, from_elsewhere, opened, violations
from tests.command_line import run_command, run_here, run_python
from tests.needs import needed

ROOT = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "CONTRIBUTING.md"]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "docs").rglob("*.md")
    if "_build" not in path.parts
)
ALL = [*DOCUMENTS, *PAGES]
EXTERNAL = re.compile(r"""(?:url\(|@import\s)\s*["']?(?:https?:)?//""")
COMMAND = Path(sys.executable).with_name("cbcstats")
SPARK = "import SparkSession"
REPORT = "cbcstats report"  # takes minutes
# What code of a page needs
EXTRAS = {
    "import polars": "polars",
    "import duckdb": "duckdb",
    "save_slide": "pptx",
    "save_document": "docx",
}


class Piece(NamedTuple):
    """Code of a document, and what it is said to print."""

    language: str
    code: str
    output: str | None


sys.path.insert(0, str(ROOT / "docs"))
import generated  # noqa: E402 - what the pages of docs/ are made with


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def pieces(text):
    """Return the code of a document in its order."""
    fence = r"^```(python|sh)\n(.*?)^```\n(?:\n```text\n(.*?)^```)?"
    return [Piece(*found.groups()) for found in re.finditer(fence, text, re.DOTALL | re.MULTILINE)]


def commands(code):
    """Return the lines of a block that call cbcstats, with the exit code that they say."""
    lines = [line for line in code.splitlines() if re.match(r"(python -m )?cbcstats\b", line)]
    return [
        (shlex.split(line, comments=True), 1 if "exits with 1" in line else 0) for line in lines
    ]


def printed(piece, namespace, folder):
    """Run code, and return what it prints."""
    if piece.language == "python":
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(piece.code, "a page", "exec"), namespace)  # noqa: S102 - our own
        return out.getvalue()
    said = ""
    for words, code in commands(piece.code):
        done = run_cbcstats(words, folder)
        assert done.returncode == code, f"{shlex.join(words)}: {done.stdout}{done.stderr}"
        said += done.stdout
    return said


def run_cbcstats(words, folder):
    return run_here(*words[words.index("cbcstats") + 1 :], cwd=folder)


def same(text):
    """Return text without blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def expected(output, out):
    """Return what must be printed: all that is shown, and what follows where three dots stand for it."""
    shown = same(output)
    if not shown.endswith("\n..."):
        return shown
    lines = shown.splitlines()[:-1]
    return "\n".join([*lines, *same(out).splitlines()[len(lines) :]])


def with_code(pages):
    return [page for page in pages if pieces(read(page))]


# tests/registers/test_cluster.py runs the page on Spark, which takes minutes.
ON_SPARK = ["docs/how_to/cluster.md"]


def test_pages_on_spark_are_run_elsewhere():
    assert [
        page for page in with_code(PAGES) if SPARK in "".join(blocks(read(page), "python"))
    ] == ON_SPARK


@pytest.mark.parametrize("page", [page for page in with_code(PAGES) if page not in ON_SPARK])
def test_code_of_a_page_runs_and_prints_what_is_shown(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {}
    for package in [name for sign, name in EXTRAS.items() if sign in read(page)]:
        needed(package)
    for piece in pieces(read(page)):
        if not piece.code.startswith(REPORT):
            out = printed(piece, namespace, tmp_path)
            if piece.output is not None:
                assert same(out) == expected(piece.output, out)


@pytest.mark.parametrize("page", with_code(PAGES))
def test_code_of_a_page_can_be_typed_line_by_line(page):
    """An interpreter takes a line that follows an indented one only after an empty line."""
    for code in blocks(read(page), "python"):
        typed = []
        for line in [*code.splitlines(), ""]:
            typed.append(line)
            if codeop.compile_command("\n".join(typed), page):
                typed = []


REPORTS = {
    shlex.join(words)
    for name in ALL
    for block in blocks(read(name), "sh")
    for words, _ in commands(block)
    if shlex.join(words).startswith(REPORT)
}


@pytest.mark.slow
@pytest.mark.parametrize("line", sorted(REPORTS))
def test_a_report_is_written_as_documented(line, tmp_path):
    done = run_cbcstats(shlex.split(line), tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report" / "index.html").exists()


def test_every_block_of_output_belongs_to_code():
    for page in ["README.md", *PAGES]:
        text = read(page)
        shown = [piece.output for piece in pieces(text) if piece.output is not None]
        assert shown == blocks(text, "text"), page
        assert all(map(str.strip, shown)), page


@pytest.mark.parametrize(
    "piece", [piece for piece in pieces(read("README.md")) if piece.language == "python"]
)
def test_code_of_the_readme_runs_and_prints_what_is_shown(piece, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = printed(piece, {}, tmp_path)
    assert out
    if piece.output is not None:
        assert same(out) == same(piece.output)
    if re.search(r"\)  +# [0-9]", piece.code):
        comments = re.findall(r"# (.+)", piece.code)
        assert out.splitlines() == [comment.split(", ")[0] for comment in comments]


LINES = [
    line
    for document in DOCUMENTS
    for block in blocks(read(document), "sh")
    for line in block.splitlines()
    if commands(line) and not line.startswith(REPORT)
]


@pytest.mark.parametrize("line", LINES)
def test_commands_in_the_documents_run(line, tmp_path):
    """A register that a command reads is there, under the name that the document gives it, with one cell wrong."""
    [(words, code)] = commands(line)
    if words[1] in ("check", "count"):
        member = "Country" if "Country" in line else "member"
        days = ["2017-04-03", "2017-05-08"]
        register = pd.DataFrame({member: ["Kenya", "Atlantis"], "start_date": days})
        write = register.to_csv if words[2].endswith(".csv") else register.to_excel
        write(tmp_path / words[2], index=False)
        code = 1  # one row is rejected
    if words[1] == "change":
        (tmp_path / "mine.csv").write_text("year,missions\n2022,41\n2023,52\n", encoding="utf-8")
    done = run_cbcstats(words, tmp_path)
    assert done.returncode == code, done.stderr


def shell_lines(name):
    return [line for block in blocks(read(name), "sh") for line in block.splitlines()]


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    for name in ALL:
        text = "\n".join([*shell_lines(name), *re.findall("`make .*", read(name))])
        assert set(re.findall(r"\bmake ([a-z-]+)", text)) <= targets, name


def test_extras_that_are_installed_exist_and_only_the_checkout_is_installed():
    extras = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]
    lines = [line for name in ALL for line in shell_lines(name)]
    lines += [line for name in ALL for line in re.findall("`(python -m pip [^`]+)`", read(name))]
    for line in [line for line in lines if "pip install" in line]:
        named = re.findall(r"[\w-]+", ",".join(re.findall(r"\[(.*?)\]", line)))
        assert set(named) <= set(extras), line
        assert re.search(r"""(^|["' ])\.($|["' \[])""", line), line


FOLDERS = r"(?:data|notebooks|tests|tools|cbcstats|docs|benchmarks)/[\w./]+"
PATH = rf"`({FOLDERS}|[A-Z]+(?:\.md)?|[\w.]+\.(?:toml|txt|py))`"
PATH_OF_PAGE = rf"`({FOLDERS}|[A-Z]+\.md|[\w.]+\.toml)`"  # others are files of the reader
PATH_OF_COMMAND = r"\b((?:tests|benchmarks)/[\w./]+)"


def test_paths_exist():
    places = [ROOT, ROOT / "cbcstats", ROOT / "data"]
    for name in [*ALL, "SECURITY.md"]:
        paths = re.findall(PATH_OF_PAGE if name in PAGES else PATH, read(name))
        paths += re.findall(PATH_OF_COMMAND, read(name))
        found = [path for path in paths if any((place / path).exists() for place in places)]
        assert found == paths, name
        assert len(paths) > 3 or name in PAGES


def anchor(heading):
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("document", ALL)
def test_links_lead_somewhere(document):
    text = re.sub(r"^```.*?^```", "", read(document), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, place = target.partition("#")
        if urlsplit(target).scheme:
            continue
        page = (ROOT / document).parent / path if path else ROOT / document
        assert page.exists(), target
        if place:
            shown = page.read_text(encoding="utf-8").replace(generated.MARK, generated.commands())
            assert place in map(anchor, re.findall(r"^#+ (.+)$", shown, re.MULTILINE)), target


def test_numbers_in_the_readme_are_those_of_the_tables():
    """Numbers that grow are written as more than a round number, so that a new row breaks nothing."""
    text = " ".join(read("README.md").split())
    counts, places = cbcstats.load_counts(), cbcstats.load_places()
    beneficiaries = cbcstats.load_beneficiaries()
    sizes = {
        r"`data/counts.csv` \| more than (\S+) \| published counts": len(counts),
        r"published counts in more than (\S+) series": counts["indicator"].nunique(),
        r"`data/beneficiaries.csv` \| more than (\S+) \| Members": len(beneficiaries),
        r"`data/places.csv` \| more than (\S+) \| names of": len(places),
        r"known by more than (\S+) spellings": len(places),
        r"`data/sources.csv` \| more than (\S+) \|": len(cbcstats.load_sources()),
        r"beneficiaries of at least (\S+) programmes": beneficiaries["programme"].nunique() + 1,
    }
    for pattern, size in sizes.items():
        [number] = re.findall(pattern, text)
        assert int(number.replace(",", "")) < size, pattern
    assert f"| `data/members.csv` | {len(cbcstats.load_members())} |" in text
    assert f"names of {places['iso3'].nunique()} countries" in text
    for per in ("period", "month"):
        change = cbcstats.year_on_year(
            cbcstats.load_counts("capacity_building_missions"), per=per
        ).iloc[-1]
        low, high = change["percent_change_low"], change["percent_change_high"]
        assert f"+{low:.1f}% to +{high:.1f}%" in text


def test_the_changelog_knows_the_version():
    assert f"## {cbcstats.__version__}" in read("CHANGELOG.md")


REASONS = {
    "comparability": r"_on_\w+|_without_figure_before",
    "contributions": "_comparison_of_parts|_gaps",
    "growth": "growth_rate|_without_rate",
    "index": "_gaps_of_base|index_to",
}


def reasons():
    """Return the texts in the functions that make `why`, without what they are filled with."""
    for module, names in REASONS.items():
        tree = ast.parse(read(f"cbcstats/changes/{module}.py"))
        for function in tree.body:
            if re.fullmatch(names, getattr(function, "name", "")):
                lines = [node for node in ast.walk(function) if isinstance(node, ast.Constant)]
                texts = [node.value for node in lines if isinstance(node.value, str)]
                for text in texts:
                    if text != ast.get_docstring(function, clean=False):
                        yield from re.split(r"\{[^}]*\}", text)


def test_method_explains_every_reason_that_why_can_give():
    page = " ".join(read("docs/method.md").split())
    found = {text.strip(" ,;()") for text in reasons()}
    found = {text for text in found if re.fullmatch(r"[\w ,.:%]*\w \w[\w ,.:%]*", text)}
    assert len(found) > 25
    assert sorted(text for text in found if text not in page) == []


def documented():
    """Return the public names in the reference; schemas of results are listed with their module."""
    pages = [read(page) for page in PAGES if page.startswith("docs/reference/")]
    parts = [part for page in pages for part in blocks(page, "{eval-rst}")]
    return [
        name
        for part in parts
        if ".. currentmodule:: cbcstats\n" in part
        for name in re.findall(r"^\.\. auto(?:function|class):: (\w+)$", part, re.MULTILINE)
    ]


def test_every_public_name_is_in_the_reference_once():
    assert sorted(documented()) == sorted(cbcstats.__all__)


def test_every_command_is_on_its_page_with_its_options():
    page = generated.commands()
    assert generated.MARK in read("docs/reference/command_line.md")
    listed = run_command([COMMAND, "--help"], check=True).stdout
    names = re.findall(r"^## (\w+)$", page, re.MULTILINE)
    assert names
    assert names == [
        name
        for name in re.findall(r"^\W*([a-z]+)  ", listed, re.MULTILINE)
        if name in generated.command_names()
    ]
    for name in names:
        part = page.partition(f"## {name}\n")[2].partition("\n## ")[0]
        options = run_here(name, "--help").stdout
        for option in re.findall(r"^\W*?(?:-\w, )?(--[a-z-]+)", options, re.MULTILINE):
            assert option in part, f"{name} {option}"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of the built pages; a warning of Sphinx is an error."""
    needed("sphinx")
    folder = tmp_path_factory.mktemp("site")
    options = ["-W", "--keep-going", "-q", "-d", folder / "trees"]
    done = run_python("-m", "sphinx", *options, "docs", folder / "html", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return folder / "html"


def is_elsewhere(address):
    return urlsplit(address).scheme in ("http", "https") or address.startswith("//")


@pytest.fixture(scope="module")
def elements(site):
    """Return the elements of each built page."""
    return {
        page.resolve(): Elements(page.read_text(encoding="utf-8")) for page in site.rglob("*.html")
    }


@pytest.mark.slow
def test_pages_load_nothing_from_elsewhere(site, elements):
    assert len(elements) > len(PAGES)
    for page, of_page in elements.items():
        for tag, attributes in of_page.found:
            names = ["src", "srcset", "data", "poster", *(["href"] if tag == "link" else [])]
            loaded = [attributes.get(name) or "" for name in names]
            assert not any(map(is_elsewhere, loaded)), f"{page.name}: {tag} {attributes}"
    for file in [*elements, *site.rglob("*.css")]:
        assert not EXTERNAL.search(file.read_text(encoding="utf-8")), file


@pytest.mark.slow
def test_links_between_the_pages_lead_somewhere(elements):
    ids = {
        page: {attributes.get("id") for _, attributes in of_page.found}
        for page, of_page in elements.items()
    }
    for page, of_page in elements.items():
        for target in [attributes.get("href") or "" for attributes in of_page.all("a")]:
            path, _, place = target.partition("#")
            if urlsplit(target).scheme or target in ("", "#"):
                continue
            there = (page.parent / unquote(path)).resolve() if path else page
            is_there = not place or there not in ids or unquote(place) in ids[there]
            assert there.exists(), f"{page.name}: {target}"
            assert is_there, f"{page.name}: {target}"


@pytest.mark.slow
def test_every_picture_of_the_pages_has_a_description(elements):
    texts = [picture["alt"] for of_page in elements.values() for picture in of_page.all("img")]
    assert min(map(len, texts)) > 100


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def served(site):
    """Return the address of the pages; rules for colours can be read over HTTP only."""
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(site)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
def test_the_pages_can_be_used_by_all_readers(browser, site, served, scheme, width):
    with opened(browser, served, viewport={"width": width, "height": 900}, color_scheme=scheme) as (
        shown,
        asked,
        _,
    ):
        for page in sorted(site.rglob("*.html")):
            name = page.relative_to(site).as_posix()
            shown.goto(served + name)
            assert shown.evaluate("document.documentElement.scrollWidth") <= width, name
            assert violations(shown) == [], name
        assert from_elsewhere(asked, served) == []
