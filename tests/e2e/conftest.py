"""One server for all browser tests of the page."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.browsing import Visit, make_home, served


@pytest.fixture(scope="session")
def page_home(indexed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that the tests may write feedback to."""
    return make_home(tmp_path_factory.mktemp("page"), indexed_home)


@pytest.fixture(scope="session")
def address(page_home: Path) -> Iterator[str]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with served(page_home, port) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    """Opens the page for a new visitor; checks at the end that nothing went wrong in it."""
    visits: list[Visit] = []

    def start(arguments: str = "", **options: Any) -> Visit:
        visits.append(Visit(browser, address, **options))
        return visits[-1].open(arguments)

    yield start
    for one in visits:
        one.close()
    assert [one.foreign for one in visits if one.foreign] == []
    assert [one.faults for one in visits if one.faults] == []
