"""Words that mean harm: no parser hangs or fails but as it says, and no terminal, page or sheet obeys a cell."""

import csv
import io
import itertools
import random
import re
import zipfile

import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, DataError, bounds, parse_qualified, read_register, to_iso3
from cbcstats.counts.percentages import parse_change
from cbcstats.counts.periods import period_label
from cbcstats.exports.html import table_html
from cbcstats.files.dates import parse_day
from cbcstats.terminal import printable
from tests.browsing import Elements
from tests.command_line import run as run_cbcstats
from tests.hostile import ARGUMENTS, GOOD, campaign, check_command, check_words, run
from tests.office import assert_only_text
from tests.properties import given, settings, st

SCREEN = (
    "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"  # names the window, empties the screen, turns text round
)
MARKUP = "[red]x[/red] [link=file:///etc/passwd]y[/link] [/]"
PAGE = "<script>alert(1)</script><img src=x onerror=alert(1)>"
FORMULAS = [
    *(
        "=1+1",
        "=cmd|' /C calc'!A0",
        "@SUM(A1)",
        "+1+1",
        "-1+1",
        "\t=1+1",
        "\r=1+1",
        '=HYPERLINK("https://example.org")',
    ),
    *("https://example.org", "mailto:a@example.org", "internal:'x'!A1", "{=1+1}", "\uff1d1+1"),
]
WORDS = st.one_of(
    st.text(max_size=60),
    st.from_regex(
        r"(more than|about|almost|up to|)[ ]?[0-9.,]{0,20}[ ]?(%|million|or so|\+|)", fullmatch=True
    ),
    st.from_regex(
        r"[+-]?[0-9]{0,30}(\.[0-9]{0,30})?[ ]?(%|per cent|percent)( fall| higher|)", fullmatch=True
    ),
    st.from_regex(
        r"[0-9\u0660-\u0669]{1,5}-[0-9]{1,2}-[0-9]{1,2}(T[0-9:]{0,8}Z?)?", fullmatch=True
    ),
    st.lists(
        st.sampled_from(
            [
                "la",
                "le",
                "the",
                "and",
                "&",
                "/",
                ";",
                "+",
                "st.",
                "a",
                "'",
                ",",
                "Kenya",
                "Korea",
                "total",
            ]
        ),
        max_size=60,
    ).map(" ".join),
)


@settings(max_examples=150, database=None)
@given(WORDS)
def test_any_words_are_read_or_refused(text):
    check_words(text)


@pytest.mark.slow
@settings(max_examples=10_000, database=None)
@given(WORDS)
def test_many_words_are_read_or_refused(text):
    check_words(text)


@pytest.mark.parametrize(
    "read",
    [parse_qualified, parse_change, lambda text: to_iso3(pd.Series([text], dtype="object"))[0]],
)
@pytest.mark.parametrize(
    "text",
    [
        "9" * 5000,
        "1." + "0" * 5000 + "%",
        "a" + " " * 10**6 + "b",
        "9" * 10**5,
        "+" * 10**6 + "1%",
        "la " * 10**5,
        "a " * 10**5,
    ],
)
def test_long_words_end_at_once(read, text):
    """No part of it is tried with every other: that would take hours."""
    try:
        found = read(text)
    except DataError as error:
        found = None if len(str(error)) < 1000 else str(error)
    assert pd.isna(found)


@pytest.mark.parametrize(
    "text",
    ["1e400", "Infinity", "NaN", "0x10", "1_000", "\u0661\u0662", "\uff11\uff12", "", "\0", "1e5"],
)
def test_what_looks_like_a_number_to_a_program_is_no_published_figure(text):
    with pytest.raises(DataError, match=r"no single number|no known qualifier"):
        parse_qualified(text)
    with pytest.raises(DataError, match=r"no single percentage|is not known"):
        parse_change(f"{text}%")


