"""Rules of a user's own, in subclasses of the schemas: problems in plain words, with row and column."""

from typing import Optional

import pandas as pd
import pandera.pandas as pa
import pytest

import cbcstats
from cbcstats import ArgumentError, DataError


class MyMissions(cbcstats.MissionRegister):
    hours: Optional[pd.Int64Dtype] = pa.Field(le=400, nullable=True)  # noqa: UP045
    venue: str = pa.Field(str_length={"max_value": 8})
    rating: Optional[float] = pa.Field(in_range={"min_value": 0, "max_value": 5}, nullable=True)  # noqa: UP045
    open_to_all: Optional[pd.BooleanDtype] = pa.Field(nullable=True)  # noqa: UP045
    report_due: Optional[pd.Timestamp] = pa.Field(ge=pd.Timestamp("2017-01-01"), nullable=True)  # noqa: UP045

    @pa.dataframe_check(title="hours", error="are too many", description="correct them")
    def hours_fit(cls, rows):
        return rows["hours"] <= 100 * rows["experts"]

    @pa.dataframe_check
    def is_named_or_rated(cls, rows):
        return rows["programme"].notna() | rows["rating"].notna()


def read(**columns):
    cells = {"member": ["Kenya"], "start_date": ["2017-04-03"], "venue": ["Nairobi"]} | columns
    if "rating" not in columns and "programme" not in columns:
        cells["programme"] = ["Mercator"]
    return cbcstats.read_register(pd.DataFrame(cells), schema=MyMissions)


def found(register):
    columns = ["row", "column", "value", "problem", "remedy"]
    return register.problems[columns].to_numpy().tolist()


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"hours": ["500"]}, ["hours", "500", "is above 400", "write 400 or less"]),
        ({"hours": ["many"]}, ["hours", "many", "is not a number", None]),
        ({"venue": [""]}, ["venue", "", "is empty", "write it"]),
        (
            {"venue": ["Conference room"]},
            [
                "venue",
                "Conference room",
                "has more than 8 characters",
                "shorten it to 8 characters",
            ],
        ),
        (
            {"rating": ["7.5"], "programme": ["Mercator"]},
            ["rating", "7.5", "is not between 0 and 5", "write a value between 0 and 5"],
        ),
        ({"open_to_all": ["maybe"]}, ["open_to_all", "maybe", "is neither true nor false", None]),
        (
            {"report_due": ["2016-12-31"]},
            ["report_due", "2016-12-31", "is before 2017-01-01", "write 2017-01-01 or later"],
        ),
        ({"hours": ["201"], "experts": ["2"]}, ["hours", "201", "are too many", "correct them"]),
        (
            {"programme": [""]},
            ["", "", "does not pass the check 'is_named_or_rated'", "correct the row"],
        ),
    ],
)
def test_a_broken_rule_is_one_problem_in_words(columns, problem):
    [(row, *shown)] = found(read(**columns))
    assert row == 2
    assert [word for word, wanted in zip(shown, problem, strict=True) if wanted is not None] == [
        wanted for wanted in problem if wanted is not None
    ]


def test_rows_that_keep_the_rules_have_the_dtypes_of_the_schema():
    register = read(
        programme=["Mercator"],
        hours=["200"],
        experts=["2"],
        rating=["4.5"],
        open_to_all=["yes"],
        report_due=["2017-05-01"],
    )
    assert found(register) == []
    assert register.rows["hours"].tolist() == [200]
    assert register.rows["rating"].dtype == "float64"
    assert register.rows["open_to_all"].tolist() == [True]
    assert register.rows["report_due"].dt.year.tolist() == [2017]
    MyMissions.validate(register.rows)


def test_a_check_of_rows_over_a_column_that_the_file_lacks_sees_it_empty():
    """`hours` is there and `experts` is not: what cannot be compared passes; what must be there does not."""
    assert found(read(hours=["300"])) == []
    assert [line[1] for line in found(read(programme=[""], hours=["300"]))] == [""]


def test_a_field_that_is_not_optional_must_be_in_the_file():
    typed = pd.DataFrame({"member": ["Kenya"], "start_date": ["2017-04-03"]})
    with pytest.raises(DataError, match="no column for venue"):
        cbcstats.read_register(typed, schema=MyMissions)


def test_a_check_that_names_an_unknown_column_is_said():
    class Wrong(cbcstats.MissionRegister):
        @pa.dataframe_check
        def fits(cls, rows):
            return rows["hourz"] > 0

    typed = pd.DataFrame({"member": ["Kenya"], "start_date": ["2017-04-03"]})
    with pytest.raises(ArgumentError, match=r"the check 'fits' uses the column 'hourz'.*add it"):
        cbcstats.read_register(typed, schema=Wrong)


def test_values_that_must_differ_are_said():
    class Numbered(cbcstats.MissionRegister):
        report: str = pa.Field(unique=True)

    typed = {"member": ["Kenya"] * 3, "report": ["a", "b", "a"]}
    typed["start_date"] = ["2017-04-03", "2017-04-04", "2017-04-05"]
    register = cbcstats.read_register(pd.DataFrame(typed), schema=Numbered)
    problems = [(line[0], line[1], line[3]) for line in found(register)]
    assert problems == [(4, "report", "occurs in a row above")]


def test_kind_and_schema_are_not_given_together():
    typed = pd.DataFrame({"member": ["Kenya"], "start_date": ["2017-04-03"]})
    with pytest.raises(ArgumentError, match="`kind` and `schema`"):
        cbcstats.read_register(typed, kind="missions", schema=MyMissions)
    with pytest.raises(ArgumentError, match="`schema` must be a subclass"):
        cbcstats.read_register(typed, schema=cbcstats.Counts)


def test_counts_take_rules_of_your_own():
    class MyCounts(cbcstats.Counts):
        office: Optional[str] = pa.Field(isin=["Nairobi", "Lima"], nullable=True)  # noqa: UP045

        @pa.dataframe_check(title="value", error="is too round", description="count again")
        def is_not_round(cls, counts):
            return counts["value"] % 100 != 0

    counts = cbcstats.load_counts("capacity_building_missions").tail(1).assign(office="Lima")
    loaded = cbcstats.load_counts(source=counts, schema=MyCounts)
    assert loaded[["value", "office"]].to_numpy().tolist() == [[492, "Lima"]]
    with pytest.raises(DataError) as caught:
        cbcstats.load_counts(source=counts.assign(office="Rome", value=400), schema=MyCounts)
    problems = caught.value.problems[["row", "column", "problem"]].to_numpy().tolist()
    assert problems == [
        [2, "office", "is not a value that this column takes"],
        [2, "value", "is too round"],
    ]
