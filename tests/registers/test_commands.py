"""`cbcstats check` and `cbcstats count`, each once in a process of its own, as it is typed."""

import functools
import io
import json
import os
import shlex
import shutil

import pandas as pd
import pytest

import cbcstats
from tests.command_line import CBCSTATS, run, run_command, run_here
from tests.frames import example_rows
from tests.needs import Needed

openpyxl = Needed("openpyxl")

COLUMNS = ["-c", "member=Country", "-c", "start_date=Start", "-c", "end_date=End"]
READING = [*COLUMNS, "--date-format", "%d/%m/%Y"]


@pytest.fixture(scope="module")
def example():
    return cbcstats.example_register()


def test_check_says_what_is_wrong_and_exits_with_1(example, tmp_path):
    done = run("check", example, *READING, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "example_register.csv: 603 rows read, 569 passed, 34 rejected" in done.stdout
    assert (
        "row 51, column Start, '2019-02-30': is not a date of the calendar; correct the day or the month"
        in done.stdout
    )
    assert "--problems problems.xlsx" in done.stdout


def test_check_writes_a_workbook_to_hand_back(example, tmp_path):
    done = run_here("check", example, *READING, "--problems", "out/to_correct.xlsx", cwd=tmp_path)
    assert done.returncode == 1
    sheet = openpyxl.load_workbook(tmp_path / "out" / "to_correct.xlsx").active
    assert sheet.max_row == 34 + 1
    again = run_here("check", example, *READING, "--problems", "out/to_correct.xlsx", cwd=tmp_path)
    assert again.returncode == 2
    assert "already exists" in again.stderr
    assert (
        run_here(
            "check", example, *READING, "-p", "out/to_correct.xlsx", "--overwrite", cwd=tmp_path
        ).returncode
        == 1
    )


@pytest.fixture
def months(tmp_path):
    folder = tmp_path / "my months"
    folder.mkdir()
    for month in ("01", "02"):
        rows = [f"Kenya,2023-{month}-03", f"C\u00f4te {month}\x1b,soon"]
        text = "\n".join(["Country,start_date", *rows])
        (folder / f"2023_{month}.csv").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "files",
    [["my months"], ["my months/*.csv"], ["my months/2023_01.csv", "my months/2023_02.csv"]],
)
def test_check_takes_several_files_a_folder_and_a_pattern(files, months):
    done = run_here("check", *files, "-c", "member=Country", cwd=months)
    assert (done.returncode, done.stderr) == (1, "")
    assert "2 files: 4 rows read, 2 passed, 2 rejected" in done.stdout
    assert "  2023_02.csv, row 3, column start_date, 'soon': is not a date" in done.stdout
    # The command to go on with works as it is printed.
    command = done.stdout.strip().splitlines()[-1].partition(": ")[2]
    again = run_here(*shlex.split(command)[1:], cwd=months)
    assert again.stdout.endswith("Wrote problems.xlsx\n")


def test_check_prints_json_and_csv_of_all_problems(months):
    command = ["check", "my months", "-c", "member=Country", "--format"]
    done = run_here(*command, "json", cwd=months)
    assert done.returncode == 1
    content = json.loads(done.stdout)
    assert (content["name"], content["summary"]["rejected"]) == ("my months, 2 files", 2)
    assert [[problem["file"], problem["value"]] for problem in content["problems"]] == [
        *(["2023_01.csv", "C\u00f4te 01\x1b"], ["2023_01.csv", "soon"]),
        *(["2023_02.csv", "C\u00f4te 02\x1b"], ["2023_02.csv", "soon"]),
    ]
    assert done.stderr.startswith("my months, 2 files: 4 rows read")
    done = run_here(*command, "csv", cwd=months)
    problems = pd.read_csv(io.StringIO(done.stdout))
    assert problems["row"].tolist() == [3] * 4


