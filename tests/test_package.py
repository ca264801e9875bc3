"""The package as it is imported and installed."""

import hashlib
import importlib
import os
import pkgutil
import shutil
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import cbcstats
from tests.command_line import run_command, run_python
from tests.needs import needed

ROOT = Path(__file__).parent.parent


def python(code, **options):
    return run_python("-c", code, check=True, **options).stdout


def test_public_names_are_sorted_and_all_there():
    assert cbcstats.__all__ == sorted(cbcstats.__all__)
    for name in cbcstats.__all__:
        assert getattr(cbcstats, name).__doc__
    assert set(dir(cbcstats)) == set(cbcstats.__all__)  # what tab completion offers
    with pytest.raises(AttributeError, match="attribute nothing"):
        _ = cbcstats.nothing


def test_the_package_is_typed():
    assert Path(cbcstats.__file__).with_name("py.typed").is_file()


def test_what_python_warns_of_is_left_to_the_user():
    """Neither importing nor pandera, which warns of pandas 3 where pyspark is installed, changes it."""
    python(
        "import warnings; before = list(warnings.filters); import cbcstats; "
        "assert warnings.filters == before; warnings.simplefilter('error', FutureWarning); "
        "cbcstats.MissionRegister.to_schema(); cbcstats.read_register(cbcstats.example_register(), "
        "columns={'member': 'Country', 'start_date': 'Start'}, date_format='%d/%m/%Y')"
    )


def test_importing_costs_next_to_nothing():
    loaded = python("import cbcstats, sys; print(sorted(sys.modules))")
    for heavy in ("pandas", "pandera", "matplotlib", "numpy", "nbclient", "typer"):
        assert f"'{heavy}'" not in loaded


def test_loading_needs_no_charts_and_no_notebooks():
    loaded = python("import cbcstats, sys; cbcstats.load_counts(); print(sorted(sys.modules))")
    for heavy in ("matplotlib", "nbclient", "jinja2", "typer"):
        assert f"'{heavy}'" not in loaded


def test_every_module_has_a_docstring():
    for module in pkgutil.walk_packages(cbcstats.__path__, "cbcstats."):
        assert importlib.import_module(module.name).__doc__


def build(source, made, *kinds, **settings):
    """Build a wheel, a source distribution, or both from a folder, and return their paths."""
    needed("hatchling")
    targets = [f"--target={kind}" for kind in kinds]
    command = ["-m", "hatchling", "build", "--directory", made, *targets]
    run_python(*command, cwd=source, check=True, env={**os.environ, **settings})
    return sorted(made.iterdir())


def unpack(sdist, folder):
    """Unpack a source distribution, and return its one folder."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    [top] = folder.iterdir()
    return top


def contents(wheel):
    """Return the digest of each file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel and the source distribution of the checkout, in this order."""
    return build(ROOT, tmp_path_factory.mktemp("built"), "sdist", "wheel")


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory):
    """The source distribution, unpacked outside the checkout."""
    return unpack(built[1], tmp_path_factory.mktemp("unpacked"))


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The wheel, unpacked into an empty folder outside the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(built[0]) as wheel:
        wheel.extractall(folder)  # noqa: S202 - our own
    return folder


def test_the_source_distribution_holds_all_that_tests_and_commands_need(unpacked):
    """All that git keeps, and what says what it is."""
    git = shutil.which("git")
    if not git or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout of git, or git is not installed")
    listed = run_command([git, "ls-files"], cwd=ROOT, check=True).stdout
    kept = {name for name in listed.splitlines() if (ROOT / name).is_file()}
    held = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert kept - held == set()
    assert "PKG-INFO" in held


def test_the_source_distribution_makes_the_same_wheel(unpacked, built, tmp_path):
    [again] = build(unpacked, tmp_path, "wheel")
    assert contents(again) == contents(built[0])


def test_builds_are_the_same_bytes_wherever_whenever_and_by_whomever(unpacked, tmp_path):
    """Of another folder, with other times and other rights of the files."""
    other = tmp_path / "another folder" / "é"
    shutil.copytree(unpacked, other)
    for number, path in enumerate(sorted(other.rglob("*"))):
        os.utime(path, (10**9 + number, 10**9 + number))
        if path.is_file():
            path.chmod(path.stat().st_mode & 0o700)
    made = []
    for source, umask in ((unpacked, 0o022), (other, 0o077)):
        before = os.umask(umask)
        try:
            made.append(
                build(
                    source,
                    tmp_path / f"made {umask}",
                    "sdist",
                    "wheel",
                    SOURCE_DATE_EPOCH="1700000000",
                )
            )
        finally:
            os.umask(before)
    for one, two in zip(*made, strict=True):
        assert one.name == two.name
        assert one.read_bytes() == two.read_bytes(), one.name


def test_the_wheel_says_what_it_is(built):
    with zipfile.ZipFile(built[0]) as wheel:
        names = wheel.namelist()
        said = Parser().parsestr(
            wheel.read(f"cbcstats-{cbcstats.__version__}.dist-info/METADATA").decode()
        )
        entry = wheel.read(f"cbcstats-{cbcstats.__version__}.dist-info/entry_points.txt").decode()
    assert {name.split("/")[0] for name in names} == {
        "cbcstats",
        f"cbcstats-{cbcstats.__version__}.dist-info",
    }
    assert not [
        name for name in names if "__pycache__" in name or name.endswith((".pyc", ".orig", "~"))
    ]
    assert (said["Name"], said["Version"], said["License-Expression"]) == (
        "cbcstats",
        cbcstats.__version__,
        "MIT",
    )
    assert said["Requires-Python"] == ">=3.11"
    assert said["Description-Content-Type"] == "text/markdown"
    assert said.get_payload().strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()
    assert "cbcstats = cbcstats.cli:main" in entry


@pytest.mark.slow
def test_an_installed_wheel_loads_the_same_tables(installed, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(installed))
    said = python(
        "import cbcstats; print(cbcstats.__file__, len(cbcstats.load_counts()))", cwd=tmp_path
    )
    assert said.split() == [
        str(installed / "cbcstats" / "__init__.py"),
        str(len(cbcstats.load_counts())),
    ]


@pytest.mark.slow
def test_an_installed_wheel_makes_the_report(installed, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(installed))
    python(
        "import sys; sys.argv = ['cbcstats', 'report']; from cbcstats.cli import main; main()",
        cwd=tmp_path,
    )
    assert "34.5%" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
