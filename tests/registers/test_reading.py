"""Registers that people filled in: nothing is lost, every bad cell is named, good cells stay as they are."""

import datetime
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter

import cbcstats
from cbcstats import ArgumentError, DataError, read_register
from cbcstats.files.sources import free_name
from cbcstats.files.text_table import TextTable, read_text_table
from cbcstats.registers.arranging import with_days_of_numbers
from cbcstats.registers.checking import check_rows
from cbcstats.registers.columns import Options, match_columns
from tests.needs import Needed
from tests.properties import given, settings, st
from tests.register_files import FAULTS, HEADER, changed, found, good_row, read_text, whole

openpyxl = Needed("openpyxl")


@pytest.mark.parametrize(("column", "value", "severity", "problem"), FAULTS)
def test_a_bad_cell_is_named_and_hides_no_other(column, value, severity, problem, save):
    rows = [HEADER, good_row(1), changed(good_row(2), column, value), good_row(3)]
    register = read_register(save(rows))
    assert [3, column, value, problem, severity] in found(register)
    assert (3 in register.rejected.index) == (severity == "error")
    assert len(register.problems) == 1
    assert register.problems["remedy"].str.len().gt(0).all()
    assert whole(register) == [2, 3, 4]


def test_the_same_faults_are_the_same_problems_in_csv_excel_and_parquet(save):
    faults = [
        fault for fault in FAULTS if fault[1] != "42828"
    ]  # a workbook may hold dates as serial numbers
    rows = [HEADER]
    for number, (column, value, _, _) in enumerate(faults, start=1):
        rows += [good_row(2 * number), changed(good_row(2 * number + 1), column, value)]
    rows += [
        HEADER,
        ["", "Sub-total", *[""] * 6, "400", "", "", ""],
        [*good_row(2)[:2], *good_row(7)[2:]],
    ]
    rows += [changed(good_row(0), "mission_id", "")] * 2
    registers = [read_register(save(rows, suffix)) for suffix in (".csv", ".xlsx", ".parquet")]
    last = len(rows)
    assert found(registers[0]) == [
        *(
            [2 * number + 1, *fault[:2], fault[3], fault[2]]
            for number, fault in enumerate(faults, start=1)
        ),
        [last - 4, "member", "member", "repeats the header", "error"],
        [last - 3, "member", "Sub-total", "is a total, not an entry", "error"],
        [
            *(last - 2, "mission_id", "M-002"),
            *("is already the id of an earlier row with the same country", "error"),
        ],
        [last, "", "", "repeats an earlier row in all its cells", "warning"],
    ]
    for register in registers[1:]:
        pd.testing.assert_frame_equal(register.problems, registers[0].problems)
        assert register.rows.index.equals(registers[0].rows.index)
    assert whole(registers[0]) == list(range(2, last + 1))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", "~"])
def test_any_delimiter(delimiter, save):
    register = read_register(
        save([HEADER, good_row(1), changed(good_row(2), "member", "Atlantis")], delimiter=delimiter)
    )
    assert (len(register.rows), len(register.rejected)) == (1, 1)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_any_encoding(encoding, save):
    rows = [
        HEADER,
        changed(good_row(1), "member", "Côte d\u2019Ivoire"),
        changed(good_row(2), "remarks", "à revoir"),
    ]
    register = read_register(save(rows, encoding=encoding))
    assert register.rows["iso3"].tolist() == ["CIV", "VNM"]
    assert register.rows["remarks"].tolist() == ["remark 1", "à revoir"]
    was_guessed = "the file is not UTF-8, and was read as Windows-1252"
    expected = [[1, "", "Côte", was_guessed, "warning"]] if encoding == "cp1252" else []
    assert found(register) == expected


@pytest.mark.parametrize("encoding", ["Windows-1251", "koi8-r", "utf-16"])
def test_an_encoding_can_be_given(encoding, tmp_path):
    path = tmp_path / "missions.csv"
    text = "member,start_date,programme\nKenya,2017-04-03,Обучение\n"
    path.write_bytes(text.encode(encoding))
    register = read_register(path, encoding=encoding)
    assert register.rows["programme"].tolist() == ["Обучение"]
    assert register.problems.empty


def test_an_encoding_is_for_text_files_only(save):
    path = save([HEADER, good_row(1)])
    with pytest.raises(ArgumentError, match=r"such as 'utf-8', 'cp1252'.*'klingon' was given"):
        read_register(path, encoding="klingon")
    for source in (save([HEADER, good_row(1)], ".xlsx"), pd.read_csv(path)):
        with pytest.raises(ArgumentError, match=r"only text files .* leave out `encoding`"):
            read_register(source, encoding="cp1251")


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("S\ufffdcurit\ufffd", "holds a character that was lost"),
        ("SÃ©curitÃ©", "was written in UTF-8 and read in another encoding"),
        ("PRIORITÉ\N{NO-BREAK SPACE}: «ÉTÉ»", None),
    ],
)
def test_damaged_text_rejects_its_row_only_in_a_column_that_is_used(cell, problem, save):
    rows = [["member", "start_date", "programme", "notes"]]
    rows += [["Kenya", "2017-04-03", cell, ""], ["Mali", "2017-04-03", "", cell]]
    register = read_register(save(rows))
    expected = [[2, "programme", cell, problem, "error"], [3, "notes", cell, problem, "warning"]]
    assert found(register) == (expected if problem else [])


def test_lines_in_two_encodings_are_read_and_said(tmp_path):
    path = tmp_path / "mixed.csv"
    lines = [HEADER, changed(good_row(1), "remarks", "é"), changed(good_row(2), "remarks", "déjà")]
    encoded = [
        ",".join(line).encode(encoding)
        for line, encoding in zip(lines, ["utf-8", "utf-8", "cp1252"], strict=True)
    ]
    path.write_bytes(b"\n".join(encoded))
    register = read_register(path)
    assert register.rows["remarks"].tolist() == ["é", "déjà"]
    assert found(register) == [
        [
            3,
            "remarks",
            "déjà",
            "holds bytes that are not UTF-8 and were read as Windows-1252",
            "warning",
        ]
    ]


def test_rows_are_typed_and_validated(save):
    register = read_register(save([HEADER, good_row(1), changed(good_row(2), "end_date", "")]))
    row = register.rows.iloc[0]
    assert (row["member"], row["iso3"], row["wco_region"]) == (
        "Namibia",
        "NAM",
        "East and Southern Africa",
    )
    assert row["start_date"] == pd.Timestamp("2017-04-02")
    assert (row["experts"], row["remarks"]) == (2, "remark 1")
    assert register.rows["end_date"].isna().tolist() == [False, True]
    assert str(register.rows["participants"].dtype) == "Int64"
    cbcstats.MissionRegister.validate(register.rows)
    assert register.rows.columns.tolist() == [*HEADER[:2], "iso3", "wco_region", *HEADER[2:]]


