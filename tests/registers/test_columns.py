"""Which column of a file is which, what separates its cells, and which of its texts say that there is nothing."""

import re
import shlex

import pandas as pd
import pytest

from cbcstats import DataError, read_register
from cbcstats.registers.columns import as_typed
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
    path = save("Country visited,Start of mission\nKenya,2017-04-03\n")
    done = run_here("check", path.name, cwd=tmp_path)
    [options] = re.findall("or (--column .*) on the command line", done.stderr)
    assert options == '--column "member=Country visited" --column "start_date=Start of mission"'
    assert run_here("check", path.name, *shlex.split(options), cwd=tmp_path).returncode == 0


REMARKS = """\
Pays;Date de début;Observations
Kenya;2017-04-03;formation, diagnostic, suivi, rapport, clôture
Togo;2017-04-04;atelier, séminaire, visite, bilan
Mali;2017-04-05;a, b, c, d
"""


@pytest.mark.parametrize("title", ["", "Registre des missions, 2017\n", "Registre\n\n"])
def test_commas_in_remarks_are_no_header(title, save):
    row = 1 + title.count("\n")
    said = f"the header in row {row} has 'Pays', 'Date de début', 'Observations'; say which"
    with pytest.raises(DataError, match=re.escape(said)):
        read_register(save(title + REMARKS))
    rows = read_register(
        save(title + REMARKS), columns={"member": "Pays", "start_date": "Date de début"}
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
        assert found.rows[name].tolist() == ["#1 Mercator"]
        assert found.problems["value"].tolist() == ERRORS
        assert found.problems[
            ["column", "problem", "remedy", "severity"]
        ].drop_duplicates().to_numpy().tolist() == [
            [
                name,
                "is an error of a spreadsheet program",
                "correct the formula, or write the value",
                "error",
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
    frame = pd.DataFrame({"Pays": ["Kenya"], "Date de début": ["2017-01-02"], "Statut": ["fini"]})
    with pytest.raises(DataError, match='"start_date": "Date de début"'):
        read_register(frame)
