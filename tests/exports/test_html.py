import pandas as pd

from cbcstats.exports.html import SHOWN, table_html
from cbcstats.exports.notes import caveats


def test_markup_in_a_cell_is_text():
    made = table_html(
        pd.DataFrame({"<i>name</i>": ["<script>alert(1)</script>"], "source_id": ['"><img src=x>']})
    )
    assert "<script>" not in made
    assert "<img" not in made
    assert "<i>" not in made
    assert "&lt;script&gt;" in made


def test_every_column_has_a_header_and_every_kind_of_cell_its_form():
    frame = pd.DataFrame(
        {
            "count": pd.array([12000, None], dtype="Int64"),
            "percent": [-17.04, 40.0],
            "day": pd.to_datetime(["2018-02-28", None]),
            "sure": [True, False],
            "note": ["short", None],
        }
    )
    made = table_html(frame)
    assert made.count('<th scope="col"') == 5
    assert '<th scope="col" class="number">percent</th><th scope="col">day</th>' in made
    assert '<td class="number">12,000</td>' in made
    assert '<td class="number">-17.0</td>' in made
    assert '<td class="number">40.0</td>' in made
    assert '<td class="day">2018-02-28</td>' in made
    assert "<td>yes</td>" in made
    assert made.count("<td></td>") == 3


def test_an_index_that_says_something_is_shown_and_a_plain_one_is_not():
    named = pd.DataFrame({"n": [1]}, index=pd.Index(["Europe"], name="region"))
    assert "<td>Europe</td>" in table_html(named)
    assert table_html(pd.DataFrame({"n": [1]})).count("<td") == 1


def test_long_tables_say_that_they_go_on():
    assert f"The first {SHOWN} of 1,000 rows." in table_html(pd.DataFrame({"n": range(1000)}))


def test_an_empty_table_keeps_its_header():
    assert '<th scope="col">n</th>' in table_html(pd.DataFrame({"n": []}, dtype="str"))


def test_row_labels_are_kept_whatever_they_are_called():
    frame = pd.DataFrame({"share": [0.049, 0.051]}, index=["Africa", "Asia"])
    made = table_html(frame)
    assert "<td>Africa</td>" in made
    assert '<th scope="col">row</th>' in made
    clashing = frame.set_axis(pd.Index(["x", "y"], name="share"), axis="index")
    assert table_html(clashing).count(">share</th>") == 2


def test_small_numbers_are_not_rounded_to_nothing_and_years_have_no_comma():
    made = table_html(
        pd.DataFrame({"share": [0.049, 0.051], "year": [2017, 2018], "mixed": [250.5, -0.04]})
    )
    for text in ("0.049", "0.051", "2017", "250.5", "-0.04"):
        assert f'<td class="number">{text}</td>' in made


def test_a_column_called_missing_can_hold_what_a_user_wrote():
    figures = pd.DataFrame({"value": [100], "qualifier": "about", "missing": ["two rows"]})
    topics = caveats({"own": figures})["about"].tolist()
    assert topics == ["an empty cell", "qualifier: about"]
