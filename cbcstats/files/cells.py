"""Parse numbers in single cells, and explain faulty cells.

Many faulty cells are not typing errors: a spreadsheet program changed a valid entry.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cbcstats.errors import WARNING, Finding
from cbcstats.files.dates import is_date_like

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# True and false as Excel shows them in German, French, Spanish, Italian, Dutch, ...
_FOREIGN_MARKS: Final = {
    "true": ("wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar"),
    "false": ("falsch", "faux", "falso", "onwaar"),
}
# Err:502 is LibreOffice; ### is a number in a column that is too narrow for it.
_ERROR_SHOWN: Final = re.compile(
    r"#{3,}|#(NAME\?|N/A|VALUE!|REF!|DIV/0!|NUM!|NULL!)|Err:[0-9]{3}"
)
# In these encodings UTF-8 is mistaken for other text, such as Ã© for é.
_FOREIGN_ENCODINGS: Final = ("cp1252", "latin-1")
# As in PRIORITÉ : or «ÉTÉ», whose bytes happen to be valid UTF-8.
_CAPITAL_AT_END: Final = re.compile("[\u00c8-\u00cf\u00d2-\u00dd][\u00a0\u00bb]")
# A float holds numbers of up to 15 digits exactly.
_DIGITS: Final = 15
# A longer text is not a number that anyone typed; it is not examined further.
_LONGEST: Final = 30
# pandas writes whole numbers as 12.0 where some cells of their column are missing.
_WHOLE: Final = re.compile(r"([+-]?\d{1,15})(\.0*)?", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
# 1.200 may be 1200, as many languages write it; 1.2 would hardly be typed with zeros.
_MAY_BE_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{2}0", re.ASCII)
_ONE_POINT: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_ONE_COMMA: Final = re.compile(r"[+-]?\d{1,3},\d{3}")
# The characters between thousands: French has several kinds of spaces.
_GROUPED: Final = re.compile(
    r"[+-]?\d{1,3}(?:[.,' \u00a0\u2009\u202f\u2019]\d{3})+", re.ASCII
)
_FRACTION: Final = re.compile(r"[+-]?\d*([.,])\d+", re.ASCII)
# 1.250 and 1,250, which are ambiguous, 1.234.567 and 1.250,5, which are not.
_GROUPS: Final = re.compile(
    r"[+-]?[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*(?:(?!\1)([.,])\d+)?", re.ASCII
)
# Blanks and apostrophes can only separate thousands.
_BLANK_GROUPS: Final = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:[ '\u2019]\d{3})+(?:[.,]\d+)?", re.ASCII
)
_PERCENTAGE: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)? ?%", re.ASCII)
_NAMES_OF_MARKS: Final = {".": "point", ",": "comma"}
# Characters without a width, which come along when text is copied.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_BLANK: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def plain_text(text: str) -> str:
    """Remove invisible characters and outer blanks; normalise blanks and accents.

    Examples
    --------
    >>> plain_text(" M1\N{ZERO WIDTH SPACE}"), plain_text("Viet\N{NO-BREAK SPACE}Nam")
    ('M1', 'Viet Nam')
    """
    if text.isascii():
        return text.strip()
    visible = _INVISIBLE.sub("", text)
    blanks = _BLANK.sub(" ", visible)
    return unicodedata.normalize("NFC", blanks).strip()


def without_accents(text: str) -> str:
    """Write letters without their accents, each in its plain form.

    Examples
    --------
    >>> without_accents("D\N{LATIN SMALL LETTER E WITH ACUTE}but")
    'Debut'
    """
    # NFKD writes an accented letter as a letter followed by its accent.
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text))


def ascii_letters(text: str) -> str:
    """Write letters without their accents, and leave out what is not ASCII.

    Examples
    --------
    >>> ascii_letters("C\N{LATIN SMALL LETTER O WITH CIRCUMFLEX}te \N{EURO SIGN}1")
    'Cote 1'
    """
    # Accents are not ASCII, and their letters are.
    return without_accents(text).encode("ascii", "ignore").decode()


def with_invisible(finding: Finding, cell: str) -> Finding:
    """Name the invisible characters of a faulty cell in its remedy.

    Examples
    --------
    >>> cell = "Kenia" + chr(0x200B)
    >>> with_invisible(Finding("is not a place", "write Kenya"), cell).remedy
    'write Kenya; the cell also holds an invisible character: zero width space (U+200B)'
    """
    if cell.isascii():
        return finding
    characters = dict.fromkeys(_INVISIBLE.findall(cell) + _BLANK.findall(cell))
    if not characters:
        return finding
    names = []
    for character in characters:
        name = unicodedata.name(character, "character").lower()
        names.append(f"{name} (U+{ord(character):04X})")
    listed = ", ".join(names)
    remedy = f"{finding.remedy}; the cell also holds an invisible character: {listed}"
    return finding._replace(remedy=remedy)


class Separators(NamedTuple):
    """The marks that a column proves to separate thousands, and decimals.

    `proof` is a number that shows it. A mark that no number proves is empty, and so is
    one that some numbers use for thousands and others for decimals.
    """

    thousands: str
    decimal: str
    proof: str


def separators_of(texts: Iterable[str]) -> Separators:
    """Return the separators that the numbers of a column prove.

    1.250 alone proves nothing. 1.234.567 and 1.250,5 can only have points between
    thousands, and 2.5, 0.125 and 1234.567 only a decimal point.

    Examples
    --------
    >>> separators_of(["1.250", "1.234.567"])
    Separators(thousands='.', decimal='', proof='1.234.567')
    >>> separators_of(["1.250", "1.234.567", "2.5"]).thousands
    ''
    """
    thousands: dict[str, str] = {}
    decimals: dict[str, str] = {}
    for text in texts:
        for marks, mark in zip((thousands, decimals), _marks_in(text), strict=True):
            if mark:
                marks.setdefault(mark, text)
    has_one_use = thousands.keys().isdisjoint(decimals)
    [thousand, *other_thousands] = thousands or [""]
    [decimal, *other_decimals] = decimals or [""]
    if not has_one_use or other_thousands:
        thousand = ""
    if not has_one_use or other_decimals:
        decimal = ""
    proof = thousands.get(thousand) or decimals.get(decimal, "")
    return Separators(thousand, decimal, proof)


def _marks_in(text: str) -> tuple[str, str]:
    """Return the marks that a number proves to separate thousands, and decimals."""
    if len(text) > _LONGEST:
        return "", ""
    if groups := _GROUPS.fullmatch(text):
        thousands, decimal = groups.groups(default="")
        is_ambiguous = not decimal and text.count(thousands) == 1
        return ("", "") if is_ambiguous else (thousands, decimal)
    fraction = _FRACTION.fullmatch(text)
    return "", fraction[1] if fraction else ""


def may_be_thousands(text: str) -> bool:
    """Tell whether a number has groups of three digits: 1.250 may be 1250, or 1.25."""
    return len(text) <= _LONGEST and _GROUPS.fullmatch(text) is not None


def with_decimal_points(texts: Sequence[str], *, whole: bool = False) -> list[str]:
    """Write the numbers of a column without separators, as far as it proves them.

    An ambiguous number becomes empty. In a column of whole numbers 1.000 remains
    ambiguous next to 2.0, since nobody needs decimals there.

    Examples
    --------
    >>> with_decimal_points(["1.250", "1.234.567"])
    ['1250', '1234567']
    >>> with_decimal_points(["1,250", "2,5"]), with_decimal_points(["1.250", "950"])
    (['1.2500', '2.5'], ['', '950'])
    """
    separators = separators_of(texts)
    return [_with_decimal_point(text, separators, whole=whole) for text in texts]


def _with_decimal_point(text: str, separators: Separators, *, whole: bool) -> str:
    if len(text) > _LONGEST:
        return text
    if _BLANK_GROUPS.fullmatch(text):
        text = re.sub("[ '\u2019]", "", text)
    groups = _GROUPS.fullmatch(text)
    if groups and groups[1] == separators.thousands:
        return text.replace(groups[1], "").replace(",", ".")
    if groups and (whole or groups[1] != separators.decimal):
        return ""
    if separators.decimal == "," and _FRACTION.fullmatch(text):
        text = text.replace(",", ".")
    # A zero at the end shows that the point is a decimal one.
    return f"{text}0" if groups else text


def explain_separators(texts: Sequence[str], *, whole: bool) -> Finding | None:
    """Return how the numbers of a column with separators are read, if any are.

    Examples
    --------
    >>> explain_separators(["1.250", "1.234.567"], whole=True).problem
    'holds 1.250, read as 1250: 1.234.567 shows that the point separates thousands'
    """
    separators = separators_of(texts)
    mark = separators.thousands or separators.decimal
    if not mark:
        return None
    use = "separates thousands" if separators.thousands else "is a decimal one"
    # Ambiguous numbers come first, as only the column shows how they are read.
    for text in sorted(texts, key=lambda text: _marks_in(text) != ("", "")):
        if mark not in text or not (mark == "," or _GROUPS.fullmatch(text)):
            continue
        number = _with_decimal_point(text, separators, whole=whole)
        if not (_WHOLE if whole else _DECIMAL).fullmatch(number):
            continue
        problem = (
            f"holds {text}, read as {float(number):.15g}: {separators.proof} shows "
            f"that the {_NAMES_OF_MARKS[mark]} {use}"
        )
        remedy = "check these numbers; best write them without separators"
        return Finding(problem, remedy, WARNING)
    return None


def parse_whole_numbers(texts: Sequence[str]) -> pd.Series:
    """Parse a column of whole numbers to Int64; invalid ones become missing.

    So do ambiguous ones, see `with_decimal_points`.

    Examples
    --------
    >>> parse_whole_numbers(["12", "12.0", "1 234", "1,234", "1.5"]).tolist()
    [12, 12, 1234, <NA>, <NA>]
    """
    matches = map(_WHOLE.fullmatch, with_decimal_points(texts, whole=True))
    numbers = [int(match[1]) if match else None for match in matches]
    return pd.Series(numbers, dtype="Int64")


def parse_decimal_numbers(texts: Sequence[str]) -> pd.Series:
    """Parse numbers to Float64; invalid or ambiguous numbers become missing.

    Examples
    --------
    >>> parse_decimal_numbers(["24.1", "1.200", "about 3"]).tolist()
    [24.1, <NA>, <NA>]
    """
    numbers = [_parse_number(text) for text in texts]
    return pd.Series(numbers, dtype="Float64")


def _parse_number(text: str) -> float | None:
    if len(text) > _DIGITS or not _DECIMAL.fullmatch(text):
        return None
    if _MAY_BE_THOUSANDS.fullmatch(text):
        return None
    return float(text)


def whole_if_possible(values: pd.Series) -> pd.Series:
    """Convert numbers to Int64, so that counts print as counts, if all are whole."""
    fractions = values.dropna() % 1
    if (fractions == 0).all():
        return values.astype("Int64")
    return values


def explain_number(
    text: str, *, whole: bool, words: str = "a column of their own"
) -> Finding:
    """Explain why a text is not a valid number, and suggest a remedy.

    `words` is the column for words such as "about".

    Examples
    --------
    >>> explain_number("1,234", whole=True).remedy
    'write digits only, 1234 if that is meant'
    """
    digits_only = (
        f"write digits only, such as 1200, and put words such as 'about' into {words}"
    )
    if len(text) > _LONGEST:
        return Finding("is not a number", digits_only)
    if whole and _PERCENTAGE.fullmatch(text):
        return explain_share(text)
    if _GROUPED.fullmatch(text):
        return _explain_thousands(text, whole=whole)
    if whole and _FRACTION.fullmatch(text):
        remedy = "write how many there were, not an average"
        return Finding("is not a whole number", remedy)
    if _DECIMAL.fullmatch(text.replace(" ", "")):
        remedy = f"check it, and round it to {_DIGITS} digits"
        return Finding("has more digits than are kept", remedy)
    if decimal := re.fullmatch(r"([+-]?\d+),(\d+)", text):
        return Finding("has a decimal comma", f"write {decimal[1]}.{decimal[2]}")
    if not whole and is_date_like(text):
        problem = "is a date, which spreadsheet programs make of numbers such as 24.1"
        return Finding(problem, "write the number that is printed")
    return Finding("is not a number", digits_only)


def explain_share(shown: str) -> Finding:
    """Explain a percentage in a column of whole numbers."""
    problem = f"shows {shown}, a share and not a number"
    return Finding(problem, "write how many there were")


def _explain_thousands(text: str, *, whole: bool) -> Finding:
    """Explain a number with groups of three digits, which may be decimals."""
    digits = re.sub(r"[^\d+-]", "", text)
    # Only a single point or comma can be a decimal one, and not in a whole number.
    if _ONE_POINT.fullmatch(text):
        decimal = "" if whole else f" or {float(text):g}"
        problem = "may have a thousands separator or a decimal point"
        return Finding(problem, f"write {digits}{decimal} if that is meant")
    remedy = f"write digits only, {digits} if that is meant"
    if not whole and _ONE_COMMA.fullmatch(text):
        number = float(text.replace(",", "."))
        remedy += f", or {number:g} if the comma is a decimal one"
    return Finding("has a thousands separator", remedy)


def find_damage(cell: str) -> Finding | None:
    """Explain how a spreadsheet program damaged a cell, or return None.

    Examples
    --------
    >>> find_damage("#NAME?").problem
    'is an error that a spreadsheet program shows instead of the value'
    """
    if _ERROR_SHOWN.fullmatch(cell):
        problem = "is an error that a spreadsheet program shows instead of the value"
        return Finding(problem, "write the value that was there before")
    if cell.isascii():
        return None
    # Programs write this character for bytes that they cannot read.
    if "\N{REPLACEMENT CHARACTER}" in cell:
        remedy = "write it again, and save the file as CSV UTF-8"
        return Finding("holds a character that was lost", remedy)
    if _CAPITAL_AT_END.search(cell):
        return None
    for encoding in _FOREIGN_ENCODINGS:
        try:
            meant = cell.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        remedy = f"write {meant}, and open the file as UTF-8 from the start"
        return Finding("was written in UTF-8 and read in another encoding", remedy)
    return None


def damaged_texts(column: pd.Series) -> dict[str, Finding]:
    """Return the texts of a column whose characters were damaged, with the reason.

    Examples
    --------
    >>> list(damaged_texts(pd.Series(["Pérou", "PÃ©rou", "Togo"])))
    ['PÃ©rou']
    """
    is_ascii = pc.string_is_ascii(pa.array(column, pa.string(), from_pandas=True))
    others = column[~is_ascii.fill_null(True).to_numpy(zero_copy_only=False)]
    findings = {text: find_damage(text) for text in others.unique()}
    return {text: finding for text, finding in findings.items() if finding}


def explain_mark(cell: str) -> Finding:
    """Explain why a cell is not a valid true or false, and suggest a remedy."""
    word = cell.lower()
    for mark, words in _FOREIGN_MARKS.items():
        if word in words:
            problem = f"is how spreadsheet programs in another language write {mark}"
            return Finding(problem, f"write {mark}")
    return Finding("is neither true nor false", "write one of the two")
