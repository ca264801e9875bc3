"""The command line as it is typed."""

import os
import signal
import subprocess
import time

import pandas as pd
import pytest

import cbcstats
from tests.command_line import CBCSTATS, call, run
from tests.notebook_files import make_notebook

COMMANDS = (
    "change",
    "chart",
    "check",
    "claims",
    "compare",
    "count",
    "implied",
    "report",
    "template",
)


@pytest.fixture
def notebook(tmp_path):
    return make_notebook(tmp_path / "mine.ipynb", "# Mine?", "print(6 * 7)")


def test_version_is_printed(tmp_path):
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, f"cbcstats {cbcstats.__version__}")


def test_help_of_each_command_has_examples():
    for command in COMMANDS:
        code, printed = call(command, "--help")
        assert code == 0
        assert f"Examples: cbcstats {command}" in " ".join(printed.split())


def test_unknown_command_exits_with_2():
    assert call("reprot")[0] == 2


def test_report_is_written_and_its_page_named(notebook, tmp_path):
    done = run("report", "--output", "out", "--notebooks", notebook, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "index.html" in done.stdout
    assert done.stderr.strip() == ""
    assert "42" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", ["1 / 0", "raise SystemExit(3)"])
def test_report_with_a_failing_notebook_exits_with_2_and_names_the_cell(source, tmp_path):
    notebook = make_notebook(tmp_path / "bad.ipynb", source)
    code, printed = call("report", "-n", notebook, folder=tmp_path)
    assert code == 2
    assert "bad.ipynb, code cell 1" in printed
    assert "Traceback" not in printed
    assert not (tmp_path / "report").exists()


def test_report_leaves_a_folder_that_is_not_a_report(notebook, tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "thesis.txt").write_text("mine", encoding="utf-8")
    code, printed = call("report", "-n", notebook, folder=tmp_path)
    assert code == 2
    assert "thesis.txt" in printed
    assert [path.name for path in (tmp_path / "report").iterdir()] == ["thesis.txt"]


def test_claims_exits_with_1_where_something_contradicts():
    code, printed = call("claims")
    assert code == 1
    assert {"contradicts", "consistent"} <= set(printed.split())
    for form, begin in (
        ("csv", "indicator,label,scope"),
        ("json", "["),
        ("markdown", "| indicator |"),
    ):
        code, printed = call("claims", "--format", form)
        assert code == 1
        assert printed.startswith(begin)
        assert "which leaves 331" in printed


def test_claims_exits_with_0_where_nothing_contradicts_and_with_2_where_it_cannot_read(tmp_path):
    cbcstats.load_counts("authorized_economic_operator_programmes").to_csv(
        tmp_path / "mine.csv", index=False
    )
    assert call("claims", "mine.csv", folder=tmp_path)[0] == 0
    code, printed = call("claims", "no.csv", folder=tmp_path)
    assert code == 2
    assert "there is no such file" in printed


def test_implied_prints_the_count_before():
    for arguments, expected in (
        (["492", "+49%"], (0, "330 to 331\n")),
        (["492", "+49%", "--previous", "more than 330"], (0, "331\n")),
        (
            ["492", "+49%", "--previous", "342"],
            # 492 / 342 = 1.4386
            (1, "nothing: 342 to 492 is +43.9%, which would be printed +44%\n"),
        ),
        (["80", "-20%"], (0, "100\n")),
        # 340 / 1.205 and 399 / 1.195: the first and last whole number
        (["almost 400", "+20%"], (0, "283 to 333\n")),
        (["more than 330", "+10%", "--strict"], (0, "300 or more\n")),
    ):
        assert call("implied", *arguments) == expected
    assert call("implied", "many", "+20%")[0] == 2
    assert call("implied", "492", "a lot")[0] == 2


YEARS = "year,missions\n2019,100\n2020,more than 330\n2021,492\n"
COUNTRIES = (
    "country,year,missions,experts\n"
    "Kenya,2019,10,30\nKenya,2020,12,45\nFiji,2019,5,6\nFiji,2020,4,6\n"
)
WIDE = "country,2019,2020\nKenya,10,12\nFiji,5,4\n"


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def rows_of(printed):
    """Return the cells of a printed table that hold something, row by row."""
    lines = [line.strip("│").split("│") for line in printed.splitlines() if "│" in line]
    return [[cell.strip() for cell in line if cell.strip()] for line in lines]


# 331 / 100 and 340 / 100; 492 / 340 = 1.447 and 492 / 331 = 1.486; 45 / 30 = 1.5
@pytest.mark.parametrize(
    ("text", "options", "rows"),
    [
        (
            YEARS,
            [],
            [
                [
                    "2020",
                    "more than 330 (331 to 340)",
                    "100",
                    "+231 to +240",
                    "+231% to +240%",
                    "yes",
                ],
                [
                    "2021",
                    "492",
                    "more than 330 (331 to 340)",
                    "+152 to +161",
                    "+45% to +49%",
                    "yes",
                ],
            ],
        ),
        (
            YEARS,
            ["--strict"],
            [
                [
                    "2020",
                    "more than 330 (331 or more)",
                    "100",
                    "+231 or more",
                    "+231.0% or more",
                    "yes",
                ],
                [
                    "2021",
                    "492",
                    "more than 330 (331 or more)",
                    "+161 or less",
                    "\N{MINUS SIGN}100% to +49%",
                    "yes",
                ],
            ],
        ),
        (
            COUNTRIES,
            ["--by", "country", "--value", "experts"],
            [
                ["Kenya", "2020", "45", "30", "+15", "+50.0%", "yes"],
                ["Fiji", "2020", "6", "6", "0", "0.0%", "yes"],
            ],
        ),
        (
            WIDE,
            [],
            [
                ["Kenya", "2020", "12", "10", "+2", "+20.0%", "yes"],
                ["Fiji", "2020", "4", "5", "\N{MINUS SIGN}1", "\N{MINUS SIGN}20.0%", "yes"],
            ],
        ),
    ],
)
def test_change_prints_the_changes_of_a_file(text, options, rows, tmp_path):
    write(tmp_path, mine=text)
    code, printed = call("change", "mine.csv", *options, folder=tmp_path)
    assert (code, rows_of(printed)) == (0, rows)


@pytest.mark.parametrize(
    ("text", "options", "parts"),
    [
        ("year,missions\n2019,100\n2020,many\n", [], ["missions", "row 3", "many"]),
        ("year,missions\n2019,100\n2020,1,2\n", [], ["mine.csv", "row 3", "3 cells"]),
        (COUNTRIES, [], ["missions, experts", "value"]),
        (COUNTRIES, ["--value", "missions"], ["2019", "country"]),
        (COUNTRIES, ["--by", "land", "--value", "missions"], ["land", "country"]),
        (YEARS, ["-o", "out.doc"], ["out.doc", ".xlsx"]),
        (YEARS, ["-o", "mine.csv"], ["mine.csv already exists", "--overwrite"]),
    ],
)
def test_change_exits_with_2_and_says_what_to_correct(text, options, parts, tmp_path):
    write(tmp_path, mine=text)
    code, printed = call("change", "mine.csv", *options, folder=tmp_path)
    assert code == 2
    assert [part for part in parts if part not in printed] == []
    assert "Traceback" not in printed


@pytest.mark.parametrize("name", ["no.csv", "no_such_indicator"])
def test_change_exits_with_2_where_there_is_no_such_table(name, tmp_path):
    code, printed = call("change", name, folder=tmp_path)
    assert code == 2
    assert name in printed


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx", "md"])
def test_change_writes_a_file(ending, tmp_path):
    write(tmp_path, mine=YEARS)
    arguments = ["change", "mine.csv", "-o", f"out.{ending}"]
    assert call(*arguments, folder=tmp_path) == (0, f"Wrote out.{ending}\n")
    content = (tmp_path / f"out.{ending}").read_bytes()
    if ending == "xlsx":
        sheets = pd.read_excel(tmp_path / "out.xlsx", sheet_name=None, engine="calamine")
        content = "".join(sheet.to_csv() for sheet in sheets.values()).encode()
    assert b"492" in content
    assert call(*arguments, folder=tmp_path)[0] == 2
    assert call(*arguments, "--overwrite", folder=tmp_path)[0] == 0


def test_change_names_the_file_as_the_source(tmp_path):
    write(tmp_path, mine=YEARS)
    call("change", "mine.csv", "-o", "out.csv", folder=tmp_path)
    changes = pd.read_csv(tmp_path / "out.csv")
    assert changes["source_id"].tolist() == ["mine.csv"] * 2
    assert changes["previous_source_id"].tolist() == ["mine.csv"] * 2


def test_change_takes_an_indicator_and_months():
    code, printed = call("change", "capacity_building_missions", "--per", "month")
    assert code == 0
    # 492 in 348 to 362 days, after 331 to 340 in 322 to 336 days, by 30.4375 days a month
    changes = [row for row in rows_of(printed) if row[0] == "Mar 2017 - Feb 2018"]
    assert changes[0][1:5] == ["41.4 to 43.0", "30.0 to 32.1", "+9.2 to +13.0", "+29% to +44%"]


@pytest.mark.parametrize(
    ("old", "new", "options", "rows"),
    [
        (YEARS, YEARS, [], None),
        (YEARS, YEARS.replace("492", "500"), [], [["2021", "revised", "missions", "492", "500"]]),
        (YEARS, YEARS + "2022,510\n", [], [["2022", "added"]]),
        (
            COUNTRIES,
            COUNTRIES.replace("Kenya,2020,12", "Kenya,2020,about 13"),
            [],
            [["Kenya", "2020", "revised", "missions", "12", "about 13"]],
        ),
        (
            "code,city\n1,Suva\n2,Lima\n",
            "code,city\n1,Suva\n2,Quito\n",
            ["--key", "code"],
            [["2", "revised", "city", "Lima", "Quito"]],
        ),
        ("Country\nKenya\nFiji\n", "name\nFiji\nKenia\n", [], None),
        (
            "no,Country\n,Kenya\n,Fiji\n",
            "Member state\nKenya\nTonga\n",
            [],
            [["TON", "Tonga", "joined"], ["FJI", "Fiji", "left"]],
        ),
    ],
)
def test_compare_lists_what_changed(old, new, options, rows, tmp_path):
    write(tmp_path, old=old, new=new)
    code, printed = call("compare", "old.csv", "new.csv", *options, folder=tmp_path)
    if rows is None:
        assert (code, printed) == (0, "Nothing changed.\n")
    else:
        assert (code, rows_of(printed)) == (1, rows)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [(["no.csv"], "there is no such file"), (["old.csv", "--key", "land"], "land")],
)
def test_compare_exits_with_2_where_it_cannot_compare(arguments, part, tmp_path):
    write(tmp_path, old=YEARS)
    code, printed = call("compare", "old.csv", *arguments, folder=tmp_path)
    assert code == 2
    assert part in printed


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal of POSIX")
def test_an_interrupt_of_a_report_is_reported_and_leaves_nothing(tmp_path):
    source = "import pathlib, time\npathlib.Path('running').touch()\ntime.sleep(3600)"
    command = [*CBCSTATS, "report", "-n", str(make_notebook(tmp_path / "slow.ipynb", source))]
    started = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "running").exists() and started.poll() is None:
        time.sleep(0.1)
    started.send_signal(signal.SIGINT)
    printed = started.communicate()[1]
    assert (started.returncode, printed.strip()) == (130, "Stopped; the report was not finished")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["running", "slow.ipynb"]


def test_list_shows_labels_years_and_publishers():
    code, printed = call("list", "picard")
    assert code == 0
    assert "Participants in the PICARD Conference" in printed
    assert "2006 to 2022" in printed
    code, printed = call("list", "--publisher", "nobody")
    assert (code, printed) == (1, "no indicator; cbcstats list shows all of them\n")


def test_a_former_name_is_found_with_a_note():
    done = run("change", "tailor_made_members")
    assert done.returncode == 0
    assert done.stderr == (
        "Note: indicator 'tailor_made_members' is called 'mercator_tailor_made_members' now\n"
    )
