"""Workbooks as programs write them: what Excel could not show is named, and what is handed back can be read again."""

import re
import zipfile

import pandas as pd
import pytest

import cbcstats
from cbcstats import DataError, read_register
from tests.frames import as_text
from tests.needs import Needed

openpyxl = Needed("openpyxl")

HEADER = ["member", "start_date", "participants"]
NOT_STORED = "holds a formula whose result is not stored"
AN_ERROR = "holds an error of Excel"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/"


@pytest.fixture
def save(tmp_path):
    """Return a function that writes rows to a workbook, whose parts may then be written in another way."""

    def write(rows, rewrite=None, *, since_1904=False):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        if since_1904:
            book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        path = tmp_path / "register.xlsx"
        book.save(path)
        if rewrite:
            with zipfile.ZipFile(path) as archive:
                parts = {name: archive.read(name).decode() for name in archive.namelist()}
            with zipfile.ZipFile(path, "w") as archive:
                for name, text in parts.items():
                    archive.writestr(name, rewrite(name, text))
        return path

    return write


def found(register):
    return register.problems[["row", "column", "value", "problem", "severity"]].to_numpy().tolist()


def rows_of(register):
    return register.rows.index.tolist(), register.rejected.index.tolist()


def test_rows_of_formulas_alone_below_the_table_are_rows(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Kenya", "2017-04-03"])
    sheet = book.create_sheet("Register")
    sheet.append(["member", "start_date"])
    sheet.append(["Togo", "2017-04-04"])
    sheet["A5"], sheet["B5"], sheet["B7"] = "=Sheet!A1", "=Sheet!B1", "=Sheet!B2"
    book.save(tmp_path / "links.xlsx")
    register = read_register(tmp_path / "links.xlsx")
    assert rows_of(register) == ([2], [5, 7])
    assert register.summary["rows read"] == 3
    assert found(register) == [
        [5, "member", "=Sheet!A1", NOT_STORED, "error"],
        [5, "start_date", "=Sheet!B1", NOT_STORED, "error"],
        [7, "member", "", "is empty", "error"],
        [7, "start_date", "=Sheet!B2", NOT_STORED, "error"],
    ]


def test_a_sheet_whose_rows_are_all_formulas_has_rows(save):
    register = read_register(save([HEADER, ["=A9", "=B9", "=C9"], ["=A9", "=B9", "=C9"]]))
    assert rows_of(register) == ([], [2, 3])
    assert register.rejected["participants"].tolist() == ["=C9", "=C9"]


def test_formulas_beside_the_table_are_said_in_columns_of_their_own(tmp_path):
    book = openpyxl.Workbook()
    for row in (["member", "start_date"], ["Kenya", "2017-04-03"]):
        book.active.append([None, *row])
    book.active["A2"], book.active["F2"] = "=B2", "=C2"
    book.save(tmp_path / "register.xlsx")
    register = read_register(tmp_path / "register.xlsx")
    assert rows_of(register) == ([2], [])
    assert found(register) == [
        [2, "column 1", "=B2", NOT_STORED, "warning"],
        [2, "column 6", "=C2", NOT_STORED, "warning"],
    ]


def prefixed(name, text):
    """Write a sheet with a prefix before each name, as the namespaces of XML allow."""
    if not name.startswith("xl/worksheets/"):
        return text
    return re.sub(r"<(/?)(?!\?)(\w)", r"<\1x:\2", text).replace("xmlns=", "xmlns:x=")


def strict(_, text):
    """Write a part as "Strict Open XML Spreadsheet" of Excel does."""
    text = text.replace(MAIN, f"{STRICT}spreadsheetml/main")
    return text.replace(f'"{LINKS}"', f'"{STRICT}officeDocument/relationships"')


def without_references(name, text):
    return re.sub(r' r="[A-Z]*[0-9]+"', "", text) if name.startswith("xl/worksheets/") else text


def in_single_quotes(name, text):
    return re.sub(r'="([^"\']*)"', r" = '\1'", text) if name.startswith("xl/worksheets/") else text


def linked_otherwise(name, text):
    return text.replace("sheet1.xml", "Sheet1.XML") if name.endswith("workbook.xml.rels") else text


SPELLINGS = [None, prefixed, strict, without_references, in_single_quotes, linked_otherwise]


@pytest.mark.parametrize("rewrite", SPELLINGS)
@pytest.mark.parametrize(("written", "said"), [("=SUM(A1:A2)", NOT_STORED), ("#N/A", AN_ERROR)])
def test_errors_and_formulas_are_found_however_the_xml_is_spelt(rewrite, written, said, save):
    register = read_register(
        save([HEADER, ["Kenya", "2017-04-03", written], ["Mali", "2017-04-05", 7]], rewrite)
    )
    assert register.rows["participants"].tolist() == [pd.NA, 7]
    assert found(register) == [[2, "participants", written, said, "warning"]]


@pytest.mark.parametrize("rewrite", SPELLINGS)
def test_tables_of_a_known_shape_are_held_to_the_same(rewrite, save):
    places = as_text(cbcstats.load_places().head(2))
    cells = places.to_numpy().tolist()
    cells[1][0] = "=A2"
    with pytest.raises(DataError, match=NOT_STORED):
        cbcstats.load_places(source=save([list(places), *cells], rewrite))


@pytest.mark.parametrize("since_1904", [False, True])
def test_serial_numbers_are_handed_back_as_the_days_they_were_read_as(since_1904, save, tmp_path):
    # 3 April 2017 is 42,828 days after 30 December 1899, and 41,366 after 1 January 1904.
    serial = 41366 if since_1904 else 42828
    rows = [
        ["member", "start_date", "end_date"],
        ["Kenyaa", serial, serial + 2],
        ["Togo", serial + 1, serial],
    ]
    register = read_register(save(rows, since_1904=since_1904))
    assert register.rejected[["start_date", "end_date"]].to_numpy().tolist() == [
        ["2017-04-03", "2017-04-05"],
        ["2017-04-04", "2017-04-03"],
    ]
    path = register.save_problems(tmp_path / "problems.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.active["C3"].value == "2017-04-03"
    book.active["A2"], book.active["B3"] = "Kenya", "2017-04-02"
    book.save(path)
    corrected = read_register(path)
    assert corrected.problems.empty
    assert corrected.rows["start_date"].tolist() == [
        pd.Timestamp("2017-04-03"),
        pd.Timestamp("2017-04-02"),
    ]
    assert corrected.rows["end_date"].tolist() == [
        pd.Timestamp("2017-04-05"),
        pd.Timestamp("2017-04-03"),
    ]


def test_the_year_that_serial_numbers_count_from_is_found_in_any_quotes(save):
    path = save(
        [HEADER[:2], ["Kenya", 41366]], lambda _, text: text.replace('"', "'"), since_1904=True
    )
    assert read_register(path).rows["start_date"].tolist() == [pd.Timestamp("2017-04-03")]


def test_a_day_of_a_workbook_that_is_wrong_is_handed_back_as_that_day(save, tmp_path):
    # 17,000 days after 1 January 1904 is 18 July 1950; after 30 December 1899 it would be 17 July 1946.
    register = read_register(save([["member", "start_date"], ["Kenya", 17000]], since_1904=True))
    again = read_register(register.save_problems(tmp_path / "problems.xlsx"))
    assert found(again) == [
        [2, "start_date", "1950-07-18", "is before 1952, when the WCO began", "error"]
    ]


def test_a_serial_number_in_a_table_is_said_as_both_days_that_it_may_be(save):
    counts = as_text(cbcstats.load_counts().head(1)).fillna("")
    rows = [
        list(counts),
        [41366 if name == "period_end" else cell for name, cell in counts.iloc[0].items()],
    ]
    with pytest.raises(DataError) as error:
        cbcstats.load_counts(source=save(rows, since_1904=True))
    [remedy] = error.value.problems["remedy"]
    assert remedy == "write it as 2013-04-02, or as 2017-04-03 if the workbook counts from 1904"
