"""Ten thousand habits that are due in the same minute: how late their executions are there."""

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import uvloop

from benchmarks.report import Row
from benchmarks.stats import Latencies, latencies
from benchmarks.workshop import Workshop
from playhead.automation.executions import FreeTariff, Starter
from playhead.automation.habits import HabitFirer, HabitPlanner
from playhead.automation.habits.firing.repository import Outcome
from playhead.automation.notices import Notices
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.audit import AuditLog
from playhead.kernel.mail import Mail
from playhead.storage.postgres import Database, Transaction
from playhead.storage.roles import open_service_role
from playhead.storage.tenants import Tenants

ORGANISATIONS = (10, 1_000)
FIRERS = 2
CONNECTIONS = 10
DUE = 1_900_000_020 * MICROS_PER_SECOND
"""A whole minute."""
AHEAD = 2 * MICROS_PER_SECOND
LONGEST_SECONDS = 120.0
LOOK_SECONDS = 0.05

_ORGANISATIONS = """
INSERT INTO organisations (org_id, name, created_at, updated_at)
SELECT md5('org' || n)::uuid, 'Bench', 0, 0 FROM generate_series(1, %(organisations)s) AS n
"""
_SKILLS = """
INSERT INTO skills (skill_id, org_id, name, category, version, created_by, created_at, updated_at)
SELECT org_id, org_id, 'greeter', 'custom', 1, 'usr_bench', 0, 0 FROM organisations
"""
_VERSIONS = """
INSERT INTO skill_versions (org_id, skill_id, version, prompt_template, model, parameters,
                            output_format, created_by, created_at)
SELECT org_id, org_id, 1, 'Say hello.', 'claude-sonnet-5-5',
       '{"max_tokens": 10, "temperature": null, "top_p": null, "stop": []}', 'text', 'usr_bench', 0
  FROM organisations
"""
_HABITS = """
INSERT INTO habits (habit_id, org_id, skill_id, schedule_cron, timezone, overlap, misfire,
                    misfire_most, misfire_window, jitter, pause_after, planned_to, created_by,
                    created_at, updated_at)
SELECT md5('habit' || n)::uuid, org, org, '* * * * *', 'Europe/Amsterdam', 'skip', 'run_once', 10,
       86400000000, 0, 3, %(due)s - 1, 'usr_bench', 0, 0
  FROM generate_series(0, %(habits)s - 1) AS n,
       LATERAL (SELECT md5('org' || 1 + n %% %(organisations)s)::uuid AS org) AS o
"""
_COUNTS = """
SELECT (SELECT count(*) FROM executions), (SELECT count(DISTINCT reference_id) FROM executions),
       (SELECT count(*) FROM jobs), count(*) FILTER (WHERE state = 'fired')
  FROM occurrences WHERE tick = %(due)s
"""


@dataclass
class Clock:
    """The time of day, moved so that the habits are due soon."""

    offset: int = 0

    def __call__(self) -> Micros:
        return Micros(time.time_ns() // 1000 + self.offset)

    def set_to(self, at: int) -> None:
        self.offset = at - time.time_ns() // 1000


class TimedFirer(HabitFirer):
    """Notes when each transaction was committed."""

    committed: list[int]
    clock: Callable[[], Micros]

    async def _transact(self, org_id: UUID, habit_ids: Collection[UUID]) -> list[Outcome]:
        outcomes = await super()._transact(org_id, list(habit_ids))
        at = self.clock()
        self.committed += [at] * sum(each.execution_id is not None for each in outcomes)
        return outcomes


@dataclass
class NoMail:
    """Keeps mails that nobody is to read."""

    mails: list[Mail] = field(default_factory=list)

    async def put(self, transaction: Transaction, mail: Mail, *, now: Micros) -> None:
        self.mails.append(mail)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took: planning as a whole, and each tick's lateness in nanoseconds."""

    plan_seconds: float
    late: list[int]


def measure(shop: Workshop) -> list[Row]:
    """Let all habits of 10, then of 1,000 organisations, be due at once."""
    return [row for organisations in ORGANISATIONS for row in _rows(shop, organisations)]


def _rows(shop: Workshop, organisations: int) -> list[Row]:
    habits = shop.sizes.habits
    shop.tell(f"{habits:,} habits of {organisations:,} organisations, due in one minute")
    runs = [_run(shop.new_database(), organisations, habits) for _ in range(shop.sizes.repeats)]
    late: Latencies = latencies([run.late for run in runs])
    planned = sorted(run.plan_seconds for run in runs)[len(runs) // 2]
    what = f"{habits:,} habits of {organisations:,} organisations"
    return [
        Row(f"{what}, due to committed", str(late), aim="p99 <= 2 s, none lost or doubled"),
        Row(f"{what}, planned 5 minutes ahead", f"{planned:.1f} s"),
    ]


def _run(url: str, organisations: int, habits: int) -> Run:
    chosen = {"organisations": organisations, "habits": habits, "due": DUE}
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (_ORGANISATIONS, _SKILLS, _VERSIONS, _HABITS):
            connection.execute(statement.encode(), chosen)
        connection.execute(b"ANALYZE")
    run = uvloop.run(_fired(open_service_role(url, None), habits))
    with psycopg.connect(url) as connection:
        counts = connection.execute(_COUNTS.encode(), chosen).fetchone()
    assert counts == (habits,) * 4, counts
    return run


async def _fired(url: str, habits: int) -> Run:
    clock, starter = Clock(), Starter(FreeTariff())
    async with Database.open(url, connections=CONNECTIONS) as database:
        tenants = Tenants(database)
        clock.set_to(DUE - 30 * MICROS_PER_SECOND)
        began = time.perf_counter()
        planner = HabitPlanner(tenants, now=clock)
        while await planner.plan_due():
            pass
        planned = time.perf_counter() - began
        committed: list[int] = []
        firers = [
            TimedFirer(tenants, starter, Notices(NoMail(), AuditLog()), now=clock)
            for _ in range(FIRERS)
        ]
        for firer in firers:
            firer.committed, firer.clock = committed, clock
        clock.set_to(DUE - AHEAD)
        await _until_all(firers, committed, habits)
    return Run(planned, [(at - DUE) * 1000 for at in committed])


async def _until_all(firers: list[TimedFirer], committed: list[int], habits: int) -> None:
    done = asyncio.gather(*(firer.run() for firer in firers))
    for _ in range(int(LONGEST_SECONDS / LOOK_SECONDS)):
        await asyncio.sleep(LOOK_SECONDS)
        if len(committed) >= habits:
            break
    done.cancel()
    with suppress(asyncio.CancelledError):
        await done
