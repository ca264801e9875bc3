"""What was added, dropped and revised between two editions of a table."""

import datetime

import pandas as pd
import pyarrow as pa
import pytest

from cbcstats import ArgumentError, compare_releases, load_counts


def differences(old, new, keys="id"):
    """Return the differences as lists, with empty texts for what is missing."""
    found = compare_releases(old, new, keys=keys)
    return found.astype("object").where(found.notna(), "").to_numpy().tolist()


def editions(old, new, key="a"):
    """Make two editions with one key and one column of values."""
    return [pd.DataFrame({"id": key, "value": values}) for values in (old, new)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([1, 2], [1.0, 2.0]),
        (["1.0", "2.50"], [1.0, 2.5]),
        ([0.1 + 0.2, 5], [0.3, 5]),
        ([3.25, 0.5], [0.5, 3.25]),  # rows with the same key, in another order
        (pd.array([1, None], dtype="Int64"), [1.0, None]),
        (["x", ""], ["x", None]),
        ([True, False], ["True", "False"]),
        (pd.to_datetime(["2020-01-31", None]), ["2020-01-31", None]),
        ([datetime.date(2020, 1, 31)], ["2020-01-31"]),
        (pd.Categorical(["x", "y"]), ["x", "y"]),
        (["1e3", "-0.5"], [1000, -0.50]),
    ],
)
def test_equal_values_are_equal_whatever_their_dtype(old, new):
    assert compare_releases(*editions(old, new), keys="id").empty


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ([342], [343.0], ["342", "343"]),
        (["0101"], ["101"], ["0101", "101"]),  # codes
        ([1], [None], ["1", ""]),
        ([10**15 + 1], [10**15 + 2], ["1000000000000001", "1000000000000002"]),
        ([1.05], [1.06], ["1.05", "1.06"]),
        (["a"], ["A"], ["a", "A"]),
    ],
)
def test_a_value_that_differs_is_revised(old, new, shown):
    assert differences(*editions(old, new)) == [["a", "revised", "value", *shown]]


def test_rows_with_the_same_key_are_matched_by_equal_values_first():
    assert differences(*editions([1, 2, 3], [3, 1, 4])) == [["a", "revised", "value", "2", "4"]]
    assert differences(*editions([1, 2], [2])) == [["a", "dropped", "", "", ""]]
    assert differences(*editions([2], [2, 2])) == [["a", "added", "", "", ""]]


def test_rows_and_columns_are_added_and_dropped():
    old = pd.DataFrame({"id": ["1", "2"], "old": [7, 8], "left": 0})
    new = pd.DataFrame({"joined": 1, "old": [9, 8], "id": ["3", "2"]})
    assert differences(old, new) == [
        ["1", "dropped", "", "", ""],
        ["3", "added", "", "", ""],
        ["", "dropped", "left", "", ""],
        ["", "added", "joined", "", ""],
    ]
    assert differences(old.head(0), old)[0] == ["1", "added", "", "", ""]
    assert compare_releases(old.head(0), old.head(0), keys="id").empty


def test_every_difference_between_editions_of_the_counts_is_listed():
    old = load_counts()
    headline = (old["indicator"] == "capacity_building_missions") & (
        old["source_id"] == "wco-2018-03-02"
    )
    value = old["value"].mask(headline, 493)
    new = old.assign(value=value, note=old["note"].mask(old.index == 3, "Other."))
    new = pd.concat([new.drop(index=10), new.tail(1).assign(scope="other")])
    found = compare_releases(old, new.sample(frac=1, random_state=1))
    assert found["change"].value_counts().to_dict() == {"revised": 2, "added": 1, "dropped": 1}
    [revised] = found[found["column"] == "value"].itertuples()
    assert (revised.old, revised.new, revised.source_id) == ("492", "493", "wco-2018-03-02")
    assert compare_releases(old, old.sample(frac=1, random_state=2)).empty


def test_a_file_is_compared_with_the_table_that_was_written_to_it(tmp_path):
    counts = load_counts()
    counts.to_csv(tmp_path / "counts.csv", index=False)
    printed = pd.read_csv(tmp_path / "counts.csv")
    assert compare_releases(printed, counts).empty
    assert compare_releases(counts, pa.Table.from_pandas(counts)).empty


def test_columns_may_be_years_and_are_named_once():
    old = pd.DataFrame({"region": ["A", "B"], 2021: [3, 4]})
    new = pd.DataFrame({"region": ["A", "B"], 2021: [3, 99], 2022: [1, 1]})
    assert differences(old, new, "region") == [
        ["B", "revised", "2021", "4", "99"],
        ["", "added", "2022", "", ""],
    ]
    assert compare_releases(old.rename(columns={2021: "2021"}), old, keys="region").empty
    with pytest.raises(ArgumentError, match="`new` has two columns called '2021'; rename one"):
        compare_releases(old, old.assign(**{"2021": 5}), keys="region")
    with pytest.raises(ArgumentError, match="`keys` names 'indicator', which is not a column"):
        compare_releases(old, new)
