"""Data packages: another tool finds them valid, and nothing is written outside the folder."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cbcstats import (
    ArgumentError,
    load_beneficiaries,
    load_counts,
    load_sources,
    save_datapackage,
    year_on_year,
)
from cbcstats.exports.datapackage import file_names
from tests.folders import full_disk, names_in
from tests.frames import EXACTLY
from tests.needs import Needed

frictionless = Needed("frictionless")
ODD = pd.DataFrame(
    {
        "at": pd.to_datetime(["2017-03-09 10:30", None]),
        "open": [np.inf, -1.5],
        "mixed": [1, "=1+1"],
        "sure": pd.array([True, None], dtype="boolean"),
        "count": pd.array([1, None], dtype="Int64"),
        "kind": pd.Categorical(["a", "b"]),
        "=head": ["x", "y"],
        "source_id": ["not known", None],
    }
)


def tables():
    return {
        "Counts": load_counts(),
        "Changes per month": year_on_year(load_counts("capacity_building_missions"), per="month"),
        "beneficiaries": load_beneficiaries(),
        "odd": ODD,
    }


@pytest.mark.filterwarnings("ignore")
def test_another_tool_finds_the_package_valid(tmp_path):
    path = save_datapackage(tables(), tmp_path / "package", title="Figures of 2018", note="A draft")
    report = frictionless.validate(str(path))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])
    assert report.stats["tasks"] == 5
    assert names_in(path.parent) == sorted(
        [
            "datapackage.json",
            "counts.csv",
            "changes_per_month.csv",
            "beneficiaries.csv",
            "odd.csv",
            "sources.csv",
        ]
    )


@pytest.mark.filterwarnings("ignore")
def test_the_other_tool_would_find_a_broken_table(tmp_path):
    path = save_datapackage({"missions": load_counts("capacity_building_missions")}, tmp_path)
    missions = tmp_path / "missions.csv"
    text = missions.read_text(encoding="utf-8")
    missions.write_text(text.replace("wco-2018-03-02", "nowhere"), encoding="utf-8")
    assert not frictionless.validate(str(path)).valid
    missions.write_text(text.replace("2018-02-26", "spring"), encoding="utf-8")
    assert not frictionless.validate(str(path)).valid


def test_types_meanings_and_sources_are_described(tmp_path):
    path = save_datapackage(tables(), tmp_path, title="Figures of 2018", note="A draft")
    package = json.loads(path.read_text(encoding="utf-8"))
    assert (package["name"], package["title"], package["description"]) == (
        "figures_of_2018",
        "Figures of 2018",
        "A draft",
    )
    resources = {resource["name"]: resource for resource in package["resources"]}
    fields = {field["name"]: field for field in resources["counts"]["schema"]["fields"]}
    kinds = {"indicator": "string", "period_end": "date", "value": "number", "preferred": "boolean"}
    assert {name: fields[name]["type"] for name in kinds} == kinds
    assert fields["qualifier"]["description"].startswith("word printed beside the number; below")
    odd = {field["name"]: field["type"] for field in resources["odd"]["schema"]["fields"]}
    assert list(odd.values()) == [
        "datetime",
        "number",
        "any",
        "boolean",
        "integer",
        "string",
        "string",
        "string",
    ]
    assert "'=head" in odd
    changes = {field["name"]: field for field in resources["changes_per_month"]["schema"]["fields"]}
    assert changes["percent_change_low"]["description"].endswith("lowest, given the ranges")
    assert "divided by the length of their period" in resources["changes_per_month"]["description"]
    assert "Almost 400 is read as 340 to 399" in resources["counts"]["description"]
    paths = {source["path"] for source in package["sources"] if "path" in source}
    assert paths <= set(load_sources()["url"])
    assert all(source["title"] for source in package["sources"])
    assert len(pd.read_csv(tmp_path / "sources.csv")) == len(package["sources"]) + 1


@pytest.mark.parametrize(
    ("table", "has_licence"),
    [
        (load_counts("capacity_building_missions"), True),
        (pd.DataFrame({"value": [1], "source_id": ["my register"]}), False),
        (pd.DataFrame({"value": [1]}), False),
    ],
    ids=["of cbcstats", "of a register", "without sources"],
)
def test_the_licence_is_that_of_the_tables_of_cbcstats_and_of_no_others(
    tmp_path, table, has_licence
):
    path = save_datapackage({"table": table}, tmp_path)
    package = json.loads(path.read_text(encoding="utf-8"))
    licences = [licence["name"] for licence in package.get("licenses", [])]
    assert licences == (["CC-BY-4.0"] if has_licence else [])
    today = pd.Timestamp.now("UTC").date()
    assert package["created"] == f"{today}T00:00:00Z"


def test_a_table_of_sources_of_your_own_is_the_one_that_is_referred_to(tmp_path):
    package = {"missions": load_counts("capacity_building_missions"), "places read": load_sources()}
    path = save_datapackage(package, tmp_path)
    assert names_in(tmp_path) == ["datapackage.json", "missions.csv", "places_read.csv"]
    described = json.loads(path.read_text(encoding="utf-8"))
    [key] = described["resources"][0]["schema"]["foreignKeys"]
    assert key["reference"] == {"resource": "places_read", "fields": ["source_id"]}
    assert len(described["sources"]) == 6


def test_numbers_are_read_back_as_they_were(tmp_path):
    changes = year_on_year(load_counts("capacity_building_missions"))
    save_datapackage({"changes": changes}, tmp_path)
    days = [name for name in changes if changes[name].dtype.kind == "M"]
    back = pd.read_csv(tmp_path / "changes.csv", parse_dates=days, **EXACTLY)
    pd.testing.assert_frame_equal(back.astype(changes.dtypes), changes, check_exact=True)


HARMFUL = [
    "../../outside",
    "/etc/passwd",
    "C:\\outside",
    "..",
    ".",
    "con",
    "a/b",
    "sources",
    "datapackage",
    "",
    "é" * 300,
]


def test_nothing_is_written_outside_the_folder(tmp_path):
    frame = pd.DataFrame({"value": [1], "source_id": ["wco-2018-03-02"]})
    folder = tmp_path / "deep" / "package"
    save_datapackage(dict.fromkeys(HARMFUL, frame), folder)
    assert names_in(tmp_path) == [
        "deep",
        "deep/package",
        *(f"deep/package/{name}" for name in names_in(folder)),
    ]
    assert len(names_in(folder)) == len(HARMFUL) + 2
    assert all("/" not in name for name in names_in(folder))


def test_a_link_in_the_folder_is_replaced_and_what_it_leads_to_stays(tmp_path):
    (tmp_path / "outside.csv").write_text("mine")
    folder = tmp_path / "package"
    folder.mkdir()
    try:
        (folder / "missions.csv").symlink_to(tmp_path / "outside.csv")
    except OSError:
        pytest.skip("this system makes no links")
    save_datapackage(
        {"missions": load_counts("capacity_building_missions")}, folder, overwrite=True
    )
    assert (tmp_path / "outside.csv").read_text() == "mine"


def test_names_are_safe_and_each_is_given_once():
    made = file_names(HARMFUL)
    assert len({name.casefold() for name in made}) == len(made)
    for name in made:
        assert name == Path(name).name
        assert name.strip("._-") == name
        assert len(name) <= 110
        assert name.isascii()


def test_what_is_there_stays_unless_overwritten(tmp_path):
    missions = {"missions": load_counts("capacity_building_missions")}
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "sources.csv").write_text("mine")
    with pytest.raises(ArgumentError, match=r"sources.csv already exists"):
        save_datapackage(missions, tmp_path)
    assert names_in(tmp_path) == ["mine.txt", "sources.csv"]
    save_datapackage(missions, tmp_path, overwrite=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert (tmp_path / "sources.csv").read_text() != "mine"


def test_a_package_that_is_not_finished_has_no_description(tmp_path):
    with full_disk(after=2) as tries, pytest.raises(OSError, match="No space left"):
        save_datapackage({"missions": load_counts("capacity_building_missions")}, tmp_path)
    assert len(tries) == 3
    assert names_in(tmp_path) == ["missions.csv", "sources.csv"]


def test_the_same_tables_give_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        save_datapackage(tables(), tmp_path / folder, title="Figures")
    for name in names_in(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_what_is_no_package_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="no table"):
        save_datapackage({}, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ArgumentError, match="is a file; name a folder"):
        save_datapackage({"a": ODD}, tmp_path / "file")


@pytest.mark.parametrize("given", [pd.DataFrame({"a": [1]}), [pd.DataFrame({"a": [1]})]])
def test_tables_without_names_are_refused_in_words(given, tmp_path):
    kind = type(given).__name__
    with pytest.raises(
        ArgumentError,
        match=f"`tables` must be a mapping of names to DataFrames, but {kind} was given",
    ):
        save_datapackage(given, tmp_path)
