"""What notebooks display -> files beside the report: each chart, each table, a workbook of all tables, a deck."""

from __future__ import annotations

import html
import importlib.util
import itertools
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cbcstats.charts.chart import cited_sources
from cbcstats.charts.saving import FORMATS, figure_data, figure_text, picture
from cbcstats.errors import ArgumentError
from cbcstats.exports.save_table import save_table
from cbcstats.exports.sheets import check_sheet
from cbcstats.exports.slides import Slide, deck_bytes, has_slide, slide_of
from cbcstats.files.writing import csv_bytes, parquet_bytes, plain_frame, with_index
from cbcstats.report.displays import DOTS, frame_html
from cbcstats.tables.sources import cited_by

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WORKBOOK: Final = "tables.xlsx"
DECK: Final = "charts.pptx"
_PARTS: Final = ".parts"  # what workbook and deck are made of, until they are
_ABOUT: Final = "about.json"


def export_displays(folder: str, stem: str) -> None:
    """Write each figure and frame that the notebook displays to files, and describe it in the output.

    Called in the kernel of a notebook, before its first cell. Charts go to `charts/` as PNG, SVG and PDF, with their
    data as CSV, tables to `tables/` as CSV, numbered in the order of the notebook.
    """
    from IPython.core.getipython import get_ipython
    from matplotlib.figure import Figure

    shell: Any = get_ipython()
    shell.run_line_magic("matplotlib", "inline")
    stem = re.sub(r"[^\w.-]+", "_", stem)
    chart_names = (f"{stem}_{number}" for number in itertools.count(1))
    table_names = (f"{stem}_{number}" for number in itertools.count(1))

    def show_figure(figure: Figure) -> tuple[bytes, dict[str, object]]:
        return _put_figure(figure, Path(folder), next(chart_names))

    def show_frame(frame: pd.DataFrame) -> tuple[str, dict[str, object]]:
        return _put_frame(frame, Path(folder), next(table_names))

    formatters = shell.display_formatter.formatters
    formatters["image/png"].for_type(Figure, show_figure)
    by_type = formatters["text/html"]
    by_type.for_type(
        pd.DataFrame, show_frame
    )  # so `%load_ext cbcstats` changes nothing


def _put_figure(
    figure: Figure, folder: Path, name: str
) -> tuple[bytes, dict[str, object]]:
    """Write the files of a figure; return its PNG, and what the page says of it."""
    pictures = {form: picture(figure, form, dpi=DOTS) for form in FORMATS}
    for form, content in pictures.items():
        (folder / "charts" / f"{name}.{form}").write_bytes(content)
    data = figure_data(figure)
    if len(data):
        (folder / "charts" / f"{name}.csv").write_bytes(csv_bytes(plain_frame(data)))

    charts = [ax for ax in figure.axes if has_slide(ax)]
    for number, ax in enumerate(charts, start=1):
        _put_slide(slide_of(ax), folder / _PARTS / "charts" / f"{name}_{number}")

    cited = [source for ax in figure.axes for source in cited_sources(ax)]
    sources = list(dict.fromkeys(cited))
    return pictures["png"], {
        "alt": figure_text(figure),
        "sources": sources,
        "file": name,
    }


def _put_frame(
    frame: pd.DataFrame, folder: Path, name: str
) -> tuple[str, dict[str, object]]:
    """Write the file of a frame; return its HTML, and what the page says of it."""
    frame = with_index(frame)
    shown = frame_html(frame, name)
    if frame.columns.empty:
        return shown, {}
    plain = plain_frame(_with_own_names(frame))
    (folder / "tables" / f"{name}.csv").write_bytes(csv_bytes(plain))
    note = _put_table(plain, folder / _PARTS / "tables" / f"{name}.parquet")
    return shown + note, {"sources": cited_by([frame]), "file": f"{name}.csv"}


def _with_own_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with a number at each name that stands before, in any letters."""
    names: dict[str, str] = {}
    for label in frame:
        name = found = (
            " ".join(map(str, label)) if isinstance(label, tuple) else str(label)
        )
        number = 1
        while found.casefold() in names:
            number += 1
            found = f"{name} ({number})"
        names[found.casefold()] = found
    return frame.set_axis(pd.Index(list(names.values()), dtype="str"), axis="columns")


def _put_table(frame: pd.DataFrame, path: Path) -> str:
    """Write a plain frame for the workbook; return why it is not in it, as HTML, if it is larger than a sheet."""
    try:
        check_sheet(path.stem, frame)
    except ArgumentError as error:
        return f'\n<p class="note">{html.escape(f"{path.stem} is not in {WORKBOOK}: {error}")}.</p>'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(parquet_bytes(frame.apply(_of_one_kind), {}))
    return ""


def _of_one_kind(column: pd.Series) -> pd.Series:
    """Return a column as text if Parquet has no place for it, such as one of numbers and words."""
    try:
        parquet_bytes(column.to_frame(), {})
    except ArgumentError:
        return column.astype("object").map(str, na_action="ignore")
    return column


def gather(folder: Path, title: str) -> list[str]:
    """Make one workbook of all tables and, with the extra `slides`, one deck of all charts; return their names."""
    parts = folder / _PARTS
    made = []
    paths = sorted(parts.glob("tables/*.parquet"), key=_in_order)
    tables = {path.stem: pd.read_parquet(path) for path in paths}
    if tables:
        save_table(tables, folder / WORKBOOK, title=title)
        made.append(WORKBOOK)
    paths = sorted(parts.glob("charts/*"), key=_in_order)
    if paths and importlib.util.find_spec("pptx"):
        slides = [_take_slide(path) for path in paths]
        (folder / DECK).write_bytes(deck_bytes(slides, title=title))
        made.append(DECK)
    shutil.rmtree(parts, ignore_errors=True)
    return made


def _in_order(path: Path) -> list[int | str]:
    """Return a key that puts the tenth chart after the second."""
    pieces = re.split(r"(\d+)", path.stem)
    return [int(piece) if piece.isdigit() else piece for piece in pieces]


def _put_slide(slide: Slide, folder: Path) -> None:
    """Write the parts of a slide into a folder of its own, for the deck."""
    words = slide._asdict()
    data, image = words.pop("data"), words.pop("picture")
    folder.mkdir(parents=True)
    (folder / "data.parquet").write_bytes(parquet_bytes(plain_frame(data), {}))
    (folder / "picture.png").write_bytes(image)
    (folder / _ABOUT).write_text(json.dumps(words), encoding="utf-8")


def _take_slide(folder: Path) -> Slide:
    words = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    data = pd.read_parquet(folder / "data.parquet")
    image = (folder / "picture.png").read_bytes()
    return Slide(**words, data=data, picture=image)
