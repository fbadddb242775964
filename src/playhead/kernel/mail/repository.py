"""Mails that wait to be sent: the only module of mail that knows their table."""

from dataclasses import dataclass
from uuid import UUID

from playhead.base.time import Micros
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Database, Transaction

SQL = load_sql(__package__)


@dataclass(frozen=True, slots=True)
class Lent:
    """A mail that is ours to send while the lease lasts.

    Attributes:
        attempts: How often it was lent, this time included.
    """

    mail_id: UUID
    sealed: bytes
    created_at: Micros
    attempts: int


async def put(transaction: Transaction, *, mail_id: UUID, sealed: bytes, now: Micros) -> None:
    """Add a mail that is due at once."""
    await transaction.send(SQL.put, mail_id=mail_id, sealed=sealed, now=now)


class WaitingMails:
    """The mails that wait, for whoever sends them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lend(self, *, now: Micros, lease_until: Micros, most: int) -> list[Lent]:
        """Return at most ``most`` mails that are due; nobody else gets them until the lease ends.

        Raises:
            DatabaseUnavailable: No connection can be had, or it breaks.
        """
        async with self._database.reading() as connection:
            rows = await connection.fetch_all(SQL.lend, now=now, lease_until=lease_until, most=most)
        return [Lent(row.mail_id, row.sealed, row.created_at, row.attempts) for row in rows]

    async def forget(self, mail_id: UUID) -> None:
        """Remove a mail that was sent or given up."""
        await self._settle(mail_id, None, None)

    async def postpone(self, mail_id: UUID, *, due_at: Micros, error: str) -> None:
        """Let a mail that failed because of ``error`` be due at ``due_at``."""
        await self._settle(mail_id, due_at, error)

    async def _settle(self, mail_id: UUID, due_at: Micros | None, error: str | None) -> None:
        async with self._database.reading() as connection:
            await connection.fetch_all(SQL.settle, mail_id=mail_id, due_at=due_at, error=error)
