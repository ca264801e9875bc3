"""A workbook of rejected rows that comes back: nothing passes unchanged, and corrected rows take their places."""

import datetime

import pandas as pd
import pandera.pandas as pa
import pytest

import cbcstats
from cbcstats import ArgumentError, DataError, read_register
from tests.needs import Needed
from tests.office import assert_only_text, converted
from tests.properties import given, settings, st
from tests.register_files import whole

openpyxl = Needed("openpyxl")

HEADER = ["mission_id", "Country", "Start", "End", "People", "Notes"]
COLUMNS = {"member": "Country", "start_date": "Start", "end_date": "End", "participants": "People"}
ROWS = [
    ["A-1", "Peru", "05/02/2019", "07/02/2019", "12", "first"],
    ["A-2", "Perouvia", "06/02/2019", "07/02/2019", "12", "second"],
    ["A-3", "Fiji", "2019-02-31", "", "8", "third"],
    ["A-1", "Peru", "09/02/2019", "10/02/2019", "30", "fourth"],
    ["A-5", "Togo", "09/02/2019", "10/02/2019", "30", "fifth"],
    ["Total", "", "", "", "92", ""],
    ["A-7", "Greenland", "01/03/2019", "02/03/2019", "5", "seventh"],
]
HOW = {"columns": COLUMNS, "date_format": "%d/%m/%Y", "year_start": 1}


@pytest.fixture
def save(tmp_path):
    def write(rows=ROWS, name="missions.csv", header=HEADER):
        lines = [";".join(row) for row in [header, *rows]]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def register(save):
    return read_register(save(), **HOW)


@pytest.fixture
def edit(tmp_path):
    """Return a function that saves the rejected rows of a register, and changes cells of the workbook."""

    def change(register, cells=(), name="back.xlsx", then=None):
        path = register.save_problems(tmp_path / name, overwrite=True)
        book = openpyxl.load_workbook(path)
        for place, value in dict(cells).items():
            book.active[place] = value
        if then:
            then(book.active)
        book.save(path)
        return path

    return change


def found(register):
    return register.problems[["row", "column", "value", "problem", "severity"]].to_numpy().tolist()


def assert_same(register, other):
    pd.testing.assert_frame_equal(register.rows, other.rows)
    pd.testing.assert_frame_equal(register.rejected, other.rejected)
    pd.testing.assert_frame_equal(register.problems, other.problems)
    pd.testing.assert_series_equal(register.summary, other.summary)
    assert (register.name, register.rows.attrs) == (other.name, other.rows.attrs)


def test_the_workbook_opens_on_the_rows_under_the_header_of_the_file(register, tmp_path):
    book = assert_only_text(register.save_problems(tmp_path / "back.xlsx"))
    assert book.sheetnames == ["to correct", "for cbcstats"]
    sheet = book.active
    words = "what to correct (added by cbcstats)"
    assert [cell.value for cell in sheet[1]] == [*HEADER, "row", words]
    assert [cell.value for cell in sheet["G"]][1:] == register.rejected.index.tolist()
    assert sheet["H4"].value.endswith("that is there twice (row 2 has it)")
    notes = [[cell.value for cell in line][:5] for line in book["for cbcstats"].iter_rows(4)]
    assert [
        *(5, "A-1", "Peru", 2),
        "mission_id: is already the id of an earlier row with the same country",
    ] in notes
    assert {(2, "A-1"), (6, "A-5"), (3, "A-2"), (8, "A-7")} <= {
        (row, taken) for row, taken, *_ in notes
    }
    assert book["for cbcstats"].column_dimensions["F"].hidden


def test_what_comes_back_as_it_went_changes_nothing(register, edit):
    path = edit(register)
    assert_same(register.corrected(path), register)
    alone = read_register(path, **HOW)
    assert (len(alone.rows), len(alone.rejected)) == (0, 4)
    assert alone.rejected.columns.equals(register.rejected.columns)
    assert "is already the id of row 2 of the register" in alone.problems["problem"].tolist()


CORRECTED = {"B2": "Peru", "C3": "28/02/2019", "A4": "A-4"}