def test_na_is_namibia_among_codes_and_not_among_names(save):
    def read(*members):
        rows = [changed(good_row(at), "member", name) for at, name in enumerate(members)]
        return read_register(save([HEADER, *rows]))

    among_codes = read("NA", "KE", "n/a")
    assert among_codes.rows["iso3"].tolist() == ["NAM", "KEN"]
    assert among_codes.rows["member"].tolist() == ["NA", "KE"]
    among_names = read("NA", "Kenya", "KE")
    assert among_names.rows["iso3"].tolist() == ["KEN"]
    problems = among_names.problems
    assert problems["problem"].tolist() == [
        "may be the code of Namibia, or mean: not available",
        "may be the code of Kenya, or mean: something else",
    ]
    assert problems["remedy"][0] == "write Namibia if it is meant, or the name of another country"


def test_headers_match_whatever_their_case_blanks_and_punctuation(save):
    register = read_register(
        save(
            [
                ["MISSION-ID", " Member ", "Start Date", "no. of days"],
                ["1", "Kenya", "2017-04-03", "5"],
            ]
        )
    )
    assert register.rows.columns.tolist() == [
        "mission_id",
        "member",
        "iso3",
        "wco_region",
        "start_date",
        "no. of days",
    ]
    assert register.rows["no. of days"].tolist() == ["5"]


def test_columns_can_be_named(save):
    path = save([["Country", "Begin", "member"], ["Kenya", "2017-04-03", "Ms Otieno"]])
    register = read_register(path, columns={"member": "country", "start_date": "Begin"})
    assert register.rows["iso3"].tolist() == ["KEN"]
    assert register.rows["member (as typed)"].tolist() == ["Ms Otieno"]


def test_a_missing_column_is_said_with_those_that_are_there_and_the_nearest(save):
    path = save([["Land", "Start_dat", "Notes"], ["Kenya", "2017-04-03", ""]])
    with pytest.raises(DataError) as raised:
        read_register(path)
    said = str(raised.value)
    assert "no column for member and start_date" in said
    assert "'Land', 'Start_dat', 'Notes'" in said
    assert 'columns={"member": "...", "start_date": "Start_dat"}' in said
    with pytest.raises(DataError, match=r"member \('Country'\)"):
        read_register(path, columns={"member": "Country", "start_date": "Start_dat"})


def test_two_columns_that_may_both_be_meant_are_said(save):
    path = save([["Member", "MEMBER", "start_date"], ["Kenya", "x", "2017-04-03"]])
    with pytest.raises(DataError, match="'Member' and 'MEMBER' may both be member"):
        read_register(path)
    assert len(read_register(path, columns={"member": "Member"}).rows) == 1
    register = read_register(
        save([["Member", "member", "start_date"], ["x", "Kenya", "2017-04-03"]])
    )
    assert register.rows["iso3"].tolist() == ["KEN"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"kind": "mission"}, "`kind` cannot .*did you mean 'missions'"),
        ({"columns": {"membr": "x"}}, "did you mean 'member'"),
        ({"date_format": "dd/mm"}, "such as '%d/%m/%Y'"),
        ({"year_start": 13}, "`year_start` must be a month from 1 to 12"),
        ({"repeated_rows": "drop"}, "`repeated_rows` cannot .*'keep', 'reject'"),
    ],
)
def test_arguments_that_are_none(arguments, said, save):
    path = save([HEADER, good_row(1)])
    with pytest.raises(ArgumentError, match=said):
        read_register(path, **arguments)


def test_a_stated_format_is_read_beside_iso_8601(save):
    rows = [
        ["member", "start_date"],
        ["Kenya", "03/04/2017"],
        ["Kenya", "2017-04-05"],
        ["Kenya", "04/25/2017"],
    ]
    register = read_register(save(rows), date_format="%d/%m/%Y")
    assert register.rows["start_date"].dt.strftime("%d %m").tolist() == ["03 04", "05 04"]
    assert register.problems["problem"].tolist() == [
        "has day and month in the opposite order to the stated date_format"
    ]


def test_days_and_months_first_in_one_column_are_said(save):
    rows = [
        ["member", "start_date"],
        ["Kenya", "03/04/2017"],
        ["Kenya", "25/04/2017"],
        ["Kenya", "04/26/2017"],
    ]
    for date_format in (None, "%d/%m/%Y"):
        register = read_register(save(rows), date_format=date_format)
        row, column, value, problem, severity = found(register)[0]
        assert (row, column, value, severity) == (
            1,
            "start_date",
            "25/04/2017 and 04/26/2017",
            "warning",
        )
        assert "03/04/2017 may be either" in problem


@pytest.mark.parametrize(
    ("cells", "proved"),
    [
        (["1/5/2017", "1/13/2017"], ["%m/%d/%Y", "2017-01-05"]),
        (["5/1/2017", "13/1/2017"], ["%d/%m/%Y", "2017-01-05"]),
        (["5/1/2017", "13/1/2017", "1/13/2017"], ["2017-01-05 or 2017-05-01"]),
        (["5/1/2017"], ["%d/%m/%Y", "%m/%d/%Y", "2017-01-05 or 2017-05-01"]),
    ],
)
def test_no_format_is_offered_that_the_column_refutes(cells, proved, save):
    register = read_register(save([["member", "start_date"], *(["Kenya", cell] for cell in cells)]))
    remedy = register.problems.set_index("row")["remedy"][2]
    assert all(text in remedy for text in proved)
    assert remedy.count("%d") == sum("%d" in text for text in proved)
    assert register.rows.empty


def test_a_stated_format_that_the_column_refutes_is_said_once(save):
    cells = ["03/04/2017", "04/13/2017", "04/14/2017"]
    rows = [["member", "start_date"], *(["Kenya", cell] for cell in cells)]
    first, *others = found(read_register(save(rows), date_format="dd/mm/yyyy"))
    assert first[:3] == [1, "start_date", "04/13/2017"]
    assert "none of them the day first" in first[3]
    assert [row for row, *_ in others] == [3, 4]


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (["T22:00:00Z", "T23:00:00Z"], "22:00 or 23:00"),
        (["T18:30Z"], "18:30"),
        ([" 23:00:00", " 00:00:00"], "00:00 or 23:00"),
        (["T22:00:00Z", "T20:00:00Z"], ""),
        (["T22:00:00Z", "T09:15:00Z"], ""),
        ([" 00:00:00"], ""),
        (["T09:00:00Z"], ""),
        ([" 14:00"], ""),
        (["T22:00:00+02:00"], ""),
    ],
)
def test_midnights_of_another_zone_are_said(times, said, save):
    rows = [["Kenya", f"2017-04-{day}{times[day % len(times)]}"] for day in range(11, 15)]
    register = read_register(save([["member", "start_date"], *rows]))
    problems = [problem for *_, problem, severity in found(register) if severity == "warning"]
    expected = [f"has no other times than {said}, which are midnight in another zone"]
    assert (problems, len(register.rows)) == (expected if said else [], 4)


