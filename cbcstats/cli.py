"""The command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cbcstats import __version__
from cbcstats.errors import CbcstatsError

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
        typer.Option("--version", help="Show the version and stop.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Compare published counts of customs capacity building."""


@app.command(epilog="Examples: cbcstats report · cbcstats report --output 2018 --notebooks mine.ipynb")
def report(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to write; one that holds a report is replaced.")
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

    Exits with 0 when the report is written, and with 1 when it is not; what stood there stays then.
    """
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from cbcstats.reports import save_report

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def show(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done)

        page = save_report(output, notebooks=notebooks, progress=show)
    typer.echo(f"Wrote {page}")


def main() -> None:
    """Run the command line; an error is a sentence and an exit code, not a traceback."""
    try:
        app()
    except CbcstatsError as error:
        typer.secho(f"Error: {error}", err=True, fg=typer.colors.RED)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.secho("Stopped; nothing was written", err=True)
        sys.exit(130)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        typer.secho(
            f"Error: {where}{error.strerror or error}; check that it may be read and written",
            err=True,
            fg=typer.colors.RED,
        )
        sys.exit(1)
