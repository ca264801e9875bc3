"""Nothing that is read is executed: what the linter refuses in the code, and what the interpreter reports."""

import io
import os
import pickle
import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.command_line import run_python
from tests.hostile import GOOD, TWO_ROWS, as_workbook, cell, workbook
from tests.needs import needed

ROOT = Path(__file__).parent.parent
REFUSED = """
import pickle
from yaml import load
import marshal
import ctypes
import urllib.request
import socket
eval(name)
exec(name)
pandas.read_pickle(name)
pandas.eval(name)
numpy.load(name, allow_pickle=True)
importlib.import_module(name)
os.system(name)
os.fork()
subprocess.run(name, shell=True)
subprocess.run([name])
subprocess.Popen([name])
jinja2.Environment.from_string(name)
breakpoint()
"""


def test_lint_refuses_code_that_could_execute_what_it_reads():
    needed("ruff")
    code = f"import importlib, os, subprocess, jinja2, numpy, pandas\n{REFUSED.strip()}\n"
    options = ["--output-format", "concise", "--stdin-filename", "cbcstats/any.py", "-"]
    done = run_python("-m", "ruff", "check", *options, input=code, cwd=ROOT)
    refused = set(map(int, re.findall(r"any.py:(\d+):\d+: (?:S|T10|TID251)", done.stdout)))
    lines = code.splitlines()
    assert [line for number, line in enumerate(lines, 1) if number not in refused] == lines[:1]


# A module that loads late is compiled by the import system, which is no event of what is read:
# all files are read once before the interpreter is watched.
WATCHED = """
import collections, contextlib, inspect, sys, typing
import cbcstats
from cbcstats.exports.html import table_html
from tests.command_line import call

def read_and_write(path):
    for name in ("counts", "beneficiaries", "members", "places", "sources"):
        with contextlib.suppress(cbcstats.CbcstatsError):
            getattr(cbcstats, "load_" + name)(source=path)
    with contextlib.suppress(cbcstats.CbcstatsError):
        register = cbcstats.read_register(path)
        repr(register), register._repr_html_(), table_html(register.rejected)
        register.save_problems(folder + "/problems.xlsx", overwrite=True)
        for suffix in (".csv", ".xlsx", ".md", ".html"):
            text = register.rows.astype("str")
            cbcstats.save_table(text, folder + "/table" + suffix, overwrite=True)
        cbcstats.count_missions(register.rows)
    for command in ("check", "count", "claims"):
        call(command, path)

*paths, folder = sys.argv[1:]
for path in paths:
    read_and_write(path)

FORBIDDEN = (
    "exec", "compile", "import", "pickle.find_class", "marshal.load", "shelve.open", "code.__new__",
    "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "subprocess.Popen",
    "ctypes.dlopen", "socket.connect", "socket.getaddrinfo", "urllib.Request", "webbrowser.open",
)
templates = cbcstats.__file__.replace("__init__.py", "exports/templates")
python = (typing.__file__, inspect.__file__, collections.__file__)
events = set()

def is_of_a_library(event, arguments):
    # typer evaluates annotations, namedtuple makes a class, and jinja2 compiles our template
    caller = sys._getframe(2).f_code.co_filename
    code = arguments[0].co_filename if event == "exec" else arguments[1]
    template = "jinja2" in caller and str(code).startswith(templates)
    return caller in python or template or "geopandas" in str(arguments[0])

def watch(event, arguments):
    if event == "open":
        path, mode, _ = arguments
        writes = isinstance(path, str) and set("wax+") & set(mode or "")
        if writes and not path.startswith(folder):
            events.add((event, path))
    elif event.startswith(FORBIDDEN):
        if event not in ("exec", "compile", "import") or not is_of_a_library(event, arguments):
            events.add((event, sys._getframe(1).f_code.co_filename, repr(arguments)[:200]))

sys.addaudithook(watch)
for path in paths:
    read_and_write(path)
print(*sorted(events), sep="\\n")
eval("1 + 1")
print("and of eval:", *sorted(events))
"""


class Planted:
    """An object that makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def parquet_with_pickle(pickled):
    """Return Parquet with a column of a type that old releases of Arrow unpickled."""
    extension = {"name": b"arrow.py_extension_type", "metadata": pickled}
    metadata = {f"ARROW:extension:{name}": value for name, value in extension.items()}
    fields = [pa.field("member", pa.string(), metadata=metadata), ("start_date", pa.string())]
    schema = pa.schema(fields, metadata={b"pandas": pickled})
    made = io.BytesIO()
    pa.parquet.write_table(pa.table([["Kenya"], ["2017-04-03"]], schema=schema), made)
    return made.getvalue()


@pytest.fixture
def hostile_files(tmp_path):
    """Return files that try to make a folder `planted` beside their own."""
    pickled = pickle.dumps(Planted(tmp_path / "planted"))
    code = f"__import__('os').mkdir({str(tmp_path / 'planted')!r})"
    frame = pd.DataFrame({"member": [code, "Kenya"], "start_date": "2017-04-03", "x": ["=1", code]})
    entity = f'{TWO_ROWS}<row r="3"><c r="A3"><f>&amp;x;</f></c>{cell("B3", "&x;")}</row>'
    files = {
        "pickle.parquet": parquet_with_pickle(pickled),
        "pickle.csv": b"member,start_date\n" + pickled,
        "code.csv": f"member,start_date,@{code},{{{{ {code} }}}}\n"
        f"{{{{ {code} }}}},{code},=cmd|' /C calc'!A0,!!python\n"
        f'Kenya,2017-04-03,"{code}","<script>{code}</script>"\n'.encode(),
        "good.csv": GOOD.encode(),
        "code.xlsx": as_workbook(frame),
        "entity.xlsx": workbook(
            entity, before='<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>'
        ),
        "macro.xlsx": workbook(TWO_ROWS, more=[("xl/vbaProject.bin", pickled)]),
    }
    (tmp_path / "in").mkdir()
    for name, content in files.items():
        (tmp_path / "in" / name).write_bytes(content)
    return [tmp_path / "in" / name for name in files]


def test_interpreter_reports_no_execution_while_hostile_files_are_read(hostile_files, tmp_path):
    (tmp_path / "out").mkdir()
    done = run_python("-c", WATCHED, *hostile_files, tmp_path / "out")
    assert done.returncode == 0, done.stderr[-3000:]
    events, eval_event = done.stdout.split("and of eval:")
    assert events.strip() == ""
    assert "exec" in eval_event  # so that the watch works
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