def test_starts_known_to_the_month_quarter_or_year_have_a_precision(save):
    cells = ["2017-04", "Q1 2018", "2018", "2018-04-03", "soon"]
    register = read_register(save([["member", "start_date"], *(["Kenya", cell] for cell in cells)]))
    assert register.rows["start_precision"].tolist() == ["month", "quarter", "year", "day"]
    days = ["2017-04-01", "2018-01-01", "2018-01-01", "2018-04-03"]
    assert register.rows["start_date"].astype(str).tolist() == days
    assert register.summary["in one of two years"] == 1
    assert register.summary.filter(like="in 20").to_dict() == {"in 2016/17": 1, "in 2017/18": 2}
    cbcstats.MissionRegister.validate(register.rows)
    # A column of that name in the file is not lost.
    typed = pd.DataFrame({"member": ["Kenya"], "start_date": ["2017"], "start_precision": ["x"]})
    rows = read_register(typed).rows
    assert rows["start_precision (as typed)"].tolist() == ["x"]
    assert rows["start_precision"].tolist() == ["year"]


def test_a_range_gives_the_start_and_the_end(save):
    header = ["member", "start_date"]
    ranges = [
        ["Kenya", "3-7 June 2019"],
        ["Togo", "2019-06-28 to 2019-07-02"],
        ["Mali", "2019-06-03"],
    ]
    rows = read_register(save([header, *ranges])).rows
    assert rows["start_date"].dt.day.tolist() == [3, 28, 3]
    assert rows["end_date"].isna().tolist() == [False, False, True]
    assert rows["end_date"].dropna().astype(str).tolist() == ["2019-06-07", "2019-07-02"]
    ends = ["2019-06-07", "", "2019-06-04"]
    both = [[*row, end] for row, end in zip(ranges, ends, strict=True)]
    rows = read_register(save([[*header, "end_date"], *both])).rows
    assert rows["end_date"].dt.day.tolist() == [7, 2, 4]
    both[0][2] = "2019-06-08"
    register = read_register(save([[*header, "end_date"], *both]))
    said = "ends on another day than end_date"
    assert found(register) == [[2, "start_date", "3-7 June 2019", said, "error"]]
    future = [["Kenya", "28 December 2090 - 3 January 2091"]]
    assert found(read_register(save([header, *future])))[0][3] == "is in the future"


def test_an_end_that_is_not_known_to_the_day_is_the_last(save):
    rows = [["member", "start_date", "end_date"], ["Kenya", "2017-04-03", "2017-04"]]
    register = read_register(save(rows))
    assert register.rows["end_date"].tolist() == [pd.Timestamp("2017-04-30")]
    assert found(register) == [
        [
            2,
            *rows[0][2:],
            "2017-04",
            "names only the month; its last day, 2017-04-30, is taken",
            "warning",
        ]
    ]
    header = ["member", "programme", "start_date", "as_of"]
    path = save([header, ["Kenya", "Mercator", "2016", "2017"]])
    register = read_register(path, kind="beneficiaries")
    assert register.rows["start_precision"].tolist() == ["year"]
    assert register.rows["as_of"].tolist() == [pd.Timestamp("2017-01-01")]
    assert found(register)[0][:2] == [2, "as_of"]


def test_year_month_and_day_are_read_as_the_start(save):
    rows = [
        ["Kenya", "2017", "April", "3"],
        ["Togo", "2011", "12", ""],
        ["Mali", "2017", "n/a", ""],
    ]
    header = ["member", "Année", "Mois", "Jour"]
    register = read_register(
        save([header, *rows, ["Peru", "2017", "4", "31"], ["Chad", "", "4", "1"]])
    )
    assert register.rows["start_date"].astype(str).tolist() == [
        "2017-04-03",
        "2011-12-01",
        "2017-01-01",
    ]
    assert register.rows["start_precision"].tolist() == ["day", "month", "year"]
    assert register.rows["Mois"].tolist() == ["April", "12", "n/a"]
    assert found(register) == [
        [1, "Année", "Année", "is read with Mois and Jour as the start", "warning"],
        [
            5,
            "Année",
            "2017",
            "is not a date of the calendar, read with Mois and Jour as 2017-4-31",
            "error",
        ],
        [6, "Année", "", "is empty", "error"],
    ]
    with pytest.raises(DataError, match="no column for start_date"):
        read_register(
            save([["member", "Year", "Month", "Date of visit"], ["Kenya", "2017", "4", "x"]])
        )


def test_times_and_zones_are_read_as_the_day_that_is_written(save):
    rows = [
        ["member", "start_date"],
        ["Kenya", "2017-04-03T23:30:00Z"],
        ["Kenya", "2017-04-03 00:00"],
    ]
    assert read_register(save(rows)).rows["start_date"].tolist() == [pd.Timestamp("2017-04-03")] * 2


def test_a_repeated_row_is_kept_unless_told(save):
    rows = [HEADER, *[changed(good_row(1), "mission_id", "")] * 3]
    assert read_register(save(rows)).rows.index.tolist() == [2, 3, 4]
    register = read_register(save(rows), repeated_rows="reject")
    assert (register.rows.index.tolist(), register.rejected.index.tolist()) == ([2], [3, 4])


def test_a_row_that_differs_in_a_column_that_is_not_known_is_no_repeat(save):
    row = changed(good_row(1), "mission_id", "")
    assert read_register(save([HEADER, row, changed(row, "remarks", "other")])).problems.empty


def test_an_id_that_is_used_again_rejects_the_later_row(save):
    register = read_register(
        save([HEADER, good_row(1), good_row(2), changed(good_row(6), "mission_id", "M-001 ")])
    )
    assert register.rejected.index.tolist() == [4]
    assert register.rejected["mission_id"].tolist() == ["M-001 "]


