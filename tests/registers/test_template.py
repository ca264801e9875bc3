"""The workbook to fill in: what it refuses, and that what is entered in it passes."""

import datetime
import re
import sys
import zipfile

import pandas as pd
import pandera.pandas as pa
import pytest

import cbcstats
from cbcstats import ArgumentError, read_register, save_template, to_iso3
from cbcstats.cli import main
from cbcstats.registers import template
from tests.needs import Needed
from tests.office import converted

openpyxl = Needed("openpyxl")

LABELS = {
    "missions": [
        *("Mission ID", "Member", "Start date", "End date", "Programme", "Kind", "Status"),
        *("Experts", "Participants", "Female participants", "Source"),
    ],
    "beneficiaries": [
        "Member",
        "Programme",
        "Track",
        "Start date",
        "End date",
        "As of",
        "Status",
        "Source",
    ],
}
NEEDED = {"missions": {"Member", "Start date"}, "beneficiaries": {"Member", "Programme"}}
DAY = datetime.datetime
MISSIONS = [
    [
        "M-1",
        "Kenya",
        DAY(2017, 4, 3),
        DAY(2017, 4, 7),
        "Mercator",
        "diagnostic",
        "delivered",
        2,
        25,
        11,
        "report 1",
    ],
    [
        "007",
        "Côte d'Ivoire",
        DAY(2018, 2, 28),
        DAY(2018, 2, 28),
        "Ours",
        "advice",
        "delivered",
        0,
        0,
        0,
        "2018-03-02",
    ],
    ["M-3", "Türkiye", DAY(2019, 6, 30), None, None, None, None, None, None, None, None],
]


@pytest.fixture(params=["missions", "beneficiaries"])
def kind(request):
    return request.param


@pytest.fixture
def form(tmp_path):
    return save_template(tmp_path / "missions.xlsx")


def sheet_of(path, kind="missions"):
    return openpyxl.load_workbook(path)[kind.capitalize()]


def checks_of(sheet):
    """Return the data validation of each column by its label; each begins in row 2 and ends in the same row."""
    labels = {cell.column_letter: cell.value for cell in sheet[1]}
    found = {}
    for check in sheet.data_validations.dataValidation:
        column, last = re.fullmatch(r"([A-Z])2:\1(\d+)", str(check.sqref)).groups()
        assert int(last) == template.ROWS + 1
        found[labels[column]] = check
    return found


def fill_in(path, rows, kind="missions"):
    workbook = openpyxl.load_workbook(path)
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            workbook[kind.capitalize()].cell(number, place).value = value
    workbook.save(path)
    return path


def test_the_header_is_frozen_filtered_and_shows_what_is_needed(kind, tmp_path):
    sheet = sheet_of(save_template(tmp_path / "form.xlsx", kind=kind), kind)
    assert [cell.value for cell in sheet[1]] == LABELS[kind]
    assert sheet.freeze_panes == {"missions": "C2", "beneficiaries": "B2"}[kind]
    assert sheet.auto_filter.ref.startswith("A1:")
    fills = {cell.value: cell.fill.fgColor.rgb for cell in sheet[1]}
    assert {label for label in fills if fills[label] == fills["Member"]} == NEEDED[kind]
    checks = checks_of(sheet)
    for cell in sheet[1]:
        assert cell.comment.text.startswith("Needed") == (cell.value in NEEDED[kind])
        assert (
            sheet.column_dimensions[cell.column_letter].width
            >= max(len(word) for word in cell.value.split()) + 3
        )
        if cell.value in NEEDED[kind]:
            assert checks[cell.value].prompt.startswith("Needed")


def test_days_are_refused_unless_read_register_takes_them(form, tmp_path):
    checks = checks_of(sheet_of(form))
    for label in ("Start date", "End date"):
        assert (checks[label].type, checks[label].errorStyle) == ("date", None)
        assert (checks[label].operator or "between", checks[label].showErrorMessage) == (
            "between",
            True,
        )
        assert "2017-04-03" in checks[label].error
        assert not checks[label].allowBlank
    start, end = checks["Start date"], checks["End date"]
    assert [start.formula1, start.formula2] == ["DATE(1952,1,1)", "MIN(TODAY(),D2)"]
    assert [end.formula1, end.formula2] == ["MAX(DATE(1952,1,1),C2)", "TODAY()"]
    ahead = checks_of(
        sheet_of(save_template(tmp_path / "other.xlsx", kind="beneficiaries"), "beneficiaries")
    )
    assert [ahead[label].formula2 for label in ("Start date", "End date", "As of")] == [
        *("MIN(DATE(9999,12,31),E2)", "DATE(9999,12,31)", "TODAY()"),
    ]


