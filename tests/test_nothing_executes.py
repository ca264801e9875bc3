"""Nothing that is read is executed: what the code calls, and what the interpreter sees while hostile files are read."""

import ast
import io
import os
import pickle
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

import cbcstats
from tests.command_line import run_python
from tests.hostile import GOOD, TWO_ROWS, as_workbook, cell, workbook

PACKAGE = Path(cbcstats.__file__).parent
# What runs code, or makes objects of what is read.
MODULES = {
    *(
        "pickle",
        "cPickle",
        "marshal",
        "shelve",
        "dbm",
        "dill",
        "joblib",
        "cloudpickle",
        "yaml",
        "ctypes",
        "cffi",
        "code",
    ),
    *(
        "subprocess",
        "pty",
        "runpy",
        "importlib",
        "imp",
        "pkgutil",
        "zipimport",
        "socket",
        "urllib",
        "http",
        "requests",
    ),
    *("ftplib", "smtplib", "telnetlib", "webbrowser", "multiprocessing", "asyncio", "xmlrpc"),
}
CALLS = {
    *(
        "eval",
        "exec",
        "compile",
        "__import__",
        "breakpoint",
        "input",
        "system",
        "popen",
        "read_pickle",
        "to_pickle",
        "spawn",
    ),
    *(
        "import_module",
        "execv",
        "execve",
        "fork",
        "urlopen",
        "urlretrieve",
        "read_html",
        "read_sql",
        "from_string",
    ),
    *("find_spec", "load_module", "set_trace", "eval_expression"),
}
# Each exception has its reason, and is looked for: one that is no longer needed fails.
ALLOWED = {
    (
        "report.py",
        "import importlib",
    ): "asks whether python-pptx is installed; its name stands in the file",
    (
        "report.py",
        "find_spec",
    ): "asks whether python-pptx is installed; its name stands in the file",
    (
        "notebooks.py",
        "import subprocess",
    ): "DEVNULL takes what the kernels of the notebooks print",
    (
        "notebooks.py",
        "import asyncio",
    ): "InvalidStateError is what nbclient can raise at Ctrl-C",
}
HARMLESS_CALLS = {
    ("re", "compile"),
    ("RGBColor", "from_string"),
}  # regular expressions, and colours of slides


def found_in(path):
    """Return what a module imports or calls that could execute what is read."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {f"import {name.name.split('.')[0]}" for name in node.names} & {
                f"import {name}" for name in MODULES
            }
        elif isinstance(node, ast.ImportFrom):
            found |= {f"import {(node.module or '').split('.')[0]}"} & {
                f"import {name}" for name in MODULES
            }
        elif isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            of = getattr(getattr(called, "value", None), "id", "")
            if name in CALLS and (of, name) not in HARMLESS_CALLS:
                found.add(name)
            if name in {"eval", "query"} and of not in ("", "self"):
                found.add(name)
            found |= {
                f"{word.arg}={ast.unparse(word.value)}"
                for word in node.keywords
                if word.arg in ("shell", "allow_pickle")
                or (word.arg == "engine" and ast.unparse(word.value) == "'python'")
            }
    return found


def test_no_module_can_execute_what_it_reads():
    found = {(path.name, what) for path in sorted(PACKAGE.rglob("*.py")) for what in found_in(path)}
    assert found == set(ALLOWED)


def test_every_exception_has_a_reason():
    assert all(len(reason) > 20 for reason in ALLOWED.values())


@pytest.mark.parametrize(
    "code",
    [
        *(
            "import pickle",
            "from yaml import load",
            "import os.path as x, marshal",
            "eval('1')",
            "os.system('ls')",
        ),
        *(
            "pandas.read_pickle(x)",
            "numpy.load(x, allow_pickle=True)",
            "run('ls', shell=True)",
            "frame.query(text)",
        ),
        *(
            "frame.eval(text)",
            "__import__(name)",
            "compile(text, '', 'exec')",
            "environment.from_string(text)",
        ),
    ],
)
def test_the_search_finds_what_it_looks_for(code, tmp_path):
    (tmp_path / "module.py").write_text(code)
    assert found_in(tmp_path / "module.py")


def test_what_is_run_of_other_programs_is_named_in_the_file():
    """Of subprocess, DEVNULL is used and nothing else."""
    text = (PACKAGE / "report" / "notebooks.py").read_text(encoding="utf-8")
    used = {
        node.attr
        for node in ast.walk(ast.parse(text))
        if getattr(getattr(node, "value", None), "id", "") == "subprocess"
    }
    assert used <= {"DEVNULL"}


# Events of the interpreter that none of the readers may cause. A module that loads late is compiled or unmarshalled by
# the import system; that is no event of what is read, so everything is read once before.
WATCHED = """
import collections, contextlib, inspect, io, sys, typing
import cbcstats
from cbcstats.cli import main
from cbcstats.exports.html import table_html

