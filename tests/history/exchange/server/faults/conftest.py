"""One exchange for the tests of a file, and a new client of it for each."""

from collections.abc import AsyncIterator

import pytest

from playhead.history.exchange import RunningExchange, running_exchange
from tests.history.exchange.server.faults.bench import Bench, connected
from tests.history.exchange.server.sockets import HandClock, options


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[RunningExchange]:
    async with running_exchange(options(rate=600.0), HandClock()) as exchange:
        yield exchange


@pytest.fixture
async def test(running: RunningExchange) -> AsyncIterator[Bench]:
    async with connected(running) as bench:
        yield bench
