"""Names of places are known exactly or not at all."""

import unicodedata
from pathlib import Path

import pandas as pd
import pytest

import cbcstats
from cbcstats import to_iso3
from cbcstats.places.names import iso3_of, plain_spelling, suggestions
from tests.frames import TEXT
from tests.properties import given, st

CASES = Path(__file__).parents[1] / "cases"
PLACES = cbcstats.load_places()
SPELLINGS = list(zip(PLACES["name"], PLACES["iso3"], strict=True))


def cases(name):
    lines = (CASES / name).read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("line", cases("place_names.txt"))
def test_names_are_known_however_they_are_written(line):
    name, iso3 = line.split("\t")
    assert iso3_of([name]) == [iso3]


@pytest.mark.parametrize(
    "text", [*cases("not_places.txt"), "", "  ", "\u00a0", "\u200b", "Kenya\x00Uganda"]
)
def test_what_names_no_single_place_stays_missing(text):
    assert iso3_of([text]) == [None]


def test_there_are_enough_cases():
    assert len(cases("place_names.txt")) > 400
    assert len(cases("not_places.txt")) > 90


def test_all_of_iso_3166_is_there_and_two_more():
    codes = PLACES["iso3"].unique()
    assert len(codes) == 249 + 2
    assert {"XKX", "EUE"} <= set(codes)
    assert PLACES.groupby("iso3")["iso2"].nunique().eq(1).all()
    assert PLACES["iso2"].nunique() == len(codes)


@pytest.mark.parametrize(
    ("iso2", "iso3", "name"),
    [
        ("AE", "ARE", "United Arab Emirates"),
        ("AX", "ALA", "Åland Islands"),
        ("BQ", "BES", "Bonaire, Sint Eustatius and Saba"),
        ("CD", "COD", "DR Congo"),
        ("CG", "COG", "Congo Republic"),
        ("CH", "CHE", "Switzerland"),
        ("CW", "CUW", "Curaçao"),
        ("DZ", "DZA", "Algeria"),
        ("EH", "ESH", "Western Sahara"),
        ("GQ", "GNQ", "Equatorial Guinea"),
        ("GW", "GNB", "Guinea-Bissau"),
        ("KM", "COM", "Comoros"),
        ("KP", "PRK", "North Korea"),
        ("KR", "KOR", "South Korea"),
        ("KY", "CYM", "Cayman Islands"),
        ("MF", "MAF", "Saint Martin (French part)"),
        ("MO", "MAC", "Macau"),
        ("NA", "NAM", "Namibia"),
        ("PM", "SPM", "Saint Pierre and Miquelon"),
        ("PS", "PSE", "Palestine"),
        ("PW", "PLW", "Palau"),
        ("SS", "SSD", "South Sudan"),
        ("SX", "SXM", "Sint Maarten"),
        ("SZ", "SWZ", "Eswatini"),
        ("TC", "TCA", "Turks and Caicos Islands"),
        ("TF", "ATF", "French Southern Territories"),
        ("TL", "TLS", "Timor-Leste"),
        ("UM", "UMI", "United States Minor Outlying Islands"),
        ("VC", "VCT", "Saint Vincent and the Grenadines"),
        ("VG", "VGB", "British Virgin Islands"),
        ("VI", "VIR", "US Virgin Islands"),
        ("XK", "XKX", "Kosovo"),
        ("EU", "EUE", "European Union"),
    ],
)
def test_codes_that_are_easily_mixed_up_are_told_apart(iso2, iso3, name):
    assert iso3_of([iso2, iso3, name]) == [iso3] * 3
    of_place = PLACES[PLACES["iso3"] == iso3]
    assert of_place["iso2"].unique().tolist() == [iso2]
    assert of_place.loc[
        (of_place["kind"] == "short") & (of_place["language"] == "en"), "name"
    ].tolist() == [name]


def test_every_place_has_a_short_name_in_each_language():
    short = PLACES[PLACES["kind"] == "short"]
    assert (
        short.groupby("iso3")["language"]
        .agg(list)
        .map(lambda found: found == ["en", "fr", "es"])
        .all()
    )


def test_no_spelling_stands_for_two_places():
    keys = PLACES["name"].map(plain_spelling)
    assert PLACES.groupby(keys)["iso3"].nunique().eq(1).all()


def test_no_spelling_is_the_code_of_another_place():
    codes = {row.iso2.lower(): row.iso3 for row in PLACES.itertuples()} | {
        iso3.lower(): iso3 for _, iso3 in SPELLINGS
    }
    assert [
        (name, iso3) for name, iso3 in SPELLINGS if codes.get(plain_spelling(name), iso3) != iso3
    ] == []


def test_rows_are_sorted_and_none_repeats_another():
    kinds, languages = ["short", "official", "former", "customs"], ["en", "fr", "es", ""]
    rows = PLACES.fillna({"language": ""}).itertuples()
    order = [(row.iso3, kinds.index(row.kind), languages.index(row.language)) for row in rows]
    assert order == sorted(order)
    further = PLACES[PLACES["kind"] != "short"]
    assert not further["name"].map(plain_spelling).duplicated().any()