def test_titles_blank_rows_and_cells_beyond_the_header(save):
    text = "Missions 2017\n\nmember,start_date,remarks\nKenya,2017-04-03,a\n\n,,\n"
    text += "Peru,2017-04-04,b,c\nPeru,2017-04-05\n"
    register = read_register(save([], text=text))
    # Cells that are missing at the end are empty.
    assert register.rows.index.tolist() == [4, 8]
    assert register.rows["remarks"].tolist() == ["a", ""]
    assert register.rejected.index.tolist() == [7]
    assert register.rejected["column 4 (beyond the header)"].tolist() == ["c"]
    assert register.problems["problem"].tolist() == ["has 4 cells where the header has 3"]


def test_line_breaks_inside_quotation_marks_begin_no_row(save):
    text = 'member,start_date,remarks\nKenya,2017-04-03,"two\nlines"\nPerugia,2017-04-04,b\n'
    register = read_register(save([], text=text))
    assert register.rows["remarks"].tolist() == ["two\nlines"]
    assert register.problems["row"].tolist() == [3]


def test_a_quotation_mark_that_never_closes_rejects_one_row(save):
    text = 'member,start_date,remarks\nKenya,2017-04-03,"open\nPeru,2017-04-04,b\n'
    register = read_register(save([], text=text))
    assert (register.rows.index.tolist(), register.rejected.index.tolist()) == ([3], [2])
    assert register.rejected["member"].tolist() == ['Kenya,2017-04-03,"open']


SWALLOWED = """member,start_date,remarks
Kenya,2017-07-03,"5 experts
Mali,2017-07-03,good
Togo,2017-07-03,good"
Peru,2017-13-04,good
"""


def test_rows_between_two_quotation_marks_are_rows(save):
    register = read_register(save([], text=SWALLOWED))
    assert register.rows["remarks"].to_dict() == {3: "good", 4: 'good"'}
    assert register.problems["row"].tolist() == [2, 5]
    assert (
        "a quotation mark is opened, and rows follow up to line 4"
        in register.problems["problem"][0]
    )


@pytest.mark.parametrize(
    "note",
    [
        "seen:\nTogo, Chad, and others\n- 2017-07-03, again, good",
        "5 experts, of Kenya\nand Mali, good, good",
        "Kenya,\n2017-07-03,good",
    ],
)
def test_a_note_of_several_lines_is_one_cell(note, save):
    text = f'member,start_date,remarks\nKenya,2017-07-03,"{note}"\nTogo,2017-07-03,good\n'
    register = read_register(save([], text=text))
    assert register.rows["remarks"].to_dict() == {2: note, 3: "good"}
    assert register.problems.empty


def test_an_open_quotation_mark_hides_no_cell_of_its_row(save):
    text = 'member,start_date,programme,experts\nMali,2017-07-03,"Train,5\nTogo,2017-07-03,"x",4\n'
    register = read_register(save([], text=text))
    assert (register.rows.index.tolist(), register.rejected.index.tolist()) == ([3], [2])
    assert "a quotation mark is never closed" in register.problems["problem"][0]


def test_a_header_alone_is_a_register_without_rows(save):
    for suffix in (".csv", ".xlsx"):
        register = read_register(save([HEADER], suffix))
        assert len(register.rows) == len(register.rejected) == len(register.problems) == 0
        assert register.rows["start_date"].dtype.kind == "M"


@pytest.mark.parametrize("text", ["", "\n\n", ",,\n"])
def test_a_file_without_a_table_is_refused(text, save):
    with pytest.raises(DataError, match="holds no table"):
        read_register(save([], text=text or " "))


