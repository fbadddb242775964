"""Revoke API keys."""

from dataclasses import replace
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.api_keys.desk import KeyDesk
from playhead.kernel.api_keys.model import ApiKey, Author, Because, KeyState
from playhead.kernel.api_keys.record import Action, tell
from playhead.kernel.api_keys.repository import KeyRows
from playhead.storage.tenants import Tenant


async def revoke(desk: KeyDesk, author: Author, key_id: UUID, now: Micros) -> ApiKey:
    """Revoke a key and return it; one that was revoked already stays as it is.

    Raises:
        KeyNotFound: The organisation has none of this id.
    """
    async with desk.tenants.transaction(Tenant(author.org_id)) as transaction:
        rows = KeyRows(transaction, author.org_id)
        key = await rows.take(key_id)
        if key.state(now) is KeyState.REVOKED:
            return key
        gone = revoked(key, Because.ASKED, now)
        await rows.save(gone)
        await tell(
            desk.audit,
            transaction,
            author,
            Action.REVOKED,
            key,
            now=now,
            details={"name": key.settings.name},
        )
    return gone


def revoked(key: ApiKey, because: Because, now: Micros) -> ApiKey:
    """Return ``key`` as it is once it is revoked."""
    return replace(key, revoked_at=now, revoked_because=because.value, updated_at=now)
