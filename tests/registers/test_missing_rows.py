"""Counts of a register know which rows are missing from them."""

import datetime

import pandas as pd
import pytest

from cbcstats import ArgumentError, count_missions, read_register, year_on_year
from tests.properties import given, settings, st


def register_of(*rows, **how):
    names = ["member", "start_date", "programme", "status", "experts"]
    lines = [[*row, *[""] * (len(names) - len(row))] for row in rows]
    return read_register(pd.DataFrame(lines, columns=names), **how)


def counts_of(register, *names, **how):
    counts = count_missions(register, **how)
    return counts[list(names)].astype(object).to_numpy().tolist()


def test_a_rejected_row_is_missing_where_it_may_belong():
    register = register_of(
        ("Kenya", "2016-08-01", "Columbus"),
        ("Kenya", "2017-08-01", "Columbus"),
        ("Atlantis", "2017-09-01", "Mercator"),  # its country is not known
        ("Mali", "2017-02-30", "Mercator"),  # nor is this day
        ("Total", "", "", "", "12"),
    )
    assert counts_of(register, "value", "missing", "qualifier") == [
        [1, 1, "at_least"],
        [1, 2, "at_least"],
    ]
    # The country that is not known may be any, and the day in any year.
    by_country = counts_of(register, "iso3", "value", "missing", by="iso3")
    assert by_country == [["KEN", 1, 0], ["MLI", 0, 1], ["KEN", 1, 1], ["MLI", 0, 2]]
    by_programme = counts_of(register, "programme", "value", "missing", by="programme")
    assert by_programme == [
        *(["Columbus", 1, 0], ["Mercator", 0, 1]),
        *(["Columbus", 1, 0], ["Mercator", 0, 2]),
    ]
    assert count_missions(register)["note"].str.contains("2 rejected rows may belong here").any()
    # The rows alone cannot know.
    assert count_missions(register.rows)["missing"].sum() == 0


def test_periods_reach_to_the_last_dated_row():
    register = register_of(("Kenya", "2016-08-01"), ("Atlantis", "2018-09-01"))
    assert counts_of(register, "value", "missing") == [[1, 0], [0, 0], [0, 1]]


# 20 missions and 5 rejected after 20: a change of 0% to 25%.
def test_changes_range_over_what_is_missing_and_are_not_comparable():
    days = pd.date_range("2016-07-03", periods=20, freq="18D").strftime("%Y-%m-%d")
    later = pd.date_range("2017-07-03", periods=25, freq="14D").strftime("%Y-%m-%d")
    rows = [("Kenya", day) for day in days]
    rows += [("Kenya" if number % 5 else "Atlantis", day) for number, day in enumerate(later)]
    counts = count_missions(register_of(*rows))
    assert counts[["value", "missing"]].to_numpy().tolist() == [[20, 0], [20, 5]]
    for reading in ("usual", "strict"):
        change = year_on_year(counts, reading=reading).iloc[0]
        assert (change["percent_change_low"], change["percent_change_high"]) == (0, 25)
        assert not change["comparable"]
        assert "rows of this period that were rejected: 5" in change["why"]


def test_two_in_a_hundred_may_be_missing():
    days = pd.date_range("2016-07-02", periods=200, freq="3D").strftime("%Y-%m-%d")
    rows = [("Kenya", day) for day in days]
    one_missing = [("Atlantis", rows[3][1]), *rows]
    changes = year_on_year(count_missions(register_of(*one_missing)))
    assert changes["comparable"].tolist() == [False]  # the last period is not covered whole
    covered = count_missions(register_of(*one_missing), covers=("2016-07-01", "2018-06-30"))
    assert covered["missing"].tolist() == [1, 0]
    assert year_on_year(covered)["comparable"].all()


