"""Charts of parts: contributions to a change, and who joined and left a programme."""

import io

import pandas as pd
import pyarrow as pa
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Rectangle

import cbcstats
from cbcstats import (
    ArgumentError,
    DataError,
    contributions,
    describe,
    plot_beneficiaries,
    plot_contributions,
)
from cbcstats.charts.chart import chart_data, cited_sources
from tests.pictures import in_lines, legend, said

EUROPE, ESA = "Europe", "East and Southern Africa"
MINUS = "\N{MINUS SIGN}"


def bars(ax):
    """Return the bars as (column, from, to, colour), but for those without height."""
    boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    return [(round(box.get_x() + box.get_width() / 2), round(box.get_y(), 6),
             round(box.get_y() + box.get_height(), 6), to_hex(box.get_facecolor())) for box in boxes]  # fmt: skip


@pytest.fixture
def parts(years):
    """Three regions of a total of 100, 110 and 88."""
    return pd.concat(
        [
            years({2015: 60, 2016: 75, 2017: 60}, wco_region=EUROPE),
            years({2015: 30, 2016: 20, 2017: 18}, wco_region=ESA),
            years({2015: 10, 2016: 15, 2017: 10}, wco_region="no WCO region"),
        ]
    )


def test_what_cannot_be_compared_is_hollow_and_said(parts):
    absent = parts[~((parts["wco_region"] == ESA) & (parts["period_end"] == "2017-12-31"))]
    ax = plot_contributions(contributions(absent))
    colours = {
        column: {to_rgb(colour) for at, *_, colour in bars(ax) if at == column} for column in (0, 1)
    }
    assert colours[1] == {(1, 1, 1)}
    assert (1, 1, 1) not in colours[0]
    assert any("not comparable" in text for text in said(ax))
    assert "hollow: not comparable" in legend(ax)
    assert f"not comparable (no figure of {ESA} for 2017" in describe(ax)


def test_words_say_what_each_part_contributed(parts):
    text = describe(plot_contributions(contributions(parts), title="Europe gave"))
    assert "Europe gave" in text
    assert (
        f"2016: +10.0% in all, comparable; of that Europe +15.0, East and Southern Africa {MINUS}10.0, no"
        in text
    )
    assert f"2017: {MINUS}20.0% in all, comparable" in text


def test_ranges_of_parts_are_ranges_of_contributions(years):
    counts = pd.concat(
        [
            years({2015: 60, 2016: 70}, wco_region=EUROPE),
            years({2015: 40, 2016: 40}, wco_region=ESA),
        ]
    )
    counts["qualifier"] = ["exact", "about", "exact", "exact"]
    # About 70 is 65 to 75: +5 to +15 of 100.
    assert "Europe +5 to +15, East and Southern Africa 0.0. " in describe(
        plot_contributions(contributions(counts))
    )


def test_of_many_parts_those_that_moved_least_stand_together(years):
    counts = pd.concat(
        [years({2015: 10, 2016: 10 + step}, wco_region=f"part {step}") for step in range(1, 10)]
    )
    ax = plot_contributions(contributions(counts))
    assert set(legend(ax)) == {
        *(f"part {step}" for step in range(4, 10)),
        "all others",
        "change of the total",
    }
    # 1 + 2 + 3 of 90 in the others.
    assert "all others +6.7" in describe(ax)
    assert len(chart_data(ax)) == 9


def test_what_is_no_contribution_is_said(parts):
    with pytest.raises(ArgumentError, match="make it with contributions"):
        plot_contributions(parts)
    with pytest.raises(ArgumentError, match="holds none"):
        plot_contributions(contributions(parts).head(0))
    both = pd.concat([parts, parts.assign(indicator="experts")])
    with pytest.raises(
        ArgumentError, match="one indicator, but it holds missions, experts; select one"
    ):
        plot_contributions(contributions(both))


