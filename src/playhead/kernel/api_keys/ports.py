"""What changes to API keys need of others."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.mail import Mail
from playhead.storage.postgres import Transaction
from playhead.web.limits import Bucket


class AuditPort(Protocol):
    """Keeps what was done, in the transaction that does it."""

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
        """Add an entry to the audit log of ``org_id``."""
        ...


class MailPort(Protocol):
    """Sends mails, once the transaction that they are put into has committed."""

    async def put(self, transaction: Transaction, mail: Mail, *, now: Micros) -> None:
        """Put one mail into ``transaction``."""
        ...


class LimiterPort(Protocol):
    """Counts requests over all processes."""

    async def enforce(self, buckets: Sequence[Bucket], scope: Mapping[str, Any]) -> None:
        """Take one request from every bucket; raise LimitExceeded if one of them is full."""
        ...
