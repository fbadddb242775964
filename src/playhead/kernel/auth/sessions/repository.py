"""Sessions and refresh tokens: the only module that knows their tables.

Rows are those of the person whom a transaction names (`Tenant.user_id`).
"""

from typing import cast
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.auth.sessions.model import Ending, RefreshToken, Session
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction
from playhead.storage.tenants import NOBODY, Tenant, Tenants

SQL = load_sql(__package__)


class SessionRows:
    """Adds, finds and ends the sessions of the person whom a transaction names."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, session: Session, token_hash: bytes, *, most: int) -> None:
        """Add a session with its first refresh token; more than ``most`` end the oldest."""
        await self._transaction.execute(
            SQL.start,
            session_id=session.session_id,
            user_id=session.user_id,
            org_id=session.org_id,
            now=session.created_at,
            expires_at=session.expires_at,
            address=session.address,
            user_agent=session.user_agent,
            token_hash=token_hash,
            most=most,
        )

    async def lock(self, token_hash: bytes) -> RefreshToken | None:
        """Return a token whose session nobody else refreshes before this transaction ends."""
        row = await self._transaction.fetch_optional(SQL.lock, token_hash=token_hash)
        return None if row is None else RefreshToken(_session(row), row.used_at)

    async def rotate(self, session: Session, *, used_hash: bytes, token_hash: bytes) -> None:
        """Use up the token that was locked, and note its successor and what the session is now."""
        await self._transaction.execute(
            SQL.rotate,
            session_id=session.session_id,
            user_id=session.user_id,
            org_id=session.org_id,
            now=session.refreshed_at,
            expires_at=session.expires_at,
            address=session.address,
            user_agent=session.user_agent,
            used_hash=used_hash,
            token_hash=token_hash,
        )

    async def end(self, user_id: UUID, session_id: UUID, why: Ending, now: Micros) -> bool:
        """End a session; False if there is none that goes on."""
        ended = await self._transaction.execute(
            SQL.end, user_id=user_id, session_id=session_id, ended_by=why, now=now
        )
        return ended > 0

    async def end_others(self, user_id: UUID, kept: UUID | None, why: Ending, now: Micros) -> int:
        """End all sessions but ``kept``, and return how many."""
        return await self._transaction.execute(
            SQL.end_others, user_id=user_id, kept=kept, ended_by=why, now=now
        )

    async def live(self, user_id: UUID, now: Micros) -> list[Session]:
        """Return the sessions that go on, the newest first."""
        rows = await self._transaction.fetch_all(SQL.live, user_id=user_id, now=now)
        return [_session(row) for row in rows]


class SessionLiveness:
    """Tells whether sessions go on: one round trip."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def is_live(self, user_id: UUID, session_id: UUID, now: Micros) -> bool:
        """Return whether a person's session has neither ended nor expired.

        Raises:
            DatabaseUnavailable: The database does not answer.
        """
        row = await self._tenants.fetch_optional(
            Tenant(user_id=user_id),
            SQL.is_live,
            user_id=user_id,
            session_id=session_id,
            now=now,
        )
        return row is not None


async def person_of_refresh_token(tenants: Tenants, token_hash: bytes) -> UUID | None:
    """Return whose token it is, whoever they are; None if it is nobody's."""
    row = await tenants.fetch_optional(
        NOBODY,
        "SELECT person_of_refresh_token(%(token_hash)s) AS user_id",
        token_hash=token_hash,
    )
    return None if row is None else cast(UUID | None, row.user_id)


def _session(row: Row) -> Session:
    return Session(
        session_id=row.session_id,
        user_id=row.user_id,
        org_id=row.org_id,
        created_at=row.created_at,
        refreshed_at=row.refreshed_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        address=row.address,
        user_agent=row.user_agent,
    )
