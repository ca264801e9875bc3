"""Frames and charts as a notebook shows them."""

import base64
import re

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import cbcstats
from cbcstats.charts.chart import chart_data
from cbcstats.report.displays import IN_NOTEBOOK, frame_html, frame_latex, frame_markdown


@pytest.fixture
def show():
    """Load the extension into a shell and return a function that gives the HTML of what it shows."""
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "cbcstats")
    yield lambda value: shell.display_formatter.format(value)[0].get("text/html")
    shell.display_formatter.formatters["text/html"].type_printers.clear()


def test_a_frame_shows_its_unit_once_its_sources_and_how_it_is_read(show):
    counts = cbcstats.load_counts("mercator_tailor_made_members")[
        ["period_end", "value", "qualifier", "unit", "source_id"]
    ]
    shown = show(counts)
    assert "Unit: Members. Source: WCO News 2019-10-22; WCO 2018-03-02, 2018-07, 2020-06" in shown
    assert ">unit<" not in shown
    assert '<th scope="col">period_<wbr>end</th>' in shown  # as the code names it
    assert "More than 40 is read as 41 to 46" in shown
    assert re.search(r'<a href="https?://[^"]+">wco-2018-03-02</a>', shown)


def test_units_that_differ_stay_in_their_column():
    counts = cbcstats.load_counts("capacity_building_missions")[["unit", "value"]]
    assert "<td>activities and missions</td>" in frame_html(counts)


def test_long_frames_are_cut_and_say_so(show):
    shown = show(cbcstats.load_members())
    assert shown.count("<tr>") == IN_NOTEBOOK + 1
    assert f"The first {IN_NOTEBOOK} of 188 rows." in shown


def test_a_chart_has_its_text_alternative_and_is_sharp(show):
    ax = cbcstats.plot_counts(cbcstats.load_counts("capacity_building_missions"))
    shown = show(ax.figure)
    assert f'<img alt="{cbcstats.describe(ax)[:40]}' in shown
    width = int(re.search(r'width="(\d+)"', shown)[1])
    picture = base64.b64decode(re.search(r"base64,([^\"]+)", shown)[1])
    assert int.from_bytes(picture[16:20], "big") > 1.5 * width  # the width in the header of a PNG


def test_verdicts_are_marked(show):
    verdicts = ["consistent", "unlikely", "contradicts", "cannot be checked"]
    shown = show(pd.DataFrame({"verdict": verdicts}))
    for verdict in verdicts[:3]:
        assert f'<td class="{verdict}">{verdict}</td>' in shown
        assert f"td.{verdict}::before" in shown
    assert "<td>cannot be checked</td>" in shown


def test_ranges_and_registers_are_shown_in_words(show):
    assert show(cbcstats.bounds(330, "more_than")) == "331 to 340"
    assert show(cbcstats.implied_previous(492, "+49%", previous=342)) == "nothing"
    register = cbcstats.read_register(
        pd.DataFrame({"member": ["Kenya", "<b>"], "start_date": ["2017-01-01"] * 2})
    )
    assert "2 rows read, 1 passed, 1 rejected" in show(register)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame({"unit": ["missions"]}),
        pd.DataFrame({"unit": [1, 2], "value": ["a", None]}),
        pd.DataFrame({"qualifier": ["almost"], "value": [np.nan]}),
        pd.DataFrame({"qualifier": [1], "value": [1]}),
        pd.DataFrame({"comparable": [3.5], "preferred": ["x"], "period_basis": [None]}),
        pd.DataFrame({"source_id": [1, None], "previous_source_id": [["a"], {}]}),
        pd.DataFrame([[1, 2]], columns=["value", "value"]),
        pd.DataFrame([[1, 2]], columns=[0, ("a", "b")]),
        pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])),
        pd.DataFrame({"low": [1], "high": [np.inf]}, index=pd.date_range("2018", periods=1)),
        pd.DataFrame({"x": [1, 1], "y": [1, 2]}).groupby("x").describe(),
    ],
    ids=range(12),
)
def test_any_frame_is_shown(show, frame):
    assert "<table>" in show(frame)
    markdown, latex = frame_markdown(frame) or "", frame_latex(frame) or ""
    shown = len(frame.columns) > 0
    assert len(re.findall(r"^\| .*\|$", markdown, re.MULTILINE)) == (len(frame) + 2 if shown else 0)
    assert len(re.findall(r" \\\\$", latex, re.MULTILINE)) == (len(frame) + 1 if shown else 0)


def test_markup_in_a_frame_is_text(show):
    bad = "<img src=x onerror=alert(1)>"
    shown = show(
        pd.DataFrame(
            {bad: [bad], "unit": [bad], "source_id": [bad], "qualifier": ["about"], "value": [5]}
        )
    )
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_in_a_report_the_extension_changes_nothing():
    shell = InteractiveShell()
    formatter = shell.display_formatter.formatters["text/html"]
    formatter.for_type(pd.DataFrame, lambda _frame: "as the report has it")
    shell.run_line_magic("load_ext", "cbcstats")
    assert shell.display_formatter.format(pd.DataFrame())[0]["text/html"] == "as the report has it"
    formatter.type_printers.clear()


def test_the_data_of_a_monthly_chart_name_their_unit_once_and_explain_rates():
    data = chart_data(
        cbcstats.plot_counts(
            cbcstats.load_counts("capacity_building_missions").tail(2), per="month"
        )
    )
    shown = frame_html(data)
    assert "Unit: missions. " in shown
    assert "<dt>monthly rates</dt>" in shown


@pytest.mark.parametrize("number", [np.inf, 1e305])
def test_a_number_that_is_no_count_is_shown_and_is_no_example(number):
    shown = frame_html(pd.DataFrame({"value": [number, 5], "qualifier": ["more_than", "about"]}))
    assert "More than" not in shown
    assert "About 5 is read as 4 to 6" in shown


def test_changes_are_shown_in_their_short_view():
    changes = cbcstats.year_on_year(cbcstats.load_counts("capacity_building_missions"), per="month")
    shown = frame_markdown(changes)
    assert shown.startswith("| period | value | before | change | percent | comparable | why |")
    assert "Unit: missions per month." in shown
    assert "previous_low" not in frame_html(changes)
