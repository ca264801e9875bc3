"""What the pages say of commands and schemas, and what they show of charts, made from what is described."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from typer.testing import CliRunner

import cbcstats
from cbcstats import cli

import pandera.pandas as pa  # isort: skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from matplotlib.axes import Axes

MARK: Final = "<!-- commands -->"
CHART: Final = re.compile(r"<!-- chart: (\w+) -->")
_WIDTH: Final = (
    12  # centimetres, so that letters stay readable on the screen of a telephone
)
_TYPES: Final = (
    ("datetime64", "day"),
    ("Int64", "whole number"),
    ("Float64", "number"),
    ("bool", "true or false"),
    ("category", "text"),
    ("str", "text"),
)


def commands() -> str:
    """Return the commands as Markdown: what each does, its usage, arguments, options and examples."""
    return "\n".join(
        line for name in command_names() for line in _command(name, _help(name))
    )


def command_names() -> list[str]:
    """Return the names of the commands, in the order of the command line."""
    return re.findall(r"^  ([a-z]+) ", _help().partition("Commands:")[2], re.MULTILINE)


def _help(*command: str) -> str:
    """Return what `--help` prints, without the frames of a terminal and without folded lines."""
    framed, cli.app.rich_markup_mode = cli.app.rich_markup_mode, None
    try:
        return (
            CliRunner()
            .invoke(
                cli.app, [*command, "--help"], prog_name="cbcstats", terminal_width=1000
            )
            .output
        )
    finally:
        cli.app.rich_markup_mode = framed


def _command(name: str, said: str) -> Iterable[str]:
    yield f"## {name}\n"
    usage, *parts = said.strip().split("\n\n")
    yield f"```text\n{usage.removeprefix('Usage: ')}\n```\n"
    for part in parts:
        lines = [
            line.strip() for line in re.sub(r"\n {5,}", "  ", part.strip()).splitlines()
        ]
        if lines[0] in ("Arguments:", "Options:"):
            yield from (_choice(line) for line in lines[1:])
        elif lines[0].startswith("Examples: "):
            examples = (
                " ".join(lines).removeprefix("Examples: ").split(" \N{MIDDLE DOT} ")
            )
            yield "\n".join(["```sh", *examples, "```"]) + "\n"
        else:
            yield _escaped(" ".join(lines)) + "\n"


def _choice(line: str) -> str:
    called, _, meaning = line.partition("  ")
    return f"`{called}`\n: {_escaped(' '.join(meaning.split()))}\n"


def _escaped(text: str) -> str:
    """Return text in which Markdown finds no emphasis, link or tag."""
    return re.sub(r"([*_<\[])", r"\\\1", text)


def chart(name: str, folder: Path) -> str:
    """Draw a chart for light and for dark pages, and return the Markdown that shows it with its text alternative."""
    ax = _CHARTS[name]()
    shown = []
    for theme in ("light", "dark"):
        path = folder / f"{name}-{theme}.png"
        cbcstats.save_chart(
            ax, path, width=_WIDTH, dpi=250, theme=theme, overwrite=True
        )
        shown.append(
            f"```{{image}} /{path.relative_to(folder.parents[1]).as_posix()}\n:class: only-{theme}\n"
        )
        shown.append(f":alt: {cbcstats.describe(ax)}\n```\n\n")
    return "".join(shown)


def _changes() -> Axes:
    monthly = cbcstats.year_on_year(
        cbcstats.load_counts("capacity_building_missions"), per="month"
    )
    return cbcstats.plot_changes(
        monthly, title="Missions per month: up 29% to 44%, not 49%"
    )


def _counts() -> Axes:
    return cbcstats.plot_counts(
        cbcstats.load_counts("capacity_building_missions"),
        title="What was reported on missions",
    )


def _contributions() -> Axes:
    columns = {"member": "Country", "start_date": "Start", "end_date": "End"}
    register = cbcstats.read_register(
        cbcstats.example_register(), columns=columns, date_format="%d/%m/%Y"
    )
    parts = cbcstats.contributions(
        cbcstats.count_missions(register.rows, by="programme"),
        by="programme",
        per="month",
    )
    return cbcstats.plot_contributions(
        parts, title="Invented register: programmes that grew"
    )


def _claims() -> Axes:
    return cbcstats.plot_claims(
        cbcstats.check_claims(cbcstats.load_counts("capacity_building_missions"))
    )


def _beneficiaries() -> Axes:
    lists = {
        "2021-06-30": ["Kenya", "Uganda", "Viet Nam"],
        "2022-06-30": ["Kenya", "Uganda", "Fiji"],
        "2023-06-30": ["Fiji", "Uganda", "Tonga", "Peru"],
    }
    rows = [(day, name) for day, names in lists.items() for name in names]
    members = pd.DataFrame(rows, columns=["as_of", "member"])
    return cbcstats.plot_beneficiaries(
        members.assign(programme="Example"),
        title="Invented programme: two joined in 2023, one left",
    )


_CHARTS: Final[dict[str, Callable[[], Axes]]] = {
    "changes": _changes,
    "counts": _counts,
    "contributions": _contributions,
    "claims": _claims,
    "beneficiaries": _beneficiaries,
}


def is_schema(documented: Any) -> bool:
    """Return whether it is a model of a table."""
    return isinstance(documented, type) and issubclass(documented, pa.DataFrameModel)


def columns(model: type[pa.DataFrameModel]) -> list[str]:
    """Return the columns of a table, and what breaks its rules, as lines of reStructuredText."""
    schema = model.to_schema()
    lines = ["", ".. list-table::", "   :header-rows: 1", "   :class: columns", ""]
    for cells in (
        ("column", "holds", "empty", "meaning"),
        *map(_cells, schema.columns.values()),
    ):
        lines += [
            f"   {'* -' if place == 0 else '  -'} {cell}"
            for place, cell in enumerate(cells)
        ]
    return [*lines, "", *_rules(schema)]


def _cells(column: Any) -> tuple[str, str, str, str]:
    holds = next(word for name, word in _TYPES if str(column.dtype).startswith(name))
    empty = (
        "may be left out" if not column.required else "yes" if column.nullable else "no"
    )
    return f"``{column.name}``", holds, empty, str(column.description or "")


def _rules(schema: Any) -> Iterable[str]:
    if schema.checks:
        yield "It is a problem when"
        yield ""
        for check in schema.checks:
            yield f"- ``{check.title}`` {check.error}: {check.description}."
        yield ""
