"""Files that are broken or made to harm: each is read right, or said to be wrong, in bounded time and memory."""

import io
import os
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

import cbcstats
from cbcstats import ArgumentError, CbcstatsError, DataError, read_register
from cbcstats.files.writing import target, write_whole
from cbcstats.frames import text_column
from tests.command_line import run_python
from tests.frames import as_text
from tests.hostile import (
    GOOD,
    MAIN,
    TWO_ROWS,
    as_parquet,
    campaign,
    cell,
    check_register,
    give,
    targets_once,
    workbook,
)
from tests.properties import given, settings, st

HEADER = b"member,start_date\n"
LOADERS = ("counts", "beneficiaries", "members", "places", "sources")
# What a child may not do: take more memory than this, or more time than the test allows.
GUARDED = """
import contextlib, sys
with contextlib.suppress(ImportError):
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))
import cbcstats
for read in (cbcstats.read_register, lambda path: cbcstats.load_counts(source=path)):
    try:
        print(read(sys.argv[1]))
    except cbcstats.CbcstatsError as error:
        print("refused:", error)
"""


@pytest.fixture
def save(tmp_path):
    """Return a function that writes bytes to a file, and returns its path."""

    def write(content, name="file.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def guarded(path):
    """Return what a register, and a table of counts, in this file are said to be."""
    done = run_python("-c", GUARDED, path)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def problems(register):
    return register.problems["problem"].tolist()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no table"),
        (b"\xef\xbb\xbf", "holds no table"),
        (b"\xff\xfe", "holds no table"),
        (b"\n\n  \n,,,\n", "holds no table"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no column for member"),
        (b"\0" * 5000, "no column for member|holds no table"),
        (b"\xff\xfe\0\0m\0\0\0", "UTF-32"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "no column for member"),
        (b"PK\x03\x04" + bytes(range(256)), "no column for member"),
        (b"," * 16_384 + b"\n", "holds no table"),
        (HEADER.strip() + b",x" * 16_383 + b"\n", "has 16,385 columns, and a sheet has 16,384"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content, said, save):
    with pytest.raises(DataError, match=said) as raised:
        read_register(save(content))
    assert len(str(raised.value)) < 5000
    with pytest.raises(DataError):
        cbcstats.load_counts(source=save(content))


def test_a_header_alone_is_a_table_without_rows(save):
    for content in (
        HEADER,
        b"\xef\xbb\xbf" + HEADER,
        HEADER.decode().encode("utf-16"),
        HEADER.strip(),
    ):
        register = read_register(save(content))
        assert (len(register.rows), len(register.rejected)) == (0, 0)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
def test_utf_16_is_read_with_and_without_a_mark(encoding, save):
    register = read_register(save("member;start_date\nCôte d'Ivoire;2017-04-03\n".encode(encoding)))
    assert register.rows["iso3"].tolist() == ["CIV"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (b"Ken\0ya,2017-04-03", "is not a place that is known"),
        (b"Kenya,2017-04-0\0", "is not a date"),
        (b"C\xc3", "has 1 cell where the header has 2"),
        (b"C\xc3,2017-04-03", "is not a place that is known"),
        (b"\xed\xa0\x80,2017-04-03", "is not a place that is known"),
        (b"Kenya", "has 1 cell where the header has 2"),
        (b"Kenya,2017-04-03,surplus", "has 3 cells where the header has 2"),
        (b'"Kenya,2017-04-03', "cannot be cut into cells: unexpected end of data"),
    ],
)
def test_a_broken_row_is_one_rejected_row(row, problem, save):
    path = save(HEADER + b"Kenya,2017-04-03\n" + row)
    register = read_register(path)
    assert problem in problems(register)
    assert (register.rows.index.tolist(), register.rejected.index.tolist()) == ([2], [3])
    assert register.rejected["reasons"].str.contains(problem, regex=False).all()
    check_register(path)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        *(
            ("1e308", None),
            ("1e400", None),
            ("Infinity", None),
            ("-Infinity", None),
            ("0x10", None),
            ("1_000", None),
        ),
        *(
            ("\u0661\u0662", None),
            ("\uff11\uff12", None),
            ("99999999999999999999", None),
            ("-1", None),
            ("-0", 0),
        ),
        *(
            ("NaN", ""),
            ("5.0", 5),
            ("5.5", None),
            ("=5", None),
            ("5\0", None),
            ("1" * 10_000, None),
        ),
    ],
)
def test_a_number_is_read_or_rejected_but_never_another_one(typed, read, save):
    """None is rejected, and the empty text is read as missing with a warning."""
    register = read_register(
        save(f"member,start_date,participants\nKenya,2017-04-03,{typed}\n".encode())
    )
    found = [None if pd.isna(value) else value for value in register.rows["participants"]]
    assert found == ([] if read is None else [None] if read == "" else [read])
    assert len(problems(register)) == (0 if isinstance(read, int) else 1)


