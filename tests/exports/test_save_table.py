"""Tables as files: read back, they are what they were, and no cell of them is computed."""

import html
import io
import re

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from cbcstats import ArgumentError, DataError, load_counts, save_table
from cbcstats.files.writing import harmless
from tests.folders import assert_replaced_as_a_whole
from tests.frames import COMPUTED, EXACTLY, FRAMES, without_empty_texts
from tests.needs import needed

PLAIN = [
    "+49%",
    "-3.5",
    "+14",
    "+1,234",
    "-7%",
    "+3 percentage points",
    "-12.5 % of all: see 2017-03",
    "2017",
    "Kenya",
    "a=b",
    "",
    "'quoted'",
    "\N{MINUS SIGN}1+1",
]


@pytest.fixture(scope="module", params=FRAMES)
def frame(request):
    return FRAMES[request.param]()


def read_csv(path, frame):
    days = [name for name in frame if frame[name].dtype.kind == "M"]
    kinds = {name: kind for name, kind in frame.dtypes.items() if name not in days}
    empty = {"keep_default_na": False, "na_values": [""]}
    back = pd.read_csv(path, dtype=kinds, parse_dates=days, **EXACTLY, **empty)
    # An apostrophe keeps spreadsheets from computing texts such as "+20% on 330 means ...".
    for name in back.select_dtypes(exclude=["number", "datetime", "bool"]):
        if back[name].notna().any():
            back[name] = back[name].str.replace(r"^'(?=[+])", "", regex=True)
    return back.astype(frame.dtypes)


def test_csv_is_read_back_as_it_was(frame, tmp_path):
    path = save_table(frame, tmp_path / "table.csv")
    pd.testing.assert_frame_equal(
        read_csv(path, frame), without_empty_texts(frame), check_exact=True
    )


def test_parquet_is_read_back_as_it_was_with_dtypes_and_attrs(frame, tmp_path):
    back = pd.read_parquet(save_table(frame, tmp_path / "table.parquet"))
    pd.testing.assert_frame_equal(back, frame, check_exact=True)
    assert back.attrs == frame.attrs


def test_our_own_loader_reads_the_csv_back(tmp_path):
    counts = load_counts()
    pd.testing.assert_frame_equal(
        load_counts(source=save_table(counts, tmp_path / "mine.csv")), counts
    )


def test_csv_has_plain_days_lower_case_marks_and_unix_lines(tmp_path):
    content = save_table(
        load_counts("capacity_building_missions"), tmp_path / "missions.csv"
    ).read_bytes()
    lines = content.decode("utf-8").splitlines()
    assert lines[0].startswith("indicator,label,measure,scope,area,unit,period_start")
    assert lines[-1].startswith(
        "capacity_building_missions,Capacity building missions,flow,delivered,,missions,"
        "2017-03-09,2018-02-26,inferred,,492,,exact,,+49%,"
    )
    assert ",true,,wco-2018-03-02," in lines[-1]
    assert b"\r" not in content


def test_moments_keep_their_time_and_days_beside_them_none(tmp_path):
    moments = pd.to_datetime(pd.Series(["2017-03-09 10:30", None]))
    frame = pd.DataFrame({"day": pd.to_datetime(["2017-03-09", "2018-02-26"]), "at": moments})
    text = save_table(frame, tmp_path / "moments.csv").read_text()
    assert text == "day,at\n2017-03-09,2017-03-09 10:30:00\n2018-02-26,\n"


@pytest.mark.parametrize("text", COMPUTED)
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text, tmp_path):
    assert harmless(text) == "'" + text
    frame = pd.DataFrame(
        {
            "object": pd.Series([text, 1], dtype=object),
            "category": pd.Categorical([text, "a"]),
            text: 1,
        }
    )
    back = pd.read_csv(save_table(frame, tmp_path / "cells.csv"), dtype=str)
    assert back["object"].tolist() == ["'" + text, "1"]
    assert back["category"].iloc[0] == back["object"].iloc[0]
    assert back.columns[2].startswith("'")


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_stay_as_they_are(text):
    assert harmless(text) == text


