"""Charts by what is drawn: positions, labels, ranges and words."""

import math

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.dates import date2num

import cbcstats
from cbcstats import ArgumentError, describe, plot_changes, plot_counts, year_on_year
from cbcstats.captions import chart_data, cited_sources, format_range, source_line
from cbcstats.caveats import caveats
from cbcstats.marks import STYLE


@pytest.fixture(scope="module")
def missions():
    return cbcstats.load_counts("missions")


def texts(ax):
    return [text.get_text().replace("\n", " ") for text in ax.texts]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else []


def overlapping(ax):
    """Return pairs of words on the chart that lie on each other."""
    ax.figure.draw_without_rendering()
    shown = [text for text in ax.texts if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in shown]
    return [
        (first, second)
        for place, (first, box) in enumerate(boxes)
        for second, other in boxes[place + 1 :]
        if box.overlaps(other)
    ]


def test_bars_stand_over_their_true_periods(missions):
    ax = plot_counts(missions)
    bars = {round(bar.get_height()): bar for bar in ax.patches}
    start, end = date2num(pd.Timestamp("2017-03-09")), date2num(pd.Timestamp("2018-02-27"))
    assert bars[492].get_x() == start
    assert bars[492].get_x() + bars[492].get_width() == end


def test_the_range_of_a_word_is_a_pale_top(missions):
    ax = plot_counts(missions)
    tops = {(round(bar.get_y()), round(bar.get_y() + bar.get_height())) for bar in ax.patches if bar.get_y()}
    assert tops == {(281, 289), (351, 359), (390, 399), (331, 339)}


def test_inferred_days_are_dashed_and_plans_hatched(missions):
    ax = plot_counts(missions)
    by_height = {round(bar.get_height()): bar for bar in ax.patches}
    assert by_height[492].get_linestyle() == "--"
    assert by_height[351].get_linestyle() == "-"
    assert by_height[281].get_hatch()
    assert not by_height[351].get_hatch()
    assert {"delivered", "planned", "days of the period inferred", "another source"} <= set(legend(ax))


def test_words_periods_and_sources_stand_on_the_chart(missions):
    ax = plot_counts(missions, title="A finding")
    shown = texts(ax)
    for words in ("more than 330", "almost 400", "342", "492", "Mar 2017 - Feb 2018", "2013/14"):
        assert words in shown
    assert any(text.startswith("Source: WCO 2014-04-10") for text in shown)
    assert ax.get_title(loc="left") == "A finding"
    assert cited_sources(ax)[-1] == "wco-2018-03-02"


def test_a_chart_a_month_divides_by_the_length_of_the_period(missions):
    ax = plot_counts(missions, per="month")
    assert ax.get_ylabel() == "missions a month"
    assert "30.6 to 31.4" in texts(ax)
    assert max(bar.get_height() for bar in ax.patches) == pytest.approx(42.18, abs=0.01)


def test_open_ranges_end_in_arrows(missions):
    ax = plot_counts(missions, reading="strict")
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert len(arrows) == 3  # three times more than


def test_points_show_stocks_and_their_ranges():
    ax = plot_counts(cbcstats.load_counts("tailor_made_members"))
    drawn = [line.get_ydata().tolist() for line in ax.lines]
    assert [33] in drawn
    assert [41, 49] in drawn
    assert "day inferred" in legend(ax)


def test_the_axis_has_whole_years():
    ax = plot_counts(cbcstats.load_counts("picard_attendance"))
    ax.figure.draw_without_rendering()
    labels = [label.get_text() for label in ax.get_xticklabels() if label.get_text()]
    assert all(label.isdigit() and len(label) == 4 for label in labels)
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("indicator", cbcstats.load_counts()["indicator"].unique().tolist())
def test_every_series_can_be_drawn_without_words_on_words(indicator):
    counts = cbcstats.load_counts(indicator)
    if not (counts["period_end"].notna() & counts["value"].notna()).any():
        with pytest.raises(ArgumentError, match="no figure with a date"):
            plot_counts(counts)
        return
    ax = plot_counts(counts)
    assert overlapping(ax) == []
    assert len(describe(ax)) > 40


