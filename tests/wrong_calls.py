"""Wrong calls of every public function: each argument in turn is something else than it should be.

`python -m tests.wrong_calls` prints how many of them end in an error that cbcstats did not raise.
"""

import contextlib
import functools
import inspect
import sys
import tempfile
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import cbcstats
from tests.frames import FRAMES, example_rows

REACHED = "accelerate_trade_facilitation_countries_reached"
FUNCTIONS = {
    name: getattr(cbcstats, name)
    for name in cbcstats.__all__
    if inspect.isfunction(getattr(cbcstats, name))
}

# What no parameter takes, or only some of them; each is made anew for each call.
WRONG = {
    "None": lambda: None,
    "True": lambda: True,
    "3": lambda: 3,
    "-1": lambda: -1,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "10**400": lambda: 10**400,
    "1j": lambda: 1j,
    "x": lambda: "x",
    "empty text": lambda: "",
    "zero byte": lambda: "a\0b.csv",
    "long text": lambda: "x" * 5000,
    "number as text": lambda: "3",
    "bytes": lambda: b"x",
    "[]": list,
    "{}": dict,
    "set": lambda: {"x"},
    "list of text": lambda: ["x"],
    "list of None": lambda: [None],
    "list of lists": lambda: [["x"]],
    "dict of numbers": lambda: {"x": 1},
    "dict of None": lambda: {None: None},
    "range": lambda: range(3),
    "generator": lambda: (number for number in range(2)),
    "array of numbers": lambda: np.array([1, 2]),
    "array of text": lambda: np.array(["x", "y"]),
    "2-d array": lambda: np.ones((2, 2)),
    "Series": lambda: pd.Series([1, 2]),
    "Series of text": lambda: pd.Series(["x", None]),
    "Index": lambda: pd.Index(["x", "y"]),
    "frame without columns": pd.DataFrame,
    "frame": lambda: pd.DataFrame({"a": [1, 2]}),
    "NA": lambda: pd.NA,
    "NaT": lambda: pd.NaT,
    "day": lambda: pd.Timestamp("2018-03-02"),
    "object": object,
    "type": lambda: int,
    "function": lambda: len,
    "figure": plt.figure,
    "array of Axes": lambda: plt.subplots(1, 2)[1],
    "missing file": lambda: Path("missing.csv"),
    "data": lambda: cbcstats.load_counts("capacity_building_missions"),
    "folder": lambda: Path(),
}


@functools.cache
def chart():
    """Return one chart for all calls: none of those that take it changes it."""
    return cbcstats.plot_counts(FRAMES["missions"]())


# The other arguments of a call, by function and parameter or by parameter alone.
RIGHT = {
    ("check_totals", "data"): lambda: cbcstats.load_counts(REACHED),
    ("contributions", "data"): lambda: cbcstats.count_missions(example_rows(), by="wco_region"),
    ("membership_changes", "old"): lambda: cbcstats.load_beneficiaries("WCO C-RED"),
    ("parse_change", "text"): lambda: "+49%",
    ("index_to", "data"): lambda: cbcstats.load_counts("wco_members"),
    ("save_template", "path"): lambda: "form.xlsx",
    ("save_document", "path"): lambda: "report.docx",
    ("save_slide", "path"): lambda: "charts.pptx",
    # One format: a name without an ending gets three, and the data.
    ("save_chart", "path"): lambda: "chart.svg",
    "ax": chart,
    "base": lambda: "24 Jun 2013",
    "beneficiaries": lambda: cbcstats.load_beneficiaries("WCO C-RED"),
    "change": lambda: "+49%",
    "changes": FRAMES["changes"],
    "charts": chart,
    "content": lambda: {"Missions": cbcstats.load_counts("capacity_building_missions")},
    "contributions": FRAMES["contributions"],
    "count": lambda: [42],
    "counts": lambda: cbcstats.load_counts("capacity_building_missions"),
    "data": lambda: cbcstats.load_counts("capacity_building_missions"),
    "folder": lambda: "package",
    "high": lambda: 339.0,
    "low": lambda: 331.0,
    "names": lambda: pd.Series(["Kenya"]),
    "new": lambda: cbcstats.load_counts("capacity_building_missions"),
    "notebooks": lambda: ["missing.ipynb"],  # so that no notebook is executed
    "old": lambda: cbcstats.load_counts("capacity_building_missions").head(3),
    "output": lambda: "report",
    "overwrite": lambda: True,
    "part": lambda: "area",
    "path": lambda: "table.csv",
    "previous": lambda: [33],
    "register_or_frame": lambda: cbcstats.load_beneficiaries("WCO C-RED"),
    "register_or_rows": example_rows,
    "series": lambda: pd.Series(["more than 330", "492"]),
    "source": lambda: pd.DataFrame({"member": ["Kenya"], "start_date": ["2017-04-03"]}),
    "table": lambda: cbcstats.load_counts("capacity_building_missions"),
    "tables": lambda: {"missions": cbcstats.load_counts("capacity_building_missions")},
    "text": lambda: "more than 330",
    "total": lambda: "World",
    "value": lambda: 492,
    "values": lambda: pd.Series({"KEN": 3}),
    "verdicts": FRAMES["claims"],
}


def right_arguments(name):
    """Return arguments with which a call works: those without a default, and `overwrite`."""
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    needed = [
        parameter.name
        for parameter in parameters
        if parameter.default is parameter.empty or parameter.name == "overwrite"
    ]
    return {key: RIGHT.get((name, key)) or RIGHT[key] for key in [*needed, *_together(name)]}


def _together(name):
    """Return parameters that are given so that a call is quick."""
    return ["notebooks"] if name == "save_report" else []


def wrong_calls(name):
    """Yield the calls of a function in which one argument is wrong, and their names."""
    for parameter in inspect.signature(FUNCTIONS[name]).parameters:
        for kind, make in WRONG.items():
            yield f"{name}({parameter}={kind})", parameter, make


def raw_errors(name):
    """Yield the wrong calls of a function that end in an error which is none of cbcstats."""
    others = {key: right() for key, right in right_arguments(name).items()}
    for call, parameter, make in wrong_calls(name):
        try:
            FUNCTIONS[name](**{**others, parameter: make()})
        except cbcstats.CbcstatsError:
            continue
        except Exception as error:
            yield call, error
        finally:
            plt.close("all")


def main():
    """Print the calls of each function, and which of them end in a raw error of which kind."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="PySpark")
        warnings.simplefilter("ignore", UserWarning)  # matplotlib: of titles without room
        calls = errors = 0
        for name in FUNCTIONS:
            found = list(raw_errors(name))
            number = len(list(wrong_calls(name)))
            calls, errors = calls + number, errors + len(found)
            print(f"{name}: {len(found)} of {number} wrong calls", flush=True)  # noqa: T201
            if "--all" in sys.argv:
                for call, error in found:
                    print(f"  {call}: {type(error).__name__}: {str(error)[:90]!r}")  # noqa: T201
        print(f"{errors} of {calls} wrong calls end in a raw error")  # noqa: T201


if __name__ == "__main__":
    main()
