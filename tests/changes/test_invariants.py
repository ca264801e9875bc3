"""What must not change a result does not change it: scale, order, company, and where and how Python runs."""

import copy
import hashlib
import inspect
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cbcstats
from cbcstats import check_claims, count_missions, read_register, year_on_year
from cbcstats.changes.intervals import count_interval, rate_ratio
from cbcstats.tables.codelists import WCO_REGIONS
from tests.command_line import run_python
from tests.frames import as_text, example_rows
from tests.needs import needed
from tests.properties import given, settings, st

ROOT = Path(__file__).parents[2]
SERIES = ["indicator", "scope"]


def counts_of_years(values, **columns):
    """Make counts of calendar years from 2010 on."""
    years = range(2010, 2010 + len(values))
    frame = {
        "indicator": "missions",
        "scope": "all",
        "period_start": pd.to_datetime([f"{year}-01-01" for year in years]),
        "period_end": pd.to_datetime([f"{year}-12-31" for year in years]),
        "value": values,
        "source_id": [f"source-{year}" for year in years],
    }
    return pd.DataFrame(frame).assign(**columns)


@pytest.fixture(scope="module")
def missions():
    """Return the rows of the invented register with one country, or none."""
    rows = example_rows()
    is_of_one = rows["all_iso3"].isna() & ~rows["counted_above"]
    return rows[is_of_one].drop(columns=["all_iso3", "counted_above"])


@pytest.fixture(scope="module")
def by_region(missions):
    return count_missions(missions, by="wco_region", year_start=1)


# ---- Scale
@settings(max_examples=15)
@given(
    st.lists(st.integers(1, 10**6), min_size=2, max_size=6),
    st.integers(2, 1000),
    st.sampled_from(["period", "month"]),
)
def test_scaling_all_values_leaves_percentages_alone(values, factor, per):
    small, large = counts_of_years(values), counts_of_years([factor * value for value in values])
    for function, shares, amounts in (
        (
            year_on_year,
            ["percent_change", "percent_change_low", "percent_change_high"],
            ["value", "change", "low"],
        ),
        (
            cbcstats.growth_rate,
            ["growth_rate", "growth_rate_low", "growth_rate_high"],
            ["first_value", "last_value"],
        ),
        (
            lambda counts, per: cbcstats.index_to(counts, "2011", per=per),
            ["index", "index_low", "index_high"],
            ["value", "high"],
        ),
    ):
        one, other = function(small, per=per), function(large, per=per)
        np.testing.assert_allclose(one[shares], other[shares], atol=1e-9)
        np.testing.assert_allclose(factor * one[amounts], other[amounts], atol=1e-9)
        assert one["why"].tolist() == other["why"].tolist()


def test_scaling_all_parts_leaves_contributions_alone(by_region):
    one, other = (
        cbcstats.contributions(by_region.assign(value=by_region["value"] * factor))
        for factor in (1, 12)
    )
    points = ["contribution", "contribution_low", "contribution_high", "total_percent_change"]
    np.testing.assert_allclose(one[points], other[points])
    assert np.isfinite(one["contribution"]).any()


# ---- Order
def in_one_order(frame):
    return frame.sort_values(
        list(frame), ignore_index=True, key=lambda column: column.astype("str")
    )


