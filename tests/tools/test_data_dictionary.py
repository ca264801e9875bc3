"""The dictionary for people and the package for machines say what the schemas say."""

import json
import shutil
from pathlib import Path

import pytest

from cbcstats.files.text_table import read_text_table
from cbcstats.tables.schemas import SCHEMAS
from tests.needs import Needed
from tools.data_dictionary import data_dictionary, datapackage, out_of_step, write

frictionless = Needed("frictionless")
DATA = Path(__file__).parents[2] / "data"


def test_the_dictionary_is_in_step_with_the_schemas():
    assert (DATA / "README.md").read_text(encoding="utf-8") == data_dictionary(), "run make data"


def test_the_package_is_in_step_with_the_schemas():
    assert json.loads((DATA / "datapackage.json").read_text(encoding="utf-8")) == datapackage(), (
        "run make data"
    )


def test_writing_gives_both(tmp_path):
    write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "datapackage.json"]
    assert out_of_step(tmp_path) == []


@pytest.mark.filterwarnings("ignore")
def test_another_tool_finds_the_tables_valid(tmp_path):
    """The rows are judged, not the file: a spreadsheet program may have left empty cells at the end of rows."""
    shutil.copy(DATA / "datapackage.json", tmp_path)
    for table in SCHEMAS:
        cells = read_text_table(DATA / f"{table}.csv", any).cells
        cells.to_csv(tmp_path / f"{table}.csv", index=False)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])
    assert report.stats["tasks"] == len(SCHEMAS)


@pytest.mark.filterwarnings("ignore")
def test_the_other_tool_would_find_a_broken_table(tmp_path):
    for path in DATA.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    counts = tmp_path / "counts.csv"
    counts.write_text(
        counts.read_text(encoding="utf-8").replace("wco-2018-03-02", "nowhere", 1), encoding="utf-8"
    )
    assert not frictionless.validate(str(tmp_path / "datapackage.json")).valid
