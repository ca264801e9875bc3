"""Members of the WCO: on which day a place is one, and in which region."""

import datetime

import numpy as np
import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, is_member, to_iso3, wco_region

JOINED = pd.Series(["KEN", "GNQ", "PLW", "EUE", "AIA", None])


def test_a_member_is_one_from_its_accession_on():
    accession = cbcstats.load_members().set_index("iso3").at["XKX", "joined"]
    kosovo = pd.Series(["XKX"])
    assert not is_member(kosovo, on=accession - pd.Timedelta(days=1)).item()
    assert is_member(kosovo, on=accession).item()


def test_the_european_union_is_not_counted():
    today = is_member(pd.Series(cbcstats.load_members()["iso3"]))
    assert today.sum() == 187
    assert today.dtype == bool


def test_an_accession_of_which_only_the_year_is_known_counts_from_its_first_day():
    guinea = pd.Series(["GNQ", "GNQ"])
    assert is_member(guinea, on=pd.Series(["2020-12-31", "2021-01-01"])).tolist() == [False, True]


def test_an_accession_that_is_not_known_counts():
    members = cbcstats.load_members()
    unknown = members.loc[members["joined"].isna() & (members["iso3"] != "EUE"), "iso3"]
    assert is_member(unknown, on="1983-01-01").all()


@pytest.mark.parametrize(
    "on",
    [
        "2018-03-02",
        datetime.date(2018, 3, 2),
        datetime.datetime(2018, 3, 2, 12),
        pd.Timestamp("2018-03-02"),
        pd.Timestamp("2018-03-02 12:00", tz="UTC"),
        pd.Series(["2018-03-02"] * 6),
        pd.Series([datetime.date(2018, 3, 2)] * 6),
        pd.Series(pd.to_datetime(["2018-03-02"] * 6)),
    ],
)
def test_a_day_may_be_given_in_many_forms(on):
    assert is_member(JOINED, on).tolist() == [True, False, False, False, False, False]


@pytest.mark.parametrize(
    "on", [None, pd.NaT, float("nan"), pd.NA, pd.Series([None] * 6), pd.Series([pd.NaT] * 6)]
)
def test_a_day_that_is_missing_is_today(on):
    assert is_member(JOINED, on).tolist() == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2018", "is not a date; write it as 2018-03-02"),
        ("2018-02-30", "is not a date of the calendar"),
        ("", "is not a date"),
        (2018, "2018 was given"),
        (True, "True was given"),
        (["2018-03-02"], "was given"),
        (pd.DatetimeIndex(["2018-03-02"]), "was given"),
        (np.float64(2018), "was given"),
        (pd.Series([2018] * 6), "2018 was given"),
        (pd.Series(["soon"] * 6), "'soon' is not a date"),
        (pd.Series(["2018-03-02"]), "another index"),
        (pd.Series(["2018-03-02"] * 6, index=range(1, 7)), "another index"),
    ],
)
def test_what_is_no_day_is_refused(on, said):
    with pytest.raises(ArgumentError, match="`on`") as caught:
        is_member(JOINED, on)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["Kenya", "KEN", "KE", " kenya ", "Kenia", np.str_("Kenya")])
def test_a_single_text_has_a_single_answer(name):
    assert is_member(name) is True
    assert wco_region(name) == "East and Southern Africa"
    assert type(wco_region(name, short=True)) is str


def test_a_place_that_is_not_a_member_is_known():
    assert is_member("Anguilla") is False
    assert wco_region("Anguilla") is None
    assert is_member("Palau", on="2018-03-02") is False


@pytest.mark.parametrize(
    "names",
    [
        ["Kenya", "TON", None, "Anguilla"],
        pd.Index(["Kenya", "TON", None, "Anguilla"]),
        pd.Series(["Kenya", "TON", None, "Anguilla"], index=[3, 3, 1, 0]),
        pd.Series(["Kenya", "TON", " ", "Anguilla"], dtype="category"),
    ],
)
def test_names_and_codes_in_a_column_have_an_answer_each(names):
    regions = wco_region(names, short=True)
    assert regions.fillna("none").tolist() == [
        "East and Southern Africa", "Asia and the Pacific", "none", "none"
    ]  # fmt: skip
    today = is_member(names)
    assert today.tolist() == [True, True, False, False]
    assert today.dtype == bool
    if isinstance(names, pd.Series):
        assert today.index.tolist() == regions.index.tolist() == names.index.tolist()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("Tansania1", "'Tansania1' is not a place that is known; did you mean 'Tanzania'?"),
        ("ug", "'ug' is not a place that is known; did you mean 'Uganda'?"),
        ("Togo / Benin", "known; did you mean 'Togo' or 'Benin'?"),
        ("Utopia", "known; write the name of one country, or its ISO code"),
        ("", "'' is not a place that is known"),
        (["Togo", "Utopia", "ug", "Utopia"], "holds 2 names of places that are not known: 'Utopia', 'ug' (did"),
        (pd.Series(["ug"]), "'ug' is not a place that is known; did you mean 'Uganda'?"),
        ([f"Utopia {letter}" for letter in "abcdefgh"], "'Utopia e', and 3 more; correct them"),
    ],
)  # fmt: skip
def test_names_that_are_not_known_are_refused_with_the_nearest(names, message):
    for function in (is_member, wco_region):
        with pytest.raises(ArgumentError) as caught:
            function(names)
        assert message in str(caught.value)


def test_regions_of_the_wco_are_no_continents():
    codes = pd.Series(["ISR", "KAZ", "SDN", "SSD", "IRN", "XKX", "HKG", "NAM"])
    assert wco_region(codes, short=True).tolist() == [
        "Europe",
        "Europe",
        "North Africa and Middle East",
        "East and Southern Africa",
        "Asia and the Pacific",
        "Europe",
        "Asia and the Pacific",
        "East and Southern Africa",
    ]


def test_what_is_no_member_has_no_region():
    assert wco_region(pd.Series(["AIA", "EUE", "", None])).isna().all()


def test_what_is_returned_may_be_changed_without_changing_the_next_answer():
    codes = pd.Series(["KEN"])
    for answer in (wco_region(codes), to_iso3(codes), is_member(codes)):
        answer[:] = answer.isna() if answer.dtype == bool else "changed"
    places = cbcstats.load_places()
    places["iso3"] = "changed"
    assert wco_region(codes).tolist() == ["East and Southern Africa"]
    assert to_iso3(codes).tolist() == ["KEN"]
    assert is_member(codes).tolist() == [True]
