import math
from decimal import Decimal
from pathlib import Path

import pytest

from cbcstats import ArgumentError, Bounds, DataError, bounds, parse_qualified
from cbcstats.counts.qualifiers import PHRASES, QUALIFIERS
from tests.properties import given, st

CASES = Path(__file__).parents[1] / "cases"


def cases(name):
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("line", cases("qualified_figures.txt"))
def test_published_figures_are_read(line):
    text, value, qualifier = line.rsplit("|", 2)
    assert parse_qualified(text) == (float(value), qualifier.strip())


@pytest.mark.parametrize("text", [*cases("not_figures.txt"), "", "  "])
def test_what_is_no_single_figure_is_refused(text):
    with pytest.raises(DataError, match=r"write|leave"):
        parse_qualified(text)


WORDS_TO_WRITE = (
    "leave the unit away and write a word such as 'more than', 'at least', 'about', 'almost', 'less than', "
    "'at most' or none"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "many",
            "'many' holds no single number in digits; write one figure, such as 'more than 330'",
        ),
        ("1.234", "'1.234' could be a thousand or a fraction; write 1234 or fewer decimals"),
        (
            "1.500 Million",
            "'1.500 Million' could be a thousand or a fraction; write 1500 Million or fewer decimals",
        ),
        (
            "0.1234567890123456",
            "'0.1234567890123456' has more digits than can be kept; write up to 15, or no decimals",
        ),
        (
            "over 20+",
            "'over 20+' has words on both sides of the number; leave one qualifier and no unit",
        ),
        ("dozens 20", f"'dozens' in 'dozens 20' is no known qualifier there; {WORDS_TO_WRITE}"),
        ("20  Dozens", f"'dozens' in '20  Dozens' is no known qualifier there; {WORDS_TO_WRITE}"),
        ("or more 20", f"'or more' in 'or more 20' is no known qualifier there; {WORDS_TO_WRITE}"),
        ("20 over", f"'over' in '20 over' is no known qualifier there; {WORDS_TO_WRITE}"),
    ],
)
def test_what_is_wrong_with_a_figure_is_said_with_the_way_out(text, said):
    with pytest.raises(DataError) as refused:
        parse_qualified(text)
    assert str(refused.value) == said


def test_a_text_is_read_up_to_a_length_and_cited_up_to_it():
    assert parse_qualified("1" * 200).value == int("1" * 200)
    with pytest.raises(DataError) as refused:
        parse_qualified("1" * 201)
    assert str(refused.value).startswith(f"'{'1' * 200}' holds no single number")


def test_decimals_are_read_as_long_as_they_are_exact():
    assert parse_qualified("1.23456789012345").value == 1.23456789012345
    assert parse_qualified(f"{'1' * 30}").value == int("1" * 30)


def test_every_qualifier_has_phrases_and_every_phrase_a_qualifier():
    assert set(PHRASES.values()) == set(QUALIFIERS)


def test_long_numbers_keep_all_their_digits():
    assert parse_qualified("1" * 41).value == int("1" * 41)
    assert bounds(10**30, "more_than") == (10**30 + 1, 2 * 10**30 - 1)
    assert bounds(10**30 + 7) == (10**30 + 7, 10**30 + 7)


def test_a_number_is_read_as_well():
    assert parse_qualified(330) == (330, "exact")


def test_whole_numbers_stay_whole():
    assert isinstance(parse_qualified("3.5 million").value, int)
    assert isinstance(parse_qualified("4.5").value, float)


