import math

import pandas as pd
import pytest

import cbcstats
from cbcstats import (
    ArgumentError,
    check_totals,
    compare_releases,
    contributions,
    growth_rate,
    index_to,
    membership_changes,
    year_on_year,
)
from cbcstats.changes.membership import rosters_of
from cbcstats.exports.notes import caveats
from tests.properties import given, settings, st


def by_region(years, figures):
    """Make counts of parts from {year: {region: value}}."""
    regions = dict.fromkeys(region for parts in figures.values() for region in parts)
    made = [
        years(
            {year: parts[region] for year, parts in figures.items() if region in parts},
            wco_region=region,
        )
        for region in regions
    ]
    return pd.concat(made, ignore_index=True)


# ---- index_to, by hand: 110 / 100 = 110, 99 / 100 = 99.
def test_an_index_is_in_percent_of_its_base(years):
    found = index_to(years({2015: 100, 2016: 110, 2017: 99}), "2015")
    assert found["index"].tolist() == pytest.approx([100, 110, 99])
    assert found["why"].iloc[0] == "base"
    assert found["comparable"].all()


# By hand: 492 against 351 to 359 is 137.05 to 140.17.
def test_an_index_carries_ranges():
    last = index_to(cbcstats.load_counts("missions"), "2014").iloc[-1]
    assert (last["index_low"], last["index_high"]) == pytest.approx((137.0474, 140.1709), abs=1e-3)
    assert not last["comparable"]
    assert "periods differ in length" in last["why"]


@settings(max_examples=30)
@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=6))
def test_the_index_and_the_change_agree(values):
    counts = pd.DataFrame(
        {
            "value": values,
            "period_start": [f"{2000 + place}-01-01" for place in range(len(values))],
            "period_end": [f"{2000 + place}-12-31" for place in range(len(values))],
        }
    )
    index = index_to(counts, "2000")["index"]
    changes = year_on_year(counts)["percent_change"]
    assert (100 * (index / index.shift() - 1)).iloc[1:].tolist() == pytest.approx(changes.tolist())


def test_the_base_may_stand_in_the_middle(years):
    found = index_to(years({2015: 50, 2016: 100, 2017: 25}), "2016")
    assert found["index"].tolist() == [50, 100, 25]
    assert found["comparable"].all()


def test_a_base_of_nothing_has_no_index(years):
    assert index_to(years({2015: 0, 2016: 5}), "2015")["index"].iloc[1:].isna().all()


def test_a_base_that_is_no_period_names_those_that_are(years):
    with pytest.raises(ArgumentError, match="there is 2016, 2015"):
        index_to(years({2015: 1, 2016: 2}), "2051")


# ---- growth_rate, by hand: 121 / 100 over two years is 10% a year; over four years 4.88%.
def test_a_growth_rate_is_that_of_a_year(years):
    found = growth_rate(years({2015: 100, 2017: 121})).iloc[0]
    assert found["years"] == pytest.approx(2.0, abs=0.01)
    assert found["growth_rate"] == pytest.approx(10, abs=0.05)
    assert found["comparable"]
    assert growth_rate(years({2015: 100, 2016: 7, 2019: 121}))["growth_rate"].iloc[
        0
    ] == pytest.approx(4.88, abs=0.02)


def test_a_growth_rate_carries_ranges_and_lengths():
    missions = cbcstats.load_counts("missions")
    found = growth_rate(missions, per="month").iloc[0]
    # 42.1838 a month after 29.2700 to 29.9372, over 3.1704 years, by hand: 11.42% to 12.22%.
    assert (found["growth_rate_low"], found["growth_rate_high"]) == pytest.approx(
        (11.423, 12.218), abs=2e-3
    )
    assert found["comparable"]
    assert not growth_rate(missions)["comparable"].iloc[0]


@pytest.mark.parametrize("first", [0, None])
def test_what_grew_from_nothing_has_no_rate(years, first):
    found = growth_rate(years({2015: first, 2016: 5})).iloc[0]
    assert math.isnan(found["growth_rate"])
    assert found["why"]


