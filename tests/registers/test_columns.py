"""Which column of a file is which, what separates its cells, and which of its texts say that there is nothing."""

import re
import shlex
import time
from typing import Optional

import pandas as pd
import pandera.pandas as pa
import pytest

from cbcstats import ArgumentError, DataError, MissionRegister, count_missions, read_register
from cbcstats.registers.columns import as_typed
from cbcstats.registers.problems import labels_nearly_alike
from tests.command_line import run_here


@pytest.fixture
def save(tmp_path):
    """Return a function that writes a register as a CSV file."""

    def write(text):
        path = tmp_path / "register.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_column_of_the_file_is_one_column_of_the_register(save):
    path = save("Date,member\n2017-04-03,Kenya\n")
    said = "`columns` names 'Date' for start_date and for end_date; a column of the file is one column of the register"
    with pytest.raises(DataError, match=re.escape(said)):
        read_register(path, columns={"start_date": "Date", "end_date": "date"})
    path = save("Date,date,member\n2017-04-03,2017-04-07,Kenya\n")
    [row] = read_register(
        path, columns={"start_date": "Date", "end_date": "date"}
    ).rows.itertuples()
    assert [row.start_date, row.end_date] == [pd.Timestamp(2017, 4, 3), pd.Timestamp(2017, 4, 7)]


def test_a_column_that_is_named_in_other_letters_is_not_found_again(save):
    path = save("Country,End Date\nKenya,2017-04-03\n")
    rows = read_register(path, columns={"member": "country", "start_date": "end date"}).rows
    assert rows.columns.tolist() == ["member", "iso3", "wco_region", "start_date"]


@pytest.mark.parametrize(("name", "called"), [("member", {}), ("Country", {"member": "Country"})])
def test_two_columns_of_one_name_are_said(name, called, save):
    path = save(f"{name},start_date,notes,notes,{name}\nKenya,2017-04-03,a,b,Togo\n")
    said = (
        f"'{name}' and '{name} (2)' may both be member; "
        f'say which: columns={{"member": "{name} (2)"}}, or rename one in the file'
    )
    with pytest.raises(DataError, match=re.escape(said)):
        read_register(path, columns=called)
    assert read_register(path, columns={"member": f"{name} (2)"}).rows["iso3"].tolist() == ["TGO"]


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("member=Country", "member=Country"),
        ("member=Country visited", '"member=Country visited"'),
        ("start_date=Début", '"start_date=Début"'),
        ('member=The "place"', "'member=The \"place\"'"),
        ("member=US$ ", "'member=US$ '"),
    ],
)
def test_words_of_a_command_are_typed_as_shells_take_them(word, typed):
    assert as_typed(word) == typed
    assert shlex.split(typed) == [word]


def test_the_options_that_a_missing_column_asks_for_can_be_typed(save, tmp_path):
    path = save("Country visited,Start of visit\nKenya,2017-04-03\n")
    done = run_here("check", path.name, cwd=tmp_path)
    [options] = re.findall("or (--column .*) on the command line", done.stderr)
    assert options == '--column "member=Country visited" --column "start_date=Start of visit"'
    assert run_here("check", path.name, *shlex.split(options), cwd=tmp_path).returncode == 0


REMARKS = """\
Pays visité;Date de visite;Observations
Kenya;2017-04-03;formation, diagnostic, suivi, rapport, clôture
Togo;2017-04-04;atelier, séminaire, visite, bilan
Mali;2017-04-05;a, b, c, d
"""


@pytest.mark.parametrize("title", ["", "Registre des missions, 2017\n", "Registre\n\n"])
def test_commas_in_remarks_are_no_header(title, save):
    row = 1 + title.count("\n")
    said = f"the header in row {row} has 'Pays visité', 'Date de visite', 'Observations'"
    with pytest.raises(DataError, match=re.escape(said)):
        read_register(save(title + REMARKS))
    rows = read_register(
        save(title + REMARKS), columns={"member": "Pays visité", "start_date": "Date de visite"}
    ).rows
    assert rows["iso3"].tolist() == ["KEN", "TGO", "MLI"]