def test_a_file_that_is_not_there_or_of_another_kind_is_refused(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        read_register(tmp_path / "none.csv")
    (tmp_path / "register.pdf").write_bytes(b"%PDF")
    with pytest.raises(
        DataError, match=r"the kind of file is not known; give one that ends in .csv"
    ):
        read_register(tmp_path / "register.pdf")


@pytest.fixture
def workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active.append(["Fill in the other sheet"])
    sheet = book.create_sheet("Missions")
    sheet.append(["Missions of 2017"])
    sheet.append([])
    sheet.append(["Member", "Start date", "Participants", "Remarks", "Cost"])
    sheet.append(["Kenya", datetime.date(2017, 4, 3), 12, "a date", 12.5])
    sheet.append(["Kenya", 42829, 12.0, "a serial number", None])
    sheet.append(["Kenya", "2017-04-05", "12", "text", None])
    sheet.append([])
    sheet.append(["Kenya", "2017-04-06", 12.5, "a fraction", None])
    sheet.append(["Kenya", "=1/0", 12, "=A1&A2", None])
    path = tmp_path / "missions.xlsx"
    book.save(path)
    return path


def test_a_workbook_is_read_with_dates_of_all_kinds(workbook):
    register = read_register(workbook)
    assert register.name.endswith("missions.xlsx, sheet Missions")
    assert register.rows["start_date"].dt.day.tolist() == [3, 4, 5, 6]
    assert register.rows["participants"].tolist() == [12, 12, 12, pd.NA]
    assert register.rows["Cost"].tolist() == ["12.5", "", "", ""]
    assert found(register) == [
        [8, "Participants", "12.5", "is not a whole number", "warning"],
        [9, "Start date", "=1/0", "holds a formula whose result is not stored", "error"],
        [9, "Remarks", "=A1&A2", "holds a formula whose result is not stored", "warning"],
    ]
    assert register.rejected["Start date"].tolist() == ["=1/0"]


def test_serial_numbers_count_from_1904_where_the_workbook_says_so(workbook):
    book = openpyxl.load_workbook(workbook)
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(workbook)
    # 42,829 days after 1 January 1904 is 5 April 2021, four years and a day after 4 April 2017.
    assert read_register(workbook).rows["start_date"].iloc[1] == pd.Timestamp("2021-04-05")


@pytest.fixture
def of_numbers():
    """Return a function that reads a column of days of a workbook, some of them numbers."""

    def read(cells, date_format=None):
        rows = pd.RangeIndex(2, len(cells) + 2)
        columns = {"member": "Kenya", "start_date": [str(cell) for cell in cells]}
        table = TextTable("sheet", list(columns), 1, pd.DataFrame(columns, index=rows))
        table.first_day = datetime.date(1899, 12, 30)
        numbers = [row for row, cell in zip(rows, cells, strict=True) if isinstance(cell, int)]
        table.serials = {(row, "start_date") for row in numbers}
        rules, options = cbcstats.MissionRegister.to_schema(), Options(date_format)
        matched = with_days_of_numbers(match_columns(table, rules, {}, options))
        values, problems = check_rows(matched)
        days = values["start_date"].dt.strftime("%Y-%m-%d")
        return days.tolist(), problems.in_order(table)

    return read


def test_numbers_are_days_only_among_days(of_numbers):
    assert of_numbers([42828, "2017-05-03"])[0] == ["2017-04-03", "2017-05-03"]
    assert of_numbers([42828, "3 May 2017"])[0][0] == "2017-04-03"
    # As text, alone, as codes of quarters far from all days, and with a digit lost.
    for cells, date_format in [
        (["42828", "2017-05-03"], None),
        ([42828, 42829], None),
        ([20171, "2017-05-03"], None),
        ([42828, "030517"], "%d%m%y"),
    ]:
        days, problems = of_numbers(cells, date_format)
        assert pd.isna(days[0])
        assert problems["row"][0] == 2
    assert "write 2017-Q4" in of_numbers([20174])[1]["remedy"][0]


def test_dates_that_a_program_with_other_settings_has_turned_are_said(of_numbers):
    turned, typed = ["2017-04-03", "2017-02-01"], ["25/04/2017", "13/02/2017"]
    [problem] = of_numbers([*turned, *typed], "%d/%m/%Y")[1].itertuples()
    assert (problem.row, problem.severity) == (1, "warning")
    assert "may have taken days for months" in problem.problem
    assert of_numbers([*turned, "2017-04-23", *typed], "%d/%m/%Y")[1].empty
    assert of_numbers([*turned, *typed, "03/02/2017"], "%d/%m/%Y")[1].empty


def test_a_day_that_shows_no_year_in_its_workbook_is_said():
    cells = pd.DataFrame({"member": "Kenya", "start_date": ["2018-07-03", "2017-07-03"]})
    table = TextTable("a table", [*cells], 1, cells.set_index(pd.Index([2, 3])))
    table.formats = {(2, "start_date"): "no year", (3, "start_date"): "percent"}
    table.formats[3, "member"] = "no year"
    rules = cbcstats.MissionRegister.to_schema()
    _, problems = check_rows(match_columns(table, rules, {}, Options()))
    [problem] = problems.in_order(table).to_dict("records")
    assert (problem["row"], problem["column"]) == (2, "start_date")
    assert problem["problem"] == "shows no year; 2018 was added by the spreadsheet program"


def test_a_sheet_can_be_named(workbook):
    assert len(read_register(workbook, sheet="Missions").rows) == 4
    with pytest.raises(DataError, match=r"has no sheet 'Mission'.*did you mean 'Missions'"):
        read_register(workbook, sheet="Mission")
    with pytest.raises(DataError, match="no column for member and start_date"):
        read_register(workbook, sheet="Read me")
    book = openpyxl.load_workbook(workbook)
    book.copy_worksheet(book["Missions"])
    book.save(workbook)
    with pytest.raises(DataError, match=r"on several sheets \('Missions', 'Missions Copy'\)"):
        read_register(workbook)


def test_typed_parquet_and_frames_are_read_as_they_are(tmp_path):
    days = [datetime.date(2017, 4, 3), datetime.date(2017, 4, 4), None]
    table = pa.table(
        {
            "member": pa.array(["Kenya", "Perugia", "Peru"]).dictionary_encode(),
            "start_date": pa.array(days),
            "participants": pa.array([12, None, 7], pa.int64()),
            "cost": pa.array([1.5, None, 3.0]),
            "tags": pa.array([["a"], [], None]),
        }
    )
    pa.parquet.write_table(table, tmp_path / "register.parquet")
    for source in (tmp_path / "register.parquet", table.to_pandas()):
        register = read_register(source)
        assert register.rows["start_date"].tolist() == [pd.Timestamp("2017-04-03")]
        assert register.rows["cost"].tolist() == [1.5]
        assert register.problems[["row", "value"]].to_numpy().tolist() == [[3, "Perugia"], [4, ""]]
        assert register.rejected["cost"].tolist()[1] == 3.0


def test_columns_that_are_called_as_ours_are_kept(save):
    header = ["member", "start_date", "iso3", "reasons", "row"]
    register = read_register(
        save([header, ["Kenya", "2017-04-03", "mine", "because", "7"], ["x", "y", "a", "b", "c"]])
    )
    assert register.rows[["iso3", "iso3 (as typed)", "reasons", "row"]].to_numpy().tolist() == [
        ["KEN", "mine", "because", "7"]
    ]
    assert register.rejected[["iso3", "reasons (as typed)", "row"]].to_numpy().tolist() == [
        ["a", "b", "c"]
    ]


def test_a_frame_is_not_changed():
    frame = pd.DataFrame(
        {"member": ["Kenya", None], "start_date": ["2017-04-03", "x"], "own": [object(), 3]}
    )
    before = frame.copy()
    register = read_register(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert register.rejected.index.tolist() == [3]


def test_a_register_of_beneficiaries(save):
    rows = [
        ["Member", "Programme", "Track", "End date", "As of"],
        ["Kenya", "Mercator", "Tailor-Made", "2091-01-01", "2018-02-28"],
        ["Kenya", "", "", "", ""],
        ["Aruba", "Mercator", "", "2010-01-01", "2091-01-01"],
    ]
    register = read_register(save(rows), kind="beneficiaries")
    cbcstats.BeneficiaryRegister.validate(register.rows)
    assert register.rows["programme"].tolist() == ["Mercator"]
    assert [line[:4] for line in found(register)] == [
        [3, "Programme", "", "is empty"],
        [4, "Member", "Aruba", "is not a Member of the WCO"],
        [4, "As of", "2091-01-01", "is in the future"],
    ]


def test_a_place_that_joined_later_is_a_warning(save):
    # South Sudan acceded on 18 July 2012.
    rows = [["member", "start_date"], ["South Sudan", "2012-07-17"], ["South Sudan", "2012-07-18"]]
    register = read_register(save(rows))
    assert len(register.rows) == 2
    assert [line[0] for line in found(register)] == [2]
    assert "was not yet a Member of the WCO" in register.problems["problem"][0]


CELLS = {
    "mission_id": st.one_of(st.just(""), st.integers(0, 30).map("M-{}".format)),
    "member": st.sampled_from(
        ["Kenya", "NA", "viet nam", "Perugia", "", "Total", "Kenya / Uganda", "Aruba", "TBC"]
    ),
    "start_date": st.one_of(
        st.dates(datetime.date(1952, 1, 1), datetime.date(2024, 1, 1)).map(str),
        st.text("0123/-", max_size=10),
    ),
    "participants": st.one_of(st.integers(-3, 300).map(str), st.text("0123,. -x", max_size=6)),
    "own": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
}


@settings(max_examples=150)
@given(st.lists(st.fixed_dictionaries(CELLS), max_size=25))
def test_nothing_is_lost_and_no_good_cell_changes(rows):
    frame = pd.DataFrame(rows, columns=list(CELLS), dtype="str")
    register = read_register(frame)
    typed = frame.set_axis(range(2, len(frame) + 2))
    empty = (typed.apply(lambda column: column.str.strip()) == "").all(axis="columns")
    assert whole(register) == typed.index[~empty].tolist()
    # What is rejected has an error, and is as it was typed; what passed has none.
    errors = register.problems[register.problems["severity"] == "error"]
    assert set(errors["row"]) == set(register.rejected.index)
    pd.testing.assert_frame_equal(
        register.rejected.drop(columns="reasons"),
        typed.loc[register.rejected.index],
        check_names=False,
        check_dtype=False,
    )
    passed = typed.loc[register.rows.index]
    assert register.rows["own"].tolist() == passed["own"].tolist()
    assert register.rows["member"].astype("str").tolist() == passed["member"].str.strip().tolist()
    # Others than ISO 8601 are months and years.
    days = passed["start_date"].str.strip()
    is_iso = days.str.fullmatch(r"\d{4}-\d\d-\d\d").astype(bool)
    read = register.rows["start_date"].dt.strftime("%Y-%m-%d")
    assert read[is_iso].tolist() == days[is_iso].tolist()
    # A column in which nothing can be read is left out.
    if "participants" in register.rows:
        numbers = register.rows["participants"].dropna()
        typed_numbers = passed.loc[numbers.index, "participants"]
        assert [int(float(cell.replace(" ", "").replace(",", "."))) for cell in typed_numbers] == (
            numbers.tolist()
        )
    cbcstats.MissionRegister.validate(register.rows)
    # What is rejected, corrected, is what passes.
    corrected = register.rejected.drop(columns="reasons").assign(
        member="Kenya", start_date="2017-04-03", participants="4"
    )
    corrected["mission_id"] = [f"C-{number}" for number in range(len(corrected))]
    again = read_register(corrected)
    assert again.rejected.empty
    assert again.rows["own"].tolist() == corrected["own"].tolist()


@settings(max_examples=300)
@given(st.lists(st.integers(0, 40), max_size=60), st.booleans())
def test_an_id_is_repeated_from_its_second_row_on(numbers, rising):
    if rising:  # most registers are sorted by their ids, but for some that were copied
        numbers = sorted(set(numbers)) + numbers[:5]
    rows = [(f"M-{number:02}", "Kenya", "2017-04-03") for number in numbers]
    register = read_register(
        pd.DataFrame(rows, columns=["mission_id", "member", "start_date"], dtype="str")
    )
    seen = set()
    expected = []
    for row, number in enumerate(numbers, start=2):
        expected += [row] if number in seen else []
        seen.add(number)
    assert register.problems["row"].tolist() == register.rejected.index.tolist() == expected


@pytest.mark.parametrize(
    ("date_format", "typed"),
    [
        *(("%d/%m/%Y", word) for word in ("today", "now", "Now", "-1/04/2017")),
        *(("%d%m%Y", digits) for digits in ("3042017", "1112017", "304201")),
        ("%Y%m%d", "2017041"),
        (None, "2017-04-03T99:99"),
        (None, "2017-04-03T10:00+99:00"),
        (None, "2017-04-03x"),
    ],
)
def test_a_date_is_never_guessed(date_format, typed, tmp_path):
    register = read_text(f"member,start_date\nKenya,{typed}\n", tmp_path, date_format=date_format)
    assert register.rows.empty
    assert register.problems["value"].tolist() == [typed]
    assert not register.problems["problem"].str.contains("calendar").any()


@pytest.mark.parametrize(
    "date_format", ["%d/%m/%Y %Q", "%d/%m/%Y%", "%d/%d/%m/%Y", "%d/%m/%Y %z", 5, "%d %m"]
)
def test_a_format_that_cannot_be_used_is_refused_at_once(date_format, tmp_path):
    with pytest.raises(ArgumentError, match=r"`date_format`.*'%d/%m/%Y'"):
        read_text("member,start_date\nKenya,2017-04-03\n", tmp_path, date_format=date_format)


def test_a_format_without_separators_is_read_at_its_full_width(tmp_path):
    register = read_text("member,start_date\nKenya,03042017\n", tmp_path, date_format="%d%m%Y")
    assert register.rows["start_date"].tolist() == [pd.Timestamp("2017-04-03")]


def test_cells_beyond_the_header_make_no_row_empty(tmp_path):
    register = read_text("member,start_date,x\nKenya,2017-04-03,k\n,,,lost comment\n", tmp_path)
    assert register.rejected.index.tolist() == [3]
    assert register.rejected["column 4 (beyond the header)"].tolist() == ["lost comment"]


def test_a_row_of_formulas_alone_is_a_row(tmp_path):
    book = openpyxl.Workbook()
    for row in (["member", "start_date"], ["=A9", "=B9"], ["Togo", datetime.date(2017, 4, 3)]):
        book.active.append(row)
    book.save(tmp_path / "register.xlsx")
    register = read_register(tmp_path / "register.xlsx")
    assert (register.rows.index.tolist(), register.rejected.index.tolist()) == ([3], [2])
    assert register.rejected["member"].tolist() == ["=A9"]


def test_one_bad_byte_changes_no_other_cell(tmp_path):
    text = (
        "member,start_date,x\nTogo,2017-04-03,é\nCôte d'Ivoire,2017-04-03,".encode()
        + b"caf\xe9 noir\n"
    )
    register = read_text(text, tmp_path)
    assert register.rows["iso3"].tolist() == ["TGO", "CIV"]
    assert register.rows["x"].tolist() == ["é", "café noir"]
    assert register.problems["value"].tolist() == ["café"]


@pytest.mark.parametrize("blank", ["", "\n"])
def test_a_quotation_mark_inside_a_cell_is_one_whatever_else_is_in_the_file(blank, tmp_path):
    register = read_text(
        f'member,start_date,x\nKenya,2017-04-03,"abc"def\n{blank}Togo,2017-04-03,"a"\n', tmp_path
    )
    assert register.rows["x"].tolist() == ["abcdef", "a"]


def test_names_of_columns_never_meet(tmp_path):
    register = read_text(
        "member,start_date,a,a (3),a,iso3,iso3 (as typed),column 8\n"
        "Kenya,2017-04-03,1,2,3,4,5,6\nKenya,x,1,2,3,4,5,6,7\n",
        tmp_path,
    )
    assert register.rows[["a", "a (3)", "a (2)"]].to_numpy().tolist() == [["1", "2", "3"]]
    assert (
        register.rows[["iso3", "iso3 (as typed)", "iso3 (as typed) (as typed)"]]
        .to_numpy()
        .tolist()[0][0]
        == "KEN"
    )
    assert register.rejected.iloc[0].tolist()[:-1] == [
        "Kenya",
        "x",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
    ]


def test_a_name_that_is_taken_gets_a_mark_and_keeps_what_it_says():
    assert free_name("a", {"b"}) == "a"
    assert free_name("a", {"a"}) == "a (as typed)"
    assert free_name("a", {"a", "a (as typed)"}) == "a (as typed 2)"
    assert free_name("(typed 2)", {"(typed 2)"}) == "(typed 2) (as typed)"


def test_a_mapped_column_may_have_any_name(tmp_path):
    register = read_text(
        "member,start_date,reasons\nXx,2017-04-03,n/a\n", tmp_path, columns={"source": "reasons"}
    )
    path = register.save_problems(tmp_path / "problems.xlsx")
    assert (
        openpyxl.load_workbook(path)
        .active["C2"]
        .comment.text.startswith("Warning: is a placeholder, not a value")
    )


def test_other_columns_keep_whole_numbers(tmp_path):
    large = 9007199254740993
    table = pa.table(
        {"member": ["Kenya"] * 2, "start_date": ["2017-04-03"] * 2, "own": pa.array([large, None])}
    )
    pa.parquet.write_table(table, tmp_path / "register.parquet")
    frame = table.to_pandas().assign(own=pd.Series([large, None], dtype=object))
    for source in (tmp_path / "register.parquet", frame):
        assert read_register(source).rows["own"].iloc[0] == large


def test_placeholders_are_known_in_any_case(tmp_path):
    register = read_text(
        "member,start_date,mission_id\n" + "Kenya,2017-04-03,To be confirmed\n" * 2, tmp_path
    )
    assert register.rejected.empty
    assert register.problems["problem"].tolist() == [
        "is still to come",
        "repeats an earlier row in all its cells",
        "is still to come",
    ]


def test_an_empty_result_of_a_formula_is_an_empty_cell(tmp_path):
    written = tmp_path / "written.xlsx"
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["member", "start_date", "programme"])
        sheet.write_row(1, 0, ["Kenya", "2017-04-03"])
        sheet.write_formula(1, 2, '=IF(TRUE,"","x")', None, "result")
        book.add_chartsheet()
    # As Excel stores a result that is the empty text: of the kind "str", and without characters.
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(tmp_path / "register.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>result</v>", b"<v></v>"))
    register = read_register(tmp_path / "register.xlsx")
    assert register.problems.empty
    assert register.rows["programme"].isna().all()


