"""Every file is read back as data: tables cell by cell, charts by the cells behind them, sources by their addresses."""

import io
import json
import re
from collections import Counter

import matplotlib.pyplot as plt
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

import cbcstats
from cbcstats import (
    describe,
    plot_changes,
    plot_contributions,
    plot_counts,
    save_chart,
    save_slide,
    save_table,
)
from tests.needs import Needed
from tests.pictures import legend, said
from tests.reading_files import (
    SVG,
    chart_of_slide,
    charts_of_workbook,
    frame_rows,
    markdown_rows,
    page_of,
    page_rows,
    parsed,
    sheet_rows,
    svg_colours,
)

pptx = Needed("pptx")
shapes = Needed("pptx.enum.shapes")
MINUS = "\N{MINUS SIGN}"

TABLE = pd.DataFrame(
    {
        "period_end": pd.to_datetime(["2015-12-31", "2016-02-29", None, "2018-01-01"]),
        "value": pd.array([330, 12_000, None, 0], dtype="Int64"),
        "percent_change": [28.5, -3.5, float("nan"), 0.5],
        "preferred": [True, False, False, True],
        "qualifier": ["more_than", "exact", "about", None],
        "note": ["a | b", "<b> & 'c'", None, "+49%"],
        "source_id": ["mine-1", "mine-2", "mine-1", "mine-3"],
    }
)
CELLS = [
    ["period_end", "value", "percent_change", "preferred", "qualifier", "note", "source_id"],
    ["2015-12-31", "330", "28.5", "yes", "more_than", "a | b", "mine-1"],
    ["2016-02-29", "12,000", "-3.5", "no", "exact", "<b> & 'c'", "mine-2"],
    ["", "", "", "no", "about", "", "mine-1"],
    ["2018-01-01", "0", "0.5", "yes", "", "+49%", "mine-3"],
]
SOURCES = pd.DataFrame(
    {
        "source_id": ["mine-1", "mine-2", "mine-3"],
        "title": ["First", "Second", "Third"],
        "publisher": ["A", "B", "C"],
        "published": ["2016", "2017", "2018"],
        "url": [f"https://example.org/{name}" for name in ("one", "two", "three")],
        "accessed": pd.to_datetime(["2018-03-01", "2018-03-02", "2018-03-03"]),
        "note": None,
    }
)
READERS = {
    "csv": lambda path: frame_rows(pd.read_csv(path, dtype={"value": "Int64"})),
    "parquet": lambda path: frame_rows(pd.read_parquet(path)),
    "json": lambda path: frame_rows(pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))),
    "xlsx": lambda path: sheet_rows(path, "table"),
    "html": page_rows,
    "md": markdown_rows,
}


@pytest.mark.parametrize("suffix", READERS)
def test_a_table_is_read_back_cell_by_cell(suffix, tmp_path):
    path = save_table(TABLE, tmp_path / f"table.{suffix}", sources=SOURCES)
    head, *rows = READERS[suffix](path)
    assert [[name.replace(" ", "_") for name in head], *rows] == CELLS


@pytest.fixture
def tables(years):
    """Figures whose words reach up from 330 to 340, and down from 400 to 340; changes, the last of 14 months."""
    done = years({2015: 330, 2016: 400, 2017: 492}, qualifier=["more_than", "almost", "exact"])
    figures = years(
        {2015: 100, 2016: 120, 2017: 60, 2018: 40},
        qualifier=["exact", "more_than", "exact", "exact"],
    )
    figures.loc[3, "period_end"] = pd.Timestamp("2019-02-28")
    ids = {"source_id": ["mine-1", "mine-2", "mine-3", "mine-1"]}
    counts = pd.concat([done, years({2018: 500}, scope="planned")], ignore_index=True).assign(**ids)
    return {"counts": counts, "changes": cbcstats.year_on_year(figures.assign(**ids))}


