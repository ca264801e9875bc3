"""Counts of a register: worked out by hand, against a plain loop, and in every engine."""

import datetime
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cbcstats import (
    ArgumentError,
    Counts,
    DataError,
    contributions,
    count_missions,
    describe,
    index_to,
    plot_changes,
    plot_counts,
    read_register,
    year_on_year,
)
from cbcstats.registers import engines
from cbcstats.tables.codelists import WCO_REGIONS
from tests.needs import Needed, java
from tests.properties import given, settings, st

polars, duckdb, pyspark = Needed("polars"), Needed("duckdb"), Needed("pyspark.sql")
EUROPE, AFRICA = "Europe", "West and Central Africa"

# Twelve missions. July to June, 2015/16 holds the first five, 2016/17 the next three, 2017/18 none, 2018/19 four.
# The first begins on the first day of a reporting year, the last on the last day of one.
MISSIONS = [
    # start, end, region, programme, experts, participants, female participants
    ("2015-07-01", "2015-07-10", EUROPE, "SAFE", 2, 20, 8),
    ("2015-12-31", "2016-01-05", AFRICA, "Mercator", 1, None, None),
    ("2016-02-29", "2016-03-04", EUROPE, "SAFE", 3, 30, 10),
    ("2016-03-31", "2016-04-02", EUROPE, "Mercator", 2, 25, 5),
    ("2016-06-30", "2016-07-08", AFRICA, "SAFE", None, 10, None),
    ("2016-07-01", "2016-07-05", EUROPE, "SAFE", 1, 12, 6),
    ("2017-03-31", "2017-04-03", None, "Mercator", 2, 15, None),
    ("2017-04-01", "2017-04-05", EUROPE, "SAFE", 2, 18, 9),
    ("2018-07-01", "2018-07-06", AFRICA, "SAFE", 4, 40, 20),
    ("2018-12-31", "2019-01-03", EUROPE, "Mercator", 1, None, None),
    ("2019-01-01", "2019-01-08", EUROPE, None, 2, 22, 11),
    ("2019-06-30", None, None, "SAFE", 3, 33, 3),
]
NAMES = [
    "start_date",
    "end_date",
    "wco_region",
    "programme",
    "experts",
    "participants",
    "female_participants",
]


# No mission is dated in 2017/18, which is a true 0 if both days are stated.
COVERS = ("2015-07-01", "2019-06-30")


def typed(missions):
    frame = pd.DataFrame(missions, columns=NAMES)
    dtypes = dict.fromkeys(NAMES[:2], "datetime64[us]") | dict.fromkeys(NAMES[2:4], "category")
    return frame.astype(dtypes | dict.fromkeys(NAMES[4:], "Int64"))


@pytest.fixture
def register():
    return typed(MISSIONS)


def by_period(counts, *by, value="value"):
    """Return {first day, or first day and combination: value}."""
    keys = [counts["period_start"].dt.strftime("%Y-%m-%d"), *(counts[name] for name in by)]
    return dict(zip(zip(*keys, strict=True) if by else keys[0], counts[value], strict=True))


def test_a_year_is_from_july_to_june_by_default(register):
    counts = count_missions(register, covers=COVERS)
    assert by_period(counts) == {"2015-07-01": 5, "2016-07-01": 3, "2017-07-01": 0, "2018-07-01": 4}
    assert counts["period_end"].astype(str).tolist() == [
        "2016-06-30",
        "2017-06-30",
        "2018-06-30",
        "2019-06-30",
    ]
    assert set(counts["period_basis"]) == {"stated"}
    assert counts["note"].isna().all()