def test_commas_in_text_do_not_make_a_file_one_of_commas(tmp_path):
    text = "member;start_date;note\n" + "Kenya;2017-04-03;a, b, c, d, e, f\n" * 5
    assert len(read_text(text, tmp_path).rows) == 5


def test_a_total_in_a_note_closes_no_row(tmp_path):
    register = read_text("member,start_date,note\n,03/04/2017,see the total\n", tmp_path)
    assert register.problems["problem"].tolist() == [
        "is empty",
        "may have the day or the month first",
    ]


@pytest.mark.parametrize(
    "how",
    [
        {"columns": {"member": 0}},
        {"columns": ["member"]},
        {"sheet": 0},
        {"year_start": 7.0},
        {"year_start": True},
    ],
)
def test_arguments_of_another_kind_are_refused(how, tmp_path):
    with pytest.raises(ArgumentError):
        read_text("member,start_date\nKenya,2017-04-03\n", tmp_path, **how)
    with pytest.raises(ArgumentError, match="must be the path of a file, or a frame"):
        read_register(None)


def test_a_column_that_is_named_is_not_found_again(tmp_path):
    text = "member,start_date,status\nKenya,2017-04-03,on\n"
    register = read_text(text, tmp_path, columns={"programme": "status"})
    assert register.rows.columns.tolist() == [
        "member",
        "iso3",
        "wco_region",
        "start_date",
        "programme",
    ]
    with pytest.raises(ArgumentError, match="names 'status' twice"):
        read_text(text, tmp_path, columns={"programme": "status", "kind": "status"})


