"""Days as people write them: what is read, as what, and what is not."""

import pytest

from cbcstats.files.dates import check_date_format
from cbcstats.files.spans import explain_span, read_spans
from tests.register_files import CASES

LINES = (CASES / "days_in_words.txt").read_text(encoding="utf-8").splitlines()


def spans(*texts, date_format=None):
    """Return the first day, the last day and the precision of each text; none if it is not read."""
    read = read_spans(texts, date_format)
    for name in ("start", "end"):
        read[name] = read[name].dt.strftime("%Y-%m-%d")
    return read.fillna("").to_numpy().tolist()


@pytest.mark.parametrize("line", [line for line in LINES if not line.startswith("#")])
def test_days_are_read_as_people_write_them(line):
    text, *expected = line.split("|")
    assert spans(text) == [expected]


def test_a_column_tells_whether_2011_12_is_a_month():
    assert spans("2011-12", "2010-11") == [["", "", ""]] * 2
    assert spans("2011-12", "2010-05")[0] == ["2011-12-01", "2011-12-31", "month"]
    assert spans("2011-12", "2010-05", "2012-13")[0] == ["", "", ""]


def test_ranges_and_times_have_the_stated_format():
    day, days = ["2019-06-03", "2019-06-03", "day"], ["2019-06-03", "2019-06-07", "day"]
    texts = ["03/06/2019 14:30", "3/6/2019-7/6/2019", "du 03/06/2019 au 07/06/2019"]
    assert spans(*texts, date_format="%d/%m/%Y") == [day, days, days]
    assert spans(*texts) == [["", "", ""]] * 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("03/06/2019 - 07/06/2019", "columns of their own, start_date and end_date"),
        ("3 & 4 June 2019", "columns of their own, start_date and end_date"),
        ("2018/19", "write the day, or the calendar year, 2018 or 2019"),
        ("2011-12", "if it is a month, write the day, or the quarter 2011-Q4"),
        ("Apr-17", "write the year with four digits"),
        ("soon", "YYYY-MM-DD, or as YYYY-MM or YYYY if no more is known"),
        ("20174", "if it is the code of a period, write 2017-Q4"),
    ],
)
def test_what_is_not_read_is_explained_without_an_example_that_may_be_taken_for_it(text, said):
    assert said in explain_span(text).remedy


@pytest.mark.parametrize(
    ("typed", "date_format"),
    [
        ("dd/mm/yyyy", "%d/%m/%Y"),
        ("DD.MM.YY", "%d.%m.%y"),
        ("jj/mm/aaaa", "%d/%m/%Y"),
        ("yyyy-mm-dd", "%Y-%m-%d"),
        ("m/d/yyyy", "%m/%d/%Y"),
        ("d-mmm-yy", "%d-%b-%y"),
        ("%d/%m/%Y", "%d/%m/%Y"),
    ],
)
def test_formats_of_spreadsheet_programs_are_understood(typed, date_format):
    assert check_date_format(typed) == date_format