# 2015: missions 1 and 2; 2016: 3 to 6; then two a year. The register begins in July 2015 and ends in June 2019, but it
# has a gap of 456 days inside, from April 2017 to July 2018.
def test_calendar_years_are_whole_where_the_register_begins_and_ends(register):
    counts = count_missions(register, year_start=1)
    found = {"2015-01-01": 2, "2016-01-01": 4, "2017-01-01": 2, "2018-01-01": 2, "2019-01-01": 2}
    assert by_period(counts) == found
    assert counts["period_end"].astype(str).tolist()[-2:] == ["2018-12-31", "2019-12-31"]
    assert counts["note"].iloc[0] == "first mission on 1 Jul 2015; 2015 is taken as covered whole"
    assert counts["note"].iloc[-1] == "last mission on 30 Jun 2019; 2019 is taken as covered whole"
    inside = "last mission on 1 Apr 2017; 2017 is", "first mission on 1 Jul 2018; 2018 is"
    assert counts["note"].iloc[2:4].tolist() == [
        f"{edge} taken as covered whole" for edge in inside
    ]
    assert pd.isna(counts["note"].iloc[1])


# A mission on 31 March is the last of its year, one on 1 April the first of the next.
def test_a_year_may_be_from_april_to_march(register):
    found = {"2015-04-01": 4, "2016-04-01": 3, "2017-04-01": 1, "2018-04-01": 3, "2019-04-01": 1}
    assert by_period(count_missions(register, year_start=4)) == found


@pytest.mark.parametrize(("year", "days"), [(2015, 366), (2016, 365), (1899, 365), (1999, 366)])
def test_a_leap_day_belongs_to_its_year(year, days):
    last = pd.Timestamp(year + 1, 3, 1) - pd.Timedelta(days=1)
    starts = pd.to_datetime([f"{year}-07-01", str(last.date()), f"{year + 1}-06-30"])
    counts = count_missions(pd.DataFrame({"start_date": starts}))
    assert counts["value"].tolist() == [3]
    assert (counts["period_end"] - counts["period_start"]).dt.days.tolist() == [days - 1]


def test_regions_without_missions_count_nothing(register):
    found = by_period(count_missions(register, by="wco_region"), "wco_region")
    assert found == {
        ("2015-07-01", EUROPE): 3, ("2015-07-01", AFRICA): 2, ("2015-07-01", "no WCO region"): 0,
        ("2016-07-01", EUROPE): 2, ("2016-07-01", AFRICA): 0, ("2016-07-01", "no WCO region"): 1,
        ("2017-07-01", EUROPE): 0, ("2017-07-01", AFRICA): 0, ("2017-07-01", "no WCO region"): 0,
        ("2018-07-01", EUROPE): 2, ("2018-07-01", AFRICA): 1, ("2018-07-01", "no WCO region"): 1,
    }  # fmt: skip


# Of nine pairs of region and programme, seven occur: no region has Mercator or SAFE, Africa both, Europe all three.
def test_only_combinations_that_occur_are_counted(register):
    counts = count_missions(register, by=["wco_region", "programme"])
    assert len(counts) == 7 * 4
    assert list(counts)[2:5] == ["scope", "wco_region", "programme"]
    first = counts.head(7)[["wco_region", "programme", "value"]].to_numpy().tolist()
    assert first == [
        [EUROPE, "Mercator", 1], [EUROPE, "SAFE", 2], [EUROPE, "not stated", 0],
        [AFRICA, "Mercator", 1], [AFRICA, "SAFE", 1],
        ["no WCO region", "Mercator", 0], ["no WCO region", "SAFE", 0],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("indicator", "values", "missing"),
    [
        ("experts", [8, 5, 0, 10], ["1 of 5", None, None, None]),
        ("participants", [85, 45, 0, 95], ["1 of 5", None, None, "1 of 4"]),
        ("female_participants", [23, 15, 0, 34], ["2 of 5", "1 of 3", None, "1 of 4"]),
    ],
)
def test_sums_say_where_they_are_the_least(register, indicator, values, missing):
    counts = count_missions(register, indicator=indicator, covers=COVERS)
    assert counts["value"].tolist() == values
    assert counts["qualifier"].tolist() == ["at_least" if some else "exact" for some in missing]
    what = indicator.replace("_", " ")
    notes = [f"number of {what} missing for {some} missions" if some else None for some in missing]
    assert counts["note"].astype(object).where(counts["note"].notna(), None).tolist() == notes
    assert set(counts["unit"]) == {what}


