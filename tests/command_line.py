"""Commands as they are typed: each in a process of its own."""

import os
import shutil
import subprocess
import sys

import pytest

CBCSTATS = [sys.executable, "-c", "from cbcstats.cli import main; main()"]


def run_command(command, **options):
    """Run a command, and return its exit code and what it printed."""
    usual = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 300, "check": False}
    return subprocess.run([str(word) for word in command], **usual | options)


def run(*arguments, **options):
    """Run `cbcstats`, and return its exit code and what it printed."""
    return run_command([*CBCSTATS, *arguments], **options)


def run_python(*arguments, **options):
    """Run Python, and return its exit code and what it printed."""
    return run_command([sys.executable, *arguments], **options)


def installed(*names, hint):
    """Return the path of a program of the system; skip where there is none, and fail where `CI` is set."""
    for name in names:
        if path := shutil.which(name):
            return path
    message = f"this test needs {hint}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def java():
    """Return the path of Java, which Spark needs."""
    return installed("java", hint="Java for Spark: install Debian's openjdk-17-jre-headless, or any Java from 17 on")
