"""One migrated database a module, emptied for each test."""

from collections.abc import Iterator

import pytest

from tests.history.coverage.rows import Rows
from tests.history.coverage.served import Served


@pytest.fixture
def rows(module_database_url: str) -> Iterator[Rows]:
    with Rows(module_database_url) as rows:
        rows.clear()
        rows.capture(1)
        yield rows


@pytest.fixture
def get(module_database_url: str) -> Served:
    return Served(module_database_url)
