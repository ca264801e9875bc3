"""Workbooks of tables: read back they are what they were, and people find their way in them."""

import datetime
import re
import zipfile

import numpy as np
import pandas as pd
import pytest

from cbcstats import ArgumentError, load_counts, load_sources, plot_counts, save_table, year_on_year
from cbcstats.charts.chart import chart_data
from cbcstats.exports import workbook as workbooks
from cbcstats.exports.editable_charts import native_chart
from cbcstats.exports.workbook import _sheet_names
from tests.frames import COMPUTED, FRAMES, without_empty_texts
from tests.needs import Needed
from tests.office import assert_only_text, converted

openpyxl = Needed("openpyxl")

HEADER = 3  # as the documentation says


@pytest.fixture(scope="module", params=FRAMES)
def frame(request):
    return FRAMES[request.param]()


def read_sheet(path, frame, sheet="table"):
    back = pd.read_excel(
        path,
        sheet_name=sheet,
        header=HEADER,
        engine="calamine",
        keep_default_na=False,
        na_values=[""],
    )
    return back.astype(frame.dtypes)


@pytest.fixture(scope="module")
def tables():
    missions = load_counts("capacity_building_missions")
    return {
        "missions": missions,
        "changes": year_on_year(missions, per="month"),
        "raw changes": year_on_year(missions),
        "beneficiaries": FRAMES["beneficiaries"](),
    }


