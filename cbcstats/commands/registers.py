"""The commands for registers: `check` and `count`."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cbcstats.commands.output import Overwrite, errors_as_sentences, printable
from cbcstats.errors import SHOWN, ArgumentError, problem_line
from cbcstats.files.writing import csv_bytes, target, write_whole
from cbcstats.registers.columns import as_typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from cbcstats.registers.register import Register

_LARGE: Final = (
    20_000_000  # bytes, from which on a terminal shows that a file is being read
)
_TABLES: Final = (".csv", ".xlsx", ".parquet")

File = Annotated[Path, typer.Argument(help="A register: CSV, Excel or Parquet.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        "-c",
        help="Which column is which, such as member=Country; again and again.",
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
    str,
    typer.Option(
        help="keep or reject rows that repeat another in all cells and have no id."
    ),
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

    Exits with 0 when no row is rejected, with 1 when some are, and with 2 when the file cannot be
    read or written.
    """
    options = {
        "sheet": sheet,
        "date_format": date_format,
        "repeated_rows": repeated_rows,
    }
    with errors_as_sentences():
        if problems:
            problems = target(problems, [".xlsx"], overwrite=overwrite)
            _check_not_the_register(problems, file)
        register = _read(file, column, kind=kind, **options)
        typer.echo(printable(register.in_words()))
        for problem in register.problems.head(SHOWN).itertuples(index=False):
            typer.echo(printable(problem_line(problem)))
        if len(register.problems) > SHOWN:
            typer.echo(f"  and {len(register.problems) - SHOWN:,} more")
        if problems and len(register.rejected):
            written = register.save_problems(problems, overwrite=overwrite)
            typer.echo(printable(f"Wrote {written}"))
    if len(register.rejected):
        if not problems:
            hint = "To hand the rejected rows back with their bad cells marked"
            typer.echo(f"{hint}: --problems problems.xlsx")
        raise typer.Exit(1)


def count(
    file: File,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            "-b",
            help="Column to count by, such as wco_region; again and again.",
        ),
    ] = None,
    year_start: Annotated[
        int, typer.Option(help="Month in which reporting years begin.")
    ] = 7,
    indicator: Annotated[
        str,
        typer.Option(
            help="missions, or the sum of experts, participants or female_participants."
        ),
    ] = "missions",
    date: Annotated[
        str, typer.Option(help="Column that says in which year a mission counts.")
    ] = "start_date",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write: .csv, .xlsx or .parquet; else it is printed.",
        ),
    ] = None,
    column: Columns = None,
    date_format: DateFormat = None,
    sheet: Sheet = None,
    repeated_rows: RepeatedRows = "keep",
    overwrite: Overwrite = False,
) -> None:
    """Count the missions of a register per reporting year.

    Rejected rows are not counted; a line says how many there are.

    Exits with 0 when the counts are written, and with 2 when the file cannot be read or written.
    """
    from cbcstats.registers.counting import count_missions

    options = {
        "sheet": sheet,
        "date_format": date_format,
        "repeated_rows": repeated_rows,
    }
    with errors_as_sentences():
        if output:
            output = target(output, _TABLES, overwrite=overwrite)
        register = _read(file, column, **options)
        counts = count_missions(
            register.rows,
            by=by or [],
            year_start=year_start,
            date=date,
            indicator=indicator,
        )
        if output:
            _write(counts, output, overwrite=overwrite)
            typer.echo(printable(f"Wrote {output}"))
        else:
            _print(counts, by or [])
    if rejected := len(register.rejected):
        rows_were = "row was" if rejected == 1 else "rows were"
        command = _check_command(file, column, options)
        line = f"{rejected:,} {rows_were} rejected and not counted: {command}"
        typer.echo(printable(line), err=True)


def _read(file: Path, column: list[str] | None, **options: Any) -> Register:
    """Read a register; on a terminal, a line says so while a large file is read."""
    from cbcstats.registers.reading import read_register

    pairs = [_pair(given) for given in column or []]
    columns = dict(pairs)
    if len(columns) < len(pairs):
        raise ArgumentError("--column names one column twice; give each once")
    with _shown_as_reading(file):
        return read_register(file, columns=columns, **options)


@contextlib.contextmanager
def _shown_as_reading(file: Path) -> Iterator[None]:
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    is_large = file.is_file() and file.stat().st_size >= _LARGE
    if not console.is_terminal or not is_large:
        yield
        return
    with console.status(escape(printable(f"reading {file.name}"))):
        yield


def _pair(given: str) -> tuple[str, str]:
    name, mark, column = given.partition("=")
    if not mark:
        raise ArgumentError(
            f"--column {given}: write it as {given}=Header, with the name of the column in the file"
        )
    return name.strip(), column.strip()


def _check_not_the_register(problems: Path, file: Path) -> None:
    if problems.exists() and file.exists() and problems.samefile(file):
        raise ArgumentError(
            f"{problems} is the register itself; give the workbook another name"
        )


def _check_command(
    file: Path, column: list[str] | None, options: dict[str, Any]
) -> str:
    """Return the command that lists what is wrong with the register."""
    words = [
        "cbcstats",
        "check",
        str(file),
        *(f"--column={pair}" for pair in column or []),
    ]
    for name, value in options.items():
        if value not in (None, "keep"):
            words.append(f"--{name.replace('_', '-')}={value}")
    return " ".join(map(as_typed, words))


def _write(counts: pd.DataFrame, path: Path, *, overwrite: bool) -> None:
    import pandas as pd

    from cbcstats.files.workbooks import text_of_cell

    content = io.BytesIO()
    if path.suffix.lower() == ".csv":
        content.write(csv_bytes(counts))
    elif path.suffix.lower() == ".parquet":
        counts.to_parquet(content, index=False)
    else:
        texts = counts.map(
            lambda cell: text_of_cell(cell) if isinstance(cell, str) else cell
        )
        with pd.ExcelWriter(content, engine="xlsxwriter") as writer:
            sheet = writer.book.add_worksheet("Sheet1")
            # Text stays text: not even {=1+1} becomes a formula.
            sheet.add_write_handler(str, lambda sheet, *cell: sheet.write_string(*cell))
            texts.to_excel(writer, index=False)
    write_whole(path, content.getvalue(), overwrite=overwrite)


def _print(counts: pd.DataFrame, by: list[str]) -> None:
    """Print counts: a table on a terminal, CSV into a pipe."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    from cbcstats.counts.periods import period_label

    console = Console()
    if not console.is_terminal:
        typer.echo(csv_bytes(counts).decode(), nl=False)
        return
    unit = str(counts["unit"].iloc[0]) if len(counts) else "count"
    table = Table("period", *map(escape, by), unit, "note")
    notes = counts["note"].fillna("")
    for row, note in zip(counts.index, notes, strict=True):
        line = counts.loc[row]
        word = (
            ""
            if line["qualifier"] == "exact"
            else f"{line['qualifier'].replace('_', ' ')} "
        )
        period = period_label(line["period_start"], line["period_end"])
        cells = (
            period,
            *(str(line[name]) for name in by),
            f"{word}{line['value']:,}",
            note,
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console.print(table)
