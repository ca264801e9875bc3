"""A notebook that shows the counts, changes and contributions of a hundred parts of a register."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat

if TYPE_CHECKING:
    from pathlib import Path

_CELLS = (
    """
import cbcstats

register = cbcstats.read_register({register!r})
rows = register.rows
rows["part"] = rows["wco_region"].astype("str") + ", " + rows["programme"].astype("str")
counts = cbcstats.count_missions(rows, by="part")
counts
""",
    "register.problems",
    """
contributions = cbcstats.contributions(counts, "part")
contributions
""",
    'cbcstats.plot_contributions(contributions, title="Six parts by name, and all others");',
    """
recent = contributions[contributions["period_end"].dt.year.isin([2020, 2021])]
cbcstats.plot_contributions(recent, title="Two years");
""",
    """
changes = cbcstats.year_on_year(counts, by="part")
cbcstats.plot_changes(changes[changes["period_end"].dt.year == 2021], title="The change of each part");
""",
    """
part = counts["part"] == counts["part"].iloc[0]
cbcstats.plot_counts(counts[part], title="One of a hundred parts");
""",
)


def write_notebook(path: Path, register: Path) -> Path:
    """Write the notebook for a register, and return its path."""
    cells = [nbformat.v4.new_markdown_cell("# A hundred parts")]
    cells += [
        nbformat.v4.new_code_cell(cell.strip().format(register=str(register.resolve())))
        for cell in _CELLS
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path