@pytest.mark.parametrize(
    "text",
    [
        "Pays,Heure\n" + "Kenya,10:30:00\n" * 8,  # colons on every row but the first
        "Pays,Jour,Note\n"
        + "Kenya,2017-04-03,\nTogo,2017-04-04\nMali\n" * 3,  # commas at the ends are left out
        "Pays\tNote\n" + "Kenya\ta, b; c, d; e\n" * 5,
    ],
)
def test_what_cuts_most_rows_alike_separates_cells(text, save):
    first, *_ = re.split(r"[,\t]", text)
    with pytest.raises(DataError, match=f"the header in row 1 has '{first}', '(Heure|Jour|Note)'"):
        read_register(save(text))


ERRORS = ["#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#VALEUR!", "#¡VALOR!", "#¿NOMBRE?", "Err:502"]


@pytest.mark.parametrize("name", ["programme", "mission_id"])
def test_errors_of_spreadsheet_programs_are_no_text(name, save):
    frame = pd.DataFrame(
        {"member": "Kenya", "start_date": "2017-04-03", name: [*ERRORS, "#1 Mercator"]}
    )
    for source in (frame, save(frame.to_csv(index=False))):
        found = read_register(source)
        assert found.rows[name].dropna().tolist() == ["#1 Mercator"]
        assert found.problems["value"].tolist() == ERRORS
        assert found.problems[
            ["column", "problem", "remedy", "severity"]
        ].drop_duplicates().to_numpy().tolist() == [
            [
                name,
                "is an error of a spreadsheet program",
                "correct the formula, or write the value",
                "warning",
            ]
        ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("À confirmer", "is still to come"),
        ("a confirmer", "is still to come"),
        ("Por confirmar", "is still to come"),
        ("#N/D", "is a placeholder, not a value"),
        ("s/o", "is a placeholder, not a value"),
    ],
)
def test_placeholders_in_french_and_spanish_are_known(text, problem):
    frame = pd.DataFrame(
        {"member": ["Kenya", text], "start_date": "2017-04-03", "programme": [text, "Mercator"]}
    )
    found = read_register(frame)
    assert found.rows["programme"].isna().tolist() == [True]
    assert found.problems[["column", "problem", "severity"]].to_numpy().tolist() == [
        ["programme", problem, "warning"],
        ["member", problem, "error"],
    ]


def test_a_column_is_suggested_by_what_its_name_means():
    frame = pd.DataFrame({"Pays": ["Kenya"], "Début prévu": ["2017-01-02"], "Statut": ["fini"]})
    with pytest.raises(DataError, match='"start_date": "Début prévu"'):
        read_register(frame)


def read_as(header, **how):
    cells = ["Kenya", "2017-04-03", "2017-04-07", "12"]
    frame = pd.DataFrame([dict(zip(header, cells, strict=False))])
    register = read_register(frame, **how)
    said = register.problems.query("row == 1")[["column", "problem"]].to_numpy().tolist()
    return register.rows.columns.drop(["iso3", "wco_region"]).tolist(), said


@pytest.mark.parametrize(
    "header",
    [
        ["Country", "Start", "End", "Women"],
        ["PAYS", "Date de d\u00e9but", "Date de fin", "Femmes"],
        ["Pays", "Date de de\u0301but", "Fin", "dont femmes"],  # an accent of its own
        ["Pa\u00eds", "Fecha de inicio", "Fecha de fin", "Mujeres"],
    ],
)
def test_common_names_of_columns_are_taken_and_said(header):
    names = ["member", "start_date", "end_date", "female_participants"]
    columns, said = read_as(header)
    assert columns == names
    assert said == [
        [column, f"is taken for {name}"] for column, name in zip(header, names, strict=True)
    ]


def test_what_to_type_for_a_name_that_is_taken(save):
    path = save("Country,Date\nKenya,2017-04-03\n")
    remedies = read_register(path).problems["remedy"].tolist()
    assert remedies[1] == (
        'say which column it is: columns={"start_date": "Date"}, '
        "or --column start_date=Date on the command line"
    )
    assert read_register(path, columns={"member": "Country", "start_date": "Date"}).problems.empty


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (["Country", "Pays", "start_date"], "member"),  # two fit
        (["Contry", "start_date"], "member"),  # a typing error
        (["Country name", "start_date"], "member"),  # a part of a name
        (["Country", "Date", "Date of report"], "start_date"),  # two dates
        (["Country", "Date", "Missions"], "member and start_date"),  # counts
        (["Country", "Start", "Value"], "member and start_date"),
    ],
)
def test_names_that_may_mean_something_else_are_not_taken(header, missing):
    with pytest.raises(DataError, match=f"no column for {missing};"):
        read_as(header)


