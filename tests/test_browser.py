"""The report in a real browser: nothing leaves the file, and the article can be read."""

import json
import os
import shutil
import tempfile
import time

import pytest

from cbcstats import save_report

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --window-size=1280,1600"
)


@pytest.fixture(scope="module")
def browser():
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not binary or not driver:
        message = "this test needs a browser: install Debian's chromium and chromium-driver, or Chrome and chromedriver"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tempfile.mkdtemp()}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    opened = webdriver.Chrome(service=webdriver.ChromeService(driver), options=options)
    yield opened
    opened.quit()


@pytest.fixture(scope="module")
def shown(browser, tmp_path_factory):
    page = save_report(tmp_path_factory.mktemp("browser") / "report")
    browser.get("about:blank")
    time.sleep(0.5)
    browser.get_log("performance")  # the requests of the start page
    browser.get(page.as_uri())
    time.sleep(1)
    return browser


def requested(browser):
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    return [url for url in urls if not url.startswith("data:")]


def test_no_request_leaves_the_file(shown):
    assert [url for url in requested(shown) if not url.startswith("file:")] == []
    assert shown.get_log("browser") == []


def test_the_answer_is_read_and_every_chart_is_seen(shown):
    text = shown.find_element("tag name", "body").text
    for words in ("492", "33", "+49%", "34.5% and 37.8%"):
        assert words in text
    widths = shown.execute_script("return [...document.images].map(image => image.naturalWidth)")
    assert len(widths) > 7
    assert min(widths) > 500


@pytest.mark.parametrize("width", [360, 800, 1440])
def test_the_page_never_scrolls_sideways(shown, width):
    metrics = {"width": width, "height": 1600, "deviceScaleFactor": 1, "mobile": width < 500}
    shown.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    assert shown.execute_script("return document.documentElement.scrollWidth") <= width


def test_code_is_folded_and_unfolds(shown):
    folded = shown.find_elements("css selector", "details.code")
    assert folded
    assert not folded[0].find_element("tag name", "pre").is_displayed()
    folded[0].find_element("tag name", "summary").click()
    assert folded[0].find_element("tag name", "pre").is_displayed()
