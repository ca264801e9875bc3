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