def test_counts_are_refused_unless_whole_and_not_negative_and_ids_unless_new(form):
    checks = checks_of(sheet_of(form))
    formulas = {
        "Experts": ["0", "1000000000"],
        "Participants": ["MAX(0,J2)", "1000000000"],
        "Female participants": ["0", "MIN(1000000000,I2)"],
    }
    for label, ends in formulas.items():
        assert (checks[label].type, checks[label].errorStyle) == ("whole", None)
        assert [checks[label].formula1, checks[label].formula2] == ends
        assert checks[label].showErrorMessage
        assert bool(checks[label].allowBlank) == (label == "Experts")
    key = checks["Mission ID"]
    assert (key.type, key.errorStyle) == ("custom", None)
    assert key.formula1 == f'OR(A2="",SUMPRODUCT(--($A$2:$A${template.ROWS + 1}=A2))=1)'


def test_the_lists_hold_all_members_and_programmes_and_only_warn(kind, tmp_path):
    path = save_template(tmp_path / "form.xlsx", kind=kind)
    workbook = openpyxl.load_workbook(path)
    lists = {}
    for label, check in checks_of(workbook[kind.capitalize()]).items():
        if check.type == "list":
            assert (check.errorStyle, check.showErrorMessage, check.showDropDown or False) == (
                "warning",
                True,
                False,
            )
            column, last = re.fullmatch(r"Lists!\$([A-Z])\$2:\$\1\$(\d+)", check.formula1).groups()
            lists[label] = [cell.value for [cell] in workbook["Lists"][f"{column}2:{column}{last}"]]
            assert all(lists[label])
            assert workbook["Lists"][f"{column}{int(last) + 1}"].value is None
    assert set(lists) == {"Member", "Programme", "Kind", "Status"} & set(LABELS[kind])
    members = cbcstats.load_members().query("iso3 != 'EUE'")
    assert len(lists["Member"]) == len(members) == 187
    assert sorted(to_iso3(pd.Series(lists["Member"]))) == sorted(members["iso3"])
    assert lists["Member"].index("Croatia") == lists["Member"].index("Côte d'Ivoire") + 1
    assert set(cbcstats.load_beneficiaries()["programme"]) < set(lists["Programme"])


def test_the_example_is_like_a_row_that_passes_and_is_not_read(kind, tmp_path):
    path = save_template(tmp_path / "form.xlsx", kind=kind)
    rows = list(openpyxl.load_workbook(path)["Instructions"].values)
    top = [row[1] for row in rows].index("Example, not data") + 1
    example = pd.DataFrame([[row[1] for row in rows[top:]]], columns=[row[0] for row in rows[top:]])
    assert list(example) == LABELS[kind]
    found = read_register(example, kind=kind)
    assert (len(found.rows), len(found.problems)) == (1, 0)
    assert found.rows.notna().all(axis=None)
    assert any(f"cbcstats check {kind}.xlsx" in str(row[0]) for row in rows)
    assert len(read_register(path, kind=kind).rows) == 0


def test_an_empty_form_is_a_register_without_rows(kind, tmp_path):
    found = read_register(save_template(tmp_path / "form.xlsx", kind=kind), kind=kind)
    assert (
        found.summary["rows read"]
        == len(found.rows)
        == len(found.rejected)
        == len(found.problems)
        == 0
    )
    assert found.name.endswith(f"sheet {kind.capitalize()}")