@pytest.fixture(scope="module")
def path(tables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workbook")
    return save_table(tables, folder / "missions.xlsx", title="Missions of the WCO", note="A draft")


@pytest.fixture(scope="module")
def workbook(path):
    return openpyxl.load_workbook(path)


def parts(path, folder):
    with zipfile.ZipFile(path) as archive:
        return [
            archive.read(name).decode()
            for name in sorted(archive.namelist())
            if name.startswith(folder)
        ]


def text_of(sheet):
    return [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]


def test_a_workbook_is_read_back_as_it_was(frame, tmp_path):
    back = read_sheet(save_table(frame, tmp_path / "table.xlsx"), frame)
    pd.testing.assert_frame_equal(back, without_empty_texts(frame), rtol=1e-15, atol=0)


def test_the_sheets_stand_in_their_order_and_the_contents_lead_to_them(workbook):
    names = [
        "Cover",
        "Contents",
        "Notes",
        "Columns",
        "missions",
        "missions chart",
        "changes",
        "changes chart",
    ]
    names += ["raw changes", "raw changes chart", "beneficiaries", "Sources"]
    assert workbook.sheetnames == names
    links = {
        cell.value: cell.hyperlink.location for cell in workbook["Contents"]["A"] if cell.hyperlink
    }
    assert links == {name: f"'{name}'!A1" for name in names[2:]}
    assert workbook.properties.title == "Missions of the WCO"


def test_the_cover_says_what_it_is_and_until_when(workbook):
    lines = [row[0] for row in text_of(workbook["Cover"])]
    assert lines[:4] == [
        *(
            "Missions of the WCO",
            "4 tables with notes and sources.",
            "A draft",
            "The data end on 2025-06-01.",
        )
    ]
    assert lines[-1].startswith("Written by cbcstats ")
    assert not any("@" in line or "contact" in line.lower() for line in lines)


def test_each_table_is_marked_with_one_header_below_three_lines(workbook, tables):
    for name, table in tables.items():
        sheet = workbook[name]
        [marked] = sheet.tables.values()
        last = sheet.cell(HEADER + 1 + len(table), table.shape[1]).coordinate
        assert marked.ref == f"A4:{last}"
        assert marked.autoFilter.ref == marked.ref
        assert [cell.value for cell in sheet[HEADER + 1]] == table.columns.tolist()
        assert sheet.freeze_panes == "A5"
        assert sheet["A1"].value == name
        assert f"{len(table):,} rows" in sheet["A2"].value
        assert sheet["A3"].value.startswith("Source: ")
    for sheet in workbook:
        assert not sheet.merged_cells.ranges
        assert all(
            text_of(sheet)[row]
            for row in range(HEADER if sheet.title != "Cover" else 1, sheet.max_row)
        )


def test_cells_are_what_they_are(workbook, tables):
    sheet = workbook["missions"]
    places = {name: place for place, name in enumerate(tables["missions"], start=1)}
    row = HEADER + 1 + 4  # more than 330
    assert sheet.cell(row, places["value"]).value == 330
    assert sheet.cell(row, places["qualifier"]).value == "more_than"
    assert sheet.cell(row, places["published_change"]).value == "+20%"
    assert sheet.cell(row, places["published_change"]).data_type == "s"
    day = sheet.cell(row, places["period_end"])
    assert (day.value, day.number_format) == (datetime.datetime(2017, 3, 7), "yyyy-mm-dd")
    assert sheet.cell(row, places["preferred"]).value is True
    assert sheet.cell(row, places["change_since"]).value is None


def test_notes_columns_and_sources_say_what_is_to_be_known(workbook, tables):
    notes = dict(row for row in text_of(workbook["Notes"])[HEADER + 1 :])
    assert notes["qualifier: almost"].startswith("Almost 400 is read as 340 to 399")
    assert notes["monthly rates"].startswith("Rates and changes in changes are of values divided")
    assert "3 of 3 rows in raw changes" in notes["not comparable"]
    partial = tables["beneficiaries"]["list_kind"].value_counts()["partial"]
    assert (
        f"{partial} of {len(tables['beneficiaries'])} rows in beneficiaries"
        in notes["partial lists"]
    )
    means = {tuple(row[:2]): row[2] for row in text_of(workbook["Columns"])[HEADER + 1 :]}
    assert len(means) == sum(table.shape[1] for table in tables.values())
    assert means["missions", "qualifier"].startswith("word printed beside the number; below")
    assert means["changes", "rate"] == "value per month, with per='month'"
    sources = {row[0]: row for row in text_of(workbook["Sources"])[HEADER + 1 :]}
    assert set(tables["missions"]["source_id"]) <= set(sources)
    assert "Successful 9th Session of the Capacity Building Committee" in sources["wco-2018-03-02"]
    assert not any(cell.hyperlink for row in workbook["Sources"].iter_rows() for cell in row)


def test_a_chart_shows_what_stands_beside_it(workbook):
    head, *rows = text_of(workbook["missions chart"])[HEADER:]
    assert head == ["period", "delivered", "planned", "in words", "low", "high", "above", "below"]
    assert rows[2] == ["Feb 2015 - Apr 2016", 400, "almost 400", 340, 399, 0, 60]
    assert rows[3] == ["Apr 2016 - Mar 2017", 330, "more than 330", 331, 340, 10, 0]
    assert len(rows) == 5  # without the figure that is not preferred
    changes = text_of(workbook["changes chart"])[HEADER + 1 :]
    label, middle, words, low, high, *_ = changes[-1]
    assert label == "Mar 2017 - Feb 2018 against Apr 2016 - Mar 2017: +29% to +44%"
    assert words == "+29% to +44%"
    assert middle == pytest.approx((low + high) / 2)


@pytest.mark.parametrize(
    "name", ["beneficiaries", "contributions", "members", "counts", "sources", "claims"]
)
def test_tables_that_are_no_series_have_no_chart(name):
    assert native_chart(FRAMES[name]()) is None


def test_open_ranges_have_no_end_in_a_chart():
    missions = load_counts("capacity_building_missions")
    chart = native_chart(year_on_year(missions, reading="strict"))
    assert chart.data["high"].isna().any()
    assert np.isfinite(chart.data[chart.series].max(axis="columns")).all()


def test_nothing_becomes_a_formula_a_link_or_markup(tmp_path):
    texts = [
        *COMPUTED,
        "https://example.org",
        "<b>bold</b>",
        "&amp;",
        "_x000D_",
        "{=1}",
        "007",
        "2017-03",
        "TRUE",
        "1E5",
    ]
    frame = pd.DataFrame({"=1+1": texts, "n": range(len(texts))})
    path = save_table({"=cmd": frame}, tmp_path / "texts.xlsx", title="=1+1", note="@SUM(A1)")
    for part in parts(path, "xl/worksheets/"):
        assert "https" not in re.sub(r"xmlns(:\w+)?=\"[^\"]*\"", "", part)
    assert_only_text(path)
    back = read_sheet(path, frame, "=cmd")
    assert back["=1+1"].str.replace("_x000D_", "\r").tolist() == [
        text.replace("_x000D_", "\r") for text in texts
    ]


def test_values_that_excel_does_not_hold_are_text(tmp_path):
    frame = pd.DataFrame(
        {
            "open": [np.inf, 1.5],
            "large": [2**60, 1],
            "old": pd.to_datetime(["1850-05-01", "1952-11-04"]),
            "there": pd.to_datetime(["2017-03-09 10:30", "2017-03-10 00:00"]).tz_localize("UTC"),
            "date": pd.Series([datetime.date(2017, 3, 9), datetime.date(1850, 5, 1)], dtype=object),
            "mixed": pd.Series([True, ("a", 1)], dtype=object),
        }
    )
    path = save_table(frame, tmp_path / "odd.xlsx")
    rows = list(openpyxl.load_workbook(path)["odd"].iter_rows(min_row=HEADER + 2, values_only=True))
    assert rows[0][:3] == ("inf", "1152921504606846976", "1850-05-01")
    assert rows[0][3:] == ("2017-03-09 10:30:00+00:00", datetime.datetime(2017, 3, 9), True)
    assert rows[1] == (
        1.5,
        1,
        datetime.datetime(1952, 11, 4),
        "2017-03-10 00:00:00+00:00",
        "1850-05-01",
        "('a', 1)",
    )


def test_an_empty_table_keeps_its_header(tmp_path):
    frame = load_counts("capacity_building_missions").head(0)
    back = read_sheet(save_table(frame, tmp_path / "table.xlsx"), frame)
    pd.testing.assert_frame_equal(back, frame)


def test_what_a_sheet_cannot_hold_is_refused(tmp_path, monkeypatch):
    with pytest.raises(
        ArgumentError, match=r"row 2, column note: the text is longer than the 32,767"
    ):
        save_table(pd.DataFrame({"note": ["", "x" * 32_768]}), tmp_path / "long.xlsx")
    monkeypatch.setattr(workbooks, "ROWS", 10)
    with pytest.raises(
        ArgumentError, match=r"7 rows and 1 columns are more than a sheet holds; write .parquet"
    ):
        save_table(pd.DataFrame({"n": range(7)}), tmp_path / "long.xlsx")
    assert not list(tmp_path.iterdir())


NAMES = [
    *(
        "Cover",
        "NOTES",
        "history",
        "a/b:c*d?[e]\\f",
        "'quoted'",
        "it's",
        "n" * 40,
        "n" * 41,
        "N" * 31,
        "",
        "  ",
        "\t",
    ),
    *(
        "x" * 30 + "'",
        "\U0001f4c8" * 20,
        "Kenya",
        "kenya",
        "Kenya 2",
        "A1",
        "Côte d'Ivoire",
        "日本",
    ),
]


def test_names_of_sheets_are_those_that_excel_takes():
    made = _sheet_names(NAMES, workbooks._OURS)
    assert len({name.casefold() for name in made}) == len(NAMES)
    for name in made:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\\t]", name)
        assert name.strip("' ") == name
        assert name.casefold() not in {"cover", "notes", "history"}
    assert made[NAMES.index("it's")] == "it's"