def test_corrected_rows_take_their_places(register, edit):
    corrected = register.corrected(edit(register, CORRECTED))
    assert (corrected.rows.index.tolist(), corrected.rejected.index.tolist()) == (
        [2, 3, 4, 5, 6, 8],
        [7],
    )
    pd.testing.assert_frame_equal(
        corrected.rows.loc[register.rows.index].astype("str"), register.rows.astype("str")
    )
    assert corrected.rows.columns.equals(register.rows.columns)
    assert corrected.rows.dtypes.map(str).equals(register.rows.dtypes.map(str))
    assert corrected.rows.attrs == {"source": "missions.csv"}
    assert corrected.rows["mission_id"].tolist() == ["A-1", "A-2", "A-3", "A-4", "A-5", "A-7"]
    assert corrected.rows.loc[4, "start_date"] == pd.Timestamp("2019-02-28")
    assert found(corrected) == [
        [7, "mission_id", "Total", "is a total, not an entry", "error"],
        [8, "Country", "Greenland", "is not a Member of the WCO", "warning"],
    ]
    assert corrected.summary.to_dict() == {
        "rows read": 7,
        "passed": 6,
        "rejected": 1,
        "with warnings": 1,
        "errors": 1,
        "warnings": 1,
        "reporting years begin in": "January",
        "first day": datetime.date(2019, 2, 5),
        "last day": datetime.date(2019, 3, 1),
        "in 2019": 6,
        "coverage of 2019": "first mission on 5 Feb 2019; 2019 is taken as covered whole; "
        "last mission on 1 Mar 2019; 2019 is taken as covered whole",
    }
    assert corrected.name == "missions.csv"
    assert len(register.rejected) == 4  # the first reading is as it was
    cbcstats.MissionRegister.validate(corrected.rows)


def test_a_corrected_register_is_that_of_the_corrected_file(register, edit, save):
    rows = [list(row) for row in ROWS]
    rows[1][1], rows[2][2], rows[3][0] = "Peru", "28/02/2019", "A-4"
    corrected = register.corrected(edit(register, CORRECTED))
    assert_same(corrected, read_register(save(rows), **HOW))
    counts = cbcstats.count_missions(corrected.rows, year_start=1)
    assert counts["value"].tolist() == [6]


def test_corrected_rows_pass_when_the_workbook_is_read_alone(register, edit):
    alone = read_register(edit(register, CORRECTED), **HOW)
    assert alone.rows["mission_id"].tolist() == ["A-2", "A-3", "A-4"]
    assert alone.rows.columns.equals(register.rows.columns)
    assert alone.rejected["mission_id"].tolist() == ["Total"]


class OneMissionAMonth(cbcstats.MissionRegister):
    @pa.dataframe_check(error="is the second mission of its month")
    def one_a_month(cls, rows):
        return ~rows["start_date"].dt.to_period("M").duplicated()

    @pa.dataframe_check(title="start_date", error="is before the row above", ignore_na=False)
    def in_order(cls, rows):
        days = rows["start_date"]
        return ~(days < days.shift())


NOTHING_PASSES = {
    "an id used before": (
        "mission_id,member,start_date\nA,Mali,2019-02-05\nA,Mali,2019-02-06\n",
        {},
    ),
    "an id of a rejected row": (
        "mission_id,member,start_date\nA,Mali,soon\nA,Mali,2019-02-06\n",
        {},
    ),
    "a repeated row": (
        "member,start_date\nMali,2019-02-05\nMali,2019-02-05\n",
        {"repeated_rows": "reject"},
    ),
    "a total": ("member,start_date,participants\nMali,2019-02-05,4\n,,Total 4\n", {}),
    "a header": ("member,start_date\nMali,2019-02-05\nmember,start_date\n", {}),
    "too many cells": ("member,start_date\nMali,2019-02-05\nMali,2019-02-06,,x\n", {}),
    "open quotation marks": (
        'member,start_date\nMali,2019-02-05\nFiji,2019-02-06"x\n"Fiji,z\n',
        {},
    ),
    "an end before its start": (
        "member,start_date,end_date\nMali,2019-02-05,\nMali,2019-02-06,2019-02-05\n",
        {},
    ),
    "a day of the future": ("member,start_date\nMali,2019-02-05\nMali,2919-02-06\n", {}),
    "a day of the past": ("member,start_date\nMali,2019-02-05\nMali,1919-02-06\n", {}),
    "a number for a date": ("member,start_date\nMali,2019-02-05\nMali,43502\n", {}),
    "a check of one's own": (
        "member,start_date\nMali,2019-02-05\nFiji,2019-02-06\n",
        {"schema": OneMissionAMonth},
    ),
}


