"""Windows and macOS, as far as another system can play them: line ends, encodings, names of files, what is missing."""

import ast
import errno
import json
import multiprocessing
import os
import re
import subprocess
import sys
import unicodedata
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, DataError, ReportError
from cbcstats.exports.datapackage import file_names
from cbcstats.report import report
from tests import faults
from tests.notebook_files import make_notebook

PACKAGE = Path(cbcstats.__file__).parent
DATA = Path(cbcstats.example_register()).parent
TABLES = ("counts", "beneficiaries", "members", "places", "sources")
AS_WRITTEN = {
    "Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "old Macintosh": lambda text: text.replace("\n", "\r").encode(),
    "UTF-8 of Excel": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "UTF-16 of Excel": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
}
WINDOWS_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
}


def is_taken_by_windows(name):
    """Return whether Windows takes a name of a file, as its documentation says."""
    stem = name.split(".")[0].rstrip(" ").casefold()
    return (
        stem not in WINDOWS_DEVICES
        and not re.search(r'[<>:"/\\|?*\x00-\x1f]|[. ]$', name)
        and name != ""
    )


def test_the_rule_of_names_is_that_of_windows():
    refused = (
        "con",
        "NUL.csv",
        "aux.x.csv",
        "a:b",
        "a?",
        "a.",
        "a ",
        "",
        "com1.txt",
        "a/b",
        "a\\b",
        "a\tb",
    )
    assert not [name for name in refused if is_taken_by_windows(name)]
    assert all(
        map(
            is_taken_by_windows,
            ("console.csv", "con_1.png", "a.b.csv", ".hidden", "lpt", "côte.csv"),
        )
    )


# What is read


@pytest.mark.parametrize("written", AS_WRITTEN)
@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_the_same_from_every_system(table, written, tmp_path):
    load = getattr(cbcstats, f"load_{table}")
    text = (DATA / f"{table}.csv").read_text(encoding="utf-8")
    path = tmp_path / f"{table}.csv"
    path.write_bytes(AS_WRITTEN[written](text))
    pd.testing.assert_frame_equal(load(source=path), load(source=DATA / f"{table}.csv"))


REGISTER = 'Land,Start\nCôte d\'Ivoire,2017-04-03\nPerú,2017-05-08\n"Saint\nLucia",2017-06-01\nKenya,2017-07-03\n'


@pytest.mark.parametrize("written", [*AS_WRITTEN, "Windows-1252", "macOS"])
def test_a_register_is_the_same_from_every_system(written, tmp_path):
    ways = AS_WRITTEN | {
        "Windows-1252": lambda text: text.replace("\n", "\r\n").encode("cp1252"),
        "macOS": lambda text: unicodedata.normalize("NFD", text).encode(),
    }
    path = tmp_path / "register.csv"
    path.write_bytes(ways[written](REGISTER))
    columns = {"member": "Land", "start_date": "Start"}
    register = cbcstats.read_register(path, columns=columns)
    assert register.rows["iso3"].tolist() == ["CIV", "PER", "LCA", "KEN"]
    assert register.rows.index.tolist() == [2, 3, 4, 5]


def test_names_of_places_are_known_in_the_letters_of_macos():
    names = pd.Series(
        [unicodedata.normalize("NFD", name) for name in ("Côte d'Ivoire", "São Tomé and Príncipe")]
    )
    assert [len(name) for name in names] == [14, 24]  # accents are letters of their own there
    assert cbcstats.to_iso3(names).tolist() == ["CIV", "STP"]


def test_a_table_in_windows_1252_is_refused_with_the_word_that_is_misread(tmp_path):
    text = (DATA / "members.csv").read_text(encoding="utf-8")
    path = tmp_path / "members.csv"
    path.write_bytes(text.encode("cp1252", "replace"))
    with pytest.raises(
        DataError, match="'Côte': holds bytes that are not UTF-8; save the file as CSV UTF-8"
    ):
        cbcstats.load_members(source=path)


# What is written


