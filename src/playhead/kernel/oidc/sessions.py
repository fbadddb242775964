"""The provider's sessions as we note them: whose they are, the organisation chosen, their end."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.auth import RefreshInvalid, Visit
from playhead.kernel.auth.bearer import digest
from playhead.kernel.auth.sessions import Ending, SessionPolicy, SessionRows
from playhead.kernel.auth.sessions.repository import person_of_refresh_token
from playhead.kernel.identity import NoOrganisation
from playhead.kernel.oidc.repository import SessionNotes
from playhead.kernel.people import People
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant, Tenants

_POLICY = SessionPolicy()


@dataclass(frozen=True, slots=True)
class Noted:
    """A session that is noted here, by our id of it."""

    user_id: UUID
    session_id: UUID


class ProviderSessions:
    """Notes sessions. A refresh token is known by its hash only."""

    def __init__(self, tenants: Tenants, *, now: Callable[[], Micros]) -> None:
        self._tenants = tenants
        self._now = now

    async def begin(self, noted: Noted, refresh_token: str, visit: Visit) -> None:
        """Note a sign-in."""
        now = self._now()
        expires_at = _POLICY.expires_at(now, now)
        async with self._tenants.transaction(Tenant(user_id=noted.user_id)) as transaction:
            notes = SessionNotes(transaction)
            await notes.begin(
                noted.user_id, noted.session_id, visit, now=now, expires_at=expires_at
            )
            if refresh_token:
                await notes.set_refresh_token(
                    noted.user_id,
                    noted.session_id,
                    digest(refresh_token),
                    now=now,
                    expires_at=expires_at,
                )

    async def known(self, refresh_token: str, org_id: UUID | None) -> Noted | None:
        """Return the session of a refresh token; None if it was not begun here.

        Raises:
            RefreshInvalid: The session has ended here, even if it was begun again since.
            NoOrganisation: Its person does not belong to ``org_id``.
        """
        token_hash = digest(refresh_token)
        user_id = await person_of_refresh_token(self._tenants, token_hash)
        if user_id is None:
            return None
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            await _check_belonging(transaction, org_id)
            found = await SessionRows(transaction).lock(token_hash)
        if found is None or found.used_at is not None or not found.session.is_live(self._now()):
            raise RefreshInvalid
        return Noted(user_id, found.session.session_id)

    async def adopt(self, noted: Noted, visit: Visit, org_id: UUID | None) -> None:
        """Note a session that was begun elsewhere.

        Raises:
            RefreshInvalid: It has ended here.
            NoOrganisation: Its person does not belong to ``org_id``.
        """
        now = self._now()
        async with self._tenants.transaction(Tenant(user_id=noted.user_id)) as transaction:
            await _check_belonging(transaction, org_id)
            notes = SessionNotes(transaction)
            note = await notes.find(noted.session_id)
            if note is not None and note.is_over:
                raise RefreshInvalid
            expires_at = _POLICY.expires_at(now, now)
            await notes.begin(
                noted.user_id, noted.session_id, visit, now=now, expires_at=expires_at
            )

    async def follow(
        self, noted: Noted, used: str, refresh_token: str, visit: Visit, org_id: UUID | None
    ) -> None:
        """Note that a session was refreshed, and which organisation was chosen; None leaves it.

        Raises:
            RefreshInvalid: It has ended here in the meantime.
        """
        now = self._now()
        expires_at = _POLICY.expires_at(now, now)
        async with self._tenants.transaction(Tenant(user_id=noted.user_id)) as transaction:
            notes = SessionNotes(transaction)
            goes_on = await notes.follow(
                noted.session_id, visit, org_id=org_id, now=now, expires_at=expires_at
            )
            if not goes_on:
                raise RefreshInvalid
            if refresh_token:
                await notes.set_refresh_token(
                    noted.user_id,
                    noted.session_id,
                    digest(refresh_token),
                    instead_of=digest(used),
                    now=now,
                    expires_at=expires_at,
                )

    async def end(self, noted: Noted, visit: Visit) -> bool:
        """End a session, which need not have been begun here: its access tokens are refused.

        False if it was over.
        """
        now = self._now()
        async with self._tenants.transaction(Tenant(user_id=noted.user_id)) as transaction:
            notes = SessionNotes(transaction)
            if await notes.find(noted.session_id) is None:
                await notes.begin(
                    noted.user_id,
                    noted.session_id,
                    visit,
                    now=now,
                    expires_at=_POLICY.expires_at(now, now),
                )
            rows = SessionRows(transaction)
            return await rows.end(noted.user_id, noted.session_id, Ending.SIGN_OUT, now)

    async def end_of(self, refresh_token: str) -> Noted | None:
        """End the session of a refresh token; None if none is known that goes on."""
        token_hash = digest(refresh_token)
        user_id = await person_of_refresh_token(self._tenants, token_hash)
        if user_id is None:
            return None
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            rows = SessionRows(transaction)
            found = await rows.lock(token_hash)
            if found is None:
                return None
            session_id = found.session.session_id
            if not await rows.end(user_id, session_id, Ending.SIGN_OUT, self._now()):
                return None
        return Noted(user_id, session_id)


async def _check_belonging(transaction: Transaction, org_id: UUID | None) -> None:
    if org_id is None:
        return
    belongings = await People(transaction).belongings()
    if all(each.org_id != org_id for each in belongings):
        raise NoOrganisation
