"""The API and a worker in this process, over real servers: for races rather than for kills."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import httpx2
import pytest

from playhead.automation.models import LocalModel
from playhead.automation.provider_keys import opening
from playhead.entrypoints.automation import engine, working
from playhead.entrypoints.kernel import Ground
from playhead.entrypoints.settings import Settings
from playhead.kernel.jobs.worker import JobWorker, WorkerOptions
from playhead.storage.postgres import Database
from playhead.storage.valkey import Valkey
from tests.automation.soak.ledger import LedgerTariff, LedgerWitness
from tests.entrypoints.whole import SEALER, Json, bearer, now, whole


class Inside:
    """Somebody who owns an organisation, and asks."""

    def __init__(self, client: httpx2.AsyncClient, token: str) -> None:
        self._client = client
        self._headers = bearer(token)

    async def ask(self, method: str, path: str, body: object = None) -> httpx2.Response:
        """Return the answer, whatever it is."""
        return await self._client.request(
            method, f"/api/v1{path}", json=body, headers=self._headers
        )

    async def make(self, path: str, **body: object) -> Json:
        """Return what was made."""
        answer = await self.ask("POST", path, body)
        assert answer.status_code in (201, 202), answer.text
        return dict(answer.json())


def arrange(monkeypatch: pytest.MonkeyPatch, pause: float) -> None:
    """Put the tariff and the witness that count in place, and a model that takes its time."""
    monkeypatch.setattr(engine, "FreeTariff", LedgerTariff)
    monkeypatch.setattr(engine, "ReflexWitness", LedgerWitness)
    monkeypatch.setattr(opening, "LocalModel", partial(LocalModel, pause))


@asynccontextmanager
async def inside(service_url: str, valkey_url: str, home: Path) -> AsyncIterator[Inside]:
    """Open the API, run a worker, and sign somebody up."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(whole(service_url, valkey_url, home))
        token = (await world.sign_up("ada@example.org"))["access_token"]
        await stack.enter_async_context(_working(service_url, valkey_url, home))
        yield Inside(world.client, token)


@asynccontextmanager
async def _working(service_url: str, valkey_url: str, home: Path) -> AsyncIterator[JobWorker]:
    settings = Settings(home=home, service_database_url=service_url, valkey_url=valkey_url)
    async with (
        Database.open(service_url, connections=8) as database,
        Valkey.open(valkey_url) as valkey,
        working.open_work(Ground(settings, database, valkey, SEALER, now)) as work,
    ):
        options = WorkerOptions(name="here", drain_seconds=1.0)
        worker = JobWorker(database, work.handlers, options, valkey_url=valkey_url, now=now)
        stop = asyncio.Event()
        running = asyncio.create_task(worker.run(stop))
        try:
            yield worker
        finally:
            stop.set()
            await running