def test_lines_end_in_the_same_way_on_every_system(tmp_path):
    for name in (
        "save_chart",
        "save_datapackage",
        "cbcstats count",
        "save_table .html",
        "save_table .md",
    ):
        faults.WRITERS[name](tmp_path, True)
    written = [
        path
        for path in tmp_path.rglob("*")
        if path.suffix in (".csv", ".json", ".svg", ".html", ".md")
    ]
    assert len(written) == 9  # two of the chart, four of the package
    assert not [path.name for path in written if b"\r" in path.read_bytes()]


def test_no_module_writes_text_without_saying_its_encoding_and_its_line_ends():
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "linesep":
                found.append((path.name, node.lineno, "linesep"))
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            words = {word.arg for word in node.keywords}
            is_binary = any(
                isinstance(word, ast.Constant) and "b" in str(word.value) for word in node.args
            )
            if called in ("read_text", "write_text") or (
                called in ("open", "fdopen") and not is_binary
            ):
                of = getattr(getattr(node.func, "value", None), "id", "")
                needed = {"encoding", "newline"} if called == "write_text" else {"encoding"}
                if of not in ("os", "io", "archive") and not needed <= words:
                    found.append((path.name, node.lineno, called))
    assert found == [
        ("exports.py", found[0][1], "write_text")
    ]  # of one line, removed before the report is there


CODE = """
import sys, warnings
warnings.filterwarnings("error", category=EncodingWarning, module="cbcstats")
beside, folder = sys.argv[1:]
sys.path.insert(0, beside)
from tests import faults
from pathlib import Path
for name in ("save_table .csv", "save_table .html", "save_datapackage", "cbcstats count"):
    faults.WRITERS[name](Path(folder), True)
assert faults.command("claims", "--format", "csv") == 1
assert faults.command("check", Path(folder, "accents.csv")) == 1
"""


@pytest.mark.parametrize("encoding", ["cp1252", pytest.param("ascii", marks=pytest.mark.slow)])
def test_everything_works_where_the_system_has_another_encoding(encoding, tmp_path):
    (tmp_path / "accents.csv").write_text(
        "member,start_date\nCôte d'Azur ✓,2017-04-03\n", encoding="utf-8"
    )
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment["PYTHONIOENCODING"] = f"{encoding}:strict"
    command = [
        sys.executable,
        "-X",
        "warn_default_encoding",
        "-c",
        CODE,
        str(Path(__file__).parent),
        str(tmp_path),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]
    assert "Côte d'Azur ✓" in done.stdout.decode("utf-8")
    plain = tmp_path / "plain"
    plain.mkdir()
    for name in ("save_table .csv", "save_table .html", "save_datapackage"):
        faults.WRITERS[name](plain, True)
    again = faults.contents(plain)
    assert again == {
        name: mark for name, mark in faults.contents(tmp_path).items() if name in again
    }


# Names of files

HARMFUL = [
    "con",
    "NUL",
    "aux.",
    "com1",
    "lpt9.x",
    "a:b",
    "a.",
    "a ",
    "A",
    "a",
    "é",
    "e\u0301",
    "x" * 300,
    "..",
    "?",
    "con ",
]


def test_names_of_tables_are_taken_by_every_system_and_none_stands_for_two(tmp_path):
    frame = pd.DataFrame({"value": [1]})
    cbcstats.save_datapackage(
        {name: frame.assign(name=name) for name in HARMFUL}, tmp_path / "package"
    )
    written = [path.name for path in (tmp_path / "package").iterdir()]
    assert (
        len({unicodedata.normalize("NFC", name).casefold() for name in written}) == len(HARMFUL) + 1
    )
    assert all(map(is_taken_by_windows, written))
    assert max(map(len, written)) < 120
    assert len(set(file_names(HARMFUL))) == len(HARMFUL)


