"""Charts as files: sizes, descriptions, fonts, themes; the same bytes on every run, and nothing half-written."""

import math
import re
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import cbcstats
from cbcstats import ArgumentError, save_chart
from cbcstats.charts.chart import chart_data
from cbcstats.charts.saving import picture

SVG = "{http://www.w3.org/2000/svg}"


def parsed(path):
    return ElementTree.parse(path)  # noqa: S314


@pytest.fixture
def ax():
    return cbcstats.plot_counts(
        cbcstats.load_counts("capacity_building_missions"), title="Missions <rose> & rose"
    )


def test_each_format_and_the_data_are_written(ax, tmp_path):
    files = save_chart(ax, tmp_path / "out" / "missions.2018")
    assert [path.name for path in files] == [
        f"missions.2018.{name}" for name in ("png", "svg", "pdf", "csv")
    ]
    assert sorted(path.name for path in files[0].parent.iterdir()) == sorted(
        path.name for path in files
    )
    data = pd.read_csv(files[-1])
    assert data["value"].tolist() == chart_data(ax)["value"].tolist()
    assert data["source_id"].notna().all()


def test_a_path_with_an_ending_is_one_file(ax, tmp_path):
    assert [path.name for path in save_chart(ax, str(tmp_path / "missions.svg"))] == [
        "missions.svg",
        "missions.csv",
    ]


def test_a_path_that_ends_as_another_kind_of_file_is_refused(ax, tmp_path):
    with pytest.raises(
        ArgumentError, match=r"missions\.GIF: a chart is no \.gif; let the name end in \.png"
    ):
        save_chart(ax, tmp_path / "missions.GIF")
    assert list(tmp_path.iterdir()) == []


def test_a_word_file_is_refused_and_how_to_write_one_is_said(ax, tmp_path):
    with pytest.raises(ArgumentError, match=r"a Word file is written by save_document, such as"):
        save_chart(ax, tmp_path / "missions.docx")
    assert list(tmp_path.iterdir()) == []


def words_on(ax):
    texts = [(text.get_text(), text.get_visible(), text.get_rotation()) for text in ax.texts]
    # Some versions of matplotlib give the same place with another fifteenth digit.
    axis, place = (np.round(ends, 9).tolist() for ends in (ax.get_ylim(), ax.get_position().bounds))
    return texts, axis, place


@pytest.mark.parametrize("width", [8.5, 17, 40])
def test_a_chart_that_is_saved_at_another_width_stays_as_it_was(ax, tmp_path, width):
    before = words_on(ax)
    first, _ = save_chart(ax, tmp_path / "first.png", width=width)
    assert words_on(ax) == before
    second, _ = save_chart(ax, tmp_path / "second.png", width=width)
    assert second.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("size", [{"width": 5}, {"height": 5}, {"width": 120, "dpi": 10}])
def test_the_least_and_the_greatest_sizes_are_drawn_without_a_warning(size, ax, tmp_path):
    assert len(save_chart(ax, tmp_path / "missions.png", **size)) == 2