def test_digits_that_cannot_be_kept_are_refused_and_not_rounded():
    assert parse_qualified("1" * 40).value == int("1" * 40)
    assert parse_qualified("123456789012.345").value == 123456789012.345
    with pytest.raises(DataError, match="more digits than can be kept"):
        parse_qualified("1" * 30 + ".5")


@pytest.mark.parametrize(
    "value",
    [
        float("inf"),
        float("nan"),
        -1,
        1e308,
        "1e5000",
        "1e999999999",
        "1e-999999999",
        "x",
        None,
        True,
    ],
)
def test_what_is_no_count_has_no_bounds(value):
    with pytest.raises(DataError, match=r"is no count|too large or too fine"):
        bounds(value)


def test_the_largest_and_the_smallest_float_have_bounds():
    for value, exactly in ((1e299, 10**299), (5e-324, 5e-324), (-0.0, 0)):
        assert bounds(value) == (exactly, exactly)


@pytest.mark.parametrize("qualifier", ["exact", "more_than", "about", "almost"])
@pytest.mark.parametrize("per", ["period", "month"])
def test_changes_of_the_largest_and_the_smallest_figures_are_numbers_or_refused(qualifier, per):
    starts = pd.to_datetime(["2016-07-01", "2017-07-01"])
    for before, after in itertools.product((0.0, 5e-324, 1.0, 1e299), repeat=2):
        counts = pd.DataFrame(
            {"period_start": starts, "period_end": starts + pd.DateOffset(years=1, days=-1)}
        )
        counts = counts.assign(value=[before, after], qualifier=qualifier)
        if qualifier == "almost" and 0 in (before, after):
            with pytest.raises(DataError, match=r"for 201\d-.*no count is almost 0"):
                cbcstats.year_on_year(counts, per=per)
            continue
        change = cbcstats.year_on_year(counts, per=per).iloc[-1]
        assert -2e299 <= change["change_low"] <= change["change_high"] <= 2e299
    with pytest.raises(
        DataError, match=r"the figure of .* for 2017-07-01 to 2018-06-30: 1e.308 is too large"
    ):
        cbcstats.year_on_year(counts.assign(value=[1.0, 1e308]))


@pytest.mark.parametrize(
    "text",
    [
        "0000-00-00",
        "2024-02-30",
        "99999-01-01",
        "2017-04-03T10:00",
        "\u0662\u0660\u0661\u0667-01-01",
        "",
        "1677",
    ],
)
def test_what_is_no_day_is_no_day(text):
    with pytest.raises(ValueError, match=r"is not a date of the calendar|is not a date"):
        parse_day(text)
    with pytest.raises(ArgumentError, match="must be a day"):
        cbcstats.is_member(pd.Series(["KEN"]), on=text)


def test_the_first_and_the_last_day_have_a_name():
    first, last = parse_day("0001-01-01")[0], parse_day("9999-12-31")[0]
    assert period_label(parse_day("9999-01-01")[0], last) == "9999"
    assert period_label(first, first) == "1 Jan 1"
    assert cbcstats.is_member(pd.Series(["KEN", "EUE"]), on="9999-12-31").tolist() == [True, False]


def test_places_are_text_and_anything_else_is_none():
    names = pd.Series([5, None, b"Kenya", "\ud800", "Kenya\0", "Kenya"], dtype="object")
    assert (
        to_iso3(names).isna().tolist() == [True] * 4 + [False] * 2
    )  # a character that is not seen makes no difference


@pytest.mark.parametrize(
    "base", ["", "\0", "2016/17\n", "\u0662\u0660\u0661\u0666/\u0661\u0667", "x" * 10_000, SCREEN]
)
def test_a_period_that_is_none_is_said(base):
    with pytest.raises(ArgumentError, match="must be a period of `counts`"):
        cbcstats.index_to(cbcstats.load_counts("missions"), base)


