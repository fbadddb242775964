"""A post office for tests: a sealer, a transport that fails when told to, and what waits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from playhead.base.errors import PlayheadError
from playhead.base.time import Micros
from playhead.kernel.mail import Bell, Mail, MailSender, Outbox
from playhead.storage.postgres import Database
from playhead.storage.sealing import Sealer
from playhead.storage.tenants import NOBODY, Tenants
from tests.kernel.stage import NOW

ADA = "ada@example.org"
HELLO = Mail(ADA, "Hello", "Dear Ada,\n\nhello.\n")
MAIL_ID = UUID("01890000-0000-7000-8000-000000000001")
SEALER = Sealer([b"k" * 32])


@dataclass
class FakeTransport:
    """Takes mails; fails with ``failures`` first, one by one."""

    failures: list[Exception] = field(default_factory=list)
    taken: list[tuple[UUID, Mail]] = field(default_factory=list)

    async def send(self, mail: Mail, *, mail_id: UUID, at: Micros) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append((mail_id, mail))


@dataclass
class Clock:
    at: int = NOW

    def __call__(self) -> Micros:
        return Micros(self.at)


@dataclass
class Post:
    """An outbox, and a loop that empties it into ``transport``."""

    database: Database
    transport: FakeTransport = field(default_factory=FakeTransport)
    clock: Clock = field(default_factory=Clock)
    bell: Bell = field(default_factory=Bell)
    sealer: Sealer = SEALER

    def sender(self) -> MailSender:
        return MailSender(
            self.database,
            self.sealer,
            self.transport,
            now=self.clock,
            bell=self.bell,
            random=lambda: 0.5,
        )

    async def put(self, mail: Mail = HELLO, *, failing: PlayheadError | None = None) -> None:
        outbox = Outbox(SEALER, bell=self.bell)
        async with Tenants(self.database).transaction(NOBODY) as transaction:
            await outbox.put(transaction, mail, now=self.clock())
            if failing is not None:
                raise failing


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Post]:
    async with Database.open(url) as database:
        yield Post(database)


def waiting(owner_url: str) -> list[tuple[int, str | None, bytes]]:
    """Return attempts, last error and sealed mail of what waits, as the owner sees it."""
    with psycopg.connect(owner_url) as connection:
        query = "SELECT attempts, last_error, sealed FROM outgoing_mail ORDER BY mail_id"
        return connection.execute(query).fetchall()
