"""Find the files of a table, and tell the kind of each from what it holds.

A table is one file, or several: a folder, a pattern, or a list of files. The name of a
file may be wrong, so its first bytes decide how it is read.
"""

from __future__ import annotations

import glob
import lzma
import os
import re
import struct
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from cbcstats.errors import WARNING, DataError, Problem

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
PROTECTED: Final = (
    "is protected by a password; open it, and save it without one "
    "(in Excel: File > Info > Protect Workbook > Encrypt with Password)"
)
# Errors that Python raises for a broken archive or broken XML.
BROKEN: Final = (
    ValueError,
    LookupError,
    EOFError,
    OverflowError,
    RuntimeError,
    NotImplementedError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    expat.ExpatError,
    ElementTree.ParseError,
)
SUFFIXES: Final = (".csv", ".tsv", ".txt", *WORKBOOKS, ".parquet")
# Megabytes of a file that is read into memory.
LARGEST: Final = 512
_KINDS: Final = ", ".join(SUFFIXES)
# How many rows are searched for the delimiter and the header.
FIRST_ROWS: Final = 20
_TEXTS: Final = (".csv", ".tsv", ".txt")
# What a file of each kind is called.
_CALLED: Final = {
    ".csv": "text, such as CSV",
    ".parquet": "Parquet",
    ".xlsx": "an Excel workbook",
    ".xlsb": "a binary Excel workbook",
    ".xls": "a workbook of Excel 97 to 2003",
    ".ods": "an OpenDocument spreadsheet",
}
_ZIP: Final = b"PK\x03\x04"
_PARQUET: Final = b"PAR1"
# Files of Office 97 to 2003, and those of later ones with a password.
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
# Bytes that are in no text, and a delimiter in the first line of a table.
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_DELIMITER: Final = re.compile(rb"\A[^\r\n]*[\t,;|]")
_WEB_PAGE: Final = re.compile(rb"<(!doctype html|html|head|body|table|meta)\b")
_XML_SPREADSHEET: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
_ADDRESS: Final = re.compile(r"(https?|ftps?|s3|gs|abfss?):/", re.IGNORECASE)
_START: Final = 4096  # bytes that show the kind of a file
_MOST_OF_A_PART: Final = 2**20  # bytes of a part of an archive

_SAVE_AS: Final = "open it in a spreadsheet program, and save it as .xlsx"
_EMPTY: Final = (
    "is empty and holds no table that can be read; save or download it again"
)
_WORD: Final = "is a Word document; copy its table into a sheet, and save it as .xlsx"
_ARCHIVE: Final = "is a zip archive; unpack it, and name the file that was in it"
_NUMBERS: Final = (
    "is a document of Apple Numbers; export it as Excel (File > Export To > Excel)"
)
_GOOGLE: Final = (
    "is only a link to a sheet of Google; "
    "open it there, and export it as Excel (File > Download > .xlsx)"
)
_BY_NAME: Final = {".numbers": _NUMBERS, ".gsheet": _GOOGLE}
# Files that programs write beside others: hidden ones, _SUCCESS of Spark, locks of Excel.
_NOT_DATA: Final = (".", "_", "~$")


def existing_file(source: str | os.PathLike[str]) -> Path:
    """Check that a file exists, is of a known kind, and fits into memory."""
    try:
        path = Path(source).expanduser()
        exists = path.is_file()
        is_other = path.exists() and not exists and not path.is_dir()
    # An unknown home folder, a name that is too long, or a zero byte in it.
    except (RuntimeError, OSError, ValueError) as error:
        message = f"{source}: cannot be found ({error}); check the name and the folder"
        raise DataError(message) from error
    # Reading a pipe or a device may never end.
    if is_other:
        raise DataError(
            f"{path}: is a pipe or a device, not a file; "
            "save what it holds as a file, and give that"
        )
    check_name(source, path)
    if path.suffix.lower() not in SUFFIXES:
        kinds = ", ".join(SUFFIXES)
        raise DataError(
            f"{path}: the kind of file is not known; give one that ends in {kinds}"
        )
    if not exists:
        raise DataError(f"{path}: there is no such file; check the name and the folder")
    size = path.stat().st_size / 2**20
    if size > LARGEST:
        raise DataError(
            f"{path}: has {size:,.0f} MB, "
            f"and at most {LARGEST} MB are read into memory; split it, "
            "or count it with DuckDB or Polars"
        )
    return path