def test_members_have_their_names_and_codes():
    members = cbcstats.load_members()
    assert len(members) == 188
    short = PLACES[(PLACES["kind"] == "short") & (PLACES["language"] == "en")].set_index("iso3")
    pd.testing.assert_series_equal(to_iso3(members["name"]), members["iso3"])
    assert short.loc[members["iso3"], "name"].tolist() == members["name"].tolist()
    assert short.loc[members["iso3"], "iso2"].tolist() == members["iso2"].tolist()


def test_beneficiaries_are_known_as_their_sources_spell_them():
    beneficiaries = cbcstats.load_beneficiaries()
    pd.testing.assert_series_equal(
        to_iso3(beneficiaries["member_name"]).rename("member"), beneficiaries["member"]
    )


@given(st.text())
def test_a_plain_spelling_is_its_own(text):
    assert plain_spelling(plain_spelling(text)) == plain_spelling(text)


@given(
    st.lists(
        st.sampled_from(["l'", "st.", "the", "la", "s", "&", "/", "-", "a", "é", "\u2019", " "])
    ).map("".join)
)
def test_a_plain_spelling_of_small_words_is_its_own(text):
    assert plain_spelling(plain_spelling(text)) == plain_spelling(text)


def noise():
    """Return a strategy of texts that make no difference, before and after a name."""
    return st.text(" \t\n\u00a0\u202f\u200b\ufeff.,-\u2013()*'\u2019\"!", max_size=5)


@given(
    st.sampled_from(SPELLINGS),
    st.sampled_from([str, str.upper, str.lower, str.casefold, str.swapcase]),
    st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
    noise(),
    noise(),
)
def test_case_accents_and_punctuation_make_no_difference(spelling, case, form, before, after):
    name, iso3 = spelling
    written = (
        unicodedata.normalize(form, case(name))
        .replace("'", "\u2019")
        .replace(" ", " \u00a0")
        .replace("-", "\u2011")
    )
    assert iso3_of(
        [f"{before}{written}{after}", f"{before} {plain_spelling(name).upper()} {after}"]
    ) == [iso3, iso3]
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign)
    )
    assert iso3_of([bare]) == [iso3]


@given(
    st.sampled_from(SPELLINGS),
    st.sampled_from(SPELLINGS),
    st.sampled_from([" / ", "; ", " + ", " | ", "/"]),
)
def test_a_list_of_two_is_no_place(one, other, between):
    known = iso3_of([f"{one[0]}{between}{other[0]}"])[0]
    assert known is None or one[1] == other[1]


def test_a_series_keeps_its_index_and_what_is_no_text_stays_missing():
    names = pd.Series(
        ["Kenya", None, 404, float("nan"), "nowhere", "Kenya"], index=list("abcdef"), dtype="object"
    )
    codes = to_iso3(names)
    assert codes.index.tolist() == list("abcdef")
    assert codes.name == "iso3"
    assert codes.dtype == TEXT
    assert codes.isna().tolist() == [False, True, True, True, True, False]
    assert codes.dropna().tolist() == ["KEN", "KEN"]


@pytest.mark.parametrize("dtype", ["str", "category", "object"])
def test_a_series_may_be_empty_or_a_category(dtype):
    assert to_iso3(pd.Series(["Bénin", "Bénin"], dtype=dtype)).tolist() == ["BEN", "BEN"]
    empty = to_iso3(pd.Series([], dtype=dtype))
    assert empty.empty
    assert empty.dtype == TEXT


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Kenyaa", ["Kenya"]),
        ("Philipines", ["Philippines"]),
        ("Kenya / Uganda", ["Kenya", "Uganda"]),
        ("Kenya, Uganda", ["Kenya", "Uganda"]),
        ("Kenya et Ouganda", ["Kenya", "Uganda"]),
        ("KE/UG", ["Kenya", "Uganda"]),
        ("Kenya, Uganda, Rwanda and Burundi", ["Kenya", "Uganda", "Rwanda"]),
        ("Nairobi, Kenya", ["Kenya"]),
        ("Kenya total", ["Kenya"]),
        ("Korea", ["South Korea", "North Korea"]),
        ("Virgin Islands", ["British Virgin Islands", "US Virgin Islands"]),
        ("New Guinea", ["Papua New Guinea"]),
        ("Southern Africa", []),
        ("Perugia", []),
        ("xyzzy", []),
        ("-", []),
        ("", []),
    ],
)
def test_suggestions_are_what_may_have_been_meant(name, expected):
    assert suggestions(name) == expected


def test_suggestions_are_short_names_and_few():
    short = set(PLACES.loc[PLACES["kind"] == "short", "name"])
    for text in cases("not_places.txt"):
        found = suggestions(text)
        assert len(found) <= 3
        assert set(found) <= short


def test_a_list_is_taken_like_a_series():
    assert to_iso3(["Kenya", "nowhere"]).fillna("none").tolist() == ["KEN", "none"]
