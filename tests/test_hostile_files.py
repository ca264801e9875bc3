"""Files that are broken or made to harm: each is read right, or refused in words, in bounded time and memory."""

import os
import re
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

import cbcstats
from cbcstats import ArgumentError, CbcstatsError, DataError, read_register
from cbcstats.files.writing import target, write_whole
from tests.command_line import run_python
from tests.hostile import GOOD, MAIN, TABLES, TWO_ROWS, cell, check_register, good_files, workbook
from tests.properties import given, settings, st

CASES = Path(__file__).parent / "cases"
HEADER = b"member,start_date\n"
POSIX = pytest.mark.skipif(os.name != "posix", reason="names, links and devices of POSIX")
# More than 6 GB of memory or 2 minutes of the processor end the process, but on Windows.
LIMITED = """
import contextlib, sys
with contextlib.suppress(ImportError):
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))
    resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
import cbcstats
for path in sys.argv[1:]:
    for read in (cbcstats.read_register, lambda path: cbcstats.load_counts(source=path)):
        try:
            print(path, repr(read(path)).replace("\\n", " "))
        except cbcstats.CbcstatsError as error:
            print(path, "refused:", str(error).replace("\\n", " "))
"""


@pytest.fixture
def save(tmp_path):
    """Return a function that writes bytes to a file, and returns its path."""

    def write(content, name="file.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def load_counts(source):
    return cbcstats.load_counts(source=source)


def read_limited(*paths):
    """Return what a register and a table of counts in each file are, read in a process of limited memory."""
    done = run_python("-c", LIMITED, *paths)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.splitlines()
    return {path: [line for line in lines if line.startswith(f"{path} ")] for path in paths}


def cases(name):
    """Return the cells of each line of a file of cases."""
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [line.split("|") for line in lines if not line.startswith("#")]


NOT_A_TABLE = [
    (b"", "holds no table"),
    (b"\xef\xbb\xbf", "holds no table"),
    (b"\xff\xfe", "holds no table"),
    (b"\n\n  \n,,,\n", "holds no table"),
    (b"," * 16_384 + b"\n", "holds no table"),
    (b"\0" * 5000, "holds no table|no column for member"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no column for member"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "no column for member"),  # old Excel
    (b"PK\x03\x04" + bytes(range(256)), "no column for member"),  # a zip archive
    (b"\xff\xfe\0\0m\0\0\0", "UTF-32"),
    (HEADER.strip() + b",x" * 16_383 + b"\n", "has 16,385 columns, and a sheet has 16,384"),
]


def test_readers_refuse_bytes_that_are_not_a_table(save):
    for content, message in NOT_A_TABLE:
        with pytest.raises(DataError, match=message) as refused:
            read_register(save(content))
        assert len(str(refused.value)) < 5000
        with pytest.raises(DataError):
            load_counts(save(content))


def test_readers_refuse_what_is_only_named_like_a_workbook_or_parquet(save):
    old_excel = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)
    for content in (b"", b"PK\x03\x04", old_excel, b"a\n1"):
        for name in ("book.xlsx", "table.parquet"):
            for read in (read_register, load_counts):
                with pytest.raises(DataError, match="can be read"):
                    read(save(content, name))
    with pytest.raises(DataError, match="the kind of file is not known"):
        read_register(save(workbook(TWO_ROWS), "book.xltx"))


@pytest.mark.parametrize("name", ["register.xlsx", "register.parquet"])
def test_readers_refuse_a_file_that_is_cut_off_anywhere(name, save):
    good, _, _ = good_files()[name]
    for end in range(0, len(good) - 1, len(good) // 15):
        with pytest.raises(DataError, match="can be read"):
            read_register(save(good[:end], name))


BROKEN_ROWS = """Ken\0ya,2017-04-03 | is not a place that is known
Kenya,2017-04-0\0 | is not a date
C\udcc3 | is empty
C\udcc3,2017-04-03 | is not a place that is known
\udced\udca0\udc80,2017-04-03 | is not a place that is known
Kenya | is empty
Kenya,2017-04-03,surplus | has 3 cells where the header has 2
"Kenya,2017-04-03 | cannot be cut into cells: a quotation mark is never closed"""


def test_a_broken_row_is_one_rejected_row(save):
    for line in BROKEN_ROWS.splitlines():
        row, _, problem = line.partition(" | ")
        path = save(HEADER + b"Kenya,2017-04-03\n" + row.encode(errors="surrogateescape"))
        register = read_register(path)
        assert problem in register.problems["problem"].tolist(), ascii(line)
        assert (register.rows.index.tolist(), register.rejected.index.tolist()) == ([2], [3])
        assert register.rejected["reasons"].str.contains(problem, regex=False).all()
        check_register(path)


def test_numbers_are_read_or_rejected_but_never_as_others(save):
    cells, expected = zip(*cases("numbers.txt"), strict=True)
    lines = [f"Kenya,2017-04-03,{cell}\n" for cell in cells]
    register = read_register(save(f"member,start_date,participants\n{''.join(lines)}".encode()))
    numbers = register.rows["participants"].dropna().astype("str")
    problems = register.problems.set_index("row")["problem"]
    found = pd.concat([numbers, problems]).reindex(range(2, len(cells) + 2))
    assert list(zip(cells, found, strict=True)) == list(zip(cells, expected, strict=True))


def test_days_are_read_or_rejected_but_never_as_others(save):
    """Each is in a file of its own, since rows that have the day first tell something about others."""
    different = []
    for stated, day, problem in cases("days.txt"):
        for date_format in [None, "%d/%m/%Y", "%Y%m%d"] if stated == "*" else [stated or None]:
            path = save(f'member,start_date\nKenya,"{day}"\n'.encode())
            register = read_register(path, date_format=date_format)
            days, found = set(register.rows["start_date"]), "; ".join(register.problems["problem"])
            if found != problem or days != (set() if problem else {pd.Timestamp("2017-04-03")}):
                different.append((date_format, day, problem, found, days))
    assert different == []


def test_a_date_format_that_no_platform_reads_is_refused(save):
    for date_format in ("%d/%m/%Y %G", "%d/%m/%Y %U", "%c %d %m %Y", "%d/%m/%Y\0", "\ud800%d"):
        with pytest.raises(ArgumentError, match="date_format"):
            read_register(save(GOOD.encode()), date_format=date_format)


def test_a_cell_longer_than_a_sheet_holds_is_one_rejected_row(save):
    long = b'"' + b"x" * 200_000 + b'",2017-04-03\n'
    path = save(HEADER + b"Kenya,2017-04-03\n" + long + b"Togo,2017-04-04\n")
    register = read_register(path)
    assert (register.rows.index.tolist(), register.rejected.index.tolist()) == ([2, 4], [3])
    with pytest.raises(ArgumentError, match="characters is more than a sheet holds"):
        register.save_problems(path.with_name("out.xlsx"))


def test_quotation_marks_that_never_close_reject_their_rows_in_linear_time(save):
    register = read_register(save(HEADER + b'x""","y\n' * 12_000))
    assert len(register.rejected) == 12_000
    assert register.problems["problem"].str.startswith("cannot be cut into cells").all()
    register = read_register(save(HEADER + b'"Kenya,2017-04-03\n' + b"Kenya,2017-04-03\n" * 11_000))
    assert (len(register.rows), register.rejected.index.tolist()) == (11_000, [2])


@POSIX
def test_a_line_without_end_is_refused_before_memory_is_full(tmp_path):
    path = tmp_path / "endless.csv"
    with path.open("wb") as file:
        file.truncate(50 * 2**30)  # takes no room on the disk
    for line in read_limited(path)[path]:
        assert "has 51,200 MB, and at most 512 MB are read into memory" in line
    path.unlink()


FAR = f'{TWO_ROWS}<row r="1048576">{cell("XFD1048576", "x")}</row>'
SPREAD = "refused:.*its cells are spread over"
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
ENTITY = '<row r="3"><c r="A3" t="inlineStr"><is><t>&{};</t></is></c><c r="B3"><f>1</f></c></row>'
MANY_ROWS = f"<row>{'<c><v>1</v></c>' * 9000}</row>{'<row><c><v>1</v></c></row>' * 9000}"
BOOKS = {
    "last_corner": (FAR, {}, f"{SPREAD} 1,048,576 rows and 16,384 columns"),
    "empty_row_beyond_all_rows": (f'{TWO_ROWS}<row r="4294967295"/>', {}, None),
    "cell_beyond_all_rows": (FAR.replace("1048576", "4294967295"), {}, SPREAD),
    "cells_without_places": (TWO_ROWS + MANY_ROWS, {}, SPREAD),
    "billion_laughs": (
        TWO_ROWS + ENTITY.format("a11"),
        {"before": f'<!DOCTYPE a [<!ENTITY a0 "ha">{LAUGHS}]>'},
        "refused:.*amplif",
    ),
    "entity_from_a_file": (
        TWO_ROWS + ENTITY.format("x"),
        {"before": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'},
        "refused:.*(undefined|unrecognized) ent",
    ),
    "missing_text": (
        f'{TWO_ROWS}<row r="3"><c r="A3" t="s"><v>99</v></c></row>',
        {},
        "refused:.*can be read",
    ),
    "no_sheet": (
        TWO_ROWS,
        {"book": f'<workbook xmlns="{MAIN}"><sheets/></workbook>'},
        "refused:.*it has no sheet",
    ),
    "unknown_encoding": (
        TWO_ROWS,
        {"book": '<?xml version="1.0" encoding="UTF-99"?><a/>'},
        "refused:.*can be read",
    ),
    "place_that_is_none": (
        f'{TWO_ROWS}<row r="3">{cell("1A", "x")}</row>',
        {},
        "refused:.*can be read",
    ),
}


def test_hostile_workbooks_are_refused_in_bounded_time_and_memory(save):
    paths = {
        save(workbook(cells, **parts), f"{name}.xlsx"): message
        for name, (cells, parts, message) in BOOKS.items()
    }
    for path, lines in read_limited(*paths).items():
        if paths[path] is None:
            assert "1 row read, 1 passed" in lines[0]
        else:
            assert [line for line in lines if not re.search(paths[path], line)] == []
        assert "root:" not in "".join(lines)


@pytest.mark.slow
def test_a_workbook_that_unpacks_to_gigabytes_is_refused(save):
    """Also where the directory of the archive says that the sheet is small."""
    content = workbook([TWO_ROWS, *[" " * 2**20] * 1500])
    parts = zipfile.ZipFile(BytesIO(content)).infolist()
    [size] = [part.file_size for part in parts if "sheet1" in part.filename]
    lies = content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    for lines in read_limited(save(content, "honest.xlsx"), save(lies, "lies.xlsx")).values():
        assert [line for line in lines if "unpacks to more than 1,024 MB" not in line] == []


def test_a_sparse_workbook_of_use_is_read(save):
    far = f'<row r="90000">{cell("A90000", "Togo")}{cell("Z90000", "x")}</row>'
    register = read_register(save(workbook(TWO_ROWS + far), "book.xlsx"))
    assert register.rejected.index.tolist() == [90_000]


def test_parts_of_a_workbook_beside_its_cells_are_not_unpacked(save):
    more = [("xl/externalLinks/externalLink1.xml", "<a>"), ("../../up.txt", "x")]
    path = save(workbook(TWO_ROWS, more=more), "book.xlsx")
    assert read_register(path).rows["iso3"].tolist() == ["KEN"]
    assert [file.name for file in path.parent.iterdir()] == ["book.xlsx"]


def parquet(arrays, names=("member", "start_date"), **metadata):
    made = BytesIO()
    table = pa.table(arrays, list(names))
    pa.parquet.write_table(table.replace_schema_metadata(metadata or None), made)
    return made.getvalue()


def test_broken_parquet_is_refused(save):
    days = [f"2017-04-{number % 30 + 1:02}" for number in range(1000)]
    data = parquet([["Kenya"] * 1000, days])
    flipped = bytes(byte ^ 0xFF for byte in data[60:200])
    texts = pa.array([b"Kenya", b"Ken\xff"], pa.binary()).view(pa.string())
    moments = pa.array([2**62, 1]).view(pa.timestamp("us"))
    for content, message in (
        (data[:60] + flipped + data[200:], "is not a Parquet file"),
        (parquet([texts, days[:2]]), "UTF8"),
        (parquet([["Kenya", "Togo"], moments]), "is not a Parquet file that can be read"),
        (parquet([moments, days[:2]]), "is not a Parquet file that can be read"),
    ):
        with pytest.raises(DataError, match=message):
            read_register(save(content, "broken.parquet"))


def test_columns_of_any_arrow_type_are_read_as_text_or_kept(save):
    columns = {
        "nested": pa.array([[["a"]], [], None]),
        "structs": pa.array([{"a": 1}, {"a": None}, None]),
        "decimals": pa.array(["1.50", "2.00", None]).cast(pa.decimal128(5, 2)),
        "codes": pa.array(["a", "b", None]).dictionary_encode(),
        "bytes": pa.array([b"\xff", b"", None]),
        "nothing": pa.nulls(3),
        "floats": pa.array([float("nan"), float("inf"), None]),
        "moments": pa.array([1, 2**62, None], pa.timestamp("ns", "UTC")),
        "length": pa.array([3, None, -5], pa.duration("ms")),
    }
    days, names = ["2017-04-03"] * 3, ["member", "start_date", *columns, "codes"]
    every = [["Kenya"] * 3, days, *columns.values(), columns["codes"]]
    # pandas notes in the file how to make a frame of it, which is not believed
    index = '{"index_columns": ["nowhere"], "columns": [{}]}'
    path = save(parquet(every, names, pandas=index), "kinds.parquet")
    check_register(path)
    rows = read_register(path).rows
    assert rows["iso3"].tolist() == ["KEN"] * 3
    assert rows["length"].iloc[2] == pd.Timedelta(-5, "ms")
    assert rows.columns[-1] == "codes (2)"
    for column in columns.values():
        path = save(parquet([column, days]), "member.parquet")
        check_register(path)
        assert len(read_register(path).rejected) == 3


def test_own_column_with_the_ending_of_ours_is_kept(save):
    members = cbcstats.load_members().head(3)
    members = members.assign(size_precision=["a", "", "year"])
    loaded = cbcstats.load_members(source=save(members.to_csv(index=False).encode()))
    assert loaded["size_precision"].fillna("").tolist() == ["a", "", "year"]


def test_id_of_a_source_with_a_blank_is_a_problem(save):
    sources = cbcstats.load_sources().head(2)
    sources.loc[1, "source_id"] = "two words"
    remedy = "is not in the form that this column takes; write an id without blanks"
    with pytest.raises(DataError, match=remedy):
        cbcstats.load_sources(source=save(sources.to_csv(index=False).encode()))


def test_frames_of_any_objects_are_read_or_refused():
    cells = [None, float("nan"), pd.NaT, pd.NA, [1], {"a": 1}, b"\xff", np.array([1, 2])]
    cells += [1e308, -0.0, 10**40, "\0", object]
    member = pd.Series(cells, dtype="object")
    frame = pd.DataFrame({"member": member, "start_date": "2017-04-03", 5: 1, (1, 2): "a"})
    register = read_register(frame)
    assert len(register.rejected) == len(cells)
    assert register.rejected["reasons"].str.len().gt(0).all()
    for table in TABLES:
        with pytest.raises(DataError):
            getattr(cbcstats, f"load_{table}")(source=frame)


@POSIX
def test_readers_refuse_folders_links_pipes_and_devices(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    links = {"dangling": "nowhere", "loop": "loop.csv", "zero": "/dev/zero", "to_pipe": "pipe.csv"}
    for name, to in links.items():
        (tmp_path / f"{name}.csv").symlink_to(to)
    cases = dict.fromkeys(
        [*tmp_path.iterdir(), "/dev/zero", "\udcff.csv"],
        "there is no such file|the kind of file is not known|is a pipe or a device|holds no file",
    )
    cases["x" * 300 + ".csv"] = "name too long"
    cases["~nobody-of-that-name/a.csv"] = "there is no such home folder"
    for path, message in cases.items():
        for read in (read_register, load_counts):
            with pytest.raises(CbcstatsError, match=message):
                read(path)


def test_readers_refuse_what_is_neither_a_path_nor_a_frame():
    for source in (5, b"x.csv", ["x.csv"]):
        for read in (read_register, load_counts):
            # A list of files may be one register.
            if (source, read) == (["x.csv"], read_register):
                continue
            with pytest.raises(ArgumentError, match="must be the path of a file, or a frame"):
                read(source)


@POSIX
def test_a_file_of_any_name_is_read(save):
    for name in ("-rf.csv", "a\nb.csv", "\x1b[2J.csv", "[red]x[bold].csv", "'; rm -rf .csv"):
        assert len(read_register(save(GOOD.encode(), name)).rows) == 6


@POSIX
def test_writers_replace_a_link_and_do_not_follow_it(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"before")
    for name, to in {"there": victim, "dangling": tmp_path / "new", "loop": "loop.csv"}.items():
        path = tmp_path / f"{name}.csv"
        path.symlink_to(to)
        with pytest.raises(ArgumentError, match="already exists"):
            target(path, [".csv"], overwrite=False)
        write_whole(target(path, [".csv"], overwrite=True), b"after", overwrite=True)
        assert not path.is_symlink()
    assert victim.read_bytes() == b"before"
    assert not (tmp_path / "new").exists()


def test_writers_refuse_names_that_no_file_can_have():
    for name, message in (("a\0.csv", "zero byte"), ("~nobody-of-that-name/a.csv", "home folder")):
        with pytest.raises(ArgumentError, match=message):
            target(name, [".csv"], overwrite=False)


@settings(max_examples=25, database=None)
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_below_a_header_is_rows_that_are_read_or_rejected(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any_text.csv"
    path.write_text(f"member,start_date\n{text}", encoding="utf-8", newline="")
    check_register(path)


def test_the_campaign_begins_with_good_files(save):
    for name, (good, _, _) in good_files().items():
        table = name.partition(".")[0]
        if table == "register":
            register = read_register(save(good, name))
            assert (len(register.rows), len(register.problems)) == (6, 0)
        else:
            assert len(getattr(cbcstats, f"load_{table}")(source=save(good, name))) > 0


@pytest.mark.parametrize("inputs", [25, pytest.param(100, marks=pytest.mark.slow)])
def test_files_words_and_commands_that_are_broken_at_random_are_taken_as_they_must(inputs):
    done = run_python("-W", "ignore", "-m", "tests.hostile", "--minutes", "600", "--inputs", inputs)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert f"{20 * inputs:,} inputs, 0 not taken" in done.stdout
