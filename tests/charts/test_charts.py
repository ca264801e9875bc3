"""Charts by what is drawn: positions, labels, ranges and words."""

import io
import math
from collections import Counter

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.dates import date2num

import cbcstats
from cbcstats import (
    ArgumentError,
    DataError,
    check_claims,
    describe,
    plot_changes,
    plot_claims,
    plot_counts,
    year_on_year,
)
from cbcstats.charts.chart import chart_data, cited_sources
from cbcstats.charts.layout import STYLE
from cbcstats.counts.formats import format_range
from cbcstats.exports.editable_charts import native_chart
from cbcstats.exports.notes import caveats
from cbcstats.tables.loaders import source_line
from tests.pictures import cut, in_lines, legend, overlapping, said

BLUE, ORANGE = to_rgb("#0072B2"), to_rgb("#D55E00")  # the first two colours of the style
STOCK = {"measure": "stock", "period_start": pd.NaT}
MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"
DAYS_PER_MONTH = 30.4375  # of 48 months, 1,461 days


@pytest.fixture(scope="module")
def missions():
    """Return the figures up to 2018, whatever is added later."""
    counts = cbcstats.load_counts("capacity_building_missions")
    return counts[counts["period_end"] <= "2018-02-26"].reset_index(drop=True)


def heights(ax):
    """Return from where to where each bar reaches upwards."""
    return [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in ax.patches]


def widths(ax):
    """Return from where to where each bar reaches sideways."""
    return [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]


def test_bars_stand_over_their_true_periods(missions):
    days = [
        ("2013-07-01", "2014-07-01"),
        ("2014-01-01", "2015-01-01"),
        ("2015-02-25", "2016-04-12"),
        ("2016-04-13", "2017-03-08"),
        ("2017-03-09", "2018-02-27"),
    ]
    found = list(dict.fromkeys(widths(plot_counts(missions))))  # a pale top stands on its bar
    assert found == [tuple(date2num(pd.to_datetime(ends))) for ends in days]


def test_words_periods_and_sources_stand_on_the_chart(missions):
    ax = plot_counts(missions, title="A finding")
    *shown, sources = said(ax)
    assert shown == [
        *("2013/14", "more than 280", "2014", "more than 350", "Feb 2015 - Apr 2016", "almost 400"),
        *("Apr 2016 - Mar 2017", "more than 330", "342", "Mar 2017 - Feb 2018", "492"),
    ]
    assert sources == (
        "Source: WCO 2014-04-10, 2015-03-09, 2016-04-21, 2017-03-14, 2018-03-02; "
        "Cross-border Research Association (blog) 2017-04-15."
    )
    assert ax.get_title(loc="left") == "A finding"
    assert ax.get_ylabel() == "missions"
    assert cited_sources(ax) == [
        *(
            "wco-2014-04-10",
            "wco-2015-03-09",
            "wco-2016-04-21",
            "wco-2017-03-14",
            "cbra-2017-04-15",
            "wco-2018-03-02",
        )
    ]


def test_a_monthly_chart_divides_by_the_length_of_the_period(missions):
    ax = plot_counts(missions, per="month")
    assert ax.get_ylabel() == "missions per month"
    # Twelve whole months, or days that may be a week more: 412, 329 and 355 days.
    rates = [low / days * DAYS_PER_MONTH for low, days in ((340, 419), (331, 336), (492, 362))]
    expected = [281 / 12, 351 / 12, *rates]
    assert [high for low, high in heights(ax) if not low] == pytest.approx(expected)
    assert "range that the words and inferred lengths allow" in legend(ax)
    assert [text for text in said(ax) if "." in text][:-1] == [
        *("23.4 to 24.2", "29.2 to 33.3"),  # to 290 / 12 and 400 / 12
        *("24.7 to 30.0", "30.0 to 32.1"),  # to 399 in 405 days, and 340 in 322 days
        *("31.0 to 32.3", "41.4 to 43.0"),  # to 342 in 322 days, and 492 in 348 days
    ]


def test_the_axis_has_whole_years(make_counts):
    days = [
        ("2012-09-25", "2012-09-27"),
        ("2013-09-24", "2013-09-26"),
        ("2015-09-08", "2015-09-10"),
    ]
    ax = plot_counts(make_counts(*((*ends, 200) for ends in days), measure="event"))
    assert in_lines(ax.get_xticklabels()) == ["2012", "2013", "2014", "2015"]
    assert (
        ax.get_xticks().tolist()
        == date2num(pd.to_datetime([f"{year}-01-01" for year in range(2012, 2016)])).tolist()
    )


