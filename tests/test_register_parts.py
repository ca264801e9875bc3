"""Registers that are read part by part are as the whole."""

import pandas as pd
import pytest
import xlsxwriter
from register_files import FAULTS, HEADER, changed, found, good_row, read_text

import cbcstats
from cbcstats import read_register
from cbcstats.files import inputs, text_inputs
from cbcstats.registers.register import together


@pytest.mark.parametrize("kind", ["regular", "irregular", ".parquet"])
def test_parts_are_as_the_whole(kind, save, monkeypatch):
    rows = [HEADER]
    for number in range(400):
        row = good_row(number)
        if number % 7 == 3:
            row = changed(row, *FAULTS[number % len(FAULTS)][:2])
        if number % 50 == 9:
            row = changed(row, "mission_id", f"M-{number - 9:03}")
        if number % 90 == 8:
            row = changed(changed(row, "mission_id", ""), "remarks", "the same")
            row[2] = "2017-04-01"
        rows.append(row)
    if kind == "irregular":
        rows[5] = changed(rows[5], "remarks", "a\nb")
        rows[300] = [*rows[300], "too much"]
    path = save(rows, ".parquet" if kind == ".parquet" else ".csv")
    monkeypatch.setattr(text_inputs, "_PART_BYTES", 4096)
    for module in (inputs, text_inputs):
        monkeypatch.setattr(module, "PART_ROWS", 37)
    whole_register = read_register(path)
    told = []
    parts = list(cbcstats.read_register_in_parts(path, progress=lambda *done: told.append(done)))
    assert len(parts) > 5
    assert told[0] == (0, 0)
    assert told[-1] == (400, 400)
    problems = pd.concat([part.problems for part in parts]).sort_values(
        "row", kind="stable", ignore_index=True
    )
    pd.testing.assert_frame_equal(problems, whole_register.problems)
    rejected = pd.concat([part.rejected for part in parts]).fillna("")
    pd.testing.assert_frame_equal(rejected, whole_register.rejected.fillna(""), check_like=True)
    rows = pd.concat([part.rows.astype("str") for part in parts])
    pd.testing.assert_frame_equal(rows, whole_register.rows.astype("str"))
    assert whole_register.problems["problem"].str.contains("repeats a row").any()
    united = together(parts)
    assert united.name == whole_register.name
    pd.testing.assert_frame_equal(united.problems, whole_register.problems)
    pd.testing.assert_frame_equal(united.rejected, whole_register.rejected)
    pd.testing.assert_frame_equal(united.rows.astype("str"), whole_register.rows.astype("str"))
    pd.testing.assert_series_equal(united.summary, whole_register.summary)


@pytest.mark.parametrize(
    "arguments",
    [
        {"date_format": "%d/%m/%Y"},
        {"year_start": 1, "date_format": "%m/%d/%Y"},
        {"repeated_rows": "reject", "date_format": "%d/%m/%Y"},
        {"columns": {"member": "Partner"}, "date_format": "%d/%m/%Y"},
        {"kind": "beneficiaries"},
        {"sheet": "second", "date_format": "%d/%m/%Y"},
    ],
)
def test_parts_are_read_as_the_arguments_say(arguments, tmp_path):
    rows = [
        ["member", "Partner", "start_date", "programme"],
        ["Kenya", "Togo", "08/09/2016", "Mercator"],
    ]
    rows += [
        rows[1],
        ["Peru", "Perugia", "01/02/2017", ""],
        ["Togo", "Peru", "2016-10-10", "Mercator"],
    ]
    rows += [["Chad", "Togo", "", "Mercator"]]  # missions need a day, beneficiaries do not
    path = tmp_path / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for sheet, shown in (("first", rows), ("second", rows[:3])):
            added = book.add_worksheet(sheet)
            for place, row in enumerate(shown):
                added.write_row(place, 0, row)
    arguments = {"sheet": "first"} | arguments
    united = together(list(cbcstats.read_register_in_parts(path, **arguments)))
    whole_register = read_register(path, **arguments)
    assert united.name == whole_register.name
    pd.testing.assert_frame_equal(united.rows, whole_register.rows)
    pd.testing.assert_frame_equal(united.rejected, whole_register.rejected)
    pd.testing.assert_series_equal(united.summary, whole_register.summary)
    without = read_register(path, sheet="first")
    assert (united.rows.to_csv(), united.name) != (without.rows.to_csv(), without.name)


def in_small_parts(path, monkeypatch, **arguments):
    monkeypatch.setattr(text_inputs, "_PART_BYTES", 64)
    for module in (inputs, text_inputs):
        monkeypatch.setattr(module, "PART_ROWS", 2)
    parts = list(cbcstats.read_register_in_parts(path, **arguments))
    assert len(parts) > 1
    return together(parts)


def test_united_parts_have_problems_in_the_order_of_rows_and_columns(save, monkeypatch):
    rows = [["mission_id", "start_date", "member", "experts"], ["TBC", "2017-04-03", "Kenya", "2"]]
    rows += [
        rows[1],
        ["M-3", "soon", "Nowhere", "many"],
        ["M-4", "2017-04-03", "Togo", "2"],
        ["M-5", "x", "Peru", "y"],
    ]
    united = in_small_parts(save(rows), monkeypatch)
    assert [tuple(line[:3]) for line in found(united)] == [
        *((2, "mission_id", "TBC"), (3, "", ""), (3, "mission_id", "TBC")),
        *((4, "start_date", "soon"), (4, "member", "Nowhere"), (4, "experts", "many")),
        *((6, "start_date", "x"), (6, "experts", "y")),
    ]
    assert united.problems.index.tolist() == list(range(8))


def test_united_parts_without_days_have_a_summary(save, monkeypatch):
    rows = [["member", "programme"], *([["Kenya", "Mercator"]] * 4), ["Nowhere", "Mercator"]]
    summary = in_small_parts(save(rows), monkeypatch, kind="beneficiaries").summary
    counted = {
        "rows read": 5,
        "passed": 4,
        "rejected": 1,
        "with warnings": 3,
        "errors": 1,
        "warnings": 3,
    }
    assert summary.to_dict() == counted
    assert summary.dtype == object
    assert {type(count) for count in summary} == {int}


@pytest.mark.parametrize(
    "text",
    [
        b"member,start_date,x\nKenya,2017-04-03,caf\xe9\n",
        b"member,start_date\n",
        b"member,start_date\r\n",
    ],
)
def test_parts_of_odd_files_are_as_the_whole(text, tmp_path):
    register = read_text(text, tmp_path)
    [part] = cbcstats.read_register_in_parts(tmp_path / "register.csv")
    pd.testing.assert_frame_equal(part.rows, register.rows)
    assert part.summary.equals(register.summary)


def test_what_is_said_late_of_the_header_stands_in_the_order_of_columns(save, monkeypatch):
    rows = [["member", "start_date", "end_date"]]
    rows += [["Kenya", "2017-04-03", day] for day in ("25/04/2017", "04/26/2017")]
    rows += [["Kenya", day, "2017-05-30"] for day in ("25/04/2017", "04/26/2017")]
    of_header = [
        line[:2] for line in found(in_small_parts(save(rows), monkeypatch)) if line[0] == 1
    ]
    assert of_header == [[1, "start_date"], [1, "end_date"]]
