"""Charts in notebooks: each appears once."""

import nbclient
import nbformat
import pytest
from notebook_files import make_notebook

EXTENSION = "%load_ext cbcstats"
IMPORTS = "import cbcstats\nimport matplotlib as mpl\nfrom matplotlib.figure import Figure"
MISSIONS = "missions = cbcstats.load_counts('missions')"
OURS = "ax = cbcstats.plot_counts(missions)"
CHANGES = "changes = cbcstats.year_on_year(missions)\nax = cbcstats.plot_changes(changes)"
PLAIN = "import matplotlib.pyplot as plt\nlines = plt.plot([1, 2])"
TOGETHER = (
    "figure, axes = plt.subplots(1, 2)\n"
    "ax = cbcstats.plot_counts(missions, ax=axes[0])\n"
    "ax = cbcstats.plot_counts(missions, ax=axes[1])"
)
IN_A_FILE = "ax = cbcstats.plot_counts(missions, ax=Figure().subplots())\npaths = cbcstats.save_chart(ax, 'mine')"
CHARTS = [OURS, PLAIN, CHANGES, TOGETHER, OURS, PLAIN]


def executed(folder, *sources):
    """Run a notebook of these cells, and return its path and its cells of code."""
    path = make_notebook(folder / "mine.ipynb", *sources)
    notebook = nbformat.read(path, as_version=4)
    nbclient.execute(notebook, cwd=folder, timeout=300)
    nbformat.write(notebook, path)
    return path, [cell for cell in notebook.cells if cell.cell_type == "code"]


def pictures(cell):
    """Return the outputs of a cell that a reader sees as a picture."""
    shown = [output.data for output in cell.outputs if "data" in output]
    return [data for data in shown if "image/png" in data or "<img" in data.get("text/html", "")]


@pytest.mark.parametrize("extension", [[], [EXTENSION]], ids=["plain", "extension"])
@pytest.mark.parametrize(
    "charts",
    [
        pytest.param(CHARTS, id="ours first"),
        pytest.param([PLAIN, *CHARTS], id="plain first", marks=pytest.mark.slow),
        pytest.param([IN_A_FILE, *CHARTS], id="a file first", marks=pytest.mark.slow),
    ],
)
def test_each_chart_appears_once_below_its_cell(charts, extension, tmp_path):
    _, cells = executed(tmp_path, IMPORTS, *extension, MISSIONS, *charts)
    expected = [0 if cell.source in (IMPORTS, EXTENSION, MISSIONS, IN_A_FILE) else 1 for cell in cells]
    assert [len(pictures(cell)) for cell in cells] == expected


def test_settings_of_the_notebook_outlast_a_chart(tmp_path):
    """The backend applies them with the first figure, which is one of ours."""
    settings = "%config InlineBackend.rc = {'figure.figsize': (2, 2)}"
    seen = "print(mpl.is_interactive(), mpl.rcParams['figure.figsize'], mpl.rcParams['axes.spines.top'])"
    _, cells = executed(tmp_path, settings, IMPORTS, MISSIONS, OURS, seen)
    assert cells[-1].outputs[0].text == "True [2.0, 2.0] True\n"