def test_one_figure_has_no_growth_rate(years):
    assert growth_rate(years({2015: 5})).empty


def test_each_series_has_its_rate(years):
    both = pd.concat(
        [years({2015: 100, 2016: 110}, scope="east"), years({2015: 10, 2016: 20}, scope="west")]
    )
    found = growth_rate(both).set_index("scope")["growth_rate"]
    assert found.to_dict() == pytest.approx({"east": 10, "west": 100}, abs=0.5)


# ---- contributions, by hand: of a total of 100, Europe adds 6 and Africa 10.
def test_contributions_add_up(years):
    found = contributions(
        by_region(years, {2015: {"Europe": 60, "Africa": 40}, 2016: {"Europe": 66, "Africa": 50}})
    )
    assert found["contribution"].tolist() == pytest.approx([6, 10])
    assert found["total_percent_change"].tolist() == pytest.approx([16, 16])
    assert found["comparable"].all()


def test_a_part_that_is_missing_is_kept_and_said(years):
    found = contributions(
        by_region(years, {2015: {"Europe": 60, "Africa": 40}, 2016: {"Europe": 66, "Asia": 50}})
    )
    assert found["wco_region"].tolist() == ["Europe", "Africa", "Asia"]
    assert found["contribution"].sum() == pytest.approx(found["total_percent_change"].iloc[0])
    assert found["why"].tolist() == [
        "",
        "no figure for this period, counted as 0",
        "no figure for the period before, counted as 0",
    ]
    assert not found["comparable"].any()


parts = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 500), min_size=1)


@settings(max_examples=40)
@given(parts, parts)
def test_contributions_of_any_parts_add_up(before, after):
    figures = [
        (year, name, value)
        for year, made in ((2015, before), (2016, after))
        for name, value in made.items()
    ]
    counts = pd.DataFrame(figures, columns=["year", "part", "value"])
    counts["period_start"] = counts["year"].astype("str") + "-01-01"
    counts["period_end"] = counts["year"].astype("str") + "-12-31"
    found = contributions(counts, "part")
    total = sum(before.values())
    if total:
        expected = 100 * (sum(after.values()) / total - 1)
        assert found["contribution"].sum() == pytest.approx(expected)
        assert set(found["part"]) == {*before, *after}
    else:
        assert found["contribution"].isna().all()


def test_contributions_carry_ranges(years):
    counts = by_region(years, {2015: {"a": 60, "b": 40}, 2016: {"a": 66, "b": 50}}).assign(
        qualifier="more_than"
    )
    found = contributions(counts).iloc[0]
    # 67 to 75 after 61 to 69, of a total of 102 to 118: -2 to 14, of 102 or 118.
    assert (found["contribution_low"], found["contribution_high"]) == pytest.approx(
        (-200 / 102, 1400 / 102)
    )


@pytest.mark.parametrize(
    "differs", [{"unit": ["missions", "participants"]}, {"measure": ["flow", "event"]}]
)
def test_unlike_parts_make_no_comparable_total(years, differs):
    [(name, (one, other))] = differs.items()
    counts = pd.concat(
        [
            years({2015: 10, 2016: 12}, wco_region="Europe", **{name: one}),
            years({2015: 100, 2016: 120}, wco_region="Africa", **{name: other}),
        ]
    )
    found = contributions(counts)
    assert not found["comparable"].any()
    assert found["why"].tolist() == ["measure or unit differs"] * 2


def test_days_are_inferred_where_those_of_one_part_are(years):
    parts = [
        years({2015: 60, 2016: 66}, scope="a"),
        years({2015: 40, 2016: 50}, scope="b", period_basis="inferred"),
    ]
    for counts in (pd.concat(parts), pd.concat(parts[::-1])):
        found = contributions(counts, by="scope", per="month")
        assert found["why"].tolist() == ["lengths of 366 and 365 days, inferred"] * 2


