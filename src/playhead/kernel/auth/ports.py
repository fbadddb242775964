"""What sign-in needs of others: each is filled where the parts are put together."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


class Letter(Protocol):
    """A mail: to whom, about what, and its text."""

    @property
    def recipient(self) -> str:
        """The address that it goes to."""
        ...

    @property
    def subject(self) -> str:
        """One line."""
        ...

    @property
    def text(self) -> str:
        """Plain text."""
        ...


class AuditPort(Protocol):
    """Appends to the audit log of an organisation."""

    async def append(
        self,
        transaction: Transaction,
        *,
        org_id: UUID,
        actor: str,
        action: str,
        subject: str,
        details: Mapping[str, object],
        address: str,
        request_id: str,
        now: Micros,
    ) -> None:
        """Add an entry in ``transaction``, which is one of that organisation."""
        ...


class FirstKey(Protocol):
    """Makes an organisation's first API key."""

    async def issue(
        self, transaction: Transaction, *, org_id: UUID, created_by: UUID, now: Micros
    ) -> str:
        """Return the key itself, which nobody can be shown again."""
        ...


class Founding(Protocol):
    """Makes organisations."""

    async def found(
        self, transaction: Transaction, *, org_id: UUID, name: str, owner: UUID, now: Micros
    ) -> None:
        """Make an organisation with its owner, in ``transaction``, which is one of that tenant."""
        ...