def test_changes_are_ranges_in_percent(missions):
    ax = plot_changes(year_on_year(missions, per="month"))
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert bars[2] == pytest.approx((34.5033, 37.7541), abs=1e-3)
    assert "+35% to +38%" in texts(ax)
    assert ax.get_xlim()[0] < 0 < ax.get_xlim()[1]
    assert ax.get_xlabel() == "change in percent of numbers a month"


def test_what_is_not_comparable_is_hollow_and_says_why(missions):
    hollow = plot_changes(year_on_year(missions))
    assert {to_rgb(bar.get_facecolor()) for bar in hollow.patches} == {(1, 1, 1)}
    assert any("not comparable: periods differ in length" in text for text in texts(hollow))
    filled = plot_changes(year_on_year(missions, per="month"))
    assert (1, 1, 1) not in {to_rgb(bar.get_facecolor()) for bar in filled.patches}


def test_a_change_without_a_percent_is_said(years):
    ax = plot_changes(year_on_year(years({2015: 0, 2016: 5, 2017: 6})))
    assert any(text.startswith("no percent change") and "counts 0" in text for text in texts(ax))


@pytest.mark.parametrize("reading", ["usual", "strict"])
def test_edge_cases_can_be_drawn(years, reading):
    few = years({2015: 7})
    for counts in (
        few,
        years({2015: 0, 2016: 0}),
        years({2015: 5, 2016: 5}, qualifier="about"),
        years({2015: 40, 2016: 40}, qualifier="more_than"),
    ):
        assert overlapping(plot_counts(counts, reading=reading)) == []
        if len(counts) > 1:
            plot_changes(year_on_year(counts, reading=reading)).figure.draw_without_rendering()


def test_charts_draw_on_the_axes_that_they_are_given(missions):
    figure, (left, right) = plt.subplots(ncols=2, figsize=(14, 4))
    assert plot_counts(missions, ax=left) is left
    assert plot_changes(year_on_year(missions), ax=right) is right
    assert figure.axes == [left, right]


def test_one_chart_holds_one_indicator(missions):
    both = cbcstats.load_counts(["missions", "wco_members"])
    with pytest.raises(ArgumentError, match="it holds missions, wco_members; select one"):
        plot_counts(both)
    with pytest.raises(ArgumentError, match="no figure a month"):
        plot_counts(cbcstats.load_counts("wco_members"), per="month")
    with pytest.raises(ArgumentError, match="no change"):
        plot_changes(year_on_year(missions.head(1)))
    with pytest.raises(ArgumentError, match="did you mean 'month'"):
        plot_counts(missions, per="months")


def test_the_inputs_are_not_changed(missions):
    before = missions.copy(deep=True)
    plot_counts(missions)
    pd.testing.assert_frame_equal(missions, before)


def test_the_text_alternative_holds_numbers_words_and_caveats(missions):
    said = describe(plot_counts(missions))
    assert "more than 330 missions, days inferred" in said
    assert "342 missions, days inferred, from another source" in said
    assert "(planned)" in said
    assert "Source: WCO" in said
    said = describe(plot_changes(year_on_year(missions, per="month")))
    assert "Mar 2017 - Feb 2018 against Apr 2016 - Mar 2017: +35% to +38%, comparable" in said


def test_a_chart_drawn_otherwise_is_described_by_its_titles():
    _, ax = plt.subplots()
    assert describe(ax) == "Chart without a description"
    ax.set_title("Mine")
    assert describe(ax) == "Chart: Mine"


