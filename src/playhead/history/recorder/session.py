"""One connection from its opening to its end: reading, looking, talking, pinging, watching.

Reading and keeping is the socket's own callback. The rest are tasks beside it, so that none of them
can hold up another: a send that blocks does not stop the watch, looking that lags does not stop
the reading.
"""

import asyncio

from playhead.base.errors import PlayheadError
from playhead.base.time import Nanos, to_micros
from playhead.history.kalshi import Connection, ConnectionEnded, NotTaken, parse
from playhead.history.recorder.causes import Cause, End
from playhead.history.recorder.conversation import Conversation
from playhead.history.recorder.inbox import Inbox
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.tallies import Tally

# Frames looked at before others have their turn: some milliseconds.
_SLICE = 1_000
_TICK_SECONDS = 0.2
_MICROS_PER_MILLI = 1000


class Session:
    """An open connection of a recording."""

    def __init__(
        self,
        connection: Connection,
        inbox: Inbox,
        conversation: Conversation,
        options: RecorderOptions,
        tally: Tally,
    ) -> None:
        self._connection = connection
        self._inbox = inbox
        self._conversation = conversation
        self._options = options
        self._tally = tally

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
        while True:
            for received_at, frame in await self._inbox.some(_SLICE, _TICK_SECONDS):
                self._look(received_at, frame, clock.time())
            for command in self._conversation.say(clock.time()):
                failure = await self._send(command)
                if failure:
                    return failure
            if self._conversation.fault:
                return self._conversation.fault
            await asyncio.sleep(0)

    async def _ping(self) -> End:
        while True:
            try:
                await self._connection.ping()
            except NotTaken as error:
                return End(Cause.STALL, error.message)
            except ConnectionEnded:
                return await self._end()
            await asyncio.sleep(self._options.ping_seconds)

    async def _watch(self) -> End:
        clock = asyncio.get_running_loop()
        limit = self._options.stall_seconds
        while True:
            newest = max(self._inbox.frame_came_at, self._inbox.pong_came_at)
            if clock.time() - newest >= limit:
                return End(Cause.STALL, f"neither a frame nor a pong for {limit:g} seconds")
            if self._inbox.trouble:
                return End(Cause.ERROR, self._inbox.trouble)
            await asyncio.sleep(min(0.1, limit / 4))

    async def _send(self, command: str) -> End | None:
        try:
            self._inbox.sent(command)
            await self._connection.send(command)
        except NotTaken as error:
            return End(Cause.STALL, error.message)
        except ConnectionEnded:
            return await self._end()
        except PlayheadError as error:
            return End(Cause.ERROR, error.message)
        return None

    def _look(self, received_at: Nanos, frame: bytes, now: float) -> None:
        message = parse(frame)
        if message.sent_at is not None:
            self._tally.lag_ms = (to_micros(received_at) - message.sent_at) // _MICROS_PER_MILLI
        self._conversation.hear(message, now)
