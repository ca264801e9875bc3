"""The command line."""

from __future__ import annotations

import enum
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cbcstats._version import __version__
from cbcstats.commands import charts, registers
from cbcstats.commands.output import (
    Overwrite,
    errors_as_sentences,
    print_all_letters,
    printable,
)

if TYPE_CHECKING:
    import pandas as pd


class Format(enum.StrEnum):
    """How verdicts are printed."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"


app = typer.Typer(
    name="cbcstats",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cbcstats {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the version and stop.",
            callback=_show_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Compare published counts of customs capacity building."""


@app.command(
    epilog="Examples: cbcstats report · cbcstats report --output 2018 --notebooks mine.ipynb"
)
def report(
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="Folder to write; one that holds a report is replaced.",
        ),
    ] = Path("report"),
    notebooks: Annotated[
        list[Path] | None,
        typer.Option(
            "--notebooks",
            "-n",
            help="A notebook or a folder of them, again and again; by default those of cbcstats.",
        ),
    ] = None,
) -> None:
    """Run the notebooks and write one page, with its charts and tables beside it.

    Exits with 0 when the report is written, and with 2 when it is not; the page of an earlier report still works then.
    """
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from cbcstats.report.report import save_report

    console = Console(stderr=True)
    console.quiet = not console.is_terminal  # rich 13.9 would end in an empty line
    with (
        errors_as_sentences(),
        Progress(console=console, transient=True, disable=console.quiet) as bar,
    ):
        tasks: dict[str, TaskID] = {}

        def show(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done)

        try:
            page = save_report(output, notebooks=notebooks, progress=show)
        except KeyboardInterrupt as interrupt:
            logging.getLogger(
                "asyncio"
            ).disabled = (
                True  # what the tasks of nbclient say of their end helps nobody
            )
            typer.echo("Stopped; the report was not finished", err=True)
            raise typer.Exit(130) from interrupt
    typer.echo(printable(f"Wrote {page}"))


@app.command(
    epilog="Examples: cbcstats claims · cbcstats claims mine.csv --format csv > verdicts.csv"
)
def claims(
    file: Annotated[
        Path | None,
        typer.Argument(help="Counts of your own; by default those of cbcstats."),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", "-f", help="How to print the verdicts.")
    ] = Format.table,
) -> None:
    """Check every published change against the published figures.

    Exits with 0 when nothing contradicts, with 1 when something does, and with 2 when the file cannot be read.
    """
    from cbcstats.changes.claim_checks import CONTRADICTS, check_claims
    from cbcstats.files.writing import csv_bytes
    from cbcstats.tables.loaders import load_counts

    with errors_as_sentences():
        found = check_claims(load_counts(source=file))
    if form is Format.csv:
        typer.echo(csv_bytes(found).decode(), nl=False)
    elif form is Format.json:
        typer.echo(
            found.to_json(
                orient="records", date_format="iso", force_ascii=False, indent=2
            )
        )
    else:
        _print_verdicts(found, form)
    if (found["verdict"] == CONTRADICTS).any():
        raise typer.Exit(1)


@app.command(
    epilog='Examples: cbcstats implied 492 +49% · cbcstats implied 492 +49% --previous "more than 330"',
    context_settings={
        "ignore_unknown_options": True
    },  # a change may begin with a minus sign
)
def implied(
    value: Annotated[
        str,
        typer.Argument(help="The later count, with its word: 492, or 'almost 400'."),
    ],
    change: Annotated[
        str,
        typer.Argument(help="The change that is claimed: +49%, 'a 20% fall', doubled."),
    ],
    previous: Annotated[
        str | None,
        typer.Option("--previous", "-p", help="What was published of the one before."),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Read words strictly: an open side stays open."),
    ] = False,
) -> None:
    """Print the whole numbers that the count before can have been.

    Exits with 0, with 1 when there are none, and with 2 when something cannot be read.
    """
    from cbcstats.changes.claims import implied_previous
    from cbcstats.counts.qualifiers import parse_qualified

    reading = "strict" if strict else "usual"
    with errors_as_sentences():
        figure = parse_qualified(value)
        found = implied_previous(
            figure.value,
            change,
            qualifier=figure.qualifier,
            previous=previous,
            reading=reading,
        )
    typer.echo(str(found))
    if found.empty:
        raise typer.Exit(1)


@app.command(
    epilog="Examples: cbcstats template missions.xlsx · cbcstats template beneficiaries.xlsx --kind beneficiaries"
)
def template(
    file: Annotated[
        Path, typer.Argument(help="Workbook to write; its name ends in .xlsx.")
    ],
    kind: Annotated[str, typer.Option(help="missions or beneficiaries.")] = "missions",
    overwrite: Overwrite = False,
) -> None:
    """Write a workbook in which people fill in a register, with drop-down lists, and checks while they type.

    What the form accepts without a question passes `cbcstats check`.

    Exits with 0 when the workbook is written, and with 2 when it is not.
    """
    from cbcstats.registers.template import save_template

    with errors_as_sentences():
        typer.echo(
            printable(f"Wrote {save_template(file, kind=kind, overwrite=overwrite)}")
        )


app.command(
    epilog="Examples: cbcstats check missions.xlsx · "
    "cbcstats check missions.csv --column member=Country --date-format %d/%m/%Y --problems to_correct.xlsx"
)(registers.check)
app.command(
    epilog="Examples: cbcstats count missions.csv --by wco_region · "
    "cbcstats count missions.csv --by programme --year-start 1 -o counts.xlsx"
)(registers.count)


app.command(
    epilog="Examples: cbcstats chart missions -o missions.svg --width 17 · "
    "cbcstats chart missions --kind changes --per month --theme dark"
)(charts.chart)


def _print_verdicts(found: pd.DataFrame, form: Format) -> None:
    from cbcstats.counts.periods import period_label
    from cbcstats.counts.ranges import rows

    columns = [
        "indicator",
        "period",
        "value",
        "published change",
        "verdict",
        "read strictly",
        "in words",
    ]
    lines = [
        [
            claim.indicator,
            period_label(claim.period_start, claim.period_end),
            _number(claim),
            claim.published_change,
            claim.verdict,
            claim.verdict_strict,
            claim.sentence,
        ]
        for claim in rows(found)
    ]
    if form is Format.markdown:
        for cells in (columns, ["---"] * len(columns), *lines):
            plain = (
                " ".join(printable(cell).split()).replace("|", r"\|") for cell in cells
            )
            typer.echo(f"| {' | '.join(plain)} |")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, show_lines=True)
    for cells in lines:
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console = Console()
    Console(width=None if console.is_terminal else 200).print(table)


def _number(claim: Any) -> str:
    import pandas as pd

    word = claim.qualifier.replace("_", " ")
    return (
        "not known"
        if pd.isna(claim.value)
        else f"{word} {claim.value:,}".removeprefix("exact ")
    )


def main() -> None:
    """Run the command line; an error is a sentence and an exit code, not a traceback."""
    print_all_letters()
    try:
        with errors_as_sentences():
            app()
    except typer.Exit as end:
        sys.exit(end.exit_code)
