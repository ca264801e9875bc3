import itertools
import math
import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest

from cbcstats import ArgumentError, Bounds, DataError, Growth, implied_previous, parse_change
from cbcstats.counts.readings import bounds
from tests.properties import given, settings, st


def printed(value, previous, decimals):
    """What a writer may print for a change: the oracle, in decimals, with both ways to round a half."""
    percent = 100 * (Decimal(value) - Decimal(previous)) / Decimal(previous)
    exact = Fraction(value, previous) * 100 - 100
    if Fraction(percent) != exact:  # a period; far from any half at the digits that are printed
        assert abs(Fraction(percent) - exact) < Fraction(1, 10**20)
    unit = Decimal(1).scaleb(-decimals)
    return {str(percent.quantize(unit, rounding)) for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN)}


def test_the_figures_of_2018():
    assert implied_previous(492, "+49%") == (330, 331)
    assert implied_previous(492, "+49%", previous="more than 330") == (331, 331)
    assert implied_previous(492, "+49%", previous=330) == (330, 330)
    assert implied_previous(492, "+49%", previous=330.5).empty
    assert implied_previous(0, "a 100% fall", previous=0).empty  # no change leads from 0
    nothing = implied_previous(492, "+49%", previous=342)
    assert nothing.empty
    assert str(nothing) == "nothing"


# 492 / 1.4905 = 330.09, 492 / 1.4895 = 330.31: no whole number; 492 / 1.4915 = 329.87, 492 / 1.4905 = 330.09: 330.
@pytest.mark.parametrize(
    ("value", "change", "low", "high"),
    [
        (492, "+49.1%", 330, 330),
        (492, "49%", 330, 331),
        (492, "up 49%", 330, 331),
        (492, "a 49% increase", 330, 331),
        (492, "49 per cent more", 330, 331),
        (80, "-20%", 100, 100),
        (492, "a 20% fall", 612, 618),  # 492 / 0.805 = 611.2, 492 / 0.795 = 618.9
        (492, "fell by 20%", 612, 618),
        (492, "20% less", 612, 618),
        (492, "nearly 50%", 329, 351),  # 40% up to 50%: over 328, to 351.4
        (492, "by half", 318, 339),  # 45% to 55%: 317.4 to 339.3
        (492, "doubled", 240, 252),  # 95% to 105%
        (492, "more than doubled", 165, 245),  # over 100%, under 200%
        (100, "halved", 182, 222),  # -55% to -45%
        (5, "0%", 5, 5),
        (0, "-100%", 1, math.inf),
        (298, "+49%", 200, 200),  # 298 / 200 is 1.49
        (299, "+49%", 201, 201),  # 299 / 200 is 1.495, which is printed as 50; 299 / 201 is 1.4876
        (493, "more than doubled", 165, 246),  # 493 / 246 is 2.004
        (0, "down 100%", 1, math.inf),
        (5, "down almost 100%", 50, math.inf),  # by 90% or more, so from 50 on
    ],
)
def test_worked_examples(value, change, low, high):
    assert implied_previous(value, change) == (low, high)


@pytest.mark.parametrize(
    ("value", "change"),
    [
        (0, "down almost 100%"),  # that leaves something
        (0, "down less than 100%"),
        (0, "down more than 100%"),
        (0, "down 150%"),
        (5, "down at least 100%"),
        (5, "down more than 100%"),
    ],
)
def test_a_fall_by_all_leaves_nothing_and_no_fall_is_larger(value, change):
    assert implied_previous(value, change).empty


def test_a_fall_by_at_least_all_is_one_by_all():
    assert implied_previous(0, "down at least 100%") == (1, math.inf)
    assert implied_previous(5, "-100.0%") == (10_000, math.inf)  # by 99.95% or more
    assert implied_previous(50, "down more than 40%", reading="strict") == (
        84,
        math.inf,
    )  # 50 / 0.6 is 83.3


def test_no_count_fits_a_change_that_is_too_precise():
    assert implied_previous(492, "+49.0%").empty