def test_check_reads_standard_input(tmp_path):
    text = "member;start_date\nC\u00f4te d'Ivoire;2017-04-03\nTogo;soon\n".encode("cp1252")
    command = [*CBCSTATS, "check", "-"]
    done = run_command(command, input=text, cwd=tmp_path, text=False, encoding=None)
    assert done.returncode == 1
    assert b"standard input.csv: 2 rows read, 1 passed, 1 rejected" in done.stdout
    done = run_command(command, input="", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: standard input.csv: is empty")


def test_check_reads_the_sheets_that_are_named(tmp_path):
    with pd.ExcelWriter(tmp_path / "years.xlsx", engine="xlsxwriter") as writer:
        for year in ("2017", "2018", "2019"):
            rows = pd.DataFrame({"member": ["Kenya"], "start_date": [f"{year}-04-03"]})
            rows.to_excel(writer, sheet_name=year, index=False)
    two = run_here("check", "years.xlsx", "--sheet", "2017", "--sheet", "2019", cwd=tmp_path)
    assert "years.xlsx, 2 sheets: 2 rows read" in two.stdout
    every = run_here("check", "years.xlsx", "--sheet", "*", cwd=tmp_path)
    assert "years.xlsx, 3 sheets: 3 rows read" in every.stdout


def test_problems_never_replace_a_file_of_the_register(months):
    rows = pd.DataFrame({"Country": ["Nowhere"], "start_date": ["2023-03-03"]})
    rows.to_excel(months / "my months" / "03.xlsx", index=False, engine="xlsxwriter")
    before = (months / "my months" / "03.xlsx").read_bytes()
    command = ["check", "my months", "-c", "member=Country", "-p", "my months/03.xlsx"]
    done = run_here(*command, "--overwrite", cwd=months)
    assert done.returncode == 2
    assert "is the register itself" in done.stderr
    assert (months / "my months" / "03.xlsx").read_bytes() == before


@pytest.mark.parametrize("start", ["2017-01-01", "soon"])
def test_count_exits_with_1_when_every_row_is_rejected(start, tmp_path):
    (tmp_path / "bad.csv").write_text(f"member,start_date\nNowhere,{start}\n", encoding="utf-8")
    done = run_here("count", "bad.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert "1 row was rejected: cbcstats check bad.csv" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX alone")
def test_a_name_that_is_not_utf_8_is_no_traceback(tmp_path):
    name = os.fsdecode(b"caf\xe9.csv")
    (tmp_path / name).write_text("member,start_date\nKenya,2017-04-03\n", encoding="utf-8")
    for source in (name, "."):
        done = run_here("count", source, "--by", "member", cwd=tmp_path)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def handed_back(example, tmp_path):
    """Return a copy of the example, and the workbook of its rejected rows with four of them corrected."""
    shutil.copy(example, tmp_path / "register.csv")
    run_here("check", "register.csv", *READING, "-p", "back.xlsx", cwd=tmp_path)
    book = openpyxl.load_workbook(tmp_path / "back.xlsx")
    sheet = book.active
    for place, value in {"C2": "2014-12-27", "H3": 1234, "C4": "2015-02-08", "I5": 4}.items():
        sheet[place] = value
    book.save(tmp_path / "back.xlsx")
    return tmp_path


def test_check_puts_corrected_rows_in_their_places(handed_back):
    back = ["--corrected", "back.xlsx"]
    command = ["check", "register.csv", *READING, *back, "-p", "left.xlsx"]
    done = run_here(*command, cwd=handed_back)
    assert (done.returncode, done.stderr) == (1, "")
    assert "register.csv: 603 rows read, 573 passed, 30 rejected" in done.stdout
    sheet = openpyxl.load_workbook(handed_back / "left.xlsx").active
    assert sheet.max_row == 30 + 1
    for line in range(2, sheet.max_row + 1):
        cells = [f"C-{line}", "Kenya", "2018-05-14", "2018-05-15"]
        for place, value in enumerate(cells, start=1):
            sheet.cell(line, place, value)
        for place in range(5, 11):
            sheet.cell(line, place).value = None
    sheet.parent.save(handed_back / "last.xlsx")
    done = run_here(
        "check", "register.csv", *READING, *back, "--corrected", "last.xlsx", cwd=handed_back
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "603 rows read, 603 passed, 0 rejected" in done.stdout


def test_count_counts_corrected_rows(handed_back):
    def total(*options):
        done = run_here("count", "register.csv", *READING, *options, "-o", "n.csv", cwd=handed_back)
        assert done.returncode == 1
        (handed_back / "n.csv").rename(handed_back / "counts.csv")
        return pd.read_csv(handed_back / "counts.csv")["value"].sum(), done.stderr

    assert total()[0] == 566  # three of 569 rows are further countries of a mission
    corrected, said = total("--corrected", "back.xlsx")
    assert corrected == 570
    assert "30 rows were rejected: cbcstats check register.csv" in said
    assert "--corrected=back.xlsx" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--corrected", "nowhere.xlsx"], "there is no such file"),
        (["--corrected", "register.csv"], "has no column 'row' with the rows of register.csv"),
        (["--corrected", "back.xlsx", "-p", "back.xlsx", "--overwrite"], "that came back itself"),
    ],
)
def test_check_refuses_other_workbooks_in_a_sentence(arguments, said, handed_back):
    before = (handed_back / "back.xlsx").read_bytes()
    done = run_here("check", "register.csv", *READING, *arguments, cwd=handed_back)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert (handed_back / "back.xlsx").read_bytes() == before


