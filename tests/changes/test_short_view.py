"""The short view: the few columns that a reader needs, as text."""

import numpy as np
import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, short_view, year_on_year
from tests.frames import TEXT

SHORT = ["period", "value", "before", "change", "percent", "comparable", "why"]


def shown(data, **arguments):
    return short_view(year_on_year(data, **arguments)).iloc[-1]


# 492 after 331 to 340: 152 to 161 more, 44.7% to 48.6%; per month 41.4 to 43.0 after 30.0 to 32.1, 28.7% to 43.5%.
def test_the_headline_is_shown_with_its_ranges():
    missions = cbcstats.load_counts("capacity_building_missions")
    row = shown(missions)
    assert row[SHORT[:-1]].tolist() == [
        *(
            "Mar 2017 - Feb 2018",
            "492",
            "more than 330 (331 to 340)",
            "+152 to +161",
            "+45% to +49%",
            False,
        )
    ]
    assert row["why"].startswith("11.3 months apart; periods differ in length")
    row = shown(missions, per="month")
    assert row[SHORT[1:-1]].tolist() == [
        *("41.4 to 43.0", "30.0 to 32.1", "+9.2 to +13.0", "+29% to +44%", True)
    ]


@pytest.mark.parametrize(
    ("before", "after", "cells"),
    [
        ("100", "110", ("110", "100", "+10", "+10.0%")),
        ("110", "99", ("99", "110", "\N{MINUS SIGN}11", "\N{MINUS SIGN}10.0%")),
        ("100", "100", ("100", "100", "0", "0.0%")),
        ("1,000", "12,345", ("12,345", "1,000", "+11,345", "+1134.5%")),
        ("0", "5", ("5", "0", "+5", "")),
        ("less than 2", "8", ("8", "less than 2 (0 to 1)", "+7 to +8", "+700.0% or more")),
        ("100", "", ("", "100", "", "")),
    ],
)
def test_numbers_are_written_as_a_reader_expects(before, after, cells):
    row = shown(pd.DataFrame({"year": [2021, 2022], "value": [before, after or None]}))
    assert tuple(row[["value", "before", "change", "percent"]]) == cells


def test_open_ends_are_written_in_words():
    data = pd.DataFrame({"year": [2021, 2022], "value": ["more than 100", "more than 200"]})
    row = shown(data, reading="strict")
    assert row[["value", "before"]].tolist() == [
        "more than 200 (201 or more)",
        "more than 100 (101 or more)",
    ]
    row = shown(data.assign(value=["more than 100", "200"]), reading="strict")
    assert row["change"] == "+99 or less"
    assert "inf" not in " ".join(map(str, row))


def test_a_figure_without_one_before_shows_the_reason():
    row = shown({2019: 40, 2021: 44})
    assert row[SHORT].tolist() == ["2021", "44", "", "", "", False, "no figure for 2020"]


def test_only_columns_that_tell_series_apart_are_shown():
    data = pd.DataFrame(
        {"year": [2021, 2022] * 2, "office": ["Fiji"] * 2 + ["Peru"] * 2, "value": [1, 2, 3, 4]}
    )
    changes = year_on_year(data, by="office")
    assert list(short_view(changes)) == ["office", *SHORT]
    assert list(short_view(changes.head(1))) == SHORT


def test_texts_are_text_and_the_index_is_kept():
    changes = year_on_year({2019: 1, 2020: 2, 2021: 3}).set_axis([7, 3], axis="index")
    view = short_view(changes)
    assert view.index.tolist() == [7, 3]
    assert set(view.dtypes.drop("comparable")) == {TEXT}
    assert view["comparable"].dtype == np.dtype(bool)
    assert list(short_view(changes.head(0))) == SHORT


def test_what_lacks_a_column_is_refused():
    with pytest.raises(
        ArgumentError, match=r"`changes` lacks the column.*make it with year_on_year"
    ):
        short_view(pd.DataFrame({"period": ["2021"]}))
    with pytest.raises(ArgumentError, match=r"previous_qualifier"):
        short_view(year_on_year({2019: 1, 2020: 2}).drop(columns="previous_qualifier"))