def test_tables_of_any_name_are_written_and_linked(tmp_path):
    frame = pd.DataFrame({"n": [1]})
    path = save_table(dict.fromkeys(NAMES, frame), tmp_path / "names.xlsx")
    workbook = openpyxl.load_workbook(path)
    marked = [table.name.casefold() for sheet in workbook for table in sheet.tables.values()]
    assert len(set(marked)) == len(marked) == len(NAMES) + 3
    links = {cell.hyperlink.location for cell in workbook["Contents"]["A"] if cell.hyperlink}
    assert "'it''s'!A1" in links
    assert len(links) == len(NAMES) + 2


@pytest.mark.slow
def test_libreoffice_opens_it_and_shows_the_charts(path, tmp_path):
    page = converted(path, "html", tmp_path).read_text(encoding="utf-8")
    assert page.count("<img") == 3
    assert "Successful 9th Session" in page
    assert "Err:" not in page
    assert "#NAME" not in page


# 480 in the 48 months of 1,461 days are 10 per month, without decimals; 12.345 as printed is no rate.
def test_a_chart_is_one_of_monthly_rates_where_its_table_is_whatever_the_decimals(
    make_counts, years, tmp_path
):
    data = chart_data(plot_counts(make_counts(("2013-01-01", "2016-12-31", 480)), per="month"))
    chart = native_chart(data)
    assert (chart.unit, chart.data["in words"].tolist()) == ("missions per month", ["10"])
    assert chart.says.startswith("Columns are the numbers as printed, per month;")
    assert "Jan 2013 - Dec 2016: 10 missions per month." in chart.text
    [written] = parts(save_table(data, tmp_path / "monthly.xlsx"), "xl/charts/chart")
    assert "<a:t>missions per month</a:t>" in written
    printed = native_chart(years({2015: 1}).assign(value=12.345, low=12.345, high=12.345))
    assert (printed.unit, printed.data["in words"].tolist()) == ("missions", ["12.345"])
    assert "per month" not in printed.says


def test_sources_of_your_own_stand_under_each_table_and_chart(tmp_path):
    table = load_counts("capacity_building_missions").assign(source_id="mine-1")
    mine = load_sources().head(1).assign(source_id="mine-1", publisher="Us", published="2024-05")
    path = save_table(table, tmp_path / "missions.xlsx", sources=mine)
    workbook = openpyxl.load_workbook(path)
    assert [workbook[name]["A3"].value for name in ("missions", "missions chart")] == [
        "Source: Us 2024-05."
    ] * 2
    assert "Source: Us 2024-05." in parts(path, "xl/drawings/drawing")[0]


def test_days_with_a_time_zone_and_days_without_one_are_days_of_the_contents(tmp_path):
    frame = pd.DataFrame(
        {
            "value": [5, 7],
            "period_start": pd.to_datetime(["2019-01-01", "2020-01-01"]),
            "period_end": pd.to_datetime(["2019-12-31", "2020-12-31"]).tz_localize(
                "Pacific/Auckland"
            ),
        }
    )
    tables = {"in Auckland": frame, "elsewhere": frame[["value", "period_start"]]}
    path = save_table(tables, tmp_path / "counts.xlsx")
    contents = pd.read_excel(path, sheet_name="Contents", header=3, engine="calamine").set_index(
        "sheet"
    )
    days = contents.loc["in Auckland", ["first day", "last day"]]
    assert [str(day)[:10] for day in days] == ["2019-01-01", "2020-12-31"]
    cover = pd.read_excel(path, sheet_name="Cover", header=None, engine="calamine")[0]
    assert "The data end on 2020-12-31." in cover.tolist()
    sheet = pd.read_excel(path, sheet_name="in Auckland", header=3, engine="calamine")
    assert sheet["period_end"].tolist()[0] == "2019-12-31 00:00:00+13:00"