# Parts of 30 and 40, read strictly: more than 30 and more than 40 are 72 or more in all, 30 and more than 40 are 71.
@pytest.mark.parametrize(
    ("qualifiers", "values", "low", "high"),
    [
        (("exact", "exact", "more_than"), (50, 60), [2100 / 70, 2100 / 70], [math.inf, math.inf]),
        (("more_than", "more_than", "exact"), (50, 60), [-100, -100], [1900 / 72, 1900 / 72]),
        (("more_than", "more_than", "more_than"), (50, 60), [-100, -100], [math.inf, math.inf]),
        (("exact", "more_than", "exact"), (50, 60), [0, -100], [2000 / 71, 1900 / 71]),
        (("more_than", "more_than", "exact"), (0, 0), [-100, -100], [0, 0]),
        # About 30 may be 0, and so may about 40; the total before then has no lower end above 0.
        (("about", "about", "exact"), (50, 60), [-100, -100], [math.inf, math.inf]),
        (("about", "about", "exact"), (0, 0), [-100, -100], [0, 0]),
    ],
)
def test_contributions_to_an_open_total_have_open_ends(years, qualifiers, values, low, high):
    first, second, later = qualifiers
    counts = pd.concat(
        [
            years({2015: 30, 2016: values[0]}, qualifier=[first, later], wco_region="a"),
            years({2015: 40, 2016: values[1]}, qualifier=[second, later], wco_region="b"),
        ]
    )
    found = contributions(counts, reading="strict")
    assert found["contribution_low"].tolist() == pytest.approx(low)
    assert found["contribution_high"].tolist() == pytest.approx(high)


def test_no_contribution_to_the_change_of_nothing(years):
    counts = by_region(years, {2015: {"a": 0, "b": 0}, 2016: {"a": 5, "b": 0}})
    found = contributions(counts)
    assert found[["contribution", "contribution_low", "contribution_high"]].isna().all(axis=None)


# ---- check_totals
def test_parts_are_held_against_their_total():
    reached = cbcstats.load_counts("accelerate_programme_countries_reached")
    found = check_totals(reached, part="scope", total="all_regions").iloc[0]
    assert (found["value"], found["parts_value"], found["parts"], found["adds_up"]) == (
        27,
        27,
        3,
        True,
    )
    short = check_totals(reached.query("scope != 'asia'"), part="scope", total="all_regions").iloc[
        0
    ]
    assert (short["adds_up"], short["why"]) == (False, "the parts make 3 less than the total")


def test_words_of_parts_and_total_are_ranges(years):
    counts = pd.concat(
        [
            years({2015: 100}, scope="all"),
            years({2015: 60}, scope="a", qualifier="more_than"),
            years({2015: 35}, scope="b"),
        ]
    )
    assert check_totals(counts, part="scope", total="all")["adds_up"].iloc[0]
    found = check_totals(
        counts.assign(unit=["missions", "missions", "days"]), part="scope", total="all"
    ).iloc[0]
    assert (found["comparable"], found["why"]) == (False, "measure or unit differs")
    with pytest.raises(ArgumentError, match="did you mean 'all'"):
        check_totals(counts, part="scope", total="al")


def test_what_is_missing_is_no_zero(years):
    parts = [years({2015: 60, 2016: 66}, scope="a"), years({2015: 40, 2016: None}, scope="b")]
    found = contributions(pd.concat(parts), by="scope")
    assert found["contribution"].tolist() == pytest.approx([6, math.nan], nan_ok=True)
    assert found["total_percent_change"].isna().all()
    assert not found["comparable"].any()
    total = years({2015: 60, 2016: 4}, scope="all")
    [_, short] = check_totals(pd.concat([*parts, total]), part="scope", total="all").itertuples()
    missing = "the value of the total or of a part is missing"
    assert (short.adds_up, short.comparable, short.why) == (False, False, missing)
    [first, _] = check_totals(
        pd.concat([*parts, years({2015: None, 2016: 4}, scope="all")]), part="scope", total="all"
    ).itertuples()
    assert (first.adds_up, first.comparable, first.why) == (False, False, missing)


