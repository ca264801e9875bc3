"""save_datapackage: tables as a folder of CSV files that says what is in them."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.arguments import check_flag, check_frame, check_optional_text, check_path
from cbcstats.errors import ArgumentError
from cbcstats.exports.notes import caveats, meanings
from cbcstats.files.writing import (
    csv_bytes,
    harmless,
    is_days,
    plain_frame,
    target,
    write_together,
)
from cbcstats.tables.loaders import SOURCE_IDS, cited_by, is_sources, sources_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


MARKS: Final = {
    "trueValues": ["true", "TRUE"],
    "falseValues": ["false", "FALSE"],
}  # spreadsheet programs write TRUE
DESCRIPTOR: Final = "datapackage.json"
SOURCES: Final = "sources"
# Names that Windows keeps for devices, whatever stands after the dot.
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

    Examples
    --------
    >>> import tempfile
    >>> from cbcstats import load_counts, save_datapackage
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_datapackage({"Missions": load_counts("missions")}, folder)
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
            f"`tables` must be a mapping of names to DataFrames, but {type(tables).__name__} was given; name each table"
        )
    if not tables:
        raise ArgumentError(
            "`tables` holds no table; give a mapping of names to DataFrames"
        )
    frames = dict(
        zip(
            file_names(map(str, tables)),
            (plain_frame(table, str(name)) for name, table in tables.items()),
            strict=True,
        )
    )
    said = {name: caveats({name: frame}) for name, frame in frames.items()}
    of_sources = _add_sources(frames, sources)
    name = title or folder.resolve().name
    files = {folder / f"{name}.csv": csv_bytes(frame) for name, frame in frames.items()}
    package = {
        "name": file_names([name])[0],
        "title": name,
        **({"description": note} if note else {}),
        **_cited(frames, of_sources),
        "resources": [
            _resource(name, frame, said.get(name), of_sources) | _mark(content)
            for (name, frame), content in zip(
                frames.items(), files.values(), strict=True
            )
        ],
    }
    files[folder / DESCRIPTOR] = (
        json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    ).encode("utf-8")
    for path in files:
        target(path, [path.suffix], overwrite=overwrite)
    write_together(files, overwrite=overwrite)
    return folder / DESCRIPTOR


def file_names(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return names of files that every system takes, each once: lower case, digits, `_`, `-` and `.` within.

    Examples
    --------
    >>> file_names(["Côte d'Ivoire", "../../etc/passwd", "con", "", "CON"])
    ['cote_d_ivoire', 'etc_passwd', 'table_con', 'table', 'table_con_2']
    """
    used = set(taken)
    made = []
    for name in names:
        letters = (
            unicodedata.normalize("NFKD", name)
            .encode("ascii", "ignore")
            .decode()
            .lower()
        )
        letters = (
            re.sub(r"[^a-z0-9_-]*[^a-z0-9._-]+[^a-z0-9_-]*", "_", letters).strip("._-")[
                :100
            ]
            or "table"
        )
        plain = f"table_{letters}" if _DEVICES.fullmatch(letters) else letters
        number, given = 1, plain
        while given in used:
            number += 1
            given = f"{plain}_{number}"
        used.add(given)
        made.append(given)
    return made


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


def _cited(
    frames: Mapping[str, pd.DataFrame], of_sources: str | None
) -> dict[str, Any]:
    """Return the sources as the property that packages have for them."""
    if of_sources is None:
        return {}
    known = frames[of_sources]
    known = known[
        known["source_id"].isin(cited_by(frames.values())) & known["title"].notna()
    ]
    return {
        "sources": [
            {"title": row["title"], "path": row["url"]} for _, row in known.iterrows()
        ]
    }


def _resource(
    name: str, frame: pd.DataFrame, said: pd.DataFrame | None, of_sources: str | None
) -> dict[str, Any]:
    means = meanings(frame)
    fields = [
        {"name": harmless(column), **_field(frame[column], meaning)}
        for column, meaning in means.items()
    ]
    refers = (
        [column for column in SOURCE_IDS if column in frame]
        if not is_sources(frame)
        else []
    )
    keys = [
        {
            "fields": [column],
            "reference": {"resource": of_sources, "fields": ["source_id"]},
        }
        for column in refers
    ]
    table_schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if keys and of_sources:
        table_schema["foreignKeys"] = keys
    lines = (
        []
        if said is None
        else [f"{about}: {reading}" for about, reading in said.itertuples(index=False)]
    )
    return resource(name, table_schema) | (
        {"description": " ".join(lines)} if lines else {}
    )


def _mark(content: bytes) -> dict[str, Any]:
    """Return by what a file is known, so that one of another time or one cut short is seen as such."""
    return {
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


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
    return (
        "string"
        if all(isinstance(value, str) for value in column.dropna().unique())
        else "any"
    )


def resource(name: str, table_schema: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a CSV file in a Data Package: where it is, how it is written, what it holds."""
    return {
        "name": name,
        "type": "table",
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": table_schema,
    }
