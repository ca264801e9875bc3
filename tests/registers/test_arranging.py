"""Rows below a header: tags, units, and tables with their columns in another order."""

import pytest

from cbcstats import read_register
from tests.register_files import found

OTHER_HEADER = "is another header, and the rows below it were read under it"


def read(save, suffix, *lines):
    rows = [line.split(",") for line in lines]
    width = max(map(len, rows))
    # Workbooks have rows of one width; those of text files end where they end.
    if suffix == ".xlsx":
        rows = [[*row, *[""] * (width - len(row))] for row in rows]
    return read_register(save(rows, suffix))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_table_is_read_under_its_own_header(suffix, save):
    register = read(
        save,
        suffix,
        "member,start_date,experts,remarks",
        "Kenya,2017-04-03,2,first",
        "START DATE,Venue,member,experts",
        "2018-05-04,Bamako,Mali,3",
        "2018-06-05,,Utopia,4",
        "member,start_date,experts,remarks",
        "Togo,2019-01-02,5,last",
    )
    rows = register.rows
    assert rows["iso3"].to_dict() == {2: "KEN", 4: "MLI", 7: "TGO"}
    assert rows["start_date"].dt.strftime("%m-%d").tolist() == ["04-03", "05-04", "01-02"]
    assert rows["experts"].tolist() == [2, 3, 5]
    assert rows["remarks"].tolist() == ["first", "", "last"]
    assert rows["Venue"].tolist() == ["", "Bamako", ""]
    assert found(register) == [
        [3, "member", "member", OTHER_HEADER, "error"],
        [5, "member", "Utopia", "is not a place that is known", "error"],
        [6, "member", "member", "repeats the header", "error"],
    ]


def test_columns_beyond_the_first_header_are_read(save):
    register = read(
        save,
        ".csv",
        "member,start_date",
        "Kenya,2017-04-03",
        "mission_id,member,remarks,start_date",
        "M1,Mali,x,2018-05-04",
        "M2,Togo,y,2018-05-04,z",
    )
    assert register.rows["mission_id"].fillna("").tolist() == ["", "M1"]
    assert register.rows["remarks"].tolist() == ["", "x"]
    assert register.problems["problem"].tolist() == [
        OTHER_HEADER,
        "has 5 cells where the header above has 4",
    ]
    assert register.rejected["column 5 (beyond the header)"].tolist() == ["", "z"]


@pytest.mark.parametrize(
    "line", ["member,2018-05-04,x", "start_date,x,x", "Members,start_date,x", "x,member,x"]
)
def test_a_row_that_names_one_column_is_no_header(line, save):
    register = read(save, ".csv", "member,start_date,remarks", line, "Mali,2018-05-04,x")
    assert register.rows["iso3"].to_dict() == {3: "MLI"}
    assert register.rejected.index.tolist() == [2]
    assert not register.problems["problem"].isin([OTHER_HEADER, "repeats the header"]).any()


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_tags_below_the_header_are_no_row(suffix, save):
    register = read(
        save, suffix, "member,start_date,x", "#country+name,#date +start", "Mali,2018-05-04"
    )
    assert (register.summary["rows read"], register.rows.index.tolist()) == (1, [3])
    assert register.problems.empty


def test_errors_below_the_header_are_no_tags(save):
    register = read(save, ".csv", "member,start_date", "#N/A,#REF!", "Mali,2018-05-04")
    assert register.rejected.index.tolist() == [2]


UNITS = "seems to explain the columns, and is not an entry"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("(text),(dd/mm/yyyy),[number]", [UNITS]),
        ("name,jj/mm/aaaa,persons", [UNITS]),
        (",(dd/mm/yyyy),persons", [UNITS]),
        ("(Mali),2018-05-04,2", []),
        ("Mali,(soon),(2)", ["is not a date", "is not a number"]),
    ],
)
def test_a_row_of_units_is_one_problem(line, expected, save):
    register = read(save, ".csv", "member,start_date,experts", line, "Mali,2018-05-04,1")
    assert register.problems["problem"].tolist() == expected
    assert register.rows.index.tolist()[-1] == 3


@pytest.mark.parametrize(
    ("header", "row", "read_as"),
    [
        ("Pays,Début,Participants,Experts", "Togo,2019-01-03,40,4", [40, 4]),
        ("Start date,Country,Experts,Participants", "2019-01-03,Togo,4,40", [40, 4]),
    ],
)
def test_a_second_header_may_have_other_words(header, row, read_as, save):
    first = ("Country,Start,Participants,Experts", "Kenya,2019-01-02,30,3")
    register = read(save, ".csv", *first, header, row)
    assert register.rows["iso3"].tolist() == ["KEN", "TGO"]
    assert register.rows.loc[4, ["participants", "experts"]].tolist() == read_as


def test_an_end_is_not_read_as_the_start_below_another_header(save):
    first = ("Country,Start,End", "Kenya,2019-01-02,2019-01-03")
    register = read(save, ".csv", *first, "Country,End date,Start date", "Mali,2019-02-09,")
    assert register.rows["iso3"].tolist() == ["KEN"]
    assert [4, "Start", "", "is empty", "error"] in found(register)


def test_decimals_of_a_workbook_stay_decimals_below_another_header(save):
    rows = [
        ["member", "start_date", "participants", "experts"],
        ["Kenya", "2019-01-02", "1.234.567", 2],
        ["member", "start_date", "experts", "participants"],
        ["Togo", "2019-01-03", 3, 1.125],
    ]
    register = read_register(save(rows, ".xlsx"))
    # The points of the column have two uses, so that neither number is read.
    assert register.rejected.index.tolist() == [2, 3]
    assert register.rows["participants"].isna().tolist() == [True]


def test_tags_may_stand_below_units_or_above_the_header(save):
    tags, header, row = "#country,#date", "member,start_date", "Kenya,2019-01-02"
    below = read(save, ".csv", header, "(name),(date)", tags, row)
    above = read(save, ".csv", tags, header, row)
    assert [register.rows["iso3"].tolist() for register in (below, above)] == [["KEN"], ["KEN"]]
    assert below.problems["row"].tolist() == [2]
    assert above.problems.empty
