import math
import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest

from cbcstats import DataError, implied_previous
from cbcstats.counts.readings import Bounds, bounds
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
        (492, "nearly 50%", 329, 345),  # 42.5% up to 50%: over 328, to 345.3
        (492, "up by half", 313, 345),  # 42.5% to 57.5%: 312.4 to 345.3
        (492, "doubled", 214, 289),  # 2.3 to 1.7 times: 213.9 to 289.4
        (492, "more than doubled", 214, 245),  # 2.3 to over 2 times: 213.9 to under 246
        (100, "halved", 174, 235),  # 0.575 to 0.425: 173.9 to 235.3
        (5, "0%", 5, 5),
        (0, "-100%", 1, math.inf),
        (298, "+49%", 200, 200),  # 298 / 200 is 1.49
        (299, "+49%", 201, 201),  # 299 / 200 is 1.495, which is printed as 50; 299 / 201 is 1.4876
        (493, "more than doubled", 215, 246),  # 493 / 2.3 is 214.3, 493 / 246 is 2.004
        (0, "down 100%", 1, math.inf),
        (5, "down almost 100%", 34, math.inf),  # by 85% or more, so from 33.3 on
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
# Three decimals could be thousands.
@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 2))
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


# 4.5 / 1.105 = 4.0724, 4.5 / 1.095 = 4.1096; 24.05 / 1.205 = 19.9585, 24.15 / 1.195 = 20.2092
def test_before_an_amount_lies_an_amount():
    assert implied_previous(4.5, "+10%") == pytest.approx((4.0724, 4.1096), abs=1e-4)
    assert implied_previous(24.1, "+20%", rounded_to=0.1) == pytest.approx(
        (19.9585, 20.2092), abs=1e-4
    )


@pytest.mark.parametrize(
    "change", ["half", "+14", "rose", "from 57 to 74", "+3 percentage points", "many"]
)
def test_what_is_no_change_in_percent_is_refused(change):
    with pytest.raises(DataError, match="write"):
        implied_previous(492, change)


@pytest.mark.parametrize(
    "change", ["49", "14 missions", "2019 more missions", "rose from 74 to 57", "half", "+14"]
)
def test_the_advice_is_accepted_when_it_is_typed(change):
    with pytest.raises(DataError) as refused:
        implied_previous(492, change)
    _, advice = refused.value.message.split("; write ")
    for example in re.findall("'(.+?)'", advice):
        assert not implied_previous(492, example).empty
