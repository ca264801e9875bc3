"""What became of a register: a summary, words, and a workbook to hand back."""

import datetime
import re

import pytest

from cbcstats import ArgumentError, read_register
from tests.needs import Needed
from tests.register_files import HEADER, changed, good_row, read_text

openpyxl = Needed("openpyxl")


def test_the_summary_adds_up(save):
    rows = [
        HEADER,
        good_row(1),
        changed(good_row(2), "start_date", "2016-06-30"),
        changed(good_row(3), "experts", "-2"),
    ]
    rows.append(changed(good_row(4), "kind", "n/a"))
    summary = read_register(save(rows)).summary
    assert (summary.name, summary.dtype) == ("register_0.csv", object)
    assert summary.to_dict() == {
        "rows read": 4,
        "passed": 3,
        "rejected": 1,
        "with warnings": 1,
        "errors": 1,
        "warnings": 1,
        "reporting years begin in": "July",
        "first day": datetime.date(2016, 6, 30),
        "last day": datetime.date(2017, 4, 5),
        "in 2015/16": 1,
        "in 2016/17": 2,
        # Two missions of one week tell nothing about the rest of the year.
        "coverage of 2015/16": "first mission on 30 Jun 2016; 2015/16 is taken as covered whole",
        "coverage of 2016/17": "last mission on 5 Apr 2017; 2016/17 is taken as covered whole",
    }
    assert read_register(save(rows), year_start=1).summary["in 2016"] == 1


def test_reporting_years_begin_in_july_unless_told(save):
    path = save([["member", "start_date"], ["Togo", "2017-07-01"]])
    assert read_register(path).summary["in 2017/18"] == 1


def test_a_register_is_said_in_words(save):
    rows = [HEADER, *(good_row(number) for number in range(1200))]
    rows[3] = changed(rows[3], "member", "<b>Nowhere</b>")
    rows[4] = changed(rows[4], "member", "Somewhere")
    for row, column, value in (
        (5, "experts", "x"),
        (6, "participants", "y"),
        (7, "start_date", "z"),
        (9, "kind", "n/a"),
    ):
        rows[row] = changed(rows[row], column, value)
    rows[8] = [*rows[8], "too much"]
    rows[10] = changed(rows[10], "start_date", "2016-06-30")
    register = read_register(save(rows))
    most_frequent = [
        ("2", "error: member is not a place that is known"),
        ("1", "error: start_date is not a date"),
        ("1", "error: has 13 cells where the header has 12"),
        ("1", "warning: experts is not a number"),
        ("1", "warning: participants is not a number"),
    ]
    in_one_line = "1,200 rows read, 1,196 passed, 4 rejected; 3 passed with warnings"
    lines = [
        f"{register.name}: {in_one_line}",
        *(f"        {count}  {said}" for count, said in most_frequent),
    ]
    assert register.in_words().splitlines() == lines
    more = (
        "All of them: .problems; the rows: .rejected; a workbook to hand back: .save_problems(path)"
    )
    assert repr(register).splitlines() == [*lines, more]
    shown = [
        *(
            lines[0],
            "Rows that start in 2015/16: 1, 2016/17: 1,195",
            "cells",
            "most frequent problems",
        ),
        *(text for line in most_frequent for text in line),
        *("All of them: ", ".problems", "; the rows: ", ".rejected", "; a workbook to hand back: "),
        ".save_problems(path)",
    ]
    assert [text for text in re.split("<[^>]*>", register._repr_html_()) if text] == shown


def test_a_register_without_problems_is_said_in_one_line(save):
    rows = [["member", "programme"], ["Kenya", "Mercator"]]
    register = read_register(save(rows), kind="beneficiaries")
    assert (register.name, register.rows.attrs["source"]) == ("register_0.csv", "register_0.csv")
    said = f"{register.name}: 1 row read, 1 passed, 0 rejected"
    assert register.in_words() == repr(register) == said
    assert register._repr_html_() == f"<p><strong>{said}</strong></p>"


def test_a_header_is_no_markup(save):
    column = read_register(
        save([["member", "<i>x</i> member", "start_date"], ["Kenya", "y", "2017"]])
    )._repr_html_()
    assert "<i>" not in column


