"""What a mailed token is for, and for how long it is good."""

from dataclasses import dataclass
from enum import StrEnum

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.auth import bearer


class Purpose(StrEnum):
    """What a token lets its bearer do, once."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 -- a purpose, not a password

    @property
    def prefix(self) -> str:
        """How such a token begins."""
        return bearer.VERIFY_EMAIL if self is Purpose.VERIFY_EMAIL else bearer.RESET_PASSWORD


@dataclass(frozen=True, slots=True)
class MailTokenPolicy:
    """For how many seconds tokens are good."""

    verify_seconds: int = 24 * 3600
    reset_seconds: int = 3600

    def expires_at(self, purpose: Purpose, now: Micros) -> Micros:
        """Return when a token that is made at ``now`` is good no more."""
        verify = purpose is Purpose.VERIFY_EMAIL
        seconds = self.verify_seconds if verify else self.reset_seconds
        return Micros(now + seconds * MICROS_PER_SECOND)
