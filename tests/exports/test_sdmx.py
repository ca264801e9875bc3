"""SDMX-CSV: a reader of SDMX finds every figure, with its word, period and source."""

import pandas as pd
import pytest

from cbcstats import (
    ArgumentError,
    check_claims,
    growth_rate,
    index_to,
    load_beneficiaries,
    load_counts,
    save_table,
    year_on_year,
)
from tests.needs import Needed

sdmx = Needed("pysdmx.io")

DIMENSIONS = [
    "INDICATOR",
    "MEASURE",
    "SCOPE",
    "AREA",
    "UNIT_MEASURE",
    "SOURCE",
    "FIGURE",
    "TIME_PERIOD",
]


def dated(counts):
    return counts[counts["period_end"].notna()].reset_index(drop=True)


def read(path):
    [dataset] = sdmx.read_sdmx(path).data
    return dataset, dataset.data.astype("object").reset_index(drop=True)


@pytest.fixture(scope="module")
def counts():
    return dated(load_counts())


@pytest.fixture(scope="module")
def back(counts, tmp_path_factory):
    return read(save_table(counts, tmp_path_factory.mktemp("sdmx") / "counts.sdmx.csv"))[1]


def test_a_reader_of_sdmx_finds_the_structure_and_one_figure_for_each_key(counts, tmp_path):
    dataset, data = read(save_table(counts, tmp_path / "counts.sdmx.csv"))
    assert dataset.structure == "DataStructure=CBCSTATS:COUNTS(2.0)"
    assert dataset.action.name == "Information"
    assert len(data) == len(counts)
    assert not data.duplicated(DIMENSIONS).any()
    assert (data[DIMENSIONS] != "").all(axis=None)


def test_a_reader_of_sdmx_finds_the_same_values(counts, back):
    assert pd.to_numeric(back["OBS_VALUE"]).astype("Float64").equals(counts["value"])
    assert (back["OBS_STATUS"] == "O").equals(counts["value"].isna())
    names = {
        "INDICATOR": "indicator",
        "LABEL": "label",
        "QUALIFIER": "qualifier",
        "SOURCE": "source_id",
    }
    names |= {
        "PUBLISHED_CHANGE": "published_change",
        "PERIOD_BASIS": "period_basis",
        "COMMENT_OBS": "note",
    }
    for concept, name in names.items():
        assert back[concept].tolist() == counts[name].fillna("").tolist()


def test_time_periods_give_the_days_back(counts, back):
    parts = back["TIME_PERIOD"].str.extract(r"^(?P<day>\d{4}-\d{2}-\d{2})(?:/P(?P<days>\d+)D)?$")
    days, lengths = pd.to_datetime(parts["day"]), pd.to_numeric(parts["days"])
    assert days.notna().all()
    starts = days.where(lengths.notna())
    ends = days + pd.to_timedelta(lengths.fillna(1) - 1, unit="D")
    assert starts.equals(counts["period_start"].astype(starts.dtype))
    assert ends.equals(counts["period_end"].astype(ends.dtype))


def test_parts_are_dimensions_of_a_structure_of_their_own(years, tmp_path):
    counts = years({2016: 1, 2017: 2}, wco_region=["Europe", None])
    dataset, data = read(save_table(counts, tmp_path / "parts.sdmx.csv"))
    assert dataset.structure == "DataStructure=CBCSTATS:COUNTS_BY_WCO_REGION(2.0)"
    assert data["WCO_REGION"].tolist() == ["Europe", "_Z"]


def test_columns_may_be_left_out_and_rows_stand_in_any_order(tmp_path):
    counts = pd.DataFrame(
        {"indicator": "mine", "period_end": ["2018-12-31", "2017-12-31"], "value": [3, 2]},
        index=[7, 3],
    )
    data = read(save_table(counts, tmp_path / "mine.sdmx.csv"))[1]
    assert data["OBS_VALUE"].tolist() == ["3", "2"]
    assert data["MEASURE"].tolist() == ["stock", "stock"]
    assert data["SOURCE"].tolist() == ["own_figures", "own_figures"]


def test_dimensions_are_ids_of_sdmx(back):
    # IDType of the common schema of SDMX.
    for name in set(DIMENSIONS) - {"FIGURE", "TIME_PERIOD"}:
        assert back[name].str.fullmatch(r"[A-Za-z0-9_@$\-]+").all(), name
    assert {"million_US_dollars", "activities_and_missions"} <= set(back["UNIT_MEASURE"])
    assert {"USA", "Africa", "_Z"} <= set(back["AREA"])


def test_two_names_with_one_id_are_refused(years, tmp_path):
    counts = pd.concat([years({2016: 1}, unit=unit) for unit in ("миссии", "люди")])
    with pytest.raises(ArgumentError, match="unit: 'миссии' and 'люди' would have the same SDMX"):
        save_table(counts, tmp_path / "units.sdmx.csv")


@pytest.mark.parametrize(
    "compute", [year_on_year, growth_rate, check_claims, lambda counts: index_to(counts, "2017")]
)
def test_results_are_refused_with_what_to_use_instead(compute, years, tmp_path):
    results = compute(years({2016: 1, 2017: 2}))
    with pytest.raises(
        ArgumentError, match=r"save the counts they were made from, or the table as \.csv"
    ):
        save_table(results, tmp_path / "changes.sdmx.csv")
    assert not list(tmp_path.iterdir())


def test_what_is_not_dated_is_refused_by_number_and_remedy(tmp_path):
    counts = load_counts()
    undated = counts["period_end"].isna().sum()
    with pytest.raises(
        ArgumentError,
        match=rf"{undated} figures have no period end.*save counts\[counts\['period_end'\]",
    ):
        save_table(counts, tmp_path / "counts.sdmx.csv")
    with pytest.raises(ArgumentError, match="lacks the column 'indicator'"):
        save_table(load_beneficiaries(), tmp_path / "beneficiaries.sdmx.csv")
    assert not list(tmp_path.iterdir())


def test_a_note_that_a_spreadsheet_would_compute_is_marked(years, tmp_path):
    path = save_table(years({2017: 2}, note="=1+1"), tmp_path / "note.sdmx.csv")
    assert ",'=1+1\n" in path.read_text()


def test_statuses_are_those_of_the_figures_or_whether_there_is_a_number(years, tmp_path):
    counts = years({2015: 1, 2016: 2, 2017: None}, obs_status=["b", None, None])
    data = read(save_table(counts, tmp_path / "status.sdmx.csv"))[1]
    assert data["OBS_STATUS"].tolist() == ["B", "A", "O"]


def test_areas_are_dimensions(years, tmp_path):
    counts = pd.concat([years({2016: 1}, area=area) for area in ("KEN", "FJI")])
    data = read(save_table(counts, tmp_path / "areas.sdmx.csv"))[1]
    assert data[["AREA", "FIGURE"]].to_numpy().tolist() == [["KEN", "1"], ["FJI", "1"]]
