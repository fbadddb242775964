"""Sessions: their start, their refresh tokens, their end."""

from playhead.kernel.auth.sessions.keep import Sessions
from playhead.kernel.auth.sessions.model import Ending, Session, SessionPolicy, Started
from playhead.kernel.auth.sessions.repository import SessionLiveness, SessionRows

__all__ = [
    "Ending",
    "Session",
    "SessionLiveness",
    "SessionPolicy",
    "SessionRows",
    "Sessions",
    "Started",
]
