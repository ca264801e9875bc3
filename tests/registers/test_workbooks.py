"""Workbooks as programs write them: what Excel could not show is named, and what is handed back can be read again."""

import datetime
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

import cbcstats
from cbcstats import DataError, read_register
from cbcstats.files.text_table import read_text_table
from tests.frames import as_text
from tests.needs import Needed

openpyxl = Needed("openpyxl")

CASES = Path(__file__).parents[1] / "cases"
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
            rewrite_parts(path, rewrite)
        return path

    return write


def rewrite_parts(path, rewrite):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, rewrite(name, text))


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
        # A number is a day only among days.
        ["Mali", "2017-04-03", "2017-04-05"],
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
    rows = [HEADER[:2], ["Kenya", 41366], ["Togo", "2017-04-04"]]
    path = save(rows, lambda _, text: text.replace('"', "'"), since_1904=True)
    days = read_register(path).rows["start_date"].dt.strftime("%Y-%m-%d")
    assert days.tolist() == ["2017-04-03", "2017-04-04"]


def test_a_day_of_a_workbook_that_is_wrong_is_handed_back_as_that_day(save, tmp_path):
    # 17,000 days after 1 January 1904 is 18 July 1950; after 30 December 1899 it would be 17 July 1946.
    rows = [["member", "start_date"], ["Kenya", 17000], ["Togo", "1953-04-04"]]
    register = read_register(save(rows, since_1904=True))
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


HIDDEN = "is hidden, but is read"
FILTERED = "is hidden by a filter, but is read"
STRUCK = "is struck out, but is read"


def said(register):
    return register.problems[["row", "column", "problem"]].to_numpy().tolist()


@pytest.fixture
def marked(tmp_path):
    """Return a workbook with hidden and struck-out rows and columns, and with number formats."""
    path = tmp_path / "marked.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        struck = book.add_format({"font_strikeout": True})
        percent = book.add_format({"num_format": "0.0%"})
        no_year = book.add_format({"num_format": "[$-409]d-mmm;@"})
        sheet.write_row("A1", ["member", "start_date", "participants", "share", "remarks"])
        sheet.write_row("A2", ["Kenya", 42828, 12, 0.5, "x"])
        sheet.write("B2", 42828, no_year)
        sheet.write_row("A3", ["Togo", "2017-04-03", 20_171, "", ""], struck)
        sheet.write_row("A4", ["Mali", "2017-04-03", 7, "50%", "x"])
        sheet.write("D2", 0.5, percent)
        sheet.write("D4", "50%", percent)
        sheet.write("E4", "x", struck)
        sheet.write_row("A5", ["Peru", "2017-04-03", 8, "", "x"])
        sheet.write_blank("D5", None, struck)
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.set_column("D:D", None, None, {"hidden": True})
    return path


MARKED = [
    [1, "share", "is a hidden column, but is read"],
    [2, "start_date", "shows no year; 2017 was added by the spreadsheet program"],
    [3, "", STRUCK],
    [4, "remarks", STRUCK],
    [5, "", HIDDEN],
]


@pytest.mark.parametrize("rewrite", [None, prefixed, without_references, in_single_quotes])
def test_what_a_person_sees_is_said_however_the_xml_is_spelt(marked, rewrite):
    if rewrite:
        rewrite_parts(marked, rewrite)
    register = read_register(marked)
    assert said(register) == MARKED
    assert set(register.problems["severity"]) == {"warning"}
    assert rows_of(register) == ([2, 3, 4, 5], [])
    table = read_text_table(marked, lambda cells: "member" in cells)
    assert table.formats == {(2, "start_date"): "no year", (2, "share"): "percent"}
    assert table.serials == {(3, "participants")}


def test_a_filter_with_a_criterion_hides_the_rows_within_it(tmp_path):
    path = tmp_path / "filtered.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row("A1", HEADER[:2])
        for row, member in enumerate(["Kenya", "Mali", "Togo"], start=1):
            sheet.write_row(row, 0, [member, "2017-04-03"])
        sheet.autofilter("A1:B3")
        sheet.filter_column("A", "x == Kenya")
        for row in (2, 3):
            sheet.set_row(row, None, None, {"hidden": True})
    assert said(read_register(path)) == [[3, "", FILTERED], [4, "", HIDDEN]]