def test_numbers_are_never_marked(tmp_path):
    frame = pd.DataFrame(
        {"a": [-1, 2], "b": [-1.5, -np.inf], "c": pd.array([-3, None], dtype="Int64")}
    )
    path = save_table(frame, tmp_path / "numbers.csv")
    assert "'" not in path.read_text()
    pd.testing.assert_frame_equal(pd.read_csv(path, dtype=frame.dtypes.to_dict()), frame)


def test_an_index_that_says_something_and_columns_in_two_rows_are_kept(tmp_path):
    frame = pd.DataFrame(
        {("missions", "2017"): [1, 2], ("missions", "2018"): [3, 4]},
        index=pd.Index(["Europe", "Africa"], name="region"),
    )
    back = pd.read_csv(save_table(frame, tmp_path / "wide.csv"))
    assert back.columns.tolist() == ["region", "missions 2017", "missions 2018"]
    assert back["region"].tolist() == ["Europe", "Africa"]


def test_parquet_says_what_it_is_and_where_it_is_from(tmp_path):
    path = save_table(
        load_counts("capacity_building_missions"),
        tmp_path / "m.parquet",
        title="Missions",
        note="Draft",
    )
    said = pq.read_schema(path).metadata
    assert (said[b"title"], said[b"note"]) == (b"Missions", b"Draft")
    assert said[b"sources"].startswith(b"Source: WCO 2014-04-10")


def test_parquet_refuses_columns_of_several_kinds(tmp_path):
    with pytest.raises(ArgumentError, match="column mixed"):
        save_table(pd.DataFrame({"mixed": [1, "a"]}), tmp_path / "m.parquet")


