"""Hostile and broken input: how it is made, what it is given to, and what must come of it.

`python -m tests.hostile --minutes 5` breaks valid files and words at random for so long, and prints how many inputs
each reader was given, and which of them it did not take as it must. An input that is not taken is kept.
"""

import argparse
import contextlib
import io
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path
from unittest import mock

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import xlsxwriter

import cbcstats
from cbcstats import CbcstatsError
from cbcstats.counts.percentages import parse_change
from cbcstats.files.dates import parse_day

GOOD = "member,start_date,end_date,participants,programme,mission_id,remarks\n" + "".join(
    f"{name},2017-0{month}-03,2017-0{month}-07,{30 + month},Mercator,M-{month},none\n"
    for month, name in enumerate(
        ["Kenya", "Côte d'Ivoire", "Viet Nam", "NA", "Perú", '"Gambia, The"'], start=1
    )
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MEMORY = 4 * 2**30  # bytes that a child may take
PATIENCE = 60  # seconds of the processor for one input
_SIGNS = [
    *(
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b'"',
        b'""',
        b"\r",
        b"\n",
        b",",
        b";",
    ),
    *(
        b"\x1b[2J",
        b"=cmd|' /C calc'!A0",
        b"1e400",
        b"NaN",
        b"Infinity",
        b"-0",
        b"0x10",
        b"1_000",
        b"9" * 40,
    ),
    *(
        "٢٠١٧".encode(),
        "\uff12\uff10".encode(),
        b"0000-00-00",
        b"2024-02-30",
        b"9999-12-31",
        b"99999-01-01",
        b"1677-01-01",
    ),
    *(
        b"2017-04-03T10:00Z",
        b"[red]",
        b"[/]",
        b"<script>",
        b"&x;",
        b"<!DOCTYPE a>",
        b"total",
        b"..",
        b"/",
        b" " * 99,
    ),
]


def workbook(cells, *, before="", strings="", book="", more=()):
    """Return an Excel workbook of one sheet with this XML between its tags, as small as it can be."""
    made = io.BytesIO()
    relation = f'<Relationship Id="rId%s" Type="{RELATED}/%s" Target="%s"/>'
    related = f'<Relationships xmlns="{PACKAGE}/relationships">%s</Relationships>'
    linked = relation % (1, "worksheet", "worksheets/sheet1.xml") + relation % (
        2,
        "sharedStrings",
        "sharedStrings.xml",
    )
    sheets = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        archive.writestr(
            "_rels/.rels", related % relation % (1, "officeDocument", "xl/workbook.xml")
        )
        archive.writestr("xl/_rels/workbook.xml.rels", related % linked)
        archive.writestr("xl/workbook.xml", book or f"{sheets}</workbook>")
        archive.writestr("xl/sharedStrings.xml", strings or f'<sst xmlns="{MAIN}"/>')
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{before}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for piece in [cells] if isinstance(cells, str) else cells:
                sheet.write(piece.encode())
            sheet.write(b"</sheetData></worksheet>")
        for name, content in more:
            archive.writestr(name, content)
    return made.getvalue()


def cell(place, text):
    """Return the XML of a cell of text."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


TWO_ROWS = (
    f'<row r="1">{cell("A1", "member")}{cell("B1", "start_date")}</row>'
    f'<row r="2">{cell("A2", "Kenya")}{cell("B2", "2017-04-03")}</row>'
)


def as_workbook(frame):
    """Return a frame of text as an Excel workbook."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([frame.columns, *frame.fillna("").to_numpy()]):
            sheet.write_row(row, 0, list(map(str, cells)))
    return made.getvalue()


def as_parquet(frame):
    """Return a frame as Parquet."""
    made = io.BytesIO()
    pa.parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), made)
    return made.getvalue()


def broken(data, chance):
    """Return bytes with some of them flipped, deleted, inserted, put elsewhere or cut off."""
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 5, 20])):
        at = chance.randrange(len(data) + 1)
        to = min(at + chance.choice([1, 1, 2, 4, 16, 200]), len(data))
        kind = chance.randrange(6)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at:to]
        elif kind == 2:
            data[at:at] = chance.choice(_SIGNS)
        elif kind == 3:
            data[at:to] = chance.choice(_SIGNS)
        elif kind == 4:
            start = chance.randrange(len(data) + 1)
            data[at:at] = data[start : start + chance.choice([1, 10, 100])]
        elif chance.random() < 0.2:
            del data[at:]
    return bytes(data)


