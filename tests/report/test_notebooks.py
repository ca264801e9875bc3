"""The notebooks: thin, without outputs, and true when they run."""

import runpy
from pathlib import Path

import nbformat
import pytest

import cbcstats
from cbcstats.report.notebooks import execute

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def cells(notebook, kind):
    return [cell for cell in notebook.cells if cell.cell_type == kind]


@pytest.fixture(params=NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def test_there_are_notebooks_and_they_are_numbered():
    assert NOTEBOOKS
    assert [path.name[:2] for path in NOTEBOOKS] == [
        f"{number:02}" for number in range(len(NOTEBOOKS))
    ]


def test_no_outputs_are_kept(notebook):
    assert not any(cell.outputs or cell.execution_count for cell in cells(notebook, "code"))


def test_they_are_thin(notebook):
    code = cells(notebook, "code")
    assert len(code) < 15
    for cell in code:
        assert not any(word in cell.source for word in ("def ", "class ", "lambda"))
        assert len(cell.source.splitlines()) <= 20
        assert (
            max(map(len, cell.source.splitlines())) <= 92
        )  # what JupyterLab shows beside its file browser


def test_they_begin_with_a_question_and_its_answer(notebook):
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "?" in first.source.splitlines()[0]
    assert "**In short:**" in first.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_they_run_without_a_warning_and_show_charts_and_tables(path, tmp_path):
    for folder in ("charts", "tables"):
        (tmp_path / folder).mkdir()
    outputs = [output for cell in cells(execute(path, tmp_path), "code") for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    charts = [
        output.metadata["image/png"] for output in outputs if "image/png" in output.get("data", {})
    ]
    assert charts
    for chart in charts:
        assert len(chart["alt"]) > 100
        assert "Source:" in chart["alt"]
    assert sum("text/html" in output.get("data", {}) for output in outputs) >= 2


def markdown(number):
    return " ".join(
        cell.source for cell in cells(nbformat.read(NOTEBOOKS[number], as_version=4), "markdown")
    )


def test_the_numbers_in_the_text_of_the_map_are_those_of_the_tables():
    text = markdown(0).replace("\n", " ")
    counts = cbcstats.load_counts()
    sizes = counts.groupby("indicator").size()
    assert len(counts) > 300
    assert len(sizes) > 100
    assert len(cbcstats.load_beneficiaries()) > 350
    years = counts["period_end"].dt.year
    assert f"from {years.min():.0f} to {years.max():.0f}" in text
    assert 0.2 < (sizes == 1).mean() < 0.3  # about a quarter
    changes = cbcstats.year_on_year(counts)
    assert 0.35 < changes["comparable"].mean() < 0.45  # about two in five
    assert changes.loc[~changes["comparable"], "why"].str.startswith("no figure").mean() > 0.8
    assert not changes.query("indicator == 'missions'")["comparable"].any()
    assert counts["indicator"].value_counts().index[0] == "picard_attendance"


def test_the_numbers_in_the_text_of_the_first_are_those_of_the_library():
    text = markdown(1)
    missions = cbcstats.load_counts("capacity_building_missions")
    for per in ("period", "month"):
        changes = cbcstats.year_on_year(missions, per=per)
        change = changes.iloc[-1]
        for end in ("low", "high"):
            assert f"{change[f'percent_change_{end}']:.1f}%" in text
        assert cbcstats.short_view(changes)["percent"].iloc[-1] in text
    assert f"{change['rate_low']:.0f} to {change['rate_high']:.0f}" in text
    least, most = changes["previous_rate_low"].min(), changes["previous_rate_high"].max()
    assert f"{least:.0f} to {most:.0f} missions per month" in text
    assert "more than 100 other series" in text


def test_the_numbers_in_the_text_of_the_second_are_those_of_the_tables():
    text = markdown(2)
    beneficiaries = cbcstats.load_beneficiaries()
    assert len(beneficiaries) > 350
    assert "More than 350 rows name a Member" in text
    named = beneficiaries.query("programme == 'Mercator'")["member"].nunique()
    assert f"the {named} Members named for the Mercator Programme" in text
    partners = cbcstats.load_counts("anti_corruption_programme_partner_administrations")[
        "value"
    ].tolist()
    assert partners[-3:] == [23, 22, 16]
    assert "23 in 2023, 22 in 2024 and 16 in 2025" in text


def test_the_numbers_in_the_text_of_the_third_are_those_of_the_claims():
    text = markdown(3).replace("\n", " ")
    claims = cbcstats.check_claims(cbcstats.load_counts())
    claim = claims[claims["indicator"] == "capacity_building_missions"].iloc[0]
    assert claim["verdict"] == "consistent"
    low, high = claim["implied_low"], claim["implied_high"]
    assert f"earlier total of {low:.0f} to {high:.0f}" in text
    assert f"{claim['previous_low']:.0f} to {claim['previous_high']:.0f}" in text
    assert f"was {claim['previous_low']:.0f} to {high:.0f}." in text
    doubtful = claims.groupby("verdict")["published_change"].agg(sorted)
    assert doubtful["contradicts"] == ["+23%", "+66%"]
    assert doubtful["unlikely"] == ["+19%", "stable"]
    assert "two contradict their figures" in text
    assert "Two are unlikely" in text
    assert 0.28 < (claims["verdict"] == "cannot be checked").mean() < 0.38  # about a third


def test_the_numbers_in_the_text_of_the_fourth_are_those_of_the_library():
    rate = cbcstats.growth_rate(
        cbcstats.load_counts("capacity_building_missions"), per="month"
    ).iloc[0]
    assert (
        f"by {rate['growth_rate_low']:.0f}% to {rate['growth_rate_high']:.0f}% a year"
        in markdown(4)
    )
    sizes = (
        cbcstats.load_beneficiaries("SECO-WCO GTFP")
        .query("list_kind == 'full'")
        .groupby("as_of")
        .size()
    )
    assert sizes.tolist() == [4, 8, 15]
    assert "From 4 Members in 2019 to 8 in 2021 and 15 in 2024" in markdown(4)


def test_the_numbers_in_the_text_of_the_fifth_are_those_of_the_example():
    columns = {
        "member": "Country",
        "start_date": "Start",
        "end_date": "End",
        "female_participants": "Of which women",
    }
    register = cbcstats.read_register(
        cbcstats.example_register(), columns=columns, date_format="%d/%m/%Y"
    )
    summary = register.summary
    said = f"of {summary['rows read']} rows, {summary['passed']} can be counted and {summary['rejected']} cannot"
    assert said in markdown(5).replace("\n", " ")
    counts = cbcstats.count_missions(register)
    low = counts["value"]
    high = low + counts["missing"]
    before = f"{low[1]} to {high[1]} missions in\n2015/16"
    after = f"{low[4]} to {high[4]} in 2018/19"
    assert f"{before}, and {after}: more" in markdown(5)
    assert high[1] < low[4]
    assert not cbcstats.year_on_year(counts)["comparable"].any()
    assert register.rows["start_date"].min().date().isoformat() == "2014-07-04"


def test_the_example_register_is_what_its_script_makes(tmp_path):
    data = Path(cbcstats.example_register()).parent
    made = tmp_path / "example_register.csv"
    runpy.run_path(str(data.parent / "tools" / "make_example_register.py"))["main"](made)
    assert made.read_bytes() == (data / "example_register.csv").read_bytes()
