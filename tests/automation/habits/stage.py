"""Habits for tests: real rows, the real starter, a clock that a test sets, ends that it decides."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2

from playhead.automation.executions import (
    Ended,
    ExecutionStatus,
    ExecutionType,
    FreeTariff,
    Starter,
)
from playhead.automation.habits import HabitFirer, HabitPlanner, HabitWitness
from playhead.automation.habits.create import create
from playhead.automation.habits.dependencies import HabitRoom, install_habits
from playhead.automation.habits.desk import HabitDesk
from playhead.automation.habits.model import Habit, HabitSettings, Policy
from playhead.automation.habits.router import router
from playhead.automation.habits.schedule import Schedule
from playhead.automation.notices import Notices
from playhead.base.ids import format_id, new_uuid
from playhead.base.time import Micros
from playhead.kernel.audit import AuditLog
from playhead.kernel.identity import Role
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenant, Tenants
from tests.kernel.api_keys.stage import LetterBox
from tests.kernel.asking import Desk
from tests.kernel.mail.post import Clock
from tests.kernel.stage import NOW, Member, caller_for, make_member

SECOND = 1_000_000
MINUTE = 60 * SECOND

_SKILL = """
INSERT INTO skills (skill_id, org_id, name, category, is_active, version, created_by, created_at,
                    updated_at)
VALUES (%(skill_id)s, %(org_id)s, %(name)s, 'analysis', %(is_active)s, 1, 'usr_x', %(now)s,
        %(now)s)
"""
_VERSION = """
INSERT INTO skill_versions (org_id, skill_id, version, prompt_template, model, parameters,
                            input_schema, output_format, created_by, created_at)
VALUES (%(org_id)s, %(skill_id)s, 1, 'Say hello.', 'claude-sonnet-5-5',
        '{"max_tokens": 10, "temperature": null, "top_p": null, "stop": []}',
        %(input_schema)s::jsonb, 'text', 'usr_x', %(now)s)
"""
_END = """
UPDATE executions SET status = %(status)s, started_at = created_at, ended_at = %(now)s
 WHERE execution_id = %(execution_id)s AND status IN ('pending', 'running')
RETURNING skill_id, reference_id
"""


@dataclass
class Gym:
    """An organisation with its owner, and all that habits stand on."""

    tenants: Tenants
    clock: Clock
    owner: Member
    letters: LetterBox
    starter: Starter
    notices: Notices
    http: Desk

    @property
    def org_id(self) -> UUID:
        return self.owner.org_id

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.org_id)

    @property
    def desk(self) -> HabitDesk:
        return HabitDesk(self.tenants, AuditLog(), self.starter)

    def firer(self) -> HabitFirer:
        return HabitFirer(self.tenants, self.starter, self.notices, now=self.clock)

    def planner(self) -> HabitPlanner:
        return HabitPlanner(self.tenants, now=self.clock)

    async def skill(
        self, name: str = "greeter", *, is_active: bool = True, schema: str | None = None
    ) -> UUID:
        skill_id = new_uuid(NOW)
        async with self.tenants.transaction(self.tenant) as tx:
            chosen = {"skill_id": skill_id, "org_id": self.org_id, "now": NOW}
            unique = f"{name} {skill_id}"
            await tx.send(_SKILL, **chosen, name=unique, is_active=is_active)
            await tx.send(_VERSION, **chosen, input_schema=schema)
        return skill_id

    async def habit(self, expression: str = "* * * * *", zone: str = "UTC", **policy: Any) -> Habit:
        settings = HabitSettings(
            await self.skill(), Schedule(expression, zone), Policy(**policy), None, None, {}
        )
        caller = caller_for(self.owner)
        return await create(self.desk, caller, settings, self.clock(), is_active=True)

    async def tick(self, minutes: float = 1) -> None:
        """Let time pass, then plan and fire."""
        self.clock.at += int(minutes * MINUTE)
        await self.planner().plan_due()
        await self.firer().fire_due()

    async def rows(self, query: str, **parameters: object) -> list[Any]:
        return await self.tenants.fetch_all(self.tenant, query, **parameters)

    async def told(self, habit_id: UUID) -> list[tuple[str, str | None]]:
        """Return state and reason of a habit's ticks that are not planned, in order."""
        rows = await self.rows(
            "SELECT state, reason FROM occurrences WHERE habit_id = %(habit_id)s"
            " AND state <> 'planned' ORDER BY tick",
            habit_id=habit_id,
        )
        return [(row.state, row.reason) for row in rows]

    async def running(self, habit_id: UUID) -> list[UUID]:
        rows = await self.rows(
            "SELECT execution_id FROM executions WHERE reference_id = %(habit_id)s"
            " AND status IN ('pending', 'running') ORDER BY created_at, execution_id",
            habit_id=habit_id,
        )
        return [row.execution_id for row in rows]

    async def end(self, execution_id: UUID, status: str = "completed") -> None:
        """End an execution as a worker does, witness included."""
        now = self.clock()
        async with self.tenants.transaction(self.tenant) as tx:
            row = await tx.fetch_optional(_END, execution_id=execution_id, status=status, now=now)
            assert row is not None
            ended = Ended(
                execution_id,
                self.org_id,
                row.skill_id,
                ExecutionType.HABIT,
                row.reference_id,
                ExecutionStatus(status),
                "model.failed" if status == "failed" else None,
                "the model is tired" if status == "failed" else None,
                0,
                now,
            )
            await HabitWitness(self.notices).ended(tx, ended, now=now)

    async def end_all(self, habit_id: UUID, status: str = "completed") -> None:
        for execution_id in await self.running(habit_id):
            await self.end(execution_id, status)

    async def ask(
        self, method: str, path: str, body: Any = None, *, who: Member | None = None, **params: str
    ) -> httpx2.Response:
        return await self.http.ask(caller_for(who or self.owner), method, path, body, **params)

    async def member(self, role: Role) -> Member:
        return await make_member(self.tenants, role, org_id=self.org_id, now=Micros(self.clock.at))


Story = Callable[[Gym], Awaitable[None]]


@asynccontextmanager
async def open_gym(url: str, at: int = NOW, tenants: Tenants | None = None) -> AsyncIterator[Gym]:
    async with Database.open(url, connections=24) as database:
        over, clock, letters = Tenants(database), Clock(at), LetterBox()
        starter = Starter(FreeTariff())
        room = HabitRoom.on(over, audit=AuditLog(), starter=starter)
        http = Desk([router], lambda app: install_habits(app, room), now=clock)
        owner = await make_member(over, now=Micros(at))
        yield Gym(over, clock, owner, letters, starter, Notices(letters, AuditLog()), http)


def told(url: str, story: Story, *, at: int = NOW) -> None:
    """Let a story happen over the database at ``url``."""

    async def happen() -> None:
        async with open_gym(url, at) as gym:
            await story(gym)

    asyncio.run(happen())


def path_of(habit_id: UUID, rest: str = "") -> str:
    return f"/habits/{format_id('hab', habit_id)}{rest}"
