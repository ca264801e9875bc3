"""Names of places are known exactly or not at all."""

import unicodedata
from pathlib import Path

import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, to_iso3
from cbcstats.places.names import check_places
from cbcstats.places.spelling import (
    explain_other,
    iso3_of,
    plain_spelling,
    spellings_of,
    suggestions,
)
from tests.frames import TEXT
from tests.needs import needed
from tests.properties import given, st

CASES = Path(__file__).parents[1] / "cases"
PLACES = cbcstats.load_places()
LANGUAGES = ["en", "fr", "es", "ar", "de", "pt", "ru", "zh"]
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
        .map(lambda found: found[:3] == ["en", "fr", "es"])
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
    kinds, languages = ["short", "official", "former", "customs"], [*LANGUAGES, ""]
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
        # A word that several places share is no hint to one of them.
        ("Congo XYZ", ["Congo Republic", "DR Congo"]),
        ("Sudan North", ["Sudan", "South Sudan"]),
        ("Guinea Xyz", []),
        ("Dominican", ["Dominica", "Dominican Republic"]),
        ("Guyane", ["Guyana", "French Guiana"]),
        # Each word must be near: Souht is not North.
        ("Souht Korea", ["South Korea"]),
        ("Saint Martin Dutsh", ["Sint Maarten"]),
        # Much further away than the nearest: Malaysia, Romania.
        ("Malawie", ["Malawi"]),
        ("Armenian", ["Armenia"]),
        ("ug", ["Uganda"]),
        ("404", ["Kenya"]),
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


def test_a_single_name_has_a_single_code():
    assert to_iso3("Kenia") == "KEN"
    with pytest.raises(ArgumentError, match="'Kenyaa' is not a place that is known; did you mean"):
        to_iso3("Kenyaa")
    with pytest.raises(ArgumentError, match="it was a state until 2010; write Curaçao"):
        to_iso3("Netherlands Antilles")


@pytest.mark.parametrize(
    ("text", "iso3"),
    [
        ("Korea, Republic of South", "KOR"),
        ("Cape Verde, Republic of", "CPV"),
        ("South Sudan Republic", "SSD"),
        ("Niger Republic", "NER"),
        ("Virgin Islands, British", "VGB"),
        ("Congo D.R.", "COD"),
        ("Congo (Brazzaville)", "COG"),
        ("Eswatini (Swaziland)", "SWZ"),
        ("Ivory Coast (Côte d'Ivoire)", "CIV"),
        ("North Korea (Democratic People's Republic of Korea)", "PRK"),
        ("Saint Martin (Dutch)", "SXM"),
        # Without "Republic of", these would be another place.
        ("Republic of China", None),
        ("China, Republic of", None),
        ("Dominica Republic", None),
        ("Korea, Republic", "KOR"),
        ("Kenya (Uganda)", None),
    ],
)
def test_a_qualifier_may_come_before_or_after_a_name(text, iso3):
    assert iso3_of([text]) == [iso3]


@pytest.mark.parametrize(
    ("texts", "codes"),
    [
        # Codes, in any case.
        (["ke", "Tg", "NO", "per"], ["KEN", "TGO", "NOR", "PER"]),
        (["KE", "NA", "TG"], ["KEN", "NAM", "TGO"]),
        (["KE/NA", "ml", "TBC", ""], [None, "MLI", None, None]),
        # Numbers, of which zeros may be lost; 002 is Africa.
        (["404", "012", "8", "404.0"], ["KEN", "DZA", "ALB", "KEN"]),
        (["404", "12", "466", "24", "002"], ["KEN", "DZA", "MLI", "AGO", None]),
        # Names: two letters may be anything, unless they are a name.
        (["Kenya", "NA", "KE", "ken", "404"], ["KEN", None, None, None, None]),
        (["Kenya", "Togo", "UK", "US", "EU", "UAE", "PER"], ["KEN", "TGO", "GBR", "USA", "EUE", "ARE", "PER"]),
        # Too little to tell that these are codes.
        (["NA", "n/a"], [None, None]),
        (["no", "yes"], [None, None]),
        (["1", "2", "3", "4"], [None, None, None, None]),
        ([], []),
    ],
)  # fmt: skip
def test_a_column_holds_codes_numbers_or_names(texts, codes):
    assert iso3_of(texts, spellings_of(texts)) == codes


def test_places_of_your_own():
    own = check_places({"OPT": "Palestine", "Nairobi HQ": "KE"})
    texts = ["Kenya", "Mali", "OPT", "opt", "nairobi h.q."]
    assert iso3_of(texts, spellings_of(texts, own)) == ["KEN", "MLI", "PSE", None, "KEN"]
    codes = ["ke", "ml", "opt"]
    assert iso3_of(codes, spellings_of(codes, own)) == ["KEN", "MLI", "PSE"]


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({"OPT": "Palestin"}, "`places`: 'Palestin' is not a place that is known; did you mean"),
        ({"OPT": 275}, "must map texts to places"),
        ({"": "PSE"}, "must map texts to places"),
        (["OPT"], "must map texts to places"),
    ],
)
def test_places_of_your_own_are_checked(places, message):
    with pytest.raises(ArgumentError, match="`places`") as caught:
        check_places(places)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        ("Serbia & Montenegro", "was a state until 2006", "write Serbia or Montenegro"),
        ("Yugoslavia (former)", "was a state until 2003", "another successor"),
        ("Ex-URSS", "was a state until 1991", "write Russia"),
        ("Antillas Neerlandesas", "was a state until 2010", "Sint Maarten"),
        ("Scotland", "has no code of its own", "write United Kingdom"),
        ("China, Republic of", "may be China or Taiwan", "write China or Taiwan"),
    ],
)
def test_former_states_are_explained(text, problem, remedy):
    assert iso3_of([text]) == [None]
    finding = explain_other(text)
    assert problem in finding.problem
    assert remedy in finding.remedy


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("كِينْيَا", "كينيا"),  # with and without points
        ("مـصـر", "مصر"),  # drawn out
        ("السعوديه", "السعودية"),
        ("КЕНИЯ", "Кения"),
        ("Côte d\u2019Ivoire", "COTE DIVOIRE"),
    ],
)
def test_spellings_that_make_no_difference(text, other):
    assert plain_spelling(text) == plain_spelling(other)
    assert text == "КЕНИЯ" or iso3_of([text]) == iso3_of([other]) != [None]


@pytest.mark.parametrize(
    ("text", "other"),
    [("கினியா", "கென்யா"), ("टोगो", "टोंगा"), ("ガーナ", "カーナ")],  # Guinea, Kenya; Togo, Tonga
)
def test_vowels_of_other_scripts_make_a_difference(text, other):
    assert plain_spelling(text) != plain_spelling(other)


def test_no_name_in_cldr_is_read_as_another_place():
    cldr_names = needed("tools.cldr_names")
    names = cldr_names.names_in_cldr()
    in_ours = names[names["locale"].isin([*LANGUAGES, "zh_Hant"])]
    assert cldr_names.wrong_names(in_ours).empty
    assert cldr_names.known_shares(in_ours).min() > 98


def test_numbers_are_those_of_cldr():
    cldr_names = needed("tools.cldr_names")
    places = PLACES.drop_duplicates("iso3").dropna(subset="m49").set_index("iso2")["m49"]
    numbers = cldr_names.m49_numbers()
    assert {iso2: numbers[iso2] for iso2 in places.index} == places.to_dict()
    # Germany and Yemen have former numbers, too.
    assert (places["DE"], places["YE"], places["KE"]) == ("276", "887", "404")
    assert places.is_unique
    assert len(places) == 249
