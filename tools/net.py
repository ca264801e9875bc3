"""Dump what a checkout of cbcstats does into text files, and compare two such dumps.

Temporary: the safety net of a restructuring, to be deleted when that ends.

    PYTHONPATH=CHECKOUT python tools/net.py OUT_FOLDER [--only functions,registers] [--report]
    python tools/net.py --compare A B [--show 5]

Only public names of `cbcstats` and its command line are used. Inputs do not depend on the state
under test: tables, the example register and the cases of tests are those of the commit `BEFORE`,
everything else is made here, with fixed seeds. A public name that a state lacks is recorded as
missing; one that moved out of `cbcstats` can be named in `MOVED`.

A file consists of sections (`### title`), or of lines `call -> result`. `diff -r A B` works;
`--compare` says in which sections two dumps differ, and tells apart what differs in the last
digits of numbers only.
"""
# mypy: ignore-errors
# ruff: noqa
# fmt: off

import argparse
import collections
import contextlib
import csv
import datetime
import difflib
import functools
import importlib
import inspect
import io
import itertools
import math
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from fractions import Fraction
from pathlib import Path

BEFORE = "e2576b6"  # the state before the restructuring, from which inputs are taken
MOVED = {}  # where public names went, such as {"count_interval": "cbcstats.changes.intervals"}
PATIENCE = 60  # seconds of the processor for one call
HERE = Path(__file__).resolve().parent

os.environ.update(TZ="UTC", COLUMNS="120", MPLBACKEND="agg", NO_COLOR="1", TERM="dumb")
os.environ.update(LC_ALL="C.UTF-8", PYTHONUTF8="1")
time.tzset()


# ---------------------------------------------------------------------------------------------
# Comparing two dumps. This part imports neither cbcstats nor pandas.


def compare(first, second, shown):
    """Print which files and sections differ between two dumps; return whether any does."""
    names = {side: _files(side) for side in (first, second)}
    totals = collections.Counter()
    for name in sorted(names[first] | names[second]):
        if name not in names[second] or name not in names[first]:
            print(f"ONLY IN {first if name in names[first] else second}: {name}")
            totals["files in one dump only"] += 1
            continue
        texts = [(side / name).read_text(encoding="utf-8") for side in (first, second)]
        totals["files in both"] += 1
        if texts[0] == texts[1]:
            totals["files equal"] += 1
        else:
            totals["files different"] += 1
            totals.update(_compare_file(name, *map(_sections, texts), shown))
    print()
    for what in ("files in both", "files equal", "files different", "files in one dump only"):
        print(f"{totals[what]:>8,} {what}")
    for what in ("sections different", "sections in A only", "sections in B only"):
        print(f"{totals[what]:>8,} {what}")
    for what in ("lines different", "lines that differ in the last digits of numbers only"):
        print(f"{totals[what]:>8,} {what}")
    return totals["files different"] + totals["files in one dump only"] > 0


def _files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.txt")}


def _sections(text):
    """Return the lines of each section by its title; `call -> result` is a section of its own."""
    sections, title = {}, ""
    for line in text.splitlines():
        if line.startswith("### "):
            title = line
            sections[title] = []
        elif not title and " -> " in line:
            label, result = line.split(" -> ", maxsplit=1)
            sections.setdefault(label, []).append(result)
        else:
            sections.setdefault(title, []).append(line)
    return sections


def _compare_file(name, old, new, shown):
    """Print the sections of one file that differ, the first ones with their lines."""
    different = [title for title in old if title in new and old[title] != new[title]]
    only_old = [title for title in old if title not in new]
    only_new = [title for title in new if title not in old]
    changes = {title: _changed_lines(old[title], new[title]) for title in different}
    lines = sum(len(change) for change in changes.values())
    digits = sum(_same_to_twelve_digits(*pair) for change in changes.values() for pair in change)
    total = len(old.keys() | new.keys())
    print(
        f"\n{name}: {len(different)} of {total} sections differ, {len(only_old)} in A only, "
        f"{len(only_new)} in B only; {lines} lines, {digits} of them in last digits only"
    )
    for title in different[:shown]:
        print(f"    {title[:150] or '(no title)'}")
        for pair in changes[title][:shown]:
            for mark, line in zip("-+", _around_difference(*pair)):
                print(f"        {mark} {line}")
        if len(changes[title]) > shown:
            print(f"        and {len(changes[title]) - shown} lines more")
    if len(different) > shown:
        print(f"    and {len(different) - shown} sections more")
    for side, titles in (("A", only_old), ("B", only_new)):
        for title in titles[:shown]:
            print(f"    in {side} only: {title[:150]}")
    return {
        "sections different": len(different), "sections in A only": len(only_old),
        "sections in B only": len(only_new), "lines different": lines,
        "lines that differ in the last digits of numbers only": digits,
    }


def _changed_lines(old, new):
    """Return pairs of an old and a new line that differ; None where there is no such line."""
    if len(old) == len(new):
        return [pair for pair in zip(old, new) if pair[0] != pair[1]]
    changed = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            changed += itertools.zip_longest(old[a:b], new[c:d])
    return changed


def _same_to_twelve_digits(old, new):
    def rounded(line):
        return re.sub(r"\d+\.\d+(e[+-]?\d+)?", lambda found: f"{float(found[0]):.12g}", line)

    return None not in (old, new) and rounded(old) == rounded(new)


def _around_difference(old, new, width=150):
    """Return both lines, cut so that the place where they begin to differ is seen."""
    if old is None or new is None:
        return ["(no such line)" if line is None else line[:width] for line in (old, new)]
    start = next((at for at, pair in enumerate(zip(old, new)) if pair[0] != pair[1]), 0)
    start = max(0, start - width // 3) if max(len(old), len(new)) > width else 0
    return [("..." if start else "") + line[start : start + width] for line in (old, new)]


if "--compare" not in sys.argv:
    import matplotlib as mpl
    import numpy as np
    import openpyxl
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet
    import xlsxwriter

    import cbcstats

    mpl.use("agg")
    CHECKOUT = Path(cbcstats.__file__).resolve().parent.parent
TMP = Path("not set")  # set by main


# ---------------------------------------------------------------------------------------------
# Text for any value: the same in every run and in every folder.


class Missing(Exception):
    """A public name that a state does not have."""


class Public:
    """The public names of cbcstats."""

    def __getattr__(self, name):
        if name in MOVED:
            return getattr(importlib.import_module(MOVED[name]), name)
        if name not in dir(cbcstats) and name not in getattr(cbcstats, "__all__", []):
            raise Missing(f"cbcstats.{name}")
        return getattr(cbcstats, name)


c = Public()


def plain(text):
    """Return a text without what differs between runs: folders, addresses in memory, today."""
    for folder, name in ((TMP, "<tmp>"), (CHECKOUT, "<checkout>"), (Path.home(), "<home>")):
        text = text.replace(str(folder), name)
    text = text.replace(sys.prefix, "<python>")
    text = text.replace(f"cbcstats {cbcstats.__version__}", "cbcstats <version>")
    text = text.replace(str(datetime.date.today()), "<today>")
    return re.sub(r"0x[0-9a-f]{6,}", "0x<address>", text)


def readable(line):
    """Return a line with codes for signs that are not seen, and that might end it."""
    if line.isprintable():
        return line
    return "".join(sign if sign.isprintable() or sign == "\t" else ascii(sign)[1:-1] for sign in line)


def cell(value):
    """Return a value as text, on one line; text that might be taken for something else in quotes."""
    if isinstance(value, str):
        text = plain(value)
        simple = re.fullmatch(r"[^\W\d](?:[^\r\n\t,'\"\\]*[^\s,'\"\\])?", text)
        return text if simple and text not in ("nan", "None", "NaT", "True", "False") else repr(text)
    if isinstance(value, float | np.floating):
        return repr(float(value))
    if isinstance(value, np.integer | np.bool_):
        return repr(value.item())
    if isinstance(value, pd.Timestamp | datetime.datetime):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, datetime.date):
        return f"date {value.isoformat()}"
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return f"[{', '.join(map(cell, value))}]"
    if isinstance(value, tuple):
        pairs = (f"{name}={cell(part)}" for name, part in zip(value._fields, value))
        return f"{type(value).__name__}({', '.join(pairs)})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{cell(key)}: {cell(part)}' for key, part in value.items())}}}"
    if isinstance(value, Path):
        return f"path {plain(str(value))}"
    return " ".join(plain(repr(value)).split())[:400]


def frame_lines(frame, by_row=False):
    """Return a frame column by column, or row by row: dtypes, index, every cell, and attrs."""
    lines = [f"DataFrame of {len(frame)} rows and {len(frame.columns)} columns"]
    names = [cell(name) for name in frame.index.names]
    lines.append(f"index {', '.join(names)} ({frame.index.dtype}): {_index_of(frame)}")
    if frame.attrs:
        lines.append(f"attrs {cell(dict(sorted(frame.attrs.items())))}")
    columns = [frame.iloc[:, place] for place in range(len(frame.columns))]
    heads = [f"{cell(name)} ({_dtype(column)})" for name, column in zip(frame.columns, columns)]
    cells = [[cell(value) for value in column.tolist()] for column in columns]
    if by_row:
        lines.append("columns: " + ", ".join(heads))
        index = [cell(label) for label in frame.index.tolist()]
        return lines + [f"{row[0]}: {', '.join(row[1:])}" for row in zip(index, *cells)]
    for head, column in zip(heads, cells):
        for start in range(0, max(len(column), 1), 10):
            lines.append(f"{head}{f' [{start}]' if start else ''}: {', '.join(column[start : start + 10])}")
    return lines


def _index_of(frame):
    labels = frame.index.tolist()
    return "0, 1, 2, ..." if labels == list(range(len(labels))) else ", ".join(map(cell, labels))


def _dtype(column):
    if isinstance(column.dtype, pd.CategoricalDtype):
        ordered = "ordered " if column.dtype.ordered else ""
        return f"{ordered}category of {', '.join(map(cell, column.dtype.categories))}"
    return str(column.dtype)


def series_lines(series):
    lines = [f"Series {cell(series.name)} ({_dtype(series)}) of {len(series)}"]
    return lines + [f"{cell(key)}: {cell(value)}" for key, value in series.items()]


def register_lines(register):
    """Return all of a register that was read."""
    lines = [f"name {cell(register.name)}", *text_lines(str(register))]
    lines += ["summary", *series_lines(register.summary)]
    lines += ["problems", *frame_lines(register.problems, by_row=True)]
    lines += ["rejected", *frame_lines(register.rejected, by_row=True)]
    return lines + ["rows", *frame_lines(register.rows)]


def problems_only(register):
    """Return the problems of a register, and which rows passed."""
    lines = [f"passed {register.rows.index.tolist()}, rejected {register.rejected.index.tolist()}"]
    return lines + frame_lines(register.problems, by_row=True)


def text_lines(text):
    return [f"| {line.rstrip(' ')}" for line in plain(text).splitlines()]


def file_lines(path):
    """Return the content of a text file."""
    return text_lines(Path(path).read_text(encoding="utf-8"))


def lines_of(value):
    """Return any value that a public function returns as lines."""
    if isinstance(value, pd.DataFrame):
        return frame_lines(value)
    if isinstance(value, pd.Series):
        return series_lines(value)
    if isinstance(value, str) and "\n" in value:
        return text_lines(value)
    if hasattr(value, "rejected") and hasattr(value, "problems"):
        return register_lines(value)
    if isinstance(value, mpl.axes.Axes):
        value.figure.draw_without_rendering()
        return chart_lines(value)
    if isinstance(value, list) and value and not isinstance(value[0], str | int | float):
        return [line for each in value for line in lines_of(each)]
    return [cell(value)]


def attempt(function):
    """Call a function; return what it returns, what it raises, and what it warns of."""

    def ring(_signal, _frame):
        raise TimeoutError(f"took more than {PATIENCE} seconds of the processor")

    signal.signal(signal.SIGPROF, ring)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        try:
            value, error = function(), None
            if inspect.isgenerator(value):
                value = list(value)
        except (Exception, SystemExit) as raised:
            value, error = None, raised
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    said = dict.fromkeys(f"warns {each.category.__name__}: {plain(str(each.message))}" for each in caught)
    return value, error, [line.split("\n")[0] for line in said]


def result(function):
    """Return what a call returns; None where it raises, so that inputs of a step do not end it."""
    return attempt(function)[0]


def error_lines(error, with_problems=False):
    """Return the class and the message of an error, and the problems of one of ours."""
    if isinstance(error, Missing):
        return [f"missing: {error}"]
    first, *rest = (plain(str(error)) or "(no message)").splitlines() or [""]
    lines = [f"raises {type(error).__name__}: {first}", *(f"| {line}" for line in rest)]
    if with_problems and isinstance(getattr(error, "problems", None), pd.DataFrame):
        lines += ["problems", *frame_lines(error.problems, by_row=True)]
    return lines


def outcome(function, show=lines_of, with_problems=False):
    """Return what a call returns, raises and warns of as lines."""
    value, error, warned = attempt(function)
    if error is not None:
        return [*error_lines(error, with_problems), *warned]
    shown, error, _ = attempt(lambda: show(value))
    return [*(["(cannot be shown)", *error_lines(error)] if error is not None else shown), *warned]


class Dump:
    """The text files of a dump, kept until they are written."""

    def __init__(self, folder):
        self.folder, self.files, self.titles = folder, collections.defaultdict(list), collections.Counter()

    def section(self, file, title, lines):
        self.titles[file, title] += 1
        number = self.titles[file, title]
        self.files[file] += [f"### {title}{f' ({number})' if number > 1 else ''}", *lines, ""]

    def call(self, file, title, function, show=lines_of, with_problems=False):
        """Add a section with what a call returns or raises."""
        self.section(file, title, outcome(function, show, with_problems))

    def line(self, file, label, function):
        """Add a line with what a call returns or raises."""
        label = label.replace(" -> ", " => ")
        self.files[file].append(f"{label} -> {' / '.join(outcome(function))}")

    def in_turn(self, *steps):
        """Take steps, each of which may fail without an end to the others."""
        for step in steps:
            try:
                step(self)
            except Exception as error:
                traceback.print_exc()
                self.section(f"failed/{step.__name__}.txt", step.__name__, error_lines(error))

    def write(self):
        """Write the files, in place of those of an earlier run; return how many files and lines."""
        for top in {name.split("/")[0] for name in self.files} - {"failed"}:
            shutil.rmtree(self.folder / top, ignore_errors=True)
        for name, lines in self.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(map(readable, lines)) + "\n", encoding="utf-8", errors="backslashreplace")
        counts = len(self.files), sum(map(len, self.files.values()))
        self.files.clear()
        return counts


# ---------------------------------------------------------------------------------------------
# Inputs that are the same for every state.