# Of each chart: columns or bars, the number at their foot, its titles, its rows (series, place, value, below, above,
# words), and its hollow series. A change ends in the middle of its range: 121 to 130 after 100; 60 after these is
# -53.85% to -50.41%; 40 after 60.
COMPARED, OTHER = "comparable", "not comparable"
CHARTS = {
    "counts": ("col", 0, ["period", "missions"], [
        ("delivered", "2015", 330, 0, 10, "more than 330"),
        ("delivered", "2016", 400, 60, 0, "almost 400"),
        ("delivered", "2017", 492, 0, 0, "492"),
        ("planned", "2018", 500, 0, 0, "500"),
    ], []),
    "changes": ("bar", None, ["period", "percent change"], [
        (COMPARED, "2016 against 2015: +21% to +30%", 25.5, 4.5, 4.5, ""),
        (COMPARED, f"2017 against 2016: {MINUS}54% to {MINUS}50%", -52.13, 1.72, 1.72, ""),
        (OTHER, f"Jan 2018 - Feb 2019 against 2017: {MINUS}33.3%", -33.33, 0, 0, ""),
    ], [OTHER]),
}  # fmt: skip
PLOTS = {"counts": plot_counts, "changes": plot_changes}


@pytest.mark.parametrize("form", ["xlsx", "pptx"])
@pytest.mark.parametrize("name", CHARTS)
def test_an_editable_chart_is_read_back_from_the_cells_behind_it(name, form, tables, tmp_path):
    path, ax = tmp_path / f"chart.{form}", PLOTS[name](tables[name])
    if form == "xlsx":
        [(chart, text)] = charts_of_workbook(save_table({name: tables[name]}, path))
    else:
        [slide] = pptx.Presentation(save_slide(ax, path)).slides
        chart, text = chart_of_slide(slide)
        assert slide.shapes.title.text == ax.get_title("left")
    kind, least, titles, rows, hollow = CHARTS[name]
    assert (chart.kind, chart.least, chart.titles[-2:]) == (kind, least, titles)
    assert chart.rows == rows
    assert [series for series, face in chart.faces.items() if face == "FFFFFF"] == hollow
    assert len(set(chart.faces.values())) == len(chart.faces)
    assert text == describe(ax)


def test_the_other_sheets_of_a_workbook_are_read_back_cell_by_cell(tables, tmp_path):
    path = save_table(tables, tmp_path / "book.xlsx", sources=SOURCES)
    _, _, *contents, _ = sheet_rows(path, "Contents")[1:]
    assert contents == [
        ["counts", "counts", "4", "2015-01-01", "2018-12-31"],
        ["counts chart", "chart of counts", "", "", ""],
        ["changes", "changes", "3", "2016-01-01", "2019-02-28"],
        ["changes chart", "chart of changes", "", "", ""],
    ]
    topics = dict(sheet_rows(path, "Notes")[1:])
    assert topics["not comparable"].startswith(
        "1 of 3 rows in changes are no change that can be compared"
    )
    assert topics["qualifier: almost"].startswith("Almost 400 is read as 340 to 399: ")
    meanings = {
        (table, column): meaning for table, column, meaning in sheet_rows(path, "Columns")[1:]
    }
    assert list(meanings) == [(name, column) for name, table in tables.items() for column in table]
    assert meanings["counts", "period_start"].startswith("first day")
    assert meanings["counts", "period_end"].startswith("last day")
    assert meanings["changes", "previous_source_id"].endswith("source of the figure")
    assert sheet_rows(path, "counts chart")[2][:4] == ["2016", "400", "", "almost 400"]


def sources_of_page(path):
    """Return the sources under a page; the ids in its table lead there, and each address to itself."""
    page = page_of(path)
    items = page.xpath("//li[starts-with(@id, 'source-')]")
    cited = page.xpath("//td/a")
    assert {(cell.get("href"), cell.text) for cell in cited} == {
        (f"#{item.get('id')}", item.get("id")[7:]) for item in items
    }
    lines = [" ".join(item.text_content().split()) for item in items]
    found = [
        re.fullmatch(r"(\S+): (\w+)\. (\w), (\d+)\. (\S+), read (\S+)\.", line).groups()
        for line in lines
    ]
    assert [item.xpath(".//a/@href") for item in items] == [[address] for *_, address, _ in found]
    return [list(source) for source in found]


def sources_of_workbook(path):
    return [row[:-1] for row in sheet_rows(path, "Sources")[1:]]


def sources_of_package(path):
    described = json.loads(path.read_text(encoding="utf-8"))["sources"]
    rows = [row[:-1] for row in frame_rows(pd.read_csv(path.with_name("sources.csv")))[1:]]
    assert described == [{"title": row[1], "path": row[4]} for row in rows]
    return rows


