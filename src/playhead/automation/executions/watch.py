"""Tells of an execution as it goes on, as server-sent events.

``started`` begins an attempt: whoever has output of an earlier one throws it away. ``output`` adds
to it, ``finished`` says how it ended and is the last. Each event has an id by which a stream is
taken up again. Nothing is held while nothing happens.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import msgspec

from playhead.automation.executions.errors import ExecutionNotFound
from playhead.automation.executions.model import EXECUTION_PREFIX
from playhead.automation.executions.reading import ExecutionReader, Progress
from playhead.automation.executions.schemas import execution_row
from playhead.automation.executions.wait import Pauses
from playhead.base.ids import format_id
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.wire import Wire, encode

LAST_EVENT_ID = r"^\d{1,9}-\d{1,9}$"
MOST_CHARACTERS = 65_536
MOST_SECONDS = 900.0
SECONDS_BETWEEN_SIGNS = 10.0
_ID = re.compile(LAST_EVENT_ID, re.ASCII)
_OPENING = b"retry: 1000\n\n"
_ALIVE = b": alive\n\n"


class AttemptStarted(Wire, frozen=True):
    """An attempt begins; its output begins anew."""

    execution_id: str
    attempt: int


class OutputAdded(Wire, frozen=True):
    """The next part of the output; `offset` counts the characters before it."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How much of an execution was told: of which attempt, and how many characters."""

    attempt: int = 0
    taken: int = 0

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """Return what an event's id says; the beginning for None and for what is no id."""
        if text is None or _ID.fullmatch(text) is None:
            return cls()
        attempt, _, taken = text.partition("-")
        return cls(int(attempt), int(taken))


async def watch(
    reader: ExecutionReader, org_id: UUID, execution_id: UUID, mark: Mark
) -> AsyncGenerator[bytes, None]:
    """Yield what happens after ``mark``, as server-sent events, until the execution has ended.

    Ends after :data:`MOST_SECONDS` in any case: clients take it up again by themselves.

    Raises:
        ExecutionNotFound: The organisation has none of this id.
    """
    watching = _Watch(reader, org_id, execution_id, mark)
    await watching.look()
    yield _OPENING
    while True:
        for part in watching.news():
            yield part
        if watching.is_over:
            yield await watching.last()
            return
        if watching.is_late or not await watching.look_again():
            return


class _Watch:
    def __init__(
        self, reader: ExecutionReader, org_id: UUID, execution_id: UUID, mark: Mark
    ) -> None:
        self._reader, self._org_id, self._execution_id = reader, org_id, execution_id
        self._mark = mark
        self._clock = asyncio.get_running_loop().time
        self._end = self._clock() + MOST_SECONDS
        self._told_at = self._clock()
        self._pauses = Pauses()
        self._found: Progress | None = None

    @property
    def is_late(self) -> bool:
        return self._clock() > self._end

    @property
    def is_over(self) -> bool:
        found = self._found
        if found is None or not found.status.is_final:
            return False
        return self._mark.attempt == found.attempts and self._mark.taken >= found.length

    async def look(self) -> None:
        self._found = await self._reader.progress(
            self._org_id, self._execution_id, taken=self._mark.taken, most=MOST_CHARACTERS
        )

    async def look_again(self) -> bool:
        try:
            await asyncio.sleep(self._pauses.next())
            await self.look()
        except (DatabaseUnavailable, ExecutionNotFound):
            return False  # whoever watches comes back, and is told then
        return True

    def news(self) -> Iterator[bytes]:
        found = self._found
        assert found is not None
        if found.attempts != self._mark.attempt:
            self._mark = Mark(found.attempts)
            yield self._event("started", self._started())
        elif found.more:
            offset = self._mark.taken
            self._mark = Mark(found.attempts, offset + len(found.more))
            yield self._event("output", OutputAdded(offset=offset, text=found.more))
        elif self._clock() - self._told_at > SECONDS_BETWEEN_SIGNS:
            self._told_at = self._clock()
            yield _ALIVE

    async def last(self) -> bytes:
        whole = await self._reader.find(self._org_id, self._execution_id)
        told = msgspec.to_builtins(execution_row(whole.execution))
        del told["output"]  # it was told already
        return self._event("finished", told)

    def _started(self) -> AttemptStarted:
        named = format_id(EXECUTION_PREFIX, self._execution_id)
        return AttemptStarted(execution_id=named, attempt=self._mark.attempt)

    def _event(self, name: str, data: object) -> bytes:
        self._told_at = self._clock()
        self._pauses = Pauses()
        mark = f"{self._mark.attempt}-{self._mark.taken}"
        return b"event: %b\nid: %b\ndata: %b\n\n" % (name.encode(), mark.encode(), encode(data))
