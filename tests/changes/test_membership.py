"""Who joined, left and stayed."""

import pandas as pd
import pyarrow as pa
import pytest

import cbcstats
from cbcstats import ArgumentError, load_beneficiaries, membership_changes
from cbcstats.changes.membership import rosters_of
from tests.needs import needed


def lists_of(programme, *lists, track=None):
    """Make full lists from pairs of a date and codes."""
    rows = [
        {"programme": programme, "track": track, "member": code, "member_name": code.title(),
         "list_id": f"list {number}", "list_kind": "full", "as_of": pd.Timestamp(date),
         "source_id": f"source {number}"}
        for number, (date, codes) in enumerate(lists)
        for code in codes.split()
    ]  # fmt: skip
    return pd.DataFrame(rows)


# Two lists of names, in any spelling.
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["Kenya", "Fiji", "Turkey"], ["Viet Nam", "Türkiye", "FJI"]),
        (pd.Series(["KEN", "FJI", "TUR"]), pd.Series(["VNM", "TUR", None, "FJI"], index=[3, 1, 1, 0])),
        (["Kenya", "Kenya", "Fidji", "TUR"], ("Vietnam", "Turquie", "Fiji", "FIJI")),
    ],
)  # fmt: skip
def test_two_lists_of_names_are_compared_by_member(old, new):
    changes = membership_changes(old, new)
    became = dict(zip(changes["member"], changes["change"], strict=True))
    assert became == {"KEN": "left", "FJI": "stayed", "TUR": "stayed", "VNM": "joined"}
    assert len(changes) == 4
    assert changes["comparable"].all()
    assert (changes["why"] == "").all()


def test_names_that_are_not_recognised_are_compared_by_their_letters():
    changes = membership_changes(["Atlantis", "Thule"], ["ATLANTIS"])
    assert changes[["member_name", "change"]].to_numpy().tolist() == [
        ["ATLANTIS", "stayed"],
        ["Thule", "left"],
    ]
    assert changes["member"].isna().all()
    assert changes["why"].str.contains("not recognised").all()
    assert membership_changes([], ["Fiji"])["change"].tolist() == ["joined"]
    with pytest.raises(ArgumentError, match="`new` must be a Series or a list of names"):
        membership_changes(["Fiji"], {"Fiji"})


# Lists of programmes, by the lists as published.
def test_published_lists_tell_who_joined_and_who_was_seen():
    changes = membership_changes(load_beneficiaries())
    joined = changes[changes["change"] == "joined"]
    by_list = joined.groupby(["programme", "list_date"]).size()
    assert by_list.tolist() == [6, 4, 7, 8, 5, 3]
    assert "JOR" in joined.query("programme == 'SECO-WCO GTFP'")["member"].tolist()
    assert not (changes["change"] == "left").any()
    assert not changes.loc[changes["change"] == "seen", "comparable"].any()


def test_from_list_to_list_members_join_leave_and_stay():
    lists = lists_of(
        "One", ("2021-06-30", "KEN UGA"), ("2022-06-30", "UGA TZA"), ("2024-01-01", "")
    )
    changes = membership_changes(lists)
    assert changes[["member", "change"]].to_numpy().tolist() == [
        ["UGA", "stayed"],
        ["TZA", "joined"],
        ["KEN", "left"],
    ]
    assert (changes["list_date"] == pd.Timestamp("2022-06-30")).all()
    assert (changes["previous_list_date"] == pd.Timestamp("2021-06-30")).all()
    assert set(changes["source_id"]) == {"source 1"}
    assert set(changes["previous_source_id"]) == {"source 0"}
    assert changes["comparable"].all()


def test_absence_from_a_partial_list_does_not_mean_that_a_member_left():
    lists = lists_of("One", ("2021-06-30", "KEN UGA"), ("2022-06-30", "UGA"))
    lists["list_kind"] = ["full", "full", "partial"]
    changes = membership_changes(lists)
    assert changes["change"].tolist() == ["seen"]
    assert changes["why"].str.startswith("on a partial list").all()
    undated = lists.assign(list_kind="full", as_of=pd.NaT)
    assert set(membership_changes(undated)["why"]) == {"on a full list without a date"}


def test_programmes_and_tracks_that_name_their_lists_alike_stay_apart():
    dates = ("2021-06-30", "2022-06-30"), ("2023-01-01", "2024-01-01")
    one, other = (
        [(day, code) for day, code in zip(pair, ("KEN", "UGA"), strict=True)] for pair in dates
    )
    for lists in (
        [lists_of("One", *one), lists_of("Other", *other)],
        [lists_of("One", *one, track="A"), lists_of("One", *other, track="B")],
    ):
        changes = membership_changes(pd.concat(lists, ignore_index=True))
        assert changes["change"].tolist() == ["joined", "left"] * 2
        days = changes[["previous_list_date", "list_date"]].drop_duplicates().astype("str")
        assert days.to_numpy().tolist() == [list(pair) for pair in dates]


def test_all_columns_that_lists_lack_are_named_at_once():
    table = pd.DataFrame({"Land": ["Kenya"], "Year": [2021]})
    for function, name in ((membership_changes, "old"), (rosters_of, "beneficiaries")):
        with pytest.raises(ArgumentError) as caught:
            function(table)
        assert str(caught.value) == (
            f"`{name}` has no column member (names or ISO codes) and programme and as_of (the date "
            "of the list); its columns are 'Land', 'Year'; rename those that are meant, such as "
            ".rename(columns={'Land': 'member'}), or add what all rows share, such as "
            ".assign(programme='Mercator', as_of='2022-06-30'); or compare two lists of names: "
            "membership_changes(old, new)"
        )
    named = table.rename(columns={"Land": "country"}).assign(programme="One")
    with pytest.raises(
        ArgumentError, match=r"has no column as_of .*; its columns are 'country', 'Y"
    ):
        membership_changes(named)


