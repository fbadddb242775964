"""Revoke API keys."""

from dataclasses import replace
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.api_keys.desk import KeyDesk
from playhead.kernel.api_keys.model import ApiKey, Author, Because, KeyState
from playhead.kernel.api_keys.ports import AuditPort
from playhead.kernel.api_keys.record import Action, tell
from playhead.kernel.api_keys.repository import KeyRows
from playhead.storage.postgres import Transaction
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


async def revoke_administering(
    audit: AuditPort, transaction: Transaction, author: Author, user_id: UUID, now: Micros
) -> int:
    """Revoke the keys that a person made and could go on to administer with; return how many.

    The ``transaction`` is one of the author's organisation. Other keys that they made stay: what
    runs with those goes on.
    """
    rows = KeyRows(transaction, author.org_id)
    keys = await rows.take_administering(user_id, now)
    for key in keys:
        await rows.save(revoked(key, Because.MAKER_GONE, now))
    for key in keys:
        details = {"name": key.settings.name, "because": Because.MAKER_GONE.value}
        await tell(audit, transaction, author, Action.REVOKED, key, now=now, details=details)
    return len(keys)


def revoked(key: ApiKey, because: Because, now: Micros) -> ApiKey:
    """Return ``key`` as it is once it is revoked."""
    return replace(key, revoked_at=now, revoked_because=because.value, updated_at=now)
