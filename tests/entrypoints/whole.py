"""The whole API in process, over a real database and a real Valkey."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import httpx2
from argon2 import Parameters, Type

from playhead.base.time import Micros, Nanos
from playhead.entrypoints.automation import Automation
from playhead.entrypoints.automation.working import open_work
from playhead.entrypoints.edge import edge_of
from playhead.entrypoints.http_app import History, build_app
from playhead.entrypoints.kernel import Ground, Kernel, open_kernel
from playhead.entrypoints.settings import load_settings
from playhead.history.capture import CaptureStore
from playhead.history.verify import Trails, Verifier
from playhead.kernel.jobs.worker import JobWorker, WorkerOptions
from playhead.kernel.mail import newest_mail
from playhead.storage.postgres import Database
from playhead.storage.roles import check_connection
from playhead.storage.sealing import Sealer
from playhead.storage.valkey import Valkey
from playhead.web.openapi import Api

CHEAP = Parameters(
    type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=1, memory_cost=8, parallelism=1
)
SEALER = Sealer([b"k" * 32])
PASSWORD = "correct horse battery"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Whole:
    """The API, a client of it, and what the outside sees of it."""

    app: Api
    client: httpx2.AsyncClient
    kernel: Kernel
    home: Path

    async def sign_up(self, email: str, **more: str) -> Json:
        """Sign somebody up and return the answer."""
        person = {"first_name": "Ada", "last_name": "Lovelace", "password": PASSWORD} | more
        answer = await self.client.post("/api/v1/auth/signup", json={"email": email, **person})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def mailed_token(self, email: str) -> str:
        """Return the token of the newest mail to somebody."""
        mail = newest_mail(self.home / "mail", email)
        assert mail is not None
        return next(word for word in mail.text.split() if word.startswith("ph_"))


@asynccontextmanager
async def whole(
    service_url: str, valkey_url: str, home: Path, *, works: bool = False, **chosen: Any
) -> AsyncIterator[Whole]:
    """Open the API over these servers; passwords cost little.

    ``works``: with a worker beside it.
    """
    settings = load_settings(home=home, service_database_url=service_url, **chosen)
    async with (
        Database.open(service_url, connections=4, check=check_connection) as database,
        Valkey.open(valkey_url) as valkey,
        open_kernel(ground := Ground(settings, database, valkey, SEALER, now, CHEAP)) as kernel,
    ):
        verifier = Verifier(Trails(database), CaptureStore(home, lambda: Nanos(0)))
        app = build_app(
            [History.on(database, verifier), kernel, Automation.on(ground)],
            kernel.door,
            checks={},
            now=now,
            cursor_key=SEALER.derive("cursors"),
            edge=edge_of(settings),
        )
        transport = httpx2.ASGITransport(app=app, client=(some_address(), 1))
        async with (
            httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client,
            _working(ground, valkey_url) if works else nullcontext(),
        ):
            yield Whole(app, client, kernel, home)


@asynccontextmanager
async def _working(ground: Ground, valkey_url: str) -> AsyncIterator[None]:
    stop, queue = asyncio.Event(), f"whole.{secrets.token_hex(4)}"  # Valkey is shared by all tests
    async with open_work(ground) as work:
        options = WorkerOptions(name="whole", queue=queue, drain_seconds=0.0)
        worker = JobWorker(
            ground.database, work.handlers, options, valkey_url=valkey_url, now=ground.now
        )
        task = asyncio.create_task(worker.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task


def some_address() -> str:
    """Return an address that no other test asks from: limits by address are shared in Valkey."""
    return str(IPv4Address(0x0A000000 | secrets.randbits(24)))


def now() -> Micros:
    """Return the time of this machine."""
    return Micros(time.time_ns() // 1000)


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries ``token``."""
    return {"Authorization": f"Bearer {token}"}
