"""Asynchronous tests of the models run on asyncio, each with a scripted provider of its own."""

from collections.abc import AsyncIterator

import pytest

from playhead.automation.models import Upstream, trusted_authorities
from tests.automation.models.scripted import ScriptedProvider, scripted_provider

# Reading the authorities takes longer than most of the tests.
TRUSTED = trusted_authorities()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def provider() -> AsyncIterator[ScriptedProvider]:
    """A provider that does as the test says."""
    async with scripted_provider() as running:
        yield running


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    """The way out, closed afterwards."""
    opened = Upstream(trusted=TRUSTED)
    yield opened
    await opened.aclose()