@pytest.mark.parametrize(("text", "how"), NOTHING_PASSES.values(), ids=NOTHING_PASSES)
def test_nothing_passes_unchanged(text, how, tmp_path, edit):
    path = tmp_path / "missions.csv"
    path.write_text(text, encoding="utf-8")
    register = read_register(path, **how)
    assert len(register.rejected)
    back = edit(register)
    alone = read_register(back, **how)
    assert (len(alone.rows), len(alone.rejected)) == (0, len(register.rejected))
    assert_same(register.corrected(back), register)
    # A workbook that was read alone can be handed back, too.
    again = alone.corrected(alone.save_problems(tmp_path / "again.xlsx"))
    assert (len(again.rows), len(again.rejected)) == (0, len(register.rejected))


def test_formulas_without_a_result_do_not_pass_unchanged(tmp_path, edit):
    book = openpyxl.Workbook()
    for row in (
        ["member", "start_date", "programme"],
        ["Mali", datetime.date(2019, 2, 5), "Mercator"],
        ["Fiji", datetime.date(2019, 2, 6), "=C2"],
    ):
        book.active.append(row)
    book.save(tmp_path / "missions.xlsx")
    register = read_register(tmp_path / "missions.xlsx", strict=True)
    assert register.rejected.index.tolist() == [3]
    assert read_register(edit(register), strict=True).rows.empty
    assert register.corrected(edit(register)).rejected.index.tolist() == [3]
    # The formula is still there where another cell was changed.
    assert read_register(edit(register, {"A2": "Togo"}), strict=True).rows.empty
    assert register.corrected(edit(register, {"A2": "Togo"})).rejected.index.tolist() == [3]
    # Nor does a formula pass that its author writes, as no result is stored.
    path = edit(register, {"A2": "Togo", "C2": "=A2"})
    assert read_register(path, strict=True).rows.empty
    assert register.corrected(path).problems["problem"].tolist() == [
        "holds a formula whose result is not stored"
    ]
    corrected = register.corrected(edit(register, {"C2": "Columbus"}))
    assert corrected.rows["programme"].tolist() == ["Mercator", "Columbus"]


@pytest.mark.slow
def test_nothing_passes_after_a_way_through_a_spreadsheet_program(register, tmp_path, edit):
    path = converted(edit(register), "xlsx", tmp_path / "office")
    assert read_register(path, **HOW).rows.empty
    assert_same(register.corrected(path), register)


def test_a_row_that_was_cut_wrongly_passes_if_its_author_says_so(save, edit):
    rows = [["A-1", "Peru", "05/02/2019", "07/02/2019", "12", "", "x"], ROWS[4]]
    register = read_register(save(rows), **HOW)
    assert register.rejected.index.tolist() == [2]
    path = edit(register, {"G2": None, "I2": None})
    assert len(read_register(path, **HOW).rows) == 1
    corrected = register.corrected(path)
    assert corrected.problems.empty
    assert corrected.rows["Notes"].tolist() == ["", "fifth"]


def test_an_empty_explanation_confirms_nothing_else(register, edit):
    emptied = dict.fromkeys(["H2", "H3", "H4", "H5"])
    assert_same(register.corrected(edit(register, emptied)), register)
    assert read_register(edit(register, emptied), **HOW).rows.empty


def test_rows_that_do_not_come_back_stay_rejected(register, edit):
    path = edit(register, CORRECTED, then=lambda sheet: sheet.delete_rows(4, 2))
    corrected = register.corrected(path)
    assert whole(corrected) == whole(register)
    assert corrected.rejected.index.tolist() == [5, 7]
    reasons = "did not come back in back.xlsx; mission_id: is already the id of an earlier row with the same country"
    assert corrected.rejected.loc[5, "reasons"] == reasons
    remedies = corrected.problems.set_index("problem")["remedy"]["did not come back in back.xlsx"]
    # A total, and a row that is there twice, were to be deleted.
    assert remedies.str.startswith("nothing to do if it was deleted").all()
    assert corrected.partly_read.empty
    assert 5 in register.partly_read.index


