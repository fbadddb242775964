"""The load: executions asked for over HTTP, by ticks of habits, by webhooks, and by their ends."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

import psycopg

from tests.automation.soak.outside import Json, Outside

TICKS_PLANNED = 5
"""A habit that runs every minute has so many ticks planned, or one fewer."""
_SPREAD = """
UPDATE occurrences SET due_at = %s + (random() * %s)::bigint WHERE state = 'planned'
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is to be done, and in how long it is asked for.

    Attributes:
        asked: Executions asked for over HTTP.
        habits: Each with `TICKS_PLANNED` ticks, each of which starts one execution, whose end
            starts another.
        webhooks: Messages, each of which starts one execution.
        seconds: All are spread over these.
    """

    asked: int
    habits: int
    webhooks: int
    seconds: float

    @property
    def executions(self) -> int:
        """How many executions that makes at least."""
        return self.asked + self.webhooks + 2 * self.habits * (TICKS_PLANNED - 1)


class Load:
    """One organisation's part of the load."""

    def __init__(self, outside: Outside, sizes: Sizes, random: Random) -> None:
        self._outside = outside
        self._sizes = sizes
        self._random = random
        self._skill = ""
        self._reflex: Json = {}
        self._habits: list[str] = []

    async def prepare(self) -> None:
        """Make the skill, the reflexes and the habits."""
        outside = self._outside
        self._skill = skill = await outside.skill()
        self._reflex = await outside.make(
            "/reflexes",
            skill_id=skill,
            trigger_type="webhook",
            input={"word": {"$event": "word"}},
            pause_after=100,
        )
        await outside.make(
            "/reflexes",
            skill_id=skill,
            trigger_type="event",
            trigger_config={"events": ["execution.completed"]},
            condition='event.execution_type == "habit"',
            input={"word": {"$event": "execution_id"}},
            pause_after=100,
        )
        for number in range(self._sizes.habits):
            made = await outside.make(
                "/habits",
                skill_id=skill,
                schedule_cron="* * * * *",
                overlap="allow",
                misfire="run_all",
                misfire_most=100,
                config={"word": f"habit {number} of {outside.name}"},
                pause_after=100,
            )
            self._habits.append(made["id"])

    async def offer(self) -> None:
        """Ask for everything, each at its moment, until all has been taken."""
        words = [f"{self._outside.name} {number}" for number in range(self._sizes.asked)]
        deeds = [self._executing(word) for word in words]
        deeds += [self._sending(f"{self._outside.name}-{n}") for n in range(self._sizes.webhooks)]
        await asyncio.gather(*(self._at_some_moment(deed) for deed in deeds))

    async def end(self) -> None:
        """Let no more ticks come."""
        for habit in self._habits:
            answer = await self._outside.until_answered("POST", f"/habits/{habit}/deactivate")
            assert answer.status_code == 200, answer.text

    def _executing(self, word: str) -> Callable[[], Awaitable[None]]:
        wait = self._random.choice((0, 0, 2))
        return lambda: self._outside.execute(self._skill, word, wait=wait)

    def _sending(self, word: str) -> Callable[[], Awaitable[None]]:
        return lambda: self._outside.send(self._reflex, word)

    async def _at_some_moment(self, deed: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(self._random.uniform(0, self._sizes.seconds))
        await deed()


def spread_ticks(owner_url: str, seconds: float, random: Random) -> None:
    """Have the ticks that are planned become due within ``seconds``, as if time flew."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("SELECT setseed(%s)", (random.uniform(-1, 1),))
        now = time.time_ns() // 1000
        connection.execute(_SPREAD, (now, seconds * 1_000_000))