def unique_names(header: Iterable[str]) -> list[str]:
    """Make column names unique: a second `a` becomes `a (2)`, an empty one `column 3`.

    Examples
    --------
    >>> unique_names(["a", "a", " ", "b"])
    ['a', 'a (2)', 'column 3', 'b']
    """
    names: dict[str, None] = {}
    numbers: Counter[str] = Counter()
    for place, cell in enumerate(header, start=1):
        name = cell.strip() or f"column {place}"
        unique = name
        # A column of the file may already be called `a (2)`.
        while unique in names:
            numbers[name] += 1
            unique = f"{name} ({numbers[name] + 1})"
        names[unique] = None
    return list(names)


def free_name(name: str, taken: Container[str]) -> str:
    """Return the name, with `(as typed)` added if it is already taken."""
    free = name
    number = 0
    while free in taken:
        number += 1
        free = f"{name} (as typed)"
        if number > 1:
            free = f"{name} (as typed {number})"
    return free


def check_name(source: Any, path: Path) -> None:
    """Refuse an address on the web, and files that only another program can read."""
    if _ADDRESS.match(str(source)):
        # A path has lost one of the slashes.
        address = re.sub(":/+", "://", str(source), count=1)
        raise DataError(
            f"{address}: is an address on the web; "
            "download it first, and give the name of the file"
        )
    sentence = _BY_NAME.get(path.suffix.lower())
    if sentence:
        raise DataError(f"{path}: {sentence}")


def kind_of(path: Path) -> str:
    """Return the ending that a file should have, or its own if that cannot be told.

    Raises
    ------
    DataError
        If it is empty, protected by a password, or of a kind that is not read.
    """
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        start = file.read(_START)
    if not start:
        raise DataError(f"{path}: {_EMPTY}")
    if start.startswith(_ZIP):
        return _kind_of_archive(path)
    if start.startswith(_OLE):
        return _kind_of_old_office(path)
    if start.startswith(_PARQUET):
        return ".parquet"
    _refuse_markup(start, path)
    is_table = _is_text(start) and _DELIMITER.search(start) is not None
    return ".csv" if is_table and suffix not in _TEXTS else suffix


def wrong_name(path: Path, kind: str, header_row: int) -> Problem:
    """Remark that a file was read, although its name says that it is another."""
    return Problem(
        header_row,
        "",
        path.name,
        f"is named {path.suffix}, but was read as {_CALLED[kind]}",
        f"rename the file, so that it ends in {kind}",
        WARNING,
    )


def _kind_of_archive(path: Path) -> str:
    """Tell workbooks, which are archives of parts, by the names of the parts."""
    suffix = path.suffix.lower()
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {name.lower() for name in archive.namelist()}
            media_type = _beginning(archive, "mimetype")
            manifest = _beginning(archive, "META-INF/manifest.xml")
    except BROKEN:
        return suffix
    if b"encryption-data" in manifest:
        raise DataError(f"{path}: {PROTECTED}")
    if "xl/workbook.xml" in parts:
        return ".xlsm" if suffix == ".xlsm" else ".xlsx"
    if "xl/workbook.bin" in parts:
        return ".xlsb"
    if b"opendocument.spreadsheet" in media_type:
        return ".ods"
    if any(part.endswith(".iwa") for part in parts):
        raise DataError(f"{path}: {_NUMBERS}")
    if "word/document.xml" in parts:
        raise DataError(f"{path}: {_WORD}")
    if suffix in _TEXTS:
        raise DataError(f"{path}: {_ARCHIVE}")
    return suffix


def _beginning(archive: zipfile.ZipFile, part: str) -> bytes:
    if part not in archive.namelist():
        return b""
    with archive.open(part) as file:
        return file.read(_MOST_OF_A_PART)


def _kind_of_old_office(path: Path) -> str:
    """Tell files of Office 97 to 2003 by the names of the streams in them."""
    content = path.read_bytes()
    if _stream("EncryptedPackage") in content:
        raise DataError(f"{path}: {PROTECTED}")
    if _stream("WordDocument") in content:
        raise DataError(f"{path}: {_WORD}")
    is_workbook = _stream("Workbook") in content or _stream("Book") in content
    return ".xls" if is_workbook else path.suffix.lower()


def _is_text(start: bytes) -> bool:
    return start.startswith(_UTF_16) or _BINARY.search(start) is None


def _stream(name: str) -> bytes:
    return f"{name}\0".encode("utf-16-le")