def test_what_is_entered_passes(form):
    found = read_register(fill_in(form, MISSIONS))
    assert len(found.problems) == 0
    assert found.rows.index.tolist() == [2, 3, 4]
    assert found.rows["iso3"].tolist() == ["KEN", "CIV", "TUR"]
    assert found.rows["start_date"].tolist() == [row[2] for row in MISSIONS]
    assert str(found.rows["start_date"].dtype).startswith("datetime64")
    assert found.rows["participants"].tolist() == [25, 0, pd.NA]
    assert {
        str(found.rows[name].dtype) for name in ("experts", "participants", "female_participants")
    } == {"Int64"}
    assert found.rows["mission_id"].tolist() == ["M-1", "007", "M-3"]
    assert found.rows["source"].tolist()[:2] == ["report 1", "2018-03-02"]


def test_what_is_entered_for_beneficiaries_passes(tmp_path):
    path = save_template(tmp_path / "form.xlsx", kind="beneficiaries")
    row = [
        "Kenya",
        "Mercator",
        "Tailor-Made Track",
        DAY(2017, 4, 3),
        DAY(2100, 1, 1),
        DAY(2018, 1, 1),
        "active",
        "list",
    ]
    found = read_register(fill_in(path, [row], "beneficiaries"), kind="beneficiaries")
    assert (len(found.rows), len(found.problems)) == (1, 0)


def test_what_is_pasted_over_a_check_is_named_with_its_row_and_header(form):
    bad = ["M-9", "Kenya", DAY(2017, 4, 3), None, None, None, None, "two", 5, 7, None]
    found = read_register(fill_in(form, [*MISSIONS, bad]))
    assert len(found.rows) == len(MISSIONS)
    assert found.problems[["row", "column", "value"]].to_numpy().tolist() == [
        [5, "Experts", "two"],
        [5, "Female participants", "7"],
    ]


def test_a_cell_that_is_missing_in_a_row_that_is_begun_turns_orange(form):
    rules = {
        str(area.sqref): rule
        for area, [rule] in sheet_of(form).conditional_formatting._cf_rules.items()
    }
    assert {where: rule.formula for where, rule in rules.items()} == {
        f"B2:B{template.ROWS + 1}": ['AND(COUNTA($A2:$K2)>0,$B2="")'],
        f"C2:C{template.ROWS + 1}": ['AND(COUNTA($A2:$K2)>0,$C2="")'],
    }


def test_the_same_bytes_are_written_again_and_nothing_else(kind, tmp_path):
    first, second = (
        save_template(tmp_path / "made" / name, kind=kind) for name in ("one.xlsx", "two.xlsx")
    )
    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in first.parent.iterdir()) == ["one.xlsx", "two.xlsx"]
    with zipfile.ZipFile(first) as archive:
        assert archive.testzip() is None


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(tmp_path):
    path = tmp_path / "missions.xlsx"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"missions\.xlsx already exists.*overwrite=True"):
        save_template(path)
    assert path.read_text(encoding="utf-8") == "mine"
    assert len(read_register(save_template(path, overwrite=True)).rows) == 0


def test_other_names_and_kinds_are_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"ends in \.xlsx"):
        save_template(tmp_path / "missions.xls")
    with pytest.raises(ArgumentError, match="did you mean 'missions'"):
        save_template(tmp_path / "missions.xlsx", kind="mission")
    assert not list(tmp_path.iterdir())


