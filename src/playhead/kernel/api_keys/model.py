"""API keys as values, who makes and changes them, and the rules for both. Pure."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Final
from uuid import UUID

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.api_keys.errors import ExpiryPassed, KeyScopeExceeded
from playhead.kernel.api_keys.text import KeyHash
from playhead.kernel.identity import Caller, Scope

Network = IPv4Network | IPv6Network

MOST_LIVE_KEYS = 100
MOST_NETWORKS = 100
MOST_PER_MINUTE = 1_000_000
DAY: Final = Micros(86_400 * MICROS_PER_SECOND)
LONGEST_OVERLAP = Micros(7 * DAY)


class KeyState(StrEnum):
    """Whether a key opens anything. One that expires later, or was replaced, is live till then."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Because(StrEnum):
    """Why a key was revoked."""

    ASKED = "asked"
    LEAKED = "leaked"
    MAKER_GONE = "maker_gone"
    OWNER_UNPROVEN = "owner_unproven"
    """Who made it, and knows it, may no longer administer the organisation."""


@dataclass(frozen=True, slots=True)
class KeySettings:
    """What can be chosen about a key, when it is made and later.

    Attributes:
        expires_at: From then on it opens nothing; None: never.
        allowed_networks: Where it may be used from; none: anywhere.
        limit_per_minute: Requests; None: as many as the plan allows a caller.
    """

    name: str
    scopes: frozenset[Scope]
    expires_at: Micros | None = None
    allowed_networks: tuple[Network, ...] = ()
    limit_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret, which is kept nowhere.

    Attributes:
        hint: The first characters, by which people know it.
        created_by: The person who made it, or who made the key that made it; None: an operator.
        replaced_by: The key that it was rotated into.
        last_used_at: Up to a few seconds late.
    """

    key_id: UUID
    org_id: UUID
    hint: str
    is_test: bool
    settings: KeySettings
    created_by: UUID | None
    created_at: Micros
    updated_at: Micros
    revoked_at: Micros | None = None
    revoked_because: str | None = None
    replaced_by: UUID | None = None
    last_used_at: Micros | None = None

    def state(self, now: Micros) -> KeyState:
        """Return whether the key opens anything at ``now``."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        expires_at = self.settings.expires_at
        return KeyState.EXPIRED if expires_at is not None and expires_at <= now else KeyState.LIVE


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key and its text, which nobody will see again."""

    key: ApiKey
    text: str = field(repr=False)
    hash: KeyHash = field(repr=False)


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes or changes keys: what they may hand on, and what the audit log keeps of them."""

    org_id: UUID
    scopes: frozenset[Scope]
    actor: str
    user_id: UUID | None
    address: str = ""
    request_id: str = ""
    key_id: UUID | None = None

    @classmethod
    def of(cls, caller: Caller, org_id: UUID | None = None) -> "Author":
        """Return the caller of a request as an author, in ``org_id`` or else in their organisation.

        Raises:
            NoOrganisation: The caller has none.
        """
        return cls(
            org_id or caller.org,
            caller.scopes,
            caller.name,
            caller.user_id,
            caller.address,
            caller.request_id,
            caller.key_id,
        )

    def check_scopes(self, scopes: frozenset[Scope]) -> None:
        """Return if the author may give ``scopes`` to a key.

        Raises:
            KeyScopeExceeded: They do not have them all themselves.
        """
        if not scopes <= self.scopes:
            raise KeyScopeExceeded(scopes - self.scopes)


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """How many requests were made with a key on one day (UTC)."""

    day: date
    requests: int


def check_expiry(expires_at: Micros | None, now: Micros) -> None:
    """Return if a key may be set to expire then.

    Raises:
        ExpiryPassed: It would have expired already.
    """
    if expires_at is not None and expires_at <= now:
        raise ExpiryPassed