def test_what_is_printed_gives_no_orders_to_a_terminal():
    assert printable(SCREEN) == r"\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"
    assert (
        printable("Côte d\u2019Ivoire\u00a0Việt Nam\n中国")
        == "Côte d\u2019Ivoire\u00a0Việt Nam\n中国"
    )
    assert printable("a\tb\r\udcff\u2028") == r"a\tb\r\udcff\u2028"


def is_quiet(text):
    return not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


@pytest.fixture
def nasty(tmp_path):
    """Return a register whose header, cells and name try to give orders to a terminal, and a folder."""
    path = tmp_path / f"[red]{SCREEN}.csv"
    header = f"member,start_date,programme,{SCREEN}{MARKUP}\n"
    rows = f"Kenya,2017-04-03,{SCREEN}{MARKUP},x\n{SCREEN}{MARKUP},{SCREEN},x,x\nTogo,{MARKUP},x\n"
    path.write_text(header + rows, encoding="utf-8")
    return path, tmp_path


def test_no_command_lets_a_cell_a_header_or_a_name_reach_the_terminal_as_it_is(nasty):
    path, folder = nasty
    for arguments, code in (
        (["check", path.name], 1),
        (["check", path.name, "--problems", f"{SCREEN}.xlsx"], 1),
        (["check", path.name, "-c", f"member={SCREEN}"], 2),
        (["check", path.name, "--date-format", f"%d/%m/%Y{SCREEN}"], 1),
        (["check", f"{SCREEN}.csv"], 2),
        (["count", path.name, "-o", f"{SCREEN}.csv"], 0),
        (["count", path.name, "--by", SCREEN], 2),
        (["chart", SCREEN], 2),
    ):
        found, printed = run(arguments, folder)
        assert found == code, printed
        assert is_quiet(printed), ascii(printed)
        assert "\\x1b" in printed


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "json"])
def test_claims_of_a_file_give_no_orders_to_a_terminal_nor_formulas_to_a_spreadsheet(
    form, tmp_path
):
    counts = cbcstats.load_counts("missions")
    counts.loc[5, ["published_change", "source_id"]] = f"+49% {MARKUP}", "wco-2018-03-02"
    counts["unit"] = "=1+1"
    counts["note"] = ""
    counts.to_csv(tmp_path / "mine.csv", index=False)
    found, printed = run(["claims", "mine.csv", "--format", form], tmp_path)
    assert found in (0, 1), printed
    assert is_quiet(printed), ascii(printed)
    assert "[red]x" in " ".join(printed.split())
    if form == "csv":
        cells = [cell for row in csv.reader(io.StringIO(printed)) for cell in row]
        assert not any(cell.startswith("=") for cell in cells)


def test_counts_show_markup_as_it_is_typed(nasty, monkeypatch):
    """On a terminal they are a table of rich, which takes square brackets for colours and links."""
    from rich.console import Console

    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setattr("rich.console.Console.__init__", _wide(Console.__init__))
    path, folder = nasty
    code, printed = run(["count", path.name, "--by", "programme"], folder)
    assert code == 0
    assert MARKUP in printed
    assert is_quiet(re.sub(r"\x1b\[[0-9;]*m", "", printed))  # but for the colours of rich itself


def _wide(begin):
    def wide(console, *given, **options):
        begin(console, *given, **options | {"width": 400})

    return wide


def test_a_large_file_of_any_name_is_read_with_progress(nasty, monkeypatch):
    path, folder = nasty
    monkeypatch.setattr("cbcstats.terminal._LARGE", 0)
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    code, printed = run(["check", path.name], folder)
    assert code == 1, printed
    assert "\x1b]0" not in printed


