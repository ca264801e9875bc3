"""Work with cbcstats as an analyst may type it: `make lint` checks it strictly, against the types of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import cbcstats

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from cbcstats.counts.figures_in_words import Qualified
    from cbcstats.counts.readings import Bounds


def growth_a_month() -> tuple[float, bool]:
    """Return by how many percent missions a month grew, and whether that compares."""
    missions: pd.DataFrame = cbcstats.load_counts("capacity_building_missions")
    changes: pd.DataFrame = cbcstats.year_on_year(
        missions, by=["indicator", "scope"], per="month", reading="usual"
    )
    last = changes.iloc[-1]
    return float(last["percent_change_low"]), bool(last["comparable"])


def what_a_claim_says() -> str:
    """Return the range of the figure before, in words."""
    figure: Qualified = cbcstats.parse_qualified("more than 330")
    read: Bounds = cbcstats.bounds(*figure)
    implied: Bounds = cbcstats.implied_previous(492, "+49%", previous="more than 330")
    low, high = implied
    return f"{read}; {cbcstats.format_range(low, high)}; {implied.empty}"


def from_a_register(path: str | Path, folder: Path) -> list[Path]:
    """Read a register, count it, and write a chart."""
    register: cbcstats.Register = cbcstats.read_register(
        path, columns={"member": "Country"}, date_format="%d/%m/%Y"
    )
    if len(register.problems):
        to_correct: Path = register.save_problems(folder / "to_correct.xlsx", overwrite=True)
        register = register.corrected(to_correct)
    counts: pd.DataFrame = cbcstats.count_missions(register.rows, by="wco_region")
    ax: Axes = cbcstats.plot_contributions(cbcstats.contributions(counts), title="By region")
    files: list[Path] = cbcstats.save_chart(ax, folder / "regions", formats=["svg"], width=17)
    return [*files, cbcstats.save_table({"counts": counts}, folder / "counts.xlsx")]


def where_kenya_is() -> tuple[bool, str | None, pd.Series]:
    """Ask for one place, and for a column of them."""
    member: bool = cbcstats.is_member("Kenya")
    code: str = cbcstats.to_iso3("Kenya")
    return member, cbcstats.wco_region(code), cbcstats.wco_region(pd.Series(["Togo"]))


def with_errors(path: Path) -> pd.DataFrame:
    """Return the problems of a file, empty where it loads."""
    try:
        cbcstats.load_counts(source=path)
    except cbcstats.DataError as error:
        return error.problems
    return pd.DataFrame()
