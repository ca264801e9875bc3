"""Windows and macOS, as far as another system can play them: line ends, encodings, names of files."""

import errno
import json
import os
import re
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

import cbcstats
from cbcstats.errors import ArgumentError, ReportError
from cbcstats.report import report
from tests import faults
from tests.command_line import call, run_python
from tests.notebook_files import make_notebook

POSIX = pytest.mark.skipif(os.name != "posix", reason="names that Windows does not take")
TEXT_WRITERS = ("save_table .csv", "save_table .html", "save_table .md", "save_datapackage")
DEVICES = r"(con|prn|aux|nul|com\d|lpt\d) *(\.|$)"
REGISTER = (
    "Land,Start\nCôte d'Ivoire,2017-04-03\nPerú,2017-05-08\n"
    '"Saint\nLucia",2017-06-01\nKenya,2017-07-03\n'
)


def is_taken_by_windows(name):
    """Return whether Windows takes a name of a file, as its documentation says."""
    is_device = re.match(DEVICES, name, re.IGNORECASE)
    return name and not is_device and not re.search(r'[<>:"/\\|?*\x00-\x1f]|[. ]$', name)


def test_the_rule_of_names_is_that_of_windows():
    refused = ["con", "NUL.csv", "aux.x.csv", "a:b", "a?", "a.", "a ", "", "com1.txt", "a/b"]
    taken = ["console.csv", "con_1.png", "a.b.csv", ".hidden", "lpt", "côte.csv"]
    assert [name for name in [*refused, *taken] if is_taken_by_windows(name)] == taken


def test_a_register_is_the_same_from_every_system(tmp_path):
    windows = REGISTER.replace("\n", "\r\n")
    columns = {"member": "Land", "start_date": "Start"}
    for content in (
        windows.encode(),
        b"\xef\xbb\xbf" + windows.encode(),
        windows.encode("utf-16"),
        windows.encode("cp1252"),
        REGISTER.replace("\n", "\r").encode(),
        unicodedata.normalize("NFD", REGISTER).encode(),  # as macOS writes accents
    ):
        path = tmp_path / "register.csv"
        path.write_bytes(content)
        register = cbcstats.read_register(path, columns=columns)
        assert register.rows["iso3"].tolist() == ["CIV", "PER", "LCA", "KEN"]
        assert register.rows.index.tolist() == [2, 3, 4, 5]


def test_writers_end_lines_in_the_same_way_on_every_system(tmp_path, monkeypatch):
    write_text = Path.write_text

    def as_windows(path, text, encoding=None, errors=None, newline=None):
        return write_text(path, text, encoding, errors, newline or "\r\n")

    monkeypatch.setattr(Path, "write_text", as_windows)
    for name in ("save_chart", "cbcstats count", *TEXT_WRITERS):
        faults.WRITERS[name](tmp_path, True)
    written = [path for path in tmp_path.rglob("*.*") if path.suffix not in (".png", ".pdf")]
    assert len(written) == 10
    assert not [path.name for path in written if b"\r" in path.read_bytes()]


CODE = """
import sys, warnings
from pathlib import Path
warnings.filterwarnings("error", category=EncodingWarning, module="cbcstats")
from tests import faults
from tests.command_line import call
for name in (*sys.argv[1:], "cbcstats count"):
    faults.WRITERS[name](Path(), True)
assert call("claims", "--format", "csv")[0] == 1
from cbcstats.cli import main
sys.argv[1:] = ["check", "accents.csv"]
main()
"""


def test_commands_and_writers_work_where_the_system_has_another_encoding(tmp_path):
    text = "member,start_date\nCôte d'Azur ✓,2017-04-03\n"
    (tmp_path / "accents.csv").write_text(text, encoding="utf-8")
    windows = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment = {**os.environ, **windows, "PYTHONIOENCODING": "cp1252:strict"}
    options = ["-X", "warn_default_encoding", "-c", CODE, *TEXT_WRITERS]
    done = run_python(*options, cwd=tmp_path, env=environment)
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Côte d'Azur ✓" in done.stdout
    assert "Traceback" not in done.stderr
    plain = tmp_path / "plain"
    plain.mkdir()
    for name in TEXT_WRITERS:
        faults.WRITERS[name](plain, True)
    assert faults.contents(plain).items() <= faults.contents(tmp_path).items()


