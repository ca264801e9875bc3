"""Words that mean harm: every parser reads or refuses them, and no terminal, page or sheet obeys a cell."""

import csv
import io
import itertools
import re
import zipfile

import pandas as pd
import pytest

import cbcstats
from cbcstats import ArgumentError, DataError, bounds, parse_qualified, read_register, to_iso3
from cbcstats.counts.changes_in_words import parse_change
from cbcstats.counts.periods import period_label
from cbcstats.exports.html import table_html
from cbcstats.files.dates import parse_day
from cbcstats.terminal import printable
from tests.browsing import Elements
from tests.command_line import call
from tests.frames import COMPUTED
from tests.hostile import GOOD, cell, check_words, workbook
from tests.office import assert_only_text
from tests.properties import given, settings, st

# Names the window, empties the screen, turns text round
SCREEN = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"
MARKUP = "[red]x[/red] [link=file:///etc/passwd]y[/link] [/]"
PAGE = "<script>alert(1)</script><img src=x onerror=alert(1)>"
LINKS = ["https://example.org", "mailto:a@example.org", "internal:'x'!A1", "{=1+1}"]
FORMULAS = [*(text for text in COMPUTED if text != "-"), *LINKS]  # "-" is a placeholder
NEVER_XML = ["\0", "\x1b[2J", "\x08", "\ufffe", "\uffff", "_x000D_", "a\tb", "a\nb", "\x7f"]
PLACES = "la le the and & / ; + st. a ' , Kenya Korea total"
WORDS = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"(more than|almost|up to|)[ ]?[0-9.,]{0,20}[ ]?(%|million|or so|\+|)"),
    st.from_regex(r"[+-]?[0-9]{0,30}(\.[0-9]{0,30})?[ ]?(%|per cent)( fall| higher|)"),
    st.from_regex(r"[0-9\u0660-\u0669]{1,5}-[0-9]{1,2}-[0-9]{1,2}(T[0-9:]{0,8}Z?)?"),
    st.lists(st.sampled_from(PLACES.split()), max_size=60).map(" ".join),
)


@settings(max_examples=150, database=None)
@given(WORDS)
def test_any_words_are_read_or_refused(text):
    check_words(text)


def test_parsers_of_words_take_linear_time():
    """Hours, if each part of a text were tried with every other."""
    digits = ["9" * 5000, "9" * 10**5, "1." + "0" * 5000 + "%", "+" * 10**6 + "1%"]
    for text in [*digits, "a" + " " * 10**6 + "b", "la " * 10**5, "a " * 10**5]:
        assert to_iso3(pd.Series([text], dtype="object")).isna().all()
        for parse in (parse_qualified, parse_change):
            with pytest.raises(DataError) as refused:
                parse(text)
            assert len(str(refused.value)) < 1000


def test_parse_qualified_and_parse_change_refuse_what_only_programs_read_as_numbers():
    for text in ("1e400", "Infinity", "NaN", "0x10", "1_000", "\u0661", "\uff11", "\0", "1e5", ""):
        with pytest.raises(DataError, match=r"no single number|no known qualifier"):
            parse_qualified(text)
        with pytest.raises(DataError, match=r"has .*write"):
            parse_change(f"{text}%")


def test_parse_qualified_rounds_no_digits():
    assert parse_qualified("1" * 40).value == int("1" * 40)
    assert parse_qualified("123456789012.345").value == 123456789012.345
    with pytest.raises(DataError, match="more digits than can be kept"):
        parse_qualified("1" * 30 + ".5")


def test_bounds_refuse_what_is_not_a_count():
    not_counts = [float("inf"), float("nan"), 1e308, "1e5000", "1e999999999", "1e-999999999"]
    for value in [*not_counts, "x", None, True]:
        with pytest.raises(DataError, match=r"is no number|too large or too fine"):
            bounds(value)
    for value, exactly in ((1e299, 10**299), (5e-324, 5e-324), (-0.0, 0), (-1, -1)):
        assert bounds(value) == (exactly, exactly)


