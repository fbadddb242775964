"""How somebody stands: what was found out about a key or a person, good for a few seconds.

What depends on the request (its time, its address) is checked each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.access.plans import Buckets
from playhead.kernel.api_keys import Network
from playhead.kernel.identity import (
    Caller,
    Claims,
    KeyInvalid,
    NoOrganisation,
    Role,
    Scope,
    TokenExpired,
)
from playhead.web.forwarded import parse_address


class Standing(Protocol):
    """What a key or a person may do."""

    @property
    def buckets(self) -> Buckets:
        """What their requests are counted in."""
        ...

    def caller(self, address: str, request_id: str, now: Micros) -> Caller:
        """Return who asks; raise Unauthenticated if they may not, from there, at that time."""
        ...


class Known(Protocol):
    """Whose credentials they are."""

    def within(self, asked: UUID | None) -> Standing:
        """Return their standing in the organisation ``asked`` for, or where none was, in theirs.

        Raises:
            NoOrganisation: They do not belong to it.
        """
        ...


@dataclass(frozen=True, slots=True)
class KeyStanding:
    """An API key.

    Attributes:
        networks: Where it may be used from; none: anywhere.
    """

    key_id: UUID
    org_id: UUID
    scopes: frozenset[Scope]
    plan: str
    expires_at: Micros | None
    is_revoked: bool
    networks: tuple[Network, ...]
    buckets: Buckets

    def caller(self, address: str, request_id: str, now: Micros) -> Caller:
        """Return the key as a caller.

        Raises:
            KeyInvalid: It was revoked, has expired, or may not be used from that address.
        """
        if self.is_revoked or (self.expires_at is not None and self.expires_at <= now):
            raise KeyInvalid
        if self.networks and not self._allows(address):
            raise KeyInvalid
        return Caller(
            None, self.org_id, None, self.scopes, None, self.key_id, self.plan, address, request_id
        )

    def within(self, asked: UUID | None) -> "KeyStanding":
        """Return the key itself: it is of one organisation.

        Raises:
            NoOrganisation: Another was asked for.
        """
        if asked is not None and asked != self.org_id:
            raise NoOrganisation
        return self

    def _allows(self, address: str) -> bool:
        parsed = parse_address(address)
        return parsed is not None and any(parsed in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class PersonStanding:
    """A person who is signed in, in one of their organisations or in none."""

    claims: Claims
    org_id: UUID | None
    role: Role | None
    scopes: frozenset[Scope]
    plan: str
    buckets: Buckets

    def caller(self, address: str, request_id: str, now: Micros) -> Caller:
        """Return the person as a caller.

        Raises:
            TokenExpired: Their token was good and is no more.
        """
        if self.claims.expires_at <= now:
            raise TokenExpired
        return Caller(
            self.claims.user_id,
            self.org_id,
            self.role,
            self.scopes,
            self.claims.session_id,
            None,
            self.plan,
            address,
            request_id,
        )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who is signed in.

    Attributes:
        usual: Their standing where they ask for no organisation in particular.
        elsewhere: Their standing by organisation.
    """

    usual: PersonStanding
    elsewhere: Mapping[UUID, PersonStanding]

    def within(self, asked: UUID | None) -> PersonStanding:
        """Return their standing in the organisation ``asked`` for.

        Raises:
            NoOrganisation: They do not belong to it.
        """
        if asked is None:
            return self.usual
        try:
            return self.elsewhere[asked]
        except KeyError:
            raise NoOrganisation from None
