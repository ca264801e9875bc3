"""How Sphinx builds these pages: `make docs` writes them to docs/_build/html. Nothing is loaded from the network."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

import generated

import cbcstats

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "cbcstats"
author = "The cbcstats developers"
project_copyright = author
version = release = cbcstats.__version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
html_static_path = ["_static"]
html_theme = "furo"
html_title = f"cbcstats {cbcstats.__version__}"
html_css_files = ["pages.css"]
html_js_files = ["pages.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {"footer_icons": [], "top_of_page_buttons": []}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

# Docstrings name what they speak of between single backticks: a link where it is a public name, else code.
default_role = "py:obj"
autodoc_typehints = "none"  # the docstrings say what is taken and returned
autodoc_member_order = "bysource"
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_rtype = False
add_module_names = False

# In docstrings the column, not the function of the same name; and attributes of what is spoken of.
_NO_LINK = re.compile(r"(?<!`)`(wco_region|\.[\w.]+)`(?!`)")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect what is generated: the options of the commands, the charts, the columns of the schemas."""
    app.connect("source-read", _put_in)
    app.connect("autodoc-process-docstring", _put_in_columns)
    app.connect("autodoc-process-signature", _without_signature)
    return {"parallel_read_safe": True}


def _put_in(app: Sphinx, _page: str, source: list[str]) -> None:
    text = source[0]
    if generated.MARK in text:
        text = text.replace(generated.MARK, generated.commands())
    charts = Path(app.srcdir) / "_build" / "charts"
    source[0] = generated.CHART.sub(
        lambda found: generated.chart(found[1], charts), text
    )


def _put_in_columns(
    _app: Sphinx,
    _what: str,
    _name: str,
    documented: Any,
    _options: Any,
    lines: list[str],
) -> None:
    lines[:] = [_NO_LINK.sub(r"``\1``", line) for line in lines]
    if generated.is_schema(documented):
        lines += generated.columns(documented)


def _without_signature(
    _app: Sphinx,
    _what: str,
    _name: str,
    documented: Any,
    _options: Any,
    signature: str | None,
    returned: str | None,
) -> tuple[str | None, str | None]:
    """Leave out how a schema is called, for it is not called."""
    return ("", None) if generated.is_schema(documented) else (signature, returned)