@pytest.mark.parametrize("qualifier", ["exact", "more_than", "about", "almost"])
def test_changes_of_the_largest_and_the_smallest_figures_are_numbers_or_refused(qualifier):
    starts = pd.to_datetime(["2016-07-01", "2017-07-01"])
    ends = starts + pd.DateOffset(years=1, days=-1)
    counts = pd.DataFrame({"period_start": starts, "period_end": ends, "qualifier": qualifier})
    for before, after in itertools.product((0.0, 5e-324, 1.0, 1e299), repeat=2):
        figures = counts.assign(value=[before, after])
        for per in ("period", "month"):
            if qualifier == "almost" and 0 in (before, after):
                with pytest.raises(DataError, match=r"for 201\d-.*no figure is almost 0"):
                    cbcstats.year_on_year(figures, per=per)
                continue
            change = cbcstats.year_on_year(figures, per=per).iloc[-1]
            assert -2e299 <= change["change_low"] <= change["change_high"] <= 2e299
    too_large = r"the figure of .* for 2017-07-01 to 2018-06-30:? .*is too large"
    with pytest.raises(DataError, match=too_large):
        cbcstats.year_on_year(counts.assign(value=[1.0, 1e308]))


def test_days_that_do_not_exist_are_refused():
    days = "0000-00-00 2024-02-30 99999-01-01 2017-04-03T10:00 \u0662\u0660\u0661\u0667-01-01 1677"
    for text in [*days.split(" "), ""]:
        with pytest.raises(ValueError, match="is not a date"):
            parse_day(text)
        with pytest.raises(ArgumentError, match="must be a day"):
            cbcstats.is_member(pd.Series(["KEN"]), on=text)


def test_the_first_and_the_last_day_have_a_label():
    first, last = parse_day("0001-01-01")[0], parse_day("9999-12-31")[0]
    assert period_label(parse_day("9999-01-01")[0], last) == "9999"
    assert period_label(first, first) == "1 Jan 1"
    assert cbcstats.is_member(pd.Series(["KEN", "EUE"]), on="9999-12-31").tolist() == [True, False]


def test_to_iso3_knows_text_only_and_ignores_characters_that_are_not_seen():
    names = pd.Series([5, None, b"Kenya", "\ud800", "Kenya\0", "Kenya"], dtype="object")
    assert to_iso3(names).isna().tolist() == [True] * 4 + [False] * 2


def test_printable_escapes_what_orders_a_terminal():
    assert printable(SCREEN) == r"\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"
    plain = "Côte d\u2019Ivoire\u00a0Việt Nam\n中国"
    assert printable(plain) == plain
    assert printable("a\tb\r\udcff\u2028") == r"a\tb\r\udcff\u2028"


def is_quiet(text):
    return not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


@pytest.fixture
def register(tmp_path):
    """Return the name of a register whose header, cells and name try to give orders to a terminal."""
    path = tmp_path / f"[red]{SCREEN}.csv"
    header = f"member,start_date,programme,{SCREEN}{MARKUP}\n"
    rows = f"Kenya,2017-04-03,{SCREEN}{MARKUP},x\n{SCREEN}{MARKUP},{SCREEN},x,x\nTogo,{MARKUP},x\n"
    path.write_text(header + rows, encoding="utf-8")
    return path.name


def test_commands_escape_cells_headers_and_names_on_the_terminal(register, tmp_path):
    for arguments, code in (
        (["check", register], 1),
        (["check", register, "--problems", f"{SCREEN}.xlsx"], 1),
        (["check", register, "-c", f"member={SCREEN}"], 2),
        (["check", register, "--date-format", f"%d/%m/%Y{SCREEN}"], 1),
        (["check", f"{SCREEN}.csv"], 2),
        (["count", register, "-o", f"{SCREEN}.csv"], 1),
        (["count", register, "--by", SCREEN], 2),
        (["chart", SCREEN], 2),
    ):
        found, printed = call(*arguments, folder=tmp_path)
        assert found == code, printed
        assert is_quiet(printed), ascii(printed)
        assert "\\x1b" in printed