def test_a_row_without_a_place_exits_with_1(tmp_path):
    (tmp_path / "good.csv").write_text("member,start_date\nKenya,soon\n", encoding="utf-8")
    run_here("check", "good.csv", "-p", "back.xlsx", cwd=tmp_path)
    book = openpyxl.load_workbook(tmp_path / "back.xlsx")
    book.active["B2"] = "2018-05-14"
    book.active.append(["Togo", "2018-05-15", 12])
    book.save(tmp_path / "back.xlsx")
    done = run_here("check", "good.csv", "--corrected", "back.xlsx", cwd=tmp_path)
    assert done.returncode == 1
    assert "1 row read, 1 passed, 0 rejected" in done.stdout
    assert "no row of that number was rejected" in done.stdout


def test_check_of_a_clean_register_exits_with_0(tmp_path):
    (tmp_path / "good.csv").write_text(
        "member;start_date\nKenya;2017-04-03\nGreenland;2017-04-04\n", encoding="utf-8"
    )
    done = run_here("check", "good.csv", cwd=tmp_path)
    assert done.returncode == 0
    assert "2 rows read, 2 passed, 0 rejected; 1 passed with warnings" in done.stdout
    assert "warning: row 3, column member, 'Greenland': is not a Member of the WCO" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.csv"], "there is no such file"),
        (["other.csv"], "say which it is: columns="),
        (["other.csv", "-c", "member"], "--column member: write it as member=Header"),
        (["other.csv", "-c", "membr=Land"], "did you mean 'member'"),
        (["other.csv", "-c", "member:Land"], "write it as --column member=Land"),
        (["other.csv", "-c", "Land=member"], 'the wrong way round: write {"member": "Land"}'),
        (["empty"], "holds no file that can be read"),
        (["no*.csv"], "there is no such file; check the pattern"),
        (["other.csv", os.devnull], "is a pipe or a device" if os.name == "posix" else "nul"),
        (["other.csv", "--kind", "missons"], "did you mean 'missions'"),
        (["other.csv", "--date-format", "dd.mm"], "must name day, month and year"),
        (["picture.xlsx"], "is not an Excel workbook"),
        (["picture.parquet"], "is not a Parquet file"),
    ],
)
def test_what_cannot_be_read_exits_with_2_and_a_sentence(arguments, said, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.csv").write_text("Land,Tag\nKenya,2017-04-03\n", encoding="utf-8")
    for name in ("picture.xlsx", "picture.parquet"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n")
    done = run_here("check", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_count_writes_what_the_library_counts(example, tmp_path):
    expected = cbcstats.count_missions(
        example_rows(), by=["wco_region", "programme"], year_start=1, indicator="participants"
    )
    options = [
        *READING,
        "--by",
        "wco_region",
        "--by",
        "programme",
        "--year-start",
        "1",
        "--indicator",
        "participants",
    ]
    read_excel = functools.partial(pd.read_excel, engine="calamine")
    for suffix, read in (
        (".csv", pd.read_csv),
        (".xlsx", read_excel),
        (".parquet", pd.read_parquet),
    ):
        done = run_here("count", example, *options, "-o", f"out/counts{suffix}", cwd=tmp_path)
        assert done.returncode == 1, done.stderr
        assert "34 rows were rejected: cbcstats check" in done.stderr
        counts = read(tmp_path / "out" / f"counts{suffix}")
        assert counts["value"].tolist() == expected["value"].tolist()
        assert counts["wco_region"].tolist() == expected["wco_region"].tolist()
        assert pd.to_datetime(counts["period_start"]).tolist() == expected["period_start"].tolist()
        again = cbcstats.load_counts(source=tmp_path / "out" / f"counts{suffix}")
        assert again["value"].tolist() == expected["value"].tolist()
        assert again["source_id"].unique().tolist() == ["example_register.csv"]


def test_what_count_writes_is_taken_by_the_other_commands(example, tmp_path):
    assert run_here("count", example, *READING, "-o", "counts.csv", cwd=tmp_path).returncode == 1
    done = run_here("chart", "missions", "--counts", "counts.csv", "-o", "chart.svg", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Source: example_register.csv" in (tmp_path / "chart.svg").read_text(encoding="utf-8")
    done = run_here("claims", "counts.csv", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith("counts.csv: no change to check")


def test_the_command_that_names_the_rejected_rows_works_as_it_is_printed(tmp_path):
    pd.DataFrame(
        {
            "Land": ["Kenya", "Nowhere", "OPT"],
            "First day": ["03/04/2017", "04/04/2017", "05/04/2017"],
        }
    ).to_excel(
        tmp_path / "my missions.xlsx", sheet_name="to count", index=False, engine="xlsxwriter"
    )
    options = ["-c", "member=Land", "-c", "start_date=First day", "--date-format", "%d/%m/%Y"]
    options += ["--sheet", "to count", "--repeated-rows", "reject", "--place", "OPT=PSE"]
    done = run_here("count", "my missions.xlsx", *options, cwd=tmp_path)
    about_years, line = done.stderr.strip().splitlines()
    assert about_years == "Reporting years begin in July; for calendar years: --year-start 1"
    said, command = line.split(": ", maxsplit=1)
    assert said == "1 row was rejected"
    assert command == (
        'cbcstats check "my missions.xlsx" --column=member=Land "--column=start_date=First day" "--sheet=to count" '
        "--date-format=%d/%m/%Y --place=OPT=PSE --repeated-rows=reject"
    )
    done = run_here(*shlex.split(command)[1:], cwd=tmp_path)
    assert done.returncode == 1
    assert "row 3, column Land, 'Nowhere'" in done.stdout


def test_count_prints_csv_into_a_pipe(example, tmp_path):
    done = run("count", example, *READING, cwd=tmp_path)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("indicator,measure,scope,unit,period_start,period_end")
    assert len(lines) == 1 + 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "counts.doc"], "ends in .csv, .xlsx, .parquet"),
        (["-o", "there.csv"], "already exists"),
        (["--by", "region"], "did you mean"),
        (["--year-start", "0"], "a month from 1 to 12"),
        (["--indicator", "mission"], "did you mean 'missions'"),
    ],
)
def test_count_refuses_in_a_sentence(arguments, said, example, tmp_path):
    (tmp_path / "there.csv").write_text("mine", encoding="utf-8")
    done = run_here("count", example, *READING, *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "there.csv").read_text(encoding="utf-8") == "mine"
