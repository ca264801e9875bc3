"""A seeded campaign of broken input: how it is made, what reads it, and what must come of it.

`python -m tests.hostile --minutes 5` breaks valid files, words and commands at random, and prints
how many inputs each reader was given and which of them it did not take as it must. Those are kept.
"""

import argparse
import contextlib
import io
import random
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import xlsxwriter

import cbcstats
from cbcstats import CbcstatsError
from cbcstats.counts.changes_in_words import parse_change
from cbcstats.files.dates import parse_day
from tests.command_line import call

GOOD = "member,start_date,end_date,participants,programme,mission_id,remarks\n" + "".join(
    f"{name},2017-0{month}-03,2017-0{month}-07,{30 + month},Mercator,M-{month},none\n"
    for month, name in enumerate(
        ["Kenya", "Côte d'Ivoire", "Viet Nam", "NAM", "Perú", '"Gambia, The"'], start=1
    )
)
TABLES = ("counts", "beneficiaries", "members", "places", "sources")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
# What one input may take before the process is ended
MEMORY = 4 * 2**30
SECONDS = 60
BYTES = b"""1e400 NaN Infinity -0 0x10 1_000 0000-00-00 2024-02-30 9999-12-31 99999-01-01 1677-01-01
2017-04-03T10:00Z [red] [/] <script> &x; total .. / " "" , ; \0 \xff \xc3 \xed\xa0\x80 \xef\xbb\xbf
\xff\xfe \x1b[2J \xd9\xa2\xd9\xa0 \xef\xbc\x92"""
BYTES = [*BYTES.split(), b"\r", b"\n", b" " * 99, b"9" * 40, b"=cmd|' /C calc'!A0", b"<!DOCTYPE a>"]
FIGURES = ["more than 330", "+49%", "a 20% fall", "almost 1,000", "2018-03-02", "Côte d'Ivoire"]
ARGUMENTS = """check count chart claims implied template good.csv missing.csv bad.csv sub f.xlsx --by
--column member=Country member = --date-format %d/%m/%Y % --kind missions -o out.csv out.xlsx -p -
out.parquet out.png --problems --sheet --overwrite --strict --previous 492 +49% -49% --format json csv
--scope delivered --width 1e308 nan -1 0 --year-start 13 --repeated-rows reject -- --help [red] [/]
\N{ARABIC-INDIC DIGIT THREE} NaN ../up.txt a\udcff.csv \x1b[2J \u202e"""
ARGUMENTS = [*ARGUMENTS.split(), "", "\n", "a 20% fall", "more than 330", "\xe9" * 300, "9" * 5000]