@pytest.mark.parametrize(
    ("name", "save", "read"),
    [
        ("table.html", save_table, sources_of_page),
        ("table.xlsx", save_table, sources_of_workbook),
        ("datapackage.json", cbcstats.save_datapackage, sources_of_package),
    ],
)
def test_each_source_is_read_back_with_its_address(name, save, read, tmp_path):
    path = save(
        {"table": TABLE}, tmp_path if "package" in name else tmp_path / name, sources=SOURCES
    )
    assert read(path) == [
        ["mine-1", "First", "A", "2016", "https://example.org/one", "2018-03-01"],
        ["mine-2", "Second", "B", "2017", "https://example.org/two", "2018-03-02"],
        ["mine-3", "Third", "C", "2018", "https://example.org/three", "2018-03-03"],
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pictures_of_two_charts_are_read_back(theme, years, tables, tmp_path):
    """Seven parts, as many as there are colours; more than 330 is 331 to 340."""
    _, (left, right) = plt.subplots(2, figsize=(9, 9), layout="constrained")
    parts = [years({2015: 10, 2016: 10 + step}, indicator=f"part {step}") for step in range(1, 8)]
    plot_contributions(
        cbcstats.contributions(pd.concat(parts), by="indicator"), ax=left, title="Parts"
    )
    plot_counts(tables["counts"], ax=right, title="Missions")
    png, svg, data = save_chart(
        left, tmp_path / "both", formats=("png", "svg"), theme=theme, dpi=50
    )
    text = f"{describe(left)} {describe(right)}"
    with Image.open(png) as image:
        assert (image.text["Title"], image.text["Description"]) == (
            "Parts \N{EN DASH} Missions",
            text,
        )
    root = parsed(svg.read_bytes())
    assert root.find(f"{SVG}desc").text == text
    written = Counter(
        " ".join(text for element in root.iter(f"{SVG}text") for text in element.itertext()).split()
    )
    seen = Counter(" ".join([*said(left), *legend(left), *said(right), *legend(right)]).split())
    assert not seen - written
    (marks, named), _ = svg_colours(svg)
    assert len(set(named[:7])) == 7
    assert set(named[:7]) <= set(marks)
    head, *rows = frame_rows(pd.read_csv(data))
    shown = [
        {name: row[head.index(name)] for name in ("chart", "low", "high", "contribution")}
        for row in rows
    ]
    assert head[0] == "chart"
    assert [row["contribution"] for row in shown[:7]] == [
        f"{100 * step / 70:g}" for step in range(1, 8)
    ]
    assert [(row["chart"], row["low"], row["high"]) for row in shown[6:]] == [
        ("1 Parts", "17", "17"), ("2 Missions", "331", "340"), ("2 Missions", "340", "399"),
        ("2 Missions", "492", "492"), ("2 Missions", "500", "500"),
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", ["md", "parquet"])
def test_the_line_of_sources_is_read_back(suffix, tmp_path):
    path = save_table(TABLE, tmp_path / f"table.{suffix}", sources=SOURCES)
    if suffix == "md":
        *_, line = path.read_text(encoding="utf-8").splitlines()
    else:
        line = pq.read_schema(path).metadata[b"sources"].decode()
    assert line == "Source: A 2016; B 2017; C 2018."


def test_a_slide_of_a_chart_without_an_editable_form_is_read_back(years, tmp_path):
    parts = [
        years({2015: 10, 2016: 15}, wco_region="Europe"),
        years({2015: 10, 2016: 7}, wco_region="none"),
    ]
    ax = plot_contributions(cbcstats.contributions(pd.concat(parts)))
    [slide] = pptx.Presentation(save_slide(ax, tmp_path / "parts.pptx")).slides
    [picture] = [
        shape for shape in slide.shapes if shape.shape_type == shapes.MSO_SHAPE_TYPE.PICTURE
    ]
    assert picture._element.nvPicPr.cNvPr.get("descr") == describe(ax)
    assert picture.image.content_type == "image/png"
    notes, _, table = slide.notes_slide.notes_text_frame.text.partition("Data:\n")
    assert notes.startswith(describe(ax))
    data = pd.read_csv(io.StringIO(table))
    # Of 20: 5 more, and 3 fewer.
    assert data[["wco_region", "contribution"]].to_numpy().tolist() == [
        ["Europe", 25],
        ["none", -15],
    ]