@pytest.mark.parametrize(
    ("value", "qualifier", "change", "low", "high"),
    [
        (400, "almost", "+20%", 283, 333),  # 340/1.205 = 282.2, 399/1.195 = 333.9
        (330, "more_than", "+10%", 300, 310),  # 331/1.105 = 299.5, 340/1.095 = 310.5
    ],
)
def test_values_that_are_ranges(value, qualifier, change, low, high):
    assert implied_previous(value, change, qualifier=qualifier) == (low, high)


def test_the_strict_reading_is_open():
    assert implied_previous(330, "+10%", qualifier="more_than", reading="strict") == (300, math.inf)
    assert implied_previous(492, "+49%", previous="more than 330", reading="strict") == (331, 331)


def test_nothing_before_is_nothing_after_another_claim():
    assert implied_previous(492, "+49%", previous=330.5).empty
    nothing = implied_previous(492, "+49%", previous=342)
    assert implied_previous(492, "+49%", previous=nothing).empty


def test_the_figure_before_is_read_as_strictly():
    assert implied_previous(492, "+49%", previous="more than 310").empty  # 311 to 319
    assert implied_previous(492, "+49%", previous="more than 310", reading="strict") == (330, 331)


@pytest.mark.parametrize(
    ("text", "same"), [("almost -20%", "a fall of almost 20%"), ("nearly+49%", "nearly 49%")]
)
def test_a_sign_may_stand_between_the_word_and_the_number(text, same):
    assert parse_change(text) == parse_change(same)


def test_a_published_range_may_be_given_as_bounds():
    assert implied_previous(492, "+49%", previous=Bounds(300, 330)) == (330, 330)


@pytest.mark.slow
@pytest.mark.parametrize("decimals", [0, 1])
def test_brute_force(decimals):
    """For previous counts from 1 to 2,000 and values to 3,000: what is printed leads back, and nothing else does."""
    scale = 100 * 10**decimals
    previous = np.arange(1, 2001, dtype=np.int64)
    for value in [*range(30), *range(30, 3001, 101)]:
        # The change in units of the last digit, rounded up at a half, and to the even digit.
        quotient, rest = np.divmod(np.abs(value - previous) * scale, previous)
        up = quotient + (2 * rest >= previous)
        even = quotient + ((2 * rest > previous) | ((2 * rest == previous) & (quotient % 2 == 1)))
        signs = np.sign(value - previous)
        for digits in {*np.unique(up).tolist()[:40], *np.unique(even).tolist()[-5:]} - {0}:
            text = f"{digits / 10**decimals:.{decimals}f}%"
            for sign, mark in ((1, "+"), (-1, "-")):
                fits = previous[(signs == sign) & ((up == digits) | (even == digits))]
                found = implied_previous(value, mark + text, previous=Bounds(1, 2000))
                assert found == (fits.min(), fits.max()) if fits.size else found.empty, (
                    value,
                    mark + text,
                )


@settings(max_examples=300)
@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 3))
def test_what_is_printed_leads_back(previous, value, decimals):
    for text in printed(value, previous, decimals):
        change = f"{text}%" if text.startswith("-") else f"+{text}%"
        low, high = implied_previous(value, change)
        assert low <= previous <= high
        for edge in (low, high):
            if math.isfinite(edge):
                assert {text, text.removeprefix("-")} & {
                    item.removeprefix("-") for item in printed(value, edge, decimals)
                }
        for outside in (low - 1, high + 1):
            if 0 < outside < math.inf:
                assert text not in printed(value, int(outside), decimals)


@settings(max_examples=100)
@given(
    st.integers(1, 3000),
    st.sampled_from(["more_than", "almost", "about", "at_least"]),
    st.integers(1, 300),
)
def test_ranges_hold_what_their_members_hold(value, qualifier, percent):
    later = bounds(value, qualifier)
    each = [
        implied_previous(one, f"+{percent}%") for one in range(int(later.low), int(later.high) + 1)
    ]
    each = [found for found in each if not found.empty]
    whole = implied_previous(value, f"+{percent}%", qualifier=qualifier)
    if each:
        assert whole == (min(found.low for found in each), max(found.high for found in each))
    else:
        assert whole.empty


