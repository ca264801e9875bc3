"""Charts at the width of a column, of a page and of a slide: no words on words, none cut off, nothing undone."""

import gc
import itertools
import weakref

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex

import cbcstats
from cbcstats import ArgumentError, describe
from cbcstats.charts.chart import chart_data
from cbcstats.charts.layout import fit_figure
from tests.frames import example_rows
from tests.pictures import cut, legend, overlapping, words

WIDTHS = (8.5, 17, 25)  # centimetres
CLAIMS = ("contradicts", "consistent", "cannot be checked")


@pytest.fixture(scope="module")
def rows():
    return example_rows()


def counts(indicator, **options):
    return lambda _: cbcstats.plot_counts(cbcstats.load_counts(indicator), **options)


def claims(verdict):
    verdicts = cbcstats.check_claims(cbcstats.load_counts())
    some = verdicts[verdicts["verdict"] == verdict].head(5)
    return lambda _: cbcstats.plot_claims(
        some, title="What the claims say of the figures before them"
    )


CHARTS = {
    "missions": counts(
        "capacity_building_missions",
        title="By how much missions grew, as far as the published figures tell",
    ),
    "monthly": counts("capacity_building_missions", per="month"),
    "strict": counts("capacity_building_missions", reading="strict"),
    "attendance": counts("picard_attendance"),
    "track": counts("mercator_tailor_made_members"),
    "changes": lambda _: cbcstats.plot_changes(
        cbcstats.year_on_year(cbcstats.load_counts("capacity_building_missions"))
    ),
    "register": lambda rows: cbcstats.plot_counts(cbcstats.count_missions(rows)),
    "contributions": lambda rows: cbcstats.plot_contributions(
        cbcstats.contributions(cbcstats.count_missions(rows, by="wco_region"))
    ),
    "members": lambda rows: cbcstats.plot_members(rows.groupby("iso3", observed=True).size()),
    "programme": lambda _: cbcstats.plot_members(cbcstats.load_beneficiaries("A-CIP")),
    "A-CIP": lambda _: cbcstats.plot_beneficiaries(cbcstats.load_beneficiaries("A-CIP")),
    "Mercator": lambda _: cbcstats.plot_beneficiaries(cbcstats.load_beneficiaries("Mercator")),
    **{verdict: claims(verdict) for verdict in CLAIMS},
}


def widen(ax, centimetres):
    ax.figure.set_figwidth(centimetres / 2.54)
    fit_figure(ax.figure)
    ax.figure.draw_without_rendering()


@pytest.mark.parametrize("name", CHARTS)
def test_no_words_lie_on_words_and_none_are_cut_off(name, rows):
    ax = CHARTS[name](rows)
    for width in (*WIDTHS, WIDTHS[0]):
        widen(ax, width)
        assert overlapping(ax) == []
        assert cut(ax) == []
    ax.figure.set_dpi(300)
    assert cut(ax) == []


@pytest.mark.parametrize("name", CHARTS)
def test_names_of_rows_and_columns_lie_beside_each_other(name, rows):
    ax = CHARTS[name](rows)
    for width in WIDTHS:
        widen(ax, width)
        for axis, low, high in (
            (ax.xaxis, *sorted(ax.get_xlim())),
            (ax.yaxis, *sorted(ax.get_ylim())),
        ):
            ticks = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
            boxes = [
                label.get_window_extent()
                for at, label in ticks
                if low <= at <= high and label.get_text()
            ]
            assert not any(box.overlaps(other) for box, other in itertools.pairwise(boxes))


def test_a_chart_of_our_own_grows_where_it_needs_height_and_one_of_a_user_does_not(rows):
    ax = CHARTS["members"](rows)
    ax.figure.set_size_inches(8.5 / 2.54, 2)
    fit_figure(ax.figure)
    assert ax.figure.get_figheight() > 5
    _, ax = plt.subplots(figsize=(8, 4), layout="constrained")
    cbcstats.plot_members(["TON"], ax=ax)
    assert ax.figure.get_size_inches().tolist() == [8, 4]


def test_what_a_user_changed_stays():
    ax = CHARTS["missions"](None)
    bar = next(bar for bar in ax.patches if round(bar.get_height()) == 492)
    label = next(text for text in ax.texts if text.get_text() == "492")
    bar.set_facecolor("#123456")
    label.set_text("492, a record")
    label.set_color("red")
    ax.set_title(
        "A title of mine that is so long that it cannot stand on one line of a narrow chart",
        loc="left",
    )
    ax.set_ylim(0, 2000)
    ax.set_ylabel("missions of mine")
    mine = ax.text(0.5, 0.5, "mine", transform=ax.transAxes)
    for width in WIDTHS:
        widen(ax, width)
        assert to_hex(bar.get_facecolor()) == "#123456"
        assert label.get_text() == "492, a record"
        assert label.get_color() == "red"
        assert " ".join(ax.get_title("left").split()).startswith("A title of mine that is so long")
        assert ax.get_ylim() == (0, 2000)
        assert ax.get_ylabel() == "missions of mine"
        assert mine in ax.texts
        assert cut(ax) == []


