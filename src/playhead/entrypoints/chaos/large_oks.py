"""Waits for markets to be added somewhere, because only then is there an ``ok`` to enlarge."""

import asyncio
from collections import defaultdict, deque
from functools import partial

from playhead.entrypoints.chaos.following import Place
from playhead.entrypoints.chaos.lanes import Lane, Lanes
from playhead.history.exchange import Injected, Pending

_ADDS = b'"add_markets"'
Waiting = asyncio.Future[tuple[Lane, Pending]]


class LargeOks:
    """Those who wait, by capture. ``sent`` is to hear of every command before it leaves."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._waiting: dict[int, deque[tuple[Waiting, set[int]]]] = defaultdict(deque)

    async def next(self, capture: int, busy: set[int]) -> tuple[Lane, Injected | None]:
        """Enlarge the next ``ok`` that a recorder gets on a connection that is not ``busy``.

        Returns:
            The connection, which is busy from then on, and what was done, once the ``ok`` has left;
            None: the connection ended before.
        """
        waiting: Waiting = asyncio.get_running_loop().create_future()
        self._waiting[capture].append((waiting, busy))
        lane, pending = await waiting
        await self._lanes.until(partial(self._is_through, pending))
        return lane, pending.injected

    def sent(self, place: Place, command: bytes) -> None:
        """Take in that a recorder is about to send a command."""
        queue = self._waiting[place[0]]
        while queue and queue[0][0].done():
            queue.popleft()
        if not queue or _ADDS not in command:
            return
        waiting, busy = queue[0]
        for lane in self._lanes.of_capture(place[0]):
            if lane.place == place and lane.number not in busy:
                busy.add(lane.number)
                pending = self._lanes.exchange.faults.large_ok(lane.number, lane.sid)
                waiting.set_result((lane, pending))

    def _is_through(self, pending: Pending) -> bool:
        return pending not in self._lanes.exchange.faults.pending
