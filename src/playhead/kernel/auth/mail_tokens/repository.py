"""Mailed tokens: the only module that knows their table.

Rows are those of the person whom a transaction names (`Tenant.user_id`).
"""

from typing import cast
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.auth.mail_tokens.model import Purpose
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import NOBODY, Tenants

SQL = load_sql(__package__)


class MailTokenRows:
    """Adds and uses the tokens of the person whom a transaction names."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def replace(
        self,
        user_id: UUID,
        purpose: Purpose,
        *,
        email: str,
        token_hash: bytes,
        expires_at: Micros,
        now: Micros,
    ) -> None:
        """Add a token; the older ones for ``purpose`` are good no more."""
        await self.withdraw(user_id, purpose, now)
        await self._transaction.execute(
            SQL.add,
            token_hash=token_hash,
            user_id=user_id,
            purpose=purpose,
            email=email,
            now=now,
            expires_at=expires_at,
        )

    async def withdraw(self, user_id: UUID, purpose: Purpose, now: Micros) -> None:
        """Let the tokens for ``purpose`` be good no more."""
        await self._transaction.execute(SQL.withdraw, user_id=user_id, purpose=purpose, now=now)

    async def is_good(self, token_hash: bytes, purpose: Purpose, now: Micros) -> bool:
        """Return whether a token could be used now."""
        row = await self._transaction.fetch_optional(
            SQL.is_good, token_hash=token_hash, purpose=purpose, now=now
        )
        return row is not None

    async def use(self, token_hash: bytes, purpose: Purpose, now: Micros) -> bool:
        """Use a token up; False if that is not possible, now or any more."""
        row = await self._transaction.fetch_optional(
            SQL.use, token_hash=token_hash, purpose=purpose, now=now
        )
        return row is not None


async def person_of_mail_token(tenants: Tenants, token_hash: bytes) -> UUID | None:
    """Return whose token it is, whoever they are; None if it is nobody's."""
    row = await tenants.fetch_optional(
        NOBODY, "SELECT person_of_mail_token(%(token_hash)s) AS user_id", token_hash=token_hash
    )
    return None if row is None else cast(UUID | None, row.user_id)
