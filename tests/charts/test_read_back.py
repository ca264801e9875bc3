"""Every chart is read back as data, from its marks, its legend and its words, and is its frame.

Numbers are worked out by hand. Of words, with the last digit that is not 0 as the step: more than 330 is 331 to 340;
almost 400 is 340 to 399, as 15% are 60 at most; more than 40 is 41 to 46, as 15% are 6.
"""

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import cbcstats
from cbcstats import describe
from tests.pictures import in_lines, legend
from tests.reading_back import explains, legend_looks, marks, read_chart, read_tiles

INF = float("inf")
MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"
REGIONS = sorted(cbcstats.load_members()["wco_region"].dropna().unique())
ESA, EUROPE = REGIONS[:2]
STOCK = {"measure": "stock", "period_start": pd.NaT}
WORDS, INFERRED = "range that the words allow", "days of the period inferred"
IMPLIED, PUBLISHED = "what the claim implies", "what was published"
FIRST_NAMED = "hollow: first named on a partial list, which does not say who left"


def with_words(years):
    counts = years({2015: 330, 2016: 400, 2017: 492}, qualifier=["more_than", "almost", "exact"])
    return cbcstats.plot_counts(counts.assign(period_basis=["stated", "stated", "inferred"]))


def with_plans(years):
    done = years({2016: 400, 2017: 492})
    planned = years({2016: 330}, scope="planned", qualifier="more_than")
    other = years({2015: 300}, unit="activities", preferred=False, source_id="other")
    return cbcstats.plot_counts(pd.concat([planned, done, other]))


def in_part(years):
    counts = years({2015: 40, 2016: 50}, period_basis=["inferred", "stated"])
    return cbcstats.plot_counts(counts.assign(note=["partial: from 2015-03-01", None]))


def with_rejected_rows(years):
    return cbcstats.plot_counts(years({2016: 24, 2017: 26}, missing=[0, 23]))


def open_to_the_top(years):
    """Without a limit, more than 330 is 331 or more, and almost 400 is 0 to 399."""
    counts = years({2016: 330, 2017: 400, 2018: 350}, qualifier=["more_than", "almost", "exact"])
    return cbcstats.plot_counts(counts, reading="strict")


def open_to_both_sides(years):
    return cbcstats.plot_counts(years({2015: 150}, qualifier="about", **STOCK), reading="strict")


def per_month(years):
    return cbcstats.plot_counts(years({2016: 120, 2017: 240}), per="month")


def stocks(years):
    counts = years(
        {2015: 40, 2016: 46, 2017: 50}, qualifier=["more_than", "exact", "exact"], **STOCK
    )
    return cbcstats.plot_counts(counts.assign(period_basis=["stated", "inferred", "stated"]))


def with_a_tie(years):
    """As many as the greatest number that the words of the other year allow."""
    return cbcstats.plot_counts(years({2016: 40, 2017: 46}, qualifier=["more_than", "exact"]))


def changes(years):
    """11 after 10 months; after that 8 of 10, of a whole year each."""
    counts = years({2014: 100, 2015: 120, 2016: 0, 2017: 6, 2018: 9})
    counts["qualifier"] = ["exact", "more_than", "exact", "exact", "exact"]
    return cbcstats.plot_changes(cbcstats.year_on_year(counts))


def changes_that_cannot_be_compared(years):
    """The last figure is one of 14 months."""
    counts = years({2015: 100, 2016: 120, 2017: 90}, qualifier=["exact", "exact", "more_than"])
    counts.loc[2, "period_end"] = pd.Timestamp("2018-02-28")
    return cbcstats.plot_changes(cbcstats.year_on_year(counts))


def open_change(years):
    """After 100, more than 120 is 121 or more."""
    counts = years({2015: 100, 2016: 120}, qualifier=["exact", "more_than"])
    return cbcstats.plot_changes(cbcstats.year_on_year(counts, reading="strict"))


def changes_from_above_zero(years):
    return cbcstats.plot_changes(cbcstats.year_on_year(years({2015: 100, 2016: 120})))


def claims(years):
    """+50% on 180 is 120, and 101 to 115 was published; +80% on 240 is 133, and 160 was; +25% on 300 is 240, as was."""
    counts = years({2015: 100, 2016: 180, 2017: 160, 2018: 240, 2019: 300})
    counts = counts.assign(
        qualifier=["more_than", *["exact"] * 4],
        published_change=[None, "+50%", None, "+80%", "+25%"],
        change_basis=[None, "total", None, "total", "total"],
    )
    return cbcstats.plot_claims(cbcstats.check_claims(counts))


