import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import cbcstats
from cbcstats import ArgumentError, DataError
from cbcstats.changes.intervals import count_interval, rate_ratio
from cbcstats.frames import PANDAS_2, as_printed, read_days, text_column, to_pandas
from tests.frames import FRAMES, TEXT
from tests.needs import needed

DAYS = pd.to_datetime(["2017-12-31", "2018-12-31"])


def polars(frame):
    return needed("polars").from_pandas(frame)


def lazy(frame):
    return polars(frame).lazy()


def relation(frame):
    return needed("duckdb").from_arrow(pa.Table.from_pandas(frame, preserve_index=False))


def arrow(frame):
    return pa.Table.from_pandas(frame, preserve_index=False)


def stocks(**columns):
    return pd.DataFrame({"period_end": DAYS, "value": [100, 110], **columns})


USES = {
    "year_on_year": (cbcstats.year_on_year, "missions"),
    "growth_rate": (lambda counts: cbcstats.growth_rate(counts), "missions"),
    "index_to": (lambda counts: cbcstats.index_to(counts, "Mar 2017 - Feb 2018"), "missions"),
    "check_claims": (cbcstats.check_claims, "missions"),
    "membership_changes": (lambda lists: cbcstats.membership_changes(lists), "beneficiaries"),
    "compare_releases": (lambda new: cbcstats.compare_releases(new.head(2), new), "missions"),
    "load_counts": (lambda counts: cbcstats.load_counts(source=counts), "missions"),
    "load_members": (lambda members: cbcstats.load_members(source=members), "members"),
}


@pytest.mark.parametrize("convert", [polars, lazy, arrow, relation])
@pytest.mark.parametrize("name", sorted(set(USES) - {"compare_releases"}))
def test_frames_of_other_libraries_give_the_same(name, convert):
    function, table = USES[name]
    frame = FRAMES[table]()
    given = function(convert(frame))
    pd.testing.assert_frame_equal(given, function(frame), check_dtype=False)


@pytest.mark.parametrize("convert", [polars, arrow, relation])
def test_charts_and_files_take_frames_of_other_libraries(convert, tmp_path):
    for plot, table in (
        (cbcstats.plot_counts, "missions"),
        (cbcstats.plot_changes, "changes"),
        (cbcstats.plot_contributions, "contributions"),
        (cbcstats.plot_claims, "claims"),
    ):
        frame = FRAMES[table]()
        frame.attrs.clear()  # which only pandas has
        given = cbcstats.describe(plot(convert(frame)))
        assert given.split(" Source")[0] == cbcstats.describe(plot(frame)).split(" Source")[0]
    path = cbcstats.save_table(convert(FRAMES["missions"]()), tmp_path / "missions.csv")
    assert pd.read_csv(path)["value"].tolist() == FRAMES["missions"]()["value"].tolist()


def test_a_frame_of_pandas_is_not_copied():
    frame = stocks()
    assert to_pandas("counts", frame) is frame


@pytest.mark.parametrize("convert", [polars, arrow, relation])
def test_texts_of_other_libraries_are_text_columns_in_which_missing_is_nan(convert):
    texts = to_pandas("counts", convert(pd.DataFrame({"scope": ["a", None], "value": [1, 2]})))
    assert texts["scope"].dtype == TEXT
    assert isinstance(texts["scope"][1], float)


def test_a_frame_that_cannot_be_read_is_said():
    polars_ = needed("polars")
    broken = polars_.DataFrame({"value": ["x"]}).lazy().select(polars_.col("value").cast(int))
    with pytest.raises(ArgumentError, match=r"^`data` cannot be read: .*; collect it, and give"):
        cbcstats.year_on_year(broken)


@pytest.mark.parametrize("time", ["00:00", "23:59", "23:59:59", "23:59:59.999999"])
def test_midnights_and_ends_of_days_are_days(time):
    texts = [f"{day.date()} {time}" for day in DAYS]
    for column in (pd.Series(texts), pd.Series(pd.to_datetime(texts))):
        assert read_days(column).tolist() == list(DAYS)