def test_a_corrected_cell_has_lost_its_number_format(tmp_path):
    path = tmp_path / "percent.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row("A1", HEADER)
        sheet.write_row("A2", ["Kenyaa", 42828])
        sheet.write("C2", 0.5, book.add_format({"num_format": "0%"}))
    register = read_register(path)
    problems = openpyxl.load_workbook(register.save_problems(tmp_path / "problems.xlsx"))
    problems.active["A2"], problems.active["B2"], problems.active["C2"] = "Kenya", "2017-04-04", "5"
    problems.save(tmp_path / "problems.xlsx")
    corrected = register.corrected(tmp_path / "problems.xlsx")
    table = corrected._reading.table
    assert (table.formats, table.serials) == ({}, set())
    assert corrected.rows["participants"].tolist() == [5]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("0%", "percent"),
        ("0.0 %;[Red]-0.0 %", "percent"),
        ('0.0" %"', ""),
        ("d-mmm", "no year"),
        ("dd/mm", "no year"),
        ("mmmm", "no year"),
        ("dd/mm/yy", ""),
        ("[$-411]ge.m.d", ""),
        ("General", ""),
        ("[h]:mm", ""),
        ("[Red]0.00", ""),
        ('0 "days"', ""),
    ],
)
def test_number_formats_that_show_something_else_are_known(code, shown, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "formats.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row("A1", HEADER[:2])
        sheet.write("A2", 0.5, book.add_format({"num_format": code}))
        sheet.write("B2", "x")
    table = read_text_table(tmp_path / "formats.xlsx", lambda cells: "member" in cells)
    assert table.formats.get((2, "member"), "") == shown


@pytest.fixture
def merge(tmp_path):
    """Return a function that writes rows with merged ranges to a workbook."""

    def write(rows, *ranges):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for cells in ranges:
            book.active.merge_cells(cells)
        book.save(tmp_path / "merged.xlsx")
        return tmp_path / "merged.xlsx"

    return write


def test_a_merged_cell_holds_for_each_of_its_rows(merge):
    rows = [["Kenya", "2017-04-03"], [None, "2017-05-03"], [None, "2017-06-03"]]
    register = read_register(merge([HEADER[:2], *rows, ["Togo", "2017-06-03"]], "A2:A4"))
    assert register.rows["iso3"].tolist() == ["KEN", "KEN", "KEN", "TGO"]
    assert said(register) == [
        [2, "member", "is merged over rows 2 to 4, and is read in each of them"]
    ]


def test_a_merged_number_is_not_counted_in_each_of_its_rows(merge):
    rows = [["Kenya", "2017-04-03", 60], ["Togo", "2017-04-03", None], ["Mali", "2017-04-03", 5]]
    register = read_register(merge([HEADER, *rows], "C2:C3"))
    assert register.rows["participants"].sum() == 65
    assert said(register) == [
        [2, "participants", "is merged over rows 2 to 3, and is read in the first cell only"]
    ]


def test_a_merged_year_and_a_merged_day_hold_for_each_cell(merge):
    header = ["member", "start_date", "end_date", "Year"]
    rows = [["Kenya", "2017-04-03", None, 2017], ["Togo", "2017-04-03", "2017-04-05", None]]
    register = read_register(merge([header, *rows], "B2:C2", "D2:D3"))
    assert register.rows["end_date"].dt.day.tolist() == [3, 5]
    assert register.rows["Year"].tolist() == ["2017", "2017"]
    assert [problem for *_, problem in said(register)] == [
        "is merged over columns start_date to end_date, and is read in each of them",
        "is merged over rows 2 to 3, and is read in each of them",
    ]


def test_merged_titles_and_headers_do_no_harm(merge):
    title = ["Missions of 2017", None, None, None]
    upper = ["member", "Dates", None, "Participants"]
    rows = [title, upper, [None, "start_date", "end_date", None], ["Kenya", "2017-04-03", None, 5]]
    register = read_register(merge(rows, "A1:D1", "A2:A3", "B2:C2", "D2:D3"))
    assert rows_of(register) == ([4], [])
    assert register.rows["participants"].tolist() == [5]
    assert register.problems.empty


def test_columns_under_a_merged_name_are_told_apart(merge):
    rows = [["member", None, "start_date"], ["Kenya", "KE", "2017-04-03"]]
    register = read_register(merge(rows, "A1:B1"))
    assert register.rows["member, column 2"].tolist() == ["KE"]
    assert register.problems.empty


def test_of_merged_ranges_that_overlap_only_the_first_is_filled(merge):
    rows = [["Kenya", "2017-04-03"], [None, "2017-05-03"], [None, "2017-06-03"]]
    path = merge([HEADER[:2], *rows], "A2:A3")
    second = r'\1<mergeCell ref="A3:A4"/>'
    rewrite_parts(path, lambda _, text: re.sub('(<mergeCell ref="A2:A3" ?/>)', second, text))
    assert rows_of(read_register(path)) == ([2, 3], [4])


@pytest.fixture
def book(tmp_path):
    """Return a function that writes sheets, of which some are hidden, to a workbook."""

    def write(*, hidden=(), **sheets):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for name, rows in sheets.items():
            sheet = made.create_sheet(name)
            for row in rows:
                sheet.append(row)
            sheet.sheet_state = "veryHidden" if name in hidden else "visible"
        visible = [place for place, sheet in enumerate(made) if sheet.sheet_state == "visible"]
        made.active = visible[0]
        made.save(tmp_path / "book.xlsx")
        return tmp_path / "book.xlsx"

    return write


TABLE = [HEADER[:2], ["Kenya", "2017-04-03"], ["Togo", "2017-04-03"]]
OTHER = [["Country visited", "Begin"], ["Kenya", "2018-04-03"], ["Togo", "2018-04-03"]]


def test_another_sheet_with_rows_is_said_unless_one_is_named(book):
    path = book(first=TABLE, second=OTHER)
    [problem] = read_register(path).problems.itertuples()
    assert (problem.row, problem.severity) == (1, "warning")
    assert problem.problem == "sheet 'second' also holds rows, which were not read"
    assert problem.remedy.startswith("name the sheet to read: sheet='second'")
    assert read_register(path, sheet="first").problems.empty


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["Register of missions 2017"], ["Filled in by 10 people"], ["Version 2"]],
        [["Status", "Meaning"], ["D", "delivered"], ["C", "cancelled"], ["P", "planned"]],
        OTHER[:2],
    ],
)
def test_notes_and_lists_of_words_are_not_said(rows, book):
    assert read_register(book(notes=rows, first=TABLE)).problems.empty