@pytest.mark.parametrize("indicator", cbcstats.load_counts()["indicator"].unique().tolist())
def test_every_series_is_drawn_and_told_with_all_numbers_and_no_words_on_words(indicator):
    counts = cbcstats.load_counts(indicator)
    shown = counts[counts["period_end"].notna() & counts["value"].notna()]
    if shown.empty:
        with pytest.raises(ArgumentError, match="no figure with a date"):
            plot_counts(counts)
        return
    ax = plot_counts(counts)
    numbers = Counter(f"{value:,}".removesuffix(".0") for value in shown["value"])
    assert not numbers - Counter(text.split()[-1] for text in said(ax))
    assert not numbers - Counter(describe(ax).replace(";", " ").split())
    assert overlapping(ax) == []
    assert sorted(cited_sources(ax)) == sorted(shown["source_id"].unique())


# By hand, of rates of 29.25 to 33.33; 24.70 to 29.99; 29.98 to 32.14; 41.37 to 43.03.
def test_changes_are_ranges_in_percent(missions):
    ax = plot_changes(year_on_year(missions, per="month"))
    expected = [(-25.9039, 2.5182), (-0.0067, 30.1242), (28.7163, 43.5150)]
    assert [end for bar in widths(ax) for end in bar] == pytest.approx(
        [end for bar in expected for end in bar], abs=1e-3
    )
    assert said(ax)[:-1] == [f"{MINUS}26% to +3%", "0% to +30%", "+29% to +44%"]
    assert in_lines(ax.get_yticklabels()) == [
        "Feb 2015 - Apr 2016 against 2014",
        "Apr 2016 - Mar 2017 against Feb 2015 - Apr 2016",
        "Mar 2017 - Feb 2018 against Apr 2016 - Mar 2017",
    ]
    assert ax.yaxis_inverted()  # the first at the top
    assert [line.get_xdata() for line in ax.lines] == [[0, 0]]
    assert ax.get_xlim()[0] < -25.9039
    assert ax.get_xlim()[1] > 43.5150
    assert ax.get_xlabel() == "percent change in missions per month"


def test_what_is_not_comparable_is_hollow_and_says_why(missions):
    hollow = plot_changes(year_on_year(missions))
    assert [to_rgb(bar.get_facecolor()) for bar in hollow.patches] == [(1, 1, 1)] * 3
    assert [to_rgb(bar.get_edgecolor()) for bar in hollow.patches] == [to_rgb("#555555")] * 3
    # 340 to 399 after 351 to 400; 331 to 340 after 340 to 399; 492 after 331 to 340.
    assert said(hollow)[:-1] == [
        f"{MINUS}15% to +14% {DASH} not comparable: 14.6 months apart",
        f"{MINUS}17% to 0% {DASH} not comparable: 12.2 months apart",
        f"+45% to +49% {DASH} not comparable: 11.3 months apart",
    ]
    assert hollow.get_xlabel() == "percent change"
    filled = plot_changes(year_on_year(missions, per="month"))
    assert [to_rgb(bar.get_facecolor()) for bar in filled.patches] == [BLUE] * 3


# About 5 is 4 to 6, and 0 or more when read strictly; 6 after 4 is +50%, 4 after 6 is -33%. More than 40 is 41 to 46;
# 46 after 41 is +12%, 41 after 46 is -11%.
@pytest.mark.parametrize(
    ("reading", "qualifier", "values", "bars", "changed"),
    [
        ("usual", "exact", [7], [(0, 7)], None),
        ("strict", "exact", [7], [(0, 7)], None),
        ("usual", "exact", [0, 0], [(0, 0)] * 2, "no percent change"),
        ("strict", "exact", [0, 0], [(0, 0)] * 2, "no percent change"),
        ("usual", "about", [5, 5], [(0, 4), (4, 6)] * 2, f"{MINUS}33% to +50%"),
        ("strict", "about", [5, 5], [(0, 0), (0, 5)] * 2, f"{MINUS}100.0% or more"),
        ("usual", "more_than", [40, 40], [(0, 41), (41, 46)] * 2, f"{MINUS}11% to +12%"),
        ("strict", "more_than", [40, 40], [(0, 41)] * 2, f"{MINUS}100.0% or more"),
    ],
)
def test_one_figure_zeros_and_wide_ranges_are_drawn(
    reading, qualifier, values, bars, changed, years
):
    counts = years(dict(zip((2015, 2016), values, strict=False)), qualifier=qualifier)
    ax = plot_counts(counts, reading=reading)
    assert heights(ax) == bars
    words = {"exact": "", "about": "about ", "more_than": "more than "}[qualifier]
    assert said(ax)[:-1] == [text for year, value in zip(("2015", "2016"), values, strict=False)
                             for text in (year, f"{words}{value}")]  # fmt: skip
    assert overlapping(ax) == []
    if changed:
        assert (
            said(plot_changes(year_on_year(counts, reading=reading)))[0].split(f" {DASH} ")[0]
            == changed
        )