@functools.cache
def of_before(path):
    """Return a file of the state before the restructuring, as bytes."""
    command = ["git", "-C", str(HERE), "show", f"{BEFORE}:{path}"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def cases(name):
    """Return the lines of a file of cases."""
    lines = of_before(f"tests/cases/{name}.txt").decode().split("\n")
    return [line for line in lines if line and not line.startswith("#")]


TABLES = ("counts", "beneficiaries", "members", "places", "sources")
DAYS = "period_start period_end change_since as_of start end joined accessed".split()


@functools.cache
def _shipped(name):
    """Return a shipped table of the state before, typed without the help of cbcstats."""
    text = io.StringIO(of_before(f"data/{name}.csv").decode("utf-8-sig"))
    frame = pd.read_csv(text, dtype="str", keep_default_na=False, na_values=[""])
    for column in frame:
        if column in DAYS:
            days = frame[column].map(
                lambda day: (day + "-01-01")[:10] if len(day) < 7 else (day + "-01")[:10], na_action="ignore"
            )
            frame[column] = pd.to_datetime(days).astype("datetime64[us]")
        elif column in ("value", "rounded_to"):
            frame[column] = pd.to_numeric(frame[column]).astype("Float64")
        elif column == "preferred":
            frame[column] = frame[column] == "true"
    return frame


def shipped(name, indicator=None):
    """Return a shipped table of the state before, or one indicator or programme of it."""
    frame = _shipped(name).copy()
    if indicator is not None:
        key = "indicator" if name == "counts" else "programme"
        frame = frame[frame[key] == indicator].reset_index(drop=True)
    if name == "counts" and (frame["value"].dropna() % 1 == 0).all():
        frame["value"] = frame["value"].astype("Int64")
    return frame


@functools.cache
def several_figures():
    """Return the shipped indicators with several dated figures of one scope."""
    dated = shipped("counts").dropna(subset="period_end")
    sizes = dated.groupby(["indicator", "scope"]).size()
    return sorted(sizes[sizes > 1].index.get_level_values("indicator").unique())


def missions():
    return shipped("counts", "missions")


def counts_of(*figures, **columns):
    """Return counts of one series from (start, end, value), and columns for all rows."""
    starts, ends, values = zip(*figures)
    whole = all(value is None or value == int(value) for value in values)
    frame = pd.DataFrame(
        {
            "indicator": "missions", "measure": "flow", "scope": "delivered", "unit": "missions",
            "period_start": pd.to_datetime(pd.Series(starts)).astype("datetime64[us]"),
            "period_end": pd.to_datetime(pd.Series(ends)).astype("datetime64[us]"), "period_basis": "stated",
            "value": pd.array(values, dtype="Int64" if whole else "Float64"), "qualifier": "exact",
            "preferred": True, "source_id": [f"source-{number}" for number in range(len(values))],
        }
    )
    return frame.assign(**columns)


def years(values, **columns):
    return counts_of(*((f"{year}-01-01", f"{year}-12-31", value) for year, value in values.items()), **columns)


def periods(frequency, start, values, **columns):
    """Return counts of consecutive months, quarters or reporting years."""
    every = pd.period_range(start, periods=len(values), freq=frequency)
    days = [(each.start_time.date(), each.end_time.date(), value) for each, value in zip(every, values)]
    return counts_of(*days, **columns)


def stocks(days, **columns):
    return counts_of(*((None, day, value) for day, value in days.items()), measure="stock", **columns)


@functools.cache
def _series():
    """Return frames of counts of all kinds by name."""
    parts = [
        years({2014: 60, 2015: 40, 2016: 45, 2017: 60}, wco_region="Europe"),
        years({2014: 40, 2015: 45, 2016: 40}, wco_region="East and Southern Africa"),
        years({2014: 5, 2015: 0, 2016: 9, 2017: 12}, wco_region="West and Central Africa"),
    ]
    both = pd.concat(parts, ignore_index=True)
    words = "exact more_than at_least about almost less_than at_most".split()
    claims = "+10% -20% 'more than doubled' doubled +14 'from 57 to 74' record nearly_50% half tripled many".split()
    claims = ["+10%", "-20%", "more than doubled", "+14", "from 57 to 74", "record", "nearly 50%", "many"]
    totals = pd.concat(
        [
            years({2015: 100, 2016: 120}, scope="all"), years({2015: 60, 2016: 70}, scope="a"),
            years({2015: 40, 2016: 45}, scope="b"),
        ],
        ignore_index=True,
    )
    return {
        "years": years({2014: 100, 2015: 110, 2016: 99, 2017: 99, 2018: 150}),
        "years out of order": years({2016: 99, 2014: 100, 2018: 150, 2015: 110}),
        "zeros": years({2014: 0, 2015: 5, 2016: 0, 2017: 0}),
        "words": years(dict(zip(range(2011, 2025), [330, 492, 400, 150, 65, 1000, 20] * 2)), qualifier=words * 2),
        "words after words": years({2014: 330, 2015: 492, 2016: 490}, qualifier=["more_than", "exact", "about"]),
        "months": periods("M", "2022-01", list(range(20, 35))),
        "quarters": periods("Q", "2021Q1", [10, 12, 14, 16, 11, 13, 20, 17, 9]),
        "reporting years": periods("Y-JUN", "2015", [50, 55, 60, 40]),
        "gap": years({2014: 100, 2016: 120, 2017: 130}),
        "52 and 53 weeks": counts_of(
            ("2015-01-05", "2016-01-03", 52), ("2016-01-04", "2017-01-01", 53), ("2017-01-02", "2018-01-07", 54)
        ),
        "sessions": counts_of(
            ("2014-02-25", "2015-02-24", 300), ("2015-02-25", "2016-04-11", 400),
            ("2016-04-12", "2017-03-08", 330), ("2017-03-09", "2018-02-26", 492), period_basis="inferred",
            qualifier=["exact", "almost", "more_than", "exact"],
        ),
        "short and long": counts_of(
            ("2015-01-01", "2015-12-31", 30), ("2016-01-01", "2016-06-30", 20), ("2016-07-01", "2017-12-31", 50)
        ),
        "overlapping": counts_of(
            ("2015-01-01", "2015-12-31", 30), ("2015-07-01", "2016-06-30", 35), ("2016-01-01", "2016-12-31", 40)
        ),
        "two years": counts_of(("2013-01-01", "2014-12-31", 30), ("2015-01-01", "2016-12-31", 40)),
        "stocks": stocks(
            {"2014-06-30": 179, "2015-06-30": 180, "2016-07-01": 180, "2018-01-01": 182, "2018-12-31": 183}
        ),
        "stocks at odd days": stocks({"2014-06-30": 4, "2015-01-01": 8, "2015-09-20": 9, "2017-03-31": 15}),
        "cumulative": years({2014: 100, 2015: 140, 2016: 200}, measure="cumulative"),
        "events": counts_of(
            ("2014-09-24", "2014-09-26", 250), ("2015-09-08", "2015-09-10", 300),
            ("2016-09-27", "2016-09-29", 280), measure="event",
        ),
        "amounts": years({2014: 24.1, 2015: 38.8, 2016: 39.0, 2017: 41.25}, unit="million dollars", rounded_to=0.1),
        "share": years({2014: 33.5, 2015: 34.0, 2016: 40.0}, unit="percent", rounded_to=0.5),
        "other unit": years({2014: 100, 2015: 110, 2016: 120}, unit=["missions", "activities", "activities"]),
        "other measure": years({2014: 100, 2015: 110, 2016: 120}, measure=["flow", "flow", "stock"]),
        "scopes": years({2014: 100, 2015: 110, 2016: 120}, scope=["planned", "delivered", "delivered"]),
        "not preferred": counts_of(
            ("2015-01-01", "2015-12-31", 330), ("2015-01-01", "2015-12-31", 342),
            ("2016-01-01", "2016-12-31", 492), preferred=[True, False, True],
        ),
        "two preferred": counts_of(
            ("2015-01-01", "2015-12-31", 330), ("2015-01-01", "2015-12-31", 342), ("2016-01-01", "2016-12-31", 492)
        ),
        "missing values": years({2014: 100, 2015: None, 2016: 120, 2017: 130}),
        "missing days": counts_of(
            (None, None, 3), ("2015-01-01", "2015-12-31", 4), ("2016-01-01", None, 5), ("2016-01-01", "2016-12-31", 6)
        ),
        "inferred": years({2014: 100, 2015: 110, 2016: 120}, period_basis=["stated", "inferred", "inferred"]),
        "large and small": years({2014: 10**15, 2015: 10**15 + 1, 2016: 1, 2017: 2}), "parts": both,
        "parts with words": both.assign(qualifier=(words * 2)[: len(both)]),
        "parts of two units": both.assign(unit=["missions"] * 4 + ["activities"] * 7), "totals": totals,
        "totals that differ": totals.assign(value=pd.array([100, 130, 60, 70, 40, 45], dtype="Int64")),
        "totals with words": totals.assign(qualifier=["about", "more_than", "exact", "exact", "almost", "at_least"]),
        "claims": years(
            dict(zip(range(2011, 2019), [100, 110, 88, 200, 214, 74, 110, 120])), published_change=claims,
            change_basis="total", change_since=pd.NaT,
        ),
        "claims a month": years(
            {2014: 100, 2015: 110, 2016: 121}, published_change=[None, "+10%", "+10%"],
            change_basis=[None, "per_month", "per_month"],
        ),
        "claims since": years(
            {2012: 50, 2015: 100, 2016: 121}, published_change=[None, "doubled", None],
            change_basis=[None, "total", None], change_since=pd.to_datetime([None, "2012-12-31", None]),
        ),
        "only value and end": years({2014: 100, 2015: 110})[["period_end", "value"]],
        "only value and period": years({2014: 100, 2015: 110})[["period_start", "period_end", "value"]],
        "days as text": years({2014: 100, 2015: 110}).astype({"period_start": "str", "period_end": "str"}),
        "days that are none": years({2014: 100, 2015: 110}).assign(period_end=["2014-12-31", "soon"]),
        "values as text": years({2014: 100, 2015: 110}).assign(value=["100", "more than 110"]),
        "values as float": years({2014: 100, 2015: 110}).assign(value=[100.0, 110.5]),
        "negative": years({2014: 100, 2015: -3, 2016: 5}),
        "other index": years({2014: 100, 2015: 110, 2016: 121}).set_axis(["x", "y", "z"]),
        "one figure": years({2014: 100}), "no rows": years({2014: 100}).head(0),
        "a year and a number": pd.DataFrame({"year": [2014, 2015, 2016], "missions": [100, 110, 121]}),
        "years as text": pd.DataFrame({"period": ["2014/15", "2015/16"], "value": ["more than 330", "1,000"]}),
        "wide": pd.DataFrame({"region": ["Europe", "Africa"], "2014": [1, 2], "2015": [3, 4]}),
    }


def series():
    return {name: frame.copy() for name, frame in _series().items()}


@functools.cache
def _register_rows():
    """Return missions as a register has them, typed, made by chance."""
    chance = random.Random(5)
    places = {
        "Kenya": ("KEN", "East and Southern Africa"), "Togo": ("TGO", "West and Central Africa"),
        "Peru": ("PER", "South America, North America, Central America and the Caribbean"),
        "Viet Nam": ("VNM", "Far East, South and South East Asia, Australasia and the Pacific Islands"),
        "Albania": ("ALB", "Europe"),
        "Aruba": ("ABW", None),
    }
    rows = []
    for number in range(240):
        member = chance.choice(list(places))
        start = datetime.date(2014, 9, 12) + datetime.timedelta(days=chance.randrange(1500))
        people = chance.randrange(60) if chance.random() < 0.9 else None
        rows.append(
            {
                "mission_id": f"M-{number:03}", "member": member, "iso3": places[member][0],
                "wco_region": places[member][1], "start_date": start,
                "end_date": start + datetime.timedelta(days=chance.randrange(9)) if chance.random() < 0.9 else None,
                "programme": chance.choice(["Mercator", "SAFE", None]),
                "kind": chance.choice(["advice", "workshop"]),
                "status": chance.choice(["delivered", "cancelled", "under way"]),
                "experts": chance.randrange(4), "participants": people,
                "female_participants": people // 3 if people is not None else None,
            }
        )
    frame = pd.DataFrame(rows, index=pd.RangeIndex(2, 242, name="row"))
    for column in frame:
        if column.endswith("_date"):
            frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
        elif column in ("experts", "participants", "female_participants"):
            frame[column] = frame[column].astype("Int64")
        elif column != "mission_id":
            frame[column] = frame[column].astype("category")
    frame.attrs["source"] = "made-up.csv"
    return frame


def register_rows():
    return _register_rows().copy()


EXAMPLE = {"columns": {"member": "Country", "start_date": "Start", "end_date": "End"}, "date_format": "%d/%m/%Y"}


def example_file():
    """Return the path of the example register of the state before."""
    path = TMP / "frozen" / "example_register.csv"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(of_before("data/example_register.csv"))
    return path


def fresh(name):
    """Return a new folder."""
    folder = TMP / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


# ---------------------------------------------------------------------------------------------
# 1. Functions.

READINGS = ("usual", "strict")
CHANGES = [
    "+49%", "+48%", "-49%", "-20%", "+3.5%", "+0.05%", "0%", "0.0%", "+0%", "-0%", "a 0% rise", "49%", "up 49%",
    "a 49% increase", "49 per cent more", "a 20% fall", "fell by 20%", "20% less", "nearly 50%", "by half",
    "doubled", "more than doubled", "almost doubled", "tripled", "quadrupled", "threefold", "halved",
    "almost halved", "-100%", "down 100%", "down 150%", "down almost 100%", "down at least 100%",
    "more than 40%", "at least 40%", "less than 40%", "at most 4%", "about 4%", "about 65%", "more than 4.5%",
    "a more than 20% fall", "up by no less than 20%", "rose by a quarter", "three quarters more", "a third",
    "a third of", "half", "half of the", "down two thirds", "more than a third", "a  20 Per  Cent DECREASE",
    "\u201320%", "\u221220%", "almost -20%", "nearly+49%", "stable", "unchanged", "+14", "20 percentage points",
    "many", "", "49", "+20% or 30%", "half or double", "5% up or down", "+20% down", "20%5",
    "about 20% widgets", "some of 20%", "between 5% and 10%", "20% since 2012", "20% percents", "plus de 20 %",
    "une hausse de 20 %", "un aumento del 20 %", "x2", "2x", "twice", "1,000%", "1e5%", "-", "+", "%", "+49 %",
    "49\u202f%", "a fifth", "a tenth more", "ten percent", "+" + "0" * 197 + "5%", "+" + "0" * 198 + "5%",
]
MORE_WORDS = [
    "1.2 million", "24.0", "24.1 million", "more than 1.2 million", "$ 5 million", "5 bn", "3k", "EUR 2.5m",
    "plus de 330", "m\u00e1s de 330", "environ 200", "pr\u00e8s de 400", "casi 400", "alrededor de 150",
    "au moins 20", "al menos 20", "1\u202f000", "1.000,5", "2 milliards", "two hundred", "dozens",
    "no fewer than 20", "up to 50", "<5", ">5", "~200", "c. 200", "circa 200", "some 1,000", "close to 80",
    "fewer than 10", "20+", "20-", "0.5", "-0", "00", "007", "9" * 40, "0." + "1" * 30, "more than more than 5",
    "exactly about 5", None, 5, 5.5, b"5", ["5"],
]
VALUES = [
    0, 1, 2, 4, 5, 9, 10, 15, 19, 20, 33, 65, 99, 100, 101, 115, 150, 200, 330, 342, 350, 400, 492, 999, 1000,
    1001, 1200, 1500, 49000, 1_200_000, 10**9, 10**15 + 1, 0.5, 4.5, 24.1, 24.0, 99.99, 1e-9, 1e300, -1,
    math.nan, math.inf, "330", None, True,
]
QUALIFIERS = ["exact", "more_than", "at_least", "about", "almost", "less_than", "at_most", "over", "", None]


def dump_functions(dump):
    dump.in_turn(_words, _tables_as_they_are, _changes, _comparisons, _places, _counting, _uncertainty)


def _words(dump):
    texts = [line.split(" | ")[0] for line in cases("qualified_figures")] + cases("not_figures") + MORE_WORDS
    for text in texts:
        dump.line("1_functions/parse_qualified.txt", f"parse_qualified({text!r})", lambda: c.parse_qualified(text))
    for text, reading in itertools.product([*CHANGES, None, 5], READINGS):
        label = f"parse_change({text!r}, {reading})"
        dump.line("1_functions/parse_change.txt", label, lambda: c.parse_change(text, reading=reading))
    for text in CHANGES:
        label = f"parse_change({text!r}).holds"
        dump.line(
            "1_functions/parse_change.txt",
            label,
            lambda: [c.parse_change(text).holds(Fraction(x)) for x in (-50, -20, 0, 20, 49, 100)],
        )
    for value, qualifier, reading in itertools.product(VALUES, QUALIFIERS, READINGS):
        label = f"bounds({value!r}, {qualifier!r}, {reading})"
        dump.line("1_functions/bounds.txt", label, lambda: c.bounds(value, qualifier, reading=reading))
    for value, rounded_to in itertools.product((24.1, 24.0, 1_200_000, 100, 330), (0.1, 1, 100000)):
        label = f"bounds({value!r}, 'about', {rounded_to!r})"
        dump.line("1_functions/bounds.txt", label, lambda: c.bounds(value, "about", rounded_to))
    for low, high in [(331, 339), (331, math.inf), (0, 0), (5, 5), (2, 1), (-math.inf, 3), (1.5, 2.5), (math.nan, 3)]:
        dump.line("1_functions/bounds.txt", f"str(Bounds({low}, {high}))", lambda: str(c.Bounds(low, high)))
        dump.line("1_functions/bounds.txt", f"Bounds({low}, {high}).empty", lambda: c.Bounds(low, high).empty)
    _implied(dump)
    numbers = [
        0, 1, 5, 33.3333, 34.5033, 37.7541, 99.95, 100, 331, 339, 1234.5, 1e6, -3, -48.5, 0.004, math.inf,
        math.nan,
    ]
    for low, high, percent in itertools.product(numbers, numbers, (False, True)):
        label = f"format_range({low}, {high}, percent={percent})"
        dump.line("1_functions/format_range.txt", label, lambda: c.format_range(low, high, percent=percent))


def _implied(dump):
    file = "1_functions/implied_previous.txt"
    for value, change in itertools.product((0, 5, 100, 492, 1000), CHANGES[:52]):
        for reading in READINGS:
            label = f"implied_previous({value}, {change!r}, {reading})"
            dump.line(file, label, lambda: c.implied_previous(value, change, reading=reading))
    for qualifier, change in itertools.product(QUALIFIERS, ("+20%", "-20%", "doubled", "nearly 50%")):
        for value, reading in itertools.product((330, 400, 4.5), READINGS):
            label = f"implied_previous({value}, {change!r}, qualifier={qualifier!r}, {reading})"
            call = functools.partial(c.implied_previous, value, change, qualifier=qualifier, reading=reading)
            dump.line(file, label, call)
    given = ["more than 330", "more than 310", "about 340", "many", 330, 342, 330.5, None, "330", -1, [330]]
    for previous, reading in itertools.product([*given, "Bounds"], READINGS):
        label = f"implied_previous(492, '+49%', previous={previous!r}, {reading})"
        earlier = c.Bounds(300, 330) if previous == "Bounds" else previous
        dump.line(file, label, lambda: c.implied_previous(492, "+49%", previous=earlier, reading=reading))


def _tables_as_they_are(dump):
    """Load the tables that the state under test carries."""
    for name in TABLES:
        load = functools.partial(getattr, c, f"load_{name}")
        dump.call(
            f"1_functions/load_{name}.txt", "as shipped", lambda: load()(), functools.partial(frame_lines, by_row=True)
        )
    for name in ("counts", "beneficiaries"):
        file = f"1_functions/load_{name}.txt"
        key = "indicator" if name == "counts" else "programme"
        for wanted in sorted(shipped(name)[key].unique())[::6]:
            dump.call(file, f"of {wanted}", lambda: getattr(c, f"load_{name}")(wanted))
        for wanted in (
            ["missions", "wco_members"], ["A-CIP"], "mission", "ACIP", [], (), "", "MISSIONS",
            ["missions", "x"],
        ):
            dump.call(file, f"of {wanted!r}", lambda: getattr(c, f"load_{name}")(wanted))
    dump.call("1_functions/list_indicators.txt", "list_indicators()", lambda: c.list_indicators())
    example = "1_functions/example_register.txt"
    dump.call(example, "path", lambda: c.example_register())
    dump.call(example, "content", lambda: c.example_register(), file_lines)


def _changes(dump):
    """Dump changes, indexes and growth of every kind of series, and of every shipped indicator."""
    for name, frame in series().items():
        for per, reading in itertools.product(("period", "month"), READINGS):
            how = {"per": per, "reading": reading}
            title = f"{name}, per {per}, {reading}"
            dump.call("1_functions/year_on_year.txt", title, lambda: c.year_on_year(frame, **how))
            if (per == "month") == (reading == "strict"):
                dump.call("1_functions/growth_rate.txt", title, lambda: c.growth_rate(frame, **how))
        for base in _bases(frame):
            dump.call("1_functions/index_to.txt", f"{name}, base {base!r}", lambda: c.index_to(frame, base))
        base, how = _bases(frame)[0], {"per": "month", "reading": "strict"}
        dump.call("1_functions/index_to.txt", f"{name}, base {base!r}, {how}", lambda: c.index_to(frame, base, **how))
    for name in several_figures():
        frame = shipped("counts", name)
        for base in _bases(frame)[::2]:
            title = f"shipped {name}, base {base}"
            dump.call("1_functions/index_to_shipped.txt", title, lambda: c.index_to(frame, base))
    for per, reading in itertools.product(("period", "month"), READINGS):
        how = {"per": per, "reading": reading}
        dump.call(
            "1_functions/year_on_year_shipped.txt", f"all, {how}", lambda: c.year_on_year(shipped("counts"), **how)
        )
        dump.call("1_functions/growth_rate_shipped.txt", f"all, {how}", lambda: c.growth_rate(shipped("counts"), **how))
    for by in (
        "indicator", ["indicator", "scope", "unit"], [], (), ["indicator", "wco_region"], "region", None, 3,
        ["scope"] * 2,
    ):
        for name in ("parts", "scopes", "other unit"):
            frame = series()[name]
            dump.call("1_functions/year_on_year.txt", f"{name}, by {by!r}", lambda: c.year_on_year(frame, by=by))
            dump.call("1_functions/growth_rate.txt", f"{name}, by {by!r}", lambda: c.growth_rate(frame, by=by))
            dump.call("1_functions/index_to.txt", f"{name}, by {by!r}", lambda: c.index_to(frame, "2014", by=by))
    monthly = lambda: c.year_on_year(missions(), per="month")
    dump.call("1_functions/year_on_year.txt", "changes of changes", lambda: c.year_on_year(monthly(), per="month"))
    dump.call("1_functions/short_view.txt", "missions", lambda: c.short_view(monthly()))


def _bases(frame):
    """Return some texts for the base of an index: years, labels, and what is none."""
    if "period_end" not in frame:
        return ["2014"]
    ends = pd.to_datetime(frame["period_end"], errors="coerce").dropna()
    end = ends.min() if len(ends) else pd.Timestamp("2014-12-31")
    of_days = "period_start" not in frame or frame["period_start"].isna().all()
    label = f"{end.day} {end:%b %Y}" if of_days else f"{end.year - 1}/{end.year % 100:02}"
    return [str(end.year), end.year, label]


def _comparisons(dump):
    """Dump contributions, totals, claims, editions and lists."""
    made = series()
    tallied = {name: made[name] for name in made if name.startswith(("parts", "years", "no rows", "a year"))}
    for name, frame in tallied.items():
        for per, reading in itertools.product(("period", "month"), READINGS):
            title = f"{name}, per {per}, {reading}"
            dump.call("1_functions/contributions.txt", title, lambda: c.contributions(frame, per=per, reading=reading))
    for by in ("scope", "unit", "indicator", "region", "source_id", ["wco_region"], None):
        dump.call("1_functions/contributions.txt", f"parts, by {by!r}", lambda: c.contributions(made["parts"], by))
    reached = shipped("counts", "accelerate_programme_countries_reached")
    for reading in READINGS:
        title = f"shipped, {reading}"
        dump.call(
            "1_functions/check_totals.txt",
            title,
            lambda: c.check_totals(reached, part="scope", total="all_regions", reading=reading),
        )
        for name in (name for name in made if name.startswith("totals")):
            dump.call(
                "1_functions/check_totals.txt",
                f"{name}, {reading}",
                lambda: c.check_totals(made[name], part="scope", total="all", reading=reading),
            )
    for part, total, by in (
        ("scope", "x", "indicator"), ("scop", "all", "indicator"), ("scope", "all", ["unit", "indicator"]),
        ("scope", "all", "value"), ("indicator", "missions", "scope"), ("scope", "all", []),
    ):
        dump.call(
            "1_functions/check_totals.txt", f"{part}, {total}, {by!r}",
            lambda: c.check_totals(made["totals"], part=part, total=total, by=by),
        )
    for name, frame in made.items():
        dump.call("1_functions/check_claims.txt", name, lambda: c.check_claims(frame))
    dump.call(
        "1_functions/check_claims.txt", "shipped counts", lambda: c.check_claims(shipped("counts")),
        functools.partial(frame_lines, by_row=True),
    )
    for indicator in sorted(shipped("counts").dropna(subset="published_change")["indicator"].unique()):
        dump.call(
            "1_functions/check_claims.txt", f"shipped {indicator}", lambda: c.check_claims(shipped("counts", indicator))
        )
    _editions(dump)
    for programme in sorted(shipped("beneficiaries")["programme"].unique()):
        dump.call(
            "1_functions/membership_changes.txt", programme,
            lambda: c.membership_changes(shipped("beneficiaries", programme)),
        )
    dump.call("1_functions/membership_changes.txt", "all", lambda: c.membership_changes(shipped("beneficiaries")))
    lists = shipped("beneficiaries", "SECO-WCO GTFP")
    for name, frame in {
        "no rows": lists.head(0), "no dates": lists.assign(as_of=pd.NaT),
        "one list": lists[lists["list_id"] == "gtfp-2021"], "partial only": lists.assign(list_kind="partial"),
        "days as text": lists.assign(as_of=lists["as_of"].astype("str")),
        "two tracks": lists.assign(track=["a", "b"] * (len(lists) // 2) + ["a"] * (len(lists) % 2)),
    }.items():
        dump.call("1_functions/membership_changes.txt", name, lambda: c.membership_changes(frame))


def _editions(dump):
    old = missions()
    new = old.assign(value=old["value"].replace(342, 343)).drop(index=0)
    added = pd.concat([new, years({2020: 5})], ignore_index=True)
    pairs = {
        "revised and dropped": (old, new), "the other way round": (new, old), "equal": (old, old),
        "added": (old, added), "another column": (old, old.assign(more=1)),
        "a column less": (old, old.drop(columns="note")),
        "days as text": (old, old.assign(period_end=old["period_end"].astype("str"))),
        "another order": (old, old.iloc[::-1]), "no rows": (old, old.head(0)),
        "repeated keys": (old, pd.concat([old, old])),
        "numbers of another kind": (old, old.assign(value=old["value"].astype("Float64"))),
        "missing values": (old, old.assign(value=pd.array([None] * 6, dtype="Int64"))),
        "two columns of one name": (old, pd.concat([old, old[["value"]]], axis=1)),
        "lists": (shipped("beneficiaries", "A-CIP"), shipped("beneficiaries", "A-CIP").iloc[3:]),
    }
    for name, (first, second) in pairs.items():
        dump.call("1_functions/compare_releases.txt", name, lambda: c.compare_releases(first, second))
    for keys in ("source_id", ["indicator"], ["period_start", "period_end"], "nope", [], None, ["note"]):
        dump.call(
            "1_functions/compare_releases.txt", f"keys {keys!r}", lambda: c.compare_releases(old, added, keys=keys)
        )


def _places(dump):
    names = [line.split("\t")[0] for line in cases("place_names")] + cases("not_places")
    names += [
        "", " ", "ken", "KEN", "KE", "ke", "NA", "n/a", "XKX", "EUE", "EU", "Kosovo", "Kenya ", "\tKenya",
        "KENYA\n", "C\u00f4te d\u2019Ivoire",
    ]
    file = "1_functions/to_iso3.txt"
    found, error, _ = attempt(lambda: c.to_iso3(pd.Series(names)))
    if error is None:
        dump.section(file, "all cases", [f"{name!r} -> {cell(code)}" for name, code in zip(names, found)])
    dump.section(file, "as a whole", error_lines(error) if error else series_lines(found.head(0)))
    odd = {
        "a list": ["Kenya", "Peru"], "missing": pd.Series(["Kenya", None, np.nan, pd.NA]),
        "numbers": pd.Series([1, 2]),
        "categories": pd.Series(["Kenya", "Peru", "Kenya"], dtype="category", index=[5, 6, 7], name="m"),
        "nothing": pd.Series([], dtype="str"), "a text": "Kenya", "None": None,
        "mixed": pd.Series(["Kenya", 3, b"x", ["Peru"]]),
    }
    for name, given in odd.items():
        dump.call(file, name, lambda: c.to_iso3(given))
    codes = pd.Series([*shipped("members")["iso3"], "ABW", "XXX", None, "ken", "", "EUE"])
    for short in (False, True):
        dump.call("1_functions/wco_region.txt", f"short={short}", lambda: c.wco_region(codes, short=short))
    for day in (
        "1952-11-04", "1990-01-01", "2012-07-17", "2018-03-02", "2018", "2018-03", datetime.date(2018, 3, 2),
        pd.Timestamp("2018-03-02"), "soon", "2018-02-30", 2018, None,
    ):
        dump.call("1_functions/is_member.txt", f"on {day!r}", lambda: c.is_member(codes, on=day))
    days = pd.Series(pd.date_range("1950-01-01", periods=len(codes), freq="150D"))
    for name, given in {
        "days": days, "text": days.astype("str"), "other index": days.set_axis(range(1, len(days) + 1)),
        "missing": days.where(days.index % 2 == 0),
    }.items():
        dump.call("1_functions/is_member.txt", f"on {name}", lambda: c.is_member(codes, on=given))
    for name, given in odd.items():
        dump.call("1_functions/wco_region.txt", name, lambda: c.wco_region(given))
        dump.call("1_functions/is_member.txt", name, lambda: c.is_member(given, on="2018-03-02"))


def _counting(dump):
    file = "1_functions/count_missions.txt"
    rows = register_rows()
    everything = itertools.product(
        ((), "wco_region", ["programme", "wco_region"]), ("start_date", "end_date"),
        ("missions", "experts", "participants", "female_participants"), (7, 1, 4),
    )
    for by, date, indicator, start in everything:
        title = f"by {by!r}, {date}, {indicator}, year_start {start}"
        dump.call(file, title, lambda: c.count_missions(rows, by=by, date=date, indicator=indicator, year_start=start))
    for by in (
        "status", ["member"], "iso3", ["kind", "status", "programme"], "wco_regoin", "start_date",
        ["programme", "programme"], None, 3,
    ):
        dump.call(file, f"by {by!r}", lambda: c.count_missions(rows, by=by))
    for how in (
        {"date": "start"}, {"date": "programme"}, {"date": "experts"}, {"indicator": "expert"},
        {"year_start": 13}, {"year_start": "7"},
    ):
        dump.call(file, f"{how!r}", lambda: c.count_missions(rows, **how))
    odd = {
        "no rows": rows.head(0), "one row": rows.head(1), "no dates": rows.assign(start_date=pd.NaT),
        "two columns": rows[["start_date", "programme"]],
        "days as text": rows.assign(start_date=rows["start_date"].astype("str")),
        "days as dates": rows.assign(start_date=rows["start_date"].dt.date),
        "without attrs": pd.DataFrame(rows.to_dict("list")),
        "experts missing": rows.assign(experts=pd.array([None] * len(rows), dtype="Int64")),
        "experts as text": rows.assign(experts="3"), "experts in parts": rows.assign(experts=0.3),
        "zones": rows.assign(start_date=rows["start_date"].dt.tz_localize("UTC")),
        "leap days": pd.DataFrame(
            {"start_date": pd.to_datetime(["2015-07-01", "2016-02-29", "2016-06-30", "2016-07-01", "2017-06-30"])}
        ),
    }
    for name, frame in odd.items():
        for indicator in ("missions", "experts"):
            dump.call(file, f"{name}, {indicator}", lambda: c.count_missions(frame, indicator=indicator))
    _engines(dump, rows)
    register, error, _ = attempt(lambda: c.read_register(example_file(), **EXAMPLE))
    if error is not None:
        dump.section(file, "example register", error_lines(error))
        return
    for by, indicator in itertools.product(
        ((), "wco_region", ["wco_region", "programme"]), ("missions", "participants")
    ):
        dump.call(
            file, f"example register, by {by!r}, {indicator}",
            lambda: c.count_missions(register.rows, by=by, indicator=indicator),
        )
    dump.call(file, "a whole register", lambda: c.count_missions(register))
    dump.call("1_functions/count_beneficiaries.txt", "shipped", lambda: c.count_beneficiaries(shipped("beneficiaries")))


def _engines(dump, rows):
    import duckdb
    import polars

    table = pa.Table.from_pandas(rows, preserve_index=False)
    framed = polars.from_arrow(table)
    engines = {
        "polars": lambda: framed, "polars lazy": lambda: framed.lazy(), "pyarrow": lambda: table,
        "duckdb": lambda: duckdb.connect().from_arrow(table),
        "pandas of arrow": lambda: table.to_pandas(types_mapper=pd.ArrowDtype),
    }
    for name, make in engines.items():
        for by, indicator in itertools.product(((), ["wco_region", "programme"]), ("missions", "participants")):
            title = f"{name}, by {by!r}, {indicator}"
            dump.call(
                "1_functions/count_missions_engines.txt", title,
                lambda: c.count_missions(make(), by=by, indicator=indicator),
            )
        for how in ({"by": "nope"}, {"date": "programme"}, {"indicator": "people"}):
            dump.call(
                "1_functions/count_missions_engines.txt", f"{name}, {how!r}", lambda: c.count_missions(make(), **how)
            )


def _uncertainty(dump):
    file = "1_functions/count_interval.txt"
    counts = [0, 1, 2, 5, 33, 42, 100, 492, 10**4, 10**6, 10**9]
    for level in (0.5, 0.9, 0.95, 0.99, 0.999, 0, 1, 1.5, -0.1, math.nan, "0.95", None):
        dump.call(file, f"level {level!r}", lambda: c.count_interval(counts, level=level))
    odd = {
        "one": 42, "a Series": pd.Series([3, 4], index=["a", "b"]),
        "missing": pd.Series([3, None], dtype="Int64"), "nan": [3, math.nan], "an array": np.array([1, 2]),
        "floats": [1.0, 2.0], "parts": [1.5], "negative": [-1], "text": ["3"], "nothing": [],
        "two dimensions": np.ones((2, 2)), "None": None, "bool": [True],
    }
    for name, given in odd.items():
        dump.call(file, name, lambda: c.count_interval(given))
        dump.call("1_functions/rate_ratio.txt", f"{name} against 5", lambda: c.rate_ratio(given, 5))
        dump.call("1_functions/rate_ratio.txt", f"5 against {name}", lambda: c.rate_ratio(5, given))
        dump.call("1_functions/rate_ratio.txt", f"exposure {name}", lambda: c.rate_ratio(5, 7, exposure=given))
    for pair in itertools.product((0, 1, 33, 42, 1000), repeat=2):
        for how in ({}, {"exposure": 355, "previous_exposure": 329}, {"level": 0.9}):
            dump.call("1_functions/rate_ratio.txt", f"{pair} {how}", lambda: c.rate_ratio(*pair, **how))


# ---------------------------------------------------------------------------------------------
# 2. Registers.

HEADER = [
    *("mission_id", "member", "start_date", "end_date", "programme", "kind", "status"),
    *("experts", "participants", "female_participants", "source", "remarks"),
]
MORE_FAULTS = [
    ("member", "ken"), ("member", "NA"), ("member", "#REF!"), ("member", "Keyna"), ("member", "Sub-total"),
    ("member", "x" * 300), ("start_date", "2017-04-03T10:00Z"), ("start_date", "2017-04-03 00:00:00"),
    ("start_date", "0000-00-00"), ("start_date", "9999-12-31"),
    ("start_date", "\u0662\u0660\u0661\u0667-04-03"), ("start_date", "2017-04-31"), ("start_date", "=1+1"),
    ("start_date", "03-04-2017"), ("end_date", "2017-05"), ("end_date", "2091-01-01"), ("experts", "1e2"),
    ("experts", "-0"), ("experts", "2.0"), ("experts", "\u0663"), ("participants", "40 "),
    ("participants", "~40"), ("participants", "#N/A"), ("participants", "1.234,5"),
    ("female_participants", "41"), ("female_participants", "20+"), ("programme", "#REF!"), ("kind", "?"),
    ("status", "TBC"), ("mission_id", "M-001 "), ("mission_id", "#DIV/0!"), ("remarks", "=cmd|' /C calc'!A0"),
    ("remarks", "two\nlines"), ("remarks", 'a "word"'), ("source", "s/o"), ("kind", "por confirmar"),
]


def faults():
    """Return cells that are wrong, one at a time: column, text."""
    return [tuple(line.split("|")[:2]) for line in cases("register_faults")] + MORE_FAULTS


def good_row(number):
    member = ["Kenya", "Namibia", "Viet Nam", "C\u00f4te d'Ivoire", "PER"][number % 5]
    return [
        *(f"M-{number:03}", member, f"2017-04-{number % 28 + 1:02}", "2017-05-30", "Mercator", "workshop", "delivered"),
        *("2", "40", "18", "report", f"remark {number}"),
    ]


def changed(row, column, value):
    return [value if name == column else text for name, text in zip(HEADER, row)]


def saved(rows, kind="csv", delimiter=",", encoding="utf-8", quoting=csv.QUOTE_MINIMAL, name="register"):
    """Write rows of text to a file of some kind, the first of them the header; a frame is returned as it is."""
    path = TMP / "work" / f"{name}.{kind}"
    path.parent.mkdir(exist_ok=True)
    width = max(map(len, rows))
    if kind == "csv":
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)
        path.write_bytes(text.getvalue().encode(encoding, "replace"))
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([None if text == "" else _legal(text) for text in row])
        book.save(path)
    else:
        header = [*rows[0], *(f"column {place}" for place in range(len(rows[0]) + 1, width + 1))]
        body = [[*row, *[""] * (width - len(row))] for row in rows[1:]]
        frame = pd.DataFrame(body, columns=header, dtype="str")
        if kind == "frame":
            return frame
        frame.to_parquet(path, index=False)
    return path


def _legal(text):
    """Return a text that openpyxl writes as text, not as a formula."""
    return "'" + text if text.startswith("=") else text


def written(content, name="register.csv", encoding="utf-8"):
    path = TMP / "work" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def all_faults():
    """Return a register with every fault, repeated rows, ids and headers, and totals."""
    rows = [HEADER]
    for number, fault in enumerate(faults(), start=1):
        rows += [good_row(2 * number), changed(good_row(2 * number + 1), *fault)]
    rows += [HEADER, ["", "Sub-total", *[""] * 6, "400", "", "", ""], [*good_row(2)[:2], *good_row(7)[2:]]]
    return rows + [changed(good_row(0), "mission_id", "")] * 2


def dump_registers(dump):
    dump.in_turn(_one_fault_at_a_time, _forms_of_a_register, _odd_texts, _odd_workbooks, _options, _frames)
    dump.in_turn(_beneficiaries, _example, _random_registers)


def _one_fault_at_a_time(dump):
    for number, (column, value) in enumerate(faults()):
        rows = [HEADER, good_row(1), changed(good_row(2), column, value), good_row(3)]
        title = f"{column} {value[:60]!r}"
        for kind in ("csv", "xlsx", "parquet", "frame")[: 4 if number % 4 == 0 else 1]:
            show = register_lines if kind == "csv" else problems_only
            dump.call(f"2_registers/one_fault_{kind}.txt", title, lambda: c.read_register(saved(rows, kind)), show)
        dump.call(
            "2_registers/one_fault_with_format.txt", title,
            lambda: c.read_register(saved(rows), date_format="%d/%m/%Y"), problems_only,
        )


def _forms_of_a_register(dump):
    rows = all_faults()
    file = "2_registers/all_faults.txt"
    for kind in ("csv", "xlsx", "parquet", "frame"):
        dump.call(file, kind, lambda: c.read_register(saved(rows, kind)))
        dump.call(
            "2_registers/workbooks_to_correct.txt", f"all faults, {kind}",
            lambda: c.read_register(saved(rows, kind)).save_problems(fresh("out") / "p.xlsx"), workbook_lines,
        )
    few = [
        HEADER, changed(good_row(1), "member", "C\u00f4te d\u2019Ivoire"),
        changed(good_row(2), "remarks", "\u00e0 revoir, vite; |:~"),
        changed(good_row(3), "participants", "many"),
    ]
    for delimiter, quoting in itertools.product(",;\t|:~", (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)):
        title = f"delimiter {delimiter!r}, quoting {int(quoting)}"
        dump.call(
            "2_registers/delimiters.txt", title,
            lambda: c.read_register(saved(few, delimiter=delimiter, quoting=quoting)),
        )
        dump.call(
            "2_registers/delimiters.txt", f"all faults, {title}",
            lambda: c.read_register(saved(rows, delimiter=delimiter, quoting=quoting)), problems_only,
        )
    for encoding, kind in itertools.product(
        ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "utf-32", "cp850"), ("csv",)
    ):
        dump.call("2_registers/encodings.txt", encoding, lambda: c.read_register(saved(few, encoding=encoding)))
    for suffix in ("csv", "tsv", "txt", "CSV", "dat", "xls", "pdf", "json", ""):
        text = written("member,start_date\nKenya,2017-04-03\n", f"register.{suffix}")
        dump.call("2_registers/encodings.txt", f"a name that ends in {suffix!r}", lambda: c.read_register(text))


ODD_TEXTS = {
    "titles above the header": "Missions 2017\n\nmember,start_date,remarks\nKenya,2017-04-03,a\n\n,,\nPeru,2017-04-04,b,c\nPeru,2017-04-05\n",
    "a title with commas": "Missions, 2017, all\nmember,start_date,remarks\nKenya,2017-04-03,a\n",
    "quoted newlines": 'member,start_date,remarks\nKenya,2017-04-03,"two\nlines"\nPerugia,2017-04-04,b\n',
    "quoted newlines in the header": '"mem\nber","start\ndate",remarks\nKenya,2017-04-03,a\nPerugia,2017-04-04,b\n',
    "open quotation mark": 'member,start_date,remarks\nKenya,2017-04-03,"open\nPeru,2017-04-04,b\n',
    "open quotation mark at the end": 'member,start_date,remarks\nKenya,2017-04-03,a\nPeru,2017-04-04,"b',
    "quotation mark inside": 'member,start_date,remarks\nKenya,2017-04-03,"5" disk\nPeru,2017-04-04,b\nTogo,2017-04-05,5" disk\n',
    "doubled quotation marks": 'member,start_date,remarks\nKenya,2017-04-03,"a ""word"""\n',
    "single quotation marks": "member,start_date,remarks\n'Kenya','2017-04-03','a, b'\n",
    "totals": "member,start_date,participants\nKenya,2017-04-03,4\nTotal,,4\nGrand total,2017-04-03,4\n,,4\nSous-total,,9\nTOTAL KENYA,2017-04-03,1\n",
    "repeated headers": "member,start_date\nKenya,2017-04-03\nmember,start_date\nPeru,2017-04-04\nMember,Start Date\n",
    "repeated rows": "member,start_date\n" + "Kenya,2017-04-03\n" * 4,
    "repeated ids": "mission_id,member,start_date\nM1,Kenya,2017-04-03\nM1,Kenya,2017-04-03\nM1,Peru,2017-04-04\nm1,Togo,2017-04-04\n",
    "repeated placeholders as ids": "mission_id,member,start_date\nTBC,Kenya,2017-04-03\nTBC,Kenya,2017-04-03\n-,Peru,2017-04-04\n-,Togo,2017-04-04\n",
    "short and long rows": "member,start_date,remarks\nKenya\nKenya,2017-04-03\nKenya,2017-04-03,a,b\nKenya,2017-04-03,a,,\nKenya,2017-04-03,a\n",
    "a comment beyond the header": "member,start_date,x\nKenya,2017-04-03,k\n,,,lost comment\n",
    "blank rows": "\n\nmember,start_date\n\nKenya,2017-04-03\n , \n,\n\nPeru,2017-04-04\n\n",
    "ends of lines of Windows": "member,start_date\r\nKenya,2017-04-03\r\nPerugia,2017-04-04\r\n",
    "ends of lines of all kinds": "member,start_date\nKenya,2017-04-03\rTogo,2017-04-03\n\nPerugia,2017-04-03\n",
    "no end of line": "member,start_date\nKenya,2017-04-03", "header only": "member,start_date\n",
    "header without end": "member,start_date", "nothing": "", "blanks": " ", "blank lines": "\n\n",
    "commas": ",,\n,,\n", "a mark of the order of bytes alone": "\ufeff", "one column": "member\nKenya\n",
    "missing columns": "Country,Start_dat,Notes\nKenya,2017-04-03,\n",
    "no header": "Kenya,2017-04-03\nPeru,2017-04-04\n",
    "words for columns": "Pays;Date de d\u00e9but;Observations\nKenya;2017-04-03;formation, suivi, rapport\nTogo;2017-04-04;atelier, visite\n",
    "commas in text of a file of semicolons": "member;start_date;note\n" + "Kenya;2017-04-03;a, b, c, d, e, f\n" * 5,
    "a total in a note": "member,start_date,note\n,03/04/2017,see the total\n",
    "columns called as ours": "member,start_date,iso3,reasons,row,wco_region\nKenya,2017-04-03,mine,because,7,x\nx,y,a,b,c,d\n",
    "columns of one name": "member,start_date,a,a (3),a,iso3,iso3 (as typed),column 8\nKenya,2017-04-03,1,2,3,4,5,6\nKenya,x,1,2,3,4,5,6,7\n",
    "two members": "Member,MEMBER,start_date\nKenya,x,2017-04-03\n",
    "a member twice": "member,start_date,notes,notes,member\nKenya,2017-04-03,a,b,Togo\n",
    "odd names of columns": "MISSION-ID, Member ,Start Date,no. of days\n1,Kenya,2017-04-03,5\n",
    "columns without a name": "member,start_date,,\nKenya,2017-04-03,a,b\nKenya,x,,\n",
    "unknown columns": "member,start_date,colour,weight\nKenya,2017-04-03,red,3.50\nPeru,2017-04-04,,007\n",
    "dates in two orders": "member,start_date\nKenya,03/04/2017\nKenya,25/04/2017\nKenya,04/26/2017\n",
    "dates in two orders in two columns": "member,start_date,end_date\nKenya,25/04/2017,2017-05-01\nKenya,04/26/2017,05/27/2017\nKenya,2017-01-01,27/05/2017\n",
    "times and zones": "member,start_date\nKenya,2017-04-03T23:30:00Z\nKenya,2017-04-03 00:00\nKenya,2017-04-03T99:99\nKenya,2017-04-03T10:00+99:00\n",
    "partial dates": "member,start_date,end_date\nKenya,2017,2018\nKenya,2017-04,2017-05\nKenya,Q2 2017,\nKenya,2016/17,\nKenya,spring 2017,\n",
    "before accession": "member,start_date\nSouth Sudan,2012-07-17\nSouth Sudan,2012-07-18\n",
    "placeholders": "member,start_date,mission_id\n"
    + "Kenya,2017-04-03,To be confirmed\n" * 2
    + "Kenya,2017-04-03,\u00c0 confirmer\n",
    "letters of every kind": "member,start_date,remarks\nKenya,2017-04-03,\u202ertl \u0000 \x1b[2J \ufffd \U0001f30d\nC\u00d4TE D'IVOIRE,2017-04-03,\u00a0x\u00a0\n",
    "a zero byte": "member,start_date\nKen\x00ya,2017-04-03\n",
    "long cells": "member,start_date,remarks\nKenya,2017-04-03," + "x" * 40_000 + "\n",
    "many columns": ",".join(["member", "start_date", *(f"c{n}" for n in range(60))])
    + "\nKenya,2017-04-03"
    + ",1" * 60
    + "\n", "a separator line": "sep=;\nmember;start_date\nKenya;2017-04-03\n",
    "spaces as separators": "member start_date\nKenya 2017-04-03\n",
    "tabs and commas": "member\tstart_date\tremarks\nKenya\t2017-04-03\ta, b, c\n",
    "two bytes that are not UTF-8": "member,start_date,x\nTogo,2017-04-03,\u00e9\nC\u00f4te d'Ivoire,2017-04-03,".encode()
    + b"caf\xe9 noir\n",
    "two encodings": b"\n".join(
        ",".join(row).encode(code)
        for row, code in (
            (HEADER, "utf-8"), (changed(good_row(1), "remarks", "\u00e9"), "utf-8"),
            (changed(good_row(2), "remarks", "d\u00e9j\u00e0"), "cp1252"),
        )
    ),
    "bytes in the header": "member,start_date,d\u00e9but\nKenya,2017-04-03,x\n".encode("cp1252"),
    "bytes that nothing reads": b"member,start_date\nKenya\x81\x8d,2017-04-03\n",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "an odd number of bytes in UTF-16": "member,start_date\nKenya,2017-04-03\n".encode("utf-16")[:-1],
}


def _odd_texts(dump):
    for number, (name, text) in enumerate(ODD_TEXTS.items()):
        path = written(text)
        dump.call("2_registers/odd_texts.txt", name, lambda: c.read_register(path))
        if number % 2:
            continue
        dump.call(
            "2_registers/odd_texts_with_format.txt", name,
            lambda: c.read_register(path, date_format="%d/%m/%Y", repeated_rows="reject"), problems_only,
        )
        dump.call(
            "2_registers/odd_texts_in_parts.txt", name, lambda: list(c.read_register_in_parts(path)),
            lambda parts: [line for part in parts for line in problems_only(part)],
        )


def _odd_workbooks(dump):
    file = "2_registers/odd_workbooks.txt"
    for name, make in WORKBOOKS.items():
        path = TMP / "work" / f"{name.replace(' ', '_')}.xlsx"
        path.parent.mkdir(exist_ok=True)
        make(path)
        dump.call(file, name, lambda: c.read_register(path))
        dump.call(
            "2_registers/workbooks_to_correct.txt", name,
            lambda: c.read_register(path).save_problems(fresh("out") / "p.xlsx"), workbook_lines,
        )
        for sheet in ("Missions", "Mission", "Read me", 0, None, "*", ["Missions"]):
            dump.call(
                "2_registers/sheets.txt", f"{name}, sheet {sheet!r}",
                lambda: c.read_register(path, sheet=sheet), problems_only,
            )
    for name, rewrite in SPELLINGS.items():
        for said, value in (("formula", "=SUM(A1:A2)"), ("error", "#N/A"), ("day", datetime.date(2017, 4, 9))):
            path = TMP / "work" / "spelt.xlsx"
            _rows_to_workbook(
                [["member", "start_date", "participants"], ["Kenya", "2017-04-03", value], ["Mali", "2017-04-05", 7]],
                path,
            )
            _respell(path, rewrite)
            dump.call(
                "2_registers/spellings_of_workbooks.txt", f"{name}, {said}", lambda: c.read_register(path),
                problems_only,
            )


def _rows_to_workbook(rows, path, since_1904=False, name=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if since_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    if name:
        book.active.title = name
    book.save(path)


def _several_sheets(path, since_1904=False, copy=False):
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active.append(["Fill in the other sheet"])
    sheet = book.create_sheet("Missions")
    for row in (
        ["Missions of 2017"], [], ["Member", "Start date", "Participants", "Remarks", "Cost"],
        ["Kenya", datetime.date(2017, 4, 3), 12, "a date", 12.5],
        ["Kenya", 42829, 12.0, "a serial number", None], ["Kenya", "2017-04-05", "12", "text", None], [],
        ["Kenya", "2017-04-06", 12.5, "a fraction", None], ["Kenya", "=1/0", 12, "=A1&A2", None],
        ["Kenya", datetime.datetime(2017, 4, 7, 10, 30), True, datetime.time(10, 30), -1],
    ):
        sheet.append(row)
    if since_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    if copy:
        book.copy_worksheet(sheet)
        book.create_sheet("hidden").sheet_state = "hidden"
    book.save(path)


def _links(path):
    book = openpyxl.Workbook()
    book.active.append(["Kenya", "2017-04-03"])
    sheet = book.create_sheet("Register")
    sheet.append(["member", "start_date"])
    sheet.append(["Togo", "2017-04-04"])
    sheet["A5"], sheet["B5"], sheet["B7"] = "=Sheet!A1", "=Sheet!B1", "=Sheet!B2"
    book.save(path)


def _beside(path):
    book = openpyxl.Workbook()
    for row in (["member", "start_date"], ["Kenya", "2017-04-03"]):
        book.active.append([None, *row])
    book.active["A2"], book.active["F2"] = "=B2", "=C2"
    book.save(path)


def _stored_results(path):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["member", "start_date", "programme", "participants"])
        sheet.write_row(1, 0, ["Kenya", "2017-04-03"])
        sheet.write_formula(1, 2, '=IF(TRUE,"Mercator","x")', None, "Mercator")
        sheet.write_formula(1, 3, "=1+1", None, 2)
        sheet.write_row(2, 0, ["Kenya", "2017-04-04"])
        sheet.write_formula(2, 2, '=IF(TRUE,"","x")', None, "")
        sheet.write_formula(2, 3, "=1/0", None, "#DIV/0!")
        sheet.write_boolean(3, 3, True)
        sheet.write_row(3, 0, ["Kenya", "2017-04-05"])
        book.add_chartsheet()


def _errors(path):
    rows = [["member", "start_date", "programme", "participants", "own"]]
    for error in ("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#N/A", "#NULL!", "#NUM!"):
        rows += [["Kenya", "2017-04-03", error, error, error], [error, error, "Mercator", 3, "x"]]
    _rows_to_workbook(rows, path)


def _merged(path):
    book = openpyxl.Workbook()
    for row in (
        ["Missions", None, None], ["member", "start_date", "remarks"],
        ["Kenya", datetime.date(2017, 4, 3), "a"], [None, datetime.date(2017, 4, 4), "b"],
    ):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("A3:A4")
    book.active.row_dimensions[4].hidden = True
    book.save(path)


WORKBOOKS = {
    "several sheets": _several_sheets,
    "several sheets since 1904": functools.partial(_several_sheets, since_1904=True),
    "two sheets alike": functools.partial(_several_sheets, copy=True), "links to other sheets": _links,
    "formulas beside the table": _beside,
    "all rows formulas": lambda path: _rows_to_workbook(
        [["member", "start_date", "participants"], ["=A9", "=B9", "=C9"], ["=A9", "=B9", "=C9"]], path
    ),
    "stored results": _stored_results, "errors": _errors, "merged cells": _merged,
    "serial numbers": lambda path: _rows_to_workbook(
        [
            ["member", "start_date", "end_date"], ["Kenyaa", 42828, 42830], ["Togo", 42829, 42828],
            ["Togo", 1, -5], ["Togo", 60, 2958466], ["Togo", 42829.5, 1e10],
        ],
        path,
    ),
    "serial numbers since 1904": lambda path: _rows_to_workbook(
        [["member", "start_date", "end_date"], ["Kenyaa", 41366, 41368], ["Togo", 41367, 41366], ["Togo", 17000, 1]],
        path,
        since_1904=True,
    ),
    "numbers as numbers": lambda path: _rows_to_workbook(
        [
            HEADER,
            [1, "Kenya", datetime.date(2017, 4, 3), datetime.datetime(2017, 4, 4), 3.0, 4.5, True, 2, 40.0, 18, 7, 0.1],
            [1.0, 404, 2017, 201704, "x", "y", "z", -1, 1e20, 1.5, "", ""],
        ],
        path,
    ),
    "no rows": lambda path: _rows_to_workbook([HEADER], path),
    "nothing": lambda path: _rows_to_workbook([], path),
    "not a workbook": lambda path: path.write_bytes(b"\x89PNG"),
    "an empty file": lambda path: path.write_bytes(b""),
    "a broken archive": lambda path: (
        _rows_to_workbook([HEADER, good_row(1)], path),
        path.write_bytes(path.read_bytes()[:900]),
    ),
    "an archive of something else": lambda path: zipfile.ZipFile(path, "w").writestr("a.txt", "a"),
    "text of formulas": lambda path: _rows_to_workbook(
        [["member", "start_date", "remarks"], ["Kenya", "2017-04-03", "'=1+1"], ["Perugia", "2017-04-03", "@SUM"]], path
    ),
}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/"


def _in_sheets(rewrite):
    return lambda name, text: rewrite(text) if name.startswith("xl/worksheets/") else text


SPELLINGS = {
    "as openpyxl writes": lambda _, text: text,
    "with a prefix": _in_sheets(
        lambda text: re.sub(r"<(/?)(?!\?)(\w)", r"<\1x:\2", text).replace("xmlns=", "xmlns:x=")
    ),
    "strict": lambda _, text: text.replace(MAIN, f"{STRICT}spreadsheetml/main").replace(
        f'"{LINKS}"', f'"{STRICT}officeDocument/relationships"'
    ),
    "without references": _in_sheets(lambda text: re.sub(r' r="[A-Z]*[0-9]+"', "", text)),
    "in single quotes": _in_sheets(lambda text: re.sub(r'="([^"\']*)"', r" = '\1'", text)),
    "linked otherwise": lambda name, text: (
        text.replace("sheet1.xml", "Sheet1.XML") if name.endswith("workbook.xml.rels") else text
    ),
    "without a table of styles": lambda name, text: (
        re.sub(r' s="\d+"', "", text) if name.startswith("xl/worksheets/") else text
    ),
}


def _respell(path, rewrite):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, rewrite(name, text))


