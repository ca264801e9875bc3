"""What all tests share: charts without a screen, and small tables written by hand."""

import matplotlib as mpl
import pandas as pd
import pytest

mpl.use("agg")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.fixture
def make_counts():
    """Return a function that makes counts of one series from (start, end, value) and columns for all rows."""

    def make(*figures, **columns):
        starts, ends, values = zip(*figures, strict=True)
        frame = pd.DataFrame(
            {
                "indicator": "missions",
                "measure": "flow",
                "scope": "delivered",
                "unit": "missions",
                "period_start": pd.to_datetime(pd.Series(starts)),
                "period_end": pd.to_datetime(pd.Series(ends)),
                "period_basis": "stated",
                "value": pd.array(values, dtype="Int64"),
                "qualifier": "exact",
                "preferred": True,
                "source_id": [f"source-{number}" for number in range(len(values))],
            }
        )
        return frame.assign(**columns)

    return make


@pytest.fixture
def years(make_counts):
    """Return a function that makes counts of calendar years from year=value pairs."""

    def make(values, **columns):
        return make_counts(*((f"{year}-01-01", f"{year}-12-31", value) for year, value in values.items()), **columns)

    return make
