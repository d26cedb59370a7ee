"""A real server, a real browser and the steps a user takes; shared by tests and the screenshot."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("STIFINNER_CHROMIUM", "/usr/bin/chromium")
LOOPBACK = "127.0.0.1"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE {LOOPBACK}",
]
START_TIMEOUT_S = 60
ANSWER_TIMEOUT_MS = 30_000
# What the page's own policy refused is an attempt too, though no request leaves the browser.
RECORD_REFUSED = """
window.refused = [];
document.addEventListener('securitypolicyviolation', (e) => window.refused.push(e.blockedURI));
"""


def make_home(folder: Path, indexed: Path) -> Path:
    """A home on another one's index and models, with user data of its own."""
    for name in ("models", "index"):
        (folder / name).symlink_to(indexed / name, target_is_directory=True)
    return folder


@contextmanager
def served(home: Path, port: int) -> Iterator[str]:
    """The address of `stifinner serve` on `home`, until the block ends."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("STIFINNER_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**kept, "STIFINNER_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = _first_line(process)
        address = f"http://{LOOPBACK}:{port}/"
        assert address in line, line + (process.stdout.read() if process.poll() is not None else "")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], START_TIMEOUT_S)
    assert readable, f"the page was not up within {START_TIMEOUT_S} s"
    return process.stdout.readline()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """One visitor with a browser context of their own; other hosts are blocked and recorded."""

    def __init__(self, browser: Browser, address: str, *, width: int = 1280, height: int = 860):
        self.address = address
        self.foreign: list[str] = []
        self.faults: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}, locale="nb-NO"
        )
        self.context.add_init_script(RECORD_REFUSED)
        self.context.on("request", self._record)
        self.context.route("**/*", self._block)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.set_default_timeout(ANSWER_TIMEOUT_MS)

    def _is_foreign(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme not in ("data", "blob", "about") and parts.hostname != LOOPBACK

    def _record(self, request: Request) -> None:
        if self._is_foreign(request.url):
            self.foreign.append(request.url)

    def _block(self, route: Route) -> None:
        if self._is_foreign(route.request.url):
            route.abort()
        else:
            route.continue_()

    def open(self, arguments: str = "") -> "Visit":
        """Load the page until it can be used."""
        self.page.goto(self.address + arguments)
        self.page.wait_for_selector(".st-example")
        return self

    def type(self, question: str) -> None:
        """Put a question with the keyboard alone."""
        self.page.locator("#question textarea").fill(question)
        self.page.locator("#question textarea").press("Enter")

    def answered(self, number: int = 0) -> str:
        """Wait for the answer of exchange `number`; its text."""
        self.page.wait_for_selector(f".st-exchange[data-exchange='{number}'] .st-actions")
        return self.page.locator(f".st-exchange[data-exchange='{number}'] .st-body").inner_text()

    def ask(self, question: str, number: int = 0) -> str:
        """Put a question and wait for its answer."""
        self.type(question)
        return self.answered(number)

    def tab(self, name: str) -> None:
        """Open a tab by its name."""
        self.page.get_by_role("tab", name=name, exact=True).click()

    def refused(self) -> list[str]:
        """Addresses that the page's own policy refused."""
        found: list[str] = self.page.evaluate("window.refused")
        return found

    def settle(self, seconds: float = 0.6) -> None:
        """Let animations end; requests go on being served meanwhile."""
        self.page.wait_for_timeout(seconds * 1000)

    def close(self) -> None:
        """End the visit."""
        self.context.close()