def test_a_row_that_may_be_right_is_missing_until_it_comes_back(register, edit):
    path = edit(register, then=lambda sheet: sheet.delete_rows(2))
    corrected = register.corrected(path)
    [remedy] = corrected.problems.query("row == 3 and column == ''")["remedy"]
    assert remedy == "correct it in the workbook, under its number"
    assert 3 in corrected.partly_read.index


def test_a_row_that_is_cleared_does_not_come_back(register, edit):
    cleared = {f"{column}5": None for column in "ABCDEF"}
    corrected = register.corrected(edit(register, cleared))
    assert corrected.rejected.index.tolist() == register.rejected.index.tolist()
    assert [7, "", "", "did not come back in back.xlsx", "error"] in found(corrected)
    assert len(read_register(edit(register, cleared), **HOW).rejected) == 3


def test_a_row_that_comes_back_twice_stays_rejected(register, edit):
    corrected = register.corrected(edit(register, {**CORRECTED, "G3": 3}))
    assert corrected.rejected.index.tolist() == [3, 4, 7]
    assert whole(corrected) == whole(register)
    said = found(corrected)
    assert [
        3,
        "row",
        "3",
        "came back more than once, in rows 2 and 3 of back.xlsx",
        "error",
    ] in said
    assert [4, "", "", "did not come back in back.xlsx", "error"] in said


@pytest.mark.parametrize("number", ["900", "four", "4.5", "-1"])
def test_a_number_that_no_rejected_row_has_is_said(number, register, edit):
    corrected = register.corrected(edit(register, {**CORRECTED, "G3": number}))
    assert whole(corrected) == whole(register)
    assert corrected.rejected.index.tolist() == [4, 7]
    problem = "is in row 3 of back.xlsx, but no row of that number was rejected"
    assert found(corrected)[0] == [1, "row", number, problem, "error"]


def test_a_number_of_a_row_that_passed_changes_nothing(register, edit):
    corrected = register.corrected(edit(register, {**CORRECTED, "G3": 6}))
    assert corrected.rows.loc[6, "member"] == "Togo"
    assert corrected.rejected.index.tolist() == [4, 7]
    problem = "had passed already, so row 3 of back.xlsx was left out"
    assert [6, "row", "6", problem, "warning"] in found(corrected)


def test_added_rows_follow_the_last_row_of_the_file(register, edit):
    added = ["A-2b", "Togo", "06/02/2019", "", "3", "split", None]
    bad = ["A-2c", "Tooogo", "06/02/2019", "", "3", "split", None]

    def add(sheet):
        sheet.append(added)
        sheet.append(bad)

    path = edit(register, CORRECTED, then=add)
    corrected = register.corrected(path)
    assert (corrected.rows.index.tolist(), corrected.rejected.index.tolist()) == (
        [2, 3, 4, 5, 6, 8, 9],
        [7, 10],
    )
    assert corrected.summary["rows read"] == 9
    assert corrected.rows.loc[9, ["member", "Notes"]].tolist() == ["Togo", "split"]
    # The same workbook adds nothing again.
    assert_same(corrected.corrected(path), corrected)
    last = corrected.corrected(edit(corrected, {"B3": "Togo"}))
    assert last.rejected.index.tolist() == [7]
    assert last.rows.index.tolist() == [2, 3, 4, 5, 6, 8, 9, 10]


def test_an_added_row_that_repeats_another_is_rejected(save, edit):
    rows = [["", *row[1:]] for row in ROWS]
    register = read_register(save(rows), **HOW)
    corrected = register.corrected(edit(register, then=lambda sheet: sheet.append(rows[0])))
    assert [9, "", "", "repeats an earlier row in all its cells", "error"] in found(corrected)


