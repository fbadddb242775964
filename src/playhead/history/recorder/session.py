"""One connection from its opening to its end: reading, looking, talking, pinging, watching.

Reading and keeping is the socket's own callback. The rest are tasks beside it, so that none of them
can hold up another: a send that blocks does not stop the watch, looking that lags does not stop
the reading.
"""

import asyncio
from dataclasses import replace

from playhead.base.errors import PlayheadError
from playhead.base.time import Nanos, to_micros
from playhead.history.kalshi import Connection, ConnectionEnded, NotTaken, parse
from playhead.history.recorder.causes import Cause, End
from playhead.history.recorder.conversation import Conversation
from playhead.history.recorder.inbox import Inbox
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.tallies import Lag

# Frames looked at before others have their turn: some milliseconds.
_SLICE = 1_000


class Session:
    """An open connection of a recording."""

    def __init__(
        self,
        connection: Connection,
        inbox: Inbox,
        conversation: Conversation,
        options: RecorderOptions,
        lag: Lag,
    ) -> None:
        self._connection = connection
        self._inbox = inbox
        self._conversation = conversation
        self._options = options
        self._lag = lag

    async def run(self) -> End:
        """Record until the connection ends or has to be ended, and return why."""
        parts = (self._end(), self._talk(), self._ping(), self._watch())
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(task.result() for task in tasks if task.done())
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self) -> End:
        closed = await self._connection.wait_closed()
        return End(Cause.DISCONNECT, f"{closed.code} {closed.reason}".strip())

    async def _talk(self) -> End:
        clock = asyncio.get_running_loop()
        tick = self._options.longest_tick
        looked_at = clock.time()
        while True:
            for received_at, frame in await self._inbox.some(_SLICE, tick):
                self._look(received_at, frame, clock.time())
            now = clock.time()
            has_slept = now - looked_at > 2 * tick + 1  # we, and what was answered is not read yet
            if self._inbox.is_empty and not has_slept:
                self._conversation.check(now)
            looked_at = now
            for command in self._conversation.say(now):
                failure = await self._send(command)
                if failure:
                    return failure
            if self._conversation.fault:
                return self._told_apart(self._conversation.fault, now)
            await asyncio.sleep(0)

    async def _ping(self) -> End:
        while True:
            try:
                await self._connection.ping()
            except NotTaken as error:
                return End(Cause.DEAD, error.message)
            except ConnectionEnded:
                return await self._end()
            await asyncio.sleep(self._options.ping_seconds)

    async def _watch(self) -> End:
        clock = asyncio.get_running_loop()
        limit = self._options.dead_seconds
        between = min(0.1, limit / 4)
        watched_at = in_time_at = clock.time()
        while True:
            now = clock.time()
            has_slept = now - watched_at > between + limit / 2
            if (self._lag.millis or 0) <= self._options.late_seconds * 1000:
                in_time_at = now
            elif now - in_time_at >= self._options.lag_seconds:
                return End(Cause.LAG, f"frames have been late for {now - in_time_at:.0f} seconds")
            if self._silent_for(now) >= limit and not has_slept:
                return End(Cause.DEAD, f"neither a frame nor a pong for {limit:g} seconds")
            if self._inbox.trouble:
                return End(Cause.ERROR, self._inbox.trouble)
            watched_at = now
            await asyncio.sleep(between)

    def _silent_for(self, now: float) -> float:
        """Return for how long the connection has shown no life."""
        return now - max(self._inbox.frame_came_at, self._inbox.pong_came_at)

    def _told_apart(self, fault: End, now: float) -> End:
        """Call a stall behind pings that are not answered either what it is."""
        if fault.cause is Cause.STALL and self._silent_for(now) >= self._options.dead_seconds / 2:
            return replace(fault, cause=Cause.DEAD)
        return fault

    async def _send(self, command: str) -> End | None:
        try:
            self._inbox.sent(command)
            await self._connection.send(command)
        except NotTaken as error:
            return End(Cause.DEAD, error.message)
        except ConnectionEnded:
            return await self._end()
        except PlayheadError as error:
            return End(Cause.ERROR, error.message)
        return None

    def _look(self, received_at: Nanos, frame: bytes, now: float) -> None:
        message = parse(frame)
        if message.sent_at is not None:
            self._lag.hear(to_micros(received_at), message.sent_at)
        self._conversation.hear(message, now)
