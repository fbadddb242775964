"""One API for all that is done to it."""

from collections.abc import Callable, Iterator

import pytest

from playhead.storage.roles import service_url
from tests.entrypoints.whole import whole
from tests.hostile.stage import Arena, arena_of


@pytest.fixture(scope="package")
def arena(
    new_database: Callable[[], str], valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Arena]:
    """The whole API over a database of its own, on a thread of its own."""
    home = tmp_path_factory.mktemp("home")
    opening = whole(service_url(new_database(), None), valkey_url, home, works=True)
    with arena_of(opening) as opened:
        yield opened
