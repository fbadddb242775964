"""Organisations, members and invitations as values."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.identity import Role

MOST_ORGANISATIONS = 20
MOST_MEMBERS = 1000
MOST_INVITATIONS = 100
MOST_SENT = 10
TOKEN_BYTES = 32
LIFETIME = Micros(7 * 24 * 3600 * MICROS_PER_SECOND)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation, and what the caller is in it.

    Attributes:
        role: None for an API key.
        joined_at: None for an API key.
    """

    org_id: UUID
    name: str
    plan: str
    role: Role | None
    created_at: Micros
    joined_at: Micros | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody who acts is in an organisation. An API key acts as an admin.

    Attributes:
        user_id: None for an API key.
    """

    role: Role
    user_id: UUID | None

    def is_self(self, user_id: UUID) -> bool:
        """Return whether ``user_id`` is who acts."""
        return self.user_id == user_id


@dataclass(frozen=True, slots=True)
class Member:
    """A person in an organisation."""

    user_id: UUID
    email: str
    email_verified: bool
    first_name: str
    last_name: str
    role: Role
    joined_at: Micros


class InvitationState(StrEnum):
    """What became of an invitation."""

    PENDING = "pending"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A way into an organisation, for one address. Its token is known to its recipient only.

    Attributes:
        inviter: Who sent it, if that is still a member; None for an API key as well.
        expires_at: From then on it is of no use.
        sent: How often it was mailed.
    """

    invitation_id: UUID
    email: str
    role: Role
    inviter: UUID | None
    created_at: Micros
    expires_at: Micros
    sent: int
    accepted_at: Micros | None = None
    cancelled_at: Micros | None = None

    def state(self, now: Micros) -> InvitationState:
        """Return what it is at ``now``."""
        if self.accepted_at is not None:
            return InvitationState.ACCEPTED
        over_at = now if self.cancelled_at is None else self.cancelled_at
        if over_at >= self.expires_at:
            return InvitationState.EXPIRED
        return InvitationState.PENDING if self.cancelled_at is None else InvitationState.CANCELLED

    @property
    def is_closed(self) -> bool:
        """Whether it was accepted or cancelled, which nothing undoes."""
        return self.accepted_at is not None or self.cancelled_at is not None


def token_hash(token: str) -> bytes:
    """Return what is kept of an invitation's token. 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
