"""Commands as they are typed: each in a process of its own."""

import subprocess
import sys

CBCSTATS = [sys.executable, "-c", "from cbcstats.cli import main; main()"]


HANGS = 3600  # seconds: no command takes so long, however busy the machine is


def run_command(command, **options):
    """Run a command, and return its exit code and what it printed."""
    usual = {
        "capture_output": True,
        "text": True,
        "encoding": "utf-8",
        "timeout": HANGS,
        "check": False,
    }
    return subprocess.run([str(word) for word in command], **usual | options)


def run(*arguments, **options):
    """Run `cbcstats`, and return its exit code and what it printed."""
    return run_command([*CBCSTATS, *arguments], **options)


def run_python(*arguments, **options):
    """Run Python, and return its exit code and what it printed."""
    return run_command([sys.executable, *arguments], **options)
