"""Skills of an organisation for tests, asked over HTTP in process."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2

from playhead.automation.models.prices import price_book_shipped
from playhead.automation.skills.dependencies import install_skills
from playhead.automation.skills.desk import SkillDesk
from playhead.automation.skills.router import routers
from playhead.base.time import Micros
from playhead.kernel.audit import AuditLog
from playhead.kernel.identity import Caller, Role
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants
from tests.kernel.asking import Desk
from tests.kernel.stage import NOW, Member, caller_for, make_member

LOCAL = "playhead-local-echo"
BODY = {"name": "Summary", "prompt_template": "Sum up {{ text }}", "model": LOCAL}
PRICES = price_book_shipped()
Result = TypeVar("Result")


@dataclass
class Clock:
    """Moves on by a second with every look."""

    at: int = NOW

    def __call__(self) -> Micros:
        self.at += 1_000_000
        return Micros(self.at)


@dataclass
class Stage:
    """An organisation with its owner, and the endpoints of skills."""

    tenants: Tenants
    desk: SkillDesk
    http: Desk
    owner: Member
    clock: Clock = field(default_factory=Clock)

    @property
    def caller(self) -> Caller:
        return caller_for(self.owner)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        caller: Caller | None = None,
        **params: str,
    ) -> httpx2.Response:
        return await self.http.ask(caller or self.caller, method, path, body, **params)

    async def got(self, path: str, /, **params: str) -> httpx2.Response:
        return await self.http.ask(self.caller, "GET", path, None, **params)

    async def made(self, **chosen: Any) -> dict[str, Any]:
        answer = await self.ask("POST", "/skills", {**BODY, **chosen})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def member(self, role: Role, *, elsewhere: bool = False) -> Caller:
        org_id = None if elsewhere else self.owner.org_id
        return caller_for(await make_member(self.tenants, role, org_id=org_id))

    async def run(self, statement: str, **parameters: object) -> list[Any]:
        return await self.tenants.fetch_all(self.caller.tenant, statement, **parameters)

    async def log(self) -> list[tuple[str, dict[str, Any]]]:
        rows = await self.run("SELECT action, details::text FROM audit_log ORDER BY number")
        return [(row.action, json.loads(row.details)) for row in rows]


def on_stage(url: str, act: Callable[[Stage], Awaitable[Result]]) -> Result:
    """Run ``act`` with an organisation of its own in the database at ``url``."""

    async def run() -> Result:
        async with Database.open(url, connections=6) as database:
            tenants, clock = Tenants(database), Clock()
            desk = SkillDesk(tenants, AuditLog(), PRICES)
            http = Desk(routers, lambda app: install_skills(app, desk), now=clock)
            return await act(Stage(tenants, desk, http, await make_member(tenants), clock))

    return asyncio.run(run())


def fault(answer: httpx2.Response) -> tuple[int, str, str | None]:
    """Return the status, the code and the field of an error."""
    error = answer.json()["error"]
    assert error["status"] == answer.status_code
    return answer.status_code, error["code"], error["field"]
