"""Every page that shows files and commands is true: they are written and run, and the output is compared."""

from __future__ import annotations

import pytest

from .conftest import Reader
from .pages import Page, all_pages

PAGES = [page for page in all_pages() if page.runs]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page(page: Page, reader: Reader, request: pytest.FixtureRequest) -> None:
    """Who does what the page says gets what the page shows."""
    if page.server:
        reader.replaced[page.server] = request.getfixturevalue("own_server").dsn.url()
    reader.follow(page)