def test_sheets_of_our_own_workbooks_are_not_said(tmp_path):
    form = cbcstats.save_template(tmp_path / "form.xlsx")
    assert "also holds" not in " ".join(read_register(form).problems["problem"])
    typed = pd.DataFrame([["Kenyaa", "2017-04-03"], ["Togoo", "2017-04-03"]], columns=HEADER[:2])
    path = read_register(typed).save_problems(tmp_path / "problems.xlsx")
    assert "also holds" not in " ".join(read_register(path).problems["problem"])


def test_a_hidden_sheet_is_read_only_if_no_other_fits(book):
    path = book(
        old=[HEADER[:2], ["Peru", "2016-04-04"], ["Mali", "2016-04-04"]], now=TABLE, hidden=["old"]
    )
    register = read_register(path)
    assert register.rows["iso3"].tolist() == ["KEN", "TGO"]
    assert said(register) == [[1, "", "hidden sheet 'old' also holds rows, which were not read"]]
    register = read_register(book(old=TABLE, notes=[["x"]], hidden=["old"]))
    assert said(register) == [[1, "", "is a hidden sheet, and is read"]]


NAMES = "urn:oasis:names:tc:opendocument:xmlns"


def opendocument(path, rows, *, manifest=""):
    """Write rows of XML of cells as an OpenDocument spreadsheet."""
    body = "".join(f"<table:table-row>{''.join(cells)}</table:table-row>" for cells in rows)
    spaces = " ".join(f'xmlns:{name}="{NAMES}:{name}:1.0"' for name in ("office", "table", "text"))
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f'<manifest xmlns="{NAMES}:manifest:1.0">{manifest}</manifest>',
        "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="a">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def of_text(text):
    return (
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    )


OF_DAY = '<table:table-cell office:value-type="date" office:date-value="2017-04-03"/>'
CALC = [[of_text("member"), of_text("start_date")], [of_text("Kenya"), OF_DAY]]


def test_days_of_an_opendocument_sheet_are_days(tmp_path):
    register = read_register(opendocument(tmp_path / "calc.ods", CALC))
    assert register.rows["start_date"].tolist() == [pd.Timestamp("2017-04-03")]
    assert register.problems.empty


def test_an_old_workbook_is_read():
    # Saved by LibreOffice: two missions, a day, an error and merged cells.
    register = read_register(CASES / "register.xls")
    assert register.rows["iso3"].tolist() == ["KEN", "KEN"]
    assert register.rows["start_date"].tolist() == [
        pd.Timestamp("2017-04-03"),
        pd.Timestamp("2017-05-08"),
    ]
    assert said(register) == [
        [2, "member", "is merged over rows 2 to 3, and is read in each of them"]
    ]


