"""Starting, refreshing and ending sessions."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from playhead.base.ids import format_id, new_uuid
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.auth import bearer
from playhead.kernel.auth.errors import RefreshInvalid, RefreshSuperseded, SessionNotFound
from playhead.kernel.auth.journal import SOMEBODY, Journal
from playhead.kernel.auth.model import Tokens, Visit
from playhead.kernel.auth.sessions.model import (
    Ending,
    RefreshToken,
    Session,
    SessionPolicy,
    Standing,
    Started,
)
from playhead.kernel.auth.sessions.repository import SessionRows, person_of_refresh_token
from playhead.kernel.auth.signing import AccessTokens
from playhead.kernel.identity import NoOrganisation
from playhead.kernel.identity.model import SESSION_PREFIX
from playhead.kernel.people import People
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant, Tenants


class Sessions:
    """The sessions of everybody, one person at a time."""

    def __init__(
        self,
        tenants: Tenants,
        access: AccessTokens,
        journal: Journal,
        *,
        now: Callable[[], Micros],
        policy: SessionPolicy,
    ) -> None:
        self._tenants = tenants
        self._access = access
        self._journal = journal
        self._now = now
        self._policy = policy

    async def start(
        self, transaction: Transaction, user_id: UUID, org_id: UUID | None, visit: Visit
    ) -> Started:
        """Start a session in ``transaction``, which is one of that person."""
        now = self._now()
        session = Session(
            session_id=new_uuid(now),
            user_id=user_id,
            org_id=org_id,
            created_at=now,
            refreshed_at=now,
            expires_at=self._policy.expires_at(now, now),
            ended_at=None,
            address=visit.address,
            user_agent=visit.user_agent,
        )
        token = bearer.new_secret(bearer.REFRESH)
        rows = SessionRows(transaction)
        await rows.add(session, bearer.digest(token), most=self._policy.most)
        return Started(session, token)

    async def tokens(self, started: Started) -> Tokens:
        """Return what the client gets; ask once the session is committed."""
        session = started.session
        access = await self._access.issue(
            session.user_id, session.session_id, session.org_id, until=session.expires_at
        )
        return Tokens(access.text, started.refresh_token, access.expires_in)

    async def refresh(self, token: str, visit: Visit, *, org_id: UUID | None = None) -> Tokens:
        """Return the next tokens for a refresh token. Of many who bring one at once, one gets them.

        Args:
            token: The refresh token; it is of no use afterwards.
            visit: Who asks.
            org_id: The organisation that is chosen from now on; None leaves it.

        Raises:
            RefreshSuperseded: The same client has used it a moment ago; the session goes on.
            RefreshInvalid: It is none, has expired, or its session is over. If it was used before,
                its session is over now.
            NoOrganisation: The person does not belong to ``org_id``.
        """
        token_hash, user_id = await self._owner(token)
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            if org_id is not None:
                await _check_belonging(transaction, org_id)
            found = await SessionRows(transaction).lock(token_hash)
            if found is None:
                raise RefreshInvalid
            standing = found.standing(visit, self._now(), self._policy)
            started = await self._follow(transaction, found, standing, token_hash, visit, org_id)
        if started is None:
            raise await self._refusal(found.session, standing, visit)
        return await self.tokens(started)

    async def end(self, user_id: UUID, session_id: UUID, why: Ending, visit: Visit) -> None:
        """End one session.

        Raises:
            SessionNotFound: The person has none by that id that goes on.
        """
        now = self._now()
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            ended = await SessionRows(transaction).end(user_id, session_id, why, now)
        if not ended:
            raise SessionNotFound
        await self._note(Action.SESSION_ENDED, user_id, session_id, visit, why)

    async def end_of(self, token: str, visit: Visit) -> None:
        """End the session of a refresh token, whether or not the token was used.

        Raises:
            RefreshInvalid: It is nobody's.
            SessionNotFound: Its session is over.
        """
        token_hash, user_id = await self._owner(token)
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            found = await SessionRows(transaction).lock(token_hash)
        if found is None:
            raise RefreshInvalid
        await self.end(user_id, found.session.session_id, Ending.SIGN_OUT, visit)

    async def live(self, user_id: UUID) -> list[Session]:
        """Return a person's sessions that go on, the newest first."""
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            return await SessionRows(transaction).live(user_id, self._now())

    async def _owner(self, token: str) -> tuple[bytes, UUID]:
        if not bearer.is_shaped(token, bearer.REFRESH):
            raise RefreshInvalid
        token_hash = bearer.digest(token)
        user_id = await person_of_refresh_token(self._tenants, token_hash)
        if user_id is None:
            raise RefreshInvalid
        return token_hash, user_id

    async def _follow(
        self,
        transaction: Transaction,
        found: RefreshToken,
        standing: Standing,
        used_hash: bytes,
        visit: Visit,
        org_id: UUID | None,
    ) -> Started | None:
        """Do to the family what ``standing`` asks for; return its next token if there is one."""
        now, session, rows = self._now(), found.session, SessionRows(transaction)
        if standing is Standing.REUSED:
            await rows.end(session.user_id, session.session_id, Ending.REUSE, now)
        if standing is not Standing.GOOD:
            return None
        successor = bearer.new_secret(bearer.REFRESH)
        refreshed = replace(
            session,
            org_id=org_id or session.org_id,
            refreshed_at=now,
            expires_at=self._policy.expires_at(session.created_at, now),
            address=visit.address,
            user_agent=visit.user_agent,
        )
        await rows.rotate(refreshed, used_hash=used_hash, token_hash=bearer.digest(successor))
        return Started(refreshed, successor)

    async def _refusal(self, session: Session, standing: Standing, visit: Visit) -> RefreshInvalid:
        if standing is Standing.SUPERSEDED:
            return RefreshSuperseded()
        if standing is Standing.REUSED:
            action = Action.SESSION_REUSE_DETECTED
            session_id = session.session_id
            await self._note(
                action, session.user_id, session_id, visit, Ending.REUSE, actor=SOMEBODY
            )
        return RefreshInvalid()

    async def _note(
        self,
        action: Action,
        user_id: UUID,
        session_id: UUID,
        visit: Visit,
        why: Ending,
        *,
        actor: str | None = None,
    ) -> None:
        await self._journal.note_everywhere(
            user_id,
            action,
            visit,
            actor=actor,
            subject=format_id(SESSION_PREFIX, session_id),
            details={"why": why.value},
            now=self._now(),
        )


async def _check_belonging(transaction: Transaction, org_id: UUID) -> None:
    belongings = await People(transaction).belongings()
    if all(each.org_id != org_id for each in belongings):
        raise NoOrganisation