def test_halves_may_be_rounded_either_way():
    # 48.5 is printed as 49, or as 48 by a writer who rounds to even; 49.5 is printed as 50 by both.
    assert parse_change("+49%").holds(Fraction("48.5"))
    assert not parse_change("+49%").holds(Fraction("49.5"))
    assert parse_change("+48%").holds(Fraction("48.5"))
    assert parse_change("-49%").holds(Fraction("-48.5"))
    assert not parse_change("-49%").holds(Fraction("-49.5"))


# The convention, worked out by hand from its wording: lowest and highest change, and whether each end is left out.
# A half rounds up or to the even digit, so that 48.5 may be printed as 48, and 49.5 not as 49.
@pytest.mark.parametrize(
    ("text", "low", "high", "open_ends"),
    [
        ("+49%", "48.5", "49.5", (False, True)),
        ("+48%", "47.5", "48.5", (False, False)),
        ("-49%", "-49.5", "-48.5", (True, False)),
        ("-48%", "-48.5", "-47.5", (False, False)),
        ("+3.5%", "3.45", "3.55", (False, True)),
        ("+3.4%", "3.35", "3.45", (False, False)),
        ("+0.05%", "0.045", "0.055", (False, True)),
        ("0%", "-0.5", "0.5", (False, False)),
        ("0.0%", "-0.05", "0.05", (False, False)),
        ("+0%", "0", "0.5", (False, False)),
        ("-0%", "-0.5", "0", (False, False)),
        ("a 0% rise", "0", "0.5", (False, False)),
        ("more than 40%", "40", "50", (True, True)),
        ("at least 40%", "40", "50", (False, True)),
        ("less than 40%", "30", "40", (True, True)),
        ("less than 5%", "0", "5", (True, True)),
        ("less than 4%", "0", "4", (True, True)),
        ("at most 40%", "30", "40", (True, False)),
        ("at most 4%", "0", "4", (True, False)),
        ("almost 50%", "40", "50", (False, True)),
        ("almost 4%", "0", "4", (False, True)),
        ("about 50%", "45", "55", (False, False)),
        ("about 65%", "62.5", "67.5", (False, False)),
        ("about 4%", "0", "9", (False, False)),
        ("more than 4.5%", "4.5", "5", (True, True)),
        ("about 4.6%", "4.1", "5.1", (False, False)),
        ("a more than 20% fall", "-30", "-20", (True, True)),
        ("fell by almost 20%", "-20", "-10", (True, False)),
        ("up by no less than 20%", "20", "30", (False, True)),
        ("doubled", "95", "105", (False, False)),
        ("double", "95", "105", (False, False)),
        ("more than doubled", "100", "200", (True, True)),
        ("tripled", "195", "205", (False, False)),
        ("quadrupled", "295", "305", (False, False)),
        ("halved", "-55", "-45", (False, False)),
        ("almost halved", "-50", "-40", (True, False)),
        ("fell by half", "-55", "-45", (False, False)),
        ("rose by a quarter", "22.5", "27.5", (False, False)),
        ("three quarters more", "72.5", "77.5", (False, False)),
        ("a third", "85/3", "115/3", (False, False)),
        ("down two thirds", "-215/3", "-185/3", (False, False)),
        ("more than a third", "100/3", "130/3", (True, True)),
    ],
)
def test_a_change_is_a_range_with_ends(text, low, high, open_ends):
    assert parse_change(text) == (Fraction(low), Fraction(high), *open_ends)


@pytest.mark.parametrize(
    ("text", "low", "high", "open_ends"),
    [
        ("+49%", 48.5, 49.5, (False, True)),
        ("more than 40%", 40, math.inf, (True, False)),
        ("at least 40%", 40, math.inf, (False, False)),
        ("less than 40%", 0, 40, (False, True)),
        ("at most 40%", 0, 40, (False, False)),
        ("almost 40%", 0, 40, (False, True)),
        ("about 40%", 0, math.inf, (False, False)),
        ("a more than 40% fall", -math.inf, -40, (False, True)),
        ("doubled", 0, math.inf, (False, False)),
    ],
)
def test_read_strictly_a_change_has_an_open_side(text, low, high, open_ends):
    assert parse_change(text, reading="strict") == (low, high, *open_ends)