def cells_of_markdown(text):
    rows = [line[2:-2].split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [[html.unescape(cell).replace("\\", "") for cell in row] for row in (rows[0], *rows[2:])]


@pytest.mark.parametrize("suffix", ["md", "html"])
def test_pages_show_every_row_with_its_words_and_numbers(suffix, tmp_path):
    counts = load_counts()
    text = save_table(counts, tmp_path / f"counts.{suffix}").read_text(encoding="utf-8")
    if suffix == "md":
        head, *rows = cells_of_markdown(text)
        shown = pd.DataFrame(rows, columns=head)
    else:
        needed("lxml")
        as_text = dict.fromkeys(range(counts.shape[1] - 1), str)
        [shown] = pd.read_html(
            io.StringIO(text), flavor="lxml", keep_default_na=False, converters=as_text
        )
    assert [name.replace(" ", "_") for name in shown] == counts.columns[1:].tolist()
    assert len(shown) == len(counts)
    for name in ("label", "unit", "qualifier", "published_change", "source_id", "note"):
        expected = [" ".join(text.split()) for text in counts[name].fillna("")]
        assert [" ".join(text.split()) for text in shown[name.replace("_", " ")]] == expected
    values = pd.to_numeric(shown["value"].str.replace(",", ""))
    assert np.allclose(values, counts["value"].astype(float), equal_nan=True, atol=0.05)


def test_the_page_is_accessible_loads_nothing_and_leads_to_its_sources(tmp_path):
    missions = load_counts("capacity_building_missions")
    page = save_table(
        missions, tmp_path / "m.html", title="Missions & more", note="<b>Draft</b>"
    ).read_text()
    assert '<html lang="en">' in page
    assert "<title>Missions &amp; more</title>" in page
    assert "&lt;b&gt;Draft&lt;/b&gt;" in page
    assert "<caption>m, 6 rows.</caption>" in page
    assert (
        page.count('<th scope="col"') == missions.shape[1] - 1
    )  # the label in place of the indicator
    assert not re.search(r"<(script|link|img|iframe)|url\(|@import", page)
    for name in missions["source_id"]:
        assert f'href="#source-{name}"' in page
        assert f'id="source-{name}"' in page
    assert "Almost 400 is read as 340 to 399" in page
    assert "5 of 6 rows have days that the source does not state" in page


def test_pages_hold_several_tables_and_name_them(tmp_path):
    tables = {"missions": load_counts("capacity_building_missions"), "changes": FRAMES["changes"]()}
    page = save_table(tables, tmp_path / "m.html").read_text()
    assert page.count("<table>") == 2
    assert "<caption>changes, 3 rows.</caption>" in page
    text = save_table(tables, tmp_path / "m.md").read_text()
    assert "\n## missions\n" in text
    assert "\n## changes\n" in text
    assert text.endswith("Cross-border Research Association (blog) 2017-04-15.\n")


def test_markup_in_a_cell_is_text_in_markdown_too(tmp_path):
    frame = pd.DataFrame(
        {"note": ["<script>alert(1)</script> | a\nb *c* [d](e) `f`", "more_than"], "n": [1.25, -2]}
    )
    text = save_table(frame, tmp_path / "n.md").read_text(encoding="utf-8")
    assert r"| &lt;script&gt;alert(1)&lt;/script&gt; \| a b \*c\* \[d\](e) \`f\` | 1.2 |" in text
    assert "| more_than | -2.0 |" in text
    assert "| --- | ---: |" in text


def test_sources_of_your_own_are_named_and_checked(tmp_path):
    mine = pd.DataFrame(
        {
            "source_id": ["mine"],
            "title": ["Register"],
            "publisher": ["Us"],
            "published": ["2024-05"],
            "url": ["https://example.org/register"],
            "accessed": ["2024-06-01"],
            "note": [None],
        }
    )
    frame = pd.DataFrame({"value": [1, 2], "source_id": ["mine", "not known"]})
    page = save_table(frame, tmp_path / "m.html", sources=mine).read_text()
    assert 'Register. Us, 2024-05. <a href="https://example.org/register"' in page
    nowhere = mine.assign(url=None)
    page = save_table(frame, tmp_path / "p.html", sources=nowhere).read_text()
    assert "Register. Us, 2024-05, read 2024-06-01" in page
    assert '<a href="http' not in page
    assert "not known</strong>: not in the table of sources." in page
    with pytest.raises(DataError, match="url"):
        save_table(frame, tmp_path / "n.html", sources=mine.assign(url="javascript:alert(1)"))
    assert not (tmp_path / "n.html").exists()
    text = save_table(frame, tmp_path / "m.md", sources=mine).read_text()
    assert text.endswith("Source: Us 2024-05; not known.\n")
    metadata = pq.read_schema(save_table(frame, tmp_path / "m.parquet", sources=mine)).metadata
    assert metadata[b"sources"] == b"Source: Us 2024-05; not known."


@pytest.mark.parametrize("suffix", ["csv", "parquet", "html", "md", "xlsx", "sdmx.csv"])
def test_every_kind_is_the_same_twice_and_makes_its_folders(suffix, tmp_path):
    missions = load_counts("capacity_building_missions")
    first = save_table(missions, tmp_path / "a" / f"missions.{suffix}")
    second = save_table(missions, tmp_path / "b" / f"missions.{suffix}")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("suffix", ["csv", "parquet", "html", "md", "xlsx", "sdmx.csv"])
def test_a_file_that_is_there_stays_and_none_is_half_written(suffix, tmp_path):
    path, missions = tmp_path / f"missions.{suffix}", load_counts("capacity_building_missions")
    assert_replaced_as_a_whole(path, lambda **how: save_table(missions, path, **how))


def test_other_suffixes_are_refused_with_those_there_are(tmp_path):
    with pytest.raises(
        ArgumentError, match=r"ends in .sdmx.csv, .csv, .xlsx, .parquet, .json, .html, .md"
    ):
        save_table(load_counts("capacity_building_missions"), tmp_path / "missions.ods")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "no table"),
        ({"a": [1]}, "`a` must be a DataFrame of .*, but list was given"),
        (pd.DataFrame([[1, 2]], columns=["A", "a"]), "two columns called 'a'"),
        (pd.DataFrame(), "no columns"),
        ({1: pd.DataFrame({"x": [1]}), "1": pd.DataFrame({"x": [2]})}, "same name"),
        (
            {"a": pd.DataFrame({"x": [1]}), "b": pd.DataFrame({"x": [1]})},
            "CSV holds one table, but a, b were given",
        ),
    ],
)
def test_what_is_no_table_is_refused(table, said, tmp_path):
    with pytest.raises(ArgumentError, match=said):
        save_table(table, tmp_path / "t.csv")
    assert not list(tmp_path.iterdir())