def test_charts_draw_on_the_axes_that_they_are_given(missions):
    figure, (left, right) = plt.subplots(ncols=2, figsize=(14, 4))
    assert plot_counts(missions, ax=left) is left
    assert plot_changes(year_on_year(missions), ax=right) is right
    assert figure.axes == [left, right]
    assert (len(left.patches), len(right.patches)) == (9, 3)


def test_one_chart_holds_one_indicator(missions):
    both = cbcstats.load_counts(["capacity_building_missions", "wco_members"])
    with pytest.raises(
        ArgumentError, match="it holds capacity_building_missions, wco_members; select one"
    ):
        plot_counts(both)
    with pytest.raises(ArgumentError, match="no figure per month"):
        plot_counts(cbcstats.load_counts("wco_members"), per="month")
    with pytest.raises(ArgumentError, match="no change"):
        plot_changes(year_on_year(missions.head(1)))
    with pytest.raises(ArgumentError, match="did you mean 'month'"):
        plot_counts(missions, per="months")


def test_the_text_alternative_holds_numbers_words_and_caveats(missions):
    figures = describe(plot_counts(missions)).split(". ")[1].split("; ")
    assert figures == [
        "2013/14 (planned): more than 280 activities and missions, days inferred",
        "2014 (delivered): more than 350 missions",
        "Feb 2015 - Apr 2016 (delivered): almost 400 missions, days inferred (length 412 ± 7 days)",
        "Apr 2016 - Mar 2017 (delivered): more than 330 missions, days inferred (length 329 ± 7 days)",
        "Apr 2016 - Mar 2017 (delivered): 342 missions, days inferred (length 329 ± 7 days), from another source",
        "Mar 2017 - Feb 2018 (delivered): 492 missions, days inferred (length 355 ± 7 days)",
    ]
    text = describe(plot_changes(year_on_year(missions, per="month"), title="A finding"))
    assert text.startswith(
        "Chart of percent changes in missions per month: A finding. Feb 2015 - Apr 2016 against 2014: "
    )
    assert (
        "Mar 2017 - Feb 2018 against Apr 2016 - Mar 2017: about +29% to +44%, comparable "
        "(11.3 months apart; lengths of 355 ± 7 and 329 ± 7 days, inferred; "
    ) in text
    assert text.endswith(
        "3 of 3 can be compared. Source: WCO 2015-03-09, 2016-04-21, 2017-03-14, 2018-03-02."
    )


def test_a_chart_drawn_otherwise_is_described_by_its_titles():
    _, ax = plt.subplots()
    assert describe(ax) == "Chart without a description"
    ax.set_title("Mine")
    assert describe(ax) == "Chart: Mine"


def test_ranges_are_written_as_a_reader_reads_them():
    assert format_range(331, 339) == "331 to 339"
    assert format_range(1200, 1200) == "1,200"
    assert format_range(-17.04, -13.08, percent=True) == f"{MINUS}17% to {MINUS}13%"
    assert format_range(41, math.inf) == "41 or more"
    assert format_range(8.6957, 8.6957, percent=True) == "+8.7%"
    assert format_range(8.21, 8.64, percent=True) == "+8.2% to +8.6%"
    assert format_range(30.6225, 31.3627) == "30.6 to 31.4"


def test_many_dates_of_one_publisher_are_counted():
    dates = ["2010-10", "2012-03", "2011-05-13", "2014", "2013-03-13", "2018-07"]
    names = [f"wco-{date}" for date in dates]
    known = pd.DataFrame({"source_id": names, "publisher": "WCO", "published": dates})
    assert (
        source_line(names[:5], known)
        == "Source: WCO 2010-10, 2011-05-13, 2012-03, 2013-03-13, 2014."
    )
    assert source_line(names, known) == "Source: WCO 2010-10 to 2018-07 (6 dates)."
    assert source_line([]) == ""