def _options(dump):
    file = "2_registers/options.txt"
    rows = [
        HEADER, *(good_row(number) for number in range(1, 4)), changed(good_row(5), "start_date", "03/04/2017"),
        *[changed(good_row(6), "mission_id", "")] * 2,
    ]
    options = [
        *(
            {"date_format": form}
            for form in (
                "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%Y%m%d", "%d%m%Y", "%d %B %Y", "%d-%b-%Y", "dd/mm/yyyy",
                "%d/%m/%Y %Q", "%d/%m/%Y%", "%d/%d/%m/%Y", "%d/%m/%Y %z", 5, "%d %m", "", "%d/%m/%Y %H:%M",
            )
        ),
        *({"kind": kind} for kind in ("missions", "beneficiaries", "mission", "", None, 3)),
        *({"year_start": month} for month in (1, 4, 7, 12, 0, 13, 7.0, True, "7", None)),
        *({"repeated_rows": what} for what in ("keep", "reject", "drop", None)),
        *(
            {"columns": columns}
            for columns in (
                {}, {"member": "remarks"}, {"membr": "x"}, {"member": 0}, ["member"], {"member": "nope"},
                {"programme": "status"}, {"programme": "status", "kind": "status"}, {"experts": None},
                {"MEMBER": "member"}, {"source": "remarks"}, "member",
            )
        ),
        *({"sheet": sheet} for sheet in ("x", 0, "", ["x"])),
        *({"encoding": code} for code in ("utf-8", "cp1252", "nope")), {"strict": True},
        {"no_country": ("Global",)}, {"unknown": 1}, {"columns": {"end_date": "start_date"}},
    ]
    for number, how in enumerate(options):
        dump.call(file, repr(how), lambda: c.read_register(saved(rows), **how), problems_only)
        if number % 3:
            continue
        dump.call(file, f"workbook, {how!r}", lambda: c.read_register(saved(rows, "xlsx"), **how), problems_only)
        dump.call(
            file, f"in parts, {how!r}", lambda: list(c.read_register_in_parts(saved(rows), **how)),
            lambda parts: [line for part in parts for line in problems_only(part)],
        )
    dates = [
        "today", "now", "-1/04/2017", "3042017", "1112017", "03042017", "2017041", "20170403", "3/4/2017",
        "03/04/17", "3 April 2017", "Apr 3, 2017", "2017-04-03", "31/04/2017", "29/02/2016", "29/02/2015",
        "42828", "2017.04.03", "03.04.2017", "3-Apr-2017", "03/04/2017 10:30",
    ]
    rows = [["member", "start_date"], *(["Kenya", text] for text in dates)]
    for form in (None, "%d/%m/%Y", "%m/%d/%Y", "%d%m%Y", "%Y%m%d", "%d/%m/%y", "%d %B %Y", "%d.%m.%Y", "%d-%b-%Y"):
        for kind in ("csv", "xlsx"):
            dump.call(
                "2_registers/dates.txt", f"format {form!r}, {kind}",
                lambda: c.read_register(saved(rows, kind), date_format=form),
            )


