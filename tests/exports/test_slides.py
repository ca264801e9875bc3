"""Slides: charts that can be edited, whose sources and caveats are on them and in the notes."""

import io
import sys
import zipfile
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from cbcstats import (
    ArgumentError,
    CbcstatsError,
    describe,
    load_counts,
    plot_changes,
    plot_counts,
    save_slide,
)
from cbcstats import year_on_year as changes_of
from cbcstats.charts.layout import fit_figure
from tests.command_line import run_python
from tests.folders import assert_replaced_as_a_whole
from tests.needs import Needed, missing, needed
from tests.office import converted

openpyxl = Needed("openpyxl")
pptx = Needed("pptx")
pypdf = Needed("pypdf")
chart_types = Needed("pptx.enum.chart")

IMPRESS = [
    *Path("/usr/lib/libreoffice/program").glob("libsdlo.so"),
    *Path("/opt").glob("libreoffice*/program/libsdlo.so"),
]


@pytest.fixture
def missions():
    return plot_counts(
        load_counts("capacity_building_missions"),
        title="Missions rose, but the periods differ in length",
    )


@pytest.fixture
def changes():
    return plot_changes(
        changes_of(load_counts("capacity_building_missions"), per="month"),
        title="About +29% to +44% per month, not +49%",
    )


def save(charts, folder, **options):
    return pptx.Presentation(save_slide(charts, folder / "deck.pptx", **options))


def chart_on(slide):
    [frame] = [shape for shape in slide.shapes if shape.has_chart]
    return frame


def numbers_in(chart):
    workbook = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    return list(workbook["Sheet1"].iter_rows(values_only=True))


def test_each_chart_has_a_slide_whose_title_says_the_finding(missions, changes, tmp_path):
    deck = save([missions, changes], tmp_path)
    assert [slide.shapes.title.text for slide in deck.slides] == [
        *(
            "Missions rose, but the periods differ in length",
            "About +29% to +44% per month, not +49%",
        )
    ]
    assert deck.core_properties.title == "Missions rose, but the periods differ in length"
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height


def test_a_title_that_a_user_has_set_is_the_title_of_the_slide(missions, tmp_path):
    missions.set_title("Mine")
    fit_figure(missions.figure)
    [slide] = save(missions, tmp_path).slides
    assert slide.shapes.title.text == "Mine"


def test_changes_are_bars_and_what_cannot_be_compared_is_hollow_and_named(changes, tmp_path):
    raw = plot_changes(changes_of(load_counts("capacity_building_missions")))
    deck = save([changes, raw], tmp_path)
    compared, other = (chart_on(slide).chart for slide in deck.slides)
    assert compared.chart_type == other.chart_type == chart_types.XL_CHART_TYPE.BAR_CLUSTERED
    assert [series.name for series in (*compared.plots[0].series, *other.plots[0].series)] == [
        *("comparable", "not comparable")
    ]
    assert compared.value_axis._element.find("{*}crosses").get("val") == "max"
    assert compared.category_axis.reverse_order
    assert compared.has_legend
    assert other.has_legend
    assert str(other.plots[0].series[0].format.fill.fore_color.rgb) == "FFFFFF"
    assert compared.plots[0].categories[2].label.endswith(": +29% to +44%")
    assert list(compared.plots[0].series[0].values)[2] == pytest.approx(
        (28.7163 + 43.5150) / 2, abs=1e-3
    )
    assert compared.value_axis.axis_title.text_frame.text == "percent change in missions per month"


def test_monthly_rates_are_those_of_the_chart_and_said_as_ranges(tmp_path):
    ax = plot_counts(load_counts("capacity_building_missions"), per="month")
    [slide] = save(ax, tmp_path).slides
    head, *rows = numbers_in(chart_on(slide).chart)
    latest = dict(zip(head, rows[3], strict=True))
    # 331 in 336 days and 340 in 322 days, per 30.4375 days.
    assert latest["in words"] == "30.0 to 32.1"
    assert (latest["low"], latest["high"]) == pytest.approx((29.9846, 32.1390), abs=1e-3)
    assert chart_on(slide).chart.value_axis.axis_title.text_frame.text == "missions per month"
    assert any(
        "printed, per month" in shape.text_frame.text
        for shape in slide.shapes
        if shape.has_text_frame
    )


def test_sources_stand_on_the_slide_and_caveats_in_the_notes(missions, tmp_path):
    [slide] = save(missions, tmp_path, note="Ask about 2016.").slides
    [said] = [shape.text_frame.text for shape in slide.shapes if shape.name == "Sources"]
    assert "Source: WCO 2014-04-10" in said
    assert "The days of 4 of 5 periods are inferred. Left out: 1 of another source" in said
    notes = slide.notes_slide.notes_text_frame.text
    assert notes.startswith(f"Ask about 2016.\n\n{describe(missions)}")
    assert "Qualifier: almost: Almost 400 is read as 340 to 399" in notes
    assert "Inferred days: 5 of 6 rows" in notes


def test_the_same_charts_give_the_same_bytes_in_another_process(missions, tmp_path):
    needed("pptx")
    path = save_slide(missions, tmp_path / "a.pptx")
    code = (
        "import matplotlib; matplotlib.use('agg')\n"
        "from cbcstats import load_counts, plot_counts, save_slide\n"
        "missions = load_counts('capacity_building_missions')\n"
        "ax = plot_counts(missions, title='Missions rose, but the periods differ in length')\n"
        f"save_slide(ax, {str(tmp_path / 'b.pptx')!r})"
    )
    run_python("-c", code, check=True)
    assert path.read_bytes() == (tmp_path / "b.pptx").read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_is_there_stays_and_none_is_half_written(missions, tmp_path):
    needed("pptx")
    path = tmp_path / "deck.pptx"
    assert_replaced_as_a_whole(path, lambda **how: save_slide(missions, path, **how))
    assert len(pptx.Presentation(path).slides) == 1


def test_what_is_no_chart_of_ours_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"ends in .pptx"):
        save_slide([], tmp_path / "deck.odp")
    with pytest.raises(ArgumentError, match="no chart"):
        save_slide([], tmp_path / "deck.pptx")
    with pytest.raises(ArgumentError, match="was not made by a plot_ function"):
        save_slide(plt.subplots()[1], tmp_path / "deck.pptx")
    assert not list(tmp_path.iterdir())


def test_without_the_extra_the_error_says_how_to_get_it(missions, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pptx", None)
    with pytest.raises(CbcstatsError, match=r'pip install "cbcstats\[slides\]"'):
        save_slide(missions, tmp_path / "deck.pptx")


@pytest.mark.slow
def test_libreoffice_opens_them_and_shows_the_charts(missions, changes, tmp_path):
    if not IMPRESS:
        missing("needs LibreOffice Impress: install Debian's libreoffice-impress")
    path = save_slide([missions, changes], tmp_path / "deck.pptx")
    pages = pypdf.PdfReader(converted(path, "pdf", tmp_path)).pages
    assert len(pages) == 2
    said = " ".join(" ".join(page.extract_text().split()) for page in pages)
    for words in (
        "almost 400",
        "Mar 2017 - Feb 2018",
        "missions",
        "comparable",
        "Source: WCO 2014-04-10",
    ):
        assert words in said