def test_the_style_is_a_style_of_matplotlib():
    with plt.style.context("cbcstats.cbcstats"):
        ours = plt.rcParams.copy()
    with plt.style.context(STYLE):
        assert ours == plt.rcParams
    assert ours["axes.prop_cycle"] != plt.rcParams["axes.prop_cycle"]


def test_a_plan_alone_is_called_one(missions):
    ax = plot_counts(missions.query("scope == 'planned'"))
    assert legend(ax) == ["planned", "range that the words allow", "days of the period inferred"]
    assert "2013/14 (planned): more than 280 activities and missions, days inferred." in describe(
        ax
    )


def test_scopes_of_one_period_stand_side_by_side(years):
    ax = plot_counts(pd.concat([years({2016: 40}, scope="east"), years({2016: 20}, scope="west")]))
    begin, middle, end = date2num(pd.to_datetime(["2016-01-01", "2016-07-02", "2017-01-01"]))
    assert widths(ax) == [(begin, middle), (middle, end)]
    assert heights(ax) == [(0, 40), (0, 20)]
    assert [to_rgb(bar.get_facecolor()) for bar in ax.patches] == [BLUE, ORANGE]
    assert legend(ax) == ["east", "west"]


def test_a_dollar_is_a_dollar(years):
    ax = plot_counts(years({2016: 40}, unit="$ and $"), title="Costs $\\foo{ and $6")
    ax.figure.draw_without_rendering()
    assert (ax.get_title(loc="left"), ax.get_ylabel()) == ("Costs $\\foo{ and $6", "$ and $")
    assert not any(text.get_parse_math() for text in (ax._left_title, ax.yaxis.label, *ax.texts))


def test_periods_that_do_not_fit_are_left_to_the_axis(years):
    def drawn(first, last):
        ax = plot_counts(years({year: 50 + year % 7 for year in range(first, last)}))
        seen = [text for text in ax.texts if text.get_visible() and len(text.get_text()) == 4]
        return ax, {text.get_text(): text.get_rotation() for text in seen}

    ax, written = drawn(1920, 2020)
    assert written == {}
    assert {"1930", "1990"} <= set(in_lines(ax.get_xticklabels()))
    assert drawn(1980, 2020)[1] == {str(year): 90 for year in range(1980, 2020)}
    assert drawn(2015, 2017)[1] == {"2015": 0, "2016": 0}


def test_what_is_no_chart_or_no_change_is_said(missions):
    with pytest.raises(ArgumentError, match="must be the Axes of a chart"):
        describe(plt.figure())
    with pytest.raises(ArgumentError, match="make it with year_on_year"):
        plot_changes(missions)


def test_what_was_done_has_the_first_colour_and_plans_the_last(years):
    ax = plot_counts(
        pd.concat([years({2015: 40}, scope="planned"), years({2016: 50}, scope="virtual")])
    )
    assert {bar.get_height(): to_rgb(bar.get_edgecolor()) for bar in ax.patches} == {
        40: ORANGE,
        50: BLUE,
    }
    assert legend(ax) == ["virtual", "planned"]


def test_a_period_that_a_register_covers_in_part_is_marked_and_said(years):
    counts = years({2015: 40, 2016: 50}).assign(
        period_basis=["inferred", "stated"],
        note=["partial: the register begins on 2015-03-01", None],
    )
    ax = plot_counts(counts)
    part, whole = sorted(ax.patches, key=lambda bar: bar.get_x())
    assert part.get_hatch() == "...."
    assert not whole.get_hatch()
    assert part.get_linestyle() == "-"
    assert legend(ax) == ["period covered only in part"]
    assert (
        "2015: 40 missions, partial: the register begins on 2015-03-01; 2016: 50 missions."
        in describe(ax)
    )