def claims_of_two_series(years):
    """Each in percent of what was published: 133 of 160; 20 of 20, and 22 of 22."""
    claimed = {"change_basis": "total", "qualifier": "exact"}
    missions = years({2017: 160, 2018: 240}, published_change=[None, "+80%"], **claimed)
    experts = years({2017: 20, 2018: 22, 2019: 33}, indicator="experts", **claimed)
    experts["published_change"] = [None, "+10%", "+50%"]
    return cbcstats.plot_claims(cbcstats.check_claims(pd.concat([missions, experts])))


def parts(years):
    """Three parts of 100, 110 and 88; of one of them nothing is known afterwards."""
    values = {EUROPE: (60, 75, 59, 70), ESA: (30, 20, 19, 19), "no WCO region": (10, 15, 10)}
    series = [
        years(dict(zip(range(2015, 2019), of_part, strict=False)), wco_region=part)
        for part, of_part in values.items()
    ]
    return pd.concat(series)


def contributed(years):
    return cbcstats.plot_contributions(cbcstats.contributions(parts(years)))


def joined_and_left():
    lists = {
        ("a", "full", "2018-03-01"): "KEN UGA FRA",
        ("b", "partial", "2018-09-01"): "FJI",
        ("c", "full", "2019-03-01"): "UGA FRA POL FJI",
        ("d", "partial", "2020-01-05"): "TON UGA",
    }
    rows = [
        {
            "programme": "P",
            "member": code,
            "list_kind": kind,
            "as_of": day,
            "source_id": f"list-{name}",
        }
        for (name, kind, day), codes in lists.items()
        for code in codes.split()
    ]
    # Two sources of one list are one list.
    return pd.DataFrame([*rows, rows[4] | {"source_id": "other"}])


def beneficiaries(_years):
    return cbcstats.plot_beneficiaries(joined_and_left())