def _frames(dump):
    file = "2_registers/frames.txt"
    days = [datetime.date(2017, 4, 3), datetime.date(2017, 4, 4), None]
    table = pa.table(
        {
            "member": pa.array(["Kenya", "Perugia", "Peru"]).dictionary_encode(), "start_date": pa.array(days),
            "participants": pa.array([12, None, 7], pa.int64()), "cost": pa.array([1.5, None, 3.0]),
            "tags": pa.array([["a"], [], None]), "large": pa.array([9007199254740993, None, 1]),
            "sure": pa.array([True, None, False]),
            "at": pa.array([datetime.datetime(2017, 4, 3, 10, 30), None, None], pa.timestamp("us", tz="UTC")),
        }
    )
    path = TMP / "work" / "typed.parquet"
    pa.parquet.write_table(table, path)
    frames = {
        "parquet with types": path, "pandas of it": table.to_pandas(),
        "arrow types": table.to_pandas(types_mapper=pd.ArrowDtype),
        "objects": pd.DataFrame(
            {
                "member": ["Kenya", None, 3], "start_date": ["2017-04-03", "x", datetime.date(2017, 4, 3)],
                "own": [object(), 3, None],
            }
        ).drop(columns="own"),
        "timestamps": pd.DataFrame(
            {
                "member": ["Kenya"] * 3,
                "start_date": pd.to_datetime(["2017-04-03", None, "2017-04-03 10:30"], format="mixed"),
            }
        ),
        "zones": pd.DataFrame(
            {"member": ["Kenya"], "start_date": pd.to_datetime(["2017-04-03 23:00"]).tz_localize("America/Lima")}
        ),
        "periods": pd.DataFrame({"member": ["Kenya"], "start_date": pd.PeriodIndex(["2017-04"], freq="M")}),
        "integers as days": pd.DataFrame({"member": ["Kenya"] * 2, "start_date": [42828, 20170403]}),
        "an index": pd.DataFrame({"member": ["Kenya", "x"], "start_date": "2017-04-03"}, index=["a", "b"]),
        "integers as names": pd.DataFrame([["Kenya", "2017-04-03"]], columns=[0, 1]),
        "no columns": pd.DataFrame(), "no rows": pd.DataFrame(columns=["member", "start_date"]),
        "two columns of one name": pd.DataFrame(
            [["Kenya", "Peru", "2017-04-03"]], columns=["member", "member", "start_date"]
        ),
        "two levels": pd.DataFrame(
            [["Kenya", "2017-04-03"]], columns=pd.MultiIndex.from_tuples([("a", "member"), ("a", "start_date")])
        ),
        "read back": register_rows(),
        "categories": pd.DataFrame(
            {"member": pd.Categorical(["Kenya", "Kenya"]), "start_date": pd.Categorical(["2017-04-03", "2017-04-04"])}
        ),
        "floats": pd.DataFrame(
            {"member": ["Kenya"] * 4, "start_date": "2017-04-03", "experts": [1.0, 1.5, math.nan, math.inf]}
        ),
        "a list": ["x"], "None": None, "a Series": pd.Series(["Kenya"]), "a dict": {"member": ["Kenya"]},
        "a path that is none": TMP / "none.csv", "a folder": TMP, "text": "none.csv", "no kind": "none",
        "a file object": io.StringIO("member,start_date\n"),
    }
    for name, frame in frames.items():
        dump.call(file, name, lambda: c.read_register(frame))
        dump.call(
            file, f"in parts, {name}", lambda: list(c.read_register_in_parts(frame)),
            lambda parts: [line for part in parts for line in problems_only(part)],
        )
    broken = TMP / "work" / "broken.parquet"
    broken.write_bytes(b"PAR1")
    dump.call(file, "broken parquet", lambda: c.read_register(broken))


