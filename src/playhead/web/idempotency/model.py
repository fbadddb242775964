"""Requests that may come twice, and the answers that are kept for them."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from playhead.base.time import MICROS_PER_SECOND, Micros

LEASE = Micros(60 * MICROS_PER_SECOND)
"""For how long a request counts as under way, in case it died and can never say that it did."""

KEPT = Micros(24 * 3600 * MICROS_PER_SECOND)
"""For how long an answer is kept, from when the request began."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose key it is: another caller's key of the same text is another key.

    Attributes:
        org_id: The organisation whose rows it is kept among.
        caller: ``key_...`` or ``usr_...``.
    """

    org_id: UUID
    caller: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with a key.

    Attributes:
        key: What the client sent, 1 to 255 characters of printable ASCII.
        fingerprint: A digest of method, path, query and body; tells nothing without the key.
    """

    owner: Owner
    key: str
    fingerprint: bytes

    @property
    def mark(self) -> str:
        """What the same request, made again with the same key, has as well, and no other has."""
        return sha256(self.owner.caller.encode() + b"\0" + self.fingerprint).hexdigest()


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """A request with the same key that came before; no answer yet: it is under way."""

    fingerprint: bytes
    answer: KeptAnswer | None
