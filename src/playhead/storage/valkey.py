"""Valkey (or Redis): scripts that run there as one step, answered soon or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, Self, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from playhead.base.errors import Unavailable

TIMEOUT_SECONDS = 0.1
MOST_CONNECTIONS = 64
_SCHEMES = {"valkey": "redis", "valkeys": "rediss"}


class ValkeyUnavailable(Unavailable):
    """Valkey cannot be reached, or did not answer in time."""

    code = "valkey.unavailable"


class Valkey:
    """A pool of connections. Nothing waits longer than ``timeout_seconds``, connecting included."""

    def __init__(self, client: Redis, timeout_seconds: float) -> None:
        self._client: Any = client  # its types do not tell sync from async
        self._timeout_seconds = timeout_seconds
        self._slots = asyncio.Semaphore(MOST_CONNECTIONS)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> AsyncIterator[Self]:
        """Lend a client of the server at ``url`` and close it afterwards.

        Opening connects nowhere. An answer that is late is given up, never taken for another's.
        """
        # No retries: whoever asks has something else to go on with, and cannot wait.
        client = Redis.from_url(
            _address(url),
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            max_connections=MOST_CONNECTIONS,
        )
        try:
            yield cls(client, timeout_seconds)
        finally:
            await client.aclose()

    async def run(self, script: str, keys: Sequence[bytes], arguments: Sequence[int]) -> list[int]:
        """Run a Lua ``script``, which the server keeps by its digest, and return its integers.

        Raises:
            ValkeyUnavailable: There is no answer in time, or an error is the answer.
        """
        words = (len(keys), *keys, *arguments)
        try:
            async with asyncio.timeout(self._timeout_seconds), self._slots:
                try:
                    answer = await self._client.execute_command("EVALSHA", _digest(script), *words)
                except NoScriptError:  # it was restarted, or told to forget its scripts
                    answer = await self._client.execute_command("EVAL", script, *words)
        except (RedisError, OSError, TimeoutError) as error:
            raise ValkeyUnavailable(f"Valkey does not answer: {error}") from error
        return cast(list[int], answer)

    async def ping(self) -> None:
        """Return if the server answers.

        Raises:
            ValkeyUnavailable: It does not.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._client.ping()
        except (RedisError, OSError, TimeoutError) as error:
            raise ValkeyUnavailable(f"Valkey does not answer: {error}") from error


@lru_cache
def _digest(script: str) -> str:
    return hashlib.sha1(script.encode()).hexdigest()  # noqa: S324 -- the protocol's name for it


def _address(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    return _SCHEMES.get(scheme, scheme) + mark + rest
