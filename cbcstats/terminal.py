"""Print errors, tables and untrusted text to the terminal, and set exit codes."""

from __future__ import annotations

import contextlib
import io
import sys
import unicodedata
import warnings
from typing import TYPE_CHECKING, Any, Final

import typer

from cbcstats.errors import CbcstatsError, plural
from cbcstats.files.writing import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

_BROKEN_PIPE: Final = (
    141  # exit code of a shell when the reader of a pipe has closed it
)
_STOPPED: Final = 130  # exit code of a shell after Ctrl-C
_PIPE_WIDTH: Final = 200  # characters of a table in a file or a pipe
_LARGE: Final = 20_000_000  # bytes of a file that takes seconds to read


@contextlib.contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Turn expected errors into a one-line message and an exit code."""
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _print_warning  # type: ignore[assignment]
            yield
    except BrokenPipeError:
        raise typer.Exit(_BROKEN_PIPE) from None
    except CbcstatsError as error:
        _print_error(str(error))
        raise typer.Exit(2) from error
    except OSError as error:
        _print_error(in_words(error))
        raise typer.Exit(2) from error
    except KeyboardInterrupt as interrupt:
        raise stopped("Stopped") from interrupt


def _print_warning(message: Warning | str, *_place: Any) -> None:
    typer.echo(printable(f"Note: {message}"), err=True)


def stopped(message: str) -> typer.Exit:
    """Print that Ctrl-C ended a command, and return the exit for it."""
    typer.echo(message, err=True)
    return typer.Exit(_STOPPED)


def _print_error(message: str) -> None:
    typer.secho(printable(f"Error: {message}"), err=True, fg=typer.colors.RED)


def echo(text: str, *, err: bool = False) -> None:
    """Print a text that may include the content or the name of a file."""
    typer.echo(printable(text), err=err)


def printable(text: str) -> str:
    r"""Write control characters as codes, so that no text can control a terminal.

    Examples
    --------
    >>> print(printable("Kenya" + chr(27) + "[2J"))
    Kenya\x1b[2J
    """
    if text.isprintable():
        return text
    return "".join(map(_printable_character, text))


def _printable_character(character: str) -> str:
    if character == "\n" or character.isprintable():
        return character
    # isprintable() is false for all spaces but the plain one, such as no-break spaces.
    if unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode()


def print_all_letters() -> None:
    """Set up the output so that no character raises an encoding error.

    Files and pipes always get UTF-8; a screen that cannot show a letter shows its code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


@contextlib.contextmanager
def shown_as_reading(files: Sequence[Path]) -> Iterator[None]:
    """Show on a terminal that a large file, or several files, are being read."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    if not console.is_terminal or _is_small(files):
        yield
        return
    name = files[0].name if len(files) == 1 else plural(len(files), "file")
    with console.status(escape(printable(f"reading {name}"))):
        yield


def _is_small(files: Sequence[Path]) -> bool:
    return len(files) == 1 and files[0].is_file() and files[0].stat().st_size < _LARGE


def print_verdicts(claims: pd.DataFrame, *, markdown: bool) -> None:
    """Print the verdicts on published changes as a table, one row per change."""
    from cbcstats.counts.formats import printed, title_of
    from cbcstats.counts.periods import period_label

    header = [
        "indicator",
        "period",
        "value",
        "published change",
        "verdict",
        "read strictly",
        "in words",
    ]
    rows: Iterator[Any] = claims.itertuples(index=False)
    lines = [
        [
            title_of(claim),
            period_label(claim.period_start, claim.period_end),
            printed(claim.value, claim.qualifier),
            claim.published_change,
            claim.verdict,
            claim.verdict_strict,
            claim.sentence,
        ]
        for claim in rows
    ]
    if markdown:
        _print_markdown([header, ["---"] * len(header), *lines])
    else:
        _print_table(header, lines, show_lines=True)


def print_rows(frame: pd.DataFrame) -> None:
    """Print a frame as a table."""
    cells = frame.astype(object).where(frame.notna(), "")
    if "comparable" in cells:
        cells["comparable"] = cells["comparable"].map({True: "yes", False: "no"})
    header = list(map(str, cells))
    lines = cells.map(str).to_numpy().tolist()
    _print_table(header, lines)


def print_counts(counts: pd.DataFrame, by: list[str]) -> None:
    """Print the counts of a register as a table on a terminal, otherwise as CSV."""
    from rich.console import Console

    from cbcstats.counts.formats import printed
    from cbcstats.counts.periods import period_label

    if not Console().is_terminal:
        print_csv(counts)
        return
    unit = str(counts["unit"].iloc[0]) if len(counts) else "count"
    notes = counts["note"].fillna("")
    lines = []
    for row, note in zip(counts.index, notes, strict=True):
        count = counts.loc[row]
        lines.append(
            [
                period_label(count["period_start"], count["period_end"]),
                *(str(count[name]) for name in by),
                printed(count["value"], count["qualifier"]),
                note,
            ]
        )
    _print_table(["period", *by, unit, "note"], lines)


def print_csv(frame: pd.DataFrame) -> None:
    """Print a frame as CSV that spreadsheet programs open without running formulas."""
    from cbcstats.files.writing import csv_bytes

    typer.echo(csv_bytes(frame).decode(), nl=False)


def _print_markdown(lines: Iterable[Sequence[str]]) -> None:
    for line in lines:
        cells = []
        for cell in line:
            # A Markdown cell is a single line, and a bar would end it.
            one_line = " ".join(printable(cell).split())
            cells.append(one_line.replace("|", r"\|"))
        typer.echo(f"| {' | '.join(cells)} |")


def _print_table(
    header: Sequence[str], lines: Iterable[Sequence[str]], *, show_lines: bool = False
) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    table = Table(*map(escape, header), show_lines=show_lines)
    for line in lines:
        # With Text, rich does not treat brackets in a cell as markup.
        table.add_row(*(Text(printable(cell)) for cell in line))
    is_terminal = Console().is_terminal
    console = Console(width=None if is_terminal else _PIPE_WIDTH)
    console.print(table)
