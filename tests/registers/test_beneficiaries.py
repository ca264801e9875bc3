"""How many Members are on the lists of a programme."""

import datetime

import pandas as pd
import pyarrow as pa
import pytest

import cbcstats
from cbcstats import (
    ArgumentError,
    BeneficiaryRegister,
    DataError,
    count_beneficiaries,
    count_missions,
    load_beneficiaries,
    load_counts,
    plot_counts,
    read_register,
    year_on_year,
)
from tests.needs import needed


def lists_of(*lists, **columns):
    """Make lists from pairs of a date and codes."""
    rows = [
        {"programme": "One", "as_of": date, "member": code}
        for date, codes in lists
        for code in codes.split()
    ]
    return pd.DataFrame(rows).assign(**columns)


LISTS = [("2021-06-30", "KEN UGA"), ("2022-06-30", "UGA TZA FJI"), ("2023-06-30", "UGA")]


def test_the_members_on_each_list_are_a_stock():
    counts = count_beneficiaries(lists_of(*LISTS))
    assert counts["value"].tolist() == [2, 3, 1]
    assert counts["period_end"].dt.year.tolist() == [2021, 2022, 2023]
    assert set(counts["measure"]) == {"stock"}
    assert set(counts["unit"]) == {"Members"}
    assert set(counts["qualifier"]) == {"exact"}
    changes = year_on_year(counts)
    assert changes["change"].tolist() == [1, -2]
    assert changes["comparable"].all()


def test_counts_are_taken_by_what_takes_counts():
    counts = count_beneficiaries(load_beneficiaries())
    assert len(load_counts(source=counts)) == len(counts)
    assert plot_counts(count_beneficiaries(lists_of(*LISTS))) is not None


# 4 on 6 June 2019, 8 in 2021, 15 on 28 February 2024, as published.
def test_full_lists_are_exact_and_partial_ones_a_lower_bound():
    counts = count_beneficiaries(load_beneficiaries("SECO-WCO GTFP"))
    full = counts[counts["qualifier"] == "exact"]
    assert full["value"].tolist() == [4, 8, 15]
    partial = counts[counts["qualifier"] == "at_least"]
    assert partial["note"].str.startswith("partial: ").all()
    changes = year_on_year(lists_of(*LISTS[:2]).pipe(count_beneficiaries))
    assert changes["comparable"].tolist() == [True]
    lists = lists_of(*LISTS[:2]).assign(list_kind=["full"] * 2 + ["partial"] * 3)
    [change] = year_on_year(count_beneficiaries(lists)).itertuples()
    assert not change.comparable
    assert (change.low, change.high) == (3, float("inf"))


def test_the_list_of_one_track_is_partial_for_the_programme():
    tracks = pd.concat(
        [lists_of(*LISTS, track="A"), lists_of(("2022-06-30", "TON"), track="B")],
        ignore_index=True,
    )
    counts = count_beneficiaries(tracks)
    assert counts["value"].tolist() == [2, 4, 1]
    assert counts["qualifier"].tolist() == ["at_least", "exact", "at_least"]
    by_track = count_beneficiaries(tracks, by=["programme", "track"])
    assert by_track.groupby("scope")["value"].agg(list).to_dict() == {
        "one_a": [2, 3, 1],
        "one_b": [1],
    }
    assert set(by_track["qualifier"]) == {"exact"}
    assert count_beneficiaries(tracks, by=[])["scope"].unique().tolist() == ["all"]


def test_a_list_has_the_date_of_the_latest_of_its_sources():
    lists = lists_of(("2021-06-30", "KEN"), ("2021-08-15", "UGA"), list_id="first")
    [count] = count_beneficiaries(lists).itertuples()
    assert (count.value, count.period_end) == (2, pd.Timestamp("2021-08-15"))
    # A partial list of the same day adds nothing to a full one.
    more = lists_of(("2021-08-15", "TON"), list_id="second", list_kind="partial")
    both = count_beneficiaries(pd.concat([lists.assign(list_kind="full"), more]))
    assert both[["value", "qualifier"]].to_numpy().tolist() == [[2, "exact"]]


