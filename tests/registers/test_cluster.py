"""The page on clusters, run on a local session of Spark: 400,000 rows in 8 files.

What Spark finds is compared with what pandas alone finds in the same rows.
"""

import re

import pandas as pd
import pytest

import cbcstats
from tests.command_line import run_python
from tests.needs import java, needed
from tests.test_documents import pieces, read, same

pytestmark = pytest.mark.slow

SIZE, FILES = 400_000, 8
PAGE = "docs/how_to/cluster.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder in which the code of the page ran, with what it printed."""
    java()
    needed("pyspark")
    folder = tmp_path_factory.mktemp("cluster")
    code = "\n".join(piece.code for piece in pieces(read(PAGE)) if piece.language == "python")
    (folder / "page.py").write_text(code, encoding="utf-8")
    done = run_python("page.py", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "printed.txt").write_text(done.stdout, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def alone(folder):
    """Return the register that pandas alone reads."""
    return cbcstats.read_register(pd.read_parquet(folder / "typed"))


@pytest.fixture(scope="module")
def checked(folder):
    """Return what Spark found, with the places of rows as pandas numbers them."""
    found = pd.read_parquet(folder / "checked")
    part = found["file"].str.extract(r"part_(\d)\.parquet", expand=False).astype(int)
    return found.assign(place=part * (SIZE // FILES) + found["row"])


def test_the_page_prints_what_it_shows(folder):
    printed = (folder / "printed.txt").read_text(encoding="utf-8")
    shown = [piece.output for piece in pieces(read(PAGE)) if piece.output is not None]
    assert same(printed) == "\n".join(map(same, shown))


def test_the_rows_lie_in_files_and_partitions(folder, checked):
    assert len(list((folder / "typed").glob("*.parquet"))) == FILES
    assert len(pd.read_parquet(folder / "typed")) == SIZE
    assert checked["file"].nunique() == FILES
    # Spark writes a file for each partition.
    assert len(list((folder / "checked").glob("*.parquet"))) == FILES


def test_places_of_rows_are_unique_and_no_row_is_lost(checked, alone):
    has_passed = checked["problem"].isna()
    passed, bad = checked[has_passed], checked[~has_passed]
    assert not passed.duplicated(["file", "row"]).any()
    assert sorted(passed["place"]) == alone.rows.index.tolist()
    assert sorted(set(bad["place"])) == alone.rejected.index.tolist()
    assert len(passed) + bad["place"].nunique() == SIZE


def test_passed_rows_are_those_of_pandas_with_typed_columns(checked, alone):
    passed = checked[checked["problem"].isna()].sort_values("place")
    assert passed["participants"].sum() == alone.rows["participants"].sum()
    days = pd.to_datetime(passed["start_date"]).dt.strftime("%Y-%m-%d")
    assert days.tolist() == alone.rows["start_date"].dt.strftime("%Y-%m-%d").tolist()
    for name in ("mission_id", "member", "iso3", "wco_region", "all_iso3", "counted_above"):
        expected = alone.rows[name].astype("object").fillna("")
        # A partition in which no id occurs twice has no column counted_above.
        found = passed[name].astype("object").fillna("" if name != "counted_above" else False)
        assert found.tolist() == expected.tolist(), name
    assert passed["counted_above"].sum() > 100


def test_problems_are_those_of_pandas_with_ids_repeated_across_partitions(checked, alone):
    names = ["place", "column", "value", "problem", "remedy", "severity"]
    found = checked.loc[checked["problem"].notna(), names].astype({"place": "int64"})
    found = found.sort_values(["place", "column"], ignore_index=True).astype("object")
    expected = alone.problems.rename(columns={"row": "place"}).astype("object")
    expected = expected.sort_values(["place", "column"], ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)
    repeated = checked[checked["column"] == "mission_id"]
    assert len(repeated) > 100
    pairs = checked.merge(repeated, left_on="mission_id", right_on="value")
    assert len(pairs) >= len(repeated) / 2  # the first of the two may be rejected, too
    assert (pairs["place_x"] < pairs["place_y"]).all()
    assert (pairs["file_x"] != pairs["file_y"]).mean() > 0.5


def test_no_rows_are_collected_on_the_driver():
    """Only the few kinds of problems come back as a table."""
    code = "".join(piece.code for piece in pieces(read(PAGE)))
    assert re.findall(r"\.(?:collect|toLocalIterator)\b", code) == []
    assert re.findall(r"(\w+)\.toPandas", code) == ["kinds"]
