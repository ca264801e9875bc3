"""The encoding of text files: which one it is, and what was read wrongly.

A file in UTF-8 or UTF-16 shows that it is; any other is read as Windows-1252 unless its
encoding is given.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Final, NamedTuple

from cbcstats.errors import WARNING, ArgumentError, DataError, Finding

WITH_REPAIRS: Final = ("windows-1252", "mixed")
# With "surrogateescape", Python decodes bytes that are not UTF-8 to these.
_SURROGATES: Final = re.compile("[\udc80-\udcff]+")
# Encodings in which an office may have saved a file, by the size of a character.
_OF_ONE_BYTE: Final = (
    *("cp1250", "cp1251", "cp1253", "cp1255", "cp1256"),
    *("koi8_r", "cp866", "cp850", "mac_roman"),
)
_OF_TWO_BYTES: Final = ("shift_jis", "gb18030", "big5", "euc_kr")
_LINES: Final = 500  # that are searched for a likely encoding
_OFFERED: Final = 3
# The least share of characters outside ASCII that are parts of words.
_PLAUSIBLE: Final = 0.9
_DOUBTFUL: Final = 0.8
_WORD: Final = re.compile(r"[^\W\d_]+")
_BETWEEN: Final = re.compile(r"[\s,;|\"]+")
_IN_ANY_LANGUAGE: Final = set("\u2018\u2019\u201c\u201d\u2013—…«»¿¡·°€\u00a0")
_WAS_GUESSED: Final = "the file is not UTF-8, and was read as Windows-1252"
_EAST_ASIAN: Final = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}


class Text(NamedTuple):
    """The content of a file as text.

    `encoding` is `utf-8`, `utf-16`, `windows-1252` if no line outside ASCII is UTF-8,
    `mixed`, or the one that was given. In `windows-1252` and `mixed`, bytes that are
    not UTF-8 are surrogates; see `repair`. `doubtful` are the first lines outside ASCII
    of a file read as Windows-1252.
    """

    text: str
    encoding: str = "utf-8"
    doubtful: bytes = b""


def check_encoding(encoding: str | None) -> str | None:
    """Return Python's name for an encoding.

    Raises
    ------
    ArgumentError
        If Python does not know it.

    Examples
    --------
    >>> check_encoding("Windows-1251")
    'cp1251'
    """
    if encoding is None:
        return None
    try:
        # Python does not look up the encoding of an empty text.
        b" ".decode(encoding, "replace")
        return codecs.lookup(encoding).name
    except (LookupError, TypeError, ValueError) as error:
        raise ArgumentError(
            "`encoding` must be an encoding that Python knows, such as 'utf-8', "
            "'cp1252' (Western Europe), 'cp1250' (Central Europe), 'cp1251' "
            f"(Cyrillic) or 'shift_jis' (Japanese), but {encoding!r} was given"
        ) from error


def decode(content: bytes, name: str, encoding: str | None = None) -> Text:
    """Decode UTF-8, UTF-16 or Windows-1252, or the encoding that is given."""
    if encoding:
        text = content.decode(encoding, errors="replace")
        return Text(text.removeprefix("\ufeff"), encoding)
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise DataError(f"{name}: is written in UTF-32; save it as CSV UTF-8")
    if utf_16 := _utf_16(content[:4096]):
        text = content.decode(utf_16, errors="replace")
        return Text(text, "utf-16")
    try:
        return Text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        text = content.decode("utf-8-sig", errors="surrogateescape")
    # Files edited by several people can have a different encoding on each line.
    not_ascii = [line for line in content.splitlines() if not line.isascii()]
    if any(map(_is_utf_8, not_ascii)):
        return Text(text, "mixed")
    return Text(text, "windows-1252", b"\n".join(not_ascii[:_LINES]))


def repair(cell: str) -> str:
    """Read the bytes of a cell that are not UTF-8 as Windows-1252."""
    if cell.isascii():
        return cell
    return _SURROGATES.sub(_as_windows_1252, cell)


def repaired_word(cell: str) -> str:
    """Return the first word of a cell that needs repair, repaired, or an empty text."""
    for word in cell.split():
        if _SURROGATES.search(word):
            return repair(word)
    return ""


def _as_windows_1252(surrogates: re.Match[str]) -> str:
    content = surrogates[0].encode("utf-8", "surrogateescape")
    return content.decode("cp1252", "replace")


def _utf_16(first: bytes) -> str:
    """Return the UTF-16 encoding of a file by its first bytes, or an empty text."""
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    # Without a byte order mark, every other byte of Latin letters is zero.
    few = len(first) / 4
    if first[1::2].count(0) > few:
        return "utf-16-le"
    if first[0::2].count(0) > few:
        return "utf-16-be"
    return ""


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def explain_windows_1252(doubtful: bytes) -> tuple[str, Finding]:
    """Return a word of a file as it was read, and what to do if it is wrong.

    Examples
    --------
    >>> word, finding = explain_windows_1252("Таможня".encode("cp1251"))
    >>> print(word, finding.remedy, sep=": ")
    Òàìîæíÿ: the word may be wrong: encoding='cp1251' reads 'Таможня' (--encoding on \
the command line); or save the file as CSV UTF-8
    """
    text = doubtful.decode("cp1252", "replace")
    word = _first_word(text)
    likely = _share_in_words(text) < _DOUBTFUL and _other_readings(doubtful)
    if likely:
        offers = [
            f"encoding={name!r} reads {other!r}" for name, other in likely.items()
        ]
        remedy = f"the word may be wrong: {', '.join(offers)}"
    else:
        remedy = "if the word is wrong, give the encoding, such as encoding='cp1250'"
    remedy += " (--encoding on the command line); or save the file as CSV UTF-8"
    return word, Finding(_WAS_GUESSED, remedy, WARNING)


def _first_word(text: str) -> str:
    """Return the first word that holds a character outside ASCII."""
    words = (word for word in _BETWEEN.split(text) if not word.isascii())
    return next(words)


def _other_readings(content: bytes) -> dict[str, str]:
    """Return the first word in each encoding that makes words of nearly all."""
    for encodings in (_OF_ONE_BYTE, _OF_TWO_BYTES):
        readings = {}
        for encoding in encodings:
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if _share_in_words(text) >= _PLAUSIBLE:
                readings[encoding] = _first_word(text)
        # Most pairs of bytes are some Chinese character, so these come second.
        if readings:
            return dict(list(readings.items())[:_OFFERED])
    return {}


def _share_in_words(text: str) -> float:
    """Return the share of characters outside ASCII that are in plausible words."""
    characters = [
        character
        for character in text
        if not character.isascii() and character not in _IN_ANY_LANGUAGE
    ]
    if not characters:
        return 1.0
    in_words = 0
    for word in _WORD.findall(text):
        if _is_plausible(word):
            in_words += sum(not character.isascii() for character in word)
    return in_words / len(characters)


def _is_plausible(word: str) -> bool:
    """Tell whether a word is in one script, and no case changes within it."""
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word}
    if scripts <= _EAST_ASIAN:
        return True
    # In European languages, four accents hardly ever follow each other.
    if scripts == {"LATIN"} and re.search(r"[^\x00-\x7f]{4}", word):
        return False
    has_case = word.lower() != word.upper()
    is_regular = word.islower() or word.isupper() or word.istitle()
    return len(scripts) == 1 and (is_regular or not has_case)
