"""The notebooks in JupyterLab in a real browser, as their first user sees them."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.browsing import chromium, from_elsewhere, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(path.name for path in FOLDER.glob("*.ipynb"))
RUN = 3_600_000  # milliseconds: no notebook takes so long, however busy the machine is

IDLE = "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
ALL_RUN = (
    "[...jupyterapp.shell.currentWidget.content.widgets]"
    ".filter(cell => cell.model.type === 'code' && cell.model.sharedModel.source.trim())"
    f".every(cell => cell.model.executionCount > 0) && {IDLE}"
)
OUTPUTS = """[...jupyterapp.shell.currentWidget.content.widgets].filter(cell => cell.model.type === 'code')
.map(cell => cell.model.outputs)
.flatMap(outputs => Array.from({length: outputs.length}, (_, place) => outputs.get(place).toJSON()))"""
ENDED = f"({ALL_RUN}) || ({OUTPUTS}).some(output => output.output_type === 'error')"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start JupyterLab on a copy of the notebooks and return its address."""
    home = tmp_path_factory.mktemp("lab")
    for name in NOTEBOOKS:
        (home / name).write_bytes((FOLDER / name).read_bytes())
    settings = home / "config" / "labconfig"
    settings.mkdir(parents=True)
    quiet = {
        "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}
    }  # would ask the network
    (settings / "page_config.json").write_text(json.dumps(quiet))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
        "--IdentityProvider.token=", f"--ServerApp.root_dir={home}", "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    folders = {
        f"JUPYTER_{name.upper()}_DIR": str(home / name) for name in ("config", "data", "runtime")
    }
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env={**os.environ, **folders},
            stdout=log,
            stderr=log,
        )
        address = f"http://127.0.0.1:{port}"
        while True:
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=1).close()  # noqa: S310 - our own server
                break
            except OSError:
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.5)
        yield address
        server.terminate()
        server.wait()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_cell_runs_and_tables_and_charts_appear(browser, lab, name):
    with opened(
        browser, f"{lab}/lab/tree/{name}?reset", viewport={"width": 1280, "height": 1600}
    ) as (page, asked, _):
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=RUN)
        page.wait_for_function(IDLE, timeout=RUN)
        page.evaluate("jupyterapp.commands.execute('runmenu:run-all')")
        page.wait_for_function(ENDED, timeout=RUN)
        outputs = page.evaluate(OUTPUTS)
        assert [
            output
            for output in outputs
            if output["output_type"] == "error" or output.get("name") == "stderr"
        ] == []
        if folder := os.environ.get("CBCSTATS_SCREENSHOTS"):
            save_pictures(page, Path(folder), Path(name).stem)
        shown = "\n".join(str(output.get("data", {}).get("text/html", "")) for output in outputs)
        assert shown.count("<table>") >= 2
        assert shown.count('<img alt="') >= 1
        assert "Chart without a description" not in shown
        picture = page.locator(".jp-OutputArea-output img").first
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("image => image.naturalWidth") > 500
        # of the HTML, which JupyterLab prefers to the PNG; "Chart of" or, drawn by hand, "Chart:"
        assert picture.get_attribute("alt").startswith("Chart")
        page.locator(".jp-OutputArea-output table").first.scroll_into_view_if_needed()
        assert page.locator(".jp-OutputArea-output table").first.is_visible()
        assert from_elsewhere(asked, lab) == []


def save_pictures(page, folder, stem):
    """Write pictures of the whole notebook, a screen each, to be looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    scroller = ".jp-WindowedPanel-outer"
    height = page.evaluate(f"document.querySelector('{scroller}').scrollHeight")
    step = page.evaluate(f"document.querySelector('{scroller}').clientHeight")
    for number, top in enumerate(range(0, height, step - 50)):
        page.evaluate(f"document.querySelector('{scroller}').scrollTop = {top}")
        page.wait_for_timeout(400)
        page.screenshot(path=folder / f"{stem}_{number}.png")