def test_a_column_that_is_named_is_not_taken_for_another():
    with pytest.raises(DataError, match="no column for start_date;"):
        read_as(["member", "Date"], columns={"end_date": "Date"})


def test_a_column_of_shares_is_not_taken_for_counts():
    columns, said = read_as(["member", "start_date", "end_date", "Women (%)"])
    assert (columns[-1], said) == ("Women (%)", [])


def test_beneficiaries_have_common_names_too():
    frame = pd.DataFrame({"Pa\u00eds": ["Kenya"], "Programa": ["Mercator"]})
    register = read_register(frame, kind="beneficiaries")
    assert register.rows[["iso3", "programme"]].to_numpy().tolist() == [["KEN", "Mercator"]]


def test_the_sheet_with_the_names_of_a_register_is_the_register(tmp_path):
    with pd.ExcelWriter(tmp_path / "register.xlsx") as book:
        for header in (["Country", "Start"], ["member", "start_date"]):
            frame = pd.DataFrame([["Kenya", "2017-04-03"]], columns=header)
            frame.to_excel(book, sheet_name=header[0], index=False)
    register = read_register(tmp_path / "register.xlsx")
    assert register.name.endswith("sheet member")


def test_a_title_above_common_names_is_no_header(save):
    text = "Missions,of,2017,and,2018\n\nPays,Date de d\u00e9but,x,y,z\nKenya,2017-04-03,,,\n"
    assert read_register(save(text)).rows["iso3"].tolist() == ["KEN"]


def test_a_column_can_be_left_out(save, tmp_path):
    path = save("member,start_date,experts,End\nKenya,2017-04-03,A. Expert,soon\n")
    register = read_register(path, columns={"experts": None, "end_date": None})
    assert register.problems.empty
    assert register.rows[["experts (as typed)", "End"]].to_numpy().tolist() == [
        ["A. Expert", "soon"]
    ]
    done = run_here("check", path.name, "-c", "experts=", "-c", "end_date=", cwd=tmp_path)
    assert (done.returncode, "warning" in done.stdout) == (0, False)
    with pytest.raises(ArgumentError, match="leaves out member, which every register needs"):
        read_register(path, columns={"member": None})


NAMES = "member,start_date,Experts\nKenya,2017-04-03,A. Expert\nTogo,2017-04-04,n/a\nMali,2017-04-05,B. Expert\n"


def test_a_column_in_which_nothing_can_be_read_is_left_out(save):
    register = read_register(save(NAMES))
    assert register.rows["Experts"].tolist() == ["A. Expert", "n/a", "B. Expert"]
    [problem] = register.problems.itertuples()
    assert (problem.row, problem.column, problem.value) == (1, "Experts", "A. Expert")
    assert problem.problem == "is not read as experts: no cell is a whole number"
    assert 'columns={"experts": None}, or --column experts= on' in problem.remedy
    assert read_register(save(NAMES), strict=True).rejected.index.tolist() == [2, 4]


def test_a_column_with_one_number_is_not_left_out(save):
    register = read_register(save(NAMES + "Fiji,2017-04-06,3\n"))
    assert register.rows["experts"].isna().tolist() == [True, True, True, False]
    assert register.problems["row"].tolist() == [2, 3, 4]
    assert set(register.problems["severity"]) == {"warning"}


@pytest.mark.parametrize(("strict", "rejected"), [(False, []), (True, [2, 3])])
def test_a_bad_cell_that_nobody_needs_loses_no_row_unless_told(strict, rejected, save, tmp_path):
    text = "member,start_date,end_date,experts\nKenya,2017-04-03,ongoing,3\nTogo,2017-04-04,2017-04-05,few\n"
    path = save(text)
    register = read_register(path, strict=strict)
    assert register.rejected.index.tolist() == rejected
    assert register.problems["row"].tolist() == [2, 3]
    options = ["--strict"] if strict else []
    assert run_here("check", path.name, *options, cwd=tmp_path).returncode == int(strict)
    if not strict:
        counts = count_missions(register, indicator="experts")
        assert counts[["value", "qualifier"]].to_numpy().tolist() == [[3, "at_least"]]


