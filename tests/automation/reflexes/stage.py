"""Reflexes for tests: real rows, the real starter, a clock that a test sets, jobs done in turn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from standardwebhooks import Webhook

from playhead.automation.executions import FreeTariff, Starter
from playhead.automation.notices import Notices
from playhead.automation.reflexes import ReflexDesk, ReflexEventHandler, ReflexWitness
from playhead.automation.reflexes.dependencies import install_reflexes
from playhead.automation.reflexes.ingress_router import public_router
from playhead.automation.reflexes.router import router
from playhead.base.ids import format_id, new_uuid, parse_id
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.audit import AuditLog
from playhead.kernel.identity import Role
from playhead.kernel.jobs import Job
from playhead.storage.postgres import Database, Transaction
from playhead.storage.tenants import Tenant, Tenants
from playhead.web.forwarded import Forwarded
from playhead.web.limits import Limiter
from tests.kernel.api_keys.stage import LetterBox
from tests.kernel.asking import Desk
from tests.kernel.mail.post import SEALER, Clock
from tests.kernel.stage import NOW, Member, caller_for, make_member

SECOND = MICROS_PER_SECOND
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
_DUE = """
SELECT job_id, subject, due_at FROM jobs
 WHERE kind = 'reflex_event' AND state = 'queued' AND due_at <= %(now)s ORDER BY due_at, job_id
