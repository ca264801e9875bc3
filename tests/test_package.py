"""The package as it is imported, built and installed."""

import hashlib
import os
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
VERSION = cbcstats.__version__


def python(code, **options):
    return run_python("-c", code, check=True, **options).stdout


def test_public_names_are_sorted_and_all_there():
    assert cbcstats.__all__ == sorted(cbcstats.__all__)
    for name in cbcstats.__all__:
        assert getattr(cbcstats, name).__doc__
    assert set(dir(cbcstats)) == set(cbcstats.__all__)  # what tab completion offers
    with pytest.raises(AttributeError, match="attribute nothing"):
        _ = cbcstats.nothing


def test_importing_leaves_warnings_to_the_user():
    """Also pandera, which warns of pandas 3 where pyspark is installed."""
    python(
        "import warnings; before = list(warnings.filters); import cbcstats; "
        "assert warnings.filters == before; warnings.simplefilter('error', FutureWarning); "
        "cbcstats.MissionRegister.to_schema(); cbcstats.read_register(cbcstats.example_register(), "
        "columns={'member': 'Country', 'start_date': 'Start'}, date_format='%d/%m/%Y')"
    )


@pytest.mark.parametrize(
    ("code", "unused"),
    [
        ("import cbcstats", "pandas pandera matplotlib numpy nbclient typer"),
        ("import cbcstats; cbcstats.load_counts()", "matplotlib nbclient jinja2 typer"),
    ],
)
def test_importing_and_loading_import_no_more_than_they_need(code, unused):
    imported = python(f"{code}; import sys; print(*sys.modules)").split()
    assert not set(imported) & set(unused.split())


def build(source, made, *kinds, **settings):
    """Build a wheel, a source distribution, or both from a folder, and return their paths."""
    needed("hatchling")
    targets = [f"--target={kind}" for kind in kinds]
    command = ["-m", "hatchling", "build", "--directory", made, *targets]
    run_python(*command, cwd=source, check=True, env={**os.environ, **settings})
    return sorted(made.iterdir())


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel and the source distribution of the checkout, in this order."""
    return build(ROOT, tmp_path_factory.mktemp("built"), "sdist", "wheel")


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory):
    """The source distribution, unpacked outside the checkout."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(built[1]) as archive:
        archive.extractall(folder, filter="data")
    [top] = folder.iterdir()
    return top


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The wheel, unpacked into an empty folder outside the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(built[0]) as wheel:
        wheel.extractall(folder)  # noqa: S202 - our own
    return folder


def test_source_distribution_holds_all_that_git_keeps(unpacked):
    git = shutil.which("git")
    if not git or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout of git, or git is not installed")
    listed = run_command([git, "ls-files"], cwd=ROOT, check=True).stdout
    kept = {name for name in listed.splitlines() if (ROOT / name).is_file()}
    assert [name for name in sorted(kept) if not (unpacked / name).is_file()] == []
    assert (unpacked / "PKG-INFO").is_file()


def test_builds_are_the_same_bytes_wherever_and_whenever_they_are_made(unpacked, built, tmp_path):
    """From another folder, with other times and other rights of the files."""
    other = tmp_path / "another folder" / "é"
    shutil.copytree(unpacked, other)
    for number, path in enumerate(sorted(other.rglob("*"))):
        os.utime(path, (10**9 + number, 10**9 + number))
        if path.is_file():
            path.chmod(path.stat().st_mode & 0o700)
    builds = []
    for source, umask in ((unpacked, 0o022), (other, 0o077)):
        before = os.umask(umask)
        try:
            made = tmp_path / f"made {umask}"
            builds.append(build(source, made, "sdist", "wheel", SOURCE_DATE_EPOCH="1700000000"))
        finally:
            os.umask(before)
    for one, two in zip(*builds, strict=True):
        assert one.name == two.name
        assert one.read_bytes() == two.read_bytes(), one.name
    assert contents(builds[0][0]) == contents(built[0])


def contents(wheel):
    """Return the digest of each file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def test_wheel_holds_the_package_and_names_it(installed):
    about = installed / f"cbcstats-{VERSION}.dist-info"
    assert {path.name for path in installed.iterdir()} == {"cbcstats", about.name}
    assert (installed / "cbcstats" / "py.typed").is_file()
    names = [path.name for path in installed.rglob("*")]
    assert not [name for name in names if name.endswith(("__pycache__", ".pyc", ".orig", "~"))]
    metadata = Parser().parsestr((about / "METADATA").read_text(encoding="utf-8"))
    fields = ("Name", "Version", "License-Expression", "Requires-Python")
    assert [metadata[field] for field in fields] == [
        "cbcstats",
        VERSION,
        "MIT AND Unicode-3.0",
        ">=3.11",
    ]
    assert metadata["Description-Content-Type"] == "text/markdown"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert metadata.get_payload().strip() == readme.strip()
    assert "cbcstats = cbcstats.cli:main" in (about / "entry_points.txt").read_text("utf-8")


@pytest.mark.slow
def test_installed_wheel_loads_the_tables_and_makes_the_report(installed, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(installed), prepend=os.pathsep)
    printed = python("import cbcstats as c; print(c.__file__, len(c.load_counts()))", cwd=tmp_path)
    module = installed / "cbcstats" / "__init__.py"
    assert printed.split() == [str(module), str(len(cbcstats.load_counts()))]
    code = "import sys; sys.argv = ['cbcstats', 'report']; from cbcstats.cli import main; main()"
    python(code, cwd=tmp_path)
    assert "+29% to +44%" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
