"""The command line: in a process of its own, as it is typed, or within the process of the tests."""

import contextlib
import io
import subprocess
import sys
from unittest import mock

CBCSTATS = [sys.executable, "-c", "from cbcstats.cli import main; main()"]
HANGS = 3600  # seconds: no command takes so long, however busy the machine is


def run_command(command, **options):
    """Run a command, and return its exit code and what it printed."""
    usual = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": HANGS}
    return subprocess.run([str(word) for word in command], **{"check": False} | usual | options)


def run(*arguments, **options):
    """Run `cbcstats` in a process, and return its exit code and what it printed."""
    return run_command([*CBCSTATS, *arguments], **options)


def run_python(*arguments, **options):
    """Run Python in a process, and return its exit code and what it printed."""
    return run_command([sys.executable, *arguments], **options)


def call(*arguments, folder=".", errors=None):
    """Run `cbcstats` in a folder, in this process; return its exit code, and all that it printed.

    What it prints on stderr goes to `errors` instead, if given.
    """
    from cbcstats.cli import main

    printed, code = io.StringIO(), 0
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(errors or printed),
        mock.patch.object(sys, "argv", ["cbcstats", *map(str, arguments)]),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    return code, printed.getvalue()


def run_here(*arguments, cwd="."):
    """Run `cbcstats` as `run` does, but in this process, which saves the seconds that Python takes to start."""
    errors = io.StringIO()
    code, printed = call(*arguments, folder=cwd, errors=errors)
    return subprocess.CompletedProcess(arguments, code, printed, errors.getvalue())