@pytest.mark.parametrize("empty", [None, float("nan"), pd.NA])
def test_empty_cells_of_contributions_are_drawn_or_refused_in_words(parts, empty):
    found = contributions(parts).astype(object)
    for name in ("indicator", "scope"):
        changed = found.copy()
        changed.loc[0, name] = empty
        with pytest.raises(ArgumentError, match=f"one {name}, but it holds none, "):
            plot_contributions(changed)
    for name in ("contribution_low", "contribution_high"):
        assert "Europe not known" in describe(plot_contributions(found.assign(**{name: empty})))
    for name in ("contribution", "total_percent_change", "why"):
        text = describe(plot_contributions(found.assign(**{name: empty})))
        assert not {"None", "nan", "<NA>"} & set(text.split())
    found.loc[found["wco_region"] == "no WCO region", "wco_region"] = empty
    assert "not stated" in legend(plot_contributions(found))
    with pytest.raises(DataError, match="contribution holds 'many', which is not a number"):
        plot_contributions(found.assign(contribution="many"))


def test_contributions_are_drawn_in_any_order_of_columns_and_from_a_file(parts):
    found = contributions(parts)
    expected = describe(plot_contributions(found))
    more = found.assign(remark=[f"note {row}" for row in found.index])
    assert describe(plot_contributions(more)) == expected
    assert describe(plot_contributions(found[found.columns[::-1]])) == expected
    # Without the dtype, a file makes numbers of the labels of years.
    for dtype in ("str", None):
        stored = pd.read_csv(io.StringIO(found.to_csv(index=False)), dtype=dtype)
        assert describe(plot_contributions(stored)) == expected
    with pytest.raises(ArgumentError, match="no column that names the parts"):
        plot_contributions(found.drop(columns=["indicator", "scope", "wco_region"]))


def lists(*rows):
    """Return lists of a programme from (list, kind, day, codes)."""
    return pd.DataFrame(
        [
            {
                "programme": "P", "track": None, "member": code, "member_name": code.title(), "list_id": name,
                "list_kind": kind, "as_of": pd.Timestamp(day), "as_of_precision": "day", "source_id": f"source-{name}",
            }
            for name, kind, day, codes in rows
            for code in codes.split()
        ]
    )  # fmt: skip


@pytest.fixture
def programme():
    """Kenya leaves, Poland and Fiji join; partial lists name Fiji before, and Tonga."""
    return lists(
        ("a", "full", "2018-03-01", "KEN UGA FRA"),
        ("b", "partial", "2018-09-01", "FJI"),
        ("c", "full", "2019-03-01", "UGA FRA POL FJI"),
        ("d", "partial", "2020-01-05", "TON UGA"),
        ("e", "partial", "2020-02-05", "TON"),
    )


def test_words_say_who_joined_and_left(programme):
    text = describe(plot_beneficiaries(programme))
    assert "1 Mar 2019, full list: 4 Members, joined 2 (Pol, Fji); left 1 (Ken)" in text
    assert "2020, partial lists: first named 1 (Ton)" in text
    assert "Partial lists do not say who left" in text
    assert "1 Mar 2018, full list: 3 Members, the first full list" in text


def test_absence_from_a_partial_list_is_no_exit(programme):
    ax = plot_beneficiaries(programme[programme["list_id"] != "c"])
    assert min(low for _, low, *_ in bars(ax)) == 0
    assert "left" not in set(chart_data(ax)["change"])


def test_changes_of_lists_give_the_same_chart_but_for_the_days(programme):
    ax = plot_beneficiaries(cbcstats.membership_changes(programme))
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "Mar 2018",
        "2018",
        "Mar 2019",
        "2020",
    ]
    assert sorted(bars(ax)) == sorted(bars(plot_beneficiaries(programme)))


def test_the_data_are_members_by_region(programme):
    data = chart_data(plot_beneficiaries(programme))
    joined = data[data["change"] == "joined"].set_index("wco_region")["members"]
    assert joined.sum() == 2
    assert joined[EUROPE] == 1
    assert data["on_list"].dropna().unique().tolist() == [3, 4]


def test_tracks_stand_one_after_the_other():
    ax = plot_beneficiaries(cbcstats.load_beneficiaries("A-CIP"))
    assert in_lines(ax.get_xticklabels())[:2] == ["Norad 21 Mar 2019", "Norad 6 Jun 2019"]
    assert "Norad, Apr 2021, full list: 17 Members, joined 6 (" in describe(ax)
    assert len(cited_sources(ax)) == 11


@pytest.mark.parametrize("name", cbcstats.load_beneficiaries()["programme"].unique().tolist())
def test_every_programme_can_be_drawn(name):
    beneficiaries = cbcstats.load_beneficiaries(name)
    before = beneficiaries.copy(deep=True)
    assert len(describe(plot_beneficiaries(beneficiaries))) > 60
    pd.testing.assert_frame_equal(beneficiaries, before)