def all_of_it(path, folder):
    for read in (cbcstats.read_register,
                 *(lambda given, name=name: getattr(cbcstats, "load_" + name)(source=given)
                   for name in ("counts", "beneficiaries", "members", "places", "sources"))):
        with contextlib.suppress(cbcstats.CbcstatsError):
            found = read(path)
            if isinstance(found, cbcstats.Register):
                repr(found), found._repr_html_(), table_html(found.rows), table_html(found.rejected)
                found.save_problems(folder + "/p.xlsx", overwrite=True)
                for suffix in (".csv", ".xlsx", ".md", ".html"):
                    cbcstats.save_table(found.rows.astype("str"), folder + "/t" + suffix, overwrite=True)
                cbcstats.count_missions(found.rows)
    for command in (["check", path], ["count", path], ["claims", path]):
        sys.argv = ["cbcstats", *command]
        printed = io.StringIO()
        with contextlib.suppress(SystemExit), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            main()

*paths, folder = sys.argv[1:]
for path in paths:
    all_of_it(path, folder)  # loads what is loaded when first used

FORBIDDEN = ("exec", "compile", "import", "pickle.find_class", "marshal.load", "shelve.open", "code.__new__",
             "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "subprocess.Popen", "ctypes.dlopen",
             "socket.connect", "socket.getaddrinfo", "urllib.Request", "webbrowser.open")
seen = []
templates = cbcstats.__file__.replace("__init__.py", "exports/templates")

def is_ours(event, arguments):
    # What runs is no data: an annotation of a command, which typer reads, a row of a frame that gets names, all of
    # them checked to be identifiers, or a template of cbcstats.
    caller = sys._getframe(2).f_code.co_filename
    name = arguments[0].co_filename if event == "exec" else arguments[1]
    of_template = "jinja2" in caller and str(name).startswith(templates)
    of_python = caller in (typing.__file__, inspect.__file__, collections.__file__)
    return of_python or of_template or "geopandas" in str(arguments[0])

def watch(event, arguments):
    if event.startswith(FORBIDDEN) and not (event in ("exec", "compile", "import") and is_ours(event, arguments)):
        seen.append((event, sys._getframe(1).f_code.co_filename, repr(arguments)[:200]))
    if event == "open" and isinstance(arguments[0], str) and set("wax+") & set(arguments[1] or ""):
        if not arguments[0].startswith(folder):
            seen.append((event, arguments[0]))

sys.addaudithook(watch)
for path in paths:
    all_of_it(path, folder)
if folder.endswith("and_fail"):
    eval("1 + 1")
print(*sorted(set(seen)), sep="\\n")
"""


class _Planted:
    """An object that makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def with_pickle(planted):
    """Return Parquet whose column says that it is of a type that old releases of Arrow made of a pickled object."""
    named = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": pickle.dumps(planted),
    }
    fields = [pa.field("member", pa.string(), metadata=named), pa.field("start_date", pa.string())]
    table = pa.table(
        [["Kenya"], ["2017-04-03"]],
        schema=pa.schema(fields, metadata={b"pandas": pickle.dumps(planted)}),
    )
    made = io.BytesIO()
    pa.parquet.write_table(table, made)
    return made.getvalue()


@pytest.fixture
def hostile(tmp_path):
    """Return files that try to have something executed, a folder to write to, and what must not be there afterwards."""
    planted = tmp_path / "planted"
    code = f"__import__('os').mkdir({str(planted)!r})"
    files = {
        "pickle.parquet": with_pickle(_Planted(planted)),
        "pickle.csv": b"member,start_date\n" + pickle.dumps(_Planted(planted)),
        "code.csv": f"member,start_date,@{code},{{{{ {code} }}}}\n{{{{ {code} }}}},{code},=cmd|' /C calc'!A0,!!python\n"
        f'Kenya,2017-04-03,"{code}","<script>{code}</script>"\n'.encode(),
        "good.csv": GOOD.encode(),
        "code.xlsx": as_workbook(
            pd.DataFrame(
                {"member": [code, "Kenya"], "start_date": "2017-04-03", "x": ["=1+1", code]}
            )
        ),
        "entity.xlsx": workbook(
            f'{TWO_ROWS}<row r="3"><c r="A3"><f>&amp;x;</f></c>{cell("B3", "&x;")}</row>',
            before='<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
        ),
        "macro.xlsx": workbook(
            TWO_ROWS, more=[("xl/vbaProject.bin", pickle.dumps(_Planted(planted)))]
        ),
    }
    (tmp_path / "in").mkdir()
    for name, content in files.items():
        (tmp_path / "in" / name).write_bytes(content)
    return [str(tmp_path / "in" / name) for name in files], tmp_path, planted


@pytest.mark.parametrize("fails", [False, True], ids=["as it is", "with a call of eval"])
def test_the_interpreter_sees_nothing_executed_while_hostile_files_are_read(hostile, fails):
    """Imports are done before; `eval` shows that the watch works."""
    paths, folder, planted = hostile
    out = folder / ("out_and_fail" if fails else "out")
    out.mkdir()
    done = run_python("-c", WATCHED, *paths, out)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = done.stdout.split("\n")
    assert ("exec" in done.stdout) if fails else (seen == ["", ""]), done.stdout
    assert not planted.exists()
    assert sorted(path.name for path in folder.iterdir()) == ["in", out.name]
