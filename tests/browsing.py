"""What tests of pages share: their elements, the browser of the system, what a page asked for, and axe."""

import contextlib
from html.parser import HTMLParser

from tests.needs import installed, needed


class Elements(HTMLParser):
    """The elements of a page, each with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def tags(self):
        """Return the names of the elements that there are."""
        return {tag for tag, _ in self.found}

    def all(self, tag):
        """Return the attributes of each element of a name."""
        return [attributes for name, attributes in self.found if name == tag]


@contextlib.contextmanager
def chromium():
    """Start the browser of the system without a screen; skip where there is none, and fail where `CI` is set."""
    binary = installed(
        "chromium", "google-chrome", hint="a browser: install Debian's chromium, or Chrome"
    )
    with needed("playwright.sync_api").sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=binary, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def opened(browser, address, **context):
    """Open a page and yield it with the addresses that it asked for and the errors that it reported."""
    with browser.new_context(**context) as session:
        session.set_default_navigation_timeout(0)  # what is near comes, however busy the machine is
        page = session.new_page()
        asked, errors = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "console",
            lambda message: errors.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        yield page, asked, errors


def from_elsewhere(asked, home):
    """Return the addresses that are neither under home nor held by the page itself."""
    return [url for url in asked if not url.startswith((home, "data:", "blob:"))]


def violations(page):
    """Return what axe finds, in one line each: the rule and the first place."""
    axe = needed("axe_playwright_python.sync_playwright").Axe()
    return [
        f"{found['id']}: {found['nodes'][0]['html'][:200]}"
        for found in axe.run(page).response["violations"]
    ]
