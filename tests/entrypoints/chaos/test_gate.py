"""Many at once, or one alone."""

import asyncio

from playhead.entrypoints.chaos.gate import Gate


class Visitors:
    """Who is inside, and who has been."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.inside: set[str] = set()
        self.seen: list[set[str]] = []

    async def together(self, name: str) -> None:
        async with self.gate.together():
            await self._stay(name)

    async def alone(self, name: str) -> None:
        async with self.gate.alone():
            await self._stay(name)

    async def _stay(self, name: str) -> None:
        self.inside.add(name)
        self.seen.append(set(self.inside))
        for _ in range(5):
            await asyncio.sleep(0)
        self.inside.discard(name)


def test_those_together_meet_and_the_one_alone_meets_nobody() -> None:
    async def visit() -> list[set[str]]:
        visitors = Visitors()
        async with asyncio.TaskGroup() as tasks:
            for name in ("a", "b"):
                tasks.create_task(visitors.together(name))
            for name in ("x", "y"):
                tasks.create_task(visitors.alone(name))
            await asyncio.sleep(0)
            for name in ("c", "d"):
                tasks.create_task(visitors.together(name))
        return visitors.seen

    assert asyncio.run(visit()) == [{"a"}, {"a", "b"}, {"x"}, {"y"}, {"c"}, {"c", "d"}]


def test_who_gives_up_waiting_to_be_alone_holds_up_nobody() -> None:
    async def visit() -> list[set[str]]:
        visitors = Visitors()
        async with visitors.gate.together():
            loner = asyncio.create_task(visitors.alone("x"))
            await asyncio.sleep(0)
            loner.cancel()
            await asyncio.gather(loner, return_exceptions=True)
            async with asyncio.timeout(5):
                await visitors.together("a")
        return visitors.seen

    assert asyncio.run(visit()) == [{"a"}]
