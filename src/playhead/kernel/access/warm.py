"""What was looked up stays good for a few seconds, and is looked up once however many ask."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from playhead.base.time import MICROS_PER_SECOND, Micros

Key = TypeVar("Key")
Value = TypeVar("Value")

FRESH = Micros(3 * MICROS_PER_SECOND)
MOST = 20_000


def monotonic() -> Micros:
    """Return microseconds of a clock that only goes forward."""
    return Micros(time.monotonic_ns() // 1000)


class Warm(Generic[Key, Value]):
    """Values by key, each for ``fresh`` microseconds from when it was asked for.

    When there are ``most``, the one that was asked for longest ago is forgotten.
    """

    def __init__(
        self,
        *,
        fresh: Micros = FRESH,
        most: int = MOST,
        now: Callable[[], Micros] = monotonic,
    ) -> None:
        """``now`` is a clock that only goes forward."""
        self._fresh = fresh
        self._most = most
        self._now = now
        self._known: dict[Key, tuple[Micros, Value]] = {}
        self._asking: dict[Key, asyncio.Task[Value]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: Key) -> Value | None:
        """Return the value if it is known and fresh."""
        known = self._known.get(key)
        if known is None or known[0] <= self._now():
            return None
        return known[1]

    def latest(self, key: Key) -> Value | None:
        """Return the value that was found last, fresh or not; None once it had to make room."""
        known = self._known.get(key)
        return None if known is None else known[1]

    def forget(self, key: Key) -> None:
        """Let the value, if it is known, be fresh no more: who asks next looks it up."""
        known = self._known.get(key)
        if known is not None:
            self._known[key] = (self._now(), known[1])

    async def ask(self, key: Key, look_up: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """Look the value up, or wait for whoever does so already; what fails is not kept."""
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._look_up(key, look_up))
            self._asking[key] = task
            task.add_done_callback(_seen)
        # One who waits may be cancelled; the others still want to know.
        return await asyncio.shield(task)

    async def _look_up(self, key: Key, look_up: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        # Counted from before it is asked: what changes meanwhile may not be seen.
        until = Micros(self._now() + self._fresh)
        try:
            value = await look_up()
        finally:
            del self._asking[key]
        self._known.pop(key, None)
        while len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[key] = (until, value)
        return value


def _seen(task: asyncio.Task[Any]) -> None:
    # Where everybody who waited has gone, nobody else asks how it ended.
    if not task.cancelled():
        task.exception()