@pytest.mark.parametrize(
    "arguments",
    [
        *(
            ["check", "bytes.csv"],
            ["count", "bytes.csv"],
            ["chart", "missions", "--counts", "bytes.csv"],
            ["check", "\udcff.csv"],
        ),
        *(
            ["claims", "bytes.csv"],
            ["implied", "9" * 5000, "+49%"],
            ["implied", "492", "\udcff%"],
            ["template", "-x"],
        ),
        *(
            ["count", "good.csv", "-o", "/dev/full"],
            ["count", "good.csv", "-o", "folder.csv", "--overwrite"],
        ),
    ],
    ids=ascii,
)
def test_no_command_shows_a_traceback(arguments, tmp_path):
    (tmp_path / "bytes.csv").write_bytes(random.Random(1).randbytes(5000))  # noqa: S311
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "folder.csv").mkdir()
    done = run_cbcstats(*arguments, cwd=tmp_path, errors="replace")
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


@settings(max_examples=20, database=None)
@given(st.lists(st.sampled_from(ARGUMENTS), min_size=1, max_size=8))
def test_any_command_ends_in_a_code(tmp_path_factory, arguments):
    inner = tmp_path_factory.mktemp("command") / "inner"
    inner.mkdir()
    check_command(arguments, inner)


@pytest.mark.slow
def test_many_commands_end_in_a_code(tmp_path):
    assert campaign("command line", range(200), tmp_path) == (200, [])


def tags(page):
    """Return the names of the elements of a page, none of which may react to what a reader does."""
    found = Elements(page)
    assert not [
        name for _, attributes in found.found for name in attributes if name.startswith("on")
    ]
    return found.tags()


def test_markup_in_a_cell_is_text_on_every_page(tmp_path):
    frame = pd.DataFrame(
        {
            PAGE: [PAGE, f'"><a href="javascript:alert(1)">{PAGE}'],
            "source_id": [PAGE, '" onclick="alert(1)'],
        }
    )
    allowed = {"table", "caption", "thead", "tbody", "tr", "th", "td", "a"}
    assert tags(table_html(frame, caption=PAGE)) <= allowed
    page = cbcstats.save_table(frame, tmp_path / "a.html", title=PAGE, note=PAGE).read_text(
        encoding="utf-8"
    )
    assert not {"script", "img"} & tags(page)
    text = cbcstats.save_table(frame, tmp_path / "a.md", title=PAGE, note=PAGE).read_text(
        encoding="utf-8"
    )
    assert not re.search("<(script|img|a)", text)
    typed = pd.DataFrame({"member": [PAGE], "start_date": [PAGE], PAGE: [PAGE]})
    assert tags(read_register(typed)._repr_html_()) <= allowed | {"p", "strong", "code"}


def assert_harmless(path):
    """Check that no cell of a CSV file begins with what a spreadsheet computes."""
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(cell.startswith("'=") for cell in cells)
    assert not [
        cell for cell in cells if cell.startswith(("=", "@", "+", "-", "\t", "\r", "\uff1d"))
    ]


NEVER_XML = ["\0", "\x1b[2J", "\x08", "\ufffe", "\uffff", "_x000D_", "a\tb", "a\nb", "\x7f"]


def test_no_cell_becomes_a_formula_or_a_link_in_a_table(tmp_path):
    texts = [*FORMULAS, *NEVER_XML, PAGE, MARKUP]
    frame = pd.DataFrame(
        {"a": texts, "b": texts[::-1]} | {f"{name}{place}": "x" for place, name in enumerate(texts)}
    )
    path = cbcstats.save_table(
        {text or "x": frame for text in texts},
        tmp_path / "a.xlsx",
        title="\0\uffff=1",
        note="\x1b=1",
    )
    assert_only_text(path)
    assert_harmless(cbcstats.save_table(frame, tmp_path / "a.csv"))


