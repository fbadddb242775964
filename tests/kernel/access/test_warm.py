"""What was looked up is good for a while, and looked up once at a time."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.time import Micros
from playhead.kernel.access.warm import Warm
from tests.kernel.access.stage import Clock

FRESH = Micros(10)


def test_a_value_is_fresh_from_when_it_was_asked_for() -> None:
    clock = Clock()
    warm: Warm[str, int] = Warm(fresh=FRESH, now=clock)

    async def slow() -> int:
        clock.pass_micros(4)
        return 1

    assert asyncio.run(warm.ask("a", slow)) == 1
    clock.pass_micros(5)
    assert warm.get("a") == 1
    clock.pass_micros(1)
    assert warm.get("a") is None


def test_however_many_ask_at_once_one_look_up_is_made() -> None:
    warm: Warm[str, int] = Warm()
    asked: list[int] = []

    async def look_up() -> int:
        asked.append(1)
        await asyncio.sleep(0)
        return 7

    async def run() -> list[int]:
        return await asyncio.gather(*(warm.ask("a", look_up) for _ in range(50)))

    assert asyncio.run(run()) == [7] * 50
    assert len(asked) == 1


def test_a_look_up_that_fails_fails_for_all_who_wait_and_is_not_kept() -> None:
    warm: Warm[str, int] = Warm()

    async def broken() -> int:
        await asyncio.sleep(0)
        raise OSError("gone")

    async def works() -> int:
        return 1

    async def run() -> None:
        found = await asyncio.gather(
            *(warm.ask("a", broken) for _ in range(3)), return_exceptions=True
        )
        assert [type(each) for each in found] == [OSError] * 3
        assert await warm.ask("a", works) == 1

    asyncio.run(run())


def test_one_who_gives_up_does_not_spoil_it_for_the_others() -> None:
    warm: Warm[str, int] = Warm()
    go = asyncio.Event()

    async def look_up() -> int:
        await go.wait()
        return 1

    async def run() -> None:
        first, second = (asyncio.create_task(warm.ask("a", look_up)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        go.set()
        assert await second == 1
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(run())


@given(keys=st.lists(st.integers(0, 9), max_size=40))
def test_no_more_is_remembered_than_allowed_and_the_newest_always(keys: list[int]) -> None:
    warm: Warm[int, int] = Warm(most=3)

    async def run() -> None:
        for key in keys:

            async def look_up(key: int = key) -> int:
                return key

            assert await warm.ask(key, look_up) == key
            assert warm.get(key) == key
            assert len(warm) <= 3

    asyncio.run(run())


def test_what_is_forgotten_is_looked_up_again_and_still_told_as_the_latest() -> None:
    warm: Warm[str, int] = Warm()

    async def look_up() -> int:
        return 1

    assert warm.latest("a") is None
    asyncio.run(warm.ask("a", look_up))
    warm.forget("a")
    warm.forget("never known")

    assert warm.get("a") is None
    assert warm.latest("a") == 1
    assert len(warm) == 1
