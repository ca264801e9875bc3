"""What a cell of a register says: each distinct text of a column is read once, and what is wrong with it is named."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cbcstats.errors import ERROR, WARNING, Finding
from cbcstats.files.dates import days_of, why_no_day
from cbcstats.places.names import LIST, iso3_of, suggestions
from cbcstats.registers.schemas import OF_CELLS, PLACE

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    import pandera.pandas as pa

_DASHES: Final = (
    "-",
    "--",
    "---",
    "\N{EN DASH}",
    "\N{EM DASH}",
    ".",
    "..",
    "...",
    "\N{HORIZONTAL ELLIPSIS}",
    "?",
    "/",
    "*",
)
PLACEHOLDERS: Final = frozenset(
    {
        *_DASHES,
        "n/a",
        "#n/a",
        "#n/d",
        "na",
        "n.a.",
        "n.a",
        "n/d",
        "nd",
        "n.d.",
        "none",
        "null",
        "nil",
        "nan",
        "nat",
        "missing",
        "unknown",
        "s/o",
    }
)
TO_COME: Final = frozenset(
    {
        *(
            "tbc",
            "tba",
            "tbd",
            "t.b.c.",
            "t.b.a.",
            "t.b.d.",
            "to be confirmed",
            "to be announced",
            "pending",
        ),
        *("a confirmer", "à confirmer", "por confirmar"),
    }
)
# As spreadsheet programs write them into CSV, in English, French and Spanish; the last are of LibreOffice.
_ERRORS: Final = frozenset(
    {
        *("#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!"),
        *("#nul!", "#valeur!", "#nom?", "#nombre!"),
        *("#¡nulo!", "#¡div/0!", "#¡valor!", "#¡ref!", "#¿nombre?", "#¡num!"),
        *(f"err:{number}" for number in range(501, 541)),
    }
)
NO_VALUES: Final = PLACEHOLDERS | TO_COME | _ERRORS  # in small letters

_TOTAL: Final = re.compile(
    r"((?:(?:grand|general|overall|sub|sous)[\s-]*)?total(?:e|es|s)?\b.*)|.*\btotals?\s*:?",
    re.IGNORECASE,
)
_ALL: Final = frozenset(
    {"sum", "somme", "suma", "all members", "all countries", "all regions", "all missions"}
)
_WHOLE: Final = re.compile(r"([+-]?\d{1,15})(\.0*)?", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:[,' \u00a0\u2009\u202f\u2019]\d{3})+", re.ASCII)
_THOUSANDTHS: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_FRACTION: Final = re.compile(r"[+-]?\d*[.,]\d+", re.ASCII)
_WRITE: Final = {
    "place": "write the name of one country",
    "day": "write the day as 2017-04-03",
    "text": "write it",
}
_SUGGESTED_FOR: Final = 500  # unknown places; more of them are no names of places
_LONGEST_PLACE: Final = 100
_LONGEST_COUNT: Final = 30


class Judged(NamedTuple):
    """The distinct texts of a column, read: their values, and what is wrong with each or None.

    `values` is datetime64[us], Int64 or str, and missing for what is empty, stands for nothing, or is wrong.
    """

    values: pd.Series
    findings: list[Finding | None]


class Reading(NamedTuple):
    """How dates are written: the format that is stated, and what serial numbers of a workbook count from."""

    date_format: str | None
    first_day: datetime.date | None


@dataclass
class Met:
    """What the blocks of a register held so far; it grows with each.

    Near spellings of `unknown_places` are looked for a bounded number of times. `orders_of_dates` has for each column
    the first date that can only have the day first, and the first that can only have the month first.
    """

    unknown_places: dict[str, Finding] = field(default_factory=dict)
    orders_of_dates: dict[str, tuple[str, str]] = field(default_factory=dict)


def judge(texts: Sequence[str], column: pa.Column, reading: Reading, met: Met) -> Judged:
    """Read the distinct texts of a column by what its model says of it, then hold the values against the model."""
    plain = [text.strip() for text in texts]
    kind = _kind_of(column)
    values = _READERS[kind](plain, reading)
    findings: list[Finding | None] = [None] * len(plain)
    for place in np.flatnonzero(values.isna()).tolist():
        text = plain[place]
        findings[place] = without_value(text, column) or (
            _why_unread(text, kind, reading, met) if text else None
        )
    for check in column.checks:
        held = values.dropna()
        broken = held.index[~check(held).check_output.to_numpy(bool)]
        for place in broken:
            findings[place] = OF_CELLS[check.name][kind]
        values = values.mask(values.index.isin(broken))
    return Judged(values, findings)


def is_total(text: str, *, alone: bool = False) -> bool:
    """Return whether a text names a total: `Total Africa`, `Sub-total`, `Kenya total`; if `alone`, it begins with it.

    Examples
    --------
    >>> [is_total(text) for text in ("Total Africa", "GRAND TOTAL:", "Kenya - total", "Togo")]
    [True, True, True, False]
    """
    plain = text.strip().casefold()
    found = _TOTAL.fullmatch(plain) if "total" in plain else None
    return plain in _ALL or (found is not None and (found[1] is not None or not alone))


def _kind_of(column: pa.Column) -> str:
    dtype = str(column.dtype)
    if (column.metadata or {}).get("reads") == PLACE:
        return "place"
    return "day" if dtype.startswith("datetime64") else "count" if dtype == "Int64" else "text"


def without_value(text: str, column: pa.Column) -> Finding | None:
    """Return what is wrong with a text that says that there is nothing, or not yet."""
    required = bool((column.metadata or {}).get("required"))
    remedy = _WRITE[_kind_of(column)] if required else "leave the cell empty until it is known"
    severity = ERROR if required else WARNING
    if not text:
        return Finding("is empty", remedy) if required else None
    if text.casefold() in TO_COME:
        return Finding("is still to come", remedy, severity)
    if text.casefold() in PLACEHOLDERS:
        return Finding("stands for no value", remedy, severity)
    if text.casefold() in _ERRORS:
        return Finding(
            "is an error of a spreadsheet program", "correct the formula, or write the value"
        )
    return None


def _why_unread(text: str, kind: str, reading: Reading, met: Met) -> Finding:
    if kind == "day":
        return why_no_day(text, reading.date_format)
    return _why_no_count(text) if kind == "count" else _why_no_place(text, met.unknown_places)


def _days(texts: Sequence[str], reading: Reading) -> pd.Series:
    return days_of(texts, reading.date_format, reading.first_day)


def _places(texts: Sequence[str], reading: Reading) -> pd.Series:  # noqa: ARG001 - all readers are called alike
    return pd.Series(iso3_of(texts), dtype="str")


def _texts(texts: Sequence[str], reading: Reading) -> pd.Series:  # noqa: ARG001
    return pd.Series(
        [text if text and text.casefold() not in NO_VALUES else None for text in texts], dtype="str"
    )


def _counts(texts: Sequence[str], reading: Reading) -> pd.Series:  # noqa: ARG001
    found = [_WHOLE.fullmatch(text) for text in texts]
    return pd.Series([int(match[1]) if match else None for match in found], dtype="Int64")


def _why_no_count(text: str) -> Finding:
    if len(text) <= _LONGEST_COUNT and _GROUPED.fullmatch(text):
        digits = re.sub(r"[^\d+-]", "", text)
        return Finding(
            "has a mark between its thousands", f"write digits only, {digits} if that is meant"
        )
    if _THOUSANDTHS.fullmatch(text):
        return Finding(
            "may have a mark between its thousands, or be a fraction", "write digits only"
        )
    if _FRACTION.fullmatch(text):
        return Finding("is not a whole number", "write how many there were, not an average")
    if _WHOLE.match(text) and re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        return Finding("is too large a number", "check it")
    return Finding(
        "is not a number", "write digits only, and words such as 'about' in a column of their own"
    )


def _why_no_place(text: str, known: dict[str, Finding]) -> Finding:
    if text not in known:
        near = (
            suggestions(text) if len(known) < _SUGGESTED_FOR and len(text) < _LONGEST_PLACE else []
        )
        near = (
            [text.upper()] if iso3_of([text.upper()])[0] else near
        )  # a code in small letters may be a word
        hint = f"; perhaps {' or '.join(near)}" if near else ""
        finding = Finding(
            "is not a place that is known", f"write the name of one country, or its ISO code{hint}"
        )
        if len(near) > 1 and LIST.search(text):
            finding = Finding("names several places", f"write one row for each: {', '.join(near)}")
        known[text] = finding
    return known[text]


_READERS: Final = {"day": _days, "count": _counts, "place": _places, "text": _texts}
