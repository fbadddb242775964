"""Sessions: one sign-in each, and the family of all refresh tokens that came of it."""

from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from uuid import UUID

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.auth.model import Visit


class Ending(StrEnum):
    """Why a session ended before its time."""

    SIGN_OUT = "sign_out"
    ENDED = "ended"
    """Its person ended it from another."""
    REUSE = "reuse"
    PASSWORD = "password"  # noqa: S105 -- why, not a password
    TOO_MANY = "too_many"


class Standing(Enum):
    """What a refresh token is good for."""

    GOOD = auto()
    OVER = auto()
    SUPERSEDED = auto()
    REUSED = auto()


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long sessions last, in seconds, and how many a person has at most.

    Attributes:
        idle_seconds: A session that is not refreshed for so long is over.
        whole_seconds: After so long it is over however often it is refreshed.
        leeway_seconds: A token that is asked for again by the same client within this time was
            asked for twice, not stolen: two tabs of a browser do that.
        most: One more ends the oldest.
    """

    idle_seconds: int = 30 * 86400
    whole_seconds: int = 90 * 86400
    leeway_seconds: int = 10
    most: int = 100

    def expires_at(self, created_at: Micros, refreshed_at: Micros) -> Micros:
        """Return when a session is over that is not refreshed again."""
        idle = refreshed_at + self.idle_seconds * MICROS_PER_SECOND
        return Micros(min(idle, created_at + self.whole_seconds * MICROS_PER_SECOND))


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in.

    Attributes:
        org_id: The organisation that was chosen; a hint, membership decides.
        refreshed_at: When the newest refresh token was issued.
        expires_at: When it is over unless it is refreshed.
        address: Where it was refreshed from last, and by what.
    """

    session_id: UUID
    user_id: UUID
    org_id: UUID | None
    created_at: Micros
    refreshed_at: Micros
    expires_at: Micros
    ended_at: Micros | None
    address: str
    user_agent: str

    def is_live(self, now: Micros) -> bool:
        """Return whether it has neither ended nor expired."""
        return self.ended_at is None and now < self.expires_at

    def is_of(self, visit: Visit) -> bool:
        """Return whether who refreshed it last asks again, as far as that can be seen."""
        return (self.address, self.user_agent) == (visit.address, visit.user_agent)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A token that was issued, with its session."""

    session: Session
    used_at: Micros | None

    def standing(self, visit: Visit, now: Micros, policy: SessionPolicy) -> Standing:
        """Return what it is good for when ``visit`` brings it.

        A used token ends its family, for one of two who have it has stolen it. Only what looks like
        one client that asked twice is let off: the token used last, a moment ago, from there.
        """
        if not self.session.is_live(now):
            return Standing.OVER
        if self.used_at is None:
            return Standing.GOOD
        is_newest = self.used_at == self.session.refreshed_at
        is_recent = abs(now - self.used_at) <= policy.leeway_seconds * MICROS_PER_SECOND
        if is_newest and is_recent and self.session.is_of(visit):
            return Standing.SUPERSEDED
        return Standing.REUSED


@dataclass(frozen=True, slots=True)
class Started:
    """A session with its newest refresh token."""

    session: Session
    refresh_token: str = field(repr=False)
