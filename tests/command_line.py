"""The command line as it is typed: in a process of its own."""

import subprocess
import sys


def run(*arguments, cwd):
    """Run `cbcstats` in a folder, and return its exit code and what it printed."""
    command = [sys.executable, "-c", "from cbcstats.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
