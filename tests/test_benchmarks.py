"""The made-up registers, and pipelines written by hand that find the same bad cells as cbcstats."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks import made_up, with_pandas, with_pandera
from benchmarks.measuring import ratios, side_by_side
from cbcstats.registers.reading import read_register
from tests.command_line import run_python
from tests.needs import Needed

agreement = Needed("benchmarks.agreement")  # which imports Polars
ROWS = 10_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("registers")
    made_up.write_register(path / "clean.csv", ROWS)
    made_up.write_register(path / "bad.csv", ROWS, bad=0.1)
    return path


def test_all_pipelines_find_the_same_bad_cells_and_keep_and_count_the_same_rows(folder):
    assert agreement.check(folder / "bad.csv") == 1_200
    assert agreement.check(folder / "clean.csv") == 0


# 1,000 rows have a fault and 200 of them a second one, so that there are 1,200 bad cells.
def test_a_tenth_of_the_rows_is_bad_and_a_fifth_of_those_twice(folder):
    problems = read_register(folder / "bad.csv").problems
    faults = problems["row"].value_counts()
    assert ((faults == 1).sum(), (faults == 2).sum()) == (800, 200)
    assert set(problems["severity"]) == {"error", "warning"}


def test_what_is_clean_gives_neither_errors_nor_warnings(folder):
    register = read_register(folder / "clean.csv")
    assert register.problems.empty
    assert len(register.rows) == ROWS
    assert register.rows["iso3"].nunique() > 150


def test_the_same_seed_gives_the_same_register(folder, tmp_path):
    made_up.write_register(tmp_path / "again.csv", ROWS, bad=0.1)
    made_up.write_register(tmp_path / "other.csv", ROWS, bad=0.1, seed=1)
    assert (tmp_path / "again.csv").read_bytes() == (folder / "bad.csv").read_bytes()
    assert (tmp_path / "other.csv").read_bytes() != (folder / "bad.csv").read_bytes()


def test_a_disagreement_is_named(folder, monkeypatch):
    read = with_pandas.read

    def careless(path, **options):
        found = read(path, **options)
        return found._replace(problems=found.problems.iloc[1:])

    monkeypatch.setattr(with_pandas, "read", careless)
    with pytest.raises(agreement.DisagreementError, match="with pandas not so"):
        agreement.check(folder / "bad.csv")


def test_the_workbook_holds_the_same_problems_as_the_text(tmp_path):
    made_up.write_register(tmp_path / "register.csv", 300, bad=0.1)
    made_up.write_workbook(tmp_path / "register.xlsx", 300, bad=0.1)
    text, workbook = (
        read_register(tmp_path / f"register.{suffix}").problems for suffix in ("csv", "xlsx")
    )
    pd.testing.assert_frame_equal(
        text[["row", "column", "problem"]], workbook[["row", "column", "problem"]]
    )


def test_the_obvious_model_of_pandera_finds_failures(tmp_path):
    made_up.write_register(tmp_path / "register.csv", 200, bad=0.1)
    assert {"member", "experts"} <= set(with_pandera.read(tmp_path / "register.csv")["column"])


def test_rounds_are_interleaved_and_end_in_time():
    done = []
    tasks = {name: lambda name=name: done.append(name) for name in "AB"}
    assert [len(times) for times in side_by_side(tasks, 2).values()] == [2, 2]
    assert done == list("ABABAB")  # the first two warm up
    assert [len(times) for times in side_by_side(tasks, 5, seconds=0).values()] == [1, 1]


# Of the ratios 1, 2, 3, 4, 9 the median is 3; a quarter of the way from 1 to 9 by rank is 2, three quarters 4.
def test_ratios_are_medians_of_rounds():
    assert ratios([1, 2, 3, 4, 9], [1, 1, 1, 1, 1]) == (3, 2, 4)
    assert ratios([6], [2]) == (3, 3, 3)


def test_help_names_the_comparisons():
    done = run_python("-m", "benchmarks", "--help", check=True, cwd=Path(__file__).parent.parent)
    assert "--large" in done.stdout
    assert "reading" in done.stdout