def cell(place, text):
    """Return the XML of a cell of text."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


TWO_ROWS = (
    f'<row r="1">{cell("A1", "member")}{cell("B1", "start_date")}</row>'
    f'<row r="2">{cell("A2", "Kenya")}{cell("B2", "2017-04-03")}</row>'
)


def workbook(cells, *, before="", book="", more=()):
    """Return an Excel workbook of one sheet with this XML between its tags, as small as it can be."""
    related = f'<Relationships xmlns="{PACKAGE}/relationships">%s</Relationships>'
    relation = f'<Relationship Id="rId%s" Type="{RELATED}/%s" Target="%s"/>'
    sheet = relation % (1, "worksheet", "worksheets/sheet1.xml")
    strings = relation % (2, "sharedStrings", "sharedStrings.xml")
    names = '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": related % relation % (1, "officeDocument", "xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": related % (sheet + strings),
        "xl/workbook.xml": book
        or f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}">{names}</workbook>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"/>',
        **dict(more),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            file.write(f'{before}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for piece in [cells] if isinstance(cells, str) else cells:
                file.write(piece.encode())
            file.write(b"</sheetData></worksheet>")
    return made.getvalue()


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
    """Return bytes with some of them flipped, deleted, inserted, replaced, repeated or cut off."""
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
            data[at:at] = chance.choice(BYTES)
        elif kind == 3:
            data[at:to] = chance.choice(BYTES)
        elif kind == 4:
            start = chance.randrange(len(data) + 1)
            data[at:at] = data[start : start + chance.choice([1, 10, 100])]
        elif chance.random() < 0.2:
            del data[at:]
    return bytes(data)


def broken_workbook(data, chance):
    """Return a workbook with one of its parts broken, or, now and then, the whole archive."""
    if chance.random() < 0.2:
        return broken(data, chance)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as copy:
        names = archive.namelist()
        of_cells = [name for name in names if "sheet" in name or "Strings" in name]
        chosen = chance.choice([*of_cells, chance.choice(names)])
        for name in names:
            content = archive.read(name)
            undated = zipfile.ZipInfo(name)  # the same bytes for the same seed, whatever the time
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


def check_table(path):
    """Load the table that the file is named after: it is right, or refused in words."""
    try:
        getattr(cbcstats, f"load_{path.stem}")(source=path)
    except CbcstatsError as error:
        assert str(error).strip()  # noqa: PT017


def check_words(text):
    """Read a text by every parser of words."""
    for read in (
        cbcstats.parse_qualified,
        parse_change,
        lambda text: cbcstats.implied_previous(492, "+49%", previous=text),
        lambda text: cbcstats.is_member(pd.Series(["KEN"]), on=text),
        lambda text: cbcstats.to_iso3(pd.Series([text], dtype="object")),
        lambda text: cbcstats.bounds(492, text),
    ):
        with contextlib.suppress(CbcstatsError):
            read(text)
    for partial in (False, True):
        with contextlib.suppress(ValueError):
            parse_day(text, partial=partial)


def check_command(arguments):
    """Run a command: it ends in an exit code, writes in its folder only, and prints no control character."""
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer, "folder")
        (folder / "sub").mkdir(parents=True)
        (folder / "good.csv").write_text(GOOD, encoding="utf-8")
        (folder / "bad.csv").write_bytes(b"member,start_date\n\x1b[2J[red],2017-04-03\n\xff,[/]\n")
        code, printed = call(*arguments, folder=folder)
        assert code in range(3), (code, printed)
        assert "\x1b[2J" not in printed
        assert [path.name for path in Path(outer).iterdir()] == ["folder"]


def good_files():
    """Return valid files by name, of a register and of each table: their bytes, what breaks and what checks them."""
    register = pd.read_csv(io.StringIO(GOOD), dtype="str", keep_default_na=False)
    days = pd.to_datetime(register["start_date"])
    typed = register.assign(start_date=days, participants=range(len(register)))
    files = {
        "register.csv": (GOOD.encode(), broken, check_register),
        "register.xlsx": (as_workbook(register), broken_workbook, check_register),
        "register.parquet": (as_parquet(typed), broken, check_register),
    }
    data = Path(cbcstats.example_register()).parent
    for table in TABLES:
        frame = pd.read_csv(data / f"{table}.csv", dtype="str", keep_default_na=False).head(12)
        files[f"{table}.csv"] = (frame.to_csv(index=False).encode(), broken, check_table)
        files[f"{table}.xlsx"] = (as_workbook(frame), broken_workbook, check_table)
        files[f"{table}.parquet"] = (as_parquet(frame), broken, check_table)
    return files


def give(target, seed, files, folder):
    """Make the input of a seed, keep it in a folder, and give it to its reader."""
    chance = random.Random(f"{target} {seed}")  # noqa: S311
    kept = Path(folder, target)
    if target == "words":
        text = broken(chance.choice(FIGURES).encode(), chance).decode("utf-8", "surrogateescape")
        kept.write_bytes(text.encode("utf-8", "surrogateescape"))
        check_words(text)
    elif target == "commands":
        arguments = [chance.choice(ARGUMENTS) for _ in range(chance.randrange(1, 8))]
        kept.write_text(ascii(arguments), encoding="utf-8")
        check_command(arguments)
    else:
        good, make, check = files[target]
        kept.write_bytes(make(good, chance))
        check(kept)


def main():
    """Break inputs of all kinds, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=main.__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="for all targets together")
    parser.add_argument("--inputs", type=int, default=10**9, help="at most, for each target")
    parser.add_argument("--target", help="one alone, such as register.xlsx, words or commands")
    parser.add_argument("--seed", type=int, default=0, help="the first; each makes one input")
    options = parser.parse_args()
    with contextlib.suppress(ImportError):  # Windows has none of it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    files, folder = good_files(), Path(tempfile.mkdtemp(prefix="hostile_"))
    targets = [options.target] if options.target else ["words", "commands", *files]
    tried = failed = 0
    for target in targets:
        end = time.monotonic() + 60 * options.minutes / len(targets)
        for seed in range(options.seed, options.seed + options.inputs):
            if time.monotonic() > end:
                break
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_PROF, SECONDS)
            tried += 1
            try:
                give(target, seed, files, folder)
            except Exception as error:  # whatever it is, it is looked for
                failed += 1
                shutil.copy(folder / target, folder / f"{seed} {target}")
                print(f"{target}, seed {seed}: {type(error).__name__}: {str(error)[:200]}")  # noqa: T201
        print(f"{target}: done", flush=True)  # noqa: T201
    print(f"{tried:,} inputs, {failed:,} not taken as they must be")  # noqa: T201
    if failed:
        print(f"kept in {folder}")  # noqa: T201
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
