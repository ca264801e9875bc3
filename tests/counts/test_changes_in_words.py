import itertools
import math
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cbcstats import ArgumentError, DataError, parse_change
from cbcstats.counts.change_words import FALLS, RISES
from cbcstats.counts.changes_in_words import Growth, read_claim
from tests.properties import given, settings, st

CASES = Path(__file__).parents[1] / "cases"


def cases(name):
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def end(text):
    """The fraction of a third is written with twelve decimals."""
    return Fraction(text).limit_denominator(10**6)


@pytest.mark.parametrize("line", cases("changes_in_words.txt"))
def test_a_change_in_words_is_a_range(line):
    text, interval = line.rsplit(" | ", 1)
    opening, low, high, closing = re.fullmatch(r"([\[(])(.*), (.*)([\])])", interval).groups()
    assert parse_change(text) == (end(low), end(high), opening == "(", closing == ")")


@pytest.mark.parametrize("line", cases("not_changes.txt"))
def test_other_texts_are_refused_in_words(line):
    text, message = line.rsplit(" | ", 1)
    with pytest.raises(DataError, match=re.escape(message)) as error:
        parse_change(text)
    assert str(error.value).startswith(repr(text))
    assert "write" in str(error.value)


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
        ("more than doubled", 100, math.inf, (True, False)),
        ("almost doubled", 0, 100, (False, True)),
        ("halved", -100, 0, (False, False)),
        ("almost halved", -50, 0, (True, False)),
    ],
)
def test_read_strictly_a_word_has_an_open_side(text, low, high, open_ends):
    assert parse_change(text, reading="strict") == (low, high, *open_ends)


def test_a_share_sets_how_far_words_reach():
    assert parse_change("more than 40%", reading=0.1) == (40, 44, True, False)
    assert parse_change("doubled", reading=0.1) == (80, 120, False, False)
    assert parse_change("+49%", reading=0.1) == parse_change("+49%")


def test_the_language_tells_the_decimal_mark():
    assert parse_change("+1.300 %", language="es") == parse_change("+1300%")
    assert parse_change("+1.300 %", language="en") == (
        Fraction("1.2995"),
        Fraction("1.3005"),
        False,
        False,
    )
    assert parse_change("+1,300 %", language="fr") == parse_change("+1.300 %", language="en")
    assert parse_change("+1,300 %", language="en") == parse_change("+1300%")
    with pytest.raises(ArgumentError, match=r"^`language` cannot be 'de'"):
        parse_change("+5%", language="de")


@pytest.mark.parametrize(
    "space", ["\N{NO-BREAK SPACE}", "\N{THIN SPACE}", "\N{NARROW NO-BREAK SPACE}"]
)
def test_any_space_sets_thousands_and_units_apart(space):
    assert parse_change(f"+2{space}400{space}%") == parse_change("+2400%")


def test_a_wrong_reading_or_text_names_the_right_ones():
    with pytest.raises(ArgumentError, match=r"^`reading` cannot be 'loose'"):
        parse_change("+20%", reading="loose")
    with pytest.raises(ArgumentError, match=r"^`text` must be a text"):
        parse_change(49)


def test_a_text_is_read_up_to_a_length():
    assert parse_change(f"+{'0' * 197}5%") == parse_change("+5%")
    with pytest.raises(DataError, match="is too long"):
        parse_change(f"+{'0' * 198}5%")


def test_every_word_for_up_and_down_gives_the_direction():
    rise, fall = parse_change("+20%"), parse_change("-20%")
    # A plus after the number is a lower end, and a minus there is refused.
    assert {parse_change(f"20% {word}") for word in RISES - {"+", "plus"}} == {rise}
    assert {parse_change(f"20% {word}") for word in FALLS - {"-"}} == {fall}
    for word, other in itertools.product(("up", "hausse", "subio"), ("fell", "recul", "cayo")):
        with pytest.raises(DataError, match="both up and down"):
            parse_change(f"{word} 20% {other}")


def test_the_ends_of_a_range_belong_to_it_or_not():
    for low_open, high_open in itertools.product([False, True], repeat=2):
        growth = Growth(Fraction(1), Fraction(2), low_open, high_open)
        holds = [growth.holds(Fraction(percent)) for percent in ("0.9", "1", "1.5", "2", "2.1")]
        assert holds == [False, not low_open, True, not high_open, False]
    assert Growth(Fraction(1), Fraction(2)) == (1, 2, False, False)


def test_a_range_takes_any_number_as_it_prints():
    # 38.45 has no exact binary float; the one nearest to it is below.
    growth = parse_change("+38.5%")
    for percent in (38.45, np.float64(38.45), Decimal("38.45"), Fraction("38.45")):
        assert growth.holds(percent)
    assert parse_change("+38%").holds(np.int64(38))


@pytest.mark.parametrize("wrong", ["48", None, True, math.nan, math.inf, [49]])
def test_a_range_refuses_other_things_in_words(wrong):
    with pytest.raises(ArgumentError, match=r"^`percent` must be a (finite )?number"):
        parse_change("+49%").holds(wrong)


WORDS = ["", "more than ", "at least ", "about ", "almost ", "less than ", "at most "]


@given(st.sampled_from(WORDS), st.integers(1, 10**6), st.integers(0, 3))
def test_a_fall_is_a_rise_turned(word, digits, decimals):
    number = f"{word}{Decimal(digits).scaleb(-decimals):f}%"
    rise, fall = (parse_change(f"{verb} by {number}", language="en") for verb in ("rose", "fell"))
    assert fall.turned() == rise
    assert 0 <= rise.low <= rise.high


