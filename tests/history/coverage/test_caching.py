"""What many ask for at once is worked out once."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from playhead.base.time import Micros
from playhead.history.coverage.caching import Kept, KeptByDay
from tests.history.rewind.builders import second


class Source:
    """Counts how often it is asked; waits for ``go``, fails where told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()
        self.go.set()
        self.fails = False

    async def load(self, now: Micros) -> int:
        self.asked += 1
        await self.go.wait()
        if self.fails:
            raise LookupError
        return self.asked


def test_a_stampede_makes_one_load() -> None:
    async def stampede() -> tuple[list[int], int]:
        source = Source()
        source.go.clear()
        kept = Kept(source.load, seconds=15)
        asking = [asyncio.create_task(kept.at(second(0))) for _ in range(1000)]
        await asyncio.sleep(0)
        source.go.set()
        return await asyncio.gather(*asking), source.asked

    assert asyncio.run(stampede()) == ([1] * 1000, 1)


@pytest.mark.parametrize(("later", "loads"), [(0, 1), (14, 1), (15, 2), (-1, 2)])
def test_a_value_is_kept_for_its_time_and_not_from_the_future(later: int, loads: int) -> None:
    async def twice() -> int:
        source = Source()
        kept = Kept(source.load, seconds=15)
        await kept.at(second(0))
        await kept.at(second(later))
        return source.asked

    assert asyncio.run(twice()) == loads


def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    async def fail_and_recover() -> tuple[list[type], int]:
        source = Source()
        source.fails = True
        kept = Kept(source.load, seconds=15)
        failed = await asyncio.gather(
            *(kept.at(second(0)) for _ in range(3)), return_exceptions=True
        )
        source.fails = False
        return [type(each) for each in failed], await kept.at(second(0))

    assert asyncio.run(fail_and_recover()) == ([LookupError] * 3, 2)


def test_one_who_leaves_does_not_stop_the_load_for_the_others() -> None:
    async def leave() -> int:
        source = Source()
        source.go.clear()
        kept = Kept(source.load, seconds=15)
        leaving = asyncio.create_task(kept.at(second(0)))
        staying = asyncio.create_task(kept.at(second(0)))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.sleep(0)
        source.go.set()
        return await staying

    assert asyncio.run(leave()) == 1


@pytest.mark.parametrize(("later", "given"), [(15, 1), (74, 1), (75, 2)])
def test_within_the_grace_an_old_value_is_given_while_a_new_one_is_loaded(
    later: int, given: int
) -> None:
    async def late() -> tuple[int, int]:
        source = Source()
        kept = Kept(source.load, seconds=15, grace=60)
        await kept.at(second(0))
        found = await kept.at(second(later))
        await asyncio.sleep(0)
        return found, await kept.at(second(later))

    assert asyncio.run(late()) == (given, 2)


class DaySource:
    """Gives each day itself; remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    async def load(self, since: date, until: date, now: Micros) -> Mapping[date, date]:
        start = date(2026, 11, 21)
        self.asked.append(((since - start).days, (until - start).days))
        days = [since + timedelta(days=number) for number in range((until - since).days)]
        return {day: day for day in days}


def asked_for(*questions: tuple[int, int]) -> list[tuple[int, int]]:
    """Return what is loaded for (days, seconds after the start) asked one after the other."""

    async def ask() -> list[tuple[int, int]]:
        source = DaySource()
        kept = KeptByDay(source.load)
        for count, now in questions:
            found = await kept.last(count, second(now))
            assert list(found) == list(found.values())
            assert len(found) == count
        return source.asked

    return asyncio.run(ask())


def test_only_the_newest_days_are_loaded_where_no_others_are_asked_for() -> None:
    assert asked_for((1, 0), (2, 1)) == [(-1, 1)]


def test_older_days_are_loaded_in_two_sizes_only() -> None:
    assert asked_for((3, 0), (14, 0), (7, 0), (15, 0), (90, 0), (33, 0)) == [
        (-1, 1),
        (-13, -1),
        (-89, -1),
    ]


def test_older_days_are_kept_longer() -> None:
    assert asked_for((14, 0), (14, 20), (14, 599)) == [(-1, 1), (-13, -1), (-1, 1), (-1, 1)]


def test_a_new_day_moves_all_of_them() -> None:
    assert asked_for((14, 12 * 3600 - 1), (14, 12 * 3600)) == [
        (-1, 1),
        (-13, -1),
        (0, 2),
        (-12, 0),
    ]
