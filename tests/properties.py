"""Hypothesis for property tests: no limit of time, since a busy machine is slow and not wrong.

Where Hypothesis is not installed, the property tests are skipped and the other tests of their files run.
"""

import os
from unittest.mock import MagicMock

import pytest

from tests.needs import HOW

try:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
except ModuleNotFoundError:
    if os.environ.get("CI"):
        raise
    st = MagicMock()  # strategies are made when a file of tests is imported, and never used

    def given(*_strategies):
        return pytest.mark.skip(reason=HOW.format("hypothesis"))

    def settings(**_options):
        return lambda test: test
else:
    settings.register_profile(
        "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("patient")

__all__ = ["given", "settings", "st"]