QUESTIONS = {
    "changes": lambda counts: year_on_year(counts, per="month"),
    "changes by indicator and unit": lambda counts: year_on_year(
        counts, by=["indicator", "scope", "area", "unit"]
    ),
    "growth": lambda counts: cbcstats.growth_rate(counts),
    "index": lambda counts: cbcstats.index_to(counts, "2017"),
    "claims": check_claims,
    "totals": lambda counts: cbcstats.check_totals(
        counts, part="area", total="World", by=["indicator", "scope"]
    ),
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_order_of_rows_changes_the_order_of_rows_at_most(question, seed):
    counts = cbcstats.load_counts()
    shuffled = counts.sample(frac=1, random_state=seed)
    asked = QUESTIONS[question]
    found = asked(counts)
    assert len(found)
    pd.testing.assert_frame_equal(in_one_order(asked(shuffled)), in_one_order(found))


def test_editions_and_lists_have_no_order():
    # Rows with the same key are matched in their order, so that only others can come in any.
    old = cbcstats.load_counts().drop_duplicates(
        [*SERIES, "period_start", "period_end", "source_id"], keep=False
    )
    new = old.assign(value=old["value"].where(old.index % 50 != 7, 7)).iloc[:-3]
    found = cbcstats.compare_releases(old, new)
    assert len(found) > 5
    mixed = cbcstats.compare_releases(
        old.sample(frac=1, random_state=3), new.sample(frac=1, random_state=4)
    )
    pd.testing.assert_frame_equal(in_one_order(mixed), in_one_order(found))
    lists = cbcstats.load_beneficiaries()
    pd.testing.assert_frame_equal(
        in_one_order(cbcstats.membership_changes(lists.sample(frac=1, random_state=5))),
        in_one_order(cbcstats.membership_changes(lists)),
    )


def test_the_order_of_parts_and_missions_changes_no_number(missions, by_region):
    mixed = missions.sample(frac=1, random_state=6)
    pd.testing.assert_frame_equal(count_missions(mixed, by="wco_region", year_start=1), by_region)
    found = cbcstats.contributions(by_region)
    shuffled = cbcstats.contributions(by_region.sample(frac=1, random_state=7))
    pd.testing.assert_frame_equal(in_one_order(shuffled), in_one_order(found), check_exact=False)


# ---- Parts and wholes
def test_halves_of_years_add_up_to_years(missions):
    whole = count_missions(missions, year_start=1)
    half = np.where(missions["start_date"].dt.month <= 6, "first", "second")
    halves = count_missions(missions.assign(half=half), by="half", year_start=1)
    assert set(halves["half"]) == {"first", "second"}
    assert halves.groupby("period_start")["value"].sum().tolist() == whole["value"].tolist()
    # The second half of a year and the first of the next make a year that begins in July.
    july = count_missions(missions, year_start=7)
    begun = july["period_end"].dt.year - (july["period_end"].dt.month <= 6)
    of_half = halves.assign(year=halves["period_start"].dt.year).set_index(["half", "year"])[
        "value"
    ]
    expected = [
        of_half.get(("second", year), 0) + of_half.get(("first", year + 1), 0) for year in begun
    ]
    assert july["value"].tolist() == expected


@pytest.mark.parametrize("by", [(), "wco_region", ["wco_region", "iso3"]])
def test_the_month_in_which_years_begin_changes_no_total(by, missions):
    for indicator in ("missions", "participants"):
        totals = {
            int(
                count_missions(missions, by=by, year_start=month, indicator=indicator)[
                    "value"
                ].sum()
            )
            for month in range(1, 13)
        }
        assert len(totals) == 1
    assert count_missions(missions, by=by)["value"].sum() == missions["start_date"].notna().sum()


def test_the_change_of_a_whole_is_the_sum_of_the_changes_of_its_parts(missions, by_region):
    whole = year_on_year(count_missions(missions, year_start=1))
    parts = year_on_year(by_region, by=[*SERIES, "wco_region"])
    # A period that the register may cover only in part has no upper end, and no change.
    of_whole = parts.groupby("period_end")["change"].sum(min_count=1)
    np.testing.assert_allclose(of_whole, whole["change"])


def test_merged_regions_contribute_what_they_did_apart(by_region):
    europe, africa = "Europe", "West and Central Africa"
    keys = [*SERIES, "period_start", "period_end", "wco_region"]
    merged = by_region.assign(
        wco_region=by_region["wco_region"].replace({africa: "both", europe: "both"})
    )
    merged = merged.groupby(keys, as_index=False, dropna=False).agg(
        value=("value", "sum"), note=("note", "first")
    )
    apart = cbcstats.contributions(by_region)
    together = cbcstats.contributions(merged)
    number = ["contribution", "total_percent_change"]
    of_both = together[together["wco_region"] == "both"].set_index("period_end")[number]
    two = apart[apart["wco_region"].isin([europe, africa])].groupby("period_end")
    assert two.size().eq(2).all()
    np.testing.assert_allclose(of_both["contribution"], two["contribution"].sum(min_count=2))
    np.testing.assert_allclose(of_both["total_percent_change"], two["total_percent_change"].first())
    others = (
        frame[~frame["wco_region"].isin([europe, africa, "both"])] for frame in (apart, together)
    )
    one, other = (frame.sort_values(["period_end", "wco_region"])[number] for frame in others)
    np.testing.assert_allclose(one, other)


# ---- Company
@pytest.mark.parametrize("question", ["changes", "growth", "index", "claims"])
def test_a_series_that_has_nothing_to_do_with_it_changes_nothing(question):
    counts = cbcstats.load_counts("capacity_building_missions")
    stranger = counts_of_years(
        [3, 1, 4, 1, 5, 9, 2, 6, 5], indicator="rainfall", measure="flow", unit="mm"
    )
    both = pd.concat([stranger.head(4), counts, stranger.tail(5)], ignore_index=True)
    asked = (
        QUESTIONS[question]
        if question != "index"
        else lambda frame: cbcstats.index_to(frame, "2014")
    )
    alone, beside = asked(counts), asked(both)
    beside = beside[beside["indicator"] == "capacity_building_missions"].reset_index(drop=True)
    pd.testing.assert_frame_equal(beside, alone, check_dtype=False)


@settings(max_examples=25)
@given(st.integers(0, 364), st.sampled_from([*WCO_REGIONS, None]))
def test_one_more_mission_is_one_more_in_one_count(day, region):
    days = pd.to_datetime(["2015-01-01", "2015-06-30", "2016-03-01", "2017-12-31"])
    rows = pd.DataFrame(
        {"start_date": days, "wco_region": [WCO_REGIONS[0], None, WCO_REGIONS[1], WCO_REGIONS[0]]}
    )
    every = pd.DataFrame({"start_date": days[2:3], "wco_region": [region]})
    rows = pd.concat([rows, every], ignore_index=True)
    one = pd.DataFrame(
        {
            "start_date": [pd.Timestamp("2016-01-01") + pd.Timedelta(days=day)],
            "wco_region": [region],
        }
    )
    before = count_missions(rows, by="wco_region", year_start=1)
    after = count_missions(pd.concat([rows, one], ignore_index=True), by="wco_region", year_start=1)
    more = after["value"] - before["value"]
    changed = after[more != 0].iloc[0]
    assert more.sum() == more.max() == 1
    assert (changed["wco_region"], changed["period_end"].year) == (region or "no WCO region", 2016)
    # Notes name the last day before a gap of more than a year.
    others = ["value", "note"]
    pd.testing.assert_frame_equal(after.drop(columns=others), before.drop(columns=others))


# ---- Calendar
# Whole months count one each, whatever their days; other periods are divided by their days.
@pytest.mark.parametrize(
    ("before", "after", "values"),
    [
        (("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-12-31"), (60, 60)),
        (("2023-02-01", "2023-02-28"), ("2024-02-01", "2024-02-29"), (5, 5)),
        (("2022-07-01", "2023-06-30"), ("2023-07-01", "2024-06-30"), (60, 60)),
        (("2023-01-01", "2023-11-30"), ("2024-01-01", "2024-12-31"), (55, 60)),
        (("2016-04-13", "2017-03-07"), ("2017-03-09", "2018-02-26"), (7 * 329, 7 * 355)),
        (("2022-01-30", "2023-01-28"), ("2023-01-29", "2024-02-03"), (52, 53)),
    ],
)
def test_the_same_number_per_month_is_no_change(before, after, values):
    starts, ends = zip(before, after, strict=True)
    counts = pd.DataFrame({"period_start": starts, "period_end": ends, "value": values})
    [change] = year_on_year(counts, per="month").itertuples()
    assert change.comparable
    assert change.rate == pytest.approx(change.previous_rate)
    assert (change.change, change.percent_change) == pytest.approx((0, 0), abs=1e-9)
    assert year_on_year(counts)["change"].tolist() == [values[1] - values[0]]


# ---- Where and how Python runs
SCRIPT = """
import json, sys, warnings
from pathlib import Path
folder, options = Path(sys.argv[1]), json.loads(sys.argv[2])
import matplotlib
matplotlib.use("agg")
import pandas as pd
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # options that pandas will drop say so
    for name, value in options.items():
        pd.set_option(name, value)
import cbcstats
counts = cbcstats.load_counts()
missions = cbcstats.load_counts("capacity_building_missions")
changes = cbcstats.year_on_year(missions, per="month")
called = {"member": "Country", "start_date": "Start", "end_date": "End"}
register = cbcstats.read_register(cbcstats.example_register(), columns=called, date_format="%d/%m/%Y")
parts = cbcstats.count_missions(register.rows, by=["wco_region", "iso3"])
tables = {
    "changes": changes, "all": cbcstats.year_on_year(counts), "growth": cbcstats.growth_rate(counts),
    "claims": cbcstats.check_claims(counts), "parts": parts, "problems": register.problems,
    "contributions": cbcstats.contributions(cbcstats.count_missions(register.rows, by="wco_region")),
    "lists": cbcstats.membership_changes(cbcstats.load_beneficiaries()),
}
try:
    import polars
except ImportError:
    pass
else:
    rows = polars.from_pandas(register.rows.astype({"wco_region": "str", "iso3": "str"}))
    tables["engine"] = cbcstats.count_missions(rows, by=["wco_region", "iso3"])
for name, table in tables.items():
    cbcstats.save_table(table, folder / f"{name}.csv")
cbcstats.save_table({"missions": missions, "changes": changes, "problems": register.problems}, folder / "book.xlsx")
cbcstats.save_table({"changes": changes}, folder / "page.html")
ax = cbcstats.plot_changes(changes, title="Za\\u017c\\u00f3\\u0142\\u0107")
cbcstats.save_chart(ax, folder / "chart_of_changes", formats=["svg"])
cbcstats.save_chart(cbcstats.plot_counts(missions), folder / "chart_of_counts", formats=["svg"])
register.save_problems(folder / "corrections.xlsx")
"""


def files_of(folder, environment=(), options=()):
    """Run the script in a fresh Python and return the digest of each file that it writes."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LC_", "LANG", "PYTHON"))
    }
    environment = kept | {"PYTHONPATH": str(ROOT)} | dict(environment)
    given = [folder, json.dumps(dict(options))]
    done = run_python("-c", SCRIPT, *given, env=environment, cwd=folder, errors="replace")
    assert done.returncode == 0, done.stderr
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


@pytest.fixture(scope="module")
def usual_files(tmp_path_factory):
    found = files_of(
        tmp_path_factory.mktemp("usual"), {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    )
    assert {"changes.csv", "book.xlsx", "chart_of_changes.svg"} <= set(found)
    return found


def locales():
    """Return the locales of this machine, a few of them, with one that is no UTF-8."""
    command = shutil.which("locale")
    listed = (
        subprocess.run([command, "-a"], capture_output=True, text=True, check=False).stdout
        if command
        else ""
    )
    others = [
        name for name in listed.split() if name.startswith(("de_", "fr_", "tr_", "ar_", "ja_"))
    ]
    return ["C", *others[:3]]


THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "ARROW_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "NUMEXPR_NUM_THREADS",
)
SURROUNDINGS = {
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "hash seed 2": {"PYTHONHASHSEED": "2"},
    "east of Greenwich": {"TZ": "Pacific/Kiritimati"},
    "west of Greenwich": {"TZ": "America/St_Johns"},
    "one thread": dict.fromkeys(THREADS, "1"),
    "four threads": dict.fromkeys(THREADS, "4"),
    "no UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "optimized": {"PYTHONOPTIMIZE": "1"},
    **{f"locale {name}": {"LC_ALL": name} for name in locales()},
}


@pytest.mark.slow
@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_the_same_bytes_are_written_everywhere(surroundings, usual_files, tmp_path):
    assert files_of(tmp_path, SURROUNDINGS[surroundings]) == usual_files


OPTIONS = {
    "not a number is not missing": {"future.distinguish_nan_and_na": True},
    "text as Python objects": {"mode.string_storage": "python"},
    "text in Arrow": {"mode.string_storage": "pyarrow"},
    "display": {
        "display.max_rows": 2,
        "display.max_columns": 2,
        "display.max_colwidth": 5,
        "display.precision": 1,
        "display.width": 20,
        "display.date_dayfirst": True,
        "styler.format.decimal": ",",
        "styler.format.precision": 1,
        "styler.render.max_rows": 1,
    },
    "mode": {
        "mode.chained_assignment": "raise",
        "mode.copy_on_write": True,
        "compute.use_bottleneck": False,
        "compute.use_numexpr": False,
        "io.excel.xlsx.writer": "openpyxl",
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS)
def test_the_same_bytes_are_written_whatever_pandas_is_told(options, usual_files, tmp_path):
    assert files_of(tmp_path, options=OPTIONS[options]) == usual_files


# ---- What is given is not changed


def frames():
    """Return frames of each kind that a public function takes."""
    counts = cbcstats.load_counts("capacity_building_missions")
    register = count_missions(
        pd.DataFrame({"start_date": pd.to_datetime(["2015-01-01", "2016-12-31"]), "wco_region": ["Europe"] * 2}),
        by="wco_region", year_start=1,
    )  # fmt: skip
    return {
        "counts": counts,
        "all counts": cbcstats.load_counts(),
        "text": as_text(counts),
        "changes": year_on_year(counts, per="month"),
        "wide": pd.DataFrame([["Fiji", "about 4", "5"]], columns=["office", 2021, 2022], index=[7]),
        "parts": register,
        "contributions": cbcstats.contributions(register),
        "verdicts": check_claims(counts),
        "beneficiaries": cbcstats.load_beneficiaries(),
        "mercator": cbcstats.load_beneficiaries("Mercator"),
        "members": cbcstats.load_members(),
        "places": cbcstats.load_places(),
        "sources": cbcstats.load_sources(),
        "missions": pd.DataFrame(
            {
                "member": ["Kenya", "Perugia", "NA"],
                "start_date": pd.to_datetime(["2015-01-01", "2016-12-31", None]),
                "participants": pd.array([3, None, 4], dtype="Int64"),
                "own": [[1], {2: 3}, None],
            },
            index=[7, 7, 3],
        ),
        "typed": pd.DataFrame(
            {
                "member": [" Kenya", None],
                "start_date": ["2017-04-03", "x"],
                "mission_id": ["1", "1"],
            }
        ),
        "by code": pd.Series([1, 2], index=["KEN", "PER"]),
        "codes": pd.Series(["KEN", None, "AIA"], index=[3, 3, 1], name="codes"),
        "names": pd.Series(["Kenya", None, "Perugia"], index=[3, 3, 1]).astype("category"),
        "days": pd.Series(pd.to_datetime(["2015-01-01", None, "2016-12-31"]), index=[3, 3, 1]),
        "numbers": pd.Series([4, None, 0], dtype="Int64", index=[3, 3, 1]),
        "times": pd.Series([1.5, 2, 3], index=[3, 3, 1]),
    }


# For each public function that takes frames: calls with the frames and with a folder to write to.
CALLS = {
    "check_claims": [lambda f, _: check_claims(f["all counts"])],
    "check_totals": [
        lambda f, _: cbcstats.check_totals(
            f["all counts"], part="area", total="World", by=["indicator", "scope"]
        )
    ],
    "compare_releases": [lambda f, _: cbcstats.compare_releases(f["all counts"], f["counts"])],
    "contributions": [lambda f, _: cbcstats.contributions(f["parts"])],
    "count_beneficiaries": [lambda f, _: cbcstats.count_beneficiaries(f["beneficiaries"])],
    "count_interval": [lambda f, _: count_interval(f["numbers"])],
    "count_missions": [
        lambda f, _: count_missions(f["missions"], by="member"),
        lambda f, _: count_missions(f["missions"], indicator="participants"),
    ],
    "growth_rate": [lambda f, _: cbcstats.growth_rate(f["all counts"], per="month")],
    "index_to": [lambda f, _: cbcstats.index_to(f["counts"], "2014")],
    "is_member": [
        lambda f, _: cbcstats.is_member(f["codes"]),
        lambda f, _: cbcstats.is_member(f["codes"], f["days"]),
    ],
    "load_beneficiaries": [lambda f, _: cbcstats.load_beneficiaries(source=f["beneficiaries"])],
    "load_counts": [
        lambda f, _: cbcstats.load_counts(source=f["all counts"]),
        lambda f, _: cbcstats.load_counts(source=f["text"]),
    ],
    "load_members": [lambda f, _: cbcstats.load_members(source=f["members"])],
    "load_places": [lambda f, _: cbcstats.load_places(source=f["places"])],
    "load_sources": [lambda f, _: cbcstats.load_sources(source=f["sources"])],
    "membership_changes": [
        lambda f, _: cbcstats.membership_changes(f["beneficiaries"]),
        lambda f, _: cbcstats.membership_changes(f["codes"], f["names"]),
    ],
    "plot_beneficiaries": [lambda f, _: cbcstats.plot_beneficiaries(f["mercator"])],
    "plot_changes": [lambda f, _: cbcstats.plot_changes(f["changes"])],
    "plot_claims": [lambda f, _: cbcstats.plot_claims(f["verdicts"])],
    "plot_contributions": [lambda f, _: cbcstats.plot_contributions(f["contributions"])],
    "plot_counts": [
        lambda f, _: cbcstats.plot_counts(f["counts"]),
        lambda f, _: cbcstats.plot_counts(f["counts"], per="month"),
    ],
    "plot_members": [
        lambda f, _: cbcstats.plot_members(f["beneficiaries"]),
        lambda f, _: cbcstats.plot_members(f["by code"]),
    ],
    "rate_ratio": [lambda f, _: rate_ratio(f["numbers"], f["numbers"], exposure=f["times"])],
    "read_register": [
        lambda f, _: read_register(f["missions"]),
        lambda f, _: read_register(f["typed"]),
    ],
    "save_datapackage": [
        lambda f, to: cbcstats.save_datapackage(
            {name: f[name] for name in ("counts", "changes", "beneficiaries")},
            to / "package",
            sources=f["sources"],
        )
    ],
    "save_table": [
        *(
            lambda f, to, end=end: cbcstats.save_table(
                f["counts"], to / f"counts{end}", sources=f["sources"]
            )
            for end in (".csv", ".xlsx", ".html", ".md", ".parquet", ".sdmx.csv")
        ),
        lambda f, to: cbcstats.save_table(
            {name: f[name] for name in ("changes", "verdicts")}, to / "both.xlsx"
        ),
    ],
    "report_table": [lambda f, _: cbcstats.report_table(f["changes"], language="fr")],
    "save_document": [
        lambda f, to: (
            needed("docx")
            and cbcstats.save_document(
                {name: f[name] for name in ("counts", "changes")}, to / "report.docx"
            )
        )
    ],
    "short_view": [lambda f, _: cbcstats.short_view(f["changes"])],
    "split_figures": [lambda f, _: cbcstats.split_figures(f["numbers"])],
    "to_iso3": [lambda f, _: cbcstats.to_iso3(f["names"])],
    "wco_region": [lambda f, _: cbcstats.wco_region(f["codes"], short=True)],
    "year_on_year": [
        lambda f, _: year_on_year(f["all counts"], per="month", reading="strict"),
        lambda f, _: year_on_year(f["text"]),
        lambda f, _: year_on_year(f["wide"], by="office"),
    ],
}


def test_every_function_that_takes_a_frame_is_among_the_calls():
    takes = {
        name
        for name in cbcstats.__all__
        if inspect.isfunction(function := getattr(cbcstats, name))
        for annotation in [
            value for key, value in function.__annotations__.items() if key != "return"
        ]
        if any(
            kind in annotation for kind in ("DataFrame", "Series", "ArrayLike", "IntoFrame", "Any")
        )
    }
    assert takes <= set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_what_is_given_is_not_changed(name, tmp_path):
    given_frames = frames()
    before = copy.deepcopy(given_frames)
    attributes = {kind: copy.deepcopy(frame.attrs) for kind, frame in given_frames.items()}
    for call in CALLS[name]:
        call(given_frames, tmp_path)
        for kind, frame in given_frames.items():
            same = (
                pd.testing.assert_frame_equal
                if isinstance(frame, pd.DataFrame)
                else pd.testing.assert_series_equal
            )
            same(frame, before[kind])
            assert frame.attrs == attributes[kind]
