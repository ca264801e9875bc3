"""A table that a spreadsheet program saved is read as it was, or the cell is named, with what to write in it."""

import csv
import io
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

import cbcstats
from cbcstats import parse_qualified
from cbcstats.files.cells import find_damage
from tests.command_line import run_python
from tests.office import converted
from tools.check_data import check_data

DATA = Path(__file__).parents[2] / "data"
GUIDE = (DATA.parent / "docs" / "how_to" / "add_a_figure.md").read_text(encoding="utf-8")
SIZES = {
    "counts": 60,
    "indicators": None,
    "beneficiaries": 20,
    "members": 20,
    "places": 200,
    "sources": None,
    "readings": 20,
}
NEW = (
    "capacity_building_missions,flow,delivered,,missions,2016-01-01,2016-12-31,stated,,12,,exact,,+20%,total,,true,,"
    "wco-2018-03-02,Mine"
)


@pytest.fixture
def folder(tmp_path):
    """The first rows of the tables, as CSV with commas, and what describes them."""
    for table, size in SIZES.items():
        rows = read(DATA / f"{table}.csv")
        (tmp_path / f"{table}.csv").write_bytes(saved(rows[:size]))
    for name in ("README.md", "datapackage.json"):
        shutil.copy(DATA / name, tmp_path)
    return tmp_path


def read(path, **options):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")), **options))


def saved(rows, encoding="utf-8", **options):
    text = io.StringIO()
    csv.writer(text, **{"lineterminator": "\n"} | options).writerows(rows)
    return text.getvalue().encode(encoding)


def with_row(rows, **changed):
    """Add a figure, with some of its cells changed."""
    cells = dict(zip(rows[0], NEW.split(","), strict=True)) | changed
    return [*rows, list(cells.values())]


def add_figure(folder, **changed):
    """Add a figure to the counts in a folder."""
    path = folder / "counts.csv"
    path.write_bytes(saved(with_row(read(path), **changed)))


def said(folder):
    checked = check_data(folder)
    return "\n".join(checked.lines), checked.fine


def test_the_tables_of_the_project_are_fine():
    text, fine = said(DATA)
    assert fine, text
    for table in SIZES:
        assert f"{DATA / table}.csv: {len(read(DATA / f'{table}.csv')) - 1} rows, fine" in text


def test_a_new_figure_is_fine(folder):
    add_figure(folder)
    text, fine = said(folder)
    assert fine, text
    assert "counts.csv: 60 rows, fine" in text


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("http://192.0.2.7:8080/en/page.aspx", "is a number in place of the name of a site"),
        ("https://[2001:db8::7]/page", "is a number in place of the name of a site"),
        ("https://en.56ok.com/topic/1.html", "re-words the news of others"),
        ("https://slideplayer.com./amp/1", "keeps copies of documents of others"),
        ("https://www.wcoomd.org/zh-cn/media/page.aspx", "is not the English or French edition"),
        ("https://www.wcoomd.org/es-ES/Topics/page", "is not the English or French edition"),
        ("http://wcoomd.org/en/page.aspx", "is not encrypted, as other addresses of this site are"),
    ],
)
def test_no_reader_is_sent_to_a_copy_or_an_address_that_is_not_safe(folder, address, problem):
    path = folder / "sources.csv"
    rows = read(path)
    rows[1][rows[0].index("url")] = address
    path.write_bytes(saved(rows))
    text, fine = said(folder)
    assert not fine
    assert re.search(rf"cell E2 \(url\): .*{problem}", text), text


@pytest.mark.parametrize(
    "address", ["", "https://www.wcoomd.org/fr/media/page.aspx", "http://alone.example/page"]
)
def test_an_address_may_be_empty_or_of_a_site_that_is_not_encrypted(folder, address):
    path = folder / "sources.csv"
    rows = read(path)
    rows[1][rows[0].index("url")] = address
    path.write_bytes(saved(rows))
    text, fine = said(folder)
    assert fine, text


READ_AS_BEFORE = {
    "with a byte order mark": lambda rows: saved(rows, "utf-8-sig"),
    "with line ends of Windows": lambda rows: saved(rows, lineterminator="\r\n"),
    "with capital TRUE": lambda rows: saved(
        [[cell.upper() if cell in ("true", "false") else cell for cell in row] for row in rows]
    ),
    "with empty columns at the end": lambda rows: saved([[*row, "", ""] for row in rows]),
    "with empty cells at the end of a row": lambda rows: saved([*rows[:-1], [*rows[-1], "", ""]]),
    "with empty rows at the end": lambda rows: saved(
        [*rows, [""] * len(rows[0]), [""] * len(rows[0])]
    ),
    "with all cells quoted": lambda rows: saved(rows, quoting=csv.QUOTE_ALL),
    "as Unicode text": lambda rows: saved(rows, "utf-16"),
}


