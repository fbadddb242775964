"""The script in a real Valkey is the pure function."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.base.time import MICROS_PER_SECOND
from playhead.storage.valkey import Valkey
from playhead.web.limits import Rate
from playhead.web.limits.limiter import SCRIPT
from playhead.web.limits.model import charge

# The same script, except that the test says what time it is.
TIMED = SCRIPT.replace("redis.call('TIME')", "{0, tonumber(ARGV[#ARGV])}")
NOW = 1_800_000_000 * MICROS_PER_SECOND
NUMBERS = itertools.count()
# Slow ones only: keys live by the real clock, which the test cannot turn.
RATES = st.builds(
    Rate, count=st.integers(1, 3), per_seconds=st.integers(60, 3600), burst=st.integers(1, 5)
)


@dataclass
class Lent:
    runner: asyncio.Runner
    valkey: Valkey

    def run(self, keys: list[bytes], arguments: list[int]) -> list[int]:
        return self.runner.run(self.valkey.run(TIMED, keys, arguments))


@pytest.fixture(scope="module")
def lent(valkey_url: str) -> Iterator[Lent]:
    with asyncio.Runner() as runner:
        opened = Valkey.open(valkey_url, timeout_seconds=5)
        yield Lent(runner, runner.run(opened.__aenter__()))
        runner.run(opened.__aexit__(None, None, None))


REQUEST = st.tuples(
    st.sets(st.integers(0, 2), min_size=1),
    st.integers(0, 4000 * MICROS_PER_SECOND),
    st.sampled_from([0, 0, 0, 10**6, 10**10]),
)


@settings(deadline=None, max_examples=60)
@given(rates=st.tuples(RATES, RATES, RATES), requests=st.lists(REQUEST, min_size=1, max_size=12))
def test_the_script_decides_as_the_pure_function(
    lent: Lent, rates: tuple[Rate, ...], requests: list[tuple[set[int], int, int]]
) -> None:
    run, now, tats = next(NUMBERS), NOW, {0: 0, 1: 0, 2: 0}
    for chosen, step, untold in requests:
        now += step
        asked = [rates[each] for each in sorted(chosen)]
        known = [max(tats[each] - now, untold) for each in sorted(chosen)]
        words = [word for rate in asked for word in (rate.interval, rate.capacity, untold)]
        allowed, *debts = lent.run(
            [b"test:%d:%d" % (run, each) for each in sorted(chosen)], [*words, now]
        )
        assert (bool(allowed), debts) == charge(known, asked)
        tats |= {each: now + debt for each, debt in zip(sorted(chosen), debts, strict=True)}


def test_a_key_is_kept_for_as_long_as_it_owes(lent: Lent) -> None:
    lent.run([b"test:expiry"], [7_000_000, 70_000_000, 0, NOW])

    life = lent.runner.run(
        lent.valkey.run("return {redis.call('PTTL', KEYS[1])}", [b"test:expiry"], [])
    )
    assert 6_000 < life[0] <= 7_001


def test_a_refused_request_writes_nothing(lent: Lent) -> None:
    full = [7_000_000, 7_000_000, 0]
    lent.run([b"test:full"], [*full, NOW])

    assert lent.run([b"test:full", b"test:fresh"], [*full, *full, NOW]) == [0, 7_000_000, 0]
    exists = "return {redis.call('EXISTS', KEYS[1])}"
    assert lent.runner.run(lent.valkey.run(exists, [b"test:fresh"], [])) == [0]


def test_a_clock_that_was_set_back_bans_nobody_for_longer_than_a_full_bucket(lent: Lent) -> None:
    rate = [7_000_000, 7_000_000, 0]
    lent.run([b"test:back"], [*rate, NOW])

    assert lent.run([b"test:back"], [*rate, NOW - 10**12]) == [0, 7_000_000]
