"""What the documents say is so: code runs, commands exist, paths lead somewhere, numbers agree."""

import re
from pathlib import Path

import pytest

import cbcstats

ROOT = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "CONTRIBUTING.md"]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("code", blocks(read("README.md"), "python"))
def test_code_runs(code, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own
    assert capsys.readouterr().out


COMMENTED = [code for code in blocks(read("README.md"), "python") if re.search(r"\)  +# [0-9]", code)]


@pytest.mark.parametrize("code", COMMENTED)
def test_comments_in_the_code_are_what_it_prints(code, capsys):
    exec(code, {})  # noqa: S102 - our own
    promised = [comment.split(",")[0].strip() for comment in re.findall(r"# (.+)", code)]
    assert capsys.readouterr().out.splitlines() == promised


@pytest.mark.parametrize("document", DOCUMENTS)
def test_make_targets_exist(document):
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    assert (
        set(re.findall(r"make ([a-z]+)\b(?=[`\s])", re.sub(r"make and git|make it|make,", "", read(document))))
        <= targets
    )


@pytest.mark.parametrize("document", DOCUMENTS)
def test_paths_exist(document):
    text = read(document)
    paths = re.findall(r"`((?:data|notebooks|tests|cbcstats)/[\w./]+|[A-Z]+(?:\.md)?|[\w.]+\.(?:toml|txt|py))`", text)
    assert len(paths) > 3
    for path in paths:
        places = [ROOT / path, ROOT / "cbcstats" / path, ROOT / "data" / path]
        assert any(place.exists() for place in places), path


def test_the_tree_in_contributing_is_the_package():
    named = set(re.findall(r"^  ([\w.]+\.py)", read("CONTRIBUTING.md"), re.MULTILINE))
    assert named == {path.name for path in (ROOT / "cbcstats").glob("*.py")}


def test_the_order_in_contributing_is_the_order_of_imports():
    order = [name.removesuffix(".py") for name in re.findall(r"^  ([\w.]+\.py)", read("CONTRIBUTING.md"), re.MULTILINE)]
    for place, module in enumerate(order[1:], start=1):
        code = read(f"cbcstats/{module}.py")
        used = re.findall(r"from cbcstats(?:\.(\w+))? import (?:(\w+))?", code)
        for home, name in used:
            other = home or name
            assert other not in order[place + 1 :], f"{module} reads from {other}, which stands below it"


def test_the_numbers_in_the_readme_are_those_of_the_tables():
    text = read("README.md")
    counts = cbcstats.load_counts()
    assert f"| `data/counts.csv` | {len(counts)} | published counts in {counts['indicator'].nunique()} series" in text
    beneficiaries = cbcstats.load_beneficiaries()
    programmes = beneficiaries["programme"].nunique()
    assert (
        f"| `data/beneficiaries.csv` | {len(beneficiaries)} | Members named as beneficiaries of {programmes} pro"
        in text
    )
    assert f"| `data/members.csv` | {len(cbcstats.load_members())} |" in text
    places = cbcstats.load_places()
    assert f"| `data/places.csv` | {len(places)} | names of {places['iso3'].nunique()} countries" in text
    assert f"known by {len(places):,} spellings" in text
    assert f"| `data/sources.csv` | {len(cbcstats.load_sources())} |" in text
    missions = cbcstats.load_counts("missions")
    for per in ("period", "month"):
        change = cbcstats.year_on_year(missions, per=per).iloc[-1]
        assert f"+{change['percent_change_low']:.1f}% to +{change['percent_change_high']:.1f}%" in text


def test_the_changelog_knows_the_version():
    assert f"## {cbcstats.__version__}" in read("CHANGELOG.md")


def test_constraints_hold_names_and_versions_only():
    for line in read("constraints.txt").splitlines():
        assert re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?==[\w.+!-]+( ; .+)?", line), line
        assert "://" not in line