@pytest.mark.parametrize("way", READ_AS_BEFORE)
def test_what_cannot_be_misunderstood_is_read_as_before(folder, way):
    path = folder / "counts.csv"
    rows = with_row(read(path))
    path.write_bytes(saved(rows))
    before = cbcstats.load_counts(source=path)
    path.write_bytes(READ_AS_BEFORE[way](rows))
    text, fine = said(folder)
    assert fine, text
    pd.testing.assert_frame_equal(cbcstats.load_counts(source=path), before)


@pytest.mark.parametrize(
    ("column", "letter", "cell", "problem", "remedy"),
    [
        ("period_end", "G", "07/03/2017", "may have the day or the month first", "2017-03-07 or 2017-07-03, whichever"),
        ("period_end", "G", "7.3.2017", "may have the day or the month first", "2017-03-07 or 2017-07-03"),
        ("period_end", "G", "3/31/2017", "is not ISO 8601", "write it as 2017-03-31"),
        ("period_end", "G", "42801", "a number where a date belongs", "write it as 2017-03-07, or as 2021-03-08"),
        ("period_end", "G", "Mar-17", "is a date in words", "the year first"),
        ("period_end", "G", "########", "shows instead of the value", "that was there before"),
        ("value", "J", "2,5", "has a decimal comma", "write 2.5"),
        ("value", "J", "1,200", "has a thousands separator", "1200 if that is meant, or 1.2 if"),
        ("value", "J", "1.200", "may have a thousands separator", "write 1200 or 1.2"),
        ("value", "J", "1 200", "has a thousands separator", "1200 if"),
        ("value", "J", "24. Jan", "is a date, which spreadsheet programs make", "the number that is printed"),
        ("value", "J", "about 40", "is not a number", "into qualifier"),
        ("published_change", "N", "49%", "has no sign", "write +49%, or -49%"),
        ("published_change", "N", "2", "has no sign", "write +2, or -2"),
        ("published_change", "N", "0.49", "may be a percentage", "such as +49%"),
        ("published_change", "N", "0,49", "may be a percentage", "such as +49%"),
        ("published_change", "N", "-0.12", "may be a percentage", "such as -12%"),
        ("published_change", "N", "#NAME?", "shows instead of the value", "that was there before"),
        ("preferred", "Q", "WAHR", "in another language write true", "write true"),
        ("preferred", "Q", "FAUX", "in another language write false", "write false"),
        ("note", "T", "Cura\N{LATIN CAPITAL LETTER A WITH TILDE}\N{SECTION SIGN}ao", "was written in UTF-8 and read in",
         "write Cura\N{LATIN SMALL LETTER C WITH CEDILLA}ao"),
        ("note", "T", "Cura\N{REPLACEMENT CHARACTER}ao", "holds a character that was lost", "write it again"),
        ("source_id", "S", "wco-2018-03-20", "is a source that is not known", "add it to sources.csv"),
    ],
)  # fmt: skip
def test_what_may_be_misunderstood_is_said_with_its_cell(
    folder, column, letter, cell, problem, remedy
):
    add_figure(folder, **{column: cell})
    text, fine = said(folder)
    assert not fine
    assert "counts.csv: 60 rows, 1 problem\n" in text
    place, advice = text.splitlines()[1:3]
    assert place.startswith(f"  cell {letter}61 ({column}): {cell!r} ")
    assert problem in place
    assert remedy in advice


@pytest.mark.parametrize(
    "change", ["+49%", "-12%", "+2", "-3.7%", "0%", "+2.5%", "from 57 to 74", "about 40% larger"]
)
def test_changes_as_printed_are_fine(folder, change):
    add_figure(folder, published_change=change)
    text, fine = said(folder)
    assert fine, text


@pytest.mark.parametrize(
    "name",
    [
        "S\N{LATIN SMALL LETTER A WITH TILDE}o Tom\N{LATIN SMALL LETTER E WITH ACUTE}",
        "Cura\N{LATIN SMALL LETTER C WITH CEDILLA}ao",
        "#1",
        "A-CIP",
    ],
)
def test_letters_with_accents_are_no_damage(name):
    assert find_damage(name) is None


