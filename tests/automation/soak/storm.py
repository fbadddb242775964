"""What goes wrong, and when: kills and stops of processes and servers, by a seed."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from random import Random

from celery import Celery

from playhead.kernel.jobs.celery_broker import QUEUE, TASK, celery_app
from tests.automation.soak.checking import rows
from tests.automation.soak.fleet import Fleet, Mortal

REST = (0.05, 1.0)
POSTAGE_SECONDS = 0.15


class Blow(StrEnum):
    """Something that goes wrong. All but the freezing are kill -9."""

    WORKER = "worker"
    WORKERS = "both workers"
    API = "api"
    VALKEY = "valkey"
    POSTGRES = "postgres"
    ALL = "everything but the database"
    FREEZE = "a worker stands still for longer than its leases last"


class Storm:
    """Blows that fall one after the other, whatever the fleet is doing."""

    def __init__(
        self,
        fleet: Fleet,
        valkey: Mortal,
        random: Random,
        *,
        postgres: Mortal | None = None,
        freeze: float = 3.0,
    ) -> None:
        self._fleet = fleet
        self._valkey = valkey
        self._postgres = postgres
        self._random = random
        self._freeze = freeze
        self._returning: list[asyncio.Task[None]] = []
        self.fallen: Counter[str] = Counter()

    async def blow(self, deck: Sequence[Blow], between: tuple[float, float]) -> None:
        """Let the blows fall, in an order and at distances that the seed decides."""
        for each in self._random.sample(deck, len(deck)):
            await asyncio.sleep(self._random.uniform(*between))
            await self._fall(each)
            self.fallen[each] += 1

    async def calm(self) -> None:
        """Return once the servers are all there again."""
        await asyncio.gather(*self._returning)

    async def _fall(self, blow: Blow) -> None:
        fleet, workers = self._fleet, self._fleet.workers
        if blow in (Blow.VALKEY, Blow.ALL):
            await self._strike(self._valkey)
        if blow is Blow.POSTGRES and self._postgres is not None:
            await self._strike(self._postgres)
        if blow is Blow.FREEZE:
            name = self._random.choice(workers)
            freezing = fleet.freeze(name, self._freeze)
            self._returning.append(asyncio.create_task(freezing))
        elif blow is Blow.WORKER:
            await fleet.kill(self._random.choice(workers))
        elif blow is Blow.WORKERS:
            await fleet.kill(*workers)
        elif blow is Blow.API:
            await fleet.kill(fleet.api)
        elif blow is Blow.ALL:
            await fleet.kill(*workers, fleet.api)

    async def _strike(self, server: Mortal) -> None:
        rest = self._random.uniform(*REST)
        self._returning.append(asyncio.create_task(server.kill(rest)))


class Postman:
    """Sends messages that nobody asked for: of jobs that wait, that run, that have ended."""

    def __init__(self, owner_url: str, valkey_url: str, random: Random) -> None:
        self._owner_url = owner_url
        self._app: Celery = celery_app(valkey_url, QUEUE)
        self._random = random
        self.sent = 0

    async def go_round(self) -> None:
        """Send some again and again, until cancelled; a broker that is away is not missed."""
        while True:
            await asyncio.sleep(POSTAGE_SECONDS)
            with suppress(Exception):
                await asyncio.to_thread(self._send_some)

    async def send_all_again(self, until: float) -> int:
        """Send every job there ever was, and return how many once they were all fetched."""
        chosen = self._jobs("SELECT job_id FROM jobs")
        for part in _parts(chosen):
            self._send(part)
        with self._app.connection_for_read() as connection:
            client = connection.default_channel.client
            while client.llen(QUEUE) and time.monotonic() < until:
                await asyncio.sleep(0.05)
            assert client.llen(QUEUE) == 0
        return len(chosen)

    def _send_some(self) -> None:
        some = self._jobs(
            "SELECT job_id FROM jobs WHERE ended_at IS NULL OR random() < 0.05"
            " ORDER BY random() LIMIT 8"
        )
        if some:
            for _ in range(2):
                self._send(some)

    def _send(self, jobs: Sequence[str]) -> None:
        self._app.send_task(TASK, (list(jobs),), queue=QUEUE, retry=False)
        self.sent += 1

    def _jobs(self, query: str) -> list[str]:
        return [each["job_id"].hex for each in rows(self._owner_url, query)]


def _parts(jobs: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(jobs), 32):
        yield jobs[start : start + 32]
