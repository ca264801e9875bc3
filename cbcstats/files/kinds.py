"""Tell the kind of a file from what it holds, since its name may be wrong."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

from cbcstats.errors import WARNING, DataError, Problem
from cbcstats.files.workbooks import BROKEN, PROTECTED

if TYPE_CHECKING:
    from pathlib import Path

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


def check_name(source: Any, path: Path) -> None:
    """Refuse an address on the web, and files that only another program can read."""
    if _ADDRESS.match(str(source)):
        raise DataError(
            f"{source}: is an address on the web; "
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