@given(st.sampled_from(WORDS), st.integers(1, 10**4))
def test_the_strict_reading_holds_the_usual_one(word, percent):
    usual, strict = (
        parse_change(f"{word}{percent}%", reading=reading) for reading in ("usual", "strict")
    )
    assert strict.low <= usual.low <= usual.high <= strict.high
    assert usual.high - usual.low <= max(Fraction(3, 10) * percent, 1)


PIECES = ["+", "-", "5%", "1,2", "(", "of", "a", "de", "un", "doubled", "half", "from", "57", "to"]
PIECES += ["à", "times", "up", "cayó", "more than", "or more", "a third", "+14", "stable"]
PIECES += ["as many", "missions", "fewer"]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_texts_of_known_words_are_read_or_refused(words):
    text = " ".join(words)
    try:
        change = read_claim(text).change
    except DataError as error:
        assert "write" in str(error)  # noqa: PT017
    else:
        assert change.low <= change.high


@pytest.mark.parametrize(
    ("text", "kind", "change"),
    [
        ("doubled", "percent", (70, 130, False, False)),
        ("half", "ratio", (-57.5, -42.5, False, False)),
        ("less than half", "ratio", (-57.5, -50, False, True)),
        ("more than a third", "ratio", (Fraction(-200, 3), Fraction(-185, 3), True, False)),
        ("la moitié", "ratio", (-57.5, -42.5, False, False)),
        ("+3 percentage points", "points", (2.5, 3.5, False, True)),
        ("fell by 1.2 points", "points", (Fraction("-1.25"), Fraction("-1.15"), False, False)),
        ("+14", "difference", (14, 14, False, False)),
        ("14 fewer", "difference", (-14, -14, False, False)),
        ("14 de más", "difference", (14, 14, False, False)),
        ("+14 missions", "difference", (14, 14, False, False)),
        ("14 fewer missions", "difference", (-14, -14, False, False)),
        ("une hausse de 14 missions", "difference", (14, 14, False, False)),
        ("14 more customs missions", "difference", (14, 14, False, False)),
        ("14 misiones menos", "difference", (-14, -14, False, False)),
        ("up by more than 330 training missions", "difference", (331, 340, False, False)),
        ("up by more than 330", "difference", (331, 340, False, False)),
        ("+2.9", "difference", (Fraction("2.85"), Fraction("2.95"), False, False)),
        ("-1.2 million", "difference", (-1250000, -1150000, False, False)),
        ("increased", "direction", (0, math.inf, True, False)),
        ("has risen sharply", "direction", (0, math.inf, True, False)),
        ("fell", "direction", (-math.inf, 0, False, True)),
        ("a diminué", "direction", (-math.inf, 0, False, True)),
        ("creció", "direction", (0, math.inf, True, False)),
        ("unchanged", "direction", (0, 0, False, False)),
        ("remained unchanged", "direction", (0, 0, False, False)),
        ("sin cambios", "direction", (0, 0, False, False)),
        ("went up", "direction", (0, math.inf, True, False)),
        ("are down sharply", "direction", (-math.inf, 0, False, True)),
        ("stable", "direction", (-5, 5, False, False)),
        ("virtually unchanged", "direction", (-5, 5, False, False)),
        ("se mantuvo estable", "direction", (-5, 5, False, False)),
        ("est restée stable", "direction", (-5, 5, False, False)),
        ("a record high", "record", (-math.inf, math.inf, False, False)),
        ("was another record", "record", (-math.inf, math.inf, False, False)),
    ],
)
def test_a_claim_says_what_its_range_counts(text, kind, change):
    assert read_claim(text)[:2] == (kind, change)


@pytest.mark.parametrize(
    ("text", "before", "after", "change"),
    [
        ("from 57 to 74", (57, 57), (74, 74), (17, 17)),
        ("fell from 1,300 to 950", (1300, 1300), (950, 950), (-350, -350)),
        ("from 2.4 to 3.1", (2.35, 2.45), (3.05, 3.15), (Fraction("0.6"), Fraction("0.8"))),
        ("de 57 à 74", (57, 57), (74, 74), (17, 17)),
        ("pasó de 57 a más de 330", (57, 57), (331, 340), (274, 283)),
    ],
)
def test_two_levels_are_kept(text, before, after, change):
    claim = read_claim(text)
    assert (claim.kind, claim.before, claim.after) == ("levels", before, after)
    assert claim.change[:2] == change


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fell from 57 to 74", "does not fit its two figures"),
        ("missions from 57 to 74", "does not fit its two figures"),
        ("from 1.300 to 1.500", "could be a thousand or a fraction"),
        ("bajó a 24", "names a level"),
        ("rose to 24", "names a level"),
        ("increased in 2019", "may name a year"),
        ("from 12% to 15%", "has two numbers"),
        ("highest rate in over five years", "has no number"),
        ("14 more per month", "has the word 'per'"),
        ("14 more missions per month", "has the word 'per'"),
        ("14 more annually", "has the word 'annually'"),
        ("rose in 14 regions", "has the word 'regions'"),
        ("increased in 14 more regions", "has the word 'regions'"),
        ("aumentó en 14 regiones", "has the word 'regiones'"),
        ("increased over the past 5 years", "has the word 'over'"),
        ("14 missions", "has no direction"),
        ("+14 less", "both up and down"),
        ("+14 dozens", "'dozens' behind its number"),
        ("2019 more missions", "may name a year"),
    ],
)
def test_other_claims_are_refused_in_words(text, message):
    with pytest.raises(DataError, match=message):
        read_claim(text)


def test_stable_has_no_strict_reading():
    with pytest.raises(DataError, match="'stable' has no strict reading"):
        read_claim("stable", reading="strict")
    assert read_claim("rose", reading="strict") == read_claim("rose")