def test_sums_of_people_have_no_upper_end_where_rows_are_missing():
    register = register_of(
        ("Kenya", "2016-08-01", "", "", "4"),
        ("Kenya", "2017-03-01", "", "", ""),
        ("Kenya", "2017-08-01", "", "", "5"),
        ("Atlantis", "2017-09-01", "", "", "7"),
    )
    counts = count_missions(register, indicator="experts")
    assert counts[["value", "missing"]].to_numpy().tolist() == [[4, 1], [5, 1]]
    assert counts["qualifier"].eq("at_least").all()
    for reading in ("usual", "strict", 0.1):
        change = year_on_year(counts, reading=reading).iloc[0]
        assert (change["previous_low"], change["previous_high"]) == (4, float("inf"))
        assert (change["low"], change["high"]) == (5, float("inf"))


def test_a_mission_to_several_countries_counts_once_in_total_and_once_in_each():
    rows = [
        ["A", "Kenya / Mozambique / Peru", "2016-08-01", "6"],
        ["B", "Mali", "2016-09-01", "2"],
        ["B", "Togo", "2016-09-02", "3"],
        ["C", "Mali", "2016-10-01", "1"],
    ]
    frame = pd.DataFrame(rows, columns=["mission_id", "member", "start_date", "experts"])
    register = read_register(frame, covers=("2016-07-01", "2017-06-30"))
    assert counts_of(register, "value") == [[3]]
    by_country = dict(counts_of(register, "iso3", "value", by="iso3"))
    assert by_country == {"KEN": 1, "MOZ": 1, "PER": 1, "MLI": 2, "TGO": 1}
    by_region = dict(counts_of(register, "wco_region", "value", by="wco_region"))
    assert by_region["East and Southern Africa"] == 1
    assert by_region["West and Central Africa"] == 2
    notes = count_missions(register, by="iso3").set_index("iso3")["note"]
    assert notes["KEN"] == "1 to several countries counted in each of them"
    assert count_missions(register)["note"].item() == "2 to several countries counted once"
    # The people of one row for three countries cannot be told apart.
    experts = {
        row[0]: row[1:]
        for row in counts_of(register, "iso3", "value", "missing", by="iso3", indicator="experts")
    }
    assert experts["MLI"] == [3, 0]
    assert experts["TGO"] == [3, 0]
    assert experts["KEN"] == [0, 1]
    assert counts_of(register, "value", "missing", indicator="experts") == [[12, 0]]


def test_statuses_are_named_and_chosen():
    register = register_of(
        ("Kenya", "2016-07-01", "", "delivered"),
        ("Kenya", "2016-09-01", "", "Annulée"),
        ("Kenya", "2016-10-01", "", "planned"),
        ("Kenya", "2017-06-20", "", "Delivered"),
        ("Atlantis", "2016-10-01", "", "annulée"),
    )
    assert counts_of(register, "value", "missing", "note") == [
        [4, 1, "1 rejected row may belong here; 1 cancelled among them; 1 planned among them"]
    ]
    assert register.summary[["cancelled", "planned"]].tolist() == [1, 1]
    chosen = counts_of(register, "value", "missing", "note", status="delivered")
    assert chosen == [[2, 0, "2 more with another status"]]
    assert counts_of(register, "value", "missing", status=["annulée", "planned"]) == [[2, 1]]
    # A status that could not be read may be any.
    broken = register_of(
        ("Kenya", "2016-08-01", "", "delivered"), ("Mali", "2016-09-01", "", "#REF!")
    )
    assert counts_of(broken, "value", "missing", status="delivered") == [[1, 1]]
    with pytest.raises(ArgumentError, match=r"`status` cannot be 'deliverd'.*'delivered'"):
        count_missions(register, status="deliverd")
    with pytest.raises(ArgumentError, match="there is no column status"):
        count_missions(register.rows.drop(columns="status"), status="delivered")


def test_what_is_planned_is_not_missing_yet_and_its_period_not_over():
    ahead = str(datetime.date.today() + datetime.timedelta(days=40))
    register = register_of(("Kenya", "2016-08-01"), ("Kenya", ahead, "", "planned"))
    assert len(register.rejected) == 1
    assert counts_of(register, "missing") == [[0]]
    # Without a status, a day to come is a mistyped one, which may be any.
    assert counts_of(register_of(("Kenya", "2016-08-01"), ("Kenya", ahead)), "missing") == [[1]]
    stale = register_of(
        ("Kenya", "2016-08-01", "", "delivered"), ("Kenya", "2017-02-01", "", "planned")
    )
    note = count_missions(stale)["note"].item()
    assert note.startswith("partial: missions are planned up to 1 Feb 2017")