def test_what_stands_there_stays_when_writing_fails(form, monkeypatch):
    before = form.read_bytes()
    monkeypatch.setattr(template, "load_members", None)
    with pytest.raises(TypeError):
        save_template(form, overwrite=True)
    assert form.read_bytes() == before
    assert [path.name for path in form.parent.iterdir()] == [form.name]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["new.xlsx"], 0, "Wrote new.xlsx"),
        (["new.xlsx", "--kind", "beneficiaries"], 0, "Wrote new.xlsx"),
        (["missions.xlsx", "--overwrite"], 0, "Wrote missions.xlsx"),
        (["missions.xlsx"], 2, "already exists"),
        (["new.csv"], 2, "ends in .xlsx"),
        (["new.xlsx", "--kind", "mission"], 2, "did you mean 'missions'"),
    ],
)
def test_the_command_writes_a_template_or_says_why_not(
    arguments, code, said, form, monkeypatch, capsys
):
    monkeypatch.chdir(form.parent)
    monkeypatch.setattr(sys, "argv", ["cbcstats", "template", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    output = capsys.readouterr()
    assert stopped.value.code == code
    assert said in (output.err if code else output.out)


@pytest.mark.slow
def test_what_libreoffice_saves_passes_as_well(form, tmp_path):
    found = read_register(converted(fill_in(form, MISSIONS), "xlsx", tmp_path / "saved"))
    pd.testing.assert_frame_equal(found.rows, read_register(form).rows)
    assert len(found.problems) == 0
    assert found.rows.index.tolist() == [2, 3, 4]


def test_a_list_beyond_the_letter_z_is_found():
    lists = {f"other {number}": ["a"] for number in range(26)} | {"status": list("abcd")}
    columns = template._columns(template.REGISTERS["missions"].to_schema(), lists)
    [status] = [column for column in columns if column.name == "status"]
    assert status.check["source"] == "=Lists!$AA$2:$AA$5"


class Visits(cbcstats.MissionRegister):
    status: str = pa.Field(isin=["held", "moved"])
    hours: pd.Int64Dtype | None = pa.Field(ge=1, le=400, nullable=True)
    places: int = pa.Field(ge=10)
    score: float | None = pa.Field(in_range={"min_value": 2, "max_value": 5})
    booked_on: pd.Timestamp = pa.Field(
        ge=pd.Timestamp(2001, 2, 3), le=pd.Timestamp("2020-12-31"), description="day of booking"
    )
    is_online: pd.BooleanDtype | None = pa.Field(nullable=True)
    venue: str
    room: int = pa.Field(isin=[7, 8])


@pytest.fixture
def own_form(tmp_path, monkeypatch):
    monkeypatch.setitem(template.REGISTERS, "visits", Visits)
    return save_template(tmp_path / "visits.xlsx", kind="visits")


def test_a_schema_of_your_own_is_enough_for_the_form(own_form):
    workbook = openpyxl.load_workbook(own_form)
    checks = checks_of(workbook["Visits"])
    limits = {
        label: (checks[label].type, checks[label].formula1, checks[label].formula2)
        for label in ("Hours", "Places", "Score", "Booked on", "Is online", "Room")
    }
    assert limits == {
        "Hours": ("whole", "1", "400"),
        "Places": ("whole", "10", "1000000000"),
        "Score": ("decimal", "2", "5"),
        "Booked on": ("date", "DATE(2001,2,3)", "DATE(2020,12,31)"),
        "Is online": ("list", '"true,false"', None),
        "Room": ("whole", "-1000000000", "1000000000"),
    }
    # Other words than those of the schema are refused; those of `kind` are suggestions.
    assert (checks["Status"].type, checks["Status"].errorStyle) == ("list", None)
    assert checks["Kind"].errorStyle == "warning"
    columns = {column[0].value: column for column in workbook["Lists"].columns}
    assert [cell.value for cell in columns["Entries for Status"][1:3]] == ["held", "moved"]
    comments = {cell.value: cell.comment.text for cell in workbook["Visits"][1]}
    assert comments["Hours"] == "Hours: a whole number from 1 to 400."
    assert comments["Booked on"].startswith("Needed. Day of booking: a day such as")
    assert comments["Venue"] == "Needed. Venue: any text."


def test_the_example_of_a_schema_of_your_own_passes(own_form):
    rows = list(openpyxl.load_workbook(own_form)["Instructions"].values)
    assert "one row for each mission" in rows[2][0]
    top = [row[1] for row in rows].index("Example, not data") + 1
    example = pd.DataFrame([[row[1] for row in rows[top:]]], columns=[row[0] for row in rows[top:]])
    found = read_register(example, schema=Visits)
    assert (len(found.rows), found.problems["problem"].tolist()) == (1, [])
    assert found.rows.notna().all(axis=None)
    assert len(read_register(own_form, schema=Visits).rows) == 0


def test_a_limit_of_another_column_is_left_out_where_the_schema_lacks_it():
    schema = cbcstats.MissionRegister.to_schema().remove_columns(["end_date", "participants"])
    columns = {column.name: column for column in template._columns(schema, {})}
    assert columns["start_date"].check["maximum"] == "=TODAY()"
    assert columns["start_date"].check["ignore_blank"]
    assert columns["female_participants"].check["maximum"] == "=1000000000"