BENEFICIARIES = [
    ["Member", "Programme", "Track", "Start date", "End date", "As of", "Status", "Source"],
    ["Kenya", "Mercator", "Tailor-Made", "2016-01-01", "2091-01-01", "2018-02-28", "active", "a"],
    ["Kenya", "", "", "", "", "", "", ""], ["Aruba", "Mercator", "", "", "2010-01-01", "2091-01-01", "", ""],
    ["Peru", "Mercator", "", "2017-01-01", "2016-01-01", "", "", ""],
    ["Peru", "Mercator", "", "1950-01-01", "", "03/04/2017", "", ""],
    ["Peru", "n/a", "TBC", "2017", "2017-04", "2018-02-28", "-", ""],
    ["Togo", "Mercator", "", "", "", "", "", ""], ["Togo", "Mercator", "", "", "", "", "", ""],
]


def _beneficiaries(dump):
    file = "2_registers/beneficiaries.txt"
    for kind in ("csv", "xlsx", "parquet", "frame"):
        dump.call(file, kind, lambda: c.read_register(saved(BENEFICIARIES, kind), kind="beneficiaries"))
    for how in (
        {"repeated_rows": "reject"}, {"date_format": "%d/%m/%Y"}, {"year_start": 1},
        {"columns": {"track": "Status"}}, {"columns": {"participants": "Status"}},
    ):
        dump.call(file, repr(how), lambda: c.read_register(saved(BENEFICIARIES), kind="beneficiaries", **how))
    dump.call(file, "as missions", lambda: c.read_register(saved(BENEFICIARIES)), problems_only)
    dump.call(
        file, "missions as beneficiaries", lambda: c.read_register(saved([HEADER, good_row(1)]), kind="beneficiaries")
    )
    dump.call(
        "2_registers/workbooks_to_correct.txt",
        "beneficiaries",
        lambda: c.read_register(saved(BENEFICIARIES), kind="beneficiaries").save_problems(fresh("out") / "p.xlsx"),
        workbook_lines,
    )


def _example(dump):
    """Read the example register, hand its bad rows back, and read them again."""
    file = "2_registers/example_register.txt"
    dump.call(file, "read", lambda: c.read_register(example_file(), **EXAMPLE))
    dump.call(
        file, "without a format", lambda: c.read_register(example_file(), columns=EXAMPLE["columns"]), problems_only
    )
    dump.call(file, "without columns", lambda: c.read_register(example_file()), problems_only)
    dump.call(
        file, "in parts", lambda: list(c.read_register_in_parts(example_file(), **EXAMPLE)),
        lambda parts: [line for part in parts for line in problems_only(part)],
    )
    dump.call(
        file, "the class", lambda: c.read_register(example_file(), **EXAMPLE),
        lambda register: [type(register).__name__, register._repr_html_()],
    )
    register, error, _ = attempt(lambda: c.read_register(example_file(), **EXAMPLE))
    if error is None:
        _hand_back(dump, file, "example", register, EXAMPLE)
    for name, path in {
        "a folder on the way": "a/b/p.xlsx", "another ending": "p.xls", "no ending": "p",
        "there already": "there.xlsx",
    }.items():
        folder = fresh("out")
        (folder / "there.xlsx").write_text("mine")
        dump.call(file, f"save_problems, {name}", lambda: register.save_problems(folder / path))
    dump.call(file, "save_problems, overwrite", lambda: register.save_problems(fresh("out") / "p.xlsx", overwrite=True))
    dump.call(
        file,
        "save_problems without problems",
        lambda: c.read_register(saved([HEADER, good_row(1)])).save_problems(fresh("out") / "p.xlsx"),
        workbook_lines,
    )


GOOD = {
    "member": "Kenya", "start_date": "2017-04-03", "end_date": "2017-05-30", "experts": "2",
    "participants": "40", "female_participants": "18", "programme": "Mercator", "country": "Kenya",
    "start": "2017-04-03", "end": "2017-05-30", "as_of": "2018-01-01",
}


def _hand_back(dump, file, title, register, how, corrected=True):
    """Dump the workbook of rejected rows, and what reading it gives, as it is and corrected."""
    path = fresh("out") / "to_correct.xlsx"
    dump.call(file, f"{title}: workbook", lambda: register.save_problems(path), workbook_lines)
    if not path.exists():
        return
    dump.call(file, f"{title}: read again", lambda: c.read_register(path, **how), problems_only)
    if not corrected:
        return
    book = openpyxl.load_workbook(path)
    sheet = book.active
    for place, head in enumerate([cell.value for cell in sheet[1]], start=1):
        name = re.sub(r"\W+", "_", str(head)).strip("_").lower()
        for row in range(2, sheet.max_row + 1):
            if name in GOOD:
                sheet.cell(row, place).value = GOOD[name]
            elif name in ("mission_id",):
                sheet.cell(row, place).value = f"C-{row}"
    book.save(path)
    dump.call(file, f"{title}: corrected", lambda: c.read_register(path, **how))


def _random_registers(dump):
    pool = collections.defaultdict(list)
    for column, value in faults():
        pool[column].append(value)
    for seed in range(300):
        path, how = _random_register(random.Random(seed), pool)
        file = f"2_registers/random_{seed // 25:02}.txt"
        title = f"{seed} {how}"
        register, error, warned = attempt(lambda: c.read_register(path, **how))
        if error is not None:
            dump.section(file, title, [*error_lines(error), *warned])
            continue
        dump.section(file, title, [*register_lines(register), *warned])
        _hand_back(
            dump, f"2_registers/random_workbooks_{seed // 25:02}.txt", title, register, how, corrected=seed % 6 == 0
        )
    for seed in range(300, 360):
        path, how = _random_beneficiaries(random.Random(seed))
        dump.call(
            "2_registers/random_beneficiaries.txt", f"{seed} {how}",
            lambda: c.read_register(path, kind="beneficiaries", **how),
        )


def _random_register(chance, pool):
    """Return a register with faults by chance, as a file or a frame, and the options to read it with."""
    rows = []
    for _ in range(chance.randint(0, 12)):
        row = good_row(chance.randint(1, 9))
        for place, name in enumerate(HEADER):
            if chance.random() < 0.12:
                row[place] = chance.choice(
                    [*pool[name], "", " ", "Total", "x\ny", 'a"b', "\u00e9", "NA", "2017-04-03 12:00"]
                )
        if chance.random() < 0.08:
            row = HEADER[:]
        if chance.random() < 0.08:
            row = [""] * len(HEADER)
        if chance.random() < 0.08:
            row = row[: chance.randint(1, 11)]
        if chance.random() < 0.08:
            row = [*row, "z"]
        rows += [row] * (2 if chance.random() < 0.1 else 1)
    how = {}
    if chance.random() < 0.3:
        how["date_format"] = chance.choice(["%d/%m/%Y", "%m/%d/%Y"])
    if chance.random() < 0.3:
        how["repeated_rows"] = "reject"
    kind = chance.choice(["csv"] * 7 + ["xlsx", "parquet", "frame"])
    if kind != "csv":
        return saved([HEADER, *rows], kind), how
    path = saved(
        [HEADER, *rows], delimiter=chance.choice(",;\t|"), quoting=chance.choice([0, 0, 1]),
        encoding=chance.choice(["utf-8", "utf-8", "cp1252", "utf-16"]),
    )
    content = path.read_bytes()
    if chance.random() < 0.2:
        content = b"A title\n\n" + content
    if chance.random() < 0.1:
        content += b'x,"open\nKenya,1\n'
    path.write_bytes(content)
    return path, how


def _random_beneficiaries(chance):
    rows = [BENEFICIARIES[0]]
    for _ in range(chance.randint(0, 10)):
        row = [chance.choice(BENEFICIARIES[1:])[place] for place in range(8)]
        rows += [row] * chance.choice([1, 1, 1, 2])
    return saved(rows, chance.choice(["csv", "xlsx", "frame"])), {"repeated_rows": chance.choice(["keep", "reject"])}


# ---------------------------------------------------------------------------------------------
# 3. Broken tables.

ALONE = ["", "x", "-1", "2014-02-30", "missions"]  # bad cells, one at a time
BAD_CELLS = [
    *ALONE, "2017-04", "KEN", "true", " ", "many", "0", "2.5", "1,200", "9" * 30, "31.12.2014", "2017", "2091-01-01", "perhaps", "ken",
    "XXX", "missions.csv", "#N/A", "n/a", "a b", "Missions!", "\u00e9",
]


def dump_tables(dump):
    for name in TABLES:
        header, *body = list(csv.reader(io.StringIO(of_before(f"data/{name}.csv").decode("utf-8-sig"))))
        whole = [row for row in body if any(row)]
        body = [row for row in whole if name != "places" or row[0] in ("ABW", "KEN", "AFG")][:12]
        _broken_cells(dump, name, header, body)
        _broken_forms(dump, name, header, body)
        load = functools.partial(_load, name)
        for kind in ("csv", "xlsx", "parquet", "frame"):
            source = saved([header, *whole], kind, name="whole")
            dump.call(
                f"3_tables/{name}_forms.txt", f"the whole table, {kind}", lambda: load(source),
                lambda frame: [f"{len(frame)} rows", *(f"{column}: {frame[column].dtype}" for column in frame)],
                with_problems=True,
            )


def _load(name, source, **how):
    return getattr(c, f"load_{name}")(source=source, **how)


def _broken_cells(dump, name, header, body):
    """Break the cells of a column: one of them, then many at once."""
    file = f"3_tables/{name}_cells.txt"
    for place, column in enumerate(header):
        for value in ALONE:
            rows = [row[:] for row in body]
            rows[2][place] = value
            title = f"{column} {value!r}"
            dump.call(file, title, lambda: _load(name, saved([header, *rows])), _sizes, with_problems=True)
        for start in range(0, len(BAD_CELLS), len(body)):
            rows = [row[:] for row in body]
            for row, value in zip(rows, BAD_CELLS[start:]):
                row[place] = value
            title = f"{column}, many from {start} on"
            dump.call(file, title, lambda: _load(name, saved([header, *rows])), _sizes, with_problems=True)


def _sizes(frame):
    return [
        f"{len(frame)} rows; row 2: {', '.join(map(cell, frame.iloc[2].tolist()))}"
        if len(frame) > 2
        else f"{len(frame)} rows"
    ]