def test_periods_that_are_covered_are_counted_also_without_missions():
    rows = [("Kenya", "2015-08-01"), ("Kenya", "2016-03-01")]
    covers = ("2014-07-01", "2017-06-30")
    assert counts_of(register_of(*rows), "value", covers=covers) == [[0], [2], [0]]
    # A rejected row on another day is in none of them.
    register = register_of(*rows, ("Atlantis", "2012-03-01"), covers=covers)
    assert counts_of(register, "value", "missing") == [[0, 0], [2, 0], [0, 0]]


def test_notes_speak_only_of_missions_that_are_counted_in_several_parts():
    register = register_of(
        ("Kenya / Mozambique", "2016-07-01", "", "delivered"),
        ("Kenya / Peru", "2017-06-20", "", "cancelled"),
    )
    several = "1 to several countries counted "
    delivered = counts_of(register, "value", "note", status="delivered")
    assert delivered == [[1, f"1 more with another status; {several}once"]]
    # Kenya and Mozambique are in one region.
    by_region = counts_of(register, "value", "note", by="wco_region")
    assert [1, f"1 cancelled among them; {several}in each of them"] in by_region
    assert [2, f"1 cancelled among them; {several}in each of them"] in by_region


def test_what_was_planned_for_the_day_of_the_last_mission_may_have_been_forgotten():
    rows = [("Kenya", day, "", "delivered") for day in ("2016-07-02", "2017-06-20")]
    register = register_of(*rows, ("Kenya", "2017-06-20", "", "planned"))
    assert counts_of(register, "qualifier", "note") == [["exact", "1 planned among them"]]


# From 1 November, missions on the first of each month: by themselves they make 2016/17 partial.
def test_the_days_of_rejected_rows_are_covered():
    days = pd.date_range("2016-11-01", periods=8, freq="MS").strftime("%Y-%m-%d")
    rows = [("Kenya", day) for day in days]
    assert count_missions(register_of(*rows))["note"].item().startswith("partial:")
    register = register_of(("Atlantis", "2016-07-05"), *rows)
    assert counts_of(register, "value", "note") == [[8, "1 rejected row may belong here"]]


# Not counted: two missions with a gap between them and the others that is longer than that at the other end.
@pytest.mark.parametrize(
    ("more", "covers"),
    [
        (["2017-12-01", "2018-05-01"], (None, "2017-06-30")),
        (["2015-12-01", "2016-05-01"], ("2016-11-01", None)),
    ],
)
def test_days_that_are_not_covered_say_nothing_of_those_that_are(more, covers):
    days = pd.date_range("2016-11-01", "2017-06-30", freq="7D").strftime("%Y-%m-%d")
    if covers[0]:
        days = days[:10]
    rows = [("Kenya", day) for day in (*days, *more)]
    [note] = count_missions(register_of(*rows), covers=covers)["note"]
    assert note.startswith("partial: the register")
    assert note.endswith("2 more outside the days covered")


def test_a_register_covers_what_is_stated():
    rows = [("Kenya", day) for day in ("2016-02-01", "2016-08-01", "2018-03-01")]
    register = register_of(*rows, covers=("2016-07-01", "2018-12-31"), year_start="January")
    expected = [
        ["2016-07-01", "2016-12-31", 1, "exact", "1 more outside the days covered"],
        ["2017-01-01", "2017-12-31", 0, "exact", "1 more outside the days covered"],
        ["2018-01-01", "2018-12-31", 1, "exact", "1 more outside the days covered"],
    ]
    counts = count_missions(register).astype({"period_start": str, "period_end": str})
    names = ["period_start", "period_end", "value", "qualifier", "note"]
    assert counts[names].to_numpy().tolist() == expected
    assert count_missions(register, covers=(None, None)).shape[0] == 3
    # The six months of 2016 are no year to compare 2017 with.
    changes = year_on_year(count_missions(register))
    assert changes["period"].tolist() == ["2018"]
    for wrong, message in (
        (("2018-01-01", "2016-01-01"), "`covers` ends before it begins"),
        ("2018", r"`covers` must be two days, such as \(\"2021-01-01\", \"2023-12-31\"\)"),
        (("x", None), "`covers` must be two days"),
    ):
        with pytest.raises(ArgumentError, match=message):
            count_missions(register, covers=wrong)


