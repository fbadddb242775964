"""Passwords: how they are kept, and how many are checked at once."""

import asyncio
import os
import sys
import threading
import time
from typing import Any, Literal

import pytest
from argon2 import Parameters, PasswordHasher, Type, extract_parameters
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

from playhead.kernel.auth import PasswordsBusy
from playhead.kernel.auth.passwords import NICENESS, Passwords


class SlowHasher(PasswordHasher):
    """Counts how many it hashes at once, and waits until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.lock, self.go = threading.Lock(), threading.Event()
        self.running = self.most = 0

    def hash(self, *args: Any, **kwargs: Any) -> str:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.go.wait(10)
        with self.lock:
            self.running -= 1
        return "hashed"


def test_by_the_usual_parameters_a_hash_is_argon2id_in_64_mebibytes() -> None:
    async def story(passwords: Passwords) -> None:
        kept = await passwords.hash("correct horse")

        assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert extract_parameters(kept) == RFC_9106_LOW_MEMORY
        assert await passwords.matches("correct horse", kept)
        assert not await passwords.matches("correct hors", kept)
        assert not passwords.is_outdated(kept)

    with Passwords.open() as passwords:
        asyncio.run(story(passwords))


class NotingHasher(PasswordHasher):
    """Notes what it verifies against."""

    def __init__(self) -> None:
        super().__init__()
        self.verified: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified.append(str(hash))
        return super().verify(hash, password)


def test_nobodys_password_matches_nothing_and_takes_the_same_work() -> None:
    async def story(passwords: Passwords, hasher: NotingHasher) -> None:
        kept = await passwords.hash("whatever")
        passwords._hasher = hasher
        assert await passwords.matches("whatever", kept)
        assert not await passwords.matches("whatever", None)

        ours, nobodys = map(extract_parameters, hasher.verified)
        assert ours == nobodys

    with Passwords.open(Parameters(Type.ID, 19, 16, 32, 1, 8, 1)) as passwords:
        asyncio.run(story(passwords, NotingHasher()))


def test_two_spellings_of_one_letter_are_one_password() -> None:
    async def story(passwords: Passwords) -> None:
        kept = await passwords.hash("Zo\u00eb and friends")
        assert await passwords.matches("Zoe\u0308 and friends", kept)

    with Passwords.open(CHEAPEST) as passwords:
        asyncio.run(story(passwords))


@pytest.mark.parametrize("kept", ["", "garbage", "$argon2id$v=19$m=8,t=1,p=1$", "$2b$12$abc"])
def test_what_is_no_hash_matches_nothing_and_is_made_anew(kept: str) -> None:
    async def story(passwords: Passwords) -> None:
        assert not await passwords.matches("whatever", kept)
        assert passwords.is_outdated(kept)

    with Passwords.open(CHEAPEST) as passwords:
        asyncio.run(story(passwords))


def test_two_are_checked_at_once_some_wait_and_the_rest_is_told_to_come_back() -> None:
    async def story(passwords: Passwords, hasher: SlowHasher) -> None:
        tasks = [asyncio.ensure_future(passwords.hash("x")) for _ in range(10)]
        await asyncio.sleep(0.05)
        hasher.go.set()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        busy = [end for end in ends if isinstance(end, PasswordsBusy)]

        assert hasher.most == 2
        assert len(busy) == 5
        assert ends.count("hashed") == 5
        assert busy[0].fields["retry_after"] == 2
        assert await passwords.hash("x") == "hashed"

    with Passwords.open(CHEAPEST, at_once=2, most_waiting=3) as passwords:
        hasher = SlowHasher()
        passwords._hasher = hasher
        asyncio.run(story(passwords, hasher))


def test_whoever_goes_away_makes_room_only_once_their_work_is_done() -> None:
    async def story(passwords: Passwords, hasher: SlowHasher) -> None:
        task = asyncio.ensure_future(passwords.hash("x"))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(PasswordsBusy):
            await passwords.hash("x")

        hasher.go.set()
        until = time.monotonic() + 5
        while hasher.running and time.monotonic() < until:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.02)
        assert await passwords.hash("x") == "hashed"

    with Passwords.open(CHEAPEST, at_once=1, most_waiting=0) as passwords:
        hasher = SlowHasher()
        passwords._hasher = hasher
        asyncio.run(story(passwords, hasher))


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread can step back alone")
def test_who_hashes_lets_everything_else_run_first() -> None:
    niceness: list[int] = []

    class Telling(PasswordHasher):
        def hash(self, *args: Any, **kwargs: Any) -> str:
            niceness.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
            return "hashed"

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    with Passwords.open(CHEAPEST) as passwords:
        passwords._hasher = Telling()
        asyncio.run(passwords.hash("correct horse"))
    assert niceness == [max(before, NICENESS)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
