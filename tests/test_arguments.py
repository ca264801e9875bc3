import decimal
import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, CbcstatsError
from cbcstats.arguments import check_axes, check_names, check_number
from cbcstats.changes.intervals import count_interval
from tests.needs import needed
from tests.wrong_calls import FUNCTIONS, raw_errors, right_arguments


@pytest.mark.filterwarnings("ignore::UserWarning")  # of matplotlib, for titles without room
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow) if name == "save_report" else name
        for name in FUNCTIONS
    ],
)
def test_wrong_arguments_are_refused_in_words_or_taken(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [f"{call}: {error!r}" for call, error in raw_errors(name)] == []


NEEDED = {"save_slide": "pptx", "save_document": "docx"}


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"save_report"}))
def test_the_other_arguments_of_wrong_calls_are_right(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if name in NEEDED:
        needed(NEEDED[name])
    FUNCTIONS[name](**{key: right() for key, right in right_arguments(name).items()})


def ax():
    return plt.subplots()[1]


def missions():
    return cbcstats.load_counts("capacity_building_missions")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: cbcstats.bounds(330, "more than"),
            (
                "`qualifier` cannot be 'more than'; did you mean 'more_than' or 'less_than'? It must be "
                "one of 'exact', 'more_than', 'well_over', 'at_least', 'about', 'almost', 'less_than', "
                "'at_most', 'below', 'above'"
            ),
        ),
        (
            lambda: cbcstats.bounds(330, reading=np.array(["usual", "strict"])),
            "`reading` must be a number, but ndarray was given",
        ),
        (
            lambda: cbcstats.load_counts("wco_member"),
            "`indicator` cannot be 'wco_member'; did you mean 'wco_members'",
        ),
        (
            lambda: cbcstats.year_on_year("missions.csv"),
            (
                "`data` must be a DataFrame of pandas or Polars, a PyArrow table or a DuckDB "
                "relation, but str was given; read the file first, such as with pandas.read_csv"
            ),
        ),
        (
            lambda: cbcstats.year_on_year(pd.DataFrame({"year": [2018, 2019]})),
            "the data: no column of values (call it value, or name it with `value`)",
        ),
        (
            lambda: cbcstats.plot_changes(missions()[["period_start", "period_end"]]),
            (
                "`changes` lacks the columns 'period', 'previous_period', 'previous_period_start', "
                "'previous_period_end', 'percent_change_low', 'percent_change_high', 'comparable', "
                "'why', 'unit'; make it with year_on_year"
            ),
        ),
        (
            lambda: cbcstats.year_on_year(pd.concat([missions(), missions()[["note"]]], axis=1)),
            "`data` has two columns called 'note'; rename one",
        ),
        (
            lambda: cbcstats.year_on_year(pd.concat({"a": missions()}, axis="columns")),
            "`data` has columns of 2 levels; give each column one name",
        ),
        (
            lambda: cbcstats.year_on_year(missions().assign(scope=[["delivered"]] * 6)),
            "`data` has lists in the column 'scope'; explode() writes one value in each row",
        ),
        (
            lambda: cbcstats.year_on_year(missions(), by=["scope", 3]),
            "`by` must be a name in quotation marks, or a list of names, but 3 is among them",
        ),
        (
            lambda: cbcstats.plot_counts(missions(), ax=plt.figure()),
            "`ax` must be the Axes of a chart, but Figure was given; a figure has `.axes`",
        ),
        (
            lambda: cbcstats.plot_counts(missions(), ax=plt.subplots(1, 2)[1]),
            (
                "`ax` must be the Axes of a chart, but ndarray was given; "
                "give one of them, such as axes[0]"
            ),
        ),
        (
            lambda: cbcstats.plot_counts(missions(), ax=plt.subplot(projection="polar")),
            "`ax` must have plain axes, but polar was given",
        ),
        (
            lambda: cbcstats.plot_counts(missions(), title=3),
            "`title` must be a text in quotation marks, but 3 was given",
        ),
        (
            lambda: cbcstats.save_table(missions(), "a.csv", overwrite="no"),
            "`overwrite` must be True or False, but 'no' was given",
        ),
        (
            lambda: cbcstats.save_table(missions(), 3),
            "`path` must be the name of a file or folder, but 3 was given",
        ),
        (
            lambda: cbcstats.save_table(missions(), "a\0.csv"),
            "'a\\x00.csv': a file name cannot contain a zero byte; give another name",
        ),
        (
            lambda: cbcstats.save_chart(ax(), "a.png", dpi="300"),
            "`dpi` must be a number, but the text '300' was given; write 300",
        ),
        (
            lambda: cbcstats.save_chart(ax(), "a.png", dpi=5),
            "`dpi` must be from 10 to 1200, but 5 was given",
        ),
        (
            lambda: cbcstats.to_iso3(pd.DataFrame({"name": ["Kenya"]})),
            "`names` must be a Series or a list of names of places, but DataFrame was given",
        ),
        (
            lambda: cbcstats.to_iso3(pd.Series([["Kenya"]])),
            "`names` must be a Series or a list of names of places, but its cells are lists",
        ),
        (
            lambda: cbcstats.count_missions(pd.DataFrame({1: ["KEN"], 2: ["2017-04-03"]})),
            "`date` cannot be 'start_date'; it must be one of '1', '2'",
        ),
        (
            lambda: count_interval(10**400),
            "`count` must be a whole number from 0 on, but 1000",
        ),
        (
            lambda: cbcstats.load_counts(schema=cbcstats.MissionRegister),
            "`schema` must be a subclass of Counts, but MetaModel was given",
        ),
        (
            lambda: cbcstats.save_report(notebooks=3),
            "`notebooks` must be a list of paths, but 3 was given",
        ),
        (
            lambda: cbcstats.save_report(progress=3),
            "`progress` must be a function, but 3 was given",
        ),
    ],
)
def test_an_error_names_the_argument_what_is_wrong_and_what_to_type(call, sentence):
    with pytest.raises(ArgumentError, match="^" + re.escape(sentence)):
        call()