# Both missions to Africa of 2015/16 lack the number: at least 0. Without missions it is 0, and exact.
def test_a_number_that_is_missing_throughout_is_at_least_0(register):
    how = {"by": "wco_region", "indicator": "female_participants"}
    counts = count_missions(register, covers=COVERS, **how)
    africa = counts[counts["wco_region"] == AFRICA]
    assert africa["value"].tolist() == [0, 0, 0, 20]
    assert africa["qualifier"].tolist() == ["at_least", "exact", "exact", "exact"]
    assert "missing for 2 of 2 missions" in africa["note"].iloc[0]


# By end: 5 ends in July 2016, so four missions end in 2015/16, four in 2016/17, three in 2018/19; one has no end.
def test_missions_without_the_date_are_in_no_period_and_said(register):
    counts = count_missions(register, date="end_date", by="wco_region")
    assert counts.groupby("period_end")["value"].sum().tolist() == [4, 4, 0, 3]
    noted = counts[counts["note"].fillna("").str.contains("1 more without end date")]
    assert set(noted["wco_region"]) == {"no WCO region"}
    assert len(noted) == 4
    # It may belong to each of the periods, so each is the least there can be.
    assert noted["missing"].tolist() == [1] * 4
    assert set(noted["qualifier"]) == {"at_least"}
    assert counts["missing"].sum() == 4


def test_the_source_is_that_of_the_rows(register):
    assert set(count_missions(register)["source_id"]) == {"register"}
    register.attrs["source"] = "missions.xlsx"
    assert set(count_missions(register)["source_id"]) == {"missions.xlsx"}


def test_nothing_that_is_given_is_changed(register):
    before = register.copy(deep=True)
    count_missions(
        register.assign(start_date=register["start_date"].dt.date),
        by="programme",
        indicator="experts",
    )
    count_missions(register, by="wco_region")
    pd.testing.assert_frame_equal(register, before)


@pytest.mark.parametrize("by", [(), "wco_region", ["programme", "wco_region"]])
def test_no_rows_give_no_counts(register, by):
    full = count_missions(register, by=by)
    undated = register.assign(start_date=pd.NaT)
    for nothing in (
        register.head(0),
        pd.DataFrame(columns=NAMES),
        undated,
        pa.Table.from_pandas(register.head(0)),
    ):
        counts = count_missions(nothing, by=by)
        pd.testing.assert_frame_equal(counts, full.head(0))
    assert count_missions(pd.DataFrame(columns=NAMES), indicator="experts").empty


# ---- What takes counts takes these.
def test_the_counts_keep_the_schema(register):
    Counts.validate(count_missions(register, year_start=1))
    Counts.validate(count_missions(register.head(0)))
    for _, part in count_missions(register, by="wco_region", indicator="experts").groupby(
        "wco_region"
    ):
        Counts.validate(part)


# 2016/17 against 2015/16: 3 after 5 is -40%; Europe 2 after 3 is -1 of 5, Africa 0 after 2 is -2, no region +1.
def test_changes_and_contributions_are_those_of_the_counts(register):
    total = year_on_year(count_missions(register, covers=COVERS))
    assert total["percent_change"].iloc[0] == pytest.approx(-40)
    assert total["comparable"].all()
    assert total["why"].tolist() == [
        "",
        "",
        "the period before counts 0, so there is no percent change",
    ]
    parts = count_missions(register, by="wco_region", covers=COVERS)
    changes = year_on_year(parts, by=["indicator", "scope", "wco_region"])
    assert len(changes) == 9
    found = contributions(parts, by="wco_region")
    first = found[found["period_end"] == "2017-06-30"].set_index("wco_region")["contribution"]
    assert first.to_dict() == pytest.approx({EUROPE: -20, AFRICA: -40, "no WCO region": 20})
    assert first.sum() == pytest.approx(total["percent_change"].iloc[0])
    assert found["comparable"].all()


def test_an_index_and_charts_are_made_of_them(register):
    counts = count_missions(register, covers=COVERS)
    assert index_to(counts, "2015/16")["index"].tolist() == pytest.approx([100, 60, 0, 80])
    assert "2016/17: 3 missions" in describe(plot_counts(counts))
    assert "2016/17 against 2015/16" in describe(plot_changes(year_on_year(counts)))
    parts = count_missions(register, by="wco_region", indicator="experts", year_start=1)
    assert plot_counts(parts[parts["wco_region"] == EUROPE]).get_ylabel() == "experts"
    assert plot_changes(year_on_year(parts, by="wco_region")).get_yticklabels()


