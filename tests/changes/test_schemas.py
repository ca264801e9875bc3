"""The schemas describe what functions return."""

import subprocess
import sys

import pandas as pd
import pytest

from cbcstats import (
    check_claims,
    contributions,
    growth_rate,
    index_to,
    load_beneficiaries,
    load_counts,
    membership_changes,
    year_on_year,
)
from cbcstats.changes import schemas

MINE = pd.DataFrame(
    {"year": [2015, 2015, 2016, 2016], "part": ["a", "b"] * 2, "visits": [60, 40, 66, None]}
)
TOTAL = MINE.query("part == 'a'").drop(columns="part")
LISTS = load_beneficiaries()


@pytest.mark.parametrize(
    ("schema", "result"),
    [
        *(
            (schemas.Contributions, contributions(MINE, "part", per=per))
            for per in ("period", "month")
        ),
        (schemas.Contributions, contributions(MINE.head(2), "part")),
        *((schemas.Changes, year_on_year(TOTAL, per=per)) for per in ("period", "month")),
        (schemas.Changes, year_on_year(load_counts())),
        (schemas.Claims, check_claims(load_counts())),
        (schemas.Claims, check_claims(TOTAL)),
        *((schemas.Indices, index_to(TOTAL, 2015, per=per)) for per in ("period", "month")),
        *((schemas.GrowthRates, growth_rate(TOTAL, per=per)) for per in ("period", "month")),
        (schemas.GrowthRates, growth_rate(TOTAL.head(1))),
        (schemas.Memberships, membership_changes(LISTS)),
        (schemas.Memberships, membership_changes(LISTS.head(0))),
        (schemas.Memberships, membership_changes(["Kenya", "Thule"], ["Fiji"])),
    ],
)
def test_a_result_is_as_its_schema_says(schema, result):
    schema.validate(result)
    columns = schema.to_schema().columns
    described = [name for name in result if name not in ("part", *columns)]
    assert not described
    assert all(column.description for column in columns.values())


def test_results_do_not_load_pandera():
    script = (
        "import sys, cbcstats; cbcstats.growth_rate({2015: 1, 2016: 2}); "
        "cbcstats.index_to({2015: 1, 2016: 2}, 2015); print('pandera' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