"""


@dataclass
class PlainLease:
    """A lease on a job that nobody else can have."""

    job: Job
    cancel_asked: bool = False

    async def hold(self, transaction: Transaction) -> None:
        pass

    async def succeed(self, transaction: Transaction) -> None:
        await self._end(transaction, "succeeded")

    async def fail(self, transaction: Transaction, error: str) -> None:
        await self._end(transaction, "failed")

    async def cancel(self, transaction: Transaction) -> None:
        await self._end(transaction, "cancelled")

    async def retry(self, transaction: Transaction, *, at: Micros, error: str) -> None:
        raise AssertionError

    async def succeed_alone(self) -> None:
        raise AssertionError

    async def _end(self, transaction: Transaction, state: str) -> None:
        statement = (
            "UPDATE jobs SET state = %(state)s, ended_at = due_at, lease_until = NULL"
            " WHERE job_id = %(job_id)s"
        )
        await transaction.execute(statement, state=state, job_id=self.job.job_id)


@dataclass
class Lab:
    """An organisation with its owner, and all that reflexes stand on."""

    tenants: Tenants
    clock: Clock
    owner: Member
    letters: LetterBox
    desk: ReflexDesk
    notices: Notices
    http: Desk

    @property
    def org_id(self) -> UUID:
        return self.owner.org_id

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.org_id)

    @property
    def handler(self) -> ReflexEventHandler:
        return ReflexEventHandler(self.tenants, self.desk.starter, self.notices, now=self.clock)

    @property
    def witness(self) -> ReflexWitness:
        return ReflexWitness(self.notices)

    async def skill(self, *, is_active: bool = True, schema: str | None = None) -> str:
        from_now = {"skill_id": new_uuid(NOW), "org_id": self.org_id, "now": NOW}
        async with self.tenants.transaction(self.tenant) as tx:
            name = f"greeter {from_now['skill_id']}"
            await tx.send(_SKILL, **from_now, name=name, is_active=is_active)
            await tx.send(_VERSION, **from_now, input_schema=schema)
        skill_id = from_now["skill_id"]
        assert isinstance(skill_id, UUID)
        return format_id("skl", skill_id)

    async def reflex(self, **chosen: Any) -> dict[str, Any]:
        """Make a reflex over HTTP; on a webhook where nothing else is said."""
        body = {"trigger_type": "webhook", **chosen}
        if "skill_id" not in body:
            body["skill_id"] = await self.skill()
        answer = await self.ask("POST", "/reflexes", body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def ask(
        self, method: str, path: str, body: Any = None, *, who: Member | None = None, **params: str
    ) -> httpx2.Response:
        return await self.http.ask(caller_for(who or self.owner), method, path, body, **params)

    async def member(self, role: Role, *, elsewhere: bool = False) -> Member:
        return await make_member(self.tenants, role, org_id=None if elsewhere else self.org_id)

    async def send(
        self,
        reflex: Mapping[str, Any],
        body: bytes | str,
        *,
        id: str = "msg_1",
        secret: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Send a webhook, signed by the reference implementation."""
        text = body.decode("latin-1") if isinstance(body, bytes) else body
        at = datetime.fromtimestamp(self.clock.at // SECOND, UTC)
        signature = Webhook(secret or reflex["webhook_secret"]).sign(id, at, text)
        signed = {
            "content-type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": str(self.clock.at // SECOND),
            "webhook-signature": signature,
            **(headers or {}),
        }
        raw = text.encode() if isinstance(body, str) else body
        transport = httpx2.ASGITransport(app=self.http.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            path = f"/api/v1/webhooks/reflexes/{reflex['id']}"
            return await client.post(path, content=raw, headers=signed)

    async def work(self) -> int:
        """Do every job that is due, one after the other; return how many there were."""
        done = 0
        while rows := await self.rows(_DUE, now=self.clock()):
            for row in rows:
                await self.handler.run(self.lease(row))
            done += len(rows)
        return done

    def lease(self, row: Any) -> PlainLease:
        now = self.clock()
        job = Job(row.job_id, self.org_id, "reflex_event", row.subject, 1, 5, now, row.due_at)
        return PlainLease(job)

    async def due(self) -> list[Any]:
        return await self.rows(_DUE, now=self.clock())

    async def events(self, reflex: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what reached a reflex, the oldest first."""
        answer = await self.ask("GET", f"/reflexes/{reflex['id']}/events")
        assert answer.status_code == 200, answer.text
        return list(reversed(answer.json()["data"]))

    async def told(self, reflex: Mapping[str, Any]) -> list[tuple[str, str | None]]:
        return [(each["state"], each["because"]) for each in await self.events(reflex)]

    async def rows(self, query: str, **parameters: object) -> list[Any]:
        return await self.tenants.fetch_all(self.tenant, query, **parameters)

    async def started(self) -> list[Any]:
        return await self.rows("SELECT * FROM executions ORDER BY execution_id")

    async def log(self) -> list[str]:
        rows = await self.rows("SELECT action FROM audit_log ORDER BY number")
        return [row.action for row in rows]


Story = Callable[[Lab], Awaitable[None]]


@asynccontextmanager
async def open_lab(url: str, at: int = NOW, **chosen: Any) -> AsyncIterator[Lab]:
    async with Database.open(url, connections=10) as database:
        tenants, clock, letters = Tenants(database), Clock(at), LetterBox()
        starter = Starter(FreeTariff())
        notices = Notices(letters, AuditLog())
        limiter = Limiter(None, now=clock)
        desk = ReflexDesk(tenants, AuditLog(), SEALER, starter, limiter, **chosen)
        owner = await make_member(tenants, now=Micros(at))
        http = Desk([router], lambda app: _install(app, desk), now=clock)
        yield Lab(tenants, clock, owner, letters, desk, notices, http)


def _install(app: FastAPI, desk: ReflexDesk) -> None:
    install_reflexes(app, desk)
    app.include_router(public_router, prefix="/api/v1")
    app.add_middleware(Forwarded)


def told(url: str, story: Story, *, at: int = NOW, **chosen: Any) -> None:
    """Let a story happen over the database at ``url``."""

    async def happen() -> None:
        async with open_lab(url, at, **chosen) as lab:
            await story(lab)

    asyncio.run(happen())


def fault(answer: httpx2.Response) -> tuple[int, str, str | None]:
    """Return the status, the code and the field of an error."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["field"]


def uuid_of(reflex: Mapping[str, Any]) -> UUID:
    return parse_id("rfx", reflex["id"], field="id")
