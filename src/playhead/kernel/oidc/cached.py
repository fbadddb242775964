"""A value that another server keeps: fetched once for all who wait, and not too often."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from playhead.kernel.oidc.errors import ProviderUnavailable

T = TypeVar("T")
_log = logging.getLogger(__name__)
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """How long a value is good, and how often its source is asked. All in seconds.

    Attributes:
        fresh: So long nobody asks.
        stale: So long it serves while the source fails.
        cooldown: The least time between two fetches.
        retry: The same while there is nothing that serves.
        wait: The longest that a caller waits for a fetch; it goes on without them.
        grace: So long past ``fresh`` a value is handed out while it is fetched anew. Past that, if
            nobody has asked in the meantime, callers wait for the fetch first.
    """

    fresh: float = 3600.0
    stale: float = 86_400.0
    cooldown: float = 30.0
    retry: float = 1.0
    wait: float = 3.0
    grace: float = 300.0


USUAL = CachePolicy()


@dataclass(frozen=True, slots=True)
class _Held(Generic[T]):
    value: T
    fetched_at: float


class Cached(Generic[T]):
    """Holds what ``fetch`` returned. ``fetch`` raises ProviderUnavailable if it cannot."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[T]],
        *,
        monotonic: Callable[[], float],
        policy: CachePolicy = USUAL,
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._policy = policy
        self._held: _Held[T] | None = None
        self._started_at = _NEVER
        self._looked_at = _NEVER
        self._has_failed = False
        self._task: asyncio.Task[None] | None = None

    async def current(self) -> T:
        """Return the value. Who finds one that serves does not wait for a slow source.

        Raises:
            ProviderUnavailable: There is none, or none that is young enough, and none can be had.
        """
        now = self._monotonic()
        held = self._usable(now)
        if held is not None and now - held.fetched_at <= self._policy.fresh:
            return held.value
        fetching = self._refresh(now)
        if held is not None and now - self._looked_at <= self._policy.fresh + self._policy.grace:
            return held.value
        await self._wait_for(fetching)
        held = self._usable(self._monotonic())
        if held is None:
            raise ProviderUnavailable("nothing could be fetched, and nothing kept is young enough")
        return held.value

    async def renewed(self) -> T:
        """Return a value that was fetched now, or within the cool-down.

        Raises:
            ProviderUnavailable: The last fetch failed, or takes too long.
        """
        await self._wait_for(self._refresh(self._monotonic()))
        held = self._usable(self._monotonic())
        if held is None or self._has_failed:
            raise ProviderUnavailable("what is kept may be outdated, and nothing newer can be had")
        return held.value

    async def aclose(self) -> None:
        """End a fetch that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def _usable(self, now: float) -> _Held[T] | None:
        held = self._held
        return held if held and now - held.fetched_at <= self._policy.stale else None

    def _refresh(self, now: float) -> asyncio.Task[None] | None:
        """Return the fetch that is under way; begin one if none is and the cool-down is over."""
        if self._task is None:
            pause = self._policy.cooldown if self._usable(now) else self._policy.retry
            if now - self._started_at < pause:
                return None
            self._started_at = now
            self._task = asyncio.create_task(self._run(), name="fetch from the sign-in provider")
        return self._task

    async def _wait_for(self, fetching: asyncio.Task[None] | None) -> None:
        if fetching is not None:
            await asyncio.wait({fetching}, timeout=self._policy.wait)

    async def _run(self) -> None:
        self._has_failed = True  # until it has not: also for who does not wait for the end
        try:
            value = await self._fetch()
            self._held = _Held(value, self._monotonic())
            self._has_failed = False
        except ProviderUnavailable as error:
            _log.warning("the sign-in provider could not be asked: %s", error.reason)
        finally:
            self._looked_at = self._monotonic()
            self._task = None
