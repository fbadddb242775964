"""Valkey (or Redis): scripts that run there as one step, answered soon or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Self, cast

from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from playhead.base.errors import Unavailable
from playhead.storage.resp import Answer, Line, Refusal

TIMEOUT_SECONDS = 0.1
_SCHEMES = {"valkey": "redis", "valkeys": "rediss"}


class ValkeyUnavailable(Unavailable):
    """Valkey cannot be reached, or did not answer in time."""

    code = "valkey.unavailable"


class Valkey:
    """One connection, made when it is first needed and anew when it was lost.

    Nothing waits longer than ``timeout_seconds``, connecting included.
    """

    def __init__(self, pool: ConnectionPool, timeout_seconds: float) -> None:
        self._pool = pool
        self._timeout_seconds = timeout_seconds
        self._line: Line | None = None
        self._connecting = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> AsyncIterator[Self]:
        """Lend a client of the server at ``url`` and close it afterwards.

        Opening connects nowhere. An answer that is late is given up, never taken for another's.
        """
        # No retries: whoever asks has something else to go on with, and cannot wait.
        retry = Retry(NoBackoff(), 0)
        valkey = cls(
            ConnectionPool.from_url(client_url(url), protocol=2, retry=retry), timeout_seconds
        )
        try:
            yield valkey
        finally:
            await valkey._hang_up(valkey._line)

    async def run(self, script: str, keys: Sequence[bytes], arguments: Sequence[int]) -> list[int]:
        """Run a Lua ``script``, which the server keeps by its digest, and return its integers.

        Raises:
            ValkeyUnavailable: There is no answer in time, or an error is the answer.
        """
        words: tuple[bytes | int, ...] = (len(keys), *keys, *arguments)
        answer = await self._ask("EVALSHA", _digest(script), *words)
        if isinstance(answer, Refusal) and answer.text.startswith("NOSCRIPT"):
            # It was restarted, or told to forget its scripts.
            answer = await self._ask("EVAL", script, *words)
        if isinstance(answer, Refusal):
            raise ValkeyUnavailable(f"Valkey refuses a script: {answer.text}")
        return cast(list[int], answer)

    async def ping(self) -> None:
        """Return if the server answers.

        Raises:
            ValkeyUnavailable: It does not.
        """
        answer = await self._ask("PING")
        if answer != b"PONG":
            raise ValkeyUnavailable(f"Valkey answers {answer!r} to a ping")

    async def _ask(self, *words: bytes | str | int) -> Answer:
        line = self._line
        try:
            async with asyncio.timeout(self._timeout_seconds):
                if line is None or not line.is_open:
                    line = await self._connected()
                return await line.ask(*words)
        except TimeoutError as error:
            # It may never answer again; the next one asks on another connection.
            await self._hang_up(line)
            raise ValkeyUnavailable("Valkey does not answer in time") from error
        except (RedisError, OSError) as error:
            raise ValkeyUnavailable(f"Valkey does not answer: {error}") from error

    async def _connected(self) -> Line:
        async with self._connecting:
            if self._line is None or not self._line.is_open:
                self._line = await Line.connect(self._pool)
            return self._line

    async def _hang_up(self, line: Line | None) -> None:
        if line is not None and line.is_open:
            await line.close()


@lru_cache
def _digest(script: str) -> str:
    return hashlib.sha1(script.encode()).hexdigest()  # noqa: S324 -- the protocol's name for it


def client_url(url: str) -> str:
    """Return ``url`` as the client library takes it, which knows no Valkey."""
    scheme, mark, rest = url.partition("://")
    return _SCHEMES.get(scheme, scheme) + mark + rest