def test_what_is_handed_back_is_marked_and_can_be_read_again(save, tmp_path):
    rows = [
        HEADER,
        good_row(1),
        changed(changed(good_row(2), "participants", "1,234"), "start_date", "3/4/2017"),
    ]
    rows += [
        changed(good_row(3), "experts", "=2+3"),
        changed(good_row(4), "end_date", "2001-01-01"),
    ]
    register = read_register(save(rows), strict=True)
    path = register.save_problems(tmp_path / "out" / "problems.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == [
        *HEADER,
        "row",
        "what to correct (added by cbcstats)",
    ]
    marked = {cell.coordinate for row in sheet for cell in row if cell.comment}
    assert marked == {"M1", "N1", "C2", "I2", "H3", "D4"}
    assert "write digits only, 1234" in sheet["I2"].comment.text.lower()
    assert sheet["I2"].fill.fgColor.rgb.endswith("FFD9B3")
    assert sheet["A2"].fill.fgColor.rgb == "00000000"
    assert sheet["H3"].data_type == "s"
    assert [cell.value for cell in sheet["M"]] == ["row", 3, 4, 5]
    assert sheet["N2"].value.startswith("start_date may have the day or the month first")
    again = read_register(path, strict=True)
    assert again.rejected.reset_index(drop=True).equals(register.rejected.reset_index(drop=True))
    for cell, value in {"C2": "2017-04-03", "I2": 1234, "H3": 5, "D4": None}.items():
        sheet[cell] = value
    book.save(path)
    corrected = read_register(path, strict=True)
    assert corrected.rejected.empty
    assert corrected.rows.columns.equals(register.rows.columns)
    assert corrected.rows["participants"].tolist() == [1234, 40, 40]


def test_cells_beyond_the_header_that_are_handed_back_must_be_moved(tmp_path):
    text = "member,start_date,remarks\nTogo,2017-04-03,a\nKenya,2017-04-04,b,c,d\nKenya,x,b\nPeru,2017-04-05,,,e\n"
    register = read_text(text, tmp_path)
    beyond = [f"column {number} (beyond the header)" for number in (4, 5)]
    assert register.rejected[beyond].to_numpy().tolist() == [["c", "d"], ["", ""], ["", "e"]]
    path = register.save_problems(tmp_path / "problems.xlsx")
    again = read_register(path)
    assert again.rows.empty
    assert again.rejected[register.rejected.columns[:-1]].equals(
        register.rejected.iloc[:, :-1].set_axis([2, 3, 4])
    )
    assert again.problems[["row", "column", "value", "problem"]].to_numpy().tolist() == [
        [2, beyond[0], "c", "is beyond the header"],
        [2, beyond[1], "d", "is beyond the header"],
        [3, "start_date", "x", "is not a date"],
        [4, beyond[1], "e", "is beyond the header"],
    ]
    book = openpyxl.load_workbook(path)
    for cell, value in {
        "C2": "b, c, d",
        "D2": None,
        "E2": None,
        "B3": "2017-04-04",
        "E4": None,
    }.items():
        book.active[cell] = value
    book.save(path)
    corrected = read_register(path)
    assert corrected.rows["remarks"].tolist() == ["b, c, d", "b", ""]
    assert corrected.rows.columns.equals(register.rows.columns)


def test_nothing_is_overwritten_unless_told(save, tmp_path):
    register = read_register(save([HEADER, changed(good_row(1), "member", "x")]))
    path = register.save_problems(tmp_path / "problems.xlsx")
    with pytest.raises(ArgumentError, match="already exists"):
        register.save_problems(path)
    register.save_problems(path, overwrite=True)
    with pytest.raises(ArgumentError, match=r"ends in .xlsx"):
        register.save_problems(tmp_path / "problems.csv")


def test_what_was_read_can_be_saved_and_read_again(save, tmp_path):
    rows = read_register(save([HEADER, good_row(1), good_row(2)])).rows
    rows.to_parquet(tmp_path / "rows.parquet")
    again = read_register(tmp_path / "rows.parquet").rows
    assert again["start_date"].tolist() == rows["start_date"].tolist()
    assert again["iso3 (as typed)"].tolist() == rows["iso3"].tolist()


def test_a_serial_number_stays_a_problem_when_it_is_handed_back(tmp_path):
    register = read_text("member,start_date\nTogo,42828\n", tmp_path)
    assert read_register(register.save_problems(tmp_path / "problems.xlsx")).rows.empty


def test_registers_can_be_compared_and_kept(tmp_path):
    register = read_text("member,start_date\nKenya,2017-04-03\n", tmp_path)
    assert register == register
    assert len({register}) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"path": 3}, "`path` must be the name of a file or folder, but 3 was given"),
        ({"path": "a.xlsx", "overwrite": "no"}, "`overwrite` must be True or False"),
    ],
)
def test_save_problems_refuses_wrong_arguments_in_words(arguments, sentence, tmp_path):
    register = read_text("member,start_date\nKenya,soon\n", tmp_path)
    with pytest.raises(ArgumentError, match=sentence):
        register.save_problems(**arguments)
