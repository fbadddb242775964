"""The chain that entries form. Pure: what a link must be, and how a break is told.

Each entry holds the hash of the one before, and a head, which the service may neither read nor
write directly, holds the last number and hash. Whoever could rewrite every hash *and* the head
leaves no trace here: keep a hash elsewhere, and compare it, if even the operator is doubted.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Place:
    """How far a chain is known: the number of an entry and its hash."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """What the chain needs of an entry.

    Attributes:
        agrees: Whether the entry's columns say the same as its text.
    """

    number: int
    previous_hash: bytes
    hash: bytes
    entry: str
    agrees: bool


class Reason(StrEnum):
    """Why a chain is broken."""

    MISSING = "missing"
    ALTERED = "altered"
    COLUMNS_DIFFER = "columns_differ"


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is broken first."""

    number: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found in one pass over a chain.

    Attributes:
        entries: How many entries were looked at.
        last: The last entry that was found sound.
        broken: The first that is not, or None.
        head: The entry that was the newest when the pass began.
        is_complete: Whether the pass went up to the head (or to a break).
    """

    entries: int
    last: Place
    broken: Break | None
    head: Place
    is_complete: bool


def beginning(org_id: UUID) -> Place:
    """Return the place before the first entry of an organisation."""
    return Place(0, hashlib.sha256(str(org_id).encode()).digest())


def follow(place: Place, link: Link, *, head: Place) -> Place | Break:
    """Return the place of ``link`` if it is what has to come after ``place``.

    Args:
        head: The newest entry as the chain remembers it: the link of that number has its hash.
    """
    if link.number != place.number + 1:
        return Break(place.number + 1, Reason.MISSING)
    made = hashlib.sha256(link.previous_hash + link.entry.encode()).digest()
    is_other = link.number == head.number and link.hash != head.hash
    if link.previous_hash != place.hash or link.hash != made or is_other:
        return Break(link.number, Reason.ALTERED)
    if not link.agrees:
        return Break(link.number, Reason.COLUMNS_DIFFER)
    return Place(link.number, link.hash)
