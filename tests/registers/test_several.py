"""Registers in several files or sheets: one folder, one pattern, one workbook with a sheet for each year."""

import datetime
import os
import shutil

import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, DataError, count_missions, read_register
from tests.needs import Needed

openpyxl = Needed("openpyxl")

JANUARY = "member,Start-date,mission id\nKenya,2023-01-03,M1\nAtlantis,2023-01-04,M2\n"
FEBRUARY = "start_date;member;remarks\n2023-02-01;Kenya;first\nsoon;Togo;second\n"
MARCH = (
    "Start date\tRemarks\tmember\tKind\tMission-ID\n"
    "2023-03-03\tagain\tKenya\tworkshop\tM1\n"
    "2023-03-09\t\tMali\tdiagnostic\tM4\n"
)
FILES = {"2023_01.csv": JANUARY, "2023_02.csv": FEBRUARY, "2023_03.tsv": MARCH}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "missions"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.fixture
def years(tmp_path):
    return workbook(
        tmp_path / "missions.xlsx",
        {
            "2017": [["Country", "Start"], ["Kenya", datetime.date(2017, 4, 3)]],
            "Plans": [["Land", "When"], *[["Kenya", datetime.date(2019, 1, 8)]] * 3],
            "2018": [
                ["Missions of 2018"],
                ["start", "Experts", "country"],
                [datetime.date(2018, 5, 2), 2, "Togo"],
                ["soon", 1, "Mali"],
            ],
        },
    )


NAMED = {"member": "Country", "start_date": "Start"}


def places(frame):
    return list(zip(frame["file"], frame["sheet"], frame.index, strict=True))


def assert_same(register, other):
    for name in ("rows", "rejected", "problems"):
        pd.testing.assert_frame_equal(getattr(register, name), getattr(other, name))
    assert register.summary.equals(other.summary)


def test_a_folder_is_one_register(folder):
    register = read_register(folder)
    assert places(register.rows) == [
        ("2023_01.csv", "", 2),
        ("2023_02.csv", "", 2),
        ("2023_03.tsv", "", 3),
    ]
    assert places(register.rejected) == [
        ("2023_01.csv", "", 3),
        ("2023_02.csv", "", 3),
        ("2023_03.tsv", "", 2),
    ]
    assert list(register.rows) == [
        *("file", "sheet", "member", "iso3", "wco_region", "start_date", "mission_id", "remarks"),
        "kind",
    ]
    # Columns that a file lacks are empty in its rows.
    assert register.rows["remarks"].tolist() == ["", "first", ""]
    assert register.rows["kind"].astype("object").fillna("").tolist() == ["", "", "diagnostic"]
    assert register.rejected["remarks"].tolist() == ["", "second", "again"]
    # Each column is named as in its own file.
    assert register.problems[["file", "row", "column"]].to_numpy().tolist() == [
        ["2023_01.csv", 3, "member"],
        ["2023_02.csv", 3, "start_date"],
        ["2023_03.tsv", 2, "Mission-ID"],
    ]
    assert register.summary["files"] == 3
    assert repr(register).startswith("missions, 3 files: 6 rows read, 3 passed, 3 rejected")
    assert register.rows.attrs == {"source": "missions, 3 files"}


def test_a_pattern_and_a_list_are_one_register_each(folder):
    register = read_register(folder)
    files = sorted(folder.iterdir())
    for source in (folder / "2023_*", str(folder / "*_0?.*"), files, tuple(files), iter(files)):
        other = read_register(source)
        pd.testing.assert_frame_equal(other.problems, register.problems)
        pd.testing.assert_frame_equal(other.rows, register.rows)
    assert other.name == "2023, 3 files"
    # A file that is named twice is read once.
    twice = read_register([folder, folder / "2023_01.csv"])
    pd.testing.assert_frame_equal(twice.rows, register.rows)


def test_rows_are_counted_by_file(folder):
    register = read_register(folder)
    counts = count_missions(register, by="file", covers=("2022-07-01", "2023-06-30"))
    assert counts[["file", "value", "missing"]].to_numpy().tolist() == [
        ["2023_01.csv", 1, 1],
        ["2023_02.csv", 1, 1],
        ["2023_03.tsv", 1, 1],
    ]
    assert count_missions(register.rows)["value"].tolist() == [3]
    assert count_missions(register)["source_id"].tolist() == ["missions, 3 files"]


def test_other_files_are_left_out_and_said_once(folder):
    for name in ("notes.docx", "Thumbs.db", "~$2023_01.xlsx", ".hidden.csv"):
        (folder / name).write_bytes(b"x")
    for name in ("_SUCCESS", ".part-0.csv.crc", ".DS_Store"):
        (folder / name).write_bytes(b"x")
    (folder / "older").mkdir()
    problem = read_register(folder).problems.iloc[0]
    assert (problem["row"], problem["column"], problem["severity"]) == (1, "", "warning")
    assert problem["problem"] == (
        "the register leaves out 5 files of the folder: "
        ".hidden.csv, Thumbs.db, notes.docx, older, ~$2023_01.xlsx"
    )