def test_a_title_at_another_place_takes_the_place_of_ours():
    ax = CHARTS["missions"](None)
    ax.set_title("Mine")
    fit_figure(ax.figure)
    assert (ax.get_title("center"), ax.get_title("left")) == ("Mine", "")


def test_names_of_rows_and_a_legend_of_a_user_stay():
    ax = CHARTS["changes"](None)
    ax.set_yticks(range(3), ["a", "b", "c"])
    widen(ax, 8.5)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]
    ax = CHARTS["missions"](None)
    ax.get_legend().get_texts()[0].set_text("done")
    widen(ax, 8.5)
    assert legend(ax)[:2] == ["done", "planned"]
    ax.get_legend().remove()
    widen(ax, 17)
    assert ax.get_legend() is None


def test_names_of_columns_and_a_new_legend_of_a_user_stay(rows):
    ax = CHARTS["contributions"](rows)
    ticks = ax.get_xticks()
    names = [f"year {number}" for number in range(len(ticks))]
    ax.set_xticks(ticks, names)
    ax.legend(ax.patches[:1], ["a part"], loc="lower right", ncols=1)
    mine = ax.get_legend()
    for width in WIDTHS:
        widen(ax, width)
        assert [label.get_text() for label in ax.get_xticklabels()] == names
        assert ax.get_legend() is mine


def test_a_chart_beside_one_of_ours_may_grow_the_figure_that_we_made(rows):
    first = CHARTS["missions"](rows)
    grid = first.figure.add_gridspec(1, 2)
    first.set_subplotspec(grid[0])
    height = first.figure.get_figheight()
    cbcstats.plot_members(["TON"], ax=first.figure.add_subplot(grid[1]))
    assert first.figure.get_figheight() > height


def test_fitting_twice_changes_nothing():
    ax = CHARTS["attendance"](None)
    before = (
        [(text.get_text(), text.get_window_extent().bounds) for text in words(ax)],
        ax.get_ylim(),
    )
    fit_figure(ax.figure)
    ax.figure.draw_without_rendering()
    after = (
        [(text.get_text(), text.get_window_extent().bounds) for text in words(ax)],
        ax.get_ylim(),
    )
    assert [text for text, _ in before[0]] == [text for text, _ in after[0]]
    assert before[1] == pytest.approx(after[1])


@pytest.mark.parametrize("layout", ["constrained", None])
def test_charts_beside_each_other_do_not_run_into_each_other(rows, layout):
    parts = cbcstats.count_missions(rows, by="wco_region")
    figure, axes = plt.subplots(2, 2, layout=layout, figsize=(8, 6))
    for (name, part), ax in zip(parts.groupby("wco_region"), axes.flat, strict=False):
        assert cbcstats.plot_counts(part, ax=ax, title=name) is ax
    figure.draw_without_rendering()
    boxes = [ax.get_tightbbox() for ax in axes.flat]
    assert not any(
        box.overlaps(other) for place, box in enumerate(boxes) for other in boxes[:place]
    )
    assert [cut(ax) for ax in axes.flat] == [[]] * 4


def test_margins_that_were_set_by_hand_stay():
    figure, ax = plt.subplots()
    figure.subplots_adjust(left=0.3)
    cbcstats.plot_counts(cbcstats.load_counts("capacity_building_missions"), ax=ax)
    assert figure.get_layout_engine() is None
    assert ax.get_position().x0 == pytest.approx(0.3)


def test_a_chart_can_be_forgotten():
    ax = CHARTS["missions"](None)
    seen = weakref.ref(ax)
    plt.close(ax.figure)
    del ax
    gc.collect()
    assert seen() is None


@pytest.mark.parametrize("name", CHARTS)
def test_each_chart_has_its_data_and_its_words(name, rows):
    ax = CHARTS[name](rows)
    data = chart_data(ax)
    assert len(data)
    assert all(isinstance(column, str) for column in data)
    data.loc[:, data.columns[0]] = None
    assert chart_data(ax).iloc[:, 0].notna().any()
    assert describe(ax).startswith("Chart of ")


def test_a_chart_drawn_otherwise_has_no_data():
    _, ax = plt.subplots()
    with pytest.raises(ArgumentError, match="not made by a plot_ function"):
        chart_data(ax)
    fit_figure(ax.figure)
