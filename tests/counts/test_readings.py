import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from cbcstats import ArgumentError, DataError, bounds
from cbcstats.counts.readings import QUALIFIERS, Bounds, ranges, reach_of
from tests.properties import given, st

MISSING = float("nan")
WORDS = [word for word in QUALIFIERS if word != "exact"]


# Worked out by hand: one step of the last digit, at most 15%, and whole ends.
@pytest.mark.parametrize(
    ("value", "qualifier", "low", "high"),
    [
        (492, "exact", 492, 492),
        (0, "exact", 0, 0),
        (-40, "exact", -40, -40),
        (330, "more_than", 331, 340),  # a step of 10
        (112, "more_than", 113, 114),  # a step of 1, but at least 2
        (3000, "more_than", 3001, 3450),  # 15%
        (700, "more_than", 701, 800),  # 15% are 105, the step is 100
        (2, "more_than", 3, 4),
        (0, "more_than", 1, 2),
        (115, "more_than", 116, 120),  # five steps of 1
        (250, "more_than", 251, 287),  # five steps of 10, but 15% are 37.5
        (750, "more_than", 751, 800),
        (5, "more_than", 6, 7),  # the only digit: one step, at least 2
        (330, "well_over", 331, 350),
        (300, "well_over", 301, 390),  # twice 15%
        (3, "well_over", 4, 7),  # twice the least reach
        (330, "at_least", 330, 340),
        (20, "at_least", 20, 23),
        (0, "at_least", 0, 2),
        (330, "less_than", 320, 329),
        (330, "at_most", 320, 330),
        (0, "at_most", 0, 0),
        (400, "almost", 340, 399),
        (65, "almost", 60, 64),
        (60, "almost", 51, 59),
        (1, "almost", 0, 0),
        (150, "about", 128, 172),  # 15% are 22.5, half of five steps 25
        (200, "about", 170, 230),
        (340, "about", 335, 345),
        (65, "about", 63, 67),
        (50, "about", 45, 55),  # the only digit
        (3, "about", 2, 4),
        (0, "about", 0, 1),
        (5, "below", 0, 4),
        (5, "above", 6, math.inf),
        (330.0, "more_than", 331, 340),
        (10**30, "more_than", 10**30 + 1, 10**30 * 115 // 100),
    ],
)
def test_a_count_is_a_range_of_whole_numbers(value, qualifier, low, high):
    assert bounds(value, qualifier) == (low, high)
    assert all(type(end) is int or end == math.inf for end in bounds(value, qualifier))


@pytest.mark.parametrize(
    ("value", "qualifier", "rounded_to", "low", "high"),
    [
        (24.1, "exact", 0.1, 24.05, 24.15),
        (1_200_000, "exact", 100_000, 1_150_000, 1_250_000),
        (12_000_000, "exact", 1_000_000, 11_500_000, 12_500_000),
        (0.02, "exact", 0.1, 0, 0.07),
        (-3.2, "exact", 0.1, -3.25, -3.15),
        (4.5, "exact", None, 4.5, 4.5),
        (4.5, "more_than", None, 4.5, 5),  # five steps of 0.1
        (Decimal("4.70"), "more_than", None, 4.7, 4.8),
        (24.1, "well_over", 0.1, 24.1, 24.3),
        (24.3, "about", 0.1, 24.25, 24.35),
        (24, "about", 0.1, 23.95, 24.05),  # printed 24.0
        (24, "about", 1, 23.5, 24.5),
        (80, "almost", 1, 70, 80),  # the unit, and no sign that the 0 was printed
        (80, "more_than", 0.1, 80, 80.1),
        (20_000_000, "about", 100_000, 19_950_000, 20_050_000),  # 20.0 million
        (120_000_000, "about", 1_000_000, 115_000_000, 125_000_000),
        (9, "more_than", 1, 9, 10),
        (0, "more_than", 0.1, 0, 0.1),
        (0.5, "below", 0.1, 0, 0.5),
        (0.5, "above", 0.1, 0.5, math.inf),
    ],
)
def test_an_amount_is_a_range_of_real_numbers(value, qualifier, rounded_to, low, high):
    assert bounds(value, qualifier, rounded_to) == (low, high)


@pytest.mark.parametrize(
    ("qualifier", "low", "high"),
    [
        ("exact", 330, 330),
        ("more_than", 331, math.inf),
        ("well_over", 331, math.inf),
        ("at_least", 330, math.inf),
        ("less_than", 0, 329),
        ("at_most", 0, 330),
        ("almost", 0, 329),
        ("about", 0, math.inf),
    ],
)
def test_strict_reading_leaves_the_far_side_open(qualifier, low, high):
    assert bounds(330, qualifier, reading="strict") == (low, high)


def test_strict_reading_of_an_amount_ends_at_its_number():
    assert bounds(330, "more_than", 1, reading="strict") == (330, math.inf)
    assert bounds(24.1, "almost", 0.1, reading="strict") == (0, 24.1)


def test_a_share_takes_the_place_of_the_fifteen_percent():
    assert bounds(1000, "more_than", reading=0.1) == (1001, 1100)
    assert bounds(400, "almost", reading=Fraction(1, 4)) == (300, 399)
    assert bounds(330, "more_than", reading=0.2) == (331, 340)  # the step is shorter


@given(
    st.integers(1, 10**12),
    st.sampled_from(WORDS),
    st.sampled_from([None, 1, 0.1, 1000]),
)
def test_a_range_touches_its_number_and_lies_in_the_strict_one(value, word, place):
    usual = bounds(value, word, place)
    strict = bounds(value, word, place, reading="strict")
    assert 0 <= strict.low <= usual.low <= usual.high <= strict.high
    assert usual.low - 1 <= value <= usual.high + 1


@given(st.integers(20, 10**6), st.sampled_from(WORDS), st.integers(1, 9))
def test_the_unit_makes_no_difference(value, word, zeros):
    """A number in thousands and the same number written out have the same range."""
    small = bounds(value, word, 1)
    large = bounds(value * 10**zeros, word, 10**zeros)
    zeros_may_be_printed = zeros % 3 and value % 10 == 0
    if not zeros_may_be_printed:
        assert large.low == pytest.approx(small.low * 10**zeros)
        assert large.high == pytest.approx(small.high * 10**zeros)


@given(st.integers(1, 10**6), st.sampled_from(["about", "almost", "at_least"]))
def test_the_usual_reading_reaches_fifteen_percent_at_most(value, word):
    low, high = bounds(value, word)
    assert value - low <= max(0.15 * value, 2)
    assert high - value <= max(0.15 * value, 2)


@pytest.mark.parametrize(
    ("value", "qualifier", "place", "reach"),
    [
        ("24.1", "more_than", "0.1", "0.1"),
        ("40", "almost", "1", "6"),
        ("40", "about", "1", "5"),
        ("0", "at_most", "1", "1"),
        ("0.5", "about", None, "0.075"),
        ("40", "exact", "1", "0"),
    ],
)
def test_the_reach_of_a_word_is_exact(value, qualifier, place, reach):
    place = place and Fraction(place)
    assert reach_of(Fraction(value), qualifier, place) == Fraction(reach)


FIGURES = st.lists(
    st.tuples(
        st.one_of(st.integers(1, 5000), st.integers(1, 50_000).map(lambda n: n / 10)),
        st.sampled_from(QUALIFIERS),
        st.sampled_from([MISSING, 0.1, 1.0, 100.0]),
    )
)


@given(FIGURES, st.sampled_from(["usual", "strict", 0.1]))
def test_a_column_has_the_ranges_of_its_figures(figures, reading):
    columns = pd.DataFrame(figures, columns=["value", "qualifier", "rounded_to"])
    low, high = ranges(*(columns[name] for name in columns), reading)
    assert low.dtype == high.dtype == float
    for row, (value, word, place) in enumerate(figures):
        rounded_to = None if math.isnan(place) else place
        assert (low[row], high[row]) == bounds(value, word, rounded_to, reading=reading)


def test_a_column_may_have_missing_values():
    values = pd.array([330, None], dtype="Float64")
    low, high = ranges(values, ["more_than"] * 2, pd.array([None] * 2, dtype="Float64"))
    np.testing.assert_array_equal(low, [331, MISSING])
    np.testing.assert_array_equal(high, [340, MISSING])
    assert [len(ends) for ends in ranges([], [], [])] == [0, 0]


@pytest.mark.parametrize("value", [float("nan"), math.inf, "many", None, True])
def test_what_is_no_number_has_no_bounds(value):
    with pytest.raises(DataError) as refused:
        bounds(value)
    assert str(refused.value) == (f"{value!r} is no number; write a published figure in digits")


@pytest.mark.parametrize(
    "value",
    [
        10**300,
        1e300,
        Decimal("1e300"),
        Decimal("1e-325"),
        Decimal("1e999999"),
        Decimal("1e-999999"),
    ],
)
def test_a_number_that_no_one_printed_is_refused(value):
    with pytest.raises(DataError) as refused:
        bounds(value)
    assert str(refused.value) == f"{value!r} is too large or too fine a number; check it"


@pytest.mark.parametrize(
    ("value", "qualifier", "message"),
    [
        (0, "less_than", "no figure is less than 0; correct the number"),
        (0, "almost", "no figure is almost 0; correct the number"),
        (0, "below", "no figure is below 0; correct the number"),
        (-50, "more_than", "'more than -50' could lie on either side of the number"),
        (-50, "about", "'about -50' could lie on either side of the number"),
    ],
)
def test_a_word_that_cannot_stand_there_is_refused(value, qualifier, message):
    with pytest.raises(DataError, match=f"^{message}"):
        bounds(value, qualifier)
    with pytest.raises(DataError, match=f"^{message[:20]}"):
        ranges([value], [qualifier], [MISSING])


def test_a_wrong_argument_names_the_way_out():
    with pytest.raises(
        ArgumentError,
        match=r"^`qualifier` cannot be 'morethan'; did you mean 'more_than'",
    ):
        bounds(330, "morethan")
    with pytest.raises(ArgumentError, match=r"^`reading` cannot be .*'usual', 'strict'"):
        bounds(330, reading="loose")
    with pytest.raises(ArgumentError, match=r"^`reading` cannot be 15; write 'usual'"):
        bounds(330, reading=15)
    with pytest.raises(ArgumentError, match=r"^`rounded_to` cannot be -1; write the place"):
        bounds(330, rounded_to=-1)


def test_bounds_read_well():
    assert str(Bounds(331, 340)) == "331 to 340"
    assert str(Bounds(1000, 1000)) == "1,000"
    assert str(Bounds(3331, math.inf)) == "3,331 or more"
    assert str(Bounds(1331, 1340)) == Bounds(1331, 1340)._repr_html_() == "1,331 to 1,340"
    assert str(Bounds(2, 1)) == "nothing"
    assert [Bounds(2, 1).empty, Bounds(1, 1).empty] == [True, False]
