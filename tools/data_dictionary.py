"""Schemas -> the data dictionary: `data/README.md` for people, `data/datapackage.json` for machines.

`python -m cbcstats.dictionary data` writes both anew.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cbcstats import __version__
from cbcstats.files.cells import FORM_OF_PARTIAL_DAY
from cbcstats.tables.loaders import SCHEMAS
from cbcstats.tables.rules import PATTERNS, RULES

if TYPE_CHECKING:
    import pandera.pandas as pa

from cbcstats.exports.datapackage import MARKS, resource

_FILES: Final = ("README.md", "datapackage.json")
_KEYS: Final = {"members": "iso3", "sources": "source_id"}
_HEAD: Final = """# Data dictionary

Written from the schemas in `cbcstats/tables/schemas.py`; change them there and run `make data`.

All tables are CSV in UTF-8 with one header row, one value in a cell, and dates in ISO 8601. An empty cell is not
known. Every row names its source, an id in `sources.csv`, but for the names of places, which are our own list. Notes
are in our own words.
"""


def data_dictionary() -> str:
    """Return the data dictionary as Markdown: each table, its columns and its rules."""
    parts = [_HEAD]
    for table, model in SCHEMAS.items():
        schema = model.to_schema()
        parts += [
            f"## {table}.csv",
            "",
            f"{(model.__doc__ or '').strip()}",
            "",
            "| column | type | empty | meaning |",
        ]
        parts.append("| --- | --- | --- | --- |")
        for name, column in schema.columns.items():
            field = _field(column)
            words = _allowed(field)
            meaning = (
                field["description"][0].upper()
                + field["description"][1:]
                + (f". {words}" if words else "")
            )
            empty = "no" if field["constraints"].get("required") else "yes"
            parts.append(
                f"| `{name}` | {'date' if _is_partial(column) else field['type']} | {empty} | {meaning} |"
            )
        rules = [RULES[check.name] for check in schema.checks if check.name in RULES]
        parts += ["", "It is a problem when:", ""]
        parts += [f"- `{rule.column}` {rule.problem} ({rule.remedy});" for rule in rules]
        parts[-1] = parts[-1].removesuffix(";") + "."
        parts.append("")
    return "\n".join(parts)


def datapackage() -> dict[str, Any]:
    """Return the description of the tables as a Frictionless Data Package."""
    return {
        "name": "cbcstats",
        "title": "Published counts of customs capacity building",
        "description": "Counts as published, with their words, sources, and what must be known to compare them.",
        "version": __version__,
        "resources": [_resource(table, model.to_schema()) for table, model in SCHEMAS.items()],
    }


def write(folder: str | Path) -> None:
    """Write both files into the folder."""
    for name, content in _contents().items():
        (Path(folder) / name).write_text(content, encoding="utf-8", newline="\n")


def out_of_step(folder: str | Path) -> list[str]:
    """Return which of both files in the folder are missing, or say something else than the schemas."""
    paths = [Path(folder) / name for name in _FILES]
    kept = {
        path.name: path.read_text(encoding="utf-8", errors="replace")
        for path in paths
        if path.is_file()
    }
    return [name for name, content in _contents().items() if kept.get(name) != content]


def _contents() -> dict[str, str]:
    package = json.dumps(datapackage(), indent=2, ensure_ascii=False) + "\n"
    return dict(zip(_FILES, (data_dictionary(), package), strict=True))


def _resource(table: str, schema: pa.DataFrameSchema) -> dict[str, Any]:
    fields = [{"name": name, **_field(column)} for name, column in schema.columns.items()]
    refers = [
        name for name, column in schema.columns.items() if (column.metadata or {}).get("refers_to")
    ]
    keys = [
        {"fields": [name], "reference": {"resource": "sources", "fields": ["source_id"]}}
        for name in refers
    ]
    table_schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if table in _KEYS:
        table_schema["primaryKey"] = [_KEYS[table]]
    if keys:
        table_schema["foreignKeys"] = keys
    return resource(table, table_schema)


def _field(column: pa.Column) -> dict[str, Any]:
    dtype = str(column.dtype)
    kind = {"Float64": "number", "bool": "boolean"}.get(
        dtype, "date" if dtype.startswith("datetime64") else "string"
    )
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if _is_partial(column):
        kind, constraints = "string", constraints | {"pattern": FORM_OF_PARTIAL_DAY}
    for check in column.checks:
        if check.name == "isin":
            constraints["enum"] = list(check.statistics["allowed_values"])
        elif check.name == "str_matches":
            constraints["pattern"] = check.statistics["pattern"]
        elif check.name == "greater_than_or_equal_to":
            constraints["minimum"] = check.statistics["min_value"]
    field = {"type": kind, "description": column.description, "constraints": constraints}
    return field | (MARKS if kind == "boolean" else {})


def _is_partial(column: pa.Column) -> bool:
    return bool((column.metadata or {}).get("partial"))


def _allowed(field: dict[str, Any]) -> str:
    constraints = field["constraints"]
    if "enum" in constraints:
        return "One of " + ", ".join(f"`{value}`" for value in constraints["enum"])
    if "pattern" in constraints:
        return "Written as " + PATTERNS.get(constraints["pattern"], "text without blanks")
    return ""


if __name__ == "__main__":
    write(sys.argv[1])