def test_workbooks_of_several_authors_are_put_in_one_after_the_other(register, edit):
    first = edit(register, {"B2": "Peru"}, "a.xlsx", lambda sheet: sheet.delete_rows(3, 3))
    second = edit(
        register, {"C3": "28/02/2019", "A4": "A-4"}, "b.xlsx", lambda sheet: sheet.delete_rows(2)
    )
    one = register.corrected(first)
    assert one.rejected.index.tolist() == [4, 5, 7]
    both = one.corrected(second)
    assert both.rejected.index.tolist() == [7]
    assert both.problems["row"].tolist() == [7, 8]
    assert_same(register.corrected(second).corrected(first).corrected(second), both)


def test_a_workbook_can_come_back_again_and_again(register, edit):
    once = register.corrected(edit(register, {"B2": "Peru", "B3": "Fidji"}))
    later = edit(register, {"B2": "Peru", "C3": "28/02/2019"})
    twice = once.corrected(later)
    assert twice.rejected.index.tolist() == [5, 7]
    assert found(twice) == [
        [
            5,
            "mission_id",
            "A-1",
            "is already the id of an earlier row with the same country",
            "error",
        ],
        [7, "mission_id", "Total", "is a total, not an entry", "error"],
        [8, "Country", "Greenland", "is not a Member of the WCO", "warning"],
    ]
    third = twice.corrected(edit(twice, {"A2": "A-4"}))
    assert third.rejected.index.tolist() == [7]


def test_rows_may_be_sorted_and_columns_added(register, edit):
    def sort(sheet):
        rows = [[cell.value for cell in line] for line in sheet.iter_rows(2)]
        for line, row in enumerate(reversed(rows), start=2):
            for place, value in enumerate([*row, "asked Ann"], start=1):
                sheet.cell(line, place, value)
        sheet["I1"] = "comment"

    corrected = register.corrected(edit(register, CORRECTED, then=sort))
    assert corrected.rows["mission_id"].tolist() == ["A-1", "A-2", "A-3", "A-4", "A-5", "A-7"]
    problem = "is a column of back.xlsx alone, and was left out"
    assert found(corrected)[0] == [1, "comment", "", problem, "warning"]
    assert read_register(edit(register, then=sort), **HOW).rows.empty


def test_a_corrected_row_never_rejects_one_that_had_passed(register, edit):
    corrected = register.corrected(edit(register, {**CORRECTED, "A2": "A-5", "B2": "Togo"}))
    assert corrected.rejected.index.tolist() == [3, 7]
    assert [
        3,
        "mission_id",
        "A-5",
        "is already the id of an earlier row with the same country",
        "error",
    ] in found(corrected)
    alone = read_register(edit(register, {**CORRECTED, "A2": "A-5", "B2": "Togo"}), **HOW)
    problem = "is already the id of row 6 of the register"
    assert [2, "mission_id", "A-5", problem, "error"] in found(alone)


def test_checks_of_ones_own_see_the_rows_in_file_order(tmp_path, edit):
    text = "member,start_date\nMali,2019-02-05\nFiji,soon\nTogo,2019-04-06\n"
    (tmp_path / "missions.csv").write_text(text, encoding="utf-8")
    register = read_register(tmp_path / "missions.csv", schema=OneMissionAMonth)
    assert register.corrected(edit(register, {"B2": "2019-03-05"})).rejected.empty
    late = register.corrected(edit(register, {"B2": "2019-04-07"}))
    assert late.rejected.index.tolist() == [3]


def test_a_deleted_row_holds_no_id(save, edit):
    rows = [["A-1", "Peru", "soon", *ROWS[0][3:]], ["A-1", "Peru", *ROWS[0][2:]]]
    register = read_register(save(rows), **HOW)
    assert register.rejected.index.tolist() == [2, 3]
    corrected = register.corrected(edit(register, then=lambda sheet: sheet.delete_rows(2)))
    assert (corrected.rows.index.tolist(), corrected.rejected.index.tolist()) == ([3], [2])


