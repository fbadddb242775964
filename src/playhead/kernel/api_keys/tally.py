"""Counts requests by key, and writes the counts down every few seconds.

A request must not wait for the database only to be counted. What a flush could not write stays
here and goes with the next one. What is lost is what a process that is killed has not flushed; what
is counted twice is a flush whose commit was cut off after it had happened.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID

from playhead.base.time import Micros, datetime_of
from playhead.kernel.api_keys.model import DAY
from playhead.kernel.api_keys.repository import KeyRows
from playhead.storage.tenants import Tenant, Tenants

FLUSH_SECONDS = 3.0
STOP_SECONDS = 2.0
MOST_COUNTS = 100_000
_log = logging.getLogger(__name__)

Slot = tuple[UUID, int]
"""A key and a day (since 1970, UTC)."""


class Count:
    """Requests of one key on one day, and when the last one was."""

    __slots__ = ("last_used_at", "requests")

    def __init__(self, requests: int, last_used_at: Micros) -> None:
        self.requests = requests
        self.last_used_at = last_used_at


class UsageTally:
    """The counts of one process that are not written yet."""

    def __init__(self, tenants: Tenants, *, most: int = MOST_COUNTS) -> None:
        """``most`` counts are kept at most; requests beyond them are not counted, and said so."""
        self._tenants = tenants
        self._most = most
        self._held = 0
        self._counts: dict[UUID, dict[Slot, Count]] = {}
        self.uncounted = 0

    def count(self, org_id: UUID, key_id: UUID, now: Micros) -> None:
        """Count one request."""
        self._add(org_id, (key_id, now // DAY), 1, now)

    def waiting(self) -> int:
        """Return how many requests are counted here and wait for a flush."""
        return sum(each.requests for counts in self._counts.values() for each in counts.values())

    async def flush(self) -> bool:
        """Write every count, organisation by organisation; return whether all were written."""
        taken, self._counts, self._held = self._counts, {}, 0
        fine = True
        try:
            while taken:
                org_id, counts = next(iter(taken.items()))
                fine = await self._written(org_id, counts) and fine
                del taken[org_id]
        finally:  # cancelled in the middle: what is left was not written
            for org_id, counts in taken.items():
                self._keep(org_id, counts)
        if self.uncounted:
            _log.error("%d requests were not counted: too many keys at once", self.uncounted)
            self.uncounted = 0
        return fine

    async def _written(self, org_id: UUID, counts: Mapping[Slot, Count]) -> bool:
        used = [
            (key_id, _date(day), each.requests, each.last_used_at)
            for (key_id, day), each in counts.items()
        ]
        try:
            async with self._tenants.transaction(Tenant(org_id)) as transaction:
                await KeyRows(transaction, org_id).add_usage(used)
        except Exception:  # noqa: BLE001 -- supervision point: whatever it is, counts are kept
            _log.warning("the usage of %s could not be written; it is kept", org_id, exc_info=True)
            self._keep(org_id, counts)
            return False
        return True

    def _keep(self, org_id: UUID, counts: Mapping[Slot, Count]) -> None:
        for slot, each in counts.items():
            self._add(org_id, slot, each.requests, each.last_used_at)

    def _add(self, org_id: UUID, slot: Slot, requests: int, last_used_at: Micros) -> None:
        known = self._counts.get(org_id, {}).get(slot)
        if known is not None:
            known.requests += requests
            known.last_used_at = max(known.last_used_at, last_used_at)
        elif self._held < self._most:
            self._held += 1
            self._counts.setdefault(org_id, {})[slot] = Count(requests, last_used_at)
        else:
            self.uncounted += requests


@asynccontextmanager
async def flushing(
    tally: UsageTally, *, seconds: float = FLUSH_SECONDS, stop_seconds: float = STOP_SECONDS
) -> AsyncIterator[None]:
    """Flush ``tally`` every few ``seconds``, and once more at the end, in ``stop_seconds``."""
    stop = asyncio.Event()
    task = asyncio.create_task(_flush_until(stop, tally, seconds))
    try:
        yield
    finally:
        stop.set()
        # Not cancelled at once: of a commit that is cut off nobody knows whether it happened.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(stop_seconds):
                await task
        if tally.waiting():
            _log.error("%d requests of keys were not written down", tally.waiting())


async def _flush_until(stop: asyncio.Event, tally: UsageTally, seconds: float) -> None:
    while not stop.is_set():
        await tally.flush()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stop.wait()
    await tally.flush()  # what was counted while the one before was under way


def _date(day: int) -> date:
    return datetime_of(Micros(day * DAY)).date()