@pytest.mark.parametrize(
    ("total", "why"), [(10, "0.4 less"), (9, "0.6 more"), (1234, "1,224.4 less")]
)
def test_how_far_parts_and_total_are_apart(years, total, why):
    parts = [years({2015: 1}, scope="a").assign(value=4.6), years({2015: 5}, scope="b")]
    counts = pd.concat([years({2015: total}, scope="all"), *parts])
    assert check_totals(counts, part="scope", total="all")["why"].tolist() == [
        f"the parts make {why} than the total"
    ]


# As floats, 33.3 + 33.3 + 33.4 are a little less than 100, and 0.1 + 0.2 a little more than 0.3.
@pytest.mark.parametrize(("parts", "total", "adds_up"), [
    ([33.3, 33.3, 33.4], 100.0, True), ([0.1, 0.2], 0.3, True), ([33.3, 33.3, 33.4], 100.0001, False),
])  # fmt: skip
def test_decimals_add_up_as_they_are_printed(parts, total, adds_up):
    counts = pd.DataFrame(
        {"period_end": "2020-12-31", "part": [*range(len(parts)), "all"], "value": [*parts, total]}
    )
    found = check_totals(counts, part="part", total="all").iloc[0]
    assert found["adds_up"] == adds_up
    assert found["why"] == ("" if adds_up else "the parts make 0.0001 less than the total")


def test_a_wrong_column_of_parts_is_named_as_such(years):
    with pytest.raises(ArgumentError, match=r"`part` cannot be 'scop'; did you mean 'scope'"):
        check_totals(years({2015: 1}), part="scop", total="all")


def test_parts_are_told_apart_by_what_makes_up_series_or_by_a_column_of_ones_own(years):
    counts = pd.concat(
        [years({2015: 60, 2016: 66}, scope="a"), years({2015: 40, 2016: 50}, scope="b")]
    )
    assert contributions(counts, by="scope")["contribution"].tolist() == [6, 10]
    named = counts.assign(indicator=counts["scope"], scope="all")
    assert contributions(named, by="indicator")["contribution"].tolist() == [6, 10]
    for name in ("unit", "measure", "period_basis"):
        with pytest.raises(ArgumentError, match=f"must name what tells parts apart.*'{name}'"):
            contributions(counts, by=name)


# ---- membership_changes, by the lists as published
def test_lists_say_who_joined_and_who_was_seen():
    changes = membership_changes(cbcstats.load_beneficiaries())
    joined = changes[changes["change"] == "joined"].groupby(["programme", "list_date"]).size()
    assert joined.tolist() == [6, 4, 7, 5, 3]
    assert not (changes["change"] == "left").any()
    seen = changes[changes["change"] == "seen"]
    assert not seen["comparable"].any()
    assert (
        "JOR"
        in changes.query("programme == 'SECO-WCO GTFP' and change == 'joined'")["member"].tolist()
    )


def test_absence_from_a_full_list_is_an_exit_and_from_a_partial_one_is_not():
    frame = cbcstats.load_beneficiaries("WCO C-RED").query("list_id == 'c-red-2016-12'")
    later = frame.iloc[1:].assign(list_id="later", as_of=pd.Timestamp("2018-01-01"))
    changes = membership_changes(pd.concat([frame, later], ignore_index=True))
    assert changes.query("change == 'left'")["member"].tolist() == [frame["member"].iloc[0]]
    changes = membership_changes(
        pd.concat([frame, later.assign(list_kind="partial")], ignore_index=True)
    )
    assert set(changes["change"]) == {"seen"}


def invented_lists(programme, first, second):
    """Return two full lists of a programme, of Kenya, then of Uganda."""
    return pd.DataFrame(
        {
            "programme": programme,
            "track": None,
            "member": ["KEN", "UGA"],
            "member_name": ["Kenya", "Uganda"],
            "list_id": ["first", "second"],
            "list_kind": "full",
            "as_of": pd.to_datetime([first, second]),
            "source_id": "example",
        }
    )


