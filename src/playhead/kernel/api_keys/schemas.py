"""API keys on the wire."""

from datetime import date
from uuid import UUID

import msgspec

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.api_keys.model import ApiKey, DayOfUse, IssuedKey
from playhead.kernel.api_keys.rotate import Rotation
from playhead.kernel.identity import Scope
from playhead.kernel.identity.model import KEY_PREFIX, PERSON_PREFIX
from playhead.web.wire import Instant, Wire, instant, instant_text


class KeyView(Wire, frozen=True):
    """An API key. Its text was shown when it was made, and never again.

    Attributes:
        hint: The first characters of its text.
        state: `live`, `expired` or `revoked`.
        replaced_by: The key that it was rotated into.
        last_used_at: A few seconds late.
    """

    id: str
    name: str
    hint: str
    test: bool
    state: str
    scopes: list[str]
    expires_at: Instant | None
    allowed_networks: list[str]
    limit_per_minute: int | None
    created_by: str | None
    created_at: Instant
    updated_at: Instant
    last_used_at: Instant | None
    revoked_at: Instant | None
    revoked_because: str | None
    replaced_by: str | None


class NewKeyView(KeyView, frozen=True):
    """A new API key. `key` is its text: keep it now, it is not shown again."""

    key: str


class RotatedKeyView(NewKeyView, frozen=True):
    """A new API key and the one that it replaces, which stays good until it expires."""

    replaces: KeyView


class KeyPage(Wire, frozen=True):
    """API keys, the newest first."""

    data: list[KeyView]
    next_cursor: str | None
    has_more: bool


class UsageDayView(Wire, frozen=True):
    """Requests on one day (UTC)."""

    day: date
    requests: int


class KeyUsageView(Wire, frozen=True):
    """How often a key was used in the interval, and on which days."""

    id: str
    name: str
    hint: str
    state: str
    requests: int
    days: list[UsageDayView]


class UsagePage(Wire, frozen=True):
    """The use of API keys, the newest key first."""

    data: list[KeyUsageView]
    next_cursor: str | None
    has_more: bool


class LeakReceived(Wire, frozen=True):
    """The report was taken. Whether there was such a key is not told."""

    status: str


def key_view(key: ApiKey, now: Micros) -> KeyView:
    """Return ``key`` as it is sent at ``now``."""
    chosen = key.settings
    return KeyView(
        id=format_id(KEY_PREFIX, key.key_id),
        name=chosen.name,
        hint=key.hint,
        test=key.is_test,
        state=key.state(now).value,
        scopes=[scope.value for scope in Scope if scope in chosen.scopes],
        expires_at=instant(chosen.expires_at),
        allowed_networks=[str(network) for network in chosen.allowed_networks],
        limit_per_minute=chosen.limit_per_minute,
        created_by=_id(PERSON_PREFIX, key.created_by),
        created_at=instant_text(key.created_at),
        updated_at=instant_text(key.updated_at),
        last_used_at=instant(key.last_used_at),
        revoked_at=instant(key.revoked_at),
        revoked_because=key.revoked_because,
        replaced_by=_id(KEY_PREFIX, key.replaced_by),
    )


def _id(prefix: str, value: UUID | None) -> str | None:
    return None if value is None else format_id(prefix, value)


def new_key_view(issued: IssuedKey, now: Micros) -> NewKeyView:
    """Return a new key as it is sent, this once, with its text."""
    view = key_view(issued.key, now)
    return NewKeyView(**msgspec.structs.asdict(view), key=issued.text)


def rotated_key_view(rotation: Rotation, now: Micros) -> RotatedKeyView:
    """Return both keys as they are sent, the new one with its text."""
    view = new_key_view(rotation.new, now)
    return RotatedKeyView(**msgspec.structs.asdict(view), replaces=key_view(rotation.old, now))


def usage_view(key: ApiKey, days: list[DayOfUse], now: Micros) -> KeyUsageView:
    """Return the use of ``key`` as it is sent."""
    return KeyUsageView(
        id=format_id(KEY_PREFIX, key.key_id),
        name=key.settings.name,
        hint=key.hint,
        state=key.state(now).value,
        requests=sum(each.requests for each in days),
        days=[UsageDayView(day=each.day, requests=each.requests) for each in days],
    )
