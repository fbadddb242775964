"""Tests of executions run on asyncio over real PostgreSQL; providers are scripted."""

from collections.abc import AsyncIterator

import pytest

from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants
from tests.automation.executions.stage import Stage
from tests.automation.models.conftest import anyio_backend, provider, upstream, warm_sdks
from tests.kernel.stage import make_organisation

__all__ = ["anyio_backend", "provider", "upstream", "warm_sdks"]


@pytest.fixture
async def database(module_service_database_url: str) -> AsyncIterator[Database]:
    """A database that the tests of a module share; each has an organisation of its own."""
    async with Database.open(module_service_database_url, connections=12) as opened:
        yield opened


@pytest.fixture
async def stage(database: Database) -> Stage:
    """A new organisation and what runs its executions."""
    return Stage.on(database, await make_organisation(Tenants(database)))