def test_the_description_is_in_each_file(ax, tmp_path):
    png, svg, pdf, _ = save_chart(ax, tmp_path / "missions")
    text = cbcstats.describe(ax)
    assert "492 missions" in text
    with Image.open(png) as image:
        assert image.text["Title"] == "Missions <rose> & rose"
        assert image.text["Description"] == text
    root = parsed(svg).getroot()
    assert root.get("role") == "img"
    named = root.get("aria-labelledby").split()
    assert [root.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")] == named
    assert root.find(f"{SVG}title").text == "Missions <rose> & rose"
    assert root.find(f"{SVG}desc").text == text
    assert len(root.findall(f".//{SVG}title")) == 1
    assert b"/Subject" in pdf.read_bytes()


def test_svg_holds_text_and_pdf_embeds_its_fonts(ax, tmp_path):
    _, svg, pdf, _ = save_chart(ax, tmp_path / "missions")
    texts = [element.text for element in parsed(svg).iter(f"{SVG}text")]
    assert "492" in texts
    assert "sans-serif" in svg.read_text(encoding="utf-8")
    content = pdf.read_bytes()
    assert b"/FontFile2" in content
    assert b"/Type3" not in content


@pytest.mark.parametrize("width", [8.5, 17, 25])
def test_the_width_is_that_of_the_page(width, ax, tmp_path):
    before = ax.figure.get_size_inches().tolist()
    png, svg, _, _ = save_chart(ax, tmp_path / "missions", width=width, dpi=100)
    with Image.open(png) as image:
        assert abs(image.width - width / 2.54 * 100) <= 1
    points = float(re.search(r'width="([\d.]+)pt"', svg.read_text(encoding="utf-8"))[1])
    assert points == pytest.approx(width / 2.54 * 72, abs=0.5)
    assert ax.figure.get_size_inches().tolist() == before


def test_two_runs_give_the_same_bytes(tmp_path):
    written = []
    for run in ("one", "two"):
        chart = cbcstats.plot_counts(cbcstats.load_counts("capacity_building_missions"))
        written.append(
            [path.read_bytes() for path in save_chart(chart, tmp_path / run / "missions")]
        )
        plt.close("all")
    assert written[0] == written[1]


def test_a_dark_page_turns_the_words_light_and_a_light_one_is_as_before(ax, tmp_path):
    before = picture(ax.figure, "png", dpi=60)
    dark, _ = save_chart(ax, tmp_path / "dark.png", theme="dark", dpi=60)
    with Image.open(dark) as image:
        assert sum(image.convert("RGB").getpixel((1, 1))) < 150
    assert picture(ax.figure, "png", dpi=60) == before


def test_a_background_can_be_left_out(ax, tmp_path):
    clear, _ = save_chart(ax, tmp_path / "clear.png", transparent=True)
    with Image.open(clear) as image:
        assert image.convert("RGBA").getpixel((1, 1))[3] == 0


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"formats": ("png", "bmp")}, "must be one of 'png', 'svg', 'pdf'"),
        ({"theme": "drak"}, "did you mean 'dark'"),
        ({"width": 0}, "`width` is in centimetres, from 5 to 120, but 0 was given"),
        ({"width": 4.99}, "`width` is in centimetres, from 5 to 120, but 4.99 was given"),
        ({"height": 120.1}, "`height` is in centimetres, from 5 to 120, but 120.1 was given"),
        ({"width": math.nan}, "`width` is in centimetres"),
        ({"dpi": -1}, "`dpi` must be from 10 to 1200"),
    ],
)
def test_what_is_not_known_is_refused_before_anything_is_written(how, said, ax, tmp_path):
    with pytest.raises(ArgumentError, match=re.escape(said)):
        save_chart(ax, tmp_path / "missions", **how)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unless_told(ax, tmp_path):
    (tmp_path / "missions.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ArgumentError, match="already exists"):
        save_chart(ax, tmp_path / "missions")
    assert [path.name for path in tmp_path.iterdir()] == ["missions.csv"]
    save_chart(ax, tmp_path / "missions", overwrite=True)
    assert len(list(tmp_path.iterdir())) == 4


def test_what_was_changed_with_matplotlib_is_in_the_file(ax, tmp_path):
    ax.axhline(400, color="#123456")
    ax.annotate("a goal", (0.5, 0.5), xycoords="axes fraction")
    svg, _ = save_chart(ax, tmp_path / "missions.svg", width=12)
    text = svg.read_text(encoding="utf-8")
    assert "#123456" in text
    assert "a goal" in text


def test_no_cell_of_the_data_is_computed(tmp_path):
    note = '=HYPERLINK("https://example.org")'
    counts = cbcstats.load_counts("capacity_building_missions").assign(note=note)
    _, data = save_chart(cbcstats.plot_counts(counts), tmp_path / "missions.png", dpi=40)
    assert pd.read_csv(data)["note"].unique().tolist() == [f"'{note}"]


def test_days_and_marks_of_the_data_are_as_those_of_tables(ax, tmp_path):
    _, data = save_chart(ax, tmp_path / "missions.png", dpi=40)
    cells = pd.read_csv(data, dtype="str")
    assert cells["period_end"].iloc[-1] == "2018-02-26"
    assert cells["preferred"].unique().tolist() == ["true", "false"]


def test_one_format_may_be_a_string(ax, tmp_path):
    assert [path.name for path in save_chart(ax, tmp_path / "missions", formats="svg")] == [
        "missions.svg",
        "missions.csv",
    ]
    with pytest.raises(ArgumentError, match="`formats` cannot be 'bmp'"):
        save_chart(ax, tmp_path / "other", formats="bmp")


def test_a_chart_that_was_drawn_otherwise_has_no_data(tmp_path):
    _, data = save_chart(plt.subplots()[1], tmp_path / "mine.png", dpi=40)
    assert data.read_text().strip() == ""