@pytest.mark.parametrize(
    "names", [("A", "a"), ("a b", "a_b"), ("é", "e\u0301"), ("n" * 200 + "1", "n" * 200 + "2")]
)
def test_notebooks_whose_charts_would_get_one_name_are_refused(names, tmp_path):
    paths = [
        make_notebook(tmp_path / str(number) / f"{name}.ipynb", "1")
        for number, name in enumerate(names)
    ]
    with pytest.raises(ReportError, match="of which files get one name; rename one"):
        cbcstats.save_report(tmp_path / "report", notebooks=paths)


@pytest.fixture(autouse=True)
def _folders(tmp_path):
    for name in ("0", "1"):
        (tmp_path / name).mkdir()
    yield
    for name in ("0", "1"):
        for path in (tmp_path / name).iterdir():
            path.unlink()
        (tmp_path / name).rmdir()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="names that Windows does not take")
@pytest.mark.parametrize("name", ["con.x", "a:b? " + "Vi\u1ec7t Nam"])
def test_charts_of_a_report_have_names_that_every_system_takes(name, tmp_path):
    source = "import cbcstats\ncounts = cbcstats.load_counts('missions')\nax = cbcstats.plot_counts(counts)\ncounts"
    path = make_notebook(tmp_path / f"{name}.ipynb", source)
    page = cbcstats.save_report(tmp_path / "report", notebooks=[path])
    written = [found for found in page.parent.rglob("*") if found.is_file()]
    assert (
        len(written) == 4 + 1 + 4
    )  # the chart and its data, the table; page, workbook, deck and list of files
    assert all(
        is_taken_by_windows(found.name) and len(found.name.encode()) < 250 for found in written
    )
    assert not [
        name for name in json.loads((page.parent / report.MANIFEST).read_bytes()) if "\\" in name
    ]
    links = re.findall(r'href="((?:charts|tables)[^"]+)"', page.read_text(encoding="utf-8"))
    assert len(links) >= 2
    assert all((page.parent / link).is_file() for link in links)


@pytest.mark.skipif(os.name != "posix", reason="Windows takes no path that is so long")
def test_long_names_are_written_or_refused_in_a_sentence(tmp_path):
    table = faults.COUNTS.head(3)
    assert cbcstats.save_table(table, tmp_path / ("n" * 251 + ".csv")).is_file()
    deep = tmp_path.joinpath(*["d" * 100] * 20)
    assert cbcstats.save_table(table, deep / "a.csv").is_file()
    said = "File name too long; give another name"
    with pytest.raises(ArgumentError, match=said):
        cbcstats.save_table(table, tmp_path / ("n" * 300 + ".csv"), overwrite=True)
    with pytest.raises(ArgumentError, match=said):
        cbcstats.save_report(tmp_path / ("n" * 300))


# What other systems do not have


def test_nothing_is_called_that_windows_does_not_have():
    known = {"PathLike", "fspath", "fsync", "name"}
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "os":
                found.add(node.attr)
    assert found <= known
    assert "multiprocessing" not in "".join(
        path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")
    )


def test_a_file_that_is_open_elsewhere_is_said_and_stays(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert faults.command("template", "form.xlsx") == 0
    before = (tmp_path / "form.xlsx").read_bytes()

    def locked(path, _to):
        raise PermissionError(errno.EACCES, "Access is denied", str(path))

    monkeypatch.setattr(Path, "replace", locked)
    assert faults.command("template", "form.xlsx", "--kind", "beneficiaries", "--overwrite") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert said == (
        "Error: form.xlsx: Access is denied; close it where it is open, and check that it and the folder may be written"
    )
    assert (tmp_path / "form.xlsx").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1", "form.xlsx"]


@pytest.mark.slow
def test_processes_that_are_begun_anew_do_all_that_one_does():
    columns = {"member": "Country", "start_date": "Start"}
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        asked = pool.submit(
            cbcstats.read_register,
            cbcstats.example_register(),
            columns=columns,
            date_format="%d/%m/%Y",
        )
        counted = pool.submit(cbcstats.load_counts, "missions")
        assert len(asked.result().rows) == 553
        pd.testing.assert_frame_equal(counted.result(), faults.COUNTS)