# ---- What is refused.
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"by": "wco_regoin"}, "`by` cannot be 'wco_regoin'; did you mean 'wco_region'"),
        ({"by": ["programme", "iso3"]}, "`by` cannot be 'iso3'"),
        ({"by": "start_date"}, "`by` cannot be 'start_date'"),
        ({"date": "start"}, "did you mean 'start_date'"),
        (
            {"date": ["start_date"]},
            r"`date` must be the name of a column, but \['start_date'\] was given",
        ),
        (
            {"indicator": ["experts"]},
            r"`indicator` must be the name of a column, but \['experts'\] was given",
        ),
        ({"date": None}, "`date` must be the name of a column, but None was given"),
        (
            {"date": "programme"},
            "column of days, but 'programme' holds text; parse it with read_register first",
        ),
        ({"date": "experts"}, "column of days, but 'experts' holds values of type Int64"),
        (
            {"indicator": "expert"},
            "`indicator` cannot be .* did you mean 'experts'",
        ),
        ({"year_start": 13}, "a month from 1 to 12, or its name, but 13 was given"),
        ({"year_start": 0}, "a month from 1 to 12"),
        ({"year_start": "Juli"}, "or its name, but 'Juli' was given"),
    ],
)
def test_an_argument_that_is_not_there_is_refused(register, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        count_missions(register, **arguments)


def test_a_column_that_counts_have_is_no_part(register):
    with pytest.raises(ArgumentError, match="`by` cannot be"):
        count_missions(register.assign(note="x"), by="note")


@pytest.mark.parametrize("rows", [[1, 2], "missions.csv", None, pd.Series([1])])
def test_what_is_no_frame_is_refused(rows):
    with pytest.raises(ArgumentError, match="pandas, Polars, PyArrow, DuckDB or Spark frame"):
        count_missions(rows)


@pytest.mark.parametrize("name", ["start_date", "experts"])
def test_two_columns_of_one_name_are_refused(register, name):
    twice = pd.concat([register, register[[name]]], axis="columns")
    table = pa.Table.from_pandas(register[["start_date", "experts"]])
    for rows in (twice, table.append_column(name, table[name])):
        with pytest.raises(
            ArgumentError, match=f"`rows` has two columns '{name}'; rename or drop one"
        ):
            count_missions(rows)


@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_dates_that_are_text_are_refused(register, dtype):
    text = register.assign(start_date=register["start_date"].dt.strftime("%Y-%m-%d").astype(dtype))
    with pytest.raises(ArgumentError, match=r"'start_date' holds (text|values of type string)"):
        count_missions(text)


def test_numbers_that_are_text_or_parts_are_refused(register):
    with pytest.raises(ArgumentError, match="column of numbers, but 'experts' holds text"):
        count_missions(register.assign(experts="3"), indicator="experts")
    with pytest.raises(ArgumentError, match=r"cannot be 'experts'.* one of 'missions'"):
        count_missions(register[["start_date"]], indicator="experts")
    with pytest.raises(DataError, match="experts holds parts of people"):
        count_missions(register.assign(experts=0.3), indicator="experts")


# ---- Properties, and a plain loop.
DAYS = st.one_of(st.none(), st.dates(datetime.date(2010, 1, 1), datetime.date(2016, 12, 31)))
SOME = st.sampled_from([None, "a", "b", "not stated"])
ROWS = st.lists(
    st.tuples(
        DAYS,
        DAYS,
        st.sampled_from([None, EUROPE, AFRICA]),
        SOME,
        *[st.none() | st.integers(0, 40)] * 3,
    ),
    max_size=30,
)


def counted_in_a_loop(missions, year_start, indicator):
    """Return {(first year, programme): value} with plain Python, and without zeros."""
    found = Counter()
    for mission in missions:
        day, programme = mission[0], mission[3]
        if day is not None:
            year = day.year if day.month >= year_start else day.year - 1
            number = 1 if indicator == "missions" else mission[NAMES.index(indicator)] or 0
            found[year, programme or "not stated"] += number
    return {key: value for key, value in found.items() if value}


@settings(max_examples=100)
@given(ROWS, st.integers(1, 12), st.sampled_from(["missions", "experts", "female_participants"]))
def test_it_counts_as_a_plain_loop_does(missions, year_start, indicator):
    counts = count_missions(
        typed(missions), by="programme", year_start=year_start, indicator=indicator
    )
    ends = counts["period_end"]
    years = ends.dt.year - (ends.dt.month < year_start)
    found = dict(zip(zip(years, counts["programme"], strict=True), counts["value"], strict=True))
    assert {key: value for key, value in found.items() if value} == counted_in_a_loop(
        missions, year_start, indicator
    )
    named = {mission[3] or "not stated" for mission in missions} if len(counts) else set()
    assert set(found) == {
        (year, name)
        for year in range(min(years, default=0), max(years, default=-1) + 1)
        for name in named
    }


@settings(max_examples=30)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(missions, random):
    arguments = {"by": ["wco_region", "programme"], "indicator": "participants", "year_start": 4}
    whole = count_missions(typed(missions), **arguments)
    mixed = random.sample(missions, len(missions))
    pd.testing.assert_frame_equal(count_missions(typed(mixed), **arguments), whole)


@settings(max_examples=30)
@given(ROWS, st.sampled_from(["missions", "participants"]))
def test_the_parts_make_the_whole(missions, indicator):
    rows = typed(missions)
    whole = count_missions(rows, indicator=indicator)
    parts = count_missions(rows, by=["programme", "wco_region"], indicator=indicator)
    of_period = parts.groupby(["period_start", "period_end"])["value"].sum()
    assert of_period.tolist() == whole["value"].tolist()


# ---- The engines. The rows are made up.
@pytest.fixture(scope="module")
def many():
    """A hundred thousand missions of ten years, some without region, programme, date or experts."""
    random = np.random.default_rng(2013)
    size = 100_000
    days = np.datetime64("2012-09-03") + random.integers(0, 3700, size)
    frame = pd.DataFrame(
        {"start_date": pd.Series(days).astype("datetime64[us]").mask(random.random(size) < 0.001)}
    )
    frame["wco_region"] = pd.Categorical.from_codes(random.integers(-1, 6, size), list(WCO_REGIONS))
    frame["programme"] = pd.Series(random.choice(["SAFE", "Mercator", "Accelerate"], size)).astype(
        "str"
    )
    frame["programme"] = frame["programme"].mask(random.random(size) < 0.01)
    frame["experts"] = pd.array(random.integers(1, 9, size), dtype="Int64")
    frame["experts"] = frame["experts"].mask(random.random(size) < 0.02)
    return frame


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    java()
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.local.dir": str(tmp_path_factory.mktemp("spark")),
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
    }
    session = (
        pyspark.SparkSession.builder.master("local[2]")
        .appName("cbcstats")
        .config(map=settings)
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def polars_frame(table, _):
    return polars.from_arrow(table)


def polars_lazy(table, _):
    return polars_frame(table, _).lazy()


def duckdb_relation(table, _):
    return duckdb.from_arrow(table)


def spark_frame(table, request):
    return request.getfixturevalue("spark").createDataFrame(table)


ENGINES = [
    pytest.param(lambda table, _: table.to_pandas(), id="pandas"),
    pytest.param(
        lambda table, _: table.to_pandas(types_mapper=pd.ArrowDtype), id="pandas on arrow"
    ),
    pytest.param(lambda table, _: table, id="pyarrow"),
    pytest.param(polars_frame, id="polars"),
    pytest.param(polars_lazy, id="polars lazy"),
    pytest.param(duckdb_relation, id="duckdb"),
    pytest.param(spark_frame, id="spark", marks=pytest.mark.slow),
]


def as_table(frame):
    """Return rows as Arrow holds them: text that is no dictionary, days as dates and, in `time`, as moments."""
    # Not "str", which makes the text "nan" of a missing region in pandas 2.
    table = pa.Table.from_pandas(frame.astype({"wco_region": "object"}), preserve_index=False)
    place = table.schema.get_field_index("start_date")
    time = table["start_date"]
    return table.set_column(place, "start_date", time.cast(pa.date32())).append_column("time", time)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_counts_the_same(engine, many, request):
    rows = engine(as_table(many), request)
    pd.testing.assert_frame_equal(
        count_missions(rows, by="wco_region"), count_missions(many, by="wco_region")
    )
    arguments = {"by": ["programme", "wco_region"], "indicator": "experts", "year_start": 1}
    expected = count_missions(many.rename(columns={"start_date": "time"}), date="time", **arguments)
    pd.testing.assert_frame_equal(count_missions(rows, date="time", **arguments), expected)


# On some of the days that are covered first and last, there are missions at night.
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("date", ["start_date", "time"])
def test_every_engine_leaves_out_the_same_days(engine, date, many, request):
    late = many.assign(start_date=many["start_date"] + pd.Timedelta(hours=23))
    table = as_table(many).drop_columns("time")
    rows = engine(table.append_column("time", as_table(late)["time"]), request)
    day = many["start_date"]
    for first, last in (("2014-03-05", "2018-11-30"), ("2014-03-05", None), (None, "2018-11-30")):
        is_before = day < pd.Timestamp(first or "1900-01-01")
        is_after = day > pd.Timestamp(last or "2100-01-01")
        for by in ((), "programme"):
            counts = count_missions(rows, date=date, covers=(first, last), by=by)
            assert counts["value"].sum() == (day.notna() & ~is_before & ~is_after).sum()
            expected = count_missions(many, covers=(first, last), by=by).drop(columns="note")
            pd.testing.assert_frame_equal(counts.drop(columns="note"), expected)


def test_dictionaries_and_categories_count_the_same(many):
    expected = count_missions(many, by="wco_region")
    table = pa.Table.from_pandas(many, preserve_index=False)
    for rows in (table, polars.from_arrow(table)):
        pd.testing.assert_frame_equal(count_missions(rows, by="wco_region"), expected)


# 1 with a missing one beside it is 1.0 in some engines, and true may be True.
@pytest.mark.parametrize("engine", ENGINES[:-1])
def test_numbers_and_marks_have_the_same_names_everywhere(engine, request):
    days = pd.to_datetime(["2015-07-01"] * 4)
    rows = pd.DataFrame({"start_date": days, "phase": pd.array([1, 2, 2, None], dtype="Int64")})
    rows["online"] = pd.array([True, False, False, None], dtype="boolean")
    table = pa.Table.from_pandas(rows, preserve_index=False)
    counts = count_missions(engine(table, request), by=["phase", "online"])
    assert counts["phase"].tolist() == ["1", "2", "not stated"]
    assert counts["online"].tolist() == ["True", "False", "not stated"]
    assert counts["value"].tolist() == [1, 2, 1]


# In 32 bits, the first sum would be -1,294,967,296; the second, 16,777,217, is no number of 32 bits with a point.
@pytest.mark.parametrize("engine", ENGINES[:-1])
@pytest.mark.parametrize(
    ("dtype", "numbers", "total"),
    [
        *(
            ("int32", [1_500_000_000] * 2, 3_000_000_000),
            ("uint32", [4_000_000_000] * 2, 8_000_000_000),
        ),
        *(("int8", [100] * 2, 200), ("float32", [16_777_216.0, 1.0], 16_777_217)),
    ],
)
def test_sums_are_whole_however_narrow_the_column(engine, dtype, numbers, total, request):
    table = pa.table(
        {"start_date": [datetime.date(2017, 4, 3)] * 2, "experts": np.array(numbers, dtype)}
    )
    assert count_missions(engine(table, request), indicator="experts")["value"].tolist() == [total]


def test_not_a_number_is_missing(many):
    rows = polars.DataFrame(
        {
            name: many[name].to_numpy(float, na_value=np.nan) if name == "experts" else many[name]
            for name in many
        }
    )
    assert rows["experts"].is_nan().any()
    expected = count_missions(many, by="programme", indicator="experts")
    pd.testing.assert_frame_equal(
        count_missions(rows, by="programme", indicator="experts"), expected
    )


# The short cut of pandas is one, and not another answer. Times of the day and time zones change no day.
def test_the_short_cut_of_pandas_changes_no_count(many, monkeypatch):
    arguments = {"by": ["programme", "wco_region"], "indicator": "experts", "year_start": 10}
    arguments["covers"] = ("2014-03-05", "2018-11-30")
    expected = count_missions(many, **arguments)
    late = many["start_date"] + pd.Timedelta(hours=23, minutes=30)
    real = many["experts"].astype("float64")
    for rows in (
        many.assign(start_date=late, experts=real),
        many.assign(start_date=late.dt.tz_localize("Asia/Tokyo")),
    ):
        pd.testing.assert_frame_equal(count_missions(rows, **arguments), expected)
    monkeypatch.setattr(engines, "MANY_CELLS", 0)
    for rows in (many, many.assign(start_date=late, experts=real)):
        pd.testing.assert_frame_equal(count_missions(rows, **arguments), expected)


# Half an hour before midnight of the last day of the year, in the zone that the register states.
@pytest.mark.parametrize("zone", ["America/New_York", "Etc/GMT+3", "Europe/Brussels", "+03:00"])
def test_days_are_those_of_the_time_zone_whatever_its_name(zone):
    days = pd.Series(pd.to_datetime(["2017-06-30 23:30", "2017-07-01 00:00"])).dt.tz_localize(zone)
    assert by_period(count_missions(pd.DataFrame({"start_date": days}))) == {
        "2016-07-01": 1,
        "2017-07-01": 1,
    }


SPANS = {
    "member": ["Kenya", "Kenya", "Mali", "Mali", "Togo"],
    "start_date": ["2017-04", "2018", "Q1 2018", "2017-08-03", "2018-09-10"],
}


@pytest.mark.parametrize(
    ("year_start", "covers", "value", "missing"),
    [
        # The year 2018 lies in two reporting years that begin in July.
        (7, None, [1, 2, 1], [0, 1, 1]),
        (1, None, [2, 3], [0, 0]),
        # So does the first quarter, where they begin in February.
        (2, None, [2, 1], [2, 2]),
        # Of 2018, only a part is covered, and the first quarter is not.
        (1, ("2017-01-01", "2018-09-30"), [2, 2], [0, 1]),
        (7, ("2018-07-01", "2019-06-30"), [1], [1]),
    ],
)
def test_a_start_known_to_the_year_counts_if_it_lies_in_one_period(
    year_start, covers, value, missing
):
    register = read_register(pd.DataFrame(SPANS))
    frames = [
        register,
        register.rows,
        polars.from_pandas(register.rows),
        pa.Table.from_pandas(register.rows),
    ]
    for frame in frames:
        counts = count_missions(frame, year_start=year_start, covers=covers)
        assert (counts["value"].tolist(), counts["missing"].tolist()) == (value, missing)
        is_open = [number > 0 for number in missing]
        said = "known to the year only may belong here"
        assert counts["note"].fillna("").str.contains(said).tolist() == is_open
        assert counts["qualifier"][counts["missing"] > 0].eq("at_least").all()


def test_a_start_known_to_the_year_belongs_to_its_part_and_status():
    rows = pd.DataFrame(SPANS).assign(status=["done", "cancelled", "done", "done", "done"])
    register = read_register(rows)
    counts = count_missions(register, by="iso3")
    assert counts.loc[counts["missing"] > 0, "iso3"].tolist() == ["KEN", "KEN"]
    assert count_missions(register, status="done")["missing"].tolist() == [0, 0, 0]
    # By its end, the precision of its start does not matter.
    ends = read_register(rows.assign(end_date="2018-12-31"))
    assert count_missions(ends, date="end_date")["missing"].tolist() == [0]


def test_a_rejected_row_known_to_the_year_may_belong_to_both_periods():
    rows = pd.DataFrame({"member": ["Kenya", "Atlantis"], "start_date": ["2017-04-03", "2017"]})
    counts = count_missions(read_register(rows))
    assert counts["missing"].tolist() == [1, 1]
    assert counts["note"].str.contains("1 rejected row may belong here").all()