@pytest.mark.parametrize("name", ["macros.xlsm", "older.xls", "text.csv", "calc.ods"])
def test_a_workbook_is_read_whatever_it_is_called(name, save):
    path = save([HEADER[:2], ["Kenya", "2017-04-03"]])
    register = read_register(path.rename(path.with_name(name)))
    assert rows_of(register) == ([2], [])
    expected = f"is named {path.with_name(name).suffix}, but was read as an Excel workbook"
    assert said(register) == ([] if name == "macros.xlsm" else [[1, "", expected]])


def test_text_that_is_called_a_workbook_is_read_as_text(tmp_path):
    path = tmp_path / "export.xls"
    path.write_text("member\tstart_date\nKenya\t2017-04-03\n")
    register = read_register(path)
    assert rows_of(register) == ([2], [])
    assert said(register) == [[1, "", "is named .xls, but was read as text, such as CSV"]]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
REFUSED = [
    ("locked.xlsx", OLE + "EncryptedPackage\0".encode("utf-16-le"), "protected by a password"),
    ("letter.xls", OLE + "WordDocument\0".encode("utf-16-le"), "is a Word document"),
    ("page.xls", b"\r\n<html><table><tr><td>member", "is a web page that a program named .xls"),
    (
        "page.csv",
        "\ufeff<!DOCTYPE html>".encode("utf-16-le"),
        "is a web page that a program named .csv",
    ),
    ("page.xls", b"MIME-Version: 1.0\nX-Document-Type: Workbook", "is a web page"),
    (
        "2003.xls",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "is an XML spreadsheet",
    ),
    ("empty.xlsx", b"", "is empty"),
    ("table.numbers", b"PK", "export it as Excel"),
    ("table.gsheet", b"{}", "export it as Excel"),
]


@pytest.mark.parametrize(("name", "content", "message"), REFUSED)
def test_a_file_that_is_not_read_is_called_by_its_kind(name, content, message, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_register(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "parts", "message"),
    [
        ("export.xlsx", ["Index/Document.iwa"], "Apple Numbers"),
        ("letter.xlsx", ["word/document.xml"], "is a Word document"),
        ("table.csv", ["table.csv"], "is a zip archive"),
    ],
)
def test_an_archive_that_is_not_a_workbook_is_called_by_its_kind(name, parts, message, tmp_path):
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        for part in parts:
            archive.writestr(part, "")
    with pytest.raises(DataError, match=message):
        read_register(tmp_path / name)


def test_an_opendocument_sheet_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = opendocument(tmp_path / "calc.ods", [*CALC, [of_text("x" * 100_000)]])
    monkeypatch.setattr("cbcstats.files.sheet_xml._MOST_XML", 50_000)
    with pytest.raises(DataError, match="unpacks to more than"):
        read_register(path)


def test_cells_of_an_old_workbook_that_are_too_far_apart_are_refused(monkeypatch):
    monkeypatch.setattr("cbcstats.files.workbooks.MOST_CELLS", 8)
    with pytest.raises(DataError, match="its cells are spread over 3 rows and 3 columns"):
        read_register(CASES / "register.xls")


def test_a_spreadsheet_with_a_password_is_refused(tmp_path):
    path = opendocument(tmp_path / "calc.ods", CALC, manifest="<encryption-data/>")
    with pytest.raises(DataError, match="protected by a password"):
        read_register(path)


@pytest.mark.parametrize("address", ["https://example.org/a.xlsx", "s3://bucket/a.csv"])
def test_an_address_is_not_a_file(address):
    with pytest.raises(DataError, match=f"^{address}: is an address on the web; download it"):
        read_register(address)


def test_days_of_which_only_the_month_or_the_year_is_shown_are_no_days(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["member", "start_date"])
    forms = {"Kenya": "mmmm yyyy", "Mali": "mmm-yy", "Togo": "yyyy", "Chad": "dd/mm/yyyy"}
    for row, (member, form) in enumerate(forms.items(), start=2):
        book.active.append([member, datetime.date(2019, 6, 1)])
        book.active.cell(row, 2).number_format = form
    book.save(tmp_path / "months.xlsx")
    rows = read_register(tmp_path / "months.xlsx").rows
    assert rows["start_precision"].tolist() == ["month", "month", "year", "day"]
    assert rows["start_date"].dt.month.tolist() == [6, 6, 1, 6]