def test_what_is_no_programme_is_said(programme):
    with pytest.raises(ArgumentError, match="one programme, but it holds P, Q; select one"):
        plot_beneficiaries(pd.concat([programme, programme.assign(programme="Q")]))
    with pytest.raises(ArgumentError, match="no list with a date"):
        plot_beneficiaries(programme.assign(as_of=pd.NaT))
    with pytest.raises(ArgumentError, match=r"has no column member .* and as_of"):
        plot_beneficiaries(programme[["programme", "track"]])


def test_a_register_of_beneficiaries_is_drawn_as_its_rows_are():
    typed = pd.DataFrame(
        {
            "member": ["Kenya", "Fiji", "Fidji", "Togo"],
            "programme": "P",
            "as_of": ["2021-06-30"] * 2 + ["2022-06-30"] * 2,
        }
    )
    register = cbcstats.read_register(typed, kind="beneficiaries")
    ax = plot_beneficiaries(register)
    text = describe(ax)
    assert "30 Jun 2022, full list: 2 Members, joined 1 (Togo); left 1 (Kenya)" in text
    rows = register.rows.astype(dict.fromkeys(["member", "iso3", "programme", "wco_region"], "str"))
    for other in (register.rows, pa.Table.from_pandas(rows)):
        assert sorted(bars(plot_beneficiaries(other))) == sorted(bars(ax))
    # Without a register there are no ids of sources.
    assert chart_data(plot_beneficiaries(typed)).equals(chart_data(ax))


def test_a_name_that_is_not_recognised_has_no_region():
    lists = pd.DataFrame({"member": ["Atlantis", "Togo"], "programme": "P", "as_of": [2021, 2022]})
    data = chart_data(plot_beneficiaries(lists))
    moved = data[["change", "wco_region", "members"]].fillna("")
    assert moved.to_numpy().tolist() == [
        ["none", "", 0],
        ["joined", "West and Central Africa", 1],
        ["left", "no WCO region", 1],
    ]


# 50 after 31 or more is +19 at most, of 72 or more; nothing says how far it fell but that all was lost at most.
def test_open_ends_of_contributions_are_written_as_or_more(years):
    counts = pd.concat(
        [
            years({2015: 30, 2016: 50}, wco_region=EUROPE),
            years({2015: 40, 2016: 60}, wco_region=ESA),
        ]
    )
    ax = plot_contributions(contributions(counts.assign(qualifier="more_than"), reading="strict"))
    least = f"{MINUS}100.0 or more"
    assert (
        f"2016: {MINUS}100.0% or more in all, comparable; of that Europe {least}, East and So"
        in describe(ax)
    )
    # Without a middle, a part has no bar.
    assert f"{MINUS}100.0% or more" in said(ax)
    later = counts.assign(
        qualifier=["exact", "more_than"] * 2
    )  # 51 after 30, and 61 after 40, of 70
    text = describe(plot_contributions(contributions(later, reading="strict")))
    assert (
        "2016: +60.0% or more in all, comparable; of that Europe +30.0 or more, East and Southern Africa +30.0"
        in text
    )


def test_a_part_that_is_missing_leaves_the_others_unknown(years):
    counts = pd.concat(
        [years({2015: 10, 2016: 10 + step}, wco_region=f"part {step}") for step in range(1, 10)]
    )
    counts["value"] = counts["value"].mask(counts["value"] == 11)
    assert "all others not known" in describe(plot_contributions(contributions(counts)))


def test_scopes_and_indicators_may_be_parts(years):
    scopes = pd.concat(
        [years({2015: 10, 2016: 12}, scope="east"), years({2015: 100, 2016: 120}, scope="west")]
    )
    for by in ("scope", "indicator"):
        parts = contributions(
            scopes if by == "scope" else scopes.assign(indicator=scopes["scope"], scope="all"),
            by=by,
        )
        assert "of that west +18.2, east +1.8." in describe(plot_contributions(parts))
    with pytest.raises(
        ArgumentError, match="one indicator, but it holds missions, experts; select one"
    ):
        plot_contributions(
            contributions(pd.concat([scopes, scopes.assign(indicator="experts")]), by="scope")
        )
