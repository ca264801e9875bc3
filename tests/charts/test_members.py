"""A tile for each Member, and the claims beside the figures."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

import cbcstats
from cbcstats import ArgumentError, check_claims, describe, plot_claims, plot_members
from cbcstats.charts.chart import chart_data, cited_sources
from cbcstats.charts.layout import fit_figure
from cbcstats.charts.members import STEPS
from tests.pictures import in_lines, legend, said


def tiles(ax):
    """Return the tile under each code."""
    boxes = {
        tuple(np.round(box.get_xy(), 3)): box for box in ax.patches if isinstance(box, Rectangle)
    }
    found = {}
    for text in ax.texts:
        x, y = text.get_position()
        box = boxes.get((round(x - 0.45, 3), round(y - 0.45, 3)))
        if box is not None:
            found[text.get_text()] = box
    return found


def tile(ax, code):
    return next(box for words, box in tiles(ax).items() if words.split("\n")[0] == code)


@pytest.fixture
def counts():
    return pd.Series(
        {
            "TON": 9,
            "BRA": 1,
            "KEN": 0,
            "UGA": 3,
            "FRA": 2,
            "POL": 5,
            "NGA": 7,
            "JPN": None,
            "EUE": 4,
        }
    )


def test_every_member_has_one_tile_of_one_size_under_its_region(counts):
    ax = plot_members(counts)
    found = tiles(ax)
    assert len(found) == len(ax.patches) == 187
    assert len({(box.get_width(), box.get_height()) for box in found.values()}) == 1
    assert len({box.get_xy() for box in found.values()}) == 187
    heads = {
        text.get_text(): text.get_position()[1] for text in ax.texts if text.get_text() not in found
    }
    assert list(heads)[:2] == ["East and Southern Africa", "Europe"]
    assert (
        heads["East and Southern Africa"]
        < tile(ax, "KEN").get_y()
        < heads["Europe"]
        < tile(ax, "FRA").get_y()
    )


def test_more_is_darker_and_nothing_is_not_zero(counts):
    ax = plot_members(counts)
    assert to_rgb(tile(ax, "TON").get_facecolor()) == to_rgb(STEPS[3])
    assert to_rgb(tile(ax, "BRA").get_facecolor()) == to_rgb(STEPS[0])
    none, zero = tile(ax, "JPN"), tile(ax, "KEN")
    assert to_rgb(none.get_facecolor()) == to_rgb(zero.get_facecolor()) == (1, 1, 1)
    assert none.get_linestyle() != zero.get_linestyle()
    assert {"KEN\n0", "JPN", "TON\n9"} <= set(tiles(ax))
    # 1, 2, 3, 5, 7, 9 in quarters of about as many Members.
    assert legend(ax) == [
        "0",
        "1 to 2",
        "3",
        "5 to 7",
        "9",
        "no value",
        "not shown, no Members: EUE",
    ]


def test_few_values_are_classes_of_their_own():
    ax = plot_members(pd.Series({"TON": 1, "BRA": 4}))
    assert legend(ax) == ["1", "4", "no value"]
    assert to_rgb(tile(ax, "TON").get_facecolor()) == to_rgb(STEPS[0])
    assert legend(plot_members(pd.Series({"TON": 0}))) == ["0", "no value"]


def test_a_programme_fills_the_tiles_of_its_members():
    for values in (
        cbcstats.load_beneficiaries("WCO-SACU Connect"),
        {"BWA", "LSO", "NAM", "ZAF", "SWZ"},
    ):
        ax = plot_members(values)
        filled = [
            code for code, box in tiles(ax).items() if to_rgb(box.get_facecolor()) != (1, 1, 1)
        ]
        assert sorted(filled) == ["BWA", "LSO", "NAM", "SWZ", "ZAF"]
        assert legend(ax) == ["listed", "not listed"]
        assert "5 of 187 are listed: East and Southern Africa 5 of 24" in describe(ax)
    assert cited_sources(plot_members(cbcstats.load_beneficiaries("WCO-SACU Connect")))


def test_words_and_data_say_which_members_have_a_value(counts):
    ax = plot_members(counts, title="Missions")
    text = describe(ax)
    assert "7 of 187 have a value: East and Southern Africa 2 of 24, Europe 2 of 52" in text
    assert "The highest are Tonga with 9, Nigeria with 7, Poland with 5; the sum is 27" in text
    assert (
        "180 have no value, which is not 0; 1 have 0. Not shown, for they are no Members: EUE"
        in text
    )
    data = chart_data(ax).set_index("iso3")["value"]
    assert (data["TON"], data["KEN"]) == (9, 0)
    assert data.isna().sum() == 180


def test_what_is_no_count_of_a_member_is_said():
    for values, message in (
        (pd.Series({"Kenya": 1}), "no code of ISO 3166 alpha-3: Kenya; to_iso3"),
        (pd.Series([1, 2], index=["KEN", "KEN"]), "KEN more than once"),
        (pd.Series({"KEN": -1}), "counts of 0 or more"),
        (pd.Series({"KEN": "many"}), "counts of 0 or more"),
        (["ken"], "no code of ISO"),
        (pd.DataFrame({"iso3": ["KEN"]}), "lacks the column 'member'"),
    ):
        with pytest.raises(ArgumentError, match=message):
            plot_members(values)


def test_members_are_drawn_on_the_axes_that_they_are_given(counts):
    _, (left, right) = plt.subplots(ncols=2, figsize=(16, 9), layout="constrained")
    before = counts.copy()
    assert plot_members(counts, ax=left) is left
    assert plot_members(["TON"], ax=right) is right
    pd.testing.assert_series_equal(counts, before)


@pytest.fixture(scope="module")
def verdicts():
    return check_claims(cbcstats.load_counts())


def shapes(ax):
    return [(round(box.get_x()), round(box.get_x() + box.get_width())) for box in ax.patches]


def test_a_claim_stands_beside_what_was_published():
    ax = plot_claims(check_claims(cbcstats.load_counts("capacity_building_missions")).head(1))
    # Almost 400 is 340 to 399. More than 330 in 329 ± 7 days, after 412 ± 7 days, means at least
    # 331 * 405 / 336 / 1.205 = 332, and at most 340 * 419 / 322 / 1.195 = 370.
    assert shapes(ax) == [(340, 399), (332, 370)]
    published, implied = ax.patches
    assert published.get_facecolor()[3] == 1
    assert implied.get_facecolor()[3] == 0
    assert ax.get_xlabel() == "Capacity building missions"
    assert "consistent: implied 332 to 370, published 340 to 399" in said(ax)
    assert cited_sources(ax) == ["wco-2017-03-14", "wco-2016-04-21"]


def test_claims_of_several_series_are_in_percent_of_what_was_published(verdicts):
    ax = plot_claims(verdicts[verdicts["verdict"].isin(["contradicts", "unlikely"])])
    # 40 implied of 17 published; 29.0 to 32.16 of 27.5; 252 to 291 beside 301 to 345, of 300.
    points = [round(points.get_offsets()[0][0]) for points in ax.collections]
    assert 235 in points
    assert {(105, 117), (84, 97), (100, 115)} <= set(shapes(ax))
    assert "percent of the figure that was published" in " ".join(ax.get_xlabel().split())
    label = in_lines(ax.get_yticklabels())[0]
    assert label.startswith("Mutual recognition arrangements of authorized economic operator")
    assert label.endswith("programmes, 31 Dec 2017: +23% on 49")


def test_words_say_what_claims_contradict_and_why(verdicts):
    text = describe(plot_claims(verdicts[verdicts["published_change"] == "+23%"], title="One does"))
    assert "(contradicts: 1): One does." in text
    assert "+23% on 49: contradicts. +23% on 49 arrangements (31 Dec 2017) means 40 before" in text
    text = describe(plot_claims(verdicts[verdicts["indicator"] == "capacity_building_missions"]))
    assert "+20% on more than 330 missions (Apr 2016 - Mar 2017) per month means" in text
    assert "The lengths of the periods are inferred, to about 7 days." in text


def test_every_claim_can_be_drawn(verdicts):
    for verdict in verdicts["verdict"].unique():
        some = verdicts[verdicts["verdict"] == verdict].tail(6)
        before = some.copy(deep=True)
        assert len(plot_claims(some).get_yticklabels()) == len(some)
        pd.testing.assert_frame_equal(some, before)


def test_an_open_range_of_a_claim_ends_in_an_arrow(verdicts):
    row = verdicts[verdicts["verdict"] == "consistent"].head(1).assign(implied_high=np.inf)
    ax = plot_claims(row)
    [arrow] = [points.get_offsets()[0] for points in ax.collections][-1:]
    assert arrow[0] == ax.get_xlim()[1]


def test_what_is_no_claim_is_said(verdicts):
    with pytest.raises(ArgumentError, match="make it with check_claims"):
        plot_claims(cbcstats.load_counts("capacity_building_missions"))
    with pytest.raises(ArgumentError, match="holds no claim"):
        plot_claims(verdicts.head(0))


def test_one_code_is_one_member():
    assert chart_data(plot_members("KEN"))["value"].sum() == 1
    assert "Listed are Kenya" in describe(plot_members("KEN"))
    with pytest.raises(ArgumentError, match="Kenya; to_iso3"):
        plot_members("Kenya")


def test_a_number_that_is_wider_than_its_tile_is_left_to_the_legend():
    ax = plot_members(pd.Series({"TON": 1234567, "DEU": 98765432, "KEN": 12}))
    words = {text.get_text()[:3]: text for text in ax.texts}
    assert [words[code].get_text() for code in ("TON", "DEU", "KEN")] == ["TON", "DEU", "KEN\n12"]
    widest = max(words[code].get_window_extent().width for code in ("TON", "DEU", "KEN"))
    assert widest < tile(ax, "DEU").get_window_extent().width
    assert {"12", "1,234,567", "98,765,432"} <= {
        text.get_text() for text in ax.get_legend().get_texts()
    }
    ax.figure.set_size_inches(40, 20)
    fit_figure(ax.figure)
    assert words["TON"].get_text() == "TON\n1,234,567"
