"""save_datapackage: tables as a folder of CSV files that says what is in them."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.arguments import check_flag, check_frame, check_optional_text, check_path
from cbcstats.errors import ArgumentError
from cbcstats.exports.notes import caveats, meanings
from cbcstats.files.cells import ascii_letters
from cbcstats.files.writing import (
    csv_bytes,
    harmless,
    is_days,
    plain_frame,
    target,
    write_together,
)
from cbcstats.tables.loaders import (
    SOURCE_IDS,
    cited_by,
    is_sources,
    load_sources,
    sources_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


# Spreadsheet programs write TRUE.
MARKS: Final = {"trueValues": ["true", "TRUE"], "falseValues": ["false", "FALSE"]}
DESCRIPTOR: Final = "datapackage.json"
SOURCES: Final = "sources"
# Of the compilation: the figures are facts, which nobody owns.
LICENCE: Final = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
# Names that Windows keeps for devices, whatever stands after the dot.
_LONGEST: Final = 100  # characters of a name
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def save_datapackage(
    tables: Mapping[str, pd.DataFrame],
    folder: str | Path,
    *,
    title: str | None = None,
    note: str | None = None,
    sources: pd.DataFrame | None = None,
    overwrite: bool = False,
) -> Path:
    """Write tables as a Data Package of Frictionless: a CSV file each, their sources, and a description of all.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The tables by name. File names are made of the names, in lower case and without signs.
    folder : path
        The folder; made if it is not there. Other files in it stay as they are.
    title : str, optional
        Title of the package; made from the name of the folder by default.
    note : str, optional
        What a reader must know beside what the tables say.
    sources : pandas.DataFrame, optional
        Sources of your own, in the columns of `load_sources`; those that cbcstats carries are known.
    overwrite : bool
        Whether to replace files that are there.

    Returns
    -------
    pathlib.Path
        `datapackage.json` in the folder. It is written last, and holds the size and the SHA-256 of each table. A
        process that is killed between two files leaves each of them whole, but some are of before; these numbers
        show which.

    Raises
    ------
    ArgumentError
        If there is no table, what is given is none, or a file is there already.

    Notes
    -----
    CSV is written as by `save_table`. Types are those of the columns; ids of sources refer to `sources.csv`.
    `created` is today. The licence of the tables of cbcstats, CC BY 4.0, is named where all figures are from its
    sources; what licence your own figures have is yours to say.

    Examples
    --------
    >>> import tempfile
    >>> from cbcstats import load_counts, save_datapackage
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_datapackage({"Missions": load_counts("capacity_building_missions")}, folder)
    ...     print(sorted(file.name for file in path.parent.iterdir()))
    ['datapackage.json', 'missions.csv', 'sources.csv']
    """
    folder = check_path("folder", folder)
    title, note = check_optional_text("title", title), check_optional_text("note", note)
    sources = None if sources is None else check_frame("sources", sources)
    overwrite = check_flag("overwrite", overwrite)
    if folder.exists() and not folder.is_dir():
        raise ArgumentError(f"{folder}: is a file; name a folder")
    if not isinstance(tables, Mapping):
        raise ArgumentError(
            "`tables` must be a mapping of names to DataFrames, "
            f"but {type(tables).__name__} was given; name each table"
        )
    if not tables:
        raise ArgumentError(
            "`tables` holds no table; give a mapping of names to DataFrames"
        )
    plain = [plain_frame(table, str(name)) for name, table in tables.items()]
    frames = dict(zip(file_names(map(str, tables)), plain, strict=True))
    descriptions = {name: _description(frame) for name, frame in frames.items()}
    licences = _licences(frames.values(), sources)
    of_sources = _add_sources(frames, sources)
    files = {}
    resources = []
    for name, frame in frames.items():
        content = csv_bytes(frame)
        files[folder / f"{name}.csv"] = content
        about = _resource(name, frame, of_sources)
        if name in descriptions:
            about["description"] = descriptions[name]
        resources.append(about | _fingerprint(content))
    package = _package(title or folder.resolve().name, note)
    today = datetime.datetime.now(datetime.UTC).date()
    package |= {"created": f"{today}T00:00:00Z", **licences}
    package |= {**_cited(frames, of_sources), "resources": resources}
    text = json.dumps(package, indent=2, ensure_ascii=False)
    files[folder / DESCRIPTOR] = f"{text}\n".encode()
    for path in files:
        target(path, [path.suffix], overwrite=overwrite)
    write_together(files, overwrite=overwrite)
    return folder / DESCRIPTOR


def _package(title: str, note: str | None) -> dict[str, Any]:
    """Return the name, the title and the description of a package."""
    [name] = file_names([title])
    package = {"name": name, "title": title}
    if note:
        package["description"] = note
    return package


def file_names(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return names of files that every system takes, each once.

    They have lower case, digits, `_`, `-`, and `.` within.

    Examples
    --------
    >>> file_names(["Côte d'Ivoire", "../../etc/passwd", "con", "", "CON"])
    ['cote_d_ivoire', 'etc_passwd', 'table_con', 'table', 'table_con_2']
    """
    used = set(taken)
    unique = []
    for name in names:
        plain = _plain_name(name)
        number, file_name = 1, plain
        while file_name in used:
            number += 1
            file_name = f"{plain}_{number}"
        used.add(file_name)
        unique.append(file_name)
    return unique