@pytest.mark.parametrize(
    ("on", "value"),
    [("2019-12-31", 0), ("2020-01-01", 1), ("2021-06-30", 2), ("2021-12-31", 2), ("2022-01-01", 2)],
)
def test_members_are_supported_from_start_to_end(on, value):
    table = pd.DataFrame(
        {"country": ["Kenya", "Uganda", "Togo"], "start": [2020, "2021-06", "2022-01"],
         "end": [2021, None, None]}
    )  # fmt: skip
    [count] = count_beneficiaries(table, by=[], on=on).itertuples()
    assert (count.value, count.missing, count.qualifier) == (value, 0, "exact")
    assert count.period_end == pd.Timestamp(on)


def test_support_known_to_the_year_or_month_lasts_to_its_end():
    table = pd.DataFrame(
        {"programme": "One", "member": ["KEN", "UGA"], "start": pd.to_datetime(["2020-01-01"] * 2),
         "end": pd.to_datetime(["2021-01-01", "2021-03-01"]), "end_precision": ["year", "month"]}
    )  # fmt: skip
    days = {"2021-03-31": 2, "2021-04-01": 1, "2021-12-31": 1, "2022-01-01": 0}
    for on, value in days.items():
        assert count_beneficiaries(table, on=on)["value"].tolist() == [value]


def test_members_on_later_lists_without_a_start_may_be_supported_before():
    lists = lists_of(*LISTS, start=pd.NaT)
    [count] = count_beneficiaries(lists, on=datetime.date(2022, 1, 1)).itertuples()
    assert (count.value, count.missing, count.qualifier) == (2, 2, "at_least")


def test_a_register_of_beneficiaries_says_how_many_rows_were_rejected(tmp_path):
    path = tmp_path / "lists.csv"
    path.write_text(
        "programme,member,as_of\nOne,Kenya,2021-06-30\nOne,Uganda,2021-06-30\n"
        "One,Atlantis,2021-06-30\n",
        encoding="utf-8",
    )
    [count] = count_beneficiaries(read_register(path, kind="beneficiaries")).itertuples()
    assert (count.value, count.missing, count.qualifier) == (2, 1, "at_least")
    assert count.note == "1 row of the register rejected"


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({"drop": "as_of"}, {}, ArgumentError, "no column as_of .* on='2024-12-31'"),
        ({"drop": "member"}, {}, ArgumentError, "no column member .*'programme': 'member'"),
        (
            {"as_of": None},
            {},
            ArgumentError,
            "no dates of lists in as_of; write them; or name a day",
        ),
        ({"member": None}, {}, ArgumentError, "has no 'member' in row 0; fill it in"),
        ({"list_kind": "whole"}, {}, DataError, "list_kind holds 'whole'"),
        ({}, {"by": "track"}, ArgumentError, "`by` cannot be 'track'"),
        ({}, {"on": "2021"}, ArgumentError, "`on` must be a day such as"),
    ],
)
def test_what_cannot_be_counted_is_refused(change, options, error, message):
    lists = lists_of(*LISTS)
    lists = lists.drop(columns=change.pop("drop", [])).assign(**change)
    with pytest.raises(error, match=message):
        count_beneficiaries(lists, **options)


def test_one_member_in_several_spellings_is_counted_once():
    names = ["Kenya", "KEN", "Kenia", "Republic of Kenya", "Nowhere"]
    lists = pd.DataFrame({"programme": "Example", "as_of": 2022, "country": names})
    assert count_beneficiaries(lists)["value"].tolist() == [2]


TYPED = pd.DataFrame(
    {
        "Member": ["Kenya", "Togo", "Togo"],
        "Programme": "One",
        "Start date": ["2016-05-01", "2016-07-01", "2016-07-01"],
        "As of": ["2021-06-30", "2021-06-30", "2022-06-30"],
    }
)


