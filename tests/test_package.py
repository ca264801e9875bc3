"""The package as it is imported and installed."""

import importlib
import pkgutil
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import cbcstats

ROOT = Path(__file__).parent.parent


def python(code, **options):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, **options).stdout


def test_public_names_are_sorted_and_all_there():
    assert cbcstats.__all__ == sorted(cbcstats.__all__)
    for name in cbcstats.__all__:
        assert getattr(cbcstats, name).__doc__
    assert set(dir(cbcstats)) == {*cbcstats.__all__, "__version__"}  # what tab completion offers
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = cbcstats.nothing


def test_type_checkers_see_every_public_name():
    text = Path(cbcstats.__file__).read_text(encoding="utf-8")
    block = text[text.index("if TYPE_CHECKING:") : text.index("__version__")]
    seen = re.findall(r"\b\w+\b", " ".join(re.findall(r"import (.+)", block)))
    assert sorted(seen) == cbcstats.__all__
    assert Path(cbcstats.__file__).with_name("py.typed").is_file()


def test_importing_costs_next_to_nothing():
    loaded = python("import cbcstats, sys; print(sorted(sys.modules))")
    for heavy in ("pandas", "pandera", "matplotlib", "numpy", "nbclient", "typer"):
        assert f"'{heavy}'" not in loaded


def test_loading_needs_no_charts_and_no_notebooks():
    loaded = python("import cbcstats, sys; cbcstats.load_counts(); print(sorted(sys.modules))")
    for heavy in ("matplotlib", "nbclient", "jinja2", "typer"):
        assert f"'{heavy}'" not in loaded


def test_every_module_has_a_docstring():
    for module in pkgutil.iter_modules(cbcstats.__path__):
        assert importlib.import_module(f"cbcstats.{module.name}").__doc__


def test_column_names_are_literals_in_one_module_only():
    names = {value for name, value in vars(importlib.import_module("cbcstats.columns")).items() if name.isupper()}
    names = {name for name in names if isinstance(name, str) and "_" in name.strip("_")}
    for path in sorted((ROOT / "cbcstats").glob("*.py")):
        if path.stem not in ("columns", "__init__"):
            code = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            found = {name for name in names if f'"{name}"' in code}
            assert not found, f"{path.name}: {found}"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, unpacked into an empty folder outside the checkout."""
    made = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(made),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(next(made.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    return folder


@pytest.mark.slow
def test_an_installed_wheel_loads_the_same_tables(installed, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(installed))
    said = python("import cbcstats; print(cbcstats.__file__, len(cbcstats.load_counts()))", cwd=tmp_path)
    assert said.split() == [str(installed / "cbcstats" / "__init__.py"), str(len(cbcstats.load_counts()))]


@pytest.mark.slow
def test_an_installed_wheel_makes_the_report(installed, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(installed))
    python("import sys; sys.argv = ['cbcstats', 'report']; from cbcstats.cli import main; main()", cwd=tmp_path)
    assert "34.5%" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
