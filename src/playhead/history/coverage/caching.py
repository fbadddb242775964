"""Values that many may ask for at once: worked out once, and kept for a short while.

What is public must not become a lever: a thousand readers cost what one costs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Generic, TypeVar

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.coverage.parameters import DEFAULT_DAYS, MAX_DAYS
from playhead.history.coverage.shares import last_days

Value = TypeVar("Value")
FRESH_DAYS = 2
FRESH_SECONDS = 15
OLDER_SECONDS = 600
OLDER_GRACE = 3600
SPANS = (DEFAULT_DAYS, MAX_DAYS)


class Kept(Generic[Value]):
    """One value that is loaded when it is asked for and older than ``seconds``.

    While it is being loaded everybody waits for that one load; if it fails, all of them are told,
    and whoever asks next tries again. One who gives up waiting does not stop it. For ``grace``
    seconds more nobody waits: the old value is given, and a new one loaded meanwhile.
    """

    def __init__(
        self, load: Callable[[Micros], Awaitable[Value]], *, seconds: int, grace: int = 0
    ) -> None:
        self._load = load
        self._keep = seconds * MICROS_PER_SECOND
        self._grace = grace * MICROS_PER_SECOND
        self._held: tuple[Micros, Value] | None = None
        self._loading: asyncio.Task[Value] | None = None

    async def at(self, now: Micros) -> Value:
        """Return the value as it was at ``now`` or at most ``seconds`` and ``grace`` before.

        Raises:
            Exception: Whatever the load raised.
        """
        held = self._held
        if held is not None and 0 <= now - held[0] < self._keep:
            return held[1]
        loading = self._loading or self._start(now)
        if held is not None and 0 <= now - held[0] < self._keep + self._grace:
            return held[1]
        return await asyncio.shield(loading)

    def _start(self, now: Micros) -> asyncio.Task[Value]:
        self._loading = asyncio.create_task(self._load_at(now))
        self._loading.add_done_callback(self._end)
        return self._loading

    async def _load_at(self, now: Micros) -> Value:
        value = await self._load(now)
        self._held = now, value
        return value

    def _end(self, loading: asyncio.Task[Value]) -> None:
        self._loading = None
        if not loading.cancelled():
            loading.exception()  # seen: nobody may be left who waits for it


class KeptByDay(Generic[Value]):
    """Values of days: those of today and yesterday kept for seconds, older ones for minutes.

    Older ones hardly change and take long; so nobody waits for them to be worked out again.

    ``load`` is given the first day, the day past the last, and the present; days without a value
    are left out of what it returns.
    """

    def __init__(
        self, load: Callable[[date, date, Micros], Awaitable[Mapping[date, Value]]]
    ) -> None:
        self._load = load
        self._kept: dict[tuple[date, int, int], Kept[Mapping[date, Value]]] = {}

    async def last(self, count: int, now: Micros) -> dict[date, Value]:
        """Return the values of the last ``count`` days, that of ``now`` among them."""
        days = last_days(count, now)
        found = dict(await self._part(days[0], 0, FRESH_DAYS).at(now))
        if count > FRESH_DAYS:
            # Few spans, so that nobody can have each number of days worked out on its own.
            span = next(each for each in SPANS if each >= count)
            found |= await self._part(days[0], FRESH_DAYS, span).at(now)
        return {day: found[day] for day in days if day in found}

    def _part(self, today: date, newest: int, oldest: int) -> Kept[Mapping[date, Value]]:
        """Return the days from ``oldest - 1`` back to ``newest`` back, as seen from ``today``."""
        key = today, newest, oldest
        if key not in self._kept:
            self._kept = {held: kept for held, kept in self._kept.items() if held[0] == today}
            since, until = today - timedelta(oldest - 1), today - timedelta(newest - 1)
            self._kept[key] = Kept(
                lambda now: self._load(since, until, now),
                seconds=OLDER_SECONDS if newest else FRESH_SECONDS,
                grace=OLDER_GRACE if newest else 0,
            )
        return self._kept[key]