class MyBeneficiaries(BeneficiaryRegister):
    """Rules of one's own."""


@pytest.mark.parametrize("columns", [list(TYPED), list(TYPED)[:3]])
@pytest.mark.parametrize("rules", [{"kind": "beneficiaries"}, {"schema": MyBeneficiaries}])
def test_beneficiaries_are_not_counted_as_missions(columns, rules):
    register = read_register(TYPED[columns], **rules)
    for given in (register, register.rows, register.rows[register.rows["iso3"] == "TGO"]):
        with pytest.raises(
            ArgumentError, match="not missions: count them with count_beneficiaries"
        ):
            count_missions(given)


def test_beneficiaries_in_other_engines_are_known_by_their_columns():
    rows = read_register(TYPED, kind="beneficiaries").rows
    plain = rows.astype(dict.fromkeys(rows.select_dtypes("category"), "str"))
    frames = [
        needed("polars").from_pandas(plain).lazy(),
        needed("duckdb").from_df(plain),
        pa.Table.from_pandas(plain),
        load_beneficiaries(),
    ]
    for frame in frames:
        with pytest.raises(ArgumentError, match="count_beneficiaries"):
            count_missions(frame)


def test_missions_with_the_day_of_an_extract_are_counted():
    missions = read_register(TYPED.drop(columns="As of")).rows
    assert count_missions(missions)["value"].tolist() == [1, 2]
    assert count_missions(missions.assign(as_of="2024", mission_id="a"))["value"].sum() == 3


@pytest.mark.parametrize(
    "names", [("start", "end"), ("start_date", "end_date"), ("Start", "End date")]
)
def test_the_days_of_support_have_two_names(names):
    table = pd.DataFrame(
        {"Country": ["Kenya", "Togo"], names[0]: [2020, 2021], names[1]: [2020, None]}
    )
    [count] = count_beneficiaries(table, by=[], on="2021-01-01").itertuples()
    assert count.value == 1


def test_frames_of_other_libraries_are_counted():
    expected = count_beneficiaries(TYPED)["value"].tolist()
    assert expected == [2, 1]
    for frame in (needed("polars").from_pandas(TYPED), pa.Table.from_pandas(TYPED)):
        assert count_beneficiaries(frame)["value"].tolist() == expected


def test_a_member_without_a_date_may_be_on_any_list():
    lists = pd.DataFrame(
        {
            "programme": "Example",
            "member": ["Kenya", "Mali", "Kenya", "Togo"],
            "as_of": ["2021-06-30", "", "2022-06-30", "2022-06-30"],
        }
    )
    counts = cbcstats.count_beneficiaries(lists)
    assert counts[["value", "missing"]].to_numpy().tolist() == [[1, 1], [2, 1]]
    assert counts["note"].tolist() == ["1 more without a date"] * 2
    assert not cbcstats.year_on_year(counts)["comparable"].any()


def test_a_register_of_missions_is_none_of_beneficiaries():
    missions = pd.DataFrame({"member": ["Kenya"], "start_date": ["2021-07-05"]})
    register = cbcstats.read_register(missions)
    with pytest.raises(ArgumentError, match="a register of missions; count it with count_missions"):
        cbcstats.count_beneficiaries(register, on="2022-01-01")


@pytest.mark.parametrize("options", [{}, {"on": "2023-06-30"}])
def test_members_whose_support_was_cancelled_or_is_planned_are_named(options):
    lists = pd.DataFrame(
        {
            "programme": "Alpha",
            "as_of": "2023-06-30",
            "member": ["KEN", "UGA", "TZA", "RWA"],
            "status": ["active", "Annulé", "planned", "cancelled"],
        }
    )
    [count] = count_beneficiaries(lists, **options).itertuples()
    assert count.value == 4
    assert count.note == "2 cancelled among them; 1 planned among them"