@pytest.mark.parametrize("date_format", [None, "%d/%m/%Y", "%Y%m%d"])
@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        *(
            ("0000-00-00", "is not a date of the calendar"),
            ("2024-02-30", "is not a date of the calendar"),
        ),
        *(
            ("9999-12-31", "is in the future"),
            ("99999-01-01", "is not a date"),
            ("1677", "does not name a day"),
        ),
        *(
            ("1677-01-01", "is before 1952, when the WCO began"),
            ("2017-04-03T25:00", "is not a date"),
        ),
        *(
            ("\u0662\u0660\u0661\u0667-\u0660\u0664-\u0660\u0663", "is not a date"),
            ("today", "is not a date"),
        ),
        *(
            ("\uff12\uff10\uff11\uff17-04-03", "is not a date"),
            ("-2017-04-03", "is not a date"),
            ("now", "is not a date"),
        ),
        *(("2017-04-03T10:00:00Z", None), ("2017-04-03 23:59+14:00", None)),
    ],
)
def test_a_day_is_read_or_rejected_but_never_another_one(typed, problem, date_format, save):
    register = read_register(
        save(f"member,start_date\nKenya,{typed}\n".encode()), date_format=date_format
    )
    assert problems(register) == ([problem] if problem else [])
    assert register.rows["start_date"].tolist() == ([] if problem else [pd.Timestamp("2017-04-03")])


@pytest.mark.parametrize(
    "date_format",
    ["%d/%m/%Y %G", "%d/%m/%Y %U", "%c %d %m %Y", "%d/%m/%Y\0", "%d%m%Y%", "\ud800%d"],
)
def test_a_date_format_that_cannot_be_used_is_said(date_format, save):
    with pytest.raises(ArgumentError, match="date_format"):
        read_register(save(GOOD.encode()), date_format=date_format)


def test_columns_of_one_name_are_told_apart(save):
    path = save(HEADER.strip() + b",c" * 1000 + b",c (2)\nKenya,2017-04-03" + b",1" * 1001 + b"\n")
    names = read_register(path).rows.columns.tolist()
    assert names[4:6] == ["c", "c (2)"]
    assert names[-2:] == ["c (1000)", "c (2) (2)"]


@pytest.mark.slow
def test_ten_thousand_columns_are_read(save):
    names = b"".join(b",c%d" % place for place in range(9998))
    path = save(HEADER.strip() + names + b"\nKenya,2017-04-03" + b",1" * 9998 + b"\nKenya\n")
    register = read_register(path)
    assert register.rows.shape == (1, 10_002)
    assert problems(register) == ["has 1 cell where the header has 10000"]
    with pytest.raises(DataError, match="is not the header of this table"):
        cbcstats.load_counts(source=path)


def test_a_cell_longer_than_a_sheet_holds_is_one_rejected_row(save):
    path = save(
        HEADER + b'Kenya,2017-04-03\n"' + b"x" * 200_000 + b'",2017-04-03\nTogo,2017-04-04\n'
    )
    register = read_register(path)
    assert (register.rows.index.tolist(), register.rejected.index.tolist()) == ([2, 4], [3])
    with pytest.raises(ArgumentError, match="characters is more than a sheet holds"):
        register.save_problems(path.with_name("out.xlsx"))