def test_columns_of_ones_own_that_are_needed_reject_their_rows():
    class Costs(MissionRegister):
        cost: pd.Float64Dtype = pa.Field(nullable=True)
        rate: Optional[pd.Float64Dtype] = pa.Field(nullable=True, le=1)  # noqa: UP045

    cells = {"member": "Kenya", "cost": ["3.5", "much", "1"], "rate": ["0.125", "x", "2"]}
    frame = pd.DataFrame({**cells, "start_date": ["2017-04-03", "2017-04-04", "2017-04-05"]})
    register = read_register(frame, schema=Costs)
    assert register.problems[["row", "column", "severity"]].to_numpy().tolist() == [
        [3, "cost", "error"],
        [3, "rate", "warning"],
        [4, "rate", "error"],  # it was read, and breaks a rule
    ]


LABELS = {
    "Mercator  Programme": "Mercator Programme",
    "Mercator\u00a0Programme": "Mercator Programme",
    "Mercator\u200b Programme": "Mercator Programme",
    "Mercator\nProgramme": "Mercator Programme",
    "Pre\u0301paration": "Pr\u00e9paration",
}


@pytest.mark.parametrize(("typed", "label"), LABELS.items())
def test_labels_that_look_alike_are_one(typed, label):
    frame = pd.DataFrame({"member": ["Kenya", "Togo"], "programme": [typed, label]})
    frame["start_date"] = "2017-04-03"
    register = read_register(frame)
    assert register.rows["programme"].cat.categories.tolist() == [label]
    assert register.problems.empty


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ("Mercator Programme", "Mercator programme", True),
        ("S\u00e9curit\u00e9", "Securite", True),
        ("train-the-trainer", "Train the trainer", True),
        ("Training of trainers", "Training of trainer", True),
        ("Diagnostic", "Diagnostc", True),
        ("Mercator", "Mercator II", False),
        ("Mercator I", "Mercator II", False),
        ("Programme VIII", "Programme XIII", False),
        ("Programme A", "Programme B", False),
        ("Programme 1", "Programme 2", False),
        ("Version 1.1", "Version 11", False),
        ("Fiji", "Fuji", False),  # short
    ],
)
def test_labels_that_are_nearly_alike_are_said_once(one, other, are_alike):
    frame = pd.DataFrame({"member": "Kenya", "start_date": "2017-04-03", "kind": [one, other] * 2})
    frame["mission_id"] = ["a", "b", "c", "d"]
    problems = read_register(frame).problems
    assert len(problems) == are_alike
    if are_alike:
        labels = " and ".join(repr(label) for label in sorted([one, other]))
        assert problems["problem"].item() == f"has labels that are nearly alike: {labels}"
        assert problems["row"].item() == 1


def test_many_labels_take_no_long_time():
    labels = [f"Remark of row {number:06}" for number in range(100_000)]
    start = time.process_time()
    assert labels_nearly_alike([*labels, "remark of row 000000"]) == [
        ("Remark of row 000000", "remark of row 000000")
    ]
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "header",
    [
        "Pays,Année,Début de la visite",
        "País,Año,Fecha de la visita",
        "Country,Year,Quarter",
        "Country,Year,Number of events",
    ],
)
def test_a_year_is_no_start_where_another_column_may_hold_it(header, save):
    with pytest.raises(DataError, match="no column for"):
        read_register(save(f"{header}\nKenya,2019,2019-10-05\n"))


def test_years_may_have_been_written_as_decimals_and_stand_beside_an_end(save):
    register = read_register(save("Country,Year,End date\nKenya,2019.0,2019-10-05\n"))
    assert register.rows["start_date"].astype(str).tolist() == ["2019-01-01"]
    [said] = register.problems.query("column == 'Year'")["problem"]
    assert said == "is read as the start, which is known to the year only"


def test_numbers_of_places_may_have_been_written_as_decimals(save):
    register = read_register(save("member,start_date\n404.0,2019-01-02\n12.0,2019-01-03\n"))
    assert register.rows["iso3"].tolist() == ["KEN", "DZA"]
