"""The commands for registers: `check` and `count`, on files of any size."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cbcstats.commands.output import Overwrite, errors_as_sentences, printable
from cbcstats.errors import SHOWN, ArgumentError, problem_line
from cbcstats.files.writing import target, write_whole
from cbcstats.registers.columns import as_typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from cbcstats.registers.register import Register

_LARGE: Final = 20_000_000  # bytes, from which on progress is shown
_TABLES: Final = (".csv", ".xlsx", ".parquet")

File = Annotated[Path, typer.Argument(help="A register: CSV, Excel or Parquet.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column", "-c", help="Which column is which, such as member=Country; again and again."
    ),
]
DateFormat = Annotated[
    str | None,
    typer.Option(
        help="How dates are written, such as %d/%m/%Y; by default only as 2017-04-03 (ISO 8601)."
    ),
]
Sheet = Annotated[str | None, typer.Option(help="The sheet of a workbook.")]
RepeatedRows = Annotated[
    str, typer.Option(help="keep or reject rows that repeat another in all cells and have no id.")
]


def check(
    file: File,
    column: Columns = None,
    date_format: DateFormat = None,
    kind: Annotated[str, typer.Option(help="missions or beneficiaries.")] = "missions",
    sheet: Sheet = None,
    repeated_rows: RepeatedRows = "keep",
    problems: Annotated[
        Path | None,
        typer.Option(
            "--problems",
            "-p",
            help="Workbook to write, to hand back: rejected rows with bad cells marked.",
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Say what is wrong with a register: every bad cell, its row, and what to do.

    Exits with 0 when no row is rejected, with 1 when some are, and with 2 when the file cannot be read or written.
    """
    from cbcstats.counts.ranges import rows
    from cbcstats.registers.register import Register, together

    options = {
        "kind": kind,
        "sheet": sheet,
        "date_format": date_format,
        "repeated_rows": repeated_rows,
    }
    with errors_as_sentences():
        if problems:
            target(problems, [".xlsx"], overwrite=overwrite)
            if problems.exists() and file.exists() and problems.samefile(file):
                raise ArgumentError(
                    f"{problems} is the register itself; give the workbook another name"
                )
        parts = []
        for part in _parts(file, column, options):
            # Rows are counted and let go, so that a file larger than memory can be checked.
            rejected = part.rejected if problems else part.rejected.iloc[:0]
            parts.append(
                Register(part.name, part.rows.iloc[:0], rejected, part.problems, part.summary)
            )
        found = together(parts)
        typer.echo(printable(found.in_words()))
        for problem in rows(found.problems.head(SHOWN)):
            typer.echo(printable(problem_line(problem)))
        if len(found.problems) > SHOWN:
            typer.echo(f"  and {len(found.problems) - SHOWN:,} more")
        if problems and found.summary["rejected"]:
            typer.echo(printable(f"Wrote {found.save_problems(problems, overwrite=overwrite)}"))
    if found.summary["rejected"]:
        if not problems:
            typer.echo(
                "To hand the rejected rows back with their bad cells marked: --problems problems.xlsx"
            )
        raise typer.Exit(1)