def test_quotation_marks_that_never_close_do_not_make_lines_be_read_again_and_again(save):
    path = save(HEADER + b'x""","y\n' * 12_000)
    register = read_register(path)
    assert len(register.rejected) == 12_000
    assert register.problems["problem"].str.startswith("cannot be cut into cells").all()


def test_a_row_after_a_quotation_mark_that_never_closes_is_read(save):
    register = read_register(save(HEADER + b'"Kenya,2017-04-03\n' + b"Kenya,2017-04-03\n" * 11_000))
    assert (len(register.rows), register.rejected.index.tolist()) == (11_000, [2])


@pytest.mark.skipif(os.name != "posix", reason="sparse files of POSIX")
def test_a_line_without_end_is_refused_before_memory_is_full(tmp_path):
    path = tmp_path / "endless.csv"
    with path.open("wb") as file:
        file.truncate(50 * 2**30)
    try:
        assert "has 51,200 MB, and at most 512 MB are read into memory" in guarded(path)
    finally:
        path.unlink()


FAR = f'{TWO_ROWS}<row r="1048576">{cell("XFD1048576", "x")}</row>'
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
ENTITY = '<row r="3"><c r="A3" t="inlineStr"><is><t>&{};</t></is></c><c r="B3"><f>1</f></c></row>'
BOOKS = {
    "a cell in the last corner": (
        FAR,
        {},
        "its cells are spread over 1,048,576 rows and 16,384 columns",
    ),
    "a cell beyond all corners": (f'{TWO_ROWS}<row r="4294967295"/>', {}, None),
    "a row beyond all rows": (
        FAR.replace("1048576", "4294967295"),
        {},
        "its cells are spread over",
    ),
    "a cell whose place is too long": (
        FAR.replace("XFD", "ZZZZZZZZ"),
        {},
        "its cells are spread over",
    ),
    "cells without places": (
        f"{TWO_ROWS}<row>{'<c><v>1</v></c>' * 9000}</row>{'<row><c><v>1</v></c></row>' * 9000}",
        {},
        "its cells are spread over",
    ),
    "cells in single quotes": (FAR.replace('"', "'"), {}, "its cells are spread over"),
    "cells with a prefix": (
        FAR.replace("<c ", "<x:c ").replace("</c>", "</x:c>"),
        {},
        "can be read|its cells are spread over",
    ),
    "a billion laughs": (
        TWO_ROWS + ENTITY.format("a11"),
        {"before": f'<!DOCTYPE a [<!ENTITY a0 "ha">{LAUGHS}]>'},
        "amplif",
    ),
    "an entity from a file": (
        TWO_ROWS + ENTITY.format("x"),
        {"before": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'},
        "undefined ent|unrecognized ent",
    ),
    "a text that is not there": (
        f'{TWO_ROWS}<row r="3"><c r="A3" t="s"><v>99</v></c></row>',
        {},
        "can be read",
    ),
    "no sheet": (
        TWO_ROWS,
        {"book": f'<workbook xmlns="{MAIN}"><sheets/></workbook>'},
        "it has no sheet",
    ),
    "an encoding that there is not": (
        TWO_ROWS,
        {"book": '<?xml version="1.0" encoding="UTF-99"?><a/>'},
        "can be read",
    ),
    "a place that is none": (f'{TWO_ROWS}<row r="3">{cell("1A", "x")}</row>', {}, "can be read"),
}


@pytest.mark.parametrize("name", BOOKS)
def test_a_hostile_workbook_is_refused_in_bounded_time_and_memory(name, save):
    cells, parts, said = BOOKS[name]
    path = save(workbook(cells, **parts), "book.xlsx")
    found = guarded(path)
    if said is None:
        assert "1 row read, 1 passed" in found
    else:
        assert found.count("refused:") == 2
        assert any(found.count(part) == 2 for part in said.split("|")), found
    assert "root:" not in found


def test_what_a_sparse_workbook_of_use_holds_is_read(save):
    path = save(
        workbook(f'{TWO_ROWS}<row r="90000">{cell("A90000", "Togo")}{cell("Z90000", "x")}</row>'),
        "book.xlsx",
    )
    assert read_register(path).rejected.index.tolist() == [90_000]


@pytest.mark.slow
@pytest.mark.parametrize("lies", [False, True])
def test_a_workbook_that_unpacks_to_gigabytes_is_refused(lies, save):
    content = workbook([TWO_ROWS, *[" " * 2**20] * 1500])
    if lies:  # the directory of the archive says that the sheet is small
        size = next(
            part.file_size
            for part in zipfile.ZipFile(io.BytesIO(content)).infolist()
            if "sheet1" in part.filename
        )
        content = content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    found = guarded(save(content, "bomb.xlsx"))
    assert found.count("unpacks to more than 1,024 MB") == 2


def test_macros_links_and_other_parts_of_a_workbook_are_not_looked_at(save):
    more = [
        ("xl/vbaProject.bin", os.urandom(999)),
        ("xl/externalLinks/externalLink1.xml", "<a>"),
        ("../../up.txt", "x"),
    ]
    path = save(workbook(f"{TWO_ROWS}", more=more), "book.xlsx")
    assert read_register(path).rows["iso3"].tolist() == ["KEN"]
    assert sorted(found.name for found in path.parent.iterdir()) == ["book.xlsx"]
    with pytest.raises(DataError, match="the kind of file is not known"):
        read_register(save(path.read_bytes(), "book.xlsm"))


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), b"a,b\n1,2\n"],
)
@pytest.mark.parametrize("name", ["book.xlsx", "table.parquet"])
def test_what_only_says_that_it_is_a_workbook_or_parquet_is_refused(content, name, save):
    for read in (
        read_register,
        lambda path: cbcstats.load_counts(source=path),
    ):
        with pytest.raises(DataError, match="can be read"):
            read(save(content, name))