def test_a_name_of_a_column_that_excel_does_not_take_is_refused(tmp_path):
    with pytest.raises(
        ArgumentError, match="a column has a name of 256 characters; Excel takes 255"
    ):
        cbcstats.save_table(pd.DataFrame({"x" * 256: [1]}), tmp_path / "a.xlsx")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_counts_of_a_register_hold_no_formula(suffix, tmp_path):
    texts = [*FORMULAS, "\x1b[2J", "\uffff", PAGE]
    frame = pd.DataFrame({"member": "Kenya", "start_date": "2017-04-03", "programme": texts})
    frame.to_parquet(tmp_path / "in.parquet")
    code, printed = run(
        ["count", "in.parquet", "--by", "programme", "-o", f"out{suffix}"], tmp_path
    )
    assert code == 0, printed
    path = tmp_path / f"out{suffix}"
    if suffix == ".xlsx":
        assert_only_text(path)
    elif suffix == ".csv":
        assert_harmless(path)
        assert "'=cmd|" in run(["count", "in.parquet", "--by", "programme"], tmp_path)[1]
    else:
        assert set(pd.read_parquet(path)["programme"]) == {text.strip() for text in texts}


def test_no_cell_becomes_a_formula_or_a_link_in_a_workbook_to_hand_back(tmp_path):
    texts = [*FORMULAS, *NEVER_XML, PAGE, MARKUP, "x" * 32_767]
    rows = pd.DataFrame(
        {"member": texts, "start_date": texts[::-1], "=1+1": texts, "reasons": "x", "\x1b[2J": "x"}
    )
    register = read_register(rows)
    assert len(register.rejected) == len(texts)
    path = register.save_problems(tmp_path / "to_correct.xlsx")
    sheet = assert_only_text(path)["to correct"]
    assert [sheet.cell(1, place).value for place in (1, 2, 3)] == ["member", "start_date", "=1+1"]
    assert sheet.cell(1, sheet.max_column).value.startswith("what to correct")
    assert all(cell.comment for cell in sheet["A"][1:])
    again = read_register(path)
    assert len(again.rejected) == len(texts)
    kept = [
        text
        for text in texts
        if text.strip() and "\uffff" not in text and "\ufffe" not in text and "\r" not in text
    ]
    assert set(kept) <= set(again.rejected["member"])


def test_what_is_wrong_in_the_column_of_reasons_does_not_hinder_the_next_workbook(tmp_path):
    """A workbook that was handed back may come again with a broken formula in the column that cbcstats added."""
    from tests.hostile import cell, workbook

    added = "what to correct (added by cbcstats)"
    head = f'<row r="1">{cell("A1", "member")}{cell("B1", "start_date")}{cell("C1", added)}</row>'
    row = (
        f'<row r="2">{cell("A2", "Kenyaa")}{cell("B2", "2017-04-03")}<c r="C2"><f>1/0</f></c></row>'
    )
    (tmp_path / "back.xlsx").write_bytes(workbook(head + row))
    register = read_register(tmp_path / "back.xlsx")
    assert len(register.rejected) == 1
    assert_only_text(register.save_problems(tmp_path / "again.xlsx"))


@pytest.mark.parametrize("kind", ["missions", "beneficiaries"])
def test_an_entry_form_has_formulas_in_its_checks_only(kind, tmp_path):
    path = cbcstats.save_template(tmp_path / "form.xlsx", kind=kind)
    with zipfile.ZipFile(path) as archive:
        assert not [
            name for name in archive.namelist() if "vba" in name or "external" in name.lower()
        ]
        assert b'TargetMode="External"' not in b"".join(map(archive.read, archive.namelist()))


def test_a_register_is_not_held_up_by_a_bad_cell():
    """A cell of a megabyte that holds what a parser could try in many ways ends like any other."""
    evil = [
        "a" + " " * 10**6 + "b",
        "total " * 10**5,
        "1" * 10**6,
        "1," * 10**6,
        "la " * 10**5,
        "St. " * 10**5,
        "/" * 10**6,
    ]
    frame = pd.DataFrame(
        {"member": evil, "start_date": evil, "participants": evil, "mission_id": evil}
    )
    register = read_register(frame)
    assert len(register.rejected) == len(evil)
    assert register.problems["remedy"].str.len().max() < 500
