"""Many at once, and many parts."""

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import cbcstats
from benchmarks import made_up, together
from benchmarks.hundred_parts import write_notebook
from benchmarks.measuring import run
from benchmarks.together import AT_ONCE, DifferenceError, check_reading, check_use
from cbcstats import (
    contributions,
    describe,
    plot_changes,
    plot_contributions,
    read_register,
    save_report,
    year_on_year,
)
from tests.pictures import cut, in_lines, legend, overlapping, said

WRITERS = {
    "csv": made_up.write_register,
    "xlsx": made_up.write_workbook,
    "parquet": made_up.write_parquet,
}
PARTS = [
    f"{region}, Programme {number}"
    for region in ("Europe", "South America")
    for number in range(1, 52)
]


@pytest.fixture(scope="module")
def registers(tmp_path_factory):
    """Return the paths of 24 registers of three formats, no two of them alike."""
    folder = tmp_path_factory.mktemp("registers")
    paths = [folder / f"{number}.{list(WRITERS)[number % 3]}" for number in range(AT_ONCE)]
    for number, path in enumerate(paths):
        WRITERS[path.suffix[1:]](path, 200, bad=0.1, seed=number)
    return [str(path) for path in paths]


def test_threads_that_read_at_once_find_what_one_finds_alone(registers):
    for paths in (registers, [registers[0]] * AT_ONCE):
        check_reading("threads", paths)
    assert len({together.read(path)["rows"] for path in registers}) == AT_ONCE


@pytest.mark.slow
def test_threads_that_load_count_and_write_at_once_find_what_one_finds_alone(tmp_path):
    check_use("threads", tmp_path)


@pytest.mark.slow
def test_processes_at_once_find_what_one_finds_alone(registers):
    check_reading("processes", registers[:6])


def test_what_differs_at_once_is_named(registers, monkeypatch):
    found = iter(range(100))
    monkeypatch.setattr(together, "read", lambda path: {"path": path, "rows": next(found)})
    with pytest.raises(
        DifferenceError, match=r"1\.xlsx: in threads at once rows came out otherwise"
    ):
        check_reading("threads", registers[1:3])


# A child that a child starts holds 200 MB, which is 190.7 MiB, for a second of work, so that it is seen
# however busy the machine is.
def test_memory_is_that_of_all_that_a_command_starts():
    child = "import time; held = bytearray(b'1') * 200_000_000\nwhile time.process_time() < 1: pass"
    done = run(
        [
            sys.executable,
            "-c",
            f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])",
        ]
    )
    assert 200_000_000 < done.peak < 400_000_000
    assert done.seconds > 1
    assert run([sys.executable, "-c", "print(7)"]).printed == "7\n"


@pytest.fixture(scope="module")
def parts():
    """Return counts of 102 parts in three years; the first parts move most."""
    frames = [
        pd.DataFrame(
            {
                "period_start": f"{year}-01-01",
                "period_end": f"{year}-12-31",
                "value": [200 + turn * (len(PARTS) - place) for place in range(len(PARTS))],
                "part": PARTS,
            }
        )
        for turn, year in enumerate((2015, 2016, 2017))
    ]
    return pd.concat(frames, ignore_index=True)


def test_each_of_a_hundred_changes_is_named_by_its_part(parts):
    changes = year_on_year(parts, by="part")
    latest = changes[changes["period_end"].dt.year == 2017]
    ax = plot_changes(latest)
    assert in_lines(ax.get_yticklabels()) == [f"{part}, 2017 against 2016" for part in PARTS]
    assert "South America, Programme 51, 2017 against 2016: " in describe(ax)
    blanks = latest.rename(columns={"part": "part of a total"}).head(2)
    blanks.attrs["by"] = ["part of a total"]
    assert "Europe, Programme 2, 2017 against 2016: " in describe(plot_changes(blanks))
    plt.close("all")


def test_of_a_hundred_parts_six_keep_their_names_and_nothing_overlaps(parts):
    ax = plot_contributions(contributions(parts, "part"))
    assert sorted(legend(ax)[:7]) == sorted([*PARTS[:6], "all others"])
    assert len(legend(ax)) + len(said(ax)) > 10
    assert cut(ax) == overlapping(ax) == []
    plt.close("all")


# A diamond at the side of a bar took the minus of the number beside it, so that a fall read as a rise.
def test_no_number_lies_on_the_diamond_of_the_year_beside_it():
    values = [50, 90, *[100, 95] * 8, 45]
    years = range(2000, 2000 + len(values))
    starts, ends = [f"{year}-01-01" for year in years], [f"{year}-12-31" for year in years]
    counts = pd.DataFrame(
        {"period_start": starts, "period_end": ends, "value": values, "part": "only"}
    )
    ax = plot_contributions(contributions(counts, "part"))
    ax.figure.draw_without_rendering()
    diamonds = [
        ax.transData.transform(line.get_xydata()[0])
        for line in ax.lines
        if line.get_marker() == "D"
    ]
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text().endswith("%")]
    assert len(diamonds) == len(boxes) == len(values) - 1
    assert not [1 for box in boxes for diamond in diamonds if box.contains(*diamond)]
    plt.close("all")


@pytest.mark.slow
def test_a_report_of_a_hundred_parts_is_small(tmp_path):
    register = tmp_path / "register.csv"
    made_up.write_register(register, 10_000, bad=0.1)
    assert (
        read_register(register).rows.groupby(["wco_region", "programme"], observed=True).ngroups
        > 100
    )
    notebook = write_notebook(tmp_path / "hundred_parts.ipynb", register)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        page = save_report(tmp_path / "report", notebooks=[notebook])
    assert page.stat().st_size < 3_000_000
    assert "The first 60 of" in page.read_text(encoding="utf-8")
    counts = pd.read_csv(tmp_path / "report" / "tables" / "hundred_parts_1.csv")
    assert counts["part"].nunique() > 100
    assert len(list((tmp_path / "report" / "charts").glob("*.png"))) == 4


def test_threads_that_draw_at_once_draw_what_one_draws_alone(tmp_path):
    missions = cbcstats.load_counts("missions")
    changes = year_on_year(missions, per="month")

    def drawn(name):
        for number, ax in enumerate([cbcstats.plot_counts(missions), plot_changes(changes)]):
            cbcstats.save_chart(ax, tmp_path / f"{name}_{number}", formats=["svg"])
            plt.close(ax.figure)
        return [(tmp_path / f"{name}_{number}.svg").read_bytes() for number in range(2)]

    alone, before = drawn("alone"), dict(plt.rcParams)
    with ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(drawn, map(str, range(8))))
    assert [found == alone for found in at_once] == [True] * 8
    assert dict(plt.rcParams) == before