def test_claims_give_no_orders_to_a_terminal_nor_formulas_to_a_spreadsheet(tmp_path):
    counts = cbcstats.load_counts("capacity_building_missions")
    counts.loc[5, ["published_change", "source_id"]] = f"+49% {MARKUP}", "wco-2018-03-02"
    counts.assign(unit="=1+1", note="").to_csv(tmp_path / "mine.csv", index=False)
    for form in ("table", "markdown", "csv", "json"):
        code, printed = call("claims", "mine.csv", "--format", form, folder=tmp_path)
        assert code in (0, 1), printed
        assert is_quiet(printed), ascii(printed)
        assert "[red]x" in " ".join(printed.split())
        if form == "csv":
            rows = csv.reader(io.StringIO(printed))
            assert not any(cell.startswith("=") for row in rows for cell in row)


def test_a_table_on_a_terminal_shows_markup_as_it_is_typed(register, tmp_path, monkeypatch):
    """Rich takes square brackets for colours and links."""
    from rich.console import Console

    begin = Console.__init__

    def wide(console, *given, **options):
        begin(console, *given, **options | {"width": 400})

    monkeypatch.setattr(Console, "is_terminal", True)
    monkeypatch.setattr(Console, "__init__", wide)
    code, printed = call("count", register, "--by", "programme", folder=tmp_path)
    assert code == 1
    assert MARKUP in printed
    assert is_quiet(re.sub(r"\x1b\[[0-9;]*m", "", printed))  # but for the colours of rich itself


def test_progress_of_a_large_file_escapes_its_name(register, tmp_path, monkeypatch):
    monkeypatch.setattr("cbcstats.terminal._LARGE", 0)
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    code, printed = call("check", register, folder=tmp_path)
    assert code == 1, printed
    assert "\x1b]0" not in printed


def test_commands_refuse_odd_arguments_and_targets_in_words(tmp_path):
    (tmp_path / "bytes.csv").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "folder.csv").mkdir()
    for arguments in (
        ["check", "bytes.csv"],
        ["count", "bytes.csv"],
        ["chart", "missions", "--counts", "bytes.csv"],
        ["claims", "bytes.csv"],
        ["check", "\udcff.csv"],
        ["implied", "9" * 5000, "+49%"],
        ["implied", "492", "\udcff%"],
        ["template", "-x"],
        ["count", "good.csv", "-o", "/dev/full"],
        ["count", "good.csv", "-o", "folder.csv", "--overwrite"],
    ):
        code, printed = call(*arguments, folder=tmp_path)
        assert code in (1, 2), (arguments, printed)
        assert printed.strip()


def tags(page):
    """Return the names of the elements of a page, none of which may react to what a reader does."""
    elements = Elements(page)
    names = [name for _, attributes in elements.found for name in attributes]
    assert not [name for name in names if name.startswith("on")]
    return elements.tags()


def test_markup_in_a_cell_is_text_on_every_page(tmp_path):
    links = {"source_id": [PAGE, '" onclick="alert(1)']}
    frame = pd.DataFrame({PAGE: [PAGE, f'"><a href="javascript:alert(1)">{PAGE}'], **links})
    allowed = {"table", "caption", "thead", "tbody", "tr", "th", "td", "a"}
    assert tags(table_html(frame, caption=PAGE)) <= allowed
    html, markdown = (
        cbcstats.save_table(frame, tmp_path / name, title=PAGE, note=PAGE).read_text("utf-8")
        for name in ("a.html", "a.md")
    )
    assert not {"script", "img"} & tags(html)
    assert not re.search("<(script|img|a)", markdown)
    typed = pd.DataFrame({"member": [PAGE], "start_date": [PAGE], PAGE: [PAGE]})
    assert tags(read_register(typed)._repr_html_()) <= allowed | {"p", "strong", "code"}


def assert_harmless(path):
    """Check that no cell of a CSV file begins with what a spreadsheet computes."""
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    computed = ("=", "@", "+", "-", "\t", "\r", "\uff1d")
    assert any(cell.startswith("'=") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(computed)]


