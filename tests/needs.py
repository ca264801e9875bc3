"""Packages and programs that only some tests need.

A test that lacks one is skipped, and says how to get it. Where `CI` is set it fails instead, so that nothing is left
out there.
"""

import importlib
import os
import shutil
import warnings

import pytest

HOW = 'needs {}: pip install -e ".[dev]"'


def missing(message):
    """Skip the test, or fail where `CI` is set, with a message that says what to install."""
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def needed(name):
    """Import a module and return it; the test is skipped where its package is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings at import are for the authors of the package
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            return missing(HOW.format(error.name))


class Needed:
    """A module that is imported when a test first uses it, so that the other tests of its file run without it."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        if attribute.startswith("__"):  # pytest looks for some of these while it collects
            raise AttributeError(attribute)
        return getattr(needed(self._name), attribute)


def installed(*names, hint):
    """Return the path of the first of these programs that the system has; the test is skipped where it has none."""
    for name in names:
        if path := shutil.which(name):
            return path
    return missing(f"needs {hint}")


def java():
    """Return the path of Java, which Spark needs."""
    return installed(
        "java",
        hint="Java for Spark: install Debian's openjdk-17-jre-headless, or any Java from 17 on",
    )