def test_programmes_that_call_their_lists_alike_keep_their_dates():
    one, other = (("One", "2021-06-30", "2022-06-30"), ("Other", "2023-01-01", "2024-01-01"))
    changes = membership_changes(pd.concat([invented_lists(*one), invented_lists(*other)]))
    assert changes["change"].tolist() == ["joined", "left"] * 2  # Uganda, and Kenya
    dates = (
        changes[["programme", "previous_list_date", "list_date"]].drop_duplicates().astype("str")
    )
    assert dates.to_numpy().tolist() == [list(one), list(other)]


def test_tracks_that_call_their_lists_alike_keep_their_dates_in_words_and_in_the_chart():
    tracks = [
        invented_lists("One", *days).assign(track=track)
        for track, days in {
            "A": ("2021-06-30", "2022-06-30"),
            "B": ("2023-01-01", "2024-01-01"),
        }.items()
    ]
    lists = pd.concat(tracks, ignore_index=True)
    assert membership_changes(lists).groupby("track")["list_date"].max().dt.year.tolist() == [
        2022,
        2024,
    ]
    rosters = {(roster.track, roster.name): roster.number for roster in rosters_of(lists)}
    named = [("A", "30 Jun 2021"), ("A", "30 Jun 2022"), ("B", "1 Jan 2023"), ("B", "1 Jan 2024")]
    assert rosters == dict.fromkeys(named, 1)


@pytest.mark.parametrize("lacking", list(invented_lists("One", "2021-06-30", "2022-06-30")))
def test_a_column_that_lists_lack_is_named(lacking):
    lists = invented_lists("One", "2021-06-30", "2022-06-30")
    for asked in (membership_changes, rosters_of):
        with pytest.raises(
            ArgumentError,
            match=f"`beneficiaries` lacks the column '{lacking}'; make it with load_beneficiaries",
        ):
            asked(lists.drop(columns=lacking))


@pytest.mark.parametrize("column", ["member", "member_name", "list_id"])
def test_lists_without_a_member_or_a_list_are_refused(column):
    lists = cbcstats.load_beneficiaries("WCO C-RED")
    lists.loc[lists.index[1], column] = pd.NA
    with pytest.raises(ArgumentError, match=f"has no '{column}' in row 1; fill it in"):
        cbcstats.plot_beneficiaries(lists)


def test_no_lists_have_no_changes():
    lists = invented_lists("One", "2021-06-30", "2022-06-30").head(0)
    assert membership_changes(lists).empty
    with pytest.raises(ArgumentError, match="holds no list with a date"):
        rosters_of(lists)


# ---- compare_releases
def test_every_difference_between_editions_is_said():
    old = cbcstats.load_counts()
    headline = (old["indicator"] == "missions") & (old["source_id"] == "wco-2018-03-02")
    new = old.assign(
        value=old["value"].mask(headline, 493), note=old["note"].mask(old.index == 3, "Other.")
    )
    new = pd.concat([new.drop(index=10), new.tail(1).assign(scope="other")], ignore_index=True)
    found = compare_releases(old, new)
    assert found["change"].value_counts().to_dict() == {"revised": 2, "added": 1, "dropped": 1}
    revised = found[found["column"] == "value"].iloc[0]
    assert (revised["old"], revised["new"], revised["source_id"]) == (
        "492",
        "493",
        "wco-2018-03-02",
    )


def test_equal_editions_have_no_differences_in_any_order():
    old = cbcstats.load_counts()
    assert compare_releases(old, old.copy()).empty
    assert compare_releases(old, old.assign(extra=1))[["change", "column"]].to_numpy().tolist() == [
        ["added", "extra"]
    ]
    with pytest.raises(ArgumentError, match="no column of both"):
        compare_releases(old, old.drop(columns="scope"))


