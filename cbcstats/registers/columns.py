"""Match the columns of a file with those of a register."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from cbcstats.arguments import check_choice
from cbcstats.errors import (
    SHOWN,
    WARNING,
    ArgumentError,
    DataError,
    Finding,
    Problem,
    nearest,
)
from cbcstats.frames import text_column
from cbcstats.registers.cells import (
    has_value,
    plain_texts,
    plain_words,
    with_clear_decimals,
)
from cbcstats.registers.schemas import (
    columns_of_file,
    is_optional,
    kind_of,
    needed_columns,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import pandera.pandas as pa

    from cbcstats.files.text_table import TextTable

# A column added to rejected rows, and the ending of columns for surplus cells.
REASONS: Final = "reasons"
BEYOND: Final = " (beyond the header)"

_SHOWN_CHARACTERS: Final = 60  # of a name in a message
_COMPARED_CHARACTERS: Final = 500  # of a name

# Also apostrophes that count as letters.
_NOT_IN_NAMES: Final = re.compile("[\\W_\u02b9-\u02cb\ua78b\ua78c]+")

# Other common names for columns, for hints only.
_COUNTRY: Final = "country beneficiary administration place pays pais país"
_ALSO_CALLED: Final = {
    "member": _COUNTRY.split(),
    "start_date": ["start", "date", "from", "begin", "first day", "début", "inicio"],
    "programme": ["program", "project", "initiative"],
}
# Whole names of columns in English, French and Spanish, in plain letters, which are
# read without being asked for. Words that may mean something else are not among them.
_NAMES: Final = {
    "member": "country|member country|member state|beneficiary country|host country|"
    "pays|pays membre|pays beneficiaire|pais|pais miembro|pais beneficiario",
    "start_date": "start|start day|start of mission|date of start|starting date|"
    "begin|begin date|beginning|first day|debut|date debut|date de debut|"
    "debut de mission|premier jour|inicio|fecha inicio|fecha de inicio|primer dia",
    "end_date": "end|end day|end of mission|date of end|ending date|finish|last day|"
    "fin|date fin|date de fin|fin de mission|dernier jour|fecha fin|fecha de fin|"
    "fecha final|fecha de termino|ultimo dia",
    "programme": "program|programa",
    "kind": "kind of support|type of support|type d appui|tipo de apoyo",
    "status": "statut",
    "experts": "number of experts|nombre d experts|expertos|numero de expertos",
    "participants": "number of participants|nombre de participants|participantes|"
    "numero de participantes",
    "female_participants": "women|of which women|number of women|women participants|"
    "females|femmes|dont femmes|nombre de femmes|participantes femmes|mujeres|"
    "de las cuales mujeres|numero de mujeres",
    "source": "fuente",
}
# Read as the start if no other column holds dates.
_DATE: Final = (
    "date|mission date|date of mission|date de mission|date de la mission|"
    "fecha|fecha de la mision"
)
# Errors such as #N/A have other characters.
_TAG: Final = re.compile(r"#[a-z]\w*(\s*\+\s*[a-z]\w*)*", re.IGNORECASE)
# Columns that are read together where there is no other column of starts.
_PARTS_OF_DAYS: Final = (
    ("year", "annee", "ano", "an"),
    ("month", "mois", "mes"),
    ("day", "jour", "dia"),
)
# How words of them are written, as far as they have accents.
_ACCENTED: Final = {"pais": "país", "debut": "début", "beneficiaire": "bénéficiaire"}
_STARTS: Final = (
    "start starts date dates from begin beginning debut debuts inicio fecha fechas data "
    "datas periode period periodo quarter trimestre semester semestre week semaine semana"
)
_MAY_BE_STARTS: Final = frozenset(_STARTS.split())
_COUNTS: Final = (
    "number|numbers|number of events|events|population|freq|frequency|nombre|"
    "nombre d evenements|evenements|numero|numero de eventos|eventos|cantidad|"
    "value|values|count|counts|total|missions|number of missions|valeur|"
    "nombre de missions|valor|misiones|numero de misiones|indicator|indicateur|"
    "indicador"
)


class Options(NamedTuple):
    """How the cells of a register are read, as given to `read_register`."""

    date_format: str | None = None
    no_country: Collection[str] = ()
    repeated_rows: str = "keep"
    strict: bool = False
    places: Mapping[str, str] = {}  # ISO codes of names that only this register has


@dataclass
class MatchedTable:
    """A table of text whose columns are matched with those of a schema.

    Attributes
    ----------
    table : TextTable
        The table.
    schema : pandera.DataFrameSchema
        The rules of the register.
    names : dict of str to str
        For each column of the schema that is read, its name in the file.
    options : Options
        How its cells are read.
    """

    table: TextTable
    schema: pa.DataFrameSchema
    names: dict[str, str]
    options: Options
    _texts: dict[str, pd.Series] = field(default_factory=dict, init=False, repr=False)

    def text(self, name: str) -> pd.Series:
        """Return the cells of a column of the schema, without blanks around them."""
        # Normalising a long column takes a while, so each is kept.
        if name not in self._texts:
            cells = _cells_of(self.table, self.names[name], self.schema.columns[name])
            self._texts[name] = plain_texts(cells, self.schema.columns[name])
        return self._texts[name]


def plain_name(text: str) -> str:
    """Normalise a column name: drop case, blanks, punctuation and invisible characters.

    Examples
    --------
    >>> plain_name("Start-Date "), plain_name("start_date")
    ('startdate', 'startdate')
    """
    # Some files have a whole paragraph in one cell of the header.
    beginning = text[:_COMPARED_CHARACTERS]
    # An accent may be a character of its own, which is no letter.
    composed = unicodedata.normalize("NFKC", beginning)
    return _NOT_IN_NAMES.sub("", composed).casefold()


def as_typed(word: str) -> str:
    """Quote a word for the command line if necessary.

    Examples
    --------
    >>> print(as_typed("member=Country"), as_typed("member=Country visited"))
    member=Country "member=Country visited"
    """
    quoted = shlex.quote(word)
    if quoted == word:
        return word
    # cmd.exe only understands double quotation marks; POSIX shells, single ones too.
    special = set('"$`\\!')
    if special.intersection(word):
        return quoted
    return f'"{word}"'


def check_columns(
    columns: Mapping[str, str | None] | None, schema: pa.DataFrameSchema
) -> dict[str, str | None]:
    """Check the mapping from columns of the schema to columns of the file.

    None leaves out a column.

    Raises
    ------
    ArgumentError
        If a column is not in the schema, or is needed and left out, or a name is not
        text or is given twice.
    """
    columns = {} if columns is None else columns
    is_mapping = isinstance(columns, Mapping)
    if not is_mapping or not all(
        isinstance(name, str | None) for name in columns.values()
    ):
        raise ArgumentError(
            '`columns` must map names to names, such as {"member": "Country"}, '
            f"but {columns!r} was given"
        )
    names = [name for name in columns.values() if name is not None]
    known = columns_of_file(schema)
    for name, column in columns.items():
        if name not in known and column in known:
            option = as_typed(f"{column}={name}")
            raise ArgumentError(
                f"`columns` names {name!r} and {column!r} the wrong way round: "
                f'write {{"{column}": "{name}"}}, '
                f"or --column {option} on the command line"
            )
        check_choice("columns", name, known)
        if column is None and name in needed_columns(schema):
            raise ArgumentError(
                f"`columns` leaves out {name}, which every register needs; "
                "give the name of its column in the file"
            )
    for name in names:
        if names.count(name) > 1:
            raise ArgumentError(
                f"`columns` names {name!r} twice; "
                "a column of the file is one column of the register"
            )
    return dict(columns)


def holds_tags(cells: Iterable[str]) -> bool:
    """Tell whether a row holds tags of HXL, such as #country+name, and nothing else."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(map(_TAG.fullmatch, filled))


