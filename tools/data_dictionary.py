"""Write the data dictionary from the schemas: `data/README.md` and `data/datapackage.json`.

`python -m tools.data_dictionary data` writes both.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from cbcstats import __version__
from cbcstats.exports.datapackage import LICENCE, MARKS, resource
from cbcstats.tables.checks import PARTIAL_DATE
from cbcstats.tables.schemas import SCHEMAS

if TYPE_CHECKING:
    import pandera.pandas as pa

_FILES: Final = ("README.md", "datapackage.json")
_KEYS: Final = {
    "indicators": "indicator",
    "members": "iso3",
    "sources": "source_id",
    "readings": "pair_id",
}
_PARTIAL: Final = "a year, month or day, such as 2018, 2018-03 or 2018-03-02"
_LICENCE: Final = (
    "The figures are facts that their sources published. This compilation of them, with its notes, may be used under "
    "the licence [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). The World Customs Organization has not "
    "endorsed it."
)
_OF_CLDR: Final = {"name": "Unicode-3.0", "path": "UNICODE-LICENSE.txt"}
# Where each table names its sources.
_SOURCES: Final = {
    "places": [
        {"title": "our own list of names"},
        {"title": "Unicode CLDR 47", "path": "https://cldr.unicode.org"},
    ],
    "indicators": [{"title": "our own names for what the sources count"}],
    "sources": [{"title": "the sources themselves"}],
    "readings": [{"title": "named in the columns source and exact_source"}],
}
_CITED: Final = {
    "title": "cited in each row by their ids in sources.csv",
    "path": "sources.csv",
}
_HEAD: Final = f"""# Data dictionary

Written from the schemas in `cbcstats/tables/schemas.py`; change them there and run `make data`.

All tables are CSV in UTF-8 with one header row, one value in a cell, and dates in ISO 8601. An empty cell is not
known. Every row names its source: an id in `sources.csv`, but for the indicators and the names of places, which are our
own lists and those of Unicode CLDR, and for the pairs in `readings.csv`, which name it in full. Notes are in our own
words.

{fill(_LICENCE, 120, break_long_words=False)}
"""


def data_dictionary() -> str:
    """Return the data dictionary as Markdown: each table, its columns and its rules."""
    parts = [_HEAD]
    for table, model in SCHEMAS.items():
        schema = model.to_schema()
        parts += [f"## {table}.csv", "", inspect.cleandoc(model.__doc__ or ""), ""]
        parts += ["| column | type | empty | meaning |", "| --- | --- | --- | --- |"]
        parts += [_column_line(name, column) for name, column in schema.columns.items()]
        rules = [
            f"- `{check.title}` {check.error} ({check.description})"
            for check in schema.checks
        ]
        parts += ["", "It is a problem when:", "", ";\n".join(rules) + ".", ""]
    return "\n".join(parts)


def _column_line(name: str, column: pa.Column) -> str:
    field = _field(column)
    kind = "date" if _is_partial(column) else field["type"]
    empty = "no" if "required" in field["constraints"] else "yes"
    meaning = field["description"][0].upper() + field["description"][1:]
    if allowed := _allowed(column, field["constraints"]):
        meaning += f". {allowed}"
    return f"| `{name}` | {kind} | {empty} | {meaning} |"


def datapackage() -> dict[str, Any]:
    """Return the description of the tables as a Frictionless Data Package."""
    return {
        "name": "cbcstats",
        "title": "Published counts of customs capacity building",
        "description": (
            "Counts as published, with their words, sources, and what must be known to compare them. "
            f"{_LICENCE}"
        ),
        "version": __version__,
        "licenses": [LICENCE],
        "resources": [
            _resource(table, model.to_schema()) for table, model in SCHEMAS.items()
        ],
    }


def write(folder: str | Path) -> None:
    """Write both files into the folder."""
    for name, content in _contents().items():
        (Path(folder) / name).write_text(content, encoding="utf-8", newline="\n")


def out_of_step(folder: str | Path) -> list[str]:
    """Return which of both files are missing from the folder, or differ from the schemas."""
    differing = []
    for name, content in _contents().items():
        path = Path(folder) / name
        kept = (
            path.read_text(encoding="utf-8", errors="replace")
            if path.is_file()
            else None
        )
        if kept != content:
            differing.append(name)
    return differing


def _contents() -> dict[str, str]:
    package = json.dumps(datapackage(), indent=2, ensure_ascii=False) + "\n"
    return dict(zip(_FILES, (data_dictionary(), package), strict=True))


def _resource(table: str, schema: pa.DataFrameSchema) -> dict[str, Any]:
    fields = [
        {"name": name, **_field(column)}
        for name, column in schema.columns.items()
        if not (column.metadata or {}).get("added")
    ]
    table_schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if table in _KEYS:
        table_schema["primaryKey"] = [_KEYS[table]]
    keys = [
        {
            "fields": [name],
            "reference": {"resource": "sources", "fields": ["source_id"]},
        }
        for name, column in schema.columns.items()
        if (column.metadata or {}).get("refers_to")
    ]
    if keys:
        table_schema["foreignKeys"] = keys
    described = resource(table, table_schema)
    described["sources"] = _SOURCES.get(table, [_CITED])
    if table == "places":
        described["licenses"] = [LICENCE, _OF_CLDR]
    return described


def _field(column: pa.Column) -> dict[str, Any]:
    dtype = str(column.dtype)
    kind = {"Float64": "number", "bool": "boolean"}.get(dtype, "string")
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if _is_partial(column):
        constraints["pattern"] = PARTIAL_DATE
    elif dtype.startswith("datetime64"):
        kind = "date"
    for check in column.checks:
        if check.name == "isin":
            constraints["enum"] = list(check.statistics["allowed_values"])
        elif check.name == "str_matches":
            constraints["pattern"] = check.statistics["pattern"]
        elif check.name == "greater_than_or_equal_to":
            constraints["minimum"] = check.statistics["min_value"]
    field = {
        "type": kind,
        "description": column.description,
        "constraints": constraints,
    }
    return field | (MARKS if kind == "boolean" else {})


def _is_partial(column: pa.Column) -> bool:
    return bool((column.metadata or {}).get("partial"))


def _allowed(column: pa.Column, constraints: dict[str, Any]) -> str:
    if "enum" in constraints:
        return "One of " + ", ".join(f"`{value}`" for value in constraints["enum"])
    if "pattern" in constraints:
        form = _PARTIAL if _is_partial(column) else column.metadata["form"]
        return f"Written as {form}"
    return ""


if __name__ == "__main__":
    write(sys.argv[1])
