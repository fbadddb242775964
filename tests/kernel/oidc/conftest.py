"""Asynchronous tests of sign-in by a provider run on asyncio."""

from collections.abc import AsyncIterator

import pytest

from tests.kernel.oidc.issuer import RunningIssuer, running_issuer


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def issuer() -> AsyncIterator[RunningIssuer]:
    """A scripted issuer of the test's own."""
    async with running_issuer() as running:
        yield running