def missing_columns(
    header: Sequence[str],
    schema: pa.DataFrameSchema,
    called: Mapping[str, str | None],
) -> list[str]:
    """Return the required columns that a header lacks."""
    if holds_tags(header):
        return needed_columns(schema)
    present = {plain_name(cell) for cell in header}
    missing = [
        name
        for name in needed_columns(schema)
        if plain_name(called.get(name) or name) not in present
    ]
    if "start_date" in missing and "start_date" not in called and day_parts(header):
        missing.remove("start_date")
    return missing


def other_names(name: str) -> list[str]:
    """Return common names of a column, in plain letters and with accents."""
    known = _NAMES.get(name, "").split("|")
    with_accents = []
    for text in known:
        for plain, accented in _ACCENTED.items():
            if plain in text:
                with_accents.append(text.replace(plain, accented))
    return [*known, *with_accents]


def day_parts(header: Sequence[str]) -> list[str]:
    """Return the columns Year, Month and Day, as far as they are there.

    None are read if another column may hold the starts, or quarters.

    Examples
    --------
    >>> day_parts(["Country", "Année", "Mois"]), day_parts(["Country", "Year", "Start"])
    (['Année', 'Mois'], [])
    """
    words = {column: _words(column) for column in header}
    ends = f"{_NAMES['end_date']}|end date|as of|as of date".split("|")
    others = " ".join(text for text in words.values() if text not in ends)
    if _MAY_BE_STARTS.intersection(others.split()):
        return []
    parts = []
    for names in _PARTS_OF_DAYS:
        found = [column for column in header if words[column] in names]
        if not found:
            break
        parts.append(found[0])
    return parts