def test_the_ends_of_a_range_belong_to_it_or_not():
    for low_open, high_open in itertools.product([False, True], repeat=2):
        growth = Growth(Fraction(1), Fraction(2), low_open, high_open)
        holds = [growth.holds(Fraction(percent)) for percent in ("0.9", "1", "1.5", "2", "2.1")]
        assert holds == [False, not low_open, True, not high_open, False]
    assert Growth(Fraction(1), Fraction(2)) == (1, 2, False, False)


RISING = "+ up increase increased rise rose risen growth grew grown gain gained higher"
FALLING = (
    "- down decrease decreased decline declined fall fell fallen drop dropped reduction reduced contracted "
    "lower less fewer"
)


def test_every_word_for_up_and_down_is_known():
    rise, fall = parse_change("+20%"), parse_change("-20%")
    assert {parse_change(f"{word} 20%") for word in RISING.split()} == {rise}
    assert {parse_change(f"20% {word}") for word in RISING.split()[1:]} == {rise}
    assert {
        parse_change(f"{word} 20%") for word in FALLING.split() if word not in ("less", "fewer")
    } == {fall}
    assert {parse_change(f"20% {word}") for word in FALLING.split()[1:]} == {fall}
    for word in ("a", "an", "of", "by", "the", "in", "more", "than"):
        assert parse_change(f"20% {word}") == rise
    assert parse_change("A  20 Per  Cent DECREASE") == parse_change("\N{EN DASH}20%") == fall


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("many", "'many' holds no single percentage"),
        ("+20% or 30%", "holds no single percentage"),
        ("half or double", "holds no single percentage"),
        ("20%5", "'5' in '20%5' is not known here"),
        ("about 20% widgets", "'widgets' in 'about 20% widgets' is not known here"),
        ("some of 20%", "'some' in 'some of 20%' is not known here"),
        ("+20% down", "'+20% down' says both up and down"),
        ("20% percents", "'percents'"),
        ("20 percentage points", "holds no single percentage"),
    ],
)
def test_what_is_wrong_with_a_change_is_said(text, said):
    with pytest.raises(DataError, match=re.escape(said)):
        parse_change(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "49",
        "many",
        "+20% or 30%",
        "5% up or down",
        "+20% down",
        "about 20% widgets",
        "between 5% and 10%",
        "20% since 2012",
    ],
)
def test_what_is_no_single_change_is_refused(text):
    with pytest.raises(DataError, match="write"):
        parse_change(text)


def test_words_and_signs_mean_the_same():
    pairs = itertools.pairwise(
        ["+20%", "20 %", "20 per cent", "20 percent", "a 20% increase", "up by 20%", "rose 20%"]
    )
    assert all(parse_change(first) == parse_change(second) for first, second in pairs)
    falls = itertools.pairwise(
        ["-20%", "\N{MINUS SIGN}20%", "a 20% fall", "down 20%", "a decrease of 20%", "20% fewer"]
    )
    assert all(parse_change(first) == parse_change(second) for first, second in falls)


def test_only_counts_have_a_count_before():
    with pytest.raises(DataError, match="no whole number"):
        implied_previous(4.5, "+10%")


def test_a_wrong_reading_of_a_change_names_the_right_ones():
    with pytest.raises(
        ArgumentError, match=r"^`reading` cannot be 'loose'; it must be one of 'usual', 'strict'"
    ):
        parse_change("+20%", reading="loose")


def test_a_text_is_read_up_to_a_length():
    assert parse_change(f"+{'0' * 197}5%") == parse_change("+5%")
    with pytest.raises(DataError):
        parse_change(f"+{'0' * 198}5%")


def test_no_change_is_no_fall_and_reaches_to_either_side():
    assert parse_change("0%") == Growth(Fraction(-1, 2), Fraction(1, 2))
    assert parse_change("fell by 0%") == parse_change("-0%")