def test_parts_of_one_figure_are_not_drawn_over_each_other(years):
    parts = pd.concat(
        [years({2015: 40, 2016: 50}, wco_region=name) for name in ("Europe", "Africa")]
    )
    with pytest.raises(
        ArgumentError, match=r"2 parts by wco_region for 2015; choose one part.*plot_contributions"
    ):
        plot_counts(parts)
    assert heights(plot_counts(parts[parts["wco_region"] == "Europe"])) == [(0, 40), (0, 50)]
    with pytest.raises(
        ArgumentError, match="2 preferred figures for 2016; mark one of them as preferred"
    ):
        plot_counts(pd.concat([years({2016: 40}), years({2016: 41})]))
    stocks = pd.concat([years({2016: 40}, list=name, **STOCK) for name in "ab"])
    with pytest.raises(ArgumentError, match="2 parts by list for 31 Dec 2016"):
        plot_counts(stocks)


def test_the_title_is_the_label():
    assert plot_counts(cbcstats.load_counts("wco_members")).get_title(loc="left") == "WCO Members"


def test_the_text_alternative_says_what_is_found_and_how_words_were_read(years, missions):
    assert describe(plot_counts(years({2015: 40, 2016: 50, 2017: 45}))).endswith(
        "2017: 45 missions. The highest is that of 2016. Source: source-0; source-1; source-2."
    )
    assert "The highest is that of Mar 2017 - Feb 2018." in describe(plot_counts(missions))
    equal = describe(
        plot_counts(years({2015: 40, 2016: 41}, qualifier="about"))
    )  # 41 may be less than 40
    assert "highest" not in equal
    assert "Words are read in the usual way." in equal
    assert "Words are read in the strict way." in describe(plot_counts(missions, reading="strict"))
    assert "0 of 3 can be compared." in describe(plot_changes(year_on_year(missions)))


def test_the_data_of_a_monthly_chart_have_rates_beside_values(missions):
    data = chart_data(plot_counts(missions, per="month"))
    assert data["per"].unique().tolist() == ["month"]
    assert data["unit"].unique().tolist() == ["activities and missions", "missions"]
    assert data["value"].iloc[-1] == 492
    assert data["rate"].iloc[-1] == pytest.approx(492 / (355 / DAYS_PER_MONTH))
    said_of = caveats({"chart": data}).set_index("about")["reading"]
    assert "monthly rates" in said_of
    assert said_of["qualifier: almost"].startswith("Almost 400 is read as 340 to 399")
    with pytest.raises(DataError, match="is per month already"):
        plot_counts(data, per="month")
    of_periods = chart_data(plot_counts(missions))
    assert of_periods["per"].unique().tolist() == ["period"]
    assert "monthly rates" not in caveats({"chart": of_periods})["about"].tolist()


def test_a_monthly_rate_without_a_unit_is_per_month(years):
    ax = plot_counts(years({2015: 365, 2016: 366}).drop(columns="unit"), per="month")
    assert ax.get_ylabel() == "per month"
    assert "2015: 30.4 per month" in describe(ax)  # 365 / 12


@pytest.mark.parametrize(
    ("low", "high", "said_as"),
    [
        (-0.04, -0.04, "0.0%"),
        (0.04, 0.04, "0.0%"),
        (0, 0, "0.0%"),
        (-0.4, 2, "0% to +2%"),
        (-0.05, 10, "0% to +10%"),
        (-0.6, 2, f"{MINUS}1% to +2%"),
    ],
)
def test_a_percent_that_is_written_as_no_change_has_no_sign(low, high, said_as):
    assert format_range(low, high, percent=True) == said_as


def test_only_nothing_is_written_as_0():
    assert format_range(-0.04, 0.04) == f"{MINUS}0.04 to 0.04"
    assert format_range(-0.04, -0.04) == f"{MINUS}0.04"
    assert format_range(-0.0, 0.0) == "0"
    assert format_range(0.0417, 0.0417) == "0.04"
    assert format_range(0.00049, 0.00049) == "0.0005"
    assert format_range(0.04, 0.5) == "0.04 to 0.5"
    assert format_range(0.96, 0.96) == "1.0"


# 5 and 8 in 120 months: 0.042 and 0.067 per month.
def test_few_figures_per_month_are_more_than_nothing(make_counts):
    counts = make_counts(("2000-01-01", "2009-12-31", 5), ("2010-01-01", "2019-12-31", 8))
    ax = plot_counts(counts, per="month")
    assert {"0.04", "0.07"} <= set(said(ax))
    assert (
        "Jan 2000 - Dec 2009: 0.04 missions per month; Jan 2010 - Dec 2019: 0.07 missions per month"
        in describe(ax)
    )