def test_a_code_in_small_letters_is_suggested(tmp_path):
    text = "member,start_date\nken,2017-04-03\nTogo,2017-04-03\n"
    assert read_text(text, tmp_path).problems["remedy"][0].startswith("write Kenya if it is meant")


def test_rows_are_numbered_whatever_the_ends_of_lines(tmp_path):
    text = "member,start_date\nKenya,2017-04-03\rTogo,2017-04-03\n\nPerugia,2017-04-03\n"
    assert read_text(text, tmp_path).problems["row"].tolist() == [5]


@pytest.mark.parametrize("date_format", [None, "%d/%m/%Y", "%d%m%Y"])
def test_a_header_without_rows_is_a_register_of_no_rows(save, date_format):
    register = read_register(save([["member", "start_date"]]), date_format=date_format)
    assert (register.summary["rows read"], len(register.problems)) == (0, 0)


def numbers_of(texts, **how):
    frame = pd.DataFrame({"member": "Kenya", "start_date": "2017-04-03", "experts": texts})
    frame["mission_id"] = [f"M{number}" for number in range(len(frame))]
    return read_register(frame, **how)


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["2.0", "25.00", "950"], [2, 25, 950]),
        (["2,0", "25,00"], [2, 25]),
        (["1 234", "1\u202f234", "12\u00a0345\u00a0678", "1'234", "1\u2019234"], [1234, 1234, 12345678, 1234, 1234]),
        (["1.250", "1.234.567"], [1250, 1234567]),
        (["1,250", "1,250.00"], [1250, 1250]),
        (["1.250", "1.250,0", "3"], [1250, 1250, 3]),
    ],
)  # fmt: skip
def test_numbers_are_read_if_their_column_proves_what_their_marks_are(texts, numbers):
    register = numbers_of(texts)
    assert register.rows["experts"].tolist() == numbers
    assert register.problems["row"].isin([1]).all()


@pytest.mark.parametrize(
    "texts",
    [
        ["1.000", "950"],
        ["1,000", "950"],
        ["1.250", "2.5"],  # a decimal point elsewhere
        ["1.000", "25.00"],
        ["1.250", "1.234.567", "2.0"],  # both
        ["1.250", "1.234.567", "1,234,567"],
        ["1.250", "1 234"],
    ],
)
def test_a_number_that_may_be_a_thousand_times_as_large_is_rejected(texts):
    register = numbers_of(texts)
    assert 2 in register.rejected.index
    assert "thousands separator" in register.problems.query("row == 2")["problem"].item()