def columns_in_other_words(
    header: Sequence[str],
    schema: pa.DataFrameSchema,
    called: Mapping[str, str | None],
) -> dict[str, str]:
    """Return the columns that a header has under another common name.

    A column counts only if no other one fits. None does in a table of counts, each of
    whose rows is many missions.
    """
    is_of_counts = any(_words(column) in _COUNTS.split("|") for column in header)
    if is_of_counts or holds_tags(header):
        return {}
    own = {name: called.get(name, name) for name in columns_of_file(schema)}
    named = {plain_name(column) for column in own.values() if column}
    free = [column for column in header if plain_name(column) not in named]
    present = {plain_name(column) for column in header}
    columns = {}
    for name in own:
        if name in called or plain_name(name) in present:
            continue
        known = _NAMES.get(name, "").split("|")
        fitting = [column for column in free if _words(column) in known]
        if name == "start_date" and not fitting:
            fitting = [column for column in _only_dates(header) if column in free]
        if len(fitting) == 1:
            columns[name] = fitting[0]
    return columns


def _only_dates(header: Sequence[str]) -> list[str]:
    """Return the column called Date, unless another one may hold dates, too."""
    days = f"{_NAMES['start_date']}|{_NAMES['end_date']}|as of".split("|")
    dates = []
    for column in header:
        words = _words(column)
        if re.search("date|fecha", words) or words in days:
            dates.append(column)
    is_date = len(dates) == 1 and _words(dates[0]) in _DATE.split("|")
    return dates if is_date else []


def _words(column: str) -> str:
    # The text table renames a second column of one name.
    beginning = re.sub(r" \(\d+\)$", "", column[:_COMPARED_CHARACTERS])
    return " ".join(plain_words(beginning))


def match_columns(
    table: TextTable,
    schema: pa.DataFrameSchema,
    called: Mapping[str, str | None],
    options: Options,
) -> MatchedTable:
    """Find the column of the file for each column of the schema.

    Raises
    ------
    DataError
        If a required column is missing, or several columns of the file match one.
    """
    matched = _columns_by_name(table, schema, called)
    for name, column in columns_in_other_words(table.header, schema, called).items():
        matched[name] = column
        remark = _taken_for(name, is_optional(schema.columns[name]), column)
        problem = Problem(table.header_row, column, "", *remark)
        # A table whose rows were moved is matched again.
        if problem not in table.remarks:
            table.remarks.append(problem)
    missing = missing_columns(table.header, schema, called)
    missing += [name for name in called if called[name] and name not in missing]
    missing = [name for name in missing if name not in matched]
    if missing:
        raise DataError(_explain_missing(table, missing, called, matched))
    known = columns_of_file(schema)
    names = {name: matched[name] for name in known if name in matched}
    return MatchedTable(table, schema, names, options)


def _columns_by_name(
    table: TextTable, schema: pa.DataFrameSchema, called: Mapping[str, str | None]
) -> dict[str, str]:
    """Match the columns that have the name in the schema, or the one that is given."""
    matched: dict[str, str] = {}
    # Match the columns named by the caller first, so that no other column takes them.
    named_first = sorted(columns_of_file(schema), key=lambda name: name not in called)
    for name in named_first:
        wanted = called.get(name, name)
        if wanted is None:
            continue
        candidates = _candidates(table.header, wanted)
        if name == "start_date" and not candidates and name in needed_columns(schema):
            candidates = day_parts(table.header)[:1]
        if name not in called:
            taken = set(matched.values())
            candidates = [column for column in candidates if column not in taken]
        if not candidates:
            continue
        if len(candidates) > 1:
            problem = _explain_several(candidates, name)
            raise DataError(f"{table.name}: {problem}")
        [column] = candidates
        _check_free(table, column, name, matched)
        matched[name] = column
    return matched


def _taken_for(name: str, may_be_left_out: bool, column: str) -> Finding:
    """Say that a column with another name is read, and how to say otherwise."""
    option = as_typed(f"{name}={column}")
    remedy = (
        f'say which column it is: columns={{"{name}": "{column}"}}, '
        f"or --column {option} on the command line"
    )
    if may_be_left_out:
        remedy += f'; or leave it out: columns={{"{name}": None}}, or --column {name}='
    return Finding(f"is taken for {name}", remedy, WARNING)