def test_rejected_rows_without_a_day_may_belong_to_every_period_that_is_covered():
    rows = [("Kenya", "2016-08-01"), ("Kenya", "2016-02-30"), ("Kenya", "2018-03-01")]
    register = register_of(*rows, covers=("2016-07-01", "2018-06-30"))
    assert counts_of(register, "value", "missing") == [[1, 1], [1, 1]]


def test_a_status_that_is_not_known_may_be_the_one_that_is_asked_for():
    register = register_of(
        ("Kenya", "2016-08-01", "", "delivered"),
        ("Kenya", "2017-08-01", "", ""),
        ("Kenya", "2017-08-02", "", "TBC"),
        ("Kenya", "2017-08-03", "", "cancelled"),
        ("Atlantis", "2017-09-01", "", ""),
        covers=("2016-07-01", "2018-06-30"),
    )
    notes = "1 rejected row may belong here; 2 more without a status; 1 more with another status"
    counts = counts_of(register, "value", "missing", "note", status="delivered")
    assert counts[1] == [0, 3, notes]


def test_a_row_that_is_not_cut_well_may_belong_anywhere(tmp_path):
    path = tmp_path / "missions.csv"
    path.write_text(
        "member,programme,start_date\nKenya, Uganda,A,2016-08-01\nMali,A,2016-08-02\nMali,B,2017-08-02\n",
        encoding="utf-8",
    )
    register = read_register(path, covers=("2016-07-01", "2018-06-30"))
    assert counts_of(register, "value", "missing") == [[1, 1], [1, 1]]
    by_programme = counts_of(register, "programme", "value", "missing", by="programme")
    assert by_programme == [["A", 1, 1], ["B", 0, 1], ["A", 0, 1], ["B", 1, 1]]


def test_rows_of_one_id_are_one_mission_whatever_is_left_out_of_them():
    rows = [
        ["A", "Online", "2016-08-01"],
        ["A", "Togo", "2016-08-01"],
        ["B", "Kenya", "2016-08-01"],
        ["B", "Mali", "2017-08-01"],
        ["C", "Peru", "2016-08-02"],
        ["C", "Peru", "2016-08-02"],
        ["D", "Atlantis", "2016-08-02"],
        ["D", "Lemuria", "2016-08-02"],
    ]
    frame = pd.DataFrame(rows, columns=["mission_id", "member", "start_date"])
    register = read_register(frame, covers=("2016-07-01", "2017-06-30"))
    problems = register.problems[["row", "column", "problem", "severity"]].to_numpy().tolist()
    assert problems == [
        [
            *(
                7,
                "mission_id",
                "is already the id of an earlier row with the same country",
                "error",
            ),
        ],
        [8, "member", "is not a place that is known", "error"],
        [9, "member", "is not a place that is known", "error"],
    ]
    # The row that repeats another with its id is not missing, and D is once.
    assert counts_of(register, "value", "missing") == [[3, 1]]
    by_country = dict(counts_of(register, "iso3", "value", by="iso3"))
    assert by_country == {"TGO": 1, "KEN": 1, "MLI": 1, "PER": 1}
    only_mali = register.rows[register.rows["iso3"] == "MLI"]
    counts = count_missions(only_mali, by="iso3")
    assert counts[["iso3", "value"]].to_numpy().tolist() == [["MLI", 1]]