def test_another_workbook_is_refused_in_a_sentence(register, edit, save, tmp_path):
    (tmp_path / "text.csv").write_text("Country,Start\nMali,05/02/2019\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"text.csv: has no column 'row' with the rows of missions"):
        register.corrected(tmp_path / "text.csv")
    with pytest.raises(DataError, match="there is no such file"):
        register.corrected(tmp_path / "nowhere.xlsx")
    with pytest.raises(
        DataError, match=r"is not a workbook of missions.csv: it has no column 'Country'"
    ):
        register.corrected(edit(register, {"B1": "Land"}))
    with pytest.raises(DataError, match="has no column 'row'"):
        register.corrected(edit(register, {"G1": "line"}))
    # Another edition of the register, whose rows have moved.
    edition = read_register(save([ROWS[4], *ROWS[:4], *ROWS[5:]], "later.csv"), **HOW)
    with pytest.raises(DataError, match="in which row 4 was not rejected with these cells"):
        register.corrected(edit(edition))
    with pytest.raises(ArgumentError, match="`path` must be the name of a file"):
        register.corrected(3)
    parts = (
        *(register.rows, register.rejected, register.problems),
        *(register.summary, register.partly_read),
    )
    by_hand = cbcstats.Register("mine", *parts)
    with pytest.raises(ArgumentError, match="put together by hand"):
        by_hand.corrected(tmp_path / "back.xlsx")


def test_rows_may_come_back_as_text(register, edit, tmp_path):
    frame = pd.read_excel(edit(register, CORRECTED), dtype="str", engine="calamine")
    frame.to_csv(tmp_path / "back.csv", index=False)
    assert register.corrected(tmp_path / "back.csv").rejected.index.tolist() == [7]
    with (tmp_path / "back.csv").open("a", encoding="utf-8") as file:
        file.write("A-9,Fiji,05/02/2019,,3,a,,,one too many\n")
    with pytest.raises(DataError, match=r"back.csv: row 6 has 9 cells where the header has 8"):
        register.corrected(tmp_path / "back.csv")


def test_a_column_row_of_the_file_is_kept(save, edit):
    header = [*HEADER[:-1], "row"]
    register = read_register(save(header=header), **HOW)
    path = edit(register, CORRECTED)
    assert openpyxl.load_workbook(path).active["G1"].value == "row in the register"
    corrected = register.corrected(path)
    assert corrected.rows["row"].tolist() == [ROWS[place][5] for place in (0, 1, 2, 3, 4, 6)]
    alone = read_register(path, **HOW)
    assert alone.rows["row"].tolist() == ["second", "third", "fourth"]


def test_days_of_a_workbook_from_1904_stay_these_days(tmp_path, edit):
    book = openpyxl.Workbook()
    rows = [["Mali", 41366], ["Fijii", 41367], ["Togo", "soon"]]
    # A number is a day only among days.
    for row in (["member", "start_date"], *rows, ["Peru", datetime.date(2017, 4, 6)]):
        book.active.append(row)
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(tmp_path / "missions.xlsx")
    register = read_register(tmp_path / "missions.xlsx")
    corrected = register.corrected(edit(register, {"A2": "Fiji", "B3": datetime.date(2017, 4, 5)}))
    days = ["2017-04-03", "2017-04-04", "2017-04-05", "2017-04-06"]
    assert corrected.rows["start_date"].dt.strftime("%Y-%m-%d").tolist() == days
    slip = register.corrected(edit(register, {"B3": 41368}))
    assert slip.rejected.index.tolist() == [3, 4]


def test_typed_columns_keep_their_dtypes(edit):
    frame = pd.DataFrame(
        {
            "member": ["Mali", "Fijii", "Toogo"],
            "start_date": pd.to_datetime(["2019-02-05", "2019-02-06", "2019-02-07"]),
            "cost": pd.array([5, 6, 7], dtype="int64"),
            "paid": [True, False, True],
            "team": pd.Categorical(["a", "b", "a"]),
            "seen": pd.to_datetime(["2019-03-05", "2019-03-06", "2019-03-07"]),
            "tags": [["x"], ["y"], ["z"]],
        }
    )
    register = read_register(frame)
    assert_same(register.corrected(edit(register)), register)
    path = edit(register, {"A2": "Fiji", "C2": 60, "D2": "true", "E2": "c", "A3": "Togo"})
    corrected = register.corrected(path)
    assert corrected.rejected.empty
    own = ["start_date", "cost", "paid", "seen"]
    assert corrected.rows[own].dtypes.equals(register.rows[own].dtypes)
    assert corrected.rows["cost"].tolist() == [5, 60, 7]
    assert corrected.rows["paid"].tolist() == [True, True, True]
    assert corrected.rows["team"].astype("object").tolist() == ["a", "c", "a"]
    assert corrected.rows["tags"].tolist() == [["x"], ["y"], ["z"]]
    wrong = register.corrected(edit(register, {"A2": "Fiji", "C2": "many"}))
    assert wrong.rejected.loc[3, "reasons"].startswith("cost: is not a value such as the others")
    assert wrong.rows["cost"].dtype == "int64"
    for place, value in {"C2": None, "D2": "perhaps", "F2": "soon"}.items():
        again = register.corrected(edit(register, {"A2": "Fiji", place: value}))
        assert again.rejected.index.tolist() == [3, 4]
    right = wrong.corrected(edit(wrong, {"C2": "9", "A3": "Togo"}))
    assert right.rows["cost"].tolist() == [5, 9, 7]


def test_cells_beyond_the_header_must_be_moved(save, edit):
    rows = [ROWS[0], [*ROWS[4], "more", "and more"]]
    register = read_register(save(rows), **HOW)
    beyond = "column 7 (beyond the header)"
    still = register.corrected(edit(register, {"G2": None}))
    assert still.rejected[beyond.replace("7", "8")].tolist() == ["and more"]
    assert found(still) == [
        [3, beyond.replace("7", "8"), "and more", "is beyond the header", "error"]
    ]
    corrected = register.corrected(edit(register, {"G2": None, "H2": None, "F2": "all"}))
    assert corrected.rows["Notes"].tolist() == ["first", "all"]


@pytest.mark.parametrize("rows", [ROWS[:1], []])
def test_a_register_without_rejected_rows_can_be_handed_back(rows, save, edit):
    register = read_register(save(rows), **HOW)
    assert_same(register.corrected(edit(register)), register)
    added = register.corrected(edit(register, then=lambda sheet: sheet.append(ROWS[4])))
    assert added.rows["mission_id"].tolist() == [row[0] for row in [*rows, ROWS[4]]]


def test_beneficiaries_come_back_as_well(tmp_path, edit):
    text = "Member,Programme,Track\nKenya,Mercator,Tailor-Made\nKenyaa,Mercator,\n"
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    register = read_register(tmp_path / "list.csv", kind="beneficiaries")
    assert_same(register.corrected(edit(register)), register)
    corrected = register.corrected(edit(register, {"A2": "Ghana"}))
    assert corrected.rows["iso3"].tolist() == ["KEN", "GHA"]


CELLS = {
    "mission_id": st.one_of(st.just(""), st.integers(0, 9).map("M-{}".format)),
    "member": st.sampled_from(["Kenya", "NA", "Perugia", "", "Total", "Kenya / Uganda", "Aruba"]),
    "start_date": st.one_of(
        st.dates(datetime.date(1952, 1, 1), datetime.date(2024, 1, 1)).map(str),
        st.sampled_from(["", "soon", "03/04/2017", "2019-02-30", "2018-03", "2017"]),
    ),
    "participants": st.one_of(st.integers(-3, 300).map(str), st.sampled_from(["", "x", "1,234"])),
    "own": st.sampled_from(["a", "b", " a", "é"]),
}
FATES = st.sampled_from(["unchanged", "corrected", "half", "deleted", "cleared"])


@settings(max_examples=60)
@given(
    st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=12),
    st.lists(FATES, min_size=12, max_size=12),
    st.sampled_from(["keep", "reject"]),
    st.booleans(),
)
def test_nothing_is_lost_and_nothing_added(
    tmp_path_factory, rows, fates, repeated_rows, is_reversed
):
    frame = pd.DataFrame(rows, columns=list(CELLS), dtype="str")
    register = read_register(frame, repeated_rows=repeated_rows)
    path = register.save_problems(tmp_path_factory.mktemp("property") / "back.xlsx")
    assert read_register(path, repeated_rows=repeated_rows).rows.empty
    assert_same(register.corrected(path), register)

    book = openpyxl.load_workbook(path)
    sheet = book.active
    fate_of = dict(zip(register.rejected.index, fates, strict=False))
    lines = [[cell.value for cell in line] for line in sheet.iter_rows(2)]
    sheet.delete_rows(2, len(lines) + 1)
    for line in reversed(lines) if is_reversed else lines:
        row, fate = line[5], fate_of[line[5]]
        if fate == "corrected":
            line[:4] = [f"C-{row}", "Kenya", "2017-04-03", "4"]
        elif fate == "half":
            line[2:4] = ["2017-04-03", "4"]
        elif fate == "cleared":
            line[:5] = [None] * 5
        if fate != "deleted":
            sheet.append(line)
    book.save(path)
    corrected = register.corrected(path)

    assert whole(corrected) == whole(register)
    assert corrected.rows.index.is_monotonic_increasing
    assert corrected.rejected.index.is_monotonic_increasing
    # What other countries a mission went to may be known only now.
    # The precision is there only if one is not the day.
    added = ["all_iso3", "counted_above", "start_precision"]
    columns = register.rows.columns.difference(added)
    before = register.rows[columns].astype("str")
    after = corrected.rows.loc[before.index, columns].astype("str")
    pd.testing.assert_frame_equal(after, before)
    assert corrected.rows[columns].dtypes.map(str).equals(register.rows[columns].dtypes.map(str))
    errors = corrected.problems[corrected.problems["severity"] == "error"]
    assert set(errors["row"]) == set(corrected.rejected.index)
    assert corrected.summary["rows read"] == register.summary["rows read"]
    # The same workbook changes nothing more.
    assert_same(corrected.corrected(path), corrected)
    cbcstats.MissionRegister.validate(corrected.rows)
    assert_fates(register, corrected, fate_of)


