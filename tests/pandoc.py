"""pandoc, which reads and converts notebooks and the pages that cbcstats writes."""

import json

from tests.command_line import run_command
from tests.needs import installed


def run_pandoc(*arguments, **options):
    """Run pandoc; skip where there is none, and fail where `CI` is set."""
    program = installed("pandoc", hint="pandoc: install Debian's pandoc")
    return run_command([program, *arguments], check=True, **options).stdout


def parts(path, kind, form=None):
    """Return the parts of a document, such as each `Table` or `Image`, as pandoc reads them."""
    form = ["--from", form] if form else []
    found = []

    def collect(node):
        if isinstance(node, dict):
            if node.get("t") == kind:
                found.append(node["c"])
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                collect(child)

    collect(json.loads(run_pandoc(path, *form, "--to", "json"))["blocks"])
    return found