def _broken_forms(dump, name, header, body):
    file = f"3_tables/{name}_forms.txt"
    several = [row[:] for row in body]
    for place in range(len(header)):
        several[place % len(several)][place] = BAD_CELLS[(7 * place) % len(BAD_CELLS)]
    for kind in ("csv", "xlsx", "parquet", "frame"):
        dump.call(
            file, f"several faults, {kind}", lambda: _load(name, saved([header, *several], kind)), _sizes,
            with_problems=True,
        )
    for place, column in enumerate(header):
        without = [[text for at, text in enumerate(row) if at != place] for row in (header, *body)]
        dump.call(file, f"without {column}", lambda: _load(name, saved(without)), _sizes, with_problems=True)
        misspelt = [f"{text}s" if at == place else text for at, text in enumerate(header)]
        dump.call(file, f"misspelt {column}", lambda: _load(name, saved([misspelt, *body])), _sizes, with_problems=True)
    rows = {
        "a row twice": [header, *body, body[1]], "header twice": [header, header, *body], "no rows": [header],
        "no header": body, "a title above": [["A title"], [], header, *body],
        "a title of full width above": [["A title", *[""] * (len(header) - 1)], [""] * len(header), header, *body],
        "names in other letters": [[column.replace("_", " ").title() for column in header], *body],
        "a column twice": [[*header, header[0]], *([*row, row[0]] for row in body)],
        "a column of one's own": [[*header, "remark"], *([*row, "mine"] for row in body)],
        "cells under no name": [header, [*body[0], "kept?"], *body[1:]],
        "a short row": [header, body[0][:-1], *body[1:]], "a long row": [header, [*body[0], "more"], *body[1:]],
        "blank cells at the end": [header, *([*row, "", " "] for row in body)],
        "blank rows": [header, body[0], [""] * len(header), *body[1:]],
        "another table": [["a", "b"], ["1", "2"]],
        "a quoted newline": [header, [*body[0][:-1], "two\nlines"], *body[1:]],
    }
    for title, broken in rows.items():
        for kind in ("csv", "xlsx") if name in ("counts", "places") else ("csv",):
            dump.call(file, f"{title}, {kind}", lambda: _load(name, saved(broken, kind)), _sizes, with_problems=True)
    for delimiter, encoding in zip(",;\t|,,,", ("utf-8", "utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252")):
        dump.call(
            file,
            f"delimiter {delimiter!r}, {encoding}",
            lambda: _load(name, saved([header, *body], delimiter=delimiter, encoding=encoding)),
            _sizes,
            with_problems=True,
        )
    text = saved([header, *body]).read_text(encoding="utf-8")
    lines = text.split("\n")
    texts = {
        "nothing": "", "blank lines": "\n\n", "commas": ",,,\n",
        "ends of lines of Windows": text.replace("\n", "\r\n"),
        "ends of lines of old Macs": text.replace("\n", "\r"),
        "an open quotation mark": "\n".join([lines[0], '"' + lines[1].replace('"', ""), *lines[2:]]),
        "a quotation mark inside": "\n".join([lines[0], 'a"b' + lines[1], *lines[2:]]),
        "other bytes": text.encode() + "d\u00e9j\u00e0\n".encode("cp1252"),
        "other bytes in the header": text.replace("note", "n\u00f4te").encode("cp1252"),
        "all in one cell": "\n".join([lines[0], '"' + lines[1].replace('"', "") + '"', *lines[2:]]),
        "semicolons in one line": "\n".join([lines[0], lines[1].replace(",", ";"), *lines[2:]]),
        "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    }
    for title, content in texts.items():
        path = written(content, "table.csv")
        dump.call(file, title, lambda: _load(name, path), _sizes, with_problems=True)
    for suffix in ("doc", "xlsx", "parquet", "json", ""):
        path = written(b"no table", f"broken.{suffix}")
        dump.call(file, f"no table in a file that ends in {suffix!r}", lambda: _load(name, path), _sizes)
    _broken_workbooks(dump, name, header, body)
    for title, source in {
        "no such file": TMP / "none.csv", "a folder": TMP, "a number": 3, "a list": [1],
        "two columns of one name": pd.DataFrame([[1, 2]], columns=["a", "a"]), "no frame": pd.DataFrame(),
        "typed": shipped(name), "typed objects": shipped(name).astype("object"),
        "arrow": pd.DataFrame(shipped(name)).convert_dtypes(dtype_backend="pyarrow"),
    }.items():
        dump.call(
            file, title, lambda: _load(name, source),
            lambda frame: [f"{len(frame)} rows", *(f"{column}: {frame[column].dtype}" for column in frame)],
            with_problems=True,
        )


def _broken_workbooks(dump, name, header, body):
    file = f"3_tables/{name}_workbooks.txt"
    path = TMP / "work" / "table.xlsx"
    for column in (0, header.index("period_end") if "period_end" in header else len(header) // 2):
        for value in ("=1/0", "#REF!", 42828, 41366.5, True, datetime.date(2017, 4, 3), datetime.time(10), "'=1+1"):
            rows = [row[:] for row in body]
            rows[1][column] = value
            for since_1904 in (False, True) if isinstance(value, float | int) else (False,):
                _rows_to_workbook([header, *rows], path, since_1904)
                dump.call(
                    file, f"{header[column]} {value!r}, since 1904 {since_1904}", lambda: _load(name, path),
                    _sizes,
                    with_problems=True,
                )
    book = openpyxl.Workbook()
    book.active.append(["Read me"])
    for row in (header, *body):
        (book["Table"] if "Table" in book.sheetnames else book.create_sheet("Table")).append(row)
    book.save(path)
    dump.call(file, "on the second sheet", lambda: _load(name, path), _sizes, with_problems=True)
    beside = TMP / "work" / "sources.csv"
    if name in ("counts", "beneficiaries"):
        rows = [[("my-letter" if column == "source_id" else text) for column, text in zip(header, row)] for row in body]
        dump.call(
            file, "sources that are not known", lambda: _load(name, saved([header, *rows])), _sizes, with_problems=True
        )
        for title, text in {
            "own": "my-letter,A letter,An office,2018,https://example.org,2018-03-02,",
            "broken": "my letter,,,soon,x,y,",
        }.items():
            beside.write_text(f"source_id,title,publisher,published,url,accessed,note\n{text}\n")
            dump.call(
                file, f"sources beside the file, {title}", lambda: _load(name, saved([header, *rows])), _sizes,
                with_problems=True,
            )
        beside.unlink()


# ---------------------------------------------------------------------------------------------
# 4. Charts.


def chart_lines(ax):
    """Return the words of a chart that was drawn: text alternative, all texts, legend, axes."""
    legend = ax.get_legend()
    ticks = [*ax.get_xticklabels(), *ax.get_yticklabels()]
    texts = sorted({_one_line(text.get_text()) for text in _seen(ax.figure) if text not in ticks})
    described = " / ".join(outcome(lambda: c.describe(ax), lambda text: text_lines(text)))
    lines = [f"describe {sentence}" for sentence in re.split(r"(?<=[.;]) ", described)]
    for name, (low, high) in {"x": ax.get_xlim(), "y": ax.get_ylim()}.items():
        lines.append(f"{name} from {low:.5g} to {high:.5g}")
    lines.append(f"x ticks: {[_one_line(label.get_text()) for label in ax.get_xticklabels()]}")
    lines.append(f"y ticks: {[_one_line(label.get_text()) for label in ax.get_yticklabels()]}")
    lines.append(f"legend: {[_one_line(text.get_text()) for text in legend.get_texts()] if legend else None}")
    return lines + [f"text: {plain(text)}" for text in texts]


def _seen(figure):
    """Return the texts of a figure that are seen."""
    texts = figure.findobj(mpl.text.Text)
    return [text for text in texts if text.get_text().strip() and text.get_visible()]


def _one_line(text):
    return " ".join(text.split())


def marks_lines(ax):
    """Return what is drawn, in numbers of the data, and where the words lie, in dots."""
    width, height = ax.figure.get_size_inches()
    lines = [f"figure {width:.2f} x {height:.2f} inches, axes at {_numbers(ax.get_position().bounds)}"]
    for artist in ax.get_children():
        if isinstance(artist, mpl.patches.Rectangle) and artist is not ax.patch:
            box = _numbers(artist.get_bbox().bounds)
            lines.append(
                f"bar {box} {_colour(artist.get_facecolor())} {_colour(artist.get_edgecolor())} {artist.get_hatch()} {artist.get_linestyle()}"
            )
        elif isinstance(artist, mpl.patches.Patch) and artist is not ax.patch:
            lines.append(
                f"{type(artist).__name__} {_numbers(artist.get_path().vertices[:6].ravel())} {_colour(artist.get_facecolor())}"
            )
        elif isinstance(artist, mpl.lines.Line2D):
            points = _numbers(
                np.column_stack([np.asarray(part, dtype=float) for part in artist.get_data(orig=False)]).ravel()[:40]
            )
            lines.append(
                f"line {points} {artist.get_marker()} {artist.get_linestyle()} {mpl.colors.to_hex(artist.get_color())}"
            )
        elif isinstance(artist, mpl.collections.Collection):
            offsets = _numbers(np.asarray(np.ma.getdata(artist.get_offsets()), dtype=float).ravel()[:40])
            lines.append(
                f"{type(artist).__name__} of {len(artist.get_paths())} at {offsets} {[_colour(colour) for colour in artist.get_facecolor()[:20]]}"
            )
    placed = sorted(
        (_one_line(text.get_text()), *text.get_window_extent().bounds, number, text)
        for number, text in enumerate(_seen(ax.figure))
    )
    for words, *bounds, _, text in placed:
        box = " ".join(f"{edge:.0f}" for edge in bounds)
        style = f"{text.get_fontsize():g} points, {mpl.colors.to_hex(text.get_color())}, turned {text.get_rotation():g}"
        lines.append(f"text {plain(words)!r} at {box}, {style}")
    return lines


def _numbers(values):
    return "[" + " ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in values) + "]"


def _colour(colour):
    return mpl.colors.to_hex(colour, keep_alpha=True)


@functools.cache
def _tallied(by="wco_region", **how):
    return c.count_missions(register_rows(), by=by, **dict(how))


def charts():
    """Return calls that draw charts, by name."""
    made = series()
    calls = {}
    indicators = sorted(shipped("counts")["indicator"].unique())
    for name in indicators:
        frame = shipped("counts", name)
        chosen = name in several_figures()[::3]
        if chosen or name < "b":
            calls[f"plot_counts {name}"] = lambda frame=frame: c.plot_counts(frame)
        if chosen:
            calls[f"plot_changes {name}"] = lambda frame=frame: c.plot_changes(c.year_on_year(frame))
    for name, frame in made.items():
        calls[f"plot_counts of {name}"] = lambda frame=frame: c.plot_counts(frame)
        if len(calls) % 4 < 2:
            calls[f"plot_changes of {name}"] = lambda frame=frame: c.plot_changes(c.year_on_year(frame))
    for per, reading in itertools.product(("period", "month"), READINGS):
        for name, frame in {"missions": missions(), "words": made["words"]}.items():
            calls[f"plot_counts of {name}, {per}, {reading}"] = lambda frame=frame, per=per, reading=reading: (
                c.plot_counts(frame, per=per, reading=reading)
            )
            calls[f"plot_changes of {name}, {per}, {reading}"] = lambda frame=frame, per=per, reading=reading: (
                c.plot_changes(c.year_on_year(frame, per=per, reading=reading))
            )
    for name in ("parts", "parts with words", "parts of two units"):
        calls[f"plot_contributions of {name}"] = lambda frame=made[name]: c.plot_contributions(c.contributions(frame))
        calls[f"plot_contributions of {name}, month, strict"] = lambda frame=made[name]: c.plot_contributions(
            c.contributions(frame, per="month", reading="strict")
        )
    for by in ("wco_region", "programme", "member", "kind"):
        calls[f"plot_contributions by {by}"] = lambda by=by: c.plot_contributions(c.contributions(_tallied(by), by))
    many = pd.concat(
        [years({2015: 10, 2016: 10 + step, 2017: 30 - step}, wco_region=f"part {step}") for step in range(1, 12)]
    )
    calls["plot_contributions of many parts"] = lambda: c.plot_contributions(c.contributions(many))
    for programme in sorted(shipped("beneficiaries")["programme"].unique()):
        calls[f"plot_beneficiaries {programme}"] = lambda lists=shipped("beneficiaries", programme): (
            c.plot_beneficiaries(lists)
        )
        if programme < "I":
            calls[f"plot_members {programme}"] = lambda lists=shipped("beneficiaries", programme): c.plot_members(lists)
    gtfp = shipped("beneficiaries", "SECO-WCO GTFP")
    calls["plot_beneficiaries of changes"] = lambda: c.plot_beneficiaries(c.membership_changes(gtfp))
    calls["plot_beneficiaries of all"] = lambda: c.plot_beneficiaries(shipped("beneficiaries"))
    calls["plot_members of codes"] = lambda: c.plot_members(["KEN", "UGA", "PER"])
    calls["plot_members of counts"] = lambda: c.plot_members(register_rows()["iso3"].value_counts())
    calls["plot_members of a column"] = lambda: c.plot_members(register_rows()["iso3"])
    calls["plot_members of nothing"] = lambda: c.plot_members([])
    calls["plot_members of others"] = lambda: c.plot_members(["XXX", "KEN", "ABW"])
    calls["plot_claims of missions"] = lambda: c.plot_claims(c.check_claims(missions()))
    calls["plot_claims of all"] = lambda: c.plot_claims(c.check_claims(shipped("counts")))
    checkable = lambda: c.check_claims(shipped("counts")).query("verdict != 'cannot be checked'")
    calls["plot_claims of those that can be checked"] = lambda: c.plot_claims(checkable())
    calls["plot_claims of five"] = lambda: c.plot_claims(checkable().head(5))
    calls["plot_claims of claims"] = lambda: c.plot_claims(c.check_claims(made["claims"]))
    for name, how in {
        "a title": {"title": "Missions rose from about 335 to 492"},
        "a long title": {"title": "Missions " * 20}, "markup": {"title": "$x_1$ <b> & \\n %"},
        "an empty title": {"title": ""}, "no title": {"title": False},
    }.items():
        calls[f"plot_counts with {name}"] = lambda how=how: c.plot_counts(missions(), **how)
        calls[f"plot_changes with {name}"] = lambda how=how: c.plot_changes(
            c.year_on_year(missions(), per="month"), **how
        )
        if name != "a title":
            continue
        calls[f"plot_claims with {name}"] = lambda how=how: c.plot_claims(c.check_claims(missions()), **how)
        calls[f"plot_members with {name}"] = lambda how=how: c.plot_members(["KEN"], **how)
        calls[f"plot_contributions with {name}"] = lambda how=how: c.plot_contributions(
            c.contributions(made["parts"]), **how
        )
        calls[f"plot_beneficiaries with {name}"] = lambda how=how: c.plot_beneficiaries(gtfp, **how)
    return calls


def chart_places():
    """Return calls that draw on Axes of one's own."""

    def on(**figure):
        fig, axes = mpl.pyplot.subplots(**figure)
        return axes

    def two():
        first, second = on(ncols=2, layout="constrained", figsize=(12, 4))
        c.plot_counts(missions(), ax=first)
        return c.plot_changes(c.year_on_year(missions()), ax=second)

    def styled():
        with mpl.pyplot.style.context("dark_background"):
            return c.plot_counts(missions())

    def after_drawing():
        ax = on()
        ax.plot([1, 2], [3, 4], label="mine")
        return c.plot_counts(missions(), ax=ax)

    def not_ours():
        ax = on()
        ax.bar(["a", "b"], [3, 4])
        ax.set_title("Mine")
        return ax

    import matplotlib.pyplot

    return {
        "one of two": two, "in another style": styled, "on Axes with a line": after_drawing,
        "not ours": not_ours, "a column wide": lambda: c.plot_counts(missions(), ax=on(figsize=(3.35, 2.5))),
        "a page wide": lambda: c.plot_changes(c.year_on_year(missions()), ax=on(figsize=(6.7, 4))),
        "large": lambda: c.plot_counts(missions(), ax=on(figsize=(16, 9))),
        "tiny": lambda: c.plot_counts(missions(), ax=on(figsize=(1, 1))),
        "polar": lambda: c.plot_counts(missions(), ax=on(subplot_kw={"projection": "polar"})),
        "no Axes": lambda: c.plot_counts(missions(), ax="x"),
        "contributions a column wide": lambda: c.plot_contributions(
            c.contributions(series()["parts"]), ax=on(figsize=(3.35, 2.5))
        ),
        "members a column wide": lambda: c.plot_members(["KEN", "PER"], ax=on(figsize=(3.35, 5))),
        "beneficiaries a page wide": lambda: c.plot_beneficiaries(
            shipped("beneficiaries", "SECO-WCO GTFP"), ax=on(figsize=(6.7, 4))
        ),
        "claims a page wide": lambda: c.plot_claims(c.check_claims(missions()), ax=on(figsize=(6.7, 4))),
    }


def dump_charts(dump):
    import matplotlib.pyplot as plt

    for name, draw in (charts() | chart_places()).items():
        kind = name.split()[0] if name.startswith("plot_") else "axes_of_one's_own"
        value, error, warned = attempt(draw)
        file = f"4_charts/{kind}"
        if error is not None:
            dump.section(f"{file}.txt", name, [*error_lines(error), *warned])
        else:
            drawn = _shown(lambda ax: ax.figure.draw_without_rendering() or [], value)
            dump.section(f"{file}.txt", name, [*drawn, *_shown(chart_lines, value), *warned])
            dump.section(f"{file}_marks.txt", name, _shown(marks_lines, value))
        plt.close("all")


def _shown(show, value):
    lines, error, _ = attempt(lambda: show(value))
    return error_lines(error) if error is not None else lines


# ---------------------------------------------------------------------------------------------
# 5. Files.


def workbook_lines(path):
    """Return all that a workbook holds: sheets, cells with their forms and comments, checks, charts."""
    book = openpyxl.load_workbook(path)
    lines = [
        f"workbook {Path(path).name}: {', '.join(book.sheetnames)}; title {book.properties.title!r}, subject {book.properties.subject!r}"
    ]
    lines += [f"name {name}: {defined.attr_text}" for name, defined in book.defined_names.items()]
    for sheet in book.worksheets:
        widths = {
            letter: round(width.width, 1) for letter, width in sorted(sheet.column_dimensions.items()) if width.width
        }
        lines.append(
            f"sheet {sheet.title} ({sheet.sheet_state}) {sheet.dimensions}, frozen {sheet.freeze_panes}, filter {sheet.auto_filter.ref}, merged {sorted(map(str, sheet.merged_cells.ranges))}"
        )
        lines.append(f"widths {widths}")
        for check in sheet.data_validations.dataValidation:
            said = [
                check.type, check.operator, check.formula1, check.formula2, check.promptTitle, check.prompt,
                check.errorTitle, check.error, check.errorStyle,
            ]
            lines.append(plain(f"check {check.sqref}: {' / '.join(str(part) for part in said)}"))
        for ranges, rules in sheet.conditional_formatting._cf_rules.items():
            lines += [f"condition {ranges.sqref}: {rule.type} {rule.formula}" for rule in rules]
        for row in sheet.iter_rows():
            lines += [_cell_of_workbook(each) for each in row if each.value is not None or each.comment]
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if re.match(r"xl/charts/chart|xl/drawings/drawing", name):
                xml = archive.read(name).decode()
                pattern = r"<(?:a:t|c:f|c:v|xdr:(?:col|row))>([^<]*)<|descr=\"([^\"]*)"
                words = [text or description for text, description in re.findall(pattern, xml)]
                lines.append(plain(f"{name}: {' | '.join(words)}"))
    return lines


def _cell_of_workbook(each):
    fill = each.fill.fgColor.rgb if each.fill.fill_type else ""
    extras = [
        each.number_format if each.number_format != "General" else "", "bold" if each.font.b else "", str(fill),
        f"link {each.hyperlink.target or each.hyperlink.location}" if each.hyperlink else "",
    ]
    comment = f" comment {_one_line(plain(each.comment.text))!r}" if each.comment else ""
    return f"{each.coordinate} {each.data_type} {cell(each.value)} [{' '.join(filter(None, extras))}]{comment}"


def slide_lines(path):
    """Return the words of a deck of slides, and the numbers of its charts."""
    from pptx import Presentation

    deck = Presentation(path)
    properties = deck.core_properties
    lines = [
        f"deck of {len(deck.slides)} slides, {deck.slide_width} x {deck.slide_height}; {properties.title!r}, {properties.subject!r}, {properties.author!r}"
    ]
    for number, slide in enumerate(deck.slides, start=1):
        lines.append(f"slide {number} ({slide.slide_layout.name})")
        for shape in slide.shapes:
            described = shape._element.xpath(".//p:cNvPr/@descr")
            lines.append(
                plain(
                    f"{shape.shape_type} {shape.name!r} at {shape.left} {shape.top} {shape.width} {shape.height}: {_one_line(shape.text_frame.text) if shape.has_text_frame else ''} / alt {described}"
                )
            )
            if shape.has_chart:
                chart = shape.chart
                lines.append(f"chart {chart.chart_type}, legend {chart.has_legend}, title {chart.has_title}")
                for plot in chart.plots:
                    lines.append(f"categories {list(map(str, plot.categories))}")
                    lines += [f"series {each.name!r}: {list(each.values)}" for each in plot.series]
                words = re.findall(r"<(?:\w+:)?t>([^<]*)<", chart.part.blob.decode())
                lines.append(plain(f"words in the chart: {words}"))
        if slide.has_notes_slide:
            lines += [f"notes {line}" for line in text_lines(slide.notes_slide.notes_text_frame.text)]
    return lines


def svg_lines(path):
    """Return the words of an SVG, where they stand, and how many elements of each kind there are."""
    text = Path(path).read_text(encoding="utf-8")
    kinds = collections.Counter(re.findall(r"<(\w[\w:]*)", text))
    root = re.sub(r'\bid="[^"]*"|aria-labelledby="[^"]*"', "", re.search(r"<svg[^>]*>", text)[0])
    lines = [plain(_one_line(root)), f"elements {dict(sorted(kinds.items()))}"]
    for kind in ("title", "desc", "dc:title", "dc:description", "dc:creator"):
        lines += [
            plain(f"{kind}: {_one_line(found)}") for found in re.findall(rf"<{kind}[^>]*>(.*?)</{kind}>", text, re.S)
        ]
    for attributes, words in re.findall(r"<text([^>]*)>(.*?)</text>", text, re.S):
        place = re.search(r'transform="([^"]*)"', attributes)
        where = re.sub(r"-?\d+\.?\d*", lambda number: f"{float(number[0]):.0f}", place[1]) if place else ""
        lines.append(plain(f"text {_one_line(re.sub('<[^>]*>', ' ', words))!r} {where}"))
    return lines


def picture_lines(path):
    """Return size and words of a PNG."""
    from PIL import Image

    with Image.open(path) as image:
        return [
            f"{image.size} {image.mode} {image.info.get('dpi')}",
            *(plain(f"{name}: {text}") for name, text in sorted(image.text.items())),
        ]


def pdf_lines(path):
    """Return size, metadata and words of a PDF."""
    import pypdf

    reader = pypdf.PdfReader(path)
    size = [f"{float(edge):.1f}" for edge in reader.pages[0].mediabox]
    about = {
        name: text
        for name, text in (reader.metadata or {}).items()
        if name not in ("/CreationDate", "/ModDate", "/Producer")
    }
    return [f"{len(reader.pages)} pages of {size}", cell(dict(sorted(about.items())))]


def parquet_lines(path):
    schema = pa.parquet.read_schema(path)
    lines = [f"{field.name}: {field.type}" for field in schema]
    about = {
        name.decode(): text.decode()
        for name, text in (schema.metadata or {}).items()
        if name not in (b"pandas", b"ARROW:schema")
    }
    lines += [plain(f"metadata {name}: {text}") for name, text in sorted(about.items())]
    return lines + frame_lines(pd.read_parquet(path))


SHOW = {
    ".xlsx": workbook_lines, ".pptx": slide_lines, ".svg": svg_lines, ".png": picture_lines, ".pdf": pdf_lines,
    ".parquet": parquet_lines,
}


def written_lines(path):
    """Return the content of a file by its ending, or of each file of a list or a folder."""
    if isinstance(path, list):
        return [line for each in path for line in (f"-- {each.name}", *written_lines(each))]
    return SHOW.get(path.suffix, file_lines)(path)


def folder_lines(folder):
    """Return what is in a folder, by name."""
    return [str(path.relative_to(folder)) for path in sorted(folder.rglob("*"))]


COMPUTED = [
    "=cmd|' /C calc'!A0", "=1+1", "+1+1", "-A1", "+SUM(A1:A3)", "-3 +cmd|' /C calc'!A0", "+3 words\t=1", "-",
    "- a dash", "+1 2", "+49%\n=1+1", "@SUM", "\t=1", "\r=1", "\n=1", "\uff1d1+1",
    '=HYPERLINK("https://example.org","click")', "+49%", "-3.5", "+14", "<b>bold</b>", "a|b", "$x$", "# head",
    "&amp;", "'quoted'", "", " ", "https://example.org", "x" * 300,
]


def tables():
    """Return frames to write, by name."""
    parts = series()["parts"]
    made = {
        "changes": lambda: c.year_on_year(missions(), per="month"),
        "changes of all": lambda: c.year_on_year(shipped("counts")).head(30),
        "claims": lambda: c.check_claims(missions()), "contributions": lambda: c.contributions(parts),
        "tallied": _tallied,
    }
    return {name: result(make) for name, make in made.items()} | {
        "missions": missions(), "counts": shipped("counts").head(25),
        "beneficiaries": shipped("beneficiaries").head(20), "members": shipped("members").head(20),
        "sources": shipped("sources").head(8), "amounts": series()["amounts"],
        "stocks": series()["stocks"], "words": series()["words"],
        "computed": pd.DataFrame({"text": COMPUTED, "source_id": "wco-2018-03-02"}),
        "odd": pd.DataFrame(
            {
                "at": pd.to_datetime(["2017-03-09 10:30", None]), "open": [np.inf, -1.5], "mixed": [1, "=1+1"],
                "sure": pd.array([True, None], dtype="boolean"), "count": pd.array([1, None], dtype="Int64"),
                "kind": pd.Categorical(["a", "b"]), "=head": ["x", "y"], "source_id": ["not known", None],
                "large": [2**53 + 1, 1], "old": pd.to_datetime(["1899-01-01", "1900-01-01"]),
            }
        ),
        "named index": missions()[["source_id", "value"]].set_index("source_id"),
        "two levels": missions().groupby(["scope", "source_id"])[["value"]].sum(),
        "no rows": missions().head(0), "no columns": pd.DataFrame(index=[1, 2]),
        "integers as names": pd.DataFrame([[1, 2]]), "unsorted index": missions().iloc[::-1],
        "rows": register_rows().head(10),
    }


def dump_files(dump):
    dump.in_turn(_table_files, _packages, _chart_files, _slides, _templates, _displays)


def _table_files(dump):
    made = tables()
    endings = (".csv", ".md", ".html", ".xlsx", ".sdmx.csv", ".parquet")
    for name, ending in itertools.product(made, endings):
        file = f"5_files/tables_{ending.strip('.').replace('.', '_')}.txt"
        dump.call(file, name, lambda: c.save_table(made[name], fresh("out") / f"table{ending}"), written_lines)
    options = {
        "title": {"title": "A title & <more>"},
        "note": {"note": "A note\nof two lines"},
        "sources": {"sources": shipped("sources").head(2).assign(source_id=["source-0", "source-1"])},
        "bad sources": {"sources": pd.DataFrame({"a": [1]})},
        "formula as title": {"title": "=1+1", "note": "=2+2"},
    }
    for ending, (name, how) in itertools.product(endings, options.items()):
        file = f"5_files/table_options_{ending.strip('.').replace('.', '_')}.txt"
        dump.call(file, name, lambda: c.save_table(missions(), fresh("out") / f"table{ending}", **how), written_lines)
        dump.call(
            file, f"{name}, own",
            lambda: c.save_table(series()["words"], fresh("out") / f"table{ending}", **how), written_lines,
        )
        several = {"missions": made["missions"], "Changes": made["changes"], "a/b": made["odd"]}
        dump.call(
            file, f"several tables, {name}",
            lambda: c.save_table(several, fresh("out") / f"table{ending}", **how), written_lines,
        )
    for name in ("t.doc", "t", "t.csv", "a/b/t.csv", "t.CSV", "t.json", ".csv", "t.sdmx", "t.xls"):
        folder = fresh("out")
        (folder / "t.csv").write_text("mine")
        dump.call(
            "5_files/paths.txt", f"save_table {name}",
            lambda: (c.save_table(missions(), folder / name), folder_lines(folder))[1],
        )
    dump.call(
        "5_files/paths.txt", "save_table overwrite", lambda: c.save_table(missions(), folder / "t.csv", overwrite=True)
    )
    for tables_given in ({}, {"": missions()}, {"a": 3}, {1: missions()}, {"a" * 60: missions(), "A" * 60: missions()}):
        dump.call(
            "5_files/paths.txt", f"save_table of {cell(list(tables_given))}",
            lambda: c.save_table(tables_given, fresh("out") / "t.xlsx"), lambda path: workbook_lines(path)[:1],
        )


def _packages(dump):
    made = tables()
    given = {
        "missions": {"missions": missions()},
        "several": {
            "Counts": made["counts"], "Changes a month": made["changes"], "odd": made["odd"],
            "rows": made["rows"],
        },
        "tallied": {"t": made["tallied"]}, "names that meet": {"a b": missions(), "a-b": missions()},
        "odd names": {"../x": missions(), "\u00c9t\u00e9": missions(), "sources": missions()}, "nothing": {},
        "no frame": {"a": 3}, "a frame": missions(),
    }

    def content(path):
        return [line for file in sorted(path.parent.iterdir()) for line in (f"-- {file.name}", *file_lines(file))]

    for name, frames in given.items():
        dump.call(
            "5_files/datapackage.txt", name, lambda: c.save_datapackage(frames, fresh("out") / "package"), content
        )
    for how in (
        {"title": "Figures of 2018", "note": "A draft"}, {"sources": shipped("sources").head(2)},
        {"overwrite": True}, {"title": "=1"},
    ):
        dump.call(
            "5_files/datapackage.txt", f"{list(how)}",
            lambda: c.save_datapackage(given["missions"], fresh("out") / "package", **how), content,
        )
    folder = fresh("out")
    (folder / "missions.csv").write_text("mine")
    dump.call("5_files/datapackage.txt", "there already", lambda: c.save_datapackage(given["missions"], folder))


def _some_charts():
    made = series()
    return {
        "counts": lambda: c.plot_counts(missions()),
        "counts with words": lambda: c.plot_counts(made["words"], title="Words"),
        "stocks": lambda: c.plot_counts(made["stocks"]), "amounts": lambda: c.plot_counts(made["amounts"]),
        "months": lambda: c.plot_counts(made["months"]),
        "changes": lambda: c.plot_changes(c.year_on_year(missions(), per="month")),
        "contributions": lambda: c.plot_contributions(c.contributions(made["parts"])),
        "beneficiaries": lambda: c.plot_beneficiaries(shipped("beneficiaries", "SECO-WCO GTFP")),
        "members": lambda: c.plot_members(shipped("beneficiaries", "A-CIP")),
        "claims": lambda: c.plot_claims(c.check_claims(missions())), "not ours": chart_places()["not ours"],
    }


def _chart_files(dump):
    import matplotlib.pyplot as plt

    for name, draw in _some_charts().items():
        dump.call(
            "5_files/charts.txt", name, lambda: c.save_chart(draw(), fresh("out") / "chart", dpi=100), written_lines
        )
        plt.close("all")
    options = [
        {"width": 8.5}, {"width": 17, "height": 10}, {"height": 12}, {"theme": "dark"}, {"transparent": True},
        {"dpi": 72}, {"width": 4}, {"width": 121}, {"theme": "blue"}, {"dpi": 0}, {"formats": "svg"},
        {"formats": ["png", "png"]}, {"formats": "jpg"}, {"formats": []}, {"overwrite": True},
        {"width": 60, "theme": "dark"},
    ]
    for name, how in [*itertools.product(["counts"], options), *itertools.product(["changes"], options[:5])]:
        how = {"formats": ["svg"]} | how
        dump.call(
            "5_files/chart_options.txt", f"{name}, {how}",
            lambda: c.save_chart(_some_charts()[name](), fresh("out") / "chart", **how), written_lines,
        )
        plt.close("all")
    chart = c.plot_counts(missions())
    for path in ("a.svg", "a.png", "a.pdf", "a.jpg", "a.b", "a/b/c.svg", "there.svg", "a.SVG", "a.tar.gz"):
        folder = fresh("out")
        (folder / "there.svg").write_text("mine")
        dump.call(
            "5_files/paths.txt", f"save_chart {path}",
            lambda: (c.save_chart(chart, folder / path, dpi=50), folder_lines(folder))[1],
        )
    plt.close("all")


def _slides(dump):
    import matplotlib.pyplot as plt

    for name, draw in _some_charts().items():
        dump.call("5_files/slides.txt", name, lambda: c.save_slide(draw(), fresh("out") / "slides.pptx"), written_lines)
        plt.close("all")
    several = lambda: [draw() for name, draw in _some_charts().items() if name != "not ours"]
    dump.call(
        "5_files/slides.txt",
        "several",
        lambda: c.save_slide(several(), fresh("out") / "slides.pptx", note="For the Committee"),
        written_lines,
    )
    for name, given in {
        "nothing": lambda: [], "no chart": lambda: 3, "twice": lambda: [c.plot_counts(missions())] * 2,
    }.items():
        dump.call(
            "5_files/slides.txt", name, lambda: c.save_slide(given(), fresh("out") / "slides.pptx"), written_lines
        )
    for path in ("a.ppt", "a", "a/b.pptx"):
        dump.call(
            "5_files/paths.txt", f"save_slide {path}",
            lambda: c.save_slide(c.plot_counts(missions()), fresh("out") / path),
        )
    dump.call(
        "5_files/documents.txt",
        "a table, a chart and a text",
        lambda: c.save_document(
            {"One": missions(), "Two": c.plot_counts(missions()), "Three": "words"}, fresh("out") / "d.docx"
        ),
    )
    dump.call("5_files/documents.txt", "report_table", lambda: c.report_table(c.year_on_year(missions(), per="month")))
    plt.close("all")


def _templates(dump):
    for kind in ("missions", "beneficiaries", "mission", None):
        dump.call(
            "5_files/templates.txt", f"{kind}", lambda: c.save_template(fresh("out") / "form.xlsx", kind=kind),
            written_lines,
        )
    for kind, rows in (
        (
            "missions",
            [
                [
                    "M-1", "Kenya", datetime.datetime(2017, 4, 3), datetime.datetime(2017, 4, 7), "Mercator",
                    "diagnostic", "delivered", 2, 25, 11, "report 1",
                ],
                ["M-2", "Perugia", "soon"],
            ],
        ),
        ("beneficiaries", [["Kenya", "Mercator", "Tailor-Made", datetime.datetime(2017, 4, 3)], ["Peru"]]),
    ):
        dump.call("5_files/templates.txt", f"filled in, {kind}", lambda: _filled_in(kind, rows))
    for path in ("a.xls", "a", "a/b.xlsx"):
        dump.call("5_files/paths.txt", f"save_template {path}", lambda: c.save_template(fresh("out") / path))


def _filled_in(kind, rows):
    path = c.save_template(fresh("out") / "form.xlsx", kind=kind)
    book = openpyxl.load_workbook(path)
    sheet = book[kind.capitalize()]
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            sheet.cell(number, place).value = value
    book.save(path)
    return c.read_register(path, kind=kind)


def _displays(dump):
    """Dump what a notebook shows after `%load_ext cbcstats`."""
    import matplotlib.pyplot as plt
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    dump.call("5_files/displays.txt", "load_ext", lambda: shell.extension_manager.load_extension("cbcstats"))
    shown = tables() | {
        "bounds": result(lambda: c.bounds(330, "more_than")),
        "a register": result(lambda: c.read_register(example_file(), **EXAMPLE)),
        "a chart": result(lambda: c.plot_counts(missions()).figure), "nothing": pd.DataFrame(),
        "one column": pd.DataFrame({"unit": ["missions"]}), "long": shipped("members"),
        "growth": result(lambda: c.parse_change("+49%")),
    }
    for name, value in shown.items():
        dump.call("5_files/displays.txt", name, lambda: shell.display_formatter.format(value)[0], _display_lines)
    plt.close("all")
    shell.tempfiles, shell.tempdirs = [], []  # which its end looks for


def _display_lines(data):
    lines = []
    for kind, text in sorted(data.items()):
        text = text if isinstance(text, str) else f"{len(text)} bytes"
        text = re.sub(r"base64,[^\"]+", "base64,...", text)
        lines += [f"-- {kind}", *text_lines(text)] if kind != "image/png" else [f"-- {kind}"]
    return lines


# ---------------------------------------------------------------------------------------------
# 6. The report, which is slow.

SMALL = [
    "# Mine?", "import cbcstats", "cbcstats.load_counts('missions')",
    "ax = cbcstats.plot_counts(cbcstats.load_counts('missions'))", "print(6 * 7)",
    "cbcstats.bounds(330, 'more_than')",
]


def _notebook(path, *sources):
    import nbformat

    notebook = nbformat.v4.new_notebook()
    for number, source in enumerate(sources):
        make = nbformat.v4.new_markdown_cell if source.startswith("#") else nbformat.v4.new_code_cell
        notebook.cells.append(make(source, id=f"cell-{number}"))
    nbformat.write(notebook, path)
    return path


def dump_report(dump):
    folder = fresh("notebooks")
    told = []
    small = _notebook(folder / "small.ipynb", *SMALL)
    dump.call(
        "6_report/small.txt",
        "a small notebook",
        lambda: c.save_report(fresh("out") / "report", notebooks=[small], progress=lambda *done: told.append(done)),
        _report_lines,
    )
    dump.section("6_report/small.txt", "progress", [cell(list(told))])
    for name, source in {"an error": "1 / 0", "an exit": "raise SystemExit(3)", "a syntax error": "1 +"}.items():
        broken = _notebook(folder / "broken.ipynb", source)
        dump.call("6_report/small.txt", name, lambda: c.save_report(fresh("out") / "report", notebooks=[broken]))
    foreign = fresh("foreign")
    (foreign / "thesis.txt").write_text("mine")
    dump.call("6_report/small.txt", "a foreign folder", lambda: c.save_report(foreign, notebooks=[small]))
    for given in ([], [folder / "none.ipynb"], [TMP / "work"], "x"):
        dump.call(
            "6_report/small.txt", f"notebooks {cell(given)}",
            lambda: c.save_report(fresh("out") / "report", notebooks=given),
        )
    dump.call(
        "6_report/whole.txt", "the notebooks that are carried", lambda: c.save_report(fresh("out") / "report"),
        _report_lines,
    )


def _report_lines(page):
    """Return the files of a report, and the text of its page without markup."""
    import html

    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<(style|script)[^>]*>.*?</\1>", "", text, flags=re.S)
    text = re.sub(r'<img[^>]*\balt="([^"]*)"[^>]*>', r"\n[image: \1]\n", text)
    text = html.unescape(re.sub(r"<[^>]+>", "\n", text))
    words = [line.strip() for line in text.splitlines() if line.strip()]
    tables = [line for path in sorted(page.parent.rglob("*.csv")) for line in (f"-- {path.name}", *file_lines(path))]
    books = [line for path in sorted(page.parent.rglob("*.xlsx")) for line in workbook_lines(path)]
    decks = [line for path in sorted(page.parent.rglob("*.pptx")) for line in slide_lines(path)]
    return [
        "-- files", *folder_lines(page.parent), "-- words", *(plain(line) for line in words), "-- tables",
        *tables, "-- workbooks", *books, "-- decks", *decks,
    ]


# ---------------------------------------------------------------------------------------------
# 7. Signatures and commands.


def dump_face(dump):
    dump.in_turn(_signatures, _schemas, _commands)


def _signatures(dump):
    file = "7_face/signatures.txt"
    dump.section(file, "dir", sorted(dir(cbcstats)))
    dump.section(file, "__all__", sorted(cbcstats.__all__))
    dump.section(file, "docstring", text_lines(cbcstats.__doc__ or ""))
    for name in sorted({*cbcstats.__all__, *(name for name in dir(cbcstats) if not name.startswith("_"))}):
        thing = getattr(cbcstats, name)
        dump.section(file, name, _signature_lines(thing))


def _signature_lines(thing):
    first = (inspect.getdoc(thing) or "(no docstring)").splitlines()[0]
    try:
        signature = str(inspect.signature(thing))
    except (TypeError, ValueError):
        signature = "(no signature)"
    lines = [f"{type(thing).__name__} {plain(signature)}", first]
    if inspect.isclass(thing):
        lines.append(f"bases {[base.__name__ for base in thing.__mro__[1:] if base is not object]}")
        for name, member in sorted(vars(thing).items()):
            if not name.startswith("_") and callable(member):
                lines.append(
                    f"{name}{plain(str(inspect.signature(member)))}: {(inspect.getdoc(member) or '').splitlines()[:1]}"
                )
            elif not name.startswith("_"):
                lines.append(f"{name}: {type(member).__name__}")
    return lines


SCHEMAS = (
    "Counts", "Beneficiaries", "Members", "Places", "Sources", "MissionRegister", "BeneficiaryRegister",
    "Changes", "Contributions", "Claims", "Memberships",
)


def _schemas(dump):
    for name in SCHEMAS:
        dump.call("7_face/schemas.txt", name, lambda: getattr(c, name).to_schema(), _schema_lines)
    typed = {
        "Counts": shipped("counts"), "Beneficiaries": shipped("beneficiaries"), "Members": shipped("members"),
        "Places": shipped("places"), "Sources": shipped("sources"), "MissionRegister": register_rows(),
    }
    for name, frame in typed.items():
        dump.call(
            "7_face/schemas.txt", f"{name}.validate", lambda: f"{len(getattr(c, name).validate(frame))} rows pass"
        )


def _schema_lines(schema):
    lines = [f"{schema.name}, strict {schema.strict}, coerce {schema.coerce}"]
    for name, column in schema.columns.items():
        lines.append(
            f"{name}: {column.dtype}, nullable {column.nullable}, required {column.required}, checks {[check.name for check in column.checks]}: {column.description}"
        )
    return lines + [
        f"check of rows {check.name}: {check.title}, {check.error}, {check.description}" for check in schema.checks
    ]


READING = ["-c", "member=Country", "-c", "start_date=Start", "-c", "end_date=End", "--date-format", "%d/%m/%Y"]
COMMANDS = [
    [], ["--help"], ["--version"], ["-h"], ["reprot"], ["--unknown"],
    *(
        [name, "--help"]
        for name in ("list", "change", "compare", "claims", "implied", "check", "count", "chart", "template", "report")
    ),
    ["claims"], ["claims", "--format", "csv"], ["claims", "--format", "json"],
    ["claims", "--format", "markdown"], ["claims", "--format", "xml"], ["claims", "own.csv"],
    ["claims", "no.csv"], ["claims", "other.csv"], ["claims", "folder"], ["implied", "492", "+49%"],
    ["implied", "492", "+49%", "--previous", "more than 330"], ["implied", "492", "+49%", "--previous", "342"],
    ["implied", "80", "-20%"], ["implied", "almost 400", "+20%"],
    ["implied", "more than 330", "+10%", "--strict"], ["implied", "many", "+20%"], ["implied", "492", "a lot"],
    ["implied", "492"], ["implied", "4.5", "+10%"], ["check", "example.csv", *READING],
    ["check", "example.csv"], ["check", "good.csv"], ["check", "bad.csv"],
    ["check", "example.csv", *READING, "--problems", "out/to_correct.xlsx"],
    ["check", "example.csv", *READING, "-p", "there.xlsx"],
    ["check", "example.csv", *READING, "-p", "there.xlsx", "--overwrite"],
    ["check", "bad.csv", "-p", "to_correct.csv"], ["check", "nowhere.csv"], ["check", "other.csv"],
    ["check", "other.csv", "-c", "member"], ["check", "other.csv", "-c", "membr=Land"],
    ["check", "other.csv", "-c", "member=Land", "-c", "start_date=Tag"],
    ["check", "other.csv", "-c", "member=Land", "-c", "member=Tag"],
    ["check", "other.csv", "--kind", "missons"], ["check", "other.csv", "--date-format", "dd.mm.yy"],
    ["check", "picture.xlsx"], ["check", "picture.parquet"], ["check", "folder"], ["check", "book.xlsx"],
    ["check", "book.xlsx", "--sheet", "Missions"], ["check", "book.xlsx", "--sheet", "x"],
    ["check", "good.csv", "--repeated-rows", "reject"],
    ["check", "beneficiaries.csv", "--kind", "beneficiaries"], ["check", "good.csv", "-p", "good.csv"],
    ["count", "example.csv", *READING],
    [
        "count", "example.csv", *READING, "--by", "wco_region", "--by", "programme", "--year-start", "1",
        "--indicator", "participants",
    ],
    ["count", "example.csv", *READING, "-o", "out/counts.csv"],
    ["count", "example.csv", *READING, "-o", "counts.xlsx"],
    ["count", "example.csv", *READING, "-o", "counts.parquet"],
    ["count", "example.csv", *READING, "-o", "counts.doc"],
    ["count", "example.csv", *READING, "-o", "there.csv"], ["count", "example.csv", *READING, "--by", "region"],
    ["count", "example.csv", *READING, "--year-start", "0"],
    ["count", "example.csv", *READING, "--indicator", "mission"],
    ["count", "example.csv", *READING, "--date", "end_date"], ["count", "bad.csv"],
    ["chart", "missions", "-o", "missions.svg"],
    ["chart", "missions", "-o", "c", "--kind", "changes", "--per", "month", "--theme", "dark", "--width", "17"],
    ["chart", "mission"], ["chart", "missions", "-o", "x.jpg"], ["chart", "missions", "--width", "3"],
    ["chart", "missions", "--scope", "delivered", "--title", "Mine", "-o", "d.png"],
    ["chart", "missions", "--scope", "none"], ["chart", "missions", "--counts", "own.csv", "-o", "own.svg"],
    ["chart", "missions", "--kind", "x"], ["template", "form.xlsx"],
    ["template", "form.xlsx", "--kind", "beneficiaries"], ["template", "there.xlsx"], ["template", "form.xls"],
    ["template", "form.xlsx", "--kind", "x"], ["report", "-n", "none.ipynb"], ["report", "-n", "folder"],
    ["report", "-o", "foreign", "-n", "none.ipynb"], ["list"], ["change", "own.csv"],
    ["compare", "own.csv", "own.csv"],
]


ALSO_IN_A_PROCESS = [
    ["--version"], ["--help"], ["check", "good.csv"], ["check", "nowhere.csv"], ["implied", "492", "+49%"],
    ["claims"],
]


def _commands(dump):
    """Run commands in this process, and a few of them again as they are typed."""
    for arguments in COMMANDS:
        name = next((word for word in arguments if not word.startswith("-")), "cbcstats")
        file = f"7_face/command_{name}.txt"
        dump.call(file, shlex.join(["cbcstats", *arguments]), lambda: _run_here(arguments), list)
    run = ["-c", "import sys; sys.argv[0] = 'cbcstats'; from cbcstats.cli import main; main()"]
    for arguments in ALSO_IN_A_PROCESS:
        title = shlex.join(["cbcstats", *arguments])
        dump.call("7_face/command_in_a_process.txt", title, lambda: _run_python([*run, *arguments]), list)
    title = "python -m cbcstats --version"
    dump.call("7_face/command_in_a_process.txt", title, lambda: _run_python(["-m", "cbcstats", "--version"]), list)


def _run_here(arguments):
    """Run a command in this process; return its exit code, what it printed, and the files that are new."""
    from cbcstats.cli import main as cbcstats_main

    folder, before = _folder_for_commands()
    argv, code, raw = sys.argv, 0, []
    printed = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
    sys.argv = ["cbcstats", *arguments]
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed[0]), contextlib.redirect_stderr(printed[1]):
        try:
            cbcstats_main()
        except SystemExit as end:
            code = end.code
        except Exception as error:
            raw = ["TRACEBACK", *error_lines(error)]
        finally:
            sys.argv = argv
    stdout, stderr = (stream.buffer.getvalue().decode("utf-8", "replace") for stream in printed)
    return [f"exit code {code}", *raw, *_printed(stdout, stderr), *_new_files(folder, before)]


