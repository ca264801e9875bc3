"""What parts add to the change of a total, and whether they add up to it."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from cbcstats import (
    ArgumentError,
    DataError,
    check_totals,
    contributions,
    load_counts,
    year_on_year,
)
from tests.properties import given, settings, st

POINTS = ["contribution", "contribution_low", "contribution_high"]


def parts_of(figures, **columns):
    """Make a table from {year: {part: value}}."""
    rows = [
        {"year": year, "part": part, "value": value}
        for year, parts in figures.items()
        for part, value in parts.items()
    ]
    return pd.DataFrame(rows).assign(**columns)


# By hand: of a total of 100, a adds 6 and b 10; of 116, a takes 6 and b adds 12.
def test_contributions_add_up_to_the_change_of_the_total():
    table = parts_of({2015: {"a": 60, "b": 40}, 2016: {"a": 66, "b": 50}, 2017: {"a": 60, "b": 62}})
    changes = contributions(table, "part")
    assert changes["period"].tolist() == ["2016", "2016", "2017", "2017"]
    assert changes["part"].tolist() == ["a", "b", "a", "b"]
    expected = [6, 10, -600 / 116, 1200 / 116]
    assert changes["contribution"].tolist() == pytest.approx(expected)
    assert changes["contribution_low"].tolist() == pytest.approx(expected)
    total = [16, 16, 600 / 116, 600 / 116]
    assert changes["total_percent_change"].tolist() == pytest.approx(total)
    assert changes["comparable"].all()
    assert (changes["why"] == "").all()
    assert changes.attrs == {}


# Europe 66 after 61 to 66, Africa 50 after 40: 0 of 101 to 5 of 101, 10 of 106 or 101.
def test_ranges_are_the_least_and_the_most_that_is_possible():
    table = parts_of({2015: {"Europe": 61, "Africa": 40}, 2016: {"Europe": 66, "Africa": 50}})
    changes = contributions(table.assign(missing=[5, 0, 0, 0]), "part", value="value")
    assert changes["previous_high"].tolist() == [66, 40]
    assert changes["contribution_low"].tolist() == pytest.approx([0, 1000 / 106])
    assert changes["contribution_high"].tolist() == pytest.approx([500 / 101, 1000 / 101])
    assert changes["contribution"].tolist() == pytest.approx([250 / 103.5, 1000 / 103.5])
    ends = changes[["total_percent_change_low", "total_percent_change_high"]].iloc[0]
    assert ends.tolist() == pytest.approx([1000 / 106, 1500 / 101])


def brute_force(before, after, part):
    """Return the least and the most that whole numbers within ranges allow."""
    totals = list(itertools.product(*(range(low, high + 1) for low, high in before)))
    if min(map(sum, totals)) < 0 or max(map(sum, totals)) == 0:
        return math.nan, math.nan
    found = []
    for parts, value in itertools.product(totals, after[part]):
        change = value - parts[part]
        if sum(parts):
            found.append(100 * change / sum(parts))
        elif change:
            found.append(math.copysign(math.inf, change))
    return min(found), max(found)


# A count with rows known to be missing ranges from its value to value + missing.
@pytest.mark.parametrize("least", [0, -8], ids=["counts", "balances"])
def test_ranges_are_sharp_in_thousands_of_cases(least):
    random = np.random.default_rng(11)
    rows, expected = [], []
    for scope in range(1500):
        number = random.integers(1, 4)
        low = random.integers(least, 8, (2, number))
        high = low + random.integers(0, 4, (2, number))
        before, after = (list(zip(*ends, strict=True)) for ends in zip(low, high, strict=True))
        for part in range(number):
            expected.append(brute_force(before, after, part))
            for year, (first, last) in ((2020, before[part]), (2021, after[part])):
                rows.append((f"scope {scope}", part, year, first, last - first))
    table = pd.DataFrame(rows, columns=["scope", "part", "year", "value", "missing"])
    changes = contributions(table, "part", value="value")
    assert len(changes) == len(expected)
    np.testing.assert_allclose(changes[POINTS[1:]].to_numpy(), expected, atol=1e-9)


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=6))
@settings(max_examples=40)
def test_contributions_of_any_parts_add_up(values):
    before, after = ({str(part): pair[end] for part, pair in enumerate(values)} for end in (0, 1))
    changes = contributions(parts_of({2015: before, 2016: after}), "part")
    if sum(before.values()):
        total = 100 * (sum(after.values()) / sum(before.values()) - 1)
        assert changes["contribution"].sum() == pytest.approx(total)
        assert changes["total_percent_change"].iloc[0] == pytest.approx(total)
    else:
        assert changes[POINTS].isna().all(axis=None)
        why = "the period before counts 0, so there is no percent change"
        assert set(changes["why"]) == {why}


@pytest.mark.parametrize("per", ["period", "month"])
def test_a_single_part_is_the_year_on_year_change(per):
    missions = load_counts("capacity_building_missions").query("scope == 'delivered'")
    changes = contributions(missions, "scope", per=per)
    expected = year_on_year(missions, per=per)
    for end in ("", "_low", "_high"):
        percent = expected[f"percent_change{end}"].tolist()
        assert changes[f"contribution{end}"].tolist() == pytest.approx(percent)
        assert changes[f"total_percent_change{end}"].tolist() == pytest.approx(percent)
    assert changes["why"].tolist() == expected["why"].tolist()


def test_after_a_missing_part_no_part_has_a_contribution():
    table = parts_of({2015: {"a": 60}, 2016: {"a": 66, "b": 50}, 2017: {"a": 70, "b": 55}})
    changes = contributions(table, "part")
    first, second = changes[changes["period"] == "2016"], changes[changes["period"] == "2017"]
    assert first[[*POINTS, "total_percent_change"]].isna().all(axis=None)
    assert set(first["why"]) == {"no figure of b for 2015"}
    assert not first["comparable"].any()
    assert second["contribution"].tolist() == pytest.approx([400 / 116, 500 / 116])
    assert second["comparable"].all()


def test_a_part_that_is_missing_later_leaves_the_others_their_contributions():
    table = parts_of(
        {2015: {"a": 60, "b": 40}, 2016: {"a": 66, "b": None}, 2017: {"a": 70, "b": 45}}
    )
    changes = contributions(table, "part")
    assert changes["contribution"].tolist()[:2] == pytest.approx([6, math.nan], nan_ok=True)
    assert changes["total_percent_change"].isna().all()
    whys = ["no figure of b for 2016"] * 4
    assert changes["why"].tolist() == whys
    assert not changes["comparable"].any()


def test_a_part_belongs_to_the_total_from_its_first_figure_to_its_last():
    table = parts_of({2015: {"a": 9, "old": 1}, 2016: {"a": 10}, 2017: {"a": 11}, 2018: {"a": 12}})
    changes = contributions(table, "part")
    assert changes["part"].tolist() == ["a", "old", "a", "a"]
    assert changes["comparable"].tolist() == [False, False, True, True]


def test_of_many_missing_parts_a_few_are_named():
    now = dict.fromkeys("abcdefg", 5)
    changes = contributions(parts_of({2015: {"a": 5}, 2016: now}), "part")
    assert set(changes["why"]) == {"no figure of b, c, d and 3 more for 2015"}


def test_a_quarter_without_one_a_year_before_has_no_contributions():
    quarters = [f"{year}Q{quarter}" for year in (2021, 2022) for quarter in (1, 2, 3, 4)]
    table = parts_of({quarter: {"a": 5, "b": 6} for quarter in quarters if quarter != "2021Q2"})
    changes = contributions(table.rename(columns={"year": "quarter"}), "part")
    gap = changes[changes["period"] == "Apr - Jun 2022"]
    assert gap["why"].tolist() == ["no figure for Apr - Jun 2021"] * 2
    assert gap[POINTS].isna().all(axis=None)
    assert len(changes) == 8


# Parts of 30 and 40, read strictly: more than 30 and more than 40 are 72 or more.
@pytest.mark.parametrize(
    ("qualifiers", "values", "low", "high"),
    [
        (("exact", "exact", "more_than"), (50, 60), [2100 / 70, 2100 / 70], [math.inf, math.inf]),
        (("more_than", "more_than", "exact"), (50, 60), [-100, -100], [1900 / 72, 1900 / 72]),
        (("more_than", "more_than", "more_than"), (50, 60), [-100, -100], [math.inf, math.inf]),
        (("exact", "more_than", "exact"), (50, 60), [0, -100], [2000 / 71, 1900 / 71]),
        (("more_than", "more_than", "exact"), (0, 0), [-100, -100], [0, 0]),
        (("about", "about", "exact"), (50, 60), [-100, -100], [math.inf, math.inf]),
        (("about", "about", "exact"), (0, 0), [-100, -100], [0, 0]),
    ],
)
def test_open_ranges_have_open_ends(qualifiers, values, low, high):
    first, second, later = qualifiers
    table = parts_of({2015: {"a": 30, "b": 40}, 2016: {"a": values[0], "b": values[1]}})
    table["qualifier"] = [first, second, later, later]
    changes = contributions(table, "part", reading="strict")
    assert changes["contribution_low"].tolist() == pytest.approx(low)
    assert changes["contribution_high"].tolist() == pytest.approx(high)


@pytest.mark.parametrize("column", ["unit", "measure"])
def test_parts_of_different_units_or_measures_make_no_total(column):
    table = parts_of({2015: {"a": 10, "b": 100}, 2016: {"a": 12, "b": 120}})
    other = {"unit": ["missions", "people"] * 2, "measure": ["flow", "event"] * 2}[column]
    changes = contributions(table.assign(**{column: other}), "part")
    assert not changes["comparable"].any()
    assert changes["why"].tolist() == ["measure or unit differs"] * 2


def test_a_part_that_is_not_comparable_makes_the_others_so():
    table = parts_of({2015: {"a": 10, "b": 10}, 2016: {"a": 12, "b": 12}})
    changes = contributions(table.assign(obs_status=["A", "A", "A", "B"]), "part")
    whys = ["another part is not comparable", "the series breaks in between"]
    assert changes["why"].tolist() == whys
    assert not changes["comparable"].any()


def test_parts_are_named_by_any_column_but_those_that_they_share():
    table = parts_of({2015: {"a": 60, "b": 40}, 2016: {"a": 66, "b": 50}})
    for by in ("scope", "indicator", "area"):
        changes = contributions(table.rename(columns={"part": by}), by)
        assert changes["contribution"].tolist() == [6, 10]
    for by in ("unit", "measure", "period_basis"):
        with pytest.raises(ArgumentError, match=f"must name the column.*'{by}'"):
            contributions(table, by)
    with pytest.raises(ArgumentError, match="`by` cannot be 'region'"):
        contributions(table, "region")


# ---- check_totals
def test_published_parts_are_checked_against_their_total():
    reached = load_counts("accelerate_trade_facilitation_countries_reached")
    [whole] = check_totals(reached, part="area", total="World").itertuples()
    assert (whole.value, whole.parts_value, whole.parts, whole.adds_up) == (27, 27, 3, True)
    short = check_totals(reached.query("area != 'Asia'"), part="area", total="World")
    assert short["why"].tolist() == ["the parts make 3 less than the total"]


def test_words_of_parts_and_total_are_ranges():
    table = parts_of({2015: {"all": "100", "a": "more than 60", "b": "35"}})
    assert check_totals(table, part="part", total="all")["adds_up"].tolist() == [True]
    units = table.assign(unit=["missions", "missions", "days"])
    [mixed] = check_totals(units, part="part", total="all").itertuples()
    assert (mixed.comparable, mixed.why) == (False, "measure or unit differs")


@pytest.mark.parametrize(
    ("total", "a", "b", "why"),
    [
        (None, 60, 40, "the value of the total or of a part is missing"),
        (100, 60, None, "the value of the total or of a part is missing"),
        (10, 4.6, 5, "the parts make 0.4 less than the total"),
        (9, 4.6, 5, "the parts make 0.6 more than the total"),
        (1234, 4.6, 5, "the parts make 1,224.4 less than the total"),
    ],
)
def test_why_parts_do_not_add_up(total, a, b, why):
    table = parts_of({2015: {"all": total, "a": a, "b": b}})
    [checked] = check_totals(table, part="part", total="all").itertuples()
    assert (checked.adds_up, checked.why) == (False, why)
    assert checked.comparable == ("missing" not in why)


# As floats, 33.3 + 33.3 + 33.4 are a little less than 100.
@pytest.mark.parametrize(
    ("parts", "total", "adds_up"),
    [
        ([33.3, 33.3, 33.4], 100.0, True),
        ([0.1, 0.2], 0.3, True),
        ([33.3, 33.3, 33.4], 100.0001, False),
    ],
)
def test_decimals_add_up_as_they_are_printed(parts, total, adds_up):
    table = parts_of({2020: {**dict(enumerate(parts)), "all": total}})
    [checked] = check_totals(table, part="part", total="all").itertuples()
    assert checked.adds_up == adds_up


def test_a_total_without_parts_and_wrong_names():
    table = parts_of({2015: {"all": 5}, 2016: {"all": 5, "a": 5}})
    checked = check_totals(table, part="part", total="all")
    assert checked["why"].tolist() == ["there are no parts for the period", ""]
    assert checked["parts"].tolist() == [0, 1]
    with pytest.raises(ArgumentError, match="did you mean 'all'"):
        check_totals(table, part="part", total="al")
    with pytest.raises(ArgumentError, match="`part` cannot be 'parts'; did you mean 'part'"):
        check_totals(table, part="parts", total="all")


@pytest.mark.parametrize("name", ["Total", "Both"])
def test_a_total_among_the_parts_is_refused(name):
    parts = pd.DataFrame(
        {
            "year": [2021] * 3 + [2022] * 3,
            "region": ["North", "South", name] * 2,
            "courses": [10, 20, 30, 12, 25, 37],
        }
    )
    with pytest.raises(DataError, match=f"'{name}' in region is the total of the other parts"):
        contributions(parts, by="region")
