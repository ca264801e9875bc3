"""save_table: tables as files for spreadsheets, for statistical software, for pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cbcstats.arguments import (
    check_file_to_write,
    check_flag,
    check_frame,
    check_optional_text,
)
from cbcstats.errors import ArgumentError
from cbcstats.exports.html import html_page, markdown_page
from cbcstats.files.writing import (
    csv_bytes,
    parquet_bytes,
    plain_frame,
    target,
    write_whole,
)
from cbcstats.tables.loaders import source_line, sources_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    Tables = Mapping[str, pd.DataFrame]


def save_table(
    table: pd.DataFrame | Mapping[str, pd.DataFrame],
    path: str | Path,
    *,
    title: str | None = None,
    note: str | None = None,
    sources: pd.DataFrame | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a table to a file, in the form that its name ends in; sources and caveats go with it.

    Parameters
    ----------
    table : pandas.DataFrame or mapping of str to pandas.DataFrame
        A table, or several with their names for a workbook or a page. An index with names, or of text, becomes
        columns.
    path : path
        The file; folders are made on the way. Its name ends in one of:

        - `.xlsx`: a workbook with cover, contents, notes, one sheet for each table, sources, and an editable chart
          of counts of one series, or of changes
        - `.csv`: UTF-8, one header row, empty where missing
        - `.parquet`: with dtypes; title, note and sources are in the metadata
        - `.json`: a list of rows, for one table
        - `.html`, `.md`: pages to read, whose numbers are rounded as in the report
        - `.sdmx.csv`: SDMX-CSV 2.0, for counts, see Notes
    title : str, optional
        Title that says what the table holds; made from the name of the file by default.
    note : str, optional
        What a reader must know beside what the table itself says.
    sources : pandas.DataFrame, optional
        Sources of your own, in the columns of `load_sources`; those that cbcstats carries are known.
    overwrite : bool
        Whether to replace a file that is there.

    Returns
    -------
    pathlib.Path
        The file. The same version writes the same bytes.

    Raises
    ------
    ArgumentError
        If the file is there already or ends in something else, or the table does not fit it.

    Notes
    -----
    No cell becomes a formula. A workbook marks text as text. CSV cannot: a text that a spreadsheet would compute
    (it begins with = @ + - tab or line break, and is no signed number such as +49%, -3.5 or +3 percentage points)
    gets an apostrophe before it there, and is read back with it. Numbers are never changed. Neither CSV nor Excel
    tells an empty text from a missing one. Excel keeps 15 digits of a number, and days from March 1900 on; what goes
    beyond is text there.

    In a sheet of a table, the header is row 4: `pandas.read_excel(path, sheet_name="counts", header=3,
    engine="calamine")`.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from cbcstats import load_counts, save_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_table(load_counts("capacity_building_missions"), f"{folder}/missions.csv")
    ...     print(pd.read_csv(path)["value"].tolist())
    [280, 350, 400, 330, 342, 492]
    """
    path = check_file_to_write("path", path)
    title, note = check_optional_text("title", title), check_optional_text("note", note)
    sources = None if sources is None else check_frame("sources", sources)
    overwrite = check_flag("overwrite", overwrite)
    path = target(path, list(_WRITERS), overwrite=overwrite)
    suffix = next(suffix for suffix in _WRITERS if path.name.lower().endswith(suffix))
    stem = path.name[: -len(suffix)] or "table"
    given = table if isinstance(table, Mapping) else {stem: table}
    if not given:
        raise ArgumentError(
            "`table` holds no table; give a DataFrame, or a mapping of names to DataFrames"
        )
    tables = {}
    for name, frame in given.items():
        tables[str(name)] = plain_frame(frame, str(name))
    if len(tables) < len(given):
        raise ArgumentError(
            "two tables have the same name; give each a name of its own"
        )
    title = title or stem.replace("_", " ").capitalize()
    content = _WRITERS[suffix](tables, title, note or "", sources)
    return write_whole(path, content, overwrite=overwrite)


def _sdmx(tables: Tables, *_about: Any) -> bytes:
    from cbcstats.exports.sdmx import sdmx_frame

    counts = _only(tables, "SDMX-CSV")
    return csv_bytes(sdmx_frame(counts))


def _csv(tables: Tables, *_about: Any) -> bytes:
    return csv_bytes(_only(tables, "CSV"))


def _json(tables: Tables, *_about: Any) -> bytes:
    table = _only(tables, "JSON")
    days: dict[str, Any] = {"date_format": "iso", "date_unit": "s"}
    text = table.to_json(orient="records", force_ascii=False, indent=2, **days)
    return f"{text}\n".encode()


def _parquet(
    tables: Tables, title: str, note: str, sources: pd.DataFrame | None
) -> bytes:
    table = _only(tables, "Parquet")
    cited = sources_of([table], sources)
    line = source_line(cited["source_id"], cited)
    texts = {"title": title, "note": note, "sources": line}
    metadata = {name: text for name, text in texts.items() if text}
    return parquet_bytes(table, metadata)


def _workbook(
    tables: Tables, title: str, note: str, sources: pd.DataFrame | None
) -> bytes:
    from cbcstats.exports.workbook import workbook_bytes

    return workbook_bytes(tables, title, note, sources)


def _html(tables: Tables, title: str, note: str, sources: pd.DataFrame | None) -> bytes:
    return html_page(tables, title, note, sources).encode("utf-8")


def _markdown(
    tables: Tables, title: str, note: str, sources: pd.DataFrame | None
) -> bytes:
    return markdown_page(tables, title, note, sources).encode("utf-8")


def _only(tables: Tables, kind: str) -> pd.DataFrame:
    """Return the table of a file that has room for one."""
    if len(tables) > 1:
        names = ", ".join(tables)
        raise ArgumentError(
            f"{kind} holds one table, but {names} were given; "
            "write .xlsx, .html or .md, or use save_datapackage"
        )
    [frame] = tables.values()
    return frame


# A name that ends in .sdmx.csv ends in .csv as well, so the longer one comes first.
_WRITERS: Final[dict[str, Callable[..., bytes]]] = {
    ".sdmx.csv": _sdmx,
    ".csv": _csv,
    ".xlsx": _workbook,
    ".parquet": _parquet,
    ".json": _json,
    ".html": _html,
    ".md": _markdown,
}