# Of A, one country is not known: the mission counts. Of B no row passed; of C and of D no day, or one, is known.
def test_rejected_rows_of_one_id_are_one_missing_mission():
    rows = [
        ["A", "Kenya", "2016-08-01", "x", "5"],
        ["A", "Atlantis", "2016-08-01", "x", "5"],
        ["B", "Atlantis", "2016-08-02", "x", "5"],
        ["B", "Lemuria", "2016-08-02", "x", "5"],
        ["C", "Atlantis", "2016-02-31", "x", "5"],
        ["C", "Lemuria", "2016-02-31", "x", "5"],
        ["D", "Atlantis", "2016-08-03", "x", "5"],
        ["D", "Lemuria", "2016-08-03", "y", "5"],
        # Without an id, each row is a mission.
        ["", "Atlantis", "2016-08-04", "x", "5"],
        ["", "Lemuria", "2016-08-04", "x", "5"],
        ["n/a", "Atlantis", "2016-08-05", "x", "5"],
    ]
    names = ["mission_id", "member", "start_date", "programme", "experts"]
    register = read_register(pd.DataFrame(rows, columns=names), covers=("2016-07-01", "2017-06-30"))
    assert counts_of(register, "value", "missing") == [[1, 6]]
    # The country of the second row of A is not known, and may be any other.
    assert counts_of(register, "iso3", "missing", by="iso3") == [["KEN", 7]]
    parts = counts_of(register, "programme", "missing", by="programme")
    assert parts == [["x", 6], ["y", 1]]
    # Each row has people of its own.
    assert counts_of(register, "value", "missing", indicator="experts") == [[5, 10]]


# The problem is reported at the end, which may then be any day.
@pytest.mark.parametrize(("date", "missing"), [("start_date", [0, 0, 1]), ("end_date", [1, 1, 1])])
def test_a_row_that_ends_before_it_starts_is_missing_in_the_year_of_its_start(date, missing):
    rows = [
        ["Kenya", "2016-08-01", "2016-08-02"],
        ["Kenya", "2018-08-01", "2016-08-05"],
        ["Kenya", "2018-09-01", "2018-09-02"],
    ]
    register = read_register(pd.DataFrame(rows, columns=["member", "start_date", "end_date"]))
    assert count_missions(register, date=date)["missing"].tolist() == missing


def test_why_says_which_rows_could_not_be_counted():
    rows = [("Kenya", "2016-08-01", "", "", "4"), ("Kenya", "2017-06-01", "", "", "")]
    rows += [("Kenya", "2017-08-01", "", "", "5"), ("Atlantis", "2018-06-01", "", "", "7")]
    register = register_of(*rows)
    changes = year_on_year(count_missions(register, indicator="experts"))
    assert "1 row of this period and 1 of the one before could not be counted" in changes["why"][0]
    changes = year_on_year(count_missions(register))
    assert "rows of this period that were rejected: 1" in changes["why"][0]


MEMBERS = st.sampled_from(["Kenya", "Mali", "Atlantis", "Regional", "Kenya / Mali", ""])
# Days, months and quarters in one reporting year, years in two, and what is not read.
SURE = {"2015-08-01", "2016-06-30", "2016-07-01", "2018-01-05", "2016-03", "Q3 2016"}
EITHER = {"2016", "2017"}
NEVER = ["2016-02-31", ""]
DAYS = st.sampled_from([*SURE, *EITHER, *NEVER])
PROGRAMMES = st.sampled_from(["Columbus", "Mercator", ""])


@settings(max_examples=60)
@given(st.lists(st.tuples(MEMBERS, DAYS, PROGRAMMES), min_size=1, max_size=30))
def test_rows_are_counted_or_missing_and_nothing_else(rows):
    rows = [row for row in rows if any(row)]  # blank rows are no rows
    register = register_of(*rows)
    read = pd.concat([register.rows.astype("object"), register.rejected]).sort_index()
    assert read.index.tolist() == list(range(2, len(rows) + 2))
    if all(day in NEVER for _, day, _ in rows):
        return
    years = count_missions(register)["period_start"].nunique()

    def times_missing(row):
        """Return in how many years a row is missing if it does not count."""
        if row[1] in NEVER:
            return years
        return 2 if row[1] in EITHER else 1

    is_place = [row[0] not in ("Atlantis", "") for row in rows]
    counted = [row for row, known in zip(rows, is_place, strict=True) if known and row[1] in SURE]
    missing = [
        row for row, known in zip(rows, is_place, strict=True) if not known or row[1] not in SURE
    ]
    for by in ((), "programme"):
        counts = count_missions(register, by=by)
        assert counts["value"].sum() == len(counted)
        # A row without a day may belong to every period, but only to its part.
        assert counts["missing"].sum() == sum(map(times_missing, missing))
    # By country, what is not known may be anywhere, so that each range holds the truth.
    by_country = count_missions(register, by="iso3")
    for iso3, name in (("KEN", "Kenya"), ("MLI", "Mali")):
        part = by_country[by_country["iso3"] == iso3]
        if len(part):
            assert part["value"].sum() == sum(name in row[0] for row in counted)
            may_be = [row for row in missing if name in row[0] or row[0] in ("Atlantis", "")]
            assert part["missing"].sum() == sum(map(times_missing, may_be))


