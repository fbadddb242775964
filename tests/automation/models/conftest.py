"""Asynchronous tests of the models run on asyncio, each with a scripted provider of its own."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from playhead.automation.models import Upstream, trusted_authorities
from tests.automation.models.scripted import ScriptedProvider, scripted_provider
from tests.automation.models.stage import HOSTED, hear, opened

# Reading the authorities takes longer than most of the tests.
TRUSTED = trusted_authorities()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def warm_sdks() -> None:
    """The SDKs, imported and used once: their first request builds much, and would be late."""

    async def use_all() -> None:
        upstream = Upstream(trusted=TRUSTED)
        async with scripted_provider() as running:
            for kind in HOSTED:
                await hear(await opened(kind, running.address, upstream))
        await upstream.aclose()

    asyncio.run(use_all())


@pytest.fixture
async def provider(warm_sdks: None) -> AsyncIterator[ScriptedProvider]:
    """A provider that does as the test says."""
    async with scripted_provider() as running:
        yield running


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    """The way out, closed afterwards."""
    opened = Upstream(trusted=TRUSTED)
    yield opened
    await opened.aclose()