@pytest.mark.parametrize("name", ["register.xlsx", "register.parquet"])
def test_a_file_that_is_cut_off_anywhere_is_refused(name, save):
    good = targets_once()[name][0]
    for end in range(0, len(good) - 1, max(len(good) // 40, 1)):
        with pytest.raises(DataError, match="can be read"):
            read_register(save(good[:end], name))


def parquet(arrays, names=("member", "start_date"), **metadata):
    made = io.BytesIO()
    table = pa.table(arrays, list(names))
    pa.parquet.write_table(table.replace_schema_metadata(metadata or None), made)
    return made.getvalue()


def test_a_page_that_is_broken_is_found_where_it_is_read(save):
    data = parquet([["Kenya"] * 1000, [f"2017-04-{number % 30 + 1:02}" for number in range(1000)]])
    path = save(
        data[:60] + bytes(byte ^ 0xFF for byte in data[60:200]) + data[200:], "broken.parquet"
    )
    with pytest.raises(DataError, match="is not a Parquet file"):
        read_register(path)


def test_text_of_parquet_that_is_no_utf_8_is_said(save):
    texts = pa.array([b"Kenya", b"Ken\xff"], pa.binary()).view(pa.string())
    path = save(parquet([texts, ["2017-04-03"] * 2]), "bytes.parquet")
    with pytest.raises(DataError, match="UTF8"):
        read_register(path)


@pytest.mark.parametrize(
    "kind", ["nested", "structs", "decimals", "codes", "bytes", "nothing", "floats", "moments"]
)
def test_columns_of_any_kind_of_arrow_are_read_as_text_or_kept(kind, save):
    column = {
        "nested": pa.array([[["a"]], [], None]),
        "structs": pa.array([{"a": 1}, {"a": None}, None]),
        "decimals": pa.array(["1.50", "2.00", None]).cast(pa.decimal128(5, 2)),
        "codes": pa.array(["a", "b", None]).dictionary_encode(),
        "bytes": pa.array([b"\xff", b"", None]),
        "nothing": pa.nulls(3),
        "floats": pa.array([float("nan"), float("inf"), None]),
        "moments": pa.array([1, 2**62, None], pa.timestamp("ns", "UTC")),
    }[kind]
    days = ["2017-04-03"] * 3
    for names in (("member", "start_date", "other"), ("other", "start_date", "member")):
        path = save(parquet([["Kenya"] * 3, days, column], names), "kinds.parquet")
        if names[0] == "other":
            assert len(read_register(path).rejected) == 3
        else:
            assert len(read_register(path).rows) == 3
        check_register(path)


@pytest.mark.parametrize(
    "kind",
    [
        pa.timestamp("us"),
        pa.timestamp("us", "UTC"),
        pa.date32(),
        pa.duration("s"),
        pa.timestamp("us", "Nowhere/At all"),
    ],
    ids=str,
)
def test_days_that_are_in_no_calendar_are_said(kind, save):
    days = (
        pa.array([2**31 - 1, 1]).cast(pa.int32()) if kind == pa.date32() else pa.array([2**62, 1])
    )
    for names in (("member", "start_date"), ("start_date", "member")):
        path = save(parquet([["Kenya", "Togo"], days.view(kind)], names), "days.parquet")
        for read in (
            read_register,
            lambda path: cbcstats.load_counts(source=path),
        ):
            with pytest.raises(DataError, match="is not a Parquet file that can be read"):
                read(path)


def test_two_columns_of_one_name_in_parquet_are_told_apart(save):
    path = save(
        parquet([["Kenya"], ["2017-04-03"], ["x"], ["y"]], ["member", "start_date", "a", "a"]),
        "twice.parquet",
    )
    assert read_register(path).rows.columns[-2:].tolist() == ["a", "a (2)"]


@pytest.mark.parametrize(
    "said", ['{"index_columns": ["nowhere"], "columns": [{}]}', "{", b"\xff"], ids=ascii
)
def test_what_pandas_noted_in_parquet_is_not_believed(said, save):
    register = parquet([["Kenya"], ["2017-04-03"]], pandas=said)
    assert read_register(save(register, "said.parquet")).rows["iso3"].tolist() == ["KEN"]
    row = as_text(cbcstats.load_places().head(1))
    places = parquet([row[name].tolist() for name in row], list(row), pandas=said)
    assert cbcstats.load_places(source=save(places, "said.parquet")).equals(
        cbcstats.load_places().head(1)
    )


@pytest.mark.parametrize("source", [5, b"x.csv", ["x.csv"]])
def test_what_is_no_path_is_said(source):
    for read in (read_register, lambda source: cbcstats.load_counts(source=source)):
        with pytest.raises(ArgumentError, match="must be the path of a file, or a frame"):
            read(source)


def test_a_column_of_ones_own_whose_name_ends_like_ours_is_kept(save):
    members = cbcstats.load_members().head(3).assign(size_precision=["a", "", "year"])
    members["joined"] = text_column(members["joined"])
    loaded = cbcstats.load_members(source=save(members.to_csv(index=False).encode()))
    assert loaded["size_precision"].fillna("").tolist() == ["a", "", "year"]


def test_an_id_of_a_source_with_a_blank_is_a_problem(save):
    sources = cbcstats.load_sources().head(2)
    sources.loc[1, "source_id"] = "two words"
    with pytest.raises(
        DataError, match="is not in the form that this column takes; write an id without blanks"
    ):
        cbcstats.load_sources(source=save(sources.to_csv(index=False).encode()))


def test_frames_of_anything_are_read_or_refused():
    cells = [
        None,
        float("nan"),
        pd.NaT,
        pd.NA,
        [1],
        {"a": 1},
        b"\xff",
        np.array([1, 2]),
        1e308,
        -0.0,
        10**40,
        "\0",
        object,
    ]
    frame = pd.DataFrame(
        {"member": pd.Series(cells, dtype="object"), "start_date": "2017-04-03", 5: 1, (1, 2): "a"}
    )
    register = read_register(frame)
    assert len(register.rejected) == len(cells)
    assert register.rejected["reasons"].str.len().gt(0).all()
    for table in LOADERS:
        with pytest.raises(DataError):
            getattr(cbcstats, f"load_{table}")(source=frame)


@pytest.mark.skipif(os.name != "posix", reason="links and devices of POSIX")
def test_links_pipes_devices_and_folders_are_no_files(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    links = {
        "dangling": "nowhere",
        "loop": "loop.csv",
        "zero": "/dev/zero",
        "full": "/dev/full",
        "pipe_too": "pipe.csv",
    }
    for name, to in links.items():
        (tmp_path / f"{name}.csv").symlink_to(to)
    for path in [*tmp_path.iterdir(), "/dev/zero", "/dev/full", "\udcff.csv"]:
        for read in (read_register, lambda path: cbcstats.load_counts(source=path)):
            with pytest.raises(
                DataError, match=r"there is no such file|the kind of file is not known"
            ):
                read(path)
    for name, said in (
        ("x" * 300 + ".csv", "name too long"),
        ("~nobody-of-that-name/a.csv", "there is no such home folder"),
    ):
        for read in (read_register, lambda path: cbcstats.load_counts(source=path)):
            with pytest.raises(CbcstatsError, match=said):
                read(name)


@pytest.mark.skipif(os.name != "posix", reason="names that Windows does not take")
@pytest.mark.parametrize(
    "name",
    ["-rf.csv", "a\nb.csv", "\x1b[2J.csv", "[red]x[bold].csv", "\u202eevil.csv", "'; rm -rf .csv"],
)
def test_a_file_of_any_name_is_read(name, save):
    assert len(read_register(save(GOOD.encode(), name)).rows) == 6


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_link_is_replaced_and_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"before")
    for name, to in {
        "there.csv": victim,
        "dangling.csv": tmp_path / "new",
        "loop.csv": tmp_path / "loop.csv",
    }.items():
        (tmp_path / name).symlink_to(to)
        with pytest.raises(ArgumentError, match="already exists"):
            target(tmp_path / name, [".csv"], overwrite=False)
        write_whole(target(tmp_path / name, [".csv"], overwrite=True), b"after", overwrite=True)
        assert not (tmp_path / name).is_symlink()
    assert victim.read_bytes() == b"before"
    assert not (tmp_path / "new").exists()


def test_names_that_no_file_can_have_are_said(tmp_path):
    for name, said in (
        ("a\0.csv", "zero byte"),
        ("~nobody-of-that-name/a.csv", "no such home folder"),
    ):
        with pytest.raises(ArgumentError, match=said):
            target(name, [".csv"], overwrite=False)
    long = tmp_path / ("x" * 251 + ".csv")
    assert write_whole(target(long, [".csv"]), b"a", overwrite=False).read_bytes() == b"a"


def test_tables_with_names_that_climb_stay_in_their_folder(tmp_path):
    frame = pd.DataFrame({"value": [1]})
    names = ["../up", "/etc/passwd", "..", "a/../../b", "C:\\x", "con", "\0", "\x1b[2J", ""]
    inside = tmp_path / "in" / "package"
    cbcstats.save_datapackage(dict.fromkeys(names, frame), inside)
    cbcstats.save_table(dict.fromkeys(names, frame), tmp_path / "in" / "book.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == ["book.xlsx", "package"]
    assert all(path.is_file() for path in inside.iterdir())


@settings(max_examples=25, database=None)
@given(st.integers(0, 10**9))
def test_a_register_that_was_broken_at_random_loses_no_row(tmp_path_factory, seed):
    give("register.csv", seed, tmp_path_factory.getbasetemp()).unlink()


@settings(max_examples=25, database=None)
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_below_a_header_is_rows_that_are_read_or_rejected(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any_text.csv"
    path.write_text(f"member,start_date\n{text}", encoding="utf-8", newline="")
    check_register(path)


@pytest.mark.parametrize("name", ["register.xlsx", "register.parquet", "counts.csv", "counts.xlsx"])
def test_a_file_that_was_broken_at_random_is_read_or_refused(name, tmp_path):
    tried, wrong = campaign(name, range(15), tmp_path)
    assert (tried, wrong) == (15, [])


@pytest.mark.slow
@pytest.mark.parametrize("name", list(targets_once()))
def test_many_files_that_were_broken_at_random_are_read_or_refused(name, tmp_path):
    tried, wrong = campaign(name, range(100), tmp_path)
    assert (tried, wrong) == (100, [])


def test_the_same_seed_breaks_a_file_in_the_same_way(tmp_path):
    made = [give("register.xlsx", 7, tmp_path).read_bytes() for _ in range(2)]
    assert made[0] == made[1] != targets_once()["register.xlsx"][0]


def test_a_whole_file_is_what_the_broken_ones_are_made_of(save):
    for name, (good, _, _) in targets_once().items():
        if name.startswith("register"):
            register = read_register(save(good, name))
            assert (len(register.rows), len(register.problems)) == (6, 0)
        else:
            table, _, _ = name.partition(".")
            assert len(getattr(cbcstats, f"load_{table}")(source=save(good, name))) > 0
    assert issubclass(DataError, CbcstatsError)
    assert as_parquet(pd.DataFrame({"a": [1]})).startswith(b"PAR1")


@pytest.mark.parametrize(
    ("typed", "date_format", "problem"),
    [
        *(
            (typed, "%d/%m/%Y", "is not a date of the calendar")
            for typed in ("31/04/2017", "29/02/2017", "13/13/2017")
        ),
        *(
            (typed, None, "is not a date of the calendar")
            for typed in ("13/13/2017", "29/02/2017", "00/00/0000", "31.4.17")
        ),
        *(
            (typed, None, "is not a date of the calendar")
            for typed in ("2017/02/29", "31 April 2017", "April 31, 2017")
        ),
        ("2017/02/29", "%Y/%m/%d", "is not a date of the calendar"),
        ("31 April 2017", "%d %B %Y", "is not a date of the calendar"),
        (
            "04/25/2017",
            "%d/%m/%Y",
            "has day and month in the opposite order to the stated date_format",
        ),
        (
            "25/04/2017",
            "%m/%d/%Y",
            "has day and month in the opposite order to the stated date_format",
        ),
        ("03/04/17", "%d/%m/%Y", "does not fit the stated date_format %d/%m/%Y"),
        ("29/02/2016", None, "is a date in a format that is not stated"),
        ("04/31/2017", None, "is not a date of the calendar"),
        ("05/31/2017", None, "is a date in a format that is not stated"),
    ],
)
def test_a_day_that_does_not_exist_is_no_question_of_its_format(typed, date_format, problem, save):
    path = save(f'member,start_date\nKenya,"{typed}"\n'.encode())
    register = read_register(path, date_format=date_format)
    assert problems(register) == [problem]


@pytest.mark.parametrize(
    ("typed", "date_format"),
    [
        *(
            ("3 avril 2017", None),
            ("3 de abril de 2017", None),
            ("3 ao\N{LATIN SMALL LETTER U WITH CIRCUMFLEX}t 2017", None),
        ),
        *(("3 April 2017", "%d %B %Y"), ("3 Apr 2017", "%d %b %Y"), ("03-Apr-2017", "%d-%b-%Y")),
        ("April 3, 2017", "%B %d, %Y"),
    ],
)
def test_a_format_for_dates_in_words_is_offered_where_it_reads_them(typed, date_format, save):
    path = save(f'member,start_date\nKenya,"{typed}"\n'.encode())
    register = read_register(path)
    assert problems(register) == ["is a date in words"]
    offered = f', or state a date_format such as "{date_format}"' if date_format else ""
    assert register.problems["remedy"].tolist() == [
        f"write the year first, as in 2017-04-03{offered}"
    ]
    if date_format:
        assert read_register(path, date_format=date_format).rows["start_date"].tolist() == [
            pd.Timestamp("2017-04-03")
        ]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_lengths_of_time_in_parquet_are_kept(unit, save):
    lengths = pa.array([3, None, -5], pa.int64()).cast(pa.duration(unit))
    path = save(
        parquet([["Kenya"] * 3, ["2017-04-03"] * 3, lengths], ("member", "start_date", "length")),
        "x.parquet",
    )
    rows = read_register(path).rows
    assert rows["length"].isna().tolist() == [False, True, False]
    assert rows["length"].iloc[2] == pd.Timedelta(-5, unit)
    member = save(parquet([lengths, ["2017-04-03"] * 3]), "member.parquet")
    assert problems(read_register(member)) == [
        "is not a place that is known",
        "is empty",
        "is not a place that is known",
    ]
