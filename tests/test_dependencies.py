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
# Licences that the metadata of a package does not name, with where they were read.
READ_BY_HAND = {
    "axe-playwright-python": "MIT"
}  # the file LICENSE of the package; axe-core inside it is MPL-2.0


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def project():
    return tomllib.loads(read("pyproject.toml"))["project"]


def declared():
    """Return the requirements of pyproject.toml by what asks for them, without cbcstats itself and `make mutants`."""
    found = {"always": project()["dependencies"], **project()["optional-dependencies"]}
    del found["mutants"]  # installed by that command alone
    requirements = {of: [Requirement(text) for text in texts] for of, texts in found.items()}
    return {
        of: [one for one in ones if one.name != "cbcstats"] for of, ones in requirements.items()
    }


def reason_of(requirement):
    """Return the comment in the line of a requirement, up to the semicolon where it says more."""
    [line] = {
        line
        for line in read("pyproject.toml").splitlines()
        if re.match(rf' +"{requirement.name}[\[>].*# ', line)
    }
    return line.partition("# ")[2]


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
    assert {"pptx", "polars", "duckdb", "pyspark", "openpyxl", "hypothesis", "xdist"} & set(
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


def test_the_table_names_every_dependency_with_its_reason_and_no_other():
    expected = [(one.name, of, reason_of(one)) for of, ones in declared().items() for one in ones]
    assert [(name, of, reason) for name, of, _, reason in table()] == expected, "\n".join(
        f"| `{name}` | {of} | {licence(name)[1]} | {reason} |" for name, of, reason in expected
    )
    assert all(len(reason) >= len("tests") for *_, reason in expected)


@pytest.mark.parametrize(("name", "said"), [(name, said) for name, _, said, _ in table()])
def test_licences_are_those_that_the_packages_name(name, said):
    found, metadata = licence(name)
    assert families(said), f"{name}: {said}"
    assert families(said) <= found, f"{name}: the table says {said}, the package {metadata!r}"
    assert may_be_used(metadata), f"{name}: {metadata}"


def test_all_that_is_needed_to_run_may_be_used_by_everyone():
    needed = closure(str(one) for one in declared()["always"])
    assert len(needed) > len(declared()["always"])
    found = {name: licence(name)[1] for name in needed}
    assert {name: said for name, said in found.items() if not may_be_used(said)} == {}


@pytest.mark.slow
def test_what_is_asked_for_always_is_enough_to_make_the_report(tmp_path):
    """Packages that only extras, tests and work on cbcstats need are hidden; slides alone are left out then."""
    done = run("report", cwd=tmp_path, env=with_only("cbcstats", folder=tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report" / "index.html").is_file()
    assert not list((tmp_path / "report").glob("*.pptx"))


@pytest.mark.slow
def test_pytest_runs_with_nothing_installed_for_developers_and_says_what_tests_need(tmp_path):
    """All tests are collected, so that no file imports at its top what may be missing; a few of each kind run."""
    environment = with_only("cbcstats", "pytest", folder=tmp_path)
    environment.pop("CI", None)
    options = [
        "-q",
        "-rs",
        "-p",
        "no:cacheprovider",
        "-k",
        "test_a_plain_spelling or save_slide or csv_excel",
    ]
    done = run_python("-m", "pytest", *options, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stdout
    for package in ("hypothesis", "pptx", "openpyxl"):
        assert f'needs {package}: pip install -e ".[dev]"' in done.stdout


@pytest.mark.parametrize(
    "said",
    [
        "",
        *(
            "GPL-3.0-or-later",
            "LGPL-2.1",
            "MIT AND GPL-2.0-only",
            "MIT AND Some-Thing",
            "Proprietary",
            "AGPL-3.0",
        ),
        *(
            "License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
            "LICENSE",
            "BUSL-1.1",
        ),
    ],
)
def test_other_licences_are_not_taken(said):
    assert not may_be_used(said)


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


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-lowest.txt"])
def test_constraints_fit_what_is_asked_for_on_each_python(name):
    found = pinned(name)
    for python in re.findall(r"Python :: (3\.\d+)", " ".join(project()["classifiers"])):
        for requirement in (one for ones in declared().values() for one in ones):
            versions = [
                version
                for version, marker in found[canonicalize_name(requirement.name)]
                if holds(marker, python)
            ]
            assert len(versions) == 1, f"{requirement} on Python {python}: {versions}"
            assert requirement.specifier.contains(versions[0]), f"{requirement}: {versions}"


def test_lowest_constraints_are_the_lowest_that_exist():
    """A bound is a version, of which the first release is taken, such as 3.6.1 for 3.6."""
    for requirement in (one for ones in declared().values() for one in ones):
        [least] = [Version(one.version) for one in requirement.specifier if one.operator == ">="]
        version = Version(
            pinned("constraints-lowest.txt")[canonicalize_name(requirement.name)][0][0]
        )
        depth = len(least.release)
        assert (*version.release, 0, 0)[:depth] == least.release, f"{requirement}: {version}"


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-lowest.txt"])
def test_constraints_hold_names_and_versions_and_no_place_to_load_from(name):
    for line in read(name).splitlines():
        assert re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?==[\w.+!-]+( ; .+)?", line), line
        assert not re.search(r"//|--|@", line), line
