"""Requests that may safely be sent again: ``Idempotency-Key`` on POST."""

from playhead.web.idempotency.errors import KeyInFlight, KeyReused
from playhead.web.idempotency.model import KEPT, LEASE, Asked, Earlier, KeptAnswer, Owner
from playhead.web.idempotency.ports import IdempotencyStore, OwnerOf
from playhead.web.idempotency.route import IdempotentRoute, MarkOf, install_idempotency

__all__ = [
    "KEPT",
    "LEASE",
    "Asked",
    "Earlier",
    "IdempotencyStore",
    "IdempotentRoute",
    "KeptAnswer",
    "KeyInFlight",
    "KeyReused",
    "MarkOf",
    "Owner",
    "OwnerOf",
    "install_idempotency",
]
