"""The one Chromium that a worker's tests share: to start one takes longer than most of them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.live import chromium


@pytest.fixture(scope="session")
def running_chromium() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def browser(running_chromium: Browser) -> Iterator[Browser]:
    """A browser that has seen nothing: whatever windows a test opens are closed after it, with all that they keep."""
    yield running_chromium
    for context in running_chromium.contexts:
        context.close()