def test_sources_named_by_numbers_stand_below(years):
    for ids in ([1, 2], [1.0, 2.0], pd.Categorical([1, 2])):
        ax = plot_counts(years({2015: 40, 2016: 50}, source_id=ids))
        assert cited_sources(ax) == ["1", "2"]
        assert describe(ax).endswith("Source: 1; 2.")
    ax = plot_counts(years({2015: 40, 2016: 50}, source_id=[None, 2]))
    assert cited_sources(ax) == ["own figures", "2"]


def test_every_scope_has_a_colour_of_its_own(years):
    counts = pd.concat([years({2015 + place: 40}, scope=f"scope {place}") for place in range(16)])
    with plt.style.context(STYLE):
        style = [to_rgb(colour) for colour in plt.rcParams["axes.prop_cycle"].by_key()["color"]]
    colours = [to_rgb(bar.get_facecolor()) for bar in plot_counts(counts).patches]
    assert len(set(colours)) == 16
    assert colours[:7] == style
    seven = plot_counts(counts[counts["scope"].isin([f"scope {place}" for place in range(7)])])
    assert [to_rgb(bar.get_facecolor()) for bar in seven.patches] == style


@pytest.mark.parametrize(
    "kept",
    [
        lambda changes: changes.convert_dtypes(),
        lambda changes: changes.astype(object),
        lambda changes: pd.read_csv(io.StringIO(changes.to_csv(index=False))),
        lambda changes: pd.read_csv(io.StringIO(changes.to_csv(index=False)), dtype="str"),
    ],
)
@pytest.mark.parametrize("per", ["period", "month"])
def test_changes_are_drawn_however_they_were_kept(missions, kept, per):
    changes = year_on_year(missions, per=per)
    stored = kept(changes)
    stored.attrs = changes.attrs
    ax, expected = plot_changes(stored), plot_changes(changes)
    assert describe(ax) == describe(expected)
    assert said(ax) == said(expected)
    assert native_chart(stored).text == native_chart(changes).text


def test_years_in_a_file_of_changes_are_labels_although_they_look_like_numbers():
    changes = year_on_year(pd.DataFrame({"year": [2019, 2020, 2022], "missions": [10, 12, 9]}))
    stored = pd.read_csv(io.StringIO(changes.to_csv(index=False)))
    assert "2020 against 2019: +20.0%" in describe(plot_changes(stored))
    assert describe(plot_changes(stored)) == describe(plot_changes(changes))


def test_monthly_figures_without_their_rates_have_no_chart_in_a_workbook(missions):
    figures = missions.assign(per="month")
    assert native_chart(missions) is not None
    assert native_chart(figures) is None


def test_changes_whose_days_are_none_are_said_and_saved_without_a_chart(missions):
    changes = year_on_year(missions).assign(period_end="2018")
    with pytest.raises(DataError, match="period_end holds '2018', which is not a day"):
        plot_changes(changes)
    assert native_chart(changes) is None


@pytest.fixture
def claims(years):
    """Return verdicts on +20% in 2016, of series from {name: (value in 2015, in 2016)}."""

    def check(values):
        claimed = {
            "published_change": [None, "+20%"],
            "change_basis": [None, "total"],
            "source_id": None,
        }
        series = [years({2015: 1, 2016: 1}, indicator=name, **claimed).assign(value=both)
                  for name, both in values.items()]  # fmt: skip
        return check_claims(pd.concat(series, ignore_index=True))

    return check


def test_the_figure_of_a_claim_is_written_as_printed(claims):
    ax = plot_claims(claims({"missions": (20.12, 24.15)}))
    assert in_lines(ax.get_yticklabels()) == ["Missions, 2016: +20% on 24.15"]


def test_claims_on_nothing_have_no_place_in_percent_of_it(claims):
    ax = plot_claims(claims({"missions": (0, 12), "experts": (100, 120)}))
    # Published and implied, of experts.
    assert [points.get_offsets().tolist() for points in ax.collections] == [[[100, 1]]] * 2
    assert said(ax)[:-1] == [
        "contradicts: implied 10, published 0",
        "consistent: implied 100, published 100",
    ]


@pytest.mark.parametrize("empty", [None, float("nan"), pd.NA])
@pytest.mark.parametrize(
    "name",
    ["indicator", "qualifier", "published_change", "verdict", "verdict_strict", "sentence"],
)
def test_a_claim_without_its_words_is_refused_by_its_row(claims, name, empty):
    verdicts = claims({"missions": (100, 120), "experts": (100, 120)}).astype(object)
    verdicts.loc[1, name] = empty
    with pytest.raises(DataError, match=f"{name} is empty in row 1; fill it, or make"):
        plot_claims(verdicts)


