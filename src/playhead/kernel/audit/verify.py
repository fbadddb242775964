"""Verify an organisation's audit log: is it what was written, all of it, in that order."""

from collections.abc import AsyncIterator
from typing import Protocol
from uuid import UUID

from playhead.kernel.audit.chain import Break, Link, Place, Reason, Verification, follow
from playhead.kernel.audit.errors import EntryNotFound

MOST_ENTRIES = 100_000
"""How many one pass looks at; the next goes on from there."""

_BATCH = 1000


class ChainReader(Protocol):
    """Where links come from."""

    async def links(self, org_id: UUID, *, after: int, limit: int) -> list[Link]:
        """Return at most ``limit`` links past number ``after``, in order."""
        ...

    async def place(self, org_id: UUID, number: int) -> Place | None:
        """Return the place of entry ``number``; 0 is before the first. None: it is not there."""
        ...

    async def head(self, org_id: UUID) -> Place:
        """Return the newest entry's place as the chain itself remembers it."""
        ...


async def verify(
    log: ChainReader, org_id: UUID, *, after: int = 0, most: int = MOST_ENTRIES
) -> Verification:
    """Follow the chain from entry ``after`` on (0: from the beginning), at most ``most`` entries.

    Whether entry ``after`` itself is sound is for the pass before to say.

    Raises:
        EntryNotFound: The chain never was as long as ``after``.
    """
    head = await log.head(org_id)
    if after > head.number:
        raise EntryNotFound(after)
    place = await log.place(org_id, after)
    if place is None:
        broken = Break(after, Reason.MISSING)
        return Verification(0, Place(after, b""), broken, head, is_complete=True)
    return await _followed(log, org_id, place, head=head, most=most)


async def _followed(
    log: ChainReader, org_id: UUID, place: Place, *, head: Place, most: int
) -> Verification:
    seen = 0
    async for link in _links(log, org_id, after=place.number, most=most):
        seen += 1
        found = follow(place, link, head=head)
        if isinstance(found, Break):
            return Verification(seen, place, found, head, is_complete=True)
        place = found
    is_short = place.number < head.number
    if is_short and seen == most:
        return Verification(seen, place, None, head, is_complete=False)
    broken = Break(place.number + 1, Reason.MISSING) if is_short else None
    return Verification(seen, place, broken, head, is_complete=True)


async def _links(log: ChainReader, org_id: UUID, *, after: int, most: int) -> AsyncIterator[Link]:
    while most > 0:
        batch = await log.links(org_id, after=after, limit=min(_BATCH, most))
        for link in batch:
            yield link
        if len(batch) < min(_BATCH, most):
            return
        after, most = batch[-1].number, most - len(batch)