def test_the_header_says_how_numbers_are_read():
    register = numbers_of(["1.250", "1.234.567", "2.500"])
    [[row, column, _, problem, severity]] = found(register)
    assert (row, column, severity) == (1, "experts", "warning")
    assert (
        problem == "holds 1.250, read as 1250: 1.234.567 shows that the point separates thousands"
    )


def test_a_number_of_a_workbook_is_never_a_thousand_times_as_large(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "register.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["member", "start_date", "experts"])
        for row, number in enumerate([1.125, "1.125", 12.0], start=1):
            sheet.write_row(row, 0, ["Kenya", f"2017-04-0{row}", number])
    frame = pd.DataFrame({"member": "Kenya", "experts": [1.125, "1.125", 12.0]})
    frame["start_date"] = ["2017-04-01", "2017-04-02", "2017-04-03"]
    for source in (tmp_path / "register.xlsx", frame):
        register = read_register(source)
        assert register.problems[["row", "value", "problem"]].head(2).to_numpy().tolist() == [
            [2, "1.125", "is not a whole number"],
            [3, "1.125", "may have a thousands separator or a decimal point"],
        ]


def test_a_share_is_no_count():
    frame = pd.DataFrame({"member": ["Kenya", "Togo"], "experts": ["1", "2"]})
    table = read_text_table(frame.assign(start_date="2017-04-03"), bool)
    table.formats[2, "experts"] = "percent"
    schema = cbcstats.MissionRegister.to_schema()
    matched = match_columns(table, schema, {}, Options())
    values, problems = check_rows(matched)
    assert values["experts"].tolist() == [pd.NA, 2]
    [[*cell, severity]] = problems.in_order(table).drop(columns="remedy").to_numpy().tolist()
    assert cell == [2, "experts", "1", "shows 100%, a share and not a number"]
    assert severity == "warning"


UNSEEN = ["\u200b", "\u200e", "\ufeff", "\u00ad", "\u2060"]


@pytest.mark.parametrize("mark", UNSEEN)
def test_characters_that_cannot_be_seen_do_no_harm(mark):
    row = {
        "mission_id": "M1",
        "member": "Kenya",
        "start_date": "2017-04-03",
        "programme": "Mercator",
        "experts": "12",
    }
    unseen = {name: f"{cell[:2]}{mark}{cell[2:]}\u00a0" for name, cell in row.items()}
    register = read_register(pd.DataFrame([row, {**unseen, "member": f"To{mark}go"}]))
    assert register.problems.empty
    [first, second] = register.rows[[*row][::-1]].astype("str").to_numpy().tolist()
    assert first[:3] == second[:3] == ["12", "Mercator", "2017-04-03"]
    assert register.rows["iso3"].tolist() == ["KEN", "TGO"]
    assert register.rows["mission_id"].tolist() == ["M1", "M1"]


def test_a_problem_of_a_cell_names_what_cannot_be_seen_in_it():
    frame = pd.DataFrame({"member": ["Atlan\u200btis"], "start_date": ["2017-04-03"]})
    [remedy] = read_register(frame).problems["remedy"]
    assert remedy.endswith(
        "; the cell also holds an invisible character: zero width space (U+200B)"
    )


def test_a_quoted_cell_of_two_lines_before_a_date_is_one_cell(save):
    text = 'member,start_date\n"Saint\nLucia",2017-06-01\nKenya,2017-07-03\n'
    register = read_register(save([], text=text))
    assert register.rows["iso3"].tolist() == ["LCA", "KEN"]


@pytest.mark.parametrize(
    ("start", "end"),
    [("April 2019", "March 2019"), ("2019", "2018"), ("2019-04-03", "March 2019")],
)
def test_an_end_before_an_imprecise_start_rejects_the_row(start, end, save):
    rows = [["member", "start_date", "end_date"], ["Chad", start, end], ["Mali", "2019", "2019"]]
    register = read_register(save(rows, ".csv"))
    assert register.rejected.index.tolist() == [2]
    assert [2, "end_date", end, "is before the start", "error"] in found(register)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20170403", "2017-04-03"),
        ("mar. 4 avril 2017", "2017-04-04"),
        ("mar 4 2017", "2017-03-04"),
        ("mié 5 de abril de 2017", "2017-04-05"),
        ("segunda-feira, 3 de abril de 2017", "2017-04-03"),
        ("1.º de abril de 2017", "2017-04-01"),
        ("Monday 3 April 2017", "2017-04-03"),
    ],
)
def test_days_with_weekdays_and_in_the_basic_form_are_read(text, day):
    register = read_register(pd.DataFrame({"member": ["Kenya"], "start_date": [text]}))
    assert register.rows["start_date"].astype(str).tolist() == [day]


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        ("Friday, 3 April 2017", "is a Monday", "correct the day, or the weekday"),
        (
            "17-04-03",
            "has a year of two digits, which may be the first or the last number",
            "write it as 2003-04-17 or 2017-04-03, whichever is meant",
        ),
    ],
)
def test_a_day_that_contradicts_itself_is_explained(text, problem, remedy):
    register = read_register(pd.DataFrame({"member": ["Kenya"], "start_date": [text]}))
    [found_one] = register.problems.itertuples()
    assert (found_one.problem, found_one.remedy) == (problem, remedy)


def test_a_format_with_the_day_in_the_middle_is_refused():
    with pytest.raises(ArgumentError, match="2017-04-03 is always read as 3 April"):
        read_register(pd.DataFrame(), date_format="yyyy-dd-mm")


def test_ends_in_a_format_that_is_not_stated_are_not_left_out():
    typed = {
        "member": ["Kenya", "Togo"],
        "start_date": "2019-04-03",
        "end_date": ["15/04/2019", "05/04/2019"],
    }
    register = read_register(pd.DataFrame(typed))
    assert register.problems["column"].tolist() == ["end_date", "end_date"]
    assert register.problems["remedy"].str.contains("date_format").all()


def test_a_file_with_no_break_blanks_alone_is_read_as_windows_1252(save):
    # In no other encoding is there a word to offer.
    text = "member,start_date,remarks\nKenya,2017-04-03,a\u00a0\u00a0b\n"
    register = read_register(save([], text=text, encoding="cp1252"))
    [said] = register.problems["problem"]
    assert said == "the file is not UTF-8, and was read as Windows-1252"
