"""Notebooks that the tests write."""

import nbformat


def make_notebook(path, *sources):
    """Write a notebook of these cells, of which one that begins with # is text; return its path."""
    notebook = nbformat.v4.new_notebook()
    for source in sources:
        kind = (
            nbformat.v4.new_markdown_cell if source.startswith("#") else nbformat.v4.new_code_cell
        )
        notebook.cells.append(kind(source))
    nbformat.write(notebook, path)
    return path
