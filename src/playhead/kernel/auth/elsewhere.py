"""Accounts whose password and address are kept by a provider: here only the names can change."""

from collections.abc import Callable
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.auth.errors import NotOffered
from playhead.kernel.auth.journal import Journal
from playhead.kernel.auth.model import Visit
from playhead.kernel.people import Email, People
from playhead.storage.tenants import Tenant, Tenants


class AccountsElsewhere:
    """Says of everything but the names that it is done at the provider."""

    def __init__(self, tenants: Tenants, journal: Journal, *, now: Callable[[], Micros]) -> None:
        self._tenants = tenants
        self._journal = journal
        self._now = now

    async def forget_password(self, email: Email, visit: Visit) -> None:
        """Raise NotOffered."""
        raise NotOffered

    async def reset_password(self, token: str, password: str, visit: Visit) -> None:
        """Raise NotOffered."""
        raise NotOffered

    async def verify_email(self, token: str, visit: Visit) -> None:
        """Raise NotOffered."""
        raise NotOffered

    async def resend_verification(self, user_id: UUID, visit: Visit) -> None:
        """Raise NotOffered."""
        raise NotOffered

    async def rename(
        self, user_id: UUID, first_name: str | None, last_name: str | None, visit: Visit
    ) -> None:
        """Change the names that are given."""
        now = self._now()
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            await People(transaction).rename(
                user_id, first_name=first_name, last_name=last_name, now=now
            )
        await self._journal.note_everywhere(user_id, Action.PERSON_UPDATED, visit, now=now)

    async def change_password(
        self, user_id: UUID, session_id: UUID | None, old: str, new: str, visit: Visit
    ) -> None:
        """Raise NotOffered."""
        raise NotOffered