def assert_fates(register, corrected, fate_of):
    typed = register.rejected.columns[:-1]
    for row, fate in fate_of.items():
        if fate == "corrected":
            assert corrected.rows.loc[row, "mission_id"] == f"C-{row}"
            assert corrected.rows.loc[row, "own"] == register.rejected.loc[row, "own"]
        elif fate in ("deleted", "cleared"):
            assert "did not come back" in corrected.rejected.loc[row, "reasons"]
        if fate in ("unchanged", "deleted", "cleared") and row in corrected.rejected.index:
            assert corrected.rejected.loc[row, typed].equals(register.rejected.loc[row, typed])
        if fate == "unchanged" and row in corrected.rows.index:
            # Only the row above that had the same id, or the same cells, was corrected.
            assert "earlier row" in register.rejected.loc[row, "reasons"]


@pytest.mark.parametrize(
    ("typed", "cells", "column", "values"),
    [
        # In a column of codes, `be` is Belgium; a name among them is no longer one.
        (
            [["be", "2019-02-01"], ["xx", "2019-02-02"], ["pe", "2019-02-03"]],
            {"A2": "Namibia"},
            "iso3",
            ["BEL", "NAM", "PER"],
        ),
        # 2010-11 is a month next to 2015-03, and alone may be two years.
        (
            [["Peru", "2010-11"], ["Utopia", "2015-03"]],
            {"A2": "Mali", "B2": "2015-03-08"},
            "start_date",
            [pd.Timestamp("2010-11-01"), pd.Timestamp("2015-03-08")],
        ),
        # 3.400 is 3400 next to 1.020.300.
        (
            [["Utopia", "2019-02-01", "1.020.300"], ["Peru", "2019-02-03", "3.400"]],
            {"A2": "Mali", "C2": "1020300"},
            "participants",
            [1_020_300, 3400],
        ),
    ],
)
def test_rows_that_had_passed_stay_as_they_were_read(typed, cells, column, values, edit):
    columns = ["member", "start_date", "participants"]
    register = read_register(pd.DataFrame(typed, columns=columns[: len(typed[0])]))
    corrected = register.corrected(edit(register, cells))
    assert corrected.rejected.empty
    assert corrected.rows[column].tolist() == values
    # Also where another workbook comes back.
    assert register.rows[column].tolist() == [
        corrected.rows[column][row] for row in register.rows.index
    ]
