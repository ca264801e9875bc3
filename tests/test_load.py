"""Many at once give what one gives alone, and many parts stay readable."""

import hashlib
import multiprocessing
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import cbcstats
from benchmarks import made_up
from cbcstats import contributions, describe, plot_changes, plot_contributions, year_on_year
from tests.frames import example_rows
from tests.notebook_files import make_notebook
from tests.pictures import cut, in_lines, legend, overlapping, said

AT_ONCE = 24
SUFFIXES = (".csv", ".xlsx", ".parquet")
PARTS = [
    f"{region}, Programme {number}"
    for region in ("Europe", "South America")
    for number in range(1, 52)
]


def read(path):
    """Return all that `read_register` finds in a file."""
    register = cbcstats.read_register(path)
    tables = (register.rows, register.rejected, register.problems)
    return [table.to_parquet() for table in tables], dict(register.summary)


def count_and_write(path):
    """Count the invented register, and return what is loaded and the bytes of the table."""
    counts = cbcstats.count_missions(example_rows(), by="wco_region")
    content = cbcstats.save_table({"counts": counts}, path, overwrite=True).read_bytes()
    return cbcstats.load_counts().to_parquet(), hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def registers(tmp_path_factory):
    """Return the paths of 24 registers of three formats, no two of them alike."""
    folder = tmp_path_factory.mktemp("registers")
    names = [f"{number}{SUFFIXES[number % 3]}" for number in range(AT_ONCE)]
    return [
        made_up.write(folder / name, 200, bad=0.1, seed=seed) for seed, name in enumerate(names)
    ]


def test_threads_that_read_at_once_find_what_one_finds_alone(registers):
    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert list(threads.map(read, registers)) == list(map(read, registers))
        same = [registers[0]] * AT_ONCE
        assert list(threads.map(read, same)) == [read(registers[0])] * AT_ONCE


@pytest.mark.slow
def test_threads_that_count_and_write_at_once_find_what_one_finds_alone(tmp_path):
    paths = [tmp_path / f"{number}{SUFFIXES[number % 2]}" for number in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        at_once = list(threads.map(count_and_write, paths))
    assert at_once == list(map(count_and_write, paths))


@pytest.mark.slow
def test_fresh_processes_find_what_this_one_finds(registers):
    """Windows and macOS begin each process anew."""
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as processes:
        assert list(processes.map(read, registers[:3])) == list(map(read, registers[:3]))


def test_threads_that_draw_at_once_draw_what_one_draws_alone(tmp_path):
    missions = cbcstats.load_counts("capacity_building_missions")
    changes = year_on_year(missions, per="month")

    def draw(name):
        drawn = []
        for number, ax in enumerate([cbcstats.plot_counts(missions), plot_changes(changes)]):
            [path] = cbcstats.save_chart(ax, tmp_path / f"{name}_{number}", formats=["svg"])[:1]
            plt.close(ax.figure)
            drawn.append(path.read_bytes())
        return drawn

    alone, before = draw("alone"), dict(plt.rcParams)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(draw, map(str, range(8)))) == [alone] * 8
    assert dict(plt.rcParams) == before


@pytest.fixture(scope="module")
def parts():
    """Return counts of 102 parts in three years; the first parts move most."""
    values = {
        year: [200 + turn * (len(PARTS) - place) for place in range(len(PARTS))]
        for turn, year in enumerate((2015, 2016, 2017))
    }
    counts = pd.DataFrame(values, PARTS).rename_axis("part").reset_index()
    counts = counts.melt("part", var_name="year")
    days = {"period_start": "-01-01", "period_end": "-12-31"}
    return counts.assign(**{name: counts["year"].astype("str") + day for name, day in days.items()})


def test_each_of_a_hundred_changes_is_labelled_with_its_part(parts):
    changes = year_on_year(parts.drop(columns="year"), by="part")
    latest = changes[changes["period_end"].dt.year == 2017]
    ax = plot_changes(latest)
    assert in_lines(ax.get_yticklabels()) == [f"{part}, 2017 against 2016" for part in PARTS]
    assert "South America, Programme 51, 2017 against 2016: " in describe(ax)
    blanks = latest.rename(columns={"part": "part of a total"}).head(2)
    blanks.attrs["by"] = ["part of a total"]
    assert "Europe, Programme 2, 2017 against 2016: " in describe(plot_changes(blanks))


def test_of_a_hundred_parts_six_are_labelled_and_nothing_overlaps(parts):
    ax = plot_contributions(contributions(parts.drop(columns="year"), "part"))
    assert sorted(legend(ax)[:7]) == sorted([*PARTS[:6], "all others"])
    assert len(legend(ax)) + len(said(ax)) > 10
    assert cut(ax) == overlapping(ax) == []


# A diamond at the side of a bar took the minus of the number beside it, so that a fall read as a rise.
def test_no_number_lies_on_the_diamond_of_the_year_beside_it(years):
    values = [50, 90, *[100, 95] * 8, 45]
    counts = years(dict(enumerate(values, 2000)), part="only")
    ax = plot_contributions(contributions(counts, "part"))
    ax.figure.draw_without_rendering()
    diamonds = [line.get_xydata()[0] for line in ax.lines if line.get_marker() == "D"]
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text().endswith("%")]
    assert len(diamonds) == len(boxes) == len(values) - 1
    points = ax.transData.transform(diamonds)
    assert not [1 for box in boxes for point in points if box.contains(*point)]


CELLS = """
import cbcstats
rows = cbcstats.read_register({!r}).rows
rows["part"] = rows["wco_region"].astype("str") + ", " + rows["programme"].astype("str")
counts = cbcstats.count_missions(rows, by="part")
counts
---
cbcstats.plot_contributions(cbcstats.contributions(counts, "part"));
---
changes = cbcstats.year_on_year(counts, by="part")
cbcstats.plot_changes(changes[changes["period_end"].dt.year == 2021]);
"""


@pytest.mark.slow
def test_a_report_of_a_hundred_parts_is_small(tmp_path):
    register = made_up.write(tmp_path / "register.csv", 5000)
    cells = CELLS.format(str(register)).strip().split("\n---\n")
    notebook = make_notebook(tmp_path / "hundred_parts.ipynb", *cells)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        page = cbcstats.save_report(tmp_path / "report", notebooks=[notebook])
    assert page.stat().st_size < 3_000_000
    assert "The first 60 of" in page.read_text(encoding="utf-8")
    counts = pd.read_csv(tmp_path / "report" / "tables" / "hundred_parts_1.csv")
    assert counts["part"].nunique() > 100
    assert len(list((tmp_path / "report" / "charts").glob("*.png"))) == 2