def test_save_datapackage_gives_tables_names_that_every_system_takes(tmp_path):
    names = ["con", "NUL", "aux.", "com1", "lpt9.x", "a:b", "a.", "a ", "A", "a", "é", "e\u0301"]
    names += ["x" * 300, "..", "?", "con "]
    frame = pd.DataFrame({"value": [1]})
    tables = {name: frame.assign(name=name) for name in names}
    cbcstats.save_datapackage(tables, tmp_path / "package")
    written = [path.name for path in (tmp_path / "package").iterdir()]
    assert (
        len({unicodedata.normalize("NFC", name).casefold() for name in written}) == len(names) + 1
    )
    assert all(is_taken_by_windows(name) and len(name) < 120 for name in written)


def test_save_report_refuses_notebooks_whose_charts_would_get_one_name(tmp_path):
    for names in (("A", "a"), ("a b", "a_b"), ("é", "e\u0301"), ("n" * 200 + "1", "n" * 200 + "2")):
        paths = []
        for number, name in enumerate(names):
            (tmp_path / str(number)).mkdir(exist_ok=True)
            paths.append(make_notebook(tmp_path / str(number) / f"{name}.ipynb", "1"))
        with pytest.raises(ReportError, match="would have the same names; rename one"):
            cbcstats.save_report(tmp_path / "report", notebooks=paths)


@POSIX
@pytest.mark.slow
def test_save_report_gives_charts_names_that_every_system_takes(tmp_path):
    source = "import cbcstats\ncounts = cbcstats.load_counts('capacity_building_missions')\ncounts"
    chart = "ax = cbcstats.plot_counts(counts)"
    names = ["con.x", "a:b? Vi\u1ec7t Nam"]
    notebooks = [make_notebook(tmp_path / f"{name}.ipynb", source, chart) for name in names]
    page = cbcstats.save_report(tmp_path / "report", notebooks=notebooks)
    written = [path.name for path in page.parent.rglob("*") if path.is_file()]
    assert len([name for name in written if name.endswith(".png")]) == 2
    assert all(is_taken_by_windows(name) and len(name.encode()) < 250 for name in written)
    assert "\\" not in "".join(json.loads((page.parent / report.MANIFEST).read_bytes()))
    links = re.findall(r'href="((?:charts|tables)[^"]+)"', page.read_text(encoding="utf-8"))
    assert len(links) >= 4
    assert all((page.parent / link).is_file() for link in links)


@POSIX
def test_writers_take_long_names_or_refuse_them_in_words(tmp_path):
    table = faults.COUNTS.head(3)
    assert cbcstats.save_table(table, tmp_path / ("n" * 251 + ".csv")).is_file()
    deep = tmp_path.joinpath(*["d" * 100] * 20)
    assert cbcstats.save_table(table, deep / "a.csv").is_file()
    too_long = "File name too long; give another name"
    with pytest.raises(ArgumentError, match=too_long):
        cbcstats.save_table(table, tmp_path / ("n" * 300 + ".csv"), overwrite=True)
    with pytest.raises(ArgumentError, match=too_long):
        cbcstats.save_report(tmp_path / ("n" * 300))


def test_a_file_that_is_open_in_excel_is_reported_and_stays(tmp_path, monkeypatch):
    assert call("template", "form.xlsx", folder=tmp_path)[0] == 0
    before = faults.contents(tmp_path)

    def replace_locked(path, _to):
        raise PermissionError(errno.EACCES, "Access is denied", str(path))

    monkeypatch.setattr(Path, "replace", replace_locked)
    form = ["template", "form.xlsx", "--kind", "beneficiaries", "--overwrite"]
    code, printed = call(*form, folder=tmp_path)
    assert code == 2
    assert " ".join(printed.split()) == (
        "Error: form.xlsx: Access is denied; close it where it is open, "
        "and check that it and the folder may be written"
    )
    assert faults.contents(tmp_path) == before
