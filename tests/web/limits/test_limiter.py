"""Limits over a real Valkey, and without it."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.storage.valkey import Valkey, ValkeyUnavailable
from playhead.web.limits import Bucket, Decision, Limiter, LimitExceeded, Rate
from tests.web.limits.servers import Clock, Counting, OwnValkey, over, own_valkey, slow


async def taken(limiter: Limiter, *buckets: Bucket, of: int) -> int:
    """Return how many of so many requests at once were allowed."""
    verdicts = await asyncio.gather(*(limiter.decide(buckets) for _ in range(of)))
    return sum(verdict.allowed for verdict in verdicts)


def test_clients_of_several_processes_share_a_burst(valkey_url: str) -> None:
    async def act(valkey: Valkey) -> int:
        bucket = slow(20, key="shared")
        limiters = [Limiter(valkey, processes=4) for _ in range(4)]
        return sum(await asyncio.gather(*(taken(each, bucket, of=15) for each in limiters)))

    assert over(valkey_url, act) == 20


def test_a_request_that_one_bucket_refuses_takes_from_no_other(valkey_url: str) -> None:
    async def act(valkey: Valkey) -> tuple[object, Decision]:
        full, free = slow(1, name="full", key="atomic"), slow(9, name="free", key="atomic")
        # Each limiter asks the server: what another one was told it cannot know.
        await Limiter(valkey).check([full])
        with pytest.raises(LimitExceeded) as refused:
            await Limiter(valkey).check([free, full])
        return refused.value.fields["limit"], await Limiter(valkey).check([free])

    limit, after = over(valkey_url, act)
    assert (limit, after.remaining) == ("full", 8)


def test_a_refusal_says_when_to_come_back_in_whole_seconds(valkey_url: str) -> None:
    async def act(valkey: Valkey) -> LimitExceeded:
        limiter, bucket = Limiter(valkey), slow(1, key="when")
        await limiter.check([bucket])
        with pytest.raises(LimitExceeded) as refused:
            await limiter.check([bucket])
        return refused.value

    assert over(valkey_url, act).fields == {"limit": "key", "retry_after": 1000}


def test_a_certain_refusal_does_not_ask_the_server(valkey_url: str) -> None:
    async def act(valkey: Valkey) -> tuple[int, int]:
        clock, counting = Clock(), Counting(valkey)
        limiter, bucket = Limiter(counting, now=clock), slow(1, key="certain")
        allowed = await taken(limiter, bucket, of=1) + await taken(limiter, bucket, of=50)
        return allowed, counting.asked

    assert over(valkey_url, act) == (1, 1)


def test_a_server_that_forgot_the_script_is_given_it_again(valkey_url: str) -> None:
    async def act(valkey: Valkey) -> Decision:
        limiter, bucket = Limiter(valkey), slow(9, key="forgotten")
        await limiter.check([bucket])
        await valkey._ask("SCRIPT", "FLUSH")
        return await limiter.check([bucket])

    assert over(valkey_url, act).remaining == 7


@settings(deadline=None, max_examples=60)
@given(keys=st.lists(st.text(max_size=60), min_size=2, max_size=4, unique=True))
def test_hostile_keys_are_keys_like_any_other(valkey_url: str, keys: list[str]) -> None:
    async def act(valkey: Valkey) -> list[bool]:
        await valkey.run("return {redis.call('FLUSHDB') and 1}", [], [])
        limiter = Limiter(valkey)
        return [(await limiter.decide([slow(1, key=key)])).allowed for key in [*keys, *keys]]

    assert over(valkey_url, act) == [True] * len(keys) + [False] * len(keys)


@pytest.mark.parametrize("key", ["", "\x00", "\ud800", "a\r\nFLUSHALL\r\n", "x" * 1_000_000])
def test_no_key_breaks_the_protocol(valkey_url: str, key: str) -> None:
    async def act(valkey: Valkey) -> Decision:
        return await Limiter(valkey).check([slow(9, name="odd", key=key)])

    assert over(valkey_url, act).remaining == 8


def test_over_time_many_clients_together_get_what_the_rate_allows(valkey_url: str) -> None:
    rate, seconds = Rate(100, 1, 20), 0.4

    async def client(limiter: Limiter, until: float) -> int:
        allowed = 0
        while time.monotonic() < until:
            allowed += await taken(limiter, Bucket("time", "k", rate), of=1)
            await asyncio.sleep(0.001)
        return allowed

    async def act(valkey: Valkey) -> tuple[int, float]:
        began = time.monotonic()
        limiters = [Limiter(valkey) for _ in range(3)] * 4
        counts = await asyncio.gather(*(client(each, began + seconds) for each in limiters))
        return sum(counts), time.monotonic() - began

    allowed, span = over(valkey_url, act)
    assert 20 + 100 * seconds * 0.5 < allowed <= 20 + 100 * span + 1


def test_a_server_that_dies_leaves_what_it_counted_and_its_return_gives_no_new_burst(
    tmp_path: Path,
) -> None:
    with own_valkey(tmp_path / "valkey") as server:
        over(server.url, lambda valkey: outlive(server, valkey), patience=1)


async def outlive(server: OwnValkey, valkey: Valkey) -> None:
    clock, counting, bucket = Clock(), Counting(valkey), slow(10)
    limiter = Limiter(counting, processes=2, now=clock)
    assert await taken(limiter, bucket, of=4) == 4

    server.stop()
    # Six tenths of the burst were left, and half of those are this process's.
    assert await taken(limiter, bucket, of=20) == 3
    assert counting.asked <= 4 + 20
    asked = counting.asked
    assert await taken(limiter, slow(10, key="another"), of=20) == 5
    assert counting.asked == asked  # not before the pause is over

    server.start()
    await valkey.run("return {redis.call('FLUSHDB') and 1}", [], [])
    clock.turn(4)
    assert await taken(limiter, bucket, of=5) == 0
    assert counting.asked == asked + 1  # one asks first, the others go on alone
    assert await taken(limiter, slow(10, key="a third"), of=20) == 10
    # The server learns what it has missed when it is asked, and with it every other process.
    assert await taken(limiter, slow(10, key="another"), of=5) == 0
    assert await taken(Limiter(valkey), slow(10, key="another"), of=5) == 0


def test_a_server_that_hangs_is_waited_for_once_and_its_late_answers_are_dropped(
    tmp_path: Path,
) -> None:
    with own_valkey(tmp_path / "valkey") as server:
        over(server.url, survive_a_hang, patience=0.3)


async def survive_a_hang(valkey: Valkey) -> None:
    clock = Clock()
    limiter, bucket = Limiter(valkey, now=clock), slow(10)
    (number,) = await valkey.run(
        "return {tonumber(string.match(redis.call('INFO', 'server'), 'process_id:(%d+)'))}", [], []
    )
    os.kill(number, signal.SIGSTOP)
    try:
        assert await taken(limiter, bucket, of=12) == 10
        with pytest.raises(ValkeyUnavailable):
            await valkey.ping()
    finally:
        os.kill(number, signal.SIGCONT)
    clock.turn(4)
    answers = await asyncio.gather(*(valkey.run(f"return {{{n}}}", [], []) for n in range(40)))
    assert answers == [[n] for n in range(40)]
    assert await taken(limiter, bucket, of=3) == 0


def test_without_a_server_each_process_counts_its_share() -> None:
    limiter = Limiter(None, processes=2, now=Clock())

    assert asyncio.run(taken(limiter, slow(10), of=20)) == 5


def test_alone_the_rate_is_kept_over_time() -> None:
    clock = Clock()
    limiter, bucket = Limiter(None, now=clock), Bucket("key", "k", Rate(10, 60, 5))

    async def minutes() -> int:
        allowed = 0
        for _ in range(600):
            allowed += await taken(limiter, bucket, of=2)
            clock.turn(0.5)
        return allowed

    assert asyncio.run(minutes()) == 5 + 5 * 10 - 1


def test_no_bucket_at_all_lets_pass() -> None:
    assert asyncio.run(Limiter(None).check([])).allowed