def test_ranges_are_written_as_a_reader_reads_them():
    assert format_range(331, 339) == "331 to 339"
    assert format_range(1200, 1200) == "1,200"
    assert format_range(-17.04, -13.08, percent=True) == "\N{MINUS SIGN}17% to \N{MINUS SIGN}13%"
    assert format_range(41, math.inf) == "41 or more"
    assert format_range(8.6957, 8.6957, percent=True) == "+8.7%"
    assert format_range(8.21, 8.64, percent=True) == "+8.2% to +8.6%"
    assert format_range(30.6225, 31.3627) == "30.6 to 31.4"


def test_many_dates_of_one_publisher_are_counted():
    wco = cbcstats.load_sources().query("publisher == 'WCO' and published.notna()")["source_id"].head(9)
    assert source_line(wco) == "Source: WCO 2010-10 to 2018-07 (9 dates)." or "dates)" in source_line(wco)
    assert source_line([]) == ""


def test_the_style_is_a_style_of_matplotlib():
    with plt.style.context("cbcstats.cbcstats"):
        colours = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert STYLE.is_file()
    assert len(set(colours)) == 7  # tests/test_colours.py says how they were chosen


def test_a_plan_alone_is_called_one(missions):
    ax = plot_counts(missions.query("scope == 'planned'"))
    assert "planned" in legend(ax)
    assert "(planned)" in describe(ax)


def test_a_figure_open_to_both_sides_stands_at_its_number(years):
    ax = plot_counts(years({2015: 150}, qualifier="about", measure="stock", period_start=pd.NaT), reading="strict")
    assert [line.get_ydata().tolist() for line in ax.lines] == [[150]]
    assert sum(getattr(text, "arrow_patch", None) is not None for text in ax.texts) == 2


def test_an_open_change_ends_in_an_arrow(missions):
    ax = plot_changes(year_on_year(missions, reading="strict").tail(2).head(1))
    assert any(line.get_marker() == ">" for line in ax.lines)


def test_scopes_of_one_period_stand_side_by_side(years):
    ax = plot_counts(pd.concat([years({2016: 40}, scope="east"), years({2016: 20}, scope="west")]))
    left, right = sorted(ax.patches, key=lambda bar: bar.get_x())
    assert left.get_x() + left.get_width() == pytest.approx(right.get_x())


def test_a_dollar_is_a_dollar(years):
    ax = plot_counts(years({2016: 40}, unit="$ and $"), title="Costs $\\foo{ and $6")
    ax.figure.draw_without_rendering()


def test_periods_that_do_not_fit_are_left_to_the_axis(years):
    ax = plot_counts(years({year: 50 + year % 7 for year in range(1920, 2020)}))
    assert not [text for text in ax.texts if text.get_text() == "1990" and text.get_visible()]
    ax = plot_counts(years({year: 50 + year % 7 for year in range(1980, 2020)}))
    assert {text.get_rotation() for text in ax.texts if text.get_text() == "1990" and text.get_visible()} == {90}
    ax = plot_counts(years({2015: 40, 2016: 50}))
    assert {text.get_rotation() for text in ax.texts if text.get_text() == "2016" and text.get_visible()} == {0}


def test_a_month_is_said_in_the_text_alternative(missions):
    assert "of numbers a month" in describe(plot_changes(year_on_year(missions, per="month")))


def test_what_is_no_chart_or_no_change_is_said(missions):
    with pytest.raises(ArgumentError, match="must be the Axes of a chart"):
        describe(plt.figure())
    with pytest.raises(ArgumentError, match="make it with year_on_year"):
        plot_changes(missions)


def test_what_was_done_has_the_first_colour_and_plans_the_last(years):
    ax = plot_counts(pd.concat([years({2015: 40}, scope="planned"), years({2016: 50}, scope="virtual")]))
    done = max(ax.patches, key=lambda bar: bar.get_height())
    assert to_rgb(done.get_edgecolor()) == to_rgb("#0072B2")