def test_a_copy_is_noticed(folder):
    (folder / "2023_02.csv").write_text("member,start_date\nTogo,2023-02-01\n", encoding="utf-8")
    shutil.copy(folder / "2023_02.csv", folder / "copy.csv")
    problems = read_register(folder).problems
    of_copy = problems[problems["file"] == "copy.csv"]
    assert of_copy["problem"].tolist() == ["repeats an earlier row in all its cells"]


def test_a_file_without_a_needed_column_is_named(folder):
    (folder / "2023_04.csv").write_text("Place,start_date\nTogo,2023-04-01\n", encoding="utf-8")
    with pytest.raises(
        DataError, match=r"2023_04\.csv: no column for member; .*\"member\": \"Place\""
    ):
        read_register(folder)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("empty", "empty: holds no file that can be read"),
        ("no*.csv", "there is no such file; check the pattern"),
        ("pipe.csv", "is a pipe or a device"),
        ("folder [1].csv", "there is no such file"),
    ],
)
def test_what_is_no_file_is_a_sentence(source, said, tmp_path):
    (tmp_path / "empty").mkdir()
    if source == "pipe.csv":
        if not hasattr(os, "mkfifo"):
            pytest.skip("this system has no pipes with names")
        os.mkfifo(tmp_path / source)
    with pytest.raises(DataError, match=said):
        read_register(tmp_path / source)


@pytest.mark.parametrize(
    ("source", "sheet"), [([], None), ([3], None), ("a.xlsx", []), ("a.xlsx", 3)]
)
def test_wrong_lists_are_refused(source, sheet):
    with pytest.raises(ArgumentError):
        read_register(source, sheet=sheet)


def test_what_a_column_proves_holds_for_its_file(tmp_path):
    (tmp_path / "day.csv").write_text("member,start_date\nTogo,25/04/2023\n", encoding="utf-8")
    (tmp_path / "month.csv").write_text("member,start_date\nTogo,04/26/2023\n", encoding="utf-8")
    both = tmp_path / "one.csv"
    both.write_text("member,start_date\nTogo,25/04/2023\nTogo,04/26/2023\n", encoding="utf-8")

    def mixed(*names):
        problems = read_register([tmp_path / name for name in names]).problems
        is_mixed = problems["problem"].str.contains("day first and dates with the month first")
        return problems.loc[is_mixed, "file"].tolist()

    assert mixed("day.csv", "month.csv") == []
    assert mixed("day.csv", "one.csv", "month.csv") == ["one.csv"]


def test_numbers_are_days_in_a_workbook_and_not_in_text(tmp_path):
    (tmp_path / "a.csv").write_text("member,start_date\nTogo,42828\n", encoding="utf-8")
    day = ["Nowhere", datetime.date(2017, 4, 5)]
    rows = [["member", "start_date"], ["Mali", 42829], ["Nowhere", 42830], day]
    workbook(tmp_path / "b.xlsx", {"Sheet": rows})
    register = read_register(tmp_path)
    assert places(register.rows) == [("b.xlsx", "Sheet", 2)]
    assert register.rows["start_date"].tolist() == [pd.Timestamp("2017-04-04")]
    assert register.rejected["start_date"].tolist() == ["42828", "2017-04-05", "2017-04-05"]


def test_typed_and_text_files_are_read_together(tmp_path):
    typed = pd.DataFrame(
        {
            "member": ["Chad", "Nowhere"],
            "start_date": pd.to_datetime(["2017-05-01", "2017-05-02"]),
            "experts": pd.array([1, None], dtype="Int64"),
            "done": [True, False],
        }
    )
    typed.to_parquet(tmp_path / "part-0.snappy.parquet")
    typed.drop(columns="experts").to_parquet(tmp_path / "part-1.snappy.parquet")
    alone = read_register(tmp_path)
    assert alone.rows["experts"].tolist() == [1, pd.NA]
    assert alone.rows["done"].tolist() == [True, True]
    (tmp_path / "text.csv").write_text(
        "member,start_date,done\nTogo,2017-05-03,no\n", encoding="utf-8"
    )
    (tmp_path / "header.csv").write_text("member,start_date\n", encoding="utf-8")
    register = read_register(tmp_path)
    assert register.rows["done"].tolist() == ["true", "true", "no"]
    assert register.summary["files"] == 4