def broken_workbook(data, chance):
    """Return a workbook with one of its parts broken and the archive whole, or, now and then, the archive broken."""
    if chance.random() < 0.2:
        return broken(data, chance)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as copy:
        names = archive.namelist()
        sheets = [
            name for name in names if "sheet" in name or "Strings" in name or "workbook" in name
        ]
        chosen = chance.choice([*sheets, chance.choice(names)])
        for name in names:
            content = archive.read(name)
            undated = zipfile.ZipInfo(name)  # the same input for the same seed, whatever the time
            copy.writestr(undated, broken(content, chance) if name == chosen else content)
    return made.getvalue()


def check_register(path):
    """Read a register: no row is lost, and every rejected one has a reason."""
    with contextlib.suppress(CbcstatsError):
        register = cbcstats.read_register(path)
        assert register.summary["rows read"] == len(register.rows) + len(register.rejected)
        assert not set(register.rows.index) & set(register.rejected.index)
        assert register.rejected["reasons"].str.len().gt(0).all()
        assert register.problems["remedy"].str.len().gt(0).all()
        assert set(register.rejected.index) <= set(register.problems["row"])


def check_table(table):
    """Return a function that loads a table from a file: it is right, or it is refused with problems in words."""

    def check(path):
        try:
            getattr(cbcstats, f"load_{table}")(source=path)
        except CbcstatsError as error:
            said = str(error)
        else:
            return
        assert said.strip()

    return check


def check_words(text):
    """Read a text by every parser of words."""
    readers = [
        *(
            cbcstats.parse_qualified,
            parse_change,
            lambda said: cbcstats.implied_previous(492, "+49%", previous=said),
        ),
        lambda said: cbcstats.is_member(pd.Series(["KEN"]), on=said),
        lambda said: cbcstats.to_iso3(pd.Series([said], dtype="object")),
        lambda said: cbcstats.bounds(492, said),
    ]
    for read in readers:
        with contextlib.suppress(CbcstatsError):
            read(text)
    for partial in (False, True):
        with contextlib.suppress(ValueError):
            parse_day(text, partial=partial)


def run(arguments, folder):
    """Run the command line in a folder, in this process; return its exit code, and what it printed."""
    from cbcstats.cli import main

    printed = io.StringIO()
    before = Path.cwd()
    os.chdir(folder)
    try:
        with (
            mock.patch.object(sys, "argv", ["cbcstats", *arguments]),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            main()
    except SystemExit as end:
        return end.code or 0, printed.getvalue()
    finally:
        os.chdir(before)
    return 0, printed.getvalue()


ARGUMENTS = [
    *(
        "check",
        "count",
        "chart",
        "claims",
        "implied",
        "template",
        "good.csv",
        "missing.csv",
        "bad.csv",
        "sub",
        "f.xlsx",
    ),
    *(
        "--by",
        "--column",
        "member=Country",
        "member",
        "=",
        "--date-format",
        "%d/%m/%Y",
        "%",
        "--kind",
        "missions",
        "-o",
    ),
    *(
        "out.csv",
        "out.xlsx",
        "out.parquet",
        "out.png",
        "--problems",
        "--sheet",
        "--overwrite",
        "--strict",
        "--previous",
    ),
    *(
        "-p",
        "492",
        "+49%",
        "-49%",
        "a 20% fall",
        "more than 330",
        "--format",
        "json",
        "csv",
        "--scope",
        "delivered",
    ),
    *(
        "--width",
        "1e308",
        "nan",
        "-1",
        "0",
        "--year-start",
        "13",
        "--repeated-rows",
        "reject",
        "--",
        "-",
        "",
        "--help",
    ),
    *(
        "[red]",
        "[/]",
        "\x1b[2J",
        "\n",
        "\u202e",
        "é" * 300,
        "9" * 5000,
        "٣",
        "NaN",
        "1e400",
        "../up.txt",
        "a\udcff.csv",
    ),
]


def check_command(arguments, folder):
    """Run a command in a folder: it ends in an exit code, writes nothing beside the folder, nothing raw on a screen."""
    folder = Path(folder)
    (folder / "sub").mkdir(exist_ok=True)
    (folder / "good.csv").write_text(GOOD, encoding="utf-8")
    (folder / "bad.csv").write_bytes(b"member,start_date\n\x1b[2J[red],2017-04-03\n\xff,[/]\n")
    beside = set(folder.parent.iterdir())
    code, printed = run(arguments, folder)
    assert code in range(3), (code, printed)
    assert "Traceback" not in printed
    assert "\x1b[2J" not in printed
    assert set(folder.parent.iterdir()) == beside


def targets():
    """Return what is given hostile input: how an input is made by chance, its ending, and what it is given to."""
    data = Path(cbcstats.example_register()).parent
    found = {}
    register = pd.read_csv(io.StringIO(GOOD), dtype="str", keep_default_na=False)
    typed = register.assign(
        start_date=pd.to_datetime(register["start_date"]), participants=range(len(register))
    )
    found["register.csv"] = (GOOD.encode(), broken, check_register)
    found["register.xlsx"] = (as_workbook(register), broken_workbook, check_register)
    found["register.parquet"] = (as_parquet(typed), broken, check_register)
    for table in ("counts", "beneficiaries", "members", "places", "sources"):
        frame = pd.read_csv(data / f"{table}.csv", dtype="str", keep_default_na=False).head(12)
        found[f"{table}.csv"] = (frame.to_csv(index=False).encode(), broken, check_table(table))
        found[f"{table}.xlsx"] = (as_workbook(frame), broken_workbook, check_table(table))
        found[f"{table}.parquet"] = (as_parquet(frame), broken, check_table(table))
    return found


def words(chance):
    """Return a text that is nearly a figure, a change, a day or a place."""
    said = [
        "more than 330",
        "+49%",
        "a 20% fall",
        "almost 1,000",
        "2018-03-02",
        "Côte d'Ivoire",
        "3.5 million",
        "half",
    ]
    return broken(chance.choice(said).encode(), chance).decode(
        "utf-8", chance.choice(["replace", "surrogateescape"])
    )


def give(target, seed, folder):
    """Make the input of a seed, and give it to a target; return where it is kept."""
    chance = random.Random(f"{target} {seed}")  # noqa: S311
    kept = Path(folder) / f"{seed}_{target.replace(' ', '_')}"
    if target == "words":
        text = words(chance)
        kept.write_bytes(text.encode("utf-8", "surrogatepass"))
        check_words(text)
    elif target == "command line":
        arguments = [chance.choice(ARGUMENTS) for _ in range(chance.randrange(1, 8))]
        kept.write_bytes(ascii(arguments).encode())
        with tempfile.TemporaryDirectory(dir=folder) as beneath:
            inner = Path(beneath) / "inner"
            inner.mkdir()
            check_command(arguments, inner)
    else:
        good, make, check = targets_once()[target]
        kept.write_bytes(make(good, chance))
        check(kept)
    return kept


_MADE = {}


def targets_once():
    """Return the targets, made once."""
    if not _MADE:
        _MADE.update(targets())
    return _MADE


def _child(target, seeds, folder, done, failed):
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for seed in seeds:
        done.value = seed
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, PATIENCE)  # ends the process by SIGPROF
        try:
            give(target, seed, folder).unlink()
        except BaseException as error:  # whatever it is, it is what is looked for
            failed.put((seed, f"{type(error).__name__}: {str(error)[:200]}"))