@pytest.mark.skipif(not PANDAS_2, reason="pandas 3 takes all days")
@pytest.mark.parametrize("day", ["1677-12-31", "9999-12-31"])
def test_days_beyond_the_nanoseconds_of_pandas_2_are_refused_with_the_reason(day):
    texts = pd.Series([day, "2018-12-31"])
    for column in (texts, pd.Series(np.array(texts, dtype="datetime64[us]"))):
        with pytest.raises(DataError, match=f"holds .*{day}.*, but pandas 2 takes days from 1678 "):
            cbcstats.year_on_year(stocks(period_end=column))


@pytest.mark.parametrize("zone", ["UTC", "Europe/Brussels", "Asia/Tokyo"])
def test_days_of_a_time_zone_are_days(zone):
    assert read_days(pd.Series(DAYS.tz_localize(zone))).tolist() == list(DAYS)


@pytest.mark.parametrize(
    "times", [("10:30", "00:00"), ("00:00", "23:59:59"), ("00:01", "00:01"), ("23:58", "23:59")]
)
def test_another_time_is_refused_with_the_day_to_write(times):
    moments = pd.to_datetime(
        [f"{day.date()} {time}" for day, time in zip(DAYS, times, strict=True)],
        format="ISO8601",
    )
    with pytest.raises(DataError, match=r"^period_end holds 201[78]-12-31 .*, which has a time; "):
        cbcstats.year_on_year(stocks(period_end=moments))


def test_midnight_elsewhere_is_not_taken_for_a_day():
    moments = DAYS.tz_localize("Europe/Brussels").tz_convert("UTC")  # 23:00 of the day before
    with pytest.raises(DataError, match="2017-12-30 23:00:00, which has a time; write the day"):
        cbcstats.year_on_year(stocks(period_end=moments))


@pytest.mark.parametrize("kind", ["float32", "Float32"])
def test_floats_of_32_bits_are_the_numbers_as_printed(kind):
    counts = stocks(value=pd.Series([24.1, 26.51], dtype=kind))
    (change,) = cbcstats.year_on_year(counts).to_dict("records")
    assert (change["previous_value"], change["value"]) == (24.1, 26.51)
    assert change["percent_change"] == pytest.approx(10, rel=1e-12)


def test_computed_floats_are_the_numbers_as_printed():
    assert as_printed(pd.Series([0.1 + 0.2, 1.1 * 3, 4.35 * 100])).tolist() == [0.3, 3.3, 435]
    counts = stocks(value=[0.1 + 0.2, 0.6], qualifier="more_than")
    (change,) = cbcstats.year_on_year(counts).to_dict("records")
    ends = change["previous_low"], change["previous_high"]
    assert ends == (0.3, 0.345)  # 15% of 0.3 is 0.045, less than the step of 0.1


def test_large_whole_numbers_keep_all_digits():
    whole = pd.Series([2**53 - 1, np.nan, np.inf])
    assert as_printed(whole).tolist()[0] == 2**53 - 1
    assert as_printed(pd.Series([2**62])).tolist() == [2**62]


@pytest.mark.parametrize(
    ("column", "word", "sentence"),
    [
        ("qualifier", "More than", "qualifier holds 'More than'; did you mean 'more_than'"),
        ("measure", "Stock", "measure holds 'Stock'; did you mean 'stock'? It takes 'flow'"),
        ("period_basis", "Inferred", "period_basis holds 'Inferred'; did you mean 'inferred'"),
        ("qualifier", "q9", "qualifier holds 'q9', but it takes 'exact', 'more_than'"),
    ],
)
def test_a_word_that_is_nearly_right_is_not_passed_over(column, word, sentence):
    with pytest.raises(DataError) as error:
        cbcstats.year_on_year(stocks(**{column: word}))
    assert str(error.value).startswith(sentence)