def _run_python(words):
    """Run Python in a process of its own; return its exit code, what it printed, and the files that are new."""
    folder, before = _folder_for_commands()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")])}
    how = {"cwd": folder, "env": environment, "capture_output": True, "text": True, "stdin": subprocess.DEVNULL}
    done = subprocess.run([sys.executable, *words], timeout=600, **how)
    lines = _printed(done.stdout, _without_places(done.stderr))
    return [f"exit code {done.returncode}", *lines, *_new_files(folder, before)]


def _printed(stdout, stderr):
    return ["-- stdout", *text_lines(stdout), "-- stderr", *text_lines(stderr)]


def _folder_for_commands():
    folder = fresh("typed")
    _files_for_commands(folder)
    return folder, {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def _new_files(folder, before):
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and before.get(path) != path.stat().st_mtime_ns:
            lines += [f"-- {path.relative_to(folder)}", *_shown(written_lines, path)]
    return lines


def _without_places(text):
    """Return an error of Python without the lines of its traceback."""
    if "Traceback (most recent call last)" not in text:
        return text
    last = [line for line in text.splitlines() if line and not line.startswith(" ")]
    return "TRACEBACK " + "\n".join(last[1:])


def _files_for_commands(folder):
    shutil.copy(example_file(), folder / "example.csv")
    (folder / "good.csv").write_text("member;start_date\nKenya;2017-04-03\nGreenland;2017-04-04\n")
    (folder / "bad.csv").write_bytes(b"member,start_date,x\n\x1b[2J[red],2017-04-03,a\n\xff,[/],b\nTotal,,=1+1\n")
    (folder / "other.csv").write_text("Land,Tag\nKenya,2017-04-03\n")
    (folder / "there.csv").write_text("mine")
    (folder / "there.xlsx").write_text("mine")
    for name in ("picture.xlsx", "picture.parquet"):
        (folder / name).write_bytes(b"\x89PNG\r\n")
    (folder / "folder").mkdir()
    (folder / "foreign").mkdir()
    (folder / "foreign" / "thesis.txt").write_text("mine")
    _several_sheets(folder / "book.xlsx")
    with (folder / "beneficiaries.csv").open("w", newline="") as file:
        csv.writer(file).writerows(BENEFICIARIES)
    own = missions().assign(
        published_change=[None, None, None, "+90%", None, "+49%"],
        change_basis=[None, None, None, "total", None, "total"],
    )
    own.to_csv(folder / "own.csv", index=False)


# ---------------------------------------------------------------------------------------------
# 8. Wrong calls.

WRONG = {
    "None": lambda: None, "3": lambda: 3, "'x'": lambda: "x", "[]": lambda: [], "{}": lambda: {},
    "array": lambda: np.array([1.0, 2.0]), "frame without columns": lambda: pd.DataFrame(index=[0, 1]),
    "Series": lambda: pd.Series(["x", "y"]), "object()": object, "nan": lambda: math.nan,
    "a missing path": lambda: Path("nowhere.csv"), "a folder": lambda: Path("folder"), "-1": lambda: -1,
    "2.5": lambda: 2.5, "True": lambda: True, "''": lambda: "", "b'x'": lambda: b"x", "()": lambda: (),
    "['x']": lambda: ["x"], "{'x': 1}": lambda: {"x": 1}, "[None]": lambda: [None],
    "frame of one column": lambda: pd.DataFrame({"a": [1, 2]}), "no frame": lambda: pd.DataFrame(),
    "NA": lambda: pd.NA, "NaT": lambda: pd.NaT, "inf": lambda: math.inf,
    "a day": lambda: datetime.date(2017, 4, 3), "a lambda": lambda: len, "a class": lambda: dict,
    "a generator": lambda: (x for x in ["x"]), "1+2j": lambda: 1 + 2j, "10**400": lambda: 10**400,
    "an array of text": lambda: np.array(["x"]), "categories": lambda: pd.Series(["x"], dtype="category"),
    "two dimensions": lambda: np.ones((2, 2)),
}
ASKED_FOR = list(WRONG)[:12]  # the values that were counted in the first edition


def bases():
    """Return for each public function a right call: its arguments by name."""
    made = series()
    changes, claims = (result(lambda: c.year_on_year(missions())), result(lambda: c.check_claims(missions())))
    parts = made["parts"]
    lists = shipped("beneficiaries", "WCO C-RED")
    chart = functools.cache(lambda: c.plot_counts(made["years"]))
    none = [Path("none.ipynb")]  # so that no notebook runs
    rows = [HEADER, good_row(1), changed(good_row(2), "member", "Perugia")]
    register = result(lambda: c.read_register(saved(rows)))
    shutil.copy(TMP / "work" / "register.csv", TMP / "wrong" / "register.csv")
    given = {
        "bounds": {"value": 330}, "check_claims": {"counts": missions()},
        "check_totals": {"counts": made["totals"], "part": "scope", "total": "all"},
        "compare_releases": {"old": missions(), "new": missions()}, "contributions": {"counts": parts},
        "count_interval": {"count": 42}, "count_missions": {"rows": register_rows()}, "describe": {"ax": chart},
        "example_register": {}, "format_range": {"low": 1.0, "high": 2.0},
        "growth_rate": {"counts": made["years"]}, "implied_previous": {"value": 492, "change": "+49%"},
        "index_to": {"counts": made["years"], "base": "2014"}, "is_member": {"iso3": pd.Series(["KEN"])},
        **{f"load_{name}": {} for name in TABLES}, "membership_changes": {"beneficiaries": lists},
        "parse_change": {"text": "+49%"}, "parse_qualified": {"text": "more than 330"},
        "plot_beneficiaries": {"beneficiaries": lists}, "plot_changes": {"changes": changes},
        "plot_claims": {"verdicts": claims}, "plot_contributions": {"contributions": result(lambda: c.contributions(parts))},
        "plot_counts": {"counts": made["years"]}, "plot_members": {"values": ["KEN"]},
        "rate_ratio": {"count": 42, "previous": 33}, "read_register": {"source": "register.csv"},
        "read_register_in_parts": {"source": "register.csv"},
        "save_chart": {"ax": chart, "path": "chart", "formats": "svg"},
        "save_datapackage": {"tables": {"missions": missions()}, "folder": "package"},
        "save_report": {"output": "report", "notebooks": none},
        "save_slide": {"charts": chart, "path": "slides.pptx"},
        "save_table": {"table": missions(), "path": "table.csv"}, "save_template": {"path": "form.xlsx"},
        "to_iso3": {"names": pd.Series(["Kenya"])}, "wco_region": {"iso3": pd.Series(["KEN"])},
        "year_on_year": {"counts": missions()}, "Bounds": {"low": 1, "high": 2},
        "Growth": {"low": Fraction(1), "high": Fraction(2)}, "Qualified": {"value": 1, "qualifier": "exact"},
    }
    functions = {name: (result(lambda: getattr(c, name)), arguments) for name, arguments in given.items()}
    functions["Register.save_problems"] = (result(lambda: register.save_problems), {"path": "problems.xlsx"})
    functions["Growth.holds"] = (result(lambda: c.parse_change("+49%").holds), {"percent": Fraction(49)})
    for name in ("Counts", "MissionRegister"):
        frame = missions() if name == "Counts" else register_rows()
        functions[f"{name}.validate"] = (
            lambda check_obj, name=name: getattr(c, name).validate(check_obj),
            {"check_obj": frame},
        )
    # In later states the first argument of year_on_year may have another name.
    for name, (function, arguments) in functions.items():
        if function is not None and arguments and name not in ("Bounds", "Growth", "Qualified"):
            known = inspect.signature(function).parameters
            missing = [argument for argument in arguments if argument not in known]
            unused = [
                argument
                for argument in known
                if argument not in arguments and known[argument].default is inspect.Parameter.empty
            ]
            for old, new in zip(missing, unused):
                arguments[new] = arguments.pop(old)
    return functions


def dump_wrong_calls(dump):
    folder = fresh("wrong")
    (folder / "folder").mkdir()
    counted = {}
    with contextlib.chdir(folder):
        functions = bases()
        keep = set(folder.iterdir())
        for name, (function, arguments) in functions.items():
            if function is None:
                dump.section(f"8_wrong_calls/{name}.txt", "all", [f"missing: cbcstats.{name}"])
                continue
            counted[name] = tally = collections.Counter()
            file = f"8_wrong_calls/{name}.txt"
            for parameter in inspect.signature(function).parameters:
                slow = name.startswith(("plot_", "save_")) and parameter not in arguments
                for said, make in WRONG.items():
                    if slow and said not in ASKED_FOR:
                        continue
                    if (name, parameter, said) == ("save_report", "notebooks", "None"):
                        continue  # this runs all notebooks
                    call = _called(function, arguments | {parameter: make()})
                    said_of_it = _wrong_call(dump, file, f"{parameter}={said}", call, keep)
                    tally[said_of_it] += 1
                    if said in ASKED_FOR:
                        tally["asked", said_of_it] += 1
            for parameter, frame in arguments.items():
                if isinstance(frame, pd.DataFrame):
                    for said, broken in _broken_frames(frame, few=name.startswith(("plot_", "save_", "compare_"))):
                        call = _called(function, arguments | {parameter: broken})
                        tally[_wrong_call(dump, file, f"{parameter}: {said}", call, keep)] += 1
    _summarise(dump, counted)


def _called(function, arguments):
    """Return a call with arguments of its own: frames are copied, charts are drawn."""
    own = {
        name: value.copy()
        if isinstance(value, pd.DataFrame)
        else value()
        if isinstance(value, functools._lru_cache_wrapper)
        else value
        for name, value in arguments.items()
    }
    return lambda: function(**own)


def _wrong_call(dump, file, label, call, keep):
    """Make a call, write down in one line what comes of it, and tidy up; return of which kind that was."""
    value, error, _ = attempt(call)
    kind = (
        "returned"
        if error is None
        else "our error"
        if isinstance(error, cbcstats.CbcstatsError)
        else f"raw {type(error).__name__}"
    )
    if error is None:
        shape = (
            f" {value.shape}"
            if hasattr(value, "shape")
            else f" {cell(value)[:60]}"
            if isinstance(value, str | int | float | tuple | Path)
            else ""
        )
        said = f"returned {type(value).__name__}{shape}"
    elif kind == "our error":
        said = " / ".join(error_lines(error))
    else:
        said = f"raw {type(error).__name__}"
    dump.files[file].append(f"{label} -> {said}")
    if "matplotlib.pyplot" in sys.modules:
        for number in sys.modules["matplotlib.pyplot"].get_fignums()[1:]:
            sys.modules["matplotlib.pyplot"].close(number)
    for path in set(Path.cwd().iterdir()) - keep:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return kind


def _broken_frames(frame, few):
    """Yield a frame with one thing wrong with it at a time."""
    frame = frame.copy()
    fillings = {
        "'x'": "x", "3": 3, "nan": math.nan, "a far day": pd.Timestamp("2262-01-01"), "inf": math.inf,
        "None": pd.Series([None] * len(frame), index=frame.index, dtype="object"),
        "object": pd.Series([object()] * len(frame), index=frame.index),
    }
    for column in frame:
        yield f"without {column}", frame.drop(columns=column)
        for said, value in fillings.items():
            if said == "None" or not few:
                yield f"{column} {said}", frame.assign(**{column: value})
        if not few:
            yield f"{column} as object", frame.astype({column: "object"})
            yield f"{column} as category", frame.astype({column: "category"})
            yield f"{column} as text", frame.astype({column: "str"})
            yield f"{column} twice", pd.concat([frame, frame[[column]]], axis="columns")
    yield "no rows", frame.head(0)
    yield "one row", frame.head(1)
    yield "twice", pd.concat([frame, frame])
    yield "other index", frame.set_axis([f"row {number}" for number in range(len(frame))])
    yield "all objects", frame.astype("object")
    yield "integers as names", frame.set_axis(range(len(frame.columns)), axis="columns")
    yield "two levels of names", frame.set_axis(pd.MultiIndex.from_product([["a"], frame.columns]), axis="columns")
    yield "two levels of index", frame.set_axis(pd.MultiIndex.from_product([["a"], range(len(frame))]))


def _summarise(dump, counted):
    """Count how many wrong calls end in a raw error, by class and by function."""
    file = "8_wrong_calls/summary.txt"
    total = collections.Counter()
    for tally in counted.values():
        total.update(tally)
    for title, chosen in (
        ("all wrong values", lambda key: isinstance(key, str)),
        ("the twelve values asked for", lambda key: isinstance(key, tuple)),
    ):
        kinds = {key if isinstance(key, str) else key[1]: number for key, number in total.items() if chosen(key)}
        raw = {kind.removeprefix("raw "): number for kind, number in kinds.items() if kind.startswith("raw ")}
        lines = [
            f"{sum(kinds.values())} calls", f"{kinds.get('returned', 0)} returned",
            f"{kinds.get('our error', 0)} raised an error of ours", f"{sum(raw.values())} raised a raw error",
        ]
        dump.section(file, title, [*lines, *(f"{number} {kind}" for kind, number in sorted(raw.items()))])
        print(f"    {title}: {'; '.join(lines)}", flush=True)
    for name, tally in sorted(counted.items()):
        raw = sum(number for kind, number in tally.items() if isinstance(kind, str) and kind.startswith("raw "))
        dump.files[file].append(
            f"{name}: {sum(number for kind, number in tally.items() if isinstance(kind, str))} calls, {raw} raw errors"
        )


# ---------------------------------------------------------------------------------------------

STEPS = {
    "functions": dump_functions, "registers": dump_registers, "tables": dump_tables, "charts": dump_charts,
    "files": dump_files, "report": dump_report, "face": dump_face, "wrong_calls": dump_wrong_calls,
}


def _computed():
    """Return the time of the processor that this process and its children took, in seconds."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def main():
    global TMP
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where to write the dump; with --compare the first dump")
    parser.add_argument("second", type=Path, nargs="?", help="the second dump")
    parser.add_argument("--compare", action="store_true", help="compare two dumps")
    parser.add_argument("--show", type=int, default=3, help="how many differing sections, and lines in each, are shown")
    parser.add_argument("--only", default="", help=f"steps, with commas between them: {', '.join(STEPS)}")
    parser.add_argument("--report", action="store_true", help="run all notebooks as well, which is slow")
    given = parser.parse_args()
    if given.compare:
        return int(compare(given.folder, given.second, given.show))
    steps = given.only.split(",") if given.only else [name for name in STEPS if name != "report" or given.report]
    out = given.folder.resolve()
    print(f"cbcstats of {CHECKOUT} -> {out}", flush=True)
    shutil.rmtree(out / "failed", ignore_errors=True)
    files = lines = 0
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="net_") as folder:
        TMP = Path(folder).resolve()
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        os.environ["MPLCONFIGDIR"] = os.environ.get("MPLCONFIGDIR", str(Path(folder) / "matplotlib"))
        (TMP / "cwd").mkdir()
        os.chdir(TMP / "cwd")
        for name in steps:
            then, worked = time.perf_counter(), _computed()
            dump = Dump(out)
            dump.in_turn(STEPS[name])
            written_files, written_lines_ = dump.write()
            files, lines = files + written_files, lines + written_lines_
            print(
                f"{name:12} {time.perf_counter() - then:6.1f} s, of them {_computed() - worked:6.1f} s of processor, {written_files:>4} files {written_lines_:>8,} lines",
                flush=True,
            )
        os.chdir("/")
    print(
        f"{'all':12} {time.perf_counter() - began:6.1f} s, of them {_computed():6.1f} s of processor, {files:>4} files {lines:>8,} lines",
        flush=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
