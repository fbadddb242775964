"""What the audit log is told of API keys. Never a key itself, nor its hash."""

from collections.abc import Mapping

from playhead.base.ids import format_id
from playhead.base.time import Micros, format_instant
from playhead.kernel.api_keys.model import ApiKey, Author, KeySettings
from playhead.kernel.audit import Action, AuditPort
from playhead.kernel.identity.model import KEY_PREFIX
from playhead.storage.postgres import Transaction


async def tell(
    audit: AuditPort,
    transaction: Transaction,
    author: Author,
    action: Action,
    key: ApiKey,
    *,
    now: Micros,
    details: Mapping[str, object],
) -> None:
    """Add to the audit log what ``author`` did to ``key``; the last thing in a transaction."""
    await audit.append(
        transaction,
        org_id=author.org_id,
        actor=author.actor,
        action=action.value,
        subject=format_id(KEY_PREFIX, key.key_id),
        details={"hint": key.hint, **details},
        address=author.address,
        request_id=author.request_id,
        now=now,
    )


def told(settings: KeySettings) -> dict[str, object]:
    """Return what is chosen about a key, as JSON tells it."""
    expires_at = settings.expires_at
    return {
        "name": settings.name,
        "scopes": sorted(scope.value for scope in settings.scopes),
        "expires_at": None if expires_at is None else format_instant(expires_at),
        "allowed_networks": [str(network) for network in settings.allowed_networks],
        "limit_per_minute": settings.limit_per_minute,
    }


def changes(before: KeySettings, after: KeySettings) -> dict[str, object]:
    """Return what differs, by name: from what, to what."""
    old, new = told(before), told(after)
    return {name: {"from": old[name], "to": new[name]} for name in old if old[name] != new[name]}
