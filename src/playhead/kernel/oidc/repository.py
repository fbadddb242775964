"""What we keep of sign-ins with a provider: the only module of oidc that knows the tables.

Sessions stand in one table with the built-in ones, so that people see all of theirs in one list.
"""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.auth import Visit
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import NOBODY, Tenant, Tenants

SQL = load_sql(__package__)


class OAuthFlows:
    """Sign-ins that are away at the provider, whichever process they come back to."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def put(self, state_hash: bytes, sealed: bytes, expires_at: Micros) -> None:
        """Keep what was sealed."""
        async with self._tenants.transaction(NOBODY) as transaction:
            await transaction.execute(
                SQL.put_flow, state_hash=state_hash, sealed=sealed, expires_at=expires_at
            )

    async def take(self, state_hash: bytes, now: Micros) -> bytes | None:
        """Return what was kept and has not expired, and forget it: only one caller ever gets it."""
        row = await self._tenants.fetch_optional(
            NOBODY, SQL.take_flow, state_hash=state_hash, now=now
        )
        return None if row is None else cast(bytes | None, row.sealed)


class IdentityRows:
    """The identities of the person whom a transaction names."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, user_id: UUID, issuer: str, subject: str, now: Micros) -> bool:
        """Note who an identity is; False if that was noted before, by whomever."""
        row = await self._transaction.fetch_optional(
            SQL.add_identity, issuer=issuer, subject=subject, user_id=user_id, now=now
        )
        return row is not None

    async def note_verified(self, user_id: UUID, email_key: str, now: Micros) -> None:
        """Note that the provider has verified the address, if it is the one that we know."""
        await self._transaction.execute(
            SQL.note_verified, user_id=user_id, email_key=email_key, now=now
        )


async def person_of_identity(tenants: Tenants, issuer: str, subject: str) -> UUID | None:
    """Return who an identity is, whoever they are; None for nobody."""
    row = await tenants.fetch_optional(
        NOBODY, SQL.person_of_identity, issuer=issuer, subject=subject
    )
    return None if row is None else cast(UUID | None, row.user_id)


@dataclass(frozen=True, slots=True)
class SessionNote:
    """What is noted of a provider's session: the organisation chosen, and whether it ended here."""

    org_id: UUID | None
    is_over: bool


class SessionNotes:
    """The provider's sessions, as far as we note them, of the person of a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def begin(
        self, user_id: UUID, session_id: UUID, visit: Visit, *, now: Micros, expires_at: Micros
    ) -> None:
        """Note a sign-in; within one session of the provider the same note goes on."""
        await self._transaction.execute(
            SQL.begin_session,
            session_id=session_id,
            user_id=user_id,
            now=now,
            expires_at=expires_at,
            address=visit.address,
            user_agent=visit.user_agent,
        )

    async def follow(
        self,
        session_id: UUID,
        visit: Visit,
        *,
        org_id: UUID | None,
        now: Micros,
        expires_at: Micros,
    ) -> bool:
        """Note that a session was refreshed, and the organisation chosen; False if it is over."""
        touched = await self._transaction.execute(
            SQL.follow_session,
            session_id=session_id,
            org_id=org_id,
            now=now,
            expires_at=expires_at,
            address=visit.address,
            user_agent=visit.user_agent,
        )
        return touched > 0

    async def set_refresh_token(
        self,
        user_id: UUID,
        session_id: UUID,
        token_hash: bytes,
        *,
        instead_of: bytes = b"",
        now: Micros,
        expires_at: Micros,
    ) -> None:
        """Note by its hash which session a refresh token is of, and forget the one before it."""
        parameters = {"token_hash": token_hash, "now": now, "expires_at": expires_at}
        moved = await self._transaction.execute(
            SQL.move_refresh_token, instead_of=instead_of, **parameters
        )
        if not moved:
            await self._transaction.execute(
                SQL.add_refresh_token, session_id=session_id, user_id=user_id, **parameters
            )

    async def find(self, session_id: UUID) -> SessionNote | None:
        """Return what is noted of a session, or None."""
        row = await self._transaction.fetch_optional(SQL.session, session_id=session_id)
        return None if row is None else SessionNote(row.org_id, row.is_over)


async def session_note(tenants: Tenants, user_id: UUID, session_id: UUID) -> SessionNote | None:
    """Return what is noted of a person's session, or None: one round trip."""
    row = await tenants.fetch_optional(Tenant(user_id=user_id), SQL.session, session_id=session_id)
    return None if row is None else SessionNote(row.org_id, row.is_over)
