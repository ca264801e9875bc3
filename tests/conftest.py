"""What all tests share: one copy of the code, no network, charts without a screen, and small tables."""

import importlib.util
import itertools
import os
import runpy
import tempfile
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.needs import HOW, Needed

openpyxl = Needed("openpyxl")

mpl.use("agg")

# Processes that tests start import the code that the tests import, not an installed copy, and the guard.
ROOT, GUARD = Path(__file__).parent.parent, Path(__file__).parent / "guard"
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(ROOT), str(GUARD), *filter(None, [os.environ.get("PYTHONPATH")])]
)
_handle, _log = tempfile.mkstemp(prefix="network_", suffix=".log")
os.close(_handle)
os.environ["CBCSTATS_NETWORK_LOG"] = _log
runpy.run_path(str(GUARD / "sitecustomize.py"))
collect_ignore = ["guard"]


def pytest_unconfigure():
    Path(_log).unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def network_log():
    """Fail a test that tried to reach another machine, even if the error was caught; return the log of tries."""
    log = Path(os.environ["CBCSTATS_NETWORK_LOG"])
    yield log
    tries = log.read_text(encoding="utf-8")
    log.write_text("", encoding="utf-8")
    assert not tries, f"tried to reach another machine: {tries}"


def pytest_collection_modifyitems(items):
    """Skip the example of a function whose package is not installed, but not where `CI` is set."""
    examples = {
        "cbcstats.exports.slides.save_slide": "pptx",
        "cbcstats.exports.document.save_document": "docx",
    }
    for item in items:
        package = examples.get(item.name)
        if package and importlib.util.find_spec(package) is None and not os.environ.get("CI"):
            item.add_marker(pytest.mark.skip(reason=HOW.format(package)))


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
        return make_counts(
            *((f"{year}-01-01", f"{year}-12-31", value) for year, value in values.items()),
            **columns,
        )

    return make


@pytest.fixture
def save(tmp_path):
    """Return a function that writes rows of text, the first of them the header, to a file of some kind."""
    numbers = itertools.count()

    def write(rows, suffix=".csv", *, delimiter=",", encoding="utf-8", text=None):
        path = tmp_path / f"register_{next(numbers)}{suffix}"
        if suffix == ".xlsx":
            book = openpyxl.Workbook()
            for row in rows:
                book.active.append([None if cell == "" else cell for cell in row])
            book.save(path)
        elif suffix == ".parquet":
            pa.parquet.write_table(
                pa.table([list(column) for column in zip(*rows[1:], strict=True)], rows[0]), path
            )
        else:
            quoted = (
                (f'"{cell}"' if {delimiter, "\n"} & set(cell) else cell for cell in row)
                for row in rows
            )
            lines = "".join(delimiter.join(row) + "\n" for row in quoted)
            path.write_bytes((text or lines).encode(encoding))
        return path

    return write
