"""`load_counts(source=...)` of one's own figures: a period and a value are enough, and problems name their cells."""

import datetime

import numpy as np
import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, DataError, load_counts, year_on_year
from tests.frames import TEXT
from tests.needs import needed

WHAT_IT_IS = ["indicator", "measure", "scope", "unit"]
HOW_KNOWN = ["period_basis", "qualifier", "preferred", "source_id"]


def spans(counts):
    """Return first day, last day and value of each figure as text, nothing where there is none."""
    days = counts[["period_start", "period_end"]].apply(
        lambda column: column.dt.strftime("%Y-%m-%d")
    )
    return [
        tuple(row) for row in days.assign(value=counts["value"]).fillna("").astype(str).to_numpy()
    ]


YEARS = [("2021-01-01", "2021-12-31", "40"), ("2022-01-01", "2022-12-31", "44")]


def test_two_columns_of_a_file_become_counts(save):
    path = save([["Year", "Missions delivered"], ["2021", "40"], ["2022", "44"]])
    counts = load_counts(source=path)
    assert spans(counts) == YEARS
    told = counts[[*WHAT_IT_IS, *HOW_KNOWN]].drop_duplicates().to_numpy().tolist()
    assert told == [
        [
            "missions_delivered",
            "flow",
            "all",
            "missions delivered",
            "stated",
            "exact",
            True,
            path.name,
        ]
    ]
    assert counts.dtypes[["value", "indicator", "preferred"]].tolist() == [
        pd.Int64Dtype(),
        TEXT,
        bool,
    ]
    assert set(load_counts()) <= set(counts)
    pd.testing.assert_frame_equal(load_counts(source=counts.assign(source_id="own figures")),
                                  counts.assign(source_id="own figures"))  # fmt: skip


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_every_kind_of_file_is_read(save, suffix):
    if suffix == ".xlsx":
        needed("openpyxl")
    rows = [["year", "courses"], ["2021", "more than 40"], ["2022", "44"]]
    counts = load_counts(source=save(rows, suffix))
    assert counts["qualifier"].tolist() == ["more_than", "exact"]
    assert spans(counts) == YEARS


