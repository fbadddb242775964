"""Answers that are kept for requests which may be sent again."""

from playhead.kernel.idempotency.owner import key_owner
from playhead.kernel.idempotency.repository import IdempotencyKeys

__all__ = ["IdempotencyKeys", "key_owner"]
