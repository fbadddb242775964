"""Kept answers in PostgreSQL, among the rows of the caller's organisation."""

from playhead.base.time import Micros
from playhead.kernel.idempotency.sealed import hash_of_key, open_answer, seal_answer
from playhead.storage.named_sql import load_sql
from playhead.storage.sealing import Sealer
from playhead.storage.tenants import Tenant, Tenants
from playhead.web.idempotency import KEPT, LEASE, Asked, Earlier, KeptAnswer

SQL = load_sql(__package__)


class IdempotencyKeys:
    """The `IdempotencyStore` of the service. One round trip for each step."""

    def __init__(self, tenants: Tenants, sealer: Sealer) -> None:
        self._tenants = tenants
        self._sealer = sealer

    async def begin(self, asked: Asked, now: Micros) -> Earlier | None:
        """Reserve the key and return None, or return the request that has it.

        Raises:
            DatabaseUnavailable: Whether the request came before cannot be known now.
        """
        row = await self._tenants.fetch_optional(
            _tenant(asked),
            SQL.begin,
            **_place(asked),
            request_hash=asked.fingerprint,
            now=now,
            lease_until=now + LEASE,
            expires_at=now + KEPT,
        )
        # Another began at this very instant; it may be equal or not. Or the organisation is gone:
        # who asks for it again is refused.
        if row is None:
            return Earlier(asked.fingerprint, None)
        if row.begun:
            return None
        answer = None if row.status is None else open_answer(self._sealer, asked, row.answer)
        return Earlier(row.request_hash, answer)

    async def finish(self, asked: Asked, started_at: Micros, answer: KeptAnswer) -> None:
        """Keep the answer of the request that began at ``started_at``, if the key is its still."""
        await self._tenants.fetch_optional(
            _tenant(asked),
            SQL.finish,
            **_place(asked),
            started_at=started_at,
            status=answer.status,
            answer=seal_answer(self._sealer, asked, answer),
        )

    async def release(self, asked: Asked, started_at: Micros) -> None:
        """Give the key back, if it is still that request's and has no answer."""
        await self._tenants.fetch_optional(
            _tenant(asked), SQL.release, **_place(asked), started_at=started_at
        )


def _tenant(asked: Asked) -> Tenant:
    return Tenant(org_id=asked.owner.org_id)


def _place(asked: Asked) -> dict[str, object]:
    owner = asked.owner
    return {"org_id": owner.org_id, "caller": owner.caller, "key_hash": hash_of_key(asked)}
