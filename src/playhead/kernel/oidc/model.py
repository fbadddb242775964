"""What a provider tells of a person, and what a sign-in gives."""

from dataclasses import dataclass, field
from uuid import UUID

from playhead.base.time import Micros


@dataclass(frozen=True, slots=True)
class ProviderClaims:
    """What a verified token says.

    Attributes:
        issuer: With ``subject`` the name of the person that never changes.
        email_verified: Whether the provider has seen that the address is theirs.
        org_hint: The organisation that an administrator noted; membership decides.
        roles: Of the realm and of our client, without the provider's internal ones. They grant
            nothing here.
        session_id: The provider's; ends with its session.
        expires_at: UTC microseconds; from then on the token is of no use.
    """

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    first_name: str
    last_name: str
    org_hint: UUID | None
    roles: frozenset[str]
    session_id: str | None
    expires_at: Micros


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint gave. ``expires_in`` is the access token's life in seconds."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    id_token: str | None = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class Met:
    """One of our people. ``org_id`` and ``api_key`` are told of who was let in just now."""

    user_id: UUID
    org_id: UUID | None = None
    api_key: str = field(default="", repr=False)