def test_a_list_is_not_silently_partial():
    lists = cbcstats.load_beneficiaries("WCO C-RED").replace({"list_kind": {"full": "Full"}})
    for function in (cbcstats.membership_changes, cbcstats.plot_beneficiaries):
        with pytest.raises(DataError, match=r"^list_kind holds 'Full'; did you mean 'full'"):
            function(lists)


def test_levels_of_an_index_are_columns():
    counts = stocks(scope=["all", "all"])
    expected = cbcstats.year_on_year(counts, by="scope")
    for index in (["scope", "period_end"], "period_end"):
        found = cbcstats.year_on_year(counts.set_index(index), by="scope")
        pd.testing.assert_frame_equal(found, expected)
    unnamed = counts.set_index(["scope", "period_end"]).rename_axis([None, "period_end"])
    with pytest.raises(ArgumentError, match=r"has an index of 2 levels; call reset_index\(\)"):
        cbcstats.year_on_year(unnamed)


def test_dicts_are_series_by_their_keys():
    interval = count_interval({2019: 41, 2020: 44})
    assert interval.index.tolist() == [2019, 2020]
    pd.testing.assert_frame_equal(interval, count_interval(pd.Series({2019: 41, 2020: 44})))
    ratios = rate_ratio({"Europe": 42, "Africa": 8}, {"Africa": 4, "Europe": 33})
    assert ratios["ratio"].to_dict() == {"Europe": 42 / 33, "Africa": 2.0}
    assert "Kenya with 3" in cbcstats.describe(cbcstats.plot_members({"KEN": 3}))


def test_columns_of_other_libraries_are_series():
    series = needed("polars").Series(["Kenya", None, "Togo"])
    codes = cbcstats.to_iso3(series)
    assert codes.fillna("").tolist() == ["KEN", "", "TGO"]
    assert cbcstats.is_member(pa.chunked_array([["KEN", "AIA"]])).tolist() == [True, False]
    assert cbcstats.wco_region({"a": "KEN"}, short=True)["a"] == "East and Southern Africa"


@pytest.mark.parametrize("day", [datetime.date(2017, 12, 31), np.datetime64("2017-12-31")])
def test_days_of_any_kind_are_days(day):
    assert read_days(pd.Series([day], dtype=object)).tolist() == [DAYS[0]]


def test_decimals_are_numbers():
    counts = stocks(value=[decimal.Decimal("24.1"), decimal.Decimal("26.51")])
    assert cbcstats.year_on_year(counts)["value"].tolist() == [26.51]


# Columns of text are alike in pandas 2 and 3, and missing cells stay missing


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([1, 2.5, None, "nan"], ["1", "2.5", None, "nan"]),
        (pd.Series([1, 2.5]), ["1.0", "2.5"]),
        (pd.Series([1, None], dtype="Int64"), ["1", None]),
        (pd.Series(["a", None], dtype="category"), ["a", None]),
        (pd.Series(pd.to_datetime(["2018-02-28", None])), ["2018-02-28", None]),
        (pd.Series([True, False]), ["True", "False"]),
        (pd.Series([None, float("nan"), pd.NA, pd.NaT], dtype="object"), [None] * 4),
        ([], []),
        (pd.Series([], dtype="float64"), []),
    ],
)
def test_cells_become_text_and_missing_ones_stay_missing(cells, texts):
    column = text_column(cells)
    assert column.dtype == TEXT
    assert column.isna().tolist() == [text is None for text in texts]
    assert column.dropna().tolist() == [text for text in texts if text is not None]
    assert all(isinstance(cell, float) for cell in column[column.isna()])  # and not None


def test_a_column_keeps_its_index_and_its_name():
    column = text_column(pd.Series([1, None], index=["x", "y"], name="value"))
    assert column.index.tolist() == ["x", "y"]
    assert column.name == "value"
    assert text_column(["a"], ["z"]).index.tolist() == ["z"]