def test_a_file_with_semicolons_is_said(folder):
    path = folder / "counts.csv"
    path.write_bytes(saved(read(path), delimiter=";"))
    text, fine = said(folder)
    assert not fine
    assert "row 1:" in text
    assert "separates the columns by a semicolon" in text
    assert "save the file as CSV with commas between the columns" in text


def test_windows_1252_is_said_with_the_word(folder):
    path = folder / "counts.csv"
    path.write_bytes(
        saved(with_row(read(path), note="In Cura\N{LATIN SMALL LETTER C WITH CEDILLA}ao"), "cp1252")
    )
    text, fine = said(folder)
    assert not fine
    assert (
        "cell T61 (note): 'Cura\N{LATIN SMALL LETTER C WITH CEDILLA}ao' holds bytes that are not UTF-8"
        in text
    )


def test_rows_that_were_not_split_at_the_commas_are_said(folder):
    path = folder / "counts.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_bytes(saved([[line] if '"' in line else line.split(",") for line in lines]))
    text, fine = said(folder)
    assert not fine
    assert "has 1 cell where the header has 20" in text
    assert "open the file with a comma as separator" in text


def test_a_trouble_that_runs_through_a_column_is_said_once(folder):
    path = folder / "counts.csv"
    header, *rows = read(path)
    place = header.index("preferred")
    path.write_bytes(saved([header, *([*row[:place], "WAHR", *row[place + 1 :]] for row in rows)]))
    text, _ = said(folder)
    assert text.count("'WAHR'") == 3
    assert "the same in 56 more rows: 5, 6, 7" in text
    assert "Are there cells here that you did not touch?" in text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"indicator": "wco_visits"}, "wco_visits has no row in indicators.csv"),
        ({"measure": "event"}, "has measure event, but flow in indicators.csv"),
        ({"unit": "visits"}, "has unit visits, but missions or activities and missions in"),
        ({"area": "Kenya"}, "'Kenya' is not an area; write a code of ISO 3166 such as KEN"),
    ],
)
def test_figures_agree_with_the_table_of_indicators(folder, changed, sentence):
    add_figure(folder, scope="tests", **changed)
    text, fine = said(folder)
    assert not fine
    assert f"row 61 of counts.csv: {sentence}" in text.replace("capacity_building_missions ", "")


