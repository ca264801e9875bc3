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
from cbcstats.files.text_table import free_name
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
            *("is already the id of a row above with the same country", "error"),
        ],
        [last, "", "", "repeats a row above in all its cells", "warning"],
    ]
    for register in registers[1:]:
        pd.testing.assert_frame_equal(register.problems, registers[0].problems)
        assert register.rows.index.equals(registers[0].rows.index)
    assert whole(registers[0]) == list(range(2, last + 1))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", "~"])
def test_any_delimiter(delimiter, save):
    register = read_register(
        save(
            [HEADER, good_row(1), changed(good_row(2), "participants", "many")], delimiter=delimiter
        )
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
    assert register.problems.empty


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
    path = save([["Country", "Start_dat", "Notes"], ["Kenya", "2017-04-03", ""]])
    with pytest.raises(DataError) as raised:
        read_register(path)
    said = str(raised.value)
    assert "no column for member and start_date" in said
    assert "'Country', 'Start_dat', 'Notes'" in said
    assert 'columns={"member": "Country", "start_date": "Start_dat"}' in said
    with pytest.raises(DataError, match=r"member \('Land'\)"):
        read_register(path, columns={"member": "Land", "start_date": "Start_dat"})


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
        ({"date_format": "dd/mm/yyyy"}, "such as '%d/%m/%Y'"),
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
    assert register.rows.index.tolist() == [4]
    assert register.rejected.index.tolist() == [7, 8]
    assert register.rejected["column 4 (beyond the header)"].tolist() == ["c", ""]
    assert register.problems["problem"].tolist() == [
        "has 4 cells where the header has 3",
        "has 2 cells where the header has 3",
    ]


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
    assert register.rows["start_date"].dt.day.tolist() == [3, 4, 5]
    assert register.rows["participants"].tolist() == [12, 12, 12]
    assert register.rows["Cost"].tolist() == ["12.5", "", ""]
    assert found(register) == [
        [8, "Participants", "12.5", "is not a whole number", "error"],
        [9, "Start date", "=1/0", "holds a formula whose result is not stored", "error"],
        [9, "Remarks", "=A1&A2", "holds a formula whose result is not stored", "warning"],
    ]
    assert register.rejected["Start date"].tolist() == ["2017-04-06", "=1/0"]


def test_serial_numbers_count_from_1904_where_the_workbook_says_so(workbook):
    book = openpyxl.load_workbook(workbook)
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(workbook)
    # 42,829 days after 1 January 1904 is 5 April 2021, four years and a day after 4 April 2017.
    assert read_register(workbook).rows["start_date"].iloc[1] == pd.Timestamp("2021-04-05")


def test_a_sheet_can_be_named(workbook):
    assert len(read_register(workbook, sheet="Missions").rows) == 3
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
    assert (
        register.rows["start_date"].dt.strftime("%Y-%m-%d").tolist()
        == passed["start_date"].str.strip().tolist()
    )
    numbers = [
        int(float(cell)) if pd.notna(value) else None
        for cell, value in zip(passed["participants"], register.rows["participants"], strict=True)
    ]
    assert (
        register.rows["participants"]
        .astype(object)
        .where(register.rows["participants"].notna(), None)
        .tolist()
        == numbers
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
        "repeats a row above in all its cells",
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