def campaign(target, seeds, folder, *, seconds=None):
    """Give inputs to a target in a child that may die; return how many were tried, and what went wrong with which."""
    context = multiprocessing.get_context("spawn")
    wrong, tried, start = [], 0, seeds.start
    until = time.monotonic() + (seconds or 10**9)
    while start < seeds.stop and time.monotonic() < until:
        done, failed = context.Value("q", start), context.Queue()
        child = context.Process(
            target=_child, args=(target, range(start, seeds.stop), folder, done, failed)
        )
        child.start()
        while child.is_alive() and time.monotonic() < until:
            child.join(0.2)
            while not failed.empty():
                wrong.append(failed.get())
        stopped = child.is_alive()
        child.kill()
        child.join()
        while not failed.empty():
            wrong.append(failed.get())
        if not stopped and child.exitcode:
            wrong.append((done.value, f"ended the process with {child.exitcode}"))
        tried += done.value - start + 1
        start = done.value + 1
    return tried, wrong


def main():
    """Break inputs of all kinds for some minutes, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=main.__doc__)
    parser.add_argument(
        "--minutes", type=float, default=5, help="how long, for all targets together"
    )
    parser.add_argument("--target", help="one of the targets, such as register.xlsx")
    parser.add_argument(
        "--seed", type=int, default=0, help="where to begin; the same seed makes the same inputs"
    )
    given = parser.parse_args()
    names = [given.target] if given.target else ["words", "command line", *targets()]
    folder = tempfile.mkdtemp(prefix="hostile_")
    counts, all_wrong = Counter(), []
    for name in names:
        seeds = range(given.seed, given.seed + 10**9)
        counts[name], wrong = campaign(name, seeds, folder, seconds=60 * given.minutes / len(names))
        print(  # noqa: T201
            f"{name:24} {counts[name]:>9,} inputs, {len(wrong):,} not taken as they must be",
            flush=True,
        )
        for seed, said in wrong[:20]:
            print(f"    seed {seed}: {said}", flush=True)  # noqa: T201
        all_wrong += wrong
    print(  # noqa: T201
        f"{'all':24} {sum(counts.values()):>9,} inputs, {len(all_wrong):,} not taken as they must be"
    )
    if all_wrong:
        print(f"kept in {folder}")  # noqa: T201
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
