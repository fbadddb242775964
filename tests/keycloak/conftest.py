"""A real Keycloak, which ``make test-keycloak`` gives. Other runs leave these tests out."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.keycloak.server import Keycloak, running_keycloak

HOME = os.environ.get("PLAYHEAD_TEST_KEYCLOAK_HOME")
collect_ignore_glob = [] if HOME else ["test_*.py"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def keycloak() -> Iterator[Keycloak]:
    """One Keycloak for the whole run."""
    assert HOME is not None
    with running_keycloak(Path(HOME)) as running:
        yield running
