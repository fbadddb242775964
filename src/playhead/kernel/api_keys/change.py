"""Change what was chosen about an API key."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.api_keys.desk import KeyDesk
from playhead.kernel.api_keys.errors import KeyNotLive
from playhead.kernel.api_keys.model import ApiKey, Author, KeySettings, KeyState, check_expiry
from playhead.kernel.api_keys.record import changes, tell
from playhead.kernel.api_keys.repository import KeyRows
from playhead.kernel.audit import Action
from playhead.storage.tenants import Tenant

Edit = Callable[[KeySettings], KeySettings]


async def change(desk: KeyDesk, author: Author, key_id: UUID, edit: Edit, now: Micros) -> ApiKey:
    """Apply ``edit`` to a key's settings and return the key. A key that expired can be prolonged.

    Raises:
        KeyNotFound: The organisation has none of this id.
        KeyNotLive: It was revoked, or was replaced and would live on.
        KeyScopeExceeded: The author lacks a scope that the key would gain.
        ExpiryPassed: It would have expired already.
        ScopeMissing: The author administers the organisation no more.
    """
    async with desk.tenants.transaction(Tenant(author.org_id)) as transaction:
        rows = KeyRows(transaction, author.org_id)
        await rows.admit(author, now)
        key = await rows.take(key_id)
        changed = _edited(key, author, edit(key.settings), now)
        if changed is not key:
            await rows.save(changed)
            details = changes(key.settings, changed.settings)
            await tell(
                desk.audit, transaction, author, Action.KEY_UPDATED, key, now=now, details=details
            )
    return changed


def _edited(key: ApiKey, author: Author, settings: KeySettings, now: Micros) -> ApiKey:
    if key.state(now) is KeyState.REVOKED:
        raise KeyNotLive(KeyState.REVOKED)
    if settings == key.settings:
        return key
    author.check_scopes(settings.scopes - key.settings.scopes)
    if settings.expires_at != key.settings.expires_at:
        check_expiry(settings.expires_at, now)
        if key.replaced_by is not None and _is_later(settings.expires_at, key.settings.expires_at):
            raise KeyNotLive("replaced")
    return replace(key, settings=settings, updated_at=now)


def _is_later(expires_at: Micros | None, before: Micros | None) -> bool:
    return before is not None and (expires_at is None or expires_at > before)
