"""The benchmarks run, on registers that are the same for the same seed."""

from pathlib import Path

import pandas as pd

from benchmarks import made_up
from cbcstats import read_register
from tests.command_line import run_python

ROOT = Path(__file__).parent.parent


def test_made_up_registers_have_the_faults_that_are_asked_for(tmp_path):
    clean, bad = (
        read_register(made_up.write(tmp_path / f"{share}.csv", 500, bad=share))
        for share in (0, 0.1)
    )
    assert (len(clean.rows), len(clean.problems)) == (500, 0)
    assert bad.problems["row"].nunique() == 50
    pd.testing.assert_frame_equal(made_up.rows(50, bad=0.1), made_up.rows(50, bad=0.1))
    assert not made_up.rows(50).equals(made_up.rows(50, seed=2))


def test_benchmarks_print_a_table():
    options = ["--rows", "500", "--rounds", "1", "--only", "reading", "charts", "together"]
    done = run_python("-m", "benchmarks", *options, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    measured = [line.split("  ")[0] for line in done.stdout.splitlines()]
    assert measured[-2:] == ["plot_counts", "read_register in 24 threads"]
    assert len(measured) == 7
