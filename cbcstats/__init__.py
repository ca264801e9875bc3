"""Customs capacity-building figures as data, with year-on-year changes you can trust.

Load, change, plot:

>>> import cbcstats
>>> missions = cbcstats.load_counts("capacity_building_missions")
>>> changes = cbcstats.year_on_year(missions, per="month")
>>> changes[["percent_change_low", "percent_change_high", "comparable"]].round(1).tail(1)
   percent_change_low  percent_change_high  comparable
2                28.7                 43.5        True
>>> ax = cbcstats.plot_changes(changes)
"""

from typing import Any

import lazy_loader

from cbcstats._version import __version__ as __version__

# The stub beside this file names every public function and the module it lives in.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def load_ipython_extension(shell: Any) -> None:
    """Show tables and charts with their sources in notebooks: `%load_ext cbcstats`."""
    from cbcstats.report import displays

    displays.load_ipython_extension(shell)
