"""Ends of jobs, written in groups: whatever comes while one group is written makes the next."""

import asyncio
from collections.abc import Callable

from playhead.base.time import Micros
from playhead.kernel.jobs.model import Settlement
from playhead.kernel.jobs.repository import JobRows

LARGEST_GROUP = 500
_Waiting = tuple[Settlement, asyncio.Future[bool]]


class Settler:
    """Writes settlements, many with one statement."""

    def __init__(self, rows: JobRows, now: Callable[[], Micros]) -> None:
        self._rows = rows
        self._now = now
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def settle(self, settlement: Settlement) -> bool:
        """Return, once it is committed, whether the job was still held with that token.

        Raises:
            DatabaseUnavailable: It may be committed or not.
        """
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((settlement, answer))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await answer

    async def _write(self) -> None:
        try:
            while self._waiting:
                group = self._waiting[:LARGEST_GROUP]
                del self._waiting[:LARGEST_GROUP]
                await self._write_group(group)
        finally:
            self._writing = None

    async def _write_group(self, group: list[_Waiting]) -> None:
        try:
            held = await self._rows.settle([each for each, _ in group], now=self._now())
        except BaseException as error:
            failure = error if isinstance(error, Exception) else asyncio.CancelledError()
            for _, answer in group:
                if not answer.done():
                    answer.set_exception(failure)
            if failure is not error:
                raise
            return
        for settlement, answer in group:
            if not answer.done():
                answer.set_result(settlement.job_id in held)