SHAPES = {
    "frame": pd.DataFrame({"year": [2021, 2022], "courses": [40, 44]}),
    "floats and a missing year": pd.DataFrame({"year": [2021.0, 2022.0], "courses": [40.0, 44.0]}),
    "series": pd.Series([40, 44], index=[2021, 2022], name="courses"),
    "dict": {2021: 40, 2022: 44},
    "index of periods": pd.DataFrame({"courses": [40, 44]}, index=pd.PeriodIndex(["2021", "2022"], freq="Y")),
    "column of periods": pd.DataFrame({"when": pd.PeriodIndex(["2021", "2022"], freq="Y"), "courses": [40, 44]}),
    "index of two levels": pd.DataFrame({"year": [2021, 2022], "a": "x", "courses": [40, 44]}).set_index(["year", "a"]),
    "wide": pd.DataFrame([[40, 44]], columns=[2021, 2022]),
    "wide with a text": pd.DataFrame([["Fiji", 40, 44]], columns=["office", 2021, 2022]),
    "last days and first days": pd.DataFrame(
        {"period_start": ["2021-01-01", "2022-01-01"], "period_end": ["2021-12-31", "2022-12-31"], "value": [40, 44]}
    ),
    "thousands apart": pd.DataFrame({"year": [2021, 2022], "value": ["40 courses", "44 courses"]}),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_becomes_the_same_counts(shape):
    assert spans(load_counts(source=SHAPES[shape])) == YEARS


@pytest.mark.parametrize("convert", ["polars", "arrow"])
def test_frames_of_other_libraries_become_counts(convert):
    frame = SHAPES["frame"]
    table = frame if convert == "polars" else needed("pyarrow").Table.from_pandas(frame)
    table = needed("polars").from_pandas(frame) if convert == "polars" else table
    assert spans(load_counts(source=table)) == YEARS


@pytest.mark.parametrize(
    ("cell", "span"),
    [
        ("2021Q3", ("2021-07-01", "2021-09-30")),
        ("Mar 2021", ("2021-03-01", "2021-03-31")),
        ("2021-W07", ("2021-02-15", "2021-02-21")),
        ("2021-06-30", ("", "2021-06-30")),
        (datetime.date(2021, 6, 30), ("", "2021-06-30")),
        ("FY2021", ("2021-01-01", "2021-12-31")),
    ],
)
def test_periods_of_every_kind_are_read(cell, span):
    counts = load_counts(source=pd.DataFrame({"period": [cell], "value": [7]}))
    assert spans(counts) == [(*span, "7")]
    assert counts["measure"].tolist() == ["stock" if span[0] == "" else "flow"]


def test_rows_of_a_wide_table_are_indicators():
    wide = pd.DataFrame({"office": ["Côte d'Ivoire", "Peru"], 2021: [40, 8], 2022: [44, None]})
    with pytest.raises(DataError, match=r"value: is empty"):
        load_counts(source=wide)
    counts = load_counts(source=wide.fillna(4))
    assert counts["indicator"].tolist() == ["cote_d_ivoire", "peru"] * 2
    assert counts["office"].unique().tolist() == ["Côte d'Ivoire", "Peru"]
    assert year_on_year(counts)["percent_change"].tolist() == pytest.approx([10, -50])


# 1.2 million, rounded to 0.1 million; 330 takes the unit of the other cell.
def test_words_beside_a_value_go_to_their_columns():
    values = ["more than 330", "492 missions"]
    counts = load_counts(source=pd.DataFrame({"year": [2021, 2022], "value": values}))
    assert counts[["value", "qualifier", "unit"]].to_numpy().tolist() == [
        [330, "more_than", "missions"],
        [492, "exact", "missions"],
    ]
    amounts = load_counts(
        source=pd.DataFrame({"year": [2021, 2022], "spent": ["$1.2 million", "$1.4 million"]})
    )
    assert amounts[["indicator", "value", "rounded_to", "unit"]].to_numpy().tolist() == [
        ["spent", 1_200_000, 100_000, "$"],
        ["spent", 1_400_000, 100_000, "$"],
    ]


def test_what_a_column_says_counts_more_than_a_cell():
    data = pd.DataFrame(
        {"year": [2021, 2022], "value": ["about 40 courses", "44"], "unit": "workshops"}
    )
    assert load_counts(source=data)["unit"].tolist() == ["workshops"] * 2
    told = data.assign(
        indicator="training", measure="event", scope="abroad", source_id="wco-2018-03-02"
    )
    counts = load_counts(source=told)
    assert counts[["indicator", "measure", "scope"]].iloc[0].tolist() == [
        "training",
        "event",
        "abroad",
    ]
    pd.testing.assert_frame_equal(year_on_year(counts), year_on_year(load_counts(source=counts)))


def test_columns_of_ones_own_are_kept():
    data = pd.DataFrame({"year": [2021], "courses": [40], "Remark": ["mine"], "team": ["A"]})
    counts = load_counts(source=data)
    assert counts[["Remark", "team"]].to_numpy().tolist() == [["mine", "A"]]


# The header is row 1, as in a spreadsheet.
@pytest.mark.parametrize(
    ("rows", "row", "column", "value"),
    [
        ([["2021", "40"], ["2022", "many"]], 3, "value", "many"),
        ([["2021", "40"], ["soon", "44"]], 3, "period_end", "soon"),
        ([["2021", "40"], ["2021-W53", "44"]], 3, "period_end", "2021-W53"),
        ([["2021", "40"], ["9999-W52", "44"]], 3, "period_end", "9999-W52"),
        ([["2021", ""], ["2022", "44"]], 2, "value", ""),
        ([["2021", "-4"], ["2022", "44"]], 2, "value", "-4"),
        ([["2021", "9" * 400], ["2022", "44"]], 2, "value", "9" * 400),
    ],
)
@pytest.mark.parametrize("is_file", [True, False])
def test_a_wrong_cell_is_named_with_its_row(save, is_file, rows, row, column, value):
    header = ["year", "courses"]
    source = save([header, *rows]) if is_file else pd.DataFrame(rows, columns=header)
    with pytest.raises(DataError) as caught:
        load_counts(source=source)
    [problem] = caught.value.problems.itertuples()
    assert (problem.row, problem.column, problem.value) == (row, column, value)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (pd.DataFrame(), DataError, "^the frame: no column of periods .* values .*; the columns are no columns"),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), DataError, "call it year, month or date.* .call it value"),
        (pd.DataFrame({"a": [7], "b": [9]}), DataError, "periods .*: a, b .call one of them value"),
        (pd.DataFrame({"year": [2021]}), DataError, "no column of values"),
        (pd.DataFrame({"period_start": ["2021-01-01"], "value": [1]}), DataError, "no column of periods"),
        (pd.DataFrame([[2021, 1, 2]], columns=["year", "value", "value"]), DataError, "two columns called 'value'"),
        (pd.DataFrame([[2021, 2022, 2]], columns=["year", "year", "value"]), DataError, "two columns called 'year'"),
        ({"year": [2021, 2022], "value": [1]}, ArgumentError, "lists differ in length"),
        ([1, 2], ArgumentError, "path of a file, or a frame"),
        (5, ArgumentError, "path of a file, or a frame"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_at_once(data, error, message):
    with pytest.raises(error, match=message):
        load_counts(source=data)


def test_a_file_names_itself_in_its_errors(save):
    with pytest.raises(DataError, match=r"register_0\.csv: no column of periods"):
        load_counts(source=save([["a", "b"], ["x", "y"]]))


def test_nothing_is_an_empty_table():
    counts = load_counts(source=pd.DataFrame({"year": [], "value": []}))
    assert len(counts) == 0
    assert set(load_counts()) <= set(counts)


def test_the_frame_is_not_changed():
    data = pd.DataFrame({"year": [2021, 2022], "value": ["about 40", "44"]}, index=[7, 7])
    before = data.copy()
    load_counts(source=data)
    pd.testing.assert_frame_equal(data, before)


@pytest.mark.parametrize(
    "dtype", ["int64", "Int64", "float32", "int64[pyarrow]", "category", object, "str"]
)
def test_dtypes_make_no_difference(dtype):
    data = pd.DataFrame(
        {
            "year": pd.Series([2021, 2022]).astype(dtype),
            "courses": pd.Series([40, 44]).astype(dtype),
        }
    )
    assert spans(load_counts(source=data)) == YEARS


def test_changes_of_loaded_counts_are_those_of_the_frame():
    rng = np.random.default_rng(3)
    data = pd.DataFrame(
        {"quarter": [f"{year}Q{q}" for year in (2020, 2021, 2022) for q in (1, 2, 3, 4)]}
    )
    data = data.assign(value=rng.integers(1, 99, 12)).drop(index=[2, 5])
    numbers = [
        "period_start",
        "previous_period_end",
        "change_low",
        "percent_change",
        "comparable",
        "why",
    ]
    loaded = cbcstats.year_on_year(load_counts(source=data))
    pd.testing.assert_frame_equal(loaded[numbers], year_on_year(data)[numbers])


def test_problems_of_a_file_show_it_as_typed(save):
    path = save([["Year", "Courses"], ["2021", "40"], ["2022", "44", "5"]])
    text = path.read_text()
    path.write_text(text.replace(",", ";"))
    with pytest.raises(DataError) as error:
        load_counts(source=path)
    found = error.value.problems[["row", "value"]].to_numpy().tolist()
    assert found == [[1, "Year;Courses"], [3, "2022,44,5"]]


def test_an_error_of_excel_is_shown_in_its_column(tmp_path):
    openpyxl = needed("openpyxl")
    book = openpyxl.Workbook()
    for row in (["Year", "Courses"], [2021, 40], [2022, "=NA()"]):
        book.active.append(row)
    book.save(tmp_path / "courses.xlsx")
    with pytest.raises(DataError, match=r"row 3, column Courses.*formula"):
        load_counts(source=tmp_path / "courses.xlsx")
