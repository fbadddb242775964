"""Revoke API keys."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.api_keys.desk import KeyDesk
from playhead.kernel.api_keys.model import ApiKey, Author, Because, KeyState
from playhead.kernel.api_keys.record import tell
from playhead.kernel.api_keys.repository import KeyRows
from playhead.kernel.audit import Action, AuditPort
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
            Action.KEY_REVOKED,
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
    keys = await KeyRows(transaction, author.org_id).take_administering(user_id, now)
    await _revoke(audit, transaction, author, keys, Because.MAKER_GONE, now)
    return len(keys)


@dataclass(frozen=True, slots=True)
class KeyRevoker:
    """Revokes all keys of an organisation whose owner turned out to be somebody else."""

    audit: AuditPort

    async def revoke_all(
        self,
        transaction: Transaction,
        *,
        org_id: UUID,
        actor: str,
        address: str,
        request_id: str,
        now: Micros,
    ) -> int:
        """Revoke them in a ``transaction`` of the organisation, and return how many there were."""
        author = Author(org_id, frozenset(), actor, None, address, request_id)
        rows = KeyRows(transaction, org_id)
        await rows.admit(author, now)  # whoever makes a key at this moment waits, or is seen
        keys = await rows.take_live(now)
        await _revoke(self.audit, transaction, author, keys, Because.OWNER_UNPROVEN, now)
        return len(keys)


async def _revoke(
    audit: AuditPort,
    transaction: Transaction,
    author: Author,
    keys: Sequence[ApiKey],
    because: Because,
    now: Micros,
) -> None:
    rows = KeyRows(transaction, author.org_id)
    for key in keys:
        await rows.save(revoked(key, because, now))
    for key in keys:  # entries last: they hold the head of the organisation's log
        details = {"name": key.settings.name, "because": because.value}
        await tell(audit, transaction, author, Action.KEY_REVOKED, key, now=now, details=details)


def revoked(key: ApiKey, because: Because, now: Micros) -> ApiKey:
    """Return ``key`` as it is once it is revoked."""
    return replace(key, revoked_at=now, revoked_because=because.value, updated_at=now)
