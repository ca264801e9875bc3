"""The tables that cbcstats carries, and files of the same shape: read whole, or refused with every problem."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, DataError
from cbcstats.tables import schemas
from cbcstats.tables.codelists import WCO_REGIONS
from cbcstats.tables.loaders import load_indicators, load_readings
from tests.needs import needed

DATA = Path(__file__).parents[2] / "data"
LOADERS = {
    "counts": cbcstats.load_counts,
    "indicators": load_indicators,
    "beneficiaries": cbcstats.load_beneficiaries,
    "members": cbcstats.load_members,
    "places": cbcstats.load_places,
    "sources": cbcstats.load_sources,
    "readings": load_readings,
}
SCHEMAS = {
    "counts": cbcstats.Counts,
    "indicators": schemas.Indicators,
    "beneficiaries": schemas.Beneficiaries,
    "members": schemas.Members,
    "places": schemas.Places,
    "sources": schemas.Sources,
    "readings": schemas.Readings,
}


@pytest.fixture
def rows():
    """The shipped counts as rows of text, to be broken."""
    return list(csv.reader(io.StringIO((DATA / "counts.csv").read_text(encoding="utf-8"))))


@pytest.fixture
def save(tmp_path):
    """Return a function that writes rows as a CSV file."""

    def write(rows, name="counts.csv", **options):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n", **options).writerows(rows)
        return path

    return write


def problems(path, load=cbcstats.load_counts):
    with pytest.raises(DataError) as caught:
        load(source=path)
    return caught.value.problems


@pytest.mark.parametrize("table", LOADERS)
def test_the_tables_are_whole_typed_and_valid(table):
    with (DATA / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *lines = filter(any, csv.reader(file))
    frame = LOADERS[table]()
    assert [name for name in frame if name in header] == list(filter(None, header))
    SCHEMAS[table].validate(frame)
    assert frame.index.tolist() == list(range(len(lines)))
    assert len(frame) > 100


def test_the_missions_are_as_they_were_published():
    missions = cbcstats.load_counts("capacity_building_missions")
    found = [(row.scope, row.value, row.qualifier, row.preferred) for row in missions.itertuples()]
    known = [
        ("planned", 280, "more_than", True),
        ("delivered", 350, "more_than", True),
        ("delivered", 400, "almost", True),
        ("delivered", 330, "more_than", True),
        ("delivered", 342, "exact", False),
        ("delivered", 492, "exact", True),
    ]
    assert [row for row in found if row in known] == known
    changes = missions.dropna(subset="published_change").set_index("source_id")
    assert changes.loc["wco-2017-03-14", ["published_change", "change_basis"]].tolist() == [
        "+20%",
        "per_month",
    ]
    assert changes.loc["wco-2018-03-02", ["published_change", "change_basis"]].tolist() == [
        "+49%",
        "total",
    ]


def test_observations_that_disagree_are_all_kept_and_one_is_preferred_with_a_reason():
    counts = cbcstats.load_counts().dropna(subset="period_end")
    groups = counts.groupby(
        ["indicator", "scope", "area", "period_start", "period_end"], dropna=False
    )
    several = groups.filter(lambda group: len(group) > 1)
    assert {49, 140, 200, 330, 342} <= set(several["value"].dropna())
    assert several[several["preferred"]]["preferred_reason"].notna().all()


def test_members_close_as_the_wco_counts_them():
    members = cbcstats.load_members()
    sizes = members["wco_region"].value_counts(dropna=False)
    assert [int(sizes[region]) for region in WCO_REGIONS] == [24, 52, 35, 18, 34, 24]
    assert members[members["wco_region"].isna()]["iso3"].tolist() == ["EUE"]
    assert members.set_index("iso3").loc["NAM", "iso2"] == "NA"


def test_every_list_of_beneficiaries_has_the_size_that_was_published():
    full = (
        cbcstats.load_beneficiaries()
        .query("list_kind == 'full'")
        .groupby("list_id")["member"]
        .nunique()
    )
    assert full["gtfp-2019-06-06"] == 4
    assert full["gtfp-2021"] == 8
    assert full["gtfp-2024-02-28"] == 15
    assert full["acip-norad-2021-04"] == 17
    assert full["acip-americas-2021-05-28"] == 8
    assert full["master-trainers-origin-2023"] == 21
    assert full["accelerate-2025-06"] == 13


def test_dates_say_how_much_of_them_is_known():
    second = cbcstats.load_beneficiaries("SECO-WCO GTFP").query("list_id == 'gtfp-2021'").iloc[0]
    assert (second["as_of"], second["as_of_precision"]) == (pd.Timestamp("2021-01-01"), "year")
    assert (second["start"], second["start_precision"]) == (pd.Timestamp("2018-12-01"), "month")


def test_a_wrong_indicator_names_the_near_ones():
    with pytest.raises(ArgumentError, match="did you mean 'wco_members'"):
        cbcstats.load_counts("wco_member")
    with pytest.raises(ArgumentError, match="did you mean 'A-CIP'"):
        cbcstats.load_beneficiaries("ACIP")


def test_several_indicators_load_together():
    counts = cbcstats.load_counts(["picard_attendance", "capacity_building_missions"])
    assert counts["indicator"].unique().tolist() == [
        "capacity_building_missions",
        "picard_attendance",
    ]


@pytest.mark.parametrize("table", LOADERS)
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_what_is_written_comes_back(table, suffix, tmp_path):
    frame = LOADERS[table]()
    path = tmp_path / f"mine.{suffix}"
    if suffix == "csv":
        frame.to_csv(path, index=False)
    elif suffix == "xlsx":
        frame.to_excel(path, index=False, engine="xlsxwriter")
    else:
        frame.to_parquet(path, index=False)
    pd.testing.assert_frame_equal(LOADERS[table](source=path), frame)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_of_other_systems_are_read(encoding, newline, tmp_path):
    path = tmp_path / "members.csv"
    text = (DATA / "members.csv").read_text(encoding="utf-8").replace("\n", newline)
    path.write_bytes(text.encode(encoding))
    pd.testing.assert_frame_equal(cbcstats.load_members(source=path), cbcstats.load_members())


def test_ten_faults_are_ten_problems(rows, save):
    column = {name: place for place, name in enumerate(rows[0])}
    rows[1][column["value"]] = "many"
    rows[2][column["period_end"]] = "2014-02-30"
    rows[3][column["period_start"]] = "2017-02-25"
    rows[6][column["qualifier"]] = "moer_than"
    rows[7][column["source_id"]] = "wco-2019-03-02"
    rows[8][column["value"]] = "-46"
    rows.append(rows[20])
    rows[0][column["unit"]] = "unt"
    path = save(rows)
    lines = path.read_bytes().split(b"\n")
    lines[29] = lines[29].replace(b",", b";")
    lines[31] = lines[31].replace(b"e", b"\xe9", 1)
    path.write_bytes(b"\n".join(lines))

    found = problems(path)

    assert found[["row", "column", "value"]].to_numpy().tolist()[:7] == [
        [1, "unit", ""],
        [2, "value", "many"],
        [3, "period_end", "2014-02-30"],
        [4, "period_end", "2016-04-11"],
        [7, "qualifier", "moer_than"],
        [8, "source_id", "wco-2019-03-02"],
        [9, "value", "-46"],
    ]
    assert found["row"].tolist()[7:] == [30, 32, len(rows)]
    for words, text in zip(
        [
            "a column that is missing", "not a number", "not a date of the calendar", "before the start",
            "not a value that this column takes", "a source that is not known", "is negative",
            "has 1 cell where the header has", "bytes that are not UTF-8", "repeats an earlier one",
        ],
        found["problem"],
        strict=True,
    ):  # fmt: skip
        assert words in text
    assert found["remedy"].str.len().gt(0).all()
    assert "perhaps more_than" in found["remedy"][4]
    assert "perhaps wco-2018-03-02 was meant" in found["problem"][5]
    assert "semicolon" in found["remedy"][7]
    assert (found["file"] == str(path)).all()


def test_the_error_shows_the_problems_with_their_places(rows, save):
    rows[1][9] = "many"
    with pytest.raises(DataError) as caught:
        cbcstats.load_counts(source=save(rows))
    assert "1 problem; nothing was loaded\n  row 2, column value, 'many': is not a number" in str(
        caught.value
    )


def test_a_bad_cell_hides_no_other_one_in_its_row(rows, save):
    place = {name: at for at, name in enumerate(rows[0])}
    for name, cell in {"period_end": "31.12.2014", "value": "many", "qualifier": "over"}.items():
        rows[1][place[name]] = cell
    found = problems(save(rows))
    assert found[["row", "column", "value"]].to_numpy().tolist() == [
        [2, "period_end", "31.12.2014"],
        [2, "value", "many"],
        [2, "qualifier", "over"],
    ]


def test_a_line_break_inside_quotation_marks_begins_no_row(rows, save):
    rows[1][-1] = "a note\nof three\nlines"
    rows[2][9] = "many"
    assert problems(save(rows))["row"].tolist() == [3]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(rows, tmp_path):
    rows[2][9] = "many"
    path = tmp_path / "counts.xlsx"
    pd.DataFrame(rows[1:], columns=rows[0]).to_excel(
        path, index=False, startrow=3, engine="xlsxwriter"
    )
    assert problems(path)[["row", "column", "value"]].to_numpy().tolist() == [[6, "value", "many"]]


def test_a_file_with_other_delimiters_is_one_problem_and_hides_no_other(rows, save):
    rows[2][9] = "many"
    found = problems(save(rows, delimiter=";"))
    assert found["row"].tolist() == [1, 3]
    assert "by a semicolon" in found["problem"][0]


def test_a_quotation_mark_that_never_closes_hides_no_other_row(rows, save):
    rows[3][9] = "many"
    path = save(rows)
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[1] = lines[1].replace('"Scheduled', '"Sched"uled')
    path.write_text("\n".join(lines), encoding="utf-8")
    found = problems(path)
    assert found["row"].tolist() == [2, 4]
    assert "has 23 cells where the header has 20" in found["problem"][0]


@pytest.mark.parametrize(
    ("changed", "value", "column", "problem"),
    [
        ("measure", "stock", "period_start", "is given for a stock"),
        ("published_change", "+12%", "change_basis", "does not go with published_change"),
        ("scope", "", "scope", "is empty"),
        ("indicator", "Missions!", "indicator", "is not in the form"),
        ("preferred", "perhaps", "preferred", "is neither true nor false"),
        ("value", "9" * 30, "value", "has more digits than are kept"),
        ("value", "around many", "value", "is not a number"),
        ("value", "", "value", "is empty"),
    ],
)
def test_each_rule_names_its_column(rows, save, changed, value, column, problem):
    rows[2][rows[0].index(changed)] = value
    found = problems(save(rows))
    assert found["column"].tolist() == [column]
    assert problem in found["problem"][0]


def test_figures_that_disagree_need_one_preferred(rows, save):
    place = rows[0].index("preferred")
    rows[5][place] = "true"  # both the WCO's 330 and the attendee's 342
    found = problems(save(rows))
    assert found[["row", "column"]].to_numpy().tolist() == [
        [5, "preferred"],
        [6, "preferred"],
        [6, "preferred_reason"],
    ]


def test_the_mark_of_preference_may_be_left_out_where_nothing_disagrees(rows, save):
    kept = [
        [cell for name, cell in zip(rows[0], row, strict=True) if not name.startswith("preferred")]
        for row in rows
    ]
    assert cbcstats.load_counts(source=save([*kept[:5], kept[6]]))["preferred"].all()
    assert set(problems(save(kept[:7]))["row"]) == {5, 6}


def test_sources_of_your_own_stand_beside_your_file(rows, save):
    rows = [rows[0], [*rows[6][:-2], "my-letter", ""]]
    path = save(rows)
    assert "my-letter" in problems(path)["value"].tolist()
    header = ["source_id", "title", "publisher", "published", "url", "accessed", "note"]
    letter = [
        "my-letter",
        "A letter",
        "An office",
        "2018",
        "https://example.org/letter",
        "2026-11-24",
        "",
    ]
    save([header, letter], "sources.csv")
    assert cbcstats.load_counts(source=path)["source_id"].tolist() == ["my-letter"]


@pytest.fixture
def mission_counts(tmp_path):
    """Return counts of a register of three missions in a workbook whose names have blanks."""
    path = tmp_path / "My missions.xlsx"
    missions = {
        "member": ["Kenya", "Togo", "Togo"],
        "start_date": ["2017-04-03", "2017-04-04", "2017-07-01"],
    }
    pd.DataFrame(missions).to_excel(path, sheet_name="From 2017", index=False, engine="xlsxwriter")
    return cbcstats.count_missions(cbcstats.read_register(path).rows)


def test_counts_of_a_register_are_their_own_source_and_come_back(mission_counts, tmp_path):
    assert mission_counts["source_id"].unique().tolist() == ["My-missions.xlsx#From-2017"]
    columns = list(mission_counts)
    cbcstats.save_datapackage({"missions": mission_counts}, tmp_path / "package")
    pd.testing.assert_frame_equal(
        cbcstats.load_counts(source=tmp_path / "package" / "missions.csv")[columns], mission_counts
    )
    again = cbcstats.load_counts(source=mission_counts)
    pd.testing.assert_frame_equal(again[columns], mission_counts)
    assert again["label"].unique().tolist() == ["Missions"]


@pytest.mark.parametrize(
    "name", ["register", "a.csv", "A.TSV", "a.txt", "2017.parquet", "a.xlsx#b"]
)
def test_names_of_registers_need_no_source(name, mission_counts):
    assert len(cbcstats.load_counts(source=mission_counts.assign(source_id=name))) == 2


@pytest.mark.parametrize("name", ["a.doc", "csv", ".csv", "registers"])
def test_other_names_are_sources_that_must_be_known(name, mission_counts):
    found = problems(mission_counts.assign(source_id=name))
    assert found["column"].tolist() == ["source_id", "source_id"]
    assert "is a source that is not known" in found["problem"][0]


def test_lists_of_beneficiaries_name_no_register(save):
    rows = list(csv.reader(io.StringIO((DATA / "beneficiaries.csv").read_text(encoding="utf-8"))))
    rows[1][rows[0].index("source_id")] = "missions.csv"
    assert problems(save(rows, "mine.csv"), cbcstats.load_beneficiaries)["value"].tolist() == [
        "missions.csv"
    ]


def test_columns_of_your_own_are_kept(rows, save):
    rows = [[*row, "mine" if place else "remark"] for place, row in enumerate(rows[:4])]
    assert cbcstats.load_counts(source=save(rows))["remark"].tolist() == ["mine"] * 3


def test_a_misspelt_column_is_found(rows, save):
    rows[0][9] = "values"
    found = problems(save(rows))
    assert found["problem"].tolist() == ["is a column that is missing; found 'values' instead"]


@pytest.mark.parametrize("text", ["", "\n\n", ",,,\n"])
def test_a_file_without_a_table_is_said(tmp_path, text):
    path = tmp_path / "counts.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="holds no table"):
        cbcstats.load_counts(source=path)


def test_a_table_without_rows_is_empty_and_typed(rows, save):
    counts = cbcstats.load_counts(source=save(rows[:1]))
    assert counts.empty
    pd.testing.assert_series_equal(
        counts.dtypes, cbcstats.load_counts("capacity_building_missions").dtypes
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("no.csv", None, "there is no such file"),
        ("counts.doc", b"", "the kind of file is not known"),
        ("counts.xlsx", b"no workbook", "not an Excel workbook that can be read"),
        ("counts.parquet", b"no parquet", "not a Parquet file that can be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        cbcstats.load_counts(source=tmp_path / name)


def test_two_rows_of_one_member_on_one_list_are_a_problem(save):
    rows = list(csv.reader(io.StringIO((DATA / "beneficiaries.csv").read_text(encoding="utf-8"))))
    found = problems(save([*rows, rows[1]], "beneficiaries.csv"), cbcstats.load_beneficiaries)
    assert found[["row", "column", "value"]].to_numpy().tolist() == [
        [len(rows) + 1, "member", "BOL"]
    ]


def test_an_error_can_be_pickled(rows, save):
    import pickle

    rows[1][9] = "many"
    with pytest.raises(DataError) as caught:
        cbcstats.load_counts(source=save(rows))
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert str(again) == str(caught.value)


@pytest.mark.parametrize("place", ["header", "ragged row", "broken quotation", "semicolons"])
def test_bytes_that_are_no_utf8_are_said_wherever_they_stand(rows, save, place):
    rows = [[*row, "more"] for row in rows[:4]]
    rows[0][-1] = "XYZ"
    if place == "ragged row":
        rows[2] = ["XYZ", "b"]
    elif place == "broken quotation":
        rows[2][-1] = "a QUOTE XYZ"
    path = save(rows, delimiter=";" if place == "semicolons" else ",")
    data = path.read_bytes().replace(b"XYZ", b"L\xe4nder").replace(b"a QUOTE", b'"a"b')
    path.write_bytes(data)
    found = problems(path)
    assert "holds bytes that are not UTF-8" in found["problem"].tolist()
    assert "L\N{LATIN SMALL LETTER A WITH DIAERESIS}nder" in found["value"].tolist()


@pytest.mark.parametrize(
    ("formula", "said"), [("=1/0", "formula whose result"), ("#REF!", "an error of Excel")]
)
def test_cells_of_excel_that_seem_empty_are_said(rows, tmp_path, formula, said):
    workbook = needed("openpyxl").Workbook()
    for row in rows[:5]:
        workbook.active.append(row)
    cell = workbook.active.cell(3, rows[0].index("period_start") + 1)
    cell.value = formula
    if formula.startswith("#"):
        cell.data_type = "e"
    workbook.save(tmp_path / "counts.xlsx")
    found = problems(tmp_path / "counts.xlsx")
    assert found[["row", "column", "value"]].to_numpy().tolist() == [[3, "period_start", formula]]
    assert said in found["problem"][0]


def test_cells_under_no_name_are_said(rows, save):
    rows = [[*row, "kept?" if place == 2 else ""] for place, row in enumerate(rows[:4])]
    found = problems(save(rows))
    assert found[["row", "value"]].to_numpy().tolist() == [[3, "kept?"]]


@pytest.mark.parametrize("column", ["indicator", "scope", "period_end"])
def test_a_missing_column_is_one_problem(rows, save, column):
    place = rows[0].index(column)
    found = problems(save([[cell for at, cell in enumerate(row) if at != place] for row in rows]))
    assert found["column"].tolist() == [column]


def test_a_bad_cell_makes_no_problem_of_its_neighbours(rows, save):
    rows[4][rows[0].index("period_end")] = (
        "2017-03-70"  # the preferred 330; the 342 beside it is right
    )
    assert problems(save(rows))["row"].tolist() == [5]


def test_a_ragged_row_makes_no_problem_of_its_neighbours(rows, save):
    rows[4] = rows[4][:-1]
    assert problems(save(rows))["row"].tolist() == [5]


def test_a_header_that_stands_lower_is_found(rows, save):
    width = len(rows[0])
    title = [["Missions of our office", *[""] * (width - 1)], [""] * width]
    pd.testing.assert_frame_equal(
        cbcstats.load_counts(source=save([*title, *rows])), cbcstats.load_counts()
    )
    rows[1][9] = "many"
    assert problems(save([*title, *rows]))["row"].tolist() == [4]


def test_another_table_is_said_once(save):
    path = save([["a", "b"], ["1", "2"]])
    with pytest.raises(DataError, match="several columns of numbers: a, b"):
        cbcstats.load_counts(source=path)


def test_names_that_differ_by_case_and_blanks_are_the_same(rows, save):
    rows[0] = [name.replace("_", " ").title() for name in rows[0]]
    pd.testing.assert_frame_equal(cbcstats.load_counts(source=save(rows)), cbcstats.load_counts())


def test_a_frame_loads_as_a_file_does():
    counts = cbcstats.load_counts()
    pd.testing.assert_frame_equal(cbcstats.load_counts(source=counts), counts)
    with pytest.raises(DataError, match="the frame: 1 problem"):
        cbcstats.load_counts(source=counts.assign(unit=[None, *counts["unit"][1:]]))


def test_whole_numbers_may_have_a_decimal_point(rows, save):
    rows[1][9] = "280.0"
    assert cbcstats.load_counts(source=save(rows))["value"][0] == 280


def test_a_long_cell_is_no_problem(rows, save):
    rows[1][-1] = "long " * 40_000
    assert len(cbcstats.load_counts(source=save(rows))["note"][0]) > 131_072


def test_amounts_keep_their_decimals_and_counts_stay_whole():
    money = cbcstats.load_counts("unctad_technical_cooperation_expenditure")
    assert str(money["value"].dtype) == "Float64"
    assert {24.1, 38.8} <= set(money["value"].dropna())
    assert set(money["rounded_to"].dropna()) == {0.1, 1}
    assert str(cbcstats.load_counts("capacity_building_missions")["value"].dtype) == "Int64"


def test_only_a_claim_may_come_without_its_figure(rows, save):
    rows[2][rows[0].index("value")] = ""
    assert problems(save(rows))["column"].tolist() == ["value"]
    rows[2][rows[0].index("published_change")] = "+5%"
    rows[2][rows[0].index("change_basis")] = "total"
    assert (
        cbcstats.load_counts(source=save(rows))["value"].isna().sum()
        == cbcstats.load_counts()["value"].isna().sum() + 1
    )


@pytest.mark.parametrize(
    ("changed", "value", "column", "problem"),
    [
        ("name", "Kenya", "name", "is the name of several places"),
        ("language", "", "kind", "without a short name in English"),
        ("kind", "usual", "kind", "is not a value that this column takes"),
        ("iso2", "KE", "iso2", "is not the code of all names of the place"),
    ],
)
def test_each_rule_of_places_names_its_column(save, changed, value, column, problem):
    header = ["iso3", "iso2", "name", "language", "kind"]
    kenya, uganda = ["KEN", "KE", "Kenya", "en", "short"], ["UGA", "UG", "Uganda", "en", "short"]
    uganda[header.index(changed)] = value
    found = problems(save([header, kenya, uganda], "places.csv"), cbcstats.load_places)
    assert set(found["column"]) == {column}
    assert problem in found["problem"].iloc[-1]


def test_names_of_columns_that_differ_by_case_only_are_told_apart(rows, save):
    place = rows[0].index("note")
    doubled = [[*row[:place], row[place], row[place], *row[place + 1 :]] for row in rows]
    doubled[0][place : place + 2] = ["Note", "NOTE"]
    [problem] = problems(save(doubled)).itertuples()
    assert (problem.row, problem.column, problem.problem) == (
        1,
        "NOTE",
        "is another column for note",
    )


def test_two_columns_of_one_name_are_refused_in_a_frame():
    counts = cbcstats.load_counts()
    with pytest.raises(
        DataError, match="row 1, column value: is a column name that occurs twice; rename one"
    ):
        cbcstats.load_counts(source=pd.concat([counts, counts[["value"]]], axis="columns"))


def test_blank_cells_after_the_last_column_are_nothing(rows, save):
    assert (
        len(cbcstats.load_counts(source=save([rows[0], *([*row, "", " "] for row in rows[1:])])))
        == len(rows) - 1
    )


def test_sources_beside_a_file_are_found_under_the_home_folder(rows, save, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    rows[1][rows[0].index("source_id")] = "mine-1"
    save(rows, "mine.csv")
    (tmp_path / "sources.csv").write_text(
        "source_id,title,publisher,published,url,accessed,note\n"
        "mine-1,A letter,An office,2018,https://example.org/letter,2018-03-02,\n",
        encoding="utf-8",
    )
    assert cbcstats.load_counts(source="~/mine.csv")["source_id"][0] == "mine-1"


def test_own_sources_come_as_a_frame_or_as_a_text_of_several_words():
    figures = pd.DataFrame({"year": [2021, 2022], "courses": [4, 5], "source_id": "fiji-2022"})
    with pytest.raises(DataError, match="a source that is not known"):
        cbcstats.load_counts(source=figures)
    sources = pd.DataFrame(
        {
            "source_id": ["fiji-2022"],
            "title": ["Annual report"],
            "publisher": ["Customs of Fiji"],
            "published": ["2022"],
            "url": ["https://customs.example/2022"],
            "accessed": ["2023-01-09"],
            "note": [None],
        }
    )
    assert len(cbcstats.load_counts(source=figures, sources=sources)) == 2
    told = figures.assign(source_id="letter of 3 May 2022")
    assert cbcstats.load_counts(source=told)["source_id"].unique().tolist() == [
        "letter of 3 May 2022"
    ]