@pytest.mark.parametrize(
    "name", ["value", "previous_value", "previous_low", "previous_high", "implied_low"]
)
def test_a_claim_without_a_number_is_drawn_as_far_as_it_is_known(claims, name):
    verdicts = claims({"missions": (100, 120)}).astype(object)
    text = describe(plot_claims(verdicts.assign(**{name: pd.NA})))
    assert text == describe(plot_claims(verdicts.assign(**{name: float("nan")})))
    with pytest.raises(DataError, match=f"{name} holds 'many', which is not a number"):
        plot_claims(verdicts.assign(**{name: "many"}))


def test_claims_are_drawn_from_a_file(claims):
    verdicts = claims({"missions": (100, 120)})
    stored = pd.read_csv(io.StringIO(verdicts.to_csv(index=False)), dtype="str")
    assert describe(plot_claims(stored)) == describe(plot_claims(verdicts))


@pytest.mark.parametrize("dpi", [72, 100, 200])
def test_no_legend_is_cut_at_another_resolution(claims, dpi):
    ax = plot_claims(claims({"missions": (100, 120)}))
    ax.figure.set_dpi(dpi)
    assert cut(ax) == []


def test_rejected_rows_are_a_range_of_their_own(years):
    counts = years({2016: 24, 2017: 26}).assign(
        qualifier="at_least", missing=[0, 23], value=[24, 26]
    )
    counts.loc[0, "qualifier"] = "exact"
    ax = plot_counts(counts)
    assert heights(ax) == [(0, 24), (0, 26), (26, 49)]
    assert legend(ax) == ["range that rejected rows allow"]
    text = describe(ax)
    assert "2017: at least 26 missions, rows rejected: 23." in text
    assert "Words are read" not in text
    readings = caveats({"chart": chart_data(ax)}).set_index("about")["reading"]
    assert readings["rejected rows"].startswith("1 of 2 rows lack rows")
    assert "qualifier: at least" not in readings


@pytest.mark.parametrize(
    ("data", "periods"),
    [
        ({2019: 100, 2020: 110}, ["2019", "2020"]),
        (
            pd.DataFrame({"quarter": ["2021Q1", "2021Q3", "2022Q1"], "missions": [5, 6, 7]}),
            ["Jan - Mar 2021", "Jul - Sep 2021", "Jan - Mar 2022"],
        ),
        (pd.DataFrame({"fy": ["FY2019", "FY2020"], "experts": [30, 35]}), ["FY2019", "FY2020"]),
        (
            pd.DataFrame(
                {
                    "period_start": ["2020-10-01", "2021-10-01"],
                    "period_end": ["2021-09-30", "2022-09-30"],
                    "value": [4, 5],
                }
            ),
            ["2020/21", "2021/22"],
        ),
        (
            pd.DataFrame({"programme": ["A"], "2020": [10], "2021": [12]}),
            ["2020", "2021"],
        ),
        (
            pd.DataFrame({"year": [2019, 2020], "missions": ["more than 330", "492"]}),
            ["2019", "2020"],
        ),
    ],
)
def test_data_of_ones_own_are_drawn(data, periods):
    ax = plot_counts(data)
    assert [text for text in said(ax) if text in periods] == periods
    chart = native_chart(chart_data(ax))
    assert chart.data["period"].tolist() == periods
    changes = year_on_year(data)
    assert len(plot_changes(changes).get_yticklabels()) == len(changes)


def test_a_figure_without_one_before_has_a_row_with_the_reason():
    quarters = ["2021Q1", "2021Q2", "2022Q1", "2022Q2", "2022Q3"]
    counts = pd.DataFrame({"quarter": quarters, "missions": [4, 5, 6, 5, 7]})
    ax = plot_changes(year_on_year(counts))
    assert in_lines(ax.get_yticklabels())[-1] == "Jul - Sep 2022"
    reason = f"no percent change {DASH} not comparable: no figure for Jul - Sep 2021"
    assert reason in said(ax)


def test_negative_figures_reach_downwards():
    ax = plot_counts({2019: -100, 2020: 20})
    assert sorted(map(sorted, heights(ax))) == [[-100, 0], [0, 20]]
    assert ax.get_ylim()[0] < -100
