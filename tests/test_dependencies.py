"""What cbcstats depends on: each package has its reason and a licence that lets everyone use it, and its versions fit.

The table of `SECURITY.md` follows from `pyproject.toml`; where it does not, the test shows how it must read. The
licence of a row is the one of the package alone, and is compared with what its installed copy says.
"""

import importlib.metadata
import os
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.command_line import run, run_python
from tests.needs import HOW, missing

ROOT = Path(__file__).parent.parent
CONSTRAINTS = ("constraints.txt", "constraints-lowest.txt")
# Families of licences under which everyone may use, change and hand on what they use, for any end.
FAMILIES = {
    "Apache": r"Apache",
    "BSD": r"\b0?BSD\b",
    "CC0": r"\bCC0\b",
    "ISC": r"\bISC\b",
    "MIT": r"\bMIT\b",
    "MPL": r"\bMPL\b|Mozilla Public",
    "PSF": r"\bPSFL?\b|Python Software Foundation|PSF-based",
    "Zlib": r"\bzlib\b",
}
# Its metadata names no licence; its file LICENSE does, and axe-core inside it is MPL-2.0.
READ_BY_HAND = {"axe-playwright-python": "MIT"}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


PROJECT = tomllib.loads(read("pyproject.toml"))["project"]


def declared():
    """Return what asks for a package, and the requirement, without cbcstats itself and `make mutants`."""
    groups = {"always": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    del groups["mutants"]  # installed by that command alone
    pairs = [(group, Requirement(text)) for group, texts in groups.items() for text in texts]
    return [(group, one) for group, one in pairs if one.name != "cbcstats"]


def reason_of(requirement):
    """Return the comment in the line of a requirement."""
    pattern = rf' +"{requirement.name}[\[>].*# (.*)'
    [reason] = re.findall(pattern, read("pyproject.toml"))
    return reason


def families(text):
    return {
        family for family, pattern in FAMILIES.items() if re.search(pattern, text, re.IGNORECASE)
    }


def licence(name):
    """Return the families of the licences that an installed package names, and what it says."""
    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        missing(HOW.format(name))
    classifiers = [text for text in said.get_all("Classifier", []) if text.startswith("License ::")]
    short = (said.get("License") or "").strip().split("\n")[0]
    texts = [said.get("License-Expression") or "", *classifiers, *([] if classifiers else [short])]
    if not families(" ".join(texts)):
        texts = [READ_BY_HAND.get(canonicalize_name(name), "")]
    return families(" ".join(texts)), " ".join(filter(None, texts))


def may_be_used(said):
    """Return whether all that is said of a licence lets everyone use the package: an expression needs all its parts."""
    parts = re.split(r"\bAND\b", said) if "License ::" not in said else [said]
    return all(families(part) for part in parts) and not re.search(
        r"\b[AL]?GPL|GNU|proprietary", said, re.IGNORECASE
    )


def closure(names):
    """Return the names of packages and of all that they need on this machine."""
    seen, todo = set(), [Requirement(name) for name in names]
    while todo:
        requirement = todo.pop()
        key = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if key not in seen:
            seen.add(key)
            for needed in map(Requirement, importlib.metadata.requires(key[0]) or []):
                marker = needed.marker
                if marker is None or any(
                    marker.evaluate({"extra": extra}) for extra in ["", *requirement.extras]
                ):
                    todo.append(needed)
    return sorted({name for name, _ in seen})


# What an interpreter runs when it starts, kernels of notebooks as well: some modules are as if they were not installed.
HIDE = """
from importlib.machinery import PathFinder
find = PathFinder.find_spec
def find_spec(_, name, path=None, target=None):
    return None if name.partition(".")[0] in {names!r} else find(name, path, target)
PathFinder.find_spec = classmethod(find_spec)
"""


def with_only(*names, folder):
    """Return an environment in which only some packages are installed, and what they need."""
    kept = set(closure(names))
    modules = importlib.metadata.packages_distributions()
    hidden = {
        module
        for module, of in modules.items()
        if not kept & {canonicalize_name(one) for one in of}
    }
    assert {"pptx", "docx", "polars", "duckdb", "pyspark", "openpyxl", "hypothesis", "xdist"} & set(
        modules
    ) <= hidden
    (folder / "sitecustomize.py").write_text(HIDE.format(names=hidden), encoding="utf-8")
    # pytest loads its plugins by their metadata, which stay
    settings = {
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return {**os.environ, **settings}


def table():
    """Return the rows of the table in SECURITY.md: name, what asks for it, licence, reason."""
    section = read("SECURITY.md").partition("\n## Dependencies")[2].partition("\nLower bounds")[0]
    lines = re.findall(r"^\| `.*\|$", section, re.MULTILINE)
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_table_of_security_names_every_dependency_with_its_reason():
    expected = [(one.name, group, reason_of(one)) for group, one in declared()]
    assert [(name, group, reason) for name, group, _, reason in table()] == expected, "\n".join(
        f"| `{name}` | {group} | {licence(name)[1]} | {reason} |"
        for name, group, reason in expected
    )
    assert all(reason for *_, reason in expected)


def test_licences_are_those_that_the_packages_name():
    wrong = []
    for name, _, in_table, _ in table():
        found, metadata = licence(name)
        named = families(in_table)
        if not named or not named <= found or not may_be_used(metadata):
            wrong.append(f"{name}: the table says {in_table}, the package {metadata!r}")
    assert wrong == []


def test_everyone_may_use_all_that_is_needed_to_run():
    always = [str(one) for group, one in declared() if group == "always"]
    needed = closure(always)
    assert len(needed) > len(always)
    licences = {name: licence(name)[1] for name in needed}
    assert {name: text for name, text in licences.items() if not may_be_used(text)} == {}


def test_other_licences_are_refused():
    gpl = "License :: OSI Approved :: GNU General Public License v3 (GPLv3)"
    other = ["", gpl, "GPL-3.0-or-later", "LGPL-2.1", "AGPL-3.0", "MIT AND GPL-2.0-only"]
    other += ["MIT AND Some-Thing", "Proprietary", "LICENSE", "BUSL-1.1"]
    assert [text for text in other if may_be_used(text)] == []


@pytest.mark.slow
def test_packages_that_are_always_asked_for_are_enough_to_make_the_report(tmp_path):
    """Packages that only extras, tests and work on cbcstats need are hidden; slides alone are left out then."""
    done = run(
        "report", cwd=tmp_path, env=with_only("cbcstats", *PROJECT["dependencies"], folder=tmp_path)
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report" / "index.html").is_file()
    assert not list((tmp_path / "report").glob("*.pptx"))


@pytest.mark.slow
def test_pytest_runs_without_the_packages_for_developers_and_names_them(tmp_path):
    """All tests are collected, so that no file imports at its top what may be missing; a few of each kind run."""
    environment = with_only("cbcstats", "pytest", *PROJECT["dependencies"], folder=tmp_path)
    environment.pop("CI", None)
    options = [
        "-q",
        "-rs",
        "-p",
        "no:cacheprovider",
        "-k",
        "test_a_plain_spelling or save_slide or save_document or csv_excel",
    ]
    done = run_python("-m", "pytest", *options, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stdout
    for package in ("hypothesis", "pptx", "docx", "openpyxl"):
        assert f'needs {package}: pip install -e ".[dev]"' in done.stdout


def pinned(name):
    """Return the versions of each package in a file of constraints, with their markers."""
    found = {}
    for line in read(name).splitlines():
        requirement = Requirement(line)
        [version] = [str(one.version) for one in requirement.specifier]
        found.setdefault(canonicalize_name(requirement.name), []).append(
            (version, requirement.marker)
        )
    return found


def holds(marker, python):
    return marker is None or marker.evaluate(
        {"python_full_version": f"{python}.0", "python_version": python}
    )


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints_fit_what_is_asked_for_on_each_python(name):
    pins = pinned(name)
    for python in re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["classifiers"])):
        for _, requirement in declared():
            of_package = pins[canonicalize_name(requirement.name)]
            versions = [version for version, marker in of_package if holds(marker, python)]
            assert len(versions) == 1, f"{requirement} on Python {python}: {versions}"
            assert requirement.specifier.contains(versions[0]), f"{requirement}: {versions}"


def test_lowest_constraints_are_the_lowest_that_exist():
    """A bound is a version, of which the first release is taken, such as 3.6.1 for 3.6."""
    pins = pinned("constraints-lowest.txt")
    for _, requirement in declared():
        [least] = [Version(one.version) for one in requirement.specifier if one.operator == ">="]
        version = Version(pins[canonicalize_name(requirement.name)][0][0])
        lowest = (*version.release, 0, 0)[: len(least.release)]
        assert lowest == least.release, f"{requirement}: {version}"


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints_hold_names_and_versions_and_no_place_to_load_from(name):
    for line in read(name).splitlines():
        assert re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?==[\w.+!-]+( ; .+)?", line), line
        assert not re.search(r"//|--|@", line), line