def test_sources_that_nothing_cites_are_a_warning_until_a_note_names_them(folder):
    with (folder / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("my-letter,A letter,An office,2018,https://example.org/letter,2026-11-24,\n")
    text, fine = said(folder)
    assert fine
    [warning] = [line for line in text.splitlines() if line.startswith("warning: no row cites")]
    assert warning.endswith(" my-letter")
    add_figure(folder, note="Counted as in my-letter.")
    assert "my-letter" not in said(folder)[0]


def test_decimals_without_rounding_are_a_warning(folder):
    add_figure(folder, value="2.5")
    text, fine = said(folder)
    assert fine
    assert "warning: row 61 of counts.csv: 2.5 has decimals, but rounded_to is empty" in text


def test_a_bad_source_hides_no_bad_figure(folder):
    sources = folder / "sources.csv"
    sources.write_text(
        sources.read_text(encoding="utf-8").replace("2026-11-24", "24.11.2026", 1), encoding="utf-8"
    )
    add_figure(folder, value="many")
    text, _ = said(folder)
    assert "sources.csv: 272 rows, 1 problem" in text.replace(str(len(read(sources)) - 1), "272")
    assert "cell F2 (accessed): '24.11.2026' is not ISO 8601" in text
    assert "cell J61 (value): 'many' is not a number" in text
    assert text.count("problem") == 2


def test_a_table_that_is_missing_is_said(folder):
    (folder / "places.csv").unlink()
    text, fine = said(folder)
    assert not fine
    assert "places.csv: there is no such file" in text


def test_files_that_describe_other_tables_are_said(folder):
    (folder / "README.md").write_text("# Data dictionary\n", encoding="utf-8")
    (folder / "datapackage.json").unlink()
    text, fine = said(folder)
    assert not fine
    assert "README.md: differs from the schemas; run make data" in text
    assert "datapackage.json: differs from the schemas; run make data" in text


def test_changes_that_contradict_are_information(folder):
    add_figure(folder, scope="tests", published_change="", change_basis="")
    later = {
        "scope": "tests",
        "period_start": "2017-01-01",
        "period_end": "2017-12-31",
        "value": "33",
        "published_change": "+10%",
    }
    add_figure(folder, **later)
    text, fine = said(folder)
    assert fine
    assert (
        "row 62, capacity_building_missions: +10% on 33 missions (2017) means 30 before (2016); "
        "12 was published" in text
    )
    assert "row 61, " not in text


@pytest.mark.parametrize(
    ("value", "code", "last"), [("12", 0, "All is fine."), ("many", 1, "Correct this")]
)
def test_the_command_ends_with_its_code_and_no_traceback(folder, value, code, last):
    add_figure(folder, value=value)
    done = run_python("-m", "tools.check_data", folder)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.splitlines()[-1].startswith(last)


def table_of(text, header):
    """Return the rows of a Markdown table as cells without marks."""
    lines = text[text.index(header) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_the_row_in_the_guide_stands_in_the_table():
    rows = table_of(GUIDE, "| column | cell | why |")
    header, *figures = read(DATA / "counts.csv")
    [cells] = [
        figure
        for figure in figures
        if figure[0] == "capacity_building_missions" and "wco-2017-03-14" in figure
    ]
    found = dict(zip(header, cells, strict=True))
    assert [name for name, *_ in rows] == list(found)
    for name, cell, _ in rows:
        stands = found[name].lower() if name == "preferred" else found[name]
        assert (
            stands.startswith(cell.removesuffix("...")) if cell.endswith("...") else stands == cell
        )


def test_the_words_in_the_guide_are_read_as_it_says():
    rows = table_of(GUIDE, "| the source says | you write |")
    known = {
        figure: written.split("` and `")[1:] for figure, written in rows if "` and `" in written
    }
    figures = {text.strip(): word for said, [word] in known.items() for text in said.split(", ") if "%" not in said
               if "fewer a" not in said}  # fmt: skip
    assert len(figures) == 14
    for text, word in figures.items():
        assert parse_qualified(text).qualifier == word, text


def test_the_output_in_the_guide_is_what_is_printed(folder):
    shown = (
        ("data/counts.csv" + GUIDE.partition("```\ndata/counts.csv")[2])
        .partition("```")[0]
        .splitlines()
    )
    path = folder / "counts.csv"
    rows = read(path)
    [found] = [
        row for row in rows if row[0] == "capacity_building_missions" and "wco-2017-03-14" in row
    ]
    mistakes = {
        "period_end": "07/03/2017",
        "value": "more than 330",
        "qualifier": "more than",
        "published_change": "20%",
        "source_id": "wco-2017-03-41",
    }
    path.write_bytes(
        saved(
            [*rows, [mistakes.get(name, cell) for name, cell in zip(rows[0], found, strict=True)]]
        )
    )
    lines = check_data(folder).lines[: len(shown)]
    numbers = re.compile(r"(?<=cell [A-Z])\d+|\d+(?= rows)")
    assert [numbers.sub("", line) for line in lines[1:]] == [
        numbers.sub("", line) for line in shown[1:]
    ]
    assert shown[0].startswith("data/counts.csv: ")
    assert shown[0].endswith(", 5 problems")
    assert lines[0].endswith(", 5 problems")


def save_in_libreoffice(path, folder, *, as_text):
    """Open a file in LibreOffice, with all columns as text or as it likes, and save it as CSV again."""
    columns = "/".join(f"{number}/2" for number in range(1, 21)) if as_text else ""
    form = "Text - txt - csv (StarCalc)"
    read_as = f"--infilter={form}:44,34,76,1,{columns},1033,false,{'false' if as_text else 'true'}"
    return converted(path, f"csv:{form}:44,34,76,1,,1033,false,true,false", folder, read_as)


@pytest.mark.parametrize("table", ["counts", "members", "sources"])
def test_libreoffice_saves_what_it_opened_as_text(table, tmp_path):
    again = save_in_libreoffice(DATA / f"{table}.csv", tmp_path, as_text=True)
    load = getattr(cbcstats, f"load_{table}")
    pd.testing.assert_frame_equal(load(source=again), load())


def test_what_libreoffice_makes_of_signs_is_said(folder, tmp_path):
    again = save_in_libreoffice(folder / "counts.csv", tmp_path / "saved", as_text=False)
    shutil.copy(again, folder)
    text, fine = said(folder)
    assert not fine
    assert (
        "cell N7 (published_change): '49%' has no sign; spreadsheet programs remove the plus"
        in text
    )
    assert {
        line.partition("(")[2].partition(")")[0]
        for line in text.splitlines()
        if line.startswith("  cell")
    } == {"published_change"}