def test_editions_of_a_register_compare_as_well():
    called = {"member": "Country", "start_date": "Start"}
    old = cbcstats.read_register(
        cbcstats.example_register(), columns=called, date_format="%d/%m/%Y"
    ).rows.head(20)
    new = old.iloc[1:].assign(programme="Another")
    keys = ["mission_id"] if "mission_id" in old else ["member", "start_date"]
    found = compare_releases(old, new.astype({"programme": "category"}), keys=keys)
    assert (found["change"] == "dropped").sum() == 1
    assert (found["column"] == "programme").sum() == len(new)


def test_editions_whose_columns_are_years_compare():
    old = pd.DataFrame({"region": ["A", "B"], 2021: [3, 4]})
    new = pd.DataFrame({"region": ["A", "B"], 2021: [3, 99], 2022: [1, 1]})
    found = compare_releases(old, new, keys="region")
    assert found[["region", "change", "column", "old", "new"]].fillna("").to_numpy().tolist() == [
        ["B", "revised", "2021", "4", "99"],
        ["", "added", "2022", "", ""],
    ]
    assert compare_releases(old.rename(columns={2021: "2021"}), old, keys="region").empty
    assert compare_releases(old, new, keys="2021")["change"].tolist() == [
        "dropped",
        "added",
        "added",
    ]
    with pytest.raises(ArgumentError, match="`new` has two columns called '2021'; rename one"):
        compare_releases(old, old.assign(**{"2021": 5}), keys="region")


def test_a_csv_file_compares_with_the_table_that_is_read_from_it(tmp_path):
    counts = cbcstats.load_counts().assign(
        members=pd.array([5] + [None] * (len(cbcstats.load_counts()) - 1), "Int64")
    )
    counts.to_csv(tmp_path / "counts.csv", index=False)
    printed = pd.read_csv(tmp_path / "counts.csv")
    assert compare_releases(printed, counts).empty
    found = compare_releases(
        printed, counts.assign(change_since=pd.Timestamp("2020-01-01 12:00")).drop(index=0)
    )
    assert found["change"].value_counts().to_dict() == {"revised": len(counts) - 1, "dropped": 1}
    dropped = found[found["change"] == "dropped"].iloc[0]
    assert (dropped["indicator"], dropped["period_end"]) == (
        printed["indicator"][0],
        printed["period_end"][0],
    )


def test_large_numbers_and_columns_named_like_editions_compare():
    old = pd.DataFrame({"id": ["1", "2"], "value": [10**14 + 1, 5], "value_old": ["x", "y"]})
    found = compare_releases(old, old.assign(value=[10**14 + 2, 5]).head(1), keys=["id"])
    assert found[["id", "change", "old", "new"]].fillna("").to_numpy().tolist() == [
        ["2", "dropped", "", ""],
        ["1", "revised", "100000000000001", "100000000000002"],
    ]


# ---- what holds for both
def test_numbers_a_month_are_marked_as_such(years):
    counts = years({2015: 100, 2016: 110})
    for growth in (
        lambda how: index_to(counts, "2015", **how),
        lambda how: growth_rate(counts, **how),
    ):
        assert growth({}).attrs["per"] == "period"
        monthly = growth({"per": "month"})
        assert "numbers a month" in caveats({"growth": monthly})["about"].tolist()


def test_a_year_may_be_a_number(years):
    assert index_to(years({2014: 50, 2015: 100}), 2014)["index"].tolist() == [100, 200]
    with pytest.raises(ArgumentError, match="but '2013' was given"):
        index_to(years({2014: 50, 2015: 100}), 2013)


def test_series_of_several_keys_and_of_none_keep_their_rates(years):
    both = pd.concat(
        [years({2015: 100, 2016: 110}, scope=None), years({2015: 10, 2016: 20}, scope="west")]
    )
    by = ["scope", "indicator"]
    found = growth_rate(both.assign(scope=both["scope"].astype("object")), by=by)
    assert found[[*by, "first_value", "last_value"]].to_numpy().tolist() == [
        ["all", "missions", 100, 110],
        ["west", "missions", 10, 20],
    ]
