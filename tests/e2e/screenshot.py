"""Writes docs/screenshot.png: a question, its answer and the quote behind it.

Run by `make screenshot`. `STIFINNER_TEST_HOME` names a home with an index; without it the bundled
documents are ingested into a temporary one first.
"""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e.browsing import ROOT, Visit, chromium, make_home, served

TARGET = ROOT / "docs" / "screenshot.png"
QUESTION = "Hvem må godkjenne innsamling av helseopplysninger?"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        indexed = _indexed(Path(folder))
        home = Path(folder) / "page"
        home.mkdir()
        with served(make_home(home, indexed), _free_port()) as address, chromium() as browser:
            visit = Visit(browser, address, width=1280, height=900).open()
            visit.ask(QUESTION)
            visit.page.locator(".st-body .st-cite").last.click()
            visit.page.locator("#sources .st-active mark").first.wait_for()
            visit.page.mouse.move(2, 2)
            visit.page.evaluate("document.activeElement?.blur(); window.scrollTo(0, 0)")
            visit.settle(1)
            TARGET.parent.mkdir(exist_ok=True)
            visit.page.screenshot(path=TARGET)
            visit.close()
    print(TARGET)


def _indexed(folder: Path) -> Path:
    ready = os.environ.get("STIFINNER_TEST_HOME")
    if ready:
        return Path(ready)
    home = folder / "home"
    environment = {**os.environ, "STIFINNER_HOME": str(home)}
    subprocess.run([sys.executable, "-m", "assistant", "ingest"], env=environment, check=True)
    return home


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
