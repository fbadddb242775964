"""How many invitations are mailed: whoever may invite may not fill a stranger's mailbox."""

from collections.abc import Sequence
from typing import Protocol

from playhead.kernel.identity import Caller
from playhead.kernel.people import parse_email
from playhead.web.limits import Bucket, Rate

PER_AUTHOR = Rate(count=100, per_seconds=3600, burst=100)
PER_ADDRESS = Rate(count=20, per_seconds=86_400, burst=20)
"""From all organisations together: one is founded, and deleted, in a moment."""


class MailLimiter(Protocol):
    """Counts over all processes."""

    async def check(self, buckets: Sequence[Bucket]) -> object:
        """Take one from every bucket; raise LimitExceeded if one of them is full."""
        ...


def mail_buckets(caller: Caller, email: str) -> list[Bucket]:
    """Return what a mail that invites is counted in: who sends it, and who gets it."""
    return [
        Bucket("invitations", caller.name, PER_AUTHOR),
        Bucket("invitations_to_address", parse_email(email).key, PER_ADDRESS),
    ]
