"""The terminal: errors as sentences and exit codes, and nothing that it could take for an order."""

from __future__ import annotations

import contextlib
import io
import sys
import unicodedata
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cbcstats.errors import CbcstatsError
from cbcstats.files.writing import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace a file that is there.")
]
_BROKEN_PIPE: Final = 141  # as the shell says of a program whose reader is gone


@contextlib.contextmanager
def errors_as_sentences() -> Iterator[None]:
    """End a command in a sentence and an exit code, whatever goes wrong that is not a fault of ours."""
    try:
        yield
    except BrokenPipeError:
        raise typer.Exit(_BROKEN_PIPE) from None
    except CbcstatsError as error:
        typer.secho(printable(f"Error: {error}"), err=True, fg=typer.colors.RED)
        raise typer.Exit(2) from error
    except OSError as error:
        typer.secho(
            printable(f"Error: {in_words(error)}"), err=True, fg=typer.colors.RED
        )
        raise typer.Exit(2) from error
    except KeyboardInterrupt as interrupt:
        typer.echo("Stopped", err=True)
        raise typer.Exit(130) from interrupt


def printable(text: str) -> str:
    r"""Return a text that no terminal takes for an order: what is no letter or sign, but for line breaks, as its code.

    Examples
    --------
    >>> print(printable("Kenya" + chr(27) + "[2J"))
    Kenya\x1b[2J
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign == "\n" or sign.isprintable() else _code(sign) for sign in text
    )


def _code(sign: str) -> str:
    return (
        sign
        if unicodedata.category(sign) == "Zs"
        else sign.encode("unicode_escape").decode()
    )


def print_all_letters() -> None:
    """Print UTF-8 into files and pipes, whatever the system has, and on a screen a code for what it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                encoding=None if stream.isatty() else "utf-8", errors="backslashreplace"
            )