# Lists in a table of one's own: what the text of the error asks for is enough.
@pytest.mark.parametrize("lacking", ["track", "member_name", "list_id", "list_kind", "source_id"])
def test_lists_need_no_more_than_programme_member_and_date(lacking):
    lists = lists_of("One", ("2021-06-30", "KEN UGA"), ("2022-06-30", "UGA TZA"))
    expected = membership_changes(lists)
    changes = membership_changes(lists.drop(columns=lacking))
    same = ["programme", "member", "change", "list_date", "previous_list_date", "comparable", "why"]
    pd.testing.assert_frame_equal(changes[same], expected[same])
    assert len(rosters_of(lists.drop(columns=lacking))) == 2


def test_one_member_in_several_spellings_stays():
    lists = pd.DataFrame(
        {
            "programme": "One",
            "country": ["Turkey", "Atlantis", "Viet Nam", "Türkiye", "ATLANTIS", "VNM", "Fidji"],
            "as_of": [2021] * 3 + [2023] * 4,
        }
    )
    changes = membership_changes(lists)
    assert changes["change"].tolist() == ["stayed", "stayed", "stayed", "joined"]
    assert changes["member"].fillna("").tolist() == ["TUR", "", "VNM", "FJI"]
    assert changes["member_name"].tolist() == ["Türkiye", "ATLANTIS", "VNM", "Fidji"]
    assert changes["why"].tolist() == [
        "", "the name is not recognised and was compared by its letters", "", ""
    ]  # fmt: skip
    for given in (lists, changes):
        assert [roster.number for roster in rosters_of(given)][-1] == 4
    assert [roster.name for roster in rosters_of(lists)] == ["2021", "2023"]


@pytest.fixture
def register():
    typed = pd.DataFrame(
        {
            "member": ["Kenya", "Uganda", "Ouganda", "Tanzania", "Atlantis"],
            "programme": "One",
            "as_of": ["2021-06-30"] * 2 + ["2022-06-30"] * 3,
        }
    )
    return cbcstats.read_register(typed, kind="beneficiaries")


def test_a_register_of_beneficiaries_has_changes(register):
    changes = membership_changes(register)
    assert changes[["member", "change", "comparable"]].to_numpy().tolist() == [
        ["UGA", "stayed", True],
        ["TZA", "joined", False],
        ["KEN", "left", False],
    ]
    rejected = "1 row of the register was rejected"
    assert changes["why"].tolist() == ["", rejected, rejected]
    # Its rows do not know what was rejected.
    assert membership_changes(register.rows)["comparable"].all()
    assert [roster.number for roster in rosters_of(register)] == [2, 2]


def test_rows_in_other_libraries_have_the_same_changes(register):
    expected = membership_changes(register.rows)[["member", "change", "list_date"]]
    rows = register.rows.astype({"member": "str", "iso3": "str", "programme": "str"})
    for frame in (needed("polars").from_pandas(rows), pa.Table.from_pandas(rows)):
        found = membership_changes(frame)[["member", "change", "list_date"]]
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_two_registers_are_two_lists(register):
    changes = membership_changes(register.rows.head(2), register)
    assert changes[["member", "change"]].to_numpy().tolist() == [
        ["KEN", "stayed"],
        ["UGA", "stayed"],
        ["TZA", "joined"],
    ]
    assert changes["comparable"].tolist() == [True, True, False]


@pytest.mark.parametrize("column", ["member", "member_name", "list_id"])
def test_lists_without_a_member_or_a_list_are_refused(column):
    lists = load_beneficiaries("WCO C-RED")
    lists.loc[lists.index[1], column] = pd.NA
    with pytest.raises(ArgumentError, match=f"has no '{column}' in row 1; fill it in"):
        cbcstats.membership_changes(lists)


# What the chart draws.
def test_rosters_hold_who_moved_and_how_many_are_on_each_list():
    lists = pd.concat(
        [
            lists_of("One", ("2021-06-30", "KEN UGA"), ("2022-06-30", "UGA TZA FJI"), track="A"),
            lists_of("One", ("2022-01-01", "KEN TON"), track="B").assign(list_kind="partial"),
        ]
    )
    rosters = rosters_of(lists)
    shown = [(roster.track, roster.name, roster.number, roster.first) for roster in rosters]
    assert shown == [
        ("A", "30 Jun 2021", 2, True),
        ("A", "30 Jun 2022", 3, False),
        ("B", "2022", None, False),
    ]
    moved = [
        dict(zip(roster.moved["member"], roster.moved["change"], strict=True)) for roster in rosters
    ]
    assert moved == [{}, {"TZA": "joined", "FJI": "joined", "KEN": "left"}, {"TON": "named"}]
    of_changes = rosters_of(membership_changes(lists))
    assert [roster.number for roster in of_changes] == [2, 3, None]
    assert [roster.name for roster in of_changes] == ["Jun 2021", "Jun 2022", "2022"]


def test_no_lists_have_no_changes_and_no_rosters():
    lists = lists_of("One", ("2021-06-30", "KEN")).head(0)
    assert membership_changes(lists).empty
    with pytest.raises(ArgumentError, match="holds no list with a date"):
        rosters_of(lists)
    both = pd.concat(
        [lists_of("One", ("2021-06-30", "KEN")), lists_of("Two", ("2021-06-30", "KEN"))]
    )
    with pytest.raises(ArgumentError, match="one programme, but it holds One, Two; select one"):
        rosters_of(both)
