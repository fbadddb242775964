"""What the guard needs of others."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.api_keys import Network
from playhead.kernel.identity import Claims, Role, Scope


class TokenReader(Protocol):
    """Reads access tokens, of whoever issues them."""

    async def read(self, token: str) -> Claims:
        """Return what a token says.

        Raises:
            TokenInvalid: It is none of ours, or was altered.
            TokenExpired: It was good and is no more.
            Unavailable: That cannot be found out now.
        """
        ...


class Tally(Protocol):
    """Counts the requests of keys."""

    def count(self, org_id: UUID, key_id: UUID, now: Micros) -> None:
        """Count one; nothing is waited for."""
        ...


@dataclass(frozen=True, slots=True)
class FoundKey:
    """What the database knows of a key."""

    key_id: UUID
    org_id: UUID
    plan: str
    scopes: frozenset[Scope]
    is_test: bool
    limit_per_minute: int | None
    expires_at: Micros | None
    is_revoked: bool
    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """What a person is in an organisation."""

    org_id: UUID
    role: Role
    plan: str


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """What the database knows of a person.

    Attributes:
        is_live: They exist, and their session has not ended.
        memberships: In the order in which they joined.
    """

    is_live: bool
    memberships: tuple[Membership, ...]


class Register(Protocol):
    """Knows keys and people."""

    async def find_key(self, key_hash: bytes) -> FoundKey | None:
        """Return what is known of a key, or None."""
        ...

    async def find_person(self, claims: Claims, now: Micros) -> FoundPerson:
        """Return what is known of the person of a token, and of its session."""
        ...