# The convention, worked out by hand from its wording.
@pytest.mark.parametrize(
    ("value", "qualifier", "low", "high"),
    [
        (492, "exact", 492, 492),
        (330, "more_than", 331, 339),
        (40, "more_than", 41, 49),
        (100, "more_than", 101, 199),
        (3000, "more_than", 3001, 3999),
        (49000, "more_than", 49001, 49999),
        (35, "more_than", 36, 39),  # ends in 5: below 40
        (115, "more_than", 116, 119),
        (112, "more_than", 113, 121),  # no round number: a width of ten
        (330, "at_least", 330, 339),
        (20, "at_least", 20, 29),
        (330, "less_than", 321, 329),
        (330, "at_most", 321, 330),
        (100, "less_than", 1, 99),
        (400, "almost", 390, 399),
        (140, "almost", 130, 139),
        (1000, "almost", 900, 999),
        (60, "almost", 50, 59),
        (65, "almost", 60, 64),
        (150, "about", 145, 155),
        (200, "about", 195, 205),
        (90, "about", 85, 95),
        (65, "about", 63, 67),
        (1000, "about", 950, 1050),
        (3, "almost", 0, 2),
        (0, "exact", 0, 0),
        (4.5, "exact", 4.5, 4.5),
        (4.5, "more_than", 4.6, 4.9),
        (330.0, "more_than", 331, 339),
        (Decimal("4.50"), "more_than", 4.6, 4.9),
        (12.25, "about", 11.75, 12.75),
        (0, "more_than", 1, 9),
        (0, "at_least", 0, 9),
        (0, "at_most", 0, 0),
        (0, "about", 0, 5),
        (7, "about", 2, 12),
        (105, "almost", 95, 104),
    ],
)
def test_usual_reading(value, qualifier, low, high):
    assert bounds(value, qualifier) == (low, high)


@pytest.mark.parametrize(
    ("qualifier", "low", "high"),
    [
        ("exact", 330, 330),
        ("more_than", 331, math.inf),
        ("at_least", 330, math.inf),
        ("less_than", 0, 329),
        ("at_most", 0, 330),
        ("almost", 0, 329),
        ("about", 0, math.inf),
    ],
)
def test_strict_reading_leaves_the_far_side_open(qualifier, low, high):
    assert bounds(330, qualifier, reading="strict") == (low, high)


@given(st.integers(1, 10**12), st.sampled_from(QUALIFIERS))
def test_a_range_is_never_empty_nor_negative_and_lies_within_the_strict_one(value, qualifier):
    usual, strict = bounds(value, qualifier), bounds(value, qualifier, reading="strict")
    assert 0 <= strict.low <= usual.low <= usual.high <= strict.high


@given(st.integers(1, 10**9))
def test_the_words_divide_the_numbers(value):
    assert bounds(value, "more_than").low == value + 1
    assert bounds(value, "at_least").low == value
    assert bounds(value, "almost").high == bounds(value, "less_than").high == value - 1
    low, high = bounds(value, "about")
    assert low <= value <= high


@pytest.mark.parametrize("value", [-1, float("nan"), math.inf, "many", None, True])
def test_what_is_no_count_has_no_bounds(value):
    with pytest.raises(DataError) as refused:
        bounds(value)
    assert str(refused.value) == f"{value!r} is no count; a published figure is a number from 0 on"


@pytest.mark.parametrize("value", [10**300, 1e300, Decimal("1e300"), Decimal("1e-325")])
def test_a_number_that_no_one_printed_is_refused(value):
    with pytest.raises(DataError) as refused:
        bounds(value)
    assert str(refused.value) == f"{value!r} is too large or too fine a number; check it"


def test_a_number_is_read_as_long_as_changes_of_it_are_numbers():
    assert bounds(10**299, "more_than") == (10**299 + 1, 2 * 10**299 - 1)
    assert bounds(Decimal("2e-324")) == (0, 0)  # no float is nearer


@pytest.mark.parametrize("qualifier", ["less_than", "almost"])
def test_nothing_is_less_than_zero(qualifier):
    with pytest.raises(DataError) as refused:
        bounds(0, qualifier)
    words = qualifier.replace("_", " ")
    assert str(refused.value) == f"no count is {words} 0; correct the value or its qualifier"


def test_a_wrong_word_names_the_near_one():
    with pytest.raises(
        ArgumentError, match=r"^`qualifier` cannot be 'morethan'; did you mean 'more_than'"
    ):
        bounds(330, "morethan")
    with pytest.raises(ArgumentError, match=r"^`reading` cannot be .*'usual', 'strict'"):
        bounds(330, reading="loose")


def test_bounds_read_well():
    assert str(Bounds(331, 339)) == "331 to 339"
    assert str(Bounds(1000, 1000)) == "1,000"
    assert str(Bounds(3331, math.inf)) == "3,331 or more"
    assert str(Bounds(1331, 1339)) == Bounds(1331, 1339)._repr_html_() == "1,331 to 1,339"
    assert str(Bounds(2, 1)) == "nothing"
    assert [Bounds(2, 1).empty, Bounds(1, 1).empty] == [True, False]
