"""The report in a real browser: nothing leaves the file, and every reader can read, print and copy it."""

import re

import pytest

from cbcstats import save_report
from tests.browsing import chromium, from_elsewhere, opened, violations
from tests.needs import Needed

pypdf = Needed("pypdf")
pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHARTS = 20  # at least so many in the notebooks


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return save_report(tmp_path_factory.mktemp("browser") / "report")


@pytest.fixture(scope="module")
def page(browser, report):
    with opened(browser, report.as_uri(), viewport={"width": 1440, "height": 900}) as (page, _, _):
        yield page


def test_nothing_is_asked_from_elsewhere(browser, report):
    with opened(browser, report.as_uri()) as (page, asked, errors):
        page.wait_for_load_state("networkidle")
        assert asked[0] == report.as_uri()
        assert from_elsewhere(asked[1:], "data:") == []
        assert errors == []


def test_the_page_and_its_files_are_small(report):
    assert report.stat().st_size < 5_000_000
    assert not re.search(
        r"<script|<iframe|<object|<embed| on\w+=|javascript:", report.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing(browser, report, width, scheme):
    with opened(
        browser, report.as_uri(), viewport={"width": width, "height": 900}, color_scheme=scheme
    ) as (
        page,
        _,
        _,
    ):
        assert violations(page) == []


@pytest.mark.parametrize("width", [360, 800, 1152, 1440])
def test_the_page_never_scrolls_sideways(browser, report, width):
    with opened(browser, report.as_uri(), viewport={"width": width, "height": 900}) as (page, _, _):
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_can_be_read_without_javascript(browser, report):
    with opened(browser, report.as_uri(), java_script_enabled=False) as (page, _, _):
        text = page.locator("body").inner_text()
        for words in ("492", "33", "+49%", "+29% to +44%"):
            assert words in text
        page.locator("details.code summary").first.click()
        assert page.locator("details.code pre").first.is_visible()


def test_every_chart_is_seen_has_its_text_and_leads_to_its_sources(page):
    charts = page.evaluate(
        "[...document.querySelectorAll('figure')].map(figure => [figure.querySelector('img').naturalWidth,"
        " figure.querySelector('img').alt, [...figure.querySelectorAll('a[href^=\"#source-\"]')].length])"
    )
    assert len(charts) >= CHARTS
    for width, text, _ in charts:
        assert width > 500
        assert len(text) > 100
    assert (
        sum(links > 0 for _, _, links in charts) >= CHARTS - 3
    )  # those of plain matplotlib name theirs in words


def test_the_contents_follow_the_reader(page):
    heading = page.locator("[id='03_reconciling_figures'] h3").nth(1)
    heading.evaluate("heading => heading.scrollIntoView()")
    current = (
        "[...document.querySelectorAll('nav a')].find(a => a.matches(':target-current'))?.innerText"
    )
    page.wait_for_function(f"heading => {current} === heading", arg=heading.inner_text())
    assert page.locator("nav").bounding_box()["y"] >= 0


def test_the_keyboard_reaches_everything(browser, report):
    with opened(browser, report.as_uri(), viewport={"width": 1440, "height": 900}) as (page, _, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.url.endswith("#content")
        seen = set()
        for _ in range(30):
            page.keyboard.press("Tab")
            name, outline = page.evaluate(
                "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
            )
            seen.add(name)
            assert outline != "none", name
        assert seen >= {"SUMMARY", "DIV", "A"}  # code, tables that scroll, links
        summary = page.locator("details.code summary").first
        summary.focus()
        page.keyboard.press("Enter")
        assert page.locator("details.code pre").first.is_visible()


def test_a_table_is_copied_as_a_spreadsheet_reads_it(page):
    table = page.locator("[id='01_missions'] table").first
    copied = table.evaluate(
        "table => (getSelection().selectAllChildren(table), getSelection().toString())"
    )
    lines = [line.split("\t") for line in copied.strip().splitlines()]
    assert len({len(line) for line in lines}) == 1
    assert lines[0][:2] == ["period start", "period end"]
    assert lines[1][4] == "280"
    assert lines[4][:5] == ["2016-04-13", "2017-03-07", "delivered", "more_than", "330"]


def test_no_chart_is_cut_in_print_and_no_table_leaves_the_paper(browser, report, tmp_path):
    with opened(browser, report.as_uri(), viewport={"width": 680, "height": 960}) as (page, _, _):
        charts = page.locator("img").count()
        page.emulate_media(media="print")
        right = page.evaluate(
            "Math.max(...[...document.querySelectorAll('td, img')].map(x => x.getBoundingClientRect().right))"
        )
        page.pdf(path=tmp_path / "report.pdf", format="A4", print_background=True)
    assert right <= 680
    pages = pypdf.PdfReader(tmp_path / "report.pdf").pages
    pictures = [
        kind
        for sheet in pages
        for kind in (
            held.get_object()["/Subtype"]
            for held in sheet["/Resources"].get("/XObject", {}).values()
        )
        if kind == "/Image"
    ]
    assert len(pictures) == charts  # a chart that was cut would stand on two pages
    assert len(pages) < 60