@pytest.mark.parametrize("sheet", [["2017", "2018"], "*"])
def test_one_sheet_for_each_year_is_one_register(sheet, years):
    register = read_register(years, columns=NAMED, sheet=sheet)
    assert places(register.rows) == [("missions.xlsx", "2017", 2), ("missions.xlsx", "2018", 3)]
    assert places(register.rejected) == [("missions.xlsx", "2018", 4)]
    assert register.name == "missions.xlsx, 2 sheets"
    left_out = register.problems["problem"].str.contains("sheet 'Plans' also holds rows")
    assert left_out.sum() == (sheet == "*")


def test_a_sheet_that_is_missing_is_named(years):
    with pytest.raises(DataError, match=r"has no sheet '2081'.*did you mean '2018'"):
        read_register(years, columns=NAMED, sheet=["2017", "2081"])


@pytest.fixture
def register(folder):
    workbook(
        folder / "missions.xlsx",
        {
            "2017": [
                ["member", "start_date", "file"],
                ["Nowhere", datetime.date(2017, 4, 3), "kept"],
            ],
            "2018": [["Start date", "Member"], ["soon", "Mali"]],
        },
    )
    return read_register(folder, sheet="*")


def test_what_comes_back_as_it_went_changes_nothing(register, tmp_path):
    path = register.save_problems(tmp_path / "back.xlsx")
    header = [cell.value for cell in openpyxl.load_workbook(path).active[1]]
    assert header[-4:-1] == ["file", "sheet", "row"]
    assert_same(register.corrected(path), register)
    with pytest.raises(DataError, match="is not a workbook of"):
        read_register(tmp_path / "missions" / "2023_01.csv").corrected(path)


def test_corrected_rows_take_their_places_in_their_files(register, tmp_path):
    path = register.save_problems(tmp_path / "back.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.active
    lines = {tuple(cell.value for cell in row[-4:-1]): row for row in sheet.iter_rows(2)}
    lines["2023_02.csv", None, 3][1].value = "2023-02-05"
    lines["missions.xlsx", "2017", 2][0].value = "Chad"
    # A row that was added to February, and one without a file.
    place = [cell.value for cell in sheet[1]].index("file")
    sheet.append(["Peru", "2023-02-09", *[None] * (place - 2), "2023_02.csv"])
    sheet.append(["Chile", "2023-02-10"])
    book.save(path)
    corrected = register.corrected(path)
    passed = places(corrected.rows)
    assert ("2023_02.csv", "", 3) in passed
    assert ("missions.xlsx", "2017", 2) in passed
    assert ("2023_02.csv", "", 4) in passed
    assert ("missions.xlsx", "2018", 3) in passed
    assert len(corrected.rows) + len(corrected.rejected) == corrected.summary["rows read"] == 8 + 2
    kept = corrected.rows.set_index(["file", "sheet"], append=True)["file (as typed)"]
    assert kept[2, "missions.xlsx", "2017"] == "kept"
    # The same workbook once more adds nothing.
    pd.testing.assert_frame_equal(corrected.corrected(path).rows, corrected.rows)


def test_a_workbook_of_rejected_rows_is_not_a_part_of_the_register(folder):
    before = read_register(folder)
    before.save_problems(folder / "to correct.xlsx")
    after = read_register(folder)
    pd.testing.assert_frame_equal(after.rows, before.rows)
    assert "to correct.xlsx, a workbook of rejected rows" in after.problems.loc[0, "problem"]


def test_a_workbook_of_several_files_is_read_alone(folder, tmp_path):
    path = read_register(folder).save_problems(tmp_path / "back.xlsx")
    alone = read_register(path)
    assert (len(alone.rows), len(alone.rejected)) == (0, 3)
    assert "file" not in alone.rejected


def test_a_long_folder_has_the_rows_of_one_long_file(tmp_path):
    folder = tmp_path / "months"
    folder.mkdir()
    rows = [f"M{number},Kenya,2023-{number % 12 + 1:02}-15" for number in range(600)]
    header = "mission_id,member,start_date"
    (tmp_path / "one.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    for month in range(6):
        part = [header, *rows[month * 100 : month * 100 + 100]]
        (folder / f"{month}.csv").write_text("\n".join(part), encoding="utf-8")
    one, several = read_register(tmp_path / "one.csv"), read_register(folder)
    plain = several.rows.drop(columns=["file", "sheet"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(plain, one.rows.reset_index(drop=True), check_like=True)
    assert cbcstats.save_table(several.rows, tmp_path / "rows.csv").exists()


def test_a_header_that_a_file_repeats_in_words_of_its_own_is_no_mission(tmp_path):
    (tmp_path / "a.csv").write_text("member;start_date\nUtopia;2019-02-02\n", encoding="utf-8")
    second = "Start;Country\n2019-05-05;Peru\nStart;Country\n2019-06-06;Togo\n"
    (tmp_path / "b.csv").write_text(second, encoding="utf-8")
    register = read_register(tmp_path)
    assert "repeats the header" in register.problems["problem"].tolist()
    assert count_missions(register)["missing"].tolist() == [1]