def _plain_name(name: str) -> str:
    letters = ascii_letters(name).lower()
    letters = re.sub(r"[^a-z0-9_-]*[^a-z0-9._-]+[^a-z0-9_-]*", "_", letters)
    plain = letters.strip("._-")[:_LONGEST] or "table"
    return f"table_{plain}" if _DEVICES.fullmatch(plain) else plain


def _add_sources(
    frames: dict[str, pd.DataFrame], own: pd.DataFrame | None
) -> str | None:
    """Add the sources that are cited to the tables, unless one of these has them all; return their name."""
    cited = set(cited_by(frames.values()))
    if not cited:
        return None
    for name, frame in frames.items():
        if is_sources(frame) and cited <= set(frame["source_id"]):
            return name
    [name] = file_names([SOURCES], frames)
    frames[name] = sources_of(frames.values(), own)
    return name


def _licences(
    tables: Iterable[pd.DataFrame], own: pd.DataFrame | None
) -> dict[str, Any]:
    """Return the licence of cbcstats if every table cites its sources and no other."""
    known = set(load_sources()["source_id"])
    cited = [set(cited_by([table])) for table in tables if not is_sources(table)]
    is_ours = own is None and all(ids and ids <= known for ids in cited)
    return {"licenses": [LICENCE]} if is_ours else {}


def _cited(
    frames: Mapping[str, pd.DataFrame], of_sources: str | None
) -> dict[str, Any]:
    """Return the sources as the property that packages have for them."""
    if of_sources is None:
        return {}
    known = frames[of_sources]
    is_cited = known["source_id"].isin(cited_by(frames.values()))
    cited = known[is_cited & known["title"].notna()]
    columns = {"title": "title", "url": "path"}
    listing = cited[list(columns)].rename(columns=columns)
    # A source without an address has a title only.
    return {"sources": [row.dropna().to_dict() for _, row in listing.iterrows()]}


def _resource(name: str, frame: pd.DataFrame, of_sources: str | None) -> dict[str, Any]:
    fields = []
    for column, meaning in meanings(frame).items():
        fields.append({"name": harmless(column), **_field(frame[column], meaning)})
    table_schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    reference = {"resource": of_sources, "fields": ["source_id"]}
    ids = [column for column in SOURCE_IDS if column in frame]
    if ids and of_sources and not is_sources(frame):
        table_schema["foreignKeys"] = [
            {"fields": [column], "reference": reference} for column in ids
        ]
    return resource(name, table_schema)


def _description(frame: pd.DataFrame) -> str:
    rows = caveats({"": frame}).itertuples(index=False)
    return " ".join(f"{about}: {reading}" for about, reading in rows)


def _fingerprint(content: bytes) -> dict[str, Any]:
    """Return the size and the hash of a file, which tell another version or a cut one."""
    digest = hashlib.sha256(content).hexdigest()
    return {"bytes": len(content), "hash": f"sha256:{digest}"}


def _field(column: pd.Series, meaning: str) -> dict[str, Any]:
    kind = _kind(column)
    field: dict[str, Any] = {"type": kind}
    if kind == "datetime":
        field["format"] = "any"
    if meaning:
        field["description"] = meaning
    return field | (MARKS if kind == "boolean" else {})


def _kind(column: pd.Series) -> str:
    types = pd.api.types
    if types.is_bool_dtype(column.dtype):
        return "boolean"
    if types.is_integer_dtype(column.dtype):
        return "integer"
    if types.is_any_real_numeric_dtype(column.dtype):
        return "number"
    if types.is_datetime64_any_dtype(column.dtype):
        return "date" if is_days(column) else "datetime"
    values = column.dropna().unique()
    is_text = all(isinstance(value, str) for value in values)
    return "string" if is_text else "any"


def resource(name: str, table_schema: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a CSV file in a Data Package."""
    return {
        "name": name,
        "type": "table",
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": table_schema,
    }
