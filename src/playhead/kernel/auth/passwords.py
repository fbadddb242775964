"""Passwords: Argon2id, a few at a time.

One hash costs 64 MiB and about a tenth of a second of both cores by the usual parameters (the
low-memory profile of RFC 9106, section 4). Whoever could start many at once would have the machine,
so few run, some wait, and the rest is told to come back.
"""

import asyncio
import os
import secrets
import sys
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Self, TypeVar

from argon2 import Parameters, PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.profiles import RFC_9106_LOW_MEMORY

from playhead.kernel.auth.errors import PasswordsBusy

AT_ONCE = 2
MOST_WAITING = 16
RETRY_SECONDS = 2
NICENESS = 10
_T = TypeVar("_T")


class Passwords:
    """Hashes and checks passwords. Make it with ``open``."""

    def __init__(
        self, executor: ThreadPoolExecutor, parameters: Parameters, most_in_hand: int
    ) -> None:
        self._executor = executor
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._nobodys = _hash_of_no_password(parameters)
        self._room = threading.BoundedSemaphore(most_in_hand)

    @classmethod
    @contextmanager
    def open(
        cls,
        parameters: Parameters = RFC_9106_LOW_MEMORY,
        *,
        at_once: int = AT_ONCE,
        most_waiting: int = MOST_WAITING,
    ) -> Iterator[Self]:
        """Open with threads for ``at_once`` passwords, and end them afterwards."""
        executor = ThreadPoolExecutor(
            at_once, thread_name_prefix="passwords", initializer=_step_back
        )
        try:
            yield cls(executor, parameters, at_once + most_waiting)
        finally:
            executor.shutdown(cancel_futures=True)

    async def hash(self, password: str) -> str:
        """Return what can be kept of a password, in PHC form.

        Raises:
            PasswordsBusy: Too many wait already.
        """
        return await self._run(lambda: self._hasher.hash(_prepared(password)))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Return whether ``kept`` was made of ``password``; None, of nobody, never is.

        It takes the same work either way, so that time does not tell who has an account.

        Raises:
            PasswordsBusy: Too many wait already.
        """
        agrees = await self._run(lambda: self._verify(password, kept or self._nobodys))
        return agrees and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Return whether ``kept`` was made with other parameters than those of now."""
        try:
            return self._hasher.check_needs_rehash(kept)
        except InvalidHashError:
            return True

    def _verify(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, _prepared(password))
        except (Argon2Error, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], _T]) -> _T:
        if not self._room.acquire(blocking=False):
            raise PasswordsBusy(RETRY_SECONDS)
        future = self._executor.submit(work)
        # Room comes back when the work is done, not when whoever asked for it went away.
        future.add_done_callback(self._leave)
        return await asyncio.wrap_future(future)

    def _leave(self, _: "Future[_T]") -> None:
        self._room.release()


def _step_back() -> None:
    """Let everything else on this machine run before this thread, and those that it starts.

    A hash takes every core, as several threads; without this, whoever asks for anything meanwhile
    waits for them.
    """
    if sys.platform == "linux":  # elsewhere this is said of whole processes
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _prepared(password: str) -> bytes:
    # Keyboards write one letter in several ways (RFC 8265, section 4.2).
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _hash_of_no_password(parameters: Parameters) -> str:
    """Return a hash as costly to check as any, which no known password has."""
    assert parameters.type is Type.ID
    salt, digest = (
        b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()
        for length in (parameters.salt_len, parameters.hash_len)
    )
    costs = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"$argon2id$v={parameters.version}${costs}${salt}${digest}"