# Of each chart: the label of its axis of numbers; its places, with (what the legend says, from, to, number in it) of
# each mark, and the words there; and what its text alternative says.
CHARTS = [
    (with_words, "missions", [
        ("", [("", 0, 331), (WORDS, 331, 340)], ["2015", "more than 330"]),
        ("", [("", 0, 340), (WORDS, 340, 399)], ["2016", "almost 400"]),
        ("", [(INFERRED, 0, 492)], ["2017", "492"]),
    ], ["2015: more than 330 missions; 2016: almost 400 missions; 2017: 492 missions, days inferred.",
        "The highest is that of 2017. Words are read in the usual way. Source: source-0; source-1; source-2."]),
    (with_plans, "missions", [
        ("2015-10-27", [("another source", 300, 300)], ["300"]),
        ("", [("planned", 0, 331), (f"planned, {WORDS}", 331, 340)], ["2016", "more than 330"]),
        ("", [("delivered", 0, 400)], ["2016", "400"]),
        ("", [("delivered", 0, 492)], ["2017", "492"]),
    ], ["2015 (delivered): 300 activities, from another source; 2016 (planned): more than 330 missions; 2016 ",
        "2017 (delivered): 492 missions. The highest is that of 2017."]),
    (in_part, "missions", [
        ("", [("", 40, INF), ("period covered only in part", 0, 40)], ["2015", "40"]),
        ("", [("", 0, 50)], ["2016", "50"]),
    ], ["2015: 40 missions, partial: from 2015-03-01; 2016: 50 missions. Source"]),
    (with_rejected_rows, "missions", [
        ("", [("", 0, 24)], ["2016", "24"]),
        ("", [("", 0, 26), ("range that rejected rows allow", 26, 49)], ["2017", "26"]),
    ], ["2017: 26 missions, rows rejected: 23. The highest is that of 2017."]),
    (open_to_the_top, "missions", [
        ("", [("", 0, 331), ("", 331, INF)], ["2016", "more than 330"]),
        ("", [("", 0, 0), (WORDS, 0, 399)], ["2017", "almost 400"]),
        ("", [("", 0, 350)], ["2018", "350"]),
    ], ["2018: 350 missions. Words are read in the strict way."]),
    (open_to_both_sides, "missions", [
        ("2015-12-31", [("", -INF, 150), ("", 150, INF), ("hollow", 150, 150)], ["about 150"]),
    ], ["31 Dec 2015: about 150 missions. Words"]),
    (per_month, "missions per month", [
        ("", [("", 0, 10)], ["2016", "10"]),
        ("", [("", 0, 20)], ["2017", "20"]),
    ], ["2016: 10 missions per month; 2017: 20 missions per month. The highest is that of 2017."]),
    (stocks, "missions", [
        ("2015-12-31", [(WORDS, 41, 46)], ["more than 40"]),
        ("2016-12-31", [("", 46, 46), ("day inferred", 46, 46)], ["46"]),
        ("2017-12-31", [("", 50, 50)], ["50"]),
    ], ["31 Dec 2016: 46 missions, day inferred; 31 Dec 2017: 50 missions. The highest is that of 31 Dec 2017."]),
    (with_a_tie, "missions", [
        ("", [("", 0, 41), (WORDS, 41, 46)], ["2016", "more than 40"]),
        ("", [("", 0, 46)], ["2017", "46"]),
    ], ["2017: 46 missions. Words are read in the usual way. Source"]),
    (changes, "percent change", [
        ("2015 against 2014", [("", 21, 30)], ["+21% to +30%"]),
        ("2016 against 2015", [("", -100, -100)], [f"{MINUS}100.0%"]),
        ("2017 against 2016", [],
         [f"no percent change {DASH} the period before counts 0, so there is no percent change"]),
        ("2018 against 2017", [("", 50, 50)], ["+50.0%"]),
    ], ["2015 against 2014: +21% to +30%, comparable. 2016",
        "4 of 4 can be compared. Source: source-1; source-2; source-3; source-4; source-0."]),
    (changes_that_cannot_be_compared, "percent change", [
        ("2016 against 2015", [("", 20, 20)], ["+20.0%"]),
        ("Jan 2017 - Feb 2018 against 2016", [("hollow", -24.17, -16.67)],
         [f"{MINUS}24% to {MINUS}17% {DASH} not comparable: 13 months apart"]),
    ], [f"{MINUS}24% to {MINUS}17%, not comparable (13 months apart; ",
        "1 of 2 can be compared. Source: source-1; source-2; source-0."]),
    (open_change, "percent change", [
        ("2016 against 2015", [("", 21, INF), ("", INF, INF)], ["+21.0% or more"]),
    ], ["2016 against 2015: +21.0% or more, comparable"]),
    (changes_from_above_zero, "percent change", [
        ("2016 against 2015", [("", 20, 20)], ["+20.0%"]),
    ], ["2016 against 2015: +20.0%, comparable. 1 of 1 can be compared."]),
    (claims, "Missions", [
        ("Missions, 2016: +50% on 180", [(f"{IMPLIED}: unlikely", 120, 120), (PUBLISHED, 101, 115)],
         ["unlikely, read strictly consistent: implied 120, published 101 to 115"]),
        ("Missions, 2018: +80% on 240", [(f"{IMPLIED}: contradicts", 133, 133), (PUBLISHED, 160, 160)],
         ["contradicts: implied 133, published 160"]),
        ("Missions, 2019: +25% on 300", [(f"{IMPLIED}: consistent", 240, 240), (PUBLISHED, 240, 240)],
         ["consistent: implied 240, published 240"]),
    ], ["(consistent: 1, unlikely: 1, contradicts: 1)",
        "means 120 before (2015); more than 100 (101 to 115) was published",
        "Source: source-1; source-3; source-4; source-0; source-2."]),
    (claims_of_two_series, "percent of the figure that was published before", [
        ("Missions, 2018: +80% on 240", [(f"{IMPLIED}: contradicts", 83.12, 83.12), (PUBLISHED, 100, 100)],
         ["contradicts: implied 133, published 160"]),
        ("Experts, 2018: +10% on 22", [(f"{IMPLIED}: consistent", 100, 100), (PUBLISHED, 100, 100)],
         ["consistent: implied 20, published 20"]),
        ("Experts, 2019: +50% on 33", [(f"{IMPLIED}: consistent", 100, 100), (PUBLISHED, 100, 100)],
         ["consistent: implied 22, published 22"]),
    ], ["(consistent: 2, contradicts: 1)", "Missions, 2018: +80% on 240: contradicts."]),
    (contributed, "percentage points", [
        ("2016", [(ESA, -10, 0, f"{MINUS}10.0"), (EUROPE, 0, 15, "+15.0"),
                  ("change of the total", 10, 10), ("no WCO region", 15, 20, "+5.0")], ["+10.0%"]),
        ("2017", [(ESA, -0.91, 0), (EUROPE, -15.45, -0.91, f"{MINUS}14.5"),
                  ("change of the total", -20, -20), ("no WCO region", -20, -15.45, f"{MINUS}4.5")], [f"{MINUS}20.0%"]),
        ("2018", [("Europe, hollow: not comparable", 0, 12.5, "+12.5")], ["no percent change, not comparable"]),
    ], [f"2016: +10.0% in all, comparable; of that Europe +15.0, {ESA} {MINUS}10.0, no WCO region +5.0",
        "not comparable (no figure of no WCO region for 2018)"]),
    (beneficiaries, "Members that joined or left", [
        ("1 Mar 2018", [], ["3 on the first list"]),
        ("2018", [(f"Asia and the Pacific, {FIRST_NAMED}", 0, 1, "1")],
         ["1 first named"]),
        ("1 Mar 2019", [("Asia and the Pacific", 1, 2, "1"), (ESA, -1, 0, "1"), (EUROPE, 0, 1, "1")],
         ["4 on the list 2 joined, 1 left"]),
        ("2020", [(f"Asia and the Pacific, {FIRST_NAMED}", 0, 1, "1")], ["1 first named"]),
    ], ["1 Mar 2019, full list: 4 Members, joined 2 (POL, FJI); left 1 (KEN)."]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("draw", "axis", "places", "says"), CHARTS, ids=[draw.__name__ for draw, *_ in CHARTS]
)
def test_a_chart_is_read_back_as_its_frame(draw, axis, places, says, years):
    ax = draw(years)
    assert read_chart(ax) == places
    assert " ".join((ax.get_ylabel() or ax.get_xlabel()).split()) == axis
    text, dot, sources = describe(ax).partition(" Source: ")
    assert in_lines(ax.texts)[-1] == f"{dot}{sources}".strip()
    assert [words for words in says if words not in describe(ax)] == []
    assert (" highest " in text) == any(" highest " in words for words in says)
    # Every mark is on the axis, and so is zero but where claims stand beside what was published.
    ends = [end for mark in marks(ax) for end in (mark.low, mark.high) if abs(end) < INF]
    ends += [] if draw in (claims, claims_of_two_series) else [0]
    low, high = sorted(ax.get_xlim() if ax.yaxis_inverted() else ax.get_ylim())
    assert low <= min(ends)
    assert max(ends) < high
    # No two entries of the legend look the same, and each is about a mark that is there; the arrow of an open range
    # may stand for that of ranges.
    entries, looks = legend_looks(ax), {mark.look for mark in marks(ax)}
    assert len(set(entries.values())) == len(entries)
    spare = [
        name for name, entry in entries.items() if not any(explains(entry, look) for look in looks)
    ]
    assert spare == ([WORDS] if draw is open_to_both_sides else [])


def test_the_tiles_of_members_are_read_back_as_their_counts():
    """1 to 9 in four classes of two Members each; the numbers on the tiles, and in the legend."""
    counts = {
        "TON": 1,
        "BRA": 2,
        "UGA": 3,
        "FRA": 4,
        "POL": 5,
        "NGA": 7,
        "JPN": 8,
        "CHN": 9,
        "KEN": 0,
    }
    ax = cbcstats.plot_members(pd.Series(counts | {"EUE": 6, "DEU": None}), title="Missions")
    classes = {"1 to 2": (1, 2), "3 to 4": (3, 4), "5 to 7": (5, 7), "8 to 9": (8, 9), "0": (0,)}
    named = {number: name for name, numbers in classes.items() for number in numbers}
    members = cbcstats.load_members().dropna(subset="wco_region")["iso3"]
    expected = dict.fromkeys(members, ("no value",))
    expected |= {code: (named[number], str(number)) for code, number in counts.items()}
    assert read_tiles(ax) == expected
    assert legend(ax) == ["0", *list(classes)[:4], "no value", "not shown, no Members: EUE"]
    text = describe(ax)
    assert "9 of 187 have a value: East and Southern Africa 2 of 24, " in text
    assert "The highest are China with 9, Japan with 8, Nigeria with 7; the sum is 39" in text
    assert (
        "178 have no value, which is not 0; 1 have 0. Not shown, for they are no Members: EUE."
        in text
    )


@pytest.mark.parametrize("regions", [REGIONS, REGIONS[4:]], ids=["all", "the last two"])
def test_a_region_has_the_colour_of_its_place_in_the_list_in_every_chart(regions, years):
    steps = enumerate(regions, start=1)
    counts = [years({2015: 10, 2016: 10 + step}, wco_region=name) for step, name in steps]
    ax = cbcstats.plot_contributions(cbcstats.contributions(pd.concat(counts)))
    inks = [look.ink for look in legend_looks(ax).values()][: len(regions)]
    with plt.style.context("cbcstats.cbcstats"):
        style = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert inks == [to_hex(style[REGIONS.index(name)]) for name in regions]
