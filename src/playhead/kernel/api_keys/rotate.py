"""Replace an API key by a new one, while the old one stays good for a while."""

from dataclasses import dataclass, replace
from uuid import UUID

from playhead.base.ids import format_id
from playhead.base.time import Micros, format_instant
from playhead.kernel.api_keys.create import made_by
from playhead.kernel.api_keys.desk import KeyDesk
from playhead.kernel.api_keys.errors import KeyNotLive, TooManyKeys
from playhead.kernel.api_keys.issue import issue
from playhead.kernel.api_keys.model import (
    DAY,
    LONGEST_OVERLAP,
    MOST_LIVE_KEYS,
    ApiKey,
    Author,
    IssuedKey,
    KeySettings,
    KeyState,
)
from playhead.kernel.api_keys.record import tell
from playhead.kernel.api_keys.repository import KeyRows
from playhead.kernel.audit import Action
from playhead.kernel.identity.model import KEY_PREFIX
from playhead.storage.tenants import Tenant
from playhead.web.parameters import END_OF_TIME


@dataclass(frozen=True, slots=True)
class Rotation:
    """A new key, and the one that it replaces."""

    new: IssuedKey
    old: ApiKey


async def rotate(
    desk: KeyDesk, author: Author, key_id: UUID, now: Micros, *, overlap: Micros = DAY
) -> Rotation:
    """Make a key like the old one, which expires after ``overlap`` microseconds (0 to 7 days).

    The new key lives as long, from now, as the old one was made to live.

    Raises:
        KeyNotFound: The organisation has none of this id.
        KeyNotLive: It was revoked, has expired, or was replaced already.
        KeyScopeExceeded: The author lacks a scope that the key has.
        TooManyKeys: The organisation would have more live keys than it may.
        ScopeMissing: The author administers the organisation no more.
    """
    assert 0 <= overlap <= LONGEST_OVERLAP
    async with desk.tenants.transaction(Tenant(author.org_id)) as transaction:
        rows = KeyRows(transaction, author.org_id)
        await rows.admit(author, now)
        live = await rows.count_live(now, besides=key_id if overlap == 0 else None)
        key = await rows.take(key_id)
        _check(key, author, now)
        if live >= MOST_LIVE_KEYS:
            raise TooManyKeys(MOST_LIVE_KEYS)
        made = issue(author, _renewed(key, now), now, is_test=key.is_test, random=desk.random)
        issued = await made_by(rows, author, made)
        old = _outgoing(key, issued.key.key_id, now, overlap)
        await rows.insert(issued.key, issued.hash)
        await rows.save(old)
        details = _told(issued.key, old)
        await tell(
            desk.audit, transaction, author, Action.KEY_ROTATED, key, now=now, details=details
        )
    return Rotation(issued, old)


def _check(key: ApiKey, author: Author, now: Micros) -> None:
    if key.state(now) is not KeyState.LIVE:
        raise KeyNotLive(key.state(now))
    if key.replaced_by is not None:
        raise KeyNotLive("replaced")
    author.check_scopes(key.settings.scopes)


def _renewed(key: ApiKey, now: Micros) -> KeySettings:
    expires_at = key.settings.expires_at
    if expires_at is None:
        return key.settings
    ends = min(now + expires_at - key.created_at, END_OF_TIME - 1)
    return replace(key.settings, expires_at=Micros(ends))


def _outgoing(key: ApiKey, new_id: UUID, now: Micros, overlap: Micros) -> ApiKey:
    ends = Micros(now + overlap)
    expires_at = ends if key.settings.expires_at is None else min(ends, key.settings.expires_at)
    settings = replace(key.settings, expires_at=expires_at)
    return replace(key, settings=settings, replaced_by=new_id, updated_at=now)


def _told(new: ApiKey, old: ApiKey) -> dict[str, object]:
    assert old.settings.expires_at is not None
    return {
        "replaced_by": format_id(KEY_PREFIX, new.key_id),
        "new_hint": new.hint,
        "expires_at": format_instant(old.settings.expires_at),
    }