def test_no_text_becomes_a_formula_or_a_link_in_a_table(tmp_path):
    texts = [*FORMULAS, *NEVER_XML, PAGE, MARKUP]
    columns = {f"{name}{place}": "x" for place, name in enumerate(texts)}
    frame = pd.DataFrame({"a": texts, "b": texts[::-1]} | columns)
    tables = {text or "x": frame for text in texts}
    words = {"title": "\0\uffff=1", "note": "\x1b=1"}
    assert_only_text(cbcstats.save_table(tables, tmp_path / "a.xlsx", **words))
    assert_harmless(cbcstats.save_table(frame, tmp_path / "a.csv"))
    with pytest.raises(ArgumentError, match="a name of 256 characters; Excel takes 255"):
        cbcstats.save_table(pd.DataFrame({"x" * 256: [1]}), tmp_path / "b.xlsx")


def test_counts_of_a_register_hold_no_formula(tmp_path):
    texts = [*FORMULAS, "\x1b[2J", "\uffff", PAGE]
    rows = {"member": "Kenya", "start_date": "2017-04-03", "programme": texts}
    pd.DataFrame(rows).to_parquet(tmp_path / "in.parquet")
    count = ["count", "in.parquet", "--by", "programme"]
    for name in ("out.csv", "out.xlsx", "out.parquet"):
        code, printed = call(*count, "-o", name, folder=tmp_path)
        assert code == 0, printed
    assert_harmless(tmp_path / "out.csv")
    assert_only_text(tmp_path / "out.xlsx")
    programmes = pd.read_parquet(tmp_path / "out.parquet")["programme"]
    assert set(programmes) >= {" ".join(text.split()) for text in texts if text == text.strip()}
    assert "'=cmd|" in call(*count, folder=tmp_path)[1]


def test_no_text_becomes_a_formula_or_a_link_in_a_workbook_to_hand_back(tmp_path):
    texts = [*FORMULAS, *NEVER_XML, PAGE, MARKUP, "x" * 32_767]
    cells = {"member": texts, "start_date": texts[::-1], "=1+1": texts, "reasons": "x"}
    register = read_register(pd.DataFrame(cells | {"\x1b[2J": "x"}))
    assert len(register.rejected) == len(texts)
    path = register.save_problems(tmp_path / "to_correct.xlsx")
    sheet = assert_only_text(path)["to correct"]
    assert [sheet.cell(1, place).value for place in (1, 2, 3)] == ["member", "start_date", "=1+1"]
    assert sheet.cell(1, sheet.max_column).value.startswith("what to correct")
    assert all(cell.comment for cell in sheet["A"][1:])
    again = read_register(path)
    assert len(again.rejected) == len(texts)
    kept = {text for text in texts if text.strip() and not set(text) & set("\uffff\ufffe\r")}
    assert kept <= set(again.rejected["member"])


def test_a_workbook_that_comes_back_with_a_broken_formula_of_its_own_is_read(tmp_path):
    added = "what to correct (added by cbcstats)"
    head = f'<row r="1">{cell("A1", "member")}{cell("B1", "start_date")}{cell("C1", added)}</row>'
    formula = '<c r="C2"><f>1/0</f></c>'
    row = f'<row r="2">{cell("A2", "Kenyaa")}{cell("B2", "2017-04-03")}{formula}</row>'
    (tmp_path / "back.xlsx").write_bytes(workbook(head + row))
    register = read_register(tmp_path / "back.xlsx")
    assert len(register.rejected) == 1
    assert_only_text(register.save_problems(tmp_path / "again.xlsx"))


@pytest.mark.parametrize("kind", ["missions", "beneficiaries"])
def test_a_form_holds_no_macro_and_no_link_out_of_it(kind, tmp_path):
    with zipfile.ZipFile(cbcstats.save_template(tmp_path / "form.xlsx", kind=kind)) as archive:
        names = archive.namelist()
        assert not [name for name in names if "vba" in name or "external" in name.lower()]
        assert b'TargetMode="External"' not in b"".join(map(archive.read, names))


def test_a_register_with_cells_of_a_megabyte_is_read_in_linear_time():
    cells = ["a" + " " * 10**6 + "b", "1" * 10**6, "1," * 10**6, "/" * 10**6]
    cells += ["total " * 10**5, "la " * 10**5, "St. " * 10**5]
    columns = ("member", "start_date", "participants", "mission_id")
    register = read_register(pd.DataFrame(dict.fromkeys(columns, cells)))
    assert len(register.rejected) == len(cells)
    assert register.problems["remedy"].str.len().max() < 500