def _cells_of(table: TextTable, column: str, rule: pa.Column) -> pd.Series:
    """Return the cells of a column as typed; days of several columns as one."""
    parts = day_parts(table.header) if rule.name == "start_date" else []
    if parts[:1] == [column]:
        return _joined_parts(table, parts)
    cells = table.text(column)
    if kind_of(rule) in ("whole number", "number"):
        return with_clear_decimals(cells, table.is_number(column))
    return cells


def _joined_parts(table: TextTable, parts: Sequence[str]) -> pd.Series:
    """Write years, months and days of several columns as days, each once."""
    # A column with gaps may have been written with decimals: 2019.0.
    texts = pd.DataFrame(
        {part: table.text(part).str.strip().str.removesuffix(".0") for part in parts}
    )
    rows: Any = pd.MultiIndex.from_frame(texts)
    codes, distinct = rows.factorize()
    days = [_joined_day(*cells) for cells in distinct]
    return text_column(days).take(codes).set_axis(texts.index)


def _joined_day(year: str, month: str = "", day: str = "") -> str:
    if not has_value(year):
        return year
    parts = [part for part in (year, month, day) if has_value(part)]
    if not month.isdecimal():
        return " ".join(reversed(parts))
    # Not 2011-12, which may also be two years.
    return "-".join(parts) if len(parts) == 3 else "/".join(reversed(parts))


def _candidates(header: Sequence[str], wanted: str) -> list[str]:
    """Return the columns that match a name, including a second one of that name."""
    candidates = [column for column in header if column == wanted]
    if not candidates:
        plain = plain_name(wanted)
        candidates = [column for column in header if plain_name(column) == plain]
    if not candidates:
        return []
    # The text table renames a duplicate column like this.
    second = f"{candidates[0]} (2)"
    if second in header:
        candidates.append(second)
    return candidates


def _explain_several(candidates: Sequence[str], name: str) -> str:
    first = candidates[0]
    last = candidates[-1]
    chosen, rename = first, ""
    if last == f"{first} (2)":
        # The first name matches both columns, so only the second can be chosen.
        chosen = last
        rename = ", or rename one in the file"
    columns = " and ".join(map(repr, candidates))
    return (
        f"{columns} may both be {name}; "
        f'say which: columns={{"{name}": "{chosen}"}}{rename}'
    )


def _check_free(
    table: TextTable, column: str, name: str, matched: Mapping[str, str]
) -> None:
    for other, taken in matched.items():
        if taken == column:
            raise DataError(
                f"{table.name}: `columns` names {column!r} for {other} and for {name}; "
                "a column of the file is one column of the register"
            )


def _explain_missing(
    table: TextTable,
    missing: Sequence[str],
    called: Mapping[str, str | None],
    matched: Mapping[str, str],
) -> str:
    """Explain which columns are missing, what the header has, and what to type."""
    taken = set(matched.values())
    free = [column for column in table.header if column not in taken]
    wanted = []
    options = []
    mapping = []
    for name in missing:
        word = called.get(name) or name
        if name in called:
            wanted.append(f"{name} ({word!r})")
        else:
            wanted.append(name)
        column = _likely_column(word, name, free)
        mapping.append(f'"{name}": "{column}"')
        option = as_typed(f"{name}={column}")
        options.append(f"--column {option}")
    header = _header_in_words(table.header)
    columns = ", ".join(mapping)
    return (
        f"{table.name}: no column for {' and '.join(wanted)}; "
        f"say which it is: columns={{{columns}}}, "
        f"or {' '.join(options)} on the command line; "
        f"the header in row {table.header_row} has {header}"
    )


def _header_in_words(header: Sequence[str]) -> str:
    names = []
    for column in header[:SHOWN]:
        name = column[:_SHOWN_CHARACTERS]
        names.append(repr(name))
    text = ", ".join(names)
    more = len(header) - SHOWN
    if more > 0:
        text += f" and {more:,} more"
    return text


def _likely_column(wanted: str, name: str, free: Sequence[str]) -> str:
    """Return the column that most likely matches, or dots."""
    words = _ALSO_CALLED.get(name, [])
    # What a column means tells more than how similar its name is.
    likely = [
        column for column in free if any(word in column.casefold() for word in words)
    ]
    likely += nearest(wanted, free, count=1)
    if not likely:
        return "..."
    return likely[0][:_SHOWN_CHARACTERS]