def _refuse_markup(start: bytes, path: Path) -> None:
    # Text of UTF-16 has a zero byte in each character of markup.
    text = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    named = f"that a program named {path.suffix}; {_SAVE_AS}"
    if text.startswith(b"mime-version:"):
        raise DataError(f"{path}: is a web page {named}")
    if not text.startswith(b"<"):
        return
    if _XML_SPREADSHEET in text and b"<html" not in text:
        raise DataError(f"{path}: is an XML spreadsheet {named}")
    if _WEB_PAGE.search(text):
        raise DataError(f"{path}: is a web page {named}")


class Listing(NamedTuple):
    """The files of one table.

    `name` is what they have in common; `files` maps a short name of each to its path;
    `left_out` names the other files and folders beside them.
    """

    name: str
    files: dict[str, Path]
    left_out: list[str]


def is_several(source: Any) -> bool:
    """Tell whether a source may be several files: a list, a folder, or a pattern."""
    if not isinstance(source, Path):
        return isinstance(source, list)
    try:
        return source.is_dir() or _is_pattern(source)
    # What is in a closed folder is explained when it is read.
    except OSError:
        return False


def list_files(source: Path | list[Path]) -> Listing:
    """Find the files of a table, each once, in the order of their names.

    Raises
    ------
    DataError
        If there are none, or a folder cannot be opened.
    """
    sources = source if isinstance(source, list) else [source]
    paths: dict[Path, Path] = {}
    left_out = []
    for each in sources:
        if not is_several(each):
            paths[each.resolve()] = each
            continue
        found = _beside(each)
        data = [path for path in found if _is_data(path)]
        if not data:
            raise DataError(
                f"{each}: holds no file that can be read; "
                f"give files that end in {_KINDS}"
            )
        paths |= {path.resolve(): path for path in data}
        left_out += [path.name for path in found if _is_other(path, data)]
    files = list(paths.values())
    return Listing(_common_name(sources, files), _named(files), left_out)


def _is_pattern(path: Path) -> bool:
    # A file may be called "missions [2023].csv".
    return glob.has_magic(str(path)) and not path.exists()


def _beside(source: Path) -> list[Path]:
    """Return all that a folder holds, or that matches a pattern, sorted by name."""
    if source.is_dir():
        return _in_folder(source)
    # Path.glob takes no pattern of an absolute path.
    matches = sorted(map(Path, glob.glob(str(source))))  # noqa: PTH207
    if not matches:
        raise DataError(
            f"{source}: there is no such file; check the pattern and the folder"
        )
    return matches


def _in_folder(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be read ({error.strerror}); check that it may be opened"
        ) from error


def _is_data(path: Path) -> bool:
    is_known = path.suffix.lower() in SUFFIXES
    return is_known and not path.name.startswith(_NOT_DATA) and path.is_file()


def _is_other(path: Path, data: list[Path]) -> bool:
    """Tell whether a file should be named: not where it only describes the others."""
    if path in data:
        return False
    is_known = path.suffix.lower() in SUFFIXES
    return is_known or not path.name.startswith((".", "_"))


def _common_name(sources: list[Path], files: list[Path]) -> str:
    """Return the name of the folder, or the beginning that all names share.

    Examples
    --------
    >>> months = [Path("missions_2023_01.csv"), Path("missions_2023_02.csv")]
    >>> _common_name(months, months)
    'missions_2023'
    """
    folder = files[0].parent
    if len(sources) > 1 or not sources[0].is_dir():
        stems = [path.stem for path in files]
        # The letters that all have in common, not the folders.
        shared = os.path.commonprefix(stems)  # noqa: RUF071
        # Of 01 and 02, the 0 is not a name; of one file, all of it is.
        if any(path.stem != shared for path in files):
            shared = re.sub(r"\d*$", "", shared).rstrip(" _-.(")
        if shared:
            return readable_name(shared)
    return readable_name(folder.resolve().name)


def _named(files: list[Path]) -> dict[str, Path]:
    """Give each file its name, with its folder if several have that name."""
    names = [path.name for path in files]
    if len(set(names)) < len(names):
        names = [path.as_posix() for path in files]
    return dict(zip(unique_names(map(readable_name, names)), files, strict=True))


def readable_name(name: str) -> str:
    """Replace what is not UTF-8 in the name of a file, which no table can hold."""
    return os.fsencode(name).decode("utf-8", "replace")