def count(
    file: File,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", "-b", help="Column to count by, such as wco_region; again and again."),
    ] = None,
    year_start: Annotated[int, typer.Option(help="Month in which reporting years begin.")] = 7,
    indicator: Annotated[
        str,
        typer.Option(help="missions, or the sum of experts, participants or female_participants."),
    ] = "missions",
    date: Annotated[
        str, typer.Option(help="Column that says in which year a mission counts.")
    ] = "start_date",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="File to write: .csv, .xlsx or .parquet; else it is printed."
        ),
    ] = None,
    column: Columns = None,
    date_format: DateFormat = None,
    sheet: Sheet = None,
    repeated_rows: RepeatedRows = "keep",
    overwrite: Overwrite = False,
) -> None:
    """Count the missions of a register per reporting year, as counts that compare.

    What is rejected is not counted; a line says how many rows that are.

    Exits with 0 when the counts are written, and with 2 when the file cannot be read or written.
    """
    from cbcstats.registers.counting import add_tallies, counts_of, tally

    options = {"sheet": sheet, "date_format": date_format, "repeated_rows": repeated_rows}
    how: dict[str, Any] = {"year_start": year_start, "date": date, "indicator": indicator}
    with errors_as_sentences():
        if output:
            target(output, _TABLES, overwrite=overwrite)
        cells, rejected, source = [], 0, ""
        for part in _parts(file, column, options):
            cells.append(tally(part.rows, by=by or [], **how))
            rejected += len(part.rejected)
            source = part.rows.attrs["source"]
        counts = counts_of(add_tallies(cells), source=source, **how)
        if output:
            _write(counts, output)
            typer.echo(printable(f"Wrote {output}"))
        else:
            _print(counts, by or [])
    if rejected:
        rows_were = "1 row was" if rejected == 1 else f"{rejected:,} rows were"
        given = [f"--column={pair}" for pair in column or []]
        given += [
            f"--{name.replace('_', '-')}={word}"
            for name, word in options.items()
            if word not in (None, "keep")
        ]
        command = " ".join(map(as_typed, ["cbcstats", "check", str(file), *given]))
        typer.echo(printable(f"{rows_were} rejected and not counted: {command}"), err=True)


def _parts(file: Path, column: list[str] | None, options: dict[str, Any]) -> Iterator[Register]:
    """Yield the parts of a register, and show progress on a terminal if it is large."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    from cbcstats.registers.reading import read_register_in_parts

    pairs = [_pair(given) for given in column or []]
    columns = dict(pairs)
    if len(columns) < len(pairs):
        raise ArgumentError("--column names one column twice; give each once")
    console = Console(stderr=True)
    quiet = not console.is_terminal or not file.is_file() or file.stat().st_size < _LARGE
    with Progress(console=console, transient=True, disable=quiet) as bar:
        task = bar.add_task(escape(printable(f"reading {file.name}")), total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        yield from read_register_in_parts(file, columns=columns, progress=show, **options)


def _pair(given: str) -> tuple[str, str]:
    name, mark, typed = given.partition("=")
    if not mark:
        raise ArgumentError(
            f"--column {given}: write it as {given}=Header, with the name of the column in the file"
        )
    return name.strip(), typed.strip()


def _write(counts: pd.DataFrame, path: Path) -> None:
    import pandas as pd

    from cbcstats.files.plain import csv_bytes
    from cbcstats.files.workbooks import text_of_cell

    content = io.BytesIO()
    if path.suffix.lower() == ".csv":
        content.write(csv_bytes(counts))
    elif path.suffix.lower() == ".parquet":
        counts.to_parquet(content, index=False)
    else:
        with pd.ExcelWriter(content, engine="xlsxwriter") as writer:
            # Text is text, not even {=1+1} a formula.
            writer.book.add_worksheet("Sheet1").add_write_handler(
                str, lambda sheet, *cell: sheet.write_string(*cell)
            )
            counts.map(lambda cell: text_of_cell(cell) if isinstance(cell, str) else cell).to_excel(
                writer, index=False
            )
    write_whole(path, content.getvalue())


def _print(counts: pd.DataFrame, by: list[str]) -> None:
    """Print counts: a table on a terminal, CSV into a pipe."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    from cbcstats.counts.periods import period_label
    from cbcstats.counts.ranges import rows
    from cbcstats.files.plain import csv_bytes

    console = Console()
    if not console.is_terminal:
        typer.echo(csv_bytes(counts).decode(), nl=False)
        return
    table = Table(
        "period", *map(escape, by), str(counts["unit"].iloc[0]) if len(counts) else "count", "note"
    )
    for line, parts in zip(rows(counts), counts[by].astype("str").to_numpy().tolist(), strict=True):
        word = "" if line.qualifier == "exact" else f"{line.qualifier.replace('_', ' ')} "
        note = "" if line.note != line.note else str(line.note)  # NaN differs from itself
        cells = (
            period_label(line.period_start, line.period_end),
            *parts,
            f"{word}{line.value:,}",
            note,
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console.print(table)