def test_a_period_that_a_register_covers_in_part_is_marked_and_said(years):
    counts = years({2015: 40, 2016: 50}).assign(
        period_basis=["inferred", "stated"], note=["partial: the register begins on 2015-03-01", None]
    )
    ax = plot_counts(counts)
    part, whole = sorted(ax.patches, key=lambda bar: bar.get_x())
    assert part.get_hatch()
    assert not whole.get_hatch()
    assert part.get_linestyle() == "-"
    assert legend(ax) == ["period covered only in part"]
    assert "2015: 40 missions, partial: the register begins on 2015-03-01; 2016: 50 missions." in describe(ax)


def test_parts_of_one_figure_are_not_drawn_over_each_other(years):
    parts = pd.concat([years({2015: 40, 2016: 50}, wco_region=name) for name in ("Europe", "Africa")])
    with pytest.raises(ArgumentError, match=r"2 parts by wco_region for 2015; choose one part.*plot_contributions"):
        plot_counts(parts)
    assert len(plot_counts(parts[parts["wco_region"] == "Europe"]).patches) == 2
    with pytest.raises(ArgumentError, match="2 preferred figures for 2016; mark one of them as preferred"):
        plot_counts(pd.concat([years({2016: 40}), years({2016: 41})]))
    stocks = pd.concat([years({2016: 40}, measure="stock", period_start=pd.NaT, list=name) for name in "ab"])
    with pytest.raises(ArgumentError, match="2 parts by list for 31 Dec 2016"):
        plot_counts(stocks)


def test_abbreviations_are_in_capitals():
    assert plot_counts(cbcstats.load_counts("wco_members")).get_title(loc="left") == "WCO members"


def test_the_text_alternative_says_what_is_found_and_how_words_were_read(years, missions):
    assert describe(plot_counts(years({2015: 40, 2016: 50, 2017: 45}))).endswith(
        "2017: 45 missions. The highest is that of 2016. Source: source-0; source-1; source-2."
    )
    assert "The highest is that of Mar 2017 - Feb 2018." in describe(plot_counts(missions))
    equal = describe(plot_counts(years({2015: 40, 2016: 41}, qualifier="about")))  # 41 may be less than 40
    assert "highest" not in equal
    assert "Words are read in the usual way." in equal
    assert "Words are read in the strict way." in describe(plot_counts(missions, reading="strict"))
    assert "0 of 3 can be compared." in describe(plot_changes(year_on_year(missions)))


def test_the_data_of_a_chart_a_month_say_so(missions):
    data = chart_data(plot_counts(missions, per="month"))
    assert data["unit"].unique().tolist() == ["activities and missions a month", "missions a month"]
    assert data["value"].iloc[-1] == pytest.approx(492 / (355 / 30.4375))
    said = caveats({"chart": data}).set_index("about")["reading"]
    assert "numbers a month" in said
    assert said["qualifier: almost"].startswith("Almost, beside the number of a whole period, is read as a range: the")
    unmarked = chart_data(plot_counts(missions))
    assert unmarked["unit"].unique().tolist() == ["activities and missions", "missions"]
    assert "numbers a month" not in caveats({"chart": unmarked})["about"].tolist()


def test_a_figure_without_a_unit_has_one_of_numbers_a_month(years):
    ax = plot_counts(years({2015: 365, 2016: 366}).drop(columns="unit"), per="month")
    assert ax.get_ylabel() == "a month"
    assert "2015: 30.4 a month" in describe(ax)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.04, -0.04, "0.0%"),
        (0.04, 0.04, "0.0%"),
        (0, 0, "0.0%"),
        (-0.4, 2, "0% to +2%"),
        (-0.05, 10, "0% to +10%"),
        (-0.6, 2, "\N{MINUS SIGN}1% to +2%"),
    ],
)
def test_what_is_written_as_no_change_has_no_sign(low, high, said):
    assert format_range(low, high, percent=True) == said
    assert format_range(-0.04, 0.04) == "-0.04 to 0.04"
    assert format_range(-0.04, -0.04) == "0.0"
