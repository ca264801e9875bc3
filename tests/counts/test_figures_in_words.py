import re
import time
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from cbcstats import ArgumentError, DataError, parse_qualified, split_figures
from cbcstats.counts.qualifiers import BEFORE, BEHIND, LANGUAGES, fold
from cbcstats.counts.readings import QUALIFIERS
from tests.properties import given, st

CASES = Path(__file__).parents[1] / "cases"


def cases(name):
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("line", cases("qualified_figures.txt"))
def test_published_figures_are_read(line):
    text, value, qualifier, *place = line.split("|")
    rounded_to = float(place[0]) if place else None
    assert parse_qualified(text) == (float(value), qualifier.strip(), rounded_to)


@pytest.mark.parametrize("text", [*cases("not_figures.txt"), "", "  ", None, True])
def test_what_is_no_single_figure_is_refused(text):
    with pytest.raises(DataError, match=r"write|leave"):
        parse_qualified(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("many", "'many' holds no single number in digits; write one figure"),
        ("1.234", "'1.234' could be a thousand or a fraction; write 1234 or fewer"),
        ("7,5", "'7,5' has a comma before 1 digits; write a point, or give"),
        ("over 20+", "'over 20+' has words on both sides of the number; leave one"),
        ("dozens 20", "'dozens 20' has 'dozens', which is not a known word before a number"),
        ("20  Dozens", "'20 Dozens' has 'dozens' behind its number, which cannot be read"),
        ("almost -3", "'almost -3' could lie on either side of a negative number"),
        ("12 34", "'12 34' holds no single number in digits; write one figure"),
        ("1234 567", "'1234 567' has '1234 567', which is not a number with thousands set"),
        ("plus de 3 thousand", "'plus de 3 thousand' has words of another language"),
        ("0.1234567890123456", "'0.1234567890123456' has more digits than can be"),
        (float("nan"), "nan is no number; write a published figure in digits"),
    ],
)
def test_what_is_wrong_with_a_figure_is_said_with_the_way_out(text, message):
    with pytest.raises(DataError) as refused:
        parse_qualified(text)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("1.200", "es", 1200),
        ("1.200", "en", 1.2),
        ("1,200", "en", 1200),
        ("1,200", "fr", 1.2),
        ("38,5", "fr", 38.5),
        ("2 billions", "fr", 2 * 10**12),
        ("2 billions", "en", 2 * 10**9),
    ],
)
def test_a_language_tells_what_a_mark_and_a_billion_mean(text, language, value):
    assert parse_qualified(text, language=language).value == value


def test_only_the_words_of_a_given_language_are_read():
    assert parse_qualified("casi 20", language="es").qualifier == "almost"
    with pytest.raises(DataError, match="words of another language"):
        parse_qualified("casi 20", language="en")
    with pytest.raises(ArgumentError, match=r"^`language` cannot be 'de'"):
        parse_qualified("20", language="de")


def test_whole_numbers_stay_whole_and_numbers_are_exact_figures():
    assert isinstance(parse_qualified("3.5 million").value, int)
    assert isinstance(parse_qualified("4.5").value, float)
    assert parse_qualified(330) == (330, "exact", None)
    assert parse_qualified(Decimal("24.1")) == (24.1, "exact", None)
    assert parse_qualified("1" * 41).value == int("1" * 41)
    assert parse_qualified("1.23456789012345").value == 1.23456789012345


@given(
    st.integers(0, 10**9),
    st.sampled_from(sorted(BEFORE)),
    st.sampled_from(["{:,}", "{:d}"]),
)
def test_every_phrase_is_read_before_any_number(value, phrase, form):
    number = form.format(value)
    is_ambiguous = number.count(",") == 1 and "en" not in BEFORE[phrase].languages
    if not is_ambiguous:
        figure = parse_qualified(f"{phrase} {number}".upper())
        assert figure.value == value
        limits = {"<": "below", ">": "above"} if value < 20 else {}
        assert figure.qualifier == limits.get(phrase, BEFORE[phrase].qualifier)