# The events of three calendar years: how many rows pass, name an unknown place, name no day. About half are rejected.
# The truth is 49 / 35 = +40% and 69 / 49 = +41%; of the rows that pass, 26 after 25 is +4%, and 32 after 26 is +23%.
FATES = {2016: (25, 6, 4), 2017: (26, 14, 9), 2018: (32, 22, 15)}
PLACES = {"KEN": "Kenya", "MLI": "Mali", "TGO": "Togo"}
NO_DAYS = ["30 or 31 May", "13/13/{}", "early {}", "{}-02-30"]


def introduction():
    """Return the rows of a register of events as they were typed, and the true year and country of each."""
    rows, truth = [], []
    for year, fates in FATES.items():
        number = sum(fates)
        for event in range(number):
            day = pd.Timestamp(year, 1, 1) + pd.Timedelta(days=(event * 365 + 180) // number)
            iso3, place = list(PLACES.items())[event % 3]
            # 37 has no factor in common with the number of events, so each fate is spread over the year.
            fate = event * 37 % number
            if fate < fates[0]:
                rows.append((place, f"{day:%Y-%m-%d}"))
            elif fate < fates[0] + fates[1]:
                rows.append(("Atlantis", f"{day:%Y-%m-%d}"))
            else:
                rows.append((place, NO_DAYS[event % 4].format(year)))
            truth.append((year, iso3))
    return rows, pd.DataFrame(truth, columns=["year", "iso3"])


def test_changes_are_not_comparable_where_half_of_the_rows_are_rejected():
    rows, truth = introduction()
    register = register_of(*rows, year_start="January")
    assert register.summary[["rows read", "passed", "rejected"]].tolist() == [153, 83, 70]
    # The rows that passed say that little changed.
    change = year_on_year(count_missions(register.rows, year_start=1)).iloc[0]
    assert (change["percent_change"], change["comparable"]) == (4, True)
    counts = count_missions(register)
    assert counts["value"].tolist() == [25, 26, 32]
    # The 28 rows whose day could not be read may belong to each year.
    assert counts["missing"].tolist() == [6 + 28, 14 + 28, 22 + 28]
    true_counts = truth["year"].value_counts().sort_index()
    assert true_counts.tolist() == [35, 49, 69]
    true_changes = 100 * true_counts.pct_change().dropna()
    for how in ({}, {"per": "month"}, {"reading": "strict"}):
        changes = year_on_year(counts, **how)
        assert changes["period"].tolist() == ["2017", "2018"]
        assert not changes["comparable"].any()
        for true_change, row in zip(true_changes, changes.to_dict("records"), strict=True):
            assert row["percent_change_low"] <= true_change <= row["percent_change_high"]


@pytest.mark.parametrize("by", ["", "iso3"])
def test_the_truth_lies_between_what_is_counted_and_what_may_be_missing(by):
    rows, truth = introduction()
    keys = ["year", *filter(None, [by])]
    counts = count_missions(register_of(*rows), by=keys[1:], year_start="January")
    counts = counts.assign(year=counts["period_start"].dt.year).set_index(keys).sort_index()
    true_counts = truth.value_counts(keys).sort_index()
    assert len(counts) == len(true_counts)
    assert (counts["value"] < true_counts.to_numpy()).all()
    assert (counts["value"] + counts["missing"] >= true_counts.to_numpy()).all()