def test_a_folder_is_not_a_file_to_write(tmp_path):
    folder = tmp_path / "missions.csv"
    folder.mkdir()
    with pytest.raises(ArgumentError, match=r"missions.csv: is a folder; name a file in it$"):
        cbcstats.save_table(missions(), folder, overwrite=True)
    (tmp_path / "file").touch()
    with pytest.raises(ArgumentError, match=r"file is a file, not a folder; give another name$"):
        cbcstats.save_table(missions(), tmp_path / "file" / "missions.csv")


def test_axes_that_were_removed_are_refused():
    removed = ax()
    removed.remove()
    with pytest.raises(ArgumentError, match=r"^`ax` was removed from its figure; make a new one$"):
        check_axes("ax", removed)


@pytest.mark.parametrize(
    "names",
    [
        ["indicator", "scope"],
        ("indicator", "scope"),
        np.array(["indicator", "scope"]),
        pd.Index(["indicator", "scope"]),
        pd.Series(["indicator", "scope"]),
        dict.fromkeys(["indicator", "scope"]).keys(),
        (name for name in ["indicator", "scope"]),
    ],
)
def test_names_come_in_any_list(names):
    assert check_names("by", names) == ["indicator", "scope"]


@pytest.mark.parametrize("number", [3, 2.5, np.int64(3), np.float32(2.5), decimal.Decimal("2.5")])
def test_numbers_of_any_kind_are_taken(number):
    assert check_number("width", number) == number


def test_one_chart_a_list_and_the_array_of_subplots_become_slides(tmp_path):
    needed("pptx")
    axes = plt.subplots(1, 2)[1]
    for one in axes:
        cbcstats.plot_counts(missions(), ax=one)
    for number, charts in enumerate((axes, list(axes), axes[0])):
        assert cbcstats.save_slide(charts, tmp_path / f"{number}.pptx").exists()
    with pytest.raises(CbcstatsError, match="`charts` must be the Axes of a chart"):
        cbcstats.save_slide([3], tmp_path / "more.pptx")
