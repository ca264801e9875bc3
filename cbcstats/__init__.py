"""Published counts of customs capacity building, and changes that can be compared.

Load, change, plot:

>>> import cbcstats
>>> missions = cbcstats.load_counts("missions")
>>> changes = cbcstats.year_on_year(missions, per="month")
>>> changes[["percent_change_low", "percent_change_high", "comparable"]].round(1).tail(1)
   percent_change_low  percent_change_high  comparable
2                34.5                 37.8        True
>>> ax = cbcstats.plot_changes(changes)
"""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cbcstats.beneficiary_charts import plot_beneficiaries
    from cbcstats.captions import describe
    from cbcstats.changes import year_on_year
    from cbcstats.chart_files import save_chart
    from cbcstats.charts import plot_changes, plot_counts
    from cbcstats.claim_charts import plot_claims
    from cbcstats.claims import implied_previous
    from cbcstats.contribution_charts import plot_contributions
    from cbcstats.entry_forms import save_template
    from cbcstats.errors import ArgumentError, CbcstatsError, DataError, ReportError
    from cbcstats.growth import growth_rate, index_to
    from cbcstats.loaders import load_beneficiaries, load_counts, load_members, load_places, load_sources
    from cbcstats.member_charts import plot_members
    from cbcstats.members import is_member, wco_region
    from cbcstats.packages import save_datapackage
    from cbcstats.parts import check_totals, contributions
    from cbcstats.percentages import Growth, parse_change
    from cbcstats.places import to_iso3
    from cbcstats.qualifiers import Bounds, Qualified, bounds, parse_qualified
    from cbcstats.register_results import Register
    from cbcstats.register_schemas import BeneficiaryRegister, MissionRegister
    from cbcstats.registers import example_register, read_register, read_register_in_parts
    from cbcstats.reports import save_report
    from cbcstats.revisions import compare_releases, membership_changes
    from cbcstats.schemas import Beneficiaries, Counts, Members, Places, Sources
    from cbcstats.slides import save_slide
    from cbcstats.tables import save_table
    from cbcstats.tallies import count_missions
    from cbcstats.uncertainty import count_interval, rate_ratio
    from cbcstats.verdicts import check_claims
    from cbcstats.wording import format_range

__version__ = "0.1.0"

# Where pyspark is installed, pandera loads its imitation of pandas, which warns of pandas 3 and is not used here.
warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)

__all__ = [
    "ArgumentError",
    "Beneficiaries",
    "BeneficiaryRegister",
    "Bounds",
    "CbcstatsError",
    "Counts",
    "DataError",
    "Growth",
    "Members",
    "MissionRegister",
    "Places",
    "Qualified",
    "Register",
    "ReportError",
    "Sources",
    "bounds",
    "check_claims",
    "check_totals",
    "compare_releases",
    "contributions",
    "count_interval",
    "count_missions",
    "describe",
    "example_register",
    "format_range",
    "growth_rate",
    "implied_previous",
    "index_to",
    "is_member",
    "load_beneficiaries",
    "load_counts",
    "load_members",
    "load_places",
    "load_sources",
    "membership_changes",
    "parse_change",
    "parse_qualified",
    "plot_beneficiaries",
    "plot_changes",
    "plot_claims",
    "plot_contributions",
    "plot_counts",
    "plot_members",
    "rate_ratio",
    "read_register",
    "read_register_in_parts",
    "save_chart",
    "save_datapackage",
    "save_report",
    "save_slide",
    "save_table",
    "save_template",
    "to_iso3",
    "wco_region",
    "year_on_year",
]

# Where the public names live. They load when first used, so that importing cbcstats costs next to nothing.
_MODULES = {
    "beneficiary_charts": ("plot_beneficiaries",),
    "captions": ("describe",),
    "changes": ("year_on_year",),
    "chart_files": ("save_chart",),
    "charts": ("plot_changes", "plot_counts"),
    "claim_charts": ("plot_claims",),
    "claims": ("implied_previous",),
    "contribution_charts": ("plot_contributions",),
    "entry_forms": ("save_template",),
    "errors": ("ArgumentError", "CbcstatsError", "DataError", "ReportError"),
    "growth": ("growth_rate", "index_to"),
    "loaders": ("load_beneficiaries", "load_counts", "load_members", "load_places", "load_sources"),
    "member_charts": ("plot_members",),
    "members": ("is_member", "wco_region"),
    "notebook_displays": ("load_ipython_extension",),  # for `%load_ext cbcstats`, by nobody else
    "packages": ("save_datapackage",),
    "parts": ("check_totals", "contributions"),
    "percentages": ("Growth", "parse_change"),
    "places": ("to_iso3",),
    "qualifiers": ("Bounds", "Qualified", "bounds", "parse_qualified"),
    "register_schemas": ("BeneficiaryRegister", "MissionRegister"),
    "register_results": ("Register",),
    "registers": ("example_register", "read_register", "read_register_in_parts"),
    "reports": ("save_report",),
    "slides": ("save_slide",),
    "tables": ("save_table",),
    "tallies": ("count_missions",),
    "verdicts": ("check_claims",),
    "uncertainty": ("count_interval", "rate_ratio"),
    "revisions": ("compare_releases", "membership_changes"),
    "schemas": ("Beneficiaries", "Counts", "Members", "Places", "Sources"),
    "wording": ("format_range",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