@pytest.mark.parametrize("phrase", sorted(BEHIND))
def test_every_phrase_behind_a_number_is_read(phrase):
    for text in (f"70 {phrase}", f"70 agents {phrase}"):
        assert parse_qualified(text)[:2] == (70, BEHIND[phrase].qualifier)


def test_the_table_has_every_qualifier_in_every_language():
    phrases = {**BEFORE, **BEHIND}
    limits = {"below", "above"}
    for language in LANGUAGES:
        known = {word.qualifier for word in phrases.values() if language in word.languages}
        assert known == set(QUALIFIERS) - limits
    assert all(fold(phrase) == phrase for phrase in phrases)


@given(st.text(st.sampled_from("19.,' -+<>%$€kmoredplus aéñ²"), max_size=30))
def test_any_text_is_read_or_refused_in_a_sentence(text):
    figure = split_figures([text]).iloc[0]
    has_problem = isinstance(figure["problem"], str) and "; " in figure["problem"]
    is_missing = text.strip() in ("", "-", "..", "...")
    assert (figure["qualifier"] in QUALIFIERS) + has_problem + is_missing == 1


@pytest.mark.parametrize(
    "text", ["1 " * 10**6, "a" * 10**7, "1" + ",111" * 10**6, "330" + " " * 300 + "x"]
)
def test_a_long_text_is_refused_at_once(text):
    start = time.perf_counter()
    with pytest.raises(DataError) as refused:
        parse_qualified(text)
    assert time.perf_counter() - start < 1
    assert len(str(refused.value)) < 400


def test_a_column_is_split_on_its_own_index():
    column = pd.Series(
        ["more than 330", 24.5, "US$ 1.2 million", "c", ":", None, "many", "20 Members"],
        index=list("abcdefgh"),
        name="figure",
    )
    figures = split_figures(column)
    assert list(figures) == [
        "value",
        "qualifier",
        "rounded_to",
        "unit",
        "obs_status",
        "problem",
    ]
    assert figures.index.tolist() == list("abcdefgh")
    assert figures["value"].dropna().to_dict() == {
        "a": 330,
        "b": 24.5,
        "c": 1_200_000,
        "h": 20,
    }
    assert figures["rounded_to"].dropna().to_dict() == {"c": 100_000}
    assert figures["qualifier"].dropna().to_dict() == {
        "a": "more_than",
        "b": "exact",
        "c": "exact",
        "h": "exact",
    }
    assert figures["unit"].dropna().to_dict() == {"c": "US$", "h": "Members"}
    assert figures["obs_status"].dropna().to_dict() == {"d": "Q", "e": "O"}
    assert figures["problem"].dropna().index.tolist() == ["g"]


def test_accents_may_be_typed_as_marks_of_their_own():
    assert fold("pre\N{COMBINING GRAVE ACCENT}s") == "pres"
    text = "pre\N{COMBINING GRAVE ACCENT}s de 40 E\N{COMBINING ACUTE ACCENT}tats"
    assert parse_qualified(text) == (40, "almost", None)
    assert split_figures([text])["unit"].tolist() == ["États"]


def test_a_column_of_one_language_and_an_empty_one():
    assert split_figures(["1.200", "38,5"], language="fr")["value"].tolist() == [
        1200,
        38.5,
    ]
    empty = split_figures(pd.Series([], dtype=object))
    assert (len(empty), empty["value"].dtype) == (0, "Float64")


def test_the_unit_keeps_its_capitals_and_accents():
    units = split_figures(["20 États membres", "5 Members or more", "3 M€", "€5 Grants"])["unit"]
    assert units.tolist() == ["États membres", "Members", "€", "€ Grants"]


def test_the_words_of_the_method_are_in_the_table():
    page = (CASES.parents[1] / "docs" / "method.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \|$", page, re.MULTILINE)
    rows = [row for row in rows if row[0] in QUALIFIERS]
    assert len(rows) == 8
    for qualifier, *columns in rows:
        for language, column in zip(LANGUAGES, columns, strict=True):
            for phrase in fold(column).replace("20+", "+").split(", "):
                known = BEFORE.get(phrase) or BEHIND.get(phrase)
                if phrase != "no word":
                    assert known is not None, phrase
                    assert known.qualifier == qualifier
                    assert language in known.languages
